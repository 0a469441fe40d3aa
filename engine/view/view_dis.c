/* SPDX-License-Identifier: BSD-2-Clause */
/* dis: instructions. */
#include "engine/view/tools.h"

#include "engine/value/code.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINES_DEFAULT	24		/* where there is no function to end at */
#define LINES_MAX	100000

static const struct column columns[] = {
	{ .key = "address", .width = 18 },
	{ .key = "bytes", .width = 24 },
	{ .key = "text", .width = 48 },
	{ .key = "symbol", .width = 24 },
	{ .key = "offset", .form = FORM_HEX, .width = 6, .right = true },
	{ .key = "source", .hidden = true },
};

struct dis {
	struct kernel	*k;
	struct row_sink	*sink;
	struct code	*code;
	const struct space *space;
};

static int
emit(struct ctx *ctx, struct dis *d, const struct code_line *l)
{
	char text[CODE_TEXT_MAX + 256 + 4], name[256];
	const struct symbol *sym;
	struct cell cells[COUNT(columns)];
	struct link code = { .kind = LINK_CODE, .addr = l->addr };
	struct row row = { .key = l->addr, .cells = cells,
	    .ncells = COUNT(cells), .style = l->bad ? ROW_WARN : ROW_NORMAL };

	sym = sym_at(&d->k->symbols, l->addr);
	snprintf(text, sizeof(text), "%s", l->text);
	if (l->has_target && sym_format(&d->k->symbols, l->target, name,
	    sizeof(name)))
		snprintf(text, sizeof(text), "%s <%s>", l->text, name);
	if (l->has_target)
		code.addr = l->target;
	cells[0] = cell_link(cell_addr(l->addr), link_memory(l->addr,
	    (struct typeref){ 0, 0 }, 0));
	cells[1] = cell_bytes(l->bytes, l->size);
	cells[2] = cell_text(text);
	if (l->has_target)
		cells[2] = cell_link(cells[2], code);
	cells[3] = sym == NULL ? cell_null() : cell_link(cell_text(
	    sym_name(&d->k->symbols, sym)), link_symbol(sym->addr));
	cells[4] = sym == NULL ? cell_null() : cell_u64(l->addr - sym->addr);
	cells[5] = cell_null();
	return (row_emit(d->sink, ctx, &row));
}

/* As many lines, or to the function's end. */
static int
lines(struct ctx *ctx, struct dis *d, uint64_t addr, uint64_t count,
    uint64_t end)
{
	struct code_line l;
	int error;

	for (error = OK; error == OK && count > 0 && addr < end; count--) {
		error = code_next(ctx, d->code, d->space, addr, &l);
		if (error == OK)
			error = emit(ctx, d, &l);
		addr += l.size;
		if (error == OK && count % 256 == 0)
			error = ctx_check(ctx);
	}
	return (error);
}

static int
run(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct row_sink *sink)
{
	struct dis d = { .k = k, .sink = sink };
	const struct symbol *sym;
	uint64_t addr, end;
	unsigned long long count;
	char *rest;
	int error;

	if (args->argc != 2 && args->argc != 3)
		return (view_usage(ctx, args));
	error = view_addr(ctx, k, args, args->argv[1], &addr, &d.space);
	if (error != OK)
		return (error);
	sym = sym_at(&k->symbols, addr);
	end = UINT64_MAX;
	count = LINES_DEFAULT;
	if (args->argc == 3) {
		errno = 0;
		count = strtoull(args->argv[2], &rest, 0);
		if (errno != 0 || *rest != '\0' || rest == args->argv[2] ||
		    count == 0 || count > LINES_MAX)
			return (view_usage(ctx, args));
	} else if (sym != NULL && sym->size > 0) {
		end = sym->addr + sym->size;
		count = LINES_MAX;
	}
	error = code_open(ctx, k->arch, &d.code);
	if (error != OK)
		return (error);
	error = sink->begin(sink, ctx, columns, COUNT(columns));
	if (error == OK)
		error = lines(ctx, &d, addr, count, end);
	code_close(d.code);
	return (error);
}

const struct view view_dis = {
	.name = "dis",
	.args = "EXPR [N]",
	.help = "N instructions from an address on, or to the end of the function",
	.run = run,
};
