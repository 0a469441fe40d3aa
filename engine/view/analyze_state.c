/* SPDX-License-Identifier: BSD-2-Clause */
/* How the system was doing: processors, tasks, memory. */
#include "engine/view/analyze.h"

#include "engine/view/tables.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CPUS_MAX	4096
#define INNER_MAX	8		/* frames in which a CPU may spin */
#define HUNG		120.0		/* s: kernel.hung_task_timeout_secs */
#define LOCKS_MAX	64u		/* told of, those waited for longest */
#define LONG		10.0		/* s that nobody should sleep so deep */

/* Functions that go round and round, and what they wait for. */
static const struct {
	const char	*name, *what;
} spinners[] = {
	{ "queued_spin_lock_slowpath", "a spinlock" },
	{ "native_queued_spin_lock_slowpath", "a spinlock" },
	{ "__pv_queued_spin_lock_slowpath", "a spinlock" },
	{ "queued_read_lock_slowpath", "a lock, to read" },
	{ "queued_write_lock_slowpath", "a lock, to write" },
	{ "osq_lock", "a mutex whose owner runs" },
	{ "mutex_spin_on_owner", "a mutex whose owner runs" },
	{ "rwsem_spin_on_owner", "a semaphore whose owner runs" },
	{ "smp_call_function_many_cond", "other CPUs to answer" },
	{ "smp_call_function_single", "another CPU to answer" },
	{ "multi_cpu_stop", "all CPUs to stop" },
};

struct cpus {
	struct analysis	*a;
	uint64_t	 tasks[CPUS_MAX];	/* that runs on each; 0: unknown */
	unsigned	 n;
	struct stack	 stack;
};

/* Does a task spin?  Its caller is past what takes locks. */
static int
look_at(struct ctx *ctx, struct cpus *c, unsigned cpu, const struct os_proc *p)
{
	const struct kernel *k = c->a->k;
	const struct stack *s = &c->stack;
	const char *name, *caller;
	size_t i, j, next;

	analyze_stack(ctx, c->a->k, p, &c->stack);
	for (i = 0; i < s->n && i < INNER_MAX; i++) {
		name = analyze_function(k, &s->frames[i]);
		for (j = 0; j < COUNT(spinners); j++)
			if (strcmp(name, spinners[j].name) == 0)
				break;
		if (j == COUNT(spinners))
			continue;
		for (next = i + 1; next < s->n; next++) {
			caller = analyze_function(k, &s->frames[next]);
			if (strncmp(caller, "_raw_", 5) != 0 &&
			    strstr(caller, "slowpath") == NULL)
				break;
		}
		return (analyze_say(ctx, c->a, GRADE_BAD, "cpu",
		    arena_printf(&c->a->arena, "bt cpu %u", cpu),
		    "CPU %u spins, waiting for %s, in %s (%d), %s", cpu,
		    spinners[j].what, p->comm.status == OK &&
		    p->comm.s != NULL ? p->comm.s : "task", p->tid,
		    next < s->n ? analyze_function(k, &s->frames[next]) :
		    name));
	}
	return (OK);
}

static int
on_cpu_task(void *arg, struct ctx *ctx, const struct os_proc *p)
{
	struct cpus *c = arg;
	unsigned i;
	int error = ctx_check(ctx);

	for (i = 0; error == OK && !p->is_idle && i < c->n; i++)
		if (c->tasks[i] == p->task)
			error = look_at(ctx, c, i, p);
	return (error);
}

int
analyze_cpus(struct ctx *ctx, struct analysis *a)
{
	struct cpus *c;
	unsigned online = 0, i;
	int error = OK;

	if (a->k->live)
		return (OK);
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for processors"));
	c->a = a;
	if (os_cpus(ctx, a->k, &c->n, &online) != OK)
		c->n = 0;
	if (c->n > CPUS_MAX)
		c->n = CPUS_MAX;
	for (i = 0; i < c->n; i++)
		if (os_current(ctx, a->k, (int)i, &c->tasks[i]) != OK)
			c->tasks[i] = 0;
	if (c->n > 0)
		error = os_procs(ctx, a->k, OS_THREADS, on_cpu_task, c);
	free(c);
	return (error == OK || error == E_CANCELLED ? error : OK);
}

