/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest of QEMU by its machine protocol (docs/interop/qmp-spec.rst): memory
 * by "pmemsave", which does not stop it, into a file without a name that QEMU
 * is handed ("add-fd"); where that is not possible, into one in $TMPDIR.
 */
#ifndef ENGINE_BACKEND_QMP_H
#define ENGINE_BACKEND_QMP_H

#include "base/json_read.h"
#include "engine/backend/backend.h"

/* address: the path of the socket. */
int	qmp_open(struct ctx *, const char *address, struct dump **ret);

enum qmp_line {
	QMP_ANSWER,			/* to the question of this id */
	QMP_REFUSAL,			/* the same, *value its error's text */
	QMP_EVENT,			/* *value its name */
	QMP_OTHER,			/* an answer to another question */
	QMP_NONSENSE,
};

/* What a line is; value is the span of what it says. */
enum qmp_line qmp_line(const char *line, size_t n, uint64_t id,
	    struct json_span *value);
/* A register in what the monitor answers to "info registers": "CR3". */
bool	qmp_register(const char *text, const char *name, uint64_t *ret);

#endif
