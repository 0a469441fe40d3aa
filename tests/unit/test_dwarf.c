/* SPDX-License-Identifier: BSD-2-Clause */
/* DWARF made for the purpose: in both byte orders, both sizes, old and new. */
#include "tests/unit/unit.h"

#include "base/bytes.h"
#include "engine/symbol/dwarf_machine.h"
#include "tests/mk/mk_dwarf.h"

#include <stdlib.h>
#include <string.h>

static const char text[] =
    "unit name=\"one.c\" low=0x1000 high=0x100\n"
    "  base @int name=\"int\" size=4 encoding=5\n"
    "  base @uint name=\"unsigned int\" size=4 encoding=7\n"
    "  base @char name=\"char\" size=1 encoding=6\n"
    "  struct @point name=\"point\" size=16 line=3\n"
    "    member name=\"x\" type=@int at=0\n"
    "    member name=\"old\" type=@uint at=4 size=4 bits=3 bit_offset=27\n"
    "    member name=\"new\" type=@uint bits=5 data_bit_offset=40\n"
    "    member name=\"grid\" type=@grid at=8\n"
    "    member name=\"total\" type=@int external=yes declared=yes\n"
    "  array @grid type=@char\n"
    "    range upper=1\n"
    "    range count=4\n"
    "  pointer @ppoint type=@point\n"
    "  typedef name=\"point_t\" type=@point\n"
    "  enum @color name=\"color\" size=4 type=@uint\n"
    "    value name=\"RED\" const=0\n"
    "    value name=\"GREEN\" const=1\n"
    "  enum size=4\n"
    "    value name=\"MINUS\" const=-2\n"
    "    value name=\"PLUS_TWO\" const=2\n"
    "  struct @hidden name=\"hidden\" declared=yes\n"
    "  pointer @phidden type=@hidden\n"
    "  variable name=\"secret\" type=@phidden location=[03 00 20 00 00]\n"
    "  variable @decl name=\"origin\" type=@point declared=yes external=yes\n"
    "  variable spec=@decl location=[03 00 30 00 00]\n"
    "  function @inner name=\"inner\" type=@int\n"
    "    argument name=\"depth\" type=@int\n"
    "  function name=\"outer\" type=@int low=0x1010 high=0x40 frame_base=[56]\n"
    "    argument name=\"p\" type=@ppoint location=[55]\n"
    "    more\n"
    "    variable name=\"far\" type=@int location=[91 70]\n"
    "    block low=0x1020 high=0x10\n"
    "      variable name=\"near\" type=@int const=7\n"
    "      inlined origin=@inner low=0x1024 high=0x4 call_line=12\n"
    "    block low=0x1030 high=0x10\n"
    "      variable name=\"other\" type=@int const=8\n"
    "unit name=\"two.c\" low=0x2000 high=0x100\n"
    "  base @long name=\"long int\" size=8 encoding=5\n"
    "  base @int2 name=\"int\" size=4 encoding=5\n"
    "  struct name=\"hidden\" size=8 line=9\n"
    "    member name=\"value\" type=@long at=0\n"
    "  struct name=\"point\" size=16 line=3\n"
    "    member name=\"x\" type=@int2 at=0\n";

struct made {
	struct ctx	   ctx;
	struct mk_dwarf	   m;
	struct dwarf_input in;
	void		  *index;
	size_t		   n;
	struct dwarf	  *d;
	struct types	  *ts;
};

static struct dwarf *
opened(void *arg)
{
	return (((struct made *)arg)->d);
}

static void
setup(struct made *x, unsigned version, unsigned addr_size, bool be,
    bool siblings)
{
	struct type_unit *u;

	memset(x, 0, sizeof(*x));
	ctx_init(&x->ctx);
	x->m = (struct mk_dwarf){ .version = version, .addr_size = addr_size,
	    .be = be, .siblings = siblings };
	mk_dwarf(&x->m, text);
	mk_dwarf_input(&x->m, &x->in);
	assert_int_equal(dwarf_index(&x->ctx, &x->in, 2, &x->index, &x->n), 0);
	assert_int_equal(dwarf_open(&x->ctx, &x->in, x->index, x->n, &x->d), 0);
	x->ts = types_create(addr_size, be);
	assert_int_equal(dwarf_unit_create(&x->ctx, "made", opened, x, &u), 0);
	assert_int_equal(types_add(&x->ctx, x->ts, u), 0);
}

