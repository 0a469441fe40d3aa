/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/memory/overlay.h"

#include "base/vec.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define PAGE		UINT64_C(4096)
#define PAGES_MAX	16384u

/* A page with the bytes that lie over those below, and which these are. */
struct page {
	uint64_t	 pa;
	uint8_t		 bytes[PAGE];
	uint8_t		 there[PAGE / 8];
};

struct overlay {
	struct mem_layer layer;
	struct memory	*mem;
	pthread_rwlock_t lock;
	struct page	**pages;	/* ascending */
	size_t		 n, cap;
};

static int	overlay_read(struct mem_layer *, struct ctx *, uint64_t, void *,
		    size_t);
static int	overlay_extent(struct mem_layer *, struct ctx *, uint64_t,
		    struct extent *);
static int	overlay_range(struct mem_layer *, struct ctx *, uint64_t,
		    struct mem_range *);
static int	overlay_write(struct mem_layer *, struct ctx *, uint64_t,
		    const void *, size_t);
static void	overlay_close(struct mem_layer *);

static const struct mem_layer_ops staged_ops = {
	.name = "staged writes",
	.read = overlay_read,
	.extent = overlay_extent,
	.range = overlay_range,
	.close = overlay_close,
};

static const struct mem_layer_ops patch_ops = {
	.name = "patch",
	.read = overlay_read,
	.extent = overlay_extent,
	.range = overlay_range,
	.write = overlay_write,
	.close = overlay_close,
};

int
overlay_push(struct ctx *ctx, struct memory *m, bool medium,
    struct overlay **ret)
{
	struct overlay *o;

