/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/model.h"

#include <string.h>

static void
show_cursor(struct list *l)
{
	size_t h;

	h = l->h > 0 ? (size_t)l->h : 1;
	if (l->cur < l->top)
		l->top = l->cur;
	if (l->cur >= l->top + h)
		l->top = l->cur - h + 1;
	/* No blank lines at the end while rows above are hidden. */
	if (l->top + h > l->n)
		l->top = l->n > h ? l->n - h : 0;
}

void
list_fit(struct list *l, size_t n, int h)
{
	l->n = n;
	l->h = h;
	if (l->want > 0 && l->want <= n) {
		if (l->want_top > 0)
			l->top = l->want_top - 1;
		list_go(l, l->want - 1);
	}
	if (l->cur >= n)
		l->cur = n > 0 ? n - 1 : 0;
	show_cursor(l);
}

void
list_go(struct list *l, size_t row)
{
	size_t h;

	h = l->h > 0 ? (size_t)l->h : 1;
	l->want = 0;
	l->cur = row < l->n ? row : l->n > 0 ? l->n - 1 : 0;
	/* A jump out of sight lands in the middle, as in vi. */
	if (l->cur < l->top || l->cur >= l->top + h)
		l->top = l->cur > h / 2 ? l->cur - h / 2 : 0;
	show_cursor(l);
}

void
list_want(struct list *l, size_t row)
{
	if (row < l->n) {
		list_go(l, row);
		return;
	}
	l->cur = row;
	l->want = row + 1;
	l->want_top = 0;
}

void
list_keep(struct list *l)
{
	/* Rows that never came are still waited for. */
	if (l->want > 0)
		return;
	l->want = l->cur + 1;
	l->want_top = l->top + 1;
}

static void
move(struct list *l, size_t n, bool down)
{
	if (down)
		l->cur = n < l->n - l->cur ? l->cur + n : l->n - 1;
	else
		l->cur = n < l->cur ? l->cur - n : 0;
	show_cursor(l);
}

/* Move the text under the cursor, and the cursor only when it must. */
static void
scroll(struct list *l, size_t n, bool down)
{
	size_t h, last;

	h = l->h > 0 ? (size_t)l->h : 1;
	last = l->n > h ? l->n - h : 0;
	if (down)
		l->top = n < last - l->top ? l->top + n : last;
	else
		l->top = n < l->top ? l->top - n : 0;
	if (l->cur < l->top)
		l->cur = l->top;
	if (l->cur >= l->top + h)
		l->cur = l->top + h - 1;
}

static void
page(struct list *l, size_t n, bool down)
{
	size_t top, at;

	top = l->top;
	at = l->cur - l->top;
	scroll(l, n, down);
	if (l->top == top)
		l->cur = down ? l->n - 1 : 0;
	else
		l->cur = l->top + at < l->n ? l->top + at : l->n - 1;
}

bool
list_verb(struct list *l, enum verb verb, int count)
{
	size_t n, h, bottom;

	l->want = 0;
	n = count > 0 ? (size_t)count : 1;
	h = l->h > 0 ? (size_t)l->h : 1;
	if (l->n == 0)
		return (verb <= VERB_ROW_AT_BOTTOM && verb != VERB_LEFT &&
		    verb != VERB_RIGHT);
	bottom = l->top + h <= l->n ? l->top + h - 1 : l->n - 1;
	switch (verb) {
	case VERB_DOWN:
		move(l, n, true);
		break;
	case VERB_UP:
		move(l, n, false);
		break;
	case VERB_PAGE_DOWN:
		page(l, n * h, true);
		break;
	case VERB_PAGE_UP:
		page(l, n * h, false);
		break;
	case VERB_HALF_DOWN:
		page(l, count > 0 ? n : (h + 1) / 2, true);
		break;
	case VERB_HALF_UP:
		page(l, count > 0 ? n : (h + 1) / 2, false);
		break;
	case VERB_SCROLL_DOWN:
		scroll(l, n, true);
		break;
	case VERB_SCROLL_UP:
		scroll(l, n, false);
		break;
	case VERB_TOP:
		list_go(l, count > 0 ? n - 1 : 0);
		break;
	case VERB_BOTTOM:
		list_go(l, count > 0 ? n - 1 : l->n - 1);
		break;
	case VERB_SCREEN_TOP:
		l->cur = l->top;
		break;
	case VERB_SCREEN_MIDDLE:
		l->cur = l->top + (bottom - l->top) / 2;
		break;
	case VERB_SCREEN_BOTTOM:
		l->cur = bottom;
		break;
	case VERB_CENTER:
		l->top = l->cur > h / 2 ? l->cur - h / 2 : 0;
		show_cursor(l);
		break;
	case VERB_ROW_ON_TOP:
		l->top = l->cur;
		show_cursor(l);
		break;
	case VERB_ROW_AT_BOTTOM:
		l->top = l->cur >= h ? l->cur - h + 1 : 0;
		break;
	default:
		return (false);
	}
	return (true);
}

void
list_position(const struct list *l, struct buf *b)
{
	if (l->n == 0)
		buf_puts(b, "empty");
	else
		buf_printf(b, "%zu/%zu", l->cur + 1, l->n);
}
