/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a running machine has memory: what QEMU's monitor and /proc/iomem tell.
 * Outside of these ranges lie devices, which a read may disturb.
 */
#ifndef ENGINE_BACKEND_RANGES_H
#define ENGINE_BACKEND_RANGES_H

#include "engine/memory/memory.h"

struct range {
	uint64_t start, end;		/* physical; end exclusive */
};

struct ranges {
	struct range	*v;		/* ascending, apart */
	size_t		 n, cap;
};

void	ranges_fini(struct ranges *);
/* Sorts and joins as needed; E_NOMEM, E_LIMIT. */
int	ranges_add(struct ctx *, struct ranges *, uint64_t start, uint64_t end);
/* How many bytes from pa on are memory; 0: none. */
uint64_t ranges_here(const struct ranges *, uint64_t pa);
/* As mem_layer_ops.range. */
int	ranges_find(const struct ranges *, uint64_t pa, struct mem_range *);
/*
 * The RAM and ROM in what QEMU's monitor answers to "info mtree -f" (softmmu/
 * memory.c, mtree_print_flatview): the view of the address space "memory".
 */
int	ranges_of_mtree(struct ctx *, struct ranges *, const char *text);
/*
 * The lines "START-END : NAME" of /proc/iomem that stand for memory: System RAM,
 * and what firmware keeps in tables and ROMs, below the first MiB all that is
 * reserved too.
 */
int	ranges_of_iomem(struct ctx *, struct ranges *ram,
	    struct ranges *firmware, const char *text);

#endif
