/* SPDX-License-Identifier: BSD-2-Clause */
/* Searching in the memory pane, a page at a time, both ways. */
#include "ui/hex_pane.h"

#include "base/bytes.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP_NS		6000000		/* of one step of it */
#define STRIDE		(UINT64_C(1) << 30)	/* of page tables, at first */

/* "text", 0xVALUE (a pointer-sized word), or pairs of digits; else text. */
static bool
parse_needle(struct hex *h, const char *s)
{
	unsigned long long v;
	size_t n, i;
	unsigned byte;
	char *end;

	n = strlen(s);
	h->nneedle = 0;
	if (n >= 2 && s[0] == '"' && s[n - 1] == '"') {
		s++;
		n -= 2;
	} else if (n > 2 && s[0] == '0' && (s[1] | 0x20) == 'x') {
		v = strtoull(s, &end, 16);
		if (*end != '\0')
			return (false);
		h->nneedle = h->space->ptr_size;
		store_uint(h->needle, h->space->ptr_size, h->space->be, v);
		return (true);
	} else if (strspn(s, "0123456789abcdefABCDEF ") == n && n >= 2) {
		for (i = 0; i < n && h->nneedle < HEX_NEEDLE_MAX;) {
			if (s[i] == ' ') {
				i++;
				continue;
			}
			if (!isxdigit((unsigned char)s[i + 1]))
				break;
			sscanf(s + i, "%2x", &byte);
			h->needle[h->nneedle++] = (uint8_t)byte;
			i += 2;
		}
		if (i == n)
			return (h->nneedle > 0);
		h->nneedle = 0;
	}
	if (n == 0 || n > HEX_NEEDLE_MAX)
		return (false);
	memcpy(h->needle, s, n);
	h->nneedle = n;
	return (true);
}

int
hex_search(struct pane *p, const char *pattern, int direction)
{
	struct hex *h = (struct hex *)p;

	if (!parse_needle(h, pattern))
		return (ctx_fail(p->ui->ctx, E_SYNTAX, "search: wants \"text\", "
		    "0xWORD or pairs of hexadecimal digits"));
	h->down = direction > 0;
	h->searching = true;
	h->mapping = h->hole.open = false;
	h->stride = STRIDE;
	h->searched = 0;
	h->run_end = 0;
	h->at = h->down ? h->cur + 1 : h->cur - 1;
	p->busy = "searching";
	return (0);
}

static void
search_end(struct hex *h, bool found, uint64_t addr)
{
	h->searching = false;
	h->p.busy = NULL;
	if (found) {
		h->unit = addr % h->unit == 0 ? h->unit : 1;
		h->cur = addr;
		hex_fit(h);
	} else {
		ui_say(h->p.ui, STYLE_ERROR, "not found %s of here in this "
		    "space", h->down ? "forward" : "backward");
	}
}

/* One page and what runs over into the next; false when there is no match. */
static bool
search_page(struct hex *h, uint64_t page, uint64_t *found)
{
	uint8_t buf[HEX_PAGE + HEX_NEEDLE_MAX];
	size_t got, i, from, to;

	got = 0;
	(void)space_read_some(h->p.ui->ctx, h->space, page, buf,
	    HEX_PAGE + h->nneedle - 1, &got);
	if (got < h->nneedle)
		return (false);
	from = 0;
	to = got - h->nneedle;
	if (to >= HEX_PAGE)
		to = HEX_PAGE - 1;
	if (h->down && h->at > page)
		from = (size_t)(h->at - page);
	if (!h->down && h->at - page < to)
		to = (size_t)(h->at - page);
	for (i = from; i <= to; i++) {
		size_t at = h->down ? i : to - (i - from);

		if (buf[at] == h->needle[0] &&
		    memcmp(buf + at, h->needle, h->nneedle) == 0) {
			*found = page + at;
			return (true);
		}
	}
	return (false);
}

/*
 * As space_range, but within a frame however the page tables are made: no
 * further than was fast enough before.  E_CANCELLED: not even so; less far in
 * the next step.
 */
static int
range_within(struct hex *h, uint64_t va, uint64_t end, uint64_t until,
    struct pt_range *range)
{
	struct ctx *ctx = h->p.ui->ctx;
	const uint64_t outer = ctx->deadline;
	int rc;

	if (end - va > h->stride)
		end = va + h->stride;
	ctx->deadline = until;
	rc = space_range(ctx, h->space, va, end, range);
	ctx->deadline = outer;
	if (rc == E_CANCELLED)
		h->stride = h->stride / 64 > HEX_PAGE ? h->stride / 64 :
		    HEX_PAGE;
	else if (h->stride < UINT64_MAX / 8)
		h->stride *= 8;
	return (rc);
}

static void
next_window(struct hex *h, uint64_t below)
{
	h->hole.below = below;
	h->hole.from = h->hole.by < below ? below - h->hole.by : 0;
	h->hole.va = h->hole.from;
	h->hole.by = h->hole.by < UINT64_MAX / 8 ? h->hole.by * 8 : UINT64_MAX;
}

/*
 * The last byte that is mapped below a page.  Ranges are told upwards only, so
 * what is asked begins further down each time.  False: more of it later.
 */
