/* SPDX-License-Identifier: BSD-2-Clause */
/* Phrases are those of the book, or are understood by their grammar. */
#include "engine/view/phrase_grammar.h"

#include <ctype.h>
#include <string.h>

#define ANY	PHRASE_ANY

const char *
phrase_says(const char *line, const char *theirs)
{
	size_t n, len;

	for (;;) {
		n = strcspn(theirs, " ");
		len = theirs[0] == '#' ? strspn(line, "0123456789") : n;
		if (len == 0 || (theirs[0] != '#' &&
		    strncmp(line, theirs, n) != 0) ||
		    (line[len] != '\0' && !isblank((unsigned char)line[len])))
			return (NULL);
		line += len;
		line += strspn(line, " \t");
		theirs += n;
		if (*theirs == '\0')
			return (line);
		theirs++;
	}
}

int
phrase_split(const char *p, struct phrase_word *out)
{
	int depth, n;

	for (n = 0; *p != '\0'; n++) {
		out[n].p = p;
		for (depth = 0; *p != '\0' && (n == PHRASE_WORDS - 1 ||
		    depth > 0 || !isblank((unsigned char)*p)); p++)
			depth += (*p == '(' || *p == '[') -
			    (*p == ')' || *p == ']');
		out[n].n = (size_t)(p - out[n].p);
		p += strspn(p, " \t");
	}
	return (n);
}

const char *
phrase_options(const char *args, const char *allowed)
{
	size_t n;

	while (args[0] == '-') {
		n = strspn(args + 1, allowed);
		if (n == 0 || (args[1 + n] != '\0' &&
		    !isblank((unsigned char)args[1 + n])))
			break;
		args += 1 + n;
		args += strspn(args, " \t");
	}
	return (args);
}

/* A template with its arguments in place; NULL: no memory. */
static const char *
fill(struct arena *arena, const char *ours, const struct phrase_word *w, int n,
    const char *all)
{
	char *out;
	const char *p;
	size_t len;
	int at;

	out = arena_strdup(arena, "");
	for (; *ours != '\0' && out != NULL; ours = p) {
		p = ours + strcspn(ours, "%");
		out = arena_printf(arena, "%s%.*s", out, (int)(p - ours), ours);
		if (*p == '\0' || out == NULL)
			continue;
		at = p[1] - '1';
		p += 2;
		if (at >= 0 && at < n)
			out = arena_printf(arena, "%s%.*s", out, (int)w[at].n,
			    w[at].p);
		else
			out = arena_printf(arena, "%s%s", out, all);
	}
	for (len = out != NULL ? strlen(out) : 0; len > 0 &&
	    out[len - 1] == ' ';)
		out[--len] = '\0';
	return (out);
}

/* The row of the book that fits and the words after it, *n of them. */
static const struct phrase *
in_book(const struct phrase *p, const char *line, const char **args,
    struct phrase_word *w, int *n)
{
	const char *rest;

	line += line[0] == ':' ? strspn(line, ":") : 0;
	for (; p->theirs != NULL; p++) {
		*args = phrase_says(line, p->theirs);
		if (*args == NULL)
			continue;
		if (p->drop != NULL) {
			rest = phrase_options(*args, p->drop);
			if (rest == *args)
				continue;
			*args = rest;
		}
		*n = phrase_split(*args, w);
		if (p->args == ANY || p->args == *n)
			return (p);
	}
	return (NULL);
}

/* What a row makes of a line; *out stays NULL where there is no row. */
static int
say(struct ctx *ctx, struct arena *arena, const struct phrase *p,
    const struct phrase_word *w, int n, const char *args, const char **out)
{
	const char *text;

	if (p == NULL)
		return (OK);
	text = fill(arena, p->hint != NULL ? p->hint : p->ours, w, n, args);
	if (text == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for a command"));
	if (p->hint != NULL)
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s", text));
	*out = text;
	return (OK);
}

int
phrase_look_up(struct ctx *ctx, struct arena *arena, const struct phrase *book,
    const char *line, const char **out)
{
	const struct phrase *p;
	struct phrase_word w[PHRASE_WORDS];
	const char *args;
	int n;

	*out = NULL;
	p = in_book(book, line, &args, w, &n);
	return (say(ctx, arena, p, w, n, args, out));
}

bool
phrase_goes_first(const struct phrase *book, const char *line)
{
	const struct phrase *p;
	struct phrase_word w[PHRASE_WORDS];
	const char *args;
	int n;

	if (book == NULL && phrase_form_first(line))
		return (true);
	p = in_book(book != NULL ? book : phrases, line, &args, w, &n);
	return (p != NULL && (p->drop != NULL || p->theirs[0] == '!' ||
	    strchr(p->theirs, ' ') != NULL));
}

/* "task_struct", "task_struct.comm init_task": struct may be left out. */
static const char *
tag(struct ctx *ctx, struct arena *arena, const struct types *types,
    const char *line)
{
	struct typeref ref;
	const char *name;
	const size_t n = strcspn(line, " \t.");

	if (n == 0 || line[strspn(line, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.,: \t&-+()>")] != '\0')
		return (NULL);
	name = arena_printf(arena, "struct %.*s", (int)n, line);
	if (name == NULL)
		return (NULL);
	if (type_find(ctx, types, name, &ref) == OK)
		return (phrase_crash(arena,
		    arena_printf(arena, "struct %s", line)));
	ctx_clear(ctx);
	/* A typedef or an enum has a layout to show. */
	if (line[n] == '\0' && type_find(ctx, types, line, &ref) == OK)
		return (arena_printf(arena, "type %s", line));
	ctx_clear(ctx);
	return (NULL);
}

int
phrase_translate(struct ctx *ctx, struct arena *arena,
    const struct types *types, const char *line, const char **out)
{
	static const char *(*const forms[])(struct arena *, const char *) = {
		phrase_gdb, phrase_crash, phrase_proc, phrase_drgn, phrase_mdb,
	};
	const struct phrase *p;
	struct phrase_word w[PHRASE_WORDS];
	const char *args;
	size_t i;
	int n;

	*out = NULL;
	line += strspn(line, " \t");
	args = phrase_says(line, "gdb");
	if (args != NULL && *args != '\0')
		line = args;
	p = phrase_form_first(line) ? NULL :
	    in_book(phrases, line, &args, w, &n);
	for (i = 0; p == NULL && i < sizeof(forms) / sizeof(forms[0]) &&
	    *out == NULL; i++)
		*out = forms[i](arena, line);
	if (p == NULL && *out == NULL && types != NULL)
		*out = tag(ctx, arena, types, line);
	if (p == NULL && *out == NULL)
		p = in_book(phrase_hints, line, &args, w, &n);
	return (say(ctx, arena, p, w, n, args, out));
}
