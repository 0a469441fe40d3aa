/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/unit.h"

#include "config.h"
#include "engine/memory/codec.h"
#include "tests/mk/mk_kdump.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define PAGE	4096

static const struct {
	enum codec	codec;
	enum mk_codec	made;
} all[] = {
	{ CODEC_ZLIB, MK_ZLIB }, { CODEC_LZO, MK_LZO },
	{ CODEC_SNAPPY, MK_SNAPPY }, { CODEC_ZSTD, MK_ZSTD },
};

#define ALL	(sizeof(all) / sizeof(all[0]))

static void
fill_page(uint8_t *p, unsigned seed)
{
	size_t i;

	for (i = 0; i < PAGE; i++)
		p[i] = (uint8_t)(i * seed >> 3);
}

static void
expands(void **state)
{
	uint8_t page[PAGE], out[PAGE];
	struct codec_state *st;
	struct codec_pool pool;
	struct ctx ctx;
	struct buf b;
	size_t i;
	unsigned seed;

	(void)state;
	ctx_init(&ctx);
	codec_pool_init(&pool, PAGE);
	for (i = 0; i < ALL; i++) {
		if (!mk_has(all[i].made) || codec_check(&ctx, all[i].codec))
			continue;
		for (seed = 0; seed < 30; seed += 7) {
			memset(&b, 0, sizeof(b));
			fill_page(page, seed);
			mk_compress(&b, all[i].made, page, PAGE);
			assert_in_range(b.len, 1, PAGE - 1);
			st = codec_take(&ctx, &pool);
			assert_non_null(st);
			memset(out, 0xaa, PAGE);
			assert_int_equal(codec_expand(&ctx, st, all[i].codec,
			    b.p, b.len, out, PAGE), 0);
			assert_memory_equal(out, page, PAGE);
			codec_give(&pool, st);
			buf_fini(&b);
		}
	}
	codec_pool_fini(&pool);
	ctx_fini(&ctx);
}

/* Cut short, too long, of another length, damaged: an error or the page. */
static void
survives_damage(void **state)
{
	uint8_t page[PAGE], out[2 * PAGE];
	struct codec_state *st;
	struct codec_pool pool;
	struct ctx ctx;
	struct buf b;
	size_t i, j;

	(void)state;
	ctx_init(&ctx);
	codec_pool_init(&pool, PAGE);
	fill_page(page, 13);
	st = codec_take(&ctx, &pool);
	for (i = 0; i < ALL; i++) {
		if (!mk_has(all[i].made) || codec_check(&ctx, all[i].codec))
			continue;
		memset(&b, 0, sizeof(b));
		mk_compress(&b, all[i].made, page, PAGE);
		for (j = 0; j < b.len; j++)
			assert_int_equal(codec_expand(&ctx, st, all[i].codec,
			    b.p, j, out, PAGE), E_CORRUPT);
		assert_int_equal(codec_expand(&ctx, st, all[i].codec, b.p,
		    b.len, out, PAGE - 1), E_CORRUPT);
		assert_int_equal(codec_expand(&ctx, st, all[i].codec, b.p,
		    b.len, out, PAGE + 1), E_CORRUPT);
		memset(out + PAGE, 0x55, PAGE);
		for (j = 0; j < b.len * 8; j++) {
			b.p[j / 8] ^= (char)(1 << j % 8);
			(void)codec_expand(&ctx, st, all[i].codec, b.p, b.len,
			    out, PAGE);
			b.p[j / 8] ^= (char)(1 << j % 8);
		}
		for (j = PAGE; j < 2 * PAGE; j++)
			assert_int_equal(out[j], 0x55);
		assert_int_equal(codec_expand(&ctx, st, all[i].codec, b.p,
		    b.len, out, PAGE), 0);
		assert_memory_equal(out, page, PAGE);
		buf_fini(&b);
	}
	codec_give(&pool, st);
	codec_pool_fini(&pool);
	ctx_fini(&ctx);
}

static void
names_what_is_missing(void **state)
{
	static const bool here[ALL] = {
		HAVE_LIBDEFLATE || HAVE_ZLIB, HAVE_LZO, HAVE_SNAPPY, HAVE_ZSTD,
	};
	static const char *const libraries[ALL] = {
		"libdeflate or zlib", "liblzo2", "libsnappy", "libzstd",
	};
	struct codec_state *st;
	struct codec_pool pool;
	uint8_t out[16];
	struct ctx ctx;
	size_t i;

	(void)state;
	ctx_init(&ctx);
	codec_pool_init(&pool, PAGE);
	st = codec_take(&ctx, &pool);
	for (i = 0; i < ALL; i++) {
		assert_int_equal(codec_check(&ctx, all[i].codec),
		    here[i] ? 0 : E_UNSUPPORTED);
		if (here[i])
			continue;
		assert_non_null(strstr(ctx.err.text, libraries[i]));
		assert_int_equal(codec_expand(&ctx, st, all[i].codec, "x", 1,
		    out, sizeof(out)), E_UNSUPPORTED);
	}
	codec_give(&pool, st);
	codec_pool_fini(&pool);
	ctx_fini(&ctx);
}

/* --- Several threads, one pool -------------------------------------------- */

struct job {
	struct codec_pool *pool;
	struct buf	  *b;
	uint8_t		   page[PAGE];
	int		   bad;
};

static void *
work(void *arg)
{
	struct job *j = arg;
	struct codec_state *st;
	struct ctx ctx;
	int i;

	ctx_init(&ctx);
	for (i = 0; i < 200; i++) {
		st = codec_take(&ctx, j->pool);
		if (st == NULL || codec_expand(&ctx, st, CODEC_ZLIB, j->b->p,
		    j->b->len, st->out, PAGE) != 0 ||
		    memcmp(st->out, j->page, PAGE) != 0)
			j->bad++;
		if (st != NULL)
			codec_give(j->pool, st);
	}
	ctx_fini(&ctx);
	return (NULL);
}

static void
serves_threads(void **state)
{
	struct codec_pool pool;
	struct job jobs[4];
	struct buf b[4];
	pthread_t t[4];
	int i;

	(void)state;
	if (!mk_has(MK_ZLIB))
		unit_skip("built without zlib");
	codec_pool_init(&pool, PAGE);
	for (i = 0; i < 4; i++) {
		memset(&b[i], 0, sizeof(b[i]));
		fill_page(jobs[i].page, (unsigned)i * 3 + 1);
		mk_compress(&b[i], MK_ZLIB, jobs[i].page, PAGE);
		jobs[i].pool = &pool;
		jobs[i].b = &b[i];
		jobs[i].bad = 0;
		assert_int_equal(pthread_create(&t[i], NULL, work, &jobs[i]), 0);
	}
	for (i = 0; i < 4; i++) {
		pthread_join(t[i], NULL);
		assert_int_equal(jobs[i].bad, 0);
		buf_fini(&b[i]);
	}
	codec_pool_fini(&pool);
}

UNIT_MAIN(UNIT(expands), UNIT(survives_damage), UNIT(names_what_is_missing),
    UNIT(serves_threads))
