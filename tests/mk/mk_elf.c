/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/mk/mk_elf.h"

#include "base/bytes.h"

#include <string.h>

static void
put(struct buf *b, unsigned size, bool be, uint64_t v)
{
	uint8_t raw[8];

	store_uint(raw, size, be, v);
	buf_add(b, raw, size);
}

static void
pad(struct buf *b, size_t align)
{
	while (b->len % align != 0)
		buf_add(b, "", 1);
}

uint8_t
mk_byte(uint64_t pa, bool be)
{
	const unsigned i = pa & 7;

	return ((uint8_t)(mk_word(pa & ~UINT64_C(7)) >>
	    8 * (be ? 7 - i : i)));
}

void
mk_notes(struct buf *b, const struct mk_note *notes, bool be)
{
	for (; notes != NULL && notes->name != NULL; notes++) {
		put(b, 4, be, strlen(notes->name) + 1);
		put(b, 4, be, notes->n);
		put(b, 4, be, notes->type);
		buf_add(b, notes->name, strlen(notes->name) + 1);
		pad(b, 4);
		buf_add(b, notes->desc, notes->n);
		pad(b, 4);
	}
}

static void
put_phdr(struct buf *b, const struct mk_elf *e, uint32_t type, uint64_t off,
    uint64_t va, uint64_t pa, uint64_t file, uint64_t mem)
{
	const unsigned word = e->bits == 32 ? 4 : 8;

	put(b, 4, e->be, type);
	if (word == 8)
		put(b, 4, e->be, 7);
	put(b, word, e->be, off);
	put(b, word, e->be, va);
	put(b, word, e->be, pa);
	put(b, word, e->be, file);
	put(b, word, e->be, mem);
	if (word == 4)
		put(b, 4, e->be, 7);
	put(b, word, e->be, 0);
}

static void
put_ehdr(struct buf *b, const struct mk_elf *e, const struct mk_elf_map *m)
{
	const unsigned word = e->bits == 32 ? 4 : 8;
	const unsigned ehsize = 40 + 3 * word, shsize = 16 + 6 * word;
	uint8_t ident[16] = "\177ELF";

	ident[4] = word == 8 ? 2 : 1;
	ident[5] = e->be ? 2 : 1;
	ident[6] = 1;
	buf_add(b, ident, sizeof(ident));
	put(b, 2, e->be, e->type != 0 ? e->type : 4);
	put(b, 2, e->be, e->machine != 0 ? e->machine : 62);
	put(b, 4, e->be, 1);
	put(b, word, e->be, 0);
	put(b, word, e->be, m->phoff);
	put(b, word, e->be, e->xnum ? ehsize : 0);
	put(b, 4, e->be, 0);
	put(b, 2, e->be, ehsize);
	put(b, 2, e->be, m->phentsize);
	put(b, 2, e->be, e->xnum ? 0xffff : m->phnum);
	put(b, 2, e->be, shsize);
	put(b, 2, e->be, e->xnum);
	put(b, 2, e->be, 0);
	if (!e->xnum)
		return;
	put(b, 4, e->be, 0);			/* name, type */
	put(b, 4, e->be, 0);
	put(b, word, e->be, 0);			/* flags, addr, offset, size */
	put(b, word, e->be, 0);
	put(b, word, e->be, 0);
	put(b, word, e->be, 0);
	put(b, 4, e->be, 0);			/* link, info */
	put(b, 4, e->be, m->phnum);
	put(b, word, e->be, 0);			/* align, entsize */
	put(b, word, e->be, 0);
}

void
mk_elf(struct buf *out, const struct mk_elf *e, struct mk_elf_map *ret)
{
	const unsigned word = e->bits == 32 ? 4 : 8;
	const struct mk_load *l;
	struct mk_elf_map m;
	struct buf notes;
	uint64_t off, i;
	uint8_t byte;

	memset(&notes, 0, sizeof(notes));
	mk_notes(&notes, e->notes, e->be);
	memset(&m, 0, sizeof(m));
	m.phentsize = word == 8 ? 56 : 32;
	m.phoff = 40 + 3 * word + (e->xnum ? 16 + 6 * word : 0);
	m.phnum = notes.len > 0;
	for (l = e->loads; l->file != 0 || l->mem != 0; l++)
		m.phnum++;
	m.notes = m.phoff + m.phnum * m.phentsize;
	m.notes_len = notes.len;
	m.data = m.notes + notes.len;
	put_ehdr(out, e, &m);
	if (notes.len > 0)
		put_phdr(out, e, 4, m.notes, 0, 0, notes.len, 0);
	off = m.data;
	for (l = e->loads; l->file != 0 || l->mem != 0; l++) {
		put_phdr(out, e, 1, off, l->va, l->pa, l->file,
		    l->mem != 0 ? l->mem : l->file);
		off += l->file;
	}
	buf_add(out, notes.p, notes.len);
	for (l = e->loads; l->file != 0 || l->mem != 0; l++) {
		if (l->bytes != NULL)
			buf_add(out, l->bytes, l->file);
		for (i = 0; l->bytes == NULL && i < l->file; i++) {
			byte = mk_byte(l->pa + i, e->be);
			buf_add(out, &byte, 1);
		}
	}
	buf_fini(&notes);
	if (ret != NULL)
		*ret = m;
}

void
mk_prstatus(struct buf *b, uint32_t pid, uint64_t rip, uint64_t rsp)
{
	uint8_t raw[336];

	memset(raw, 0, sizeof(raw));
	store_uint(raw + 32, 4, false, pid);
	store_uint(raw + 112 + 128, 8, false, rip);
	store_uint(raw + 112 + 152, 8, false, rsp);
	buf_add(b, raw, sizeof(raw));
}

void
mk_qemu(struct buf *b, uint64_t cr3, uint64_t cr4, uint64_t kernel_gs)
{
	uint8_t raw[440];

	memset(raw, 0, sizeof(raw));
	store_uint(raw, 4, false, 1);
	store_uint(raw + 4, 4, false, sizeof(raw));
	store_uint(raw + 392 + 3 * 8, 8, false, cr3);
	store_uint(raw + 392 + 4 * 8, 8, false, cr4);
	store_uint(raw + 392 + 5 * 8, 8, false, kernel_gs);
	buf_add(b, raw, sizeof(raw));
}