static void
teardown(struct made *x)
{
	types_destroy(x->ts);
	dwarf_close(x->d);
	free(x->index);
	mk_dwarf_fini(&x->m);
	ctx_fini(&x->ctx);
}

static void
named(struct made *x, struct typeref t, const char *want)
{
	char name[128];

	assert_int_equal(type_name(&x->ctx, x->ts, t, "", name, sizeof(name)),
	    0);
	assert_string_equal(name, want);
}

static void
check_structs(struct made *x)
{
	struct type_field f;
	struct typeref ref;
	struct type t;

	assert_int_equal(type_find(&x->ctx, x->ts, "point", &ref), 0);
	assert_int_equal(type_get(&x->ctx, x->ts, ref, &t), 0);
	assert_int_equal(t.kind, TYPE_STRUCT);
	assert_int_equal(t.size, 16);
	assert_int_equal(t.nmembers, 4);
	/* Bit 27 from the top of 4 bytes and 3 wide: the third lowest. */
	assert_int_equal(type_field(&x->ctx, x->ts, ref, "old", &f), 0);
	assert_int_equal(f.offset, 4);
	assert_int_equal(f.bit_size, 3);
	assert_int_equal(f.bit_offset, 2);
	assert_int_equal(type_field(&x->ctx, x->ts, ref, "new", &f), 0);
	assert_int_equal(f.offset, 4);
	assert_int_equal(f.bit_size, 5);
	assert_int_equal(f.bit_offset, x->m.be ? 32 - 8 - 5 : 8);
	assert_int_equal(type_field(&x->ctx, x->ts, ref, "grid[1]", &f), 0);
	assert_int_equal(f.offset, 12);
	named(x, f.type, "char [4]");
	assert_int_equal(type_field(&x->ctx, x->ts, ref, "grid", &f), 0);
	assert_int_equal(f.size, 8);
	named(x, f.type, "char [2][4]");
	/* Two units have it, the index has it once. */
	assert_int_equal(type_find_all(&x->ctx, x->ts, "struct point", &ref,
	    1), 1);
	assert_int_equal(type_find(&x->ctx, x->ts, "point_t", &ref), 0);
	assert_int_equal(type_field(&x->ctx, x->ts, ref, "x", &f), 0);
}

static void
check_enums(struct made *x)
{
	struct typeref ref;
	struct type t;
	int64_t v;

	assert_int_equal(type_find_enumerator(x->ts, "GREEN", &ref, &v), 0);
	assert_int_equal(v, 1);
	named(x, ref, "enum color");
	assert_int_equal(type_get(&x->ctx, x->ts, ref, &t), 0);
	assert_false(t.is_signed);
	assert_int_equal(type_find_enumerator(x->ts, "MINUS", &ref, &v), 0);
	assert_int_equal(v, -2);
	assert_int_equal(type_get(&x->ctx, x->ts, ref, &t), 0);
	assert_true(t.is_signed);
	assert_int_equal(type_find_enumerator(x->ts, "BLUE", &ref, &v),
	    E_NOT_FOUND);
}

static void
check_objects(struct made *x)
{
	struct type_field f;
	struct typeref ref;
	struct type t;

	/* By the declaration that it completes. */
	assert_int_equal(type_find_object(x->ts, "origin", &ref), 0);
	named(x, ref, "struct point");
	/* What one unit only declares, another defines. */
	assert_int_equal(type_find_object(x->ts, "secret", &ref), 0);
	named(x, ref, "struct hidden *");
	assert_int_equal(type_get(&x->ctx, x->ts, ref, &t), 0);
	assert_int_equal(t.size, x->m.addr_size);
	assert_int_equal(type_field(&x->ctx, x->ts, t.target, "value", &f), 0);
	assert_int_equal(f.size, 8);
	assert_int_equal(type_find_object(x->ts, "outer", &ref), 0);
	named(x, ref, "int (struct point *, ...)");
	assert_int_equal(type_find_object(x->ts, "nothing", &ref), E_NO_TYPE);
}

