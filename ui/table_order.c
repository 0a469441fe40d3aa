/* SPDX-License-Identifier: BSD-2-Clause */
/* Which rows of a table are shown, in which order: filtered, sorted, folded. */
#include "ui/table_pane.h"

#include <stdlib.h>
#include <string.h>

#define MEASURED	500		/* rows that set the widths of columns */

/* The cell as text; "" beyond the end of a short row. */
void
table_cell_text(struct table_pane *t, const struct row *row, size_t column,
    struct buf *b)
{
	if (column < row->ncells)
		cell_format(&row->cells[column], &t->table.columns[column], b);
}

/* Is this cell what it was when it was measured, before it was read again? */
static bool
is_measured(const struct table_pane *t, size_t i, size_t column)
{
	return (t->heat != NULL && column < 64 && t->table.rows[i]->key != 0 &&
	    !t->table.columns[column].tree &&
	    (t->heat[i].fresh >> column & 1) == 0);
}

bool
table_is_lost(const struct table_pane *t, const struct row *row)
{
	const struct cell *c;
	size_t k;

	for (k = 0; k < t->ncolumns && t->columns[k] < row->ncells; k++) {
		c = &row->cells[t->columns[k]];
		if (c->kind != CELL_MISSING ||
		    c->status != row->cells[t->columns[0]].status)
			return (false);
	}
	return (k > 1);
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
		    t->ncolumns < TABLE_COLUMNS; i++) {
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
		/* It is drawn as one line of its own. */
		if (table_is_lost(t, t->table.rows[t->measured]))
			continue;
		for (k = 0; k < t->ncolumns; k++) {
			if (is_measured(t, t->measured, t->columns[k]))
				continue;
			buf_reset(&b);
			table_cell_text(t, t->table.rows[t->measured],
			    t->columns[k], &b);
			w = (int)grid_columns(&t->p.ui->grid, buf_text(&b),
			    b.len < 4096 ? b.len : 4096);
			if (t->table.columns[t->columns[k]].tree)
				w += 2 * (int)t->table.rows[t->measured]->depth;
			if (w > t->widths[k])
				t->widths[k] = w;
		}
	}
	buf_fini(&b);
}

