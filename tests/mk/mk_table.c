/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/mk/mk_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
make_types(struct mk_table *t)
{
	struct mk_btf *b = &t->b;
	uint32_t bucket, buckets, c, color, cp, hhead, hnode, list, name, node,
	    np, ptr, rbn, rbnp, rbr, u32, u64;

	u32 = mk_btf_int(b, "unsigned int", 4, 0);
	u64 = mk_btf_int(b, "unsigned long", 8, 0);
	c = mk_btf_int(b, "char", 1, MK_SIGNED);
	cp = mk_btf_type(b, MK_PTR, "", c, 0, false);
	ptr = mk_btf_type(b, MK_PTR, "", 0, 0, false);
	name = mk_btf_array(b, c, 16);
	color = mk_btf_struct(b, MK_ENUM, "color", 4, false);
	mk_btf_value(b, "RED", 0);
	mk_btf_value(b, "BLUE", 1);
	list = mk_btf_struct(b, MK_STRUCT, "list_head", 16, false);
	mk_btf_member(b, "next", ptr, 0, 0);
	mk_btf_member(b, "prev", ptr, 64, 0);
	hhead = mk_btf_struct(b, MK_STRUCT, "hlist_head", 8, false);
	mk_btf_member(b, "first", ptr, 0, 0);
	hnode = mk_btf_struct(b, MK_STRUCT, "hlist_node", 16, false);
	mk_btf_member(b, "next", ptr, 0, 0);
	mk_btf_member(b, "pprev", ptr, 64, 0);
	/* The record points to itself: its pointer comes right behind. */
	rbn = mk_btf_struct(b, MK_STRUCT, "rb_node", 24, false);
	mk_btf_member(b, "__rb_parent_color", u64, 0, 0);
	mk_btf_member(b, "rb_right", ptr, 64, 0);
	mk_btf_member(b, "rb_left", ptr, 128, 0);
	rbnp = mk_btf_type(b, MK_PTR, "", rbn, 0, false);
	rbr = mk_btf_struct(b, MK_STRUCT, "rb_root", 8, false);
	mk_btf_member(b, "rb_node", rbnp, 0, 0);
	node = mk_btf_struct(b, MK_STRUCT, "node", 128, false);
	np = node + 1;
	mk_btf_member(b, "list", list, MK_NODE_LIST * 8, 0);
	mk_btf_member(b, "hash", hnode, MK_NODE_HASH * 8, 0);
	mk_btf_member(b, "tree", rbn, MK_NODE_TREE * 8, 0);
	mk_btf_member(b, "next", np, MK_NODE_NEXT * 8, 0);
	mk_btf_member(b, "name", name, MK_NODE_NAME * 8, 0);
	mk_btf_member(b, "flags", u32, MK_NODE_FLAGS * 8, 0);
	mk_btf_member(b, "kind", color, MK_NODE_KIND * 8, 0);
	mk_btf_member(b, "fn", ptr, MK_NODE_FN * 8, 0);
	mk_btf_member(b, "text", cp, MK_NODE_TEXT * 8, 0);
	mk_btf_member(b, "count", u64, MK_NODE_COUNT * 8, 0);
	mk_btf_member(b, "child", np, MK_NODE_CHILD * 8, 0);
	mk_btf_member(b, "sibling", np, MK_NODE_SIBLING * 8, 0);
	(void)mk_btf_type(b, MK_PTR, "", node, 0, false);
	bucket = mk_btf_struct(b, MK_STRUCT, "bucket", 16, false);
	mk_btf_member(b, "lock", u32, 0, 0);
	mk_btf_member(b, "head", hhead, 64, 0);
	buckets = mk_btf_array(b, bucket, 4);
	cp = mk_btf_array(b, np, 4);
	(void)mk_btf_struct(b, MK_STRUCT, "table", 136, false);
	mk_btf_member(b, "head", list, 0, 0);
	mk_btf_member(b, "buckets", buckets, 128, 0);
	mk_btf_member(b, "root", rbr, 640, 0);
	mk_btf_member(b, "first", np, 704, 0);
	mk_btf_member(b, "all", cp, 768, 0);
	mk_btf_member(b, "top", np, 1024, 0);
}

