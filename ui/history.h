/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a running kernel was doing lately: one value a reading, kept as long as
 * the program runs, whichever panes were open.
 */
#ifndef UI_HISTORY_H
#define UI_HISTORY_H

#include "ui/doc.h"

/*
 * Take a value, unless the newest one is younger than half a reading or the
 * kernel does not run.  NAN is none.
 */
void	history_add(struct ui *, enum history_of, double);
/* Memory and swap, of what the system says of itself. */
void	history_info(struct ui *, const struct os_info *);
/* Bytes in use that cannot be had back at once; false: that is not known. */
bool	history_memory(const struct os_info *, uint64_t *used);
/*
 * The last w values as a line of small bars, "top" or the greatest of them
 * being a full one; nothing before there are two.
 */
void	history_draw(struct ui *, struct doc *, enum history_of, int w,
	    double top);

#endif
