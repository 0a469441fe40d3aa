/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * C's operators: integer promotions, the usual arithmetic conversions, pointer
 * arithmetic (C11 6.3.1, 6.5), on the target's sizes.  Bit operations take
 * pointers too, as unsigned long: pointers with flags in their low bits are
 * what a kernel is made of.
 */
#include "engine/value/value_int.h"

#include "base/bytes.h"

#include <string.h>

/* An operand after decay and promotion. */
struct num {
	struct value	v;		/* IMM */
	bool		is_real, is_ptr, is_signed;
	uint64_t	size;		/* bytes */
	struct typeref	target;		/* PTR: what it points to */
};

struct value
op_int(const struct value_env *env, char letter, uint64_t bits)
{
	return ((struct value){ .type = type_builtin(env->types, letter),
	    .place = VALUE_IMM, .bits = bits, .space = env->space });
}

static char
int_letter(const struct value_env *env, uint64_t size, bool is_signed)
{
	if (size <= 4)
		return (is_signed ? 'i' : 'I');
	if (types_ptr_size(env->types) == 8)
		return (is_signed ? 'l' : 'L');
	return (is_signed ? 'q' : 'Q');
}

static struct value
make_int(const struct value_env *env, uint64_t size, bool is_signed,
    uint64_t bits)
{
	size = size <= 4 ? 4 : 8;
	return (op_int(env, int_letter(env, size, is_signed),
	    value_extend(bits, size, is_signed)));
}

static struct value
make_real(const struct value_env *env, double d)
{
	struct value v = op_int(env, 'd', 0);

	v.real = d;
	return (v);
}

static int
operand(struct ctx *ctx, const struct value_env *env, const struct value *v,
    struct num *n)
{
	struct num x = { .size = 0 };
	struct type t;
	int r;

	r = value_scalar(ctx, env, v, &x.v);
	if (r == OK)
		r = value_strip(ctx, env, &x.v, &t);
	if (r != OK)
		return (r);
	switch (t.kind) {
	case TYPE_FLOAT:
		x.is_real = true;
		break;
	case TYPE_PTR:
		x.is_ptr = true;
		x.size = t.size;
		x.target = t.target;
		break;
	default:
		/* What an int can hold becomes one. */
		x.size = t.size;
		x.is_signed = t.is_signed;
		if (t.size < 4 || t.is_bool ||
		    (v->bit_size != 0 && v->bit_size < 32 && t.size <= 4)) {
			x.size = 4;
			x.is_signed = true;
		} else if (t.size > 4)
			x.size = 8;
		x.v = make_int(env, x.size, x.is_signed, x.v.bits);
	}
	*n = x;
	return (OK);
}

static double
num_real(const struct num *n)
{
	return (n->is_real ? n->v.real : n->is_signed ?
	    (double)(int64_t)n->v.bits : (double)n->v.bits);
}

int
op_truth(struct ctx *ctx, const struct value_env *env, const struct value *v,
    bool *ret)
{
	struct num n;
	int r;

	r = operand(ctx, env, v, &n);
	if (r == OK)
		*ret = n.is_real ? n.v.real != 0 : n.v.bits != 0;
	return (r);
}

/* The size that pointer arithmetic steps by: 1 for void and functions. */
static int
step_size(struct ctx *ctx, const struct value_env *env, const struct num *p,
    uint64_t *size)
{
	struct typeref ref;
	struct type t;
	int r;

	r = type_strip(ctx, env->types, p->target, &ref, &t);
	if (r != OK)
		return (r);
	*size = 1;
	if (t.kind == TYPE_VOID || t.kind == TYPE_PROTO)
		return (OK);
	return (type_size(ctx, env->types, p->target, size));
}

static int
wrong(struct ctx *ctx, const char *what)
{
	return (ctx_fail(ctx, E_SYNTAX, "%s", what));
}

static int
pointer_math(struct ctx *ctx, const struct value_env *env, enum expr_op op,
    const struct num *a, const struct num *b, struct value *ret)
{
	const struct num *p = a->is_ptr ? a : b, *n = a->is_ptr ? b : a;
	struct value v;
	uint64_t size, delta;
	int r;

	r = step_size(ctx, env, p, &size);
	if (r != OK)
		return (r);
	if (a->is_ptr && b->is_ptr) {
		if (op != OP_SUB)
			return (wrong(ctx, "pointers cannot be added"));
		if (size == 0 || size > INT64_MAX)
			return (wrong(ctx, "the pointers point to nothing"));
		delta = value_extend(a->v.bits - b->v.bits, p->size, true);
		*ret = op_int(env, 'l',
		    (uint64_t)((int64_t)delta / (int64_t)size));
		return (OK);
	}
	if (n->is_real || (op == OP_SUB && !a->is_ptr))
		return (wrong(ctx, "a pointer needs an integer here"));
	delta = n->v.bits * size;
	v = p->v;
	v.bits = value_extend(v.bits + (op == OP_SUB ? -delta : delta), p->size,
	    false);
	*ret = v;
	return (OK);
}

