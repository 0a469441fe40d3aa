/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands about windows; what they do is in model.h. */
#ifndef UI_WINDOW_H
#define UI_WINDOW_H

#include "ui/command.h"

/* split, vsplit, next-window, prev-window, zoom, close-window, only */
int	window_run(struct ui *, const struct command *, const char *args);
/* left-window, right-window, upper-window, lower-window */
int	window_run_side(struct ui *, const struct command *, const char *args);
/* taller ... narrower, equal, swap-window, linked */
int	window_run_size(struct ui *, const struct command *, const char *args);

#endif
