/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * BTF: the compact type format that Linux keeps in its own memory
 * (include/uapi/linux/btf.h, Documentation/bpf/btf.rst).  A header, a section
 * of type records without an index, a section of NUL-ended strings.  All
 * integers are in the target's byte order.
 *
 * Opening makes one pass over the records: it checks that each lies within
 * the section and notes where it begins.  Whatever a record refers to (other
 * types, names) is checked at each use, since that is one comparison.
 *
 * Names are found through indices that are made when first asked for: one for
 * types, one for functions and variables (half of all records, and seldom
 * wanted), one for enumerators.
 */
#include "base/bytes.h"
#include "base/hash.h"
#include "base/vec.h"
#include "engine/type/type.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BTF_MAGIC	0xeb9fu
#define BTF_VERSION	1
#define BTF_HEADER_MIN	24u
#define BTF_RECORD	12u		/* name, info, size or type */
#define BTF_BLOB_MAX	(512u << 20)
#define BTF_TYPES_MAX	(16u << 20)

enum btf_kind {
	BTF_INT = 1, BTF_PTR, BTF_ARRAY, BTF_STRUCT, BTF_UNION, BTF_ENUM,
	BTF_FWD, BTF_TYPEDEF, BTF_VOLATILE, BTF_CONST, BTF_RESTRICT, BTF_FUNC,
	BTF_PROTO, BTF_VAR, BTF_DATASEC, BTF_FLOAT, BTF_DECL_TAG, BTF_TYPE_TAG,
	BTF_ENUM64, BTF_KINDS
};

#define BTF_INT_SIGNED	1u
#define BTF_INT_BOOL	4u

/* What follows a record, and what it is in the neutral graph. */
static const struct {
	uint8_t	tail, each;		/* bytes: once, for each of vlen */
	uint8_t	kind;
	bool	in[TYPE_NAMES_COUNT];	/* in which index of names */
} btf_kinds[BTF_KINDS] = {
	[BTF_INT] = { 4, 0, TYPE_INT, { true, false, false } },
	[BTF_PTR] = { 0, 0, TYPE_PTR, { false, false, false } },
	[BTF_ARRAY] = { 12, 0, TYPE_ARRAY, { false, false, false } },
	[BTF_STRUCT] = { 0, 12, TYPE_STRUCT, { true, false, false } },
	[BTF_UNION] = { 0, 12, TYPE_UNION, { true, false, false } },
	[BTF_ENUM] = { 0, 8, TYPE_ENUM, { true, false, true } },
	[BTF_FWD] = { 0, 0, TYPE_FWD, { true, false, false } },
	[BTF_TYPEDEF] = { 0, 0, TYPE_TYPEDEF, { true, false, false } },
	[BTF_VOLATILE] = { 0, 0, TYPE_VOLATILE, { false, false, false } },
	[BTF_CONST] = { 0, 0, TYPE_CONST, { false, false, false } },
	[BTF_RESTRICT] = { 0, 0, TYPE_RESTRICT, { false, false, false } },
	[BTF_FUNC] = { 0, 0, TYPE_FUNC, { false, true, false } },
	[BTF_PROTO] = { 0, 8, TYPE_PROTO, { false, false, false } },
	[BTF_VAR] = { 4, 0, TYPE_VAR, { false, true, false } },
	[BTF_DATASEC] = { 0, 12, TYPE_OTHER, { false, false, false } },
	[BTF_FLOAT] = { 0, 0, TYPE_FLOAT, { true, false, false } },
	[BTF_DECL_TAG] = { 4, 0, TYPE_OTHER, { false, false, false } },
	[BTF_TYPE_TAG] = { 0, 0, TYPE_ATTR, { false, false, false } },
	[BTF_ENUM64] = { 0, 12, TYPE_ENUM, { true, false, true } },
};

struct btf_index {
	_Atomic bool	 ready;
	uint32_t	 count;		/* names that go in */
	struct hash	 hash;
};

struct btf {
	struct type_unit unit;
	char		*name;
	char		 cut[80];	/* what unit.cut says */
	const uint8_t	*data;
	bool		 owned, be;
	unsigned	 ptr_size;
	const uint8_t	*types;
	size_t		 types_len;
	const char	*strings;	/* ends with NUL */
	uint32_t	 first_string, strings_len;
	uint32_t	*offsets;	/* of own records in types */
	size_t		 offsets_cap;
	bool		 odd_ints;	/* has old-style bit-field integers */
	bool		 enum_signs;	/* enums tell whether they are signed */
	pthread_mutex_t	 lock;		/* for making an index */
	struct btf_index index[TYPE_NAMES_COUNT];
};

