/* SPDX-License-Identifier: BSD-2-Clause */
/* What a running kernel did lately, as small bars. */
#include "tests/unit/unit.h"

#include "ui/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *
bars(struct ui *ui, struct doc *d, int w, double top)
{
	doc_reset(d);
	doc_line(d);
	history_draw(ui, d, HISTORY_LOAD, w, top);
	return (buf_text(&d->text) + 1);	/* behind the margin */
}

static void
draws(void **state)
{
	struct ui *ui = calloc(1, sizeof(*ui));
	struct kernel kernel = { .live = false }, *k = &kernel;
	struct doc d;
	int i;

	(void)state;
	assert_non_null(ui);
	ui->kernel = k;
	doc_init(&d);
	/* A dump has no history. */
	history_add(ui, HISTORY_LOAD, 1);
	history_add(ui, HISTORY_LOAD, 1);
	assert_string_equal(bars(ui, &d, 10, 1), "");
	k->live = true;
	history_add(ui, HISTORY_LOAD, 0);
	assert_string_equal(bars(ui, &d, 10, 1), "");
	history_add(ui, HISTORY_LOAD, 0.5);
	history_add(ui, HISTORY_LOAD, NAN);
	history_add(ui, HISTORY_LOAD, 1);
	assert_string_equal(bars(ui, &d, 10, 1), "\u2581\u2584\u2588");
	/* The newest, where there is no room for all. */
	assert_string_equal(bars(ui, &d, 2, 1), "\u2584\u2588");
	assert_string_equal(bars(ui, &d, 1, 1), "");
	/* What is greater than the top is the top. */
	history_add(ui, HISTORY_LOAD, 8);
	assert_string_equal(bars(ui, &d, 10, 1), "\u2581\u2581\u2581\u2588");
	/* No more than are kept. */
	for (i = 0; i < 3 * HISTORY_LEN; i++)
		history_add(ui, HISTORY_LOAD, 2);
	assert_int_equal(strlen(bars(ui, &d, 1000, 1)), 3 * HISTORY_LEN);
	assert_int_equal(ui->history[HISTORY_LOAD].n, 4 + 3 * HISTORY_LEN);
	/* Two panes that read the same second leave one value. */
	ui->rate = 60;
	history_add(ui, HISTORY_LOAD, 2);
	assert_int_equal(ui->history[HISTORY_LOAD].n, 4 + 3 * HISTORY_LEN);
	doc_fini(&d);
	free(ui);
}

static void
tells_memory(void **state)
{
	struct os_info in = { .mem_total = { 100, OK }, .mem_free = { 30, OK },
	    .mem_available = { 0, E_NO_TYPE } };
	uint64_t used;

	(void)state;
	assert_true(history_memory(&in, &used));
	assert_int_equal(used, 70);
	in.mem_available = (struct os_u64){ 60, OK };
	assert_true(history_memory(&in, &used));
	assert_int_equal(used, 40);
	in.mem_available.v = 200;
	assert_true(history_memory(&in, &used));
	assert_int_equal(used, 0);
	in.mem_total.status = E_NOT_IN_DUMP;
	assert_false(history_memory(&in, &used));
}

UNIT_MAIN(UNIT(draws), UNIT(tells_memory))
