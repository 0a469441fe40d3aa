/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A header of 4096 bytes, then records: offset and size, both signed 64 bits
 * and big-endian, and so many bytes.  Both -1 end the file.  What a later
 * record says of the same bytes holds.  makedumpfile.h: makedumpfile_header,
 * makedumpfile_data_header; QEMU include/sysemu/dump.h.
 */
#include "engine/backend/flat.h"

#include "base/bytes.h"
#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

#define SIGNATURE	"makedumpfile\0\0\0\0"
#define HEADER_SIZE	4096u
#define RECORD_SIZE	16u
#define RECORDS_MAX	((size_t)1 << 24)
#define DROP_EVERY	(UINT64_C(4) << 20)	/* bytes of the mapping */

struct records {
	struct file_piece *v;
	size_t		   n, cap;
};

/*
 * All records, in their order in the file; one that continues the last joins
 * it only where the bytes do, so few do.
 */
static int
read_records(struct ctx *ctx, struct file *f, struct records *r, bool *cut)
{
	const uint64_t size = file_size(f);
	uint8_t raw[RECORD_SIZE];
	uint64_t at, off, len, end, dropped;
	int rc;

	*cut = true;
	for (at = HEADER_SIZE, dropped = 0; size - at >= RECORD_SIZE;
	    at += len) {
		rc = file_read(ctx, f, at, raw, sizeof(raw));
		if (rc != 0)
			return (rc);
		off = load_u64(raw, true);
		len = load_u64(raw + 8, true);
		if (off == UINT64_MAX && len == UINT64_MAX) {
			*cut = false;
			break;
		}
		/* Zeros are a hole where the writer was stopped. */
		if (len == 0 || !add_ok(off, len, &end) || end > INT64_MAX)
			break;
		at += RECORD_SIZE;
		if (len > size - at)
			len = size - at;
		if (len == 0)
			break;
		if (r->n == RECORDS_MAX)
			return (ctx_fail(ctx, E_LIMIT, "%s: more than %zu "
			    "records; rearrange it with makedumpfile -R",
			    file_name(f), RECORDS_MAX));
		if (!vec_room(r->v, r->cap, r->n + 1))
			return (ctx_fail(ctx, E_NOMEM, "no memory for the "
			    "records of %s", file_name(f)));
		r->v[r->n++] = (struct file_piece){ off, len, at };
		if (r->n % 4096 == 0 && (rc = ctx_check(ctx)) != 0)
			return (rc);
		/* Reading the headers alone maps the whole file. */
		if (at - dropped > DROP_EVERY) {
			file_drop(f, dropped, at - dropped);
			dropped = at;
		}
	}
	file_drop(f, dropped, size - dropped);
	return (0);
}

/* --- Which of several records holds --------------------------------------- */

static int
by_offset(const void *a, const void *b)
{
	const struct file_piece *x = a, *y = b;

	if (x->off != y->off)
		return (x->off < y->off ? -1 : 1);
	return (x->at < y->at ? -1 : x->at > y->at);
}

/* The records over the current place, the latest on top. */
struct heap {
	const struct file_piece **v;
	size_t			  n;
};

static void
heap_push(struct heap *h, const struct file_piece *p)
{
	size_t i, up;

	for (i = h->n++; i > 0; i = up) {
		up = (i - 1) / 2;
		if (h->v[up]->at > p->at)
			break;
		h->v[i] = h->v[up];
	}
	h->v[i] = p;
}

static void
heap_pop(struct heap *h)
{
	const struct file_piece *p;
	size_t i, down;

	p = h->v[--h->n];
	for (i = 0; (down = 2 * i + 1) < h->n; i = down) {
		if (down + 1 < h->n && h->v[down + 1]->at > h->v[down]->at)
			down++;
		if (p->at > h->v[down]->at)
			break;
		h->v[i] = h->v[down];
	}
	h->v[i] = p;
}

