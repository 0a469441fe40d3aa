/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kvm_getprocs(3): what the system's part of the engine says of a process, as
 * struct kinfo_proc; its arguments and its environment.
 */
#include "engine/kvm_int.h"

#include "engine/os/os.h"

#include <sys/proc.h>
#include <sys/sysctl.h>
#include <sys/sysmacros.h>
#include <sys/user.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef ARG_MAX
#define ARG_MAX	131072
#endif

#define PROCS_MAX	(8u << 20)	/* Linux's and FreeBSD's pids end before */

struct collect {
	kvm_t		*kd;
	int		 op, arg;
	bool		 threads;	/* a record for each */
	double		 boot;		/* s since the epoch */
	size_t		 page;
};

static struct timeval
timeval_of(double s)
{
	struct timeval tv = { 0 };

	if (s > 0 && s < 9e15) {
		tv.tv_sec = (time_t)s;
		tv.tv_usec = (suseconds_t)((s - (double)tv.tv_sec) * 1e6);
	}
	return (tv);
}

static double
seconds_of(struct timeval tv)
{
	return ((double)tv.tv_sec + (double)tv.tv_usec / 1e6);
}

/* Text of any length to a field of it, always ended. */
static void
field(char *to, size_t size, const struct os_text *t)
{
	size_t n;

	if (t->status != OK || t->s == NULL)
		return;
	n = strlen(t->s);
	if (n >= size)
		n = size - 1;
	memcpy(to, t->s, n);
	to[n] = '\0';
}

static uint32_t
u32_of(struct os_u64 v)
{
	return (v.status == OK ? (uint32_t)v.v : 0);
}

/* An address that the program may show, not one that it may follow. */
static void *
address(uint64_t addr)
{
	return ((void *)(uintptr_t)addr);
}

static char
stat_of(char state)
{
	switch (state) {
	case 'R':
		return (SRUN);
	case 'T':
	case 't':
		return (SSTOP);
	case 'Z':
	case 'X':
		return (SZOMB);
	case 'L':
		return (SLOCK);
	case 'W':
		return (SWAIT);
	default:
		return (SSLEEP);
	}
}

static void
add_usage(struct rusage *ru, uint64_t *runtime, const struct os_usage *u)
{
	if (u->status != OK)
		return;
	ru->ru_utime = timeval_of(seconds_of(ru->ru_utime) + u->user);
	ru->ru_stime = timeval_of(seconds_of(ru->ru_stime) + u->system);
	ru->ru_minflt += (long)u->minflt;
	ru->ru_majflt += (long)u->majflt;
	ru->ru_nvcsw += (long)u->nvcsw;
	ru->ru_nivcsw += (long)u->nivcsw;
	if (runtime != NULL && u->run > 0 && u->run < 9e12)
		*runtime += (uint64_t)(u->run * 1e6);
}

/* What all threads of a process share. */
static void
fill_process(const struct collect *c, const struct os_proc *p,
    struct kinfo_proc *ki)
{
	size_t i;

