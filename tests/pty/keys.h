/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_PTY_KEYS_H
#define TESTS_PTY_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which terminal keys_encode is about; false: terminfo does not know it. */
bool	keys_for(const char *term);
/* Does it tell of the mouse? */
bool	keys_have_mouse(void);
/*
 * What a terminal sends for a key (ui/key.h): what terminfo says, else what
 * xterm would, in at most 32 bytes.  How many, 0: it cannot be sent.
 */
size_t	keys_encode(uint32_t key, char *out);
/* What it sends when a button does something (enum mouse) at a cell. */
size_t	keys_encode_mouse(int what, int x, int y, char *out);

#endif
