/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The type graph: units, lookups by id and name, sizes, members by path.
 *
 * The readers check what they decode; this file checks ids and bounds every
 * chain of references, so that no graph, however woven, holds a caller up.
 */
#include "engine/type/type.h"

#include "base/bytes.h"
#include "base/vec.h"
#include "engine/type/type_made.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNITS_MAX	65536
/* Anonymous members within each other, and members looked at, for one name. */
#define ANONYMOUS_MAX	16
#define MEMBERS_MAX	200000

struct types *
types_create(unsigned ptr_size, bool be)
{
	struct types *ts;

	ts = calloc(1, sizeof(*ts));
	if (ts == NULL)
		return (NULL);
	ts->ptr_size = ptr_size;
	ts->be = be;
	ts->made = made_create(ptr_size);
	if (ts->made == NULL) {
		free(ts);
		return (NULL);
	}
	return (ts);
}

void
types_destroy(struct types *ts)
{
	size_t i;

	if (ts == NULL)
		return;
	/* Modules lean on the kernel's unit, which came first. */
	for (i = ts->n; i-- > 0;)
		ts->units[i]->ops->close(ts->units[i]);
	ts->made->ops->close(ts->made);
	free(ts->units);
	free(ts);
}

int
types_add(struct ctx *ctx, struct types *ts, struct type_unit *u)
{
	if (ts->n >= UNITS_MAX)
		return (ctx_fail(ctx, E_LIMIT, "types of %s: too many units",
		    u->name));
	if (!vec_room(ts->units, ts->cap, ts->n + 1))
		return (ctx_fail(ctx, E_NOMEM, "types of %s: out of memory",
		    u->name));
	u->index = (uint32_t)ts->n;
	ts->units[ts->n++] = u;
	return (OK);
}

size_t
types_nunits(const struct types *ts)
{
	return (ts->n);
}

struct type_unit *
types_unit(const struct types *ts, size_t i)
{
	return (i < ts->n ? ts->units[i] : NULL);
}

size_t
types_count(const struct types *ts)
{
	size_t i, n = 0;

	for (i = 0; i < ts->n; i++)
		n += ts->units[i]->lazy ? 0 : ts->units[i]->ops->count != NULL ?
		    ts->units[i]->ops->count(ts->units[i]) :
		    ts->units[i]->end_id - ts->units[i]->first_id;
	return (n);
}

bool
types_nth(const struct type_unit *u, size_t i, struct typeref *ret)
{
	struct type_unit *unit = (struct type_unit *)(uintptr_t)u;

	ret->unit = u->index;
	if (u->ops->nth != NULL) {
		ret->id = u->ops->nth(unit, i);
		return (ret->id != 0);
	}
	ret->id = u->first_id + (uint32_t)i;
	return (i < u->end_id - u->first_id);
}

unsigned
types_ptr_size(const struct types *ts)
{
	return (ts->ptr_size);
}

bool
types_be(const struct types *ts)
{
	return (ts->be);
}

/* The unit that has the type itself; NULL when there is none. */
static struct type_unit *
type_unit_of(const struct types *ts, struct typeref ref)
{
	struct type_unit *u;

	if (ref.unit == TYPE_UNIT_MADE)
		u = ts->made;
	else if (ref.unit < ts->n)
		u = ts->units[ref.unit];
	else
		return (NULL);
	while (ref.id < u->first_id && u->base != NULL)
		u = u->base;
	return (ref.id >= u->first_id && ref.id < u->end_id ? u : NULL);
}

int
type_get_raw(const struct types *ts, struct typeref ref, struct type *t)
{
	struct type_unit *u;

	if (ref.id == 0) {
		*t = (struct type){ .kind = TYPE_VOID, .name = "" };
		return (OK);
	}
	u = type_unit_of(ts, ref);
	return (u == NULL ? E_CORRUPT : u->ops->get(u, ref.id, t));
}

