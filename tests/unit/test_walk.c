/* SPDX-License-Identifier: BSD-2-Clause */
/* Container walkers over containers made by hand, whole and broken. */
#include "tests/unit/unit.h"

#include "engine/value/walk.h"
#include "tests/mk/mk_btf.h"
#include "tests/mk/mk_containers.h"
#include "tests/mk/mk_space.h"

#include <string.h>

struct world {
	struct ctx	ctx;
	struct mk_space	m;
	struct mk_btf	b;
	struct types	*ts;
};

/* The types that walkers ask for, as in 6.1. */
static void
world_init(struct world *w, bool be, unsigned ps)
{
	struct mk_btf *b = &w->b;
	struct type_unit *u;
	const void *blob;
	size_t n;

	ctx_init(&w->ctx);
	mk_space_init(&w->m, be, ps);
	mk_btf_init(b, be, NULL);
	mk_containers(b, ps);
	blob = mk_btf_blob(b, &n);
	w->ts = types_create(ps, be);
	assert_int_equal(btf_open(&w->ctx, "vmlinux", blob, n, false, be, ps,
	    NULL, &u), OK);
	assert_int_equal(types_add(&w->ctx, w->ts, u), OK);
}

static void
world_fini(struct world *w)
{
	types_destroy(w->ts);
	mk_btf_fini(&w->b);
	mk_space_fini(&w->m);
	ctx_fini(&w->ctx);
}

/*
 * Walk to the end: what came must be want[0..n), then "last"; behind what is
 * broken in a tree, more of them.
 */
static void
expect_more(struct world *w, struct walk *k, const uint64_t (*want)[2],
    size_t n, int last, size_t more)
{
	uint64_t key, node;
	size_t i;

	for (i = 0; i < n; i++) {
		assert_int_equal(walk_next(k, &w->ctx, &key, &node), OK);
		assert_true(key == want[i][0]);
		assert_true(node == want[i][1]);
	}
	ctx_clear(&w->ctx);
	assert_int_equal(walk_next(k, &w->ctx, &key, &node), last);
	assert_int_equal(w->ctx.err.text[0] != '\0', last != E_DONE);
	for (i = n; i < n + more; i++) {
		assert_int_equal(walk_next(k, &w->ctx, &key, &node), OK);
		assert_true(key == want[i][0]);
		assert_true(node == want[i][1]);
	}
	assert_int_equal(walk_next(k, &w->ctx, &key, &node), E_DONE);
	walk_fini(k);
}

static void
expect(struct world *w, struct walk *k, const uint64_t (*want)[2], size_t n,
    int last)
{
	expect_more(w, k, want, n, last, 0);
}

static void
lists(void **state)
{
	static const uint64_t want[][2] = { { 0, 0x2000 }, { 0, 0x3000 },
	    { 0, 0x2100 } };
	struct world w;
	struct walk k;
	int be;

	(void)state;
	for (be = 0; be < 2; be++) {
		world_init(&w, be != 0, be ? 4 : 8);
		mk_put_ptr(&w.m, 0x1000, 0x2000);
		mk_put_ptr(&w.m, 0x2000, 0x3000);
		mk_put_ptr(&w.m, 0x3000, 0x2100);
		mk_put_ptr(&w.m, 0x2100, 0x1000);
		assert_int_equal(walk_list(&k, &w.ctx, &w.m.space, 0x1000), OK);
		expect(&w, &k, want, 3, E_DONE);
		mk_put_ptr(&w.m, 0x2100, 0x3000);	/* a loop */
		assert_int_equal(walk_list(&k, &w.ctx, &w.m.space, 0x1000), OK);
		expect(&w, &k, want, 3, E_CORRUPT);
		mk_put_ptr(&w.m, 0x2100, 0);		/* torn */
		assert_int_equal(walk_list(&k, &w.ctx, &w.m.space, 0x1000), OK);
		expect(&w, &k, want, 3, E_CORRUPT);
		/* The same links as an hlist end in NULL or a nulls marker. */
		assert_int_equal(walk_hlist(&k, &w.ctx, &w.m.space, 0x1000), OK);
		expect(&w, &k, want, 3, E_DONE);
		assert_int_equal(walk_llist(&k, &w.ctx, &w.m.space, 0x1000), OK);
		expect(&w, &k, want, 3, E_DONE);
		mk_put_ptr(&w.m, 0x2100, 0x77);
		assert_int_equal(walk_hlist(&k, &w.ctx, &w.m.space, 0x1000), OK);
		expect(&w, &k, want, 3, E_DONE);
		assert_int_equal(walk_llist(&k, &w.ctx, &w.m.space, 0x1000), OK);
		expect(&w, &k, want, 3, E_CORRUPT);
		mk_space_unmap(&w.m, 0x3000);
		assert_int_equal(walk_list(&k, &w.ctx, &w.m.space, 0x1000), OK);
		expect(&w, &k, want, 2, E_NOT_MAPPED);
		mk_put_ptr(&w.m, 0x1000, 0x1000);	/* empty */
		assert_int_equal(walk_list(&k, &w.ctx, &w.m.space, 0x1000), OK);
		expect(&w, &k, NULL, 0, E_DONE);
		world_fini(&w);
	}
}

