/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A layer that keeps what was read from a slow or moving source, a live kernel:
 * what lies near together comes by one request and is of one moment.  It is good
 * until the memory's generation moves.
 */
#ifndef ENGINE_MEMORY_PAGES_H
#define ENGINE_MEMORY_PAGES_H

#include "engine/memory/memory.h"

#define PAGES_RUN	((size_t)4096)	/* where a request costs little */
#define PAGES_RUN_MAX	((size_t)32768)

/*
 * "run" bytes are kept together: a power of two up to PAGES_RUN_MAX.  What one
 * request touches and is not kept comes by one request, up to PAGES_RUN_MAX.
 */
int	pages_push(struct ctx *, struct memory *, size_t run);

#endif
