/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's space by the virtual addresses of an ELF core's segments, for
 * cores that say that these are to be believed (facts.h): a dump without its
 * page tables, converted.  They become made tables as a minidump's do.
 */
#ifndef ENGINE_BACKEND_ELF_VIRTUAL_H
#define ENGINE_BACKEND_ELF_VIRTUAL_H

#include "engine/backend/minidump.h"

struct elf_run {
	uint64_t va, last;		/* inclusive */
	uint64_t pa;
	unsigned flags;			/* enum pt_flag */
};

struct elf_virtual {
	struct elf_run	*runs;		/* of the dump's arena once finished */
	size_t		 n, cap;
	struct minidump_table table;
};

/* A segment; pf as in a program header.  0: it maps nothing. */
int	elf_virtual_add(struct ctx *, struct elf_virtual *, uint64_t va,
	    uint64_t pa, uint64_t len, unsigned pf);
/*
 * All are there: sets the dump's space, whose tables the dump's layer has to
 * show from now on.  It stays where it is.
 */
int	elf_virtual_finish(struct ctx *, struct elf_virtual *, struct dump *,
	    unsigned word, unsigned page_shift);
/* When opening failed before it was finished. */
void	elf_virtual_fini(struct elf_virtual *);

#endif
