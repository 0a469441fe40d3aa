/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/unit.h"

#include "base/vec.h"
#include "engine/view/sink.h"

#include <errno.h>
#include <string.h>

static const struct column columns[] = {
	{ .key = "pid", .right = true },
	{ .key = "comm" },
	{ .key = "load", .decimals = 2, .right = true },
	{ .key = "argv" },
	{ .key = "secret", .hidden = true },
};

static struct ctx ctx;
static struct out out;
static struct buf text;

static struct row_sink *
open_sink(const char *name)
{
	struct row_sink *sink;

	ctx_init(&ctx);
	buf_reset(&text);
	out_init(&out, out_write_buf, &text);
	assert_non_null(sink_by_name(name));
	assert_int_equal(sink_by_name(name)->create(&ctx, &out, &sink), OK);
	return (sink);
}

static void
close_sink(const char *name, struct row_sink *sink, bool ok, const char *want)
{
	assert_int_equal(sink_by_name(name)->end(sink, &ctx, ok), OK);
	sink_by_name(name)->destroy(sink);
	assert_string_equal(buf_text(&text), want);
	buf_fini(&text);
	ctx_fini(&ctx);
}

/* Two rows: one with everything, one with what is missing. */
static void
emit_both(struct row_sink *sink)
{
	struct cell argv[2], cells[5];

	assert_int_equal(sink->begin(sink, &ctx, columns, 5), OK);
	argv[0] = cell_text("sh");
	argv[1] = cell_text("a,\"b\"");
	cells[0] = cell_s64(1);
	cells[1] = cell_text("init");
	cells[2] = cell_double(0.5);
	cells[3] = cell_list(argv, 2);
	cells[4] = cell_addr(0xffff888000001000);
	assert_int_equal(row_emit_cells(sink, &ctx, 1, cells, 5), OK);
	cells[0] = cell_s64(1234);
	cells[1] = cell_textn("e\x1b[1m\xff", 6);
	cells[2] = cell_null();
	cells[3] = cell_missing(E_SWAPPED);
	cells[4] = cell_u64(UINT64_MAX);
	assert_int_equal(row_emit_cells(sink, &ctx, 2, cells, 5), OK);
	assert_true(sink->missing);
}

static void
writes_text(void **state)
{
	struct row_sink *sink;

	(void)state;
	sink = open_sink("text");
	emit_both(sink);
	close_sink("text", sink, true,
	    " PID  COMM          LOAD  ARGV\n"
	    "   1  init          0.50  sh 'a,\"b\"'\n"
	    "1234  e\\x1b[1m\\xff        <swapped>\n");
}

static void
writes_json(void **state)
{
	struct row_sink *sink;

	(void)state;
	sink = open_sink("json");
	emit_both(sink);
	close_sink("json", sink, true,
	    "[{\"pid\":1,\"comm\":\"init\",\"load\":0.50,"
	    "\"argv\":[\"sh\",\"a,\\\"b\\\"\"],"
	    "\"secret\":\"0xffff888000001000\"}\n"
	    ",{\"pid\":1234,\"comm\":\"e\\u001b[1m\\udcff\",\"load\":null,"
	    "\"argv\":null,\"argv_missing\":\"swapped\","
	    "\"secret\":\"18446744073709551615\"}\n]\n");
}

static void
writes_json_lines(void **state)
{
	struct row_sink *sink;

	(void)state;
	sink = open_sink("jsonl");
	emit_both(sink);
	close_sink("jsonl", sink, true,
	    "{\"pid\":1,\"comm\":\"init\",\"load\":0.50,"
	    "\"argv\":[\"sh\",\"a,\\\"b\\\"\"],"
	    "\"secret\":\"0xffff888000001000\"}\n"
	    "{\"pid\":1234,\"comm\":\"e\\u001b[1m\\udcff\",\"load\":null,"
	    "\"argv\":null,\"argv_missing\":\"swapped\","
	    "\"secret\":\"18446744073709551615\"}\n");
}

static void
writes_csv(void **state)
{
	struct row_sink *sink;

	(void)state;
	sink = open_sink("csv");
	emit_both(sink);
	close_sink("csv", sink, true,
	    "pid,comm,load,argv,secret\n"
	    "1,init,0.50,\"sh 'a,\"\"b\"\"'\",0xffff888000001000\n"
	    "1234,e\\x1b[1m\\xff,,,18446744073709551615\n");
}

static void
quotes_csv(void **state)
{
	static const struct column one[] = { { .key = "a,b" }, { .key = "c" } };
	struct row_sink *sink;
	struct cell cells[2];

	(void)state;
	sink = open_sink("csv");
	assert_int_equal(sink->begin(sink, &ctx, one, 2), OK);
	cells[0] = cell_text("two\nlines\t");
	cells[1] = cell_text(" blank");
	assert_int_equal(row_emit_cells(sink, &ctx, 1, cells, 2), OK);
	cells[0] = cell_bytes("\x01\xab", 2);
	cells[1] = cell_bool(false);
	assert_int_equal(row_emit_cells(sink, &ctx, 2, cells, 2), OK);
	close_sink("csv", sink, true,
	    "\"a,b\",c\n\"two\nlines\t\",\" blank\"\n01ab,false\n");
}

