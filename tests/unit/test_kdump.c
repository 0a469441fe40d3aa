/* SPDX-License-Identifier: BSD-2-Clause */
/* kdump-compressed dumps: every form of the headers, and what damage does. */
#include "tests/unit/unit.h"

#include "base/bytes.h"
#include "tests/mk/mk_elf.h"
#include "tests/mk/mk_kdump.h"
#include "tests/mk/mk_open.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define PAGE	UINT64_C(4096)

static const struct mk_kpage pages[] = {
	{ 0x1000, MK_PLAIN, false }, { 0x2000, MK_ZLIB, false },
	{ 0x3000, MK_ZLIB, true }, { 0x5000, MK_ZLIB, true },
	{ 0x6000, MK_ZLIB, true }, { 0x7f000, MK_ZLIB, false },
	{ 0x1000000, MK_PLAIN, false }, { 0x7fff000, MK_ZLIB, false },
	{ 0x8000000, MK_ZLIB, false }, MK_KSTOP,
};

/* Do all pages read as they were made, and nothing else? */
static void
check_pages(struct mk_open *o, const struct mk_kpage *p, unsigned shift,
    bool be)
{
	const size_t size = (size_t)1 << shift;
	uint8_t *got, word[8];
	uint64_t last;
	size_t i;

	got = malloc(size);
	assert_non_null(got);
	for (last = UINT64_MAX; p->pa != UINT64_MAX; last = p->pa, p++) {
		/* A part, the whole twice, a part again: from the cache. */
		store_uint(word, 8, be, p->zeros ? 0 : mk_word(p->pa + 16));
		assert_int_equal(mem_read(&o->ctx, &o->mem, p->pa + 16, got,
		    8), 0);
		assert_memory_equal(got, word, 8);
		assert_int_equal(mem_read(&o->ctx, &o->mem, p->pa, got, size),
		    0);
		for (i = 0; i < size; i++)
			assert_int_equal(got[i], p->zeros ? 0 :
			    mk_byte(p->pa + i, be));
		assert_int_equal(mem_read(&o->ctx, &o->mem, p->pa + 16, got,
		    8), 0);
		assert_memory_equal(got, word, 8);
		if (p->pa >= size && last != p->pa - size) {
			assert_int_equal(mk_read_phys(o, p->pa - 4),
			    E_NOT_IN_DUMP);
			assert_int_equal(o->ctx.err.addr, p->pa - 4);
		}
		if (p[1].pa != p->pa + size) {
			assert_int_equal(mk_read_phys(o, p->pa + size - 4),
			    E_NOT_IN_DUMP);
			assert_int_equal(o->ctx.err.addr, p->pa + size);
		}
	}
	assert_int_equal(mk_read_phys(o, UINT64_MAX - 7), E_NOT_IN_DUMP);
	free(got);
}

static void
check_image(const struct mk_kdump *k, const char *arch, const char *format)
{
	struct buf b = { 0 };
	struct mk_open o;

	mk_kdump(&b, k, NULL);
	assert_int_equal(mk_open(&o, &b), 0);
	assert_true(o.dump->complete);
	assert_string_equal(o.dump->arch->name, arch);
	if (format != NULL)
		assert_string_equal(o.dump->backend->format(o.dump), format);
	check_pages(&o, k->pages, k->page_shift != 0 ? k->page_shift : 12,
	    k->be);
	mk_close(&o);
	buf_fini(&b);
}

