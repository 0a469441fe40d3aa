/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DWARF for tests, from readable text.  A line is an entry, its depth two
 * blanks each:
 *
 *	unit name="a.c" low=0x1000 high=0x200
 *	  base @int name="int" size=4 encoding=5
 *	  struct @p name="point" size=8
 *	    member name="x" type=@int at=0
 *
 * Values: a number (data forms by its size, sdata when negative), "text",
 * @entry, [bytes in hex] (an expression), yes (a flag).
 */
#ifndef TESTS_MK_MK_DWARF_H
#define TESTS_MK_MK_DWARF_H

#include "base/vec.h"
#include "engine/type/dwarf.h"

struct mk_dwarf {
	unsigned    version, addr_size;
	bool	    be, siblings;	/* siblings: entries with children note them */
	struct buf  info, abbrev, str, frame;
};

/* Fill the buffers; a text that is wrong ends the program. */
void	mk_dwarf(struct mk_dwarf *, const char *text);
void	mk_dwarf_fini(struct mk_dwarf *);
void	mk_dwarf_input(const struct mk_dwarf *, struct dwarf_input *);
/* One function's frame: instructions of the common and of its own entry. */
void	mk_dwarf_frame(struct mk_dwarf *, uint64_t low, uint64_t size,
	    const void *common, size_t ncommon, const void *own, size_t nown);

#endif
