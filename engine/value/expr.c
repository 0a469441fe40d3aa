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

#define LENGTH_MAX	4096
#define DEPTH_MAX	64
#define NAME_MAX_LEN	512
#define ARGS_MAX	8

static int	expr_assign(struct expr *, struct value *);
static int	expr_unary(struct expr *, struct value *);

static void
blanks(struct expr *e)
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

/* Give the error of a lower part its column; memory's keep their address. */
static int
place_error(struct expr *e, const char *at, int r)
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

static bool
is_first(char c)
{
	return (isalpha((unsigned char)c) || c == '_');
}

/* Take a punctuator, if it is the next thing. */
static bool
take(struct expr *e, const char *token)
{
	size_t n = strlen(token);

	blanks(e);
	if (strncmp(e->p, token, n) != 0)
		return (false);
	e->p += n;
	return (true);
}

static int
need(struct expr *e, const char *token)
{
	char what[48];

	if (take(e, token))
		return (OK);
	if (*e->p == '\0')
		snprintf(what, sizeof(what), "\"%s\" is missing", token);
	else
		snprintf(what, sizeof(what), "\"%s\" is wanted, not \"%.16s\"",
		    token, e->p);
	return (expr_fail(e, e->p, E_SYNTAX, what));
}

static int
enter(struct expr *e)
{
	if (++e->depth > DEPTH_MAX)
		return (expr_fail(e, e->p, E_LIMIT, "too deeply nested"));
	return (OK);
}

static struct value
zero(struct expr *e)
{
	return (op_int(e->env, 'i', 0));
}

/*
 * An operand that must not be read stands for itself as a computed zero of its
 * type (arrays and functions have no need: they decay without a read).
 */
static int
unread(struct expr *e, struct value *v)
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

/* Names. */

/* "name" or "module!name" to buf. */
static int
name_take(struct expr *e, char name[NAME_MAX_LEN])
{
	const char *start = e->p;
	size_t n;

	while (expr_is_word(*e->p))
		e->p++;
	if (*e->p == '!' && is_first(e->p[1])) {
		for (e->p++; expr_is_word(*e->p);)
			e->p++;
	}
	n = (size_t)(e->p - start);
	if (n >= NAME_MAX_LEN)
		return (expr_fail(e, start, E_LIMIT, "the name is too long"));
	memcpy(name, start, n);
	name[n] = '\0';
	return (OK);
}

/* No reader knows it: a function, or a number no larger than its place. */
static char
default_type(const struct symbol *s)
{
	if (strchr("tTwW", s->type) != NULL)
		return ('(');
	return (s->size == 1 ? 'B' : s->size == 2 ? 'H' : s->size == 4 ? 'I' :
	    'L');
}

/* The type of a symbol: of the roots, of a reader, else a default. */
static struct typeref
symbol_type(struct expr *e, const char *name, const struct symbol *s)
{
	const struct value_root *root;
	struct typeref ref;
	bool found = false;

	e->ctx->quiet++;
	for (root = e->env->roots; root != NULL && root->symbol != NULL &&
	    !found; root++)
		found = strcmp(root->symbol, name) == 0 &&
		    type_parse(e->ctx, e->env->types, root->type, &ref) == OK;
	e->ctx->quiet--;
	if (found || type_find_object(e->env->types, name, &ref) == OK)
		return (ref);
	return (type_builtin(e->env->types, default_type(s)));
}

static int
plain_name(struct expr *e, const char *start, const char *name,
    struct value *ret)
{
	const struct symbol *s = NULL;
	char what[NAME_MAX_LEN + 64];
	struct typeref ref;
	int64_t x;
	int r = E_NOT_FOUND;

