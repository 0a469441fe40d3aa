/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DWARF as a unit of the type graph.  The id of a type is the offset of its
 * entry; what has no entry of its own (the inner dimensions of an array, the
 * type of a function that is defined) gets one above all offsets, when it is
 * first met.
 */
#include "engine/type/dwarf_int.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

#define KIDS_MAX	(1u << 20)	/* members of one type */
#define MADE_MAX	(1u << 22)

enum {
	DW_ATE_boolean = 0x02, DW_ATE_complex_float = 0x03, DW_ATE_float = 0x04,
	DW_ATE_signed = 0x05, DW_ATE_signed_char = 0x06,
};

/* The children of a type that count, by their offsets. */
struct kids {
	uint32_t id, n;
	uint32_t at[];
};

struct made {
	uint32_t offset;		/* of an array, or of a function */
	uint32_t dimension;		/* 0: the function's type */
};

struct dwarf_types {
	struct type_unit unit;
	char		*name;
	struct dwarf	*(*open)(void *);
	void		*arg;
	_Atomic(struct dwarf *) dwarf;
	atomic_bool	 tried;
	pthread_mutex_t	 lock;		/* guards what follows */
	pthread_mutex_t	 opening;
	struct kids	**kids;
	size_t		 nkids, kids_cap;
	struct hash	 kids_by_id;
	struct made	*made;
	size_t		 nmade, made_cap;
	struct hash	 made_by_key;
};

static struct dwarf *
dwarf_of(struct dwarf_types *u)
{
	if (!atomic_load(&u->tried)) {
		pthread_mutex_lock(&u->opening);
		if (!atomic_load(&u->tried)) {
			atomic_store(&u->dwarf, u->open(u->arg));
			atomic_store(&u->tried, true);
		}
		pthread_mutex_unlock(&u->opening);
	}
	return (atomic_load(&u->dwarf));
}

static bool
wanted(unsigned parent, const struct dwarf_die *child)
{
	switch (parent) {
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
	case DW_TAG_union_type:
		return (child->tag == DW_TAG_member);
	case DW_TAG_enumeration_type:
		return (child->tag == DW_TAG_enumerator);
	case DW_TAG_array_type:
		return (child->tag == DW_TAG_subrange_type);
	default:
		return (child->tag == DW_TAG_formal_parameter ||
		    child->tag == DW_TAG_unspecified_parameters);
	}
}

static struct kids *
kids_read(struct dwarf *d, const struct dwarf_die *die)
{
	struct dwarf_die child;
	struct kids *k, *bigger;
	uint32_t at, cap;
	int rc;

	cap = 8;
	k = malloc(sizeof(*k) + cap * sizeof(k->at[0]));
	if (k == NULL)
		return (NULL);
	k->id = die->offset;
	k->n = 0;
	for (at = 0; (rc = dwarf_child(d, die, &at, &child)) == OK;) {
		if (!wanted(die->tag, &child))
			continue;
		/* A static member is a variable, of no object's. */
		if (child.tag == DW_TAG_member &&
		    dwarf_attr(d, &child, DW_AT_external).v != 0)
			continue;
		if (k->n == KIDS_MAX)
			break;
		if (k->n == cap) {
			cap *= 2;
			bigger = realloc(k, sizeof(*k) +
			    cap * sizeof(k->at[0]));
			if (bigger == NULL)
				break;
			k = bigger;
		}
		k->at[k->n++] = at;
	}
	if (rc != E_DONE) {
		free(k);
		return (NULL);
	}
	return (k);
}

