/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Dumps that lie in a gzip or zstd stream, as savecore(8) and FreeBSD's kernel
 * write them.  Such a stream has no place to begin in its middle, so it is
 * expanded to a file without a name in TMPDIR (else /var/tmp), zeros as holes.
 */
#ifndef ENGINE_BACKEND_EXPAND_H
#define ENGINE_BACKEND_EXPAND_H

#include "engine/memory/file.h"

/*
 * E_NOT_MINE (silent) for a file that is no such stream.  *cut: the stream ended
 * early, or is damaged where the new file ends.
 */
int	expand_file(struct ctx *, struct file *, struct file **ret, bool *cut);

#endif
