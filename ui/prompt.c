/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/prompt.h"

#include "base/utf8.h"
#include "ui/change.h"
#include "ui/model.h"
#include "ui/palette.h"

#include <stdlib.h>
#include <string.h>

#define PROMPT_MAX	2000		/* bytes typed */

static const char *const marks[PROMPT_KINDS] = {
	[PROMPT_NONE] = "", [PROMPT_CHANGE] = "", [PROMPT_COMMAND] = ":", [PROMPT_SEARCH] = "/",
	[PROMPT_SEARCH_BACK] = "search back: ", [PROMPT_FILTER] = "filter: ",
	[PROMPT_PALETTE] = "> ",
};

void
prompt_init(struct prompt *p)
{
	memset(p, 0, sizeof(*p));
}

void
prompt_fini(struct prompt *p)
{
	size_t k, i;

	prompt_forget_words(p);
	free(p->words);
	buf_fini(&p->text);
	buf_fini(&p->label);
	free(p->before);
	free(p->typed);
	for (k = 0; k < PROMPT_KINDS; k++) {
		for (i = 0; i < p->history[k].n; i++)
			free(p->history[k].lines[i]);
	}
}

static void
set_text(struct prompt *p, const char *text)
{
	buf_reset(&p->text);
	buf_puts(&p->text, text);
	p->pos = p->text.len;
}

void
prompt_open(struct ui *ui, enum prompt_kind kind, const char *text)
{
	struct prompt *p = &ui->prompt;
	struct pane *pane = ui_pane(ui);

	p->kind = kind;
	p->back = 0;
	p->chosen = 0;
	free(p->before);
	p->before = ui->pattern != NULL ? strdup(ui->pattern) : NULL;
	ui_search_stop(ui);
	ui->scan.origin = pane->list.cur;
	ui->scan.origin_top = pane->list.top;
	set_text(p, text);
	ui->message[0] = '\0';
}

static bool
filters(struct ui *ui)
{
	struct pane *pane = ui_pane(ui);

	return (pane->ops->filter != NULL && (ui->prompt.kind == PROMPT_FILTER ||
	    (ui->prompt.kind == PROMPT_SEARCH && pane->ops->filter_on_search)));
}

/* What follows the typing. */
static void
changed(struct ui *ui)
{
	struct prompt *p = &ui->prompt;
	struct pane *pane = ui_pane(ui);

	prompt_forget_words(p);
	p->chosen = 0;
	if (filters(ui)) {
		/* Half a regex may be none: the rows stay as they were. */
		if (pane->ops->filter(pane, buf_text(&p->text)) != 0)
			ctx_clear(ui->ctx);
	} else if (p->kind == PROMPT_SEARCH || p->kind == PROMPT_SEARCH_BACK) {
		if (pane->ops->search == NULL)
			ui_search_preview(ui, buf_text(&p->text));
	}
}

static void
close_prompt(struct prompt *p)
{
	prompt_forget_words(p);
	p->kind = PROMPT_NONE;
	buf_reset(&p->text);
	p->pos = 0;
}

void
prompt_cancel(struct ui *ui)
{
	struct prompt *p = &ui->prompt;
	struct pane *pane = ui_pane(ui);

	if (filters(ui)) {
		pane->ops->filter(pane, "");
	} else if (p->kind == PROMPT_SEARCH || p->kind == PROMPT_SEARCH_BACK) {
		ui_search_stop(ui);
		free(ui->pattern);
		ui->pattern = p->before;
		p->before = NULL;
		sym_filter_destroy(ui->matcher);
		ui->matcher = NULL;
		if (pane->ops->row_text != NULL) {
			pane->list.cur = ui->scan.origin;
			pane->list.top = ui->scan.origin_top;
			list_fit(&pane->list, pane->list.n, pane->list.h);
		}
	}
	close_prompt(p);
}

