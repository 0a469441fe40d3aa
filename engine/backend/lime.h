/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ENGINE_BACKEND_LIME_H
#define ENGINE_BACKEND_LIME_H

#include "engine/backend/backend.h"

/*
 * LiME's format, version 1: ranges of memory, each behind a header (LiME's
 * documentation, "LiME Memory Range Header Version 1 Specification"), in the
 * byte order of the machine.  AVML writes it too, unless it compresses.  What
 * LiME calls padded and raw has no headers: that is raw.h.
 */
extern const struct backend backend_lime;

#endif
