/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The quick pass.  What stands on the top level of a unit is looked at, with
 * the enumerators of its enums; the rest is leapt over by the siblings that
 * compilers note, or walked over where there are none.
 *
 * Each abbreviation becomes a short program of "so many bytes further" and
 * "here is the name".  A unit repeats what the headers say, hundreds of times
 * in a kernel: an entry of the same kind, name, size and line counts once.
 */
#include "engine/type/dwarf_scan.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define THREADS_MAX	16
#define CHUNK		(UINT32_C(1) << 20)	/* bytes that a thread takes at once */
#define HEADERS		(UINT32_C(16) << 20)	/* bytes between two looks back */
#define UNITS_MAX	(UINT32_C(1) << 22)
#define FOUND_MAX	(UINT32_C(1) << 26)
#define PROGRAM_MAX	64			/* then all of it the slow way */

enum op {
	OP_END = 0,
	OP_SKIP_MAX = 0xe0,		/* 1 to this: so many bytes */
	OP_ULEB, OP_STRING, OP_BLOCK1, OP_BLOCK,
	OP_NAME_STRP, OP_NAME_STRING, OP_SIBLING4,
	OP_KEY1, OP_KEY2,
	OP_FORM,			/* slot, form (2 bytes): dwarf_form() */
};

/* What OP_FORM is for. */
enum slot { SLOT_SKIP, SLOT_NAME, SLOT_SIBLING, SLOT_KEY, SLOT_DEAD, SLOT_SPEC };

struct scan_abbrev {
	uint16_t tag;			/* 0: there is no such abbreviation */
	uint8_t	 what;			/* enum type_names, or WHAT_* */
	bool	 has_children;
	bool	 dead;			/* declared only, or without a name */
	uint32_t key;			/* of its tag and constants */
	uint32_t program;		/* in ops */
};

enum { WHAT_ENUM = TYPE_NAMES_COUNT, WHAT_SPACE, WHAT_NOTHING };

struct scan_table {
	struct scan_abbrev *v;
	size_t		 n, cap;
	uint8_t		*ops;
	size_t		 nops, ops_cap;
	uint32_t	 offset;	/* of what it was made from */
	uint32_t	 part;
	uint8_t		 version, offset_size;
	bool		 valid;
};

static uint8_t
what_of(uint64_t tag)
{
	switch (tag) {
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
	case DW_TAG_union_type:
	case DW_TAG_typedef:
	case DW_TAG_base_type:
		return (TYPE_NAMES);
	case DW_TAG_enumeration_type:
		return (WHAT_ENUM);
	case DW_TAG_enumerator:
		return (TYPE_ENUMERATORS);
	case DW_TAG_subprogram:
	case DW_TAG_variable:
		return (TYPE_OBJECTS);
	case DW_TAG_namespace:
		return (WHAT_SPACE);
	default:
		return (WHAT_NOTHING);
	}
}

static void
op(struct scan_table *t, unsigned code)
{
	if (t->nops < t->ops_cap ||
	    vec_room(t->ops, t->ops_cap, t->nops + 1))
		t->ops[t->nops++] = (uint8_t)code;
	else
		t->valid = false;
}

static void
op_form(struct scan_table *t, enum slot slot, uint64_t form)
{
	op(t, OP_FORM);
	op(t, slot);
	op(t, form & 0xff);
	op(t, form >> 8 & 0xff);
}

static void
op_skip(struct scan_table *t, unsigned *pending)
{
	for (; *pending > OP_SKIP_MAX; *pending -= OP_SKIP_MAX)
		op(t, OP_SKIP_MAX);
	if (*pending > 0)
		op(t, *pending);
	*pending = 0;
}

static bool
is_const(uint64_t form)
{
	return (form == DW_FORM_data1 || form == DW_FORM_data2 ||
	    form == DW_FORM_data4 || form == DW_FORM_udata ||
	    form == DW_FORM_sdata);
}

