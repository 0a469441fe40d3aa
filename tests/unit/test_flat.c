/* SPDX-License-Identifier: BSD-2-Clause */
/* The flattened form: what it shows is the image inside. */
#include "tests/unit/unit.h"

#include "base/bytes.h"
#include "engine/backend/flat.h"
#include "tests/mk/mk_elf.h"
#include "tests/mk/mk_kdump.h"
#include "tests/mk/mk_open.h"

#include <stdlib.h>
#include <string.h>

static const struct mk_load loads[] = {
	{ .pa = 0x1000, .file = 0x3000 }, { .pa = 0x10000, .file = 0x2000 },
	{ 0 },
};

/* Take the form off an image; the file for file_close(). */
static int
take(struct ctx *ctx, const struct buf *b, struct file **f, bool *cut)
{
	int rc;

	assert_int_equal(file_of_bytes(ctx, "flat", b->p, b->len, f), 0);
	rc = flat_take(ctx, *f, cut);
	if (rc != 0)
		file_close(*f);
	return (rc);
}

static void
shows_the_image(void **state)
{
	static const size_t records[] = { 100, 4096, 5000, 1 << 20 };
	struct mk_elf e = { .loads = loads };
	struct buf image, flat;
	struct file *f;
	struct ctx ctx;
	uint8_t got[900];
	size_t i, at, n;
	bool cut;

	(void)state;
	ctx_init(&ctx);
	for (i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		memset(&image, 0, sizeof(image));
		memset(&flat, 0, sizeof(flat));
		mk_elf(&image, &e, NULL);
		mk_flat(&flat, &image, records[i]);
		assert_int_equal(take(&ctx, &flat, &f, &cut), 0);
		assert_false(cut);
		assert_true(file_arranged(f));
		assert_int_equal(file_size(f), image.len);
		for (at = 0; at < image.len; at += n) {
			n = image.len - at < sizeof(got) ? image.len - at :
			    sizeof(got);
			assert_int_equal(file_read(&ctx, f, at, got, n), 0);
			assert_memory_equal(got, image.p + at, n);
		}
		/* In place only within one record. */
		assert_non_null(file_map(f, 10, 20));
		if (records[i] < image.len)
			assert_null(file_map(f, 0, image.len));
		assert_int_equal(file_read(&ctx, f, image.len - 4, got, 5),
		    E_TRUNCATED);
		file_close(f);
		buf_fini(&image);
		buf_fini(&flat);
	}
	ctx_fini(&ctx);
}

static void
opens_elf(void **state)
{
	struct mk_elf e = { .loads = loads };
	struct buf image = { 0 }, flat = { 0 };
	struct mk_open o;
	uint8_t got[0x3000];
	size_t i;

	(void)state;
	mk_elf(&image, &e, NULL);
	mk_flat(&flat, &image, 1000);
	assert_int_equal(mk_open(&o, &flat), 0);
	assert_string_equal(o.dump->backend->format(o.dump),
	    "ELF64 (flattened)");
	assert_true(o.dump->complete);
	assert_int_equal(mem_read(&o.ctx, &o.mem, 0x1000, got, sizeof(got)), 0);
	for (i = 0; i < sizeof(got); i++)
		assert_int_equal(got[i], mk_byte(0x1000 + i, false));
	mk_close(&o);
	buf_fini(&image);
	buf_fini(&flat);
}

/* The latest record holds, whatever lies under it. */
static void
later_records_hold(void **state)
{
	static const struct {
		uint64_t off;
		size_t	 n;
	} records[] = {
		{ 0, 100 }, { 50, 100 }, { 20, 10 }, { 25, 40 }, { 300, 1 },
		{ 140, 170 }, { 26, 2 }, { 0, 5 }, { 310, 1 },
	};
	uint8_t want[311], got[311], bytes[200];
	struct buf b = { 0 };
	struct file *f;
	struct ctx ctx;
	size_t i, j;
	bool cut;

	(void)state;
	ctx_init(&ctx);
	memset(want, 0, sizeof(want));
	mk_flat_head(&b);
	for (i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		for (j = 0; j < records[i].n; j++)
			bytes[j] = want[records[i].off + j] =
			    (uint8_t)(i * 40 + j % 40 + 1);
		mk_flat_record(&b, records[i].off, bytes, records[i].n);
	}
	mk_flat_end(&b);
	assert_int_equal(take(&ctx, &b, &f, &cut), 0);
	assert_int_equal(file_size(f), sizeof(want));
	assert_int_equal(file_read(&ctx, f, 0, got, sizeof(got)), 0);
	assert_memory_equal(got, want, sizeof(want));
	for (i = 0; i < sizeof(want); i++) {
		assert_int_equal(file_read(&ctx, f, i, got, 1), 0);
		assert_int_equal(got[0], want[i]);
	}
	file_close(f);
	buf_fini(&b);
	ctx_fini(&ctx);
}

