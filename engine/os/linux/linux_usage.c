/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Of one task: whom it belongs to and what it has used; the rest of what
 * /proc/PID/stat and status say.  The reader has the task's cells already.
 */
#include "engine/os/linux/linux_read.h"

#include "base/bytes.h"

#include <string.h>

#define NSEC		1e9
#define NICE_0		120		/* DEFAULT_PRIO, linux/sched/prio.h */
#define DEVICE_MAX	(1 << 20)	/* of a dev_t: 12 + 20 bits */

static struct os_u64
cell(struct ctx *ctx, const struct linux_obj *o, enum linux_member m)
{
	struct os_u64 c = { 0 };

	c.status = linux_u64(ctx, o, m, &c.v);
	return (c);
}

static struct os_u64
signed_cell(struct ctx *ctx, const struct linux_obj *o, enum linux_member m,
    int64_t minus)
{
	struct os_u64 c = { 0 };
	int64_t v;

	c.status = linux_s64(ctx, o, m, &v);
	if (c.status == OK)
		c.v = (uint64_t)(v - minus);
	return (c);
}

/* The number of a struct pid in the first namespace; 0 where there is none. */
static struct os_u64
number(struct ctx *ctx, struct kernel *k, struct os_u64 pid)
{
	struct os_u64 c = { .status = pid.status };

	if (c.status == OK && pid.v != 0)
		c.status = linux_member(ctx, k, pid.v, LM_NR_NR, &c.v);
	return (c);
}

/*
 * The controlling terminal by the number that /proc/PID/stat shows: the
 * driver's major, its first minor plus the terminal's index (tty_devnum).
 */
static void
terminal(struct ctx *ctx, struct kernel *k, uint64_t tty, struct os_proc *p)
{
	uint64_t driver, major, minor, index;
	struct os_u64 pgrp = { 0 };
	int rc;

	p->tty.status = p->tpgid.status = E_NOT_FOUND;
	if (tty == 0)
		return;
	rc = linux_member(ctx, k, tty, LM_TTY_DRIVER, &driver);
	if (rc == 0)
		rc = linux_member(ctx, k, tty, LM_TTY_INDEX, &index);
	if (rc == 0)
		rc = linux_member(ctx, k, driver, LM_TTY_DRIVER_MAJOR, &major);
	if (rc == 0)
		rc = linux_member(ctx, k, driver, LM_TTY_DRIVER_MINOR, &minor);
	if (rc == 0 && (major >= DEVICE_MAX || minor >= DEVICE_MAX ||
	    index >= DEVICE_MAX))
		rc = E_CORRUPT;
	p->tty.status = rc;
	if (rc == 0)
		p->tty.v = major << 32 | (minor + index);
	pgrp.status = linux_member(ctx, k, tty, LM_TTY_PGRP, &pgrp.v);
	p->tpgid = number(ctx, k, pgrp);
}

static double
seconds(uint64_t ns)
{
	return ((double)ns / NSEC);
}

/* Members of one structure, in the order of struct os_usage. */
static struct os_usage
usage(struct ctx *ctx, const struct linux_obj *o, const enum linux_member m[6])
{
	struct os_usage u = { 0 };
	uint64_t v[6];
	int i;

	for (i = 0; i < 6 && u.status == OK; i++)
		u.status = linux_u64(ctx, o, m[i], &v[i]);
	if (u.status != OK)
		return (u);
	u.user = seconds(v[0]);
	u.system = seconds(v[1]);
	u.minflt = v[2];
	u.majflt = v[3];
	u.nvcsw = v[4];
	u.nivcsw = v[5];
	return (u);
}

