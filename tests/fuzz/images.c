/* SPDX-License-Identifier: BSD-2-Clause */
/* Images of memory that say little or nothing of it: LiME, AVML, VMware, raw. */
#include "tests/fuzz/fuzz.h"

#include "engine/backend/backend.h"
#include "tests/mk/mk_lime.h"
#include "tests/mk/mk_raw.h"
#include "tests/mk/mk_vmware.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct mk_range ranges[] = {
	{ 0x1000, 0x1800 }, { 0x9000, 0x400 }, { 0 },
};

static int
look(void *arg, struct ctx *ctx, uint64_t pa, const uint8_t *p, size_t n)
{
	(void)ctx;
	(void)pa;
	*(unsigned *)arg += p[0] + p[n - 1];
	return (0);
}

static void
run(const uint8_t *p, size_t n)
{
	struct mem_range r;
	struct memory m;
	struct file *f;
	struct dump *d;
	struct ctx ctx;
	uint8_t bytes[64];
	uint64_t pa;
	unsigned sum;
	int steps;

	ctx_init(&ctx);
	if (file_of_bytes(&ctx, "fuzz", p, n, &f) == 0) {
		if (dump_open(&ctx, &f, 1, NULL, &d) == 0) {
			mem_init(&m, &d->layer, NULL);
			for (pa = 0, steps = 0; steps < 64 && mem_range(&ctx,
			    &m, pa, &r) == 0 && r.end > pa; pa = r.end, steps++)
				(void)mem_read(&ctx, &m, r.end - 40, bytes,
				    sizeof(bytes));
			sum = 0;
			(void)mem_scan(&ctx, &m, 0, UINT64_MAX, 7, look, &sum);
			mem_fini(&m);
		} else
			file_close(f);
	}
	ctx_fini(&ctx);
}

static void
seed_lime(struct buf *b)
{
	mk_lime(b, ranges, false);
}

static void
seed_avml(struct buf *b)
{
	mk_avml(b, ranges, 1024);
}

/* Raw memory needs some size; all but its first pages is zeros. */
static void
seed_raw(struct buf *b)
{
	const struct mk_raw r = { .machine = "aarch64", .size = 0x10000,
	    .base = 0x40000000, .image = 0x40001000 };
	uint8_t bytes[0x10000];
	FILE *f;

	f = tmpfile();
	if (f != NULL && mk_raw(&r, fileno(f)) &&
	    pread(fileno(f), bytes, sizeof(bytes), 0) == sizeof(bytes))
		buf_add(b, bytes, sizeof(bytes));
	if (f != NULL)
		fclose(f);
}

static void
seed_vmware(struct buf *b)
{
	static const struct mk_region regions[] = {
		{ 0, 0, 1 }, { 1, 0x100000, 1 }, { 0 },
	};
	static const uint64_t cr3[] = { 0x1000, 0 };
	static const uint8_t memory[8192];
	const struct mk_vmware v = { .magic = 0xbed2bed2, .regions = regions,
	    .cr3 = cr3, .memory = memory, .size = sizeof(memory) };

	mk_vmware(b, &v);
}

const struct fuzz_target fuzz_lime = { "lime", run, seed_lime };
const struct fuzz_target fuzz_avml = { "avml", run, seed_avml };
const struct fuzz_target fuzz_vmware = { "vmware", run, seed_vmware };
const struct fuzz_target fuzz_raw = { "raw", run, seed_raw };