	if (e->env->symbols != NULL)
		s = sym_find(e->env->symbols, name);
	if (s != NULL) {
		*ret = (struct value){ .place = VALUE_MEM, .addr = s->addr,
		    .space = e->env->space };
		ret->type = symbol_type(e, name, s);
		e->bare = true;
		return (OK);
	}
	if (e->env->call != NULL)
		r = e->env->call(e->env->call_arg, e->ctx, e->env, name, -1,
		    NULL, ret);
	if (r != E_NOT_FOUND)
		return (r == OK ? OK : place_error(e, start, r));
	if (type_find_enumerator(e->env->types, name, &ref, &x) == OK) {
		*ret = op_int(e->env, 'i', (uint64_t)x);
		ret->type = ref;
		return (OK);
	}
	if (strcmp(name, "NULL") == 0)
		*ret = op_int(e->env, '0', 0);
	else if (strcmp(name, "true") == 0 || strcmp(name, "false") == 0)
		*ret = op_int(e->env, 'i', name[0] == 't');
	else {
		if (e->env->symbols == NULL || e->env->symbols->n == 0)
			snprintf(what, sizeof(what), "no symbol \"%s\": there "
			    "are no symbols at all", name);
		else
			snprintf(what, sizeof(what), "no symbol \"%s\"", name);
		return (expr_fail(e, start, E_NO_SYMBOL, what));
	}
	return (OK);
}

static int
call(struct expr *e, const char *start, const char *name, struct value *ret)
{
	struct value args[ARGS_MAX];
	char what[NAME_MAX_LEN + 32];
	int n = 0, r;

	while (!take(e, ")")) {
		if (n == ARGS_MAX)
			return (expr_fail(e, e->p, E_LIMIT,
			    "too many arguments"));
		r = n > 0 ? need(e, ",") : OK;
		if (r == OK)
			r = expr_assign(e, &args[n++]);
		if (r != OK)
			return (r);
	}
	if (e->skip > 0) {
		*ret = zero(e);
		return (OK);
	}
	r = E_NOT_FOUND;
	ctx_clear(e->ctx);
	if (e->env->call != NULL)
		r = e->env->call(e->env->call_arg, e->ctx, e->env, name, n,
		    args, ret);
	if (r != E_NOT_FOUND || e->ctx->err.text[0] != '\0')
		return (r == OK ? OK : place_error(e, start, r));
	snprintf(what, sizeof(what), "no function \"%s\"", name);
	return (expr_fail(e, start, E_NO_SYMBOL, what));
}

/* The path of offsetof() and container_of(), up to the closing ")". */
static int
path_take(struct expr *e, char path[NAME_MAX_LEN])
{
	const char *start;
	size_t n;

	blanks(e);
	start = e->p;
	while (expr_is_word(*e->p) || *e->p == '.' || *e->p == '[' ||
	    *e->p == ']')
		e->p++;
	n = (size_t)(e->p - start);
	if (n == 0 || n >= NAME_MAX_LEN)
		return (expr_fail(e, start, E_SYNTAX, "a member is wanted"));
	memcpy(path, start, n);
	path[n] = '\0';
	return (OK);
}

/* A type, in a place where nothing else can stand. */
static int
type_take(struct expr *e, struct typeref *ref)
{
	const char *start;
	size_t used;
	int r;

	blanks(e);
	start = e->p;
	r = type_parse_prefix(e->ctx, e->env->types, e->p, true, &used, ref);
	if (r == E_NOT_FOUND)
		return (expr_fail(e, start, E_NO_TYPE,
		    "a type is wanted here"));
	if (r != OK)
		return (place_error(e, start, r));
	e->p += used;
	return (OK);
}

