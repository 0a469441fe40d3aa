/* SPDX-License-Identifier: BSD-2-Clause */
/* What lies at an address of the kernel's: the nearest answers first. */
#include "engine/os/linux/linux_read.h"

#include <stdio.h>
#include <string.h>

struct what {
	struct kernel	*k;
	struct arena	*arena;
	uint64_t	 addr, phys;
	bool		 mapped;
	int		(*fn)(void *, struct ctx *, const char *, const char *,
			    uint64_t);
	void		*arg;
	unsigned	 said;
	int		 rc;		/* of fn: not 0 ends it */
	/* The task whose task_struct this is. */
	uint64_t	 stack_size, task_size, task;
	char		 task_name[64];
};

static void
say(struct ctx *ctx, struct what *w, const char *kind, const char *text,
    uint64_t base)
{
	unsigned quiet = ctx->quiet;

	w->said++;
	ctx->quiet = 0;
	w->rc = text == NULL ? ctx_fail(ctx, E_NOMEM, "out of memory") :
	    w->fn(w->arg, ctx, kind, text, base);
	ctx->quiet = quiet;
}

/* The kernel's or a module's own code and data. */
static void
symbol(struct ctx *ctx, struct what *w)
{
	const struct symbol *sym;
	uint64_t low, high;

	sym = w->mapped ? sym_at(&w->k->symbols, w->addr) : NULL;
	if (sym == NULL)
		return;
	/* Beyond the image a nearest symbol says nothing. */
	if (sym_module_name(&w->k->symbols, sym)[0] == '\0' &&
	    linux_root(ctx, w->k, "_text", &low) == 0 &&
	    linux_root(ctx, w->k, "_end", &high) == 0 &&
	    (w->addr < low || w->addr >= high))
		return;
	say(ctx, w, "symbol", sym_name(&w->k->symbols, sym), sym->addr);
}

struct place {
	uint64_t addr, base;
};

static int
place_one(void *arg, struct ctx *ctx, uint64_t base, uint64_t size)
{
	struct place *p = arg;

	(void)ctx;
	p->base = base;
	return (p->addr >= base && p->addr - base < size ? E_DONE : 0);
}

static int
module_one(void *arg, struct ctx *ctx, const struct os_module *m)
{
	struct what *w = arg;
	struct place p = { .addr = w->addr };

	if (linux_module_places(ctx, w->k, m->address, place_one, &p) !=
	    E_DONE)
		return (0);
	say(ctx, w, "module", arena_strdup(w->arena, m->name.s), p.base);
	return (1);
}

static void
module(struct ctx *ctx, struct what *w)
{
	(void)linux_modules(ctx, w->k, module_one, w);
}

/*
 * How much of a CPU's unit is its own: up to the end of the first chunk that
 * is allocated from.  The rest of a unit was given back at boot, and holds any
 * other thing (pcpu_embed_first_chunk and pcpu_setup_first_chunk of
 * mm/percpu.c, Linux 6.12).  Without that chunk: the image's variables alone.
 */
static uint64_t
percpu_size(struct ctx *ctx, struct kernel *k, uint64_t image)
{
	const unsigned ptr = k->space.ptr_size, shift = k->arch->page_shift;
	uint64_t unit, area, chunk, base, pages, unused, size;

	if (linux_var(ctx, k, "pcpu_unit_size", 4, &unit) != 0 ||
	    linux_var(ctx, k, "pcpu_base_addr", ptr, &area) != 0 ||
	    linux_var(ctx, k, "pcpu_first_chunk", ptr, &chunk) != 0 ||
	    linux_member(ctx, k, chunk, LM_PCPU_CHUNK_BASE, &base) != 0 ||
	    linux_member(ctx, k, chunk, LM_PCPU_CHUNK_PAGES, &pages) != 0 ||
	    linux_member(ctx, k, chunk, LM_PCPU_CHUNK_UNUSED, &unused) != 0 ||
	    base < area || base - area >= unit || pages > unit >> shift)
		return (image);
	size = base - area + (pages << shift);
	if (unused > size || size - unused > unit || size - unused < image)
		return (image);
	return (size - unused);
}

/* A CPU's area: the variables of the image first, what was allocated behind. */
static void
percpu(struct ctx *ctx, struct what *w)
{
	const struct symbol *sym;
	struct linux_cpus cpus;
	uint64_t off, start, end, unit;
	int cpu;

	if (w->said != 0 ||
	    linux_cpus(ctx, w->k, "__cpu_possible_mask", &cpus) != 0 ||
	    linux_root(ctx, w->k, "__per_cpu_start", &start) != 0 ||
	    linux_root(ctx, w->k, "__per_cpu_end", &end) != 0 || end < start)
		return;
	unit = percpu_size(ctx, w->k, end - start);
	for (cpu = 0; (cpu = linux_cpu_next(&cpus, cpu)) >= 0; cpu++) {
		if (linux_percpu(ctx, w->k, cpu, &off) != 0 ||
		    w->addr - off - start >= unit)
			continue;
		sym = w->addr - off < end ?
		    sym_at(&w->k->symbols, w->addr - off) : NULL;
		if (sym == NULL || sym->addr < start)
			say(ctx, w, "per-cpu", arena_printf(w->arena,
			    "CPU %d", cpu), off + start);
		else
			say(ctx, w, "per-cpu", arena_printf(w->arena,
			    "%s of CPU %d", sym_name(&w->k->symbols, sym),
			    cpu), sym->addr + off);
		return;
	}
}

