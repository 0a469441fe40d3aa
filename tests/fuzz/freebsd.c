/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FreeBSD's other containers: full dumps, the kernel dump header, packed dumps,
 * and the cores that dumps were converted to.
 */
#include "tests/fuzz/fuzz.h"

#include "base/bytes.h"
#include "engine/backend/backend.h"
#include "engine/backend/elf_write.h"
#include "engine/backend/facts.h"
#include "engine/memory/space.h"
#include "tests/mk/mk_elf.h"
#include "tests/mk/mk_minidump.h"

#include <string.h>

static const struct mk_load loads[] = {
	{ .pa = 0x1000, .file = 0x800 }, { .pa = 0x3000, .file = 0x400 },
	{ 0 },
};

static void
run(const uint8_t *p, size_t n)
{
	struct pt_range r;
	struct memory m;
	struct space sp;
	struct file *f;
	struct dump *d;
	struct ctx ctx;
	uint64_t va, v;
	int i;

	ctx_init(&ctx);
	if (file_of_bytes(&ctx, "fuzz", p, n, &f) != 0)
		f = NULL;
	if (f != NULL && dump_open(&ctx, &f, 1, NULL, &d) == 0) {
		mem_init(&m, &d->layer, NULL);
		(void)mem_read(&ctx, &m, 0x1000, &v, sizeof(v));
		(void)mem_present(&ctx, &m);
		space_init(&sp, &m, d->form, d->root, d->arch != NULL &&
		    d->arch->be, d->arch != NULL ? d->arch->ptr_size : 8);
		for (i = 0, va = 0; d->has_root && i < 64 && space_range(&ctx,
		    &sp, va, 0, &r) == 0 && r.end > va; i++, va = r.end)
			(void)space_uint(&ctx, &sp, va, 8, &v);
		mem_fini(&m);
	} else if (f != NULL)
		file_close(f);
	ctx_fini(&ctx);
}

static void
seed_full(struct buf *b)
{
	mk_elf(b, &(const struct mk_elf){ .loads = loads }, NULL);
	b->p[7] = (char)0xff;		/* ELFOSABI_STANDALONE */
}

static void
seed_header(struct buf *b)
{
	struct buf image = { 0 };

	seed_full(&image);
	mk_kerneldump(b, &image, 0);
	buf_fini(&image);
}

/* A frame of zstd (RFC 8878) with one block that is stored as it is. */
static void
seed_packed(struct buf *b)
{
	uint8_t head[9] = { 0x28, 0xb5, 0x2f, 0xfd, 0x60 };
	struct buf image = { 0 };
	uint32_t block;

	seed_full(&image);
	store_uint(head + 5, 2, false, image.len - 256);
	block = (uint32_t)image.len << 3 | 1;
	buf_add(b, head, 7);
	store_uint(head, 4, false, block);
	buf_add(b, head, 3);
	buf_add(b, image.p, image.len);
	buf_fini(&image);
}

static void
seed_converted(struct buf *b)
{
	static const char facts[] = "system=FreeBSD\nsegments=12 4\n"
	    "kerndisp=0x1000\ndmap=0xfffff80000000000 0xfffff80040000000 0x0\n"
	    "version=3\nhostname=h\npanic=p\nincomplete=cut\n";
	struct buf notes = { 0 };
	const size_t at = 64 + 4 * 56;

	elf_put_note(&notes, false, FACTS_NOTE, sizeof(FACTS_NOTE), FACTS_TEXT,
	    facts, sizeof(facts) - 1);
	elf_put_note(&notes, false, FACTS_NOTE, sizeof(FACTS_NOTE),
	    FACTS_MSGBUF, "log\n", 4);
	elf_put_header(b, &arch_x86_64, 8, 4);
	elf_put_phdr(b, 8, false, &(struct elf_phdr){ .type = ELF_PT_NOTE,
	    .offset = at, .filesz = notes.len });
	elf_put_phdr(b, 8, false, &(struct elf_phdr){ .type = ELF_PT_LOAD,
	    .flags = 6, .offset = 1024, .vaddr = UINT64_C(0xfffff80000001000),
	    .paddr = 0x1000, .filesz = 0x1000, .memsz = 0x1000 });
	elf_put_phdr(b, 8, false, &(struct elf_phdr){ .type = ELF_PT_LOAD,
	    .flags = 5, .offset = 1024, .vaddr = UINT64_C(0xffffffff80001000),
	    .paddr = 0x1000, .filesz = 0x1000, .memsz = 0x1000 });
	elf_put_phdr(b, 8, false, &(struct elf_phdr){ .type = ELF_PT_ABSENT,
	    .flags = 6, .vaddr = UINT64_C(0xfffff80000002000),
	    .paddr = 0x2000, .memsz = 0x5000 });
	buf_add(b, notes.p, notes.len);
	elf_pad(b, 1024);
	buf_add(b, "memory", 6);
	elf_pad(b, 1024);
	buf_fini(&notes);
}

const struct fuzz_target fuzz_fbsd_elf = { "fbsd_elf", run, seed_full };
const struct fuzz_target fuzz_kerneldump = { "kerneldump", run, seed_header };
const struct fuzz_target fuzz_expand = { "expand", run, seed_packed };
const struct fuzz_target fuzz_converted = { "converted", run, seed_converted };
