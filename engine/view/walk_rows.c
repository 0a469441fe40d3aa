/* SPDX-License-Identifier: BSD-2-Clause */
/* The elements of a walk as rows. */
#include "engine/view/tools.h"

#include "base/vec.h"

#include <stdlib.h>

#define COLUMN_WIDTH	16

struct rows {
	struct walk_expr *walk;
	const struct value_env *env;
	struct row_sink	*sink;
	struct arena	 arena;		/* of one row, or of all that nests */
	size_t		 nodes;		/* that nest */
	bool		 hex;		/* integers in base 16 */
};

static struct cell
column_value(struct ctx *ctx, struct rows *r, const struct value *v)
{
	struct cell cell = view_cell_value(ctx, r->env, v, &r->arena);
	uint64_t size = 0;

	if (!r->hex)
		return (cell);
	if (type_size(ctx, r->env->types, v->type, &size) != OK)
		ctx_clear(ctx);
	return (view_cell_hex(cell, size));
}

/* Of one element; what a column needs may be missing there. */
static int
column_cell(struct ctx *ctx, struct rows *r, size_t i, struct cell *ret)
{
	struct value v;
	int error;

	error = walk_expr_column(ctx, r->walk, i, &v);
	if (error == OK) {
		*ret = column_value(ctx, r, &v);
		return (OK);
	}
	if (status_reason(error) == NULL || error == E_NO_TYPE ||
	    error == E_NO_MEMBER)
		return (error);
	ctx_clear(ctx);
	*ret = cell_missing(error);
	return (OK);
}

/* What an element leads to. */
static struct link
item_link(const struct walk_item *item)
{
	struct link none = { .kind = LINK_NONE };

	return (item->status == OK && item->v.place == VALUE_MEM ?
	    link_memory(item->v.addr, item->v.type, 0) : none);
}

static struct row
item_row(const struct walk_item *item, const struct cell *cells, size_t n)
{
	return ((struct row){ .cells = cells, .ncells = n,
	    .key = item->v.place == VALUE_MEM ? item->v.addr : item->v.bits,
	    .style = item->status == OK ? ROW_NORMAL : ROW_ERROR });
}

/* The path of the element, then a cell for each column. */
static int
emit_columns(struct ctx *ctx, struct rows *r, const struct walk_item *item)
{
	struct cell cells[WALK_COLUMNS_MAX + 1];
	size_t i, n = walk_expr_columns(r->walk);
	struct row row;
	int error = OK;

	cells[0] = cell_link(cell_text(item->path), item_link(item));
	for (i = 0; error == OK && i < n; i++) {
		if (item->status == OK)
			error = column_cell(ctx, r, i, &cells[i + 1]);
		else
			cells[i + 1] = i == 0 ? cell_missing(item->status) :
			    cell_null();
	}
	row = item_row(item, cells, n + 1);
	return (error == OK ? row_emit(r->sink, ctx, &row) : error);
}

/* An element as print shows values, structures by their address. */
static int
emit_value(struct ctx *ctx, struct rows *r, const struct walk_item *item)
{
	struct cell cells[VIEW_PRINT_COLUMNS], value;
	struct row row = item_row(item, cells, VIEW_PRINT_COLUMNS);
	char type[512] = "";
	struct typeref ref;
	struct type t = { .kind = TYPE_VOID };
	uint64_t size = 0;

	if (item->status == OK) {
		(void)type_strip(ctx, r->env->types, item->v.type, &ref, &t);
		(void)type_size(ctx, r->env->types, item->v.type, &size);
		(void)type_name(ctx, r->env->types, item->v.type, "", type,
		    sizeof(type));
		value = t.kind == TYPE_STRUCT || t.kind == TYPE_UNION ||
		    t.kind == TYPE_FWD ?
		    cell_link(cell_addr(item->v.addr), item_link(item)) :
		    view_cell_leaf(ctx, r->env, &item->v, &r->arena);
		if (r->hex)
			value = view_cell_hex(value, size);
		ctx_clear(ctx);
	} else
		value = cell_missing(item->status);
	cells[0] = cell_link(cell_text(item->path), item_link(item));
	cells[1] = cell_text(type);
	cells[2] = cell_u64(0);
	cells[3] = cell_u64(size);
	cells[4] = cells[5] = cell_null();
	cells[6] = value;
	cells[7] = value.kind == CELL_ADDR && value.u != 0 ?
	    cell_link(cell_addr(value.u), value.link) : cell_null();
	cells[8] = item->status == OK ? view_cell_note(ctx, r->env, &item->v,
	    &value, &r->arena) : cell_null();
	return (row_emit(r->sink, ctx, &row));
}

