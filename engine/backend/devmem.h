/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /dev/mem (mem(4)): physical memory of the machine that this runs on, as far
 * as the kernel lets it be read.
 *
 * With CONFIG_STRICT_DEVMEM (drivers/char/mem.c; devmem_is_allowed() in
 * arch/x86/mm/init.c) System RAM is refused, on x86 above the first MiB by an
 * error and below it by zeros, and there writes are dropped without a word.  So
 * it is tried once, above: where it is refused all of System RAM counts as
 * restricted and those zeros are never shown.  A write below is sent all the
 * same, and found to be dropped.
 */
#ifndef ENGINE_BACKEND_DEVMEM_H
#define ENGINE_BACKEND_DEVMEM_H

#include "engine/backend/backend.h"

/* device and map: "/dev/mem" and "/proc/iomem". */
int	devmem_open_at(struct ctx *, const char *device, const char *map,
	    struct dump **ret);
/* Opened for writing by the first write, not before. */
int	devmem_open(struct ctx *, const char *address, struct dump **ret);

#endif
