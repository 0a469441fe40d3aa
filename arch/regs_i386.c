/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 32-bit x86: saved registers.  PRSTATUS holds struct user_regs_struct of
 * Linux's arch/x86/include/asm/user_32.h.
 */
#include "arch/arch.h"
#include "arch/pt_i386.h"

static const struct arch_reg regs[] = {
	{ "ebx", 0, 4 }, { "ecx", 4, 4 }, { "edx", 8, 4 }, { "esi", 12, 4 },
	{ "edi", 16, 4 }, { "ebp", 20, 4 }, { "eax", 24, 4 }, { "ds", 28, 4 },
	{ "es", 32, 4 }, { "fs", 36, 4 }, { "gs", 40, 4 },
	{ "orig_eax", 44, 4 }, { "eip", 48, 4 }, { "cs", 52, 4 },
	{ "eflags", 56, 4 }, { "esp", 60, 4 }, { "ss", 64, 4 },
	{ NULL, 0, 0 },
};

static const struct pt_form *const forms[] = {
	&pt_i386_pae, &pt_i386, NULL,
};

const struct arch arch_i386 = {
	.name = "i386", .machine = "i686", .elf_machine = 3,
	.ptr_size = 4, .be = false, .page_shift = 12, .forms = forms,
	.prstatus_size = 144, .prstatus_pid = 24, .prstatus_regs = 72,
	.regs_size = 68, .regs = regs, .pc = "eip", .sp = "esp", .fp = "ebp",
};
