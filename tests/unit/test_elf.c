/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/unit.h"

#include "base/bytes.h"
#include "engine/backend/backend.h"
#include "tests/mk/mk_elf.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct image {
	struct buf	 b;
	struct mk_elf_map map;
	struct file	*file;
	struct dump	*dump;
	struct memory	 mem;
	struct ctx	 ctx;
};

static void
make(struct image *im, const struct mk_elf *e)
{
	memset(im, 0, sizeof(*im));
	ctx_init(&im->ctx);
	mk_elf(&im->b, e, &im->map);
}

/* Open the first n bytes (0: all). */
static int
open_told(struct image *im, size_t n, const struct dump_options *opt)
{
	int rc;

	assert_int_equal(file_of_bytes(&im->ctx, "test.elf", im->b.p,
	    n > 0 ? n : im->b.len, &im->file), 0);
	rc = dump_open(&im->ctx, &im->file, 1, opt, &im->dump);
	if (rc == 0)
		mem_init(&im->mem, &im->dump->layer, NULL);
	else
		file_close(im->file);
	return (rc);
}

static int
open_image(struct image *im, size_t n)
{
	return (open_told(im, n, NULL));
}

static void
close_image(struct image *im)
{
	mem_fini(&im->mem);
	im->dump = NULL;
}

static void
finish(struct image *im)
{
	if (im->dump != NULL)
		close_image(im);
	buf_fini(&im->b);
	ctx_fini(&im->ctx);
}

/* n bytes at pa are what the generator put there. */
static void
check_bytes(struct image *im, uint64_t pa, size_t n)
{
	uint8_t *got;
	size_t i;

	got = malloc(n);
	assert_non_null(got);
	assert_int_equal(mem_read(&im->ctx, &im->mem, pa, got, n), 0);
	for (i = 0; i < n; i++)
		assert_int_equal(got[i], mk_byte(pa + i, false));
	free(got);
}

static void
check_missing(struct image *im, uint64_t pa, size_t n, int status, uint64_t at)
{
	uint8_t got[0x4000];

	assert_in_range(n, 1, sizeof(got));
	assert_int_equal(mem_read(&im->ctx, &im->mem, pa, got, n), status);
	assert_int_equal(im->ctx.err.code, status);
	assert_int_equal(im->ctx.err.addr, at);
}

static const struct mk_load plain[] = {
	{ .pa = 0x1000, .file = 0x1800, .mem = 0x3000 },
	{ .pa = 0x8008, .file = 0x1000 },		/* no page's border */
	{ .pa = 0x9008, .file = 0x1000 },		/* goes on */
	{ .pa = UINT64_C(0x100000000), .file = 0x1000 },
	{ 0 },
};

static void
segments_and_holes(void **state)
{
	const struct mk_elf e = { .loads = plain };
	const struct {
		uint64_t start, end;
		int	 status;
	} want[] = {
		{ 0, 0x1000, E_NOT_IN_DUMP }, { 0x1000, 0x2800, 0 },
		{ 0x2800, 0x4000, E_NOT_IN_DUMP },
		{ 0x4000, 0x8008, E_NOT_IN_DUMP }, { 0x8008, 0xa008, 0 },
		{ 0xa008, UINT64_C(0x100000000), E_NOT_IN_DUMP },
		{ UINT64_C(0x100000000), UINT64_C(0x100001000), 0 },
	};
	struct mem_range r;
	struct extent x;
	struct image im;
	uint64_t pa;
	size_t i;

	(void)state;
	make(&im, &e);
	assert_int_equal(open_image(&im, 0), 0);
	assert_true(im.dump->complete);
	assert_string_equal(im.dump->backend->format(im.dump), "ELF64");
	check_bytes(&im, 0x1000, 0x1800);
	check_bytes(&im, 0x1234, 1);
	check_bytes(&im, 0x8ff0, 0x100);	/* over the border of two */
	check_missing(&im, 0, 1, E_NOT_IN_DUMP, 0);
	check_missing(&im, 0x2700, 0x200, E_NOT_IN_DUMP, 0x2800);
	check_missing(&im, 0x3fff, 1, E_NOT_IN_DUMP, 0x3fff);
	check_missing(&im, 0xa000, 0x10, E_NOT_IN_DUMP, 0xa008);
	check_missing(&im, UINT64_MAX, 1, E_NOT_IN_DUMP, UINT64_MAX);
	check_missing(&im, UINT64_MAX - 3, 8, E_NOT_IN_DUMP, UINT64_MAX - 3);
	for (i = 0, pa = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		assert_int_equal(mem_range(&im.ctx, &im.mem, pa, &r), 0);
		assert_int_equal(r.start, want[i].start);
		assert_int_equal(r.end, want[i].end);
		assert_int_equal(r.status, want[i].status);
		pa = r.end;
	}
	assert_int_equal(mem_range(&im.ctx, &im.mem, pa, &r), E_DONE);
	assert_int_equal(mem_present(&im.ctx, &im.mem), 0x1800 + 0x2000 + 0x1000);
	assert_int_equal(mem_end(&im.ctx, &im.mem), UINT64_C(0x100001000));
	assert_int_equal(mem_extent(&im.ctx, &im.mem, 0x9100, &x), 0);
	assert_int_equal(x.pa, 0x8008);
	assert_int_equal(x.len, 0x2000);
	assert_int_equal(x.ptr[0x100], mk_byte(0x8108, false));
	assert_int_equal(mem_extent(&im.ctx, &im.mem, 0x3000, &x),
	    E_NOT_IN_DUMP);
	finish(&im);
}

