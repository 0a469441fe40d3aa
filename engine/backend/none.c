/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/backend/none.h"

#include <stdlib.h>

static const char *
none_format(const struct dump *d)
{
	(void)d;
	return ("none");
}

static const struct backend backend_none = {
	.name = "none",
	.format = none_format,
};

static int
none_read(struct mem_layer *l, struct ctx *ctx, uint64_t pa, void *buf,
    size_t n)
{
	(void)buf;
	(void)n;
	return (ctx_fail_at(ctx, E_RESTRICTED, pa, "%s",
	    ((struct dump *)l)->incomplete));
}

static int
none_extent(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct extent *e)
{
	(void)l;
	(void)e;
	return (ctx_fail_at(ctx, E_UNSUPPORTED, pa, "there is no memory"));
}

static int
none_range(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct mem_range *r)
{
	(void)l;
	(void)ctx;
	if (pa == UINT64_MAX)
		return (E_DONE);
	*r = (struct mem_range){ pa, UINT64_MAX, E_RESTRICTED, UINT64_MAX };
	return (0);
}

static void
none_close(struct mem_layer *l)
{
	struct dump *d = (struct dump *)l;

	arena_fini(&d->arena);
	free(d);
}

static const struct mem_layer_ops none_ops = {
	.name = "none",
	.read = none_read,
	.extent = none_extent,
	.range = none_range,
	.close = none_close,
};

int
none_open(struct ctx *ctx, const char *why, struct dump **ret)
{
	struct dump *d;

	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	d->layer.ops = &none_ops;
	d->backend = &backend_none;
	arena_init(&d->arena);
	d->incomplete = arena_strdup(&d->arena, why);
	if (d->incomplete == NULL) {
		none_close(&d->layer);
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	}
	*ret = d;
	return (0);
}
