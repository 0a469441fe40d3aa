/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A filter runs at every key press over all symbols, so what needs no regex
 * engine goes round it: a pattern without special characters is searched in
 * the names as they lie one after the other, and one anchored at either end
 * is compared there.  Everything else is PCRE2's just-in-time code, with a
 * limit on every match.
 */
#define PCRE2_CODE_UNIT_WIDTH 8

#include "engine/symbol/symbol.h"

#include "base/search.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#define MATCH_LIMIT	5000
#define JIT_STACK_MAX	(256 * 1024)
#define NAME_LONG	UINT8_MAX	/* as in symbol.c: count it */

struct sym_filter {
	enum { REGEX, LITERAL, PREFIX, SUFFIX, EXACT } how;
	char			*text;		/* what is compared */
	size_t			 len;
	pcre2_code		*code;
	pcre2_match_data	*data;
	pcre2_match_context	*limits;
	pcre2_jit_stack		*stack;
	bool			 jit;
};

void
sym_filter_destroy(struct sym_filter *f)
{
	if (f == NULL)
		return;
	pcre2_match_data_free(f->data);
	pcre2_match_context_free(f->limits);
	pcre2_jit_stack_free(f->stack);
	pcre2_code_free(f->code);
	free(f->text);
	free(f);
}

/*
 * Reads a pattern that is plain text, perhaps anchored; false when it holds
 * anything else.  A backslash before punctuation is that character.
 */
static bool
filter_plain(struct sym_filter *f, const char *p)
{
	bool end, start;
	char c;

	start = *p == '^';
	p += start;
	for (end = false; *p != '\0' && !end; p++) {
		c = *p;
		end = c == '$' && p[1] == '\0';
		if (end)
			break;
		if (c == '\\' && p[1] != '\0' &&
		    strchr("\\^$.[]|()?*+{}-/_\"'", p[1]) != NULL)
			c = *++p;
		else if (strchr("\\^$.[|()?*+{", c) != NULL)
			return (false);
		f->text[f->len++] = c;
	}
	f->how = start ? (end ? EXACT : PREFIX) : (end ? SUFFIX : LITERAL);
	return (true);
}

static int
filter_compile(struct ctx *ctx, struct sym_filter *f, const char *regex)
{
	PCRE2_UCHAR why[128];
	PCRE2_SIZE at;
	int error;

	f->code = pcre2_compile((PCRE2_SPTR)regex, PCRE2_ZERO_TERMINATED,
	    PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C,
	    &error, &at, NULL);
	if (f->code == NULL) {
		pcre2_get_error_message(error, why, sizeof(why));
		return (ctx_fail_at(ctx, E_SYNTAX, at,
		    "bad pattern \"%s\", at character %zu: %s", regex,
		    (size_t)at + 1, (const char *)why));
	}
	/* Without JIT support everything works, more slowly. */
	f->jit = pcre2_jit_compile(f->code, PCRE2_JIT_COMPLETE) == 0;
	f->data = pcre2_match_data_create(1, NULL);
	f->limits = pcre2_match_context_create(NULL);
	f->stack = pcre2_jit_stack_create(32 * 1024, JIT_STACK_MAX, NULL);
	if (f->data == NULL || f->limits == NULL || f->stack == NULL)
		return (ctx_fail(ctx, E_NOMEM, "pattern: no memory"));
	pcre2_set_match_limit(f->limits, MATCH_LIMIT);
	pcre2_set_depth_limit(f->limits, MATCH_LIMIT);
	pcre2_set_heap_limit(f->limits, JIT_STACK_MAX / 1024);
	pcre2_jit_stack_assign(f->limits, NULL, f->stack);
	return (OK);
}

int
sym_filter_create(struct ctx *ctx, const char *regex, struct sym_filter **ret)
{
	struct sym_filter *f;
	int error;

	f = calloc(1, sizeof(*f));
	if (f == NULL || (f->text = malloc(strlen(regex) + 1)) == NULL) {
		free(f);
		return (ctx_fail(ctx, E_NOMEM, "pattern: no memory"));
	}
	if (!filter_plain(f, regex)) {
		f->how = REGEX;
		error = filter_compile(ctx, f, regex);
		if (error != OK) {
			sym_filter_destroy(f);
			return (error);
		}
	}
	*ret = f;
	return (OK);
}

static bool
filter_regex(struct sym_filter *f, const char *text, size_t len)
{
	int n;

	n = f->jit ? pcre2_jit_match(f->code, (PCRE2_SPTR)text, len, 0, 0,
	    f->data, f->limits) : pcre2_match(f->code, (PCRE2_SPTR)text, len,
	    0, 0, f->data, f->limits);
	return (n >= 0);
}

