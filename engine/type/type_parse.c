/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Types written as in a cast: specifiers and qualifiers in any order, then
 * "*" with qualifiers, then "[N]", or "(*)" before an array's size or the
 * arguments of a function.
 */
#include "engine/type/type_made.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define DECLARATOR_MAX	32		/* of "*", "[N]", "(*)", arguments */

struct parser {
	struct ctx	*ctx;
	struct types	*ts;
	const char	*text, *p;
};

/* The specifiers of a built-in type; LONG may come twice. */
enum {
	S_VOID, S_CHAR, S_SHORT, S_INT, S_LONG, S_SIGNED, S_UNSIGNED, S_BOOL,
	S_FLOAT, S_DOUBLE, S_CONST, S_VOLATILE, S_RESTRICT, S_COUNT
};

static const char *const words[S_COUNT] = {
	"void", "char", "short", "int", "long", "signed", "unsigned", "_Bool",
	"float", "double", "const", "volatile", "restrict",
};

static void
blanks(struct parser *ps)
{
	while (*ps->p == ' ' || *ps->p == '\t')
		ps->p++;
}

/* The length of the identifier at p, with a leading "module!"; 0 = none. */
static size_t
word_length(const char *p)
{
	size_t n = 0;

	if (isdigit((unsigned char)*p) || *p == '.' || *p == '$')
		return (0);
	while (isalnum((unsigned char)p[n]) || p[n] == '_')
		n++;
	if (n > 0 && p[n] == '!' && (isalpha((unsigned char)p[n + 1]) ||
	    p[n + 1] == '_')) {
		for (n++; isalnum((unsigned char)p[n]) || p[n] == '_';)
			n++;
	}
	return (n);
}

static bool
word_is(const char *p, size_t n, const char *word)
{
	return (strlen(word) == n && memcmp(p, word, n) == 0);
}

static int
syntax(struct parser *ps, const char *what)
{
	size_t column = (size_t)(ps->p - ps->text);

	return (ctx_fail_at(ps->ctx, E_SYNTAX, column,
	    "column %zu: %s", column + 1, what));
}

/* The letter for type_builtin, or 0 for specifiers that do not go together. */
static char
builtin_letter(const unsigned count[S_COUNT])
{
	unsigned sign = count[S_SIGNED] + count[S_UNSIGNED], others = 0, i;
	bool is_unsigned = count[S_UNSIGNED] != 0;

	for (i = 0; i < S_CONST; i++) {
		if (count[i] > (i == S_LONG ? 2 : 1))
			return (0);
		if (i != S_INT && i != S_SIGNED && i != S_UNSIGNED)
			others += count[i] != 0;
	}
	if (sign > 1 || others > 1)
		return (0);
	if (count[S_CHAR] != 0 && count[S_INT] == 0)
		return (count[S_SIGNED] ? 'b' : is_unsigned ? 'B' : 'c');
	if (count[S_SHORT] != 0)
		return (is_unsigned ? 'H' : 'h');
	if (count[S_LONG] == 2)
		return (is_unsigned ? 'Q' : 'q');
	if (count[S_LONG] == 1)
		return (is_unsigned ? 'L' : 'l');
	if (others == 0)
		return (is_unsigned ? 'I' : 'i');
	if (sign != 0 || count[S_INT] != 0)
		return (0);
	return (count[S_BOOL] ? '?' : count[S_FLOAT] ? 'f' :
	    count[S_DOUBLE] ? 'd' : 0);
}

static int
derive(struct parser *ps, enum type_kind kind, uint64_t n,
    struct typeref *ref)
{
	int r;

	r = made_derive(ps->ts->made, kind, *ref, n, ref);
	return (r == OK ? OK : ctx_fail(ps->ctx, r, "too many types made"));
}

static int
qualify(struct parser *ps, const unsigned count[S_COUNT], struct typeref *ref)
{
	int r = OK;

	if (count[S_VOLATILE] != 0)
		r = derive(ps, TYPE_VOLATILE, 0, ref);
	if (r == OK && count[S_CONST] != 0)
		r = derive(ps, TYPE_CONST, 0, ref);
	return (r);
}

