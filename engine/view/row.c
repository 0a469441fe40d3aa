/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/view/row.h"

#include "base/utf8.h"
#include "base/vec.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NEST_MAX	32		/* lists in objects in lists */

struct cell
cell_null(void)
{
	return ((struct cell){ .kind = CELL_NULL });
}

struct cell
cell_u64(uint64_t v)
{
	return ((struct cell){ .kind = CELL_U64, .u = v });
}

struct cell
cell_s64(int64_t v)
{
	return ((struct cell){ .kind = CELL_S64, .s = v });
}

struct cell
cell_addr(uint64_t v)
{
	return ((struct cell){ .kind = CELL_ADDR, .u = v });
}

struct cell
cell_double(double v)
{
	return ((struct cell){ .kind = CELL_DOUBLE, .d = v });
}

struct cell
cell_bool(bool v)
{
	return ((struct cell){ .kind = CELL_BOOL, .b = v });
}

struct cell
cell_text(const char *s)
{
	return (s != NULL ? cell_textn(s, strlen(s)) : cell_null());
}

struct cell
cell_textn(const char *s, size_t n)
{
	return ((struct cell){ .kind = CELL_TEXT, .text = { s, n } });
}

struct cell
cell_bytes(const void *p, size_t n)
{
	return ((struct cell){ .kind = CELL_BYTES, .text = { p, n } });
}

struct cell
cell_missing(int status)
{
	return ((struct cell){ .kind = CELL_MISSING, .status = status });
}

struct cell
cell_list(const struct cell *v, size_t n)
{
	return ((struct cell){ .kind = CELL_LIST, .list = { v, n } });
}

struct cell
cell_object(const struct cell_named *v, size_t n)
{
	return ((struct cell){ .kind = CELL_OBJECT, .object = { v, n } });
}

bool
cell_same(const struct cell *x, const struct cell *y)
{
	size_t i;

	if (x->kind != y->kind || x->status != y->status)
		return (false);
	switch (x->kind) {
	case CELL_NULL:
	case CELL_MISSING:
		return (true);
	case CELL_U64:
	case CELL_S64:
	case CELL_ADDR:
	case CELL_DOUBLE:	/* by its bits: no number differs from itself */
		return (x->u == y->u);
	case CELL_BOOL:
		return (x->b == y->b);
	case CELL_TEXT:
	case CELL_BYTES:
		return (x->text.n == y->text.n && (x->text.n == 0 ||
		    memcmp(x->text.p, y->text.p, x->text.n) == 0));
	case CELL_LIST:
		for (i = 0; i < x->list.n && i < y->list.n &&
		    x->list.v[i].kind != CELL_LIST &&
		    cell_same(&x->list.v[i], &y->list.v[i]); i++)
			;
		return (i == x->list.n && i == y->list.n);
	case CELL_OBJECT:
		break;
	}
	return (false);
}

struct cell
cell_link(struct cell c, struct link link)
{
	c.link = link;
	return (c);
}

struct link
link_memory(uint64_t addr, struct typeref type, int pid)
{
	return ((struct link){ .kind = LINK_MEMORY, .addr = addr, .type = type,
	    .pid = pid });
}

struct link
link_process(int pid)
{
	return ((struct link){ .kind = LINK_PROCESS, .pid = pid });
}

struct link
link_symbol(uint64_t addr)
{
	return ((struct link){ .kind = LINK_SYMBOL, .addr = addr });
}

struct link
link_command(const char *command)
{
	return ((struct link){ .kind = LINK_COMMAND, .command = command });
}

/*
 * Was memory unavailable?  A kernel that has no such type or member is not
 * missing anything.
 */
static bool
is_unavailable(int status)
{
	return (status_reason(status) != NULL && status != E_NO_TYPE &&
	    status != E_NO_MEMBER);
}

static bool
cell_lacks(const struct cell *c, unsigned depth)
{
	size_t i;

	if (is_unavailable(c->status))
		return (true);
	if (depth >= NEST_MAX)
		return (false);
	if (c->kind == CELL_LIST) {
		for (i = 0; i < c->list.n; i++)
			if (cell_lacks(&c->list.v[i], depth + 1))
				return (true);
	} else if (c->kind == CELL_OBJECT) {
		for (i = 0; i < c->object.n; i++)
			if (cell_lacks(&c->object.v[i].cell, depth + 1))
				return (true);
	}
	return (false);
}

int
row_emit(struct row_sink *sink, struct ctx *ctx, const struct row *row)
{
	size_t i;

	for (i = 0; i < row->ncells && !sink->missing; i++)
		sink->missing = cell_lacks(&row->cells[i], 0);
	sink->nrows++;
	return (sink->row(sink, ctx, row));
}

