/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One process: what it is, where it stands in the kernel, its arguments,
 * environment, open files and memory map.
 */
#include "ui/doc.h"

#include "base/utf8.h"
#include "engine/view/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STRINGS_MAX	65536
#define MAPS_MAX	262144

struct text {
	const char	*p;
	size_t		 n;
};

struct texts {
	struct text	*v;
	size_t		 n, cap;
	int		 status;
};

/* What a view knows of the process: a part of the document. */
struct part {
	const char	*view, *title;
	const char	*keys[5];	/* of the columns that are shown */
};

static const struct part parts[] = {
	{ "bt", "Stack", { "frame", "reliable", "symbol", "offset",
	    "source" } },
	{ "files", "Open files", { "fd", "type", "path", "flags" } },
};
enum { PART_STACK, PART_FILES, PARTS };

/* What the task points to: its name there, to be followed. */
static const char *const objects[] = {
	"cred", "files", "fs", "signal", "sighand", "nsproxy", "cgroups",
	"td_proc", "td_ucred",
};
#define OBJECTS		(sizeof(objects) / sizeof(objects[0]))

struct process {
	struct doc_pane	 dp;
	int		 pid;
	struct arena	 arena;
	struct os_proc	 proc;
	int		 status;
	char		 why[ERR_TEXT_MAX];
	struct os_wait	 wait;		/* kind NULL: for no lock */
	struct os_proc	 owner;		/* task 0: not known */
	struct link	 objects[OBJECTS];
	char		 caps[512];	/* effective capabilities, or "" */
	struct texts	 args, env;
	struct os_map	*maps;
	size_t		 nmaps, maps_cap;
	int		 maps_status;
	char		 maps_why[ERR_TEXT_MAX];
	struct table	 tables[PARTS];
	char		 part_why[PARTS][ERR_TEXT_MAX];
	bool		 loaded;
};

struct adding {
	struct process	*p;
	struct texts	*to;
};

static int
on_string(void *arg, struct ctx *ctx, const char *s, size_t n)
{
	struct adding *a = arg;
	struct texts *t = a->to;

	if (t->n >= STRINGS_MAX)
		return (ctx_fail(ctx, E_LIMIT, "too many strings"));
	if (!vec_room(t->v, t->cap, t->n + 1))
		return (ctx_fail(ctx, E_NOMEM, "no memory"));
	t->v[t->n].p = arena_strndup(&a->p->arena, s, n);
	t->v[t->n].n = t->v[t->n].p != NULL ? n : 0;
	t->n++;
	return (0);
}

static int
on_map(void *arg, struct ctx *ctx, const struct os_map *map)
{
	struct process *p = arg;

	if (p->nmaps >= MAPS_MAX)
		return (ctx_fail(ctx, E_LIMIT, "too many mappings"));
	if (!vec_room(p->maps, p->maps_cap, p->nmaps + 1))
		return (ctx_fail(ctx, E_NOMEM, "no memory"));
	p->maps[p->nmaps] = *map;
	if (map->file.s != NULL)
		p->maps[p->nmaps].file.s = arena_strdup(&p->arena, map->file.s);
	p->nmaps++;
	return (0);
}

static void
load_part(struct process *p, struct ctx *ctx, size_t i)
{
	struct kernel *k = p->dp.p.ui->kernel;
	struct view_args args = { .argc = 2, .env = &k->env };
	char pid[16];
	int rc;

	snprintf(pid, sizeof(pid), "%d", p->pid);
	args.argv[0] = parts[i].view;
	args.argv[1] = args.rest = pid;
	table_reset(&p->tables[i]);
	p->part_why[i][0] = '\0';
	rc = view_run(ctx, k, view_by_name(parts[i].view), &args,
	    &p->tables[i].sink);
	if (rc != 0)
		snprintf(p->part_why[i], sizeof(p->part_why[i]), "%s",
		    ctx->err.text[0] != '\0' ? ctx->err.text :
		    status_text(rc));
	ctx_clear(ctx);
}

/* The lock that it waits for, and whose that is. */
static void
load_wait(struct process *p, struct ctx *ctx)
{
	struct kernel *k = p->dp.p.ui->kernel;

	memset(&p->wait, 0, sizeof(p->wait));
	memset(&p->owner, 0, sizeof(p->owner));
	if (os_waits(ctx, k, &p->proc, &p->wait) == OK &&
	    p->wait.owner != 0 && os_proc(ctx, k, p->wait.owner_tid,
	    &p->arena, &p->owner) != OK)
		p->owner.task = 0;
	ctx_clear(ctx);
}

