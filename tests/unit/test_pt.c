/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/unit.h"

#include "arch/arch.h"
#include "arch/pt_x86_64.h"
#include "base/bytes.h"
#include "tests/mk/mk_elf.h"
#include "tests/mk/mk_phys.h"

#include <string.h>

#define SIZE	(UINT64_C(4) << 20)
#define TABLES	(UINT64_C(1) << 20)
#define KERNEL	UINT64_C(0xffffffff81234000)

static const struct pt_form *const both[] = { &pt_x86_64_4, &pt_x86_64_5 };

static void
pages_of_every_size(void **state)
{
	struct mk_phys m;
	struct pt_result r;
	struct ctx ctx;
	size_t i;

	(void)state;
	ctx_init(&ctx);
	for (i = 0; i < 2; i++) {
		mk_phys_init(&m, both[i], SIZE, TABLES);
		mk_phys_map(&m, 0x7f0000401000, 0, 0x5000, MK_U);
		mk_phys_map(&m, KERNEL & ~UINT64_C(0x1fffff), 1, 0x40000000,
		    MK_W | MK_G);
		mk_phys_map(&m, 0xffff888040000000, 2, 0x80000000, MK_NX);
		assert_int_equal(pt_translate(&ctx, both[i], &m.reader, m.root,
		    0x7f0000401abc, &r), 0);
		assert_int_equal(r.phys, 0x5abc);
		assert_int_equal(r.size, 4096);
		assert_int_equal(r.level, 0);
		assert_int_equal(r.flags, PT_READ | PT_EXEC | PT_USER);
		assert_int_equal(r.entry, 0x5000 | MK_P | MK_U);
		assert_int_equal(r.entry_addr, mk_phys_entry(&m,
		    0x7f0000401000, 0));
		assert_int_equal(m.reads, both[i]->levels);
		assert_int_equal(pt_translate(&ctx, both[i], &m.reader, m.root,
		    KERNEL + 0x789, &r), 0);
		assert_int_equal(r.phys, 0x40000000 + 0x34789);
		assert_int_equal(r.size, 2 << 20);
		assert_int_equal(r.level, 1);
		assert_int_equal(r.flags, PT_READ | PT_WRITE | PT_EXEC |
		    PT_GLOBAL);
		assert_int_equal(pt_translate(&ctx, both[i], &m.reader, m.root,
		    0xffff88807fffffff, &r), 0);
		assert_int_equal(r.phys, 0xbfffffff);
		assert_int_equal(r.size, 1 << 30);
		assert_int_equal(r.level, 2);
		assert_int_equal(r.flags & (PT_EXEC | PT_WRITE), 0);
		mk_phys_fini(&m);
	}
	ctx_fini(&ctx);
}

static void
rights_narrow_on_the_way(void **state)
{
	struct mk_phys m;
	struct pt_result r;
	struct ctx ctx;
	uint64_t at;

	(void)state;
	ctx_init(&ctx);
	mk_phys_init(&m, &pt_x86_64_4, SIZE, TABLES);
	mk_phys_map(&m, 0x1000, 0, 0x5000, MK_W | MK_U);
	at = mk_phys_entry(&m, 0x1000, 2);
	store_uint(m.p + at, 8, false, (load_u64(m.p + at, false) & ~MK_W) |
	    MK_NX);
	assert_int_equal(pt_translate(&ctx, m.form, &m.reader, m.root, 0x1000,
	    &r), 0);
	assert_int_equal(r.flags, PT_READ | PT_USER);
	mk_phys_fini(&m);
	ctx_fini(&ctx);
}