	ki->ki_structsize = (int)sizeof(*ki);
	ki->ki_paddr = address(p->task);
	ki->ki_vmspace = address(p->mm);
	ki->ki_pid = p->pid;
	ki->ki_ppid = p->ppid;
	ki->ki_pgid = (pid_t)u32_of(p->pgid);
	ki->ki_sid = (pid_t)u32_of(p->sid);
	ki->ki_tsid = ki->ki_sid;
	ki->ki_tpgid = p->tpgid.status == OK ? (pid_t)p->tpgid.v : -1;
	ki->ki_jobc = -1;
	ki->ki_tdev = (uint64_t)-1;
	if (p->tty.status == OK) {
		ki->ki_tdev = makedev((unsigned)(p->tty.v >> 32),
		    (unsigned)p->tty.v);
		ki->ki_kiflag |= KI_CTTY;
		ki->ki_flag |= P_CONTROLT;
	}
	ki->ki_tdev_freebsd11 = (uint32_t)ki->ki_tdev;
	if (p->sid.status == OK && ki->ki_sid == ki->ki_pid)
		ki->ki_kiflag |= KI_SLEADER;
	ki->ki_uid = u32_of(p->uid);
	ki->ki_ruid = u32_of(p->ruid);
	ki->ki_svuid = u32_of(p->svuid);
	ki->ki_rgid = u32_of(p->rgid);
	ki->ki_svgid = u32_of(p->svgid);
	/* The first group is the effective one. */
	ki->ki_groups[0] = u32_of(p->egid);
	ki->ki_ngroups = 1;
	for (i = 0; p->ngroups.status == OK && i < p->ngroups.v &&
	    ki->ki_ngroups < KI_NGROUPS; i++)
		if (p->groups[i] != ki->ki_groups[0])
			ki->ki_groups[ki->ki_ngroups++] = p->groups[i];
	ki->ki_size = p->vsz.status == OK ? p->vsz.v : 0;
	if (p->rss.status == OK)
		ki->ki_rssize = ki->ki_swrss = (int64_t)(p->rss.v / c->page);
	if (p->text.status == OK)
		ki->ki_tsize = (int64_t)(p->text.v / c->page);
	if (p->data.status == OK)
		ki->ki_dsize = (int64_t)(p->data.v / c->page);
	if (p->stack.status == OK)
		ki->ki_ssize = (int64_t)(p->stack.v / c->page);
	ki->ki_xstat = (uint16_t)u32_of(p->exit_code);
	if (p->start.status == OK)
		ki->ki_start = timeval_of(c->boot + p->start.v);
	ki->ki_tracer = (int)u32_of(p->tracer);
	ki->ki_flag |= P_INMEM;
	if (p->is_kthread)
		ki->ki_flag |= P_KPROC | P_SYSTEM;
	if (ki->ki_tracer != 0)
		ki->ki_flag |= P_TRACED;
	ki->ki_numthreads = p->nthreads.status == OK ? (int)p->nthreads.v : 0;
	field(ki->ki_comm, sizeof(ki->ki_comm), p->process_name.s != NULL ?
	    &p->process_name : &p->comm);
	field(ki->ki_emul, sizeof(ki->ki_emul), &(struct os_text){
	    .s = c->kd->kernel->os->name });
	ki->ki_sflag = PS_INMEM;
	add_usage(&ki->ki_rusage_ch, NULL, &p->usage_children);
	ki->ki_childtime = timeval_of(
	    seconds_of(ki->ki_rusage_ch.ru_utime) +
	    seconds_of(ki->ki_rusage_ch.ru_stime));
	if (p->max_rss.status == OK)
		ki->ki_rusage.ru_maxrss = (long)(p->max_rss.v / 1024);
}

/* What each thread has of its own. */
static void
fill_thread(const struct collect *c, const struct os_proc *p,
    struct kinfo_proc *ki)
{
	const struct os_text *name;
	const struct symbol *s;
	int64_t priority;
	size_t n;

	ki->ki_tid = p->tid;
	ki->ki_tdaddr = address(p->task);
	ki->ki_stat = stat_of(p->state);
	ki->ki_nice = p->nice.status == OK ? (signed char)(int64_t)p->nice.v : 0;
	ki->ki_lastcpu = p->cpu.status == OK ? (int)p->cpu.v : -1;
	ki->ki_oncpu = p->on_cpu.status == OK && p->on_cpu.v != 0 ?
	    ki->ki_lastcpu : -1;
	/* The old fields have room for 255 CPUs; 255 is none. */
	ki->ki_lastcpu_old = ki->ki_lastcpu >= 0 && ki->ki_lastcpu < 254 ?
	    (unsigned char)ki->ki_lastcpu : 255;
	ki->ki_oncpu_old = ki->ki_oncpu >= 0 && ki->ki_oncpu < 254 ?
	    (unsigned char)ki->ki_oncpu : 255;
	priority = p->priority.status == OK ? (int64_t)p->priority.v : 0;
	ki->ki_pri.pri_level = ki->ki_pri.pri_native = ki->ki_pri.pri_user =
	    (unsigned char)(priority < 0 ? 0 : priority > 255 ? 255 : priority);
	/* Linux: below 100 are the real-time priorities. */
	ki->ki_pri.pri_class = p->is_idle ? PRI_IDLE :
	    priority < 100 ? PRI_REALTIME : PRI_TIMESHARE;
	name = p->thread_name.s != NULL ? &p->thread_name : &p->comm;
	n = name->status == OK && name->s != NULL ? strlen(name->s) : 0;
	field(ki->ki_tdname, sizeof(ki->ki_tdname), name);
	if (n > TDNAMLEN)
		field(ki->ki_moretdname, sizeof(ki->ki_moretdname),
		    &(struct os_text){ .s = name->s + TDNAMLEN });
	if (ki->ki_stat == SSLEEP || ki->ki_stat == SWAIT) {
		field(ki->ki_wmesg, sizeof(ki->ki_wmesg), &p->wchan);
		s = p->wchan.status == OK && p->wchan.s[0] != '\0' ?
		    sym_find(&c->kd->kernel->symbols, p->wchan.s) : NULL;
		/* Programs look at it to see whether there is a wmesg. */
		ki->ki_wchan = address(s != NULL ? s->addr : p->task);
	}
	/* 'D' in ps(1): asleep and not to be woken by a signal. */
	if (p->state != 'D')
		ki->ki_tdflags |= TDF_SINTR;
	if (p->is_idle)
		ki->ki_tdflags |= TDF_IDLETD;
	ki->ki_tdflags |= TDF_INMEM;
	add_usage(&ki->ki_rusage, &ki->ki_runtime, &p->usage);
}