static int
flat(struct ctx *ctx, struct rows *r)
{
	struct column columns[WALK_COLUMNS_MAX + 1] = {
		{ .key = "path", .width = 8 },
	};
	size_t i, n = walk_expr_columns(r->walk);
	struct walk_item item;
	int error;

	for (i = 0; i < n; i++)
		columns[i + 1] = (struct column){ .decimals = -1,
		    .key = walk_expr_column_name(r->walk, i),
		    .width = COLUMN_WIDTH };
	error = n == 0 ? r->sink->begin(r->sink, ctx, view_print_columns,
	    VIEW_PRINT_COLUMNS) : r->sink->begin(r->sink, ctx, columns, n + 1);
	while (error == OK) {
		error = walk_expr_next(ctx, r->walk, &item);
		if (error == E_DONE)
			return (OK);
		if (error != OK)
			return (error);
		arena_reset(&r->arena);
		error = n == 0 ? emit_value(ctx, r, &item) :
		    emit_columns(ctx, r, &item);
	}
	return (error);
}

/* An element as an object of its columns, or whole. */
static int
nested_item(struct ctx *ctx, struct rows *r, const struct walk_item *item,
    struct cell *ret)
{
	size_t i, n = walk_expr_columns(r->walk);
	struct cell_named *named;
	int error = OK;

	if (item->status != OK) {
		*ret = cell_missing(item->status);
		return (OK);
	}
	if (n == 0)
		return (view_cell_nested(ctx, r->env, &item->v, r->hex,
		    &r->arena, &r->nodes, ret));
	named = arena_alloc(&r->arena, n * sizeof(*named));
	if (named == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for a walk"));
	for (i = 0; error == OK && i < n; i++) {
		named[i].key = walk_expr_column_name(r->walk, i);
		error = column_cell(ctx, r, i, &named[i].cell);
	}
	r->nodes += n;
	*ret = cell_object(named, n);
	return (error);
}

static int
nested(struct ctx *ctx, struct rows *r, const char *text)
{
	struct cell *list = NULL, cells[VIEW_PRINT_COLUMNS];
	size_t n = 0, cap = 0, i;
	struct walk_item item;
	int error;

	error = r->sink->begin(r->sink, ctx, view_print_columns,
	    VIEW_PRINT_COLUMNS);
	while (error == OK) {
		error = walk_expr_next(ctx, r->walk, &item);
		if (error == OK && !vec_room(list, cap, n + 1))
			error = ctx_fail(ctx, E_NOMEM, "no memory for a walk");
		if (error == OK)
			error = nested_item(ctx, r, &item, &list[n]);
		n += error == OK;
	}
	if (error == E_DONE) {
		for (i = 0; i < VIEW_PRINT_COLUMNS; i++)
			cells[i] = cell_null();
		cells[0] = cell_text(text);
		cells[6] = cell_list(list, n);
		error = row_emit_cells(r->sink, ctx, 0, cells,
		    VIEW_PRINT_COLUMNS);
	}
	free(list);
	return (error);
}

int
view_walk(struct ctx *ctx, struct walk_expr *walk, const char *text, bool nest,
    bool hex, struct row_sink *sink)
{
	struct rows r = { .walk = walk, .sink = sink, .hex = hex,
	    .env = walk_expr_env(walk) };
	int error;

	arena_init(&r.arena);
	error = nest ? nested(ctx, &r, text) : flat(ctx, &r);
	arena_fini(&r.arena);
	return (error);
}