/* The kernel's objects of it, and what it may do. */
static void
load_objects(struct process *p, struct ctx *ctx)
{
	struct kernel *k = p->dp.p.ui->kernel;
	struct value task = { .place = VALUE_MEM, .space = &k->space,
	    .addr = p->proc.task }, v;
	struct os_field f = { .type = "cred", .member = "cap_effective",
	    .declared = "kernel_cap_t", .kind = TYPE_STRUCT, .name = "",
	    .v = &v };
	struct buf caps = { 0 };
	struct typeref ref;
	struct type t;
	uint64_t at;
	size_t i;

	memset(p->objects, 0, sizeof(p->objects));
	p->caps[0] = '\0';
	if (k->types == NULL || k->os == NULL || p->proc.task == OS_UNKNOWN ||
	    type_find(ctx, k->types, k->os->task_type, &task.type) != 0)
		return;
	for (i = 0; i < OBJECTS; i++)
		if (value_member(ctx, &k->env, &task, objects[i], &v) == 0 &&
		    type_strip(ctx, k->types, v.type, &ref, &t) == 0 &&
		    t.kind == TYPE_PTR &&
		    value_load(ctx, &k->env, &v, &at) == 0 && at != 0)
			p->objects[i] = link_memory(at, t.target, 0);
	if (value_member(ctx, &k->env, &task, "cred", &v) == 0 &&
	    value_deref(ctx, &k->env, &v, &v) == 0 &&
	    value_member(ctx, &k->env, &v, "cap_effective", &v) == 0)
		os_natural(ctx, k, &f, &caps);
	snprintf(p->caps, sizeof(p->caps), "%s", buf_text(&caps));
	buf_fini(&caps);
	ctx_clear(ctx);
}

static int
load(void *arg, struct ctx *ctx)
{
	struct process *p = arg;
	struct kernel *k = p->dp.p.ui->kernel;
	struct adding a = { p, &p->args };

	arena_reset(&p->arena);
	p->args.n = p->env.n = p->nmaps = 0;
	p->status = os_proc(ctx, k, p->pid, &p->arena, &p->proc);
	if (p->status != 0) {
		snprintf(p->why, sizeof(p->why), "%s", ctx->err.text);
		return (p->status);
	}
	load_wait(p, ctx);
	load_objects(p, ctx);
	load_part(p, ctx, PART_STACK);
	if (p->proc.mm == 0)
		return (0);
	load_part(p, ctx, PART_FILES);
	p->args.status = os_args(ctx, k, &p->proc, false, on_string, &a);
	a.to = &p->env;
	p->env.status = os_args(ctx, k, &p->proc, true, on_string, &a);
	p->maps_status = os_maps(ctx, k, &p->proc, on_map, p);
	if (p->maps_status != 0)
		snprintf(p->maps_why, sizeof(p->maps_why), "%s", ctx->err.text);
	return (ctx_check(ctx));
}

/* The type of a name, for a link; unknown when there is none. */
static struct typeref
type_of(struct ui *ui, const char *name)
{
	struct typeref ref = { 0, 0 };

	if (ui->kernel->types != NULL &&
	    type_find(ui->ctx, ui->kernel->types, name, &ref) != 0) {
		ctx_clear(ui->ctx);
		ref = (struct typeref){ 0, 0 };
	}
	return (ref);
}

static const char *
state_text(char state)
{
	static const struct {
		char letter;
		const char *text;
	} states[] = {
		{ 'R', "running" }, { 'S', "sleeping" },
		{ 'D', "uninterruptible" }, { 'T', "stopped" },
		{ 't', "traced" }, { 'Z', "zombie" }, { 'X', "dead" },
		{ 'I', "idle" }, { 'P', "parked" }, { 'W', "waking" },
	};
	size_t i;

	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (states[i].letter == state)
			return (states[i].text);
	}
	return ("unknown");
}

static void
add_missing(struct doc *d, int status)
{
	doc_printf(d, STYLE_MISSING, NULL, "(%s)", status_text(status));
}