static bool
wanted(const struct collect *c, const struct kinfo_proc *ki)
{
	switch (c->op) {
	case KERN_PROC_ALL:
	case KERN_PROC_PROC:
		return (true);
	case KERN_PROC_PID:
		return (ki->ki_pid == c->arg);
	case KERN_PROC_PGRP:
		return (ki->ki_pgid == c->arg);
	case KERN_PROC_SESSION:
		return (ki->ki_sid == c->arg);
	case KERN_PROC_TTY:
		return ((ki->ki_kiflag & KI_CTTY) != 0 &&
		    (int)ki->ki_tdev == c->arg);
	case KERN_PROC_UID:
		return (ki->ki_uid == (uid_t)c->arg);
	case KERN_PROC_RUID:
		return (ki->ki_ruid == (uid_t)c->arg);
	case KERN_PROC_RGID:
		return (ki->ki_rgid == (gid_t)c->arg);
	case KERN_PROC_GID:
		return (ki->ki_groups[0] == (gid_t)c->arg);
	}
	return (false);
}

/* Every thread makes a record; fold() makes processes of them. */
static int
one(void *arg, struct ctx *ctx, const struct os_proc *p)
{
	struct collect *c = arg;
	struct kinfo_proc *ki;
	kvm_t *kd = c->kd;

	if (kd->nprocs >= PROCS_MAX ||
	    !vec_room(kd->procs, kd->procs_cap, kd->nprocs + 1))
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	ki = &kd->procs[kd->nprocs];
	memset(ki, 0, sizeof(*ki));
	fill_process(c, p, ki);
	fill_thread(c, p, ki);
	if (!c->threads && !p->is_thread)
		add_usage(&ki->ki_rusage, &ki->ki_runtime, &p->usage_ended);
	if (wanted(c, ki))
		kd->nprocs++;
	return (0);
}

/* By process, the first thread first. */
static int
by_process(const void *a, const void *b)
{
	const struct kinfo_proc *x = a, *y = b;

	if (x->ki_pid != y->ki_pid)
		return (x->ki_pid < y->ki_pid ? -1 : 1);
	if ((x->ki_tid == x->ki_pid) != (y->ki_tid == y->ki_pid))
		return (x->ki_tid == x->ki_pid ? -1 : 1);
	return (x->ki_tid < y->ki_tid ? -1 : x->ki_tid > y->ki_tid);
}

static void
add_rusage(struct kinfo_proc *to, const struct kinfo_proc *from)
{
	const struct os_usage u = {
		.user = seconds_of(from->ki_rusage.ru_utime),
		.system = seconds_of(from->ki_rusage.ru_stime),
		.minflt = (uint64_t)from->ki_rusage.ru_minflt,
		.majflt = (uint64_t)from->ki_rusage.ru_majflt,
		.nvcsw = (uint64_t)from->ki_rusage.ru_nvcsw,
		.nivcsw = (uint64_t)from->ki_rusage.ru_nivcsw,
	};

	add_usage(&to->ki_rusage, NULL, &u);
	to->ki_runtime += from->ki_runtime;
}

/* Where the system does not say how many threads there are: those seen. */
static void
count_threads(struct kinfo_proc *v, size_t n)
{
	size_t i, j, k;

	for (i = 0; i < n; i = j) {
		for (j = i + 1; j < n && v[j].ki_pid == v[i].ki_pid; j++)
			continue;
		for (k = i; k < j; k++) {
			if (v[k].ki_numthreads == 0)
				v[k].ki_numthreads = (int)(j - i);
			if (v[k].ki_numthreads > 1)
				v[k].ki_flag |= P_HADTHREADS;
		}
	}
}

/* Threads bear their process's name; without "threads" they join in it. */
static void
fold(kvm_t *kd, bool threads)
{
	struct kinfo_proc *v = kd->procs, *head;
	size_t i, n;

	if (kd->nprocs > 1)
		qsort(v, kd->nprocs, sizeof(*v), by_process);
	count_threads(v, kd->nprocs);
	head = NULL;
	for (i = n = 0; i < kd->nprocs; i++) {
		if (head == NULL || head->ki_pid != v[i].ki_pid) {
			head = &v[n];
			v[n++] = v[i];
		} else if (!threads) {
			add_rusage(head, &v[i]);
		} else {
			v[n] = v[i];
			memcpy(v[n].ki_comm, head->ki_comm,
			    sizeof(head->ki_comm));
			v[n++].ki_paddr = head->ki_paddr;
		}
	}
	kd->nprocs = n;
}

