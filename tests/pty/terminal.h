/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A pseudo terminal with a program on it, judged by libvterm.  Between them
 * stands a small job-control shell, so that Ctrl-Z can be tried: it says
 * "[stopped HOW]" and "[ended STATUS HOW]", HOW telling whether the terminal
 * is the same as before.
 */
#ifndef TESTS_PTY_TERMINAL_H
#define TESTS_PTY_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <vterm.h>

#define TEXT_MAX	(300 * 200 * 4)

struct terminal {
	int		 fd;		/* the master's side */
	pid_t		 shell;
	VTerm		*vt;
	VTermScreen	*screen;
	int		 cols, rows;
	bool		 alternate, cursor;	/* as the terminal has them now */
	size_t		 bytes;		/* received since it was set to 0 */
	bool		 high, color;	/* bytes above 0x7f; a colour */
	char		 tail[8];
	char		 held[8], last;	/* not shown yet; shown before */
	size_t		 nheld;
	char		 raw[4096];	/* the last of those bytes */
};

/* The screen as tty_look() saw it last. */
extern char tty_text[TEXT_MAX];

/* Start "run" there, in a process of its own; env: names and values, NULL. */
void	tty_start(struct terminal *, const char *term, int cols, int rows,
	    const char *const *env, int (*run)(void *), void *arg);
void	tty_stop(struct terminal *);
void	tty_resize(struct terminal *, int cols, int rows);
void	tty_type(struct terminal *, const char *keys);
/* Wait for something at most ms and take all that is there; false: the end. */
bool	tty_take(struct terminal *, int ms);
/* Take what comes until nothing came for a while; false: the end. */
bool	tty_pump(struct terminal *);
void	tty_look(struct terminal *);
/* Wait until the screen shows something. */
bool	tty_shows(struct terminal *, const char *what);
bool	tty_shows_one(struct terminal *, const char *what, const char *or);
long	tty_ms(void);

#endif