/* What an attribute is wanted for; *fast: its op, where there is one. */
static enum slot
slot_of(const struct scan_abbrev *a, uint64_t name, uint64_t form,
    const struct dwarf_cu *cu, unsigned *fast)
{
	*fast = OP_END;
	if (name == DW_AT_sibling) {
		if (form == DW_FORM_ref4)
			*fast = OP_SIBLING4;
		return (SLOT_SIBLING);
	}
	if (a->what >= WHAT_SPACE)
		return (SLOT_SKIP);
	switch (name) {
	case DW_AT_name:
		/* Equal offsets are equal names: in the main file's. */
		if (form == DW_FORM_strp && cu->offset_size == 4 &&
		    cu->part == 0)
			*fast = OP_NAME_STRP;
		else if (form == DW_FORM_string)
			*fast = OP_NAME_STRING;
		return (SLOT_NAME);
	case DW_AT_byte_size:
	case DW_AT_decl_line:
		if (!is_const(form))
			return (SLOT_SKIP);
		*fast = form == DW_FORM_data1 ? OP_KEY1 :
		    form == DW_FORM_data2 ? OP_KEY2 : OP_END;
		return (SLOT_KEY);
	case DW_AT_declaration:
		return (SLOT_DEAD);
	case DW_AT_specification:
		return (SLOT_SPEC);
	default:
		return (SLOT_SKIP);
	}
}

static void
compile_attr(struct scan_table *t, const struct dwarf_cu *cu,
    struct scan_abbrev *a, uint64_t name, uint64_t form, int64_t implicit,
    unsigned *pending)
{
	enum slot slot;
	unsigned fast;
	int size;

	slot = slot_of(a, name, form, cu, &fast);
	if (form == DW_FORM_implicit_const) {
		if (slot == SLOT_KEY)
			a->key = a->key * 31 + (uint32_t)implicit;
		return;
	}
	if (slot == SLOT_DEAD && form == DW_FORM_flag_present) {
		a->dead = true;
		return;
	}
	size = dwarf_form_size(cu, form);
	if (slot == SLOT_SKIP && size >= 0) {
		*pending += (unsigned)size;
		return;
	}
	op_skip(t, pending);
	if (fast != OP_END)
		op(t, fast);
	else if (slot != SLOT_SKIP)
		op_form(t, slot, form);
	else if (form == DW_FORM_udata || form == DW_FORM_sdata)
		op(t, OP_ULEB);
	else if (form == DW_FORM_string)
		op(t, OP_STRING);
	else if (form == DW_FORM_block1)
		op(t, OP_BLOCK1);
	else if (form == DW_FORM_block || form == DW_FORM_exprloc)
		op(t, OP_BLOCK);
	else
		op_form(t, SLOT_SKIP, form);
}

static bool
compile(const struct dwarf_input *main, const struct dwarf_cu *cu,
    struct scan_table *t)
{
	const struct dwarf_input *in = dwarf_part_of(main, cu);
	const struct dwarf_bytes *s = &in->section[DWARF_ABBREV];
	struct bytes b = bytes_of(s->p, s->n, in->be);
	struct scan_abbrev a;
	uint64_t code, name, form;
	unsigned pending;
	int64_t implicit;
	size_t old;

	if (t->valid && t->offset == cu->abbrev && t->part == cu->part &&
	    t->version == cu->version &&
	    t->offset_size == cu->offset_size)
		return (true);
	t->offset = cu->abbrev;
	t->part = cu->part;
	t->version = cu->version;
	t->offset_size = cu->offset_size;
	t->valid = true;
	t->nops = t->n = 0;
	bytes_seek(&b, cu->abbrev);
	while (t->valid && (code = dwarf_uleb(&b)) != 0) {
		if (b.bad || code >= DWARF_CODES_MAX)
			return (t->valid = false);
		if (code >= t->n) {
			if (!vec_room(t->v, t->cap, (size_t)code + 1))
				return (t->valid = false);
			old = t->n;
			t->n = (size_t)code + 1;
			memset(t->v + old, 0, (t->n - old) * sizeof(*t->v));
		}
		a = (struct scan_abbrev){ .program = (uint32_t)t->nops };
		a.tag = (uint16_t)dwarf_uleb(&b);
		a.what = what_of(a.tag);
		a.has_children = bytes_u8(&b) != 0;
		a.key = a.tag;
		pending = 0;
		for (;;) {
			name = dwarf_uleb(&b);
			form = dwarf_uleb(&b);
			implicit = form == DW_FORM_implicit_const ?
			    dwarf_sleb(&b) : 0;
			if ((name == 0 && form == 0) || b.bad ||
			    pending > 65536)
				break;
			compile_attr(t, cu, &a, name, form, implicit, &pending);
		}
		op_skip(t, &pending);
		op(t, OP_END);
		if (b.bad)
			return (t->valid = false);
		if (t->v[code].tag == 0)
			t->v[code] = a;
	}
	return (t->valid = t->valid && !b.bad);
}

