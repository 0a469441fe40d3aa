/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/os/os.h"

#include "engine/os/freebsd/freebsd.h"
#include "engine/os/linux/linux.h"

const struct os_ops *const oses[] = {
	&freebsd_ops,
	&linux_ops,
	NULL
};

void
os_warn(struct kernel *k, const char *fmt, ...)
{
	const char *text;
	va_list ap;

	if (k->nwarnings == KERNEL_WARNINGS_MAX)
		return;
	va_start(ap, fmt);
	text = arena_vprintf(&k->arena, fmt, ap);
	va_end(ap);
	if (text != NULL)
		k->warnings[k->nwarnings++] = text;
}

int
os_needs_memory(struct ctx *ctx, const struct kernel *k, const char *what)
{
	return (ctx_fail(ctx, E_RESTRICTED, "%s: only in the running "
	    "kernel's memory, which cannot be read: %s", what,
	    k->dump->incomplete));
}

bool
os_lacks_memory(const struct kernel *k)
{
	return (k->live && k->dump != NULL && !k->dump->complete &&
	    k->dump->incomplete != NULL);
}

int
os_none(struct ctx *ctx, const struct kernel *k)
{
	return (ctx_fail(ctx, E_UNSUPPORTED, k->at_rest ? "a kernel's image "
	    "alone never ran, and has nothing of the kind: name a dump of it" :
	    "no kernel that kpeek knows was found in this memory; "
	    "--vmcoreinfo, --kaslr or --cr3 may help to find it"));
}

static int
unsupported(struct ctx *ctx, const struct kernel *k, const char *what)
{
	if (os_lacks_memory(k))
		return (os_needs_memory(ctx, k, what));
	if (k->os == NULL) {
		(void)os_none(ctx, k);
		return (ctx_chain(ctx, "%s", what));
	}
	return (ctx_fail(ctx, E_UNSUPPORTED, "%s: not available for %s", what,
	    k->os->name));
}

/* Does this kernel's system have the slot? */
#define HAS(k, slot)	((k)->os != NULL && (k)->os->slot != NULL)

int
os_info(struct ctx *ctx, struct kernel *k, struct arena *arena,
    struct os_info *info)
{
	if (!HAS(k, info))
		return (unsupported(ctx, k, "system information"));
	return (k->os->info(ctx, k, arena, info));
}

int
os_procs(struct ctx *ctx, struct kernel *k, unsigned flags,
    int (*fn)(void *, struct ctx *, const struct os_proc *), void *arg)
{
	if (!HAS(k, procs))
		return (unsupported(ctx, k, "processes"));
	return (k->os->procs(ctx, k, flags, fn, arg));
}

int
os_proc(struct ctx *ctx, struct kernel *k, int tid, struct arena *arena,
    struct os_proc *proc)
{
	if (!HAS(k, proc))
		return (unsupported(ctx, k, "processes"));
	return (k->os->proc(ctx, k, tid, arena, proc));
}

int
os_args(struct ctx *ctx, struct kernel *k, const struct os_proc *proc, bool env,
    int (*fn)(void *, struct ctx *, const char *, size_t), void *arg)
{
	if (!HAS(k, args))
		return (unsupported(ctx, k, env ? "environment" : "arguments"));
	return (k->os->args(ctx, k, proc, env, fn, arg));
}

int
os_proc_space(struct ctx *ctx, struct kernel *k, const struct os_proc *proc,
    struct space *space)
{
	if (!HAS(k, proc_space))
		return (unsupported(ctx, k, "a process's memory"));
	return (k->os->proc_space(ctx, k, proc, space));
}

int
os_maps(struct ctx *ctx, struct kernel *k, const struct os_proc *proc,
    int (*fn)(void *, struct ctx *, const struct os_map *), void *arg)
{
	if (!HAS(k, maps))
		return (unsupported(ctx, k, "mappings"));
	return (k->os->maps(ctx, k, proc, fn, arg));
}

int
os_files(struct ctx *ctx, struct kernel *k, const struct os_proc *proc,
    int (*fn)(void *, struct ctx *, const struct os_file *), void *arg)
{
	if (!HAS(k, files))
		return (unsupported(ctx, k, "open files"));
	return (k->os->files(ctx, k, proc, fn, arg));
}

int
os_path(struct ctx *ctx, struct kernel *k, uint64_t mnt, uint64_t dentry,
    struct arena *arena, const char **ret)
{
	if (!HAS(k, path))
		return (unsupported(ctx, k, "paths"));
	return (k->os->path(ctx, k, mnt, dentry, arena, ret));
}

