/* SPDX-License-Identifier: BSD-2-Clause */
/* ps, argv, env: processes and what they were started with. */
#include "engine/view/tools.h"

#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

#define ARGS_MAX	((size_t)4 << 20)	/* strings of one process */

static const struct column ps_columns[] = {
	{ .key = "pid", .width = 7, .right = true },
	{ .key = "tid", .width = 7, .right = true },
	{ .key = "ppid", .width = 7, .right = true },
	{ .key = "comm", .width = 16 },
	{ .key = "state", .title = "S", .width = 1 },
	{ .key = "cpu", .width = 3, .right = true },
	{ .key = "uid", .width = 6, .right = true },
	{ .key = "vsz", .form = FORM_BYTES, .width = 6, .right = true },
	{ .key = "rss", .form = FORM_BYTES, .width = 6, .right = true },
	{ .key = "start", .form = FORM_SECONDS, .decimals = 6, .width = 12,
	    .right = true },
	{ .key = "wchan", .width = 20 },
	{ .key = "last_run", .form = FORM_SECONDS, .decimals = 6, .width = 12,
	    .right = true },
	{ .key = "task", .width = 18 },
	{ .key = "argv", .width = 40 },
	{ .key = "work", .width = 20 },
};

static const struct column args_columns[] = {
	{ .key = "n", .width = 4, .right = true },
	{ .key = "value" },
};

/* The strings of one process, gathered as cells. */
struct strings {
	struct cell	*v;
	size_t		 n, cap;
	struct buf	 joined;	/* with blanks between, to be searched */
	struct arena	 arena;
};

static int
gather(void *arg, struct ctx *ctx, const char *text, size_t len)
{
	struct strings *s = arg;
	char *copy;

	if (s->n >= ARGS_MAX)
		return (ctx_fail(ctx, E_LIMIT,
		    "more than %zu strings are not believable", s->n));
	copy = arena_strndup(&s->arena, text, len);
	if (copy == NULL || !vec_room(s->v, s->cap, s->n + 1))
		return (ctx_fail(ctx, E_NOMEM, "no memory for arguments"));
	if (s->n > 0)
		buf_puts(&s->joined, " ");
	buf_add(&s->joined, text, len);
	s->v[s->n++] = cell_textn(copy, len);
	return (OK);
}

struct ps {
	struct kernel	*k;
	struct table	 rows;
	struct strings	 argv;
	struct sym_filter *filter;
	struct typeref	 task_type;
};

static bool
is_wanted(struct ps *ps, const struct os_proc *p)
{
	size_t end, start;

	if (ps->filter == NULL)
		return (true);
	if (p->comm.status == OK && sym_filter_match(ps->filter, p->comm.s,
	    strlen(p->comm.s), &start, &end))
		return (true);
	return (ps->argv.n > 0 && sym_filter_match(ps->filter,
	    buf_text(&ps->argv.joined), ps->argv.joined.len, &start, &end));
}

static int
add_proc(void *arg, struct ctx *ctx, const struct os_proc *p)
{
	struct ps *ps = arg;
	struct cell argv;
	int error;

	error = ctx_check(ctx);
	if (error != OK)
		return (error);
	ps->argv.n = 0;
	buf_reset(&ps->argv.joined);
	arena_reset(&ps->argv.arena);
	/* Kernel threads have none, and no more what has ended. */
	error = p->is_kthread || p->mm == 0 ? OK :
	    os_args(ctx, ps->k, p, false, gather, &ps->argv);
	if (error == E_NOMEM || error == E_CANCELLED)
		return (error);
	ctx_clear(ctx);
	if (!is_wanted(ps, p))
		return (OK);
	argv = error == OK || error == E_NOT_FOUND ?
	    cell_list(ps->argv.v, ps->argv.n) : cell_missing(error);
	const struct cell cells[] = {
		cell_link(cell_s64(p->pid), link_process(p->pid)),
		cell_link(cell_s64(p->tid), link_process(p->tid)),
		p->ppid < 0 ? cell_missing(E_NO_TYPE) :
		    cell_link(cell_s64(p->ppid), link_process(p->ppid)),
		cell_link(view_cell_text(p->comm), link_process(p->tid)),
		cell_textn(&p->state, 1),
		view_cell_u64(p->cpu),
		view_cell_u64(p->uid),
		view_cell_u64(p->vsz),
		view_cell_u64(p->rss),
		view_cell_double(p->start),
		view_cell_text(p->wchan),
		view_cell_double(p->last_run),
		view_cell_struct(p->task, ps->task_type),
		cell_link(argv, link_process(p->tid)),
		view_cell_text(p->work),
	};
	_Static_assert(COUNT(cells) == COUNT(ps_columns), "a cell a column");

	return (row_emit_cells(&ps->rows.sink, ctx, p->task != OS_UNKNOWN ?
	    p->task : (uint64_t)p->tid, cells, COUNT(cells)));
}

