/* SPDX-License-Identifier: BSD-2-Clause */
/* FreeBSD minidumps of the 64-bit processors with trees of tables. */
#include "base/bytes.h"
#include "tests/mk/mk_elf.h"
#include "tests/mk/mk_minidump.h"
#include "tests/mk/mk_open.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#define KB	UINT64_C(1024)
#define MB	(KB * 1024)
#define GB	(MB * 1024)
#define KERN	UINT64_C(0xfffffe0000000000)
#define DMAP	UINT64_C(0xfffff80000000000)

static uint8_t pt[4 * 4096], table[4096];

/* --- amd64 ---------------------------------------------------------------- */

/* Ranges that begin and end inside pages, with holes between them. */
static const struct mk_avail avail[] = {
	{ 0x1000, 0x9000 }, { 2 * MB, 4 * MB }, { 5 * MB + 0x800, 5 * MB + 0x2400 },
	{ 1 * GB, 1 * GB + 0x5000 }, { 0, 0 },
};

static const struct mk_page pages[] = {
	{ 0x1000, NULL }, { 0x5000, NULL }, { 0x6000, table }, { 0x8000, NULL },
	{ 2 * MB, NULL }, { 2 * MB + 0x1000, NULL }, { 4 * MB - 0x1000, NULL },
	{ 5 * MB + 0x1000, NULL }, { 5 * MB + 0x2000, NULL },
	{ 1 * GB + 0x3000, NULL }, { 1 * GB + 0x4000, NULL }, MK_STOP,
};

static struct mk_minidump
amd64(unsigned version)
{
	struct mk_minidump d = {
		.machine = MK_AMD64, .version = version, .avail = avail,
		.pages = pages, .pt = pt, .pt_size = 4096, .kernbase = KERN,
		.dmapbase = DMAP, .dmapend = DMAP + 2 * GB, .msgbuf = "hello",
		.msgbuf_size = 6,
	};

	memset(pt, 0, sizeof(pt));
	memset(table, 0, sizeof(table));
	if (version == 1) {
		d.avail = NULL;
		d.kernbase = UINT64_C(0xffffffff80000000);
		store_uint(pt + 0, 8, false, 0x5003);
		store_uint(pt + 8, 8, false, 0x5002);
		store_uint(pt + 16, 8, false, 0x7003);
		store_uint(pt + 511 * 8, 8, false, (1 * GB + 0x3000) | 0x8000000000000003);
		return (d);
	}
	store_uint(pt + 0, 8, false, 2 * MB | 0x83);
	store_uint(pt + 8, 8, false, 0x6003);
	store_uint(pt + 16, 8, false, 0x7003);	/* a table that is not there */
	store_uint(pt + 511 * 8, 8, false, 0x6003);
	store_uint(table + 0, 8, false, 0x5003);
	store_uint(table + 8, 8, false, 0x8003);
	store_uint(table + 16, 8, false, 0x8002);
	store_uint(table + 24, 8, false, 0x3003);
	return (d);
}

static void
amd64_1(void **state)
{
	const struct mk_minidump d = amd64(1);
	const uint64_t base = UINT64_C(0xffffffff80000000);
	struct mk_minidump_map map;
	struct mk_open o;
	struct buf b;

	(void)state;
	memset(&b, 0, sizeof(b));
	mk_minidump(&b, &d, &map);
	assert_int_equal(mk_open(&o, &b), 0);
	assert_string_equal(o.dump->system, "FreeBSD");
	assert_int_equal(o.dump->version, 1);
	assert_true(o.dump->complete);
	assert_true(mk_maps(&o, base + 0xff0, 0x5ff0));
	assert_true(mk_maps(&o, base + 511 * 4096 + 8, 1 * GB + 0x3008));
	assert_int_equal(mk_read(&o, base + 0x1000), E_NOT_MAPPED);
	assert_int_equal(mk_read(&o, base + 0x2000), E_NOT_IN_DUMP);
	assert_int_equal(mk_read(&o, base + 0x3000), E_NOT_MAPPED);
	assert_int_equal(mk_read(&o, base + 2 * MB), E_NOT_MAPPED);
	assert_int_equal(mk_read(&o, base - 8), E_NOT_MAPPED);
	assert_true(mk_maps(&o, DMAP + 1 * GB + 0x4000, 1 * GB + 0x4000));
	mk_close(&o);
	buf_fini(&b);
}

