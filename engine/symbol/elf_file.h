/* SPDX-License-Identifier: BSD-2-Clause */
/* The headers of an ELF file ("gabi": ELF object file format). */
#ifndef ENGINE_SYMBOL_ELF_FILE_H
#define ENGINE_SYMBOL_ELF_FILE_H

#include "engine/memory/file.h"

#define ELF_ET_REL	1
#define ELF_ET_CORE	4
#define ELF_SHT_SYMTAB	2
#define ELF_SHT_RELA	4
#define ELF_SHT_NOTE	7
#define ELF_SHT_NOBITS	8
#define ELF_SHT_REL	9
#define ELF_SHT_DYNSYM	11
#define ELF_SHF_WRITE	1
#define ELF_SHF_ALLOC	2
#define ELF_SHF_EXECINSTR 4
#define ELF_SHF_COMPRESSED 0x800
#define ELF_SECTIONS_MAX 65536u

struct elf_header {
	unsigned bits, type, machine, shentsize, shstrndx;
	bool	 be;
	uint64_t shoff, shnum;
};

struct elf_section {
	uint32_t name;			/* offset in the table of their names */
	uint32_t type, link, info;
	uint64_t flags, addr, offset, size, entsize;
};

/* E_NOT_MINE (silent): no ELF file; E_CORRUPT, E_TRUNCATED: not a whole one. */
int	elf_header_read(struct ctx *, struct file *, struct elf_header *);
int	elf_section_read(struct ctx *, struct file *, const struct elf_header *,
	    uint64_t i, struct elf_section *);

#endif