/* What a program found out. */
struct seen_entry {
	const char	*name;
	uint64_t	 name_id;	/* alike for equal names */
	uint64_t	 key;
	uint32_t	 sibling;	/* offset, 0 none */
	uint32_t	 spec;
	bool		 dead;
};

static const uint8_t *
skip_uleb(const uint8_t *p, const uint8_t *end)
{
	while (p < end && (*p & 0x80) != 0)
		p++;
	return (p < end ? p + 1 : NULL);
}

/* An attribute by its form, of the rarer kinds. */
static const uint8_t *
run_form(const struct dwarf_scan *s, const struct dwarf_cu *cu,
    enum slot slot, unsigned form, const uint8_t *p, const uint8_t *end,
    struct seen_entry *e)
{
	const struct dwarf_forms forms = { dwarf_part_of(s->in, cu), cu };
	struct bytes b = bytes_of(p, (size_t)(end - p), s->in->be);
	struct dwarf_value v;

	if (slot == SLOT_SKIP)
		return (dwarf_skip(cu, &b, form) ? p + b.pos : NULL);
	if (!dwarf_form(&forms, &b, form, 0, &v))
		return (NULL);
	if (slot == SLOT_NAME && v.class == DWARF_STRING) {
		e->name = (const char *)v.p;
		e->name_id = hash_str(e->name) | 1;
	} else if (slot == SLOT_SIBLING && v.class == DWARF_REF)
		e->sibling = (uint32_t)v.v;
	else if (slot == SLOT_KEY)
		e->key = e->key * 31 + v.v;
	else if (slot == SLOT_DEAD)
		e->dead |= v.v != 0;
	else if (slot == SLOT_SPEC && v.class == DWARF_REF &&
	    v.v >= cu->offset && v.v < cu->end)
		e->spec = (uint32_t)v.v;
	return (p + b.pos);
}

/* Run the program: where the entry's values end, or NULL. */
static const uint8_t *
run(const struct dwarf_scan *s, const struct dwarf_cu *cu,
    const struct scan_table *t, const struct scan_abbrev *a, const uint8_t *p,
    const uint8_t *end, struct seen_entry *e)
{
	const struct dwarf_bytes *str = &s->in->section[DWARF_STR];
	const uint8_t *ip = t->ops + a->program, *nul;
	const bool be = s->in->be;
	uint32_t off;
	uint64_t n;
	unsigned o, k;

	e->name = NULL;
	e->name_id = 0;
	e->key = a->key;
	e->sibling = e->spec = 0;
	e->dead = a->dead;
	while ((o = *ip++) != OP_END) {
		if (o <= OP_SKIP_MAX) {
			if ((size_t)(end - p) < o)
				return (NULL);
			p += o;
			continue;
		}
		switch (o) {
		case OP_NAME_STRP:
			if (end - p < 4)
				return (NULL);
			off = load_u32(p, be);
			p += 4;
			if (off >= str->n)
				break;
			e->name = (const char *)str->p + off;
			e->name_id = (uint64_t)off << 1;
			break;
		case OP_NAME_STRING:
		case OP_STRING:
			nul = memchr(p, '\0', (size_t)(end - p));
			if (nul == NULL)
				return (NULL);
			if (o == OP_NAME_STRING) {
				e->name = (const char *)p;
				e->name_id = hash_bytes(p, (size_t)(nul - p)) | 1;
			}
			p = nul + 1;
			break;
		case OP_SIBLING4:
			if (end - p < 4)
				return (NULL);
			off = load_u32(p, be);
			if (off < cu->end - cu->offset)
				e->sibling = cu->offset + off;
			p += 4;
			break;
		case OP_KEY1:
			if (end - p < 1)
				return (NULL);
			e->key = e->key * 31 + *p++;
			break;
		case OP_KEY2:
			if (end - p < 2)
				return (NULL);
			e->key = e->key * 31 + load_u16(p, be);
			p += 2;
			break;
		case OP_ULEB:
			if ((p = skip_uleb(p, end)) == NULL)
				return (NULL);
			break;
		case OP_BLOCK1:
			if (end - p < 1 || end - p - 1 < *p)
				return (NULL);
			p += 1 + *p;
			break;
		case OP_BLOCK:
			for (n = 0, k = 0; p < end; k += 7) {
				if (k < 63)
					n |= (uint64_t)(*p & 0x7f) << k;
				if ((*p++ & 0x80) == 0)
					break;
			}
			if (n > (uint64_t)(end - p))
				return (NULL);
			p += n;
			break;
		default:
			p = run_form(s, cu, ip[0], ip[1] | (unsigned)ip[2] << 8,
			    p, end, e);
			if (p == NULL)
				return (NULL);
			ip += 3;
			break;
		}
	}
	return (p);
}

