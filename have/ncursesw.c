/* SPDX-License-Identifier: BSD-2-Clause */
/* Wide characters must be compiled in: setcchar() needs no terminal. */
#include CURSES_HEADER
#include <wchar.h>

int
main(void)
{
	wchar_t text[2] = { L'x', L'\0' };
	cchar_t c;

	return (setcchar(&c, text, A_BOLD, 0, NULL) == ERR ||
	    curses_version() == NULL);
}