/* "struct x", a typedef, or a bare tag: not a built-in type. */
static int
named(struct parser *ps, bool bare_tags, struct typeref *ref)
{
	static const char *const tags[] = { "struct", "union", "enum" };
	const char *name = ps->p, *tag = NULL, *next;
	struct type t;
	size_t n;
	int i;

	n = word_length(name);
	for (i = 0; i < 3; i++) {
		if (word_is(name, n, tags[i]))
			tag = tags[i];
	}
	if (tag != NULL) {
		ps->p += n;
		blanks(ps);
		name = ps->p;
		n = word_length(name);
		if (n == 0)
			return (syntax(ps, "a tag is missing"));
	}
	if (n > 0 && type_lookup(ps->ts, name, n, tag, false, true, ref) == OK) {
		ps->p += n;
		if (tag != NULL || bare_tags)
			return (OK);
		for (next = ps->p; *next == ' ';)
			next++;
		if (*next == '*' || (type_get_raw(ps->ts, *ref, &t) == OK &&
		    (t.kind == TYPE_TYPEDEF || t.kind == TYPE_INT ||
		    t.kind == TYPE_FLOAT)))
			return (OK);
		ps->p = name;
		return (E_NOT_FOUND);
	}
	if (tag == NULL)
		return (E_NOT_FOUND);
	return (ctx_fail_at(ps->ctx, E_NO_TYPE, (uint64_t)(name - ps->text),
	    "no type \"%s %.*s\"%s", tag, (int)(n < 200 ? n : 200), name,
	    type_why(ps->ts, name, n).text));
}

static int
specifiers(struct parser *ps, bool bare_tags, struct typeref *ref)
{
	unsigned count[S_COUNT] = { 0 };
	bool have = false, built = false;
	size_t n;
	char letter;
	int i, r;

	for (;; blanks(ps)) {
		n = word_length(ps->p);
		for (i = 0; i < S_COUNT; i++) {
			if (word_is(ps->p, n, words[i]))
				break;
		}
		/* The kernel's bool is a typedef, unless there are no types. */
		if (i == S_COUNT && word_is(ps->p, n, "bool") && !have)
			i = S_BOOL;
		if (i == S_COUNT) {
			if (n == 0 || have || built)
				break;
			r = named(ps, bare_tags, ref);
			if (r != OK)
				return (r);
			have = true;
			continue;
		}
		if (i < S_CONST && have)
			return (syntax(ps, "two types in one"));
		built = built || i < S_CONST;
		if (++count[i] > 8)
			return (syntax(ps, "too many of the same word"));
		ps->p += n;
	}
	if (!have && !built)
		return (E_NOT_FOUND);
	if (built && count[S_VOID] != 0) {
		for (i = S_VOID + 1; i < S_CONST; i++) {
			if (count[i] != 0)
				return (syntax(ps, "not a type"));
		}
		*ref = (struct typeref){ 0, 0 };
	} else if (built) {
		letter = builtin_letter(count);
		if (letter == 0)
			return (syntax(ps, "not a type"));
		*ref = type_builtin(ps->ts, letter);
	}
	return (qualify(ps, count, ref));
}

static int
pointers(struct parser *ps, int *left, struct typeref *ref)
{
	unsigned count[S_COUNT];
	size_t n;
	int i, r;

	while (*ps->p == '*') {
		if ((*left)-- == 0)
			return (syntax(ps, "too deep"));
		ps->p++;
		memset(count, 0, sizeof(count));
		r = derive(ps, TYPE_PTR, 0, ref);
		for (i = 0; r == OK && i < S_COUNT;) {
			blanks(ps);
			n = word_length(ps->p);
			for (i = S_CONST; i < S_COUNT; i++) {
				if (word_is(ps->p, n, words[i])) {
					count[i]++;
					ps->p += n;
					break;
				}
			}
		}
		if (r == OK)
			r = qualify(ps, count, ref);
		if (r != OK)
			return (r);
	}
	return (OK);
}

/* "[2][3]" is 2 of 3: the last dimension is the innermost. */
static int
dimensions(struct parser *ps, int *left, struct typeref *ref)
{
	uint64_t n[DECLARATOR_MAX], size;
	char *end;
	int count = 0, r = OK;

	for (; *ps->p == '['; blanks(ps)) {
		if ((*left)-- == 0)
			return (syntax(ps, "too deep"));
		ps->p++;
		blanks(ps);
		n[count] = 0;
		if (*ps->p != ']') {
			if (!isdigit((unsigned char)*ps->p))
				return (syntax(ps, "a number is wanted"));
			n[count] = strtoull(ps->p, &end, 0);
			ps->p = end;
			blanks(ps);
		}
		if (*ps->p != ']')
			return (syntax(ps, "\"]\" is missing"));
		ps->p++;
		count++;
	}
	while (r == OK && count-- > 0) {
		r = derive(ps, TYPE_ARRAY, n[count], ref);
		if (r == OK)
			r = type_size(ps->ctx, ps->ts, *ref, &size);
	}
	return (r);
}

