/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A processor: one const struct per arch/arch_*.c, listed in arches[].  What a
 * port may leave out is NULL; the order of the members is the order in which a
 * port grows: recognise, translate, registers.
 */
#ifndef ARCH_ARCH_H
#define ARCH_ARCH_H

#include "arch/pt.h"

struct arch_reg {
	const char	*name;
	uint16_t	 offset;	/* in the elf_gregset of PRSTATUS, bytes */
	uint8_t		 size;		/* bytes */
};

/* Saved registers of one CPU, from whatever note the dump holds. */
struct cpu_state {
	int		 cpu;
	bool		 has_regs, has_paging;
	uint8_t		 regs[640];	/* elf_gregset_t of the target */
	size_t		 regs_size;
	int		 pid;		/* PRSTATUS pr_pid; 0 when unknown */
	uint64_t	 root;		/* page-table root register, raw (cr3) */
	uint64_t	 paging;	/* paging control register, raw (cr4) */
	uint64_t	 kernel_gs;	/* per-CPU base as saved, 0 when unknown */
	uint64_t	 gs;
};

struct arch {
	const char	*name;		/* "x86-64" */
	const char	*machine;	/* as uname -m: "x86_64" */
	uint16_t	 elf_machine;
	uint8_t		 ptr_size;	/* bytes */
	bool		 be;
	uint8_t		 page_shift;	/* of the usual kernel page */
	const struct pt_form *const *forms;	/* NULL-ended, most usual first */

	/* elf_prstatus: where registers and pid lie, bytes. */
	uint16_t	 prstatus_size, prstatus_pid, prstatus_regs, regs_size;
	const struct arch_reg *regs;	/* ended by a NULL name */
	const char	*pc, *sp, *fp;	/* names in regs[] */

	/*
	 * Fill root, paging, gs of *st from a note; E_NOT_MINE when the note
	 * is not one that this processor knows.
	 */
	int	(*note)(struct ctx *, const char *name, uint32_t type,
		    const void *desc, size_t n, struct cpu_state *);
	/* Candidate table roots from a CPU's registers, best first; count. */
	size_t	(*roots)(const struct cpu_state *, const struct pt_form **form,
		    uint64_t roots[4]);
};

extern const struct arch *const arches[];	/* NULL-ended */
extern const struct arch arch_x86_64, arch_arm64, arch_riscv64, arch_i386,
    arch_arm, arch_arm_be, arch_powerpc64, arch_powerpc64le, arch_powerpc,
    arch_mips64, arch_mips64el, arch_mips, arch_mipsel;

const struct arch *arch_by_elf(uint16_t elf_machine, unsigned ptr_size, bool be);
const struct arch *arch_by_name(const char *);	/* name or machine */
/* A register's value by name: false when the state has no such register. */
bool	arch_reg_get(const struct arch *, const struct cpu_state *,
	    const char *name, uint64_t *ret);

#endif
