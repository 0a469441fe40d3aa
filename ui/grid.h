/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The screen as the model sees it: cells with a character, a style and the
 * number of a link.  Panes draw into a region of the grid and nowhere else;
 * a sink shows a grid by sending the cells that changed.
 *
 * Text from a dump is hostile: what could move the cursor of a terminal or
 * turn the direction of writing is drawn as an escape, so that every cell
 * holds a character of exactly the width it claims.
 */
#ifndef UI_GRID_H
#define UI_GRID_H

#include "base/vec.h"
#include "engine/view/row.h"
#include "ui/style.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gcell {
	uint32_t	cp;		/* 0: right half of a wide character */
	uint32_t	mark;		/* one combining character, or 0 */
	uint16_t	style;
	uint16_t	link;		/* index in grid.links + 1, 0 = none */
};

#define GRID_MAX	1000		/* rows and columns */

struct grid {
	int		 w, h;
	struct gcell	*cells;		/* h rows of w */
	struct link	*links;
	size_t		 nlinks, links_cap;
	bool		 ascii;		/* draw with ASCII only */
	int		 cx, cy;	/* the terminal's cursor; cy < 0: hidden */
	int		 mark_row;	/* the row of the pane's cursor, -1 none */
};

struct region {
	struct grid	*g;
	int		 x, y, w, h;
};

void	grid_init(struct grid *);
void	grid_fini(struct grid *);
/* Sizes are clamped to 1..GRID_MAX; false when out of memory. */
bool	grid_resize(struct grid *, int w, int h);
/* Blanks everywhere, no links. */
void	grid_clear(struct grid *);
struct region grid_region(struct grid *, int x, int y, int w, int h);
/* A number for a link of this frame, 0 when there is none or no room. */
unsigned grid_link(struct grid *, const struct link *);
/* The link at a place, or NULL. */
const struct link *grid_link_at(const struct grid *, int x, int y);
/* One row as UTF-8, trailing blanks cut. */
void	grid_row_text(const struct grid *, int y, struct buf *);

/*
 * Write text from column x of row y; clipped to the region.  Returns the
 * column after it, which may lie beyond the region.
 */
int	region_text(const struct region *, int y, int x, enum style, unsigned link,
	    const char *, size_t n);
int	region_puts(const struct region *, int y, int x, enum style, const char *);
int	region_printf(const struct region *, int y, int x, enum style,
	    const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* The same, cut to w columns (the last of them an ellipsis when cut). */
int	region_field(const struct region *, int y, int x, int w, bool right,
	    enum style, unsigned link, const char *, size_t n);
void	region_fill(const struct region *, int y, int x, int w, enum style,
	    uint32_t cp);
void	region_restyle(const struct region *, int y, int x, int w, enum style);
/* How many columns text takes once it is escaped. */
size_t	grid_columns(const struct grid *, const char *, size_t n);

#endif
