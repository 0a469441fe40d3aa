/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Walks as text, what "print" and the tables are made of:
 *
 *	WALKER [as NAME] [| WALKER [as NAME]]... [| if (COND)] [| COLUMN, ...]
 *
 *	list(head, type, member)	hlist, llist, rbtree: the same
 *	xarray(xa [, type])		idr and radix trees, too
 *	maple(tree [, type])
 *	chain(first, member)		member points to the next
 *	percpu(variable)
 *	array(array) or array(pointer, n)
 *
 * A head is a container or a pointer to one.  Behind a "|" the element's
 * members are names, those of the inmost walk first; $it is the element, $key
 * its index; NAME.member chooses a walk.  A further walker runs over each
 * element; "if" keeps some.  COLUMN is an expression with an optional "as
 * NAME".
 *
 *	list(&init_task.tasks, struct task_struct, tasks) as t |
 *	    maple(&mm->mm_mt, struct vm_area_struct) | if (vm_file) |
 *	    t.pid, vm_start, vm_file->f_path.dentry->d_name.name as file
 */
#ifndef ENGINE_VALUE_WALK_EXPR_H
#define ENGINE_VALUE_WALK_EXPR_H

#include "engine/value/value.h"

struct walk_expr;

#define WALK_COLUMNS_MAX	64

struct walk_item {
	const char	*path;		/* "[3]", "[1][0x7f00]"; until the next */
	uint64_t	 key;		/* of the inmost walk: index or number */
	struct value	 v;		/* the element: an object, or a number */
	/*
	 * OK, or why the walk broke here: v is then a pointer to what could not
	 * be followed, if that is known, and why the reason in words.
	 */
	int		 status;
	const char	*why;
};

/*
 * Begin a walk; env must outlive it.  E_NOT_FOUND, with no text: this is no
 * walk but an expression for value_eval.  What is wrong with the text is told
 * now, with its column; nothing but the first head is read.
 */
int	walk_expr_open(struct ctx *, const struct value_env *env,
	    const char *text, struct walk_expr **);
void	walk_expr_close(struct walk_expr *);
/*
 * The next element; E_DONE.  A broken node is an item with its status, and the
 * walk goes on where it can.
 */
int	walk_expr_next(struct ctx *, struct walk_expr *, struct walk_item *);

/* The columns that the text names, 0 for none; their names and values. */
size_t	walk_expr_columns(const struct walk_expr *);
const char *walk_expr_column_name(const struct walk_expr *, size_t i);
/* Of the current element; a text (place VALUE_TEXT) lives until the next. */
int	walk_expr_column(struct ctx *, struct walk_expr *, size_t i,
	    struct value *);
/* The names of the current element, for value_eval and the like. */
const struct value_env *walk_expr_env(const struct walk_expr *);

#endif
