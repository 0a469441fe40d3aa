/* SPDX-License-Identifier: BSD-2-Clause */
/* Dumps as plain ELF cores, opened again. */
#include "base/bytes.h"
#include "engine/backend/elf_write.h"
#include "engine/backend/facts.h"
#include "engine/kernel.h"
#include "tests/mk/mk_elf.h"
#include "tests/mk/mk_minidump.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MB	(UINT64_C(1) << 20)
#define GB	(UINT64_C(1) << 30)

static uint8_t pt[16384], hash[2048 * 128];
static const char message[] = "one\ntwo\n";

static const struct mk_avail banks[] = {
	{ 0x10000, 0x40000 }, { 8 * MB, 9 * MB }, { 5 * GB, 5 * GB + MB },
	{ 0, 0 },
};
static const struct mk_page pages[] = {
	{ 0x10000, NULL }, { 0x14000, NULL }, { 0x18000, NULL },
	{ 0x1c000, NULL }, { 8 * MB + 0x4000, NULL },
	{ 5 * GB + 0x8000, NULL }, MK_STOP,
};

/* What every row shares; banks and pages suit pages of 16 KiB too. */
#define ROW(m, v) .machine = (m), .version = (v),			\
	.avail = (m) == MK_AMD64 ? NULL : banks,			\
	.pages = pages, .pt = pt, .pt_size = sizeof(pt),		\
	.msgbuf = message, .msgbuf_size = sizeof(message) - 1

static const struct row {
	struct mk_minidump d;
	unsigned	 entry;		/* bytes of one; 0: not filled */
	uint64_t	 bits;		/* that make an entry valid */
	int		 left;		/* how an address is shifted there */
	uint64_t	 dmap;		/* where physical 0x10000 shows */
} rows[] = {
	{ { ROW(MK_AMD64, 1), .kernbase = UINT64_C(0xffffffff80000000),
	    .dmapbase = UINT64_C(0xfffff80000000000),
	    .dmapend = UINT64_C(0xfffff80200000000) }, 8, 0x3, 0,
	    UINT64_C(0xfffff80000010000) },
	{ { ROW(MK_ARM64, 3), .kernbase = UINT64_C(0xffff000000000000),
	    .page_shift = 14, .mode = 1,
	    .dmapbase = UINT64_C(0xffffa00000000000),
	    .dmapend = UINT64_C(0xffffa00200000000) }, 8, 0x403, 0,
	    UINT64_C(0xffffa00000010000) },
	{ { ROW(MK_RISCV, 2), .kernbase = UINT64_C(0xffffffc000000000),
	    .dmapbase = UINT64_C(0xffffffd000000000),
	    .dmapend = UINT64_C(0xffffffd200000000) }, 8, 0xcf, -2,
	    UINT64_C(0xffffffd000010000) },
	{ { ROW(MK_I386, 2), .kernbase = 0xc0000000, .mode = 1 }, 8, 0x3, 0,
	    0 },
	{ { ROW(MK_ARM, 2), .kernbase = 0xc0000000, .mode = 2 }, 4, 0x2, 0,
	    0 },
	{ { ROW(MK_ARM, 2), .kernbase = 0xc0000000, .mode = 2, .be = true,
	    .word = 4 },
	    4, 0x2, 0, 0 },
	{ { ROW(MK_MIPS, 2), .kernbase = UINT64_C(0xffffffffc0000000),
	    .be = true }, 8, 0x6, -6, UINT64_C(0x9800000000010000) },
	{ { ROW(MK_POWERPC64, 2), .be = true,
	    .kernbase = UINT64_C(0xe000000000000000),
	    .kernend = UINT64_C(0xe000000000ffffff),
	    .startkernel = UINT64_C(0xc000000000100100),
	    .dmapbase = UINT64_C(0xc000000000000000),
	    .dmapend = UINT64_C(0xcfffffffffffffff), .mmu = "mmu_phyp",
	    }, 0, 0, 0, UINT64_C(0xc000000000010000) },
};

static void
fill_tables(const struct row *r)
{
	static const uint64_t to[] = { 0x14000, 8 * MB + 0x4000, 0x18000, 0,
	    0x20000, 5 * GB + 0x8000, 0x10000, 0x10000 };
	uint64_t v;
	size_t i;

	memset(pt, 0, sizeof(pt));
	for (i = 0; r->entry != 0 && i < sizeof(to) / sizeof(to[0]); i++) {
		v = r->left < 0 && r->d.machine == MK_MIPS ?
		    to[i] >> 12 << 6 : r->left < 0 ? to[i] >> 2 : to[i];
		if (to[i] != 0 && (r->entry == 8 || to[i] < 4 * GB))
			store_uint(pt + i * r->entry, r->entry, r->d.be,
			    v | r->bits);
	}
}

