/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The headers of the frames are walked once, when a file is opened: where each
 * begins, and what memory it holds.  Frames, of 64 KiB at most, are expanded
 * when they are asked for and kept in the page cache.
 */
#include "engine/backend/avml.h"

#include "base/bytes.h"
#include "base/crc32c.h"
#include "base/vec.h"
#include "engine/backend/vmcoreinfo.h"
#include "engine/memory/cache.h"
#include "engine/memory/codec.h"

#include <stdlib.h>
#include <string.h>

#define HEADER		32u
#define VERSION		2u
#define FRAME_HEAD	4u		/* its type and its length */
#define FRAME_SUM	4u		/* a check sum before the data */
#define FRAME_MAX	65536u		/* bytes that one expands to */
#define PACKED_MAX	(32u + FRAME_MAX + FRAME_MAX / 6)	/* worst snappy */
#define FRAME_SNAPPY	0x00
#define FRAME_PLAIN	0x01
#define FRAME_SKIPPED	0x80		/* and above: nobody needs them */
#define FRAME_STREAM	0xff		/* the name of the format */
#define RUN_MAX		(UINT64_C(1) << 30)	/* fits the frames' 32 bits */
#define CHECK_EVERY	4096u
#define DROP_EVERY	(UINT64_C(16) << 20)	/* bytes of the file */

struct frame {
	uint32_t pa, at;		/* from its run's first byte, header */
};

/* Memory in a row and its frames; sorted, without overlaps. */
struct run {
	uint64_t pa, end;
	uint64_t at;			/* of the first frame, in the file */
	size_t	 first, n;		/* frames */
	int	 status;		/* 0, or why there are none */
};

struct avml {
	struct dump	 dump;		/* first: is a layer */
	struct file	*file;
	struct run	*runs;
	size_t		 nruns, runs_cap;
	struct frame	*frames;
	size_t		 nframes, frames_cap;
	struct codec_pool pool;
	struct cache	*cache;
	struct crc32c	 crc;
	uint64_t	 dropped;	/* while frames are looked for: so far */
};

static int	avml_probe(struct ctx *, struct file *);
static int	avml_open(struct ctx *, struct file **, size_t,
		    const struct dump_options *, struct dump **);
static const char *avml_format(const struct dump *);
static int	avml_read(struct mem_layer *, struct ctx *, uint64_t, void *,
		    size_t);
static int	avml_extent(struct mem_layer *, struct ctx *, uint64_t,
		    struct extent *);
static int	avml_range(struct mem_layer *, struct ctx *, uint64_t,
		    struct mem_range *);
static void	avml_drop(struct mem_layer *, uint64_t, uint64_t);
static void	avml_close(struct mem_layer *);

const struct backend backend_avml = {
	.name = "AVML",
	.format = avml_format,
	.probe = avml_probe,
	.open = avml_open,
};

static const struct mem_layer_ops avml_ops = {
	.name = "AVML",
	.read = avml_read,
	.extent = avml_extent,
	.range = avml_range,
	.drop = avml_drop,
	.close = avml_close,
};

/* --- What is where -------------------------------------------------------- */

static bool
is_header(const uint8_t *raw)
{
	return (memcmp(raw, "AVML", 4) == 0 && load_u32(raw + 4, false) ==
	    VERSION && load_u64(raw + 8, false) <= load_u64(raw + 16, false) &&
	    load_u64(raw + 16, false) != UINT64_MAX);
}

static int
avml_probe(struct ctx *ctx, struct file *f)
{
	uint8_t raw[HEADER];
	int rc;

	if (file_size(f) < HEADER)
		return (E_NOT_MINE);
	rc = file_read(ctx, f, 0, raw, sizeof(raw));
	if (rc != 0)
		return (rc);
	if (memcmp(raw, "AVML", 4) != 0)
		return (E_NOT_MINE);
	if (load_u32(raw + 4, false) != VERSION)
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s is an AVML image of "
		    "version %u; versions 1 and 2 alone are known",
		    file_name(f), load_u32(raw + 4, false)));
	return (0);
}

