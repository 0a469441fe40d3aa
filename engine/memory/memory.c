/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/memory/memory.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SCAN_WINDOW	((size_t)16 << 20)
#define WHOLE_PAGE	UINT64_C(65536)	/* the largest of any kernel */
#define SCAN_SMALL	((size_t)256 << 10)	/* behind a hole, then doubled */
#define BAD_PLACE	UINT64_C(4096)	/* skipped where the medium fails */

static int	read_phys(void *, struct ctx *, uint64_t, void *, size_t);

void
mem_init(struct memory *m, struct mem_layer *backend, struct file_faults *faults)
{
	struct timespec ts;

	memset(m, 0, sizeof(*m));
	m->top = backend;
	m->faults = faults != NULL ? &faults->count : &m->no_faults;
	m->reader.read = read_phys;
	m->reader.arg = m;
	/*
	 * A translation cache outlives a kernel and may meet another at the
	 * same address: start from the clock, not from 0.
	 */
	clock_gettime(CLOCK_MONOTONIC, &ts);
	atomic_init(&m->generation, (uint64_t)ts.tv_sec * 1000000000 +
	    (uint64_t)ts.tv_nsec + 1);
}

void
mem_fini(struct memory *m)
{
	struct mem_layer *below;

	while (m->top != NULL) {
		below = m->top->below;
		m->top->ops->close(m->top);
		m->top = below;
	}
}

void
mem_push(struct memory *m, struct mem_layer *l)
{
	l->below = m->top;
	m->top = l;
	atomic_fetch_add(&m->generation, 1);
}

static int
read_phys(void *arg, struct ctx *ctx, uint64_t pa, void *buf, size_t n)
{
	return (mem_read(ctx, arg, pa, buf, n));
}

int
mem_read(struct ctx *ctx, struct memory *m, uint64_t pa, void *buf, size_t n)
{
	if (n == 0)
		return (0);
	return (m->top->ops->read(m->top, ctx, pa, buf, n));
}

int
mem_write(struct ctx *ctx, struct memory *m, uint64_t pa, const void *buf,
    size_t n)
{
	struct mem_layer *l;
	int rc;

	for (l = m->top; l->ops->write == NULL && l->below != NULL;)
		l = l->below;
	if (l->ops->write == NULL)
		return (ctx_fail_at(ctx, E_UNSUPPORTED, pa, "memory of this "
		    "form (%s) cannot be written in place", l->ops->name));
	rc = l->ops->write(l, ctx, pa, buf, n);
	if (n > 0)
		atomic_fetch_add(&m->generation, 1);
	return (rc);
}

int
mem_answer(struct ctx *ctx, struct memory *m, uint64_t pa, void *buf, size_t n)
{
	struct mem_layer *l;

	for (l = m->top; l->below != NULL;)
		l = l->below;
	return (l->ops->answer != NULL ? l->ops->answer(l, ctx, pa, buf, n) :
	    ctx_fail_at(ctx, E_RESTRICTED, pa, "physical 0x%llx cannot be "
	    "read", (unsigned long long)pa));
}

/* Where a layer has no way of its own. */
static int
read_each(struct mem_layer *l, struct ctx *ctx, struct mem_request *v, size_t n)
{
	size_t i;
	int rc;

	ctx->quiet++;
	for (i = 0, rc = 0; i < n && rc == 0; i++) {
		v[i].status = v[i].n == 0 ? 0 :
		    l->ops->read(l, ctx, v[i].pa, v[i].buf, v[i].n);
		v[i].missing = ctx->err.addr;
		rc = v[i].status == E_CANCELLED ? E_CANCELLED : 0;
	}
	ctx->quiet--;
	return (rc);
}

int
mem_readv(struct ctx *ctx, struct memory *m, struct mem_request *v, size_t n)
{
	return (m->top->ops->readv != NULL ?
	    m->top->ops->readv(m->top, ctx, v, n) :
	    read_each(m->top, ctx, v, n));
}

void
mem_rest(struct memory *m)
{
	struct mem_layer *l;

	for (l = m->top; l != NULL; l = l->below)
		if (l->ops->rest != NULL)
			l->ops->rest(l);
}

int
mem_extent(struct ctx *ctx, struct memory *m, uint64_t pa, struct extent *ret)
{
	return (m->top->ops->extent(m->top, ctx, pa, ret));
}

int
mem_range(struct ctx *ctx, struct memory *m, uint64_t pa, struct mem_range *ret)
{
	return (m->top->ops->range(m->top, ctx, pa, ret));
}

uint64_t
mem_present(struct ctx *ctx, struct memory *m)
{
	struct mem_range r;
	uint64_t pa, sum;

	sum = 0;
	for (pa = 0; mem_range(ctx, m, pa, &r) == 0; pa = r.end) {
		if (r.status == 0)
			sum += r.end - r.start;
		if (r.end <= pa)
			break;
	}
	return (sum);
}

uint64_t
mem_end(struct ctx *ctx, struct memory *m)
{
	struct mem_range r;
	uint64_t pa, end;

	end = 0;
	for (pa = 0; mem_range(ctx, m, pa, &r) == 0; pa = r.end) {
		if (r.status == 0)
			end = r.end;
		if (r.end <= pa)
			break;
	}
	return (end);
}

