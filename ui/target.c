/* SPDX-License-Identifier: BSD-2-Clause */
/* Opening what the command line names, once and again. */
#include "ui/options.h"

#include "engine/edit.h"

int
target_open(struct ctx *ctx, const struct options *o, struct kernel **ret)
{
	struct kernel *k;
	int error;

	error = o->live ? kernel_open_live(ctx, &o->kernel, true, &k) :
	    kernel_open(ctx, o->files, o->nfiles, &o->kernel, &k);
	if (error == OK && o->live &&
	    (error = privileges_drop(ctx, !k->dump->complete)) != OK)
		kernel_close(k);
	if (error == OK && (o->write || o->patch != NULL ||
	    o->undo != NULL) && (error = edits_create(ctx, k, o->patch,
	    o->write || o->undo != NULL)) != OK)
		kernel_close(k);
	if (error == OK)
		*ret = k;
	return (error);
}

int
target_reopen(void *arg, struct ctx *ctx, struct kernel *old,
    struct kernel **ret)
{
	struct options o = *(const struct options *)arg;

	/* A stub talks to one at a time. */
	if (old->dump->backend->leave != NULL)
		old->dump->backend->leave(old->dump);
	/* The rights to open kcore are gone: the old descriptor does. */
	if (o.live && old->dump->nfiles == 1) {
		o.kernel.core_fd = file_dup(old->dump->files[0]);
		o.kernel.has_core_fd = o.kernel.core_fd != -1;
	}
	return (target_open(ctx, &o, ret));
}
