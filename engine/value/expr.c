/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * C expressions: a recursive descent that evaluates as it reads.
 *
 * Two states change what evaluating means.  Behind a decided && || ?: the rest
 * is only read ("skip"): every operation gives an int 0 and nothing fails but
 * the syntax.  Under sizeof types are worked out and memory is not touched
 * ("unread").
 */
#include "engine/value/expr.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX	64
#define SLICE_MAX	(UINT64_C(1) << 24)	/* elements */

void
expr_blanks(struct expr *e)
{
	while (isspace((unsigned char)*e->p))
		e->p++;
}

int
expr_fail(struct expr *e, const char *at, int code, const char *what)
{
	size_t column = (size_t)(at - e->text);

	return (ctx_fail_at(e->ctx, code, column, "column %zu: %s", column + 1,
	    what));
}

int
expr_place(struct expr *e, const char *at, int r)
{
	size_t column = (size_t)(at - e->text);

	switch (r) {
	case E_SYNTAX:
	case E_USAGE:
	case E_NO_SYMBOL:
	case E_NO_TYPE:
	case E_NO_MEMBER:
	case E_NOT_FOUND:
		e->ctx->err.addr = column;
		ctx_chain(e->ctx, "column %zu", column + 1);
		break;
	default:
		break;
	}
	return (r);
}

bool
expr_take(struct expr *e, const char *token)
{
	size_t n = strlen(token);

	expr_blanks(e);
	if (strncmp(e->p, token, n) != 0)
		return (false);
	e->p += n;
	return (true);
}

int
expr_need(struct expr *e, const char *token)
{
	char what[48];

	if (expr_take(e, token))
		return (OK);
	if (*e->p == '\0')
		snprintf(what, sizeof(what), "\"%s\" is missing", token);
	else
		snprintf(what, sizeof(what), "\"%s\" is wanted, not \"%.16s\"",
		    token, e->p);
	return (expr_fail(e, e->p, E_SYNTAX, what));
}

int
expr_enter(struct expr *e)
{
	if (++e->depth > DEPTH_MAX)
		return (expr_fail(e, e->p, E_LIMIT, "too deeply nested"));
	return (OK);
}

struct value
expr_zero(struct expr *e)
{
	return (op_int(e->env, 'i', 0));
}

int
expr_unread(struct expr *e, struct value *v)
{
	struct type t;
	int r;

	if (e->unread == 0 || v->place != VALUE_MEM)
		return (OK);
	r = value_strip(e->ctx, e->env, v, &t);
	if (r == OK && t.kind != TYPE_ARRAY && t.kind != TYPE_PROTO &&
	    t.kind != TYPE_STRUCT && t.kind != TYPE_UNION) {
		v->place = VALUE_IMM;
		v->bits = 0;
		v->real = 0;
	}
	return (r);
}

/* Several, divided by commas: the last one counts. */
static int
sequence(struct expr *e, struct value *ret)
{
	int r;

	r = expr_any(e, ret);
	while (r == OK && expr_take(e, ",")) {
		r = expr_any(e, ret);
		e->bare = false;
	}
	return (r);
}

static int
primary(struct expr *e, struct value *ret)
{
	const char *start;
	int r;

	expr_blanks(e);
	start = e->p;
	if (expr_take(e, "(")) {
		r = sequence(e, ret);
		return (r == OK ? expr_need(e, ")") : r);
	}
	if (isdigit((unsigned char)*e->p) ||
	    (*e->p == '.' && isdigit((unsigned char)e->p[1])))
		return (expr_number(e, ret));
	if (*e->p == '\'')
		return (expr_char(e, ret));
	if (*e->p == '"')
		return (expr_text(e, ret));
	if (*e->p == '$')
		return (expr_variable(e, ret));
	if (expr_is_first(*e->p) || *e->p == '`')
		return (expr_name(e, ret));
	return (expr_fail(e, start, E_SYNTAX, *start == '\0' ?
	    "the expression ends too early" : "a value is wanted here"));
}

/* Was the type of that symbol told? */
static bool
is_root(const struct expr *e, const char *name)
{
	const struct value_root *r = e->env->roots;

	while (r != NULL && r->symbol != NULL && strcmp(r->symbol, name) != 0)
		r++;
	return (r != NULL && r->symbol != NULL);
}