static int
size_raw(const struct types *ts, struct typeref ref, uint64_t *size)
{
	struct type t;
	uint64_t n = 1;
	int i, r;

	for (i = 0; i < TYPE_CHAIN_MAX; i++) {
		r = type_get_raw(ts, ref, &t);
		if (r != OK)
			return (r);
		switch (t.kind) {
		case TYPE_INT:
		case TYPE_FLOAT:
		case TYPE_PTR:
		case TYPE_STRUCT:
		case TYPE_UNION:
		case TYPE_ENUM:
			if (__builtin_mul_overflow(n, t.size, size))
				return (E_CORRUPT);
			return (OK);
		case TYPE_ARRAY:
			if (__builtin_mul_overflow(n, t.count, &n))
				return (E_CORRUPT);
			break;
		case TYPE_TYPEDEF:
		case TYPE_CONST:
		case TYPE_VOLATILE:
		case TYPE_RESTRICT:
		case TYPE_ATTR:
		case TYPE_VAR:
			break;
		default:
			return (E_NO_TYPE);
		}
		ref = t.target;
	}
	return (E_CORRUPT);
}

static int
get_full(const struct types *ts, struct typeref ref, struct type *t)
{
	int r;

	r = type_get_raw(ts, ref, t);
	if (r == OK && t->kind == TYPE_ARRAY)
		(void)size_raw(ts, ref, &t->size);
	return (r);
}

static int
strip_raw(const struct types *ts, struct typeref ref, struct typeref *ret,
    struct type *t)
{
	int i, r;

	for (i = 0; i < TYPE_CHAIN_MAX; i++) {
		r = get_full(ts, ref, t);
		if (r != OK)
			return (r);
		switch (t->kind) {
		case TYPE_TYPEDEF:
		case TYPE_CONST:
		case TYPE_VOLATILE:
		case TYPE_RESTRICT:
		case TYPE_ATTR:
			ref = t->target;
			break;
		default:
			*ret = ref;
			return (OK);
		}
	}
	return (E_CORRUPT);
}

static int
type_corrupt(struct ctx *ctx, struct typeref ref)
{
	return (ctx_fail(ctx, E_CORRUPT, "type %u:%u: the type information "
	    "contradicts itself", ref.unit, ref.id));
}

int
type_get(struct ctx *ctx, const struct types *ts, struct typeref ref,
    struct type *t)
{
	return (get_full(ts, ref, t) == OK ? OK : type_corrupt(ctx, ref));
}

int
type_strip(struct ctx *ctx, const struct types *ts, struct typeref ref,
    struct typeref *ret, struct type *t)
{
	struct type found;
	struct typeref last;

	if (strip_raw(ts, ref, &last, &found) != OK)
		return (type_corrupt(ctx, ref));
	*ret = last;
	*t = found;
	return (OK);
}

int
type_size(struct ctx *ctx, const struct types *ts, struct typeref ref,
    uint64_t *size)
{
	char name[128];
	int r;

	r = size_raw(ts, ref, size);
	if (r == OK)
		return (OK);
	if (r != E_NO_TYPE)
		return (type_corrupt(ctx, ref));
	if (ctx->quiet != 0 ||
	    type_name(ctx, ts, ref, "", name, sizeof(name)) != OK)
		name[0] = '\0';
	return (ctx_fail(ctx, E_NO_TYPE, "%s has no size", name));
}

int
type_member_at(struct ctx *ctx, const struct types *ts, struct typeref ref,
    uint32_t i, struct type_member *m)
{
	struct type_unit *u = type_unit_of(ts, ref);

	if (ref.id == 0 || u == NULL || u->ops->member(u, ref.id, i, m) != OK)
		return (type_corrupt(ctx, ref));
	return (OK);
}

