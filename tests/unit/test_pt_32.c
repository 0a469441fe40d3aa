/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables of i386, 32-bit ARM and Power. */
#include "arch/pt_arm.h"
#include "arch/pt_i386.h"
#include "arch/pt_powerpc.h"
#include "tests/mk/mk_walk.h"
#include "tests/unit/unit.h"

#include <string.h>

#define KB	UINT64_C(1024)
#define MB	(KB * 1024)
#define GB	(MB * 1024)
#define KDATA	(PT_READ | PT_WRITE | PT_EXEC | PT_ACCESSED | PT_DIRTY)

static void
i386(void **state)
{
	static const struct mk_entry list[] = {
		{ 0x1000 + 768 * 4, 0x2067 }, { 0x1000 + 769 * 4, 0x00c001e3 },
		{ 0x1000 + 770 * 4, 0x00c040e3 },	/* PSE-36: bit 33 */
		{ 0x1000 + 771 * 4, 0x9067 },
		{ 0x2000, 0x5063 }, { 0x2004, 0x6025 }, { 0x2008, 0x7062 },
		{ 0x2000 + 1023 * 4, 0xfffff063 }, { 0, 0 },
	};
	struct mk_walk w = { .form = &pt_i386, .entries = list, .root = 0x1000,
	    .missing = 0x9000 };

	(void)state;
	assert_true(mk_walk_is(&w, 0xc0000abc, 0x5abc, 4 * KB, KDATA));
	assert_true(mk_walk_is(&w, 0xc0001000, 0x6000, 4 * KB,
	    PT_READ | PT_EXEC | PT_USER | PT_ACCESSED));
	assert_int_equal(mk_walk(&w, 0xc0002000), E_NOT_MAPPED);
	assert_true(w.r.entry == 0x7062);
	assert_true(mk_walk_is(&w, 0xc03ff000, 0xfffff000, 4 * KB, KDATA));
	assert_true(mk_walk_is(&w, 0xc0523456, 0x00c00000 + 0x123456, 4 * MB,
	    KDATA | PT_GLOBAL));
	assert_true(mk_walk_is(&w, 0xc0800000, UINT64_C(0x200c00000), 4 * MB,
	    KDATA));
	assert_int_equal(mk_walk(&w, 0xc0c00000), E_NOT_IN_DUMP);
	assert_int_equal(mk_walk(&w, 0), E_NOT_MAPPED);
	assert_int_equal(mk_walk(&w, UINT64_C(0x1c0000000)), E_NOT_MAPPED);
	assert_int_equal(w.r.level, -1);
}

static void
i386_pae(void **state)
{
	static const struct mk_entry list[] = {
		{ 0x1020 + 3 * 8, 0x2001 }, { 0x2000, 0x3063 },
		{ 0x2008, UINT64_C(0x80000001224000e3) },
		{ 0x3000, UINT64_C(0x8000000500005063) }, { 0x3008, 0x6061 },
		{ 0x3010, 0x7060 }, { 0, 0 },
	};
	struct mk_walk w = { .form = &pt_i386_pae, .entries = list,
	    .root = 0x1020 };

	(void)state;
	assert_true(mk_walk_is(&w, 0xc0000010, UINT64_C(0x500005010), 4 * KB,
	    KDATA & ~(unsigned)PT_EXEC));
	assert_true(mk_walk_is(&w, 0xc0001000, 0x6000, 4 * KB,
	    KDATA & ~(unsigned)PT_WRITE));
	assert_int_equal(mk_walk(&w, 0xc0002000), E_NOT_MAPPED);
	assert_true(mk_walk_is(&w, 0xc0212345, UINT64_C(0x122400000) + 0x12345,
	    2 * MB, KDATA & ~(unsigned)PT_EXEC));
	assert_int_equal(mk_walk(&w, 0x80000000), E_NOT_MAPPED);
	assert_int_equal(w.r.level, 2);
}

