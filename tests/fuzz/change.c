/* SPDX-License-Identifier: BSD-2-Clause */
/* Journals and patch files, read back. */
#include "tests/fuzz/fuzz.h"

#include "engine/change.h"

static void
parse(enum change_file kind, const uint8_t *p, size_t n)
{
	struct buf b = { 0 };
	struct changes cs;
	struct ctx ctx;
	size_t i;

	ctx_init(&ctx);
	if (changes_parse(&ctx, kind, "fuzz", (const char *)p, n, &cs) == 0) {
		(void)identity_match(&ctx, "build:ab boot:cd", cs.target);
		for (i = 0; i < cs.n; i++)
			change_line(&b, kind, &cs.v[i]);
	}
	changes_fini(&cs);
	buf_fini(&b);
	ctx_fini(&ctx);
}

static void
run_journal(const uint8_t *p, size_t n)
{
	parse(CHANGE_JOURNAL, p, n);
}

static void
run_patch(const uint8_t *p, size_t n)
{
	parse(CHANGE_PATCH, p, n);
}

static void
seed_journal(struct buf *b)
{
	buf_puts(b, "kpeek journal 1\ntarget build:ab boot:cd\n# two\n"
	    "write 2026-11-22T04:31:07Z 0xffffffff82a14d44 0 0x2a14d44 3132 "
	    "3334 init_task.comm\n"
	    "undo 2026-11-22T04:31:09Z 0x1000 42 0x2000 00 ff\n");
}

static void
seed_patch(struct buf *b)
{
	buf_puts(b, "kpeek patch 1\ntarget build:ab boot:cd\n"
	    "0x2a14d44 3132 3334\n0x10 00 01 # why\n");
}

const struct fuzz_target fuzz_journal = { "journal", run_journal,
    seed_journal };
const struct fuzz_target fuzz_patch = { "patch", run_patch, seed_patch };
