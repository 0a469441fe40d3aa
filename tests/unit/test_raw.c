/* SPDX-License-Identifier: BSD-2-Clause */
/* Raw memory: where its bytes belong. */
#include "tests/unit/unit.h"

#include "base/bytes.h"
#include "engine/backend/backend.h"
#include "tests/mk/mk_elf.h"
#include "tests/mk/mk_raw.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MIB	(UINT64_C(1) << 20)
#define GIB	(UINT64_C(1) << 30)

struct image {
	struct ctx	 ctx;
	char		 path[64];
	int		 fd;
	struct file	*file;
	struct dump	*dump;
	struct memory	 mem;
};

static void
make(struct image *im, const struct mk_raw *r)
{
	memset(im, 0, sizeof(*im));
	ctx_init(&im->ctx);
	strcpy(im->path, "raw-XXXXXX");
	im->fd = mkstemp(im->path);
	assert_int_not_equal(im->fd, -1);
	assert_true(mk_raw(r, im->fd));
}

static int
open_image(struct image *im, const struct dump_options *opt)
{
	int rc;

	assert_int_equal(file_open(&im->ctx, im->path, NULL, &im->file), 0);
	rc = dump_open(&im->ctx, &im->file, 1, opt, &im->dump);
	if (rc == 0)
		mem_init(&im->mem, &im->dump->layer, NULL);
	else
		file_close(im->file);
	return (rc);
}

static void
finish(struct image *im)
{
	if (im->dump != NULL)
		mem_fini(&im->mem);
	close(im->fd);
	unlink(im->path);
	ctx_fini(&im->ctx);
}

static uint64_t
word(struct image *im, uint64_t pa)
{
	uint8_t raw[8];

	if (mem_read(&im->ctx, &im->mem, pa, raw, 8) != 0)
		return (0);
	return (load_u64(raw, false));
}

static const uint64_t low_mark[] = { 5 * MIB, 0 };
static const uint64_t arm_mark[] = { GIB + 5 * MIB, 0 };
static const uint64_t odd_mark[] = { 7 * GIB + 0x12000, 0 };
static const uint64_t risc_mark[] = { 2 * GIB + 77 * MIB, 0 };
static const uint64_t high_mark[] = { 5 * MIB, 4 * GIB + 0x7000, 0 };

/* 4 GiB with the hole from 3 GiB on, and the reserved end below it. */
static const struct mk_firmware pc_map[] = {
	{ 0, 0x9fc00, 1 }, { 0x9fc00, 0x400, 2 }, { MIB, 3 * GIB - 2 * MIB, 1 },
	{ 3 * GIB - MIB, MIB, 2 }, { 4 * GIB, GIB, 1 }, { 0 },
};
static const struct mk_firmware whole_map[] = {
	{ 0, 0x9fc00, 1 }, { MIB, 2 * GIB, 1 }, { 0 },
};