static void
rb(struct world *w, uint64_t node, uint64_t left, uint64_t right)
{
	unsigned ps = w->m.space.ptr_size;

	mk_put_ptr(&w->m, node + ps, right);
	mk_put_ptr(&w->m, node + ps * 2, left);
}

static void
rbtrees(void **state)
{
	static const uint64_t want[][2] = { { 0, 0x2000 }, { 0, 0x2100 },
	    { 0, 0x2200 }, { 0, 0x2300 }, { 0, 0x2400 } };
	uint64_t i, deep[64][2];
	struct world w;
	struct walk k;
	int be;

	(void)state;
	for (be = 0; be < 2; be++) {
		world_init(&w, be != 0, be ? 4 : 8);
		mk_put_ptr(&w.m, 0x1000, 0x2300);
		rb(&w, 0x2300, 0x2100, 0x2400);
		rb(&w, 0x2100, 0x2000, 0x2200);
		assert_int_equal(walk_rbtree(&k, &w.ctx, &w.m.space, w.ts,
		    0x1000), OK);
		expect(&w, &k, want, 5, E_DONE);
		rb(&w, 0x2400, 0, 0x2100);		/* a loop */
		assert_int_equal(walk_rbtree(&k, &w.ctx, &w.m.space, w.ts,
		    0x1000), OK);
		expect(&w, &k, want, 5, E_CORRUPT);
		rb(&w, 0x2400, 0x2402, 0);		/* odd */
		assert_int_equal(walk_rbtree(&k, &w.ctx, &w.m.space, w.ts,
		    0x1000), OK);
		expect_more(&w, &k, want, 4, E_CORRUPT, 1);
		/* Deeper than any balanced tree. */
		for (i = 0; i < 100; i++)
			rb(&w, 0x4000 + i * 32, 0x4000 + (i + 1) * 32, 0);
		for (i = 0; i < 64; i++) {
			deep[i][0] = 0;
			deep[i][1] = 0x4000 + (63 - i) * 32;
		}
		mk_put_ptr(&w.m, 0x1000, 0x4000);
		assert_int_equal(walk_rbtree(&k, &w.ctx, &w.m.space, w.ts,
		    0x1000), OK);
		expect_more(&w, &k, deep, 0, E_CORRUPT, 64);
		mk_put_ptr(&w.m, 0x1000, 0);
		assert_int_equal(walk_rbtree(&k, &w.ctx, &w.m.space, w.ts,
		    0x1000), OK);
		expect(&w, &k, NULL, 0, E_DONE);
		world_fini(&w);
	}
}

