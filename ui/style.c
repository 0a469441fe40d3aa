/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/style.h"

#include <stdlib.h>
#include <string.h>

enum { OWN = -1, BLACK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, WHITE };
enum {
	BOLD = ATTR_BOLD, FAINT = ATTR_DIM, REV = ATTR_REVERSE,
	ULINE = ATTR_UNDERLINE
};

/*
 * Plain text keeps the terminal's own two colours; a bar sets both.  With
 * eight colours the same table has to read on dark and light screens: yellow
 * text is too pale on white, blue too dark on black, so neither stands alone.
 * Each row: dark, light, sixteen colours, none.
 */
const struct style_look style_looks[STYLE_COUNT] = {
	[STYLE_NORMAL] = { "normal", {
	    { OWN, OWN, 0 }, { OWN, OWN, 0 },
	    { OWN, OWN, 0 }, { OWN, OWN, 0 } } },
	[STYLE_DIM] = { "dim", {
	    { 245, OWN, 0 }, { 243, OWN, 0 },
	    { OWN, OWN, FAINT }, { OWN, OWN, FAINT } } },
	[STYLE_STRONG] = { "strong", {
	    { OWN, OWN, BOLD }, { OWN, OWN, BOLD },
	    { OWN, OWN, BOLD }, { OWN, OWN, BOLD } } },
	[STYLE_LINK] = { "link", {
	    { 80, OWN, 0 }, { 25, OWN, 0 },
	    { CYAN, OWN, 0 }, { OWN, OWN, 0 } } },
	[STYLE_TITLE] = { "title", {
	    { 255, 24, BOLD }, { 255, 25, BOLD },
	    { WHITE, BLUE, BOLD }, { OWN, OWN, REV | BOLD } } },
	[STYLE_TITLE_DIM] = { "title-dim", {
	    { 250, 24, 0 }, { 254, 25, 0 },
	    { WHITE, BLUE, 0 }, { OWN, OWN, REV } } },
	[STYLE_BADGE] = { "badge", {
	    { 255, 160, BOLD }, { 255, 160, BOLD },
	    { WHITE, RED, BOLD }, { OWN, OWN, REV | BOLD } } },
	[STYLE_STATUS] = { "status", {
	    { 252, 238, 0 }, { 16, 252, 0 },
	    { BLACK, WHITE, 0 }, { OWN, OWN, REV } } },
	[STYLE_STATUS_KEY] = { "status-key", {
	    { 117, 238, BOLD }, { 25, 252, BOLD },
	    { BLUE, WHITE, 0 }, { OWN, OWN, REV } } },
	[STYLE_HEADER] = { "header", {
	    { 180, OWN, BOLD }, { 94, OWN, BOLD },
	    { OWN, OWN, BOLD }, { OWN, OWN, BOLD } } },
	[STYLE_HEADER_HERE] = { "header-here", {
	    { 180, OWN, BOLD | ULINE }, { 94, OWN, BOLD | ULINE },
	    { OWN, OWN, BOLD | ULINE }, { OWN, OWN, BOLD | ULINE } } },
	[STYLE_CURSOR] = { "cursor", {
	    { 255, 24, 0 }, { 16, 153, 0 },
	    { BLACK, CYAN, 0 }, { OWN, OWN, REV } } },
	[STYLE_CURSOR_CELL] = { "cursor-cell", {
	    { 16, 80, BOLD }, { 255, 25, BOLD },
	    { WHITE, BLUE, BOLD }, { OWN, OWN, REV | BOLD | ULINE } } },
	[STYLE_CURSOR_OTHER] = { "cursor-other", {
	    { OWN, 236, 0 }, { OWN, 254, 0 },
	    { OWN, OWN, ULINE }, { OWN, OWN, ULINE } } },
	[STYLE_MATCH] = { "match", {
	    { 16, 221, 0 }, { 16, 220, 0 },
	    { BLACK, YELLOW, 0 }, { OWN, OWN, REV } } },
	[STYLE_WARN] = { "warn", {
	    { 214, OWN, 0 }, { 130, OWN, 0 },
	    { MAGENTA, OWN, 0 }, { OWN, OWN, BOLD } } },
	[STYLE_ERROR] = { "error", {
	    { 203, OWN, BOLD }, { 160, OWN, BOLD },
	    { RED, OWN, BOLD }, { OWN, OWN, BOLD } } },
	[STYLE_GOOD] = { "good", {
	    { 114, OWN, 0 }, { 28, OWN, 0 },
	    { GREEN, OWN, 0 }, { OWN, OWN, 0 } } },
	[STYLE_ADDRESS] = { "address", {
	    { OWN, OWN, FAINT }, { 60, OWN, 0 },
	    { OWN, OWN, FAINT }, { OWN, OWN, 0 } } },
	[STYLE_NUMBER] = { "number", {
	    { OWN, OWN, 0 }, { OWN, OWN, 0 },
	    { OWN, OWN, 0 }, { OWN, OWN, 0 } } },
	[STYLE_TEXT] = { "text", {
	    { GREEN, OWN, 0 }, { 28, OWN, 0 },
	    { GREEN, OWN, 0 }, { OWN, OWN, 0 } } },
	[STYLE_TYPE] = { "type", {
	    { 139, OWN, 0 }, { 96, OWN, 0 },
	    { OWN, OWN, FAINT }, { OWN, OWN, FAINT } } },
	[STYLE_SYMBOL] = { "symbol", {
	    { 80, OWN, 0 }, { 30, OWN, 0 },
	    { CYAN, OWN, 0 }, { OWN, OWN, 0 } } },
	[STYLE_ZERO] = { "zero", {
	    { OWN, OWN, FAINT }, { OWN, OWN, FAINT },
	    { OWN, OWN, FAINT }, { OWN, OWN, FAINT } } },
	[STYLE_MISSING] = { "missing", {
	    { 167, OWN, 0 }, { 160, OWN, 0 },
	    { RED, OWN, 0 }, { OWN, OWN, FAINT } } },
	[STYLE_METER] = { "meter", {
	    { 114, OWN, BOLD }, { 28, OWN, BOLD },
	    { GREEN, OWN, BOLD }, { OWN, OWN, BOLD } } },
	[STYLE_METER_REST] = { "meter-rest", {
	    { 239, OWN, 0 }, { 250, OWN, 0 },
	    { OWN, OWN, FAINT }, { OWN, OWN, FAINT } } },
	[STYLE_PROMPT] = { "prompt", {
	    { OWN, OWN, BOLD }, { OWN, OWN, BOLD },
	    { OWN, OWN, BOLD }, { OWN, OWN, BOLD } } },
	[STYLE_STAGED] = { "staged", {
	    { 16, 178, 0 }, { 16, 222, 0 },
	    { BLACK, YELLOW, BOLD }, { OWN, OWN, BOLD | ULINE } } },
	[STYLE_CHANGED] = { "changed", {
	    { 16, 114, 0 }, { 16, 157, 0 },
	    { BLACK, GREEN, 0 }, { OWN, OWN, BOLD | ULINE } } },
	[STYLE_FADING] = { "fading", {
	    { 114, OWN, 0 }, { 28, OWN, 0 },
	    { GREEN, OWN, 0 }, { OWN, OWN, BOLD } } },
	[STYLE_FRAME] = { "frame", {
	    { 240, OWN, 0 }, { 250, OWN, 0 },
	    { OWN, OWN, FAINT }, { OWN, OWN, 0 } } },
};

const char *const theme_names[THEME_COUNT] = {
	[THEME_DARK] = "dark", [THEME_LIGHT] = "light", [THEME_16] = "16",
	[THEME_MONO] = "mono",
};

enum theme
theme_by_name(const char *name)
{
	enum theme t;

	for (t = 0; t < THEME_COUNT && strcmp(theme_names[t], name) != 0; t++)
		;
	return (t);
}

enum theme
theme_fit(enum theme t, int colors)
{
	if (colors < 8)
		return (THEME_MONO);
	return (colors < 256 && t < THEME_16 ? THEME_16 : t);
}

enum theme
theme_for(int colors, const char *fgbg)
{
	const char *bg;
	long n;
	char *end;

	/* "foreground;background", sometimes with a word between. */
	bg = fgbg != NULL ? strrchr(fgbg, ';') : NULL;
	if (bg == NULL)
		return (theme_fit(THEME_DARK, colors));
	n = strtol(bg + 1, &end, 10);
	if (end == bg + 1 || *end != '\0' || n < WHITE || n == 8)
		return (theme_fit(THEME_DARK, colors));
	return (theme_fit(THEME_LIGHT, colors));
}
