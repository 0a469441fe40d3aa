/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading a kdump.  A page's descriptor is found by counting the dumped pages
 * below it: one count for each block of 4096 page numbers is kept, the rest is
 * counted in the bitmap, which stays in the file.
 */
#include "engine/backend/kdump.h"

#include "base/bytes.h"
#include "engine/backend/notes.h"
#include "engine/backend/vmcoreinfo.h"
#include "engine/memory/ahead.h"
#include "engine/memory/cache.h"
#include "engine/memory/codec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SHIFT	12
#define BLOCK_PAGES	(UINT64_C(1) << BLOCK_SHIFT)
#define BLOCK_BYTES	(BLOCK_PAGES / 8)
#define BLOCK_WORDS	(BLOCK_PAGES / 64)
#define DESC_SIZE	24u
#define LEVEL_ZEROS	1u		/* of what makedumpfile -d leaves out */
#define TAIL		(UINT64_C(1) << 16)	/* descriptors looked at when opened */
#define TEXT_MAX	(UINT64_C(1) << 20)
#define DROP_EVERY	(UINT64_C(1) << 20)	/* bytes of memory */
#define DROP_AROUND	(UINT64_C(1) << 16)	/* bytes of the file before them */

struct part {
	struct file	*file;
	uint64_t	 start, end;	/* page numbers, end exclusive */
	uint64_t	 first;		/* dumped pages below start */
	uint64_t	 count;		/* in this part */
	uint64_t	 descs;
	uint64_t	 zeros;		/* where the one page of zeros lies, or 0 */
};

struct kdump {
	struct dump	 dump;		/* first: is a layer */
	struct part	*parts;		/* ascending, without overlaps */
	size_t		 nparts;
	struct file	*file;		/* the bitmap is read from this one */
	uint64_t	 bitmap;
	uint64_t	 npages;
	uint64_t	*below;		/* dumped pages below each block */
	uint64_t	 nblocks;
	uint8_t		 page_shift;
	bool		 be;
	const char	*format;
	struct codec_pool pool;
	struct cache	*cache;
	struct ahead	*ahead;		/* or NULL */
	uint8_t		*zeros;		/* a page */
};

struct desc {
	uint64_t at;
	uint32_t size, flags;
};

static int	kdump_probe(struct ctx *, struct file *);
static int	kdump_open(struct ctx *, struct file **, size_t,
		    const struct dump_options *, struct dump **);
static const char *kdump_format(const struct dump *);
static int	kdump_read(struct mem_layer *, struct ctx *, uint64_t, void *,
		    size_t);
static int	kdump_extent(struct mem_layer *, struct ctx *, uint64_t,
		    struct extent *);
static int	kdump_range(struct mem_layer *, struct ctx *, uint64_t,
		    struct mem_range *);
static void	kdump_drop(struct mem_layer *, uint64_t, uint64_t);
static void	kdump_close(struct mem_layer *);

const struct backend backend_kdump = {
	.name = "kdump",
	.format = kdump_format,
	.parts = true,
	.probe = kdump_probe,
	.open = kdump_open,
};

static const struct mem_layer_ops kdump_ops = {
	.name = "kdump",
	.read = kdump_read,
	.extent = kdump_extent,
	.range = kdump_range,
	.drop = kdump_drop,
	.close = kdump_close,
};

/* --- Which pages there are ------------------------------------------------ */

/* The bits of a block; those behind the last page are 0. */
static int
read_block(struct kdump *k, struct ctx *ctx, uint64_t block,
    uint64_t words[BLOCK_WORDS])
{
	uint64_t left;
	unsigned i;
	int rc;

	rc = file_read(ctx, k->file, k->bitmap + block * BLOCK_BYTES, words,
	    BLOCK_BYTES);
	if (rc != 0)
		return (rc);
	left = k->npages - block * BLOCK_PAGES;
	for (i = 0; i < BLOCK_WORDS; i++) {
		words[i] = load_u64(&words[i], false);
		if (left < 64)
			words[i] &= (UINT64_C(1) << left) - 1;
		left -= left < 64 ? left : 64;
	}
	return (0);
}

