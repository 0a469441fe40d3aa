/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is kept between two runs on the same dump, below $XDG_STATE_HOME: notes
 * on addresses, bookmarks, marks, what was typed, the windows.  A text file a
 * dump, known by the dump's identity (engine/identity.h), of lines:
 *
 *	kpeek-state 1
 *	on IDENTITY
 *	note ADDRESS TEXT
 *	bookmark NAME COMMAND
 *	mark LETTER ROW COMMAND
 *	typed KIND TEXT
 *	split h|v SHARE		before its two halves
 *	window ROW COMMAND
 *	focus N			of the windows, from 0
 */
#ifndef UI_STATE_H
#define UI_STATE_H

#include <stddef.h>
#include <stdint.h>

struct ui;

#define NOTES_MAX	4096
#define BOOKMARKS_MAX	1024

struct note {
	uint64_t	 addr;
	char		*text;
};

struct bookmark {
	char		*name;		/* one word */
	char		*command;
};

struct state {
	char		 path[4096];	/* "": nothing is kept */
	char		*identity;
	struct note	*notes;		/* by address */
	size_t		 nnotes, notes_cap;
	struct bookmark	*bookmarks;	/* in the order they were made */
	size_t		 nbookmarks, bookmarks_cap;
	char		*windows;	/* the lines of the run before, or NULL */
};

void	state_init(struct state *);
void	state_fini(struct state *);
/*
 * Find the file of this dump and read it.  Lines that cannot be understood are
 * passed over and told.  Nothing is kept where there is no home.
 */
void	state_load(struct ui *);
/* Write it, when anything is worth it. */
int	state_save(struct ui *);

/* The note on an address or NULL. */
const char *state_note(const struct state *, uint64_t addr);
/* Replace the note on an address; "" takes it away. */
int	state_set_note(struct ui *, uint64_t addr, const char *text);
int	state_bookmark(struct ui *, const char *name, const char *command);
/* The command of a bookmark, NULL: there is none. */
const char *state_find_bookmark(const struct state *, const char *name);
/* Open the windows as they stood when this dump was left. */
int	state_restore(struct ui *);

#endif
