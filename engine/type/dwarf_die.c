/* SPDX-License-Identifier: BSD-2-Clause */
/* Entries of .debug_info, read where they are asked for. */
#include "engine/type/dwarf_int.h"

#include <stdlib.h>
#include <string.h>

#define OVERLAP_MAX	16		/* ranges looked at for one address */

/* An index may be anybody's: units lie in the section, one after the other. */
static bool
units_fit(const struct dwarf *d)
{
	const struct dwarf_input *in;
	uint32_t last = 0;
	size_t i;

	for (i = 0; i < d->ncus; i++) {
		if (d->cus[i].offset < last || d->cus[i].first <=
		    d->cus[i].offset || d->cus[i].end < d->cus[i].first ||
		    (d->cus[i].addr_size != 4 && d->cus[i].addr_size != 8) ||
		    (d->cus[i].offset_size != 4 && d->cus[i].offset_size != 8))
			return (false);
		last = d->cus[i].end;
		if (d->cus[i].part > d->in.nmore)
			return (false);
		in = dwarf_part_of(&d->in, &d->cus[i]);
		if (d->cus[i].offset < in->base ||
		    last - in->base > in->section[DWARF_INFO].n)
			return (false);
	}
	return (true);
}

int
dwarf_open(struct ctx *ctx, const struct dwarf_input *in, const void *index,
    size_t n, struct dwarf **ret)
{
	struct dwarf *d;

	if (dwarf_index_check(in, index, n) != 0)
		return (ctx_fail(ctx, E_CORRUPT, "%s: the index is not one of "
		    "this file", in->name));
	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	d->in = *in;
	dwarf_index_attach(d, index);
	if (!units_fit(d)) {
		free(d);
		return (ctx_fail(ctx, E_CORRUPT, "%s: the index is not one of "
		    "this file", in->name));
	}
	d->units = calloc(d->ncus + 1, sizeof(*d->units));
	if (d->units == NULL) {
		free(d);
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	}
	*ret = d;
	return (0);
}

void
dwarf_close(struct dwarf *d)
{
	size_t i;

	if (d == NULL)
		return;
	for (i = 0; i < d->ncus; i++) {
		free(atomic_load(&d->units[i].abbrevs));
		dwarf_code_free(atomic_load(&d->units[i].code));
		dwarf_lines_free(atomic_load(&d->units[i].lines));
	}
	free(atomic_load(&d->cfi));
	free(atomic_load(&d->signatures));
	free(d->units);
	free(d);
}

const struct dwarf_cu *
dwarf_cu_of(const struct dwarf *d, uint32_t off)
{
	size_t lo, hi, mid;

	for (lo = 0, hi = d->ncus; lo < hi;) {
		mid = lo + (hi - lo) / 2;
		if (d->cus[mid].end <= off)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo < d->ncus && d->cus[lo].first <= off ? &d->cus[lo] : NULL);
}