static int	declarator(struct parser *, int *left, struct typeref *);

/* The arguments of a function, whose type ref becomes; p is behind the "(". */
static int
function(struct parser *ps, int *left, struct typeref *ref)
{
	struct typeref list = { 0, 0 }, arg;
	bool only_void;
	int r;

	blanks(ps);
	for (; *ps->p != ')'; blanks(ps)) {
		if ((*left)-- == 0)
			return (syntax(ps, "too deep"));
		arg = (struct typeref){ 0, 0 };
		only_void = false;
		if (strncmp(ps->p, "...", 3) == 0)
			ps->p += 3;
		else {
			r = specifiers(ps, true, &arg);
			if (r == E_NOT_FOUND)
				return (syntax(ps, "a type is wanted here"));
			if (r == OK)
				r = declarator(ps, left, &arg);
			if (r != OK)
				return (r);
			only_void = arg.id == 0;
		}
		ps->p += word_length(ps->p);	/* a name says nothing */
		blanks(ps);
		if (*ps->p != ')' && *ps->p != ',')
			return (syntax(ps, "\")\" is missing"));
		if (only_void && (list.id != 0 || *ps->p == ','))
			return (syntax(ps, "void is no argument"));
		if (!only_void) {
			r = made_argument(ps->ts->made, list, arg, &list);
			if (r != OK)
				return (ctx_fail(ps->ctx, r,
				    "too many types made"));
		}
		if (*ps->p == ',')
			ps->p++;
	}
	ps->p++;
	return (derive(ps, TYPE_PROTO, list.id, ref));
}

/* Past the ")" that belongs to the "(" before p; false without one. */
static bool
pass(struct parser *ps)
{
	int open;

	for (open = 1; open > 0; ps->p++) {
		if (*ps->p == '\0')
			return (false);
		open += *ps->p == '(' ? 1 : *ps->p == ')' ? -1 : 0;
	}
	blanks(ps);
	return (true);
}

/* "*"s, then "[N]"; or "(*)" and what it points to. */
static int
declarator(struct parser *ps, int *left, struct typeref *ref)
{
	const char *inner, *end;
	int r;

	r = pointers(ps, left, ref);
	if (r != OK || *ps->p != '(' || ps->p[1 + strspn(ps->p + 1, " \t")] !=
	    '*')
		return (r == OK ? dimensions(ps, left, ref) : r);
	if ((*left)-- == 0)
		return (syntax(ps, "too deep"));
	inner = ++ps->p;
	if (!pass(ps))
		return (syntax(ps, "\")\" is missing"));
	if (*ps->p == '(') {
		ps->p++;
		r = function(ps, left, ref);
	} else
		r = dimensions(ps, left, ref);
	end = ps->p;
	ps->p = inner;
	blanks(ps);
	if (r == OK)
		r = declarator(ps, left, ref);
	if (r == OK && *ps->p != ')')
		r = syntax(ps, "\")\" is wanted");
	if (r == OK)
		ps->p = end;
	blanks(ps);
	return (r);
}

int
type_parse_prefix(struct ctx *ctx, struct types *ts, const char *text,
    bool bare_tags, size_t *used, struct typeref *ret)
{
	struct parser ps = { ctx, ts, text, text };
	struct typeref ref = { 0, 0 };
	int left = DECLARATOR_MAX, r;

	blanks(&ps);
	r = specifiers(&ps, bare_tags, &ref);
	if (r == OK)
		r = declarator(&ps, &left, &ref);
	if (r != OK)
		return (r);
	*used = (size_t)(ps.p - text);
	*ret = ref;
	return (OK);
}

int
type_parse(struct ctx *ctx, struct types *ts, const char *text,
    struct typeref *ret)
{
	struct typeref ref;
	size_t used;
	int r;

	r = type_parse_prefix(ctx, ts, text, true, &used, &ref);
	if (r == E_NOT_FOUND)
		return (ctx_fail_at(ctx, E_NO_TYPE, 0, "no type \"%s\"%s",
		    text + strspn(text, " \t"), type_why(ts, text,
		    strlen(text)).text));
	if (r != OK)
		return (r);
	used += strspn(text + used, " \t");
	if (text[used] != '\0')
		return (ctx_fail_at(ctx, E_SYNTAX, used, "column %zu: a type ends "
		    "before \"%.32s\"", used + 1, text + used));
	*ret = ref;
	return (OK);
}
