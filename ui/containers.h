/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists and trees of the kernel, as commands that list what is in them. */
#ifndef UI_CONTAINERS_H
#define UI_CONTAINERS_H

#include "ui/model.h"

/*
 * The command that lists the elements of a container; false: the type is none.
 * *whole: nothing is left to type.  Where only the user knows of what the
 * elements are, the command ends where that is to be said, unless memory tells:
 * the slab cache in which the first one lies, and where in there.
 */
bool	container_walk(struct ui *, const struct value *, const char *type,
	    struct buf *, bool *whole);

/*
 * Of what the object is in which an address lies, as its slab cache tells:
 * "struct file", and where it begins.  False: that is not known.
 */
bool	container_object(struct ui *, uint64_t addr, char *type, size_t size,
	    uint64_t *base);

#endif
