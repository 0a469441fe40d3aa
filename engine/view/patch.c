/* SPDX-License-Identifier: BSD-2-Clause */
/* Code that a kernel patched while it ran. */
#include "engine/view/patch.h"

#include "base/bytes.h"
#include "base/vec.h"
#include "engine/view/tools.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RANGE_MAX	((uint64_t)64 << 10)	/* that is looked at ahead */
#define SITES_MAX	65536

struct site {
	uint64_t    addr, n;
	const char *kind;
};

struct patches {
	struct kernel	*k;
	uint64_t	 from, n;	/* bytes of the image in hand */
	uint8_t		*linked;	/* NULL: no image, or it has none there */
	struct site	*sites;
	size_t		 nsites, cap;
};

static int
on_site(void *arg, struct ctx *ctx, uint64_t addr, uint64_t n,
    const char *kind)
{
	struct patches *p = arg;

	if (p->nsites == SITES_MAX)
		return (OK);
	if (!vec_room(p->sites, p->cap, p->nsites + 1))
		return (ctx_fail(ctx, E_NOMEM, "no memory for a table"));
	p->sites[p->nsites++] = (struct site){ addr, n, kind };
	return (OK);
}

int
patches_open(struct ctx *ctx, struct kernel *k, uint64_t from, uint64_t to,
    struct patches **ret)
{
	struct patches *p;
	int error;

	if (to - from > RANGE_MAX)
		to = from + RANGE_MAX;
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for a table"));
	p->k = k;
	p->from = from;
	p->n = to - from;
	if (k->image != NULL && k->debug != NULL)
		p->linked = malloc((size_t)p->n + 1);
	ctx->quiet++;
	if (p->linked != NULL && image_read(ctx, k->image, from -
	    debug_shift(k->debug), p->linked, (size_t)p->n) != OK) {
		free(p->linked);
		p->linked = NULL;
	}
	ctx->quiet--;
	ctx_clear(ctx);
	error = os_patches(ctx, k, from, to, on_site, p);
	if (error == E_NOMEM) {
		patches_close(p);
		return (error);
	}
	ctx_clear(ctx);
	*ret = p;
	return (OK);
}

void
patches_close(struct patches *p)
{
	if (p == NULL)
		return;
	free(p->linked);
	free(p->sites);
	free(p);
}

/*
 * The same instruction as linked?  Where the kernel was moved an address in it
 * is further on, or a distance to what has not moved further back (x86-64's
 * per-CPU variables), and nothing else differs.
 */
static bool
is_same(const struct patches *p, const uint8_t *now, const uint8_t *linked,
    unsigned n)
{
	uint32_t shift = (uint32_t)debug_shift(p->k->debug);
	bool be = p->k->space.be;
	unsigned i;

	if (memcmp(now, linked, n) == 0)
		return (true);
	for (i = 0; shift != 0 && i + 4 <= n; i++)
		if (memcmp(now, linked, i) == 0 &&
		    (load_u32(now + i, be) - load_u32(linked + i, be) == shift ||
		    load_u32(linked + i, be) - load_u32(now + i, be) == shift) &&
		    memcmp(now + i + 4, linked + i + 4, n - i - 4) == 0)
			return (true);
	return (false);
}

bool
patches_of(const struct patches *p, const struct code_line *l, char *buf,
    size_t size)
{
	const char *kind = NULL;
	bool changed = false;
	size_t i, len;
	unsigned k;

	if (l->addr < p->from || l->addr - p->from > p->n ||
	    l->size > p->n - (l->addr - p->from))
		return (false);
	for (i = 0; i < p->nsites && kind == NULL; i++)
		if (p->sites[i].addr < l->addr + l->size &&
		    p->sites[i].addr + p->sites[i].n > l->addr)
			kind = p->sites[i].kind;
	if (p->linked != NULL)
		changed = !is_same(p, l->bytes, p->linked + (l->addr - p->from),
		    l->size);
	if (!changed && (kind == NULL || p->linked != NULL))
		return (false);
	len = (size_t)snprintf(buf, size, "%s", kind != NULL ? kind :
	    "patched");
	if (changed && len < size) {
		len += (size_t)snprintf(buf + len, size - len, ", was");
		for (k = 0; k < l->size && len + 3 < size; k++)
			len += (size_t)snprintf(buf + len, size - len, " %02x",
			    p->linked[l->addr - p->from + k]);
	}
	return (true);
}
