/* SPDX-License-Identifier: BSD-2-Clause */
/* The BTF reader: every kind, both byte orders, split blobs, broken ones. */
#include "tests/unit/unit.h"

#include "base/bytes.h"
#include "engine/type/type.h"
#include "tests/mk/mk_btf.h"

#include <stdlib.h>
#include <string.h>

static struct types *
types_of(struct ctx *ctx, struct mk_btf *b, unsigned ptr_size)
{
	struct type_unit *u;
	struct types *ts = types_create(ptr_size, b->be);
	const void *p;
	size_t n;

	p = mk_btf_blob(b, &n);
	assert_int_equal(btf_open(ctx, "vmlinux", p, n, false, b->be, ptr_size,
	    NULL, &u), OK);
	assert_int_equal(types_add(ctx, ts, u), OK);
	return (ts);
}

static struct type
get(struct ctx *ctx, struct types *ts, uint32_t id)
{
	struct type t;

	assert_int_equal(type_get(ctx, ts, (struct typeref){ 0, id }, &t), OK);
	return (t);
}

static void
kinds(bool be)
{
	struct ctx ctx;
	struct mk_btf b;
	struct types *ts;
	struct type t;
	struct type_member m;
	struct type_enum e;
	struct typeref ref;
	uint32_t i, u, c, p, s, n, en, e64, f, td, pr, fn, var, fwd, fl, tag, a;
	int64_t x;

	ctx_init(&ctx);
	mk_btf_init(&b, be, NULL);
	i = mk_btf_int(&b, "int", 4, MK_SIGNED);
	u = mk_btf_int(&b, "_Bool", 1, MK_BOOL);
	c = mk_btf_int(&b, "char", 1, MK_SIGNED);
	p = mk_btf_type(&b, MK_PTR, "", c, 0, false);
	a = mk_btf_array(&b, c, 16);
	s = mk_btf_struct(&b, MK_STRUCT, "s", 24, true);
	mk_btf_member(&b, "a", i, 0, 0);
	mk_btf_member(&b, "bits", i, 35, 5);
	mk_btf_member(&b, "", p, 64, 0);
	n = mk_btf_struct(&b, MK_UNION, "n", 8, false);
	mk_btf_member(&b, "x", i, 0, 0);
	en = mk_btf_struct(&b, MK_ENUM, "en", 4, true);
	mk_btf_value(&b, "MINUS", -2);
	mk_btf_value(&b, "TWO", 2);
	e64 = mk_btf_struct(&b, MK_ENUM64, "e64", 8, false);
	mk_btf_value(&b, "BIG", INT64_C(0x123456789a));
	td = mk_btf_type(&b, MK_TYPEDEF, "s_t", s, 0, false);
	pr = mk_btf_type(&b, MK_PROTO, "", i, 0, false);
	mk_btf_argument(&b, "arg", p);
	fn = mk_btf_type(&b, MK_FUNC, "f", pr, 1, false);
	var = mk_btf_type(&b, MK_VAR, "v", i, 0, false);
	mk_btf_u32(&b, 1);
	fwd = mk_btf_type(&b, MK_FWD, "w", 0, 0, true);
	fl = mk_btf_type(&b, MK_FLOAT, "double", 8, 0, false);
	tag = mk_btf_type(&b, MK_TYPE_TAG, "user", c, 0, false);
	f = mk_btf_type(&b, MK_DECL_TAG, "d", s, 0, false);
	mk_btf_u32(&b, 0xffffffff);
	mk_btf_type(&b, MK_DATASEC, ".data", 0, 1, false);
	mk_btf_u32(&b, var);
	mk_btf_u32(&b, 0);
	mk_btf_u32(&b, 4);
	ts = types_of(&ctx, &b, 8);
	assert_int_equal(types_count(ts), b.next_id - 1);

	t = get(&ctx, ts, i);
	assert_int_equal(t.kind, TYPE_INT);
	assert_string_equal(t.name, "int");
	assert_true(t.is_signed && !t.is_bool && !t.is_char && t.size == 4);
	assert_true(get(&ctx, ts, u).is_bool);
	assert_true(get(&ctx, ts, c).is_char);
	t = get(&ctx, ts, p);
	assert_true(t.kind == TYPE_PTR && t.size == 8 && t.target.id == c);
	t = get(&ctx, ts, a);
	assert_true(t.kind == TYPE_ARRAY && t.count == 16 && t.size == 16);
	t = get(&ctx, ts, s);
	assert_true(t.kind == TYPE_STRUCT && t.size == 24 && t.nmembers == 3);
	ref = (struct typeref){ 0, s };
	assert_int_equal(type_member_at(&ctx, ts, ref, 1, &m), OK);
	assert_string_equal(m.name, "bits");
	assert_true(m.bit_offset == 35 && m.bit_size == 5 && m.type.id == i);
	assert_int_equal(type_member_at(&ctx, ts, ref, 2, &m), OK);
	assert_string_equal(m.name, "");
	assert_int_equal(type_member_at(&ctx, ts, ref, 3, &m), E_CORRUPT);
	assert_int_equal(type_enum_at(&ctx, ts, ref, 0, &e), E_CORRUPT);
	assert_int_equal(get(&ctx, ts, n).kind, TYPE_UNION);
	t = get(&ctx, ts, en);
	assert_true(t.kind == TYPE_ENUM && t.is_signed && t.nmembers == 2);
	ref.id = en;
	assert_int_equal(type_enum_at(&ctx, ts, ref, 0, &e), OK);
	assert_int_equal(e.value, -2);
	ref.id = e64;
	assert_int_equal(type_enum_at(&ctx, ts, ref, 0, &e), OK);
	assert_true(e.value == INT64_C(0x123456789a));
	assert_int_equal(get(&ctx, ts, td).target.id, s);
	t = get(&ctx, ts, pr);
	assert_true(t.kind == TYPE_PROTO && t.nmembers == 1);
	ref.id = pr;
	assert_int_equal(type_member_at(&ctx, ts, ref, 0, &m), OK);
	assert_true(strcmp(m.name, "arg") == 0 && m.type.id == p);
	assert_int_equal(get(&ctx, ts, fn).kind, TYPE_FUNC);
	assert_int_equal(get(&ctx, ts, var).kind, TYPE_VAR);
	assert_true(get(&ctx, ts, fwd).is_union);
	assert_int_equal(get(&ctx, ts, fl).kind, TYPE_FLOAT);
	assert_int_equal(get(&ctx, ts, tag).kind, TYPE_ATTR);
	assert_int_equal(get(&ctx, ts, f).kind, TYPE_OTHER);
	assert_int_equal(get(&ctx, ts, 0).kind, TYPE_VOID);

	assert_int_equal(type_find_object(ts, "f", &ref), OK);
	assert_int_equal(ref.id, pr);
	assert_int_equal(type_find_object(ts, "v", &ref), OK);
	assert_int_equal(ref.id, i);
	assert_int_equal(type_find_object(ts, "s", &ref), E_NO_TYPE);
	assert_int_equal(type_find_enumerator(ts, "MINUS", &ref, &x), OK);
	assert_true(ref.id == en && x == -2);
	assert_int_equal(type_find_enumerator(ts, "NONE", &ref, &x),
	    E_NOT_FOUND);
	ref = (struct typeref){ 0, b.next_id };
	assert_int_equal(type_get(&ctx, ts, ref, &t), E_CORRUPT);
	ref = (struct typeref){ 7, 1 };
	assert_int_equal(type_get(&ctx, ts, ref, &t), E_CORRUPT);
	types_destroy(ts);
	mk_btf_fini(&b);
	ctx_fini(&ctx);
}