static bool
seen_grow(struct dwarf_worker *w)
{
	const size_t size = w->seen_size == 0 ? 1 << 15 : w->seen_size * 2;
	uint64_t *old = w->seen;
	size_t i, at;

	w->seen = calloc(size, sizeof(*w->seen));
	if (w->seen == NULL) {
		w->seen = old;
		return (false);
	}
	for (i = 0; i < w->seen_size; i++) {
		if (old[i] == 0)
			continue;
		for (at = old[i] & (size - 1); w->seen[at] != 0;)
			at = (at + 1) & (size - 1);
		w->seen[at] = old[i];
	}
	free(old);
	w->seen_size = size;
	return (true);
}

/* Is it new to this thread? */
static bool
note_key(struct dwarf_worker *w, uint64_t key)
{
	size_t at;

	key |= key == 0;
	if (w->nseen >= w->seen_size / 2 && !seen_grow(w)) {
		w->nomem = true;
		return (false);
	}
	for (at = key & (w->seen_size - 1); w->seen[at] != 0;
	    at = (at + 1) & (w->seen_size - 1))
		if (w->seen[at] == key)
			return (false);
	w->seen[at] = key;
	w->nseen++;
	return (true);
}

/* Add it unless it was seen: true when it is new. */
static bool
add(struct dwarf_worker *w, enum type_names what, const struct seen_entry *e,
    uint32_t offset)
{
	struct dwarf_founds *f = &w->found[what];
	const uint64_t key = hash_u64(e->name_id ^ hash_u64(e->key));

	if (!note_key(w, key))
		return (false);
	if (f->n >= FOUND_MAX || (f->n >= f->cap &&
	    !vec_room(f->v, f->cap, f->n + 1))) {
		w->nomem = true;
		return (false);
	}
	f->v[f->n++] = (struct dwarf_found){ hash_str(e->name), key, offset };
	return (true);
}

/* The abbreviation of the entry at p, NULL for none; *p moves behind its code. */
static const struct scan_abbrev *
abbrev_at(const struct scan_table *t, const uint8_t **p, const uint8_t *end,
    bool *null)
{
	uint64_t code;
	unsigned k;

	code = *(*p)++;
	if (code >= 0x80) {
		for (code &= 0x7f, k = 7; *p < end; k += 7) {
			if (k < 63)
				code |= (uint64_t)(**p & 0x7f) << k;
			if ((*(*p)++ & 0x80) == 0)
				break;
		}
	}
	*null = code == 0;
	if (code >= t->n || t->v[code].tag == 0)
		return (NULL);
	return (&t->v[code]);
}

/* A definition has its name from the declaration that it completes. */
static void
name_from(const struct dwarf_scan *s, const struct dwarf_cu *cu,
    const struct scan_table *t, struct seen_entry *e)
{
	const struct dwarf_input *in = dwarf_part_of(s->in, cu);
	const uint8_t *info = in->section[DWARF_INFO].p;
	const uint8_t *p = info + (e->spec - in->base);
	const uint8_t *end = info + (cu->end - in->base);
	const struct scan_abbrev *a;
	struct seen_entry other;
	bool null;

	a = abbrev_at(t, &p, end, &null);
	if (a == NULL || run(s, cu, t, a, p, end, &other) == NULL)
		return;
	e->name = other.name;
	e->name_id = other.name_id;
}

/* Does an enum without a name begin with an enumerator that is new? */
static bool
enum_is_new(struct dwarf_worker *w, const struct dwarf_cu *cu,
    const uint8_t *p, const uint8_t *end, const struct seen_entry *e)
{
	const struct scan_abbrev *a;
	struct seen_entry first;
	bool null;

	if (p >= end)
		return (false);
	a = abbrev_at(w->table, &p, end, &null);
	if (a == NULL || run(w->scan, cu, w->table, a, p, end, &first) == NULL ||
	    first.name == NULL)
		return (false);
	return (note_key(w, hash_u64(first.name_id ^ hash_u64(e->key))));
}

