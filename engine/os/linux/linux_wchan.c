/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a sleeping task waits: the innermost function on its stack that is
 * not the scheduler's, as get_wchan() of the kernel has it.
 */
#include "engine/os/linux/linux_unwind.h"

#define FRAMES_MAX	16

/* Is pc in [name_start, name_end)?  Not when the symbols are not there. */
static bool
within(struct ctx *ctx, struct kernel *k, const char *start, const char *end,
    uint64_t pc)
{
	uint64_t from, to;

	return (linux_root(ctx, k, start, &from) == 0 &&
	    linux_root(ctx, k, end, &to) == 0 && pc >= from && pc < to);
}

int
linux_wchan(struct ctx *ctx, struct kernel *k, const struct os_proc *p,
    const char **ret)
{
	const struct symbol *sym;
	struct unwind_frame f;
	int frames, rc;

	*ret = "";
	rc = linux_first_frame(ctx, k, p, &f);
	for (frames = 0; rc == 0 && frames < FRAMES_MAX && !f.exact; frames++) {
		if (!within(ctx, k, "__sched_text_start", "__sched_text_end",
		    f.pc) && !within(ctx, k, "__lock_text_start",
		    "__lock_text_end", f.pc)) {
			sym = sym_at(&k->symbols, f.pc - 1);
			if (sym != NULL && f.reliable)
				*ret = sym_name(&k->symbols, sym);
			return (0);
		}
		rc = linux_next_frame(ctx, k, &f);
	}
	return (rc == E_DONE ? 0 : rc);
}