static void
not_canonical(void **state)
{
	static const struct {
		const struct pt_form *form;
		uint64_t va;
		bool	 fits;
	} cases[] = {
		{ &pt_x86_64_4, UINT64_C(0x00007fffffffffff), true },
		{ &pt_x86_64_4, UINT64_C(0x0000800000000000), false },
		{ &pt_x86_64_4, UINT64_C(0xffff7fffffffffff), false },
		{ &pt_x86_64_4, UINT64_C(0xffff800000000000), true },
		{ &pt_x86_64_4, UINT64_C(0xff11000000000000), false },
		{ &pt_x86_64_5, UINT64_C(0xff11000000000000), true },
		{ &pt_x86_64_5, UINT64_C(0x00ffffffffffffff), true },
		{ &pt_x86_64_5, UINT64_C(0x0100000000000000), false },
		{ &pt_x86_64_5, UINT64_C(0xfeffffffffffffff), false },
	};
	struct mk_phys m;
	struct pt_result r;
	struct ctx ctx;
	size_t i;

	(void)state;
	ctx_init(&ctx);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		mk_phys_init(&m, cases[i].form, SIZE, TABLES);
		assert_int_equal(pt_canonical(m.form, cases[i].va),
		    cases[i].fits);
		assert_int_equal(pt_translate(&ctx, m.form, &m.reader, m.root,
		    cases[i].va, &r), E_NOT_MAPPED);
		assert_int_equal(ctx.err.addr, cases[i].va);
		assert_int_equal(m.reads, cases[i].fits);
		assert_int_equal(r.level, cases[i].fits ? m.form->levels - 1 :
		    -1);
		mk_phys_fini(&m);
	}
	ctx_fini(&ctx);
}

static void
not_present_tells_where(void **state)
{
	struct mk_phys m;
	struct pt_result r;
	struct ctx ctx;
	int level;

	(void)state;
	ctx_init(&ctx);
	for (level = 0; level < 4; level++) {
		mk_phys_init(&m, &pt_x86_64_4, SIZE, TABLES);
		mk_phys_set(&m, KERNEL, level, 0xabc0 & ~MK_P);
		assert_int_equal(pt_translate(&ctx, m.form, &m.reader, m.root,
		    KERNEL, &r), E_NOT_MAPPED);
		assert_int_equal(r.level, level);
		assert_int_equal(r.entry, 0xabc0);
		assert_int_equal(r.entry_addr, mk_phys_entry(&m, KERNEL,
		    level));
		assert_int_equal(ctx.err.level, level);
		assert_int_equal(ctx.err.addr, KERNEL);
		mk_phys_fini(&m);
	}
	/* A large page where the processor has none is a hole. */
	mk_phys_init(&m, &pt_x86_64_4, SIZE, TABLES);
	mk_phys_set(&m, KERNEL, 3, 0x5000 | MK_P | MK_PS);
	assert_int_equal(pt_translate(&ctx, m.form, &m.reader, m.root, KERNEL,
	    &r), E_NOT_MAPPED);
	assert_int_equal(r.level, 3);
	mk_phys_fini(&m);
	ctx_fini(&ctx);
}

static void
missing_table_keeps_its_reason(void **state)
{
	struct mk_phys m;
	struct pt_result r;
	struct ctx ctx;

	(void)state;
	ctx_init(&ctx);
	mk_phys_init(&m, &pt_x86_64_4, SIZE, TABLES);
	mk_phys_set(&m, KERNEL, 2, (SIZE + 0x3000) | MK_P | MK_W);
	assert_int_equal(pt_translate(&ctx, m.form, &m.reader, m.root, KERNEL,
	    &r), E_NOT_IN_DUMP);
	assert_int_equal(r.level, 1);
	assert_int_equal(ctx.err.level, 1);
	assert_int_equal(r.entry_addr, SIZE + 0x3000 + (KERNEL >> 21 & 511) * 8);
	mk_phys_fini(&m);
	ctx_fini(&ctx);
}

