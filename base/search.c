/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A needle is looked for by its first and its last byte at once, in blocks of
 * 64 places: where both agree the whole is compared.  Blocks are vectors of
 * the compiler's, so that any processor's vector unit does the work; a block
 * with a candidate, which is rare, is looked through place by place.
 */
#include "base/search.h"

#include <stdbool.h>
#include <string.h>

#define BLOCK	64

typedef uint8_t vec8 __attribute__((vector_size(16)));
typedef uint16_t vec16 __attribute__((vector_size(16)));
typedef uint32_t vec32 __attribute__((vector_size(16)));
typedef uint64_t vec64 __attribute__((vector_size(16)));

static bool
vec_any(vec64 v)
{
	return ((v[0] | v[1]) != 0);
}

/* The first of the places [from, to) where the needle stands. */
static const uint8_t *
search_each(const uint8_t *p, size_t from, size_t to, const uint8_t *needle,
    size_t m)
{
	size_t i;

	for (i = from; i < to; i++)
		if (p[i] == needle[0] && p[i + m - 1] == needle[m - 1] &&
		    memcmp(p + i, needle, m) == 0)
			return (p + i);
	return (NULL);
}

const uint8_t *
search_bytes(const void *hay, size_t n, const void *needle, size_t m)
{
	const uint8_t *p = hay, *nd = needle, *hit;
	vec8 first, last, a[4], b[4];
	size_t i, places;

	if (m == 0 || m > n)
		return (NULL);
	if (m == 1)
		return (memchr(hay, nd[0], n));
	first = (vec8){ 0 } + nd[0];
	last = (vec8){ 0 } + nd[m - 1];
	places = n - m + 1;
	for (i = 0; i + BLOCK <= places; i += BLOCK) {
		memcpy(a, p + i, BLOCK);
		memcpy(b, p + i + m - 1, BLOCK);
		if (vec_any((vec64)((a[0] == first) & (b[0] == last)) |
		    (vec64)((a[1] == first) & (b[1] == last)) |
		    (vec64)((a[2] == first) & (b[2] == last)) |
		    (vec64)((a[3] == first) & (b[3] == last)))) {
			hit = search_each(p, i, i + BLOCK, nd, m);
			if (hit != NULL)
				return (hit);
		}
	}
	return (search_each(p, i, places, nd, m));
}

static const uint8_t *
word_each(const uint8_t *p, size_t from, size_t to, const uint8_t *word,
    unsigned size)
{
	size_t i;

	for (i = from; i + size <= to; i += size)
		if (memcmp(p + i, word, size) == 0)
			return (p + i);
	return (NULL);
}

/* Block by block; the first block in which a word may stand, or the rest. */
#define WORD_BLOCKS(vec, type) do {					\
	vec w, a[4];							\
	type one;							\
									\
	memcpy(&one, word, sizeof(one));				\
	w = (vec){ 0 } + one;						\
	for (; i + BLOCK <= n; i += BLOCK) {				\
		memcpy(a, p + i, BLOCK);				\
		if (vec_any((vec64)(a[0] == w) | (vec64)(a[1] == w) |	\
		    (vec64)(a[2] == w) | (vec64)(a[3] == w)))		\
			break;						\
	}								\
} while (0)

const uint8_t *
search_word(const void *hay, size_t n, const void *word, unsigned size)
{
	const uint8_t *p = hay, *hit;
	size_t i, end;

	for (i = 0; i < n; i = end) {
		switch (size) {
		case 1:
			return (memchr(hay, *(const uint8_t *)word, n));
		case 2:
			WORD_BLOCKS(vec16, uint16_t);
			break;
		case 4:
			WORD_BLOCKS(vec32, uint32_t);
			break;
		case 8:
			WORD_BLOCKS(vec64, uint64_t);
			break;
		default:
			return (NULL);
		}
		end = n - i < BLOCK ? n : i + BLOCK;
		hit = word_each(p, i, end, word, size);
		if (hit != NULL)
			return (hit);
	}
	return (NULL);
}
