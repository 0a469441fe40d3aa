/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/mk/mk_kdump.h"

#include "base/bytes.h"
#include "config.h"
#include "tests/mk/mk_elf.h"

#include <stdlib.h>
#include <string.h>

#if HAVE_ZLIB
#include <zlib.h>
#endif
#if HAVE_LZO
#include <lzo/lzo1x.h>
#endif
#if HAVE_SNAPPY
#include <snappy-c.h>
#endif
#if HAVE_ZSTD
#include <zstd.h>
#endif

#define ROOM	(1u << 20)

bool
mk_has(enum mk_codec codec)
{
	switch (codec) {
	case MK_PLAIN:
		return (true);
	case MK_ZLIB:
		return (HAVE_ZLIB);
	case MK_LZO:
		return (HAVE_LZO);
	case MK_SNAPPY:
		return (HAVE_SNAPPY);
	case MK_ZSTD:
		return (HAVE_ZSTD);
	}
	return (false);
}

static size_t
compress_to(uint8_t *out, enum mk_codec codec, const void *p, size_t n)
{
	switch (codec) {
	case MK_ZLIB: {
#if HAVE_ZLIB
		uLongf len = ROOM;

		return (compress2(out, &len, p, n, 6) == Z_OK ? len : 0);
#else
		break;
#endif
	}
	case MK_LZO: {
#if HAVE_LZO
		void *work = malloc(LZO1X_1_MEM_COMPRESS);
		lzo_uint len = ROOM;

		if (work == NULL ||
		    lzo1x_1_compress(p, n, out, &len, work) != LZO_E_OK)
			len = 0;
		free(work);
		return (len);
#else
		break;
#endif
	}
	case MK_SNAPPY: {
#if HAVE_SNAPPY
		size_t len = ROOM;

		return (snappy_compress(p, n, (char *)out, &len) == SNAPPY_OK ?
		    len : 0);
#else
		break;
#endif
	}
	case MK_ZSTD: {
#if HAVE_ZSTD
		size_t len = ZSTD_compress(out, ROOM, p, n, 1);

		return (ZSTD_isError(len) ? 0 : len);
#else
		break;
#endif
	}
	case MK_PLAIN:
		break;
	}
	(void)out, (void)p, (void)n;
	return (0);
}

void
mk_compress(struct buf *b, enum mk_codec codec, const void *p, size_t n)
{
	uint8_t *out = calloc(1, ROOM);

	if (out != NULL)
		buf_add(b, out, compress_to(out, codec, p, n));
	free(out);
}

/* --- kdump ---------------------------------------------------------------- */

static void
put(struct buf *b, unsigned size, bool be, uint64_t v)
{
	uint8_t raw[8];

	store_uint(raw, size, be, v);
	buf_add(b, raw, size);
}

/* Zeros up to a place. */
static void
fill(struct buf *b, size_t to)
{
	while (b->len < to)
		buf_add(b, "", 1);
}

static void
put_aligned(struct buf *b, const struct mk_kdump *k, uint64_t v)
{
	if (k->bits != 32 || k->padded)
		while (b->len % 8 != 0)
			buf_add(b, "", 1);
	put(b, 8, k->be, v);
}

static void
put_sub(struct buf *b, const struct mk_kdump *k, unsigned version,
    uint64_t npages, uint64_t at, size_t notes)
{
	const unsigned word = k->bits == 32 ? 4 : 8;
	uint64_t len;

	put(b, word, k->be, 0xabcd000);		/* phys_base */
	put(b, 4, k->be, 31);			/* dump_level */
	put(b, 4, k->be, k->split);
	put(b, word, k->be, version < 6 ? k->start : 0);
	put(b, word, k->be, version < 6 ? k->end : 0);
	if (version >= 3) {
		len = k->vmcoreinfo != NULL ? strlen(k->vmcoreinfo) : 0;
		put_aligned(b, k, len > 0 ? at : 0);
		put(b, word, k->be, len);
		at += len;
	}
	if (version >= 4) {
		put_aligned(b, k, notes > 0 ? at : 0);
		put(b, word, k->be, notes);
		at += notes;
	}
	if (version >= 5) {
		len = k->erased != NULL ? strlen(k->erased) : 0;
		put_aligned(b, k, len > 0 ? at : 0);
		put(b, word, k->be, len);
	}
	if (version >= 6) {
		put_aligned(b, k, k->start);
		put(b, 8, k->be, k->end);
		put(b, 8, k->be, npages);
	}
}

static void
put_page(struct buf *b, const struct mk_kdump *k, const struct mk_kpage *p,
    size_t size)
{
	uint8_t *raw = calloc(1, size);
	size_t i;

	for (i = 0; raw != NULL && i < size && !p->zeros; i += 8)
		store_uint(raw + i, 8, k->be, mk_word(p->pa + i));
	if (raw != NULL && p->codec == MK_PLAIN)
		buf_add(b, raw, size);
	else if (raw != NULL)
		mk_compress(b, p->codec, raw, size);
	free(raw);
}

