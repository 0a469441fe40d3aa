/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frame: one frame of a stack, with its registers, arguments and locals; from
 * then on expressions find these by their names.
 */
#include "engine/view/bt_vars.h"

#include "arch/cfi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct column columns[] = {
	{ .key = "pid", .width = 7, .right = true, .hidden = true },
	{ .key = "frame", .width = 3, .right = true, .hidden = true },
	{ .key = "kind", .width = 8 },
	{ .key = "name", .width = 24 },
	{ .key = "type", .width = 28 },
	{ .key = "value", .width = 24 },
};

/* What is wanted: of a task, by its structure, this frame. */
struct wanted {
	struct value_frame frame;
	bool		 by_task;	/* else by tid */
};

struct show {
	struct kernel	*k;
	struct row_sink	*sink;
	const struct wanted *wanted;
	bool		 lines;		/* there is debug information */
	struct debug	*debug;		/* of the frame's code */
	struct value_vars *names;	/* what expressions will find */
	struct os_frame	 frame;
	struct unwind_regs regs;
	unsigned	 n;		/* frames that there are */
	bool		 found;
	uint64_t	 key;
};

static int
emit(struct ctx *ctx, struct show *s, const char *kind, const char *name,
    const char *type, struct cell value)
{
	const struct cell cells[] = {
		cell_link(cell_s64(s->wanted->frame.tid),
		    link_process(s->wanted->frame.tid)),
		cell_u64(s->frame.index), cell_text(kind), cell_text(name),
		cell_text(type), value,
	};
	const struct row row = { .key = ++s->key, .cells = cells,
	    .ncells = COUNT(cells),
	    .style = strcmp(kind, "frame") == 0 ? ROW_STRONG :
	    strcmp(kind, "inlined") == 0 ? ROW_DIM : ROW_NORMAL };

	return (row_emit(s->sink, ctx, &row));
}

/* The code: its function, its source line where that is known. */
static int
emit_code(struct ctx *ctx, struct show *s, const struct dwarf_frame *in)
{
	const uint64_t pc = s->frame.pc;
	const struct link code = { .kind = LINK_CODE, .addr = pc };
	const struct symbol *sym;
	const char *kind = "frame";
	char name[512], place[1024] = "";

	sym = view_frame_symbol(s->k, &s->frame);
	if (in != NULL)
		debug_place(&in->source, place, sizeof(place));
	if (in != NULL && in->inlined) {
		kind = "inlined";
		snprintf(name, sizeof(name), "%s", in->function);
	} else if (sym != NULL)
		snprintf(name, sizeof(name), "%s+0x%llx",
		    sym_name(&s->k->symbols, sym),
		    (unsigned long long)(pc - sym->addr));
	else
		snprintf(name, sizeof(name), "?");
	return (emit(ctx, s, kind, name, place, cell_link(cell_addr(pc),
	    code)));
}

/* Of two with one name the innermost is meant. */
static int
keep(struct ctx *ctx, struct show *s, const char *name, const struct value *v)
{
	struct value old;

	if (name[0] == '\0' || value_vars_get(s->names, name, &old))
		return (OK);
	return (value_vars_set(ctx, s->names, name, v));
}

static int
on_var(void *arg, struct ctx *ctx, const struct bt_var *v)
{
	struct show *s = arg;
	int error;

	error = emit(ctx, s, v->is_argument ? "argument" : "local", v->name,
	    v->type, v->value);
	return (error == OK ? keep(ctx, s, v->name, &v->v) : error);
}

static int
on_function(void *arg, struct ctx *ctx, const struct dwarf_frame *in)
{
	struct show *s = arg;
	int error;

	error = emit_code(ctx, s, in);
	if (error != OK)
		return (error);
	return (bt_vars(ctx, s->k, s->debug, &s->frame, in->entry, on_var, s));
}

