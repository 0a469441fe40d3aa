/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opening a Linux kernel with nothing but its memory:
 *
 *   1. a page-table root through which a kernel's image is seen (linux_image.c);
 *   2. kallsyms in that image: by VMCOREINFO's addresses, else by its shape;
 *   3. the kernel's own root, by its symbol: the first may be a process's, or
 *      one level short;
 *   4. VMCOREINFO: the note if it agrees with the symbols, else from memory;
 *   5. BTF, and with types the roots that have no symbols (linux_find.c), the
 *      modules' symbols and types.
 *
 * Each step uses what is sure so far and checks what it is told.  A step that
 * fails costs what it would have given, with a warning; only the first is vital.
 */
#include "engine/os/linux/linux.h"
#include "engine/os/linux/linux_read.h"
#include "engine/os/linux/linux_unwind.h"

#include <stdlib.h>
#include <string.h>

static int	linux_open(struct ctx *, struct kernel *,
		    const struct kernel_options *);
static void	linux_close(struct kernel *);

const struct linux_arch *const linux_arches[] = {
	&linux_x86_64,
	&linux_arm64,
	NULL,
};

const struct os_ops linux_ops = {
	.name = "Linux",
	.task_type = "struct task_struct",
	.open = linux_open,
	.close = linux_close,
	.info = linux_info,
	.procs = linux_procs,
	.proc = linux_proc,
	.args = linux_args,
	.proc_space = linux_proc_space,
	.maps = linux_maps,
	.files = linux_files,
	.path = linux_path_at,
	.frames = linux_frames,
	.swaps = linux_swaps,
	.load = linux_load,
	.log = linux_log,
	.modules = linux_modules,
	.digest = linux_digest,
	.current = linux_current,
	.cpus = linux_cpu_ids,
	.cpu = linux_cpu,
	.cptime = linux_cptime,
	.direct_map = linux_direct_map,
	.vmcoreinfo = linux_vmcoreinfo,
	.debug_facts = linux_debug_facts,
	.patches = linux_patches,
	.waits = linux_waits,
	.natural = linux_natural,
	.wild = linux_wild,
	.objects = linux_objects,
	.what = linux_what,
};

/* Where the image is against where it was linked to be. */
static void
place(struct ctx *ctx, struct kernel *k, const struct kernel_options *opt)
{
	struct linux_os *l = linux_of(k);
	const struct symbol *text;
	struct pt_result r;
	uint64_t start;

	text = sym_find(&k->symbols, "_text");
	start = text != NULL ? text->addr : l->image.low;
	l->kaslr = start - l->arch->image_linked;
	l->has_kaslr = text != NULL && l->arch->image_linked != 0;
	if (opt->has_kaslr && !l->has_kaslr)
		l->kaslr = opt->kaslr;
	else if (opt->has_kaslr)
		linux_check_told(k, "kaslr", opt->kaslr, l->kaslr);
	l->phys_base = opt->phys_base;
	if (space_translate(ctx, &k->space, start, &r) == 0) {
		l->phys_base = r.phys - (start - l->arch->image_low);
		if (opt->has_phys_base)
			linux_check_told(k, "phys-base", opt->phys_base,
			    l->phys_base);
	}
}

/* The kernel's symbols, and by them its own root. */
static void
learn_names(struct ctx *ctx, struct kernel *k, const struct kernel_options *opt)
{
	struct err why;
	bool own;
	int rc;

	rc = linux_load_symbols(ctx, k);
	own = rc == 0;
	if (rc != 0 && rc != E_CANCELLED && rc != E_NOMEM) {
		why = ctx->err;
		if (linux_linked_symbols(ctx, k, opt) == 0)
			rc = 0;
		else if (k->sysmap == NULL)
			ctx->err = why;
	}
	if (rc == 0)
		rc = sym_seal(ctx, &k->symbols);
	if (rc != 0) {
		os_warn(k, "no symbols: %s", ctx->err.text);
		return;
	}
	linux_settle_root(ctx, k);
	if (own && linux_more_symbols(ctx, k) != 0)
		os_warn(k, "%s", ctx->err.text);
}

