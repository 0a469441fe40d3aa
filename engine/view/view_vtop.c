/* SPDX-License-Identifier: BSD-2-Clause */
/* vtop, whatis: where an address leads, and what lies there. */
#include "engine/view/tools.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct column vtop_columns[] = {
	{ .key = "level", .width = 6 },
	{ .key = "entry_address", .width = 18 },
	{ .key = "entry", .width = 18 },
	{ .key = "flags", .width = 24 },
	{ .key = "phys", .width = 18 },
	{ .key = "size", .form = FORM_BYTES, .width = 6, .right = true },
	{ .key = "file_offset", .form = FORM_HEX, .width = 12, .right = true },
};

static int
emit_level(struct ctx *ctx, struct row_sink *sink, const struct pt_form *form,
    const struct pt_result *r, int status)
{
	char flags[128];
	struct cell cells[COUNT(vtop_columns)];
	size_t i;

	for (i = 0; i < COUNT(cells); i++)
		cells[i] = cell_null();
	cells[0] = cell_text(form->ops->level_name(form, r->level));
	cells[1] = cell_addr(r->entry_addr);
	if (status == OK) {
		flags[0] = '\0';
		form->ops->flag_text(form, r->level, r->entry, flags,
		    sizeof(flags));
		cells[2] = cell_addr(r->entry);
		cells[3] = cell_text(flags);
	} else {
		cells[2] = cell_missing(status);
	}
	return (row_emit_cells(sink, ctx, r->entry_addr, cells,
	    COUNT(cells)));
}

static int
emit_page(struct ctx *ctx, struct row_sink *sink, const struct space *space,
    uint64_t va)
{
	struct cell cells[COUNT(vtop_columns)];
	struct row row = { .key = 1, .cells = cells, .ncells = COUNT(cells),
	    .style = ROW_STRONG };
	struct mem_range range;
	struct pt_result r;
	size_t i;
	int status;

	for (i = 0; i < COUNT(cells); i++)
		cells[i] = cell_null();
	cells[0] = cell_text("page");
	status = space_translate(ctx, space, va, &r);
	if (status == OK) {
		cells[4] = cell_addr(r.phys);
		cells[5] = cell_u64(r.size);
		if (mem_range(ctx, space->mem, r.phys, &range) == OK) {
			if (range.status != OK)
				cells[6] = view_cell_status(range.status);
			else if (range.file_offset != UINT64_MAX)
				cells[6] = cell_u64(range.file_offset +
				    (r.phys - range.start));
		}
	} else {
		cells[4] = view_cell_status(status);
	}
	ctx_clear(ctx);
	return (row_emit(sink, ctx, &row));
}

static int
walk_levels(struct ctx *ctx, struct row_sink *sink, const struct space *space,
    uint64_t va)
{
	struct pt_result r;
	struct pt_walk walk;
	enum pt_kind kind;
	int error, status;

	status = pt_start(ctx, &walk, space->form, &space->mem->reader,
	    space->root, va);
	for (kind = PT_TABLE; status == OK && kind == PT_TABLE;) {
		status = pt_step(ctx, &walk, &r, &kind);
		error = emit_level(ctx, sink, space->form, &r, status);
		if (error != OK)
			return (error);
	}
	ctx_clear(ctx);
	return (emit_page(ctx, sink, space, va));
}

static int
vtop_run(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct row_sink *sink)
{
	const struct space *space;
	struct space of_process;
	struct os_proc proc;
	struct arena arena;
	uint64_t va;
	int error;

	if (args->argc < 2 || args->argc > 3)
		return (view_usage(ctx, args));
	error = view_addr(ctx, k, args, args->argv[1], &va, &space);
	if (error != OK)
		return (error);
	arena_init(&arena);
	if (args->argc == 3) {
		error = view_proc(ctx, k, args, 2, &arena, &proc);
		if (error == OK)
			error = os_proc_space(ctx, k, &proc, &of_process);
		space = &of_process;
	}
	if (error == OK && space->form == NULL && os_lacks_memory(k))
		error = os_needs_memory(ctx, k, "page tables");
	if (error == OK && space->form == NULL)
		error = ctx_fail(ctx, E_UNSUPPORTED, "no page tables were "
		    "found in this memory; --cr3 names their root");
	if (error == OK)
		error = sink->begin(sink, ctx, vtop_columns,
		    COUNT(vtop_columns));
	if (error == OK)
		error = walk_levels(ctx, sink, space, va);
	arena_fini(&arena);
	return (error);
}

