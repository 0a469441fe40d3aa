/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Power, 32 and 64 bits: saved registers.  PRSTATUS holds 48 words that begin
 * with struct pt_regs of Linux's arch/powerpc/include/uapi/asm/ptrace.h.
 */
#include "arch/arch.h"
#include "arch/pt_powerpc.h"

static const struct arch_reg regs64[] = {
	{ "r0", 0, 8 }, { "r1", 8, 8 }, { "r2", 16, 8 }, { "r3", 24, 8 },
	{ "r4", 32, 8 }, { "r5", 40, 8 }, { "r6", 48, 8 }, { "r7", 56, 8 },
	{ "r8", 64, 8 }, { "r9", 72, 8 }, { "r10", 80, 8 }, { "r11", 88, 8 },
	{ "r12", 96, 8 }, { "r13", 104, 8 }, { "r14", 112, 8 },
	{ "r15", 120, 8 }, { "r16", 128, 8 }, { "r17", 136, 8 },
	{ "r18", 144, 8 }, { "r19", 152, 8 }, { "r20", 160, 8 },
	{ "r21", 168, 8 }, { "r22", 176, 8 }, { "r23", 184, 8 },
	{ "r24", 192, 8 }, { "r25", 200, 8 }, { "r26", 208, 8 },
	{ "r27", 216, 8 }, { "r28", 224, 8 }, { "r29", 232, 8 },
	{ "r30", 240, 8 }, { "r31", 248, 8 }, { "nip", 256, 8 },
	{ "msr", 264, 8 }, { "orig_r3", 272, 8 }, { "ctr", 280, 8 },
	{ "lr", 288, 8 }, { "xer", 296, 8 }, { "ccr", 304, 8 },
	{ "softe", 312, 8 }, { "trap", 320, 8 }, { "dar", 328, 8 },
	{ "dsisr", 336, 8 }, { "result", 344, 8 },
	{ NULL, 0, 0 },
};

static const struct arch_reg regs32[] = {
	{ "r0", 0, 4 }, { "r1", 4, 4 }, { "r2", 8, 4 }, { "r3", 12, 4 },
	{ "r4", 16, 4 }, { "r5", 20, 4 }, { "r6", 24, 4 }, { "r7", 28, 4 },
	{ "r8", 32, 4 }, { "r9", 36, 4 }, { "r10", 40, 4 }, { "r11", 44, 4 },
	{ "r12", 48, 4 }, { "r13", 52, 4 }, { "r14", 56, 4 }, { "r15", 60, 4 },
	{ "r16", 64, 4 }, { "r17", 68, 4 }, { "r18", 72, 4 }, { "r19", 76, 4 },
	{ "r20", 80, 4 }, { "r21", 84, 4 }, { "r22", 88, 4 }, { "r23", 92, 4 },
	{ "r24", 96, 4 }, { "r25", 100, 4 }, { "r26", 104, 4 },
	{ "r27", 108, 4 }, { "r28", 112, 4 }, { "r29", 116, 4 },
	{ "r30", 120, 4 }, { "r31", 124, 4 }, { "nip", 128, 4 },
	{ "msr", 132, 4 }, { "orig_r3", 136, 4 }, { "ctr", 140, 4 },
	{ "lr", 144, 4 }, { "xer", 148, 4 }, { "ccr", 152, 4 },
	{ "mq", 156, 4 }, { "trap", 160, 4 }, { "dar", 164, 4 },
	{ "dsisr", 168, 4 }, { "result", 172, 4 },
	{ NULL, 0, 0 },
};

static const struct pt_form *const forms64[] = { &pt_powerpc64_radix, NULL };
static const struct pt_form *const forms32[] = { NULL };

const struct arch arch_powerpc64 = {
	.name = "powerpc64", .machine = "ppc64", .elf_machine = 21,
	.ptr_size = 8, .be = true, .page_shift = 12, .forms = forms64,
	.prstatus_size = 504, .prstatus_pid = 32, .prstatus_regs = 112,
	.regs_size = 384, .regs = regs64, .pc = "nip", .sp = "r1",
};

const struct arch arch_powerpc64le = {
	.name = "powerpc64le", .machine = "ppc64le", .elf_machine = 21,
	.ptr_size = 8, .be = false, .page_shift = 12, .forms = forms64,
	.prstatus_size = 504, .prstatus_pid = 32, .prstatus_regs = 112,
	.regs_size = 384, .regs = regs64, .pc = "nip", .sp = "r1",
};

const struct arch arch_powerpc = {
	.name = "powerpc", .machine = "ppc", .elf_machine = 20,
	.ptr_size = 4, .be = true, .page_shift = 12, .forms = forms32,
	.prstatus_size = 268, .prstatus_pid = 24, .prstatus_regs = 72,
	.regs_size = 192, .regs = regs32, .pc = "nip", .sp = "r1",
};
