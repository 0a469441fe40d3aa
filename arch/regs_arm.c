/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 32-bit ARM: saved registers.  PRSTATUS holds struct pt_regs of Linux's
 * arch/arm/include/uapi/asm/ptrace.h.
 */
#include "arch/arch.h"
#include "arch/pt_arm.h"

static const struct arch_reg regs[] = {
	{ "r0", 0, 4 }, { "r1", 4, 4 }, { "r2", 8, 4 }, { "r3", 12, 4 },
	{ "r4", 16, 4 }, { "r5", 20, 4 }, { "r6", 24, 4 }, { "r7", 28, 4 },
	{ "r8", 32, 4 }, { "r9", 36, 4 }, { "r10", 40, 4 }, { "fp", 44, 4 },
	{ "ip", 48, 4 }, { "sp", 52, 4 }, { "lr", 56, 4 }, { "pc", 60, 4 },
	{ "cpsr", 64, 4 }, { "orig_r0", 68, 4 },
	{ NULL, 0, 0 },
};

static const struct pt_form *const forms[] = {
	&pt_arm, &pt_arm_lpae, NULL,
};

static const struct pt_form *const forms_be[] = { &pt_arm_be, NULL };

const struct arch arch_arm = {
	.name = "arm", .machine = "armv7l", .elf_machine = 40,
	.ptr_size = 4, .be = false, .page_shift = 12, .forms = forms,
	.prstatus_size = 148, .prstatus_pid = 24, .prstatus_regs = 72,
	.regs_size = 72, .regs = regs, .pc = "pc", .sp = "sp", .fp = "fp",
};

const struct arch arch_arm_be = {
	.name = "armeb", .machine = "armv7b", .elf_machine = 40,
	.ptr_size = 4, .be = true, .page_shift = 12, .forms = forms_be,
	.prstatus_size = 148, .prstatus_pid = 24, .prstatus_regs = 72,
	.regs_size = 72, .regs = regs, .pc = "pc", .sp = "sp", .fp = "fp",
};
