/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Views, read: words, expressions and walkers.  Expressions are kept as text;
 * what stands around them is found by keywords between blanks outside of
 * quotes and brackets.
 */
#include "engine/view/viewfile_parse.h"

#include "base/utf8.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ERRORS_MAX	20
#define NAME_MAX_LEN	48

void
vp_complain(struct parser *ps, const char *at, const char *fmt, ...)
{
	char why[ERR_TEXT_MAX], text[ERR_TEXT_MAX * 2];
	va_list ap;

	if (ps->nerrors++ >= ERRORS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	snprintf(text, sizeof(text), "%s:%u:%zu: %s", ps->f->file, ps->lineno,
	    utf8_columns(ps->line, (size_t)(at - ps->line)) + 1, why);
	if (ps->error != NULL)
		ps->error(ps->arg, text);
}

void *
vp_make(struct parser *ps, size_t n)
{
	void *p;

	p = arena_alloc(&ps->f->arena, n);
	if (p == NULL)
		ps->nomem = true;
	return (p);
}

const char *
vp_keep(struct parser *ps, const char *s, size_t n)
{
	const char *copy;

	copy = arena_strndup(&ps->f->arena, s, n);
	if (copy == NULL)
		ps->nomem = true;
	return (copy);
}

bool
vp_blank(char c)
{
	return (c == ' ' || c == '\t');
}

void
vp_blanks(struct parser *ps)
{
	while (ps->p < ps->end && vp_blank(*ps->p))
		ps->p++;
}

/* The next word up to a blank; its length, 0 at the end of the line. */
size_t
vp_word(struct parser *ps, const char **w)
{
	vp_blanks(ps);
	*w = ps->p;
	while (ps->p < ps->end && !vp_blank(*ps->p))
		ps->p++;
	return ((size_t)(ps->p - *w));
}

bool
vp_is(const char *w, size_t n, const char *s)
{
	return (strlen(s) == n && memcmp(w, s, n) == 0);
}

/* The word, if it is the next one. */
bool
vp_take(struct parser *ps, const char *s)
{
	const char *was, *w;
	size_t n;

	was = ps->p;
	n = vp_word(ps, &w);
	if (vp_is(w, n, s))
		return (true);
	ps->p = was;
	return (false);
}

bool
vp_need(struct parser *ps, const char *s)
{
	if (vp_take(ps, s))
		return (true);
	vp_blanks(ps);
	vp_complain(ps, ps->p, "\"%s\" is wanted here", s);
	return (false);
}

bool
vp_is_name(const char *s, size_t n)
{
	size_t i;

	if (n == 0 || n > NAME_MAX_LEN || isdigit((unsigned char)s[0]))
		return (false);
	for (i = 0; i < n; i++)
		if (!isalnum((unsigned char)s[i]) && s[i] != '_')
			return (false);
	return (true);
}

/* $name, without its "$". */
const char *
vp_variable(struct parser *ps)
{
	const char *w;
	size_t n;

	n = vp_word(ps, &w);
	if (n < 2 || w[0] != '$' || !vp_is_name(w + 1, n - 1)) {
		vp_complain(ps, w, "a variable is wanted here, like $x");
		return (NULL);
	}
	return (vp_keep(ps, w + 1, n - 1));
}

/*
 * The end of the expression at p: before a keyword that stands between blanks,
 * a comma where those count, or the end of the line.
 */
const char *
vp_expr_end(const struct parser *ps, const char *const *keywords, bool comma)
{
	const char *p;
	size_t depth, i, n;
	char quote;

	for (p = ps->p, depth = 0; p < ps->end; p++) {
		if (*p == '"' || *p == '\'') {
			for (quote = *p++; p < ps->end && *p != quote; p++)
				if (*p == '\\')
					p++;
			if (p >= ps->end)
				return (ps->end);
			continue;
		}
		if (*p == '(' || *p == '[')
			depth++;
		else if ((*p == ')' || *p == ']') && depth > 0)
			depth--;
		if (depth > 0)
			continue;
		if (comma && *p == ',')
			return (p);
		if (p > ps->line && !vp_blank(p[-1]))
			continue;
		for (i = 0; keywords != NULL && keywords[i] != NULL; i++) {
			n = strlen(keywords[i]);
			if ((size_t)(ps->end - p) >= n &&
			    memcmp(p, keywords[i], n) == 0 &&
			    (p + n == ps->end || vp_blank(p[n])))
				return (p);
		}
	}
	return (ps->end);
}

/*
 * Only what is wrong in any kernel: names are not known yet, so the expression
 * is read as the part of a condition that is not evaluated.
 */
static void
check_syntax(struct parser *ps, const char *at, const char *text)
{
	struct value_env env = { .types = ps->no_types };
	const char *why;
	struct value v;
	char *whole;
	size_t n;
	int error;

	n = strlen(text) + 8;
	whole = malloc(n);
	if (whole == NULL) {
		ps->nomem = true;
		return;
	}
	snprintf(whole, n, "0&&(%s)", text);
	ctx_clear(ps->ctx);
	error = value_eval(ps->ctx, &env, whole, &v);
	free(whole);
	if (error == E_SYNTAX || error == E_LIMIT) {
		why = strstr(ps->ctx->err.text, ": ");
		n = ps->ctx->err.addr >= 4 ? ps->ctx->err.addr - 4 : 0;
		if (n > strlen(text))
			n = strlen(text);
		vp_complain(ps, at + n, "%s", why != NULL ? why + 2 :
		    ps->ctx->err.text);
	}
	ctx_clear(ps->ctx);
}

/* NULL after a complaint. */
struct vf_expr *
vp_expression(struct parser *ps, const char *const *keywords, bool comma)
{
	const char *end, *start;
	struct vf_expr *e;

	vp_blanks(ps);
	start = ps->p;
	end = vp_expr_end(ps, keywords, comma);
	ps->p = end;
	while (end > start && vp_blank(end[-1]))
		end--;
	if (end == start) {
		vp_complain(ps, start, "an expression is wanted here");
		return (NULL);
	}
	e = vp_make(ps, sizeof(*e));
	if (e == NULL)
		return (NULL);
	e->text = vp_keep(ps, start, (size_t)(end - start));
	e->line = ps->lineno;
	e->column = (unsigned)utf8_columns(ps->line,
	    (size_t)(start - ps->line)) + 1;
	e->id = ps->f->nids++;
	if (e->text != NULL)
		check_syntax(ps, start, e->text);
	return (e);
}

/* --- walkers ------------------------------------------------------------------ */

enum {
	ROOT = 1, COUNT = 2, AS_MEMBER = 4, AS_TYPE = 8, BY = 16, MAY_COUNT = 32,
	MAY_BY = 64
};

static const struct {
	const char	*name;
	enum vf_walk_kind kind;
	unsigned	 parts;
} walkers[] = {
	{ "list", VF_LIST, ROOT | AS_MEMBER },
	{ "lists", VF_LISTS, ROOT | MAY_COUNT | MAY_BY | AS_MEMBER },
	{ "hlist", VF_HLIST, ROOT | AS_MEMBER },
	{ "hlists", VF_HLISTS, ROOT | MAY_COUNT | MAY_BY | AS_MEMBER },
	{ "llist", VF_LLIST, ROOT | AS_MEMBER },
	{ "rbtree", VF_RBTREE, ROOT | AS_MEMBER },
	{ "xarray", VF_XARRAY, ROOT | AS_TYPE },
	{ "maple", VF_MAPLE, ROOT | AS_TYPE },
	{ "array", VF_ARRAY, ROOT | MAY_COUNT },
	{ "chain", VF_CHAIN, ROOT | BY },
	{ "tree", VF_TREE, ROOT | BY | AS_MEMBER },
	{ "range", VF_RANGE, ROOT | COUNT },
	{ "items", VF_ITEMS, ROOT },
	{ "cpus", VF_CPUS, 0 },
	{ "processes", VF_PROCESSES, 0 },
	{ "threads", VF_THREADS, 0 },
};

static const char *const walk_words[] = {
	"as", "by", "count", "for", "where", "link", NULL
};

/* as TYPE, as TYPE.MEMBER */
static bool
element_type(struct parser *ps, struct vf_walk *w, bool member)
{
	static const char *const words[] = { "for", "where", "link", NULL };
	const char *dot, *end, *start;

	vp_blanks(ps);
	start = ps->p;
	end = vp_expr_end(ps, words, false);
	ps->p = end;
	while (end > start && vp_blank(end[-1]))
		end--;
	dot = memchr(start, '.', (size_t)(end - start));
	if (member ? dot == NULL || dot == start || dot + 1 == end :
	    dot != NULL || start == end) {
		vp_complain(ps, start, member ? "a type and its member are wanted "
		    "here, like struct module.list" :
		    "a type is wanted here, like struct module");
		return (false);
	}
	w->type = vp_keep(ps, start, (size_t)((member ? dot : end) - start));
	if (member)
		w->member = vp_keep(ps, dot + 1, (size_t)(end - dot - 1));
	return (true);
}

/* items EXPR, EXPR ... */
static bool
items(struct parser *ps, struct vf_walk *w)
{
	struct vf_walk *more;

	for (;;) {
		w->root = vp_expression(ps, walk_words, true);
		if (w->root == NULL)
			return (false);
		if (ps->p == ps->end || *ps->p != ',')
			return (true);
		ps->p++;
		more = vp_make(ps, sizeof(*more));
		if (more == NULL)
			return (false);
		more->kind = VF_ITEMS;
		w = w->next = more;
	}
}

struct vf_walk *
vp_walker(struct parser *ps)
{
	const char *at, *name;
	struct vf_walk *w;
	unsigned parts;
	size_t i, n;

	n = vp_word(ps, &name);
	for (i = 0; i < sizeof(walkers) / sizeof(walkers[0]); i++)
		if (vp_is(name, n, walkers[i].name))
			break;
	if (i == sizeof(walkers) / sizeof(walkers[0])) {
		vp_complain(ps, name, "a walker is wanted here, not \"%.*s\": "
		    "list, array, chain, ...", n > 32 ? 32 : (int)n, name);
		return (NULL);
	}
	w = vp_make(ps, sizeof(*w));
	if (w == NULL)
		return (NULL);
	w->kind = walkers[i].kind;
	w->line = ps->lineno;
	w->column = (unsigned)utf8_columns(ps->line,
	    (size_t)(name - ps->line)) + 1;
	w->id = ps->f->nids++;
	parts = walkers[i].parts;
	if (w->kind == VF_ITEMS)
		return (items(ps, w) ? w : NULL);
	if ((parts & ROOT) != 0 &&
	    (w->root = vp_expression(ps, walk_words, false)) == NULL)
		return (NULL);
	vp_blanks(ps);
	at = ps->p;
	if ((parts & (COUNT | MAY_COUNT)) != 0 && vp_take(ps, "count")) {
		w->count = vp_expression(ps, walk_words, false);
		if (w->count == NULL)
			return (NULL);
	} else if ((parts & COUNT) != 0) {
		vp_complain(ps, at, "\"count\" is wanted here");
		return (NULL);
	}
	if ((parts & BY) != 0 && !vp_need(ps, "by"))
		return (NULL);
	if ((parts & BY) != 0 || ((parts & MAY_BY) != 0 && vp_take(ps, "by"))) {
		n = vp_word(ps, &name);
		if (n == 0) {
			vp_complain(ps, name, "a member is wanted here");
			return (NULL);
		}
		w->by = vp_keep(ps, name, n);
	}
	if ((parts & (AS_MEMBER | AS_TYPE)) != 0 && (!vp_need(ps, "as") ||
	    !element_type(ps, w, (parts & AS_MEMBER) != 0)))
		return (NULL);
	return (w);
}