/* xa_node of 4 slots: 2 bits a level. */
static void
xa(struct world *w, uint64_t node, unsigned shift, uint64_t a, uint64_t b,
    uint64_t c, uint64_t d)
{
	unsigned ps = w->m.space.ptr_size;

	mk_put(&w->m, node, 1, shift);
	mk_put_ptr(&w->m, node + 8, a);
	mk_put_ptr(&w->m, node + 8 + ps, b);
	mk_put_ptr(&w->m, node + 8 + ps * 2, c);
	mk_put_ptr(&w->m, node + 8 + ps * 3, d);
}

static void
xarrays(void **state)
{
	/* A value (bit 0), a pointer, a sibling in slot 2, a pointer. */
	static const uint64_t want[][2] = { { 0, 0x8001 }, { 5, 0x9000 },
	    { 7, 0x9100 }, { 12, 0x9200 } };
	static const uint64_t single[][2] = { { 0, 0x9000 } };
	static const uint64_t behind[][2] = { { 0, 0x8001 }, { 12, 0x9200 } };
	struct world w;
	struct walk k;
	int be;

	(void)state;
	for (be = 0; be < 2; be++) {
		world_init(&w, be != 0, be ? 4 : 8);
		mk_put_ptr(&w.m, 0x1008, 0x2002);
		xa(&w, 0x2000, 2, 0x3002, 0x4002, 0, 0x5002);
		xa(&w, 0x3000, 0, 0x8001, 0, 0, 0);
		xa(&w, 0x4000, 0, 0, 0x9000, 1 << 2 | 2, 0x9100);
		xa(&w, 0x5000, 0, 0x9200, 256 << 2 | 2, 0, 0);
		assert_int_equal(walk_xarray(&k, &w.ctx, &w.m.space, w.ts,
		    0x1000), OK);
		expect(&w, &k, want, 4, E_DONE);
		mk_put(&w.m, 0x4000, 1, 2);		/* shift does not fall */
		assert_int_equal(walk_xarray(&k, &w.ctx, &w.m.space, w.ts,
		    0x1000), OK);
		expect_more(&w, &k, behind, 1, E_CORRUPT, 1);
		mk_put(&w.m, 0x4000, 1, 0);
		xa(&w, 0x2000, 2, 0x3002, 0x4002, 0x4002, 0);	/* twice */
		assert_int_equal(walk_xarray(&k, &w.ctx, &w.m.space, w.ts,
		    0x1000), OK);
		expect(&w, &k, want, 3, E_CORRUPT);
		mk_put(&w.m, 0x2000, 1, 200);
		assert_int_equal(walk_xarray(&k, &w.ctx, &w.m.space, w.ts,
		    0x1000), OK);
		expect(&w, &k, NULL, 0, E_CORRUPT);
		mk_put_ptr(&w.m, 0x1008, 0x9000);	/* the entry of index 0 */
		assert_int_equal(walk_xarray(&k, &w.ctx, &w.m.space, w.ts,
		    0x1000), OK);
		expect(&w, &k, single, 1, E_DONE);
		mk_put_ptr(&w.m, 0x1008, 0);
		assert_int_equal(walk_xarray(&k, &w.ctx, &w.m.space, w.ts,
		    0x1000), OK);
		expect(&w, &k, NULL, 0, E_DONE);
		world_fini(&w);
	}
}

/* A node of the maple tree: n slots, pivots between them, metadata. */
static void
maple(struct world *w, uint64_t node, bool arange, unsigned n,
    const uint64_t *pivot, const uint64_t *slot)
{
	unsigned ps = w->m.space.ptr_size, slots, i;
	uint64_t at;

	slots = arange ? (ps == 8 ? 10 : 21) : ps == 8 ? 16 : 32;
	for (i = 0; i < n; i++) {
		if (i < slots - 1)
			mk_put_ptr(&w->m, node + ps * (1 + i), pivot[i]);
		mk_put_ptr(&w->m, node + ps * (slots + i), slot[i]);
	}
	at = node + ps * (arange ? slots * 3 : slots * 2 - 1);
	if (n < slots)
		mk_put(&w->m, at, 1, n - 1);
}

