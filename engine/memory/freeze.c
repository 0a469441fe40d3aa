/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/memory/freeze.h"

#include "base/hash.h"
#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

#define PAGE	((size_t)4096)
#define BUCKETS	1024

struct page {
	struct page	*next;
	uint64_t	 pa;
	uint8_t		 bytes[PAGE];
};

struct frozen {
	struct page	*buckets[BUCKETS];
	size_t		 n;
	struct tlb	*tlb;		/* while nobody is in it */
	void		(*tlb_free)(struct tlb *);
};

static int	freeze_read(struct mem_layer *, struct ctx *, uint64_t, void *,
		    size_t);
static int	freeze_readv(struct mem_layer *, struct ctx *,
		    struct mem_request *, size_t);
static int	freeze_extent(struct mem_layer *, struct ctx *, uint64_t,
		    struct extent *);
static int	freeze_range(struct mem_layer *, struct ctx *, uint64_t,
		    struct mem_range *);
static void	freeze_close(struct mem_layer *);

static const struct mem_layer_ops freeze_ops = {
	.name = "frozen",
	.read = freeze_read,
	.readv = freeze_readv,
	.extent = freeze_extent,
	.range = freeze_range,
	.close = freeze_close,
};

int
freeze_push(struct ctx *ctx, struct memory *m)
{
	struct mem_layer *l;

	l = calloc(1, sizeof(*l));
	if (l == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	l->ops = &freeze_ops;
	mem_push(m, l);
	return (0);
}

struct frozen *
frozen_create(void)
{
	return (calloc(1, sizeof(struct frozen)));
}

void
frozen_destroy(struct frozen *f)
{
	struct page *p;
	size_t i;

	for (i = 0; f != NULL && i < BUCKETS; i++)
		while ((p = f->buckets[i]) != NULL) {
			f->buckets[i] = p->next;
			free(p);
		}
	if (f != NULL && f->tlb != NULL)
		f->tlb_free(f->tlb);
	free(f);
}

static void
swap_tlb(struct ctx *ctx, struct frozen *f)
{
	struct tlb *tlb = ctx->tlb;
	void (*tlb_free)(struct tlb *) = ctx->tlb_free;

	ctx->tlb = f->tlb;
	ctx->tlb_free = f->tlb_free;
	f->tlb = tlb;
	f->tlb_free = tlb_free;
}

void
frozen_enter(struct ctx *ctx, struct frozen *f)
{
	swap_tlb(ctx, f);
	ctx->frozen = f;
}

void
frozen_leave(struct ctx *ctx)
{
	struct frozen *f = ctx->frozen;

	ctx->frozen = NULL;
	swap_tlb(ctx, f);
}

/* The page that holds pa, read when it is new; NULL: it cannot be kept. */
static const struct page *
page_of(struct mem_layer *l, struct ctx *ctx, struct frozen *f, uint64_t pa)
{
	struct page **bucket, *p;

	pa &= ~(uint64_t)(PAGE - 1);
	bucket = &f->buckets[hash_u64(pa) % BUCKETS];
	for (p = *bucket; p != NULL; p = p->next)
		if (p->pa == pa)
			return (p);
	if (f->n == FREEZE_MAX || (p = malloc(sizeof(*p))) == NULL)
		return (NULL);
	ctx->quiet++;
	if (l->below->ops->read(l->below, ctx, pa, p->bytes, PAGE) != 0) {
		free(p);
		p = NULL;
	} else {
		p->pa = pa;
		p->next = *bucket;
		*bucket = p;
		f->n++;
	}
	ctx->quiet--;
	return (p);
}

static int
freeze_read(struct mem_layer *l, struct ctx *ctx, uint64_t pa, void *buf,
    size_t n)
{
	const struct page *p;
	size_t at, part;
	int rc;

	if (ctx->frozen == NULL)
		return (l->below->ops->read(l->below, ctx, pa, buf, n));
	for (rc = 0; rc == 0 && n > 0; n -= part) {
		at = (size_t)pa & (PAGE - 1);
		part = PAGE - at < n ? PAGE - at : n;
		p = page_of(l, ctx, ctx->frozen, pa);
		if (p != NULL)
			memcpy(buf, p->bytes + at, part);
		else
			rc = l->below->ops->read(l->below, ctx, pa, buf, part);
		pa += part;
		buf = (char *)buf + part;
	}
	return (rc);
}

static int
freeze_readv(struct mem_layer *l, struct ctx *ctx, struct mem_request *v,
    size_t n)
{
	size_t i;

	if (ctx->frozen == NULL && l->below->ops->readv != NULL)
		return (l->below->ops->readv(l->below, ctx, v, n));
	ctx->quiet++;
	for (i = 0; i < n; i++) {
		v[i].status = freeze_read(l, ctx, v[i].pa, v[i].buf, v[i].n);
		v[i].missing = ctx->err.addr;
	}
	ctx->quiet--;
	return (0);
}

/* In place nothing can be kept. */
static int
freeze_extent(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct extent *e)
{
	if (ctx->frozen != NULL)
		return (ctx_fail_at(ctx, E_UNSUPPORTED, pa,
		    "frozen bytes are copied"));
	return (l->below->ops->extent(l->below, ctx, pa, e));
}

static int
freeze_range(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct mem_range *r)
{
	return (l->below->ops->range(l->below, ctx, pa, r));
}

static void
freeze_close(struct mem_layer *l)
{
	free(l);
}
