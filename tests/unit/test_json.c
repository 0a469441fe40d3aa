/* SPDX-License-Identifier: BSD-2-Clause */
/* The JSON writer, and the output under it. */
#include "base/json.h"
#include "base/vec.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fixture {
	struct buf	 buf;
	struct out	 out;
	struct json	 json;
};

static struct json *
begin(struct fixture *f)
{
	memset(&f->buf, 0, sizeof(f->buf));
	out_init(&f->out, out_write_buf, &f->buf);
	json_init(&f->json, &f->out);
	return (&f->json);
}

static void
expect(struct fixture *f, const char *want)
{
	assert_int_equal(out_flush(&f->out), 0);
	assert_string_equal(buf_text(&f->buf), want);
	buf_fini(&f->buf);
}

static void
nesting(void **state)
{
	struct fixture f;
	struct json *j = begin(&f);

	(void)state;
	json_open(j, '[');
	json_open(j, '{');
	json_key(j, "pid");
	json_u64(j, 1);
	json_key(j, "argv");
	json_open(j, '[');
	json_text(j, "/sbin/init", 10);
	json_text(j, "", 0);
	json_close(j, ']');
	json_key(j, "none");
	json_open(j, '[');
	json_close(j, ']');
	json_key(j, "work");
	json_null(j);
	json_close(j, '}');
	json_open(j, '{');
	json_key(j, "ok");
	json_bool(j, true);
	json_close(j, '}');
	json_bool(j, false);
	json_close(j, ']');
	assert_int_equal(j->depth, 0);
	expect(&f, "[{\"pid\":1,\"argv\":[\"/sbin/init\",\"\"],\"none\":[],"
	    "\"work\":null},{\"ok\":true},false]");
}

static void
integers(void **state)
{
	struct fixture f;
	struct json *j = begin(&f);

	(void)state;
	json_open(j, '[');
	json_u64(j, 0);
	json_u64(j, (uint64_t)1 << 53);
	json_u64(j, ((uint64_t)1 << 53) + 1);
	json_u64(j, UINT64_MAX);
	json_s64(j, -1);
	json_s64(j, -((int64_t)1 << 53));
	json_s64(j, -((int64_t)1 << 53) - 1);
	json_s64(j, INT64_MIN);
	json_s64(j, INT64_MAX);
	json_addr(j, 0);
	json_addr(j, 0xffffffff81000000);
	json_close(j, ']');
	expect(&f, "[0,9007199254740992,\"9007199254740993\","
	    "\"18446744073709551615\",-1,-9007199254740992,"
	    "\"-9007199254740993\",\"-9223372036854775808\","
	    "\"9223372036854775807\",\"0x0\",\"0xffffffff81000000\"]");
}

static void
doubles(void **state)
{
	struct fixture f;
	struct json *j = begin(&f);

	(void)state;
	json_open(j, '[');
	json_double(j, 0.1, -1);
	json_double(j, 1.0 / 3, -1);
	json_double(j, 100, -1);
	json_double(j, -1.5, 6);
	json_double(j, 12.3456789, 2);
	json_double(j, 7, 0);
	json_double(j, (double)NAN, -1);
	json_double(j, (double)INFINITY, 3);
	json_double(j, 5e-324, -1);
	json_close(j, ']');
	expect(&f, "[0.1,0.3333333333333333,100,-1.500000,12.35,7,null,null,"
	    "5e-324]");
	j = begin(&f);
	json_double(j, -DBL_MAX, 1000);
	out_flush(&f.out);
	assert_true(strtod(buf_text(&f.buf), NULL) == -DBL_MAX);
	assert_int_equal(f.buf.len, 1 + 309 + 1 + 40);
	buf_fini(&f.buf);
}

static void
texts(void **state)
{
	/* The last two: C1's CSI, and what turns text around. */
	static const char odd[] = "q\"b\\n\n\t\r\0\x1f\x7f\xc2\x9b\xe2\x80\xae";
	struct fixture f;
	struct json *j = begin(&f);

	(void)state;
	json_open(j, '{');
	json_key(j, "a\"b");
	json_text(j, odd, sizeof(odd) - 1);
	json_close(j, '}');
	expect(&f, "{\"a\\\"b\":\"q\\\"b\\\\n\\n\\t\\r\\u0000\\u001f\\u007f\\u009b"
	    "\\u202e\"}");

	j = begin(&f);
	json_text(j, "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xa7", 14);
	expect(&f, "\"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xa7\"");
}

