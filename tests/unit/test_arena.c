/* SPDX-License-Identifier: BSD-2-Clause */
/* Arenas, and the growing arrays and buffers beside them. */
#include "base/arena.h"
#include "base/vec.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

static void
zeroed_and_aligned(void **state)
{
	struct arena a;
	unsigned char *p;
	size_t i, n, round;

	(void)state;
	arena_init(&a);
	for (round = 0; round < 2; round++) {
		for (n = 0; n < 700; n++) {
			p = arena_alloc(&a, n);
			assert_non_null(p);
			assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
			for (i = 0; i < n; i++)
				assert_int_equal(p[i], 0);
			memset(p, 0xa5, n);
		}
		assert_true(a.used >= 700 * 699 / 2);
		/* What is reused comes back zeroed. */
		arena_reset(&a);
		assert_int_equal(a.used, 0);
	}
	arena_fini(&a);
	assert_null(a.head);
	arena_fini(&a);
}

static void
large_blocks(void **state)
{
	struct arena a;
	char *small, *large, *again;

	(void)state;
	arena_init(&a);
	small = arena_alloc(&a, 16);
	strcpy(small, "stays");
	large = arena_alloc(&a, 1 << 20);
	memset(large, 1, 1 << 20);
	again = arena_alloc(&a, 16);
	/* The room beside the small block was not lost. */
	assert_ptr_equal(again, small + 16);
	assert_string_equal(small, "stays");
	assert_null(arena_alloc(&a, SIZE_MAX));
	assert_null(arena_alloc(&a, SIZE_MAX - 100));
	assert_null(arena_strndup(&a, "", SIZE_MAX));
	arena_fini(&a);
}

static void
copies(void **state)
{
	struct arena a;
	char *s;

	(void)state;
	arena_init(&a);
	assert_string_equal(arena_strdup(&a, "init_task"), "init_task");
	assert_string_equal(arena_strndup(&a, "init_task", 4), "init");
	assert_string_equal(arena_strndup(&a, NULL, 0), "");
	s = arena_dup(&a, "a\0b", 4);
	assert_memory_equal(s, "a\0b", 4);
	assert_non_null(arena_dup(&a, NULL, 0));
	assert_string_equal(arena_printf(&a, "%s+0x%x", "schedule", 0x1c),
	    "schedule+0x1c");
	s = arena_printf(&a, "%5000d", 7);
	assert_int_equal(strlen(s), 5000);
	assert_int_equal(s[4999], '7');
	arena_fini(&a);
}

static void
vectors(void **state)
{
	uint32_t *v = NULL;
	size_t cap = 0, i;
	void *base = NULL;

	(void)state;
	for (i = 0; i < 1000; i++) {
		assert_true(vec_room(v, cap, i + 1));
		assert_true(cap > i);
		v[i] = (uint32_t)i * 3;
	}
	for (i = 0; i < 1000; i++)
		assert_int_equal(v[i], i * 3);
	free(v);

	cap = 0;
	assert_false(vec_reserve(&base, &cap, 11, 4, 10));
	assert_false(vec_reserve(&base, &cap, SIZE_MAX / 2, 4, 0));
	assert_null(base);
	assert_int_equal(cap, 0);
	assert_true(vec_reserve(&base, &cap, 10, 4, 10));
	assert_int_equal(cap, 10);
	assert_false(vec_reserve(&base, &cap, SIZE_MAX, 1, 0));
	assert_int_equal(cap, 10);
	free(base);
}

static void
buffers(void **state)
{
	struct buf b = { 0 };
	int i;

	(void)state;
	assert_string_equal(buf_text(&b), "");
	buf_add(&b, NULL, 0);
	assert_string_equal(buf_text(&b), "");
	for (i = 0; i < 100; i++)
		buf_printf(&b, "%d,", i);
	buf_puts(&b, "end");
	assert_int_equal(b.len, 10 * 2 + 90 * 3 + 3);
	assert_memory_equal(buf_text(&b), "0,1,2,", 6);
	assert_string_equal(buf_text(&b) + b.len - 6, "99,end");
	buf_reset(&b);
	assert_string_equal(buf_text(&b), "");
	buf_add(&b, "x", SIZE_MAX - 1);
	assert_true(b.bad);
	assert_string_equal(buf_text(&b), "");
	buf_puts(&b, "dropped");
	assert_int_equal(b.len, 0);
	buf_fini(&b);
	assert_false(b.bad);
}

UNIT_MAIN(UNIT(zeroed_and_aligned), UNIT(large_blocks), UNIT(copies),
    UNIT(vectors), UNIT(buffers))
