/* SPDX-License-Identifier: BSD-2-Clause */
/* The running kernel. */
#include "engine/kernel.h"

int
kernel_open_live(struct ctx *ctx, const struct kernel_options *opt, bool memory,
    struct kernel **ret)
{
	(void)opt;
	(void)ret;
	return (ctx_fail(ctx, E_UNSUPPORTED, "%s cannot be read by this version",
	    memory ? "the running kernel's memory" : "the running kernel"));
}
