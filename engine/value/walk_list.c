/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linked lists: list_head, hlist, llist (include/linux/list.h, list_nulls.h,
 * llist.h).  Only forward links are followed: a list caught in the middle of
 * a change is whole in that direction.
 */
#include "engine/value/walk.h"

static int
link_next(struct walk *w, struct ctx *ctx, const char *what, uint64_t *node)
{
	uint64_t next;
	int r;

	r = space_ptr(ctx, w->space, w->at, &next);
	if (r != OK) {
		ctx_chain(ctx, "%s at 0x%llx", what, (unsigned long long)w->head);
		return (r);
	}
	*node = next;
	return (OK);
}

static int
list_next(struct walk *w, struct ctx *ctx, uint64_t *key, uint64_t *node)
{
	uint64_t next;
	int r;

	r = link_next(w, ctx, "list", &next);
	if (r != OK)
		return (r);
	if (next == w->head)
		return (E_DONE);
	r = walk_visit(w, ctx, "list", next);
	if (r != OK)
		return (r);
	w->at = next;
	*key = 0;
	*node = next;
	return (OK);
}

int
walk_list(struct walk *w, struct ctx *ctx, const struct space *space,
    uint64_t head)
{
	(void)ctx;
	walk_init(w, space, head, list_next);
	w->at = head;
	return (OK);
}

static int
chain_next(struct walk *w, struct ctx *ctx, uint64_t *key, uint64_t *node)
{
	const char *what = w->aux[0] ? "hlist" : "llist";
	uint64_t next;
	int r;

	r = link_next(w, ctx, what, &next);
	if (r != OK)
		return (r);
	if (next == 0 || (w->aux[0] && (next & 1) != 0))
		return (E_DONE);
	r = walk_visit(w, ctx, what, next);
	if (r != OK)
		return (r);
	w->at = next;
	*key = 0;
	*node = next;
	return (OK);
}

int
walk_hlist(struct walk *w, struct ctx *ctx, const struct space *space,
    uint64_t head)
{
	(void)ctx;
	walk_init(w, space, head, chain_next);
	w->at = head;
	w->aux[0] = 1;			/* may end in a nulls marker */
	return (OK);
}

int
walk_llist(struct walk *w, struct ctx *ctx, const struct space *space,
    uint64_t head)
{
	(void)ctx;
	walk_init(w, space, head, chain_next);
	w->at = head;
	return (OK);
}
