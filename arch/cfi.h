/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unwinding by call frame information (DWARF 5, 6.4): from one frame to its
 * caller by a row of rules, one for each register.  Pure functions over readers
 * that they are handed; where rows come from is the caller's business.
 */
#ifndef ARCH_CFI_H
#define ARCH_CFI_H

#include "arch/arch.h"
#include "arch/unwind.h"

enum cfi_kind {
	CFI_UNSAID,			/* no rule: as the processor's calls keep it */
	CFI_UNDEFINED, CFI_SAME,
	CFI_OFFSET,			/* saved at cfa + v */
	CFI_VAL_OFFSET,			/* is cfa + v */
	CFI_REGISTER,			/* is in register v */
	CFI_EXPR,			/* saved where the expression says */
	CFI_VAL_EXPR,			/* is what the expression says */
};

struct cfi_rule {
	uint8_t	       kind;
	uint32_t       n;		/* bytes of the expression p */
	int64_t	       v;
	const uint8_t *p;
};

struct cfi_rules {
	struct cfi_rule cfa;		/* OFFSET: register cfa_reg plus v; or EXPR */
	uint8_t		cfa_reg;
	uint8_t		ra;		/* the register of the return address */
	bool		signal;		/* its caller stands where it was interrupted */
	bool		be;
	struct cfi_rule reg[UNWIND_REGS_MAX];
};

/* How a processor's registers are numbered, and which ones calls keep. */
struct cfi_arch {
	const struct arch *arch;
	uint8_t		   sp, fp, pc;	/* pc: where the return address goes */
	uint64_t	   kept;	/* a bit for each */
	const char *const *names;	/* as in arch->regs, NULL-ended; may be NULL */
};

/* NULL: of a processor without a row. */
const struct cfi_arch *cfi_arch_of(const struct arch *);

/* The value of an expression; as the reader of the rules has it. */
typedef int cfi_eval(void *arg, struct ctx *, const struct cfi_rule *,
	    const struct unwind_regs *, uint64_t cfa, uint64_t *ret);

/* The frame's address: E_NOT_FOUND (silent) without the registers for it. */
int	cfi_cfa(const struct cfi_rules *, const struct unwind_regs *, uint64_t *);
/*
 * Replace the registers by the caller's.  E_DONE at the outermost frame,
 * E_NOT_FOUND (silent) when what the rules need is not known, or the reason
 * why the stack cannot be read.
 */
int	cfi_step(struct ctx *, const struct cfi_arch *,
	    const struct virt_reader *, const struct cfi_rules *, cfi_eval *,
	    void *arg, struct unwind_regs *);

#endif