struct btf_record {
	const uint8_t	*p;		/* after the first 12 bytes */
	uint32_t	 name, size, vlen;
	enum btf_kind	 kind;
	bool		 flag;
};

static const struct type_unit_ops btf_ops;

static bool
btf_header(struct bytes *b, uint32_t part[5])
{
	unsigned i;

	if (bytes_u16(b) != BTF_MAGIC || bytes_u8(b) != BTF_VERSION)
		return (false);
	bytes_skip(b, 1);		/* flags: none defined */
	for (i = 0; i < 5; i++)
		part[i] = bytes_u32(b);
	return (!b->bad && part[0] >= BTF_HEADER_MIN && part[0] < 4096);
}

bool
btf_probe(const void *header, size_t n, bool be, size_t *total)
{
	struct bytes b = bytes_of(header, n, be);
	uint64_t types_end, strings_end, end;
	uint32_t part[5];

	if (!btf_header(&b, part))
		return (false);
	/* The sections follow the header; the compilers put types first. */
	types_end = (uint64_t)part[1] + part[2];
	strings_end = (uint64_t)part[3] + part[4];
	end = types_end > strings_end ? types_end : strings_end;
	if (part[1] % 4 != 0 || part[2] % 4 != 0 || part[2] < BTF_RECORD ||
	    part[4] == 0 || end + part[0] > BTF_BLOB_MAX ||
	    (part[3] < types_end && part[1] < strings_end))
		return (false);
	*total = (size_t)(end + part[0]);
	return (true);
}

/* Decode the record at p, of which at least 12 bytes are there. */
static struct btf_record
btf_decode(const struct btf *b, const uint8_t *p)
{
	uint32_t info = load_u32(p + 4, b->be);

	return ((struct btf_record){ .p = p + BTF_RECORD,
	    .name = load_u32(p, b->be), .size = load_u32(p + 8, b->be),
	    .vlen = info & 0xffff, .kind = (info >> 24) & 0x1f,
	    .flag = (info >> 31) != 0 });
}

/*
 * The ids that type.c asks for are in range.  The bytes may lie in a file that
 * somebody writes to: a record that is not what it was when opened is void.
 */
static struct btf_record
btf_record(const struct btf *b, uint32_t id)
{
	const uint32_t at = b->offsets[id - b->unit.first_id];
	struct btf_record r = btf_decode(b, b->types + at);

	if (r.kind >= BTF_KINDS || btf_kinds[r.kind].tail + (size_t)r.vlen *
	    btf_kinds[r.kind].each > b->types_len - at - BTF_RECORD) {
		r.kind = 0;
		r.vlen = 0;
	}
	return (r);
}

/* NULL when the offset is outside of the strings. */
static const char *
btf_string(const struct btf *b, uint32_t off)
{
	while (off < b->first_string && b->unit.base != NULL)
		b = (const struct btf *)b->unit.base;
	off -= b->first_string;
	return (off < b->strings_len ? b->strings + off : NULL);
}

static struct typeref
btf_ref(const struct btf *b, uint32_t id)
{
	const struct type_unit *u = &b->unit;

	while (id < u->first_id && u->base != NULL)
		u = u->base;
	return ((struct typeref){ u->index, id });
}

/*
 * One pass: where each record begins.  Returns OK or why it ended at *at; what
 * lies before that can be used.
 */
static int
btf_scan_records(struct btf *b, size_t *at, uint32_t *ret)
{
	const size_t len = b->types_len;
	struct btf_record r;
	uint32_t encoding, n;
	size_t size;

	for (*at = 0, n = 0; *at < len; *at += size, *ret = n) {
		if (len - *at < BTF_RECORD)
			return (E_TRUNCATED);
		r = btf_decode(b, b->types + *at);
		if (r.kind == 0 || r.kind >= BTF_KINDS)
			return (E_UNSUPPORTED);
		size = BTF_RECORD + btf_kinds[r.kind].tail;
		if (btf_kinds[r.kind].each != 0)
			size += (size_t)r.vlen * btf_kinds[r.kind].each;
		if (len - *at < size)
			return (E_TRUNCATED);
		if (n >= BTF_TYPES_MAX)
			return (E_LIMIT);
		if (n >= b->offsets_cap &&
		    !vec_room(b->offsets, b->offsets_cap, (size_t)n + 1))
			return (E_NOMEM);
		b->offsets[n++] = (uint32_t)*at;
		b->index[TYPE_NAMES].count += btf_kinds[r.kind].in[TYPE_NAMES];
		b->index[TYPE_OBJECTS].count +=
		    btf_kinds[r.kind].in[TYPE_OBJECTS];
		if (btf_kinds[r.kind].in[TYPE_ENUMERATORS])
			b->index[TYPE_ENUMERATORS].count += r.vlen;
		if (r.kind == BTF_INT) {
			encoding = load_u32(r.p, b->be);
			if ((encoding & 0xff) != (r.size & 0x1fffffff) * 8 ||
			    (encoding & 0xff0000) != 0)
				b->odd_ints = true;
		} else if (r.kind == BTF_ENUM64 ||
		    (r.kind == BTF_ENUM && r.flag))
			b->enum_signs = true;
	}
	return (OK);
}

