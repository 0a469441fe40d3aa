/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/svg.h"

#include "base/utf8.h"

#include <stdint.h>

/* A cell, and where text stands in it, in units of the picture. */
enum { CELL_W = 8, CELL_H = 17, BASE = 13, MARGIN = 8 };

/* The plain colours of a picture, by theme. */
static const struct {
	uint32_t fg, bg;
} plain[THEME_COUNT] = {
	[THEME_DARK] = { 0xc9ced8, 0x16181d },
	[THEME_LIGHT] = { 0x24292f, 0xfbfbf8 },
	[THEME_16] = { 0xc9ced8, 0x16181d },
	[THEME_MONO] = { 0xc9ced8, 0x16181d },
};

struct paint {
	uint32_t fg, bg;
	uint8_t	 attrs;
};

/* The colours that terminals give these numbers: xterm's table of 256. */
static uint32_t
rgb(int n)
{
	static const uint32_t basic[16] = {
		0x1c1f26, 0xe06c60, 0x98c379, 0xd8b26e, 0x3b6ea8, 0xc678dd,
		0x56b6c2, 0xdfe3ea, 0x5c6370, 0xff7b72, 0xb5e890, 0xf2cc60,
		0x61afef, 0xe0a0ff, 0x7fdbe6, 0xffffff,
	};
	static const uint8_t level[6] = { 0, 95, 135, 175, 215, 255 };

	if (n < 16)
		return (basic[n]);
	if (n >= 232)
		return ((uint32_t)(8 + 10 * (n - 232)) * 0x010101u);
	n -= 16;
	return ((uint32_t)level[n / 36] << 16 |
	    (uint32_t)level[n / 6 % 6] << 8 | level[n % 6]);
}

static struct paint
paint_of(enum theme theme, const struct gcell *c)
{
	const struct look *l = &style_looks[c->style].in[theme];
	struct paint p = { plain[theme].fg, plain[theme].bg, l->attrs };
	uint32_t swap;

	if (l->fg >= 0)
		p.fg = rgb(l->fg);
	if (l->bg >= 0)
		p.bg = rgb(l->bg);
	if ((l->attrs & ATTR_REVERSE) != 0) {
		swap = p.fg;
		p.fg = p.bg;
		p.bg = swap;
	}
	return (p);
}

static void
put_char(struct out *o, uint32_t cp)
{
	char utf8[4];

	switch (cp) {
	case '<':
		out_puts(o, "&lt;");
		break;
	case '>':
		out_puts(o, "&gt;");
		break;
	case '&':
		out_puts(o, "&amp;");
		break;
	default:
		out_add(o, utf8, utf8_encode(cp, utf8));
	}
}

/* Cells [from, to) of a row have one style: a box and a text. */
static void
draw_run(struct out *o, const struct grid *g, enum theme theme, int y, int from,
    int to)
{
	const struct gcell *row = &g->cells[y * g->w];
	struct paint l = paint_of(theme, &row[from]);
	int x, first, last;

	if (l.bg != plain[theme].bg)
		out_printf(o, "<rect x=\"%d\" y=\"%d\" width=\"%d\" "
		    "height=\"%d\" fill=\"#%06x\"/>\n", MARGIN + from * CELL_W,
		    MARGIN + y * CELL_H, (to - from) * CELL_W, CELL_H, l.bg);
	for (first = from; first < to && row[first].cp == ' '; first++)
		;
	for (last = to; last > first && row[last - 1].cp == ' '; last--)
		;
	if (first == last)
		return;
	/* Every character has its place, whatever font the reader has. */
	out_puts(o, "<text x=\"");
	for (x = first; x < last; x++) {
		if (row[x].cp != 0)
			out_printf(o, "%s%d", x > first ? " " : "",
			    MARGIN + x * CELL_W);
	}
	out_printf(o, "\" y=\"%d\" fill=\"#%06x\"%s%s%s>",
	    MARGIN + y * CELL_H + BASE, l.fg,
	    (l.attrs & ATTR_BOLD) != 0 ? " font-weight=\"bold\"" : "",
	    (l.attrs & ATTR_DIM) != 0 ? " opacity=\"0.6\"" : "",
	    (l.attrs & ATTR_UNDERLINE) != 0 ?
	    " text-decoration=\"underline\"" : "");
	for (x = first; x < last; x++) {
		/* Runs of blanks do not survive everywhere: no-break ones do. */
		if (row[x].cp != 0)
			put_char(o, row[x].cp == ' ' ? 0xa0 : row[x].cp);
	}
	out_puts(o, "</text>\n");
}

void
svg_draw(const struct grid *g, enum theme theme, struct out *o)
{
	int w, h, x, y, from;

	w = g->w * CELL_W + 2 * MARGIN;
	h = g->h * CELL_H + 2 * MARGIN;
	out_printf(o, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
	    "height=\"%d\" viewBox=\"0 0 %d %d\" "
	    "font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" "
	    "font-size=\"13\">\n", w, h, w, h);
	out_printf(o, "<rect width=\"%d\" height=\"%d\" rx=\"6\" "
	    "fill=\"#%06x\"/>\n", w, h, plain[theme].bg);
	for (y = 0; y < g->h; y++) {
		for (x = 0; x < g->w; x = from) {
			for (from = x + 1; from < g->w &&
			    (g->cells[y * g->w + from].style ==
			    g->cells[y * g->w + x].style); from++)
				;
			draw_run(o, g, theme, y, x, from);
		}
	}
	out_puts(o, "</svg>\n");
}