static int
task_one(void *arg, struct ctx *ctx, const struct os_proc *p)
{
	struct what *w = arg;
	char name[sizeof(w->task_name)];
	uint64_t stack;

	snprintf(name, sizeof(name), "%s (%d)", p->comm.s, p->tid);
	/*
	 * The end of the structure, registers that this processor may not have,
	 * is not allocated: the next task can begin there.
	 */
	if (w->addr >= p->task && w->addr - p->task < w->task_size) {
		if (p->task >= w->task) {
			w->task = p->task;
			memcpy(w->task_name, name, sizeof(name));
		}
		return (0);
	}
	if (w->task != 0 || linux_member(ctx, w->k, p->task, LM_TASK_STACK, &stack) != 0 ||
	    stack == 0 || w->addr < stack ||
	    w->addr - stack >= w->stack_size)
		return (0);
	say(ctx, w, "stack", arena_strdup(w->arena, name), stack);
	return (1);
}

static void
task(struct ctx *ctx, struct what *w)
{
	if (w->said == 0)
		(void)linux_procs(ctx, w->k, OS_THREADS | OS_IDLE, task_one, w);
}

static bool
is_slab(struct ctx *ctx, struct kernel *k, const struct linux_obj *page)
{
	struct linux_slab_test t;
	uint64_t flags, type;

	if (linux_u64(ctx, page, LM_PAGE_FLAGS, &flags) != 0)
		flags = 0;
	if (linux_u64(ctx, page, LM_PAGE_TYPE, &type) != 0)
		type = 0;
	return (linux_slab_test(ctx, k, &t) && linux_is_slab(&t, flags, type));
}

static void
slab(struct ctx *ctx, struct what *w, const struct linux_obj *page,
    uint64_t first)
{
	const char *name, *text;
	uint64_t cache, p, size, base, at;

	if (linux_slab_cache(ctx, w->k, page->addr, &cache) != 0 ||
	    linux_member(ctx, w->k, cache, LM_CACHE_NAME, &p) != 0 ||
	    linux_text(ctx, w->k, p, 64, w->arena, &name) != 0)
		return;
	if (linux_member(ctx, w->k, cache, LM_CACHE_SIZE, &size) != 0 ||
	    size == 0 || size > UINT32_MAX)
		size = 1;
	at = w->phys - first;
	base = w->addr - at % size;
	text = w->task != 0 ? arena_printf(w->arena, "%s of %s", name,
	    w->task_name) : linux_object_state(ctx, w->k, cache, page->addr,
	    w->addr - at, w->addr) != OBJECT_FREE ? name :
	    arena_printf(w->arena, "%s, a free object", name);
	say(ctx, w, "slab", text, w->task != 0 ? w->task : base);
}

/* The page's struct page, from its number. */
static void
page(struct ctx *ctx, struct what *w)
{
	struct linux_obj o;
	uint64_t vmemmap, size, shift, pfn, head, mapping;
	const char *use;
	int rc;

	size = linux_size(w->k, LT_PAGE);
	shift = (unsigned)__builtin_ctzll(linux_page_size(w->k));
	pfn = w->phys >> shift;
	if (w->said != 0 || !w->mapped || size == 0 ||
	    !linux_page_map(ctx, w->k, &vmemmap))
		return;
	if (linux_obj_init(ctx, &o, w->k, LT_PAGE) != 0)
		return;
	rc = linux_obj_at(ctx, &o, vmemmap + pfn * size);
	if (rc == 0 && linux_u64(ctx, &o, LM_PAGE_HEAD, &head) == 0 &&
	    (head & 1) != 0)
		rc = linux_obj_at(ctx, &o, head - 1);
	if (rc == 0 && is_slab(ctx, w->k, &o))
		slab(ctx, w, &o, (o.addr - vmemmap) / size << shift);
	else if (rc == 0) {
		if (linux_u64(ctx, &o, LM_PAGE_MAPPING, &mapping) != 0)
			mapping = 0;
		/* PAGE_MAPPING_ANON, linux/page-flags.h. */
		use = mapping & 1 ? ", anonymous" : mapping != 0 ?
		    ", page cache" : "";
		say(ctx, w, "page", arena_printf(w->arena,
		    "frame 0x%llx%s, struct page 0x%llx",
		    (unsigned long long)pfn, use,
		    (unsigned long long)(vmemmap + pfn * size)),
		    w->addr - (w->phys & ((UINT64_C(1) << shift) - 1)));
	}
	linux_obj_fini(&o);
}

int
linux_what(struct ctx *ctx, struct kernel *k, uint64_t addr,
    struct arena *arena, int (*fn)(void *, struct ctx *, const char *kind,
    const char *what, uint64_t base), void *arg)
{
	struct what w = { .k = k, .arena = arena, .addr = addr, .fn = fn,
	    .arg = arg };
	static void (*const finders[])(struct ctx *, struct what *) = {
		symbol, module, percpu, task, page,
	};
	struct pt_result r;
	size_t i;

	ctx->quiet++;
	w.mapped = space_translate(ctx, &k->space, addr, &r) == 0;
	w.phys = w.mapped ? r.phys : 0;
	w.stack_size = linux_stack_size(ctx, k);
	w.task_size = linux_size(k, LT_TASK);
	for (i = 0; w.rc == 0 && i < sizeof(finders) / sizeof(finders[0]); i++)
		finders[i](ctx, &w);
	/* The page's own words are not in every dump. */
	if (w.rc == 0 && w.said == 0 && w.task != 0)
		say(ctx, &w, "slab", arena_printf(arena, "task_struct of %s",
		    w.task_name), w.task);
	if (w.rc == 0 && w.said == 0 && !w.mapped)
		say(ctx, &w, "unmapped", "", addr);
	ctx->quiet--;
	if (w.said == 0)
		return (ctx_fail_at(ctx, E_NOT_FOUND, addr,
		    "nothing is known about 0x%llx",
		    (unsigned long long)addr));
	return (w.rc);
}