static int
btf_scan(struct ctx *ctx, struct btf *b)
{
	uint32_t n = 0;
	size_t at;
	int r;

	r = btf_scan_records(b, &at, &n);
	b->unit.end_id = b->unit.first_id + n;
	switch (r) {
	case OK:
		return (OK);
	case E_NOMEM:
		return (ctx_fail(ctx, r, "BTF of %s: out of memory", b->name));
	case E_LIMIT:
		return (ctx_fail(ctx, r, "BTF of %s: too many types", b->name));
	}
	snprintf(b->cut, sizeof(b->cut), r == E_UNSUPPORTED ?
	    "unknown kind of type at byte %zu" :
	    "the record at byte %zu runs over the end", at);
	if (n == 0)
		return (ctx_fail(ctx, E_CORRUPT, "BTF of %s: %s", b->name,
		    b->cut));
	b->unit.cut = b->cut;
	return (OK);
}

static int
btf_setup(struct ctx *ctx, struct btf *b, size_t n)
{
	struct bytes c = bytes_of(b->data, n, b->be);
	struct btf *base = (struct btf *)b->unit.base;
	uint32_t part[5];
	size_t total;

	if (base != NULL && base->unit.cut != NULL)
		return (ctx_fail(ctx, E_CORRUPT, "BTF of %s: it continues that "
		    "of %s, which is cut short", b->name, base->name));
	if (!btf_probe(b->data, n, b->be, &total) || !btf_header(&c, part))
		return (ctx_fail(ctx, E_CORRUPT,
		    "BTF of %s: no plausible header", b->name));
	if (total > n)
		return (ctx_fail(ctx, E_TRUNCATED, "BTF of %s: %zu bytes "
		    "announced, %zu there", b->name, total, n));
	b->types = b->data + part[0] + part[1];
	b->types_len = part[2];
	b->strings = (const char *)b->data + part[0] + part[3];
	b->strings_len = part[4];
	if (b->strings[b->strings_len - 1] != '\0')
		return (ctx_fail(ctx, E_CORRUPT,
		    "BTF of %s: the last name has no end", b->name));
	b->unit.first_id = 1;
	if (base != NULL) {
		b->unit.first_id = base->unit.end_id;
		if (__builtin_add_overflow(base->first_string,
		    base->strings_len, &b->first_string))
			return (ctx_fail(ctx, E_LIMIT,
			    "BTF of %s: too many names", b->name));
	}
	/* A record takes 25 bytes on average: a first guess of their number. */
	if (!vec_room(b->offsets, b->offsets_cap, part[2] / 24 + 16))
		return (ctx_fail(ctx, E_NOMEM, "BTF of %s: out of memory",
		    b->name));
	return (btf_scan(ctx, b));
}

int
btf_open(struct ctx *ctx, const char *name, const void *data, size_t n,
    bool owned, bool be, unsigned ptr_size, struct type_unit *base,
    struct type_unit **ret)
{
	struct btf *b;
	int r;

	if (base != NULL && base->ops != &btf_ops)
		return (ctx_fail(ctx, E_USAGE,
		    "BTF of %s: its base is not BTF", name));
	b = calloc(1, sizeof(*b));
	if (b == NULL || (b->name = strdup(name)) == NULL) {
		free(b);
		return (ctx_fail(ctx, E_NOMEM, "BTF of %s: out of memory",
		    name));
	}
	b->unit.ops = &btf_ops;
	b->unit.name = b->name;
	b->unit.base = base;
	b->data = data;
	b->be = be;
	b->ptr_size = ptr_size;
	pthread_mutex_init(&b->lock, NULL);
	r = btf_setup(ctx, b, n);
	if (r != OK) {
		btf_ops.close(&b->unit);
		return (r);
	}
	b->owned = owned;		/* not ours before it succeeded */
	*ret = &b->unit;
	return (OK);
}

