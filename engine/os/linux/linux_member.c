/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Members by name.  No reader knows an offset or a kernel's version: it asks
 * for a member of the table in linux_read.h, which is looked up in the types
 * of this kernel once, when the first member of its structure is wanted.
 */
#include "engine/os/linux/linux_read.h"

#include "base/bytes.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define PATH_MAX_LEN	64
/* No structure of the table is larger: a larger one is a forged type. */
#define OBJ_MAX		(UINT32_C(1) << 20)

#define TYPE_ROW(t, name)	[LT_##t] = name,
static const char *const type_names[LINUX_TYPES] = {
	LINUX_LAYOUT(TYPE_ROW, LINUX_NOTHING)
};

#define MEMBER_ROW(t, m, path)	[LM_##t##_##m] = { LT_##t, path },
static const struct {
	enum linux_type	 type;
	const char	*path;
} members[LINUX_MEMBERS] = {
	LINUX_LAYOUT(LINUX_NOTHING, MEMBER_ROW)
};

/* Filled one structure at a time, when first asked for, then fixed. */
struct linux_members {
	struct {
		atomic_bool	 known;
		int		 status;
		uint64_t	 size;	/* of the structure, bytes */
		uint32_t	 lo, hi; /* its members lie in [lo, hi) */
	}		 types[LINUX_TYPES];
	struct linux_place places[LINUX_MEMBERS];
};

static const struct linux_place no_memory = { .status = E_NOMEM };

void
linux_members_destroy(struct linux_members *r)
{
	free(r);
}

/* Try the alternatives of a path in their order. */
static void
resolve(struct ctx *ctx, struct kernel *k, struct typeref type,
    const char *paths, struct linux_place *place)
{
	struct type_field f;
	char path[PATH_MAX_LEN];
	size_t n;
	int rc;

	for (;; paths += n + 1) {
		n = strcspn(paths, "|");
		if (n >= sizeof(path))
			n = sizeof(path) - 1;
		memcpy(path, paths, n);
		path[n] = '\0';
		rc = type_field(ctx, k->types, type, path, &f);
		if (rc == 0 && f.offset < OBJ_MAX && f.size < OBJ_MAX) {
			place->offset = (uint32_t)f.offset;
			place->size = f.size;
			place->bit_offset = f.bit_offset;
			place->bit_size = f.bit_size;
			place->status = OK;
			return;
		}
		place->status = rc == E_NO_TYPE ? E_NO_TYPE : E_NO_MEMBER;
		if (paths[n] == '\0')
			return;
	}
}

static void
type_resolve(struct kernel *k, struct linux_members *r, enum linux_type type)
{
	struct ctx ctx;
	struct typeref ref;
	struct linux_place *p;
	uint64_t size;
	uint32_t lo, hi;
	int i, rc;

	/* The caller's error stays what it was. */
	ctx_init(&ctx);
	ctx.quiet = 1;
	size = 0;
	rc = k->types == NULL ? E_NO_TYPE :
	    type_find(&ctx, k->types, type_names[type], &ref);
	if (rc == 0 && type_size(&ctx, k->types, ref, &size) != 0)
		rc = E_NO_TYPE;
	lo = UINT32_MAX;
	hi = 0;
	for (i = 0; i < LINUX_MEMBERS; i++) {
		if (members[i].type != type)
			continue;
		p = &r->places[i];
		p->status = rc;
		if (rc == 0)
			resolve(&ctx, k, ref, members[i].path, p);
		if (p->status != OK)
			continue;
		if (p->offset < lo)
			lo = p->offset;
		if (p->offset + p->size > hi)
			hi = p->offset + p->size;
	}
	r->types[type].size = size;
	r->types[type].status = rc;
	r->types[type].lo = hi == 0 ? 0 : lo;
	r->types[type].hi = hi;
	ctx_fini(&ctx);
}