static void
maple_trees(void **state)
{
	static const uint64_t want[][2] = { { 0x10, 0x9000 }, { 0x20, 0x9100 },
	    { 0x100, 0x9200 }, { 0x200, 0x9300 } };
	static const uint64_t behind[][2] = { { 0x10, 0x9000 },
	    { 0x20, 0x9100 }, { 0x200, 0x9300 } };
	static const uint64_t one[][2] = { { 0, 0x9000 } };
	struct world w;
	struct walk k;
	uint64_t all, pivot[32], slot[32], key, node;
	unsigned i, n;
	int be;

	(void)state;
	for (be = 0; be < 2; be++) {
		world_init(&w, be != 0, be ? 4 : 8);
		all = be ? UINT32_MAX : UINT64_MAX;
		mk_put_ptr(&w.m, 0x1000 + w.m.space.ptr_size,
		    0x2000 | 3 << 3 | 4 | 2);	/* an arange node, the root */
		maple(&w, 0x2000, true, 3,
		    (const uint64_t[]){ 0xff, 0x1ff, 0 },
		    (const uint64_t[]){ 0x3000 | 1 << 3 | 4, 0x3100 | 1 << 3 | 4,
		    0x3200 | 1 << 3 | 4 });
		/* A gap, two entries, a gap up to the node's end. */
		maple(&w, 0x3000, false, 4,
		    (const uint64_t[]){ 0xf, 0x1f, 0x2f, 0xff },
		    (const uint64_t[]){ 0, 0x9000, 0x9100, 0 });
		/* A reserved entry (XA_ZERO_ENTRY) is none. */
		maple(&w, 0x3100, false, 2,
		    (const uint64_t[]){ 0x10f, 0x1ff },
		    (const uint64_t[]){ 0x9200, 257 << 2 | 2 });
		/* The last pivot may be left 0: the node's end counts. */
		maple(&w, 0x3200, false, 2,
		    (const uint64_t[]){ 0x20f, 0 },
		    (const uint64_t[]){ 0x9300, 0 });
		assert_int_equal(walk_maple(&k, &w.ctx, &w.m.space, w.ts,
		    0x1000), OK);
		expect(&w, &k, want, 4, E_DONE);
		mk_put_ptr(&w.m, 0x3100 + w.m.space.ptr_size, 0x2ff);
		assert_int_equal(walk_maple(&k, &w.ctx, &w.m.space, w.ts,
		    0x1000), OK);
		/* beyond its parent */
		expect_more(&w, &k, behind, 2, E_CORRUPT, 1);
		mk_put_ptr(&w.m, 0x3100 + w.m.space.ptr_size, 0x10f);
		maple(&w, 0x2000, true, 2, (const uint64_t[]){ 0xff, all },
		    (const uint64_t[]){ 0x3000 | 1 << 3 | 4,
		    0x2000 | 3 << 3 | 4 });
		assert_int_equal(walk_maple(&k, &w.ctx, &w.m.space, w.ts,
		    0x1000), OK);
		expect(&w, &k, want, 2, E_CORRUPT);	/* a loop */
		maple(&w, 0x2000, true, 2, (const uint64_t[]){ 0xff, all },
		    (const uint64_t[]){ 0x3000 | 1 << 3 | 4, 0x3100 | 9 << 3 });
		assert_int_equal(walk_maple(&k, &w.ctx, &w.m.space, w.ts,
		    0x1000), OK);
		expect(&w, &k, want, 2, E_CORRUPT);	/* no such type */

		/* A root that is a full leaf has no room for metadata. */
		n = be ? 32 : 16;
		for (i = 0; i < n; i++) {
			pivot[i] = (i + 1) * 0x100 - 1;
			slot[i] = 0x9000 + i * 0x100;
		}
		maple(&w, 0x5000, false, n, pivot, slot);
		mk_put_ptr(&w.m, 0x1000 + w.m.space.ptr_size,
		    0x5000 | 1 << 3 | 4 | 2);
		assert_int_equal(walk_maple(&k, &w.ctx, &w.m.space, w.ts,
		    0x1000), OK);
		for (i = 0; i < n; i++) {
			assert_int_equal(walk_next(&k, &w.ctx, &key, &node),
			    OK);
			assert_true(key == i * 0x100 && node == slot[i]);
		}
		expect(&w, &k, NULL, 0, E_DONE);

		mk_put_ptr(&w.m, 0x1000 + w.m.space.ptr_size, 0x9000);
		assert_int_equal(walk_maple(&k, &w.ctx, &w.m.space, w.ts,
		    0x1000), OK);
		expect(&w, &k, one, 1, E_DONE);
		mk_put_ptr(&w.m, 0x1000 + w.m.space.ptr_size, 0);
		assert_int_equal(walk_maple(&k, &w.ctx, &w.m.space, w.ts,
		    0x1000), OK);
		expect(&w, &k, NULL, 0, E_DONE);
		world_fini(&w);
	}
}

