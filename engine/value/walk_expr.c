/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Walks as text.  The stages between the "|" are read once for their errors and
 * to learn where each begins; they are evaluated anew from their text for each
 * element, as all expressions are, with the elements around in scope.
 */
#include "engine/value/walk_expr.h"

#include "engine/value/expr.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STAGES_MAX	16
#define PATH_PART	24

struct stage {
	size_t		 at;		/* of the arguments in the text */
	int		 kind;		/* of walker; -1: an "if" */
	char		 name[64];	/* of its element */
	uint64_t	 count;		/* elements so far */
	struct walk_iter *iter;
	struct value_scope scope;
};

struct column {
	size_t		 at;
	char		*name;
};

struct walk_expr {
	char		*text;
	struct stage	 stages[STAGES_MAX];
	size_t		 nstages, depth;	/* depth: walks under way */
	struct column	 columns[WALK_COLUMNS_MAX];
	size_t		 ncolumns;
	char		 path[STAGES_MAX * PATH_PART];
	char		 why[ERR_TEXT_MAX];
	struct value_env env;		/* with the current element's scope */
	struct expr	 e;		/* of the last evaluation: keeps texts */
};

/* Make e ready to read the walk's text from a place on. */
static struct expr *
parser(struct ctx *ctx, struct walk_expr *w, size_t at)
{
	struct expr *e = &w->e;

	memset(e, 0, offsetof(struct expr, texts));
	e->ctx = ctx;
	e->env = &w->env;
	e->text = w->text;
	e->p = w->text + at;
	e->texts_len = 0;
	return (e);
}

/* A word, if one is next; which is not passed. */
static size_t
word_at(struct expr *e, char *buf, size_t size)
{
	size_t n = 0;

	expr_blanks(e);
	if (expr_is_first(*e->p)) {
		while (expr_is_word(e->p[n]))
			n++;
	}
	if (n >= size)
		n = 0;
	memcpy(buf, e->p, n);
	buf[n] = '\0';
	return (n);
}

/* "as NAME" */
static int
as_name(struct expr *e, char *name, size_t size)
{
	size_t n = word_at(e, name, size);

	if (strcmp(name, "as") != 0) {
		name[0] = '\0';
		return (OK);
	}
	e->p += n;
	n = word_at(e, name, size);
	if (n == 0)
		return (expr_fail(e, e->p, E_SYNTAX,
		    "a name is wanted behind \"as\""));
	e->p += n;
	return (OK);
}

/* The walker at e->p: its number, with e->p behind "name("; else -1. */
static int
walker_at(struct expr *e)
{
	const char *start;
	char word[64];
	size_t n;
	int kind;

	n = word_at(e, word, sizeof(word));
	start = e->p;
	kind = n > 0 ? expr_walk_kind(word) : -1;
	e->p += n;
	if (kind < 0 || !expr_take(e, "(")) {
		e->p = start;
		return (-1);
	}
	return (kind);
}

/* Read the walker or "if" at e->p; *done when it is neither. */
static int
read_stage(struct walk_expr *w, struct expr *e, struct walk_iter *scratch,
    bool *done)
{
	const char *start = e->p;
	struct stage *s;
	struct value v;
	char word[64];
	int r;

	if (w->nstages == STAGES_MAX)
		return (expr_fail(e, start, E_LIMIT, "too many stages"));
	s = &w->stages[w->nstages];
	s->kind = walker_at(e);
	s->at = (size_t)(e->p - w->text);
	s->name[0] = '\0';
	if (s->kind >= 0) {
		r = expr_walk_start(e, s->kind, scratch);
		if (r == OK)
			r = as_name(e, s->name, sizeof(s->name));
		w->nstages++;
		return (r);
	}
	(void)word_at(e, word, sizeof(word));
	*done = w->nstages == 0 || strcmp(word, "if") != 0;
	if (*done)
		return (OK);
	e->p += 2;
	s->at += 2;
	r = expr_need(e, "(");
	if (r == OK)
		r = expr_any(e, &v);
	if (r == OK)
		r = expr_need(e, ")");
	w->nstages++;
	return (r);
}