static void
incomplete(struct avml *a, uint64_t off, const char *what)
{
	a->dump.complete = false;
	if (a->dump.incomplete == NULL)
		a->dump.incomplete = arena_printf(&a->dump.arena, "%s 0x%llx "
		    "of the file", what, (unsigned long long)off);
}

/* What was looked at is not wanted again soon. */
static void
drop_behind(struct avml *a, uint64_t off)
{
	if (off - a->dropped < DROP_EVERY)
		return;
	file_drop(a->file, a->dropped, off - a->dropped);
	a->dropped = off;
}

static struct run *
add_run(struct ctx *ctx, struct avml *a, uint64_t pa, uint64_t at, int status)
{
	if (!vec_room(a->runs, a->runs_cap, a->nruns + 1)) {
		ctx_fail(ctx, E_NOMEM, "no memory for the blocks of a dump");
		return (NULL);
	}
	a->runs[a->nruns] = (struct run){ pa, pa, at, a->nframes, 0, status };
	return (&a->runs[a->nruns++]);
}

/* A frame of n bytes of memory behind those that the run has. */
static int
add_frame(struct ctx *ctx, struct avml *a, struct run **run, uint64_t at,
    size_t n)
{
	struct run *r = *run;

	if (r == NULL || r->end - r->pa >= RUN_MAX || at - r->at > UINT32_MAX) {
		r = add_run(ctx, a, r != NULL ? r->end : 0, at, 0);
		if (r == NULL)
			return (E_NOMEM);
		*run = r;
	}
	if (!vec_room(a->frames, a->frames_cap, a->nframes + 1))
		return (ctx_fail(ctx, E_NOMEM, "no memory for the frames of a "
		    "dump"));
	a->frames[a->nframes++] = (struct frame){ (uint32_t)(r->end - r->pa),
	    (uint32_t)(at - r->at) };
	r->n++;
	r->end += n;
	return (0);
}

/* How much memory is in a frame of len bytes behind its head; 0: damaged. */
static size_t
frame_size(const uint8_t *body, size_t have, unsigned type, size_t len)
{
	uint32_t n;
	size_t i;

	if (len <= FRAME_SUM)
		return (0);
	if (type == FRAME_PLAIN)
		return (len - FRAME_SUM <= FRAME_MAX ? len - FRAME_SUM : 0);
	/* The length is in front, seven bits a byte, the lowest first. */
	for (i = 0, n = 0; i < 3 && FRAME_SUM + i < have; i++) {
		n |= (uint32_t)(body[FRAME_SUM + i] & 0x7f) << 7 * i;
		if ((body[FRAME_SUM + i] & 0x80) == 0)
			return (n <= FRAME_MAX && len <= PACKED_MAX ? n : 0);
	}
	return (0);
}

/*
 * The frames of one block, from *off on, for memory from start to end.  *off
 * becomes what follows; a status tells why the block is not whole.
 */
static int
read_frames(struct ctx *ctx, struct avml *a, uint64_t start, uint64_t end,
    uint64_t *off, int *status)
{
	uint8_t raw[FRAME_HEAD + FRAME_SUM + 3];
	uint64_t size = file_size(a->file);
	struct run *run;
	unsigned steps;
	size_t len, n, have;
	int rc;

	run = add_run(ctx, a, start, *off, 0);
	if (run == NULL)
		return (E_NOMEM);
	*status = 0;
	for (steps = 1; run->end < end; steps++, *off += FRAME_HEAD + len) {
		have = size - *off < sizeof(raw) ? (size_t)(size - *off) :
		    sizeof(raw);
		*status = E_TRUNCATED;
		if (have < FRAME_HEAD)
			return (0);
		rc = file_read(ctx, a->file, *off, raw, have);
		drop_behind(a, *off);
		if (rc == 0 && steps % CHECK_EVERY == 0) {
			ctx_progress(ctx, "indexing", *off, size);
			rc = ctx_check(ctx);
		}
		if (rc != 0)
			return (rc);
		len = load_u32(raw, false) >> 8;
		if (len > size - *off - FRAME_HEAD)
			return (0);
		*status = E_CORRUPT;
		if (raw[0] >= FRAME_SKIPPED)
			continue;
		n = raw[0] > FRAME_PLAIN ? 0 : frame_size(raw + FRAME_HEAD,
		    have - FRAME_HEAD, raw[0], len);
		if (n == 0 || n > end - run->end)
			return (0);
		rc = add_frame(ctx, a, &run, *off, n);
		if (rc != 0)
			return (rc);
	}
	*status = 0;
	return (0);
}