/*
 * A symbol whose type nobody knows counts as a number; the error of an operand
 * that has to be more.
 */
static int
no_operand(struct expr *e, const char *at, int r, const struct value *v,
    const char *before, const char *behind)
{
	struct typeref word = type_builtin(e->env->types, 'L');
	const struct symbol *sym;
	char what[EXPR_NAME_MAX + 128];

	if ((r == E_USAGE || r == E_NO_MEMBER) && e->bare &&
	    v->place == VALUE_MEM && v->type.unit == word.unit &&
	    v->type.id == word.id && e->env->symbols != NULL &&
	    (sym = sym_at(e->env->symbols, v->addr)) != NULL &&
	    !is_root(e, sym_name(e->env->symbols, sym))) {
		ctx_clear(e->ctx);
		snprintf(what, sizeof(what), "the type of %.200s is not known: "
		    "say it, as in %s&%.200s%s",
		    sym_name(e->env->symbols, sym), before,
		    sym_name(e->env->symbols, sym), behind);
		return (expr_fail(e, at, r, what));
	}
	return (expr_place(e, at, r));
}

static int
member(struct expr *e, struct value *v)
{
	char path[EXPR_NAME_MAX];
	const char *start;
	int r;

	expr_blanks(e);
	start = e->p;
	if (!expr_is_first(*e->p))
		return (expr_fail(e, start, E_SYNTAX, "a member is wanted"));
	while (expr_is_word(*e->p))
		e->p++;
	if ((size_t)(e->p - start) >= sizeof(path))
		return (expr_fail(e, start, E_LIMIT, "the name is too long"));
	memcpy(path, start, (size_t)(e->p - start));
	path[e->p - start] = '\0';
	if (e->skip > 0)
		return (OK);
	r = expr_unread(e, v);
	if (r == OK)
		r = value_member(e->ctx, e->env, v, path, v);
	return (r == OK ? OK : no_operand(e, start, r, v, "((struct NAME *)",
	    ")->member"));
}

/*
 * v[from:to]: an array of these elements, in place.  What is left out is 0, and
 * the array's end; the end of a text where a pointer to chars is cut.
 */
static int
slice(struct expr *e, const char *start, struct value *v, uint64_t from,
    bool open, uint64_t to)
{
	struct typeref ref;
	struct value x;
	struct type t;
	int r;

	r = value_strip(e->ctx, e->env, v, &t);
	if (r == OK && open && t.kind == TYPE_ARRAY)
		to = t.count;
	else if (r == OK && open)
		r = value_text_end(e->ctx, e->env, v, from, &to);
	if (r == OK)
		r = value_element(e->ctx, e->env, v, (int64_t)from, &x);
	if (r == OK && ((int64_t)to < (int64_t)from ||
	    to - from > SLICE_MAX))
		return (expr_fail(e, start, E_LIMIT,
		    "the slice ends before it starts, or is too long"));
	if (r == OK)
		r = type_array_of(e->ctx, e->env->types, x.type, to - from,
		    &ref);
	if (r != OK)
		return (expr_place(e, start, r));
	*v = x;
	v->type = ref;
	return (OK);
}

/* An integer between the brackets. */
static int
subscript(struct expr *e, uint64_t *i)
{
	const char *start = e->p;
	struct value at;
	int r;

	r = expr_any(e, &at);
	if (r != OK || e->skip > 0)
		return (r);
	r = expr_unread(e, &at);
	if (r == OK)
		r = value_load(e->ctx, e->env, &at, i);
	return (r == OK ? OK : expr_place(e, start, r));
}

static int
element(struct expr *e, struct value *v)
{
	const char *start = e->p;
	uint64_t i = 0, to = 0;
	bool is_slice, open = false;
	int r = OK;

	expr_blanks(e);
	if (*e->p != ':')
		r = subscript(e, &i);
	is_slice = r == OK && expr_take(e, ":");
	if (is_slice) {
		expr_blanks(e);
		open = *e->p == ']';
		if (!open)
			r = subscript(e, &to);
	}
	if (r == OK)
		r = expr_need(e, "]");
	if (r != OK || e->skip > 0)
		return (r);
	r = expr_unread(e, v);
	if (r == OK && is_slice)
		return (slice(e, start, v, i, open, to));
	if (r == OK)
		r = value_element(e->ctx, e->env, v, (int64_t)i, v);
	return (r == OK ? OK : no_operand(e, start, r, v, "((TYPE *)", ")[n]"));
}

