/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/unit.h"

#include "arch/pt_x86_64.h"
#include "base/bytes.h"
#include "engine/backend/backend.h"
#include "engine/memory/space.h"
#include "engine/os/linux/linux.h"
#include "tests/mk/mk_elf.h"
#include "tests/mk/mk_phys.h"

#include <string.h>

#define MIB	(UINT64_C(1) << 20)
#define SIZE	(8 * MIB)
#define TABLES	(6 * MIB)
#define LARGE	UINT64_C(0xffff888000000000)
#define SMALL	UINT64_C(0x7f0000000000)

/*
 * Two large pages in a row, with a hole behind; small pages, in no order, of
 * which the fourth lies in memory that is not there.
 */
struct world {
	struct mk_phys	 phys;
	struct buf	 elf;
	struct memory	 mem;
	struct space	 space;
	struct ctx	 ctx;
};

static const uint64_t frames[] = { 0x9000, 0x3000, 0x8000, SIZE, 0x5000 };

static void
open_phys(struct world *w)
{
	const struct mk_load loads[] = {
		{ .pa = 0, .file = SIZE, .bytes = w->phys.p }, { 0 },
	};
	const struct mk_elf e = { .loads = loads };
	struct file *f;
	struct dump *d;

	memset(&w->elf, 0, sizeof(w->elf));
	mk_elf(&w->elf, &e, NULL);
	assert_int_equal(file_of_bytes(&w->ctx, "x", w->elf.p, w->elf.len, &f),
	    0);
	assert_int_equal(dump_open(&w->ctx, &f, 1, NULL, &d), 0);
	mem_init(&w->mem, &d->layer, NULL);
	space_init(&w->space, &w->mem, w->phys.form, w->phys.root, false, 8);
}

static void
build(struct world *w)
{
	uint64_t i;

	ctx_init(&w->ctx);
	mk_phys_init(&w->phys, &pt_x86_64_4, SIZE, TABLES);
	mk_phys_map(&w->phys, LARGE, 1, 4 * MIB, MK_W);
	mk_phys_map(&w->phys, LARGE + 2 * MIB, 1, 2 * MIB, MK_W);
	for (i = 0; i < 5; i++)
		mk_phys_map(&w->phys, SMALL + i * 4096, 0, frames[i], MK_U);
	open_phys(w);
}

static void
finish(struct world *w)
{
	mem_fini(&w->mem);
	buf_fini(&w->elf);
	mk_phys_fini(&w->phys);
	ctx_fini(&w->ctx);
}

static uint8_t
byte_at(uint64_t va)
{
	if (va >= LARGE + 2 * MIB)
		return (mk_byte(va - LARGE, false));
	if (va >= LARGE)
		return (mk_byte(va - LARGE + 4 * MIB, false));
	return (mk_byte(frames[(va - SMALL) / 4096] + va % 4096, false));
}

static void
check(struct world *w, uint64_t va, size_t n)
{
	static uint8_t got[64 << 10];
	size_t i;

	assert_in_range(n, 1, sizeof(got));
	assert_int_equal(space_read(&w->ctx, &w->space, va, got, n), 0);
	for (i = 0; i < n; i++)
		if (got[i] != byte_at(va + i))
			fail_msg("0x%llx: 0x%x is not 0x%x",
			    (unsigned long long)va + i, got[i],
			    byte_at(va + i));
}

static void
some(struct world *w, uint64_t va, size_t n, size_t want, int status)
{
	static uint8_t got[64 << 10];
	size_t i, done;

	assert_in_range(n, 1, sizeof(got));
	done = 12345;
	assert_int_equal(space_read_some(&w->ctx, &w->space, va, got, n,
	    &done), status);
	assert_int_equal(done, want);
	assert_int_equal(w->ctx.err.addr, va + want);
	for (i = 0; i < done; i++)
		assert_int_equal(got[i], byte_at(va + i));
}

static void
reads_over_borders(void **state)
{
	struct world w;
	int round;

	(void)state;
	build(&w);
	for (round = 0; round < 2; round++) {	/* cold and warm */
		check(&w, LARGE, 8);
		check(&w, LARGE + 2 * MIB - 5, 10);
		check(&w, LARGE + 2 * MIB - 20000, 40000);
		check(&w, LARGE + 4 * MIB - 1, 1);
		check(&w, SMALL, 3 * 4096);
		check(&w, SMALL + 4096 - 3, 8);
		check(&w, SMALL + 4 * 4096, 4096);
		check(&w, SMALL + 4096 + 8, 8);
	}
	finish(&w);
}

