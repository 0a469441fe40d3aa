/* SPDX-License-Identifier: BSD-2-Clause */
/* The natural short text of a value. */
#include "engine/value/value_int.h"

#include "base/bytes.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <string.h>

#define TEXT_MAX	1024		/* of a text at once */
#define TEXT_END_MAX	((uint64_t)1 << 20)
#define CHARS_MAX	4096		/* of a char array */
#define STRING_MAX	128		/* of what a char pointer points to */
#define ENUM_MAX	65536
#define NULL_PAGE	4096

/* Text in quotes, with what a terminal or a reader would trip over escaped. */
static void
quote(struct buf *b, const char *s, size_t n)
{
	uint32_t cp;
	size_t len;

	buf_add(b, "\"", 1);
	for (; n > 0; s += len, n -= len) {
		len = utf8_decode(s, n, &cp);
		if (cp == '"' || cp == '\\')
			buf_printf(b, "\\%c", (char)cp);
		else if (cp == '\n')
			buf_puts(b, "\\n");
		else if (cp == '\t')
			buf_puts(b, "\\t");
		else if ((cp & UTF8_BAD) != 0 || cp < ' ' ||
		    (cp >= 0x7f && cp < 0xa0))
			buf_printf(b, "\\%03o", (uint8_t)*s);
		else
			buf_add(b, s, len);
		/* C1 controls take two bytes of UTF-8. */
		if (cp >= 0x80 && cp < 0xa0)
			buf_printf(b, "\\%03o", (uint8_t)s[1]);
	}
	buf_add(b, "\"", 1);
}

static bool
is_char(struct ctx *ctx, const struct value_env *env, struct typeref ref)
{
	struct typeref last;
	struct type t;

	return (type_strip(ctx, env->types, ref, &last, &t) == OK &&
	    t.kind == TYPE_INT && t.is_char);
}

/* As names are kept in that are not only ASCII (struct qstr). */
static bool
is_byte(struct ctx *ctx, const struct value_env *env, struct typeref ref)
{
	struct typeref last;
	struct type t;

	return (type_strip(ctx, env->types, ref, &last, &t) == OK &&
	    t.kind == TYPE_INT && t.size == 1 && !t.is_bool);
}

/* The bytes of a char array up to NUL; *n of them. */
static int
chars_read(struct ctx *ctx, const struct value *v, const struct type *t,
    char text[CHARS_MAX], size_t *n)
{
	size_t max;
	int r;

	max = t->size < CHARS_MAX ? (size_t)t->size : CHARS_MAX;
	if (v->space == NULL)
		return (ctx_fail(ctx, E_NOT_MAPPED, "there is no memory here"));
	if (max == 0) {
		/* At the end of a structure: as long as the text is. */
		(void)space_read_some(ctx, v->space, v->addr, text, STRING_MAX,
		    &max);
		*n = strnlen(text, max);
		return (OK);
	}
	r = space_read(ctx, v->space, v->addr, text, max);
	if (r == OK)
		*n = strnlen(text, max);
	return (r);
}

int
value_chars(struct ctx *ctx, const struct value_env *env,
    const struct value *v, struct buf *b)
{
	char text[CHARS_MAX];
	struct type t;
	size_t n;
	int r;

	r = value_strip(ctx, env, v, &t);
	if (r != OK)
		return (r);
	if (v->place != VALUE_MEM || t.kind != TYPE_ARRAY ||
	    !is_char(ctx, env, t.target))
		return (ctx_fail(ctx, E_USAGE, "not an array of chars"));
	r = chars_read(ctx, v, &t, text, &n);
	if (r == OK)
		buf_add(b, text, n);
	return (r);
}

static bool
enum_name(struct ctx *ctx, const struct value_env *env, struct typeref ref,
    const struct type *t, uint64_t bits, struct buf *b)
{
	struct type_enum e;
	uint32_t i;

	for (i = 0; i < t->nmembers && i < ENUM_MAX; i++) {
		if (type_enum_at(ctx, env->types, ref, i, &e) != OK)
			return (false);
		if (value_extend((uint64_t)e.value, t->size, t->is_signed) ==
		    bits) {
			buf_puts(b, e.name);
			return (true);
		}
	}
	return (false);
}

/* Would a person have written it?  What was cut may end in half a character. */
static bool
is_written(const char *s, size_t n, bool cut)
{
	uint32_t cp;
	size_t len;

	for (; n > 0; s += len, n -= len) {
		len = utf8_decode(s, n, &cp);
		if (cut && n < 4 && (cp & UTF8_BAD) != 0)
			break;
		/* The log's level is a byte 1 in front of a message. */
		if ((cp & UTF8_BAD) != 0 || (cp >= 0x7f && cp < 0xa0) ||
		    (cp < ' ' && strchr("\n\t\r\001\033", (int)cp) == NULL))
			return (false);
	}
	return (true);
}

/* The text that a char pointer points to; if sure, only one as people write. */
static bool
pointed_text(struct ctx *ctx, const struct value *v, bool sure, struct buf *b)
{
	char text[STRING_MAX];
	size_t n, done = 0;

	if (v->space == NULL)
		return (false);
	(void)space_read_some(ctx, v->space, v->bits, text, STRING_MAX, &done);
	n = strnlen(text, done);
	if (sure ? n == 0 || (n == done && n < STRING_MAX) ||
	    !is_written(text, n, n == STRING_MAX) : done == 0)
		return (false);
	buf_puts(b, " ");
	quote(b, text, n);
	if (n == STRING_MAX)
		buf_puts(b, "...");
	return (true);
}