static bool
in_part(const struct mk_kdump *k, uint64_t page)
{
	return (!k->split || (page >= k->start && page < k->end));
}

void
mk_kdump(struct buf *out, const struct mk_kdump *k, struct mk_kdump_map *ret)
{
	const unsigned version = k->version != 0 ? k->version : 6;
	const unsigned shift = k->page_shift != 0 ? k->page_shift : 12;
	const bool long64 = k->bits != 32 || k->time64;
	const size_t block = (size_t)1 << shift;
	const struct mk_kpage *p;
	struct mk_kdump_map m;
	struct buf notes, data;
	uint64_t npages, bits, zeros_at;
	uint32_t zeros_len;
	size_t at, size;
	int i;

	memset(&notes, 0, sizeof(notes));
	memset(&data, 0, sizeof(data));
	mk_notes(&notes, k->notes, k->be);
	for (p = k->pages, npages = k->npages; p->pa != UINT64_MAX; p++)
		if (p->pa >> shift >= npages)
			npages = (p->pa >> shift) + 1;
	bits = (npages + 8 * block - 1) / (8 * block);

	/* Header. */
	buf_add(out, k->diskdump ? "DISKDUMP" : "KDUMP   ", 8);
	put(out, 4, k->be, version);
	fill(out, 12 + 4 * 65);
	buf_puts(out, k->machine != NULL ? k->machine : "");
	m.status = long64 ? 424 : 412;
	fill(out, m.status);
	put(out, 4, k->be, k->status);
	put(out, 4, k->be, block);
	put(out, 4, k->be, 2);			/* sub_hdr_size */
	put(out, 4, k->be, bits * (k->one_bitmap ? 1 : 2));
	put(out, 4, k->be, version >= 6 ? 0 : npages);

	m.sub = block;
	fill(out, m.sub);
	if (!k->diskdump)
		put_sub(out, k, version, npages, block + 128, notes.len);
	fill(out, block + 128);
	if (k->vmcoreinfo != NULL)
		buf_puts(out, k->vmcoreinfo);
	buf_add(out, notes.p, notes.len);
	if (k->erased != NULL)
		buf_puts(out, k->erased);

	/* Bitmaps: the first, of memory, has all bits set. */
	fill(out, 3 * block);
	for (at = 0; !k->one_bitmap && at < bits * block; at++)
		buf_add(out, "\377", 1);
	m.bitmap = out->len;
	fill(out, m.bitmap + (size_t)bits * block);
	for (p = k->pages; p->pa != UINT64_MAX; p++)
		out->p[m.bitmap + (p->pa >> shift) / 8] |=
		    (char)(1 << (p->pa >> shift) % 8);

	/* Descriptors, and the bytes beside them. */
	m.descs = out->len;
	for (p = k->pages, m.data = m.descs; p->pa != UINT64_MAX; p++)
		m.data += in_part(k, p->pa >> shift) ? 24 : 0;
	zeros_at = zeros_len = 0;
	for (p = k->pages; p->pa != UINT64_MAX; p++) {
		if (!in_part(k, p->pa >> shift))
			continue;
		at = m.data + data.len;
		if (!p->zeros || zeros_at == 0)
			put_page(&data, k, p, block);
		size = m.data + data.len - at;
		if (p->zeros && zeros_at == 0) {
			zeros_at = at;
			zeros_len = (uint32_t)size;
		}
		put(out, 8, k->be, p->zeros ? zeros_at : at);
		put(out, 4, k->be, p->zeros ? zeros_len : size);
		put(out, 4, k->be, p->codec);
		put(out, 8, k->be, 0);
	}
	buf_add(out, data.p, data.len);
	for (i = 0; i < 8; i++)			/* what may follow */
		buf_add(out, "", 1);
	buf_fini(&data);
	buf_fini(&notes);
	if (ret != NULL)
		*ret = m;
}

/* --- Flattened ------------------------------------------------------------ */

void
mk_flat_head(struct buf *out)
{
	buf_add(out, "makedumpfile\0\0\0\0", 16);
	put(out, 8, true, 1);
	put(out, 8, true, 1);
	fill(out, 4096);
}

void
mk_flat_record(struct buf *out, uint64_t off, const void *p, size_t n)
{
	put(out, 8, true, off);
	put(out, 8, true, n);
	buf_add(out, p, n);
}

void
mk_flat_end(struct buf *out)
{
	put(out, 8, true, UINT64_MAX);
	put(out, 8, true, UINT64_MAX);
}

void
mk_flat(struct buf *out, const struct buf *image, size_t record)
{
	uint8_t *rubbish;
	size_t at, n;

	rubbish = malloc(record);
	mk_flat_head(out);
	for (at = (image->len - 1) / record * record; rubbish != NULL;
	    at -= record) {
		n = image->len - at < record ? image->len - at : record;
		memset(rubbish, 0xee, n);
		mk_flat_record(out, at, rubbish, n);
		mk_flat_record(out, at, image->p + at, n);
		if (at == 0)
			break;
	}
	mk_flat_end(out);
	free(rubbish);
}
