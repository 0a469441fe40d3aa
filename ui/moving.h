/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef UI_MOVING_H
#define UI_MOVING_H

#include "ui/model.h"

void	moving_init(struct ui *);
void	moving_fini(struct ui *);
/* Between these no read waits for longer than people do. */
void	moving_begin(struct ui *);
void	moving_end(struct ui *);
/* What is read for a frozen pane is of its moment; true: moving_leave() ends it. */
bool	moving_enter(struct ui *, const struct pane *);
void	moving_leave(struct ui *);
/* The commands freeze and reconnect, the setting refresh. */
int	moving_freeze(struct ui *);
int	moving_reconnect(struct ui *);
int	moving_set_rate(struct ui *, const char *);
const char *moving_rate(struct ui *);
/*
 * Has the time come to read again, is a new opening through?  Then it is done.
 * Returns whether there may be something else to show.
 */
bool	moving_tick(struct ui *);
/* Milliseconds until the next tick; -1: none will be. */
int	moving_wait(struct ui *);
/* Nothing is being read: a target that stands still may go on. */
void	moving_rest(struct ui *);
/*
 * The kernel's clock was read: true when it has begun to stand still, which it
 * does of a machine that was stopped, and in memory that a machine started anew
 * has left as it was.  now as ui_now().
 */
bool	moving_pace(struct ui *, uint64_t ticks, uint64_t now);
/*
 * Has everybody left this kernel: do the processors run by other page tables,
 * and has its clock not moved since the last news?
 */
bool	moving_left(const struct ui *, const struct kernel_news *);
/* How long the target stood still, for the status line. */
void	moving_status(struct ui *, struct buf *);

#endif