static void
amd64_kernel(void **state)
{
	struct mk_minidump d;
	struct mk_minidump_map map;
	struct mk_open o;
	struct buf b;
	struct pt_result r;
	unsigned version;

	(void)state;
	for (version = 2; version <= 3; version++) {
		d = amd64(version);
		if (version == 2)
			d.avail = NULL;
		memset(&b, 0, sizeof(b));
		mk_minidump(&b, &d, &map);
		assert_int_equal(mk_open(&o, &b), 0);
		assert_true(o.dump->complete);
		assert_int_equal(o.dump->msgbuf_size, 6);
		assert_memory_equal(b.p + o.dump->msgbuf_offset, "hello", 6);
		assert_true(mk_maps(&o, KERN + 0x1008, 2 * MB + 0x1008));
		assert_true(mk_maps(&o, KERN + 2 * MB - 8, 4 * MB - 8));
		assert_int_equal(mk_read(&o, KERN + 0x2000), E_NOT_IN_DUMP);
		assert_true(mk_maps(&o, KERN + 2 * MB, 0x5000));
		assert_true(mk_maps(&o, KERN + 2 * MB + 0x1ff8, 0x8ff8));
		assert_int_equal(mk_read(&o, KERN + 2 * MB + 0x2000),
		    E_NOT_MAPPED);
		assert_int_equal(mk_read(&o, KERN + 2 * MB + 0x3000),
		    E_NOT_IN_DUMP);
		assert_true(mk_maps(&o, KERN + 511 * 2 * MB, 0x5000));
		/* A table page that was not dumped, a hole, the end. */
		assert_int_equal(mk_read(&o, KERN + 4 * MB), E_NOT_IN_DUMP);
		assert_int_equal(mk_read(&o, KERN + 6 * MB), E_NOT_MAPPED);
		assert_int_equal(mk_read(&o, KERN + 1 * GB), E_NOT_MAPPED);
		assert_int_equal(mk_read(&o, KERN - 8), E_NOT_MAPPED);
		/* The direct map, in pages as large as can be. */
		assert_true(mk_maps(&o, DMAP + 0x1000, 0x1000));
		assert_true(mk_maps(&o, DMAP + 1 * GB + 0x3ff8, 1 * GB + 0x3ff8));
		assert_int_equal(space_translate(&o.ctx, &o.space, DMAP + 5, &r),
		    0);
		assert_true(r.size == 1 * GB && r.phys == 5);
		assert_int_equal(mk_read(&o, DMAP + 0x2000), E_NOT_IN_DUMP);
		assert_int_equal(mk_read(&o, DMAP + 2 * GB), E_NOT_MAPPED);
		assert_int_equal(mk_read(&o, DMAP - 8), E_NOT_MAPPED);
		assert_int_equal(mk_read(&o, 0), E_NOT_MAPPED);
		assert_int_equal(mk_read(&o, UINT64_C(1) << 60), E_NOT_MAPPED);
		mk_close(&o);
		buf_fini(&b);
	}
}

static void
direct_map_edges(void **state)
{
	struct mk_minidump d = amd64(3);
	struct mk_minidump_map map;
	struct mk_open o;
	struct buf b;
	struct pt_result r;

	(void)state;
	d.dmapend = DMAP + 1 * GB + 0x4800;	/* half a page is a page */
	memset(&b, 0, sizeof(b));
	mk_minidump(&b, &d, &map);
	assert_int_equal(mk_open(&o, &b), 0);
	assert_true(mk_maps(&o, DMAP + 1 * GB + 0x4ff8, 1 * GB + 0x4ff8));
	assert_int_equal(mk_read(&o, DMAP + 1 * GB + 0x5000), E_NOT_MAPPED);
	assert_int_equal(space_translate(&o.ctx, &o.space, DMAP + 1 * GB, &r), 0);
	assert_true(r.size == 4096);
	mk_close(&o);
	buf_fini(&b);
	/* None at all; and the kernel's own entries come first. */
	d.dmapbase = d.dmapend = 0;
	mk_minidump(&b, &d, &map);
	assert_int_equal(mk_open(&o, &b), 0);
	assert_int_equal(mk_read(&o, DMAP), E_NOT_MAPPED);
	assert_true(mk_maps(&o, KERN + 8, 2 * MB + 8));
	mk_close(&o);
	buf_fini(&b);
	d.dmapbase = 0x1800;
	d.dmapend = 2 * GB;
	mk_minidump(&b, &d, &map);
	assert_int_equal(mk_open(&o, &b), E_CORRUPT);
	mk_close(&o);
	buf_fini(&b);
}

