/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/unit.h"

#include "base/bytes.h"
#include "engine/backend/backend.h"
#include "engine/symbol/kallsyms.h"
#include "tests/mk/mk_elf.h"
#include "tests/mk/mk_kallsyms.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NSYMS	3000
#define IMAGE	UINT64_C(0x1000000)	/* physical: the space has no tables */
#define TABLES	(IMAGE + 0x100000)
#define SPAN	UINT64_C(0x200000)
#define BEFORE	0x340			/* bytes of noise before the tables */

struct world {
	struct mk_sym	 syms[NSYMS];
	char		 names[NSYMS][160];
	struct buf	 tables, elf;
	struct mk_kallsyms_map map;
	struct memory	 mem;
	struct space	 space;
	struct ctx	 ctx;
	uint32_t	 count, lost;	/* as kallsyms_load says */
};

/* What lies from one offset to another is not in the dump. */
static void
open_holed(struct world *w, bool be, unsigned ptr_size, size_t from, size_t to)
{
	const struct mk_load loads[] = {
		{ .pa = TABLES, .file = from, .bytes = w->tables.p },
		{ .pa = TABLES + to, .file = w->tables.len - to,
		    .bytes = (char *)w->tables.p + to },
		{ 0 },
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
	space_init(&w->space, &w->mem, NULL, 0, be, ptr_size);
}

static void
open_space(struct world *w, bool be, unsigned ptr_size)
{
	open_holed(w, be, ptr_size, 0x10, 0x10);
}

static struct world *
build(enum mk_order order, enum mk_encoding enc, bool be, unsigned ptr_size)
{
	struct mk_kallsyms k;
	struct world *w;
	struct buf part;
	uint32_t i;

	w = calloc(1, sizeof(*w));
	assert_non_null(w);
	ctx_init(&w->ctx);
	for (i = 0; i < NSYMS; i++) {
		/* A few names are long enough for a length of two bytes. */
		snprintf(w->names[i], sizeof(w->names[i]), i % 500 == 7 ?
		    "func_%u_%0140u" : "func_%u", i, i);
		w->syms[i] = (struct mk_sym){ IMAGE + i * 0x10,
		    i % 3 == 0 ? 't' : 'D', w->names[i] };
	}
	for (i = 0; i < BEFORE / 8; i++)	/* no table yet */
		buf_add(&w->tables, "\3\0\0\0\377\1\2", 8);
	k = (struct mk_kallsyms){ order, enc, be, ptr_size, IMAGE,
	    TABLES + BEFORE, w->syms, NSYMS };
	memset(&part, 0, sizeof(part));
	mk_kallsyms(&part, &k, &w->map);
	buf_add(&w->tables, part.p, part.len);
	buf_fini(&part);
	for (i = 0; i < 64; i++)
		buf_add(&w->tables, "garbage", 8);
	return (w);
}

static void
finish(struct world *w)
{
	if (w->mem.top != NULL)
		mem_fini(&w->mem);
	buf_fini(&w->tables);
	buf_fini(&w->elf);
	ctx_fini(&w->ctx);
	free(w);
}

static void
check_symbols(struct world *w, struct symbols *s)
{
	const struct symbol *sym;
	uint32_t i;

	assert_int_equal(s->n, NSYMS);
	assert_int_equal(sym_seal(&w->ctx, s), 0);
	for (i = 0; i < NSYMS; i += 13) {
		sym = sym_find(s, w->names[i]);
		assert_non_null(sym);
		assert_int_equal(sym->addr, w->syms[i].addr);
		assert_int_equal(sym->type, w->syms[i].type);
	}
}

/* Both orders, every encoding, both byte orders and word sizes: found by shape. */
static void
found_by_shape(void **state)
{
	static const enum mk_encoding encs[] = {
		MK_BASE, MK_PERCPU, MK_ADDRESS,
	};
	struct symbols syms;
	struct kallsyms k;
	struct world *w;
	unsigned order, enc, be, ptr;

	(void)state;
	for (order = MK_BEFORE_6_4; order <= MK_SINCE_6_4; order++)
		for (enc = 0; enc < 3; enc++)
			for (be = 0; be < 2; be++)
				for (ptr = 4; ptr <= 8; ptr += 4) {
	if (order == MK_SINCE_6_4 && encs[enc] == MK_ADDRESS)
		continue;		/* gone before that order came */
	w = build(order, encs[enc], be, ptr);
	open_space(w, be, ptr);
	assert_int_equal(kallsyms_find(&w->ctx, (uint8_t *)w->tables.p,
	    w->tables.len, TABLES, be, ptr, &k), 0);
	assert_int_equal(k.num_syms, TABLES + BEFORE + w->map.num_syms);
	assert_int_equal(k.names, TABLES + BEFORE + w->map.names);
	assert_int_equal(k.token_table, TABLES + BEFORE + w->map.token_table);
	assert_int_equal(k.token_index, TABLES + BEFORE + w->map.token_index);
	sym_init(&syms);
	assert_int_equal(kallsyms_load(&w->ctx, &w->space, &k, IMAGE,
	    IMAGE + SPAN, &syms, &w->count, &w->lost), 0);
	check_symbols(w, &syms);
	sym_fini(&syms);
	finish(w);
				}
}

static struct kallsyms
known(const struct world *w)
{
	const uint64_t at = TABLES + BEFORE;

	return ((struct kallsyms){ .names = at + w->map.names,
	    .num_syms = at + w->map.num_syms,
	    .token_table = at + w->map.token_table,
	    .token_index = at + w->map.token_index,
	    .offsets = at + w->map.offsets,
	    .relative_base = at + w->map.relative_base });
}

/* As VMCOREINFO has them, in the encoding that needs to know the place too. */
static void
loaded_where_told(void **state)
{
	unsigned enc;
	struct symbols syms;
	struct kallsyms k;
	struct world *w;

	(void)state;
	for (enc = MK_BASE; enc <= MK_SELF; enc++) {
		w = build(MK_SINCE_6_4, enc, false, 8);
		open_space(w, false, 8);
		k = known(w);
		sym_init(&syms);
		assert_int_equal(kallsyms_load(&w->ctx, &w->space, &k, IMAGE,
		    IMAGE + SPAN, &syms, &w->count, &w->lost), 0);
		check_symbols(w, &syms);
		sym_fini(&syms);
		finish(w);
	}
}

static uint8_t *
at(struct world *w, size_t off)
{
	return ((uint8_t *)w->tables.p + BEFORE + off);
}

static int
load(struct world *w, struct symbols *syms)
{
	struct kallsyms k = known(w);

	open_space(w, false, 8);
	sym_init(syms);
	return (kallsyms_load(&w->ctx, &w->space, &k, IMAGE, IMAGE + SPAN, syms,
	    &w->count, &w->lost));
}

static void
malformed(void **state)
{
	static const uint32_t counts[] = {
		0, 1, 255, NSYMS * 3, 0x1000000, 0x1000001,
		0x7fffffff, 0xffffffff,
	};
	struct symbols syms;
	struct kallsyms k;
	struct world *w;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		w = build(MK_SINCE_6_4, MK_BASE, false, 8);
		store_uint(at(w, w->map.num_syms), 4, false, counts[i]);
		assert_int_not_equal(load(w, &syms), 0);
		assert_true(w->ctx.err.text[0] != '\0');
		assert_int_equal(kallsyms_find(&w->ctx, (uint8_t *)w->tables.p,
		    w->tables.len, TABLES, false, 8, &k), E_NOT_FOUND);
		sym_fini(&syms);
		finish(w);
	}
	/* Tokens without an end: all names are too long. */
	w = build(MK_SINCE_6_4, MK_BASE, false, 8);
	memset(at(w, w->map.token_table), 'x', w->map.token_index -
	    w->map.token_table);
	assert_int_equal(load(w, &syms), E_CORRUPT);
	assert_int_equal(kallsyms_find(&w->ctx, (uint8_t *)w->tables.p,
	    w->tables.len, TABLES, false, 8, &k), E_NOT_FOUND);
	sym_fini(&syms);
	finish(w);
	/* Tokens where no memory is. */
	w = build(MK_SINCE_6_4, MK_BASE, false, 8);
	memset(at(w, w->map.token_index + 400), 0xff, 100);
	assert_int_equal(load(w, &syms), E_NOT_IN_DUMP);
	sym_fini(&syms);
	finish(w);
	/* Offsets that put every symbol out of the image. */
	w = build(MK_SINCE_6_4, MK_BASE, false, 8);
	for (i = 0; i < NSYMS; i++)
		store_uint(at(w, w->map.offsets + i * 4), 4, false,
		    0x40000000 + i);
	assert_int_equal(load(w, &syms), E_CORRUPT);
	assert_int_equal(syms.n, 0);
	sym_fini(&syms);
	finish(w);
}

