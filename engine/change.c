/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/change.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX	((size_t)64 << 20)
#define CHANGES_MAX	200000u

static const char *const kinds[] = {
	[CHANGE_JOURNAL] = "kpeek journal 1", [CHANGE_PATCH] = "kpeek patch 1",
};

/* A line being read. */
struct line {
	struct ctx	*ctx;
	const char	*name;		/* of the file */
	unsigned	 number;
	const char	*p, *end;
};

static int
bad(struct line *l, const char *what)
{
	return (ctx_fail(l->ctx, E_SYNTAX, "%s:%u: %s", l->name, l->number,
	    what));
}

/* The next word; its length, 0 at the end of the line. */
static size_t
word(struct line *l, const char **p)
{
	while (l->p < l->end && *l->p == ' ')
		l->p++;
	*p = l->p;
	while (l->p < l->end && *l->p != ' ')
		l->p++;
	return ((size_t)(l->p - *p));
}

static bool
take_number(struct line *l, bool hex, uint64_t *ret)
{
	char text[24], *end;
	const char *p;
	size_t n;

	n = word(l, &p);
	if (n == 0 || n >= sizeof(text) || (hex && (n < 3 || p[0] != '0' ||
	    p[1] != 'x')) || !isxdigit((unsigned char)p[hex ? 2 : 0]))
		return (false);
	memcpy(text, p, n);
	text[n] = '\0';
	errno = 0;
	*ret = strtoull(text, &end, hex ? 16 : 10);
	return (*end == '\0' && errno == 0);
}

static unsigned
digit(char c)
{
	return (isdigit((unsigned char)c) ? (unsigned)(c - '0') :
	    (unsigned)((c | 0x20) - 'a' + 10));
}

/* Pairs of digits, into the arena; NULL: they are none. */
static uint8_t *
take_bytes(struct line *l, struct arena *a, size_t *ret)
{
	const char *p;
	uint8_t *bytes;
	size_t n, i;

	n = word(l, &p);
	if (n == 0 || n % 2 != 0 || n > 2 * CHANGE_MAX)
		return (NULL);
	for (i = 0; i < n; i++)
		if (!isxdigit((unsigned char)p[i]))
			return (NULL);
	bytes = arena_alloc(a, n / 2);
	for (i = 0; bytes != NULL && i < n / 2; i++)
		bytes[i] = (uint8_t)(digit(p[2 * i]) << 4 |
		    digit(p[2 * i + 1]));
	*ret = n / 2;
	return (bytes);
}

/* What a journal's line has before the physical address. */
static int
take_origin(struct line *l, struct change *c)
{
	const char *p;
	uint64_t pid;
	size_t n;

	n = word(l, &p);
	if ((n != 5 || memcmp(p, "write", 5) != 0) &&
	    (n != 4 || memcmp(p, "undo", 4) != 0))
		return (bad(l, "neither write nor undo"));
	c->undo = n == 4;
	n = word(l, &p);
	if (n == 0 || n >= sizeof(c->time))
		return (bad(l, "no time"));
	memcpy(c->time, p, n);
	if (!take_number(l, true, &c->addr))
		return (bad(l, "no address"));
	if (!take_number(l, false, &pid) || pid > INT32_MAX)
		return (bad(l, "no process"));
	c->pid = (int)pid;
	return (0);
}

static int
take_change(struct line *l, enum change_file kind, struct changes *cs)
{
	struct change c = { .what = "" };
	size_t n;
	int rc;

	rc = kind == CHANGE_JOURNAL ? take_origin(l, &c) : 0;
	if (rc != 0)
		return (rc);
	if (!take_number(l, true, &c.pa))
		return (bad(l, "no physical address"));
	c.old = take_bytes(l, &cs->arena, &c.n);
	c.new = c.old != NULL ? take_bytes(l, &cs->arena, &n) : NULL;
	if (c.new == NULL || n != c.n)
		return (bad(l, "not as many bytes before as after"));
	if (c.pa + (c.n - 1) < c.pa)
		return (bad(l, "the bytes go beyond the last address"));
	while (l->p < l->end && *l->p == ' ')
		l->p++;
	if (kind == CHANGE_PATCH) {
		c.addr = c.pa;
		if (l->p < l->end && *l->p != '#')
			return (bad(l, "more than an address and two runs of "
			    "bytes"));
	} else if (l->p < l->end) {
		c.what = arena_strndup(&cs->arena, l->p,
		    (size_t)(l->end - l->p));
	}
	if (cs->n == CHANGES_MAX)
		return (ctx_fail(l->ctx, E_LIMIT, "%s: more than %u changes",
		    l->name, CHANGES_MAX));
	if (c.what == NULL || !vec_room(cs->v, cs->cap, cs->n + 1))
		return (ctx_fail(l->ctx, E_NOMEM, "%s: out of memory",
		    l->name));
	cs->v[cs->n++] = c;
	return (0);
}

