/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/doc.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
doc_init(struct doc *d)
{
	memset(d, 0, sizeof(*d));
	arena_init(&d->arena);
}

void
doc_fini(struct doc *d)
{
	buf_fini(&d->text);
	free(d->spans);
	free(d->lines);
	free(d->links);
	arena_fini(&d->arena);
}

void
doc_reset(struct doc *d)
{
	buf_reset(&d->text);
	arena_reset(&d->arena);
	d->nspans = d->nlines = d->nlinks = 0;
	d->column = 0;
}

void
doc_line(struct doc *d)
{
	if (!vec_room(d->lines, d->lines_cap, d->nlines + 1))
		return;
	d->lines[d->nlines++] = (struct doc_line){ .first = d->nspans };
	d->column = 0;
	doc_puts(d, STYLE_NORMAL, " ");
}

void
doc_text(struct doc *d, enum style style, const struct link *l, const char *s,
    size_t n)
{
	struct doc_span span = { .style = (uint16_t)style };
	struct grid plain = { 0 };

	if (d->nlines == 0 || !vec_room(d->spans, d->spans_cap, d->nspans + 1) ||
	    !vec_room(d->links, d->links_cap, d->nlinks + 1))
		return;
	span.text = (uint32_t)d->text.len;
	span.len = (uint32_t)n;
	if (l != NULL && l->kind != LINK_NONE) {
		d->links[d->nlinks] = *l;
		if (l->kind == LINK_COMMAND)
			d->links[d->nlinks].command =
			    arena_strdup(&d->arena, l->command);
		span.link = (uint32_t)++d->nlinks;
	}
	buf_add(&d->text, s, n);
	d->spans[d->nspans++] = span;
	d->lines[d->nlines - 1].n++;
	d->column += (int)grid_columns(&plain, s, n);
}

void
doc_puts(struct doc *d, enum style style, const char *s)
{
	doc_text(d, style, NULL, s, strlen(s));
}

void
doc_printf(struct doc *d, enum style style, const struct link *l,
    const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	doc_text(d, style, l, text, strlen(text));
}

void
doc_wrap(struct doc *d, enum style style, int width, int indent, const char *s,
    size_t n)
{
	size_t fits, i;

	while (n > 0) {
		/* Up to the last blank that leaves no word cut. */
		fits = (size_t)(width - d->column > 8 ? width - d->column : 8);
		if (fits >= n) {
			doc_text(d, style, NULL, s, n);
			return;
		}
		for (i = fits; i > 0 && s[i] != ' ';)
			i--;
		if (i == 0) {
			for (i = fits; i < n &&
			    ((unsigned char)s[i] & 0xc0) == 0x80;)
				i++;
		}
		doc_text(d, style, NULL, s, i);
		for (; i < n && s[i] == ' ';)
			i++;
		s += i;
		n -= i;
		if (n == 0)
			return;
		doc_line(d);
		doc_pad(d, indent);
	}
}

void
doc_part(struct doc *d, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (d->nlines > 0)
		doc_line(d);
	doc_line(d);
	if (d->nlines > 0)
		d->lines[d->nlines - 1].part = true;
	doc_puts(d, STYLE_HEADER, text);
}

void
doc_pad(struct doc *d, int column)
{
	static const char blanks[] = "                                        ";
	int n;

	for (n = column > d->column ? column - d->column : 1; n > 0;
	    n -= (int)sizeof(blanks) - 1)
		doc_text(d, STYLE_NORMAL, NULL, blanks,
		    n < (int)sizeof(blanks) ? (size_t)n : sizeof(blanks) - 1);
}

void
doc_label(struct doc *d, const char *label)
{
	doc_line(d);
	doc_puts(d, STYLE_DIM, label);
	doc_pad(d, 11);
}

