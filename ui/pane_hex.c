/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory as bytes or words.  Virtual: a draw reads just the rows on the
 * screen.  What is missing is drawn apart by its reason; a word under the
 * cursor is a pointer that can be followed.
 */
#include "base/bytes.h"
#include "base/hash.h"
#include "engine/view/tools.h"
#include "ui/change.h"
#include "ui/hex_pane.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAT_NEW	2		/* readings that a change is shown for */

static const struct {
	int		 status;
	const char	*glyph;		/* one column, drawn twice a byte */
	const char	*text;
} reasons[] = {
	{ E_NOT_MAPPED, "\u00b7", "not mapped" },
	{ E_NOT_IN_DUMP, "-", "not in the dump" },
	{ E_TRUNCATED, "<", "beyond the end of the file" },
	{ E_IO, "!", "input/output error" },
	{ E_CANCELLED, "!", "it takes too long" },
	{ E_CORRUPT, "?", "corrupt" },
	{ E_SWAPPED, "~", "swapped out" },
	{ E_RESTRICTED, "x", "the kernel forbids it" },
};

static size_t
reason_of(int status)
{
	size_t i;

	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (reasons[i].status == status)
			return (i);
	}
	return (4);
}

/* Fill bytes and status for n bytes from top on. */
static void
read_screen(struct hex *h, size_t n)
{
	struct ctx *ctx = h->p.ui->ctx;
	size_t at, step, done;
	int rc;

	ctx->quiet++;
	for (at = 0; at < n; at += step) {
		step = HEX_PAGE - (size_t)((h->top + at) % HEX_PAGE);
		if (step > n - at)
			step = n - at;
		done = 0;
		rc = space_read_some(ctx, h->space, h->top + at, h->bytes + at,
		    step, &done);
		if (done > step)
			done = step;
		memset(h->status + at, OK, done);
		if (rc == 0 && done < step)
			rc = E_NOT_MAPPED;
		memset(h->status + at + done, rc, step - done);
	}
	ctx->quiet--;
	ctx_clear(ctx);
}

/* The bytes of this look, against those of the last one at the same place. */
static void
compare(struct hex *h, size_t n)
{
	size_t i;

	if (h->heat_top != h->top || h->nheat != n) {
		memset(h->heat, 0, n);
		h->heat_top = h->top;
		h->nheat = n;
	} else {
		for (i = 0; i < n; i++)
			if (h->status[i] == OK && h->bytes[i] != h->before[i])
				h->heat[i] = HEAT_NEW;
			else if (h->heat[i] > 0 && h->aging)
				h->heat[i]--;
	}
	memcpy(h->before, h->bytes, n);
	h->aging = false;
}

static enum style
heat_style(const struct hex *h, size_t at, enum style style)
{
	unsigned i, most;

	for (i = most = 0; i < h->unit; i++)
		if (h->heat[at + i] > most)
			most = h->heat[at + i];
	return (most == HEAT_NEW ? STYLE_CHANGED : most > 0 ? STYLE_FADING :
	    style);
}

/* Columns that a row takes: address, digits, gap, characters. */
static int
row_columns(unsigned per_row, unsigned unit, bool tight, bool chars)
{
	int groups, w;

	groups = (int)(per_row / (tight && unit == 1 ? 2 : unit));
	w = 18 + (int)per_row * 2 + groups - 1;
	if (per_row == 16 && !tight && unit < 8)
		w++;
	return (w + (chars ? 2 + (int)per_row : 0));
}

struct shape {
	unsigned per_row;
	bool	 tight, chars;
};

static struct shape
shape_for(int w, unsigned unit)
{
	static const struct shape shapes[] = {
		{ 16, false, true }, { 16, true, true }, { 8, false, true },
		{ 8, true, true }, { 8, true, false },
	};
	size_t i;

	for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]) - 1; i++) {
		if (row_columns(shapes[i].per_row, unit, shapes[i].tight,
		    shapes[i].chars) <= w)
			break;
	}
	return (shapes[i]);
}

