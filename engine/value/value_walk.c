/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The nodes of a value: members and elements, with their paths.  The walk is
 * over types alone; nothing is read.
 */
#include "engine/value/value_int.h"

#include <stdio.h>
#include <string.h>

#define PATH_MAX_LEN	1024
#define NODES_MAX	1000000
#define DEPTH_MAX	40		/* structures within each other */
#define ELEMS_DEFAULT	1024

struct tree {
	struct ctx		*ctx;
	const struct value_env	*env;
	const struct value	*top;
	size_t			 max_elems;
	bool			 deep;		/* go into the children */
	size_t			 from, left;	/* of the nodes: one level only */
	int		       (*fn)(void *, struct ctx *,
				    const struct value_node *);
	void			*arg;
	size_t			 nodes;
	char			 path[PATH_MAX_LEN];
	size_t			 len;
};

/* Where a node is, relative to the top. */
struct place {
	struct typeref	type;
	uint64_t	offset;		/* bytes */
	uint8_t		bit_offset, bit_size;
};

static int	tree_into(struct tree *, struct typeref, const struct type *,
		    uint64_t offset, unsigned depth, unsigned nested);

static bool
is_text(struct tree *w, const struct type *t)
{
	struct typeref ref;
	struct type c;

	return (t->kind == TYPE_ARRAY &&
	    type_strip(w->ctx, w->env->types, t->target, &ref, &c) == OK &&
	    c.kind == TYPE_INT && c.is_char);
}

/* Show one node; name is the tail of w->path.  VALUE_SKIP: not into it. */
static int
tree_show(struct tree *w, const struct place *p, const struct type *t,
    size_t name, unsigned depth, bool leaf)
{
	struct value_node n = { .path = w->path, .name = w->path + name,
	    .depth = depth, .offset = p->offset, .size = t->size,
	    .is_leaf = leaf, .type = t };

	if (++w->nodes > NODES_MAX)
		return (ctx_fail(w->ctx, E_LIMIT,
		    "the value has more than %d parts", NODES_MAX));
	n.v = *w->top;
	n.v.place = VALUE_MEM;
	n.v.type = p->type;
	n.v.addr = value_extend(w->top->addr + p->offset,
	    types_ptr_size(w->env->types), false);
	if (depth > 0) {
		n.v.bit_offset = p->bit_offset;
		n.v.bit_size = p->bit_size;
	}
	return (w->fn(w->arg, w->ctx, &n));
}

/* One node and what is below it. */
static int
tree_node(struct tree *w, const struct place *p, size_t name, unsigned depth,
    unsigned nested)
{
	struct typeref ref;
	struct type t;
	bool leaf;
	int r;

	r = type_strip(w->ctx, w->env->types, p->type, &ref, &t);
	if (r != OK)
		return (r);
	leaf = (t.kind != TYPE_STRUCT && t.kind != TYPE_UNION &&
	    t.kind != TYPE_ARRAY) || is_text(w, &t);
	r = tree_show(w, p, &t, name, depth, leaf);
	if (r == VALUE_SKIP)
		return (OK);
	if (r != OK || leaf || !w->deep)
		return (r);
	return (tree_into(w, ref, &t, p->offset, depth, nested));
}

/* Of a single level only the nodes [from, from + max) are shown. */
static int
tree_child(struct tree *w, const struct place *p, size_t name, unsigned depth,
    unsigned nested)
{
	if (w->deep)
		return (tree_node(w, p, name, depth, nested));
	if (w->from > 0) {
		w->from--;
		return (OK);
	}
	if (w->left == 0)
		return (E_DONE);
	w->left--;
	return (tree_node(w, p, name, depth, nested));
}

static int
tree_member(struct tree *w, struct typeref ref, uint32_t i, uint64_t offset,
    unsigned depth, unsigned nested)
{
	struct place p = { .offset = 0 };
	struct type_member m;
	struct typeref inner;
	struct type t;
	uint64_t unit, size;
	size_t len = w->len, n;
	int r;

	r = type_member_at(w->ctx, w->env->types, ref, i, &m);
	if (r != OK)
		return (r);
	unit = m.bit_offset / 8;
	if (m.name[0] == '\0' || m.bit_size != 0) {
		r = type_strip(w->ctx, w->env->types, m.type, &inner, &t);
		if (r != OK)
			return (r);
		size = t.size;
		if (m.bit_size != 0)
			type_bit_unit(m.bit_offset, m.bit_size, size,
			    types_be(w->env->types), &unit, &p.bit_offset);
	}
	if (!__builtin_add_overflow(offset, unit, &p.offset) &&
	    m.name[0] == '\0') {
		/* Unnamed bit-fields are holes. */
		if (m.bit_size != 0 ||
		    (t.kind != TYPE_STRUCT && t.kind != TYPE_UNION))
			return (OK);
		return (tree_into(w, inner, &t, p.offset, depth, nested));
	}
	n = strlen(m.name);
	if (n + 2 > PATH_MAX_LEN - w->len)
		return (ctx_fail(w->ctx, E_LIMIT, "a member's path is longer "
		    "than %d bytes", PATH_MAX_LEN));
	if (w->len > 0)
		w->path[w->len++] = '.';
	memcpy(w->path + w->len, m.name, n + 1);
	p.type = m.type;
	p.bit_size = (uint8_t)m.bit_size;
	w->len += n;
	r = tree_child(w, &p, w->len - n, depth + 1, nested);
	w->len = len;
	w->path[len] = '\0';
	return (r);
}