/* offsetof(type, member), container_of(pointer, type, member) */
static int
member_of(struct expr *e, bool container, struct value *ret)
{
	char path[NAME_MAX_LEN];
	struct value ptr;
	struct type_field f;
	struct typeref ref;
	const char *at;
	uint64_t bits;
	int r;

	r = container ? expr_assign(e, &ptr) : OK;
	if (r == OK && container)
		r = need(e, ",");
	if (r == OK)
		r = type_take(e, &ref);
	if (r == OK)
		r = need(e, ",");
	blanks(e);
	at = e->p;
	if (r == OK)
		r = path_take(e, path);
	if (r == OK)
		r = need(e, ")");
	if (r != OK)
		return (r);
	*ret = zero(e);
	if (e->skip > 0)
		return (OK);
	r = type_field(e->ctx, e->env->types, ref, path, &f);
	if (r != OK)
		return (place_error(e, at, r));
	if (f.bit_size != 0)
		return (expr_fail(e, at, E_SYNTAX,
		    "a bit-field has no offset"));
	if (!container) {
		*ret = op_int(e->env, 'L', f.offset);
		return (OK);
	}
	r = unread(e, &ptr);
	if (r == OK)
		r = value_load(e->ctx, e->env, &ptr, &bits);
	if (r == OK)
		r = type_pointer_to(e->ctx, e->env->types, ref, &ret->type);
	if (r != OK)
		return (place_error(e, at, r));
	ret->bits = value_extend(bits - f.offset,
	    types_ptr_size(e->env->types), false);
	ret->space = ptr.space;
	return (OK);
}

/* sizeof(type) or sizeof operand; a symbol's name is not taken for a tag. */
static int
size_of(struct expr *e, struct value *ret)
{
	char name[NAME_MAX_LEN];
	const char *start = e->p, *inner;
	struct typeref ref;
	struct value v;
	uint64_t size;
	size_t used;
	bool symbol = false;
	int r = E_NOT_FOUND;

	if (take(e, "(")) {
		blanks(e);
		inner = e->p;
		if (is_first(*e->p) && name_take(e, name) == OK)
			symbol = e->env->symbols != NULL &&
			    sym_find(e->env->symbols, name) != NULL;
		e->p = inner;
		r = type_parse_prefix(e->ctx, e->env->types, e->p, !symbol,
		    &used, &ref);
		if (r == OK) {
			e->p += used;
			r = need(e, ")");
		}
		if (r != OK && r != E_NOT_FOUND)
			return (place_error(e, inner, r));
	}
	if (r == E_NOT_FOUND) {
		e->p = start;
		e->unread++;
		r = expr_unary(e, &v);
		e->unread--;
		if (r != OK)
			return (r);
		if (v.bit_size != 0)
			return (expr_fail(e, start, E_SYNTAX,
			    "a bit-field has no size"));
		ref = v.type;
		size = v.place == VALUE_TEXT ? strlen(v.text) + 1 : 0;
		if (size != 0) {
			*ret = op_int(e->env, 'L', size);
			return (OK);
		}
	}
	*ret = zero(e);
	if (e->skip > 0)
		return (OK);
	r = type_size(e->ctx, e->env->types, ref, &size);
	if (r != OK)
		return (place_error(e, start, r));
	*ret = op_int(e->env, 'L', size);
	return (OK);
}

/* $, $name, $name = value */
static int
variable(struct expr *e, struct value *ret)
{
	const char *start = e->p++;
	char name[NAME_MAX_LEN], what[NAME_MAX_LEN + 32];
	int r;

	r = name_take(e, name);
	blanks(e);
	if (r == OK && name[0] != '\0' && *e->p == '=' && e->p[1] != '=') {
		e->p++;
		r = expr_assign(e, ret);
		if (r != OK || e->skip > 0 || e->unread > 0)
			return (r);
		if (e->env->vars == NULL)
			return (expr_fail(e, start, E_SYNTAX,
			    "there are no variables here"));
		r = value_vars_set(e->ctx, e->env->vars, name, ret);
		return (r == OK ? OK : place_error(e, start, r));
	}
	*ret = zero(e);
	if (r != OK || e->skip > 0)
		return (r);
	if (!value_vars_get(e->env->vars, name, ret)) {
		snprintf(what, sizeof(what), "$%s has no value yet", name);
		return (expr_fail(e, start, E_NO_SYMBOL, what));
	}
	return (OK);
}

