/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The maple tree (include/linux/maple_tree.h, lib/maple_tree.c of 6.1 to
 * 6.12): a B-tree of ranges.  Nodes are 256 bytes and as aligned, so that the
 * pointer to a node has room for its type in bits 3 to 6.  The root is NULL,
 * the entry of index 0, or a node marked with binary 10 in its low bits.
 *
 * Slot i of a node holds what covers the range from the pivot before (plus
 * one) up to pivot i; the last slot's end is that of the node.  Which slot is
 * the last the metadata tell, which lie in the place of the last slot of a
 * node that does not need that.
 */
#include "engine/value/walk.h"

#include <string.h>

enum { F_ROOT, F_DENSE, F_PIVOT, F_SLOT, F_APIVOT, F_ASLOT, F_END, F_AEND };
enum { DENSE, LEAF, RANGE, ARANGE, KINDS, NODE_BYTES = KINDS };

#define NODE_MASK	255ull
#define TYPE_SHIFT	3
#define TYPE_MASK	15
#define DEPTH_MAX	32
#define INTERNAL(entry)	(((entry) & 3) == 2)

static int
corrupt(struct walk *w, struct ctx *ctx, uint64_t node, const char *what)
{
	return (ctx_fail_at(ctx, E_CORRUPT, node, "maple tree at 0x%llx: node "
	    "0x%llx: %s", (unsigned long long)w->head,
	    (unsigned long long)node, what));
}

static int
push(struct walk *w, struct ctx *ctx, uint64_t entry, uint64_t min,
    uint64_t max)
{
	uint64_t node = entry & ~NODE_MASK;
	uint32_t type, i;
	int r;

	if (w->depth == DEPTH_MAX)
		return (corrupt(w, ctx, node, "too deep"));
	type = (entry >> TYPE_SHIFT) & TYPE_MASK;
	for (i = 0; i < KINDS && w->aux[i] != type; i++)
		continue;
	if (i == KINDS)
		return (corrupt(w, ctx, node, "unknown type"));
	r = walk_visit(w, ctx, "maple tree", node);
	if (r != OK)
		return (r);
	w->stack[w->depth++] = (struct walk_frame){ .node = node, .min = min,
	    .max = max, .kind = i };
	return (OK);
}

/*
 * The slot that a frame stands on: its entry and where its range ends; *last
 * when there is none behind.
 */
static int
slot_at(struct walk *w, struct ctx *ctx, const struct walk_frame *f,
    uint64_t *entry, uint64_t *max, bool *last)
{
	bool arange = f->kind == ARANGE;
	const struct type_field *pivot = &w->f[arange ? F_APIVOT : F_PIVOT];
	const struct type_field *slot = &w->f[arange ? F_ASLOT : F_SLOT];
	unsigned n = w->space->ptr_size;
	uint32_t pivots = pivot->size / n, end;
	uint64_t tail;

	if (f->kind == DENSE) {
		slot = &w->f[F_DENSE];
		end = slot->size / n - 1;
		*max = f->min;
	} else {
		/* As ma_data_end() in lib/maple_tree.c. */
		tail = walk_data_ptr(w, pivot->offset + (pivots - 1) * n);
		if (arange)
			end = w->data[w->f[F_AEND].offset];
		else if (tail == 0)
			end = w->data[w->f[F_END].offset];
		else
			end = tail == f->max ? pivots - 1 : pivots;
		if (end >= slot->size / n)
			return (corrupt(w, ctx, f->node, "too many slots"));
		*max = f->slot < end && f->slot < pivots ?
		    walk_data_ptr(w, pivot->offset + f->slot * n) : f->max;
	}
	if (*max < f->min || *max > f->max)
		return (corrupt(w, ctx, f->node, "pivots out of order"));
	*entry = walk_data_ptr(w, slot->offset + (size_t)f->slot * n);
	*last = f->slot >= end || *max == f->max;
	return (OK);
}

static int
maple_start(struct walk *w, struct ctx *ctx, uint64_t *entry)
{
	uint64_t root, all;
	int r;

	w->started = true;
	*entry = 0;
	r = space_ptr(ctx, w->space, w->head + w->f[F_ROOT].offset, &root);
	if (r != OK) {
		ctx_chain(ctx, "maple tree at 0x%llx",
		    (unsigned long long)w->head);
		return (r);
	}
	all = w->space->ptr_size == 8 ? UINT64_MAX : UINT32_MAX;
	if (INTERNAL(root) && root > 4096)
		return (push(w, ctx, root, 0, all));
	if (!INTERNAL(root))
		*entry = root;
	return (OK);
}

