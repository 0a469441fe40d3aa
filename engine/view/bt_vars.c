/* SPDX-License-Identifier: BSD-2-Clause */
/* The arguments and locals of a frame as cells. */
#include "engine/view/bt_vars.h"

#include "engine/symbol/dwarf_machine.h"

#include <stdio.h>

struct vars {
	struct kernel *k;
	struct debug  *debug;
	int	     (*fn)(void *, struct ctx *, const struct bt_var *);
	void	      *arg;
};

static int
read_virt(void *arg, struct ctx *ctx, uint64_t va, void *buf, size_t n)
{
	return (space_read(ctx, arg, va, buf, n));
}

/* The bits of a register that a value of that type has. */
static uint64_t
narrow(uint64_t bits, uint64_t size, bool is_signed)
{
	const unsigned shift = size < 8 ? 64 - 8 * (unsigned)size : 0;

	if (size == 0)
		return (bits);
	bits <<= shift;
	return (is_signed ? (uint64_t)((int64_t)bits >> shift) : bits >> shift);
}

/* A pointer leads to what it points to, an object to itself. */
static struct link
link_of(struct ctx *ctx, const struct value_env *env, const struct value *v,
    const struct type *t)
{
	uint64_t addr;

	if (t->kind == TYPE_PTR && value_load(ctx, env, v, &addr) == OK)
		return (link_memory(addr, t->target, 0));
	return (v->place == VALUE_MEM ? link_memory(v->addr, v->type, 0) :
	    (struct link){ 0 });
}

static struct cell
value_cell(struct ctx *ctx, const struct vars *s, const struct dwarf_var *v,
    struct typeref type, struct buf *text, struct value *ret)
{
	const struct value_env *env = &s->k->env;
	struct value x = { .type = type, .place = VALUE_MEM,
	    .space = &s->k->space, .addr = v->addr };
	struct typeref plain;
	struct type t;
	int error;

	if (v->where == DWARF_GONE || type.id == 0 ||
	    type_strip(ctx, s->k->types, type, &plain, &t) != OK)
		return (cell_null());
	if (v->where == DWARF_VALUE) {
		x.place = VALUE_IMM;
		x.bits = narrow(v->addr, t.size, t.is_signed);
		/* A structure in a register: of that its bits are known. */
		if (t.kind != TYPE_INT && t.kind != TYPE_PTR &&
		    t.kind != TYPE_ENUM)
			return (cell_addr(x.bits));
	}
	*ret = x;
	error = value_text(ctx, env, &x, text);
	if (error != OK)
		return (view_cell_status(error));
	return (cell_link(cell_textn(buf_text(text), text->len), link_of(ctx,
	    env, &x, &t)));
}

static int
show(void *arg, struct ctx *ctx, const struct dwarf_var *v)
{
	struct vars *s = arg;
	const struct typeref type = debug_typeref(s->debug, v->type);
	struct bt_var out = { .name = v->name,
	    .is_argument = v->is_argument };
	struct buf text = { 0 };
	char name[256] = "";
	int rc;

	ctx->quiet++;
	(void)type_name(ctx, s->k->types, type, "", name, sizeof(name));
	out.type = name;
	out.value = value_cell(ctx, s, v, type, &text, &out.v);
	ctx->quiet--;
	ctx_clear(ctx);
	rc = s->fn(s->arg, ctx, &out);
	buf_fini(&text);
	return (rc);
}

int
bt_vars(struct ctx *ctx, struct kernel *k, struct debug *debug,
    const struct os_frame *f, uint32_t entry,
    int (*fn)(void *, struct ctx *, const struct bt_var *), void *arg)
{
	struct dwarf_machine m = { .reader = { read_virt, &k->space },
	    .shift = debug_shift(debug) };
	struct vars s = { k, debug, fn, arg };
	struct dwarf *d;
	int rc;

	if (f->regs != NULL)
		m.regs = *f->regs;
	m.pc = (f->exact ? f->pc : f->pc - 1) - m.shift;
	rc = debug_open(ctx, debug, &d);
	return (rc != 0 ? rc : dwarf_vars(ctx, d, entry, &m, show, &s));
}
