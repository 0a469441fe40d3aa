/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel's image with no dump: what was linked is read at the addresses for
 * which it was linked, and there are no page tables.
 */
#ifndef ENGINE_LINKED_H
#define ENGINE_LINKED_H

#include "engine/backend/backend.h"
#include "engine/symbol/image.h"

/*
 * The image is borrowed and outlives the dump.  E_UNSUPPORTED: nothing in it
 * lies where kernels lie, in the upper half of the addresses.
 */
int	linked_open(struct ctx *, const struct image *, struct dump **ret);

#endif
