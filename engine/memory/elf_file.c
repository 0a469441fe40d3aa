/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/memory/elf_file.h"

int
elf_header_read(struct ctx *ctx, struct file *f, struct elf_header *h)
{
	uint8_t raw[64];
	struct bytes b;
	size_t n;
	int rc;

	n = file_size(f) < sizeof(raw) ? (size_t)file_size(f) : sizeof(raw);
	memset(raw, 0, sizeof(raw));
	rc = file_read(ctx, f, 0, raw, n);
	if (rc != 0)
		return (rc);
	if (n < 4 || memcmp(raw, "\177ELF", 4) != 0)
		return (E_NOT_MINE);
	if (n < 20)
		return (ctx_fail(ctx, E_TRUNCATED,
		    "%s: ends inside the ELF header", file_name(f)));
	if (raw[4] != 1 && raw[4] != 2)
		return (ctx_fail(ctx, E_CORRUPT, "%s: ELF class %u is neither "
		    "32 nor 64 bits", file_name(f), raw[4]));
	if (raw[5] != 1 && raw[5] != 2)
		return (ctx_fail(ctx, E_CORRUPT, "%s: ELF byte order %u is "
		    "unknown", file_name(f), raw[5]));
	h->bits = raw[4] == 2 ? 64 : 32;
	h->be = raw[5] == 2;
	h->osabi = raw[7];
	b = bytes_of(raw, n, h->be);
	bytes_seek(&b, 16);
	h->type = bytes_u16(&b);
	h->machine = bytes_u16(&b);
	bytes_skip(&b, 4 + h->bits / 8);	/* version, entry */
	h->phoff = bytes_uint(&b, h->bits / 8);
	h->shoff = bytes_uint(&b, h->bits / 8);
	bytes_skip(&b, 4 + 2);			/* flags, ehsize */
	h->phentsize = bytes_u16(&b);
	h->phnum = bytes_u16(&b);
	h->shentsize = bytes_u16(&b);
	h->shnum = bytes_u16(&b);
	h->shstrndx = bytes_u16(&b);
	if (b.bad)
		return (ctx_fail(ctx, E_TRUNCATED,
		    "%s: ends inside the ELF header", file_name(f)));
	return (0);
}

int
elf_phdr_read(struct ctx *ctx, struct file *f, const struct elf_header *h,
    uint64_t i, struct elf_phdr *p)
{
	const unsigned word = h->bits / 8;
	uint8_t raw[56];
	struct bytes b;
	uint64_t off;
	int rc;

	if (!add_ok(h->phoff, i * h->phentsize, &off))
		return (E_TRUNCATED);
	rc = file_read(ctx, f, off, raw, word == 8 ? 56 : 32);
	if (rc != 0)
		return (rc);
	b = bytes_of(raw, sizeof(raw), h->be);
	p->type = bytes_u32(&b);
	p->flags = load_u32(raw + (word == 8 ? 4 : 24), h->be);
	if (word == 8)
		bytes_skip(&b, 4);
	p->offset = bytes_uint(&b, word);
	p->vaddr = bytes_uint(&b, word);
	p->paddr = bytes_uint(&b, word);
	p->filesz = bytes_uint(&b, word);
	p->memsz = bytes_uint(&b, word);
	return (0);
}

int
elf_section_read(struct ctx *ctx, struct file *f, const struct elf_header *h,
    uint64_t i, struct elf_section *s)
{
	unsigned word = h->bits / 8;
	uint8_t raw[64];
	struct bytes b;
	uint64_t off;
	int rc;

	/* The first is asked for by itself: its count of program headers. */
	if (i > 0 && h->shentsize < (h->bits == 64 ? 64 : 40))
		return (ctx_fail(ctx, E_CORRUPT, "%s: section headers of %u "
		    "bytes", file_name(f), h->shentsize));
	if (__builtin_mul_overflow(i, h->shentsize, &off) ||
	    !add_ok(off, h->shoff, &off))
		return (ctx_fail(ctx, E_CORRUPT, "%s: no section header %llu",
		    file_name(f), (unsigned long long)i));
	rc = file_read(ctx, f, off, raw, h->bits == 64 ? 64 : 40);
	if (rc != 0)
		return (rc);
	b = bytes_of(raw, sizeof(raw), h->be);
	s->name = bytes_u32(&b);
	s->type = bytes_u32(&b);
	s->flags = bytes_uint(&b, word);
	s->addr = bytes_uint(&b, word);
	s->offset = bytes_uint(&b, word);
	s->size = bytes_uint(&b, word);
	s->link = bytes_u32(&b);
	s->info = bytes_u32(&b);
	bytes_skip(&b, word);			/* alignment */
	s->entsize = bytes_uint(&b, word);
	return (0);
}

bool
elf_note_next(struct bytes *b, struct elf_note *note)
{
	if (bytes_left(b) < 12)
		return (false);
	note->name_len = bytes_u32(b);
	note->n = bytes_u32(b);
	note->type = bytes_u32(b);
	note->name = bytes_take(b, note->name_len);
	bytes_align(b, 4);
	note->desc = bytes_take(b, note->n);
	/* The last one's end may have no padding. */
	if (bytes_left(b) != 0)
		bytes_align(b, 4);
	return (note->name != NULL && note->desc != NULL);
}
