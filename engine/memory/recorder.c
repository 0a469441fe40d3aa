/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/memory/recorder.h"

#include "base/hash.h"
#include "base/vec.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct recorder {
	struct mem_layer layer;
	pthread_mutex_t	 lock;
	struct seen	 pages;		/* page number + 1 */
	uint64_t	*list;		/* the same in the order of arrival */
	size_t		 n, cap;
};

static int	recorder_read(struct mem_layer *, struct ctx *, uint64_t, void *,
		    size_t);
static int	recorder_extent(struct mem_layer *, struct ctx *, uint64_t,
		    struct extent *);
static int	recorder_range(struct mem_layer *, struct ctx *, uint64_t,
		    struct mem_range *);
static void	recorder_close(struct mem_layer *);

static const struct mem_layer_ops recorder_ops = {
	.name = "recorder",
	.read = recorder_read,
	.extent = recorder_extent,
	.range = recorder_range,
	.close = recorder_close,
};

int
recorder_push(struct ctx *ctx, struct memory *m)
{
	struct recorder *r;

	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	r->layer.ops = &recorder_ops;
	pthread_mutex_init(&r->lock, NULL);
	m->recorded = true;
	mem_push(m, &r->layer);
	return (0);
}

static int
note(struct recorder *r, struct ctx *ctx, uint64_t pa, size_t n)
{
	uint64_t page, last;
	int new, rc;

	if (ctx->unrecorded > 0)
		return (0);
	last = (pa + n - 1) / RECORDER_PAGE;
	rc = 0;
	pthread_mutex_lock(&r->lock);
	for (page = pa / RECORDER_PAGE; page <= last && rc == 0; page++) {
		/* Room first: a page that is marked seen must be listed. */
		if (!vec_room(r->list, r->cap, r->n + 1))
			rc = E_NOMEM;
		else if ((new = seen_add(&r->pages, page + 1)) < 0)
			rc = E_NOMEM;
		else if (new > 0)
			r->list[r->n++] = page * RECORDER_PAGE;
	}
	pthread_mutex_unlock(&r->lock);
	return (rc == 0 ? 0 : ctx_fail(ctx, rc, "no memory to record pages"));
}

static int
recorder_read(struct mem_layer *l, struct ctx *ctx, uint64_t pa, void *buf,
    size_t n)
{
	int rc;

	rc = l->below->ops->read(l->below, ctx, pa, buf, n);
	return (rc == 0 ? note((struct recorder *)l, ctx, pa, n) : rc);
}

/* One page at a time, so that each page's use is seen. */
static int
recorder_extent(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct extent *e)
{
	uint64_t start, end;
	int rc;

	rc = l->below->ops->extent(l->below, ctx, pa, e);
	if (rc != 0 || ctx->unrecorded > 0)
		return (rc);
	start = pa & ~(RECORDER_PAGE - 1);
	end = start + RECORDER_PAGE;
	if (start < e->pa)
		start = e->pa;
	if (end > e->pa + e->len)
		end = e->pa + e->len;
	e->ptr += start - e->pa;
	e->pa = start;
	e->len = end - start;
	return (note((struct recorder *)l, ctx, pa, 1));
}

static int
recorder_range(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct mem_range *r)
{
	return (l->below->ops->range(l->below, ctx, pa, r));
}

static void
recorder_close(struct mem_layer *l)
{
	struct recorder *r = (struct recorder *)l;

	pthread_mutex_destroy(&r->lock);
	seen_fini(&r->pages);
	free(r->list);
	free(r);
}

static int
ascending(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x < y ? -1 : x > y);
}

static struct recorder *
find(struct memory *m)
{
	struct mem_layer *l;

	for (l = m->top; l != NULL && l->ops != &recorder_ops; l = l->below)
		;
	return ((struct recorder *)l);
}

int
recorder_below(struct ctx *ctx, struct memory *m, uint64_t pa, void *buf,
    size_t n)
{
	struct mem_layer *below;

	below = find(m) != NULL ? find(m)->layer.below : m->top;
	return (below->ops->read(below, ctx, pa, buf, n));
}

int
recorder_pages(struct ctx *ctx, struct memory *m, uint64_t **pages, size_t *n)
{
	struct recorder *r;

	r = find(m);
	if (r == NULL)
		return (ctx_fail(ctx, E_USAGE, "the pages used were not "
		    "recorded"));
	pthread_mutex_lock(&r->lock);
	*n = r->n;
	*pages = malloc((r->n + 1) * sizeof(**pages));
	if (*pages != NULL && r->n > 0) {
		memcpy(*pages, r->list, r->n * sizeof(**pages));
		qsort(*pages, *n, sizeof(**pages), ascending);
	}
	pthread_mutex_unlock(&r->lock);
	return (*pages != NULL ? 0 : ctx_fail(ctx, E_NOMEM, "out of memory"));
}
