/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sections of DWARF, each with its length before it: the index is made of them,
 * then all that it names is asked for, and what tells of code.
 */
#include "tests/fuzz/fuzz.h"

#include "base/bytes.h"
#include "engine/symbol/dwarf_machine.h"
#include "tests/mk/mk_dwarf.h"

#include <stdlib.h>
#include <string.h>

#define ASKED		400		/* names of each kind; addresses */
#define MEMBERS		100

static const char seed_text[] =
    "unit name=\"a.c\" low=0x1000 high=0x100\n"
    "  base @int name=\"int\" size=4 encoding=5\n"
    "  struct @s name=\"task\" size=16 line=3\n"
    "    member name=\"pid\" type=@int at=0\n"
    "    member name=\"flags\" type=@int bits=5 data_bit_offset=40\n"
    "    member name=\"next\" type=@p at=8\n"
    "    member name=\"grid\" type=@g at=16\n"
    "  pointer @p type=@s\n"
    "  array @g type=@int\n"
    "    range upper=1\n"
    "    range count=4\n"
    "  enum name=\"color\" size=4 type=@int\n"
    "    value name=\"RED\" const=-1\n"
    "  function @i name=\"inner\" type=@int\n"
    "  variable @d name=\"origin\" type=@s declared=yes\n"
    "  variable spec=@d location=[03 00 30 00 00]\n"
    "  function name=\"outer\" type=@int low=0x1010 high=0x40 frame_base=[9c]\n"
    "    argument name=\"p\" type=@p location=[55]\n"
    "    block low=0x1020 high=0x20\n"
    "      variable name=\"v\" type=@int location=[91 70 06 23 08 31 1c 9f]\n"
    "      inlined origin=@i low=0x1024 high=0x4 call_line=12\n";

static int
read_zeros(void *arg, struct ctx *ctx, uint64_t va, void *buf, size_t n)
{
	(void)arg;
	if (va > UINT32_MAX)
		return (ctx_fail_at(ctx, E_NOT_MAPPED, va, "not mapped"));
	memset(buf, 0, n);
	return (0);
}

static int
expression(void *arg, struct ctx *ctx, const struct cfi_rule *rule,
    const struct unwind_regs *regs, uint64_t cfa, uint64_t *ret)
{
	struct dwarf_machine m = { .regs = *regs, .reader = { read_zeros, NULL } };

	return (dwarf_rule(ctx, arg, rule, &m, cfa, ret));
}

static int
skip_var(void *arg, struct ctx *ctx, const struct dwarf_var *v)
{
	(void)arg, (void)ctx, (void)v;
	return (0);
}

struct asked {
	struct dwarf	    *d;
	struct dwarf_machine m;
};

static int
ask_frame(void *arg, struct ctx *ctx, const struct dwarf_frame *f)
{
	struct asked *a = arg;
	char path[256];

	dwarf_path(&f->source, path, sizeof(path));
	return (dwarf_vars(ctx, a->d, f->entry, &a->m, skip_var, NULL));
}

static void
ask_code(struct ctx *ctx, struct dwarf *d)
{
	const struct cfi_arch *arch = cfi_arch_of(&arch_x86_64);
	struct asked a = { .d = d, .m = { .reader = { read_zeros, NULL } } };
	struct dwarf_source src;
	struct cfi_rules rules;
	struct unwind_regs regs;
	unsigned i;

	for (i = 0; i < UNWIND_REGS_MAX; i++)
		unwind_set(&a.m.regs, i, 0x8000 + 8 * i);
	for (i = 0; i < ASKED; i++) {
		a.m.pc = 0x1000 + i;
		if (i >= 64 && d->nranges > 0)
			a.m.pc = d->ranges[i % d->nranges].low + i / 8;
		(void)dwarf_frames(ctx, d, a.m.pc, ask_frame, &a);
		(void)dwarf_line(ctx, d, a.m.pc, &src);
		regs = a.m.regs;
		if (dwarf_cfi(ctx, d, a.m.pc, &rules) == 0)
			(void)cfi_step(ctx, arch, &a.m.reader, &rules,
			    expression, d, &regs);
	}
}

static struct dwarf *
opened(void *arg)
{
	return (arg);
}

