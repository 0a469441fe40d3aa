/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fuzz/fuzz.h"

#include "engine/backend/backend.h"
#include "tests/mk/mk_elf.h"

#include <string.h>

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
	struct memory m;
	struct file *f;
	struct dump *d;
	struct ctx ctx;
	uint8_t page[4096];
	unsigned sum = 0;

	ctx_init(&ctx);
	if (file_of_bytes(&ctx, "fuzz", p, n, &f) == 0) {
		if (dump_open(&ctx, &f, 1, NULL, &d) == 0) {
			mem_init(&m, &d->layer, NULL);
			(void)mem_scan(&ctx, &m, 0, UINT64_MAX, 7, look, &sum);
			(void)mem_read(&ctx, &m, mem_end(&ctx, &m) / 2, page,
			    sizeof(page));
			mem_fini(&m);
		} else
			file_close(f);
	}
	ctx_fini(&ctx);
}

static void
seed(struct buf *b)
{
	static const struct mk_load loads[] = {
		{ .pa = 0x1000, .file = 0x800, .mem = 0x1000 },
		{ .pa = 0x3000, .file = 0x400 }, { .pa = 0x3200, .file = 0x400 },
		{ 0 },
	};
	struct buf regs, qemu;
	const struct mk_elf *e;

	memset(&regs, 0, sizeof(regs));
	memset(&qemu, 0, sizeof(qemu));
	mk_prstatus(&regs, 1, 2, 3);
	mk_qemu(&qemu, 0x1000, 0x20, 0);
	e = &(const struct mk_elf){ .loads = loads,
	    .notes = (const struct mk_note[]){
		{ "CORE", 1, regs.p, regs.len }, { "QEMU", 0, qemu.p, qemu.len },
		{ "VMCOREINFO", 0, "OSRELEASE=1\n", 12 }, { 0 } } };
	mk_elf(b, e, NULL);
	buf_fini(&regs);
	buf_fini(&qemu);
}

const struct fuzz_target fuzz_elf = { "elf", run, seed };
