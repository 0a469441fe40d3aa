/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/crc32c.h"

#include "base/bytes.h"

#define POLYNOMIAL	0x82f63b78u	/* lowest bit first */

void
crc32c_init(struct crc32c *c)
{
	uint32_t v;
	unsigned i, bit;

	for (i = 0; i < 256; i++) {
		for (v = i, bit = 0; bit < 8; bit++)
			v = v >> 1 ^ (v & 1 ? POLYNOMIAL : 0);
		c->table[0][i] = v;
	}
	for (i = 0; i < 7 * 256; i++) {
		v = c->table[i / 256][i % 256];
		c->table[i / 256 + 1][i % 256] = v >> 8 ^ c->table[0][v & 255];
	}
}

uint32_t
crc32c(const struct crc32c *c, const void *buf, size_t n)
{
	const uint8_t *p = buf;
	uint32_t v, w;

	for (v = ~0u; n >= 8; n -= 8, p += 8) {
		v ^= load_u32(p, false);
		w = load_u32(p + 4, false);
		v = c->table[7][v & 255] ^ c->table[6][v >> 8 & 255] ^
		    c->table[5][v >> 16 & 255] ^ c->table[4][v >> 24] ^
		    c->table[3][w & 255] ^ c->table[2][w >> 8 & 255] ^
		    c->table[1][w >> 16 & 255] ^ c->table[0][w >> 24];
	}
	for (; n > 0; n--, p++)
		v = v >> 8 ^ c->table[0][(v ^ *p) & 255];
	return (~v);
}
