/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel's image: the ELF file that it was loaded from, with the symbols of
 * its symbol table ("gabi": ELF object file format).  Addresses are those that
 * it was linked for.
 */
#ifndef ENGINE_SYMBOL_IMAGE_H
#define ENGINE_SYMBOL_IMAGE_H

#include "arch/arch.h"
#include "engine/memory/file.h"
#include "engine/symbol/symbol.h"

struct image {
	struct file	 *file;
	const struct arch *arch;	/* NULL: of a machine without a row */
	unsigned	 bits;		/* 32 or 64 */
	unsigned	 type, machine;	/* e_type, e_machine */
	bool		 be;
	struct symbols	 symbols;	/* sealed; n == 0: it is stripped */
};

/*
 * 0: an ELF file that is no core.  E_NOT_MINE (silent): another file, a core.
 * E_CORRUPT, E_TRUNCATED: an ELF file that cannot be one.
 */
int	image_probe(struct ctx *, struct file *);
/* Is an ELF file one of a module: by its kind, or its name? */
bool	image_is_module(struct ctx *, struct file *);
/*
 * Read its symbols (.symtab, else .dynsym).  Takes the file over on success.
 * A file without section headers, or stripped, succeeds without symbols.
 */
int	image_open(struct ctx *, struct file *, struct image **ret);
/*
 * The bytes that were linked to an address; E_NOT_FOUND (silent) where none
 * are.
 */
int	image_read(struct ctx *, const struct image *, uint64_t addr, void *,
	    size_t n);
void	image_close(struct image *);	/* NULL is ignored */

#endif
