/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mouse: a click goes to the row, and through the link under it; on a key
 * that the status line names it is that key.  Pressed on the line between two
 * windows and let go elsewhere, it moves that line.  The wheel turns what is
 * under it.
 */
#include "ui/model.h"
#include "ui/moving.h"
#include "ui/record.h"

#include <string.h>

#define WHEEL_ROWS	3

const char *const mouse_names[] = {
	[MOUSE_PRESS] = "press", [MOUSE_RELEASE] = "release",
	[MOUSE_WHEEL_UP] = "wheel-up", [MOUSE_WHEEL_DOWN] = "wheel-down", NULL,
};

static struct frame *
frame_at(struct ui *ui, int x, int y)
{
	struct frame *f;

	if (ui->alone)
		return (y >= ui->focus->y && y < ui->focus->y + ui->focus->h ?
		    ui->focus : NULL);
	for (f = frame_next_leaf(ui->root, NULL); f != NULL;
	    f = frame_next_leaf(ui->root, f)) {
		if (x >= f->x && x < f->x + f->w && y >= f->y &&
		    y < f->y + f->h)
			break;
	}
	return (f);
}

static void
press(struct ui *ui, int x, int y)
{
	const struct link *l;
	struct link copy;
	struct frame *f;
	struct pane *p;
	int rc;

	ui->dragged = ui_split_at(ui, x, y);
	if (ui->dragged != NULL)
		return;
	f = frame_at(ui, x, y);
	l = grid_link_at(&ui->grid, x, y);
	copy = l != NULL ? *l : (struct link){ .kind = LINK_NONE };
	if (f == NULL)
		return;
	ui->focus = f;
	rc = 0;
	if (y == f->y + f->h - 1) {
		if (copy.kind == LINK_COMMAND)
			rc = ui_command(ui, copy.command);
	} else {
		p = f->win.docs[f->win.at];
		p->ops->verb(p, VERB_CLICK, (y - f->y) << 16 | (x - f->x), "");
		if (copy.kind == LINK_COMMAND ||
		    (copy.kind != LINK_NONE && (copy.addr != 0 ||
		    copy.pid != 0)))
			rc = ui_follow(ui, &copy);
	}
	if (rc != 0)
		ui_say_error(ui);
}

static void
wheel(struct ui *ui, int x, int y, enum verb verb)
{
	struct frame *f;
	struct pane *p;

	f = frame_at(ui, x, y);
	if (f == NULL)
		return;
	p = f->win.docs[f->win.at];
	p->ops->verb(p, verb, WHEEL_ROWS, "");
}

void
ui_mouse(struct ui *ui, enum mouse what, int x, int y)
{
	if (ui->record != NULL)
		record_mouse(ui->record, what, x, y);
	/* What is being typed has the keyboard alone. */
	if (ui->prompt.kind != PROMPT_NONE || ui->await != 0)
		return;
	ui->count = 0;
	ui->npending = 0;
	moving_begin(ui);
	switch (what) {
	case MOUSE_PRESS:
		ui->message[0] = '\0';
		press(ui, x, y);
		break;
	case MOUSE_RELEASE:
		if (ui->dragged != NULL)
			ui_move_split(ui, ui->dragged, x, y);
		ui->dragged = NULL;
		break;
	case MOUSE_WHEEL_UP:
		wheel(ui, x, y, VERB_SCROLL_UP);
		break;
	case MOUSE_WHEEL_DOWN:
		wheel(ui, x, y, VERB_SCROLL_DOWN);
		break;
	}
	moving_end(ui);
}
