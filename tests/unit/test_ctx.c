/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/ctx.h"
#include "base/utf8.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>

static void
chains(void **state)
{
	struct ctx c;

	(void)state;
	ctx_init(&c);
	assert_int_equal(c.err.code, OK);
	assert_int_equal(ctx_fail_at(&c, E_NOT_IN_DUMP, 0xffff888000001000,
	    "page 0x%x: not in dump", 1), E_NOT_IN_DUMP);
	assert_true(c.err.addr == 0xffff888000001000);
	assert_int_equal(ctx_chain(&c, "task %d", 7), E_NOT_IN_DUMP);
	assert_int_equal(ctx_chain(&c, "ps"), E_NOT_IN_DUMP);
	assert_string_equal(c.err.text, "ps: task 7: page 0x1: not in dump");
	assert_true(c.err.addr == 0xffff888000001000);
	/* A new failure forgets the old one. */
	assert_int_equal(ctx_fail(&c, E_SYNTAX, "odd"), E_SYNTAX);
	assert_true(c.err.addr == 0);
	assert_string_equal(c.err.text, "odd");
	ctx_clear(&c);
	assert_int_equal(c.err.code, OK);
	assert_string_equal(c.err.text, "");
	assert_int_equal(ctx_chain(&c, "nothing"), OK);
	assert_string_equal(c.err.text, "");
	ctx_fini(&c);
}

static void
system_errors(void **state)
{
	struct ctx c;

	(void)state;
	ctx_init(&c);
	errno = ENOENT;
	assert_int_equal(ctx_fail_errno(&c, E_IO, "open %s", "vmcore"), E_IO);
	assert_int_equal(c.err.sys_errno, ENOENT);
	assert_int_equal(errno, ENOENT);
	assert_string_equal(c.err.text, "open vmcore: No such file or directory");
	ctx_fail(&c, E_IO, "x");
	assert_int_equal(c.err.sys_errno, 0);
	ctx_fini(&c);
}

static void
quiet(void **state)
{
	struct ctx c;

	(void)state;
	ctx_init(&c);
	c.quiet++;
	assert_int_equal(ctx_fail_at(&c, E_NOT_MAPPED, 5, "text"), E_NOT_MAPPED);
	assert_int_equal(c.err.code, E_NOT_MAPPED);
	assert_true(c.err.addr == 5);
	assert_string_equal(c.err.text, "");
	assert_int_equal(ctx_chain(&c, "more"), E_NOT_MAPPED);
	assert_string_equal(c.err.text, "");
	c.quiet--;
	/* Whoever tells it later has at least the phrase. */
	assert_int_equal(ctx_chain(&c, "hex"), E_NOT_MAPPED);
	assert_string_equal(c.err.text, "hex: not mapped");
	ctx_fini(&c);
}

static bool
is_utf8(const char *s)
{
	size_t i, n = strlen(s);
	uint32_t cp;

	for (i = 0; i < n;) {
		i += utf8_decode(s + i, n - i, &cp);
		if (cp >= UTF8_BAD || cp < 0x20)
			return (false);
	}
	return (true);
}

static void
hostile_text(void **state)
{
	char euro[3 * 400 + 1];
	struct ctx c;
	int i, pad;

	(void)state;
	ctx_init(&c);
	ctx_fail(&c, E_CORRUPT, "a\nb\033[1mc\xff\x7f\xc2\x9b");
	assert_string_equal(c.err.text, "a?b?[1mc?\?\?\?");
	for (i = 0; i < 400; i++)
		memcpy(euro + 3 * i, "\xe2\x82\xac", 4);
	/* Cut anywhere, the text stays UTF-8, whole and ended. */
	for (pad = 0; pad < 6; pad++) {
		ctx_fail(&c, E_CORRUPT, "%.*s%s", pad, "xxxxxx", euro);
		assert_true(strlen(c.err.text) < ERR_TEXT_MAX);
		assert_true(strlen(c.err.text) >= ERR_TEXT_MAX - 4);
		assert_true(is_utf8(c.err.text));
		assert_null(strchr(c.err.text, '?'));
		ctx_chain(&c, "outer");
		assert_memory_equal(c.err.text, "outer: ", 7);
		assert_true(is_utf8(c.err.text));
		assert_null(strchr(c.err.text, '?'));
		errno = EIO;
		ctx_fail_errno(&c, E_IO, "%.*s%s", pad, "xxxxxx", euro);
		assert_true(is_utf8(c.err.text));
	}
	ctx_chain(&c, "%s", euro);
	assert_true(is_utf8(c.err.text));
	ctx_fini(&c);
}

static void
checks(void **state)
{
	atomic_bool cancel = false;
	struct ctx c;

	(void)state;
	ctx_init(&c);
	assert_int_equal(ctx_check(&c), 0);
	c.cancel = &cancel;
	c.deadline = UINT64_MAX;
	assert_int_equal(ctx_check(&c), 0);
	atomic_store(&cancel, true);
	assert_int_equal(ctx_check(&c), E_CANCELLED);
	assert_string_equal(c.err.text, "cancelled");
	c.cancel = NULL;
	c.deadline = 1;
	assert_int_equal(ctx_check(&c), E_CANCELLED);
	ctx_fini(&c);
}

static void
note(void *arg, const char *what, uint64_t done, uint64_t total)
{
	assert_string_equal(what, "scan");
	*(uint64_t *)arg = total - done;
}

static unsigned freed;

static void
free_tlb(struct tlb *t)
{
	assert_non_null(t);
	freed++;
}

static void
callbacks(void **state)
{
	uint64_t left = 0;
	struct ctx c;

	(void)state;
	ctx_init(&c);
	ctx_progress(&c, "scan", 1, 2);
	c.progress = note;
	c.progress_arg = &left;
	ctx_progress(&c, "scan", 3, 10);
	assert_int_equal(left, 7);
	c.tlb = (struct tlb *)&left;
	c.tlb_free = free_tlb;
	ctx_fini(&c);
	ctx_fini(&c);
	assert_int_equal(freed, 1);
}

static void
statuses(void **state)
{
	static const char *const reasons[] = {
		"not-mapped", "not-in-dump", "truncated", "io-error", "corrupt",
		"swapped", "restricted", "no-type", "no-member",
	};
	int code, i;

	(void)state;
	for (i = 0; i < 9; i++)
		assert_string_equal(status_reason(-1 - i), reasons[i]);
	assert_null(status_reason(OK));
	assert_null(status_reason(1));
	assert_null(status_reason(-1000));
	assert_null(status_reason(INT32_MIN));
	for (code = E_NO_SYMBOL; code >= E_DONE; code--) {
		assert_null(status_reason(code));
		assert_non_null(status_text(code));
	}
	for (code = OK; code >= E_DONE; code--)
		assert_string_not_equal(status_text(code), "unknown error");
	assert_string_equal(status_text(E_NOT_IN_DUMP), "not in dump");
	assert_string_equal(status_text(INT32_MIN), "unknown error");
	assert_string_equal(status_text(5), "unknown error");
}

UNIT_MAIN(UNIT(chains), UNIT(system_errors), UNIT(quiet), UNIT(hostile_text),
    UNIT(checks), UNIT(callbacks), UNIT(statuses))