static void
make_nodes(struct mk_table *t)
{
	struct mk_space *m = &t->m;
	uint64_t head = MK_TABLE, at, left, right;
	unsigned i;

	for (i = 1; i <= MK_NODES; i++) {
		at = MK_NODE(i);
		mk_put_ptr(m, at + MK_NODE_LIST, i < MK_NODES ?
		    MK_NODE(i + 1) : head);
		/* Node i is in bucket i % 4; the higher ones come first. */
		mk_put_ptr(m, at + MK_NODE_HASH, i > 4 ?
		    MK_NODE(i - 4) + MK_NODE_HASH : 0);
		mk_put_ptr(m, MK_TABLE + 16 + i % 4 * 16 + 8,
		    at + MK_NODE_HASH);
		mk_put_ptr(m, at + MK_NODE_NEXT, i < MK_NODES ?
		    MK_NODE(i + 1) : 0);
		snprintf((char *)m->bytes + at + MK_NODE_NAME, 16, "node %u", i);
		mk_put(m, at + MK_NODE_FLAGS, 4, i);
		mk_put(m, at + MK_NODE_KIND, 4, i % 2);
		mk_put_ptr(m, at + MK_NODE_FN, i == 1 ? 0 : 0x9000 + i);
		mk_put_ptr(m, at + MK_NODE_TEXT, i == 1 ? 0 : 0x5000);
		mk_put(m, at + MK_NODE_COUNT, 8, i * 10);
	}
	mk_put_ptr(m, head, MK_NODE(1));
	memcpy(m->bytes + 0x5000, "elsewhere", 10);
	/* 4 over 2 (1, 3) and 6 (5). */
	for (i = 1; i <= MK_NODES; i++) {
		left = i == 4 ? 2 : i == 2 ? 1 : i == 6 ? 5 : 0;
		right = i == 4 ? 6 : i == 2 ? 3 : 0;
		mk_put_ptr(m, MK_NODE(i) + MK_NODE_TREE + 8, right == 0 ? 0 :
		    MK_NODE(right) + MK_NODE_TREE);
		mk_put_ptr(m, MK_NODE(i) + MK_NODE_TREE + 16, left == 0 ? 0 :
		    MK_NODE(left) + MK_NODE_TREE);
	}
	mk_put_ptr(m, MK_TABLE + 80, MK_NODE(4) + MK_NODE_TREE);
	mk_put_ptr(m, MK_TABLE + 88, MK_NODE(1));
	mk_put_ptr(m, MK_TABLE + 96, MK_NODE(2));
	mk_put_ptr(m, MK_TABLE + 112, MK_NODE(5));
	/* As a family: 1 has 2 and 3, 2 has 4. */
	mk_put_ptr(m, MK_TABLE + 128, MK_NODE(1));
	mk_put_ptr(m, MK_NODE(1) + MK_NODE_CHILD, MK_NODE(2));
	mk_put_ptr(m, MK_NODE(2) + MK_NODE_SIBLING, MK_NODE(3));
	mk_put_ptr(m, MK_NODE(2) + MK_NODE_CHILD, MK_NODE(4));
}

static void
must(int status)
{
	if (status != OK)
		abort();
}

void
mk_table_init(struct mk_table *t, bool be)
{
	struct type_unit *unit;
	const void *blob;
	size_t n;

	memset(t, 0, sizeof(*t));
	ctx_init(&t->ctx);
	mk_space_init(&t->m, be, 8);
	mk_btf_init(&t->b, be, NULL);
	make_types(t);
	make_nodes(t);
	blob = mk_btf_blob(&t->b, &n);
	t->k.types = types_create(8, be);
	must(btf_open(&t->ctx, "vmlinux", blob, n, false, be, 8, NULL, &unit));
	must(types_add(&t->ctx, t->k.types, unit));
	sym_init(&t->k.symbols);
	must(sym_add(&t->ctx, &t->k.symbols, MK_TABLE, 136, 'D', 0, "table", 5));
	must(sym_add(&t->ctx, &t->k.symbols, 0x9000, 256, 'T', 0, "do_it", 5));
	must(sym_seal(&t->ctx, &t->k.symbols));
	t->k.env = (struct value_env){ .space = &t->m.space,
	    .symbols = &t->k.symbols, .types = t->k.types };
}

void
mk_table_fini(struct mk_table *t)
{
	types_destroy(t->k.types);
	sym_fini(&t->k.symbols);
	mk_btf_fini(&t->b);
	mk_space_fini(&t->m);
	ctx_fini(&t->ctx);
}
