/* SPDX-License-Identifier: BSD-2-Clause */
/* FreeBSD minidumps of 64-bit Power: hash table and radix tree. */
#include "base/bytes.h"
#include "tests/mk/mk_elf.h"
#include "tests/mk/mk_minidump.h"
#include "tests/mk/mk_open.h"
#include "tests/unit/unit.h"

#include <string.h>

#define MB	(UINT64_C(1) << 20)
#define KERN	UINT64_C(0xe000000000000000)
#define DMAP	UINT64_C(0xc000000000000000)
#define GROUPS	2048u			/* the hash leaves bits to the entry */
#define VALID	UINT64_C(0x8000000000000000)
#define LEAF	UINT64_C(0x4000000000000000)

static uint8_t hash[GROUPS * 128], root[65536], table[3][4096];

static const struct mk_avail banks[] = {
	{ 0, 0x400000 }, { 64 * MB, 65 * MB }, { 0, 0 },
};

static const struct mk_page pages[] = {
	{ 0x2000, NULL }, { 0x10000, table[0] }, { 0x11000, table[1] },
	{ 0x12000, table[2] }, { 0x100000, NULL }, { 0x205000, NULL },
	{ 64 * MB + 0x5000, NULL }, MK_STOP,
};

/* As the kernel makes a segment's number: moea64's KERNEL_VSID. */
static uint64_t
vsid(uint64_t va)
{
	const uint64_t esid = va >> 28;

	return (((esid << 8 | esid >> 28) * 0x13bb & 0xfffffffff) |
	    UINT64_C(1) << 36);
}

/* Enter a page; slot is the place in its group. */
static void
enter(uint64_t va, uint64_t lo, bool large, bool secondary, unsigned slot)
{
	const uint64_t page = (va & 0xfffffff) >> (large ? 24 : 12);
	uint64_t h, hi;

	h = (vsid(va) & 0x7fffffffff) ^ page;
	if (secondary)
		h = ~h;
	hi = vsid(va) << 12 | 1 | (large ? 4 : 0) | (secondary ? 2 : 0) |
	    (large ? page << 8 : page >> 11 << 7);
	store_uint(hash + (h & (GROUPS - 1)) * 128 + slot * 16, 8, true, hi);
	store_uint(hash + (h & (GROUPS - 1)) * 128 + slot * 16 + 8, 8, true, lo);
}

static struct mk_minidump
power(unsigned version, bool be)
{
	struct mk_minidump d = {
		.machine = MK_POWERPC64, .version = version, .be = be,
		.avail = version > 1 ? banks : NULL, .pages = pages,
		.kernbase = KERN, .kernend = KERN + 0x7ffffffff,
		.startkernel = DMAP + 0x100100, .dmapbase = DMAP,
		.dmapend = UINT64_C(0xcfffffffffffffff), .mmu = "mmu_phyp",
		.pt = hash, .pt_size = sizeof(hash),
	};

	return (d);
}

static void
common(struct mk_open *o)
{
	assert_true(o->dump->complete);
	assert_true(o->dump->has_kerndisp);
	assert_true(o->dump->kerndisp == (int64_t)DMAP);
	assert_true(mk_maps(o, DMAP + 0x2000, 0x2000));
	assert_true(mk_maps(o, DMAP + 64 * MB + 0x5ff8, 64 * MB + 0x5ff8));
	assert_int_equal(mk_read(o, DMAP + 0x3000), E_NOT_IN_DUMP);
	/* Addresses of the kernel's file. */
	assert_true(mk_maps(o, 0x100100, 0x100100));
	assert_int_equal(mk_read(o, 0x101000), E_NOT_IN_DUMP);
}

