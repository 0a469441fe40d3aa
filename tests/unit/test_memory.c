/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/unit.h"

#include "engine/backend/backend.h"
#include "engine/memory/recorder.h"
#include "tests/mk/mk_elf.h"

#include <stdlib.h>
#include <string.h>

/* A memory that is read, not mapped, and has bad places. */
struct rough {
	struct mem_layer layer;
	uint64_t	 size, bad;		/* the page at bad cannot be read */
	uint64_t	 zeros, zeros_end;	/* stored nowhere */
	unsigned	 reads;
	bool		 closed;
};

static int
rough_read(struct mem_layer *l, struct ctx *ctx, uint64_t pa, void *buf,
    size_t n)
{
	struct rough *r = (struct rough *)l;
	size_t i;

	r->reads++;
	for (i = 0; i < n; i++) {
		if (pa + i >= r->size)
			return (ctx_fail_at(ctx, E_NOT_IN_DUMP, pa + i, "end"));
		if (pa + i >= r->bad && pa + i < r->bad + 4096)
			return (ctx_fail_at(ctx, E_IO, pa + i, "bad"));
		((uint8_t *)buf)[i] = mk_byte(pa + i, false);
	}
	return (0);
}

static int
rough_extent(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct extent *e)
{
	(void)l;
	(void)e;
	return (ctx_fail_at(ctx, E_UNSUPPORTED, pa, "read it"));
}

static int
rough_range(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct mem_range *r)
{
	const uint64_t size = ((struct rough *)l)->size;

	(void)ctx;
	if (pa >= size)
		return (E_DONE);
	*r = (struct mem_range){ pa, size, 0, UINT64_MAX };
	return (0);
}

static uint64_t
rough_data(struct mem_layer *l, uint64_t pa)
{
	const struct rough *r = (struct rough *)l;

	return (pa >= r->zeros && pa < r->zeros_end ? r->zeros_end : pa);
}

static void
rough_close(struct mem_layer *l)
{
	((struct rough *)l)->closed = true;
}

static const struct mem_layer_ops rough_ops = {
	.name = "rough", .read = rough_read, .extent = rough_extent,
	.range = rough_range, .data = rough_data, .close = rough_close,
};

struct seen_run {
	uint64_t start, end;		/* of the pieces so far */
	uint64_t pieces, bytes, sum;
	int	 stop;			/* after so many pieces */
};

static int
look(void *arg, struct ctx *ctx, uint64_t pa, const uint8_t *p, size_t n)
{
	struct seen_run *s = arg;
	size_t i;

	(void)ctx;
	assert_in_range(n, 1, 16 << 20);
	assert_true(ctx->unrecorded > 0);
	for (i = 0; i < n; i += 509)
		assert_int_equal(p[i], mk_byte(pa + i, false));
	assert_int_equal(p[n - 1], mk_byte(pa + n - 1, false));
	if (s->pieces == 0)
		s->start = pa;
	s->end = pa + n;
	s->bytes += n;
	s->pieces++;
	return (s->stop != 0 && s->pieces == (uint64_t)s->stop ? E_DONE : 0);
}