static const struct sound {
	struct mk_raw	 raw;
	const char	*format;
	uint64_t	 hole;		/* here nothing is, or 0 */
} sounds[] = {
	{ { .machine = "x86_64", .size = 64 * MIB, .image = 16 * MIB,
	    .marks = low_mark }, "raw", 64 * MIB },
	{ { .machine = "x86_64", .size = 64 * MIB, .image = 16 * MIB,
	    .marks = low_mark, .old = true, .note = true }, "raw", 64 * MIB },
	{ { .machine = "aarch64", .size = 64 * MIB, .base = GIB,
	    .image = GIB + 2 * MIB, .marks = arm_mark },
	    "raw (from 0x40000000)", 0x1000 },
	/* All that a machine can address, from 0 on. */
	{ { .machine = "aarch64", .size = 2 * GIB, .image = GIB + 2 * MIB,
	    .marks = arm_mark }, "raw", 2 * GIB },
	{ { .machine = "riscv64", .size = 128 * MIB, .base = 2 * GIB,
	    .image = 2 * GIB + 2 * MIB, .marks = risc_mark },
	    "raw (from 0x80000000)", GIB },
	/* Somewhere that nobody could guess: the name has to be found. */
	{ { .machine = "x86_64", .size = 33 * MIB, .base = 7 * GIB,
	    .image = 7 * GIB + 17 * MIB, .marks = odd_mark },
	    "raw (from 0x1c0000000)", GIB },
	/* The kernel below the hole, and above it. */
	{ { .machine = "x86_64", .size = 4 * GIB, .low = 3 * GIB,
	    .image = 16 * MIB, .map = pc_map, .marks = high_mark },
	    "raw (hole from 0xc0000000)", 3 * GIB + 0x1000 },
	{ { .machine = "x86_64", .size = 4 * GIB, .low = 3 * GIB,
	    .image = 4 * GIB + 16 * MIB, .map = pc_map, .marks = high_mark },
	    "raw (hole from 0xc0000000)", 3 * GIB + 0x1000 },
	/* The hole's place is in the file too: pmemsave. */
	{ { .machine = "x86_64", .size = 5 * GIB, .image = 16 * MIB,
	    .map = pc_map, .marks = high_mark }, "raw", 5 * GIB },
	{ { .machine = "x86_64", .size = 3 * GIB, .image = 16 * MIB,
	    .map = whole_map, .marks = low_mark }, "raw", 3 * GIB },
};

static void
places(void **state)
{
	const struct sound *s;
	const uint64_t *mark;
	struct image im;
	char name[6];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sounds) / sizeof(sounds[0]); i++) {
		s = &sounds[i];
		make(&im, &s->raw);
		assert_int_equal(open_image(&im, NULL), 0);
		assert_string_equal(im.dump->backend->format(im.dump),
		    s->format);
		assert_string_equal(im.dump->arch->machine, s->raw.machine);
		assert_non_null(strstr(im.dump->vmcoreinfo, "init_uts_ns"));
		assert_int_equal(mem_read(&im.ctx, &im.mem, s->raw.image +
		    MK_RAW_UTS, name, 6), 0);
		assert_string_equal(name, "Linux");
		for (mark = s->raw.marks; *mark != 0; mark++)
			assert_int_equal(word(&im, *mark + 8), mk_word(*mark + 8));
		assert_int_equal(mem_read(&im.ctx, &im.mem, s->hole, name, 1),
		    E_NOT_IN_DUMP);
		finish(&im);
	}
}

/* What a text without a kernel says, or a map of another machine. */
static void
lies(void **state)
{
	static const struct mk_firmware descending[] = {
		{ 0, 0x9fc00, 1 }, { 4 * GIB, GIB, 1 }, { MIB, GIB, 1 }, { 0 },
	};
	static const struct mk_firmware wrapping[] = {
		{ 0, 0x9fc00, 1 }, { 4 * GIB, UINT64_MAX - GIB, 1 }, { 0 },
	};
	static const struct mk_firmware larger[] = {	/* the hole would be low */
		{ 0, 0x9fc00, 1 }, { MIB, 3 * GIB, 1 }, { 4 * GIB, 3 * GIB, 1 },
		{ 0 },
	};
	static const struct mk_firmware *const maps[] = {
		descending, wrapping, larger,
	};
	struct mk_raw r = sounds[0].raw;
	struct image im;
	size_t i;

	(void)state;
	make(&im, &r);		/* a name of another release */
	assert_true(mk_raw_write(&r, im.fd, r.image + MK_RAW_UTS + 130, "7", 1));
	assert_int_equal(open_image(&im, NULL), E_UNSUPPORTED);
	assert_non_null(strstr(im.ctx.err.text, "--base"));
	finish(&im);
	make(&im, &r);		/* a text without an end to its line */
	assert_true(mk_raw_write(&r, im.fd, r.image + MK_RAW_INFO + 24, "", 1));
	assert_int_equal(open_image(&im, NULL), E_UNSUPPORTED);
	finish(&im);
	make(&im, &r);		/* the file ends before the kernel's name */
	assert_int_equal(ftruncate(im.fd, 16 * MIB + MK_RAW_UTS + 20), 0);
	assert_int_equal(open_image(&im, NULL), E_UNSUPPORTED);
	finish(&im);
	for (i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		r = sounds[6].raw;
		r.map = maps[i];
		make(&im, &r);
		assert_int_equal(open_image(&im, NULL), 0);
		assert_string_equal(im.dump->backend->format(im.dump), "raw");
		finish(&im);
	}
}

