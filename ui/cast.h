/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A session as a film: an asciicast of version 2, which players on the web and
 * in terminals show (docs.asciinema.org, "asciicast v2"): a JSON header, then
 * a line for each change: [seconds, "o", what a terminal would be sent].
 */
#ifndef UI_CAST_H
#define UI_CAST_H

#include "base/ctx.h"
#include "ui/grid.h"

struct cast;

int	cast_open(struct ctx *, const char *path, const struct grid *,
	    struct cast **ret);
/* The screen at so many ns from the beginning; nothing when it is the same. */
void	cast_frame(struct cast *, const struct grid *, enum theme, uint64_t ns);
/* E_IO when something could not be written. */
int	cast_close(struct ctx *, struct cast *);

#endif
