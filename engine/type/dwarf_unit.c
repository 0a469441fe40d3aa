/* SPDX-License-Identifier: BSD-2-Clause */
/* A unit's own entry, the first of it: read by its forms, as few as they are. */
#include "engine/type/dwarf_scan.h"

#include <string.h>

struct unit_ranges {
	struct dwarf_worker *w;
	uint32_t	     cu;
};

static bool
take_range(void *arg, uint64_t low, uint64_t high)
{
	struct unit_ranges *u = arg;
	struct dwarf_worker *w = u->w;

	if (!vec_room(w->ranges, w->ranges_cap, w->nranges + 1)) {
		w->nomem = true;
		return (false);
	}
	w->ranges[w->nranges++] = (struct dwarf_range){ low, high, u->cu, 0 };
	return (true);
}

/* Of a unit's own entry. */
struct unit_entry {
	struct dwarf_value low, high, ranges;
	uint32_t	   ranges_base;	/* of its split unit's: DWARF 4 */
};

/* An attribute: bases of what its forms lead to, and where its code lies. */
static void
unit_attr(struct dwarf_cu *cu, uint64_t name, const struct dwarf_value *v,
    struct unit_entry *e)
{
	switch (name) {
	case DW_AT_low_pc:
		e->low = *v;
		break;
	case DW_AT_high_pc:
		e->high = *v;
		break;
	case DW_AT_ranges:
		e->ranges = *v;
		break;
	case DW_AT_str_offsets_base:
		cu->str_base = (uint32_t)v->v;
		break;
	case DW_AT_addr_base:
	case DW_AT_GNU_addr_base:
		cu->addr_base = (uint32_t)v->v;
		break;
	case DW_AT_rnglists_base:
		cu->rng_base = (uint32_t)v->v;
		break;
	case DW_AT_GNU_ranges_base:
		e->ranges_base = (uint32_t)v->v;
		break;
	case DW_AT_loclists_base:
		cu->loc_base = (uint32_t)v->v;
		break;
	case DW_AT_stmt_list:
		if (v->v < UINT32_MAX)
			cu->line = (uint32_t)v->v + 1;
		break;
	case DW_AT_GNU_dwo_id:
		cu->dwo_id = v->v;
		break;
	case DW_AT_dwo_name:
	case DW_AT_GNU_dwo_name:
		cu->type = DW_UT_skeleton;
		break;
	}
}

/*
 * The unit's own entry.  Bases are read before what needs them, wherever they
 * stand.
 */
static void
unit_entry(const struct dwarf_input *in, struct dwarf_cu *cu,
    struct unit_entry *e)
{
	const struct dwarf_bytes *ab = &in->section[DWARF_ABBREV];
	const struct dwarf_forms forms = { in, cu };
	struct dwarf_value v;
	struct bytes b, pairs;
	uint64_t code, name, form;
	int64_t implicit;
	int pass;

	memset(e, 0, sizeof(*e));
	for (pass = 0; pass < 2; pass++) {
		b = bytes_of(in->section[DWARF_INFO].p, cu->end - in->base,
		    in->be);
		bytes_seek(&b, cu->first - in->base);
		pairs = bytes_of(ab->p, ab->n, in->be);
		bytes_seek(&pairs, cu->abbrev);
		code = dwarf_uleb(&b);
		/* It has the first abbreviation of its table in practice. */
		while ((name = dwarf_uleb(&pairs)) != code && name != 0) {
			dwarf_uleb(&pairs);
			bytes_u8(&pairs);
			do {
				name = dwarf_uleb(&pairs);
				form = dwarf_uleb(&pairs);
				if (form == DW_FORM_implicit_const)
					dwarf_sleb(&pairs);
			} while ((name != 0 || form != 0) && !pairs.bad);
		}
		dwarf_uleb(&pairs);
		bytes_u8(&pairs);
		for (;;) {
			name = dwarf_uleb(&pairs);
			form = dwarf_uleb(&pairs);
			implicit = form == DW_FORM_implicit_const ?
			    dwarf_sleb(&pairs) : 0;
			if ((name == 0 && form == 0) || pairs.bad ||
			    !dwarf_form(&forms, &b, form, implicit, &v))
				break;
			unit_attr(cu, name, &v, e);
		}
		/* Without indices one pass sees it all. */
		if (cu->str_base == 0 && cu->addr_base == 0)
			break;
	}
	cu->low = e->low.class == DWARF_ADDRESS ? e->low.v : 0;
}

