/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel maps nearly all memory in a few long runs (the image, the direct
 * map), and some of it once more in many short ones (vmalloc, per-CPU memory).
 * The long runs, tens of them, are tried one by one, the short ones are sorted.
 */
#include "engine/view/reverse.h"

#include "base/vec.h"

#include <stdlib.h>

#define BIG		((uint64_t)2 << 20)
#define RUNS_MAX	((size_t)4 << 20)
#define BIG_MAX		4096			/* more are kept as short */

void
reverse_fini(struct reverse *r)
{
	free(r->big);
	free(r->small);
	*r = (struct reverse){ 0 };
}

static int
compare(const void *a, const void *b)
{
	const struct reverse_run *x = a, *y = b;

	return (x->phys < y->phys ? -1 : x->phys > y->phys);
}

static bool
add_run(struct reverse *r, const struct pt_range *range)
{
	struct reverse_run run;

	run.phys = range->phys;
	run.virt = range->start;
	run.len = range->end - range->start;	/* an end of 0 is 2^64 */
	if (run.len >= BIG && r->nbig < BIG_MAX) {
		if (!vec_room(r->big, r->big_cap, r->nbig + 1))
			return (false);
		r->big[r->nbig++] = run;
		return (true);
	}
	if (r->nsmall == RUNS_MAX ||
	    !vec_room(r->small, r->small_cap, r->nsmall + 1))
		return (false);
	r->small[r->nsmall++] = run;
	if (run.len > r->longest)
		r->longest = run.len;
	return (true);
}

static void
fill(struct ctx *ctx, struct reverse *r, const struct kernel *k)
{
	struct pt_range range;
	uint64_t va;

	r->filled = true;
	if (k->space.form == NULL)
		return;
	/* Kernels live in the upper half. */
	va = k->space.ptr_size == 8 ? (uint64_t)1 << 63 : (uint64_t)1 << 31;
	while (space_range(ctx, &k->space, va, 0, &range) == OK) {
		if (range.status == OK && !add_run(r, &range))
			break;
		if (range.end <= va || ctx_check(ctx) != OK)
			break;
		va = range.end;
	}
	ctx_clear(ctx);
	if (r->nsmall > 0)
		qsort(r->small, r->nsmall, sizeof(*r->small), compare);
}

/* The last of the short runs that may hold phys; nsmall when none can. */
static size_t
last_small(const struct reverse *r, uint64_t phys)
{
	size_t hi, lo, mid;

	for (lo = 0, hi = r->nsmall; lo < hi;) {
		mid = lo + (hi - lo) / 2;
		if (r->small[mid].phys <= phys)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo > 0 ? lo - 1 : r->nsmall);
}

bool
reverse_find(struct ctx *ctx, struct reverse *r, const struct kernel *k,
    uint64_t phys, uint64_t *virt)
{
	uint64_t at, longest;
	size_t i;
	bool found;

	if (!r->filled)
		fill(ctx, r, k);
	found = false;
	longest = 0;
	for (i = 0; i < r->nbig; i++) {
		if (phys - r->big[i].phys >= r->big[i].len ||
		    phys < r->big[i].phys)
			continue;
		at = r->big[i].virt + (phys - r->big[i].phys);
		if (sym_at(&k->symbols, at) != NULL) {
			*virt = at;
			return (true);
		}
		if (r->big[i].len > longest) {
			longest = r->big[i].len;
			*virt = at;
			found = true;
		}
	}
	if (found)
		return (true);
	for (i = last_small(r, phys); i < r->nsmall &&
	    phys - r->small[i].phys < r->longest; i--) {
		if (phys - r->small[i].phys < r->small[i].len) {
			*virt = r->small[i].virt + (phys - r->small[i].phys);
			return (true);
		}
	}
	return (false);
}
