/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernels that run while they are looked at: reading again as time goes by,
 * panes that stay as they are, targets that are lost and found again.
 */
#include "ui/moving.h"

#include "engine/memory/freeze.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECOND		UINT64_C(1000000000)
#define PATIENCE	(SECOND * 8 / 10)	/* for what one key asks for */
#define NEWS_PATIENCE	(SECOND / 4)
#define SILENCE		(SECOND * 6 / 10)	/* of a target, until it is told */
#define HURRY		(SECOND / 20)	/* for what is asked of a silent one */
#define WATCH_MS	250		/* a target that is being asked */
#define LOOK_MS		1000		/* one that is not */
#define STILL		(SECOND * 10)	/* an idle machine ticks more often */
#define ALL_NEWS	(SECOND * 5)	/* modules are asked for as often */
#define DOCS_KEPT	8		/* of each window, over a new opening */

void
moving_init(struct ui *ui)
{
	struct dump_state st;

	job_init(&ui->opening);
	if (!ui->kernel->live || ui->sync)
		return;
	ui->rate = 1;
	/* One that stands still for it is to run most of the time. */
	if (ui->kernel->dump->backend->state != NULL) {
		ui->kernel->dump->backend->state(ui->kernel->dump, &st);
		if (st.stops > 0)
			ui->rate = 5;
	}
	ui->next = ui_now() + (uint64_t)(ui->rate * 1e9);
}

void
moving_fini(struct ui *ui)
{
	job_fini(&ui->opening);
	kernel_close(ui->opened);
}

/*
 * How long a read may wait for the target: what it owes already counts, so that
 * one key after the other does not have to wait for one that is silent.
 */
static uint64_t
patience(struct ui *ui, uint64_t most)
{
	const struct backend *b = ui->kernel->dump->backend;
	struct dump_state st;

	if (b->state == NULL)
		return (most);
	b->state(ui->kernel->dump, &st);
	return (st.silent + HURRY < most ? most - st.silent : HURRY);
}

void
moving_begin(struct ui *ui)
{
	if (ui->kernel->live && !ui->sync)
		ui->ctx->deadline = ui_now() + patience(ui, PATIENCE);
}

void
moving_end(struct ui *ui)
{
	ui->ctx->deadline = 0;
}

bool
moving_enter(struct ui *ui, const struct pane *p)
{
	if (p->frozen != NULL && ui->ctx->frozen == NULL) {
		frozen_enter(ui->ctx, p->frozen);
		return (true);
	}
	return (false);
}

void
moving_leave(struct ui *ui)
{
	frozen_leave(ui->ctx);
}

int
moving_freeze(struct ui *ui)
{
	struct pane *p = ui_pane(ui);

	if (!ui->kernel->live)
		return (ctx_fail(ui->ctx, E_UNSUPPORTED, "freeze: nothing "
		    "moves here"));
	if (p->frozen != NULL) {
		frozen_destroy(p->frozen);
		p->frozen = NULL;
		if (p->ops->reread != NULL)
			(void)p->ops->reread(p);
		return (0);
	}
	p->frozen = frozen_create();
	return (p->frozen != NULL ? 0 : ctx_fail(ui->ctx, E_NOMEM,
	    "freeze: no memory"));
}

int
moving_set_rate(struct ui *ui, const char *value)
{
	double v;
	char *end;

	v = strtod(value, &end);
	if (strcmp(value, "off") == 0)
		v = 0;
	else if (end == value || *end != '\0' || !(v >= 0.1 && v <= 60))
		return (ctx_fail(ui->ctx, E_USAGE, "set: refresh is 0.1 to 60 "
		    "seconds, or off"));
	ui->rate = v;
	ui->next = ui_now() + (uint64_t)(v * 1e9);
	return (0);
}

const char *
moving_rate(struct ui *ui)
{
	if (ui->rate == 0)
		return ("off");
	snprintf(ui->rate_text, sizeof(ui->rate_text), "%g", ui->rate);
	return (ui->rate_text);
}

/* --- opening anew --- */

static int
reopen(void *arg, struct ctx *ctx)
{
	struct ui *ui = arg;

	return (ui->opt->reopen(ui->opt->reopen_arg, ctx, ui->kernel,
	    &ui->opened));
}

int
moving_reconnect(struct ui *ui)
{
	if (ui->opt->reopen == NULL || !ui->kernel->live)
		return (ctx_fail(ui->ctx, E_UNSUPPORTED, "reconnect: this is "
		    "no target that runs"));
	if (ui->kernel->edits != NULL && ui->lost == NULL)
		return (ctx_fail(ui->ctx, E_UNSUPPORTED, "reconnect: the edits "
		    "of this run would be lost"));
	if (ui->opening.started) {
		ui_say(ui, STYLE_NORMAL, "reconnect: that is under way");
		return (0);
	}
	ui->lost = " CONNECTING ";
	return (job_start(&ui->opening, ui, reopen, ui));
}