static int
take_target(struct line *l, struct changes *cs)
{
	const size_t n = (size_t)(l->end - l->p);
	size_t i;

	if (n <= 7 || n - 7 >= sizeof(cs->target) ||
	    memcmp(l->p, "target ", 7) != 0)
		return (bad(l, "the second line must name the target"));
	memcpy(cs->target, l->p + 7, n - 7);
	for (i = 0; i < n - 7; i++)
		if (cs->target[i] < ' ' || cs->target[i] > '~')
			return (bad(l, "the target is no text"));
	return (0);
}

int
changes_parse(struct ctx *ctx, enum change_file kind, const char *name,
    const char *text, size_t len, struct changes *cs)
{
	struct line l = { .ctx = ctx, .name = name };
	const char *p, *end = text + len;
	int rc;

	memset(cs, 0, sizeof(*cs));
	arena_init(&cs->arena);
	for (p = text, rc = 0; rc == 0 && p < end; p = l.end + 1) {
		l.p = p;
		l.end = memchr(p, '\n', (size_t)(end - p));
		if (l.end == NULL)	/* cut short while it was written */
			return (l.number < 2 ? bad(&l, "ends too early") : 0);
		l.number++;
		if (l.number == 1 && ((size_t)(l.end - p) !=
		    strlen(kinds[kind]) || memcmp(p, kinds[kind],
		    strlen(kinds[kind])) != 0))
			rc = ctx_fail(ctx, E_SYNTAX, "%s does not begin with "
			    "\"%s\"", name, kinds[kind]);
		else if (l.number == 2)
			rc = take_target(&l, cs);
		else if (l.number > 2 && p < l.end && *p != '#')
			rc = take_change(&l, kind, cs);
	}
	return (rc == 0 && l.number < 2 ? bad(&l, "ends too early") : rc);
}

int
changes_load(struct ctx *ctx, enum change_file kind, const char *path,
    struct changes *cs)
{
	struct buf b = { 0 };
	char chunk[8192];
	size_t n;
	FILE *f;
	int rc;

	memset(cs, 0, sizeof(*cs));
	arena_init(&cs->arena);
	f = fopen(path, "re");
	if (f == NULL)
		return (ctx_fail_errno(ctx, errno == ENOENT ? E_NOT_FOUND :
		    E_IO, "%s", path));
	while (b.len <= FILE_MAX && (n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_add(&b, chunk, n);
	rc = ferror(f) ? ctx_fail_errno(ctx, E_IO, "%s", path) :
	    b.bad ? ctx_fail(ctx, E_NOMEM, "%s: out of memory", path) :
	    b.len > FILE_MAX ? ctx_fail(ctx, E_LIMIT, "%s is too long", path) :
	    0;
	fclose(f);
	if (rc == 0)
		rc = changes_parse(ctx, kind, path, buf_text(&b), b.len, cs);
	buf_fini(&b);
	return (rc);
}

void
changes_fini(struct changes *cs)
{
	free(cs->v);
	arena_fini(&cs->arena);
}

void
change_head(struct buf *b, enum change_file kind, const char *target)
{
	buf_printf(b, "%s\ntarget %s\n", kinds[kind], target);
}

static void
put_bytes(struct buf *b, const uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		buf_printf(b, "%02x", p[i]);
}

void
change_line(struct buf *b, enum change_file kind, const struct change *c)
{
	const char *p;

	if (kind == CHANGE_JOURNAL)
		buf_printf(b, "%s %s 0x%llx %d ", c->undo ? "undo" : "write",
		    c->time, (unsigned long long)c->addr, c->pid);
	buf_printf(b, "0x%llx ", (unsigned long long)c->pa);
	put_bytes(b, c->old, c->n);
	buf_add(b, " ", 1);
	put_bytes(b, c->new, c->n);
	if (kind == CHANGE_JOURNAL && c->what[0] != '\0') {
		buf_add(b, " ", 1);
		/* One line, whatever was typed. */
		for (p = c->what; *p != '\0'; p++)
			buf_add(b, *p >= ' ' && *p != 0x7f ? p : "?", 1);
	}
	buf_add(b, "\n", 1);
}
