/* SPDX-License-Identifier: BSD-2-Clause */
/* The browser: what main() calls. */
#ifndef UI_UI_H
#define UI_UI_H

#include "engine/kernel.h"

#include <stdbool.h>

struct binding;

/* Told of what is used: how the tests know what they have tried. */
struct ui_watch {
	void	(*command)(void *arg, const char *name);
	void	(*key)(void *arg, const struct binding *);
	/* A pane, by the mode of its keys, on a screen that was compared. */
	void	(*pane)(void *arg, const char *name);
	void	*arg;
};

struct ui_options {
	const char	*keymap;	/* a built-in name or a file; NULL: "default" */
	const char	*record;	/* write the session to this file */
	const char	*replay;	/* run this session; on a terminal, to look at */
	const char	*cast;		/* write a film of the session to this file */
	bool		 update;	/* rewrite the replay's screens */
	int		 cols, rows;	/* > 0: headless, without a terminal */
	bool		 no_color;
	bool		 ascii;
	bool		 quiet;		/* no notices on stderr */
	/* Open a target that runs anew; NULL: that cannot be done. */
	int		(*reopen)(void *arg, struct ctx *, struct kernel *old,
			    struct kernel **ret);
	void		*reopen_arg;
	int		 nudge;		/* of privileges_keeper(), or 0 */
	const struct ui_watch *watch;	/* NULL: nobody looks */
};

/*
 * Run until the user leaves; the exit status of the program.  Messages that
 * outlive the screen go to stderr.  NO_COLOR, TERM, LANG and the XDG
 * variables of the environment are read here.  The kernel becomes another one
 * when it was opened anew.
 */
int	ui_run(struct ctx *, struct kernel **, const struct ui_options *);

#endif
