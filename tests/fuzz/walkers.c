/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Containers in memory that anybody wrote: the bytes are a piece of memory that
 * repeats, each walker starts at each of its first places.
 */
#include "tests/fuzz/fuzz.h"

#include "base/bytes.h"
#include "engine/value/walk.h"
#include "tests/mk/mk_containers.h"
#include "tests/mk/mk_space.h"

#include <stdlib.h>
#include <string.h>

#define PLACE		0x1000
#define ROOM		0x4000		/* bytes of memory that are filled */
#define STEPS		5000		/* of one walk */

static void
walk_all(struct ctx *ctx, struct walk *w, int rc)
{
	uint64_t key, node;
	unsigned i;

	for (i = 0; i < STEPS && rc != E_DONE; i++) {
		rc = walk_next(w, ctx, &key, &node);
		if (rc != 0 && rc != E_DONE && !w->resumes)
			break;
	}
	walk_fini(w);
}

static void
walkers(struct ctx *ctx, const struct space *sp, const struct types *ts,
    uint64_t at)
{
	struct walk w;
	int rc;

	if ((rc = walk_list(&w, ctx, sp, at)) == 0)
		walk_all(ctx, &w, rc);
	if ((rc = walk_hlist(&w, ctx, sp, at)) == 0)
		walk_all(ctx, &w, rc);
	if ((rc = walk_llist(&w, ctx, sp, at)) == 0)
		walk_all(ctx, &w, rc);
	rc = walk_rbtree(&w, ctx, sp, ts, at);
	walk_all(ctx, &w, rc != 0 ? E_DONE : 0);
	rc = walk_xarray(&w, ctx, sp, ts, at);
	walk_all(ctx, &w, rc != 0 ? E_DONE : 0);
	rc = walk_maple(&w, ctx, sp, ts, at);
	walk_all(ctx, &w, rc != 0 ? E_DONE : 0);
}

static void
run(const uint8_t *p, size_t n)
{
	struct mk_space m;
	struct mk_btf b;
	struct types *ts;
	struct type_unit *u;
	struct ctx ctx;
	const void *blob;
	size_t size, i;
	unsigned ptr;
	bool be;

	if (n < 9)
		return;
	be = (p[0] & 1) != 0;
	ptr = (p[0] & 2) != 0 ? 4 : 8;
	p++;
	n--;
	ctx_init(&ctx);
	mk_space_init(&m, be, ptr);
	mk_btf_init(&b, be, NULL);
	mk_containers(&b, ptr);
	blob = mk_btf_blob(&b, &size);
	ts = types_create(ptr, be);
	if (ts != NULL && btf_open(&ctx, "vmlinux", blob, size, false, be, ptr,
	    NULL, &u) == 0 && types_add(&ctx, ts, u) == 0) {
		for (i = 0; i < ROOM; i++)
			m.bytes[PLACE + i] = p[i % n];
		for (i = 0; i < 8; i++)
			walkers(&ctx, &m.space, ts, PLACE + i * ptr);
	}
	types_destroy(ts);
	mk_btf_fini(&b);
	mk_space_fini(&m);
	ctx_fini(&ctx);
}

/* A list of two, a tree's root, and nodes that are each other's children. */
static void
seed(struct buf *b)
{
	static const uint64_t words[] = {
		PLACE + 0x40, PLACE + 0x40, PLACE + 0x82, PLACE + 0x100,
		0, PLACE + 0x180, PLACE + 0x10e, 0,
		PLACE, PLACE, 7, 0, 0, 0, 0, 0,
		4, PLACE + 0x81, PLACE + 0xa2, PLACE + 0xc0, 0, 0x11, 0, 0,
		PLACE + 0x100, 0, PLACE + 0x140, 3, 9, 0xffff, 0, 0,
		1, PLACE + 0x20, 0, 0, 5, 0, 0, 0x42, 0, 0, 0, 0, 0, 0, 0, 0,
	};
	uint8_t raw[8];
	size_t i;

	buf_add(b, "\0", 1);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		store_uint(raw, 8, false, words[i]);
		buf_add(b, raw, 8);
	}
}

const struct fuzz_target fuzz_walkers = { "walkers", run, seed };
