/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything that is drawn has one of these styles; how each looks in each
 * theme is one table in style.c.
 */
#ifndef UI_STYLE_H
#define UI_STYLE_H

#include <stdint.h>

enum style {
	STYLE_NORMAL,
	STYLE_DIM,
	STYLE_STRONG,
	STYLE_LINK,
	STYLE_TITLE,			/* the bar on top */
	STYLE_TITLE_DIM,
	STYLE_BADGE,			/* INCOMPLETE and the like, in the title */
	STYLE_STATUS,
	STYLE_STATUS_KEY,
	STYLE_HEADER,			/* of columns, sections */
	STYLE_HEADER_HERE,		/* the column of the cursor */
	STYLE_CURSOR,			/* the row */
	STYLE_CURSOR_CELL,		/* the cell in the row */
	STYLE_CURSOR_OTHER,		/* the cursor of a pane without focus */
	STYLE_MATCH,
	STYLE_WARN,
	STYLE_ERROR,
	STYLE_GOOD,
	STYLE_ADDRESS,
	STYLE_NUMBER,
	STYLE_TEXT,
	STYLE_TYPE,
	STYLE_SYMBOL,
	STYLE_ZERO,			/* bytes that are zero */
	STYLE_MISSING,
	STYLE_METER,
	STYLE_METER_REST,
	STYLE_PROMPT,
	STYLE_STAGED,			/* changed, but not written yet */
	STYLE_FRAME,			/* between panes */
	STYLE_CHANGED,			/* since it was read before */
	STYLE_FADING,			/* a little earlier */
	STYLE_COUNT,
};

enum {
	ATTR_BOLD = 1,
	ATTR_DIM = 2,
	ATTR_REVERSE = 4,
	ATTR_UNDERLINE = 8,
};

/* The first two need 256 colours; what a terminal can show decides. */
enum theme {
	THEME_DARK,
	THEME_LIGHT,
	THEME_16,			/* the eight colours that all have, and bold */
	THEME_MONO,			/* attributes alone */
	THEME_COUNT
};

struct look {
	int16_t	fg, bg;			/* -1 = the terminal's own */
	uint8_t	attrs;
};

struct style_look {
	const char	*name;
	struct look	 in[THEME_COUNT];
};

extern const struct style_look style_looks[STYLE_COUNT];
extern const char *const theme_names[THEME_COUNT];

/* THEME_COUNT for an unknown name. */
enum theme theme_by_name(const char *);
/*
 * The theme for a terminal of so many colours (0: none) whose COLORFGBG
 * variable is fgbg (NULL: not set).
 */
enum theme theme_for(int colors, const char *fgbg);
/* The theme that a terminal of so many colours can show instead of this one. */
enum theme theme_fit(enum theme, int colors);

#endif
