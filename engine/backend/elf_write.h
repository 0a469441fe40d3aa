/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pieces of an ELF core, written: headers and notes of either class, in
 * the target's byte order.  ELF-64 and ELF-32 object file format of the System
 * V ABI.
 */
#ifndef ENGINE_BACKEND_ELF_WRITE_H
#define ENGINE_BACKEND_ELF_WRITE_H

#include "arch/arch.h"
#include "base/vec.h"
#include "engine/memory/elf_file.h"

/*
 * Ours: addresses that the kernel maps to memory which the dump has not.  In
 * the range for systems, so that others pass it over.
 */
#define ELF_PT_ABSENT	0x6b706b61

/* Bytes of the file header and, where it takes one, section header 0. */
size_t	elf_header_size(unsigned word, size_t nph);
/* Bytes of a program header. */
size_t	elf_phdr_size(unsigned word);
/*
 * word is 8 or 4, for the class.  Program headers follow right behind; their
 * number has no limit.
 */
void	elf_put_header(struct buf *, const struct arch *, unsigned word,
	    size_t nph);
void	elf_put_phdr(struct buf *, unsigned word, bool be,
	    const struct elf_phdr *);
/* namesz counts the name's NUL. */
void	elf_put_note(struct buf *, bool be, const char *name, size_t namesz,
	    uint32_t type, const void *desc, size_t n);
/* An integer, and zeros up to a multiple. */
void	elf_put(struct buf *, unsigned size, bool be, uint64_t);
void	elf_pad(struct buf *, size_t align);

#endif