static void
btf_close(struct type_unit *u)
{
	struct btf *b = (struct btf *)u;
	int i;

	if (b->owned)
		free((void *)(uintptr_t)b->data);
	for (i = 0; i < TYPE_NAMES_COUNT; i++)
		hash_fini(&b->index[i].hash);
	pthread_mutex_destroy(&b->lock);
	free(b->offsets);
	free(b->name);
	free(b);
}

/*
 * Blobs older than 6.0 do not tell the sign of an enum (kind_flag came with
 * BTF_KIND_ENUM64): small negative values give it away.
 */
static bool
btf_enum_signed(const struct btf *b, const struct btf_record *r)
{
	uint32_t i;

	if (b->enum_signs || r->kind == BTF_ENUM64)
		return (r->flag);
	for (i = 0; i < r->vlen; i++) {
		if (load_u32(r->p + i * 8 + 4, b->be) >= 0xffff0000u)
			return (true);
	}
	return (false);
}

static int
btf_get(struct type_unit *u, uint32_t id, struct type *t)
{
	const struct btf *b = (const struct btf *)u;
	struct btf_record r = btf_record(b, id);
	uint32_t encoding;

	*t = (struct type){ .kind = btf_kinds[r.kind].kind };
	t->name = btf_string(b, r.name);
	if (t->name == NULL)
		return (E_CORRUPT);
	switch (r.kind) {
	case BTF_INT:
		encoding = load_u32(r.p, b->be) >> 24;
		t->is_signed = (encoding & BTF_INT_SIGNED) != 0;
		t->is_bool = (encoding & BTF_INT_BOOL) != 0;
		t->size = r.size;
		/* pahole leaves CHAR unset; only plain char is for text. */
		t->is_char = r.size == 1 && strcmp(t->name, "char") == 0;
		break;
	case BTF_FLOAT:
		t->size = r.size;
		break;
	case BTF_PTR:
		t->size = b->ptr_size;
		t->target = btf_ref(b, r.size);
		break;
	case BTF_ARRAY:
		t->target = btf_ref(b, load_u32(r.p, b->be));
		t->count = load_u32(r.p + 8, b->be);
		break;
	case BTF_STRUCT:
	case BTF_UNION:
		t->size = r.size;
		t->nmembers = r.vlen;
		break;
	case BTF_ENUM:
	case BTF_ENUM64:
		t->size = r.size;
		t->nmembers = r.vlen;
		t->is_signed = btf_enum_signed(b, &r);
		break;
	case BTF_FWD:
		t->is_union = r.flag;
		break;
	case BTF_PROTO:
		t->nmembers = r.vlen;
		t->target = btf_ref(b, r.size);
		break;
	case BTF_TYPEDEF:
	case BTF_VOLATILE:
	case BTF_CONST:
	case BTF_RESTRICT:
	case BTF_FUNC:
	case BTF_VAR:
	case BTF_TYPE_TAG:
		t->target = btf_ref(b, r.size);
		break;
	default:
		break;
	}
	return (OK);
}

/*
 * An old-style bit-field is a plain member whose integer type is narrower than
 * its bytes.
 */
static void
btf_old_bits(const struct btf *b, uint32_t id, struct type_member *m)
{
	struct btf_record r;
	uint32_t encoding;
	int i;

	for (i = 0; i < 32 && id != 0; i++) {
		while (id < b->unit.first_id && b->unit.base != NULL)
			b = (const struct btf *)b->unit.base;
		if (id < b->unit.first_id || id >= b->unit.end_id)
			return;
		r = btf_record(b, id);
		if (r.kind == BTF_INT) {
			encoding = load_u32(r.p, b->be);
			if ((encoding & 0xff) < (uint64_t)r.size * 8 ||
			    (encoding & 0xff0000) != 0) {
				m->bit_offset += (encoding >> 16) & 0xff;
				m->bit_size = encoding & 0xff;
			}
			return;
		}
		if (r.kind != BTF_TYPEDEF && r.kind != BTF_CONST &&
		    r.kind != BTF_VOLATILE && r.kind != BTF_TYPE_TAG)
			return;
		id = r.size;
	}
}

