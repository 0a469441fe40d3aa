/* SPDX-License-Identifier: BSD-2-Clause */
/* The first page: what this is, what happened, how it was doing. */
#include "ui/history.h"

#include "engine/view/analyze.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TAIL_MAX	256		/* newest log lines kept */
#define CPUS_MAX	64		/* shown one by one */

struct log_line {
	uint64_t	 ns;
	int		 level;
	char		*text;
	size_t		 len;
};

struct running {
	uint64_t	 task;
	int		 pid;
	bool		 idle;
	char		 comm[64];
};

struct overview {
	struct doc_pane	 dp;
	struct arena	 arena;
	struct os_info	 info;
	int		 info_status;
	struct stack	 stack;		/* of the task that panicked */
	struct buf	 why;		/* what it could not do */
	struct os_load	 load;
	int		 load_status;
	struct running	 cpus[CPUS_MAX];
	size_t		 ncpus;
	size_t		 nprocs, nthreads, nkernel, nstate[128];
	int		 procs_status;
	struct log_line	 tail[TAIL_MAX];	/* a ring */
	size_t		 nlog;
	int		 log_status;
	bool		 loaded;
};

static int
on_proc(void *arg, struct ctx *ctx, const struct os_proc *proc)
{
	struct overview *o = arg;
	size_t i;

	for (i = 0; i < o->ncpus; i++) {
		if (o->cpus[i].task != proc->task)
			continue;
		o->cpus[i].pid = proc->tid;
		o->cpus[i].idle = proc->is_idle;
		snprintf(o->cpus[i].comm, sizeof(o->cpus[i].comm), "%s",
		    proc->comm.status == OK && proc->comm.s != NULL ?
		    proc->comm.s : "?");
	}
	if (!proc->is_idle) {
		o->nthreads++;
		if (!proc->is_thread) {
			o->nprocs++;
			o->nkernel += proc->is_kthread;
		}
		o->nstate[(unsigned char)proc->state & 127]++;
	}
	return (ctx_check(ctx));
}

static int
on_log(void *arg, struct ctx *ctx, const struct os_log *log)
{
	struct overview *o = arg;
	struct log_line *l;

	l = &o->tail[o->nlog++ % TAIL_MAX];
	free(l->text);
	l->ns = log->ns;
	l->level = log->level;
	l->len = log->len < 512 ? log->len : 512;
	l->text = malloc(l->len + 1);
	if (l->text == NULL)
		l->len = 0;
	else
		memcpy(l->text, log->text, l->len);
	return (ctx_check(ctx));
}

/* The stack of whoever caused the panic. */
static void
load_frames(struct overview *o, struct ctx *ctx)
{
	struct kernel *k = o->dp.p.ui->kernel;
	size_t first;

	if (o->info_status != 0)
		return;
	analyze_panicked(ctx, k, &o->info, &o->stack);
	first = analyze_first(k, &o->stack);
	if (first < o->stack.n && o->stack.frames[first].exact)
		(void)analyze_instruction(ctx, k, &o->stack.frames[first],
		    analyze_is_fault(&o->info), &o->why);
}

static void
reset(struct overview *o)
{
	size_t i;

	for (i = 0; i < TAIL_MAX; i++)
		free(o->tail[i].text);
	memset(o->tail, 0, sizeof(o->tail));
	memset(o->nstate, 0, sizeof(o->nstate));
	o->stack.n = o->nlog = o->ncpus = o->nprocs = o->nthreads = o->nkernel = 0;
	buf_reset(&o->why);
	arena_reset(&o->arena);
}

static int
load(void *arg, struct ctx *ctx)
{
	struct overview *o = arg;
	struct kernel *k = o->dp.p.ui->kernel;
	uint64_t task;
	size_t cpu;

	reset(o);
	if (k->at_rest) {
		os_rest_info(ctx, k, &o->arena, &o->info);
		o->info_status = o->load_status = E_UNSUPPORTED;
		o->procs_status = o->log_status = E_UNSUPPORTED;
		return (ctx_check(ctx));
	}
	o->info_status = os_info(ctx, k, &o->arena, &o->info);
	if (o->info_status == 0 && o->info.cpus.status == OK) {
		for (cpu = 0; cpu < o->info.cpus.v && cpu < CPUS_MAX; cpu++) {
			if (os_current(ctx, k, (int)cpu, &task) != 0)
				task = 0;
			o->cpus[cpu] = (struct running){ .task = task };
		}
		o->ncpus = cpu;
	}
	load_frames(o, ctx);
	o->load_status = os_load(ctx, k, &o->load);
	o->procs_status = os_procs(ctx, k, OS_THREADS | OS_IDLE, on_proc, o);
	o->log_status = os_log(ctx, k, on_log, o);
	ctx_clear(ctx);
	return (ctx_check(ctx));
}