static void
reads_every_kind(void **state)
{
	(void)state;
	kinds(false);
	kinds(true);
}

static void
old_bit_fields(void **state)
{
	struct ctx ctx;
	struct mk_btf b;
	struct types *ts;
	struct type_member m;
	struct type_enum e;
	struct typeref ref = { 0, 0 };
	uint32_t w, t, minus;

	(void)state;
	ctx_init(&ctx);
	mk_btf_init(&b, false, NULL);
	w = mk_btf_bits(&b, 4, 0, 3, 2);
	t = mk_btf_type(&b, MK_TYPEDEF, "odd", w, 0, false);
	ref.id = mk_btf_struct(&b, MK_STRUCT, "s", 4, false);
	mk_btf_member(&b, "x", t, 8, 0);
	minus = mk_btf_struct(&b, MK_ENUM, "e", 4, false);
	mk_btf_value(&b, "E", -1);
	ts = types_of(&ctx, &b, 8);
	assert_int_equal(type_member_at(&ctx, ts, ref, 0, &m), OK);
	assert_true(m.bit_offset == 11 && m.bit_size == 2);
	/* No enum here tells its sign: a small negative value does. */
	ref.id = minus;
	assert_int_equal(type_enum_at(&ctx, ts, ref, 0, &e), OK);
	assert_true(e.value == -1);
	types_destroy(ts);
	mk_btf_fini(&b);
	ctx_fini(&ctx);
}

