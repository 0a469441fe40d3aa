/* SPDX-License-Identifier: BSD-2-Clause */
/* C11 with the GNU attributes, builtins and statement expressions in use. */
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

_Static_assert(sizeof(void *) >= 4 && sizeof(int) == 4, "machine");

static void
drop(int *p)
{
	*p = 0;
}

int
main(void)
{
	__attribute__((cleanup(drop))) int x = 1;
	_Alignas(max_align_t) atomic_bool flag = 0;
	uint64_t sum;

	if (__builtin_add_overflow(UINT64_MAX, (uint64_t)x, &sum) == 0)
		return (1);
	return (__extension__ ({ atomic_load(&flag) ? 1 : 0; }));
}
