/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/utf8.h"
#include "tests/unit/unit.h"
#include "ui/grid.h"

#include <string.h>

static const char *
row(const struct grid *g, int y)
{
	static struct buf b;

	buf_reset(&b);
	grid_row_text(g, y, &b);
	return (buf_text(&b));
}

static void
puts_text(void **state)
{
	struct grid g;
	struct region r;

	(void)state;
	grid_init(&g);
	assert_true(grid_resize(&g, 10, 3));
	r = grid_region(&g, 2, 1, 6, 1);
	assert_int_equal(region_puts(&r, 0, 1, STYLE_STRONG, "ab"), 3);
	assert_string_equal(row(&g, 1), "   ab");
	assert_string_equal(row(&g, 0), "");
	assert_int_equal(g.cells[10 + 3].style, STYLE_STRONG);
	/* Nothing leaves the region on any side. */
	region_puts(&r, 0, 4, STYLE_NORMAL, "xyz");
	region_puts(&r, 1, 0, STYLE_NORMAL, "no");
	region_puts(&r, -1, 0, STYLE_NORMAL, "no");
	region_puts(&r, 0, -2, STYLE_NORMAL, "123");
	assert_string_equal(row(&g, 1), "  3ab xy");
	assert_string_equal(row(&g, 0), "");
	assert_string_equal(row(&g, 2), "");
	grid_fini(&g);
}

static void
escapes_hostile_text(void **state)
{
	static const struct {
		const char *text, *shown;
	} cases[] = {
		{ "a\033[2Jb", "a\\x1b[2Jb" },
		{ "\r\n\t", "\\x0d\\x0a\\x09" },
		{ "\x7f", "\\x7f" }, { "\xff\xfe", "\\xff\\xfe" },
		{ "\xc2\x9b" "31m", "\\xc2\\x9b31m" },	/* C1: a CSI */
		{ "a\xe2\x80\xae" "b", "a\\xe2\\x80\\xaeb" },	/* right-to-left */
		{ "a\xe2\x80\x8b" "b", "a\\xe2\\x80\\x8bb" },	/* zero width */
		{ "\xef\xbb\xbf", "\\xef\\xbb\\xbf" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },	/* a surrogate */
		{ "\xc3\xa4\xe4\xb8\xad", "\xc3\xa4\xe4\xb8\xad" },
		{ "e\xcc\x81", "e\xcc\x81" },		/* combining stays */
	};
	struct grid g;
	struct region r;
	size_t i;
	int x;

	(void)state;
	grid_init(&g);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		grid_resize(&g, 30, 1);
		r = grid_region(&g, 0, 0, 30, 1);
		x = region_puts(&r, 0, 0, STYLE_NORMAL, cases[i].text);
		assert_string_equal(row(&g, 0), cases[i].shown);
		assert_int_equal(x, grid_columns(&g, cases[i].text,
		    strlen(cases[i].text)));
		assert_int_equal(x, utf8_columns(cases[i].shown,
		    strlen(cases[i].shown)));
	}
	grid_fini(&g);
}

/* No half of a wide character is ever left alone. */
static void
keeps_wide_whole(void **state)
{
	struct grid g;
	struct region r;

	(void)state;
	grid_init(&g);
	grid_resize(&g, 4, 1);
	r = grid_region(&g, 0, 0, 4, 1);
	region_puts(&r, 0, 0, STYLE_NORMAL, "\xe4\xb8\xad\xe4\xb8\xad");
	assert_int_equal(g.cells[1].cp, 0);
	region_puts(&r, 0, 1, STYLE_NORMAL, "x");
	assert_string_equal(row(&g, 0), " x\xe4\xb8\xad");
	region_puts(&r, 0, 2, STYLE_NORMAL, "y");
	assert_string_equal(row(&g, 0), " xy");
	/* At the edge there is room for one half only. */
	region_puts(&r, 0, 3, STYLE_NORMAL, "\xe4\xb8\xad");
	assert_string_equal(row(&g, 0), " xy");
	grid_fini(&g);
}

static void
cuts_fields(void **state)
{
	struct grid g;
	struct region r;

	(void)state;
	grid_init(&g);
	grid_resize(&g, 12, 1);
	r = grid_region(&g, 0, 0, 12, 1);
	assert_int_equal(region_field(&r, 0, 0, 5, false, STYLE_NORMAL, 0,
	    "abcdefgh", 8), 5);
	assert_string_equal(row(&g, 0), "abcd\xe2\x80\xa6");
	grid_clear(&g);
	region_field(&r, 0, 0, 5, true, STYLE_NORMAL, 0, "abc", 3);
	assert_string_equal(row(&g, 0), "  abc");
	grid_clear(&g);
	region_field(&r, 0, 0, 5, true, STYLE_NORMAL, 0, "abcde", 5);
	assert_string_equal(row(&g, 0), "abcde");
	grid_clear(&g);
	g.ascii = true;
	region_field(&r, 0, 0, 5, false, STYLE_NORMAL, 0,
	    "\xc3\xa4\xe4\xb8\xad\xe4\xb8\xad", 8);
	assert_string_equal(row(&g, 0), "?????");
	region_fill(&r, 0, 5, 3, STYLE_NORMAL, 0x2588);
	assert_string_equal(row(&g, 0), "?????###");
	grid_fini(&g);
}

static void
carries_links(void **state)
{
	struct link l = link_process(42);
	const struct link *found;
	struct grid g;
	struct region r;
	unsigned id;

	(void)state;
	grid_init(&g);
	grid_resize(&g, 8, 2);
	r = grid_region(&g, 2, 1, 6, 1);
	id = grid_link(&g, &l);
	assert_true(id != 0);
	region_text(&r, 0, 0, STYLE_LINK, id, "42", 2);
	assert_null(grid_link_at(&g, 1, 1));
	found = grid_link_at(&g, 3, 1);
	assert_non_null(found);
	assert_int_equal(found->pid, 42);
	assert_null(grid_link_at(&g, 4, 1));
	assert_null(grid_link_at(&g, -1, 99));
	assert_int_equal(grid_link(&g, NULL), 0);
	grid_clear(&g);
	assert_null(grid_link_at(&g, 3, 1));
	grid_fini(&g);
}

static void
any_size(void **state)
{
	struct grid g;
	struct region r;
	int w, h, y;

	(void)state;
	grid_init(&g);
	for (w = -1; w < 8; w++) {
		for (h = -1; h < 4; h++) {
			assert_true(grid_resize(&g, w, h));
			r = grid_region(&g, 1, 1, w, h);
			for (y = -1; y < 5; y++) {
				region_puts(&r, y, w - 1, STYLE_NORMAL,
				    "\xe4\xb8\xad\xff\xcc\x81");
				region_field(&r, y, 0, w, true, STYLE_NORMAL,
				    0, "long text", 9);
				region_restyle(&r, y, -1, w + 5, STYLE_DIM);
			}
		}
	}
	assert_true(grid_resize(&g, 1 << 30, 1 << 30));
	assert_int_equal(g.w, GRID_MAX);
	grid_fini(&g);
}

UNIT_MAIN(UNIT(puts_text), UNIT(escapes_hostile_text), UNIT(keeps_wide_whole),
    UNIT(cuts_fields), UNIT(carries_links), UNIT(any_size))
