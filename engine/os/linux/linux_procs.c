/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The list of all processes, and the ways around a break in it.
 *
 * Thread-group leaders are linked through task->tasks, from init_task on; the
 * threads of a group through signal->thread_head.  The list is walked forward;
 * where it breaks (a missing page, a link that leads nowhere) it is walked
 * backward from its head, and what neither reaches is looked for in the table
 * of pids of the first pid namespace.
 */
#include "engine/os/linux/linux_read.h"

#include "base/hash.h"
#include "base/vec.h"
#include "engine/value/walk.h"

#include <stdlib.h>
#include <string.h>

#define PID_MAX		4194304		/* PID_MAX_LIMIT, linux/threads.h */

struct found {
	uint64_t task;
	int	 tid, tgid;
	uint32_t order;
};

struct list {
	struct kernel	*k;
	struct found	*v;
	size_t		 n, cap;
	struct seen	 seen;
	struct linux_obj task;
	uint64_t	 init_task;
	bool		 threads;
};

static int
add(struct ctx *ctx, struct list *l, uint64_t task, int tid, int tgid)
{
	if (l->n >= PID_MAX || !vec_room(l->v, l->cap, l->n + 1))
		return (ctx_fail(ctx, l->n >= PID_MAX ? E_LIMIT : E_NOMEM,
		    "too many tasks"));
	l->v[l->n] = (struct found){ .task = task, .tid = tid, .tgid = tgid,
	    .order = (uint32_t)l->n };
	l->n++;
	return (0);
}

/* One more task, which the caller has made sure is new. */
static int
add_task(struct ctx *ctx, struct list *l, const struct linux_obj *o)
{
	int64_t pid, tgid;
	int rc;

	rc = linux_s64(ctx, o, LM_LINKS_PID, &pid);
	if (rc == 0)
		rc = linux_s64(ctx, o, LM_LINKS_TGID, &tgid);
	if (rc != 0)
		return (rc);
	if (pid < 0 || pid > PID_MAX || tgid < 0 || tgid > PID_MAX)
		return (ctx_fail_at(ctx, E_CORRUPT, o->addr,
		    "task 0x%llx has pid %lld", (unsigned long long)o->addr,
		    (long long)pid));
	return (add(ctx, l, o->addr, (int)pid, (int)tgid));
}

/*
 * The other threads of a group: through signal->thread_head where tasks have
 * a thread_node (3.14 on), else the ring of task->thread_group.
 */
static int
add_threads(struct ctx *ctx, struct list *l, uint64_t leader, int tgid,
    uint64_t signal)
{
	enum linux_member link;
	struct linux_obj o;
	struct walk w;
	uint64_t head, key, node, task;
	int64_t group;
	int rc, new;

	link = LM_TASK_THREAD_NODE;
	head = signal + linux_place(l->k, LM_SIGNAL_THREADS)->offset;
	if (!linux_has(l->k, link) || !linux_has(l->k, LM_SIGNAL_THREADS)) {
		link = LM_TASK_ALONE_THREAD_GROUP;
		head = leader + linux_place(l->k, link)->offset;
	}
	if (!linux_has(l->k, link))
		return (ctx_fail(ctx, E_NO_MEMBER,
		    "this kernel's threads are linked in an unknown way"));
	rc = linux_obj_init(ctx, &o, l->k, LT_LINKS);
	if (rc == 0 && (rc = walk_list(&w, ctx, &l->k->space, head)) == 0) {
		while ((rc = walk_next(&w, ctx, &key, &node)) == 0) {
			task = node - linux_place(l->k, link)->offset;
			if (task == leader)
				continue;
			new = seen_add(&l->seen, task);
			if (new == 0)
				rc = ctx_fail_at(ctx, E_CORRUPT, task,
				    "task 0x%llx is in two thread groups",
				    (unsigned long long)task);
			else if (new < 0)
				rc = ctx_fail(ctx, E_NOMEM, "out of memory");
			else {
				linux_obj_at(ctx, &o, task);
				rc = linux_s64(ctx, &o, LM_LINKS_TGID, &group);
				if (rc == 0 && group != tgid)
					rc = ctx_fail_at(ctx, E_CORRUPT, task,
					    "0x%llx is no thread of %d",
					    (unsigned long long)task, tgid);
				if (rc == 0)
					rc = add_task(ctx, l, &o);
			}
			if (rc != 0)
				break;
		}
		walk_fini(&w);
		if (rc == E_DONE)
			rc = 0;
	}
	linux_obj_fini(&o);
	if (rc != 0)
		ctx_chain(ctx, "threads of task 0x%llx",
		    (unsigned long long)leader);
	return (rc);
}