/* Whatever the order and the overlaps: the bytes of each address are there. */
static void
overlaps(void **state)
{
	static const struct mk_load loads[] = {
		{ .pa = 0x6000, .file = 0x1000 },
		{ .pa = 0x0, .file = 0, .mem = 0x10000 },	/* a hole over all */
		{ .pa = 0x2000, .file = 0x3000 },
		{ .pa = 0x2000, .file = 0x1000 },
		{ .pa = 0x3000, .file = 0x2800 },
		{ .pa = 0x1000, .file = 0, .mem = 0x2000 },
		{ .pa = 0x5000, .file = 0x800, .mem = 0x3000 },
		{ .pa = 0x20000, .file = 0x100 },
		{ 0 },
	};
	const struct mk_elf e = { .loads = loads };
	struct mem_range r;
	struct image im;
	uint64_t pa, last;

	(void)state;
	make(&im, &e);
	assert_int_equal(open_image(&im, 0), 0);
	check_bytes(&im, 0x2000, 0x3800);
	check_bytes(&im, 0x6000, 0x1000);
	check_missing(&im, 0x57ff, 2, E_NOT_IN_DUMP, 0x5800);
	check_missing(&im, 0x1fff, 1, E_NOT_IN_DUMP, 0x1fff);
	check_missing(&im, 0x7000, 1, E_NOT_IN_DUMP, 0x7000);
	for (pa = last = 0; mem_range(&im.ctx, &im.mem, pa, &r) == 0;
	    pa = r.end) {
		assert_int_equal(r.start, last);
		assert_true(r.end > r.start);
		last = r.end;
	}
	assert_int_equal(last, 0x20100);
	assert_int_equal(mem_present(&im.ctx, &im.mem), 0x3800 + 0x1000 + 0x100);
	finish(&im);
}

static void
cut_file(void **state)
{
	const struct mk_elf e = { .loads = plain };
	struct image im;
	size_t n;

	(void)state;
	make(&im, &e);
	/* In the second segment: 0x100 bytes of it are there. */
	n = im.map.data + 0x1800 + 0x100;
	assert_int_equal(open_image(&im, n), 0);
	assert_false(im.dump->complete);
	assert_non_null(im.dump->incomplete);
	check_bytes(&im, 0x8008, 0x100);
	check_missing(&im, 0x8100, 0x10, E_TRUNCATED, 0x8108);
	check_missing(&im, 0x9008, 8, E_TRUNCATED, 0x9008);
	check_missing(&im, 0x2800, 8, E_NOT_IN_DUMP, 0x2800);
	close_image(&im);
	/* At every length it opens or is refused; a read never runs over. */
	for (n = 1; n < im.map.data + 0x20; n++) {
		if (open_image(&im, n) == 0) {
			assert_false(im.dump->complete);
			if (n >= im.map.notes)
				check_missing(&im, 0x1010, 0x100, E_TRUNCATED,
				    n > im.map.data + 0x10 ? 0x1000 + n -
				    im.map.data : 0x1010);
			close_image(&im);
		} else
			assert_true(im.ctx.err.text[0] != '\0');
	}
	finish(&im);
}

