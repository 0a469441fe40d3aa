/* SPDX-License-Identifier: BSD-2-Clause */
/* Page tables as a literal list of entries; whatever is not listed reads 0. */
#ifndef TESTS_MK_WALK_H
#define TESTS_MK_WALK_H

#include "arch/pt.h"

struct mk_entry {
	uint64_t pa, raw;
};

struct mk_walk {
	const struct pt_form	*form;
	const struct mk_entry	*entries;	/* ended by one of all zeros */
	uint64_t		 root;
	uint64_t		 missing;	/* a page that cannot be read, or 0 */
	struct pt_result	 r;		/* of the last translation */
};

int	mk_walk(struct mk_walk *, uint64_t va);
/* True when va is mapped to pa by a page of that size with those flags. */
bool	mk_walk_is(struct mk_walk *, uint64_t va, uint64_t pa, uint64_t size,
	    unsigned flags);
/* The run at va; false when there is none. */
bool	mk_walk_run(struct mk_walk *, uint64_t va, uint64_t end,
	    struct pt_range *);

#endif
