/* SPDX-License-Identifier: BSD-2-Clause */
/* LiME's and AVML's images. */
#include "tests/unit/unit.h"

#include "base/bytes.h"
#include "base/crc32c.h"
#include "engine/backend/backend.h"
#include "tests/mk/mk_elf.h"
#include "tests/mk/mk_lime.h"

#include <stdlib.h>
#include <string.h>

static const struct mk_range ranges[] = {
	{ 0x1000, 0x3000 }, { UINT64_C(0x100000000), 0x12345 },
	{ 0x10000, 0x28000 }, { 0 },
};

/* ELF's class and order stand for the processor, which the files do not say. */
static const struct dump_options big = { .arch = &arch_powerpc64 };
static const struct dump_options little = { .arch = &arch_x86_64 };

struct image {
	struct ctx	 ctx;
	uint8_t		*bytes;		/* as long as the file: reads behind show */
	struct file	*file;
	struct dump	*dump;		/* NULL when it did not open */
	struct memory	 mem;
};

/* Open the first n bytes. */
static int
open_image(struct image *im, const struct buf *b, size_t n,
    const struct dump_options *opt)
{
	int rc;

	memset(im, 0, sizeof(*im));
	ctx_init(&im->ctx);
	assert_false(b->bad);
	im->bytes = malloc(n);
	assert_non_null(im->bytes);
	memcpy(im->bytes, b->p, n);
	assert_int_equal(file_of_bytes(&im->ctx, "image", im->bytes, n,
	    &im->file), 0);
	rc = dump_open(&im->ctx, &im->file, 1, opt, &im->dump);
	if (rc == 0)
		mem_init(&im->mem, &im->dump->layer, NULL);
	return (rc);
}

static void
finish(struct image *im)
{
	if (im->dump != NULL)
		mem_fini(&im->mem);
	else
		file_close(im->file);
	ctx_fini(&im->ctx);
	free(im->bytes);
}

/* n bytes at pa are what the generator put there. */
static void
check_bytes(struct image *im, uint64_t pa, size_t n, bool be)
{
	uint8_t *got;
	size_t i;

	got = malloc(n);
	assert_non_null(got);
	assert_int_equal(mem_read(&im->ctx, &im->mem, pa, got, n), 0);
	for (i = 0; i < n; i++)
		assert_int_equal(got[i], mk_byte(pa + i, be));
	free(got);
}

static void
check_missing(struct image *im, uint64_t pa, int status)
{
	uint8_t byte;

	assert_int_equal(mem_read(&im->ctx, &im->mem, pa, &byte, 1), status);
	assert_int_equal(im->ctx.err.addr, pa);
}

/* All of "ranges", in reads of every kind, and nothing else. */
static void
check_ranges(struct image *im, bool be)
{
	const struct mk_range *r;
	uint64_t sum, at;

	for (r = ranges, sum = 0; r->n > 0; r++) {
		check_bytes(im, r->pa, (size_t)r->n, be);
		for (at = 0; at + 9 <= r->n; at += 997)
			check_bytes(im, r->pa + at, 9, be);
		sum += r->n;
	}
	assert_int_equal(mem_present(&im->ctx, &im->mem), sum);
	assert_int_equal(mem_end(&im->ctx, &im->mem),
	    UINT64_C(0x100012345));
	check_missing(im, 0xfff, E_NOT_IN_DUMP);
	check_missing(im, 0x4000, E_NOT_IN_DUMP);
	check_missing(im, UINT64_C(0x100012345), E_NOT_IN_DUMP);
	check_missing(im, UINT64_MAX, E_NOT_IN_DUMP);
}

static void
lime(void **state)
{
	struct buf b = { 0 };
	struct image im;
	int be;

	(void)state;
	for (be = 0; be <= 1; be++) {
		mk_lime(&b, ranges, be);
		assert_int_equal(open_image(&im, &b, b.len, be ? &big :
		    &little), 0);
		assert_true(im.dump->complete);
		assert_string_equal(im.dump->backend->format(im.dump), "LiME");
		check_ranges(&im, be);
		finish(&im);
		buf_fini(&b);
	}
}

