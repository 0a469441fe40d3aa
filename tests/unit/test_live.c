/* SPDX-License-Identifier: BSD-2-Clause */
/* kcore, the layer above it, no memory at all, symbols as text. */
#include "tests/unit/unit.h"

#include "engine/backend/elf.h"
#include "engine/backend/none.h"
#include "engine/memory/pages.h"
#include "engine/os/live/live.h"
#include "tests/mk/mk_elf.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOWHERE		UINT64_MAX

struct core {
	struct ctx	 ctx;
	struct buf	 b;
	struct dump	*dump;
	struct memory	 mem;
	char		 path[32];
	int		 fd;		/* another one on the same file */
};

/* As the kernel's: a file that is read by descriptor and has no size. */
static int
open_kcore(struct core *im, const struct mk_load *loads, size_t n)
{
	static const struct mk_note notes[] = {
		{ "CORE", 1, "0123456789", 10 },
		{ "VMCOREINFO", 0, "OSRELEASE=x\n", 12 },
		{ NULL, 0, NULL, 0 },
	};
	const struct mk_elf e = { .loads = loads, .notes = notes };
	struct mk_elf_map map;
	struct file *f;
	int rc;

	memset(im, 0, sizeof(*im));
	ctx_init(&im->ctx);
	mk_elf(&im->b, &e, &map);
	strcpy(im->path, "/tmp/kpeek-kcore.XXXXXX");
	im->fd = mkstemp(im->path);
	assert_true(im->fd != -1);
	if (n == 0)
		n = im->b.len;
	assert_int_equal(write(im->fd, im->b.p, n), (ssize_t)n);
	assert_int_equal(file_of_fd(&im->ctx, "kcore", dup(im->fd), &f), 0);
	rc = elf_open_kcore(&im->ctx, f, &im->dump);
	if (rc != 0)
		file_close(f);
	else
		mem_init(&im->mem, &im->dump->layer, NULL);
	return (rc);
}

static void
close_kcore(struct core *im)
{
	mem_fini(&im->mem);
	buf_fini(&im->b);
	ctx_fini(&im->ctx);
	close(im->fd);
	unlink(im->path);
}

static const struct mk_load usual[] = {
	{ .pa = NOWHERE, .file = 0x1000, .va = 0xffffc90000000000 },
	{ .pa = 0, .file = 0x2000, .va = 0xffff888000000000 },
	{ .pa = 0x100000, .file = 0x9000, .va = 0xffff888000100000 },
	{ .pa = NOWHERE, .file = 0x1000, .va = 0xffffffffc0000000 },
	/* The kernel's text, which lies in RAM that was listed already. */
	{ .pa = 0x102000, .file = 0x1000, .va = 0xffffffff81000000 },
	{ 0 },
};

static void
memory_of_kcore(void **state)
{
	struct mem_range r;
	struct core im;
	uint64_t v;

	(void)state;
	assert_int_equal(open_kcore(&im, usual, 0), 0);
	assert_true(im.dump->complete);
	assert_string_equal(im.dump->backend->format(im.dump), "kcore");
	assert_string_equal(im.dump->vmcoreinfo, "OSRELEASE=x\n");
	/* Its registers are those of nobody. */
	assert_int_equal(im.dump->ncpus, 0);
	assert_null(im.dump->notes);
	assert_int_equal(mem_read(&im.ctx, &im.mem, 0, &v, 8), 0);
	assert_int_equal(v, mk_word(0));
	assert_int_equal(mem_read(&im.ctx, &im.mem, 0x103000, &v, 8), 0);
	assert_int_equal(v, mk_word(0x103000));
	assert_int_equal(mem_read(&im.ctx, &im.mem, 0x2000, &v, 8),
	    E_NOT_IN_DUMP);
	assert_int_equal(mem_present(&im.ctx, &im.mem), 0xb000);
	assert_int_equal(mem_range(&im.ctx, &im.mem, 0x109000, &r), E_DONE);
	close_kcore(&im);
}

