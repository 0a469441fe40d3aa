/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A phrase book: what the users of other debuggers type, in kpeek's words.  It
 * is asked only for a line that is none of kpeek's own commands or tables, or that
 * one of these refused for its arguments.
 */
#ifndef ENGINE_VIEW_PHRASE_H
#define ENGINE_VIEW_PHRASE_H

#include "base/arena.h"
#include "base/ctx.h"

#define PHRASE_ANY	(-1)

/*
 * In OURS %1 to %9 are the words after the phrase and %* all of them as they
 * stand; ARGS is how many there must be.  The first row that fits is taken.
 * A row with a hint has no words of ours.
 */
struct phrase {
	const char	*theirs;
	int		 args;
	const char	*ours;
	const char	*hint;
};

extern const struct phrase phrases[];	/* theirs is NULL at the end */

/*
 * *OUT is LINE in kpeek's words, kept in the arena, or NULL when no debugger of
 * the book says that.  E_UNSUPPORTED: one does, but here there is no such
 * thing; the message says what to do instead.  E_NOMEM.
 */
int	phrase_translate(struct ctx *, struct arena *, const char *line,
	    const char **out);

#endif
