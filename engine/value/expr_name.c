/* SPDX-License-Identifier: BSD-2-Clause */
/* What names mean in C expressions: symbols, variables, calls, members. */
#include "engine/value/expr.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define ARGS_MAX	8

/* Anything between backquotes. */
static int
quoted_name(struct expr *e, char name[EXPR_NAME_MAX])
{
	const char *start = e->p++, *end;
	size_t n;

	end = strchr(e->p, '`');
	if (end == NULL)
		return (expr_fail(e, start, E_SYNTAX,
		    "the quote is not closed"));
	n = (size_t)(end - e->p);
	if (n == 0 || n >= EXPR_NAME_MAX)
		return (expr_fail(e, start, E_SYNTAX,
		    "a name is wanted between the quotes"));
	memcpy(name, e->p, n);
	name[n] = '\0';
	e->p = end + 1;
	return (OK);
}

/*
 * Compilers make names with dots: "state.12", "run.cold", "run.isra.0.part.1".
 * Nothing else can be meant by a digit behind the dot; a word there may be a
 * member's, unless the rest names nothing that has members.
 */
static size_t
dotted_name(struct expr *e, char name[EXPR_NAME_MAX], size_t n)
{
	const struct symbols *ss = e->env->symbols;
	const struct symbol *s;
	size_t used = n, end = n;
	const char *p = e->p;

	s = sym_find(ss, name);
	if (*p != '.' || (s != NULL && strchr("tTwW", s->type) == NULL &&
	    !isdigit((unsigned char)p[1])))
		return (0);
	while (*p == '.' && expr_is_word(p[1])) {
		do {
			if (end + 1 == EXPR_NAME_MAX)
				return (used - n);
			name[end++] = *p++;
		} while (expr_is_word(*p));
		name[end] = '\0';
		if (sym_find(ss, name) != NULL)
			used = end;
	}
	name[used] = '\0';
	return (used - n);
}

/* The letters at e->p, which may be none. */
static int
word_take(struct expr *e, char name[EXPR_NAME_MAX])
{
	const char *start = e->p;
	size_t n;

	while (expr_is_word(*e->p))
		e->p++;
	n = (size_t)(e->p - start);
	if (n >= EXPR_NAME_MAX)
		return (expr_fail(e, start, E_LIMIT, "the name is too long"));
	memcpy(name, start, n);
	name[n] = '\0';
	return (OK);
}

