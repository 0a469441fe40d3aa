/* SPDX-License-Identifier: BSD-2-Clause */
/* C expressions: what they give, of which type, and how they fail. */
#include "tests/unit/unit.h"

#include "base/bytes.h"
#include "engine/value/value.h"
#include "tests/mk/mk_btf.h"
#include "tests/mk/mk_space.h"

#include <string.h>

struct world {
	struct ctx	 ctx;
	struct mk_space	 m;
	struct mk_btf	 b;
	struct symbols	 symbols;
	struct value_env env;
	int		 calls;
};

static int
call(void *arg, struct ctx *ctx, const struct value_env *env, const char *name,
    int argc, const struct value *argv, struct value *ret)
{
	struct world *w = arg;
	uint64_t x;
	int r;

	if (strcmp(name, "twice") == 0 && argc == 1) {
		w->calls++;
		r = value_load(ctx, env, &argv[0], &x);
		if (r != OK)
			return (r);
		*ret = (struct value){ .type = type_builtin(env->types, 'l'),
		    .bits = x * 2, .space = env->space };
		return (OK);
	}
	if (strcmp(name, "length") == 0 && argc == 1 &&
	    argv[0].place == VALUE_TEXT) {
		*ret = (struct value){ .type = type_builtin(env->types, 'i'),
		    .bits = strlen(argv[0].text) };
		return (OK);
	}
	if (strcmp(name, "gone") == 0 && argc == 0)
		return (ctx_fail(ctx, E_NOT_FOUND, "no process 7"));
	if (strcmp(name, "rip") == 0 && argc == -1) {
		*ret = (struct value){ .type = type_builtin(env->types, 'L'),
		    .bits = 0x1234 };
		return (OK);
	}
	return (E_NOT_FOUND);
}

static const struct value_root roots[] = {
	{ "task0", "struct task" }, { "unknown", "struct nope" },
	{ NULL, NULL },
};

static void
symbol(struct world *w, uint64_t addr, char type, const char *name)
{
	assert_int_equal(sym_add(&w->ctx, &w->symbols, addr, 8, type, 0, name,
	    strlen(name)), OK);
}

