/* SPDX-License-Identifier: BSD-2-Clause */
/* Names, C declarations, sizes and member paths over a small graph. */
#include "tests/unit/unit.h"

#include "engine/type/type.h"
#include "tests/mk/mk_btf.h"

#include <pthread.h>
#include <string.h>

struct graph {
	struct ctx	 ctx;
	struct mk_btf	 b;
	struct types	*ts;
	uint32_t	 i, c, node, task, fn, strange, list;
};

static void
graph_init(struct graph *g, bool be, unsigned ptr_size)
{
	struct mk_btf *b = &g->b;
	struct type_unit *u;
	unsigned bits = ptr_size * 8;
	uint32_t ul, p, cp, arr, arr2, pa, proto, pf, anon, un, flex;
	const void *blob;
	size_t n;

	ctx_init(&g->ctx);
	mk_btf_init(b, be, NULL);
	g->i = mk_btf_int(b, "int", 4, MK_SIGNED);
	ul = mk_btf_int(b, "long unsigned int", ptr_size, 0);
	g->c = mk_btf_int(b, "char", 1, MK_SIGNED);
	g->list = mk_btf_struct(b, MK_STRUCT, "list_head", ptr_size * 2, false);
	mk_btf_member(b, "next", b->next_id, 0, 0);
	mk_btf_member(b, "prev", b->next_id, bits, 0);
	p = mk_btf_type(b, MK_PTR, "", g->list, 0, false);
	arr = mk_btf_array(b, g->i, 3);
	arr2 = mk_btf_array(b, arr, 2);
	pa = mk_btf_type(b, MK_PTR, "", arr, 0, false);
	proto = mk_btf_type(b, MK_PROTO, "", g->i, 0, false);
	mk_btf_argument(b, "x", p);
	mk_btf_argument(b, "", 0);
	pf = mk_btf_type(b, MK_PTR, "", proto, 0, false);
	g->fn = mk_btf_array(b, pf, 4);
	cp = mk_btf_type(b, MK_CONST, "", g->c, 0, false);
	cp = mk_btf_type(b, MK_PTR, "", cp, 0, false);
	g->strange = mk_btf_type(b, MK_CONST, "", cp, 0, false);
	un = mk_btf_struct(b, MK_UNION, "", 8, false);
	mk_btf_member(b, "u1", g->i, 0, 0);
	mk_btf_member(b, "u2", ul, 0, 0);
	anon = mk_btf_struct(b, MK_STRUCT, "", 16, true);
	mk_btf_member(b, "low", g->i, 3, 5);
	mk_btf_member(b, "", un, 64, 0);
	flex = mk_btf_array(b, g->c, 0);
	g->task = mk_btf_struct(b, MK_STRUCT, "task", 100, true);
	mk_btf_member(b, "pid", g->i, 0, 0);
	mk_btf_member(b, "", anon, 64, 0);
	mk_btf_member(b, "grid", arr2, 192, 0);
	mk_btf_member(b, "tasks", g->list, 384, 0);
	mk_btf_member(b, "pa", pa, 512, 0);
	mk_btf_member(b, "name", flex, 800, 0);
	mk_btf_type(b, MK_TYPEDEF, "task_t", g->task, 0, false);
	mk_btf_type(b, MK_TYPEDEF, "list_head", g->i, 0, false);
	mk_btf_struct(b, MK_ENUM, "color", 4, false);
	mk_btf_value(b, "RED", 0);
	mk_btf_type(b, MK_FWD, "later", 0, 0, false);
	blob = mk_btf_blob(b, &n);
	g->ts = types_create(ptr_size, be);
	assert_int_equal(btf_open(&g->ctx, "vmlinux", blob, n, false, be,
	    ptr_size, NULL, &u), OK);
	assert_int_equal(types_add(&g->ctx, g->ts, u), OK);
}

static void
graph_fini(struct graph *g)
{
	types_destroy(g->ts);
	mk_btf_fini(&g->b);
	ctx_fini(&g->ctx);
}

