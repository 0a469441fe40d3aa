/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/view/tools.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SLICE	4096			/* symbols between two looks at the clock */

#define COLUMNS(no_source)						\
	{ .key = "address", .width = 18 },				\
	{ .key = "size", .width = 8, .right = true },			\
	{ .key = "type", .title = "T", .width = 1 },			\
	{ .key = "name", .width = 40 },					\
	{ .key = "module", .width = 16 },				\
	{ .key = "offset", .form = FORM_HEX, .width = 8, .right = true }, \
	{ .key = "source", .hidden = (no_source) },

/* The line of an address, where debug information tells it. */
static const struct column columns[] = { COLUMNS(true) };
static const struct column source_columns[] = { COLUMNS(false) };

static int
emit(struct ctx *ctx, struct kernel *k, struct row_sink *sink,
    const struct symbol *s, struct cell offset, struct cell source)
{
	struct cell cells[COUNT(columns)];

	cells[0] = cell_link(cell_addr(s->addr), link_symbol(s->addr));
	cells[1] = s->size != 0 ? cell_u64(s->size) : cell_null();
	cells[2] = cell_textn(&s->type, 1);
	cells[3] = cell_link(cell_text(sym_name(&k->symbols, s)),
	    link_symbol(s->addr));
	cells[4] = s->module != 0 ?
	    cell_text(sym_module_name(&k->symbols, s)) : cell_null();
	cells[5] = offset;
	cells[6] = source;
	return (row_emit_cells(sink, ctx, (uint64_t)(s - k->symbols.v) + 1,
	    cells, COUNT(cells)));
}

static int
by_address(struct ctx *ctx, struct kernel *k, const char *text,
    struct row_sink *sink)
{
	const struct symbol *s;
	struct cell source;
	char place[1024];
	uint64_t addr;
	char *end;
	int error;

	errno = 0;
	addr = strtoull(text, &end, 16);
	if (*end != '\0' || errno != 0)
		return (ctx_fail(ctx, E_USAGE, "%s: not an address", text));
	s = sym_at(&k->symbols, addr);
	if (s == NULL)
		return (ctx_fail(ctx, E_NO_SYMBOL,
		    "no symbol holds this address"));
	source = view_cell_source(ctx, k, addr, place, sizeof(place));
	error = sink->begin(sink, ctx, place[0] != '\0' ? source_columns :
	    columns, COUNT(columns));
	if (error == OK)
		error = emit(ctx, k, sink, s, cell_u64(addr - s->addr), source);
	return (error);
}

static int
by_name(struct ctx *ctx, struct kernel *k, const char *pattern,
    struct row_sink *sink)
{
	struct sym_filter *filter;
	uint32_t hits[SLICE];
	const char *regex;
	size_t from, i, n;
	int error, module;

	error = sym_scope(ctx, &k->symbols, pattern, &module, &regex);
	if (error == OK)
		error = sym_filter_create(ctx, regex, &filter);
	if (error != OK)
		return (error);
	error = sink->begin(sink, ctx, columns, COUNT(columns));
	for (from = 0; error == OK && from < k->symbols.n; from += SLICE) {
		n = sym_filter_run(filter, &k->symbols, from, from + SLICE,
		    hits);
		n = sym_scope_hits(&k->symbols, module, hits, n);
		for (i = 0; error == OK && i < n; i++)
			error = emit(ctx, k, sink, &k->symbols.v[hits[i]],
			    cell_null(), cell_null());
		if (error == OK)
			error = ctx_check(ctx);
	}
	sym_filter_destroy(filter);
	return (error);
}

static int
sym_run(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct row_sink *sink)
{
	const char *text;

	if (args->argc != 2)
		return (view_usage(ctx, args));
	text = args->argv[1];
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		return (by_address(ctx, k, text, sink));
	return (by_name(ctx, k, text, sink));
}

const struct view view_sym = {
	.name = "sym",
	.args = "[MODULE!]REGEX | ADDR",
	.help = "symbols by pattern, or the one that holds an address (0x...)",
	.needs = NEEDS_SYMBOLS,
	.rest_is_one = true,
	.run = sym_run,
};
