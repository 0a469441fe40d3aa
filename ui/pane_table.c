/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any view as a table.  The view runs as a job that adds rows while they are
 * looked at; what is shown is an order of row numbers: filtered, sorted.
 */
#include "ui/job.h"

#include "engine/view/tables.h"
#include "ui/model.h"
#include "ui/table_heat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEASURED	500		/* rows that set the widths of columns */
#define WIDE		36		/* no column but the last grows wider */
#define COLUMNS_MAX	64
#define ROWS_MAX	4000000u
#define REREAD_MAX	20000u		/* rows read again as time goes by */

struct table_pane {
	struct pane	 p;
	struct row_sink	 sink;		/* in front of the table: locks */
	struct table	 table;
	struct table	 next;		/* as time goes by: takes its place */
	bool		 rereading;	/* the job fills it */
	struct heat	*heat;		/* of each row, or NULL */
	struct job	 job;
	const struct view *view;
	struct arena	 arena;		/* of args */
	struct view_args args;
	char		*line;
	bool		 stale;		/* the order is not that of the rows */
	bool		 ended;
	bool		 at_end;	/* a log: the newest rows matter */
	char		 why[ERR_TEXT_MAX];	/* how the view failed */

	uint32_t	*order;
	size_t		 norder, order_cap;
	size_t		 seen;		/* rows that the order knows */
	char		*regex;
	struct sym_filter *filter;
	int		 sort;		/* column, -1 = as they came */
	bool		 reverse;

	size_t		 columns[COLUMNS_MAX];	/* those shown */
	int		 widths[COLUMNS_MAX];
	size_t		 ncolumns, measured;
	size_t		 column, left;	/* the cursor's; the first on screen */
	size_t		 right;		/* behind the last that is drawn in full */
	int		 shift;		/* columns of text hidden in a wide cell */
	bool		 upright;	/* one row, too wide: a column a line */
};

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

/* The cell as text; "" beyond the end of a short row. */
static void
cell_text_of(struct table_pane *t, const struct row *row, size_t column,
    struct buf *b)
{
	if (column < row->ncells)
		cell_format(&row->cells[column], &t->table.columns[column], b);
}

static void
measure(struct table_pane *t)
{
	struct buf b = { 0 };
	const struct column *c;
	const char *title;
	size_t i, k;
	int w;

	if (t->ncolumns == 0) {
		for (i = 0; i < t->table.ncolumns &&
		    t->ncolumns < COLUMNS_MAX; i++) {
			c = &t->table.columns[i];
			if (c->hidden)
				continue;
			title = c->title != NULL ? c->title : c->key;
			t->columns[t->ncolumns] = i;
			t->widths[t->ncolumns++] = (int)strlen(title);
		}
	}
	for (; t->measured < t->table.nrows && t->measured < MEASURED;
	    t->measured++) {
		for (k = 0; k < t->ncolumns; k++) {
			buf_reset(&b);
			cell_text_of(t, t->table.rows[t->measured],
			    t->columns[k], &b);
			w = (int)grid_columns(&t->p.ui->grid, buf_text(&b),
			    b.len < 4096 ? b.len : 4096);
			if (w > t->widths[k])
				t->widths[k] = w;
		}
	}
	buf_fini(&b);
}

static void
row_as_text(struct table_pane *t, const struct row *row, struct buf *b)
{
	size_t k;

	for (k = 0; k < t->ncolumns; k++) {
		if (k > 0)
			buf_puts(b, " ");
		cell_text_of(t, row, t->columns[k], b);
	}
}

static int
number_of(const struct cell *c, double *v)
{
	switch (c->kind) {
	case CELL_U64:
	case CELL_ADDR:
		*v = (double)c->u;
		return (1);
	case CELL_S64:
		*v = (double)c->s;
		return (1);
	case CELL_DOUBLE:
		*v = c->d;
		return (1);
	case CELL_BOOL:
		*v = c->b;
		return (1);
	default:
		return (0);
	}
}