/* A cell of a row by its column's key; a null one where there is none. */
static struct cell
cell_of(const struct table *t, size_t row, const char *key)
{
	size_t i;

	for (i = 0; i < t->ncolumns; i++)
		if (strcmp(t->columns[i].key, key) == 0)
			return (t->rows[row]->cells[i]);
	return (cell_null());
}

static double
number(struct cell c)
{
	return (c.kind == CELL_DOUBLE ? c.d : c.kind == CELL_U64 ?
	    (double)c.u : c.kind == CELL_S64 ? (double)c.s : 0);
}

static const char *
text(struct analysis *a, struct cell c)
{
	struct buf b = { 0 };
	const char *ret;

	cell_format(&c, NULL, &b);
	ret = arena_strdup(&a->arena, buf_text(&b));
	buf_fini(&b);
	return (ret != NULL ? ret : "");
}

/* The rows of another table; false, and none, when it cannot be had. */
static bool
rows_of(struct ctx *ctx, struct analysis *a, const char *name,
    struct table *t)
{
	const struct view_args args = { .argv = { name }, .argc = 1,
	    .rest = "", .tables = a->tables };
	const struct view *view = tables_view(ctx, a->tables, name);

	table_init(t);
	if (view != NULL)
		(void)view_run(ctx, a->k, view, &args, &t->sink);
	ctx_clear(ctx);
	return (t->nrows > 0);
}

