/* SPDX-License-Identifier: BSD-2-Clause */
/* DWARF's encodings: numbers, unit headers, forms, abbreviations, ranges. */
#include "engine/type/dwarf_int.h"

#include <stdlib.h>
#include <string.h>


uint64_t
dwarf_uleb(struct bytes *b)
{
	uint64_t v;
	unsigned shift;
	uint8_t c;

	for (v = 0, shift = 0;; shift += 7) {
		c = bytes_u8(b);
		if (shift < 64)
			v |= (uint64_t)(c & 0x7f) << shift;
		if ((c & 0x80) == 0 || b->bad)
			return (v);
	}
}

int64_t
dwarf_sleb(struct bytes *b)
{
	uint64_t v;
	unsigned shift;
	uint8_t c;

	for (v = 0, shift = 0;; shift += 7) {
		c = bytes_u8(b);
		if (shift < 64)
			v |= (uint64_t)(c & 0x7f) << shift;
		if ((c & 0x80) != 0 && !b->bad)
			continue;
		if (shift + 7 < 64 && (c & 0x40) != 0)
			v |= ~UINT64_C(0) << (shift + 7);
		return ((int64_t)v);
	}
}

const char *
dwarf_cstr(struct bytes *b)
{
	const char *s = (const char *)b->p + b->pos;
	const char *end;

	end = b->bad ? NULL : memchr(s, '\0', b->len - b->pos);
	if (end == NULL) {
		b->bad = true;
		return (NULL);
	}
	b->pos += (size_t)(end - s) + 1;
	return (s);
}

bool
dwarf_cu_header(const struct dwarf_input *in, struct bytes *b,
    struct dwarf_cu *cu, uint64_t *end)
{
	const size_t start = b->pos;
	uint64_t length, abbrev, type_at = 0;

	*end = 0;
	*cu = (struct dwarf_cu){ .offset = (uint32_t)start, .offset_size = 4 };
	length = bytes_u32(b);
	if (length == 0xffffffff) {
		cu->offset_size = 8;
		length = bytes_u64(b);
	} else if (length >= 0xfffffff0)
		return (false);
	if (b->bad || length == 0 || length > bytes_left(b))
		return (false);
	*end = b->pos + length;
	cu->end = (uint32_t)*end;	/* the caller adds where its part begins */
	cu->version = (uint8_t)bytes_u16(b);
	if (cu->version < 2 || cu->version > 5)
		return (false);
	if (cu->version == 5) {
		cu->type = bytes_u8(b);
		cu->addr_size = bytes_u8(b);
		abbrev = bytes_uint(b, cu->offset_size);
		if (cu->type == DW_UT_skeleton || cu->type == DW_UT_split_compile)
			cu->dwo_id = bytes_u64(b);
	} else {
		cu->type = !in->types ? DW_UT_compile :
		    in->part == DWARF_SPLIT ? DW_UT_split_type : DW_UT_type;
		abbrev = bytes_uint(b, cu->offset_size);
		cu->addr_size = bytes_u8(b);
	}
	if (dwarf_is_type_unit(cu)) {
		cu->dwo_id = bytes_u64(b);
		type_at = bytes_uint(b, cu->offset_size);
	}
	if (b->bad || b->pos > *end || abbrev > UINT32_MAX ||
	    cu->addr_size != in->addr_size || type_at >= *end - start)
		return (false);
	if (dwarf_is_type_unit(cu))
		cu->type_at = (uint32_t)(start + type_at);
	cu->abbrev = (uint32_t)abbrev;
	cu->first = (uint32_t)b->pos;
	return (true);
}

