/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Searching the rows of a pane.  A pane may have a million rows, so a search
 * goes on in slices between keys; it wraps around at the ends.
 */
#include "base/utf8.h"
#include "ui/model.h"

#include <stdlib.h>
#include <string.h>

#define SLICE_ROWS	64		/* rows between looks at the clock */
#define PREVIEW_NS	8000000

void
ui_search_stop(struct ui *ui)
{
	ui->scan.pane = NULL;
}

static int
set_pattern(struct ui *ui, const char *pattern)
{
	struct buf text = { 0 };
	struct sym_filter *f;
	char *copy;
	int rc;

	buf_printf(&text, "%s%s", ui->ignorecase ? "(?i)" : "", pattern);
	rc = sym_filter_create(ui->ctx, buf_text(&text), &f);
	buf_fini(&text);
	if (rc != 0)
		return (rc);
	copy = strdup(pattern);
	if (copy == NULL) {
		sym_filter_destroy(f);
		return (ctx_fail(ui->ctx, E_NOMEM, "search: no memory"));
	}
	sym_filter_destroy(ui->matcher);
	free(ui->pattern);
	ui->matcher = f;
	ui->pattern = copy;
	return (0);
}

/* Look from a row on, that row last (or first, when it may stay). */
static void
scan_start(struct ui *ui, struct pane *p, int direction, bool stay, bool quiet)
{
	size_t n, first, left;

	n = p->list.n;
	if (n == 0)
		return;
	if (!quiet) {
		ui->scan.origin = p->list.cur;
		ui->scan.origin_top = p->list.top;
	}
	first = quiet ? ui->scan.origin : p->list.cur;
	if (first >= n)
		first = n - 1;
	left = n;
	if (!ui->wrapscan && !quiet)
		left = direction > 0 ? n - first - !stay : first + stay;
	if (!stay)
		first = direction > 0 ? (first + 1) % n : (first + n - 1) % n;
	ui->scan.pane = p;
	ui->scan.at = first;
	ui->scan.left = left;
	ui->scan.direction = direction;
	ui->scan.quiet = quiet;
}

bool
ui_search_step(struct ui *ui, uint64_t until)
{
	struct pane *p = ui->scan.pane;
	struct buf text = { 0 };
	size_t n, i, start, end, from;
	bool found;

	if (p == NULL || ui->matcher == NULL)
		return (false);
	found = false;
	from = ui->scan.at;
	for (i = 0; ui->scan.left > 0; i++) {
		n = p->list.n;
		if (ui->scan.at >= n)
			break;
		if (i % SLICE_ROWS == SLICE_ROWS - 1 && ui_now() >= until) {
			buf_fini(&text);
			return (true);
		}
		buf_reset(&text);
		p->ops->row_text(p, ui->scan.at, &text);
		from = ui->scan.at;
		if (sym_filter_match(ui->matcher, buf_text(&text), text.len,
		    &start, &end)) {
			found = true;
			break;
		}
		ui->scan.at = ui->scan.direction > 0 ? (from + 1) % n :
		    (from + n - 1) % n;
		ui->scan.left--;
	}
	buf_fini(&text);
	ui->scan.pane = NULL;
	if (found) {
		list_go(&p->list, from);
		if (ui->scan.quiet)
			return (false);
		if (ui->scan.direction > 0 && from <= ui->scan.origin)
			ui_say(ui, STYLE_WARN, "search went on at the top");
		else if (ui->scan.direction < 0 && from >= ui->scan.origin)
			ui_say(ui, STYLE_WARN, "search went on at the bottom");
	} else if (!ui->scan.quiet) {
		ui_say(ui, STYLE_ERROR, "nothing here matches %s", ui->pattern);
	} else {
		p->list.cur = ui->scan.origin;
		p->list.top = ui->scan.origin_top;
	}
	return (false);
}

static int
go(struct ui *ui, int direction)
{
	struct pane *p = ui_pane(ui);

	ui_remember(ui);
	if (p->ops->search != NULL)
		return (p->ops->search(p, ui->pattern, direction));
	if (p->ops->row_text == NULL)
		return (ctx_fail(ui->ctx, E_UNSUPPORTED,
		    "search: this pane has nothing to search"));
	scan_start(ui, p, direction, false, false);
	ui_search_step(ui, ui->sync ? UINT64_MAX : ui_now() + PREVIEW_NS);
	return (0);
}