/* "name", "module!name", "name.isra.0" or a quoted one to buf. */
static int
name_take(struct expr *e, char name[EXPR_NAME_MAX])
{
	const char *start = e->p;
	size_t n;
	int r;

	if (*e->p == '`')
		return (quoted_name(e, name));
	r = word_take(e, name);
	if (r == OK && *e->p == '!' && expr_is_first(e->p[1])) {
		for (e->p++; expr_is_word(*e->p);)
			e->p++;
		n = (size_t)(e->p - start);
		if (n >= EXPR_NAME_MAX)
			return (expr_fail(e, start, E_LIMIT,
			    "the name is too long"));
		memcpy(name, start, n);
		name[n] = '\0';
	}
	if (r == OK && e->env->symbols != NULL)
		e->p += dotted_name(e, name, strlen(name));
	return (r);
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

/*
 * What a reader says of a symbol: of the kernel or of the module that has it,
 * since others may have the same name.
 */
static bool
object_type(struct expr *e, const struct symbol *s, struct typeref *ref)
{
	const char *module = sym_module_name(e->env->symbols, s);
	const struct type_unit *kernel = types_unit(e->env->types, 0);
	char name[EXPR_NAME_MAX + 64];

	if (module[0] == '\0' && kernel != NULL)
		module = kernel->name;
	if (snprintf(name, sizeof(name), "%s!%s", module,
	    sym_name(e->env->symbols, s)) >= (int)sizeof(name))
		return (false);
	return (type_find_object(e->env->types, name, ref) == OK);
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
	if (found || object_type(e, s, &ref))
		return (ref);
	return (type_builtin(e->env->types, default_type(s)));
}

/*
 * Within a walk: a name given to an element ("as p"), a member of the
 * innermost element that has one.  E_NOT_FOUND, with no text.
 */
static int
scoped_name(struct expr *e, const char *name, struct value *ret)
{
	const struct value_scope *s;
	int r = E_NOT_FOUND;

	for (s = e->env->scope; s != NULL; s = s->outer) {
		if (strcmp(s->name, name) == 0) {
			*ret = s->it;
			return (OK);
		}
	}
	for (s = e->env->scope; s != NULL && (r == E_NOT_FOUND ||
	    r == E_NO_MEMBER || r == E_USAGE || r == E_NO_TYPE);
	    s = s->outer) {
		struct value it = s->it;

		e->ctx->quiet++;
		r = expr_unread(e, &it);
		if (r == OK)
			r = value_member(e->ctx, e->env, &it, name, ret);
		e->ctx->quiet--;
	}
	if (r == E_NO_MEMBER || r == E_USAGE || r == E_NO_TYPE)
		r = E_NOT_FOUND;
	return (r);
}

/* "whatis task_struct": the address of what? */
static bool
is_type(struct expr *e, const char *name)
{
	struct typeref ref;
	bool is;

	e->ctx->quiet++;
	is = type_find(e->ctx, e->env->types, name, &ref) == OK;
	e->ctx->quiet--;
	return (is);
}

static int
plain_name(struct expr *e, const char *start, const char *name,
    struct value *ret)
{
	const struct symbol *s = NULL;
	char what[EXPR_NAME_MAX + 64];
	struct typeref ref;
	int64_t x;
	int r;

	r = scoped_name(e, name, ret);
	if (r != E_NOT_FOUND)
		return (r == OK ? OK : expr_place(e, start, r));
	if (*start != '`' && value_frame_get(e->env->vars, name, ret)) {
		if (ret->type.id != 0)
			return (OK);
		snprintf(what, sizeof(what), "%s was optimized out of the "
		    "chosen frame", name);
		return (expr_fail(e, start, E_NOT_FOUND, what));
	}
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
		return (r == OK ? OK : expr_place(e, start, r));
	if (type_find_enumerator(e->env->types, name, &ref, &x) == OK) {
		*ret = op_int(e->env, 'i', (uint64_t)x);
		ret->type = ref;
		return (OK);
	}
	if (strcmp(name, "NULL") == 0)
		*ret = op_int(e->env, '0', 0);
	else if (strcmp(name, "true") == 0 || strcmp(name, "false") == 0)
		*ret = op_int(e->env, 'i', name[0] == 't');
	else if (!expr_bare_address(e, name, ret)) {
		if (e->env->symbols == NULL || e->env->symbols->n == 0)
			snprintf(what, sizeof(what), "no symbol \"%s\": there "
			    "are no symbols at all", name);
		else
			snprintf(what, sizeof(what), "no symbol \"%s\"%s",
			    name, is_type(e, name) ? ", it is a type" : "");
		return (expr_fail(e, start, E_NO_SYMBOL, what));
	}
	return (OK);
}

static int
call(struct expr *e, const char *start, const char *name, struct value *ret)
{
	struct value args[ARGS_MAX];
	char what[EXPR_NAME_MAX + 64];
	int n = 0, r;

	while (!expr_take(e, ")")) {
		if (n == ARGS_MAX)
			return (expr_fail(e, e->p, E_LIMIT,
			    "too many arguments"));
		r = n > 0 ? expr_need(e, ",") : OK;
		if (r == OK)
			r = expr_any(e, &args[n++]);
		if (r != OK)
			return (r);
	}
	if (e->skip > 0) {
		*ret = expr_zero(e);
		return (OK);
	}
	r = E_NOT_FOUND;
	ctx_clear(e->ctx);
	if (e->env->call != NULL)
		r = e->env->call(e->env->call_arg, e->ctx, e->env, name, n,
		    args, ret);
	if (r != E_NOT_FOUND || e->ctx->err.text[0] != '\0')
		return (r == OK ? OK : expr_place(e, start, r));
	if (e->env->symbols != NULL && sym_find(e->env->symbols, name) != NULL)
		snprintf(what, sizeof(what), "%s cannot be called: this memory "
		    "does not run", name);
	else
		snprintf(what, sizeof(what), "no function \"%s\"", name);
	return (expr_fail(e, start, E_NO_SYMBOL, what));
}

/* The path of offsetof() and container_of(), up to the closing ")". */
int
expr_path(struct expr *e, char path[EXPR_NAME_MAX])
{
	const char *start;
	size_t n;

	expr_blanks(e);
	start = e->p;
	while (expr_is_word(*e->p) || *e->p == '.' || *e->p == '[' ||
	    *e->p == ']')
		e->p++;
	n = (size_t)(e->p - start);
	if (n == 0 || n >= EXPR_NAME_MAX)
		return (expr_fail(e, start, E_SYNTAX, "a member is wanted"));
	memcpy(path, start, n);
	path[n] = '\0';
	return (OK);
}

/* typeof, behind that word: what is in the brackets, and "*" behind them. */
static int
type_of(struct expr *e, struct typeref *ref)
{
	struct value v;
	int r;

	r = expr_enter(e);
	if (r == OK)
		r = expr_need(e, "(");
	if (r == OK)
		r = expr_type_prefix(e, false, ref);
	if (r == E_NOT_FOUND) {
		e->unread++;
		r = expr_any(e, &v);
		e->unread--;
		*ref = v.type;
	}
	if (r == OK)
		r = expr_need(e, ")");
	while (r == OK && expr_take(e, "*"))
		r = type_pointer_to(e->ctx, e->env->types, *ref, ref);
	e->depth--;
	return (r);
}

/* Is a type wanted of the word at p? */
static size_t
typeof_word(const char *p)
{
	static const char *const words[] = { "typeof", "__typeof__", "__typeof",
	    "typeof_unqual" };
	size_t i, n;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		n = strlen(words[i]);
		if (strncmp(p, words[i], n) == 0 && !expr_is_word(p[n]))
			return (n);
	}
	return (0);
}

