/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JSON: an array of row objects, one to a line, and JSON lines: the objects
 * alone.  A value that is not there is null, the reason in KEY_missing beside.
 */
#include "engine/view/sink.h"

#include "base/json.h"
#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

struct sink_json {
	struct row_sink	 sink;
	struct out	*out;
	struct json	 json;
	struct column	*columns;
	size_t		 ncolumns;
	bool		 lines;		/* JSON lines */
	bool		 opened;	/* the array is */
};

static void	write_cell(struct json *, const struct cell *,
		    const struct column *, unsigned depth);

static void
write_named(struct json *j, const char *key, const struct cell *c,
    const struct column *col, unsigned depth)
{
	struct buf sibling = { 0 };
	const char *why;

	json_key(j, key);
	write_cell(j, c, col, depth);
	why = status_reason(c->status);
	if (why == NULL)
		return;
	buf_printf(&sibling, "%s_missing", key);
	json_key(j, buf_text(&sibling));
	json_text(j, why, strlen(why));
	buf_fini(&sibling);
}

static void
write_cell(struct json *j, const struct cell *c, const struct column *col,
    unsigned depth)
{
	size_t i;

	if (depth >= JSON_DEPTH_MAX) {
		json_null(j);
		return;
	}
	switch (c->kind) {
	case CELL_NULL:
	case CELL_MISSING:
		json_null(j);
		break;
	case CELL_U64:
		json_u64(j, c->u);
		break;
	case CELL_S64:
		json_s64(j, c->s);
		break;
	case CELL_ADDR:
		json_addr(j, c->u);
		break;
	case CELL_DOUBLE:
		json_double(j, c->d, col != NULL ? col->decimals : -1);
		break;
	case CELL_BOOL:
		json_bool(j, c->b);
		break;
	case CELL_TEXT:
		json_text(j, c->text.p, c->text.n);
		break;
	case CELL_BYTES:
		json_bytes(j, c->text.p, c->text.n);
		break;
	case CELL_LIST:
		json_open(j, '[');
		for (i = 0; i < c->list.n; i++)
			write_cell(j, &c->list.v[i], col, depth + 1);
		json_close(j, ']');
		break;
	case CELL_OBJECT:
		json_open(j, '{');
		for (i = 0; i < c->object.n; i++)
			write_named(j, c->object.v[i].key,
			    &c->object.v[i].cell, col, depth + 1);
		json_close(j, '}');
		break;
	}
}

static int
sink_begin(struct row_sink *sink, struct ctx *ctx, const struct column *columns,
    size_t n)
{
	struct sink_json *s = (struct sink_json *)sink;

	s->columns = malloc((n + 1) * sizeof(*columns));
	if (s->columns == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for columns"));
	memcpy(s->columns, columns, n * sizeof(*columns));
	s->ncolumns = n;
	return (OK);
}

static int
sink_row(struct row_sink *sink, struct ctx *ctx, const struct row *row)
{
	struct sink_json *s = (struct sink_json *)sink;
	size_t i;

	if (!s->lines && !s->opened)
		json_open(&s->json, '[');
	s->opened = true;
	json_open(&s->json, '{');
	for (i = 0; i < s->ncolumns && i < row->ncells; i++)
		write_named(&s->json, s->columns[i].key, &row->cells[i],
		    &s->columns[i], 2);
	json_close(&s->json, '}');
	out_putc(s->out, '\n');
	return (sink_status(ctx, s->out));
}

static int
sink_end(struct row_sink *sink, struct ctx *ctx, bool ok)
{
	struct sink_json *s = (struct sink_json *)sink;

	(void)ok;
	if (!s->lines) {
		if (!s->opened)
			json_open(&s->json, '[');
		json_close(&s->json, ']');
		out_putc(s->out, '\n');
	}
	out_flush(s->out);
	return (sink_status(ctx, s->out));
}

static void
sink_destroy(struct row_sink *sink)
{
	struct sink_json *s = (struct sink_json *)sink;

	free(s->columns);
	free(s);
}

static int
sink_create(struct ctx *ctx, struct out *out, bool lines, struct row_sink **ret)
{
	struct sink_json *s;

	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for output"));
	s->sink.begin = sink_begin;
	s->sink.row = sink_row;
	s->out = out;
	s->lines = lines;
	json_init(&s->json, out);
	*ret = &s->sink;
	return (OK);
}

static int
json_create(struct ctx *ctx, struct out *out, struct row_sink **ret)
{
	return (sink_create(ctx, out, false, ret));
}

static int
jsonl_create(struct ctx *ctx, struct out *out, struct row_sink **ret)
{
	return (sink_create(ctx, out, true, ret));
}

const struct sink_ops sink_json = {
	.name = "json",
	.create = json_create,
	.end = sink_end,
	.destroy = sink_destroy,
};

const struct sink_ops sink_jsonl = {
	.name = "jsonl",
	.create = jsonl_create,
	.end = sink_end,
	.destroy = sink_destroy,
};
