/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ENGINE_BACKEND_AVML_H
#define ENGINE_BACKEND_AVML_H

#include "engine/backend/backend.h"

/*
 * AVML's compressed images, its version 2 (github.com/microsoft/avml, image.rs):
 * blocks of memory, each a header as LiME's, a snappy stream in frames
 * (google/snappy, framing_format.txt) and that stream's length in 8 bytes.
 */
extern const struct backend backend_avml;

#endif