/* By pid, then tid; idle tasks, all 0, by their CPU. */
static int
compare(const void *a, const void *b)
{
	static const size_t by[] = { 0, 1, 5 };
	const struct cell *x, *y;
	size_t i;

	x = (*(const struct row *const *)a)->cells;
	y = (*(const struct row *const *)b)->cells;
	for (i = 0; i < COUNT(by); i++)
		if (x[by[i]].s != y[by[i]].s)
			return (x[by[i]].s < y[by[i]].s ? -1 : 1);
	return (0);
}

static int
ps_run(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct row_sink *sink)
{
	struct ps ps = { .k = k };
	const char *regex;
	unsigned flags;
	size_t i;
	int arg, error, walk;

	flags = 0;
	regex = NULL;
	for (arg = 1; arg < args->argc; arg++) {
		if (strcmp(args->argv[arg], "-t") == 0)
			flags = OS_THREADS | OS_IDLE;
		else if (regex == NULL && args->argv[arg][0] != '-')
			regex = args->argv[arg];
		else
			return (view_usage(ctx, args));
	}
	if (regex != NULL) {
		error = sym_filter_create(ctx, regex, &ps.filter);
		if (error != OK)
			return (error);
	}
	table_init(&ps.rows);
	arena_init(&ps.argv.arena);
	if (k->types == NULL ||
	    type_find(ctx, k->types, "task_struct", &ps.task_type) != OK)
		ps.task_type = (struct typeref){ 0, 0 };
	ctx_clear(ctx);
	error = ps.rows.sink.begin(&ps.rows.sink, ctx, ps_columns,
	    COUNT(ps_columns));
	if (error == OK)
		error = sink->begin(sink, ctx, ps_columns, COUNT(ps_columns));
	if (error != OK)
		goto out;
	/* What was found before a broken list is shown all the same. */
	walk = os_procs(ctx, k, flags, add_proc, &ps);
	if (ps.rows.nrows > 0)
		qsort(ps.rows.rows, ps.rows.nrows, sizeof(*ps.rows.rows),
		    compare);
	for (i = 0; error == OK && i < ps.rows.nrows; i++)
		error = row_emit(sink, ctx, ps.rows.rows[i]);
	if (error == OK)
		error = walk;
out:
	table_fini(&ps.rows);
	arena_fini(&ps.argv.arena);
	buf_fini(&ps.argv.joined);
	free(ps.argv.v);
	sym_filter_destroy(ps.filter);
	return (error);
}

struct listing {
	struct row_sink	*sink;
	uint64_t	 n;
};

static int
emit_string(void *arg, struct ctx *ctx, const char *text, size_t len)
{
	struct listing *l = arg;
	struct cell cells[2];

	cells[0] = cell_u64(l->n);
	cells[1] = cell_textn(text, len);
	l->n++;
	return (row_emit_cells(l->sink, ctx, l->n, cells, 2));
}

static int
list_strings(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    bool env, struct row_sink *sink)
{
	struct listing l = { .sink = sink };
	struct cell cells[2];
	struct os_proc proc;
	struct arena arena;
	int error;

	if (args->argc != 2)
		return (view_usage(ctx, args));
	arena_init(&arena);
	error = view_proc(ctx, k, args, 1, &arena, &proc);
	if (error == OK)
		error = sink->begin(sink, ctx, args_columns,
		    COUNT(args_columns));
	if (error == OK && !proc.is_kthread && proc.mm != 0) {
		error = os_args(ctx, k, &proc, env, emit_string, &l);
		if (status_reason(error) != NULL) {
			/* The rest of them, which is not there. */
			cells[0] = cell_u64(l.n);
			cells[1] = cell_missing(error);
			error = row_emit_cells(sink, ctx, l.n + 1, cells, 2);
		}
	}
	arena_fini(&arena);
	return (error);
}

static int
argv_run(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct row_sink *sink)
{
	return (list_strings(ctx, k, args, false, sink));
}

static int
env_run(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct row_sink *sink)
{
	return (list_strings(ctx, k, args, true, sink));
}

const struct view view_ps = {
	.name = "ps",
	.args = "[REGEX] [-t]",
	.help = "processes, by name or arguments; -t threads and idle tasks too",
	.needs = NEEDS_OS,
	.run = ps_run,
};

const struct view view_argv = {
	.name = "argv",
	.args = "PID",
	.help = "the arguments of a process",
	.needs = NEEDS_OS,
	.run = argv_run,
};

const struct view view_env_vars = {
	.name = "env",
	.args = "PID",
	.help = "the environment of a process",
	.needs = NEEDS_OS,
	.run = env_run,
};