static void
reads_all_headers(void **state)
{
	static const struct {
		unsigned    bits;
		bool	    be, padded, time64;
		const char *machine, *arch;
	} kinds[] = {
		{ 64, false, false, false, "x86_64", "x86-64" },
		{ 64, false, false, false, "aarch64", "arm64" },
		{ 64, true, false, false, "ppc64", "powerpc64" },
		{ 32, false, false, false, "i586", "i386" },
		{ 32, false, true, false, "armv7l", "arm" },
		{ 32, false, true, true, "armv8l", "arm" },
		{ 32, true, true, false, "ppc", "powerpc" },
		{ 32, true, true, false, "mips", "mips" },
		{ 64, false, false, false, "mips64", "mips64el" },
		{ 64, false, false, false, "", "x86-64" },
	};
	struct mk_kdump k;
	unsigned version;
	size_t i;

	(void)state;
	if (!mk_has(MK_ZLIB))
		unit_skip("built without zlib");
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		for (version = 1; version <= 7; version++) {
			k = (struct mk_kdump){
				.bits = kinds[i].bits, .be = kinds[i].be,
				.padded = kinds[i].padded,
				.time64 = kinds[i].time64,
				.version = version, .status = MK_ZLIB,
				.machine = kinds[i].machine, .pages = pages,
			};
			check_image(&k, kinds[i].arch,
			    "kdump-compressed (zlib, filtered -d 31)");
		}
		k.diskdump = true;
		k.version = 2;
		check_image(&k, kinds[i].arch, NULL);
		k.one_bitmap = true;
		check_image(&k, kinds[i].arch, NULL);
	}
}

static void
reads_all_codecs(void **state)
{
	static const struct {
		enum mk_codec codec;
		const char   *format;
	} kinds[] = {
		{ MK_PLAIN, "kdump-compressed (plain, filtered -d 31)" },
		{ MK_ZLIB, "kdump-compressed (zlib, filtered -d 31)" },
		{ MK_LZO, "kdump-compressed (lzo, filtered -d 31)" },
		{ MK_SNAPPY, "kdump-compressed (snappy, filtered -d 31)" },
		{ MK_ZSTD, "kdump-compressed (zstd, filtered -d 31)" },
	};
	struct mk_kpage made[sizeof(pages) / sizeof(pages[0])];
	struct mk_kdump k = { .machine = "x86_64", .pages = made };
	struct buf b = { 0 };
	struct mk_open o;
	size_t i, j;
	unsigned shift;

	(void)state;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		memcpy(made, pages, sizeof(made));
		for (j = 0; made[j].pa != UINT64_MAX; j++)
			made[j].codec = kinds[i].codec;
		k.status = kinds[i].codec;
		if (mk_has(kinds[i].codec)) {
			check_image(&k, "x86-64", kinds[i].format);
			continue;
		}
		/* Without the library: said when it is opened. */
		mk_kdump(&b, &k, NULL);
		assert_int_equal(mk_open(&o, &b), E_UNSUPPORTED);
		assert_non_null(strstr(o.ctx.err.text, "built without"));
		mk_close(&o);
		buf_fini(&b);
		memset(&b, 0, sizeof(b));
	}
	/* Pages of other sizes. */
	for (shift = 13; shift <= 18; shift++) {
		for (j = 0; pages[j].pa != UINT64_MAX; j++)
			made[j] = (struct mk_kpage){ pages[j].pa / PAGE <<
			    shift, MK_PLAIN, pages[j].zeros };
		k.page_shift = shift;
		k.status = 0;
		check_image(&k, "x86-64", "kdump-compressed (plain, filtered -d 31)");
	}
}