static void
splits(void **state)
{
	struct ctx ctx;
	struct mk_btf base, mod;
	struct types *ts;
	struct type_unit *u;
	struct typeref ref, all[4];
	struct type_member m;
	struct type_field f;
	const void *p;
	size_t n;
	uint32_t i, s;

	(void)state;
	ctx_init(&ctx);
	mk_btf_init(&base, false, NULL);
	i = mk_btf_int(&base, "int", 4, MK_SIGNED);
	mk_btf_struct(&base, MK_STRUCT, "both", 4, false);
	mk_btf_member(&base, "kernel", i, 0, 0);
	mk_btf_type(&base, MK_FWD, "declared", 0, 0, false);
	mk_btf_init(&mod, false, &base);
	s = mk_btf_struct(&mod, MK_STRUCT, "both", 4, false);
	mk_btf_member(&mod, "module", i, 0, 0);
	mk_btf_struct(&mod, MK_STRUCT, "declared", 4, false);
	mk_btf_member(&mod, "x", i, 0, 0);
	ts = types_of(&ctx, &base, 8);
	p = mk_btf_blob(&mod, &n);
	assert_int_equal(btf_open(&ctx, "mod", p, n, false, false, 8,
	    types_unit(ts, 0), &u), OK);
	assert_int_equal(types_add(&ctx, ts, u), OK);

	assert_int_equal(type_find(&ctx, ts, "both", &ref), OK);
	assert_int_equal(ref.unit, 0);
	assert_int_equal(type_find(&ctx, ts, "mod!both", &ref), OK);
	assert_true(ref.unit == 1 && ref.id == s);
	assert_int_equal(type_member_at(&ctx, ts, ref, 0, &m), OK);
	assert_string_equal(m.name, "module");
	assert_true(m.type.unit == 0 && m.type.id == i);
	assert_int_equal(type_find_all(&ctx, ts, "both", all, 4), 2);
	assert_int_equal(type_find_all(&ctx, ts, "both", all, 1), 1);
	/* A definition wins over a declaration; a module leans on its base. */
	assert_int_equal(type_field_of(&ctx, ts, "declared", "x", &f), OK);
	assert_int_equal(type_find(&ctx, ts, "mod!int", &ref), OK);
	assert_int_equal(ref.unit, 0);
	assert_int_equal(type_find(&ctx, ts, "none!int", &ref), E_NO_TYPE);
	types_destroy(ts);
	mk_btf_fini(&base);
	mk_btf_fini(&mod);
	ctx_fini(&ctx);
}