static void
add_text(struct doc *d, const char *before, enum style style,
    const struct os_text *t)
{
	if (t->status != OK || t->s == NULL || t->s[0] == '\0')
		return;
	doc_puts(d, STYLE_NORMAL, before);
	doc_puts(d, style, t->s);
}

static void
add_duration(struct doc *d, double s)
{
	uint64_t n;

	n = s >= 0 && s < 1e12 ? (uint64_t)s : 0;
	if (n >= 86400)
		doc_printf(d, STYLE_NORMAL, NULL, "%llud ",
		    (unsigned long long)(n / 86400));
	doc_printf(d, STYLE_NORMAL, NULL, "%llu:%02u:%02u",
	    (unsigned long long)(n % 86400 / 3600), (unsigned)(n % 3600 / 60),
	    (unsigned)(n % 60));
}

static void
build_identity(struct overview *o)
{
	struct doc *d = &o->dp.d;
	struct os_info *in = &o->info;
	struct kernel *k = o->dp.p.ui->kernel;
	struct tm tm;
	time_t when;
	char date[64];

	doc_line(d);
	if (k->at_rest) {
		add_text(d, "", STYLE_STRONG, &in->os);
		add_text(d, " ", STYLE_STRONG, &in->release);
		doc_puts(d, STYLE_NORMAL, "  ");
		doc_puts(d, STYLE_NORMAL, k->arch->machine);
		doc_label(d, "Image");
		doc_puts(d, STYLE_NORMAL, "it never ran: names, types, code "
		    "and data as built");
		return;
	}
	if (o->info_status != 0) {
		doc_puts(d, STYLE_ERROR, "This memory could not be told apart: ");
		doc_puts(d, STYLE_NORMAL, k->os == NULL ?
		    "no kernel that kpeek knows was found in it" :
		    status_text(o->info_status));
	} else {
		add_text(d, "", STYLE_STRONG, &in->os);
		add_text(d, " ", STYLE_STRONG, &in->release);
		add_text(d, "  ", STYLE_NORMAL, &in->machine);
		add_text(d, "  host ", STYLE_NORMAL, &in->hostname);
	}
	doc_label(d, "Uptime");
	if (o->info_status == 0 && in->uptime.status == OK)
		add_duration(d, in->uptime.v);
	else
		doc_puts(d, STYLE_DIM, "unknown");
	if (o->info_status == 0 && in->crash_time.status == OK) {
		when = (time_t)in->crash_time.v;
		if (gmtime_r(&when, &tm) != NULL &&
		    strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S UTC",
		    &tm) > 0)
			doc_printf(d, STYLE_NORMAL, NULL, ", %s %s",
			    k->live ? "now" : "until", date);
	}
	if (in->taint.status == OK && in->taint.s != NULL &&
	    in->taint.s[0] != '\0')
		doc_printf(d, STYLE_NORMAL, NULL, "  tainted %s", in->taint.s);
}

/* Frames from the first that matters on, as many as the line holds. */
static void
build_frames(struct overview *o, int width)
{
	const struct symbols *syms = &o->dp.p.ui->kernel->symbols;
	const struct stack *st = &o->stack;
	const struct symbol *s;
	const struct os_frame *f;
	struct doc *d = &o->dp.d;
	struct link l;
	char text[128];
	size_t i, first;
	int used, n;

	first = analyze_first(o->dp.p.ui->kernel, st);
	if (first >= st->n)
		return;
	doc_label(d, "  in");
	for (i = first, used = 11; i < st->n; i++) {
		f = &st->frames[i];
		s = view_frame_symbol(o->dp.p.ui->kernel, f);
		if (s != NULL)
			n = snprintf(text, sizeof(text), "%s+0x%llx",
			    sym_name(syms, s),
			    (unsigned long long)(f->pc - s->addr));
		else if (i == first)
			n = snprintf(text, sizeof(text), "0x%llx",
			    (unsigned long long)f->pc);
		else
			break;
		if (used + n + 3 > width && i > first)
			break;
		if (i > first)
			doc_puts(d, STYLE_DIM, " < ");
		l = link_symbol(f->pc);
		l.kind = LINK_CODE;
		doc_text(d, STYLE_LINK, &l, text, strlen(text));
		used += n + 3;
	}
	l = link_command("bt");
	if (used + 5 <= width) {
		doc_puts(d, STYLE_NORMAL, "  ");
		doc_text(d, STYLE_LINK, &l, "bt", 2);
	}
}

