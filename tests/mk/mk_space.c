/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/mk/mk_space.h"

#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

/* The page table lies behind the pages that it maps. */
#define TABLE		MK_BYTES
#define ALL		(MK_BYTES + MK_PAGES * 8)

struct mk_layer {
	struct mem_layer  layer;
	uint8_t		 *bytes;
};

static int
layer_read(struct mem_layer *l, struct ctx *ctx, uint64_t pa, void *buf,
    size_t n)
{
	struct mk_layer *m = (struct mk_layer *)l;

	if (pa > ALL || n > ALL - pa)
		return (ctx_fail_at(ctx, E_NOT_IN_DUMP, pa, "no such byte"));
	memcpy(buf, m->bytes + pa, n);
	return (OK);
}

static int
layer_extent(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct extent *e)
{
	struct mk_layer *m = (struct mk_layer *)l;

	if (pa >= ALL)
		return (ctx_fail_at(ctx, E_NOT_IN_DUMP, pa, "no such byte"));
	*e = (struct extent){ .ptr = m->bytes, .pa = 0, .len = ALL };
	return (OK);
}

static int
layer_range(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct mem_range *r)
{
	(void)l;
	(void)ctx;
	if (pa >= ALL)
		return (E_DONE);
	*r = (struct mem_range){ .start = 0, .end = ALL,
	    .file_offset = UINT64_MAX };
	return (OK);
}

static void
layer_close(struct mem_layer *l)
{
	struct mk_layer *m = (struct mk_layer *)l;

	free(m->bytes);
	free(m);
}

static const struct mem_layer_ops layer_ops = {
	.name = "test",
	.read = layer_read,
	.extent = layer_extent,
	.range = layer_range,
	.close = layer_close,
};

static enum pt_kind
form_decode(const struct pt_form *f, int level, uint64_t raw, uint64_t *next,
    unsigned *flags)
{
	(void)f;
	(void)level;
	*next = raw & ~UINT64_C(4095);
	*flags = PT_READ | PT_WRITE;
	return ((raw & 1) != 0 ? PT_LEAF : PT_ABSENT);
}

static const char *
form_level_name(const struct pt_form *f, int level)
{
	(void)f;
	(void)level;
	return ("table");
}

static void
form_flag_text(const struct pt_form *f, int level, uint64_t raw, char *buf,
    size_t n)
{
	(void)f;
	(void)level;
	(void)raw;
	if (n > 0)
		buf[0] = '\0';
}

static const struct pt_form_ops form_ops = {
	.decode = form_decode,
	.level_name = form_level_name,
	.flag_text = form_flag_text,
};

void
mk_space_init(struct mk_space *m, bool be, unsigned ptr_size)
{
	struct mk_layer *l;
	uint64_t i;

	memset(m, 0, sizeof(*m));
	l = calloc(1, sizeof(*l));
	m->bytes = calloc(1, ALL);
	if (l == NULL || m->bytes == NULL)
		abort();
	l->layer.ops = &layer_ops;
	l->bytes = m->bytes;
	m->form = (struct pt_form){ .name = "test", .ops = &form_ops,
	    .levels = 1, .page_shift = 12, .bits = { 8 }, .entry_size = 8,
	    .be = be, .addr_mask = ~UINT64_C(4095) };
	for (i = 0; i < MK_PAGES; i++)
		store_uint(m->bytes + TABLE + i * 8, 8, be, i << 12 | 1);
	mem_init(&m->mem, &l->layer, NULL);
	space_init(&m->space, &m->mem, &m->form, TABLE, be, ptr_size);
}

void
mk_space_fini(struct mk_space *m)
{
	mem_fini(&m->mem);
}

void
mk_space_unmap(struct mk_space *m, uint64_t va)
{
	store_uint(m->bytes + TABLE + (va >> 12) * 8, 8, m->form.be, 0);
	m->mem.generation++;
}

void
mk_put(struct mk_space *m, uint64_t va, unsigned size, uint64_t x)
{
	if (va > MK_BYTES - size)
		abort();
	store_uint(m->bytes + va, size, m->form.be, x);
}

void
mk_put_ptr(struct mk_space *m, uint64_t va, uint64_t x)
{
	mk_put(m, va, m->space.ptr_size, x);
}
