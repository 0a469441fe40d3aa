/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Views, run: the steps of a section, one after the other; a loop runs what
 * follows it for each element, and at the end of the steps is a row.
 */
#include "engine/view/viewfile_int.h"

#include "base/vec.h"
#include "engine/os/os.h"
#include "engine/view/tools.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST_MAX	65536		/* elements of a list in a cell */
#define LOOPS_MAX	64		/* within each other */

static int	steps(struct vf_run *, const struct vf_step *);

bool
vf_is_absent(int status)
{
	return (status == E_NO_SYMBOL || status == E_NO_TYPE ||
	    status == E_NO_MEMBER);
}

/* Put the place in the file in front, instead of "column N: ". */
int
vf_fail_at(struct vf_run *run, unsigned line, unsigned column)
{
	struct err err = run->ctx->err;
	const char *text = err.text;
	char *end;

	/* Said already, by what is further in. */
	if (strncmp(text, run->f->file, strlen(run->f->file)) == 0)
		return (err.code);
	if (strncmp(text, "column ", 7) == 0) {
		column += (unsigned)strtoul(text + 7, &end, 10) - 1;
		if (strncmp(end, ": ", 2) == 0)
			text = end + 2;
	}
	(void)ctx_fail_at(run->ctx, err.code, err.addr, "%s:%u:%u: %s",
	    run->f->file, line, column, text);
	return (err.code);
}

/* --- variables and expressions ------------------------------------------------- */

static int
set_name(struct vf_run *run, const char *name, const struct value *v)
{
	size_t i;

	for (i = 0; i < run->npoisoned; i++)
		if (strcmp(run->poisoned[i].name, name) == 0)
			run->poisoned[i] = run->poisoned[--run->npoisoned];
	return (value_vars_set(run->ctx, run->env.vars, name, v));
}

static void
poison(struct vf_run *run, const char *name, int status)
{
	size_t i;

	for (i = 0; i < run->npoisoned; i++)
		if (strcmp(run->poisoned[i].name, name) == 0)
			break;
	if (i == VF_POISONED_MAX)
		return;
	run->poisoned[i].name = name;
	run->poisoned[i].status = status;
	snprintf(run->poisoned[i].why, sizeof(run->poisoned[i].why), "%.*s",
	    (int)sizeof(run->poisoned[i].why) - 1, run->ctx->err.text);
	if (i == run->npoisoned)
		run->npoisoned++;
}

/* Does the text use the variable? */
static bool
uses(const char *text, const char *name)
{
	size_t n = strlen(name);
	const char *p;
	char c;

	for (p = strchr(text, '$'); p != NULL; p = strchr(p + 1, '$')) {
		if (strncmp(p + 1, name, n) != 0)
			continue;
		c = p[1 + n];
		if (c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') &&
		    (c < 'A' || c > 'Z'))
			return (true);
	}
	return (false);
}

static int
eval_one(struct vf_run *run, const struct vf_expr *e, struct value *v)
{
	size_t i;

	for (i = 0; i < run->npoisoned; i++)
		if (uses(e->text, run->poisoned[i].name))
			return (ctx_fail(run->ctx, run->poisoned[i].status,
			    "%s", run->poisoned[i].why));
	return (value_eval(run->ctx, &run->env, e->text, v));
}

int
vf_eval(struct vf_run *run, const struct vf_expr *e, struct value *v)
{
	uint8_t *chosen = &run->chosen[e->id];
	unsigned i, skip;
	int rc;

	skip = *chosen > 0 ? *chosen - 1u : 0;
	for (i = 0; i < skip; i++)
		e = e->other;
	for (;; e = e->other, i++) {
		run->ctx->quiet += e->other != NULL;
		rc = eval_one(run, e, v);
		run->ctx->quiet -= e->other != NULL;
		if (!vf_is_absent(rc) || e->other == NULL)
			break;
	}
	if (rc == OK) {
		if (i < UINT8_MAX - 1)
			*chosen = (uint8_t)(i + 1);
		return (OK);
	}
	return (vf_fail_at(run, e->line, e->column));
}

int
vf_eval_bits(struct vf_run *run, const struct vf_expr *e, uint64_t *ret)
{
	struct value v;
	int rc;

	rc = vf_eval(run, e, &v);
	if (rc != OK)
		return (rc);
	rc = value_load(run->ctx, &run->env, &v, ret);
	return (rc == OK ? OK : vf_fail_at(run, e->line, e->column));
}