/* struct task at 0x1000, another at 0x2000. */
static void
world_init(struct world *w, bool be, unsigned ps)
{
	struct mk_btf *b = &w->b;
	struct type_unit *u;
	struct types *ts;
	uint32_t i, c, s8, p, comm, arr, proto, un;
	const void *blob;
	size_t n;

	ctx_init(&w->ctx);
	mk_space_init(&w->m, be, ps);
	mk_btf_init(b, be, NULL);
	w->calls = 0;
	i = mk_btf_int(b, "int", 4, MK_SIGNED);
	c = mk_btf_int(b, "char", 1, MK_SIGNED);
	s8 = mk_btf_int(b, "unsigned char", 1, 0);
	p = mk_btf_type(b, MK_PTR, "", 9, 0, false);
	comm = mk_btf_array(b, c, 16);
	arr = mk_btf_array(b, i, 3);
	proto = mk_btf_type(b, MK_PROTO, "", i, 0, false);
	un = mk_btf_struct(b, MK_UNION, "", 4, false);
	mk_btf_member(b, "u", i, 0, 0);
	assert_int_equal(b->next_id, 9);
	mk_btf_struct(b, MK_STRUCT, "task", 64, true);
	mk_btf_member(b, "pid", i, 0, 0);
	mk_btf_member(b, "flag", i, be ? 32 : 35, 3);
	mk_btf_member(b, "wide", i, be ? 35 : 38, 26);
	mk_btf_member(b, "next", p, 64, 0);
	mk_btf_member(b, "comm", comm, 128, 0);
	mk_btf_member(b, "v", arr, 256, 0);
	mk_btf_member(b, "s8", s8, 352, 0);
	mk_btf_member(b, "", un, 384, 0);
	mk_btf_type(b, MK_TYPEDEF, "task_t", 9, 0, false);
	mk_btf_type(b, MK_FUNC, "work", proto, 1, false);
	mk_btf_type(b, MK_VAR, "percpu", i, 0, false);
	mk_btf_u32(b, 1);
	mk_btf_struct(b, MK_ENUM, "color", 4, true);
	mk_btf_value(b, "RED", 3);
	mk_btf_value(b, "NONE", -1);
	mk_btf_int(b, "long unsigned int", ps, 0);
	mk_btf_type(b, MK_FWD, "later", 0, 0, false);
	blob = mk_btf_blob(b, &n);
	ts = types_create(ps, be);
	assert_int_equal(btf_open(&w->ctx, "vmlinux", blob, n, false, be, ps,
	    NULL, &u), OK);
	assert_int_equal(types_add(&w->ctx, ts, u), OK);

	mk_put(&w->m, 0x1000, 4, (uint32_t)-7);
	mk_put(&w->m, 0x1004, 4, be ? UINT32_C(5) << 29 | 9 << 3 :
	    5 << 3 | 9 << 6);
	mk_put_ptr(&w->m, 0x1008, 0x2000);
	memcpy(w->m.bytes + 0x1010, "init", 5);
	mk_put(&w->m, 0x1020, 4, 10);
	mk_put(&w->m, 0x1024, 4, 20);
	mk_put(&w->m, 0x1028, 4, 30);
	mk_put(&w->m, 0x102c, 1, 0xff);
	mk_put(&w->m, 0x1030, 4, 77);
	mk_put(&w->m, 0x2000, 4, 42);

	sym_init(&w->symbols);
	symbol(w, 0x1000, 'D', "task0");
	symbol(w, 0x3000, 'D', "plain");
	symbol(w, 0x3100, 'D', "unknown");
	symbol(w, 0x4000, 'T', "work");
	symbol(w, 0x4100, 't', "untyped");
	symbol(w, 0x5000, 'D', "percpu");
	assert_int_equal(sym_seal(&w->ctx, &w->symbols), OK);
	mk_put_ptr(&w->m, 0x3000, 0x12345678);
	w->env = (struct value_env){ .space = &w->m.space,
	    .symbols = &w->symbols, .types = ts, .roots = roots, .call = call,
	    .call_arg = w, .vars = value_vars_create() };
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

static void
gives(struct world *w, const char *text, const char *type, int64_t want)
{
	struct value v;
	uint64_t bits = 0;
	char name[200] = "";

	if (value_eval(&w->ctx, &w->env, text, &v) != OK ||
	    value_load(&w->ctx, &w->env, &v, &bits) != OK ||
	    type_name(&w->ctx, w->env.types, v.type, "", name,
	    sizeof(name)) != OK)
		fail_msg("%s: %s", text, w->ctx.err.text);
	if (bits != (uint64_t)want || strcmp(name, type) != 0)
		fail_msg("%s: %lld (%s)", text, (long long)bits, name);
}

/* Its text. */
static void
text_is(struct world *w, const char *text, const char *type, const char *want)
{
	struct value v;
	struct buf b;
	char name[200] = "";

	memset(&b, 0, sizeof(b));
	if (value_eval(&w->ctx, &w->env, text, &v) != OK ||
	    value_text(&w->ctx, &w->env, &v, &b) != OK ||
	    type_name(&w->ctx, w->env.types, v.type, "", name,
	    sizeof(name)) != OK)
		fail_msg("%s: %s", text, w->ctx.err.text);
	if (strcmp(buf_text(&b), want) != 0 || strcmp(name, type) != 0)
		fail_msg("%s: %s (%s)", text, buf_text(&b), name);
	buf_fini(&b);
}

static void
fails(struct world *w, const char *text, int code, int64_t column)
{
	struct value v;
	uint64_t bits;
	int r;

	ctx_clear(&w->ctx);
	r = value_eval(&w->ctx, &w->env, text, &v);
	if (r == OK)
		r = value_load(&w->ctx, &w->env, &v, &bits);
	if (r != code || (column >= 0 &&
	    w->ctx.err.addr != (uint64_t)column))
		fail_msg("%s: %d at %lld: %s", text, r,
		    (long long)w->ctx.err.addr, w->ctx.err.text);
	assert_true(w->ctx.err.text[0] != '\0');
}

static void
computes_as_c(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, false, 8);
	gives(&w, "1 + 2 * 3 - 4 / 2 % 3", "int", 5);
	gives(&w, "10 - 3 - 2", "int", 5);
	gives(&w, "1 << 2 + 1 | 1 ^ 3 & 6", "int", 11);
	gives(&w, "-7 / 2", "int", -3);
	gives(&w, "-7 % 3", "int", -1);
	gives(&w, "-1 > 0u", "int", 1);
	gives(&w, "-1L > 0u", "int", 0);
	gives(&w, "-1L > 0ul", "int", 1);
	gives(&w, "0xffffffff", "unsigned int", 0xffffffff);
	gives(&w, "0x7fffffff", "int", 0x7fffffff);
	gives(&w, "2147483648", "long", INT64_C(2147483648));
	gives(&w, "4294967295u + 1", "unsigned int", 0);
	gives(&w, "0x7fffffff + 1", "int", INT32_MIN);
	gives(&w, "0xffffffffffffffff", "unsigned long", -1);
	/* As a log prints addresses; C's numbers stay what they are. */
	gives(&w, "ffffffff81000000", "unsigned long",
	    (int64_t)0xffffffff81000000);
	gives(&w, "00007ffde9486ff0 + 1", "unsigned long", 0x7ffde9486ff1);
	gives(&w, "0000000000000010", "int", 8);
	fails(&w, "ffffffff8100000", E_NO_SYMBOL, 0);
	fails(&w, "00007ffde9486ffg", E_SYNTAX, 0);
	gives(&w, "18446744073709551615", "unsigned long", -1);
	gives(&w, "017 + 0b101", "int", 20);
	gives(&w, "'a' + '\\n' + '\\x41' + '\\0'", "int", 97 + 10 + 65);
	gives(&w, "'\\377'", "int", -1);
	gives(&w, "~0", "int", -1);
	gives(&w, "~0u", "unsigned int", 0xffffffff);
	gives(&w, "!5 + !0", "int", 1);
	gives(&w, "-(char)200", "int", 56);
	gives(&w, "(unsigned char)300", "unsigned char", 44);
	gives(&w, "(signed char)200", "signed char", -56);
	gives(&w, "(bool)256", "_Bool", 1);
	gives(&w, "(unsigned long)-1 >> 63", "unsigned long", 1);
	gives(&w, "-1 >> 31", "int", -1);
	gives(&w, "(short)-1 + (unsigned short)1", "int", 0);
	gives(&w, "-9223372036854775807 - 1", "long", INT64_MIN);
	gives(&w, "(-9223372036854775807 - 1) / -1", "long", INT64_MIN);
	gives(&w, "(-9223372036854775807 - 1) % -1", "long", 0);
	gives(&w, "1 ? 2 : 3 ? 4 : 5", "int", 2);
	gives(&w, "0 ? 2 : 0 ? 4 : 5", "int", 5);
	gives(&w, "1 || 0 && 0", "int", 1);
	gives(&w, "(2 == 2) + (2 != 2) + (1 <= 1) + (1 >= 2)", "int", 2);
	gives(&w, "(int)(1.5 + 2) * 2", "int", 6);
	gives(&w, "1.5 < 2", "int", 1);
	gives(&w, "\t( ( 1 ) )  ", "int", 1);
	gives(&w, "RED", "enum color", 3);
	gives(&w, "NONE + 1", "int", 0);
	gives(&w, "(enum color)1 == 1", "int", 1);
	world_fini(&w);
	world_init(&w, true, 4);
	gives(&w, "2147483648", "long long", INT64_C(2147483648));
	gives(&w, "(unsigned long)-1", "unsigned long", 0xffffffff);
	gives(&w, "sizeof(long) + sizeof(void *)", "unsigned int", 8);
	world_fini(&w);
}