int
type_enum_at(struct ctx *ctx, const struct types *ts, struct typeref ref,
    uint32_t i, struct type_enum *e)
{
	struct type_unit *u = type_unit_of(ts, ref);

	if (ref.id == 0 || u == NULL ||
	    u->ops->enumerator(u, ref.id, i, e) != OK)
		return (type_corrupt(ctx, ref));
	return (OK);
}

/* Lookup by name. */

/* What a name is asked for: "[module!][struct|union|enum ]name". */
struct query {
	char	    name[512];
	const char *tag;		/* NULL: any kind */
	bool	    tags_first;
	char	    module[64];		/* "" = any unit */
	bool	    lazy;		/* the lazy units, or the others */
};

/* Smaller is better; -1 does not match. */
static int
type_rank(const struct query *q, const struct type *t)
{
	static const char *const tags[] = { "struct", "union", "enum" };
	int kind;

	switch (t->kind) {
	case TYPE_STRUCT:
		kind = 0;
		break;
	case TYPE_UNION:
		kind = 1;
		break;
	case TYPE_ENUM:
		kind = 2;
		break;
	case TYPE_FWD:
		kind = t->is_union ? 1 : 0;
		break;
	case TYPE_TYPEDEF:
	case TYPE_INT:
	case TYPE_FLOAT:
		kind = 3;
		break;
	default:
		return (-1);
	}
	if (q->tag != NULL && (kind == 3 || strcmp(tags[kind], q->tag) != 0))
		return (-1);
	if (!q->tags_first)
		kind = (kind + 1) % 4;
	return (kind);
}

static bool
is_asked(const struct type_unit *u, const char *module)
{
	return (module[0] != '\0' ? strcmp(module, u->name) == 0 :
	    !u->by_module);
}

/* Calls fn for each match, until it returns false. */
static void
query_each(const struct types *ts, const struct query *q,
    bool (*fn)(void *, struct typeref, int rank, bool fwd), void *arg)
{
	struct type_unit *u;
	struct type t;
	struct typeref ref;
	uint32_t cursor;
	size_t i;
	int rank;

	for (i = 0; i < ts->n; i++) {
		u = ts->units[i];
		if (u->lazy != q->lazy || !is_asked(u, q->module))
			continue;
		/* A module's own types first, then those it leans on. */
		for (; u != NULL; u = q->module[0] != '\0' ? u->base : NULL) {
			cursor = 0;
			ref.unit = u->index;
			while (u->ops->find(u, q->name, TYPE_NAMES, &cursor,
			    &ref.id) == OK) {
				if (type_get_raw(ts, ref, &t) != OK)
					continue;
				rank = type_rank(q, &t);
				if (rank >= 0 && !fn(arg, ref, rank,
				    t.kind == TYPE_FWD))
					return;
			}
		}
	}
}

struct best {
	struct typeref	ref;
	uint32_t	unit;		/* of the best so far */
	int		rank;
	bool		fwd;
};

/* A definition wins; then the first unit; then the preferred kind. */
static bool
best_take(void *arg, struct typeref ref, int rank, bool fwd)
{
	struct best *b = arg;

	if (b->rank >= 0 && fwd >= b->fwd && (fwd > b->fwd ||
	    ref.unit != b->unit || rank >= b->rank))
		return (true);
	*b = (struct best){ ref, ref.unit, rank, fwd };
	return (fwd || rank > 0);
}

static bool
query_parse(struct query *q, const char *text, size_t len, const char *tag,
    bool tags_first)
{
	static const char *const tags[] = { "struct", "union", "enum" };
	const char *bang;
	size_t n;
	int i;

	*q = (struct query){ .tag = tag, .tags_first = tags_first };
	bang = memchr(text, '!', len);
	if (bang != NULL) {
		n = (size_t)(bang - text);
		if (n >= sizeof(q->module))
			return (false);
		memcpy(q->module, text, n);
		text += n + 1;
		len -= n + 1;
	}
	for (i = 0; i < 3 && tag == NULL; i++) {
		n = strlen(tags[i]);
		if (len <= n || memcmp(text, tags[i], n) != 0 || text[n] != ' ')
			continue;
		q->tag = tags[i];
		while (n < len && text[n] == ' ')
			n++;
		text += n;
		len -= n;
		break;
	}
	if (len == 0 || len >= sizeof(q->name))
		return (false);
	memcpy(q->name, text, len);
	return (true);
}