/* Where no segment is marked, 0 is no address either. */
static void
without_addresses(void **state)
{
	static const struct mk_load old[] = {
		{ .pa = 0, .file = 0x1000, .va = 0xffffc90000000000 },
		{ .pa = 0, .file = 0x2000, .va = 0xffff888000000000 },
		{ 0 },
	};
	struct core im;

	(void)state;
	assert_int_equal(open_kcore(&im, old, 0), E_CORRUPT);
	close_kcore(&im);
}

static void
damaged_kcore(void **state)
{
	struct core im;
	uint64_t v;
	size_t n;
	int rc;

	(void)state;
	for (n = 1; n < 0x300; n += n < 80 ? 1 : 37) {
		rc = open_kcore(&im, usual, n);
		/* How long it is, only a read tells. */
		if (rc == 0)
			assert_int_not_equal(mem_read(&im.ctx, &im.mem,
			    0x100000, &v, 8), 0);
		close_kcore(&im);
	}
}

static void
pages_are_kept(void **state)
{
	struct core im;
	uint8_t more[3 * PAGES_RUN_MAX];
	uint64_t v;
	size_t i;

	(void)state;
	assert_int_equal(open_kcore(&im, (const struct mk_load[]){
	    { .pa = NOWHERE, .file = 0x1000 },
	    { .pa = 0x100000, .file = 4 * PAGES_RUN_MAX + 0x1000 },
	    { 0 } }, 0), 0);
	assert_int_equal(pages_push(&im.ctx, &im.mem, PAGES_RUN_MAX), 0);
	assert_int_equal(mem_read(&im.ctx, &im.mem, 0x100008, &v, 8), 0);
	assert_int_equal(v, mk_word(0x100008));
	/* Across the runs, and in the last, of which not all is there. */
	assert_int_equal(mem_read(&im.ctx, &im.mem,
	    0x100000 + PAGES_RUN_MAX - 4, &v, 8), 0);
	assert_int_equal(v >> 32, mk_word(0x100000 + PAGES_RUN_MAX) & UINT32_MAX);
	assert_int_equal(mem_read(&im.ctx, &im.mem,
	    0x100000 + 4 * PAGES_RUN_MAX + 0xff8, &v, 8), 0);
	assert_int_equal(v, mk_word(0x100000 + 4 * PAGES_RUN_MAX + 0xff8));
	assert_int_equal(mem_read(&im.ctx, &im.mem,
	    0x100000 + 4 * PAGES_RUN_MAX + 0xffc, &v, 8), E_NOT_IN_DUMP);
	assert_int_equal(im.ctx.err.addr, 0x100000 + 4 * PAGES_RUN_MAX + 0x1000);
	assert_int_equal(mem_read(&im.ctx, &im.mem, 0x100001, more,
	    sizeof(more)), 0);
	for (i = 0; i < sizeof(more); i++)
		assert_int_equal(more[i], mk_byte(0x100001 + i, false));
	/* What changes is seen when the generation moves, not before. */
	memset(more, 0xaa, sizeof(more));
	assert_int_equal(pwrite(im.fd, more, 0x2000, (off_t)im.b.len -
	    (off_t)(4 * PAGES_RUN_MAX + 0x1000)), 0x2000);
	assert_int_equal(mem_read(&im.ctx, &im.mem, 0x100008, &v, 8), 0);
	assert_int_equal(v, mk_word(0x100008));
	atomic_fetch_add(&im.mem.generation, 1);
	assert_int_equal(mem_read(&im.ctx, &im.mem, 0x100008, &v, 8), 0);
	assert_int_equal(v, UINT64_C(0xaaaaaaaaaaaaaaaa));
	close_kcore(&im);
}

/* Counts what is asked of the layer below, and the largest of it. */
struct counter {
	struct mem_layer layer;
	size_t		 reads, largest;
};

static int
counter_read(struct mem_layer *l, struct ctx *ctx, uint64_t pa, void *buf,
    size_t n)
{
	struct counter *c = (struct counter *)l;

	c->reads++;
	c->largest = n > c->largest ? n : c->largest;
	return (l->below->ops->read(l->below, ctx, pa, buf, n));
}

static void
counter_close(struct mem_layer *l)
{
	(void)l;
}

