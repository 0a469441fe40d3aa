/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/hash.h"

#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

/* 2^64 divided by the golden ratio: spreads keys that differ in a few bits. */
#define GOLDEN		0x9e3779b97f4a7c15u

#define FNV_BASIS	0xcbf29ce484222325u
#define FNV_PRIME	0x100000001b3u

uint64_t
hash_u64(uint64_t x)
{
	x ^= x >> 32;
	x *= GOLDEN;
	x ^= x >> 29;
	x *= 0xd6e8feb86659fd93u;
	x ^= x >> 32;
	return (x);
}

uint64_t
hash_bytes(const void *data, size_t n)
{
	const uint8_t *p = data;
	uint64_t h = FNV_BASIS;
	size_t i;

	for (i = 0; i < n; i++)
		h = (h ^ p[i]) * FNV_PRIME;
	return (hash_u64(h));
}

uint64_t
hash_str(const char *s)
{
	uint64_t h = FNV_BASIS;

	for (; *s != '\0'; s++)
		h = (h ^ (uint8_t)*s) * FNV_PRIME;
	return (hash_u64(h));
}

void
hash_fini(struct hash *t)
{
	free(t->heads);
	free(t->slots);
	memset(t, 0, sizeof(*t));
}

/* A caller may pass a plain key: one multiplication spreads it. */
static uint32_t
hash_tag(uint64_t h)
{
	return ((uint32_t)((h * GOLDEN) >> 32));
}

/* The best-mixed bits of a tag are its upper ones. */
static uint32_t
hash_home(uint32_t mask, uint32_t tag)
{
	return (mask == 0 ? 0 : tag >> __builtin_clz(mask));
}

bool
hash_reserve(struct hash *t, size_t n)
{
	struct hash_slot *s;
	uint32_t *heads, *head;
	size_t nheads;
	uint32_t i;

	if (n >= UINT32_MAX / 2)
		return (false);
	if (!vec_room(t->slots, t->cap, n))
		return (false);
	if (t->heads != NULL && n <= (size_t)t->mask + 1)
		return (true);
	for (nheads = 16; nheads < n; nheads *= 2)
		continue;
	heads = calloc(nheads, sizeof(*heads));
	if (heads == NULL)
		return (false);
	free(t->heads);
	t->heads = heads;
	t->mask = (uint32_t)(nheads - 1);
	for (i = 0; i < t->count; i++) {
		s = &t->slots[i];
		head = &heads[hash_home(t->mask, s->tag)];
		s->next = *head;
		*head = i + 1;
	}
	return (true);
}

bool
hash_add(struct hash *t, uint64_t h, uint32_t value)
{
	struct hash_slot *s;
	uint32_t *head;

	if (value == UINT32_MAX || !hash_reserve(t, (size_t)t->count + 1))
		return (false);
	s = &t->slots[t->count];
	s->tag = hash_tag(h);
	s->value = value;
	head = &t->heads[hash_home(t->mask, s->tag)];
	s->next = *head;
	*head = ++t->count;
	return (true);
}

uint32_t
hash_next(const struct hash *t, uint64_t h, uint32_t *cursor)
{
	const struct hash_slot *s;
	uint32_t i, tag;

	if (t->heads == NULL)
		return (UINT32_MAX);
	tag = hash_tag(h);
	i = *cursor == 0 ? t->heads[hash_home(t->mask, tag)] :
	    t->slots[*cursor - 1].next;
	for (; i != 0; i = s->next) {
		s = &t->slots[i - 1];
		if (s->tag == tag) {
			*cursor = i;
			return (s->value);
		}
	}
	/* The cursor stays where it is: asking again gives the same answer. */
	return (UINT32_MAX);
}

void
seen_fini(struct seen *s)
{
	free(s->keys);
	memset(s, 0, sizeof(*s));
}

/* The slot that holds key, or the free one where it belongs. */
static uint64_t *
seen_slot(uint64_t *keys, size_t cap, uint64_t key)
{
	size_t i;

	for (i = hash_u64(key) & (cap - 1); keys[i] != 0 && keys[i] != key;)
		i = (i + 1) & (cap - 1);
	return (&keys[i]);
}

static bool
seen_grow(struct seen *s)
{
	uint64_t *keys;
	size_t cap, i;

	cap = s->cap == 0 ? 64 : s->cap * 2;
	if (cap < s->cap || (keys = calloc(cap, sizeof(*keys))) == NULL)
		return (false);
	for (i = 0; i < s->cap; i++)
		if (s->keys[i] != 0)
			*seen_slot(keys, cap, s->keys[i]) = s->keys[i];
	free(s->keys);
	s->keys = keys;
	s->cap = cap;
	return (true);
}

int
seen_add(struct seen *s, uint64_t key)
{
	uint64_t *slot;

	if (key == 0) {
		if (s->has_zero)
			return (0);
		s->has_zero = true;
		s->count++;
		return (1);
	}
	if (s->cap == 0 || s->count >= s->cap / 2) {
		if (!seen_grow(s))
			return (-1);
	}
	slot = seen_slot(s->keys, s->cap, key);
	if (*slot == key)
		return (0);
	*slot = key;
	s->count++;
	return (1);
}

bool
seen_has(const struct seen *s, uint64_t key)
{
	if (key == 0)
		return (s->has_zero);
	return (s->cap > 0 && *seen_slot(s->keys, s->cap, key) == key);
}
