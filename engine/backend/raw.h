/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Raw memory, byte for byte without any header: QEMU's pmemsave, a file behind
 * a guest's memory, a copy of /dev/mem, a VMware .vmem alone.
 *
 * Nothing in it says where it lies.  What was told holds; else VMCOREINFO,
 * which Linux keeps at the start of a page, names the kernel's init_uts_ns, and
 * the place of that structure in the file against its physical address is where
 * the file begins.  A PC's memory of 3 GiB and more goes on at 4 GiB, behind
 * the hole for its devices: the map that the firmware gave to the kernel tells.
 */
#ifndef ENGINE_BACKEND_RAW_H
#define ENGINE_BACKEND_RAW_H

#include "engine/backend/backend.h"

/* Mine is whatever no other row of the table knows: it is the last. */
extern const struct backend backend_raw;

#endif
