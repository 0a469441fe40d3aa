/* SPDX-License-Identifier: BSD-2-Clause */
/* Growing arrays.  The array lives in three plain variables of its owner. */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Make room for n elements of the given size: true, with *base and *cap
 * changed as needed, or false (out of memory, or more than max elements; max 0
 * means no limit) with nothing changed.
 */
bool	vec_reserve(void **base, size_t *cap, size_t n, size_t size, size_t max);

/* vec_room(v.items, v.cap, v.n + 1): for typed pointers. */
#define vec_room(ptr, cap, n) __extension__ ({				\
	void *vec_p_ = (ptr);						\
	bool vec_ok_ = vec_reserve(&vec_p_, &(cap), (n), sizeof(*(ptr)), 0); \
	(ptr) = vec_p_;							\
	vec_ok_;							\
})

/* A growing byte buffer, NUL-ended when it holds text. */
struct buf {
	char	*p;
	size_t	 len, cap;
	bool	 bad;			/* ran out of memory */
};

void	buf_fini(struct buf *);
void	buf_reset(struct buf *);
void	buf_add(struct buf *, const void *, size_t);
void	buf_puts(struct buf *, const char *);
void	buf_printf(struct buf *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/* The text so far; "" when empty or out of memory.  Borrowed. */
const char *buf_text(struct buf *);

#endif
