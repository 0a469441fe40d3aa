/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of a source tree that the user has. */
#ifndef ENGINE_SYMBOL_SOURCE_H
#define ENGINE_SYMBOL_SOURCE_H

#include "base/ctx.h"

struct source;

/* E_NOT_FOUND: no such folder. */
int	source_open(struct ctx *, const char *dir, struct source **ret);
void	source_close(struct source *);	/* NULL is ignored */
/*
 * A line (from 1) of the file that debug information calls by this path: below
 * the folder, without the path's first parts where these are of the machine
 * that compiled it, and never outside.  NULL when there is none; else without
 * its end, *len bytes, until the next call.
 */
const char *source_line(struct source *, const char *path, uint32_t line,
	    size_t *len);

#endif
