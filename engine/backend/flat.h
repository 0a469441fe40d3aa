/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The flattened form of a dump, made for pipes, where nothing can be written
 * twice: makedumpfile -F, QEMU's kdump.  Records say where their bytes belong.
 */
#ifndef ENGINE_BACKEND_FLAT_H
#define ENGINE_BACKEND_FLAT_H

#include "engine/backend/backend.h"

/*
 * Look for the form and let the file show the dump inside; 0 also when it is
 * none.  *cut: the end mark is not there.  E_CORRUPT, E_TRUNCATED and E_LIMIT
 * for one without use.
 */
int	flat_take(struct ctx *, struct file *, bool *cut);
/* Tell a dump that its end mark is not there. */
void	flat_tell_cut(struct dump *);

#endif