/* What a column is called: as was said, or as it reads. */
static char *
column_name(const char *from, const char *end, const char *as)
{
	while (end > from && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	return (as[0] != '\0' ? strdup(as) :
	    strndup(from, (size_t)(end - from)));
}

static int
read_columns(struct walk_expr *w, struct expr *e)
{
	struct column *c;
	const char *end;
	struct value v;
	char as[64];
	int r = OK;

	do {
		expr_blanks(e);
		if (w->ncolumns == WALK_COLUMNS_MAX)
			return (expr_fail(e, e->p, E_LIMIT,
			    "too many columns"));
		c = &w->columns[w->ncolumns];
		c->at = (size_t)(e->p - w->text);
		r = expr_any(e, &v);
		end = e->p;
		if (r == OK)
			r = as_name(e, as, sizeof(as));
		if (r != OK)
			return (r);
		c->name = column_name(w->text + c->at, end, as);
		if (c->name == NULL)
			return (ctx_fail(e->ctx, E_NOMEM,
			    "no memory for a column"));
		w->ncolumns++;
	} while (expr_take(e, ","));
	return (OK);
}

/* All of the text, without evaluating it. */
static int
read_all(struct ctx *ctx, struct walk_expr *w)
{
	struct walk_iter *scratch;
	struct expr *e = parser(ctx, w, 0);
	char what[64];
	bool done = false;
	int r;

	scratch = malloc(sizeof(*scratch));
	if (scratch == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for a walk"));
	e->skip = 1;
	do {
		expr_blanks(e);
		r = read_stage(w, e, scratch, &done);
	} while (r == OK && !done && expr_take(e, "|"));
	free(scratch);
	if (r == OK && w->nstages == 0)
		return (E_NOT_FOUND);
	if (r == OK && done)
		r = read_columns(w, e);
	expr_blanks(e);
	if (r == OK && *e->p != '\0') {
		/* "list(...)[2]" and what is computed from it. */
		if (w->nstages == 1 && w->ncolumns == 0)
			return (E_NOT_FOUND);
		snprintf(what, sizeof(what), "the walk ends before \"%.16s\"",
		    e->p);
		r = expr_fail(e, e->p, E_SYNTAX, what);
	}
	return (r);
}

/* Begin the walk of a stage, in the scope of the elements around. */
static int
stage_start(struct ctx *ctx, struct walk_expr *w, struct stage *s)
{
	int r;

	if (s->iter == NULL)
		s->iter = malloc(sizeof(*s->iter));
	if (s->iter == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for a walk"));
	s->count = 0;
	r = expr_walk_start(parser(ctx, w, s->at), s->kind, s->iter);
	if (r != OK) {
		expr_walk_fini(s->iter);
		free(s->iter);
		s->iter = NULL;
	}
	return (r);
}

static void
stage_stop(struct stage *s)
{
	if (s->iter != NULL)
		expr_walk_fini(s->iter);
	free(s->iter);
	s->iter = NULL;
}

int
walk_expr_open(struct ctx *ctx, const struct value_env *env, const char *text,
    struct walk_expr **ret)
{
	struct walk_expr *w;
	int r;

	if (env->types == NULL)
		return (ctx_fail(ctx, E_NO_TYPE,
		    "there is no type information"));
	if (strnlen(text, EXPR_LENGTH_MAX) == EXPR_LENGTH_MAX)
		return (ctx_fail_at(ctx, E_LIMIT, EXPR_LENGTH_MAX, "the "
		    "expression is longer than %d bytes", EXPR_LENGTH_MAX - 1));
	w = calloc(1, sizeof(*w));
	if (w != NULL)
		w->text = strdup(text);
	if (w == NULL || w->text == NULL) {
		free(w);
		return (ctx_fail(ctx, E_NOMEM, "no memory for a walk"));
	}
	w->env = *env;
	r = read_all(ctx, w);
	if (r == OK)
		r = stage_start(ctx, w, &w->stages[0]);
	if (r != OK) {
		walk_expr_close(w);
		return (r);
	}
	w->depth = 1;
	*ret = w;
	return (OK);
}

void
walk_expr_close(struct walk_expr *w)
{
	size_t i;

	if (w == NULL)
		return;
	for (i = 0; i < w->nstages; i++)
		stage_stop(&w->stages[i]);
	for (i = 0; i < w->ncolumns; i++)
		free(w->columns[i].name);
	free(w->text);
	free(w);
}

/* Only these stand for an element; others mean that the text is wrong. */
static bool
is_broken(int r)
{
	return (status_reason(r) != NULL && r != E_NO_TYPE && r != E_NO_MEMBER);
}

/* The element that could not be had: where, and why. */
static void
item_broken(struct ctx *ctx, struct walk_expr *w, int r,
    struct walk_item *ret)
{
	ret->status = r;
	ret->v = op_int(&w->env, '0', ctx->err.addr);
	snprintf(w->why, sizeof(w->why), "%s", ctx->err.text);
	ctx_clear(ctx);
}

/* The path of the element at which the inmost walk stands. */
static void
item_path(struct walk_expr *w)
{
	const struct stage *s;
	size_t len = 0, i;

	w->path[0] = '\0';
	for (i = 0; i < w->depth; i++) {
		s = &w->stages[i];
		if (s->kind < 0)
			continue;
		len += (size_t)snprintf(w->path + len, sizeof(w->path) - len,
		    expr_walk_key(s->kind) == WALK_KEY_HEX ?
		    "[0x%" PRIx64 "]" : "[%" PRIu64 "]", s->scope.key);
	}
}

/* Elements are in scope from the stage that found them on. */
static void
scope_to(struct walk_expr *w, size_t depth)
{
	const struct value_scope *outer = NULL;
	size_t i;

	for (i = 0; i < depth; i++) {
		if (w->stages[i].kind < 0)
			continue;
		w->stages[i].scope.outer = outer;
		w->stages[i].scope.name = w->stages[i].name;
		outer = &w->stages[i].scope;
	}
	w->env.scope = outer;
}

/* The next element of the inmost walk under way. */
static int
advance(struct ctx *ctx, struct walk_expr *w, struct walk_item *ret)
{
	struct stage *s = &w->stages[w->depth - 1];
	uint64_t key;
	int r;

	r = expr_walk_next(s->iter, ctx, &key, &s->scope.it);
	if (r == E_DONE)
		return (r);
	s->scope.key = expr_walk_key(s->kind) == WALK_KEY_COUNT ? s->count :
	    key;
	s->count++;
	item_path(w);
	ret->key = s->scope.key;
	if (r != OK)
		return (r);
	scope_to(w, w->depth);
	ret->v = s->scope.it;
	return (OK);
}

/* Keeps an "if" the element? */
static int
condition(struct ctx *ctx, struct walk_expr *w, const struct stage *s,
    bool *yes)
{
	struct expr *e = parser(ctx, w, s->at);
	struct value v;
	int r;

	r = expr_need(e, "(");
	if (r == OK)
		r = expr_any(e, &v);
	return (r == OK ? op_truth(ctx, &w->env, &v, yes) : r);
}

/* The stages behind an element: E_DONE when it is dropped. */
static int
deepen(struct ctx *ctx, struct walk_expr *w, bool *whole)
{
	struct stage *s;
	bool yes = true;
	int r;

	for (*whole = true; w->depth < w->nstages; w->depth++) {
		s = &w->stages[w->depth];
		if (s->kind >= 0) {
			r = stage_start(ctx, w, s);
			w->depth += r == OK;
			*whole = false;
			return (r);
		}
		r = condition(ctx, w, s, &yes);
		if (r != OK || !yes)
			return (r != OK ? r : E_DONE);
	}
	return (OK);
}

/* Back to the walk that has the next element. */
static void
shallow(struct walk_expr *w)
{
	while (w->depth > 0 && (w->stages[w->depth - 1].kind < 0 ||
	    w->stages[w->depth - 1].iter == NULL))
		w->depth--;
}

int
walk_expr_next(struct ctx *ctx, struct walk_expr *w, struct walk_item *ret)
{
	struct walk_item item = { .path = w->path, .why = w->why };
	bool whole;
	int r;

	w->why[0] = '\0';
	for (;;) {
		shallow(w);
		if (w->depth == 0)
			return (E_DONE);
		r = advance(ctx, w, &item);
		if (r == E_DONE) {
			stage_stop(&w->stages[w->depth - 1]);
			continue;
		}
		whole = true;
		if (r == OK)
			r = deepen(ctx, w, &whole);
		if (r == E_DONE || (r == OK && !whole))
			continue;
		if (r != OK && !is_broken(r))
			return (r);
		if (r != OK)
			item_broken(ctx, w, r, &item);
		*ret = item;
		return (OK);
	}
}

size_t
walk_expr_columns(const struct walk_expr *w)
{
	return (w->ncolumns);
}

const char *
walk_expr_column_name(const struct walk_expr *w, size_t i)
{
	return (w->columns[i].name);
}

int
walk_expr_column(struct ctx *ctx, struct walk_expr *w, size_t i,
    struct value *ret)
{
	return (expr_any(parser(ctx, w, w->columns[i].at), ret));
}

const struct value_env *
walk_expr_env(const struct walk_expr *w)
{
	return (&w->env);
}
