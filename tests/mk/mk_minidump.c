/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/mk/mk_minidump.h"

#include "base/bytes.h"
#include "tests/mk/mk_elf.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
	"amd64", "arm64", "riscv", "i386", "arm", "mips", "powerpc64",
};

static void
put(struct buf *out, unsigned size, bool be, uint64_t v)
{
	uint8_t raw[8];

	store_uint(raw, size, be, v);
	buf_add(out, raw, size);
}

static void
pad(struct buf *out, size_t page)
{
	while (out->len % page != 0)
		buf_add(out, "", 1);
}

static void
field(struct buf *out, const char *text, size_t size)
{
	char raw[64];

	memset(raw, 0, sizeof(raw));
	if (text != NULL)
		memcpy(raw, text, strlen(text) < sizeof(raw) ? strlen(text) :
		    sizeof(raw));
	buf_add(out, raw, size);
}

static void
put_header(struct buf *out, const struct mk_minidump *d, uint64_t avail,
    uint64_t bitmap)
{
	const bool be = d->be;
	char magic[64];

	strcpy(magic, "minidump FreeBSD/");
	strcat(magic, names[d->machine]);
	field(out, d->magic != NULL ? d->magic : magic,
	    d->machine == MK_POWERPC64 ? 32 : 24);
	if (d->machine == MK_POWERPC64)
		field(out, d->mmu, 32);
	put(out, 4, be, d->version);
	put(out, 4, be, d->msgbuf_size);
	put(out, 4, be, bitmap);
	put(out, 4, be, d->pt_size);
	switch (d->machine) {
	case MK_AMD64:
	case MK_MIPS:
		put(out, 8, be, d->kernbase);
		put(out, 8, be, d->dmapbase);
		put(out, 8, be, d->dmapend);
		break;
	case MK_ARM64:
	case MK_RISCV:
		put(out, 8, be, d->kernbase);
		put(out, 8, be, d->dmapphys);
		put(out, 8, be, d->dmapbase);
		put(out, 8, be, d->dmapend);
		break;
	case MK_I386:
		put(out, 4, be, d->kernbase);
		put(out, 4, be, d->mode);
		break;
	case MK_ARM:
		put(out, 4, be, d->kernbase);
		put(out, 4, be, 7);
		put(out, 4, be, d->mode);
		break;
	case MK_POWERPC64:
		put(out, 8, be, d->kernbase);
		put(out, 8, be, d->kernend);
		put(out, 8, be, d->dmapbase);
		put(out, 8, be, d->dmapend);
		put(out, 8, be, 0);
		put(out, 8, be, d->startkernel);
		put(out, 8, be, d->startkernel + 0x1000000);
		break;
	}
	if (d->version >= (d->machine == MK_AMD64 ? 3 : 2))
		put(out, 4, be, avail);
	if (d->machine == MK_ARM64 && d->version >= 3)
		put(out, 4, be, d->mode);
}

/* The bit of a page, as vm_dumpset.h counts. */
static uint64_t
bit_of(const struct mk_minidump *d, uint64_t pa, uint64_t page)
{
	const struct mk_avail *a;
	uint64_t bit;

	if (d->avail == NULL)
		return (pa / page);
	for (bit = 0, a = d->avail; a->end != 0; a++) {
		if (pa >= a->start && pa < a->end)
			return (bit + pa / page - a->start / page);
		bit += (a->end + page - 1) / page - a->start / page;
	}
	if (pa != UINT64_MAX)
		abort();		/* a page outside of all ranges */
	return (bit);
}

static void
put_bitmap(struct buf *out, const struct mk_minidump *d, uint64_t page,
    uint64_t bytes)
{
	const unsigned word = d->word != 0 ? d->word : 8;
	const struct mk_page *p;
	uint8_t *map;
	uint64_t bit, i, last;

	map = calloc(1, bytes);
	if (map == NULL)
		abort();
	last = 0;
	for (p = d->pages; p->pa != UINT64_MAX; p++) {
		bit = bit_of(d, p->pa, page);
		map[bit / 8] |= (uint8_t)(1 << bit % 8);
		last = bit;
	}
	if (d->avail != NULL)
		last = bit_of(d, UINT64_MAX, page) - 1;
	for (i = 1; i <= d->bits_past_end; i++)
		map[(last + i) / 8] |= (uint8_t)(1 << (last + i) % 8);
	for (i = 0; i < bytes; i += word)
		put(out, word, d->be, load_uint(map + i, word, false));
	free(map);
}

void
mk_minidump(struct buf *out, const struct mk_minidump *d,
    struct mk_minidump_map *map)
{
	const size_t page = (size_t)1 << (d->page_shift != 0 ? d->page_shift : 12);
	const struct mk_avail *a;
	const struct mk_page *p;
	uint64_t avail, bitmap, last, pa;
	bool table;

	table = d->version >= (d->machine == MK_AMD64 ? 3 : 2) &&
	    d->avail != NULL;
	avail = table ? page : 0;
	last = d->bitmap_pages;
	for (p = d->pages; p->pa != UINT64_MAX; p++)
		if (bit_of(d, p->pa, page) + 1 > last)
			last = bit_of(d, p->pa, page) + 1;
	if (table && bit_of(d, UINT64_MAX, page) > last)
		last = bit_of(d, UINT64_MAX, page);
	bitmap = ((last + d->bits_past_end) / 8 + page) / page * page;
	put_header(out, d, avail, bitmap);
	pad(out, page);
	map->msgbuf = out->len;
	buf_add(out, d->msgbuf, d->msgbuf_size);
	pad(out, page);
	map->avail = out->len;
	for (a = d->avail; table; a++) {
		put(out, 8, d->be, a->start);
		put(out, 8, d->be, a->end);
		if (a->end == 0)
			break;
	}
	pad(out, page);
	map->bitmap = out->len;
	put_bitmap(out, d, page, bitmap);
	map->pt = out->len;
	buf_add(out, d->pt, d->pt_size);
	pad(out, page);
	map->data = out->len;
	for (p = d->pages; p->pa != UINT64_MAX; p++) {
		if (p->bytes != NULL)
			buf_add(out, p->bytes, page);
		else
			for (pa = p->pa; pa < p->pa + page; pa += 8)
				put(out, 8, d->be, mk_word(pa));
	}
}

void
mk_kerneldump(struct buf *out, const struct buf *image, unsigned compression)
{
	uint8_t head[512];
	uint32_t parity;
	size_t i;

	memset(head, 0, sizeof(head));
	memcpy(head, "FreeBSD Kernel Dump", 20);
	memcpy(head + 20, "amd64", 6);
	store_uint(head + 32, 4, true, 4);
	store_uint(head + 36, 4, true, 2);
	store_uint(head + 40, 8, true, image->len);
	store_uint(head + 48, 8, true, 1700000000);
	store_uint(head + 60, 4, true, 512);
	memcpy(head + 64, "beastie", 8);
	memcpy(head + 128, "FreeBSD 14.0-RELEASE", 21);
	memcpy(head + 320, "page fault", 11);
	head[495] = (uint8_t)compression;
	for (i = 0, parity = 0; i < 508; i += 4)
		parity ^= load_u32(head + i, true);
	store_uint(head + 508, 4, true, parity);
	buf_add(out, head, sizeof(head));
	buf_add(out, image->p, image->len);
	buf_add(out, head, sizeof(head));
}