static void
build_panic(struct overview *o, int width)
{
	struct doc *d = &o->dp.d;
	struct os_info *in = &o->info;
	struct ui *ui = o->dp.p.ui;
	struct link l;
	char sym[128];

	if (o->info_status != 0 || (in->panic_pid.status != OK &&
	    (in->panic.status != OK || in->panic.s == NULL)))
		return;
	doc_line(d);
	doc_puts(d, STYLE_ERROR, "Panic");
	doc_pad(d, 11);
	if (in->panic.status == OK && in->panic.s != NULL)
		doc_wrap(d, STYLE_ERROR, width, 11, in->panic.s,
		    strlen(in->panic.s));
	else
		doc_puts(d, STYLE_DIM, "its message is not in the dump");
	if (o->why.len > 0) {
		doc_label(d, "  why");
		doc_wrap(d, STYLE_WARN, width, 11, buf_text(&o->why),
		    o->why.len);
	}
	doc_label(d, "  by");
	if (in->panic_pid.status == OK) {
		l = link_process((int)in->panic_pid.v);
		doc_printf(d, STYLE_LINK, &l, "%s (%llu)",
		    in->panic_comm.status == OK && in->panic_comm.s != NULL ?
		    in->panic_comm.s : "PID",
		    (unsigned long long)in->panic_pid.v);
	} else {
		doc_puts(d, STYLE_DIM, "an unknown task");
	}
	if (in->panic_cpu.status == OK)
		doc_printf(d, STYLE_NORMAL, NULL, " on CPU %llu",
		    (unsigned long long)in->panic_cpu.v);
	if (in->panic_ip.status == OK) {
		if (!sym_format(&ui->kernel->symbols, in->panic_ip.v, sym,
		    sizeof(sym)))
			snprintf(sym, sizeof(sym), "0x%llx",
			    (unsigned long long)in->panic_ip.v);
		doc_puts(d, STYLE_NORMAL, " at ");
		l = link_symbol(in->panic_ip.v);
		l.kind = LINK_CODE;
		doc_text(d, STYLE_LINK, &l, sym, strlen(sym));
	}
	build_frames(o, width);
}

static void
build_cpus(struct overview *o, int width)
{
	struct doc *d = &o->dp.d;
	struct link l;
	size_t i, col, per_row;
	char text[96];

	if (o->ncpus == 0)
		return;
	per_row = width >= 150 ? 4 : width >= 76 ? 2 : 1;
	/* Many CPUs must not push the rest off the page. */
	for (i = 0; i < o->ncpus; i++) {
		col = i % per_row;
		if (col == 0)
			doc_label(d, i == 0 ? "CPUs" : "");
		else
			doc_pad(d, 11 + (int)col * (width - 11) / (int)per_row);
		doc_printf(d, STYLE_DIM, NULL, "%2zu ", i);
		if (o->cpus[i].comm[0] == '\0') {
			doc_puts(d, STYLE_DIM, "unknown");
			continue;
		}
		snprintf(text, sizeof(text), "%s (%d)", o->cpus[i].comm,
		    o->cpus[i].pid);
		if (o->cpus[i].idle) {
			doc_puts(d, STYLE_DIM, "idle");
		} else {
			l = link_process(o->cpus[i].pid);
			doc_text(d, STYLE_LINK, &l, text, strlen(text));
		}
	}
}

