/* SPDX-License-Identifier: BSD-2-Clause */
/* Two kernels in one memory: what leads from the second to the first. */
#include "base/bytes.h"
#include "tests/mk/mk_elf.h"
#include "tests/mk/mk_linux.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#define ADDR	0x2000u			/* elfcorehdr_addr */
#define LINE	0x2008u			/* saved_command_line */
#define IMAGE	0x2010u			/* kexec_crash_image */
#define TEXT	0x3000u
#define HEAD	0x10000u
#define TREE	0x2018u			/* initial_boot_params */
#define FDT	0x30000u
#define CPU	0x20000u
#define INFO	0x21000u
#define NEVER	UINT64_MAX
#define READ	(UINT64_MAX - 1)

struct fixture {
	struct mk_linux	 m;
	struct dump	 dump;
	struct ctx	 ctx;
	uint64_t	 root;
	bool		 again;
};

static void
put_notes(struct fixture *f, unsigned i, uint64_t at, const struct mk_note *n)
{
	const uint64_t ph = HEAD + 64 + i * 56;
	struct buf b = { 0 };

	mk_notes(&b, n, false);
	memcpy(f->m.s.bytes + at, b.p, b.len);
	mk_put(&f->m.s, ph, 4, 4);
	mk_put(&f->m.s, ph + 24, 8, at);
	mk_put(&f->m.s, ph + 32, 8, b.len);
	buf_fini(&b);
}

/* A kernel that captures one: kexec's header with a CPU, VMCOREINFO, memory. */
static void
make(struct fixture *f, uint64_t addr, const char *line)
{
	struct buf regs = { 0 };
	struct mk_note cpu[2] = { 0 }, info[2] = { 0 };

	memset(f, 0, sizeof(*f));
	ctx_init(&f->ctx);
	arena_init(&f->dump.arena);
	mk_linux_init(&f->m, false);
	mk_linux_symbol(&f->m, "elfcorehdr_addr", ADDR);
	mk_linux_symbol(&f->m, "saved_command_line", LINE);
	mk_linux_symbol(&f->m, "kexec_crash_image", IMAGE);
	mk_linux_symbol(&f->m, "initial_boot_params", TREE);
	mk_put(&f->m.s, ADDR, 8, addr);
	mk_put(&f->m.s, LINE, 8, TEXT);
	memcpy(f->m.s.bytes + TEXT, line, strlen(line) + 1);
	memcpy(f->m.s.bytes + HEAD, "\177ELF\2\1\1", 7);
	mk_put(&f->m.s, HEAD + 32, 8, 64);
	mk_put(&f->m.s, HEAD + 54, 2, 56);
	mk_put(&f->m.s, HEAD + 56, 2, 3);
	mk_prstatus(&regs, 77, 0x1234, 0x5678);
	cpu[0] = (struct mk_note){ "CORE", 1, regs.p, regs.len };
	info[0] = (struct mk_note){ "VMCOREINFO", 0, "OSRELEASE=first\n", 16 };
	put_notes(f, 0, CPU, cpu);
	put_notes(f, 1, INFO, info);
	mk_put(&f->m.s, HEAD + 64 + 2 * 56, 4, 1);
	buf_fini(&regs);
	mk_linux_struct(&f->m, "page", 8, "flags u8@0");
	mk_linux_ready(&f->m);
	f->m.k.dump = &f->dump;
	f->dump.vmcoreinfo = "OSRELEASE=second\n";
	f->dump.vmcoreinfo_len = 17;
}

static int
choose(struct fixture *f, unsigned number)
{
	return (linux_choose_kernel(&f->ctx, &f->m.k, number, &f->again,
	    &f->root));
}

static void
finish(struct fixture *f)
{
	free(f->dump.cpus);
	arena_fini(&f->dump.arena);
	mk_linux_fini(&f->m);
	ctx_fini(&f->ctx);
}

static bool
warned(const struct fixture *f, const char *what)
{
	return (f->m.k.nwarnings == 1 &&
	    strstr(f->m.k.warnings[0], what) != NULL);
}

static void
check_first(struct fixture *f)
{
	assert_int_equal(choose(f, 0), 0);
	assert_true(f->again);
	assert_int_equal(f->root, 0);
	assert_string_equal(f->dump.vmcoreinfo, "OSRELEASE=first\n");
	assert_int_equal(f->dump.ncpus, 1);
	assert_int_equal(f->dump.cpus[0].pid, 77);
	assert_true(warned(f, "shown is the first"));
	finish(f);
}

/*
 * A device tree: its head of ten numbers, tokens, names.  The chosen node has two
 * properties, of which the second is kexec's.
 */
static void
put_tree(struct fixture *f)
{
	static const uint32_t head[] = {
		0xd00dfeed, 0x100, 40, 0xc0, 40, 17, 16, 0, 0x20, 80,
	}, tokens[] = {
		1, 0, 1, 0x63686f73, 0x656e0000,	/* "", "chosen" */
		3, 3, 0, 0x61620000,			/* a: "ab" */
		4, 3, 16, 2, 0, HEAD, 0, 0x1000,	/* where, how large */
		2, 2, 9,
	};
	uint8_t *at = f->m.s.bytes + FDT;
	size_t i;

	for (i = 0; i < sizeof(head) / sizeof(head[0]); i++)
		store_uint(at + i * 4, 4, true, head[i]);
	for (i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++)
		store_uint(at + 40 + i * 4, 4, true, tokens[i]);
	memcpy(at + 0xc0, "a\0linux,elfcorehdr", 19);
	mk_put(&f->m.s, TREE, 8, FDT);
}

