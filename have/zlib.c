/* SPDX-License-Identifier: BSD-2-Clause */
#include <zlib.h>

int
main(void)
{
	unsigned char in[64] = { 1 }, mid[256], out[64];
	uLongf n = sizeof(mid), m = sizeof(out);

	if (compress(mid, &n, in, sizeof(in)) != Z_OK)
		return (1);
	return (uncompress(out, &m, mid, n) != Z_OK || m != sizeof(in));
}