static void
scan_unit(struct dwarf_worker *w, struct dwarf_cu *cu)
{
	const struct dwarf_scan *s = w->scan;
	const struct dwarf_input *in = dwarf_part_of(s->in, cu);
	const uint32_t base = in->base;
	const uint8_t *info = in->section[DWARF_INFO].p, *start;
	const uint8_t *p = info + (cu->first - base);
	const uint8_t *end = info + (cu->end - base);
	const struct scan_abbrev *a;
	uint32_t level, interest, enum_at;
	struct seen_entry e;
	uint64_t enum_key;
	bool null, down;

	if (!compile(s->in, cu, w->table))
		return;
	dwarf_unit_head(w, cu);
	/* The unit itself is level 0; what is of interest is on level 1. */
	level = 0;
	interest = 1;
	enum_at = 0;
	enum_key = 0;
	while (p < end) {
		start = p;
		a = abbrev_at(w->table, &p, end, &null);
		if (null) {
			enum_at = 0;
			if (level <= 1)
				return;
			level--;
			if (interest > level)
				interest = level;
			continue;
		}
		if (a == NULL || (p = run(s, cu, w->table, a, p, end, &e)) ==
		    NULL)
			return;
		down = level == 0;
		if (level == interest && a->what < WHAT_NOTHING) {
			if (e.name == NULL && e.spec != 0)
				name_from(s, cu, w->table, &e);
			if (a->what == WHAT_SPACE) {
				down = true;
				if (a->has_children)
					interest++;
			} else if (a->what == WHAT_ENUM) {
				/* Its enumerators too, unless they were seen. */
				down = !e.dead && a->has_children &&
				    (e.name != NULL ? add(w, TYPE_NAMES, &e,
				    base + (uint32_t)(start - info)) :
				    enum_is_new(w, cu, p, end, &e));
				enum_at = down ? base +
				    (uint32_t)(start - info) : 0;
				enum_key = hash_u64(e.key ^ e.name_id);
			} else if (e.name != NULL && e.name[0] != '\0' &&
			    !e.dead && a->what != TYPE_ENUMERATORS)
				add(w, a->what, &e, base +
				    (uint32_t)(start - info));
		} else if (enum_at != 0 && a->what == TYPE_ENUMERATORS &&
		    e.name != NULL) {
			e.key = enum_key;
			add(w, TYPE_ENUMERATORS, &e, enum_at);
		}
		if (!a->has_children)
			continue;
		if (!down && e.sibling > base + (uint32_t)(p - info) &&
		    e.sibling <= cu->end)
			p = info + (e.sibling - base);
		else
			level++;
	}
}

static void *
work(void *arg)
{
	struct dwarf_worker *w = arg;
	struct dwarf_scan *s = w->scan;
	const struct dwarf_input *in;
	size_t from, to;

	while (!atomic_load(&s->stop) && !w->nomem) {
		/* So many units of a part at a time as make up a chunk. */
		from = atomic_load(&s->next);
		do {
			for (to = from; to < s->ncus && (to == from ||
			    (s->cus[to].end - s->cus[from].offset < CHUNK &&
			    s->cus[to].part == s->cus[from].part)); to++)
				;
		} while (!atomic_compare_exchange_weak(&s->next, &from, to));
		if (from >= s->ncus)
			break;
		if (w->ctx != NULL) {
			ctx_progress(w->ctx, "reading debug information",
			    s->cus[from].offset, dwarf_end(s->in));
			if (ctx_check(w->ctx) != 0)
				atomic_store(&s->stop, true);
		}
		for (w->cu = (uint32_t)from; w->cu < to && !w->nomem; w->cu++)
			scan_unit(w, &s->cus[w->cu]);
		in = dwarf_part_of(s->in, &s->cus[from]);
		if (in->drop != NULL)
			in->drop(in->arg, in->section[DWARF_INFO].p +
			    (s->cus[from].offset - in->base),
			    s->cus[to - 1].end - s->cus[from].offset);
	}
	return (NULL);
}

/* All headers of one part, one after the other. */
static int
part_units(struct ctx *ctx, struct dwarf_scan *s, uint32_t part)
{
	const struct dwarf_input *in = part == 0 ? s->in :
	    &s->in->more[part - 1];
	const struct dwarf_bytes *info = &in->section[DWARF_INFO];
	struct bytes b = bytes_of(info->p, info->n, in->be);
	struct dwarf_cu cu;
	uint64_t end;
	size_t dropped;

	for (dropped = 0; bytes_left(&b) > 0; bytes_seek(&b, (size_t)end)) {
		if (dwarf_cu_header(in, &b, &cu, &end)) {
			if (s->ncus >= UNITS_MAX)
				return (ctx_fail(ctx, E_LIMIT, "%s: more than "
				    "%u units", s->in->name, UNITS_MAX));
			if (!vec_room(s->cus, s->cus_cap, s->ncus + 1))
				return (ctx_fail(ctx, E_NOMEM,
				    "out of memory"));
			cu.part = part;
			cu.offset += in->base;
			cu.first += in->base;
			cu.end += in->base;
			cu.type_at += cu.type_at != 0 ? in->base : 0;
			s->cus[s->ncus++] = cu;
		}
		if (end == 0)
			break;		/* what comes then cannot be told */
		if (end - dropped > HEADERS && in->drop != NULL) {
			in->drop(in->arg, info->p + dropped,
			    (size_t)(end - dropped));
			dropped = (size_t)end;
		}
	}
	return (0);
}

