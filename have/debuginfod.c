/* SPDX-License-Identifier: BSD-2-Clause */
/* Loaded when it is wanted, not linked to. */
#include <stddef.h>

#include <dlfcn.h>
#include <elfutils/debuginfod.h>

int
main(void)
{
	void *l = dlopen(DEBUGINFOD_SONAME, RTLD_NOW);

	return (l == NULL || dlsym(l, "debuginfod_set_user_data") == NULL);
}
