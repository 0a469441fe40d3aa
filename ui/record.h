/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A session as a readable text file: what was opened, the size of the screen,
 * the keys, and screens that were kept.  kpeek-keys(5) has the format.
 */
#ifndef UI_RECORD_H
#define UI_RECORD_H

#include "base/ctx.h"
#include "ui/grid.h"
#include "ui/term.h"

struct record;
struct ui;

int	record_open(struct ctx *, const char *path, struct ui *,
	    struct record **ret);
void	record_key(struct record *, uint32_t key);
void	record_mouse(struct record *, enum mouse, int x, int y);
void	record_resize(struct record *, int w, int h);
void	record_snap(struct record *, const char *name, const struct grid *);
/* E_IO when something could not be written. */
int	record_close(struct ctx *, struct record *);

/* "Linux 6.1.0 x86_64 build-id ...": what a session was recorded on. */
void	record_identity(struct ui *, struct buf *);
/* A grid as the lines of a snap block. */
void	record_screen(const struct grid *, struct buf *);

#endif