	o = calloc(1, sizeof(*o));
	if (o == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	o->layer.ops = medium ? &patch_ops : &staged_ops;
	o->mem = m;
	pthread_rwlock_init(&o->lock, NULL);
	mem_push(m, &o->layer);
	*ret = o;
	return (0);
}

/* The first page at or above pa's; n when there is none. */
static size_t
find(const struct overlay *o, uint64_t pa)
{
	size_t lo, hi, mid;

	for (lo = 0, hi = o->n; lo < hi;) {
		mid = lo + (hi - lo) / 2;
		if (o->pages[mid]->pa + (PAGE - 1) < pa)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo);
}

static bool
is_there(const struct page *p, size_t at)
{
	return ((p->there[at / 8] >> (at % 8) & 1) != 0);
}

/* The page of pa, made when there is none; NULL: out of memory. */
static struct page *
page_of(struct overlay *o, uint64_t pa)
{
	const uint64_t start = pa & ~(PAGE - 1);
	struct page *p;
	size_t i;

	i = find(o, pa);
	if (i < o->n && o->pages[i]->pa == start)
		return (o->pages[i]);
	if (!vec_room(o->pages, o->cap, o->n + 1))
		return (NULL);
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return (NULL);
	p->pa = start;
	memmove(&o->pages[i + 1], &o->pages[i],
	    (o->n - i) * sizeof(o->pages[0]));
	o->pages[i] = p;
	o->n++;
	return (p);
}

static int
put(struct ctx *ctx, struct overlay *o, uint64_t pa, const uint8_t *buf,
    size_t n)
{
	struct page *p;
	size_t i, at;
	int rc;

	rc = 0;
	pthread_rwlock_wrlock(&o->lock);
	for (i = 0; i < n && rc == 0;) {
		p = o->n < PAGES_MAX ? page_of(o, pa + i) : NULL;
		if (p == NULL) {
			rc = o->n < PAGES_MAX ? ctx_fail(ctx, E_NOMEM,
			    "out of memory") : ctx_fail(ctx, E_LIMIT,
			    "more than %u pages are changed", PAGES_MAX);
			ctx->err.addr = pa + i;
			break;
		}
		for (at = (size_t)(pa + i - p->pa); at < PAGE && i < n;
		    at++, i++) {
			p->bytes[at] = buf[i];
			p->there[at / 8] |= (uint8_t)(1u << (at % 8));
		}
	}
	pthread_rwlock_unlock(&o->lock);
	return (rc);
}

int
overlay_put(struct ctx *ctx, struct overlay *o, uint64_t pa, const void *buf,
    size_t n)
{
	int rc;

	rc = put(ctx, o, pa, buf, n);
	atomic_fetch_add(&o->mem->generation, 1);
	return (rc);
}

void
overlay_clear(struct overlay *o)
{
	pthread_rwlock_wrlock(&o->lock);
	while (o->n > 0)
		free(o->pages[--o->n]);
	pthread_rwlock_unlock(&o->lock);
	atomic_fetch_add(&o->mem->generation, 1);
}

int
overlay_below(struct ctx *ctx, struct overlay *o, uint64_t pa, void *buf,
    size_t n)
{
	return (o->layer.below->ops->read(o->layer.below, ctx, pa, buf, n));
}

size_t
overlay_next(struct overlay *o, uint64_t *pa, uint8_t *buf, size_t max)
{
	const struct page *p;
	uint64_t start;
	size_t i, at, got;

	got = 0;
	start = *pa;
	pthread_rwlock_rdlock(&o->lock);
	for (i = find(o, start); i < o->n && got < max; i++) {
		p = o->pages[i];
		if (got > 0 && p->pa != start + got)
			break;
		at = got == 0 && start > p->pa ? (size_t)(start - p->pa) : 0;
		for (; got == 0 && at < PAGE && !is_there(p, at);)
			at++;
		if (got == 0)
			start = p->pa + at;
		for (; at < PAGE && got < max && is_there(p, at); at++)
			buf[got++] = p->bytes[at];
		if (got > 0 && at < PAGE)
			break;
	}
	pthread_rwlock_unlock(&o->lock);
	*pa = start;
	return (got);
}

bool
overlay_covers(struct overlay *o, uint64_t pa, size_t n)
{
	uint8_t byte;
	uint64_t at;

	at = pa;
	return (overlay_next(o, &at, &byte, 1) > 0 && at - pa < n);
}

static int
overlay_read(struct mem_layer *l, struct ctx *ctx, uint64_t pa, void *buf,
    size_t n)
{
	struct overlay *o = (struct overlay *)l;
	const struct page *p;
	uint8_t *to = buf;
	size_t i, at, k;
	int rc;

	rc = l->below->ops->read(l->below, ctx, pa, buf, n);
	if (rc != 0 || n == 0)
		return (rc);
	pthread_rwlock_rdlock(&o->lock);
	for (i = find(o, pa); i < o->n; i++) {
		p = o->pages[i];
		if (p->pa > pa && p->pa - pa >= n)
			break;
		at = pa > p->pa ? (size_t)(pa - p->pa) : 0;
		for (k = (size_t)(p->pa + at - pa); at < PAGE && k < n;
		    at++, k++)
			if (is_there(p, at))
				to[k] = p->bytes[at];
	}
	pthread_rwlock_unlock(&o->lock);
	return (0);
}

/* What lies below is at hand where no page of this layer is. */
static int
overlay_extent(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct extent *e)
{
	struct overlay *o = (struct overlay *)l;
	uint64_t from, end;
	size_t i;
	int rc;

	rc = l->below->ops->extent(l->below, ctx, pa, e);
	if (rc != 0)
		return (rc);
	pthread_rwlock_rdlock(&o->lock);
	i = find(o, pa);
	from = i > 0 ? o->pages[i - 1]->pa + PAGE : 0;
	end = i < o->n ? o->pages[i]->pa : UINT64_MAX;
	pthread_rwlock_unlock(&o->lock);
	if (end <= pa)
		return (ctx_fail_at(ctx, E_UNSUPPORTED, pa, "physical 0x%llx "
		    "is changed", (unsigned long long)pa));
	if (from > e->pa) {
		e->ptr += from - e->pa;
		e->len -= from - e->pa;
		e->pa = from;
	}
	if (end - e->pa < e->len)
		e->len = end - e->pa;
	return (0);
}

static int
overlay_range(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct mem_range *r)
{
	return (l->below->ops->range(l->below, ctx, pa, r));
}

/* Only over bytes that are there. */
static int
overlay_write(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    const void *buf, size_t n)
{
	struct mem_range r;
	uint64_t at;
	int rc;

	for (at = pa; at - pa < n; at = r.end) {
		rc = l->below->ops->range(l->below, ctx, at, &r);
		if (rc == 0)
			rc = r.status;
		if (rc != 0)
			return (ctx_fail_at(ctx, rc == E_DONE ? E_NOT_IN_DUMP :
			    rc, at, "physical 0x%llx has no bytes to change",
			    (unsigned long long)at));
	}
	return (put(ctx, (struct overlay *)l, pa, buf, n));
}

static void
overlay_close(struct mem_layer *l)
{
	struct overlay *o = (struct overlay *)l;

	while (o->n > 0)
		free(o->pages[--o->n]);
	free(o->pages);
	pthread_rwlock_destroy(&o->lock);
	free(o);
}
