/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/backend/elf_virtual.h"

#include "base/vec.h"

#include <stdlib.h>

#define PHYS_MAX	(UINT64_C(1) << 52)	/* above lie the made tables */

static int
by_va(const void *a, const void *b)
{
	const struct elf_run *x = a, *y = b;

	return (x->va != y->va ? (x->va < y->va ? -1 : 1) :
	    x->last < y->last ? -1 : x->last > y->last);
}

int
elf_virtual_add(struct ctx *ctx, struct elf_virtual *v, uint64_t va,
    uint64_t pa, uint64_t len, unsigned pf)
{
	struct elf_run r = { .va = va, .pa = pa };
	uint64_t end;

	if (len == 0 || (pf & 7) == 0 || !add_ok(pa, len, &end) ||
	    end > PHYS_MAX || !add_ok(va, len - 1, &r.last))
		return (0);
	r.flags = (pf & 4 ? PT_READ : 0) | (pf & 2 ? PT_WRITE : 0) |
	    (pf & 1 ? PT_EXEC : 0);
	if (!vec_room(v->runs, v->cap, v->n + 1))
		return (ctx_fail(ctx, E_NOMEM, "no memory for segments"));
	v->runs[v->n++] = r;
	return (0);
}

/* Of two that overlap the lower keeps what it has. */
static void
settle(struct elf_virtual *v)
{
	uint64_t skip;
	size_t i, kept;

	for (i = kept = 0; i < v->n; i++) {
		if (kept > 0 && v->runs[i].last <= v->runs[kept - 1].last)
			continue;
		skip = kept > 0 && v->runs[i].va <= v->runs[kept - 1].last ?
		    v->runs[kept - 1].last - v->runs[i].va + 1 : 0;
		v->runs[kept] = v->runs[i];
		v->runs[kept].va += skip;
		v->runs[kept++].pa += skip;
	}
	v->n = kept;
}

/* The run that holds va, else the first above it, else NULL. */
static const struct elf_run *
find(const struct elf_virtual *v, uint64_t va)
{
	size_t lo, hi, mid;

	for (lo = 0, hi = v->n; lo < hi;) {
		mid = lo + (hi - lo) / 2;
		if (v->runs[mid].last < va)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo < v->n ? &v->runs[lo] : NULL);
}

static int
entry(void *arg, struct ctx *ctx, const struct minidump_region *region,
    int level, uint64_t va, uint64_t *raw)
{
	const struct elf_virtual *v = arg;
	const unsigned shift = v->table.shift[level];
	const uint64_t size = UINT64_C(1) << shift;
	const struct elf_run *r;
	uint64_t pa;

	(void)ctx;
	(void)region;
	*raw = 0;
	r = find(v, va);
	if (r == NULL || r->va > va + (size - 1))
		return (0);
	if (r->va <= va && (level == 0 || r->last >= va + (size - 1))) {
		/* A page may be there in part; the rest of it is missing. */
		pa = r->pa + (va - r->va);
		if ((pa & (size - 1)) == 0) {
			*raw = minidump_made_leaf(pa, shift, r->flags);
			return (0);
		}
	}
	return (level > 0 ? E_DONE : 0);
}

int
elf_virtual_finish(struct ctx *ctx, struct elf_virtual *v, struct dump *d,
    unsigned word, unsigned page_shift)
{
	struct elf_run *runs;

	if (v->n > 1)
		qsort(v->runs, v->n, sizeof(*v->runs), by_va);
	settle(v);
	runs = v->n > 0 ? arena_dup(&d->arena, v->runs, v->n *
	    sizeof(*runs)) : NULL;
	if (v->n > 0 && runs == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for segments"));
	free(v->runs);
	v->runs = runs;
	v->cap = 0;
	minidump_table_init(&v->table, d, word == 4 ? &minidump_made_32 :
	    page_shift == 14 ? &minidump_made_64_16k : &minidump_made_64, v);
	minidump_table_call(&v->table, 0, word == 4 ? UINT32_MAX : UINT64_MAX,
	    entry);
	return (0);
}

void
elf_virtual_fini(struct elf_virtual *v)
{
	if (v->cap > 0)
		free(v->runs);
}