static void
reads_objects(void **state)
{
	struct world w;
	int be;

	(void)state;
	for (be = 0; be < 2; be++) {
		world_init(&w, be != 0, 8);
		gives(&w, "task0.pid", "int", -7);
		gives(&w, "task0.flag", "int", -3);	/* 3 bits, signed */
		gives(&w, "task0.wide", "int", 9);
		gives(&w, "task0.next->pid + 1", "int", 43);
		gives(&w, "task0.next.pid", "int", 42);
		gives(&w, "(&task0)->v[1]", "int", 20);
		gives(&w, "*(task0.v + 2)", "int", 30);
		gives(&w, "&task0.v[2] - task0.v", "long", 2);
		gives(&w, "task0.s8", "unsigned char", 255);
		gives(&w, "-task0.s8", "int", -255);
		gives(&w, "task0.u", "int", 77);
		gives(&w, "&task0", "struct task *", 0x1000);
		gives(&w, "&task0 + 1", "struct task *", 0x1040);
		gives(&w, "1 + &task0", "struct task *", 0x1040);
		gives(&w, "(task *)0x2000 - &task0", "long", 64);
		gives(&w, "((struct task *)0x2000)->pid", "int", 42);
		gives(&w, "((task_t *)0x2000)->pid", "int", 42);
		gives(&w, "(void *)&task0 + 1", "void *", 0x1001);
		gives(&w, "(unsigned long)&task0 & ~0xfff", "unsigned long",
		    0x1000);
		gives(&w, "&task0 == 0x1000 && &task0 < 0x1001", "int", 1);
		gives(&w, "*&task0.pid", "int", -7);
		gives(&w, "*(unsigned char *)task0.comm", "unsigned char", 'i');
		gives(&w, "task0.comm[1] == 'n'", "int", 1);
		gives(&w, "task0.comm == \"init\"", "int", 1);
		gives(&w, "\"ini\" == task0.comm", "int", 0);
		gives(&w, "(char *)task0.comm != \"init1\"", "int", 1);
		gives(&w, "plain", "unsigned long", 0x12345678);
		gives(&w, "unknown", "unsigned long", 0);
		gives(&w, "percpu", "int", 0);
		gives(&w, "&work", "int (*)(void)", 0x4000);
		gives(&w, "work", "int (void)", 0x4000);
		gives(&w, "untyped", "void (void)", 0x4100);
		gives(&w, "rip", "unsigned long", 0x1234);
		gives(&w, "twice(task0.pid) + length(\"abc\")", "long", -11);
		gives(&w, "NULL == 0", "int", 1);
		gives(&w, "true + false", "int", 1);
		world_fini(&w);
	}
}

