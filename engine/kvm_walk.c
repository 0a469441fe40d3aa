/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kvm_walk_pages(3): every page of a dump, once, in the order of physical
 * addresses, with where the kernel has it mapped; then the pages that the
 * kernel maps but the dump has not.
 *
 * The kernel's page tables are walked first and their runs turned around:
 * sorted by physical address and cut where they overlap, so that the first
 * mapping of a page counts.  The direct map is told apart by its place.
 */
#include "engine/kvm_int.h"

#include "engine/os/os.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Bounds against forged tables: runs that are kept, steps that are made. */
#define RUNS_MAX	(4u << 20)
#define STEPS_MAX	(64u << 20)

struct run {
	uint64_t phys, end;		/* physical, end exclusive */
	uint64_t va;
	unsigned flags;
};

struct walk {
	kvm_t		*kd;
	kvm_walk_pages_cb_t *cb;
	void		*arg;
	uint64_t	 page;		/* bytes */
	uint64_t	 dmap, dmap_end, dmap_phys;
	struct run	*runs;
	size_t		 n, cap;
};

static int
by_phys(const void *a, const void *b)
{
	const struct run *x = a, *y = b;

	if (x->phys != y->phys)
		return (x->phys < y->phys ? -1 : 1);
	return (x->va < y->va ? -1 : x->va > y->va);
}

/* Cut what an earlier run maps already. */
static size_t
cut(struct run *v, size_t n)
{
	uint64_t at, skip;
	size_t i, kept;

	for (i = kept = 0, at = 0; i < n; i++) {
		if (v[i].end <= at)
			continue;
		skip = v[i].phys < at ? at - v[i].phys : 0;
		v[kept] = v[i];
		v[kept].phys += skip;
		v[kept].va += skip;
		at = v[kept++].end;
	}
	return (kept);
}

static bool
add(struct walk *w, const struct pt_range *r)
{
	uint64_t len = r->end - r->start, end;

	if (__builtin_add_overflow(r->phys, len, &end))
		return (true);
	if (w->n >= RUNS_MAX || !vec_room(w->runs, w->cap, w->n + 1))
		return (false);
	w->runs[w->n++] = (struct run){ r->phys, end, r->start, r->flags };
	return (true);
}

/* All that the kernel maps outside of its direct map. */
static int
mappings(struct walk *w)
{
	struct kernel *k = w->kd->kernel;
	const struct pt_form *form = k->space.form;
	struct ctx *ctx = &w->kd->ctx;
	struct pt_range r;
	uint64_t va, last;
	size_t steps;
	int rc;

	/* Where an address has a sign the kernel's half is the upper one. */
	va = form->sign_extended && k->space.ptr_size == 8 ?
	    UINT64_C(1) << 63 : 0;
	last = k->space.ptr_size == 8 ? UINT64_MAX : UINT32_MAX;
	for (steps = 0, rc = 0; rc == 0 && steps < STEPS_MAX; steps++) {
		/* Made runs of the direct map need not be walked. */
		if (va >= w->dmap && va < w->dmap_end) {
			va = w->dmap_end;
			continue;
		}
		ctx->quiet++;
		rc = space_range(ctx, &k->space, va, last == UINT64_MAX ? 0 :
		    last + 1, &r);
		ctx->quiet--;
		if (rc == E_DONE)
			return (0);
		if (rc != 0)
			return (rc);
		if (r.start < w->dmap && (r.end > w->dmap || r.end == 0) &&
		    w->dmap < w->dmap_end)
			r.end = w->dmap;
		if (r.status == OK && !add(w, &r))
			return (ctx_fail(ctx, E_LIMIT, "more than %u mappings",
			    RUNS_MAX));
		if (r.end == 0 || r.end - 1 >= last)
			return (0);
		if (r.end <= va)
			break;
		va = r.end;
		if (steps % 1024 == 0)
			rc = ctx_check(ctx);
	}
	return (rc != 0 ? rc : ctx_fail(ctx, E_LIMIT,
	    "the page tables have no end"));
}