static uint64_t
last_row(const struct hex *h)
{
	return (UINT64_MAX - (UINT64_MAX % h->per_row));
}

/* The row of an address, rows counted from address 0. */
static uint64_t
row_of(const struct hex *h, uint64_t addr)
{
	return (addr - addr % h->per_row);
}

void
hex_fit(struct hex *h)
{
	uint64_t row, span, last;

	row = row_of(h, h->cur);
	h->top = row_of(h, h->top);
	/* Before the first picture nobody knows how much of it is seen. */
	if (h->rows <= 0)
		return;
	span = (uint64_t)h->per_row * (uint64_t)h->rows;
	if (row < h->top) {
		h->top = row;
	} else if (row - h->top >= span) {
		h->top = row - span + h->per_row;
	}
	last = last_row(h) - span + h->per_row;
	if (h->top > last)
		h->top = last;
}

/* Missing bytes in a word: the first byte's reason speaks for it. */
static int
word_status(const struct hex *h, size_t at)
{
	unsigned i;

	for (i = 0; i < h->unit; i++) {
		if (h->status[at + i] != OK)
			return (h->status[at + i]);
	}
	return (OK);
}

static uint64_t
word_at(const struct hex *h, size_t at)
{
	return (load_uint(h->bytes + at, h->unit, h->space->be));
}

/* The symbol at an address that is mapped: others are chance. */
static bool
name_of(struct hex *h, const struct space *space, uint64_t addr, char *sym,
    size_t size)
{
	struct ui *ui = h->p.ui;
	struct pt_result pt;
	bool mapped;

	if (!sym_format(&ui->kernel->symbols, addr, sym, size))
		return (false);
	ui->ctx->quiet++;
	mapped = space_translate(ui->ctx, space, addr, &pt) == 0;
	ui->ctx->quiet--;
	ctx_clear(ui->ctx);
	return (mapped);
}

/* Worth following: it is mapped, and not a small number. */
static bool
is_pointer(struct hex *h, uint64_t v, const struct space **where)
{
	struct ctx *ctx = h->p.ui->ctx;
	const struct space *kernel = &h->p.ui->kernel->space;
	struct pt_result pt;
	bool yes;

	if (h->unit != h->space->ptr_size || v < HEX_PAGE)
		return (false);
	ctx->quiet++;
	yes = true;
	*where = h->space;
	if (space_translate(ctx, h->space, v, &pt) != 0) {
		*where = kernel;
		yes = h->pid != 0 && space_translate(ctx, kernel, v, &pt) == 0;
	}
	ctx->quiet--;
	ctx_clear(ctx);
	return (yes);
}

static void
draw_word(struct hex *h, const struct region *r, int y, int x, size_t at)
{
	const struct space *where;
	struct link l;
	char text[20];
	enum style style;
	uint64_t v;
	int status;
	unsigned i;

	status = word_status(h, at);
	if (status != OK) {
		for (i = 0; i < h->unit * 2; i++)
			region_puts(r, y, x + (int)i, STYLE_MISSING,
			    reasons[reason_of(status)].glyph);
		return;
	}
	v = word_at(h, at);
	snprintf(text, sizeof(text), "%0*llx", (int)h->unit * 2,
	    (unsigned long long)v);
	style = v == 0 ? STYLE_ZERO : STYLE_NORMAL;
	l.kind = LINK_NONE;
	if (h->unit == 8 && is_pointer(h, v, &where)) {
		style = STYLE_LINK;
		l = link_memory(v, (struct typeref){ 0, 0 },
		    where == h->space ? h->pid : 0);
	}
	style = heat_style(h, at, style);
	if (change_covers(h->p.ui, h->space, h->top + at, h->unit))
		style = STYLE_STAGED;
	region_text(r, y, x, style, grid_link(r->g, &l), text, strlen(text));
}

