/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/memory/pages.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS		512		/* 16 MiB, as far as used */
#define DIRECT		PAGES_SIZE	/* larger reads are not kept */

struct slot {
	uint64_t	 pa;
	uint64_t	 generation;	/* 0: empty */
};

struct pages {
	struct mem_layer layer;
	struct memory	*mem;
	pthread_mutex_t	 lock;		/* guards what follows */
	struct slot	 slots[SLOTS];
	uint8_t		 bytes[SLOTS][PAGES_SIZE];
};

static int	pages_read(struct mem_layer *, struct ctx *, uint64_t, void *,
		    size_t);
static int	pages_extent(struct mem_layer *, struct ctx *, uint64_t,
		    struct extent *);
static int	pages_range(struct mem_layer *, struct ctx *, uint64_t,
		    struct mem_range *);
static void	pages_close(struct mem_layer *);

static const struct mem_layer_ops pages_ops = {
	.name = "pages",
	.read = pages_read,
	.extent = pages_extent,
	.range = pages_range,
	.close = pages_close,
};

int
pages_push(struct ctx *ctx, struct memory *m)
{
	struct pages *p;

	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	p->layer.ops = &pages_ops;
	p->mem = m;
	pthread_mutex_init(&p->lock, NULL);
	mem_push(m, &p->layer);
	return (0);
}

/* n bytes within one run of pages. */
static int
read_piece(struct pages *p, struct ctx *ctx, uint64_t pa, void *buf, size_t n)
{
	const uint64_t at = pa & (PAGES_SIZE - 1), run = pa - at;
	const size_t i = (size_t)(run / PAGES_SIZE) % SLOTS;
	const uint64_t generation = mem_generation(p->mem);
	struct mem_layer *below = p->layer.below;
	struct slot *s = &p->slots[i];
	int rc;

	rc = 0;
	pthread_mutex_lock(&p->lock);
	if (s->pa != run || s->generation != generation) {
		s->generation = 0;
		ctx->quiet++;
		rc = below->ops->read(below, ctx, run, p->bytes[i],
		    PAGES_SIZE);
		ctx->quiet--;
		if (rc == 0)
			*s = (struct slot){ run, generation };
	}
	if (rc == 0)
		memcpy(buf, p->bytes[i] + at, n);
	pthread_mutex_unlock(&p->lock);
	/* Not all of the run is there: these bytes may be. */
	return (rc == 0 ? 0 : below->ops->read(below, ctx, pa, buf, n));
}

static int
pages_read(struct mem_layer *l, struct ctx *ctx, uint64_t pa, void *buf,
    size_t n)
{
	size_t done, part;
	int rc;

	if (n > DIRECT)
		return (l->below->ops->read(l->below, ctx, pa, buf, n));
	for (done = 0; done < n; done += part) {
		part = (size_t)(PAGES_SIZE - ((pa + done) & (PAGES_SIZE - 1)));
		if (part > n - done)
			part = n - done;
		rc = read_piece((struct pages *)l, ctx, pa + done,
		    (char *)buf + done, part);
		if (rc != 0)
			return (rc);
	}
	return (0);
}

static int
pages_extent(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct extent *e)
{
	return (l->below->ops->extent(l->below, ctx, pa, e));
}

static int
pages_range(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct mem_range *r)
{
	return (l->below->ops->range(l->below, ctx, pa, r));
}

static void
pages_close(struct mem_layer *l)
{
	struct pages *p = (struct pages *)l;

	pthread_mutex_destroy(&p->lock);
	free(p);
}