const struct dwarf_cu *
dwarf_cu_at(const struct dwarf *d, uint64_t pc)
{
	const struct dwarf_range *r = d->ranges;
	size_t lo, hi, mid, i;

	for (lo = 0, hi = d->nranges; lo < hi;) {
		mid = lo + (hi - lo) / 2;
		if (r[mid].low <= pc)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (i = 0; i < OVERLAP_MAX && lo > i; i++)
		if (pc < r[lo - i - 1].high && r[lo - i - 1].cu < d->ncus)
			return (&d->cus[r[lo - i - 1].cu]);
	return (NULL);
}

/* The bytes of a unit, from an offset on; offset_of() is the way back. */
static struct bytes
unit_bytes(const struct dwarf *d, const struct dwarf_cu *cu, uint32_t off)
{
	const struct dwarf_input *in = dwarf_part_of(&d->in, cu);
	struct bytes b;

	b = bytes_of(in->section[DWARF_INFO].p, cu->end - in->base, in->be);
	bytes_seek(&b, off - in->base);
	return (b);
}

static uint32_t
offset_of(const struct dwarf *d, const struct dwarf_cu *cu,
    const struct bytes *b)
{
	return ((uint32_t)b->pos + dwarf_part_of(&d->in, cu)->base);
}

static struct bytes
abbrev_bytes(const struct dwarf *d, const struct dwarf_cu *cu, uint32_t off)
{
	const struct dwarf_input *in = dwarf_part_of(&d->in, cu);
	const struct dwarf_bytes *s = &in->section[DWARF_ABBREV];
	struct bytes b;

	b = bytes_of(s->p, s->n, in->be);
	bytes_seek(&b, off);
	return (b);
}

static const struct dwarf_abbrevs *
abbrevs(struct dwarf *d, const struct dwarf_cu *cu)
{
	_Atomic(struct dwarf_abbrevs *) *slot = &d->units[cu - d->cus].abbrevs;
	struct dwarf_abbrevs *t, *none = NULL;

	t = atomic_load(slot);
	if (t != NULL)
		return (t);
	t = dwarf_abbrevs_read(&dwarf_part_of(&d->in, cu)->
	    section[DWARF_ABBREV], cu->abbrev, d->in.be);
	if (t != NULL && !atomic_compare_exchange_strong(slot, &none, t)) {
		free(t);		/* another thread was faster */
		t = none;
	}
	return (t);
}

static int
die_in(struct dwarf *d, const struct dwarf_cu *cu, uint32_t off,
    struct dwarf_die *die)
{
	const struct dwarf_abbrevs *t = abbrevs(d, cu);
	struct bytes b, a;
	uint64_t code;

	if (t == NULL || off < cu->first || off >= cu->end)
		return (E_CORRUPT);
	b = unit_bytes(d, cu, off);
	code = dwarf_uleb(&b);
	if (code == 0)
		return (b.bad ? E_CORRUPT : E_DONE);
	if (b.bad || code >= t->n || t->at[code] == 0)
		return (E_CORRUPT);
	a = abbrev_bytes(d, cu, t->at[code] - 1);
	die->cu = cu;
	die->offset = off;
	die->attrs = offset_of(d, cu, &b);
	die->tag = (uint16_t)dwarf_uleb(&a);
	die->has_children = bytes_u8(&a) != 0;
	die->abbrev = (uint32_t)a.pos;
	return (a.bad ? E_CORRUPT : OK);
}

int
dwarf_die(struct dwarf *d, uint32_t off, struct dwarf_die *die)
{
	const struct dwarf_cu *cu = dwarf_cu_of(d, off);

	return (cu == NULL ? E_CORRUPT : die_in(d, cu, off, die));
}

/* Type units by their signatures (7.32), ascending. */
struct signature {
	uint64_t id;
	uint32_t type_at;
};

struct dwarf_signatures {
	size_t	 n;
	struct signature v[];
};

static int
signature_compare(const void *a, const void *b)
{
	const struct signature *x = a, *y = b;

	return (x->id < y->id ? -1 : x->id > y->id);
}

static const struct dwarf_signatures *
signatures(struct dwarf *d)
{
	struct dwarf_signatures *t, *none = NULL;
	size_t i, n;

	t = atomic_load(&d->signatures);
	if (t != NULL)
		return (t);
	for (i = 0, n = 0; i < d->ncus; i++)
		n += d->cus[i].type_at != 0;
	t = malloc(sizeof(*t) + n * sizeof(t->v[0]));
	if (t == NULL)
		return (NULL);
	for (i = 0, t->n = 0; i < d->ncus; i++)
		if (d->cus[i].type_at != 0)
			t->v[t->n++] = (struct signature){ d->cus[i].dwo_id,
			    d->cus[i].type_at };
	if (t->n > 1)
		qsort(t->v, t->n, sizeof(t->v[0]), signature_compare);
	if (!atomic_compare_exchange_strong(&d->signatures, &none, t)) {
		free(t);		/* another thread was faster */
		t = none;
	}
	return (t);
}

/* A reference by signature becomes one by offset, where that unit is there. */
static void
find_signature(struct dwarf *d, struct dwarf_value *v)
{
	const struct dwarf_signatures *t = signatures(d);
	const struct signature key = { .id = v->v }, *s;

	s = t == NULL || t->n == 0 ? NULL : bsearch(&key, t->v, t->n,
	    sizeof(t->v[0]), signature_compare);
	if (s != NULL) {
		v->class = DWARF_REF;
		v->v = s->type_at;
	}
}

struct dwarf_value
dwarf_attr(struct dwarf *d, const struct dwarf_die *die, unsigned at)
{
	const struct dwarf_forms forms = { dwarf_part_of(&d->in, die->cu),
	    die->cu };
	const struct dwarf_value none = { .class = DWARF_NONE };
	struct bytes b = unit_bytes(d, die->cu, die->attrs);
	struct bytes a = abbrev_bytes(d, die->cu, die->abbrev);
	struct dwarf_value v;
	uint64_t name, form;
	int64_t implicit;

	for (;;) {
		name = dwarf_uleb(&a);
		form = dwarf_uleb(&a);
		implicit = form == DW_FORM_implicit_const ? dwarf_sleb(&a) : 0;
		if (a.bad || (name == 0 && form == 0))
			return (none);
		if (name == at) {
			if (!dwarf_form(&forms, &b, form, implicit, &v))
				return (none);
			if (v.form == DW_FORM_ref_sig8)
				find_signature(d, &v);
			return (v);
		}
		if (!dwarf_skip(die->cu, &b, form))
			return (none);
	}
}

/* Behind the entry's values; *sibling is what it notes of it, or 0. */
static uint32_t
after(struct dwarf *d, const struct dwarf_die *die, uint32_t *sibling)
{
	const struct dwarf_forms forms = { dwarf_part_of(&d->in, die->cu),
	    die->cu };
	struct bytes b = unit_bytes(d, die->cu, die->attrs);
	struct bytes a = abbrev_bytes(d, die->cu, die->abbrev);
	struct dwarf_value v;
	uint64_t name, form;

	*sibling = 0;
	for (;;) {
		name = dwarf_uleb(&a);
		form = dwarf_uleb(&a);
		if (form == DW_FORM_implicit_const)
			dwarf_sleb(&a);
		if (a.bad)
			return (0);
		if (name == 0 && form == 0)
			return (offset_of(d, die->cu, &b));
		if (name != DW_AT_sibling) {
			if (!dwarf_skip(die->cu, &b, form))
				return (0);
			continue;
		}
		if (!dwarf_form(&forms, &b, form, 0, &v))
			return (0);
		if (v.class == DWARF_REF && v.v > die->offset &&
		    v.v <= die->cu->end)
			*sibling = (uint32_t)v.v;
	}
}

uint32_t
dwarf_next(struct dwarf *d, const struct dwarf_die *die)
{
	struct dwarf_die inner;
	uint32_t at, sibling, depth;
	int rc;

	at = after(d, die, &sibling);
	if (at == 0 || !die->has_children)
		return (at);
	if (sibling >= at)
		return (sibling);
	for (depth = 1; depth > 0 && at != 0;) {
		rc = die_in(d, die->cu, at, &inner);
		if (rc == E_DONE) {
			at++;
			depth--;
			continue;
		}
		if (rc != OK)
			return (0);
		at = after(d, &inner, &sibling);
		if (at == 0 || !inner.has_children)
			continue;
		if (sibling >= at)
			at = sibling;
		else
			depth++;
	}
	return (at);
}

int
dwarf_child(struct dwarf *d, const struct dwarf_die *parent, uint32_t *at,
    struct dwarf_die *child)
{
	uint32_t sibling;

	if (*at != 0)
		*at = dwarf_next(d, child);
	else if (!parent->has_children)
		return (E_DONE);
	else
		*at = after(d, parent, &sibling);
	/* A unit may end without the null entries that would close it. */
	if (*at == parent->cu->end)
		return (E_DONE);
	return (*at == 0 ? E_CORRUPT : die_in(d, parent->cu, *at, child));
}

int
dwarf_ref(struct dwarf *d, const struct dwarf_value *v, struct dwarf_die *die)
{
	int rc;

	if (v->class != DWARF_REF || v->v > UINT32_MAX)
		return (E_NOT_FOUND);
	rc = dwarf_die(d, (uint32_t)v->v, die);
	return (rc == E_DONE ? E_CORRUPT : rc);
}

struct dwarf_value
dwarf_attr_deep(struct dwarf *d, const struct dwarf_die *die, unsigned at)
{
	struct dwarf_die here = *die;
	struct dwarf_value v, link;
	int i;

	for (i = 0; i < DWARF_REFS_MAX; i++) {
		v = dwarf_attr(d, &here, at);
		if (v.class != DWARF_NONE)
			return (v);
		link = dwarf_attr(d, &here, DW_AT_abstract_origin);
		if (link.class == DWARF_NONE)
			link = dwarf_attr(d, &here, DW_AT_specification);
		if (dwarf_ref(d, &link, &here) != 0)
			break;
	}
	return ((struct dwarf_value){ .class = DWARF_NONE });
}

const char *
dwarf_die_name(struct dwarf *d, const struct dwarf_die *die)
{
	const struct dwarf_value v = dwarf_attr_deep(d, die, DW_AT_name);

	return (v.class == DWARF_STRING ? (const char *)v.p : "");
}

bool
dwarf_die_each_range(struct dwarf *d, const struct dwarf_die *die,
    bool (*fn)(void *, uint64_t, uint64_t), void *arg)
{
	const struct dwarf_forms forms = { dwarf_part_of(&d->in, die->cu),
	    die->cu };
	const struct dwarf_value low = dwarf_attr(d, die, DW_AT_low_pc);
	const struct dwarf_value high = dwarf_attr(d, die, DW_AT_high_pc);
	const struct dwarf_value ranges = dwarf_attr(d, die, DW_AT_ranges);

	return (dwarf_die_ranges(&forms, &low, &high, &ranges, die->cu->low,
	    fn, arg));
}

struct holds {
	uint64_t pc, low;
	bool	 found, any;
};

static bool
hold(void *arg, uint64_t low, uint64_t high)
{
	struct holds *h = arg;

	if (!h->any)
		h->low = low;
	h->any = true;
	h->found |= low <= h->pc && h->pc < high;
	return (!h->found);
}

bool
dwarf_die_holds(struct dwarf *d, const struct dwarf_die *die, uint64_t pc,
    uint64_t *low)
{
	struct holds h = { .pc = pc };

	dwarf_die_each_range(d, die, hold, &h);
	*low = h.low;
	return (h.found);
}

int
dwarf_skeletons(struct ctx *ctx, struct dwarf *d,
    int (*fn)(void *, struct ctx *, const struct dwarf_skeleton *), void *arg)
{
	struct dwarf_skeleton s;
	struct dwarf_value name, dir;
	struct dwarf_die die;
	size_t i;
	int rc;

	for (i = 0, rc = 0; i < d->ncus && rc == 0; i++) {
		if (d->cus[i].type != DW_UT_skeleton || d->cus[i].part != 0 ||
		    dwarf_die(d, d->cus[i].first, &die) != OK)
			continue;
		name = dwarf_attr(d, &die, DW_AT_dwo_name);
		if (name.class == DWARF_NONE)
			name = dwarf_attr(d, &die, DW_AT_GNU_dwo_name);
		dir = dwarf_attr(d, &die, DW_AT_comp_dir);
		if (name.class != DWARF_STRING)
			continue;
		s.offset = d->cus[i].offset;
		s.id = d->cus[i].dwo_id;
		s.name = (const char *)name.p;
		s.dir = dir.class == DWARF_STRING ? (const char *)dir.p : "";
		rc = fn(arg, ctx, &s);
	}
	return (rc);
}
