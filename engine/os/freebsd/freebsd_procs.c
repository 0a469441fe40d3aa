/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes: the list allproc (in older kernels zombproc besides), in each
 * struct proc a list of struct thread, sys/sys/proc.h.  New processes come
 * first in the lists; here they come in the order of their numbers.
 */
#include "engine/os/freebsd/freebsd.h"

#include "base/hash.h"
#include "base/vec.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROCS_MAX	(UINT32_C(1) << 20)	/* more are not believable */
#define THREADS_MAX	(UINT32_C(1) << 20)	/* of all processes */

/* enum proc_state, p_flag, thread states and inhibitors: sys/sys/proc.h. */
#define PRS_ZOMBIE	2
#define P_KPROC		0x4
#define TDS_INHIBITED	1
#define TDI_SUSPENDED	0x1
#define TDI_SLEEPING	0x2
#define TDI_LOCK	0x8
#define TDI_IWAIT	0x10
#define TDF_SINTR	0x8

struct entry {
	uint64_t addr;
	int	 pid;
	bool	 zombie;		/* in the list of zombies */
};

/* A number of struct os_proc (offset "to") that lies in a structure. */
struct number {
	enum freebsd_member member;
	uint8_t		 size;
	uint16_t	 to;
};

#define TO(field)	offsetof(struct os_proc, field)

static const struct number of_proc[] = {
	{ FM_PROC_NTHREADS, 4, TO(nthreads) },
	{ FM_PROC_EXIT, 4, TO(exit_code) },
	{ FM_PROC_NICE, 1, TO(nice) },
	{ 0 },
};
static const struct number of_cred[] = {
	{ FM_CRED_UID, 4, TO(uid) },
	{ FM_CRED_RUID, 4, TO(ruid) },
	{ FM_CRED_SVUID, 4, TO(svuid) },
	{ FM_CRED_RGID, 4, TO(rgid) },
	{ FM_CRED_SVGID, 4, TO(svgid) },
	{ 0 },
};
static const struct number of_pgrp[] = {
	{ FM_PGRP_ID, 4, TO(pgid) },
	{ 0 },
};
static const struct number of_session[] = {
	{ FM_SESSION_ID, 4, TO(sid) },
	{ 0 },
};
static const struct number of_vmspace[] = {
	{ FM_VM_SIZE, 0, TO(vsz) },
	{ FM_VM_RESIDENT, 0, TO(rss) },
	{ FM_VM_TEXT, 0, TO(text) },
	{ FM_VM_DATA, 0, TO(data) },
	{ FM_VM_STACK, 0, TO(stack) },
	{ 0 },
};

struct walk {
	struct kernel	*k;
	unsigned	 flags;
	int	       (*fn)(void *, struct ctx *, const struct os_proc *);
	void		*arg;
	struct entry	*procs;
	size_t		 n, cap;
	struct seen	 seen, threads;
	struct err	 broken;	/* the first thing that was */
	char		 comm[FREEBSD_NAME], name[FREEBSD_NAME];
	char		 both[2 * FREEBSD_NAME + 2];
	char		 wmesg[64], main_wmesg[64];
};

static void
note_broken(struct ctx *ctx, struct walk *w)
{
	if (w->broken.code == 0)
		w->broken = ctx->err;
	ctx_clear(ctx);
}

static bool
is_fatal(int rc)
{
	return (rc == E_CANCELLED || rc == E_NOMEM);
}

/* Link a node in: 1 = new, else the status. */
static int
visit_node(struct ctx *ctx, struct seen *seen, uint64_t addr, uint32_t max)
{
	int rc;

	rc = ctx_check(ctx);
	if (rc != 0)
		return (rc);
	if (seen->count >= max)
		return (ctx_fail_at(ctx, E_LIMIT, addr, "more than %u nodes",
		    max));
	rc = seen_add(seen, addr);
	if (rc < 0)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	if (rc == 0)
		return (ctx_fail_at(ctx, E_CORRUPT, addr, "the list comes back "
		    "to 0x%llx", (unsigned long long)addr));
	return (1);
}

