/* SPDX-License-Identifier: BSD-2-Clause */
/* The arguments and locals of a function, and where a frame has them. */
#include "engine/symbol/dwarf_machine.h"

#define VARS_MAX	4096		/* of one function */

struct vars {
	struct dwarf	*d;
	const struct dwarf_machine *m;
	struct dwarf_value frame_base;
	int	       (*fn)(void *, struct ctx *, const struct dwarf_var *);
	void		*arg;
	unsigned	 left;
};

static int
show_var(struct ctx *ctx, struct vars *v, const struct dwarf_die *die)
{
	const struct dwarf_value type = dwarf_attr_deep(v->d, die, DW_AT_type);
	struct dwarf_value where = dwarf_attr(v->d, die, DW_AT_location);
	struct dwarf_var out = { .name = dwarf_die_name(v->d, die),
	    .type = type.class == DWARF_REF ? (uint32_t)type.v : 0,
	    .is_argument = die->tag == DW_TAG_formal_parameter };

	if (out.name[0] == '\0' || dwarf_attr(v->d, die,
	    DW_AT_declaration).v != 0)
		return (0);
	if (v->left-- == 0)
		return (E_DONE);
	if (where.class != DWARF_NONE)
		out.where = dwarf_locate(ctx, v->d, die->cu, &where, v->m,
		    &v->frame_base, &out.addr);
	else {
		where = dwarf_attr_deep(v->d, die, DW_AT_const_value);
		if (where.class == DWARF_UINT || where.class == DWARF_SINT) {
			out.where = DWARF_VALUE;
			out.addr = where.v;
		}
	}
	ctx_clear(ctx);
	return (v->fn(v->arg, ctx, &out));
}

/* Those directly in an entry, then in its blocks that hold the address. */
static int
vars_in(struct ctx *ctx, struct vars *v, const struct dwarf_die *parent,
    bool arguments, int depth)
{
	struct dwarf_die die;
	uint64_t low;
	uint32_t at;
	int rc;

	for (at = 0, rc = 0; rc == 0 &&
	    dwarf_child(v->d, parent, &at, &die) == OK;) {
		if ((die.tag == DW_TAG_formal_parameter && arguments) ||
		    (die.tag == DW_TAG_variable && !arguments))
			rc = show_var(ctx, v, &die);
		else if (die.tag == DW_TAG_lexical_block && !arguments &&
		    depth < DWARF_NESTING_MAX &&
		    dwarf_die_holds(v->d, &die, v->m->pc, &low))
			rc = vars_in(ctx, v, &die, false, depth + 1);
	}
	return (rc);
}

int
dwarf_vars(struct ctx *ctx, struct dwarf *d, uint32_t entry,
    const struct dwarf_machine *m,
    int (*fn)(void *, struct ctx *, const struct dwarf_var *), void *arg)
{
	struct vars v = { .d = d, .m = m, .fn = fn, .arg = arg,
	    .left = VARS_MAX };
	struct dwarf_die die, function;
	int rc;

	if (dwarf_die(d, entry, &die) != OK)
		return (ctx_fail(ctx, E_CORRUPT, "%s: no entry at 0x%x",
		    d->in.name, entry));
	if (dwarf_function(d, die.cu, m->pc, &function) == OK)
		v.frame_base = dwarf_attr(d, &function, DW_AT_frame_base);
	rc = vars_in(ctx, &v, &die, true, 0);
	if (rc == 0)
		rc = vars_in(ctx, &v, &die, false, 0);
	return (rc == E_DONE ? 0 : rc);
}
