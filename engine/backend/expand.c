/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "engine/backend/expand.h"

#include <sys/statvfs.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
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

#define CHUNK		((size_t)1 << 18)
#define BLOCK		4096		/* zeros are left out in these */
#define LZMA_MEMORY	(UINT64_C(256) << 20)	/* four times what xz -9 wants */

/* What is read, and where it goes. */
struct stream {
	struct file	*in;
	uint64_t	 pos;		/* in it */
	int		 fd;
	uint64_t	 limit;		/* bytes that may be written */
	bool		 told;		/* by the user */
	uint64_t	 len;		/* written so far */
	uint8_t		*head;		/* so much goes here, to no file, or NULL */
	size_t		 head_len;
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

static bool
is_xz(const uint8_t *p)
{
	return (memcmp(p, "\xfd" "7zXZ\0", 6) == 0);
}

/* The header, then the first byte of a block's or the end's mark. */
static bool
is_bzip2(const uint8_t *p)
{
	return (memcmp(p, "BZh", 3) == 0 && p[3] >= '1' && p[3] <= '9' &&
	    (p[4] == 0x31 || p[4] == 0x17));
}

#if HAVE_ZLIB || HAVE_ZSTD || HAVE_LZMA || HAVE_BZIP2
static int
put(struct ctx *ctx, struct stream *s, size_t n)
{
	static const uint8_t zeros[BLOCK];
	size_t done, want;
	ssize_t put;
	int rc;

	if (s->head != NULL) {
		want = s->head_len - (size_t)s->len;
		if (want > n)
			want = n;
		memcpy(s->head + s->len, s->dst, want);
		s->len += want;
		return (s->len == s->head_len ? E_DONE : 0);
	}
	if (n > s->limit - s->len)
		return (ctx_fail(ctx, E_LIMIT, "%s expands to more than %llu "
		    "MiB, %s", file_name(s->in),
		    (unsigned long long)(s->limit >> 20), s->told ?
		    "which --expand allows" : "for which there is no room: "
		    "TMPDIR names another place, --expand another limit"));
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
#endif

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

#if HAVE_LZMA
static int
unxz(struct ctx *ctx, struct stream *s, bool *cut)
{
	lzma_stream z = LZMA_STREAM_INIT;
	lzma_ret zrc;
	size_t n;
	int rc;

	if (lzma_stream_decoder(&z, LZMA_MEMORY, 0) != LZMA_OK)
		return (ctx_fail(ctx, E_NOMEM, "no memory to expand"));
	for (rc = 0, zrc = LZMA_OK; rc == 0;) {
		if (z.avail_in == 0) {
			rc = get(ctx, s, &n);
			if (rc != 0 || n == 0)
				break;
			z.next_in = s->src;
			z.avail_in = n;
		}
		if (zrc == LZMA_STREAM_END) {
			if (z.avail_in < 6 || !is_xz(z.next_in) ||
			    lzma_stream_decoder(&z, LZMA_MEMORY, 0) != LZMA_OK)
				break;
		}
		z.next_out = s->dst;
		z.avail_out = CHUNK;
		zrc = lzma_code(&z, LZMA_RUN);
		rc = put(ctx, s, CHUNK - z.avail_out);
		if (rc == 0 && zrc == LZMA_MEMLIMIT_ERROR)
			rc = ctx_fail(ctx, E_LIMIT, "%s wants more than 256 "
			    "MiB of memory to be expanded: expand it first "
			    "(unxz)", file_name(s->in));
		if (zrc != LZMA_OK && zrc != LZMA_STREAM_END)
			break;
	}
	lzma_end(&z);
	*cut = zrc != LZMA_STREAM_END;
	return (rc);
}
#endif

#if HAVE_BZIP2
static int
unbzip2(struct ctx *ctx, struct stream *s, bool *cut)
{
	bz_stream z;
	size_t n;
	int rc, zrc;

	memset(&z, 0, sizeof(z));
	if (BZ2_bzDecompressInit(&z, 0, 0) != BZ_OK)
		return (ctx_fail(ctx, E_NOMEM, "no memory to expand"));
	for (rc = 0, zrc = BZ_OK; rc == 0;) {
		if (z.avail_in == 0) {
			rc = get(ctx, s, &n);
			if (rc != 0 || n == 0)
				break;
			z.next_in = (char *)s->src;
			z.avail_in = (unsigned)n;
		}
		if (zrc == BZ_STREAM_END) {
			if (z.avail_in < 5 || !is_bzip2((uint8_t *)z.next_in))
				break;
			BZ2_bzDecompressEnd(&z);
			if (BZ2_bzDecompressInit(&z, 0, 0) != BZ_OK)
				return (ctx_fail(ctx, E_NOMEM, "no memory to "
				    "expand"));
		}
		z.next_out = (char *)s->dst;
		z.avail_out = CHUNK;
		zrc = BZ2_bzDecompress(&z);
		rc = put(ctx, s, CHUNK - z.avail_out);
		if (zrc != BZ_OK && zrc != BZ_STREAM_END)
			break;
	}
	BZ2_bzDecompressEnd(&z);
	*cut = zrc != BZ_STREAM_END;
	return (rc);
}
#endif

static const struct {
	const char *name;
	bool	  (*is)(const uint8_t *);	/* of 8 bytes */
	/* *cut: it ended early, or is damaged there. */
	int	  (*expand)(struct ctx *, struct stream *, bool *cut);
} packers[] = {
#if HAVE_ZLIB
	{ "gzip", is_gzip, gunzip },
#else
	{ "gzip", is_gzip, NULL },
#endif
#if HAVE_ZSTD
	{ "zstd", is_zstd, unzstd },
#else
	{ "zstd", is_zstd, NULL },
#endif
#if HAVE_LZMA
	{ "xz", is_xz, unxz },
#else
	{ "xz", is_xz, NULL },
#endif
#if HAVE_BZIP2
	{ "bzip2", is_bzip2, unbzip2 },
#else
	{ "bzip2", is_bzip2, NULL },
#endif
};

#define NPACKERS	(sizeof(packers) / sizeof(packers[0]))

/* An open file in a folder, without a name any more; -1. */
static int
temporary_in(const char *dir, const char *sub)
{
	char path[4096];
	int fd, n;

	if (dir == NULL || dir[0] == '\0')
		return (-1);
	n = snprintf(path, sizeof(path), "%s%s/kpeek-XXXXXX", dir, sub);
	if (n < 0 || (size_t)n >= sizeof(path))
		return (-1);
	fd = mkstemp(path);
	if (fd != -1)
		unlink(path);
	return (fd);
}

/* Where the user says, else where much may lie for long, else with the user. */
static int
temporary(struct ctx *ctx, const struct file *in)
{
	const char *dir = getenv("TMPDIR");
	int fd;

	if (dir != NULL && dir[0] != '\0') {
		fd = temporary_in(dir, "");
	} else {
		dir = "/var/tmp";
		fd = temporary_in(dir, "");
		if (fd == -1)
			fd = temporary_in(getenv("XDG_CACHE_HOME"), "");
		if (fd == -1)
			fd = temporary_in(getenv("HOME"), "/.cache");
	}
	if (fd == -1)
		ctx_fail_errno(ctx, E_IO, "%s cannot be expanded to a file in "
		    "%s; TMPDIR names another place", file_name(in), dir);
	return (fd);
}

/* All but a twentieth of what is free is ours, unless the user says more. */
static uint64_t
room(int fd)
{
	struct statvfs st;
	uint64_t free_bytes;

	if (fstatvfs(fd, &st) == -1)
		return (UINT64_MAX);
	free_bytes = (uint64_t)st.f_bavail * st.f_frsize;
	return (free_bytes - free_bytes / 20);
}

static int
find_packer(struct ctx *ctx, struct file *in, size_t *ret)
{
	uint8_t head[8];
	size_t i;
	int rc;

	memset(head, 0, sizeof(head));
	rc = file_read(ctx, in, 0, head, file_size(in) < sizeof(head) ?
	    (size_t)file_size(in) : sizeof(head));
	if (rc != 0)
		return (rc);
	for (i = 0; i < NPACKERS && !packers[i].is(head); i++)
		;
	if (i == NPACKERS)
		return (E_NOT_MINE);
	if (packers[i].expand == NULL)
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s is compressed with "
		    "%s, for which this program was built without a library: "
		    "expand it first", file_name(in), packers[i].name));
	*ret = i;
	return (0);
}

