/* SPDX-License-Identifier: BSD-2-Clause */
/* ui_run: the model with a terminal, or without one. */
#include "ui/ui.h"

#include "base/out.h"
#include "ui/cast.h"
#include "ui/moving.h"
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
#define RC_BYTES_MAX	(1u << 20)

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

/* --- what is shown --- */

/* A long pause of the recorded hand is no pleasure to look at. */
#define PAUSE_MS_MAX	2000

/*
 * Space holds the replay, G runs to its end, q and C-c leave, any other key goes
 * on at once.
 */
static bool
pause_shown(struct ui *ui, unsigned ms)
{
	uint32_t key;

	if (ui->hurry)
		return (true);
	key = ui->term->key(ms < PAUSE_MS_MAX ? (int)ms : PAUSE_MS_MAX);
	if (key == ' ')
		key = ui->term->key(-1);
	if (key == UKEY_RESIZE)
		ui->term->repaint();
	ui->hurry = key == 'G';
	return (key != 'q' && key != (UKEY_CTRL | 'c') && key != UKEY_HANGUP);
}

bool
ui_present(struct ui *ui, unsigned ms)
{
	if (ui->cast != NULL)
		cast_frame(ui->cast, &ui->grid, ui->theme, ui->clock);
	ui->clock += (uint64_t)ms * 1000000;
	if (ui->term == NULL)
		return (true);
	ui->term->show(&ui->grid);
	return (!ui->replaying || pause_shown(ui, ms));
}

/*
 * The user's own commands for the start, a line each; "set" above all.  What is
 * wrong is told, and the rest runs.
 */
static void
run_rc(struct ui *ui)
{
	struct buf text = { 0 };
	char path[4096], *line, *next;
	unsigned n;
	int rc;

	if (!save_path(path, sizeof(path), "XDG_CONFIG_HOME", ".config", "rc"))
		return;
	rc = load_file(ui->ctx, path, RC_BYTES_MAX, &text);
	if (rc != 0 && rc != E_NOT_FOUND)
		ui_say_error(ui);
	buf_text(&text);
	for (line = rc == 0 ? text.p : NULL, n = 1; line != NULL; line = next,
	    n++) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		line += strspn(line, " \t");
		if (*line == '#' || *line == '\0')
			continue;
		if (ui_command(ui, line) != 0) {
			ctx_chain(ui->ctx, "%s:%u", path, n);
			ui_say_error(ui);
		}
	}
	buf_fini(&text);
}

static int
start(struct ui *ui)
{
	int rc;

	rc = pane_overview_open(ui);
	/* A recording depends on nothing but the dump and the keys. */
	if (rc == 0 && ui->opt->record == NULL && ui->opt->replay == NULL) {
		state_load(ui);
		run_rc(ui);
	}
	if (rc == 0 && ui->opt->record != NULL)
		rc = record_open(ui->ctx, ui->opt->record, ui, &ui->record);
	if (rc == 0 && ui->opt->cast != NULL)
		rc = cast_open(ui->ctx, ui->opt->cast, &ui->grid, &ui->cast);
	return (rc);
}

static int
finish(struct ui *ui, struct kernel **k, int status)
{
	/* It may have been opened anew. */
	*k = ui->kernel;
	if (!ui->sync && state_save(ui) != 0)
		complain(ui->ctx);
	if (ui->record != NULL && record_close(ui->ctx, ui->record) != 0) {
		complain(ui->ctx);
		status = 1;
	}
	ui->record = NULL;
	if (ui->cast != NULL && cast_close(ui->ctx, ui->cast) != 0) {
		complain(ui->ctx);
		status = 1;
	}
	ui_destroy(ui);
	return (status);
}

static bool
utf8_locale(void)
{
	setlocale(LC_CTYPE, "");
	return (strcmp(nl_langinfo(CODESET), "UTF-8") == 0);
}

static int
open_terminal(struct ui *ui)
{
	struct term_options t = { .wake_fd = ui->wake[0] };
	const char *no_color = getenv("NO_COLOR");
	int rc;

	t.no_color = ui->opt->no_color || (no_color != NULL &&
	    no_color[0] != '\0');
	ui->only_ascii = !utf8_locale();
	ui->ascii |= ui->only_ascii;
	rc = term_curses.open(ui->ctx, &t);
	if (rc != 0)
		return (rc);
	ui->term = &term_curses;
	ui->theme = ui->term->theme();
	return (0);
}

/* --- without a hand on the keys --- */

/* The last screen stays until it was seen. */
static void
leave_replay(struct ui *ui, bool whole)
{
	if (whole) {
		ui_say(ui, STYLE_STRONG, "the session ends here: any key leaves");
		ui_draw(ui);
		ui->term->show(&ui->grid);
		while (ui->term->key(-1) == UKEY_RESIZE) {
			ui->term->repaint();
			ui->term->show(&ui->grid);
		}
	}
	ui->term->close();
	ui->term = NULL;
}

