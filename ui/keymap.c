/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/keymap.h"

#include "base/utf8.h"
#include "base/vec.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct parser {
	struct keymap		*map;
	const struct keymap_checks *checks;
	const char		*file, *mode;
	const char		*line, *p, *end;
	unsigned		 lineno;
	int			 errors;
};

void
keymap_init(struct keymap *k)
{
	memset(k, 0, sizeof(*k));
	arena_init(&k->arena);
}

void
keymap_fini(struct keymap *k)
{
	free(k->v);
	arena_fini(&k->arena);
	memset(k, 0, sizeof(*k));
}

__attribute__((format(printf, 3, 4)))
static void
complain(struct parser *ps, const char *at, const char *fmt, ...)
{
	char why[200], text[400];
	va_list ap;

	ps->errors++;
	if (ps->checks->error == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	snprintf(text, sizeof(text), "%s:%u:%zu: %s", ps->file, ps->lineno,
	    utf8_columns(ps->line, (size_t)(at - ps->line)) + 1, why);
	ps->checks->error(ps->checks->arg, text);
}

static bool
blank(char c)
{
	return (c == ' ' || c == '\t' || c == '\r');
}

/* The next word of the line: false at its end. */
static bool
word(struct parser *ps, const char **w, size_t *n)
{
	while (ps->p < ps->end && blank(*ps->p))
		ps->p++;
	*w = ps->p;
	while (ps->p < ps->end && !blank(*ps->p))
		ps->p++;
	*n = (size_t)(ps->p - *w);
	return (*n > 0);
}

static bool
is_word(const char *w, size_t n, const char *s)
{
	return (strlen(s) == n && memcmp(w, s, n) == 0);
}

static void
parse_mode(struct parser *ps)
{
	const char *w, *name;
	size_t n;

	if (!word(ps, &w, &n)) {
		complain(ps, w, "\"mode\" wants a name");
		return;
	}
	name = arena_strndup(&ps->map->arena, w, n);
	if (name == NULL)
		return;
	if (strcmp(name, "all") != 0 && strcmp(name, "prompt") != 0 &&
	    ps->checks->mode != NULL &&
	    !ps->checks->mode(ps->checks->arg, name)) {
		complain(ps, w, "no mode or pane is called \"%s\"", name);
		/* What follows would bind keys where nobody wants them. */
		ps->mode = NULL;
		return;
	}
	ps->mode = name;
}

/* The first of two "=" is a key. */
static bool
equals_follow(const struct parser *ps)
{
	struct parser ahead = *ps;
	const char *w;
	size_t n;

	return (word(&ahead, &w, &n) && is_word(w, n, "="));
}

/* key K1 K2 ... = COMMAND, or: unkey K1 K2 ... */
static bool
parse_key(struct parser *ps, bool unkey)
{
	struct binding b = { .file = ps->file, .line = ps->lineno,
	    .mode = ps->mode };
	const char *w, *name;
	size_t n;

	while (word(ps, &w, &n)) {
		if (b.nkeys > 0 && is_word(w, n, "=") && !unkey &&
		    !equals_follow(ps))
			break;
		if (b.nkeys == KEYMAP_SEQ_MAX) {
			complain(ps, w, "more than %d keys in a sequence",
			    KEYMAP_SEQ_MAX);
			return (true);
		}
		if (!key_parse(w, n, &b.keys[b.nkeys])) {
			complain(ps, w, "\"%.*s\" is not a key", (int)n, w);
			return (true);
		}
		b.nkeys++;
	}
	if (b.nkeys == 0) {
		complain(ps, w, "a key is missing");
		return (true);
	}
	if (!unkey) {
		if (n == 0) {
			complain(ps, w, "\"=\" and a command are missing");
			return (true);
		}
		if (!word(ps, &w, &n)) {
			complain(ps, w, "a command is missing after \"=\"");
			return (true);
		}
		while (ps->end > w && blank(ps->end[-1]))
			ps->end--;
		b.command = arena_strndup(&ps->map->arena, w,
		    (size_t)(ps->end - w));
		name = arena_strndup(&ps->map->arena, w, n);
		if (b.command == NULL || name == NULL)
			return (false);
		if (ps->checks->command != NULL &&
		    !ps->checks->command(ps->checks->arg, name)) {
			complain(ps, w, "no command is called \"%s\"", name);
			return (true);
		}
	}
	if (ps->mode == NULL)
		return (true);
	if (ps->map->n >= KEYMAP_MAX) {
		complain(ps, ps->line, "more than %d bindings", KEYMAP_MAX);
		return (true);
	}
	if (!vec_room(ps->map->v, ps->map->cap, ps->map->n + 1))
		return (false);
	ps->map->v[ps->map->n++] = b;
	return (true);
}

int
keymap_parse(struct keymap *k, const char *file, const char *text, size_t len,
    const struct keymap_checks *checks)
{
	struct parser ps = { .map = k, .checks = checks };
	const char *p, *end, *w;
	size_t n;
	bool ok;

	ps.file = arena_strdup(&k->arena, file);
	ps.mode = arena_strdup(&k->arena, "all");
	if (ps.file == NULL || ps.mode == NULL)
		return (-1);
	end = text + len;
	for (p = text; p < end; p = ps.end + 1) {
		ps.line = ps.p = p;
		ps.end = memchr(p, '\n', (size_t)(end - p));
		if (ps.end == NULL)
			ps.end = end;
		p = ps.end;
		ps.lineno++;
		ok = true;
		if (word(&ps, &w, &n) && w[0] != '#') {
			if (is_word(w, n, "key"))
				ok = parse_key(&ps, false);
			else if (is_word(w, n, "unkey"))
				ok = parse_key(&ps, true);
			else if (is_word(w, n, "mode"))
				parse_mode(&ps);
			else
				complain(&ps, w, "\"%.*s\" is not key, unkey "
				    "or mode", (int)(n > 60 ? 60 : n), w);
		}
		ps.end = p;
		if (!ok)
			return (-1);
	}
	return (ps.errors);
}

static enum keymap_answer
lookup_mode(const struct keymap *k, const char *mode, const uint32_t *keys,
    unsigned n, const struct binding **ret)
{
	enum keymap_answer answer;
	size_t i;

	answer = KEYMAP_NONE;
	for (i = k->n; i-- > 0;) {
		const struct binding *b = &k->v[i];

		if (b->nkeys < n || strcmp(b->mode, mode) != 0 ||
		    memcmp(b->keys, keys, n * sizeof(keys[0])) != 0)
			continue;
		if (b->nkeys > n) {
			/* An own single key hides longer, earlier sequences. */
			if (b->command != NULL)
				answer = KEYMAP_PREFIX;
			continue;
		}
		*ret = b;
		return (answer == KEYMAP_PREFIX ? KEYMAP_PREFIX : KEYMAP_FOUND);
	}
	return (answer);
}

enum keymap_answer
keymap_lookup(const struct keymap *k, const char *mode, const uint32_t *keys,
    unsigned n, const struct binding **ret)
{
	const struct binding *own = NULL, *all = NULL;
	enum keymap_answer a, b;

	a = lookup_mode(k, mode, keys, n, &own);
	if (a == KEYMAP_FOUND && own->command != NULL) {
		*ret = own;
		return (KEYMAP_FOUND);
	}
	/* "unkey" in a pane hides the key of "all" as well. */
	b = own != NULL || strcmp(mode, "prompt") == 0 ? KEYMAP_NONE :
	    lookup_mode(k, "all", keys, n, &all);
	if (a == KEYMAP_PREFIX || b == KEYMAP_PREFIX)
		return (KEYMAP_PREFIX);
	if (b == KEYMAP_FOUND && all->command != NULL) {
		*ret = all;
		return (KEYMAP_FOUND);
	}
	return (KEYMAP_NONE);
}

bool
keymap_in_force(const struct keymap *k, const char *mode,
    const struct binding *b)
{
	const struct binding *found;
	unsigned i;

	for (i = 1; i < b->nkeys; i++) {
		if (keymap_lookup(k, mode, b->keys, i, &found) != KEYMAP_PREFIX)
			return (false);
	}
	return (keymap_lookup(k, mode, b->keys, b->nkeys, &found) ==
	    KEYMAP_FOUND && found == b);
}

const struct binding *
keymap_key_of(const struct keymap *k, const char *mode, const char *command)
{
	size_t i;
	int own;

	for (own = 1; own >= 0; own--) {
		for (i = 0; i < k->n; i++) {
			if (k->v[i].command != NULL &&
			    (strcmp(k->v[i].mode, mode) == 0) == own &&
			    strcmp(k->v[i].command, command) == 0 &&
			    keymap_in_force(k, mode, &k->v[i]))
				return (&k->v[i]);
		}
	}
	return (NULL);
}

void
keymap_format(const struct binding *b, char *out, size_t size)
{
	char name[KEY_NAME_MAX];
	size_t n;
	unsigned i;

	out[0] = '\0';
	for (n = i = 0; i < b->nkeys && n < size; i++) {
		key_format(b->keys[i], name);
		n += (size_t)snprintf(out + n, size - n, "%s%s", i > 0 ? " " : "",
		    name);
	}
}
