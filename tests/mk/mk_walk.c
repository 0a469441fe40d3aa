/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/mk/mk_walk.h"

#include "base/bytes.h"

#include <stdio.h>

static int
list_read(void *arg, struct ctx *ctx, uint64_t pa, void *buf, size_t n)
{
	const struct mk_walk *w = arg;
	const struct mk_entry *e;

	if (w->missing != 0 && pa >> 12 == w->missing >> 12)
		return (ctx_fail_at(ctx, E_NOT_IN_DUMP, pa, "not here"));
	memset(buf, 0, n);
	for (e = w->entries; e->pa != 0 || e->raw != 0; e++)
		if (e->pa == pa)
			store_uint(buf, (unsigned)n, w->form->be, e->raw);
	return (0);
}

int
mk_walk(struct mk_walk *w, uint64_t va)
{
	const struct phys_reader reader = { list_read, w };
	struct ctx ctx;
	int rc;

	ctx_init(&ctx);
	rc = pt_translate(&ctx, w->form, &reader, w->root, va, &w->r);
	ctx_fini(&ctx);
	return (rc);
}

bool
mk_walk_is(struct mk_walk *w, uint64_t va, uint64_t pa, uint64_t size,
    unsigned flags)
{
	int rc;

	rc = mk_walk(w, va);
	if (rc == 0 && w->r.phys == pa && w->r.size == size &&
	    w->r.flags == flags)
		return (true);
	fprintf(stderr, "0x%llx: %s, 0x%llx, size 0x%llx, flags 0x%x\n",
	    (unsigned long long)va, status_text(rc),
	    (unsigned long long)w->r.phys, (unsigned long long)w->r.size,
	    w->r.flags);
	return (false);
}

bool
mk_walk_run(struct mk_walk *w, uint64_t va, uint64_t end, struct pt_range *r)
{
	const struct phys_reader reader = { list_read, w };
	struct ctx ctx;
	int rc;

	ctx_init(&ctx);
	rc = pt_next_range(&ctx, w->form, &reader, w->root, va, end, r);
	ctx_fini(&ctx);
	return (rc == 0);
}
