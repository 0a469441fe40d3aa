/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of typed cells: what every table is made of.  A view emits rows; a sink
 * (text, json, jsonl, csv) prints them, a pane shows them.  Text, lists and
 * sub-rows are borrowed by a cell during the emit call: who keeps a row copies
 * it (row_copy).
 */
#ifndef ENGINE_VIEW_ROW_H
#define ENGINE_VIEW_ROW_H

#include "base/arena.h"
#include "base/ctx.h"
#include "engine/type/type.h"

enum cell_kind {
	CELL_NULL,			/* no value and no reason: JSON null, text "" */
	CELL_U64,
	CELL_S64,
	CELL_ADDR,			/* JSON "0x..." */
	CELL_DOUBLE,
	CELL_BOOL,
	CELL_TEXT,			/* any bytes */
	CELL_BYTES,			/* JSON two digits each */
	CELL_LIST,			/* of cells */
	CELL_OBJECT,			/* named cells: nested JSON */
	CELL_MISSING,			/* could not be read: the reason is in status */
};

/* What Enter on a cell opens.  LINK_NONE: nothing. */
enum link_kind {
	LINK_NONE,
	LINK_MEMORY,			/* address: hex; with a type: structure */
	LINK_CODE,			/* address of code */
	LINK_PROCESS,			/* pid */
	LINK_SYMBOL,			/* address of a symbol */
	LINK_COMMAND,			/* text: a command line */
};

struct link {
	enum link_kind	 kind;
	int		 pid;		/* 0 = kernel space; else that process's */
	uint64_t	 addr;
	struct typeref	 type;		/* id 0 = unknown */
	const char	*command;
};

struct cell {
	enum cell_kind	 kind;
	int		 status;	/* CELL_MISSING: the reason; also set beside a partial value */
	union {
		uint64_t	 u;
		int64_t		 s;
		double		 d;
		bool		 b;
		struct { const char *p; size_t n; } text;	/* TEXT, BYTES */
		struct { const struct cell *v; size_t n; } list;
		struct { const struct cell_named *v; size_t n; } object;
	};
	struct link	 link;
};

struct cell_named {
	const char	*key;
	struct cell	 cell;
};

/* How a column's numbers are drawn for people; JSON is never affected. */
enum column_form {
	FORM_PLAIN,
	FORM_HEX,
	FORM_BYTES,			/* 1.5M */
	FORM_SECONDS,			/* decimals as given */
	FORM_TIME,			/* seconds since the epoch, as a date */
	FORM_PERCENT,
	FORM_DOUBT,			/* "?" for false, nothing for true */
};

struct column {
	const char	*key;		/* JSON and CSV */
	const char	*title;		/* NULL = the key in upper case */
	enum column_form form;
	int8_t		 decimals;	/* DOUBLE; -1 = shortest */
	uint8_t		 width;		/* usual width on a screen; 0 = by content */
	bool		 right;		/* align right */
	bool		 hidden;	/* JSON and CSV only, not in text or panes */
	bool		 tree;		/* the depth of rows is shown here, not in the first */
};

struct row {
	uint64_t	 key;		/* stable across refreshes; 0 = none */
	const struct cell *cells;	/* ncolumns of them */
	size_t		 ncells;
	int		 style;		/* enum row_style */
	unsigned	 depth;		/* indentation of the first text column (trees) */
	bool		 here;		/* what the table is opened for: the cursor's */
};

enum row_style {
	ROW_NORMAL, ROW_DIM, ROW_STRONG, ROW_WARN, ROW_ERROR,
};

/* Where a view sends its rows.  begin comes first, once. */
struct row_sink {
	int	(*begin)(struct row_sink *, struct ctx *, const struct column *,
		    size_t ncolumns);
	/* 0 to go on. */
	int	(*row)(struct row_sink *, struct ctx *, const struct row *);
	bool	 missing;		/* unavailable memory went by: exit status 3 */
	uint64_t nrows;			/* that went by; row_emit counts */
};

/*
 * How views hand a row on: notes in the sink what is missing, then calls it.
 * cells are as many as the columns that begin announced.
 */
int		row_emit(struct row_sink *, struct ctx *, const struct row *);
/* The same for plain rows. */
int		row_emit_cells(struct row_sink *, struct ctx *, uint64_t key,
		    const struct cell *, size_t ncells);

/* Cells. */
struct cell	cell_null(void);
struct cell	cell_u64(uint64_t);
struct cell	cell_s64(int64_t);
struct cell	cell_addr(uint64_t);
struct cell	cell_double(double);
struct cell	cell_bool(bool);
struct cell	cell_text(const char *);		/* NULL gives cell_null */
struct cell	cell_textn(const char *, size_t);
struct cell	cell_bytes(const void *, size_t);
struct cell	cell_missing(int status);
struct cell	cell_list(const struct cell *, size_t);
struct cell	cell_object(const struct cell_named *, size_t);
/*
 * Do the two hold the same, links aside?  Objects are not looked into: false
 * says nothing of them.
 */
bool		cell_same(const struct cell *, const struct cell *);
/* The same cell with a link. */
struct cell	cell_link(struct cell, struct link);
struct link	link_memory(uint64_t addr, struct typeref, int pid);
struct link	link_process(int pid);
struct link	link_symbol(uint64_t addr);
struct link	link_command(const char *);

/* A deep copy into an arena; NULL when out of memory. */
struct row     *row_copy(struct arena *, const struct row *);
/*
 * A cell as people read it, added to buf.  What could drive a terminal comes
 * out escaped; a list is words quoted as for a shell, a missing value its
 * reason in angle brackets.  The column may be NULL.
 */
struct buf;
void		cell_format(const struct cell *, const struct column *, struct buf *);
/* Adds text with control characters and what is not UTF-8 as \x1b. */
void		text_escape(struct buf *, const char *, size_t);
/* Adds a number with decimals, or in its shortest form when they are < 0. */
void		double_format(struct buf *, double, int decimals);

/* A table that keeps its rows: what a pane holds. */
struct table {
	struct row_sink	 sink;
	const struct column *columns;	/* copied into the arena */
	size_t		 ncolumns;
	struct row	**rows;
	size_t		 nrows, cap;
	struct arena	 arena;
};
void	table_init(struct table *);
void	table_fini(struct table *);
void	table_reset(struct table *);

#endif