static void
meter(struct overview *o, const char *label, const struct os_u64 *total,
    uint64_t used, int width, enum history_of what)
{
	struct link l = link_command("meters");
	struct doc *d = &o->dp.d;
	int w;

	doc_line(d);
	doc_text(d, STYLE_LINK, &l, label, strlen(label));
	doc_pad(d, 11);
	if (total->v == 0) {
		doc_puts(d, STYLE_DIM, "none");
		return;
	}
	w = width > 130 ? 60 : width > 60 ? (width - 40) / 2 + 8 : 8;
	doc_meter(d, w, (double)used / (double)total->v);
	doc_puts(d, STYLE_NORMAL, "  ");
	doc_bytes(d, STYLE_STRONG, used);
	doc_puts(d, STYLE_NORMAL, " of ");
	doc_bytes(d, STYLE_NORMAL, total->v);
	doc_printf(d, STYLE_NORMAL, NULL, " used (%.0f%%)",
	    (double)used * 100 / (double)total->v);
	doc_puts(d, STYLE_NORMAL, "  ");
	history_draw(o->dp.p.ui, d, what, width - d->column - 1, 1);
}

static void
build_meters(struct overview *o, int width)
{
	struct doc *d = &o->dp.d;
	struct os_info *in = &o->info;
	struct link l;
	uint64_t used;

	if (o->info_status == 0 && history_memory(in, &used))
		meter(o, "Memory", &in->mem_total, used, width, HISTORY_MEMORY);
	if (o->info_status == 0 && in->swap_total.status == OK &&
	    in->swap_free.status == OK &&
	    in->swap_free.v <= in->swap_total.v)
		meter(o, "Swap", &in->swap_total,
		    in->swap_total.v - in->swap_free.v, width, HISTORY_SWAP);
	if (o->load_status == 0) {
		doc_line(d);
		l = link_command("meters");
		doc_text(d, STYLE_LINK, &l, "Load", 4);
		doc_pad(d, 11);
		doc_printf(d, STYLE_STRONG, NULL, "%.2f %.2f %.2f",
		    o->load.load[0], o->load.load[1], o->load.load[2]);
		doc_puts(d, STYLE_NORMAL, "  over 1, 5 and 15 minutes  ");
		history_draw(o->dp.p.ui, d, HISTORY_LOAD,
		    width - d->column - 1, o->ncpus > 0 ?
		    (double)o->ncpus : 1);
	}
	if (o->nthreads > 0) {
		doc_line(d);
		l = link_command("ps");
		doc_text(d, STYLE_LINK, &l, "Processes", 9);
		doc_pad(d, 11);
		doc_printf(d, STYLE_STRONG, NULL, "%zu", o->nprocs);
		doc_printf(d, STYLE_NORMAL, NULL, " (%zu of the kernel), "
		    "%zu threads, %zu running", o->nkernel, o->nthreads,
		    o->nstate['R']);
		if (o->nstate['D'] > 0) {
			l = link_command("blocked");
			doc_puts(d, STYLE_NORMAL, ", ");
			doc_printf(d, STYLE_WARN, &l, "%zu blocked",
			    o->nstate['D']);
		}
	}
}

/* Where to go from here, with the keys that lead there. */
static void
build_places(struct overview *o, int width)
{
	static const struct {
		const char *command, *label;
	} places[] = {
		{ "analyze", "analysis" }, { "ps", "processes" }, { "symbols", "symbols" },
		{ "log", "log" }, { "mod", "modules" },
		{ "meters", "load" }, { "info", "details" },
		{ "help", "keys" },
	};
	struct doc *d = &o->dp.d;
	struct ui *ui = o->dp.p.ui;
	const struct binding *b;
	struct link l;
	char key[64];
	size_t i;

	doc_label(d, "Open");
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		b = keymap_key_of(&ui->keymap, "overview", places[i].command);
		key[0] = '\0';
		if (b != NULL)
			keymap_format(b, key, sizeof(key));
		if (d->column + (int)strlen(places[i].label) +
		    (int)strlen(key) + 3 > width)
			doc_label(d, "");
		l = link_command(places[i].command);
		if (key[0] != '\0')
			doc_printf(d, STYLE_STRONG, NULL, "%s ", key);
		doc_text(d, STYLE_LINK, &l, places[i].label,
		    strlen(places[i].label));
		doc_puts(d, STYLE_NORMAL, "  ");
	}
}

