/* SPDX-License-Identifier: BSD-2-Clause */
/* UTF-8, and how wide a character is on a screen. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Decode one character of at most n bytes (n > 0).  Returns its length; for
 * a malformed, overlong or surrogate sequence it returns 1 and *cp is
 * UTF8_BAD plus the byte.
 */
#define UTF8_BAD	0x80000000u
size_t	utf8_decode(const char *, size_t n, uint32_t *cp);
/* Encode to at most 4 bytes; returns their number. */
size_t	utf8_encode(uint32_t cp, char out[4]);
/* Columns of a terminal: 0 combining, 1, 2 wide; control characters are 1. */
int	utf8_width(uint32_t cp);
/* Columns of n bytes of text. */
size_t	utf8_columns(const char *, size_t n);
/*
 * What makes a terminal show something else than what is there: controls, bytes
 * that are no UTF-8, and what turns the direction of the text that follows.
 */
bool	utf8_tricky(uint32_t cp);

#endif
