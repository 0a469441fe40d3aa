/* SPDX-License-Identifier: BSD-2-Clause */
/* Searches of all memory: what they see, and when they give up. */
#include "tests/mk/mk_linux.h"
#include "tests/unit/unit.h"

#include <string.h>

static struct mk_linux m;
static uint64_t seen, told_end;
static unsigned told;

static int
look(void *arg, struct ctx *ctx, uint64_t pa, const uint8_t *p, size_t n)
{
	(void)ctx;
	(void)pa;
	(void)p;
	seen += n;
	return (*(int *)arg);
}

static void
progress(void *arg, const char *what, uint64_t done, uint64_t total)
{
	(void)arg;
	assert_string_equal(what, "needles");
	assert_true(done < total);
	told_end = total;
	told++;
}

static void
make(struct ctx *ctx)
{
	ctx_init(ctx);
	ctx->progress = progress;
	seen = told_end = told = 0;
	mk_linux_init(&m, false);
	mk_put(&m.s, 0x1000, 8, 1);
	mk_put(&m.s, 0x9000, 8, 1);
	mk_linux_struct(&m, "page", 8, "flags u8@0");
	mk_linux_ready(&m);
}

static void
searches_all(void **state)
{
	struct ctx ctx;
	int rc = 0;

	(void)state;
	make(&ctx);
	assert_int_equal(linux_search(&ctx, &m.k, "needles", 7, look, &rc), 0);
	assert_true(seen >= mem_present(&ctx, &m.k.mem));
	assert_true(told > 0);
	assert_int_equal(told_end, mem_end(&ctx, &m.k.mem));
	assert_int_equal(m.k.nwarnings, 0);
	assert_int_equal(ctx.deadline, 0);
	rc = E_DONE;
	assert_int_equal(linux_search(&ctx, &m.k, "needles", 7, look, &rc),
	    E_DONE);
	mk_linux_fini(&m);
	ctx_fini(&ctx);
}

static void
gives_up(void **state)
{
	struct ctx ctx;
	int rc = 0;

	(void)state;
	make(&ctx);
	m.os.search_until = 1;		/* long ago */
	assert_int_equal(linux_search(&ctx, &m.k, "needles", 7, look, &rc),
	    E_LIMIT);
	assert_int_equal(m.k.nwarnings, 1);
	assert_non_null(strstr(m.k.warnings[0], "needles"));
	assert_non_null(strstr(m.k.warnings[0], " of 0x"));
	assert_int_equal(ctx.deadline, 0);
	/* The caller's own patience is another thing. */
	ctx.deadline = 1;
	assert_int_equal(linux_search(&ctx, &m.k, "needles", 7, look, &rc),
	    E_CANCELLED);
	assert_int_equal(m.k.nwarnings, 1);
	mk_linux_fini(&m);
	ctx_fini(&ctx);
}

UNIT_MAIN(UNIT(searches_all), UNIT(gives_up))