static int
count_pages(struct kdump *k, struct ctx *ctx)
{
	uint64_t words[BLOCK_WORDS], block, n, dropped;
	unsigned i;
	int rc;

	k->nblocks = (k->npages + BLOCK_PAGES - 1) / BLOCK_PAGES;
	k->below = malloc((size_t)(k->nblocks + 1) * sizeof(*k->below));
	if (k->below == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for the index of "
		    "pages"));
	for (block = n = dropped = 0; block < k->nblocks; block++) {
		k->below[block] = n;
		rc = read_block(k, ctx, block, words);
		if (rc == 0 && block % 4096 == 4095) {
			file_drop(k->file, k->bitmap + dropped * BLOCK_BYTES,
			    (block - dropped) * BLOCK_BYTES);
			dropped = block;
			rc = ctx_check(ctx);
		}
		if (rc != 0)
			return (ctx_chain(ctx, "%s: the bitmap of its pages",
			    file_name(k->file)));
		for (i = 0; i < BLOCK_WORDS; i++)
			if (words[i] != 0)
				n += (uint64_t)__builtin_popcountll(words[i]);
	}
	k->below[block] = n;
	return (0);
}

/* Is a page dumped, and how many are below it?  page may be the end. */
static int
rank(struct kdump *k, struct ctx *ctx, uint64_t page, bool *dumped,
    uint64_t *below)
{
	uint64_t words[BLOCK_WORDS], n;
	unsigned i, in;
	int rc;

	if (page >= k->npages) {
		*dumped = false;
		*below = k->below[k->nblocks];
		return (0);
	}
	rc = read_block(k, ctx, page / BLOCK_PAGES, words);
	if (rc != 0)
		return (rc);
	in = page % BLOCK_PAGES;
	n = k->below[page / BLOCK_PAGES];
	for (i = 0; i < in / 64; i++)
		n += (uint64_t)__builtin_popcountll(words[i]);
	n += (uint64_t)__builtin_popcountll(words[i] &
	    ((UINT64_C(1) << in % 64) - 1));
	*dumped = (words[i] >> in % 64 & 1) != 0;
	*below = n;
	return (0);
}

/* How many pages of a block are dumped, all (true) or none (false) of them? */
static bool
uniform(const struct kdump *k, uint64_t block, bool dumped)
{
	const uint64_t n = k->below[block + 1] - k->below[block];

	return (n == (dumped ? BLOCK_PAGES : 0));
}

/* The end of the run of pages that are all dumped, or all not, as this one. */
static int
run_end(struct kdump *k, struct ctx *ctx, uint64_t page, bool *dumped,
    uint64_t *end)
{
	uint64_t words[BLOCK_WORDS], w, block;
	unsigned i;
	int rc;

	block = page / BLOCK_PAGES;
	rc = read_block(k, ctx, block, words);
	if (rc != 0)
		return (rc);
	i = page % BLOCK_PAGES / 64;
	*dumped = (words[i] >> page % 64 & 1) != 0;
	/* Ones where the run ends; none below the page. */
	w = (*dumped ? ~words[i] : words[i]) & ~UINT64_C(0) << page % 64;
	for (;;) {
		for (; w == 0 && ++i < BLOCK_WORDS;)
			w = *dumped ? ~words[i] : words[i];
		if (w != 0)
			break;
		while (++block < k->nblocks && uniform(k, block, *dumped))
			;
		if (block == k->nblocks) {
			*end = k->npages;
			return (0);
		}
		rc = read_block(k, ctx, block, words);
		if (rc != 0)
			return (rc);
		i = 0;
		w = *dumped ? ~words[0] : words[0];
	}
	*end = block * BLOCK_PAGES + i * 64 + (unsigned)__builtin_ctzll(w);
	if (*end > k->npages)
		*end = k->npages;
	return (0);
}

/* The part that has a page or else the first above it; NULL: none. */
static const struct part *
find_part(const struct kdump *k, uint64_t page)
{
	size_t i;

	for (i = 0; i < k->nparts; i++)
		if (page < k->parts[i].end)
			return (&k->parts[i]);
	return (NULL);
}