int
row_emit_cells(struct row_sink *sink, struct ctx *ctx, uint64_t key,
    const struct cell *cells, size_t ncells)
{
	const struct row row = { .key = key, .cells = cells, .ncells = ncells };

	return (row_emit(sink, ctx, &row));
}

/* --- copies ------------------------------------------------------------------ */

static bool
cell_copy(struct arena *a, struct cell *c, unsigned depth)
{
	struct cell_named *named;
	struct cell *v;
	size_t i;

	if (c->link.command != NULL &&
	    (c->link.command = arena_strdup(a, c->link.command)) == NULL)
		return (false);
	switch (c->kind) {
	case CELL_TEXT:
	case CELL_BYTES:
		c->text.p = arena_strndup(a, c->text.p, c->text.n);
		return (c->text.p != NULL);
	case CELL_LIST:
		if (depth >= NEST_MAX)
			c->list.n = 0;
		v = arena_dup(a, c->list.v, c->list.n * sizeof(*v));
		if (v == NULL)
			return (c->list.n == 0);
		c->list.v = v;
		for (i = 0; i < c->list.n; i++)
			if (!cell_copy(a, &v[i], depth + 1))
				return (false);
		return (true);
	case CELL_OBJECT:
		if (depth >= NEST_MAX)
			c->object.n = 0;
		named = arena_dup(a, c->object.v, c->object.n * sizeof(*named));
		if (named == NULL)
			return (c->object.n == 0);
		c->object.v = named;
		for (i = 0; i < c->object.n; i++) {
			named[i].key = arena_strdup(a, named[i].key);
			if (named[i].key == NULL ||
			    !cell_copy(a, &named[i].cell, depth + 1))
				return (false);
		}
		return (true);
	case CELL_NULL:
	case CELL_U64:
	case CELL_S64:
	case CELL_ADDR:
	case CELL_DOUBLE:
	case CELL_BOOL:
	case CELL_MISSING:
		break;
	}
	return (true);
}

struct row *
row_copy(struct arena *a, const struct row *row)
{
	struct cell *cells;
	struct row *copy;
	size_t i;

	copy = arena_dup(a, row, sizeof(*row));
	cells = arena_alloc(a, (row->ncells + 1) * sizeof(*cells));
	if (copy == NULL || cells == NULL)
		return (NULL);
	for (i = 0; i < row->ncells; i++) {
		cells[i] = row->cells[i];
		if (!cell_copy(a, &cells[i], 0))
			return (NULL);
	}
	copy->cells = cells;
	return (copy);
}

/* --- text for people ----------------------------------------------------------- */

void
text_escape(struct buf *b, const char *s, size_t n)
{
	size_t i, k, plain, w;
	uint32_t cp;

	for (i = plain = 0; i < n; i += w) {
		w = utf8_decode(s + i, n - i, &cp);
		if (!utf8_tricky(cp))
			continue;
		buf_add(b, s + plain, i - plain);
		for (k = 0; k < w; k++)
			buf_printf(b, "\\x%02x", (unsigned char)s[i + k]);
		plain = i + w;
	}
	buf_add(b, s + plain, n - plain);
}

/* One word of a list, quoted when a shell would need it. */
static void
word_format(struct buf *b, const char *s, size_t n)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=@%+,-";
	size_t i, from;

	for (i = 0; i < n && s[i] != '\0' && (strchr(plain, s[i]) != NULL ||
	    (unsigned char)s[i] >= 0x80); i++)
		;
	if (n > 0 && i == n) {
		text_escape(b, s, n);
		return;
	}
	buf_puts(b, "'");
	for (i = from = 0; i < n; i++) {
		if (s[i] != '\'')
			continue;
		text_escape(b, s + from, i - from);
		buf_puts(b, "'\\''");
		from = i + 1;
	}
	text_escape(b, s + from, n - from);
	buf_puts(b, "'");
}

/* What tables are full of. */
static void
integer_format(struct buf *b, uint64_t v, bool negative)
{
	char text[21], *p = text + sizeof(text);

	do
		*--p = (char)('0' + v % 10);
	while ((v /= 10) != 0);
	if (negative)
		*--p = '-';
	buf_add(b, p, (size_t)(text + sizeof(text) - p));
}

/* 1536 as "1.5K": at most four digits before the unit. */
static void
bytes_format(struct buf *b, uint64_t v)
{
	static const char units[] = "KMGTPE";
	double d;
	int i;

	if (v < 1024) {
		integer_format(b, v, false);
		return;
	}
	d = (double)v / 1024;
	for (i = 0; d >= 1023.95 && units[i + 1] != '\0'; i++)
		d /= 1024;
	if (d < 99.95 && d != floor(d))
		buf_printf(b, "%.1f%c", d, units[i]);
	else
		buf_printf(b, "%.0f%c", d, units[i]);
}

