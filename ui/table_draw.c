/* SPDX-License-Identifier: BSD-2-Clause */
/* A table on the screen: its header, its rows, or one wide row upright. */
#include "ui/table_pane.h"

#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	return (t->widths[k] < TABLE_WIDE ? t->widths[k] : TABLE_WIDE);
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

/* How deep a row lies, in front of what it is called. */
static void
indent(struct table_pane *t, size_t i, size_t k, struct buf *b)
{
	const struct row *row = t->table.rows[t->order[i]];
	const struct column *c = &t->table.columns[t->columns[k]];
	unsigned d, depth;

	depth = row->depth < TABLE_DEEPEST ? row->depth : TABLE_DEEPEST;
	if (depth == 0 || !table_is_tree(t))
		return;
	if (c->tree) {
		for (d = 1; d < depth; d++)
			buf_puts(b, t->lines[i] >> d & 1 ? "\u2502 " : "  ");
		buf_puts(b, t->lines[i] >> depth & 1 ? "\u251c\u2500" :
		    "\u2514\u2500");
	} else if (t->lines == NULL && k == 0) {
		for (d = 0; d < depth; d++)
			buf_puts(b, "  ");
	}
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
	x = 1;
	k = t->left;
	/* A row of nothing but reasons says its reason once. */
	if (table_is_lost(t, row)) {
		table_cell_text(t, row, t->columns[0], &b);
		buf_puts(&b, "  nothing of this row can be read");
		region_text(r, y, x, STYLE_MISSING, 0, buf_text(&b), b.len);
		k = t->ncolumns;
	}
	for (; k < t->ncolumns && x < r->w; k++) {
		w = shown_width(t, k, x, r->w);
		if (k == t->column) {
			here_x = x;
			here_w = w < r->w - x ? w : r->w - x;
		}
		if (t->columns[k] < row->ncells) {
			c = &row->cells[t->columns[k]];
			buf_reset(&b);
			indent(t, i, k, &b);
			table_cell_text(t, row, t->columns[k], &b);
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
	if (table_is_folded(t, row))
		region_puts(r, y, 0, STYLE_STRONG, "\u25b8");
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
	return (t->ended && t->table.nrows == 1 && t->norder == 1 &&
	    x > w + 1 && !table_is_lost(t, t->table.rows[0]));
}

/* How many bytes of a text go into so many columns; one letter at least. */
static size_t
line_of(const struct grid *g, const char *text, size_t n, int w)
{
	uint32_t cp;
	size_t at, len;

	for (at = 0; at < n; at += len) {
		len = utf8_decode(text + at, n - at, &cp);
		len = len > 0 ? len : 1;
		w -= (int)grid_columns(g, text + at, len);
		if (w < 0 && at > 0)
			break;
	}
	return (at < n ? at : n);
}

/* The field that the cursor is on is shown whole, in as many lines as it takes. */
static void
draw_upright(struct table_pane *t, const struct region *r, bool focus)
{
	const struct row *row = t->table.rows[t->order[0]];
	const struct grid *g = &t->p.ui->grid;
	const struct cell *c;
	struct list fields = { .cur = t->column, .top = t->left };
	struct buf b = { 0 };
	size_t k, at, n;
	int y, h, x;

	for (x = 0, k = 0; k < t->ncolumns; k++) {
		y = (int)strlen(t->table.columns[t->columns[k]].key);
		x = y > x ? y : x;
	}
	x += 3;
	list_fit(&fields, t->ncolumns, r->h);
	t->column = fields.cur;
	t->left = fields.top;
	t->right = t->ncolumns;
	/* Its last line has to be on the screen, too. */
	if (t->column < t->ncolumns && t->columns[t->column] < row->ncells)
		table_cell_text(t, row, t->columns[t->column], &b);
	for (buf_text(&b), h = 0, at = 0; at < b.len && h < r->h; at += n, h++)
		n = line_of(g, b.p + at, b.len - at, r->w - x);
	while (t->left < t->column && (int)(t->column - t->left) + h > r->h)
		t->left++;
	for (y = 0, k = t->left; y < r->h && k < t->ncolumns; y += h, k++) {
		region_puts(r, y, 1, STYLE_HEADER,
		    t->table.columns[t->columns[k]].key);
		h = 1;
		if (t->columns[k] < row->ncells) {
			c = &row->cells[t->columns[k]];
			buf_reset(&b);
			table_cell_text(t, row, t->columns[k], &b);
			buf_text(&b);
			n = k == t->column ? line_of(g, b.p, b.len, r->w - x) :
			    b.len;
			region_field(r, y, x, r->w - x, false,
			    cell_style(row, c), grid_link(r->g, &c->link),
			    b.p, n);
			for (at = n; at < b.len && y + h < r->h; at += n, h++) {
				n = line_of(g, b.p + at, b.len - at, r->w - x);
				region_text(r, y + h, x, cell_style(row, c), 0,
				    b.p + at, n);
			}
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

/* Why there are no more rows, in as many lines as it takes. */
static void
draw_why(const struct table_pane *t, const struct region *r, int y)
{
	struct buf b = { 0 };
	const char *p, *end;
	size_t n, room;

	room = r->w > 12 ? (size_t)r->w - 2 : 10;
	buf_printf(&b, "the list ends early: %s", t->why);
	for (p = buf_text(&b); *p != '\0' && y < r->h; y++) {
		n = strlen(p);
		if (n > room) {
			for (end = p + room; end > p && *end != ' '; end--)
				;
			n = end > p ? (size_t)(end - p) : room;
		}
		region_text(r, y, 1, STYLE_WARN, 0, p, n);
		p += n;
		p += strspn(p, " ");
	}
	buf_fini(&b);
}

void
table_draw(struct table_pane *t, const struct region *r, bool focus)
{
	struct list *l = &t->p.list;
	struct region body;
	size_t i;
	int y;

	body = grid_region(r->g, r->x, r->y + 1, r->w, r->h - 1);
	l->h = body.h;
	table_arrange(t);
	list_fit(l, t->norder, body.h);
	t->upright = wants_upright(t, r->w);
	if (t->upright) {
		draw_upright(t, r, focus);
		return;
	}
	fit_columns(t, r->w);
	draw_header(t, r);
	for (y = 0; y < body.h; y++) {
		i = l->top + (size_t)y;
		if (i >= t->norder)
			break;
		draw_row(t, &body, y, i, focus);
	}
	/* Of a list that changes while it is walked the end may be missing. */
	if (t->norder > 0 && t->ended && t->why[0] != '\0' && y < body.h) {
		draw_why(t, &body, y);
	}
	if (t->norder == 0 && t->ended)
		region_puts(&body, 0, 1, STYLE_DIM, t->why[0] != '\0' ? t->why :
		    t->filter != NULL ? "no row matches the filter" :
		    "no rows");
	else if (t->norder == 0)
		region_puts(&body, 0, 1, STYLE_DIM, "working ...");
}
