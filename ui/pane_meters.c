/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the machine was doing: load, each CPU, memory, and every swap device with
 * its priority; of a kernel that runs also how that went lately.
 */
#include "ui/history.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CPUS_MAX	256		/* shown one by one */
#define SWAPS_MAX	64		/* the kernel's own bound is 32 */

struct device {
	struct os_swap	 swap;
	char		 name[256];
};

struct meters {
	struct doc_pane	 dp;
	struct arena	 arena;
	struct os_info	 info;
	int		 info_status, load_status, swap_status;
	struct os_load	 load;
	struct os_cptime cpus[CPUS_MAX], before[CPUS_MAX];
	size_t		 ncpus, nbefore;
	double		 seconds;	/* that cpus[] is about */
	double		 uptime_before;
	struct device	 swaps[SWAPS_MAX];
	size_t		 nswaps;
	char		 why[ERR_TEXT_MAX];	/* nothing can be said */
	bool		 loaded;
};

static int
on_swap(void *arg, struct ctx *ctx, const struct os_swap *s)
{
	struct meters *m = arg;
	struct device *d;

	(void)ctx;
	if (m->nswaps == SWAPS_MAX)
		return (E_DONE);
	d = &m->swaps[m->nswaps++];
	d->swap = *s;
	snprintf(d->name, sizeof(d->name), "%s", s->device.status == OK &&
	    s->device.s != NULL ? s->device.s : "?");
	return (0);
}

static int
load(void *arg, struct ctx *ctx)
{
	struct meters *m = arg;
	struct kernel *k = m->dp.p.ui->kernel;
	int rc;

	arena_reset(&m->arena);
	m->why[0] = '\0';
	memcpy(m->before, m->cpus, sizeof(m->before));
	m->nbefore = m->ncpus;
	m->uptime_before = m->info_status == 0 &&
	    m->info.uptime.status == OK ? m->info.uptime.v : NAN;
	m->ncpus = m->nswaps = 0;
	m->info_status = os_info(ctx, k, &m->arena, &m->info);
	m->load_status = os_load(ctx, k, &m->load);
	if (m->info_status != 0 && m->load_status != 0)
		snprintf(m->why, sizeof(m->why), "%s",
		    ctx->err.text[0] != '\0' ? ctx->err.text :
		    status_text(m->load_status));
	for (rc = 0; rc == 0 && m->ncpus < CPUS_MAX &&
	    m->info_status == 0 && m->info.cpus.status == OK &&
	    m->ncpus < m->info.cpus.v;) {
		rc = os_cptime(ctx, k, (int)m->ncpus, &m->cpus[m->ncpus]);
		m->ncpus += rc == 0;
	}
	m->swap_status = os_swaps(ctx, k, on_swap, m);
	ctx_clear(ctx);
	return (ctx_check(ctx));
}

static double
busy(const struct os_cptime *c)
{
	return (c->user + c->nice + c->system + c->interrupt + c->steal);
}

/* The part of the time that a CPU worked: lately, else since it started. */
static double
busy_part(const struct meters *m, size_t cpu, struct os_cptime *part)
{
	const struct os_cptime *now = &m->cpus[cpu], *was = &m->before[cpu];
	double seconds;

	*part = *now;
	seconds = m->info.uptime.status == OK ? m->info.uptime.v : 0;
	if (cpu < m->nbefore && !isnan(m->uptime_before) &&
	    seconds > m->uptime_before && busy(now) >= busy(was)) {
		seconds -= m->uptime_before;
		part->user = now->user + now->nice - was->user - was->nice;
		part->system = now->system - was->system;
		part->interrupt = now->interrupt - was->interrupt;
		part->steal = now->steal - was->steal;
	} else {
		part->user += part->nice;
	}
	part->nice = 0;
	if (!(seconds > 0))
		return (NAN);
	part->user /= seconds;
	part->system /= seconds;
	part->interrupt /= seconds;
	part->steal /= seconds;
	return (fmin(busy(part), 1));
}

/* Columns that a meter takes; what is left of a line beside it and its words. */
static int
meter_width(int width)
{
	return (width >= 150 ? 60 : width >= 60 ? width / 2 - 14 : 8);
}

