/* SPDX-License-Identifier: BSD-2-Clause */
/* kdump-compressed dumps of both byte orders, flattened ones, sets of parts. */
#include "tests/fuzz/fuzz.h"

#include "base/bytes.h"
#include "engine/backend/backend.h"
#include "tests/mk/mk_elf.h"
#include "tests/mk/mk_kdump.h"

#include <stdlib.h>
#include <string.h>

#define PARTS	4

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
				memcpy(bytes, e.ptr, e.len < sizeof(bytes) ?
				    (size_t)e.len : sizeof(bytes));
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
		if (dump_open(&ctx, &f, 1, NULL, &d) == 0)
			look(&ctx, d);
		else
			file_close(f);
	}
	ctx_fini(&ctx);
}

/*
 * The files of a set, each behind its length in four bytes and in memory of its
 * own; the last may be shorter than it says.
 */
static void
run_split(const uint8_t *p, size_t n)
{
	struct file *f[PARTS];
	uint8_t *own[PARTS];
	struct dump *d;
	struct ctx ctx;
	size_t i, len, nfiles;

	ctx_init(&ctx);
	for (nfiles = 0; nfiles < PARTS && n > 4; nfiles++) {
		len = load_u32(p, false);
		p += 4;
		n -= 4;
		if (len > n)
			len = n;
		own[nfiles] = malloc(len > 0 ? len : 1);
		if (own[nfiles] == NULL)
			break;
		memcpy(own[nfiles], p, len);
		if (file_of_bytes(&ctx, "part", own[nfiles], len,
		    &f[nfiles]) != 0) {
			free(own[nfiles]);
			break;
		}
		p += len;
		n -= len;
	}
	if (nfiles > 0 && dump_open(&ctx, f, nfiles, NULL,
		    &d) == 0)
		look(&ctx, d);
	else
		for (i = 0; i < nfiles; i++)
			file_close(f[i]);
	for (i = 0; i < nfiles; i++)
		free(own[i]);
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

static void
seed_split(struct buf *b)
{
	static const uint64_t cuts[] = { 0, 3, 9, 0x100 };
	struct mk_kdump k = { .machine = "x86_64", .pages = pages,
	    .status = MK_ZLIB, .split = true };
	struct buf part;
	uint8_t len[4];
	size_t i;

	for (i = 0; i < 3; i++) {
		k.start = cuts[i];
		k.end = cuts[i + 1];
		memset(&part, 0, sizeof(part));
		mk_kdump(&part, &k, NULL);
		store_uint(len, 4, false, part.len);
		buf_add(b, len, 4);
		buf_add(b, part.p, part.len);
		buf_fini(&part);
	}
}

const struct fuzz_target fuzz_kdump = { "kdump", run, seed_64 };
const struct fuzz_target fuzz_kdump_32 = { "kdump_32", run, seed_32 };
const struct fuzz_target fuzz_flat = { "flat", run, seed_flat };
const struct fuzz_target fuzz_split = { "split", run_split, seed_split };