/* The command lines of a window's documents, the last few of them. */
static size_t
take_documents(struct window *w, char *lines[DOCS_KEPT], size_t rows[DOCS_KEPT])
{
	struct buf b = { 0 };
	size_t i, n;

	i = w->at + 1 > DOCS_KEPT ? w->at + 1 - DOCS_KEPT : 0;
	for (n = 0; i <= w->at && i < w->ndocs; i++) {
		buf_reset(&b);
		w->docs[i]->ops->where(w->docs[i], &b);
		lines[n] = strdup(buf_text(&b));
		rows[n++] = w->docs[i]->list.cur;
	}
	buf_fini(&b);
	for (i = 0; i < w->ndocs; i++)
		pane_destroy(w->docs[i]);
	w->ndocs = w->at = 0;
	return (n);
}

struct kept {
	struct frame	*frame;
	char		*lines[DOCS_KEPT];
	size_t		 rows[DOCS_KEPT], n;
};

static void
give_documents(struct ui *ui, struct kept *k)
{
	size_t i;

	ui->focus = k->frame;
	if (pane_overview_open(ui) != 0)
		ui_say_error(ui);
	for (i = 0; i < k->n; i++) {
		if (k->lines[i] != NULL && strcmp(k->lines[i], "overview") != 0 &&
		    ui_command(ui, k->lines[i]) != 0)
			ui_say_error(ui);
		else if (ui_pane(ui) != NULL)
			ui_pane(ui)->list.cur = k->rows[i];
		free(k->lines[i]);
	}
}

/* The new kernel takes the old one's place, and every document is opened anew. */
static void
adopt(struct ui *ui)
{
	struct frame *f, *focus = ui->focus;
	struct kept *kept;
	size_t i, n;

	ui_search_stop(ui);
	for (n = 0, f = NULL; (f = frame_next_leaf(ui->root, f)) != NULL;)
		n++;
	kept = calloc(n + 1, sizeof(*kept));
	if (kept == NULL) {
		ui_say(ui, STYLE_ERROR, "reconnect: no memory");
		return;
	}
	for (i = 0, f = NULL; (f = frame_next_leaf(ui->root, f)) != NULL; i++) {
		kept[i].frame = f;
		kept[i].n = take_documents(&f->win, kept[i].lines,
		    kept[i].rows);
	}
	for (i = 0; i < ui->nspaces; i++)
		free(ui->spaces[i]);
	ui->nspaces = 0;
	kernel_close(ui->kernel);
	ui->kernel = ui->opened;
	ui->opened = NULL;
	ui->lost = NULL;
	memset(&ui->pace, 0, sizeof(ui->pace));
	memset(&ui->target, 0, sizeof(ui->target));
	ui_read_info(ui);
	for (i = 0; i < n; i++)
		give_documents(ui, &kept[i]);
	ui->focus = focus;
	free(kept);
}

static void
lose(struct ui *ui, const char *why)
{
	ui->lost = " LOST ";
	ui_say(ui, STYLE_ERROR, "%s; :reconnect tries again", why);
}

static void
opened(struct ui *ui)
{
	if (ui->opening.status == 0) {
		moving_begin(ui);
		adopt(ui);
		moving_end(ui);
		ui->message[0] = '\0';
		return;
	}
	lose(ui, ui->opening.ctx.err.text);
}

/* --- as time goes by --- */

bool
moving_left(const struct ui *ui, const struct kernel_news *news)
{
	return (news->away && news->has_clock && ui->pace.known &&
	    news->clock == ui->pace.ticks);
}

bool
moving_pace(struct ui *ui, uint64_t ticks, uint64_t now)
{
	const bool was = ui->pace.still;

	if (!ui->pace.known || ticks != ui->pace.ticks)
		ui->pace.moved = now;
	ui->pace.known = true;
	ui->pace.ticks = ticks;
	ui->pace.still = now - ui->pace.moved >= STILL;
	return (ui->pace.still && !was);
}

