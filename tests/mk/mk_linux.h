/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A hand-made Linux kernel of 64 bits: the bytes of mk_space, structures told
 * in words, a few symbols.  Enough for the readers of engine/os/linux.
 */
#ifndef TESTS_MK_MK_LINUX_H
#define TESTS_MK_MK_LINUX_H

#include "engine/os/linux/linux_read.h"
#include "tests/mk/mk_btf.h"
#include "tests/mk/mk_space.h"

#define MK_TYPES_MAX	64

struct mk_linux {
	struct mk_space	 s;
	struct mk_btf	 btf;
	struct kernel	 k;
	struct linux_os	 os;
	struct {
		char	 name[32];
		uint32_t id;
	}		 types[MK_TYPES_MAX];
	size_t		 ntypes;
};

void	mk_linux_init(struct mk_linux *, bool be);
void	mk_linux_fini(struct mk_linux *);
/*
 * A structure of size bytes; members are "NAME TYPE@OFFSET, ...".  TYPE is u1
 * to u8 or s1 to s8 (an integer of so many bytes), c16 (an array of so many
 * char) or the name of a structure made before.
 */
void	mk_linux_struct(struct mk_linux *, const char *name, unsigned size,
	    const char *members);
void	mk_linux_symbol(struct mk_linux *, const char *name, uint64_t addr);
/* After the last structure and symbol: now the kernel can be read. */
void	mk_linux_ready(struct mk_linux *);
void	mk_linux_text(struct mk_linux *, uint64_t va, const char *);
/* Link nodes of a list_head, the first of them the head; ended by 0. */
void	mk_linux_list(struct mk_linux *, const uint64_t *nodes);

#endif
