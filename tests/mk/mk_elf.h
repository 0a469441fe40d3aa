/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ELF core images from small literals, of both word sizes and byte orders.
 */
#ifndef TESTS_MK_ELF_H
#define TESTS_MK_ELF_H

#include "base/vec.h"

#include <stdint.h>

/*
 * A PT_LOAD.  Without bytes every 8-byte word holds mk_word() of its own
 * physical address, so that a test knows what must be read where.
 */
struct mk_load {
	uint64_t	 pa, file, mem;		/* mem 0: as much as file */
	const void	*bytes;			/* "file" of them, or NULL */
	uint64_t	 va;
};

struct mk_note {
	const char	*name;
	uint32_t	 type;
	const void	*desc;
	size_t		 n;
};

struct mk_elf {
	unsigned	 bits;			/* 0: 64 */
	bool		 be;
	unsigned	 machine, type;		/* 0: x86-64, ET_CORE */
	bool		 xnum;			/* the count in section header 0 */
	const struct mk_load *loads;		/* ended by one of all zeros */
	const struct mk_note *notes;		/* ended by a NULL name, or NULL */
};

/* Where things are in the image, to damage them. */
struct mk_elf_map {
	size_t	 phoff, phentsize, phnum, notes, notes_len, data;
};

/* Appends nothing to what is in *out: it must be empty. */
void	mk_elf(struct buf *out, const struct mk_elf *, struct mk_elf_map *);

static inline uint64_t
mk_word(uint64_t pa)
{
	return (pa ^ UINT64_C(0x5aa5c33c00000000));
}
/* What byte pa of memory without given bytes is, in an image of this order. */
uint8_t	mk_byte(uint64_t pa, bool be);

/* Append notes as ELF has them; NULL: none. */
void	mk_notes(struct buf *, const struct mk_note *, bool be);

/* Descriptors as Linux and QEMU write them for x86-64. */
void	mk_prstatus(struct buf *, uint32_t pid, uint64_t rip, uint64_t rsp);
void	mk_qemu(struct buf *, uint64_t cr3, uint64_t cr4, uint64_t kernel_gs);

#endif