/* A good blob to break. */
static void
sample(struct mk_btf *b, bool be)
{
	uint32_t i, c, p, s;

	mk_btf_init(b, be, NULL);
	i = mk_btf_int(b, "int", 4, MK_SIGNED);
	c = mk_btf_int(b, "char", 1, MK_SIGNED);
	p = mk_btf_type(b, MK_PTR, "", 6, 0, false);
	mk_btf_array(b, c, 16);
	mk_btf_type(b, MK_TYPEDEF, "pid_t", i, 0, false);
	s = mk_btf_struct(b, MK_STRUCT, "task", 48, true);
	mk_btf_member(b, "pid", 5, 0, 0);
	mk_btf_member(b, "flag", i, 32, 3);
	mk_btf_member(b, "next", p, 64, 0);
	mk_btf_member(b, "comm", 4, 128, 0);
	mk_btf_member(b, "", 7, 256, 0);
	mk_btf_struct(b, MK_UNION, "", 4, false);
	mk_btf_member(b, "a", i, 0, 0);
	mk_btf_member(b, "b", 8, 0, 0);
	mk_btf_struct(b, MK_ENUM, "state", 4, true);
	mk_btf_value(b, "RUNNING", 0);
	mk_btf_type(b, MK_PROTO, "", i, 0, false);
	mk_btf_argument(b, "t", p);
	mk_btf_type(b, MK_FUNC, "schedule", 9, 1, false);
	mk_btf_type(b, MK_CONST, "", s, 0, false);
}

static int
try_open(const void *p, size_t n, bool be)
{
	struct ctx ctx;
	struct type_unit *u;
	int r;

	ctx_init(&ctx);
	r = btf_open(&ctx, "x", p, n, false, be, 8, NULL, &u);
	if (r == OK)
		u->ops->close(u);
	else
		assert_true(ctx.err.text[0] != '\0');
	ctx_fini(&ctx);
	return (r);
}

static void
refuses_broken_blobs(void **state)
{
	struct mk_btf b;
	const void *p;
	size_t n, cut, total;
	char *copy;

	(void)state;
	sample(&b, false);
	p = mk_btf_blob(&b, &n);
	assert_int_equal(try_open(p, n, false), OK);
	assert_true(btf_probe(p, 24, false, &total));
	assert_int_equal(total, n);
	assert_false(btf_probe(p, 24, true, &total));
	assert_false(btf_probe(p, 23, false, &total));
	/* Cut short at every length: a fresh block, so that ASan sees. */
	for (cut = 0; cut < n; cut++) {
		copy = malloc(cut + 1);
		memcpy(copy, p, cut);
		assert_int_not_equal(try_open(copy, cut, false), OK);
		free(copy);
	}
	copy = malloc(n + 1);
	memcpy(copy, p, n);
	copy[n - 1] = 'x';		/* the last name has no end */
	assert_int_equal(try_open(copy, n, false), E_CORRUPT);
	memcpy(copy, p, n);
	copy[24 + 7] = 0;		/* kind 0 */
	assert_int_equal(try_open(copy, n, false), E_CORRUPT);
	copy[24 + 7] = 31;		/* no such kind */
	assert_int_equal(try_open(copy, n, false), E_CORRUPT);
	copy[24 + 7] = MK_STRUCT;	/* runs over the end */
	copy[24 + 4] = copy[24 + 5] = (char)0xff;
	assert_int_equal(try_open(copy, n, false), E_CORRUPT);
	memcpy(copy, p, n);
	store_uint(copy + 20, 4, false, 0xfffffff0);	/* huge strings */
	assert_int_not_equal(try_open(copy, n, false), OK);
	store_uint(copy + 20, 4, false, 0);		/* none */
	assert_int_not_equal(try_open(copy, n, false), OK);
	free(copy);
	mk_btf_fini(&b);
}