static void
build_log(struct overview *o, int room)
{
	struct doc *d = &o->dp.d;
	const struct log_line *l;
	struct link link = link_command("log");
	size_t n, i;
	enum style style;

	if (o->nlog == 0)
		return;
	doc_line(d);
	doc_line(d);
	d->lines[d->nlines - 1].part = true;
	doc_text(d, STYLE_LINK, &link, "Log", 3);
	doc_printf(d, STYLE_HEADER, NULL, "  newest of %zu lines", o->nlog);
	n = o->nlog < TAIL_MAX ? o->nlog : TAIL_MAX;
	if ((int)n > room)
		n = room > 3 ? (size_t)room : 3;
	if (n > o->nlog)
		n = o->nlog;
	for (i = o->nlog - n; i < o->nlog; i++) {
		l = &o->tail[i % TAIL_MAX];
		/* Warnings are every second line of a kernel: not marked. */
		style = l->level >= 0 && l->level <= 3 ? STYLE_ERROR :
		    STYLE_NORMAL;
		doc_line(d);
		if (l->ns != OS_NO_TIME)
			doc_printf(d, STYLE_DIM, NULL, "%5llu.%06llu ",
			    (unsigned long long)(l->ns / 1000000000),
			    (unsigned long long)(l->ns % 1000000000 / 1000));
		doc_text(d, style, NULL, l->text, l->len);
	}
}

static void
build(struct doc_pane *dp, int width)
{
	struct overview *o = (struct overview *)dp;
	struct kernel *k = dp->p.ui->kernel;
	struct doc *d = &dp->d;
	size_t i;

	if (!o->loaded) {
		doc_line(d);
		doc_puts(d, STYLE_DIM, "reading the kernel ...");
		return;
	}
	build_identity(o);
	build_panic(o, width);
	build_cpus(o, width);
	build_meters(o, width);
	build_places(o, width);
	if (k->nwarnings > 0) {
		doc_part(d, "Warnings");
		for (i = 0; i < k->nwarnings; i++) {
			doc_line(d);
			doc_puts(d, STYLE_WARN, "! ");
			doc_wrap(d, STYLE_NORMAL, width, 3, k->warnings[i],
			    strlen(k->warnings[i]));
		}
	}
	build_log(o, dp->p.list.h - (int)d->nlines - 2);
}

static void
draw(struct pane *p, const struct region *r, bool focus)
{
	struct overview *o = (struct overview *)p;

	/* The log fills what is left, so the height matters as well. */
	if (p->list.h != r->h) {
		p->list.h = r->h;
		doc_stale(&o->dp);
	}
	doc_draw(p, r, focus);
}

static bool
step(struct pane *p)
{
	struct overview *o = (struct overview *)p;

	if (job_ended(&o->dp.job)) {
		p->busy = NULL;
		o->dp.to_link = !o->loaded && p->list.cur == 0;
		o->loaded = true;
		if (o->info_status == 0)
			history_info(p->ui, &o->info);
		if (o->load_status == 0)
			history_add(p->ui, HISTORY_LOAD, o->load.load[0]);
		doc_stale(&o->dp);
	}
	return (false);
}

static int
refresh(struct pane *p)
{
	struct overview *o = (struct overview *)p;

	o->dp.job.keeps = p->ui->kernel->live;
	p->busy = "reading the kernel";
	return (job_start(&o->dp.job, p->ui, load, o));
}

static void
close_pane(struct pane *p)
{
	struct overview *o = (struct overview *)p;

	doc_pane_fini(&o->dp);
	reset(o);
	buf_fini(&o->why);
	arena_fini(&o->arena);
}

static const struct hint hints[] = {
	{ "follow", "open" }, { "ps", "processes" }, { "symbols", "symbols" },
	{ "log", "log" }, { "command", "command" }, { "help", "keys" },
	{ "close", "quit" }, { NULL, NULL },
};

const struct pane_ops pane_overview = {
	.name = "overview",
	.close = close_pane,
	.draw = draw,
	.verb = doc_verb,
	.link = doc_follow,
	.row_text = doc_row_text,
	.refresh = refresh,
	.reread = refresh,
	.step = step,
	.cancel = doc_cancel,
	.position = doc_position,
	.where = doc_where,
	.hints = hints,
};

int
pane_overview_open(struct ui *ui)
{
	struct overview *o;

	o = pane_new(ui, &pane_overview, sizeof(*o));
	if (o == NULL)
		return (E_NOMEM);
	doc_pane_init(&o->dp, build);
	arena_init(&o->arena);
	snprintf(o->dp.p.title, sizeof(o->dp.p.title), "Overview");
	ui_show(ui, &o->dp.p);
	return (refresh(&o->dp.p));
}