/* Random memory: every walk ends, and soon. */
static void
garbage(void **state)
{
	struct world w;
	struct walk k;
	uint32_t seed = 99, i;
	uint64_t key, node;
	int round, r;

	(void)state;
	world_init(&w, false, 8);
	for (round = 0; round < 300; round++) {
		for (i = 0; i < 0x8000; i += 8) {
			seed = seed * 1664525 + 1013904223;
			mk_put(&w.m, 0x1000 + i, 8, (seed >> 7) % 3 == 0 ? 0 :
			    0x1000 + (seed >> 5) % 0x8000 / 8 * 8 +
			    (seed >> 29 == 0 ? 30 : seed >> 29 == 1 ? 2 : 0));
		}
		for (i = 0; i < 6; i++) {
			switch (i) {
			case 0:
				r = walk_list(&k, &w.ctx, &w.m.space, 0x1000);
				break;
			case 1:
				r = walk_hlist(&k, &w.ctx, &w.m.space, 0x1008);
				break;
			case 2:
				r = walk_rbtree(&k, &w.ctx, &w.m.space, w.ts,
				    0x1010);
				break;
			case 3:
				r = walk_xarray(&k, &w.ctx, &w.m.space, w.ts,
				    0x1018);
				break;
			case 4:
				mk_put(&w.m, 0x1028, 8, 0x1800 | 3 << 3 | 6);
				r = walk_maple(&k, &w.ctx, &w.m.space, w.ts,
				    0x1020);
				break;
			default:
				mk_put(&w.m, 0x1028, 8, 0x1800 | 1 << 3 | 6);
				r = walk_maple(&k, &w.ctx, &w.m.space, w.ts,
				    0x1020);
				break;
			}
			assert_int_equal(r, OK);
			while (walk_next(&k, &w.ctx, &key, &node) == OK)
				continue;
			assert_true(k.left > WALK_STEPS_MAX - 10000);
			walk_fini(&k);
		}
	}
	world_fini(&w);
}

static void
needs_its_types(void **state)
{
	struct ctx ctx;
	struct mk_space m;
	struct walk k;
	struct types *ts = types_create(8, false);

	(void)state;
	ctx_init(&ctx);
	mk_space_init(&m, false, 8);
	assert_int_equal(walk_rbtree(&k, &ctx, &m.space, ts, 0x1000),
	    E_NO_TYPE);
	walk_fini(&k);
	assert_int_equal(walk_xarray(&k, &ctx, &m.space, ts, 0x1000),
	    E_NO_TYPE);
	walk_fini(&k);
	assert_int_equal(walk_maple(&k, &ctx, &m.space, ts, 0x1000),
	    E_NO_TYPE);
	walk_fini(&k);
	types_destroy(ts);
	mk_space_fini(&m);
	ctx_fini(&ctx);
}

UNIT_MAIN(
	UNIT(lists),
	UNIT(rbtrees),
	UNIT(xarrays),
	UNIT(maple_trees),
	UNIT(garbage),
	UNIT(needs_its_types))
