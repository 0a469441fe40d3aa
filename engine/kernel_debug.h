/* SPDX-License-Identifier: BSD-2-Clause */
/* Steps of opening that concern debug information. */
#ifndef ENGINE_KERNEL_DEBUG_H
#define ENGINE_KERNEL_DEBUG_H

#include "engine/kernel.h"

/* Before the system is looked for: k->debug. */
int	kernel_debug_create(struct ctx *, struct kernel *,
	    const struct kernel_options *);
/* After it: types of the kernel, and of modules for when they are named. */
int	kernel_debug_types(struct ctx *, struct kernel *);
/* After it: E_USAGE when files that were named are of another kernel. */
int	kernel_debug_match(struct ctx *, struct kernel *,
	    const struct kernel_options *);

#endif