/* false for what is not there; what cannot be read counts as true. */
static int
eval_test(struct vf_run *run, const struct vf_expr *e, bool *ret)
{
	uint64_t bits;
	int rc;

	rc = vf_eval_bits(run, e, &bits);
	if (status_reason(rc) != NULL && !vf_is_absent(rc)) {
		ctx_clear(run->ctx);
		*ret = true;
		return (OK);
	}
	if (rc == OK)
		*ret = bits != 0;
	return (rc);
}

/* Has this kernel what a branch wants? */
static int
condition(struct vf_run *run, const struct vf_cond *c, bool *ret)
{
	char name[256];
	struct type_field f;
	struct typeref ref;
	const char *dot;
	size_t n;
	bool has;
	int rc;

	run->ctx->quiet++;
	if (strncmp(c->text, "symbol ", 7) == 0) {
		has = run->env.symbols != NULL &&
		    sym_find(run->env.symbols, c->text + 7) != NULL;
	} else {
		dot = strchr(c->text, '.');
		n = dot != NULL ? (size_t)(dot - c->text) : strlen(c->text);
		if (n >= sizeof(name))
			n = sizeof(name) - 1;
		memcpy(name, c->text, n);
		name[n] = '\0';
		rc = type_find(run->ctx, run->env.types, name, &ref);
		if (rc == OK && dot != NULL)
			rc = type_field(run->ctx, run->env.types, ref, dot + 1,
			    &f);
		has = rc == OK;
	}
	run->ctx->quiet--;
	ctx_clear(run->ctx);
	*ret = has != c->absent;
	return (OK);
}

static const struct vf_branch *
choose(struct vf_run *run, const struct vf_branch *b)
{
	const struct vf_cond *c;
	bool good;

	for (; b != NULL; b = b->next) {
		good = true;
		for (c = b->conds; good && c != NULL; c = c->next)
			(void)condition(run, c, &good);
		if (good)
			return (b);
	}
	return (NULL);
}

/* --- "for": lists and sums ------------------------------------------------------ */

struct gather {
	const struct vf_step *s;
	const struct vf_for *loop;	/* the one that is run now */
	struct cell	*cells;
	size_t		 n, cap;
	uint64_t	 sum, seen;
	struct value	 picked;
};

static int
gather_one(void *arg, struct vf_run *run, uint64_t key, uint64_t id,
    const struct value *x)
{
	struct gather *g = arg;
	const struct vf_for *loop = g->loop;
	const struct vf_step *s = g->s;
	struct value v;
	uint64_t bits;
	bool yes;
	int rc;

	(void)key;
	(void)id;
	rc = set_name(run, g->loop->name, x);
	if (rc == OK && g->loop->next != NULL) {
		g->loop = g->loop->next;
		rc = vf_walk(run, g->loop->walk, gather_one, g);
		g->loop = loop;
		return (rc);
	}
	yes = true;
	if (rc == OK && s->only != NULL)
		rc = eval_test(run, s->only, &yes);
	if (rc != OK || !yes)
		return (rc);
	if (s->kind == VF_COLUMN) {
		if (g->n == LIST_MAX)
			return (ctx_fail(run->ctx, E_LIMIT,
			    "a list of more than %d elements", LIST_MAX));
		if (!vec_room(g->cells, g->cap, g->n + 1))
			return (ctx_fail(run->ctx, E_NOMEM, "no memory"));
		rc = vf_eval(run, s->expr, &v);
		if (rc != OK && status_reason(rc) == NULL)
			return (rc);
		if (rc != OK)
			ctx_clear(run->ctx);
		g->cells[g->n++] = rc != OK ? cell_missing(rc) :
		    vf_cell(run, s, &v);
		return (OK);
	}
	if (s->aggregate == VF_FIRST || s->aggregate == VF_LAST) {
		if (s->aggregate == VF_LAST || g->seen == 0)
			rc = vf_eval(run, s->expr, &g->picked);
		g->seen++;
		return (rc);
	}
	bits = 1;
	if (s->expr != NULL)
		rc = vf_eval_bits(run, s->expr, &bits);
	if (rc != OK)
		return (rc);
	if (s->aggregate == VF_SUM || s->aggregate == VF_COUNT)
		g->sum += bits;
	else if (g->seen == 0 || (s->aggregate == VF_MIN ? bits < g->sum :
	    bits > g->sum))
		g->sum = bits;
	g->seen++;
	return (OK);
}

