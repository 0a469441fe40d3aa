/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Walkers over the kernel's containers: pull iterators, bounded and guarded
 * against loops.  next: 0 and the next node, E_DONE at the proper end, or the
 * reason why there is no node (E_CORRUPT for a loop or a broken link).  After a
 * reason a list has ended, while a tree goes on behind what is broken: call
 * again, until E_DONE.
 */
#ifndef ENGINE_VALUE_WALK_H
#define ENGINE_VALUE_WALK_H

#include "base/hash.h"
#include "engine/memory/space.h"
#include "engine/type/type.h"

struct walk {
	const struct space *space;
	int	(*next)(struct walk *, struct ctx *, uint64_t *key, uint64_t *node);
	struct seen	 seen;
	uint64_t	 head, at;
	uint64_t	 left;		/* steps that may still be taken */
	struct walk_frame {
		uint64_t node;
		uint64_t min, max;	/* keys (maple tree, xarray) */
		uint32_t slot, kind;
	}		 stack[64];
	int		 depth;
	struct type_field f[8];		/* members that the walker needs */
	uint32_t	 aux[8];
	bool		 started;
	bool		 resumes;	/* behind a broken node */
	uint64_t	 cached;	/* node whose bytes are in data, 0 = none */
	uint8_t		 data[1024];
};

#define WALK_STEPS_MAX	(4u << 20)

/* key is 0 for lists; the index for xarray, the range's first for maple trees. */
int	walk_next(struct walk *, struct ctx *, uint64_t *key, uint64_t *node);
/* Also after a walker's start failed. */
void	walk_fini(struct walk *);

/*
 * For the walkers: start anew; take a node, E_CORRUPT when it is unaligned or
 * was there before; the bytes of a node, in w->data (what is the container's
 * name, for messages).
 */
void	walk_init(struct walk *, const struct space *, uint64_t head,
	    int (*next)(struct walk *, struct ctx *, uint64_t *, uint64_t *));
int	walk_visit(struct walk *, struct ctx *, const char *what,
	    uint64_t node);
int	walk_load(struct walk *, struct ctx *, const char *what, uint64_t node,
	    size_t n);
/* A pointer within w->data. */
uint64_t walk_data_ptr(const struct walk *, size_t off);

/*
 * struct list_head at head (not itself an element); nodes are the addresses of
 * the embedded list_head.  The layout (next first) is C ABI, linux/types.h.
 */
int	walk_list(struct walk *, struct ctx *, const struct space *, uint64_t head);
/* struct hlist_head; a nulls marker (bit 0) ends it. */
int	walk_hlist(struct walk *, struct ctx *, const struct space *, uint64_t head);
/* struct llist_head. */
int	walk_llist(struct walk *, struct ctx *, const struct space *, uint64_t head);
/* struct rb_root (or rb_root_cached: its first member), in order. */
int	walk_rbtree(struct walk *, struct ctx *, const struct space *,
	    const struct types *, uint64_t root);
/* struct xarray / radix tree (idr too): entries that are pointers or values. */
int	walk_xarray(struct walk *, struct ctx *, const struct space *,
	    const struct types *, uint64_t xa);
/* struct maple_tree: entries in order of their ranges (lib/maple_tree.c). */
int	walk_maple(struct walk *, struct ctx *, const struct space *,
	    const struct types *, uint64_t mt);

#endif