/* What is wrong with a type has a column of its own text, and says it. */
static int
type_error(struct expr *e, const char *start, int code)
{
	char what[256];
	const char *text;

	text = strstr(e->ctx->err.text, ": ");
	if (code != E_SYNTAX || text == NULL ||
	    strncmp(e->ctx->err.text, "column ", 7) != 0)
		return (expr_place(e, start, code));
	snprintf(what, sizeof(what), "%s", text + 2);
	return (expr_fail(e, start + e->ctx->err.addr, code, what));
}

int
expr_type_prefix(struct expr *e, bool bare_tags, struct typeref *ref)
{
	const char *start;
	size_t n, used;
	int r;

	expr_blanks(e);
	start = e->p;
	n = typeof_word(e->p);
	if (n > 0) {
		e->p += n;
		return (type_of(e, ref));
	}
	r = type_parse_prefix(e->ctx, e->env->types, e->p, bare_tags, &used,
	    ref);
	if (r == OK)
		e->p += used;
	return (r == OK || r == E_NOT_FOUND ? r : type_error(e, start, r));
}

/* A type, in a place where nothing else can stand. */
int
expr_type(struct expr *e, struct typeref *ref)
{
	const char *start;
	int r;

	expr_blanks(e);
	start = e->p;
	r = expr_type_prefix(e, true, ref);
	return (r == E_NOT_FOUND ? expr_fail(e, start, E_NO_TYPE,
	    "a type is wanted here") : r);
}

/* offsetof(type, member), container_of(pointer, type, member) */
static int
member_of(struct expr *e, bool container, struct value *ret)
{
	char path[EXPR_NAME_MAX];
	struct value ptr;
	struct type_field f;
	struct typeref ref;
	const char *at;
	uint64_t bits;
	int r;

	r = container ? expr_any(e, &ptr) : OK;
	if (r == OK && container)
		r = expr_need(e, ",");
	if (r == OK)
		r = expr_type(e, &ref);
	if (r == OK)
		r = expr_need(e, ",");
	expr_blanks(e);
	at = e->p;
	if (r == OK)
		r = expr_path(e, path);
	if (r == OK)
		r = expr_need(e, ")");
	if (r != OK)
		return (r);
	*ret = expr_zero(e);
	if (e->skip > 0)
		return (OK);
	r = type_field(e->ctx, e->env->types, ref, path, &f);
	if (r != OK)
		return (expr_place(e, at, r));
	if (f.bit_size != 0)
		return (expr_fail(e, at, E_SYNTAX,
		    "a bit-field has no offset"));
	if (!container) {
		*ret = op_int(e->env, 'L', f.offset);
		return (OK);
	}
	r = expr_unread(e, &ptr);
	if (r == OK)
		r = value_load(e->ctx, e->env, &ptr, &bits);
	if (r == OK)
		r = type_pointer_to(e->ctx, e->env->types, ref, &ret->type);
	if (r != OK)
		return (expr_place(e, at, r));
	ret->bits = value_extend(bits - f.offset,
	    types_ptr_size(e->env->types), false);
	ret->space = ptr.space;
	return (OK);
}