/* Five levels: kernel and direct map lie where four cannot reach. */
static void
amd64_five(void **state)
{
	struct mk_minidump d = amd64(3);
	struct mk_minidump_map map;
	struct mk_open o;
	struct buf b;

	(void)state;
	d.dmapbase = UINT64_C(0xff20000000000000);
	d.dmapend = d.dmapbase + 2 * GB;
	memset(&b, 0, sizeof(b));
	mk_minidump(&b, &d, &map);
	assert_int_equal(mk_open(&o, &b), 0);
	assert_true(mk_maps(&o, d.dmapbase + 1 * GB + 0x4000, 1 * GB + 0x4000));
	assert_true(mk_maps(&o, KERN + 2 * MB + 0x1000, 0x8000));
	assert_int_equal(mk_read(&o, DMAP), E_NOT_MAPPED);
	mk_close(&o);
	buf_fini(&b);
}

/* --- Physical memory ------------------------------------------------------ */

static void
ranges(void **state)
{
	static const struct mem_range want[] = {
		{ 0, 0x1000, E_NOT_IN_DUMP, 0 }, { 0x1000, 0x2000, 0, 0 },
		{ 0x2000, 0x5000, E_NOT_IN_DUMP, 0 }, { 0x5000, 0x7000, 0, 1 },
		{ 0x7000, 0x8000, E_NOT_IN_DUMP, 0 }, { 0x8000, 0x9000, 0, 3 },
		{ 0x9000, 2 * MB, E_NOT_IN_DUMP, 0 },
		{ 2 * MB, 2 * MB + 0x2000, 0, 4 },
		{ 2 * MB + 0x2000, 4 * MB - 0x1000, E_NOT_IN_DUMP, 0 },
		{ 4 * MB - 0x1000, 4 * MB, 0, 6 },
		{ 4 * MB, 5 * MB, E_NOT_IN_DUMP, 0 },
		{ 5 * MB, 5 * MB + 0x1000, E_NOT_IN_DUMP, 0 },
		{ 5 * MB + 0x1000, 5 * MB + 0x3000, 0, 7 },
		{ 5 * MB + 0x3000, 1 * GB, E_NOT_IN_DUMP, 0 },
		{ 1 * GB, 1 * GB + 0x3000, E_NOT_IN_DUMP, 0 },
		{ 1 * GB + 0x3000, 1 * GB + 0x5000, 0, 9 },
	};
	const struct mk_minidump d = amd64(3);
	struct mk_minidump_map map;
	struct mem_range r;
	struct extent e;
	struct mk_open o;
	struct buf b;
	uint64_t pa;
	size_t i;

	(void)state;
	memset(&b, 0, sizeof(b));
	mk_minidump(&b, &d, &map);
	assert_int_equal(mk_open(&o, &b), 0);
	for (i = 0, pa = 0; i < sizeof(want) / sizeof(want[0]); i++, pa = r.end) {
		assert_int_equal(mem_range(&o.ctx, &o.mem, pa, &r), 0);
		assert_true(r.start == want[i].start && r.end == want[i].end);
		assert_int_equal(r.status, want[i].status);
		if (r.status == 0)
			assert_true(r.file_offset == map.data +
			    want[i].file_offset * 4096);
	}
	assert_int_equal(mem_range(&o.ctx, &o.mem, pa, &r), E_DONE);
	assert_int_equal(mem_range(&o.ctx, &o.mem, o.dump->root, &r), E_DONE);
	assert_true(mem_present(&o.ctx, &o.mem) == 11 * 4096);
	assert_true(mem_end(&o.ctx, &o.mem) == 1 * GB + 0x5000);
	/* Extents reach both ways, and bytes lie in place. */
	assert_int_equal(mem_extent(&o.ctx, &o.mem, 0x6800, &e), 0);
	assert_true(e.pa == 0x5000 && e.len == 0x2000);
	assert_ptr_equal(e.ptr, b.p + map.data + 4096);
	assert_int_equal(mem_extent(&o.ctx, &o.mem, 0x7000, &e), E_NOT_IN_DUMP);
	assert_int_equal(mem_extent(&o.ctx, &o.mem, o.dump->root, &e),
	    E_UNSUPPORTED);
	/* A read that begins well says where it failed. */
	assert_int_equal(mk_read_phys(&o, 0x6ffc), E_NOT_IN_DUMP);
	assert_true(o.ctx.err.addr == 0x7000);
	mk_close(&o);
	buf_fini(&b);
}

