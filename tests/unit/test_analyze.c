/* SPDX-License-Identifier: BSD-2-Clause */
/* What bad addresses tell, and which instruction could not go on. */
#include "config.h"

#include "tests/unit/unit.h"

#include "engine/os/linux/linux_read.h"
#include "engine/view/analyze.h"
#include "tests/mk/mk_space.h"

#include <string.h>

#define CODE	0x4000u

static void
wild(void **state)
{
	/* include/linux/poison.h, include/linux/err.h */
	static const struct {
		uint64_t	 addr;
		const char	*text;
	} known[] = {
		{ 0, "null" }, { 0x18, "null + 0x18" },
		{ 0xfff, "null + 0xfff" }, { 0x1000, NULL },
		{ (uint64_t)-2, "error -2, -ENOENT as a pointer" },
		{ (uint64_t)-4095, "error -4095 as a pointer" },
		{ (uint64_t)-4096, NULL },
		{ 0xdead000000000100, "LIST_POISON1, next of a removed list "
		    "entry" },
		{ 0xdead000000000108, "LIST_POISON1 + 0x8, next of a removed "
		    "list entry" },
		{ 0xdead000000000122, "LIST_POISON2, prev of a removed list "
		    "entry" },
		{ 0xdead0000000000ff, NULL },
		{ 0x6b6b6b6b6b6b6b6b, "POISON_FREE, freed slab memory" },
		{ 0x6b6b6b6b6b6b6bdb, "POISON_FREE, freed slab memory" },
		{ 0x6b6b6b6b6b6b6b00, "POISON_FREE, freed slab memory" },
		{ 0x6b6b6b6b6b000000, NULL },
		{ 0x5a5a5a5a5a5a5a5a, "POISON_INUSE, slab memory that was "
		    "never written" },
		{ 0xffffffff81000000, NULL }, { 0x7f0000001000, NULL },
	};
	struct kernel k = { .space.ptr_size = 8 };
	struct arena arena;
	const char *text;
	size_t i;

	(void)state;
	arena_init(&arena);
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		text = linux_wild(&k, known[i].addr, &arena);
		if (known[i].text == NULL)
			assert_null(text);
		else
			assert_string_equal(text, known[i].text);
	}
	/* The same on 32 bits; there is no delta. */
	k.space.ptr_size = 4;
	assert_string_equal(linux_wild(&k, 0xfffffff4, &arena),
	    "error -12, -ENOMEM as a pointer");
	assert_null(linux_wild(&k, 0x6b6b6b6b, &arena));
	arena_fini(&arena);
}

struct try {
	struct kernel	 k;
	struct mk_space	 m;
	struct ctx	 ctx;
	struct unwind_regs regs;
	struct os_frame	 f;
	struct buf	 said;
};

static const char *
say(struct try *t, const void *code, size_t n)
{
	memset(t->m.bytes + CODE, 0, 16);
	memcpy(t->m.bytes + CODE, code, n);
	buf_reset(&t->said);
	return (analyze_instruction(&t->ctx, &t->k, &t->f, true, &t->said) ?
	    buf_text(&t->said) : "");
}

static void
try_init(struct try *t, const struct arch *arch)
{
	memset(t, 0, sizeof(*t));
	ctx_init(&t->ctx);
	mk_space_init(&t->m, false, 8);
	t->k.space = t->m.space;
	t->k.arch = arch;
	t->k.os = &linux_ops;
	t->f = (struct os_frame){ .pc = CODE, .sp = 0x5000, .exact = true,
	    .regs = &t->regs };
}

static void
try_fini(struct try *t)
{
	buf_fini(&t->said);
	mk_space_fini(&t->m);
	ctx_fini(&t->ctx);
}

/* Bytes as the Intel SDM encodes them; registers by DWARF's numbers. */
static void
x86_64(void **state)
{
	struct try t;

	(void)state;
	if (!HAVE_CAPSTONE)
		unit_skip("built without capstone");
	try_init(&t, &arch_x86_64);
	unwind_set(&t.regs, 0, 0);			/* rax */
	unwind_set(&t.regs, 3, 0xdead000000000100);	/* rbx */
	unwind_set(&t.regs, 1, 2);			/* rdx */
	assert_string_equal(say(&t, "\x48\x8b\x40\x18", 4), "a read at 0x18 "
	    "(null + 0x18) by mov rax, qword ptr [rax + 0x18], rax = 0x0");
	assert_string_equal(say(&t, "\x48\x89\x43\x08", 4), "a write at "
	    "0xdead000000000108 (LIST_POISON1 + 0x8, next of a removed list "
	    "entry) by mov qword ptr [rbx + 8], rax, rbx = "
	    "0xdead000000000100");
	assert_string_equal(say(&t, "\x48\x8b\x04\xd0", 4), "a read at 0x10 "
	    "(null + 0x10) by mov rax, qword ptr [rax + rdx*8], rax = 0x0, "
	    "rdx = 0x2");
	/* Nothing is read: an address is made, a CPU's own is known to gs. */
	assert_string_equal(say(&t, "\x48\x8d\x40\x18", 4), "");
	assert_string_equal(say(&t, "\x65\x48\x8b\x40\x18", 5), "");
	/* rcx is not known. */
	assert_string_equal(say(&t, "\x48\x8b\x01", 3), "");
	/* What is there. */
	unwind_set(&t.regs, 0, 0x5000);
	assert_string_equal(say(&t, "\x48\x8b\x40\x18", 4), "");
	assert_string_equal(say(&t, "\x0f\x0b", 2), "a BUG() or a WARN() (ud2)");
	t.f.pc = 0;
	assert_string_equal(say(&t, "\x90", 1), "a jump to 0x0 (null)");
	try_fini(&t);
}

static void
arm64(void **state)
{
	struct try t;

	(void)state;
	if (!HAVE_CAPSTONE)
		unit_skip("built without capstone");
	try_init(&t, &arch_arm64);
	unwind_set(&t.regs, 1, 0);
	unwind_set(&t.regs, 2, 3);
	unwind_set(&t.regs, 3, (uint64_t)-12);
	/* ldr x0, [x1, #24]; str x0, [x3]; ldr x0, [x1, x2, lsl #3] */
	assert_string_equal(say(&t, "\x20\x0c\x40\xf9", 4), "a read at 0x18 "
	    "(null + 0x18) by ldr x0, [x1, #0x18], x1 = 0x0");
	assert_string_equal(say(&t, "\x60\x00\x00\xf9", 4), "a write at "
	    "0xfffffffffffffff4 (error -12, -ENOMEM as a pointer) by str x0, "
	    "[x3], x3 = 0xfffffffffffffff4");
	assert_string_equal(say(&t, "\x20\x78\x62\xf8", 4), "a read at 0x18 "
	    "(null + 0x18) by ldr x0, [x1, x2, lsl #3], x1 = 0x0, x2 = 0x3");
	/* brk #0x800, arch/arm64/include/asm/brk-imm.h: BUG_BRK_IMM */
	assert_string_equal(say(&t, "\x00\x00\x21\xd4", 4),
	    "a BUG() or a WARN() (brk #0x800)");
	try_fini(&t);
}

UNIT_MAIN(UNIT(wild), UNIT(x86_64), UNIT(arm64))
