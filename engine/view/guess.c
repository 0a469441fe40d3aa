/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/view/phrase.h"

#include <string.h>

#define WORD_MAX	24

void
guess_init(struct guess *g, const char *word)
{
	const size_t n = strlen(word);

	g->word = word;
	g->best = NULL;
	/* One slip in a short word, two in a long one; none in "ps". */
	g->slips = n > WORD_MAX || n < 3 ? 0 : n < 6 ? 2 : 3;
}

/*
 * How many letters are wrong, missing, too many, or two of them swapped:
 * Damerau's distance, of adjacent letters only.
 */
static unsigned
slips(const char *a, size_t na, const char *b, size_t nb)
{
	unsigned row[3][WORD_MAX + 1], *before, *last, *now, *t, best;
	size_t i, j;

	before = row[0];
	last = row[1];
	now = row[2];
	memset(row, 0, sizeof(row));
	for (j = 0; j <= nb; j++)
		last[j] = (unsigned)j;
	for (i = 1; i <= na; i++) {
		now[0] = (unsigned)i;
		for (j = 1; j <= nb; j++) {
			best = last[j - 1] + (a[i - 1] != b[j - 1]);
			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			now[j] = best;
		}
		t = before;
		before = last;
		last = now;
		now = t;
	}
	return (last[nb]);
}

void
guess_offer(struct guess *g, const char *name)
{
	const size_t n = strlen(name);
	unsigned s;

	if (g->slips == 0 || n > WORD_MAX || n < 2)
		return;
	s = slips(g->word, strlen(g->word), name, n);
	if (s < g->slips) {
		g->slips = s;
		g->best = name;
	}
}
