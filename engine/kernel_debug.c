/* SPDX-License-Identifier: BSD-2-Clause */
/* A kernel's debug information: who asks for it, and what must match. */
#include "engine/kernel_debug.h"

#include "engine/os/os.h"

#include <stdio.h>
#include <string.h>

static void
facts(void *arg, struct ctx *ctx, struct debug_facts *f)
{
	struct kernel *k = arg;

	if (k->os != NULL && k->os->debug_facts != NULL)
		k->os->debug_facts(ctx, k, f);
}

int
kernel_debug_create(struct ctx *ctx, struct kernel *k,
    const struct kernel_options *opt)
{
	struct debug_options o = opt->debug;
	const char *files[2];
	size_t n = 0;

	o.faults = opt->faults;
	if (opt->source != NULL &&
	    (k->source = arena_strdup(&k->arena, opt->source)) == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	if (k->debug_file != NULL)
		files[n++] = file_name(k->debug_file);
	if (k->image != NULL)
		files[n++] = file_name(k->image->file);
	return (debug_create(ctx, &o, files, n, facts, k, &k->debug));
}

int
kernel_debug_match(struct ctx *ctx, struct kernel *k,
    const struct kernel_options *opt)
{
	struct debug_facts f = { 0 };
	int rc;

	if (opt->debug.force || (k->image == NULL && k->debug_file == NULL))
		return (0);
	ctx->quiet++;
	facts(k, ctx, &f);
	ctx->quiet--;
	ctx_clear(ctx);
	rc = k->image != NULL ? debug_match(ctx, k->image->file, f.build_id) :
	    0;
	if (rc == 0 && k->debug_file != NULL)
		rc = debug_match(ctx, k->debug_file, f.build_id);
	return (rc);
}
