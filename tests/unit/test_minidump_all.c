/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each kind of damage to a FreeBSD minidump, on every processor and version:
 * what is there is read right, what is not is refused with its reason.
 */
#include "base/bytes.h"
#include "tests/mk/mk_elf.h"
#include "tests/mk/mk_minidump.h"
#include "tests/mk/mk_open.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#define KERN32	UINT64_C(0xc0000000)
#define KERN64	UINT64_C(0xffffffc000000000)
#define XKSEG	UINT64_C(0xc000000000000000)
#define ROOT	65536			/* bytes of Power's top table */

struct kind {
	enum mk_machine	 machine;
	unsigned	 newest;	/* version; the oldest is 1 */
	unsigned	 from;		/* the oldest with this mode */
	bool		 be;
	uint32_t	 mode;
	unsigned	 page_shift;
	unsigned	 word;		/* of version 2's bitmap */
	uint64_t	 kernbase;
	const char	*mmu;
};

static const struct kind kinds[] = {
	{ MK_AMD64, 3, 1, false, 0, 12, 8, UINT64_C(0xfffffe0000000000), NULL },
	{ MK_ARM64, 3, 1, false, 0, 12, 8, UINT64_C(0xffff000000000000), NULL },
	{ MK_ARM64, 3, 3, false, 1, 14, 8, UINT64_C(0xffff000000000000), NULL },
	{ MK_RISCV, 2, 1, false, 0, 12, 8, KERN64, NULL },
	{ MK_I386, 2, 1, false, 0, 12, 4, KERN32, NULL },
	{ MK_I386, 2, 1, false, 1, 12, 4, KERN32, NULL },
	{ MK_ARM, 2, 1, false, 0, 12, 4, KERN32, NULL },
	{ MK_ARM, 2, 1, false, 1, 12, 4, KERN32, NULL },
	{ MK_ARM, 2, 1, true, 2, 12, 4, KERN32, NULL },
	{ MK_ARM, 2, 1, false, 3, 12, 4, KERN32, NULL },
	{ MK_MIPS, 2, 1, true, 0, 12, 4, KERN32, NULL },
	{ MK_MIPS, 2, 1, false, 0, 12, 8, XKSEG, NULL },
	{ MK_POWERPC64, 2, 1, true, 0, 12, 8, UINT64_C(0xe000000000000000),
	    "mmu_g5" },
	{ MK_POWERPC64, 2, 1, true, 0, 12, 8, UINT64_C(0xc008000000000000),
	    "mmu_radix" },
};

/* Numbers of pages: those that are memory, and those of them dumped. */
static const struct {
	unsigned start, end;
} banks[] = { { 1, 9 }, { 32, 40 }, { 64, 66 } };
static const unsigned dumped[] = { 1, 5, 6, 33, 39, 64, 65 };
#define NBANKS	(sizeof(banks) / sizeof(banks[0]))
#define NDUMPED	(sizeof(dumped) / sizeof(dumped[0]))

static uint8_t pt[ROOT];
static struct mk_avail avail[NBANKS + 1];
static struct mk_page pages[NDUMPED + 1];

static struct mk_minidump
make(const struct kind *k, unsigned version)
{
	struct mk_minidump d = {
		.machine = k->machine, .version = version, .be = k->be,
		.page_shift = k->page_shift, .mode = k->mode, .mmu = k->mmu,
		.kernbase = k->kernbase, .pages = pages, .pt = pt,
		.pt_size = k->mmu != NULL ? ROOT : UINT64_C(1) << k->page_shift,
		.bits_past_end = 0,
	};
	size_t i;

	for (i = 0; i < NBANKS; i++)
		avail[i] = (struct mk_avail){
		    (uint64_t)banks[i].start << k->page_shift,
		    (uint64_t)banks[i].end << k->page_shift };
	for (i = 0; i < NDUMPED; i++)
		pages[i] = (struct mk_page){
		    (uint64_t)dumped[i] << k->page_shift, NULL };
	pages[i] = (struct mk_page)MK_STOP;
	/* The first versions number pages from address zero. */
	d.avail = version > (k->machine == MK_AMD64 ? 2 : 1) ? avail : NULL;
	d.word = version == 1 && k->machine == MK_MIPS ? 4 : k->word;
	if (k->machine == MK_POWERPC64) {
		d.dmapbase = UINT64_C(0xc000000000000000);
		d.dmapend = UINT64_C(0xc007ffffffffffff);
	}
	return (d);
}

static bool
is_dumped(unsigned page, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (dumped[i] == page)
			return (true);
	return (false);
}

/* The first n pages are there, whole; the others give these reasons. */
static void
check(struct mk_open *o, const struct kind *k, const char *what, size_t n,
    int reason)
{
	uint8_t raw[8];
	uint64_t pa;
	unsigned page;
	int rc, want;

	for (page = 0; page < 80; page++) {
		pa = ((uint64_t)(page + 1) << k->page_shift) - 8;
		rc = mem_read(&o->ctx, &o->mem, pa, raw, 8);
		want = is_dumped(page, n) ? 0 : is_dumped(page, NDUMPED) ?
		    reason : E_NOT_IN_DUMP;
		if (rc != want || (rc == 0 &&
		    load_u64(raw, o->dump->arch->be) != mk_word(pa)))
			fail_msg("machine %d mode %u version %llu, %s: page %u "
			    "gives %d, not %d", k->machine, k->mode,
			    (unsigned long long)o->dump->version, what, page,
			    rc, want);
		ctx_clear(&o->ctx);
	}
}

