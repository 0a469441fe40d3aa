/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_PT_RISCV_H
#define ARCH_PT_RISCV_H

#include "arch/pt.h"

extern const struct pt_form pt_riscv_sv39, pt_riscv_sv48, pt_riscv_sv57;

#endif