int
type_lookup(const struct types *ts, const char *name, size_t len,
    const char *tag, bool tags_first, bool lazy, struct typeref *ret)
{
	struct query q;
	struct best b = { .rank = -1 };

	if (!query_parse(&q, name, len, tag, tags_first))
		return (E_NO_TYPE);
	query_each(ts, &q, best_take, &b);
	if (lazy && (b.rank < 0 || b.fwd)) {
		q.lazy = true;
		query_each(ts, &q, best_take, &b);
	}
	if (b.rank < 0)
		return (E_NO_TYPE);
	*ret = b.ref;
	return (OK);
}

struct type_why
type_why(const struct types *ts, const char *name, size_t len)
{
	struct type_why why = { "" };
	const char *cut;
	struct query q;
	size_t i;

	if (!query_parse(&q, name, len, NULL, true))
		return (why);
	for (i = 0; i < ts->n; i++) {
		cut = ts->units[i]->cut;
		if (cut == NULL || !is_asked(ts->units[i], q.module))
			continue;
		snprintf(why.text, sizeof(why.text), ": %s", cut);
		break;
	}
	return (why);
}

int
type_find(struct ctx *ctx, const struct types *ts, const char *name,
    struct typeref *ret)
{
	if (type_lookup(ts, name, strlen(name), NULL, true, false, ret) == OK)
		return (OK);
	if (ts->n == 0)
		return (ctx_fail(ctx, E_NO_TYPE, "%s: there is no type "
		    "information (give a kernel image that has it)", name));
	return (ctx_fail(ctx, E_NO_TYPE, "no type \"%s\"%s", name,
	    type_why(ts, name, strlen(name)).text));
}

struct all {
	struct typeref *refs;
	size_t		n, max;
};

static bool
all_take(void *arg, struct typeref ref, int rank, bool fwd)
{
	struct all *a = arg;

	(void)rank;
	(void)fwd;
	if (a->n < a->max)
		a->refs[a->n++] = ref;
	return (a->n < a->max);
}

size_t
type_find_all(struct ctx *ctx, const struct types *ts, const char *name,
    struct typeref *refs, size_t max)
{
	struct query q;
	struct all a = { .refs = refs, .max = max };

	(void)ctx;
	if (max > 0 && query_parse(&q, name, strlen(name), NULL, true))
		query_each(ts, &q, all_take, &a);
	return (a.n);
}

int
type_find_object(const struct types *ts, const char *name,
    struct typeref *ret)
{
	struct query q;
	struct type_unit *u;
	struct type t;
	struct typeref ref;
	uint32_t cursor;
	size_t i;

	if (!query_parse(&q, name, strlen(name), NULL, false))
		return (E_NO_TYPE);
	for (i = 0; i < ts->n; i++) {
		u = ts->units[i];
		if (!is_asked(u, q.module))
			continue;
		cursor = 0;
		ref.unit = u->index;
		if (u->ops->find(u, q.name, TYPE_OBJECTS, &cursor,
		    &ref.id) == OK && type_get_raw(ts, ref, &t) == OK) {
			*ret = t.target;
			return (OK);
		}
	}
	return (E_NO_TYPE);
}

int
type_find_enumerator(const struct types *ts, const char *name,
    struct typeref *ret, int64_t *value)
{
	struct type_unit *u;
	struct type_enum e;
	struct type t;
	struct typeref ref;
	uint32_t cursor, i;
	size_t n;

