/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text for people: columns under a header.  The first HELD_MAX rows are held
 * back to learn how wide the columns are, later ones follow at that width;
 * nothing is ever cut, and a cell wider than WIDTH_MAX only pushes its own
 * row.  A single row of many columns reads better as lines of "key: value".
 */
#include "engine/view/sink.h"

#include "base/utf8.h"
#include "base/vec.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define HELD_MAX	1000
#define WIDTH_MAX	64
#define LINES_FROM	20		/* columns */

struct sink_text {
	struct row_sink	 sink;
	struct out	*out;
	struct table	 held;
	size_t		*widths;	/* NULL until the columns are known */
	size_t		 tree;		/* the column that shows the depth */
	bool		 started;	/* the header is out */
	struct buf	 cell, line;
};

static const char *
title(struct sink_text *s, const struct column *col)
{
	const char *p;
	char c;

	if (col->title != NULL)
		return (col->title);
	buf_reset(&s->cell);
	for (p = col->key; *p != '\0'; p++) {
		c = *p == '_' ? '-' : (char)toupper((unsigned char)*p);
		buf_add(&s->cell, &c, 1);
	}
	return (buf_text(&s->cell));
}

/* The text of one cell, indented when the row lies deeper; borrowed. */
static const char *
cell_string(struct sink_text *s, const struct row *row, size_t i)
{
	unsigned k;

	buf_reset(&s->cell);
	for (k = 0; i == s->tree && k < row->depth && k < 64; k++)
		buf_puts(&s->cell, "  ");
	if (i < row->ncells)
		cell_format(&row->cells[i], &s->held.columns[i], &s->cell);
	return (buf_text(&s->cell));
}

static size_t
columns_of(const char *text)
{
	return (utf8_columns(text, strlen(text)));
}

static void
pad(struct buf *b, size_t n)
{
	while (n-- > 0)
		buf_puts(b, " ");
}

static void
put_cell(struct sink_text *s, const struct column *col, size_t width,
    const char *text)
{
	size_t have;

	have = columns_of(text);
	if (col->right && have < width)
		pad(&s->line, width - have);
	buf_puts(&s->line, text);
	if (!col->right && have < width)
		pad(&s->line, width - have);
	pad(&s->line, 2);
}

static int
put_line(struct sink_text *s, struct ctx *ctx)
{
	size_t n;

	if (s->line.bad || s->cell.bad)
		return (ctx_fail(ctx, E_NOMEM, "no memory for a row"));
	for (n = s->line.len; n > 0 && s->line.p[n - 1] == ' '; n--)
		;
	out_add(s->out, s->line.p, n);
	out_putc(s->out, '\n');
	buf_reset(&s->line);
	return (sink_status(ctx, s->out));
}

static int
put_row(struct sink_text *s, struct ctx *ctx, const struct row *row)
{
	const struct column *col;
	size_t i;

	for (i = 0; i < s->held.ncolumns; i++) {
		col = &s->held.columns[i];
		if (!col->hidden)
			put_cell(s, col, s->widths[i], cell_string(s, row, i));
	}
	return (put_line(s, ctx));
}

static int
put_lines(struct sink_text *s, struct ctx *ctx)
{
	const struct row *row;
	const char *text;
	size_t i, width;
	int error;

	row = s->held.rows[0];
	for (width = i = 0; i < s->held.ncolumns; i++)
		if (!s->held.columns[i].hidden &&
		    strlen(s->held.columns[i].key) > width)
			width = strlen(s->held.columns[i].key);
	for (i = 0; i < s->held.ncolumns; i++) {
		if (s->held.columns[i].hidden)
			continue;
		buf_puts(&s->line, s->held.columns[i].key);
		buf_puts(&s->line, ":");
		text = cell_string(s, row, i);
		if (*text != '\0')
			pad(&s->line,
			    width + 1 - strlen(s->held.columns[i].key));
		buf_puts(&s->line, text);
		error = put_line(s, ctx);
		if (error != OK)
			return (error);
	}
	return (OK);
}

/* The header and the rows held back. */
static int
start(struct sink_text *s, struct ctx *ctx)
{
	const struct column *col;
	size_t i, k, width;
	int error;

	s->started = true;
	if (s->held.nrows == 1 && s->held.ncolumns >= LINES_FROM)
		return (put_lines(s, ctx));
	for (i = 0; i < s->held.ncolumns; i++) {
		col = &s->held.columns[i];
		s->widths[i] = columns_of(title(s, col));
		for (k = 0; k < s->held.nrows; k++) {
			width = columns_of(cell_string(s, s->held.rows[k], i));
			if (width > s->widths[i])
				s->widths[i] = width < WIDTH_MAX ? width :
				    WIDTH_MAX;
		}
	}
	for (i = 0; i < s->held.ncolumns; i++) {
		col = &s->held.columns[i];
		if (!col->hidden)
			put_cell(s, col, s->widths[i], title(s, col));
	}
	error = put_line(s, ctx);
	for (k = 0; error == OK && k < s->held.nrows; k++)
		error = put_row(s, ctx, s->held.rows[k]);
	return (error);
}

static int
sink_begin(struct row_sink *sink, struct ctx *ctx, const struct column *columns,
    size_t n)
{
	struct sink_text *s = (struct sink_text *)sink;

	s->widths = calloc(n + 1, sizeof(*s->widths));
	if (s->widths == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for columns"));
	for (s->tree = 0; s->tree < n && !columns[s->tree].tree; s->tree++)
		;
	if (s->tree == n)
		s->tree = 0;
	return (s->held.sink.begin(&s->held.sink, ctx, columns, n));
}

static int
sink_row(struct row_sink *sink, struct ctx *ctx, const struct row *row)
{
	struct sink_text *s = (struct sink_text *)sink;
	int error;

	if (!s->started && s->held.nrows < HELD_MAX)
		return (s->held.sink.row(&s->held.sink, ctx, row));
	if (!s->started) {
		error = start(s, ctx);
		if (error != OK)
			return (error);
	}
	return (put_row(s, ctx, row));
}

static int
sink_end(struct row_sink *sink, struct ctx *ctx, bool ok)
{
	struct sink_text *s = (struct sink_text *)sink;
	int error;

	error = OK;
	if (s->widths != NULL && !s->started && (ok || s->held.nrows > 0))
		error = start(s, ctx);
	out_flush(s->out);
	return (error != OK ? error : sink_status(ctx, s->out));
}

static void
sink_destroy(struct row_sink *sink)
{
	struct sink_text *s = (struct sink_text *)sink;

	table_fini(&s->held);
	buf_fini(&s->cell);
	buf_fini(&s->line);
	free(s->widths);
	free(s);
}

static int
sink_create(struct ctx *ctx, struct out *out, struct row_sink **ret)
{
	struct sink_text *s;

	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for output"));
	s->sink.begin = sink_begin;
	s->sink.row = sink_row;
	s->out = out;
	table_init(&s->held);
	*ret = &s->sink;
	return (OK);
}

const struct sink_ops sink_text = {
	.name = "text",
	.create = sink_create,
	.end = sink_end,
	.destroy = sink_destroy,
};
