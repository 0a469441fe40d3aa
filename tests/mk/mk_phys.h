/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small physical memory in an array of bytes, with page tables in it.
 */
#ifndef TESTS_MK_PHYS_H
#define TESTS_MK_PHYS_H

#include "arch/pt.h"

#define MK_P	UINT64_C(0x01)		/* x86-64 entry bits */
#define MK_W	UINT64_C(0x02)
#define MK_U	UINT64_C(0x04)
#define MK_PS	UINT64_C(0x80)
#define MK_G	UINT64_C(0x100)
#define MK_NX	(UINT64_C(1) << 63)

struct mk_phys {
	uint8_t			*p;
	uint64_t		 size;		/* bytes, from physical 0 */
	const struct pt_form	*form;
	uint64_t		 root, next;	/* next free table */
	struct phys_reader	 reader;
	unsigned		 reads;		/* made through the reader */
};

/*
 * Filled with mk_word() of each address (see mk_elf.h); tables are taken from
 * "tables" on, the first of them being the root.
 */
void	mk_phys_init(struct mk_phys *, const struct pt_form *, uint64_t size,
	    uint64_t tables);
void	mk_phys_fini(struct mk_phys *);

/* The place of va's entry at a level, with the tables above it made. */
uint64_t mk_phys_entry(struct mk_phys *, uint64_t va, int level);
/* Write that entry. */
void	mk_phys_set(struct mk_phys *, uint64_t va, int level, uint64_t raw);
/* A page: level 0 of 4 KiB, 1 of 2 MiB, 2 of 1 GiB, present, with more bits. */
void	mk_phys_map(struct mk_phys *, uint64_t va, int level, uint64_t pa,
	    uint64_t bits);

#endif
