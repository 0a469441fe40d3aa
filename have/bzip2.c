/* SPDX-License-Identifier: BSD-2-Clause */
#include <bzlib.h>

#include <string.h>

int
main(void)
{
	bz_stream z;

	memset(&z, 0, sizeof(z));
	return (BZ2_bzDecompressInit(&z, 0, 0) != BZ_OK);
}
