/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/unit.h"

#include "arch/pt_x86_64.h"
#include "engine/os/linux/linux.h"

#include <string.h>

static const char text[] =
    "OSRELEASE=6.1.0-test\n"
    "PAGESIZE=4096\n"
    "SYMBOL(init_uts_ns)=ffffffff82c13e80\n"
    "SYMBOL(swapper_pg_dir)=ffffffff82c10000\n"
    "NUMBER(phys_base)=-25165824\n"
    "NUMBER(pgtable_l5_enabled)=1\n"
    "EMPTY=\n"
    "KERNELOFFSET=1a000000\n"
    "SIZE(page)=64\n"
    "LAST=7";

static void
values(void **state)
{
	const char *v;
	uint64_t n;
	size_t len;

	(void)state;
	v = vmcoreinfo_get(text, strlen(text), "OSRELEASE", &len);
	assert_non_null(v);
	assert_int_equal(len, strlen("6.1.0-test"));
	assert_memory_equal(v, "6.1.0-test", len);
	assert_true(vmcoreinfo_u64(text, strlen(text), "SYMBOL(init_uts_ns)",
	    &n));
	assert_int_equal(n, UINT64_C(0xffffffff82c13e80));
	assert_true(vmcoreinfo_u64(text, strlen(text), "NUMBER(phys_base)",
	    &n));
	assert_int_equal((int64_t)n, -25165824);
	assert_true(vmcoreinfo_u64(text, strlen(text), "KERNELOFFSET", &n));
	assert_int_equal(n, 0x1a000000);
	assert_true(vmcoreinfo_u64(text, strlen(text), "PAGESIZE", &n));
	assert_int_equal(n, 4096);
	/* Without a newline at the end, and cut inside it. */
	assert_true(vmcoreinfo_u64(text, strlen(text), "LAST", &n));
	assert_int_equal(n, 7);
	assert_false(vmcoreinfo_u64(text, strlen(text) - 1, "LAST", &n));
	assert_null(vmcoreinfo_get(text, strlen(text) - 2, "LAST", &len));
	assert_non_null(vmcoreinfo_get(text, strlen(text), "EMPTY", &len));
	assert_int_equal(len, 0);
}

static void
what_is_no_value(void **state)
{
	static const char odd[] = "A=12x\nB=\nC=-\nD= \nSYMBOL(e)=xyz\n"
	    "F=123456789012345678901234567890\nGG=1\n=5\n\n\nH\nI=5\n";
	static const char *const keys[] = {
		"A", "B", "C", "D", "SYMBOL(e)", "F", "G", "H", "Z",
	};
	uint64_t n;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		n = 99;
		assert_false(vmcoreinfo_u64(odd, strlen(odd), keys[i], &n));
	}
	assert_true(vmcoreinfo_u64(odd, strlen(odd), "I", &n));
	assert_int_equal(n, 5);
	assert_null(vmcoreinfo_get(NULL, 0, "A", &len));
	assert_null(vmcoreinfo_get(odd, 0, "A", &len));
}

static void
probe_knows_the_text(void **state)
{
	char page[4096];
	size_t len;

	(void)state;
	memset(page, 0, sizeof(page));
	memcpy(page, text, strlen(text));
	assert_int_equal(vmcoreinfo_probe(page, sizeof(page)), strlen(text));
	assert_int_equal(vmcoreinfo_probe(text, strlen(text)), strlen(text));
	/* What follows the text may be anything. */
	page[strlen(text)] = '\x80';
	assert_int_equal(vmcoreinfo_probe(page, sizeof(page)), strlen(text));
	/* Cut before the second key; another beginning; no end. */
	assert_int_equal(vmcoreinfo_probe(text, 25), 0);
	assert_int_equal(vmcoreinfo_probe(text, 5), 0);
	assert_int_equal(vmcoreinfo_probe(text + 1, strlen(text) - 1), 0);
	memset(page, 'x', sizeof(page));
	memcpy(page, text, strlen(text));
	len = vmcoreinfo_probe(page, sizeof(page));
	assert_int_equal(len, sizeof(page));
}

static void
roots_of_x86_64(void **state)
{
	const struct pt_form *forms[4];
	uint64_t roots[4];

	(void)state;
	assert_int_equal(linux_x86_64.vmcoreinfo_roots(text, strlen(text),
	    forms, roots), 2);
	assert_ptr_equal(forms[0], &pt_x86_64_5);
	assert_ptr_equal(forms[1], &pt_x86_64_4);
	assert_int_equal(roots[0], 0x2c10000 - 25165824);
	assert_int_equal(linux_x86_64.vmcoreinfo_roots(text, 60, forms, roots),
	    0);
}

UNIT_MAIN(UNIT(values), UNIT(what_is_no_value), UNIT(probe_knows_the_text),
    UNIT(roots_of_x86_64))