/* The error of a walk inside an expression: it ends nothing but that. */
static int
gather(struct vf_run *run, const struct vf_step *s, struct gather *g)
{
	int rc;

	memset(g, 0, sizeof(*g));
	g->s = s;
	g->loop = s->loop;
	rc = vf_walk(run, s->loop->walk, gather_one, g);
	run->stop = OK;
	return (rc);
}

static int
step_let(struct vf_run *run, const struct vf_step *s)
{
	struct gather g;
	struct value v;
	int rc;

	if (s->loop == NULL) {
		rc = vf_eval(run, s->expr, &v);
	} else {
		rc = gather(run, s, &g);
		v = (struct value){ .place = VALUE_IMM, .bits = g.sum,
		    .type = type_builtin(run->env.types, 'l') };
		if (g.seen > 0 && (s->aggregate == VF_FIRST ||
		    s->aggregate == VF_LAST))
			v = g.picked;
	}
	if (status_reason(rc) != NULL || rc == E_NO_SYMBOL) {
		poison(run, s->name, rc);
		ctx_clear(run->ctx);
		return (OK);
	}
	return (rc != OK ? rc : set_name(run, s->name, &v));
}

/* --- rows --------------------------------------------------------------------- */

static struct link
make_link(struct vf_run *run, const struct vf_link *l)
{
	struct link link = { .kind = LINK_NONE };
	struct buf b = { 0 };
	struct value v;
	struct cell cell;
	int rc;

	rc = vf_eval(run, l->expr, &v);
	if (rc == OK)
		rc = vf_referent(run, &v, &link.addr, &link.type);
	if (rc != OK || (link.addr == 0 && l->kind != LINK_COMMAND)) {
		ctx_clear(run->ctx);
		return (link);
	}
	link.kind = l->kind;
	if (l->kind == LINK_PROCESS || l->kind == LINK_COMMAND) {
		cell = vf_auto(run, &v);
		cell_format(&cell, NULL, &b);
		link.pid = atoi(buf_text(&b));
		if (l->kind == LINK_COMMAND)
			link.command = arena_printf(&run->arena, "%s %s",
			    l->command, buf_text(&b));
		else
			link.addr = 0;
		if (l->kind == LINK_COMMAND && link.command == NULL)
			link.kind = LINK_NONE;
		buf_fini(&b);
		link.type = (struct typeref){ 0, 0 };
	}
	ctx_clear(run->ctx);
	return (link);
}

static struct cell
column_cell(struct vf_run *run, const struct vf_step *s)
{
	struct gather g;
	struct value v;
	struct cell cell, *list;
	int rc;

	if (s->loop != NULL) {
		rc = gather(run, s, &g);
		list = g.n > 0 ? arena_dup(&run->arena, g.cells,
		    g.n * sizeof(*list)) : NULL;
		free(g.cells);
		cell = cell_list(list, list != NULL ? g.n : 0);
	} else {
		rc = vf_eval(run, s->expr, &v);
		cell = rc == OK ? vf_cell(run, s, &v) : cell_null();
	}
	if (rc != OK)
		return (vf_missing(run, rc));
	if (s->link.expr != NULL && cell.kind != CELL_NULL)
		cell = cell_link(cell, make_link(run, &s->link));
	return (cell);
}

static bool
filtered(struct vf_run *run)
{
	const struct cell *cell = &run->cells[run->filter_column];
	struct buf b = { 0 };
	size_t start, end;
	bool out;

	if (run->filter == NULL && run->name == NULL)
		return (false);
	cell_format(cell, &run->section->columns[run->filter_column], &b);
	out = run->filter != NULL ?
	    !sym_filter_match(run->filter, buf_text(&b), b.len, &start,
	    &end) :
	    strcmp(buf_text(&b), run->name) != 0;
	buf_fini(&b);
	return (out);
}

static int
emit(struct vf_run *run, int style)
{
	struct row row = { .cells = run->cells, .style = style,
	    .ncells = run->section->ncolumns, .depth = run->depth };
	uint64_t key = run->row_key != 0 ? run->row_key : run->key;

	row.key = key != 0 ? hash_u64(key) | 1 : 0;
	return (row_emit(run->sink, run->ctx, &row));
}

