/* SPDX-License-Identifier: BSD-2-Clause */
/* An image in memory, opened as a dump. */
#ifndef TESTS_MK_OPEN_H
#define TESTS_MK_OPEN_H

#include "base/vec.h"
#include "engine/backend/backend.h"
#include "engine/memory/space.h"

struct mk_open {
	struct ctx	 ctx;
	struct file	*file;
	struct dump	*dump;		/* NULL when it could not be opened */
	struct memory	 mem;
	struct space	 space;		/* the one that the dump gives */
};

/* The status of dump_open(); mk_close() in any case. */
int	mk_open(struct mk_open *, const struct buf *);
void	mk_close(struct mk_open *);

/* Does the word at va hold mk_word() of pa?  Says what it holds, if not. */
bool	mk_maps(struct mk_open *, uint64_t va, uint64_t pa);
/* The status of reading 8 bytes at va, and at a physical address. */
int	mk_read(struct mk_open *, uint64_t va);
int	mk_read_phys(struct mk_open *, uint64_t pa);

#endif
