/* SPDX-License-Identifier: BSD-2-Clause */
/* ps, argv, env: processes and what they were started with. */
#include "engine/view/tools.h"

#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

#define ARGS_MAX	((size_t)4 << 20)	/* strings of one process */
#define FILTER_USER	8u			/* of what makedumpfile -d leaves out */

static const struct column ps_columns[] = {
	{ .key = "pid", .width = 7, .right = true },
	{ .key = "tid", .width = 7, .right = true },
	{ .key = "ppid", .width = 7, .right = true },
	{ .key = "comm", .width = 16, .tree = true },
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
	bool		 no_kthreads;
	struct table	 rows;		/* those that come in no order */
	struct row_sink	*to;
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
	if (error != OK || (ps->no_kthreads && (p->is_kthread || p->is_idle)))
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

	return (row_emit_cells(ps->to, ctx, p->task != OS_UNKNOWN ?
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

/* --- as a tree --- */

#define NOBODY	SIZE_MAX

/* A process by its number among rows that are in order. */
static size_t
row_of_pid(const struct table *t, int64_t pid)
{
	size_t low, high, mid;

	for (low = 0, high = t->nrows; low < high;) {
		mid = low + (high - low) / 2;
		if (t->rows[mid]->cells[0].s < pid)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < t->nrows && t->rows[low]->cells[0].s == pid; low++)
		if (t->rows[low]->cells[1].s == pid)
			return (low);
	return (NOBODY);
}

/* Whom a row lies below: a thread its process, a process its parent. */
static size_t
parent_of(const struct table *t, size_t i)
{
	const struct cell *c = t->rows[i]->cells;
	size_t parent;

	if (c[0].s != c[1].s)
		return (row_of_pid(t, c[0].s));
	parent = c[2].kind == CELL_S64 && c[2].s > 0 ?
	    row_of_pid(t, c[2].s) : NOBODY;
	return (parent == i ? NOBODY : parent);
}

struct family {
	size_t	 first, next;		/* child, and child of the same parent */
	size_t	 parent;
	bool	 out;
};

/* A row and all below it; the links are ours, so that they have no loops. */
static int
emit_branch(struct ctx *ctx, const struct table *t, struct family *f, size_t at,
    struct row_sink *sink)
{
	unsigned depth = 0;
	struct row row;
	size_t i = at;
	int error;

	for (;;) {
		if (!f[i].out) {
			f[i].out = true;
			row = *t->rows[i];
			row.depth = depth;
			error = row_emit(sink, ctx, &row);
			if (error != OK)
				return (error);
		}
		if (f[i].first != NOBODY && !f[f[i].first].out) {
			i = f[i].first;
			depth++;
			continue;
		}
		while (i != at && (f[i].next == NOBODY || f[f[i].next].out)) {
			i = f[i].parent;
			depth--;
		}
		if (i == at)
			return (OK);
		i = f[i].next;
	}
}

/* Parents first, each child below its own; whom nobody has comes at the left. */
static int
emit_tree(struct ctx *ctx, const struct table *t, struct row_sink *sink)
{
	struct family *f;
	size_t i, pass;
	int error;

	f = malloc((t->nrows + 1) * sizeof(*f));
	if (f == NULL)
		return (ctx_fail(ctx, E_NOMEM, "ps: no memory for a tree"));
	for (i = 0; i < t->nrows; i++)
		f[i] = (struct family){ NOBODY, NOBODY, parent_of(t, i), false };
	/* From the last on: children come out in their order. */
	for (i = t->nrows; i-- > 0;) {
		if (f[i].parent == NOBODY)
			continue;
		f[i].next = f[f[i].parent].first;
		f[f[i].parent].first = i;
	}
	/* What damage made its own ancestor is left for a second round. */
	error = OK;
	for (pass = 0; pass < 2; pass++)
		for (i = 0; error == OK && i < t->nrows; i++)
			if (!f[i].out && (pass == 1 || f[i].parent == NOBODY))
				error = emit_branch(ctx, t, f, i, sink);
	free(f);
	return (error);
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
	bool tree;

	flags = 0;
	tree = false;
	regex = NULL;
	for (arg = 1; arg < args->argc; arg++) {
		if (strcmp(args->argv[arg], "-t") == 0)
			flags = OS_THREADS | OS_IDLE;
		else if (strcmp(args->argv[arg], "-f") == 0)
			tree = true;
		else if (strcmp(args->argv[arg], "-u") == 0)
			ps.no_kthreads = true;
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
	/* Processes come by their numbers. */
	ps.to = tree || (flags & OS_THREADS) != 0 ? &ps.rows.sink : sink;
	/* What was found before a broken list is shown all the same. */
	walk = os_procs(ctx, k, flags, add_proc, &ps);
	if (ps.rows.nrows > 0)
		qsort(ps.rows.rows, ps.rows.nrows, sizeof(*ps.rows.rows),
		    compare);
	if (tree)
		error = emit_tree(ctx, &ps.rows, sink);
	for (i = 0; !tree && error == OK && i < ps.rows.nrows; i++)
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
	int error, missing = OK;

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
			missing = error;
			error = row_emit_cells(sink, ctx, l.n + 1, cells, 2);
		}
		/* Said in words: it is missing of all processes alike. */
		if (error == OK && missing == E_NOT_IN_DUMP)
			error = k->dump->filter & FILTER_USER ? ctx_fail(ctx,
			    missing, "the memory of processes was left out "
			    "when this dump was made (makedumpfile -d %u)",
			    k->dump->filter) : ctx_fail(ctx, missing, "that "
			    "memory of the process is not in the dump");
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
	.args = "[REGEX] [-t] [-f] [-u]",
	.help = "processes, by name or arguments; -t with threads and idle tasks, "
	    "-f as a tree, -u without the kernel's own",
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
