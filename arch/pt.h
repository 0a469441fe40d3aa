/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page tables.  A walker is a pure function over a reader of physical memory,
 * a root and a form; the form is data.  No files, no globals, no malloc.
 */
#ifndef ARCH_PT_H
#define ARCH_PT_H

#include "base/ctx.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PT_LEVELS_MAX	6

struct phys_reader {
	/* All n bytes or an error. */
	int	(*read)(void *arg, struct ctx *, uint64_t pa, void *, size_t n);
	void	 *arg;
};

/* One table entry, decoded. */
enum pt_kind {
	PT_ABSENT,			/* the hardware would fault */
	PT_TABLE,			/* next: the next level's table */
	PT_LEAF,			/* next: the page's first byte */
};

/* The flags that every processor has; PT_RAW bits stay in the raw entry. */
enum pt_flag {
	PT_READ = 1 << 0,
	PT_WRITE = 1 << 1,
	PT_EXEC = 1 << 2,
	PT_USER = 1 << 3,
	PT_GLOBAL = 1 << 4,
	PT_ACCESSED = 1 << 5,
	PT_DIRTY = 1 << 6,
	PT_UNCACHED = 1 << 7,
};

struct pt_form;

struct pt_form_ops {
	/*
	 * Decode one raw entry of a level (0 = the level whose entries map
	 * the smallest pages).  next and flags are set for tables and leaves.
	 */
	enum pt_kind (*decode)(const struct pt_form *, int level, uint64_t raw,
		    uint64_t *next, unsigned *flags);
	/* What the processor calls a level and its special bits, for people. */
	const char *(*level_name)(const struct pt_form *, int level);
	/* Writes e.g. "P RW US A D NX" for a raw entry. */
	void	(*flag_text)(const struct pt_form *, int level, uint64_t raw,
		    char *, size_t);
	/*
	 * log2 of the bytes that a leaf maps, where one page may fill several
	 * entries of its table (ARM's large pages, RISC-V's Svnapot); next is
	 * then a multiple of it.  NULL: a leaf is as large as its level.
	 */
	unsigned (*leaf_shift)(const struct pt_form *, int level, uint64_t raw);
};

struct pt_form {
	const char		*name;		/* "x86-64 4-level" */
	const struct pt_form_ops *ops;
	uint8_t			 levels;
	uint8_t			 page_shift;
	uint8_t			 bits[PT_LEVELS_MAX]; /* index bits, level 0 first */
	uint8_t			 entry_size;	/* bytes, 4 or 8 */
	bool			 be;
	bool			 sign_extended;	/* the top va bits repeat the highest */
	uint64_t		 addr_mask;	/* where an entry keeps an address */
	uint64_t		 high;		/* else: what the top va bits are */
	/* The lower half's, where it has a root of its own; else NULL. */
	const struct pt_form	*lower;
};

struct pt_result {
	uint64_t phys;			/* of the address itself, not of the page */
	uint64_t size;			/* of the page, bytes */
	uint64_t entry;			/* raw */
	uint64_t entry_addr;		/* physical address of the entry */
	int	 level;			/* of the entry; 0 = smallest pages */
	unsigned flags;			/* enum pt_flag, all levels combined */
};

/* A walk that a caller advances level by level. */
struct pt_walk {
	const struct pt_form	 *form;
	const struct phys_reader *reader;
	uint64_t		  va;
	uint64_t		  table;	/* physical address of this level's table */
	int			  level;	/* of the next step; -1 = finished */
	unsigned		  flags;	/* what the levels so far allow */
};

/*
 * E_NOT_MAPPED when va is not canonical in this form.  root is the physical
 * address of the top table.
 */
int	pt_start(struct ctx *, struct pt_walk *, const struct pt_form *,
	    const struct phys_reader *, uint64_t root, uint64_t va);
/*
 * One level.  0 and *kind; r->entry, entry_addr, level are always set, phys,
 * size and flags for a leaf.  A table that cannot be read gives its reason
 * (E_NOT_IN_DUMP, ...) with r->entry_addr set.
 */
int	pt_step(struct ctx *, struct pt_walk *, struct pt_result *, enum pt_kind *);

/*
 * Translate one address.  On E_NOT_MAPPED *r still holds level, raw entry and
 * entry address of the entry that ended the walk.
 */
int	pt_translate(struct ctx *, const struct pt_form *,
	    const struct phys_reader *, uint64_t root, uint64_t va,
	    struct pt_result *r);

/*
 * The next run of addresses at or above *va with one answer: a mapped run
 * (status OK, physically contiguous, same flags) or a hole (E_NOT_MAPPED, or
 * the reason why a table could not be read).  Ends at "end" (exclusive);
 * E_DONE when *va >= end.  Cost is bounded by the tables that it reads.
 */
struct pt_range {
	uint64_t start, end;		/* end exclusive; 0 = 2^64 */
	uint64_t phys;
	unsigned flags;
	int	 status;
};
int	pt_next_range(struct ctx *, const struct pt_form *,
	    const struct phys_reader *, uint64_t root, uint64_t va,
	    uint64_t end, struct pt_range *);

/* Bytes that one entry of a level maps. */
uint64_t pt_level_size(const struct pt_form *, int level);
/* True when the form can hold va at all. */
bool	pt_canonical(const struct pt_form *, uint64_t va);

#endif