static int
compare_cells(const struct cell *a, const struct cell *b)
{
	double x, y;
	size_t n;
	int c;

	if (a->kind == b->kind &&
	    (a->kind == CELL_U64 || a->kind == CELL_ADDR))
		return ((a->u > b->u) - (a->u < b->u));
	if (number_of(a, &x) && number_of(b, &y))
		return ((x > y) - (x < y));
	if (a->kind == CELL_TEXT && b->kind == CELL_TEXT) {
		n = a->text.n < b->text.n ? a->text.n : b->text.n;
		c = n > 0 ? memcmp(a->text.p, b->text.p, n) : 0;
		return (c != 0 ? c : (a->text.n > b->text.n) -
		    (a->text.n < b->text.n));
	}
	if (a->kind == CELL_LIST && b->kind == CELL_LIST && a->list.n > 0 &&
	    b->list.n > 0 && a->list.v[0].kind == CELL_TEXT)
		return (compare_cells(&a->list.v[0], &b->list.v[0]));
	return (0);
}

/* No value sorts behind every value, whichever way. */
static bool
is_nothing(const struct cell *c)
{
	return (c->kind == CELL_NULL || c->kind == CELL_MISSING ||
	    (c->kind == CELL_LIST && c->list.n == 0));
}

static int
compare_rows(const void *a, const void *b, void *arg)
{
	const struct table_pane *t = arg;
	uint32_t ia = *(const uint32_t *)a, ib = *(const uint32_t *)b;
	const struct row *x = t->table.rows[ia], *y = t->table.rows[ib];
	size_t col;
	int c;

	c = 0;
	if (t->sort >= 0) {
		col = (size_t)t->sort;
		if (col < x->ncells && col < y->ncells) {
			c = is_nothing(&x->cells[col]) -
			    is_nothing(&y->cells[col]);
			if (c != 0)
				return (c);
			c = compare_cells(&x->cells[col], &y->cells[col]);
		}
	}
	if (c == 0)
		c = (ia > ib) - (ia < ib);
	return (t->reverse ? -c : c);
}

/* Bring the order up to date; the lock is held. */
static void
arrange(struct table_pane *t)
{
	struct buf b = { 0 };
	size_t start, end, i;
	uint32_t want;
	bool follow, has;

	if (!t->stale && t->seen == t->table.nrows)
		return;
	follow = t->at_end && (t->norder == 0 ||
	    t->p.list.cur + 1 >= t->norder);
	has = t->p.list.cur < t->norder && t->norder > 0;
	want = has ? t->order[t->p.list.cur] : 0;
	if (t->stale)
		t->norder = t->seen = 0;
	measure(t);
	/* The text of a log is what one reads it for. */
	if (t->at_end && t->seen == 0 && t->column == 0 && t->ncolumns > 0)
		t->column = t->ncolumns - 1;
	if (!vec_room(t->order, t->order_cap, t->table.nrows)) {
		t->stale = false;
		return;
	}
	for (i = t->seen; i < t->table.nrows; i++) {
		if (t->filter != NULL) {
			buf_reset(&b);
			row_as_text(t, t->table.rows[i], &b);
			if (!sym_filter_match(t->filter, buf_text(&b), b.len,
			    &start, &end))
				continue;
		}
		t->order[t->norder++] = (uint32_t)i;
	}
	buf_fini(&b);
	t->seen = t->table.nrows;
	if (t->sort >= 0 || t->reverse)
		qsort_r(t->order, t->norder, sizeof(t->order[0]), compare_rows,
		    t);
	list_fit(&t->p.list, t->norder, t->p.list.h);
	if (follow) {
		list_go(&t->p.list, t->norder > 0 ? t->norder - 1 : 0);
	} else if (has && (t->stale || t->sort >= 0 || t->reverse)) {
		for (i = 0; i < t->norder && t->order[i] != want; i++)
			;
		list_go(&t->p.list, i < t->norder ? i : 0);
	}
	t->stale = false;
}

