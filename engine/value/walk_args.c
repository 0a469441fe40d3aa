/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Walkers as parts of expressions: "list(head, type, member)" and its kin, and
 * what can be had of them there, one element and their number.
 */
#include "engine/value/expr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { LIST, HLIST, LLIST, RBTREE, XARRAY, MAPLE, CHAIN, PERCPU, ARRAY };

/* What stands behind the head between the brackets. */
enum shape { SHAPE_MEMBER, SHAPE_TYPE, SHAPE_PATH, SHAPE_COUNT, SHAPE_NONE };

static const struct walker {
	const char *name;
	enum shape  shape;
	int	    key;
	const char *head;	/* how its head's structure begins, or NULL */
} walkers[] = {
	[LIST] = { "list", SHAPE_MEMBER, WALK_KEY_COUNT, "list_head" },
	[HLIST] = { "hlist", SHAPE_MEMBER, WALK_KEY_COUNT, "hlist_" },
	[LLIST] = { "llist", SHAPE_MEMBER, WALK_KEY_COUNT, "llist_" },
	[RBTREE] = { "rbtree", SHAPE_MEMBER, WALK_KEY_COUNT, "rb_" },
	[XARRAY] = { "xarray", SHAPE_TYPE, WALK_KEY_DECIMAL, "xarray" },
	[MAPLE] = { "maple", SHAPE_TYPE, WALK_KEY_HEX, "maple_tree" },
	[CHAIN] = { "chain", SHAPE_PATH, WALK_KEY_COUNT, NULL },
	[PERCPU] = { "percpu", SHAPE_NONE, WALK_KEY_DECIMAL, NULL },
	[ARRAY] = { "array", SHAPE_COUNT, WALK_KEY_COUNT, NULL },
};

#define WALKERS		(sizeof(walkers) / sizeof(walkers[0]))
#define CPUS_MAX	65536
#define HEAD_DEPTH	8		/* structures that begin with each other */

int
expr_walk_kind(const char *word)
{
	size_t i;

	for (i = 0; i < WALKERS; i++) {
		if (strcmp(walkers[i].name, word) == 0)
			return ((int)i);
	}
	return (-1);
}

int
expr_walk_key(int kind)
{
	return (walkers[kind].key);
}

/* A container is given as it is, or by a pointer to it. */
static int
head_address(struct expr *e, bool bare, const struct value *v, uint64_t *addr)
{
	struct type t;
	int r;

	r = value_strip(e->ctx, e->env, v, &t);
	if (r != OK)
		return (r);
	if (v->place == VALUE_MEM && t.kind != TYPE_PTR && (bare ||
	    t.kind == TYPE_STRUCT || t.kind == TYPE_UNION ||
	    t.kind == TYPE_FWD)) {
		*addr = v->addr;
		return (OK);
	}
	return (value_load(e->ctx, e->env, v, addr));
}

static bool
is_head(int kind, const char *name)
{
	const char *want = walkers[kind].head;

	/* What the xarray came from is laid out alike. */
	return (strncmp(name, want, strlen(want)) == 0 || (kind == XARRAY &&
	    strcmp(name, "radix_tree_root") == 0));
}

/*
 * Bytes, words and what nobody knows the type of are just an address; so is a
 * number, unless it is what a pointer leads to.
 */
static bool
is_address(struct expr *e, const struct type *t, bool pointed)
{
	return (t->kind != TYPE_STRUCT && t->kind != TYPE_UNION &&
	    t->kind != TYPE_PTR && (t->kind != TYPE_INT || !pointed ||
	    t->size == 1 || t->size == types_ptr_size(e->env->types)));
}

/*
 * Is the head one of that kind?  It may be at the start of another structure
 * (an idr of its xarray), or told by a bare address.  A structure of another
 * kind would be an empty container, or none at all.
 */
