/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ENGINE_BACKEND_FBSD_ELF_H
#define ENGINE_BACKEND_FBSD_ELF_H

#include "engine/backend/backend.h"

extern const struct backend backend_fbsd_elf;

#endif
