/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small address space for tests: 1 MiB of bytes, virtual and physical
 * addresses alike, every page mapped until it is unmapped.
 */
#ifndef TESTS_MK_MK_SPACE_H
#define TESTS_MK_MK_SPACE_H

#include "engine/memory/space.h"

#define MK_PAGES	256
#define MK_BYTES	(MK_PAGES * 4096)

struct mk_space {
	struct memory	 mem;
	struct space	 space;
	struct pt_form	 form;
	uint8_t		*bytes;		/* MK_BYTES */
};

void	mk_space_init(struct mk_space *, bool be, unsigned ptr_size);
void	mk_space_fini(struct mk_space *);
void	mk_space_unmap(struct mk_space *, uint64_t va);
/* Store an integer, or a pointer, in the target's order. */
void	mk_put(struct mk_space *, uint64_t va, unsigned size, uint64_t);
void	mk_put_ptr(struct mk_space *, uint64_t va, uint64_t);

#endif