void
table_row_text(struct table_pane *t, const struct row *row, struct buf *b)
{
	size_t k;

	for (k = 0; k < t->ncolumns; k++) {
		if (k > 0)
			buf_puts(b, " ");
		table_cell_text(t, row, t->columns[k], b);
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

bool
table_is_tree(const struct table_pane *t)
{
	return (t->sort < 0 && !t->reverse);
}

static int
compare_keys(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return ((x > y) - (x < y));
}

bool
table_is_folded(const struct table_pane *t, const struct row *row)
{
	return (t->nfolded > 0 && t->filter == NULL && table_is_tree(t) &&
	    bsearch(&row->key, t->folded, t->nfolded, sizeof(row->key),
	    compare_keys) != NULL);
}

/* Is the row below one that is folded?  Rows come in their order. */
static bool
is_hidden(struct table_pane *t, const struct row *row)
{
	if (t->hidden_below > 0 && row->depth >= t->hidden_below)
		return (true);
	t->hidden_below = table_is_folded(t, row) ? row->depth + 1 : 0;
	return (false);
}

/*
 * On which levels the lines of a tree go on below each row: bit n is set when a
 * row of depth n comes before the next one that is less deep.
 */
static void
draw_lines(struct table_pane *t)
{
	uint64_t below;
	unsigned depth;
	size_t i, k;

	for (k = 0; k < t->ncolumns; k++)
		if (t->table.columns[t->columns[k]].tree)
			break;
	if (k == t->ncolumns || !table_is_tree(t) ||
	    !vec_room(t->lines, t->lines_cap, t->norder))
		return;
	for (below = 0, i = t->norder; i-- > 0;) {
		depth = t->table.rows[t->order[i]]->depth;
		if (depth > TABLE_DEEPEST)
			depth = TABLE_DEEPEST;
		t->lines[i] = below & ((UINT64_C(2) << depth) - 1);
		below = (below & ((UINT64_C(1) << depth) - 1)) |
		    UINT64_C(1) << depth;
	}
}

/* Does the row with that number have rows below it? */
static bool
has_branch(const struct table_pane *t, size_t i)
{
	return (i + 1 < t->table.nrows && t->table.rows[i]->key != 0 &&
	    t->table.rows[i + 1]->depth > t->table.rows[i]->depth);
}

static void
fold_row(struct table_pane *t, const struct row *row)
{
	if (table_is_folded(t, row) ||
	    !vec_room(t->folded, t->folded_cap, t->nfolded + 1))
		return;
	t->folded[t->nfolded++] = row->key;
	qsort(t->folded, t->nfolded, sizeof(t->folded[0]), compare_keys);
}

static void
unfold_row(struct table_pane *t, const struct row *row)
{
	size_t i;

	for (i = 0; i < t->nfolded && t->folded[i] != row->key; i++)
		;
	if (i < t->nfolded)
		memmove(&t->folded[i], &t->folded[i + 1],
		    (--t->nfolded - i) * sizeof(t->folded[0]));
}

static void
fold_all(struct table_pane *t)
{
	size_t i;

	t->nfolded = 0;
	for (i = 0; i < t->table.nrows; i++)
		if (has_branch(t, i) &&
		    vec_room(t->folded, t->folded_cap, t->nfolded + 1))
			t->folded[t->nfolded++] = t->table.rows[i]->key;
	if (t->nfolded > 1)
		qsort(t->folded, t->nfolded, sizeof(t->folded[0]),
		    compare_keys);
}

void
table_fold(struct table_pane *t, enum verb v, bool all)
{
	struct list *l = &t->p.list;
	const struct row *row;
	size_t i, depth;

	if (l->cur >= t->norder || !table_is_tree(t))
		return;
	i = t->order[l->cur];
	row = t->table.rows[i];
	t->stale = true;
	/* Nothing below this one: what it lies below is meant. */
	while (v == VERB_CLOSE && !all && row->depth > 0 &&
	    (!has_branch(t, i) || table_is_folded(t, row))) {
		depth = row->depth;
		while (i > 0 && t->table.rows[i]->depth >= depth)
			i--;
		list_go(l, 0);
		while (l->cur + 1 < t->norder && t->order[l->cur] < i)
			list_go(l, l->cur + 1);
		row = t->table.rows[i];
	}
	if (all && v == VERB_CLOSE)
		fold_all(t);
	else if (all)
		t->nfolded = 0;
	else if (v == VERB_OPEN || (v == VERB_TOGGLE && table_is_folded(t, row)))
		unfold_row(t, row);
	else if (has_branch(t, i))
		fold_row(t, row);
}

void
table_arrange(struct table_pane *t)
{
	struct buf b = { 0 };
	size_t start, end, i;
	uint32_t want;
	bool follow, has, here = false;

	if (!t->stale && t->seen == t->table.nrows &&
	    (t->ncolumns > 0 || t->table.ncolumns == 0))
		return;
	follow = t->at_end && (t->norder == 0 ||
	    t->p.list.cur + 1 >= t->norder);
	has = t->p.list.cur < t->norder && t->norder > 0;
	want = has ? t->order[t->p.list.cur] : 0;
	if (t->stale) {
		t->norder = t->seen = 0;
		t->hidden_below = 0;
	}
	measure(t);
	/* The text of a log is what one reads it for. */
	if (t->at_end && t->seen == 0 && t->column == 0 && t->ncolumns > 0)
		t->column = t->ncolumns - 1;
	if (!vec_room(t->order, t->order_cap, t->table.nrows)) {
		t->stale = false;
		return;
	}
	for (i = t->seen; i < t->table.nrows; i++) {
		if (is_hidden(t, t->table.rows[i]))
			continue;
		if (t->filter != NULL) {
			buf_reset(&b);
			table_row_text(t, t->table.rows[i], &b);
			if (!sym_filter_match(t->filter, buf_text(&b), b.len,
			    &start, &end))
				continue;
		}
		/* A cursor that was not moved yet goes where it is wanted. */
		if (t->table.rows[i]->here && !t->stale && t->sort < 0 &&
		    !t->reverse && t->p.list.cur == 0) {
			want = (uint32_t)t->norder;
			here = true;
		}
		t->order[t->norder++] = (uint32_t)i;
	}
	buf_fini(&b);
	t->seen = t->table.nrows;
	if (t->sort >= 0 || t->reverse)
		qsort_r(t->order, t->norder, sizeof(t->order[0]), compare_rows,
		    t);
	draw_lines(t);
	list_fit(&t->p.list, t->norder, t->p.list.h);
	if (here) {
		list_go(&t->p.list, want);
	} else if (follow) {
		list_go(&t->p.list, t->norder > 0 ? t->norder - 1 : 0);
	} else if (has && (t->stale || t->sort >= 0 || t->reverse)) {
		for (i = 0; i < t->norder && t->order[i] != want; i++)
			;
		/* What is folded now is found in what it lies below. */
		if (i == t->norder && t->nfolded > 0 && table_is_tree(t))
			for (i = 0; i + 1 < t->norder &&
			    t->order[i + 1] <= want; i++)
				;
		list_go(&t->p.list, i < t->norder ? i : 0);
	}
	t->stale = false;
}
