/* SPDX-License-Identifier: BSD-2-Clause */
/* Journals and patch files: as they are written, and by hostile hands. */
#include "tests/unit/unit.h"

#include "engine/change.h"

#include <sys/stat.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define JOURNAL	"kpeek journal 1\ntarget build:ab boot:cd\n"
#define PATCH	"kpeek patch 1\ntarget build:ab\n"

static int
parse(enum change_file kind, const char *text, struct changes *cs)
{
	struct ctx ctx;
	int rc;

	ctx_init(&ctx);
	rc = changes_parse(&ctx, kind, "test", text, strlen(text), cs);
	ctx_fini(&ctx);
	return (rc);
}

static void
refuses(enum change_file kind, const char *text)
{
	struct changes cs;

	assert_int_equal(parse(kind, text, &cs), E_SYNTAX);
	changes_fini(&cs);
}

static void
good_files(void **state)
{
	struct changes cs;

	(void)state;
	assert_int_equal(parse(CHANGE_JOURNAL, JOURNAL "# a comment\n\n"
	    "write 2026-11-22T04:31:07Z 0xffffffff82a14d44 0 0x2a14d44 3132 "
	    "33fF x + y\n"
	    "undo 2026-11-22T04:31:08Z 0x1000 42 0x2000 00 ff\n"
	    "write 2026-11-22T04:31:09Z 0xffff", &cs), 0);
	assert_string_equal(cs.target, "build:ab boot:cd");
	assert_int_equal(cs.n, 2);		/* the last one is half */
	assert_false(cs.v[0].undo);
	assert_string_equal(cs.v[0].time, "2026-11-22T04:31:07Z");
	assert_int_equal(cs.v[0].addr, UINT64_C(0xffffffff82a14d44));
	assert_int_equal(cs.v[0].pa, 0x2a14d44);
	assert_int_equal(cs.v[0].n, 2);
	assert_memory_equal(cs.v[0].old, "12", 2);
	assert_memory_equal(cs.v[0].new, "\x33\xff", 2);
	assert_string_equal(cs.v[0].what, "x + y");
	assert_true(cs.v[1].undo);
	assert_int_equal(cs.v[1].pid, 42);
	assert_string_equal(cs.v[1].what, "");
	changes_fini(&cs);
	assert_int_equal(parse(CHANGE_PATCH, PATCH "0x10 00 01\n"
	    "0xfffffffffffffffe aabb ccdd  # why\n", &cs), 0);
	assert_int_equal(cs.n, 2);
	assert_int_equal(cs.v[1].pa, UINT64_C(0xfffffffffffffffe));
	changes_fini(&cs);
	assert_int_equal(parse(CHANGE_PATCH, PATCH, &cs), 0);
	assert_int_equal(cs.n, 0);
	changes_fini(&cs);
}

static void
bad_files(void **state)
{
	static const char *const lines[] = {
		"0x10 00\n", "0x10 00 0102\n", "0x10 0 1\n", "10 00 01\n",
		"0x 00 01\n", "0x10 0g 01\n", "0x10 00 01 02\n", "x\n",
		"0xffffffffffffffff 0000 0101\n", "-0x10 00 01\n",
		"0x11112222333344445 00 01\n", "0x-1 00 01\n",
	};
	static const char *const origins[] = {
		"write now 0x10 0 0x10 00\n", "read now 0x10 0 0x10 00 01\n",
		"write now 0x10 -1 0x10 00 01\n", "write 0x10 0 0x10 00 01\n",
		"write now 0x10 4294967296 0x10 00 01\n",
		"write aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 0x10 0 0x10 00 01\n",
	};
	char line[1000];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(line, sizeof(line), PATCH "%s", lines[i]);
		refuses(CHANGE_PATCH, line);
	}
	for (i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
		snprintf(line, sizeof(line), JOURNAL "%s", origins[i]);
		refuses(CHANGE_JOURNAL, line);
	}
	refuses(CHANGE_PATCH, "");
	refuses(CHANGE_PATCH, "kpeek patch 1\n");
	refuses(CHANGE_PATCH, "kpeek patch 1\ntarget build:ab");
	refuses(CHANGE_PATCH, "kpeek patch 2\ntarget build:ab\n");
	refuses(CHANGE_PATCH, JOURNAL);
	refuses(CHANGE_JOURNAL, PATCH);
	refuses(CHANGE_PATCH, "kpeek patch 1\ntarget \n");
	refuses(CHANGE_PATCH, "kpeek patch 1\nbuild:ab\n");
	refuses(CHANGE_PATCH, "kpeek patch 1\ntarget build:\033[2J\n");
}

/* What is written can be read, whatever was typed. */
static void
back_again(void **state)
{
	uint8_t old[CHANGE_MAX], new[CHANGE_MAX];
	struct change c = { .undo = true, .time = "2026-11-22T04:31:07Z",
	    .addr = UINT64_MAX - CHANGE_MAX, .pa = 7, .pid = 12,
	    .n = CHANGE_MAX, .old = old, .new = new, .what = "a\nwrite\033b" };
	struct changes cs;
	struct buf b = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < CHANGE_MAX; i++) {
		old[i] = (uint8_t)i;
		new[i] = (uint8_t)(i * 3 + 1);
	}
	change_head(&b, CHANGE_JOURNAL, "build:ab");
	change_line(&b, CHANGE_JOURNAL, &c);
	assert_int_equal(parse(CHANGE_JOURNAL, buf_text(&b), &cs), 0);
	assert_int_equal(cs.n, 1);
	assert_true(cs.v[0].undo);
	assert_int_equal(cs.v[0].addr, c.addr);
	assert_int_equal(cs.v[0].n, CHANGE_MAX);
	assert_memory_equal(cs.v[0].old, old, CHANGE_MAX);
	assert_memory_equal(cs.v[0].new, new, CHANGE_MAX);
	assert_string_equal(cs.v[0].what, "a?write?b");
	changes_fini(&cs);
	buf_fini(&b);
}

static void
on_the_medium(void **state)
{
	char dir[] = "/tmp/kpeek-state-XXXXXX", command[128];
	uint8_t byte = 1;
	struct change c = { .time = "now", .n = 1, .old = &byte, .new = &byte,
	    .what = "" };
	struct journal j, other;
	struct changes cs;
	struct stat st;
	struct ctx ctx;

	(void)state;
	ctx_init(&ctx);
	assert_non_null(mkdtemp(dir));
	assert_int_equal(setenv("XDG_STATE_HOME", dir, 1), 0);
	assert_int_equal(journal_open(&ctx, NULL, "build:ab", &j), 0);
	assert_int_equal(stat(j.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(strncmp(j.path, dir, strlen(dir)), 0);
	assert_int_equal(journal_add(&ctx, &j, &c), 0);
	/* It can be opened again, and goes on at its end. */
	assert_int_equal(journal_open(&ctx, j.path, "build:ab", &other), 0);
	assert_int_equal(journal_add(&ctx, &other, &c), 0);
	assert_int_equal(changes_load(&ctx, CHANGE_JOURNAL, j.path, &cs), 0);
	assert_int_equal(cs.n, 2);
	changes_fini(&cs);
	journal_close(&other);
	/* A file that is not there is not made for an undo. */
	unlink(j.path);
	assert_int_equal(journal_open(&ctx, j.path, "build:ab", &other), E_IO);
	journal_close(&j);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	assert_int_equal(system(command), 0);
	ctx_fini(&ctx);
}

UNIT_MAIN(UNIT(good_files), UNIT(bad_files), UNIT(back_again),
    UNIT(on_the_medium))
