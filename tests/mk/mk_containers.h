/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_MK_MK_CONTAINERS_H
#define TESTS_MK_MK_CONTAINERS_H

#include "tests/mk/mk_btf.h"

/* The types that walkers ask for, as in 6.1, for pointers of so many bytes. */
void	mk_containers(struct mk_btf *, unsigned ptr_size);

#endif
