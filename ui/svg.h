/* SPDX-License-Identifier: BSD-2-Clause */
/* A picture of the screen, for manuals. */
#ifndef UI_SVG_H
#define UI_SVG_H

#include "base/out.h"
#include "ui/grid.h"

void	svg_draw(const struct grid *, enum theme, struct out *);

#endif
