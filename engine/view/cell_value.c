/* SPDX-License-Identifier: BSD-2-Clause */
/* Values as cells: scalars, texts, and structures as objects and lists. */
#include "engine/view/tools.h"

#include "base/vec.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CHARS_MAX	((uint64_t)1 << 20)	/* of one text */
#define TEXT_MAX	4096			/* where a pointer leads */
#define ELEMENTS_MAX	1024
#define NEST_MAX	24
#define NODES_MAX	((size_t)1 << 20)	/* of a nested value */

struct cells {
	const struct value_env *env;
	struct arena	*arena;
	size_t		 nodes;
	bool		 hex;		/* what nests, in base 16 */
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
chars_cell(struct ctx *ctx, struct cells *p, const struct value *v,
    uint64_t size)
{
	char *text;
	int error;

	if (size > CHARS_MAX)
		size = CHARS_MAX;
	text = arena_alloc(p->arena, size > 0 ? size + 1 : TEXT_MAX);
	if (text == NULL)
		return (cell_null());
	/* "char name[]" is as long as its text. */
	if (size == 0) {
		error = space_text(ctx, v->space, v->addr, text, TEXT_MAX);
		return (error == OK ? cell_text(text) :
		    view_cell_status(error));
	}
	error = space_read(ctx, v->space, v->addr, text, size);
	return (error == OK ? cell_textn(text, strnlen(text, size)) :
	    view_cell_status(error));
}

/* An enumerator's name, or the number that has none. */
static struct cell
enum_cell(struct ctx *ctx, struct cells *p, struct typeref ref,
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
scalar_cell(struct ctx *ctx, struct cells *p, const struct value *v,
    struct typeref ref, const struct type *t)
{
	struct value loaded;
	uint64_t bits;
	int error;

	if (t->kind == TYPE_FLOAT) {
		error = value_scalar(ctx, p->env, v, &loaded);
		return (error == OK ? cell_double(loaded.real) :
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
leaf_cell(struct ctx *ctx, struct cells *p, const struct value *v)
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
	case TYPE_PROTO:
		cell = cell_link(cell_addr(v->addr), (struct link){
		    .kind = LINK_CODE, .addr = v->addr });
		break;
	default:
		cell = cell_null();
		break;
	}
	ctx_clear(ctx);
	return (cell);
}

struct cell
view_cell_note(struct ctx *ctx, const struct value_env *env,
    const struct value *v, const struct cell *leaf, struct arena *arena)
{
	struct cell cell = cell_null();
	struct buf b = { 0 };
	const char *text;
	char name[VALUE_NAME_MAX];
	uint64_t bits, size;
	size_t n;

	switch (leaf->kind) {
	case CELL_ADDR:
		/* "0x... <symbol>", "0x... \"text\"" */
		if (leaf->u == 0 || value_text(ctx, env, v, &b) != OK)
			break;
		text = strpbrk(buf_text(&b), "<\"");
		if (text != NULL)
			text = arena_strdup(arena, text);
		else if ((n = value_name(ctx, env, v, name)) > 0)
			text = arena_printf(arena, "\"%.*s\"", (int)n, name);
		if (text != NULL)
			cell = cell_text(text);
		break;
	case CELL_U64:
	case CELL_S64:
		if (leaf->u <= 9 || value_load(ctx, env, v, &bits) != OK ||
		    type_size(ctx, env->types, v->type, &size) != OK)
			break;
		size = v->bit_size != 0 ? v->bit_size : size * 8;
		if (size < 64)
			bits &= ((uint64_t)1 << size) - 1;
		text = arena_printf(arena, "0x%" PRIx64, bits);
		if (text != NULL)
			cell = cell_text(text);
		break;
	default:
		break;
	}
	ctx_clear(ctx);
	buf_fini(&b);
	return (cell);
}

struct cell
view_cell_hex(struct cell c, uint64_t size)
{
	if (c.kind != CELL_U64 && c.kind != CELL_S64)
		return (c);
	if (size > 0 && size < 8)
		c.u &= (UINT64_C(1) << 8 * size) - 1;
	c.kind = CELL_ADDR;
	return (c);
}

struct level {
	struct cells	*p;
	struct cell_named *v;
	size_t		 n, cap;
	unsigned	 depth;
};

static struct cell nested_cell(struct ctx *, struct cells *,
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
	name = arena_strdup(l->p->arena, n->name);
	if (name == NULL || !vec_room(l->v, l->cap, l->n + 1))
		return (ctx_fail(ctx, E_NOMEM, "no memory for a value"));
	l->v[l->n].key = name;
	l->v[l->n].cell = nested_cell(ctx, l->p, &n->v, l->depth + 1);
	l->n++;
	return (OK);
}

/* A structure as an object, an array as a list, anything else as a leaf. */
static struct cell
nested_cell(struct ctx *ctx, struct cells *p, const struct value *v,
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
		return (p->hex ? view_cell_hex(leaf_cell(ctx, p, v), t.size) :
		    leaf_cell(ctx, p, v));
	error = value_children(ctx, p->env, v, 0, ELEMENTS_MAX, add_child, &l);
	made = cell_null();
	if (error != OK) {
		made = view_cell_status(error);
	} else if (t.kind == TYPE_ARRAY) {
		list = arena_alloc(p->arena, (l.n + 1) * sizeof(*list));
		for (i = 0; list != NULL && i < l.n; i++)
			list[i] = l.v[i].cell;
		made = cell_list(list, list != NULL ? l.n : 0);
	} else {
		/* A structure may have no members at all. */
		named = arena_alloc(p->arena, (l.n + 1) * sizeof(*named));
		if (named != NULL) {
			if (l.n > 0)
				memcpy(named, l.v, l.n * sizeof(*named));
			made = cell_object(named, l.n);
		}
	}
	free(l.v);
	return (made);
}

struct cell
view_cell_leaf(struct ctx *ctx, const struct value_env *env,
    const struct value *v, struct arena *arena)
{
	struct cells p = { .env = env, .arena = arena };

	return (leaf_cell(ctx, &p, v));
}

int
view_cell_nested(struct ctx *ctx, const struct value_env *env,
    const struct value *v, bool hex, struct arena *arena, size_t *nodes,
    struct cell *ret)
{
	struct cells p = { .env = env, .arena = arena, .nodes = *nodes,
	    .hex = hex };
	struct cell cell;

	cell = nested_cell(ctx, &p, v, 0);
	*nodes = p.nodes;
	if (p.nodes > NODES_MAX)
		return (ctx_fail(ctx, E_LIMIT, "more than %zu values; print a "
		    "part", NODES_MAX));
	ctx_clear(ctx);
	*ret = cell;
	return (OK);
}

/* What a pointer to chars points to; its address where that cannot be had. */
static struct cell
text_cell(struct ctx *ctx, struct cells *p, const struct value *v)
{
	struct cell cell = leaf_cell(ctx, p, v);
	struct value first;
	char *text;
	int error;

	if (cell.kind != CELL_ADDR || cell.u == 0)
		return (cell.kind == CELL_ADDR ? cell_null() : cell);
	text = arena_alloc(p->arena, TEXT_MAX);
	error = text == NULL ? E_NOMEM : value_deref(ctx, p->env, v, &first);
	if (error == OK)
		error = space_text(ctx, first.space, cell.u, text, TEXT_MAX);
	ctx_clear(ctx);
	return (error == OK ? cell_link(cell_text(text), cell.link) :
	    view_cell_status(error));
}

/* Does a pointer lead to a text: to chars, or to bytes that look like one? */
static bool
is_text(struct ctx *ctx, struct cells *p, const struct value *v,
    struct typeref target)
{
	struct typeref ref;
	struct buf b = { 0 };
	struct type t;
	bool quoted;

	if (is_char(ctx, p->env->types, target))
		return (true);
	if (type_strip(ctx, p->env->types, target, &ref, &t) != OK ||
	    t.kind != TYPE_INT || t.size != 1)
		return (false);
	quoted = value_text(ctx, p->env, v, &b) == OK &&
	    strchr(buf_text(&b), '"') != NULL;
	buf_fini(&b);
	return (quoted);
}

struct cell
view_cell_value(struct ctx *ctx, const struct value_env *env,
    const struct value *v, struct arena *arena)
{
	struct cells p = { .env = env, .arena = arena };
	struct typeref ref;
	struct cell cell;
	struct type t;
	size_t nodes = 0;
	char *text;

	if (v->place == VALUE_TEXT) {
		text = arena_strdup(arena, v->text);
		return (cell_text(text));
	}
	if (type_strip(ctx, env->types, v->type, &ref, &t) != OK ||
	    view_cell_nested(ctx, env, v, false, arena, &nodes, &cell) != OK) {
		cell = view_cell_status(ctx->err.code);
		ctx_clear(ctx);
		return (cell);
	}
	if (t.kind == TYPE_PTR && is_text(ctx, &p, v, t.target))
		return (text_cell(ctx, &p, v));
	if (t.kind == TYPE_INT && t.is_bool && cell.kind == CELL_U64)
		return (cell_bool(cell.u != 0));
	return (cell);
}