static int
check_head(struct expr *e, int kind, const struct value *v)
{
	const char *want = walkers[kind].head;
	struct typeref ref = v->type, top, node;
	struct type_member m;
	char name[200], what[320];
	struct type t;
	bool pointed;
	int depth, r;

	r = type_strip(e->ctx, e->env->types, ref, &ref, &t);
	pointed = r == OK && t.kind == TYPE_PTR;
	if (pointed)
		r = type_strip(e->ctx, e->env->types, t.target, &ref, &t);
	if (r != OK || want == NULL)
		return (r);
	top = ref;
	/* A pointer to a node is all that the heads of these are. */
	if (t.kind == TYPE_PTR && (kind == HLIST || kind == LLIST ||
	    kind == RBTREE)) {
		r = type_strip(e->ctx, e->env->types, t.target, &node, &t);
		if (r != OK || is_head(kind, t.name))
			return (r);
		t.kind = TYPE_PTR;
	}
	for (depth = 0; depth < HEAD_DEPTH; depth++) {
		if ((t.kind != TYPE_STRUCT && t.kind != TYPE_UNION) ||
		    is_head(kind, t.name))
			break;
		if (t.nmembers == 0 || type_member_at(e->ctx, e->env->types,
		    ref, 0, &m) != OK ||
		    type_strip(e->ctx, e->env->types, m.type, &ref, &t) != OK)
			break;
	}
	if (is_head(kind, t.name) || (depth == 0 && is_address(e, &t, pointed)))
		return (OK);
	r = type_name(e->ctx, e->env->types, top, "", name, sizeof(name));
	if (r != OK)
		return (r);
	snprintf(what, sizeof(what), "%s() walks a struct %s%s, not a%s %s",
	    walkers[kind].name, want, want[strlen(want) - 1] == '_' ? "..." :
	    "", strchr("aei", name[0]) != NULL ? "n" : "", name);
	return (ctx_fail(e->ctx, E_USAGE, "%s", what));
}

/* How long an array is: as its type says, or as was asked for. */
static int
array_start(struct expr *e, struct walk_iter *w, bool has_count,
    const struct value *count)
{
	struct type t;
	int r;

	if (has_count)
		return (value_load(e->ctx, e->env, count, &w->n));
	r = value_strip(e->ctx, e->env, &w->head, &t);
	if (r != OK)
		return (r);
	if (t.kind != TYPE_ARRAY)
		return (ctx_fail(e->ctx, E_USAGE, "how many elements? Only an "
		    "array tells that by itself"));
	w->n = t.count;
	return (OK);
}

/* How many CPUs there can be. */
static int
percpu_start(struct expr *e, struct walk_iter *w)
{
	struct value n;
	int r = E_NOT_FOUND;

	if (e->env->call != NULL)
		r = e->env->call(e->env->call_arg, e->ctx, e->env,
		    "nr_cpus", 0, NULL, &n);
	if (r == E_NOT_FOUND)
		return (ctx_fail(e->ctx, E_UNSUPPORTED,
		    "nothing is known of CPUs here"));
	if (r == OK)
		r = value_load(e->ctx, e->env, &n, &w->n);
	if (r == OK && w->n > CPUS_MAX)
		w->n = CPUS_MAX;
	return (r);
}

static int
walk_start(struct expr *e, struct walk_iter *w, bool bare)
{
	const struct space *space = w->head.space != NULL ? w->head.space :
	    e->env->space;
	struct type t;
	uint64_t addr = 0;
	int r;

	if (w->kind == PERCPU)
		return (percpu_start(e, w));
	if (w->kind == ARRAY)
		return (OK);
	r = check_head(e, w->kind, &w->head);
	if (r == OK)
		r = head_address(e, bare && w->kind != CHAIN, &w->head, &addr);
	if (r != OK)
		return (r);
	switch (w->kind) {
	case LIST:
		return (walk_list(&w->walk, e->ctx, space, addr));
	case HLIST:
		return (walk_hlist(&w->walk, e->ctx, space, addr));
	case LLIST:
		return (walk_llist(&w->walk, e->ctx, space, addr));
	case RBTREE:
		return (walk_rbtree(&w->walk, e->ctx, space, e->env->types,
		    addr));
	case XARRAY:
		return (walk_xarray(&w->walk, e->ctx, space, e->env->types,
		    addr));
	case MAPLE:
		return (walk_maple(&w->walk, e->ctx, space, e->env->types,
		    addr));
	default:
		break;
	}
	/* CHAIN: the head points to the first, or is it. */
	walk_init(&w->walk, space, addr, NULL);
	r = value_strip(e->ctx, e->env, &w->head, &t);
	if (r == OK)
		w->type = t.kind == TYPE_PTR ? t.target : w->head.type;
	w->at = addr;
	w->n = WALK_STEPS_MAX;
	return (r);
}

