/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/change.h"

#include "engine/edit.h"
#include "ui/save.h"

#include <stdlib.h>
#include <string.h>

size_t
change_staged(const struct ui *ui)
{
	return (ui->kernel->edits != NULL ? edits_staged(ui->kernel->edits) :
	    0);
}

bool
change_covers(struct ui *ui, const struct space *space, uint64_t va, size_t n)
{
	bool yes;

	if (change_staged(ui) == 0)
		return (false);
	yes = edits_cover(ui->ctx, ui->kernel->edits, space, va, n);
	ctx_clear(ui->ctx);
	return (yes);
}

/* All that is open shows memory as it is now. */
static void
show_anew(struct ui *ui)
{
	struct frame *f;
	struct pane *p;
	size_t i;

	for (f = frame_next_leaf(ui->root, NULL); f != NULL;
	    f = frame_next_leaf(ui->root, f)) {
		for (i = 0; i < f->win.ndocs; i++) {
			p = f->win.docs[i];
			if (p->ops->refresh != NULL && p->ops->refresh(p) != 0)
				ctx_clear(ui->ctx);
		}
	}
}

static int
allowed(struct ui *ui)
{
	return (ui->kernel->edits != NULL ? 0 : ctx_fail(ui->ctx, E_USAGE,
	    "writing is not allowed: start kpeek with -w"));
}

int
change_stage(struct ui *ui, const struct value_store *s, int pid,
    const char *what)
{
	const struct edit *e;
	size_t i;
	int rc;

	rc = allowed(ui);
	if (rc == 0)
		rc = edits_stage(ui->ctx, ui->kernel->edits, s, pid, what, &i);
	if (rc != 0)
		return (rc);
	show_anew(ui);
	e = edits_at(ui->kernel->edits, i);
	ui_say(ui, STYLE_STAGED, "staged: %s: %s \u2192 %s  (:commit "
	    "writes it)", e->what, e->old_text, e->new_text);
	return (0);
}

int
change_run_write(struct ui *ui, const struct command *c, const char *args)
{
	struct value_store *s;
	char *place, *value;
	int rc;

	(void)c;
	rc = allowed(ui);
	if (rc == 0)
		rc = edits_split(ui->ctx, args, &place, &value);
	if (rc != 0)
		return (rc);
	s = malloc(sizeof(*s));
	rc = s == NULL ? ctx_fail(ui->ctx, E_NOMEM, "no memory") :
	    value_store_eval(ui->ctx, &ui->kernel->env, place, value, s);
	if (rc == 0)
		rc = change_stage(ui, s, 0, place);
	free(s);
	free(place);
	free(value);
	return (rc);
}

int
change_accept(struct ui *ui, const char *text)
{
	struct pane *p = ui_pane(ui);

	if (p->ops->change == NULL)
		return (ctx_fail(ui->ctx, E_UNSUPPORTED, "nothing can be "
		    "changed in this pane"));
	if (text[0] == '\0')
		return (0);
	return (p->ops->change(p, text));
}

int
change_run_change(struct ui *ui, const struct command *c, const char *args)
{
	struct pane *p = ui_pane(ui);
	struct buf now = { 0 };
	int rc;

	(void)c;
	rc = allowed(ui);
	if (rc != 0 || args[0] != '\0')
		return (rc != 0 ? rc : change_accept(ui, args));
	buf_reset(&ui->prompt.label);
	if (p->ops->changes == NULL ||
	    !p->ops->changes(p, &ui->prompt.label, &now))
		rc = ctx_fail(ui->ctx, E_UNSUPPORTED, "nothing here can be "
		    "changed: go to a value in a structure, or to bytes");
	else
		prompt_open(ui, PROMPT_CHANGE, buf_text(&now));
	buf_fini(&now);
	return (rc);
}

int
change_run_changes(struct ui *ui, const struct command *c, const char *args)
{
	(void)c;
	(void)args;
	return (pane_changes_open(ui));
}