static void
build_load(struct meters *m, int width)
{
	struct doc *d = &m->dp.d;
	const struct os_load *l = &m->load;

	doc_line(d);
	if (m->load_status != 0) {
		doc_puts(d, STYLE_MISSING, "the load is not there: ");
		doc_puts(d, STYLE_MISSING, status_text(m->load_status));
		return;
	}
	doc_puts(d, STYLE_NORMAL, "Load");
	doc_pad(d, 9);
	doc_printf(d, STYLE_STRONG, NULL, "%.2f %.2f %.2f", l->load[0],
	    l->load[1], l->load[2]);
	doc_puts(d, STYLE_NORMAL, "  over 1, 5 and 15 minutes");
	if (l->running.status == OK && l->threads.status == OK)
		doc_printf(d, STYLE_NORMAL, NULL, "; %llu of %llu threads run",
		    (unsigned long long)l->running.v,
		    (unsigned long long)l->threads.v);
	if (m->dp.p.ui->history[HISTORY_LOAD].n >= 2) {
		doc_line(d);
		doc_pad(d, 9);
		history_draw(m->dp.p.ui, d, HISTORY_LOAD, width - 10,
		    m->ncpus > 0 ? (double)m->ncpus : 1);
	}
}

static void
build_cpus(struct meters *m, int width)
{
	struct ui *ui = m->dp.p.ui;
	struct doc *d = &m->dp.d;
	struct os_cptime part;
	double v;
	size_t i;

	if (m->ncpus == 0)
		return;
	doc_part(d, "CPUs");
	doc_printf(d, STYLE_DIM, NULL, "  busy, %s", ui->kernel->live &&
	    m->nbefore > 0 ? "since the reading before" : "since they started");
	for (i = 0; i < m->ncpus; i++) {
		v = busy_part(m, i, &part);
		doc_line(d);
		doc_printf(d, STYLE_NORMAL, NULL, "%4zu", i);
		doc_pad(d, 9);
		if (isnan(v)) {
			doc_puts(d, STYLE_DIM, "unknown");
			continue;
		}
		doc_meter(d, meter_width(width), v);
		doc_printf(d, STYLE_STRONG, NULL, " %3.0f%%", v * 100);
		doc_printf(d, STYLE_DIM, NULL, "  user %.0f%% system %.0f%%",
		    part.user * 100, part.system * 100);
		if (part.interrupt >= 0.005)
			doc_printf(d, STYLE_DIM, NULL, " interrupts %.0f%%",
			    part.interrupt * 100);
		if (part.steal >= 0.005)
			doc_printf(d, STYLE_DIM, NULL, " stolen %.0f%%",
			    part.steal * 100);
	}
	if (ui->history[HISTORY_CPU].n >= 2) {
		doc_line(d);
		doc_puts(d, STYLE_NORMAL, " all");
		doc_pad(d, 9);
		history_draw(ui, d, HISTORY_CPU, width - 10, 1);
	}
}

static void
build_use(struct doc *d, int width, uint64_t used, uint64_t total)
{
	if (total == 0) {
		doc_puts(d, STYLE_DIM, "none");
		return;
	}
	doc_meter(d, meter_width(width), (double)used / (double)total);
	doc_printf(d, STYLE_STRONG, NULL, " %3.0f%%  ",
	    (double)used * 100 / (double)total);
	doc_bytes(d, STYLE_NORMAL, used);
	doc_puts(d, STYLE_NORMAL, " of ");
	doc_bytes(d, STYLE_NORMAL, total);
}

static void
build_history(struct meters *m, enum history_of what, int width)
{
	struct doc *d = &m->dp.d;

	if (m->dp.p.ui->history[what].n < 2)
		return;
	doc_line(d);
	doc_pad(d, 9);
	history_draw(m->dp.p.ui, d, what, width - 10, 1);
}

static void
build_memory(struct meters *m, int width)
{
	struct doc *d = &m->dp.d;
	uint64_t used;

	if (m->info_status != 0 || !history_memory(&m->info, &used))
		return;
	doc_part(d, "Memory");
	doc_printf(d, STYLE_DIM, NULL, "  %s", m->info.mem_available.status ==
	    OK ? "used and not to be had back at once" : "not free");
	doc_line(d);
	doc_pad(d, 9);
	build_use(d, width, used, m->info.mem_total.v);
	build_history(m, HISTORY_MEMORY, width);
}

