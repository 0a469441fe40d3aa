/* SPDX-License-Identifier: BSD-2-Clause */
/* Recorded sessions: their lines, and the difference of the screens in them. */
#include "tests/fuzz/fuzz.h"

#include "base/out.h"
#include "ui/key.h"
#include "ui/replay.h"

#include <string.h>

static void
run(const uint8_t *p, size_t n)
{
	const char *text = (const char *)p, *end = text + n, *at, *nl;
	struct buf lines = { 0 }, screens = { 0 }, diff = { 0 };
	struct replay_line l;
	struct ctx ctx;
	struct out o;
	struct replay_head head;
	uint32_t key;
	size_t len;

	ctx_init(&ctx);
	replay_head(text, n, &head);
	for (at = text; at < end; at = nl + 1) {
		nl = memchr(at, '\n', (size_t)(end - at));
		if (nl == NULL)
			nl = end;
		len = (size_t)(nl - at);
		if (replay_parse(&ctx, at, len, &l) != 0)
			continue;
		if (l.kind == REPLAY_KEY)
			(void)key_parse(l.text, l.len, &key);
		buf_add(l.kind == REPLAY_SCREEN ? &screens : &lines, at, len);
		buf_puts(l.kind == REPLAY_SCREEN ? &screens : &lines, "\n");
	}
	out_init(&o, out_write_buf, &diff);
	replay_diff(&o, "lines", buf_text(&lines), "screens",
	    buf_text(&screens));
	out_flush(&o);
	buf_fini(&lines);
	buf_fini(&screens);
	buf_fini(&diff);
	ctx_fini(&ctx);
}

static void
seed(struct buf *b)
{
	buf_puts(b, "kpeek-session 1\non Linux 6.1 x86_64\nsize 80x24\n"
	    "keymap emacs\n# why\nkeys g g Enter C-x M-f Up\ntype init\n"
	    "wait 350\nsnap one\n| a screen\n> of two lines\n");
}

const struct fuzz_target fuzz_replay = { "replay", run, seed };
