/* SPDX-License-Identifier: BSD-2-Clause */
/* What an exception saved, and what a call through a bad pointer leaves. */
#include "tests/unit/unit.h"

#include "arch/unwind.h"
#include "base/bytes.h"

#include <string.h>

#define BASE	UINT64_C(0xffffc90000001000)
#define REGS	0x100			/* struct pt_regs: 21 words */

static uint8_t stack[4096];

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
static const struct unwind_rule exception = { .kind = UNWIND_REGS,
    .sp = UNWIND_SP };
static const struct unwind_rule called = { .kind = UNWIND_CALL,
    .sp = UNWIND_SP, .sp_offset = 8 };

/* arch/x86/include/asm/ptrace.h */
static void
put_regs(uint64_t ip, uint64_t cs, uint64_t sp)
{
	unsigned i;

	memset(stack, 0, sizeof(stack));
	for (i = 0; i < 15; i++)
		store_uint(stack + REGS + (size_t)i * 8, 8, false, 0x1000 + i);
	store_uint(stack + REGS + 128, 8, false, ip);
	store_uint(stack + REGS + 136, 8, false, cs);
	store_uint(stack + REGS + 152, 8, false, sp);
}

static void
exceptions(void **state)
{
	struct unwind_frame f = { .pc = 0xffffffff81000010, .sp = BASE + REGS,
	    .reliable = true };
	struct ctx ctx;

	(void)state;
	ctx_init(&ctx);
	put_regs(0xffffffff81234567, 0x10, BASE + 0x400);
	assert_int_equal(unwind_x86_64(&ctx, &reader, &exception, &f), 0);
	assert_int_equal(f.pc, 0xffffffff81234567);
	assert_int_equal(f.sp, BASE + 0x400);
	assert_int_equal(f.bp, 0x1004);
	assert_true(f.exact);
	assert_false(f.astray);
	assert_int_equal(f.regs.v[15], 0x1000);		/* r15 comes first */
	assert_int_equal(f.regs.v[5], 0x100e);		/* rdi last */
	/* A process was interrupted. */
	f.sp = BASE + REGS;
	put_regs(0x401000, 0x33, 0x7ffc0000);
	assert_int_equal(unwind_x86_64(&ctx, &reader, &exception, &f), E_DONE);
	/* Saved words that are cut off by the stack's end. */
	f.sp = BASE + sizeof(stack) - 100;
	assert_int_equal(unwind_x86_64(&ctx, &reader, &exception, &f),
	    E_NOT_MAPPED);
	ctx_fini(&ctx);
}

/* The kernel called a null pointer: where that came from is on its stack. */
static void
nowhere(void **state)
{
	struct unwind_frame f = { .pc = 0xffffffff81000010, .sp = BASE + REGS,
	    .reliable = true };
	struct ctx ctx;

	(void)state;
	ctx_init(&ctx);
	put_regs(0, 0x10, BASE + 0x400);
	store_uint(stack + 0x400, 8, false, 0xffffffff81002222);
	assert_int_equal(unwind_x86_64(&ctx, &reader, &exception, &f), 0);
	assert_int_equal(f.pc, 0);
	assert_true(f.exact);
	assert_true(f.astray);
	assert_int_equal(unwind_x86_64(&ctx, &reader, &called, &f), 0);
	assert_int_equal(f.pc, 0xffffffff81002222);
	assert_int_equal(f.sp, BASE + 0x408);
	assert_false(f.exact);
	assert_false(f.astray);
	ctx_fini(&ctx);
}

UNIT_MAIN(UNIT(exceptions), UNIT(nowhere))