static void
build_swaps(struct meters *m, int width)
{
	struct ui *ui = m->dp.p.ui;
	struct doc *d = &m->dp.d;
	struct typeref type = { 0, 0 };
	const struct os_swap *s;
	uint64_t total, used;
	struct link l;
	size_t i;

	doc_part(d, "Swap");
	if (ui->kernel->types != NULL && type_find(ui->ctx, ui->kernel->types,
	    "struct swap_info_struct", &type) != 0) {
		ctx_clear(ui->ctx);
		type = (struct typeref){ 0, 0 };
	}
	total = used = 0;
	for (i = 0; i < m->nswaps; i++) {
		total += m->swaps[i].swap.total.v;
		used += m->swaps[i].swap.used.v;
	}
	if (m->nswaps == 0 && m->swap_status == 0)
		doc_puts(d, STYLE_DIM, "  none");
	else if (m->nswaps > 0)
		doc_printf(d, STYLE_DIM, NULL, "  %zu device%s; the highest "
		    "priority is used first", m->nswaps,
		    m->nswaps == 1 ? "" : "s");
	for (i = 0; i < m->nswaps; i++) {
		s = &m->swaps[i].swap;
		doc_line(d);
		l = link_memory(s->address, type, 0);
		doc_text(d, s->address != 0 && s->address != OS_UNKNOWN ?
		    STYLE_LINK : STYLE_NORMAL, s->address != 0 &&
		    s->address != OS_UNKNOWN ? &l : NULL, m->swaps[i].name,
		    strlen(m->swaps[i].name));
		doc_printf(d, STYLE_NORMAL, NULL, "  priority %lld",
		    (long long)s->priority);
		doc_line(d);
		doc_pad(d, 9);
		if (s->total.status != OK || s->used.status != OK)
			doc_printf(d, STYLE_MISSING, NULL, "(%s)",
			    status_text(s->total.status != OK ?
			    s->total.status : s->used.status));
		else
			build_use(d, width, s->used.v, s->total.v);
	}
	if (m->swap_status != 0 && m->swap_status != E_DONE) {
		doc_line(d);
		doc_printf(d, STYLE_MISSING, NULL, "(%s)",
		    status_text(m->swap_status));
		return;
	}
	if (m->nswaps > 1) {
		doc_line(d);
		doc_puts(d, STYLE_NORMAL, "   all");
		doc_pad(d, 9);
		build_use(d, width, used, total);
	}
	build_history(m, HISTORY_SWAP, width);
}

static void
build(struct doc_pane *dp, int width)
{
	struct meters *m = (struct meters *)dp;

	if (!m->loaded || m->why[0] != '\0') {
		doc_line(&dp->d);
		doc_puts(&dp->d, m->loaded ? STYLE_ERROR : STYLE_DIM,
		    m->loaded ? m->why : "reading the kernel ...");
		return;
	}
	build_load(m, width);
	build_cpus(m, width);
	build_memory(m, width);
	build_swaps(m, width);
}

/* One point more in each line of what was. */
static void
remember(struct meters *m)
{
	struct ui *ui = m->dp.p.ui;
	struct os_cptime part;
	double sum;
	size_t i;

	if (m->info_status == 0)
		history_info(ui, &m->info);
	if (m->load_status == 0)
		history_add(ui, HISTORY_LOAD, m->load.load[0]);
	for (sum = 0, i = 0; i < m->ncpus; i++)
		sum += busy_part(m, i, &part);
	if (m->nbefore > 0 && m->ncpus > 0)
		history_add(ui, HISTORY_CPU, sum / (double)m->ncpus);
}

static bool
step(struct pane *p)
{
	struct meters *m = (struct meters *)p;

	if (job_ended(&m->dp.job)) {
		p->busy = NULL;
		m->loaded = true;
		remember(m);
		doc_stale(&m->dp);
	}
	return (false);
}

static int
refresh(struct pane *p)
{
	struct meters *m = (struct meters *)p;

	m->dp.job.keeps = p->ui->kernel->live;
	p->busy = "reading the kernel";
	return (job_start(&m->dp.job, p->ui, load, m));
}

static void
close_pane(struct pane *p)
{
	struct meters *m = (struct meters *)p;

	doc_pane_fini(&m->dp);
	arena_fini(&m->arena);
}

static const struct hint hints[] = {
	{ "follow", "open" }, { "back", "back" }, { "next-part", "next part" },
	{ "refresh", "read again" }, { "help", "keys" }, { NULL, NULL },
};

const struct pane_ops pane_meters = {
	.name = "meters",
	.close = close_pane,
	.draw = doc_draw,
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
pane_meters_open(struct ui *ui)
{
	struct meters *m;

	m = pane_new(ui, &pane_meters, sizeof(*m));
	if (m == NULL)
		return (E_NOMEM);
	doc_pane_init(&m->dp, build);
	arena_init(&m->arena);
	m->info_status = E_NOT_FOUND;
	snprintf(m->dp.p.title, sizeof(m->dp.p.title), "Load and swap");
	ui_show(ui, &m->dp.p);
	return (refresh(&m->dp.p));
}