void
doc_meter(struct doc *d, int w, double fraction)
{
	struct buf b = { 0 };
	int i, full;

	if (!(fraction >= 0))
		fraction = 0;
	if (fraction > 1)
		fraction = 1;
	full = (int)(fraction * w + 0.5);
	for (i = 0; i < full; i++)
		buf_puts(&b, "\u2588");
	doc_puts(d, fraction > 0.9 ? STYLE_ERROR : STYLE_METER, buf_text(&b));
	buf_reset(&b);
	for (; i < w; i++)
		buf_puts(&b, "\u2591");
	doc_puts(d, STYLE_METER_REST, buf_text(&b));
	buf_fini(&b);
}

void
doc_bytes(struct doc *d, enum style style, uint64_t n)
{
	static const char units[] = "BKMGTPE";
	double v;
	size_t i;

	v = (double)n;
	for (i = 0; v >= 1023.5 && i + 1 < sizeof(units) - 1; i++)
		v /= 1024;
	doc_printf(d, style, NULL, i == 0 || v >= 99.95 ? "%.0f%c" : "%.1f%c", v,
	    units[i]);
}

void
doc_pane_init(struct doc_pane *dp, void (*build)(struct doc_pane *, int))
{
	doc_init(&dp->d);
	job_init(&dp->job);
	dp->build = build;
	dp->built = -1;
}

void
doc_pane_fini(struct doc_pane *dp)
{
	job_fini(&dp->job);
	doc_fini(&dp->d);
}

void
doc_stale(struct doc_pane *dp)
{
	dp->built = -1;
}

static size_t
links_in(const struct doc *d, size_t line)
{
	size_t i, n;

	if (line >= d->nlines)
		return (0);
	for (n = 0, i = d->lines[line].first;
	    i < d->lines[line].first + d->lines[line].n; i++)
		n += d->spans[i].link != 0;
	return (n);
}

/* To the next link of the whole document, or the one before. */
static void
step_link(struct doc_pane *dp, int direction)
{
	struct list *l = &dp->p.list;
	size_t line, n, i;

	n = links_in(&dp->d, l->cur);
	if (direction > 0 && n > 0 && dp->link + 1 < n) {
		dp->link++;
		return;
	}
	if (direction < 0 && n > 0 && dp->link > 0) {
		dp->link--;
		return;
	}
	line = l->cur;
	for (i = 0; i < l->n; i++) {
		line = direction > 0 ? (line + 1) % l->n :
		    (line + l->n - 1) % l->n;
		n = links_in(&dp->d, line);
		if (n > 0) {
			list_go(l, line);
			dp->link = direction > 0 ? 0 : n - 1;
			return;
		}
	}
}

void
doc_draw(struct pane *p, const struct region *r, bool focus)
{
	struct doc_pane *dp = (struct doc_pane *)p;
	struct doc *d = &dp->d;
	const struct doc_span *s;
	const struct doc_line *line;
	size_t row, i, nth;
	int y, x, end;

	/* What a job is about to replace cannot be laid out anew. */
	if (dp->built != r->w && !(d->nlines > 0 && job_running(&dp->job))) {
		doc_reset(d);
		dp->build(dp, r->w);
		dp->built = r->w;
	}
	list_fit(&p->list, d->nlines, r->h);
	if (dp->to_link && links_in(d, p->list.cur) == 0)
		step_link(dp, 1);
	dp->to_link = false;
	nth = links_in(d, p->list.cur);
	if (dp->link >= nth)
		dp->link = nth > 0 ? nth - 1 : 0;
	for (y = 0; y < r->h && p->list.top + (size_t)y < d->nlines; y++) {
		row = p->list.top + (size_t)y;
		line = &d->lines[row];
		x = -dp->shift;
		for (nth = 0, i = line->first; i < line->first + line->n; i++) {
			s = &d->spans[i];
			end = region_text(r, y, x, s->style,
			    s->link == 0 ? 0 :
			    grid_link(r->g, &d->links[s->link - 1]),
			    d->text.p + s->text, s->len);
			if (s->link != 0 && nth++ == dp->link &&
			    row == p->list.cur && focus)
				region_restyle(r, y, x, end - x,
				    STYLE_CURSOR_CELL);
			x = end;
		}
		if (row == p->list.cur) {
			if (dp->shift == 0 || nth == 0)
				region_restyle(r, y, 0, 1, focus ? STYLE_CURSOR :
				    STYLE_CURSOR_OTHER);
			if (focus)
				r->g->mark_row = r->y + y;
		}
	}
}

