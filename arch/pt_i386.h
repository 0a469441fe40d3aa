/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_PT_I386_H
#define ARCH_PT_I386_H

#include "arch/pt.h"

extern const struct pt_form pt_i386, pt_i386_pae;

#endif