static void
headers_cut_short(void **state)
{
	const struct mk_elf e = { .loads = plain };
	struct image im;

	(void)state;
	make(&im, &e);
	assert_int_equal(open_image(&im, im.map.phoff + 56 + 30), 0);
	assert_false(im.dump->complete);
	assert_non_null(strstr(im.dump->incomplete, "1 of 4"));
	finish(&im);
	make(&im, &e);
	assert_int_equal(open_image(&im, im.map.phoff), E_CORRUPT);
	finish(&im);
}

static void
extended_count(void **state)
{
	const struct mk_elf e = { .loads = plain, .xnum = true };
	struct image im;

	(void)state;
	make(&im, &e);
	assert_int_equal(open_image(&im, 0), 0);
	check_bytes(&im, UINT64_C(0x100000000), 0x1000);
	close_image(&im);
	/* A count of four thousand million: too many, said at once. */
	store_uint(im.b.p + 64 + 44, 4, false, 0xffffffff);
	assert_int_equal(open_image(&im, 0), E_LIMIT);
	/* The section header lies outside. */
	store_uint(im.b.p + 40, 8, false, UINT64_MAX - 50);
	assert_int_equal(open_image(&im, 0), E_TRUNCATED);
	finish(&im);
}

static void
wild_numbers(void **state)
{
	const struct mk_elf e = { .loads = plain };
	static const uint64_t wild[] = {
		0, 1, 0x7fffffffffffffff, 0x8000000000000000, UINT64_MAX,
		UINT64_MAX - 0xfff, 0x100000000, 0xffffffff,
	};
	struct image im;
	struct mem_range r;
	uint64_t pa, last, keep;
	size_t field, i, at, steps;

	(void)state;
	make(&im, &e);
	/* Each number of the second header in turn: offset to memsz. */
	for (field = 8; field <= 40; field += 8)
		for (i = 0; i < sizeof(wild) / sizeof(wild[0]); i++) {
			at = im.map.phoff + 56 + field;
			keep = load_u64(im.b.p + at, false);
			store_uint(im.b.p + at, 8, false, wild[i]);
			if (open_image(&im, 0) == 0) {
				last = 0;
				for (pa = 0, steps = 0; steps < 100 &&
				    mem_range(&im.ctx, &im.mem, pa, &r) == 0;
				    pa = r.end, steps++) {
					assert_int_equal(r.start, last);
					assert_true(r.end > r.start);
					last = r.end;
				}
				assert_true(steps < 100);
				check_bytes(&im, 0x1008, 0x17f8);
				close_image(&im);
			}
			store_uint(im.b.p + at, 8, false, keep);
		}
	/* The place of the headers, their size, their count. */
	store_uint(im.b.p + 32, 8, false, UINT64_MAX - 20);
	assert_int_equal(open_image(&im, 0), E_CORRUPT);
	store_uint(im.b.p + 32, 8, false, im.map.phoff);
	store_uint(im.b.p + 54, 2, false, 55);
	assert_int_equal(open_image(&im, 0), E_CORRUPT);
	store_uint(im.b.p + 54, 2, false, 56);
	store_uint(im.b.p + 56, 2, false, 0);
	assert_int_equal(open_image(&im, 0), E_CORRUPT);
	finish(&im);
}

/* Segments that share bytes: a little is fine, a bomb is not. */
static void
shared_bytes(void **state)
{
	static struct mk_load loads[1002];
	const struct mk_elf e = { .loads = loads };
	struct image im;
	size_t i;

	(void)state;
	loads[0] = (struct mk_load){ .pa = 0x1000, .file = 0x40000 };
	for (i = 1; i < 1001; i++)
		loads[i] = (struct mk_load){ .pa = 0x100000 * i, .mem = 1 };
	make(&im, &e);
	for (i = 1; i < 1001; i++) {
		store_uint(im.b.p + im.map.phoff + i * 56 + 8, 8, false, 0);
		store_uint(im.b.p + im.map.phoff + i * 56 + 32, 8, false,
		    0x40000);
		store_uint(im.b.p + im.map.phoff + i * 56 + 40, 8, false,
		    0x40000);
	}
	assert_int_equal(open_image(&im, 0), E_LIMIT);
	finish(&im);
}

