/* SPDX-License-Identifier: BSD-2-Clause */
#include <lzo/lzo1x.h>

int
main(void)
{
	return (lzo_init() != LZO_E_OK);
}