/* Cut anywhere: never whole, and what is missing is said to be missing. */
static void
cut_short(void **state)
{
	struct buf b = { 0 }, part;
	struct file *f;
	struct ctx ctx;
	uint8_t bytes[3000], got[8];
	size_t n;
	bool cut;

	(void)state;
	ctx_init(&ctx);
	memset(bytes, 7, sizeof(bytes));
	mk_flat_head(&b);
	mk_flat_record(&b, 5000, bytes, sizeof(bytes));
	mk_flat_record(&b, 0, bytes, 1000);
	mk_flat_end(&b);
	for (n = 0; n < b.len; n += n < 4200 ? 61 : 997) {
		part = b;
		part.len = n;
		if (n < 32)
			continue;
		if (n <= 4096 + 16) {
			assert_int_equal(take(&ctx, &part, &f, &cut),
			    n < 4096 + 16 ? E_TRUNCATED : E_CORRUPT);
			continue;
		}
		assert_int_equal(take(&ctx, &part, &f, &cut), 0);
		assert_true(cut);
		assert_int_equal(file_read(&ctx, f, 4990, got, 8), E_TRUNCATED);
		assert_int_equal(file_read(&ctx, f, 7995, got, 8), E_TRUNCATED);
		assert_int_equal(file_read(&ctx, f, 5000, got, 1), 0);
		file_close(f);
	}
	part = b;
	part.len -= 16;
	assert_int_equal(take(&ctx, &part, &f, &cut), 0);
	assert_true(cut);
	assert_int_equal(file_read(&ctx, f, 7992, got, 8), 0);
	/* The gap before it is less than a page: the writer's. */
	assert_int_equal(file_read(&ctx, f, 4992, got, 8), 0);
	file_close(f);
	/* Whole: the gap is zeros. */
	assert_int_equal(take(&ctx, &b, &f, &cut), 0);
	assert_false(cut);
	assert_int_equal(file_read(&ctx, f, 4996, got, 8), 0);
	assert_memory_equal(got, "\0\0\0\0\7\7\7\7", 8);
	file_close(f);
	buf_fini(&b);
	ctx_fini(&ctx);
}

static void
refuses_nonsense(void **state)
{
	struct buf b = { 0 };
	struct file *f;
	struct ctx ctx;
	bool cut;

	(void)state;
	ctx_init(&ctx);
	mk_flat_head(&b);
	mk_flat_end(&b);
	assert_int_equal(take(&ctx, &b, &f, &cut), E_CORRUPT);
	/* Sums that wrap, sizes that are negative. */
	store_uint(b.p + 4096, 8, true, UINT64_MAX - 5);
	store_uint(b.p + 4104, 8, true, 100);
	assert_int_equal(take(&ctx, &b, &f, &cut), E_CORRUPT);
	store_uint(b.p + 4096, 8, true, 0);
	store_uint(b.p + 4104, 8, true, (uint64_t)INT64_MAX + 5);
	assert_int_equal(take(&ctx, &b, &f, &cut), E_CORRUPT);
	store_uint(b.p + 16, 8, true, 2);
	assert_int_equal(take(&ctx, &b, &f, &cut), E_UNSUPPORTED);
	/* Another file is left as it is. */
	b.p[0] = 'M';
	assert_int_equal(take(&ctx, &b, &f, &cut), 0);
	assert_false(file_arranged(f));
	file_close(f);
	buf_fini(&b);
	ctx_fini(&ctx);
}

UNIT_MAIN(UNIT(shows_the_image), UNIT(opens_elf), UNIT(later_records_hold),
    UNIT(cut_short), UNIT(refuses_nonsense))
