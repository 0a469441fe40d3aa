/* SPDX-License-Identifier: BSD-2-Clause */
/* Chains of frames as processors lay them, and broken ones. */
#include "tests/unit/unit.h"

#include "arch/unwind.h"
#include "base/bytes.h"

#include <string.h>

#define BASE	UINT64_C(0xfffffe0000001000)

static uint8_t stack[256 * 1024];

static int
read_stack(void *arg, struct ctx *ctx, uint64_t va, void *buf, size_t n)
{
	(void)arg;
	if (va < BASE || va - BASE > sizeof(stack) - n)
		return (ctx_fail_at(ctx, E_NOT_MAPPED, va, "not here"));
	memcpy(buf, stack + (va - BASE), n);
	return (0);
}

static const struct virt_reader reader = { read_stack, NULL };

static void
put(uint64_t at, unsigned size, bool be, uint64_t v)
{
	store_uint(stack + at, size, be, v);
}

/* amd64, arm64: the caller's pointer, then the return address. */
static void
pairs(void **state)
{
	const struct unwind_chain c = { .word = 8, .pc_at = 8, .sp_at = 16 };
	struct unwind_frame f = { .bp = BASE + 0x100, .exact = true,
	    .reliable = true };
	struct ctx ctx;

	(void)state;
	ctx_init(&ctx);
	memset(stack, 0, sizeof(stack));
	put(0x100, 8, false, BASE + 0x180);
	put(0x108, 8, false, 0xffffffff80001234);
	put(0x180, 8, false, 0);
	put(0x188, 8, false, 0xffffffff80005678);
	assert_int_equal(unwind_chain(&ctx, &reader, &c, &f), 0);
	assert_int_equal(f.pc, 0xffffffff80001234);
	assert_int_equal(f.sp, BASE + 0x110);
	assert_int_equal(f.bp, BASE + 0x180);
	assert_false(f.exact);
	assert_false(f.reliable);
	assert_int_equal(unwind_chain(&ctx, &reader, &c, &f), 0);
	assert_int_equal(f.pc, 0xffffffff80005678);
	assert_int_equal(unwind_chain(&ctx, &reader, &c, &f), E_DONE);
	ctx_fini(&ctx);
}

/* riscv64 keeps both below; i386 has 4 bytes a word. */
static void
others(void **state)
{
	const struct unwind_chain riscv = { .word = 8, .next_at = -16,
	    .pc_at = -8 };
	const struct unwind_chain i386 = { .word = 4, .pc_at = 4, .sp_at = 8 };
	const struct unwind_chain power = { .word = 8, .be = true,
	    .pc_at = 16, .pc_in_next = true };
	struct unwind_frame f = { .bp = BASE + 0x100 };
	struct ctx ctx;

	(void)state;
	ctx_init(&ctx);
	memset(stack, 0, sizeof(stack));
	put(0xf0, 8, false, BASE + 0x200);
	put(0xf8, 8, false, 0x1234);
	assert_int_equal(unwind_chain(&ctx, &reader, &riscv, &f), 0);
	assert_int_equal(f.pc, 0x1234);
	assert_int_equal(f.sp, BASE + 0x100);
	assert_int_equal(f.bp, BASE + 0x200);

	memset(stack, 0, sizeof(stack));
	f.bp = BASE + 0x100;
	put(0x104, 4, false, 0xc0123456);
	assert_int_equal(unwind_chain(&ctx, &reader, &i386, &f), 0);
	assert_int_equal(f.pc, 0xc0123456);
	assert_int_equal(f.sp, BASE + 0x108);
	assert_int_equal(f.bp, 0);

	memset(stack, 0, sizeof(stack));
	f.bp = BASE + 0x100;
	put(0x100, 8, true, BASE + 0x180);
	put(0x190, 8, true, 0xc000000000001234);
	assert_int_equal(unwind_chain(&ctx, &reader, &power, &f), 0);
	assert_int_equal(f.pc, 0xc000000000001234);
	assert_int_equal(f.sp, BASE + 0x180);
	assert_int_equal(f.bp, BASE + 0x180);
	assert_int_equal(unwind_chain(&ctx, &reader, &power, &f), E_DONE);
	ctx_fini(&ctx);
}

static void
broken(void **state)
{
	const struct unwind_chain c = { .word = 8, .pc_at = 8, .sp_at = 16 };
	struct unwind_frame f = { .bp = BASE + 0x100, .pc = 1 };
	struct ctx ctx;

	(void)state;
	ctx_init(&ctx);
	memset(stack, 0, sizeof(stack));
	put(0x108, 8, false, 0x1234);
	/* To itself, and a little below. */
	put(0x100, 8, false, BASE + 0x100);
	assert_int_equal(unwind_chain(&ctx, &reader, &c, &f), E_CORRUPT);
	put(0x100, 8, false, BASE + 0x80);
	assert_int_equal(unwind_chain(&ctx, &reader, &c, &f), E_CORRUPT);
	assert_int_equal(f.pc, 1);
	/* Odd, and not there. */
	f.bp = BASE + 0x101;
	assert_int_equal(unwind_chain(&ctx, &reader, &c, &f), E_CORRUPT);
	f.bp = BASE - 8;
	assert_int_equal(unwind_chain(&ctx, &reader, &c, &f), E_NOT_MAPPED);
	f.bp = BASE + sizeof(stack) - 8;
	assert_int_equal(unwind_chain(&ctx, &reader, &c, &f), E_NOT_MAPPED);
	f.bp = UINT64_MAX - 7;
	assert_int_equal(unwind_chain(&ctx, &reader, &c, &f), E_NOT_MAPPED);
	/* Far below is another stack. */
	f.bp = BASE + 0x30000;
	put(0x30000, 8, false, BASE + 0x100);
	put(0x30008, 8, false, 0x5678);
	assert_int_equal(unwind_chain(&ctx, &reader, &c, &f), 0);
	assert_int_equal(f.pc, 0x5678);
	ctx_fini(&ctx);
}

UNIT_MAIN(UNIT(pairs), UNIT(others), UNIT(broken))