static int
postfix(struct expr *e, struct value *v)
{
	int r;

	r = primary(e, v);
	while (r == OK) {
		expr_blanks(e);
		if (expr_take(e, "->") || (*e->p == '.' && expr_take(e, ".")))
			r = member(e, v);
		else if (expr_take(e, "["))
			r = element(e, v);
		else
			break;
		e->bare = false;
	}
	return (r);
}

static int
address_of(struct expr *e, const char *start, struct value *v)
{
	struct value x = *v;
	int r;

	if (e->skip > 0)
		return (OK);
	if (v->place != VALUE_MEM)
		return (expr_fail(e, start, E_SYNTAX,
		    "\"&\" needs something that lies in memory"));
	if (v->bit_size != 0)
		return (expr_fail(e, start, E_SYNTAX,
		    "a bit-field has no address"));
	x.place = VALUE_IMM;
	x.bits = v->addr;
	r = type_pointer_to(e->ctx, e->env->types, v->type, &x.type);
	if (r == OK)
		*v = x;
	return (r);
}

/* "(type) operand": *done when it was one. */
static int
cast(struct expr *e, struct value *v, bool *done)
{
	const char *start = e->p;
	struct typeref ref;
	int r;

	*done = false;
	if (!expr_take(e, "("))
		return (OK);
	r = expr_type_prefix(e, false, &ref);
	if (r != OK && r != E_NOT_FOUND)
		return (r);
	if (r != OK || !expr_take(e, ")")) {
		e->p = start;
		return (OK);
	}
	*done = true;
	r = expr_unary(e, v);
	if (r != OK || e->skip > 0)
		return (r);
	r = expr_unread(e, v);
	if (r == OK)
		r = op_cast(e->ctx, e->env, ref, v, v);
	return (r == OK ? OK : expr_place(e, start, r));
}

static int
prefix(struct expr *e, char c, struct value *v)
{
	const char *start = e->p++;
	enum expr_op op;
	int r;

	r = expr_unary(e, v);
	if (r != OK || e->skip > 0)
		return (r);
	if (c == '&')
		return (address_of(e, start, v));
	r = expr_unread(e, v);
	if (r == OK && c == '*') {
		r = value_deref(e->ctx, e->env, v, v);
		return (r == OK ? OK : no_operand(e, start, r, v, "*(TYPE *)",
		    ""));
	} else if (r == OK) {
		op = c == '-' ? OP_NEG : c == '+' ? OP_PLUS :
		    c == '!' ? OP_NOT : OP_BIT_NOT;
		r = op_unary(e->ctx, e->env, op, v, v);
	}
	return (r == OK ? OK : expr_place(e, start, r));
}

int
expr_unary(struct expr *e, struct value *v)
{
	bool done = false;
	int r;

	r = expr_enter(e);
	if (r != OK)
		return (r);
	expr_blanks(e);
	if (*e->p != '\0' && strchr("-+!~*&", *e->p) != NULL) {
		r = prefix(e, *e->p, v);
		done = true;
	} else if (*e->p == '(')
		r = cast(e, v, &done);
	if (done)
		e->bare = false;
	else if (r == OK)
		r = postfix(e, v);
	e->depth--;
	return (r);
}

/* Longer operators before those that they begin with. */
static const struct binary {
	const char *token;
	enum expr_op op;
	int	    rank;
} binaries[] = {
	{ "||", OP_OR, 1 }, { "&&", OP_AND, 2 }, { "<<", OP_SHL, 8 },
	{ ">>", OP_SHR, 8 }, { "==", OP_EQ, 6 }, { "!=", OP_NE, 6 },
	{ "<=", OP_LE, 7 }, { ">=", OP_GE, 7 }, { "|", OP_BIT_OR, 3 },
	{ "^", OP_BIT_XOR, 4 }, { "&", OP_BIT_AND, 5 }, { "<", OP_LT, 7 },
	{ ">", OP_GT, 7 }, { "+", OP_ADD, 9 }, { "-", OP_SUB, 9 },
	{ "*", OP_MUL, 10 }, { "/", OP_DIV, 10 }, { "%", OP_MOD, 10 },
};

