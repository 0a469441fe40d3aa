/* SPDX-License-Identifier: BSD-2-Clause */
#include "arch/pt_riscv.h"
#include "tests/mk/mk_walk.h"
#include "tests/unit/unit.h"

#include <string.h>

#define KB	UINT64_C(1024)
#define MB	(KB * 1024)
#define GB	(MB * 1024)
#define PPN(pa)	((uint64_t)(pa) >> 12 << 10)
#define KERN	UINT64_C(0xffffffc000000000)
#define DATA	(PT_READ | PT_WRITE | PT_ACCESSED | PT_DIRTY)

static const struct mk_entry list[] = {
	{ 0x1000 + 256 * 8, PPN(0x2000) | 1 },
	{ 0x1000 + 257 * 8, PPN(4 * GB) | 0xcf },
	{ 0x1000 + 511 * 8, PPN(0x9000) | 1 },
	{ 0x2000, PPN(0x3000) | 1 }, { 0x2008, PPN(6 * MB) | 0xc7 },
	{ 0x3000, PPN(0x12345000) | 0xc7 },
	{ 0x3008, PPN(0x12346000) | 0x1b },
	{ 0x3010, PPN(0x12347000) | 0x01 },		/* a table below the last */
	{ 0x3018, PPN(0x12348000) | 0xce },		/* not valid */
	{ 0x3020, PPN(UINT64_C(0xfffffffffff000)) | 0xc7 },
	{ 0x3028, PPN(0x1000) | UINT64_C(0x60000000000000c7) },
	{ 0x3000 + 35 * 8, PPN(0x12388000) | UINT64_C(0x80000000000000c7) },
	{ 0x3000 + 36 * 8, PPN(0x12384000) | UINT64_C(0x80000000000000c7) },
	{ 0, 0 },
};

static void
sv39(void **state)
{
	struct mk_walk w = { .form = &pt_riscv_sv39, .entries = list,
	    .root = 0x1000, .missing = 0x9000 };
	struct pt_range r;

	(void)state;
	assert_true(mk_walk_is(&w, KERN + 0xabc, 0x12345abc, 4 * KB, DATA));
	assert_true(mk_walk_is(&w, KERN + 0x1000, 0x12346000, 4 * KB,
	    PT_READ | PT_EXEC | PT_USER));
	assert_int_equal(mk_walk(&w, KERN + 0x2000), E_NOT_MAPPED);
	assert_int_equal(mk_walk(&w, KERN + 0x3000), E_NOT_MAPPED);
	assert_true(w.r.entry == (PPN(0x12348000) | 0xce));
	/* All 44 bits of a page number, and none of those above. */
	assert_true(mk_walk_is(&w, KERN + 0x4000, UINT64_C(0xfffffffffff000),
	    4 * KB, DATA));
	assert_true(mk_walk_is(&w, KERN + 0x5000, 0x1000, 4 * KB,
	    DATA | PT_UNCACHED));
	/* Of 16 entries that are one page; a number that is not of that kind. */
	assert_true(mk_walk_is(&w, KERN + 35 * 4 * KB + 8, 0x12383008, 64 * KB,
	    DATA));
	assert_true(mk_walk_is(&w, KERN + 36 * 4 * KB + 8, 0x12384008, 4 * KB,
	    DATA));
	assert_true(mk_walk_is(&w, KERN + 2 * MB + 0x1234, 6 * MB + 0x1234,
	    2 * MB, DATA));
	assert_true(mk_walk_is(&w, KERN + 1 * GB + 7, 4 * GB + 7, 1 * GB,
	    DATA | PT_EXEC));
	assert_int_equal(mk_walk(&w, KERN + 2 * GB), E_NOT_MAPPED);
	assert_int_equal(mk_walk(&w, UINT64_C(0xffffffffc0000000)),
	    E_NOT_IN_DUMP);
	assert_int_equal(mk_walk(&w, UINT64_C(0x4000000000)), E_NOT_MAPPED);
	assert_int_equal(w.r.level, -1);
	assert_true(mk_walk_run(&w, 0, 0, &r));
	assert_true(r.end == KERN && r.status == E_NOT_MAPPED);
}

static void
more_levels(void **state)
{
	static const struct mk_entry top[] = {
		{ 0x7000 + 511 * 8, PPN(0x1000) | 1 },
		{ 0x1000 + 256 * 8, PPN(0x2000) | 1 },
		{ 0x2000, PPN(0x3000) | 1 }, { 0x3000, PPN(0x4000) | 1 },
		{ 0x4000, PPN(0x5000) | 0xc7 }, { 0, 0 },
	};
	struct mk_walk w = { .form = &pt_riscv_sv57, .entries = top,
	    .root = 0x7000 };

	(void)state;
	assert_true(mk_walk_is(&w, UINT64_C(0xffff800000000010), 0x5010, 4 * KB,
	    DATA));
	assert_int_equal(mk_walk(&w, UINT64_C(0xf000000000000000)), E_NOT_MAPPED);
	w.form = &pt_riscv_sv48;
	w.root = 0x1000;
	assert_true(mk_walk_is(&w, UINT64_C(0xffff800000000010), 0x5010, 4 * KB,
	    DATA));
	assert_int_equal(mk_walk(&w, UINT64_C(0xff00000000000000)), E_NOT_MAPPED);
	assert_int_equal(w.r.level, -1);
}

static void
texts(void **state)
{
	const struct pt_form *f = &pt_riscv_sv39;
	char text[80];

	(void)state;
	f->ops->flag_text(f, 0, 0xe7, text, sizeof(text));
	assert_string_equal(text, "RW- KN A D G");
	f->ops->flag_text(f, 1, 0x1, text, sizeof(text));
	assert_string_equal(text, "table");
	f->ops->flag_text(f, 0, 0xe6, text, sizeof(text));
	assert_string_equal(text, "not present");
}

UNIT_MAIN(UNIT(sv39), UNIT(more_levels), UNIT(texts))