	for (n = 0; n < ts->n; n++) {
		u = ts->units[n];
		cursor = 0;
		ref.unit = u->index;
		if (!is_asked(u, "") || u->ops->find(u, name, TYPE_ENUMERATORS, &cursor,
		    &ref.id) != OK || type_get_raw(ts, ref, &t) != OK)
			continue;
		for (i = 0; i < t.nmembers; i++) {
			if (u->ops->enumerator(u, ref.id, i, &e) == OK &&
			    strcmp(e.name, name) == 0) {
				*ret = ref;
				*value = e.value;
				return (OK);
			}
		}
	}
	return (E_NOT_FOUND);
}

/* Members. */

void
type_bit_unit(uint64_t bit_offset, uint32_t bit_size, uint64_t size, bool be,
    uint64_t *offset, uint8_t *low_bit)
{
	uint64_t unit, first;

	unit = size >= 1 && size <= 8 ? size * 8 : 8;
	first = bit_offset % unit;
	if (first + bit_size > unit) {
		/* Packed: count from the first byte, in a wider unit if need be. */
		first = bit_offset % 8;
		if (first + bit_size > unit)
			unit = (first + bit_size + 7) / 8 * 8;
		*offset = bit_offset / 8;
	} else
		*offset = bit_offset / unit * (unit / 8);
	*low_bit = (uint8_t)(be ? unit - first - bit_size : first);
}

struct search {
	const struct types *ts;
	const char	*name;
	size_t		 len;
	uint32_t	 left;		/* members that may still be looked at */
	struct type_member m;		/* found, */
	uint64_t	 bits;		/* in a structure at this bit */
};

/* OK, E_NO_MEMBER or E_CORRUPT. */
static int
member_search(struct search *s, struct typeref ref, uint32_t n, uint64_t bits,
    int depth)
{
	struct type_unit *u = type_unit_of(s->ts, ref);
	struct type_member m;
	struct typeref inner;
	struct type t;
	uint32_t i;
	int r;

	if (u == NULL || depth > ANONYMOUS_MAX)
		return (E_CORRUPT);
	for (i = 0; i < n; i++) {
		if (s->left-- == 0 || u->ops->member(u, ref.id, i, &m) != OK)
			return (E_CORRUPT);
		if (strncmp(m.name, s->name, s->len) == 0 &&
		    m.name[s->len] == '\0') {
			s->m = m;
			s->bits = bits;
			return (OK);
		}
		if (m.name[0] != '\0')
			continue;
		if (strip_raw(s->ts, m.type, &inner, &t) != OK)
			return (E_CORRUPT);
		if (t.kind != TYPE_STRUCT && t.kind != TYPE_UNION)
			continue;
		r = member_search(s, inner, t.nmembers, bits + m.bit_offset,
		    depth + 1);
		if (r != E_NO_MEMBER)
			return (r);
	}
	return (E_NO_MEMBER);
}

/* One step of a path into the structure f->type: the member name[0..len). */
static int
field_member(struct ctx *ctx, const struct types *ts, const char *name,
    size_t len, struct type_field *f)
{
	struct search s = { .ts = ts, .name = name, .len = len,
	    .left = MEMBERS_MAX };
	char text[128];
	struct typeref ref;
	struct type t;
	uint64_t size, offset;
	int r;

	r = type_strip(ctx, ts, f->type, &ref, &t);
	if (r != OK)
		return (r);
	r = E_NO_MEMBER;
	if (t.kind == TYPE_STRUCT || t.kind == TYPE_UNION)
		r = member_search(&s, ref, t.nmembers, 0, 0);
	if (r == E_NO_MEMBER) {
		if (ctx->quiet != 0)
			return (ctx_fail(ctx, r, "%s", ""));
		(void)type_name(ctx, ts, f->type, "", text, sizeof(text));
		return (ctx_fail(ctx, r, t.kind == TYPE_FWD ?
		    "%s is declared only, its member \"%.*s\" is unknown" :
		    "%s has no member \"%.*s\"", text, (int)len, name));
	}
	if (r != OK)
		return (type_corrupt(ctx, ref));
	if (size_raw(ts, s.m.type, &size) != OK || size > UINT32_MAX)
		size = 0;
	s.bits += s.m.bit_offset;
	f->bit_offset = 0;
	f->bit_size = (uint8_t)s.m.bit_size;
	offset = s.bits / 8;
	if (f->bit_size != 0)
		type_bit_unit(s.bits, f->bit_size, size, ts->be, &offset,
		    &f->bit_offset);
	if (!add_ok(f->offset, offset, &f->offset))
		return (type_corrupt(ctx, ref));
	f->type = s.m.type;
	f->size = (uint32_t)size;
	return (OK);
}