/* Many pages: blocks of the bitmap, runs over its words. */
static void
many_pages(void **state)
{
	const size_t n = 5000;
	struct mk_minidump d = amd64(3);
	const struct mk_avail one[] = { { 3 * MB, 3 * MB + n * 4096 }, { 0, 0 } };
	struct mk_minidump_map map;
	struct mk_page *list;
	struct mem_range r;
	struct mk_open o;
	struct buf b;
	size_t i, k, seed;

	(void)state;
	list = calloc(n + 1, sizeof(*list));
	assert_non_null(list);
	for (i = k = 0, seed = 1; i < n; i++) {
		seed = seed * 1103515245 + 12345;
		/* Now sparse, now dense, with long runs of both. */
		if (i % 1000 < 400 ? (seed >> 16) & 1 : i % 1000 < 800)
			list[k++].pa = 3 * MB + i * 4096;
	}
	list[k].pa = UINT64_MAX;
	d.avail = one;
	d.pages = list;
	memset(&b, 0, sizeof(b));
	mk_minidump(&b, &d, &map);
	assert_int_equal(mk_open(&o, &b), 0);
	for (i = k = 0; i < n; i++)
		if (list[k].pa == 3 * MB + i * 4096) {
			assert_true(mk_maps(&o, DMAP + list[k].pa + 8,
			    list[k].pa + 8));
			k++;
		} else
			assert_int_equal(mk_read(&o, DMAP + 3 * MB + i * 4096),
			    E_NOT_IN_DUMP);
	assert_true(mem_present(&o.ctx, &o.mem) == k * 4096);
	assert_int_equal(mem_range(&o.ctx, &o.mem, 3 * MB + 400 * 4096, &r), 0);
	assert_int_equal(r.status, 0);
	assert_true(r.end == 3 * MB + 800 * 4096);
	mk_close(&o);
	buf_fini(&b);
	free(list);
}

static void
bits_past_the_end(void **state)
{
	struct mk_minidump d = amd64(3);
	struct mk_minidump_map map;
	struct mk_open o;
	struct buf b;

	(void)state;
	d.bits_past_end = 100;
	memset(&b, 0, sizeof(b));
	mk_minidump(&b, &d, &map);
	assert_int_equal(mk_open(&o, &b), 0);
	assert_true(o.dump->complete);
	assert_true(mem_present(&o.ctx, &o.mem) == 11 * 4096);
	assert_true(mk_maps(&o, DMAP + 1 * GB + 0x4000, 1 * GB + 0x4000));
	assert_int_equal(mk_read_phys(&o, 1 * GB + 0x5000), E_NOT_IN_DUMP);
	mk_close(&o);
	buf_fini(&b);
}

