/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A cache of expanded pages with a fixed budget, for any number of threads.
 * What it holds is copied out: nothing points into it.
 */
#ifndef ENGINE_MEMORY_CACHE_H
#define ENGINE_MEMORY_CACHE_H

#include "base/ctx.h"

#define CACHE_BUDGET	((size_t)64 << 20)	/* bytes, unless told otherwise */

struct cache;

/* A budget below one page holds one; memory is taken as pages come. */
int	cache_create(struct ctx *, uint64_t budget, size_t page_size,
	    struct cache **ret);
void	cache_destroy(struct cache *);		/* may be NULL */

/* n bytes from off on of the page of this key; false when it is not there. */
bool	cache_copy(struct cache *, uint64_t key, size_t off, void *, size_t n);
/* Keep a page; one of the same key stays as it is. */
void	cache_insert(struct cache *, uint64_t key, const void *page);

#endif
