/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The palette: all commands and tables, found by a few letters in order.  Its
 * text is the prompt's, its rows stand above it.
 */
#ifndef UI_PALETTE_H
#define UI_PALETTE_H

#include "ui/model.h"

/*
 * How well letters typed fit a name: higher is better, -1 when they are not in
 * it in this order.  Letters in a row and at the start of a word count more;
 * case only where the typed letter is a capital one.
 */
int	palette_score(const char *typed, const char *name);

/* The chosen row goes down or up by so many. */
void	palette_move(struct ui *, int by);
void	palette_draw(struct ui *);
/*
 * The line that Enter means: the chosen row's, or what was typed when there is
 * none.  *args: it wants arguments and is not to be run as it is.
 */
void	palette_line(struct ui *, struct buf *, bool *args);

#endif
