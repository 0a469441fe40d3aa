/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One task, from /proc/PID/task/TID/stat and status (fs/proc/array.c,
 * Documentation/filesystems/proc.rst).
 */
#include "engine/os/live/live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX	((size_t)1 << 20)
#define PF_KTHREAD	0x00200000	/* linux/sched.h */
#define MAX_RT_PRIO	100		/* linux/sched/prio.h */

/* The fields of stat by their numbers in proc(5). */
enum {
	PPID = 4, PGRP = 5, SESSION = 6, TTY = 7, TPGID = 8, FLAGS = 9,
	MINFLT = 10, CMINFLT = 11, MAJFLT = 12, CMAJFLT = 13, UTIME = 14,
	STIME = 15, CUTIME = 16, CSTIME = 17, PRIORITY = 18, NICE = 19,
	THREADS = 20, START = 22, VSIZE = 23, RSS = 24, CPU = 39,
	EXIT_CODE = 52, FIELDS
};

struct stat_line {
	char	*comm;			/* in the text */
	char	 state;
	uint64_t f[FIELDS];
	int	 n;			/* fields there are */
};

/* The name stands in parentheses and may hold some: the last one ends it. */
static int
parse_stat(struct ctx *ctx, char *text, struct stat_line *s)
{
	char *p, *end;

	memset(s, 0, sizeof(*s));
	p = strchr(text, '(');
	end = p != NULL ? strrchr(p, ')') : NULL;
	if (end == NULL || end[1] != ' ' || end[2] == '\0')
		return (ctx_fail(ctx, E_CORRUPT, "a line without a name"));
	*end = '\0';
	s->comm = p + 1;
	s->state = end[2];
	p = end + 3;
	for (s->n = PPID; s->n < FIELDS; s->n++) {
		s->f[s->n] = strtoull(p, &end, 10);
		if (end == p)
			break;
		p = end;
	}
	if (s->n <= CPU)
		return (ctx_fail(ctx, E_CORRUPT, "a line of %d fields", s->n));
	return (0);
}

static int
read_stat(struct ctx *ctx, struct kernel *k, int pid, int tid, struct buf *b,
    struct stat_line *s)
{
	int rc;

	/* Without a thread: what the whole process used. */
	rc = tid != 0 ? live_read(ctx, live_of(k)->proc, b, TEXT_MAX,
	    "%d/task/%d/stat", pid, tid) : live_read(ctx, live_of(k)->proc, b,
	    TEXT_MAX, "%d/stat", pid);
	if (rc == 0 && b->len == 0)
		rc = ctx_fail(ctx, E_NOT_FOUND, "process %d has ended", pid);
	return (rc == 0 ? parse_stat(ctx, b->p, s) : rc);
}

static double
ticks(uint64_t n)
{
	return ((double)n / (double)sysconf(_SC_CLK_TCK));
}

/* Numbers of a line of status, e.g. "Uid: 0 0 0 0"; how many there were. */
static size_t
numbers(const char *text, const char *key, uint64_t *v, size_t max)
{
	const char *p = live_key(text, key);
	size_t n;
	char *end;

	for (n = 0; p != NULL && n < max; n++, p = end) {
		p += strspn(p, " \t");
		if (*p < '0' || *p > '9')
			break;
		v[n] = strtoull(p, &end, 10);
	}
	return (n);
}

static struct os_u64
value(const char *text, const char *key, uint64_t unit)
{
	struct os_u64 c = { .status = E_NOT_FOUND };
	uint64_t v;

	if (numbers(text, key, &v, 1) == 1 &&
	    !__builtin_mul_overflow(v, unit, &c.v))
		c.status = OK;
	return (c);
}

/*
 * A kworker's name goes on with what it works for, behind a "+", or last
 * worked for, behind a "-" (wq_worker_comm, kernel/workqueue.c).  A rescuer,
 * "kworker/R-NAME", can only work for the queue that it is named after.
 */
static char *
work_of(char *comm)
{
	const size_t n = strlen(comm);
	char *p;

	if (strncmp(comm, "kworker/", 8) != 0)
		return (NULL);
	if (strncmp(comm + 8, "R-", 2) != 0)
		return (strpbrk(comm + 8, "+-"));
	p = comm + 10 + (n - 10) / 2;
	return ((n - 10) % 2 == 1 && (*p == '-' || *p == '+') &&
	    memcmp(comm + 10, p + 1, (n - 10) / 2) == 0 ? p : NULL);
}

static void
names(struct stat_line *s, struct arena *arena, struct os_proc *p)
{
	const char *work = NULL;
	char *suffix;

	if (p->is_kthread && (suffix = work_of(s->comm)) != NULL) {
		*suffix = '\0';
		work = arena_strdup(arena, suffix + 1);
	}
	p->work.s = work != NULL ? work : "";
	p->comm.s = arena_strdup(arena, s->comm);
	if (p->comm.s == NULL)
		p->comm = (struct os_text){ .s = "", .status = E_NOMEM };
}

