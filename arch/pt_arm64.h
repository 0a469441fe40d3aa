/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two halves of the address space have a root each (TTBR1 for the kernel,
 * TTBR0 for a process), hence a form each.
 */
#ifndef ARCH_PT_ARM64_H
#define ARCH_PT_ARM64_H

#include "arch/pt.h"

extern const struct pt_form pt_arm64_4k_52, pt_arm64_4k_48, pt_arm64_4k_39,
    pt_arm64_16k_52, pt_arm64_16k_48, pt_arm64_16k_47, pt_arm64_64k_52, pt_arm64_64k_48, pt_arm64_64k_42;
extern const struct pt_form pt_arm64_4k_52_user, pt_arm64_4k_48_user,
    pt_arm64_4k_39_user, pt_arm64_16k_52_user, pt_arm64_16k_48_user, pt_arm64_16k_47_user, pt_arm64_64k_52_user,
    pt_arm64_64k_48_user, pt_arm64_64k_42_user;

/* 32-bit ARM with LPAE has the same descriptors. */
extern const struct pt_form_ops pt_arm64_ops;

#endif
