/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a grid is shown and keys come from.  term_curses.c is a terminal and
 * the only file that knows curses; term_text.c prints a grid as text.
 */
#ifndef UI_TERM_H
#define UI_TERM_H

#include "base/ctx.h"
#include "base/out.h"
#include "ui/grid.h"
#include "ui/key.h"

struct term_options {
	bool	no_color;
	int	wake_fd;		/* readable: return UKEY_WAKE */
};

struct term_ops {
	/* E_UNSUPPORTED with a reason when this terminal cannot be used. */
	int		(*open)(struct ctx *, const struct term_options *);
	/* Leaves the terminal as it was found; may be called twice. */
	void		(*close)(void);
	void		(*size)(int *w, int *h);
	/* Send what differs from what was shown last. */
	void		(*show)(const struct grid *);
	/* Send everything. */
	void		(*repaint)(void);
	/* Wait at most ms (-1: for ever); UKEY_NONE when nothing came. */
	uint32_t	(*key)(int ms);
	/* Give the terminal back, stop, and take it again. */
	void		(*suspend)(void);
	/* Ask the terminal to tell of clicks, or not to. */
	void		(*use_mouse)(bool);
	/* Where the mouse was for UKEY_MOUSE; wheel -1 up, 1 down, 0 click. */
	void		(*mouse)(int *x, int *y, int *wheel);
};

extern const struct term_ops term_curses;
/* The signal that ended term_curses.key with UKEY_HANGUP, or 0. */
int	term_curses_signal(void);

/* The grid as lines of text. */
void	term_text_show(const struct grid *, struct out *);

#endif