static int
name(struct expr *e, struct value *ret)
{
	char word[NAME_MAX_LEN];
	const char *start = e->p;
	int r;

	r = name_take(e, word);
	if (r != OK)
		return (r);
	if (strcmp(word, "sizeof") == 0)
		return (size_of(e, ret));
	if (take(e, "(")) {
		if (strcmp(word, "offsetof") == 0)
			return (member_of(e, false, ret));
		if (strcmp(word, "container_of") == 0)
			return (member_of(e, true, ret));
		return (call(e, start, word, ret));
	}
	if (e->skip > 0) {
		*ret = zero(e);
		return (OK);
	}
	return (plain_name(e, start, word, ret));
}

static int
primary(struct expr *e, struct value *ret)
{
	const char *start;
	int r;

	blanks(e);
	start = e->p;
	if (take(e, "(")) {
		r = expr_assign(e, ret);
		return (r == OK ? need(e, ")") : r);
	}
	if (isdigit((unsigned char)*e->p) ||
	    (*e->p == '.' && isdigit((unsigned char)e->p[1])))
		return (expr_number(e, ret));
	if (*e->p == '\'')
		return (expr_char(e, ret));
	if (*e->p == '"')
		return (expr_text(e, ret));
	if (*e->p == '$')
		return (variable(e, ret));
	if (is_first(*e->p))
		return (name(e, ret));
	return (expr_fail(e, start, E_SYNTAX, *start == '\0' ?
	    "the expression ends too early" : "a value is wanted here"));
}

static int
member(struct expr *e, struct value *v)
{
	char path[NAME_MAX_LEN];
	const char *start;
	int r;

	blanks(e);
	start = e->p;
	if (!is_first(*e->p))
		return (expr_fail(e, start, E_SYNTAX, "a member is wanted"));
	while (expr_is_word(*e->p))
		e->p++;
	if ((size_t)(e->p - start) >= sizeof(path))
		return (expr_fail(e, start, E_LIMIT, "the name is too long"));
	memcpy(path, start, (size_t)(e->p - start));
	path[e->p - start] = '\0';
	if (e->skip > 0)
		return (OK);
	r = unread(e, v);
	if (r == OK)
		r = value_member(e->ctx, e->env, v, path, v);
	return (r == OK ? OK : place_error(e, start, r));
}

static int
element(struct expr *e, struct value *v)
{
	const char *start = e->p;
	struct value at;
	uint64_t i = 0;
	int r;

	r = expr_assign(e, &at);
	if (r == OK)
		r = need(e, "]");
	if (r != OK || e->skip > 0)
		return (r);
	r = unread(e, &at);
	if (r == OK)
		r = value_load(e->ctx, e->env, &at, &i);
	if (r == OK)
		r = unread(e, v);
	if (r == OK)
		r = value_element(e->ctx, e->env, v, (int64_t)i, v);
	return (r == OK ? OK : place_error(e, start, r));
}

