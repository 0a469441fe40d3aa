/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/unit.h"
#include "ui/palette.h"
#include "ui/style.h"

static void
themes(void **state)
{
	int i;

	(void)state;
	assert_int_equal(theme_for(256, NULL), THEME_DARK);
	assert_int_equal(theme_for(256, "15;0"), THEME_DARK);
	assert_int_equal(theme_for(256, "0;15"), THEME_LIGHT);
	assert_int_equal(theme_for(256, "0;default;7"), THEME_LIGHT);
	assert_int_equal(theme_for(256, "0;8"), THEME_DARK);
	assert_int_equal(theme_for(256, "0;x"), THEME_DARK);
	assert_int_equal(theme_for(256, ";"), THEME_DARK);
	assert_int_equal(theme_for(16, "0;15"), THEME_16);
	assert_int_equal(theme_for(8, NULL), THEME_16);
	assert_int_equal(theme_for(0, "0;15"), THEME_MONO);
	assert_int_equal(theme_fit(THEME_LIGHT, 8), THEME_16);
	assert_int_equal(theme_fit(THEME_MONO, 256), THEME_MONO);
	assert_int_equal(theme_by_name("light"), THEME_LIGHT);
	assert_int_equal(theme_by_name("none"), THEME_COUNT);
	/* A look may use only what its theme's terminals have. */
	for (i = 0; i < STYLE_COUNT; i++) {
		assert_non_null(style_looks[i].name);
		assert_in_range(style_looks[i].in[THEME_16].fg + 1, 0, 8);
		assert_in_range(style_looks[i].in[THEME_16].bg + 1, 0, 8);
		assert_int_equal(style_looks[i].in[THEME_MONO].fg, -1);
		assert_int_equal(style_looks[i].in[THEME_MONO].bg, -1);
	}
}

static void
scores(void **state)
{
	(void)state;
	assert_int_equal(palette_score("x", "split"), -1);
	assert_int_equal(palette_score("lps", "split"), -1);
	assert_true(palette_score("", "split") >= 0);
	/* In a row, at a word's start, shorter: better. */
	assert_true(palette_score("spl", "split") > palette_score("sit", "split"));
	assert_true(palette_score("nw", "next-window") >
	    palette_score("nw", "nonwindow"));
	assert_true(palette_score("split", "split") >
	    palette_score("split", "splitters"));
	assert_int_equal(palette_score("S", "split"), -1);
	assert_true(palette_score("s", "Split") >= 0);
}

UNIT_MAIN(UNIT(themes), UNIT(scores))