static void
registers_from_notes(void **state)
{
	struct buf regs[2], qemu[2];
	struct mk_note notes[6];
	const struct mk_elf e = { .loads = plain, .notes = notes };
	struct image im;
	uint64_t v;
	size_t n, i;

	(void)state;
	memset(regs, 0, sizeof(regs));
	memset(qemu, 0, sizeof(qemu));
	memset(notes, 0, sizeof(notes));
	for (i = 0; i < 2; i++) {
		mk_prstatus(&regs[i], 100 + (uint32_t)i, 0x1000 + i, 0x2000 + i);
		mk_qemu(&qemu[i], 0x10000 * (i + 1), 0x20, 0x500 + i);
		notes[i] = (struct mk_note){ "CORE", 1, regs[i].p, regs[i].len };
		notes[2 + i] = (struct mk_note){ "QEMU", 0, qemu[i].p,
		    qemu[i].len };
	}
	notes[4] = (struct mk_note){ "VMCOREINFO", 0, "OSRELEASE=1\n", 12 };
	make(&im, &e);
	assert_int_equal(open_image(&im, 0), 0);
	assert_string_equal(im.dump->backend->format(im.dump), "ELF64 (QEMU)");
	assert_int_equal(im.dump->ncpus, 2);
	assert_string_equal(im.dump->vmcoreinfo, "OSRELEASE=1\n");
	assert_int_equal(im.dump->vmcoreinfo_len, 12);
	for (i = 0; i < 2; i++) {
		assert_int_equal(im.dump->cpus[i].pid, 100 + i);
		assert_true(arch_reg_get(im.dump->arch, &im.dump->cpus[i],
		    "rip", &v));
		assert_int_equal(v, 0x1000 + i);
		assert_true(arch_reg_get(im.dump->arch, &im.dump->cpus[i],
		    "rsp", &v));
		assert_int_equal(v, 0x2000 + i);
		assert_false(arch_reg_get(im.dump->arch, &im.dump->cpus[i],
		    "r16", &v));
		assert_int_equal(im.dump->cpus[i].root, 0x10000 * (i + 1));
		assert_int_equal(im.dump->cpus[i].kernel_gs, 0x500 + i);
	}
	close_image(&im);
	/* Cut anywhere in the notes: what stands before is kept. */
	for (n = im.map.notes; n < im.map.data; n += 7) {
		assert_int_equal(open_image(&im, n), 0);
		assert_in_range(im.dump->ncpus, 0, 2);
		close_image(&im);
	}
	/* A descriptor of 4 GiB, a name without its NUL: no harm. */
	store_uint(im.b.p + im.map.notes + 4, 4, false, 0xfffffffe);
	assert_int_equal(open_image(&im, 0), 0);
	assert_int_equal(im.dump->ncpus, 0);
	close_image(&im);
	store_uint(im.b.p + im.map.notes, 4, false, 0xffffffff);
	assert_int_equal(open_image(&im, 0), 0);
	finish(&im);
	for (i = 0; i < 2; i++) {
		buf_fini(&regs[i]);
		buf_fini(&qemu[i]);
	}
}

static void
other_machines_are_named(void **state)
{
	static const struct mk_load small[] = {
		{ .pa = 0x1000, .file = 0x1000 }, { 0 },
	};
	struct image im;
	unsigned bits, be;
	struct mk_elf e;

	(void)state;
	for (bits = 32; bits <= 64; bits += 32)
		for (be = 0; be < 2; be++) {
			e = (struct mk_elf){ .bits = bits, .be = be,
			    .machine = 22, .loads = small };
			make(&im, &e);
			assert_int_equal(open_image(&im, 0), E_UNSUPPORTED);
			assert_non_null(strstr(im.ctx.err.text, "machine 22"));
			assert_non_null(strstr(im.ctx.err.text, bits == 32 ?
			    "32 bits" : "64 bits"));
			assert_non_null(strstr(im.ctx.err.text, be ?
			    "big-endian" : "little-endian"));
			finish(&im);
		}
	/* An x86-64 of 32 bits, or of the other byte order, is none. */
	e = (struct mk_elf){ .be = true, .loads = small };
	make(&im, &e);
	assert_int_equal(open_image(&im, 0), E_UNSUPPORTED);
	finish(&im);
}

