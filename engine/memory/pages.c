/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/memory/pages.h"

#include "base/hash.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define KEPT		((size_t)16 << 20)	/* bytes, as far as used */
#define WAYS		8		/* places that a run may be kept in */
#define AT_ONCE		64		/* runs of one request below */

struct slot {
	uint64_t	 pa;
	uint64_t	 generation;	/* 0: empty */
	bool		 busy;		/* being read into: nobody else's */
};

struct pages {
	struct mem_layer layer;
	struct memory	*mem;
	size_t		 run, nslots;
	pthread_mutex_t	 lock;		/* guards what follows, not the reading */
	struct slot	*slots;
	uint8_t		*bytes;		/* "run" for each slot */
};

static int	pages_read(struct mem_layer *, struct ctx *, uint64_t, void *,
		    size_t);
static int	pages_readv(struct mem_layer *, struct ctx *,
		    struct mem_request *, size_t);
static int	pages_extent(struct mem_layer *, struct ctx *, uint64_t,
		    struct extent *);
static int	pages_range(struct mem_layer *, struct ctx *, uint64_t,
		    struct mem_range *);
static void	pages_close(struct mem_layer *);

static const struct mem_layer_ops pages_ops = {
	.name = "pages",
	.read = pages_read,
	.readv = pages_readv,
	.extent = pages_extent,
	.range = pages_range,
	.close = pages_close,
};

int
pages_push(struct ctx *ctx, struct memory *m, size_t run)
{
	struct pages *p;

	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	p->layer.ops = &pages_ops;
	p->mem = m;
	p->run = run;
	p->nslots = KEPT / run;
	p->slots = calloc(p->nslots, sizeof(*p->slots));
	p->bytes = calloc(p->nslots, run);
	pthread_mutex_init(&p->lock, NULL);
	if (p->slots == NULL || p->bytes == NULL) {
		pages_close(&p->layer);
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	}
	mem_push(m, &p->layer);
	return (0);
}

/* Where a run is kept; nslots: nowhere.  The lock is held. */
static size_t
find(const struct pages *p, uint64_t run)
{
	const size_t first = (size_t)(hash_u64(run) % (p->nslots / WAYS)) * WAYS;
	size_t i;

	for (i = first; i < first + WAYS; i++)
		if (p->slots[i].pa == run && p->slots[i].generation != 0)
			return (i);
	return (p->nslots);
}

/*
 * Where a run is to be kept: what is of the oldest moment goes, but not "other";
 * nslots: all are being read into.
 */
static size_t
place(const struct pages *p, uint64_t run, size_t other)
{
	const size_t first = (size_t)(hash_u64(run) % (p->nslots / WAYS)) * WAYS;
	size_t i, oldest = p->nslots;

	for (i = first; i < first + WAYS; i++)
		if (!p->slots[i].busy && i != other && (oldest == p->nslots ||
		    p->slots[i].generation < p->slots[oldest].generation))
			oldest = i;
	return (oldest);
}

/* n bytes of a run that is kept, old ones if they will do; buf NULL: is it? */
static bool
take(struct pages *p, uint64_t run, size_t at, void *buf, size_t n, bool old)
{
	const uint64_t generation = mem_generation(p->mem);
	size_t i;
	bool kept;

	pthread_mutex_lock(&p->lock);
	i = find(p, run);
	kept = i != p->nslots && (old || p->slots[i].generation == generation);
	if (kept && buf != NULL)
		memcpy(buf, p->bytes + i * p->run + at, n);
	pthread_mutex_unlock(&p->lock);
	return (kept);
}

/* Bytes that were read while the generation was this. */
static void
keep(struct pages *p, uint64_t run, const void *bytes, uint64_t generation)
{
	size_t i;

	pthread_mutex_lock(&p->lock);
	i = find(p, run);
	if (i == p->nslots)
		i = place(p, run, i);
	if (i != p->nslots) {
		memcpy(p->bytes + i * p->run, bytes, p->run);
		p->slots[i] = (struct slot){ run, generation, false };
	}
	pthread_mutex_unlock(&p->lock);
}

/* A place to read a run into; what was kept of it stays until it is read. */
static size_t
reserve(struct pages *p, uint64_t run)
{
	size_t i;

	pthread_mutex_lock(&p->lock);
	i = place(p, run, find(p, run));
	if (i != p->nslots)
		p->slots[i] = (struct slot){ run, 0, true };
	pthread_mutex_unlock(&p->lock);
	return (i);
}

/* It was read while the generation was this, or 0: it could not be. */
static void
release(struct pages *p, size_t i, uint64_t generation)
{
	size_t old;

	pthread_mutex_lock(&p->lock);
	old = generation != 0 ? find(p, p->slots[i].pa) : p->nslots;
	if (old != p->nslots)
		p->slots[old].generation = 0;
	p->slots[i].generation = generation;
	p->slots[i].busy = false;
	pthread_mutex_unlock(&p->lock);
}

