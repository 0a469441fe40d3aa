/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/bytes.h"
#include "tests/unit/unit.h"

static const uint8_t data[] = {
	0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xfe, 0xdc, 0xba,
	0x98, 0x76, 0x54, 0x32, 0x10,
};

static void
little_endian(void **state)
{
	struct bytes b = bytes_of(data, sizeof(data), false);

	(void)state;
	assert_int_equal(bytes_u8(&b), 0x01);
	assert_int_equal(bytes_u16(&b), 0x4523);
	assert_int_equal(bytes_u32(&b), 0xcdab8967);
	assert_true(bytes_u64(&b) == 0x32547698badcfeef);
	assert_int_equal(b.pos, 15);
	assert_int_equal(bytes_left(&b), 1);
	assert_false(b.bad);
}

static void
big_endian(void **state)
{
	struct bytes b = bytes_of(data, sizeof(data), true);

	(void)state;
	assert_int_equal(bytes_u8(&b), 0x01);
	assert_int_equal(bytes_u16(&b), 0x2345);
	assert_int_equal(bytes_u32(&b), 0x6789abcd);
	assert_true(bytes_u64(&b) == 0xeffedcba98765432);
	assert_false(b.bad);
}

static void
sized(void **state)
{
	struct bytes b = bytes_of(data, sizeof(data), true);

	(void)state;
	assert_true(bytes_uint(&b, 1) == 0x01);
	assert_true(bytes_uint(&b, 2) == 0x2345);
	assert_true(bytes_uint(&b, 4) == 0x6789abcd);
	assert_true(bytes_uint(&b, 8) == 0xeffedcba98765432);
	assert_true(bytes_uint(&b, 3) == 0);
	assert_true(b.bad);
	assert_int_equal(b.pos, 15);
}

/* Past the end every read is 0, and it stays so. */
static void
bad_sticks(void **state)
{
	struct bytes b = bytes_of(data, 5, false);

	(void)state;
	assert_int_equal(bytes_u32(&b), 0x67452301);
	assert_int_equal(bytes_u16(&b), 0);
	assert_true(b.bad);
	assert_int_equal(bytes_left(&b), 0);
	assert_int_equal(bytes_u8(&b), 0);
	bytes_seek(&b, 0);
	assert_int_equal(bytes_u8(&b), 0);
	assert_null(bytes_take(&b, 0));
}

static void
huge_counts(void **state)
{
	struct bytes b = bytes_of(data, sizeof(data), false);

	(void)state;
	bytes_skip(&b, 4);
	assert_null(bytes_take(&b, SIZE_MAX));
	assert_true(b.bad);
	b = bytes_of(data, sizeof(data), false);
	bytes_skip(&b, 4);
	bytes_skip(&b, SIZE_MAX - 2);
	assert_true(b.bad);
	b = bytes_of(data, sizeof(data), false);
	bytes_seek(&b, sizeof(data) + 1);
	assert_true(b.bad);
	b = bytes_of(NULL, 12, false);
	assert_int_equal(bytes_left(&b), 0);
	assert_int_equal(bytes_u8(&b), 0);
	assert_true(b.bad);
}

static void
moves(void **state)
{
	struct bytes b = bytes_of(data, 15, false);

	(void)state;
	bytes_align(&b, 8);
	assert_int_equal(b.pos, 0);
	bytes_skip(&b, 1);
	bytes_align(&b, 4);
	assert_int_equal(b.pos, 4);
	assert_ptr_equal(bytes_take(&b, 2), data + 4);
	bytes_align(&b, 1);
	assert_int_equal(b.pos, 6);
	bytes_seek(&b, 15);
	assert_false(b.bad);
	assert_int_equal(bytes_left(&b), 0);
	bytes_seek(&b, 13);
	bytes_align(&b, 4);		/* 16 is past the end */
	assert_true(b.bad);
	b = bytes_of(data, 15, false);
	bytes_align(&b, 3);
	assert_true(b.bad);
	b = bytes_of(data, 15, false);
	bytes_align(&b, 0);
	assert_true(b.bad);
}

static void
load_and_store(void **state)
{
	static const unsigned sizes[] = { 1, 2, 4, 8 };
	uint8_t mem[10];
	uint64_t v = 0x8182838485868788, want;
	unsigned i;

	(void)state;
	for (i = 0; i < 8; i++) {
		unsigned size = sizes[i / 2];
		bool be = i & 1;

		memset(mem, 0x55, sizeof(mem));
		store_uint(mem + 1, size, be, v);
		assert_int_equal(mem[0], 0x55);
		assert_int_equal(mem[1 + size], 0x55);
		assert_int_equal(mem[be ? size : 1], 0x88);
		want = size == 8 ? v : v & (((uint64_t)1 << (8 * size)) - 1);
		assert_true(load_uint(mem + 1, size, be) == want);
	}
	memset(mem, 0x55, sizeof(mem));
	store_uint(mem, 3, false, 0);
	assert_int_equal(mem[0], 0x55);
	assert_true(load_uint(mem, 3, false) == 0);
	assert_true(load_uint(mem, 0, false) == 0);
}

static void
sums(void **state)
{
	uint64_t sum = 7;

	(void)state;
	assert_true(add_ok(UINT64_MAX, 0, &sum));
	assert_true(sum == UINT64_MAX);
	assert_false(add_ok(UINT64_MAX, 1, &sum));
	assert_false(add_ok((uint64_t)1 << 63, (uint64_t)1 << 63, &sum));
}

UNIT_MAIN(UNIT(little_endian), UNIT(big_endian), UNIT(sized), UNIT(bad_sticks),
    UNIT(huge_counts), UNIT(moves), UNIT(load_and_store), UNIT(sums))