static int
tree_elements(struct tree *w, const struct type *t, uint64_t offset,
    unsigned depth, unsigned nested)
{
	struct place p = { .type = t->target };
	uint64_t i = 0, n, size;
	size_t len = w->len;
	int r;

	n = t->count;
	if (w->deep && n > w->max_elems)
		n = w->max_elems;
	if (n == 0)
		return (OK);
	r = type_size(w->ctx, w->env->types, t->target, &size);
	if (r == OK && PATH_MAX_LEN - w->len < 24)
		r = ctx_fail(w->ctx, E_LIMIT, "a member's path is longer "
		    "than %d bytes", PATH_MAX_LEN);
	if (!w->deep) {
		/* A window into a large array is had without the way there. */
		i = w->from < n ? w->from : n;
		w->from = 0;
	}
	for (; r == OK && i < n; i++) {
		p.offset = offset + i * size;
		w->len = len + (size_t)snprintf(w->path + len,
		    PATH_MAX_LEN - len, "[%llu]", (unsigned long long)i);
		r = tree_child(w, &p, len, depth + 1, nested);
		if (i % 4096 == 4095 && r == OK)
			r = ctx_check(w->ctx);
	}
	w->len = len;
	w->path[len] = '\0';
	return (r);
}

static int
tree_into(struct tree *w, struct typeref ref, const struct type *t,
    uint64_t offset, unsigned depth, unsigned nested)
{
	uint32_t i;
	int r = OK;

	/* Anonymous ones do not count as depth, yet nest. */
	if (nested >= DEPTH_MAX)
		return (ctx_fail(w->ctx, E_LIMIT,
		    "structures nest more than %d deep", DEPTH_MAX));
	if (t->kind == TYPE_ARRAY)
		return (tree_elements(w, t, offset, depth, nested + 1));
	for (i = 0; r == OK && i < t->nmembers; i++) {
		/* Structures that show nothing count, too. */
		if (++w->nodes > NODES_MAX)
			return (ctx_fail(w->ctx, E_LIMIT,
			    "the value has more than %d parts", NODES_MAX));
		r = tree_member(w, ref, i, offset, depth, nested + 1);
	}
	return (r);
}

static int
tree_start(struct tree *w, const struct value *v)
{
	if (w->env->types == NULL)
		return (ctx_fail(w->ctx, E_NO_TYPE,
		    "there is no type information"));
	w->top = v;
	w->nodes = 0;
	w->len = 0;
	w->path[0] = '\0';
	return (OK);
}

/* A computed scalar is a single node. */
static int
tree_scalar(struct tree *w, const struct value *v)
{
	struct value_node n = { .path = "", .name = "", .v = *v,
	    .is_leaf = true };
	struct typeref ref;
	struct type t;
	int r;

	r = type_strip(w->ctx, w->env->types, v->type, &ref, &t);
	if (r != OK)
		return (r);
	n.type = &t;
	n.size = t.size;
	r = w->fn(w->arg, w->ctx, &n);
	return (r == VALUE_SKIP ? OK : r);
}

int
value_walk(struct ctx *ctx, const struct value_env *env,
    const struct value *v, size_t max_elems,
    int (*fn)(void *, struct ctx *, const struct value_node *), void *arg)
{
	struct tree w = { .ctx = ctx, .env = env, .deep = true, .fn = fn,
	    .arg = arg };
	struct place p = { .type = v->type };
	int r;

	w.max_elems = max_elems != 0 ? max_elems : ELEMS_DEFAULT;
	r = tree_start(&w, v);
	if (r == OK)
		r = v->place == VALUE_MEM ? tree_node(&w, &p, 0, 0, 0) :
		    tree_scalar(&w, v);
	return (r);
}

int
value_children(struct ctx *ctx, const struct value_env *env,
    const struct value *v, size_t from, size_t max,
    int (*fn)(void *, struct ctx *, const struct value_node *), void *arg)
{
	struct tree w = { .ctx = ctx, .env = env, .from = from, .left = max,
	    .fn = fn, .arg = arg };
	struct typeref ref;
	struct type t;
	int r;

	r = tree_start(&w, v);
	if (r == OK)
		r = type_strip(ctx, env->types, v->type, &ref, &t);
	if (r != OK || v->place != VALUE_MEM || (t.kind != TYPE_STRUCT &&
	    t.kind != TYPE_UNION && t.kind != TYPE_ARRAY))
		return (r);
	r = tree_into(&w, ref, &t, 0, 0, 0);
	return (r == E_DONE && w.left == 0 ? OK : r);
}