static void
add_size(struct doc *d, const char *label, const struct os_u64 *v)
{
	doc_puts(d, STYLE_DIM, label);
	if (v->status == OK)
		doc_bytes(d, STYLE_NORMAL, v->v);
	else
		add_missing(d, v->status);
}

static void
build_wait(struct process *p)
{
	const struct os_proc *owner = &p->owner;
	const struct os_wait *w = &p->wait;
	struct doc *d = &p->dp.d;
	struct link l;

	if (w->kind == NULL)
		return;
	doc_label(d, "Lock");
	doc_printf(d, STYLE_NORMAL, NULL, "waits for a %s ", w->kind);
	if (w->lock == 0) {
		doc_puts(d, STYLE_DIM, "that its stack does not tell");
		return;
	}
	l = link_memory(w->lock, type_of(p->dp.p.ui, w->type), 0);
	doc_printf(d, STYLE_LINK, &l, "0x%llx", (unsigned long long)w->lock);
	if (w->shared)
		doc_puts(d, STYLE_DIM, " to share");
	if (owner->task == 0) {
		doc_puts(d, STYLE_DIM, ", owner not known");
		return;
	}
	doc_puts(d, STYLE_DIM, w->by_readers ? " that was shared last by " :
	    " of ");
	l = link_process(owner->tid);
	doc_printf(d, STYLE_LINK, &l, "%s (%d)", owner->comm.status == OK &&
	    owner->comm.s != NULL ? owner->comm.s : "?", owner->tid);
	doc_printf(d, STYLE_DIM, NULL, " %c %s", owner->state,
	    state_text(owner->state));
	l = link_command("blocked");
	doc_puts(d, STYLE_DIM, ", see ");
	doc_text(d, STYLE_LINK, &l, "blocked", 7);
}

static void
build_fields(struct process *p)
{
	struct doc *d = &p->dp.d;
	struct os_proc *proc = &p->proc;
	struct ui *ui = p->dp.p.ui;
	struct link l;
	size_t i, n;

	doc_line(d);
	doc_puts(d, STYLE_STRONG, proc->comm.status == OK &&
	    proc->comm.s != NULL ? proc->comm.s : "?");
	doc_printf(d, STYLE_NORMAL, NULL, "  PID %d", proc->pid);
	if (proc->tid != proc->pid)
		doc_printf(d, STYLE_NORMAL, NULL, " thread %d", proc->tid);
	if (proc->is_idle)
		doc_puts(d, STYLE_DIM, "  idle task");
	else if (proc->is_kthread)
		doc_puts(d, STYLE_DIM, "  kernel thread");
	doc_label(d, "State");
	doc_printf(d, STYLE_NORMAL, NULL, "%c %s", proc->state,
	    state_text(proc->state));
	if (proc->cpu.status == OK)
		doc_printf(d, STYLE_NORMAL, NULL, " on CPU %llu",
		    (unsigned long long)proc->cpu.v);
	if (proc->wchan.status == OK && proc->wchan.s != NULL &&
	    proc->wchan.s[0] != '\0') {
		const struct symbol *s;

		doc_puts(d, STYLE_DIM, "  waits in ");
		s = sym_find(&ui->kernel->symbols, proc->wchan.s);
		l = link_symbol(s != NULL ? s->addr : 0);
		doc_text(d, s != NULL ? STYLE_LINK : STYLE_NORMAL,
		    s != NULL ? &l : NULL, proc->wchan.s,
		    strlen(proc->wchan.s));
	}
	if (proc->work.status == OK && proc->work.s != NULL &&
	    proc->work.s[0] != '\0')
		doc_printf(d, STYLE_NORMAL, NULL, "  work %s", proc->work.s);
	build_wait(p);
	doc_label(d, "Parent");
	l = link_process(proc->ppid);
	if (proc->ppid > 0)
		doc_printf(d, STYLE_LINK, &l, "%d", proc->ppid);
	else
		doc_puts(d, STYLE_DIM, proc->ppid < 0 ? "unknown" : "none");
	if (proc->uid.status == OK) {
		doc_puts(d, STYLE_DIM, "  uid ");
		doc_printf(d, STYLE_NORMAL, NULL, "%llu",
		    (unsigned long long)proc->uid.v);
	}
	if (proc->start.status == OK) {
		doc_puts(d, STYLE_DIM, "  started ");
		doc_printf(d, STYLE_NORMAL, NULL, "%.2f s", proc->start.v);
		doc_puts(d, STYLE_DIM, " after boot");
	}
	if (proc->last_run.status == OK) {
		doc_puts(d, STYLE_DIM, ", ran last at ");
		doc_printf(d, STYLE_NORMAL, NULL, "%.2f s", proc->last_run.v);
	}
	if (proc->mm != 0) {
		doc_label(d, "Memory");
		add_size(d, "virtual ", &proc->vsz);
		add_size(d, "  resident ", &proc->rss);
	}
	if (proc->task == OS_UNKNOWN)
		return;
	doc_label(d, "Kernel");
	doc_puts(d, STYLE_DIM, strcmp(ui->kernel->os->name, "Linux") == 0 ?
	    "task_struct " : "thread ");
	l = link_memory(proc->task, type_of(ui, ui->kernel->os->task_type), 0);
	doc_printf(d, STYLE_LINK, &l, "0x%llx", (unsigned long long)proc->task);
	if (proc->mm != 0 && proc->mm != OS_UNKNOWN) {
		doc_puts(d, STYLE_DIM, "  mm_struct ");
		l = link_memory(proc->mm, type_of(ui, "struct mm_struct"), 0);
		doc_printf(d, STYLE_LINK, &l, "0x%llx",
		    (unsigned long long)proc->mm);
	}
	for (i = n = 0; i < OBJECTS; i++) {
		if (p->objects[i].kind == LINK_NONE)
			continue;
		if (n++ == 0)
			doc_label(d, "");
		doc_text(d, STYLE_LINK, &p->objects[i], objects[i],
		    strlen(objects[i]));
		doc_puts(d, STYLE_NORMAL, "  ");
	}
}