static bool
to_the_right(const struct table_pane *t, const struct row *row, size_t k)
{
	const struct column *c = &t->table.columns[t->columns[k]];

	if (c->right)
		return (true);
	if (row == NULL || t->columns[k] >= row->ncells)
		return (false);
	switch (row->cells[t->columns[k]].kind) {
	case CELL_U64:
	case CELL_S64:
	case CELL_DOUBLE:
		return (true);
	default:
		return (false);
	}
}

/* Text in the last column takes the rest of the line. */
static int
shown_width(const struct table_pane *t, size_t k, int x, int w)
{
	const struct row *first;

	if (k + 1 == t->ncolumns) {
		first = t->norder > 0 ? t->table.rows[t->order[0]] : NULL;
		return (to_the_right(t, first, k) && t->widths[k] < w - x ?
		    t->widths[k] : w - x);
	}
	return (t->widths[k] < WIDE ? t->widths[k] : WIDE);
}

/* Scroll to the side until the cursor's column is on the screen. */
static void
fit_columns(struct table_pane *t, int w)
{
	size_t k;
	int x;

	if (t->column >= t->ncolumns)
		t->column = t->ncolumns > 0 ? t->ncolumns - 1 : 0;
	if (t->column < t->left)
		t->left = t->column;
	for (;;) {
		for (x = 1, k = t->left; k < t->column; k++)
			x += shown_width(t, k, x, w) + 1;
		if (t->left >= t->column || x + (t->widths[k] < 20 ?
		    t->widths[k] : 20) <= w)
			break;
		t->left++;
	}
}

static enum style
cell_style(const struct row *row, const struct cell *c)
{
	switch (row->style) {
	case ROW_DIM:
		return (STYLE_DIM);
	case ROW_STRONG:
		return (STYLE_STRONG);
	case ROW_WARN:
		return (STYLE_WARN);
	case ROW_ERROR:
		return (STYLE_ERROR);
	default:
		break;
	}
	if (c->kind == CELL_MISSING)
		return (STYLE_MISSING);
	return (c->link.kind != LINK_NONE ? STYLE_LINK : STYLE_NORMAL);
}

static enum style
heat_style(const struct table_pane *t, size_t row, size_t column,
    enum style style)
{
	if (t->heat == NULL || column >= 64)
		return (style);
	if (t->heat[row].fresh >> column & 1)
		return (STYLE_CHANGED);
	return (t->heat[row].fading >> column & 1 ? STYLE_FADING : style);
}

static void
draw_row(struct table_pane *t, const struct region *r, int y, size_t i,
    bool focus)
{
	const struct row *row = t->table.rows[t->order[i]];
	const struct cell *c;
	struct buf b = { 0 };
	const char *text;
	size_t k, n, skip;
	int x, w, here_x, here_w;
	bool here;

	here = i == t->p.list.cur;
	here_x = here_w = 0;
	for (x = 1, k = t->left; k < t->ncolumns && x < r->w; k++) {
		w = shown_width(t, k, x, r->w);
		if (k == t->column) {
			here_x = x;
			here_w = w < r->w - x ? w : r->w - x;
		}
		if (t->columns[k] < row->ncells) {
			c = &row->cells[t->columns[k]];
			buf_reset(&b);
			if (k == 0 || (c->kind == CELL_TEXT && row->depth > 0 &&
			    row->depth < 64)) {
				for (n = 0; n < row->depth && n < 64; n++)
					buf_puts(&b, "  ");
			}
			cell_text_of(t, row, t->columns[k], &b);
			text = buf_text(&b);
			n = b.len;
			if (k == t->column && t->shift > 0) {
				skip = (size_t)t->shift < n ?
				    (size_t)t->shift : n;
				while (skip < n &&
				    ((unsigned char)text[skip] & 0xc0) == 0x80)
					skip++;
				text += skip;
				n -= skip;
			}
			region_field(r, y, x, w < r->w - x ? w : r->w - x,
			    to_the_right(t, row, k), heat_style(t,
			    t->order[i], t->columns[k], cell_style(row, c)),
			    grid_link(r->g, &c->link), text, n);
		}
		x += w + 1;
	}
	buf_fini(&b);
	if (here) {
		region_restyle(r, y, 0, r->w, focus ? STYLE_CURSOR :
		    STYLE_CURSOR_OTHER);
		if (focus && here_w > 0 && t->ncolumns > 1)
			region_restyle(r, y, here_x, here_w,
			    STYLE_CURSOR_CELL);
		if (focus)
			r->g->mark_row = r->y + y;
	}
}