static bool
fatal(int rc)
{
	return (rc == E_NOMEM || rc == E_CANCELLED);
}

/* A leader and its threads; what is wrong with them is kept in *broken. */
static int
add_group(struct ctx *ctx, struct list *l, struct err *broken)
{
	uint64_t signal;
	int rc;

	rc = add_task(ctx, l, &l->task);
	if (rc == 0 && l->threads) {
		rc = linux_member(ctx, l->k, l->task.addr,
		    LM_TASK_SIGNAL, &signal);
		if (rc == 0)
			rc = add_threads(ctx, l, l->task.addr,
			    l->v[l->n - 1].tgid, signal);
	}
	if (fatal(rc) || rc == E_LIMIT)
		return (rc);
	if (rc != 0 && broken->code == 0)
		*broken = ctx->err;
	return (0);
}

/*
 * Follow the links one way until the head comes round again: 0.  A node counts
 * when it points back to where it was reached from, or at least claims to lead
 * its group, which a wild link does not.  Stops at tasks seen before.
 */
static int
chain(struct ctx *ctx, struct list *l, enum linux_member way,
    enum linux_member back, struct err *broken)
{
	uint64_t head, at, from, task, other, leader;
	size_t steps;
	int rc, new;

	head = l->init_task + linux_place(l->k, LM_TASK_TASKS)->offset;
	rc = linux_member(ctx, l->k, l->init_task, way, &at);
	for (from = head, steps = 0; rc == 0 && at != head; steps++) {
		if (steps % 1024 == 0 && (rc = ctx_check(ctx)) != 0)
			break;
		task = at - (head - l->init_task);
		linux_obj_at(ctx, &l->task, task);
		rc = linux_u64(ctx, &l->task, back, &other);
		if (rc == 0 && other != from && (linux_u64(ctx, &l->task,
		    LM_LINKS_LEADER, &leader) != 0 || leader != task))
			rc = ctx_fail_at(ctx, E_CORRUPT, task, "a link of the "
			    "task list leads to 0x%llx, where no task is",
			    (unsigned long long)task);
		if (rc != 0)
			break;
		new = seen_add(&l->seen, task);
		if (new == 0)
			return (ctx_fail_at(ctx, E_CORRUPT, task,
			    "the task list comes back to 0x%llx",
			    (unsigned long long)task));
		rc = new < 0 ? ctx_fail(ctx, E_NOMEM, "out of memory") :
		    add_group(ctx, l, broken);
		from = at;
		if (rc == 0)
			rc = linux_u64(ctx, &l->task, way, &at);
	}
	return (rc);
}

/* struct pid -> the task that has it as its pid. */
static int
pid_task(struct ctx *ctx, struct kernel *k, uint64_t pid, uint64_t *task)
{
	const struct linux_place *link = linux_place(k, LM_TASK_PID_LINK);
	uint64_t first;
	int rc;

	if (link->status != OK)
		return (ctx_fail(ctx, link->status,
		    "pids lead to tasks in an unknown way"));
	rc = linux_member(ctx, k, pid, LM_PID_TASK, &first);
	if (rc == 0 && first == 0)
		rc = ctx_fail(ctx, E_NOT_FOUND, "a pid without a task");
	if (rc == 0)
		*task = first - link->offset;
	return (rc);
}

static int
pid_table(struct ctx *ctx, struct kernel *k, uint64_t *table)
{
	int rc;

	rc = linux_root(ctx, k, "init_pid_ns", table);
	if (rc == 0 && !linux_has(k, LM_PIDS_IDR))
		rc = ctx_fail(ctx, E_NO_MEMBER,
		    "struct pid_namespace has no idr");
	if (rc == 0)
		*table += linux_place(k, LM_PIDS_IDR)->offset;
	return (rc);
}