/* Stray, overlong, surrogate and cut sequences: every byte escaped by itself. */
static void
not_utf8(void **state)
{
	struct fixture f;
	struct json *j = begin(&f);

	(void)state;
	json_text(j, "\x80", 1);
	expect(&f, "\"\\udc80\"");
	j = begin(&f);
	json_text(j, "a\xff" "b\xc0\xafz", 6);
	expect(&f, "\"a\\udcffb\\udcc0\\udcafz\"");
	j = begin(&f);
	json_text(j, "\xed\xa0\x80", 3);
	expect(&f, "\"\\udced\\udca0\\udc80\"");
	j = begin(&f);
	json_text(j, "\xe2\x82\xac", 2);
	expect(&f, "\"\\udce2\\udc82\"");
}

static void
bytes(void **state)
{
	struct fixture f;
	struct json *j = begin(&f);

	(void)state;
	json_open(j, '[');
	json_bytes(j, "\x00\x7f\xab\xff", 4);
	json_bytes(j, NULL, 0);
	json_close(j, ']');
	expect(&f, "[\"007fabff\",\"\"]");
}

static void
too_deep(void **state)
{
	struct fixture f;
	struct json *j = begin(&f);
	const char *text;
	int i;

	(void)state;
	for (i = 0; i < 200; i++)
		json_open(j, '[');
	json_u64(j, 1);
	for (i = 0; i < 200; i++)
		json_close(j, ']');
	json_close(j, ']');		/* one too many does no harm */
	out_flush(&f.out);
	text = buf_text(&f.buf);
	assert_int_equal(strlen(text), 2 * (JSON_DEPTH_MAX - 1) + 4);
	assert_memory_equal(text + JSON_DEPTH_MAX - 2, "[null]", 6);
	assert_int_equal(j->depth, 0);
	buf_fini(&f.buf);
}

static int
refuse(void *arg, const void *data, size_t n)
{
	(void)data;
	(void)n;
	++*(int *)arg;
	return (EPIPE);
}

static void
output_errors_stick(void **state)
{
	struct out o;
	int calls = 0, i;

	(void)state;
	out_init(&o, refuse, &calls);
	for (i = 0; i < 100000; i++)
		out_puts(&o, "some text ");
	assert_int_equal(calls, 1);
	assert_int_equal(out_flush(&o), EPIPE);
	assert_int_equal(out_flush(&o), EPIPE);
	assert_int_equal(calls, 1);
}

static void
output_sizes(void **state)
{
	struct buf b = { 0 };
	struct out o;
	char *big = malloc(100000);
	int fds[2];
	char back[8];

	(void)state;
	assert_non_null(big);
	memset(big, 'x', 100000);
	out_init(&o, out_write_buf, &b);
	out_putc(&o, '<');
	out_add(&o, big, sizeof(o.buf) - 1);
	assert_int_equal(b.len, 0);
	out_putc(&o, '>');
	assert_int_equal(b.len, sizeof(o.buf));
	out_add(&o, big, 100000);
	out_printf(&o, "%2000d", 5);
	assert_int_equal(out_flush(&o), 0);
	assert_int_equal(b.len, sizeof(o.buf) + 1 + 100000 + 2000);
	assert_int_equal(b.p[sizeof(o.buf)], '>');
	assert_int_equal(b.p[b.len - 1], '5');
	buf_fini(&b);
	free(big);

	assert_int_equal(pipe(fds), 0);
	out_init(&o, out_write_fd, (void *)(intptr_t)fds[1]);
	out_printf(&o, "%s\n", "kernel");
	assert_int_equal(out_flush(&o), 0);
	assert_int_equal(read(fds[0], back, sizeof(back)), 7);
	assert_memory_equal(back, "kernel\n", 7);
	close(fds[0]);
	close(fds[1]);
	out_init(&o, out_write_fd, (void *)(intptr_t)-1);
	out_putc(&o, 'x');
	assert_int_equal(out_flush(&o), EBADF);
}

UNIT_MAIN(UNIT(nesting), UNIT(integers), UNIT(doubles), UNIT(texts),
    UNIT(not_utf8), UNIT(bytes), UNIT(too_deep), UNIT(output_errors_stick),
    UNIT(output_sizes))