static bool
mapped_below(struct hex *h, uint64_t page, uint64_t until, bool *end)
{
	struct pt_range range;
	struct pt_result pt;
	int rc;

	if (!h->hole.open) {
		if (space_translate(h->p.ui->ctx, h->space, page - 1,
		    &pt) == 0) {
			h->at = page - 1;
			return (true);
		}
		h->hole.open = true;
		h->hole.found = false;
		h->hole.by = HEX_PAGE;
		next_window(h, page);
	}
	for (;;) {
		while (h->hole.va < h->hole.below) {
			rc = range_within(h, h->hole.va, h->hole.below, until,
			    &range);
			if (rc == E_CANCELLED)
				return (false);
			if (rc != 0)
				break;
			if (range.status == OK) {
				h->hole.found = true;
				h->hole.last = range.end - 1;
			}
			if (range.end <= h->hole.va)
				break;
			h->hole.va = range.end;
			if (ui_now() >= until)
				return (false);
		}
		if (h->hole.found || h->hole.from == 0)
			break;
		next_window(h, h->hole.from);
	}
	h->hole.open = false;
	h->at = h->hole.last;
	*end = !h->hole.found;
	return (true);
}

/* Past a page, over the holes behind it, however wide. */
static void
search_on(struct hex *h, uint64_t page, uint64_t until, bool *end)
{
	struct pt_range range;
	int rc;

	page += HEX_PAGE;
	if (page == 0) {
		*end = true;
		return;
	}
	if (page < h->run_end) {
		h->at = page;
		return;
	}
	rc = range_within(h, page, UINT64_MAX, until, &range);
	if (rc == E_CANCELLED)
		return;
	if (rc != 0 || range.end <= page || (range.status != OK &&
	    range.end == UINT64_MAX)) {
		*end = true;
		return;
	}
	h->at = range.status == OK ? page : range.end;
	h->run_end = range.status == OK ? range.end : 0;
}

/* Does a run go on with another?  Only one that was cut off by us may. */
static bool
goes_on(const struct pt_range *a, const struct pt_range *b)
{
	return (a->status == OK && b->status == OK && a->end == b->start &&
	    a->flags == b->flags && a->phys + (a->end - a->start) == b->phys);
}

static bool
mapping_step(struct hex *h, uint64_t until)
{
	struct pt_range range;
	uint64_t limit;
	bool found;
	int rc;

	do {
		limit = h->stride < UINT64_MAX - h->at ? h->at + h->stride :
		    UINT64_MAX;
		rc = range_within(h, h->at, UINT64_MAX, until, &range);
		if (rc == E_CANCELLED)
			return (true);
		found = rc == 0 && range.status == OK &&
		    range.start > h->cur && !goes_on(&h->run, &range);
		if (rc != 0 || found || range.end <= h->at ||
		    range.end == UINT64_MAX)
			break;
		h->at = range.end;
		h->run = range;
		if (range.end != limit)
			h->run.status = E_NOT_MAPPED;
	} while (ui_now() < until);
	if (rc == 0 && !found && range.end > h->at && range.end != UINT64_MAX)
		return (true);
	h->searching = false;
	h->p.busy = NULL;
	if (found) {
		h->cur = h->top = range.start;
		hex_fit(h);
	} else {
		ui_say(h->p.ui, STYLE_WARN, "nothing is mapped further on");
	}
	return (false);
}

void
hex_next_mapping(struct hex *h)
{
	h->searching = h->mapping = true;
	h->stride = STRIDE;
	h->at = h->cur - h->cur % h->per_row;
	h->run = (struct pt_range){ .status = E_NOT_MAPPED };
	h->p.busy = "searching";
	(void)hex_search_step(&h->p);
}

bool
hex_search_step(struct pane *p)
{
	struct hex *h = (struct hex *)p;
	struct ctx *ctx = p->ui->ctx;
	uint64_t until, page, found;
	bool hit, end, more;

	if (!h->searching)
		return (false);
	until = ui_now() + STEP_NS;
	ctx->quiet++;
	ctx->unrecorded++;
	hit = end = more = false;
	if (h->mapping)
		more = mapping_step(h, until);
	while (!h->mapping && !hit && !end) {
		page = h->at - h->at % HEX_PAGE;
		if (!h->hole.open) {
			hit = search_page(h, page, &found);
			h->searched += HEX_PAGE;
		}
		if (hit)
			break;
		if (h->down)
			search_on(h, page, until, &end);
		else if (page == 0)
			end = true;
		else
			(void)mapped_below(h, page, until, &end);
		if (ui_now() >= until)
			break;
	}
	ctx->quiet--;
	ctx->unrecorded--;
	ctx_clear(ctx);
	if (hit || end)
		search_end(h, hit, hit ? found : 0);
	return (h->mapping ? more : h->searching);
}

void
hex_search_cancel(struct pane *p)
{
	struct hex *h = (struct hex *)p;

	if (h->searching) {
		h->searching = false;
		p->busy = NULL;
		ui_say(p->ui, STYLE_WARN, "search given up");
	}
}
