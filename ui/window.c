/* SPDX-License-Identifier: BSD-2-Clause */
/* Windows: where documents are shown, their history, and the layout. */
#include "ui/window.h"

#include "engine/memory/freeze.h"

#include <stdlib.h>
#include <string.h>

#define FRAME_MIN_W	20
#define FRAME_MIN_H	3		/* two lines and the status line */

void *
pane_new(struct ui *ui, const struct pane_ops *ops, size_t size)
{
	struct pane *p;

	p = calloc(1, size);
	if (p == NULL) {
		ctx_fail(ui->ctx, E_NOMEM, "no memory for another document");
		return (NULL);
	}
	p->ops = ops;
	p->ui = ui;
	p->list.h = ui->grid.h > 3 ? ui->grid.h - 3 : 1;
	return (p);
}

void
pane_destroy(struct pane *p)
{
	if (p == NULL)
		return;
	if (p->ui->scan.pane == p)
		ui_search_stop(p->ui);
	ui_forget_later(p->ui, p);
	if (p->ops->close != NULL)
		p->ops->close(p);
	frozen_destroy(p->frozen);
	free(p);
}

struct window *
ui_window(struct ui *ui)
{
	return (&ui->focus->win);
}

struct pane *
ui_pane(struct ui *ui)
{
	struct window *w;

	w = ui_window(ui);
	return (w->ndocs > 0 ? w->docs[w->at] : NULL);
}

static void
drop(struct window *w, size_t i)
{
	pane_destroy(w->docs[i]);
	memmove(&w->docs[i], &w->docs[i + 1],
	    (w->ndocs - i - 1) * sizeof(w->docs[0]));
	w->ndocs--;
}

void
ui_show(struct ui *ui, struct pane *p)
{
	struct window *w;

	w = ui_window(ui);
	ui_search_stop(ui);
	ui_remember(ui);
	while (w->ndocs > 0 && w->ndocs > w->at + 1)
		drop(w, w->ndocs - 1);
	/* The first document is the overview: the way home stays. */
	if (w->ndocs == HISTORY_MAX)
		drop(w, 1);
	w->docs[w->ndocs] = p;
	w->at = w->ndocs++;
}

void
window_give_up(struct window *w)
{
	w->docs[w->at]->useless = false;
	if (w->at > 0)
		drop(w, w->at--);
}

bool
ui_back(struct ui *ui, int n)
{
	struct window *w;

	w = ui_window(ui);
	if (w->at == 0)
		return (false);
	ui_search_stop(ui);
	w->at = (size_t)n < w->at ? w->at - (size_t)n : 0;
	return (true);
}

bool
ui_forward(struct ui *ui, int n)
{
	struct window *w;

	w = ui_window(ui);
	if (w->at + 1 >= w->ndocs)
		return (false);
	ui_search_stop(ui);
	w->at += (size_t)n;
	if (w->at >= w->ndocs)
		w->at = w->ndocs - 1;
	return (true);
}

static void
window_fini(struct window *w)
{
	while (w->ndocs > 0)
		drop(w, w->ndocs - 1);
}

void
frame_destroy(struct frame *f)
{
	if (f == NULL)
		return;
	frame_destroy(f->a);
	frame_destroy(f->b);
	window_fini(&f->win);
	free(f);
}

static struct frame *
first_leaf(struct frame *f)
{
	while (f->a != NULL)
		f = f->a;
	return (f);
}

struct frame *
frame_next_leaf(struct frame *root, struct frame *f)
{
	if (f == NULL)
		return (first_leaf(root));
	for (; f != root; f = f->parent) {
		if (f == f->parent->a)
			return (first_leaf(f->parent->b));
	}
	return (NULL);
}

/* What of n cells the first half of a split takes. */
static int
part_of(const struct frame *f, int n, int least)
{
	int half;

	half = f->share > 0 ? (n * f->share + 500) / 1000 :
	    f->side_by_side ? n / 2 : (n + 1) / 2;
	if (half > n - least)
		half = n - least;
	if (half < least)
		half = least < n ? least : n;
	return (half);
}

static void
lay(struct frame *f, int x, int y, int w, int h)
{
	int half;

	f->x = x;
	f->y = y;
	f->w = w;
	f->h = h;
	if (f->a == NULL || f->b == NULL)
		return;
	if (f->side_by_side) {
		half = part_of(f, w - 1, FRAME_MIN_W / 2);
		lay(f->a, x, y, half, h);
		lay(f->b, x + half + 1, y, w - half - 1, h);
	} else {
		half = part_of(f, h, FRAME_MIN_H);
		lay(f->a, x, y, w, half);
		lay(f->b, x, y + half, w, h - half);
	}
}

/* The title takes the first row, the prompt the last. */
static void
lay_all(struct ui *ui)
{
	int top, rows;

	top = ui->grid.h > 4 ? 1 : 0;
	rows = ui->grid.h - top - 1;
	lay(ui->root, 0, top, ui->grid.w, rows > 1 ? rows : 1);
}

