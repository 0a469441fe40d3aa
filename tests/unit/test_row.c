/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/unit.h"

#include "base/vec.h"
#include "engine/view/row.h"

#include <string.h>

static void
reads(const struct cell *c, const struct column *col, const char *want)
{
	struct buf b = { 0 };

	cell_format(c, col, &b);
	assert_string_equal(buf_text(&b), want);
	buf_fini(&b);
}

static void
formats_numbers(void **state)
{
	static const struct {
		struct cell cell;
		struct column col;
		const char *want;
	} known[] = {
		{ { .kind = CELL_U64, .u = UINT64_MAX }, { 0 },
		    "18446744073709551615" },
		{ { .kind = CELL_S64, .s = -5 }, { 0 }, "-5" },
		{ { .kind = CELL_ADDR, .u = 0xffffffff81000000 }, { 0 },
		    "0xffffffff81000000" },
		{ { .kind = CELL_U64, .u = 255 }, { .form = FORM_HEX }, "0xff" },
		{ { .kind = CELL_U64, .u = 1023 }, { .form = FORM_BYTES },
		    "1023" },
		{ { .kind = CELL_U64, .u = 1024 }, { .form = FORM_BYTES }, "1K" },
		{ { .kind = CELL_U64, .u = 1536 }, { .form = FORM_BYTES },
		    "1.5K" },
		{ { .kind = CELL_U64, .u = (1 << 20) - 1 },
		    { .form = FORM_BYTES }, "1.0M" },
		{ { .kind = CELL_U64, .u = UINT64_MAX }, { .form = FORM_BYTES },
		    "16E" },
		{ { .kind = CELL_DOUBLE, .d = 1.5 }, { .decimals = 2 }, "1.50" },
		{ { .kind = CELL_DOUBLE, .d = 0.1 }, { .decimals = -1 }, "0.1" },
		{ { .kind = CELL_DOUBLE, .d = 951782400.25 },
		    { .form = FORM_TIME, .decimals = 2 },
		    "2000-02-29 00:00:00.25 UTC" },
		{ { .kind = CELL_DOUBLE, .d = 1e300 },
		    { .form = FORM_TIME, .decimals = -1 }, "1e+300" },
		{ { .kind = CELL_DOUBLE, .d = 12.5 },
		    { .form = FORM_PERCENT, .decimals = 1 }, "12.5%" },
		{ { .kind = CELL_BOOL, .b = true }, { 0 }, "yes" },
		{ { .kind = CELL_NULL }, { 0 }, "" },
		{ { .kind = CELL_MISSING, .status = E_NOT_IN_DUMP }, { 0 },
		    "<not-in-dump>" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		reads(&known[i].cell, &known[i].col, known[i].want);
}

/* Nothing that a process calls itself reaches the terminal as it is. */
static void
escapes_what_drives_a_terminal(void **state)
{
	static const struct {
		const char *text, *want;
		size_t n;
	} known[] = {
		{ "plain", "plain", 5 },
		{ "\x1b[2J", "\\x1b[2J", 4 },
		{ "a\0b", "a\\x00b", 3 },
		{ "\n\t\r\x7f", "\\x0a\\x09\\x0d\\x7f", 4 },
		{ "\xc2\x9b" "1m", "\\xc2\\x9b1m", 4 },	/* C1 CSI */
		{ "\x9b", "\\x9b", 1 },
		{ "\xc3\xa4", "\xc3\xa4", 2 },
		{ "\xc3", "\\xc3", 1 },
		{ "\xe2\x80\xae" "x", "\\xe2\\x80\\xaex", 4 },	/* turns text */
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80", 3 },	/* surrogate */
		{ "back\\slash", "back\\slash", 10 },
	};
	struct cell c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		c = cell_textn(known[i].text, known[i].n);
		reads(&c, NULL, known[i].want);
	}
}

static void
quotes_lists(void **state)
{
	struct cell words[5], c;

	(void)state;
	words[0] = cell_text("/bin/sh");
	words[1] = cell_text("two words");
	words[2] = cell_text("");
	words[3] = cell_text("it's");
	words[4] = cell_text("\x1b");
	c = cell_list(words, 5);
	reads(&c, NULL, "/bin/sh 'two words' '' 'it'\\''s' '\\x1b'");
	c = cell_list(NULL, 0);
	reads(&c, NULL, "");
	c = cell_bytes("\x00\xff\x10", 3);
	reads(&c, NULL, "00 ff 10");
}

static void
formats_objects(void **state)
{
	struct cell_named inner[1], outer[2];
	struct cell c;

	(void)state;
	inner[0] = (struct cell_named){ "next", cell_addr(16) };
	outer[0] = (struct cell_named){ "list", cell_object(inner, 1) };
	outer[1] = (struct cell_named){ "n", cell_missing(E_SWAPPED) };
	c = cell_object(outer, 2);
	reads(&c, NULL, "{list: {next: 0x10}, n: <swapped>}");
}

/* A cell that holds itself: formatting and copying end all the same. */
static void
ends_in_a_loop(void **state)
{
	struct cell loop = cell_null();
	struct arena arena;
	struct buf b = { 0 };
	struct row row = { .cells = &loop, .ncells = 1 };

	(void)state;
	loop = cell_list(&loop, 1);
	cell_format(&loop, NULL, &b);
	assert_string_equal(buf_text(&b), "...");
	buf_fini(&b);
	arena_init(&arena);
	assert_non_null(row_copy(&arena, &row));
	arena_fini(&arena);
}

static void
table_keeps_copies(void **state)
{
	static const struct column columns[] = { { .key = "a" }, { .key = "b" } };
	char text[8] = "first", command[8] = "ps";
	struct cell cells[2], items[2];
	struct table t;
	struct ctx ctx;

	(void)state;
	ctx_init(&ctx);
	table_init(&t);
	assert_int_equal(t.sink.begin(&t.sink, &ctx, columns, 2), OK);
	items[0] = cell_text(text);
	items[1] = cell_bytes(text, 2);
	cells[0] = cell_link(cell_list(items, 2), link_command(command));
	cells[1] = cell_u64(7);
	assert_int_equal(row_emit_cells(&t.sink, &ctx, 42, cells, 2), OK);
	assert_false(t.sink.missing);
	memcpy(text, "other", 6);
	memcpy(command, "xx", 3);
	items[0] = cells[1] = cell_null();
	assert_int_equal(t.nrows, 1);
	assert_int_equal(t.rows[0]->key, 42);
	assert_int_equal(t.rows[0]->cells[1].u, 7);
	assert_string_equal(t.rows[0]->cells[0].link.command, "ps");
	reads(&t.rows[0]->cells[0], NULL, "first 66 69");
	/* Missing memory is noticed at any depth, an absent member is not. */
	items[0] = cell_missing(E_NO_MEMBER);
	assert_int_equal(row_emit_cells(&t.sink, &ctx, 0, cells, 2), OK);
	assert_false(t.sink.missing);
	items[0] = cell_missing(E_NOT_IN_DUMP);
	assert_int_equal(row_emit_cells(&t.sink, &ctx, 0, cells, 2), OK);
	assert_true(t.sink.missing);
	assert_int_equal(t.sink.nrows, 3);
	table_reset(&t);
	assert_int_equal(t.nrows, 0);
	table_fini(&t);
	ctx_fini(&ctx);
}

static void
tells_cells_apart(void **state)
{
	const struct cell words[] = { cell_text("a"), cell_text("b") };
	const struct cell nested[] = { cell_list(words, 2) };
	const struct cell cells[] = { cell_null(), cell_u64(5), cell_s64(5),
	    cell_addr(5), cell_u64(6), cell_double(5), cell_double(-0.0),
	    cell_double(0.0), cell_bool(true), cell_bool(false),
	    cell_text("5"), cell_text(""), cell_textn("5\0", 2),
	    cell_bytes("5", 1), cell_missing(E_IO), cell_missing(E_NOT_MAPPED),
	    cell_list(words, 2), cell_list(words, 1), cell_list(words + 1, 1),
	    cell_list(NULL, 0) };
	struct cell partial = cell_u64(5);
	char five[] = "5";
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
		for (k = 0; k < sizeof(cells) / sizeof(cells[0]); k++)
			assert_int_equal(cell_same(&cells[i], &cells[k]),
			    i == k);
	/* Not where the text lies, what it says; not the links. */
	assert_true(cell_same(&cells[10], &(struct cell){ .kind = CELL_TEXT,
	    .text = { five, 1 }, .link = link_process(7) }));
	partial.status = E_TRUNCATED;
	assert_false(cell_same(&cells[1], &partial));
	/* Nobody looks into these. */
	assert_false(cell_same(&(struct cell){ .kind = CELL_OBJECT },
	    &(struct cell){ .kind = CELL_OBJECT }));
	assert_false(cell_same(&(struct cell){ .kind = CELL_LIST,
	    .list = { nested, 1 } }, &(struct cell){ .kind = CELL_LIST,
	    .list = { nested, 1 } }));
}

UNIT_MAIN(UNIT(tells_cells_apart), UNIT(formats_numbers), UNIT(escapes_what_drives_a_terminal),
    UNIT(quotes_lists), UNIT(formats_objects), UNIT(ends_in_a_loop),
    UNIT(table_keeps_copies))