/* The next header behind a damaged block; the end of the file: none. */
static int
find_header(struct ctx *ctx, struct avml *a, uint64_t *off)
{
	const uint64_t size = file_size(a->file);
	uint8_t window[FRAME_MAX + HEADER];
	uint64_t at;
	size_t i, n;
	int rc;

	for (at = *off; size - at >= HEADER; at += n - HEADER + 1) {
		n = size - at < sizeof(window) ? (size_t)(size - at) :
		    sizeof(window);
		rc = file_read(ctx, a->file, at, window, n);
		drop_behind(a, at);
		if (rc == 0)
			rc = ctx_check(ctx);
		if (rc != 0)
			return (rc);
		for (i = 0; i + HEADER <= n; i++)
			if (window[i] == 'A' && is_header(window + i)) {
				*off = at + i;
				return (0);
			}
	}
	*off = size;
	return (0);
}

static int
read_block(struct ctx *ctx, struct avml *a, uint64_t *off)
{
	uint8_t raw[HEADER];
	struct run *rest;
	uint64_t start, end, done;
	int rc, status;

	rc = file_read(ctx, a->file, *off, raw, HEADER);
	if (rc != 0)
		return (rc);
	if (!is_header(raw)) {
		incomplete(a, *off, "what should be the header of a block is "
		    "none, at");
		return (find_header(ctx, a, off));
	}
	start = load_u64(raw + 8, false);
	end = load_u64(raw + 16, false) + 1;
	*off += HEADER;
	rc = read_frames(ctx, a, start, end, off, &status);
	if (rc != 0)
		return (rc);
	if (status == 0) {		/* behind it lies its length */
		if (!add_ok(*off, 8, off))
			*off = UINT64_MAX;
		return (0);
	}
	incomplete(a, *off, status == E_TRUNCATED ? "it ends inside a block, "
	    "at" : "a block of it is damaged, at");
	done = a->runs[a->nruns - 1].end;
	rest = add_run(ctx, a, done, *off, status);
	if (rest == NULL)
		return (E_NOMEM);
	rest->end = end;
	if (status == E_CORRUPT)
		return (find_header(ctx, a, off));
	*off = file_size(a->file);
	return (0);
}

static int
by_pa(const void *x, const void *y)
{
	const struct run *a = x, *b = y;

	if (a->pa != b->pa)
		return (a->pa < b->pa ? -1 : 1);
	/* Of two that begin alike first the one that has bytes. */
	return ((a->status != 0) - (b->status != 0));
}

static int
read_blocks(struct ctx *ctx, struct avml *a)
{
	uint64_t off, at;
	size_t i, n;
	int rc;

	for (off = 0; file_size(a->file) >= HEADER &&
	    off <= file_size(a->file) - HEADER;) {
		rc = read_block(ctx, a, &off);
		if (rc != 0)
			return (rc);
	}
	if (off != file_size(a->file))
		incomplete(a, file_size(a->file), "it ends inside a block, at");
	if (a->nruns > 0)
		qsort(a->runs, a->nruns, sizeof(*a->runs), by_pa);
	for (i = n = 0, at = 0; i < a->nruns; i++) {
		if (a->runs[i].end == a->runs[i].pa)
			continue;
		if (n > 0 && a->runs[i].pa < at) {
			incomplete(a, a->runs[i].at, "blocks of it overlap: "
			    "left out is the one at");
			continue;
		}
		at = a->runs[i].end;
		a->runs[n++] = a->runs[i];
	}
	a->nruns = n;
	return (n > 0 ? 0 : ctx_fail(ctx, E_CORRUPT, "%s: an AVML image "
	    "without any memory", file_name(a->file)));
}

/* --- Reading -------------------------------------------------------------- */