void
ui_layout(struct ui *ui)
{
	if (ui->focus == NULL)
		return;
	lay_all(ui);
	/* On a small screen the window with the focus has it alone. */
	ui->alone = ui->zoomed || ui->focus->w < FRAME_MIN_W / 2 ||
	    ui->focus->h < FRAME_MIN_H;
	if (ui->alone)
		lay(ui->focus, 0, ui->root->y, ui->root->w, ui->root->h);
}

/*
 * The new window takes the lower or right half and shows the same document,
 * opened once more by its own command.
 */
static int
split(struct ui *ui, bool side_by_side)
{
	struct frame *old, *new, *f;
	struct buf where = { 0 };
	struct pane *p;
	size_t row;
	int rc;

	ui->zoomed = false;
	ui_layout(ui);
	f = ui->focus;
	if (side_by_side ? f->w < 2 * FRAME_MIN_W + 1 : f->h < 2 * FRAME_MIN_H)
		return (ctx_fail(ui->ctx, E_LIMIT,
		    "split: no room for another window"));
	old = calloc(1, sizeof(*old));
	new = calloc(1, sizeof(*new));
	if (old == NULL || new == NULL) {
		free(old);
		free(new);
		return (ctx_fail(ui->ctx, E_NOMEM, "split: no memory"));
	}
	p = ui_pane(ui);
	p->ops->where(p, &where);
	row = p->list.cur;
	old->win = f->win;
	memset(&f->win, 0, sizeof(f->win));
	f->a = old;
	f->b = new;
	f->side_by_side = side_by_side;
	f->share = 0;
	old->parent = new->parent = f;
	ui->focus = new;
	ui_layout(ui);
	rc = pane_overview_open(ui);
	if (rc == 0 && strcmp(buf_text(&where), "overview") != 0)
		rc = ui_command(ui, buf_text(&where));
	buf_fini(&where);
	if (ui_pane(ui) == NULL)
		ui_close_window(ui);
	else
		list_want(&ui_pane(ui)->list, row);
	return (rc);
}

int
ui_close_window(struct ui *ui)
{
	struct frame *f, *up, *other;

	f = ui->focus;
	up = f->parent;
	if (up == NULL)
		return (ctx_fail(ui->ctx, E_USAGE, "this is the only window"));
	ui_search_stop(ui);
	ui->zoomed = false;
	ui->dragged = NULL;
	other = up->a == f ? up->b : up->a;
	up->a = other->a;
	up->b = other->b;
	up->side_by_side = other->side_by_side;
	up->share = other->share;
	up->win = other->win;
	if (up->a != NULL)
		up->a->parent = up->b->parent = up;
	frame_destroy(f);
	free(other);
	ui->focus = first_leaf(up);
	ui_layout(ui);
	return (0);
}

static void
only_window(struct ui *ui)
{
	struct window keep;

	ui_search_stop(ui);
	ui->dragged = NULL;
	keep = ui->focus->win;
	memset(&ui->focus->win, 0, sizeof(ui->focus->win));
	frame_destroy(ui->root->a);
	frame_destroy(ui->root->b);
	ui->root->a = ui->root->b = NULL;
	ui->root->win = keep;
	ui->focus = ui->root;
	ui->zoomed = false;
	ui_layout(ui);
}

void
ui_next_window(struct ui *ui, int direction)
{
	struct frame *f, *prev;

	ui->zoomed = false;
	ui_search_stop(ui);
	if (direction > 0) {
		f = frame_next_leaf(ui->root, ui->focus);
		ui->focus = f != NULL ? f : first_leaf(ui->root);
	} else {
		prev = NULL;
		for (f = first_leaf(ui->root); f != NULL;
		    f = frame_next_leaf(ui->root, f)) {
			if (f == ui->focus && prev != NULL)
				break;
			prev = f;
		}
		ui->focus = prev;
	}
	ui_layout(ui);
}

/* Give the window with the focus so many columns or rows more. */
static int
size_window(struct ui *ui, bool columns, int by)
{
	struct frame *f, *up;
	int n, now;

	ui->zoomed = false;
	ui_layout(ui);
	for (f = ui->focus; (up = f->parent) != NULL; f = up) {
		if (up->side_by_side == columns)
			break;
	}
	if (up == NULL)
		return (ctx_fail(ui->ctx, E_USAGE, columns ?
		    "there is no window beside this one" :
		    "there is no window above or below this one"));
	n = columns ? up->w - 1 : up->h;
	now = (columns ? up->a->w : up->a->h) + (f == up->a ? by : -by);
	if (now < 1)
		now = 1;
	if (now > n - 1)
		now = n - 1;
	up->share = n > 0 ? (now * 1000 + n / 2) / n : 0;
	ui_layout(ui);
	return (0);
}

