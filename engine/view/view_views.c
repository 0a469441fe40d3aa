/* SPDX-License-Identifier: BSD-2-Clause */
/* views: the tables that there are, and where each comes from. */
#include "engine/view/tables.h"

#include "base/hash.h"
#include "engine/view/tools.h"

static const struct column columns[] = {
	{ .key = "name", .width = 12 },
	{ .key = "origin", .width = 10 },
	{ .key = "help", .width = 40 },
	{ .key = "args", .width = 12 },
};

static int
put(struct ctx *ctx, struct row_sink *sink, const struct view *view,
    const char *origin)
{
	struct cell cells[COUNT(columns)];
	bool needs = view->args[0] != '\0' && view->args[0] != '[';

	cells[0] = cell_text(view->name);
	/* What needs no words opens by a key. */
	if (!needs)
		cells[0] = cell_link(cells[0], link_command(view->name));
	cells[1] = cell_text(origin);
	cells[2] = cell_text(view->help);
	cells[3] = cell_text(view->args);
	return (row_emit_cells(sink, ctx, hash_str(view->name), cells,
	    COUNT(cells)));
}

static int
run(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct row_sink *sink)
{
	const struct view *view;
	const char *why;
	struct cell cells[COUNT(columns)];
	size_t i;
	int error;

	(void)k;
	if (args->argc != 1)
		return (view_usage(ctx, args));
	error = sink->begin(sink, ctx, columns, COUNT(columns));
	for (i = 0; error == OK && views[i] != NULL; i++)
		error = put(ctx, sink, views[i], "command");
	for (i = 0; error == OK && args->tables != NULL &&
	    i < tables_count(args->tables); i++) {
		view = tables_at(ctx, args->tables, i);
		error = view != NULL ? put(ctx, sink, view,
		    tables_origin(args->tables, i)) : ctx->err.code;
	}
	/* Files that are no tables, and why. */
	for (i = 0; error == OK && args->tables != NULL &&
	    (why = tables_complaint(args->tables, i)) != NULL; i++) {
		cells[0] = cells[1] = cells[3] = cell_null();
		cells[2] = cell_text(why);
		error = row_emit(sink, ctx, &(struct row){ .cells = cells,
		    .ncells = COUNT(cells), .style = ROW_ERROR,
		    .key = hash_str(why) });
	}
	return (error);
}

const struct view view_views = {
	.name = "views",
	.args = "",
	.help = "the tables that there are, and where each comes from",
	.run = run,
};
