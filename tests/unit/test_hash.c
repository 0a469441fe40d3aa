/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/hash.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

static void
functions(void **state)
{
	(void)state;
	/* FNV-1a of "a" is af63dc4c8601ec8c, before the mix. */
	assert_true(hash_bytes("a", 1) == hash_u64(0xaf63dc4c8601ec8c));
	assert_true(hash_bytes(NULL, 0) == hash_u64(0xcbf29ce484222325));
	assert_true(hash_str("foobar") == hash_u64(0x85944171f73967e8));
	assert_true(hash_str("task_struct") == hash_bytes("task_struct", 11));
	assert_true(hash_str("\xff") == hash_bytes("\xff", 1));
	assert_true(hash_str("a") != hash_str("b"));
	assert_true(hash_u64(1) != hash_u64(2));
}

static void
empty(void **state)
{
	struct hash h = { 0 };
	uint32_t cursor = 0;

	(void)state;
	assert_int_equal(hash_next(&h, 5, &cursor), UINT32_MAX);
	hash_fini(&h);
}

/* Every key is found, and no other value under it but for a colliding tag. */
static void
find_all(const uint64_t *keys, uint32_t n)
{
	struct hash h = { 0 };
	uint32_t cursor, hits, i, strangers, v;

	for (i = 0; i < n; i++)
		assert_true(hash_add(&h, keys[i], i));
	assert_int_equal(h.count, n);
	strangers = 0;
	for (i = 0; i < n; i++) {
		hits = cursor = 0;
		while ((v = hash_next(&h, keys[i], &cursor)) != UINT32_MAX) {
			assert_true(v < n);
			if (v == i)
				hits++;
			else
				strangers++;
		}
		assert_int_equal(hits, 1);
		assert_int_equal(hash_next(&h, keys[i], &cursor), UINT32_MAX);
	}
	assert_true(strangers < n / 100 + 1);
	hash_fini(&h);
}

static void
many_keys(void **state)
{
	enum { N = 50000 };
	uint64_t *keys = malloc(N * sizeof(*keys));
	uint32_t i;

	(void)state;
	assert_non_null(keys);
	for (i = 0; i < N; i++)
		keys[i] = hash_u64(i);
	find_all(keys, N);
	/* Plain keys: small numbers, pages, kernel addresses. */
	for (i = 0; i < N; i++)
		keys[i] = i;
	find_all(keys, N);
	for (i = 0; i < N; i++)
		keys[i] = (uint64_t)i << 12;
	find_all(keys, N);
	for (i = 0; i < N; i++)
		keys[i] = 0xffff888000000000 + (uint64_t)i * 64;
	find_all(keys, N);
	free(keys);
}

/* As many equal hashes as a hostile file likes: adding stays quick. */
static void
equal_hashes(void **state)
{
	enum { N = 300000 };
	struct hash h = { 0 };
	uint32_t cursor, i, n;
	uint8_t *seen = calloc(N, 1);

	(void)state;
	assert_non_null(seen);
	assert_true(hash_reserve(&h, 1000));
	for (i = 0; i < N; i++)
		assert_true(hash_add(&h, 42, i));
	assert_true(hash_add(&h, 43, 7));
	cursor = 0;
	for (n = 0; (i = hash_next(&h, 42, &cursor)) != UINT32_MAX; n++) {
		assert_int_equal(seen[i], 0);
		seen[i] = 1;
	}
	assert_int_equal(n, N);
	cursor = 0;
	assert_int_equal(hash_next(&h, 43, &cursor), 7);
	hash_fini(&h);
	free(seen);
}

static void
refuses(void **state)
{
	struct hash h = { 0 };

	(void)state;
	assert_false(hash_add(&h, 1, UINT32_MAX));
	assert_false(hash_reserve(&h, (size_t)UINT32_MAX + 1));
	assert_int_equal(h.count, 0);
	hash_fini(&h);
}

static void
loop_guard(void **state)
{
	struct seen s = { 0 };
	uint64_t k;

	(void)state;
	assert_int_equal(seen_add(&s, 0), 1);
	assert_int_equal(seen_add(&s, 0), 0);
	for (k = 1; k < 20000; k++)
		assert_int_equal(seen_add(&s, k << 6), 1);
	for (k = 1; k < 20000; k++)
		assert_int_equal(seen_add(&s, k << 6), 0);
	assert_int_equal(seen_add(&s, UINT64_MAX), 1);
	assert_int_equal(seen_add(&s, UINT64_MAX), 0);
	assert_int_equal(s.count, 20001);
	seen_fini(&s);
	assert_int_equal(s.count, 0);
}

UNIT_MAIN(UNIT(functions), UNIT(empty), UNIT(many_keys), UNIT(equal_hashes),
    UNIT(refuses), UNIT(loop_guard))