static void
scan_of_rough_memory(void **state)
{
	struct rough r = { .size = 34 << 20, .bad = UINT64_MAX - 8192 };
	struct seen_run s;
	struct memory m;
	struct ctx ctx;

	(void)state;
	ctx_init(&ctx);
	r.layer.ops = &rough_ops;
	mem_init(&m, &r.layer, NULL);
	memset(&s, 0, sizeof(s));
	assert_int_equal(mem_scan(&ctx, &m, 5, UINT64_MAX, 100, look, &s), 0);
	assert_int_equal(s.start, 5);
	assert_int_equal(s.end, r.size);
	assert_int_equal(s.pieces, 3);
	assert_int_equal(s.bytes, r.size - 5 + 2 * 100);
	assert_int_equal(ctx.unrecorded, 0);
	assert_int_equal(ctx.quiet, 0);
	/* A bad page: what stands before and behind it is shown. */
	r.bad = 0x5000;
	memset(&s, 0, sizeof(s));
	assert_int_equal(mem_scan(&ctx, &m, 0, 1 << 20, 0, look, &s), 0);
	assert_int_equal(s.pieces, 2);
	assert_int_equal(s.bytes, (1 << 20) - 4096);
	memset(&s, 0, sizeof(s));
	assert_int_equal(mem_scan(&ctx, &m, 0x5800, 0x7000, 0, look, &s), 0);
	assert_int_equal(s.start, 0x6000);
	assert_int_equal(s.bytes, 0x1000);
	/* Ends when told, and at once when there is nothing. */
	memset(&s, 0, sizeof(s));
	s.stop = 1;
	assert_int_equal(mem_scan(&ctx, &m, 0, UINT64_MAX, 0, look, &s),
	    E_DONE);
	assert_int_equal(s.pieces, 1);
	memset(&s, 0, sizeof(s));
	assert_int_equal(mem_scan(&ctx, &m, r.size, UINT64_MAX, 0, look, &s),
	    0);
	assert_int_equal(mem_scan(&ctx, &m, 9, 9, 0, look, &s), 0);
	assert_int_equal(s.pieces, 0);
	mem_fini(&m);
	assert_true(r.closed);
	ctx_fini(&ctx);
}

static void
scan_can_be_cancelled(void **state)
{
	struct rough r = { .size = 64 << 20, .bad = UINT64_MAX - 8192 };
	struct seen_run s;
	struct memory m;
	struct ctx ctx;
	atomic_bool cancel;

	(void)state;
	ctx_init(&ctx);
	atomic_init(&cancel, true);
	ctx.cancel = &cancel;
	r.layer.ops = &rough_ops;
	mem_init(&m, &r.layer, NULL);
	memset(&s, 0, sizeof(s));
	assert_int_equal(mem_scan(&ctx, &m, 0, UINT64_MAX, 0, look, &s),
	    E_CANCELLED);
	assert_int_equal(s.pieces, 1);
	mem_fini(&m);
	ctx_fini(&ctx);
}

/* A hole of 1 TiB between two stored stretches, seen through a recorder. */
static void
scan_leaves_out_what_is_not_stored(void **state)
{
	const uint64_t hole = UINT64_C(40) << 20, end = UINT64_C(1) << 40;
	struct rough r = { .size = end + 0x3000, .bad = UINT64_MAX - 8192,
	    .zeros = hole, .zeros_end = end };
	struct seen_run s;
	struct memory m;
	struct ctx ctx;
	int i;

	(void)state;
	ctx_init(&ctx);
	r.layer.ops = &rough_ops;
	mem_init(&m, &r.layer, NULL);
	for (i = 0; i < 2; i++) {
		memset(&s, 0, sizeof(s));
		assert_int_equal(mem_scan_data(&ctx, &m, 5, UINT64_MAX, 100,
		    look, &s), 0);
		assert_int_equal(s.start, 5);
		assert_int_equal(s.end, r.size);
		assert_int_equal(s.pieces, 4);
		/* From a page's start before the second stretch. */
		assert_int_equal(s.bytes, (UINT64_C(48) << 20) + 0x13000);
		assert_int_equal(recorder_push(&ctx, &m), 0);
	}
	/* Small pieces behind a hole, for there may be many: 1/4, 1/2, 1 MiB. */
	r.size = end + (1 << 20);
	memset(&s, 0, sizeof(s));
	assert_int_equal(mem_scan_data(&ctx, &m, hole, UINT64_MAX, 0, look,
	    &s), 0);
	assert_int_equal(s.pieces, 3);
	assert_int_equal(s.bytes, r.size - end);
	/* To the end there is nothing more. */
	r.zeros_end = r.size;
	memset(&s, 0, sizeof(s));
	assert_int_equal(mem_scan_data(&ctx, &m, hole - 0x1000, UINT64_MAX, 0,
	    look, &s), 0);
	assert_int_equal(s.pieces, 1);
	memset(&s, 0, sizeof(s));
	assert_int_equal(mem_scan_data(&ctx, &m, hole, UINT64_MAX, 0, look,
	    &s), 0);
	assert_int_equal(s.pieces, 0);
	mem_fini(&m);
	ctx_fini(&ctx);
}