static int
gather(struct ctx *ctx, struct walk *w, const char *list, bool zombie)
{
	struct kernel *k = w->k;
	uint64_t addr, pid;
	int rc;

	rc = freebsd_symbol(ctx, k, list, &addr);
	if (rc != 0)
		return (rc);		/* and it was named */
	rc = space_ptr(ctx, &k->space, addr, &addr);
	while (rc == 0 && addr != 0) {
		rc = visit_node(ctx, &w->seen, addr, PROCS_MAX);
		if (rc != 1)
			break;
		rc = freebsd_get(ctx, k, addr, FM_PROC_PID, 4, &pid);
		if (rc == 0) {
			if (!vec_room(w->procs, w->cap, w->n + 1))
				return (ctx_fail(ctx, E_NOMEM,
				    "out of memory"));
			w->procs[w->n++] = (struct entry){ addr,
			    (int)(int32_t)pid, zombie };
		} else
			note_broken(ctx, w);
		rc = freebsd_get(ctx, k, addr, FM_PROC_LIST, 0, &addr);
	}
	return (rc < 0 ? ctx_chain(ctx, "%s", list) : 0);
}

static int
by_pid(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return (x->pid != y->pid ? (x->pid < y->pid ? -1 : 1) :
	    x->addr < y->addr ? -1 : x->addr > y->addr);
}

static struct os_u64
get(struct ctx *ctx, struct kernel *k, uint64_t base, enum freebsd_member m,
    unsigned size)
{
	struct os_u64 v = { 0, 0 };

	v.status = freebsd_get(ctx, k, base, m, size, &v.v);
	return (v);
}

/* An array of characters that need not end. */
static struct os_text
name_at(struct ctx *ctx, struct kernel *k, uint64_t base,
    enum freebsd_member m, char buf[FREEBSD_NAME])
{
	struct os_text t = { buf, 0 };
	uint64_t addr;

	t.status = freebsd_at(ctx, k, base, m, &addr);
	if (t.status == 0)
		t.status = space_text(ctx, &k->space, addr, buf, FREEBSD_NAME);
	return (t);
}

/* The letter that /proc/PID/stat would show. */
static char
state_of(struct ctx *ctx, struct kernel *k, uint64_t td)
{
	struct os_u64 flags, inhibitors, state;

	state = get(ctx, k, td, FM_TD_STATE, 4);
	if (state.status != 0)
		return ('?');
	if (state.v != TDS_INHIBITED)
		return ('R');
	inhibitors = get(ctx, k, td, FM_TD_INHIBITORS, 4);
	flags = get(ctx, k, td, FM_TD_FLAGS, 4);
	if (inhibitors.status != 0)
		return ('?');
	if (inhibitors.v & TDI_SLEEPING)
		return (flags.status == 0 && flags.v & TDF_SINTR ? 'S' : 'D');
	if (inhibitors.v & TDI_LOCK)
		return ('D');
	if (inhibitors.v & TDI_IWAIT)
		return ('I');
	return (inhibitors.v & TDI_SUSPENDED ? 'T' : '?');
}

/* What the kernel's own variables do not place is unknown without types. */
static void
fill_unknown(struct os_proc *p)
{
	const struct os_u64 number = { 0, E_NO_TYPE };
	const struct os_double seconds = { 0, E_NO_TYPE };
	const struct os_usage usage = { .status = E_NO_TYPE };

	*p = (struct os_proc){
		.ppid = -1, .state = '?', .cpu = number, .uid = number,
		.vsz = number, .rss = number, .start = seconds,
		.last_run = seconds, .wchan = { NULL, E_NO_TYPE },
		.work = { "", 0 }, .mm = OS_UNKNOWN,
		.pgid = number, .sid = number, .tpgid = number, .tty = number,
		.ruid = number, .svuid = number, .rgid = number,
		.egid = number, .svgid = number, .ngroups = number,
		.on_cpu = number, .nice = number, .priority = number,
		.nthreads = number, .exit_code = number, .tracer = number,
		.usage = usage, .usage_ended = usage, .usage_children = usage,
		.max_rss = number, .text = number, .data = number,
		.stack = number,
	};
}

