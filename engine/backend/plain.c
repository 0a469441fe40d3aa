/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/backend/plain.h"

#include "base/bytes.h"
#include "base/vec.h"
#include "engine/backend/minidump.h"

#include <stdlib.h>

#define COPIES_MAX	16u		/* of a byte, to be written */
#define CLAIMS_MAX	128u		/* all runs against their file's size */

static int	plain_read(struct mem_layer *, struct ctx *, uint64_t, void *,
		    size_t);
static int	plain_extent(struct mem_layer *, struct ctx *, uint64_t,
		    struct extent *);
static int	plain_range(struct mem_layer *, struct ctx *, uint64_t,
		    struct mem_range *);
static int	plain_write(struct mem_layer *, struct ctx *, uint64_t,
		    const void *, size_t);
static uint64_t	plain_data(struct mem_layer *, uint64_t);
static void	plain_drop(struct mem_layer *, uint64_t, uint64_t);
static void	plain_close(struct mem_layer *);

const struct mem_layer_ops plain_ops = {
	.name = "plain",
	.read = plain_read,
	.extent = plain_extent,
	.range = plain_range,
	.write = plain_write,
	.data = plain_data,
	.drop = plain_drop,
	.close = plain_close,
};

static int
add_run(struct ctx *ctx, struct plain *p, const struct plain_run *run)
{
	if (run->pa >= run->end)
		return (0);
	if (!vec_room(p->runs, p->cap, p->nruns + 1))
		return (ctx_fail(ctx, E_NOMEM, "no memory for the runs of a "
		    "dump"));
	p->runs[p->nruns++] = *run;
	return (0);
}

static int
by_kind(const void *a, const void *b)
{
	const struct plain_run *x = a, *y = b;

	/* First all that have bytes. */
	if ((x->status == 0) != (y->status == 0))
		return (x->status == 0 ? -1 : 1);
	if (x->pa != y->pa)
		return (x->pa < y->pa ? -1 : 1);
	return (x->offset < y->offset ? -1 : x->offset > y->offset);
}

/* What is cut away is a copy of what stays: to be written together. */
static int
keep_copy(struct ctx *ctx, struct plain *p, const struct plain_run *run,
    uint64_t end)
{
	if (!vec_room(p->copies, p->copies_cap, p->ncopies + 1))
		return (ctx_fail(ctx, E_NOMEM, "no memory for the runs of a "
		    "dump"));
	p->copies[p->ncopies] = *run;
	if (run->end > end)
		p->copies[p->ncopies].end = end;
	p->ncopies++;
	return (0);
}

/*
 * Cut what an earlier run of the same list holds already; in place.  What is
 * cut is kept as copies of p, if not NULL.
 */
static int
cut_overlaps(struct ctx *ctx, struct plain *p, struct plain_run *v, size_t *n)
{
	uint64_t at, skip;
	size_t i, kept;
	int rc;

	for (i = 0, kept = 0, at = 0; i < *n; i++) {
		rc = p != NULL && v[i].pa < at ?
		    keep_copy(ctx, p, &v[i], at) : 0;
		if (rc != 0)
			return (rc);
		if (v[i].end <= at)
			continue;
		skip = v[i].pa < at ? at - v[i].pa : 0;
		v[kept] = v[i];
		v[kept].pa += skip;
		v[kept].offset += skip;
		at = v[kept++].end;
	}
	*n = kept;
	return (0);
}

/* Append, joined with the run before where that says the same. */
static int
join_run(struct ctx *ctx, struct plain *p, const struct plain_run *run)
{
	struct plain_run *last;

	last = p->nruns > 0 ? &p->runs[p->nruns - 1] : NULL;
	if (run->pa < run->end && last != NULL && last->end == run->pa &&
	    last->status == run->status && (run->status != 0 ||
	    (last->file == run->file &&
	    run->offset - last->offset == run->pa - last->pa))) {
		last->end = run->end;
		return (0);
	}
	return (add_run(ctx, p, run));
}

