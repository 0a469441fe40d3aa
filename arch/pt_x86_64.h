/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_PT_X86_64_H
#define ARCH_PT_X86_64_H

#include "arch/pt.h"

extern const struct pt_form pt_x86_64_4, pt_x86_64_5;

#endif