static void
arm(void **state)
{
	/* Two processors: entries in either byte order. */
	static const struct pt_form *const forms[] = { &pt_arm, &pt_arm_be };
	static const struct mk_entry list[] = {
		{ 0x4000 + 0xc00 * 4, 0x8401 },		/* table */
		{ 0x4000 + 0xc01 * 4, 0x1230040e },	/* section */
		{ 0x4000 + 0xc02 * 4, 0x1240841e },	/* read-only, XN */
		{ 0x4000 + 0xc10 * 4, 0x1314042e },	/* supersection, */
		{ 0x4000 + 0xc1f * 4, 0x1314042e },	/* its last entry */
		{ 0x4000 + 0xc03 * 4, 0x12500000 },
		{ 0x8400, 0x1b01e }, { 0x8404, 0x2a33 },
		{ 0x8440, 0x50031 }, { 0x847c, 0x58031 }, { 0x8408, 0x3000 },
		{ 0, 0 },
	};
	const unsigned rw = PT_READ | PT_WRITE | PT_EXEC | PT_GLOBAL;
	struct mk_walk w = { .entries = list, .root = 0x4000 };
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		w.form = forms[i];
		assert_true(mk_walk_is(&w, 0xc0000123, 0x1b123, 4 * KB, rw));
		assert_true(mk_walk_is(&w, 0xc0001000, 0x2000, 4 * KB,
		    PT_READ | PT_USER));
		assert_int_equal(mk_walk(&w, 0xc0002000), E_NOT_MAPPED);
		assert_true(mk_walk_is(&w, 0xc0010010, 0x50010, 64 * KB,
		    rw | PT_USER));
		/* Its last entry, which is said not to be executable. */
		assert_true(mk_walk_is(&w, 0xc001f010, 0x5f010, 64 * KB,
		    (rw | PT_USER) & ~(unsigned)PT_EXEC));
		assert_true(mk_walk_is(&w, 0xc0123456, 0x12323456, 1 * MB, rw));
		assert_true(mk_walk_is(&w, 0xc0200000, 0x12400000, 1 * MB,
		    PT_READ | PT_GLOBAL));
		assert_int_equal(mk_walk(&w, 0xc0300000), E_NOT_MAPPED);
		assert_int_equal(w.r.level, 1);
		/* Bits 36 and 32 of the address. */
		assert_true(mk_walk_is(&w, 0xc1f00001, UINT64_C(0x1113f00001),
		    16 * MB, rw));
		assert_true(mk_walk_is(&w, 0xc1000001, UINT64_C(0x1113000001),
		    16 * MB, rw));
		assert_int_equal(mk_walk(&w, 0), E_NOT_MAPPED);
	}
	/* Kind 3 is nothing of use before version 6. */
	w.form = &pt_arm_v4;
	assert_int_equal(mk_walk(&w, 0xc0001000), E_NOT_MAPPED);
	assert_int_equal(mk_walk(&w, 0xc0000000), 0);
	assert_true(w.r.phys == 0x1b000);
}

static void
arm_lpae(void **state)
{
	static const struct mk_entry list[] = {
		{ 0x1018, 0x2003 }, { 0x2000, 0x3003 },
		{ 0x2008, UINT64_C(0x0060004080000701) },
		{ 0x3000, UINT64_C(0x006000ff00005703) }, { 0, 0 },
	};
	struct mk_walk w = { .form = &pt_arm_lpae, .entries = list,
	    .root = 0x1000 };

	(void)state;
	assert_int_equal(mk_walk(&w, 0xc0000123), 0);
	assert_true(w.r.phys == UINT64_C(0xff00005123) && w.r.size == 4 * KB);
	assert_int_equal(mk_walk(&w, 0xc0200123), 0);
	assert_true(w.r.phys == UINT64_C(0x4080000123) && w.r.size == 2 * MB);
	assert_int_equal(mk_walk(&w, 0xc0400000), E_NOT_MAPPED);
}

static void
power_radix(void **state)
{
	static const uint64_t valid = UINT64_C(1) << 63, leaf = UINT64_C(1) << 62;
	const struct mk_entry list[] = {
		{ 0x10000, valid | 0x20009 }, { 0x20000, valid | 0x21009 },
		{ 0x20008, valid | leaf | 3 * GB | 0x18e },
		{ 0x21000, valid | 0x22009 },
		{ 0x21008, valid | leaf | 6 * MB | 0x10c },
		{ 0x22000, valid | leaf | 0x5000 | 0x18f },
		{ 0x22008, leaf | 0x5000 | 0x18f }, { 0x22010, valid | 0x5000 },
		{ 0, 0 },
	};
	struct mk_walk w = { .form = &pt_powerpc64_radix, .entries = list,
	    .root = 0x10000 };
	const uint64_t base = UINT64_C(0xc000000000000000);
	struct pt_range r;

	(void)state;
	assert_true(mk_walk_is(&w, base + 0x123, 0x5123, 4 * KB, KDATA));
	assert_int_equal(mk_walk(&w, base + 0x1000), E_NOT_MAPPED);
	assert_int_equal(mk_walk(&w, base + 0x2000), E_NOT_MAPPED);
	assert_true(mk_walk_is(&w, base + 2 * MB, 6 * MB, 2 * MB,
	    PT_READ | PT_ACCESSED));
	assert_true(mk_walk_is(&w, base + 1 * GB + 1, 3 * GB + 1, 1 * GB,
	    KDATA & ~(unsigned)PT_EXEC));
	assert_int_equal(mk_walk(&w, 0), E_NOT_MAPPED);
	assert_int_equal(w.r.level, -1);
	assert_int_equal(mk_walk(&w, base + (UINT64_C(1) << 52)), E_NOT_MAPPED);
	assert_int_equal(w.r.level, -1);
	assert_true(mk_walk_run(&w, base + (UINT64_C(1) << 52), 0, &r));
	assert_true(r.end == 0 && r.status == E_NOT_MAPPED);
	assert_true(mk_walk_run(&w, 0, 0, &r));
	assert_true(r.end == base);
}

UNIT_MAIN(UNIT(i386), UNIT(i386_pae), UNIT(arm), UNIT(arm_lpae),
    UNIT(power_radix))
