/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "engine/backend/expand.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#if HAVE_ZLIB
#include <zlib.h>
#endif
#if HAVE_ZSTD
#include <zstd.h>
#endif

#define CHUNK		((size_t)1 << 18)
#define BLOCK		4096		/* zeros are left out in these */
#define EXPANDED_MAX	(UINT64_C(1) << 44)

/* What is read, and where it goes. */
struct stream {
	struct file	*in;
	uint64_t	 pos;		/* in it */
	int		 fd;
	uint64_t	 len;		/* written so far */
	uint8_t		 src[CHUNK], dst[CHUNK];
};

static bool
is_gzip(const uint8_t *p)
{
	return (p[0] == 0x1f && p[1] == 0x8b && p[2] == 8);
}

static bool
is_zstd(const uint8_t *p)
{
	return (memcmp(p, "\x28\xb5\x2f\xfd", 4) == 0);
}

static int
put(struct ctx *ctx, struct stream *s, size_t n)
{
	static const uint8_t zeros[BLOCK];
	size_t done, want;
	ssize_t put;
	int rc;

	if (n > EXPANDED_MAX - s->len)
		return (ctx_fail(ctx, E_LIMIT, "%s expands to more than 16 "
		    "TiB", file_name(s->in)));
	for (done = 0; done < n;) {
		want = n - done < BLOCK ? n - done : BLOCK;
		if (memcmp(s->dst + done, zeros, want) == 0) {
			done += want;
			continue;
		}
		put = pwrite(s->fd, s->dst + done, want, (off_t)(s->len + done));
		if (put == -1 && errno == EINTR)
			continue;
		if (put <= 0)
			return (ctx_fail_errno(ctx, E_IO, "%s cannot be "
			    "expanded; TMPDIR names where there is room",
			    file_name(s->in)));
		done += (size_t)put;
	}
	s->len += n;
	rc = ctx_check(ctx);
	if (rc == 0)
		ctx_progress(ctx, "expanding", s->pos, file_size(s->in));
	return (rc);
}

/* The next piece of input; *n 0 at the end. */
static int
get(struct ctx *ctx, struct stream *s, size_t *n)
{
	const uint64_t left = file_size(s->in) - s->pos;
	int rc;

	*n = left < CHUNK ? (size_t)left : CHUNK;
	rc = file_read(ctx, s->in, s->pos, s->src, *n);
	s->pos += *n;
	return (rc);
}

#if HAVE_ZLIB
static int
gunzip(struct ctx *ctx, struct stream *s, bool *cut)
{
	z_stream z;
	size_t n;
	int rc, zrc;

	memset(&z, 0, sizeof(z));
	if (inflateInit2(&z, 15 + 16) != Z_OK)
		return (ctx_fail(ctx, E_NOMEM, "no memory to expand"));
	for (rc = 0, zrc = Z_OK; rc == 0;) {
		if (z.avail_in == 0) {
			rc = get(ctx, s, &n);
			if (rc != 0 || n == 0)
				break;
			z.next_in = s->src;
			z.avail_in = (uInt)n;
		}
		/* Streams may follow each other; what else does is padding. */
		if (zrc == Z_STREAM_END) {
			if (z.avail_in < 3 || !is_gzip(z.next_in) ||
			    inflateReset(&z) != Z_OK)
				break;
		}
		z.next_out = s->dst;
		z.avail_out = CHUNK;
		zrc = inflate(&z, Z_NO_FLUSH);
		rc = put(ctx, s, CHUNK - z.avail_out);
		if (zrc != Z_OK && zrc != Z_STREAM_END)
			break;
	}
	inflateEnd(&z);
	*cut = zrc != Z_STREAM_END;
	return (rc);
}
#endif

#if HAVE_ZSTD
static int
unzstd(struct ctx *ctx, struct stream *s, bool *cut)
{
	ZSTD_DStream *z;
	ZSTD_inBuffer in;
	ZSTD_outBuffer out;
	size_t n, left;
	int rc;

	z = ZSTD_createDStream();
	if (z == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory to expand"));
	in = (ZSTD_inBuffer){ s->src, 0, 0 };
	for (rc = 0, left = 1; rc == 0;) {
		if (in.pos == in.size) {
			rc = get(ctx, s, &n);
			if (rc != 0 || n == 0)
				break;
			in = (ZSTD_inBuffer){ s->src, n, 0 };
		}
		if (left == 0 && (in.size - in.pos < 4 ||
		    !is_zstd(s->src + in.pos)))
			break;
		out = (ZSTD_outBuffer){ s->dst, CHUNK, 0 };
		left = ZSTD_decompressStream(z, &out, &in);
		rc = put(ctx, s, out.pos);
		if (ZSTD_isError(left))
			break;
	}
	ZSTD_freeDStream(z);
	*cut = left != 0;
	return (rc);
}
#endif

/* A name that still tells which file it was, for messages. */
static int
temporary(struct ctx *ctx, const struct file *in, char *path, size_t size)
{
	const char *dir = getenv("TMPDIR"), *base;
	int fd, n;

	base = strrchr(file_name(in), '/');
	base = base != NULL ? base + 1 : file_name(in);
	if (dir == NULL || dir[0] == '\0')
		dir = "/var/tmp";
	n = snprintf(path, size, "%s/kpeek-XXXXXX-%s", dir, base);
	if (n < 0 || (size_t)n >= size)
		return (ctx_fail(ctx, E_LIMIT, "%s: the name is too long",
		    file_name(in)));
	fd = mkstemps(path, (int)strlen(base) + 1);
	if (fd == -1)
		ctx_fail_errno(ctx, E_IO, "%s cannot be expanded to %s",
		    file_name(in), path);
	return (fd);
}

int
expand_file(struct ctx *ctx, struct file *in, struct file **ret, bool *cut)
{
	int (*expand)(struct ctx *, struct stream *, bool *) = NULL;
	struct stream *s;
	const char *how;
	uint8_t head[4];
	char path[4096];
	int rc;

	memset(head, 0, sizeof(head));
	rc = file_read(ctx, in, 0, head, file_size(in) < sizeof(head) ?
	    (size_t)file_size(in) : sizeof(head));
	if (rc != 0)
		return (rc);
	if (!is_gzip(head) && !is_zstd(head))
		return (E_NOT_MINE);
	how = is_gzip(head) ? "gzip" : "zstd";
#if HAVE_ZLIB
	if (is_gzip(head))
		expand = gunzip;
#endif
#if HAVE_ZSTD
	if (is_zstd(head))
		expand = unzstd;
#endif
	if (expand == NULL)
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s is compressed with "
		    "%s, for which this program was built without a library: "
		    "expand it first", file_name(in), how));
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory to expand"));
	s->in = in;
	s->fd = temporary(ctx, in, path, sizeof(path));
	if (s->fd < 0) {
		free(s);
		return (ctx->err.code);
	}
	rc = expand(ctx, s, cut);
	if (rc == 0 && s->len == 0)
		rc = ctx_fail(ctx, E_CORRUPT, "%s: nothing can be expanded of "
		    "this %s stream", file_name(in), how);
	if (rc == 0 && ftruncate(s->fd, (off_t)s->len) == -1)
		rc = ctx_fail_errno(ctx, E_IO, "%s cannot be expanded",
		    file_name(in));
	close(s->fd);
	if (rc == 0)
		rc = file_open(ctx, path, file_faults(in), ret);
	unlink(path);
	free(s);
	return (rc);
}