static void
encryption_bit_is_no_address(void **state)
{
	const uint64_t bits[] = { 47, 48, 51 };
	struct mk_phys m;
	struct pt_result r;
	struct ctx ctx;
	size_t i;
	uint64_t at;

	(void)state;
	ctx_init(&ctx);
	for (i = 0; i < 3; i++) {
		mk_phys_init(&m, &pt_x86_64_4, SIZE, TABLES);
		mk_phys_map(&m, KERNEL, 0, 0x5000 | UINT64_C(1) << bits[i], 0);
		at = mk_phys_entry(&m, KERNEL, 1);
		m.p[at + bits[i] / 8] |= (uint8_t)(1u << bits[i] % 8);
		assert_int_equal(pt_translate(&ctx, m.form, &m.reader, m.root,
		    KERNEL + 8, &r), 0);
		assert_int_equal(r.phys, 0x5008);
		mk_phys_fini(&m);
	}
	ctx_fini(&ctx);
}

static void
steps_show_each_level(void **state)
{
	struct mk_phys m;
	struct pt_walk w;
	struct pt_result r;
	enum pt_kind kind;
	struct ctx ctx;
	int level;

	(void)state;
	ctx_init(&ctx);
	mk_phys_init(&m, &pt_x86_64_5, SIZE, TABLES);
	mk_phys_map(&m, KERNEL, 0, 0x6000, MK_W);
	assert_int_equal(pt_start(&ctx, &w, m.form, &m.reader, m.root,
	    KERNEL + 4), 0);
	for (level = 4; level >= 0; level--) {
		assert_int_equal(pt_step(&ctx, &w, &r, &kind), 0);
		assert_int_equal(kind, level > 0 ? PT_TABLE : PT_LEAF);
		assert_int_equal(r.level, level);
		assert_int_equal(r.entry_addr, mk_phys_entry(&m, KERNEL,
		    level));
	}
	assert_int_equal(r.phys, 0x6004);
	assert_int_equal(pt_step(&ctx, &w, &r, &kind), E_CORRUPT);
	mk_phys_fini(&m);
	ctx_fini(&ctx);
}

static void
ranges_and_holes(void **state)
{
	const struct {
		uint64_t start, end;
		int	 status;
		uint64_t phys;
	} want[] = {
		{ 0, 0x400000, E_NOT_MAPPED, 0 },
		{ 0x400000, 0x403000, 0, 0x5000 },	/* three in a row */
		{ 0x403000, 0x404000, 0, 0x20000 },	/* elsewhere */
		{ 0x404000, 0x405000, 0, 0x21000 },	/* other rights */
		{ 0x405000, 0x800000, E_NOT_MAPPED, 0 },
		{ 0x800000, 0xc00000, 0, 0x1000000 },	/* two large ones */
		{ 0xc00000, 0xe00000, E_NOT_IN_DUMP, 0 },
		{ 0xe00000, 0xfffffffffffff000, E_NOT_MAPPED, 0 },
		{ 0xfffffffffffff000, 0, 0, 0x7000 },
	};
	struct mk_phys m;
	struct pt_range r;
	struct ctx ctx;
	uint64_t va, i;

	(void)state;
	ctx_init(&ctx);
	mk_phys_init(&m, &pt_x86_64_4, SIZE, TABLES);
	for (i = 0; i < 3; i++)
		mk_phys_map(&m, 0x400000 + i * 0x1000, 0, 0x5000 + i * 0x1000,
		    MK_U);
	mk_phys_map(&m, 0x403000, 0, 0x20000, MK_U);
	mk_phys_map(&m, 0x404000, 0, 0x21000, MK_U | MK_W);
	mk_phys_map(&m, 0x800000, 1, 0x1000000, 0);
	mk_phys_map(&m, 0xa00000, 1, 0x1200000, 0);
	mk_phys_set(&m, 0xc00000, 1, SIZE | MK_P);
	mk_phys_map(&m, UINT64_C(0xfffffffffffff000), 0, 0x7000, MK_W);
	for (i = 0, va = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		assert_int_equal(pt_next_range(&ctx, m.form, &m.reader, m.root,
		    va, 0, &r), 0);
		assert_int_equal(r.start, want[i].start);
		assert_int_equal(r.end, want[i].end);
		assert_int_equal(r.status, want[i].status);
		assert_int_equal(r.phys, want[i].phys);
		va = r.end;
	}
	/* Within borders, and none behind the last. */
	assert_int_equal(pt_next_range(&ctx, m.form, &m.reader, m.root,
	    0x401800, 0x402800, &r), 0);
	assert_int_equal(r.start, 0x401800);
	assert_int_equal(r.end, 0x402800);
	assert_int_equal(r.phys, 0x6800);
	assert_int_equal(pt_next_range(&ctx, m.form, &m.reader, m.root,
	    0x402800, 0x402800, &r), E_DONE);
	mk_phys_fini(&m);
	ctx_fini(&ctx);
}