static void
add_number(struct doc *d, const char *label, const struct os_u64 *v)
{
	doc_printf(d, STYLE_DIM, NULL, " %s ", label);
	if (v->status == OK)
		doc_printf(d, STYLE_NORMAL, NULL, "%lld", (long long)v->v);
	else
		doc_puts(d, STYLE_DIM, v->status == E_NOT_FOUND ? "none" : "?");
}

/* Whose it is, what it may do, and what it has used. */
static void
build_owner(struct process *p, int width)
{
	const struct os_proc *proc = &p->proc;
	struct doc *d = &p->dp.d;
	uint64_t i;

	doc_part(d, "Credentials");
	doc_label(d, "User");
	add_number(d, "real", &proc->ruid);
	add_number(d, "effective", &proc->uid);
	add_number(d, "saved", &proc->svuid);
	doc_label(d, "Group");
	add_number(d, "real", &proc->rgid);
	add_number(d, "effective", &proc->egid);
	add_number(d, "saved", &proc->svgid);
	if (proc->ngroups.status == OK && proc->ngroups.v > 0)
		doc_puts(d, STYLE_DIM, "  also");
	for (i = 0; proc->ngroups.status == OK && i < proc->ngroups.v &&
	    i < OS_GROUPS_MAX; i++)
		doc_printf(d, STYLE_NORMAL, NULL, " %u", proc->groups[i]);
	if (p->caps[0] != '\0') {
		doc_label(d, "May");
		doc_puts(d, STYLE_NORMAL, " ");
		doc_wrap(d, STYLE_NORMAL, width, 12, p->caps, strlen(p->caps));
	}
	doc_label(d, "Job");
	add_number(d, "group", &proc->pgid);
	add_number(d, "session", &proc->sid);
	if (proc->tty.status == OK)
		doc_printf(d, STYLE_NORMAL, NULL, " on terminal %llu:%llu",
		    (unsigned long long)(proc->tty.v >> 32),
		    (unsigned long long)(proc->tty.v & UINT32_MAX));
	add_number(d, "nice", &proc->nice);
	add_number(d, "threads", &proc->nthreads);
	if (proc->tracer.status == OK && proc->tracer.v != 0)
		add_number(d, "traced by", &proc->tracer);
	if (proc->usage.status != OK)
		return;
	doc_label(d, "Used");
	doc_printf(d, STYLE_NORMAL, NULL, " %.2f s", proc->usage.run);
	doc_printf(d, STYLE_DIM, NULL, " of CPU; faults %llu, %llu from disk; "
	    "switches %llu, %llu forced",
	    (unsigned long long)proc->usage.minflt,
	    (unsigned long long)proc->usage.majflt,
	    (unsigned long long)proc->usage.nvcsw,
	    (unsigned long long)proc->usage.nivcsw);
}

