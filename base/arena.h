/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that is freed all at once.  Allocation failure returns NULL; memory
 * is zeroed and aligned for any type.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena_chunk;

struct arena {
	struct arena_chunk *head;
	size_t		    used;	/* bytes handed out since the last reset */
};

void	 arena_init(struct arena *);
void	 arena_fini(struct arena *);
/* Forget everything handed out, keep one chunk for reuse. */
void	 arena_reset(struct arena *);

void	*arena_alloc(struct arena *, size_t n);
void	*arena_dup(struct arena *, const void *, size_t n);
char	*arena_strdup(struct arena *, const char *);
/* Copies n bytes and ends them with NUL. */
char	*arena_strndup(struct arena *, const char *, size_t n);
char	*arena_printf(struct arena *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
char	*arena_vprintf(struct arena *, const char *fmt, va_list);

#endif