/* One page to the callback: false when it wants no more. */
static bool
show(struct walk *w, uint64_t pa, uint64_t offset, const struct run *run)
{
	struct kvm_page p = { .kp_version = LIBKVM_WALK_PAGES_VERSION };

	p.kp_paddr = pa;
	p.kp_len = (size_t)w->page;
	p.kp_offset = offset == UINT64_MAX ? -1 : (off_t)offset;
	p.kp_prot = 1 | 2;
	if (w->dmap < w->dmap_end && pa >= w->dmap_phys &&
	    pa - w->dmap_phys < w->dmap_end - w->dmap)
		p.kp_dmap_vaddr = w->dmap + (pa - w->dmap_phys);
	if (run != NULL) {
		p.kp_kmap_vaddr = run->va + (pa - run->phys);
		p.kp_prot = (vm_prot_t)(
		    ((run->flags & PT_READ) != 0 ? 1 : 0) |
		    ((run->flags & PT_WRITE) != 0 ? 2 : 0) |
		    ((run->flags & PT_EXEC) != 0 ? 4 : 0));
	}
	return (w->cb(&p, w->arg) != 0);
}

static bool
dumped(struct walk *w)
{
	struct kernel *k = w->kd->kernel;
	struct mem_range r;
	const struct run *run;
	uint64_t pa, next, off;
	size_t i;

	for (next = 0, i = 0; mem_range(&w->kd->ctx, &k->mem, next, &r) == 0 &&
	    r.end > next; next = r.end) {
		if (r.status != OK)
			continue;
		pa = r.start & ~(w->page - 1);
		for (; pa < r.end; pa += w->page) {
			while (i < w->n && w->runs[i].end <= pa)
				i++;
			run = i < w->n && w->runs[i].phys <= pa ?
			    &w->runs[i] : NULL;
			off = r.file_offset == UINT64_MAX || pa < r.start ?
			    UINT64_MAX : r.file_offset + (pa - r.start);
			if (!show(w, pa, off, run))
				return (false);
			if (pa + w->page < pa)
				return (true);
		}
	}
	return (true);
}

/* What is mapped but not there; of devices' memory too. */
static bool
missing(struct walk *w)
{
	struct kernel *k = w->kd->kernel;
	struct mem_range r;
	uint64_t pa, end;
	size_t i;
	int rc;

	for (i = 0; i < w->n; i++)
		for (pa = w->runs[i].phys; pa < w->runs[i].end; pa = end) {
			rc = mem_range(&w->kd->ctx, &k->mem, pa, &r);
			end = rc != 0 || r.end <= pa ||
			    r.end > w->runs[i].end ? w->runs[i].end : r.end;
			if (rc == 0 && r.status == OK)
				continue;
			for (; pa < end; pa += w->page)
				if (!show(w, pa, UINT64_MAX, &w->runs[i]))
					return (false);
		}
	return (true);
}

int
kvm_walk_pages(kvm_t *kd, kvm_walk_pages_cb_t *cb, void *arg)
{
	struct walk w = { .kd = kd, .cb = cb, .arg = arg };
	struct kernel *k = kd->kernel;
	bool all;
	int rc;

	if (kd->live || k->space.form == NULL) {
		errno = ENOTSUP;
		kvm_err_hard(kd, "kvm_walk_pages: %s", kd->live ?
		    "not for the running kernel" : "no page tables are known");
		return (0);
	}
	w.page = kvm_page_size(kd);
	w.dmap = k->dump->dmap_base;
	w.dmap_end = k->dump->dmap_end;
	w.dmap_phys = k->dump->dmap_phys;
	if (w.dmap >= w.dmap_end && (k->os == NULL || os_direct_map(&kd->ctx,
	    k, &w.dmap, &w.dmap_end, &w.dmap_phys) != 0))
		w.dmap = w.dmap_end = 0;
	rc = mappings(&w);
	if (rc != 0) {
		kvm_err_engine(kd);
		free(w.runs);
		return (0);
	}
	if (w.n > 1)
		qsort(w.runs, w.n, sizeof(*w.runs), by_phys);
	w.n = cut(w.runs, w.n);
	all = dumped(&w) && missing(&w);
	free(w.runs);
	return (all);
}