void
prompt_remember(struct prompt *p, enum prompt_kind kind, const char *line)
{
	char **lines = p->history[kind].lines, *copy;
	size_t *n = &p->history[kind].n;

	if (line[0] == '\0' || (*n > 0 && strcmp(lines[*n - 1], line) == 0))
		return;
	copy = strdup(line);
	if (copy == NULL)
		return;
	if (*n == PROMPT_HISTORY) {
		free(lines[0]);
		memmove(&lines[0], &lines[1], (*n - 1) * sizeof(lines[0]));
		(*n)--;
	}
	lines[(*n)++] = copy;
}

/* Enter on the palette: run the command, or ask for its arguments. */
static int
accept_palette(struct ui *ui)
{
	struct buf line = { 0 };
	bool args;
	int rc;

	palette_line(ui, &line, &args);
	close_prompt(&ui->prompt);
	rc = 0;
	if (args) {
		buf_puts(&line, " ");
		prompt_open(ui, PROMPT_COMMAND, buf_text(&line));
	} else {
		rc = ui_command(ui, buf_text(&line));
	}
	buf_fini(&line);
	return (rc);
}

int
prompt_accept(struct ui *ui)
{
	struct prompt *p = &ui->prompt;
	struct pane *pane = ui_pane(ui);
	enum prompt_kind kind;
	char *line;
	bool filter;
	int rc;

	if (p->kind == PROMPT_PALETTE)
		return (accept_palette(ui));
	line = strdup(buf_text(&p->text));
	if (line == NULL)
		return (ctx_fail(ui->ctx, E_NOMEM, "no memory"));
	prompt_remember(p, p->kind, line);
	filter = filters(ui);
	kind = p->kind;
	close_prompt(p);
	rc = 0;
	if (filter) {
		rc = pane->ops->filter(pane, line);
	} else if (kind == PROMPT_SEARCH || kind == PROMPT_SEARCH_BACK) {
		if (pane->ops->row_text != NULL) {
			pane->list.cur = ui->scan.origin;
			pane->list.top = ui->scan.origin_top;
			list_fit(&pane->list, pane->list.n, pane->list.h);
		}
		rc = ui_search(ui, line, kind == PROMPT_SEARCH ? 1 : -1);
	} else if (kind == PROMPT_CHANGE) {
		rc = change_accept(ui, line);
	} else if (kind == PROMPT_COMMAND) {
		rc = ui_command(ui, line);
		if (line[0] != '\0' && strcmp(line, "again") != 0) {
			free(ui->last_command);
			ui->last_command = line;
			return (rc);
		}
	}
	free(line);
	return (rc);
}

void
prompt_insert(struct ui *ui, const char *s, size_t n)
{
	struct prompt *p = &ui->prompt;
	struct buf tail = { 0 };

	if (p->text.len + n > PROMPT_MAX)
		return;
	buf_puts(&tail, buf_text(&p->text) + p->pos);
	p->text.len = p->pos;
	buf_add(&p->text, s, n);
	p->pos += n;
	buf_add(&p->text, buf_text(&tail), tail.len);
	buf_fini(&tail);
	changed(ui);
}

static size_t
left_of(const struct prompt *p, size_t pos)
{
	while (pos > 0 && ((unsigned char)p->text.p[--pos] & 0xc0) == 0x80)
		;
	return (pos);
}

static size_t
right_of(const struct prompt *p, size_t pos)
{
	if (pos < p->text.len)
		pos++;
	while (pos < p->text.len &&
	    ((unsigned char)p->text.p[pos] & 0xc0) == 0x80)
		pos++;
	return (pos);
}

static size_t
word_left(const struct prompt *p, size_t pos)
{
	while (pos > 0 && p->text.p[pos - 1] == ' ')
		pos--;
	while (pos > 0 && p->text.p[pos - 1] != ' ')
		pos--;
	return (pos);
}

static size_t
word_right(const struct prompt *p, size_t pos)
{
	while (pos < p->text.len && p->text.p[pos] == ' ')
		pos++;
	while (pos < p->text.len && p->text.p[pos] != ' ')
		pos++;
	return (pos);
}