/* The members with this structure's looked up; NULL: out of memory. */
static struct linux_members *
type_known(struct kernel *k, enum linux_type type)
{
	struct linux_os *l = linux_of(k);
	struct linux_members *r;

	r = __atomic_load_n(&l->members, __ATOMIC_ACQUIRE);
	if (r != NULL && atomic_load_explicit(&r->types[type].known,
	    memory_order_acquire))
		return (r);
	pthread_mutex_lock(&l->lock);
	r = l->members;
	if (r == NULL && (r = calloc(1, sizeof(*r))) != NULL)
		__atomic_store_n(&l->members, r, __ATOMIC_RELEASE);
	if (r != NULL && !atomic_load_explicit(&r->types[type].known,
	    memory_order_relaxed)) {
		type_resolve(k, r, type);
		atomic_store_explicit(&r->types[type].known, true,
		    memory_order_release);
	}
	pthread_mutex_unlock(&l->lock);
	return (r);
}

uint64_t
linux_size(struct kernel *k, enum linux_type type)
{
	struct linux_members *r = type_known(k, type);

	return (r != NULL ? r->types[type].size : 0);
}

const struct linux_place *
linux_place(struct kernel *k, enum linux_member m)
{
	struct linux_members *r = type_known(k, members[m].type);

	return (r != NULL ? &r->places[m] : &no_memory);
}

bool
linux_has(struct kernel *k, enum linux_member m)
{
	return (linux_place(k, m)->status == OK);
}

/* Why a member cannot be had, as an error. */
static int
place_fail(struct ctx *ctx, enum linux_member m, int status)
{
	if (status == E_NOMEM)
		return (ctx_fail(ctx, status, "out of memory"));
	if (status == E_NO_TYPE)
		return (ctx_fail(ctx, status, "this kernel's types hold no %s",
		    type_names[members[m].type]));
	return (ctx_fail(ctx, status, "%s has no member %s",
	    type_names[members[m].type], members[m].path));
}

int
linux_enum(struct ctx *ctx, struct kernel *k, const char *type,
    const char *name, int64_t *ret)
{
	char full[PATH_MAX_LEN];
	struct typeref ref;
	struct type_enum e;
	struct type t;
	size_t n;
	uint32_t i;
	int rc;

	if (k->types == NULL)
		return (ctx_fail(ctx, E_NO_TYPE, "no types are known"));
	n = strlen(type);
	if (n > sizeof(full) - sizeof("enum "))
		return (ctx_fail(ctx, E_LIMIT, "enum %s", type));
	memcpy(full, "enum ", 5);
	memcpy(full + 5, type, n + 1);
	rc = type_find(ctx, k->types, full, &ref);
	if (rc == 0)
		rc = type_strip(ctx, k->types, ref, &ref, &t);
	if (rc != 0)
		return (rc);
	for (i = 0; i < t.nmembers; i++) {
		rc = type_enum_at(ctx, k->types, ref, i, &e);
		if (rc != 0)
			return (rc);
		if (strcmp(e.name, name) == 0) {
			*ret = e.value;
			return (0);
		}
	}
	return (ctx_fail(ctx, E_NO_MEMBER, "%s has no %s", full, name));
}

int
linux_obj_init(struct ctx *ctx, struct linux_obj *o, struct kernel *k,
    enum linux_type type)
{
	struct linux_members *r = type_known(k, type);

