/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Last resorts: looking through all memory for what nothing points at.  That
 * takes as long as the dump is large, so all such searches of one opening share
 * a time, and what they left out is told.
 */
#include "engine/os/linux/linux.h"

#include <time.h>

#define SEARCH_SECONDS	60u

struct search {
	const char	*what;
	uint64_t	 at, end;	/* searched up to; memory ends */
	linux_look	*fn;
	void		*arg;
};

static uint64_t
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec);
}

static int
look(void *arg, struct ctx *ctx, uint64_t pa, const uint8_t *p, size_t n)
{
	struct search *s = arg;
	int rc;

	ctx_progress(ctx, s->what, pa, s->end);
	rc = s->fn(s->arg, ctx, pa, p, n);
	if (rc == 0)
		s->at = pa + n;
	return (rc);
}

int
linux_search(struct ctx *ctx, struct kernel *k, const char *what,
    size_t overlap, linux_look *fn, void *arg)
{
	struct linux_os *l = linux_of(k);
	const uint64_t outer = ctx->deadline;
	struct search s = { what, 0, mem_end(ctx, &k->mem), fn, arg };
	int rc;

	if (l->search_until == 0)
		l->search_until = now() + SEARCH_SECONDS * UINT64_C(1000000000);
	if (outer == 0 || l->search_until < outer)
		ctx->deadline = l->search_until;
	rc = mem_scan_data(ctx, &k->mem, 0, UINT64_MAX, overlap, look, &s);
	ctx->deadline = outer;
	/* Was it our time that passed, not the caller's patience? */
	if (rc != E_CANCELLED || ctx_check(ctx) != 0)
		return (rc);
	os_warn(k, "the search for %s was given up after %u s at physical "
	    "0x%llx of 0x%llx; --cr3 or --vmcoreinfo can spare it", what,
	    SEARCH_SECONDS, (unsigned long long)s.at,
	    (unsigned long long)s.end);
	return (ctx_fail(ctx, E_LIMIT, "%s: not all memory was searched",
	    what));
}