bool
doc_verb(struct pane *p, enum verb verb, int count, const char *arg)
{
	struct doc_pane *dp = (struct doc_pane *)p;
	size_t n, line;
	int i;

	(void)arg;
	n = links_in(&dp->d, p->list.cur);
	switch (verb) {
	case VERB_LEFT:
		if (n > 0 && dp->link > 0)
			dp->link--;
		else if (dp->shift > 0)
			dp->shift -= dp->shift < 8 ? dp->shift : 8;
		return (true);
	case VERB_RIGHT:
		if (dp->link + 1 < n)
			dp->link++;
		else if (dp->shift < 4000)
			dp->shift += 8;
		return (true);
	case VERB_HOME:
		dp->link = 0;
		dp->shift = 0;
		return (true);
	case VERB_END:
		dp->link = n > 0 ? n - 1 : 0;
		return (true);
	case VERB_NEXT_LINK:
	case VERB_PREV_LINK:
		for (i = 0; i < (count > 0 ? count : 1) && p->list.n > 0; i++)
			step_link(dp, verb == VERB_NEXT_LINK ? 1 : -1);
		return (true);
	case VERB_NEXT_PART:
		for (line = p->list.cur + 1; line < dp->d.nlines; line++) {
			if (dp->d.lines[line].part) {
				list_go(&p->list, line);
				break;
			}
		}
		return (true);
	case VERB_PREV_PART:
		for (line = p->list.cur; line-- > 0;) {
			if (dp->d.lines[line].part || line == 0) {
				list_go(&p->list, line);
				break;
			}
		}
		return (true);
	case VERB_CLICK:
		line = p->list.top + (size_t)(count >> 16);
		if (line < dp->d.nlines)
			list_go(&p->list, line);
		return (true);
	default:
		return (list_verb(&p->list, verb, count));
	}
}

void
doc_cancel(struct pane *p)
{
	job_cancel(&((struct doc_pane *)p)->job);
}

bool
doc_follow(struct pane *p, struct link *ret)
{
	struct doc_pane *dp = (struct doc_pane *)p;
	const struct doc_line *line;
	size_t i, nth;

	if (p->list.cur >= dp->d.nlines)
		return (false);
	line = &dp->d.lines[p->list.cur];
	for (nth = 0, i = line->first; i < line->first + line->n; i++) {
		if (dp->d.spans[i].link != 0 && nth++ == dp->link) {
			*ret = dp->d.links[dp->d.spans[i].link - 1];
			return (true);
		}
	}
	return (false);
}

void
doc_row_text(struct pane *p, size_t row, struct buf *b)
{
	struct doc_pane *dp = (struct doc_pane *)p;
	const struct doc_line *line = &dp->d.lines[row];
	size_t i;

	for (i = line->first; i < line->first + line->n; i++)
		buf_add(b, dp->d.text.p + dp->d.spans[i].text,
		    dp->d.spans[i].len);
}

void
doc_position(struct pane *p, struct buf *b)
{
	struct list *l = &p->list;

	if (l->n <= (size_t)l->h)
		buf_puts(b, "all");
	else if (l->top == 0)
		buf_puts(b, "top");
	else if (l->top + (size_t)l->h >= l->n)
		buf_puts(b, "end");
	else
		buf_printf(b, "%zu%%", l->top * 100 / (l->n - (size_t)l->h));
}

int
doc_refresh(struct pane *p)
{
	doc_stale((struct doc_pane *)p);
	return (0);
}

void
doc_where(struct pane *p, struct buf *b)
{
	buf_puts(b, p->ops->name);
}