	memset(o, 0, sizeof(*o));
	o->k = k;
	o->type = type;
	if (r == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	if (r->types[type].status != 0)
		return (ctx_fail(ctx, r->types[type].status,
		    "this kernel's types hold no %s", type_names[type]));
	o->lo = r->types[type].lo;
	o->hi = r->types[type].hi;
	o->bytes = malloc(o->hi - o->lo + 1);
	if (o->bytes == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	return (0);
}

void
linux_obj_fini(struct linux_obj *o)
{
	free(o->bytes);
	o->bytes = NULL;
}

int
linux_obj_at(struct ctx *ctx, struct linux_obj *o, uint64_t addr)
{
	int rc;

	o->addr = addr;
	o->whole = false;
	if (o->bytes == NULL)
		return (ctx_fail(ctx, E_NO_TYPE,
		    "this kernel's types hold no %s", type_names[o->type]));
	rc = space_read(ctx, &o->k->space, addr + o->lo, o->bytes,
	    o->hi - o->lo);
	o->whole = rc == 0;
	if (rc != 0)
		ctx_chain(ctx, "%s at 0x%llx", type_names[o->type],
		    (unsigned long long)addr);
	return (rc);
}

int
linux_obj_bytes(struct ctx *ctx, const struct linux_obj *o, uint64_t off,
    void *buf, size_t n)
{
	if (o->whole && off >= o->lo && off <= o->hi && n <= o->hi - off) {
		memcpy(buf, o->bytes + (off - o->lo), n);
		return (0);
	}
	return (space_read(ctx, &o->k->space, o->addr + off, buf, n));
}

/* Bits of a member whose bytes are at p. */
static uint64_t
place_bits(const struct linux_place *p, const uint8_t *raw, bool be)
{
	uint64_t v;

	v = load_uint(raw, p->size, be);
	if (p->bit_size != 0 && p->bit_size < 64)
		v = (v >> (p->bit_offset & 63)) &
		    ((UINT64_C(1) << p->bit_size) - 1);
	return (v);
}

static bool
place_scalar(const struct linux_place *p)
{
	return (p->size == 1 || p->size == 2 || p->size == 4 || p->size == 8);
}

int
linux_u64(struct ctx *ctx, const struct linux_obj *o, enum linux_member m,
    uint64_t *ret)
{
	const struct linux_place *p = linux_place(o->k, m);
	uint8_t raw[8];
	int rc;

	if (p->status != OK)
		return (place_fail(ctx, m, p->status));
	if (!place_scalar(p))
		return (ctx_fail(ctx, E_NO_MEMBER, "%s.%s is no number",
		    type_names[o->type], members[m].path));
	rc = linux_obj_bytes(ctx, o, p->offset, raw, p->size);
	if (rc == 0)
		*ret = place_bits(p, raw, o->k->space.be);
	return (rc);
}

int
linux_s64(struct ctx *ctx, const struct linux_obj *o, enum linux_member m,
    int64_t *ret)
{
	const struct linux_place *p = linux_place(o->k, m);
	uint64_t v;
	int rc, bits;

	rc = linux_u64(ctx, o, m, &v);
	if (rc != 0)
		return (rc);
	bits = p->bit_size != 0 ? p->bit_size : (int)p->size * 8;
	*ret = (int64_t)(v << (64 - bits)) >> (64 - bits);
	return (0);
}

int
linux_obj_text(struct ctx *ctx, const struct linux_obj *o, enum linux_member m,
    struct arena *arena, const char **ret)
{
	const struct linux_place *p = linux_place(o->k, m);
	char *s;
	int rc;

	if (p->status != OK)
		return (place_fail(ctx, m, p->status));
	s = arena_alloc(arena, (size_t)p->size + 1);
	if (s == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	rc = linux_obj_bytes(ctx, o, p->offset, s, p->size);
	if (rc != 0)
		return (rc);
	s[p->size] = '\0';
	*ret = s;
	return (0);
}

int
linux_member(struct ctx *ctx, struct kernel *k, uint64_t addr,
    enum linux_member m, uint64_t *ret)
{
	const struct linux_place *p = linux_place(k, m);
	uint8_t raw[8];
	int rc;

	if (p->status != OK)
		return (place_fail(ctx, m, p->status));
	if (!place_scalar(p))
		return (ctx_fail(ctx, E_NO_MEMBER, "%s of %s is no number",
		    members[m].path, type_names[members[m].type]));
	rc = space_read(ctx, &k->space, addr + p->offset, raw, p->size);
	if (rc == 0)
		*ret = place_bits(p, raw, k->space.be);
	return (rc);
}

int
linux_around(struct ctx *ctx, struct kernel *k, enum linux_member m,
    uint64_t embedded, uint64_t *object)
{
	const struct linux_place *p = linux_place(k, m);

	if (p->status != OK)
		return (place_fail(ctx, m, p->status));
	*object = embedded - p->offset;
	return (0);
}