static int
read_desc(struct kdump *k, struct ctx *ctx, const struct part *p, uint64_t i,
    struct desc *ret)
{
	uint8_t raw[DESC_SIZE];
	int rc;

	rc = file_read(ctx, p->file, p->descs + i * DESC_SIZE, raw,
	    sizeof(raw));
	if (rc != 0)
		return (rc);
	ret->at = load_u64(raw, k->be);
	ret->size = load_u32(raw + 8, k->be);
	ret->flags = load_u32(raw + 12, k->be);
	return (0);
}

/* Can a page be stored so? */
static bool
desc_ok(const struct kdump *k, const struct desc *d)
{
	const uint32_t page = 1u << k->page_shift;

	return (d->size > 0 && d->size <= page &&
	    ((d->flags & KDUMP_COMPRESSED) != 0 || d->size == page));
}

/*
 * Where a page is stored, and how many of those dumped are below it; its
 * descriptor is checked, not its bytes.
 */
static int
find_page(struct kdump *k, struct ctx *ctx, uint64_t page,
    const struct part **part, struct desc *ret, uint64_t *index)
{
	const uint64_t pa = page << k->page_shift;
	const struct part *p;
	uint64_t below;
	bool dumped;
	int rc;

	rc = rank(k, ctx, page, &dumped, &below);
	if (rc != 0)
		return (rc);
	if (!dumped)
		return (ctx_fail_at(ctx, E_NOT_IN_DUMP, pa, "physical 0x%llx "
		    "is not in %s", (unsigned long long)pa,
		    file_base(k->file)));
	p = find_part(k, page);
	if (p == NULL || page < p->start)
		return (ctx_fail_at(ctx, E_TRUNCATED, pa, "physical 0x%llx is "
		    "in a part of the split dump that was not given",
		    (unsigned long long)pa));
	rc = read_desc(k, ctx, p, below - p->first, ret);
	if (rc != 0)
		return (rc);
	if (ret->at == 0)
		return (ctx_fail_at(ctx, E_TRUNCATED, pa, "physical 0x%llx was "
		    "not written to %s any more", (unsigned long long)pa,
		    file_base(p->file)));
	if (!desc_ok(k, ret))
		return (ctx_fail_at(ctx, E_CORRUPT, pa, "physical 0x%llx is "
		    "stored in %u bytes, says %s: that cannot be",
		    (unsigned long long)pa, ret->size, file_base(p->file)));
	*part = p;
	*index = below;
	return (0);
}

/* --- Reading -------------------------------------------------------------- */

static int
codec_of(struct ctx *ctx, uint32_t flags, enum codec *ret)
{
	switch (flags & KDUMP_COMPRESSED) {
	case KDUMP_ZLIB:
		*ret = CODEC_ZLIB;
		return (0);
	case KDUMP_LZO:
		*ret = CODEC_LZO;
		return (0);
	case KDUMP_SNAPPY:
		*ret = CODEC_SNAPPY;
		return (0);
	case KDUMP_ZSTD:
		*ret = CODEC_ZSTD;
		return (0);
	}
	return (ctx_fail(ctx, E_CORRUPT, "compression flags 0x%x name no way "
	    "or several", flags));
}

/* Expand a page to "out", with the buffers of st. */
static int
expand(struct kdump *k, struct ctx *ctx, const struct part *p,
    const struct desc *d, struct codec_state *st, void *out)
{
	enum codec codec;
	int rc;

	rc = codec_of(ctx, d->flags, &codec);
	if (rc == 0)
		rc = file_read(ctx, p->file, d->at, st->in, d->size);
	if (rc == 0)
		rc = codec_expand(ctx, st, codec, st->in, d->size, out,
		    (size_t)1 << k->page_shift);
	return (rc);
}

