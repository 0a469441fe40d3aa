/* SPDX-License-Identifier: BSD-2-Clause */
/* Finding bytes at the speed of memory. */
#ifndef BASE_SEARCH_H
#define BASE_SEARCH_H

#include <stddef.h>
#include <stdint.h>

/*
 * The first place in n bytes where the m bytes of the needle stand, or NULL;
 * an empty needle is nowhere.
 */
const uint8_t *search_bytes(const void *hay, size_t n, const void *needle,
	    size_t m);
/*
 * The first place, a multiple of size (1, 2, 4, 8) from hay, where these size
 * bytes stand, or NULL.
 */
const uint8_t *search_word(const void *hay, size_t n, const void *word,
	    unsigned size);

#endif