/* What stat says of the task. */
static void
from_stat(const struct stat_line *s, struct os_proc *p)
{
	const uint64_t dev = s->f[TTY];

	p->ppid = (int)s->f[PPID];
	p->state = s->state;
	p->cpu.v = s->f[CPU];
	p->start.v = ticks(s->f[START]);
	p->vsz.v = s->f[VSIZE];
	p->rss.v = s->f[RSS] * (uint64_t)sysconf(_SC_PAGESIZE);
	p->mm = s->f[VSIZE] != 0 ? OS_UNKNOWN : 0;
	p->pgid.v = s->f[PGRP];
	p->sid.v = s->f[SESSION];
	/* A dev_t in its old place, with the minor's upper bits on top. */
	p->tty.v = (dev >> 8 & 0xfff) << 32 | (dev & 0xff) |
	    (dev >> 12 & 0xfff00);
	p->tty.status = dev != 0 ? OK : E_NOT_FOUND;
	p->tpgid.v = s->f[TPGID];
	p->tpgid.status = (int64_t)s->f[TPGID] > 0 ? OK : E_NOT_FOUND;
	p->nice.v = s->f[NICE];
	p->priority.v = s->f[PRIORITY] + MAX_RT_PRIO;
	p->nthreads.v = s->f[THREADS];
	p->exit_code.v = s->f[EXIT_CODE];
	p->exit_code.status = s->n > EXIT_CODE ? OK : E_NOT_FOUND;
	p->usage.user = ticks(s->f[UTIME]);
	p->usage.system = ticks(s->f[STIME]);
	p->usage.minflt = s->f[MINFLT];
	p->usage.majflt = s->f[MAJFLT];
	p->usage_children.user = ticks(s->f[CUTIME]);
	p->usage_children.system = ticks(s->f[CSTIME]);
	p->usage_children.minflt = s->f[CMINFLT];
	p->usage_children.majflt = s->f[CMAJFLT];
}

static void
from_status(const char *text, struct os_proc *p)
{
	uint64_t id[OS_GROUPS_MAX];
	struct os_u64 lib;
	size_t i;

	if (numbers(text, "Uid", id, 3) == 3) {
		p->ruid.v = id[0];
		p->uid.v = id[1];
		p->svuid.v = id[2];
	}
	if (numbers(text, "Gid", id, 3) == 3) {
		p->rgid.v = id[0];
		p->egid.v = id[1];
		p->svgid.v = id[2];
	}
	p->ngroups.v = numbers(text, "Groups", id, OS_GROUPS_MAX);
	for (i = 0; i < p->ngroups.v; i++)
		p->groups[i] = (uint32_t)id[i];
	p->tracer = value(text, "TracerPid", 1);
	p->usage.nvcsw = value(text, "voluntary_ctxt_switches", 1).v;
	p->usage.nivcsw = value(text, "nonvoluntary_ctxt_switches", 1).v;
	if (p->mm == 0)
		return;			/* 0 bytes of everything */
	p->max_rss = value(text, "VmHWM", 1024);
	p->data = value(text, "VmData", 1024);
	p->stack = value(text, "VmStk", 1024);
	p->text = value(text, "VmExe", 1024);
	lib = value(text, "VmLib", 1024);
	if (p->text.status == OK && lib.status == OK)
		p->text.v += lib.v;
}

/* Without the right to look, and where it does not sleep, it says 0. */
static void
sleeps_in(struct ctx *ctx, struct kernel *k, struct buf *b,
    struct arena *arena, struct os_proc *p)
{
	int rc;

	p->wchan.s = "";
	if (p->state == 'R' || p->state == 'Z' || p->state == 'X')
		return;
	rc = live_read(ctx, live_of(k)->proc, b, TEXT_MAX, "%d/task/%d/wchan",
	    p->pid, p->tid);
	if (rc == 0 && (b->len == 0 || strcmp(b->p, "0") == 0))
		rc = E_RESTRICTED;
	p->wchan.status = rc;
	if (rc == 0 && (p->wchan.s = arena_strdup(arena, b->p)) == NULL)
		p->wchan = (struct os_text){ .s = "", .status = E_NOMEM };
}

/*
 * What the process used beyond this thread: of its own for the only one, else
 * what live_procs() takes the other threads off.
 */
static void
others(struct ctx *ctx, struct kernel *k, struct buf *b, struct os_proc *p)
{
	struct os_usage *u = &p->usage_ended;
	struct stat_line all;

	u->status = read_stat(ctx, k, p->pid, 0, b, &all);
	if (u->status != OK)
		return;
	u->user = ticks(all.f[UTIME]) - p->usage.user;
	u->system = ticks(all.f[STIME]) - p->usage.system;
	u->minflt = all.f[MINFLT] - p->usage.minflt;
	u->majflt = all.f[MAJFLT] - p->usage.majflt;
	/* It went on between the two reads. */
	if (u->user < 0)
		u->user = 0;
	if (u->system < 0)
		u->system = 0;
}

int
live_task(struct ctx *ctx, struct kernel *k, int pid, int tid,
    struct arena *arena, struct os_proc *p)
{
	struct buf b = { 0 };
	struct stat_line s;
	uint64_t run;
	int rc;

	memset(p, 0, sizeof(*p));
	rc = read_stat(ctx, k, pid, tid, &b, &s);
	if (rc == 0) {
		p->task = OS_UNKNOWN;
		p->pid = pid;
		p->tid = tid;
		p->is_thread = pid != tid;
		p->is_kthread = (s.f[FLAGS] & PF_KTHREAD) != 0;
		p->last_run.status = p->on_cpu.status = E_RESTRICTED;
		from_stat(&s, p);
		names(&s, arena, p);
		rc = live_read(ctx, live_of(k)->proc, &b, TEXT_MAX,
		    "%d/task/%d/status", pid, tid);
	}
	if (rc == 0) {
		from_status(buf_text(&b), p);
		ctx->quiet++;
		sleeps_in(ctx, k, &b, arena, p);
		/* The scheduler's own count, in ns; not in all kernels. */
		if (live_read(ctx, live_of(k)->proc, &b, TEXT_MAX,
		    "%d/task/%d/schedstat", pid, tid) == 0 &&
		    live_number(buf_text(&b), 10, &run))
			p->usage.run = (double)run / 1e9;
		else
			p->usage.run = p->usage.user + p->usage.system;
		if (!p->is_thread)
			others(ctx, k, &b, p);
		ctx->quiet--;
		ctx_clear(ctx);
	}
	buf_fini(&b);
	return (rc);
}
