/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values: loading scalars out of memory, members, elements, what a pointer
 * points to.
 */
#include "engine/value/value.h"

#include "base/bytes.h"
#include "engine/value/value_int.h"

#include <stdlib.h>
#include <string.h>

/* The low n bits, extended to 64. */
static uint64_t
extend_bits(uint64_t v, unsigned n, bool is_signed)
{
	if (n == 0 || n >= 64)
		return (v);
	v &= (UINT64_C(1) << n) - 1;
	if (is_signed && (v >> (n - 1)) != 0)
		v |= UINT64_MAX << n;
	return (v);
}

uint64_t
value_extend(uint64_t bits, uint64_t bytes, bool is_signed)
{
	return (bytes >= 8 ? bits :
	    extend_bits(bits, (unsigned)bytes * 8, is_signed));
}

int
value_strip(struct ctx *ctx, const struct value_env *env,
    const struct value *v, struct type *t)
{
	struct typeref ref = { 0, 0 };

	if (env->types == NULL)
		return (ctx_fail(ctx, E_NO_TYPE,
		    "there is no type information"));
	return (type_strip(ctx, env->types, v->type, &ref, t));
}

/* n bytes of the target's memory at an object. */
static int
object_read(struct ctx *ctx, const struct value *v, uint64_t off, void *buf,
    size_t n)
{
	if (v->space == NULL)
		return (ctx_fail(ctx, E_NOT_MAPPED, "there is no memory here"));
	return (space_read(ctx, v->space, v->addr + off, buf, n));
}

/*
 * A bit-field: only the bytes that it touches are read, since its storage
 * unit may reach beyond the structure.  See type_bit_unit().
 */
static int
bits_load(struct ctx *ctx, const struct value_env *env, const struct value *v,
    const struct type *t, uint64_t *bits)
{
	unsigned low = v->bit_offset, high = low + v->bit_size - 1;
	unsigned unit, n, i, shift = low % 8;
	uint8_t b[40], swap;
	uint64_t x;
	int r;

	unit = high / 8 + 1;
	if (t->size > unit && t->size <= 8)
		unit = (unsigned)t->size;
	n = high / 8 - low / 8 + 1;
	r = object_read(ctx, v, types_be(env->types) ? unit - 1 - high / 8 :
	    low / 8, b, n);
	if (r != OK)
		return (r);
	for (i = 0; types_be(env->types) && i < n / 2; i++) {
		swap = b[i];
		b[i] = b[n - 1 - i];
		b[n - 1 - i] = swap;
	}
	x = b[0] >> shift;
	for (i = 1; i < n && i * 8 - shift < 64; i++)
		x |= (uint64_t)b[i] << (i * 8 - shift);
	*bits = extend_bits(x, v->bit_size, t->is_signed);
	return (OK);
}

/* The scalar of stripped type t; one of bits and real is set. */
static int
scalar_load(struct ctx *ctx, const struct value_env *env,
    const struct value *v, const struct type *t, uint64_t *bits, double *real)
{
	uint8_t b[8];
	uint64_t x;
	uint32_t half;
	float f;
	int r;

	if (v->bit_size != 0)
		return (bits_load(ctx, env, v, t, bits));
	if (t->size != 1 && t->size != 2 && t->size != 4 && t->size != 8)
		return (ctx_fail(ctx, E_UNSUPPORTED, "a number of %llu bytes "
		    "cannot be handled", (unsigned long long)t->size));
	r = object_read(ctx, v, 0, b, (size_t)t->size);
	if (r != OK)
		return (r);
	x = load_uint(b, (unsigned)t->size, types_be(env->types));
	if (t->kind != TYPE_FLOAT)
		*bits = value_extend(x, t->size, t->is_signed);
	else if (t->size == 8)
		memcpy(real, &x, sizeof(x));
	else if (t->size == 4) {
		half = (uint32_t)x;
		memcpy(&f, &half, sizeof(f));
		*real = f;
	} else
		return (ctx_fail(ctx, E_UNSUPPORTED,
		    "a floating number of two bytes cannot be handled"));
	return (OK);
}

