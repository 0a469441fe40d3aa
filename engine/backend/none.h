/* SPDX-License-Identifier: BSD-2-Clause */
/* No memory at all: a running kernel that lets nobody see it. */
#ifndef ENGINE_BACKEND_NONE_H
#define ENGINE_BACKEND_NONE_H

#include "engine/backend/backend.h"

/* Every read fails with E_RESTRICTED and the text why, which is copied. */
int	none_open(struct ctx *, const char *why, struct dump **ret);

#endif