static void
write_temp(char *path, const struct buf *b)
{
	int fd;

	strcpy(path, "/tmp/kpeek-convert.XXXXXX");
	fd = mkstemp(path);
	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, b->p, b->len), b->len);
	close(fd);
}

static struct kernel *
open_kernel(struct ctx *ctx, const char *path)
{
	struct kernel_options opt;
	struct kernel *k;

	memset(&opt, 0, sizeof(opt));
	assert_int_equal(kernel_open(ctx, &path, 1, &opt, &k), 0);
	return (k);
}

static uint64_t
kernel_half(const struct kernel *k)
{
	return (k->space.form->sign_extended ? UINT64_C(1) << 63 : 0);
}

/*
 * Every mapped run of one is mapped alike in the other, and reads alike or is
 * missing for the same reason; returns how many bytes could be read.
 */
static uint64_t
same_space(struct ctx *ctx, struct kernel *a, struct kernel *b)
{
	const uint64_t last = a->space.ptr_size == 8 ? 0 :
	    UINT64_C(1) << 32;
	struct pt_range r;
	struct pt_result x;
	uint64_t va, at, v, w, n;
	int rc;

	n = 0;
	for (va = kernel_half(a); space_range(ctx, &a->space, va, last, &r) ==
	    0; va = r.end) {
		/* Of a direct map its first pages do. */
		for (at = va; r.status == OK && at != r.end &&
		    at - va < 16 * MB; at += 4096) {
			rc = space_uint(ctx, &a->space, at, 8, &v);
			assert_int_equal(space_uint(ctx, &b->space, at, 8, &w),
			    rc);
			n += rc == 0 ? 4096 : 0;
			if (rc == 0)
				assert_int_equal(v, w);
			assert_int_equal(space_translate(ctx, &b->space, at,
			    &x), 0);
			if (r.phys + (at - va) < 4 * GB ||
			    a->space.ptr_size == 8)
				assert_int_equal(x.phys, r.phys + (at - va));
		}
		if (r.status != OK)
			assert_int_equal(space_uint(ctx, &b->space, va, 8, &w),
			    r.status);
		if (r.end == 0 || r.end == last)
			break;
	}
	return (n);
}

static void
all_minidumps(void **state)
{
	char dump[64], out[80];
	struct mk_minidump_map map;
	struct kernel *a, *b;
	struct mk_minidump d;
	uint64_t v, w;
	struct ctx ctx;
	struct buf img;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ctx_init(&ctx);
		memset(&img, 0, sizeof(img));
		fill_tables(&rows[i]);
		d = rows[i].d;
		if (d.machine == MK_POWERPC64) {
			d.pt = hash;
			d.pt_size = sizeof(hash);
		}
		mk_minidump(&img, &d, &map);
		write_temp(dump, &img);
		snprintf(out, sizeof(out), "%s.elf", dump);
		a = open_kernel(&ctx, dump);
		assert_int_equal(kernel_convert(&ctx, a, out), 0);
		b = open_kernel(&ctx, out);
		assert_true(b->dump->complete);
		assert_ptr_equal(b->arch, a->arch);
		assert_string_equal(b->dump->system, "FreeBSD");
		assert_int_equal(b->dump->version, d.version);
		assert_int_equal(b->dump->has_kerndisp, a->dump->has_kerndisp);
		assert_int_equal(b->dump->kerndisp, a->dump->kerndisp);
		assert_int_equal(b->space.form->page_shift,
		    a->space.ptr_size == 8 ? a->space.form->page_shift : 12);
		assert_in_range(same_space(&ctx, a, b),
		    d.machine == MK_POWERPC64 ? 1 : 3 * 4096, UINT64_MAX);
		if (rows[i].dmap != 0) {
			assert_int_equal(space_uint(&ctx, &a->space,
			    rows[i].dmap, 8, &v), 0);
			assert_int_equal(space_uint(&ctx, &b->space,
			    rows[i].dmap, 8, &w), 0);
			assert_int_equal(v, w);
			assert_int_equal(space_uint(&ctx, &b->space,
			    rows[i].dmap + 0x20000, 8, &w), E_NOT_IN_DUMP);
		}
		/* The message buffer is not part of memory. */
		assert_int_equal(b->dump->msgbuf_size, sizeof(message) - 1);
		kernel_close(a);
		kernel_close(b);
		unlink(dump);
		unlink(out);
		buf_fini(&img);
		ctx_fini(&ctx);
	}
}

