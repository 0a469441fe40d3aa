/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/svg.h"

#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

/* A cell, and where text stands in it, in units of the picture. */
enum { CELL_W = 8, CELL_H = 17, BASE = 13, MARGIN = 8 };

static const char *const colors[8] = {
	"#1c1f26", "#e06c60", "#98c379", "#d8b26e", "#3b6ea8", "#c678dd",
	"#56b6c2", "#dfe3ea",
};
static const char foreground[] = "#c9ced8", background[] = "#16181d";

struct look {
	const char *fg, *bg;
	uint8_t	    attrs;
};

static struct look
look_of(const struct gcell *c)
{
	const struct style_look *s = &style_looks[c->style];
	struct look l = { foreground, background, s->attrs };

	if (s->fg >= 0)
		l.fg = colors[s->fg];
	if (s->bg >= 0)
		l.bg = colors[s->bg];
	return (l);
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
draw_run(struct out *o, const struct grid *g, int y, int from, int to)
{
	const struct gcell *row = &g->cells[y * g->w];
	struct look l = look_of(&row[from]);
	int x, first, last;

	if (l.bg != background)
		out_printf(o, "<rect x=\"%d\" y=\"%d\" width=\"%d\" "
		    "height=\"%d\" fill=\"%s\"/>\n", MARGIN + from * CELL_W,
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
	out_printf(o, "\" y=\"%d\" fill=\"%s\"%s%s%s>",
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
svg_draw(const struct grid *g, struct out *o)
{
	int w, h, x, y, from;

	w = g->w * CELL_W + 2 * MARGIN;
	h = g->h * CELL_H + 2 * MARGIN;
	out_printf(o, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
	    "height=\"%d\" viewBox=\"0 0 %d %d\" "
	    "font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" "
	    "font-size=\"13\">\n", w, h, w, h);
	out_printf(o, "<rect width=\"%d\" height=\"%d\" rx=\"6\" fill=\"%s\"/>\n",
	    w, h, background);
	for (y = 0; y < g->h; y++) {
		for (x = 0; x < g->w; x = from) {
			for (from = x + 1; from < g->w &&
			    (g->cells[y * g->w + from].style ==
			    g->cells[y * g->w + x].style); from++)
				;
			draw_run(o, g, y, x, from);
		}
	}
	out_puts(o, "</svg>\n");
}

int
svg_write(struct ctx *ctx, const struct grid *g, const char *path)
{
	struct out o;
	int fd, e;

	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return (ctx_fail_errno(ctx, E_IO, "%s", path));
	out_init(&o, out_write_fd, (void *)(intptr_t)fd);
	svg_draw(g, &o);
	e = out_flush(&o);
	if (close(fd) != 0 && e == 0)
		e = errno;
	if (e != 0) {
		errno = e;
		return (ctx_fail_errno(ctx, E_IO, "%s", path));
	}
	return (0);
}