/* Those that are known, by name. */
static int
emit_regs(struct ctx *ctx, struct show *s)
{
	const struct cfi_arch *a = cfi_arch_of(s->k->arch);
	struct value v = { .place = VALUE_IMM, .space = &s->k->space };
	char name[64], type[64];
	struct link memory;
	unsigned i;
	int error = OK;

	for (i = 0; error == OK && a != NULL && a->names != NULL &&
	    a->names[i] != NULL; i++) {
		if (!unwind_has(&s->regs, i))
			continue;
		v.bits = s->regs.v[i];
		v.type = type_builtin(s->k->types, i == a->pc || i == a->sp ||
		    i == a->fp ? '0' : 'L');
		snprintf(name, sizeof(name), "$%s", a->names[i]);
		if (type_name(ctx, s->k->types, v.type, "", type,
		    sizeof(type)) != OK)
			type[0] = '\0';
		memory = (struct link){ .kind = LINK_MEMORY, .addr = v.bits };
		if (i == a->pc)
			memory.kind = LINK_CODE;
		error = emit(ctx, s, "register", name, type,
		    v.bits >> 63 == 0 ? cell_addr(v.bits) :
		    cell_link(cell_addr(v.bits), memory));
		if (error == OK)
			error = value_vars_set(ctx, s->names, name, &v);
	}
	return (error);
}

/* $pc, $sp and $fp on every processor, whatever it calls them. */
static int
keep_usual(struct ctx *ctx, struct show *s)
{
	const struct cfi_arch *a = cfi_arch_of(s->k->arch);
	struct value v = { .place = VALUE_IMM, .space = &s->k->space,
	    .bits = s->frame.pc, .type = type_builtin(s->k->types, '0') };
	int error;

	error = keep(ctx, s, "$pc", &v);
	v.bits = s->frame.sp;
	if (error == OK)
		error = keep(ctx, s, "$sp", &v);
	if (error != OK || a == NULL || !unwind_has(&s->regs, a->fp))
		return (error);
	v.bits = s->regs.v[a->fp];
	return (keep(ctx, s, "$fp", &v));
}

static int
emit_all(struct ctx *ctx, struct show *s)
{
	const struct os_frame *f = &s->frame;
	const uint64_t pc = f->exact ? f->pc : f->pc - 1;
	struct dwarf *d;
	int error = E_NOT_FOUND;

	if (s->lines && !f->user) {
		s->debug = debug_at(s->k->debug, pc);
		error = debug_open(ctx, s->debug, &d);
		if (error == OK)
			error = dwarf_frames(ctx, d, pc -
			    debug_shift(s->debug), on_function, s);
	}
	if (error == E_NOT_FOUND) {
		ctx_clear(ctx);
		error = emit_code(ctx, s, NULL);
	}
	if (error == OK)
		error = emit_regs(ctx, s);
	return (error == OK ? keep_usual(ctx, s) : error);
}

static int
on_frame(void *arg, struct ctx *ctx, const struct os_frame *f)
{
	struct show *s = arg;

	(void)ctx;
	s->n = f->index + 1;
	if (f->index != s->wanted->frame.index)
		return (OK);
	s->frame = *f;
	if (f->regs != NULL)
		s->regs = *f->regs;
	s->frame.regs = &s->regs;
	s->found = true;
	return (E_DONE);
}

