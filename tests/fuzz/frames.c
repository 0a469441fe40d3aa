/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules of frames.  "cfi": a byte that tells the kind, a length, so many bytes
 * of .debug_frame, the rest of .eh_frame; "orc": where the tables lie, then what
 * the kernel has there; its structure is that of 6.1 or of 6.4 and after.
 */
#include "tests/fuzz/fuzz.h"

#include "arch/unwind.h"
#include "base/bytes.h"
#include "engine/os/linux/linux_unwind.h"
#include "engine/symbol/dwarf_machine.h"
#include "tests/mk/mk_dwarf.h"
#include "tests/mk/mk_linux.h"

#include <stdlib.h>
#include <string.h>

#define ASKED		200		/* addresses */
#define STEPS		64		/* frames of a stack */
#define CODE		0x1000		/* where code lies */
#define TABLES		0x10000		/* and what tells of it */
#define STACK		0x80000

/* Words that lead on within the stack, so that frames follow on frames. */
static int
read_stack(void *arg, struct ctx *ctx, uint64_t va, void *buf, size_t n)
{
	uint8_t *p = buf;
	size_t i;

	(void)arg;
	if (va > UINT32_MAX)
		return (ctx_fail_at(ctx, E_NOT_MAPPED, va, "not mapped"));
	for (i = 0; i < n; i++)
		p[i] = (uint8_t)((va + i) % 8 == 1 ? 0x10 : (va + i) % 3);
	return (0);
}

static int
expression(void *arg, struct ctx *ctx, const struct cfi_rule *rule,
    const struct unwind_regs *regs, uint64_t cfa, uint64_t *ret)
{
	struct dwarf_machine m = { .regs = *regs,
	    .reader = { read_stack, NULL } };

	return (dwarf_rule(ctx, arg, rule, &m, cfa, ret));
}

static void
follow(struct ctx *ctx, struct dwarf *d, const struct arch *arch, uint64_t pc)
{
	const struct cfi_arch *a = cfi_arch_of(arch);
	const struct virt_reader reader = { read_stack, NULL };
	struct unwind_regs regs = { .known = 0 };
	struct cfi_rules rules;
	unsigned i;

	for (i = 0; i < UNWIND_REGS_MAX; i++)
		unwind_set(&regs, i, STACK + 8 * i);
	for (i = 0; i < STEPS; i++) {
		if (dwarf_cfi(ctx, d, pc, &rules) != 0 || cfi_step(ctx, a,
		    &reader, &rules, expression, d, &regs) != 0)
			break;
		pc = regs.v[a->pc];
	}
}

static void
run_cfi(const uint8_t *p, size_t n)
{
	struct bytes b = bytes_of(p, n, false);
	struct dwarf d = { .in = { .name = "fuzz", .addr_size = 8 } };
	struct dwarf_bytes *frame = &d.in.section[DWARF_FRAME];
	struct dwarf_bytes *eh = &d.in.section[DWARF_EH_FRAME];
	struct ctx ctx;
	unsigned kind, i;

	kind = bytes_u8(&b);
	frame->n = bytes_u16(&b);
	if (b.bad)
		return;
	d.in.be = (kind & 1) != 0;
	if ((kind & 2) != 0)
		d.in.addr_size = 4;
	if (frame->n > bytes_left(&b))
		frame->n = bytes_left(&b);
	frame->p = bytes_take(&b, frame->n);
	eh->n = bytes_left(&b);
	eh->p = bytes_take(&b, eh->n);
	eh->addr = 0x2000;
	ctx_init(&ctx);
	for (i = 0; i < ASKED; i++)
		follow(&ctx, &d, (kind & 4) != 0 ? &arch_arm64 : &arch_x86_64,
		    CODE + i);
	free(atomic_load(&d.cfi));
	ctx_fini(&ctx);
}

static void
seed_cfi(struct buf *b)
{
	static const uint8_t common[] = { 0x0c, 7, 8, 0x90, 1 };
	static const uint8_t own[] = { 0x41, 0x0e, 16, 0x83, 2, 0x0a, 0x44,
	    0x0f, 3, 0x77, 8, 0x06, 0x10, 6, 2, 0x77, 0, 0x0b };
	/* "zR", pc-relative: the same as .eh_frame has it. */
	static const uint8_t eh[] = {
		0x14, 0, 0, 0, 0, 0, 0, 0, 1, 'z', 'R', 0, 1, 0x78, 16, 1, 0x1b,
		0x0c, 7, 8, 0x90, 1, 0, 0,
		0x14, 0, 0, 0, 0x1c, 0, 0, 0, 0x20, 0xf0, 0xff, 0xff, 0x20, 0,
		0, 0, 0, 0x41, 0x0e, 16, 0x86, 2, 0, 0,
		0, 0, 0, 0,
	};
	struct mk_dwarf m = { .version = 5, .addr_size = 8 };
	struct dwarf_input in;
	uint8_t raw[3] = { 0 };

	mk_dwarf(&m, "unit name=\"a.c\"\n");
	mk_dwarf_frame(&m, CODE + 0x10, 0x40, common, sizeof(common), own,
	    sizeof(own));
	mk_dwarf_input(&m, &in);
	store_uint(raw + 1, 2, false, in.section[DWARF_FRAME].n);
	buf_add(b, raw, sizeof(raw));
	buf_add(b, in.section[DWARF_FRAME].p, in.section[DWARF_FRAME].n);
	buf_add(b, eh, sizeof(eh));
	mk_dwarf_fini(&m);
}

