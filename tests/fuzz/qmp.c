/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of QEMU's machine protocol, and the JSON in them. */
#include "tests/fuzz/fuzz.h"

#include "engine/backend/qmp.h"
#include "engine/backend/ranges.h"

#include <stdlib.h>
#include <string.h>

static void
run(const uint8_t *p, size_t n)
{
	const char *text = (const char *)p, *end = text + n, *eol;
	struct ranges ranges = { 0 };
	struct json_span v, inner;
	struct buf b = { 0 };
	enum qmp_line kind;
	struct ctx ctx;
	uint64_t number;

	ctx_init(&ctx);
	for (; text < end; text = eol + 1) {
		eol = memchr(text, '\n', (size_t)(end - text));
		if (eol == NULL)
			eol = end;
		kind = qmp_line(text, (size_t)(eol - text), 3, &v);
		if (kind == QMP_NONSENSE || kind == QMP_OTHER)
			continue;		/* without a value */
		(void)json_number(v, &number);
		if (json_member(v, "fd", &inner))
			(void)json_number(inner, &number);
		buf_reset(&b);
		if (json_string(v, &b)) {
			(void)qmp_register(buf_text(&b), "CR3", &number);
			(void)ranges_of_mtree(&ctx, &ranges, buf_text(&b));
		}
	}
	ranges_fini(&ranges);
	buf_fini(&b);
	ctx_fini(&ctx);
}

static void
seed(struct buf *b)
{
	buf_puts(b, "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 22}}, "
	    "\"capabilities\": [\"oob\"]}}\r\n"
	    "{\"return\": {}, \"id\": 3}\r\n"
	    "{\"timestamp\": {\"seconds\": 1}, \"event\": \"STOP\"}\r\n"
	    "{\"return\": {\"fdset-id\": 1, \"fd\": 23}, \"id\": 3}\r\n"
	    "{\"return\": \"RAX=0 CR3=0000000012852000 \\u00e4\\ud83d\\ude00"
	    "\\r\\n\", \"id\": 3}\r\n{\"return\": \"FlatView #0\\r\\n AS "
	    "\\\"memory\\\", root: system\\r\\n  0000000000100000-"
	    "000000001fffffff (prio 0, ram): pc.ram\\r\\n\", \"id\": 3}\r\n"
	    "{\"error\": {\"class\": \"GenericError\", \"desc\": \"no\"}}\n");
}

const struct fuzz_target fuzz_qmp = { "qmp", run, seed };
