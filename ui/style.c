/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/style.h"

enum { OWN = -1, BLACK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, WHITE };

/*
 * The eight colours that every terminal has.  Plain text keeps the terminal's
 * own two colours; a bar sets both, so that it reads the same on a dark and
 * on a light screen.  Yellow text is too pale on white, blue too dark on black:
 * neither stands alone.
 */
const struct style_look style_looks[STYLE_COUNT] = {
	[STYLE_NORMAL] = { "normal", OWN, OWN, 0, 0 },
	[STYLE_DIM] = { "dim", OWN, OWN, ATTR_DIM, ATTR_DIM },
	[STYLE_STRONG] = { "strong", OWN, OWN, ATTR_BOLD, ATTR_BOLD },
	[STYLE_LINK] = { "link", CYAN, OWN, 0, 0 },
	[STYLE_TITLE] = { "title", WHITE, BLUE, ATTR_BOLD, ATTR_REVERSE | ATTR_BOLD },
	[STYLE_TITLE_DIM] = { "title-dim", WHITE, BLUE, 0, ATTR_REVERSE },
	[STYLE_BADGE] = { "badge", WHITE, RED, ATTR_BOLD, ATTR_REVERSE | ATTR_BOLD },
	[STYLE_STATUS] = { "status", BLACK, WHITE, 0, ATTR_REVERSE },
	[STYLE_STATUS_KEY] = { "status-key", BLUE, WHITE, 0, ATTR_REVERSE },
	[STYLE_HEADER] = { "header", OWN, OWN, ATTR_BOLD, ATTR_BOLD },
	[STYLE_HEADER_HERE] = { "header-here", OWN, OWN,
	    ATTR_BOLD | ATTR_UNDERLINE, ATTR_BOLD | ATTR_UNDERLINE },
	[STYLE_CURSOR] = { "cursor", BLACK, CYAN, 0, ATTR_REVERSE },
	[STYLE_CURSOR_CELL] = { "cursor-cell", WHITE, BLUE, ATTR_BOLD,
	    ATTR_REVERSE | ATTR_BOLD | ATTR_UNDERLINE },
	[STYLE_CURSOR_OTHER] = { "cursor-other", OWN, OWN, ATTR_UNDERLINE,
	    ATTR_UNDERLINE },
	[STYLE_MATCH] = { "match", BLACK, YELLOW, 0, ATTR_REVERSE },
	[STYLE_WARN] = { "warn", MAGENTA, OWN, 0, ATTR_BOLD },
	[STYLE_ERROR] = { "error", RED, OWN, ATTR_BOLD, ATTR_BOLD },
	[STYLE_GOOD] = { "good", GREEN, OWN, 0, 0 },
	[STYLE_ADDRESS] = { "address", OWN, OWN, ATTR_DIM, 0 },
	[STYLE_NUMBER] = { "number", OWN, OWN, 0, 0 },
	[STYLE_TEXT] = { "text", GREEN, OWN, 0, 0 },
	[STYLE_TYPE] = { "type", OWN, OWN, ATTR_DIM, ATTR_DIM },
	[STYLE_SYMBOL] = { "symbol", CYAN, OWN, 0, 0 },
	[STYLE_ZERO] = { "zero", OWN, OWN, ATTR_DIM, ATTR_DIM },
	[STYLE_MISSING] = { "missing", RED, OWN, 0, ATTR_DIM },
	[STYLE_METER] = { "meter", GREEN, OWN, ATTR_BOLD, ATTR_BOLD },
	[STYLE_METER_REST] = { "meter-rest", OWN, OWN, ATTR_DIM, ATTR_DIM },
	[STYLE_PROMPT] = { "prompt", OWN, OWN, ATTR_BOLD, ATTR_BOLD },
	[STYLE_FRAME] = { "frame", OWN, OWN, ATTR_DIM, 0 },
};