/* The page of this index, for who reads ahead; only such as take time. */
static int
fetch(void *arg, struct ctx *ctx, uint64_t index, void *out)
{
	struct kdump *k = arg;
	struct codec_state *st;
	const struct part *p;
	struct desc d;
	size_t i;
	int rc;

	for (i = 0; i < k->nparts; i++)
		if (index - k->parts[i].first < k->parts[i].count)
			break;
	if (i == k->nparts)
		return (E_TRUNCATED);
	p = &k->parts[i];
	rc = read_desc(k, ctx, p, index - p->first, &d);
	if (rc != 0)
		return (rc);
	if (d.at == 0 || d.at == p->zeros || !desc_ok(k, &d) ||
	    (d.flags & KDUMP_COMPRESSED) == 0)
		return (E_UNSUPPORTED);
	st = codec_take(ctx, &k->pool);
	if (st == NULL)
		return (E_NOMEM);
	rc = expand(k, ctx, p, &d, st, out);
	codec_give(&k->pool, st);
	return (rc);
}

/* n bytes of a page that is not in the cache. */
static int
load(struct kdump *k, struct ctx *ctx, uint64_t page, size_t off, void *buf,
    size_t n)
{
	struct codec_state *st;
	const struct part *p;
	struct desc d;
	uint64_t index;
	void *out;
	bool whole;
	int rc;

	rc = find_page(k, ctx, page, &p, &d, &index);
	if (rc != 0)
		return (rc);
	if ((d.flags & KDUMP_COMPRESSED) == 0)
		return (file_read(ctx, p->file, d.at + off, buf, n));
	if (d.at == p->zeros) {
		memset(buf, 0, n);
		return (0);
	}
	st = codec_take(ctx, &k->pool);
	if (st == NULL)
		return (E_NOMEM);
	whole = n == (size_t)1 << k->page_shift;
	out = whole ? buf : st->out;
	rc = k->ahead != NULL && ahead_take(k->ahead, index, out) ? 0 :
	    expand(k, ctx, p, &d, st, out);
	if (rc == 0) {
		/* A scan sees each page once and would push out all others. */
		if (!whole || ctx->unrecorded == 0)
			cache_insert(k->cache, page, out);
		if (!whole)
			memcpy(buf, st->out + off, n);
	}
	codec_give(&k->pool, st);
	return (rc);
}

static int
kdump_read(struct mem_layer *l, struct ctx *ctx, uint64_t pa, void *buf,
    size_t n)
{
	struct kdump *k = (struct kdump *)l;
	const size_t size = (size_t)1 << k->page_shift;
	size_t off, want;
	int rc;

	for (; n > 0; n -= want, pa += want, buf = (char *)buf + want) {
		off = pa & (size - 1);
		want = n < size - off ? n : size - off;
		if (cache_copy(k->cache, pa >> k->page_shift, off, buf, want))
			continue;
		rc = load(k, ctx, pa >> k->page_shift, off, buf, want);
		if (rc != 0) {
			if (ctx->quiet == 0 && rc != E_NOT_IN_DUMP)
				ctx_chain(ctx, "physical 0x%llx",
				    (unsigned long long)pa);
			ctx->err.addr = pa;
			return (rc);
		}
	}
	return (0);
}

/* Pages that are stored plainly, and the one of zeros that many share. */
static int
kdump_extent(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct extent *ret)
{
	struct kdump *k = (struct kdump *)l;
	const uint64_t size = UINT64_C(1) << k->page_shift;
	const struct part *part;
	const uint8_t *p;
	struct desc d;
	uint64_t index;
	int rc;

	rc = find_page(k, ctx, pa >> k->page_shift, &part, &d, &index);
	if (rc != 0) {
		ctx->err.addr = pa;
		return (rc);
	}
	if (d.at == part->zeros)
		p = k->zeros;
	else if ((d.flags & KDUMP_COMPRESSED) == 0)
		p = file_map(part->file, d.at, size);
	else
		p = NULL;
	if (p == NULL)
		return (ctx_fail_at(ctx, E_UNSUPPORTED, pa,
		    "physical 0x%llx is not at hand in place",
		    (unsigned long long)pa));
	*ret = (struct extent){ p, pa & ~(size - 1), size };
	return (0);
}