static int
real_math(struct ctx *ctx, const struct value_env *env, enum expr_op op,
    double a, double b, struct value *ret)
{
	switch (op) {
	case OP_EQ:
		*ret = op_int(env, 'i', a == b);
		break;
	case OP_NE:
		*ret = op_int(env, 'i', a != b);
		break;
	case OP_LT:
		*ret = op_int(env, 'i', a < b);
		break;
	case OP_GT:
		*ret = op_int(env, 'i', a > b);
		break;
	case OP_LE:
		*ret = op_int(env, 'i', a <= b);
		break;
	case OP_GE:
		*ret = op_int(env, 'i', a >= b);
		break;
	case OP_ADD:
		*ret = make_real(env, a + b);
		break;
	case OP_SUB:
		*ret = make_real(env, a - b);
		break;
	case OP_MUL:
		*ret = make_real(env, a * b);
		break;
	case OP_DIV:
		if (b == 0)
			return (wrong(ctx, "division by zero"));
		*ret = make_real(env, a / b);
		break;
	default:
		return (wrong(ctx, "the operator needs integers"));
	}
	return (OK);
}

static int
compare(const struct value_env *env, enum expr_op op, uint64_t a, uint64_t b,
    bool is_signed, struct value *ret)
{
	bool less, x;

	less = is_signed ? (int64_t)a < (int64_t)b : a < b;
	switch (op) {
	case OP_EQ:
		x = a == b;
		break;
	case OP_NE:
		x = a != b;
		break;
	case OP_LT:
		x = less;
		break;
	case OP_GE:
		x = !less;
		break;
	case OP_LE:
		x = less || a == b;
		break;
	default:
		x = !less && a != b;
		break;
	}
	*ret = op_int(env, 'i', x);
	return (OK);
}

static int
divide(struct ctx *ctx, enum expr_op op, uint64_t a, uint64_t b,
    bool is_signed, uint64_t *ret)
{
	if (b == 0)
		return (wrong(ctx, "division by zero"));
	if (!is_signed)
		*ret = op == OP_DIV ? a / b : a % b;
	else if (b == UINT64_MAX)	/* the least number / -1 would trap */
		*ret = op == OP_DIV ? -a : 0;
	else
		*ret = (uint64_t)(op == OP_DIV ? (int64_t)a / (int64_t)b :
		    (int64_t)a % (int64_t)b);
	return (OK);
}

/* The result has the left operand's type; a silly count shifts all out. */
static int
shift(struct ctx *ctx, const struct value_env *env, enum expr_op op,
    const struct num *a, const struct num *b, struct value *ret)
{
	uint64_t x = a->v.bits, n = b->v.bits;

	if ((b->is_signed && (int64_t)n < 0) || n >= a->size * 8)
		return (wrong(ctx, "the shift count is out of range"));
	if (op == OP_SHL)
		x <<= n;
	else
		x = a->is_signed ? (uint64_t)((int64_t)x >> n) : x >> n;
	*ret = make_int(env, a->size, a->is_signed, x);
	return (OK);
}

static int
int_math(struct ctx *ctx, const struct value_env *env, enum expr_op op,
    const struct num *a, const struct num *b, struct value *ret)
{
	uint64_t size, x = a->v.bits, y = b->v.bits, z = 0;
	bool is_signed;
	int r = OK;

	if (op == OP_SHL || op == OP_SHR)
		return (shift(ctx, env, op, a, b, ret));
	size = a->size > b->size ? a->size : b->size;
	/* Unsigned wins, unless the signed one is wider. */
	is_signed = !((!a->is_signed && a->size == size) ||
	    (!b->is_signed && b->size == size));
	x = value_extend(x, size, is_signed);
	y = value_extend(y, size, is_signed);
	switch (op) {
	case OP_BIT_OR:
		z = x | y;
		break;
	case OP_BIT_XOR:
		z = x ^ y;
		break;
	case OP_BIT_AND:
		z = x & y;
		break;
	case OP_ADD:
		z = x + y;
		break;
	case OP_SUB:
		z = x - y;
		break;
	case OP_MUL:
		z = x * y;
		break;
	case OP_DIV:
	case OP_MOD:
		r = divide(ctx, op, x, y, is_signed, &z);
		break;
	default:
		return (compare(env, op, x, y, is_signed, ret));
	}
	if (r == OK)
		*ret = make_int(env, size, is_signed, z);
	return (r);
}

