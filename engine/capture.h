/* SPDX-License-Identifier: BSD-2-Clause */
/* For what writes a kernel's memory as an ELF core: capture.c, convert.c. */
#ifndef ENGINE_CAPTURE_H
#define ENGINE_CAPTURE_H

#include "base/vec.h"
#include "engine/kernel.h"

/* Append the dump's notes but for its VMCOREINFO, then the one that holds. */
int	capture_notes(struct ctx *, struct kernel *, struct buf *);

#endif