static void
hear_news(struct ui *ui)
{
	const uint64_t now = ui_now();
	const bool all = now >= ui->all_news;
	struct kernel_news news;

	if (all) {
		ui->all_news = now + ALL_NEWS;
		/* A byte that finds no room is one of many. */
		if (ui->opt->nudge > 0 && write(ui->opt->nudge, "", 1) == -1)
			errno = 0;
	}
	ui->ctx->deadline = now + patience(ui, NEWS_PATIENCE);
	kernel_news(ui->ctx, ui->kernel, all, &news);
	ui->ctx->deadline = 0;
	if (!news.state.busy)
		ui->target = news.state;
	if (news.what == KERNEL_SAME && moving_left(ui, &news))
		lose(ui, "no processor runs this kernel any more: the machine "
		    "was started anew");
	else if (news.has_clock && moving_pace(ui, news.clock, now))
		ui_say(ui, STYLE_WARN, "its clock stands still: the machine "
		    "was stopped, or started anew; :reconnect looks again");
	switch (news.what) {
	case KERNEL_SAME:
		break;
	case KERNEL_CHANGED:
		if (ui->opt->reopen != NULL && ui->kernel->edits == NULL)
			(void)moving_reconnect(ui);
		break;
	case KERNEL_OTHER:
	case KERNEL_LOST:
		lose(ui, news.why);
		break;
	}
}

static void
read_again(struct ui *ui)
{
	struct frame *f;
	struct pane *p;

	moving_begin(ui);
	for (f = frame_next_leaf(ui->root, NULL); f != NULL;
	    f = frame_next_leaf(ui->root, f)) {
		p = f->win.ndocs > 0 ? f->win.docs[f->win.at] : NULL;
		if (p != NULL && p->frozen == NULL && p->ops->reread != NULL) {
			(void)p->ops->reread(p);
			p->again = true;
		}
	}
	moving_end(ui);
}

/* What takes longer than from one time to the next is told. */
static void
tell_busy(struct ui *ui)
{
	struct frame *f;

	for (f = frame_next_leaf(ui->root, NULL); f != NULL;
	    f = frame_next_leaf(ui->root, f))
		if (f->win.ndocs > 0)
			f->win.docs[f->win.at]->again = false;
}

/* What is known of the target without asking it; true: that is news. */
static bool
hear_target(struct ui *ui)
{
	const struct backend *b = ui->kernel->dump->backend;
	const bool silent = ui->silent;
	struct dump_state st;

	ui->silent = false;
	if (!ui->kernel->live || b->state == NULL || ui->lost != NULL)
		return (silent);
	b->state(ui->kernel->dump, &st);
	ui->silent = st.silent > SILENCE;
	ui->owed = st.silent > 0;
	if (st.lost)
		lose(ui, st.why);
	return (ui->silent != silent || st.lost);
}

bool
moving_tick(struct ui *ui)
{
	const uint64_t now = ui_now();
	bool ended;

	/* What is half typed is for the documents that are there. */
	ended = ui->prompt.kind == PROMPT_NONE && ui->await == 0 &&
	    ui->npending == 0 && job_ended(&ui->opening);
	if (ended)
		opened(ui);
	if (hear_target(ui)) {
		tell_busy(ui);
		ended = true;
	}
	if (ui->rate == 0 || !ui->kernel->live || now < ui->next)
		return (ended);
	ui->next = now + (uint64_t)(ui->rate * 1e9);
	/* What is not through by now is not asked to begin again. */
	tell_busy(ui);
	if (ui->lost != NULL || ui_busy(ui) || ui->prompt.kind != PROMPT_NONE)
		return (true);
	kernel_refresh(ui->kernel);
	hear_news(ui);
	if (ui->lost == NULL)
		read_again(ui);
	return (true);
}

int
moving_wait(struct ui *ui)
{
	const struct backend *b = ui->kernel->dump->backend;
	const uint64_t now = ui_now();
	int ms, most;

	if (!ui->kernel->live)
		return (-1);
	/* One that stands still for us is still to go on. */
	if (ui->lost != NULL)
		return (ui->owed || ui->target.stopped ? WATCH_MS : -1);
	ms = ui->rate == 0 ? -1 : now >= ui->next ? 0 :
	    (int)((ui->next - now) / 1000000) + 1;
	/* A target that is asked may fall silent, any one may go away. */
	most = ui->owed || ui_busy(ui) ? WATCH_MS : LOOK_MS;
	return (b->state != NULL && (ms < 0 || ms > most) ? most : ms);
}

void
moving_rest(struct ui *ui)
{
	const struct backend *b = ui->kernel->dump->backend;
	struct dump_state st;

	if (!ui->kernel->live || ui_busy(ui) || job_running(&ui->opening))
		return;
	kernel_rest(ui->kernel);
	if (b->state == NULL)
		return;
	b->state(ui->kernel->dump, &st);
	ui->owed = st.silent > 0;
	if (!st.busy)
		ui->target = st;
}

void
moving_status(struct ui *ui, struct buf *b)
{
	const struct dump_state *st = &ui->target;

	if (st->stops > 0)
		buf_printf(b, "stopped %.0f ms (%.1f s)  ",
		    (double)st->last / 1e6, (double)st->held / 1e9);
}