/* Numbers of a structure at base; size 0: a long's, those being pages. */
static void
fill_numbers(struct ctx *ctx, struct kernel *k, struct os_u64 base,
    const struct number *v, struct os_proc *p)
{
	const unsigned shift = k->space.form != NULL ?
	    k->space.form->page_shift : 0;
	struct os_u64 *to;

	if (base.status == 0 && base.v == 0)
		base.status = E_NOT_FOUND;
	for (; v->to != 0; v++) {
		to = (struct os_u64 *)((char *)p + v->to);
		*to = base.status != 0 ? base :
		    get(ctx, k, base.v, v->member, v->size);
		if (v->size == 0 && to->status == 0 && v->member != FM_VM_SIZE)
			to->v <<= shift;
	}
}

/* struct timeval, since boot: two longs, or time_t of 64 bits and a long. */
static struct os_double
start_of(struct ctx *ctx, struct kernel *k, uint64_t proc)
{
	struct os_double start = { 0, 0 };
	struct os_u64 sec;
	uint64_t addr, usec;

	sec = get(ctx, k, proc, FM_PROC_STATS, 0);
	start.status = sec.status;
	if (start.status == 0)
		start.status = freebsd_at(ctx, k, sec.v, FM_STATS_START, &addr);
	if (start.status == 0)
		start.status = space_uint(ctx, &k->space, addr,
		    k->arch == &arch_i386 ? 4 : 8, &sec.v);
	if (start.status == 0)
		start.status = space_uint(ctx, &k->space, addr +
		    (k->arch == &arch_i386 ? 4 : 8), 4, &usec);
	if (start.status == 0 && (sec.v > UINT64_C(1) << 40 || usec > 999999))
		start.status = E_CORRUPT;
	if (start.status == 0)
		start.v = (double)sec.v + (double)usec / 1e6;
	return (start);
}

static void
fill_proc(struct ctx *ctx, struct walk *w, const struct entry *e,
    struct os_proc *p)
{
	const struct os_u64 self = { e->addr, 0 };
	struct kernel *k = w->k;
	struct os_u64 v;

	fill_unknown(p);
	p->task = p->group = e->addr;
	p->pid = p->tid = e->pid;
	p->comm = name_at(ctx, k, e->addr, FM_PROC_COMM, w->comm);
	v = get(ctx, k, e->addr, FM_PROC_PPTR, 0);
	if (v.status == 0) {
		if (v.v != 0)
			v = get(ctx, k, v.v, FM_PROC_PID, 4);
		if (v.status == 0)
			p->ppid = (int)(int32_t)v.v;
	}
	fill_numbers(ctx, k, self, of_proc, p);
	if (p->nice.status == 0)
		p->nice.v = (uint64_t)(int64_t)(int8_t)p->nice.v;
	v = get(ctx, k, e->addr, FM_PROC_UCRED, 0);
	fill_numbers(ctx, k, v, of_cred, p);
	v = get(ctx, k, e->addr, FM_PROC_PGRP, 0);
	fill_numbers(ctx, k, v, of_pgrp, p);
	if (v.status == 0 && v.v != 0)
		v = get(ctx, k, v.v, FM_PGRP_SESSION, 0);
	fill_numbers(ctx, k, v, of_session, p);
	v = get(ctx, k, e->addr, FM_PROC_FLAG, 4);
	p->is_kthread = v.status == 0 && (v.v & P_KPROC) != 0;
	v = get(ctx, k, e->addr, FM_PROC_VMSPACE, 0);
	p->mm = v.status != 0 ? OS_UNKNOWN : p->is_kthread ? 0 : v.v;
	fill_numbers(ctx, k, v, of_vmspace, p);
	p->start = start_of(ctx, k, e->addr);
	v = get(ctx, k, e->addr, FM_PROC_STATE, 4);
	if (e->zombie || (v.status == 0 && v.v == PRS_ZOMBIE))
		p->state = 'Z';
	ctx_clear(ctx);
}

