/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Commands of crash, gdb and mdb whose arguments have a form of their own: see
 * crash's help of rd, struct, list, tree and dis, gdb's of x and print.
 */
#include "engine/view/phrase_grammar.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define W(w)	(int)(w).n, (w).p

static bool
is(const struct phrase_word *w, const char *text)
{
	return (w->n == strlen(text) && memcmp(w->p, text, w->n) == 0);
}

bool
phrase_option(const char *args, const char *end, char letter)
{
	const char *at = memchr(args, letter, (size_t)(end - args));

	return (at != NULL);
}

static bool
is_name(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!isalnum((unsigned char)p[i]) && p[i] != '_')
			return (false);
	return (n > 0 && !isdigit((unsigned char)*p));
}

/* "ffffffff93010940" is digits too. */
const char *
phrase_address(const char *p, size_t n)
{
	if (n == 16 && strspn(p, "0123456789abcdefABCDEF") >= n)
		return ("");
	return (is_name(p, n) ? "&" : "");
}

/* --- gdb ---------------------------------------------------------------------- */

/* x/NFU ADDR. */
static const char *
examine(struct arena *arena, const char *p)
{
	unsigned long n, unit;
	char format;
	char *end;

	n = strtoul(p, &end, 10);
	if (end == p || n == 0 || n > 1 << 20)
		n = 1;
	for (unit = 4, format = 'x'; isalpha((unsigned char)*end); end++)
		switch (*end) {
		case 'b':
			unit = 1;
			break;
		case 'h':
			unit = 2;
			break;
		case 'w':
			unit = 4;
			break;
		case 'g':
			unit = 8;
			break;
		default:
			format = *end;
			break;
		}
	end += strspn(end, " \t");
	if (*end == '\0')
		return (NULL);
	switch (format) {
	case 'i':
		return (arena_printf(arena, "dis %s %lu", end, n));
	case 'a':
		return (arena_printf(arena, "tele %s %lu", end, n));
	case 's':
		return (arena_printf(arena, "hex %s 256", end));
	default:
		return (arena_printf(arena, "hex %s %lu", end, n * unit));
	}
}

const char *
phrase_gdb(struct arena *arena, const char *line)
{
	const char *args;
	size_t n;

	if (strncmp(line, "x/", 2) == 0)
		return (examine(arena, line + 2));
	if (strncmp(line, "p/", 2) != 0 && strncmp(line, "print/", 6) != 0)
		return (NULL);
	args = strpbrk(line, " \t");
	if (args == NULL)
		return (NULL);
	n = (size_t)(args - line);
	return (arena_printf(arena, "print%s%s",
	    memchr(line, 'x', n) != NULL ? " -x" : "", args));
}

/* --- crash -------------------------------------------------------------------- */

/*
 * Where something is, as a value: NAME and NAME:CPU are symbols, the second
 * one a variable of each CPU.
 */
static const char *
place(struct arena *arena, const struct phrase_word *w)
{
	const char *colon = memchr(w->p, ':', w->n);
	const size_t n = colon != NULL ? (size_t)(colon - w->p) : 0;

	if (colon != NULL && is_name(w->p, n) &&
	    isdigit((unsigned char)colon[1]))
		return (arena_printf(arena, "&per_cpu(%.*s, %.*s)", (int)n,
		    w->p, (int)(w->n - n - 1), colon + 1));
	return (arena_printf(arena, "%s(%.*s)", phrase_address(w->p, w->n),
	    W(*w)));
}

