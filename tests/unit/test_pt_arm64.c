/* SPDX-License-Identifier: BSD-2-Clause */
#include "arch/pt_arm64.h"
#include "tests/mk/mk_walk.h"
#include "tests/unit/unit.h"

#include <string.h>

#define KB	UINT64_C(1024)
#define MB	(KB * 1024)
#define GB	(MB * 1024)
#define KERN	UINT64_C(0xffff000000000000)
#define PXN	(UINT64_C(1) << 53)
#define UXN	(UINT64_C(1) << 54)
#define DBM	(UINT64_C(1) << 51)
#define RW	(PT_READ | PT_WRITE | PT_DIRTY)
#define KDATA	(RW | PT_ACCESSED | PT_GLOBAL)

static void
pages_4k(void **state)
{
	static const struct mk_entry list[] = {
		{ 0x1000, 0x2003 }, { 0x1008, 0x0000001040000701 },
		{ 0x2000, 0x3003 }, { 0x2008, 0x80000701 | PXN | UXN },
		{ 0x2010, 0xffff0002 }, { 0x2018, 0x4003 | UINT64_C(1) << 62 },
		{ 0x3000, 0x5003 }, { 0x3008, 0x40200701 | PXN | UXN },
		{ 0x3010, 0x9003 },
		{ 0x4000, 0x40400701 | PXN | UXN },
		{ 0x5000, 0x12345703 | PXN | UXN },
		{ 0x5008, 0x12346783 | UXN },			/* RO, X */
		{ 0x5010, 0x12347783 | PXN | UXN | DBM },	/* clean */
		{ 0x5018, 0x123480c3 | PXN | UINT64_C(0x800) },
		{ 0x5020, 0x12349701 },				/* reserved */
		{ 0x5028, 0x1234a702 },				/* not valid */
		{ 0x5030, UINT64_C(0x0003fffffffff703) },	/* bits 48, 49 */
		{ 0, 0 },
	};
	struct mk_walk w = { .form = &pt_arm64_4k_48, .entries = list,
	    .root = 0x1000, .missing = 0x9000 };
	struct pt_range r;

	(void)state;
	assert_true(mk_walk_is(&w, KERN + 0xabc, 0x12345abc, 4 * KB, KDATA));
	assert_true(mk_walk_is(&w, KERN + 0x1000, 0x12346000, 4 * KB,
	    PT_READ | PT_EXEC | PT_ACCESSED | PT_GLOBAL));
	assert_true(mk_walk_is(&w, KERN + 0x2000, 0x12347000, 4 * KB,
	    PT_READ | PT_WRITE | PT_ACCESSED | PT_GLOBAL));
	assert_true(mk_walk_is(&w, KERN + 0x3000, 0x12348000, 4 * KB,
	    PT_READ | PT_USER | PT_EXEC));
	assert_int_equal(mk_walk(&w, KERN + 0x4000), E_NOT_MAPPED);
	assert_int_equal(w.r.level, 0);
	assert_true(w.r.entry == 0x12349701 && w.r.entry_addr == 0x5020);
	assert_int_equal(mk_walk(&w, KERN + 0x5000), E_NOT_MAPPED);
	assert_int_equal(mk_walk(&w, KERN + 0x6000), 0);
	assert_true(w.r.phys == UINT64_C(0xfffffffff000));
	assert_true(mk_walk_is(&w, KERN + 2 * MB + 0x12345, 0x40212345, 2 * MB,
	    KDATA));
	assert_int_equal(mk_walk(&w, KERN + 4 * MB), E_NOT_IN_DUMP);
	assert_true(w.r.entry_addr == 0x9000);
	assert_true(mk_walk_is(&w, KERN + 1 * GB + 5, 0x80000005, 1 * GB, KDATA));
	assert_int_equal(mk_walk(&w, KERN + 2 * GB), E_NOT_MAPPED);
	/* A table that takes the right to write from all below. */
	assert_true(mk_walk_is(&w, KERN + 3 * GB, 0x40400000, 2 * MB,
	    KDATA & ~(unsigned)PT_WRITE));
	/* A block of 512 GiB does not exist. */
	assert_int_equal(mk_walk(&w, KERN + 512 * GB), E_NOT_MAPPED);
	assert_int_equal(w.r.level, 3);
	/* The other half, and what lies between. */
	assert_int_equal(mk_walk(&w, 0), E_NOT_MAPPED);
	assert_int_equal(w.r.level, -1);
	assert_int_equal(mk_walk(&w, KERN - 1), E_NOT_MAPPED);
	assert_int_equal(w.r.level, -1);
	assert_true(mk_walk_run(&w, 0, 0, &r));
	assert_true(r.end == KERN && r.status == E_NOT_MAPPED);
	assert_true(mk_walk_run(&w, KERN + 4 * GB, 0, &r));
	assert_true(r.end == 0 && r.status == E_NOT_MAPPED);
	w.form = &pt_arm64_4k_48_user;
	assert_int_equal(mk_walk(&w, 0xabc), 0);
	assert_true(w.r.phys == 0x12345abc);
	assert_int_equal(mk_walk(&w, KERN), E_NOT_MAPPED);
	assert_int_equal(w.r.level, -1);
}

