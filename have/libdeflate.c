/* SPDX-License-Identifier: BSD-2-Clause */
#include <libdeflate.h>

int
main(void)
{
	struct libdeflate_decompressor *d;

	d = libdeflate_alloc_decompressor();
	if (d == NULL)
		return (1);
	libdeflate_free_decompressor(d);
	return (0);
}