static void
declared(struct graph *g, uint32_t id, const char *name, const char *want)
{
	char text[200];

	assert_int_equal(type_name(&g->ctx, g->ts, (struct typeref){ 0, id },
	    name, text, sizeof(text)), OK);
	assert_string_equal(text, want);
}

static void
declares(void **state)
{
	struct graph g;
	char text[8];

	(void)state;
	graph_init(&g, false, 8);
	declared(&g, g.i, "x", "int x");
	declared(&g, 2, "", "unsigned long");
	declared(&g, 5, "p", "struct list_head *p");
	declared(&g, 5, "", "struct list_head *");
	declared(&g, 7, "x", "int x[2][3]");
	declared(&g, 8, "x", "int (*x)[3]");
	declared(&g, 8, "", "int (*)[3]");
	declared(&g, 9, "f", "int f(struct list_head *, ...)");
	declared(&g, 10, "", "int (*)(struct list_head *, ...)");
	declared(&g, g.fn, "ops", "int (*ops[4])(struct list_head *, ...)");
	declared(&g, g.strange, "s", "const char * const s");
	declared(&g, g.strange, "", "const char * const");
	declared(&g, 15, "u", "union {...} u");
	declared(&g, g.task, "", "struct task");
	declared(&g, 0, "", "void");
	assert_int_equal(type_name(&g.ctx, g.ts, (struct typeref){ 0, g.task },
	    "a_long_name", text, sizeof(text)), OK);
	assert_string_equal(text, "struct ");
	graph_fini(&g);
}

static void
parsed(struct graph *g, const char *text, const char *want, uint64_t size)
{
	struct typeref ref;
	uint64_t have;
	char name[200];

	assert_int_equal(type_parse(&g->ctx, g->ts, text, &ref), OK);
	assert_int_equal(type_name(&g->ctx, g->ts, ref, "", name,
	    sizeof(name)), OK);
	assert_string_equal(name, want);
	assert_int_equal(type_size(&g->ctx, g->ts, ref, &have), OK);
	assert_int_equal(have, size);
}

static void
refused(struct graph *g, const char *text, int code, uint64_t column)
{
	struct typeref ref;

	ctx_clear(&g->ctx);
	assert_int_equal(type_parse(&g->ctx, g->ts, text, &ref), code);
	assert_int_equal(g->ctx.err.addr, column);
	assert_true(g->ctx.err.text[0] != '\0');
}

