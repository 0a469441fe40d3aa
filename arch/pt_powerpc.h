/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_PT_POWERPC_H
#define ARCH_PT_POWERPC_H

#include "arch/pt.h"

/* The kernel's quadrant of the radix tree. */
extern const struct pt_form pt_powerpc64_radix;

#endif
