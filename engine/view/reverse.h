/* SPDX-License-Identifier: BSD-2-Clause */
/* From a physical address back to the kernel's addresses of it. */
#ifndef ENGINE_VIEW_REVERSE_H
#define ENGINE_VIEW_REVERSE_H

#include "engine/kernel.h"

/* All zeroes is empty and not yet filled. */
struct reverse {
	struct reverse_run {
		uint64_t phys, virt, len;
	}	*big, *small;		/* small: sorted by phys */
	size_t	 nbig, big_cap, nsmall, small_cap;
	uint64_t longest;		/* of the small ones */
	bool	 filled;
};

void	reverse_fini(struct reverse *);
/*
 * Where the kernel maps a physical address, read from its page tables at the
 * first call: where there are symbols, before its map of all memory, before
 * anything else.  False when nowhere.
 */
bool	reverse_find(struct ctx *, struct reverse *, const struct kernel *,
	    uint64_t phys, uint64_t *virt);

#endif