/* Nothing in the file tells the processor, and no kernel is in it. */
static void
unknown_processor(void **state)
{
	struct buf b = { 0 };
	struct image im;

	(void)state;
	mk_lime(&b, ranges, false);
	assert_int_equal(open_image(&im, &b, b.len, NULL), 0);
	assert_null(im.dump->arch);
	check_bytes(&im, 0x1000, 8, false);
	finish(&im);
	buf_fini(&b);
}

static void
damaged_lime(void **state)
{
	static const struct mk_range same[] = {
		{ 0x1000, 0x1000 }, { 0x1800, 0x1000 }, { 0 },
	};
	struct buf b = { 0 };
	struct image im;
	size_t second;

	(void)state;
	mk_lime(&b, ranges, false);
	second = 32 + 0x3000;
	/* Cut inside the second range, its header, and the first header. */
	assert_int_equal(open_image(&im, &b, second + 32 + 0x100, &little), 0);
	assert_false(im.dump->complete);
	check_bytes(&im, 0x1000, 0x3000, false);
	check_bytes(&im, UINT64_C(0x100000000), 0x100, false);
	check_missing(&im, UINT64_C(0x100000100), E_TRUNCATED);
	finish(&im);
	assert_int_equal(open_image(&im, &b, second + 31, &little), 0);
	assert_false(im.dump->complete);
	assert_non_null(strstr(im.dump->incomplete, "header"));
	finish(&im);
	assert_int_equal(open_image(&im, &b, 31, &little), E_TRUNCATED);
	finish(&im);
	/* A range that ends before it begins, and one without an end. */
	store_uint((uint8_t *)b.p + second + 16, 8, false, 5);
	assert_int_equal(open_image(&im, &b, b.len, &little), 0);
	assert_false(im.dump->complete);
	check_bytes(&im, 0x1000, 0x3000, false);
	check_missing(&im, UINT64_C(0x100000000), E_NOT_IN_DUMP);
	finish(&im);
	store_uint((uint8_t *)b.p + second + 16, 8, false, UINT64_MAX);
	assert_int_equal(open_image(&im, &b, b.len, &little), 0);
	assert_false(im.dump->complete);
	finish(&im);
	store_uint((uint8_t *)b.p + second + 16, 8, false, UINT64_MAX - 1);
	assert_int_equal(open_image(&im, &b, b.len, &little), 0);
	check_missing(&im, UINT64_MAX - 1, E_TRUNCATED);
	finish(&im);
	/* No header where one should be; a version of the future. */
	b.p[second] = 'X';
	assert_int_equal(open_image(&im, &b, b.len, &little), 0);
	assert_false(im.dump->complete);
	finish(&im);
	b.p[4] = 2;
	assert_int_equal(open_image(&im, &b, b.len, &little), E_UNSUPPORTED);
	assert_non_null(strstr(im.ctx.err.text, "version 2"));
	finish(&im);
	buf_fini(&b);
	/* What two ranges hold is of the first. */
	mk_lime(&b, same, false);
	assert_int_equal(open_image(&im, &b, b.len, &little), 0);
	check_bytes(&im, 0x1000, 0x1800, false);
	finish(&im);
	buf_fini(&b);
}

static void
avml(void **state)
{
	static const uint32_t frames[] = { 65536, 4096, 1000, 1 };
	const struct dump_options small = { .arch = &arch_x86_64, .cache = 1 };
	struct buf b = { 0 };
	struct image im;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		mk_avml(&b, ranges, frames[i]);
		assert_int_equal(open_image(&im, &b, b.len, i % 2 == 0 ?
		    &little : &small), 0);
		assert_true(im.dump->complete);
		assert_string_equal(im.dump->backend->format(im.dump),
		    "AVML (snappy)");
		check_ranges(&im, false);
		finish(&im);
		buf_fini(&b);
	}
}

