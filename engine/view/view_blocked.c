/* SPDX-License-Identifier: BSD-2-Clause */
/* blocked: tasks that wait for a lock or cannot be woken, and for whom. */
#include "engine/view/tools.h"

#include "base/vec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHAIN_MAX	32		/* of links that are shown */

static const struct column columns[] = {
	{ .key = "pid", .width = 7, .right = true, .hidden = true },
	{ .key = "tid", .width = 7, .right = true },
	{ .key = "comm", .width = 16 },
	{ .key = "state", .title = "S", .width = 1 },
	{ .key = "waited", .form = FORM_SECONDS, .decimals = 2, .width = 9,
	    .right = true },
	{ .key = "kind", .width = 8 },
	{ .key = "mode", .width = 9 },
	{ .key = "owner_tid", .title = "OWNER", .width = 7, .right = true },
	{ .key = "owner_comm", .title = "COMM", .width = 16 },
	{ .key = "owner_state", .title = "S", .width = 1 },
	{ .key = "held", .width = 9, .hidden = true },
	{ .key = "lock", .width = 18 },
	{ .key = "wchan", .width = 24 },
	{ .key = "chain", .width = 16 },
	{ .key = "deadlock" },
};

struct waiter {
	int		 pid, tid;
	const char	*comm, *wchan;
	char		 state;
	uint64_t	 task;
	double		 last_run;	/* < 0: not known */
	bool		 wanted;
	struct os_wait	 wait;		/* kind NULL: for no lock */
};

struct blocked {
	struct kernel	*k;
	struct row_sink	*sink;
	struct sym_filter *filter;
	struct arena	 arena;
	struct waiter	*v;		/* all tasks: any may own a lock */
	size_t		 n, cap;
	double		 now;		/* the last switch to a task, s */
};

static int
add(void *arg, struct ctx *ctx, const struct os_proc *p)
{
	struct blocked *b = arg;
	struct waiter w = { .pid = p->pid, .tid = p->tid, .state = p->state,
	    .task = p->task, .last_run = -1 };
	size_t start, end;
	int error;

	error = ctx_check(ctx);
	if (error != OK)
		return (error);
	w.comm = arena_strdup(&b->arena, p->comm.status == OK &&
	    p->comm.s != NULL ? p->comm.s : "");
	w.wchan = arena_strdup(&b->arena, p->wchan.status == OK &&
	    p->wchan.s != NULL ? p->wchan.s : "");
	if (w.comm == NULL || w.wchan == NULL ||
	    !vec_room(b->v, b->cap, b->n + 1))
		return (ctx_fail(ctx, E_NOMEM, "no memory for tasks"));
	if (p->last_run.status == OK)
		w.last_run = p->last_run.v;
	if (w.last_run > b->now)
		b->now = w.last_run;
	error = os_waits(ctx, b->k, p, &w.wait);
	/* Without memory the state is all there is to tell by. */
	if (error != OK && error != E_NOT_FOUND && !os_lacks_memory(b->k))
		return (error);
	w.wanted = (w.wait.kind != NULL || p->state == 'D') &&
	    (b->filter == NULL || sym_filter_match(b->filter, w.comm,
	    strlen(w.comm), &start, &end));
	b->v[b->n++] = w;
	return (OK);
}

static const struct waiter *
by_task(const struct blocked *b, uint64_t task)
{
	size_t i;

	for (i = 0; task != 0 && i < b->n; i++)
		if (b->v[i].task == task)
			return (&b->v[i]);
	return (NULL);
}

/* From the owner on, each waiting for the next; and the stacks of all. */
static struct cell
chain(struct blocked *b, const struct waiter *first, struct cell *deadlock)
{
	struct cell cells[CHAIN_MAX], *list;
	const struct waiter *seen[CHAIN_MAX], *w = first;
	struct buf command = { 0 };
	struct cell ret;
	size_t i = 0, n = 0;

	buf_printf(&command, "bt %d", first->tid);
	for (seen[0] = w; n + 1 < CHAIN_MAX; seen[n] = w) {
		w = by_task(b, w->wait.owner);
		if (w == NULL)
			break;
		cells[n++] = cell_link(cell_s64(w->tid),
		    link_process(w->tid));
		for (i = 0; i < n && w != seen[i]; i++)
			;
		if (i < n)
			break;
		buf_printf(&command, " %d", w->tid);
	}
	*deadlock = w != NULL && i < n ? cell_bool(true) : cell_null();
	list = arena_dup(&b->arena, cells, n * sizeof(*cells));
	ret = cell_list(list, list == NULL ? 0 : n);
	if (n > 0)
		ret = cell_link(ret, link_command(arena_strdup(&b->arena,
		    buf_text(&command))));
	buf_fini(&command);
	return (ret);
}

