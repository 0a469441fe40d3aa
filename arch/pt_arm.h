/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_PT_ARM_H
#define ARCH_PT_ARM_H

#include "arch/pt.h"

extern const struct pt_form pt_arm, pt_arm_be, pt_arm_lpae;
/* Before ARMv6 the highest bits of an entry meant other things. */
extern const struct pt_form pt_arm_v4, pt_arm_v4_be;

#endif