static void
tells_what_the_headers_say(void **state)
{
	static const struct mk_kpage one[] = {
		{ 0x1000, MK_PLAIN, false }, MK_KSTOP,
	};
	struct mk_note notes[4] = { { 0 } };
	struct buf status = { 0 }, qemu = { 0 }, b = { 0 };
	struct mk_kdump k = {
		.pages = one, .vmcoreinfo = "OSRELEASE=6.1\nPAGESIZE=4096\n",
		.erased = "erase\33secrets\n\n", .notes = notes,
	};
	struct mk_open o;
	uint64_t v;
	uint8_t arm[392];

	(void)state;
	mk_prstatus(&status, 77, 0x1234, 0x5678);
	mk_qemu(&qemu, 0xabc000, 0x20, 0x99);
	notes[0] = (struct mk_note){ "CORE", 1, status.p, status.len };
	notes[1] = (struct mk_note){ "QEMU", 0, qemu.p, qemu.len };
	notes[2] = (struct mk_note){ "VMCOREINFO", 0, "OTHER=1\n", 8 };
	mk_kdump(&b, &k, NULL);
	assert_int_equal(mk_open(&o, &b), 0);
	assert_string_equal(o.dump->arch->name, "x86-64");
	assert_string_equal(o.dump->vmcoreinfo, k.vmcoreinfo);
	assert_int_equal(o.dump->vmcoreinfo_len, strlen(k.vmcoreinfo));
	assert_string_equal(o.dump->erased, "erase secrets");
	assert_string_equal(o.dump->backend->format(o.dump),
	    "kdump-compressed (plain, QEMU, filtered -d 31)");
	assert_int_equal(o.dump->ncpus, 1);
	assert_int_equal(o.dump->cpus[0].pid, 77);
	assert_int_equal(o.dump->cpus[0].root, 0xabc000);
	assert_true(arch_reg_get(o.dump->arch, &o.dump->cpus[0], "rip", &v));
	assert_int_equal(v, 0x1234);
	mk_close(&o);
	buf_fini(&b);

	/* No name and other notes; then VMCOREINFO alone. */
	memset(arm, 0, sizeof(arm));
	notes[0] = (struct mk_note){ "CORE", 1, arm, sizeof(arm) };
	notes[1].name = NULL;
	memset(&b, 0, sizeof(b));
	mk_kdump(&b, &k, NULL);
	assert_int_equal(mk_open(&o, &b), 0);
	assert_string_equal(o.dump->arch->name, "arm64");
	mk_close(&o);
	buf_fini(&b);
	k.notes = NULL;
	k.machine = "Unknown";
	k.vmcoreinfo = "NUMBER(va_kernel_pa_offset)=0x1\n";
	memset(&b, 0, sizeof(b));
	mk_kdump(&b, &k, NULL);
	assert_int_equal(mk_open(&o, &b), 0);
	assert_string_equal(o.dump->arch->name, "riscv64");
	mk_close(&o);
	buf_fini(&b);
	/* A name that is not known is not guessed about. */
	k.machine = "vax";
	memset(&b, 0, sizeof(b));
	mk_kdump(&b, &k, NULL);
	assert_int_equal(mk_open(&o, &b), E_UNSUPPORTED);
	assert_non_null(strstr(o.ctx.err.text, "vax"));
	mk_close(&o);
	buf_fini(&b);
	buf_fini(&status);
	buf_fini(&qemu);
}

/* Ranges and the reads that they promise, over blocks of many kinds. */
static void
lists_ranges(void **state)
{
	struct mk_kpage *made;
	struct mk_kdump k = { .machine = "x86_64" };
	struct buf b = { 0 };
	struct mem_range r;
	struct mk_open o;
	uint64_t page, end, i, n;
	bool *there;
	int steps;

	(void)state;
	n = 40000;
	made = calloc(n + 1, sizeof(*made));
	there = calloc(n, sizeof(*there));
	if (made == NULL || there == NULL)
		abort();
	for (page = i = 0; page < n; page++) {
		/* Holes, whole blocks of both kinds, single pages. */
		if (page < 9000 ? page % 4096 < 100 : page < 13000 ? page % 3 :
		    page < 26000 || page == 30000 || page == n - 1) {
			there[page] = true;
			made[i++] = (struct mk_kpage){ page * PAGE, MK_PLAIN,
			    page % 5 != 0 };
		}
	}
	made[i].pa = UINT64_MAX;
	k.pages = made;
	mk_kdump(&b, &k, NULL);
	assert_int_equal(mk_open(&o, &b), 0);
	for (page = steps = 0; mem_range(&o.ctx, &o.mem, page * PAGE + 5, &r) ==
	    0; page = end, steps++) {
		assert_in_range(page, 0, n - 1);
		for (end = page; end < n && there[end] == there[page]; end++)
			;
		assert_int_equal(r.start, page * PAGE + 5);
		assert_int_equal(r.end, end * PAGE);
		assert_int_equal(r.status, there[page] ? 0 : E_NOT_IN_DUMP);
	}
	assert_int_equal(page, n);
	assert_int_equal(mem_present(&o.ctx, &o.mem), i * PAGE);
	assert_int_equal(mem_end(&o.ctx, &o.mem), n * PAGE);
	for (page = 0; page < n; page += 7)
		assert_int_equal(mk_read_phys(&o, page * PAGE),
		    there[page] ? 0 : E_NOT_IN_DUMP);
	mk_close(&o);
	buf_fini(&b);
	free(made);
	free(there);
}

