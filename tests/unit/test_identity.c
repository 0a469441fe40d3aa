/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/identity.h"
#include "tests/unit/unit.h"

static int
match(const char *mine, const char *theirs)
{
	struct ctx ctx;
	int rc;

	ctx_init(&ctx);
	rc = identity_match(&ctx, mine, theirs);
	ctx_fini(&ctx);
	return (rc);
}

static void
identities(void **state)
{
	(void)state;
	assert_int_equal(match("build:ab12 boot:77", "build:ab12 boot:77"), 0);
	/* What only one knows says nothing. */
	assert_int_equal(match("build:ab12 boot:77", "boot:77 cpus:1"), 0);
	assert_int_equal(match("build:ab12", "build:ab12 boot:77"), 0);
	assert_int_equal(match("build:ab12 boot:77", "build:ab12 boot:78"),
	    E_UNSUPPORTED);
	assert_int_equal(match("build:ab12", "build:ab1"), E_UNSUPPORTED);
	assert_int_equal(match("build:ab1", "build:ab12"), E_UNSUPPORTED);
	assert_int_equal(match("build:ab12", "boot:77"), E_UNSUPPORTED);
	assert_int_equal(match("", ""), E_UNSUPPORTED);
	assert_int_equal(match("build:a", ""), E_UNSUPPORTED);
	/* The place alone is that of many kernels. */
	assert_int_equal(match("kaslr:0x0", "kaslr:0x0"), E_UNSUPPORTED);
	assert_int_equal(match("kaslr:0x0 memory:0x1000",
	    "kaslr:0x0 memory:0x1000"), 0);
	/* Words that are none. */
	assert_int_equal(match("build: :x x", "build: :x x"), E_UNSUPPORTED);
	assert_int_equal(match("   build:a  ", "build:a"), 0);
}

UNIT_MAIN(UNIT(identities))
