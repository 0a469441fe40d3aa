/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/backend/elf_write.h"

#include "base/bytes.h"

#define PN_XNUM	0xffff

void
elf_put(struct buf *b, unsigned size, bool be, uint64_t v)
{
	uint8_t raw[8];

	store_uint(raw, size, be, v);
	buf_add(b, raw, size);
}

void
elf_pad(struct buf *b, size_t align)
{
	static const uint8_t zeros[4096];
	size_t n, want;

	for (n = (align - b->len % align) % align; n > 0; n -= want) {
		want = n < sizeof(zeros) ? n : sizeof(zeros);
		buf_add(b, zeros, want);
	}
}

static size_t
ehdr_size(unsigned word)
{
	return (word == 8 ? 64 : 52);
}

static size_t
shdr_size(unsigned word)
{
	return (word == 8 ? 64 : 40);
}

size_t
elf_phdr_size(unsigned word)
{
	return (word == 8 ? 56 : 32);
}

size_t
elf_header_size(unsigned word, size_t nph)
{
	return (ehdr_size(word) + (nph >= PN_XNUM ? shdr_size(word) : 0));
}

void
elf_put_header(struct buf *b, const struct arch *a, unsigned word,
    size_t nph)
{
	const bool many = nph >= PN_XNUM;
	uint8_t ident[16] = "\177ELF\0\0\1";

	ident[4] = word == 8 ? 2 : 1;
	ident[5] = a->be ? 2 : 1;
	buf_add(b, ident, sizeof(ident));
	elf_put(b, 2, a->be, ELF_ET_CORE);
	elf_put(b, 2, a->be, a->elf_machine);
	elf_put(b, 4, a->be, 1);
	elf_put(b, word, a->be, 0);
	elf_put(b, word, a->be, elf_header_size(word, nph));
	elf_put(b, word, a->be, many ? ehdr_size(word) : 0);
	elf_put(b, 4, a->be, 0);
	elf_put(b, 2, a->be, ehdr_size(word));
	elf_put(b, 2, a->be, elf_phdr_size(word));
	elf_put(b, 2, a->be, many ? PN_XNUM : nph);
	elf_put(b, 2, a->be, many ? shdr_size(word) : 0);
	elf_put(b, 2, a->be, many);
	elf_put(b, 2, a->be, 0);
	if (many) {			/* section 0 holds the count in sh_info */
		elf_put(b, 8, a->be, 0);	/* name, type */
		elf_put(b, word, a->be, 0);
		elf_put(b, word, a->be, 0);
		elf_put(b, word, a->be, 0);
		elf_put(b, word, a->be, 0);
		elf_put(b, 4, a->be, 0);
		elf_put(b, 4, a->be, nph);
		elf_put(b, word, a->be, 0);
		elf_put(b, word, a->be, 0);
	}
}

void
elf_put_phdr(struct buf *b, unsigned word, bool be, const struct elf_phdr *p)
{
	elf_put(b, 4, be, p->type);
	if (word == 8)
		elf_put(b, 4, be, p->flags);
	elf_put(b, word, be, p->offset);
	elf_put(b, word, be, p->vaddr);
	elf_put(b, word, be, p->paddr);
	elf_put(b, word, be, p->filesz);
	elf_put(b, word, be, p->memsz);
	if (word == 4)
		elf_put(b, 4, be, p->flags);
	elf_put(b, word, be, 0);	/* align: none */
}

void
elf_put_note(struct buf *b, bool be, const char *name, size_t namesz,
    uint32_t type, const void *desc, size_t n)
{
	elf_put(b, 4, be, namesz);
	elf_put(b, 4, be, n);
	elf_put(b, 4, be, type);
	buf_add(b, name, namesz);
	elf_pad(b, 4);
	buf_add(b, desc, n);
	elf_pad(b, 4);
}