/* Plain pages and the page of zeros lie in place. */
static void
lends_extents(void **state)
{
	struct mk_kdump k = { .machine = "x86_64", .pages = pages,
	    .status = MK_ZLIB };
	struct buf b = { 0 };
	struct extent e;
	struct mk_open o;

	(void)state;
	if (!mk_has(MK_ZLIB))
		unit_skip("built without zlib");
	mk_kdump(&b, &k, NULL);
	assert_int_equal(mk_open(&o, &b), 0);
	assert_int_equal(mem_extent(&o.ctx, &o.mem, 0x1008, &e), 0);
	assert_int_equal(e.pa, 0x1000);
	assert_int_equal(e.len, PAGE);
	assert_int_equal(load_u64(e.ptr + 8, false), mk_word(0x1008));
	assert_int_equal(mem_extent(&o.ctx, &o.mem, 0x2000, &e),
	    E_UNSUPPORTED);
	assert_int_equal(mem_extent(&o.ctx, &o.mem, 0x5fff, &e), 0);
	assert_int_equal(e.ptr[0xfff], 0);
	assert_int_equal(mem_extent(&o.ctx, &o.mem, 0x4000, &e),
	    E_NOT_IN_DUMP);
	mk_close(&o);
	buf_fini(&b);
}

/* --- Split ---------------------------------------------------------------- */

static int
open_parts(struct mk_open *o, const struct buf *parts, const int *order,
    size_t n)
{
	struct file *files[4];
	size_t i;
	int rc;

	memset(o, 0, sizeof(*o));
	ctx_init(&o->ctx);
	for (i = 0; i < n; i++)
		assert_int_equal(file_of_bytes(&o->ctx, "part",
		    parts[order[i]].p, parts[order[i]].len, &files[i]), 0);
	rc = dump_open(&o->ctx, files, n, NULL, &o->dump);
	if (rc != 0) {
		for (i = 0; i < n; i++)
			file_close(files[i]);
		return (rc);
	}
	mem_init(&o->mem, &o->dump->layer, NULL);
	return (0);
}

static uint32_t
crc32_of(const uint8_t *p, size_t n)
{
	uint32_t crc = UINT32_MAX;
	unsigned bit;

	for (; n > 0; n--, p++)
		for (crc ^= *p, bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320 : 0);
	return (~crc);
}

/* The same in a gzip stream of stored blocks (RFC 1951, 1952). */
static void
pack(struct buf *b)
{
	static const uint8_t head[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255 };
	uint8_t block[5], tail[8];
	struct buf out = { 0 };
	size_t at, n;

	buf_add(&out, head, sizeof(head));
	for (at = 0; at < b->len; at += n) {
		n = b->len - at < 0xffff ? b->len - at : 0xffff;
		block[0] = at + n == b->len;
		store_uint(block + 1, 2, false, n);
		store_uint(block + 3, 2, false, ~n & 0xffff);
		buf_add(&out, block, sizeof(block));
		buf_add(&out, b->p + at, n);
	}
	store_uint(tail, 4, false, crc32_of((const uint8_t *)b->p, b->len));
	store_uint(tail + 4, 4, false, b->len);
	buf_add(&out, tail, sizeof(tail));
	buf_fini(b);
	*b = out;
}