/* n sorted records without overlaps; at most 2n of them. */
static size_t
settle(const struct file_piece *in, size_t n, struct file_piece *out,
    struct heap *h)
{
	const struct file_piece *p;
	uint64_t at, stop;
	size_t i, kept;

	for (i = kept = 0, at = 0;; at = stop) {
		while (h->n > 0 && h->v[0]->off + h->v[0]->len <= at)
			heap_pop(h);
		if (h->n == 0 && i == n)
			return (kept);
		if (h->n == 0 && in[i].off > at)
			at = in[i].off;
		for (; i < n && in[i].off == at; i++)
			heap_push(h, &in[i]);
		p = h->v[0];
		stop = p->off + p->len;
		if (i < n && in[i].off < stop)
			stop = in[i].off;
		if (kept > 0 && out[kept - 1].off + out[kept - 1].len == at &&
		    out[kept - 1].at + out[kept - 1].len ==
		    p->at + (at - p->off))
			out[kept - 1].len += stop - at;
		else
			out[kept++] = (struct file_piece){ at, stop - at,
			    p->at + (at - p->off) };
	}
}

static bool
overlap(const struct file_piece *v, size_t n)
{
	size_t i;

	for (i = 1; i < n; i++)
		if (v[i].off - v[i - 1].off < v[i - 1].len)
			return (true);
	return (false);
}

/* Sort the records and settle which holds where several speak. */
static int
arrange(struct ctx *ctx, struct file *f, struct records *r)
{
	struct file_piece *out;
	struct heap h;

	qsort(r->v, r->n, sizeof(*r->v), by_offset);
	if (!overlap(r->v, r->n))
		return (0);
	out = malloc(2 * r->n * sizeof(*out));
	h.v = malloc(r->n * sizeof(*h.v));
	h.n = 0;
	if (out == NULL || h.v == NULL) {
		free(out);
		free(h.v);
		return (ctx_fail(ctx, E_NOMEM, "no memory for the records of "
		    "%s", file_name(f)));
	}
	r->n = settle(r->v, r->n, out, &h);
	free(h.v);
	free(r->v);
	r->v = out;
	return (0);
}

int
flat_take(struct ctx *ctx, struct file *f, bool *cut)
{
	struct records r = { NULL, 0, 0 };
	uint8_t raw[32];
	uint64_t size;
	size_t i;
	int rc;

	*cut = false;
	if (file_size(f) < sizeof(raw))
		return (0);
	rc = file_read(ctx, f, 0, raw, sizeof(raw));
	if (rc != 0)
		return (rc);
	if (memcmp(raw, SIGNATURE, 16) != 0)
		return (0);
	if (load_u64(raw + 16, true) != 1 || load_u64(raw + 24, true) != 1)
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s is a flattened dump "
		    "of type %llu, version %llu; known is 1, 1", file_name(f),
		    (unsigned long long)load_u64(raw + 16, true),
		    (unsigned long long)load_u64(raw + 24, true)));
	if (file_size(f) < HEADER_SIZE + RECORD_SIZE)
		return (ctx_fail(ctx, E_TRUNCATED, "%s is a flattened dump "
		    "that ends in its header", file_name(f)));
	rc = read_records(ctx, f, &r, cut);
	if (rc == 0 && r.n == 0)
		rc = ctx_fail(ctx, E_CORRUPT, "%s is a flattened dump without "
		    "records", file_name(f));
	if (rc == 0)
		rc = arrange(ctx, f, &r);
	if (rc != 0) {
		free(r.v);
		return (rc);
	}
	for (i = 0, size = 0; i < r.n; i++)
		if (r.v[i].off + r.v[i].len > size)
			size = r.v[i].off + r.v[i].len;
	file_arrange(f, r.v, r.n, size, !*cut);
	return (0);
}

void
flat_tell_cut(struct dump *d)
{
	d->complete = false;
	if (d->incomplete == NULL)
		d->incomplete = "the flattened file ends before its end mark";
}
