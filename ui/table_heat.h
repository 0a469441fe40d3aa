/* SPDX-License-Identifier: BSD-2-Clause */
/* What has changed in a table since it was read before. */
#ifndef UI_TABLE_HEAT_H
#define UI_TABLE_HEAT_H

#include "engine/view/row.h"

/* Columns of a row, a bit each: changed when it was read last, and before. */
struct heat {
	uint64_t	 fresh, fading;
};

/*
 * One for each row of next, by the rows' keys; rows that are new have changed
 * all over, rows without a key not at all.  before belongs to old, or is NULL.
 * The caller frees it; NULL: out of memory.
 */
struct heat *table_heat(const struct table *old, const struct heat *before,
	    const struct table *next);

#endif