static int
kdump_range(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct mem_range *ret)
{
	struct kdump *k = (struct kdump *)l;
	const uint64_t page = pa >> k->page_shift;
	const struct part *p;
	uint64_t end;
	bool dumped;
	int rc, status;

	if (page >= k->npages)
		return (E_DONE);
	rc = run_end(k, ctx, page, &dumped, &end);
	if (rc != 0)
		return (rc);
	status = dumped ? 0 : E_NOT_IN_DUMP;
	if (dumped) {
		p = find_part(k, page);
		if (p == NULL || page < p->start)
			status = E_TRUNCATED;
		if (p != NULL && page < p->start && p->start < end)
			end = p->start;
		else if (p != NULL && page >= p->start && p->end < end)
			end = p->end;
	}
	*ret = (struct mem_range){ pa, end << k->page_shift, status,
	    UINT64_MAX };
	return (0);
}

static void
drop_file(struct file *f, uint64_t low, uint64_t high)
{
	low -= low < DROP_AROUND ? low : DROP_AROUND;
	if (low < high)
		file_drop(f, low, high - low);
}

/*
 * Scans ascend, and so do descriptors and bytes.  Runs may be short: now and
 * then all since the last multiple of DROP_EVERY goes.
 */
static void
kdump_drop(struct mem_layer *l, uint64_t pa, uint64_t n)
{
	struct kdump *k = (struct kdump *)l;
	const struct part *p;
	uint64_t a, b, i, low, high;
	struct desc d;
	struct ctx ctx;
	bool dumped;

	if ((pa ^ (pa + n)) < DROP_EVERY)
		return;
	pa -= pa % DROP_EVERY;
	p = find_part(k, (pa + n) >> k->page_shift);
	if (p == NULL)
		return;
	ctx_init(&ctx);
	ctx.quiet++;
	a = b = 0;
	if (rank(k, &ctx, pa >> k->page_shift, &dumped, &a) == 0)
		(void)rank(k, &ctx, (pa + n) >> k->page_shift, &dumped, &b);
	a = a > p->first ? a - p->first : 0;
	b = b > p->first ? b - p->first : 0;
	for (i = a, low = UINT64_MAX, high = 0; i < b &&
	    read_desc(k, &ctx, p, i, &d) == 0; i++) {
		if (d.at == 0 || d.at == p->zeros)
			continue;
		low = d.at < low ? d.at : low;
		high = d.at > high ? d.at : high;
	}
	ctx_fini(&ctx);
	drop_file(p->file, low, high);
	if (a < b)
		drop_file(p->file, p->descs + a * DESC_SIZE,
		    p->descs + b * DESC_SIZE);
}

static void
kdump_close(struct mem_layer *l)
{
	struct kdump *k = (struct kdump *)l;
	size_t i;

	ahead_destroy(k->ahead);
	for (i = 0; i < k->dump.nfiles; i++)
		file_close(k->dump.files[i]);
	codec_pool_fini(&k->pool);
	cache_destroy(k->cache);
	free(k->zeros);
	free(k->below);
	free(k->parts);
	free(k->dump.cpus);
	arena_fini(&k->dump.arena);
	free(k);
}

/* --- Opening -------------------------------------------------------------- */

static int
kdump_probe(struct ctx *ctx, struct file *f)
{
	struct kdump_head h;

	return (kdump_head_read(ctx, f, &h));
}

static void
incomplete(struct kdump *k, const char *why)
{
	k->dump.complete = false;
	if (k->dump.incomplete == NULL)
		k->dump.incomplete = why;
}

/*
 * Look at a part's last descriptors: does the file hold what they promise, and
 * where is the page of zeros?  makedumpfile and QEMU store that once, so it is
 * a place that neighbours share.
 */
