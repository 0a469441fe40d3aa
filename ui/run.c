/* SPDX-License-Identifier: BSD-2-Clause */
/* ui_run: the model with a terminal, or without one. */
#include "ui/ui.h"

#include "base/out.h"
#include "ui/record.h"
#include "ui/replay.h"
#include "ui/save.h"
#include "ui/term.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SESSION_MAX	(64u << 20)	/* bytes of a session file */

static void
complain(struct ctx *ctx)
{
	fprintf(stderr, "kpeek: %s\n", ctx->err.text[0] != '\0' ?
	    ctx->err.text : status_text(ctx->err.code));
}

static int
exit_for(int rc)
{
	return (rc == E_USAGE || rc == E_SYNTAX ? 2 : 1);
}

static int
read_all(struct ctx *ctx, FILE *f, const char *name, struct buf *b)
{
	char chunk[8192];
	size_t n;

	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0) {
		buf_add(b, chunk, n);
		if (b->len > SESSION_MAX || b->bad)
			return (ctx_fail(ctx, E_LIMIT,
			    "%s: too long for a session", name));
	}
	return (ferror(f) != 0 ? ctx_fail_errno(ctx, E_IO, "%s", name) : 0);
}

static int
read_session(struct ctx *ctx, const char *path, struct buf *b)
{
	int rc;

	if (path == NULL)
		return (read_all(ctx, stdin, "standard input", b));
	rc = load_file(ctx, path, SESSION_MAX, b);
	return (rc == E_NOT_FOUND ? ctx_fail(ctx, E_USAGE,
	    "%s: there is no such session", path) : rc);
}

static int
start(struct ui *ui)
{
	int rc;

	rc = pane_overview_open(ui);
	if (rc == 0 && ui->opt->record != NULL)
		rc = record_open(ui->ctx, ui->opt->record, ui, &ui->record);
	return (rc);
}

static int
finish(struct ui *ui, int status)
{
	if (ui->record != NULL && record_close(ui->ctx, ui->record) != 0) {
		complain(ui->ctx);
		status = 1;
	}
	ui->record = NULL;
	ui_destroy(ui);
	return (status);
}

/* --- without a terminal --- */

static int
run_headless(struct ctx *ctx, struct kernel *k, const struct ui_options *opt)
{
	struct ui_options o = *opt;
	struct buf session = { 0 }, updated = { 0 };
	struct out out;
	struct ui *ui;
	char keymap[256];
	unsigned differs;
	int rc;

	rc = read_session(ctx, o.replay, &session);
	if (rc != 0) {
		complain(ctx);
		buf_fini(&session);
		return (exit_for(rc));
	}
	if (o.keymap == NULL && replay_keymap(buf_text(&session), session.len,
	    keymap, sizeof(keymap)))
		o.keymap = keymap;
	out_init(&out, out_write_fd, (void *)(intptr_t)STDOUT_FILENO);
	rc = ui_create(ctx, k, &o, &ui);
	if (rc != 0) {
		complain(ctx);
		buf_fini(&session);
		return (exit_for(rc));
	}
	ui_resize(ui, o.cols > 0 ? o.cols : 80, o.rows > 0 ? o.rows : 24);
	differs = 0;
	rc = start(ui);
	if (rc == 0)
		rc = replay_run(ui, o.replay != NULL ? o.replay :
		    "standard input", buf_text(&session), session.len,
		    o.replay == NULL, &out, o.replay != NULL && o.update ?
		    &updated : NULL, &differs);
	/* Without a session file the last screen is the answer. */
	if (rc == 0 && o.replay == NULL && !ui->quit)
		term_text_show(&ui->grid, &out);
	if (rc == 0 && updated.len > 0 && differs > 0)
		rc = save_file(ctx, o.replay, true, buf_text(&updated),
		    updated.len);
	if (out_flush(&out) != 0 && out.error != EPIPE && rc == 0) {
		errno = out.error;
		rc = ctx_fail_errno(ctx, E_IO, "standard output");
	}
	if (rc != 0)
		complain(ctx);
	else if (differs > 0 && !o.quiet)
		fprintf(stderr, "kpeek: %s: %u screen%s %s\n", o.replay, differs,
		    differs == 1 ? "" : "s", o.update ? "rewritten" :
		    differs == 1 ? "differs" : "differ");
	buf_fini(&session);
	buf_fini(&updated);
	return (finish(ui, rc != 0 ? exit_for(rc) :
	    differs > 0 && !o.update ? 1 : 0));
}

/* --- on a terminal --- */

static void
resize(struct ui *ui)
{
	int w, h;

	ui->term->size(&w, &h);
	ui_resize(ui, w, h);
}

/*
 * A click goes to the row, and through the link under it; pressed on the line
 * between two windows and let go elsewhere, it moves that line.
 */
