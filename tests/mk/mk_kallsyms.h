/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables that scripts/kallsyms.c puts into a kernel, from a list of
 * symbols.  Compression is next to none: nearly every token is a character.
 */
#ifndef TESTS_MK_KALLSYMS_H
#define TESTS_MK_KALLSYMS_H

#include "base/vec.h"

#include <stdint.h>

enum mk_order {
	MK_BEFORE_6_4,		/* offsets base num names markers table index */
	MK_SINCE_6_4,		/* num names markers table index offsets base */
};

enum mk_encoding {
	MK_BASE,		/* base + offset */
	MK_PERCPU,		/* >= 0 absolute, < 0: base - 1 - offset */
	MK_SELF,		/* relative to the entry's place */
	MK_ADDRESS,		/* the addresses themselves */
};

struct mk_sym {
	uint64_t	 addr;
	char		 type;
	const char	*name;
};

struct mk_kallsyms {
	enum mk_order	 order;
	enum mk_encoding enc;
	bool		 be;
	unsigned	 ptr_size;
	uint64_t	 base;			/* relative_base */
	uint64_t	 va;			/* where the tables begin */
	const struct mk_sym *syms;		/* ascending addresses */
	uint32_t	 n;
};

/* Offsets in the bytes that were made. */
struct mk_kallsyms_map {
	size_t	 num_syms, names, markers, token_table, token_index, offsets,
		 relative_base;
};

void	mk_kallsyms(struct buf *out, const struct mk_kallsyms *,
	    struct mk_kallsyms_map *);

#endif
