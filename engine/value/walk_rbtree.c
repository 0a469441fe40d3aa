/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Red-black trees in order (include/linux/rbtree_types.h).  The way down is on
 * the stack; a tree of 2^32 nodes is at most 64 deep, so a deeper one is
 * broken.
 */
#include "engine/value/walk.h"

enum { F_ROOT, F_LEFT, F_RIGHT };

#define STACK_MAX	(sizeof(((struct walk *)0)->stack) / \
			    sizeof(((struct walk *)0)->stack[0]))

/* Put a node and all that is left of it on the stack. */
static int
descend(struct walk *w, struct ctx *ctx, uint64_t node)
{
	struct walk_frame *f;
	size_t n;
	int r;

	n = w->f[F_LEFT].offset > w->f[F_RIGHT].offset ?
	    w->f[F_LEFT].offset : w->f[F_RIGHT].offset;
	n += w->space->ptr_size;
	while (node != 0) {
		if ((size_t)w->depth == STACK_MAX)
			return (ctx_fail_at(ctx, E_CORRUPT, node,
			    "rbtree at 0x%llx: too deep",
			    (unsigned long long)w->head));
		r = walk_visit(w, ctx, "rbtree", node);
		if (r == OK)
			r = walk_load(w, ctx, "rbtree", node, n);
		if (r != OK)
			return (r);
		f = &w->stack[w->depth++];
		f->node = node;
		/* The right child, for the way back. */
		f->max = walk_data_ptr(w, w->f[F_RIGHT].offset);
		node = walk_data_ptr(w, w->f[F_LEFT].offset);
	}
	return (OK);
}

static int
rbtree_next(struct walk *w, struct ctx *ctx, uint64_t *key, uint64_t *node)
{
	uint64_t from;
	int r;

	if (!w->started) {
		w->started = true;
		r = space_ptr(ctx, w->space, w->head + w->f[F_ROOT].offset,
		    &from);
		if (r != OK) {
			ctx_chain(ctx, "rbtree at 0x%llx",
			    (unsigned long long)w->head);
			return (r);
		}
	} else
		from = w->at;
	w->at = 0;
	r = descend(w, ctx, from);
	if (r != OK)
		return (r);
	if (w->depth == 0)
		return (E_DONE);
	w->depth--;
	w->at = w->stack[w->depth].max;
	*key = 0;
	*node = w->stack[w->depth].node;
	return (OK);
}

int
walk_rbtree(struct walk *w, struct ctx *ctx, const struct space *space,
    const struct types *ts, uint64_t root)
{
	int r;

	walk_init(w, space, root, rbtree_next);
	w->resumes = true;
	r = type_field_of(ctx, ts, "struct rb_root", "rb_node", &w->f[F_ROOT]);
	if (r == OK)
		r = type_field_of(ctx, ts, "struct rb_node", "rb_left",
		    &w->f[F_LEFT]);
	if (r == OK)
		r = type_field_of(ctx, ts, "struct rb_node", "rb_right",
		    &w->f[F_RIGHT]);
	return (r);
}
