/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pages are spread by the hash of their key over shards, each with a lock of
 * its own, so that threads seldom meet.  A shard is a fixed array of slots:
 *
 *	bucket[hash] -> slot -> slot ...	found by key, chained by number
 *	hand ------^				the next to be looked at
 *
 * Which page goes is decided by the clock: the hand passes over pages that
 * were used since it came by last, takes that mark off them, and stops at the
 * first without it.  A hit thus writes one byte and moves no list.
 */
#include "engine/memory/cache.h"

#include "base/hash.h"

#include <sys/mman.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SHARDS		16u
#define SHARD_PAGES	64u		/* smaller caches are not split */
#define NONE		UINT32_MAX

struct slot {
	uint64_t key;
	uint32_t next;			/* in its bucket, or NONE */
	bool	 used;
};

struct shard {
	pthread_mutex_t	 lock;
	uint32_t	*bucket;	/* "mask" + 1 of them */
	struct slot	*slot;
	uint8_t		*pages;
	uint32_t	 filled, hand;
} __attribute__((aligned(64)));

struct cache {
	struct shard	 shard[SHARDS];
	unsigned	 nshards;	/* a power of two */
	size_t		 page_size;
	uint32_t	 nslots;	/* of each shard */
	uint32_t	 mask;
	uint8_t		*pages;		/* of all shards */
	size_t		 size;		/* bytes of them */
};

int
cache_create(struct ctx *ctx, uint64_t budget, size_t page_size,
    struct cache **ret)
{
	struct cache *c;
	struct shard *s;
	uint64_t pages;
	unsigned i;

	c = aligned_alloc(_Alignof(struct cache), sizeof(*c));
	if (c == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for a page cache"));
	memset(c, 0, sizeof(*c));
	pages = budget / page_size;
	if (pages > NONE / 2)
		pages = NONE / 2;
	c->page_size = page_size;
	c->nshards = pages >= SHARDS * SHARD_PAGES ? SHARDS : 1;
	c->nslots = pages > 0 ? (uint32_t)(pages / c->nshards) : 1;
	for (c->mask = 1; c->mask < c->nslots; c->mask *= 2)
		;
	c->mask--;
	for (i = 0; i < c->nshards; i++)
		pthread_mutex_init(&c->shard[i].lock, NULL);
	/* The system gives memory for what is written, and gets it all back. */
	c->size = c->nslots * page_size * c->nshards;
	c->pages = mmap(NULL, c->size, PROT_READ | PROT_WRITE, MAP_PRIVATE |
	    MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (c->pages == MAP_FAILED)
		c->pages = NULL;
	for (i = 0; i < c->nshards; i++) {
		s = &c->shard[i];
		s->bucket = malloc(((size_t)c->mask + 1) * sizeof(*s->bucket));
		s->slot = malloc(c->nslots * sizeof(*s->slot));
		if (s->bucket == NULL || s->slot == NULL || c->pages == NULL) {
			cache_destroy(c);
			return (ctx_fail(ctx, E_NOMEM, "no memory for a page "
			    "cache of %llu bytes",
			    (unsigned long long)budget));
		}
		s->pages = c->pages + i * c->nslots * page_size;
		memset(s->bucket, 0xff,
		    ((size_t)c->mask + 1) * sizeof(*s->bucket));
	}
	*ret = c;
	return (0);
}

void
cache_destroy(struct cache *c)
{
	unsigned i;

	for (i = 0; c != NULL && i < c->nshards; i++) {
		pthread_mutex_destroy(&c->shard[i].lock);
		free(c->shard[i].bucket);
		free(c->shard[i].slot);
	}
	if (c != NULL && c->pages != NULL)
		munmap(c->pages, c->size);
	free(c);
}

/* The shard takes the upper bits of the hash, the bucket the lower ones. */
static struct shard *
shard_of(struct cache *c, uint64_t hash)
{
	return (&c->shard[(hash >> 48) & (c->nshards - 1)]);
}

static uint32_t
find(const struct cache *c, const struct shard *s, uint64_t key, uint64_t hash)
{
	uint32_t i;

	for (i = s->bucket[hash & c->mask]; i != NONE; i = s->slot[i].next)
		if (s->slot[i].key == key)
			break;
	return (i);
}

bool
cache_copy(struct cache *c, uint64_t key, size_t off, void *buf, size_t n)
{
	const uint64_t hash = hash_u64(key);
	struct shard *s = shard_of(c, hash);
	uint32_t i;

	pthread_mutex_lock(&s->lock);
	i = find(c, s, key, hash);
	if (i != NONE) {
		s->slot[i].used = true;
		memcpy(buf, s->pages + i * c->page_size + off, n);
	}
	pthread_mutex_unlock(&s->lock);
	return (i != NONE);
}

/* A slot for a new page, out of its bucket. */
static uint32_t
make_room(struct cache *c, struct shard *s)
{
	uint32_t *at, i;

	if (s->filled < c->nslots)
		return (s->filled++);
	for (;; s->hand = (s->hand + 1) % c->nslots) {
		i = s->hand;
		if (!s->slot[i].used)
			break;
		s->slot[i].used = false;
	}
	s->hand = (i + 1) % c->nslots;
	at = &s->bucket[hash_u64(s->slot[i].key) & c->mask];
	while (*at != i)
		at = &s->slot[*at].next;
	*at = s->slot[i].next;
	return (i);
}

void
cache_insert(struct cache *c, uint64_t key, const void *page)
{
	const uint64_t hash = hash_u64(key);
	struct shard *s = shard_of(c, hash);
	uint32_t i;

	pthread_mutex_lock(&s->lock);
	if (find(c, s, key, hash) == NONE) {
		i = make_room(c, s);
		s->slot[i] = (struct slot){ key, s->bucket[hash & c->mask],
		    false };
		s->bucket[hash & c->mask] = i;
		memcpy(s->pages + i * c->page_size, page, c->page_size);
	}
	pthread_mutex_unlock(&s->lock);
}
