/* SPDX-License-Identifier: BSD-2-Clause */
/* Values as text, their parts, and bit-fields wherever they lie. */
#include "tests/unit/unit.h"

#include "base/bytes.h"
#include "engine/value/value.h"
#include "tests/mk/mk_btf.h"
#include "tests/mk/mk_space.h"

#include <stdlib.h>
#include <string.h>

struct world {
	struct ctx	 ctx;
	struct mk_space	 m;
	struct mk_btf	 b;
	struct symbols	 symbols;
	struct value_env env;
	struct value	 task;		/* struct task at 0x1000 */
};

static void
world_init(struct world *w, bool be)
{
	struct mk_btf *b = &w->b;
	struct type_unit *u;
	struct types *ts;
	uint32_t i, c, yes, en, cp, comm, inner, innerv, un, flex, grid, wide, s;
	const void *blob;
	size_t n;

	ctx_init(&w->ctx);
	mk_space_init(&w->m, be, 8);
	mk_btf_init(b, be, NULL);
	i = mk_btf_int(b, "int", 4, MK_SIGNED);
	c = mk_btf_int(b, "char", 1, MK_SIGNED);
	yes = mk_btf_int(b, "_Bool", 1, MK_BOOL);
	en = mk_btf_struct(b, MK_ENUM, "state", 4, true);
	mk_btf_value(b, "RUNNING", 0);
	mk_btf_value(b, "DEAD", -1);
	cp = mk_btf_type(b, MK_PTR, "", c, 0, false);
	comm = mk_btf_array(b, c, 16);
	inner = mk_btf_struct(b, MK_STRUCT, "inner", 8, false);
	mk_btf_member(b, "a", i, 0, 0);
	mk_btf_member(b, "b", i, 32, 0);
	innerv = mk_btf_array(b, inner, 2);
	un = mk_btf_struct(b, MK_UNION, "", 4, false);
	mk_btf_member(b, "u1", i, 0, 0);
	mk_btf_member(b, "u2", c, 0, 0);
	flex = mk_btf_array(b, i, 0);
	grid = mk_btf_array(b, mk_btf_array(b, i, 2), 2);
	wide = mk_btf_int(b, "unsigned __int128", 16, 0);
	s = mk_btf_struct(b, MK_STRUCT, "task", 144, true);
	mk_btf_member(b, "pid", i, 0, 0);
	mk_btf_member(b, "", i, 32, 7);		/* a hole */
	mk_btf_member(b, "flag", i, 40, 2);
	mk_btf_member(b, "comm", comm, 64, 0);
	mk_btf_member(b, "in", innerv, 192, 0);
	mk_btf_member(b, "", un, 320, 0);
	mk_btf_member(b, "state", en, 352, 0);
	mk_btf_member(b, "name", cp, 384, 0);
	mk_btf_member(b, "yes", yes, 448, 0);
	mk_btf_member(b, "grid", grid, 512, 0);
	mk_btf_member(b, "wide", wide, 640, 0);
	mk_btf_member(b, "flex", flex, 1152, 0);
	mk_btf_int(b, "unsigned long", 8, 0);
	blob = mk_btf_blob(b, &n);
	ts = types_create(8, be);
	assert_int_equal(btf_open(&w->ctx, "vmlinux", blob, n, false, be, 8,
	    NULL, &u), OK);
	assert_int_equal(types_add(&w->ctx, ts, u), OK);
	sym_init(&w->symbols);
	assert_int_equal(sym_add(&w->ctx, &w->symbols, 0x8000, 16, 'D', 0,
	    "thing", 5), OK);
	assert_int_equal(sym_seal(&w->ctx, &w->symbols), OK);
	w->env = (struct value_env){ .space = &w->m.space,
	    .symbols = &w->symbols, .types = ts };
	w->task = (struct value){ .type = { 0, s }, .place = VALUE_MEM,
	    .space = &w->m.space, .addr = 0x1000 };
}

static void
world_fini(struct world *w)
{
	types_destroy(w->env.types);
	sym_fini(&w->symbols);
	mk_btf_fini(&w->b);
	mk_space_fini(&w->m);
	ctx_fini(&w->ctx);
}

