/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inside of a table's pane, which lies in three files: pane_table.c runs
 * the view and answers keys, table_order.c says which rows are shown in which
 * order, table_draw.c draws them.
 */
#ifndef UI_TABLE_PANE_H
#define UI_TABLE_PANE_H

#include "engine/view/tables.h"
#include "ui/job.h"
#include "ui/model.h"
#include "ui/table_heat.h"

#define TABLE_WIDE	36		/* no column but the last grows wider */
#define TABLE_COLUMNS	64
#define TABLE_DEEPEST	63		/* rows below rows are drawn so deep */

struct table_pane {
	struct pane	 p;
	struct row_sink	 sink;		/* in front of the table: locks */
	struct table	 table;
	struct table	 next;		/* as time goes by: takes its place */
	bool		 rereading;	/* the job fills it */
	bool		 asked;		/* by the user, who wants to know */
	struct heat	*heat;		/* of each row, or NULL */
	struct job	 job;
	const struct view *view;
	struct arena	 arena;		/* of args */
	struct view_args args;
	char		*line;
	bool		 stale;		/* the order is not that of the rows */
	bool		 ended;
	bool		 at_end;	/* a log: the newest rows matter */
	char		 why[ERR_TEXT_MAX];	/* how the view failed */
	char		*before;	/* the line before an option, until it is read */

	uint32_t	*order;
	size_t		 norder, order_cap;
	size_t		 seen;		/* rows that the order knows */
	char		*regex;
	struct sym_filter *filter;
	int		 sort;		/* column, -1 = as they came */
	bool		 reverse;

	/* Rows that lie below others: a tree. */
	uint64_t	*folded;	/* keys of rows whose branch is hidden */
	size_t		 nfolded, folded_cap;
	unsigned	 hidden_below;	/* rows deeper than this - 1; 0 = none */
	uint64_t	*lines;		/* of order[]: levels that go on below */
	size_t		 lines_cap;

	size_t		 columns[TABLE_COLUMNS];	/* those shown */
	int		 widths[TABLE_COLUMNS];
	size_t		 ncolumns, measured;
	size_t		 column, left;	/* the cursor's; the first on screen */
	size_t		 right;		/* behind the last that is drawn in full */
	int		 shift;		/* columns of text hidden in a wide cell */
	bool		 upright;	/* one row, too wide: a column a line */
};

/* table_order.c; the job's lock is held. */

/* The cell as text; "" beyond the end of a short row. */
void	table_cell_text(struct table_pane *, const struct row *, size_t column,
	    struct buf *);
void	table_row_text(struct table_pane *, const struct row *, struct buf *);
/* Not one cell of the row could be read, all for the same reason. */
bool	table_is_lost(const struct table_pane *, const struct row *);
/* Bring the order up to date. */
void	table_arrange(struct table_pane *);
/* Do rows lie below others, and are they shown that way? */
bool	table_is_tree(const struct table_pane *);
bool	table_is_folded(const struct table_pane *, const struct row *);
/* Hide or show what lies below the row at the cursor, or below all rows. */
void	table_fold(struct table_pane *, enum verb, bool all);

/* table_draw.c */
void	table_draw(struct table_pane *, const struct region *, bool focus);

#endif
