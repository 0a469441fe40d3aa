/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/vec.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
vec_reserve(void **base, size_t *cap, size_t n, size_t size, size_t max)
{
	size_t want, total;
	void *p;

	if (max != 0 && n > max)
		return (false);
	if (n <= *cap)
		return (true);
	/* Half as much again; the first step takes a few at once. */
	want = *cap > SIZE_MAX / 2 ? n : *cap + *cap / 2;
	if (want < 8)
		want = 8;
	if (want < n)
		want = n;
	if (max != 0 && want > max)
		want = max;
	if (__builtin_mul_overflow(want, size, &total))
		return (false);
	p = realloc(*base, total > 0 ? total : 1);
	if (p == NULL)
		return (false);
	*base = p;
	*cap = want;
	return (true);
}

void
buf_fini(struct buf *b)
{
	free(b->p);
	memset(b, 0, sizeof(*b));
}

void
buf_reset(struct buf *b)
{
	b->len = 0;
	b->bad = false;
	if (b->p != NULL)
		b->p[0] = '\0';
}

/* Room for n more bytes and the closing NUL. */
static bool
buf_room(struct buf *b, size_t n)
{
	if (b->bad || n >= SIZE_MAX - b->len ||
	    !vec_room(b->p, b->cap, b->len + n + 1)) {
		b->bad = true;
		return (false);
	}
	return (true);
}

void
buf_add(struct buf *b, const void *p, size_t n)
{
	if (!buf_room(b, n))
		return;
	if (n > 0)
		memcpy(b->p + b->len, p, n);
	b->len += n;
	b->p[b->len] = '\0';
}

void
buf_puts(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	size_t room;
	int n;

	/* Mostly there is room already. */
	room = b->bad || b->p == NULL ? 0 : b->cap - b->len;
	va_start(ap, fmt);
	n = vsnprintf(room > 0 ? b->p + b->len : NULL, room, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < room) {
		b->len += (size_t)n;
		return;
	}
	if (room > 0)
		b->p[b->len] = '\0';
	if (n < 0) {
		b->bad = true;
		return;
	}
	if (!buf_room(b, (size_t)n))
		return;
	va_start(ap, fmt);
	vsnprintf(b->p + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
}

const char *
buf_text(struct buf *b)
{
	return (b->bad || b->p == NULL ? "" : b->p);
}