static void
nests_missing_in_json(void **state)
{
	static const struct column one[] = { { .key = "value", .decimals = -1 } };
	struct cell_named named[2];
	struct row_sink *sink;
	struct cell cell, list[2];

	(void)state;
	sink = open_sink("json");
	assert_int_equal(sink->begin(sink, &ctx, one, 1), OK);
	list[0] = cell_double(0.1);
	list[1] = cell_missing(E_NOT_MAPPED);
	named[0] = (struct cell_named){ "a", cell_list(list, 2) };
	named[1] = (struct cell_named){ "b", cell_missing(E_NO_MEMBER) };
	cell = cell_object(named, 2);
	assert_int_equal(row_emit_cells(sink, &ctx, 1, &cell, 1), OK);
	assert_true(sink->missing);
	close_sink("json", sink, true,
	    "[{\"value\":{\"a\":[0.1,null],\"b\":null,"
	    "\"b_missing\":\"no-member\"}}\n]\n");
}

static void
says_nothing_of_a_failed_command(void **state)
{
	(void)state;
	close_sink("json", open_sink("json"), false, "[]\n");
	close_sink("jsonl", open_sink("jsonl"), false, "");
	close_sink("csv", open_sink("csv"), false, "");
	close_sink("text", open_sink("text"), false, "");
}

static void
shows_no_rows(void **state)
{
	struct row_sink *sink;

	(void)state;
	sink = open_sink("text");
	assert_int_equal(sink->begin(sink, &ctx, columns, 5), OK);
	close_sink("text", sink, true, "PID  COMM  LOAD  ARGV\n");
	sink = open_sink("json");
	assert_int_equal(sink->begin(sink, &ctx, columns, 5), OK);
	close_sink("json", sink, true, "[]\n");
	sink = open_sink("csv");
	assert_int_equal(sink->begin(sink, &ctx, columns, 5), OK);
	close_sink("csv", sink, true, "pid,comm,load,argv,secret\n");
}

/* One row of many columns: a line for each. */
static void
writes_lines(void **state)
{
	static const struct column many[20] = {
		{ .key = "a" }, { .key = "long_key" }, { .key = "c" },
		{ .key = "d", .hidden = true }, { .key = "e" }, { .key = "f" },
		{ .key = "g" }, { .key = "h" }, { .key = "i" }, { .key = "j" },
		{ .key = "k" }, { .key = "l" }, { .key = "m" }, { .key = "n" },
		{ .key = "o" }, { .key = "p" }, { .key = "q" }, { .key = "r" },
		{ .key = "s" }, { .key = "t" },
	};
	struct row_sink *sink;
	struct cell cells[20];
	size_t i;

	(void)state;
	for (i = 0; i < 20; i++)
		cells[i] = i < 4 ? cell_u64(i) : cell_null();
	sink = open_sink("text");
	assert_int_equal(sink->begin(sink, &ctx, many, 20), OK);
	assert_int_equal(row_emit_cells(sink, &ctx, 1, cells, 20), OK);
	close_sink("text", sink, true,
	    "a:        0\nlong_key: 1\nc:        2\ne:\nf:\ng:\nh:\ni:\nj:\n"
	    "k:\nl:\nm:\nn:\no:\np:\nq:\nr:\ns:\nt:\n");
}

/* Behind the rows held back the widths stay, and nothing is cut. */
static void
streams_many_rows(void **state)
{
	static const struct column two[] = { { .key = "a" }, { .key = "b" } };
	struct row_sink *sink;
	struct cell cells[2];
	const char *end;
	size_t i, lines;

	(void)state;
	sink = open_sink("text");
	assert_int_equal(sink->begin(sink, &ctx, two, 2), OK);
	cells[1] = cell_text("x");
	for (i = 0; i < 3000; i++) {
		cells[0] = i == 2999 ? cell_text("wider than all of those") :
		    cell_u64(1000 + i);
		assert_int_equal(row_emit_cells(sink, &ctx, i, cells, 2), OK);
	}
	assert_int_equal(sink_by_name("text")->end(sink, &ctx, true), OK);
	sink_by_name("text")->destroy(sink);
	for (lines = i = 0; i < text.len; i++)
		lines += text.p[i] == '\n';
	assert_int_equal(lines, 3001);
	assert_memory_equal(text.p, "A     B\n1000  x\n", 16);
	end = "\nwider than all of those  x\n";
	assert_string_equal(text.p + text.len - strlen(end), end);
	buf_fini(&text);
	ctx_fini(&ctx);
}

static int
write_nothing(void *arg, const void *data, size_t n)
{
	(void)arg;
	(void)data;
	(void)n;
	return (EPIPE);
}

static void
ends_with_the_pipe(void **state)
{
	static const char *const names[] = { "text", "json", "jsonl", "csv" };
	struct row_sink *sink;
	struct cell cells[5];
	size_t i, k;
	int error;

	(void)state;
	for (k = 0; k < 4; k++) {
		sink = open_sink(names[k]);
		out.write = write_nothing;
		for (i = 0; i < 5; i++)
			cells[i] = cell_text("0123456789012345678901234567890");
		error = sink->begin(sink, &ctx, columns, 5);
		for (i = 0; error == OK && i < 100000; i++)
			error = row_emit_cells(sink, &ctx, i, cells, 5);
		assert_int_equal(error, E_IO);
		assert_true(i < 5000);
		sink_by_name(names[k])->end(sink, &ctx, false);
		sink_by_name(names[k])->destroy(sink);
		ctx_fini(&ctx);
	}
	buf_fini(&text);
	assert_null(sink_by_name("xml"));
}

UNIT_MAIN(UNIT(writes_text), UNIT(writes_json), UNIT(writes_json_lines),
    UNIT(writes_csv), UNIT(quotes_csv), UNIT(nests_missing_in_json),
    UNIT(says_nothing_of_a_failed_command), UNIT(shows_no_rows),
    UNIT(writes_lines), UNIT(streams_many_rows), UNIT(ends_with_the_pipe))