static void
used(struct ctx *ctx, struct linux_task_reader *t, struct os_proc *p)
{
	static const enum linux_member own[6] = {
		LM_USAGE_UTIME, LM_USAGE_STIME, LM_USAGE_MINFLT,
		LM_USAGE_MAJFLT, LM_USAGE_NVCSW, LM_USAGE_NIVCSW
	};
	struct linux_obj *o = &t->used;
	uint64_t v;

	if (o->bytes == NULL) {
		p->usage.status = p->on_cpu.status = p->nice.status =
		    p->priority.status = p->exit_code.status =
		    p->tracer.status = E_NO_TYPE;
		return;
	}
	linux_obj_at(ctx, o, p->task);
	p->usage = usage(ctx, o, own);
	if (p->usage.status == OK &&
	    (p->usage.status = linux_u64(ctx, o, LM_USAGE_RUN, &v)) == OK)
		p->usage.run = seconds(v);
	p->on_cpu = cell(ctx, o, LM_USAGE_ON_CPU);
}

/* The rest of what its own structure tells. */
static void
of_task(struct ctx *ctx, struct linux_task_reader *t, struct os_proc *p)
{
	struct linux_obj *o = &t->used;
	uint64_t v, parent;

	if (o->bytes == NULL)
		return;
	p->nice = signed_cell(ctx, o, LM_USAGE_STATIC_PRIO, NICE_0);
	p->priority = signed_cell(ctx, o, LM_USAGE_PRIO, 0);
	p->exit_code = cell(ctx, o, LM_USAGE_EXIT_CODE);
	p->tracer.status = linux_u64(ctx, o, LM_USAGE_PTRACE, &v);
	if (p->tracer.status == OK && v != 0) {
		p->tracer.status = linux_u64(ctx, o, LM_USAGE_PARENT, &parent);
		if (p->tracer.status == OK)
			p->tracer.status = linux_member(ctx, t->k, parent,
			    LM_TASK_TGID, &p->tracer.v);
	}
}

static void
of_group(struct ctx *ctx, struct kernel *k, uint64_t group, struct os_proc *p)
{
	static const enum linux_member ended[6] = {
		LM_GROUP_UTIME, LM_GROUP_STIME, LM_GROUP_MINFLT,
		LM_GROUP_MAJFLT, LM_GROUP_NVCSW, LM_GROUP_NIVCSW
	}, children[6] = {
		LM_GROUP_CUTIME, LM_GROUP_CSTIME, LM_GROUP_CMINFLT,
		LM_GROUP_CMAJFLT, LM_GROUP_CNVCSW, LM_GROUP_CNIVCSW
	};
	struct linux_obj o;
	struct os_u64 v;
	int rc;

	rc = linux_obj_init(ctx, &o, k, LT_GROUP);
	if (rc != 0) {
		p->nthreads.status = p->pgid.status = p->sid.status =
		    p->tty.status = p->tpgid.status = p->max_rss.status =
		    p->usage_ended.status = p->usage_children.status = rc;
		return;
	}
	linux_obj_at(ctx, &o, group);
	p->nthreads = signed_cell(ctx, &o, LM_GROUP_THREADS, 0);
	p->pgid = number(ctx, k, cell(ctx, &o, LM_GROUP_PGRP));
	p->sid = number(ctx, k, cell(ctx, &o, LM_GROUP_SESSION));
	v = cell(ctx, &o, LM_GROUP_TTY);
	if (v.status == OK)
		terminal(ctx, k, v.v, p);
	else
		p->tty.status = p->tpgid.status = v.status;
	p->usage_ended = usage(ctx, &o, ended);
	v = cell(ctx, &o, LM_GROUP_RUN);
	if (p->usage_ended.status == OK)
		p->usage_ended.status = v.status;
	p->usage_ended.run = seconds(v.v);
	p->usage_children = usage(ctx, &o, children);
	p->max_rss = cell(ctx, &o, LM_GROUP_MAXRSS);
	linux_obj_fini(&o);
}

/* Supplementary groups: struct group_info, an array of kgid_t behind a count. */
static void
groups(struct ctx *ctx, struct kernel *k, uint64_t info, struct os_proc *p)
{
	const struct linux_place *list = linux_place(k, LM_GROUPS_GID);
	uint8_t raw[4 * OS_GROUPS_MAX];
	uint64_t n, i;

	p->ngroups.status = list->status != OK ? list->status :
	    linux_member(ctx, k, info, LM_GROUPS_N, &n);
	if (p->ngroups.status != OK)
		return;
	if (n > OS_GROUPS_MAX)
		n = OS_GROUPS_MAX;
	p->ngroups.status = space_read(ctx, &k->space, info + list->offset,
	    raw, 4 * (size_t)n);
	if (p->ngroups.status != OK)
		return;
	for (i = 0; i < n; i++)
		p->groups[i] = load_u32(raw + 4 * i, k->space.be);
	p->ngroups.v = n;
}

