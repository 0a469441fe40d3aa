/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a sleeping task waits: the innermost function on its stack that is
 * not the scheduler's, as get_wchan() of the kernel has it.
 *
 * Of a kernel that runs it is kept: a task that has not been switched to since
 * still waits there, and neither its stack nor the rules for unwinding it need
 * be read at every refresh.
 */
#include "engine/os/linux/linux_unwind.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

#define FRAMES_MAX	16
#define WAITS		4096		/* tasks that are kept; a power of two */

struct linux_wait {
	uint64_t    task;		/* 0: free */
	uint64_t    switches;		/* how often it has left a CPU */
	double	    start;		/* which task it is, of those there were */
	const char *where;
};

/* Is pc in [name_start, name_end)?  Not when the symbols are not there. */
static bool
within(struct ctx *ctx, struct kernel *k, const char *start, const char *end,
    uint64_t pc)
{
	uint64_t from, to;

	return (linux_root(ctx, k, start, &from) == 0 &&
	    linux_root(ctx, k, end, &to) == 0 && pc >= from && pc < to);
}

static int
find_wait(struct ctx *ctx, struct kernel *k, const struct os_proc *p,
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

/* The place of a task that rests, in a table that is made when first wanted. */
static struct linux_wait *
slot(struct kernel *k, const struct os_proc *p)
{
	struct linux_os *l = linux_of(k);

	/* Counted as switched, but its registers are not saved yet. */
	if (!k->live || p->usage.status != OK || p->start.status != OK ||
	    p->on_cpu.status != OK || p->on_cpu.v != 0)
		return (NULL);
	if (l->waits == NULL)
		l->waits = calloc(WAITS, sizeof(*l->waits));
	return (l->waits == NULL ? NULL :
	    &l->waits[hash_u64(p->task) % WAITS]);
}

int
linux_wchan(struct ctx *ctx, struct kernel *k, const struct os_proc *p,
    const char **ret)
{
	const uint64_t switches = p->usage.nvcsw + p->usage.nivcsw;
	struct linux_os *l = linux_of(k);
	struct linux_wait *w;
	bool known;
	int rc;

	pthread_mutex_lock(&l->lock);
	w = slot(k, p);
	known = w != NULL && w->task == p->task && w->switches == switches &&
	    w->start >= p->start.v && w->start <= p->start.v;
	if (known)
		*ret = w->where;
	pthread_mutex_unlock(&l->lock);
	if (known)
		return (0);
	rc = find_wait(ctx, k, p, ret);
	if (rc != 0 || w == NULL)
		return (rc);
	pthread_mutex_lock(&l->lock);
	*w = (struct linux_wait){ p->task, switches, p->start.v, *ret };
	pthread_mutex_unlock(&l->lock);
	return (0);
}