/* NULL when they are damaged. */
static const struct kids *
kids_of(struct dwarf_types *u, struct dwarf *d, const struct dwarf_die *die)
{
	const uint64_t h = hash_u64(die->offset);
	struct kids *k = NULL;
	uint32_t cursor = 0, i;

	pthread_mutex_lock(&u->lock);
	while ((i = hash_next(&u->kids_by_id, h, &cursor)) != UINT32_MAX)
		if (u->kids[i]->id == die->offset) {
			k = u->kids[i];
			break;
		}
	if (k == NULL && (k = kids_read(d, die)) != NULL) {
		if (!vec_room(u->kids, u->kids_cap, u->nkids + 1) ||
		    !hash_add(&u->kids_by_id, h, (uint32_t)u->nkids)) {
			free(k);
			k = NULL;
		} else
			u->kids[u->nkids++] = k;
	}
	pthread_mutex_unlock(&u->lock);
	return (k);
}

/* Ids above the section's end. */
static uint32_t
made_id(struct dwarf_types *u, struct dwarf *d, uint32_t offset,
    uint32_t dimension)
{
	const uint64_t h = hash_u64((uint64_t)dimension << 32 | offset);
	const uint32_t first = dwarf_end(&d->in) + 1;
	uint32_t cursor = 0, i, id = 0;

	pthread_mutex_lock(&u->lock);
	while ((i = hash_next(&u->made_by_key, h, &cursor)) != UINT32_MAX)
		if (u->made[i].offset == offset &&
		    u->made[i].dimension == dimension)
			break;
	if (i == UINT32_MAX && u->nmade < MADE_MAX &&
	    u->nmade < UINT32_MAX - first - 1 &&
	    vec_room(u->made, u->made_cap, u->nmade + 1) &&
	    hash_add(&u->made_by_key, h, (uint32_t)u->nmade)) {
		i = (uint32_t)u->nmade++;
		u->made[i] = (struct made){ offset, dimension };
	}
	if (i != UINT32_MAX)
		id = first + i;
	pthread_mutex_unlock(&u->lock);
	return (id);
}

static bool
made_get(struct dwarf_types *u, struct dwarf *d, uint32_t id, struct made *m)
{
	const uint32_t first = dwarf_end(&d->in) + 1;
	bool ok;

	if (id < first)
		return (false);
	pthread_mutex_lock(&u->lock);
	ok = id - first < u->nmade;
	if (ok)
		*m = u->made[id - first];
	pthread_mutex_unlock(&u->lock);
	return (ok);
}

static bool
same_kind(unsigned a, unsigned b)
{
	return (a == b || (a == DW_TAG_class_type && b == DW_TAG_structure_type));
}

/*
 * The definition of what a unit only declares, when another has one: the unit
 * that it names, else one of that name.
 */
static bool
define(struct dwarf *d, struct dwarf_die *die)
{
	const struct dwarf_value signature = dwarf_attr(d, die,
	    DW_AT_signature);
	struct dwarf_die other;
	uint32_t cursor, off;
	const char *name;

	if (dwarf_ref(d, &signature, &other) == OK) {
		*die = other;
		return (true);
	}
	name = dwarf_die_name(d, die);
	if (name[0] == '\0')
		return (false);
	for (cursor = 0; dwarf_index_next(d, TYPE_NAMES, hash_str(name),
	    &cursor, &off);)
		if (dwarf_die(d, off, &other) == OK &&
		    same_kind(other.tag, die->tag) &&
		    strcmp(dwarf_die_name(d, &other), name) == 0) {
			*die = other;
			return (true);
		}
	return (false);
}

/* A declaration; of a type that has a unit of its own gcc does not say so. */
static bool
is_stub(struct dwarf *d, const struct dwarf_die *die)
{
	return (dwarf_attr(d, die, DW_AT_declaration).v != 0 ||
	    (!die->has_children && dwarf_attr(d, die, DW_AT_signature).class !=
	    DWARF_NONE));
}

/* The entry that an id stands for; *declared: nothing but its name is known. */
static int
entry(struct dwarf_types *u, uint32_t id, struct dwarf **d,
    struct dwarf_die *die, struct made *m, bool *declared)
{
	int rc;

