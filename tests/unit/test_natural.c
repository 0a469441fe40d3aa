/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers of Linux's structures in the words that people have for them. */
#include "tests/unit/unit.h"

#include "engine/os/linux/linux_read.h"

#include <errno.h>
#include <string.h>

static char said[256];

static const char *
say(const char *type, const char *member, const char *declared, bool is_signed,
    unsigned size, uint64_t bits)
{
	struct os_field f = { .type = type, .member = member,
	    .declared = declared, .kind = declared[strlen(declared) - 1] == '*' ?
	    TYPE_PTR : TYPE_INT, .name = "", .is_signed = is_signed,
	    .size = size, .bits = bits };
	struct kernel k;
	struct buf b = { 0 };
	struct ctx ctx;

	memset(&k, 0, sizeof(k));
	ctx_init(&ctx);
	linux_natural(&ctx, &k, &f, &b);
	snprintf(said, sizeof(said), "%s", buf_text(&b));
	buf_fini(&b);
	ctx_fini(&ctx);
	return (said);
}

static void
flags(void **state)
{
	(void)state;
	assert_string_equal(say("task_struct", "flags", "unsigned int", false, 4,
	    0x4200002), "IDLE|KTHREAD|NO_SETAFFINITY");
	assert_string_equal(say("task_struct", "__state", "unsigned int", false,
	    4, 0), "RUNNING");
	assert_string_equal(say("task_struct", "__state", "unsigned int", false,
	    4, 0x402), "UNINTERRUPTIBLE|NOLOAD");
	/* What has no name is shown, not dropped. */
	assert_string_equal(say("file", "f_flags", "unsigned int", false, 4,
	    0x8002), "RDWR|0x8000");
	assert_string_equal(say("file", "f_flags", "unsigned int", false, 4, 0),
	    "RDONLY");
	/* The same member of another structure means something else. */
	assert_string_equal(say("device", "flags", "unsigned int", false, 4, 2),
	    "");
	/* Enumerators that there are none of here. */
	assert_string_equal(say("page", "flags", "unsigned long", false, 8, 5),
	    "");
}

static void
errors(void **state)
{
	/* As this machine's own <errno.h> has them. */
	static const struct {
		int n;
		const char *name;
	} known[] = {
		{ EPERM, "-EPERM" }, { ENOENT, "-ENOENT" },
		{ EAGAIN, "-EAGAIN" }, { ENOMEM, "-ENOMEM" },
		{ ERANGE, "-ERANGE" }, { EDEADLK, "-EDEADLK" },
		{ ELOOP, "-ELOOP" }, { ENOMSG, "-ENOMSG" },
		{ ENOSTR, "-ENOSTR" }, { EPROTO, "-EPROTO" },
		{ EILSEQ, "-EILSEQ" }, { ENOTSOCK, "-ENOTSOCK" },
		{ EADDRINUSE, "-EADDRINUSE" }, { ETIMEDOUT, "-ETIMEDOUT" },
		{ ESTALE, "-ESTALE" }, { ECANCELED, "-ECANCELED" },
		{ EHWPOISON, "-EHWPOISON" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		assert_string_equal(say("sock", "sk_err", "int", true, 4,
		    (uint64_t)-(int64_t)known[i].n), known[i].name);
		assert_string_equal(say("x", "p", "struct y *", false, 8,
		    (uint64_t)-(int64_t)known[i].n), known[i].name);
	}
	assert_string_equal(say("x", "error", "int", true, 4, (uint64_t)-512),
	    "-ERESTARTSYS");
	assert_string_equal(say("x", "error", "int", true, 4, 2), "");
	assert_string_equal(say("x", "error", "int", true, 4, (uint64_t)-41), "");
	assert_string_equal(say("x", "error", "int", true, 4, (uint64_t)-4000),
	    "");
	assert_string_equal(say("x", "offset", "int", true, 4, (uint64_t)-2), "");
	assert_string_equal(say("x", "p", "void *", false, 8, 0), "");
	assert_string_equal(say("x", "p", "void *", false, 8, (uint64_t)-5000),
	    "");
}

static void
others(void **state)
{
	(void)state;
	assert_string_equal(say("inode", "i_mode", "umode_t", false, 2, 0100644),
	    "-rw-r--r--");
	assert_string_equal(say("inode", "i_mode", "umode_t", false, 2, 041777),
	    "drwxrwxrwt");
	assert_string_equal(say("inode", "i_mode", "umode_t", false, 2, 0104755),
	    "-rwsr-xr-x");
	assert_string_equal(say("inode", "i_mode", "umode_t", false, 2, 0177777),
	    "?rwsrwsrwt");
	assert_string_equal(say("inode", "i_rdev", "dev_t", false, 4, 8388609),
	    "8:1");
	assert_string_equal(say("task_struct", "exit_code", "int", true, 4, 256),
	    "exit status 1");
	assert_string_equal(say("task_struct", "exit_code", "int", true, 4, 139),
	    "killed by signal 11, dumped");
	assert_string_equal(say("hrtimer", "x", "ktime_t", true, 8, 1500000000),
	    "1.500000000 s");
	assert_string_equal(say("hrtimer", "x", "ktime_t", true, 8, INT64_MAX),
	    "");
	assert_string_equal(say("hrtimer", "x", "ktime_t", true, 8,
	    (uint64_t)-1), "");
	assert_string_equal(say("x", "when", "time64_t", true, 8, 1700000000),
	    "2023-11-14 22:13:20 UTC");
	assert_string_equal(say("x", "when", "time64_t", true, 8, UINT64_MAX),
	    "");
	assert_string_equal(say("x", "count", "unsigned long", false, 8,
	    1700000000), "");
}

UNIT_MAIN(UNIT(flags), UNIT(errors), UNIT(others))