static const struct mem_layer_ops counter_ops = {
	.name = "counter",
	.read = counter_read,
	.close = counter_close,
};

/* What one request wants and is not kept comes by one request. */
static void
pages_come_together(void **state)
{
	static struct counter c;
	uint8_t bytes[9 * PAGES_RUN];
	struct core im;
	size_t i;

	(void)state;
	assert_int_equal(open_kcore(&im, (const struct mk_load[]){
	    { .pa = NOWHERE, .file = 0x1000 },
	    { .pa = 0x100000, .file = 8 * PAGES_RUN - 0x800 },
	    { 0 } }, 0), 0);
	c.layer.ops = &counter_ops;
	mem_push(&im.mem, &c.layer);
	assert_int_equal(pages_push(&im.ctx, &im.mem, PAGES_RUN), 0);
	assert_int_equal(mem_read(&im.ctx, &im.mem, 0x100ffc, bytes, 0x2008),
	    0);
	for (i = 0; i < 0x2008; i++)
		assert_int_equal(bytes[i], mk_byte(0x100ffc + i, false));
	assert_int_equal(c.reads, 1);
	assert_int_equal(c.largest, 4 * PAGES_RUN);
	/* These are kept, and of more only the rest is read. */
	assert_int_equal(mem_read(&im.ctx, &im.mem, 0x100000, bytes,
	    3 * PAGES_RUN), 0);
	assert_int_equal(c.reads, 1);
	assert_int_equal(mem_read(&im.ctx, &im.mem, 0x103800, bytes,
	    3 * PAGES_RUN), 0);
	for (i = 0; i < 3 * PAGES_RUN; i++)
		assert_int_equal(bytes[i], mk_byte(0x103800 + i, false));
	assert_int_equal(c.reads, 2);
	assert_int_equal(c.largest, 4 * PAGES_RUN);
	/* What cannot be had as a whole is had as far as it is there. */
	atomic_fetch_add(&im.mem.generation, 1);
	assert_int_equal(mem_read(&im.ctx, &im.mem, 0x106000, bytes, 0x1800),
	    0);
	for (i = 0; i < 0x1800; i++)
		assert_int_equal(bytes[i], mk_byte(0x106000 + i, false));
	assert_int_equal(mem_read(&im.ctx, &im.mem, 0x106000, bytes, 0x1801),
	    E_NOT_IN_DUMP);
	assert_int_equal(im.ctx.err.addr, 0x107800);
	close_kcore(&im);
}

static void
no_memory(void **state)
{
	struct mem_range r;
	struct memory mem;
	struct dump *d;
	struct ctx ctx;
	uint8_t byte;

	(void)state;
	ctx_init(&ctx);
	assert_int_equal(none_open(&ctx, "for a reason", &d), 0);
	mem_init(&mem, &d->layer, NULL);
	assert_false(d->complete);
	assert_int_equal(mem_read(&ctx, &mem, 77, &byte, 1), E_RESTRICTED);
	assert_string_equal(ctx.err.text, "for a reason");
	assert_int_equal(ctx.err.addr, 77);
	assert_int_equal(mem_range(&ctx, &mem, 0, &r), 0);
	assert_int_equal(r.status, E_RESTRICTED);
	assert_int_equal(mem_present(&ctx, &mem), 0);
	mem_fini(&mem);
	ctx_fini(&ctx);
}

static const char lines[] =
    "0000000000000000 A fixed_percpu_data\n"
    "ffffffff81000000 T _text\n"
    "ffffffff81000040 t local_one\n"
    "ffffffffc0000000 t fn\t[ext4]\n"
    "ffffffffc0000010 t bpf_prog_1\t[bpf]\n"
    "ffffffffc0";

