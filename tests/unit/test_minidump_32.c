/* SPDX-License-Identifier: BSD-2-Clause */
/* FreeBSD minidumps of i386, ARM and MIPS. */
#include "base/bytes.h"
#include "tests/mk/mk_elf.h"
#include "tests/mk/mk_minidump.h"
#include "tests/mk/mk_open.h"
#include "tests/unit/unit.h"

#include <string.h>

#define MB	(UINT64_C(1) << 20)
#define KERN	UINT64_C(0xc0000000)

static uint8_t pt[2 * 4096];

static const struct mk_avail banks[] = {
	{ 0x1000, 0x20000 }, { 8 * MB, 9 * MB }, { 0, 0 },
};

static const struct mk_page pages[] = {
	{ 0x2000, NULL }, { 0x10000, NULL }, { 0x11000, NULL },
	{ 0x13000, NULL }, { 8 * MB + 0x5000, NULL }, MK_STOP,
};

static void
i386(void **state)
{
	struct mk_minidump d = {
		.machine = MK_I386, .pages = pages, .pt = pt,
		.pt_size = sizeof(pt), .kernbase = KERN,
	};
	struct mk_minidump_map map;
	struct mk_open o;
	struct buf b;
	unsigned round, size;

	(void)state;
	for (round = 0; round < 4; round++) {
		d.version = 1 + round % 2;
		d.avail = d.version > 1 ? banks : NULL;
		d.mode = round / 2;
		size = d.mode ? 8 : 4;
		memset(pt, 0, sizeof(pt));
		store_uint(pt, size, false, 0x2163);
		store_uint(pt + size, size, false, (8 * MB + 0x5000) | 0x1);
		store_uint(pt + 2 * size, size, false, 0x2162);
		store_uint(pt + 3 * size, size, false, 0x4163);
		/* Of a table of its own, with either size of entries. */
		store_uint(pt + 1023 * size, size, false, 0x13003);
		if (d.mode)		/* beyond 4 GiB, and no execution */
			store_uint(pt + 4 * size, size, false,
			    UINT64_C(0x8000000100002003));
		memset(&b, 0, sizeof(b));
		mk_minidump(&b, &d, &map);
		assert_int_equal(mk_open(&o, &b), 0);
		assert_true(o.dump->complete);
		assert_string_equal(o.dump->arch->name, "i386");
		assert_true(mk_maps(&o, KERN + 0xff8, 0x2ff8));
		assert_true(mk_maps(&o, KERN + 0x1000, 8 * MB + 0x5000));
		assert_int_equal(mk_read(&o, KERN + 0x2000), E_NOT_MAPPED);
		assert_int_equal(mk_read(&o, KERN + 0x3000), E_NOT_IN_DUMP);
		assert_true(mk_maps(&o, KERN + 1023 * 4096, 0x13000));
		if (d.mode)
			assert_int_equal(mk_read(&o, KERN + 0x4000),
			    E_NOT_IN_DUMP);
		assert_int_equal(mk_read(&o, KERN + sizeof(pt) / size * 4096),
		    E_NOT_MAPPED);
		assert_int_equal(mk_read(&o, KERN - 8), E_NOT_MAPPED);
		assert_int_equal(mk_read(&o, UINT64_C(0x1c0000000)),
		    E_NOT_MAPPED);
		mk_close(&o);
		buf_fini(&b);
	}
}

/* A table that would map more than there are addresses. */
static void
up_to_the_end(void **state)
{
	struct mk_minidump d = {
		.machine = MK_I386, .version = 1, .pages = pages, .pt = pt,
		.pt_size = sizeof(pt), .kernbase = 0xfffff000,
	};
	struct mk_minidump_map map;
	struct mk_open o;
	struct pt_range r;
	struct buf b;

	(void)state;
	memset(pt, 0, sizeof(pt));
	store_uint(pt, 4, false, 0x2003);
	store_uint(pt + 4, 4, false, 0x10003);
	memset(&b, 0, sizeof(b));
	mk_minidump(&b, &d, &map);
	assert_int_equal(mk_open(&o, &b), 0);
	assert_true(mk_maps(&o, 0xfffff000, 0x2000));
	assert_int_equal(mk_read(&o, 0), E_NOT_MAPPED);
	assert_int_equal(space_range(&o.ctx, &o.space, 0, 0, &r), 0);
	assert_true(r.start == 0 && r.end == 0xfffff000);
	assert_int_equal(r.status, E_NOT_MAPPED);
	assert_int_equal(space_range(&o.ctx, &o.space, r.end, 0, &r), 0);
	assert_true(r.end == UINT64_C(0x100000000) && r.phys == 0x2000);
	assert_int_equal(r.status, 0);
	mk_close(&o);
	buf_fini(&b);
	d.kernbase = 0xfffff800;
	mk_minidump(&b, &d, &map);
	assert_int_equal(mk_open(&o, &b), E_CORRUPT);
	mk_close(&o);
	buf_fini(&b);
}

