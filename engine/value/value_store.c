/* SPDX-License-Identifier: BSD-2-Clause */
/* A value as people type it, as the bytes of the object that takes it. */
#include "base/bytes.h"
#include "engine/value/expr.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NAMES_SHOWN	8
#define ENUM_MAX	65536

static bool
is_word(const char *s)
{
	if (*s == '\0' || isdigit((unsigned char)*s))
		return (false);
	while (expr_is_word(*s))
		s++;
	return (*s == '\0');
}

/* Does an integer of 64 bits and this sign fit n bits of that one? */
static bool
fits(uint64_t bits, bool from_signed, unsigned n, bool to_signed)
{
	const bool negative = from_signed && (int64_t)bits < 0;

	if (to_signed && negative)
		return ((int64_t)bits >= -1 - (int64_t)(UINT64_MAX >>
		    1 >> (64 - n)));
	if (to_signed)
		return (bits <= UINT64_MAX >> 1 >> (64 - n));
	return (!negative && bits <= UINT64_MAX >> (64 - n));
}

static int
no_fit(struct ctx *ctx, const char *text, const char *type, unsigned n,
    bool is_signed)
{
	const uint64_t max = UINT64_MAX >> (64 - n);

	if (is_signed)
		return (ctx_fail(ctx, E_USAGE, "%s does not fit %s: -%" PRIu64
		    " to %" PRIu64, text, type, max / 2 + 1, max / 2));
	return (ctx_fail(ctx, E_USAGE, "%s does not fit %s: 0 to %" PRIu64,
	    text, type, max));
}

/* The text as a number, with its sign. */
static int
number(struct ctx *ctx, const struct value_env *env, const char *text,
    uint64_t *bits, bool *is_signed)
{
	struct value v;
	struct type t;
	int r;

	r = value_eval(ctx, env, text, &v);
	if (r == OK)
		r = value_scalar(ctx, env, &v, &v);
	if (r == OK)
		r = value_strip(ctx, env, &v, &t);
	if (r != OK)
		return (r);
	if (t.kind == TYPE_FLOAT)
		return (ctx_fail(ctx, E_USAGE, "%s is no whole number", text));
	*bits = v.bits;
	*is_signed = t.is_signed;
	return (OK);
}

/* By name, or the number of one that has a name. */
static int
enum_bits(struct ctx *ctx, const struct value_env *env, struct typeref ref,
    const struct type *t, const char *text, uint64_t *bits)
{
	char names[256];
	struct type_enum e;
	uint64_t x = 0;
	uint32_t i;
	size_t len = 0;
	bool by_name, is_signed;
	int r;

	ctx->quiet++;
	by_name = is_word(text);
	r = by_name ? E_NOT_FOUND : number(ctx, env, text, &x, &is_signed);
	ctx->quiet--;
	names[0] = '\0';
	for (i = 0; i < t->nmembers && i < ENUM_MAX; i++) {
		if (type_enum_at(ctx, env->types, ref, i, &e) != OK)
			return (ctx->err.code);
		*bits = value_extend((uint64_t)e.value, t->size, t->is_signed);
		if (by_name ? strcmp(e.name, text) == 0 : r == OK && *bits == x)
			return (OK);
		if (i < NAMES_SHOWN && len < sizeof(names))
			len += (size_t)snprintf(names + len, sizeof(names) - len,
			    "%s%s", i > 0 ? ", " : "", e.name);
	}
	return (ctx_fail(ctx, E_USAGE, "%s is none of enum %s: %s%s", text,
	    t->name, names, t->nmembers > NAMES_SHOWN ? ", ..." : ""));
}

/* A symbol that is no pointer itself stands for its address. */
static int
pointer_bits(struct ctx *ctx, const struct value_env *env, const char *text,
    uint64_t *bits)
{
	struct value v;
	struct type t;
	int r;

	r = value_eval(ctx, env, text, &v);
	if (r == OK)
		r = value_strip(ctx, env, &v, &t);
	if (r != OK)
		return (r);
	if (v.place == VALUE_MEM && ((t.kind != TYPE_PTR && is_word(text)) ||
	    t.kind == TYPE_STRUCT || t.kind == TYPE_UNION)) {
		*bits = v.addr;
		return (OK);
	}
	if (t.kind == TYPE_FLOAT)
		return (ctx_fail(ctx, E_USAGE, "%s is no address", text));
	return (value_load(ctx, env, &v, bits));
}

