/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where text goes.  The lower floors never print: they write to a struct out
 * that they were handed.  Buffered; an error (a closed pipe) sticks.
 */
#ifndef BASE_OUT_H
#define BASE_OUT_H

#include <stdarg.h>
#include <stddef.h>

struct out {
	/* 0, or an errno; is not called again after an error. */
	int	(*write)(void *arg, const void *, size_t);
	void	 *arg;
	int	  error;		/* errno of the first failure */
	size_t	  used;
	char	  buf[16384];
};

void	out_init(struct out *, int (*write)(void *, const void *, size_t),
	    void *arg);
/* A write function over a descriptor: arg is (void *)(intptr_t)fd. */
int	out_write_fd(void *arg, const void *, size_t);
/* A write function over a struct buf. */
int	out_write_buf(void *arg, const void *, size_t);

void	out_add(struct out *, const void *, size_t);
void	out_puts(struct out *, const char *);
void	out_putc(struct out *, char);
void	out_printf(struct out *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/* 0 or the errno of the first failure. */
int	out_flush(struct out *);

#endif
