/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A layer that keeps pages read from a slow or moving source, a live kernel:
 * what lies in one page comes by one request and is of one moment.  A page is
 * good until the memory's generation moves.
 */
#ifndef ENGINE_MEMORY_PAGES_H
#define ENGINE_MEMORY_PAGES_H

#include "engine/memory/memory.h"

#define PAGES_SIZE	UINT64_C(4096)

int	pages_push(struct ctx *, struct memory *);

#endif