int
ui_search(struct ui *ui, const char *pattern, int direction)
{
	struct pane *p = ui_pane(ui);
	char *copy;
	int rc;

	if (p->ops->filter_on_search)
		return (p->ops->filter(p, pattern));
	/* Bytes are sought in their own syntax, not as a regex. */
	if (pattern[0] != '\0' && p->ops->search != NULL) {
		copy = strdup(pattern);
		if (copy == NULL)
			return (ctx_fail(ui->ctx, E_NOMEM, "search: no memory"));
		free(ui->pattern);
		ui->pattern = copy;
		sym_filter_destroy(ui->matcher);
		ui->matcher = NULL;
	} else if (pattern[0] != '\0') {
		rc = set_pattern(ui, pattern);
		if (rc != 0)
			return (rc);
	} else if (ui->pattern == NULL) {
		return (ctx_fail(ui->ctx, E_USAGE, "search: for what?"));
	}
	ui->direction = direction;
	return (ui_search_next(ui, 1));
}

int
ui_search_next(struct ui *ui, int direction)
{
	struct pane *p = ui_pane(ui);
	int rc;

	if (p->ops->filter_on_search) {
		list_verb(&p->list, direction > 0 ? VERB_DOWN : VERB_UP, 1);
		return (0);
	}
	if (ui->pattern == NULL)
		return (ctx_fail(ui->ctx, E_USAGE,
		    "nothing was searched yet: / begins a search"));
	if (ui->matcher == NULL && p->ops->search == NULL) {
		rc = set_pattern(ui, ui->pattern);
		if (rc != 0)
			return (rc);
	}
	return (go(ui, direction * ui->direction));
}

void
ui_search_preview(struct ui *ui, const char *pattern)
{
	struct pane *p = ui_pane(ui);

	if (p->ops->row_text == NULL)
		return;
	ui_search_stop(ui);
	p->list.cur = ui->scan.origin;
	p->list.top = ui->scan.origin_top;
	list_fit(&p->list, p->list.n, p->list.h);
	/* Half a pattern is often no pattern: silence. */
	if (pattern[0] == '\0' || set_pattern(ui, pattern) != 0) {
		ctx_clear(ui->ctx);
		return;
	}
	scan_start(ui, p, ui->prompt.kind == PROMPT_SEARCH_BACK ? -1 : 1,
	    false, true);
	ui_search_step(ui, ui->sync ? UINT64_MAX : ui_now() + PREVIEW_NS);
}

/* Matches are marked on what was drawn, whatever pane it was. */
void
ui_search_highlight(struct ui *ui, const struct region *r)
{
	struct buf text = { 0 };
	size_t start, end, from, cols[2];
	const char *s;
	int y, i;

	if (ui->matcher == NULL)
		return;
	for (y = 0; y < r->h; y++) {
		const struct gcell *row;
		size_t at[GRID_MAX + 1];
		char utf8[4];

		/* at[x]: where the text of column x begins. */
		row = &r->g->cells[(r->y + y) * r->g->w + r->x];
		buf_reset(&text);
		for (i = 0; i < r->w && i < GRID_MAX; i++) {
			at[i] = text.len;
			if (row[i].cp != 0)
				buf_add(&text, utf8, utf8_encode(row[i].cp, utf8));
		}
		at[i] = text.len;
		s = buf_text(&text);
		for (from = 0; from < text.len; from = end) {
			if (!sym_filter_match(ui->matcher, s + from,
			    text.len - from, &start, &end) || end == start)
				break;
			start += from;
			end += from;
			for (i = 0, cols[0] = cols[1] = 0; i < r->w; i++) {
				if (at[i] <= start)
					cols[0] = (size_t)i;
				if (at[i] < end)
					cols[1] = (size_t)i;
			}
			region_restyle(r, y, (int)cols[0],
			    (int)(cols[1] - cols[0]) + 1, STYLE_MATCH);
		}
	}
	buf_fini(&text);
}