/* The index of the run that holds pa, or of the first above it (nruns: none). */
static size_t
find_run(const struct avml *a, uint64_t pa)
{
	size_t lo, hi, mid;

	for (lo = 0, hi = a->nruns; lo < hi;) {
		mid = lo + (hi - lo) / 2;
		if (a->runs[mid].end <= pa)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo);
}

/* The frame of a run that holds byte off of it. */
static size_t
find_frame(const struct avml *a, const struct run *r, uint64_t off)
{
	size_t lo, hi, mid;

	for (lo = r->first, hi = r->first + r->n; hi - lo > 1;) {
		mid = lo + (hi - lo) / 2;
		if (a->frames[mid].pa <= off)
			lo = mid;
		else
			hi = mid;
	}
	return (lo);
}

/* Expand frame i, of n bytes, to "out", with the buffer of st. */
static int
expand(struct avml *a, struct ctx *ctx, const struct run *r, size_t i,
    struct codec_state *st, void *out, size_t n)
{
	const uint64_t at = r->at + a->frames[i].at;
	uint8_t head[FRAME_HEAD + FRAME_SUM];
	uint32_t sum;
	size_t len;
	int rc;

	rc = file_read(ctx, a->file, at, head, sizeof(head));
	if (rc != 0)
		return (rc);
	len = load_u32(head, false) >> 8;
	if (len <= FRAME_SUM || len - FRAME_SUM > PACKED_MAX)
		return (ctx_fail(ctx, E_CORRUPT, "%s has changed",
		    file_name(a->file)));
	len -= FRAME_SUM;
	if (head[0] == FRAME_PLAIN) {
		rc = len == n ? file_read(ctx, a->file, at + sizeof(head), out,
		    n) : ctx_fail(ctx, E_CORRUPT, "%s has changed",
		    file_name(a->file));
	} else {
		rc = file_read(ctx, a->file, at + sizeof(head), st->in, len);
		if (rc == 0)
			rc = codec_expand(ctx, st, CODEC_SNAPPY, st->in, len,
			    out, n);
	}
	if (rc != 0)
		return (rc);
	/* The sum is kept rotated, with a number added. */
	sum = crc32c(&a->crc, out, n);
	sum = (sum >> 15 | sum << 17) + 0xa282ead8u;
	if (sum != load_u32(head + FRAME_HEAD, false))
		return (ctx_fail(ctx, E_CORRUPT, "the check sum of a frame at "
		    "0x%llx of %s is off", (unsigned long long)at,
		    file_name(a->file)));
	return (0);
}

static int
load(struct avml *a, struct ctx *ctx, const struct run *r, size_t i,
    size_t size, size_t off, void *buf, size_t n)
{
	struct codec_state *st;
	void *out;
	int rc;

	st = codec_take(ctx, &a->pool);
	if (st == NULL)
		return (E_NOMEM);
	out = n == size ? buf : st->out;
	rc = expand(a, ctx, r, i, st, out, size);
	if (rc == 0) {
		/* A scan sees each once and would push out all others. */
		if (n < size && size < FRAME_MAX)
			memset((uint8_t *)out + size, 0, FRAME_MAX - size);
		if (n < size)
			cache_insert(a->cache, i, out);
		if (n < size)
			memcpy(buf, st->out + off, n);
	}
	codec_give(&a->pool, st);
	return (rc);
}

static int
missing(struct ctx *ctx, const struct avml *a, uint64_t pa, int status)
{
	return (ctx_fail_at(ctx, status, pa, status == E_TRUNCATED ?
	    "physical 0x%llx lies behind the end of %s, which was cut short" :
	    status == E_CORRUPT ? "physical 0x%llx is in a damaged block of %s" :
	    "physical 0x%llx is not in %s", (unsigned long long)pa,
	    file_base(a->file)));
}

