/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/unit.h"

#include "engine/symbol/symbol.h"

#include <stdlib.h>
#include <string.h>

#define MANY	20000

static struct ctx ctx;
static struct symbols syms;

static int
setup(void **state)
{
	(void)state;
	ctx_init(&ctx);
	sym_init(&syms);
	return (0);
}

static int
teardown(void **state)
{
	(void)state;
	sym_fini(&syms);
	ctx_fini(&ctx);
	return (0);
}

static void
add(uint64_t addr, uint32_t size, char type, unsigned module, const char *name)
{
	assert_int_equal(sym_add(&ctx, &syms, addr, size, type, module, name,
	    strlen(name)), OK);
}

static const char *
at(uint64_t addr)
{
	static char text[256];

	return (sym_format(&syms, addr, text, sizeof(text)) ? text : NULL);
}

static void
sorts_runs(void **state)
{
	uint64_t addr;
	char name[32];
	size_t i;

	(void)state;
	/* Two interleaved ascending runs, one descending, one shuffled. */
	for (i = 0; i < MANY; i++) {
		addr = i < MANY / 4 ? 0x100000 + i * 32 :
		    i < MANY / 2 ? 0x100010 + (i - MANY / 4) * 32 :
		    i < 3 * MANY / 4 ? 0x100000 + (MANY - i) * 8 :
		    0x100000 + i * 7919 % 99991;
		snprintf(name, sizeof(name), "s%zu_%llx", i,
		    (unsigned long long)addr);
		add(addr, 0, 't', 0, name);
	}
	assert_int_equal(sym_seal(&ctx, &syms), OK);
	assert_int_equal(syms.n, MANY);
	for (i = 1; i < syms.n; i++) {
		assert_true(syms.v[i - 1].addr <= syms.v[i].addr);
		/* Stable: those at one address keep their order. */
		if (syms.v[i - 1].addr == syms.v[i].addr)
			assert_true(syms.v[i - 1].name < syms.v[i].name);
	}
	for (i = 0; i < syms.n; i += 97) {
		const struct symbol *s = sym_find(&syms, sym_name(&syms,
		    &syms.v[i]));
		assert_ptr_equal(s, &syms.v[i]);
	}
}

static void
finds_names(void **state)
{
	int mod;

	(void)state;
	mod = sym_module(&syms, "ext4");
	assert_int_equal(mod, 1);
	assert_int_equal(sym_module(&syms, "ext4"), 1);
	assert_int_equal(sym_module(&syms, ""), 0);
	add(0x3000, 0, 'T', 1, "init");
	add(0x1000, 0, 't', 0, "init");
	add(0x2000, 0, 'T', 0, "init");
	add(0x4000, 0, 't', 1, "only_here");
	add(0x5000, 0, 't', 0, "twice");
	add(0x6000, 0, 't', 0, "twice");
	assert_null(sym_find(&syms, "init"));		/* not yet sealed */
	assert_int_equal(sym_seal(&ctx, &syms), OK);
	assert_int_equal(sym_find(&syms, "init")->addr, 0x2000);
	assert_int_equal(sym_find(&syms, "ext4!init")->addr, 0x3000);
	assert_int_equal(sym_find(&syms, "vmlinux!init")->addr, 0x2000);
	assert_int_equal(sym_find(&syms, "only_here")->addr, 0x4000);
	assert_int_equal(sym_find(&syms, "twice")->addr, 0x5000);
	assert_null(sym_find(&syms, "xfs!init"));
	assert_null(sym_find(&syms, "vmlinux!only_here"));
	assert_null(sym_find(&syms, "ini"));
	assert_null(sym_find(&syms, ""));
	assert_string_equal(at(0x3004), "init+0x4 [ext4]");
}