static void
other_files_are_named(void **state)
{
	static const struct {
		const char *bytes;
		size_t	    n;
		const char *says;
	} cases[] = {
		{ "KDUMP   \1\2", 10, "kdump" },
		{ "\x1f\x8b\x08", 3, "gzip" },
		{ "hello", 5, "not a memory dump" },
		{ "\177ELF\2\1\1", 7, "ends inside" },
		{ "\177ELF\3\1\1\0\0\0\0\0\0\0\0\0\4\0\76\0", 20, "class 3" },
		{ "\177ELF\2\3\1\0\0\0\0\0\0\0\0\0\4\0\76\0", 20, "order 3" },
		{ "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\4\0\76\0", 20,
		    "ends inside" },
	};
	struct mk_elf e = { .loads = plain, .type = 2 };
	const struct mk_note auxv[] = { { "CORE", 6, "", 0 }, { 0 } };
	struct file *f;
	struct dump *d;
	struct image im;
	struct ctx ctx;
	size_t i;

	(void)state;
	ctx_init(&ctx);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(file_of_bytes(&ctx, "x", cases[i].bytes,
		    cases[i].n, &f), 0);
		assert_int_not_equal(dump_open(&ctx, &f, 1, NULL, &d), 0);
		if (strstr(ctx.err.text, cases[i].says) == NULL)
			fail_msg("\"%s\" does not say \"%s\"", ctx.err.text,
			    cases[i].says);
		file_close(f);
	}
	ctx_fini(&ctx);
	make(&im, &e);
	assert_int_equal(open_image(&im, 0), E_UNSUPPORTED);
	assert_non_null(strstr(im.ctx.err.text, "an executable"));
	finish(&im);
	e = (struct mk_elf){ .loads = plain, .notes = auxv };
	make(&im, &e);
	assert_int_equal(open_image(&im, 0), E_UNSUPPORTED);
	assert_non_null(strstr(im.ctx.err.text, "user process"));
	finish(&im);
}

/* Beside a dump too: in either order, whatever the dump is. */
static void
beside_a_dump(void **state)
{
	const struct mk_note auxv[] = { { "CORE", 6, "", 0 }, { 0 } };
	struct image dump, user;
	struct file *files[2];
	struct dump *d;
	int i, order;

	(void)state;
	for (i = 0; i < 2; i++)
		for (order = 0; order < 2; order++) {
			make(&dump, &(struct mk_elf){ .loads = plain });
			make(&user, &(struct mk_elf){ .loads = plain,
			    .notes = i == 0 ? auxv : NULL });
			assert_int_equal(file_of_bytes(&user.ctx, "user",
			    user.b.p, user.b.len, &files[order]), 0);
			assert_int_equal(file_of_bytes(&user.ctx, "kernel",
			    dump.b.p, dump.b.len, &files[!order]), 0);
			assert_int_equal(dump_open(&user.ctx, files, 2, NULL,
			    &d), i == 0 ? E_UNSUPPORTED : E_USAGE);
			assert_non_null(strstr(user.ctx.err.text, i == 0 ?
			    "user is the core of a user process" :
			    "two whole dumps"));
			file_close(files[0]);
			file_close(files[1]);
			finish(&dump);
			finish(&user);
		}
}

/* All segments say this of where they lie. */
static void
set_paddr(struct image *im, uint64_t pa)
{
	uint8_t *ph;
	size_t i;

	for (i = 0; i < im->map.phnum; i++) {
		ph = (uint8_t *)im->b.p + im->map.phoff + i * im->map.phentsize;
		if (load_u32(ph, false) == 1)
			store_uint(ph + 24, 8, false, pa);
	}
}

#define MAP	UINT64_C(0xffff9a8000000000)
#define IMAGE	UINT64_C(0xffffffff82000000)

static const char x86_info[] = "OSRELEASE=6\nNUMBER(phys_base)=50331648\n";
static const char wrong_info[] = "OSRELEASE=6\nNUMBER(phys_base)=67108864\n";
static const char told_info[] = "OSRELEASE=7\nNUMBER(phys_base)=50331648\n";
static const struct dump_options told = {
	.vmcoreinfo = told_info, .vmcoreinfo_len = sizeof(told_info) - 1,
};
static const char arm_info[] = "OSRELEASE=6\nNUMBER(VA_BITS)=48\n"
    "NUMBER(kimage_voffset)=0xffff7fffc0000000\n"
    "NUMBER(PHYS_OFFSET)=0x40000000\n";

