/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/unit.h"

#include "base/hash.h"
#include "engine/backend/backend.h"
#include "engine/memory/noise.h"
#include "tests/mk/mk_elf.h"

#include <string.h>

#define PAGES	400

/* Every page but each "plain"th is noise (0: all); of n pages in two runs. */
static bool
fills(size_t n, size_t plain, bool text)
{
	static uint64_t words[PAGES * 512];
	const struct mk_load loads[] = {
		{ .pa = 0x1000, .file = 8 * 4096, .bytes = words },
		{ .pa = 0x100000, .file = (n - 8) * 4096, .mem = n * 4096,
		    .bytes = words + 8 * 512 },
		{ 0 },
	};
	const struct mk_elf e = { .loads = loads };
	struct buf b = { 0 };
	struct mk_elf_map map;
	struct memory mem;
	struct dump *dump;
	struct file *file;
	struct ctx ctx;
	bool found;
	size_t i;

	for (i = 0; i < n * 512; i++)
		words[i] = plain != 0 && i / 512 % plain == 0 ? 0 : text ?
		    hash_u64(i) & UINT64_C(0x3f3f3f3f3f3f3f3f) : hash_u64(i);
	ctx_init(&ctx);
	mk_elf(&b, &e, &map);
	assert_int_equal(file_of_bytes(&ctx, "x", b.p, b.len, &file), 0);
	assert_int_equal(dump_open(&ctx, &file, 1, NULL, &dump), 0);
	mem_init(&mem, &dump->layer, NULL);
	found = noise_fills(&ctx, &mem);
	mem_fini(&mem);
	buf_fini(&b);
	ctx_fini(&ctx);
	return (found);
}

static void
noise(void **state)
{
	(void)state;
	assert_true(fills(PAGES, 0, false));
	assert_true(fills(40, 0, false));
	assert_true(fills(PAGES, 8, false));	/* what a guest shares */
	assert_false(fills(PAGES, 2, false));
	assert_false(fills(PAGES, 1, false));
	assert_false(fills(PAGES, 0, true));	/* two bits of eight are 0 */
	assert_false(fills(20, 0, false));	/* too few */
}

UNIT_MAIN(UNIT(noise))
