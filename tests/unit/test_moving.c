/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that changes under the reader: frozen moments, what was kept of it. */
#include "tests/unit/unit.h"

#include "engine/memory/freeze.h"
#include "engine/memory/pages.h"
#include "engine/memory/space.h"
#include "ui/moving.h"
#include "ui/table_heat.h"

#include <stdlib.h>
#include <string.h>

#define SIZE	65536

/* All bytes are "now"; what is gone cannot be read. */
struct moving {
	struct mem_layer layer;
	uint8_t		 now;
	bool		 gone;
};

static int
moving_read(struct mem_layer *l, struct ctx *ctx, uint64_t pa, void *buf,
    size_t n)
{
	struct moving *m = (struct moving *)l;

	if (m->gone)
		return (ctx_fail_at(ctx, E_IO, pa, "gone"));
	if (pa + n > SIZE)
		return (ctx_fail_at(ctx, E_NOT_IN_DUMP, pa, "end"));
	memset(buf, m->now, n);
	return (0);
}

static int
moving_extent(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct extent *e)
{
	(void)l;
	(void)e;
	return (ctx_fail_at(ctx, E_UNSUPPORTED, pa, "copied"));
}

static int
moving_range(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct mem_range *r)
{
	(void)l;
	(void)ctx;
	if (pa >= SIZE)
		return (E_DONE);
	*r = (struct mem_range){ pa, SIZE, 0, UINT64_MAX };
	return (0);
}

static void
moving_close(struct mem_layer *l)
{
	(void)l;
}

static const struct mem_layer_ops moving_ops = {
	.name = "moving",
	.read = moving_read,
	.extent = moving_extent,
	.range = moving_range,
	.close = moving_close,
};

static uint8_t
byte_at(struct ctx *ctx, const struct space *sp, uint64_t at)
{
	uint64_t v = 0;

	assert_int_equal(space_uint(ctx, sp, at, 1, &v), 0);
	return ((uint8_t)v);
}

static void
freezes(void **state)
{
	struct moving src = { .layer.ops = &moving_ops, .now = 1 };
	struct frozen *f = frozen_create();
	struct memory m;
	struct space sp;
	struct ctx ctx;
	uint8_t buf[6000];

	(void)state;
	ctx_init(&ctx);
	mem_init(&m, &src.layer, NULL);
	assert_int_equal(freeze_push(&ctx, &m), 0);
	space_init(&sp, &m, NULL, 0, false, 8);
	assert_int_equal(byte_at(&ctx, &sp, 100), 1);
	frozen_enter(&ctx, f);
	assert_int_equal(byte_at(&ctx, &sp, 100), 1);
	frozen_leave(&ctx);
	src.now = 2;
	m.generation++;
	assert_int_equal(byte_at(&ctx, &sp, 100), 2);
	/* What was seen stays, what was not is of the moment that it is seen. */
	frozen_enter(&ctx, f);
	assert_int_equal(byte_at(&ctx, &sp, 100), 1);
	assert_int_equal(byte_at(&ctx, &sp, 5000), 2);
	src.now = 3;
	m.generation++;
	assert_int_equal(byte_at(&ctx, &sp, 5000), 2);
	assert_int_equal(space_read(&ctx, &sp, 3000, buf, sizeof(buf)), 0);
	assert_int_equal(buf[0], 1);
	assert_int_equal(buf[4096 - 3000], 2);
	assert_int_equal(buf[8192 - 3000], 3);
	assert_int_equal(space_read(&ctx, &sp, SIZE - 4, buf, 8),
	    E_NOT_IN_DUMP);
	frozen_leave(&ctx);
	frozen_destroy(f);
	mem_fini(&m);
	ctx_fini(&ctx);
}

/* Of what cannot be reached any more the last moment is shown. */
static void
outlives(void **state)
{
	struct moving src = { .layer.ops = &moving_ops, .now = 7 };
	struct memory m;
	struct ctx ctx;
	uint8_t b;

	(void)state;
	ctx_init(&ctx);
	mem_init(&m, &src.layer, NULL);
	assert_int_equal(pages_push(&ctx, &m, 4096), 0);
	assert_int_equal(mem_read(&ctx, &m, 10, &b, 1), 0);
	src.gone = true;
	m.generation++;
	b = 0;
	assert_int_equal(mem_read(&ctx, &m, 10, &b, 1), 0);
	assert_int_equal(b, 7);
	assert_int_equal(mem_read(&ctx, &m, 5000, &b, 1), E_IO);
	/* It is there again, and has moved on. */
	src.gone = false;
	src.now = 8;
	assert_int_equal(mem_read(&ctx, &m, 10, &b, 1), 0);
	assert_int_equal(b, 8);
	mem_fini(&m);
	ctx_fini(&ctx);
}

