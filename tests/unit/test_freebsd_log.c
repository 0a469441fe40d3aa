/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of FreeBSD's message buffer, and what stands in front of them. */
#include "engine/os/freebsd/freebsd.h"
#include "tests/unit/unit.h"

#include <string.h>

static struct ctx ctx;
static char said[4096];

static int
say_line(void *arg, struct ctx *c, const struct os_log *l)
{
	size_t n = strlen(said);

	(void)arg;
	(void)c;
	snprintf(said + n, sizeof(said) - n, "%d:", (int)l->seq);
	n = strlen(said);
	if (l->ns != OS_NO_TIME)
		snprintf(said + n, sizeof(said) - n, "%lluus:",
		    (unsigned long long)l->ns / 1000);
	n = strlen(said);
	if (l->level >= 0)
		snprintf(said + n, sizeof(said) - n, "<%d.%d>", l->facility,
		    l->level);
	n = strlen(said);
	snprintf(said + n, sizeof(said) - n, "%.*s|", (int)l->len, l->text);
	return (0);
}

static void
prefixes(void **state)
{
	static const char ring[] = "plain\r\n<118>[12] dated\n<6>[3.000045] x\n"
	    "<x>no\n[1.5] no\n[12\n<123456>no\n\n<6>\nlast";

	(void)state;
	ctx_init(&ctx);
	said[0] = '\0';
	assert_int_equal(freebsd_log_lines(&ctx, ring, sizeof(ring) - 1,
	    say_line, NULL), 0);
	assert_string_equal(said, "0:plain|1:12000000us:<14.6>dated|"
	    "2:3000045us:<0.6>x|3:<x>no|4:[1.5] no|5:[12|6:<123456>no|7:|"
	    "8:<0.6>|9:last|");
	ctx_fini(&ctx);
}

static int
count_line(void *arg, struct ctx *c, const struct os_log *l)
{
	size_t *total = arg;

	(void)c;
	assert_true(l->len <= 8192);
	*total += l->len;
	return (0);
}

/* Without ends of lines it is cut; each beginning of a prefix ends anywhere. */
static void
cut(void **state)
{
	static const char ring[] = "<118>[1234567.123456] x";
	static char big[20000];
	size_t n, total;

	(void)state;
	ctx_init(&ctx);
	memset(big, 'a', sizeof(big));
	total = 0;
	assert_int_equal(freebsd_log_lines(&ctx, big, sizeof(big), count_line,
	    &total), 0);
	assert_int_equal(total, sizeof(big));
	for (n = 0; n < sizeof(ring); n++) {
		char *copy = test_malloc(n == 0 ? 1 : n);

		memcpy(copy, ring, n);
		total = 0;
		assert_int_equal(freebsd_log_lines(&ctx, copy, n, count_line,
		    &total), 0);
		test_free(copy);
	}
	ctx_fini(&ctx);
}

UNIT_MAIN(UNIT(prefixes), UNIT(cut))
