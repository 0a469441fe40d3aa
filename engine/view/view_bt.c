/* SPDX-License-Identifier: BSD-2-Clause */
/* bt: the stacks of tasks. */
#include "engine/view/bt_vars.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The same with and without debug information: then source lines are shown.
 * Where variables are shown too, addresses make room for them.
 */
#define COLUMNS(no_source, vars)					\
	{ .key = "pid", .width = 7, .right = true },			\
	{ .key = "cpu", .width = 3, .right = true },			\
	{ .key = "frame", .title = "#", .width = 3, .right = true },	\
	{ .key = "reliable", .title = "", .form = FORM_DOUBT, .width = 1 }, \
	{ .key = "pc", .width = 18, .hidden = (vars) },			\
	{ .key = "sp", .width = 18, .hidden = true },			\
	{ .key = "symbol", .width = (no_source) ? 40 : 28 },		\
	{ .key = "offset", .form = FORM_HEX, .width = 6, .right = true,	\
	    .hidden = (vars) },						\
	{ .key = "module", .width = 8 },				\
	{ .key = "source", .width = 32, .hidden = (no_source) },	\
	{ .key = "inline", .hidden = true }

enum {
	PID, CPU, FRAME, RELIABLE, PC, SP, SYMBOL, OFFSET, MODULE, SOURCE, INLINE,
	NAME, TYPE, VALUE
};

static const struct column columns[] = { COLUMNS(true, false) };
static const struct column source_columns[] = { COLUMNS(false, false) };
/* With -l: arguments and locals have rows of their own. */
static const struct column var_columns[] = {
	COLUMNS(false, true),
	{ .key = "name", .width = 16 },
	{ .key = "type", .width = 24 },
	{ .key = "value", .width = 24 },
};

struct bt {
	struct kernel	*k;
	struct row_sink	*sink;
	const struct os_proc *proc;
	bool		 lines;		/* there is debug information */
	struct debug	*debug;		/* of the frame's code */
	const struct os_frame *frame;
	bool		 vars;		/* -l */
	bool		 several;	/* tasks: each row leads to its own */
	const struct dwarf_frame *function;
	unsigned	 nvar;		/* of this function */
};

static size_t
ncells(const struct bt *b)
{
	return (b->vars ? COUNT(var_columns) : COUNT(columns));
}

/* What a frame knows; idle tasks, all 0, go by their CPU. */
static struct link
frame_link(const struct bt *b, char command[64])
{
	const struct os_proc *p = b->proc;

	if (p->is_idle)
		snprintf(command, 64, "frame cpu %d %u", p->cpu.status == OK ?
		    (int)p->cpu.v : 0, b->frame->index);
	else
		snprintf(command, 64, "frame %d %u", p->tid, b->frame->index);
	return (link_command(command));
}

static struct cell
module_cell(const struct bt *b, const struct symbol *sym)
{
	const char *name = sym_module_name(&b->k->symbols, sym);

	return (name[0] == '\0' ? cell_null() : cell_text(name));
}

/* A row: of the frame itself, or of a function that is inlined in it. */
static int
emit_row(struct ctx *ctx, struct bt *b, const struct dwarf_frame *in)
{
	const struct os_frame *f = b->frame;
	const struct symbol *sym;
	const char *name;
	char place[1024], frame[64];
	struct cell cells[COUNT(var_columns)] = { { 0 } };
	struct link code = { .kind = LINK_CODE, .addr = f->pc };
	struct row row = { .cells = cells, .ncells = ncells(b) };
	const bool inlined = in != NULL && in->inlined;

	sym = view_frame_symbol(b->k, f);
	name = inlined ? in->function : sym != NULL ?
	    sym_name(&b->k->symbols, sym) : NULL;
	place[0] = '\0';
	if (in != NULL)
		debug_place(&in->source, place, sizeof(place));
	cells[PID] = cell_s64(b->proc->tid);
	/* Of one task the row leads to what is new, the frame. */
	if (b->several)
		cells[PID] = cell_link(cells[PID],
		    link_process(b->proc->pid));
	cells[CPU] = view_cell_u64(b->proc->cpu);
	cells[FRAME] = cell_link(cell_u64(f->index), frame_link(b, frame));
	cells[PC] = cell_link(cell_addr(f->pc), code);
	cells[SP] = cell_link(cell_addr(f->sp), link_memory(f->sp,
	    (struct typeref){ 0, 0 }, f->user ? b->proc->pid : 0));
	cells[SYMBOL] = name == NULL ? cell_null() : cell_link(cell_text(name),
	    code);
	cells[OFFSET] = inlined || sym == NULL ? cell_null() :
	    cell_u64(f->pc - sym->addr);
	cells[MODULE] = sym == NULL ? cell_null() : module_cell(b, sym);
	cells[SOURCE] = place[0] == '\0' ? cell_null() : cell_text(place);
	cells[RELIABLE] = cell_bool(f->reliable);
	cells[INLINE] = cell_bool(inlined);
	row.key = b->proc->task + f->index;
	if (inlined)
		row.key ^= (uint64_t)in->entry << 32;
	row.style = f->reliable && !inlined ? ROW_NORMAL : ROW_DIM;
	return (row_emit(b->sink, ctx, &row));
}