/* The literal that is all of the text. */
static int
literal(struct expr *e, const char *text, const char **bytes, size_t *n)
{
	struct value v;
	int r;

	e->text = e->p = text;
	r = expr_text(e, &v);
	if (r != OK)
		return (r);
	if (e->p[strspn(e->p, " \t")] != '\0')
		return (expr_fail(e, e->p, E_SYNTAX, "nothing may follow the "
		    "text"));
	*bytes = v.text;
	*n = e->texts_len - 1;
	return (OK);
}

static int
store_text(struct ctx *ctx, const struct value_env *env, const char *text,
    uint64_t size, struct value_store *s)
{
	struct expr e = { .ctx = ctx, .env = env };
	const char *bytes = "";
	size_t n = 0;
	int r;

	r = literal(&e, text, &bytes, &n);
	if (r != OK)
		return (r);
	if (size == 0) {		/* a place of any length */
		size = n;
	} else if (n >= size) {
		return (ctx_fail(ctx, E_USAGE, "%zu bytes and a NUL do not fit "
		    "char [%" PRIu64 "]", n, size));
	}
	if (size == 0 || size > VALUE_STORE_MAX)
		return (ctx_fail(ctx, E_LIMIT, "1 to %d bytes can be written "
		    "at once", VALUE_STORE_MAX));
	s->n = (size_t)size;
	memset(s->bytes, 0, s->n);
	memcpy(s->bytes, bytes, n);
	return (OK);
}

/* "hex:90 90 c3"; size 0: any number of them. */
static int
store_bytes(struct ctx *ctx, const char *text, uint64_t size,
    struct value_store *s)
{
	unsigned x;
	int used;

	s->n = 0;
	for (text += strlen("hex:"); *(text += strspn(text, " \t")) != '\0';
	    text += 2) {
		used = 0;
		if (sscanf(text, "%2x%n", &x, &used) != 1 || used != 2 ||
		    !isxdigit((unsigned char)text[0]))
			return (ctx_fail(ctx, E_SYNTAX, "hex: wants two digits "
			    "a byte, not \"%.8s\"", text));
		if (s->n == VALUE_STORE_MAX)
			return (ctx_fail(ctx, E_LIMIT, "at most %d bytes can "
			    "be written at once", VALUE_STORE_MAX));
		s->bytes[s->n++] = (uint8_t)x;
	}
	if (s->n == 0 || (size != 0 && s->n != size))
		return (ctx_fail(ctx, E_USAGE, size == 0 ? "hex: without "
		    "bytes" : "%zu bytes for an object of %" PRIu64, s->n,
		    size));
	return (OK);
}

/* Bits into the bytes of a bit-field that it touches: see bits_load(). */
static void
store_bits(struct value_store *s, const struct value *v, const struct type *t,
    bool be, uint64_t bits)
{
	const unsigned low = v->bit_offset, high = low + v->bit_size - 1;
	unsigned unit, i, at, bit;

	unit = high / 8 + 1;
	if (t->size > unit && t->size <= 8)
		unit = (unsigned)t->size;
	s->addr += be ? unit - 1 - high / 8 : low / 8;
	s->n = high / 8 - low / 8 + 1;
	memset(s->bytes, 0, s->n);
	memset(s->mask, 0, s->n);
	for (i = low; i <= high; i++) {
		at = i / 8 - low / 8;
		if (be)
			at = (unsigned)s->n - 1 - at;
		bit = 1u << (i % 8);
		s->mask[at] |= (uint8_t)bit;
		if (i - low < 64 && (bits >> (i - low) & 1) != 0)
			s->bytes[at] |= (uint8_t)bit;
	}
}

