/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel of a few structures, for tables: types, two symbols, 1 MiB of memory.
 *
 *	struct table at MK_TABLE ("table"): head (a list), buckets (4 of a hash
 *	table), root (a red-black tree), first (a chain), all (4 pointers), top
 *	struct node i at MK_NODE(i): i = 1 to 6 are in all of these; count is
 *	10 * i, name "node i", flags i, kind RED or BLUE in turn
 */
#ifndef TESTS_MK_MK_TABLE_H
#define TESTS_MK_MK_TABLE_H

#include "engine/kernel.h"
#include "tests/mk/mk_btf.h"
#include "tests/mk/mk_space.h"

#define MK_TABLE	0x1000u
#define MK_NODE(i)	(0x10000u + (uint64_t)(i) * 0x1000)
#define MK_NODES	6

/* Where members of struct node lie. */
enum {
	MK_NODE_LIST = 0, MK_NODE_HASH = 16, MK_NODE_TREE = 32,
	MK_NODE_NEXT = 56, MK_NODE_NAME = 64, MK_NODE_FLAGS = 80,
	MK_NODE_KIND = 84, MK_NODE_FN = 88, MK_NODE_TEXT = 96,
	MK_NODE_COUNT = 104, MK_NODE_CHILD = 112, MK_NODE_SIBLING = 120
};

struct mk_table {
	struct ctx	 ctx;
	struct mk_space	 m;
	struct mk_btf	 b;
	struct kernel	 k;
};

void	mk_table_init(struct mk_table *, bool be);
void	mk_table_fini(struct mk_table *);

#endif