/* What lies before a record that cannot be read is there, and it is told. */
static void
keeps_what_came_before(void **state)
{
	static const struct {
		unsigned kind;
		const char *why;
	} ends[] = {
		{ 31, "unknown kind of type" }, { 0, "unknown kind of type" },
		{ MK_ARRAY, "runs over the end" },
	};
	struct type_unit *u, *module;
	struct mk_btf b, split;
	struct types *ts;
	struct typeref ref;
	struct ctx ctx;
	const void *p;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		ctx_init(&ctx);
		mk_btf_init(&b, i == 1, NULL);
		mk_btf_int(&b, "int", 4, MK_SIGNED);
		mk_btf_type(&b, MK_TYPEDEF, "pid_t", 1, 0, false);
		if (i != 2)
			mk_btf_type(&b, ends[i].kind, "later", 0, 3, false);
		if (i != 2)
			mk_btf_type(&b, MK_TYPEDEF, "lost_t", 1, 0, false);
		else		/* without its tail */
			mk_btf_type(&b, ends[i].kind, "", 0, 0, false);
		p = mk_btf_blob(&b, &n);
		assert_int_equal(btf_open(&ctx, "vmlinux", p, n, false, i == 1,
		    8, NULL, &u), OK);
		assert_non_null(u->cut);
		assert_non_null(strstr(u->cut, ends[i].why));
		assert_int_equal(u->end_id, 3);
		/* Whose ids would follow on these? */
		mk_btf_init(&split, i == 1, &b);
		mk_btf_int(&split, "long", 8, MK_SIGNED);
		p = mk_btf_blob(&split, &n);
		assert_int_equal(btf_open(&ctx, "mod", p, n, false, i == 1, 8,
		    u, &module), E_CORRUPT);
		assert_non_null(strstr(ctx.err.text, "vmlinux"));
		ts = types_create(8, i == 1);
		assert_int_equal(types_add(&ctx, ts, u), 0);
		assert_int_equal(type_find(&ctx, ts, "pid_t", &ref), 0);
		assert_int_equal(type_find(&ctx, ts, "lost_t", &ref),
		    E_NO_TYPE);
		types_destroy(ts);
		mk_btf_fini(&split);
		mk_btf_fini(&b);
		ctx_fini(&ctx);
	}
}

static void
loops_end(void **state)
{
	struct ctx ctx;
	struct mk_btf b;
	struct types *ts;
	struct type t;
	struct type_field f;
	struct typeref ref = { 0, 1 }, out;
	uint64_t size;
	char text[200];

	(void)state;
	ctx_init(&ctx);
	mk_btf_init(&b, false, NULL);
	mk_btf_type(&b, MK_TYPEDEF, "a", 2, 0, false);		/* 1 */
	mk_btf_type(&b, MK_CONST, "", 1, 0, false);		/* 2 */
	mk_btf_array(&b, 3, 1);					/* 3: of itself */
	mk_btf_struct(&b, MK_STRUCT, "self", 4, false);		/* 4 */
	mk_btf_member(&b, "", 4, 0, 0);
	mk_btf_member(&b, "", 4, 0, 0);
	mk_btf_type(&b, MK_PTR, "", 5, 0, false);		/* 5: to itself */
	mk_btf_array(&b, 7, 0xffffffff);			/* 6 */
	mk_btf_array(&b, 8, 0xffffffff);			/* 7 */
	mk_btf_array(&b, 9, 0xffffffff);			/* 8 */
	mk_btf_int(&b, "char", 1, MK_SIGNED);			/* 9 */
	mk_btf_type(&b, MK_PROTO, "", 10, 0, false);		/* 10 */
	mk_btf_argument(&b, "", 10);
	mk_btf_argument(&b, "", 10);
	mk_btf_type(&b, MK_TYPEDEF, "far", 0x7fffffff, 0, false); /* 11 */
	ts = types_of(&ctx, &b, 8);
	assert_int_equal(type_strip(&ctx, ts, ref, &out, &t), E_CORRUPT);
	assert_int_equal(type_size(&ctx, ts, ref, &size), E_CORRUPT);
	assert_int_equal(type_name(&ctx, ts, ref, "", text, sizeof(text)), OK);
	ref.id = 3;
	assert_int_equal(type_size(&ctx, ts, ref, &size), E_CORRUPT);
	assert_int_equal(type_name(&ctx, ts, ref, "", text, sizeof(text)),
	    E_CORRUPT);
	ref.id = 4;
	assert_int_equal(type_field(&ctx, ts, ref, "x", &f), E_CORRUPT);
	ref.id = 5;
	assert_int_equal(type_name(&ctx, ts, ref, "", text, sizeof(text)),
	    E_CORRUPT);
	ref.id = 6;
	assert_int_equal(type_size(&ctx, ts, ref, &size), E_CORRUPT);
	ref.id = 10;
	assert_int_equal(type_name(&ctx, ts, ref, "", text, sizeof(text)),
	    E_CORRUPT);
	ref.id = 11;
	assert_int_equal(type_size(&ctx, ts, ref, &size), E_CORRUPT);
	types_destroy(ts);
	mk_btf_fini(&b);
	ctx_fini(&ctx);
}

