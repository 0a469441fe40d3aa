/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Location expressions (DWARF 5, 2.5 and 2.6): where a variable is, from the
 * registers and the memory of a frame.
 */
#include "engine/symbol/dwarf_machine.h"

#include <string.h>

#define STEPS_MAX	4096		/* operations of one expression */
#define STACK_MAX	64
#define NESTED_MAX	2		/* a frame's base is an expression too */

enum {
	OP_addr = 0x03, OP_deref = 0x06, OP_const1u = 0x08, OP_const1s,
	OP_const2u, OP_const2s, OP_const4u, OP_const4s, OP_const8u,
	OP_const8s, OP_constu, OP_consts, OP_dup, OP_drop, OP_over, OP_pick,
	OP_swap, OP_rot, OP_xderef, OP_abs, OP_and, OP_div, OP_minus, OP_mod,
	OP_mul, OP_neg, OP_not, OP_or, OP_plus, OP_plus_uconst, OP_shl, OP_shr,
	OP_shra, OP_xor, OP_bra, OP_eq, OP_ge, OP_gt, OP_le, OP_lt, OP_ne,
	OP_skip, OP_lit0 = 0x30, OP_reg0 = 0x50, OP_breg0 = 0x70,
	OP_regx = 0x90, OP_fbreg, OP_bregx, OP_piece, OP_deref_size, OP_nop = 0x96,
	OP_call_frame_cfa = 0x9c, OP_implicit_value = 0x9e, OP_stack_value,
	OP_addrx = 0xa1, OP_constx, OP_GNU_addr_index = 0xfb,
	OP_GNU_const_index,
};

struct machine {
	struct ctx	*ctx;
	struct dwarf	*d;
	struct dwarf_forms forms;
	const struct dwarf_machine *m;
	const struct dwarf_value *frame_base;	/* NULL: has none */
	int		 nested;
	uint64_t	 stack[STACK_MAX];
	size_t		 n;
	bool		 bad;
};

static enum dwarf_where	evaluate(struct machine *, const uint8_t *, size_t,
			    uint64_t *);

static void
push(struct machine *x, uint64_t v)
{
	if (x->n == STACK_MAX)
		x->bad = true;
	else
		x->stack[x->n++] = v;
}

static uint64_t
pop(struct machine *x)
{
	if (x->n == 0) {
		x->bad = true;
		return (0);
	}
	return (x->stack[--x->n]);
}

static uint64_t
reg(struct machine *x, uint64_t i)
{
	if (!unwind_has(&x->m->regs, i)) {
		x->bad = true;
		return (0);
	}
	return (x->m->regs.v[i]);
}

static uint64_t
deref(struct machine *x, uint64_t addr, unsigned size)
{
	uint8_t raw[8];

	if ((size != 1 && size != 2 && size != 4 && size != 8) ||
	    x->m->reader.read == NULL || x->m->reader.read(x->m->reader.arg,
	    x->ctx, addr, raw, size) != 0) {
		x->bad = true;
		return (0);
	}
	return (load_uint(raw, size, x->d->in.be));
}

static uint64_t
frame_base(struct machine *x)
{
	struct machine inner = *x;
	uint64_t v = 0;

	inner.n = 0;
	inner.nested++;
	if (x->frame_base == NULL || x->frame_base->class != DWARF_BLOCK ||
	    inner.nested > NESTED_MAX) {
		x->bad = true;
		return (0);
	}
	inner.frame_base = NULL;
	/* A register by itself says that the base is in it. */
	if (evaluate(&inner, x->frame_base->p, x->frame_base->n, &v) ==
	    DWARF_GONE)
		x->bad = true;
	return (v);
}

static uint64_t
call_frame_cfa(struct machine *x)
{
	struct cfi_rules rules;
	uint64_t cfa;

	if (dwarf_cfi(x->ctx, x->d, x->m->pc, &rules) != 0 ||
	    rules.cfa.kind != CFI_OFFSET ||
	    cfi_cfa(&rules, &x->m->regs, &cfa) != 0) {
		x->bad = true;
		return (0);
	}
	return (cfa);
}

