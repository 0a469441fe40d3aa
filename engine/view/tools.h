/* SPDX-License-Identifier: BSD-2-Clause */
/* What the views share: cells of what os found, and their arguments. */
#ifndef ENGINE_VIEW_TOOLS_H
#define ENGINE_VIEW_TOOLS_H

#include "engine/os/os.h"
#include "engine/value/walk_expr.h"
#include "engine/view/view.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* A reason gives CELL_MISSING, any other failure (no such thing) CELL_NULL. */
struct cell	view_cell_status(int status);
struct cell	view_cell_u64(struct os_u64);
struct cell	view_cell_addr(struct os_u64);
/* The address of a structure that is there, linked to it. */
struct cell	view_cell_struct(uint64_t addr, struct typeref);
struct cell	view_cell_double(struct os_double);
struct cell	view_cell_text(struct os_text);

/*
 * A value.  As print shows it: a scalar (a pointer by its address, linked), or
 * a char array's text; null for what is no leaf.
 */
struct cell	view_cell_leaf(struct ctx *, const struct value_env *,
		    const struct value *, struct arena *);
/* An integer of so many bytes in base 16; other cells as they are. */
struct cell	view_cell_hex(struct cell, uint64_t size);
/*
 * The same with structures as objects and arrays as lists, integers in base 16
 * where hex is set.  *nodes counts the parts over several calls; E_LIMIT
 * beyond a million.
 */
int		view_cell_nested(struct ctx *, const struct value_env *,
		    const struct value *, bool hex, struct arena *,
		    size_t *nodes, struct cell *);
/*
 * As the columns of tables show it: a pointer to chars gives the text, a bool
 * true or false.  Never fails: what cannot be read is a missing cell.
 */
struct cell	view_cell_value(struct ctx *, const struct value_env *,
		    const struct value *, struct arena *);

/*
 * What a person wants beside a leaf's cell: where a pointer leads (a symbol, a
 * text), a number in hexadecimal; else null.
 */
struct cell	view_cell_note(struct ctx *, const struct value_env *,
		    const struct value *, const struct cell *leaf,
		    struct arena *);

/* The columns of print. */
#define VIEW_PRINT_COLUMNS	9
extern const struct column view_print_columns[VIEW_PRINT_COLUMNS];
/*
 * The elements of a walk: a row each, with the columns that it names, else as
 * print shows values (a structure as a link to it); or nested in one row.
 */
int		view_walk(struct ctx *, struct walk_expr *, const char *text,
		    bool nest, bool hex, struct row_sink *);

/*
 * The source line of code, written to place; null where it is not known, which
 * it is not without debug information.
 */
struct cell	view_cell_source(struct ctx *, struct kernel *, uint64_t addr,
		    char *place, size_t n);

/*
 * The function of a frame; NULL in a process, and where the kernel has no code.
 * A call may be the caller's last instruction.
 */
const struct symbol *view_frame_symbol(const struct kernel *,
	    const struct os_frame *);

/*
 * Where a word of memory leads, as tele shows it: the text that it is, else
 * "→" and what lies there, as far as pointers go; nothing for a plain number.
 * bytes is as long as a pointer; pid is whose space it is, 0: the kernel's.
 */
void	view_chain(struct ctx *, struct kernel *, const struct space *, int pid,
	    const uint8_t *bytes, struct buf *);
/* " (FILE+0x12 r-xp)": the mapping of a process at an address; false: none. */
bool	view_mapping(struct ctx *, struct kernel *, int pid, uint64_t addr,
	    struct buf *);

/* E_USAGE with the view's usage line. */
int	view_usage(struct ctx *, const struct view_args *);
/* An argument that is a number in decimal: E_USAGE when it is not. */
int	view_pid(struct ctx *, const struct view_args *, int i, int *pid);
/* The process of argument i; E_USAGE, E_NOT_FOUND. */
int	view_proc(struct ctx *, struct kernel *, const struct view_args *, int i,
	    struct arena *, struct os_proc *);
/* Expressions of this run: args->env or the kernel's. */
const struct value_env *view_env(const struct kernel *,
	    const struct view_args *);
/* An expression's address and the space that it lies in. */
int	view_addr(struct ctx *, const struct kernel *, const struct view_args *,
	    const char *text, uint64_t *addr, const struct space **space);
/*
 * The next token of a line: [*from, *end), blanks outside quotes, () and []
 * end it.  false at the end of the line; E_SYNTAX is left to the caller, who
 * finds *open set when a quote was not closed.
 */
bool	view_token(const char *line, const char **from, const char **end,
	    bool *open);

extern const struct view view_info, view_ps, view_argv, view_env_vars,
    view_sym, view_hex, view_print, view_type, view_swap, view_load, view_log,
    view_mod, view_vtop, view_maps, view_files, view_bt, view_dis, view_whatis, view_find,
    view_views, view_types, view_layout, view_users, view_ranges,
    view_tele, view_blocked, view_frame, view_analyze, view_objects;

#endif