static void
draw_chars(struct hex *h, const struct region *r, int y, int x, size_t at)
{
	unsigned i;
	char c;

	for (i = 0; i < h->per_row; i++, x++) {
		if (h->status[at + i] != OK) {
			region_fill(r, y, x, 1, STYLE_NORMAL, ' ');
			continue;
		}
		c = (char)h->bytes[at + i];
		if (c >= 0x20 && c < 0x7f)
			region_text(r, y, x, STYLE_TEXT, 0, &c, 1);
		else
			region_puts(r, y, x, STYLE_NORMAL, c == 0 ? " " : ".");
		if (h->top + at + i == h->cur)
			region_restyle(r, y, x, 1, STYLE_CURSOR);
	}
}

/* What the words of a row point to, where there is room for it. */
static void
draw_notes(struct hex *h, const struct region *r, int y, int x, size_t at)
{
	char sym[160];
	unsigned i;

	if (h->unit != 8 || r->w - x < 16)
		return;
	for (i = 0; i < h->per_row && x < r->w; i += 8) {
		if (word_status(h, at + i) != OK ||
		    !name_of(h, h->space, word_at(h, at + i), sym, sizeof(sym)))
			continue;
		x = region_puts(r, y, x, STYLE_SYMBOL, sym) + 2;
	}
}

/* Where the word of a row leads. */
static const char *
chain_at(struct hex *h, size_t at)
{
	const uint64_t addr = h->top + at, word = word_at(h, at);
	const uint64_t generation = h->space->mem != NULL ?
	    mem_generation(h->space->mem) : 0;
	struct chain *c = &h->chains[hash_u64(addr) % HEX_CHAINS];
	struct buf b = { 0 };

	if (c->text != NULL && c->addr == addr && c->word == word &&
	    c->generation == generation)
		return (c->text);
	view_chain(h->p.ui->ctx, h->p.ui->kernel, h->space, h->pid,
	    h->bytes + at, &b);
	free(c->text);
	c->text = strdup(buf_text(&b));
	c->addr = addr;
	c->word = word;
	c->generation = generation;
	buf_fini(&b);
	return (c->text != NULL ? c->text : "");
}

static void
draw_chain(struct hex *h, const struct region *r, int y, int x, size_t at)
{
	const char *text;

	if (word_status(h, at) != OK || r->w - x < 4)
		return;
	text = chain_at(h, at);
	region_field(r, y, x, r->w - x, false, text[0] == '"' ? STYLE_TEXT :
	    STYLE_SYMBOL, 0, text, strlen(text));
}

static void
draw(struct pane *p, const struct region *r, bool focus)
{
	struct hex *h = (struct hex *)p;
	struct shape shape;
	unsigned i;
	size_t at, n;
	bool pairs;
	int y, x;

	shape = shape_for(r->w, h->unit);
	if (h->tele)
		shape = (struct shape){ h->unit, false, false };
	h->per_row = shape.per_row;
	h->rows = r->h;
	if ((size_t)h->rows * h->per_row > HEX_SHOWN_MAX)
		h->rows = (int)(HEX_SHOWN_MAX / h->per_row);
	h->cur -= h->cur % h->unit;
	hex_fit(h);
	n = (size_t)h->rows * h->per_row;
	read_screen(h, n);
	compare(h, n);
	pairs = shape.tight && h->unit == 1;
	for (y = 0; y < h->rows; y++) {
		at = (size_t)y * h->per_row;
		region_printf(r, y, 0, STYLE_ADDRESS, "%016llx",
		    (unsigned long long)(h->top + at));
		for (i = 0, x = 18; i < h->per_row; i += h->unit) {
			if (i > 0 && (!pairs || i % 2 == 0))
				x++;
			if (i == 8 && h->per_row == 16 && !shape.tight &&
			    h->unit < 8)
				x++;
			draw_word(h, r, y, x, at + i);
			if (h->top + at + i == h->cur) {
				region_restyle(r, y, x, (int)h->unit * 2,
				    focus ? STYLE_CURSOR_CELL :
				    STYLE_CURSOR_OTHER);
				if (focus)
					r->g->mark_row = r->y + y;
			}
			x += (int)h->unit * 2;
		}
		if (shape.chars) {
			draw_chars(h, r, y, x + 2, at);
			x += 2 + (int)h->per_row;
		}
		if (h->tele)
			draw_chain(h, r, y, x + 2, at);
		else
			draw_notes(h, r, y, x + 2, at);
	}
}

