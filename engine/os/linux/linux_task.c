/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One task: what /proc/PID/stat, status and comm say of it, read from its
 * task_struct and the structures around that.
 */
#include "engine/os/linux/linux_read.h"

#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

/* task->flags, linux/sched.h. */
#define PF_IDLE		0x00000002
#define PF_WQ_WORKER	0x00000020
#define PF_KTHREAD	0x00200000

/* task->__state and exit_state, linux/sched.h; these bits since 4.14. */
#define TASK_UNINTERRUPTIBLE	0x0002
#define TASK_REPORT		0x007f
#define TASK_NOLOAD		0x0400
#define TASK_RTLOCK_WAIT	0x1000
#define TASK_FROZEN		0x8000
#define TASK_IDLE		(TASK_UNINTERRUPTIBLE | TASK_NOLOAD)
#define EXIT_STATES		0x0030

/* Places in mm->rss_stat, linux/mm_types_task.h; [2] counts swap entries. */
static const unsigned rss_counters[] = { 0, 1, 3 };	/* file, anon, shmem */

#define COMM_MAX	64		/* a kernel thread's full name */

/*
 * task_state_index() of linux/sched.h: the highest bit set counts; a task that
 * waits for a lock of PREEMPT_RT or is frozen is shown as uninterruptible.
 */
char
linux_state(uint64_t state, uint64_t exit_state)
{
	static const char letters[] = "RSDTtXZP";
	uint64_t bits;

	if ((state & TASK_IDLE) == TASK_IDLE && (exit_state & EXIT_STATES) == 0)
		return ('I');
	bits = (state | exit_state) & TASK_REPORT;
	if ((state & (TASK_RTLOCK_WAIT | TASK_FROZEN)) != 0)
		bits = TASK_UNINTERRUPTIBLE;
	return (letters[bits == 0 ? 0 : 64 - __builtin_clzll(bits)]);
}

/* THREAD_SIZE is the size of the union of a stack and what lies in it. */
uint64_t
linux_stack_size(struct ctx *ctx, struct kernel *k)
{
	struct typeref ref;
	uint64_t start, end, size;
	int found;

	size = 0;
	ctx->quiet++;
	if (k->types != NULL &&
	    type_find(ctx, k->types, "union thread_union", &ref) == 0)
		type_size(ctx, k->types, ref, &size);
	/* Else the linker script has the symbols around init's. */
	if (size == 0) {
		found = linux_root(ctx, k, "__start_init_stack", &start) == 0 &&
		    linux_root(ctx, k, "__end_init_stack", &end) == 0;
		if (!found)
			found = linux_root(ctx, k, "__start_init_task",
			    &start) == 0 && linux_root(ctx, k,
			    "__end_init_task", &end) == 0;
		size = found ? end - start : 0;
	}
	ctx->quiet--;
	ctx_clear(ctx);
	if (size < 4096 || size > 1 << 20 || (size & (size - 1)) != 0)
		size = 4 * linux_page_size(k);	/* x86-64, arm64 */
	return (size);
}