static void
partial_reads(void **state)
{
	struct world w;
	int round;

	(void)state;
	build(&w);
	for (round = 0; round < 2; round++) {
		/* Into a hole, into memory left out, from one, not canonical. */
		some(&w, LARGE + 4 * MIB - 100, 300, 100, E_NOT_MAPPED);
		some(&w, LARGE + 4 * MIB, 8, 0, E_NOT_MAPPED);
		some(&w, SMALL + 2 * 4096 + 90, 8192, 4006, E_NOT_IN_DUMP);
		some(&w, SMALL + 3 * 4096 + 7, 8, 0, E_NOT_IN_DUMP);
		some(&w, SMALL + 5 * 4096 - 4, 8, 4, E_NOT_MAPPED);
		some(&w, UINT64_C(0x800000000000), 8, 0, E_NOT_MAPPED);
	}
	assert_int_equal(space_read(&w.ctx, &w.space, SMALL - 1, &round, 1),
	    E_NOT_MAPPED);
	assert_int_equal(space_read(&w.ctx, &w.space, SMALL, &round, 0), 0);
	finish(&w);
}

/* The last page of all addresses: nothing goes on behind it at 0. */
static void
end_of_addresses(void **state)
{
	struct world w;
	uint8_t buf[16];
	size_t done;

	(void)state;
	ctx_init(&w.ctx);
	mk_phys_init(&w.phys, &pt_x86_64_4, SIZE, TABLES);
	mk_phys_map(&w.phys, UINT64_C(0xfffffffffffff000), 0, 0x1000, 0);
	mk_phys_map(&w.phys, 0, 0, 0x2000, 0);
	open_phys(&w);
	assert_int_equal(space_read_some(&w.ctx, &w.space, UINT64_MAX - 7, buf,
	    16, &done), E_NOT_MAPPED);
	assert_int_equal(done, 8);
	assert_int_equal(buf[7], mk_byte(0x1fff, false));
	assert_int_equal(space_read(&w.ctx, &w.space, UINT64_MAX - 7, buf, 8),
	    0);
	finish(&w);
}

static void
numbers_and_text(void **state)
{
	struct world w;
	uint64_t v;
	uint32_t u;
	char text[64];

	(void)state;
	ctx_init(&w.ctx);
	mk_phys_init(&w.phys, &pt_x86_64_4, SIZE, TABLES);
	mk_phys_map(&w.phys, SMALL, 0, 0x1000, 0);
	memcpy(w.phys.p + 0x1ff8, "ends\0ab", 8);
	memset(w.phys.p + 0x1f00, 'x', 0xf8);
	open_phys(&w);
	assert_int_equal(space_uint(&w.ctx, &w.space, SMALL + 8, 2, &v), 0);
	assert_int_equal(v, mk_word(0x1008) & 0xffff);
	assert_int_equal(space_ptr(&w.ctx, &w.space, SMALL + 8, &v), 0);
	assert_int_equal(v, mk_word(0x1008));
	assert_int_equal(space_u32(&w.ctx, &w.space, SMALL + 8, &u), 0);
	assert_int_equal(u, (uint32_t)mk_word(0x1008));
	w.space.be = true;
	assert_int_equal(space_ptr(&w.ctx, &w.space, SMALL + 8, &v), 0);
	assert_int_equal(v, __builtin_bswap64(mk_word(0x1008)));
	assert_int_equal(space_uint(&w.ctx, &w.space, SMALL, 3, &v), E_USAGE);
	assert_int_equal(space_text(&w.ctx, &w.space, SMALL + 0xff8, text,
	    sizeof(text)), 0);
	assert_string_equal(text, "ends");
	/* Text up to the end of what is there, and cut for room. */
	assert_int_equal(space_text(&w.ctx, &w.space, SMALL + 0xffd, text,
	    sizeof(text)), 0);
	assert_string_equal(text, "ab");
	memset(text, 1, sizeof(text));
	assert_int_equal(space_text(&w.ctx, &w.space, SMALL + 0xf00, text, 9),
	    0);
	assert_string_equal(text, "xxxxxxxx");
	memset(w.phys.p + 0x1ff8, 'y', 8);
	mem_fini(&w.mem);
	buf_fini(&w.elf);
	open_phys(&w);
	assert_int_equal(space_text(&w.ctx, &w.space, SMALL + 0xff8, text,
	    sizeof(text)), E_NOT_MAPPED);
	assert_string_equal(text, "yyyyyyyy");
	assert_int_equal(space_text(&w.ctx, &w.space, SMALL, text, 0),
	    E_USAGE);
	finish(&w);
}

/* Another stack, another space, another form: nothing stale is served. */
static void
cache_is_flushed(void **state)
{
	struct world w;
	struct space other;
	uint64_t v, at;
	uint8_t *image;

	(void)state;
	build(&w);
	check(&w, SMALL, 8);
	check(&w, LARGE, 8);
	/* The same addresses through another root: unmapped there. */
	other = w.space;
	other.root = 5 * MIB;
	assert_int_not_equal(space_ptr(&w.ctx, &other, SMALL, &v), 0);
	/* The same root taken for a table of five levels. */
	other = w.space;
	other.form = &pt_x86_64_5;
	assert_int_not_equal(space_ptr(&w.ctx, &other, LARGE, &v), 0);
	/* No form: physical, whatever the root says. */
	other.form = NULL;
	assert_int_equal(space_ptr(&w.ctx, &other, 0x1000, &v), 0);
	assert_int_equal(v, mk_word(0x1000));
	/* The tables change; told so, the cache forgets. */
	at = mk_phys_entry(&w.phys, SMALL, 0);
	image = (uint8_t *)w.elf.p + (w.elf.len - SIZE);
	store_uint(image + at, 8, false, 0x4000 | MK_P | MK_U);
	atomic_fetch_add(&w.mem.generation, 1);
	assert_int_equal(space_ptr(&w.ctx, &w.space, SMALL, &v), 0);
	assert_int_equal(v, mk_word(0x4000));
	finish(&w);
}