/* --- orc --- */

/* 6.1: two bits of type, and one of the end; 6.4: three bits of type. */
static void
orc_entry(struct mk_btf *b, bool types_apart)
{
	const uint32_t s16 = mk_btf_int(b, "short", 2, MK_SIGNED);
	const uint32_t u32 = mk_btf_int(b, "unsigned", 4, 0);

	mk_btf_struct(b, MK_STRUCT, "orc_entry", 6, true);
	mk_btf_member(b, "sp_offset", s16, 0, 0);
	mk_btf_member(b, "bp_offset", s16, 16, 0);
	mk_btf_member(b, "sp_reg", u32, 32, 4);
	mk_btf_member(b, "bp_reg", u32, 36, 4);
	mk_btf_member(b, "type", u32, 40, types_apart ? 3 : 2);
	if (!types_apart)
		mk_btf_member(b, "end", u32, 42, 1);
}

static void
unwind(struct ctx *ctx, const struct linux_orc *orc, uint64_t pc)
{
	const struct virt_reader reader = { read_stack, NULL };
	struct unwind_frame f = { .pc = pc, .sp = STACK, .bp = STACK + 64,
	    .exact = true, .reliable = true };
	struct unwind_rule rule;
	unsigned i;

	for (i = 0; i < UNWIND_REGS_MAX; i++)
		unwind_set(&f.regs, i, STACK + 8 * i);
	for (i = 0; i < STEPS; i++)
		if (linux_orc_find(ctx, orc, f.pc, &rule) != 0 ||
		    unwind_x86_64(ctx, &reader, &rule, &f) != 0)
			break;
}

static void
run_orc(const uint8_t *p, size_t n)
{
	struct bytes b = bytes_of(p, n, false);
	struct linux_orc *orc;
	struct mk_linux m;
	struct ctx ctx;
	uint64_t start, stop, rules;
	unsigned kind, i;

	kind = bytes_u8(&b);
	start = TABLES + bytes_u16(&b);
	stop = start + bytes_u32(&b);
	rules = TABLES + bytes_u16(&b);
	if (b.bad)
		return;
	mk_linux_init(&m, false);
	orc_entry(&m.btf, (kind & 1) != 0);
	mk_linux_symbol(&m, "__start_orc_unwind_ip", start);
	mk_linux_symbol(&m, "__stop_orc_unwind_ip", stop);
	mk_linux_symbol(&m, "__start_orc_unwind", rules);
	mk_linux_ready(&m);
	for (i = 0; i < 0x20000 && bytes_left(&b) > 0; i++)
		mk_put(&m.s, TABLES + i, 1, bytes_u8(&b));
	ctx_init(&ctx);
	if (linux_orc_create(&ctx, &m.k, &orc) == 0) {
		for (i = 0; i < ASKED; i++)
			unwind(&ctx, orc, CODE + i);
		linux_orc_destroy(orc);
	}
	ctx_fini(&ctx);
	mk_linux_fini(&m);
}

/* Three rules: of a call, of registers that were saved, the last one. */
static void
seed_orc(struct buf *b)
{
	static const uint8_t rules[][6] = {
		{ 8, 0, 0, 0, 5, 0 }, { 0x10, 0, 0xf0, 0xff, 5 | 1 << 4, 0 },
		{ 0, 0, 0, 0, 0, 4 },
	};
	uint8_t raw[4];
	unsigned i;

	buf_add(b, "\0\0\0\14\0\0\0\20\0", 9);
	for (i = 0; i < 3; i++) {
		store_uint(raw, 4, false, CODE + 0x20 * i -
		    (TABLES + 4 * i));
		buf_add(b, raw, 4);
	}
	buf_add(b, "\0\0\0\0", 4);
	buf_add(b, rules, sizeof(rules));
}

const struct fuzz_target fuzz_cfi = { "cfi", run_cfi, seed_cfi };
const struct fuzz_target fuzz_orc = { "orc", run_orc, seed_orc };