/* What expands the file, and a stream of it that goes nowhere yet. */
static int
begin(struct ctx *ctx, struct file *in, size_t *packer, struct stream **ret)
{
	struct stream *s;
	int rc;

	rc = find_packer(ctx, in, packer);
	if (rc != 0)
		return (rc);
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory to expand"));
	s->in = in;
	s->fd = -1;
	*ret = s;
	return (0);
}

int
expand_head(struct ctx *ctx, struct file *in, void *buf, size_t n)
{
	struct stream *s;
	size_t i;
	bool cut;
	int rc;

	rc = begin(ctx, in, &i, &s);
	if (rc != 0)
		return (rc);
	s->head = buf;
	s->head_len = n;
	rc = packers[i].expand(ctx, s, &cut);
	free(s);
	return (rc == E_DONE ? 0 : rc != 0 ? rc : ctx_fail(ctx, E_TRUNCATED,
	    "%s expands to less than %zu bytes", file_name(in), n));
}

int
expand_file(struct ctx *ctx, struct file *in, uint64_t limit,
    struct file **ret, bool *cut, const char **how)
{
	struct stream *s;
	char path[32];
	size_t i;
	int rc;

	rc = begin(ctx, in, &i, &s);
	if (rc != 0)
		return (rc);
	s->fd = temporary(ctx, in);
	if (s->fd < 0) {
		free(s);
		return (ctx->err.code);
	}
	s->told = limit != 0;
	s->limit = s->told ? limit : room(s->fd);
	rc = packers[i].expand(ctx, s, cut);
	if (rc == 0 && s->len == 0)
		rc = ctx_fail(ctx, E_CORRUPT, "%s: nothing can be expanded of "
		    "this %s stream", file_name(in), packers[i].name);
	if (rc == 0 && ftruncate(s->fd, (off_t)s->len) == -1)
		rc = ctx_fail_errno(ctx, E_IO, "%s cannot be expanded",
		    file_name(in));
	snprintf(path, sizeof(path), "/dev/fd/%d", s->fd);
	if (rc == 0)
		rc = file_open(ctx, path, file_faults(in), ret);
	if (rc == 0)
		rc = file_rename(ctx, *ret, file_name(in));
	*how = packers[i].name;
	close(s->fd);
	free(s);
	return (rc);
}