void
double_format(struct buf *b, double v, int decimals)
{
	char text[32];
	int prec;

	if (decimals >= 0) {
		buf_printf(b, "%.*f", decimals, v);
		return;
	}
	for (prec = 1; prec <= 17; prec++) {
		snprintf(text, sizeof(text), "%.*g", prec, v);
		if (strtod(text, NULL) == v)
			break;
	}
	buf_puts(b, text);
}

/* Seconds since the epoch, as a date in UTC. */
static void
time_format(struct buf *b, double v, int decimals)
{
	double whole;
	struct tm tm;
	time_t t;
	char text[64];

	whole = floor(v);
	if (!(fabs(whole) < 1e12)) {
		double_format(b, v, decimals);
		return;
	}
	t = (time_t)whole;
	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm) == 0) {
		double_format(b, v, decimals);
		return;
	}
	buf_puts(b, text);
	if (decimals > 0 && decimals < 10) {
		snprintf(text, sizeof(text), "%.*f", decimals, v - whole);
		/* 0.9999999 rounds up to 1.000: stay below. */
		buf_puts(b, text[0] == '0' ? text + 1 : ".999999999");
	}
	buf_puts(b, " UTC");
}

static void
number_format(struct buf *b, const struct cell *c, const struct column *col)
{
	enum column_form form;
	double d;

	form = col != NULL ? col->form : FORM_PLAIN;
	d = c->kind == CELL_DOUBLE ? c->d : c->kind == CELL_S64 ?
	    (double)c->s : (double)c->u;
	if (form == FORM_TIME)
		time_format(b, d, col->decimals);
	else if (form == FORM_PERCENT) {
		double_format(b, d, col->decimals);
		buf_puts(b, "%");
	} else if (c->kind == CELL_DOUBLE)
		double_format(b, d, col != NULL ? col->decimals : -1);
	else if (c->kind == CELL_S64)
		integer_format(b, c->s < 0 ? -(uint64_t)c->s : (uint64_t)c->s,
		    c->s < 0);
	else if (form == FORM_HEX)
		buf_printf(b, "0x%" PRIx64, c->u);
	else if (form == FORM_BYTES)
		bytes_format(b, c->u);
	else
		integer_format(b, c->u, false);
}

static void
format(struct buf *b, const struct cell *c, const struct column *col,
    unsigned depth)
{
	static const char digits[] = "0123456789abcdef";
	char two[3] = " ";
	const char *why;
	size_t i;

	if (depth >= NEST_MAX) {
		buf_puts(b, "...");
		return;
	}
	switch (c->kind) {
	case CELL_NULL:
		break;
	case CELL_U64:
	case CELL_S64:
	case CELL_DOUBLE:
		number_format(b, c, col);
		break;
	case CELL_ADDR:
		buf_printf(b, "0x%" PRIx64, c->u);
		break;
	case CELL_BOOL:
		buf_puts(b, col != NULL && col->form == FORM_DOUBT ?
		    (c->b ? "" : "?") : c->b ? "yes" : "no");
		break;
	case CELL_TEXT:
		text_escape(b, c->text.p, c->text.n);
		break;
	case CELL_BYTES:
		for (i = 0; i < c->text.n; i++) {
			two[1] = digits[(unsigned char)c->text.p[i] >> 4];
			two[2] = digits[(unsigned char)c->text.p[i] & 0xf];
			buf_add(b, i > 0 ? two : two + 1, i > 0 ? 3 : 2);
		}
		break;
	case CELL_LIST:
		for (i = 0; i < c->list.n; i++) {
			if (i > 0)
				buf_puts(b, " ");
			if (c->list.v[i].kind == CELL_TEXT)
				word_format(b, c->list.v[i].text.p,
				    c->list.v[i].text.n);
			else
				format(b, &c->list.v[i], col, depth + 1);
		}
		break;
	case CELL_OBJECT:
		buf_puts(b, "{");
		for (i = 0; i < c->object.n; i++) {
			buf_printf(b, i > 0 ? ", %s: " : "%s: ",
			    c->object.v[i].key);
			format(b, &c->object.v[i].cell, col, depth + 1);
		}
		buf_puts(b, "}");
		break;
	case CELL_MISSING:
		why = status_reason(c->status);
		buf_printf(b, "<%s>", why != NULL ? why : "unknown");
		break;
	}
}

void
cell_format(const struct cell *c, const struct column *col, struct buf *b)
{
	format(b, c, col, 0);
}