	*d = dwarf_of(u);
	if (*d == NULL)
		return (E_CORRUPT);
	*m = (struct made){ id, UINT32_MAX };
	*declared = false;
	made_get(u, *d, id, m);
	rc = dwarf_die(*d, m->offset, die);
	if (rc != OK)
		return (E_CORRUPT);
	if (die->tag != DW_TAG_variable && die->tag != DW_TAG_subprogram &&
	    is_stub(*d, die))
		*declared = !define(*d, die);
	return (OK);
}

static struct typeref
target(const struct dwarf_types *u, const struct dwarf_value *v)
{
	return ((struct typeref){ u->unit.index, v->class == DWARF_REF &&
	    v->v < UINT32_MAX ? (uint32_t)v->v : 0 });
}

static struct typeref
target_of(struct dwarf_types *u, struct dwarf *d, const struct dwarf_die *die)
{
	const struct dwarf_value v = dwarf_attr_deep(d, die, DW_AT_type);

	return (target(u, &v));
}

static bool
is_number(const struct dwarf_value *v)
{
	return (v->class == DWARF_UINT || v->class == DWARF_SINT);
}

static uint64_t
number(struct dwarf *d, const struct dwarf_die *die, unsigned at)
{
	const struct dwarf_value v = dwarf_attr_deep(d, die, at);

	return (is_number(&v) ? v.v : 0);
}

/* Elements of one dimension: 0 where the declaration leaves it open. */
static uint64_t
dimension_of(struct dwarf *d, uint32_t off)
{
	struct dwarf_die die;
	struct dwarf_value v;

	if (dwarf_die(d, off, &die) != OK)
		return (0);
	v = dwarf_attr(d, &die, DW_AT_count);
	if (is_number(&v))
		return (v.v);
	v = dwarf_attr(d, &die, DW_AT_upper_bound);
	if (!is_number(&v))
		return (0);
	/* -1 is no element; a compiler for 32 bits writes it so. */
	if (v.form == DW_FORM_data4 && v.v == UINT32_MAX)
		return (0);
	return (v.v + 1);
}

static int
array(struct dwarf_types *u, struct dwarf *d, const struct dwarf_die *die,
    uint32_t dimension, struct type *t)
{
	const struct kids *k = kids_of(u, d, die);

	if (k == NULL || (dimension > 0 && dimension >= k->n))
		return (E_CORRUPT);
	t->kind = TYPE_ARRAY;
	t->count = k->n == 0 ? 0 : dimension_of(d, k->at[dimension]);
	if (dimension + 1 < k->n)
		t->target = (struct typeref){ u->unit.index,
		    made_id(u, d, die->offset, dimension + 1) };
	else
		t->target = target_of(u, d, die);
	return (OK);
}

static void
base_type(struct dwarf *d, const struct dwarf_die *die, struct type *t)
{
	const uint64_t encoding = number(d, die, DW_AT_encoding);

	t->kind = encoding == DW_ATE_float || encoding == DW_ATE_complex_float ?
	    TYPE_FLOAT : TYPE_INT;
	t->is_signed = encoding == DW_ATE_signed ||
	    encoding == DW_ATE_signed_char;
	t->is_bool = encoding == DW_ATE_boolean;
	t->is_char = t->size == 1 && strcmp(t->name, "char") == 0;
}

/* By its underlying type; older compilers tell none: by a value below 0. */
static bool
enum_signed(struct dwarf *d, const struct dwarf_die *die,
    const struct kids *k)
{
	struct dwarf_die other = *die;
	struct dwarf_value v;
	uint32_t i;

	for (i = 0; i < DWARF_REFS_MAX; i++) {
		v = dwarf_attr(d, &other, DW_AT_type);
		if (dwarf_ref(d, &v, &other) != 0)
			break;
	}
	if (i > 0)
		return (number(d, &other, DW_AT_encoding) == DW_ATE_signed ||
		    number(d, &other, DW_AT_encoding) == DW_ATE_signed_char);
	for (i = 0; i < k->n; i++)
		if (dwarf_die(d, k->at[i], &other) == OK) {
			v = dwarf_attr(d, &other, DW_AT_const_value);
			if (v.class == DWARF_SINT && (int64_t)v.v < 0)
				return (true);
		}
	return (false);
}

