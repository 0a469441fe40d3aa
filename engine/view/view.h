/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Views: the tables that kpeek knows, each one file view_*.c and one row in
 * views[].  A view turns what os, value and memory know into rows; the command
 * line, a pane and a script all run the same view.
 */
#ifndef ENGINE_VIEW_VIEW_H
#define ENGINE_VIEW_VIEW_H

#include "engine/kernel.h"
#include "engine/view/row.h"

enum {
	NEEDS_SYMBOLS = 1,
	NEEDS_TYPES = 2,
	NEEDS_OS = 4,
};

#define VIEW_ARGS_MAX	1024

/* A command line, split at blanks outside quotes, () and []. */
struct view_args {
	const char	*argv[VIEW_ARGS_MAX];	/* [0] is the command */
	int		 argc;
	const char	*rest;		/* all after argv[0], as typed */
	bool		 wall_clock;	/* -T */
	struct value_env *env;		/* for expressions; NULL = the kernel's */
	struct tables	*tables;	/* those that "views" lists; may be NULL */
};

struct tables;
struct viewfile;

struct view {
	const char	*name;
	const char	*args;		/* "[REGEX] [-t]" */
	const char	*help;		/* one line */
	unsigned	 needs;
	bool		 rest_is_one;	/* the last argument takes the rest as typed */
	/*
	 * E_USAGE for wrong arguments (exit 2), another error when the subject
	 * does not exist (exit 1).  Rows may have been emitted before an error.
	 */
	int	(*run)(struct ctx *, struct kernel *, const struct view_args *,
		    struct row_sink *);
	const struct viewfile *file;	/* a table that is data: run is NULL */
};

extern const struct view *const views[];	/* NULL-ended, in the order of help */
const struct view *view_by_name(const char *);

/* Split a line into arguments, kept in the arena.  E_SYNTAX, E_LIMIT. */
int	view_split(struct ctx *, struct arena *, const char *line,
	    struct view_args *);
/*
 * Run a view after checking that the kernel has what it needs (else
 * E_NO_SYMBOL, E_NO_TYPE, E_UNSUPPORTED with a message that says what is
 * missing and what to do).
 */
int	view_run(struct ctx *, struct kernel *, const struct view *,
	    const struct view_args *, struct row_sink *);

#endif
