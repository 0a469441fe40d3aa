/* SPDX-License-Identifier: BSD-2-Clause */
/* What the container walkers have in common: bounds and guards. */
#include "engine/value/walk.h"

#include "base/bytes.h"

#include <inttypes.h>
#include <string.h>

void
walk_init(struct walk *w, const struct space *space, uint64_t head,
    int (*next)(struct walk *, struct ctx *, uint64_t *, uint64_t *))
{
	memset(w, 0, offsetof(struct walk, data));
	w->space = space;
	w->head = head;
	w->next = next;
	w->left = WALK_STEPS_MAX;
}

void
walk_fini(struct walk *w)
{
	seen_fini(&w->seen);
	w->next = NULL;
}

int
walk_next(struct walk *w, struct ctx *ctx, uint64_t *key, uint64_t *node)
{
	int r = OK;

	if (w->next == NULL)
		return (E_DONE);
	if (w->left-- == 0)
		r = ctx_fail_at(ctx, E_LIMIT, w->head, "0x%" PRIx64 ": more "
		    "than %u elements", w->head, WALK_STEPS_MAX);
	else if (w->left % 4096 == 0)
		r = ctx_check(ctx);
	if (r == OK)
		r = w->next(w, ctx, key, node);
	/* A tree has more behind a broken node; a list ends there. */
	if (r != OK && (!w->resumes || status_reason(r) == NULL))
		w->next = NULL;
	return (r);
}

int
walk_visit(struct walk *w, struct ctx *ctx, const char *what, uint64_t node)
{
	if (node % w->space->ptr_size != 0 || node < 4096)
		return (ctx_fail_at(ctx, E_CORRUPT, node, "%s at 0x%" PRIx64
		    ": broken link 0x%" PRIx64, what, w->head, node));
	switch (seen_add(&w->seen, node)) {
	case 1:
		return (OK);
	case 0:
		return (ctx_fail_at(ctx, E_CORRUPT, node, "%s at 0x%" PRIx64
		    ": loops at 0x%" PRIx64, what, w->head, node));
	default:
		return (ctx_fail(ctx, E_NOMEM, "%s: out of memory", what));
	}
}

int
walk_load(struct walk *w, struct ctx *ctx, const char *what, uint64_t node,
    size_t n)
{
	int r;

	if (w->cached == node)
		return (OK);
	w->cached = 0;
	if (n > sizeof(w->data))
		return (ctx_fail(ctx, E_UNSUPPORTED,
		    "%s: nodes of %zu bytes are too large", what, n));
	r = space_read(ctx, w->space, node, w->data, n);
	if (r != OK) {
		ctx_chain(ctx, "%s at 0x%" PRIx64, what, w->head);
		return (r);
	}
	w->cached = node;
	return (OK);
}

uint64_t
walk_data_ptr(const struct walk *w, size_t off)
{
	unsigned n = w->space->ptr_size;

	if (off > sizeof(w->data) - n)
		return (0);
	return (load_uint(w->data + off, n, w->space->be));
}