static int
emit_var(void *arg, struct ctx *ctx, const struct bt_var *v)
{
	struct bt *b = arg;
	struct cell cells[COUNT(var_columns)] = { { 0 } };
	const struct row row = { .cells = cells, .ncells = COUNT(cells),
	    .key = (b->proc->task + b->frame->index) ^
	    (uint64_t)b->function->entry << 32 ^ ~(uint64_t)b->nvar++ << 16 };

	cells[PID] = cell_s64(b->proc->tid);
	cells[CPU] = view_cell_u64(b->proc->cpu);
	cells[FRAME] = cell_u64(b->frame->index);
	cells[RELIABLE] = cell_bool(b->frame->reliable);
	cells[INLINE] = cell_bool(b->function->inlined);
	cells[NAME] = cell_text(v->name);
	cells[TYPE] = cell_text(v->type);
	cells[VALUE] = v->value;
	return (row_emit(b->sink, ctx, &row));
}

static int
emit_function(void *arg, struct ctx *ctx, const struct dwarf_frame *in)
{
	struct bt *b = arg;
	int error;

	error = emit_row(ctx, b, in);
	if (error != OK || !b->vars)
		return (error);
	b->function = in;
	b->nvar = 0;
	return (bt_vars(ctx, b->k, b->debug, b->frame, in->entry, emit_var, b));
}

static int
emit(void *arg, struct ctx *ctx, const struct os_frame *f)
{
	const uint64_t pc = f->exact ? f->pc : f->pc - 1;
	struct bt *b = arg;
	struct dwarf *d;
	int rc;

	b->frame = f;
	if (!b->lines || f->user)
		return (emit_row(ctx, b, NULL));
	b->debug = debug_at(b->k->debug, pc);
	rc = debug_open(ctx, b->debug, &d);
	if (rc == E_NOT_FOUND) {
		ctx_clear(ctx);
		return (emit_row(ctx, b, NULL));
	}
	if (rc == 0)
		rc = dwarf_frames(ctx, d, pc - debug_shift(b->debug),
		    emit_function, b);
	return (rc == E_NOT_FOUND ? emit_row(ctx, b, NULL) : rc);
}

/* A stack that cannot be read costs its frames, not the others'. */
static int
no_stack(struct ctx *ctx, struct bt *b, int status)
{
	struct cell cells[COUNT(var_columns)] = { { 0 } };

	cells[PID] = cell_s64(b->proc->tid);
	cells[CPU] = view_cell_u64(b->proc->cpu);
	cells[PC] = view_cell_status(status);
	return (row_emit_cells(b->sink, ctx, b->proc->task, cells,
	    ncells(b)));
}

static int
one(struct ctx *ctx, struct bt *b, const struct os_proc *p)
{
	int rc, reason;

	b->proc = p;
	if (p->state == 'Z' || p->state == 'X')
		return (OK);		/* its stack is gone */
	rc = os_frames(ctx, b->k, p, emit, b);
	if (rc == OK || rc == E_CANCELLED || rc == E_NOMEM || rc == E_UNSUPPORTED)
		return (rc);
	reason = status_reason(rc) != NULL ? rc : E_NOT_FOUND;
	ctx_clear(ctx);
	return (no_stack(ctx, b, reason));
}

static int
visit(void *arg, struct ctx *ctx, const struct os_proc *p)
{
	return (one(ctx, arg, p));
}

struct pick {
	uint64_t	 task;
	struct bt	*b;
	bool		 found;
};

static int
if_task(void *arg, struct ctx *ctx, const struct os_proc *p)
{
	struct pick *pick = arg;

	if (p->task != pick->task)
		return (OK);
	pick->found = true;
	return (one(ctx, pick->b, p));
}

static int
of_cpu(struct ctx *ctx, struct bt *b, int cpu)
{
	struct pick pick = { .b = b };
	int error, tries;

	/* One that runs may have ended before it is come to. */
	for (error = OK, tries = b->k->live ? 8 : 1; error == OK &&
	    !pick.found && tries > 0; tries--) {
		error = os_current(ctx, b->k, cpu, &pick.task);
		if (error == OK)
			error = os_procs(ctx, b->k, OS_THREADS | OS_IDLE,
			    if_task, &pick);
	}
	if (error == OK && !pick.found)
		error = ctx_fail(ctx, E_NOT_FOUND, "no task is known to run "
		    "on CPU %d", cpu);
	return (error);
}