static void
cut(struct ui *ui, size_t from, size_t to)
{
	struct prompt *p = &ui->prompt;

	if (from >= to)
		return;
	memmove(p->text.p + from, p->text.p + to, p->text.len - to + 1);
	p->text.len -= to - from;
	p->pos = from;
	changed(ui);
}

static void
history(struct ui *ui, int direction)
{
	struct prompt *p = &ui->prompt;
	size_t n;

	n = p->history[p->kind].n;
	if (direction < 0 && p->back < n) {
		if (p->back++ == 0) {
			free(p->typed);
			p->typed = strdup(buf_text(&p->text));
		}
	} else if (direction > 0 && p->back > 0) {
		p->back--;
	} else {
		return;
	}
	set_text(p, p->back > 0 ? p->history[p->kind].lines[n - p->back] :
	    p->typed != NULL ? p->typed : "");
	changed(ui);
}

/* On the palette what goes through words goes through its rows. */
static void
further(struct ui *ui, int direction, void (*words)(struct ui *, int))
{
	if (ui->prompt.kind == PROMPT_PALETTE)
		palette_move(ui, direction);
	else
		words(ui, direction);
}

bool
prompt_edit(struct ui *ui, const char *what)
{
	struct prompt *p = &ui->prompt;

	if (p->kind == PROMPT_NONE)
		return (true);
	buf_text(&p->text);
	if (strcmp(what, "left") == 0)
		p->pos = left_of(p, p->pos);
	else if (strcmp(what, "right") == 0)
		p->pos = right_of(p, p->pos);
	else if (strcmp(what, "word-left") == 0)
		p->pos = word_left(p, p->pos);
	else if (strcmp(what, "word-right") == 0)
		p->pos = word_right(p, p->pos);
	else if (strcmp(what, "start") == 0)
		p->pos = 0;
	else if (strcmp(what, "end") == 0)
		p->pos = p->text.len;
	else if (strcmp(what, "delete") == 0)
		cut(ui, p->pos, right_of(p, p->pos));
	else if (strcmp(what, "backspace") == 0 && p->text.len == 0)
		prompt_cancel(ui);
	else if (strcmp(what, "backspace") == 0)
		cut(ui, left_of(p, p->pos), p->pos);
	else if (strcmp(what, "kill-word") == 0)
		cut(ui, word_left(p, p->pos), p->pos);
	else if (strcmp(what, "kill-start") == 0)
		cut(ui, 0, p->pos);
	else if (strcmp(what, "kill-end") == 0)
		cut(ui, p->pos, p->text.len);
	else if (strcmp(what, "older") == 0)
		further(ui, -1, history);
	else if (strcmp(what, "newer") == 0)
		further(ui, 1, history);
	else if (strcmp(what, "complete") == 0)
		further(ui, 1, prompt_complete);
	else if (strcmp(what, "complete-back") == 0)
		further(ui, -1, prompt_complete);
	else
		return (false);
	return (true);
}

void
prompt_draw(struct ui *ui, const struct region *r)
{
	struct prompt *p = &ui->prompt;
	const char *text;
	size_t from, col;
	int x, y, room;

	y = r->h - 1;
	region_fill(r, y, 0, r->w, STYLE_NORMAL, ' ');
	x = region_puts(r, y, 0, STYLE_PROMPT, marks[p->kind]);
	if (p->kind == PROMPT_CHANGE) {
		x = (int)grid_columns(r->g, buf_text(&p->label), p->label.len);
		x = region_field(r, y, 0, x < r->w / 2 ? x : r->w / 2, false,
		    STYLE_PROMPT, 0, buf_text(&p->label), p->label.len);
		x = region_puts(r, y, x, STYLE_PROMPT, " = ");
	}
	text = buf_text(&p->text);
	room = r->w - x - 1;
	/* Long lines: the cursor stays in sight. */
	for (from = 0; (int)(col = grid_columns(r->g, text + from,
	    p->pos - from)) > room && from < p->pos;)
		from = right_of(p, from);
	region_text(r, y, x, STYLE_NORMAL, 0, text + from, p->text.len - from);
	r->g->cx = r->x + x + (int)col;
	r->g->cy = r->y + y;
}