static void
cut_short(void **state)
{
	const struct mk_minidump d = amd64(3);
	struct mk_minidump_map map;
	struct mem_range r;
	struct extent e;
	struct mk_open o;
	struct buf b;

	(void)state;
	memset(&b, 0, sizeof(b));
	mk_minidump(&b, &d, &map);
	b.len -= 4096 + 100;		/* the last page, and a part of its neighbour */
	assert_int_equal(mk_open(&o, &b), 0);
	assert_false(o.dump->complete);
	assert_non_null(strstr(o.dump->incomplete, "9 of 11 pages"));
	assert_true(mk_maps(&o, DMAP + 5 * MB + 0x2000, 5 * MB + 0x2000));
	/* Of the page that is cut the first bytes are good. */
	assert_true(mk_maps(&o, DMAP + 1 * GB + 0x3f90, 1 * GB + 0x3f90));
	assert_int_equal(mk_read(&o, DMAP + 1 * GB + 0x3f98), E_TRUNCATED);
	assert_true(o.ctx.err.addr == DMAP + 1 * GB + 0x3f9c);
	assert_int_equal(mk_read(&o, DMAP + 1 * GB + 0x3fa0), E_TRUNCATED);
	assert_int_equal(mk_read(&o, DMAP + 1 * GB + 0x4000), E_TRUNCATED);
	assert_int_equal(mk_read_phys(&o, 1 * GB + 0x3ff0), E_TRUNCATED);
	assert_int_equal(mem_range(&o.ctx, &o.mem, 1 * GB + 0x3000, &r), 0);
	assert_int_equal(r.status, 0);
	assert_true(r.end == 1 * GB + 0x3f9c);
	assert_int_equal(mem_range(&o.ctx, &o.mem, r.end, &r), 0);
	assert_int_equal(r.status, E_TRUNCATED);
	assert_true(r.end == 1 * GB + 0x5000);
	assert_int_equal(mem_extent(&o.ctx, &o.mem, 1 * GB + 0x3008, &e), 0);
	assert_true(e.pa == 1 * GB + 0x3000 && e.len == 0xf9c);
	mk_close(&o);
	b.len = map.data - 4096 + 8;	/* within the table part */
	assert_int_equal(mk_open(&o, &b), 0);
	assert_false(o.dump->complete);
	assert_int_equal(mk_read(&o, KERN), E_TRUNCATED);
	assert_int_equal(mk_read(&o, KERN + 2 * MB), E_TRUNCATED);
	mk_close(&o);
	b.len = map.pt - 1;
	assert_int_equal(mk_open(&o, &b), E_TRUNCATED);
	assert_non_null(strstr(o.ctx.err.text, "bytes for bitmap"));
	mk_close(&o);
	b.len = 40;
	assert_int_equal(mk_open(&o, &b), E_TRUNCATED);
	assert_non_null(strstr(o.ctx.err.text, "cannot read dump header"));
	mk_close(&o);
	buf_fini(&b);
}

/* --- arm64, riscv --------------------------------------------------------- */

static void
arm64(void **state)
{
	static const struct mk_avail banks[] = {
		{ 1 * GB, 1 * GB + 256 * KB }, { 3 * GB, 3 * GB + 256 * KB },
		{ 0, 0 },
	};
	const struct mk_page some[] = {
		{ 1 * GB, NULL }, { 1 * GB + 64 * KB, NULL },
		{ 3 * GB + 128 * KB, NULL }, MK_STOP,
	};
	const uint64_t base = UINT64_C(0xffff000000000000);
	struct mk_minidump d = {
		.machine = MK_ARM64, .pages = some, .pt = pt,
		.kernbase = base, .dmapbase = UINT64_C(0xffffa00000000000),
		.dmapend = UINT64_C(0xffffa00000000000) + 4 * GB,
		.dmapphys = 1 * GB,
	};
	struct mk_minidump_map map;
	struct mk_open o;
	struct buf b;
	unsigned version;
	uint64_t page;

	(void)state;
	for (version = 1; version <= 4; version++) {
		/* The fourth round is version 3 with pages of 16K. */
		d.version = version < 4 ? version : 3;
		d.mode = version == 4;
		d.page_shift = version == 4 ? 14 : 12;
		d.avail = version > 1 ? banks : NULL;
		page = UINT64_C(1) << d.page_shift;
		d.pt_size = page;
		memset(pt, 0, sizeof(pt));
		store_uint(pt + 0, 8, false, (1 * GB + 64 * KB) | 0x0060000000000703);
		store_uint(pt + 8, 8, false, (3 * GB + 128 * KB) | 0x703);
		store_uint(pt + 16, 8, false, (1 * GB) | 0x701);	/* no page */
		store_uint(pt + 24, 8, false, (2 * GB) | 0x703);
		memset(&b, 0, sizeof(b));
		mk_minidump(&b, &d, &map);
		assert_int_equal(mk_open(&o, &b), 0);
		assert_true(o.dump->complete);
		assert_string_equal(o.dump->arch->name, "arm64");
		assert_true(mk_maps(&o, base + page - 8, 1 * GB + 64 * KB + page - 8));
		assert_true(mk_maps(&o, base + page, 3 * GB + 128 * KB));
		assert_int_equal(mk_read(&o, base + 2 * page), E_NOT_MAPPED);
		assert_int_equal(mk_read(&o, base + 3 * page), E_NOT_IN_DUMP);
		assert_int_equal(mk_read(&o, base + page * (page / 8)),
		    E_NOT_MAPPED);
		assert_int_equal(mk_read(&o, 8), E_NOT_MAPPED);
		assert_true(mk_maps(&o, d.dmapbase + 64 * KB, 1 * GB + 64 * KB));
		assert_true(mk_maps(&o, d.dmapbase + 2 * GB + 128 * KB,
		    3 * GB + 128 * KB));
		assert_int_equal(mk_read(&o, d.dmapbase + 4 * GB), E_NOT_MAPPED);
		mk_close(&o);
		buf_fini(&b);
	}
	d.version = 3;
	d.mode = 2;
	mk_minidump(&b, &d, &map);
	assert_int_equal(mk_open(&o, &b), E_UNSUPPORTED);
	assert_non_null(strstr(o.ctx.err.text, "unknown page size flag 2"));
	mk_close(&o);
	buf_fini(&b);
}