static const struct binary *
binary_at(struct expr *e)
{
	size_t i;

	expr_blanks(e);
	for (i = 0; i < sizeof(binaries) / sizeof(binaries[0]); i++) {
		if (strncmp(e->p, binaries[i].token,
		    strlen(binaries[i].token)) == 0)
			return (&binaries[i]);
	}
	return (NULL);
}

static int	expr_binary(struct expr *, int rank, struct value *);

/* && and ||: the right side is only read when the left one decides. */
static int
logic(struct expr *e, const struct binary *b, const char *at, struct value *v)
{
	struct value right;
	bool left = false, x = false, decided;
	int r = OK;

	if (e->skip == 0) {
		r = expr_unread(e, v);
		if (r == OK)
			r = op_truth(e->ctx, e->env, v, &left);
		if (r != OK)
			return (expr_place(e, at, r));
	}
	decided = left == (b->op == OP_OR);
	e->skip += decided;
	r = expr_binary(e, b->rank + 1, &right);
	e->skip -= decided;
	if (r == OK && e->skip == 0 && !decided) {
		r = expr_unread(e, &right);
		if (r == OK)
			r = op_truth(e->ctx, e->env, &right, &x);
		if (r != OK)
			return (expr_place(e, at, r));
	}
	*v = op_int(e->env, 'i', decided ? left : x);
	return (r);
}

static int
expr_binary(struct expr *e, int rank, struct value *v)
{
	const struct binary *b;
	struct value right;
	const char *at;
	int r;

	r = expr_unary(e, v);
	while (r == OK && (b = binary_at(e)) != NULL && b->rank >= rank) {
		at = e->p;
		e->p += strlen(b->token);
		e->bare = false;
		if (*e->p == '=' && b->rank != 6 && b->rank != 7)
			return (expr_fail(e, at, E_SYNTAX,
			    "memory is changed by "
			    "the command write, not by an expression"));
		if (b->op == OP_AND || b->op == OP_OR) {
			r = logic(e, b, at, v);
			e->bare = false;
			continue;
		}
		r = expr_binary(e, b->rank + 1, &right);
		e->bare = false;
		if (r != OK || e->skip > 0)
			continue;
		r = expr_unread(e, v);
		if (r == OK)
			r = expr_unread(e, &right);
		if (r == OK)
			r = op_binary(e->ctx, e->env, b->op, v, &right, v);
		if (r != OK)
			return (expr_place(e, at, r));
	}
	return (r);
}

/* cond ? a : b; what was not chosen is only read, its type does not count. */
static int
expr_choice(struct expr *e, struct value *v)
{
	struct value a, b;
	const char *at;
	bool yes = true;
	int r;

	r = expr_binary(e, 1, v);
	expr_blanks(e);
	if (r != OK || *e->p != '?')
		return (r);
	at = e->p++;
	if (e->skip == 0) {
		r = expr_unread(e, v);
		if (r == OK)
			r = op_truth(e->ctx, e->env, v, &yes);
		if (r != OK)
			return (expr_place(e, at, r));
	}
	e->skip += !yes;
	r = expr_any(e, &a);
	e->skip -= !yes;
	if (r == OK)
		r = expr_need(e, ":");
	if (r != OK)
		return (r);
	e->skip += yes;
	r = expr_enter(e);
	if (r == OK)
		r = expr_choice(e, &b);
	e->depth--;
	e->skip -= yes;
	e->bare = false;
	*v = e->skip > 0 ? expr_zero(e) : yes ? a : b;
	return (r);
}

int
expr_any(struct expr *e, struct value *v)
{
	int r;

	r = expr_enter(e);
	if (r != OK)
		return (r);
	r = expr_choice(e, v);
	e->depth--;
	if (r != OK)
		return (r);
	expr_blanks(e);
	if (*e->p == '=')
		return (expr_fail(e, e->p, E_SYNTAX,
		    "only $names can be set; the "
		    "command write changes memory"));
	return (OK);
}

int
expr_whole(struct expr *e, struct value *ret)
{
	char what[64];
	int r;

	r = sequence(e, ret);
	if (r != OK)
		return (r);
	expr_blanks(e);
	if (*e->p == '\0')
		return (OK);
	/* gdb's arrays, which have another form here. */
	if (*e->p == '@')
		return (expr_fail(e, e->p, E_SYNTAX, "for n elements write "
		    "(&first)[0:n], or pointer[0:n]"));
	snprintf(what, sizeof(what), "the expression ends before \"%.16s\"",
	    e->p);
	return (expr_fail(e, e->p, E_SYNTAX, what));
}

