/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The symbol tables that a Linux kernel keeps of itself (kernel/kallsyms.c,
 * written by scripts/kallsyms.c): token-compressed names and, beside them,
 * addresses in one of several encodings.
 */
#ifndef ENGINE_SYMBOL_KALLSYMS_H
#define ENGINE_SYMBOL_KALLSYMS_H

#include "engine/memory/space.h"
#include "engine/symbol/symbol.h"

/* Where the tables are: virtual addresses, 0 = unknown. */
struct kallsyms {
	uint64_t names, num_syms, token_table, token_index;
	uint64_t offsets, relative_base;
};

/*
 * Look for the tables by their shape in memory that was copied or mapped in one
 * piece: n bytes at p, which the kernel has at va.  E_NOT_FOUND when there are
 * none.  Of the offsets only those places are set that follow from the order
 * of the tables; kallsyms_load tries the others.
 */
int	kallsyms_find(struct ctx *, const uint8_t *p, size_t n, uint64_t va,
	    bool be, unsigned ptr_size, struct kallsyms *);

/*
 * Decode all names and addresses into syms (module 0), without sealing it.
 * [image, image_end) is where the kernel lies: the encoding of the addresses
 * that puts the symbols there is the right one.  Where names are damaged or not
 * there, reading goes on behind them: *lost of *count symbols are then missing.
 * E_CORRUPT (most of them are), E_LIMIT, or the reason why the tables cannot be
 * read.
 */
int	kallsyms_load(struct ctx *, const struct space *, const struct kallsyms *,
	    uint64_t image, uint64_t image_end, struct symbols *,
	    uint32_t *count, uint32_t *lost);

#endif