static void
fewer_levels(void **state)
{
	static const struct mk_entry list[] = {
		{ 0x1000 + 8 * 0x1ff, 0x2003 }, { 0x2000, 0x3003 },
		{ 0x3000, 0x7703 }, { 0, 0 },
	};
	struct mk_walk w = { .form = &pt_arm64_4k_39, .entries = list,
	    .root = 0x1000 };

	(void)state;
	assert_int_equal(mk_walk(&w, UINT64_C(0xffffffffc0000123)), 0);
	assert_true(w.r.phys == 0x7123);
	assert_int_equal(mk_walk(&w, UINT64_C(0xffffff7fc0000123)), E_NOT_MAPPED);
	assert_int_equal(w.r.level, -1);
}

static void
granules(void **state)
{
	static const struct mk_entry list16[] = {
		{ 0x10008, 0x14003 }, { 0x14000, 0x18003 },
		{ 0x18000, 0x1c003 }, { 0x18008, 0x42000701 | PXN | UXN },
		{ 0x14008, 0x80000701 }, { 0x1c008, 0x12344703 | PXN | UXN },
		{ 0, 0 },
	};
	static const struct mk_entry list64[] = {
		{ 0x10000, 0x20003 }, { 0x20000, 0x30003 },
		{ 0x20008, 0x60000701 | PXN | UXN },
		{ 0x30008, 0x12340703 | PXN | UXN },
		{ 0x30010, 0x1234f703 | PXN | UXN }, { 0, 0 },
	};
	struct mk_walk w = { .form = &pt_arm64_16k_48, .entries = list16,
	    .root = 0x10000 };

	(void)state;
	/* 16K: the top table has two entries. */
	assert_true(mk_walk_is(&w, KERN + (UINT64_C(1) << 47) + 16 * KB + 1,
	    0x12344001, 16 * KB, KDATA));
	assert_true(mk_walk_is(&w, KERN + (UINT64_C(1) << 47) + 33 * MB,
	    0x42000000 + MB, 32 * MB, KDATA));
	assert_int_equal(mk_walk(&w, KERN + (UINT64_C(1) << 47) + 64 * GB),
	    E_NOT_MAPPED);	/* no block of 64 GiB */
	assert_int_equal(mk_walk(&w, KERN), E_NOT_MAPPED);
	w.form = &pt_arm64_64k_48;
	w.entries = list64;
	assert_true(mk_walk_is(&w, KERN + 64 * KB + 2, 0x12340002, 64 * KB,
	    KDATA));
	assert_true(mk_walk_is(&w, KERN + 513 * MB, 0x60000000 + MB, 512 * MB,
	    KDATA));
	/* An address of 52 bits keeps its top in the bits below the page's. */
	assert_true(mk_walk_is(&w, KERN + 128 * KB, UINT64_C(0xf000012340000),
	    64 * KB, KDATA));
	w.form = &pt_arm64_64k_42;
	w.root = 0x20000;
	assert_int_equal(mk_walk(&w, UINT64_C(0xfffffc0000010002)), 0);
	assert_true(w.r.phys == 0x12340002);
}

