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
#include "ui/style.h"
#include "ui/key.h"

struct term_options {
	bool	no_color;
	bool	has_theme;
	enum theme theme;		/* has_theme: asked for; else chosen */
	int	wake_fd;		/* readable: return UKEY_WAKE */
};

enum mouse { MOUSE_PRESS, MOUSE_RELEASE, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };
/* As a session has them, in this order, ended by NULL. */
extern const char *const mouse_names[];

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
	/*
	 * Give the terminal to another program, and take it back; with "wait"
	 * once a key was pressed, so that what was printed can be read.
	 */
	void		(*leave)(void);
	void		(*enter)(bool wait);
	/* As much of a theme as the terminal can show; what it shows then. */
	enum theme	(*use_theme)(enum theme);
	enum theme	(*theme)(void);
	/* Put text on the clipboard (OSC 52); not every terminal does. */
	void		(*copy)(const char *, size_t);
	/* Ask the terminal to tell of clicks, or not to. */
	void		(*use_mouse)(bool);
	/* Where the mouse was for UKEY_MOUSE, and what it did. */
	enum mouse	(*mouse)(int *x, int *y);
};

extern const struct term_ops term_curses;
/* The signal that ended term_curses.key with UKEY_HANGUP, or 0. */
int	term_curses_signal(void);

/* The grid as lines of text. */
void	term_text_show(const struct grid *, struct out *);

#endif