static int
run_headless(struct ctx *ctx, struct kernel **k, const struct ui_options *opt)
{
	struct ui_options o = *opt;
	struct buf session = { 0 }, updated = { 0 }, said = { 0 };
	struct out out;
	struct ui *ui;
	struct replay_head head;
	unsigned differs;
	bool looked_at;
	int rc;

	rc = read_session(ctx, o.replay, &session);
	if (rc != 0) {
		complain(ctx);
		buf_fini(&session);
		return (exit_for(rc));
	}
	replay_head(buf_text(&session), session.len, &head);
	if (o.keymap == NULL && head.keymap[0] != '\0')
		o.keymap = head.keymap;
	looked_at = o.replay != NULL && o.cols == 0 && !o.update &&
	    isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	out_init(&out, out_write_fd, (void *)(intptr_t)STDOUT_FILENO);
	if (looked_at)
		out_init(&out, out_write_buf, &said);
	rc = ui_create(ctx, *k, &o, &ui);
	if (rc != 0) {
		complain(ctx);
		buf_fini(&session);
		return (exit_for(rc));
	}
	ui_resize(ui, o.cols > 0 ? o.cols : head.w > 0 ? head.w : 80,
	    o.rows > 0 ? o.rows : head.h > 0 ? head.h : 24);
	differs = 0;
	rc = looked_at ? open_terminal(ui) : 0;
	if (rc == 0)
		rc = start(ui);
	if (rc == 0)
		rc = replay_run(ui, o.replay != NULL ? o.replay :
		    "standard input", buf_text(&session), session.len,
		    o.replay == NULL, &out, o.replay != NULL && o.update ?
		    &updated : NULL, &differs);
	if (ui->term != NULL)
		leave_replay(ui, rc == 0 && !ui->quit);
	/* Without a session file the last screen is the answer. */
	if (rc == 0 && o.replay == NULL && !ui->quit)
		term_text_show(&ui->grid, &out);
	if (rc == 0 && updated.len > 0 && differs > 0)
		rc = save_file(ctx, o.replay, true, buf_text(&updated),
		    updated.len);
	if (looked_at && out_flush(&out) == 0)
		fputs(buf_text(&said), stdout);
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
	buf_fini(&said);
	return (finish(ui, k, rc != 0 ? exit_for(rc) :
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

#define AHEAD_NS	10000000	/* less than a frame */

/*
 * A key that comes this soon was typed ahead, and is meant for what the one
 * before it brings: a document that is being read gets a moment to be there.
 */
static void
before_next_key(struct ui *ui, uint64_t last)
{
	while (ui_now() - last < AHEAD_NS && ui_busy(ui) &&
	    !ui_busy_again(ui)) {
		usleep(250);
		ui_step(ui);
	}
}

static void
loop(struct ui *ui)
{
	const struct term_ops *t = ui->term;
	const uint64_t began = ui_now();
	enum mouse what;
	uint64_t last = began;
	uint32_t key;
	bool keyed, more, mouse, news, stepped;
	int x, y;

	keyed = more = news = true;
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
		/* What is read again stays as it is until that is done. */
		if (keyed || (news && !ui_busy_again(ui))) {
			ui_draw(ui);
			ui->clock = ui_now() - began;
			ui_present(ui, 0);
		}
		keyed = false;
		/* All keys that are there come before the next picture. */
		if (!more)
			moving_rest(ui);
		key = t->key(more ? 0 : ui_busy(ui) && !ui_busy_again(ui) ?
		    100 : moving_wait(ui));
		stepped = key == UKEY_NONE || key == UKEY_WAKE;
		if (stepped) {
			news = more || ui_busy(ui);
			news |= moving_tick(ui);
			more = ui_step(ui);
			news |= more;
		}
		for (; key != UKEY_NONE && !ui->quit; key = t->key(0)) {
			if (key == UKEY_HANGUP)
				return;
			keyed |= key != UKEY_WAKE;
			if (key == UKEY_RESIZE) {
				resize(ui);
			} else if (key == UKEY_MOUSE) {
				what = t->mouse(&x, &y);
				ui_mouse(ui, what, x, y);
				more = true;
			} else if (key != UKEY_WAKE) {
				before_next_key(ui, last);
				ui_key(ui, key);
				last = ui_now();
				more = true;
				if (ui->wants_suspend || ui->wants_repaint)
					break;
			} else if (!stepped) {
				more = true;
			}
			stepped = false;
		}
	}
}

static int
run_terminal(struct ctx *ctx, struct kernel **k, const struct ui_options *opt)
{
	struct ui *ui;
	int rc, sig;

	rc = ui_create(ctx, *k, opt, &ui);
	if (rc != 0) {
		complain(ctx);
		return (exit_for(rc));
	}
	rc = open_terminal(ui);
	if (rc != 0) {
		complain(ctx);
		return (finish(ui, k, 1));
	}
	resize(ui);
	rc = start(ui);
	if (rc == 0)
		loop(ui);
	ui->term->close();
	sig = term_curses_signal();
	if (rc != 0)
		complain(ctx);
	rc = finish(ui, k, rc != 0 ? exit_for(rc) : 0);
	return (sig != 0 ? 128 + sig : rc);
}

int
ui_run(struct ctx *ctx, struct kernel **k, const struct ui_options *opt)
{
	if (opt->cols > 0 || opt->replay != NULL)
		return (run_headless(ctx, k, opt));
	return (run_terminal(ctx, k, opt));
}
