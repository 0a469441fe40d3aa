/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The unit of types that no reader has: pointers to and arrays of others, and
 * the built-in ones.  Types are only ever added, in chunks that do not move,
 * so that reading needs no lock: a count published after the chunk's entry is
 * filled.
 */
#include "engine/type/type_made.h"

#include "base/hash.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_SHIFT	8
#define CHUNK_TYPES	(1u << CHUNK_SHIFT)
#define CHUNKS_MAX	4096u

struct made {
	struct type_unit unit;
	unsigned	 ptr_size;
	pthread_mutex_t	 lock;		/* for adding */
	struct hash	 index;
	_Atomic uint32_t count;
	_Atomic(struct type *) chunks[CHUNKS_MAX];
};

/* In the order of their ids, from 1. */
static const struct builtin {
	char	    letter;
	const char *name;
	uint8_t	    size;		/* 0: of a pointer */
	bool	    is_signed, is_char, is_bool;
	uint8_t	    kind;
} builtins[] = {
	{ 'c', "char", 1, true, true, false, TYPE_INT },
	{ 'b', "signed char", 1, true, false, false, TYPE_INT },
	{ 'B', "unsigned char", 1, false, false, false, TYPE_INT },
	{ 'h', "short", 2, true, false, false, TYPE_INT },
	{ 'H', "unsigned short", 2, false, false, false, TYPE_INT },
	{ 'i', "int", 4, true, false, false, TYPE_INT },
	{ 'I', "unsigned int", 4, false, false, false, TYPE_INT },
	{ 'l', "long", 0, true, false, false, TYPE_INT },
	{ 'L', "unsigned long", 0, false, false, false, TYPE_INT },
	{ 'q', "long long", 8, true, false, false, TYPE_INT },
	{ 'Q', "unsigned long long", 8, false, false, false, TYPE_INT },
	{ '?', "_Bool", 1, false, false, true, TYPE_INT },
	{ 'f', "float", 4, true, false, false, TYPE_FLOAT },
	{ 'd', "double", 8, true, false, false, TYPE_FLOAT },
	{ '0', "", 0, false, false, false, TYPE_PTR },
	{ '(', "", 0, false, false, false, TYPE_PROTO },
};
#define NBUILTINS	(sizeof(builtins) / sizeof(builtins[0]))

static const struct type_unit_ops made_ops;

static struct type *
made_slot(struct made *m, uint32_t id)
{
	return (&m->chunks[id >> CHUNK_SHIFT][id & (CHUNK_TYPES - 1)]);
}

static uint64_t
made_key(enum type_kind kind, struct typeref target, uint64_t count)
{
	return (hash_u64(hash_u64(((uint64_t)target.unit << 32) | target.id) +
	    (uint64_t)kind) ^ hash_u64(count));
}

/* Called with the lock held; the id, or 0 with *status set. */
static uint32_t
made_add(struct made *m, const struct type *t, int *status)
{
	struct type *chunk;
	uint32_t id;

	id = atomic_load_explicit(&m->count, memory_order_relaxed);
	if (id >= CHUNKS_MAX * CHUNK_TYPES) {
		*status = E_LIMIT;
		return (0);
	}
	if (m->chunks[id >> CHUNK_SHIFT] == NULL) {
		chunk = calloc(CHUNK_TYPES, sizeof(*chunk));
		if (chunk == NULL) {
			*status = E_NOMEM;
			return (0);
		}
		m->chunks[id >> CHUNK_SHIFT] = chunk;
	}
	*made_slot(m, id) = *t;
	if (!hash_add(&m->index, made_key(t->kind, t->target, t->count), id)) {
		*status = E_NOMEM;
		return (0);
	}
	atomic_store_explicit(&m->count, id + 1, memory_order_release);
	return (id);
}