static void
symbols_as_text(void **state)
{
	static const char *const bad[] = {
		"\n", " \n", "x T y\n", "ffffffff81000000\n", "12 T\n",
		"12 Tname\n", "11111111111111111 T long\n", "12  T a\n",
	};
	const struct symbol *s;
	struct symbols syms;
	size_t i, used, known;
	struct ctx ctx;

	(void)state;
	ctx_init(&ctx);
	sym_init(&syms);
	known = 0;
	assert_int_equal(sym_add_lines(&ctx, &syms, lines, strlen(lines),
	    &used, &known), 0);
	assert_int_equal(used, strlen(lines) - 10);
	assert_int_equal(known, 4);
	assert_int_equal(sym_seal(&ctx, &syms), 0);
	s = sym_find(&syms, "ext4!fn");
	assert_non_null(s);
	assert_int_equal(s->addr, 0xffffffffc0000000);
	assert_int_equal(s->type, 't');
	assert_string_equal(sym_module_name(&syms, s), "ext4");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(sym_add_lines(&ctx, &syms, bad[i],
		    strlen(bad[i]), &used, &known), E_CORRUPT);
	sym_fini(&syms);
	ctx_fini(&ctx);
}

static int
load(struct kernel *k, struct ctx *ctx, const char *text, size_t times)
{
	char path[] = "/tmp/kpeek-syms.XXXXXX";
	int fd, rc;

	fd = mkstemp(path);
	assert_true(fd != -1);
	for (; times > 0; times--)
		assert_int_equal(write(fd, text, strlen(text)),
		    (ssize_t)strlen(text));
	rc = live_load_symbols(ctx, k, path);
	close(fd);
	unlink(path);
	return (rc);
}

static void
hidden_addresses(void **state)
{
	struct kernel k = { 0 };
	struct ctx ctx;

	(void)state;
	ctx_init(&ctx);
	sym_init(&k.symbols);
	assert_int_equal(load(&k, &ctx, "0000000000000000 T schedule\n", 1),
	    E_RESTRICTED);
	assert_int_equal(load(&k, &ctx, "0000000000000000 T schedule\n", 9999),
	    E_RESTRICTED);
	assert_int_equal(k.symbols.n, 0);
	assert_int_equal(load(&k, &ctx, "no symbols\n", 1), E_CORRUPT);
	assert_int_equal(load(&k, &ctx, "", 1), E_RESTRICTED);
	assert_int_equal(live_load_symbols(&ctx, &k, "/nosuch/kallsyms"),
	    E_NOT_FOUND);
	/* Longer than one chunk. */
	assert_int_equal(load(&k, &ctx, "ffffffff81000000 T schedule\n",
	    100000), 0);
	assert_int_equal(k.symbols.n, 100000);
	assert_string_equal(k.symbols.source, "kallsyms");
	sym_fini(&k.symbols);
	ctx_fini(&ctx);
}

/* Its notes are of whoever reads it: only other segments are a change. */
static void
change_of_kcore(void **state)
{
	const uint8_t *note;
	uint64_t first, next, paddr = 0x200000;
	struct core im;
	off_t at;

	(void)state;
	assert_int_equal(open_kcore(&im, usual, 0), 0);
	note = memmem(im.b.p, im.b.len, "0123456789", 10);
	assert_non_null(note);
	at = (off_t)(note - (const uint8_t *)im.b.p);
	assert_true(at < 4096);
	assert_int_equal(im.dump->backend->digest(&im.ctx, im.dump, &first), 0);
	assert_int_equal(pwrite(im.fd, "9876543210", 10, at), 10);
	assert_int_equal(im.dump->backend->digest(&im.ctx, im.dump, &next), 0);
	assert_int_equal(next, first);
	/* p_paddr of the last segment: 64 bytes of header, 56 for each. */
	at = 64 + (off_t)(im.b.p[56] - 1) * 56 + 24;
	assert_int_equal(pwrite(im.fd, &paddr, 8, at), 8);
	assert_int_equal(im.dump->backend->digest(&im.ctx, im.dump, &next), 0);
	assert_int_not_equal(next, first);
	close_kcore(&im);
}

UNIT_MAIN(UNIT(memory_of_kcore), UNIT(change_of_kcore),
    UNIT(without_addresses), UNIT(damaged_kcore),
    UNIT(pages_are_kept), UNIT(pages_come_together),
    UNIT(no_memory), UNIT(symbols_as_text),
    UNIT(hidden_addresses))
