/* SPDX-License-Identifier: BSD-2-Clause */
/* kdump-compressed dumps of both byte orders, and flattened ones. */
#include "tests/fuzz/fuzz.h"

#include "engine/backend/backend.h"
#include "tests/mk/mk_elf.h"
#include "tests/mk/mk_kdump.h"

#include <string.h>

static const struct mk_kpage pages[] = {
	{ 0x1000, MK_PLAIN, false }, { 0x2000, MK_ZLIB, false },
	{ 0x3000, MK_ZLIB, true }, { 0x4000, MK_ZLIB, true },
	{ 0x9000, MK_LZO, false }, { 0xa000, MK_SNAPPY, false },
	{ 0xb000, MK_ZSTD, false }, MK_KSTOP,
};

static void
look(struct ctx *ctx, struct dump *d)
{
	struct mem_range r;
	struct extent e;
	struct memory m;
	uint64_t pa, at;
	uint8_t bytes[64];
	int steps;

	mem_init(&m, &d->layer, NULL);
	for (pa = 0, steps = 0; steps < 64 && mem_range(ctx, &m, pa, &r) == 0 &&
	    r.end > pa; pa = r.end, steps++) {
		for (at = pa; at < r.end && at - pa < 0x8000; at += 0xfe0) {
			(void)mem_read(ctx, &m, at, bytes, sizeof(bytes));
			if (mem_extent(ctx, &m, at, &e) == 0)
				memcpy(bytes, e.ptr, sizeof(bytes));
		}
	}
	mem_fini(&m);
}

static void
run(const uint8_t *p, size_t n)
{
	struct file *f;
	struct dump *d;
	struct ctx ctx;

	ctx_init(&ctx);
	if (file_of_bytes(&ctx, "fuzz", p, n, &f) == 0) {
		if (dump_open(&ctx, &f, 1, &d) == 0)
			look(&ctx, d);
		else
			file_close(f);
	}
	ctx_fini(&ctx);
}

static void
make(struct buf *b, unsigned bits, bool be)
{
	struct buf status = { 0 };
	struct mk_note notes[2] = { { 0 } };
	struct mk_kdump k = {
		.bits = bits, .be = be, .status = MK_ZLIB, .pages = pages,
		.padded = be, .machine = bits == 32 ? be ? "ppc" : "i686" : "",
		.vmcoreinfo = "OSRELEASE=6.1\n", .erased = "erase", .notes = notes,
	};

	mk_prstatus(&status, 1, 2, 3);
	notes[0] = (struct mk_note){ "CORE", 1, status.p, status.len };
	mk_kdump(b, &k, NULL);
	buf_fini(&status);
}

static void
seed_64(struct buf *b)
{
	make(b, 64, false);
}

static void
seed_32(struct buf *b)
{
	make(b, 32, true);
}

static void
seed_flat(struct buf *b)
{
	struct buf image = { 0 };

	make(&image, 32, false);
	mk_flat(b, &image, 1500);
	buf_fini(&image);
}

const struct fuzz_target fuzz_kdump = { "kdump", run, seed_64 };
const struct fuzz_target fuzz_kdump_32 = { "kdump_32", run, seed_32 };
const struct fuzz_target fuzz_flat = { "flat", run, seed_flat };