static void
arm(void **state)
{
	struct mk_minidump d = {
		.machine = MK_ARM, .pages = pages, .pt = pt,
		.pt_size = sizeof(pt), .kernbase = KERN, .word = 4,
	};
	struct mk_minidump_map map;
	struct mk_open o;
	struct buf b;
	unsigned version, mode, size, i;
	int be;

	(void)state;
	for (version = 1; version <= 2; version++)
	for (mode = 0; mode <= 3; mode++)
	for (be = 0; be < (mode == 3 ? 1 : 2); be++) {
		d.version = version;
		d.avail = version > 1 ? banks : NULL;
		d.mode = mode;
		d.be = be;
		size = mode == 3 ? 8 : 4;
		memset(pt, 0, sizeof(pt));
		store_uint(pt, size, be, mode == 3 ? 0x2703 : 0x2032);
		/* Kind 3: execute-never, but on version 4 nothing. */
		store_uint(pt + size, size, be, (8 * MB + 0x5000) |
		    (mode == 3 ? 0x703 : 0x33));
		store_uint(pt + 2 * size, size, be, 0x2000);
		for (i = 16; i < 32 && mode != 3; i++)
			store_uint(pt + i * size, size, be, 0x10031);
		memset(&b, 0, sizeof(b));
		mk_minidump(&b, &d, &map);
		assert_int_equal(mk_open(&o, &b), 0);
		assert_true(o.dump->complete);
		assert_true(o.dump->arch->be == be);
		assert_true(mk_maps(&o, KERN + 0xff8, 0x2ff8));
		if (mode == 1)
			assert_int_equal(mk_read(&o, KERN + 0x1000),
			    E_NOT_MAPPED);
		else
			assert_true(mk_maps(&o, KERN + 0x1000, 8 * MB + 0x5000));
		assert_int_equal(mk_read(&o, KERN + 0x2000), E_NOT_MAPPED);
		if (mode != 3) {
			assert_true(mk_maps(&o, KERN + 0x10000, 0x10000));
			assert_true(mk_maps(&o, KERN + 0x13ff8, 0x13ff8));
			assert_int_equal(mk_read(&o, KERN + 0x12000),
			    E_NOT_IN_DUMP);
		}
		assert_int_equal(mk_read(&o, KERN - 8), E_NOT_MAPPED);
		mk_close(&o);
		buf_fini(&b);
	}
	d.mode = 4;
	mk_minidump(&b, &d, &map);
	assert_int_equal(mk_open(&o, &b), E_UNSUPPORTED);
	assert_non_null(strstr(o.ctx.err.text, "MMU format 4"));
	mk_close(&o);
	buf_fini(&b);
}

static void
mips(void **state)
{
	struct mk_minidump d = {
		.machine = MK_MIPS, .pages = pages, .pt = pt,
		.pt_size = sizeof(pt),
	};
	const uint64_t xkphys = UINT64_C(0x9800000000000000);
	struct mk_minidump_map map;
	struct mk_open o;
	struct buf b;
	uint64_t base, kseg0;
	unsigned round, size, i;
	bool wide;

	(void)state;
	/* o32, N32 and 64 bits; both versions; both orders. */
	for (round = 0; round < 12; round++) {
		wide = round % 3 == 2;
		size = round % 3 == 0 ? 4 : 8;
		d.version = 1 + round / 3 % 2;
		d.be = round / 6;
		d.avail = d.version > 1 ? banks : NULL;
		d.word = d.version == 1 || !wide ? 4 : 8;
		base = d.kernbase = wide ? UINT64_C(0xc000000000000000) : KERN;
		memset(pt, 0, sizeof(pt));
		store_uint(pt, size, d.be, 0x2000 >> 12 << 6 | 0x6);
		store_uint(pt + size, size, d.be,
		    (8 * MB + 0x5000) >> 12 << 6 | 0x3);
		store_uint(pt + 2 * size, size, d.be, 0x2000 >> 12 << 6 | 0x1);
		for (i = 3; i < 8; i++)
			store_uint(pt + i * size, size, d.be,
			    0x4000 >> 12 << 6 | 0x2);
		if (size == 8)		/* software's bits on top of an entry */
			store_uint(pt + 8 * size, size, d.be,
			    UINT64_C(0xc000000000000000) |
			    0x10000 >> 12 << 6 | 0x2);
		memset(&b, 0, sizeof(b));
		mk_minidump(&b, &d, &map);
		assert_int_equal(mk_open(&o, &b), 0);
		assert_true(o.dump->complete);
		assert_true(o.dump->arch->be == d.be);
		assert_int_equal(o.dump->arch->ptr_size, wide ? 8 : 4);
		assert_true(mk_maps(&o, base + 0xff8, 0x2ff8));
		assert_true(mk_maps(&o, base + 0x1000, 8 * MB + 0x5000));
		assert_int_equal(mk_read(&o, base + 0x2000), E_NOT_MAPPED);
		assert_int_equal(mk_read(&o, base + 0x3000), E_NOT_IN_DUMP);
		if (size == 8)
			assert_true(mk_maps(&o, base + 0x8000, 0x10000));
		assert_int_equal(mk_read(&o, base + sizeof(pt) / size * 4096),
		    E_NOT_MAPPED);
		/* The segments that are mapped always, cached and not. */
		kseg0 = wide ? UINT64_C(0xffffffff80000000) : 0x80000000;
		assert_true(mk_maps(&o, kseg0 + 0x11000, 0x11000));
		assert_true(mk_maps(&o, kseg0 + 512 * MB + 8 * MB + 0x5008,
		    8 * MB + 0x5008));
		assert_int_equal(mk_read(&o, kseg0 + 0x12000), E_NOT_IN_DUMP);
		assert_int_equal(mk_read(&o, kseg0 - 8), E_NOT_MAPPED);
		if (wide) {
			assert_true(mk_maps(&o, xkphys + 0x2000, 0x2000));
			assert_true(mk_maps(&o, xkphys + (UINT64_C(3) << 59) +
			    8 * MB + 0x5000, 8 * MB + 0x5000));
			assert_int_equal(mk_read(&o, xkphys + 8 * MB),
			    E_NOT_IN_DUMP);
			assert_int_equal(mk_read(&o,
			    UINT64_C(0x4000000000000000)), E_NOT_MAPPED);
		}
		mk_close(&o);
		buf_fini(&b);
	}
}

UNIT_MAIN(UNIT(i386), UNIT(up_to_the_end), UNIT(arm), UNIT(mips))
