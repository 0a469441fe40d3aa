/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x86-64 frames.  An exception saves struct pt_regs (arch/x86/include/asm/
 * ptrace.h), whose last five words are what the processor itself pushes.
 */
#include "arch/unwind.h"

#include "base/bytes.h"

#define WORD		8
#define REGS_IP		128
#define REGS_SIZE	168
#define IRET_CS		8		/* from the saved ip on */
#define IRET_SP		24
#define IRET_SIZE	40

/* DWARF's numbers (System V ABI, AMD64 supplement, 3.6.2). */
enum { DX = 1, DI = 5, BP = 6, R10 = 10, R13 = 13 };
/* Those of pt_regs' words, up to where orig_ax is. */
static const uint8_t saved[] = {
	15, 14, 13, 12, BP, 3, 11, R10, 9, 8, 0, 2, DX, 4, DI,
};

static int
read_word(struct ctx *ctx, const struct virt_reader *r, uint64_t va,
    uint64_t *ret)
{
	uint8_t raw[WORD];
	int rc;

	rc = r->read(r->arg, ctx, va, raw, sizeof(raw));
	if (rc == 0)
		*ret = load_u64(raw, false);
	return (rc);
}

/* The caller's sp, or where saved registers lie. */
static int
frame_base(struct ctx *ctx, const struct virt_reader *r,
    const struct unwind_rule *rule, const struct unwind_frame *f, uint64_t *ret)
{
	const uint64_t off = (uint64_t)(int64_t)rule->sp_offset;
	unsigned i;
	int rc;

	switch (rule->sp) {
	case UNWIND_SP:
		*ret = f->sp + off;
		return (0);
	case UNWIND_BP:
		*ret = f->bp + off;
		return (0);
	case UNWIND_SP_INDIRECT:
		rc = read_word(ctx, r, f->sp, ret);
		if (rc == 0)
			*ret += off;
		return (rc);
	case UNWIND_BP_INDIRECT:
		return (read_word(ctx, r, f->bp + off, ret));
	case UNWIND_DX:
		i = DX;
		break;
	case UNWIND_DI:
		i = DI;
		break;
	case UNWIND_R10:
		i = R10;
		break;
	case UNWIND_R13:
		i = R13;
		break;
	default:
		i = UNWIND_REGS_MAX;
		break;
	}
	if (unwind_has(&f->regs, i)) {
		*ret = f->regs.v[i];
		return (0);
	}
	return (ctx_fail_at(ctx, E_CORRUPT, f->pc, "the rule for 0x%llx needs "
	    "a register that is not known", (unsigned long long)f->pc));
}

static int
saved_regs(struct ctx *ctx, const struct virt_reader *r, bool all,
    struct unwind_frame *f, uint64_t at)
{
	uint8_t raw[REGS_SIZE];
	const uint8_t *iret;
	unsigned i;
	int rc;

	rc = r->read(r->arg, ctx, at, raw, all ? REGS_SIZE : IRET_SIZE);
	if (rc != 0)
		return (rc);
	iret = all ? raw + REGS_IP : raw;
	if (load_u64(iret + IRET_CS, false) & 3)
		return (E_DONE);	/* it came from user code */
	f->pc = load_u64(iret, false);
	f->sp = load_u64(iret + IRET_SP, false);
	f->regs.known = 0;
	f->exact = true;
	/* It jumped to where no kernel is. */
	f->astray = f->pc >> 63 == 0;
	for (i = 0; all && i < sizeof(saved); i++)
		unwind_set(&f->regs, saved[i],
		    load_u64(raw + (size_t)i * WORD, false));
	if (all)
		f->bp = f->regs.v[BP];
	return (0);
}

int
unwind_x86_64(struct ctx *ctx, const struct virt_reader *r,
    const struct unwind_rule *rule, struct unwind_frame *f)
{
	const uint64_t bp_off = (uint64_t)(int64_t)rule->bp_offset;
	struct unwind_frame next = *f;
	uint64_t base, bp;
	int rc;

	if (rule->kind == UNWIND_END)
		return (E_DONE);
	if (rule->kind == UNWIND_UNDEFINED)
		return (ctx_fail_at(ctx, E_CORRUPT, f->pc,
		    "nothing tells the frame of 0x%llx",
		    (unsigned long long)f->pc));
	rc = frame_base(ctx, r, rule, f, &base);
	if (rc != 0)
		return (rc);
	bp = f->bp;
	if (rule->bp == UNWIND_PREV_SP)
		rc = read_word(ctx, r, base + bp_off, &bp);
	else if (rule->bp == UNWIND_BP)
		rc = read_word(ctx, r, f->bp + bp_off, &bp);
	if (rc != 0)
		return (rc);
	next.bp = bp;
	if (rule->kind == UNWIND_CALL) {
		rc = read_word(ctx, r, base - WORD, &next.pc);
		next.sp = base;
		next.exact = next.astray = false;
		next.regs.known = 0;
		/* The stack grows down: a caller's frame lies above. */
		if (rc == 0 && next.sp <= f->sp && rule->sp != UNWIND_SP_INDIRECT &&
		    rule->sp != UNWIND_BP_INDIRECT)
			rc = ctx_fail_at(ctx, E_CORRUPT, f->sp, "the frame of "
			    "0x%llx does not lead upwards",
			    (unsigned long long)f->pc);
	} else
		rc = saved_regs(ctx, r, rule->kind == UNWIND_REGS, &next, base);
	if (rc == 0)
		*f = next;
	return (rc);
}
