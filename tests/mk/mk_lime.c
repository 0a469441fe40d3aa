/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/mk/mk_lime.h"

#include "base/bytes.h"
#include "base/crc32c.h"
#include "tests/mk/mk_elf.h"
#include "tests/mk/mk_kdump.h"

#include <stdlib.h>
#include <string.h>

static void
put(struct buf *b, unsigned size, bool be, uint64_t v)
{
	uint8_t raw[8];

	store_uint(raw, size, be, v);
	buf_add(b, raw, size);
}

static void
put_header(struct buf *b, const char *magic, uint32_t version, bool be,
    uint64_t pa, uint64_t n)
{
	buf_add(b, magic, 4);
	put(b, 4, be, version);
	put(b, 8, be, pa);
	put(b, 8, be, pa + n - 1);
	put(b, 8, be, 0);
}

void
mk_lime_header(struct buf *b, bool be, uint64_t pa, uint64_t n)
{
	put_header(b, be ? "LiME" : "EMiL", 1, be, pa, n);
}

void
mk_lime(struct buf *b, const struct mk_range *r, bool be)
{
	uint64_t i;
	uint8_t byte;

	for (; r->n > 0; r++) {
		mk_lime_header(b, be, r->pa, r->n);
		for (i = 0; i < r->n; i++) {
			byte = mk_byte(r->pa + i, be);
			buf_add(b, &byte, 1);
		}
	}
}

/* Rotated and added to, as frames have it. */
static uint32_t
sum_of(const uint8_t *p, size_t n)
{
	struct crc32c c;
	uint32_t v;

	crc32c_init(&c);
	v = crc32c(&c, p, n);
	return ((v >> 15 | v << 17) + 0xa282ead8u);
}

static void
put_frame(struct buf *b, bool packed, const uint8_t *p, size_t n)
{
	struct buf body = { 0 };

	if (packed)
		mk_compress(&body, MK_SNAPPY, p, n);
	else
		buf_add(&body, p, n);
	put(b, 4, false, (packed ? 0 : 1) | (uint32_t)(body.len + 4) << 8);
	put(b, 4, false, sum_of(p, n));
	buf_add(b, body.p, body.len);
	buf_fini(&body);
}

void
mk_avml_block(struct buf *b, uint64_t pa, const uint8_t *p, uint64_t n,
    uint32_t frame)
{
	const bool snappy = mk_has(MK_SNAPPY);
	uint64_t at, want;
	size_t start;

	put_header(b, "AVML", 2, false, pa, n);
	start = b->len;
	buf_add(b, "\xff\x06\0\0sNaPpY", 10);
	for (at = 0; at < n; at += want) {
		want = n - at < frame ? n - at : frame;
		put_frame(b, snappy && at / frame % 2 == 0, p + at,
		    (size_t)want);
	}
	put(b, 8, false, b->len - start);
}

void
mk_avml(struct buf *b, const struct mk_range *r, uint32_t frame)
{
	uint8_t *bytes;
	uint64_t i;

	for (; r->n > 0; r++) {
		bytes = malloc((size_t)r->n);
		if (bytes == NULL)
			abort();
		for (i = 0; i < r->n; i++)
			bytes[i] = mk_byte(r->pa + i, false);
		mk_avml_block(b, r->pa, bytes, r->n, frame);
		free(bytes);
	}
}