static void
riscv(void **state)
{
	static const struct mk_avail bank[] = {
		{ 2 * GB, 2 * GB + 1 * MB }, { 0, 0 },
	};
	const struct mk_page some[] = {
		{ 2 * GB, NULL }, { 2 * GB + 0x10000, NULL },
		{ 2 * GB + 0x13000, NULL }, MK_STOP,
	};
	struct mk_minidump d = {
		.machine = MK_RISCV, .pages = some, .pt = pt, .pt_size = 4096,
		.dmapphys = 2 * GB,
	};
	struct mk_minidump_map map;
	struct mk_open o;
	struct buf b;
	unsigned round;

	(void)state;
	memset(pt, 0, sizeof(pt));
	store_uint(pt + 0, 8, false, (2 * GB + 0x10000) >> 12 << 10 | 0xcf);
	store_uint(pt + 8, 8, false, (2 * GB) >> 12 << 10 | 0x6000000000000003);
	store_uint(pt + 16, 8, false, (2 * GB) >> 12 << 10 | 0x01);	/* no leaf */
	store_uint(pt + 24, 8, false, (2 * GB) >> 12 << 10 | 0x0e);	/* not valid */
	/* The fourth page of 16 that are one. */
	store_uint(pt + 19 * 8, 8, false,
	    (2 * GB + 0x18000) >> 12 << 10 | 0x8000000000000003);
	for (round = 0; round < 4; round++) {
		d.version = 1 + round % 2;
		d.avail = d.version > 1 ? bank : NULL;
		d.kernbase = round < 2 ? UINT64_C(0xffffffc000000000) :
		    UINT64_C(0xffff800000000000);
		d.dmapbase = d.kernbase + 64 * GB;
		d.dmapend = d.dmapbase + 16 * MB;
		memset(&b, 0, sizeof(b));
		mk_minidump(&b, &d, &map);
		assert_int_equal(mk_open(&o, &b), 0);
		assert_int_equal(o.dump->form->levels, round < 2 ? 3 : 4);
		assert_true(mk_maps(&o, d.kernbase + 0xff8, 2 * GB + 0x10ff8));
		assert_true(mk_maps(&o, d.kernbase + 0x1000, 2 * GB));
		assert_int_equal(mk_read(&o, d.kernbase + 0x2000), E_NOT_MAPPED);
		assert_int_equal(mk_read(&o, d.kernbase + 0x3000), E_NOT_MAPPED);
		assert_true(mk_maps(&o, d.kernbase + 0x13008, 2 * GB + 0x13008));
		assert_true(mk_maps(&o, d.dmapbase + 0x13000, 2 * GB + 0x13000));
		assert_int_equal(mk_read(&o, d.dmapbase + 0x11000),
		    E_NOT_IN_DUMP);
		assert_int_equal(mk_read(&o, d.dmapend), E_NOT_MAPPED);
		mk_close(&o);
		buf_fini(&b);
	}
}

