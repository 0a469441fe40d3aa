/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside engine/value. */
#ifndef ENGINE_VALUE_VALUE_INT_H
#define ENGINE_VALUE_VALUE_INT_H

#include "engine/value/value.h"

/* The low bytes of an integer, extended to 64 bits. */
uint64_t value_extend(uint64_t, uint64_t bytes, bool is_signed);
/* Towards zero; what does not fit gives the nearest that does. */
uint64_t value_truncate(double);
/* The stripped type of a value; fails gracefully when there are no types. */
int	value_strip(struct ctx *, const struct value_env *,
	    const struct value *, struct type *);
/* One of the chosen frame's. */
bool	value_frame_get(struct value_vars *, const char *name, struct value *);

/* C's operators on values: expr_op.c.  No column in their errors. */
enum expr_op {
	OP_NONE, OP_OR, OP_AND, OP_BIT_OR, OP_BIT_XOR, OP_BIT_AND, OP_EQ, OP_NE,
	OP_LT, OP_GT, OP_LE, OP_GE, OP_SHL, OP_SHR, OP_ADD, OP_SUB, OP_MUL,
	OP_DIV, OP_MOD, OP_NEG, OP_PLUS, OP_NOT, OP_BIT_NOT
};
struct value op_int(const struct value_env *, char letter, uint64_t bits);
int	op_binary(struct ctx *, const struct value_env *, enum expr_op,
	    const struct value *, const struct value *, struct value *ret);
int	op_unary(struct ctx *, const struct value_env *, enum expr_op,
	    const struct value *, struct value *ret);
int	op_cast(struct ctx *, const struct value_env *, struct typeref,
	    const struct value *, struct value *ret);
int	op_truth(struct ctx *, const struct value_env *, const struct value *,
	    bool *);

#endif