/* Add the leaders that the table of pids knows and the list did not reach. */
static void
from_table(struct ctx *ctx, struct list *l, struct err *broken)
{
	struct walk w;
	uint64_t table, key, pid, task, leader;

	if (pid_table(ctx, l->k, &table) != 0 ||
	    walk_xarray(&w, ctx, &l->k->space, l->k->types, table) != 0)
		return;
	while (walk_next(&w, ctx, &key, &pid) == 0 && ctx_check(ctx) == 0) {
		if (pid_task(ctx, l->k, pid, &task) != 0 ||
		    linux_obj_at(ctx, &l->task, task) != 0 ||
		    linux_u64(ctx, &l->task, LM_LINKS_LEADER, &leader) != 0 ||
		    leader != task || seen_add(&l->seen, task) != 1)
			continue;
		if (add_group(ctx, l, broken) != 0)
			break;
	}
	walk_fini(&w);
}

/* Every CPU's idle task, which no list holds. */
static void
add_idle(struct ctx *ctx, struct list *l)
{
	struct linux_cpus cpus;
	uint64_t rq, off, task;
	int cpu, none;

	none = linux_cpus(ctx, l->k, "__cpu_possible_mask", &cpus);
	if (none == 0)
		none = linux_root(ctx, l->k, "runqueues", &rq);
	for (cpu = 0; none == 0 && (cpu = linux_cpu_next(&cpus, cpu)) >= 0;
	    cpu++) {
		if (linux_percpu(ctx, l->k, cpu, &off) != 0 ||
		    linux_member(ctx, l->k, rq + off, LM_RQ_IDLE_IDLE,
		    &task) != 0 || task == 0 || seen_add(&l->seen, task) != 1)
			continue;
		if (linux_obj_at(ctx, &l->task, task) == 0)
			add_task(ctx, l, &l->task);
	}
	/* CPU 0's, when the run queues could not be had. */
	if (seen_add(&l->seen, l->init_task) == 1 &&
	    linux_obj_at(ctx, &l->task, l->init_task) == 0)
		add_task(ctx, l, &l->task);
}

static int
by_pid(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	if (x->tgid != y->tgid)
		return (x->tgid < y->tgid ? -1 : 1);
	if (x->tid != y->tid)
		return (x->tid < y->tid ? -1 : 1);
	return (x->order < y->order ? -1 : x->order > y->order);
}

/* Collect the tasks; what went wrong on the way is in *broken. */
static int
collect(struct ctx *ctx, struct list *l, unsigned flags, struct err *broken)
{
	int rc;

	rc = linux_root(ctx, l->k, "init_task", &l->init_task);
	if (rc == 0)
		rc = linux_obj_init(ctx, &l->task, l->k, LT_LINKS);
	if (rc == 0 && !linux_has(l->k, LM_TASK_TASKS))
		rc = ctx_fail(ctx, E_NO_MEMBER, "task_struct has no tasks");
	if (rc != 0)
		return (rc);
	l->threads = (flags & OS_THREADS) != 0;
	rc = chain(ctx, l, LM_LINKS_NEXT, LM_LINKS_PREV, broken);
	if (rc != 0 && !fatal(rc)) {
		*broken = ctx->err;
		rc = chain(ctx, l, LM_LINKS_PREV, LM_LINKS_NEXT, broken);
		if (!fatal(rc))
			from_table(ctx, l, broken);
	}
	if (fatal(rc))
		return (rc);
	if ((flags & OS_IDLE) != 0)
		add_idle(ctx, l);
	if (l->n > 1)
		qsort(l->v, l->n, sizeof(*l->v), by_pid);
	return (0);
}

int
linux_procs(struct ctx *ctx, struct kernel *k, unsigned flags,
    int (*fn)(void *, struct ctx *, const struct os_proc *), void *arg)
{
	struct linux_task_reader reader;
	struct list l = { .k = k };
	struct arena arena;
	struct os_proc proc;
	struct err broken = { 0 };
	size_t i;
	int rc;

	arena_init(&arena);
	memset(&reader, 0, sizeof(reader));
	rc = collect(ctx, &l, flags, &broken);
	if (rc == 0)
		rc = linux_task_init(ctx, &reader, k, &arena,
		    (flags & OS_USAGE) != 0);
	for (i = 0; rc == 0 && i < l.n; i++) {
		if (i % 256 == 0 && (rc = ctx_check(ctx)) != 0)
			break;
		arena_reset(&arena);
		if (linux_task_read(ctx, &reader, l.v[i].task, &proc) == 0)
			rc = fn(arg, ctx, &proc);
		else if (broken.code == 0)
			broken = ctx->err;
	}
	linux_task_fini(&reader);
	linux_obj_fini(&l.task);
	seen_fini(&l.seen);
	free(l.v);
	arena_fini(&arena);
	if (rc == 0 && broken.code != 0) {
		ctx->err = broken;
		rc = ctx_chain(ctx, "the list of processes may be incomplete");
	}
	return (rc);
}

