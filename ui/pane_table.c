/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any view as a table.  The view runs as a job that adds rows while they are
 * looked at; what is shown is an order of row numbers: filtered, sorted.
 */
#include "ui/table_pane.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX	4000000u
#define TASKS_MAX	1000		/* whose stacks are shown together */
#define REREAD_MAX	20000u		/* rows read again as time goes by */

static bool	step(struct pane *);
static int	refresh(struct pane *);
static int	set_option(struct table_pane *, const char *arg);

static int
sink_begin(struct row_sink *sink, struct ctx *ctx, const struct column *c,
    size_t n)
{
	struct table_pane *t = (struct table_pane *)((char *)sink -
	    offsetof(struct table_pane, sink));
	struct table *to;
	int rc;

	job_lock(&t->job);
	to = t->rereading ? &t->next : &t->table;
	rc = to->sink.begin(&to->sink, ctx, c, n);
	job_unlock(&t->job);
	return (rc);
}

static int
sink_row(struct row_sink *sink, struct ctx *ctx, const struct row *row)
{
	struct table_pane *t = (struct table_pane *)((char *)sink -
	    offsetof(struct table_pane, sink));
	struct table *to;
	int rc;

	if ((t->rereading ? t->next.nrows : t->table.nrows) >= ROWS_MAX)
		return (ctx_fail(ctx, E_LIMIT, "%s: more than %u rows",
		    t->view->name, ROWS_MAX));
	job_lock(&t->job);
	to = t->rereading ? &t->next : &t->table;
	rc = to->sink.row(&to->sink, ctx, row);
	job_unlock(&t->job);
	return (rc != 0 ? rc : ctx_check(ctx));
}

static int
load(void *arg, struct ctx *ctx)
{
	struct table_pane *t = arg;

	return (view_run(ctx, t->p.ui->kernel, t->view, &t->args, &t->sink));
}

static void
draw(struct pane *p, const struct region *r, bool focus)
{
	struct table_pane *t = (struct table_pane *)p;

	job_lock(&t->job);
	table_draw(t, r, focus);
	job_unlock(&t->job);
}

static const struct row *
row_here(struct table_pane *t)
{
	return (t->p.list.cur < t->norder ?
	    t->table.rows[t->order[t->p.list.cur]] : NULL);
}

static const struct cell *
cell_here(struct table_pane *t)
{
	const struct row *row = row_here(t);

	if (row == NULL || t->column >= t->ncolumns ||
	    t->columns[t->column] >= row->ncells)
		return (NULL);
	return (&row->cells[t->columns[t->column]]);
}

static void
sort_by(struct table_pane *t, const char *arg)
{
	const struct column *c;
	size_t k;
	int column, w;

	column = t->column < t->ncolumns ? (int)t->columns[t->column] : -1;
	if (arg[0] != '\0') {
		column = -1;
		for (k = 0; k < t->ncolumns; k++) {
			c = &t->table.columns[t->columns[k]];
			if (strcasecmp(c->key, arg) == 0 || (c->title != NULL &&
			    strcasecmp(c->title, arg) == 0)) {
				column = (int)t->columns[k];
				t->column = k;
			}
		}
		if (column < 0 && strcmp(arg, "none") != 0) {
			ui_say(t->p.ui, STYLE_ERROR,
			    "sort: there is no column %s here", arg);
			return;
		}
	}
	/* Once more turns it around. */
	t->reverse = column == t->sort && column >= 0 && !t->reverse;
	t->sort = column;
	t->stale = true;
	if (column >= 0) {
		/* An arrow stands behind the title. */
		c = &t->table.columns[column];
		w = (int)strlen(c->title != NULL ? c->title : c->key) + 1;
		if (t->widths[t->column] < w)
			t->widths[t->column] = w;
	}
}

static void
to_right(struct table_pane *t)
{
	const struct cell *c;
	struct buf b = { 0 };

	if (t->column + 1 < t->ncolumns) {
		t->column++;
		t->shift = 0;
		return;
	}
	c = cell_here(t);
	if (c == NULL)
		return;
	cell_format(c, &t->table.columns[t->columns[t->column]], &b);
	if ((size_t)t->shift + 8 < b.len)
		t->shift += 8;
	buf_fini(&b);
}

