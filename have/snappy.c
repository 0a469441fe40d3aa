/* SPDX-License-Identifier: BSD-2-Clause */
#include <snappy-c.h>

int
main(void)
{
	size_t n = 0;

	return (snappy_uncompressed_length("\5", 1, &n) != SNAPPY_OK || n != 5);
}
