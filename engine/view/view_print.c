/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * print and type: a value, or only its layout, as flat rows, one for each
 * member and element at any depth; or (print -n) as one row whose value nests.
 */
#include "engine/view/tools.h"

#include "engine/value/walk_expr.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ELEMENTS_MAX	1024

const struct column view_print_columns[] = {
	{ .key = "path", .width = 32 },
	{ .key = "type", .width = 28 },
	{ .key = "offset", .width = 7, .right = true },
	{ .key = "size", .width = 6, .right = true },
	{ .key = "bit_offset", .title = "BIT", .width = 3, .right = true },
	{ .key = "bit_size", .title = "BITS", .width = 4, .right = true },
	{ .key = "value", .decimals = -1, .width = 32 },
	{ .key = "link", .hidden = true },
	{ .key = "note", .width = 24 },
};

static const struct column type_columns[] = {
	{ .key = "path", .width = 32 },
	{ .key = "type", .width = 28 },
	{ .key = "offset", .width = 7, .right = true },
	{ .key = "size", .width = 6, .right = true },
	{ .key = "bit_offset", .title = "BIT", .width = 3, .right = true },
	{ .key = "bit_size", .title = "BITS", .width = 4, .right = true },
	{ .key = "link", .hidden = true },
};

struct print {
	const struct value_env *env;
	struct row_sink	*sink;
	struct arena	 arena;		/* of one row, or of the nested value */
	const char	*top;		/* what a lone value is called */
	bool		 layout;	/* no values */
	bool		 hex;		/* integers in base 16 */
	uint64_t	 percpu, percpu_end;	/* what CPUs have copies of */
};

/*
 * What lies where CPUs have their copies of it was read from the original,
 * which is no longer used, or is not even there.
 */
static struct cell
percpu_note(struct print *p, const struct value *v)
{
	const struct symbol *sym;

	if (v->place != VALUE_MEM || v->addr < p->percpu ||
	    v->addr >= p->percpu_end)
		return (cell_null());
	sym = sym_at(p->env->symbols, v->addr);
	/* They may begin at 0, but a null pointer's member is none of them. */
	if (sym == NULL || strstr(p->top, sym_name(p->env->symbols,
	    sym)) == NULL)
		return (cell_null());
	return (cell_text(arena_printf(&p->arena, "of each CPU: per_cpu(%s, N)",
	    sym_name(p->env->symbols, sym))));
}

/* The variables that CPUs have copies of (include/asm-generic/sections.h). */
static void
find_percpu(struct print *p)
{
	const struct symbol *start, *end;

	if (p->env->symbols == NULL)
		return;
	start = sym_find(p->env->symbols, "__per_cpu_start");
	end = sym_find(p->env->symbols, "__per_cpu_end");
	if (start != NULL && end != NULL) {
		p->percpu = start->addr;
		p->percpu_end = end->addr;
	}
}

static int
emit_node(void *arg, struct ctx *ctx, const struct value_node *n)
{
	struct print *p = arg;
	struct cell cells[VIEW_PRINT_COLUMNS], *c, value;
	char type[512];
	int error;

	if (n->path[0] == '\0' && !n->is_leaf)
		return (OK);
	error = ctx_check(ctx);
	if (error != OK)
		return (error);
	arena_reset(&p->arena);
	value = n->is_leaf && !p->layout ? view_cell_leaf(ctx, p->env, &n->v, &p->arena) :
	    cell_null();
	if (p->hex)
		value = view_cell_hex(value, n->size);
	if (type_name(ctx, p->env->types, n->v.type, "", type,
	    sizeof(type)) != OK)
		type[0] = '\0';
	c = cells;
	*c++ = cell_text(n->path[0] != '\0' ? n->path : p->top);
	*c++ = cell_text(type);
	*c++ = cell_u64(n->offset);
	*c++ = cell_u64(n->size);
	*c++ = n->v.bit_size != 0 ? cell_u64(n->v.bit_offset) : cell_null();
	*c++ = n->v.bit_size != 0 ? cell_u64(n->v.bit_size) : cell_null();
	if (!p->layout)
		*c++ = value;
	*c++ = value.kind == CELL_ADDR && value.u != 0 &&
	    value.link.kind != LINK_NONE ?
	    cell_link(cell_addr(value.u), value.link) : cell_null();
	if (!p->layout) {
		*c = percpu_note(p, &n->v);
		if (c->kind == CELL_NULL)
			*c = view_cell_note(ctx, p->env, &n->v, &value,
			    &p->arena);
		c++;
	}
	error = row_emit_cells(p->sink, ctx, 0, cells, (size_t)(c - cells));
	if (error != OK)
		return (error);
	/* A layout says once what an array is made of. */
	return (p->layout && !n->is_leaf && n->type->kind == TYPE_ARRAY ?
	    VALUE_SKIP : OK);
}

/* --- nested ------------------------------------------------------------------- */

