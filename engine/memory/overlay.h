/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A layer of bytes that lie over those below: staged writes, which no medium
 * has yet, or a patch, which is itself the medium of writes.  Bytes that the
 * layers below cannot give are not given by an overlay either.
 */
#ifndef ENGINE_MEMORY_OVERLAY_H
#define ENGINE_MEMORY_OVERLAY_H

#include "engine/memory/memory.h"

struct overlay;

/* medium: mem_write() goes here, and no further. */
int	overlay_push(struct ctx *, struct memory *, bool medium,
	    struct overlay **ret);
/* E_LIMIT: too much lies over this memory. */
int	overlay_put(struct ctx *, struct overlay *, uint64_t pa, const void *,
	    size_t n);
void	overlay_clear(struct overlay *);
/* What is below, as if this layer were not there. */
int	overlay_below(struct ctx *, struct overlay *, uint64_t pa, void *,
	    size_t n);
/*
 * The next run of bytes at or above pa, at most max of them: its length, 0 when
 * there is none; *pa becomes its start.
 */
size_t	overlay_next(struct overlay *, uint64_t *pa, uint8_t *buf, size_t max);
/* Does any of these bytes lie over one below? */
bool	overlay_covers(struct overlay *, uint64_t pa, size_t n);

#endif
