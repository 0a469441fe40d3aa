/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What pages of dumps are compressed with.  The libraries are optional: one
 * that was not there when kpeek was built gives E_UNSUPPORTED with its name.
 */
#ifndef ENGINE_MEMORY_CODEC_H
#define ENGINE_MEMORY_CODEC_H

#include "base/ctx.h"

#include <pthread.h>

enum codec {
	CODEC_ZLIB,		/* RFC 1950 */
	CODEC_LZO,		/* LZO1X */
	CODEC_SNAPPY,		/* raw, without frames */
	CODEC_ZSTD,		/* RFC 8878 */
};

/* What one thread needs to expand pages, with two buffers of a page. */
struct codec_state {
	struct codec_state	*next;
	uint8_t			*in, *out;	/* "room" bytes each */
	size_t			 room;
	void			*zlib;		/* made when first used */
	void			*zstd;
};

/* States at rest; any thread takes one and gives it back. */
struct codec_pool {
	pthread_mutex_t		 lock;
	struct codec_state	*idle;
	size_t			 room;
};

/* room: bytes of the longest page, as stored and expanded. */
void	codec_pool_init(struct codec_pool *, size_t room);
void	codec_pool_fini(struct codec_pool *);
/* NULL with E_NOMEM in ctx. */
struct codec_state *codec_take(struct ctx *, struct codec_pool *);
void	codec_give(struct codec_pool *, struct codec_state *);

const char *codec_name(enum codec);	/* "zlib" */
/* 0, or E_UNSUPPORTED naming the library that this program lacks. */
int	codec_check(struct ctx *, enum codec);
/*
 * Expand n bytes to exactly "want" bytes: E_CORRUPT when they are no such
 * stream, or of another length.
 */
int	codec_expand(struct ctx *, struct codec_state *, enum codec,
	    const void *in, size_t n, void *out, size_t want);

#endif
