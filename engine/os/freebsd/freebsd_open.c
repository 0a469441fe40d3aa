/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opening a FreeBSD kernel: the dump says whose it is, a minidump gives the
 * page tables, the kernel's file beside it the names; the last also finds the
 * tables of a full dump (freebsd_root.c).  Each that is missing costs what it
 * would have given: the message buffer of a minidump needs nothing.
 */
#include "engine/os/freebsd/freebsd.h"

#include <stdlib.h>
#include <string.h>

static int	freebsd_open(struct ctx *, struct kernel *,
		    const struct kernel_options *);
static void	freebsd_close(struct kernel *);

const struct os_ops freebsd_ops = {
	.name = "FreeBSD",
	.task_type = "struct thread",
	.open = freebsd_open,
	.close = freebsd_close,
	.info = freebsd_info,
	.procs = freebsd_procs,
	.proc = freebsd_proc,
	.args = freebsd_args,
	.proc_space = freebsd_proc_space,
	.maps = freebsd_maps,
	.files = freebsd_files,
	.open_flags = freebsd_open_flags,
	.frames = freebsd_frames,
	.swaps = freebsd_swaps,
	.load = freebsd_load,
	.log = freebsd_log,
	.modules = freebsd_modules,
	.debug_facts = freebsd_debug_facts,
	.current = freebsd_current,
	.core_notes = freebsd_core_notes,
	.cpus = freebsd_cpus,
	.cpu = freebsd_cpu,
	.cptime = freebsd_cptime,
};

/* Does the dump say so, or the kernel's file beside one that says nothing? */
static bool
is_mine(const struct kernel *k)
{
	if (k->dump->system != NULL)
		return (strcmp(k->dump->system, freebsd_ops.name) == 0);
	return (k->image != NULL &&
	    sym_find(&k->image->symbols, "proc_off_p_pid") != NULL &&
	    sym_find(&k->image->symbols, "allproc") != NULL);
}

/* Names for addresses are the image's, from now on the kernel's. */
static void
take_symbols(struct kernel *k)
{
	struct symbols none;

	if (k->image == NULL || k->image->symbols.n == 0)
		return;
	none = k->symbols;
	k->symbols = k->image->symbols;
	k->image->symbols = none;
}

/* The registers of the thread that wrote the dump, and of stopped CPUs. */
static void
learn_registers(struct ctx *ctx, struct kernel *k)
{
	struct freebsd_os *f = freebsd_of(k);
	const struct symbol *s;

	f->dumptid.status = freebsd_var(ctx, k, "dumptid", 4, &f->dumptid.v);
	f->pcb_size.status = freebsd_var(ctx, k, "pcb_size", 4,
	    &f->pcb_size.v);
	f->dumppcb.status = freebsd_symbol(ctx, k, "dumppcb", &f->dumppcb.v);
	f->stoppcbs.status = freebsd_symbol(ctx, k, "stoppcbs",
	    &f->stoppcbs.v);
	/* Once an array, later a pointer to one (sys/kern/subr_kdb.c). */
	s = sym_find(&k->symbols, "stoppcbs");
	if (s != NULL && s->size == k->space.ptr_size)
		f->stoppcbs.status = space_ptr(ctx, &k->space, s->addr,
		    &f->stoppcbs.v);
}

static int
freebsd_open(struct ctx *ctx, struct kernel *k,
    const struct kernel_options *opt)
{
	struct freebsd_os *f;
	int rc;

	if (!is_mine(k))
		return (E_NOT_MINE);
	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	pthread_mutex_init(&f->lock, NULL);
	k->os_data = f;
	take_symbols(k);
	if (k->image == NULL)
		os_warn(k, "a FreeBSD dump has no symbols of its own; name the "
		    "kernel's file beside it (/boot/kernel/kernel, or "
		    "kernel.debug) for processes, stacks and names");
	else if (k->symbols.n == 0)
		os_warn(k, "%s is stripped: no symbols",
		    file_name(k->image->file));
	rc = freebsd_find_root(ctx, k, opt);
	if (rc == E_CANCELLED || rc == E_NOMEM) {
		freebsd_close(k);
		return (rc);
	}
	if (rc != 0)
		os_warn(k, "virtual addresses cannot be read: %s",
		    ctx->err.text);
	ctx_clear(ctx);
	ctx->quiet++;
	learn_registers(ctx, k);
	ctx->quiet--;
	ctx_clear(ctx);
	return (0);
}

static void
freebsd_close(struct kernel *k)
{
	struct freebsd_os *f = freebsd_of(k);

	pthread_mutex_destroy(&f->lock);
	free(f);
	k->os_data = NULL;
}