/* A row leads to what it is about. */
static struct link
element_link(struct vf_run *run)
{
	struct link none = { .kind = LINK_NONE };
	struct typeref type;
	uint64_t addr;
	int rc;

	if (run->element == NULL)
		return (none);
	rc = vf_referent(run, run->element, &addr, &type);
	ctx_clear(run->ctx);
	return (rc == OK && addr != 0 ? link_memory(addr, type, 0) : none);
}

static int
row(struct vf_run *run)
{
	size_t i, n = run->section->ncolumns;
	int rc;

	rc = ctx_check(run->ctx);
	if (rc == OK && ++run->nodes > VF_NODES_MAX)
		rc = ctx_fail(run->ctx, E_LIMIT, "more than %llu elements",
		    (unsigned long long)VF_NODES_MAX);
	if (rc != OK)
		return (rc);
	arena_reset(&run->arena);
	for (i = 0; i < n; i++)
		run->cells[i] = cell_null();
	if (run->filter != NULL || run->name != NULL) {
		i = run->filter_column;
		if (run->pending[i] != NULL)
			run->cells[i] = column_cell(run, run->pending[i]);
		if (filtered(run))
			return (OK);
	}
	for (i = 0; i < n; i++)
		if (run->pending[i] != NULL)
			run->cells[i] = column_cell(run, run->pending[i]);
	if (n > 0 && run->cells[0].link.kind == LINK_NONE)
		run->cells[0].link = element_link(run);
	return (emit(run, ROW_NORMAL));
}

/* What stands for the rest of a walk that broke: marked, and why is told. */
static int
broken_row(struct vf_run *run, int reason)
{
	size_t i;

	if (run->broken.code == OK)
		run->broken = run->ctx->err;
	ctx_clear(run->ctx);
	if (run->filter != NULL || run->name != NULL)
		return (OK);
	arena_reset(&run->arena);
	for (i = 0; i < run->section->ncolumns; i++)
		run->cells[i] = run->pending[i] != NULL ?
		    column_cell(run, run->pending[i]) : cell_missing(reason);
	return (emit(run, ROW_ERROR));
}

/* --- steps -------------------------------------------------------------------- */

struct loop {
	const struct vf_step *s;
	const struct vf_step *pending[VF_COLUMNS_MAX];
	uint64_t	 key;
	unsigned	 depth;
};

static int
step_one(void *arg, struct vf_run *run, uint64_t key, uint64_t id,
    const struct value *x)
{
	struct loop *l = arg;
	const struct value *outer = run->element;
	struct value at = { .place = VALUE_IMM, .bits = key,
	    .type = type_builtin(run->env.types, 'L') };
	int rc;

	memcpy(run->pending, l->pending, sizeof(run->pending));
	run->key = hash_u64(l->key ^ id) ^ id;
	run->row_key = 0;
	rc = set_name(run, l->s->name, x);
	if (rc == OK && l->s->at != NULL)
		rc = set_name(run, l->s->at, &at);
	/* Numbers are about what is around them. */
	if (l->s->walk->kind != VF_RANGE && l->s->walk->kind != VF_CPUS)
		run->element = x;
	if (rc == OK)
		rc = steps(run, l->s->next);
	run->element = outer;
	return (rc);
}

static int
step_each(struct vf_run *run, const struct vf_step *s)
{
	struct loop l = { .s = s, .key = run->key, .depth = run->depth };
	int rc;

	if (run->loops == LOOPS_MAX)
		return (ctx_fail(run->ctx, E_LIMIT, "%s:%u: too many loops",
		    run->f->file, s->line));
	memcpy(l.pending, run->pending, sizeof(l.pending));
	run->loops++;
	rc = vf_walk(run, s->walk, step_one, &l);
	run->loops--;
	memcpy(run->pending, l.pending, sizeof(l.pending));
	run->key = l.key;
	run->row_key = 0;
	if (rc == OK || run->stop != OK)
		return (run->stop != OK ? run->stop : rc);
	/* A table whose root this kernel has not is no table. */
	if (status_reason(rc) == NULL || (vf_is_absent(rc) && run->loops == 0))
		return (rc);
	return (broken_row(run, rc));
}

