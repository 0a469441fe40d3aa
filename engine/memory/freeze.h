/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A layer that keeps a moment: what is read through a ctx that has a struct
 * frozen is kept there, page by page, and given again whenever it is asked for.
 */
#ifndef ENGINE_MEMORY_FREEZE_H
#define ENGINE_MEMORY_FREEZE_H

#include "engine/memory/memory.h"

#define FREEZE_MAX	4096		/* pages; what comes then moves on */

struct frozen;

int	freeze_push(struct ctx *, struct memory *);
struct frozen *frozen_create(void);	/* NULL: out of memory */
void	frozen_destroy(struct frozen *);	/* may be NULL */
/*
 * The ctx reads from it until frozen_leave(), its translations too.  One thread
 * at a time.
 */
void	frozen_enter(struct ctx *, struct frozen *);
void	frozen_leave(struct ctx *);

#endif