static int
of_task(struct ctx *ctx, struct show *s, const struct os_proc *p)
{
	struct value_frame frame = s->wanted->frame;
	int error;

	error = os_frames(ctx, s->k, p, on_frame, s);
	if (error == OK && !s->found)
		error = ctx_fail(ctx, E_NOT_FOUND, "the stack of task %d has "
		    "frames 0 to %d", p->tid, (int)s->n - 1);
	if (error != OK)
		return (error);
	s->names = value_vars_create();
	if (s->names == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for a frame"));
	error = s->sink->begin(s->sink, ctx, columns, COUNT(columns));
	if (error == OK)
		error = emit_all(ctx, s);
	if (error == OK && s->k->env.vars != NULL) {
		frame.task = p->task;
		frame.tid = p->tid;
		frame.exact = s->frame.exact;
		value_frame_choose(s->k->env.vars, &frame, s->names);
	} else
		value_vars_destroy(s->names);
	return (error);
}

struct pick {
	struct show	*s;
	bool		 found;
};

static int
if_task(void *arg, struct ctx *ctx, const struct os_proc *p)
{
	struct pick *pick = arg;
	int error;

	if (p->task != pick->s->wanted->frame.task)
		return (OK);
	pick->found = true;
	error = of_task(ctx, pick->s, p);
	return (error == OK ? E_DONE : error);
}

static int
find_task(struct ctx *ctx, struct show *s)
{
	const struct wanted *w = s->wanted;
	struct pick pick = { .s = s };
	struct os_proc p;
	struct arena arena;
	int error;

	if (w->by_task) {
		error = os_procs(ctx, s->k, OS_THREADS | OS_IDLE, if_task,
		    &pick);
		return (error == OK && !pick.found ? ctx_fail(ctx, E_NOT_FOUND,
		    "that task is not there") : error == E_DONE ? OK : error);
	}
	arena_init(&arena);
	error = os_proc(ctx, s->k, w->frame.tid, &arena, &p);
	if (error == OK)
		error = of_task(ctx, s, &p);
	arena_fini(&arena);
	return (error);
}

/* The task of which a frame was chosen last, else the one that panicked. */
static int
default_task(struct ctx *ctx, struct kernel *k, struct wanted *w)
{
	struct os_info info;
	struct arena arena;
	int error;

	w->by_task = true;
	if (value_frame_chosen(k->env.vars, &w->frame))
		return (OK);
	arena_init(&arena);
	error = os_info(ctx, k, &arena, &info);
	if (error == OK)
		error = info.panic_cpu.status != OK ? ctx_fail(ctx, E_USAGE,
		    "no frame was chosen, and this kernel has not panicked: "
		    "give a PID and a number; bt shows them") :
		    os_current(ctx, k, (int)info.panic_cpu.v, &w->frame.task);
	if (error == OK && info.panic_pid.status == OK)
		w->frame.tid = (int)info.panic_pid.v;
	arena_fini(&arena);
	return (error);
}

/* "", N, up, down, PID N, cpu C, cpu C N */
static int
parse(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct wanted *w)
{
	int error, n = 0;

	memset(w, 0, sizeof(*w));
	if (args->argc > 1 && strcmp(args->argv[1], "cpu") == 0) {
		w->by_task = true;
		if (args->argc < 3 || args->argc > 4)
			return (view_usage(ctx, args));
		error = view_pid(ctx, args, 2, &n);
		if (error == OK)
			error = os_current(ctx, k, n, &w->frame.task);
		n = 0;
		if (error == OK && args->argc == 4)
			error = view_pid(ctx, args, 3, &n);
	} else if (args->argc == 3) {
		error = view_pid(ctx, args, 1, &w->frame.tid);
		if (error == OK)
			error = view_pid(ctx, args, 2, &n);
	} else if (args->argc > 3)
		return (view_usage(ctx, args));
	else {
		error = default_task(ctx, k, w);
		n = (int)w->frame.index;
		if (error != OK || args->argc == 1)
			return (error);
		if (strcmp(args->argv[1], "up") == 0)
			n++;
		else if (strcmp(args->argv[1], "down") == 0)
			n = n > 0 ? n - 1 : 0;
		else
			error = view_pid(ctx, args, 1, &n);
	}
	w->frame.index = (unsigned)n;
	return (error);
}

static int
run(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct row_sink *sink)
{
	struct wanted wanted;
	struct show s = { .k = k, .sink = sink, .wanted = &wanted };
	struct dwarf *dwarf;
	int error;

	error = parse(ctx, k, args, &wanted);
	if (error != OK)
		return (error);
	error = debug_open(ctx, k->debug, &dwarf);
	s.lines = error == OK || k->nmodule_files > 0;
	if (error == E_CANCELLED)
		return (error);
	ctx_clear(ctx);
	return (find_task(ctx, &s));
}

const struct view view_frame = {
	.name = "frame",
	.args = "[[PID] N | up | down | cpu C [N]]",
	.help = "one frame of a stack: registers, arguments, locals, which expressions then know by name",
	.needs = NEEDS_OS,
	.run = run,
};