static void
ask_types(struct ctx *ctx, struct dwarf *d, bool be)
{
	struct types *ts = types_create(8, be);
	struct type_member m;
	struct type_enum e;
	struct type_unit *u;
	struct typeref ref;
	struct type t;
	uint64_t size;
	char text[128];
	uint32_t i, k;

	if (ts == NULL || dwarf_unit_create(ctx, "fuzz", opened, d, &u) != 0) {
		types_destroy(ts);
		return;
	}
	if (types_add(ctx, ts, u) != 0)
		u->ops->close(u);
	else for (i = 0; i < ASKED && types_nth(u, i, &ref); i++) {
		if (type_get(ctx, ts, ref, &t) != 0)
			continue;
		(void)type_name(ctx, ts, ref, "x", text, sizeof(text));
		(void)type_size(ctx, ts, ref, &size);
		for (k = 0; k < MEMBERS &&
		    type_member_at(ctx, ts, ref, k, &m) == 0; k++)
			(void)type_size(ctx, ts, m.type, &size);
		for (k = 0; k < MEMBERS &&
		    type_enum_at(ctx, ts, ref, k, &e) == 0; k++)
			;
	}
	(void)type_find(ctx, ts, "struct task", &ref);
	(void)type_find_object(ts, "outer", &ref);
	types_destroy(ts);
}

static void
run(const uint8_t *p, size_t n)
{
	struct bytes b = bytes_of(p, n, false);
	struct dwarf_input in = { .name = "fuzz" };
	struct dwarf_bytes *s;
	struct dwarf *d;
	struct ctx ctx;
	void *index;
	size_t i, size;

	i = bytes_u8(&b);
	in.be = (i & 1) != 0;
	in.addr_size = (i & 2) != 0 ? 4 : 8;
	for (i = 0; i < DWARF_SECTIONS; i++) {
		s = &in.section[i];
		s->n = bytes_u16(&b);
		if (s->n > bytes_left(&b))
			s->n = bytes_left(&b);
		s->p = bytes_take(&b, s->n);
		s->addr = 0x2000;
	}
	/* As whoever hands sections over must. */
	for (i = DWARF_STR; i <= DWARF_LINE_STR; i++)
		while (in.section[i].n > 0 &&
		    in.section[i].p[in.section[i].n - 1] != '\0')
			in.section[i].n--;
	ctx_init(&ctx);
	if (dwarf_index(&ctx, &in, 1, &index, &size) == 0) {
		if (dwarf_open(&ctx, &in, index, size, &d) == 0) {
			ask_types(&ctx, d, in.be);
			ask_code(&ctx, d);
			dwarf_close(d);
		}
		free(index);
	}
	ctx_fini(&ctx);
}

/* Version 5: one directory, one file, and rows for the function. */
static const uint8_t line_program[] = {
	0x3c, 0, 0, 0, 5, 0, 8, 0, 0x1c, 0, 0, 0, 1, 1, 1, 0xfb, 14, 10,
	0, 1, 1, 1, 1, 0, 0, 0, 1,
	1, 1, 8, 1, '/', 's', 0,
	2, 1, 8, 2, 0xb, 1, 'a', 0, 0,
	0, 9, 2, 0x10, 0x10, 0, 0, 0, 0, 0, 0, 0x4c, 2, 4, 0x21, 2, 0x10,
	0, 1, 1,
};

static void
add_sections(struct buf *b, unsigned version, bool be, unsigned addr_size)
{
	static const uint8_t common[] = { 0x0c, 7, 8, 0x90, 1 };
	static const uint8_t own[] = { 0x41, 0x0e, 16, 0x83, 2, 0x0a, 0x44,
	    0x0f, 3, 0x77, 8, 0x06, 0x10, 6, 2, 0x77, 0, 0x0b };
	struct mk_dwarf m = { .version = version, .be = be,
	    .addr_size = addr_size, .siblings = version == 5 };
	struct dwarf_input in;
	uint8_t raw[2];
	size_t i;

	mk_dwarf(&m, seed_text);
	mk_dwarf_frame(&m, 0x1010, 0x40, common, sizeof(common), own,
	    sizeof(own));
	mk_dwarf_input(&m, &in);
	in.section[DWARF_LINE] = (struct dwarf_bytes){ line_program,
	    sizeof(line_program), 0 };
	raw[0] = (uint8_t)(be | (addr_size == 4 ? 2 : 0));
	buf_add(b, raw, 1);
	for (i = 0; i < DWARF_SECTIONS; i++) {
		store_uint(raw, 2, false, in.section[i].n);
		buf_add(b, raw, 2);
		if (in.section[i].n > 0)
			buf_add(b, in.section[i].p, in.section[i].n);
	}
	mk_dwarf_fini(&m);
}

static void
seed(struct buf *b)
{
	add_sections(b, 5, false, 8);
}

static void
seed_old(struct buf *b)
{
	add_sections(b, 3, true, 4);
}

const struct fuzz_target fuzz_dwarf = { "dwarf", run, seed };
const struct fuzz_target fuzz_dwarf_old = { "dwarf_old", run, seed_old };
