/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one walker for every page-table form that is a tree of power-of-two
 * tables.  It holds no state beyond its arguments and allocates nothing; what
 * differs between processors is in the form.
 */
#include "arch/pt.h"

#include "base/bytes.h"

static unsigned
level_shift(const struct pt_form *f, int level)
{
	unsigned shift;
	int i;

	shift = f->page_shift;
	for (i = 0; i < level; i++)
		shift += f->bits[i];
	return (shift);
}

static unsigned
va_bits(const struct pt_form *f)
{
	return (level_shift(f, f->levels));
}

static uint64_t
low_mask(unsigned bits)
{
	return (bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1);
}

uint64_t
pt_level_size(const struct pt_form *f, int level)
{
	return (UINT64_C(1) << level_shift(f, level));
}

bool
pt_canonical(const struct pt_form *f, uint64_t va)
{
	unsigned bits;
	uint64_t high;

	bits = va_bits(f);
	if (bits >= 64)
		return (true);
	if (!f->sign_extended)
		return ((va & ~low_mask(bits)) == f->high);
	high = va >> (bits - 1);
	return (high == 0 || high == low_mask(64 - bits + 1));
}

int
pt_start(struct ctx *ctx, struct pt_walk *w, const struct pt_form *f,
    const struct phys_reader *reader, uint64_t root, uint64_t va)
{
	if (!pt_canonical(f, va))
		return (ctx_fail_at(ctx, E_NOT_MAPPED, va,
		    "0x%llx is not an address in %s paging",
		    (unsigned long long)va, f->name));
	w->form = f;
	w->reader = reader;
	w->va = va;
	w->table = root;
	w->level = f->levels - 1;
	w->flags = PT_READ | PT_WRITE | PT_EXEC | PT_USER;
	return (0);
}

/* Rights narrow from level to level; the other flags are the leaf's own. */
static unsigned
combine(unsigned above, unsigned own)
{
	const unsigned rights = PT_READ | PT_WRITE | PT_EXEC | PT_USER;

	return ((above & own & rights) | (own & ~rights));
}

int
pt_step(struct ctx *ctx, struct pt_walk *w, struct pt_result *r,
    enum pt_kind *kind)
{
	const struct pt_form *f = w->form;
	uint64_t index, next;
	uint8_t raw[8];
	unsigned flags, shift;
	int rc;

	if (w->level < 0)
		return (ctx_fail_at(ctx, E_CORRUPT, w->va,
		    "page-table walk of 0x%llx goes below the last level",
		    (unsigned long long)w->va));
	shift = level_shift(f, w->level);
	index = (w->va >> shift) & low_mask(f->bits[w->level]);
	r->level = w->level;
	r->entry_addr = w->table + index * f->entry_size;
	r->entry = 0;
	rc = w->reader->read(w->reader->arg, ctx, r->entry_addr, raw,
	    f->entry_size);
	if (rc != 0) {
		ctx->err.level = w->level;
		return (rc);
	}
	r->entry = load_uint(raw, f->entry_size, f->be);
	next = 0;
	flags = 0;
	*kind = f->ops->decode(f, w->level, r->entry, &next, &flags);
	switch (*kind) {
	case PT_ABSENT:
		break;
	case PT_TABLE:
		w->flags = combine(w->flags, flags);
		w->table = next;
		w->level--;
		break;
	case PT_LEAF:
		if (f->ops->leaf_shift != NULL)
			shift = f->ops->leaf_shift(f, w->level, r->entry);
		r->size = UINT64_C(1) << shift;
		r->phys = next + (w->va & (r->size - 1));
		r->flags = combine(w->flags, flags);
		w->level = -1;
		break;
	}
	return (0);
}

int
pt_translate(struct ctx *ctx, const struct pt_form *f,
    const struct phys_reader *reader, uint64_t root, uint64_t va,
    struct pt_result *r)
{
	struct pt_walk w;
	enum pt_kind kind;
	int rc;

	memset(r, 0, sizeof(*r));
	r->level = -1;
	rc = pt_start(ctx, &w, f, reader, root, va);
	if (rc != 0)
		return (rc);
	for (;;) {
		rc = pt_step(ctx, &w, r, &kind);
		if (rc != 0)
			return (rc);
		if (kind == PT_LEAF)
			return (0);
		if (kind == PT_ABSENT) {
			ctx_fail_at(ctx, E_NOT_MAPPED, va,
			    "0x%llx is not mapped", (unsigned long long)va);
			ctx->err.level = r->level;
			return (E_NOT_MAPPED);
		}
	}
}

/* What one address says about the run that it lies in. */
static int
answer(struct ctx *ctx, const struct pt_form *f,
    const struct phys_reader *reader, uint64_t root, uint64_t va,
    struct pt_range *ret)
{
	struct pt_result r;
	uint64_t size;

	ctx->quiet++;
	ret->status = pt_translate(ctx, f, reader, root, va, &r);
	ctx->quiet--;
	ret->phys = ret->status == 0 ? r.phys : 0;
	ret->flags = ret->status == 0 ? r.flags : 0;
	if (r.level < 0) {
		/* Not canonical: the hole ends where the upper half begins. */
		ret->start = va;
		ret->end = f->sign_extended ? ~low_mask(va_bits(f) - 1) :
		    va < f->high ? f->high : 0;
		return (0);
	}
	size = pt_level_size(f, r.level);
	ret->start = va;
	ret->end = (va & ~(size - 1)) + size;	/* wraps to 0 at 2^64 */
	/* The upper end of the lower half is not followed by its neighbour. */
	return (ctx_check(ctx));
}

int
pt_next_range(struct ctx *ctx, const struct pt_form *f,
    const struct phys_reader *reader, uint64_t root, uint64_t va,
    uint64_t end, struct pt_range *ret)
{
	struct pt_range next;
	uint64_t last;
	int rc;

	last = end - 1;			/* end 0 is 2^64 */
	if (va > last)
		return (E_DONE);
	rc = answer(ctx, f, reader, root, va, ret);
	if (rc != 0)
		return (rc);
	while (ret->end != 0 && ret->end <= last) {
		rc = answer(ctx, f, reader, root, ret->end, &next);
		if (rc != 0)
			return (rc);
		if (next.status != ret->status || next.flags != ret->flags)
			break;
		if (ret->status == 0 &&
		    next.phys != ret->phys + (ret->end - ret->start))
			break;
		ret->end = next.end;
	}
	if (ret->end == 0 || ret->end - 1 > last)
		ret->end = end;
	return (0);
}
