/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lists of ranges of code (DWARF 5, 2.17.3 and 7.25) and of what is where in
 * such ranges (7.7.3).  Before DWARF 5 they are pairs of addresses; GNU's
 * compilers write the latter for split units of DWARF 4 in a way of their own
 * (elfutils, libdw/dwarf.h: DW_LLE_GNU_*).
 */
#include "engine/type/dwarf_int.h"

#define ENTRIES_MAX	100000		/* of one list */

/* What an entry can say; the lists number it in different ways. */
enum says {
	END, BASE_INDEX, INDEX_INDEX, INDEX_LENGTH, OFFSETS, BASE, ADDRESSES,
	ADDRESS_LENGTH, EVERYWHERE, VIEWS, UNKNOWN
};

static const uint8_t range_codes[] = {
	END, BASE_INDEX, INDEX_INDEX, INDEX_LENGTH, OFFSETS, BASE, ADDRESSES,
	ADDRESS_LENGTH,
};
static const uint8_t place_codes[] = {
	END, BASE_INDEX, INDEX_INDEX, INDEX_LENGTH, OFFSETS, EVERYWHERE, BASE,
	ADDRESSES, ADDRESS_LENGTH, VIEWS,
};
static const uint8_t gnu_codes[] = {
	END, BASE_INDEX, INDEX_INDEX, INDEX_LENGTH, OFFSETS,
};

/* Its offset, or that in the table at the unit's base (7.28). */
static bool
list_offset(const struct dwarf_forms *f, enum dwarf_section which,
    const struct dwarf_value *v, uint64_t base, uint64_t *off)
{
	const struct dwarf_bytes *s = &f->in->section[which];
	const unsigned size = f->cu->offset_size;

	if (v->class == DWARF_OFFSET || v->class == DWARF_UINT) {
		*off = v->v;
		return (true);
	}
	if (v->class != DWARF_LIST_INDEX || base > s->n ||
	    v->v >= (s->n - base) / size)
		return (false);
	*off = base + load_uint(s->p + base + v->v * size, size, f->in->be);
	return (true);
}

static bool
start(struct dwarf_list *l, enum dwarf_section which, uint64_t off)
{
	const struct dwarf_bytes *s = &l->forms->in->section[which];

	if (off > s->n)
		return (false);
	l->b = bytes_of(s->p, s->n, l->forms->in->be);
	bytes_seek(&l->b, (size_t)off);
	return (true);
}

bool
dwarf_ranges_open(const struct dwarf_forms *f, const struct dwarf_value *v,
    uint64_t base, struct dwarf_list *l)
{
	uint64_t off;

	*l = (struct dwarf_list){ .forms = f, .base = base };
	if (!list_offset(f, DWARF_RNGLISTS, v, f->cu->rng_base, &off))
		return (false);
	/* A split unit's lists are a part of the linked file's. */
	if (f->cu->version < 5)
		return (start(l, DWARF_RANGES, off + f->cu->rng_base));
	l->codes = range_codes;
	l->ncodes = sizeof(range_codes);
	return (start(l, DWARF_RNGLISTS, off));
}

bool
dwarf_places_open(const struct dwarf_forms *f, const struct dwarf_value *v,
    struct dwarf_list *l)
{
	uint64_t off;

	*l = (struct dwarf_list){ .forms = f, .base = f->cu->low,
	    .has_places = true, .fixed = f->cu->version < 5 };
	if (!list_offset(f, DWARF_LOCLISTS, v, f->cu->loc_base, &off))
		return (false);
	if (f->cu->version >= 5) {
		l->codes = place_codes;
		l->ncodes = sizeof(place_codes);
	} else if (f->in->part == DWARF_SPLIT) {
		l->codes = gnu_codes;
		l->ncodes = sizeof(gnu_codes);
	}
	return (start(l, f->cu->version >= 5 ? DWARF_LOCLISTS : DWARF_LOC,
	    off));
}

/* A pair of addresses: a range, a new base, or the end. */
static enum says
read_pair(struct dwarf_list *l, uint64_t *low, uint64_t *high)
{
	const unsigned size = l->forms->cu->addr_size;

	*low = bytes_uint(&l->b, size);
	*high = bytes_uint(&l->b, size);
	if (*low == 0 && *high == 0)
		return (END);
	if (*low == (size == 4 ? UINT32_MAX : UINT64_MAX)) {
		l->base = *high;
		return (BASE);
	}
	*low += l->base;
	*high += l->base;
	return (ADDRESSES);
}

static uint64_t
length(struct dwarf_list *l)
{
	return (l->fixed ? bytes_u32(&l->b) : dwarf_uleb(&l->b));
}

static bool
indexed(struct dwarf_list *l, uint64_t *addr)
{
	return (dwarf_addr_at(l->forms, dwarf_uleb(&l->b), addr));
}

static enum says
read_entry(struct dwarf_list *l, uint64_t *low, uint64_t *high)
{
	const unsigned size = l->forms->cu->addr_size;
	const unsigned code = bytes_u8(&l->b);
	enum says says = code < l->ncodes ? (enum says)l->codes[code] : UNKNOWN;
	bool ok = true;

	*low = *high = 0;
	switch (says) {
	case BASE_INDEX:
		ok = indexed(l, &l->base);
		break;
	case INDEX_INDEX:
		ok = indexed(l, low) && indexed(l, high);
		break;
	case INDEX_LENGTH:
		ok = indexed(l, low);
		*high = *low + length(l);
		break;
	case OFFSETS:
		*low = l->base + length(l);
		*high = l->base + length(l);
		break;
	case BASE:
		l->base = bytes_uint(&l->b, size);
		break;
	case ADDRESSES:
		*low = bytes_uint(&l->b, size);
		*high = bytes_uint(&l->b, size);
		break;
	case ADDRESS_LENGTH:
		*low = bytes_uint(&l->b, size);
		*high = *low + length(l);
		break;
	case EVERYWHERE:
		*high = UINT64_MAX;
		break;
	case VIEWS:
		dwarf_uleb(&l->b);
		dwarf_uleb(&l->b);
		break;
	case END:
	case UNKNOWN:
		break;
	}
	return (ok ? says : UNKNOWN);
}

int
dwarf_list_next(struct dwarf_list *l, uint64_t *low, uint64_t *high,
    struct dwarf_value *place)
{
	enum says says;

	while (l->n++ < ENTRIES_MAX) {
		says = l->codes == NULL ? read_pair(l, low, high) :
		    read_entry(l, low, high);
		if (l->b.bad || says == UNKNOWN)
			return (E_CORRUPT);
		if (says == END)
			return (E_DONE);
		if (says == BASE || says == BASE_INDEX || says == VIEWS)
			continue;
		if (l->has_places) {
			place->n = l->fixed ? bytes_u16(&l->b) :
			    (size_t)dwarf_uleb(&l->b);
			place->p = bytes_take(&l->b, place->n);
		}
		return (l->b.bad ? E_CORRUPT : 0);
	}
	return (E_CORRUPT);
}