static void
forward(struct hex *h, uint64_t n)
{
	uint64_t last;

	last = UINT64_MAX - (h->unit - 1);
	h->cur = n <= last - h->cur ? h->cur + n : last;
	hex_fit(h);
}

static void
backward(struct hex *h, uint64_t n)
{
	h->cur = n <= h->cur ? h->cur - n : h->cur % h->per_row;
	hex_fit(h);
}

/* Whole screens: the cursor keeps its row on the screen. */
static void
scroll(struct hex *h, uint64_t rows, bool down)
{
	uint64_t by, room;

	by = rows * h->per_row;
	if (down) {
		room = last_row(h) - row_of(h, h->cur);
		by = by < room ? by : room;
		h->top += by;
		h->cur += by;
	} else {
		room = h->top;
		by = by < room ? by : room;
		h->top -= by;
		h->cur -= by;
	}
	hex_fit(h);
}

static void
set_unit(struct hex *h, const char *arg)
{
	const bool tele = strcmp(arg, "chain") == 0;

	if (arg[0] == '\0')
		h->unit = h->unit == 8 ? 1 : h->unit * 2;
	else if (arg[1] == '\0' && strchr("1248", arg[0]) != NULL)
		h->unit = (unsigned)(arg[0] - '0');
	else if (!tele) {
		ui_say(h->p.ui, STYLE_ERROR, "unit: %s: not one of 1, 2, 4, 8, "
		    "chain", arg);
		return;
	}
	h->tele = tele && !h->tele;
	if (tele)
		h->unit = h->space->ptr_size == 4 ? 4 : 8;
	h->cur -= h->cur % h->unit;
}

static bool
verb(struct pane *p, enum verb v, int count, const char *arg)
{
	struct hex *h = (struct hex *)p;
	uint64_t n, rows;

	if (h->per_row == 0)
		h->per_row = 16;
	n = count > 0 ? (uint64_t)count : 1;
	rows = h->rows > 0 ? (uint64_t)h->rows : 1;
	switch (v) {
	case VERB_DOWN:
		forward(h, n * h->per_row);
		break;
	case VERB_UP:
		backward(h, n * h->per_row);
		break;
	case VERB_RIGHT:
	case VERB_NEXT_LINK:
		forward(h, n * h->unit);
		break;
	case VERB_LEFT:
	case VERB_PREV_LINK:
		if (n * h->unit <= h->cur)
			backward(h, n * h->unit);
		break;
	case VERB_PAGE_DOWN:
		scroll(h, n * rows, true);
		break;
	case VERB_PAGE_UP:
		scroll(h, n * rows, false);
		break;
	case VERB_HALF_DOWN:
		scroll(h, n * ((rows + 1) / 2), true);
		break;
	case VERB_HALF_UP:
		scroll(h, n * ((rows + 1) / 2), false);
		break;
	case VERB_SCROLL_DOWN:
		scroll(h, n, true);
		break;
	case VERB_SCROLL_UP:
		scroll(h, n, false);
		break;
	case VERB_TOP:
		h->cur = h->top = h->home;
		hex_fit(h);
		break;
	case VERB_BOTTOM:
	case VERB_NEXT_PART:
		hex_next_mapping(h);
		break;
	case VERB_HOME:
		h->cur = row_of(h, h->cur);
		break;
	case VERB_END:
		h->cur = row_of(h, h->cur) + h->per_row - h->unit;
		break;
	case VERB_SCREEN_TOP:
		h->cur = h->top;
		break;
	case VERB_SCREEN_MIDDLE:
		h->cur = h->top + rows / 2 * h->per_row;
		break;
	case VERB_SCREEN_BOTTOM:
		h->cur = h->top + (rows - 1) * h->per_row;
		break;
	case VERB_CENTER:
		h->top = row_of(h, h->cur);
		h->top -= h->top > rows / 2 * h->per_row ?
		    rows / 2 * h->per_row : h->top;
		hex_fit(h);
		break;
	case VERB_ROW_ON_TOP:
		h->top = row_of(h, h->cur);
		break;
	case VERB_ROW_AT_BOTTOM:
		h->top = row_of(h, h->cur);
		h->top -= h->top > (rows - 1) * h->per_row ?
		    (rows - 1) * h->per_row : h->top;
		hex_fit(h);
		break;
	case VERB_UNIT:
		set_unit(h, arg);
		break;
	case VERB_CLICK:
		h->cur = h->top + (uint64_t)(count >> 16) * h->per_row;
		hex_fit(h);
		break;
	default:
		return (false);
	}
	return (true);
}

