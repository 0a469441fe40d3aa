/* SPDX-License-Identifier: BSD-2-Clause */
/* The unwind rules of modules: whose they are of code that lies between. */
#include "tests/unit/unit.h"

#include "engine/os/linux/linux_unwind.h"
#include "tests/mk/mk_linux.h"

#include <string.h>

#define TEXT		UINT64_C(0x1000)	/* the kernel's code */
#define TABLES		UINT64_C(0x10000)	/* of so many each: */
#define TABLE(n)	(TABLES + (uint64_t)(n) * 0x100)
#define RULES(n)	(TABLE(n) + 0x80)
#define MODULE(n)	(0x20000 + (uint64_t)(n) * 0x1000)
/* The later module's code before it was at work lay in front of the other. */
#define INIT		UINT64_C(0x100000)
#define OLD		UINT64_C(0x180000)
#define NEW		UINT64_C(0x200000)
#define SIZE		0x1000
enum { KERNEL, OF_OLD, OF_NEW };

static struct ctx ctx;
static struct mk_linux m;

/* A rule from each of two addresses on: the stack pointer and so much. */
static void
table(unsigned n, uint64_t first, uint64_t last)
{
	const uint64_t at[] = { first, last };
	unsigned i;

	for (i = 0; i < 2; i++) {
		mk_put(&m.s, TABLE(n) + 4 * i, 4,
		    (uint32_t)(at[i] - (TABLE(n) + 4 * i)));
		mk_put(&m.s, RULES(n) + 6 * i, 2, 8 * (n + 1) + 0x100 * i);
		mk_put(&m.s, RULES(n) + 6 * i + 2, 4, 5 << 16);
	}
}

static void
places(unsigned n, bool rows, uint64_t core, uint64_t init, uint64_t init_size)
{
	/* Rows: text, something of no size, the code for the start. */
	const unsigned at = rows ? 32 + 32 : 32 + 16;

	mk_put_ptr(&m.s, MODULE(n) + 32, core);
	mk_put(&m.s, MODULE(n) + 40, 8, SIZE);
	mk_put_ptr(&m.s, MODULE(n) + at, init);
	mk_put(&m.s, MODULE(n) + at + 8, 8, init_size);
	mk_put(&m.s, MODULE(n) + 80, 8, 2);
	mk_put_ptr(&m.s, MODULE(n) + 88, TABLE(n));
	mk_put_ptr(&m.s, MODULE(n) + 96, RULES(n));
	mk_put_ptr(&m.s, MODULE(n) + 112, MODULE(n) + 112);
	mk_put_ptr(&m.s, MODULE(n) + 120, MODULE(n) + 112);
}

static void
types(bool rows)
{
	const uint32_t s16 = mk_btf_int(&m.btf, "short", 2, MK_SIGNED);
	const uint32_t u32 = mk_btf_int(&m.btf, "unsigned", 4, 0);
	uint32_t row;

	mk_linux_struct(&m, "list_head", 16, "next u8@0, prev u8@8");
	mk_linux_struct(&m, "mod_arch_specific", 24,
	    "num_orcs u8@0, orc_unwind_ip u8@8, orc_unwind u8@16");
	if (rows) {
		mk_linux_struct(&m, "module_memory", 16,
		    "base u8@0, size u8@8");
		row = mk_btf_array(&m.btf, m.types[m.ntypes - 1].id, 3);
		strcpy(m.types[m.ntypes].name, "rows");
		m.types[m.ntypes++].id = row;
	} else
		mk_linux_struct(&m, "module_layout", 16,
		    "base u8@0, size u8@8");
	mk_linux_struct(&m, "module", 128, rows ?
	    "state u4@0, list list_head@8, name c8@24, mem rows@32, "
	    "arch mod_arch_specific@80, refcnt s4@104, "
	    "source_list list_head@112" :
	    "state u4@0, list list_head@8, name c8@24, "
	    "core_layout module_layout@32, init_layout module_layout@48, "
	    "arch mod_arch_specific@80, refcnt s4@104, "
	    "source_list list_head@112");
	mk_btf_struct(&m.btf, MK_STRUCT, "orc_entry", 6, true);
	mk_btf_member(&m.btf, "sp_offset", s16, 0, 0);
	mk_btf_member(&m.btf, "bp_offset", s16, 16, 0);
	mk_btf_member(&m.btf, "sp_reg", u32, 32, 4);
	mk_btf_member(&m.btf, "bp_reg", u32, 36, 4);
	mk_btf_member(&m.btf, "type", u32, 40, 2);
	mk_btf_member(&m.btf, "end", u32, 42, 1);
}