static bool
do_verb(struct table_pane *t, enum verb v, int count, const char *arg)
{
	struct list fields = { .n = t->ncolumns, .cur = t->column,
	    .top = t->left, .h = t->p.list.h + 1 };
	int n;

	if (t->upright && list_verb(&fields, v, count)) {
		t->column = fields.cur;
		t->left = fields.top;
		return (true);
	}
	switch (v) {
	case VERB_RIGHT:
	case VERB_NEXT_LINK:
		for (n = count > 0 ? count : 1; n > 0; n--)
			to_right(t);
		return (true);
	case VERB_LEFT:
	case VERB_PREV_LINK:
		for (n = count > 0 ? count : 1; n > 0; n--) {
			if (t->shift > 0)
				t->shift = t->shift > 8 ? t->shift - 8 : 0;
			else if (t->column > 0)
				t->column--;
		}
		return (true);
	case VERB_HOME:
		t->column = t->left = 0;
		t->shift = 0;
		return (true);
	case VERB_END:
		t->column = t->ncolumns > 0 ? t->ncolumns - 1 : 0;
		return (true);
	case VERB_SORT:
		sort_by(t, arg);
		return (true);
	case VERB_REVERSE:
		t->reverse = !t->reverse;
		t->stale = true;
		return (true);
	case VERB_OPEN:
	case VERB_CLOSE:
	case VERB_TOGGLE:
		table_fold(t, v, strcmp(arg, "all") == 0);
		return (true);
	case VERB_CLICK:
		if ((count >> 16) >= 1)
			list_go(&t->p.list, t->p.list.top +
			    (size_t)(count >> 16) - 1);
		return (true);
	default:
		t->shift = 0;
		return (list_verb(&t->p.list, v, count));
	}
}

static bool
verb(struct pane *p, enum verb v, int count, const char *arg)
{
	struct table_pane *t = (struct table_pane *)p;
	bool mine;

	if (v == VERB_OPTION) {
		if (set_option(t, arg) != 0)
			ui_say_error(p->ui);
		return (true);
	}
	job_lock(&t->job);
	mine = do_verb(t, v, count, arg);
	table_arrange(t);
	job_unlock(&t->job);
	return (mine);
}

/* The link of the cell, else the first of the row. */
static bool
follow(struct pane *p, struct link *l)
{
	struct table_pane *t = (struct table_pane *)p;
	const struct row *row;
	const struct cell *c;
	size_t i;

	job_lock(&t->job);
	l->kind = LINK_NONE;
	row = row_here(t);
	c = cell_here(t);
	if (c != NULL && c->link.kind != LINK_NONE) {
		*l = c->link;
	} else if (row != NULL) {
		for (i = 0; i < row->ncells && l->kind == LINK_NONE; i++)
			*l = row->cells[i].link;
	}
	job_unlock(&t->job);
	return (l->kind != LINK_NONE);
}

static void
row_text(struct pane *p, size_t i, struct buf *b)
{
	struct table_pane *t = (struct table_pane *)p;

	job_lock(&t->job);
	if (i < t->norder)
		table_row_text(t, t->table.rows[t->order[i]], b);
	job_unlock(&t->job);
}

static void
word(struct pane *p, struct buf *b)
{
	struct table_pane *t = (struct table_pane *)p;
	const struct cell *c;

	job_lock(&t->job);
	c = cell_here(t);
	if (c != NULL)
		cell_format(c, &t->table.columns[t->columns[t->column]], b);
	job_unlock(&t->job);
}

static int
rows(struct pane *p, struct row_sink *sink)
{
	struct table_pane *t = (struct table_pane *)p;
	size_t i;
	int rc;

	job_lock(&t->job);
	rc = sink->begin(sink, p->ui->ctx, t->table.columns,
	    t->table.ncolumns);
	for (i = 0; rc == 0 && i < t->norder; i++)
		rc = row_emit(sink, p->ui->ctx, t->table.rows[t->order[i]]);
	job_unlock(&t->job);
	return (rc);
}