struct type_unit *
made_create(unsigned ptr_size)
{
	const struct builtin *b;
	struct made *m;
	struct type t;
	int status = OK;

	m = calloc(1, sizeof(*m));
	if (m == NULL)
		return (NULL);
	m->unit = (struct type_unit){ .ops = &made_ops, .name = "",
	    .index = TYPE_UNIT_MADE, .first_id = 1, .end_id = UINT32_MAX };
	m->ptr_size = ptr_size;
	m->count = 1;
	pthread_mutex_init(&m->lock, NULL);
	for (b = builtins; b < builtins + NBUILTINS; b++) {
		t = (struct type){ .kind = b->kind, .name = b->name,
		    .size = b->size != 0 ? b->size : ptr_size,
		    .is_signed = b->is_signed, .is_char = b->is_char,
		    .is_bool = b->is_bool };
		if (ptr_size == 8 && b->size == 8 && b->kind == TYPE_INT)
			t.name = b->is_signed ? "long" : "unsigned long";
		if (made_add(m, &t, &status) == 0) {
			made_ops.close(&m->unit);
			return (NULL);
		}
	}
	return (&m->unit);
}

int
made_derive(struct type_unit *u, enum type_kind kind, struct typeref target,
    uint64_t count, struct typeref *ret)
{
	struct made *m = (struct made *)u;
	struct type t, *have;
	uint32_t cursor = 0, id;
	uint64_t key;
	int status = OK;

	t = (struct type){ .kind = kind, .name = "", .target = target,
	    .count = count, .size = kind == TYPE_PTR ? m->ptr_size : 0 };
	key = made_key(kind, target, count);
	pthread_mutex_lock(&m->lock);
	while ((id = hash_next(&m->index, key, &cursor)) != UINT32_MAX) {
		have = made_slot(m, id);
		if (have->kind == kind && have->count == count &&
		    have->target.unit == target.unit &&
		    have->target.id == target.id)
			break;
	}
	if (id == UINT32_MAX)
		id = made_add(m, &t, &status);
	pthread_mutex_unlock(&m->lock);
	if (status == OK)
		*ret = (struct typeref){ TYPE_UNIT_MADE, id };
	return (status);
}

/* A list is a chain of entries of no kind, the last argument first. */
int
made_argument(struct type_unit *u, struct typeref list, struct typeref arg,
    struct typeref *ret)
{
	return (made_derive(u, TYPE_OTHER, arg, list.id, ret));
}

uint32_t
made_builtin(char letter)
{
	uint32_t i;

	for (i = 0; i < NBUILTINS; i++) {
		if (builtins[i].letter == letter)
			return (i + 1);
	}
	return (0);
}

static int
made_get(struct type_unit *u, uint32_t id, struct type *t)
{
	struct made *m = (struct made *)u;

	if (id >= atomic_load_explicit(&m->count, memory_order_acquire))
		return (E_CORRUPT);
	*t = *made_slot(m, id);
	if (t->kind == TYPE_PROTO) {
		for (; t->count != 0; t->nmembers++)
			t->count = made_slot(m, (uint32_t)t->count)->count;
	}
	return (OK);
}

static int
made_member(struct type_unit *u, uint32_t id, uint32_t i,
    struct type_member *m)
{
	struct made *made = (struct made *)u;
	const struct type *list;
	struct type t;
	uint32_t n;

	if (made_get(u, id, &t) != OK || t.kind != TYPE_PROTO ||
	    i >= t.nmembers)
		return (E_CORRUPT);
	list = made_slot(made, (uint32_t)made_slot(made, id)->count);
	for (n = t.nmembers - 1; n > i; n--)
		list = made_slot(made, (uint32_t)list->count);
	*m = (struct type_member){ .name = "", .type = list->target };
	return (OK);
}

static int
made_enumerator(struct type_unit *u, uint32_t id, uint32_t i,
    struct type_enum *e)
{
	(void)u;
	(void)id;
	(void)i;
	(void)e;
	return (E_CORRUPT);
}

static int
made_find(struct type_unit *u, const char *name, enum type_names what,
    uint32_t *cursor, uint32_t *id)
{
	(void)u;
	(void)name;
	(void)what;
	(void)cursor;
	(void)id;
	return (E_DONE);
}

static void
made_close(struct type_unit *u)
{
	struct made *m = (struct made *)u;
	uint32_t i;

	for (i = 0; i < CHUNKS_MAX && m->chunks[i] != NULL; i++)
		free(m->chunks[i]);
	hash_fini(&m->index);
	pthread_mutex_destroy(&m->lock);
	free(m);
}

static const struct type_unit_ops made_ops = {
	.source = "",
	.get = made_get,
	.member = made_member,
	.enumerator = made_enumerator,
	.find = made_find,
	.close = made_close,
};
