/* SPDX-License-Identifier: BSD-2-Clause */
/* swap, load, mod, maps: short tables straight from what os knows. */
#include "engine/view/tools.h"

#include <stdlib.h>

static const struct column swap_columns[] = {
	{ .key = "device", .width = 24 },
	{ .key = "total", .form = FORM_BYTES, .width = 8, .right = true },
	{ .key = "used", .form = FORM_BYTES, .width = 8, .right = true },
	{ .key = "priority", .width = 8, .right = true },
};

struct swap {
	struct row_sink	*sink;
	struct typeref	 type;
	struct os_u64	 total, used;
};

static void
add(struct os_u64 *sum, struct os_u64 v)
{
	if (sum->status != OK)
		return;
	if (v.status != OK)
		*sum = v;
	else if (__builtin_add_overflow(sum->v, v.v, &sum->v))
		sum->status = E_CORRUPT;
}

static int
emit_swap(void *arg, struct ctx *ctx, const struct os_swap *s)
{
	struct swap *w = arg;
	struct cell cells[4];

	add(&w->total, s->total);
	add(&w->used, s->used);
	cells[0] = view_cell_text(s->device);
	if (s->address != OS_UNKNOWN)
		cells[0] = cell_link(cells[0],
		    link_memory(s->address, w->type, 0));
	cells[1] = view_cell_u64(s->total);
	cells[2] = view_cell_u64(s->used);
	cells[3] = cell_s64(s->priority);
	return (row_emit_cells(w->sink, ctx, s->address != OS_UNKNOWN ?
	    s->address : 0, cells, COUNT(cells)));
}

/* A structure's type for links; none when there are no types. */
static struct typeref
link_type(struct ctx *ctx, const struct kernel *k, const char *name)
{
	struct typeref ref = { 0, 0 };

	if (k->types != NULL && type_find(ctx, k->types, name, &ref) != OK)
		ctx_clear(ctx);
	return (ref);
}

static int
swap_run(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct row_sink *sink)
{
	struct swap w = { .sink = sink };
	struct cell cells[4];
	struct row row = { .key = 1, .cells = cells, .ncells = 4,
	    .style = ROW_STRONG };
	int error, walk;

	if (args->argc > 1)
		return (view_usage(ctx, args));
	w.type = link_type(ctx, k, "swap_info_struct");
	error = sink->begin(sink, ctx, swap_columns, COUNT(swap_columns));
	if (error != OK)
		return (error);
	walk = os_swaps(ctx, k, emit_swap, &w);
	if (walk != OK)
		return (walk);
	cells[0] = cell_text("total");
	cells[1] = view_cell_u64(w.total);
	cells[2] = view_cell_u64(w.used);
	cells[3] = cell_null();
	return (row_emit(sink, ctx, &row));
}

static const struct column load_columns[] = {
	{ .key = "load1", .decimals = 2, .width = 6, .right = true },
	{ .key = "load5", .decimals = 2, .width = 6, .right = true },
	{ .key = "load15", .decimals = 2, .width = 6, .right = true },
	{ .key = "running", .width = 7, .right = true },
	{ .key = "threads", .width = 7, .right = true },
};

static int
load_run(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct row_sink *sink)
{
	struct cell cells[5];
	struct os_load load;
	int error;

	if (args->argc > 1)
		return (view_usage(ctx, args));
	error = os_load(ctx, k, &load);
	if (error == OK)
		error = sink->begin(sink, ctx, load_columns,
		    COUNT(load_columns));
	if (error != OK)
		return (error);
	cells[0] = cell_double(load.load[0]);
	cells[1] = cell_double(load.load[1]);
	cells[2] = cell_double(load.load[2]);
	cells[3] = view_cell_u64(load.running);
	cells[4] = view_cell_u64(load.threads);
	return (row_emit_cells(sink, ctx, 1, cells, COUNT(cells)));
}

static const struct column mod_columns[] = {
	{ .key = "name", .width = 20 },
	{ .key = "address", .width = 18 },
	{ .key = "size", .width = 9, .right = true },
	{ .key = "refs", .width = 5, .right = true },
	{ .key = "used_by", .width = 24 },
	{ .key = "state", .width = 9 },
};

