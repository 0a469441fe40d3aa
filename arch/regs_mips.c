/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MIPS is recognised; its tables are software's own, so there is no form here,
 * and no registers by name.
 */
#include "arch/arch.h"

static const struct pt_form *const forms[] = { NULL };

#define MIPS(id, text, uname, ptr, bigendian, status, pid, at, len)	\
const struct arch id = {						\
	.name = text, .machine = uname, .elf_machine = 8,		\
	.ptr_size = ptr, .be = bigendian, .page_shift = 12,		\
	.forms = forms, .prstatus_size = status, .prstatus_pid = pid,	\
	.prstatus_regs = at, .regs_size = len,				\
}

MIPS(arch_mips64, "mips64", "mips64", 8, true, 480, 32, 112, 360);
MIPS(arch_mips64el, "mips64el", "mips64el", 8, false, 480, 32, 112, 360);
MIPS(arch_mips, "mips", "mips", 4, true, 256, 24, 72, 180);
MIPS(arch_mipsel, "mipsel", "mipsel", 4, false, 256, 24, 72, 180);
