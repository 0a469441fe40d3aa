/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/grid.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
grid_init(struct grid *g)
{
	memset(g, 0, sizeof(*g));
	g->cy = g->mark_row = -1;
}

void
grid_fini(struct grid *g)
{
	free(g->cells);
	free(g->links);
	grid_init(g);
}

static int
clamp(int v, int lo, int hi)
{
	return (v < lo ? lo : v > hi ? hi : v);
}

bool
grid_resize(struct grid *g, int w, int h)
{
	struct gcell *cells;

	w = clamp(w, 1, GRID_MAX);
	h = clamp(h, 1, GRID_MAX);
	if (g->cells == NULL || w != g->w || h != g->h) {
		cells = calloc((size_t)w * (size_t)h, sizeof(*cells));
		if (cells == NULL)
			return (false);
		free(g->cells);
		g->cells = cells;
		g->w = w;
		g->h = h;
	}
	grid_clear(g);
	return (true);
}

void
grid_clear(struct grid *g)
{
	int i;

	for (i = 0; i < g->w * g->h; i++)
		g->cells[i] = (struct gcell){ .cp = ' ' };
	g->nlinks = 0;
	g->cy = g->mark_row = -1;
}

struct region
grid_region(struct grid *g, int x, int y, int w, int h)
{
	struct region r = { .g = g };

	r.x = clamp(x, 0, g->w);
	r.y = clamp(y, 0, g->h);
	r.w = clamp(w, 0, g->w - r.x);
	r.h = clamp(h, 0, g->h - r.y);
	return (r);
}

unsigned
grid_link(struct grid *g, const struct link *l)
{
	if (l == NULL || l->kind == LINK_NONE || g->nlinks >= UINT16_MAX)
		return (0);
	if (!vec_room(g->links, g->links_cap, g->nlinks + 1))
		return (0);
	g->links[g->nlinks++] = *l;
	return ((unsigned)g->nlinks);
}

const struct link *
grid_link_at(const struct grid *g, int x, int y)
{
	unsigned id;

	if (x < 0 || y < 0 || x >= g->w || y >= g->h)
		return (NULL);
	id = g->cells[y * g->w + x].link;
	return (id == 0 || id > g->nlinks ? NULL : &g->links[id - 1]);
}

void
grid_row_text(const struct grid *g, int y, struct buf *out)
{
	const struct gcell *c;
	char utf8[4];
	int x, end;

	if (y < 0 || y >= g->h)
		return;
	c = &g->cells[y * g->w];
	for (end = g->w; end > 0 && c[end - 1].cp == ' '; end--)
		;
	for (x = 0; x < end; x++) {
		if (c[x].cp != 0)
			buf_add(out, utf8, utf8_encode(c[x].cp, utf8));
		if (c[x].mark != 0)
			buf_add(out, utf8, utf8_encode(c[x].mark, utf8));
	}
}

/* What stands for the program's own marks where only ASCII may be drawn. */
static uint32_t
to_ascii(uint32_t cp)
{
	static const struct {
		uint32_t cp;
		char	 ascii;
	} marks[] = {
		{ 0x00b7, '.' }, { 0x2013, '-' }, { 0x2014, '-' },
		{ 0x2026, '~' }, { 0x2190, '<' }, { 0x2191, '^' },
		{ 0x2192, '>' }, { 0x2193, 'v' }, { 0x2500, '-' },
		{ 0x2502, '|' }, { 0x253c, '+' }, { 0x2588, '#' },
		{ 0x2591, '.' }, { 0x25b8, '+' }, { 0x25be, '-' },
		{ 0x25b2, '^' }, { 0x25bc, 'v' }, { 0x203a, '>' },
		{ 0x2022, '*' }, { 0x251c, '|' }, { 0x2514, '`' },
		{ 0x2581, '_' }, { 0x2582, '.' }, { 0x2583, '-' },
		{ 0x2584, '=' }, { 0x2585, '=' }, { 0x2586, '+' },
		{ 0x2587, '*' },
	};
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (marks[i].cp == cp)
			return ((uint32_t)marks[i].ascii);
	}
	return ('?');
}

/*
 * Characters that take no column but do something: soft hyphen, zero-width
 * spaces and joiners, direction marks and overrides, invisible operators, byte
 * order mark, tags, variation selectors.
 */
static bool
is_invisible(uint32_t cp)
{
	return (cp == 0xad || cp == 0x61c || cp == 0x180e ||
	    (cp >= 0x200b && cp <= 0x200f) || (cp >= 0x2028 && cp <= 0x202e) ||
	    (cp >= 0x2060 && cp <= 0x206f) || (cp >= 0xfe00 && cp <= 0xfe0f) ||
	    cp == 0xfeff || (cp >= 0xfff9 && cp <= 0xfffb) ||
	    (cp >= 0xe0000 && cp <= 0xe0fff));
}

#define ESC_MAX	17		/* four bytes as \xNN */

/*
 * The next thing to draw: one character with its width, or, for what a
 * terminal must not see, an escape in esc.  Returns the bytes used.
 */
