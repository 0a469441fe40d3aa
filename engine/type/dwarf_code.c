/* SPDX-License-Identifier: BSD-2-Clause */
/* Functions: which ones an address lies in. */
#include "engine/type/dwarf_int.h"

#include <stdlib.h>
#include <string.h>

#define FUNCTIONS_MAX	(1u << 20)	/* pieces of functions of one unit */

struct piece {
	uint64_t low, high;
	uint32_t offset;
};

/* A unit's functions, by address. */
struct dwarf_code {
	struct piece *v;
	size_t	      n, cap;
};

struct collect {
	struct dwarf_code *code;
	uint32_t	   offset;
};

void
dwarf_code_free(struct dwarf_code *c)
{
	if (c == NULL)
		return;
	free(c->v);
	free(c);
}

static bool
collect(void *arg, uint64_t low, uint64_t high)
{
	struct collect *c = arg;

	if (c->code->n >= FUNCTIONS_MAX ||
	    !vec_room(c->code->v, c->code->cap, c->code->n + 1))
		return (false);
	c->code->v[c->code->n++] = (struct piece){ low, high, c->offset };
	return (true);
}

static int
compare(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	if (x->low != y->low)
		return (x->low < y->low ? -1 : 1);
	return (x->offset < y->offset ? -1 : x->offset > y->offset);
}

static struct dwarf_code *
read_code(struct dwarf *d, const struct dwarf_cu *cu)
{
	struct dwarf_code *code;
	struct dwarf_die unit, die;
	struct collect c;
	uint32_t at;

	code = calloc(1, sizeof(*code));
	if (code == NULL)
		return (NULL);
	c.code = code;
	if (dwarf_die(d, cu->first, &unit) == OK)
		for (at = 0; dwarf_child(d, &unit, &at, &die) == OK;)
			if (die.tag == DW_TAG_subprogram) {
				c.offset = at;
				dwarf_die_each_range(d, &die, collect, &c);
			}
	if (code->n > 1)
		qsort(code->v, code->n, sizeof(*code->v), compare);
	return (code);
}

static const struct dwarf_code *
code_of(struct dwarf *d, const struct dwarf_cu *cu)
{
	_Atomic(struct dwarf_code *) *slot = &d->units[cu - d->cus].code;
	struct dwarf_code *c, *none = NULL;

	c = atomic_load(slot);
	if (c != NULL)
		return (c);
	c = read_code(d, cu);
	if (c != NULL && !atomic_compare_exchange_strong(slot, &none, c)) {
		dwarf_code_free(c);
		c = none;
	}
	return (c);
}

int
dwarf_function(struct dwarf *d, const struct dwarf_cu *cu, uint64_t pc,
    struct dwarf_die *die)
{
	const struct dwarf_code *c = code_of(d, cu);
	size_t lo, hi, mid;

	if (c == NULL)
		return (E_NOT_FOUND);
	for (lo = 0, hi = c->n; lo < hi;) {
		mid = lo + (hi - lo) / 2;
		if (c->v[mid].low <= pc)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0 || pc >= c->v[lo - 1].high)
		return (E_NOT_FOUND);
	return (dwarf_die(d, c->v[lo - 1].offset, die));
}

/*
 * The function that is inlined in this one at an address, looked for through
 * its blocks.
 */
static int
inlined_in(struct dwarf *d, const struct dwarf_die *parent, uint64_t pc,
    struct dwarf_die *ret)
{
	struct dwarf_die here = *parent, die;
	uint64_t low;
	uint32_t at;
	int i, rc;

	for (i = 0; i < DWARF_NESTING_MAX; i++) {
		for (at = 0; (rc = dwarf_child(d, &here, &at, &die)) == OK;)
			if ((die.tag == DW_TAG_inlined_subroutine ||
			    die.tag == DW_TAG_lexical_block) &&
			    dwarf_die_holds(d, &die, pc, &low))
				break;
		if (rc != OK)
			return (E_NOT_FOUND);
		if (die.tag == DW_TAG_inlined_subroutine) {
			*ret = die;
			return (OK);
		}
		here = die;
	}
	return (E_NOT_FOUND);
}

/* Where the next inner function was inlined into this one. */
static void
call_site(struct dwarf *d, const struct dwarf_die *inner,
    struct dwarf_source *ret)
{
	const struct dwarf_value file = dwarf_attr(d, inner, DW_AT_call_file);
	const struct dwarf_value line = dwarf_attr(d, inner, DW_AT_call_line);

	dwarf_file(d, inner->cu, file.v, line.v < UINT32_MAX ?
	    (uint32_t)line.v : 0, ret);
}

int
dwarf_frames(struct ctx *ctx, struct dwarf *d, uint64_t pc,
    int (*fn)(void *, struct ctx *, const struct dwarf_frame *), void *arg)
{
	const struct dwarf_cu *cu = dwarf_cu_at(d, pc);
	struct dwarf_die chain[DWARF_NESTING_MAX];
	struct dwarf_frame f;
	int n, i, rc;

	if (cu == NULL || dwarf_function(d, cu, pc, &chain[0]) != OK)
		return (E_NOT_FOUND);
	for (n = 1; n < DWARF_NESTING_MAX; n++)
		if (inlined_in(d, &chain[n - 1], pc, &chain[n]) != OK)
			break;
	for (i = n - 1, rc = 0; i >= 0 && rc == 0; i--) {
		f.function = dwarf_die_name(d, &chain[i]);
		f.entry = chain[i].offset;
		f.inlined = i > 0;
		f.low = 0;
		dwarf_die_holds(d, &chain[i], pc, &f.low);
		if (i < n - 1)
			call_site(d, &chain[i + 1], &f.source);
		else if (dwarf_line_in(d, cu, pc, &f.source) != 0)
			f.source = (struct dwarf_source){ "", "", "", 0 };
		rc = fn(arg, ctx, &f);
	}
	return (rc);
}