static int
check_part(struct kdump *k, struct ctx *ctx, struct part *p)
{
	struct codec_state *st;
	struct desc d, shared;
	uint64_t i, n, first, end, last;
	bool dumped;
	int rc;

	rc = rank(k, ctx, p->end, &dumped, &n);
	if (rc != 0)
		return (rc);
	n -= p->first;
	p->count = n;
	first = n > TAIL ? n - TAIL : 0;
	memset(&shared, 0, sizeof(shared));
	for (i = first, last = 0; i < n; i++, last = d.at) {
		/* What the file does not have is told when it is asked for. */
		if (read_desc(k, ctx, p, i, &d) != 0 ||
		    (d.at != 0 && (!add_ok(d.at, d.size, &end) ||
		    end > file_size(p->file)))) {
			incomplete(k, arena_printf(&k->dump.arena, "%s ends at "
			    "0x%llx, before the last of its pages",
			    file_name(p->file),
			    (unsigned long long)file_size(p->file)));
			ctx_clear(ctx);
			break;
		}
		if (d.at == 0)
			incomplete(k, "some of its pages were never written");
		else if (d.at == last)
			shared = d;
	}
	file_drop(p->file, p->descs + first * DESC_SIZE,
	    (n - first) * DESC_SIZE);
	if (shared.size == 0 || shared.size > 1u << k->page_shift ||
	    (shared.flags & KDUMP_COMPRESSED) == 0)
		return (0);
	st = codec_take(ctx, &k->pool);
	if (st == NULL)
		return (E_NOMEM);
	ctx->quiet++;
	if (expand(k, ctx, p, &shared, st, st->out) == 0 &&
	    memcmp(st->out, k->zeros, (size_t)1 << k->page_shift) == 0)
		p->zeros = shared.at;
	ctx->quiet--;
	codec_give(&k->pool, st);
	ctx_clear(ctx);
	return (0);
}

static int
by_start(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	if (x->start != y->start)
		return (x->start < y->start ? -1 : 1);
	return (x->end < y->end ? -1 : x->end > y->end);
}

/* The headers of all files, which must be parts of one dump. */
static int
read_heads(struct ctx *ctx, struct kdump *k, struct file **files, size_t n,
    struct kdump_head *head)
{
	struct kdump_head h;
	size_t i;
	int rc;

	for (i = 0; i < n; i++) {
		rc = kdump_head_read(ctx, files[i], &h);
		if (rc != 0 && rc != E_NOT_MINE)
			return (rc);
		if (i == 0)
			*head = h;
		if (rc == E_NOT_MINE)
			return (ctx_fail(ctx, E_USAGE, "%s is no kdump: no part "
			    "of the dump in %s; name one dump",
			    file_name(files[i]), file_name(files[0])));
		if (n > 1 && (!h.split || !head->split))
			return (ctx_fail(ctx, E_USAGE, "%s and %s are no parts "
			    "of a split dump; name one dump",
			    file_name(files[0]), file_name(files[i > 0 ? i : 1])));
		if (h.npages != head->npages || h.be != head->be ||
		    h.page_shift != head->page_shift ||
		    memcmp(h.id, head->id, sizeof(h.id)) != 0)
			return (ctx_fail(ctx, E_USAGE, "%s and %s are parts of "
			    "different dumps", file_name(files[0]),
			    file_name(files[i])));
		if (h.status & KDUMP_INCOMPLETE)
			incomplete(k, "its header says that the writer ran out "
			    "of room");
		k->parts[i].file = files[i];
		k->parts[i].start = h.start;
		k->parts[i].end = h.end;
		k->parts[i].descs = h.descs;
	}
	qsort(k->parts, n, sizeof(*k->parts), by_start);
	for (i = 1; i < n; i++)
		if (k->parts[i].start < k->parts[i - 1].end)
			return (ctx_fail(ctx, E_USAGE, "%s and %s are the same "
			    "part of a split dump", file_name(k->parts[i].file),
			    file_name(k->parts[i - 1].file)));
	k->nparts = n;
	return (0);
}

