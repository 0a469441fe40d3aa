/* SPDX-License-Identifier: BSD-2-Clause */
/* Walks as text: their elements, paths, scopes, columns, and how they fail. */
#include "tests/unit/unit.h"

#include "engine/value/walk_expr.h"
#include "tests/mk/mk_btf.h"
#include "tests/mk/mk_space.h"

#include <string.h>

struct world {
	struct ctx	 ctx;
	struct mk_space	 m;
	struct mk_btf	 b;
	struct symbols	 symbols;
	struct value_env env;
};

/* Three CPUs, the second of which is not there; "copy" is at 0x7000 of each. */
static int
call(void *arg, struct ctx *ctx, const struct value_env *env, const char *name,
    int argc, const struct value *argv, struct value *ret)
{
	uint64_t cpu;

	(void)arg;
	if (strcmp(name, "nr_cpus") == 0 && argc == 0) {
		*ret = (struct value){ .type = type_builtin(env->types, 'i'),
		    .bits = 3 };
		return (OK);
	}
	if (strcmp(name, "per_cpu") != 0 || argc != 2)
		return (E_NOT_FOUND);
	if (value_load(ctx, env, &argv[1], &cpu) != OK || cpu == 1)
		return (ctx_fail(ctx, E_NOT_FOUND, "no CPU 1"));
	*ret = argv[0];
	ret->addr += cpu * 0x10;
	return (OK);
}

/*
 * struct node { int n; struct list_head l; struct node *next; char name[8];
 * struct list_head kids; } at 0x2000, 0x2100 and 0x2200, in a list from
 * 0x1000; the second's kids are at 0x2300 and 0x2400.
 */
static void
world_init(struct world *w, bool be, unsigned ps)
{
	struct mk_btf *b = &w->b;
	uint32_t i, c, name, lp, list, np;
	unsigned bits = ps * 8;
	struct type_unit *u;
	struct types *ts;
	const void *blob;
	size_t n;
	int k;

	ctx_init(&w->ctx);
	mk_space_init(&w->m, be, ps);
	mk_btf_init(b, be, NULL);
	i = mk_btf_int(b, "int", 4, MK_SIGNED);
	c = mk_btf_int(b, "char", 1, MK_SIGNED);
	name = mk_btf_array(b, c, 8);
	lp = mk_btf_type(b, MK_PTR, "", b->next_id + 1, 0, false);
	list = mk_btf_struct(b, MK_STRUCT, "list_head", ps * 2, false);
	mk_btf_member(b, "next", lp, 0, 0);
	mk_btf_member(b, "prev", lp, bits, 0);
	np = mk_btf_type(b, MK_PTR, "", b->next_id + 1, 0, false);
	mk_btf_struct(b, MK_STRUCT, "node", ps * 6 + 8, false);
	mk_btf_member(b, "n", i, 0, 0);
	mk_btf_member(b, "l", list, bits, 0);
	mk_btf_member(b, "next", np, bits * 3, 0);
	mk_btf_member(b, "name", name, bits * 4, 0);
	mk_btf_member(b, "kids", list, bits * 4 + 64, 0);
	blob = mk_btf_blob(b, &n);
	ts = types_create(ps, be);
	assert_int_equal(btf_open(&w->ctx, "vmlinux", blob, n, false, be, ps,
	    NULL, &u), OK);
	assert_int_equal(types_add(&w->ctx, ts, u), OK);
	for (k = 0; k < 5; k++) {
		mk_put(&w->m, 0x2000 + 0x100 * (unsigned)k, 4,
		    (uint64_t)(k + 1));
		w->m.bytes[0x2000 + 0x100 * k + ps * 4] = (uint8_t)('a' + k);
		mk_put_ptr(&w->m, 0x2000 + 0x100 * (unsigned)k + ps * 4 + 8,
		    0x2000 + 0x100 * (unsigned)k + ps * 4 + 8);
	}
	mk_put_ptr(&w->m, 0x1000, 0x2000 + ps);
	mk_put_ptr(&w->m, 0x2000 + ps, 0x2100 + ps);
	mk_put_ptr(&w->m, 0x2100 + ps, 0x2200 + ps);
	mk_put_ptr(&w->m, 0x2200 + ps, 0x1000);
	mk_put_ptr(&w->m, 0x2100 + ps * 4 + 8, 0x2300 + ps);
	mk_put_ptr(&w->m, 0x2300 + ps, 0x2400 + ps);
	mk_put_ptr(&w->m, 0x2400 + ps, 0x2100 + ps * 4 + 8);
	/* By "next": 0x2000, 0x2200. */
	mk_put_ptr(&w->m, 0x2000 + ps * 3, 0x2200);
	mk_put(&w->m, 0x7000, 4, 70);
	mk_put(&w->m, 0x7020, 4, 72);
	sym_init(&w->symbols);
	assert_int_equal(sym_add(&w->ctx, &w->symbols, 0x1000, 16, 'D', 0,
	    "head", 4), OK);
	assert_int_equal(sym_seal(&w->ctx, &w->symbols), OK);
	w->env = (struct value_env){ .space = &w->m.space, .types = ts,
	    .symbols = &w->symbols, .call = call,
	    .vars = value_vars_create() };
}

