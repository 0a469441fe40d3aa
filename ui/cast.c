/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/cast.h"

#include "base/json.h"
#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct cast {
	struct out	 out;
	int		 fd;
	struct gcell	*shown;		/* NULL: nothing yet */
	int		 w, h, cx, cy;
};

int
cast_open(struct ctx *ctx, const char *path, const struct grid *g,
    struct cast **ret)
{
	struct cast *c;
	struct json j;

	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory"));
	c->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (c->fd < 0) {
		free(c);
		return (ctx_fail_errno(ctx, E_IO, "%s", path));
	}
	c->cy = -1;
	out_init(&c->out, out_write_fd, (void *)(intptr_t)c->fd);
	json_init(&j, &c->out);
	json_open(&j, '{');
	json_key(&j, "version");
	json_u64(&j, 2);
	json_key(&j, "width");
	json_u64(&j, (uint64_t)g->w);
	json_key(&j, "height");
	json_u64(&j, (uint64_t)g->h);
	json_key(&j, "title");
	json_text(&j, "kpeek", 5);
	json_close(&j, '}');
	out_puts(&c->out, "\n");
	*ret = c;
	return (0);
}

static void
event(struct cast *c, uint64_t ns, const char *kind, struct buf *data)
{
	struct json j;

	json_init(&j, &c->out);
	json_open(&j, '[');
	json_double(&j, (double)ns / 1e9, 3);
	json_text(&j, kind, strlen(kind));
	json_text(&j, buf_text(data), data->len);
	json_close(&j, ']');
	out_puts(&c->out, "\n");
	buf_reset(data);
}

/* One colour of a style: SGR 38 or 48, the short form where there is one. */
static void
put_color(struct buf *b, int base, int color)
{
	if (color < 0)
		return;
	if (color < 8)
		buf_printf(b, ";%d", base + color);
	else
		buf_printf(b, ";%d;5;%d", base + 8, color);
}

static void
put_style(struct buf *b, enum theme theme, unsigned style)
{
	const struct look *l = &style_looks[style].in[theme];

	buf_printf(b, "\033[0%s%s%s%s", (l->attrs & ATTR_BOLD) != 0 ? ";1" : "",
	    (l->attrs & ATTR_DIM) != 0 ? ";2" : "",
	    (l->attrs & ATTR_UNDERLINE) != 0 ? ";4" : "",
	    (l->attrs & ATTR_REVERSE) != 0 ? ";7" : "");
	put_color(b, 30, l->fg);
	put_color(b, 40, l->bg);
	buf_puts(b, "m");
}

static bool
same(const struct gcell *a, const struct gcell *b)
{
	return (a->cp == b->cp && a->mark == b->mark && a->style == b->style);
}

static void
put_cells(struct cast *c, const struct grid *g, enum theme theme,
    struct buf *b)
{
	const struct gcell *cell;
	int x, y, at_x, at_y, style;
	char utf8[4];

	style = at_x = at_y = -1;
	for (y = 0; y < g->h; y++) {
		for (x = 0; x < g->w; x++) {
			cell = &g->cells[y * g->w + x];
			if (cell->cp == 0 || same(cell,
			    &c->shown[y * g->w + x]))
				continue;
			if (at_y != y || at_x != x)
				buf_printf(b, "\033[%d;%dH", y + 1, x + 1);
			if (style != (int)cell->style)
				put_style(b, theme, cell->style);
			style = (int)cell->style;
			buf_add(b, utf8, utf8_encode(cell->cp, utf8));
			if (cell->mark != 0)
				buf_add(b, utf8, utf8_encode(cell->mark, utf8));
			at_y = y;
			at_x = x + 1 + (x + 1 < g->w && cell[1].cp == 0);
		}
	}
}

void
cast_frame(struct cast *c, const struct grid *g, enum theme theme, uint64_t ns)
{
	const size_t n = (size_t)g->w * (size_t)g->h;
	struct buf b = { 0 };
	struct gcell *cells;

	if (c->shown == NULL || c->w != g->w || c->h != g->h) {
		cells = calloc(n, sizeof(*cells));
		if (cells == NULL)
			return;
		if (c->shown != NULL) {
			buf_printf(&b, "%dx%d", g->w, g->h);
			event(c, ns, "r", &b);
		}
		free(c->shown);
		c->shown = cells;
		c->w = g->w;
		c->h = g->h;
		c->cx = -1;
		buf_puts(&b, "\033[0m\033[2J");
	}
	put_cells(c, g, theme, &b);
	if (b.len > 0 || c->cx != g->cx || c->cy != g->cy) {
		if (g->cy >= 0)
			buf_printf(&b, "\033[%d;%dH\033[?25h", g->cy + 1,
			    g->cx + 1);
		else
			buf_puts(&b, "\033[?25l");
		event(c, ns, "o", &b);
	}
	memcpy(c->shown, g->cells, n * sizeof(*c->shown));
	c->cx = g->cx;
	c->cy = g->cy;
	buf_fini(&b);
}

int
cast_close(struct ctx *ctx, struct cast *c)
{
	int e;

	e = out_flush(&c->out);
	if (close(c->fd) != 0 && e == 0)
		e = errno;
	free(c->shown);
	free(c);
	errno = e;
	return (e != 0 ? ctx_fail_errno(ctx, E_IO, "the film of the session") :
	    0);
}
