/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of the phrase book share; phrase.h is for others. */
#ifndef ENGINE_VIEW_PHRASE_GRAMMAR_H
#define ENGINE_VIEW_PHRASE_GRAMMAR_H

#include "engine/view/phrase.h"

#define PHRASE_WORDS	9

struct phrase_word {
	const char	*p;
	size_t		 n;
};

/* The line after these words and blanks; NULL when it begins otherwise. */
const char *phrase_says(const char *line, const char *theirs);
/*
 * Words apart at blanks outside brackets, PHRASE_WORDS at most; the last takes
 * what is too much.
 */
int	phrase_split(const char *, struct phrase_word *);
/* Past "-abc -d " in front, as far as all letters are of those allowed. */
const char *phrase_options(const char *args, const char *allowed);
/* Is there this letter among what phrase_options passed over? */
bool	phrase_option(const char *args, const char *end, char letter);
/* "&" before a name alone: to crash and mdb it is its address. */
const char *phrase_address(const char *, size_t n);

/* Does a line have one of those forms that ours would take for another thing? */
bool	phrase_form_first(const char *line);

/* What is not in the book but has a form.  NULL: it is none of these. */
const char *phrase_crash(struct arena *, const char *line);
const char *phrase_gdb(struct arena *, const char *line);
const char *phrase_mdb(struct arena *, const char *line);
const char *phrase_drgn(struct arena *, const char *line);
const char *phrase_proc(struct arena *, const char *line);

#endif
