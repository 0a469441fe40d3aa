/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The commands: one table.  A key, the ":" prompt, a link and a replay all go
 * through ui_command().  Every view is a command too, see engine/view/view.h.
 */
#ifndef UI_COMMAND_H
#define UI_COMMAND_H

#include "ui/model.h"

struct command {
	const char	*name, *alias;	/* alias may be NULL */
	const char	*args;		/* "[REGEX]", "" when there are none */
	const char	*help;		/* one line */
	unsigned	 needs;		/* NEEDS_* of view.h */
	enum verb	 verb;		/* for run_verb */
	/* args: what was typed after the name, blanks cut. */
	int		(*run)(struct ui *, const struct command *,
			    const char *args);
};

extern const struct command commands[];		/* ended by a NULL name */

const struct command *command_by_name(const char *name, size_t n);
/* A name that a keymap may use: a command or a view. */
bool	command_known(struct ui *, const char *name);

/* command_place.c: of those rows that it runs */
int	command_bytes(struct ui *, const struct command *, const char *args);
int	command_elements(struct ui *, const struct command *, const char *args);
int	command_identify(struct ui *, const struct command *, const char *args);
int	command_hex(struct ui *, const struct command *, const char *args);
int	command_telescope(struct ui *, const struct command *, const char *args);
int	command_as(struct ui *, const struct command *, const char *args);
int	command_goto(struct ui *, const struct command *, const char *args);
int	command_stacks(struct ui *, const struct command *, const char *args);
int	command_task(struct ui *, const struct command *, const char *args);
int	command_percent(struct ui *, const struct command *, const char *args);

/* command_help.c */
int	command_help(struct ui *, const struct command *, const char *args);
int	command_open(struct ui *, const struct command *, const char *args);
int	command_version(struct ui *, const struct command *, const char *args);

/*
 * command_phrase.c: a line that is not ours.  command_phrase runs what another
 * debugger's users mean by it, else it is ERROR again, with its text or with
 * what comes near a lone word (E_NOT_MINE for 0); command_phrase_first tells a line that can
 * mean nothing of ours.  command_redirect does "COMMAND | PROGRAM" and "COMMAND > FILE", if TEXT,
 * whose first word NAME is, is one of these.
 */
bool	command_phrase_first(const char *text);
int	command_phrase(struct ui *, const char *text, int error);
int	command_redirect(struct ui *, char *text, const char *name, bool *done);

/* command.c: what a key does. */
int	command_map(struct ui *, const struct command *, const char *args);

#endif