static int
composite(struct dwarf_types *u, struct dwarf *d, const struct dwarf_die *die,
    bool declared, struct type *t)
{
	const struct kids *k;

	if (declared && die->tag == DW_TAG_enumeration_type) {
		t->kind = TYPE_ENUM;	/* without values, as BTF has it */
		t->size = 0;
		return (OK);
	}
	if (declared) {
		t->kind = TYPE_FWD;
		t->is_union = die->tag == DW_TAG_union_type;
		return (OK);
	}
	k = kids_of(u, d, die);
	if (k == NULL)
		return (E_CORRUPT);
	t->nmembers = k->n;
	t->kind = die->tag == DW_TAG_union_type ? TYPE_UNION :
	    die->tag == DW_TAG_enumeration_type ? TYPE_ENUM : TYPE_STRUCT;
	if (t->kind == TYPE_ENUM)
		t->is_signed = enum_signed(d, die, k);
	return (OK);
}

static int
prototype(struct dwarf_types *u, struct dwarf *d, const struct dwarf_die *die,
    struct type *t)
{
	const struct kids *k = kids_of(u, d, die);

	if (k == NULL)
		return (E_CORRUPT);
	t->kind = TYPE_PROTO;
	t->nmembers = k->n;
	t->target = target_of(u, d, die);
	return (OK);
}

static int
dwarf_get(struct type_unit *unit, uint32_t id, struct type *t)
{
	static const struct {
		uint16_t tag;
		uint8_t	 kind;
	} plain[] = {
		{ DW_TAG_pointer_type, TYPE_PTR },
		{ DW_TAG_reference_type, TYPE_PTR },
		{ DW_TAG_rvalue_reference_type, TYPE_PTR },
		{ DW_TAG_ptr_to_member_type, TYPE_PTR },
		{ DW_TAG_typedef, TYPE_TYPEDEF },
		{ DW_TAG_const_type, TYPE_CONST },
		{ DW_TAG_volatile_type, TYPE_VOLATILE },
		{ DW_TAG_restrict_type, TYPE_RESTRICT },
		{ DW_TAG_atomic_type, TYPE_ATTR },
		{ DW_TAG_variable, TYPE_VAR },
	};
	struct dwarf_types *u = (struct dwarf_types *)unit;
	struct dwarf_die die;
	struct dwarf *d;
	struct made m;
	bool declared;
	size_t i;

	if (entry(u, id, &d, &die, &m, &declared) != OK)
		return (E_CORRUPT);
	*t = (struct type){ .kind = TYPE_OTHER, .name = "" };
	if (m.dimension == 0)
		return (prototype(u, d, &die, t));
	if (die.tag == DW_TAG_array_type)
		return (array(u, d, &die, m.dimension == UINT32_MAX ? 0 :
		    m.dimension, t));
	t->name = dwarf_die_name(d, &die);
	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (plain[i].tag == die.tag) {
			t->kind = plain[i].kind;
			t->target = target_of(u, d, &die);
			if (t->kind == TYPE_PTR)
				t->size = die.cu->addr_size;
			return (OK);
		}
	t->size = number(d, &die, DW_AT_byte_size);
	switch (die.tag) {
	case DW_TAG_base_type:
		base_type(d, &die, t);
		return (OK);
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
	case DW_TAG_union_type:
	case DW_TAG_enumeration_type:
		return (composite(u, d, &die, declared, t));
	case DW_TAG_subroutine_type:
		return (prototype(u, d, &die, t));
	case DW_TAG_subprogram:
		t->kind = TYPE_FUNC;
		t->target = (struct typeref){ u->unit.index,
		    made_id(u, d, die.offset, 0) };
		return (OK);
	case DW_TAG_unspecified_type:
		t->kind = TYPE_VOID;
		return (OK);
	default:
		return (OK);
	}
}

