/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/unit.h"

#include "base/search.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* As plain as can be: what the fast ones must agree with. */
static const uint8_t *
slowly(const uint8_t *p, size_t n, const void *needle, size_t m, size_t step)
{
	size_t i;

	for (i = 0; m > 0 && i + m <= n; i += step)
		if (memcmp(p + i, needle, m) == 0)
			return (p + i);
	return (NULL);
}

static void
agrees_with_a_plain_search(void **state)
{
	uint8_t *p, needle[9];
	size_t i, m, n, round, step;

	(void)state;
	srand(1);
	for (round = 0; round < 4000; round++) {
		n = (size_t)rand() % 300;
		p = malloc(n + 1);
		/* A small alphabet makes near misses. */
		for (i = 0; i < n; i++)
			p[i] = (uint8_t)(rand() % 3);
		m = (size_t)rand() % sizeof(needle);
		for (i = 0; i < m; i++)
			needle[i] = (uint8_t)(rand() % 3);
		assert_ptr_equal(search_bytes(p, n, needle, m),
		    slowly(p, n, needle, m, 1));
		for (step = 1; step <= 8; step *= 2) {
			for (i = m; i < step; i++)
				needle[i] = 1;
			assert_ptr_equal(search_word(p, n, needle,
			    (unsigned)step), slowly(p, n, needle, step, step));
		}
		free(p);
	}
}

static void
finds_at_the_edges(void **state)
{
	uint8_t p[256];
	uint64_t word = 0x1122334455667788u;
	size_t at;

	(void)state;
	for (at = 0; at + 8 <= sizeof(p); at++) {
		memset(p, 0, sizeof(p));
		memcpy(p + at, &word, 8);
		assert_ptr_equal(search_bytes(p, sizeof(p), &word, 8), p + at);
		assert_null(search_bytes(p, at + 7, &word, 8));
		assert_ptr_equal(search_word(p, sizeof(p), &word, 8),
		    at % 8 == 0 ? p + at : NULL);
	}
	assert_null(search_bytes(p, 4, &word, 8));
	assert_null(search_bytes(p, sizeof(p), &word, 0));
	assert_null(search_word(p, sizeof(p), &word, 3));
}

UNIT_MAIN(UNIT(agrees_with_a_plain_search), UNIT(finds_at_the_edges))