/* A char array or a char pointer against a literal. */
static int
text_compare(struct ctx *ctx, const struct value_env *env, enum expr_op op,
    const struct value *a, const struct value *b, struct value *ret)
{
	const struct value *text = a->place == VALUE_TEXT ? a : b;
	const struct value *mem = text == a ? b : a;
	struct value p, first;
	struct type t, c;
	char have[1024];
	size_t max = strlen(text->text) + 2;
	bool same;
	int r;

	if (op != OP_EQ && op != OP_NE)
		return (wrong(ctx, "a text can only be compared (==, !=)"));
	if (mem->place == VALUE_TEXT) {
		same = strcmp(mem->text, text->text) == 0;
		*ret = op_int(env, 'i', same == (op == OP_EQ));
		return (OK);
	}
	r = value_strip(ctx, env, mem, &t);
	if (r == OK)
		r = value_scalar(ctx, env, mem, &p);
	if (r == OK)
		r = value_deref(ctx, env, &p, &first);
	if (r == OK)
		r = value_strip(ctx, env, &first, &c);
	if (r != OK)
		return (r);
	if (c.kind != TYPE_INT || c.size != 1)
		return (wrong(ctx, "a text can only be compared with chars"));
	if (t.kind == TYPE_ARRAY && t.size + 1 < max)
		max = (size_t)t.size + 1;
	if (max > sizeof(have))
		max = sizeof(have);
	if (first.space == NULL)
		return (ctx_fail(ctx, E_NOT_MAPPED, "there is no memory here"));
	r = space_text(ctx, first.space, first.addr, have, max);
	if (r != OK)
		return (r);
	same = strcmp(have, text->text) == 0;
	*ret = op_int(env, 'i', same == (op == OP_EQ));
	return (OK);
}

int
op_binary(struct ctx *ctx, const struct value_env *env, enum expr_op op,
    const struct value *a, const struct value *b, struct value *ret)
{
	struct num x, y;
	int r;

	if (a->place == VALUE_TEXT || b->place == VALUE_TEXT)
		return (text_compare(ctx, env, op, a, b, ret));
	r = operand(ctx, env, a, &x);
	if (r == OK)
		r = operand(ctx, env, b, &y);
	if (r != OK)
		return (r);
	if ((x.is_ptr || y.is_ptr) && (op == OP_ADD || op == OP_SUB))
		return (pointer_math(ctx, env, op, &x, &y, ret));
	if (x.is_real || y.is_real) {
		if (x.is_ptr || y.is_ptr)
			return (wrong(ctx, "a pointer needs an integer here"));
		return (real_math(ctx, env, op, num_real(&x), num_real(&y),
		    ret));
	}
	return (int_math(ctx, env, op, &x, &y, ret));
}

int
op_unary(struct ctx *ctx, const struct value_env *env, enum expr_op op,
    const struct value *v, struct value *ret)
{
	struct num n;
	int r;

	r = operand(ctx, env, v, &n);
	if (r != OK)
		return (r);
	if (op == OP_NOT)
		*ret = op_int(env, 'i', n.is_real ? n.v.real == 0 :
		    n.v.bits == 0);
	else if (n.is_real && op != OP_BIT_NOT)
		*ret = make_real(env, op == OP_NEG ? -n.v.real : n.v.real);
	else if (n.is_real || (n.is_ptr && op != OP_BIT_NOT))
		return (wrong(ctx, "the operator needs a number"));
	else
		*ret = make_int(env, n.size, n.is_signed, op == OP_NEG ?
		    -n.v.bits : op == OP_BIT_NOT ? ~n.v.bits : n.v.bits);
	return (OK);
}

int
op_cast(struct ctx *ctx, const struct value_env *env, struct typeref type,
    const struct value *v, struct value *ret)
{
	struct typeref ref;
	struct type t;
	struct num n;
	struct value x;
	char name[128];
	int r;

	r = type_strip(ctx, env->types, type, &ref, &t);
	if (r != OK)
		return (r);
	if (t.kind != TYPE_INT && t.kind != TYPE_ENUM && t.kind != TYPE_PTR &&
	    t.kind != TYPE_FLOAT) {
		(void)type_name(ctx, env->types, type, "", name, sizeof(name));
		return (ctx_fail(ctx, E_SYNTAX, "a cast to %s is not possible; "
		    "cast an address to a pointer and take what it points to",
		    name));
	}
	r = operand(ctx, env, v, &n);
	if (r != OK)
		return (r);
	if (n.is_real && t.kind == TYPE_PTR)
		return (wrong(ctx, "a pointer needs an integer here"));
	x = n.v;
	x.type = type;
	if (t.kind == TYPE_FLOAT) {
		x.real = t.size == 4 ? (double)(float)num_real(&n) :
		    num_real(&n);
		x.bits = 0;
	} else {
		if (n.is_real)
			x.bits = value_truncate(n.v.real);
		if (t.is_bool)
			x.bits = n.is_real ? n.v.real != 0 : x.bits != 0;
		x.bits = value_extend(x.bits, t.size, t.is_signed);
		x.real = 0;
	}
	*ret = x;
	return (OK);
}
