/* SPDX-License-Identifier: BSD-2-Clause */
/* 64-bit Power among the minidumps: a row of minidump_machine.c. */
#ifndef ENGINE_BACKEND_MINIDUMP_POWER_H
#define ENGINE_BACKEND_MINIDUMP_POWER_H

#include "engine/backend/minidump.h"

int	minidump_power_header(struct ctx *, struct minidump *, struct bytes *);
int	minidump_power_space(struct ctx *, struct minidump *);

#endif