static int
emit_nested(struct ctx *ctx, struct print *p, const struct value *v)
{
	struct cell cells[VIEW_PRINT_COLUMNS], value;
	char type[512];
	uint64_t size;
	size_t nodes = 0;
	int error;

	error = view_cell_nested(ctx, p->env, v, p->hex, &p->arena, &nodes,
	    &value);
	if (error != OK)
		return (error);
	if (type_size(ctx, p->env->types, v->type, &size) != OK)
		size = 0;
	if (type_name(ctx, p->env->types, v->type, "", type,
	    sizeof(type)) != OK)
		type[0] = '\0';
	ctx_clear(ctx);
	cells[0] = cell_text(p->top);
	cells[1] = cell_text(type);
	cells[2] = cell_u64(0);
	cells[3] = cell_u64(size);
	cells[4] = cell_null();
	cells[5] = cell_null();
	cells[6] = value;
	cells[7] = value.kind == CELL_ADDR && value.u != 0 ?
	    cell_link(cell_addr(value.u), value.link) : cell_null();
	cells[8] = percpu_note(p, v);
	if (cells[8].kind == CELL_NULL)
		cells[8] = view_cell_note(ctx, p->env, v, &value, &p->arena);
	return (row_emit_cells(p->sink, ctx, 0, cells, COUNT(cells)));
}

/* A literal that was chosen: "cond ? "a" : "b"". */
static int
emit_text(struct ctx *ctx, struct print *p, const struct value *v)
{
	struct cell cells[VIEW_PRINT_COLUMNS];
	uint64_t size = strlen(v->text) + 1;
	size_t i;

	for (i = 0; i < VIEW_PRINT_COLUMNS; i++)
		cells[i] = cell_null();
	cells[0] = cell_text(p->top);
	cells[1] = cell_text(arena_printf(&p->arena, "char [%" PRIu64 "]",
	    size));
	cells[2] = cell_u64(0);
	cells[3] = cell_u64(size);
	cells[6] = cell_text(v->text);
	return (row_emit_cells(p->sink, ctx, 0, cells, VIEW_PRINT_COLUMNS));
}

/* --- the commands --------------------------------------------------------------- */

/*
 * Options before the expression ("-n -x", "-nx"), and "-n" as its last word:
 * takes them off.
 */
static void
take_options(char *text, char **expr, struct print *p, bool *nest)
{
	size_t n;

	*nest = false;
	while (text[0] == '-' && (n = strspn(text + 1, "nx")) > 0 &&
	    n <= 2 && (text[n + 1] == ' ' || text[n + 1] == '\t')) {
		*nest |= memchr(text, 'n', n + 1) != NULL;
		p->hex |= memchr(text, 'x', n + 1) != NULL;
		text += n + 1 + strspn(text + n + 1, " \t");
	}
	*expr = text;
	n = strlen(text);
	if (n > 3 && strcmp(text + n - 2, "-n") == 0 &&
	    (text[n - 3] == ' ' || text[n - 3] == '\t')) {
		for (n -= 3; n > 0 && strchr(" \t", text[n - 1]) != NULL; n--)
			;
		text[n] = '\0';
		*nest = true;
	}
}

static int
print_value(struct ctx *ctx, struct print *p, const struct value *v, bool nest)
{
	int error;

	if (p->layout)
		error = p->sink->begin(p->sink, ctx, type_columns,
		    COUNT(type_columns));
	else
		error = p->sink->begin(p->sink, ctx, view_print_columns,
		    VIEW_PRINT_COLUMNS);
	if (error != OK)
		return (error);
	if (v->place == VALUE_TEXT)
		return (emit_text(ctx, p, v));
	if (nest)
		return (emit_nested(ctx, p, v));
	return (value_walk(ctx, p->env, v, ELEMENTS_MAX, emit_node, p));
}

static int
print_run(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct row_sink *sink)
{
	struct print p = { .env = view_env(k, args), .sink = sink };
	struct walk_expr *walk;
	struct buf literal = { 0 };
	struct value v;
	char *expr, *text;
	bool nest;
	int error;

	if (args->argc != 2)
		return (view_usage(ctx, args));
	text = strdup(args->argv[1]);
	if (text == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for an expression"));
	take_options(text, &expr, &p, &nest);
	p.top = expr;
	find_percpu(&p);
	arena_init(&p.arena);
	error = walk_expr_open(ctx, p.env, expr, &walk);
	if (error == OK) {
		error = view_walk(ctx, walk, p.top, nest, p.hex, sink);
		walk_expr_close(walk);
	} else if (error == E_NOT_FOUND && ctx->err.text[0] == '\0') {
		error = value_eval_shown(ctx, p.env, expr, &literal, &v);
		if (error == OK)
			error = print_value(ctx, &p, &v, nest);
	}
	buf_fini(&literal);
	arena_fini(&p.arena);
	free(text);
	return (error);
}

static int
type_run(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct row_sink *sink)
{
	struct print p = { .env = view_env(k, args), .sink = sink,
	    .layout = true };
	struct value v = { .place = VALUE_MEM };
	int error;

	if (args->argc != 2)
		return (view_usage(ctx, args));
	p.top = args->argv[1];
	error = type_find(ctx, k->types, p.top, &v.type);
	if (error != OK) {
		ctx_clear(ctx);
		error = type_parse(ctx, k->types, p.top, &v.type);
	}
	if (error != OK)
		return (error);
	arena_init(&p.arena);
	error = print_value(ctx, &p, &v, false);
	arena_fini(&p.arena);
	return (error);
}

const struct view view_print = {
	.name = "print",
	.args = "[-n] [-x] EXPR",
	.help = "the value of a C expression, or the elements of a walk; -n nested in one row, -x in hexadecimal",
	.rest_is_one = true,
	.run = print_run,
};

const struct view view_type = {
	.name = "type",
	.args = "NAME",
	.help = "the layout of a type",
	.needs = NEEDS_TYPES,
	.rest_is_one = true,
	.run = type_run,
};