/* A table whose every entry is itself: walks end, ranges can be cancelled. */
static void
loop_ends(void **state)
{
	struct mk_phys m;
	struct pt_result r;
	struct pt_range range;
	struct ctx ctx;
	atomic_bool cancel;
	uint64_t i;

	(void)state;
	ctx_init(&ctx);
	mk_phys_init(&m, &pt_x86_64_5, SIZE, TABLES);
	for (i = 0; i < 512; i++)
		store_uint(m.p + m.root + i * 8, 8, false, m.root | MK_P);
	assert_int_equal(pt_translate(&ctx, m.form, &m.reader, m.root, KERNEL,
	    &r), 0);
	assert_int_equal(r.phys, m.root);
	assert_int_equal(m.reads, 5);
	assert_int_equal(pt_next_range(&ctx, m.form, &m.reader, m.root, 0, 0,
	    &range), 0);
	assert_int_equal(range.end, 4096);
	memset(m.p + m.root, 0, 4096);
	store_uint(m.p + m.root + 8, 8, false, m.root | MK_P);
	atomic_init(&cancel, true);
	ctx.cancel = &cancel;
	assert_int_equal(pt_next_range(&ctx, m.form, &m.reader, m.root, 0, 0,
	    &range), E_CANCELLED);
	mk_phys_fini(&m);
	ctx_fini(&ctx);
}

static void
qemu_note_gives_the_root(void **state)
{
	const struct arch *a = &arch_x86_64;
	const struct pt_form *form;
	struct cpu_state st;
	struct buf b;
	struct ctx ctx;
	uint64_t roots[4];

	(void)state;
	ctx_init(&ctx);
	memset(&b, 0, sizeof(b));
	memset(&st, 0, sizeof(st));
	mk_qemu(&b, 0x8000000012345805, 0x1020, 0xffff888000001000);
	assert_int_equal(a->note(&ctx, "QEMU", 0, b.p, b.len, &st), 0);
	assert_true(st.has_paging);
	assert_int_equal(st.kernel_gs, 0xffff888000001000);
	/* The user half of a pair of tables: its kernel half comes first. */
	assert_int_equal(a->roots(&st, &form, roots), 2);
	assert_ptr_equal(form, &pt_x86_64_5);
	assert_int_equal(roots[0], 0x12344000);
	assert_int_equal(roots[1], 0x12345000);
	assert_int_equal(a->note(&ctx, "QEMU", 0, b.p, 424, &st), E_TRUNCATED);
	assert_int_equal(a->note(&ctx, "CORE", 1, b.p, b.len, &st), E_NOT_MINE);
	b.p[0] = 2;
	assert_int_equal(a->note(&ctx, "QEMU", 0, b.p, b.len, &st),
	    E_UNSUPPORTED);
	buf_fini(&b);
	ctx_fini(&ctx);
}

UNIT_MAIN(UNIT(pages_of_every_size), UNIT(rights_narrow_on_the_way),
    UNIT(not_canonical), UNIT(not_present_tells_where),
    UNIT(missing_table_keeps_its_reason), UNIT(encryption_bit_is_no_address),
    UNIT(steps_show_each_level), UNIT(ranges_and_holes), UNIT(loop_ends),
    UNIT(qemu_note_gives_the_root))