int
plain_settle(struct ctx *ctx, struct plain *p)
{
	struct plain_run *in, *good, *bad, run;
	size_t i, j, n, ngood, nbad;
	uint64_t at, stop;
	int rc;

	in = p->runs;
	n = p->nruns;
	if (n == 0)
		return (0);
	qsort(in, n, sizeof(*in), by_kind);
	for (ngood = 0; ngood < n && in[ngood].status == 0; ngood++)
		;
	good = in;
	bad = in + ngood;
	nbad = n - ngood;
	rc = cut_overlaps(ctx, NULL, bad, &nbad);
	if (rc == 0)
		rc = cut_overlaps(ctx, p, good, &ngood);
	p->runs = NULL;
	p->nruns = p->cap = 0;
	for (i = 0, j = 0, at = 0; i <= ngood && rc == 0; i++) {
		stop = i < ngood ? good[i].pa : UINT64_MAX;
		for (; j < nbad && bad[j].pa < stop && rc == 0; j++) {
			run = bad[j];
			run.pa = run.pa > at ? run.pa : at;
			run.end = run.end < stop ? run.end : stop;
			rc = join_run(ctx, p, &run);
			if (bad[j].end > stop)
				break;	/* it may go on behind the good one */
		}
		if (i < ngood && rc == 0)
			rc = join_run(ctx, p, &good[i]);
		at = i < ngood ? good[i].end : at;
	}
	free(in);
	return (rc);
}

int
plain_add(struct ctx *ctx, struct plain *p, struct file **files, uint32_t file,
    uint64_t pa, uint64_t off, uint64_t filesz, uint64_t memsz)
{
	struct plain_run run = { .pa = pa, .offset = off, .file = file };
	struct file *f = files[file];
	uint64_t have, end, size;
	int rc;

	if (memsz < filesz)
		memsz = filesz;
	if (!add_ok(pa, memsz, &end)) {
		end = UINT64_MAX;
		memsz = end - pa;
		if (filesz > memsz)
			filesz = memsz;
	}
	size = file_size(f);
	have = off >= size ? 0 : size - off;
	if (have > filesz)
		have = filesz;
	/* Runs that share their bytes could make any scan endless. */
	p->claimed += have;
	if (p->claimed / CLAIMS_MAX > size)
		return (ctx_fail(ctx, E_LIMIT, "%s: its segments claim the "
		    "same bytes more than %u times", file_name(f), CLAIMS_MAX));
	if (have < filesz) {
		p->dump.complete = false;
		if (p->dump.incomplete == NULL)
			p->dump.incomplete = arena_printf(&p->dump.arena,
			    "the file ends at 0x%llx, inside the segment of "
			    "physical address 0x%llx that should reach 0x%llx",
			    (unsigned long long)size, (unsigned long long)pa,
			    (unsigned long long)(off + filesz));
	}
	run.end = pa + have;
	rc = add_run(ctx, p, &run);
	run.pa = run.end;
	run.end = pa + filesz;
	run.status = E_TRUNCATED;
	if (rc == 0)
		rc = add_run(ctx, p, &run);
	run.pa = run.end;
	run.end = end;
	run.status = E_NOT_IN_DUMP;
	return (rc == 0 ? add_run(ctx, p, &run) : rc);
}

int
plain_protect(struct ctx *ctx, struct plain *p, uint32_t file, uint64_t off,
    uint64_t len)
{
	if (!vec_room(p->headers, p->headers_cap, p->nheaders + 1))
		return (ctx_fail(ctx, E_NOMEM, "no memory for the headers of "
		    "a dump"));
	p->headers[p->nheaders++] = (struct plain_header){ off, len, file };
	return (0);
}

void
plain_fini(struct plain *p)
{
	free(p->dump.cpus);
	arena_fini(&p->dump.arena);
	free(p->runs);
	free(p->copies);
	free(p->headers);
}

static void
plain_close(struct mem_layer *l)
{
	struct plain *p = (struct plain *)l;
	size_t i;

	for (i = 0; i < p->dump.nfiles; i++)
		file_close(p->dump.files[i]);
	plain_fini(p);
	free(p);
}