static void
text(struct world *w, const char *path, const char *want)
{
	struct value v;
	struct buf b = { 0 };

	assert_int_equal(value_member(&w->ctx, &w->env, &w->task, path, &v),
	    OK);
	assert_int_equal(value_text(&w->ctx, &w->env, &v, &b), OK);
	assert_string_equal(buf_text(&b), want);
	buf_fini(&b);
}

static void
named(struct world *w, const char *want)
{
	char name[VALUE_NAME_MAX];
	size_t n;

	n = value_name(&w->ctx, &w->env, &w->task, name);
	assert_int_equal(n, strlen(want));
	assert_memory_equal(name, want, n);
}

/* By the first member that holds a text: comm, else what name points to. */
static void
knows_names(void **state)
{
	struct world w;
	int be;

	(void)state;
	for (be = 0; be < 2; be++) {
		world_init(&w, be != 0);
		memset(w.m.bytes + 0x1008, 0, 16);
		memcpy(w.m.bytes + 0x1008, "kthreadd", 8);
		named(&w, "kthreadd");
		memset(w.m.bytes + 0x1008, 'x', 16);	/* no NUL */
		named(&w, "xxxxxxxxxxxxxxxx");
		mk_put(&w.m, 0x1030, 8, 0x1008);
		w.m.bytes[0x1008] = '\n';		/* no text: name's then, */
		named(&w, "");				/* which is the same */
		memcpy(w.m.bytes + 0x1070, "eth0", 5);
		mk_put(&w.m, 0x1030, 8, 0x1070);
		named(&w, "eth0");
		mk_put(&w.m, 0x1030, 8, 0x10000000);	/* nothing there */
		named(&w, "");
		mk_put(&w.m, 0x1030, 8, 0);
		named(&w, "");
		w.task.addr = 0x10000000;
		named(&w, "");
		world_fini(&w);
	}
}

static void
shows_text(void **state)
{
	struct world w;
	struct value v;
	struct buf b = { 0 };
	uint64_t bits;
	int be;

	(void)state;
	for (be = 0; be < 2; be++) {
		world_init(&w, be != 0);
		mk_put(&w.m, 0x1000, 4, (uint32_t)-5);
		text(&w, "pid", "-5");
		memcpy(w.m.bytes + 0x1008, "a\"\\\n\xc3\xa9\xff\x01", 8);
		text(&w, "comm", "\"a\\\"\\\\\\n\xc3\xa9\\377\\001\"");
		memset(w.m.bytes + 0x1008, 'x', 16);	/* no NUL */
		text(&w, "comm", "\"xxxxxxxxxxxxxxxx\"");
		text(&w, "u1", "0");
		w.m.bytes[0x1028] = 'A';
		text(&w, "u2", "65 'A'");
		text(&w, "state", "RUNNING");
		mk_put(&w.m, 0x102c, 4, UINT32_MAX);
		text(&w, "state", "DEAD");
		mk_put(&w.m, 0x102c, 4, 12);
		text(&w, "state", "12");
		text(&w, "name", "0x0");
		mk_put(&w.m, 0x1030, 8, 0x8004);
		text(&w, "name", "0x8004 <thing+0x4>");
		mk_put(&w.m, 0x1030, 8, 0x1008);
		w.m.bytes[0x100b] = 0;
		text(&w, "name", "0x1008 \"xxx\"");
		mk_put(&w.m, 0x1030, 8, 0x10000000);	/* nothing there */
		text(&w, "name", "0x10000000");
		text(&w, "yes", "false");
		w.m.bytes[0x1038] = 1;
		text(&w, "yes", "true");
		w.m.bytes[0x1038] = 7;
		text(&w, "yes", "7");
		mk_put(&w.m, 0x1050 + (be ? 15 : 0), 1, 0x12);
		text(&w, "wide", "0x00000000000000000000000000000012");
		text(&w, "in", "{...}");
		text(&w, "in[1]", "{...}");

		assert_int_equal(value_member(&w.ctx, &w.env, &w.task, "comm",
		    &v), OK);
		buf_reset(&b);
		assert_int_equal(value_chars(&w.ctx, &w.env, &v, &b), OK);
		assert_string_equal(buf_text(&b), "xxx");
		assert_int_equal(value_load(&w.ctx, &w.env, &v, &bits), OK);
		assert_int_equal(bits, 0x1008);		/* it decays */
		assert_int_equal(value_load(&w.ctx, &w.env, &w.task, &bits),
		    E_USAGE);
		assert_int_equal(value_chars(&w.ctx, &w.env, &w.task, &b),
		    E_USAGE);
		mk_space_unmap(&w.m, 0x1000);
		assert_int_equal(value_text(&w.ctx, &w.env, &v, &b),
		    E_NOT_MAPPED);
		assert_int_equal(w.ctx.err.addr, 0x1008);
		world_fini(&w);
	}
	buf_fini(&b);
}