static void
make(bool rows, uint64_t init_size)
{
	ctx_init(&ctx);
	mk_linux_init(&m, false);
	types(rows);
	mk_linux_symbol(&m, "modules", 0x8000);
	mk_linux_symbol(&m, "__start_orc_unwind_ip", TABLE(KERNEL));
	mk_linux_symbol(&m, "__stop_orc_unwind_ip", TABLE(KERNEL) + 8);
	mk_linux_symbol(&m, "__start_orc_unwind", RULES(KERNEL));
	mk_linux_ready(&m);
	mk_linux_list(&m, (const uint64_t[]){ 0x8000, MODULE(OF_NEW) + 8,
	    MODULE(OF_OLD) + 8, 0 });
	table(KERNEL, TEXT, TEXT + SIZE);
	table(OF_OLD, OLD + 0x20, OLD + SIZE - 1);
	table(OF_NEW, INIT, NEW + SIZE - 1);
	places(OF_OLD, rows, OLD, 0, 0);
	places(OF_NEW, rows, NEW, INIT, init_size);
}

static void
done(void)
{
	mk_linux_fini(&m);
	ctx_fini(&ctx);
}

/* Whose rule it is, -1 without. */
static int
whose(uint64_t pc)
{
	struct linux_orc *orc;
	struct unwind_rule rule;
	int rc;

	assert_int_equal(linux_orc_create(&ctx, &m.k, &orc), 0);
	rc = linux_orc_find(&ctx, orc, pc, &rule);
	linux_orc_destroy(orc);
	if (rc == E_NOT_FOUND)
		return (-1);
	assert_int_equal(rc, 0);
	assert_int_equal(rule.sp, UNWIND_SP);
	return (rule.sp_offset / 8 - 1);
}

static void
between(bool rows)
{
	make(rows, 0);
	assert_int_equal(whose(TEXT + 0x10), KERNEL);
	assert_int_equal(whose(OLD + 0x30), OF_OLD);
	assert_int_equal(whose(NEW + 0x30), OF_NEW);
	/* What that code was is gone. */
	assert_int_equal(whose(INIT + 0x10), -1);
	assert_int_equal(whose((OLD + NEW) / 2), -1);
	done();
	/* A module that starts. */
	make(rows, SIZE);
	assert_int_equal(whose(INIT + 0x10), OF_NEW);
	assert_int_equal(whose(INIT + SIZE), -1);
	assert_int_equal(whose(OLD + 0x30), OF_OLD);
	done();
}

static void
test_layouts(void **state)
{
	(void)state;
	between(false);
}

static void
test_rows(void **state)
{
	(void)state;
	between(true);
}

/* Sizes that wrap, tables that are nowhere: the other module has its rules. */
static void
test_lies(void **state)
{
	(void)state;
	make(false, UINT64_MAX);
	assert_int_equal(whose(OLD + 0x30), OF_OLD);
	mk_put(&m.s, MODULE(OF_NEW) + 80, 8, UINT64_C(1) << 61);
	assert_int_equal(whose(NEW + 0x30), -1);
	assert_int_equal(whose(OLD + 0x30), OF_OLD);
	mk_put(&m.s, MODULE(OF_NEW) + 80, 8, 2);
	mk_put_ptr(&m.s, MODULE(OF_NEW) + 88, 0xdead0000);
	assert_int_equal(whose(NEW + 0x30), -1);
	assert_int_equal(whose(OLD + 0x30), OF_OLD);
	done();
}

UNIT_MAIN(UNIT(test_layouts), UNIT(test_rows), UNIT(test_lies))
