/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of a session, and the difference of two screens. */
#include "tests/unit/unit.h"
#include "ui/replay.h"

#include <string.h>

static void
reads_lines(void **state)
{
	static const struct {
		const char	*line;
		enum replay_kind kind;
		const char	*text;
	} good[] = {
		{ "kpeek-session 1", REPLAY_HEADER, "1" },
		{ "on Linux 6.1 x86_64", REPLAY_ON, "Linux 6.1 x86_64" },
		{ "keymap emacs", REPLAY_KEYMAP, "emacs" },
		{ "key j", REPLAY_KEY, "j" }, { "keys g g Enter", REPLAY_KEY,
		    "g g Enter" },
		{ "type init task", REPLAY_TYPE, "init task" },
		{ "type  x", REPLAY_TYPE, " x" },
		{ "wait 350", REPLAY_WAIT, "350" },
		{ "snap a name", REPLAY_SNAP, "a name" },
		{ "snap", REPLAY_SNAP, "" },
		{ "| text", REPLAY_SCREEN, "| text" },
		{ "> text", REPLAY_SCREEN, "> text" },
		{ "|", REPLAY_SCREEN, "|" },
		{ "", REPLAY_NOTHING, "" }, { "  # why", REPLAY_NOTHING, NULL },
	};
	static const char *const bad[] = { "kpeek-session 2", "kpeek-session",
	    "keyj", "snapshot", "size 80", "size 80x", "size 0x24",
	    "size 80x24x", "size -1x3", "size 99999x3", "Key j" };
	struct replay_line l;
	struct ctx ctx;
	size_t i;

	(void)state;
	ctx_init(&ctx);
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(replay_parse(&ctx, good[i].line,
		    strlen(good[i].line), &l), 0);
		assert_int_equal(l.kind, good[i].kind);
		if (good[i].text != NULL) {
			assert_int_equal(l.len, strlen(good[i].text));
			assert_memory_equal(l.text, good[i].text, l.len);
		}
	}
	assert_int_equal(replay_parse(&ctx, "size 132x43", 11, &l), 0);
	assert_int_equal(l.kind, REPLAY_SIZE);
	assert_int_equal(l.w, 132);
	assert_int_equal(l.h, 43);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(replay_parse(&ctx, bad[i], strlen(bad[i]), &l),
		    E_SYNTAX);
	ctx_fini(&ctx);
}

static void
reads_head(void **state)
{
	static const char text[] = "kpeek-session 1\r\non x\r\nkeymap emacs\r\n"
	    "key j\r\nkeymap vi\r\n";
	struct replay_head head;

	(void)state;
	replay_head(text, strlen(text), &head);
	assert_string_equal(head.keymap, "emacs");
	replay_head("key j\n", 6, &head);
	assert_string_equal(head.keymap, "");
	assert_int_equal(head.w, 0);
	replay_head("", 0, &head);
	assert_string_equal(head.keymap, "");
	replay_head("size 9x5\nsize 1x1\n", 18, &head);
	assert_true(head.w == 9 && head.h == 5);
}

static void
expect_diff(const char *a, const char *b, const char *expected)
{
	struct buf text = { 0 };
	struct out o;

	out_init(&o, out_write_buf, &text);
	replay_diff(&o, "a", a, "b", b);
	out_flush(&o);
	assert_string_equal(buf_text(&text), expected);
	buf_fini(&text);
}

static void
tells_differences(void **state)
{
	(void)state;
	expect_diff("|1\n|2\n|3\n|4\n|5\n|6\n|7\n|8\n|9\n",
	    "|1\n|2\n|3\n|4\n>x\n|6\n|7\n|8\n|9\n",
	    "--- a\n+++ b\n@@ -2,7 +2,7 @@\n |2\n |3\n |4\n-|5\n+>x\n |6\n |7\n"
	    " |8\n");
	expect_diff("|1\n", "|1\n|2\n",
	    "--- a\n+++ b\n@@ -1,1 +1,2 @@\n |1\n+|2\n");
	expect_diff("", "|1\n", "--- a\n+++ b\n@@ -1,0 +1,1 @@\n+|1\n");
	expect_diff("|1\n|2\n", "|1\n", "--- a\n+++ b\n@@ -1,2 +1,1 @@\n |1\n-|2\n");
	/* Far apart: two hunks. */
	expect_diff("|a\n|1\n|1\n|1\n|1\n|1\n|1\n|1\n|1\n|b\n",
	    "|A\n|1\n|1\n|1\n|1\n|1\n|1\n|1\n|1\n|B\n",
	    "--- a\n+++ b\n@@ -1,4 +1,4 @@\n-|a\n+|A\n |1\n |1\n |1\n"
	    "@@ -7,4 +7,4 @@\n |1\n |1\n |1\n-|b\n+|B\n");
}

UNIT_MAIN(UNIT(reads_lines), UNIT(reads_head), UNIT(tells_differences))