static void
asks_types(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, false, 8);
	gives(&w, "sizeof(struct task)", "unsigned long", 64);
	gives(&w, "sizeof(task)", "unsigned long", 64);
	gives(&w, "sizeof task0", "unsigned long", 64);
	gives(&w, "sizeof(typeof(task0))", "unsigned long", 64);
	gives(&w, "sizeof(typeof(struct task))", "unsigned long", 64);
	gives(&w, "sizeof ( __typeof__ ( task0.comm ) )", "unsigned long", 16);
	gives(&w, "(typeof(sizeof(int)))-1", "unsigned long", UINT64_MAX);
	gives(&w, "(typeof(1 + 1))-1 < 0", "int", 1);
	gives(&w, "offsetof(typeof(task0), comm) == offsetof(struct task, comm)",
	    "int", 1);
	gives(&w, "((typeof(task0) *)&task0)->comm == task0.comm", "int", 1);
	gives(&w, "sizeof(typeof(task0) **)", "unsigned long", 8);
	gives(&w, "(1, 2, sizeof(int))", "unsigned long", 4);
	gives(&w, "1, 2", "int", 2);
	gives(&w, "0 ? (1, 2) : (3, 4)", "int", 4);
	gives(&w, "sizeof(task0.comm)", "unsigned long", 16);
	gives(&w, "sizeof task0.next->v", "unsigned long", 12);
	gives(&w, "sizeof(int) * 2", "unsigned long", 8);
	gives(&w, "sizeof((char)1 + 1)", "unsigned long", 4);
	gives(&w, "sizeof(*(struct task *)0)", "unsigned long", 64);
	gives(&w, "sizeof((*(int *)0) + 1L)", "unsigned long", 8);
	gives(&w, "offsetof(struct task, v[1])", "unsigned long", 36);
	gives(&w, "offsetof(task_t, u)", "unsigned long", 48);
	gives(&w, "container_of(&task0.v[1], struct task, v[1])->pid", "int",
	    -7);
	gives(&w, "container_of(0x1008, struct task, next)", "struct task *",
	    0x1000);
	world_fini(&w);
}

