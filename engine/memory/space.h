/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An address space: virtual addresses over a physical memory.  The kernel has
 * one, every process has one.  Reading goes through the translation cache of
 * the caller's ctx, so one space may be read from several threads.
 */
#ifndef ENGINE_MEMORY_SPACE_H
#define ENGINE_MEMORY_SPACE_H

#include "engine/memory/memory.h"

struct space {
	struct memory		*mem;
	const struct pt_form	*form;		/* NULL: addresses are physical */
	uint64_t		 root;		/* physical address of the top table */
	bool			 be;
	uint8_t			 ptr_size;	/* bytes */
	/*
	 * What a not-present entry means, asked when a walk ends in one:
	 * 0 with r->phys set (PROT_NONE pages), E_SWAPPED, or E_NOT_MAPPED.
	 * May be NULL.
	 */
	int	(*absent)(void *arg, struct ctx *, const struct space *,
		    uint64_t va, struct pt_result *r);
	void			*absent_arg;
};

void	space_init(struct space *, struct memory *, const struct pt_form *,
	    uint64_t root, bool be, unsigned ptr_size);

/* All n bytes or an error; err.addr is the first virtual address missing. */
int	space_read(struct ctx *, const struct space *, uint64_t va, void *,
	    size_t n);
/* As many as can be had: *done bytes; the error of the byte after them. */
int	space_read_some(struct ctx *, const struct space *, uint64_t va, void *,
	    size_t n, size_t *done);
/*
 * Write to the medium, page by page: *done bytes were written, the error is
 * that of the byte after them.  What may be written is not asked of the page
 * tables: the kernel's text can be.
 */
int	space_write(struct ctx *, const struct space *, uint64_t va,
	    const void *, size_t n, size_t *done);
/* An unsigned integer of 1, 2, 4 or 8 bytes in the target's order. */
int	space_uint(struct ctx *, const struct space *, uint64_t va,
	    unsigned size, uint64_t *ret);
int	space_u32(struct ctx *, const struct space *, uint64_t va, uint32_t *);
int	space_ptr(struct ctx *, const struct space *, uint64_t va, uint64_t *);
/*
 * Text up to NUL or max - 1 bytes, always NUL-ended; what could be read before
 * a missing page stays in buf though an error is returned.
 */
int	space_text(struct ctx *, const struct space *, uint64_t va, char *buf,
	    size_t max);
/*
 * n bytes in place, borrowed as long as the kernel is open: E_UNSUPPORTED when
 * they do not lie in one piece (copy then).
 */
int	space_pin(struct ctx *, const struct space *, uint64_t va, size_t n,
	    const uint8_t **ret);

/*
 * The page of 4096 bytes at va lies at phys, as the caller knows: until the
 * memory's generation moves it is read there without a walk.
 */
void	space_known(struct ctx *, const struct space *, uint64_t va,
	    uint64_t phys);
int	space_translate(struct ctx *, const struct space *, uint64_t va,
	    struct pt_result *);
/* The next mapped run or hole, as pt_next_range. */
int	space_range(struct ctx *, const struct space *, uint64_t va,
	    uint64_t end, struct pt_range *);

#endif
