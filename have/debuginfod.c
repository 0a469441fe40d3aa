/* SPDX-License-Identifier: BSD-2-Clause */
#include <stddef.h>

#include <elfutils/debuginfod.h>

int
main(void)
{
	debuginfod_client *c = debuginfod_begin();

	debuginfod_set_user_data(c, c);
	debuginfod_end(c);
	return (c == NULL);
}
