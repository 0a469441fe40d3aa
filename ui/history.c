/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/history.h"

#include <math.h>

void
history_add(struct ui *ui, enum history_of what, double v)
{
	struct history *h = &ui->history[what];
	const uint64_t now = ui_now();

	if (!ui->kernel->live || isnan(v))
		return;
	if (h->n > 0 && (double)(now - h->last) < ui->rate * 5e8)
		return;
	h->v[h->n++ % HISTORY_LEN] = v;
	h->last = now;
}

bool
history_memory(const struct os_info *in, uint64_t *used)
{
	const struct os_u64 *rest;

	rest = in->mem_available.status == OK ? &in->mem_available :
	    &in->mem_free;
	if (in->mem_total.status != OK || rest->status != OK)
		return (false);
	*used = rest->v < in->mem_total.v ? in->mem_total.v - rest->v : 0;
	return (true);
}

void
history_info(struct ui *ui, const struct os_info *in)
{
	uint64_t used;

	if (history_memory(in, &used) && in->mem_total.v > 0)
		history_add(ui, HISTORY_MEMORY, (double)used /
		    (double)in->mem_total.v);
	if (in->swap_total.status == OK && in->swap_free.status == OK &&
	    in->swap_total.v > 0 && in->swap_free.v <= in->swap_total.v)
		history_add(ui, HISTORY_SWAP, 1 - (double)in->swap_free.v /
		    (double)in->swap_total.v);
}

void
history_draw(struct ui *ui, struct doc *d, enum history_of what, int w,
    double top)
{
	static const char *const bars[] = {
		"\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586",
		"\u2587", "\u2588",
	};
	const struct history *h = &ui->history[what];
	size_t i, n;
	int bar;

	n = h->n < HISTORY_LEN ? h->n : HISTORY_LEN;
	if (w < 2 || n < 2)
		return;
	if (n > (size_t)w)
		n = (size_t)w;
	for (i = h->n - n; i < h->n; i++)
		if (h->v[i % HISTORY_LEN] > top)
			top = h->v[i % HISTORY_LEN];
	for (i = h->n - n; i < h->n; i++) {
		bar = top > 0 ? (int)(h->v[i % HISTORY_LEN] / top * 7.99) : 0;
		doc_puts(d, STYLE_METER, bars[bar < 0 ? 0 : bar > 7 ? 7 : bar]);
	}
}