/* The index of the run that holds pa, or of the first above it (nruns: none). */
static size_t
find(struct plain *p, uint64_t pa)
{
	size_t lo, hi, mid;

	mid = atomic_load_explicit(&p->last, memory_order_relaxed);
	if (mid < p->nruns && pa >= p->runs[mid].pa && pa < p->runs[mid].end)
		return (mid);
	for (lo = 0, hi = p->nruns; lo < hi;) {
		mid = lo + (hi - lo) / 2;
		if (p->runs[mid].end <= pa)
			lo = mid + 1;
		else
			hi = mid;
	}
	atomic_store_explicit(&p->last, lo, memory_order_relaxed);
	return (lo);
}

static int
missing(struct ctx *ctx, struct plain *p, uint64_t pa, int status)
{
	return (ctx_fail_at(ctx, status, pa, status == E_TRUNCATED ?
	    "physical 0x%llx lies behind the end of %s, which was cut short" :
	    "physical 0x%llx is not in %s", (unsigned long long)pa,
	    file_base(p->dump.files[0])));
}

static bool
is_made(const struct plain *p, uint64_t pa)
{
	return (p->made != NULL && pa >= p->made->how->window &&
	    pa < p->made->end);
}

static int
plain_read(struct mem_layer *l, struct ctx *ctx, uint64_t pa, void *buf,
    size_t n)
{
	struct plain *p = (struct plain *)l;
	const struct plain_run *r;
	size_t i, want;
	uint64_t off;
	int rc;

	if (is_made(p, pa))
		return (minidump_table_read(p->made, ctx, pa, buf, n));
	for (; n > 0; n -= want) {
		i = find(p, pa);
		if (i == p->nruns || p->runs[i].pa > pa)
			return (missing(ctx, p, pa, E_NOT_IN_DUMP));
		r = &p->runs[i];
		if (r->status != 0)
			return (missing(ctx, p, pa, r->status));
		want = n < r->end - pa ? n : (size_t)(r->end - pa);
		off = r->offset + (pa - r->pa);
		rc = file_read(ctx, p->dump.files[r->file], off, buf, want);
		if (rc != 0) {
			ctx->err.addr = pa + (ctx->err.addr - off);
			return (rc);
		}
		buf = (char *)buf + want;
		pa += want;
	}
	return (0);
}

static int
plain_extent(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct extent *ret)
{
	struct plain *p = (struct plain *)l;
	const struct plain_run *r;
	const uint8_t *bytes;
	size_t i;

	if (is_made(p, pa))
		return (E_UNSUPPORTED);
	i = find(p, pa);
	if (i == p->nruns || p->runs[i].pa > pa)
		return (missing(ctx, p, pa, E_NOT_IN_DUMP));
	r = &p->runs[i];
	if (r->status != 0)
		return (missing(ctx, p, pa, r->status));
	bytes = file_map(p->dump.files[r->file], r->offset, r->end - r->pa);
	if (bytes == NULL)
		return (ctx_fail_at(ctx, E_UNSUPPORTED, pa,
		    "physical 0x%llx is not at hand in place",
		    (unsigned long long)pa));
	*ret = (struct extent){ bytes, r->pa, r->end - r->pa };
	return (0);
}

static int
plain_range(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct mem_range *ret)
{
	struct plain *p = (struct plain *)l;
	const struct plain_run *r;
	size_t i;

	(void)ctx;
	i = find(p, pa);
	if (i == p->nruns)
		return (E_DONE);
	r = &p->runs[i];
	if (r->pa > pa)
		*ret = (struct mem_range){ pa, r->pa, E_NOT_IN_DUMP, UINT64_MAX };
	else
		*ret = (struct mem_range){ pa, r->end, r->status,
		    r->status == 0 ? r->offset + (pa - r->pa) : UINT64_MAX };
	return (0);
}

static bool
is_header(const struct plain *p, uint32_t file, uint64_t off, size_t n)
{
	const struct plain_header *h;
	size_t i;

	for (i = 0; i < p->nheaders; i++) {
		h = &p->headers[i];
		if (h->file == file && (off < h->off ? h->off - off < n :
		    off - h->off < h->len))
			return (true);
	}
	return (false);
}

