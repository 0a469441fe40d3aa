/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/bytes.h"

struct bytes
bytes_of(const void *p, size_t len, bool be)
{
	return ((struct bytes){ .p = p, .len = p != NULL ? len : 0, .be = be });
}

const void *
bytes_take(struct bytes *b, size_t n)
{
	const uint8_t *p;

	if (b->bad || n > b->len - b->pos || b->p == NULL) {
		b->bad = true;
		return (NULL);
	}
	p = b->p + b->pos;
	b->pos += n;
	return (p);
}

uint8_t
bytes_u8(struct bytes *b)
{
	const uint8_t *p = bytes_take(b, 1);

	return (p != NULL ? *p : 0);
}

uint16_t
bytes_u16(struct bytes *b)
{
	const void *p = bytes_take(b, 2);

	return (p != NULL ? load_u16(p, b->be) : 0);
}

uint32_t
bytes_u32(struct bytes *b)
{
	const void *p = bytes_take(b, 4);

	return (p != NULL ? load_u32(p, b->be) : 0);
}

uint64_t
bytes_u64(struct bytes *b)
{
	const void *p = bytes_take(b, 8);

	return (p != NULL ? load_u64(p, b->be) : 0);
}

uint64_t
bytes_uint(struct bytes *b, unsigned size)
{
	const void *p;

	if (size != 1 && size != 2 && size != 4 && size != 8) {
		b->bad = true;
		return (0);
	}
	p = bytes_take(b, size);
	return (p != NULL ? load_uint(p, size, b->be) : 0);
}

void
bytes_skip(struct bytes *b, size_t n)
{
	if (b->bad || n > b->len - b->pos)
		b->bad = true;
	else
		b->pos += n;
}

void
bytes_seek(struct bytes *b, size_t pos)
{
	if (b->bad || pos > b->len)
		b->bad = true;
	else
		b->pos = pos;
}

void
bytes_align(struct bytes *b, size_t align)
{
	if (align == 0 || (align & (align - 1)) != 0)
		b->bad = true;
	else
		bytes_skip(b, -b->pos & (align - 1));
}

uint64_t
load_uint(const void *p, unsigned size, bool be)
{
	switch (size) {
	case 1:
		return (*(const uint8_t *)p);
	case 2:
		return (load_u16(p, be));
	case 4:
		return (load_u32(p, be));
	case 8:
		return (load_u64(p, be));
	default:
		return (0);
	}
}

void
store_uint(void *p, unsigned size, bool be, uint64_t v)
{
	uint8_t *out = p;
	unsigned i;

	if (size != 1 && size != 2 && size != 4 && size != 8)
		return;
	for (i = 0; i < size; i++)
		out[be ? size - 1 - i : i] = (uint8_t)(v >> (8 * i));
}