struct seen_nodes {
	struct buf	b;
	bool		leaves, skip;
	int		stop;
};

static int
node(void *arg, struct ctx *ctx, const struct value_node *n)
{
	struct seen_nodes *s = arg;

	(void)ctx;
	if (n->is_leaf || !s->leaves)
		buf_printf(&s->b, "%s@%d+%d%s ", n->path, (int)n->offset,
		    (int)n->size, n->is_leaf ? "" : "{}");
	assert_int_equal(n->v.addr, 0x1000 + n->offset);
	assert_true(n->path + strlen(n->path) == n->name + strlen(n->name));
	if (s->stop != 0 && --s->stop == 0)
		return (E_CANCELLED);
	return (s->skip && n->depth == 1 ? VALUE_SKIP : 0);
}

static void
walks(void **state)
{
	static const char leaves[] = "pid@0+4 flag@4+4 comm@8+16 in[0].a@24+4 "
	    "in[0].b@28+4 in[1].a@32+4 in[1].b@36+4 u1@40+4 u2@40+1 state@44+4 "
	    "name@48+8 yes@56+1 grid[0][0]@64+4 grid[0][1]@68+4 grid[1][0]@72+4 "
	    "grid[1][1]@76+4 wide@80+16 ";
	static const char children[] = "pid@0+4 flag@4+4 comm@8+16 in@24+16{} "
	    "u1@40+4 u2@40+1 state@44+4 name@48+8 yes@56+1 grid@64+16{} "
	    "wide@80+16 flex@144+0{} ";
	struct world w;
	struct seen_nodes s = { .leaves = true };
	struct value v;

	(void)state;
	world_init(&w, false);
	assert_int_equal(value_walk(&w.ctx, &w.env, &w.task, 0, node, &s), OK);
	assert_string_equal(buf_text(&s.b), leaves);
	buf_reset(&s.b);
	assert_int_equal(value_walk(&w.ctx, &w.env, &w.task, 1, node, &s), OK);
	assert_non_null(strstr(buf_text(&s.b), "in[0].b"));
	assert_null(strstr(buf_text(&s.b), "in[1]"));
	assert_null(strstr(buf_text(&s.b), "grid[0][1]"));
	buf_reset(&s.b);
	s.leaves = false;
	assert_int_equal(value_children(&w.ctx, &w.env, &w.task, 0, 100, node,
	    &s), OK);
	assert_string_equal(buf_text(&s.b), children);
	buf_reset(&s.b);
	assert_int_equal(value_children(&w.ctx, &w.env, &w.task, 3, 3, node,
	    &s), OK);
	assert_string_equal(buf_text(&s.b), "in@24+16{} u1@40+4 u2@40+1 ");
	buf_reset(&s.b);
	s.skip = true;
	assert_int_equal(value_walk(&w.ctx, &w.env, &w.task, 0, node, &s), OK);
	assert_null(strstr(buf_text(&s.b), "in["));
	buf_reset(&s.b);
	s.stop = 3;
	assert_int_equal(value_walk(&w.ctx, &w.env, &w.task, 0, node, &s),
	    E_CANCELLED);
	assert_string_equal(buf_text(&s.b), "@0+144{} pid@0+4 flag@4+4 ");
	buf_reset(&s.b);
	s.skip = false;
	assert_int_equal(value_member(&w.ctx, &w.env, &w.task, "pid", &v), OK);
	assert_int_equal(value_walk(&w.ctx, &w.env, &v, 0, node, &s), OK);
	assert_string_equal(buf_text(&s.b), "@0+4 ");
	buf_reset(&s.b);
	/* A window far into a large array costs what it shows. */
	v = w.task;
	assert_int_equal(type_array_of(&w.ctx, w.env.types,
	    type_builtin(w.env.types, 'i'), UINT64_C(1) << 30, &v.type), OK);
	assert_int_equal(value_children(&w.ctx, &w.env, &v, 1000000, 2, node,
	    &s), OK);
	assert_string_equal(buf_text(&s.b),
	    "[1000000]@4000000+4 [1000001]@4000004+4 ");
	buf_fini(&s.b);
	world_fini(&w);
}

