/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/term.h"

void
term_text_show(const struct grid *g, struct out *o)
{
	struct buf b = { 0 };
	int y;

	for (y = 0; y < g->h; y++) {
		buf_reset(&b);
		grid_row_text(g, y, &b);
		buf_puts(&b, "\n");
		out_puts(o, buf_text(&b));
	}
	buf_fini(&b);
}