static size_t
next_glyph(const struct grid *g, const char *s, size_t n, uint32_t *cp,
    int *width, char esc[ESC_MAX])
{
	size_t used, i;

	esc[0] = '\0';
	if (*s >= ' ' && *s < 0x7f) {
		*cp = (uint32_t)*s;
		*width = 1;
		return (1);
	}
	used = utf8_decode(s, n, cp);
	/* The bytes themselves, as text_escape() has them. */
	if (utf8_tricky(*cp) || is_invisible(*cp))
		for (i = 0; i < used; i++)
			snprintf(esc + 4 * i, 5, "\\x%02x",
			    (unsigned char)s[i]);
	*width = esc[0] != '\0' ? (int)strlen(esc) : utf8_width(*cp);
	if (g->ascii && esc[0] == '\0' && *cp >= 0x80 && *width > 0)
		*cp = to_ascii(*cp);
	return (used);
}

size_t
grid_columns(const struct grid *g, const char *s, size_t n)
{
	size_t cols, i;
	uint32_t cp;
	char esc[ESC_MAX];
	int width;

	for (cols = i = 0; i < n; cols += (size_t)width)
		i += next_glyph(g, s + i, n - i, &cp, &width, esc);
	return (cols);
}

static struct gcell *
cell_at(const struct region *r, int y, int x)
{
	if (x < 0 || y < 0 || x >= r->w || y >= r->h)
		return (NULL);
	return (&r->g->cells[(r->y + y) * r->g->w + r->x + x]);
}

/* A wide character loses its other half when one half is overwritten. */
static void
set_cell(const struct region *r, int y, int x, struct gcell v)
{
	struct gcell *c;
	int gx;

	c = cell_at(r, y, x);
	if (c == NULL)
		return;
	gx = r->x + x;
	if (c->cp == 0 && v.cp != 0 && gx > 0)
		c[-1].cp = ' ';
	if (gx + 1 < r->g->w && c[1].cp == 0 && v.cp != 0)
		c[1].cp = ' ';
	*c = v;
}

/* At most "limit" columns; *used is the number of bytes drawn. */
static int
draw_text(const struct region *r, int y, int x, int limit, enum style style,
    unsigned link, const char *s, size_t n, size_t *used)
{
	struct gcell v = { .style = (uint16_t)style, .link = (uint16_t)link };
	struct gcell *prev;
	uint32_t cp;
	char esc[ESC_MAX];
	int end, width, i;
	size_t step, at;

	end = x + limit;
	for (at = 0; at < n; at += step) {
		step = next_glyph(r->g, s + at, n - at, &cp, &width, esc);
		if (width > end - x)
			break;
		if (esc[0] != '\0') {
			for (i = 0; esc[i] != '\0'; i++) {
				v.cp = (uint32_t)esc[i];
				set_cell(r, y, x++, v);
			}
		} else if (width == 0) {
			prev = cell_at(r, y, x - 1);
			if (prev != NULL && prev->cp == 0)
				prev = cell_at(r, y, x - 2);
			if (prev != NULL && prev->cp != ' ' && !r->g->ascii)
				prev->mark = cp;
		} else if (width == 2) {
			if (x + 1 < r->w) {
				v.cp = cp;
				set_cell(r, y, x, v);
				v.cp = r->g->ascii ? '?' : 0;
				set_cell(r, y, x + 1, v);
			}
			x += 2;
		} else {
			v.cp = cp;
			set_cell(r, y, x++, v);
		}
	}
	*used = at;
	return (x);
}

int
region_text(const struct region *r, int y, int x, enum style style,
    unsigned link, const char *s, size_t n)
{
	size_t used;
	int limit;

	/* Far more than the region shows need not be looked at. */
	limit = x < r->w ? r->w - x + 1 : 1;
	return (draw_text(r, y, x, limit, style, link, s, n, &used));
}

int
region_puts(const struct region *r, int y, int x, enum style style,
    const char *s)
{
	return (region_text(r, y, x, style, 0, s, strlen(s)));
}

int
region_printf(const struct region *r, int y, int x, enum style style,
    const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return (region_puts(r, y, x, style, text));
}

int
region_field(const struct region *r, int y, int x, int w, bool right,
    enum style style, unsigned link, const char *s, size_t n)
{
	size_t used, cols;
	int end;

	if (w <= 0)
		return (x);
	end = x + w;
	/* The width of long text matters only up to the field's. */
	cols = grid_columns(r->g, s, n < (size_t)w * 8 ? n : (size_t)w * 8);
	if (right && cols < (size_t)w)
		x += w - (int)cols;
	x = draw_text(r, y, x, end - x, style, link, s, n, &used);
	if (used < n) {
		/* Cut: the last column says so. */
		region_fill(r, y, x < end ? x : end - 1, 1, STYLE_DIM, 0x2026);
		if (cell_at(r, y, end - 1) != NULL && x >= end)
			cell_at(r, y, end - 1)->link = (uint16_t)link;
	}
	return (end);
}

void
region_fill(const struct region *r, int y, int x, int w, enum style style,
    uint32_t cp)
{
	struct gcell v = { .cp = cp, .style = (uint16_t)style };

	if (r->g->ascii && cp >= 0x80)
		v.cp = to_ascii(cp);
	for (; w > 0; w--, x++)
		set_cell(r, y, x, v);
}

void
region_restyle(const struct region *r, int y, int x, int w, enum style style)
{
	struct gcell *c;

	for (; w > 0; w--, x++) {
		c = cell_at(r, y, x);
		if (c != NULL)
			c->style = (uint16_t)style;
	}
}