/*
 * What was read is right, and with what was lost it is all.  A name that took
 * another's place would show here.
 */
static void
check_rest(const struct world *w, struct symbols *s, unsigned most)
{
	const struct symbol *sym;
	size_t i, j;

	assert_int_equal(w->count, NSYMS);
	assert_in_range(w->lost, 1, most);
	assert_int_equal(s->n, NSYMS - w->lost);
	for (i = 0; i < s->n; i++) {
		sym = &s->v[i];
		j = (size_t)(sym->addr - IMAGE) / 0x10;
		assert_in_range(j, 0, NSYMS - 1);
		assert_string_equal(sym_name(s, sym), w->syms[j].name);
	}
}

/* Names that are damaged or missing do not take the others with them. */
static void
damaged(void **state)
{
	const struct {
		int	 fill;		/* written over; -1: is not in the dump */
		bool	 offsets;	/* of these, else of the names */
		bool	 be;
		unsigned most;		/* symbols that are lost with it */
	} ways[] = {
		{ 0, false, false, 768 },	/* names of no length */
		{ 0xff, false, false, 768 },	/* that run out of the table */
		{ 2, false, true, 768 },	/* that are short */
		{ -1, false, false, 1024 },
		{ -1, false, true, 1024 },
		{ -1, true, false, 1025 },
	};
	struct symbols syms;
	struct kallsyms k;
	struct world *w;
	size_t i, from;

	(void)state;
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		w = build(MK_SINCE_6_4, MK_BASE, ways[i].be, 8);
		from = BEFORE + (ways[i].offsets ? w->map.offsets + 4096 :
		    w->map.names + 9000);
		if (ways[i].offsets)	/* within one piece */
			from = (from + 4095) / 4096 * 4096;
		if (ways[i].fill >= 0)
			memset((uint8_t *)w->tables.p + from, ways[i].fill,
			    600);
		open_holed(w, ways[i].be, 8, from, ways[i].fill >= 0 ? from :
		    from + 600);
		k = known(w);
		sym_init(&syms);
		assert_int_equal(kallsyms_load(&w->ctx, &w->space, &k, IMAGE,
		    IMAGE + SPAN, &syms, &w->count, &w->lost), 0);
		check_rest(w, &syms, ways[i].most);
		sym_fini(&syms);
		finish(w);
	}
	/* Without the markers what stands before the damage is all there is. */
	w = build(MK_SINCE_6_4, MK_BASE, false, 8);
	memset(at(w, w->map.names + 25000), 0, 600);
	memset(at(w, w->map.markers), 0xff, 8);
	assert_int_equal(load(w, &syms), 0);
	check_rest(w, &syms, NSYMS / 2);
	assert_string_equal(sym_name(&syms, &syms.v[syms.n - 1]),
	    w->syms[syms.n - 1].name);
	sym_fini(&syms);
	finish(w);
	/* Where most are lost the place may be wrong: it is sought. */
	w = build(MK_SINCE_6_4, MK_BASE, false, 8);
	memset(at(w, w->map.names + 5000), 0, 600);
	memset(at(w, w->map.markers), 0xff, 8);
	assert_int_equal(load(w, &syms), E_CORRUPT);
	sym_fini(&syms);
	finish(w);
	/* One more is told than there are. */
	w = build(MK_SINCE_6_4, MK_BASE, false, 8);
	store_uint(at(w, w->map.num_syms), 4, false, NSYMS + 1);
	assert_int_equal(load(w, &syms), 0);
	assert_in_range(w->lost, 1, 256);
	sym_fini(&syms);
	finish(w);
}