static void
finds_addresses(void **state)
{
	(void)state;
	add(0x1000, 0x10, 't', 0, "sized");
	add(0x2000, 0, 'D', 0, "object");
	add(0x2000, 0, 'D', 0, "__start_of_objects");
	add(0x2000, 0, 'd', 0, "local_name");
	add(0x3000, 0, 't', 0, "__do_sys_pause");
	add(0x3000, 0, 'T', 0, "__x64_sys_pause");
	add(0x4000, 0, 'T', 0, "last");
	assert_int_equal(sym_seal(&ctx, &syms), OK);
	assert_null(at(0xfff));
	assert_string_equal(at(0x1000), "sized");
	assert_string_equal(at(0x100f), "sized+0xf");
	assert_null(at(0x1010));
	assert_string_equal(at(0x2008), "object+0x8");
	assert_string_equal(at(0x3001), "__do_sys_pause+0x1");
	assert_string_equal(at(0x4000 + 0xffffff), "last+0xffffff");
	assert_null(at(0x4000 + 0x1000000));
	assert_null(at(UINT64_MAX));
	assert_int_equal(sym_find(&syms, "object")->size, 0x1000);
	assert_int_equal(sym_find(&syms, "last")->size, 0);
}

static void
grows_after_sealing(void **state)
{
	(void)state;
	add(0x1000, 0, 'T', 0, "first");
	assert_int_equal(sym_seal(&ctx, &syms), OK);
	assert_int_equal(sym_find(&syms, "first")->size, 0);
	add(0x1800, 0, 'T', 0, "second");
	add(0x800, 0, 'T', 0, "zeroth");
	assert_int_equal(sym_seal(&ctx, &syms), OK);
	assert_int_equal(sym_find(&syms, "first")->size, 0x800);
	assert_string_equal(at(0x801), "zeroth+0x1");
	assert_string_equal(at(0x1801), "second+0x1");
}

static void
keeps_odd_names(void **state)
{
	char name[600];

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	add(0x1000, 0, 'T', 0, name);
	add(0x2000, 0, 'T', 0, "");
	add(0x3000, 0, 'T', 0, "f.isra.0");
	/* What lies behind a NUL is not part of the name. */
	assert_int_equal(sym_add(&ctx, &syms, 0x4000, 0, 'T', 0, "a\0b", 3),
	    OK);
	assert_int_equal(sym_seal(&ctx, &syms), OK);
	assert_int_equal(sym_find(&syms, name)->addr, 0x1000);
	assert_int_equal(sym_find(&syms, "f.isra.0")->addr, 0x3000);
	assert_int_equal(sym_find(&syms, "a")->addr, 0x4000);
}

static void
empty_table(void **state)
{
	(void)state;
	assert_int_equal(sym_seal(&ctx, &syms), OK);
	assert_null(sym_find(&syms, "x"));
	assert_null(at(0));
	sym_reserve(&syms, 10, 100);
	add(0x10, 0, 'T', 0, "x");
	assert_int_equal(sym_seal(&ctx, &syms), OK);
	assert_string_equal(at(0x10), "x");
}

/* --- the filter --- */

static size_t
hits(const char *regex, char *names, size_t n)
{
	struct sym_filter *f;
	uint32_t hit[64];
	size_t count, from, i, k;

	assert_int_equal(sym_filter_create(&ctx, regex, &f), OK);
	count = 0;
	names[0] = '\0';
	/* In slices, as a user interface runs it. */
	for (from = 0; from < syms.n; from += 3) {
		k = sym_filter_run(f, &syms, from, from + 3, hit);
		for (i = 0; i < k; i++, count++) {
			assert_in_range(hit[i], from, from + 2);
			strncat(names, sym_name(&syms, &syms.v[hit[i]]),
			    n - strlen(names) - 1);
			strncat(names, " ", n - strlen(names) - 1);
		}
	}
	/* At once it must be the same. */
	assert_int_equal(sym_filter_run(f, &syms, 0, syms.n + 5, hit), count);
	sym_filter_destroy(f);
	return (count);
}

