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

/*
 * Take the run's address of phys if it is better than the one found so far;
 * true when there can be no better one, for it has a symbol.  Else the lowest
 * is taken: the map of all memory lies below vmalloc and the page descriptors.
 */
static bool
better(const struct kernel *k, const struct reverse_run *run, uint64_t phys,
    bool *found, uint64_t *virt)
{
	uint64_t at;

	if (phys < run->phys || phys - run->phys >= run->len)
		return (false);
	at = run->virt + (phys - run->phys);
	if (sym_at(&k->symbols, at) != NULL) {
		*virt = at;
		*found = true;
		return (true);
	}
	if (!*found || at < *virt)
		*virt = at;
	*found = true;
	return (false);
}

bool
reverse_find(struct ctx *ctx, struct reverse *r, const struct kernel *k,
    uint64_t phys, uint64_t *virt)
{
	const struct reverse_run *run;
	size_t i;
	bool found;

	if (!r->filled)
		fill(ctx, r, k);
	found = false;
	for (i = 0; i < r->nbig; i++)
		if (better(k, &r->big[i], phys, &found, virt))
			return (true);
	for (i = last_small(r, phys); i < r->nsmall; i--) {
		run = &r->small[i];
		if (phys - run->phys >= r->longest)
			break;
		if (better(k, run, phys, &found, virt))
			return (true);
	}
	return (found);
}