static void
damaged_avml(void **state)
{
	static const struct mk_range two[] = {
		{ 0x1000, 0x3000 }, { 0x10000, 0x2000 }, { 0 },
	};
	static const struct mk_range twice[] = {
		{ 0x1000, 0x3000 }, { 0x3000, 0x2000 }, { 0x8000, 0x1000 },
		{ 0 },
	};
	struct buf b = { 0 }, one = { 0 };
	struct image im;
	size_t first, n;

	(void)state;
	mk_avml(&one, (const struct mk_range[]){ two[0], { 0 } }, 4096);
	first = one.len;
	buf_fini(&one);
	mk_avml(&b, two, 4096);
	/* Cut at every byte: what opens is what lies before, and says so. */
	for (n = 33; n < b.len; n++) {
		if (open_image(&im, &b, n, &little) == 0)
			assert_int_equal(im.dump->complete, n == first);
		finish(&im);
	}
	/* Frames are told apart: one that is flipped harms no other. */
	n = 32 + 10 + 8 + 40;
	b.p[n] ^= 1;
	assert_int_equal(open_image(&im, &b, b.len, &little), 0);
	check_missing(&im, 0x1000, E_CORRUPT);
	check_bytes(&im, 0x2000, 0x2000, false);
	check_bytes(&im, 0x10000, 0x2000, false);
	finish(&im);
	b.p[n] ^= 1;
	/* A head that is off ends its block; the next block is found. */
	b.p[32 + 10] = 5;
	assert_int_equal(open_image(&im, &b, b.len, &little), 0);
	assert_false(im.dump->complete);
	check_missing(&im, 0x1000, E_CORRUPT);
	check_bytes(&im, 0x10000, 0x2000, false);
	finish(&im);
	b.p[32 + 10] = 0;
	/* A block for less than its frames hold. */
	store_uint((uint8_t *)b.p + 16, 8, false, 0x1fff - 1);
	assert_int_equal(open_image(&im, &b, b.len, &little), 0);
	assert_false(im.dump->complete);
	check_missing(&im, 0x1000, E_CORRUPT);
	check_bytes(&im, 0x10000, 0x2000, false);
	finish(&im);
	b.p[4] = 3;
	assert_int_equal(open_image(&im, &b, b.len, &little), E_UNSUPPORTED);
	finish(&im);
	buf_fini(&b);
	mk_avml(&b, twice, 4096);
	assert_int_equal(open_image(&im, &b, b.len, &little), 0);
	assert_false(im.dump->complete);
	check_bytes(&im, 0x1000, 0x3000, false);
	check_missing(&im, 0x4000, E_NOT_IN_DUMP);
	check_bytes(&im, 0x8000, 0x1000, false);
	finish(&im);
	buf_fini(&b);
}

/* RFC 3720, B.4. */
static void
check_sums(void **state)
{
	static struct crc32c c;
	uint8_t bytes[32] = { 0 };
	size_t i;

	(void)state;
	crc32c_init(&c);
	assert_int_equal(crc32c(&c, bytes, 32), 0x8a9136aau);
	memset(bytes, 0xff, 32);
	assert_int_equal(crc32c(&c, bytes, 32), 0x62a8ab43u);
	for (i = 0; i < 32; i++)
		bytes[i] = (uint8_t)i;
	assert_int_equal(crc32c(&c, bytes, 32), 0x46dd794eu);
	assert_int_equal(crc32c(&c, "123456789", 9), 0xe3069283u);
}

UNIT_MAIN(UNIT(lime), UNIT(unknown_processor), UNIT(damaged_lime), UNIT(avml),
    UNIT(damaged_avml), UNIT(check_sums))