static void
binary(struct machine *x, unsigned op)
{
	const uint64_t b = pop(x), a = pop(x);
	const int64_t sa = (int64_t)a, sb = (int64_t)b;

	switch (op) {
	case OP_and:
		push(x, a & b);
		break;
	case OP_div:
		if (b == 0)
			x->bad = true;
		else
			push(x, sb == -1 ? -a : (uint64_t)(sa / sb));
		break;
	case OP_minus:
		push(x, a - b);
		break;
	case OP_mod:
		if (b == 0)
			x->bad = true;
		else
			push(x, a % b);
		break;
	case OP_mul:
		push(x, a * b);
		break;
	case OP_or:
		push(x, a | b);
		break;
	case OP_plus:
		push(x, a + b);
		break;
	case OP_shl:
		push(x, b < 64 ? a << b : 0);
		break;
	case OP_shr:
		push(x, b < 64 ? a >> b : 0);
		break;
	case OP_shra:
		push(x, (uint64_t)(sa >> (b < 64 ? b : 63)));
		break;
	case OP_xor:
		push(x, a ^ b);
		break;
	case OP_eq:
		push(x, a == b);
		break;
	case OP_ge:
		push(x, sa >= sb);
		break;
	case OP_gt:
		push(x, sa > sb);
		break;
	case OP_le:
		push(x, sa <= sb);
		break;
	case OP_lt:
		push(x, sa < sb);
		break;
	default:
		push(x, a != b);
		break;
	}
}

static void
shuffle(struct machine *x, unsigned op, unsigned index)
{
	uint64_t a, b, c;

	switch (op) {
	case OP_dup:
		a = pop(x);
		push(x, a);
		push(x, a);
		break;
	case OP_drop:
		pop(x);
		break;
	case OP_over:
	case OP_pick:
		if (op == OP_over)
			index = 1;
		if (index >= x->n)
			x->bad = true;
		else
			push(x, x->stack[x->n - 1 - index]);
		break;
	case OP_swap:
		a = pop(x);
		b = pop(x);
		push(x, a);
		push(x, b);
		break;
	default:				/* rot */
		a = pop(x);
		b = pop(x);
		c = pop(x);
		push(x, a);
		push(x, c);
		push(x, b);
		break;
	}
}

static void
unary(struct machine *x, unsigned op, struct bytes *b)
{
	uint64_t a = pop(x);

	switch (op) {
	case OP_deref:
		push(x, deref(x, a, x->forms.cu->addr_size));
		break;
	case OP_deref_size:
		push(x, deref(x, a, bytes_u8(b)));
		break;
	case OP_abs:
		push(x, (int64_t)a < 0 ? -a : a);
		break;
	case OP_neg:
		push(x, -a);
		break;
	case OP_not:
		push(x, ~a);
		break;
	default:				/* plus_uconst */
		push(x, a + dwarf_uleb(b));
		break;
	}
}

static void
constant(struct machine *x, unsigned op, struct bytes *b)
{
	static const uint8_t sizes[] = { 1, 1, 2, 2, 4, 4, 8, 8 };
	unsigned bits;
	uint64_t v;

	if (op == OP_constu || op == OP_consts) {
		push(x, op == OP_constu ? dwarf_uleb(b) :
		    (uint64_t)dwarf_sleb(b));
		return;
	}
	bits = sizes[op - OP_const1u] * 8u;
	v = bytes_uint(b, bits / 8);
	if ((op - OP_const1u) % 2 == 1 && bits < 64)
		v = (v ^ UINT64_C(1) << (bits - 1)) - (UINT64_C(1) << (bits - 1));
	push(x, v);
}

/* A register by itself, or a value: it must be the whole expression. */
static enum dwarf_where
value(struct machine *x, struct bytes *b, uint64_t v, uint64_t *ret)
{
	if (x->bad || b->bad || bytes_left(b) > 0)
		return (DWARF_GONE);	/* of pieces */
	*ret = v;
	return (DWARF_VALUE);
}