static void
equal(struct frame *f)
{
	if (f == NULL)
		return;
	f->share = 0;
	equal(f->a);
	equal(f->b);
}

static void
equal_windows(struct ui *ui)
{
	equal(ui->root);
	ui_layout(ui);
}

static int
swap_window(struct ui *ui)
{
	struct frame *f, *other;
	struct window win;

	f = ui->focus;
	if (ui->root->a == NULL)
		return (ctx_fail(ui->ctx, E_USAGE, "this is the only window"));
	ui_next_window(ui, 1);
	other = ui->focus;
	win = f->win;
	f->win = other->win;
	other->win = win;
	return (0);
}

static struct frame *
split_at(struct frame *f, int x, int y)
{
	struct frame *found;

	if (f->a == NULL || x < f->x || x >= f->x + f->w || y < f->y ||
	    y >= f->y + f->h)
		return (NULL);
	if (f->side_by_side ? x == f->b->x - 1 : y == f->b->y - 1)
		return (f);
	found = split_at(f->a, x, y);
	return (found != NULL ? found : split_at(f->b, x, y));
}

struct frame *
ui_split_at(struct ui *ui, int x, int y)
{
	return (ui->alone ? NULL : split_at(ui->root, x, y));
}

void
ui_move_split(struct ui *ui, struct frame *f, int x, int y)
{
	int n, now;

	n = f->side_by_side ? f->w - 1 : f->h;
	now = f->side_by_side ? x - f->x : y - f->y + 1;
	if (now < 1)
		now = 1;
	if (now > n - 1)
		now = n - 1;
	f->share = n > 0 ? (now * 1000 + n / 2) / n : 0;
	ui_layout(ui);
}

/* The window that a place of the screen belongs to, its right border too. */
static struct frame *
leaf_at(struct frame *f, int x, int y)
{
	while (f->a != NULL) {
		if (f->side_by_side)
			f = x < f->b->x ? f->a : f->b;
		else
			f = y < f->b->y ? f->a : f->b;
	}
	return (f);
}

int
window_run_side(struct ui *ui, const struct command *c, const char *args)
{
	struct frame *from = ui->focus, *f;
	int n, x, y;

	(void)args;
	ui_search_stop(ui);
	ui->zoomed = false;
	lay_all(ui);
	for (n = ui->count > 0 ? ui->count : 1; n > 0; n--) {
		f = ui->focus;
		/* At the height of the cursor, as one would go on reading. */
		x = f->x;
		y = ui->grid.mark_row >= f->y &&
		    ui->grid.mark_row < f->y + f->h ? ui->grid.mark_row : f->y;
		if (c->name[0] == 'l' && c->name[1] == 'e')
			x = f->x - 1;
		else if (c->name[0] == 'r')
			x = f->x + f->w + 1;
		else if (c->name[0] == 'u')
			y = f->y - 1;
		else
			y = f->y + f->h;
		if (x < 0 || x >= ui->grid.w || y < ui->root->y ||
		    y >= ui->root->y + ui->root->h)
			break;
		ui->focus = leaf_at(ui->root, x, y);
	}
	ui_layout(ui);
	if (ui->focus == from)
		ui_say(ui, STYLE_NORMAL, "there is no window on that side");
	return (0);
}

int
window_run(struct ui *ui, const struct command *c, const char *args)
{
	int rc;

	if (strcmp(c->name, "split") == 0 || strcmp(c->name, "vsplit") == 0) {
		rc = split(ui, c->name[0] == 'v');
		if (rc == 0 && args[0] != '\0')
			rc = ui_command(ui, args);
		return (rc);
	}
	if (strcmp(c->name, "close-window") == 0)
		return (ui_close_window(ui));
	if (strcmp(c->name, "only") == 0) {
		only_window(ui);
		return (0);
	}
	if (strcmp(c->name, "zoom") == 0) {
		ui->zoomed = !ui->zoomed && ui->root->a != NULL;
		ui_layout(ui);
		return (0);
	}
	ui_next_window(ui, c->name[0] == 'n' ? 1 : -1);
	return (0);
}

int
window_run_size(struct ui *ui, const struct command *c, const char *args)
{
	int by = ui->count > 0 ? ui->count : 1;

	(void)args;
	if (strcmp(c->name, "equal") == 0) {
		equal_windows(ui);
		return (0);
	}
	if (strcmp(c->name, "swap-window") == 0)
		return (swap_window(ui));
	if (strcmp(c->name, "linked") == 0) {
		ui->linked = !ui->linked;
		ui_say(ui, STYLE_NORMAL, ui->linked ? "what is followed opens in "
		    "the next window" : "what is followed opens where it stands");
		return (0);
	}
	if (strcmp(c->name, "taller") == 0 || strcmp(c->name, "shorter") == 0)
		return (size_window(ui, false, c->name[0] == 't' ? by : -by));
	return (size_window(ui, true, c->name[0] == 'w' ? by : -by));
}