static void
world_fini(struct world *w)
{
	value_vars_destroy(w->env.vars);
	types_destroy(w->env.types);
	sym_fini(&w->symbols);
	mk_btf_fini(&w->b);
	mk_space_fini(&w->m);
	ctx_fini(&w->ctx);
}

/* One row: its path and its columns, or its element, as text. */
static void
row(struct world *w, struct walk_expr *x, const struct walk_item *item,
    struct buf *b)
{
	struct value v;
	size_t i;
	int r;

	buf_printf(b, "%s", item->path);
	if (item->status != OK) {
		buf_printf(b, "!%s ", status_reason(item->status));
		assert_true(item->why[0] != '\0');
		return;
	}
	if (walk_expr_columns(x) == 0) {
		if (item->v.place == VALUE_MEM)
			buf_printf(b, "@%llx ",
			    (unsigned long long)item->v.addr);
		else
			buf_printf(b, "=%llu ",
			    (unsigned long long)item->v.bits);
	}
	for (i = 0; i < walk_expr_columns(x); i++) {
		r = walk_expr_column(&w->ctx, x, i, &v);
		buf_puts(b, i == 0 ? "=" : ",");
		if (r == OK && v.place == VALUE_TEXT)
			buf_puts(b, v.text);
		else if (r == OK)
			r = value_text(&w->ctx, walk_expr_env(x), &v, b);
		if (r != OK)
			buf_printf(b, "%d", r);
	}
	if (walk_expr_columns(x) > 0)
		buf_puts(b, " ");
}

static void
walks(struct world *w, const char *text, const char *want)
{
	struct walk_item item;
	struct walk_expr *x;
	struct buf b;
	int r;

	memset(&b, 0, sizeof(b));
	ctx_clear(&w->ctx);
	if (walk_expr_open(&w->ctx, &w->env, text, &x) != OK)
		fail_msg("%s: %s", text, w->ctx.err.text);
	while ((r = walk_expr_next(&w->ctx, x, &item)) == OK)
		row(w, x, &item, &b);
	if (r != E_DONE)
		buf_printf(&b, "%d", r);
	assert_int_equal(walk_expr_next(&w->ctx, x, &item), E_DONE);
	if (strcmp(buf_text(&b), want) != 0)
		fail_msg("%s: %s", text, buf_text(&b));
	walk_expr_close(x);
	buf_fini(&b);
}

