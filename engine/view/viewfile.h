/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables as data: a file NAME.view says how the table NAME is read from memory.
 * The language is written down in kpeek-views(5); here is what a file becomes:
 * sections (one for each system), each a chain of steps.  A step that repeats
 * or branches runs all that follows it; at the end of the chain stands a row.
 */
#ifndef ENGINE_VIEW_VIEWFILE_H
#define ENGINE_VIEW_VIEWFILE_H

#include "base/hash.h"
#include "engine/view/view.h"

#define VF_COLUMNS_MAX	64
#define VF_NEST_MAX	16		/* blocks within blocks */
#define VF_FILE_MAX	(256u << 10)	/* bytes of a file */

/* An expression and where it stands; the next is tried when names are absent. */
struct vf_expr {
	const char	*text;
	unsigned	 line, column;	/* from 1; columns of the screen */
	unsigned	 id;		/* of the first: all alternatives share it */
	struct vf_expr	*other;
};

enum vf_walk_kind {
	VF_LIST, VF_LISTS, VF_HLIST, VF_HLISTS, VF_LLIST, VF_RBTREE, VF_XARRAY,
	VF_MAPLE, VF_ARRAY, VF_CHAIN, VF_TREE, VF_RANGE, VF_ITEMS, VF_CPUS,
	VF_PROCESSES, VF_THREADS
};

struct vf_walk {
	enum vf_walk_kind kind;
	struct vf_expr	*root;		/* ITEMS: the first of them */
	struct vf_expr	*count;		/* LISTS HLISTS ARRAY RANGE; or NULL */
	const char	*type, *member;	/* as TYPE.MEMBER */
	const char	*by;		/* a member; LISTS, HLISTS: or NULL */
	struct vf_walk	*next;		/* ITEMS: the next one */
	struct vf_walk	*other;
	unsigned	 line, column, id;
};

enum vf_form {
	VF_AUTO, VF_DEC, VF_HEX, VF_OCT, VF_SIZE, VF_TEXT, VF_SYMBOL,
	VF_ADDRESS, VF_BOOL, VF_SECONDS, VF_MS, VF_US, VF_NS, VF_DATE, VF_PID,
	VF_FLAGS, VF_NAMES, VF_ENUM, VF_IP, VF_MAC, VF_CPUMASK, VF_PATH,
	VF_CLIMB, VF_DEV, VF_BYTES
};

/* flags NAME, names NAME: what bits or values are called. */
struct vf_table {
	const char	*name;
	bool		 flags;
	struct vf_word {
		struct vf_expr *value;
		const char *word;
	}		*v;
	size_t		 n, cap;
	struct vf_table	*next;
};

enum vf_aggregate {
	VF_PLAIN, VF_SUM, VF_COUNT, VF_MIN, VF_MAX, VF_FIRST, VF_LAST
};

enum vf_step_kind {
	VF_LET, VF_EACH, VF_WHERE, VF_KEY, VF_UNIQUE, VF_COLUMN, VF_EITHER,
	VF_BOTH
};

struct vf_cond {
	const char	*text;		/* "struct x.y", "symbol z" */
	bool		 absent;	/* the kernel must not have it */
	struct vf_cond	*next;
};

struct vf_step {
	enum vf_step_kind kind;
	unsigned	 line;
	unsigned	 id;		/* EITHER */
	struct vf_step	*next;
	const char	*name;		/* LET, EACH: a variable; COLUMN: its key */
	const char	*at;		/* EACH: the key's variable, or NULL */
	struct vf_expr	*expr;
	struct vf_walk	*walk;		/* EACH */
	struct vf_for {			/* LET, COLUMN: for $name in walk */
		const char	*name;
		struct vf_walk	*walk;
		struct vf_for	*next;	/* for each of its elements */
	}		*loop;
	struct vf_expr	*only;		/* for ... where */
	enum vf_aggregate aggregate;
	enum vf_form	 form;
	const char	*form_arg;
	const struct vf_table *table;
	bool		 hidden;
	struct vf_link {
		enum link_kind kind;
		const char *command;	/* LINK_COMMAND: before the argument */
		struct vf_expr *expr;
	}		 link;
	size_t		 index;		/* COLUMN: of the section's columns */
	struct vf_branch {
		struct vf_cond	*conds;
		struct vf_step	*first;
		struct vf_branch *next;
	}		*branches;	/* EITHER, BOTH */
};

struct vf_section {
	const char	*system;	/* NULL: any */
	struct vf_step	*first;
	struct column	 columns[VF_COLUMNS_MAX];
	size_t		 ncolumns;
	bool		 tree;		/* its rows lie at different depths */
	struct vf_section *next;
};

enum vf_arg {
	VF_NO_ARG, VF_ARG_PID, VF_ARG_NUMBER, VF_ARG_EXPR, VF_ARG_REGEX,
	VF_ARG_NAME
};

struct viewfile {
	struct view	 view;		/* name, args and help are the file's */
	const char	*file;		/* as messages call it */
	const char	*origin;	/* "built in" or the path */
	struct arena	 arena;
	enum vf_arg	 arg;
	bool		 arg_optional;
	struct vf_expr	*arg_default;
	const char	*arg_column;	/* REGEX, NAME */
	struct vf_table	*tables;
	struct vf_section *sections;
	unsigned	 nids;		/* of expressions, walks and steps */
};

/*
 * Read a file's text (n bytes).  error gets each complaint as
 * "FILE:LINE:COLUMN: why".  E_SYNTAX once there was one, E_LIMIT, E_NOMEM:
 * *ret is untouched then.
 */
int	viewfile_parse(struct ctx *, const char *name, const char *file,
	    const char *origin, const char *text, size_t n,
	    void (*error)(void *, const char *), void *arg,
	    struct viewfile **ret);
void	viewfile_destroy(struct viewfile *);

/* view_run for a file's table. */
int	viewfile_run(struct ctx *, struct kernel *, const struct viewfile *,
	    const struct view_args *, struct row_sink *);

#endif
