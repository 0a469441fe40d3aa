/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ENGINE_OS_OS_PANIC_H
#define ENGINE_OS_OS_PANIC_H

#include <stdbool.h>
#include <stddef.h>

/* A frame of the stack of the task that panicked; index 0 is the innermost. */
struct panic_frame {
	const char	*name;		/* of its function; "" unknown */
	bool		 exact;		/* it was interrupted there */
};

/*
 * The first one of interest: past the kernel's own way of dying, which says
 * nothing about the cause.  n when there is none.
 */
size_t	panic_first(const struct panic_frame *, size_t n);

#endif