/* --- What is refused ------------------------------------------------------ */

static void
refusals(void **state)
{
	static const struct {
		enum mk_machine machine;
		unsigned newest;
		const char *mmu;
	} machines[] = {
		{ MK_AMD64, 3, NULL }, { MK_ARM64, 3, NULL },
		{ MK_RISCV, 2, NULL }, { MK_I386, 2, NULL }, { MK_ARM, 2, NULL },
		{ MK_MIPS, 2, NULL }, { MK_POWERPC64, 2, "mmu_g5" },
	};
	static const struct {
		const char *magic, *says;
	} magics[] = {
		{ "minidump DFlyBSD/x86-64", "DragonFly" },
		{ "minidump FreeBSD/sparc64", "FreeBSD/sparc64" },
		{ "minidump FreeBSD/amd64x", "FreeBSD/amd64x" },
		{ "minidump FreeBSD/amd6", "FreeBSD/amd6" },
		{ "minidump of something", "not a memory dump" },
	};
	struct mk_minidump d;
	struct mk_minidump_map map;
	struct mk_open o;
	struct buf b;
	char text[64];
	size_t i;
	int up;

	(void)state;
	for (i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		for (up = 0; up < 2; up++) {
			d = amd64(2);
			d.avail = NULL;
			d.machine = machines[i].machine;
			d.mmu = machines[i].mmu;
			d.version = up ? machines[i].newest + 1 : 0;
			memset(&b, 0, sizeof(b));
			mk_minidump(&b, &d, &map);
			assert_int_equal(mk_open(&o, &b), E_UNSUPPORTED);
			snprintf(text, sizeof(text), "Expected 1 to %u got %u",
			    machines[i].newest, d.version);
			assert_non_null(strstr(o.ctx.err.text, text));
			mk_close(&o);
			buf_fini(&b);
		}
	for (i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		d = amd64(3);
		d.magic = magics[i].magic;
		mk_minidump(&b, &d, &map);
		assert_int_equal(mk_open(&o, &b), E_UNSUPPORTED);
		assert_non_null(strstr(o.ctx.err.text, magics[i].says));
		mk_close(&o);
		buf_fini(&b);
	}
	d = amd64(3);
	d.kernbase += 4096;		/* no page directory begins there */
	mk_minidump(&b, &d, &map);
	assert_int_equal(mk_open(&o, &b), E_CORRUPT);
	mk_close(&o);
	buf_fini(&b);
}

static void
bad_ranges(void **state)
{
	static const struct mk_avail crossed[] = {
		{ 0x1000, 0x3000 }, { 2 * MB, 3 * MB }, { 0x5000, 0x9000 },
		{ 0, 0 },
	};
	const struct mk_page some[] = {
		{ 0x1000, NULL }, { 2 * MB, NULL }, MK_STOP,
	};
	static const struct mk_avail high[] = {
		{ 0x1000, 0x2000 }, { UINT64_C(1) << 46, ~UINT64_C(0) }, { 0, 0 },
	};
	struct mk_minidump d = amd64(3);
	struct mk_minidump_map map;
	struct mk_open o;
	struct buf b;

	(void)state;
	d.avail = crossed;
	d.pages = some;
	memset(&b, 0, sizeof(b));
	mk_minidump(&b, &d, &map);
	assert_int_equal(mk_open(&o, &b), 0);
	assert_false(o.dump->complete);
	assert_non_null(strstr(o.dump->incomplete, "damaged"));
	assert_true(mk_maps(&o, DMAP + 2 * MB, 2 * MB));
	assert_int_equal(mk_read_phys(&o, 0x5000), E_NOT_IN_DUMP);
	mk_close(&o);
	/* Memory up to where the made tables stand and beyond. */
	store_uint(b.p + map.avail + 16, 8, false, high[1].start);
	store_uint(b.p + map.avail + 24, 8, false, high[1].end);
	assert_int_equal(mk_open(&o, &b), 0);
	assert_false(o.dump->complete);
	assert_int_equal(mk_read_phys(&o, 0x1000), 0);
	assert_int_equal(mk_read_phys(&o, ~UINT64_C(0) - 7), E_NOT_IN_DUMP);
	assert_true(mk_maps(&o, DMAP + 0x1000, 0x1000));
	mk_close(&o);
	buf_fini(&b);
}

/* Any byte of header, ranges and tables may be anything. */
static void
hostile(void **state)
{
	static const uint8_t values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	const struct mk_minidump d = amd64(3);
	struct mk_minidump_map map;
	struct mk_open o;
	struct mem_range r;
	struct pt_range run;
	struct buf b;
	uint64_t pa, va;
	size_t i, k, steps;
	char was;

	(void)state;
	memset(&b, 0, sizeof(b));
	mk_minidump(&b, &d, &map);
	for (i = 24; i < map.pt + 64; i++) {
		if (i == 80)
			i = map.avail;
		if (i == map.avail + 80)
			i = map.bitmap;
		if (i == map.bitmap + 16)
			i = map.pt;
		for (k = 0; k < sizeof(values); k++) {
			was = b.p[i];
			b.p[i] = (char)values[k];
			if (mk_open(&o, &b) == 0) {
				for (pa = 0, steps = 0; steps < 100 && mem_range(
				    &o.ctx, &o.mem, pa, &r) == 0; steps++) {
					assert_true(r.end > pa);
					(void)mk_read_phys(&o, pa);
					pa = r.end;
				}
				(void)mk_read(&o, KERN);
				(void)mk_read(&o, KERN + 2 * MB);
				(void)mk_read(&o, DMAP + 1 * GB);
				for (va = KERN, steps = 0; steps < 20 &&
				    space_range(&o.ctx, &o.space, va, KERN +
				    8 * MB, &run) == 0; steps++)
					va = run.end;
			}
			mk_close(&o);
			b.p[i] = was;
		}
	}
	buf_fini(&b);
}

/* --- The header of a dump partition --------------------------------------- */

static void
kernel_dump_header(void **state)
{
	const struct mk_minidump d = amd64(3);
	struct mk_minidump_map map;
	struct mk_open o;
	struct buf b, whole;

	(void)state;
	memset(&b, 0, sizeof(b));
	memset(&whole, 0, sizeof(whole));
	mk_minidump(&b, &d, &map);
	mk_kerneldump(&whole, &b, 0);
	assert_int_equal(mk_open(&o, &whole), 0);
	assert_true(o.dump->complete);
	assert_string_equal(o.dump->hostname, "beastie");
	assert_string_equal(o.dump->kernel_version, "FreeBSD 14.0-RELEASE");
	assert_string_equal(o.dump->panic, "page fault");
	assert_true(o.dump->dump_time == 1700000000);
	assert_true(mk_maps(&o, KERN + 2 * MB, 0x5000));
	assert_true(mk_maps(&o, DMAP + 1 * GB + 0x4ff8, 1 * GB + 0x4ff8));
	mk_close(&o);
	whole.len -= 512 + 8;		/* the trailer, and a bit of the last page */
	assert_int_equal(mk_open(&o, &whole), 0);
	assert_false(o.dump->complete);
	assert_int_equal(mk_read(&o, DMAP + 1 * GB + 0x4ff8), E_TRUNCATED);
	mk_close(&o);
	whole.p[100] ^= 1;
	assert_int_equal(mk_open(&o, &whole), E_CORRUPT);
	mk_close(&o);
	buf_fini(&whole);
	mk_kerneldump(&whole, &b, 3);
	assert_int_equal(mk_open(&o, &whole), E_UNSUPPORTED);
	assert_non_null(strstr(o.ctx.err.text, "unknown method"));
	mk_close(&o);
	memcpy(whole.p, "FreeBSD Text Dump", 18);
	assert_int_equal(mk_open(&o, &whole), E_UNSUPPORTED);
	assert_non_null(strstr(o.ctx.err.text, "text"));
	mk_close(&o);
	buf_fini(&whole);
	buf_fini(&b);
}

UNIT_MAIN(UNIT(amd64_1), UNIT(amd64_kernel), UNIT(direct_map_edges),
    UNIT(amd64_five), UNIT(ranges), UNIT(many_pages), UNIT(bits_past_the_end),
    UNIT(cut_short), UNIT(arm64), UNIT(riscv), UNIT(refusals), UNIT(bad_ranges),
    UNIT(hostile), UNIT(kernel_dump_header))