static void
fails(struct world *w, const char *text, int code, int64_t column)
{
	struct walk_item item;
	struct walk_expr *x;
	struct value v;
	int r;

	ctx_clear(&w->ctx);
	r = walk_expr_open(&w->ctx, &w->env, text, &x);
	if (r == OK) {
		r = walk_expr_next(&w->ctx, x, &item);
		if (r == OK && walk_expr_columns(x) > 0)
			r = walk_expr_column(&w->ctx, x, 0, &v);
		walk_expr_close(x);
	}
	if (r != code || (column >= 0 && w->ctx.err.addr != (uint64_t)column))
		fail_msg("%s: %d at %lld: %s", text, r,
		    (long long)w->ctx.err.addr, w->ctx.err.text);
}

#define NODES	"list(&head, struct node, l)"

static void
elements(void **state)
{
	struct world w;
	int be;

	(void)state;
	for (be = 0; be < 2; be++) {
		world_init(&w, be != 0, be ? 4 : 8);
		walks(&w, NODES, "[0]@2000 [1]@2100 [2]@2200 ");
		walks(&w, "list(head, struct node, l)",
		    "[0]@2000 [1]@2100 [2]@2200 ");
		walks(&w, "list(0x1000, node, l)",
		    "[0]@2000 [1]@2100 [2]@2200 ");
		walks(&w, "chain((struct node *)0x2000, next)",
		    "[0]@2000 [1]@2200 ");
		walks(&w, "chain((struct node *)0, next)", "");
		walks(&w, "array(((struct node *)0x2000)->name[:3]) | +$it",
		    "[0]=97 [1]=0 [2]=0 ");
		walks(&w, "array((int *)0x2000, 1)", "[0]@2000 ");
		walks(&w, "percpu(*(int *)0x7000) | $it, $key",
		    "[0]=70,0 [2]=72,2 ");
		world_fini(&w);
	}
}

static void
columns(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, false, 8);
	walks(&w, NODES "|n", "[0]=1 [1]=2 [2]=3 ");
	walks(&w, NODES " | n * 2 as twice, name[:1] , $key",
	    "[0]=2,\"a\",0 [1]=4,\"b\",1 [2]=6,\"c\",2 ");
	walks(&w, NODES " | if (n & 1) | n", "[0]=1 [2]=3 ");
	walks(&w, NODES " | if (n & 1) | if ($key > 0)", "[2]@2200 ");
	walks(&w, NODES " | n | 4", "[0]=5 [1]=6 [2]=7 ");
	walks(&w, NODES " | n > 1 ? \"big\" : \"small\"",
	    "[0]=small [1]=big [2]=big ");
	/* An element's children, seen with its own name. */
	walks(&w, NODES " as up | list(&kids, struct node, l) | up.n, n",
	    "[1][0]=2,4 [1][1]=2,5 ");
	walks(&w, NODES " as up | if (up.n == 2) | list(&up.kids, struct node,"
	    " l) as down | up.n + down.n", "[1][0]=6 [1][1]=7 ");
	/* One pointer that leads nowhere is one column's trouble. */
	mk_put_ptr(&w.m, 0x2100 + 24, 0x10000000);
	mk_put_ptr(&w.m, 0x2200 + 24, 0x2000);
	walks(&w, NODES " | next->n", "[0]=3 [1]=-1 [2]=1 ");
	world_fini(&w);
}

/* A broken node is a row, and what encloses it goes on. */
static void
broken(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, false, 8);
	mk_put_ptr(&w.m, 0x2300 + 8, 0x10000000);
	walks(&w, NODES " | list(&kids, struct node, l)",
	    "[1][0]@2300 [1][1]@ffffff8 [1][2]!not-mapped ");
	mk_put_ptr(&w.m, 0x2300 + 8, 0x2301);
	walks(&w, NODES " | list(&kids, struct node, l)",
	    "[1][0]@2300 [1][1]!corrupt ");
	mk_put_ptr(&w.m, 0x2200 + 8, 0x2100 + 8);	/* a loop */
	walks(&w, NODES " | n", "[0]=1 [1]=2 [2]=3 [3]!corrupt ");
	mk_put_ptr(&w.m, 0x2000 + 24, 0x2000);
	walks(&w, "chain((struct node *)0x2000, next)", "[0]@2000 ");
	mk_put_ptr(&w.m, 0x2000 + 24, 0x2008);
	mk_put_ptr(&w.m, 0x2008 + 24, 0x2008);
	walks(&w, "chain((struct node *)0x2000, next)",
	    "[0]@2000 [1]@2008 [2]!corrupt ");
	walks(&w, "list((struct list_head *)0x10000000, struct node, l)",
	    "[0]!not-mapped ");
	world_fini(&w);
}

