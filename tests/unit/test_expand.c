/* SPDX-License-Identifier: BSD-2-Clause */
/* Files within gzip, zstd, xz and bzip2 streams. */
#include "config.h"

#include "engine/backend/expand.h"
#include "base/vec.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>
#if HAVE_BZIP2
#include <bzlib.h>
#endif
#if HAVE_LZMA
#include <lzma.h>
#endif
#if HAVE_ZLIB
#include <zlib.h>
#endif
#if HAVE_ZSTD
#include <zstd.h>
#endif

#define SIZE	(3u << 18)		/* several pieces of input and output */

static uint8_t plain[SIZE];

static void
fill(void)
{
	uint32_t x = 1;
	size_t i;

	for (i = 0; i < SIZE; i++) {
		x = x * 1103515245 + 12345;
		/* A hole in the middle; the end is zeros too. */
		plain[i] = i / 100000 == 3 || i > SIZE - 9000 ? 0 :
		    (uint8_t)(x >> 16);
	}
}

static bool
gzip(struct buf *out, const uint8_t *p, size_t n)
{
#if HAVE_ZLIB
	static uint8_t packed[SIZE + 65536];
	z_stream z;

	memset(&z, 0, sizeof(z));
	assert_int_equal(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8,
	    Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (uint8_t *)(uintptr_t)p;
	z.avail_in = (uInt)n;
	z.next_out = packed;
	z.avail_out = sizeof(packed);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	buf_add(out, packed, z.total_out);
	deflateEnd(&z);
	return (true);
#else
	(void)out;
	(void)p;
	(void)n;
	return (false);
#endif
}

static bool
zstd(struct buf *out, const uint8_t *p, size_t n)
{
#if HAVE_ZSTD
	static uint8_t packed[SIZE + 65536];
	size_t len;

	len = ZSTD_compress(packed, sizeof(packed), p, n, 1);
	assert_false(ZSTD_isError(len));
	buf_add(out, packed, len);
	return (true);
#else
	(void)out;
	(void)p;
	(void)n;
	return (false);
#endif
}

static bool
xz(struct buf *out, const uint8_t *p, size_t n)
{
#if HAVE_LZMA
	static uint8_t packed[SIZE + 65536];
	size_t len = 0;

	assert_int_equal(lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, NULL, p,
	    n, packed, &len, sizeof(packed)), LZMA_OK);
	buf_add(out, packed, len);
	return (true);
#else
	(void)out;
	(void)p;
	(void)n;
	return (false);
#endif
}

static bool
bzip2(struct buf *out, const uint8_t *p, size_t n)
{
#if HAVE_BZIP2
	static uint8_t packed[SIZE + 65536];
	unsigned len = sizeof(packed);

	assert_int_equal(BZ2_bzBuffToBuffCompress((char *)packed, &len,
	    (char *)(uintptr_t)p, (unsigned)n, 1, 0, 0), BZ_OK);
	buf_add(out, packed, len);
	return (true);
#else
	(void)out;
	(void)p;
	(void)n;
	return (false);
#endif
}

/* Expand a stream: the bytes that came out, which are those of plain. */
static uint64_t
expanded_within(const struct buf *b, size_t len, uint64_t limit, bool *cut)
{
	static uint8_t got[SIZE];
	struct file *in, *out;
	const char *how;
	struct ctx ctx;
	uint64_t size;
	int rc;

	ctx_init(&ctx);
	assert_int_equal(file_of_bytes(&ctx, "dir/vmcore.9.gz", b->p, len, &in),
	    0);
	rc = expand_file(&ctx, in, limit, &out, cut, &how);
	if (rc != 0) {
		size = (uint64_t)-rc | UINT64_C(1) << 63;
	} else {
		assert_non_null(strstr(file_name(out), "vmcore.9.gz"));
		assert_string_equal(how, (uint8_t)b->p[0] == 0x1f ? "gzip" :
		    b->p[0] == '(' ? "zstd" : b->p[0] == 'B' ? "bzip2" : "xz");
		size = file_size(out);
		assert_true(size <= SIZE);
		assert_int_equal(file_read(&ctx, out, 0, got, (size_t)size), 0);
		assert_memory_equal(got, plain, size);
		file_close(out);
	}
	file_close(in);
	ctx_fini(&ctx);
	return (size);
}

