/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What looks wrong in a kernel: analyze looks at all that kpeek knows and says
 * it in sentences, each with the command that shows more.  A check is one
 * function and one row of checks[].
 */
#ifndef ENGINE_VIEW_ANALYZE_H
#define ENGINE_VIEW_ANALYZE_H

#include "engine/view/tools.h"

#define STACK_MAX	64		/* frames that are looked at */

enum grade {
	GRADE_FATAL,			/* what the kernel died of */
	GRADE_BAD,			/* it cannot have worked well */
	GRADE_ODD,			/* worth a look */
	GRADE_NOTE,
};

struct stack {
	struct os_frame	   frames[STACK_MAX];	/* regs: NULL, or of regs[] */
	struct unwind_regs regs[STACK_MAX];
	size_t		   n;
};

struct analysis {
	struct kernel	*k;
	struct tables	*tables;	/* may be NULL */
	struct row_sink	*sink;
	struct arena	 arena;
	struct os_info	 info;		/* what is not known has its reason */
	unsigned	 n[GRADE_NOTE + 1];	/* said of each grade */
};

/*
 * A finding: see is the command that shows more, or NULL.  The sink's answer.
 */
int	analyze_say(struct ctx *, struct analysis *, enum grade,
	    const char *topic, const char *see, const char *fmt, ...)
	    __attribute__((format(printf, 6, 7)));

/* A task's stack, as far as it can be had; never fails. */
void	analyze_stack(struct ctx *, struct kernel *, const struct os_proc *,
	    struct stack *);
/*
 * That of the task that panicked, by its CPU: idle tasks all have the number 0.
 * Empty where it cannot be had, or there was no panic.
 */
void	analyze_panicked(struct ctx *, struct kernel *, const struct os_info *,
	    struct stack *);
/* The name of a frame's function, "" where it is not known. */
const char *analyze_function(const struct kernel *, const struct os_frame *);
/*
 * The first frame of interest of a stack on which the kernel died; its n when
 * there is none.
 */
size_t	analyze_first(const struct kernel *, const struct stack *);
/*
 * The frame whose code is to be looked at: that one, or, where it jumped to
 * nowhere, where it came from.  NULL: none.
 */
const struct os_frame *analyze_code(const struct kernel *,
	    const struct stack *);

/*
 * Why an instruction could not go on, in words: the memory that it was to read
 * or write and the registers that name it.  A process's memory is wrong only
 * where it ended in a fault.  false: nothing is wrong with it as far as can be
 * told.
 */
bool	analyze_instruction(struct ctx *, struct kernel *,
	    const struct os_frame *, bool fault, struct buf *);
/* Do the words of the panic tell of an access that failed? */
bool	analyze_is_fault(const struct os_info *);

/* The checks: 0, or the sink's or ctx_check's answer. */
int	analyze_panic(struct ctx *, struct analysis *);
int	analyze_fault(struct ctx *, struct analysis *);
int	analyze_cpus(struct ctx *, struct analysis *);
int	analyze_tasks(struct ctx *, struct analysis *);
int	analyze_memory(struct ctx *, struct analysis *);
int	analyze_log(struct ctx *, struct analysis *);

#endif