/* A child of a type, by its number. */
static int
kid(struct dwarf_types *u, uint32_t id, uint32_t i, struct dwarf **d,
    struct dwarf_die *parent, struct dwarf_die *child)
{
	const struct kids *k;
	struct made m;
	bool declared;

	if (entry(u, id, d, parent, &m, &declared) != OK || declared)
		return (E_CORRUPT);
	k = kids_of(u, *d, parent);
	if (k == NULL || i >= k->n)
		return (E_CORRUPT);
	return (dwarf_die(*d, k->at[i], child) == OK ? OK : E_CORRUPT);
}

#define DW_OP_plus_uconst	0x23
#define DW_OP_constu		0x10

/* Bytes from the start of the structure. */
static uint64_t
location(struct dwarf *d, const struct dwarf_die *die)
{
	const struct dwarf_value v = dwarf_attr(d, die,
	    DW_AT_data_member_location);
	struct bytes b;
	uint8_t op;

	if (is_number(&v) || v.class == DWARF_OFFSET)
		return (v.v);
	if (v.class != DWARF_BLOCK)
		return (0);
	b = bytes_of(v.p, v.n, d->in.be);
	op = bytes_u8(&b);
	return (op == DW_OP_plus_uconst || op == DW_OP_constu ?
	    dwarf_uleb(&b) : 0);
}

/* Bit-fields: 5.7.6, and DWARF 2's way: from the highest bit of a unit. */
static void
bits(struct dwarf *d, const struct dwarf_die *die, struct type_member *m)
{
	struct dwarf_value v, size;
	uint64_t bytes, bit_offset;

	m->bit_offset = location(d, die) * 8;
	v = dwarf_attr(d, die, DW_AT_bit_size);
	m->bit_size = is_number(&v) && v.v <= 64 ? (uint32_t)v.v : 0;
	v = dwarf_attr(d, die, DW_AT_data_bit_offset);
	if (is_number(&v)) {
		m->bit_offset = v.v;
		return;
	}
	v = dwarf_attr(d, die, DW_AT_bit_offset);
	if (m->bit_size == 0 || !is_number(&v))
		return;
	bit_offset = v.v;
	if (!d->in.be) {
		size = dwarf_attr(d, die, DW_AT_byte_size);
		bytes = is_number(&size) ? size.v : 0;
		if (bytes == 0) {
			struct dwarf_die other = *die;
			int i;

			for (i = 0; i < DWARF_REFS_MAX && bytes == 0; i++) {
				v = dwarf_attr(d, &other, DW_AT_type);
				if (dwarf_ref(d, &v, &other) != 0)
					break;
				bytes = number(d, &other, DW_AT_byte_size);
			}
		}
		bit_offset = bytes * 8 - bit_offset - m->bit_size;
	}
	m->bit_offset += bit_offset;
}

static int
dwarf_member(struct type_unit *unit, uint32_t id, uint32_t i,
    struct type_member *m)
{
	struct dwarf_types *u = (struct dwarf_types *)unit;
	struct dwarf_die parent, die;
	struct dwarf *d;

	if (kid(u, id, i, &d, &parent, &die) != OK)
		return (E_CORRUPT);
	*m = (struct type_member){ .name = dwarf_die_name(d, &die),
	    .type = target_of(u, d, &die) };
	if (die.tag == DW_TAG_member)
		bits(d, &die, m);
	return (OK);
}

static int
dwarf_enumerator(struct type_unit *unit, uint32_t id, uint32_t i,
    struct type_enum *e)
{
	struct dwarf_types *u = (struct dwarf_types *)unit;
	struct dwarf_die parent, die;
	struct dwarf_value v;
	struct dwarf *d;

