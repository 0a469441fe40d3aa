/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the segments of an ELF core lie that tell their virtual addresses
 * alone: in the kernel's map of all memory or in its image, whose places
 * follow from the addresses and from VMCOREINFO.
 */
#ifndef ENGINE_BACKEND_ELF_PLACE_H
#define ENGINE_BACKEND_ELF_PLACE_H

#include "engine/backend/backend.h"

struct elf_place {
	uint64_t lowest;		/* in the map of memory; 0: none yet */
};

/*
 * Note a segment; false when it has a physical address, or when it is not of
 * a kernel (64 bits).
 */
bool	elf_place_see(struct elf_place *, uint64_t va, uint64_t pa);
/*
 * After the last one, with what the dump's notes say: false when there is no
 * telling where va lies.
 */
bool	elf_place(const struct elf_place *, const struct dump *, uint64_t va,
	    uint64_t *pa);

#endif