static int
step_both(struct vf_run *run, const struct vf_step *s)
{
	const struct vf_step *pending[VF_COLUMNS_MAX];
	const struct vf_branch *b;
	uint64_t key;
	int rc;

	memcpy(pending, run->pending, sizeof(pending));
	key = run->key;
	rc = OK;
	for (b = choose(run, s->branches); rc == OK && b != NULL;
	    b = choose(run, b->next)) {
		memcpy(run->pending, pending, sizeof(pending));
		run->key = key;
		rc = steps(run, b->first);
	}
	return (rc);
}

/* All of them from here on; a filter that says no ends them early. */
static int
steps(struct vf_run *run, const struct vf_step *s)
{
	const struct vf_branch *b;
	uint64_t bits;
	bool yes;
	int rc;

	while (s != NULL) {
		switch (s->kind) {
		case VF_LET:
			rc = step_let(run, s);
			break;
		case VF_EACH:
			return (step_each(run, s));
		case VF_BOTH:
			return (step_both(run, s));
		case VF_WHERE:
			rc = eval_test(run, s->expr, &yes);
			if (rc == OK && !yes)
				return (OK);
			break;
		case VF_KEY:
		case VF_UNIQUE:
			rc = vf_eval_bits(run, s->expr, &bits);
			if (rc == OK && s->kind == VF_KEY)
				run->row_key = bits;
			else if (rc == OK && seen_add(&run->unique, bits) == 0)
				return (OK);
			/* The row's cells will say why. */
			if (status_reason(rc) != NULL) {
				ctx_clear(run->ctx);
				rc = OK;
			}
			break;
		case VF_COLUMN:
			run->pending[s->index] = s;
			rc = OK;
			break;
		default:
			b = choose(run, s->branches);
			if (b == NULL)
				return (ctx_fail(run->ctx, E_NO_TYPE,
				    "%s:%u: this kernel has none of what the "
				    "table could be read from", run->f->file,
				    s->line));
			s = b->first;
			continue;
		}
		if (rc != OK)
			return (rc);
		s = s->next;
	}
	return (row(run));
}

/* --- arguments ---------------------------------------------------------------- */

static int
usage(struct ctx *ctx, const struct viewfile *f)
{
	return (ctx_fail(ctx, E_USAGE, "usage: %s%s%s", f->view.name,
	    f->view.args[0] != '\0' ? " " : "", f->view.args));
}

static int
set_number(struct vf_run *run, const char *name, uint64_t n)
{
	struct value v = { .place = VALUE_IMM, .bits = n,
	    .type = type_builtin(run->env.types, 'l') };

	return (set_name(run, name, &v));
}

/* $pid, and $task: the structure that the system has for it. */
static int
set_process(struct vf_run *run, uint64_t pid)
{
	struct os_proc proc;
	struct arena arena;
	struct value v = { .place = VALUE_MEM, .space = run->env.space };
	int rc;

	if (pid > INT32_MAX)
		return (ctx_fail(run->ctx, E_NOT_FOUND, "no such process"));
	arena_init(&arena);
	rc = os_proc(run->ctx, run->k, (int)pid, &arena, &proc);
	if (rc == OK)
		rc = set_number(run, "pid", pid);
	if (rc == OK && proc.task != OS_UNKNOWN) {
		v.addr = proc.task;
		rc = type_parse(run->ctx, run->env.types,
		    strcmp(run->k->os->name, "Linux") == 0 ?
		    "struct task_struct" : "struct thread", &v.type);
		if (rc == OK)
			rc = set_name(run, "task", &v);
	}
	arena_fini(&arena);
	return (rc);
}