/* sizeof(type) or sizeof operand; a symbol's name is not taken for a tag. */
static int
size_of(struct expr *e, struct value *ret)
{
	char name[EXPR_NAME_MAX];
	const char *start = e->p, *inner;
	struct typeref ref;
	struct value v;
	uint64_t size;
	bool symbol = false;
	int r = E_NOT_FOUND;

	if (expr_take(e, "(")) {
		expr_blanks(e);
		inner = e->p;
		if (expr_is_first(*e->p) && name_take(e, name) == OK)
			symbol = e->env->symbols != NULL &&
			    sym_find(e->env->symbols, name) != NULL;
		e->p = inner;
		r = expr_type_prefix(e, !symbol, &ref);
		if (r == OK)
			r = expr_need(e, ")");
		if (r != OK && r != E_NOT_FOUND)
			return (r);
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
	*ret = expr_zero(e);
	if (e->skip > 0)
		return (OK);
	r = type_size(e->ctx, e->env->types, ref, &size);
	if (r != OK)
		return (expr_place(e, start, r));
	*ret = op_int(e->env, 'L', size);
	return (OK);
}

/* Of the innermost element: $it itself, $key where it was found. */
static bool
scope_variable(struct expr *e, const char *name, struct value *ret)
{
	const struct value_scope *s = e->env->scope;

	if (s == NULL)
		return (false);
	if (strcmp(name, "it") == 0)
		*ret = s->it;
	else if (strcmp(name, "key") == 0)
		*ret = op_int(e->env, 'L', s->key);
	else
		return (false);
	return (true);
}

/* What $name stands for: of an element, set by a person, a register. */
static int
variable_value(struct expr *e, const char *start, const char *name,
    struct value *ret)
{
	char what[EXPR_NAME_MAX + 32];
	int r;

	if (scope_variable(e, name, ret) ||
	    value_vars_get(e->env->vars, name, ret))
		return (OK);
	snprintf(what, sizeof(what), "$%s", name);
	if (value_frame_get(e->env->vars, what, ret))
		return (OK);
	if (e->env->call != NULL && name[0] != '\0') {
		r = e->env->call(e->env->call_arg, e->ctx, e->env, what, -1,
		    NULL, ret);
		if (r != E_NOT_FOUND || e->ctx->err.text[0] != '\0')
			return (r == OK ? OK : expr_place(e, start, r));
	}
	snprintf(what, sizeof(what), "$%s has no value yet", name);
	return (expr_fail(e, start, E_NO_SYMBOL, what));
}

/* $, $name, $name = value */
int
expr_variable(struct expr *e, struct value *ret)
{
	const char *start = e->p++;
	char name[EXPR_NAME_MAX];
	int r;

	r = word_take(e, name);
	expr_blanks(e);
	if (r == OK && name[0] != '\0' && *e->p == '=' && e->p[1] != '=') {
		e->p++;
		r = expr_any(e, ret);
		if (r != OK || e->skip > 0 || e->unread > 0)
			return (r);
		if (e->env->vars == NULL)
			return (expr_fail(e, start, E_SYNTAX,
			    "there are no variables here"));
		r = value_vars_set(e->ctx, e->env->vars, name, ret);
		return (r == OK ? OK : expr_place(e, start, r));
	}
	*ret = expr_zero(e);
	if (r != OK || e->skip > 0)
		return (r);
	ctx_clear(e->ctx);
	return (variable_value(e, start, name, ret));
}

int
expr_name(struct expr *e, struct value *ret)
{
	char word[EXPR_NAME_MAX];
	const char *start = e->p;
	int r;

	r = name_take(e, word);
	if (r != OK)
		return (r);
	if (strcmp(word, "sizeof") == 0)
		return (size_of(e, ret));
	if (typeof_word(word) == strlen(word))
		return (expr_fail(e, start, E_SYNTAX, "a type is no value: "
		    "(typeof(x) *)p is one, and so is sizeof(typeof(x))"));
	if (expr_take(e, "(")) {
		if (strcmp(word, "count") == 0)
			return (expr_walk_count(e, ret));
		if (expr_walk_kind(word) >= 0)
			return (expr_walk_element(e, start,
			    expr_walk_kind(word), ret));
		if (strcmp(word, "offsetof") == 0)
			return (member_of(e, false, ret));
		if (strcmp(word, "container_of") == 0)
			return (member_of(e, true, ret));
		return (call(e, start, word, ret));
	}
	if (e->skip > 0) {
		*ret = expr_zero(e);
		return (OK);
	}
	return (plain_name(e, start, word, ret));
}