/* The part of [pa, pa + n) that lies in a run; with "check" only look. */
static int
write_part(struct ctx *ctx, struct plain *p, const struct plain_run *r,
    uint64_t pa, const char *buf, size_t n, bool check)
{
	struct file *f = p->dump.files[r->file];
	uint64_t at, off;
	size_t len;
	int rc;

	at = pa > r->pa ? pa : r->pa;
	len = n - (size_t)(at - pa);
	if (len > r->end - at)
		len = (size_t)(r->end - at);
	off = r->offset + (at - r->pa);
	if (check && is_header(p, r->file, off, len))
		rc = ctx_fail(ctx, E_RESTRICTED, "physical 0x%llx lies in the "
		    "headers of %s", (unsigned long long)at, file_name(f));
	else
		rc = file_write(ctx, f, off, buf + (at - pa), check ? 0 : len);
	if (rc != 0)
		ctx->err.addr = !check && ctx->err.addr > off ?
		    at + (ctx->err.addr - off) : at;
	return (rc);
}

/* The same for all that hold some of it. */
static int
write_parts(struct ctx *ctx, struct plain *p, uint64_t pa, const void *buf,
    size_t n, bool check)
{
	const struct plain_run *r;
	unsigned copies;
	size_t i;
	int rc;

	for (i = 0, copies = 0, rc = 0; rc == 0 && i < p->ncopies; i++) {
		r = &p->copies[i];
		if (r->pa >= pa ? r->pa - pa >= n : r->end <= pa)
			continue;
		if (++copies > COPIES_MAX)
			return (ctx_fail_at(ctx, E_LIMIT, pa, "more than %u "
			    "segments hold physical 0x%llx", COPIES_MAX,
			    (unsigned long long)pa));
		rc = write_part(ctx, p, r, pa, buf, n, check);
	}
	for (i = find(p, pa); rc == 0 && i < p->nruns &&
	    (p->runs[i].pa <= pa || p->runs[i].pa - pa < n); i++)
		rc = write_part(ctx, p, &p->runs[i], pa, buf, n, check);
	return (rc);
}

/* All of it is found to be writable before the first byte is. */
static int
plain_write(struct mem_layer *l, struct ctx *ctx, uint64_t pa, const void *buf,
    size_t n)
{
	struct plain *p = (struct plain *)l;
	struct mem_range r;
	uint64_t at;
	size_t i;
	int rc;

	if (p->read_only != NULL)
		return (ctx_fail_at(ctx, E_UNSUPPORTED, pa, "%s",
		    p->read_only));
	for (i = 0; n == 0 && i < p->dump.nfiles; i++) {
		rc = file_write(ctx, p->dump.files[i], 0, NULL, 0);
		if (rc != 0)
			return (rc);
	}
	for (at = pa; at - pa < n; at = r.end) {
		if (plain_range(l, ctx, at, &r) != 0)
			r.status = E_NOT_IN_DUMP;
		if (r.status != 0)
			return (missing(ctx, p, at, r.status));
	}
	if (n == 0)
		return (0);
	rc = write_parts(ctx, p, pa, buf, n, true);
	return (rc == 0 ? write_parts(ctx, p, pa, buf, n, false) : rc);
}

static uint64_t
plain_data(struct mem_layer *l, uint64_t pa)
{
	struct plain *p = (struct plain *)l;
	const struct plain_run *r;
	uint64_t off;
	size_t i;

	i = find(p, pa);
	if (i == p->nruns || p->runs[i].pa > pa || p->runs[i].status != 0)
		return (pa);
	r = &p->runs[i];
	off = r->offset + (pa - r->pa);
	return (pa + (file_data(p->dump.files[r->file], off) - off));
}

static void
plain_drop(struct mem_layer *l, uint64_t pa, uint64_t n)
{
	struct plain *p = (struct plain *)l;
	const struct plain_run *r;
	size_t i;

	i = find(p, pa);
	if (i == p->nruns || p->runs[i].pa > pa)
		return;
	r = &p->runs[i];
	if (n > r->end - pa)
		n = r->end - pa;
	if (r->status == 0)
		file_drop(p->dump.files[r->file], r->offset + (pa - r->pa), n);
}
