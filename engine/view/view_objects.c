/* SPDX-License-Identifier: BSD-2-Clause */
/* objects: what a slab cache has handed out, and what lies free in it. */
#include "engine/view/tools.h"

#include <string.h>

static const struct column columns[] = {
	{ .key = "address", .width = 18 },
	{ .key = "state", .width = 5 },
	{ .key = "name", .width = 24 },
	{ .key = "slab", .width = 18 },
};

static const char *const states[] = {
	[OBJECT_USED] = "used", [OBJECT_FREE] = "free",
	[OBJECT_UNKNOWN] = NULL,
};

struct objects {
	struct kernel	*k;
	struct row_sink	*sink;
	int		 only;		/* enum os_object_state, or -1 */
	bool		 looked;	/* for the types */
	struct typeref	 type, slab;	/* id 0: not known */
};

/*
 * The type, if this kernel has one of that name that fits.  A task_struct of x86
 * is allocated without the end of its thread.fpu, whose size is the processor's
 * (arch/x86/kernel/fpu/init.c).
 */
static struct typeref
fitting(struct ctx *ctx, const struct kernel *k, const char *name,
    uint64_t size)
{
	struct typeref ref = { 0, 0 };
	struct type t;

	if (k->types == NULL || type_find(ctx, k->types, name, &ref) != OK ||
	    type_get(ctx, k->types, ref, &t) != OK || t.size == 0 ||
	    (size != 0 && t.size / 2 > size))
		ref = (struct typeref){ 0, 0 };
	ctx_clear(ctx);
	return (ref);
}

static int
emit(void *arg, struct ctx *ctx, const struct os_object *o)
{
	struct objects *w = arg;
	struct value v = { .place = VALUE_MEM, .space = &w->k->space,
	    .addr = o->addr };
	char name[VALUE_NAME_MAX];
	struct cell cells[COUNT(columns)];
	struct row row = { .key = o->addr, .cells = cells,
	    .ncells = COUNT(cells), .style = o->state == OBJECT_FREE ?
	    ROW_DIM : ROW_NORMAL };

	if (w->only >= 0 && (int)o->state != w->only)
		return (OK);
	if (!w->looked) {
		w->type = fitting(ctx, w->k, o->type, o->size);
		w->slab = fitting(ctx, w->k, "struct slab", 0);
		if (w->slab.id == 0)
			w->slab = fitting(ctx, w->k, "struct page", 0);
		w->looked = true;
	}
	cells[0] = view_cell_struct(o->addr, w->type);
	cells[1] = cell_text(states[o->state]);
	cells[2] = cell_null();
	v.type = w->type;
	if (w->type.id != 0 && o->state == OBJECT_USED)
		cells[2] = cell_textn(name, value_name(ctx, &w->k->env, &v,
		    name));
	if (cells[2].kind == CELL_TEXT && cells[2].text.n == 0)
		cells[2] = cell_null();
	cells[3] = view_cell_struct(o->slab, w->slab);
	return (row_emit(w->sink, ctx, &row));
}

static int
run(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct row_sink *sink)
{
	struct objects w = { .k = k, .sink = sink, .only = -1 };
	size_t i;
	int error;

	for (i = 0; args->argc == 3 && i < COUNT(states); i++)
		if (states[i] != NULL && strcmp(args->argv[2], states[i]) == 0)
			w.only = (int)i;
	if (args->argc < 2 || args->argc > 3 ||
	    (args->argc == 3 && w.only == -1))
		return (view_usage(ctx, args));
	error = sink->begin(sink, ctx, columns, COUNT(columns));
	return (error != OK ? error :
	    os_objects(ctx, k, args->argv[1], emit, &w));
}

const struct view view_objects = {
	.name = "objects",
	.args = "CACHE [used | free]",
	.help = "the objects of a slab cache, those in use and those that are free",
	.needs = NEEDS_OS | NEEDS_TYPES,
	.run = run,
};
