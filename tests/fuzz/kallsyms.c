/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Input: six u16 with the places of names, count, token table, token index,
 * offsets and base, then memory with the tables.
 */
#include "tests/fuzz/fuzz.h"

#include "base/bytes.h"
#include "engine/backend/backend.h"
#include "engine/symbol/kallsyms.h"
#include "tests/mk/mk_elf.h"
#include "tests/mk/mk_kallsyms.h"

#include <stdio.h>
#include <string.h>

#define HEAD	12
#define VA	UINT64_C(0x1000000)
#define NSYMS	400

static void
load(struct ctx *ctx, const struct space *sp, const struct kallsyms *k)
{
	struct symbols syms;
	uint32_t count, lost;

	sym_init(&syms);
	if (kallsyms_load(ctx, sp, k, VA, VA + 0x100000, &syms, &count,
	    &lost) == 0)
		(void)sym_seal(ctx, &syms);
	sym_fini(&syms);
}

static void
run(const uint8_t *p, size_t n)
{
	struct kallsyms k;
	struct memory m;
	struct space sp;
	struct file *f;
	struct dump *d;
	struct buf elf;
	struct ctx ctx;
	unsigned i;

	if (n <= HEAD)
		return;
	ctx_init(&ctx);
	memset(&elf, 0, sizeof(elf));
	mk_elf(&elf, &(const struct mk_elf){ .loads = (const struct mk_load[]){
	    { .pa = VA, .file = n - HEAD, .bytes = p + HEAD }, { 0 } } }, NULL);
	if (file_of_bytes(&ctx, "fuzz", elf.p, elf.len, &f) == 0 &&
	    dump_open(&ctx, &f, 1, NULL, &d) == 0) {
		mem_init(&m, &d->layer, NULL);
		for (i = 0; i < 4; i++) {
			space_init(&sp, &m, NULL, 0, i & 1, i & 2 ? 4 : 8);
			if (kallsyms_find(&ctx, p + HEAD, n - HEAD, VA, sp.be,
			    sp.ptr_size, &k) == 0)
				load(&ctx, &sp, &k);
			k = (struct kallsyms){ VA + load_u16(p, false),
			    VA + load_u16(p + 2, false),
			    VA + load_u16(p + 4, false),
			    VA + load_u16(p + 6, false),
			    VA + load_u16(p + 8, false),
			    VA + load_u16(p + 10, false) };
			load(&ctx, &sp, &k);
		}
		mem_fini(&m);
	}
	buf_fini(&elf);
	ctx_fini(&ctx);
}

static void
seed(struct buf *b)
{
	static struct mk_sym syms[NSYMS];
	static char names[NSYMS][16];
	struct mk_kallsyms_map map;
	struct mk_kallsyms k;
	struct buf t;
	size_t i;

	for (i = 0; i < NSYMS; i++) {
		snprintf(names[i], sizeof(names[i]), "func_%zu", i);
		syms[i] = (struct mk_sym){ VA + i * 16, 't', names[i] };
	}
	memset(&t, 0, sizeof(t));
	k = (struct mk_kallsyms){ MK_SINCE_6_4, MK_BASE, false, 8, VA, VA, syms,
	    NSYMS };
	mk_kallsyms(&t, &k, &map);
	const size_t at[] = { map.names, map.num_syms, map.token_table,
	    map.token_index, map.offsets, map.relative_base };
	for (i = 0; i < 6; i++) {
		uint8_t raw[2];

		store_uint(raw, 2, false, at[i]);
		buf_add(b, raw, 2);
	}
	buf_add(b, t.p, t.len);
	buf_fini(&t);
}

const struct fuzz_target fuzz_kallsyms = { "kallsyms", run, seed };