/* Do dumped pages lie between start and end that no file has? */
static int
check_gap(struct kdump *k, struct ctx *ctx, uint64_t start, uint64_t end)
{
	uint64_t a, b;
	bool dumped;
	int rc;

	rc = rank(k, ctx, start, &dumped, &a);
	if (rc == 0)
		rc = rank(k, ctx, end, &dumped, &b);
	if (rc == 0 && a != b)
		incomplete(k, arena_printf(&k->dump.arena, "it is split, and "
		    "the part with the pages from physical 0x%llx on was not "
		    "given", (unsigned long long)start << k->page_shift));
	return (rc);
}

static int
check_parts(struct kdump *k, struct ctx *ctx)
{
	struct part *p;
	uint64_t at;
	bool dumped;
	size_t i;
	int rc;

	for (i = 0, at = 0; i < k->nparts; i++) {
		p = &k->parts[i];
		rc = check_gap(k, ctx, at, p->start);
		if (rc == 0)
			rc = rank(k, ctx, p->start, &dumped, &p->first);
		if (rc == 0)
			rc = check_part(k, ctx, p);
		if (rc != 0)
			return (rc);
		at = p->end;
	}
	return (check_gap(k, ctx, at, k->npages));
}

/* Text of the headers, NUL-ended; NULL when there is none. */
static char *
read_text(struct kdump *k, struct ctx *ctx, const struct kdump_piece *piece,
    size_t *len)
{
	char *text;
	size_t n;

	n = piece->len < TEXT_MAX ? (size_t)piece->len : TEXT_MAX;
	if (n == 0 || (text = arena_alloc(&k->dump.arena, n + 1)) == NULL)
		return (NULL);
	if (file_read(ctx, k->file, piece->off, text, n) != 0) {
		ctx_clear(ctx);
		return (NULL);
	}
	text[n] = '\0';
	*len = n;
	return (text);
}

/* Lines of a text become one, without what is no text; NULL stays NULL. */
static const char *
one_line(char *text)
{
	size_t i, n;

	for (i = n = 0; text != NULL && text[i] != '\0'; i++) {
		if (text[i] < ' ' || text[i] > '~')
			text[i] = ' ';
		if (text[i] != ' ')
			n = i + 1;
	}
	if (text != NULL)
		text[n] = '\0';
	return (text);
}

/*
 * QEMU writes no name of the machine, or "Unknown".  Then the looks of its
 * notes decide, VMCOREINFO, and last what is most usual with such longs.
 */
static const struct arch *
find_arch(struct kdump *k, struct ctx *ctx, const struct kdump_head *h)
{
	const struct arch *a;
	size_t i;

	for (i = 0; (a = arches[i]) != NULL; i++)
		if (strcmp(a->machine, h->machine) == 0 && a->be == h->be)
			return (a);
	/* Names with more to them: i586, armv6l. */
	if (h->word == 4 && strcmp(h->machine + 2, "86") == 0)
		return (&arch_i386);
	if (h->word == 4 && strncmp(h->machine, "arm", 3) == 0)
		return (h->be ? &arch_arm_be : &arch_arm);
	for (i = 0; (a = arches[i]) != NULL; i++)
		if (a->elf_machine == 8 && strncmp(h->machine, "mips", 4) == 0 &&
		    a->ptr_size == h->word && a->be == h->be)
			return (a);
	if (h->machine[0] != '\0' && strcmp(h->machine, "Unknown") != 0)
		return (NULL);
	a = notes_arch(ctx, k->file, h->notes.off, h->notes.len, h->word,
	    h->be);
	if (a == NULL)
		a = vmcoreinfo_arch(k->dump.vmcoreinfo, k->dump.vmcoreinfo_len);
	if (a != NULL && (a->ptr_size != h->word || a->be != h->be))
		a = NULL;
	for (i = 0; a == NULL && arches[i] != NULL; i++)
		if (arches[i]->ptr_size == h->word && arches[i]->be == h->be)
			a = arches[i];
	ctx_clear(ctx);
	return (a);
}

static int
read_notes(struct kdump *k, struct ctx *ctx, const struct kdump_head *h,
    struct notes *notes)
{
	struct dump *d = &k->dump;
	size_t len;