static void
joins_parts(void **state)
{
	static const int orders[][3] = { { 0, 1, 2 }, { 2, 0, 1 }, { 1, 2, 0 } };
	static const int twice[] = { 0, 0 }, foreign[] = { 0, 3 };
	static const uint64_t cuts[] = { 0, 5, 0x7f, 0x8001 };
	struct mk_kdump k = { .machine = "x86_64", .pages = pages,
	    .status = MK_ZLIB, .split = true };
	struct buf parts[4] = { { 0 } };
	struct mem_range r;
	struct mk_open o;
	size_t i;

	(void)state;
	if (!mk_has(MK_ZLIB))
		unit_skip("built without zlib");
	for (i = 0; i < 3; i++) {
		k.start = cuts[i];
		k.end = cuts[i + 1];
		k.version = i == 1 ? 5 : 6;
		mk_kdump(&parts[i], &k, NULL);
	}
	k.machine = "aarch64";
	mk_kdump(&parts[3], &k, NULL);
	for (i = 0; i < 3; i++) {
		assert_int_equal(open_parts(&o, parts, orders[i], 3), 0);
		assert_true(o.dump->complete);
		assert_string_equal(o.dump->backend->format(o.dump),
		    "kdump-compressed (zlib, split, filtered -d 31)");
		check_pages(&o, pages, 12, false);
		assert_int_equal(mem_present(&o.ctx, &o.mem), 9 * PAGE);
		mk_close(&o);
	}
	/* Some of them packed, one of these twice, the first or another. */
	pack(&parts[1]);
	pack(&parts[2]);
	pack(&parts[2]);
	for (i = 0; i < 3; i++) {
		assert_int_equal(open_parts(&o, parts, orders[i], 3), 0);
		assert_true(o.dump->complete);
		assert_string_equal(o.dump->packed, "gzip");
		check_pages(&o, pages, 12, false);
		mk_close(&o);
	}
	/* Without the middle one. */
	assert_int_equal(open_parts(&o, parts, orders[1], 2), 0);
	assert_false(o.dump->complete);
	assert_non_null(strstr(o.dump->incomplete, "split"));
	assert_int_equal(mk_read_phys(&o, 0x3000), 0);
	assert_int_equal(mk_read_phys(&o, 0x5000), E_TRUNCATED);
	assert_int_equal(mk_read_phys(&o, 0x7e000), E_NOT_IN_DUMP);
	assert_int_equal(mk_read_phys(&o, 0x7f000), 0);
	assert_int_equal(mem_range(&o.ctx, &o.mem, 0x5000, &r), 0);
	assert_int_equal(r.status, E_TRUNCATED);
	assert_int_equal(r.end, 0x7000);
	assert_int_equal(mem_present(&o.ctx, &o.mem), 7 * PAGE);
	mk_close(&o);
	/* The last alone. */
	assert_int_equal(open_parts(&o, parts, orders[1], 1), 0);
	assert_false(o.dump->complete);
	assert_int_equal(mk_read_phys(&o, 0x1000), E_TRUNCATED);
	assert_int_equal(mk_read_phys(&o, 0x8000000), 0);
	mk_close(&o);
	/* What does not belong together. */
	assert_int_equal(open_parts(&o, parts, twice, 2), E_USAGE);
	ctx_fini(&o.ctx);
	assert_int_equal(open_parts(&o, parts, foreign, 2), E_USAGE);
	ctx_fini(&o.ctx);
	for (i = 0; i < 4; i++)
		buf_fini(&parts[i]);
}

static void
two_dumps_are_one_too_many(void **state)
{
	static const int order[] = { 0, 1 };
	struct mk_kdump k = { .machine = "x86_64", .pages = pages };
	struct buf parts[2] = { { 0 } };
	struct mk_open o;

	(void)state;
	mk_kdump(&parts[0], &k, NULL);
	mk_kdump(&parts[1], &k, NULL);
	assert_int_equal(open_parts(&o, parts, order, 2), E_USAGE);
	ctx_fini(&o.ctx);
	parts[1].len = 100;
	parts[1].p[0] = 'X';
	assert_int_equal(open_parts(&o, parts, order, 2), E_USAGE);
	ctx_fini(&o.ctx);
	buf_fini(&parts[0]);
	buf_fini(&parts[1]);
}

/* --- Damage --------------------------------------------------------------- */

