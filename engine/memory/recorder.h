/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A layer that notes which pages were read: what a slim capture keeps.  Reads
 * made while ctx->unrecorded is set (scans) are not noted.
 */
#ifndef ENGINE_MEMORY_RECORDER_H
#define ENGINE_MEMORY_RECORDER_H

#include "engine/memory/memory.h"

#define RECORDER_PAGE	UINT64_C(4096)

int	recorder_push(struct ctx *, struct memory *);
/*
 * The pages noted so far, ascending physical addresses; the caller frees
 * *pages.  E_USAGE when this memory has no recorder.
 */
int	recorder_pages(struct ctx *, struct memory *, uint64_t **pages, size_t *n);
/*
 * What lies below the recorder: memory without what is staged or patched over
 * it.  Not noted.
 */
int	recorder_below(struct ctx *, struct memory *, uint64_t pa, void *, size_t);

#endif
