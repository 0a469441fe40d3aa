/* SPDX-License-Identifier: BSD-2-Clause */
/* Images as LiME and AVML write them, of both byte orders where there are. */
#ifndef TESTS_MK_LIME_H
#define TESTS_MK_LIME_H

#include "base/vec.h"

#include <stdint.h>

/* Each word holds mk_word() of its address, see mk_elf.h; n 0 ends a list. */
struct mk_range {
	uint64_t pa, n;
};

void	mk_lime_header(struct buf *, bool be, uint64_t pa, uint64_t n);
void	mk_lime(struct buf *, const struct mk_range *, bool be);

/*
 * A block of n bytes in frames of "frame" bytes at most, every other one plain;
 * where snappy cannot be made here all are.
 */
void	mk_avml_block(struct buf *, uint64_t pa, const uint8_t *, uint64_t n,
	    uint32_t frame);
void	mk_avml(struct buf *, const struct mk_range *, uint32_t frame);

#endif
