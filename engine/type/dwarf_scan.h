/* SPDX-License-Identifier: BSD-2-Clause */
/* The quick pass over .debug_info, from which the index is made. */
#ifndef ENGINE_TYPE_DWARF_SCAN_H
#define ENGINE_TYPE_DWARF_SCAN_H

#include "engine/type/dwarf_int.h"

struct dwarf_found {
	uint64_t hash;			/* of the name */
	uint64_t key;			/* alike for what headers repeat */
	uint32_t offset;
};

struct dwarf_founds {
	struct dwarf_found *v;
	size_t		    n, cap;
};

/* What one thread found. */
struct dwarf_worker {
	struct dwarf_scan  *scan;
	struct ctx	   *ctx;	/* the caller's own thread: to be asked */
	struct dwarf_founds found[TYPE_NAMES_COUNT];
	struct dwarf_range *ranges;
	size_t		    nranges, ranges_cap;
	uint64_t	   *seen;	/* keys, open addressing */
	size_t		    nseen, seen_size;
	struct scan_table  *table;	/* abbreviations of the unit at hand */
	uint32_t	    cu;		/* its number */
	bool		    nomem;
};

struct dwarf_scan {
	const struct dwarf_input *in;
	struct dwarf_cu	    *cus;
	size_t		     ncus, cus_cap;
	struct dwarf_worker *workers;
	unsigned	     nworkers;
	atomic_size_t	     next;	/* unit to be taken */
	atomic_bool	     stop;
};

int	dwarf_scan(struct ctx *, const struct dwarf_input *, unsigned threads,
	    struct dwarf_scan *);
void	dwarf_scan_free(struct dwarf_scan *);

/*
 * Where a unit's code lies, into the worker's ranges, and the tables that its
 * forms lead to.
 */
void	dwarf_unit_head(struct dwarf_worker *, struct dwarf_cu *);
/* The unit of the main file that begins at an offset, or NULL. */
struct dwarf_cu *dwarf_main_unit(const struct dwarf_scan *, uint32_t offset);

#endif