static enum dwarf_where
evaluate(struct machine *x, const uint8_t *p, size_t n, uint64_t *ret)
{
	struct bytes b = bytes_of(p, n, x->d->in.be);
	unsigned op, steps;
	uint64_t v;
	size_t to;

	if (n == 0)
		return (DWARF_GONE);
	for (steps = 0; bytes_left(&b) > 0 && !x->bad; steps++) {
		if (steps == STEPS_MAX)
			return (DWARF_GONE);
		op = bytes_u8(&b);
		if (op >= OP_lit0 && op < OP_reg0)
			push(x, op - OP_lit0);
		else if (op >= OP_reg0 && op < OP_breg0)
			return (value(x, &b, reg(x, op - OP_reg0), ret));
		else if (op >= OP_breg0 && op < OP_regx) {
			v = reg(x, op - OP_breg0);
			push(x, v + (uint64_t)dwarf_sleb(&b));
		} else if (op >= OP_const1u && op <= OP_consts)
			constant(x, op, &b);
		else if (op >= OP_dup && op <= OP_rot)
			shuffle(x, op, op == OP_pick ? bytes_u8(&b) : 0);
		else if (op == OP_deref || op == OP_deref_size ||
		    op == OP_abs || op == OP_neg || op == OP_not ||
		    op == OP_plus_uconst)
			unary(x, op, &b);
		else if (op >= OP_and && op <= OP_ne && op != OP_bra)
			binary(x, op);
		else switch (op) {
		case OP_addr:
			v = bytes_uint(&b, x->forms.cu->addr_size);
			push(x, v + x->m->shift);
			break;
		case OP_addrx:
		case OP_GNU_addr_index:
		case OP_GNU_const_index:
		case OP_constx:
			if (!dwarf_addr_at(&x->forms, dwarf_uleb(&b), &v))
				return (DWARF_GONE);
			push(x, v + (op == OP_addrx ||
			    op == OP_GNU_addr_index ? x->m->shift : 0));
			break;
		case OP_bra:
		case OP_skip:
			to = b.pos + 2 + (size_t)(int16_t)bytes_u16(&b);
			if (op == OP_skip || pop(x) != 0)
				bytes_seek(&b, to);
			break;
		case OP_regx:
			v = reg(x, dwarf_uleb(&b));
			return (value(x, &b, v, ret));
		case OP_bregx:
			v = reg(x, dwarf_uleb(&b));
			push(x, v + (uint64_t)dwarf_sleb(&b));
			break;
		case OP_fbreg:
			v = frame_base(x);
			push(x, v + (uint64_t)dwarf_sleb(&b));
			break;
		case OP_call_frame_cfa:
			push(x, call_frame_cfa(x));
			break;
		case OP_nop:
			break;
		case OP_stack_value:
			v = pop(x);
			return (value(x, &b, v, ret));
		case OP_implicit_value:
			v = dwarf_uleb(&b);
			if (v != 1 && v != 2 && v != 4 && v != 8)
				return (DWARF_GONE);
			v = bytes_uint(&b, (unsigned)v);
			return (value(x, &b, v, ret));
		default:
			return (DWARF_GONE);	/* entry values, pieces, ... */
		}
	}
	v = pop(x);
	if (x->bad || b.bad)
		return (DWARF_GONE);
	*ret = v;
	return (DWARF_AT);
}

/* An expression, or the one that a list has for an address. */
static bool
expression(const struct dwarf_forms *f, uint64_t pc,
    const struct dwarf_value *v, struct dwarf_value *ret)
{
	struct dwarf_list list;
	uint64_t low, high;

	if (v->class == DWARF_BLOCK) {
		*ret = *v;
		return (true);
	}
	if (!dwarf_places_open(f, v, &list))
		return (false);
	while (dwarf_list_next(&list, &low, &high, ret) == 0)
		if (low <= pc && pc < high)
			return (true);
	return (false);
}

enum dwarf_where
dwarf_locate(struct ctx *ctx, struct dwarf *d, const struct dwarf_cu *cu,
    const struct dwarf_value *v, const struct dwarf_machine *m,
    const struct dwarf_value *base, uint64_t *ret)
{
	struct machine x = { .ctx = ctx, .d = d,
	    .forms = { dwarf_part_of(&d->in, cu), cu },
	    .m = m };
	struct dwarf_value expr, base_expr;
	enum dwarf_where where;

	if (!expression(&x.forms, m->pc, v, &expr))
		return (DWARF_GONE);
	if (base->class != DWARF_NONE &&
	    expression(&x.forms, m->pc, base, &base_expr)) {
		base_expr.class = DWARF_BLOCK;
		x.frame_base = &base_expr;
	}
	ctx->quiet++;
	where = evaluate(&x, expr.p, expr.n, ret);
	ctx->quiet--;
	return (where);
}

/* For rules of frames: the expression starts with the CFA on its stack. */
int
dwarf_rule(struct ctx *ctx, struct dwarf *d, const struct cfi_rule *rule,
    const struct dwarf_machine *m, uint64_t cfa, uint64_t *ret)
{
	const struct dwarf_cu cu = { .addr_size = (uint8_t)d->in.addr_size };
	struct machine x = { .ctx = ctx, .d = d, .forms = { &d->in, &cu },
	    .m = m };
	enum dwarf_where where;

	push(&x, cfa);
	ctx->quiet++;
	where = evaluate(&x, rule->p, rule->n, ret);
	ctx->quiet--;
	return (where == DWARF_GONE ? E_CORRUPT : 0);
}