static void
virtual_addresses_alone(void **state)
{
	static const struct mk_load loads[] = {
		{ .pa = 0x1000, .file = 0x2000, .va = MAP + 0x1000 },
		{ .pa = 0x5000000, .file = 0x1000, .va = IMAGE },
		{ .pa = UINT64_C(0x100000000), .file = 0x1800, .mem = 0x2000,
		    .va = MAP + UINT64_C(0x100000000) },
		{ 0 },
	};
	static const struct mk_load arm[] = {
		{ .pa = 0x40001000, .file = 0x2000,
		    .va = UINT64_C(0xffff000000001000) },
		{ .pa = 0x48000000, .file = 0x1000,
		    .va = UINT64_C(0xffff800008000000) },
		{ 0 },
	};
	struct mk_note notes[] = {
		{ "VMCOREINFO", 0, x86_info, sizeof(x86_info) - 1 }, { 0 },
	};
	const struct mk_elf e = { .loads = loads, .notes = notes },
	    none = { .loads = loads },
	    a = { .loads = arm, .notes = notes, .machine = 183 };
	struct image im;
	unsigned i;

	(void)state;
	for (i = 0; i < 2; i++) {
		make(&im, &e);
		set_paddr(&im, i == 0 ? 0 : UINT64_MAX);
		assert_int_equal(open_image(&im, 0), 0);
		assert_true(im.dump->complete);
		check_bytes(&im, 0x1000, 0x2000);
		check_bytes(&im, 0x5000000, 0x1000);
		check_bytes(&im, UINT64_C(0x100000000), 0x1800);
		check_missing(&im, 0, 1, E_NOT_IN_DUMP, 0);
		assert_int_equal(mem_present(&im.ctx, &im.mem), 0x4800);
		finish(&im);
	}
	/* Without the note nobody knows where the image lies. */
	make(&im, &none);
	set_paddr(&im, 0);
	assert_int_equal(open_image(&im, 0), 0);
	assert_false(im.dump->complete);
	assert_non_null(strstr(im.dump->incomplete, "0xffffffff82000000"));
	check_bytes(&im, 0x1000, 0x2000);
	check_missing(&im, 0x5000000, 1, E_NOT_IN_DUMP, 0x5000000);
	finish(&im);
	/* Unless it is told; the note, if there is one, stands back. */
	notes[0].desc = wrong_info;
	notes[0].n = sizeof(wrong_info) - 1;
	for (i = 0; i < 2; i++) {
		make(&im, i == 0 ? &none : &e);
		set_paddr(&im, 0);
		assert_int_equal(open_told(&im, 0, &told), 0);
		assert_true(im.dump->complete && im.dump->told);
		check_bytes(&im, 0x5000000, 0x1000);
		assert_memory_equal(im.dump->vmcoreinfo, told_info,
		    sizeof(told_info));
		assert_int_equal(im.dump->note != NULL, i == 1);
		if (i == 1)
			assert_string_equal(im.dump->note, wrong_info);
		finish(&im);
	}
	/* One that says where it lies: all do. */
	make(&im, &none);
	store_uint(im.b.p + im.map.phoff + 24, 8, false, 0);
	assert_int_equal(open_image(&im, 0), 0);
	assert_true(im.dump->complete);
	check_bytes(&im, 0x5000000, 0x1000);
	check_missing(&im, 0x2000, 1, E_NOT_IN_DUMP, 0x2000);
	finish(&im);

	notes[0].desc = arm_info;
	notes[0].n = sizeof(arm_info) - 1;
	make(&im, &a);
	set_paddr(&im, 0);
	assert_int_equal(open_image(&im, 0), 0);
	assert_true(im.dump->complete);
	check_bytes(&im, 0x40001000, 0x2000);
	check_bytes(&im, 0x48000000, 0x1000);
	finish(&im);
	/* Nothing can be placed. */
	notes[0].n = 12;
	make(&im, &a);
	set_paddr(&im, UINT64_MAX);
	assert_int_equal(open_image(&im, 0), E_CORRUPT);
	assert_non_null(strstr(im.ctx.err.text, "virtual addresses alone"));
	finish(&im);
}