static void
reads_types(void **state)
{
	unsigned version, size, be, siblings;
	struct made x;

	(void)state;
	for (version = 2; version <= 5; version++)
		for (size = 4; size <= 8; size += 4)
			for (be = 0; be < 2; be++)
				for (siblings = 0; siblings < 2; siblings++) {
					setup(&x, version, size, be, siblings);
					check_structs(&x);
					check_enums(&x);
					check_objects(&x);
					teardown(&x);
				}
}

struct frames {
	char text[256];
};

static int
note_frame(void *arg, struct ctx *ctx, const struct dwarf_frame *f)
{
	struct frames *s = arg;
	size_t n = strlen(s->text);

	(void)ctx;
	snprintf(s->text + n, sizeof(s->text) - n, "%s%s:%u ", f->function,
	    f->inlined ? "*" : "", f->source.line);
	return (0);
}

static void
finds_functions(void **state)
{
	struct frames f = { "" };
	struct made x;

	(void)state;
	setup(&x, 5, 8, false, true);
	assert_int_equal(dwarf_frames(&x.ctx, x.d, 0x1025, note_frame, &f), 0);
	assert_string_equal(f.text, "inner*:0 outer:12 ");
	f.text[0] = '\0';
	assert_int_equal(dwarf_frames(&x.ctx, x.d, 0x1028, note_frame, &f), 0);
	assert_string_equal(f.text, "outer:0 ");
	assert_int_equal(dwarf_frames(&x.ctx, x.d, 0x1050, note_frame, &f),
	    E_NOT_FOUND);
	assert_int_equal(dwarf_frames(&x.ctx, x.d, 0x3000, note_frame, &f),
	    E_NOT_FOUND);
	teardown(&x);
}

struct vars {
	struct made *x;
	uint32_t     entry;
	char	     text[256];
};

static int
take_entry(void *arg, struct ctx *ctx, const struct dwarf_frame *f)
{
	(void)ctx;
	if (!f->inlined)
		((struct vars *)arg)->entry = f->entry;
	return (0);
}

static int
note_var(void *arg, struct ctx *ctx, const struct dwarf_var *v)
{
	struct vars *s = arg;
	size_t n = strlen(s->text);

	(void)ctx;
	snprintf(s->text + n, sizeof(s->text) - n, "%s%s%s0x%llx ",
	    v->is_argument ? "(" : "", v->name, v->where == DWARF_AT ? "@" :
	    v->where == DWARF_VALUE ? "=" : "?",
	    v->where == DWARF_GONE ? 0ULL : (unsigned long long)v->addr);
	return (0);
}

static void
finds_variables(void **state)
{
	struct dwarf_machine m = { .pc = 0x1022 };
	struct vars v = { 0 };
	struct made x;

	(void)state;
	setup(&x, 4, 8, false, false);
	v.x = &x;
	assert_int_equal(dwarf_frames(&x.ctx, x.d, m.pc, take_entry, &v), 0);
	unwind_set(&m.regs, 5, 0x1234);
	unwind_set(&m.regs, 6, 0x7000);
	assert_int_equal(dwarf_vars(&x.ctx, x.d, v.entry, &m, note_var, &v), 0);
	/* -16 from the frame's base; what another block has is not there. */
	assert_string_equal(v.text, "(p=0x1234 far@0x6ff0 near=0x7 ");
	v.text[0] = '\0';
	m.regs.known = 0;
	assert_int_equal(dwarf_vars(&x.ctx, x.d, v.entry, &m, note_var, &v), 0);
	assert_string_equal(v.text, "(p?0x0 far?0x0 near=0x7 ");
	teardown(&x);
}

/* A stack of words for a reader of memory. */
static int
read_stack(void *arg, struct ctx *ctx, uint64_t va, void *buf, size_t n)
{
	if (va < 0x8000 || va + n > 0x8000 + 64)
		return (ctx_fail_at(ctx, E_NOT_MAPPED, va, "no stack"));
	memcpy(buf, (const uint8_t *)arg + (va - 0x8000), n);
	return (0);
}