static void
draw_header(struct table_pane *t, const struct region *r)
{
	const struct column *c;
	const struct row *first;
	const char *title;
	char text[80], *p;
	size_t k;
	int x, w;
	bool right;

	first = t->norder > 0 ? t->table.rows[t->order[0]] : NULL;
	t->right = t->left;
	for (x = 1, k = t->left; k < t->ncolumns && x < r->w; k++) {
		c = &t->table.columns[t->columns[k]];
		w = shown_width(t, k, x, r->w);
		if (w >= t->widths[k] && x + t->widths[k] <= r->w)
			t->right = k + 1;
		title = c->title != NULL ? c->title : c->key;
		snprintf(text, sizeof(text), "%s%s", title,
		    (int)t->columns[k] != t->sort ? "" :
		    t->reverse ? "\u2193" : "\u2191");
		if (c->title == NULL) {
			for (p = text; *p != '\0'; p++) {
				if (*p >= 'a' && *p <= 'z')
					*p -= 'a' - 'A';
			}
		}
		right = to_the_right(t, first, k) && k + 1 < t->ncolumns;
		region_field(r, 0, x, w < r->w - x ? w : r->w - x, right,
		    k == t->column ? STYLE_HEADER_HERE : STYLE_HEADER, 0, text,
		    strlen(text));
		x += w + 1;
	}
	/* More to the left, more to the right. */
	if (t->left > 0)
		region_puts(r, 0, 0, STYLE_STRONG, "\u2190");
	if (k < t->ncolumns)
		region_puts(r, 0, r->w - 1, STYLE_STRONG, "\u2192");
}

/* A single row that is wider than the screen reads better as a list. */
static bool
wants_upright(const struct table_pane *t, int w)
{
	size_t k;
	int x;

	for (x = 1, k = 0; k < t->ncolumns; k++)
		x += t->widths[k] + 1;
	return (t->ended && t->table.nrows == 1 && t->norder == 1 && x > w + 1);
}

static void
draw_upright(struct table_pane *t, const struct region *r, bool focus)
{
	const struct row *row = t->table.rows[t->order[0]];
	const struct cell *c;
	struct list fields = { .cur = t->column, .top = t->left };
	struct buf b = { 0 };
	size_t k;
	int y, wide;

	for (wide = 0, k = 0; k < t->ncolumns; k++) {
		y = (int)strlen(t->table.columns[t->columns[k]].key);
		wide = y > wide ? y : wide;
	}
	list_fit(&fields, t->ncolumns, r->h);
	t->column = fields.cur;
	t->left = fields.top;
	t->right = t->ncolumns;
	for (y = 0; y < r->h && t->left + (size_t)y < t->ncolumns; y++) {
		k = t->left + (size_t)y;
		region_puts(r, y, 1, STYLE_HEADER,
		    t->table.columns[t->columns[k]].key);
		if (t->columns[k] < row->ncells) {
			c = &row->cells[t->columns[k]];
			buf_reset(&b);
			cell_text_of(t, row, t->columns[k], &b);
			region_field(r, y, wide + 3, r->w - wide - 3, false,
			    cell_style(row, c), grid_link(r->g, &c->link),
			    buf_text(&b), b.len);
		}
		if (k == t->column) {
			region_restyle(r, y, 0, r->w, focus ? STYLE_CURSOR :
			    STYLE_CURSOR_OTHER);
			if (focus)
				r->g->mark_row = r->y + y;
		}
	}
	buf_fini(&b);
}

