/* SPDX-License-Identifier: BSD-2-Clause */
#include <zstd.h>

int
main(void)
{
	return (ZSTD_isError(ZSTD_compressBound(100)) != 0 ||
	    ZSTD_versionNumber() < 10000);
}
