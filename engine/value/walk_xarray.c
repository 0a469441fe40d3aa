/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The xarray (include/linux/xarray.h, lib/xarray.c), since 4.20 also what radix
 * trees and idr are.  The head is NULL, the entry of index 0, or a node.  Low
 * bits tell entries apart: 1 in bit 0 is a value, binary 10 is internal: a node
 * above 4096, else a sibling of another slot or a marker.
 */
#include "engine/value/walk.h"

enum { F_HEAD, F_SHIFT, F_SLOTS };

#define INTERNAL(entry)	(((entry) & 3) == 2)
#define IS_NODE(entry)	(INTERNAL(entry) && (entry) > 4096)
#define DEPTH_MAX	16

static int
push(struct walk *w, struct ctx *ctx, uint64_t entry, uint64_t index)
{
	struct walk_frame *f;
	uint64_t node = entry - 2;
	int r;

	if (w->depth == DEPTH_MAX)
		return (ctx_fail_at(ctx, E_CORRUPT, node,
		    "xarray at 0x%llx: too deep", (unsigned long long)w->head));
	r = walk_visit(w, ctx, "xarray", node);
	if (r == OK)
		r = walk_load(w, ctx, "xarray", node, w->aux[0]);
	if (r != OK)
		return (r);
	f = &w->stack[w->depth];
	*f = (struct walk_frame){ .node = node, .min = index,
	    .kind = w->data[w->f[F_SHIFT].offset] };
	/* Shifts must fall on the way down: that makes keys grow, too. */
	if (f->kind >= 64 || (w->depth > 0 && f->kind >= f[-1].kind))
		return (ctx_fail_at(ctx, E_CORRUPT, node, "xarray at 0x%llx: "
		    "a node of shift %u", (unsigned long long)w->head, f->kind));
	w->depth++;
	return (OK);
}

static int
xarray_next(struct walk *w, struct ctx *ctx, uint64_t *key, uint64_t *node)
{
	struct walk_frame *f;
	uint64_t entry, index;
	int r;

	if (!w->started) {
		w->started = true;
		r = space_ptr(ctx, w->space, w->head + w->f[F_HEAD].offset,
		    &entry);
		if (r != OK) {
			ctx_chain(ctx, "xarray at 0x%llx",
			    (unsigned long long)w->head);
			return (r);
		}
		if (IS_NODE(entry)) {
			r = push(w, ctx, entry, 0);
			if (r != OK)
				return (r);
		} else if (entry != 0 && !INTERNAL(entry)) {
			*key = 0;
			*node = entry;
			return (OK);
		}
	}
	while (w->depth > 0) {
		f = &w->stack[w->depth - 1];
		if (f->slot == w->aux[1]) {
			w->depth--;
			continue;
		}
		r = walk_load(w, ctx, "xarray", f->node, w->aux[0]);
		if (r != OK) {
			w->depth--;
			return (r);
		}
		index = f->min + ((uint64_t)f->slot << f->kind);
		entry = walk_data_ptr(w, w->f[F_SLOTS].offset +
		    (size_t)f->slot++ * w->space->ptr_size);
		if (IS_NODE(entry) && f->kind > 0) {
			r = push(w, ctx, entry, index);
			if (r != OK)
				return (r);
		} else if (entry != 0 && !INTERNAL(entry)) {
			*key = index;
			*node = entry;
			return (OK);
		}
	}
	return (E_DONE);
}

int
walk_xarray(struct walk *w, struct ctx *ctx, const struct space *space,
    const struct types *ts, uint64_t xa)
{
	uint64_t end;
	int r;

	walk_init(w, space, xa, xarray_next);
	w->resumes = true;
	r = type_field_of(ctx, ts, "struct xarray", "xa_head", &w->f[F_HEAD]);
	if (r == OK)
		r = type_field_of(ctx, ts, "struct xa_node", "shift",
		    &w->f[F_SHIFT]);
	if (r == OK)
		r = type_field_of(ctx, ts, "struct xa_node", "slots",
		    &w->f[F_SLOTS]);
	if (r != OK)
		return (r);
	end = w->f[F_SLOTS].offset + w->f[F_SLOTS].size;
	w->aux[1] = w->f[F_SLOTS].size / space->ptr_size;
	if (end > sizeof(w->data) || w->f[F_SHIFT].offset >= end ||
	    w->aux[1] == 0)
		return (ctx_fail(ctx, E_UNSUPPORTED,
		    "struct xa_node has an unknown layout"));
	w->aux[0] = (uint32_t)end;
	return (OK);
}