static int
filter(struct pane *p, const char *regex)
{
	struct table_pane *t = (struct table_pane *)p;
	struct sym_filter *f;
	char *copy;
	int rc;

	f = NULL;
	if (regex[0] != '\0') {
		rc = sym_filter_create(p->ui->ctx, regex, &f);
		if (rc != 0)
			return (rc);
	}
	copy = strdup(regex);
	if (copy == NULL) {
		sym_filter_destroy(f);
		return (ctx_fail(p->ui->ctx, E_NOMEM, "filter: no memory"));
	}
	job_lock(&t->job);
	sym_filter_destroy(t->filter);
	free(t->regex);
	t->filter = f;
	t->regex = copy;
	t->stale = true;
	table_arrange(t);
	job_unlock(&t->job);
	return (0);
}

/* --- options of the view --- */

/* The table is that of another line from now on; nothing runs. */
static int
set_line(struct table_pane *t, const char *line)
{
	struct ctx *ctx = t->p.ui->ctx;
	struct view_args args = { .tables = t->p.ui->tables };
	char *copy;
	int rc;

	copy = strdup(line);
	if (copy == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory"));
	rc = view_split(ctx, &t->arena, copy, &args);
	if (rc != 0) {
		free(copy);
		return (rc);
	}
	free(t->line);
	t->line = copy;
	t->args = args;
	snprintf(t->p.title, sizeof(t->p.title), "%s", copy);
	return (0);
}

/* A level, 0 to 7: one up, one down, or as it is said. */
static int
next_level(const char *now, const char *value)
{
	int level;

	level = now != NULL && now[0] >= '0' && now[0] <= '7' ? now[0] - '0' : 7;
	if (strcmp(value, "-") == 0)
		return (level > 0 ? level - 1 : 0);
	if (strcmp(value, "+") == 0)
		return (level < 7 ? level + 1 : 7);
	return (value[0] >= '0' && value[0] <= '7' && value[1] == '\0' ?
	    value[0] - '0' : -1);
}

/* The line with that option turned on or off, or with another value. */
static int
line_with(struct table_pane *t, const char *name, const char *value,
    struct buf *line)
{
	const struct view_args *a = &t->args;
	const char *now = NULL;
	bool had = false;
	int i, level;

	buf_puts(line, a->argv[0]);
	for (i = 1; i < a->argc; i++) {
		if (strcmp(a->argv[i], name) != 0) {
			buf_printf(line, strpbrk(a->argv[i], " \t'\"") != NULL ?
			    " '%s'" : " %s", a->argv[i]);
			continue;
		}
		had = true;
		if (value[0] != '\0' && i + 1 < a->argc)
			now = a->argv[++i];
	}
	if (value[0] == '\0') {
		if (!had)
			buf_printf(line, " %s", name);
		return (0);
	}
	level = next_level(now, value);
	if (level < 0)
		return (ctx_fail(t->p.ui->ctx, E_USAGE, "option %s: %s is not "
		    "one of 0 to 7, + and -", name, value));
	if (level < 7)
		buf_printf(line, " %s %d", name, level);
	return (0);
}

/* "-f": on or off; "--level N": that value.  The table is read again. */
static int
set_option(struct table_pane *t, const char *arg)
{
	struct ctx *ctx = t->p.ui->ctx;
	struct buf line = { 0 };
	const char *value, *known;
	char name[24];
	size_t n;
	int rc;

	n = strcspn(arg, " \t");
	value = arg + n + strspn(arg + n, " \t");
	snprintf(name, sizeof(name), "%.*s", (int)(n < sizeof(name) ? n : 0),
	    arg);
	known = name[0] == '-' && t->view->args != NULL ?
	    strstr(t->view->args, name) : NULL;
	if (known == NULL || isalnum((unsigned char)known[strlen(name)]))
		return (ctx_fail(ctx, E_USAGE, "%s has no option \"%s\"%s%s",
		    t->view->name, arg, t->view->args != NULL ? ": " : "",
		    t->view->args != NULL ? t->view->args : ""));
	rc = line_with(t, name, value, &line);
	if (rc != 0 || strcmp(buf_text(&line), t->line) == 0) {
		buf_fini(&line);
		return (rc);
	}
	job_cancel(&t->job);
	job_fini(&t->job);
	job_init(&t->job);
	table_reset(&t->next);
	if (t->before == NULL)
		t->before = strdup(t->line);
	rc = t->before == NULL ? ctx_fail(ctx, E_NOMEM, "no memory") :
	    set_line(t, buf_text(&line));
	buf_fini(&line);
	if (rc != 0)
		return (rc);
	if (!t->ended)
		return (refresh(&t->p));
	t->rereading = true;
	t->p.busy = "working";
	rc = job_start(&t->job, t->p.ui, load, t);
	(void)step(&t->p);
	return (rc);
}

/* --- as time goes by --- */

/* What was read takes the place of what is shown; the lock is held. */
static void
take_next(struct table_pane *t)
{
	struct list *l = &t->p.list;
	const size_t below = l->cur - l->top;
	struct heat *heat;
	struct table old;
	uint64_t key = 0;
	size_t i;

	if (l->cur < t->norder)
		key = t->table.rows[t->order[l->cur]]->key;
	/* Other options bring other rows: these are no news. */
	heat = t->table.nrows > 0 && t->before == NULL ?
	    table_heat(&t->table, t->heat, &t->next) : NULL;
	free(t->heat);
	t->heat = heat;
	if (t->before != NULL)
		t->ncolumns = 0;
	/* The columns are those before, their texts lie in the other arena. */
	old = t->table;
	t->table = t->next;
	t->next = old;
	table_reset(&t->next);
	t->norder = t->seen = t->measured = 0;
	t->stale = true;
	table_arrange(t);
	for (i = 0; key != 0 && i < t->norder; i++)
		if (t->table.rows[t->order[i]]->key == key) {
			l->top = i > below ? i - below : 0;
			list_go(l, i);
			break;
		}
}

static int
reread(struct pane *p)
{
	struct table_pane *t = (struct table_pane *)p;

	/* Tables that grow long, or find: when asked to. */
	if (!t->ended || t->table.nrows > REREAD_MAX ||
	    strcmp(t->view->name, "find") == 0)
		return (0);
	t->rereading = true;
	t->job.keeps = true;
	p->busy = "working";
	return (job_start(&t->job, p->ui, load, t));
}

static bool
step(struct pane *p)
{
	struct table_pane *t = (struct table_pane *)p;
	bool failed;

	if (!job_ended(&t->job))
		return (false);
	p->busy = NULL;
	failed = t->job.status != 0;
	job_lock(&t->job);
	/* A table that could not be read again stays. */
	if (t->rereading && t->next.ncolumns > 0 &&
	    t->job.status != E_CANCELLED && (!failed || t->next.nrows > 0))
		take_next(t);
	else if (t->rereading && t->before != NULL)
		set_line(t, t->before);
	job_unlock(&t->job);
	t->why[0] = '\0';
	if (failed)
		snprintf(t->why, sizeof(t->why), "%s",
		    t->job.ctx.err.text[0] != '\0' ? t->job.ctx.err.text :
		    status_text(t->job.status));
	if (failed && (!t->rereading || t->asked || t->before != NULL))
		ui_say(p->ui, STYLE_ERROR, "%s", t->why);
	/* What is said is all that came of it. */
	p->useless = failed && !t->rereading && t->table.nrows == 0;
	p->misused = p->useless && t->job.status == E_USAGE;
	free(t->before);
	t->before = NULL;
	t->rereading = t->asked = false;
	t->ended = true;
	job_lock(&t->job);
	table_arrange(t);
	job_unlock(&t->job);
	return (false);
}

/* What is shown stays until it was read anew, and the cursor on its row. */
static int
refresh(struct pane *p)
{
	struct table_pane *t = (struct table_pane *)p;

	job_cancel(&t->job);
	job_fini(&t->job);
	job_init(&t->job);
	if (t->ended && t->table.nrows > 0) {
		table_reset(&t->next);
		t->rereading = t->asked = true;
		p->busy = "working";
		return (job_start(&t->job, p->ui, load, t));
	}
	table_reset(&t->table);
	table_reset(&t->next);
	t->rereading = false;
	free(t->heat);
	t->heat = NULL;
	list_keep(&p->list);
	t->norder = t->seen = t->measured = 0;
	t->ncolumns = 0;
	t->ended = false;
	t->why[0] = '\0';
	p->busy = "working";
	return (job_start(&t->job, p->ui, load, t));
}

static void
cancel(struct pane *p)
{
	struct table_pane *t = (struct table_pane *)p;

	if (job_running(&t->job))
		job_cancel(&t->job);
	else if (t->filter != NULL)
		filter(p, "");
}

static void
position(struct pane *p, struct buf *b)
{
	struct table_pane *t = (struct table_pane *)p;

	job_lock(&t->job);
	if (t->filter != NULL)
		buf_printf(b, "/%s/ ", t->regex);
	if (t->upright)
		buf_printf(b, "%zu/%zu", t->column + 1, t->ncolumns);
	else
		list_position(&p->list, b);
	/* Each reading goes to the newest line while the cursor is there. */
	if (t->at_end && p->ui->kernel->live && p->frozen == NULL &&
	    p->list.cur + 1 >= t->norder)
		buf_puts(b, " following");
	if (t->filter != NULL)
		buf_printf(b, " of %zu", t->table.nrows);
	job_unlock(&t->job);
}

/* What of the row the screen cuts off: the cell, else the columns not seen. */
static void
detail(struct pane *p, struct buf *b)
{
	struct table_pane *t = (struct table_pane *)p;
	const struct row *row;
	const struct cell *c;
	size_t k, before;

	job_lock(&t->job);
	row = row_here(t);
	c = cell_here(t);
	if (c != NULL && (t->upright || t->widths[t->column] > TABLE_WIDE ||
	    t->column >= t->right)) {
		if (t->upright && c->kind == CELL_NULL)
			buf_puts(b, "none");
		cell_format(c, &t->table.columns[t->columns[t->column]], b);
	} else if (row != NULL) {
		for (k = t->right; k < t->ncolumns; k++) {
			before = b->len;
			buf_printf(b, "%s%s ", b->len > 0 ? "  " : "",
			    t->table.columns[t->columns[k]].key);
			c = &row->cells[t->columns[k]];
			if (t->columns[k] < row->ncells &&
			    c->kind != CELL_NULL &&
			    !(c->kind == CELL_LIST && c->list.n == 0) &&
			    !(c->kind == CELL_TEXT && c->text.n == 0))
				table_cell_text(t, row, t->columns[k], b);
			else
				b->len = before;
		}
	}
	if (c != NULL && c->status != OK && c->kind != CELL_MISSING &&
	    t->column >= t->right)
		buf_printf(b, " (%s)", status_text(c->status));
	job_unlock(&t->job);
}

static void
where(struct pane *p, struct buf *b)
{
	buf_puts(b, ((struct table_pane *)p)->line);
}

static void
close_pane(struct pane *p)
{
	struct table_pane *t = (struct table_pane *)p;

	job_fini(&t->job);
	table_fini(&t->table);
	table_fini(&t->next);
	free(t->heat);
	arena_fini(&t->arena);
	sym_filter_destroy(t->filter);
	free(t->regex);
	free(t->order);
	free(t->folded);
	free(t->lines);
	free(t->line);
	free(t->before);
}

static const struct hint hints[] = {
	{ "follow", "open" }, { "back", "back" }, { "filter", "filter" },
	{ "search", "search" }, { "sort", "sort" }, { "help", "keys" },
	{ NULL, NULL },
};

static const struct hint ps_hints[] = {
	{ "follow", "open" }, { "filter", "filter" }, { "sort", "sort" },
	{ "option -f", "tree" }, { "option -t", "threads" },
	{ "option -u", "user" }, { "help", "keys" }, { NULL, NULL },
};

static const struct hint log_hints[] = {
	{ "follow", "open" }, { "filter", "filter" }, { "search", "search" },
	{ "option -T", "dates" }, { "option --level -", "less" },
	{ "option --level +", "more" }, { "help", "keys" }, { NULL, NULL },
};

/* The same pane under several names: keys may differ by what is shown. */
#define OPS(mode, keys) {		\
	.name = mode,			\
	.close = close_pane,		\
	.draw = draw,			\
	.verb = verb,			\
	.link = follow,			\
	.row_text = row_text,		\
	.word = word,			\
	.rows = rows,			\
	.filter = filter,		\
	.refresh = refresh,		\
	.reread = reread,		\
	.step = step,			\
	.cancel = cancel,		\
	.position = position,		\
	.detail = detail,		\
	.where = where,			\
	.hints = keys,			\
}

