/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FreeBSD's full dumps: an ELF core for "standalone", without notes, a segment
 * for each range of memory (sys/kern/kern_dump.c).  Memory is what elf.c makes
 * of it; here is what such a file says besides.
 *
 * An extra program header may tell where the kernel lies, PT_DUMP_DELTA of
 * sys/arm/arm/dump_machdep.c.  The cores that 32-bit Power kernels call
 * minidumps have virtual addresses alone: memory is shown at these then, and the
 * kernel's space is memory itself.
 */
#include "engine/backend/fbsd_elf.h"

#include "base/bytes.h"
#include "engine/backend/elf.h"

#define OSABI_STANDALONE 255
#define ET_CORE		4
#define EM_PPC		20
#define PT_LOAD		1
#define PT_NOTE		4
#define PT_DUMP_DELTA	0x6fb5d000

static int	fbsd_elf_probe(struct ctx *, struct file *);
static int	fbsd_elf_open(struct ctx *, struct file **, size_t,
		    const struct dump_options *, struct dump **);
static const char *fbsd_elf_format(const struct dump *);

const struct backend backend_fbsd_elf = {
	.name = "FreeBSD ELF",
	.format = fbsd_elf_format,
	.probe = fbsd_elf_probe,
	.open = fbsd_elf_open,
};

/* What the headers tell. */
struct facts {
	bool	 be, notes, virtual, has_delta;
	unsigned word;			/* bytes */
	uint64_t delta_va, delta_pa;
};

static int
read_phdr(struct ctx *ctx, struct file *f, uint64_t off, struct facts *facts)
{
	uint8_t raw[56];
	struct bytes b;
	uint64_t vaddr, paddr;
	uint32_t type;
	int rc;

	rc = file_read(ctx, f, off, raw, facts->word == 8 ? 56 : 32);
	if (rc != 0)
		return (rc);
	b = bytes_of(raw, sizeof(raw), facts->be);
	type = bytes_u32(&b);
	bytes_skip(&b, facts->word == 8 ? 12 : 4);	/* (flags,) offset */
	vaddr = bytes_uint(&b, facts->word);
	paddr = bytes_uint(&b, facts->word);
	if (type == PT_NOTE)
		facts->notes = true;
	else if (type == PT_DUMP_DELTA) {
		facts->has_delta = true;
		facts->delta_va = vaddr;
		facts->delta_pa = paddr;
	} else if (type == PT_LOAD && facts->word == 4 && paddr == UINT32_MAX)
		facts->virtual = true;
	return (0);
}

/* E_NOT_MINE when this is no such dump. */
static int
read_facts(struct ctx *ctx, struct file *f, struct facts *facts)
{
	uint8_t raw[64];
	struct bytes b;
	uint64_t phoff, off;
	unsigned i, n, size, machine;
	size_t len;
	int rc;

	memset(facts, 0, sizeof(*facts));
	memset(raw, 0, sizeof(raw));
	len = file_size(f) < sizeof(raw) ? (size_t)file_size(f) : sizeof(raw);
	rc = file_read(ctx, f, 0, raw, len);
	if (rc != 0)
		return (rc);
	if (len < 52 || memcmp(raw, "\177ELF", 4) != 0 ||
	    (raw[4] != 1 && raw[4] != 2) || (raw[5] != 1 && raw[5] != 2) ||
	    raw[7] != OSABI_STANDALONE)
		return (E_NOT_MINE);
	facts->word = raw[4] == 2 ? 8 : 4;
	facts->be = raw[5] == 2;
	b = bytes_of(raw, len, facts->be);
	bytes_seek(&b, 16);
	if (bytes_u16(&b) != ET_CORE)
		return (E_NOT_MINE);
	machine = bytes_u16(&b);
	bytes_skip(&b, 4 + facts->word);	/* version, entry */
	phoff = bytes_uint(&b, facts->word);
	bytes_skip(&b, facts->word + 4 + 2);	/* shoff, flags, ehsize */
	size = bytes_u16(&b);
	n = bytes_u16(&b);
	/* Damaged program headers are for elf.c to complain about. */
	ctx->quiet++;
	for (i = 0; i < n; i++)
		if (!add_ok(phoff, (uint64_t)i * size, &off) ||
		    read_phdr(ctx, f, off, facts) != 0)
			break;
	ctx->quiet--;
	if (machine != EM_PPC)
		facts->virtual = false;
	return (facts->notes ? E_NOT_MINE : 0);
}

static int
fbsd_elf_probe(struct ctx *ctx, struct file *f)
{
	struct facts facts;

	return (read_facts(ctx, f, &facts));
}

static int
fbsd_elf_open(struct ctx *ctx, struct file **files, size_t n,
    const struct dump_options *opt, struct dump **ret)
{
	struct facts facts;
	struct dump *d;
	int rc;

	rc = read_facts(ctx, files[0], &facts);
	if (rc != 0)
		return (rc);
	rc = backend_elf.open(ctx, files, n, opt, &d);
	if (rc != 0)
		return (rc);
	d->backend = &backend_fbsd_elf;
	d->system = "FreeBSD";
	d->has_delta = facts.has_delta;
	d->delta_va = facts.delta_va;
	d->delta_pa = facts.delta_pa;
	d->has_root = facts.virtual;	/* form NULL: as they are */
	*ret = d;
	return (0);
}

static const char *
fbsd_elf_format(const struct dump *d)
{
	return (d->arch->ptr_size == 8 ? "FreeBSD ELF64" : "FreeBSD ELF32");
}
