/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading ahead of who reads pages in their order: a second thread expands those
 * that come next while the first is busy with its own, and the first helps it
 * instead of waiting.  The thread begins with the first such reader.
 *
 * Pages are named by their index among all that a dump stores, so that what it
 * leaves out does not break a sequence.
 */
#ifndef ENGINE_MEMORY_AHEAD_H
#define ENGINE_MEMORY_AHEAD_H

#include "base/ctx.h"

struct ahead;

/*
 * Expand page "index" to "out"; any thread calls it, with a ctx of its own.  A
 * failure costs nothing: whoever wants that page reads it, and hears why.
 */
typedef int ahead_fetch(void *arg, struct ctx *, uint64_t index, void *out);

int	ahead_create(struct ctx *, size_t page_size, uint64_t npages,
	    ahead_fetch *, void *arg, struct ahead **ret);
/* Waits for the thread.  May be NULL. */
void	ahead_destroy(struct ahead *);

/*
 * A page that no cache has: true with all of it, if it was read ahead.  Else the
 * caller reads it, and what follows may be read meanwhile.
 */
bool	ahead_take(struct ahead *, uint64_t index, void *out);

#endif