static void
keeps_variables(void **state)
{
	struct world w;
	struct value v;

	(void)state;
	world_init(&w, false, 8);
	fails(&w, "$", E_NO_SYMBOL, 0);
	fails(&w, "1 + $t", E_NO_SYMBOL, 4);
	gives(&w, "$t = &task0", "struct task *", 0x1000);
	gives(&w, "$->pid", "int", -7);
	gives(&w, "$ + 1", "int", -6);
	gives(&w, "$t->next->pid", "int", 42);
	gives(&w, "$a = $b = 5", "int", 5);
	gives(&w, "$a == $b", "int", 1);
	gives(&w, "0 && ($a = 9)", "int", 0);
	gives(&w, "$a", "int", 5);
	w.env.vars = (value_vars_destroy(w.env.vars), NULL);
	assert_int_equal(value_eval(&w.ctx, &w.env, "$x = 1", &v), E_SYNTAX);
	gives(&w, "1", "int", 1);
	world_fini(&w);
}

/* The names of a frame hide symbols and registers, until the next is chosen. */
static void
frames(void **state)
{
	struct value_frame f = { .task = 0x1000, .tid = 7, .index = 3 }, got;
	struct value_vars *names;
	struct world w;
	struct value v;

	(void)state;
	world_init(&w, false, 8);
	assert_false(value_frame_chosen(w.env.vars, &got));
	names = value_vars_create();
	assert_non_null(names);
	assert_int_equal(value_eval(&w.ctx, &w.env, "&task0", &v), OK);
	assert_int_equal(value_vars_set(&w.ctx, names, "plain", &v), OK);
	assert_int_equal(value_vars_set(&w.ctx, names, "$rip", &v), OK);
	v.type.id = 0;
	assert_int_equal(value_vars_set(&w.ctx, names, "unknown", &v), OK);
	value_frame_choose(w.env.vars, &f, names);
	assert_true(value_frame_chosen(w.env.vars, &got));
	assert_memory_equal(&got, &f, sizeof(f));
	gives(&w, "plain->pid", "int", -7);
	gives(&w, "$rip", "struct task *", 0x1000);
	gives(&w, "sizeof(plain)", "unsigned long", 8);
	/* It is there, but nobody knows its value; quotes mean the symbol. */
	fails(&w, "1 + unknown", E_NOT_FOUND, 4);
	gives(&w, "&`plain`", "unsigned long *", 0x3000);
	/* What somebody has set himself comes first. */
	gives(&w, "$rip = 5", "int", 5);
	gives(&w, "$rip", "int", 5);
	names = value_vars_create();
	assert_non_null(names);
	f.index = 4;
	value_frame_choose(w.env.vars, &f, names);
	gives(&w, "&plain", "unsigned long *", 0x3000);
	assert_true(value_frame_chosen(w.env.vars, &got));
	assert_int_equal(got.index, 4);
	world_fini(&w);
}

