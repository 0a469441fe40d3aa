/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lock that a task waits for, and who holds it.
 *
 * A PI waiter is in the task (pi_blocked_on).  The others queue a structure of
 * their own stack: struct mutex_waiter (kernel/locking/mutex.h), rwsem_waiter
 * (rwsem.c), semaphore_waiter (semaphore.c), or a wait_queue_entry
 * (percpu-rwsem.c).  All of them hold a link and the task.  The names on the
 * stack tell which one to look for, the stack is searched for the task's
 * address, and what is around it must be a link of a list that leads, over
 * other waiters, to its head: that lies in the lock.
 */
#include "engine/os/linux/linux_unwind.h"

#include "base/bytes.h"

#include <string.h>

#define FRAMES_MAX	12		/* the slow path is called early */
#define WAITERS_MAX	65536		/* tasks in one queue */
#define STACK_MAX	16384		/* bytes that are searched */

static const char *const mutex_paths[] = {
	"__mutex_lock", "mutex_lock", "__ww_mutex_lock", "ww_mutex_lock", NULL
};
static const char *const rwsem_paths[] = {
	"rwsem_down_", "down_read", "down_write", "__down_read",
	"__down_write", NULL
};
static const char *const semaphore_paths[] = {
	"__down", "___down", "down", NULL
};
static const char *const percpu_paths[] = {
	"percpu_rwsem_wait", "percpu_down_", "__percpu_down_", NULL
};

/* What queues on a lock, and the lock around the queue. */
static const struct queue {
	const char	*kind;
	const char	*const *paths;	/* how its slow paths' names begin */
	enum linux_member link, task;	/* of the waiter */
	enum linux_type	 lock;
	enum linux_member head, owner;	/* of the lock */
	const char	*type;
} queues[] = {
	{ "mutex", mutex_paths, LM_MUTEX_WAITER_LIST, LM_MUTEX_WAITER_TASK,
	    LT_MUTEX, LM_MUTEX_WAITERS, LM_MUTEX_OWNER, "struct mutex" },
	{ "rwsem", rwsem_paths, LM_RWSEM_WAITER_LIST, LM_RWSEM_WAITER_TASK,
	    LT_RWSEM, LM_RWSEM_WAITERS, LM_RWSEM_OWNER,
	    "struct rw_semaphore" },
	{ "percpu_rwsem", percpu_paths, LM_WAIT_ENTRY_LIST, LM_WAIT_ENTRY_TASK,
	    LT_PERCPU_RWSEM, LM_PERCPU_RWSEM_WAITERS, LM_PERCPU_RWSEM_OWNER,
	    "struct percpu_rw_semaphore" },
	/* The last: its names are how others begin, too. */
	{ "semaphore", semaphore_paths, LM_SEMAPHORE_WAITER_LIST,
	    LM_SEMAPHORE_WAITER_TASK, LT_SEMAPHORE, LM_SEMAPHORE_WAITERS,
	    LM_SEMAPHORE_OWNER, "struct semaphore" },
};

/* The low bits of mutex.owner and rw_semaphore.owner are flags. */
#define OWNER_FLAGS	7
#define READER_OWNED	1		/* rwsem.c, RWSEM_READER_OWNED */

struct search {
	struct kernel	*k;
	const struct queue *q;
	uint64_t	 task;
	uint64_t	 stack_size, from, to;	/* what of the stack is searched */
	bool		 shared;
};

static const struct queue *
queue_of(const char *name)
{
	const struct queue *q;
	size_t i;

	for (q = queues; q < queues + sizeof(queues) / sizeof(queues[0]); q++)
		for (i = 0; q->paths[i] != NULL; i++)
			if (strncmp(name, q->paths[i],
			    strlen(q->paths[i])) == 0)
				return (q);
	return (NULL);
}

/* Find the slow path's frame; it ends where its caller's begins. */
static int
slow_path(struct ctx *ctx, const struct os_proc *p, struct search *s)
{
	const struct symbol *sym;
	const struct queue *q;
	struct unwind_frame f;
	uint64_t stack;
	unsigned i;
	int rc;

	rc = linux_first_frame(ctx, s->k, p, &f);
	for (i = 0; rc == 0 && i < FRAMES_MAX && f.reliable && !f.exact; i++) {
		sym = sym_at(&s->k->symbols, f.pc - 1);
		q = sym == NULL ? NULL :
		    queue_of(sym_name(&s->k->symbols, sym));
		if (q != NULL) {
			if (s->q == NULL)
				s->from = f.sp;
			s->q = q;
			s->shared |= strstr(sym_name(&s->k->symbols, sym),
			    "read") != NULL;
		} else if (s->q != NULL)
			break;
		rc = linux_next_frame(ctx, s->k, &f);
	}
	if (s->q == NULL)
		return (E_NOT_FOUND);
	/* Of arm64 sp is that of the frame record, the locals are above. */
	if (linux_member(ctx, s->k, p->task, LM_TASK_STACK, &stack) != 0)
		return (E_NOT_FOUND);
	s->stack_size = linux_stack_size(ctx, s->k);
	s->to = stack + s->stack_size;
	if (s->from < stack || s->from >= s->to)
		return (E_NOT_FOUND);
	if (s->to - s->from > STACK_MAX)
		s->to = s->from + STACK_MAX;
	return (0);
}

static int
read_ptr(struct ctx *ctx, struct kernel *k, uint64_t va, uint64_t *ret)
{
	uint8_t raw[8];
	int rc;

	rc = space_read(ctx, &k->space, va, raw, sizeof(raw));
	if (rc == 0)
		*ret = load_u64(raw, k->space.be);
	return (rc);
}

