/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the engine of view files: a table that is being read. */
#ifndef ENGINE_VIEW_VIEWFILE_INT_H
#define ENGINE_VIEW_VIEWFILE_INT_H

#include "engine/view/viewfile.h"

#define VF_POISONED_MAX	64
#define VF_CPUS_MAX	8192
#define VF_NODES_MAX	(UINT64_C(16) << 20)	/* elements, and rows, of a table */

struct vf_run {
	struct ctx		*ctx;
	struct kernel		*k;
	const struct viewfile	*f;
	const struct vf_section	*section;
	struct row_sink		*sink;
	struct value_env	 env;	/* with variables and functions of its own */
	struct arena		 arena;	/* of one row */
	/* Which alternative of an expression, walk or block has served; + 1. */
	uint8_t			*chosen;
	/* The steps that give the columns of the row to come. */
	const struct vf_step	*pending[VF_COLUMNS_MAX];
	struct cell		 cells[VF_COLUMNS_MAX];
	/* Variables whose value could not be read, and why. */
	struct vf_poisoned {
		const char *name;
		int	    status;
		char	    why[160];
	}			 poisoned[VF_POISONED_MAX];
	size_t			 npoisoned;
	uint64_t		 key;		/* of the loops around */
	const struct value	*element;	/* of the inmost loop, or NULL */
	uint64_t		 row_key;	/* by "key", else 0 */
	unsigned		 depth;		/* in a tree */
	unsigned		 loops;		/* around */
	uint64_t		 nodes;		/* visited by all walks */
	struct seen		 unique;
	struct sym_filter	*filter;	/* args REGEX */
	const char		*name;		/* args NAME */
	size_t			 filter_column;
	uint64_t		*offsets;	/* of CPUs, + 1; 0 = not known yet */
	int			 stop;		/* what ended all walks */
	struct err		 broken;	/* the first walk that broke, */
	struct err		 failed;	/* cell that no kernel could give */
};

/*
 * Evaluate, trying the alternatives.  A name that the kernel has not is
 * E_NO_SYMBOL, E_NO_TYPE or E_NO_MEMBER; the error says where in the file.
 */
int	vf_eval(struct vf_run *, const struct vf_expr *, struct value *);
int	vf_eval_bits(struct vf_run *, const struct vf_expr *, uint64_t *);
/* Does the kernel have no such name? */
bool	vf_is_absent(int status);
/* The error at a place of the file; returns its code. */
int	vf_fail_at(struct vf_run *, unsigned line, unsigned column);

/*
 * viewfile_walk.c: fn gets each element with its key and a number that stays
 * the same; not 0 ends the walk, and is left in run->stop.  The reason why the
 * walk broke, otherwise.
 */
typedef int vf_visit(void *arg, struct vf_run *, uint64_t key, uint64_t id,
	    const struct value *);
int	vf_walk(struct vf_run *, const struct vf_walk *, vf_visit *,
	    void *arg);
/* per_cpu() and the other functions of views, for struct value_env. */
int	vf_call(void *arg, struct ctx *, const struct value_env *,
	    const char *name, int argc, const struct value *argv,
	    struct value *ret);

/* viewfile_cell.c */
struct cell vf_cell(struct vf_run *, const struct vf_step *,
	    const struct value *);
/* Why there is no value, from the ctx's error, which is cleared. */
struct cell vf_missing(struct vf_run *, int status);
/* As the value's type suggests. */
struct cell vf_auto(struct vf_run *, const struct value *);
/* What an object or a pointer refers to: its address and type. */
int	vf_referent(struct vf_run *, const struct value *, uint64_t *addr,
	    struct typeref *);

#endif
