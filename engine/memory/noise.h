/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that is encrypted looks like noise, its zeros too. */
#ifndef ENGINE_MEMORY_NOISE_H
#define ENGINE_MEMORY_NOISE_H

#include "engine/memory/memory.h"

/*
 * Are three of four pages that are there like noise?  Looks at a few hundred,
 * spread over all of it; false when there are too few to tell.
 */
bool	noise_fills(struct ctx *, struct memory *);

#endif