static int
field_element(struct ctx *ctx, const struct types *ts, uint64_t i,
    struct type_field *f)
{
	struct typeref ref;
	struct type t;
	uint64_t size, offset;
	int r;

	r = type_strip(ctx, ts, f->type, &ref, &t);
	if (r != OK)
		return (r);
	if (t.kind != TYPE_ARRAY)
		return (ctx_fail(ctx, E_NO_MEMBER, "[%llu]: not an array",
		    (unsigned long long)i));
	r = type_size(ctx, ts, t.target, &size);
	if (r != OK)
		return (r);
	if (__builtin_mul_overflow(size, i, &offset) || size > UINT32_MAX ||
	    !add_ok(f->offset, offset, &f->offset))
		return (ctx_fail(ctx, E_NO_MEMBER, "[%llu]: out of range",
		    (unsigned long long)i));
	f->type = t.target;
	f->size = (uint32_t)size;
	return (OK);
}

int
type_field(struct ctx *ctx, const struct types *ts, struct typeref ref,
    const char *path, struct type_field *ret)
{
	struct type_field f = { .type = ref };
	const char *p = path;
	char *end;
	size_t len;
	uint64_t i;
	int r;

	do {
		if (*p == '[') {
			i = strtoull(p + 1, &end, 0);
			if (end == p + 1 || *end != ']')
				break;
			r = field_element(ctx, ts, i, &f);
			p = end + 1;
		} else {
			p += *p == '.' && p > path;
			len = strcspn(p, ".[");
			if (len == 0)
				break;
			r = field_member(ctx, ts, p, len, &f);
			p += len;
		}
		if (r != OK)
			return (r);
		if (*p == '\0') {
			*ret = f;
			return (OK);
		}
	} while (f.bit_size == 0);
	return (ctx_fail(ctx, E_NO_MEMBER, "\"%s\" is not a path to a member",
	    path));
}

int
type_field_of(struct ctx *ctx, const struct types *ts, const char *type,
    const char *path, struct type_field *ret)
{
	struct typeref ref;
	int r;

	r = type_find(ctx, ts, type, &ref);
	return (r != OK ? r : type_field(ctx, ts, ref, path, ret));
}

/* Derived types. */

static int
type_derive(struct ctx *ctx, struct types *ts, enum type_kind kind,
    struct typeref target, uint64_t n, struct typeref *ret)
{
	int r;

	r = made_derive(ts->made, kind, target, n, ret);
	return (r == OK ? OK : ctx_fail(ctx, r, "too many types made"));
}

int
type_pointer_to(struct ctx *ctx, struct types *ts, struct typeref target,
    struct typeref *ret)
{
	return (type_derive(ctx, ts, TYPE_PTR, target, 0, ret));
}

int
type_array_of(struct ctx *ctx, struct types *ts, struct typeref target,
    uint64_t n, struct typeref *ret)
{
	return (type_derive(ctx, ts, TYPE_ARRAY, target, n, ret));
}

struct typeref
type_builtin(const struct types *ts, char letter)
{
	(void)ts;
	return ((struct typeref){ TYPE_UNIT_MADE, made_builtin(letter) });
}
