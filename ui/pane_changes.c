/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What has been changed in this run, the latest first: staged, written, or why
 * not, with the bytes that are and were there.
 */
#include "engine/edit.h"
#include "ui/doc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PER_ROW	16

struct changes_pane {
	struct doc_pane	 dp;
	size_t		*lines;		/* where each begins, the latest first */
	size_t		 n, cap;
};

static enum style
state_style(enum edit_state s)
{
	switch (s) {
	case EDIT_STAGED:
		return (STYLE_STAGED);
	case EDIT_WRITTEN:
		return (STYLE_GOOD);
	case EDIT_UNDONE:
		return (STYLE_DIM);
	default:
		return (STYLE_ERROR);
	}
}

/* A row of old bytes and one of new ones, those that differ drawn apart. */
static void
put_bytes(struct doc *d, const struct edit *e, size_t at)
{
	const uint8_t *side;
	enum style differs;
	size_t i;
	int k;

	for (k = 0; k < 2; k++) {
		side = k == 0 ? e->old : e->new;
		differs = k == 0 ? STYLE_STRONG : state_style(e->state);
		doc_line(d);
		if (k == 0)
			doc_printf(d, STYLE_ADDRESS, NULL, "  %016llx",
			    (unsigned long long)(e->addr + at));
		doc_pad(d, 20);
		doc_puts(d, STYLE_DIM, k == 0 ? "old" : "new");
		for (i = at; i < e->n && i < at + PER_ROW; i++) {
			doc_puts(d, STYLE_NORMAL, " ");
			doc_printf(d, e->old[i] != e->new[i] ? differs :
			    STYLE_DIM, NULL, "%02x", side[i]);
		}
	}
}

static bool
row_differs(const struct edit *e, size_t at)
{
	size_t i;

	for (i = at; i < e->n && i < at + PER_ROW; i++)
		if (e->old[i] != e->new[i])
			return (true);
	return (false);
}

static void
put_edit(struct doc *d, const struct edit *e, int width)
{
	const struct link l = link_memory(e->addr, e->typed ? e->v.type :
	    (struct typeref){ 0, 0 }, e->pid);
	size_t at, same;

	doc_line(d);
	d->lines[d->nlines - 1].part = true;
	doc_puts(d, state_style(e->state), edit_state_name(e->state));
	doc_pad(d, 10);
	doc_printf(d, STYLE_LINK, &l, "%s", e->what);
	if (e->pid != 0)
		doc_printf(d, STYLE_DIM, NULL, " (PID %d)", e->pid);
	doc_printf(d, STYLE_NORMAL, NULL, "  %s \u2192 ", e->old_text);
	doc_puts(d, STYLE_STRONG, e->new_text);
	if (e->why != NULL) {
		doc_line(d);
		doc_pad(d, 10);
		doc_wrap(d, STYLE_ERROR, width, 10, e->why, strlen(e->why));
	}
	for (at = same = 0; at < e->n; at += PER_ROW) {
		if (row_differs(e, at) || e->n <= PER_ROW)
			put_bytes(d, e, at);
		else
			same += e->n - at < PER_ROW ? e->n - at : PER_ROW;
	}
	if (same > 0) {
		doc_line(d);
		doc_pad(d, 20);
		doc_printf(d, STYLE_DIM, NULL, "and %zu bytes as before", same);
	}
}

static void
build(struct doc_pane *dp, int width)
{
	struct changes_pane *cp = (struct changes_pane *)dp;
	const struct edits *es = dp->p.ui->kernel->edits;
	size_t i, n;

	n = edits_count(es);
	cp->n = 0;
	doc_line(&dp->d);
	doc_printf(&dp->d, STYLE_DIM, NULL, "%zu staged of %zu; they go to %s",
	    edits_staged(es), n, edits_medium(es));
	if (n == 0) {
		doc_line(&dp->d);
		doc_puts(&dp->d, STYLE_DIM, "nothing was changed so far");
	}
	if (!vec_room(cp->lines, cp->cap, n))
		return;
	for (i = n; i-- > 0;) {
		doc_line(&dp->d);
		cp->lines[cp->n++] = dp->d.nlines;
		put_edit(&dp->d, edits_at(es, i), width);
	}
}

size_t
pane_changes_here(struct pane *p)
{
	struct changes_pane *cp = (struct changes_pane *)p;
	size_t i;

	for (i = 0; i + 1 < cp->n && cp->lines[i + 1] <= p->list.cur + 1; i++)
		;
	return (cp->n > 0 ? cp->n - 1 - i : SIZE_MAX);
}

static void
close_pane(struct pane *p)
{
	struct changes_pane *cp = (struct changes_pane *)p;

	doc_pane_fini(&cp->dp);
	free(cp->lines);
}

static const struct hint hints[] = {
	{ "commit", "write all" }, { "undo", "undo this" },
	{ "follow", "go there" }, { "back", "back" }, { "help", "keys" },
	{ NULL, NULL },
};

const struct pane_ops pane_changes = {
	.name = "changes",
	.close = close_pane,
	.draw = doc_draw,
	.verb = doc_verb,
	.link = doc_follow,
	.row_text = doc_row_text,
	.refresh = doc_refresh,
	.position = doc_position,
	.where = doc_where,
	.hints = hints,
};

int
pane_changes_open(struct ui *ui)
{
	struct changes_pane *cp;

	if (ui->kernel->edits == NULL)
		return (ctx_fail(ui->ctx, E_USAGE, "writing is not allowed: "
		    "start kpeek with -w"));
	cp = pane_new(ui, &pane_changes, sizeof(*cp));
	if (cp == NULL)
		return (E_NOMEM);
	doc_pane_init(&cp->dp, build);
	cp->dp.to_link = true;
	snprintf(cp->dp.p.title, sizeof(cp->dp.p.title), "Changes");
	ui_show(ui, &cp->dp.p);
	return (0);
}
