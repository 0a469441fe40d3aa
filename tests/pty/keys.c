/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/pty/keys.h"

#include "base/utf8.h"
#include "ui/key.h"
#include "ui/term.h"

#include <stdio.h>
#include <string.h>

#define CAPABILITY_MAX	32

/* What infocmp(1) says of the terminal, a capability a line. */
static char entry[32768];

static const struct {
	uint32_t key;
	const char *capability, *xterm;
} named[] = {
	{ UKEY_UP, "kcuu1", "\033OA" }, { UKEY_DOWN, "kcud1", "\033OB" },
	{ UKEY_RIGHT, "kcuf1", "\033OC" }, { UKEY_LEFT, "kcub1", "\033OD" },
	{ UKEY_HOME, "khome", "\033OH" }, { UKEY_END, "kend", "\033OF" },
	{ UKEY_PGUP, "kpp", "\033[5~" }, { UKEY_PGDN, "knp", "\033[6~" },
	{ UKEY_INSERT, "kich1", "\033[2~" }, { UKEY_DELETE, "kdch1", "\033[3~" },
	{ UKEY_BACKTAB, "kcbt", "\033[Z" }, { UKEY_ENTER, NULL, "\r" },
	{ UKEY_TAB, NULL, "\t" }, { UKEY_ESC, NULL, "\033" },
	{ UKEY_BACKSPACE, NULL, "\177" },
	{ UKEY_F1, "kf1", "\033OP" }, { UKEY_F1 + 1, "kf2", "\033OQ" },
	{ UKEY_F1 + 2, "kf3", "\033OR" }, { UKEY_F1 + 3, "kf4", "\033OS" },
	{ UKEY_F1 + 4, "kf5", "\033[15~" }, { UKEY_F1 + 5, "kf6", "\033[17~" },
	{ UKEY_F1 + 6, "kf7", "\033[18~" }, { UKEY_F1 + 7, "kf8", "\033[19~" },
	{ UKEY_F1 + 8, "kf9", "\033[20~" }, { UKEY_F1 + 9, "kf10", "\033[21~" },
	{ UKEY_F1 + 10, "kf11", "\033[23~" },
	{ UKEY_F1 + 11, "kf12", "\033[24~" },
	{ UKEY_META | UKEY_LEFT, "kLFT3", "\033[1;3D" },
	{ UKEY_META | UKEY_RIGHT, "kRIT3", "\033[1;3C" },
	{ UKEY_META | UKEY_UP, "kUP3", "\033[1;3A" },
	{ UKEY_META | UKEY_DOWN, "kDN3", "\033[1;3B" },
	{ UKEY_CTRL | UKEY_LEFT, "kLFT5", "\033[1;5D" },
	{ UKEY_CTRL | UKEY_RIGHT, "kRIT5", "\033[1;5C" },
	{ UKEY_CTRL | UKEY_UP, "kUP5", "\033[1;5A" },
	{ UKEY_CTRL | UKEY_DOWN, "kDN5", "\033[1;5B" },
};

/* One character as terminfo(5) writes it. */
static char
unescape(const char **at)
{
	const char *p = *at;
	char c = *p++;
	int i, n;

	if (c == '^' && *p != '\0') {
		c = *p == '?' ? '\177' : (char)(*p & 0x1f);
		p++;
	} else if (c == '\\' && *p >= '0' && *p <= '7') {
		for (i = n = 0; i < 3 && *p >= '0' && *p <= '7'; i++)
			n = n * 8 + *p++ - '0';
		c = (char)n;
	} else if (c == '\\' && *p != '\0') {
		c = *p == 'E' || *p == 'e' ? '\033' : *p == 'n' ? '\n' :
		    *p == 'r' ? '\r' : *p == 't' ? '\t' : *p == 'b' ? '\b' :
		    *p == 's' ? ' ' : *p;
		p++;
	}
	*at = p;
	return (c);
}

/* Its text in out; false: the terminal has none by that name. */
static bool
capability(const char *name, char out[CAPABILITY_MAX])
{
	char line[24];
	const char *p;
	size_t n = 0;

	snprintf(line, sizeof(line), "\n\t%s=", name);
	p = strstr(entry, line);
	if (p == NULL)
		return (false);
	for (p += strlen(line); *p != '\0' && *p != ',' && *p != '\n' &&
	    n + 1 < CAPABILITY_MAX;)
		out[n++] = unescape(&p);
	out[n] = '\0';
	return (true);
}

bool
keys_for(const char *term)
{
	char command[96];
	size_t n;
	FILE *f;

	snprintf(command, sizeof(command), "infocmp -1 -x %s 2>/dev/null", term);
	f = popen(command, "r");
	if (f == NULL)
		return (false);
	n = fread(entry, 1, sizeof(entry) - 1, f);
	entry[n] = '\0';
	return (pclose(f) == 0 && n > 0);
}

bool
keys_have_mouse(void)
{
	char s[CAPABILITY_MAX];

	return (capability("kmous", s));
}

size_t
keys_encode(uint32_t key, char *out)
{
	char s[CAPABILITY_MAX];
	uint32_t base;
	size_t i, n;

	for (i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		if (named[i].key != key)
			continue;
		if (named[i].capability == NULL ||
		    !capability(named[i].capability, s))
			snprintf(s, sizeof(s), "%s", named[i].xterm);
		return ((size_t)snprintf(out, 32, "%s", s));
	}
	if ((key & UKEY_META) != 0) {
		out[0] = '\033';
		n = keys_encode(key & ~UKEY_META, out + 1);
		return (n > 0 ? n + 1 : 0);
	}
	base = UKEY_BASE(key);
	if ((key & UKEY_CTRL) != 0) {
		out[0] = (char)(base & 0x1f);
		return (base < 0x80 ? 1 : 0);
	}
	return (base < UKEY_ENTER ? utf8_encode(base, out) : 0);
}

size_t
keys_encode_mouse(int what, int x, int y, char *out)
{
	char s[CAPABILITY_MAX];
	int button;

	button = what == MOUSE_WHEEL_UP ? 64 : what == MOUSE_WHEEL_DOWN ? 65 : 0;
	if (!capability("kmous", s))
		return (0);
	/* xterm's SGR form; or its first one, which ends at column 222. */
	if (strcmp(s, "\033[<") == 0)
		return ((size_t)snprintf(out, 32, "%s%d;%d;%d%c", s, button,
		    x + 1, y + 1, what == MOUSE_RELEASE ? 'm' : 'M'));
	if (x > 222 || y > 222)
		return (0);
	return ((size_t)snprintf(out, 32, "%s%c%c%c", s, 32 +
	    (what == MOUSE_RELEASE ? 3 : button), 33 + x, 33 + y));
}