static void
draw(struct pane *p, const struct region *r, bool focus)
{
	struct table_pane *t = (struct table_pane *)p;
	struct region body;
	size_t i;
	int y, x;

	body = grid_region(r->g, r->x, r->y + 1, r->w, r->h - 1);
	p->list.h = body.h;
	job_lock(&t->job);
	arrange(t);
	list_fit(&p->list, t->norder, body.h);
	t->upright = wants_upright(t, r->w);
	if (t->upright) {
		draw_upright(t, r, focus);
		job_unlock(&t->job);
		return;
	}
	fit_columns(t, r->w);
	draw_header(t, r);
	for (y = 0; y < body.h; y++) {
		i = p->list.top + (size_t)y;
		if (i >= t->norder)
			break;
		draw_row(t, &body, y, i, focus);
	}
	/* Of a list that changes while it is walked the end may be missing. */
	if (t->norder > 0 && t->ended && t->why[0] != '\0' && y < body.h) {
		x = region_puts(&body, y, 1, STYLE_WARN, "the list ends early: ");
		region_field(&body, y, x, body.w - x, false, STYLE_WARN, 0,
		    t->why, strlen(t->why));
	}
	if (t->norder == 0 && t->ended)
		region_puts(&body, 0, 1, STYLE_DIM, t->why[0] != '\0' ? t->why :
		    t->filter != NULL ? "no row matches the filter" :
		    "no rows");
	else if (t->norder == 0)
		region_puts(&body, 0, 1, STYLE_DIM, "working ...");
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

	job_lock(&t->job);
	mine = do_verb(t, v, count, arg);
	arrange(t);
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
		row_as_text(t, t->table.rows[t->order[i]], b);
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
	arrange(t);
	job_unlock(&t->job);
	return (0);
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
	heat = t->table.nrows > 0 ? table_heat(&t->table, t->heat, &t->next) :
	    NULL;
	free(t->heat);
	t->heat = heat;
	/* The columns are those before, their texts lie in the other arena. */
	old = t->table;
	t->table = t->next;
	t->next = old;
	table_reset(&t->next);
	t->norder = t->seen = t->measured = 0;
	t->stale = true;
	arrange(t);
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
	p->busy = "working";
	return (job_start(&t->job, p->ui, load, t));
}

static bool
step(struct pane *p)
{
	struct table_pane *t = (struct table_pane *)p;

	if (!job_ended(&t->job))
		return (false);
	p->busy = NULL;
	job_lock(&t->job);
	/* A table that could not be read again stays. */
	if (t->rereading && t->next.ncolumns > 0 &&
	    t->job.status != E_CANCELLED &&
	    (t->job.status == 0 || t->next.nrows > 0))
		take_next(t);
	job_unlock(&t->job);
	t->why[0] = '\0';
	if (t->job.status != 0) {
		snprintf(t->why, sizeof(t->why), "%s",
		    t->job.ctx.err.text[0] != '\0' ? t->job.ctx.err.text :
		    status_text(t->job.status));
		if (!t->rereading)
			ui_say(p->ui, STYLE_ERROR, "%s", t->why);
	}
	t->rereading = false;
	t->ended = true;
	job_lock(&t->job);
	arrange(t);
	job_unlock(&t->job);
	return (false);
}

static int
refresh(struct pane *p)
{
	struct table_pane *t = (struct table_pane *)p;

	job_cancel(&t->job);
	job_fini(&t->job);
	job_init(&t->job);
	table_reset(&t->table);
	table_reset(&t->next);
	t->rereading = false;
	free(t->heat);
	t->heat = NULL;
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
	if (c != NULL && (t->upright || t->widths[t->column] > WIDE ||
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
				cell_text_of(t, row, t->columns[k], b);
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
	free(t->line);
}

static const struct hint hints[] = {
	{ "follow", "open" }, { "back", "back" }, { "filter", "filter" },
	{ "search", "search" }, { "sort", "sort" }, { "help", "keys" },
	{ NULL, NULL },
};

const struct pane_ops pane_table = {
	.name = "table",
	.close = close_pane,
	.draw = draw,
	.verb = verb,
	.link = follow,
	.row_text = row_text,
	.word = word,
	.rows = rows,
	.filter = filter,
	.refresh = refresh,
	.reread = reread,
	.step = step,
	.cancel = cancel,
	.position = position,
	.detail = detail,
	.where = where,
	.hints = hints,
};

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
