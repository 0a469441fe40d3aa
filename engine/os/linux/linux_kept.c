/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is kept of the tasks of a kernel that runs.  A task that has not been
 * switched to since it was read is what it was: it still waits there, its
 * credentials, its thread's name and, where nobody shares its memory, its
 * arguments are the same, and none of that need be read at every refresh.  What
 * others may have done to it (a debugger writes its memory) shows when its turn
 * comes to be read all the same.
 */
#include "engine/os/linux/linux_read.h"

#include "base/hash.h"
#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

#define TASKS		4096		/* that are kept; a power of two */
#define BYTES_MAX	((size_t)4 << 20)	/* of arguments, of all tasks */
#define TURNS		8		/* refreshes, up to twice as many */

struct linux_slot {
	uint64_t    task;		/* 0: free */
	uint64_t    switches;		/* how often it has left a CPU */
	uint64_t    mm;
	double	    start;		/* which task it is, of those there were */
	unsigned    turns;		/* until it is read all the same */
	struct linux_kept kept;
	char	   *name, *work;	/* of kept */
	char	   *args;		/* each ends in a NUL; NULL: not kept */
	size_t	    nargs;		/* bytes */
};

struct linux_slots {
	size_t		   bytes;	/* of arguments */
	struct linux_slot *v[TASKS];
};

static void
forget(struct linux_slots *all, struct linux_slot *s)
{
	all->bytes -= s->nargs;
	free(s->name);
	free(s->work);
	free(s->args);
	memset(s, 0, sizeof(*s));
}

void
linux_kept_destroy(struct linux_slots *all)
{
	size_t i;

	for (i = 0; all != NULL && i < TASKS; i++)
		if (all->v[i] != NULL) {
			forget(all, all->v[i]);
			free(all->v[i]);
		}
	free(all);
}

/*
 * The place of a task that rests, with what is kept of it as it is now, in a
 * table that is made when first wanted; NULL: nothing is kept.  The lock is
 * held.
 */
static struct linux_slot *
slot_of(struct kernel *k, const struct os_proc *p)
{
	const uint64_t switches = p->usage.nvcsw + p->usage.nivcsw;
	struct linux_os *l = linux_of(k);
	struct linux_slot *s, **place;

	/* Counted as switched, but its registers are not saved yet. */
	if (p->usage.status != OK || p->start.status != OK ||
	    p->on_cpu.status != OK || p->on_cpu.v != 0)
		return (NULL);
	if (l->kept == NULL)
		l->kept = calloc(1, sizeof(*l->kept));
	if (l->kept == NULL)
		return (NULL);
	place = &l->kept->v[hash_u64(p->task) % TASKS];
	if (*place == NULL && (*place = calloc(1, sizeof(**place))) == NULL)
		return (NULL);
	s = *place;
	if (s->task != p->task || s->switches != switches ||
	    s->mm != p->mm || s->start < p->start.v ||
	    s->start > p->start.v) {
		forget(l->kept, s);
		s->task = p->task;
		s->switches = switches;
		s->mm = p->mm;
		s->start = p->start.v;
		/* Not all in the same refresh. */
		s->turns = TURNS + (unsigned)(p->task >> 12) % TURNS;
	}
	return (s);
}

/* Forget what others can change. */
static void
expire(struct linux_slots *all, struct linux_slot *s)
{
	s->kept.known &= ~(unsigned)LINUX_KEPT_THREAD;
	all->bytes -= s->nargs;
	free(s->args);
	s->args = NULL;
	s->nargs = 0;
	s->turns = 2 * TURNS;
}

void
linux_kept_get(struct kernel *k, const struct os_proc *p, struct arena *arena,
    struct linux_kept *kept)
{
	struct linux_os *l = linux_of(k);
	struct linux_slot *s;

	memset(kept, 0, sizeof(*kept));
	if (!k->live)
		return;
	pthread_mutex_lock(&l->lock);
	s = slot_of(k, p);
	if (s != NULL) {
		if (s->turns-- == 0)
			expire(l->kept, s);
		*kept = s->kept;
		if (s->name != NULL)
			kept->name = arena_strdup(arena, s->name);
		if (s->work != NULL)
			kept->work = arena_strdup(arena, s->work);
	}
	pthread_mutex_unlock(&l->lock);
	if ((kept->known & LINUX_KEPT_THREAD) != 0 &&
	    (kept->name == NULL || kept->work == NULL))
		kept->known &= ~(unsigned)LINUX_KEPT_THREAD;
}

void
linux_kept_put(struct kernel *k, const struct os_proc *p,
    const struct linux_kept *kept)
{
	struct linux_os *l = linux_of(k);
	struct linux_slot *s;

	if (!k->live)
		return;
	pthread_mutex_lock(&l->lock);
	s = slot_of(k, p);
	if (s != NULL) {
		if ((kept->known & LINUX_KEPT_THREAD) != 0 &&
		    (s->kept.known & LINUX_KEPT_THREAD) == 0) {
			free(s->name);
			free(s->work);
			s->name = strdup(kept->name);
			s->work = strdup(kept->work);
		}
		s->kept = *kept;
		s->kept.fresh = false;
		s->kept.name = s->kept.work = NULL;
	}
	pthread_mutex_unlock(&l->lock);
}

bool
linux_kept_args(struct kernel *k, const struct os_proc *p, struct buf *args)
{
	struct linux_os *l = linux_of(k);
	struct linux_slot *s;
	bool kept;

	if (!k->live)
		return (false);
	pthread_mutex_lock(&l->lock);
	s = slot_of(k, p);
	kept = s != NULL && s->args != NULL;
	if (kept)
		buf_add(args, s->args, s->nargs);
	pthread_mutex_unlock(&l->lock);
	return (kept && !args->bad);
}

void
linux_keep_args(struct kernel *k, const struct os_proc *p,
    const struct buf *args)
{
	struct linux_os *l = linux_of(k);
	struct linux_slot *s;

	if (!k->live || args->bad)
		return;
	pthread_mutex_lock(&l->lock);
	s = slot_of(k, p);
	if (s != NULL && s->args == NULL &&
	    args->len <= BYTES_MAX - l->kept->bytes &&
	    (s->args = malloc(args->len + 1)) != NULL) {
		if (args->len > 0)
			memcpy(s->args, args->p, args->len);
		s->nargs = args->len;
		l->kept->bytes += args->len;
	}
	pthread_mutex_unlock(&l->lock);
}
