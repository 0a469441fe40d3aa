/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Dumps that lie in a gzip, zstd, xz or bzip2 stream, as savecore(8), FreeBSD's
 * kernel and people write them.  Such a stream has no place to begin in its
 * middle, so it is expanded to a file without a name in TMPDIR (else /var/tmp,
 * else the user's cache folder), zeros as holes.
 */
#ifndef ENGINE_BACKEND_EXPAND_H
#define ENGINE_BACKEND_EXPAND_H

#include "engine/memory/file.h"

/*
 * E_NOT_MINE (silent) for a file that is no such stream, E_LIMIT when it expands
 * to more than limit bytes, 0: than there is room for.  The new file has the
 * name of the old one.  *cut: the stream ended early, or is damaged where the
 * new file ends.  *how: "gzip".
 */
int	expand_file(struct ctx *, struct file *, uint64_t limit,
	    struct file **ret, bool *cut, const char **how);
/* The first n bytes of what is in it alone; E_TRUNCATED when there are fewer. */
int	expand_head(struct ctx *, struct file *, void *, size_t n);

#endif
