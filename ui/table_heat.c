/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/table_heat.h"

#include "base/hash.h"
#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

/* Rows by their keys: slots of row numbers + 1, at most half of them used. */
static uint32_t *
index_rows(const struct table *t, size_t *mask)
{
	uint32_t *slots;
	size_t i, at, n;

	for (n = 16; n < 2 * t->nrows; n *= 2)
		;
	slots = calloc(n, sizeof(*slots));
	*mask = n - 1;
	for (i = 0; slots != NULL && i < t->nrows; i++) {
		if (t->rows[i]->key == 0)
			continue;
		for (at = hash_u64(t->rows[i]->key) & *mask; slots[at] != 0;)
			at = (at + 1) & *mask;
		slots[at] = (uint32_t)i + 1;
	}
	return (slots);
}

/* The row of that key, SIZE_MAX when there is none. */
static size_t
row_by_key(const struct table *t, const uint32_t *slots, size_t mask,
    uint64_t key)
{
	size_t at;

	for (at = hash_u64(key) & mask; key != 0 && slots[at] != 0;
	    at = (at + 1) & mask)
		if (t->rows[slots[at] - 1]->key == key)
			return (slots[at] - 1);
	return (SIZE_MAX);
}

/* What differs may read the same: 1536 and 1540 bytes are 1.5K. */
static bool
same_cell(const struct column *c, const struct cell *x, const struct cell *y,
    struct buf *a, struct buf *b)
{
	if (cell_same(x, y))
		return (true);
	buf_reset(a);
	buf_reset(b);
	cell_format(x, c, a);
	cell_format(y, c, b);
	return (strcmp(buf_text(a), buf_text(b)) == 0);
}

struct heat *
table_heat(const struct table *old, const struct heat *before,
    const struct table *next)
{
	struct buf a = { 0 }, b = { 0 };
	const struct row *row, *was;
	struct heat *heat;
	uint32_t *slots;
	size_t i, k, at, mask;

	heat = calloc(next->nrows + 1, sizeof(*heat));
	slots = index_rows(old, &mask);
	for (i = 0; heat != NULL && slots != NULL && i < next->nrows; i++) {
		row = next->rows[i];
		if (row->key == 0)
			continue;
		at = row_by_key(old, slots, mask, row->key);
		if (at == SIZE_MAX) {
			heat[i].fresh = UINT64_MAX;
			continue;
		}
		was = old->rows[at];
		for (k = 0; k < row->ncells && k < was->ncells && k < 64; k++)
			if (!same_cell(&next->columns[k], &row->cells[k],
			    &was->cells[k], &a, &b))
				heat[i].fresh |= UINT64_C(1) << k;
		if (before != NULL)
			heat[i].fading = before[at].fresh & ~heat[i].fresh;
	}
	free(slots);
	buf_fini(&a);
	buf_fini(&b);
	return (heat);
}