/* The bytes are on the screen while it is asked. */
int
change_run_commit(struct ui *ui, const struct command *c, const char *args)
{
	size_t n;
	int rc;

	(void)c;
	(void)args;
	rc = allowed(ui);
	if (rc != 0)
		return (rc);
	n = change_staged(ui);
	if (n == 0)
		return (ctx_fail(ui->ctx, E_NOT_FOUND, "nothing is staged"));
	if (strcmp(ui_pane(ui)->ops->name, "changes") != 0)
		rc = pane_changes_open(ui);
	if (rc != 0)
		return (rc);
	ui->await = 'w';
	ui_say(ui, STYLE_STAGED, "write %zu change%s, these bytes, to %s? "
	    "(y, n)", n, n == 1 ? "" : "s", edits_medium(ui->kernel->edits));
	return (0);
}

static void
commit(struct ui *ui)
{
	const struct edits *es = ui->kernel->edits;
	const size_t n = change_staged(ui);
	const char *journal;
	int rc;

	rc = edits_commit(ui->ctx, ui->kernel->edits);
	show_anew(ui);
	if (rc != 0) {
		ui_say_error(ui);
		return;
	}
	journal = edits_journal(es);
	ui_say(ui, STYLE_GOOD, "%zu change%s written and read back%s%s", n,
	    n == 1 ? "" : "s", journal != NULL && !ui->sync ?
	    "; journal: " : "", journal != NULL && !ui->sync ? journal : "");
}

/* In the list the one under the cursor, else the latest that can be. */
int
change_run_undo(struct ui *ui, const struct command *c, const char *args)
{
	struct edits *es = ui->kernel->edits;
	const struct edit *e;
	bool staged;
	size_t i;
	int rc;

	(void)c;
	(void)args;
	rc = allowed(ui);
	if (rc != 0)
		return (rc);
	if (strcmp(ui_pane(ui)->ops->name, "changes") == 0) {
		i = pane_changes_here(ui_pane(ui));
	} else {
		for (i = edits_count(es); i-- > 0;) {
			e = edits_at(es, i);
			if (e->state == EDIT_STAGED || e->state == EDIT_WRITTEN)
				break;
		}
	}
	e = edits_at(es, i);
	if (e == NULL)
		return (ctx_fail(ui->ctx, E_NOT_FOUND, "nothing to undo"));
	staged = e->state == EDIT_STAGED;
	if (staged)
		ui_say(ui, STYLE_GOOD, "no longer staged: %s", e->what);
	rc = edits_undo(ui->ctx, es, i);
	show_anew(ui);
	if (rc == 0 && !staged)
		ui_say(ui, STYLE_GOOD, "undone: %s is %s again", e->what,
		    e->old_text);
	return (rc);
}

int
change_run_patch(struct ui *ui, const struct command *c, const char *args)
{
	char *path;
	int rc;

	(void)c;
	rc = allowed(ui);
	if (rc == 0)
		rc = ui_may_act(ui, "patch");
	if (rc == 0 && args[0] == '\0')
		rc = ctx_fail(ui->ctx, E_USAGE, "patch: to which file? patch "
		    "FILE");
	path = save_typed(args);
	if (rc == 0 && path == NULL)
		rc = ctx_fail(ui->ctx, E_NOMEM, "no memory");
	if (rc == 0)
		rc = edits_save_patch(ui->ctx, ui->kernel->edits, path);
	free(path);
	if (rc == 0)
		ui_say(ui, STYLE_GOOD, "%s holds it: --patch %s lays "
		    "it over this memory", args, args);
	return (rc);
}

void
change_leave(struct ui *ui)
{
	const size_t n = change_staged(ui);

	if (n == 0) {
		ui->quit = true;
		return;
	}
	ui->await = 'q';
	ui_say(ui, STYLE_WARN, "%zu staged change%s not written: leave all the "
	    "same? (y, n)", n, n == 1 ? " is" : "s are");
}

void
change_answer(struct ui *ui, uint32_t key)
{
	if (key != 'y' && key != 'Y')
		ui_say(ui, STYLE_NORMAL, ui->await == 'w' ? "nothing was "
		    "written" : "still here");
	else if (ui->await == 'w')
		commit(ui);
	else
		ui->quit = true;
}