static int
emit(struct ctx *ctx, struct blocked *b, const struct waiter *w)
{
	const struct waiter *owner = by_task(b, w->wait.owner);
	struct typeref type = { 0, 0 };
	struct cell cells[COUNT(columns)], *c = cells;
	struct row row = { .key = w->task, .cells = cells,
	    .ncells = COUNT(cells) };

	if (w->wait.lock != 0 && type_find(ctx, b->k->types, w->wait.type,
	    &type) != OK)
		ctx_clear(ctx);
	*c++ = cell_link(cell_s64(w->pid), link_process(w->pid));
	*c++ = cell_link(cell_s64(w->tid), link_process(w->tid));
	*c++ = cell_link(cell_text(w->comm), link_process(w->tid));
	*c++ = cell_textn(&w->state, 1);
	*c++ = w->last_run < 0 ? cell_null() :
	    cell_double(b->now - w->last_run);
	*c++ = cell_text(w->wait.kind);
	*c++ = w->wait.lock == 0 ? cell_null() : cell_text(w->wait.shared ?
	    "shared" : "exclusive");
	if (w->wait.owner != 0) {
		*c++ = cell_link(cell_s64(w->wait.owner_tid),
		    link_process(w->wait.owner_tid));
		*c++ = owner == NULL ? cell_null() :
		    cell_link(cell_text(owner->comm),
		    link_process(owner->tid));
		*c++ = owner == NULL ? cell_null() :
		    cell_textn(&owner->state, 1);
		*c++ = cell_text(w->wait.by_readers ? "shared" : "exclusive");
	} else {
		*c++ = cell_null();
		*c++ = cell_null();
		*c++ = cell_null();
		*c++ = cell_null();
	}
	*c++ = w->wait.lock == 0 ? cell_null() :
	    view_cell_struct(w->wait.lock, type);
	*c++ = cell_text(w->wchan);
	c[0] = chain(b, w, &c[1]);
	row.style = c[1].kind == CELL_BOOL ? ROW_ERROR : ROW_NORMAL;
	return (row_emit(b->sink, ctx, &row));
}

/* Those that wait longest come first. */
static int
compare(const void *a, const void *b)
{
	const struct waiter *x = *(const struct waiter *const *)a;
	const struct waiter *y = *(const struct waiter *const *)b;

	if (x->last_run < y->last_run || x->last_run > y->last_run)
		return (x->last_run < y->last_run ? -1 : 1);
	return ((x->tid > y->tid) - (x->tid < y->tid));
}

static int
emit_all(struct ctx *ctx, struct blocked *b)
{
	const struct waiter **rows;
	size_t i, n = 0;
	int error = OK;

	rows = calloc(b->n + 1, sizeof(*rows));
	if (rows == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for tasks"));
	for (i = 0; i < b->n; i++)
		if (b->v[i].wanted)
			rows[n++] = &b->v[i];
	qsort(rows, n, sizeof(*rows), compare);
	for (i = 0; error == OK && i < n; i++)
		error = emit(ctx, b, rows[i]);
	free(rows);
	return (error);
}

static int
run(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct row_sink *sink)
{
	struct blocked b = { .k = k, .sink = sink };
	int error, walk;

	if (args->argc > 2)
		return (view_usage(ctx, args));
	error = args->argc == 1 ? OK :
	    sym_filter_create(ctx, args->argv[1], &b.filter);
	if (error == OK)
		error = sink->begin(sink, ctx, columns, COUNT(columns));
	arena_init(&b.arena);
	/* What was found before a broken list is shown all the same. */
	walk = error != OK ? error :
	    os_procs(ctx, k, OS_THREADS, add, &b);
	if (error == OK)
		error = emit_all(ctx, &b);
	arena_fini(&b.arena);
	free(b.v);
	sym_filter_destroy(b.filter);
	return (error != OK ? error : walk);
}

const struct view view_blocked = {
	.name = "blocked",
	.args = "[REGEX]",
	.help = "tasks that wait for a lock or cannot be woken: for which lock, who owns it, and whom that one waits for",
	.needs = NEEDS_OS,
	.run = run,
};