static void
xen_is_named(void **state)
{
	static const uint8_t crash[8];
	const struct mk_note notes[] = {
		{ "Xen", 0x1000001, crash, sizeof(crash) }, { 0 },
	}, others[] = {
		{ "Xen", 1, crash, sizeof(crash) }, { 0 },
	};
	struct mk_elf e = { .loads = plain, .notes = notes };
	uint8_t guest[64 + 2 * 64 + 16] = "\177ELF\2\1\1";
	struct image im;
	size_t n;

	(void)state;
	make(&im, &e);
	assert_int_equal(open_image(&im, 0), E_UNSUPPORTED);
	assert_non_null(strstr(im.ctx.err.text, "Xen host"));
	finish(&im);
	e.notes = others;
	make(&im, &e);
	assert_int_equal(open_image(&im, 0), 0);
	finish(&im);

	store_uint(guest + 16, 2, false, 4);	/* ET_CORE */
	store_uint(guest + 18, 2, false, 62);
	store_uint(guest + 40, 8, false, 64);	/* its sections, two */
	store_uint(guest + 54, 2, false, 56);
	store_uint(guest + 58, 2, false, 64);
	store_uint(guest + 60, 2, false, 2);
	store_uint(guest + 128 + 4, 4, false, 7);
	store_uint(guest + 128 + 24, 8, false, 192);
	store_uint(guest + 192, 4, false, 4);
	memcpy(guest + 192 + 12, "Xen", 4);
	memset(&im, 0, sizeof(im));
	ctx_init(&im.ctx);
	buf_add(&im.b, guest, sizeof(guest));
	assert_int_equal(open_image(&im, 0), E_UNSUPPORTED);
	assert_non_null(strstr(im.ctx.err.text, "Xen guest"));
	for (n = 1; n < sizeof(guest); n++) {
		assert_int_not_equal(open_image(&im, n), 0);
		assert_null(strstr(im.ctx.err.text, "Xen guest"));
	}
	/* The note, the sections lie outside. */
	store_uint(im.b.p + 128 + 24, 8, false, UINT64_MAX - 4);
	assert_int_equal(open_image(&im, 0), E_CORRUPT);
	store_uint(im.b.p + 40, 8, false, UINT64_MAX - 70);
	assert_int_equal(open_image(&im, 0), E_CORRUPT);
	finish(&im);
}

/* Cut short for good, or for now. */
static void
written_while_read(void **state)
{
	const struct mk_elf e = { .loads = plain };
	char path[] = "/tmp/kpeek-elf-XXXXXX";
	struct image im;
	size_t n, grows;
	int fd;

	(void)state;
	make(&im, &e);
	fd = mkstemp(path);
	assert_int_not_equal(fd, -1);
	n = im.map.data + 0x1900;
	assert_int_equal(write(fd, im.b.p, n), n);
	for (grows = 0; grows < 2; grows++) {
		assert_int_equal(file_open(&im.ctx, path, NULL, &im.file), 0);
		if (grows)
			assert_int_equal(write(fd, im.b.p + n, 8), 8);
		assert_int_equal(dump_open(&im.ctx, &im.file, 1, NULL,
		    &im.dump), 0);
		assert_false(im.dump->complete);
		assert_non_null(strstr(im.dump->incomplete, "the file ends"));
		assert_int_equal(strstr(im.dump->incomplete,
		    "is still being written") != NULL, grows);
		dump_close(im.dump);
		im.dump = NULL;
	}
	/* Not so much as its headers is there. */
	for (grows = 0; grows < 2; grows++) {
		assert_int_equal(ftruncate(fd, 40), 0);
		assert_int_equal(lseek(fd, 0, SEEK_END), 40);
		assert_int_equal(file_open(&im.ctx, path, NULL, &im.file), 0);
		if (grows)
			assert_int_equal(write(fd, im.b.p + 40, 8), 8);
		assert_int_equal(dump_open(&im.ctx, &im.file, 1, NULL,
		    &im.dump), E_TRUNCATED);
		assert_int_equal(strstr(im.ctx.err.text,
		    "is still being written") != NULL, grows);
		file_close(im.file);
	}
	close(fd);
	unlink(path);
	finish(&im);
}

UNIT_MAIN(UNIT(virtual_addresses_alone), UNIT(xen_is_named),
    UNIT(written_while_read), UNIT(segments_and_holes), UNIT(overlaps), UNIT(cut_file),
    UNIT(headers_cut_short), UNIT(extended_count), UNIT(wild_numbers),
    UNIT(shared_bytes), UNIT(registers_from_notes),
    UNIT(other_machines_are_named), UNIT(other_files_are_named),
    UNIT(beside_a_dump))
