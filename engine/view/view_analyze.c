/* SPDX-License-Identifier: BSD-2-Clause */
/* analyze: what looks wrong, the worst first. */
#include "engine/view/analyze.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const struct column columns[] = {
	{ .key = "grade", .width = 5 },
	{ .key = "topic", .width = 8 },
	{ .key = "see", .width = 24 },
	{ .key = "finding" },
};

static const struct {
	const char	*name;
	int		 style;
} grades[] = {
	[GRADE_FATAL] = { "fatal", ROW_ERROR },
	[GRADE_BAD] = { "bad", ROW_WARN },
	[GRADE_ODD] = { "odd", ROW_NORMAL },
	[GRADE_NOTE] = { "note", ROW_DIM },
};

int
analyze_say(struct ctx *ctx, struct analysis *a, enum grade grade,
    const char *topic, const char *see, const char *fmt, ...)
{
	struct cell cells[COUNT(columns)];
	struct row row = { .cells = cells, .ncells = COUNT(cells),
	    .style = grades[grade].style };
	const unsigned quiet = ctx->quiet;
	const char *text;
	va_list ap;
	int error;

	va_start(ap, fmt);
	text = arena_vprintf(&a->arena, fmt, ap);
	va_end(ap);
	if (text == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for a finding"));
	/* The same finding is the same row after a refresh. */
	row.key = (uint64_t)grade << 32 | ++a->n[grade];
	cells[0] = cell_text(grades[grade].name);
	cells[1] = cell_text(topic);
	cells[2] = cell_text(see);
	if (see != NULL)
		cells[2] = cell_link(cells[2], link_command(see));
	cells[3] = cell_text(text);
	ctx->quiet = 0;
	error = row_emit(a->sink, ctx, &row);
	ctx->quiet = quiet;
	return (error);
}

static int
on_frame(void *arg, struct ctx *ctx, const struct os_frame *f)
{
	struct stack *s = arg;

	s->frames[s->n] = *f;
	if (f->regs != NULL) {
		s->regs[s->n] = *f->regs;
		s->frames[s->n].regs = &s->regs[s->n];
	}
	return (++s->n == STACK_MAX ? E_DONE : ctx_check(ctx));
}

void
analyze_stack(struct ctx *ctx, struct kernel *k, const struct os_proc *p,
    struct stack *s)
{
	s->n = 0;
	ctx->quiet++;
	(void)os_frames(ctx, k, p, on_frame, s);
	ctx->quiet--;
	ctx_clear(ctx);
}

struct pick {
	struct kernel	*k;
	struct stack	*s;
	uint64_t	 task;
};

static int
if_task(void *arg, struct ctx *ctx, const struct os_proc *p)
{
	const struct pick *pick = arg;

	if (p->task != pick->task)
		return (OK);
	analyze_stack(ctx, pick->k, p, pick->s);
	return (E_DONE);
}

void
analyze_panicked(struct ctx *ctx, struct kernel *k, const struct os_info *info,
    struct stack *s)
{
	struct pick pick = { .k = k, .s = s };
	struct os_proc p;
	struct arena arena;

	s->n = 0;
	ctx->quiet++;
	arena_init(&arena);
	if (info->panic_cpu.status == OK && os_current(ctx, k,
	    (int)info->panic_cpu.v, &pick.task) == OK)
		(void)os_procs(ctx, k, OS_THREADS | OS_IDLE, if_task, &pick);
	else if (info->panic_pid.status == OK && os_proc(ctx, k,
	    (int)info->panic_pid.v, &arena, &p) == OK)
		analyze_stack(ctx, k, &p, s);
	arena_fini(&arena);
	ctx->quiet--;
	ctx_clear(ctx);
}

/* What is wrong with the source of all this. */
static int
dump(struct ctx *ctx, struct analysis *a)
{
	size_t i;
	int error = OK;

	for (i = 0; error == OK && i < a->k->nwarnings; i++)
		error = analyze_say(ctx, a, GRADE_ODD, "dump", "info", "%s",
		    a->k->warnings[i]);
	return (error);
}

static int
nothing(struct ctx *ctx, struct analysis *a)
{
	return (a->n[GRADE_FATAL] + a->n[GRADE_BAD] + a->n[GRADE_ODD] > 0 ? OK :
	    analyze_say(ctx, a, GRADE_NOTE, "all", NULL,
	    "nothing looks wrong"));
}

static int (*const checks[])(struct ctx *, struct analysis *) = {
	analyze_panic, analyze_fault, analyze_cpus, analyze_tasks,
	analyze_memory, analyze_log, dump, nothing,
};

static int
run(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct row_sink *sink)
{
	struct analysis a = { .k = k, .sink = sink, .tables = args->tables };
	size_t i;
	int error;

	if (args->argc > 1)
		return (view_usage(ctx, args));
	arena_init(&a.arena);
	error = os_info(ctx, k, &a.arena, &a.info);
	if (error == OK)
		error = sink->begin(sink, ctx, columns, COUNT(columns));
	for (i = 0; error == OK && i < COUNT(checks); i++) {
		ctx->quiet++;
		error = checks[i](ctx, &a);
		ctx->quiet--;
		if (error == OK)
			ctx_clear(ctx);
	}
	arena_fini(&a.arena);
	return (error);
}

const struct view view_analyze = {
	.name = "analyze",
	.args = "",
	.help = "what looks wrong: the panic and its cause, processors that spin, tasks that hang, memory, the log",
	.needs = NEEDS_OS,
	.run = run,
};
