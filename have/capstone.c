/* SPDX-License-Identifier: BSD-2-Clause */
#include <capstone/capstone.h>

int
main(void)
{
	csh h;

	if (cs_open(CS_ARCH_X86, CS_MODE_64, &h) != CS_ERR_OK)
		return (1);
	return (cs_close(&h) != CS_ERR_OK);
}
