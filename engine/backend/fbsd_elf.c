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

#include "engine/backend/elf.h"
#include "engine/memory/elf_file.h"

#include <string.h>

#define EM_PPC		20
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
	bool	 notes, virtual, has_delta;
	uint64_t delta_va, delta_pa;
};

/* E_NOT_MINE when this is no such dump. */
static int
read_facts(struct ctx *ctx, struct file *f, struct facts *facts)
{
	struct elf_header h;
	struct elf_phdr p;
	uint64_t i;
	int rc;

	memset(facts, 0, sizeof(*facts));
	rc = elf_header_read(ctx, f, &h);
	if (rc != 0)
		return (rc);
	if (h.osabi != ELF_OSABI_STANDALONE || h.type != ELF_ET_CORE)
		return (E_NOT_MINE);
	/* Damaged program headers are for elf.c to complain about. */
	ctx->quiet++;
	for (i = 0; i < h.phnum && elf_phdr_read(ctx, f, &h, i, &p) == 0; i++) {
		if (p.type == ELF_PT_NOTE)
			facts->notes = true;
		else if (p.type == PT_DUMP_DELTA) {
			facts->has_delta = true;
			facts->delta_va = p.vaddr;
			facts->delta_pa = p.paddr;
		} else if (p.type == ELF_PT_LOAD && h.machine == EM_PPC &&
		    h.bits == 32 && p.paddr == UINT32_MAX)
			facts->virtual = true;
	}
	ctx->quiet--;
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