/* Cut at many lengths: found whole, or not at all; nothing past the end. */
static void
cut_anywhere(void **state)
{
	struct kallsyms k;
	struct world *w;
	uint8_t *part;
	size_t n, need;
	int rc;

	(void)state;
	w = build(MK_SINCE_6_4, MK_BASE, false, 8);
	need = BEFORE + w->map.token_index + 512;
	for (n = 0; n < w->tables.len; n += n < need - 40 || n > need + 40 ?
	    977 : 1) {
		part = malloc(n + 1);	/* of its own, for the sanitizers */
		assert_non_null(part);
		memcpy(part, w->tables.p, n);
		rc = kallsyms_find(&w->ctx, part, n, TABLES, false, 8, &k);
		assert_int_equal(rc, n >= need ? 0 : E_NOT_FOUND);
		free(part);
	}
	finish(w);
}

/*
 * A token index behind every count and names that never fit: the search gives
 * up in bounded time.
 */
static void
hostile_search_ends(void **state)
{
	const size_t size = 2 << 20, table = 256 * 2;
	struct kallsyms k;
	struct ctx ctx;
	uint8_t *p;
	size_t i, j;

	(void)state;
	ctx_init(&ctx);
	p = malloc(size);
	assert_non_null(p);
	/* Counts of 0x0101 in zeros: each starts a walk. */
	for (i = 0; i < size; i += 8)
		store_uint(p + i, 8, false, 0x00010101);
	for (j = 1; j <= 64; j++) {
		i = size / 64 * j - 2 * table;
		for (k.names = 0; k.names < 256; k.names++) {
			p[i + 2 * k.names] = 'a';
			p[i + 2 * k.names + 1] = 0;
			store_uint(p + i + table + 2 * k.names, 2, false,
			    2 * k.names);
		}
	}
	alarm(60);
	assert_int_equal(kallsyms_find(&ctx, p, size, TABLES, false, 8, &k),
	    E_NOT_FOUND);
	alarm(0);
	free(p);
	ctx_fini(&ctx);
}

UNIT_MAIN(UNIT(found_by_shape), UNIT(loaded_where_told), UNIT(malformed),
    UNIT(damaged), UNIT(cut_anywhere), UNIT(hostile_search_ends))