static void
owner(struct ctx *ctx, struct kernel *k, struct os_u64 cred, struct os_proc *p)
{
	struct linux_obj o;
	struct os_u64 info;
	int rc;

	rc = cred.status != OK ? cred.status :
	    linux_obj_init(ctx, &o, k, LT_OWNER);
	if (rc != 0) {
		p->ruid.status = p->svuid.status = p->rgid.status =
		    p->egid.status = p->svgid.status = p->ngroups.status = rc;
		return;
	}
	linux_obj_at(ctx, &o, cred.v);
	p->ruid = cell(ctx, &o, LM_OWNER_UID);
	p->svuid = cell(ctx, &o, LM_OWNER_SUID);
	p->rgid = cell(ctx, &o, LM_OWNER_GID);
	p->egid = cell(ctx, &o, LM_OWNER_EGID);
	p->svgid = cell(ctx, &o, LM_OWNER_SGID);
	info = cell(ctx, &o, LM_OWNER_GROUPS);
	if (info.status == OK && info.v != 0)
		groups(ctx, k, info.v, p);
	else
		p->ngroups.status = info.status;
	linux_obj_fini(&o);
}

/* A number of pages as bytes. */
static struct os_u64
pages(struct ctx *ctx, struct kernel *k, const struct linux_obj *o,
    enum linux_member m)
{
	struct os_u64 c = cell(ctx, o, m);

	if (__builtin_mul_overflow(c.v, linux_page_size(k), &c.v))
		c.status = E_CORRUPT;
	return (c);
}

static void
sizes(struct ctx *ctx, struct kernel *k, struct os_proc *p)
{
	struct os_u64 peak;
	struct linux_obj o;
	int rc;

	if (p->mm == 0) {
		p->max_rss = (struct os_u64){ 0 };
		return;
	}
	rc = linux_obj_init(ctx, &o, k, LT_SIZES);
	if (rc != 0) {
		p->text.status = p->data.status = p->stack.status = rc;
		return;
	}
	linux_obj_at(ctx, &o, p->mm);
	p->text = pages(ctx, k, &o, LM_SIZES_EXEC);
	p->data = pages(ctx, k, &o, LM_SIZES_DATA);
	p->stack = pages(ctx, k, &o, LM_SIZES_STACK);
	/* The peak is brought up to date when the process shrinks. */
	peak = pages(ctx, k, &o, LM_SIZES_PEAK);
	if (p->rss.status == OK && peak.v < p->rss.v)
		peak.v = p->rss.v;
	if (p->max_rss.status == OK)
		__builtin_mul_overflow(p->max_rss.v, linux_page_size(k),
		    &p->max_rss.v);
	if (peak.status != OK || p->max_rss.status != OK ||
	    p->max_rss.v < peak.v)
		p->max_rss = peak;
	linux_obj_fini(&o);
}

void
linux_task_usage(struct ctx *ctx, struct linux_task_reader *t,
    struct os_proc *p)
{
	struct os_u64 signal, cred;

	used(ctx, t, p);
	of_task(ctx, t, p);
	signal = cell(ctx, &t->task, LM_TASK_SIGNAL);
	if (signal.status == OK && signal.v != 0) {
		p->group = signal.v;
		of_group(ctx, t->k, signal.v, p);
	} else {
		p->nthreads.status = p->pgid.status = p->sid.status =
		    p->tty.status = p->tpgid.status = p->max_rss.status =
		    p->usage_ended.status = p->usage_children.status =
		    signal.status != OK ? signal.status : E_NOT_FOUND;
	}
	cred = cell(ctx, &t->task, LM_TASK_CRED);
	owner(ctx, t->k, cred, p);
	sizes(ctx, t->k, p);
}
