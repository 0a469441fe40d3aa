/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/view/tools.h"

static const struct column columns[] = {
	{ .key = "os" },
	{ .key = "release" },
	{ .key = "build_id" },
	{ .key = "machine" },
	{ .key = "arch" },
	{ .key = "pagesize" },
	{ .key = "levels" },
	{ .key = "kaslr" },
	{ .key = "cpus" },
	{ .key = "hostname" },
	{ .key = "uptime", .form = FORM_SECONDS, .decimals = 6 },
	{ .key = "crash_time", .form = FORM_TIME, .decimals = -1 },
	{ .key = "cmdline" },
	{ .key = "taint" },
	{ .key = "mem_total", .form = FORM_BYTES },
	{ .key = "mem_free", .form = FORM_BYTES },
	{ .key = "panic" },
	{ .key = "panic_cpu" },
	{ .key = "panic_pid" },
	{ .key = "panic_comm" },
	{ .key = "panic_ip" },
	{ .key = "format" },
	{ .key = "complete" },
	{ .key = "symbols" },
	{ .key = "types" },
};

static struct cell
source_count(struct cell_named two[2], const char *source, size_t count)
{
	two[0] = (struct cell_named){ "source", cell_text(source) };
	two[1] = (struct cell_named){ "count", cell_u64(count) };
	return (cell_object(two, 2));
}

/*
 * Who tells the types: memory, debug information, or both; the second is asked
 * for what the first does not know.
 */
static const char *
types_source(struct ctx *ctx, struct kernel *k)
{
	const struct type_unit *unit = types_nunits(k->types) > 0 ?
	    types_unit(k->types, 0) : NULL;
	const char *first = unit != NULL ? unit->ops->source : NULL;
	bool debug;

	ctx->quiet++;
	debug = unit != NULL && unit->ops->count == NULL &&
	    debug_find(ctx, k->debug, false) == OK;
	ctx->quiet--;
	ctx_clear(ctx);
	return (!debug ? first : "BTF and DWARF");
}

static int
info_run(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct row_sink *sink)
{
	struct cell_named symbols[2], types[2];
	const struct pt_form *form;
	struct os_info info;
	struct arena arena;
	struct link panic;
	const char *machine;
	int error;

	if (args->argc > 1)
		return (view_usage(ctx, args));
	arena_init(&arena);
	os_rest_info(ctx, k, &arena, &info);
	error = k->os != NULL ? os_info(ctx, k, &arena, &info) : OK;
	if (error != OK)
		goto out;
	form = k->space.form;
	if (info.levels.status != OK && form != NULL)
		info.levels = (struct os_u64){ form->levels, OK };
	machine = k->arch != NULL ? k->arch->machine : NULL;
	panic = info.panic_pid.status == OK ?
	    link_process((int)info.panic_pid.v) : (struct link){ 0 };
	const struct cell cells[] = {
		view_cell_text(info.os),
		view_cell_text(info.release),
		view_cell_text(info.build_id),
		info.machine.status == OK ? view_cell_text(info.machine) :
		    cell_text(machine),
		cell_text(k->arch != NULL ? k->arch->name : NULL),
		form != NULL ? cell_u64((uint64_t)1 << form->page_shift) :
		    cell_null(),
		view_cell_u64(info.levels),
		view_cell_addr(info.kaslr),
		view_cell_u64(info.cpus),
		view_cell_text(info.hostname),
		view_cell_double(info.uptime),
		view_cell_double(info.crash_time),
		view_cell_text(info.cmdline),
		view_cell_text(info.taint),
		view_cell_u64(info.mem_total),
		view_cell_u64(info.mem_free),
		view_cell_text(info.panic),
		view_cell_u64(info.panic_cpu),
		cell_link(view_cell_u64(info.panic_pid), panic),
		cell_link(view_cell_text(info.panic_comm), panic),
		cell_link(view_cell_addr(info.panic_ip),
		    link_symbol(info.panic_ip.v)),
		cell_text(k->dump->packed == NULL ?
		    k->dump->backend->format(k->dump) : arena_printf(&arena,
		    "%s in %s", k->dump->backend->format(k->dump),
		    k->dump->packed)),
		cell_bool(k->dump->complete),
		source_count(symbols, k->symbols.source, k->symbols.n),
		source_count(types, types_source(ctx, k),
		    k->types != NULL ? types_count(k->types) : 0),
	};
	_Static_assert(COUNT(cells) == COUNT(columns), "a cell a column");

	error = sink->begin(sink, ctx, columns, COUNT(columns));
	if (error == OK)
		error = row_emit_cells(sink, ctx, 1, cells, COUNT(cells));
out:
	arena_fini(&arena);
	return (error);
}

const struct view view_info = {
	.name = "info",
	.args = "",
	.help = "the system, its panic, the dump and what was found in it",
	.run = info_run,
};
