/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * print and type: a value, or only its layout, as flat rows, one for each
 * member and element at any depth; or (print -n) as one row whose value nests.
 */
#include "engine/view/tools.h"

#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

#define CHARS_MAX	((uint64_t)1 << 20)	/* of one text */
#define ELEMENTS_MAX	1024
#define NEST_MAX	24
#define NODES_MAX	((size_t)1 << 20)	/* of a nested value */

static const struct column print_columns[] = {
	{ .key = "path", .width = 32 },
	{ .key = "type", .width = 28 },
	{ .key = "offset", .width = 7, .right = true },
	{ .key = "size", .width = 6, .right = true },
	{ .key = "bit_offset", .title = "BIT", .width = 3, .right = true },
	{ .key = "bit_size", .title = "BITS", .width = 4, .right = true },
	{ .key = "value", .decimals = -1, .width = 32 },
	{ .key = "link", .hidden = true },
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
	struct buf	 text;
	const char	*top;		/* what a lone value is called */
	size_t		 nodes;
	bool		 layout;	/* no values */
};

static bool
is_char(struct ctx *ctx, const struct types *types, struct typeref ref)
{
	struct typeref stripped;
	struct type t;

	return (type_strip(ctx, types, ref, &stripped, &t) == OK &&
	    t.kind == TYPE_INT && t.is_char);
}

/* A char array up to its NUL. */
static struct cell
chars_cell(struct ctx *ctx, struct print *p, const struct value *v,
    uint64_t size)
{
	char *text;
	int error;

	if (size > CHARS_MAX)
		size = CHARS_MAX;
	text = arena_alloc(&p->arena, size + 1);
	if (text == NULL)
		return (cell_null());
	error = space_read(ctx, v->space, v->addr, text, size);
	return (error == OK ? cell_textn(text, strnlen(text, size)) :
	    view_cell_status(error));
}

/* An enumerator's name, or the number that has none. */
static struct cell
enum_cell(struct ctx *ctx, struct print *p, struct typeref ref,
    const struct type *t, uint64_t bits)
{
	struct type_enum e;
	uint32_t i;

	for (i = 0; i < t->nmembers; i++)
		if (type_enum_at(ctx, p->env->types, ref, i, &e) == OK &&
		    (uint64_t)e.value == bits)
			return (cell_text(e.name));
	return (t->is_signed ? cell_s64((int64_t)bits) : cell_u64(bits));
}

static struct cell
scalar_cell(struct ctx *ctx, struct print *p, const struct value *v,
    struct typeref ref, const struct type *t)
{
	struct value loaded;
	uint64_t bits;
	int error;

	if (t->kind == TYPE_FLOAT) {
		buf_reset(&p->text);
		error = value_text(ctx, p->env, v, &p->text);
		return (error == OK ?
		    cell_double(strtod(buf_text(&p->text), NULL)) :
		    view_cell_status(error));
	}
	error = value_load(ctx, p->env, v, &bits);
	if (error != OK)
		return (view_cell_status(error));
	switch (t->kind) {
	case TYPE_PTR:
		loaded = *v;
		if (value_deref(ctx, p->env, v, &loaded) != OK)
			loaded.type = (struct typeref){ 0, 0 };
		return (cell_link(cell_addr(bits),
		    link_memory(bits, loaded.type, 0)));
	case TYPE_ENUM:
		return (enum_cell(ctx, p, ref, t, bits));
	case TYPE_INT:
		return (t->is_signed ? cell_s64((int64_t)bits) :
		    cell_u64(bits));
	default:
		return (cell_null());
	}
}

static struct cell
leaf_cell(struct ctx *ctx, struct print *p, const struct value *v)
{
	struct typeref ref;
	struct cell cell;
	struct type t;

	if (type_strip(ctx, p->env->types, v->type, &ref, &t) != OK)
		return (view_cell_status(ctx->err.code));
	switch (t.kind) {
	case TYPE_INT:
	case TYPE_FLOAT:
	case TYPE_ENUM:
	case TYPE_PTR:
		cell = scalar_cell(ctx, p, v, ref, &t);
		break;
	case TYPE_ARRAY:
		cell = v->place == VALUE_MEM &&
		    is_char(ctx, p->env->types, t.target) ?
		    chars_cell(ctx, p, v, t.size) : cell_null();
		break;
	default:
		cell = cell_null();
		break;
	}
	ctx_clear(ctx);
	return (cell);
}

static int
emit_node(void *arg, struct ctx *ctx, const struct value_node *n)
{
	struct print *p = arg;
	struct cell cells[8], *c, value;
	char type[512];
	int error;

	if (n->path[0] == '\0' && !n->is_leaf)
		return (OK);
	error = ctx_check(ctx);
	if (error != OK)
		return (error);
	arena_reset(&p->arena);
	value = n->is_leaf && !p->layout ? leaf_cell(ctx, p, &n->v) :
	    cell_null();
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
	*c++ = value.kind == CELL_ADDR && value.u != 0 ?
	    cell_link(cell_addr(value.u), value.link) : cell_null();
	error = row_emit_cells(p->sink, ctx, 0, cells, (size_t)(c - cells));
	if (error != OK)
		return (error);
	/* A layout says once what an array is made of. */
	return (p->layout && !n->is_leaf && n->type->kind == TYPE_ARRAY ?
	    VALUE_SKIP : OK);
}