static void
parses(void **state)
{
	struct graph g;
	struct typeref a, b;
	size_t used;

	(void)state;
	graph_init(&g, false, 8);
	parsed(&g, "int", "int", 4);
	parsed(&g, "unsigned", "unsigned int", 4);
	parsed(&g, "long unsigned int", "unsigned long", 8);
	parsed(&g, " unsigned long long ", "unsigned long", 8);
	parsed(&g, "int long signed", "long", 8);
	parsed(&g, "short int", "short", 2);
	parsed(&g, "signed char", "signed char", 1);
	parsed(&g, "bool", "_Bool", 1);
	parsed(&g, "double", "double", 8);
	parsed(&g, "void *", "void *", 8);
	parsed(&g, "void const **", "const void **", 8);
	parsed(&g, "char const volatile *const*", "const volatile char * const *",
	    8);
	parsed(&g, "struct task", "struct task", 100);
	parsed(&g, "const struct task *", "const struct task *", 8);
	parsed(&g, "task", "struct task", 100);
	parsed(&g, "task_t *", "task_t *", 8);
	parsed(&g, "enum color", "enum color", 4);
	parsed(&g, "vmlinux!task *", "struct task *", 8);
	parsed(&g, "int[2][3]", "int [2][3]", 24);
	parsed(&g, "struct list_head [ 2 ]", "struct list_head [2]", 32);
	parsed(&g, "list_head", "list_head", 4);	/* C: the typedef */
	refused(&g, "struct nope *", E_NO_TYPE, 7);
	refused(&g, "union task", E_NO_TYPE, 6);
	refused(&g, "nope", E_NO_TYPE, 0);
	refused(&g, "", E_NO_TYPE, 0);
	refused(&g, "struct", E_SYNTAX, 6);
	refused(&g, "long char", E_SYNTAX, 9);
	refused(&g, "unsigned double", E_SYNTAX, 15);
	refused(&g, "long long long", E_SYNTAX, 14);
	refused(&g, "int x", E_SYNTAX, 4);
	refused(&g, "int[x]", E_SYNTAX, 4);
	refused(&g, "int[2", E_SYNTAX, 5);
	refused(&g, "int *********************************", E_SYNTAX, 36);
	parsed(&g, "int (*)(void)", "int (*)(void)", 8);
	parsed(&g, "void ( * ) ( )", "void (*)(void)", 8);
	parsed(&g, "long (*)(struct task *t, const char *fmt, ...)",
	    "long (*)(struct task *, const char *, ...)", 8);
	parsed(&g, "char (*)[16]", "char (*)[16]", 8);
	parsed(&g, "int (*[3])(void)", "int (*[3])(void)", 24);
	parsed(&g, "void (*(*)(int))(long)", "void (*(*)(int))(long)", 8);
	parsed(&g, "void (*)(int (*)(void))", "void (*)(int (*)(void))", 8);
	refused(&g, "int (*)(void", E_SYNTAX, 12);
	refused(&g, "int (*)(nope *)", E_SYNTAX, 8);
	refused(&g, "int (*)(int, void)", E_SYNTAX, 17);
	refused(&g, "int (*x)(int)", E_SYNTAX, 6);
	refused(&g, "int (*", E_SYNTAX, 6);
	refused(&g, "int (void)", E_SYNTAX, 4);
	/* What is made twice is one. */
	assert_int_equal(type_parse(&g.ctx, g.ts, "struct task **", &a), OK);
	assert_int_equal(type_parse(&g.ctx, g.ts, "task * *", &b), OK);
	assert_true(a.unit == TYPE_UNIT_MADE && a.unit == b.unit && a.id == b.id);
	assert_int_equal(type_parse(&g.ctx, g.ts, "int (*)(int, ...)", &a), OK);
	assert_int_equal(type_parse(&g.ctx, g.ts, "int(*)(int,...)", &b), OK);
	assert_int_equal(a.id, b.id);
	assert_int_equal(type_parse(&g.ctx, g.ts, "int (*)(..., int)", &b), OK);
	assert_int_not_equal(a.id, b.id);
	/* A cast: bare tags only before a "*". */
	assert_int_equal(type_parse_prefix(&g.ctx, g.ts, "task *)x", false,
	    &used, &a), OK);
	assert_int_equal(used, 6);
	assert_int_equal(type_parse_prefix(&g.ctx, g.ts, "task)x", false,
	    &used, &a), E_NOT_FOUND);
	graph_fini(&g);
}

static void
finds(void **state)
{
	struct graph g;
	struct typeref ref;
	struct type t;

	(void)state;
	graph_init(&g, false, 8);
	assert_int_equal(type_find(&g.ctx, g.ts, "list_head", &ref), OK);
	assert_int_equal(ref.id, g.list);	/* the structure comes first */
	assert_int_equal(type_find(&g.ctx, g.ts, "struct  task", &ref), OK);
	assert_int_equal(ref.id, g.task);
	assert_int_equal(type_find(&g.ctx, g.ts, "struct later", &ref), OK);
	assert_int_equal(type_get(&g.ctx, g.ts, ref, &t), OK);
	assert_int_equal(t.kind, TYPE_FWD);
	assert_int_equal(type_find(&g.ctx, g.ts, "enum task", &ref), E_NO_TYPE);
	assert_int_equal(type_find(&g.ctx, g.ts, "", &ref), E_NO_TYPE);
	assert_int_equal(type_find(&g.ctx, g.ts, "!", &ref), E_NO_TYPE);
	graph_fini(&g);
}

static void
field(struct graph *g, const char *path, uint64_t offset, uint32_t size,
    unsigned low, unsigned bits)
{
	struct type_field f;

	assert_int_equal(type_field_of(&g->ctx, g->ts, "task", path, &f), OK);
	assert_int_equal(f.offset, offset);
	assert_int_equal(f.size, size);
	assert_int_equal(f.bit_offset, low);
	assert_int_equal(f.bit_size, bits);
}