static void
cut_short(void **state)
{
	struct mk_kdump k = { .machine = "x86_64", .pages = pages,
	    .status = MK_ZLIB, .vmcoreinfo = "OSRELEASE=6.1\n" };
	struct buf b = { 0 }, part;
	struct mk_kdump_map m;
	struct mk_open o;
	size_t n;
	int rc;

	(void)state;
	if (!mk_has(MK_ZLIB))
		unit_skip("built without zlib");
	mk_kdump(&b, &k, &m);
	for (n = 1; n < b.len - 8; n += n < m.sub + 256 || n > m.descs - 64 ?
	    13 : 501) {
		part = b;
		part.len = n;
		rc = mk_open(&o, &part);
		if (n < 8)
			assert_int_equal(rc, E_UNSUPPORTED);
		else if (n < m.bitmap + 0x8001 / 4096 * 512 + 512)
			assert_int_equal(rc, E_TRUNCATED);
		else {
			assert_int_equal(rc, 0);
			assert_false(o.dump->complete);
			assert_int_equal(mk_read_phys(&o, 0x4000),
			    E_NOT_IN_DUMP);
			assert_int_equal(mk_read_phys(&o, 0x8000000),
			    E_TRUNCATED);
			assert_int_equal(o.ctx.err.addr, 0x8000000);
			assert_int_equal(mk_read_phys(&o, 0x1000),
			    n < m.data + 8 ? E_TRUNCATED : 0);
		}
		mk_close(&o);
	}
	buf_fini(&b);
}

static void
says_that_it_is_incomplete(void **state)
{
	struct mk_kdump k = { .machine = "x86_64", .pages = pages,
	    .status = 8 };
	struct buf b = { 0 };
	struct mk_kdump_map m;
	struct mk_open o;

	(void)state;
	mk_kdump(&b, &k, &m);
	/* Where the writer stopped descriptors are zeros. */
	memset(b.p + m.descs + 7 * 24, 0, 2 * 24);
	assert_int_equal(mk_open(&o, &b), 0);
	assert_false(o.dump->complete);
	assert_non_null(strstr(o.dump->incomplete, "room"));
	assert_int_equal(mk_read_phys(&o, 0x1000), 0);
	assert_int_equal(mk_read_phys(&o, 0x8000000), E_TRUNCATED);
	mk_close(&o);
	/* The same without the flag. */
	b.p[m.status] = 0;
	assert_int_equal(mk_open(&o, &b), 0);
	assert_false(o.dump->complete);
	mk_close(&o);
	buf_fini(&b);
}

/* One descriptor says what cannot be: its page alone is lost. */
static void
damaged_descriptors(void **state)
{
	static const struct {
		size_t	 at;
		unsigned size;
		uint64_t value;
		int	 status;
	} cases[] = {
		{ 0, 8, UINT64_MAX, E_TRUNCATED },
		{ 0, 8, UINT64_MAX - 100, E_TRUNCATED },
		{ 0, 8, 0, E_TRUNCATED },
		{ 8, 4, 0, E_CORRUPT },
		{ 8, 4, 4097, E_CORRUPT },
		{ 8, 4, UINT32_MAX, E_CORRUPT },
		{ 8, 4, 10, E_CORRUPT },
		{ 12, 4, 3, E_CORRUPT },
		{ 12, 4, 0, E_CORRUPT },
		{ 12, 4, 0x27, E_CORRUPT },
	};
	struct mk_kdump k = { .machine = "x86_64", .pages = pages,
	    .status = MK_ZLIB };
	struct buf b;
	struct mk_kdump_map m;
	struct mk_open o;
	size_t i;

	(void)state;
	if (!mk_has(MK_ZLIB))
		unit_skip("built without zlib");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&b, 0, sizeof(b));
		mk_kdump(&b, &k, &m);
		store_uint(b.p + m.descs + 24 + cases[i].at, cases[i].size,
		    false, cases[i].value);
		assert_int_equal(mk_open(&o, &b), 0);
		assert_int_equal(mk_read_phys(&o, 0x2000), cases[i].status);
		assert_int_equal(o.ctx.err.addr, 0x2000);
		assert_int_equal(mk_read_phys(&o, 0x1ffc), cases[i].status);
		assert_int_equal(o.ctx.err.addr, 0x2000);
		assert_int_equal(mk_read_phys(&o, 0x1000), 0);
		assert_int_equal(mk_read_phys(&o, 0x7fff000), 0);
		mk_close(&o);
		buf_fini(&b);
	}
}

