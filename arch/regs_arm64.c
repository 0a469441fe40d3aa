/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arm64: saved registers.  PRSTATUS holds struct user_pt_regs of Linux's
 * arch/arm64/include/uapi/asm/ptrace.h.
 */
#include "arch/arch.h"
#include "arch/pt_arm64.h"

static const struct arch_reg regs[] = {
	{ "x0", 0, 8 }, { "x1", 8, 8 }, { "x2", 16, 8 }, { "x3", 24, 8 },
	{ "x4", 32, 8 }, { "x5", 40, 8 }, { "x6", 48, 8 }, { "x7", 56, 8 },
	{ "x8", 64, 8 }, { "x9", 72, 8 }, { "x10", 80, 8 }, { "x11", 88, 8 },
	{ "x12", 96, 8 }, { "x13", 104, 8 }, { "x14", 112, 8 },
	{ "x15", 120, 8 }, { "x16", 128, 8 }, { "x17", 136, 8 },
	{ "x18", 144, 8 }, { "x19", 152, 8 }, { "x20", 160, 8 },
	{ "x21", 168, 8 }, { "x22", 176, 8 }, { "x23", 184, 8 },
	{ "x24", 192, 8 }, { "x25", 200, 8 }, { "x26", 208, 8 },
	{ "x27", 216, 8 }, { "x28", 224, 8 }, { "x29", 232, 8 },
	{ "x30", 240, 8 }, { "sp", 248, 8 }, { "pc", 256, 8 },
	{ "pstate", 264, 8 },
	{ NULL, 0, 0 },
};

static const struct pt_form *const forms[] = {
	&pt_arm64_4k_48, &pt_arm64_4k_39, &pt_arm64_16k_47, &pt_arm64_16k_48,
	&pt_arm64_64k_48, &pt_arm64_64k_42, &pt_arm64_64k_52,
	&pt_arm64_4k_52, &pt_arm64_16k_52, NULL,
};

const struct arch arch_arm64 = {
	.name = "arm64", .machine = "aarch64", .elf_machine = 183,
	.ptr_size = 8, .be = false, .page_shift = 12, .forms = forms,
	.prstatus_size = 392, .prstatus_pid = 32, .prstatus_regs = 112,
	.regs_size = 272, .regs = regs, .pc = "pc", .sp = "sp", .fp = "x29",
};
