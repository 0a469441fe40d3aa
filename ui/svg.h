/* SPDX-License-Identifier: BSD-2-Clause */
/* A picture of the screen, for manuals. */
#ifndef UI_SVG_H
#define UI_SVG_H

#include "base/ctx.h"
#include "base/out.h"
#include "ui/grid.h"

void	svg_draw(const struct grid *, struct out *);
/* To a file, which is replaced. */
int	svg_write(struct ctx *, const struct grid *, const char *path);

#endif