static int
avml_read(struct mem_layer *l, struct ctx *ctx, uint64_t pa, void *buf,
    size_t n)
{
	struct avml *a = (struct avml *)l;
	const struct run *r;
	size_t i, frame, off, want, size;
	int rc;

	for (; n > 0; n -= want, pa += want, buf = (char *)buf + want) {
		i = find_run(a, pa);
		if (i == a->nruns || a->runs[i].pa > pa)
			return (missing(ctx, a, pa, E_NOT_IN_DUMP));
		r = &a->runs[i];
		if (r->status != 0)
			return (missing(ctx, a, pa, r->status));
		frame = find_frame(a, r, pa - r->pa);
		off = (size_t)(pa - r->pa - a->frames[frame].pa);
		size = (size_t)((frame + 1 < r->first + r->n ?
		    a->frames[frame + 1].pa : r->end - r->pa) -
		    a->frames[frame].pa);
		want = n < size - off ? n : size - off;
		if (cache_copy(a->cache, frame, off, buf, want))
			continue;
		rc = load(a, ctx, r, frame, size, off, buf, want);
		if (rc != 0) {
			if (ctx->quiet == 0)
				ctx_chain(ctx, "physical 0x%llx",
				    (unsigned long long)pa);
			ctx->err.addr = pa;
			return (rc);
		}
	}
	return (0);
}

static int
avml_extent(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct extent *ret)
{
	(void)l;
	(void)ret;
	return (ctx_fail_at(ctx, E_UNSUPPORTED, pa, "physical 0x%llx is not "
	    "at hand in place", (unsigned long long)pa));
}

static int
avml_range(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct mem_range *ret)
{
	struct avml *a = (struct avml *)l;
	size_t i;

	(void)ctx;
	i = find_run(a, pa);
	if (i == a->nruns)
		return (E_DONE);
	if (a->runs[i].pa > pa)
		*ret = (struct mem_range){ pa, a->runs[i].pa, E_NOT_IN_DUMP,
		    UINT64_MAX };
	else
		*ret = (struct mem_range){ pa, a->runs[i].end,
		    a->runs[i].status, UINT64_MAX };
	return (0);
}

static void
avml_drop(struct mem_layer *l, uint64_t pa, uint64_t n)
{
	struct avml *a = (struct avml *)l;
	const struct run *r;
	uint64_t from, to;
	size_t i;

	i = find_run(a, pa);
	if (n == 0 || i == a->nruns || a->runs[i].pa > pa || a->runs[i].n == 0)
		return;
	r = &a->runs[i];
	if (n > r->end - pa)
		n = r->end - pa;
	from = a->frames[find_frame(a, r, pa - r->pa)].at;
	to = a->frames[find_frame(a, r, pa - r->pa + n - 1)].at;
	file_drop(a->file, r->at + from, to - from);
}

static void
avml_close(struct mem_layer *l)
{
	struct avml *a = (struct avml *)l;
	size_t i;

	for (i = 0; i < a->dump.nfiles; i++)
		file_close(a->dump.files[i]);
	codec_pool_fini(&a->pool);
	cache_destroy(a->cache);
	free(a->runs);
	free(a->frames);
	free(a->dump.cpus);
	arena_fini(&a->dump.arena);
	free(a);
}

static int
avml_open(struct ctx *ctx, struct file **files, size_t n,
    const struct dump_options *opt, struct dump **ret)
{
	struct avml *a;
	int rc;

	(void)n;
	rc = codec_check(ctx, CODEC_SNAPPY);
	if (rc != 0)
		return (ctx_chain(ctx, "%s", file_name(files[0])));
	a = calloc(1, sizeof(*a));
	if (a == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	a->dump.layer.ops = &avml_ops;
	a->dump.backend = &backend_avml;
	a->dump.complete = true;
	a->file = a->dump.files[0] = files[0];
	arena_init(&a->dump.arena);
	codec_pool_init(&a->pool, PACKED_MAX);
	crc32c_init(&a->crc);
	rc = cache_create(ctx, opt->cache, FRAME_MAX, &a->cache);
	if (rc == 0)
		rc = read_blocks(ctx, a);
	if (rc == 0)
		rc = vmcoreinfo_find_arch(ctx, &a->dump, opt);
	if (rc != 0) {
		avml_close(&a->dump.layer);
		return (rc);
	}
	a->dump.nfiles = 1;
	*ret = &a->dump;
	return (0);
}

static const char *
avml_format(const struct dump *d)
{
	(void)d;
	return ("AVML (snappy)");
}
