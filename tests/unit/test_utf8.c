/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/utf8.h"
#include "tests/unit/unit.h"

#include <string.h>

static const struct {
	const char	*text;
	uint32_t	 cp;
	int		 width;
} good[] = {
	{ "a", 'a', 1 },
	{ "\x7f", 0x7f, 1 },
	{ "\xc2\x80", 0x80, 1 },
	{ "\xc3\xa9", 0xe9, 1 },
	{ "\xdf\xbf", 0x7ff, 1 },
	{ "\xcc\x81", 0x301, 0 },		/* combining acute */
	{ "\xe0\xa0\x80", 0x800, 1 },
	{ "\xe2\x80\x8b", 0x200b, 0 },		/* zero width space */
	{ "\xe2\x94\x80", 0x2500, 1 },		/* box drawing */
	{ "\xe4\xb8\xad", 0x4e2d, 2 },		/* CJK */
	{ "\xea\xb0\x80", 0xac00, 2 },		/* Hangul */
	{ "\xed\x9f\xbf", 0xd7ff, 1 },
	{ "\xee\x80\x80", 0xe000, 1 },
	{ "\xef\xbc\xa1", 0xff21, 2 },		/* full-width A */
	{ "\xef\xbf\xbf", 0xffff, 1 },
	{ "\xf0\x90\x80\x80", 0x10000, 1 },
	{ "\xf0\x9f\x90\xa7", 0x1f427, 2 },	/* penguin */
	{ "\xf0\xa0\x80\x80", 0x20000, 2 },
	{ "\xf4\x8f\xbf\xbf", 0x10ffff, 1 },
};

static void
known(void **state)
{
	char out[4];
	uint32_t cp;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		n = strlen(good[i].text);
		assert_int_equal(utf8_decode(good[i].text, n, &cp), n);
		assert_int_equal(cp, good[i].cp);
		assert_int_equal(utf8_encode(cp, out), n);
		assert_memory_equal(out, good[i].text, n);
		assert_int_equal(utf8_width(cp), good[i].width);
	}
	assert_int_equal(utf8_decode("", 1, &cp), 1);
	assert_int_equal(cp, 0);
}

static void
malformed(void **state)
{
	static const struct {
		const char *text;
		size_t n;
	} bad[] = {
		{ "\x80", 1 }, { "\xbf", 1 }, { "\xff", 1 }, { "\xfe", 1 },
		{ "\xc0\x80", 2 }, { "\xc1\xbf", 2 },		/* overlong */
		{ "\xe0\x9f\xbf", 3 }, { "\xf0\x8f\xbf\xbf", 4 },
		{ "\xed\xa0\x80", 3 }, { "\xed\xbf\xbf", 3 },	/* surrogates */
		{ "\xf4\x90\x80\x80", 4 }, { "\xf5\x80\x80\x80", 4 },
		{ "\xc3", 1 }, { "\xe2\x82", 2 }, { "\xf0\x9f\x90", 3 }, /* cut */
		{ "\xc3(", 2 }, { "\xe2(\x82", 3 }, { "\xe2\x82(", 3 },
		{ "\xf0\x9f\x90(", 4 },
	};
	uint32_t cp;
	size_t i;
	char out[4];

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(utf8_decode(bad[i].text, bad[i].n, &cp), 1);
		assert_int_equal(cp, UTF8_BAD + (unsigned char)bad[i].text[0]);
		assert_int_equal(utf8_width(cp), 1);
		/* It comes out as it went in. */
		assert_int_equal(utf8_encode(cp, out), 1);
		assert_int_equal(out[0], bad[i].text[0]);
	}
}

/* Whatever can be encoded decodes to itself; nothing reads past n. */
static void
round_trip(void **state)
{
	char out[4];
	uint32_t back, cp;
	size_t n;

	(void)state;
	for (cp = 0; cp <= 0x10ffff; cp++) {
		n = utf8_encode(cp, out);
		assert_int_equal(utf8_decode(out, n, &back), n);
		if (cp >= 0xd800 && cp < 0xe000)
			assert_int_equal(back, 0xfffd);
		else
			assert_int_equal(back, cp);
		if (n > 1) {
			assert_int_equal(utf8_decode(out, n - 1, &back), 1);
			assert_true(back >= UTF8_BAD);
		}
	}
	assert_int_equal(utf8_encode(0x110000, out), 3);
}

static void
columns(void **state)
{
	(void)state;
	assert_int_equal(utf8_columns("", 0), 0);
	assert_int_equal(utf8_columns("kernel", 6), 6);
	assert_int_equal(utf8_columns("e\xcc\x81", 3), 1);
	assert_int_equal(utf8_columns("\xe4\xb8\xad\xe6\x96\x87", 6), 4);
	assert_int_equal(utf8_columns("\xe4\xb8\xad\xe6\x96", 5), 4);
	assert_int_equal(utf8_columns("a\tb\033", 4), 4);
}

UNIT_MAIN(UNIT(known), UNIT(malformed), UNIT(round_trip), UNIT(columns))
