/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stack unwinding: from one frame to its caller by a rule.  Pure functions over
 * a reader of virtual memory; where rules come from (ORC, CFI, frame pointers)
 * is the caller's business.
 */
#ifndef ARCH_UNWIND_H
#define ARCH_UNWIND_H

#include "base/ctx.h"

struct virt_reader {
	/* All n bytes or an error. */
	int	(*read)(void *arg, struct ctx *, uint64_t va, void *, size_t n);
	void	 *arg;
};

/* Registers that rules may start from, by the numbers that x86-64's ORC uses. */
enum unwind_base {
	UNWIND_NONE,
	UNWIND_SP,
	UNWIND_BP,
	UNWIND_SP_INDIRECT,		/* what lies at sp, then the offset */
	UNWIND_BP_INDIRECT,		/* what lies at bp plus the offset */
	UNWIND_PREV_SP,			/* the caller's sp */
	UNWIND_DX, UNWIND_DI, UNWIND_R10, UNWIND_R13,
};

enum unwind_kind {
	UNWIND_UNDEFINED,		/* nothing is known of this code */
	UNWIND_END,			/* the outermost frame */
	UNWIND_CALL,			/* a return address below the caller's sp */
	UNWIND_REGS,			/* all registers as an exception saved them */
	UNWIND_REGS_PARTIAL,		/* just what the processor saved */
};

struct unwind_rule {
	enum unwind_kind kind;
	enum unwind_base sp, bp;
	int16_t		 sp_offset, bp_offset;
};

#define UNWIND_REGS_MAX	33

/* Registers by DWARF's numbers for the processor, those that are known. */
struct unwind_regs {
	uint64_t v[UNWIND_REGS_MAX];
	uint64_t known;			/* a bit for each */
};

static inline bool
unwind_has(const struct unwind_regs *r, uint64_t i)
{
	return (i < UNWIND_REGS_MAX && (r->known >> i & 1) != 0);
}

static inline void
unwind_set(struct unwind_regs *r, unsigned i, uint64_t v)
{
	r->v[i] = v;
	r->known |= UINT64_C(1) << i;
}

struct unwind_frame {
	uint64_t pc, sp, bp;
	bool	 exact;			/* pc is where it stands, not a return address */
	bool	 reliable;		/* every rule up to here was known */
	bool	 astray;		/* the kernel's own, but pc is no code */
	/* Those that are known; pc, sp and bp need not be among them. */
	struct unwind_regs regs;
};

/*
 * Replace *f by its caller.  E_DONE after the outermost frame (or when it was
 * user code that was interrupted), E_CORRUPT when the rule does not lead
 * upwards, or the reason why the stack cannot be read.
 */
int	unwind_x86_64(struct ctx *, const struct virt_reader *,
	    const struct unwind_rule *, struct unwind_frame *f);

/*
 * A chain of frames that each keep a pointer to their caller's, as compilers lay
 * them when they keep a frame pointer.
 */
struct unwind_chain {
	uint8_t	 word;			/* bytes */
	bool	 be;
	int8_t	 next_at, pc_at;	/* from the frame pointer */
	bool	 pc_in_next;		/* pc_at counts from the caller's frame, */
					/* which is its sp as well */
	int8_t	 sp_at;			/* else: the caller's sp, from here */
};

/* No stack is larger: a frame that far below its callee's is on another one. */
#define UNWIND_STACK_MAX	(UINT64_C(64) << 10)

/*
 * Replace *f by its caller, found through f->bp.  E_DONE at the chain's end,
 * E_CORRUPT when it does not lead upwards, or the reason why it cannot be read.
 * It may lead to another stack, even a lower one: whoever follows it bounds the
 * number of steps.
 */
int	unwind_chain(struct ctx *, const struct virt_reader *,
	    const struct unwind_chain *, struct unwind_frame *f);

#endif
