/* SPDX-License-Identifier: BSD-2-Clause */
#include <vterm.h>

int
main(void)
{
	VTerm *vt = vterm_new(24, 80);

	if (vt == NULL)
		return (1);
	vterm_free(vt);
	return (0);
}