static void
on_mouse(struct ui *ui)
{
	const struct link *l;
	struct frame *f;
	struct pane *p;
	struct link copy;
	enum mouse what;
	int x, y, i;

	what = ui->term->mouse(&x, &y);
	if (ui->prompt.kind != PROMPT_NONE)
		return;
	if (what == MOUSE_RELEASE) {
		if (ui->dragged != NULL)
			ui_move_split(ui, ui->dragged, x, y);
		ui->dragged = NULL;
		return;
	}
	if (what == MOUSE_PRESS) {
		ui->dragged = ui_split_at(ui, x, y);
		if (ui->dragged != NULL)
			return;
	}
	for (f = frame_next_leaf(ui->root, NULL); f != NULL;
	    f = frame_next_leaf(ui->root, f)) {
		if (x >= f->x && x < f->x + f->w && y >= f->y &&
		    y < f->y + f->h - 1)
			break;
	}
	if (f == NULL)
		return;
	p = f->win.docs[f->win.at];
	if (what != MOUSE_PRESS) {
		for (i = 0; i < 3; i++)
			p->ops->verb(p, what == MOUSE_WHEEL_DOWN ?
			    VERB_SCROLL_DOWN : VERB_SCROLL_UP, 0, "");
		return;
	}
	ui->focus = f;
	l = grid_link_at(&ui->grid, x, y);
	copy = l != NULL ? *l : (struct link){ .kind = LINK_NONE };
	p->ops->verb(p, VERB_CLICK, (y - f->y) << 16 | (x - f->x), "");
	if (copy.kind != LINK_NONE && copy.addr + (uint64_t)copy.pid != 0 &&
	    ui_follow(ui, &copy) != 0)
		ui_say_error(ui);
}

static void
loop(struct ui *ui)
{
	const struct term_ops *t = ui->term;
	uint32_t key;
	bool more, mouse;

	more = true;
	mouse = false;
	/* A turn answers keys or goes on with work, and then shows it. */
	while (!ui->quit) {
		if (ui->mouse != mouse) {
			mouse = ui->mouse;
			t->use_mouse(mouse);
		}
		if (ui->wants_suspend)
			t->suspend();
		if (ui->wants_suspend || ui->wants_repaint) {
			t->repaint();
			resize(ui);
		}
		ui->wants_suspend = ui->wants_repaint = false;
		ui_draw(ui);
		t->show(&ui->grid);
		/* All keys that are there come before the next picture. */
		key = t->key(more ? 0 : ui_busy(ui) ? 100 : -1);
		if (key == UKEY_NONE || key == UKEY_WAKE)
			more = ui_step(ui);
		for (; key != UKEY_NONE && !ui->quit; key = t->key(0)) {
			if (key == UKEY_HANGUP)
				return;
			if (key == UKEY_RESIZE) {
				resize(ui);
			} else if (key == UKEY_MOUSE) {
				on_mouse(ui);
			} else if (key != UKEY_WAKE) {
				ui_key(ui, key);
				more = true;
				if (ui->wants_suspend || ui->wants_repaint)
					break;
			}
		}
	}
}

static bool
utf8_locale(void)
{
	setlocale(LC_CTYPE, "");
	return (strcmp(nl_langinfo(CODESET), "UTF-8") == 0);
}

static int
run_terminal(struct ctx *ctx, struct kernel *k, const struct ui_options *opt)
{
	struct ui_options o = *opt;
	struct term_options t = { .wake_fd = -1 };
	const char *no_color = getenv("NO_COLOR");
	struct ui *ui;
	int rc, sig;

	o.ascii |= !utf8_locale();
	t.no_color = o.no_color || (no_color != NULL && no_color[0] != '\0');
	rc = ui_create(ctx, k, &o, &ui);
	if (rc != 0) {
		complain(ctx);
		return (exit_for(rc));
	}
	ui->term = &term_curses;
	t.wake_fd = ui->wake[0];
	rc = ui->term->open(ctx, &t);
	if (rc != 0) {
		complain(ctx);
		return (finish(ui, 1));
	}
	ui->theme = ui->term->theme();
	resize(ui);
	rc = start(ui);
	if (rc == 0)
		loop(ui);
	ui->term->close();
	sig = term_curses_signal();
	if (rc != 0)
		complain(ctx);
	rc = finish(ui, rc != 0 ? exit_for(rc) : 0);
	return (sig != 0 ? 128 + sig : rc);
}

int
ui_run(struct ctx *ctx, struct kernel *k, const struct ui_options *opt)
{
	if (opt->cols > 0 || opt->replay != NULL)
		return (run_headless(ctx, k, opt));
	return (run_terminal(ctx, k, opt));
}