static int
no_expressions(void *arg, struct ctx *ctx, const struct cfi_rule *rule,
    const struct unwind_regs *regs, uint64_t cfa, uint64_t *ret)
{
	(void)arg, (void)ctx, (void)rule, (void)regs, (void)cfa, (void)ret;
	return (E_CORRUPT);
}

static void
unwinds(void **state)
{
	/* cfa = rsp + 8, ra at cfa - 8; after 1 byte rbx is pushed. */
	static const uint8_t common[] = { 0x0c, 7, 8, 0x90, 1 };
	static const uint8_t own[] = { 0x41, 0x0e, 16, 0x83, 2, 0x44, 0x0e, 8,
	    0xc3 };
	uint64_t stack[8] = { 0x11, 0x22, 0x33 };
	const struct virt_reader r = { read_stack, stack };
	const struct cfi_arch *a = cfi_arch_of(&arch_x86_64);
	struct cfi_rules rules;
	struct unwind_regs regs = { .known = 0 };
	struct made x;

	(void)state;
	setup(&x, 4, 8, false, false);
	mk_dwarf_frame(&x.m, 0x1010, 0x40, common, sizeof(common), own,
	    sizeof(own));
	mk_dwarf_input(&x.m, &x.in);
	dwarf_close(x.d);
	assert_int_equal(dwarf_open(&x.ctx, &x.in, x.index, x.n, &x.d), 0);
	assert_int_equal(dwarf_cfi(&x.ctx, x.d, 0x1000, &rules), E_NOT_FOUND);
	assert_int_equal(dwarf_cfi(&x.ctx, x.d, 0x1010, &rules), 0);
	unwind_set(&regs, 7, 0x8000);
	unwind_set(&regs, 3, 0x99);
	unwind_set(&regs, 0, 0x98);
	assert_int_equal(cfi_step(&x.ctx, a, &r, &rules, no_expressions, NULL,
	    &regs), 0);
	assert_int_equal(regs.v[16], 0x11);
	assert_int_equal(regs.v[7], 0x8008);
	assert_int_equal(regs.v[3], 0x99);
	assert_false(unwind_has(&regs, 0));	/* calls do not keep rax */
	/* Inside: rbx lies below the return address. */
	regs.known = 0;
	unwind_set(&regs, 7, 0x8000);
	assert_int_equal(dwarf_cfi(&x.ctx, x.d, 0x1012, &rules), 0);
	assert_int_equal(cfi_step(&x.ctx, a, &r, &rules, no_expressions, NULL,
	    &regs), 0);
	assert_int_equal(regs.v[16], 0x22);
	assert_int_equal(regs.v[3], 0x11);
	assert_int_equal(regs.v[7], 0x8010);
	/* After 5 bytes it is popped again. */
	assert_int_equal(dwarf_cfi(&x.ctx, x.d, 0x1020, &rules), 0);
	assert_int_equal(rules.cfa.v, 8);
	assert_int_equal(rules.reg[3].kind, CFI_UNSAID);
	/* Without the register it cannot be told, without the stack not read. */
	regs.known = 0;
	assert_int_equal(cfi_step(&x.ctx, a, &r, &rules, no_expressions, NULL,
	    &regs), E_NOT_FOUND);
	unwind_set(&regs, 7, 0x9000);
	assert_int_equal(cfi_step(&x.ctx, a, &r, &rules, no_expressions, NULL,
	    &regs), E_NOT_MAPPED);
	teardown(&x);
}

/* Everything is asked of it, whatever comes out. */
static void
ask(struct made *x)
{
	static const char *const names[] = { "point", "hidden", "color",
	    "point_t", "origin", "outer", "secret", "GREEN" };
	struct frames f = { "" };
	struct type_field field;
	struct typeref ref;
	struct cfi_rules rules;
	uint64_t pc, size;
	int64_t v;
	char name[128];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (type_find(&x->ctx, x->ts, names[i], &ref) == 0) {
			(void)type_field(&x->ctx, x->ts, ref, "grid[1]",
			    &field);
			(void)type_size(&x->ctx, x->ts, ref, &size);
			(void)type_name(&x->ctx, x->ts, ref, "v", name,
			    sizeof(name));
		}
		(void)type_find_object(x->ts, names[i], &ref);
		(void)type_find_enumerator(x->ts, names[i], &ref, &v);
	}
	for (pc = 0x1000; pc < 0x1080; pc += 4) {
		f.text[0] = '\0';
		(void)dwarf_frames(&x->ctx, x->d, pc, note_frame, &f);
		(void)dwarf_cfi(&x->ctx, x->d, pc, &rules);
	}
}

