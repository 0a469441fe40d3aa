/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inside of the memory pane, which lies in two files: pane_hex.c draws it
 * and moves about, hex_search.c searches.
 */
#ifndef UI_HEX_PANE_H
#define UI_HEX_PANE_H

#include "ui/model.h"

#define HEX_PAGE	4096u		/* reasons change at most this finely */
#define HEX_SHOWN_MAX	65536u		/* bytes on one screen */
#define HEX_NEEDLE_MAX	256
#define HEX_CHAINS	256		/* a power of two */

/* Where a word leads, kept from one draw to the next. */
struct chain {
	uint64_t	 addr, word, generation;
	char		*text;		/* NULL: not asked yet */
};

struct hex {
	struct pane	 p;
	const struct space *space;
	int		 pid;
	uint64_t	 home;		/* where it was opened */
	uint64_t	 top, cur;	/* top is a multiple of per_row from home's row */
	unsigned	 unit;		/* 1, 2, 4, 8 */
	bool		 tele;		/* a word a row, and where each leads */
	struct chain	 chains[HEX_CHAINS];
	unsigned	 per_row;	/* bytes; set by draw */
	int		 rows;
	uint8_t		 bytes[HEX_SHOWN_MAX];
	int8_t		 status[HEX_SHOWN_MAX];	/* OK or the reason, per byte */
	/* What changed: the bytes before, and how lately each did. */
	uint8_t		 before[HEX_SHOWN_MAX], heat[HEX_SHOWN_MAX];
	uint64_t	 heat_top;
	size_t		 nheat;		/* bytes that heat and before are about */
	bool		 aging;		/* read anew: what was fresh is so no more */
	/* A search under way. */
	bool		 searching, down;
	uint8_t		 needle[HEX_NEEDLE_MAX];
	size_t		 nneedle;
	uint64_t	 at, searched;
	uint64_t	 run_end;	/* up to here it is known to be mapped */
	bool		 mapping;	/* the next mapping is sought, no bytes */
	uint64_t	 stride;	/* so far page tables are read at once */
	/* What is mapped below: windows further and further down. */
	struct {
		bool	 open, found;
		uint64_t below, from, by, va, last;
	}		 hole;
	struct pt_range	 run;		/* the last one, if it was cut off */
};

/* Bring the cursor onto the screen. */
void	hex_fit(struct hex *);

/* As pane_ops have them. */
/* The next mapping above the cursor, in steps as a search. */
void	hex_next_mapping(struct hex *);
int	hex_search(struct pane *, const char *pattern, int direction);
bool	hex_search_step(struct pane *);
void	hex_search_cancel(struct pane *);

#endif
