/* SPDX-License-Identifier: BSD-2-Clause */
#include <lzma.h>

int
main(void)
{
	lzma_stream z = LZMA_STREAM_INIT;

	return (lzma_stream_decoder(&z, 1 << 20, 0) != LZMA_OK);
}