/* "0x..." with the symbol there, or the text that a char pointer points to. */
static void
pointer_text(struct ctx *ctx, const struct value_env *env,
    const struct value *v, const struct type *t, struct buf *b)
{
	const struct symbol *sym = NULL;
	char name[512];
	bool chars, bytes;
	size_t n;

	buf_printf(b, "0x%" PRIx64, v->bits);
	/* A null pointer's member; the variables of CPUs may begin at 0. */
	if (v->bits < NULL_PAGE)
		return;
	chars = is_char(ctx, env, t->target);
	bytes = chars || is_byte(ctx, env, t->target);
	if (env->symbols != NULL)
		sym = sym_at(env->symbols, v->bits);
	/* Texts have no symbols: the one before them says nothing. */
	if (bytes && (sym == NULL || sym->addr != v->bits) &&
	    pointed_text(ctx, v, true, b))
		return;
	/* Far behind the last of them is a user's address, or none. */
	if (sym != NULL && (sym->size != 0 || sym->addr == v->bits) &&
	    sym_format(env->symbols, v->bits, name, sizeof(name))) {
		buf_printf(b, " <%s>", name);
		if (chars && sym->addr == v->bits)
			(void)pointed_text(ctx, v, true, b);
		return;
	}
	if (chars)
		(void)pointed_text(ctx, v, false, b);
	else if ((n = value_name(ctx, env, v, name)) > 0) {
		buf_puts(b, " ");
		quote(b, name, n);
	}
}

static void
int_text(const struct type *t, uint64_t bits, struct buf *b)
{
	if (t->is_bool && bits <= 1)
		buf_puts(b, bits != 0 ? "true" : "false");
	else if (t->is_signed)
		buf_printf(b, "%" PRId64, (int64_t)bits);
	else
		buf_printf(b, "%" PRIu64, bits);
	if (t->is_char && bits >= ' ' && bits < 0x7f)
		buf_printf(b, " '%c'", (char)bits);
}

/* Integers wider than any that C computes with are shown as they lie. */
static int
wide_text(struct ctx *ctx, const struct value_env *env, const struct value *v,
    const struct type *t, struct buf *b)
{
	uint8_t bytes[64];
	size_t i, n = (size_t)t->size;
	int r;

	if (n > sizeof(bytes) || v->place != VALUE_MEM || v->space == NULL)
		return (ctx_fail(ctx, E_UNSUPPORTED,
		    "a number of %zu bytes cannot be shown", n));
	r = space_read(ctx, v->space, v->addr, bytes, n);
	if (r != OK)
		return (r);
	buf_puts(b, "0x");
	for (i = 0; i < n; i++)
		buf_printf(b, "%02x",
		    bytes[types_be(env->types) ? i : n - 1 - i]);
	return (OK);
}

static int
scalar_text(struct ctx *ctx, const struct value_env *env,
    const struct value *v, struct typeref ref, const struct type *t,
    struct buf *b)
{
	struct value x;
	int r;

	if (t->kind == TYPE_INT && t->size > 8)
		return (wide_text(ctx, env, v, t, b));
	r = value_scalar(ctx, env, v, &x);
	if (r != OK)
		return (r);
	/* What more could be told about it may fail, its value is known. */
	ctx->quiet++;
	switch (t->kind) {
	case TYPE_PTR:
		pointer_text(ctx, env, &x, t, b);
		break;
	case TYPE_FLOAT:
		buf_printf(b, "%.17g", x.real);
		break;
	case TYPE_ENUM:
		if (!enum_name(ctx, env, ref, t, x.bits, b))
			int_text(t, x.bits, b);
		break;
	default:
		int_text(t, x.bits, b);
		break;
	}
	ctx->quiet--;
	return (OK);
}

int
value_text_end(struct ctx *ctx, const struct value_env *env,
    const struct value *v, uint64_t from, uint64_t *end)
{
	char text[TEXT_MAX];
	struct value first;
	uint64_t i = 0;
	size_t n;
	int r;

	r = value_element(ctx, env, v, (int64_t)from, &first);
	if (r != OK)
		return (r);
	if (!is_char(ctx, env, first.type))
		return (ctx_fail(ctx, E_USAGE, "where does the slice end? Only "
		    "a text tells that by itself"));
	if (first.space == NULL)
		return (ctx_fail(ctx, E_NOT_MAPPED, "there is no memory here"));
	do {
		r = space_text(ctx, first.space, first.addr + i, text,
		    sizeof(text));
		if (r != OK)
			return (r);
		n = strlen(text);
		i += n;
	} while (n == sizeof(text) - 1 && i < TEXT_END_MAX);
	*end = from + i;
	return (OK);
}

int
value_text(struct ctx *ctx, const struct value_env *env,
    const struct value *v, struct buf *b)
{
	char text[CHARS_MAX];
	struct typeref ref;
	struct type t;
	size_t n;
	int r;

	r = value_strip(ctx, env, v, &t);
	if (r == OK)
		r = type_strip(ctx, env->types, v->type, &ref, &t);
	if (r != OK)
		return (r);
	switch (t.kind) {
	case TYPE_INT:
	case TYPE_ENUM:
	case TYPE_PTR:
	case TYPE_FLOAT:
		return (scalar_text(ctx, env, v, ref, &t, b));
	case TYPE_ARRAY:
		if (!is_char(ctx, env, t.target))
			break;
		r = chars_read(ctx, v, &t, text, &n);
		if (r == OK)
			quote(b, text, n);
		return (r);
	case TYPE_PROTO:
		if (env->symbols != NULL &&
		    sym_format(env->symbols, v->addr, text, sizeof(text)))
			buf_printf(b, "{...} 0x%" PRIx64 " <%s>", v->addr,
			    text);
		else
			buf_printf(b, "{...} 0x%" PRIx64, v->addr);
		return (OK);
	default:
		break;
	}
	buf_puts(b, "{...}");
	return (OK);
}