/* Is a node of the queue a waiter?  Then it lies on the stack of its task. */
static bool
is_waiter(struct ctx *ctx, const struct search *s, uint64_t node)
{
	const uint64_t to_task = linux_place(s->k, s->q->task)->offset -
	    (uint64_t)linux_place(s->k, s->q->link)->offset;
	uint64_t stack, task;

	return (read_ptr(ctx, s->k, node + to_task, &task) == 0 &&
	    linux_member(ctx, s->k, task, LM_TASK_STACK, &stack) == 0 &&
	    node >= stack && node - stack < s->stack_size);
}

/* From a waiter's link to the lock; E_NOT_FOUND when it is none. */
static int
follow(struct ctx *ctx, const struct search *s, uint64_t link, uint64_t *lock)
{
	uint64_t back, next, node, prev;
	unsigned i;

	if (read_ptr(ctx, s->k, link + 8, &prev) != 0)
		return (E_NOT_FOUND);
	for (node = link, i = 0; i < WAITERS_MAX; node = next, i++) {
		if (ctx_check(ctx) != 0 ||
		    read_ptr(ctx, s->k, node, &next) != 0 ||
		    read_ptr(ctx, s->k, next + 8, &back) != 0 ||
		    back != node || next == link)
			return (E_NOT_FOUND);
		if (!is_waiter(ctx, s, next)) {
			*lock = next - linux_place(s->k, s->q->head)->offset;
			/* Both ends of the queue are its. */
			return (i > 0 || prev == next || is_waiter(ctx, s,
			    prev) ? 0 : E_NOT_FOUND);
		}
	}
	return (E_NOT_FOUND);
}

static int
search(struct ctx *ctx, struct search *s, uint64_t *lock)
{
	const struct linux_place *link = linux_place(s->k, s->q->link);
	const struct linux_place *task = linux_place(s->k, s->q->task);
	uint8_t stack[STACK_MAX];
	size_t i, n = 0;

	if (link->status != 0 || task->status != 0 ||
	    linux_place(s->k, s->q->head)->status != 0)
		return (E_NOT_FOUND);
	(void)space_read_some(ctx, &s->k->space, s->from, stack,
	    s->to - s->from, &n);
	for (i = 0; i + 8 <= n; i += 8)
		if (load_u64(stack + i, s->k->space.be) == s->task &&
		    follow(ctx, s, s->from + i - task->offset + link->offset,
		    lock) == 0)
			return (0);
	return (E_NOT_FOUND);
}

/* The task that a lock names, if it is one. */
static void
owner(struct ctx *ctx, struct kernel *k, uint64_t bits, struct os_wait *w)
{
	uint64_t pid, task = bits & ~(uint64_t)OWNER_FLAGS;

	if (task != 0 && linux_member(ctx, k, task, LM_TASK_PID, &pid) == 0) {
		w->owner = task;
		w->owner_tid = (int)pid;
	}
}

/* struct rt_mutex_waiter and rt_mutex_base (kernel/locking/rtmutex_common.h). */
static int
rt_mutex(struct ctx *ctx, struct kernel *k, const struct os_proc *p,
    struct os_wait *w)
{
	uint64_t bits, lock, waiter;

	if (linux_member(ctx, k, p->task, LM_TASK_ALONE_WAIT_PI, &waiter) != 0 ||
	    waiter == 0 || linux_member(ctx, k, waiter, LM_RT_WAITER_LOCK,
	    &lock) != 0 || lock == 0)
		return (E_NOT_FOUND);
	w->kind = "rt_mutex";
	w->lock = lock;
	w->type = linux_size(k, LT_RT_MUTEX) != 0 ? "struct rt_mutex_base" :
	    "struct rt_mutex";
	if (linux_member(ctx, k, lock, linux_size(k, LT_RT_MUTEX) != 0 ?
	    LM_RT_MUTEX_OWNER : LM_RT_MUTEX_OLD_OWNER, &bits) == 0)
		owner(ctx, k, bits, w);
	return (0);
}

static int
queued(struct ctx *ctx, struct kernel *k, const struct os_proc *p,
    struct os_wait *w)
{
	struct search s = { .k = k, .task = p->task };
	uint64_t bits, lock;
	int rc;

	rc = slow_path(ctx, p, &s);
	if (rc != 0)
		return (rc);
	w->kind = s.q->kind;
	/* Some kernels say it: then the stack need not be searched. */
	if (s.q->lock != LT_MUTEX || linux_member(ctx, k, p->task,
	    LM_TASK_ALONE_WAIT_MUTEX, &lock) != 0 || lock == 0) {
		if (search(ctx, &s, &lock) != 0)
			return (0);	/* it waits for one, but for which? */
	}
	w->lock = lock;
	w->type = s.q->type;
	w->shared = s.shared && s.q->lock != LT_MUTEX;
	if (linux_member(ctx, k, lock, s.q->owner, &bits) != 0)
		return (0);
	w->by_readers = s.q->lock == LT_RWSEM && (bits & READER_OWNED) != 0;
	owner(ctx, k, bits, w);
	return (0);
}

int
linux_waits(struct ctx *ctx, struct kernel *k, const struct os_proc *p,
    struct os_wait *ret)
{
	struct os_wait w = { .kind = NULL };
	int rc;

	if (linux_of(k)->arch == NULL)
		return (ctx_fail(ctx, E_UNSUPPORTED, "stacks of %s are not "
		    "unwound", k->arch->name));
	if (p->is_idle || p->state == 'Z' || p->state == 'X')
		return (E_NOT_FOUND);
	ctx->quiet++;
	rc = rt_mutex(ctx, k, p, &w);
	if (rc != 0)
		rc = queued(ctx, k, p, &w);
	ctx->quiet--;
	ctx_clear(ctx);
	if (rc != 0)
		return (E_NOT_FOUND);
	*ret = w;
	return (0);
}