static const struct column whatis_columns[] = {
	{ .key = "kind", .width = 8 },
	{ .key = "what", .width = 40 },
	{ .key = "address", .width = 18 },
	{ .key = "offset", .form = FORM_HEX, .width = 8, .right = true },
};

struct whatis {
	struct row_sink	*sink;
	uint64_t	 addr;
	size_t		 n;
	const char	*wild;		/* what the number tells, or NULL */
};

static int
emit_what(void *arg, struct ctx *ctx, const char *kind, const char *what,
    uint64_t base)
{
	const struct typeref untyped = { 0, 0 };
	struct whatis *w = arg;
	struct cell cells[4];

	if (strcmp(kind, "unmapped") == 0 && w->wild != NULL)
		what = w->wild;
	cells[0] = cell_text(kind);
	cells[1] = cell_text(what);
	cells[2] = cell_link(cell_addr(base), strcmp(kind, "symbol") == 0 ?
	    link_symbol(base) : link_memory(base, untyped, 0));
	cells[3] = cell_u64(w->addr - base);
	w->n++;
	return (row_emit_cells(w->sink, ctx, w->n, cells, COUNT(cells)));
}

/* What can be said without any system: symbols, and the page tables. */
static int
emit_plain(struct ctx *ctx, struct kernel *k, struct whatis *w)
{
	const struct symbol *s;
	struct pt_result r;
	char text[512];

	s = sym_at(&k->symbols, w->addr);
	if (s != NULL && sym_format(&k->symbols, s->addr, text, sizeof(text)))
		return (emit_what(w, ctx, "symbol", text, s->addr));
	if (k->space.form == NULL ||
	    space_translate(ctx, &k->space, w->addr, &r) != OK) {
		ctx_clear(ctx);
		return (emit_what(w, ctx, "unmapped", NULL, w->addr));
	}
	snprintf(text, sizeof(text), "physical address 0x%" PRIx64
	    " in a page of %" PRIu64 " KiB", r.phys, r.size / 1024);
	return (emit_what(w, ctx, "mapping", text, w->addr & ~(r.size - 1)));
}

static int
whatis_run(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct row_sink *sink)
{
	struct whatis w = { .sink = sink };
	const struct space *unused;
	struct arena arena;
	int error;

	if (args->argc != 2)
		return (view_usage(ctx, args));
	error = view_addr(ctx, k, args, args->argv[1], &w.addr, &unused);
	if (error == OK)
		error = sink->begin(sink, ctx, whatis_columns,
		    COUNT(whatis_columns));
	if (error != OK)
		return (error);
	arena_init(&arena);
	w.wild = os_wild(k, w.addr, &arena);
	if (w.wild == NULL && k->space.form != NULL &&
	    !pt_canonical(k->space.form, w.addr))
		w.wild = "not canonical";
	error = os_what(ctx, k, w.addr, &arena, emit_what, &w);
	if (error == E_NOT_FOUND || error == E_UNSUPPORTED) {
		ctx_clear(ctx);
		error = OK;
	}
	if (error == OK && w.n == 0)
		error = emit_plain(ctx, k, &w);
	arena_fini(&arena);
	return (error);
}

const struct view view_vtop = {
	.name = "vtop",
	.args = "ADDR [PID]",
	.help = "the page-table entries that translate an address",
	.run = vtop_run,
};

const struct view view_whatis = {
	.name = "whatis",
	.args = "ADDR",
	.help = "what lies at an address",
	.run = whatis_run,
};