/* s since the epoch; 0: not known. */
static double
boot_time(kvm_t *kd)
{
	struct os_info info;
	struct arena arena;
	double boot;

	boot = 0;
	arena_init(&arena);
	if (os_info(&kd->ctx, kd->kernel, &arena, &info) == 0) {
		if (info.boot_time.status == OK && info.boot_time.v > 0)
			boot = info.boot_time.v;
		else if (info.uptime.status == OK &&
		    info.crash_time.status == OK)
			boot = info.crash_time.v - info.uptime.v;
	}
	arena_fini(&arena);
	return (boot);
}

struct kinfo_proc *
kvm_getprocs(kvm_t *kd, int op, int arg, int *cnt)
{
	struct collect c = { .kd = kd, .arg = arg };
	struct kernel *k = kd->kernel;
	int rc;

	*cnt = 0;
	kd->nprocs = 0;
	kernel_refresh(k);
	c.op = op & ~KERN_PROC_INC_THREAD;
	c.threads = (op & KERN_PROC_INC_THREAD) != 0 || op == KERN_PROC_ALL;
	if (c.op < 0 || c.op > KERN_PROC_GID || c.op == KERN_PROC_ARGS ||
	    c.op == 9) {
		errno = EINVAL;
		kvm_err_hard(kd, "kvm_getprocs: %d selects nothing", op);
		return (NULL);
	}
	if (k->os == NULL || k->os->procs == NULL) {
		errno = ENOTSUP;
		kvm_err_hard(kd, "cannot read procs from non-native core");
		return (NULL);
	}
	c.page = kvm_page_size(kd);
	c.boot = boot_time(kd);
	rc = os_procs(&kd->ctx, k, OS_THREADS | OS_USAGE, one, &c);
	/* A list with gaps is still a list: the text says that it has some. */
	if (rc != 0)
		kvm_err_engine(kd);
	if (kd->nprocs == 0) {
		if (rc == 0) {
			errno = ESRCH;
			kvm_err_keep(kd, "kvm_getprocs: %s", strerror(errno));
		}
		return (NULL);
	}
	fold(kd, c.threads);
	*cnt = (int)kd->nprocs;
	return (kd->procs);
}

/* --- arguments and environment -------------------------------------------- */

struct vector {
	kvm_t	*kd;
	size_t	 n;		/* strings */
	size_t	 max;		/* bytes, each string's NUL included */
};

static int
string(void *arg, struct ctx *ctx, const char *s, size_t len)
{
	struct vector *v = arg;
	struct buf *b = &v->kd->strings;
	size_t left = v->max - b->len;

	if (left == 0)
		return (1);
	/* The string that is too long is cut. */
	buf_add(b, s, len < left ? len : left - 1);
	buf_add(b, "", 1);
	if (b->bad)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	v->n++;
	return (len < left ? 0 : 1);
}

static char **
strings(kvm_t *kd, const struct kinfo_proc *ki, int nchr, bool env)
{
	const char *what = env ? "kvm_getenvv" : "kvm_getargv";
	struct vector v = { .kd = kd };
	struct os_proc proc;
	struct arena arena;
	size_t i, at;
	int rc;

	if (kd->kernel->os == NULL || kd->kernel->os->args == NULL) {
		errno = ENOTSUP;
		kvm_err_hard(kd, "cannot read user space from dead kernel");
		return (NULL);
	}
	kernel_refresh(kd->kernel);
	v.max = nchr > 0 ? (size_t)nchr : ARG_MAX;
	buf_reset(&kd->strings);
	arena_init(&arena);
	rc = os_proc(&kd->ctx, kd->kernel, ki->ki_pid, &arena, &proc);
	if (rc == 0)
		rc = os_args(&kd->ctx, kd->kernel, &proc, env, string, &v);
	arena_fini(&arena);
	if (rc < 0)
		kvm_err_engine(kd);
	if (v.n == 0) {
		if (rc >= 0)
			kvm_err_keep(kd, "%s: process %d has none", what,
			    (int)ki->ki_pid);
		if (rc == E_NOT_FOUND)
			errno = ESRCH;
		return (NULL);
	}
	if (!vec_room(kd->vector, kd->vector_cap, v.n + 1)) {
		errno = ENOMEM;
		kvm_err_hard(kd, "%s: %s", what, strerror(errno));
		return (NULL);
	}
	for (i = at = 0; i < v.n; i++) {
		kd->vector[i] = kd->strings.p + at;
		at += strlen(kd->vector[i]) + 1;
	}
	kd->vector[v.n] = NULL;
	return (kd->vector);
}

char **
kvm_getargv(kvm_t *kd, const struct kinfo_proc *ki, int nchr)
{
	return (strings(kd, ki, nchr, false));
}

char **
kvm_getenvv(kvm_t *kd, const struct kinfo_proc *ki, int nchr)
{
	return (strings(kd, ki, nchr, true));
}