/* "5:4" and the like: 1, 2, 4 or 8, and the text before it; else 0. */
static unsigned
take_width(char *text)
{
	const size_t n = strlen(text);
	unsigned width;

	if (n < 3 || text[n - 2] != ':' ||
	    strchr("1248", text[n - 1]) == NULL)
		return (0);
	width = (unsigned)(text[n - 1] - '0');
	text[n - 2] = '\0';
	return (width);
}

static int
store_scalar(struct ctx *ctx, const struct value_env *env,
    const struct value *v, struct typeref ref, const struct type *t,
    const char *text, struct value_store *s)
{
	const unsigned n = v->bit_size != 0 ? v->bit_size :
	    (unsigned)t->size * 8;
	char type[128];
	uint64_t bits = 0;
	bool is_signed = false;
	int r;

	if (t->size != 1 && t->size != 2 && t->size != 4 && t->size != 8)
		return (ctx_fail(ctx, E_UNSUPPORTED, "a number of %" PRIu64
		    " bytes cannot be written; its bytes can: hex:...",
		    t->size));
	if (t->kind == TYPE_ENUM)
		r = enum_bits(ctx, env, ref, t, text, &bits);
	else if (t->kind == TYPE_PTR)
		r = pointer_bits(ctx, env, text, &bits);
	else
		r = number(ctx, env, text, &bits, &is_signed);
	if (r != OK)
		return (r);
	if (type_name(ctx, env->types, v->type, "", type, sizeof(type)) != OK)
		return (ctx->err.code);
	if (t->is_bool && bits > 1)
		return (ctx_fail(ctx, E_USAGE, "%s does not fit %s: true or "
		    "false", text, type));
	if (t->kind == TYPE_ENUM)
		is_signed = t->is_signed;
	if (!fits(bits, is_signed, n, t->is_signed)) {
		if (v->bit_size != 0)
			snprintf(type + strlen(type), sizeof(type) -
			    strlen(type), " : %u", n);
		return (no_fit(ctx, text, type, n, t->is_signed));
	}
	if (v->bit_size != 0) {
		store_bits(s, v, t, types_be(env->types), bits);
		return (OK);
	}
	s->n = (size_t)t->size;
	store_uint(s->bytes, (unsigned)s->n, types_be(env->types), bits);
	return (OK);
}

/* A width may be given where the type has one: it must be the same. */
static int
check_width(struct ctx *ctx, const struct value *v, const struct type *t,
    const char *text, char *copy, size_t size)
{
	unsigned width;

	if (strlen(text) >= size)
		return (ctx_fail(ctx, E_LIMIT, "too long a value"));
	strcpy(copy, text);
	/* "a ? b :4" is an expression. */
	if (strchr(text, '?') != NULL)
		return (OK);
	width = take_width(copy);
	if (width != 0 && (v->bit_size != 0 || width != t->size))
		return (ctx_fail(ctx, E_USAGE, "%s: it is %" PRIu64 " bytes "
		    "wide, not %u", text, t->size, width));
	return (OK);
}

int
value_store(struct ctx *ctx, const struct value_env *env,
    const struct value *v, const char *text, struct value_store *ret)
{
	struct typeref ref, elem;
	struct type t, of;
	char name[128], copy[4096];
	int r;

	if (v->place != VALUE_MEM || v->space == NULL)
		return (ctx_fail(ctx, E_USAGE, "a computed value cannot be "
		    "written to"));
	r = type_strip(ctx, env->types, v->type, &ref, &t);
	if (r != OK)
		return (r);
	ret->v = *v;
	ret->typed = true;
	ret->addr = v->addr;
	memset(ret->mask, 0xff, sizeof(ret->mask));
	if (strncmp(text, "hex:", 4) == 0 && v->bit_size == 0 && t.size > 0)
		return (store_bytes(ctx, text, t.size, ret));
	switch (t.kind) {
	case TYPE_INT:
	case TYPE_ENUM:
	case TYPE_PTR:
		if (text[0] == '"')
			return (ctx_fail(ctx, E_USAGE, "a text fits only an "
			    "array of char"));
		r = check_width(ctx, v, &t, text, copy, sizeof(copy));
		return (r == OK ? store_scalar(ctx, env, v, ref, &t, copy,
		    ret) : r);
	case TYPE_ARRAY:
		if (t.size == 0 || type_strip(ctx, env->types, t.target, &elem,
		    &of) != OK || of.kind != TYPE_INT || !of.is_char)
			break;
		if (text[0] != '"')
			return (ctx_fail(ctx, E_USAGE, "an array of char takes "
			    "a text in quotes: \"...\""));
		return (store_text(ctx, env, text, t.size, ret));
	default:
		break;
	}
	if (type_name(ctx, env->types, v->type, "", name, sizeof(name)) != OK)
		return (ctx->err.code);
	return (ctx_fail(ctx, E_USAGE, t.kind == TYPE_FLOAT ? "%s: its bytes "
	    "can be written, as hex:..." : "%s cannot be written as a whole: "
	    "write its members or elements", name));
}