static void
fill_thread(struct ctx *ctx, struct walk *w, uint64_t td, struct os_proc *p)
{
	struct kernel *k = w->k;
	struct os_u64 v;

	p->task = td;
	v = get(ctx, k, td, FM_TD_ONCPU, 4);
	p->cpu = v;
	p->on_cpu.status = v.status;
	p->on_cpu.v = 0;
	if (v.status == 0 && (int32_t)v.v == FREEBSD_NOCPU)
		p->cpu.status = E_NOT_FOUND;
	else if (v.status == 0)
		p->on_cpu.v = 1;
	if (p->state != 'Z')
		p->state = p->on_cpu.status == 0 && p->on_cpu.v ? 'R' :
		    state_of(ctx, k, td);
	p->priority = get(ctx, k, td, FM_TD_PRIORITY, 1);
	v = get(ctx, k, td, FM_TD_WMESG, 0);
	p->wchan.s = "";
	p->wchan.status = v.status;
	if (v.status == 0 && v.v != 0) {
		p->wchan.status = space_text(ctx, &k->space, v.v, w->wmesg,
		    sizeof(w->wmesg));
		p->wchan.s = w->wmesg;
	}
	ctx_clear(ctx);
}

/* As ps -H names a thread that has a name of its own, bin/ps/print.c. */
static void
name_thread(struct ctx *ctx, struct walk *w, uint64_t td, struct os_proc *p)
{
	struct os_text name;

	name = name_at(ctx, w->k, td, FM_TD_NAME, w->name);
	ctx_clear(ctx);
	if (name.status != 0 || name.s[0] == '\0' || p->comm.status != 0 ||
	    strcmp(name.s, p->comm.s) == 0)
		return;
	snprintf(w->both, sizeof(w->both), "%s/%s", p->comm.s, name.s);
	p->process_name = p->comm;
	p->thread_name = name;
	p->comm.s = w->both;
}

/* The better of two to stand for a process: it wrote the dump, or it runs. */
static unsigned
rank_of(const struct freebsd_os *f, const struct os_proc *p)
{
	if (f->dumptid.status == 0 && p->tid == (int)(int32_t)f->dumptid.v)
		return (3);
	return (p->on_cpu.status == 0 && p->on_cpu.v ? 2 : 1);
}

/*
 * A thread: its own row, or it may stand for its process, *best being the rank
 * of what does so far.  One without a number that can be read is none.
 */
static int
visit_thread(struct ctx *ctx, struct walk *w, uint64_t td, unsigned *n,
    struct os_proc *main, unsigned *best)
{
	const struct freebsd_os *f = freebsd_of(w->k);
	struct os_proc p = *main;
	uint64_t tid;
	int rc;

	rc = freebsd_get(ctx, w->k, td, FM_TD_TID, 4, &tid);
	if (rc != 0) {
		note_broken(ctx, w);
		return (0);
	}
	p.tid = (int)(int32_t)tid;
	fill_thread(ctx, w, td, &p);
	if (w->flags & OS_THREADS) {
		p.is_thread = *n > 0;
		name_thread(ctx, w, td, &p);
		rc = w->fn(w->arg, ctx, &p);
	} else if (rank_of(f, &p) > *best) {
		*best = rank_of(f, &p);
		*main = p;
		if (p.wchan.s == w->wmesg) {
			memcpy(w->main_wmesg, w->wmesg, sizeof(w->wmesg));
			main->wchan.s = w->main_wmesg;
		}
	}
	++*n;
	return (rc);
}

/* One row for each thread, or one for the process. */
static int
visit_proc(struct ctx *ctx, struct walk *w, const struct entry *e)
{
	struct os_proc main;
	uint64_t td;
	unsigned best, n;
	int rc;

	fill_proc(ctx, w, e, &main);
	main.cpu.status = E_NOT_FOUND;
	n = best = 0;
	rc = freebsd_get(ctx, w->k, e->addr, FM_PROC_THREADS, 0, &td);
	while (rc == 0 && td != 0) {
		rc = visit_node(ctx, &w->threads, td, THREADS_MAX);
		if (rc != 1)
			break;
		rc = visit_thread(ctx, w, td, &n, &main, &best);
		if (rc != 0)
			return (rc);
		rc = freebsd_get(ctx, w->k, td, FM_TD_PLIST, 0, &td);
	}
	if (is_fatal(rc))
		return (rc);
	if (rc != 0) {
		ctx_chain(ctx, "threads of process %d", e->pid);
		note_broken(ctx, w);
	}
	/* A process without threads that can be read is one all the same. */
	if ((w->flags & OS_THREADS) && n > 0)
		return (0);
	return (w->fn(w->arg, ctx, &main));
}