/* The word under the cursor, read anew; false when it is missing. */
static bool
word_here(struct hex *h, unsigned size, uint64_t *v)
{
	struct ctx *ctx = h->p.ui->ctx;
	bool ok;

	ctx->quiet++;
	ok = space_uint(ctx, h->space, h->cur, size, v) == 0;
	ctx->quiet--;
	ctx_clear(ctx);
	return (ok);
}

static bool
follow(struct pane *p, struct link *l)
{
	struct hex *h = (struct hex *)p;
	const struct space *where;
	unsigned unit;
	uint64_t v;
	bool yes;

	/* In bytes too the pointer that lies at the cursor is meant. */
	unit = h->unit;
	h->unit = h->space->ptr_size;
	yes = word_here(h, h->unit, &v) && is_pointer(h, v, &where);
	h->unit = unit;
	if (!yes)
		return (false);
	*l = link_memory(v, (struct typeref){ 0, 0 },
	    where == h->space ? h->pid : 0);
	return (true);
}

static void
position(struct pane *p, struct buf *b)
{
	struct hex *h = (struct hex *)p;

	if (h->pid != 0)
		buf_printf(b, "PID %d  ", h->pid);
	if (h->tele)
		buf_puts(b, "words and where they lead");
	else
		buf_printf(b, "%ux%u-bit", h->per_row / h->unit, h->unit * 8);
}

static void
detail(struct pane *p, struct buf *b)
{
	struct hex *h = (struct hex *)p;
	char sym[160];
	uint64_t v;
	size_t at, i;

	buf_printf(b, "0x%llx", (unsigned long long)h->cur);
	if (h->pid != 0)
		(void)view_mapping(h->p.ui->ctx, h->p.ui->kernel, h->pid,
		    h->cur, b);
	else if (name_of(h, h->space, h->cur, sym, sizeof(sym)))
		buf_printf(b, " %s", sym);
	at = (size_t)(h->cur - h->top);
	if (at < HEX_SHOWN_MAX && h->per_row > 0 && word_status(h, at) != OK) {
		i = reason_of(word_status(h, at));
		buf_printf(b, "  %s%s %s", reasons[i].glyph, reasons[i].glyph,
		    reasons[i].text);
		return;
	}
	if (!word_here(h, h->unit, &v))
		return;
	if (h->unit == 8 && name_of(h, h->space, v, sym, sizeof(sym)))
		buf_printf(b, "  \u2192 %s", sym);
	else
		buf_printf(b, "  = %llu", (unsigned long long)v);
	if (h->unit < 8 && v >> (h->unit * 8 - 1) != 0)
		buf_printf(b, " or %lld", (long long)(v | ~0ULL <<
		    (h->unit * 8)));
}

static bool
address(struct pane *p, uint64_t *addr)
{
	*addr = ((struct hex *)p)->cur;
	return (true);
}

