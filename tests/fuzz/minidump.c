/* SPDX-License-Identifier: BSD-2-Clause */
/* FreeBSD minidumps: a tree of tables, a flat table, a hash table. */
#include "tests/fuzz/fuzz.h"

#include "base/bytes.h"
#include "engine/backend/backend.h"
#include "engine/memory/space.h"
#include "tests/mk/mk_minidump.h"

#include <string.h>

static uint8_t table[4096];

static const struct mk_page pages[] = {
	{ 0x2000, NULL }, { 0x4000, table }, { 0x201000, NULL }, MK_STOP,
};

static const struct mk_avail banks[] = {
	{ 0x1000, 0x8000 }, { 0x200000, 0x204000 }, { 0, 0 },
};

static void
look(struct ctx *ctx, struct dump *d)
{
	static const uint64_t starts[] = {
		0, 0xc0000000, UINT64_C(0xfffffe0000000000),
		UINT64_C(0xfffff80000000000), UINT64_C(0xe000000000000000),
		UINT64_C(0xc000000000000000),
	};
	struct memory m;
	struct space sp;
	struct pt_range r;
	uint64_t va;
	uint8_t bytes[64];
	size_t i, done;
	int steps;

	mem_init(&m, &d->layer, NULL);
	(void)mem_read(ctx, &m, mem_end(ctx, &m) / 2, bytes, sizeof(bytes));
	(void)mem_read(ctx, &m, d->root, bytes, sizeof(bytes));
	space_init(&sp, &m, d->form, d->root, d->arch->be, d->arch->ptr_size);
	for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		(void)space_read_some(ctx, &sp, starts[i] + 0xff0, bytes,
		    sizeof(bytes), &done);
		for (va = starts[i], steps = 0; steps < 4 && space_range(ctx,
		    &sp, va, starts[i] + 0x400000, &r) == 0; steps++)
			va = r.end;
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

static void
make(struct buf *b, enum mk_machine machine, uint64_t kernbase, bool be)
{
	uint8_t pt[4096];
	struct mk_minidump d = {
		.machine = machine, .version = machine == MK_AMD64 ? 3 : 2,
		.be = be, .word = machine == MK_ARM ? 4 : 8, .avail = banks,
		.pages = pages, .pt = pt, .pt_size = sizeof(pt),
		.kernbase = kernbase, .kernend = kernbase + 0xffffff,
		.dmapbase = UINT64_C(0xc000000000000000), .mmu = "mmu_g5",
		.startkernel = UINT64_C(0xc000000000100100),
	};
	struct mk_minidump_map map;
	size_t i;

	if (machine == MK_AMD64)
		d.dmapbase = UINT64_C(0xfffff80000000000);
	d.dmapend = d.dmapbase + 0x40000000;
	memset(pt, 0, sizeof(pt));
	for (i = 0; i < sizeof(pt); i += 64)
		store_uint(pt + i, 8, be, i % 128 != 0 ? 0x4003 : 0x200083);
	for (i = 0; i < sizeof(table); i += 16)
		store_uint(table + i, 8, be, 0x2003);
	mk_minidump(b, &d, &map);
}

static void
seed_amd64(struct buf *b)
{
	make(b, MK_AMD64, UINT64_C(0xfffffe0000000000), false);
}

static void
seed_arm(struct buf *b)
{
	make(b, MK_ARM, 0xc0000000, true);
}

static void
seed_power(struct buf *b)
{
	make(b, MK_POWERPC64, UINT64_C(0xe000000000000000), true);
}

const struct fuzz_target fuzz_minidump = { "minidump", run, seed_amd64 };
const struct fuzz_target fuzz_minidump_arm = { "minidump_arm", run, seed_arm };
const struct fuzz_target fuzz_minidump_power = { "minidump_power", run,
    seed_power };