/* Every machine and version, in fn's hands. */
static void
each(void (*fn)(const struct kind *, struct mk_minidump *))
{
	struct mk_minidump d;
	unsigned version;
	size_t i;

	memset(pt, 0, sizeof(pt));
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		for (version = kinds[i].from; version <= kinds[i].newest;
		    version++) {
			d = make(&kinds[i], version);
			fn(&kinds[i], &d);
		}
}

static void
good(const struct kind *k, struct mk_minidump *d)
{
	struct mk_minidump_map map;
	struct buf b = { 0 }, whole = { 0 };
	struct mk_open o;

	mk_minidump(&b, d, &map);
	assert_int_equal(mk_open(&o, &b), 0);
	assert_true(o.dump->complete);
	assert_int_equal(o.dump->version, d->version);
	check(&o, k, "good", NDUMPED, 0);
	mk_close(&o);
	mk_kerneldump(&whole, &b, 0);
	assert_int_equal(mk_open(&o, &whole), 0);
	assert_true(o.dump->complete);
	assert_string_equal(o.dump->hostname, "beastie");
	check(&o, k, "with its header", NDUMPED, 0);
	mk_close(&o);
	buf_fini(&whole);
	buf_fini(&b);
}

static void
past_the_end(const struct kind *k, struct mk_minidump *d)
{
	struct mk_minidump_map map;
	struct buf b = { 0 };
	struct mk_open o;

	/* Without ranges each bit stands for a page. */
	if (d->avail == NULL)
		return;
	d->bits_past_end = 40;
	mk_minidump(&b, d, &map);
	assert_int_equal(mk_open(&o, &b), 0);
	assert_true(o.dump->complete);
	check(&o, k, "bits past the end", NDUMPED, 0);
	mk_close(&o);
	buf_fini(&b);
}

static void
cut(const struct kind *k, struct mk_minidump *d)
{
	const size_t page = (size_t)1 << k->page_shift;
	struct mk_minidump_map map;
	struct buf b = { 0 };
	struct mk_open o;
	uint64_t last;

	mk_minidump(&b, d, &map);
	/* The last page ends early: its first bytes are good. */
	b.len = map.data + NDUMPED * page - 16;
	assert_int_equal(mk_open(&o, &b), 0);
	assert_false(o.dump->complete);
	assert_non_null(strstr(o.dump->incomplete, "6 of 7 pages"));
	check(&o, k, "last page cut", NDUMPED - 1, E_TRUNCATED);
	last = (uint64_t)dumped[NDUMPED - 1] << k->page_shift;
	assert_int_equal(mk_read_phys(&o, last), 0);
	assert_int_equal(mk_read_phys(&o, last + page - 24), 0);
	assert_int_equal(mk_read_phys(&o, last + page - 20), E_TRUNCATED);
	mk_close(&o);
	b.len = map.data + 2 * page;
	assert_int_equal(mk_open(&o, &b), 0);
	assert_false(o.dump->complete);
	check(&o, k, "pages cut", 2, E_TRUNCATED);
	mk_close(&o);
	b.len = map.pt + 8;
	if (mk_open(&o, &b) == 0) {
		assert_false(o.dump->complete);
		check(&o, k, "table cut", 0, E_TRUNCATED);
	}
	mk_close(&o);
	b.len = map.pt - 1;
	assert_int_equal(mk_open(&o, &b), E_TRUNCATED);
	assert_non_null(strstr(o.ctx.err.text, "bytes for bitmap"));
	mk_close(&o);
	b.len = 36;
	assert_int_equal(mk_open(&o, &b), E_TRUNCATED);
	assert_non_null(strstr(o.ctx.err.text, "cannot read dump header"));
	mk_close(&o);
	buf_fini(&b);
}

/* Any byte of the header, of the ranges and of the bitmap may be anything. */
static void
any_byte(const struct kind *k, struct mk_minidump *d)
{
	static const uint8_t values[] = { 0x01, 0x80, 0xff };
	struct mk_minidump_map map;
	struct buf b = { 0 };
	struct pt_range run;
	struct mem_range r;
	struct mk_open o;
	size_t i, j, steps;
	uint64_t pa;
	char was;

	if (d->version != k->newest)
		return;
	mk_minidump(&b, d, &map);
	for (i = 24; i < map.bitmap + 16; i++) {
		if (i == 144)
			i = d->avail != NULL ? map.avail : map.bitmap;
		if (i == map.avail + 64)
			i = map.bitmap;
		for (j = 0; j < sizeof(values); j++) {
			was = b.p[i];
			b.p[i] = (char)values[j];
			if (mk_open(&o, &b) == 0) {
				for (pa = 0, steps = 0; steps < 20 && mem_range(
				    &o.ctx, &o.mem, pa, &r) == 0; steps++) {
					assert_true(r.end > pa);
					(void)mk_read_phys(&o, pa);
					pa = r.end;
				}
				(void)mk_read(&o, k->kernbase);
				(void)space_range(&o.ctx, &o.space,
				    k->kernbase, k->kernbase + (16u << 20),
				    &run);
			}
			mk_close(&o);
			b.p[i] = was;
		}
	}
	buf_fini(&b);
}

static void
read_right(void **state)
{
	(void)state;
	each(good);
}

static void
bits_past_the_end(void **state)
{
	(void)state;
	each(past_the_end);
}

static void
cut_short(void **state)
{
	(void)state;
	each(cut);
}

static void
hostile(void **state)
{
	(void)state;
	each(any_byte);
}

UNIT_MAIN(UNIT(read_right), UNIT(bits_past_the_end), UNIT(cut_short),
    UNIT(hostile))