static int
postfix(struct expr *e, struct value *v)
{
	int r;

	r = primary(e, v);
	while (r == OK) {
		blanks(e);
		if (take(e, "->") || (*e->p == '.' && take(e, ".")))
			r = member(e, v);
		else if (take(e, "["))
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
	const char *start = e->p, *inner;
	struct typeref ref;
	size_t used;
	int r;

	*done = false;
	if (!take(e, "("))
		return (OK);
	inner = e->p;
	r = type_parse_prefix(e->ctx, e->env->types, inner, false, &used, &ref);
	if (r != OK && r != E_NOT_FOUND)
		return (place_error(e, inner, r));
	e->p += r == OK ? used : 0;
	if (r != OK || !take(e, ")")) {
		e->p = start;
		return (OK);
	}
	*done = true;
	r = expr_unary(e, v);
	if (r != OK || e->skip > 0)
		return (r);
	r = unread(e, v);
	if (r == OK)
		r = op_cast(e->ctx, e->env, ref, v, v);
	return (r == OK ? OK : place_error(e, start, r));
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
	r = unread(e, v);
	if (r == OK && c == '*')
		r = value_deref(e->ctx, e->env, v, v);
	else if (r == OK) {
		op = c == '-' ? OP_NEG : c == '+' ? OP_PLUS :
		    c == '!' ? OP_NOT : OP_BIT_NOT;
		r = op_unary(e->ctx, e->env, op, v, v);
	}
	return (r == OK ? OK : place_error(e, start, r));
}

static int
expr_unary(struct expr *e, struct value *v)
{
	bool done = false;
	int r;

	r = enter(e);
	if (r != OK)
		return (r);
	blanks(e);
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

	blanks(e);
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
		r = unread(e, v);
		if (r == OK)
			r = op_truth(e->ctx, e->env, v, &left);
		if (r != OK)
			return (place_error(e, at, r));
	}
	decided = left == (b->op == OP_OR);
	e->skip += decided;
	r = expr_binary(e, b->rank + 1, &right);
	e->skip -= decided;
	if (r == OK && e->skip == 0 && !decided) {
		r = unread(e, &right);
		if (r == OK)
			r = op_truth(e->ctx, e->env, &right, &x);
		if (r != OK)
			return (place_error(e, at, r));
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
		r = unread(e, v);
		if (r == OK)
			r = unread(e, &right);
		if (r == OK)
			r = op_binary(e->ctx, e->env, b->op, v, &right, v);
		if (r != OK)
			return (place_error(e, at, r));
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
	blanks(e);
	if (r != OK || *e->p != '?')
		return (r);
	at = e->p++;
	if (e->skip == 0) {
		r = unread(e, v);
		if (r == OK)
			r = op_truth(e->ctx, e->env, v, &yes);
		if (r != OK)
			return (place_error(e, at, r));
	}
	e->skip += !yes;
	r = expr_assign(e, &a);
	e->skip -= !yes;
	if (r == OK)
		r = need(e, ":");
	if (r != OK)
		return (r);
	e->skip += yes;
	r = enter(e);
	if (r == OK)
		r = expr_choice(e, &b);
	e->depth--;
	e->skip -= yes;
	e->bare = false;
	*v = e->skip > 0 ? zero(e) : yes ? a : b;
	return (r);
}

static int
expr_assign(struct expr *e, struct value *v)
{
	int r;

	r = enter(e);
	if (r != OK)
		return (r);
	r = expr_choice(e, v);
	e->depth--;
	if (r != OK)
		return (r);
	blanks(e);
	if (*e->p == '=')
		return (expr_fail(e, e->p, E_SYNTAX,
		    "only $names can be set; the "
		    "command write changes memory"));
	return (OK);
}

static int
evaluate(struct ctx *ctx, const struct value_env *env, const char *text,
    struct value *ret, bool *bare)
{
	struct expr e = { .ctx = ctx, .env = env, .text = text, .p = text };
	struct value v;
	char what[64];
	int r;

	if (env->types == NULL)
		return (ctx_fail(ctx, E_NO_TYPE,
		    "there is no type information"));
	if (strnlen(text, LENGTH_MAX) == LENGTH_MAX)
		return (ctx_fail_at(ctx, E_LIMIT, LENGTH_MAX,
		    "the expression is longer than %d bytes", LENGTH_MAX - 1));
	r = expr_assign(&e, &v);
	if (r != OK)
		return (r);
	blanks(&e);
	if (*e.p != '\0') {
		snprintf(what, sizeof(what), "the expression ends before "
		    "\"%.16s\"", e.p);
		return (expr_fail(&e, e.p, E_SYNTAX, what));
	}
	if (v.place == VALUE_TEXT)
		return (expr_fail(&e, text, E_SYNTAX,
		    "a text lies nowhere in this "
		    "memory; it can be compared, or given to a function"));
	if (env->vars != NULL) {
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
	return (evaluate(ctx, env, text, ret, NULL));
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
		r = evaluate(ctx, env, name, &v, &bare);
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
	r = evaluate(ctx, env, text, &v, &bare);
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