/* Bytes that are mapped several times are stored once. */
static void
stored_once(void **state)
{
	char dump[64], out[80];
	struct mk_minidump_map map;
	struct stat st;
	struct kernel *k;
	struct ctx ctx;
	struct buf img;

	(void)state;
	ctx_init(&ctx);
	memset(&img, 0, sizeof(img));
	fill_tables(&rows[0]);
	mk_minidump(&img, &rows[0].d, &map);
	write_temp(dump, &img);
	snprintf(out, sizeof(out), "%s.elf", dump);
	k = open_kernel(&ctx, dump);
	assert_int_equal(kernel_convert(&ctx, k, out), 0);
	assert_int_equal(stat(out, &st), 0);
	assert_in_range(st.st_size, 6 * 4096, 6 * 4096 + 8192);
	/* What is read is never written. */
	assert_int_equal(kernel_convert(&ctx, k, dump), E_USAGE);
	assert_non_null(strstr(ctx.err.text, "being read"));
	assert_int_equal(kernel_convert(&ctx, k, "/no/such/folder/x"), E_IO);
	assert_int_equal(kernel_convert(&ctx, k, "/tmp"), E_USAGE);
	kernel_close(k);
	assert_int_equal(stat(dump, &st), 0);
	assert_int_equal(st.st_size, img.len);
	/* A converted dump converts as well, to the same. */
	k = open_kernel(&ctx, out);
	assert_int_equal(kernel_convert(&ctx, k, dump), 0);
	kernel_close(k);
	unlink(dump);
	unlink(out);
	buf_fini(&img);
	ctx_fini(&ctx);
}

/* More program headers than the file header can count. */
static void
many_segments(void **state)
{
	const size_t n = 70000;
	struct buf b = { 0 };
	struct file *f;
	struct dump *d;
	struct ctx ctx;
	uint64_t v;
	size_t i;
	unsigned word;

	(void)state;
	for (word = 4; word <= 8; word += 4) {
		ctx_init(&ctx);
		elf_put_header(&b, word == 8 ? &arch_x86_64 : &arch_arm_be,
		    word, n);
		assert_int_equal(b.len, elf_header_size(word, n));
		for (i = 0; i < n; i++)
			elf_put_phdr(&b, word, word == 4, &(struct elf_phdr){
			    .type = ELF_PT_LOAD, .flags = 4,
			    .offset = elf_header_size(word, n) + n *
			    elf_phdr_size(word) + i * 8, .paddr = i * 0x1000,
			    .filesz = 8, .memsz = 8 });
		for (i = 0; i < n; i++)
			elf_put(&b, 8, false, i);
		assert_int_equal(file_of_bytes(&ctx, "many", b.p, b.len, &f),
		    0);
		assert_int_equal(dump_open(&ctx, &f, 1,
		    &(struct dump_options){ 0 }, &d), 0);
		assert_true(d->complete);
		assert_int_equal(d->layer.ops->read(&d->layer, &ctx,
		    69999 * UINT64_C(0x1000), &v, 8), 0);
		assert_int_equal(v, 69999);
		dump_close(d);
		buf_fini(&b);
		ctx_fini(&ctx);
	}
}

/* What the note says is believed as far as it makes sense. */
static void
odd_facts(void **state)
{
	static const char *const bad[] = {
		"segments=13 4\n", "segments=12\n", "segments=12 400\n",
		"dmap=0x2000 0x1000 0\n", "dmap=0x1001 0x3000 0\n",
		"kerndisp=\n", "=\n", "system=Plan 9\n", "no newline",
	};
	struct facts facts;
	struct dump d;
	struct ctx ctx;
	size_t i;

	(void)state;
	ctx_init(&ctx);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(&d, 0, sizeof(d));
		memset(&facts, 0, sizeof(facts));
		d.complete = true;
		arena_init(&d.arena);
		assert_int_equal(facts_take(&ctx, &d, &facts, bad[i],
		    strlen(bad[i])), 0);
		assert_int_equal(facts.page_shift, 0);
		assert_true(d.dmap_end == 0 && !d.has_kerndisp);
		assert_null(d.system);
		arena_fini(&d.arena);
	}
	memset(&d, 0, sizeof(d));
	arena_init(&d.arena);
	d.complete = true;
	assert_int_equal(facts_take(&ctx, &d, &facts, "incomplete=cut\n"
	    "hostname=a=b\nsegments=14 4\n", 42), 0);
	assert_string_equal(d.hostname, "a=b");
	assert_string_equal(d.incomplete, "cut");
	assert_false(d.complete);
	assert_int_equal(facts.page_shift, 14);
	arena_fini(&d.arena);
	ctx_fini(&ctx);
}

UNIT_MAIN(UNIT(all_minidumps), UNIT(stored_once), UNIT(many_segments),
    UNIT(odd_facts))