/* Ask a blob everything; whatever it answers, nothing may break. */
static void
ask_all(struct ctx *ctx, struct types *ts)
{
	static const char *const names[] = { "task", "state", "int", "pid_t" };
	struct type_unit *u = types_unit(ts, 0);
	struct type t;
	struct type_member m;
	struct type_enum e;
	struct type_field f;
	struct typeref ref = { 0, 0 }, out;
	uint64_t size;
	uint32_t i;
	int64_t x;
	char text[300];

	for (ref.id = 0; ref.id < u->end_id; ref.id++) {
		(void)type_size(ctx, ts, ref, &size);
		(void)type_name(ctx, ts, ref, "x", text, sizeof(text));
		(void)type_field(ctx, ts, ref, "comm[3]", &f);
		if (type_strip(ctx, ts, ref, &out, &t) != OK)
			continue;
		for (i = 0; i < t.nmembers && i < 100; i++) {
			(void)type_member_at(ctx, ts, out, i, &m);
			(void)type_enum_at(ctx, ts, out, i, &e);
		}
	}
	for (i = 0; i < 4; i++)
		(void)type_field_of(ctx, ts, names[i], "a", &f);
	(void)type_find_object(ts, "schedule", &ref);
	(void)type_find_enumerator(ts, "RUNNING", &ref, &x);
}

static void
survives_mutations(void **state)
{
	struct ctx ctx;
	struct mk_btf b;
	struct types *ts;
	struct type_unit *u;
	const void *p;
	size_t n;
	uint32_t seed = 12345;
	uint8_t *copy;
	int round, i, opened = 0;

	(void)state;
	ctx_init(&ctx);
	sample(&b, false);
	p = mk_btf_blob(&b, &n);
	for (round = 0; round < 20000; round++) {
		copy = malloc(n);
		memcpy(copy, p, n);
		for (i = 0; i < 1 + round % 4; i++) {
			seed = seed * 1664525 + 1013904223;
			copy[(seed >> 8) % n] = (uint8_t)(seed >> 24);
		}
		if (btf_open(&ctx, "x", copy, n, true, false, 8, NULL, &u) !=
		    OK) {
			free(copy);
			continue;
		}
		opened++;
		ts = types_create(8, false);
		assert_int_equal(types_add(&ctx, ts, u), OK);
		ask_all(&ctx, ts);
		types_destroy(ts);
	}
	assert_true(opened > 1000);
	mk_btf_fini(&b);
	ctx_fini(&ctx);
}

UNIT_MAIN(
	UNIT(reads_every_kind),
	UNIT(old_bit_fields),
	UNIT(splits),
	UNIT(refuses_broken_blobs), UNIT(keeps_what_came_before),
	UNIT(loops_end),
	UNIT(survives_mutations))