	if (kid(u, id, i, &d, &parent, &die) != OK)
		return (E_CORRUPT);
	v = dwarf_attr(d, &die, DW_AT_const_value);
	e->name = dwarf_die_name(d, &die);
	e->value = is_number(&v) ? (int64_t)v.v : 0;
	return (OK);
}

/* Has the entry that name, or, an enum, an enumerator of it? */
static bool
is_named(struct dwarf_types *u, struct dwarf *d, const struct dwarf_die *die,
    enum type_names what, const char *name)
{
	const struct kids *k;
	struct dwarf_die child;
	uint32_t i;

	if (what != TYPE_ENUMERATORS)
		return (strcmp(dwarf_die_name(d, die), name) == 0);
	if (die->tag != DW_TAG_enumeration_type ||
	    (k = kids_of(u, d, die)) == NULL)
		return (false);
	for (i = 0; i < k->n; i++)
		if (dwarf_die(d, k->at[i], &child) == OK &&
		    strcmp(dwarf_die_name(d, &child), name) == 0)
			return (true);
	return (false);
}

static int
dwarf_find(struct type_unit *unit, const char *name, enum type_names what,
    uint32_t *cursor, uint32_t *id)
{
	struct dwarf_types *u = (struct dwarf_types *)unit;
	struct dwarf *d = dwarf_of(u);
	struct dwarf_die die;
	uint32_t off;

	while (d != NULL && dwarf_index_next(d, what, hash_str(name), cursor,
	    &off))
		if (dwarf_die(d, off, &die) == OK &&
		    is_named(u, d, &die, what, name)) {
			*id = off;
			return (OK);
		}
	return (E_DONE);
}

static size_t
dwarf_count(struct type_unit *unit)
{
	struct dwarf *d = dwarf_of((struct dwarf_types *)unit);

	return (d == NULL ? 0 : dwarf_names(d, TYPE_NAMES));
}

static uint32_t
dwarf_nth(struct type_unit *unit, size_t i)
{
	struct dwarf *d = dwarf_of((struct dwarf_types *)unit);
	uint32_t off;

	return (d != NULL && i < UINT32_MAX && dwarf_index_entry(d, TYPE_NAMES,
	    (uint32_t)i, &off) ? off : 0);
}

static void
dwarf_unit_close(struct type_unit *unit)
{
	struct dwarf_types *u = (struct dwarf_types *)unit;
	size_t i;

	for (i = 0; i < u->nkids; i++)
		free(u->kids[i]);
	free(u->kids);
	free(u->made);
	hash_fini(&u->kids_by_id);
	hash_fini(&u->made_by_key);
	pthread_mutex_destroy(&u->lock);
	pthread_mutex_destroy(&u->opening);
	free(u->name);
	free(u);
}

static const struct type_unit_ops dwarf_ops = {
	.source = "DWARF",
	.get = dwarf_get,
	.member = dwarf_member,
	.enumerator = dwarf_enumerator,
	.find = dwarf_find,
	.count = dwarf_count,
	.nth = dwarf_nth,
	.close = dwarf_unit_close,
};

int
dwarf_unit_create(struct ctx *ctx, const char *name,
    struct dwarf *(*open)(void *), void *arg, struct type_unit **ret)
{
	struct dwarf_types *u;

	u = calloc(1, sizeof(*u));
	if (u == NULL || (u->name = strdup(name)) == NULL) {
		free(u);
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	}
	pthread_mutex_init(&u->lock, NULL);
	pthread_mutex_init(&u->opening, NULL);
	u->open = open;
	u->arg = arg;
	u->unit.ops = &dwarf_ops;
	u->unit.name = u->name;
	u->unit.first_id = 1;
	u->unit.end_id = UINT32_MAX;
	*ret = &u->unit;
	return (0);
}