static int
take_arg(struct vf_run *run, const struct view_args *args)
{
	const struct viewfile *f = run->f;
	const struct vf_section *s = run->section;
	struct value v;
	uint64_t n;
	char *end;
	int pid, rc;

	if (args->argc > (f->arg == VF_NO_ARG ? 1 : 2) ||
	    (args->argc == 1 && f->arg != VF_NO_ARG && !f->arg_optional))
		return (usage(run->ctx, f));
	if (args->argc == 1) {
		if (f->arg_default == NULL)
			return (OK);
		rc = vf_eval(run, f->arg_default, &v);
		if (rc == OK && f->arg == VF_ARG_EXPR)
			return (set_name(run, "expr", &v));
		if (rc == OK)
			rc = value_load(run->ctx, &run->env, &v, &n);
		if (rc != OK)
			return (rc);
		if (f->arg == VF_ARG_NUMBER)
			return (set_number(run, "number", n));
		/* Nobody named it: that matters where it is used. */
		rc = set_process(run, n);
		if (rc != OK && rc != E_NOMEM && rc != E_CANCELLED) {
			poison(run, "pid", rc);
			poison(run, "task", rc);
			ctx_clear(run->ctx);
			rc = OK;
		}
		return (rc);
	}
	switch (f->arg) {
	case VF_ARG_PID:
		rc = view_pid(run->ctx, args, 1, &pid);
		return (rc != OK ? rc : set_process(run, (uint64_t)pid));
	case VF_ARG_NUMBER:
		errno = 0;
		n = strtoull(args->argv[1], &end, 0);
		if (end == args->argv[1] || *end != '\0' || errno != 0)
			return (ctx_fail(run->ctx, E_USAGE, "%s: not a number",
			    args->argv[1]));
		return (set_number(run, "number", n));
	case VF_ARG_EXPR:
		rc = value_eval(run->ctx, view_env(run->k, args),
		    args->argv[1], &v);
		return (rc != OK ? rc : set_name(run, "expr", &v));
	default:
		break;
	}
	for (n = 0; n + 1 < s->ncolumns &&
	    strcmp(s->columns[n].key, f->arg_column) != 0; n++)
		;
	run->filter_column = n;
	if (f->arg == VF_ARG_REGEX)
		return (sym_filter_create(run->ctx, args->argv[1],
		    &run->filter));
	run->name = args->argv[1];
	return (OK);
}

/* --- all of it ---------------------------------------------------------------- */

static int
section_of(struct ctx *ctx, struct kernel *k, const struct viewfile *f,
    const struct vf_section **ret)
{
	const struct vf_section *s;

	for (s = f->sections; s != NULL; s = s->next)
		if (s->system == NULL || (k->os != NULL &&
		    strcmp(s->system, k->os->name) == 0))
			break;
	if (s == NULL && k->os == NULL) {
		(void)os_none(ctx, k);
		return (E_UNSUPPORTED);
	}
	if (s == NULL)
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s says nothing about "
		    "%s", f->file, k->os->name));
	if (types_nunits(k->types) == 0)
		return (ctx_fail(ctx, E_NO_TYPE, "no types were found in this "
		    "memory; a kernel image with debug information beside "
		    "the dump provides them"));
	*ret = s;
	return (OK);
}

int
viewfile_run(struct ctx *ctx, struct kernel *k, const struct viewfile *f,
    const struct view_args *args, struct row_sink *sink)
{
	const struct vf_section *section;
	struct vf_run *run;
	int rc;

	rc = section_of(ctx, k, f, &section);
	if (rc != OK)
		return (rc);
	run = calloc(1, sizeof(*run));
	if (run == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for a table"));
	run->ctx = ctx;
	run->k = k;
	run->f = f;
	run->section = section;
	run->sink = sink;
	run->env = k->env;
	run->env.call = vf_call;
	run->env.call_arg = run;
	run->env.vars = value_vars_create();
	run->chosen = calloc(f->nids + 1, 1);
	arena_init(&run->arena);
	if (run->env.vars == NULL || run->chosen == NULL)
		rc = ctx_fail(ctx, E_NOMEM, "no memory for a table");
	if (rc == OK)
		rc = take_arg(run, args);
	if (rc == OK)
		rc = sink->begin(sink, ctx, section->columns,
		    section->ncolumns);
	if (rc == OK)
		rc = steps(run, section->first);
	/* What was wrong first is no help where nothing could be had. */
	if (rc != OK && rc != E_NOMEM && rc != E_CANCELLED &&
	    os_lacks_memory(k))
		rc = os_needs_memory(ctx, k, "this table");
	/* The rows stand; what was wrong on the way is told behind them. */
	if (rc == OK && run->failed.code != OK) {
		ctx->err = run->failed;
		rc = run->failed.code;
	} else if (rc == OK && run->broken.code != OK) {
		ctx->err = run->broken;
		rc = run->broken.code;
	}
	sym_filter_destroy(run->filter);
	seen_fini(&run->unique);
	arena_fini(&run->arena);
	value_vars_destroy(run->env.vars);
	free(run->offsets);
	free(run->chosen);
	free(run);
	return (rc);
}
