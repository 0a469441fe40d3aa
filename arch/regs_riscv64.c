/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 64-bit RISC-V: saved registers.  PRSTATUS holds struct user_regs_struct of
 * Linux's arch/riscv/include/uapi/asm/ptrace.h.
 */
#include "arch/arch.h"
#include "arch/pt_riscv.h"

static const struct arch_reg regs[] = {
	{ "pc", 0, 8 }, { "ra", 8, 8 }, { "sp", 16, 8 }, { "gp", 24, 8 },
	{ "tp", 32, 8 }, { "t0", 40, 8 }, { "t1", 48, 8 }, { "t2", 56, 8 },
	{ "s0", 64, 8 }, { "s1", 72, 8 }, { "a0", 80, 8 }, { "a1", 88, 8 },
	{ "a2", 96, 8 }, { "a3", 104, 8 }, { "a4", 112, 8 }, { "a5", 120, 8 },
	{ "a6", 128, 8 }, { "a7", 136, 8 }, { "s2", 144, 8 }, { "s3", 152, 8 },
	{ "s4", 160, 8 }, { "s5", 168, 8 }, { "s6", 176, 8 }, { "s7", 184, 8 },
	{ "s8", 192, 8 }, { "s9", 200, 8 }, { "s10", 208, 8 },
	{ "s11", 216, 8 }, { "t3", 224, 8 }, { "t4", 232, 8 },
	{ "t5", 240, 8 }, { "t6", 248, 8 },
	{ NULL, 0, 0 },
};

static const struct pt_form *const forms[] = {
	&pt_riscv_sv39, &pt_riscv_sv48, &pt_riscv_sv57, NULL,
};

const struct arch arch_riscv64 = {
	.name = "riscv64", .machine = "riscv64", .elf_machine = 243,
	.ptr_size = 8, .be = false, .page_shift = 12, .forms = forms,
	.prstatus_size = 376, .prstatus_pid = 32, .prstatus_regs = 112,
	.regs_size = 256, .regs = regs, .pc = "pc", .sp = "sp", .fp = "s0",
};
