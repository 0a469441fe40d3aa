/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running a session without a terminal: a file made by record.c, or the same
 * lines from standard input.  Every key is answered in full before the next.
 */
#ifndef UI_REPLAY_H
#define UI_REPLAY_H

#include "base/out.h"
#include "ui/model.h"

/* One line of a session, read. */
enum replay_kind {
	REPLAY_HEADER,			/* the first line */
	REPLAY_ON,			/* text: the identity */
	REPLAY_SIZE,			/* w, h */
	REPLAY_KEYMAP,			/* text */
	REPLAY_KEY,			/* keys separated by blanks: text */
	REPLAY_TYPE,			/* text, key by key */
	REPLAY_MOUSE,			/* mouse at w, h */
	REPLAY_WAIT,			/* ms */
	REPLAY_SNAP,			/* text: a name */
	REPLAY_SCREEN,			/* a line of a screen */
	REPLAY_NOTHING,			/* blank, or a comment */
};

struct replay_line {
	enum replay_kind kind;
	const char	*text;
	size_t		 len;
	int		 w, h;
	enum mouse	 mouse;
	unsigned	 ms;
};

/* E_SYNTAX says what is wrong, without file and line. */
int	replay_parse(struct ctx *, const char *line, size_t n,
	    struct replay_line *);

/* What a session begins with: the keymap it asks for, or "", and its size, or 0. */
struct replay_head {
	char	keymap[256];
	int	w, h;
};
void	replay_head(const char *text, size_t n, struct replay_head *);

/*
 * Run a whole session.  Screens that are kept in it are compared: what differs
 * goes to out as a unified diff.  With "show" screens go to out instead.
 * *updated, when not NULL, takes the session with the screens as they are now.
 * E_SYNTAX names file and line; *differs counts the screens that differ.
 */
int	replay_run(struct ui *, const char *file, const char *text, size_t n,
	    bool show, struct out *, struct buf *updated, unsigned *differs);

/* The lines of b that differ from a, with three lines around them. */
void	replay_diff(struct out *, const char *name_a, const char *a,
	    const char *name_b, const char *b);

#endif