	len = 0;
	d->vmcoreinfo = read_text(k, ctx, &h->info, &len);
	d->vmcoreinfo_len = len;
	d->erased = one_line(read_text(k, ctx, &h->erased, &len));
	d->arch = find_arch(k, ctx, h);
	if (d->arch == NULL)
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s is a dump of a "
		    "processor that is not supported (%s)", file_name(k->file),
		    h->machine[0] != '\0' ? h->machine : h->be ?
		    "big-endian" : "little-endian"));
	return (notes_take(ctx, notes, k->file, h->notes.off, h->notes.len));
}

static int
name_format(struct kdump *k, struct ctx *ctx, uint32_t status, unsigned level,
    bool qemu)
{
	char filter[32] = "";
	enum codec codec;
	const char *how;
	int rc;

	how = "plain";
	if (status & KDUMP_COMPRESSED) {
		rc = codec_of(ctx, status, &codec);
		if (rc == 0)
			rc = codec_check(ctx, codec);
		if (rc != 0)
			return (ctx_chain(ctx, "%s", file_name(k->file)));
		how = codec_name(codec);
	}
	k->dump.filter = level;
	/* Zeros that were left out are no loss. */
	if ((level & ~LEVEL_ZEROS) != 0)
		snprintf(filter, sizeof(filter), ", filtered -d %u", level);
	k->format = arena_printf(&k->dump.arena, "kdump-compressed "
	    "(%s%s%s%s%s)", how, file_arranged(k->file) ? ", flattened" : "",
	    k->nparts > 1 ? ", split" : "", qemu ? ", QEMU" : "", filter);
	return (k->format != NULL ? 0 : ctx_fail(ctx, E_NOMEM,
	    "out of memory"));
}

static int
set_up(struct kdump *k, struct ctx *ctx, struct file **files, size_t n,
    const struct dump_options *opt)
{
	struct kdump_head h;
	struct notes notes;
	int rc;

	k->dump.layer.ops = &kdump_ops;
	k->dump.backend = &backend_kdump;
	k->dump.complete = true;
	k->file = files[0];
	k->parts = calloc(n, sizeof(*k->parts));
	if (k->parts == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	rc = read_heads(ctx, k, files, n, &h);
	if (rc != 0)
		return (rc);
	k->be = h.be;
	k->page_shift = h.page_shift;
	k->bitmap = h.bitmap;
	k->npages = h.npages;
	k->pool.room = (size_t)1 << h.page_shift;
	if (h.clamped)
		incomplete(k, "its bitmap is smaller than its header says");
	k->zeros = calloc(1, (size_t)1 << h.page_shift);
	if (k->zeros == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	rc = cache_create(ctx, opt->cache, (size_t)1 << h.page_shift,
	    &k->cache);
	if (rc == 0)
		rc = count_pages(k, ctx);
	if (rc == 0)
		rc = check_parts(k, ctx);
	if (rc == 0 && opt->ahead)
		rc = ahead_create(ctx, (size_t)1 << h.page_shift,
		    k->below[k->nblocks], fetch, k, &k->ahead);
	memset(&notes, 0, sizeof(notes));
	notes.dump = &k->dump;
	notes.be = h.be;
	if (rc == 0)
		rc = read_notes(k, ctx, &h, &notes);
	return (rc == 0 ? name_format(k, ctx, h.status, h.level,
	    notes.qemu) : rc);
}

static int
kdump_open(struct ctx *ctx, struct file **files, size_t n,
    const struct dump_options *opt, struct dump **ret)
{
	struct kdump *k;
	int rc;

	k = calloc(1, sizeof(*k));
	if (k == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	arena_init(&k->dump.arena);
	codec_pool_init(&k->pool, 0);
	rc = set_up(k, ctx, files, n, opt);
	if (rc != 0) {
		kdump_close(&k->dump.layer);
		return (rc);
	}
	memcpy(k->dump.files, files, n * sizeof(*files));
	k->dump.nfiles = n;
	*ret = &k->dump;
	return (0);
}

static const char *
kdump_format(const struct dump *d)
{
	return (((const struct kdump *)d)->format);
}