/* What stands between the head and the ")". */
static int
arguments(struct expr *e, struct walk_iter *w)
{
	char path[EXPR_NAME_MAX];
	const char *at = e->p;
	struct value count;
	struct typeref type;
	struct type t;
	bool has_count = false;
	int r = OK;

	switch (walkers[w->kind].shape) {
	case SHAPE_MEMBER:
		r = expr_need(e, ",");
		if (r == OK)
			r = expr_type(e, &w->type);
		w->has_type = true;
		if (r == OK)
			r = expr_need(e, ",");
		break;
	case SHAPE_TYPE:
		w->has_type = expr_take(e, ",");
		return (w->has_type ? expr_type(e, &w->type) : OK);
	case SHAPE_COUNT:
		has_count = expr_take(e, ",");
		if (has_count)
			r = expr_any(e, &count);
		if (r == OK && e->skip == 0) {
			r = array_start(e, w, has_count, &count);
			r = r == OK ? OK : expr_place(e, at, r);
		}
		return (r);
	case SHAPE_PATH:
		r = expr_need(e, ",");
		break;
	case SHAPE_NONE:
		return (OK);
	}
	expr_blanks(e);
	at = e->p;
	if (r == OK)
		r = expr_path(e, path);
	type = w->type;
	if (r == OK && w->kind == CHAIN) {
		if (e->skip > 0)
			return (OK);
		r = value_strip(e->ctx, e->env, &w->head, &t);
		type = r == OK && t.kind == TYPE_PTR ? t.target :
		    w->head.type;
	}
	if (r != OK)
		return (r);
	r = type_field(e->ctx, e->env->types, type, path, &w->member);
	if (r != OK)
		return (expr_place(e, at, r));
	return (OK);
}

int
expr_walk_start(struct expr *e, int kind, struct walk_iter *w)
{
	const char *start;
	bool bare;
	int r;

	memset(w, 0, offsetof(struct walk_iter, walk.data));
	w->kind = kind;
	w->env = e->env;
	w->has_type = false;
	w->n = w->at = 0;
	expr_blanks(e);
	start = e->p;
	e->bare = false;
	r = expr_any(e, &w->head);
	bare = e->bare;
	if (r == OK)
		r = arguments(e, w);
	if (r == OK)
		r = expr_need(e, ")");
	e->bare = false;
	if (r != OK || e->skip > 0)
		return (r);
	r = walk_start(e, w, bare);
	return (r == OK ? OK : expr_place(e, start, r));
}

/* Singly linked by a pointer to the next structure, ended by NULL or a ring. */
static int
chain_next(struct walk_iter *w, struct ctx *ctx, struct value *ret)
{
	uint64_t at = w->at;
	int r = OK;

	if (w->n == 0)
		return (E_DONE);
	w->n--;
	if (w->walk.started)
		r = space_ptr(ctx, w->walk.space, w->at + w->member.offset,
		    &at);
	if (r == OK && (at == 0 || (w->walk.started && at == w->walk.head)))
		r = E_DONE;
	if (r == OK)
		r = walk_visit(&w->walk, ctx, "chain", at);
	if (r == OK && w->n % 4096 == 0)
		r = ctx_check(ctx);
	if (r == OK && w->n == 0)
		r = ctx_fail_at(ctx, E_LIMIT, at, "more than %u elements",
		    WALK_STEPS_MAX);
	if (r != OK) {
		w->n = 0;
		return (r);
	}
	w->walk.started = true;
	w->at = at;
	*ret = (struct value){ .type = w->type, .place = VALUE_MEM,
	    .space = w->walk.space, .addr = at };
	return (OK);
}

/* The next CPU's own; CPUs that there are not are passed over. */
static int
percpu_next(struct walk_iter *w, struct ctx *ctx, uint64_t *key,
    struct value *ret)
{
	struct value argv[2];
	int r;

	for (argv[0] = w->head; w->at < w->n; ) {
		argv[1] = op_int(w->env, 'i', w->at);
		ctx->quiet++;
		r = w->env->call(w->env->call_arg, ctx, w->env, "per_cpu", 2,
		    argv, ret);
		ctx->quiet--;
		if (r == OK)
			*key = w->at;
		w->at++;
		if (r != E_NOT_FOUND)
			return (r);
	}
	return (E_DONE);
}

/* What a tree holds: a structure, or a number that stands for itself. */
static int
entry(struct walk_iter *w, struct ctx *ctx, uint64_t node, struct value *ret)
{
	bool number = w->kind == XARRAY && (node & 1) != 0;
	struct value v = op_int(w->env, number ? 'L' : '0',
	    number ? node >> 1 : node);

	(void)ctx;
	v.space = w->walk.space;
	if (w->has_type && !number) {
		v.place = VALUE_MEM;
		v.addr = node;
		v.type = w->type;
	}
	*ret = v;
	return (OK);
}