/* struct [-oxdpur] TYPE[.MEMBER[,MEMBER ...]] [ADDR [COUNT]]; TAG has its blank. */
static const char *
structure(struct arena *arena, const char *tag, const char *args)
{
	struct phrase_word w[PHRASE_WORDS], all[PHRASE_WORDS];
	const char *members, *at;
	size_t n, len;
	bool layout, raw, hex;
	int i, k, nw;

	nw = phrase_split(args, all);
	layout = raw = hex = false;
	for (i = k = 0; i < nw; i++) {
		if (all[i].n < 2 || all[i].p[0] != '-' ||
		    !isalpha((unsigned char)all[i].p[1])) {
			w[k++] = all[i];
			continue;
		}
		layout = layout || memchr(all[i].p, 'o', all[i].n) != NULL;
		raw = raw || memchr(all[i].p, 'r', all[i].n) != NULL;
		hex = hex || memchr(all[i].p, 'x', all[i].n) != NULL;
	}
	if (k < 1 || k > 3)
		return (NULL);
	members = memchr(w[0].p, '.', w[0].n);
	n = members != NULL ? (size_t)(members - w[0].p) : w[0].n;
	len = w[0].n - n - (members != NULL);
	if (members != NULL)
		members++;
	if (k == 1 && members == NULL)
		return (arena_printf(arena, "%s %s%.*s", layout ? "layout" :
		    "type", tag, W(w[0])));
	if (k == 1)
		return (arena_printf(arena, "print offsetof(%s%.*s, %.*s)", tag,
		    (int)n, w[0].p, (int)len, members));
	at = place(arena, &w[1]);
	if (at == NULL)
		return (NULL);
	if (raw)
		return (arena_printf(arena, "hex %s sizeof(%s%.*s)", at, tag,
		    (int)n, w[0].p));
	/* Several of them, or several members: a walk over an array. */
	if (k == 3 || (members != NULL && memchr(members, ',', len) != NULL))
		return (arena_printf(arena, "print array((%s%.*s *)%s, %.*s)"
		    "%s%.*s", tag, (int)n, w[0].p, at, k == 3 ? (int)w[2].n : 1,
		    k == 3 ? w[2].p : "1", members != NULL ? " | " : "",
		    (int)len, members != NULL ? members : ""));
	if (members == NULL)
		return (arena_printf(arena, "print %s*(%s%.*s *)%s",
		    hex ? "-x " : "", tag, (int)n, w[0].p, at));
	return (arena_printf(arena, "print %s((%s%.*s *)%s)->%.*s",
	    hex ? "-x " : "", tag, (int)n, w[0].p, at, (int)len, members));
}

/* rd [-dDxasSNfm][-8|-16|-32|-64] [-e END] ADDR [COUNT] */
static const char *
rd(struct arena *arena, const char *args)
{
	struct phrase_word w[PHRASE_WORDS], end = { NULL, 0 };
	unsigned unit = 8;
	bool chain = false, text = false;
	int i, k, n;

	n = phrase_split(args, w);
	for (i = k = 0; i < n; i++) {
		if (w[i].p[0] != '-' || k > 0)
			w[k++] = w[i];
		else if (is(&w[i], "-8"))
			unit = 1;
		else if (is(&w[i], "-16"))
			unit = 2;
		else if (is(&w[i], "-32"))
			unit = 4;
		else if (is(&w[i], "-e") && i + 1 < n)
			end = w[++i];
		else if (is(&w[i], "-s") || is(&w[i], "-S") ||
		    is(&w[i], "-SS"))
			chain = true;
		else if (is(&w[i], "-a"))
			text = true;
	}
	if (k < 1 || k > 2)
		return (NULL);
	if (chain)
		return (arena_printf(arena, "tele %.*s%s%.*s", W(w[0]),
		    k == 2 ? " " : "", k == 2 ? (int)w[1].n : 0, w[1].p));
	if (end.p != NULL)
		return (arena_printf(arena, "hex %.*s (unsigned long)%s(%.*s)-"
		    "(unsigned long)%s(%.*s)", W(w[0]),
		    phrase_address(end.p, end.n), W(end),
		    phrase_address(w[0].p, w[0].n), W(w[0])));
	if (k == 2 && !text)
		return (arena_printf(arena, "hex %.*s (%.*s)*%u", W(w[0]),
		    W(w[1]), unit));
	return (arena_printf(arena, "hex %.*s %s", W(w[0]),
	    text ? "256" : "16"));
}

/* dis [-rfludxsbB] ADDR [COUNT]; -r is from where the function begins. */
static const char *
dis(struct arena *arena, const char *args)
{
	struct phrase_word w[PHRASE_WORDS];
	const char *rest, *plus;
	int n;

	rest = phrase_options(args, "rfludxsbB");
	n = phrase_split(rest, w);
	if (rest == args || n < 1 || n > 2)
		return (NULL);
	plus = memchr(w[0].p, '+', w[0].n);
	if (phrase_option(args, rest, 'r') && plus != NULL &&
	    is_name(w[0].p, (size_t)(plus - w[0].p)))
		return (arena_printf(arena, "dis %.*s", (int)(plus - w[0].p),
		    w[0].p));
	return (arena_printf(arena, "dis %s", rest));
}

struct walk_words {
	struct phrase_word of;		/* TYPE.MEMBER that links */
	struct phrase_word show;	/* [TYPE.]MEMBER[,MEMBER] */
	struct phrase_word kind;	/* tree -t */
	struct phrase_word start;
	bool		   inside;	/* -h: START is an element */
};