int
value_scalar(struct ctx *ctx, const struct value_env *env,
    const struct value *v, struct value *ret)
{
	struct value x = *v;
	struct type t;
	char name[128];
	int r;

	r = value_strip(ctx, env, v, &t);
	if (r != OK)
		return (r);
	if (v->place == VALUE_TEXT)
		return (ctx_fail(ctx, E_USAGE, "a text is no number"));
	switch (t.kind) {
	case TYPE_INT:
	case TYPE_ENUM:
	case TYPE_PTR:
	case TYPE_FLOAT:
		if (v->place == VALUE_MEM)
			r = scalar_load(ctx, env, v, &t, &x.bits, &x.real);
		break;
	case TYPE_ARRAY:
		x.bits = v->addr;
		r = type_pointer_to(ctx, env->types, t.target, &x.type);
		break;
	case TYPE_PROTO:
		x.bits = v->addr;
		r = type_pointer_to(ctx, env->types, v->type, &x.type);
		break;
	default:
		if (type_name(ctx, env->types, v->type, "", name,
		    sizeof(name)) != OK)
			return (ctx->err.code);
		return (ctx_fail(ctx, t.kind == TYPE_FWD ? E_NO_TYPE : E_USAGE,
		    "%s has no single value", name));
	}
	if (r != OK)
		return (r);
	x.place = VALUE_IMM;
	x.bit_offset = x.bit_size = 0;
	*ret = x;
	return (OK);
}

int
value_load(struct ctx *ctx, const struct value_env *env,
    const struct value *v, uint64_t *bits)
{
	struct value x;
	struct type t;
	int r;

	r = value_scalar(ctx, env, v, &x);
	if (r == OK)
		r = value_strip(ctx, env, &x, &t);
	if (r != OK)
		return (r);
	*bits = t.kind == TYPE_FLOAT ? value_truncate(x.real) : x.bits;
	return (OK);
}

uint64_t
value_truncate(double d)
{
	if (!(d > -9223372036854775808.0))
		return ((uint64_t)INT64_MIN);
	if (d < 9223372036854775808.0)
		return ((uint64_t)(int64_t)d);
	return (d < 18446744073709551616.0 ? (uint64_t)d : UINT64_MAX);
}

int
value_deref(struct ctx *ctx, const struct value_env *env,
    const struct value *v, struct value *ret)
{
	struct value x = { .place = VALUE_IMM };
	struct type t;
	char name[128];
	int r;

	r = value_scalar(ctx, env, v, &x);
	if (r == OK)
		r = value_strip(ctx, env, &x, &t);
	if (r != OK)
		return (r);
	if (t.kind != TYPE_PTR) {
		if (type_name(ctx, env->types, v->type, "", name,
		    sizeof(name)) != OK)
			return (ctx->err.code);
		return (ctx_fail(ctx, E_USAGE, "%s is not a pointer", name));
	}
	*ret = (struct value){ .type = t.target, .place = VALUE_MEM,
	    .space = x.space != NULL ? x.space : env->space, .addr = x.bits };
	return (OK);
}

/* Addresses wrap as the target's do. */
static uint64_t
addr_add(const struct value_env *env, uint64_t addr, uint64_t n)
{
	return (value_extend(addr + n, types_ptr_size(env->types), false));
}

int
value_member(struct ctx *ctx, const struct value_env *env,
    const struct value *v, const char *path, struct value *ret)
{
	struct value x = *v;
	struct type_field f;
	struct type t;
	int r;

	r = value_strip(ctx, env, &x, &t);
	if (r == OK && t.kind == TYPE_PTR)
		r = value_deref(ctx, env, v, &x);
	if (r == OK)
		r = type_field(ctx, env->types, x.type, path, &f);
	if (r != OK)
		return (r);
	if (x.place != VALUE_MEM)
		return (ctx_fail(ctx, E_USAGE, "not an object in memory"));
	x.type = f.type;
	x.addr = addr_add(env, x.addr, f.offset);
	x.bit_offset = f.bit_offset;
	x.bit_size = f.bit_size;
	*ret = x;
	return (OK);
}

int
value_element(struct ctx *ctx, const struct value_env *env,
    const struct value *v, int64_t index, struct value *ret)
{
	struct value x;
	uint64_t size;
	int r;

	r = value_deref(ctx, env, v, &x);
	if (r == OK)
		r = type_size(ctx, env->types, x.type, &size);
	if (r != OK)
		return (r);
	x.addr = addr_add(env, x.addr, (uint64_t)index * size);
	*ret = x;
	return (OK);
}
