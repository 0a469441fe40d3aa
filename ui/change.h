/* SPDX-License-Identifier: BSD-2-Clause */
/* Changing memory: what is typed, asked and shown of it (see engine/edit.h). */
#ifndef UI_CHANGE_H
#define UI_CHANGE_H

#include "ui/command.h"

/* The commands. */
int	change_run_write(struct ui *, const struct command *, const char *);
int	change_run_change(struct ui *, const struct command *, const char *);
int	change_run_changes(struct ui *, const struct command *, const char *);
int	change_run_commit(struct ui *, const struct command *, const char *);
int	change_run_undo(struct ui *, const struct command *, const char *);
int	change_run_patch(struct ui *, const struct command *, const char *);

/* A value was typed for what the cursor is on. */
int	change_accept(struct ui *, const char *text);
/* Stage it and say so; a pane's change ends with this. */
int	change_stage(struct ui *, const struct value_store *, int pid,
	    const char *what);
/* The key that answers a question: ui->await says which. */
void	change_answer(struct ui *, uint32_t key);
/* Leave, or ask first where something is staged. */
void	change_leave(struct ui *);
/* How many changes wait to be written. */
size_t	change_staged(const struct ui *);
/* Is any of these bytes staged? */
bool	change_covers(struct ui *, const struct space *, uint64_t va, size_t n);

#endif