int
expr_walk_next(struct walk_iter *w, struct ctx *ctx, uint64_t *key,
    struct value *ret)
{
	uint64_t node;
	int r;

	*key = 0;
	switch (w->kind) {
	case PERCPU:
		return (percpu_next(w, ctx, key, ret));
	case CHAIN:
		return (chain_next(w, ctx, ret));
	case ARRAY:
		if (w->at >= w->n)
			return (E_DONE);
		r = w->at % 4096 == 4095 ? ctx_check(ctx) : OK;
		if (r == OK)
			r = value_element(ctx, w->env, &w->head,
			    (int64_t)w->at, ret);
		if (r == OK)
			*key = w->at++;
		return (r);
	default:
		break;
	}
	r = walk_next(&w->walk, ctx, key, &node);
	if (r != OK)
		return (r);
	if (walkers[w->kind].shape == SHAPE_TYPE)
		return (entry(w, ctx, node, ret));
	*ret = (struct value){ .type = w->type, .place = VALUE_MEM,
	    .space = w->walk.space,
	    .addr = value_extend(node - w->member.offset,
	    w->walk.space->ptr_size, false) };
	return (OK);
}

void
expr_walk_fini(struct walk_iter *w)
{
	walk_fini(&w->walk);
}

/* The walk behind "name(": all of it, or to the element of that key. */
static int
walk_to(struct expr *e, const char *start, int kind, bool all, uint64_t key,
    uint64_t *n, struct value *ret)
{
	struct walk_iter *w;
	uint64_t at, i = 0;
	int r;

	w = malloc(sizeof(*w));
	if (w == NULL)
		return (ctx_fail(e->ctx, E_NOMEM, "no memory for a walk"));
	r = expr_walk_start(e, kind, w);
	if (r != OK) {
		expr_walk_fini(w);
		free(w);
		return (r);
	}
	while (r == OK && e->skip == 0) {
		r = expr_walk_next(w, e->ctx, &at, ret);
		if (r == OK && !all && (walkers[kind].key == WALK_KEY_COUNT ?
		    i : at) == key)
			break;
		i += r == OK;
	}
	*n = i;
	expr_walk_fini(w);
	free(w);
	return (r == OK || r == E_DONE ? r : expr_place(e, start, r));
}

int
expr_walk_element(struct expr *e, const char *start, int kind,
    struct value *ret)
{
	const char *args = e->p, *end;
	struct value at;
	uint64_t key = 0, n;
	int r;

	/* The subscript stands behind what it chooses from. */
	e->skip++;
	r = walk_to(e, start, kind, true, 0, &n, ret);
	e->skip--;
	if (r != OK)
		return (r);
	if (!expr_take(e, "["))
		return (expr_fail(e, start, E_SYNTAX, "this is many values: "
		    "take one with [n], or count() them"));
	r = expr_any(e, &at);
	if (r == OK && e->skip == 0)
		r = value_load(e->ctx, e->env, &at, &key);
	if (r == OK)
		r = expr_need(e, "]");
	*ret = expr_zero(e);
	if (r != OK || e->skip > 0)
		return (r);
	end = e->p;
	e->p = args;
	r = walk_to(e, start, kind, false, key, &n, ret);
	e->p = end;
	if (r == E_DONE)
		return (expr_fail(e, start, E_NOT_FOUND,
		    "there is no such element"));
	return (r);
}

int
expr_walk_count(struct expr *e, struct value *ret)
{
	const char *start;
	char word[EXPR_NAME_MAX];
	struct value v;
	uint64_t n = 0;
	size_t len;
	int r;

	expr_blanks(e);
	start = e->p;
	while (expr_is_word(*e->p))
		e->p++;
	len = (size_t)(e->p - start);
	if (len >= sizeof(word))
		len = 0;
	memcpy(word, start, len);
	word[len] = '\0';
	if (expr_walk_kind(word) < 0 || !expr_take(e, "("))
		return (expr_fail(e, start, E_SYNTAX,
		    "count() needs a walk, such as list(head, type, member)"));
	r = walk_to(e, start, expr_walk_kind(word), true, 0, &n, &v);
	if (r == OK || r == E_DONE)
		r = expr_need(e, ")");
	*ret = op_int(e->env, 'L', n);
	return (r);
}