/* literal: of a text that is the result, or NULL where one cannot be used. */
static int
evaluate(struct ctx *ctx, const struct value_env *env, const char *text,
    struct value *ret, bool *bare, struct buf *literal)
{
	struct expr e = { .ctx = ctx, .env = env, .text = text, .p = text };
	struct value v;
	int r;

	if (env->types == NULL)
		return (ctx_fail(ctx, E_NO_TYPE,
		    "there is no type information"));
	if (strnlen(text, EXPR_LENGTH_MAX) == EXPR_LENGTH_MAX)
		return (ctx_fail_at(ctx, E_LIMIT, EXPR_LENGTH_MAX,
		    "the expression is longer than %d bytes", EXPR_LENGTH_MAX - 1));
	r = expr_whole(&e, &v);
	if (r != OK)
		return (r);
	if (v.place == VALUE_TEXT) {
		if (literal == NULL)
			return (expr_fail(&e, text, E_SYNTAX,
			    "a text lies nowhere in this memory; it can be "
			    "compared, or given to a function"));
		buf_puts(literal, v.text);
		v.text = buf_text(literal);
		*ret = v;
		return (OK);
	}
	/* What is asked of each element is not what a person asked last. */
	if (env->vars != NULL && env->scope == NULL) {
		r = value_vars_set(ctx, env->vars, "", &v);
		if (r != OK)
			return (r);
	}
	*ret = v;
	if (bare != NULL)
		*bare = e.bare;
	return (OK);
}

int
value_eval(struct ctx *ctx, const struct value_env *env, const char *text,
    struct value *ret)
{
	return (evaluate(ctx, env, text, ret, NULL, NULL));
}

int
value_eval_shown(struct ctx *ctx, const struct value_env *env,
    const char *text, struct buf *literal, struct value *ret)
{
	return (evaluate(ctx, env, text, ret, NULL, literal));
}

/*
 * NAME+N or NAME-N, with nothing else: the length of the name, and N bytes.
 * People who give it mean a place, not the variable's value plus N.
 */
static size_t
name_and_offset(const char *text, uint64_t *offset)
{
	const char *p = text;
	char *end, sign;
	size_t len;

	while (isalnum((unsigned char)*p) || *p == '_' || *p == '!')
		p++;
	len = (size_t)(p - text);
	p += strspn(p, " ");
	sign = *p;
	if (len == 0 || isdigit((unsigned char)*text) ||
	    (sign != '+' && sign != '-'))
		return (0);
	p += 1 + strspn(p + 1, " ");
	if (!isdigit((unsigned char)*p))
		return (0);
	*offset = strtoull(p, &end, 0);
	if (sign == '-')
		*offset = -*offset;
	return (*end == '\0' ? len : 0);
}

int
value_eval_addr(struct ctx *ctx, const struct value_env *env, const char *text,
    uint64_t *addr, struct value *ret)
{
	struct value v;
	struct type t;
	uint64_t x, offset;
	char name[256];
	size_t len;
	bool bare;
	int r;

	len = name_and_offset(text, &offset);
	if (len > 0 && len < sizeof(name)) {
		memcpy(name, text, len);
		name[len] = '\0';
		ctx->quiet++;
		r = evaluate(ctx, env, name, &v, &bare, NULL);
		if (r == OK)
			r = value_strip(ctx, env, &v, &t);
		ctx->quiet--;
		if (r == OK && bare && v.place == VALUE_MEM &&
		    t.kind != TYPE_PTR) {
			v.addr += offset;
			v.type = type_builtin(env->types, 'B');
			*addr = v.addr;
			if (ret != NULL)
				*ret = v;
			return (OK);
		}
	}
	r = evaluate(ctx, env, text, &v, &bare, NULL);
	if (r == OK)
		r = value_strip(ctx, env, &v, &t);
	if (r != OK)
		return (r);
	if (v.place == VALUE_MEM && (bare || (t.kind != TYPE_INT &&
	    t.kind != TYPE_ENUM && t.kind != TYPE_PTR)))
		x = v.addr;
	else {
		r = value_load(ctx, env, &v, &x);
		if (r != OK)
			return (r);
	}
	*addr = x;
	if (ret != NULL)
		*ret = v;
	return (OK);
}