static void
no_field(struct graph *g, const char *path)
{
	struct type_field f;

	assert_int_equal(type_field_of(&g->ctx, g->ts, "task", path, &f),
	    E_NO_MEMBER);
	assert_true(g->ctx.err.text[0] != '\0');
}

static void
finds_members(void **state)
{
	struct graph g;
	int be;

	(void)state;
	for (be = 0; be < 2; be++) {
		graph_init(&g, be != 0, 8);
		field(&g, "pid", 0, 4, 0, 0);
		field(&g, "low", 8, 4, be ? 24 : 3, 5);
		field(&g, "u2", 16, 8, 0, 0);
		field(&g, "grid", 24, 24, 0, 0);
		field(&g, "grid[1]", 36, 12, 0, 0);
		field(&g, "grid[1][2]", 44, 4, 0, 0);
		field(&g, "tasks.prev", 56, 8, 0, 0);
		field(&g, "name", 100, 0, 0, 0);
		field(&g, "name[3]", 103, 1, 0, 0);
		no_field(&g, "nope");
		no_field(&g, "tasks.nope");
		no_field(&g, "tasks.next.next");	/* behind a pointer */
		no_field(&g, "pid[0]");
		no_field(&g, "low.x");
		no_field(&g, "");
		no_field(&g, ".pid");
		no_field(&g, "tasks..next");
		no_field(&g, "grid[");
		no_field(&g, "grid[x]");
		no_field(&g, "grid[18446744073709551615]");
		graph_fini(&g);
	}
}

static void
places_bit_fields(void **state)
{
	uint64_t off;
	uint8_t low;

	(void)state;
	type_bit_unit(35, 3, 4, false, &off, &low);
	assert_true(off == 4 && low == 3);
	type_bit_unit(35, 3, 4, true, &off, &low);
	assert_true(off == 4 && low == 26);
	type_bit_unit(30, 4, 4, false, &off, &low);	/* packed */
	assert_true(off == 3 && low == 6);
	type_bit_unit(30, 4, 4, true, &off, &low);
	assert_true(off == 3 && low == 22);
	type_bit_unit(7, 62, 8, false, &off, &low);	/* nine bytes */
	assert_true(off == 0 && low == 7);
	type_bit_unit(7, 62, 8, true, &off, &low);
	assert_true(off == 0 && low == 3);
}

/* Several threads make the same types: all get the same ones. */
static void *
maker(void *arg)
{
	struct types *ts = arg;
	struct ctx ctx;
	struct typeref ref = type_builtin(ts, 'i');
	uint64_t n;

	ctx_init(&ctx);
	for (n = 0; n < 2000; n++) {
		if (type_array_of(&ctx, ts, ref, n % 1000, &ref) != OK)
			return (NULL);
		ref = type_builtin(ts, 'i');
	}
	if (type_pointer_to(&ctx, ts, ref, &ref) != OK)
		return (NULL);
	ctx_fini(&ctx);
	return ((void *)(uintptr_t)ref.id);
}

static void
makes_types_in_threads(void **state)
{
	struct types *ts = types_create(4, false);
	struct ctx ctx;
	pthread_t thread[3];
	struct typeref ref;
	uint64_t size;
	void *id;
	int i;

	(void)state;
	ctx_init(&ctx);
	for (i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, maker, ts),
		    0);
	for (i = 0; i < 3; i++) {
		assert_int_equal(pthread_join(thread[i], &id), 0);
		assert_int_equal(type_pointer_to(&ctx, ts,
		    type_builtin(ts, 'i'), &ref), OK);
		assert_int_equal((uintptr_t)id, ref.id);
	}
	assert_int_equal(type_array_of(&ctx, ts, type_builtin(ts, 'l'), 7,
	    &ref), OK);
	assert_int_equal(type_size(&ctx, ts, ref, &size), OK);
	assert_int_equal(size, 28);
	ctx_fini(&ctx);
	types_destroy(ts);
}

UNIT_MAIN(
	UNIT(declares),
	UNIT(parses),
	UNIT(finds),
	UNIT(finds_members),
	UNIT(places_bit_fields),
	UNIT(makes_types_in_threads))
