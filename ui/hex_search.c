/* SPDX-License-Identifier: BSD-2-Clause */
/* Searching in the memory pane, a page at a time, both ways. */
#include "ui/hex_pane.h"

#include "base/bytes.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP_NS		8000000		/* of one step of it */

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
 * The last byte that is mapped below a page.  Ranges are told upwards only, so
 * what is asked begins further down each time.
 */
static bool
mapped_below(struct hex *h, uint64_t page, uint64_t *ret)
{
	struct ctx *ctx = h->p.ui->ctx;
	struct pt_range range;
	struct pt_result pt;
	uint64_t from, va, by, below = page;
	bool found = false;
	int tries;

	if (space_translate(ctx, h->space, page - 1, &pt) == 0) {
		*ret = page - 1;
		return (true);
	}
	for (by = HEX_PAGE; !found && below > 0; by *= 8) {
		from = by != 0 && by < page ? page - by : 0;
		for (va = from, tries = 0; va < below && tries < 65536;
		    tries++) {
			if (space_range(ctx, h->space, va, below, &range) != 0)
				break;
			if (range.status == OK && range.start < below) {
				found = true;
				*ret = range.end != 0 && range.end < below ?
				    range.end - 1 : below - 1;
			}
			if (range.end == 0 || range.end <= va)
				break;
			va = range.end;
		}
		below = from;
		if (by > UINT64_MAX / 8)
			by = UINT64_MAX / 8;
	}
	return (found);
}

bool
hex_search_step(struct pane *p)
{
	struct hex *h = (struct hex *)p;
	struct ctx *ctx = p->ui->ctx;
	struct pt_range range;
	uint64_t until, page, found;
	bool hit, end;

	if (!h->searching)
		return (false);
	until = ui_now() + STEP_NS;
	ctx->quiet++;
	ctx->unrecorded++;
	end = false;
	do {
		page = h->at - h->at % HEX_PAGE;
		hit = search_page(h, page, &found);
		if (hit)
			break;
		h->searched += HEX_PAGE;
		if (h->down) {
			/* Holes are jumped over, however wide. */
			page += HEX_PAGE;
			if (page != 0 && page < h->run_end)
				h->at = page;
			else if (page == 0 || space_range(ctx, h->space, page,
			    UINT64_MAX, &range) != 0 || (range.status != OK &&
			    range.end == 0))
				end = true;
			else {
				h->at = range.status == OK ? page : range.end;
				h->run_end = range.status != OK ? 0 :
				    range.end != 0 ? range.end : UINT64_MAX;
			}
		} else if (page == 0) {
			end = true;
		} else {
			end = !mapped_below(h, page, &h->at);
		}
	} while (!end && ui_now() < until);
	ctx->quiet--;
	ctx->unrecorded--;
	ctx_clear(ctx);
	if (hit || end)
		search_end(h, hit, hit ? found : 0);
	return (h->searching);
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