static void
leads_by_the_tree(void **state)
{
	struct fixture f;
	unsigned i;

	(void)state;
	make(&f, READ, "quiet");
	put_tree(&f);
	check_first(&f);
	/* Cut anywhere before its end, it leads nowhere; whatever is wrong. */
	for (i = 0; i < 40 + 15 * 4; i++) {
		make(&f, READ, "quiet");
		put_tree(&f);
		mk_put(&f.m.s, FDT + 4, 1, 0);
		mk_put(&f.m.s, FDT + 6, 2, 0);
		mk_put(&f.m.s, FDT + 7, 1, i);
		assert_int_equal(choose(&f, 0), 0);
		assert_false(f.again);
		assert_true(warned(&f, "nothing was found"));
		finish(&f);
	}
	for (i = 0; i < 0x100; i++) {
		make(&f, READ, "quiet");
		put_tree(&f);
		f.m.s.bytes[FDT + i] ^= 0xff;
		assert_int_equal(choose(&f, 0), 0);
		assert_int_equal(f.m.k.nwarnings, 1);
		finish(&f);
	}
}

static void
leads_to_the_first(void **state)
{
	struct fixture f;
	unsigned i;

	(void)state;
	make(&f, HEAD, "");
	check_first(&f);
	/* Later the address is gone, and only the command line has it. */
	make(&f, READ, "quiet elfcorehdr=64K panic=1");
	check_first(&f);
	make(&f, READ, "elfcorehdr=1M@0x10000 a@b");
	check_first(&f);
	make(&f, HEAD, "");
	assert_int_equal(choose(&f, 2), 0);
	assert_false(f.again);
	assert_string_equal(f.dump.vmcoreinfo, "OSRELEASE=second\n");
	assert_int_equal(f.dump.ncpus, 0);
	assert_true(warned(&f, "shown is the second"));
	finish(&f);
	/* What is told of a CPU is not there, or too much: the rest holds. */
	for (i = 0; i < 3; i++) {
		make(&f, HEAD, "");
		mk_put(&f.m.s, HEAD + 64 + (i == 0 ? 24 : 32), 8, i < 2 ?
		    UINT64_MAX - 7 : 1 << 20);
		assert_int_equal(choose(&f, 0), 0);
		assert_true(f.again);
		assert_string_equal(f.dump.vmcoreinfo, "OSRELEASE=first\n");
		assert_int_equal(f.dump.ncpus, 0);
		finish(&f);
	}
}

static void
one_kernel(void **state)
{
	static const uint64_t none[] = { 0, NEVER };
	struct fixture f;
	unsigned i, image;

	(void)state;
	/* Loaded for the case of a crash, but no CPU runs it. */
	for (i = 0; i < 4; i++) {
		image = i / 2 ? 0x5000 : 0;
		make(&f, none[i % 2], "elfcorehdr=64K");
		mk_put(&f.m.s, IMAGE, 8, image);
		assert_int_equal(choose(&f, 0), 0);
		assert_false(f.again);
		assert_int_equal(f.m.k.nwarnings, 0);
		assert_int_equal(choose(&f, 2), E_USAGE);
		assert_non_null(strstr(f.ctx.err.text, "one kernel"));
		finish(&f);
	}
}

static void
nothing_is_left(void **state)
{
	static const struct {
		uint64_t at;
		unsigned size;
		uint64_t v;
	} bad[] = {
		{ ADDR, 8, 8 }, { ADDR, 8, NEVER - 4096 },
		{ ADDR, 8, MK_BYTES }, { HEAD, 4, 0 }, { HEAD + 4, 1, 1 },
		{ HEAD + 32, 8, UINT64_MAX }, { HEAD + 32, 8, MK_BYTES },
		{ HEAD + 54, 2, 32 }, { HEAD + 56, 2, 0 },
		{ HEAD + 56, 2, 1 }, { HEAD + 64 + 56, 4, 1 },
		{ HEAD + 64 + 56 + 24, 8, MK_BYTES * 2 },
		{ HEAD + 64 + 56 + 32, 8, UINT64_MAX },
		{ INFO, 4, UINT32_MAX },
		{ INFO + 4, 4, UINT32_MAX }, { INFO + 12, 1, 'v' },
	};
	static const char *const lines[] = {
		"", "elfcorehdr=", "elfcorehdr=@", "elfcorehdr=@@64K",
		"elfcorehdr=99999999999999999999G", "elfcorehdr=-1K",
		"elfcorehdr=64K@", "elfcorehdr=64",
	};
	struct fixture f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		make(&f, HEAD, "");
		mk_put(&f.m.s, bad[i].at, bad[i].size, bad[i].v);
		assert_int_equal(choose(&f, 0), 0);
		if (f.again || !warned(&f, "nothing was found"))
			fail_msg("case %zu is not said", i);
		assert_string_equal(f.dump.vmcoreinfo, "OSRELEASE=second\n");
		finish(&f);
	}
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		make(&f, READ, lines[i]);
		assert_int_equal(choose(&f, 0), 0);
		if (f.again || !warned(&f, "nothing was found"))
			fail_msg("\"%s\" leads somewhere", lines[i]);
		finish(&f);
	}
	/* Whatever byte of the header is wrong, nothing else breaks. */
	for (i = 0; i < 64 + 3 * 56; i++) {
		make(&f, HEAD, "");
		mk_put(&f.m.s, HEAD + i, 1, 0xff);
		assert_int_equal(choose(&f, 0), 0);
		assert_int_equal(f.m.k.nwarnings, 1);
		finish(&f);
	}
}

UNIT_MAIN(UNIT(leads_to_the_first), UNIT(leads_by_the_tree),
    UNIT(one_kernel), UNIT(nothing_is_left))
