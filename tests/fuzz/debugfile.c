/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole file of debug information: headers, notes, links, compressed sections,
 * relocations, and the sections of a split file; then the index.
 */
#include "tests/fuzz/fuzz.h"

#include "engine/symbol/debugfile.h"
#include "tests/mk/mk_sections.h"

#include <stdlib.h>
#include <string.h>

static const char text[] =
    "unit name=\"mod.c\" low=0x5a5a5a00 high=0x100\n"
    "  base @int name=\"int\" size=4 encoding=5\n"
    "  struct name=\"found\" size=4\n"
    "    member name=\"it\" type=@int at=0\n"
    "  function name=\"start\" type=@int low=0x5a5a5a10 high=0x20\n";

static uint64_t
symbol(void *arg, const char *name)
{
	(void)arg;
	return (strcmp(name, "start") == 0 ? 0x200010 : 0);
}

static int
ask(void *arg, struct ctx *ctx, const struct dwarf_frame *f)
{
	(void)arg, (void)ctx, (void)f;
	return (0);
}

static int
ask_skeleton(void *arg, struct ctx *ctx, const struct dwarf_skeleton *s)
{
	(void)arg, (void)ctx;
	return (s->name == NULL);
}

static void
index_it(struct ctx *ctx, const struct dwarf_input *in)
{
	struct dwarf *d;
	void *index;
	size_t n;

	if (dwarf_index(ctx, in, 1, &index, &n) != 0)
		return;
	if (dwarf_open(ctx, in, index, n, &d) == 0) {
		(void)dwarf_frames(ctx, d, 0x200018, ask, NULL);
		(void)dwarf_frames(ctx, d, 0x18, ask, NULL);
		(void)dwarf_skeletons(ctx, d, ask_skeleton, NULL);
		dwarf_close(d);
	}
	free(index);
}

static void
run(const uint8_t *p, size_t n)
{
	struct debug_section text_at = { (char *)(uintptr_t)".text", 0x200000 };
	const struct debug_placing at = { &text_at, n % 2, symbol, NULL };
	struct debugfile *df;
	struct dwarf_input more;
	struct file *f;
	struct ctx ctx;
	uint64_t id;

	ctx_init(&ctx);
	if (file_of_bytes(&ctx, "fuzz", p, n, &f) == 0) {
		if (debugfile_open(&ctx, f, &df) != 0)
			file_close(f);
		else {
			if (debugfile_load(&ctx, df, &at) == 0) {
				index_it(&ctx, &df->in);
				/* The same once more, as a part of itself. */
				more = df->in;
				more.part = n % 3 == 0 ? DWARF_SHARED :
				    DWARF_SPLIT;
				more.skeleton = 0;
				(void)dwarf_split_id(&more, &id);
				if (dwarf_join(&ctx, &df->in, &more, 1) == 0)
					index_it(&ctx, &df->in);
			}
			debugfile_close(df);
		}
	}
	if (file_of_bytes(&ctx, "fuzz", p, n, &f) == 0) {
		if (debugfile_open(&ctx, f, &df) != 0)
			file_close(f);
		else {
			(void)debugfile_load_split(&ctx, df);
			debugfile_close(df);
		}
	}
	ctx_fini(&ctx);
}

static void
seed(struct buf *b)
{
	struct mk_sections e;

	mk_module(&e, text, "12345678", MK_SOUND);
	buf_add(b, e.b.p, e.b.len);
	mk_sections_fini(&e);
}

const struct fuzz_target fuzz_debugfile = { "debugfile", run, seed };