static void
pins(void **state)
{
	const uint8_t *p;
	struct world w;

	(void)state;
	build(&w);
	assert_int_equal(space_pin(&w.ctx, &w.space, LARGE + 100, MIB, &p), 0);
	assert_int_equal(p[3], byte_at(LARGE + 103));
	assert_int_equal(space_pin(&w.ctx, &w.space, LARGE, 4 * MIB, &p),
	    E_UNSUPPORTED);
	assert_int_equal(space_pin(&w.ctx, &w.space, SMALL, 4097, &p),
	    E_UNSUPPORTED);
	assert_int_equal(space_pin(&w.ctx, &w.space, SMALL, 4096, &p), 0);
	assert_int_equal(space_pin(&w.ctx, &w.space, LARGE + 4 * MIB, 8, &p),
	    E_UNSUPPORTED);
	assert_int_equal(space_pin(&w.ctx, &w.space, SMALL + 3 * 4096, 8, &p),
	    E_NOT_IN_DUMP);
	assert_int_equal(space_pin(&w.ctx, &w.space, UINT64_MAX, 8, &p),
	    E_USAGE);
	assert_int_equal(space_pin(&w.ctx, &w.space, SMALL, 0, &p), E_USAGE);
	finish(&w);
}

/* linux_x86_64.absent: what an entry that is not present means. */
static void
absent_entries_of_linux(void **state)
{
	const uint64_t kernel = UINT64_C(0xffffc90000000000);
	const uint64_t frame = UINT64_C(0x000ffffffffff000);
	struct world w;
	struct pt_result r;
	uint64_t v;

	(void)state;
	ctx_init(&w.ctx);
	mk_phys_init(&w.phys, &pt_x86_64_4, SIZE, TABLES);
	/* Inaccessible, with its frame number inverted; small and large. */
	mk_phys_set(&w.phys, SMALL, 0, (~UINT64_C(0x5000) & frame) | MK_G);
	mk_phys_set(&w.phys, SMALL + 2 * MIB, 1, (~(2 * MIB) & frame &
	    ~UINT64_C(0x1ff000)) | UINT64_C(0x1ff000) | MK_G | MK_PS);
	mk_phys_set(&w.phys, SMALL + 0x1000, 0, UINT64_C(0x123400000000fe00));
	mk_phys_set(&w.phys, SMALL + 0x2000, 0, 0);
	mk_phys_set(&w.phys, SMALL + 4 * MIB, 1, (~UINT64_C(0x5000) & frame) |
	    MK_G);
	mk_phys_set(&w.phys, kernel, 0, 0x5000);
	open_phys(&w);
	w.space.absent = linux_x86_64.absent;
	assert_int_equal(space_ptr(&w.ctx, &w.space, SMALL + 8, &v), 0);
	assert_int_equal(v, mk_word(0x5008));
	assert_int_equal(space_translate(&w.ctx, &w.space, SMALL + 9, &r), 0);
	assert_int_equal(r.phys, 0x5009);
	assert_int_equal(r.flags, 0);
	assert_int_equal(space_ptr(&w.ctx, &w.space, SMALL + 2 * MIB + 0x10008,
	    &v), 0);
	assert_int_equal(v, mk_word(2 * MIB + 0x10008));
	assert_int_equal(space_ptr(&w.ctx, &w.space, SMALL + 0x1008, &v),
	    E_SWAPPED);
	assert_int_equal(w.ctx.err.addr, SMALL + 0x1008);
	assert_int_equal(space_translate(&w.ctx, &w.space, SMALL + 0x1008, &r),
	    E_SWAPPED);
	assert_int_equal(r.entry, UINT64_C(0x123400000000fe00));
	assert_int_equal(space_ptr(&w.ctx, &w.space, SMALL + 0x2000, &v),
	    E_NOT_MAPPED);
	assert_int_equal(space_ptr(&w.ctx, &w.space, SMALL + 4 * MIB, &v),
	    E_CORRUPT);
	/* Nothing of the kernel's own is swapped. */
	assert_int_equal(space_ptr(&w.ctx, &w.space, kernel, &v),
	    E_NOT_MAPPED);
	finish(&w);
}

UNIT_MAIN(UNIT(reads_over_borders), UNIT(partial_reads),
    UNIT(end_of_addresses), UNIT(numbers_and_text), UNIT(cache_is_flushed),
    UNIT(pins), UNIT(absent_entries_of_linux))