/* n bytes within one run of pages. */
static int
read_piece(struct pages *p, struct ctx *ctx, uint64_t pa, void *buf, size_t n)
{
	const size_t at = (size_t)pa & (p->run - 1);
	const uint64_t generation = mem_generation(p->mem);
	struct mem_layer *below = p->layer.below;
	uint8_t *bytes;
	size_t i;
	int rc;

	if (take(p, pa - at, at, buf, n, false))
		return (0);
	i = reserve(p, pa - at);
	if (i == p->nslots)
		return (below->ops->read(below, ctx, pa, buf, n));
	bytes = p->bytes + i * p->run;
	ctx->quiet++;
	rc = below->ops->read(below, ctx, pa - at, bytes, p->run);
	ctx->quiet--;
	if (rc == 0)
		memcpy(buf, bytes + at, n);
	release(p, i, rc == 0 ? generation : 0);
	/* Of what cannot be reached any more the last moment is kept. */
	if (rc == 0 || (rc == E_IO && take(p, pa - at, at, buf, n, true)))
		return (0);
	/* Not all of the run is there: these bytes may be. */
	return (rc == E_CANCELLED ? rc :
	    below->ops->read(below, ctx, pa, buf, n));
}

/*
 * How many bytes of runs in a row are not kept, from the run at pa on to that
 * of the byte before "end".
 */
static size_t
lacking(struct pages *p, uint64_t pa, uint64_t end)
{
	size_t n;

	for (n = 0; n < PAGES_RUN_MAX && pa + n < end; n += p->run)
		if (take(p, pa + n, 0, NULL, 0, false))
			break;
	return (n);
}

/* Keep these runs by one request; those that cannot be had so are not kept. */
static int
read_together(struct pages *p, struct ctx *ctx, uint64_t pa, size_t n)
{
	const uint64_t generation = mem_generation(p->mem);
	struct mem_layer *below = p->layer.below;
	uint8_t bytes[PAGES_RUN_MAX];
	size_t i;
	int rc;

	ctx->quiet++;
	rc = below->ops->read(below, ctx, pa, bytes, n);
	ctx->quiet--;
	for (i = 0; rc == 0 && i < n; i += p->run)
		keep(p, pa + i, bytes + i, generation);
	return (rc == E_CANCELLED ? rc : 0);
}

static int
pages_read(struct mem_layer *l, struct ctx *ctx, uint64_t pa, void *buf,
    size_t n)
{
	struct pages *p = (struct pages *)l;
	uint64_t tried, run;
	size_t done, part;
	int rc;

	if (n > PAGES_RUN_MAX)		/* larger reads are not kept */
		return (l->below->ops->read(l->below, ctx, pa, buf, n));
	for (done = 0, tried = 0; done < n; done += part) {
		run = (pa + done) & ~(uint64_t)(p->run - 1);
		part = p->run - (size_t)(pa + done - run);
		if (part > n - done)
			part = n - done;
		/* A structure comes whole, wherever its pages part. */
		if (part < n - done && run >= tried) {
			tried = run + lacking(p, run, pa + n);
			rc = tried - run > p->run ? read_together(p, ctx, run,
			    (size_t)(tried - run)) : 0;
			if (rc != 0)
				return (rc);
		}
		rc = read_piece(p, ctx, pa + done, (char *)buf + done, part);
		if (rc != 0)
			return (rc);
	}
	return (0);
}

/* Read these runs, and keep those that can be had. */
static int
fetch(struct pages *p, struct ctx *ctx, struct mem_request *v, size_t n)
{
	const uint64_t generation = mem_generation(p->mem);
	struct mem_layer *below = p->layer.below;
	uint8_t *bytes;
	size_t i;
	int rc;

	bytes = malloc(n * p->run);
	if (bytes == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	for (i = 0; i < n; i++) {
		v[i].buf = bytes + i * p->run;
		v[i].n = p->run;
	}
	rc = below->ops->readv(below, ctx, v, n);
	for (i = 0; rc == 0 && i < n; i++)
		if (v[i].status == 0)
			keep(p, v[i].pa, v[i].buf, generation);
	free(bytes);
	return (rc);
}

static int
pages_readv(struct mem_layer *l, struct ctx *ctx, struct mem_request *v,
    size_t n)
{
	struct pages *p = (struct pages *)l;
	struct mem_request wanted[AT_ONCE];
	uint64_t run;
	size_t i, k, nwanted;
	int rc;

	for (i = nwanted = 0, rc = 0; i < n && rc == 0 &&
	    l->below->ops->readv != NULL; i++) {
		run = v[i].pa & ~(uint64_t)(p->run - 1);
		for (; v[i].n <= p->run && run < v[i].pa + v[i].n && rc == 0;
		    run += p->run) {
			for (k = 0; k < nwanted && wanted[k].pa != run; k++)
				;
			if (k < nwanted || take(p, run, 0, NULL, 0, false))
				continue;
			wanted[nwanted++] = (struct mem_request){ .pa = run };
			if (nwanted == AT_ONCE) {
				rc = fetch(p, ctx, wanted, nwanted);
				nwanted = 0;
			}
		}
	}
	if (rc == 0 && nwanted > 0)
		rc = fetch(p, ctx, wanted, nwanted);
	ctx->quiet++;
	for (i = 0; i < n && rc == 0; i++) {
		v[i].status = pages_read(l, ctx, v[i].pa, v[i].buf, v[i].n);
		v[i].missing = ctx->err.addr;
		rc = v[i].status == E_CANCELLED ? E_CANCELLED : 0;
	}
	ctx->quiet--;
	return (rc);
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
	free(p->slots);
	free(p->bytes);
	free(p);
}