/* In the midst of other expressions. */
static void
as_values(void **state)
{
	static const struct { const char *text; uint64_t want; } cases[] = {
		{ NODES "[2].n", 3 }, { NODES "[1 - 1].n + 1", 2 },
		{ "count(" NODES ")", 3 }, { "count(" NODES ") * 2", 6 },
		{ "percpu(*(int *)0x7000)[2]", 72 },
		{ "0 ? count(" NODES ") : 9", 9 },
		{ "0 ? " NODES "[7].n : 9", 9 },
	};
	struct walk_expr *x;
	struct world w;
	struct value v;
	uint64_t bits;
	size_t i;

	(void)state;
	world_init(&w, false, 8);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(walk_expr_open(&w.ctx, &w.env, cases[i].text,
		    &x), E_NOT_FOUND);
		assert_string_equal(w.ctx.err.text, "");
		if (value_eval(&w.ctx, &w.env, cases[i].text, &v) != OK ||
		    value_load(&w.ctx, &w.env, &v, &bits) != OK)
			fail_msg("%s: %s", cases[i].text, w.ctx.err.text);
		assert_int_equal(bits, cases[i].want);
	}
	assert_int_equal(value_eval(&w.ctx, &w.env, NODES "[3].n", &v),
	    E_NOT_FOUND);
	assert_int_equal(value_eval(&w.ctx, &w.env, NODES, &v), E_SYNTAX);
	assert_int_equal(value_eval(&w.ctx, &w.env, "count(1)", &v), E_SYNTAX);
	world_fini(&w);
}

static void
wrong(void **state)
{
	struct world w;
	char text[4096];
	size_t n;
	int i;

	(void)state;
	world_init(&w, false, 8);
	fails(&w, "1 + 1", E_NOT_FOUND, -1);
	fails(&w, "head", E_NOT_FOUND, -1);
	fails(&w, "list(&head)", E_SYNTAX, 10);
	fails(&w, "list(&head, struct node)", E_SYNTAX, 23);
	fails(&w, "list(&head, struct nope, l)", E_NO_TYPE, 12);
	fails(&w, "list(&head, struct node, m)", E_NO_MEMBER, 25);
	fails(&w, "list(&nope, struct node, l)", E_NO_SYMBOL, 6);
	fails(&w, NODES " |", E_SYNTAX, 29);
	fails(&w, NODES " | n,", E_SYNTAX, 32);
	fails(&w, NODES " | n 5", E_SYNTAX, 32);
	fails(&w, NODES " | nope", E_NO_SYMBOL, 30);
	fails(&w, NODES " | list(&kids, struct node, x)", E_NO_MEMBER, 55);
	fails(&w, NODES " | if n | n", E_SYNTAX, 33);
	fails(&w, NODES " as | n", E_SYNTAX, 31);
	fails(&w, "array(5)", E_USAGE, 7);
	fails(&w, "chain(5, next)", E_NO_MEMBER, 9);
	n = (size_t)snprintf(text, sizeof(text), NODES);
	for (i = 0; i < 20; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		    " | if (1)");
	fails(&w, text, E_LIMIT, -1);
	n = (size_t)snprintf(text, sizeof(text), NODES " | n");
	for (i = 0; i < 100; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, ", n");
	fails(&w, text, E_LIMIT, -1);
	w.env.call = NULL;
	fails(&w, "percpu(head)", E_UNSUPPORTED, -1);
	world_fini(&w);
}

UNIT_MAIN(
	UNIT(elements),
	UNIT(columns),
	UNIT(broken),
	UNIT(as_values),
	UNIT(wrong))