static int
maple_next(struct walk *w, struct ctx *ctx, uint64_t *key, uint64_t *node)
{
	struct walk_frame *f;
	uint64_t entry = 0, min, max = 0;
	uint32_t kind;
	bool last = true;
	int r;

	if (!w->started) {
		r = maple_start(w, ctx, &entry);
		if (r != OK)
			return (r);
		if (entry != 0) {
			*key = 0;
			*node = entry;
			return (OK);
		}
	}
	while (w->depth > 0) {
		f = &w->stack[w->depth - 1];
		r = walk_load(w, ctx, "maple tree", f->node,
		    w->aux[NODE_BYTES]);
		if (r == OK)
			r = slot_at(w, ctx, f, &entry, &max, &last);
		if (r != OK) {
			w->depth--;
			return (r);
		}
		min = f->min;
		kind = f->kind;
		f->min = max + 1;
		f->slot++;
		if (last)
			w->depth--;
		if (entry == 0)
			continue;
		if (kind == RANGE || kind == ARANGE) {
			r = push(w, ctx, entry, min, max);
			if (r != OK)
				return (r);
		} else if (!INTERNAL(entry)) {
			*key = min;
			*node = entry;
			return (OK);
		}
	}
	return (E_DONE);
}

/* The types' numbers, should they ever move: enum maple_type. */
static void
maple_kinds(struct walk *w, struct ctx *ctx, const struct types *ts)
{
	static const char *const names[KINDS] = {
		"maple_dense", "maple_leaf_64", "maple_range_64",
		"maple_arange_64",
	};
	struct typeref ref;
	struct type_enum e;
	struct type t;
	uint32_t i, k;

	for (k = 0; k < KINDS; k++)
		w->aux[k] = k;
	ctx->quiet++;
	if (type_find(ctx, ts, "enum maple_type", &ref) == OK &&
	    type_get(ctx, ts, ref, &t) == OK) {
		for (i = 0; i < t.nmembers && i <= TYPE_MASK; i++) {
			if (type_enum_at(ctx, ts, ref, i, &e) != OK)
				break;
			for (k = 0; k < KINDS; k++) {
				if (strcmp(names[k], e.name) == 0)
					w->aux[k] = (uint32_t)e.value;
			}
		}
	}
	ctx->quiet--;
	ctx_clear(ctx);
}

int
walk_maple(struct walk *w, struct ctx *ctx, const struct space *space,
    const struct types *ts, uint64_t mt)
{
	static const char *const members[][2] = {
		[F_ROOT] = { "struct maple_tree", "ma_root" },
		[F_DENSE] = { "struct maple_node", "slot" },
		[F_PIVOT] = { "struct maple_range_64", "pivot" },
		[F_SLOT] = { "struct maple_range_64", "slot" },
		[F_APIVOT] = { "struct maple_arange_64", "pivot" },
		[F_ASLOT] = { "struct maple_arange_64", "slot" },
		[F_END] = { "struct maple_range_64", "meta.end" },
		[F_AEND] = { "struct maple_arange_64", "meta.end" },
	};
	uint64_t end, bytes = 0;
	unsigned i;
	int r;

	walk_init(w, space, mt, maple_next);
	w->resumes = true;
	for (i = 0; i <= F_AEND; i++) {
		r = type_field_of(ctx, ts, members[i][0], members[i][1],
		    &w->f[i]);
		if (r != OK)
			return (r);
		end = w->f[i].offset + w->f[i].size;
		if (i != F_ROOT && end > bytes)
			bytes = end;
		if (i != F_ROOT && i < F_END && w->f[i].size < space->ptr_size)
			bytes = UINT64_MAX;
	}
	if (bytes > NODE_MASK + 1)
		return (ctx_fail(ctx, E_UNSUPPORTED,
		    "struct maple_node has an unknown layout"));
	w->aux[NODE_BYTES] = (uint32_t)bytes;
	maple_kinds(w, ctx, ts);
	return (OK);
}