static int
units(struct ctx *ctx, struct dwarf_scan *s)
{
	struct dwarf_cu *skeleton;
	uint32_t part;
	int rc;

	for (part = 0, rc = 0; rc == 0 && part <= s->in->nmore; part++)
		rc = part_units(ctx, s, part);
	if (rc == 0 && s->ncus == 0)
		rc = ctx_fail(ctx, E_CORRUPT, "%s: .debug_info has no unit "
		    "of DWARF 2 to 5", s->in->name);
	for (part = 0; rc == 0 && part < s->in->nmore; part++) {
		if (s->in->more[part].part != DWARF_SPLIT)
			continue;
		skeleton = dwarf_main_unit(s, s->in->more[part].skeleton);
		if (skeleton != NULL)
			skeleton->is_split = true;
	}
	return (rc);
}

static unsigned
processors(void)
{
	const long n = sysconf(_SC_NPROCESSORS_ONLN);

	return (n < 1 ? 1 : n > THREADS_MAX ? THREADS_MAX : (unsigned)n);
}

int
dwarf_scan(struct ctx *ctx, const struct dwarf_input *in, unsigned threads,
    struct dwarf_scan *s)
{
	pthread_t ids[THREADS_MAX];
	unsigned i, started;
	int rc;

	memset(s, 0, sizeof(*s));
	s->in = in;
	if (in->section[DWARF_INFO].n == 0)
		return (ctx_fail(ctx, E_NOT_FOUND, "%s has no debug "
		    "information (DWARF)", in->name));
	if (in->section[DWARF_INFO].n >= UINT32_MAX ||
	    in->section[DWARF_ABBREV].n >= UINT32_MAX)
		return (ctx_fail(ctx, E_LIMIT, "%s: debug information of 4 GiB "
		    "or more", in->name));
	rc = units(ctx, s);
	if (threads == 0 || threads > THREADS_MAX)
		threads = processors();
	if (threads > s->ncus)
		threads = (unsigned)s->ncus;
	if (rc == 0 && (s->workers = calloc(threads,
	    sizeof(*s->workers))) == NULL)
		rc = ctx_fail(ctx, E_NOMEM, "out of memory");
	for (i = 0; rc == 0 && i < threads; i++) {
		s->workers[i].scan = s;
		s->workers[i].table = calloc(1, sizeof(struct scan_table));
		if (s->workers[i].table == NULL)
			rc = ctx_fail(ctx, E_NOMEM, "out of memory");
		s->nworkers++;
	}
	for (started = 1; rc == 0 && started < threads; started++)
		if (pthread_create(&ids[started], NULL, work,
		    &s->workers[started]) != 0)
			break;
	if (rc == 0) {
		s->workers[0].ctx = ctx;
		work(&s->workers[0]);
	}
	for (i = 1; rc == 0 && i < started; i++)
		pthread_join(ids[i], NULL);
	if (rc == 0 && atomic_load(&s->stop))
		rc = E_CANCELLED;
	for (i = 0; rc == 0 && i < s->nworkers; i++)
		if (s->workers[i].nomem)
			rc = ctx_fail(ctx, E_NOMEM, "%s: out of memory for "
			    "the index", in->name);
	if (rc != 0)
		dwarf_scan_free(s);
	return (rc);
}

void
dwarf_scan_free(struct dwarf_scan *s)
{
	struct dwarf_worker *w;
	unsigned i;
	int k;

	for (i = 0; i < s->nworkers; i++) {
		w = &s->workers[i];
		for (k = 0; k < TYPE_NAMES_COUNT; k++)
			free(w->found[k].v);
		free(w->ranges);
		free(w->seen);
		if (w->table != NULL) {
			free(w->table->v);
			free(w->table->ops);
			free(w->table);
		}
	}
	free(s->workers);
	free(s->cus);
	memset(s, 0, sizeof(*s));
}