int
dwarf_form_size(const struct dwarf_cu *cu, uint64_t form)
{
	switch (form) {
	case DW_FORM_flag_present:
	case DW_FORM_implicit_const:
		return (0);
	case DW_FORM_data1:
	case DW_FORM_ref1:
	case DW_FORM_flag:
	case DW_FORM_strx1:
	case DW_FORM_addrx1:
		return (1);
	case DW_FORM_data2:
	case DW_FORM_ref2:
	case DW_FORM_strx2:
	case DW_FORM_addrx2:
		return (2);
	case DW_FORM_strx3:
	case DW_FORM_addrx3:
		return (3);
	case DW_FORM_data4:
	case DW_FORM_ref4:
	case DW_FORM_strx4:
	case DW_FORM_addrx4:
	case DW_FORM_ref_sup4:
		return (4);
	case DW_FORM_data8:
	case DW_FORM_ref8:
	case DW_FORM_ref_sig8:
	case DW_FORM_ref_sup8:
		return (8);
	case DW_FORM_data16:
		return (16);
	case DW_FORM_addr:
		return (cu->addr_size);
	case DW_FORM_ref_addr:
		return (cu->version <= 2 ? cu->addr_size : cu->offset_size);
	case DW_FORM_strp:
	case DW_FORM_line_strp:
	case DW_FORM_sec_offset:
	case DW_FORM_strp_sup:
	case DW_FORM_GNU_ref_alt:
	case DW_FORM_GNU_strp_alt:
		return (cu->offset_size);
	default:
		return (-1);
	}
}

bool
dwarf_skip(const struct dwarf_cu *cu, struct bytes *b, uint64_t form)
{
	int size;

	if (form == DW_FORM_indirect) {
		form = dwarf_uleb(b);
		if (form == DW_FORM_indirect || form == DW_FORM_implicit_const)
			return (false);
	}
	size = dwarf_form_size(cu, form);
	if (size >= 0) {
		bytes_skip(b, (size_t)size);
		return (!b->bad);
	}
	switch (form) {
	case DW_FORM_block1:
		bytes_skip(b, bytes_u8(b));
		break;
	case DW_FORM_block2:
		bytes_skip(b, bytes_u16(b));
		break;
	case DW_FORM_block4:
		bytes_skip(b, bytes_u32(b));
		break;
	case DW_FORM_block:
	case DW_FORM_exprloc:
		bytes_skip(b, (size_t)dwarf_uleb(b));
		break;
	case DW_FORM_string:
		dwarf_cstr(b);
		break;
	case DW_FORM_sdata:
	case DW_FORM_udata:
	case DW_FORM_ref_udata:
	case DW_FORM_strx:
	case DW_FORM_addrx:
	case DW_FORM_loclistx:
	case DW_FORM_rnglistx:
	case DW_FORM_GNU_addr_index:
	case DW_FORM_GNU_str_index:
		dwarf_uleb(b);
		break;
	default:
		return (false);
	}
	return (!b->bad);
}

const char *
dwarf_string_at(const struct dwarf_bytes *s, uint64_t off)
{
	if (off >= s->n || memchr(s->p + off, '\0', s->n - (size_t)off) == NULL)
		return (NULL);
	return ((const char *)s->p + off);
}

bool
dwarf_addr_at(const struct dwarf_forms *f, uint64_t i, uint64_t *ret)
{
	const struct dwarf_bytes *s = &f->in->section[DWARF_ADDR];
	const unsigned size = f->cu->addr_size;

	if (i >= s->n / size || f->cu->addr_base > s->n - i * size ||
	    s->n - i * size - f->cu->addr_base < size)
		return (false);
	*ret = load_uint(s->p + f->cu->addr_base + i * size, size, f->in->be);
	return (true);
}

/* Element i of .debug_str_offsets (7.26). */
static const char *
string_index(const struct dwarf_forms *f, uint64_t i)
{
	const struct dwarf_bytes *s = &f->in->section[DWARF_STR_OFFSETS];
	const unsigned size = f->cu->offset_size;

	if (i >= s->n / size || f->cu->str_base > s->n - i * size ||
	    s->n - i * size - f->cu->str_base < size)
		return (NULL);
	return (dwarf_string_at(&f->in->section[DWARF_STR],
	    load_uint(s->p + f->cu->str_base + i * size, size, f->in->be)));
}

static uint64_t
three(struct bytes *b)
{
	uint64_t x, y, z;

	x = bytes_u8(b);
	y = bytes_u8(b);
	z = bytes_u8(b);
	return (b->be ? x << 16 | y << 8 | z : z << 16 | y << 8 | x);
}