struct mods {
	struct row_sink	*sink;
	struct typeref	 type;
};

static int
emit_mod(void *arg, struct ctx *ctx, const struct os_module *m)
{
	struct mods *w = arg;
	struct cell cells[6], *users;
	size_t i, n;
	int error;

	for (n = 0; m->used_by != NULL && m->used_by[n] != NULL; n++)
		;
	users = malloc((n + 1) * sizeof(*users));
	if (users == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for modules"));
	for (i = 0; i < n; i++)
		users[i] = cell_text(m->used_by[i]);
	cells[0] = view_cell_text(m->name);
	if (m->address != OS_UNKNOWN)
		cells[0] = cell_link(cells[0],
		    link_memory(m->address, w->type, 0));
	cells[1] = m->base == OS_UNKNOWN ? cell_missing(E_RESTRICTED) :
	    cell_link(cell_addr(m->base),
	    (struct link){ .kind = LINK_CODE, .addr = m->base });
	cells[2] = cell_u64(m->size);
	cells[3] = view_cell_u64(m->refs);
	cells[4] = cell_list(users, n);
	cells[5] = view_cell_text(m->state);
	error = row_emit_cells(w->sink, ctx, m->address != OS_UNKNOWN ?
	    m->address : 0, cells, COUNT(cells));
	free(users);
	return (error);
}

static int
mod_run(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct row_sink *sink)
{
	struct mods w = { .sink = sink };
	int error;

	if (args->argc > 1)
		return (view_usage(ctx, args));
	w.type = link_type(ctx, k, "module");
	error = sink->begin(sink, ctx, mod_columns, COUNT(mod_columns));
	if (error == OK)
		error = os_modules(ctx, k, emit_mod, &w);
	return (error);
}

static const struct column maps_columns[] = {
	{ .key = "start", .width = 18 },
	{ .key = "end", .width = 18 },
	{ .key = "perms", .width = 5 },
	{ .key = "offset", .form = FORM_HEX, .width = 10, .right = true },
	{ .key = "file", .width = 40 },
};

struct maps {
	struct row_sink	*sink;
	int		 pid;
};

static int
emit_map(void *arg, struct ctx *ctx, const struct os_map *m)
{
	const struct typeref untyped = { 0, 0 };
	struct maps *w = arg;
	struct cell cells[5];

	cells[0] = cell_link(cell_addr(m->start),
	    link_memory(m->start, untyped, w->pid));
	cells[1] = cell_addr(m->end);
	cells[2] = cell_text(m->perms);
	cells[3] = cell_u64(m->offset);
	cells[4] = view_cell_text(m->file);
	return (row_emit_cells(w->sink, ctx, m->start, cells, COUNT(cells)));
}

static int
maps_run(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct row_sink *sink)
{
	struct maps w = { .sink = sink };
	struct os_proc proc;
	struct arena arena;
	int error;

	if (args->argc != 2)
		return (view_usage(ctx, args));
	arena_init(&arena);
	error = view_proc(ctx, k, args, 1, &arena, &proc);
	if (error == OK)
		error = sink->begin(sink, ctx, maps_columns,
		    COUNT(maps_columns));
	if (error == OK && proc.mm != 0 && !proc.is_kthread) {
		w.pid = proc.pid;
		error = os_maps(ctx, k, &proc, emit_map, &w);
	}
	arena_fini(&arena);
	return (error);
}

const struct view view_swap = {
	.name = "swap",
	.args = "",
	.help = "swap devices and their sum",
	.needs = NEEDS_OS,
	.run = swap_run,
};

const struct view view_load = {
	.name = "load",
	.args = "",
	.help = "load averages, running and existing threads",
	.needs = NEEDS_OS,
	.run = load_run,
};

const struct view view_mod = {
	.name = "mod",
	.args = "",
	.help = "loaded modules",
	.needs = NEEDS_OS,
	.run = mod_run,
};

const struct view view_maps = {
	.name = "maps",
	.args = "PID",
	.help = "the mappings of a process",
	.needs = NEEDS_OS,
	.run = maps_run,
};
