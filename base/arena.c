/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_MIN	((size_t)4096)
#define CHUNK_MAX	((size_t)256 * 1024)
#define ALIGN		_Alignof(max_align_t)

struct arena_chunk {
	struct arena_chunk *next;
	size_t		    size, used;		/* of data */
	_Alignas(max_align_t) unsigned char data[];
};

void
arena_init(struct arena *a)
{
	a->head = NULL;
	a->used = 0;
}

static void
chunks_free(struct arena_chunk *c)
{
	struct arena_chunk *next;

	for (; c != NULL; c = next) {
		next = c->next;
		free(c);
	}
}

void
arena_fini(struct arena *a)
{
	chunks_free(a->head);
	arena_init(a);
}

void
arena_reset(struct arena *a)
{
	if (a->head != NULL) {
		chunks_free(a->head->next);
		a->head->next = NULL;
		a->head->used = 0;
	}
	a->used = 0;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	struct arena_chunk *c, *head;
	size_t size;
	void *p;

	if (n > SIZE_MAX / 2)
		return (NULL);
	n = n == 0 ? ALIGN : (n + ALIGN - 1) & ~(ALIGN - 1);
	c = head = a->head;
	if (c == NULL || n > c->size - c->used) {
		size = CHUNK_MIN;
		if (head != NULL) {
			size = head->size * 2;
			if (size > CHUNK_MAX)
				size = CHUNK_MAX;
		}
		if (size < n)
			size = n;
		c = malloc(sizeof(*c) + size);
		if (c == NULL)
			return (NULL);
		c->size = size;
		c->used = 0;
		/* One large block leaves the room that the head still has. */
		if (head != NULL && n > CHUNK_MAX / 4) {
			c->next = head->next;
			head->next = c;
		} else {
			c->next = head;
			a->head = c;
		}
	}
	p = c->data + c->used;
	c->used += n;
	a->used += n;
	return (memset(p, 0, n));
}

void *
arena_dup(struct arena *a, const void *src, size_t n)
{
	void *p;

	p = arena_alloc(a, n);
	if (p != NULL && n > 0)
		memcpy(p, src, n);
	return (p);
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return (arena_dup(a, s, strlen(s) + 1));
}

char *
arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *p;

	if (n == SIZE_MAX || (p = arena_alloc(a, n + 1)) == NULL)
		return (NULL);
	if (n > 0)
		memcpy(p, s, n);
	p[n] = '\0';
	return (p);
}

char *
arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	char *p;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0 || (p = arena_alloc(a, (size_t)n + 1)) == NULL)
		return (NULL);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	return (p);
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return (p);
}