static void
skips_what_is_not_chosen(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, false, 8);
	gives(&w, "0 && *(int *)0x10000000", "int", 0);
	gives(&w, "1 || nope->x[3].y + f(1, \"a\")", "int", 1);
	gives(&w, "1 ? 5 : 1 / 0", "int", 5);
	gives(&w, "0 ? twice(1) : twice(2)", "long", 4);
	assert_int_equal(w.calls, 1);
	gives(&w, "task0.next && task0.next->pid == 42", "int", 1);
	fails(&w, "1 || (", E_SYNTAX, 6);
	world_fini(&w);
}

static void
fails_with_a_column(void **state)
{
	struct world w;
	char deep[5000];
	struct value v;
	size_t i;

	(void)state;
	world_init(&w, false, 8);
	fails(&w, "1 + work(1)", E_NO_SYMBOL, 4);
	assert_non_null(strstr(w.ctx.err.text, "cannot be called"));
	fails(&w, "task0.pid@2", E_SYNTAX, 9);
	fails(&w, "", E_SYNTAX, 0);
	fails(&w, "1 +", E_SYNTAX, 3);
	fails(&w, "1 2", E_SYNTAX, 2);
	fails(&w, "(1", E_SYNTAX, 2);
	fails(&w, "typeof(task0)", E_SYNTAX, 0);
	fails(&w, "(typeof(nope) *)0", E_NO_SYMBOL, 8);
	fails(&w, "1 + (int (*)(int, void))0", E_SYNTAX, 22);
	fails(&w, "(typeof task0)0", E_SYNTAX, 8);
	fails(&w, "(1, )", E_SYNTAX, 4);
	fails(&w, "nope + 1", E_NO_SYMBOL, 0);
	fails(&w, "1 + nope", E_NO_SYMBOL, 4);
	fails(&w, "mod!task0", E_NO_SYMBOL, 0);
	fails(&w, "nope(1)", E_NO_SYMBOL, 0);
	fails(&w, "1 + gone()", E_NOT_FOUND, 4);
	fails(&w, "task0.nope", E_NO_MEMBER, 6);
	fails(&w, "task0.pid.x", E_NO_MEMBER, 10);
	fails(&w, "task0.pid->x", E_NO_MEMBER, 11);
	fails(&w, "*task0.pid", E_USAGE, 0);
	fails(&w, "task0.pid[0]", E_USAGE, 10);
	fails(&w, "task0 + 1", E_USAGE, 6);
	fails(&w, "*(void *)0x1000", E_USAGE, -1);
	fails(&w, "&1", E_SYNTAX, 0);
	fails(&w, "&task0.flag", E_SYNTAX, 0);
	fails(&w, "sizeof(task0.flag)", E_SYNTAX, 6);
	fails(&w, "sizeof(struct later)", E_NO_TYPE, 6);
	fails(&w, "(struct nope *)1", E_NO_TYPE, 1);
	fails(&w, "(struct task)1", E_SYNTAX, 0);
	fails(&w, "offsetof(struct task, zip)", E_NO_MEMBER, 22);
	fails(&w, "offsetof(5, zip)", E_NO_TYPE, 9);
	fails(&w, "offsetof(struct task, flag)", E_SYNTAX, 22);
	fails(&w, "1 / 0", E_SYNTAX, 2);
	fails(&w, "1 % 0u", E_SYNTAX, 2);
	fails(&w, "1 << 32", E_SYNTAX, 2);
	fails(&w, "1 << -1", E_SYNTAX, 2);
	fails(&w, "&task0 * 2 + &task0 + &task0", E_SYNTAX, -1);
	fails(&w, "1.5 & 1", E_SYNTAX, 4);
	fails(&w, "08", E_SYNTAX, 1);
	fails(&w, "0x", E_SYNTAX, 0);
	fails(&w, "12ab", E_SYNTAX, 0);
	fails(&w, "99999999999999999999", E_SYNTAX, 0);
	fails(&w, "'a", E_SYNTAX, 0);
	fails(&w, "''", E_SYNTAX, 0);
	fails(&w, "\"abc", E_SYNTAX, -1);
	fails(&w, "'\\q'", E_SYNTAX, -1);
	fails(&w, "\"abc\"", E_SYNTAX, 0);
	fails(&w, "\"abc\" + 1", E_SYNTAX, 6);
	fails(&w, "task0.pid = 5", E_SYNTAX, 10);
	fails(&w, "task0.pid += 5", E_SYNTAX, 10);
	fails(&w, "1 @ 2", E_SYNTAX, 2);
	/* Memory's failures keep the address. */
	fails(&w, "*(int *)0x10000000", E_NOT_MAPPED, 0x10000000);
	fails(&w, "((struct task *)0x10000000)->pid", E_NOT_MAPPED, 0x10000000);
	deep[0] = '\0';
	for (i = 0; i < 500; i++)
		memcpy(deep + i * 8, "(typeof(", 9);
	fails(&w, deep, E_LIMIT, -1);
	memset(deep, '(', sizeof(deep));
	deep[100] = '\0';
	fails(&w, deep, E_LIMIT, -1);
	memset(deep, '-', sizeof(deep));
	deep[100] = '\0';
	fails(&w, deep, E_LIMIT, -1);
	deep[100] = '-';
	deep[4999] = '\0';
	fails(&w, deep, E_LIMIT, -1);
	/* No symbols, no units: literals and casts still go. */
	w.env.symbols = NULL;
	w.env.call = NULL;
	fails(&w, "task0", E_NO_SYMBOL, 0);
	gives(&w, "*(int *)0x1000", "int", -7);
	assert_int_equal(value_eval(&w.ctx, &(struct value_env){ .space =
	    &w.m.space }, "1", &v), E_NO_TYPE);
	world_fini(&w);
}