int
value_store_raw(struct ctx *ctx, const struct value_env *env,
    const struct space *space, uint64_t addr, const char *text,
    struct value_store *ret)
{
	static const char letters[] = { 0, 'B', 'H', 0, 'I', 0, 0, 0, 'L' };
	char copy[4096], type[32];
	uint64_t bits;
	unsigned width;
	bool is_signed;
	int r;

	memset(ret->mask, 0xff, sizeof(ret->mask));
	ret->typed = false;
	ret->addr = addr;
	ret->v = (struct value){ .place = VALUE_MEM, .space = space,
	    .addr = addr, .type = type_builtin(env->types, 'B') };
	if (strncmp(text, "hex:", 4) == 0)
		return (store_bytes(ctx, text, 0, ret));
	if (text[0] == '"')
		return (store_text(ctx, env, text, 0, ret));
	if (strlen(text) >= sizeof(copy))
		return (ctx_fail(ctx, E_LIMIT, "too long a value"));
	strcpy(copy, text);
	width = take_width(copy);
	if (width == 0)
		return (ctx_fail(ctx, E_USAGE, "what lies at 0x%" PRIx64 " is "
		    "of no known type: give the bytes of the number, %s:1, :2, "
		    ":4 or :8, or bytes, hex:90 90", addr, text));
	r = number(ctx, env, copy, &bits, &is_signed);
	if (r != OK)
		return (r);
	/* Without a type either sign is meant. */
	if (!fits(bits, is_signed, width * 8, false) &&
	    !fits(bits, is_signed, width * 8, true)) {
		snprintf(type, sizeof(type), "%u byte%s", width,
		    width == 1 ? "" : "s");
		return (no_fit(ctx, copy, type, width * 8, false));
	}
	if (letters[width] != 0 && (width < 8 ||
	    types_ptr_size(env->types) == 8)) {
		ret->typed = true;
		ret->v.type = type_builtin(env->types, letters[width]);
	}
	ret->n = width;
	store_uint(ret->bytes, width, types_be(env->types), bits);
	return (OK);
}

/* Is it a symbol whose type nobody knows, nor whose size tells a number? */
static bool
is_untyped(const struct value_env *env, const char *place,
    const struct value *v)
{
	const struct symbol *s;

	if (!is_word(place) || v->type.unit != TYPE_UNIT_MADE ||
	    env->symbols == NULL)
		return (false);
	s = sym_find(env->symbols, place);
	return (s != NULL && s->size != 1 && s->size != 2 && s->size != 4 &&
	    s->size != 8);
}

int
value_store_eval(struct ctx *ctx, const struct value_env *env,
    const char *place, const char *text, struct value_store *ret)
{
	const struct space *space;
	struct value v;
	uint64_t addr;
	int r;

	r = value_eval(ctx, env, place, &v);
	if (r != OK)
		return (ctx_chain(ctx, "%s", place));
	if (v.place == VALUE_MEM && !is_untyped(env, place, &v))
		return (value_store(ctx, env, &v, text, ret));
	space = v.space != NULL ? v.space : env->space;
	addr = v.addr;
	if (v.place != VALUE_MEM) {
		r = value_load(ctx, env, &v, &addr);
		if (r != OK)
			return (r);
	}
	return (value_store_raw(ctx, env, space, addr, text, ret));
}