/* A kernel that runs ticks; one that stands still is told once. */
static void
stands_still(void **state)
{
	const uint64_t second = UINT64_C(1000000000);
	struct ui *ui = calloc(1, sizeof(*ui));

	(void)state;
	assert_non_null(ui);
	assert_false(moving_pace(ui, 100, 5 * second));
	assert_false(moving_pace(ui, 100, 14 * second));
	assert_false(ui->pace.still);
	assert_false(moving_pace(ui, 101, 16 * second));
	assert_false(moving_pace(ui, 101, 25 * second));
	assert_true(moving_pace(ui, 101, 26 * second));
	assert_true(ui->pace.still);
	assert_false(moving_pace(ui, 101, 27 * second));
	assert_true(ui->pace.still);
	assert_false(moving_pace(ui, 102, 28 * second));
	assert_false(ui->pace.still);
	free(ui);
}

/* Other page tables and a clock that does not move: both, or it is still there. */
static void
tells_who_left(void **state)
{
	struct ui *ui = calloc(1, sizeof(*ui));
	struct kernel_news news = { .has_clock = true, .clock = 7,
	    .away = true };

	(void)state;
	assert_non_null(ui);
	assert_false(moving_left(ui, &news));
	(void)moving_pace(ui, 7, 1);
	assert_true(moving_left(ui, &news));
	news.clock = 8;
	assert_false(moving_left(ui, &news));
	news.clock = 7;
	news.away = false;
	assert_false(moving_left(ui, &news));
	free(ui);
}

static void
add_row(struct table *t, struct ctx *ctx, uint64_t key, const char *text,
    uint64_t n)
{
	struct cell cells[2] = { cell_text(text), cell_u64(n) };
	struct row row = { .key = key, .cells = cells, .ncells = 2 };

	assert_int_equal(t->sink.row(&t->sink, ctx, &row), 0);
}

static void
tells_changes(void **state)
{
	static const struct column columns[] = {
		{ .key = "name" }, { .key = "n" },
	};
	struct heat *first, *second;
	struct table a, b, c;
	struct ctx ctx;

	(void)state;
	ctx_init(&ctx);
	table_init(&a);
	table_init(&b);
	table_init(&c);
	assert_int_equal(a.sink.begin(&a.sink, &ctx, columns, 2), 0);
	assert_int_equal(b.sink.begin(&b.sink, &ctx, columns, 2), 0);
	assert_int_equal(c.sink.begin(&c.sink, &ctx, columns, 2), 0);
	add_row(&a, &ctx, 11, "x", 1);
	add_row(&a, &ctx, 12, "y", 2);
	add_row(&a, &ctx, 0, "none", 2);
	/* In another order, with a row more and a row less. */
	add_row(&b, &ctx, 13, "new", 1);
	add_row(&b, &ctx, 12, "y", 3);
	add_row(&b, &ctx, 11, "x", 1);
	add_row(&b, &ctx, 0, "other", 5);
	first = table_heat(&a, NULL, &b);
	assert_true(first[0].fresh == UINT64_MAX);
	assert_int_equal(first[1].fresh, 2);
	assert_int_equal(first[2].fresh, 0);
	assert_int_equal(first[3].fresh, 0);
	add_row(&c, &ctx, 12, "z", 3);
	add_row(&c, &ctx, 13, "new", 1);
	second = table_heat(&b, first, &c);
	assert_int_equal(second[0].fresh, 1);
	assert_int_equal(second[0].fading, 2);
	assert_int_equal(second[1].fresh, 0);
	assert_true(second[1].fading == UINT64_MAX);
	free(first);
	free(second);
	table_fini(&a);
	table_fini(&b);
	table_fini(&c);
	ctx_fini(&ctx);
}

UNIT_MAIN(UNIT(freezes), UNIT(outlives), UNIT(tells_changes),
    UNIT(stands_still), UNIT(tells_who_left))
