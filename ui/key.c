/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/key.h"

#include "base/utf8.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The first name of a key is the one that is shown. */
static const struct {
	const char *name;
	uint32_t    key;
} names[] = {
	{ "Enter", UKEY_ENTER }, { "Return", UKEY_ENTER },
	{ "Tab", UKEY_TAB }, { "S-Tab", UKEY_BACKTAB },
	{ "BackTab", UKEY_BACKTAB },
	{ "Esc", UKEY_ESC }, { "Escape", UKEY_ESC },
	{ "Backspace", UKEY_BACKSPACE }, { "BS", UKEY_BACKSPACE },
	{ "Del", UKEY_DELETE }, { "Delete", UKEY_DELETE },
	{ "Ins", UKEY_INSERT }, { "Insert", UKEY_INSERT },
	{ "Up", UKEY_UP }, { "Down", UKEY_DOWN },
	{ "Left", UKEY_LEFT }, { "Right", UKEY_RIGHT },
	{ "Home", UKEY_HOME }, { "End", UKEY_END },
	{ "PgUp", UKEY_PGUP }, { "PageUp", UKEY_PGUP },
	{ "PgDn", UKEY_PGDN }, { "PageDown", UKEY_PGDN },
	{ "Space", ' ' },
};

#define NITEMS(a)	(sizeof(a) / sizeof((a)[0]))

uint32_t
key_from_char(uint32_t cp)
{
	switch (cp) {
	case '\r':
	case '\n':
		return (UKEY_ENTER);
	case '\t':
		return (UKEY_TAB);
	case 0x1b:
		return (UKEY_ESC);
	case '\b':
	case 0x7f:
		return (UKEY_BACKSPACE);
	case 0:
		return (UKEY_CTRL | ' ');
	default:
		if (cp < 0x1b)
			return (UKEY_CTRL | ('a' + cp - 1));
		if (cp < 0x20)
			return (UKEY_CTRL | (cp + 0x40));
		return (cp);
	}
}

bool
key_is_text(uint32_t key)
{
	return (key >= ' ' && key != 0x7f && key < UKEY_ENTER &&
	    !(key >= 0x80 && key < 0xa0));
}

bool
key_parse(const char *s, size_t n, uint32_t *key)
{
	uint32_t mods, cp;
	size_t i;
	unsigned f;
	int used;
	char num[8];

	for (mods = 0; n > 2 && s[1] == '-' && (s[0] == 'C' || s[0] == 'M');
	    s += 2, n -= 2)
		mods |= s[0] == 'C' ? UKEY_CTRL : UKEY_META;
	if (n == 0)
		return (false);
	for (i = 0; i < NITEMS(names); i++) {
		if (strlen(names[i].name) == n &&
		    strncasecmp(names[i].name, s, n) == 0) {
			*key = names[i].key | mods;
			return (true);
		}
	}
	if (n >= 2 && n <= 3 && (s[0] == 'F' || s[0] == 'f')) {
		memcpy(num, s + 1, n - 1);
		num[n - 1] = '\0';
		if (sscanf(num, "%2u%n", &f, &used) == 1 &&
		    (size_t)used == n - 1 && f >= 1 && f <= 12) {
			*key = (UKEY_F1 + f - 1) | mods;
			return (true);
		}
	}
	if (utf8_decode(s, n, &cp) != n || cp >= UTF8_BAD || !key_is_text(cp))
		return (false);
	if ((mods & UKEY_CTRL) != 0) {
		if (cp >= 'A' && cp <= 'Z')
			cp += 'a' - 'A';
		if (cp >= 0x80)
			return (false);
		/* One byte for both, as terminals have it. */
		if (cp == '/')
			cp = '_';
		/* Tab, Enter, Esc and Backspace by their control letters. */
		if (cp == 'i' || cp == 'm' || cp == '[' || cp == 'h') {
			cp = key_from_char(cp & 0x1f);
			mods &= ~UKEY_CTRL;
		}
	}
	*key = cp | mods;
	return (true);
}

void
key_format(uint32_t key, char out[KEY_NAME_MAX])
{
	uint32_t base;
	size_t i, n;

	n = 0;
	base = UKEY_BASE(key);
	if ((key & UKEY_CTRL) != 0) {
		memcpy(out + n, "C-", 2);
		n += 2;
	}
	if ((key & UKEY_META) != 0) {
		memcpy(out + n, "M-", 2);
		n += 2;
	}
	for (i = 0; i < NITEMS(names); i++) {
		if (names[i].key == base) {
			snprintf(out + n, KEY_NAME_MAX - n, "%s", names[i].name);
			return;
		}
	}
	if (base >= UKEY_F1 && base <= UKEY_F12) {
		snprintf(out + n, KEY_NAME_MAX - n, "F%u", base - UKEY_F1 + 1);
		return;
	}
	n += utf8_encode(base, out + n);
	out[n] = '\0';
}