static int
percpu_offsets(struct ctx *ctx, struct linux_task_reader *t)
{
	struct linux_cpus cpus;
	uint64_t off;
	int cpu, rc;

	rc = linux_cpus(ctx, t->k, "__cpu_possible_mask", &cpus);
	if (rc != 0)
		return (rc);
	t->percpu = calloc(linux_cpu_count(&cpus) + 1, sizeof(*t->percpu));
	if (t->percpu == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	for (cpu = 0; (cpu = linux_cpu_next(&cpus, cpu)) >= 0; cpu++) {
		rc = linux_percpu(ctx, t->k, cpu, &off);
		if (rc != 0)
			return (rc);
		t->percpu[t->ncpus++] = off;
	}
	return (0);
}

int
linux_task_init(struct ctx *ctx, struct linux_task_reader *t, struct kernel *k,
    struct arena *arena, bool usage)
{
	int rc;

	memset(t, 0, sizeof(*t));
	t->k = k;
	t->arena = arena;
	t->usage = usage;
	rc = linux_obj_init(ctx, &t->task, k, LT_TASK);
	if (rc != 0)
		return (rc);
	ctx->quiet++;
	if (usage)
		(void)linux_obj_init(ctx, &t->used, k, LT_USAGE);
	if (linux_obj_init(ctx, &t->mm, k, LT_MM) == 0 &&
	    linux_has(k, LM_MM_RSS_CPUS) && percpu_offsets(ctx, t) != 0)
		t->ncpus = 0;
	ctx->quiet--;
	ctx_clear(ctx);
	return (0);
}

void
linux_task_fini(struct linux_task_reader *t)
{
	linux_obj_fini(&t->task);
	linux_obj_fini(&t->mm);
	linux_obj_fini(&t->used);
	free(t->percpu);
	memset(t, 0, sizeof(*t));
}

/* A number of the task, as a cell. */
static struct os_u64
cell(struct ctx *ctx, const struct linux_obj *o, enum linux_member m)
{
	struct os_u64 c = { 0 };

	c.status = linux_u64(ctx, o, m, &c.v);
	return (c);
}

static struct os_double
seconds(struct ctx *ctx, const struct linux_obj *o, enum linux_member m)
{
	struct os_double c = { 0 };
	uint64_t ns;

	c.status = linux_u64(ctx, o, m, &ns);
	if (c.status == 0)
		c.v = (double)ns / 1e9;
	return (c);
}

/*
 * Pages of the process that are in memory.  Up to 6.1 mm->rss_stat is an array
 * of counters; from 6.2 (f1a7941243c1) an array of struct percpu_counter: a sum
 * and what each CPU has not added yet.  A counter can be below zero for a
 * moment, which the kernel shows as 0.
 */
static int
rss_pages(struct ctx *ctx, struct linux_task_reader *t, uint64_t *pages)
{
	const struct linux_place *p = linux_place(t->k, LM_MM_RSS_COUNT);
	const struct linux_place *cpus = linux_place(t->k, LM_MM_RSS_CPUS);
	const struct linux_place *second = linux_place(t->k, LM_MM_RSS_SECOND);
	uint64_t counters, off, stride, v;
	unsigned size;
	int64_t n;
	size_t i, cpu;
	uint8_t raw[8];
	uint32_t part;
	int rc;

	stride = t->k->space.ptr_size;
	if (linux_has(t->k, LM_MM_RSS_ARRAY))
		p = linux_place(t->k, LM_MM_RSS_ARRAY);
	else if (p->status == OK && second->status == OK)
		stride = second->offset - p->offset;
	if (p->status != OK)
		return (p->status);
	size = cpus->status == OK ? 8 : t->k->space.ptr_size;
	*pages = 0;
	for (i = 0; i < 3; i++) {
		off = rss_counters[i] * stride;
		rc = linux_obj_bytes(ctx, &t->mm, p->offset + off, raw, size);
		if (rc != 0)
			return (rc);
		n = (int64_t)load_uint(raw, size, t->k->space.be);
		if (cpus->status == OK) {
			rc = linux_obj_bytes(ctx, &t->mm, cpus->offset + off,
			    raw, t->k->space.ptr_size);
			if (rc != 0)
				return (rc);
			counters = load_uint(raw, t->k->space.ptr_size,
			    t->k->space.be);
			for (cpu = 0; cpu < t->ncpus; cpu++) {
				rc = space_u32(ctx, &t->k->space,
				    counters + t->percpu[cpu], &part);
				if (rc != 0)
					return (rc);
				n = (int64_t)((uint64_t)n +
				    (uint64_t)(int64_t)(int32_t)part);
			}
		}
		v = n > 0 ? (uint64_t)n : 0;
		if (!add_ok(*pages, v, pages))
			return (E_CORRUPT);
	}
	return (0);
}

static void
read_mm(struct ctx *ctx, struct linux_task_reader *t, struct os_proc *proc)
{
	uint64_t page = linux_page_size(t->k);

	if (proc->mm == 0)
		return;			/* 0 bytes, as /proc says */
	linux_obj_at(ctx, &t->mm, proc->mm);
	proc->vsz = cell(ctx, &t->mm, LM_MM_TOTAL_VM);
	proc->rss.status = rss_pages(ctx, t, &proc->rss.v);
	if (__builtin_mul_overflow(proc->vsz.v, page, &proc->vsz.v))
		proc->vsz.status = E_CORRUPT;
	if (__builtin_mul_overflow(proc->rss.v, page, &proc->rss.v))
		proc->rss.status = E_CORRUPT;
}

/* A pointer to a function as its name, else as a number. */
static const char *
function_name(struct linux_task_reader *t, uint64_t addr)
{
	char buf[256];

	if (addr == 0)
		return ("");
	if (!sym_format(&t->k->symbols, addr, buf, sizeof(buf)))
		return (arena_printf(t->arena, "0x%llx",
		    (unsigned long long)addr));
	return (arena_strdup(t->arena, buf));
}

/*
 * A kworker's description is the name of the workqueue whose work it does or
 * did last (kernel/workqueue.c, process_one_work); where there is none yet, the
 * function tells more than nothing.
 */
static struct os_text
read_work(struct ctx *ctx, struct linux_task_reader *t, uint64_t worker)
{
	struct os_text work = { .s = "" };
	struct linux_obj o;
	uint64_t func;

	work.status = linux_obj_init(ctx, &o, t->k, LT_WORKER);
	if (work.status == 0)
		work.status = linux_obj_at(ctx, &o, worker);
	if (work.status == 0)
		work.status = linux_obj_text(ctx, &o, LM_WORKER_DESC, t->arena,
		    &work.s);
	if (work.status == 0 && work.s[0] == '\0' &&
	    ((linux_u64(ctx, &o, LM_WORKER_FUNC, &func) == 0 && func != 0) ||
	    linux_u64(ctx, &o, LM_WORKER_LAST_FUNC, &func) == 0))
		work.s = function_name(t, func);
	linux_obj_fini(&o);
	return (work);
}

static void
learned(struct linux_kept *kept, unsigned what)
{
	kept->known |= what;
	kept->fresh = true;
}

/*
 * A kernel thread has a struct kthread behind task->worker_private (before
 * 5.17, e32cf5dfbe22, behind set_child_tid): its full name where comm was too
 * short (d6986ce24fc0), and for a kworker its struct worker.  A workqueue's
 * thread is shown by its full name only where all of them are called kworker.
 */
static void
read_kthread(struct ctx *ctx, struct linux_task_reader *t, uint64_t flags,
    struct linux_kept *kept, struct os_proc *proc)
{
	uint64_t kthread, p;
	const char *name;

	if ((kept->known & LINUX_KEPT_THREAD) != 0) {
		if (kept->name[0] != '\0')
			proc->comm.s = kept->name;
		proc->work.s = kept->work;
		return;
	}
	if (linux_u64(ctx, &t->task, LM_TASK_KTHREAD, &kthread) != 0 ||
	    kthread == 0)
		return;
	if (linux_member(ctx, t->k, kthread, LM_KTHREAD_FULL_NAME, &p) == 0 &&
	    p != 0 && linux_text(ctx, t->k, p, COMM_MAX, t->arena,
	    &name) == 0 && ((flags & PF_WQ_WORKER) == 0 ||
	    strncmp(name, "kworker/", 8) == 0))
		proc->comm.s = kept->name = name;
	else
		kept->name = "";
	if ((flags & PF_WQ_WORKER) != 0 &&
	    linux_member(ctx, t->k, kthread, LM_KTHREAD_DATA, &p) == 0 && p != 0)
		proc->work = read_work(ctx, t, p);
	kept->work = proc->work.s;
	if (proc->work.status == OK)
		learned(kept, LINUX_KEPT_THREAD);
}

/* How often it has left a CPU tells whether it has run. */
static void
read_switches(struct ctx *ctx, struct linux_task_reader *t,
    struct os_proc *proc)
{
	struct os_usage *u = &proc->usage;

	u->status = linux_u64(ctx, &t->task, LM_TASK_NVCSW, &u->nvcsw);
	if (u->status == OK)
		u->status = linux_u64(ctx, &t->task, LM_TASK_NIVCSW,
		    &u->nivcsw);
	proc->on_cpu = cell(ctx, &t->task, LM_TASK_ON_CPU);
}

/* Whose parent ends gets another. */
static void
read_parent(struct ctx *ctx, struct linux_task_reader *t,
    struct linux_kept *kept, struct os_proc *proc)
{
	uint64_t parent, tgid;

	if (linux_u64(ctx, &t->task, LM_TASK_PARENT, &parent) != 0 ||
	    parent == 0)
		return;
	if ((kept->known & LINUX_KEPT_PARENT) != 0 &&
	    kept->parent == parent) {
		proc->ppid = kept->ppid;
	} else if (linux_member(ctx, t->k, parent, LM_TASK_TGID, &tgid) == 0) {
		proc->ppid = kept->ppid = (int)(int32_t)tgid;
		kept->parent = parent;
		learned(kept, LINUX_KEPT_PARENT);
	}
}

/* The effective user; credentials are never changed, only changed for others. */
static void
read_uid(struct ctx *ctx, struct linux_task_reader *t, struct linux_kept *kept,
    struct os_proc *proc)
{
	uint64_t cred;

	if ((kept->known & LINUX_KEPT_UID) != 0) {
		proc->uid.v = kept->uid;
		return;
	}
	proc->uid.status = linux_u64(ctx, &t->task, LM_TASK_CRED, &cred);
	if (proc->uid.status == 0)
		proc->uid.status = linux_member(ctx, t->k, cred, LM_CRED_EUID,
		    &proc->uid.v);
	if (proc->uid.status == 0) {
		kept->uid = proc->uid.v;
		learned(kept, LINUX_KEPT_UID);
	}
}

static void
read_wchan(struct ctx *ctx, struct linux_task_reader *t,
    struct linux_kept *kept, struct os_proc *proc)
{
	if ((kept->known & LINUX_KEPT_WCHAN) != 0) {
		proc->wchan.s = kept->wchan;
		return;
	}
	proc->wchan.status = linux_wchan(ctx, t->k, proc, &proc->wchan.s);
	if (proc->wchan.status == 0) {
		kept->wchan = proc->wchan.s;
		learned(kept, LINUX_KEPT_WCHAN);
	}
}

int
linux_task_read(struct ctx *ctx, struct linux_task_reader *t, uint64_t task,
    struct os_proc *proc)
{
	uint64_t state, exit_state, flags, p;
	struct linux_kept kept;
	int64_t pid, tgid;
	int rc;

	memset(proc, 0, sizeof(*proc));
	proc->task = task;
	linux_obj_at(ctx, &t->task, task);
	rc = linux_s64(ctx, &t->task, LM_TASK_PID, &pid);
	if (rc == 0)
		rc = linux_s64(ctx, &t->task, LM_TASK_TGID, &tgid);
	if (rc != 0)
		return (ctx_chain(ctx, "task 0x%llx",
		    (unsigned long long)task));
	ctx->quiet++;
	proc->tid = (int)pid;
	proc->pid = (int)tgid;
	proc->is_thread = pid != tgid;
	proc->comm.s = "";
	proc->comm.status = linux_obj_text(ctx, &t->task, LM_TASK_COMM,
	    t->arena, &proc->comm.s);
	proc->wchan.s = proc->work.s = "";
	proc->cpu = cell(ctx, &t->task, LM_TASK_CPU);
	proc->start = seconds(ctx, &t->task, LM_TASK_START);
	/* The clock of the scheduler, which runs from boot on. */
	proc->last_run = seconds(ctx, &t->task, LM_TASK_LAST_RUN);
	if (linux_u64(ctx, &t->task, LM_TASK_FLAGS, &flags) != 0)
		flags = 0;
	proc->is_kthread = (flags & PF_KTHREAD) != 0;
	proc->is_idle = pid == 0 && (flags & PF_IDLE) != 0;
	if (linux_u64(ctx, &t->task, LM_TASK_MM, &p) == 0 && !proc->is_kthread)
		proc->mm = p;
	read_mm(ctx, t, proc);
	if (t->usage)
		linux_task_usage(ctx, t, proc);
	else if (t->k->live)
		read_switches(ctx, t, proc);
	linux_kept_get(t->k, proc, t->arena, &kept);
	read_parent(ctx, t, &kept, proc);
	read_uid(ctx, t, &kept, proc);
	if (proc->is_kthread && pid != 0)
		read_kthread(ctx, t, flags, &kept, proc);

	proc->state = '?';
	if (linux_u64(ctx, &t->task, LM_TASK_STATE, &state) == 0 &&
	    linux_u64(ctx, &t->task, LM_TASK_EXIT_STATE, &exit_state) == 0) {
		proc->state = linux_state(state, exit_state);
		if (proc->state != 'R' && exit_state == 0) {
			read_wchan(ctx, t, &kept, proc);
		}
	}
	if (kept.fresh)
		linux_kept_put(t->k, proc, &kept);
	ctx->quiet--;
	ctx_clear(ctx);
	return (0);
}