static int
of_panic(struct ctx *ctx, struct bt *b)
{
	struct os_info info;
	struct os_proc p;
	struct arena arena;
	int error;

	arena_init(&arena);
	error = os_info(ctx, b->k, &arena, &info);
	if (error == OK && info.panic.status != OK &&
	    info.panic_pid.status != OK)
		error = ctx_fail(ctx, E_USAGE, "this kernel has not panicked: "
		    "give a PID, cpu N, or -a for all tasks");
	if (error == OK && info.panic_cpu.status == OK)
		error = of_cpu(ctx, b, (int)info.panic_cpu.v);
	else if (error == OK && info.panic_pid.status == OK &&
	    (error = os_proc(ctx, b->k, (int)info.panic_pid.v, &arena,
	    &p)) == OK)
		error = one(ctx, b, &p);
	b->proc = NULL;
	arena_fini(&arena);
	return (error);
}

/* One of several whose stack cannot be read does not hide the others. */
static int
of_pid(struct ctx *ctx, struct bt *b, const struct view_args *args, int i)
{
	struct os_proc p;
	struct arena arena;
	int error;

	arena_init(&arena);
	error = view_proc(ctx, b->k, args, i, &arena, &p);
	b->proc = &p;
	if (error == OK)
		error = args->argc > 2 ? one(ctx, b, &p) :
		    os_frames(ctx, b->k, &p, emit, b);
	b->proc = NULL;
	arena_fini(&arena);
	return (error);
}

struct named {
	struct bt	*b;
	struct sym_filter *filter;
	bool		 found;
};

static int
if_named(void *arg, struct ctx *ctx, const struct os_proc *p)
{
	struct named *n = arg;
	size_t start, end;

	if (p->comm.status != OK || !sym_filter_match(n->filter, p->comm.s,
	    strlen(p->comm.s), &start, &end))
		return (OK);
	n->found = true;
	return (one(ctx, n->b, p));
}

/* All threads of that name. */
static int
of_name(struct ctx *ctx, struct bt *b, const char *regex)
{
	struct named n = { .b = b };
	int error;

	error = sym_filter_create(ctx, regex, &n.filter);
	if (error == OK)
		error = os_procs(ctx, b->k, OS_THREADS, if_named, &n);
	sym_filter_destroy(n.filter);
	if (error == OK && !n.found)
		error = ctx_fail(ctx, E_NOT_FOUND, "no task has a name like "
		    "%s; ps lists them", regex);
	return (error);
}

/* Numbers, else a single name. */
static int
of_args(struct ctx *ctx, struct bt *b, const struct view_args *args)
{
	const char *first = args->argv[1];
	int error = OK, i;

	if (args->argc == 2 && (first[0] < '0' || first[0] > '9') &&
	    first[0] != '-')
		return (of_name(ctx, b, first));
	for (i = 1; error == OK && i < args->argc; i++)
		error = of_pid(ctx, b, args, i);
	return (error);
}

static int
run(struct ctx *ctx, struct kernel *k, const struct view_args *given,
    struct row_sink *sink)
{
	struct bt b = { .k = k, .sink = sink };
	struct view_args without = *given;
	const struct view_args *args = &without;
	struct dwarf *dwarf;
	int cpu, error, i;

	b.vars = given->argc > 1 && strcmp(given->argv[1], "-l") == 0;
	if (b.vars)
		for (i = 2, without.argc--; i < given->argc; i++)
			without.argv[i - 1] = given->argv[i];
	cpu = -1;
	if (args->argc == 3 && strcmp(args->argv[1], "cpu") == 0) {
		error = view_pid(ctx, args, 2, &cpu);
		if (error != OK)
			return (error);
	} else if (args->argc == 2 && strcmp(args->argv[1], "cpu") == 0)
		return (view_usage(ctx, given));
	b.several = args->argc > 1 && cpu < 0 && (args->argc > 2 ||
	    args->argv[1][0] < '0' || args->argv[1][0] > '9');
	error = debug_open(ctx, k->debug, &dwarf);
	b.lines = error == OK || k->nmodule_files > 0;
	if (error == E_CANCELLED || (!b.lines && b.vars))
		return (error);
	ctx_clear(ctx);
	error = sink->begin(sink, ctx, b.vars ? var_columns :
	    b.lines ? source_columns : columns, ncells(&b));
	if (error != OK)
		return (error);
	if (cpu >= 0)
		return (of_cpu(ctx, &b, cpu));
	if (args->argc == 1)
		return (of_panic(ctx, &b));
	if (strcmp(args->argv[1], "-a") == 0)
		return (os_procs(ctx, k, OS_THREADS | OS_IDLE, visit, &b));
	return (of_args(ctx, &b, args));
}

const struct view view_bt = {
	.name = "bt",
	.args = "[-l] [PID... | REGEX | cpu N | -a]",
	.help = "the stacks of tasks, by number or name, of what a CPU runs, of all; of the task that panicked; -l: arguments and locals",
	.needs = NEEDS_OS,
	.run = run,
};
