/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CSV with the quoting of RFC 4180 and lines that end in LF: a line of keys,
 * then the rows.  A value that is not there is empty.  Numbers come plain,
 * addresses as 0x..., bytes as two digits each, a list as words quoted as for
 * a shell, an object likewise as {key: value}.  Control characters but tab and
 * line feed are escaped as \x1b, for CSV has no escapes of its own and may well
 * be looked at in a terminal.
 */
#include "engine/view/sink.h"

#include "base/vec.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct sink_csv {
	struct row_sink	 sink;
	struct out	*out;
	struct buf	 field;
	int8_t		*decimals;	/* per column */
	size_t		 ncolumns;
};

static void
write_field(struct out *out, const char *s, size_t n)
{
	size_t i;
	bool quoted;

	for (quoted = false, i = 0; i < n && !quoted; i++)
		quoted = strchr(",\"\r\n", s[i]) != NULL;
	/* Blanks at the ends are lost by some readers. */
	quoted = quoted || (n > 0 && (s[0] == ' ' || s[n - 1] == ' '));
	if (!quoted) {
		out_add(out, s, n);
		return;
	}
	out_putc(out, '"');
	for (i = 0; i < n; i++) {
		if (s[i] == '"')
			out_putc(out, '"');
		out_putc(out, s[i]);
	}
	out_putc(out, '"');
}

/* Text, with tabs and line feeds as they are. */
static void
format_text(struct buf *b, const char *s, size_t n)
{
	size_t from, i;

	for (i = from = 0; i < n; i++) {
		if (s[i] != '\n' && s[i] != '\t')
			continue;
		text_escape(b, s + from, i - from);
		buf_add(b, s + i, 1);
		from = i + 1;
	}
	text_escape(b, s + from, n - from);
}

static void
format(struct buf *b, const struct cell *c, int decimals)
{
	size_t i;

	switch (c->kind) {
	case CELL_NULL:
	case CELL_MISSING:
		break;
	case CELL_BOOL:
		buf_puts(b, c->b ? "true" : "false");
		break;
	case CELL_DOUBLE:
		double_format(b, c->d, decimals);
		break;
	case CELL_TEXT:
		format_text(b, c->text.p, c->text.n);
		break;
	case CELL_BYTES:
		for (i = 0; i < c->text.n; i++)
			buf_printf(b, "%02x", (unsigned char)c->text.p[i]);
		break;
	case CELL_U64:
	case CELL_S64:
	case CELL_ADDR:
	case CELL_LIST:
	case CELL_OBJECT:
		cell_format(c, NULL, b);
		break;
	}
}

static int
sink_begin(struct row_sink *sink, struct ctx *ctx, const struct column *columns,
    size_t n)
{
	struct sink_csv *s = (struct sink_csv *)sink;
	size_t i;

	s->decimals = malloc(n + 1);
	if (s->decimals == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for columns"));
	s->ncolumns = n;
	for (i = 0; i < n; i++) {
		s->decimals[i] = columns[i].decimals;
		if (i > 0)
			out_putc(s->out, ',');
		write_field(s->out, columns[i].key, strlen(columns[i].key));
	}
	out_putc(s->out, '\n');
	return (sink_status(ctx, s->out));
}

static int
sink_row(struct row_sink *sink, struct ctx *ctx, const struct row *row)
{
	struct sink_csv *s = (struct sink_csv *)sink;
	size_t i;

	for (i = 0; i < s->ncolumns && i < row->ncells; i++) {
		if (i > 0)
			out_putc(s->out, ',');
		buf_reset(&s->field);
		format(&s->field, &row->cells[i], s->decimals[i]);
		write_field(s->out, buf_text(&s->field), s->field.len);
	}
	out_putc(s->out, '\n');
	if (s->field.bad)
		return (ctx_fail(ctx, E_NOMEM, "no memory for a row"));
	return (sink_status(ctx, s->out));
}

static int
sink_end(struct row_sink *sink, struct ctx *ctx, bool ok)
{
	struct sink_csv *s = (struct sink_csv *)sink;

	(void)ok;
	out_flush(s->out);
	return (sink_status(ctx, s->out));
}

static void
sink_destroy(struct row_sink *sink)
{
	struct sink_csv *s = (struct sink_csv *)sink;

	buf_fini(&s->field);
	free(s->decimals);
	free(s);
}

static int
sink_create(struct ctx *ctx, struct out *out, struct row_sink **ret)
{
	struct sink_csv *s;

	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for output"));
	s->sink.begin = sink_begin;
	s->sink.row = sink_row;
	s->out = out;
	*ret = &s->sink;
	return (OK);
}

const struct sink_ops sink_csv = {
	.name = "csv",
	.create = sink_create,
	.end = sink_end,
	.destroy = sink_destroy,
};
