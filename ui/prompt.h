/* SPDX-License-Identifier: BSD-2-Clause */
/* The line at the bottom in which commands, patterns and filters are typed. */
#ifndef UI_PROMPT_H
#define UI_PROMPT_H

#include "base/vec.h"
#include "ui/grid.h"

#define PROMPT_HISTORY	200

struct ui;

enum prompt_kind {
	PROMPT_NONE,
	PROMPT_COMMAND,			/* ":" */
	PROMPT_SEARCH,			/* "/" */
	PROMPT_SEARCH_BACK,
	PROMPT_FILTER,			/* "&" */
	PROMPT_PALETTE,			/* palette.c */
	PROMPT_CHANGE,			/* a value for what the cursor is on */
	PROMPT_KINDS,
};

struct prompt {
	enum prompt_kind kind;
	struct buf	 text;
	size_t		 pos;		/* bytes */
	struct buf	 label;		/* what is to be changed */
	char		*before;	/* the filter in force before, for Esc */
	char		*typed;		/* what stood there before history moved */
	size_t		 back;		/* steps into the history, 0 = own text */
	struct {
		char	*lines[PROMPT_HISTORY];
		size_t	 n;
	}		 history[PROMPT_KINDS];
	/* Completion: candidates for the word that starts at "from". */
	char		**words;
	size_t		 nwords, words_cap;
	size_t		 chosen;	/* row of the palette */
	size_t		 from, shown;	/* shown: index + 1 of the one in the text */
};

void	prompt_init(struct prompt *);
void	prompt_fini(struct prompt *);
void	prompt_open(struct ui *, enum prompt_kind, const char *text);
void	prompt_cancel(struct ui *);
/* Add a line to what was typed before. */
void	prompt_remember(struct prompt *, enum prompt_kind, const char *line);
/* Enter: closes the prompt and does what it says. */
int	prompt_accept(struct ui *);
void	prompt_insert(struct ui *, const char *, size_t n);
/* "left", "delete-word", ... : the prompt's own commands; false: unknown. */
bool	prompt_edit(struct ui *, const char *what);
void	prompt_draw(struct ui *, const struct region *);

/* complete.c */
void	prompt_complete(struct ui *, int direction);
void	prompt_forget_words(struct prompt *);

#endif