static int
btf_member(struct type_unit *u, uint32_t id, uint32_t i, struct type_member *m)
{
	const struct btf *b = (const struct btf *)u;
	struct btf_record r = btf_record(b, id);
	const uint8_t *p;
	uint32_t type, offset;

	if (i >= r.vlen || (r.kind != BTF_STRUCT && r.kind != BTF_UNION &&
	    r.kind != BTF_PROTO))
		return (E_CORRUPT);
	p = r.p + (size_t)i * btf_kinds[r.kind].each;
	m->name = btf_string(b, load_u32(p, b->be));
	if (m->name == NULL)
		return (E_CORRUPT);
	type = load_u32(p + 4, b->be);
	m->type = btf_ref(b, type);
	m->bit_offset = 0;
	m->bit_size = 0;
	if (r.kind == BTF_PROTO)
		return (OK);
	offset = load_u32(p + 8, b->be);
	m->bit_offset = r.flag ? offset & 0xffffff : offset;
	if (r.flag)
		m->bit_size = offset >> 24;
	else if (b->odd_ints)
		btf_old_bits(b, type, m);
	return (OK);
}

static int
btf_enumerator(struct type_unit *u, uint32_t id, uint32_t i,
    struct type_enum *e)
{
	const struct btf *b = (const struct btf *)u;
	struct btf_record r = btf_record(b, id);
	const uint8_t *p;

	if (i >= r.vlen || (r.kind != BTF_ENUM && r.kind != BTF_ENUM64))
		return (E_CORRUPT);
	p = r.p + (size_t)i * btf_kinds[r.kind].each;
	e->name = btf_string(b, load_u32(p, b->be));
	if (e->name == NULL)
		return (E_CORRUPT);
	if (r.kind == BTF_ENUM64)
		e->value = (int64_t)(((uint64_t)load_u32(p + 8, b->be) << 32) |
		    load_u32(p + 4, b->be));
	else if (btf_enum_signed(b, &r))
		e->value = (int32_t)load_u32(p + 4, b->be);
	else
		e->value = load_u32(p + 4, b->be);
	return (OK);
}

static bool
btf_index_add(struct btf *b, struct btf_index *x, uint32_t name_off,
    uint32_t id)
{
	const char *name = btf_string(b, name_off);

	return (name == NULL || name[0] == '\0' ||
	    hash_add(&x->hash, hash_str(name), id));
}

/* Added from the last to the first, so that the first is found first. */
static bool
btf_index_make(struct btf *b, struct btf_index *x, enum type_names what)
{
	struct btf_record r;
	uint32_t id, i;
	bool ok;

	ok = hash_reserve(&x->hash, x->count);
	for (id = b->unit.end_id; ok && id-- > b->unit.first_id;) {
		r = btf_record(b, id);
		if (!btf_kinds[r.kind].in[what])
			continue;
		if (what != TYPE_ENUMERATORS) {
			ok = btf_index_add(b, x, r.name, id);
			continue;
		}
		for (i = 0; ok && i < r.vlen; i++)
			ok = btf_index_add(b, x, load_u32(r.p + (size_t)i *
			    btf_kinds[r.kind].each, b->be), id);
	}
	if (!ok)
		hash_fini(&x->hash);
	return (ok);
}

/* Has the record that name? */
static bool
btf_named(const struct btf *b, const struct btf_record *r,
    enum type_names what, const char *name)
{
	const char *have;
	uint32_t i;

	if (what != TYPE_ENUMERATORS) {
		have = btf_string(b, r->name);
		return (have != NULL && strcmp(have, name) == 0);
	}
	for (i = 0; i < r->vlen; i++) {
		have = btf_string(b, load_u32(r->p + (size_t)i *
		    btf_kinds[r->kind].each, b->be));
		if (have != NULL && strcmp(have, name) == 0)
			return (true);
	}
	return (false);
}

static int
btf_find(struct type_unit *u, const char *name, enum type_names what,
    uint32_t *cursor, uint32_t *ret)
{
	struct btf *b = (struct btf *)u;
	struct btf_index *x = &b->index[what];
	struct btf_record r;
	uint64_t h;
	uint32_t id;
	bool ready;

	if (!atomic_load_explicit(&x->ready, memory_order_acquire)) {
		pthread_mutex_lock(&b->lock);
		ready = atomic_load_explicit(&x->ready, memory_order_relaxed) ||
		    btf_index_make(b, x, what);
		atomic_store_explicit(&x->ready, ready, memory_order_release);
		pthread_mutex_unlock(&b->lock);
		if (!ready)
			return (E_NOMEM);
	}
	h = hash_str(name);
	while ((id = hash_next(&x->hash, h, cursor)) != UINT32_MAX) {
		r = btf_record(b, id);
		if (btf_named(b, &r, what, name)) {
			*ret = id;
			return (OK);
		}
	}
	return (E_DONE);
}

static const struct type_unit_ops btf_ops = {
	.source = "BTF",
	.get = btf_get,
	.member = btf_member,
	.enumerator = btf_enumerator,
	.find = btf_find,
	.close = btf_close,
};