static void
open_elf(struct ctx *ctx, struct buf *b, struct memory *m)
{
	static const struct mk_load loads[] = {
		{ .pa = 0x1000, .file = 0x5000 },
		{ .pa = 0x10000, .file = 0x10000 },
		{ 0 },
	};
	const struct mk_elf e = { .loads = loads };
	struct file *f;
	struct dump *d;

	memset(b, 0, sizeof(*b));
	mk_elf(b, &e, NULL);
	assert_int_equal(file_of_bytes(ctx, "x", b->p, b->len, &f), 0);
	assert_int_equal(dump_open(ctx, &f, 1, NULL, &d), 0);
	mem_init(m, &d->layer, NULL);
}

static void
scan_skips_holes(void **state)
{
	struct seen_run s;
	struct memory m;
	struct buf b;
	struct ctx ctx;

	(void)state;
	ctx_init(&ctx);
	open_elf(&ctx, &b, &m);
	memset(&s, 0, sizeof(s));
	assert_int_equal(mem_scan(&ctx, &m, 0, UINT64_MAX, 8, look, &s), 0);
	assert_int_equal(s.pieces, 2);
	assert_int_equal(s.bytes, 0x15000);
	mem_fini(&m);
	buf_fini(&b);
	ctx_fini(&ctx);
}

static void
recorder_notes_pages(void **state)
{
	static const uint64_t want[] = { 0x1000, 0x3000, 0x4000, 0x10000 };
	struct seen_run s;
	struct extent x;
	struct memory m;
	struct buf b;
	struct ctx ctx;
	uint64_t *pages, g;
	uint8_t raw[16];
	size_t n, i;

	(void)state;
	ctx_init(&ctx);
	open_elf(&ctx, &b, &m);
	assert_int_equal(recorder_pages(&ctx, &m, &pages, &n), E_USAGE);
	g = mem_generation(&m);
	assert_int_equal(recorder_push(&ctx, &m), 0);
	assert_int_not_equal(mem_generation(&m), g);
	assert_int_equal(mem_read(&ctx, &m, 0x3ff8, raw, 16), 0);
	assert_int_equal(mem_read(&ctx, &m, 0x1000, raw, 1), 0);
	assert_int_equal(mem_read(&ctx, &m, 0x3000, raw, 1), 0);
	/* In place: one page at a time. */
	assert_int_equal(mem_extent(&ctx, &m, 0x10800, &x), 0);
	assert_int_equal(x.pa, 0x10000);
	assert_int_equal(x.len, 0x1000);
	assert_int_equal(x.ptr[8], mk_byte(0x10008, false));
	/* What fails and what scans is not noted. */
	assert_int_equal(mem_read(&ctx, &m, 0x5ff8, raw, 16), E_NOT_IN_DUMP);
	memset(&s, 0, sizeof(s));
	assert_int_equal(mem_scan(&ctx, &m, 0, UINT64_MAX, 0, look, &s), 0);
	assert_int_equal(recorder_pages(&ctx, &m, &pages, &n), 0);
	assert_int_equal(n, sizeof(want) / sizeof(want[0]));
	for (i = 0; i < n; i++)
		assert_int_equal(pages[i], want[i]);
	free(pages);
	mem_fini(&m);
	buf_fini(&b);
	ctx_fini(&ctx);
}

UNIT_MAIN(UNIT(scan_of_rough_memory), UNIT(scan_can_be_cancelled),
    UNIT(scan_leaves_out_what_is_not_stored), UNIT(scan_skips_holes),
    UNIT(recorder_notes_pages))