static void
wants_an_address(void **state)
{
	struct world w;
	struct value v;
	uint64_t a;

	(void)state;
	world_init(&w, false, 8);
#define ADDR(text, want) do {						\
	assert_int_equal(value_eval_addr(&w.ctx, &w.env, text, &a, &v), OK); \
	assert_int_equal(a, want);					\
} while (0)
	ADDR("0x1234", 0x1234);
	ADDR("task0", 0x1000);
	ADDR("plain", 0x3000);		/* a symbol is an object */
	ADDR("(percpu)", 0x5000);
	ADDR("plain + 8", 0x3008);	/* a place, not its value and 8 */
	ADDR("(plain) + 8", 0x12345680);
	ADDR("&task0.v", 0x1020);
	ADDR("task0.v", 0x1020);
	ADDR("task0.next", 0x2000);
	ADDR("*task0.next", 0x2000);
	ADDR("work", 0x4000);
	ADDR("work + 1", 0x4001);
#undef ADDR
	world_fini(&w);
}

/* Random sentences of the language's words: they end, without a fault. */
static void
survives_nonsense(void **state)
{
	static const char *const words[] = {
		"task0", ".", "->", "pid", "next", "v", "[", "]", "(", ")",
		"*", "&", "+", "-", "/", "%", "<<", ">>", "1", "0", "0x7f",
		"sizeof", "(int *)", "(struct task *)", "offsetof(", ",", "?",
		":", "&&", "||", "==", "!", "~", "\"a\"", "'b'", "$x", "=",
		"twice(", "container_of(", "struct task", "comm", "work",
		" ", "1.5", "$", "flag", "RED", "(char)", "unsigned", "!=",
	};
	struct world w;
	struct value v;
	struct buf b = { 0 };
	uint32_t seed = 4242;
	uint64_t addr;
	char text[512];
	int round, i, n, good = 0;

	(void)state;
	world_init(&w, false, 8);
	for (round = 0; round < 60000; round++) {
		text[0] = '\0';
		seed = seed * 1664525 + 1013904223;
		n = 1 + (int)(seed >> 28);
		for (i = 0; i < n; i++) {
			seed = seed * 1664525 + 1013904223;
			strcat(text, words[(seed >> 10) %
			    (sizeof(words) / sizeof(words[0]))]);
		}
		if (value_eval_addr(&w.ctx, &w.env, text, &addr, &v) != OK)
			continue;
		good++;
		buf_reset(&b);
		(void)value_text(&w.ctx, &w.env, &v, &b);
	}
	assert_true(good > 500);
	buf_fini(&b);
	world_fini(&w);
}

