/* SPDX-License-Identifier: BSD-2-Clause */
/* Hash tables from a 64-bit hash or key to a 32-bit index, and the hashes. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* FNV-1a over bytes, finished with a mix; never seeded: inputs are bounded. */
uint64_t	hash_bytes(const void *, size_t);
uint64_t	hash_str(const char *);
uint64_t	hash_u64(uint64_t);

/*
 * A multimap: equal hashes may be added several times, the caller compares the
 * real keys.  Chained, so that many equal names cost no more than as many
 * different ones; values are any u32 but UINT32_MAX.  All zeroes is empty.
 */
struct hash {
	uint32_t *heads;		/* index into slots + 1, 0 = none */
	struct hash_slot {
		uint32_t	tag;	/* upper half of the mixed hash */
		uint32_t	value;
		uint32_t	next;	/* as in heads */
	}	*slots;
	uint32_t mask;			/* number of heads - 1 */
	uint32_t count;			/* slots in use */
	size_t	 cap;			/* slots allocated */
};

void	hash_fini(struct hash *);
/* Room for n entries without growing; false when out of memory. */
bool	hash_reserve(struct hash *, size_t n);
bool	hash_add(struct hash *, uint64_t h, uint32_t value);
/*
 * Iterate over the values added under h, the latest first: start with *cursor
 * = 0; UINT32_MAX when there are no more.  A tag may collide: compare the key.
 */
uint32_t hash_next(const struct hash *, uint64_t h, uint32_t *cursor);

/* A bounded set of 64-bit keys, for loop guards. */
struct seen {
	uint64_t	*keys;
	size_t		 cap, count;
	bool		 has_zero;
};

void	seen_fini(struct seen *);
/* 1 = new, 0 = was there already, -1 = out of memory. */
int	seen_add(struct seen *, uint64_t key);
bool	seen_has(const struct seen *, uint64_t key);

#endif
