/* SPDX-License-Identifier: BSD-2-Clause */
/* The headers of an ELF file ("gabi": ELF object file format). */
#ifndef ENGINE_MEMORY_ELF_FILE_H
#define ENGINE_MEMORY_ELF_FILE_H

#include "base/bytes.h"
#include "engine/memory/file.h"

#define ELF_ET_REL	1
#define ELF_ET_CORE	4
#define ELF_OSABI_STANDALONE 255
#define ELF_PT_LOAD	1
#define ELF_PT_NOTE	4
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
	unsigned bits, osabi, type, machine, phentsize, shentsize, shstrndx;
	bool	 be;
	uint64_t phoff, phnum, shoff, shnum;	/* counts as the header has them */
};

struct elf_phdr {
	uint32_t type, flags;		/* flags: PF_X 1, PF_W 2, PF_R 4 */
	uint64_t offset, vaddr, paddr, filesz, memsz;
};

struct elf_section {
	uint32_t name;			/* offset in the table of their names */
	uint32_t type, link, info;
	uint64_t flags, addr, offset, size, entsize;
};

struct elf_note {
	uint32_t type;
	const char *name;		/* name_len bytes, its NUL among them */
	size_t	 name_len;
	const uint8_t *desc;
	size_t	 n;
};

/* E_NOT_MINE (silent): no ELF file; E_CORRUPT, E_TRUNCATED: not a whole one. */
int	elf_header_read(struct ctx *, struct file *, struct elf_header *);
/* E_TRUNCATED, E_IO; without a message where its place is no offset. */
int	elf_phdr_read(struct ctx *, struct file *, const struct elf_header *,
	    uint64_t i, struct elf_phdr *);
int	elf_section_read(struct ctx *, struct file *, const struct elf_header *,
	    uint64_t i, struct elf_section *);

/* The next of a row of notes, each padded to 4 bytes; false: there is no more. */
bool	elf_note_next(struct bytes *, struct elf_note *);

#endif
