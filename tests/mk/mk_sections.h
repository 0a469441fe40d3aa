/* SPDX-License-Identifier: BSD-2-Clause */
/* A little-endian ELF file of 64 bits made of sections; no segments. */
#ifndef TESTS_MK_MK_SECTIONS_H
#define TESTS_MK_MK_SECTIONS_H

#include "base/vec.h"

#include <stdint.h>

struct mk_sections {
	struct buf b, names, heads;	/* b: the whole file, after _end */
	unsigned   n;
};

void	mk_sections_init(struct mk_sections *);
/* The number of the section that was added. */
unsigned mk_section(struct mk_sections *, const char *name, unsigned type,
	    uint64_t flags, const void *, size_t n);
/* sh_link and sh_info of the last one. */
void	mk_section_link(struct mk_sections *, unsigned link, unsigned info);
void	mk_sections_end(struct mk_sections *, unsigned type, unsigned machine);
void	mk_sections_fini(struct mk_sections *);

/*
 * A module's debug information: text (mk_dwarf.h) with the addresses that begin
 * with 0x5a5a5a left to relocations against .text.  What is wrong with it:
 */
enum mk_harm {
	MK_SOUND, MK_OUTSIDE, MK_NO_SYMBOL, MK_UNKNOWN, MK_NO_TABLE,
};
void	mk_module(struct mk_sections *, const char *text, const char *build_id,
	    enum mk_harm);

#endif