/* Each member of the headers at its worst: an answer, and no more. */
static void
damaged_headers(void **state)
{
	static const uint64_t worst[] = { 0, 1, 0x7fffffff, 0x80000000,
	    0xffffffff, 4096, 1 << 20 };
	struct mk_kdump k = { .machine = "x86_64", .pages = pages,
	    .status = MK_ZLIB, .vmcoreinfo = "OSRELEASE=6.1\n" };
	struct buf b = { 0 };
	struct mk_kdump_map m;
	struct mk_open o;
	uint8_t old[4];
	size_t i, at;

	(void)state;
	mk_kdump(&b, &k, &m);
	for (at = m.status; at < m.sub + 104; at += 4) {
		if (at == m.status + 40)
			at = m.sub;
		memcpy(old, b.p + at, 4);
		for (i = 0; i < sizeof(worst) / sizeof(worst[0]); i++) {
			store_uint(b.p + at, 4, false, worst[i]);
			if (mk_open(&o, &b) == 0) {
				(void)mk_read_phys(&o, 0x1000);
				(void)mk_read_phys(&o, 0x8000000);
				(void)mem_present(&o.ctx, &o.mem);
			}
			mk_close(&o);
		}
		memcpy(b.p + at, old, 4);
	}
	/* A bitmap that is too small for what the header says. */
	store_uint(b.p + m.sub + 96, 8, false, 0x20000);
	assert_int_equal(mk_open(&o, &b), 0);
	assert_false(o.dump->complete);
	assert_int_equal(mk_read_phys(&o, 0x1000), 0);
	mk_close(&o);
	store_uint(b.p + m.status + 4, 4, false, 4095);
	assert_int_equal(mk_open(&o, &b), E_CORRUPT);
	mk_close(&o);
	buf_fini(&b);
}

/* --- Threads -------------------------------------------------------------- */

#define MANY	2000u

static void *
read_many(void *arg)
{
	struct mk_open *o = arg;
	struct ctx ctx;
	uint64_t pa, seed, bad;
	uint8_t raw[8];
	int i;

	ctx_init(&ctx);
	seed = (uint64_t)(uintptr_t)&ctx >> 4;
	for (i = 0, bad = 0; i < 20000; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		pa = (seed >> 33) % (MANY * PAGE / 8) * 8;
		if (mem_read(&ctx, &o->mem, pa, raw, 8) != 0 ||
		    load_u64(raw, false) != mk_word(pa))
			bad++;
	}
	ctx_fini(&ctx);
	return (bad == 0 ? o : NULL);
}

static void
serves_threads(void **state)
{
	struct mk_kpage *made;
	struct mk_kdump k = { .machine = "x86_64", .status = MK_ZLIB };
	struct buf b = { 0 };
	struct mk_open o;
	pthread_t t[4];
	void *good;
	unsigned i;

	(void)state;
	if (!mk_has(MK_ZLIB))
		unit_skip("built without zlib");
	made = calloc(MANY + 1, sizeof(*made));
	assert_non_null(made);
	for (i = 0; i < MANY; i++)
		made[i] = (struct mk_kpage){ i * PAGE, MK_ZLIB, false };
	made[i].pa = UINT64_MAX;
	k.pages = made;
	mk_kdump(&b, &k, NULL);
	assert_int_equal(mk_open(&o, &b), 0);
	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&t[i], NULL, read_many, &o), 0);
	for (i = 0; i < 4; i++) {
		pthread_join(t[i], &good);
		assert_non_null(good);
	}
	mk_close(&o);
	buf_fini(&b);
	free(made);
}

UNIT_MAIN(UNIT(reads_all_headers), UNIT(reads_all_codecs),
    UNIT(tells_what_the_headers_say), UNIT(lists_ranges), UNIT(lends_extents),
    UNIT(joins_parts), UNIT(two_dumps_are_one_too_many), UNIT(cut_short),
    UNIT(says_that_it_is_incomplete), UNIT(damaged_descriptors),
    UNIT(damaged_headers), UNIT(serves_threads))
