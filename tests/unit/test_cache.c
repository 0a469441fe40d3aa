/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/unit.h"

#include "engine/memory/cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define PAGE	256

static void
make_page(uint8_t *p, uint64_t key)
{
	size_t i;

	for (i = 0; i < PAGE; i++)
		p[i] = (uint8_t)(key * 31 + i);
}

/* Is a page there, and does all of it belong to the key? */
static bool
has(struct cache *c, uint64_t key)
{
	uint8_t want[PAGE], got[PAGE];

	make_page(want, key);
	memset(got, 0, sizeof(got));
	if (!cache_copy(c, key, 0, got, PAGE))
		return (false);
	assert_memory_equal(got, want, PAGE);
	assert_true(cache_copy(c, key, 100, got, 8));
	assert_memory_equal(got, want + 100, 8);
	return (true);
}

static void
insert(struct cache *c, uint64_t key)
{
	uint8_t page[PAGE];

	make_page(page, key);
	cache_insert(c, key, page);
}

static void
keeps_what_fits(void **state)
{
	static const size_t budgets[] = { 0, 1, PAGE, 7 * PAGE, 1000 * PAGE,
	    5000 * PAGE };
	struct cache *c;
	struct ctx ctx;
	uint64_t key, n, kept;
	size_t i;

	(void)state;
	ctx_init(&ctx);
	for (i = 0; i < sizeof(budgets) / sizeof(budgets[0]); i++) {
		assert_int_equal(cache_create(&ctx, budgets[i], PAGE, &c), 0);
		n = budgets[i] / PAGE > 0 ? budgets[i] / PAGE : 1;
		assert_false(has(c, 5));
		for (key = 0; key < 3 * n; key++)
			insert(c, key);
		for (key = kept = 0; key < 3 * n; key++)
			kept += has(c, key);
		/* Never more; and all of it is used, but for uneven shards. */
		assert_in_range(kept, n >= 1024 ? n * 9 / 10 : n, n);
		cache_destroy(c);
	}
	cache_destroy(NULL);
	ctx_fini(&ctx);
}

static void
keeps_what_is_used(void **state)
{
	struct cache *c;
	struct ctx ctx;
	uint64_t key;

	(void)state;
	ctx_init(&ctx);
	assert_int_equal(cache_create(&ctx, 8 * PAGE, PAGE, &c), 0);
	insert(c, 1000);
	for (key = 0; key < 100; key++) {
		insert(c, key);
		assert_true(has(c, 1000));
	}
	/* What is there already stays; keys may be anything. */
	insert(c, 1000);
	insert(c, UINT64_MAX);
	assert_true(has(c, UINT64_MAX));
	cache_destroy(c);
	ctx_fini(&ctx);
}

static void *
work(void *arg)
{
	uint8_t want[PAGE], got[PAGE];
	struct cache *c = arg;
	uint64_t i, key, seed;
	size_t bad;

	seed = (uint64_t)(uintptr_t)&key >> 4;
	for (i = bad = 0; i < 20000; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		key = (seed >> 33) % 3000;
		make_page(want, key);
		if (!cache_copy(c, key, 0, got, PAGE))
			cache_insert(c, key, want);
		else if (memcmp(got, want, PAGE) != 0)
			bad++;
	}
	return (bad == 0 ? c : NULL);
}

static void
serves_threads(void **state)
{
	struct cache *c;
	struct ctx ctx;
	pthread_t t[4];
	void *good;
	int i;

	(void)state;
	ctx_init(&ctx);
	assert_int_equal(cache_create(&ctx, 1200 * PAGE, PAGE, &c), 0);
	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&t[i], NULL, work, c), 0);
	for (i = 0; i < 4; i++) {
		pthread_join(t[i], &good);
		assert_non_null(good);
	}
	cache_destroy(c);
	ctx_fini(&ctx);
}

UNIT_MAIN(UNIT(keeps_what_fits), UNIT(keeps_what_is_used),
    UNIT(serves_threads))
