/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a converted dump says besides memory, in a note of kpeek's own: lines of
 * KEY=VALUE.  Other programs pass it over.
 */
#ifndef ENGINE_BACKEND_FACTS_H
#define ENGINE_BACKEND_FACTS_H

#include "base/vec.h"
#include "engine/backend/backend.h"

#define FACTS_NOTE	"kpeek"		/* name of the notes */
#define FACTS_TEXT	1		/* types: the lines, */
#define FACTS_MSGBUF	2		/* the bytes of a message buffer */

/* How the kernel's space is told; page_shift 0: not by the segments. */
struct facts {
	unsigned page_shift, levels;
};

/* The lines for a dump, appended. */
void	facts_put(struct buf *, const struct dump *, const struct facts *);
/* Read back: fills the dump.  Lines that are damaged or unknown are left. */
int	facts_take(struct ctx *, struct dump *, struct facts *,
	    const void *text, size_t n);

#endif
