/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x86-64: saved registers.  PRSTATUS is Linux's struct elf_prstatus with the
 * register order of arch/x86/include/asm/user_64.h (struct user_regs_struct);
 * the "QEMU" note is struct QEMUCPUState of QEMU's target/i386/arch_dump.c.
 */
#include "arch/arch.h"
#include "arch/pt_x86_64.h"
#include "base/bytes.h"

#define CR3_PCID	UINT64_C(0xfff)
#define CR3_USER_TABLE	UINT64_C(0x1000)	/* PTI: the user half's root */
#define CR4_LA57	(UINT64_C(1) << 12)

static int	note(struct ctx *, const char *, uint32_t, const void *, size_t,
		    struct cpu_state *);
static size_t	roots(const struct cpu_state *, const struct pt_form **,
		    uint64_t [4]);

static const struct arch_reg regs[] = {
	{ "r15", 0, 8 }, { "r14", 8, 8 }, { "r13", 16, 8 }, { "r12", 24, 8 },
	{ "rbp", 32, 8 }, { "rbx", 40, 8 }, { "r11", 48, 8 }, { "r10", 56, 8 },
	{ "r9", 64, 8 }, { "r8", 72, 8 }, { "rax", 80, 8 }, { "rcx", 88, 8 },
	{ "rdx", 96, 8 }, { "rsi", 104, 8 }, { "rdi", 112, 8 },
	{ "orig_rax", 120, 8 }, { "rip", 128, 8 }, { "cs", 136, 8 },
	{ "rflags", 144, 8 }, { "rsp", 152, 8 }, { "ss", 160, 8 },
	{ "fs_base", 168, 8 }, { "gs_base", 176, 8 }, { "ds", 184, 8 },
	{ "es", 192, 8 }, { "fs", 200, 8 }, { "gs", 208, 8 },
	{ NULL, 0, 0 },
};

static const struct pt_form *const forms[] = {
	&pt_x86_64_4, &pt_x86_64_5, NULL,
};

const struct arch arch_x86_64 = {
	.name = "x86-64", .machine = "x86_64", .elf_machine = 62,
	.ptr_size = 8, .be = false, .page_shift = 12, .forms = forms,
	.prstatus_size = 336, .prstatus_pid = 32, .prstatus_regs = 112,
	.regs_size = 216, .regs = regs, .pc = "rip", .sp = "rsp", .fp = "rbp",
	.note = note, .roots = roots,
};

/*
 * QEMUCPUState: u32 version, u32 size, 16 registers and rip, rflags (8 bytes
 * each), ten segments of 24 bytes (cs ds es fs gs ss ldt tr gdt idt: selector,
 * limit, flags, pad, base), then cr[5] and, from a later version, kernel_gs_base.
 */
static int
note(struct ctx *ctx, const char *name, uint32_t type, const void *desc,
    size_t n, struct cpu_state *st)
{
	const size_t segs = 8 + 18 * 8, segment = 24, gs = 4, nsegs = 10;
	struct bytes b;

	(void)type;
	if (strcmp(name, "QEMU") != 0)
		return (E_NOT_MINE);
	b = bytes_of(desc, n, false);
	if (bytes_u32(&b) != 1)
		return (ctx_fail(ctx, E_UNSUPPORTED,
		    "QEMU note of a version that is not 1"));
	bytes_seek(&b, segs + gs * segment + 16);
	st->gs = bytes_u64(&b);
	bytes_seek(&b, segs + nsegs * segment);
	bytes_skip(&b, 3 * 8);		/* cr0, cr1, cr2 */
	st->root = bytes_u64(&b);
	st->paging = bytes_u64(&b);
	if (b.bad)
		return (ctx_fail(ctx, E_TRUNCATED,
		    "QEMU note of %zu bytes is too short", n));
	st->has_paging = true;
	if (bytes_left(&b) >= 8)
		st->kernel_gs = bytes_u64(&b);
	return (0);
}

static size_t
roots(const struct cpu_state *st, const struct pt_form **form, uint64_t ret[4])
{
	uint64_t root;

	if (!st->has_paging || st->root == 0)
		return (0);
	*form = st->paging & CR4_LA57 ? &pt_x86_64_5 : &pt_x86_64_4;
	root = st->root & (*form)->addr_mask & ~CR3_PCID;
	/*
	 * Page-table isolation keeps two roots side by side; the user one
	 * (bit 12 set) maps next to nothing of the kernel.
	 */
	ret[0] = root & ~CR3_USER_TABLE;
	ret[1] = root;
	return (root & CR3_USER_TABLE ? 2 : 1);
}