static void
texts(void **state)
{
	const struct pt_form *f = &pt_arm64_4k_48;
	char text[80];

	(void)state;
	f->ops->flag_text(f, 0, 0x703 | PXN | UXN, text, sizeof(text));
	assert_string_equal(text, "page RW KN AF PXN UXN");
	f->ops->flag_text(f, 1, 0xfc1, text, sizeof(text));
	assert_string_equal(text, "block RO US AF nG");
	f->ops->flag_text(f, 1, 0x1003 | UINT64_C(3) << 61, text, sizeof(text));
	assert_string_equal(text, "table RO KN");
	f->ops->flag_text(f, 0, 0, text, sizeof(text));
	assert_string_equal(text, "none");
	assert_string_equal(f->ops->level_name(f, 3), "PGD");
	assert_string_equal(f->ops->level_name(f, 0), "PTE");
}

/* LPA2: five levels, and two bits of each address below the others. */
static void
pages_4k_lpa2(void **state)
{
	static const struct mk_entry list[] = {
		{ 0x1078, 0x2003 }, { 0x1000, 0x2103 },
		{ 0x2800, 0x3003 }, { 0x2808, 0x701 | PXN | UXN },
		{ 0x2810, UINT64_C(0x0000008000000601) | PXN | UXN },
		{ 0x3000, 0x4003 }, { 0x3008, 0x80000401 | PXN | UXN },
		{ 0x4000, 0x5003 }, { 0x4008, UINT64_C(0x0002000040200701) |
		    PXN | UXN },
		{ 0x5000, 0x12345403 | PXN | UXN },
		{ 0x5008, UINT64_C(0x0001000012346703) | PXN | UXN },
		{ 0, 0 },
	};
	struct mk_walk w = { .form = &pt_arm64_4k_52, .entries = list,
	    .root = 0x1000, .missing = UINT64_C(0x4000000002000) };
	const uint64_t top = UINT64_C(0xffff800000000000);

	(void)state;
	assert_true(mk_walk_is(&w, top + 0xabc, 0x12345abc, 4 * KB, KDATA));
	assert_true(mk_walk_is(&w, top + 0x1001,
	    UINT64_C(0x000d000012346001), 4 * KB, KDATA));
	assert_true(mk_walk_is(&w, top + 2 * MB + 7,
	    UINT64_C(0x000e000040200007), 2 * MB, KDATA));
	assert_true(mk_walk_is(&w, top + 1 * GB + 5, 0x80000005, 1 * GB, KDATA));
	assert_true(mk_walk_is(&w, top + 512 * GB + 5,
	    UINT64_C(0x000c000000000005), 512 * GB, KDATA));
	assert_true(mk_walk_is(&w, top + 1024 * GB + 5,
	    UINT64_C(0x0008008000000005), 512 * GB, KDATA));
	assert_int_equal(mk_walk(&w, top + 1536 * GB), E_NOT_MAPPED);
	assert_int_equal(w.r.level, 3);
	/* The first table lies above 48 bits, and is missing. */
	assert_int_equal(mk_walk(&w, UINT64_C(0xfff0000000000000)),
	    E_NOT_IN_DUMP);
	assert_true(w.r.entry_addr == UINT64_C(0x4000000002000));
	/* The other half has a root of its own. */
	w.form = &pt_arm64_4k_52_user;
	assert_int_equal(mk_walk(&w, UINT64_C(0xfff0000000000000)), E_NOT_MAPPED);
	assert_int_equal(w.r.level, -1);
	assert_ptr_equal(pt_arm64_4k_52.lower, &pt_arm64_4k_52_user);
}

UNIT_MAIN(UNIT(pages_4k), UNIT(pages_4k_lpa2), UNIT(fewer_levels),
    UNIT(granules), UNIT(texts))