/* Cut anywhere, or with any byte changed: an error or an answer. */
static void
survives_damage(void **state)
{
	struct made x, y;
	struct type_unit *u;
	uint8_t *copy;
	size_t i, k;

	(void)state;
	setup(&x, 5, 8, false, true);
	for (k = 0; k < 2; k++) {
		const int section = k == 0 ? DWARF_INFO : DWARF_ABBREV;
		const struct dwarf_bytes whole = x.in.section[section];

		for (i = 0; i < whole.n; i++) {
			memset(&y, 0, sizeof(y));
			ctx_init(&y.ctx);
			y.in = x.in;
			/* A copy of its own, for the checkers of memory. */
			copy = malloc(whole.n);
			memcpy(copy, whole.p, whole.n);
			copy[i] ^= (uint8_t)(0x81 + i);
			y.in.section[section] = (struct dwarf_bytes){ copy,
			    i % 2 == 0 ? whole.n : i, 0 };
			y.ts = types_create(8, false);
			assert_int_equal(dwarf_unit_create(&y.ctx, "made",
			    opened, &y, &u), 0);
			assert_int_equal(types_add(&y.ctx, y.ts, u), 0);
			if (dwarf_index(&y.ctx, &y.in, 1, &y.index, &y.n) ==
			    0) {
				assert_int_equal(dwarf_open(&y.ctx, &y.in,
				    y.index, y.n, &y.d), 0);
				ask(&y);
			}
			types_destroy(y.ts);
			dwarf_close(y.d);
			free(y.index);
			free(copy);
			ctx_fini(&y.ctx);
		}
	}
	teardown(&x);
}

static void
refuses_damaged_indices(void **state)
{
	struct dwarf *d = NULL;
	struct made x;
	uint8_t *p;
	size_t i;

	(void)state;
	setup(&x, 5, 8, false, true);
	p = x.index;
	for (i = 0; i < x.n; i += i < 256 ? 1 : 97) {
		p[i] ^= 0x40;
		assert_int_equal(dwarf_open(&x.ctx, &x.in, p, x.n, &d),
		    E_CORRUPT);
		p[i] ^= 0x40;
	}
	assert_int_equal(dwarf_open(&x.ctx, &x.in, p, x.n - 8, &d), E_CORRUPT);
	assert_int_equal(dwarf_open(&x.ctx, &x.in, p, 8, &d), E_CORRUPT);
	/* Of another file. */
	x.in.section[DWARF_STR].n--;
	assert_int_equal(dwarf_open(&x.ctx, &x.in, p, x.n, &d), E_CORRUPT);
	x.in.section[DWARF_STR].n++;
	assert_null(d);
	teardown(&x);
}