static void
hashed(void **state)
{
	struct mk_minidump d;
	struct mk_minidump_map map;
	struct mk_open o;
	struct buf b;
	unsigned round;

	(void)state;
	memset(hash, 0, sizeof(hash));
	enter(KERN, 0x2000 | 0x2, false, false, 3);
	enter(KERN + 0x1000, (64 * MB + 0x5000) | 0x3, false, true, 7);
	enter(KERN + 0x2000, 0x7000 | 0x2, false, false, 0);
	/* Pages that the same group may hold: the entry tells them apart. */
	enter(KERN + GROUPS * 4096, 0x205000, false, false, 5);
	enter(KERN + 0x30000000, 64 * MB, true, false, 1);
	for (round = 0; round < 4; round++) {
		d = power(1 + round % 2, round / 2);
		memset(&b, 0, sizeof(b));
		mk_minidump(&b, &d, &map);
		assert_int_equal(mk_open(&o, &b), 0);
		common(&o);
		assert_true(mk_maps(&o, KERN + 0xff8, 0x2ff8));
		assert_true(mk_maps(&o, KERN + 0x1000, 64 * MB + 0x5000));
		assert_int_equal(mk_read(&o, KERN + 0x2000), E_NOT_IN_DUMP);
		assert_int_equal(mk_read(&o, KERN + 0x3000), E_NOT_MAPPED);
		assert_true(mk_maps(&o, KERN + GROUPS * 4096, 0x205000));
		assert_true(mk_maps(&o, KERN + 0x30005008, 64 * MB + 0x5008));
		assert_int_equal(mk_read(&o, KERN + 0x30006000), E_NOT_IN_DUMP);
		assert_int_equal(mk_read(&o, KERN + 0x800000000), E_NOT_MAPPED);
		mk_close(&o);
		buf_fini(&b);
	}
	d = power(2, true);
	d.pt_size = sizeof(hash) - 128;
	mk_minidump(&b, &d, &map);
	assert_int_equal(mk_open(&o, &b), E_CORRUPT);
	mk_close(&o);
	buf_fini(&b);
	d = power(2, true);
	d.mmu = "mmu_booke";
	mk_minidump(&b, &d, &map);
	assert_int_equal(mk_open(&o, &b), E_UNSUPPORTED);
	assert_non_null(strstr(o.ctx.err.text, "unsupported MMU: mmu_booke"));
	mk_close(&o);
	buf_fini(&b);
}

static void
radix(void **state)
{
	const uint64_t base = UINT64_C(0xc008000000000000);
	struct mk_minidump d;
	struct mk_minidump_map map;
	struct mk_open o;
	struct pt_range r;
	struct buf b;
	unsigned round;

	(void)state;
	memset(root, 0, sizeof(root));
	memset(table, 0, sizeof(table));
	/* 0xc008...: the root's entry 0x1000. */
	store_uint(root + 0x1000 * 8, 8, true, VALID | 0x10000 | 9);
	store_uint(root + 0x1001 * 8, 8, true, VALID | 0x13000 | 9);
	store_uint(table[0], 8, true, VALID | 0x11000 | 9);
	store_uint(table[0] + 16, 8, true, VALID | LEAF | 6);	/* 1 GiB at 0 */
	store_uint(table[1], 8, true, VALID | 0x12000 | 9);
	store_uint(table[1] + 8, 8, true, VALID | LEAF | 64 * MB | 0x187);
	store_uint(table[2], 8, true, VALID | LEAF | 0x2000 | 0x186);
	store_uint(table[2] + 8, 8, true, LEAF | 0x2000 | 0x186);
	store_uint(table[2] + 16, 8, true, VALID | 0x2000);	/* no leaf */
	for (round = 0; round < 4; round++) {
		d = power(1 + round % 2, round / 2);
		d.mmu = "mmu_radix";
		d.kernbase = base;
		d.dmapend = UINT64_C(0xc007ffffffffffff);
		d.pt = root;
		d.pt_size = sizeof(root);
		memset(&b, 0, sizeof(b));
		mk_minidump(&b, &d, &map);
		assert_int_equal(mk_open(&o, &b), 0);
		common(&o);
		assert_true(mk_maps(&o, base + 0xff8, 0x2ff8));
		assert_int_equal(mk_read(&o, base + 0x1000), E_NOT_MAPPED);
		assert_int_equal(mk_read(&o, base + 0x2000), E_NOT_MAPPED);
		assert_true(mk_maps(&o, base + 2 * MB + 0x5000, 64 * MB + 0x5000));
		assert_int_equal(mk_read(&o, base + 2 * MB), E_NOT_IN_DUMP);
		assert_int_equal(mk_read(&o, base + 4 * MB), E_NOT_MAPPED);
		assert_true(mk_maps(&o, base + 2048 * MB + 0x205000, 0x205000));
		assert_int_equal(mk_read(&o, base + (UINT64_C(1) << 39)),
		    E_NOT_IN_DUMP);	/* the table was not dumped */
		assert_int_equal(mk_read(&o, base + (UINT64_C(2) << 39)),
		    E_NOT_MAPPED);
		/* Holes are holes at once, however large. */
		assert_int_equal(space_range(&o.ctx, &o.space,
		    base + (UINT64_C(2) << 39), 0, &r), 0);
		assert_int_equal(r.status, E_NOT_MAPPED);
		mk_close(&o);
		buf_fini(&b);
	}
	d.pt_size = 32768;
	mk_minidump(&b, &d, &map);
	assert_int_equal(mk_open(&o, &b), E_CORRUPT);
	assert_non_null(strstr(o.ctx.err.text, "radix page map size"));
	mk_close(&o);
	buf_fini(&b);
}

UNIT_MAIN(UNIT(hashed), UNIT(radix))