static void
filters(void **state)
{
	char names[512], longer[400];

	(void)state;
	memset(longer, 'z', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	add(0x900, 0, 't', 0, "schedule");
	add(0x100, 0, 't', 0, "do_fork.cold");
	add(0x200, 0, 't', 0, "schedule_timeout");
	add(0x300, 0, 't', 0, "__schedule");
	add(0x400, 0, 't', 0, longer);
	add(0x500, 0, 't', 0, "preschedule");
	add(0x600, 0, 't', 0, "cold");
	add(0x050, 0, 't', 0, "a+b");
	assert_int_equal(sym_seal(&ctx, &syms), OK);
	assert_int_equal(hits("schedule", names, sizeof(names)), 4);
	assert_string_equal(names,
	    "schedule_timeout __schedule preschedule schedule ");
	hits("^schedule", names, sizeof(names));
	assert_string_equal(names, "schedule_timeout schedule ");
	hits("schedule$", names, sizeof(names));
	assert_string_equal(names, "__schedule preschedule schedule ");
	hits("^schedule$", names, sizeof(names));
	assert_string_equal(names, "schedule ");
	hits("\\.cold", names, sizeof(names));
	assert_string_equal(names, "do_fork.cold ");
	hits(".cold", names, sizeof(names));
	assert_string_equal(names, "do_fork.cold ");
	hits("a\\+b", names, sizeof(names));
	assert_string_equal(names, "a+b ");
	hits("^(do|pre)", names, sizeof(names));
	assert_string_equal(names, "do_fork.cold preschedule ");
	hits("SCHEDULE", names, sizeof(names));
	assert_string_equal(names, "");
	assert_int_equal(hits("", names, sizeof(names)), 8);
	assert_int_equal(hits(".", names, sizeof(names)), 8);
	assert_int_equal(hits("zzz", names, sizeof(names)), 1);
	assert_int_equal(hits("z$", names, sizeof(names)), 1);
}

static void
refuses_bad_patterns(void **state)
{
	static const char *const bad[] = { "(((", "[a", "a{2,1}", "*", "(?<n",
	    "\\C", "\\" };
	struct sym_filter *f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		f = NULL;
		assert_int_equal(sym_filter_create(&ctx, bad[i], &f),
		    E_SYNTAX);
		assert_null(f);
		assert_non_null(strstr(ctx.err.text, bad[i]));
	}
}

/* Exponential for a backtracking matcher: the limit ends it. */
static void
no_pattern_hangs(void **state)
{
	struct sym_filter *f;
	char name[256];
	uint32_t hit[8];
	size_t end, start;

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 2] = '!';
	name[sizeof(name) - 1] = '\0';
	add(0x100, 0, 't', 0, name);
	add(0x200, 0, 't', 0, "aaa");
	assert_int_equal(sym_seal(&ctx, &syms), OK);
	assert_int_equal(sym_filter_create(&ctx, "^(a|aa|a+)+$", &f), OK);
	assert_int_equal(sym_filter_run(f, &syms, 0, 2, hit), 1);
	assert_int_equal(hit[0], 1);
	assert_false(sym_filter_match(f, name, strlen(name), &start, &end));
	sym_filter_destroy(f);
}

static void
tells_where(void **state)
{
	static const struct {
		const char *regex;
		size_t start, end;
	} known[] = {
		{ "timeout", 9, 16 }, { "^sche", 0, 4 }, { "out$", 13, 16 },
		{ "^schedule_timeout$", 0, 16 }, { "d.l", 4, 7 },
		{ "", 0, 0 },
	};
	const char *text = "schedule_timeout";
	struct sym_filter *f;
	size_t end, i, start;

	(void)state;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		assert_int_equal(sym_filter_create(&ctx, known[i].regex, &f),
		    OK);
		assert_true(sym_filter_match(f, text, strlen(text), &start,
		    &end));
		assert_int_equal(start, known[i].start);
		assert_int_equal(end, known[i].end);
		sym_filter_destroy(f);
	}
	/* The length counts, not a NUL. */
	assert_int_equal(sym_filter_create(&ctx, "b", &f), OK);
	assert_true(sym_filter_match(f, "a\0b", 3, &start, &end));
	assert_false(sym_filter_match(f, "ab", 1, &start, &end));
	sym_filter_destroy(f);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

UNIT_MAIN(TEST(sorts_runs), TEST(finds_names), TEST(finds_addresses),
    TEST(grows_after_sealing), TEST(keeps_odd_names), TEST(empty_table),
    TEST(filters), TEST(refuses_bad_patterns), TEST(no_pattern_hangs),
    TEST(tells_where))