int
os_frames(struct ctx *ctx, struct kernel *k, const struct os_proc *proc,
    int (*fn)(void *, struct ctx *, const struct os_frame *), void *arg)
{
	if (!HAS(k, frames))
		return (unsupported(ctx, k, "stacks"));
	return (k->os->frames(ctx, k, proc, fn, arg));
}

int
os_waits(struct ctx *ctx, struct kernel *k, const struct os_proc *p,
    struct os_wait *ret)
{
	if (!HAS(k, waits))
		return (unsupported(ctx, k, "who holds a lock"));
	return (k->os->waits(ctx, k, p, ret));
}

int
os_swaps(struct ctx *ctx, struct kernel *k,
    int (*fn)(void *, struct ctx *, const struct os_swap *), void *arg)
{
	if (!HAS(k, swaps))
		return (unsupported(ctx, k, "swap devices"));
	return (k->os->swaps(ctx, k, fn, arg));
}

int
os_load(struct ctx *ctx, struct kernel *k, struct os_load *load)
{
	if (!HAS(k, load))
		return (unsupported(ctx, k, "load"));
	return (k->os->load(ctx, k, load));
}

int
os_log(struct ctx *ctx, struct kernel *k,
    int (*fn)(void *, struct ctx *, const struct os_log *), void *arg)
{
	if (!HAS(k, log))
		return (unsupported(ctx, k, "the kernel's log"));
	return (k->os->log(ctx, k, fn, arg));
}

int
os_modules(struct ctx *ctx, struct kernel *k,
    int (*fn)(void *, struct ctx *, const struct os_module *), void *arg)
{
	if (!HAS(k, modules))
		return (unsupported(ctx, k, "modules"));
	return (k->os->modules(ctx, k, fn, arg));
}

int
os_objects(struct ctx *ctx, struct kernel *k, const char *cache,
    int (*fn)(void *, struct ctx *, const struct os_object *), void *arg)
{
	if (!HAS(k, objects))
		return (unsupported(ctx, k, "the objects of a cache"));
	return (k->os->objects(ctx, k, cache, fn, arg));
}

int
os_current(struct ctx *ctx, struct kernel *k, int cpu, uint64_t *task)
{
	if (!HAS(k, current))
		return (unsupported(ctx, k, "the running task"));
	return (k->os->current(ctx, k, cpu, task));
}

int
os_cpus(struct ctx *ctx, struct kernel *k, unsigned *ids, unsigned *online)
{
	if (!HAS(k, cpus))
		return (unsupported(ctx, k, "CPUs"));
	return (k->os->cpus(ctx, k, ids, online));
}

int
os_cpu(struct ctx *ctx, struct kernel *k, int cpu, struct os_cpu *ret)
{
	if (!HAS(k, cpu))
		return (unsupported(ctx, k, "a CPU's variables"));
	return (k->os->cpu(ctx, k, cpu, ret));
}

int
os_cptime(struct ctx *ctx, struct kernel *k, int cpu, struct os_cptime *ret)
{
	if (!HAS(k, cptime))
		return (unsupported(ctx, k, "CPU time"));
	return (k->os->cptime(ctx, k, cpu, ret));
}

int
os_direct_map(struct ctx *ctx, struct kernel *k, uint64_t *base,
    uint64_t *end, uint64_t *phys)
{
	if (!HAS(k, direct_map))
		return (unsupported(ctx, k, "the direct map"));
	return (k->os->direct_map(ctx, k, base, end, phys));
}

int
os_patches(struct ctx *ctx, struct kernel *k, uint64_t from, uint64_t to,
    int (*fn)(void *, struct ctx *, uint64_t, uint64_t, const char *),
    void *arg)
{
	if (!HAS(k, patches))
		return (unsupported(ctx, k, "patched code"));
	return (k->os->patches(ctx, k, from, to, fn, arg));
}

void
os_natural(struct ctx *ctx, struct kernel *k, const struct os_field *f,
    struct buf *b)
{
	if (!HAS(k, natural))
		return;
	ctx->quiet++;
	k->os->natural(ctx, k, f, b);
	ctx->quiet--;
	ctx_clear(ctx);
}

const char *
os_wild(const struct kernel *k, uint64_t addr, struct arena *arena)
{
	return (HAS(k, wild) ? k->os->wild(k, addr, arena) : NULL);
}

int
os_what(struct ctx *ctx, struct kernel *k, uint64_t addr, struct arena *arena,
    int (*fn)(void *, struct ctx *, const char *kind, const char *what,
    uint64_t base), void *arg)
{
	if (!HAS(k, what))
		return (unsupported(ctx, k, "what lies at an address"));
	return (k->os->what(ctx, k, addr, arena, fn, arg));
}