/* Types that contain themselves, and references that lead in circles. */
static void
bounds_circles(void **state)
{
	static const char circle[] =
	    "unit name=\"evil.c\"\n"
	    "  typedef @a name=\"loop\" type=@b\n"
	    "  typedef @b name=\"back\" type=@a\n"
	    "  struct @s name=\"self\" size=4\n"
	    "    member type=@s at=0\n"
	    "  variable @v name=\"orphan\" type=@huge spec=@w\n"
	    "  variable @w spec=@v\n"
	    "  array @huge type=@huge\n"
	    "    range upper=0xfffffffffffffffe\n"
	    "  enum name=\"endless\" size=4 type=@b\n"
	    "    value name=\"E\" const=1\n";
	struct made x = { .m = { .version = 5, .addr_size = 8 } };
	struct type_unit *u;
	struct type_field f;
	struct typeref ref;
	uint64_t size;
	struct type t;
	int64_t v;

	(void)state;
	ctx_init(&x.ctx);
	mk_dwarf(&x.m, circle);
	mk_dwarf_input(&x.m, &x.in);
	assert_int_equal(dwarf_index(&x.ctx, &x.in, 1, &x.index, &x.n), 0);
	assert_int_equal(dwarf_open(&x.ctx, &x.in, x.index, x.n, &x.d), 0);
	x.ts = types_create(8, false);
	assert_int_equal(dwarf_unit_create(&x.ctx, "made", opened, &x, &u), 0);
	assert_int_equal(types_add(&x.ctx, x.ts, u), 0);
	assert_int_equal(type_find(&x.ctx, x.ts, "loop", &ref), 0);
	assert_int_equal(type_size(&x.ctx, x.ts, ref, &size), E_CORRUPT);
	assert_int_equal(type_strip(&x.ctx, x.ts, ref, &ref, &t), E_CORRUPT);
	assert_int_equal(type_find(&x.ctx, x.ts, "self", &ref), 0);
	assert_int_equal(type_field(&x.ctx, x.ts, ref, "m", &f), E_CORRUPT);
	assert_int_equal(type_find_object(x.ts, "orphan", &ref), 0);
	assert_int_equal(type_size(&x.ctx, x.ts, ref, &size), E_CORRUPT);
	assert_int_equal(type_find_enumerator(x.ts, "E", &ref, &v), 0);
	teardown(&x);
}

/* No end, no room, no sense: each says so. */
static void
refuses_nonsense(void **state)
{
	/* Abbreviation 1: a unit with children; then another without end. */
	static const uint8_t endless[] = { 1, 0x11, 1, 0, 0, 2, 0x13 };
	/* Units of length 0, of 4 GiB, of version 9. */
	static const uint8_t units[][12] = {
		{ 0, 0, 0, 0, 5, 0, 1, 8 },
		{ 0xff, 0xff, 0xff, 0xef, 5, 0, 1, 8 },
		{ 8, 0, 0, 0, 9, 0, 1, 8 },
	};
	static const uint8_t one[] = { 9, 0, 0, 0, 5, 0, 1, 8, 0, 0, 0, 0, 1 };
	struct dwarf_input in = { .name = "bad", .addr_size = 8 };
	struct ctx ctx;
	void *index = NULL;
	size_t i, n;

	(void)state;
	ctx_init(&ctx);
	assert_int_equal(dwarf_index(&ctx, &in, 1, &index, &n), E_NOT_FOUND);
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		in.section[DWARF_INFO] = (struct dwarf_bytes){ units[i],
		    sizeof(units[i]), 0 };
		assert_int_equal(dwarf_index(&ctx, &in, 1, &index, &n),
		    E_CORRUPT);
	}
	in.section[DWARF_INFO] = (struct dwarf_bytes){ one, sizeof(one), 0 };
	in.section[DWARF_ABBREV] = (struct dwarf_bytes){ endless,
	    sizeof(endless), 0 };
	/* The unit is left out, with what it would have named. */
	assert_int_equal(dwarf_index(&ctx, &in, 1, &index, &n), 0);
	free(index);
	ctx_fini(&ctx);
}

/* One structure whose attribute has this form and these bytes. */
static void
one_attribute(struct made *x, uint8_t name, uint8_t form, const void *value,
    size_t n)
{
	uint8_t abbrev[] = { 1, 0x11, 1, 0, 0, 2, 0x13, 1, name, form, 0, 0, 0 };
	uint8_t info[64] = { 0, 0, 0, 0, 5, 0, 1, 8, 0, 0, 0, 0, 1, 2 };
	struct type_unit *u;

	memset(x, 0, sizeof(*x));
	ctx_init(&x->ctx);
	x->m = (struct mk_dwarf){ .version = 5, .addr_size = 8 };
	memcpy(info + 14, value, n);
	store_uint(info, 4, false, 14 + n - 4);
	buf_add(&x->m.abbrev, abbrev, sizeof(abbrev));
	buf_add(&x->m.info, info, 14 + n);
	mk_dwarf_input(&x->m, &x->in);
	assert_int_equal(dwarf_index(&x->ctx, &x->in, 1, &x->index, &x->n), 0);
	assert_int_equal(dwarf_open(&x->ctx, &x->in, x->index, x->n, &x->d), 0);
	x->ts = types_create(8, false);
	assert_int_equal(dwarf_unit_create(&x->ctx, "made", opened, x, &u), 0);
	assert_int_equal(types_add(&x->ctx, x->ts, u), 0);
}

