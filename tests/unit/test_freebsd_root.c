/* SPDX-License-Identifier: BSD-2-Clause */
/* Full FreeBSD dumps: the kernel's page tables are found wherever it lies. */
#include "arch/pt_x86_64.h"
#include "base/bytes.h"
#include "engine/os/freebsd/freebsd.h"
#include "tests/mk/mk_elf.h"
#include "tests/mk/mk_phys.h"
#include "tests/unit/unit.h"

#include <string.h>

#define MB		UINT64_C(0x100000)
#define KERNBASE	UINT64_C(0xffffffff80000000)
#define VARIABLE	(KERNBASE + 2 * MB + 0x3000)

static struct ctx ctx;
static struct kernel k;

/*
 * 16 MiB in two pieces with a hole of 2 MiB between them; the kernel's 2 MiB
 * lie at "phys", KPML4phys in them; its tables at 1 MiB.
 */
static int
open_at(uint64_t phys, bool damaged)
{
	static const uint64_t hole = 4 * MB, end = 16 * MB;
	const struct kernel_options opt = { 0 };
	struct mk_load loads[3] = { { .file = 0 } };
	const struct mk_elf e = { .loads = loads };
	struct mk_elf_map map;
	struct mk_phys m;
	struct buf image;
	struct file *f;
	uint64_t word;
	int rc;

	memset(&k, 0, sizeof(k));
	memset(&image, 0, sizeof(image));
	ctx_init(&ctx);
	sym_init(&k.symbols);
	arena_init(&k.arena);
	mk_phys_init(&m, &pt_x86_64_4, end, MB);
	mk_phys_map(&m, KERNBASE + 2 * MB, 1, damaged ? 10 * MB : phys, MK_W);
	store_uint(m.p + phys + 0x3000, 8, false, m.root);
	loads[0] = (struct mk_load){ .pa = 0, .file = hole, .bytes = m.p };
	loads[1] = (struct mk_load){ .pa = hole + 2 * MB,
	    .file = end - hole - 2 * MB, .bytes = m.p + hole + 2 * MB };
	mk_elf(&image, &e, &map);
	image.p[7] = (char)255;			/* standalone */
	assert_int_equal(file_of_bytes(&ctx, "image", image.p, image.len, &f),
	    0);
	assert_int_equal(dump_open(&ctx, &f, 1, NULL, &k.dump), 0);
	assert_string_equal(k.dump->system, "FreeBSD");
	mem_init(&k.mem, &k.dump->layer, NULL);
	k.arch = k.dump->arch;
	space_init(&k.space, &k.mem, NULL, 0, false, 8);
	sym_add(&ctx, &k.symbols, KERNBASE, 1, 'A', 0, "kernbase", 8);
	sym_add(&ctx, &k.symbols, VARIABLE, 8, 'B', 0, "KPML4phys", 9);
	sym_seal(&ctx, &k.symbols);
	k.image = &(struct image){ .file = f };	/* messages name it */
	rc = freebsd_find_root(&ctx, &k, &opt);
	if (rc == 0) {
		assert_ptr_equal(k.space.form, &pt_x86_64_4);
		assert_int_equal(k.space.root, m.root);
		assert_int_equal(space_uint(&ctx, &k.space, VARIABLE, 8,
		    &word), 0);
		assert_int_equal(word, m.root);
	}
	mk_phys_fini(&m);
	mem_fini(&k.mem);
	sym_fini(&k.symbols);
	arena_fini(&k.arena);
	buf_fini(&image);
	ctx_fini(&ctx);
	return (rc);
}

static void
finds_it(void **state)
{
	(void)state;
	/* Where kernels were linked to be, elsewhere, behind the hole, last. */
	assert_int_equal(open_at(2 * MB, false), 0);
	assert_int_equal(open_at(6 * MB, false), 0);
	assert_int_equal(open_at(8 * MB, false), 0);
	assert_int_equal(open_at(14 * MB, false), 0);
}

/* Tables that do not map the variable to where it was found. */
static void
refuses(void **state)
{
	(void)state;
	assert_int_equal(open_at(2 * MB, true), E_NOT_FOUND);
	assert_int_equal(open_at(8 * MB, true), E_NOT_FOUND);
}

/*
 * From outside: a dump of a virtual machine says nothing of the system, the
 * kernel's file does, and the CPU's registers find the tables.
 */
static void
from_outside(void **state)
{
	static const uint64_t end = 4 * MB;
	const struct kernel_options opt = { 0 };
	struct mk_load loads[2] = { { .file = 0 } };
	struct mk_note notes[3] = { { .name = NULL } };
	const struct mk_elf e = { .loads = loads, .notes = notes };
	struct buf image, regs, qemu;
	struct mk_elf_map map;
	struct mk_phys m;
	struct image kernel;
	struct file *f;

	(void)state;
	memset(&k, 0, sizeof(k));
	memset(&image, 0, sizeof(image));
	memset(&regs, 0, sizeof(regs));
	memset(&qemu, 0, sizeof(qemu));
	memset(&kernel, 0, sizeof(kernel));
	ctx_init(&ctx);
	sym_init(&k.symbols);
	sym_init(&kernel.symbols);
	arena_init(&k.arena);
	mk_phys_init(&m, &pt_x86_64_4, end, MB);
	mk_phys_map(&m, KERNBASE + 2 * MB, 1, 2 * MB, MK_W);
	mk_prstatus(&regs, 1, KERNBASE + 2 * MB + 0x1234, 0);
	mk_qemu(&qemu, m.root, 0, 0);
	loads[0] = (struct mk_load){ .file = end, .bytes = m.p };
	notes[0] = (struct mk_note){ "CORE", 1, regs.p, regs.len };
	notes[1] = (struct mk_note){ "QEMU", 0, qemu.p, qemu.len };
	mk_elf(&image, &e, &map);
	assert_int_equal(file_of_bytes(&ctx, "image", image.p, image.len, &f),
	    0);
	assert_int_equal(dump_open(&ctx, &f, 1, NULL, &k.dump), 0);
	assert_null(k.dump->system);
	mem_init(&k.mem, &k.dump->layer, NULL);
	k.arch = k.dump->arch;
	space_init(&k.space, &k.mem, NULL, 0, false, 8);
	assert_int_equal(freebsd_ops.open(&ctx, &k, &opt), E_NOT_MINE);
	sym_add(&ctx, &kernel.symbols, VARIABLE, 8, 'B', 0, "allproc", 7);
	sym_seal(&ctx, &kernel.symbols);
	kernel.file = f;
	k.image = &kernel;
	assert_int_equal(freebsd_ops.open(&ctx, &k, &opt), E_NOT_MINE);
	sym_add(&ctx, &kernel.symbols, VARIABLE + 8, 4, 'R', 0,
	    "proc_off_p_pid", 14);
	sym_seal(&ctx, &kernel.symbols);
	assert_int_equal(freebsd_ops.open(&ctx, &k, &opt), 0);
	assert_ptr_equal(k.space.form, &pt_x86_64_4);
	assert_int_equal(k.space.root, m.root);
	freebsd_ops.close(&k);
	mk_phys_fini(&m);
	mem_fini(&k.mem);
	sym_fini(&k.symbols);
	sym_fini(&kernel.symbols);
	arena_fini(&k.arena);
	buf_fini(&image);
	buf_fini(&regs);
	buf_fini(&qemu);
	ctx_fini(&ctx);
}

UNIT_MAIN(UNIT(finds_it), UNIT(refuses), UNIT(from_outside))
