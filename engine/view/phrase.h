/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A phrase book: what the users of other debuggers type, in kpeek's words.  It
 * is asked for a line that is none of kpeek's own commands or tables, or that
 * one of these refused for its arguments; before them for a line that can be
 * meant in no other way.
 */
#ifndef ENGINE_VIEW_PHRASE_H
#define ENGINE_VIEW_PHRASE_H

#include "base/arena.h"
#include "base/ctx.h"
#include "engine/type/type.h"

#define PHRASE_ANY	(-1)

/*
 * In OURS %1 to %9 are the words after the phrase and %* all of them as they
 * stand; ARGS is how many there must be.  In THEIRS # is a number.  The first row that fits is taken.
 * A row with a hint has no words of ours.  A row with DROP fits where options
 * of these letters stand first, which do not count among the words.
 */
struct phrase {
	const char	*theirs;
	int		 args;
	const char	*ours;
	const char	*hint;
	const char	*drop;
};

extern const struct phrase phrases[];	/* theirs is NULL at the end */
/* Asked when nothing else has understood a line; hints all of them. */
extern const struct phrase phrase_hints[];

/*
 * *OUT is LINE in kpeek's words, kept in the arena, or NULL when no debugger of
 * the book says that.  With types a structure's name alone is understood too;
 * they may be NULL.  E_UNSUPPORTED: one does, but here there is no such thing;
 * the message says what to do instead.  E_NOMEM.
 */
int	phrase_translate(struct ctx *, struct arena *, const struct types *,
	    const char *line, const char **out);
/* The same out of one book alone: phrases of those who have others to ask. */
int	phrase_look_up(struct ctx *, struct arena *, const struct phrase *book,
	    const char *line, const char **out);
/*
 * "net -a", "!process 0 0": no command of ours has these words.  A book of the
 * caller's, or NULL for this one.
 */
bool	phrase_goes_first(const struct phrase *book, const char *line);

/*
 * A word that was meant for another: offer the names there are, one by one.
 * guess_best is the one that a slip of the finger or two leads to, or NULL.
 */
struct guess {
	const char	*word, *best;
	unsigned	 slips;		/* of best */
};
void	guess_init(struct guess *, const char *word);
void	guess_offer(struct guess *, const char *name);

#endif
