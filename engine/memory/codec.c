/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/memory/codec.h"

#include "config.h"

#include <stdlib.h>

#if HAVE_LIBDEFLATE
#include <libdeflate.h>
#elif HAVE_ZLIB
#include <zlib.h>
#endif
#if HAVE_LZO
#include <lzo/lzo1x.h>
#endif
#if HAVE_SNAPPY
#include <snappy-c.h>
#endif
#if HAVE_ZSTD
#include <zstd.h>
#endif

static const struct {
	const char *name, *library;
	bool	    here;
} codecs[] = {
	[CODEC_ZLIB] = { "zlib", "libdeflate or zlib",
	    HAVE_LIBDEFLATE || HAVE_ZLIB },
	[CODEC_LZO] = { "lzo", "liblzo2", HAVE_LZO },
	[CODEC_SNAPPY] = { "snappy", "libsnappy", HAVE_SNAPPY },
	[CODEC_ZSTD] = { "zstd", "libzstd", HAVE_ZSTD },
};

const char *
codec_name(enum codec c)
{
	return (codecs[c].name);
}

int
codec_check(struct ctx *ctx, enum codec c)
{
	if (codecs[c].here)
		return (0);
	return (ctx_fail(ctx, E_UNSUPPORTED, "pages are compressed with %s, "
	    "and this program was built without %s: build it with that",
	    codecs[c].name, codecs[c].library));
}

/* --- The libraries; E_CORRUPT has no message yet -------------------------- */

#if HAVE_LIBDEFLATE

static int
expand_zlib(struct ctx *ctx, struct codec_state *st, const void *in, size_t n,
    void *out, size_t want)
{
	if (st->zlib == NULL)
		st->zlib = libdeflate_alloc_decompressor();
	if (st->zlib == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory to expand pages"));
	/* Without a place for the length it must be all of "want". */
	return (libdeflate_zlib_decompress(st->zlib, in, n, out, want, NULL) ==
	    LIBDEFLATE_SUCCESS ? 0 : E_CORRUPT);
}

static void
free_zlib(struct codec_state *st)
{
	if (st->zlib != NULL)
		libdeflate_free_decompressor(st->zlib);
}

#elif HAVE_ZLIB

static int
expand_zlib(struct ctx *ctx, struct codec_state *st, const void *in, size_t n,
    void *out, size_t want)
{
	z_stream *z = st->zlib;

	if (z == NULL) {
		z = calloc(1, sizeof(*z));
		if (z == NULL || inflateInit(z) != Z_OK) {
			free(z);
			return (ctx_fail(ctx, E_NOMEM,
			    "no memory to expand pages"));
		}
		st->zlib = z;
	}
	inflateReset(z);
	z->next_in = (Bytef *)(uintptr_t)in;
	z->avail_in = (uInt)n;
	z->next_out = out;
	z->avail_out = (uInt)want;
	return (inflate(z, Z_FINISH) == Z_STREAM_END && z->avail_out == 0 ?
	    0 : E_CORRUPT);
}

static void
free_zlib(struct codec_state *st)
{
	if (st->zlib != NULL)
		inflateEnd(st->zlib);
	free(st->zlib);
}

#else

static int
expand_zlib(struct ctx *ctx, struct codec_state *st, const void *in, size_t n,
    void *out, size_t want)
{
	(void)ctx, (void)st, (void)in, (void)n, (void)out, (void)want;
	return (E_UNSUPPORTED);
}

static void
free_zlib(struct codec_state *st)
{
	(void)st;
}

#endif

static int
expand_lzo(const void *in, size_t n, void *out, size_t want)
{
#if HAVE_LZO
	lzo_uint len = want;

	return (lzo1x_decompress_safe(in, n, out, &len, NULL) == LZO_E_OK &&
	    len == want ? 0 : E_CORRUPT);
#else
	(void)in, (void)n, (void)out, (void)want;
	return (E_UNSUPPORTED);
#endif
}

static int
expand_snappy(const void *in, size_t n, void *out, size_t want)
{
#if HAVE_SNAPPY
	size_t len = want;

	return (snappy_uncompress(in, n, out, &len) == SNAPPY_OK &&
	    len == want ? 0 : E_CORRUPT);
#else
	(void)in, (void)n, (void)out, (void)want;
	return (E_UNSUPPORTED);
#endif
}

static int
expand_zstd(struct ctx *ctx, struct codec_state *st, const void *in, size_t n,
    void *out, size_t want)
{
#if HAVE_ZSTD
	if (st->zstd == NULL)
		st->zstd = ZSTD_createDCtx();
	if (st->zstd == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory to expand pages"));
	return (ZSTD_decompressDCtx(st->zstd, out, want, in, n) == want ?
	    0 : E_CORRUPT);
#else
	(void)ctx, (void)st, (void)in, (void)n, (void)out, (void)want;
	return (E_UNSUPPORTED);
#endif
}

int
codec_expand(struct ctx *ctx, struct codec_state *st, enum codec c,
    const void *in, size_t n, void *out, size_t want)
{
	int rc;

	rc = codec_check(ctx, c);
	if (rc != 0)
		return (rc);
	switch (c) {
	case CODEC_ZLIB:
		rc = expand_zlib(ctx, st, in, n, out, want);
		break;
	case CODEC_LZO:
		rc = expand_lzo(in, n, out, want);
		break;
	case CODEC_SNAPPY:
		rc = expand_snappy(in, n, out, want);
		break;
	case CODEC_ZSTD:
		rc = expand_zstd(ctx, st, in, n, out, want);
		break;
	}
	return (rc != E_CORRUPT ? rc : ctx_fail(ctx, rc, "%zu bytes are no "
	    "page compressed with %s", n, codecs[c].name));
}

/* --- The pool ------------------------------------------------------------- */

void
codec_pool_init(struct codec_pool *p, size_t room)
{
	pthread_mutex_init(&p->lock, NULL);
	p->idle = NULL;
	p->room = room;
}

static void
state_free(struct codec_state *st)
{
	free_zlib(st);
#if HAVE_ZSTD
	ZSTD_freeDCtx(st->zstd);
#endif
	free(st->in);
	free(st);
}

void
codec_pool_fini(struct codec_pool *p)
{
	struct codec_state *st;

	while ((st = p->idle) != NULL) {
		p->idle = st->next;
		state_free(st);
	}
	pthread_mutex_destroy(&p->lock);
}

struct codec_state *
codec_take(struct ctx *ctx, struct codec_pool *p)
{
	struct codec_state *st;

	pthread_mutex_lock(&p->lock);
	st = p->idle;
	if (st != NULL)
		p->idle = st->next;
	pthread_mutex_unlock(&p->lock);
	if (st != NULL)
		return (st);
	st = calloc(1, sizeof(*st));
	if (st == NULL || (st->in = malloc(2 * p->room)) == NULL) {
		free(st);
		ctx_fail(ctx, E_NOMEM, "no memory to expand pages");
		return (NULL);
	}
	st->room = p->room;
	st->out = st->in + p->room;
	return (st);
}

void
codec_give(struct codec_pool *p, struct codec_state *st)
{
	pthread_mutex_lock(&p->lock);
	st->next = p->idle;
	p->idle = st;
	pthread_mutex_unlock(&p->lock);
}
