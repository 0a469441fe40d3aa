/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/unit.h"

#include "engine/kernel.h"
#include "tests/mk/mk_elf.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Memory with a page that is there in part only, and one at an odd place. */
static const struct mk_load loads[] = {
	{ .pa = 0x1000, .file = 0x20000 },
	{ .pa = 0x40800, .file = 0x800 },
	{ .pa = UINT64_C(0x240000000), .file = 0x3000 },
	{ 0 },
};

static void
make_dump(char *path, bool with_text)
{
	struct mk_note notes[4];
	const struct mk_elf e = { .loads = loads, .notes = notes };
	struct buf b, regs, qemu;
	int fd;

	memset(&b, 0, sizeof(b));
	memset(&regs, 0, sizeof(regs));
	memset(&qemu, 0, sizeof(qemu));
	memset(notes, 0, sizeof(notes));
	mk_prstatus(&regs, 77, 0x1234, 0x5678);
	mk_qemu(&qemu, 0x9000, 0x20, 3);
	notes[0] = (struct mk_note){ "CORE", 1, regs.p, regs.len };
	notes[1] = (struct mk_note){ "QEMU", 0, qemu.p, qemu.len };
	if (with_text)
		notes[2] = (struct mk_note){ "VMCOREINFO", 0, "OSRELEASE=x\n",
		    12 };
	mk_elf(&b, &e, NULL);
	strcpy(path, "/tmp/kpeek-capture.XXXXXX");
	fd = mkstemp(path);
	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, b.p, b.len), b.len);
	close(fd);
	buf_fini(&b);
	buf_fini(&regs);
	buf_fini(&qemu);
}

static struct kernel *
open_kernel(struct ctx *ctx, const char *path, bool record)
{
	struct kernel_options opt;
	struct kernel *k;

	memset(&opt, 0, sizeof(opt));
	opt.record = record;
	assert_int_equal(kernel_open(ctx, &path, 1, &opt, &k), 0);
	assert_true(k->nwarnings > 0);		/* no system is in it */
	return (k);
}

static void
check(struct ctx *ctx, struct kernel *k, uint64_t pa, size_t n)
{
	uint8_t got[0x3000];
	size_t i;

	assert_in_range(n, 1, sizeof(got));
	assert_int_equal(mem_read(ctx, &k->mem, pa, got, n), 0);
	for (i = 0; i < n; i++)
		assert_int_equal(got[i], mk_byte(pa + i, false));
}

static void
same_bytes_when_opened_again(void **state)
{
	char dump[64], capture[80];
	struct kernel *k;
	struct ctx ctx;
	uint64_t rip;
	uint8_t byte;

	(void)state;
	ctx_init(&ctx);
	make_dump(dump, false);
	snprintf(capture, sizeof(capture), "%s.cap", dump);
	k = open_kernel(&ctx, dump, true);
	check(&ctx, k, 0x1000, 1);
	check(&ctx, k, 0x2fff, 2);
	check(&ctx, k, 0x8000, 0x2000);
	check(&ctx, k, 0x40900, 8);
	check(&ctx, k, UINT64_C(0x240001ffc), 8);
	assert_int_equal(kernel_capture(&ctx, k, capture), 0);
	kernel_close(k);

	k = open_kernel(&ctx, capture, false);
	assert_true(k->dump->complete);
	check(&ctx, k, 0x1000, 0x3000);
	check(&ctx, k, 0x8000, 0x2000);
	check(&ctx, k, 0x40800, 0x800);
	check(&ctx, k, UINT64_C(0x240001000), 0x2000);
	assert_int_equal(mem_read(&ctx, &k->mem, 0x4000, &byte, 1),
	    E_NOT_IN_DUMP);
	assert_int_equal(ctx.err.addr, 0x4000);
	assert_int_equal(mem_read(&ctx, &k->mem, UINT64_C(0x240000fff), &byte,
	    1), E_NOT_IN_DUMP);
	assert_int_equal(k->dump->ncpus, 1);
	assert_int_equal(k->dump->cpus[0].pid, 77);
	assert_int_equal(k->dump->cpus[0].root, 0x9000);
	assert_true(arch_reg_get(k->arch, &k->dump->cpus[0], "rip", &rip));
	assert_int_equal(rip, 0x1234);
	kernel_close(k);
	unlink(dump);
	unlink(capture);
	ctx_fini(&ctx);
}

static void
says_what_fails(void **state)
{
	char dump[64];
	struct kernel *k;
	struct ctx ctx;

	(void)state;
	ctx_init(&ctx);
	make_dump(dump, true);
	k = open_kernel(&ctx, dump, true);
	assert_string_equal(k->dump->vmcoreinfo, "OSRELEASE=x\n");
	assert_int_equal(kernel_capture(&ctx, k, "/no/such/folder/x"), E_IO);
	assert_non_null(strstr(ctx.err.text, "/no/such/folder/x"));
	kernel_close(k);
	/* Not recorded. */
	k = open_kernel(&ctx, dump, false);
	assert_int_equal(kernel_capture(&ctx, k, dump), E_USAGE);
	kernel_close(k);
	/* Nothing was read: an empty capture is one all the same. */
	k = open_kernel(&ctx, dump, true);
	assert_int_equal(kernel_capture(&ctx, k, dump), 0);
	kernel_close(k);
	unlink(dump);
	ctx_fini(&ctx);
}

/* A capture opened by the same program must itself be a dump to capture. */
static void
capture_of_a_capture(void **state)
{
	char dump[64];
	struct kernel *k;
	struct ctx ctx;
	int i;

	(void)state;
	ctx_init(&ctx);
	make_dump(dump, false);
	for (i = 0; i < 3; i++) {
		k = open_kernel(&ctx, dump, true);
		check(&ctx, k, 0x5000, 0x1000);
		assert_int_equal(kernel_capture(&ctx, k, dump), 0);
		kernel_close(k);
	}
	unlink(dump);
	ctx_fini(&ctx);
}

UNIT_MAIN(UNIT(same_bytes_when_opened_again), UNIT(says_what_fails),
    UNIT(capture_of_a_capture))