static void
learn(struct ctx *ctx, struct kernel *k, const struct kernel_options *opt,
    bool named)
{
	const bool typed = types_nunits(k->types) > 0;
	struct linux_os *l = linux_of(k);
	struct err why;
	uint64_t modules;
	int rc;

	place(ctx, k, opt);
	linux_find_vmcoreinfo(ctx, k, opt);
	/* What the linker thought depends on the configuration. */
	if (!l->has_kaslr && l->arch->image_linked == 0) {
		l->has_kaslr = vmcoreinfo_u64(l->vmcoreinfo, l->vmcoreinfo_len,
		    "KERNELOFFSET", &l->kaslr);
		if (l->has_kaslr && opt->has_kaslr)
			linux_check_told(k, "kaslr", opt->kaslr, l->kaslr);
	}
	l->has_kaslr = l->has_kaslr || opt->has_kaslr;
	rc = typed ? 0 : linux_load_types(ctx, k);
	if (rc != 0) {
		why = ctx->err;
		if (debug_add_types(ctx, k->debug, k->types) != 0 ||
		    types_nunits(k->types) == 0) {
			os_warn(k, "no types: %s", why.text);
			return;
		}
	}
	linux_find_roots(ctx, k);
	if (!typed)
		(void)linux_load_module_types(ctx, k);
	if (named)
		return;
	/* The table is not searchable while symbols are added. */
	rc = linux_root(ctx, k, "modules", &modules);
	if (rc == 0)
		rc = linux_load_generated_symbols(ctx, k);
	if (rc == 0)
		rc = linux_load_module_symbols(ctx, k, modules);
	if (rc == 0)
		rc = sym_seal(ctx, &k->symbols);
	if (rc != 0)
		os_warn(k, "no symbols of modules: %s", ctx->err.text);
}

/* Which of two is wanted?  Then the other one's names go. */
static int
choose(struct ctx *ctx, struct kernel *k, const struct kernel_options *opt)
{
	struct kernel_options other = *opt;
	bool again;
	int rc;

	rc = linux_choose_kernel(ctx, k, opt->kernel, &again, &other.cr3);
	if (rc != 0 || !again)
		return (rc);
	sym_fini(&k->symbols);
	sym_init(&k->symbols);
	other.has_cr3 = other.cr3 != 0;
	if (other.has_cr3)		/* of the other one, if of any */
		k->dump->vmcoreinfo = k->dump->note = NULL;
	rc = linux_find_root(ctx, k, &other);
	if (rc == 0)
		learn_names(ctx, k, &other);
	return (rc);
}

static int
linux_open(struct ctx *ctx, struct kernel *k, const struct kernel_options *opt)
{
	/* A running kernel's are there, of modules too: engine/live.c. */
	const bool named = k->symbols.n > 0;
	struct linux_os *l;
	size_t i;
	int rc;

	l = calloc(1, sizeof(*l));
	if (l == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	l->kernel = k;
	pthread_mutex_init(&l->lock, NULL);
	k->os_data = l;
	rc = ctx_fail(ctx, E_UNSUPPORTED, "Linux on %s is not supported",
	    k->arch->name);
	for (i = 0; linux_arches[i] != NULL; i++)
		if (linux_arches[i]->arch == k->arch) {
			l->arch = linux_arches[i];
			rc = linux_find_root(ctx, k, opt);
			break;
		}
	if (rc == 0 && named) {
		linux_settle_root(ctx, k);
	} else if (rc == 0) {
		learn_names(ctx, k, opt);
		if (!opt->has_cr3)
			rc = choose(ctx, k, opt);
	}
	if (rc != 0) {
		linux_close(k);
		return (rc);
	}
	/* What tells its debug information is asked for already. */
	k->os = &linux_ops;
	learn(ctx, k, opt, named);
	ctx_clear(ctx);
	k->env.roots = linux_roots;
	return (0);
}

static void
linux_close(struct kernel *k)
{
	struct linux_os *l = linux_of(k);

	if (l == NULL)
		return;
	pthread_mutex_destroy(&l->lock);
	linux_orc_destroy(l->orc);
	linux_kept_destroy(l->kept);
	free(l->argpages);
	linux_members_destroy(l->members);
	free(l);
	k->os_data = NULL;
}