static void
build_strings(struct process *p, const char *title, const struct texts *t,
    bool env)
{
	struct doc *d = &p->dp.d;
	const char *eq;
	size_t i, n;

	doc_part(d, "%s", title);
	if (t->n > 0)
		doc_printf(d, STYLE_DIM, NULL, "  %zu", t->n);
	for (i = 0; i < t->n; i++) {
		doc_line(d);
		eq = env ? memchr(t->v[i].p, '=', t->v[i].n) : NULL;
		if (eq != NULL) {
			n = (size_t)(eq - t->v[i].p);
			doc_text(d, STYLE_SYMBOL, NULL, t->v[i].p, n);
			doc_puts(d, STYLE_DIM, "=");
			doc_text(d, STYLE_NORMAL, NULL, eq + 1,
			    t->v[i].n - n - 1);
		} else {
			doc_printf(d, STYLE_DIM, NULL, "%2zu ", i);
			doc_text(d, STYLE_NORMAL, NULL, t->v[i].p, t->v[i].n);
		}
	}
	if (t->status != OK) {
		doc_line(d);
		add_missing(d, t->status);
	}
}

static void
build_row(struct process *p, size_t i, const struct row *row)
{
	const struct table *t = &p->tables[i];
	struct doc *d = &p->dp.d;
	const struct cell *c;
	const struct link *l;
	struct buf b = { 0 };
	size_t k, n;

	doc_line(d);
	for (n = 0; n < 5 && parts[i].keys[n] != NULL; n++) {
		for (k = 0; k < t->ncolumns && k < row->ncells; k++) {
			c = &row->cells[k];
			if (strcmp(t->columns[k].key, parts[i].keys[n]) != 0)
				continue;
			buf_reset(&b);
			cell_format(c, &t->columns[k], &b);
			if (b.len == 0)
				break;
			/* A name and how far behind it are one word. */
			doc_puts(d, STYLE_NORMAL, strcmp(t->columns[k].key,
			    "offset") == 0 ? "+" : " ");
			/* The line leads to its code. */
			l = c->link.kind == LINK_NONE || strcmp(
			    t->columns[k].key, "frame") == 0 ? NULL : &c->link;
			doc_text(d, c->kind == CELL_MISSING ? STYLE_MISSING :
			    l != NULL ? STYLE_LINK :
			    row->style == ROW_DIM ? STYLE_DIM : STYLE_NORMAL,
			    l, buf_text(&b), b.len);
			break;
		}
	}
	buf_fini(&b);
}

static void
build_part(struct process *p, size_t i)
{
	const struct table *t = &p->tables[i];
	struct doc *d = &p->dp.d;
	size_t k;

	doc_part(d, "%s", parts[i].title);
	if (t->nrows > 0)
		doc_printf(d, STYLE_DIM, NULL, "  %zu", t->nrows);
	for (k = 0; k < t->nrows; k++)
		build_row(p, i, t->rows[k]);
	if (p->part_why[i][0] != '\0') {
		doc_line(d);
		doc_printf(d, STYLE_MISSING, NULL, " %s", p->part_why[i]);
	}
}

static void
build_maps(struct process *p)
{
	struct doc *d = &p->dp.d;
	struct typeref vma = type_of(p->dp.p.ui, "struct vm_area_struct");
	const struct os_map *m;
	struct link l;
	size_t i;

	doc_part(d, "Memory map");
	if (p->nmaps > 0)
		doc_printf(d, STYLE_DIM, NULL, "  %zu", p->nmaps);
	for (i = 0; i < p->nmaps; i++) {
		m = &p->maps[i];
		doc_line(d);
		l = link_memory(m->start, (struct typeref){ 0, 0 }, p->pid);
		doc_printf(d, STYLE_LINK, &l, "%012llx",
		    (unsigned long long)m->start);
		doc_printf(d, STYLE_DIM, NULL, "-%012llx ",
		    (unsigned long long)m->end);
		l = link_memory(m->vma, vma, 0);
		doc_printf(d, STYLE_LINK, m->vma != 0 ? &l : NULL, "%s",
		    m->perms);
		doc_puts(d, STYLE_NORMAL, " ");
		doc_bytes(d, STYLE_NORMAL, m->end - m->start);
		doc_pad(d, 40);
		if (m->file.status != OK)
			add_missing(d, m->file.status);
		else if (m->file.s != NULL)
			doc_puts(d, STYLE_NORMAL, m->file.s);
	}
	if (p->maps_status != OK) {
		doc_line(d);
		doc_puts(d, STYLE_MISSING, p->maps_why[0] != '\0' ? p->maps_why :
		    status_text(p->maps_status));
	}
}

