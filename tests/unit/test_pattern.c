/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/unit.h"

#include "engine/view/pattern.h"

#include <stdlib.h>
#include <string.h>

#define SIZE	70000

static struct ctx ctx;
static uint8_t mem[SIZE];

struct hits {
	uint64_t addr[64];
	size_t	 len[64];
	size_t	 n;
};

static int
note(void *arg, struct ctx *c, uint64_t addr, const uint8_t *p, size_t n)
{
	struct hits *h = arg;

	(void)c;
	assert_true(h->n < 64);
	assert_memory_equal(p, mem + (addr - 0x1000), n);
	h->addr[h->n] = addr - 0x1000;
	h->len[h->n++] = n;
	return (OK);
}

/* Search in pieces of a size, as mem_scan shows them. */
static void
search(struct pattern *p, size_t piece, struct hits *h)
{
	size_t at, n, overlap;

	h->n = 0;
	overlap = pattern_overlap(p);
	for (at = 0;; at += n - overlap) {
		n = SIZE - at < piece ? SIZE - at : piece;
		assert_int_equal(pattern_search(&ctx, p, 0x1000 + at, mem + at,
		    n, note, h), OK);
		if (at + n == SIZE)
			break;
	}
	assert_int_equal(pattern_finish(&ctx, p, note, h), OK);
}

static void
finds_across_pieces(void **state)
{
	static const size_t at[] = { 0, 4090, 8191, 32766, 40000, 69994 };
	static const size_t piece[] = { SIZE, 4096, 8192, 32768, 5000 };
	struct pattern *p;
	struct hits h;
	size_t i, k, round;

	(void)state;
	ctx_init(&ctx);
	memset(mem, 0, sizeof(mem));
	for (i = 0; i < 6; i++)
		memcpy(mem + at[i], "needle", 6);
	for (round = 0; round < 3; round++) {
		if (round == 0)
			assert_int_equal(pattern_bytes(&ctx, "needle", 6, &p),
			    OK);
		else
			assert_int_equal(pattern_regex(&ctx, round == 1 ?
			    "ne+dle" : "(?i)NEEDLE|nothing", &p), OK);
		for (k = 0; k < 5; k++) {
			search(p, piece[k], &h);
			assert_int_equal(h.n, 6);
			for (i = 0; i < 6; i++) {
				assert_int_equal(h.addr[i], at[i]);
				assert_int_equal(h.len[i], 6);
			}
		}
		pattern_destroy(p);
	}
	ctx_fini(&ctx);
}

static void
words_are_aligned(void **state)
{
	const uint32_t word = 0xdeadbeef;
	struct pattern *p;
	struct hits h;

	(void)state;
	ctx_init(&ctx);
	memset(mem, 0, sizeof(mem));
	memcpy(mem + 400, &word, 4);
	memcpy(mem + 802, &word, 4);
	memcpy(mem + SIZE - 4, &word, 4);
	assert_int_equal(pattern_word(&ctx, &word, 4, &p), OK);
	assert_int_equal(pattern_overlap(p), 0);
	search(p, 4096, &h);
	assert_int_equal(h.n, 2);
	assert_int_equal(h.addr[0], 400);
	assert_int_equal(h.addr[1], SIZE - 4);
	/* A piece need not start at a multiple. */
	h.n = 0;
	assert_int_equal(pattern_search(&ctx, p, 0x1000 + 399, mem + 399, 5,
	    note, &h), OK);
	assert_int_equal(h.n, 1);
	assert_int_equal(pattern_search(&ctx, p, 0x1000 + 401, mem + 401, 2,
	    note, &h), OK);
	assert_int_equal(h.n, 1);
	pattern_destroy(p);
	ctx_fini(&ctx);
}

static void
long_and_empty_matches(void **state)
{
	uint64_t first;
	struct pattern *p;
	struct hits h;

	(void)state;
	ctx_init(&ctx);
	memset(mem, 0, sizeof(mem));
	memset(mem + 100, 'a', 5000);
	assert_int_equal(pattern_regex(&ctx, "a+", &p), OK);
	search(p, SIZE, &h);
	/* Cut into pieces, but all of it. */
	assert_int_equal(h.addr[0], 100);
	assert_int_equal(h.len[0], PATTERN_MATCH_MAX);
	assert_int_equal(h.addr[h.n - 1] + h.len[h.n - 1], 5100);
	pattern_destroy(p);
	assert_int_equal(pattern_regex(&ctx, "x*", &p), OK);
	search(p, SIZE, &h);
	assert_int_equal(h.n, 0);
	pattern_destroy(p);
	assert_int_equal(pattern_regex(&ctx, "(a", &p), E_SYNTAX);
	assert_int_equal(pattern_regex(&ctx, "ab", &p), OK);
	search(p, SIZE, &h);
	assert_int_equal(pattern_given_up(p, &first), 0);
	pattern_destroy(p);
	ctx_fini(&ctx);
}

/* Costs that grow with the square, or exponentially, of what is searched. */
static void
no_pattern_hangs(void **state)
{
	static const char *const evil[] = { "(a+)+c", "(a|aa)+$c", "a.*a.*a.*z",
	    "(?:a?){64}a{64}q" };
	uint64_t first;
	struct pattern *p;
	struct hits h;
	size_t i;

	(void)state;
	ctx_init(&ctx);
	memset(mem, 'a', sizeof(mem));
	/* What has no match costs the most; what has one is still found. */
	memset(mem + 60000, 0, 5000);
	memcpy(mem + 62000, "aaab", 4);
	assert_int_equal(pattern_regex(&ctx, "(a|aa)+b", &p), OK);
	search(p, 20000, &h);
	assert_int_equal(h.n, 1);
	assert_int_equal(h.addr[0], 62000);
	/* And it is told what it did not get through: before the zeros. */
	assert_in_range(pattern_given_up(p, &first), 1, 65536);
	assert_in_range(first, 0x1000, 0x1000 + 60000);
	pattern_destroy(p);
	for (i = 0; i < sizeof(evil) / sizeof(evil[0]); i++) {
		assert_int_equal(pattern_regex(&ctx, evil[i], &p), OK);
		search(p, SIZE, &h);
		assert_int_equal(h.n, 0);
		pattern_destroy(p);
	}
	ctx_fini(&ctx);
}

UNIT_MAIN(UNIT(finds_across_pieces), UNIT(words_are_aligned),
    UNIT(long_and_empty_matches), UNIT(no_pattern_hangs))
