/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that people try to open and that are no dumps, or none for kpeek. */
#ifndef ENGINE_BACKEND_FOREIGN_H
#define ENGINE_BACKEND_FOREIGN_H

#include "engine/backend/backend.h"

/* Its probe names what it knows (E_UNSUPPORTED); nothing is ever opened. */
extern const struct backend backend_foreign;

#endif