/* What the user says holds, whatever is in the file. */
static void
told(void **state)
{
	struct dump_options opt = { .has_base = true, .base = 3 * GIB };
	const struct mk_raw *r = &sounds[0].raw;
	struct image im;

	(void)state;
	make(&im, r);
	assert_int_equal(open_image(&im, &opt), 0);
	assert_ptr_equal(im.dump->arch, &arch_x86_64);
	assert_string_equal(im.dump->backend->format(im.dump),
	    "raw (from 0xc0000000)");
	assert_int_equal(word(&im, 3 * GIB + 5 * MIB), mk_word(5 * MIB));
	finish(&im);

	make(&im, r);		/* nothing in it: then nothing is known of it */
	assert_int_equal(ftruncate(im.fd, 0), 0);
	assert_int_equal(ftruncate(im.fd, 5), 0);
	assert_int_equal(open_image(&im, &opt), 0);
	assert_null(im.dump->arch);
	assert_int_equal(mem_end(&im.ctx, &im.mem), 3 * GIB + 5);
	finish(&im);

	make(&im, r);
	opt.arch = &arch_arm64;
	assert_int_equal(open_image(&im, &opt), 0);
	assert_ptr_equal(im.dump->arch, &arch_arm64);
	finish(&im);

	make(&im, r);
	opt.base = UINT64_MAX - MIB;
	assert_int_equal(open_image(&im, &opt), E_USAGE);
	finish(&im);

	/* Another processor's kernel tells nothing. */
	make(&im, r);
	opt = (struct dump_options){ .arch = &arch_arm64 };
	assert_int_equal(open_image(&im, &opt), E_UNSUPPORTED);
	finish(&im);
}

/* Small files, and files of others, are named for what they are. */
static void
foreign(void **state)
{
	static const struct {
		const char *bytes;
		size_t	    at, n;
		const char *what;
	} files[] = {
		{ "PAGEDU64", 0, 8, "Windows crash dump" },
		{ "QEVM\0\0\0\3", 0, 8, "dump-guest-memory" },
		{ "LINHIB0001", 4086, 10, "hibernated Linux" },
		{ "\xa8\x19\x01\x73\x61\x8f\x23\xfd", 0, 8, "s390" },
		{ "\x04\x22\x4d\x18", 0, 4, "unlz4" },
		{ "\177VirtualBox SavedState V2.0\n", 0, 28, "dumpvmcore" },
		{ "\xff\xff\xff\xff\xff\xff\xff\xffXENF", 0, 12, "Xen" },
		{ "", 0, 0, "--base ADDR" },
	};
	uint8_t bytes[5000];
	struct dump *d;
	struct file *f;
	struct ctx ctx;
	size_t i;

	(void)state;
	ctx_init(&ctx);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		memset(bytes, 0, sizeof(bytes));
		memcpy(bytes + files[i].at, files[i].bytes, files[i].n);
		assert_int_equal(file_of_bytes(&ctx, "x", bytes, sizeof(bytes),
		    &f), 0);
		assert_int_equal(dump_open(&ctx, &f, 1, NULL, &d),
		    E_UNSUPPORTED);
		assert_non_null(strstr(ctx.err.text, files[i].what));
		file_close(f);
	}
	ctx_fini(&ctx);
}

UNIT_MAIN(UNIT(places), UNIT(lies), UNIT(told), UNIT(foreign))