static uint64_t
expanded(const struct buf *b, size_t len, bool *cut)
{
	return (expanded_within(b, len, 0, cut));
}

/* The head alone, at most as long as all of it. */
static int
head_of(const struct buf *b, size_t len, size_t n)
{
	static uint8_t head[SIZE + 1];
	struct file *in;
	struct ctx ctx;
	int rc;

	ctx_init(&ctx);
	assert_int_equal(file_of_bytes(&ctx, "x.ko.xz", b->p, len, &in), 0);
	rc = expand_head(&ctx, in, head, n);
	if (rc == 0)
		assert_memory_equal(head, plain, n);
	file_close(in);
	ctx_fini(&ctx);
	return (rc);
}

#define FAILED(code)	((uint64_t)-(code) | UINT64_C(1) << 63)

static void
try(bool (*pack)(struct buf *, const uint8_t *, size_t))
{
	struct buf b;
	bool cut;
	int i;

	memset(&b, 0, sizeof(b));
	if (!pack(&b, plain, SIZE)) {
		unit_skip("built without this library");
		return;
	}
	assert_true(expanded(&b, b.len, &cut) == SIZE);
	assert_false(cut);
	/* As much as is allowed, and one byte less. */
	assert_true(expanded_within(&b, b.len, SIZE, &cut) == SIZE);
	assert_true(expanded_within(&b, b.len, SIZE - 1, &cut) ==
	    FAILED(E_LIMIT));
	assert_int_equal(head_of(&b, b.len, 18), 0);
	assert_int_equal(head_of(&b, b.len, SIZE), 0);
	assert_int_equal(head_of(&b, b.len, SIZE + 1), E_TRUNCATED);
	assert_int_equal(head_of(&b, 9, 18), E_TRUNCATED);
	/* What is left of a stream that was cut. */
	assert_true(expanded(&b, b.len / 2, &cut) > SIZE / 4);
	assert_true(cut);
	assert_true(expanded(&b, 5, &cut) == FAILED(E_CORRUPT));
	/* Padding behind it, as a dump partition has. */
	for (i = 0; i < 700; i++)
		buf_add(&b, "", 1);
	assert_true(expanded(&b, b.len, &cut) == SIZE);
	assert_false(cut);
	buf_fini(&b);
	/* Two streams one behind the other. */
	assert_true(pack(&b, plain, 300000));
	assert_true(pack(&b, plain + 300000, SIZE - 300000));
	assert_true(expanded(&b, b.len, &cut) == SIZE);
	assert_false(cut);
	buf_fini(&b);
}

static void
gzip_streams(void **state)
{
	(void)state;
	fill();
	try(gzip);
}

static void
zstd_streams(void **state)
{
	(void)state;
	fill();
	try(zstd);
}

static void
xz_streams(void **state)
{
	(void)state;
	fill();
	try(xz);
}

static void
bzip2_streams(void **state)
{
	(void)state;
	fill();
	try(bzip2);
}

static void
others(void **state)
{
	struct buf b;
	bool cut;

	(void)state;
	memset(&b, 0, sizeof(b));
	buf_add(&b, "\177ELF\2\1\1", 8);
	assert_true(expanded(&b, 8, &cut) == FAILED(E_NOT_MINE));
	assert_int_equal(head_of(&b, 8, 4), E_NOT_MINE);
	assert_true(expanded(&b, 3, &cut) == FAILED(E_NOT_MINE));
	buf_fini(&b);
}

UNIT_MAIN(UNIT(gzip_streams), UNIT(zstd_streams), UNIT(xz_streams),
    UNIT(bzip2_streams), UNIT(others))