static void
slices(void **state)
{
	struct world w;
	int be;

	(void)state;
	for (be = 0; be < 2; be++) {
		world_init(&w, be != 0, be ? 4 : 8);
		text_is(&w, "task0.comm[:2]", "char [2]", "\"in\"");
		text_is(&w, "task0.comm[1:3]", "char [2]", "\"ni\"");
		text_is(&w, "task0.comm[2:]", "char [14]", "\"it\"");
		text_is(&w, "(&task0.comm[1])[:]", "char [3]", "\"nit\"");
		text_is(&w, "(&task0.comm[1])[1:]", "char [2]", "\"it\"");
		gives(&w, "task0.v[1:][1]", "int", 30);
		gives(&w, "sizeof(task0.v[:2])", "unsigned long", 8);
		gives(&w, "(&task0.v[1])[0:2][1]", "int", 30);
		gives(&w, "(&task0.v[1])[-1:2][0]", "int", 10);
		gives(&w, "0 ? task0.v[nope:1] : 5", "int", 5);
		fails(&w, "(&task0.v[1])[1:]", E_USAGE, 14);
		fails(&w, "task0.v[2:1]", E_LIMIT, 8);
		fails(&w, "task0.v[0:0x10000000]", E_LIMIT, 8);
		fails(&w, "task0.v[0:1", E_SYNTAX, 11);
		fails(&w, "task0.pid[0:1]", E_USAGE, 10);
		world_fini(&w);
	}
}

/* Names that only compilers and linkers make. */
static void
odd_names(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, false, 8);
	symbol(&w, 0x3200, 'd', "state.12");
	symbol(&w, 0x3210, 't', "run.isra.0.part.1");
	symbol(&w, 0x3220, 't', "work.cold");
	symbol(&w, 0x3230, 'd', "task0.comm");
	symbol(&w, 0x3240, 'd', "<odd> name");
	assert_int_equal(sym_seal(&w.ctx, &w.symbols), OK);
	gives(&w, "&state.12", "unsigned long *", 0x3200);
	gives(&w, "(long)&run.isra.0.part.1 + 1", "long", 0x3211);
	gives(&w, "(long)&work.cold", "long", 0x3220);
	/* A member is meant where there can be one. */
	gives(&w, "(long)&task0.comm", "long", 0x1010);
	gives(&w, "&`task0.comm`", "unsigned long *", 0x3230);
	gives(&w, "&`<odd> name`", "unsigned long *", 0x3240);
	gives(&w, "`task0`.pid", "int", -7);
	fails(&w, "`task0", E_SYNTAX, 0);
	fails(&w, "``", E_SYNTAX, 0);
	fails(&w, "`nope`", E_NO_SYMBOL, 0);
	fails(&w, "nope.12", E_NO_SYMBOL, 0);
	world_fini(&w);
}

UNIT_MAIN(
	UNIT(computes_as_c),
	UNIT(slices),
	UNIT(odd_names),
	UNIT(reads_objects),
	UNIT(asks_types),
	UNIT(keeps_variables),
	UNIT(frames),
	UNIT(skips_what_is_not_chosen),
	UNIT(fails_with_a_column),
	UNIT(wants_an_address),
	UNIT(survives_nonsense))
