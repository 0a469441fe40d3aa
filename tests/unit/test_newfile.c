/* SPDX-License-Identifier: BSD-2-Clause */
/* A file that replaces another only once it is whole. */
#include "base/newfile.h"
#include "tests/unit/unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[32], path[48];

static int
setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/kpeek-newfile.XXXXXX");
	if (mkdtemp(dir) == NULL)
		return (-1);
	snprintf(path, sizeof(path), "%s/f", dir);
	return (0);
}

static int
teardown(void **state)
{
	(void)state;
	unlink(path);
	return (rmdir(dir));
}

/* How many files there are, and what is in ours. */
static int
look(char *text, size_t size)
{
	struct dirent *e;
	DIR *d;
	FILE *f;
	int n = 0;

	text[0] = '\0';
	f = fopen(path, "r");
	if (f != NULL) {
		text[fread(text, 1, size - 1, f)] = '\0';
		fclose(f);
	}
	d = opendir(dir);
	assert_non_null(d);
	while ((e = readdir(d)) != NULL)
		n += e->d_name[0] != '.';
	closedir(d);
	return (n);
}

static int
save(struct ctx *ctx, const char *text, int rc, bool replace)
{
	struct newfile n;

	assert_int_equal(newfile_open(ctx, &n, path, 0640), 0);
	assert_true(fputs(text, n.f) >= 0);
	return (newfile_close(ctx, &n, rc, replace));
}

static void
whole_or_not_at_all(void **state)
{
	struct stat st;
	struct ctx ctx;
	char text[16];
	mode_t mask;

	(void)state;
	ctx_init(&ctx);
	mask = umask(027);
	assert_int_equal(save(&ctx, "one", 0, true), 0);
	umask(mask);
	assert_int_equal(look(text, sizeof(text)), 1);
	assert_string_equal(text, "one");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	/* An error while it was written: the old one stays, alone. */
	assert_int_equal(save(&ctx, "tw", E_CORRUPT, true), E_CORRUPT);
	assert_int_equal(look(text, sizeof(text)), 1);
	assert_string_equal(text, "one");
	assert_int_equal(save(&ctx, "three", 0, false), E_USAGE);
	assert_non_null(strstr(ctx.err.text, "left alone"));
	assert_int_equal(look(text, sizeof(text)), 1);
	assert_string_equal(text, "one");
	assert_int_equal(save(&ctx, "four", 0, true), 0);
	assert_int_equal(look(text, sizeof(text)), 1);
	assert_string_equal(text, "four");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(save(&ctx, "five", 0, false), 0);
	assert_int_equal(look(text, sizeof(text)), 1);
	assert_string_equal(text, "five");
	ctx_fini(&ctx);
}

/* A link that somebody left under the name beside it is not written through. */
static void
names_that_are_taken(void **state)
{
	char taken[80], text[16];
	struct ctx ctx;

	(void)state;
	ctx_init(&ctx);
	snprintf(taken, sizeof(taken), "%s.%ld.0", path, (long)getpid());
	assert_int_equal(symlink("/dev/null", taken), 0);
	assert_int_equal(save(&ctx, "here", 0, true), 0);
	assert_int_equal(look(text, sizeof(text)), 2);
	assert_string_equal(text, "here");
	assert_int_equal(unlink(taken), 0);
	ctx_fini(&ctx);
}

static void
no_room(void **state)
{
	struct newfile n;
	struct ctx ctx;

	(void)state;
	ctx_init(&ctx);
	assert_int_equal(newfile_open(&ctx, &n, "/nowhere/at/all", 0600), E_IO);
	assert_non_null(strstr(ctx.err.text, "/nowhere/at/all"));
	ctx_clear(&ctx);
	/* All of it is buffered: the disk is full when it is closed. */
	assert_int_equal(newfile_open(&ctx, &n, path, 0600), 0);
	n.f = freopen("/dev/full", "w", n.f);
	assert_non_null(n.f);
	assert_true(fputs("text", n.f) >= 0);
	assert_int_equal(newfile_close(&ctx, &n, 0, true), E_IO);
	assert_non_null(strstr(ctx.err.text, strerror(ENOSPC)));
	assert_int_equal(access(path, F_OK), -1);
	ctx_fini(&ctx);
}

UNIT_MAIN(
    cmocka_unit_test_setup_teardown(whole_or_not_at_all, setup, teardown),
    cmocka_unit_test_setup_teardown(names_that_are_taken, setup, teardown),
    cmocka_unit_test_setup_teardown(no_room, setup, teardown))