struct wanted {
	int		 tid;
	uint64_t	 task;
};

static int
is_wanted(void *arg, struct ctx *ctx, const struct os_proc *proc)
{
	struct wanted *w = arg;

	(void)ctx;
	if (proc->tid != w->tid)
		return (0);
	w->task = proc->task;
	return (1);
}

/* The task of a tid through the table of pids, which is sorted by them. */
static int
look_up(struct ctx *ctx, struct kernel *k, int tid, uint64_t *task)
{
	struct walk w;
	uint64_t table, key, pid, v;
	int rc;

	rc = pid_table(ctx, k, &table);
	if (rc == 0)
		rc = walk_xarray(&w, ctx, &k->space, k->types, table);
	if (rc != 0)
		return (rc);
	while ((rc = walk_next(&w, ctx, &key, &pid)) == 0 &&
	    key < (uint64_t)tid)
		continue;
	walk_fini(&w);
	if (rc == 0 && key != (uint64_t)tid)
		rc = E_DONE;
	if (rc == 0)
		rc = pid_task(ctx, k, pid, task);
	if (rc == 0)
		rc = linux_member(ctx, k, *task, LM_TASK_PID, &v);
	if (rc == 0 && v != (uint64_t)tid)
		rc = ctx_fail(ctx, E_CORRUPT, "the table of pids is wrong");
	return (rc);
}

int
linux_proc(struct ctx *ctx, struct kernel *k, int tid, struct arena *arena,
    struct os_proc *proc)
{
	struct linux_task_reader reader;
	struct wanted w = { .tid = tid };
	int rc;

	if (tid < 0 || tid > PID_MAX)
		return (ctx_fail(ctx, E_NOT_FOUND, "no process %d", tid));
	if (tid == 0)
		rc = linux_root(ctx, k, "init_task", &w.task);
	else {
		ctx->quiet++;
		rc = look_up(ctx, k, tid, &w.task);
		ctx->quiet--;
		/* Without the table, or where it is damaged: the lists. */
		if (rc != 0) {
			rc = linux_procs(ctx, k, OS_THREADS, is_wanted, &w);
			if (rc == 0)
				rc = ctx_fail(ctx, E_NOT_FOUND,
				    "no process %d", tid);
			else if (rc == 1)
				rc = 0;
		}
	}
	if (rc != 0)
		return (rc);
	rc = linux_task_init(ctx, &reader, k, arena, true);
	if (rc == 0)
		rc = linux_task_read(ctx, &reader, w.task, proc);
	linux_task_fini(&reader);
	return (rc);
}

/*
 * The per-CPU variable current_task; for a while it was a member of pcpu_hot
 * (e57ef2ed97c1, 6.2, to 6.14); else what the run queue says.
 */
int
linux_current(struct ctx *ctx, struct kernel *k, int cpu, uint64_t *task)
{
	struct linux_cpus cpus;
	uint64_t addr, off;
	int rc;

	ctx->quiet++;
	rc = linux_cpus(ctx, k, "__cpu_possible_mask", &cpus);
	ctx->quiet--;
	if (rc == 0 && (cpu < 0 || linux_cpu_next(&cpus, cpu) != cpu))
		return (ctx_fail(ctx, E_NOT_FOUND, "there is no CPU %d", cpu));
	rc = linux_percpu(ctx, k, cpu, &off);
	if (rc != 0)
		return (rc);
	ctx->quiet++;
	if (linux_root(ctx, k, "current_task", &addr) == 0)
		rc = space_ptr(ctx, &k->space, addr + off, task);
	else if (linux_root(ctx, k, "pcpu_hot", &addr) == 0)
		rc = linux_member(ctx, k, addr + off, LM_HOT_CURRENT, task);
	else
		rc = E_NO_SYMBOL;
	ctx->quiet--;
	if (rc != 0) {
		rc = linux_root(ctx, k, "runqueues", &addr);
		if (rc == 0)
			rc = linux_member(ctx, k, addr + off, LM_RQ_IDLE_CURR,
			    task);
	}
	return (rc == 0 ? 0 : ctx_chain(ctx, "the task on CPU %d", cpu));
}