static void
block(struct bytes *b, uint64_t n, struct dwarf_value *v)
{
	v->class = DWARF_BLOCK;
	v->n = n > SIZE_MAX ? SIZE_MAX : (size_t)n;
	v->p = bytes_take(b, v->n);
}

/* A string: damaged offsets give none, but the entry can be read on. */
static void
string(struct dwarf_value *v, const char *s)
{
	v->class = s != NULL ? DWARF_STRING : DWARF_NONE;
	v->p = (const uint8_t *)s;
}

static void
address_index(const struct dwarf_forms *f, struct dwarf_value *v, uint64_t i)
{
	v->class = dwarf_addr_at(f, i, &v->v) ? DWARF_ADDRESS : DWARF_NONE;
}

bool
dwarf_form(const struct dwarf_forms *f, struct bytes *b, uint64_t form,
    int64_t implicit, struct dwarf_value *v)
{
	const struct dwarf_cu *cu = f->cu;
	int size;

	if (form == DW_FORM_indirect) {
		form = dwarf_uleb(b);
		if (form == DW_FORM_indirect || form == DW_FORM_implicit_const)
			return (false);
	}
	*v = (struct dwarf_value){ .class = DWARF_UINT, .form = (unsigned)form };
	size = dwarf_form_size(cu, form);
	if (size > 0 && size <= 8 && size != 3)
		v->v = bytes_uint(b, (unsigned)size);
	switch (form) {
	case DW_FORM_data1:
	case DW_FORM_data2:
	case DW_FORM_data4:
	case DW_FORM_data8:
	case DW_FORM_flag:
		break;
	case DW_FORM_flag_present:
		v->v = 1;
		break;
	case DW_FORM_implicit_const:
		v->class = DWARF_SINT;
		v->v = (uint64_t)implicit;
		break;
	case DW_FORM_udata:
		v->v = dwarf_uleb(b);
		break;
	case DW_FORM_sdata:
		v->class = DWARF_SINT;
		v->v = (uint64_t)dwarf_sleb(b);
		break;
	case DW_FORM_addr:
		v->class = DWARF_ADDRESS;
		break;
	case DW_FORM_addrx1:
	case DW_FORM_addrx2:
	case DW_FORM_addrx4:
		address_index(f, v, v->v);
		break;
	case DW_FORM_addrx3:
		address_index(f, v, three(b));
		break;
	case DW_FORM_addrx:
	case DW_FORM_GNU_addr_index:
		address_index(f, v, dwarf_uleb(b));
		break;
	case DW_FORM_ref_udata:
	case DW_FORM_ref1:
	case DW_FORM_ref2:
	case DW_FORM_ref4:
	case DW_FORM_ref8:
		if (form == DW_FORM_ref_udata)
			v->v = dwarf_uleb(b);
		v->class = v->v < cu->end - cu->offset ? DWARF_REF : DWARF_NONE;
		v->v += cu->offset;
		break;
	case DW_FORM_ref_addr:
		v->class = DWARF_REF;
		/* Always into .debug_info. */
		v->v += f->in->types ? 0 : f->in->base;
		break;
	case DW_FORM_sec_offset:
		v->class = DWARF_OFFSET;
		break;
	case DW_FORM_loclistx:
	case DW_FORM_rnglistx:
		v->class = DWARF_LIST_INDEX;
		v->v = dwarf_uleb(b);
		break;
	case DW_FORM_string:
		string(v, dwarf_cstr(b));
		break;
	case DW_FORM_strp:
		string(v, dwarf_string_at(&f->in->section[DWARF_STR], v->v));
		break;
	case DW_FORM_line_strp:
		string(v, dwarf_string_at(&f->in->section[DWARF_LINE_STR],
		    v->v));
		break;
	case DW_FORM_strx1:
	case DW_FORM_strx2:
	case DW_FORM_strx4:
		string(v, string_index(f, v->v));
		break;
	case DW_FORM_strx3:
		string(v, string_index(f, three(b)));
		break;
	case DW_FORM_strx:
	case DW_FORM_GNU_str_index:
		string(v, string_index(f, dwarf_uleb(b)));
		break;
	case DW_FORM_block1:
		block(b, bytes_u8(b), v);
		break;
	case DW_FORM_block2:
		block(b, bytes_u16(b), v);
		break;
	case DW_FORM_block4:
		block(b, bytes_u32(b), v);
		break;
	case DW_FORM_block:
	case DW_FORM_exprloc:
		block(b, dwarf_uleb(b), v);
		break;
	case DW_FORM_data16:
		block(b, 16, v);
		break;
	case DW_FORM_ref_sup4:
	case DW_FORM_ref_sup8:
	case DW_FORM_GNU_ref_alt:
		v->class = DWARF_ELSEWHERE;
		if (f->in->shared != NULL &&
		    v->v < f->in->shared->section[DWARF_INFO].n) {
			v->class = DWARF_REF;
			v->v += f->in->shared->base;
		}
		break;
	case DW_FORM_strp_sup:
	case DW_FORM_GNU_strp_alt:
		string(v, f->in->shared == NULL ? NULL : dwarf_string_at(
		    &f->in->shared->section[DWARF_STR], v->v));
		break;
	case DW_FORM_ref_sig8:
		v->class = DWARF_ELSEWHERE;
		break;
	default:
		return (false);
	}
	return (!b->bad);
}

