/* SPDX-License-Identifier: BSD-2-Clause */
/* CRC-32C, the check sum of RFC 3720 (Castagnoli's polynomial). */
#ifndef BASE_CRC32C_H
#define BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

struct crc32c {
	uint32_t table[8][256];		/* of a byte, with 0 to 7 behind it */
};

void	crc32c_init(struct crc32c *);
uint32_t crc32c(const struct crc32c *, const void *, size_t);

#endif