int
freebsd_procs(struct ctx *ctx, struct kernel *k, unsigned flags,
    int (*fn)(void *, struct ctx *, const struct os_proc *), void *arg)
{
	struct walk w = { .k = k, .flags = flags, .fn = fn, .arg = arg };
	size_t i;
	int rc;

	rc = gather(ctx, &w, "allproc", false);
	if (rc < 0 && !is_fatal(rc) && w.n > 0) {
		note_broken(ctx, &w);
		rc = 0;
	}
	if (rc == 0 && sym_find(&k->symbols, "zombproc") != NULL) {
		rc = gather(ctx, &w, "zombproc", true);
		if (rc < 0 && !is_fatal(rc)) {
			note_broken(ctx, &w);
			rc = 0;
		}
	}
	if (w.n > 0)
		qsort(w.procs, w.n, sizeof(*w.procs), by_pid);
	for (i = 0; rc == 0 && i < w.n; i++)
		rc = visit_proc(ctx, &w, &w.procs[i]);
	free(w.procs);
	seen_fini(&w.seen);
	seen_fini(&w.threads);
	if (rc == 0 && w.broken.code != 0) {
		ctx->err = w.broken;
		rc = w.broken.code;
	}
	return (rc < 0 ? ctx_chain(ctx, "processes") : rc);
}

/* --- One of them ---------------------------------------------------------- */

struct pick {
	int		 tid;
	int		 cpu;
	struct os_proc	*proc;
	struct arena	*arena;
	bool		 found;
};

static const char *
keep(struct arena *arena, struct os_text *t)
{
	if (t->status == 0 && t->s != NULL &&
	    (t->s = arena_strdup(arena, t->s)) == NULL)
		t->status = E_NOMEM;
	return (t->s);
}

static int
if_tid(void *arg, struct ctx *ctx, const struct os_proc *p)
{
	struct pick *pick = arg;

	(void)ctx;
	if (p->tid != pick->tid && p->pid != pick->tid)
		return (0);
	*pick->proc = *p;
	pick->proc->process_name.s = pick->proc->thread_name.s = NULL;
	keep(pick->arena, &pick->proc->comm);
	keep(pick->arena, &pick->proc->wchan);
	pick->found = true;
	return (1);
}

/* A number is a process's or a thread's: those begin above all processes'. */
int
freebsd_proc(struct ctx *ctx, struct kernel *k, int tid, struct arena *arena,
    struct os_proc *p)
{
	struct pick pick = { .tid = tid, .proc = p, .arena = arena };
	int rc;

	rc = freebsd_procs(ctx, k, 0, if_tid, &pick);
	if (!pick.found && !is_fatal(rc)) {
		ctx_clear(ctx);
		rc = freebsd_procs(ctx, k, OS_THREADS, if_tid, &pick);
	}
	if (pick.found)
		return (0);
	return (rc != 0 ? rc : ctx_fail(ctx, E_NOT_FOUND,
	    "no such process"));
}

static int
if_cpu(void *arg, struct ctx *ctx, const struct os_proc *p)
{
	struct pick *pick = arg;

	(void)ctx;
	if (p->cpu.status != 0 || p->cpu.v != (uint64_t)pick->cpu)
		return (0);
	*pick->proc = *p;
	pick->found = true;
	return (1);
}

int
freebsd_current(struct ctx *ctx, struct kernel *k, int cpu, uint64_t *task)
{
	struct os_proc p;
	struct pick pick = { .cpu = cpu, .proc = &p };
	int rc;

	rc = freebsd_procs(ctx, k, OS_THREADS, if_cpu, &pick);
	if (pick.found) {
		*task = p.task;
		return (0);
	}
	return (rc != 0 ? rc : ctx_fail(ctx, E_NOT_FOUND,
	    "no thread is known to run on CPU %d", cpu));
}
