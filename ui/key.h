/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys as numbers: a Unicode character, or one of the named keys below,
 * with modifier bits.  A control character is its letter with KEY_CTRL, so
 * that C-a has one number wherever it comes from; C-i, C-m and C-[ are Tab,
 * Enter and Esc, because no terminal tells them apart.
 */
#ifndef UI_KEY_H
#define UI_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	UKEY_NONE = 0,
	UKEY_ENTER = 0x110000,
	UKEY_TAB,
	UKEY_BACKTAB,
	UKEY_ESC,
	UKEY_BACKSPACE,
	UKEY_DELETE,
	UKEY_INSERT,
	UKEY_UP,
	UKEY_DOWN,
	UKEY_LEFT,
	UKEY_RIGHT,
	UKEY_HOME,
	UKEY_END,
	UKEY_PGUP,
	UKEY_PGDN,
	UKEY_F1,
	UKEY_F12 = UKEY_F1 + 11,
	/* Not pressed by a finger; never bound. */
	UKEY_RESIZE,
	UKEY_WAKE,			/* something to look at besides keys */
	UKEY_HANGUP,			/* the terminal is gone, or a signal ends us */
	UKEY_MOUSE,			/* see struct ui_mouse */
};

#define UKEY_CTRL	0x01000000u
#define UKEY_META	0x02000000u
#define UKEY_BASE(k)	((k) & 0x00ffffffu)

#define KEY_NAME_MAX	24

/* One key from the n bytes of its name; false when there is no such key. */
bool	key_parse(const char *, size_t n, uint32_t *key);
/* The name that key_parse reads back. */
void	key_format(uint32_t key, char out[KEY_NAME_MAX]);
/* The key of one byte or character that a terminal sent. */
uint32_t key_from_char(uint32_t cp);
/* True for a character that can be typed into a line of text. */
bool	key_is_text(uint32_t key);

#endif
