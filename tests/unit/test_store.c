/* SPDX-License-Identifier: BSD-2-Clause */
/* What people type, as the bytes that an object of some type takes. */
#include "tests/unit/unit.h"

#include "base/bytes.h"
#include "engine/value/value.h"
#include "tests/mk/mk_btf.h"
#include "tests/mk/mk_space.h"

#include <string.h>

#define OBJECT	0x1000u

struct world {
	struct ctx	 ctx;
	struct mk_space	 m;
	struct mk_btf	 b;
	struct symbols	 symbols;
	struct value_env env;
	struct value	 object;
};

static void
world_init(struct world *w, bool be)
{
	struct mk_btf *b = &w->b;
	uint32_t s32, u8, c, yes, en, p, comm, s64, u32, s;
	struct type_unit *u;
	const void *blob;
	size_t n;

	memset(w, 0, sizeof(*w));
	ctx_init(&w->ctx);
	mk_space_init(&w->m, be, 8);
	mk_btf_init(b, be, NULL);
	s32 = mk_btf_int(b, "int", 4, MK_SIGNED);
	u8 = mk_btf_int(b, "unsigned char", 1, 0);
	c = mk_btf_int(b, "char", 1, MK_SIGNED | MK_CHAR);
	yes = mk_btf_int(b, "_Bool", 1, MK_BOOL);
	s64 = mk_btf_int(b, "long long", 8, MK_SIGNED);
	u32 = mk_btf_int(b, "unsigned int", 4, 0);
	en = mk_btf_struct(b, MK_ENUM, "state", 4, true);
	mk_btf_value(b, "RUNNING", 0);
	mk_btf_value(b, "PAUSED", 7);
	mk_btf_value(b, "DEAD", -1);
	p = mk_btf_type(b, MK_PTR, "", s32, 0, false);
	comm = mk_btf_array(b, c, 8);
	s = mk_btf_struct(b, MK_STRUCT, "object", 56, true);
	mk_btf_member(b, "i", s32, 0, 0);
	mk_btf_member(b, "b", u8, 32, 0);
	mk_btf_member(b, "yes", yes, 40, 0);
	mk_btf_member(b, "state", en, 64, 0);
	mk_btf_member(b, "low", u32, 96, 3);
	mk_btf_member(b, "wide", u32, 99, 11);
	mk_btf_member(b, "sign", s32, 110, 4);
	mk_btf_member(b, "p", p, 128, 0);
	mk_btf_member(b, "comm", comm, 192, 0);
	mk_btf_member(b, "l", s64, 256, 0);
	blob = mk_btf_blob(b, &n);
	w->env.types = types_create(8, be);
	assert_int_equal(btf_open(&w->ctx, "vmlinux", blob, n, false, be, 8,
	    NULL, &u), OK);
	assert_int_equal(types_add(&w->ctx, w->env.types, u), OK);
	sym_init(&w->symbols);
	assert_int_equal(sym_add(&w->ctx, &w->symbols, 0x2000, 4, 'D', 0,
	    "small", 5), OK);
	assert_int_equal(sym_add(&w->ctx, &w->symbols, 0x3000, 40, 'D', 0,
	    "large", 5), OK);
	assert_int_equal(sym_seal(&w->ctx, &w->symbols), OK);
	w->env.space = &w->m.space;
	w->env.symbols = &w->symbols;
	w->object = (struct value){ .type = { 0, s }, .place = VALUE_MEM,
	    .space = &w->m.space, .addr = OBJECT };
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

/* Store, and read the member back as the expression that shows it. */
static void
stores(struct world *w, const char *path, const char *text, const char *want)
{
	struct value_store s;
	struct value v;
	struct buf b = { 0 };
	size_t i;

	assert_int_equal(value_member(&w->ctx, &w->env, &w->object, path, &v),
	    OK);
	assert_int_equal(value_store(&w->ctx, &w->env, &v, text, &s), OK);
	for (i = 0; i < s.n; i++)
		w->m.bytes[s.addr + i] = (uint8_t)((w->m.bytes[s.addr + i] &
		    ~s.mask[i]) | (s.bytes[i] & s.mask[i]));
	assert_int_equal(value_text(&w->ctx, &w->env, &v, &b), OK);
	assert_string_equal(buf_text(&b), want);
	buf_fini(&b);
}

static void
refuses(struct world *w, const char *path, const char *text, const char *why)
{
	struct value_store s;
	struct value v;

	assert_int_equal(value_member(&w->ctx, &w->env, &w->object, path, &v),
	    OK);
	ctx_clear(&w->ctx);
	assert_int_not_equal(value_store(&w->ctx, &w->env, &v, text, &s), OK);
	if (strstr(w->ctx.err.text, why) == NULL)
		fail_msg("%s = %s: %s", path, text, w->ctx.err.text);
}

static void
types_and_ranges(void **state)
{
	struct world w;
	int be;

	(void)state;
	for (be = 0; be < 2; be++) {
		world_init(&w, be != 0);
		stores(&w, "i", "-2147483648", "-2147483648");
		assert_int_equal(w.m.bytes[OBJECT + (be != 0 ? 0 : 3)], 0x80);
		stores(&w, "i", "2147483647", "2147483647");
		stores(&w, "i", "(int)0xffffffff", "-1");
		refuses(&w, "i", "2147483648", "-2147483648 to 2147483647");
		refuses(&w, "i", "-2147483649", "does not fit int");
		refuses(&w, "i", "0xffffffff", "does not fit");
		stores(&w, "b", "255", "255");
		refuses(&w, "b", "256", "0 to 255");
		refuses(&w, "b", "-1", "0 to 255");
		refuses(&w, "b", "\"a\"", "array of char");
		stores(&w, "b", "1:1", "1");
		refuses(&w, "b", "1:4", "1 bytes wide, not 4");
		refuses(&w, "low", "1:4", "wide");
		refuses(&w, "b", "nothing", "no symbol");
		refuses(&w, "b", "1 2", "");
		stores(&w, "b", "1 + 2", "3");
		stores(&w, "yes", "true", "true");
		stores(&w, "yes", "0", "false");
		refuses(&w, "yes", "2", "true or false");
		stores(&w, "state", "DEAD", "DEAD");
		stores(&w, "state", "7", "PAUSED");
		refuses(&w, "state", "6", "RUNNING, PAUSED, DEAD");
		refuses(&w, "state", "ALIVE", "none of enum state");
		stores(&w, "l", "-9223372036854775807", "-9223372036854775807");
		refuses(&w, "l", "0xffffffffffffffff", "does not fit");
		stores(&w, "p", "large", "0x3000 <large>");
		stores(&w, "p", "&small", "0x2000 <small>");
		stores(&w, "p", "NULL", "0x0");
		stores(&w, "comm", "\"abc\"", "\"abc\"");
		stores(&w, "comm", "\"1234567\"", "\"1234567\"");
		/* The rest is zero, as in an initialiser. */
		stores(&w, "comm", "\"a\\x41\"", "\"aA\"");
		assert_memory_equal(w.m.bytes + OBJECT + 24, "aA\0\0\0\0\0", 8);
		refuses(&w, "comm", "\"12345678\"", "do not fit char [8]");
		refuses(&w, "comm", "abc", "in quotes");
		refuses(&w, "comm", "\"abc", "not closed");
		refuses(&w, "comm", "\"abc\" d", "nothing may follow");
		stores(&w, "b", "hex:4f", "79");
		refuses(&w, "b", "hex:4f 50", "2 bytes for an object of 1");
		refuses(&w, "b", "hex:4", "two digits");
		refuses(&w, "b", "hex:", "0 bytes for an object of 1");
		world_fini(&w);
	}
}

static void
bit_fields(void **state)
{
	struct world w;
	int be;

	(void)state;
	for (be = 0; be < 2; be++) {
		world_init(&w, be != 0);
		memset(w.m.bytes + OBJECT + 12, 0, 4);
		stores(&w, "wide", "0x555", "1365");
		stores(&w, "low", "0", "0");
		stores(&w, "sign", "-8", "-8");
		stores(&w, "low", "7", "7");
		/* The neighbours are as they were. */
		stores(&w, "wide", "1365", "1365");
		stores(&w, "sign", "-8", "-8");
		stores(&w, "wide", "2047", "2047");
		stores(&w, "wide", "0", "0");
		stores(&w, "low", "7", "7");
		stores(&w, "sign", "7", "7");
		/* C lays them out from the high end in big-endian memory. */
		assert_int_equal(load_u32(w.m.bytes + OBJECT + 12, be != 0),
		    be != 0 ? UINT32_C(0xe001c000) : UINT32_C(0x1c007));
		refuses(&w, "low", "8", "unsigned int : 3: 0 to 7");
		refuses(&w, "wide", "2048", "0 to 2047");
		refuses(&w, "sign", "8", "-8 to 7");
		refuses(&w, "sign", "-9", "-8 to 7");
		world_fini(&w);
	}
}

static int
at(struct world *w, const char *place, const char *text, struct value_store *s)
{
	ctx_clear(&w->ctx);
	return (value_store_eval(&w->ctx, &w->env, place, text, s));
}

static void
places(void **state)
{
	struct value_store s;
	struct world w;
	int be;

	(void)state;
	for (be = 0; be < 2; be++) {
		world_init(&w, be != 0);
		assert_int_equal(at(&w, "small", "5", &s), OK);
		assert_int_equal(s.addr, 0x2000);
		assert_int_equal(s.n, 4);
		assert_int_equal(load_u32(s.bytes, be != 0), 5);
		/* Neither type nor size is known. */
		assert_int_equal(at(&w, "large", "5", &s), E_USAGE);
		assert_non_null(strstr(w.ctx.err.text, "5:1, :2, :4 or :8"));
		assert_int_equal(at(&w, "large", "-5:2", &s), OK);
		assert_int_equal(s.n, 2);
		assert_int_equal(load_u16(s.bytes, be != 0), 0xfffb);
		assert_int_equal(at(&w, "0x4000", "0x1122334455667788:8", &s),
		    OK);
		assert_int_equal(s.addr, 0x4000);
		assert_int_equal(s.bytes[be != 0 ? 0 : 7], 0x11);
		assert_int_equal(at(&w, "0x4000", "256:1", &s), E_USAGE);
		assert_int_equal(at(&w, "0x4000", "-129:1", &s), E_USAGE);
		assert_int_equal(at(&w, "0x4000", "-128:1", &s), OK);
		assert_int_equal(at(&w, "0x4000", "5:3", &s), E_USAGE);
		assert_int_equal(at(&w, "0x4000", "\"abc\"", &s), OK);
		assert_int_equal(s.n, 3);
		assert_memory_equal(s.bytes, "abc", 3);
		assert_int_equal(at(&w, "0x4000", "hex:90 90c3", &s), OK);
		assert_int_equal(s.n, 3);
		assert_memory_equal(s.bytes, "\x90\x90\xc3", 3);
		assert_int_equal(at(&w, "*(int *)0x4000", "9", &s), OK);
		assert_int_equal(s.n, 4);
		assert_int_equal(at(&w, "(struct object *)0x1000", "9", &s),
		    E_USAGE);
		assert_int_equal(at(&w, "*(struct object *)0x1000", "9", &s),
		    E_USAGE);
		assert_non_null(strstr(w.ctx.err.text, "as a whole"));
		world_fini(&w);
	}
}

UNIT_MAIN(UNIT(types_and_ranges), UNIT(bit_fields), UNIT(places))
