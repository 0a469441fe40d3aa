/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keymaps: sequences of keys bound to command lines, by mode.  One parser
 * reads the maps that are compiled in and the user's own; kpeek-keys(5) has
 * the syntax.  A mode is "all", "prompt" or the name of a pane; a pane's own
 * bindings come before those of "all", a later line before an earlier one.
 */
#ifndef UI_KEYMAP_H
#define UI_KEYMAP_H

#include "base/arena.h"
#include "base/ctx.h"
#include "ui/key.h"

#define KEYMAP_SEQ_MAX	6
#define KEYMAP_MAX	4096		/* bindings of one map */

struct binding {
	const char	*mode;
	const char	*command;	/* a command line; NULL: taken away */
	uint32_t	 keys[KEYMAP_SEQ_MAX];
	unsigned	 nkeys;
	const char	*file;
	unsigned	 line;
};

struct keymap {
	struct binding	*v;
	size_t		 n, cap;
	struct arena	 arena;
};

/* What the parser asks and tells.  Members may be NULL. */
struct keymap_checks {
	bool	(*mode)(void *arg, const char *name);
	bool	(*command)(void *arg, const char *name);
	/* "FILE:LINE:COLUMN: why": reading goes on. */
	void	(*error)(void *arg, const char *text);
	void	*arg;
};

enum keymap_answer {
	KEYMAP_NONE,			/* no binding begins so */
	KEYMAP_PREFIX,			/* some do: wait for more */
	KEYMAP_FOUND,
};

void	keymap_init(struct keymap *);
void	keymap_fini(struct keymap *);
/* The number of errors, -1 when out of memory. */
int	keymap_parse(struct keymap *, const char *file, const char *text,
	    size_t n, const struct keymap_checks *);
enum keymap_answer keymap_lookup(const struct keymap *, const char *mode,
	    const uint32_t *keys, unsigned n, const struct binding **);
/*
 * The binding that a help line should show for a command in a mode: the
 * first in the file that is in force, the mode's own before those of "all".
 * NULL when no key has it.
 */
const struct binding *keymap_key_of(const struct keymap *, const char *mode,
	    const char *command);
/* Is this binding in force in a mode, or hidden by another? */
bool	keymap_in_force(const struct keymap *, const char *mode,
	    const struct binding *);
/* "g g", "C-w s" */
void	keymap_format(const struct binding *, char *, size_t);

/* The maps that are compiled in, made from keymaps/ by make; ends with NULL. */
struct keymap_builtin {
	const char	*name;		/* "default" */
	const char	*text;
};
extern const struct keymap_builtin keymap_builtins[];

#endif