static void
where(struct pane *p, struct buf *b)
{
	struct hex *h = (struct hex *)p;

	buf_printf(b, "%s 0x%llx", h->tele ? "telescope" : "hex",
	    (unsigned long long)h->cur);
	if (h->pid != 0)
		buf_printf(b, " pid %d", h->pid);
}

static bool
changes(struct pane *p, struct buf *name, struct buf *now)
{
	struct hex *h = (struct hex *)p;
	uint64_t v;

	if (!word_here(h, h->unit, &v))
		return (false);
	buf_printf(name, "0x%llx:%u", (unsigned long long)h->cur, h->unit);
	buf_printf(now, "0x%0*llx", (int)h->unit * 2, (unsigned long long)v);
	return (true);
}

/* A number is one word, as the words are drawn. */
static int
change(struct pane *p, const char *text)
{
	struct hex *h = (struct hex *)p;
	const size_t n = strlen(text);
	struct value_store *s;
	struct buf b = { 0 };
	char what[32];
	int rc;

	s = malloc(sizeof(*s));
	if (s == NULL)
		return (ctx_fail(p->ui->ctx, E_NOMEM, "no memory"));
	buf_puts(&b, text);
	if (text[0] != '"' && strncmp(text, "hex:", 4) != 0 &&
	    (n < 2 || text[n - 2] != ':'))
		buf_printf(&b, ":%u", h->unit);
	snprintf(what, sizeof(what), "0x%llx", (unsigned long long)h->cur);
	rc = value_store_raw(p->ui->ctx, &p->ui->kernel->env, h->space, h->cur,
	    buf_text(&b), s);
	s->typed = false;	/* shown as bytes, as here */
	if (rc == 0)
		rc = change_stage(p->ui, s, h->pid, what);
	buf_fini(&b);
	free(s);
	return (rc);
}

static const struct hint hints[] = {
	{ "follow", "follow" }, { "back", "back" }, { "unit", "unit" },
	{ "unit chain", "chains" },
	{ "search", "search" }, { "next-part", "next mapping" },
	{ "help", "keys" }, { NULL, NULL },
};

/* A draw reads: what it finds is compared with what was there. */
static int
reread(struct pane *p)
{
	((struct hex *)p)->aging = true;
	return (0);
}

static void
close_pane(struct pane *p)
{
	struct hex *h = (struct hex *)p;
	size_t i;

	for (i = 0; i < HEX_CHAINS; i++)
		free(h->chains[i].text);
}

const struct pane_ops pane_hex = {
	.name = "hex",
	.close = close_pane,
	.draw = draw,
	.verb = verb,
	.link = follow,
	.address = address,
	.search = hex_search,
	.refresh = reread,
	.reread = reread,
	.step = hex_search_step,
	.cancel = hex_search_cancel,
	.position = position,
	.detail = detail,
	.where = where,
	.changes = changes,
	.change = change,
	.hints = hints,
};

int
pane_hex_open(struct ui *ui, uint64_t addr, int pid)
{
	const struct space *space;
	struct hex *h;
	char sym[96];
	int rc;

	rc = ui_space(ui, pid, &space);
	if (rc != 0)
		return (rc);
	h = pane_new(ui, &pane_hex, sizeof(*h));
	if (h == NULL)
		return (E_NOMEM);
	h->space = space;
	h->pid = pid;
	for (h->unit = space->ptr_size == 4 ? 4 : 8; addr % h->unit != 0;)
		h->unit /= 2;
	h->home = h->top = h->cur = addr;
	h->per_row = 16;
	h->rows = 1;
	if (name_of(h, space, addr, sym, sizeof(sym)))
		snprintf(h->p.title, sizeof(h->p.title), "Memory %s", sym);
	else
		snprintf(h->p.title, sizeof(h->p.title), "Memory 0x%llx",
		    (unsigned long long)addr);
	ui_show(ui, &h->p);
	return (0);
}