/* --- nested ------------------------------------------------------------------- */

struct level {
	struct print	*p;
	struct cell_named *v;
	size_t		 n, cap;
	unsigned	 depth;
};

static struct cell nested_cell(struct ctx *, struct print *,
    const struct value *, unsigned depth);

static int
add_child(void *arg, struct ctx *ctx, const struct value_node *n)
{
	struct level *l = arg;
	const char *name;
	int error;

	error = ctx_check(ctx);
	if (error == OK && l->p->nodes++ >= NODES_MAX)
		error = ctx_fail(ctx, E_LIMIT,
		    "more than %zu values; print a part", NODES_MAX);
	if (error != OK)
		return (error);
	name = arena_strdup(&l->p->arena, n->name);
	if (name == NULL || !vec_room(l->v, l->cap, l->n + 1))
		return (ctx_fail(ctx, E_NOMEM, "no memory for a value"));
	l->v[l->n].key = name;
	l->v[l->n].cell = nested_cell(ctx, l->p, &n->v, l->depth + 1);
	l->n++;
	return (OK);
}

/* A structure as an object, an array as a list, anything else as a leaf. */
static struct cell
nested_cell(struct ctx *ctx, struct print *p, const struct value *v,
    unsigned depth)
{
	struct level l = { .p = p, .depth = depth };
	struct cell_named *named;
	struct cell *list, made;
	struct typeref ref;
	struct type t;
	size_t i;
	int error;

	if (type_strip(ctx, p->env->types, v->type, &ref, &t) != OK ||
	    depth >= NEST_MAX)
		return (cell_null());
	if ((t.kind != TYPE_STRUCT && t.kind != TYPE_UNION &&
	    t.kind != TYPE_ARRAY) || (t.kind == TYPE_ARRAY &&
	    is_char(ctx, p->env->types, t.target)))
		return (leaf_cell(ctx, p, v));
	error = value_children(ctx, p->env, v, 0, ELEMENTS_MAX, add_child, &l);
	made = cell_null();
	if (error != OK) {
		made = view_cell_status(error);
	} else if (t.kind == TYPE_ARRAY) {
		list = arena_alloc(&p->arena, (l.n + 1) * sizeof(*list));
		for (i = 0; list != NULL && i < l.n; i++)
			list[i] = l.v[i].cell;
		made = cell_list(list, list != NULL ? l.n : 0);
	} else {
		/* A structure may have no members at all. */
		named = arena_alloc(&p->arena, (l.n + 1) * sizeof(*named));
		if (named != NULL) {
			if (l.n > 0)
				memcpy(named, l.v, l.n * sizeof(*named));
			made = cell_object(named, l.n);
		}
	}
	free(l.v);
	return (made);
}

static int
emit_nested(struct ctx *ctx, struct print *p, const struct value *v)
{
	struct cell cells[COUNT(print_columns)], value;
	char type[512];
	uint64_t size;

	value = nested_cell(ctx, p, v, 0);
	if (p->nodes > NODES_MAX)
		return (ctx->err.code);
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
	return (row_emit_cells(p->sink, ctx, 0, cells, COUNT(cells)));
}

/* --- the commands --------------------------------------------------------------- */

/*
 * "-n" before the expression, or as its last word: takes it off and returns
 * true.
 */
static bool
take_option(char *text, char **expr)
{
	size_t n;

	*expr = text;
	if (strncmp(text, "-n", 2) == 0 && (text[2] == ' ' || text[2] == '\t')) {
		*expr = text + 2 + strspn(text + 2, " \t");
		return (true);
	}
	n = strlen(text);
	if (n > 3 && strcmp(text + n - 2, "-n") == 0 &&
	    (text[n - 3] == ' ' || text[n - 3] == '\t')) {
		for (n -= 3; n > 0 && strchr(" \t", text[n - 1]) != NULL; n--)
			;
		text[n] = '\0';
		return (true);
	}
	return (false);
}

static int
print_value(struct ctx *ctx, struct print *p, const struct value *v, bool nest)
{
	int error;

	if (p->layout)
		error = p->sink->begin(p->sink, ctx, type_columns,
		    COUNT(type_columns));
	else
		error = p->sink->begin(p->sink, ctx, print_columns,
		    COUNT(print_columns));
	if (error != OK)
		return (error);
	if (nest)
		return (emit_nested(ctx, p, v));
	return (value_walk(ctx, p->env, v, ELEMENTS_MAX, emit_node, p));
}

static int
print_run(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct row_sink *sink)
{
	struct print p = { .env = view_env(k, args), .sink = sink };
	struct value v;
	char *expr, *text;
	bool nest;
	int error;

	if (args->argc != 2)
		return (view_usage(ctx, args));
	text = strdup(args->argv[1]);
	if (text == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for an expression"));
	nest = take_option(text, &expr);
	p.top = expr;
	arena_init(&p.arena);
	error = value_eval(ctx, p.env, expr, &v);
	if (error == OK)
		error = print_value(ctx, &p, &v, nest);
	arena_fini(&p.arena);
	buf_fini(&p.text);
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
	.args = "[-n] EXPR",
	.help = "the value of a C expression; -n nested in one row",
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