/* All that wait for the lock of a row, once: at the first of them. */
static int
waiters(struct ctx *ctx, struct analysis *a, const struct table *t, size_t row)
{
	const struct cell lock = cell_of(t, row, "lock");
	const double waited = number(cell_of(t, row, "waited"));
	const enum grade grade = waited >= LONG ? GRADE_BAD : GRADE_ODD;
	const char *owner = "", *first;
	size_t i, n = 0;

	for (i = 0; i < t->nrows; i++)
		if (cell_of(t, i, "lock").kind == lock.kind &&
		    cell_of(t, i, "lock").u == lock.u && n++ == 0 && i < row)
			return (OK);
	if (cell_of(t, row, "owner_tid").kind != CELL_NULL)
		owner = arena_printf(&a->arena, ", held by %s (%s)",
		    text(a, cell_of(t, row, "owner_comm")),
		    text(a, cell_of(t, row, "owner_tid")));
	first = arena_printf(&a->arena, "%s (%s)",
	    text(a, cell_of(t, row, "comm")), text(a, cell_of(t, row, "tid")));
	if (owner == NULL || first == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for a lock"));
	if (n == 1)
		return (analyze_say(ctx, a, grade, "lock", "blocked",
		    "%s waits for the %s at %s%s, for %.1f s", first,
		    text(a, cell_of(t, row, "kind")), text(a, lock), owner,
		    waited));
	return (analyze_say(ctx, a, grade, "lock", "blocked",
	    "%zu tasks wait for the %s at %s%s; the longest, %s, for %.1f s",
	    n, text(a, cell_of(t, row, "kind")), text(a, lock), owner, first,
	    waited));
}

/* Uninterruptible, and for no lock: for a device, say. */
static int
sleepers(struct ctx *ctx, struct analysis *a, const struct table *t)
{
	const char *more = "";
	size_t i, first = t->nrows, n = 0;
	double waited;

	for (i = 0; i < t->nrows; i++)
		if (cell_of(t, i, "lock").kind == CELL_NULL && n++ == 0)
			first = i;
	if (n == 0)
		return (OK);
	waited = number(cell_of(t, first, "waited"));
	if (n > 1)
		more = arena_printf(&a->arena, " and %zu more", n - 1);
	return (analyze_say(ctx, a, waited >= HUNG ? GRADE_BAD :
	    waited >= LONG ? GRADE_ODD : GRADE_NOTE, "tasks", "blocked",
	    "%s (%s)%s cannot be woken; for %.1f s now, in %s",
	    text(a, cell_of(t, first, "comm")),
	    text(a, cell_of(t, first, "tid")), more != NULL ? more : "",
	    waited, text(a, cell_of(t, first, "wchan"))));
}

int
analyze_tasks(struct ctx *ctx, struct analysis *a)
{
	const unsigned before = a->n[GRADE_BAD] + a->n[GRADE_ODD];
	struct table t;
	size_t i;
	int error = OK;

	if (rows_of(ctx, a, "blocked", &t))
		error = sleepers(ctx, a, &t);
	for (i = 0; error == OK && i < t.nrows; i++)
		if (cell_of(&t, i, "deadlock").kind == CELL_BOOL)
			error = analyze_say(ctx, a, GRADE_BAD, "deadlock",
			    "blocked", "%s (%s) waits for %s, and so for "
			    "itself", text(a, cell_of(&t, i, "comm")),
			    text(a, cell_of(&t, i, "tid")),
			    text(a, cell_of(&t, i, "chain")));
	for (i = 0; error == OK && i < t.nrows &&
	    a->n[GRADE_BAD] + a->n[GRADE_ODD] - before < LOCKS_MAX; i++)
		if (cell_of(&t, i, "lock").kind != CELL_NULL)
			error = waiters(ctx, a, &t, i);
	table_fini(&t);
	return (error);
}

static int
zones(struct ctx *ctx, struct analysis *a)
{
	struct table t;
	double free_pages, min, low;
	size_t i;
	int error = OK;

	(void)rows_of(ctx, a, "zones", &t);
	for (i = 0; error == OK && i < t.nrows; i++) {
		free_pages = number(cell_of(&t, i, "free"));
		min = number(cell_of(&t, i, "min"));
		low = number(cell_of(&t, i, "low"));
		if (cell_of(&t, i, "free").kind == CELL_MISSING ||
		    free_pages >= low)
			continue;
		error = analyze_say(ctx, a, free_pages < min ? GRADE_BAD :
		    GRADE_ODD, "memory", "zones", "zone %s has %.0f free "
		    "pages, %s %.0f", text(a, cell_of(&t, i, "zone")),
		    free_pages, free_pages < min ? "less than its minimum of" :
		    "less than its low mark of", free_pages < min ? min : low);
	}
	table_fini(&t);
	return (error);
}

struct largest {
	uint64_t	 rss;
	int		 pid;
	char		 comm[64];
};

static int
on_proc(void *arg, struct ctx *ctx, const struct os_proc *p)
{
	struct largest *l = arg;

	if (p->rss.status == OK && p->rss.v > l->rss) {
		l->rss = p->rss.v;
		l->pid = p->pid;
		snprintf(l->comm, sizeof(l->comm), "%s", p->comm.status == OK &&
		    p->comm.s != NULL ? p->comm.s : "?");
	}
	return (ctx_check(ctx));
}

int
analyze_memory(struct ctx *ctx, struct analysis *a)
{
	const struct os_info *in = &a->info;
	struct largest l = { 0 };
	const unsigned before = a->n[GRADE_BAD] + a->n[GRADE_ODD];
	int error;

	error = zones(ctx, a);
	if (error == OK && in->mem_total.status == OK &&
	    in->mem_available.status == OK &&
	    in->mem_available.v < in->mem_total.v / 20)
		error = analyze_say(ctx, a, GRADE_BAD, "memory", "zones",
		    "%" PRIu64 " MiB of %" PRIu64 " MiB are available",
		    in->mem_available.v >> 20, in->mem_total.v >> 20);
	if (error == OK && in->swap_total.status == OK &&
	    in->swap_free.status == OK && in->swap_total.v > 0 &&
	    in->swap_free.v < in->swap_total.v / 20)
		error = analyze_say(ctx, a, GRADE_BAD, "swap", "swap",
		    "%" PRIu64 " MiB of %" PRIu64 " MiB of swap are free",
		    in->swap_free.v >> 20, in->swap_total.v >> 20);
	if (error != OK || a->n[GRADE_BAD] + a->n[GRADE_ODD] == before)
		return (error);
	(void)os_procs(ctx, a->k, 0, on_proc, &l);
	return (l.rss == 0 ? OK : analyze_say(ctx, a, GRADE_NOTE, "memory",
	    "ps", "the largest process is %s (%d) with %" PRIu64 " MiB",
	    l.comm, l.pid, l.rss >> 20));
}