static int
ignore(void *arg, struct ctx *ctx, const struct value_node *n)
{
	(void)arg;
	(void)ctx;
	(void)n;
	return (0);
}

static void
walks_end(void **state)
{
	struct ctx ctx;
	struct mk_btf b;
	struct types *ts;
	struct type_unit *u;
	struct value_env env = { .space = NULL };
	struct value v = { .place = VALUE_MEM };
	const void *blob;
	size_t n;
	uint32_t i, c, a;

	(void)state;
	ctx_init(&ctx);
	mk_btf_init(&b, false, NULL);
	mk_btf_struct(&b, MK_STRUCT, "self", 8, false);		/* 1 */
	for (i = 0; i < 4; i++)
		mk_btf_member(&b, i < 2 ? "" : "x", 1, 0, 0);
	c = mk_btf_int(&b, "int", 4, MK_SIGNED);		/* 2 */
	for (i = 0, a = c; i < 6; i++)
		a = mk_btf_array(&b, a, 1000);
	mk_btf_struct(&b, MK_STRUCT, "big", 8, false);
	mk_btf_member(&b, "a", a - 3, 0, 0);
	blob = mk_btf_blob(&b, &n);
	env.types = ts = types_create(8, false);
	assert_int_equal(btf_open(&ctx, "x", blob, n, false, false, 8, NULL,
	    &u), OK);
	assert_int_equal(types_add(&ctx, ts, u), OK);
	v.type.id = 1;
	assert_int_equal(value_walk(&ctx, &env, &v, 0, ignore, NULL), E_LIMIT);
	assert_int_equal(value_children(&ctx, &env, &v, 0, 9, ignore, NULL),
	    E_LIMIT);
	v.type.id = a + 1;
	assert_int_equal(value_walk(&ctx, &env, &v, 0, ignore, NULL), E_LIMIT);
	types_destroy(ts);
	mk_btf_fini(&b);
	ctx_fini(&ctx);
}

/* Every bit-field that fits into 16 bytes, against a bit by bit reading. */
static void
loads_bit_fields(void **state)
{
	struct world w;
	struct value v;
	uint64_t want, have, off;
	unsigned bit, n, i, at;
	uint32_t seed = 7;
	int be;

	(void)state;
	for (be = 0; be < 2; be++) {
		world_init(&w, be != 0);
		for (i = 0; i < 32; i++) {
			seed = seed * 1664525 + 1013904223;
			w.m.bytes[0x2000 + i] = (uint8_t)(seed >> 20);
		}
		v = (struct value){ .place = VALUE_MEM, .space = &w.m.space,
		    .type = type_builtin(w.env.types, 'L') };
		for (bit = 0; bit < 64; bit++) {
			for (n = 1; n <= 64; n++) {
				type_bit_unit(bit, n, 8, be != 0, &off,
				    &v.bit_offset);
				v.bit_size = (uint8_t)n;
				v.addr = 0x2000 + off;
				want = 0;
				for (i = 0; i < n; i++) {
					at = be ? bit + i : bit + n - 1 - i;
					want = want << 1 |
					    (w.m.bytes[0x2000 + at / 8] >>
					    (be ? 7 - at % 8 : at % 8) & 1);
				}
				assert_int_equal(value_load(&w.ctx, &w.env, &v,
				    &have), OK);
				assert_true(have == want);
			}
		}
		/* Only the bytes of the field are read. */
		mk_space_unmap(&w.m, 0x3000);
		type_bit_unit(0, 3, 8, be != 0, &off, &v.bit_offset);
		v.bit_size = 3;
		v.addr = 0x2fff;
		assert_int_equal(value_load(&w.ctx, &w.env, &v, &have), OK);
		world_fini(&w);
	}
}

UNIT_MAIN(
	UNIT(knows_names), UNIT(shows_text),
	UNIT(walks),
	UNIT(walks_end),
	UNIT(loads_bit_fields))
