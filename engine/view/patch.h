/* SPDX-License-Identifier: BSD-2-Clause */
/* Code that a kernel patched while it ran. */
#ifndef ENGINE_VIEW_PATCH_H
#define ENGINE_VIEW_PATCH_H

#include "engine/kernel.h"
#include "engine/value/code.h"

struct patches;

/*
 * What is known of the code in [from, to), of which the first 64 KiB count: by
 * the kernel's own tables, and by its image where one was given.
 */
int	patches_open(struct ctx *, struct kernel *, uint64_t from, uint64_t to,
	    struct patches **);
void	patches_close(struct patches *);
/*
 * With an image: an instruction that is not as it was linked, by what patched
 * it and what it was ("static key, was 66 90").  Without: one that may have
 * been ("static key").  false: nothing is known of it.
 */
bool	patches_of(const struct patches *, const struct code_line *, char *,
	    size_t);

#endif