static void
drop(struct memory *m, uint64_t pa, uint64_t n)
{
	struct mem_layer *l;

	for (l = m->top; l != NULL; l = l->below)
		if (l->ops->drop != NULL)
			l->ops->drop(l, pa, n);
}

/*
 * One window of *n bytes: in place where that can be had, else through the
 * buffer.  Of a bad place in the medium *n becomes what lies before it, 0 for
 * a window that begins with one.
 */
static int
scan_window(struct ctx *ctx, struct memory *m, uint64_t pa, size_t *n,
    uint8_t **copy,
    int (*fn)(void *, struct ctx *, uint64_t, const uint8_t *, size_t),
    void *arg)
{
	struct extent e;
	const uint8_t *p;
	uint64_t g;
	int rc;

	g = mem_generation(m);
	p = NULL;
	if (mem_extent(ctx, m, pa, &e) == 0 && e.len - (pa - e.pa) >= *n)
		p = e.ptr + (pa - e.pa);
	if (p != NULL) {
		rc = fn(arg, ctx, pa, p, *n);
		drop(m, pa, *n);
		if (rc != 0 || mem_generation(m) == g)
			return (rc);
		/* The mapping faulted on the way: once more by reading. */
	}
	if (*copy == NULL && (*copy = malloc(SCAN_WINDOW)) == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for a scan"));
	ctx->quiet++;
	rc = mem_read(ctx, m, pa, *copy, *n);
	if (rc != 0) {
		*n = ctx->err.addr > pa && ctx->err.addr - pa < *n ?
		    (size_t)(ctx->err.addr - pa) : 0;
		if (*n > 0 && mem_read(ctx, m, pa, *copy, *n) != 0)
			*n = 0;
	}
	ctx->quiet--;
	rc = *n > 0 ? fn(arg, ctx, pa, *copy, *n) : 0;
	drop(m, pa, *n);
	return (rc);
}

/*
 * Where a scan that is at pa goes on, when zeros are nothing to it.  What begins
 * in them and reaches out of them is still seen whole, and so is a page that is
 * partly zeros.
 */
static uint64_t
skip_zeros(struct memory *m, uint64_t pa, uint64_t stop, size_t overlap)
{
	struct mem_layer *l;
	uint64_t at;

	for (l = m->top; l != NULL && l->ops->data == NULL; l = l->below)
		;
	if (l == NULL)
		return (pa);
	at = l->ops->data(l, pa);
	if (at <= pa || at >= stop)
		return (at <= pa ? pa : stop);
	at -= at - pa < overlap ? at - pa : overlap;
	at &= ~(WHOLE_PAGE - 1);
	return (at > pa ? at : pa);
}

static int
scan(struct ctx *ctx, struct memory *m, uint64_t start, uint64_t end,
    size_t overlap, bool zeros,
    int (*fn)(void *, struct ctx *, uint64_t, const uint8_t *, size_t),
    void *arg)
{
	struct mem_range r;
	uint8_t *copy;
	uint64_t pa, at, stop;
	size_t n, want, window;
	int rc;

	copy = NULL;
	window = SCAN_WINDOW;
	rc = 0;
	ctx->unrecorded++;
	for (pa = start; rc == 0 && pa < end; pa = stop) {
		rc = mem_range(ctx, m, pa, &r);
		if (rc == E_DONE) {
			rc = 0;
			break;
		}
		if (rc != 0)
			break;
		stop = r.end;
		if (stop <= pa)
			break;
		if (stop > end)
			stop = end;
		while (r.status == 0 && pa < stop && rc == 0) {
			at = zeros ? pa : skip_zeros(m, pa, stop, overlap);
			if (at > pa) {
				/* There may be a million crumbs in holes. */
				window = overlap < SCAN_SMALL / 2 ?
				    SCAN_SMALL : SCAN_WINDOW;
				pa = at;
				rc = ctx_check(ctx);
				continue;
			}
			want = stop - pa < window ? (size_t)(stop - pa) :
			    window;
			window = window < SCAN_WINDOW / 2 ? 2 * window :
			    SCAN_WINDOW;
			n = want;
			rc = scan_window(ctx, m, pa, &n, &copy, fn, arg);
			if (rc == 0)
				rc = ctx_check(ctx);
			if (n < want) {	/* go on behind the bad place */
				pa = (pa + n + BAD_PLACE) & ~(BAD_PLACE - 1);
				continue;
			}
			if (stop - pa <= n || n <= overlap)
				break;
			pa += n - overlap;
		}
	}
	ctx->unrecorded--;
	free(copy);
	return (rc);
}

int
mem_scan(struct ctx *ctx, struct memory *m, uint64_t start, uint64_t end,
    size_t overlap,
    int (*fn)(void *, struct ctx *, uint64_t, const uint8_t *, size_t),
    void *arg)
{
	return (scan(ctx, m, start, end, overlap, true, fn, arg));
}

int
mem_scan_data(struct ctx *ctx, struct memory *m, uint64_t start, uint64_t end,
    size_t overlap,
    int (*fn)(void *, struct ctx *, uint64_t, const uint8_t *, size_t),
    void *arg)
{
	return (scan(ctx, m, start, end, overlap, false, fn, arg));
}
