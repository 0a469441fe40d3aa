/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bounded cursor: every parser of foreign bytes reads through it.  A read
 * past the end returns 0 and sets "bad", which sticks, so that a parser may
 * read a whole header and test once.  Byte order is data.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
	const uint8_t	*p;		/* borrowed */
	size_t		 len;
	size_t		 pos;
	bool		 be;		/* big-endian */
	bool		 bad;		/* a read went past the end */
};

struct bytes	bytes_of(const void *, size_t len, bool be);

uint8_t		bytes_u8(struct bytes *);
uint16_t	bytes_u16(struct bytes *);
uint32_t	bytes_u32(struct bytes *);
uint64_t	bytes_u64(struct bytes *);
/* An unsigned integer of 1, 2, 4 or 8 bytes; another size sets bad. */
uint64_t	bytes_uint(struct bytes *, unsigned size);
/* n bytes, borrowed, or NULL. */
const void     *bytes_take(struct bytes *, size_t n);
void		bytes_skip(struct bytes *, size_t n);
void		bytes_seek(struct bytes *, size_t pos);
/* Round the position up to a multiple of a power of two. */
void		bytes_align(struct bytes *, size_t align);
static inline size_t
bytes_left(const struct bytes *b)
{
	return (b->bad ? 0 : b->len - b->pos);
}

/* Integers at any address, in a given byte order. */
static inline uint16_t
load_u16(const void *p, bool be)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return (be == (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) ? v :
	    __builtin_bswap16(v));
}

static inline uint32_t
load_u32(const void *p, bool be)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return (be == (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) ? v :
	    __builtin_bswap32(v));
}

static inline uint64_t
load_u64(const void *p, bool be)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return (be == (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) ? v :
	    __builtin_bswap64(v));
}

/* size 1, 2, 4 or 8; any other size gives 0. */
uint64_t	load_uint(const void *, unsigned size, bool be);
void		store_uint(void *, unsigned size, bool be, uint64_t);

/* a + b, false when the sum does not fit 64 bits. */
static inline bool
add_ok(uint64_t a, uint64_t b, uint64_t *sum)
{
	return (!__builtin_add_overflow(a, b, sum));
}

#endif