/* Options that list and tree share; false: one that has no words here. */
static bool
walk_words(const char *args, struct walk_words *ww)
{
	struct phrase_word w[PHRASE_WORDS];
	int i, n;

	memset(ww, 0, sizeof(*ww));
	n = phrase_split(args, w);
	for (i = 0; i < n; i++) {
		if (is(&w[i], "-o") || is(&w[i], "-s") || is(&w[i], "-S") ||
		    is(&w[i], "-t") || is(&w[i], "-r")) {
			if (i + 1 == n || is(&w[i], "-r"))
				return (false);
			*(w[i].p[1] == 'o' ? &ww->of : w[i].p[1] == 't' ?
			    &ww->kind : &ww->show) = w[i + 1];
			i++;
		} else if (is(&w[i], "-h") || is(&w[i], "-H")) {
			ww->inside = w[i].p[1] == 'h';
		} else if (w[i].p[0] == '-') {
			if (!is(&w[i], "-x") && !is(&w[i], "-d"))
				return (false);
		} else if (memchr(w[i].p, '.', w[i].n) != NULL &&
		    is_name(w[i].p, 1) && memchr(w[i].p, '>', w[i].n) == NULL &&
		    ww->of.n == 0) {
			ww->of = w[i];
		} else
			ww->start = w[i];
	}
	return (ww->start.n > 0);
}

/* "TYPE.MEMBER": where the member begins, or NULL. */
static const char *
member_of(const struct phrase_word *w, size_t *type)
{
	const char *dot = w->n > 0 ? memchr(w->p, '.', w->n) : NULL;

	*type = dot != NULL ? (size_t)(dot - w->p) : w->n;
	return (dot != NULL ? dot + 1 : NULL);
}

/* " | pid,comm" of -s task_struct.pid,comm */
static const char *
columns(struct arena *arena, const struct walk_words *ww)
{
	const char *m;
	size_t n;

	m = member_of(&ww->show, &n);
	return (m == NULL ? "" : arena_printf(arena, " | %.*s",
	    (int)(ww->show.n - n - 1), m));
}

static const char *
list(struct arena *arena, const char *args)
{
	struct walk_words ww;
	const char *cols, *m;
	size_t n, len;

	if (!walk_words(args, &ww))
		return (NULL);
	m = member_of(&ww.of, &n);
	cols = columns(arena, &ww);
	if (m == NULL || cols == NULL)
		return (NULL);
	len = ww.of.n - n - 1;
	if (ww.inside)
		return (arena_printf(arena, "print list(&((struct %.*s *)"
		    "%s(%.*s))->%.*s, %.*s, %.*s)%s", (int)n, ww.of.p,
		    phrase_address(ww.start.p, ww.start.n), W(ww.start),
		    (int)len, m, (int)n, ww.of.p, (int)len, m, cols));
	return (arena_printf(arena, "print list((struct list_head *)%s(%.*s), "
	    "%.*s, %.*s)%s", phrase_address(ww.start.p, ww.start.n),
	    W(ww.start), (int)n, ww.of.p, (int)len, m, cols));
}

static const char *
tree(struct arena *arena, const char *args)
{
	struct walk_words ww;
	const char *and, *cols, *m;
	size_t n;

	if (!walk_words(args, &ww))
		return (NULL);
	and = phrase_address(ww.start.p, ww.start.n);
	cols = columns(arena, &ww);
	m = member_of(&ww.of, &n);
	if (cols == NULL)
		return (NULL);
	if (m != NULL && ww.kind.n >= 2 && memcmp(ww.kind.p, "rb", 2) == 0)
		return (arena_printf(arena, "print rbtree((struct rb_root *)"
		    "%s(%.*s), %.*s, %.*s)%s", and, W(ww.start), (int)n,
		    ww.of.p, (int)(ww.of.n - n - 1), m, cols));
	(void)member_of(&ww.show, &n);
	if (is(&ww.kind, "xarray") || is(&ww.kind, "x"))
		return (arena_printf(arena, "print xarray((struct xarray *)"
		    "%s(%.*s), %.*s)%s", and, W(ww.start), n > 0 ? (int)n : 4,
		    n > 0 ? ww.show.p : "void", cols));
	if (is(&ww.kind, "maple") || is(&ww.kind, "m"))
		return (arena_printf(arena, "print maple((struct maple_tree *)"
		    "%s(%.*s), %.*s)%s", and, W(ww.start), n > 0 ? (int)n : 4,
		    n > 0 ? ww.show.p : "void", cols));
	return (NULL);
}