struct dwarf_cu *
dwarf_main_unit(const struct dwarf_scan *s, uint32_t offset)
{
	size_t lo, hi, mid;

	for (lo = 0, hi = s->ncus; lo < hi;) {
		mid = lo + (hi - lo) / 2;
		if (s->cus[mid].offset < offset)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo < s->ncus && s->cus[lo].offset == offset &&
	    s->cus[lo].part == 0 ? &s->cus[lo] : NULL);
}

/* Tables of a split file begin with a head; no attribute says so (7.3.2). */
static void
split_bases(struct dwarf_cu *cu)
{
	const uint32_t wide = cu->offset_size == 8 ? 8 : 0;

	if (cu->version < 5)
		return;
	cu->str_base = 8 + wide;
	cu->rng_base = cu->loc_base = 12 + wide;
}

/*
 * A split unit has from its skeleton what it has not itself; it is the one
 * whose code it is.
 */
void
dwarf_unit_head(struct dwarf_worker *w, struct dwarf_cu *cu)
{
	const struct dwarf_input *main = w->scan->in;
	const struct dwarf_input *in = dwarf_part_of(main, cu);
	const struct dwarf_cu *skeleton;
	struct unit_ranges u = { w, w->cu };
	struct dwarf_forms forms = { in, cu };
	struct unit_entry e;
	struct dwarf_cu linked;
	struct bytes b;
	uint64_t end;

	skeleton = in->part == DWARF_SPLIT ? dwarf_main_unit(w->scan,
	    in->skeleton) : NULL;
	if (in->part == DWARF_SPLIT && dwarf_is_type_unit(cu)) {
		/* No code, and lines that are in another table. */
		split_bases(cu);
		return;
	}
	if (skeleton != NULL) {
		/* Another thread may be at that unit: from its bytes. */
		b = bytes_of(main->section[DWARF_INFO].p,
		    main->section[DWARF_INFO].n, main->be);
		bytes_seek(&b, in->skeleton);
		(void)dwarf_cu_header(main, &b, &linked, &end);
		unit_entry(main, &linked, &e);
		cu->addr_base = linked.addr_base;
		cu->line = linked.line;
		cu->low = linked.low;
		split_bases(cu);
		if (cu->version < 5)
			cu->rng_base = e.ranges_base;
		forms = (struct dwarf_forms){ main, &linked };
	} else {
		unit_entry(in, cu, &e);
		if (cu->is_split)
			return;
	}
	dwarf_die_ranges(&forms, &e.low, &e.high, &e.ranges, cu->low,
	    take_range, &u);
}

bool
dwarf_split_id(const struct dwarf_input *in, uint64_t *id)
{
	struct bytes b = bytes_of(in->section[DWARF_INFO].p,
	    in->section[DWARF_INFO].n, in->be);
	struct dwarf_input alone = *in;
	struct unit_entry e;
	struct dwarf_cu cu;
	uint64_t end;

	for (; bytes_left(&b) > 0; bytes_seek(&b, (size_t)end)) {
		if (dwarf_cu_header(in, &b, &cu, &end) &&
		    !dwarf_is_type_unit(&cu)) {
			alone.base = 0;
			if (cu.version < 5)
				unit_entry(&alone, &cu, &e);
			*id = cu.dwo_id;
			return (true);
		}
		if (end == 0)
			break;
	}
	return (false);
}