const struct pane_ops pane_table = OPS("table", hints);
const struct pane_ops pane_ps = OPS("ps", ps_hints);
const struct pane_ops pane_log = OPS("log", log_hints);

int
pane_table_open(struct ui *ui, const char *line)
{
	struct table_pane *t;
	int rc;

	t = pane_new(ui, &pane_table, sizeof(*t));
	if (t == NULL)
		return (E_NOMEM);
	table_init(&t->table);
	table_init(&t->next);
	job_init(&t->job);
	arena_init(&t->arena);
	t->sink.begin = sink_begin;
	t->sink.row = sink_row;
	t->sort = -1;
	t->line = strdup(line);
	rc = t->line == NULL ? ctx_fail(ui->ctx, E_NOMEM, "no memory") :
	    view_split(ui->ctx, &t->arena, t->line, &t->args);
	t->args.tables = ui->tables;
	if (rc == 0 && (t->view = tables_view(ui->ctx, ui->tables,
	    t->args.argv[0])) == NULL)
		rc = ctx_fail(ui->ctx, E_USAGE, "%s: there is no such table",
		    t->args.argv[0]);
	if (rc == 0) {
		snprintf(t->p.title, sizeof(t->p.title), "%s", line);
		t->at_end = strcmp(t->view->name, "log") == 0;
		if (t->at_end)
			t->p.ops = &pane_log;
		else if (strcmp(t->view->name, "ps") == 0)
			t->p.ops = &pane_ps;
		rc = refresh(&t->p);
	}
	/* Wrong words are answered on the line below, not by an empty table. */
	if (rc == 0 && !job_running(&t->job) && t->job.status != 0 &&
	    t->table.nrows == 0) {
		rc = t->job.status;
		ui->ctx->err = t->job.ctx.err;
	}
	if (rc != 0) {
		pane_destroy(&t->p);
		return (rc);
	}
	ui_show(ui, &t->p);
	step(&t->p);
	return (0);
}

void
pane_table_tasks(struct pane *pane, struct buf *b)
{
	struct table_pane *t = (struct table_pane *)pane;
	const struct cell *cell;
	size_t column, i, n = 0;

	if (pane->ops->draw != draw)
		return;
	job_lock(&t->job);
	table_arrange(t);
	for (column = 0; column < t->table.ncolumns &&
	    strcmp(t->table.columns[column].key, "tid") != 0; column++)
		;
	for (i = 0; i < t->norder && n < TASKS_MAX; i++) {
		if (column >= t->table.rows[t->order[i]]->ncells)
			continue;
		cell = &t->table.rows[t->order[i]]->cells[column];
		/* Idle tasks, all 0, have no number of their own. */
		if (cell->kind != CELL_S64 || cell->s <= 0)
			continue;
		buf_printf(b, " %lld", (long long)cell->s);
		n++;
	}
	job_unlock(&t->job);
}