/* Offsets outside, lengths of 4 GiB and more, forms that name forms. */
static void
refuses_outside(void **state)
{
	static const struct { uint8_t name, form, n, value[16]; } v[] = {
		{ DW_AT_name, DW_FORM_strp, 4, { 0xf0, 0xff, 0xff, 0xff } },
		{ DW_AT_name, DW_FORM_line_strp, 4, { 1 } },
		{ DW_AT_name, DW_FORM_strx1, 1, { 200 } },
		{ DW_AT_name, DW_FORM_strx, 10, { 0xff, 0xff, 0xff, 0xff, 0xff,
		    0xff, 0xff, 0xff, 0xff, 1 } },
		{ DW_AT_name, DW_FORM_string, 3, { 'a', 'b', 'c' } },
		{ DW_AT_name, DW_FORM_strp_sup, 4, { 0 } },
		{ DW_AT_name, DW_FORM_indirect, 3, { DW_FORM_indirect,
		    DW_FORM_indirect, DW_FORM_indirect } },
		{ DW_AT_name, DW_FORM_indirect, 2, { DW_FORM_implicit_const } },
		{ DW_AT_name, 0x7f, 1, { 0 } },
		{ DW_AT_byte_size, DW_FORM_block4, 4, { 0xff, 0xff, 0xff,
		    0xff } },
		{ DW_AT_byte_size, DW_FORM_block, 10, { 0xff, 0xff, 0xff, 0xff,
		    0xff, 0xff, 0xff, 0xff, 0xff, 1 } },
		{ DW_AT_byte_size, DW_FORM_exprloc, 5, { 0xff, 0xff, 0xff,
		    0xff, 0x0f } },
		/* A sibling that is itself, its unit, or nowhere. */
		{ DW_AT_sibling, DW_FORM_ref4, 4, { 13 } },
		{ DW_AT_sibling, DW_FORM_ref4, 4, { 0 } },
		{ DW_AT_sibling, DW_FORM_ref4, 4, { 0xff, 0xff, 0xff, 0xff } },
		{ DW_AT_sibling, DW_FORM_ref_addr, 4, { 0xfe, 0xff, 0xff,
		    0xff } },
		{ DW_AT_specification, DW_FORM_ref4, 4, { 13 } },
		{ DW_AT_specification, DW_FORM_ref_addr, 4, { 0xff, 0xff, 0xff,
		    0x7f } },
		{ DW_AT_specification, DW_FORM_GNU_ref_alt & 0x7f, 4, { 0 } },
		{ DW_AT_specification, DW_FORM_ref_sup4, 4, { 13 } },
		{ DW_AT_specification, DW_FORM_ref_sig8, 8, { 1 } },
	};
	struct dwarf_die die;
	struct made x;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		one_attribute(&x, v[i].name, v[i].form, v[i].value, v[i].n);
		assert_int_equal(dwarf_names(x.d, TYPE_NAMES), 0);
		assert_int_equal(dwarf_die(x.d, 13, &die), 0);
		assert_string_equal(dwarf_die_name(x.d, &die), "");
		(void)dwarf_next(x.d, &die);
		teardown(&x);
	}
	/* And the same well made is found. */
	one_attribute(&x, DW_AT_name, DW_FORM_string, "ok", 3);
	assert_int_equal(dwarf_names(x.d, TYPE_NAMES), 1);
	teardown(&x);
}

UNIT_MAIN(UNIT(refuses_outside), UNIT(reads_types), UNIT(finds_functions), UNIT(finds_variables),
    UNIT(unwinds), UNIT(survives_damage), UNIT(refuses_damaged_indices),
    UNIT(bounds_circles), UNIT(refuses_nonsense))
