/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/view/row.h"

#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

static int
table_begin(struct row_sink *sink, struct ctx *ctx, const struct column *columns,
    size_t n)
{
	struct table *t = (struct table *)sink;
	struct column *copy;
	size_t i;

	table_reset(t);
	copy = arena_dup(&t->arena, columns, n * sizeof(*columns));
	for (i = 0; copy != NULL && i < n; i++) {
		copy[i].key = arena_strdup(&t->arena, columns[i].key);
		if (columns[i].title != NULL)
			copy[i].title = arena_strdup(&t->arena,
			    columns[i].title);
		if (copy[i].key == NULL ||
		    (columns[i].title != NULL && copy[i].title == NULL))
			copy = NULL;
	}
	if (copy == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for a table"));
	t->columns = copy;
	t->ncolumns = n;
	return (OK);
}

static int
table_row(struct row_sink *sink, struct ctx *ctx, const struct row *row)
{
	struct table *t = (struct table *)sink;
	struct row *copy;

	copy = row_copy(&t->arena, row);
	if (copy == NULL || !vec_room(t->rows, t->cap, t->nrows + 1))
		return (ctx_fail(ctx, E_NOMEM,
		    "no memory for more than %zu rows", t->nrows));
	t->rows[t->nrows++] = copy;
	return (OK);
}

void
table_init(struct table *t)
{
	memset(t, 0, sizeof(*t));
	t->sink.begin = table_begin;
	t->sink.row = table_row;
	arena_init(&t->arena);
}

void
table_fini(struct table *t)
{
	free(t->rows);
	arena_fini(&t->arena);
	memset(t, 0, sizeof(*t));
}

void
table_reset(struct table *t)
{
	arena_reset(&t->arena);
	t->sink.missing = false;
	t->sink.nrows = 0;
	t->columns = NULL;
	t->ncolumns = 0;
	t->nrows = 0;
}