bool
sym_filter_match(struct sym_filter *f, const char *text, size_t len,
    size_t *start, size_t *end)
{
	const uint8_t *hit;
	const PCRE2_SIZE *at;

	*start = 0;
	*end = f->len;
	switch (f->how) {
	case LITERAL:
		if (f->len == 0)
			return (true);
		hit = search_bytes(text, len, f->text, f->len);
		if (hit == NULL)
			return (false);
		*start = (size_t)(hit - (const uint8_t *)text);
		*end = *start + f->len;
		return (true);
	case EXACT:
		return (len == f->len && memcmp(text, f->text, len) == 0);
	case PREFIX:
		return (len >= f->len && memcmp(text, f->text, f->len) == 0);
	case SUFFIX:
		if (len < f->len)
			return (false);
		*start = len - f->len;
		*end = len;
		return (memcmp(text + *start, f->text, f->len) == 0);
	case REGEX:
		break;
	}
	if (!filter_regex(f, text, len))
		return (false);
	at = pcre2_get_ovector_pointer(f->data);
	*start = at[0];
	*end = at[1] > at[0] ? at[1] : at[0];
	return (true);
}

static size_t
length(const struct symbols *s, const struct symbol *sym)
{
	return (sym->name_len < NAME_LONG ? sym->name_len :
	    strlen(s->names + sym->name));
}

/*
 * The end of the run of symbols from "from" on whose names lie one after the
 * other, and in *bytes where the last name ends.
 */
static size_t
names_run(const struct symbols *s, size_t from, size_t to, size_t *bytes)
{
	size_t end, i;

	for (i = from; i < to; i++) {
		end = s->v[i].name + length(s, &s->v[i]);
		if (i > from && s->v[i].name != *bytes + 1)
			break;
		*bytes = end;
	}
	return (i);
}

/* A literal cannot hold a NUL, so no hit spans two names. */
static size_t
run_literal(struct sym_filter *f, const struct symbols *s, size_t from,
    size_t to, uint32_t *hits)
{
	const uint8_t *hit;
	size_t at, bytes, end, i, n;

	bytes = 0;
	for (n = 0, i = from; i < to; i = end) {
		end = names_run(s, i, to, &bytes);
		at = s->v[i].name;
		while (i < end && (hit = search_bytes(s->names + at, bytes - at,
		    f->text, f->len)) != NULL) {
			at = (size_t)(hit - (const uint8_t *)s->names);
			while (i + 1 < end && s->v[i + 1].name <= at)
				i++;
			hits[n++] = (uint32_t)i++;
			if (i < end)
				at = s->v[i].name;
		}
	}
	return (n);
}

size_t
sym_filter_run(struct sym_filter *f, const struct symbols *s, size_t from,
    size_t to, uint32_t *hits)
{
	const struct symbol *sym;
	size_t end, i, n, start;

	if (to > s->n)
		to = s->n;
	if (f->how == LITERAL && f->len > 0)
		return (run_literal(f, s, from, to, hits));
	for (n = 0, i = from; i < to; i++) {
		sym = &s->v[i];
		if (f->how == REGEX ? filter_regex(f, s->names + sym->name,
		    length(s, sym)) : sym_filter_match(f, s->names + sym->name,
		    length(s, sym), &start, &end))
			hits[n++] = (uint32_t)i;
	}
	return (n);
}

int
sym_scope(struct ctx *ctx, const struct symbols *s, const char *pattern,
    int *module, const char **regex)
{
	const size_t n = strcspn(pattern, "!");
	size_t i;

	*module = -1;
	*regex = pattern;
	if (pattern[n] != '!' || n == 0 || strspn(pattern, "abcdefghijklmnopqrst"
	    "uvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != n)
		return (0);
	for (i = 0; i < s->nmodules; i++) {
		const char *name = i == 0 ? "vmlinux" : s->modules[i];

		if (strlen(name) == n && memcmp(name, pattern, n) == 0) {
			*module = (int)i;
			*regex = pattern + n + 1;
			return (0);
		}
	}
	return (ctx_fail(ctx, E_NOT_FOUND, "%.*s: no module of that name has "
	    "symbols here; mod lists them", (int)n, pattern));
}

size_t
sym_scope_hits(const struct symbols *s, int module, uint32_t *hits, size_t n)
{
	size_t i, kept;

	if (module < 0)
		return (n);
	for (i = kept = 0; i < n; i++)
		if (s->v[hits[i]].module == module)
			hits[kept++] = hits[i];
	return (kept);
}