/* print NAME:CPU and NAME:a, for all. */
static const char *
each_cpu(struct arena *arena, const char *args)
{
	const size_t n = strcspn(args, ":");

	if (args[n] != ':' || !is_name(args, n))
		return (NULL);
	if (strcmp(args + n, ":a") == 0 || strcmp(args + n, ":") == 0)
		return (arena_printf(arena, "print percpu(%.*s)", (int)n,
		    args));
	if (args[n + 1 + strspn(args + n + 1, "0123456789")] != '\0')
		return (NULL);
	return (arena_printf(arena, "print per_cpu(%.*s, %s)", (int)n, args,
	    args + n + 1));
}

/*
 * search [-k|-p|-u|-hw] VALUE, which has hexadecimal digits, and -c TEXT.  A mask,
 * a start and a count have no words here.
 */
static const char *
search(struct arena *arena, const char *args)
{
	struct phrase_word w[PHRASE_WORDS];
	const char *rest, *unit;
	bool digits;

	rest = phrase_options(args, "kpcthwx");
	if (rest == args || *rest == '\0')
		return (NULL);
	if (phrase_option(args, rest, 'c'))
		return (arena_printf(arena, "find \"%s\"", rest));
	if (phrase_split(rest, w) != 1)
		return (NULL);
	digits = strspn(rest, "0123456789abcdefABCDEF") == w[0].n;
	unit = phrase_option(args, rest, 'w') ? ":4" :
	    phrase_option(args, rest, 'h') ? ":2" : "";
	return (arena_printf(arena, "find %s%s%s%s", digits ? "0x" : "", rest,
	    unit, phrase_option(args, rest, 'p') ? " phys" :
	    phrase_option(args, rest, 'k') ? " kernel" : ""));
}

static const char *
waitq(struct arena *arena, const char *args)
{
	struct phrase_word w[PHRASE_WORDS];

	if (phrase_split(args, w) != 1)
		return (NULL);
	return (arena_printf(arena, "print list(&((struct wait_queue_head *)"
	    "%s(%s))->head, wait_queue_entry, entry)",
	    phrase_address(w[0].p, w[0].n), args));
}

static const char *
structure_of(struct arena *arena, const char *args)
{
	return (structure(arena, "struct ", args));
}

static const char *
union_of(struct arena *arena, const char *args)
{
	return (structure(arena, "union ", args));
}

const char *
phrase_crash(struct arena *arena, const char *line)
{
	static const struct {
		const char	*word;
		const char	*(*read)(struct arena *, const char *args);
	} forms[] = {
		{ "struct", structure_of }, { "union", union_of },
		{ "*", structure_of }, { "rd", rd }, { "dis", dis },
		{ "list", list }, { "tree", tree }, { "p", each_cpu },
		{ "print", each_cpu }, { "waitq", waitq }, { "search", search },
	};
	const char *args;
	size_t i;

	for (i = 0; line != NULL && i < sizeof(forms) / sizeof(forms[0]); i++) {
		args = phrase_says(line, forms[i].word);
		if (args != NULL && *args != '\0')
			return (forms[i].read(arena, args));
	}
	return (NULL);
}

bool
phrase_form_first(const char *line)
{
	const char *args;
	size_t n;

	if (strstr(line, "prog[\"") != NULL || strstr(line, "prog['") != NULL)
		return (true);
	args = phrase_says(line, "dis");
	if (args == NULL)
		args = phrase_says(line, "search");
	if (args != NULL)
		return (args[0] == '-' && isalpha((unsigned char)args[1]));
	args = phrase_says(line, "p");
	if (args == NULL)
		args = phrase_says(line, "print");
	if (args == NULL)
		return (false);
	n = strcspn(args, ":");
	return (args[n] == ':' && is_name(args, n));
}

/* --- mdb ---------------------------------------------------------------------- */

/* ADDR::COMMAND */
const char *
phrase_mdb(struct arena *arena, const char *line)
{
	const char *p, *type;
	int n;

	p = strstr(line, "::");
	if (p == NULL)
		return (NULL);
	n = (int)(p - line);
	p += 2 + strspn(p + 2, " \t");
	type = phrase_says(p, "print");
	if (type == NULL || *type == '\0')
		return (arena_printf(arena, "%s%s%.*s", p, n > 0 ? " " : "", n,
		    line));
	return (arena_printf(arena, "print *(%s%s *)%s(%.*s)",
	    strchr(type, ' ') != NULL ? "" : "struct ", type,
	    phrase_address(line, (size_t)n), n, line));
}