struct dwarf_abbrevs *
dwarf_abbrevs_read(const struct dwarf_bytes *s, uint32_t off, bool be)
{
	struct dwarf_abbrevs *t, *bigger;
	struct bytes b = bytes_of(s->p, s->n, be);
	uint64_t code, name, form;
	uint32_t cap, want, at;

	cap = 256;
	t = calloc(1, sizeof(*t) + cap * sizeof(t->at[0]));
	if (t == NULL)
		return (NULL);
	bytes_seek(&b, off);
	for (;;) {
		code = dwarf_uleb(&b);
		if (code == 0 || b.bad || code >= DWARF_CODES_MAX)
			break;
		if (code >= cap) {
			for (want = cap; want <= code; want *= 2)
				;
			bigger = realloc(t, sizeof(*t) +
			    want * sizeof(t->at[0]));
			if (bigger == NULL)
				break;
			t = bigger;
			memset(t->at + cap, 0, (want - cap) * sizeof(t->at[0]));
			cap = want;
		}
		at = (uint32_t)b.pos;
		dwarf_uleb(&b);			/* tag */
		bytes_u8(&b);			/* children */
		do {
			name = dwarf_uleb(&b);
			form = dwarf_uleb(&b);
			if (form == DW_FORM_implicit_const)
				dwarf_sleb(&b);
		} while ((name != 0 || form != 0) && !b.bad);
		if (b.bad)
			break;
		if (t->at[code] == 0)
			t->at[code] = at + 1;
		if (code >= t->n)
			t->n = (uint32_t)code + 1;
	}
	if (code != 0 || b.bad) {
		free(t);
		return (NULL);
	}
	return (t);
}

bool
dwarf_die_ranges(const struct dwarf_forms *f, const struct dwarf_value *low,
    const struct dwarf_value *high, const struct dwarf_value *ranges,
    uint64_t base, bool (*fn)(void *, uint64_t, uint64_t), void *arg)
{
	struct dwarf_list list;
	uint64_t from, end;
	int rc;

	if (ranges->class != DWARF_NONE) {
		if (!dwarf_ranges_open(f, ranges, base, &list))
			return (false);
		while ((rc = dwarf_list_next(&list, &from, &end, NULL)) == 0)
			if (from < end && !fn(arg, from, end))
				return (true);
		return (rc == E_DONE);
	}
	if (low->class != DWARF_ADDRESS)
		return (true);
	if (high->class == DWARF_ADDRESS)
		end = high->v;
	else if ((high->class != DWARF_UINT && high->class != DWARF_SINT) ||
	    !add_ok(low->v, high->v, &end))
		return (true);
	if (low->v < end)
		fn(arg, low->v, end);
	return (true);
}