static void
build(struct doc_pane *dp, int width)
{
	struct process *p = (struct process *)dp;

	if (!p->loaded) {
		doc_line(&dp->d);
		doc_puts(&dp->d, STYLE_DIM, "reading ...");
		return;
	}
	if (p->status != 0) {
		doc_line(&dp->d);
		doc_puts(&dp->d, STYLE_ERROR, p->why[0] != '\0' ? p->why :
		    status_text(p->status));
		return;
	}
	build_fields(p);
	if (p->proc.mm != 0) {
		build_strings(p, "Arguments", &p->args, false);
		build_strings(p, "Environment", &p->env, true);
	}
	build_part(p, PART_STACK);
	if (p->proc.mm != 0)
		build_part(p, PART_FILES);
	build_owner(p, width);
	if (p->proc.mm != 0)
		build_maps(p);
}

static bool
step(struct pane *pane)
{
	struct process *p = (struct process *)pane;

	if (job_ended(&p->dp.job)) {
		p->dp.to_link = !p->loaded && pane->list.cur == 0;
		p->loaded = true;
		pane->busy = NULL;
		if (p->status == 0 && p->proc.comm.status == OK &&
		    p->proc.comm.s != NULL)
			snprintf(pane->title, sizeof(pane->title), "%s (%d)",
			    p->proc.comm.s, p->pid);
		doc_stale(&p->dp);
	}
	return (false);
}

static int
refresh(struct pane *pane)
{
	struct process *p = (struct process *)pane;

	p->loaded = false;
	pane->busy = "reading the process";
	doc_stale(&p->dp);
	return (job_start(&p->dp.job, pane->ui, load, p));
}

static int
reread(struct pane *pane)
{
	struct process *p = (struct process *)pane;

	p->dp.job.keeps = true;
	pane->busy = "reading the process";
	return (job_start(&p->dp.job, pane->ui, load, p));
}

static void
close_pane(struct pane *pane)
{
	struct process *p = (struct process *)pane;

	size_t i;

	doc_pane_fini(&p->dp);
	for (i = 0; i < PARTS; i++)
		table_fini(&p->tables[i]);
	arena_fini(&p->arena);
	free(p->args.v);
	free(p->env.v);
	free(p->maps);
}

static void
where(struct pane *pane, struct buf *b)
{
	buf_printf(b, "process %d", ((struct process *)pane)->pid);
}

static const struct hint hints[] = {
	{ "follow", "follow" }, { "back", "back" }, { "next-part", "next part" },
	{ "search", "search" }, { "help", "keys" }, { NULL, NULL },
};

const struct pane_ops pane_process = {
	.name = "process",
	.close = close_pane,
	.draw = doc_draw,
	.verb = doc_verb,
	.link = doc_follow,
	.row_text = doc_row_text,
	.refresh = refresh,
	.reread = reread,
	.step = step,
	.cancel = doc_cancel,
	.position = doc_position,
	.where = where,
	.hints = hints,
};

int
pane_process_open(struct ui *ui, int pid)
{
	struct process *p;
	size_t i;

	p = pane_new(ui, &pane_process, sizeof(*p));
	if (p == NULL)
		return (E_NOMEM);
	doc_pane_init(&p->dp, build);
	arena_init(&p->arena);
	for (i = 0; i < PARTS; i++)
		table_init(&p->tables[i]);
	p->pid = pid;
	snprintf(p->dp.p.title, sizeof(p->dp.p.title), "PID %d", pid);
	ui_show(ui, &p->dp.p);
	return (refresh(&p->dp.p));
}
