/* SPDX-License-Identifier: BSD-2-Clause */
/* Unwinding by the call frame information of a kernel's debug information. */
#include "engine/os/os_cfi.h"

#include "engine/symbol/dwarf_machine.h"

struct expression {
	struct dwarf	    *d;
	struct dwarf_machine m;
};

static int
evaluate(void *arg, struct ctx *ctx, const struct cfi_rule *rule,
    const struct unwind_regs *regs, uint64_t cfa, uint64_t *ret)
{
	struct expression *x = arg;

	x->m.regs = *regs;
	return (dwarf_rule(ctx, x->d, rule, &x->m, cfa, ret));
}

int
os_cfi_frame(struct ctx *ctx, struct kernel *k,
    const struct virt_reader *reader, struct unwind_frame *f)
{
	const struct cfi_arch *a = cfi_arch_of(k->arch);
	struct debug *debug = debug_at(k->debug, f->exact ? f->pc :
	    f->pc - 1);
	struct expression x = { .d = debug_opened(debug) };
	struct unwind_regs regs = f->regs;
	struct cfi_rules rules;
	int rc;

	if (x.d == NULL || a == NULL)
		return (E_NOT_FOUND);
	x.m.reader = *reader;
	x.m.shift = debug_shift(debug);
	x.m.pc = (f->exact ? f->pc : f->pc - 1) - x.m.shift;
	unwind_set(&regs, a->pc, f->pc);
	unwind_set(&regs, a->sp, f->sp);
	unwind_set(&regs, a->fp, f->bp);
	ctx->quiet++;
	rc = dwarf_cfi(ctx, x.d, x.m.pc, &rules);
	if (rc == 0)
		rc = cfi_step(ctx, a, reader, &rules, evaluate, &x, &regs);
	ctx->quiet--;
	ctx_clear(ctx);
	/* The stack grows down: a caller's frame lies above. */
	if (rc != 0 || !unwind_has(&regs, a->fp) ||
	    regs.v[a->sp] < f->sp || (regs.v[a->sp] == f->sp && !f->exact))
		return (E_NOT_FOUND);
	f->regs = regs;
	f->pc = regs.v[a->pc];
	f->sp = regs.v[a->sp];
	f->bp = regs.v[a->fp];
	f->exact = rules.signal;
	return (0);
}
