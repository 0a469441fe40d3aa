/* SPDX-License-Identifier: BSD-2-Clause */
/* FreeBSD's full dumps. */
#include "base/bytes.h"
#include "tests/mk/mk_elf.h"
#include "tests/mk/mk_minidump.h"
#include "tests/mk/mk_open.h"
#include "tests/unit/unit.h"

#include <string.h>

#define MB	(UINT64_C(1) << 20)
#define DELTA	0x6fb5d000

static void
make(struct buf *b, const struct mk_elf *e, struct mk_elf_map *map)
{
	memset(b, 0, sizeof(*b));
	mk_elf(b, e, map);
	b->p[7] = (char)255;
}

static void
memory(void **state)
{
	static const struct {
		unsigned bits, machine;
		bool be;
		const char *arch, *format;
	} kinds[] = {
		{ 64, 62, false, "x86-64", "FreeBSD ELF64" },
		{ 32, 3, false, "i386", "FreeBSD ELF32" },
		{ 32, 40, false, "arm", "FreeBSD ELF32" },
		{ 32, 40, true, "armeb", "FreeBSD ELF32" },
		{ 32, 20, true, "powerpc", "FreeBSD ELF32" },
		{ 64, 21, true, "powerpc64", "FreeBSD ELF64" },
		{ 64, 183, false, "arm64", "FreeBSD ELF64" },
	};
	struct mk_load loads[] = {
		{ 0x1000, 0x8000, 0, NULL, 0x1000 },
		{ 16 * MB, 0x3000, 0, NULL, 16 * MB }, { 0, 0, 0, NULL, 0 },
	};
	struct mk_elf e = { .loads = loads };
	struct mk_elf_map map;
	struct mk_open o;
	struct buf b, whole;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		e.bits = kinds[i].bits;
		e.machine = kinds[i].machine;
		e.be = kinds[i].be;
		/* Power writes no virtual address. */
		loads[0].va = loads[1].va = e.machine == 20 ? UINT32_MAX : 0x1000;
		make(&b, &e, &map);
		assert_int_equal(mk_open(&o, &b), 0);
		assert_string_equal(o.dump->system, "FreeBSD");
		assert_string_equal(o.dump->arch->name, kinds[i].arch);
		assert_string_equal(o.dump->backend->format(o.dump),
		    kinds[i].format);
		assert_true(o.dump->complete);
		assert_false(o.dump->has_delta);
		assert_false(o.dump->has_root);
		assert_true(mk_maps(&o, 0x8ff8, 0x8ff8));
		assert_true(mk_maps(&o, 16 * MB + 0x2008, 16 * MB + 0x2008));
		assert_int_equal(mk_read_phys(&o, 0x9000), E_NOT_IN_DUMP);
		mk_close(&o);
		/* As a network dump leaves it. */
		memset(&whole, 0, sizeof(whole));
		mk_kerneldump(&whole, &b, 0);
		assert_int_equal(mk_open(&o, &whole), 0);
		assert_string_equal(o.dump->system, "FreeBSD");
		assert_string_equal(o.dump->hostname, "beastie");
		assert_true(mk_maps(&o, 16 * MB + 0x2ff8, 16 * MB + 0x2ff8));
		mk_close(&o);
		buf_fini(&whole);
		b.len -= 0x1000 + 8;
		assert_int_equal(mk_open(&o, &b), 0);
		assert_false(o.dump->complete);
		assert_int_equal(mk_read_phys(&o, 16 * MB + 0x2000),
		    E_TRUNCATED);
		mk_close(&o);
		buf_fini(&b);
	}
}

static void
delta(void **state)
{
	const struct mk_load loads[] = {
		{ 0x1000, 0x1000, 0, NULL, 0 },
		{ 0x200000, 8, 0, NULL, UINT64_C(0xffffffff80200000) },
		{ 0, 0, 0, NULL, 0 },
	};
	struct mk_elf e = { .bits = 64, .loads = loads };
	struct mk_elf_map map;
	struct mk_open o;
	struct buf b;

	(void)state;
	make(&b, &e, &map);
	store_uint(b.p + map.phoff + map.phentsize, 4, false, DELTA);
	assert_int_equal(mk_open(&o, &b), 0);
	assert_true(o.dump->has_delta);
	assert_true(o.dump->delta_va == UINT64_C(0xffffffff80200000));
	assert_true(o.dump->delta_pa == 0x200000);
	assert_int_equal(mk_read_phys(&o, 0x200000), E_NOT_IN_DUMP);
	mk_close(&o);
	/* Program headers that the file has not. */
	store_uint(b.p + 56, 2, false, 60000);
	assert_int_equal(mk_open(&o, &b), 0);
	assert_false(o.dump->complete);
	mk_close(&o);
	buf_fini(&b);
}

/* Power's cores by virtual address. */
static void
by_virtual_address(void **state)
{
	const struct mk_load loads[] = {
		{ UINT32_MAX, 0x2000, 0, NULL, 0xd0000000 },
		{ UINT32_MAX, 0x1000, 0, NULL, 0x100000 }, { 0, 0, 0, NULL, 0 },
	};
	struct mk_elf e = { .bits = 32, .machine = 20, .be = true,
	    .loads = loads };
	struct mk_elf_map map;
	struct mk_open o;
	struct buf b;
	uint64_t v;

	(void)state;
	make(&b, &e, &map);
	memcpy(b.p + map.data + 0x2000, "\1\2\3\4", 4);
	assert_int_equal(mk_open(&o, &b), 0);
	assert_true(o.dump->has_root);
	assert_null(o.dump->form);
	assert_int_equal(space_uint(&o.ctx, &o.space, 0x100000, 4, &v), 0);
	assert_int_equal(v, 0x01020304);
	assert_int_equal(mk_read(&o, 0xd0001ff8), 0);
	assert_int_equal(mk_read(&o, 0xd0002000), E_NOT_IN_DUMP);
	mk_close(&o);
	buf_fini(&b);
}

/* Linux's cores, and others, are not these. */
static void
others(void **state)
{
	const struct mk_load loads[] = {
		{ 0x1000, 0x1000, 0, NULL, 0 }, { 0, 0, 0, NULL, 0 },
	};
	const struct mk_note notes[] = {
		{ "VMCOREINFO", 0, "OSRELEASE=1\n", 12 }, { NULL, 0, NULL, 0 },
	};
	struct mk_elf e = { .bits = 64, .loads = loads, .notes = notes };
	struct mk_elf_map map;
	struct mk_open o;
	struct buf b;

	(void)state;
	make(&b, &e, &map);
	assert_int_equal(mk_open(&o, &b), 0);
	assert_null(o.dump->system);
	mk_close(&o);
	buf_fini(&b);
	e.notes = NULL;
	make(&b, &e, &map);
	b.p[7] = 0;
	assert_int_equal(mk_open(&o, &b), 0);
	assert_null(o.dump->system);
	mk_close(&o);
	b.p[7] = (char)255;
	b.len = 40;
	assert_int_not_equal(mk_open(&o, &b), 0);
	mk_close(&o);
	buf_fini(&b);
}

UNIT_MAIN(UNIT(memory), UNIT(delta), UNIT(by_virtual_address), UNIT(others))
