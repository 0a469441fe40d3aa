/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ELF vmcores: what /proc/vmcore gives, QEMU's dump-guest-memory, our own
 * captures.  ELF-64 and ELF-32 object file format, System V ABI ("gabi"),
 * program headers and notes; p_paddr is what counts, since many writers put a
 * physical address in p_vaddr too; where no segment has one, p_vaddr is looked at.
 */
#include "engine/backend/elf.h"

#include "base/bytes.h"
#include "base/hash.h"
#include "engine/backend/elf_place.h"
#include "engine/backend/elf_virtual.h"
#include "engine/backend/elf_write.h"
#include "engine/backend/notes.h"
#include "engine/backend/plain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_BYTES	4096		/* of kcore: its program headers */
#define PN_XNUM		0xffff
#define SECTIONS_MAX	64
#define SEGMENTS_MAX	(1u << 20)
#define ABOVE_4G	(UINT64_C(1) << 40)

struct elf {
	struct plain	 plain;		/* first: is a dump, is a layer */
	unsigned	 class_bits;	/* 32 or 64 */
	struct notes	 notes;
	struct elf_virtual virt;	/* where kpeek's note asks for it */
	struct elf_place place;
	bool		 virtual_only;	/* no segment says where it lies */
	bool		 kcore;
	bool		 marked;	/* kcore: all ones stands for no p_paddr */
};

static int	elf_probe(struct ctx *, struct file *);
static int	elf_open(struct ctx *, struct file **, size_t,
		    const struct dump_options *, struct dump **);
static const char *elf_format(const struct dump *);
static int	elf_digest(struct ctx *, struct dump *, uint64_t *);

const struct backend backend_elf = {
	.name = "ELF",
	.format = elf_format,
	.probe = elf_probe,
	.open = elf_open,
	.digest = elf_digest,
};

/* The file header, with the extended count of program headers resolved. */
static int
read_head(struct ctx *ctx, struct file *f, struct elf_header *eh)
{
	struct elf_section first;
	int rc;

	rc = elf_header_read(ctx, f, eh);
	if (rc != 0 || eh->phnum != PN_XNUM || eh->shoff == 0)
		return (rc);
	rc = elf_section_read(ctx, f, eh, 0, &first);
	if (rc != 0)
		return (ctx_chain(ctx, "%s: extended program header count",
		    file_name(f)));
	eh->phnum = first.info;
	return (0);
}

static int
elf_probe(struct ctx *ctx, struct file *f)
{
	static const char *const types[] = {
		"of no type", "a relocatable object file", "an executable",
		"a shared object or executable",
	};
	struct elf_header eh;
	int rc;

	rc = read_head(ctx, f, &eh);
	if (rc != 0)
		return (rc);
	if (eh.type != ELF_ET_CORE)
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s is an ELF file, %s, "
		    "not a memory dump (ET_CORE)", file_name(f),
		    eh.type < 4 ? types[eh.type] : "of a type of its own"));
	return (0);
}

/* Is a segment of kcore one that lies at no known physical address? */
static bool
is_unplaced(struct elf *e, uint64_t paddr)
{
	if (!e->kcore)
		return (false);
	e->marked = e->marked || paddr == UINT64_MAX;
	return (paddr == UINT64_MAX);
}

/* Where nothing is marked, 0 stands for no p_paddr. */
static void
drop_zeros(struct elf *e)
{
	size_t i, n;

	for (i = n = 0; i < e->plain.nruns; i++)
		if (e->plain.runs[i].pa != 0)
			e->plain.runs[n++] = e->plain.runs[i];
	e->plain.nruns = n;
}

static int
take_notes(struct ctx *ctx, struct elf *e, struct file *f, uint64_t off,
    uint64_t len)
{
	int rc;

	rc = plain_protect(ctx, &e->plain, 0, off, len);
	return (rc == 0 ? notes_take(ctx, &e->notes, f, off, len) : rc);
}

static int
read_phdr(struct ctx *ctx, struct file *f, const struct elf_header *eh,
    uint64_t i, struct elf_phdr *ret)
{
	int rc;

	rc = elf_phdr_read(ctx, f, eh, i, ret);
	/* 32-bit Power, see fbsd_elf.c: no other address is there. */
	if (rc == 0 && eh->osabi == ELF_OSABI_STANDALONE && eh->bits == 32 &&
	    ret->paddr == UINT32_MAX)
		ret->paddr = ret->vaddr;
	return (rc);
}

/*
 * Some tools write where the kernel sees each segment, and 0 or all ones for
 * where it lies.  Ends at the first segment of any other core.
 */
static void
look_for_places(struct ctx *ctx, struct elf *e, struct file *f,
    const struct elf_header *eh)
{
	struct elf_phdr ph;
	uint64_t i;
	size_t n;

	ctx->quiet++;
	for (i = 0, n = 0; i < eh->phnum &&
	    read_phdr(ctx, f, eh, i, &ph) == 0; i++) {
		if (ph.type != ELF_PT_LOAD || ph.memsz == 0)
			continue;
		if (!elf_place_see(&e->place, ph.vaddr, ph.paddr))
			break;
		n++;
	}
	ctx->quiet--;
	/* One alone may well lie at 0. */
	e->virtual_only = i == eh->phnum && n > 1;
}

static int
take_load(struct ctx *ctx, struct elf *e, struct file *f, const struct elf_phdr *ph)
{
	struct dump *d = &e->plain.dump;
	uint64_t paddr = ph->paddr;

	if (is_unplaced(e, paddr))
		return (0);
	if (e->virtual_only && !elf_place(&e->place, d, ph->vaddr, &paddr)) {
		d->complete = false;
		if (d->incomplete == NULL)
			d->incomplete = arena_printf(&d->arena, "its segments "
			    "have virtual addresses alone, and where 0x%llx "
			    "lies in memory is not known: --vmcoreinfo tells it",
			    (unsigned long long)ph->vaddr);
		return (0);
	}
	return (plain_add(ctx, &e->plain, &f, 0, paddr, ph->offset, ph->filesz,
	    ph->memsz));
}

static int
read_phdrs(struct ctx *ctx, struct elf *e, struct file *f, const struct elf_header *eh)
{
	const unsigned word = eh->bits / 8, need = eh->bits == 64 ? 56 : 32;
	struct elf_phdr ph;
	uint64_t i;
	int rc;

	if (eh->phentsize < need)
		return (ctx_fail(ctx, E_CORRUPT, "%s: program headers of %u "
		    "bytes are too small", file_name(f), eh->phentsize));
	if (eh->phnum > SEGMENTS_MAX)
		return (ctx_fail(ctx, E_LIMIT, "%s: %llu program headers are "
		    "too many", file_name(f), (unsigned long long)eh->phnum));
	if (!e->kcore && word == 8)
		look_for_places(ctx, e, f, eh);
	for (i = 0; i < eh->phnum; i++) {
		if (read_phdr(ctx, f, eh, i, &ph) != 0) {
			e->plain.dump.complete = false;
			e->plain.dump.incomplete = arena_printf(&e->plain.dump.arena,
			    "the file ends inside its program headers "
			    "(%llu of %llu read)", (unsigned long long)i,
			    (unsigned long long)eh->phnum);
			ctx_clear(ctx);
			break;
		}
		rc = 0;
		if (e->notes.facts.page_shift != 0 &&
		    (ph.type == ELF_PT_LOAD || ph.type == ELF_PT_ABSENT)) {
			/* 32 bits cannot tell where it lies: by its bytes then. */
			if (word == 4 && ph.paddr == UINT32_MAX)
				ph.paddr = ABOVE_4G + ph.offset;
			rc = elf_virtual_add(ctx, &e->virt, ph.vaddr, ph.paddr,
			    ph.memsz, ph.flags);
		}
		if (rc == 0 && ph.type == ELF_PT_LOAD && !e->virtual_only)
			rc = take_load(ctx, e, f, &ph);
		else if (rc == 0 && ph.type == ELF_PT_NOTE)
			rc = take_notes(ctx, e, f, ph.offset, ph.filesz);
		if (rc != 0)
			return (rc);
	}
	/* To place these takes the notes, which may come last. */
	for (i = 0; i < eh->phnum && e->virtual_only; i++) {
		rc = read_phdr(ctx, f, eh, i, &ph);
		if (rc == 0 && ph.type == ELF_PT_LOAD)
			rc = take_load(ctx, e, f, &ph);
		if (rc != 0)
			return (rc);
	}
	if (e->notes.facts.page_shift != 0) {
		rc = elf_virtual_finish(ctx, &e->virt, &e->plain.dump, word,
		    e->notes.facts.page_shift);
		if (rc != 0)
			return (rc);
		e->plain.made = &e->virt.table;
		e->plain.dump.levels = e->notes.facts.levels;
	}
	if (e->kcore && !e->marked)
		drop_zeros(e);
	rc = plain_protect(ctx, &e->plain, 0, 0, 64);
	if (rc == 0)
		rc = plain_protect(ctx, &e->plain, 0, eh->phoff,
		    eh->phnum * eh->phentsize);
	if (rc == 0 && eh->shoff != 0)
		rc = plain_protect(ctx, &e->plain, 0, eh->shoff,
		    eh->shentsize * (eh->shnum > 0 ? eh->shnum : 1));
	if (rc != 0)
		return (rc);
	return (plain_settle(ctx, &e->plain));
}

/*
 * The program headers of kcore, which the kernel writes anew for each reader.
 * No more than those: the notes behind them hold the reader's own task_struct
 * (fs/proc/kcore.c), which never is what it was.
 */
static int
elf_digest(struct ctx *ctx, struct dump *d, uint64_t *ret)
{
	const struct elf *e = (const struct elf *)d;
	uint8_t head[HEAD_BYTES];
	struct elf_header eh;
	uint64_t n;
	size_t i;
	int rc;

	*ret = 0;
	if (!e->kcore)
		return (0);
	rc = read_head(ctx, d->files[0], &eh);
	if (rc != 0)
		return (rc);
	n = eh.phnum < SEGMENTS_MAX ? eh.phnum * eh.phentsize : HEAD_BYTES;
	if (n > HEAD_BYTES)
		n = HEAD_BYTES;
	rc = file_read(ctx, d->files[0], eh.phoff, head, (size_t)n);
	for (i = 0; rc == 0 && i < n; i++)
		*ret = hash_u64(*ret ^ head[i]);
	return (rc);
}

/*
 * xl dump-core gives pages in sections beside a note of Xen's, and no program
 * header (docs/misc/dump-core-format.txt of Xen 4.17).
 */
static bool
is_xen_guest(struct ctx *ctx, struct file *f, const struct elf_header *eh)
{
	struct elf_section s;
	uint8_t raw[16];
	bool found = false;
	uint64_t i;

	ctx->quiet++;
	for (i = 0; i < eh->shnum && i < SECTIONS_MAX && !found &&
	    eh->phnum == 0 && elf_section_read(ctx, f, eh, i, &s) == 0; i++)
		found = s.type == ELF_SHT_NOTE &&
		    file_read(ctx, f, s.offset, raw, sizeof(raw)) == 0 &&
		    load_u32(raw, eh->be) == 4 &&
		    memcmp(raw + 12, "Xen", 4) == 0;
	ctx->quiet--;
	return (found);
}

/* What ELF cores there are besides a kernel's. */
static int
check_kind(struct ctx *ctx, const struct elf *e, struct file *f,
    const struct elf_header *eh)
{
	if (e->notes.user_core)
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s is the core of a user "
		    "process, not of a kernel: use a debugger such as gdb",
		    file_name(f)));
	if (e->notes.xen_host)
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s is a dump of a Xen "
		    "host, whose guests' pages lie scattered in it, which "
		    "kpeek does not read: use crash with xen-syms, or take a "
		    "dump of the guest alone", file_name(f)));
	if (is_xen_guest(ctx, f, eh))
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s is a Xen guest's core "
		    "(xl dump-core), which kpeek does not read: use crash, or "
		    "take a dump from within the guest (kdump)", file_name(f)));
	return (0);
}

static void
drop_core(struct elf *e)
{
	elf_virtual_fini(&e->virt);
	plain_fini(&e->plain);
	free(e);
}

/* What the headers and notes say; the file is not taken. */
static int
load_core(struct ctx *ctx, struct file *f, bool kcore,
    const struct dump_options *opt, struct elf **ret)
{
	struct elf_header eh;
	struct elf *e;
	int rc;

	rc = read_head(ctx, f, &eh);
	if (rc != 0)
		return (rc);
	e = calloc(1, sizeof(*e));
	if (e == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	e->plain.dump.layer.ops = &plain_ops;
	e->plain.dump.backend = &backend_elf;
	e->plain.dump.complete = true;
	e->kcore = kcore;
	e->plain.read_only = kcore ? "the kernel lets nobody write to "
	    "/proc/kcore" : NULL;
	arena_init(&e->plain.dump.arena);
	e->notes.dump = &e->plain.dump;
	e->notes.be = eh.be;
	e->notes.info_only = kcore;
	e->class_bits = eh.bits;
	/* A 32-bit kernel's dump may be a 64-bit ELF (PAE): the machine decides. */
	e->plain.dump.arch = arch_by_elf((uint16_t)eh.machine, eh.bits / 8, eh.be);
	rc = opt != NULL ? dump_tell(ctx, &e->plain.dump, opt) : 0;
	if (rc == 0)
		rc = read_phdrs(ctx, e, f, &eh);
	if (rc == 0)
		rc = check_kind(ctx, e, f, &eh);
	if (rc != 0)
		drop_core(e);
	else
		*ret = e;
	return (rc);
}

int
elf_check(struct ctx *ctx, struct file *f)
{
	struct elf *e;
	int rc;

	rc = elf_probe(ctx, f);
	if (rc == 0)
		rc = load_core(ctx, f, false, NULL, &e);
	if (rc == 0)
		drop_core(e);
	if (rc == 0 || rc == E_UNSUPPORTED)
		return (rc);
	ctx_clear(ctx);
	return (0);
}

static int
open_core(struct ctx *ctx, struct file *f, bool kcore,
    const struct dump_options *opt, struct dump **ret)
{
	struct elf_header eh;
	struct elf *e;
	int rc;

	rc = read_head(ctx, f, &eh);
	if (rc == 0)
		rc = load_core(ctx, f, kcore, opt, &e);
	if (rc != 0)
		return (rc);
	if (e->plain.nruns == 0)
		rc = e->plain.dump.incomplete != NULL ? ctx_fail(ctx, E_CORRUPT,
		    "%s: no memory in it: %s", file_name(f),
		    e->plain.dump.incomplete) : ctx_fail(ctx, E_CORRUPT,
		    "%s: an ELF core without any memory (PT_LOAD)",
		    file_name(f));
	if (rc == 0 && e->plain.dump.arch == NULL)
		rc = ctx_fail(ctx, E_UNSUPPORTED, "%s is a dump of a processor "
		    "that is not supported (ELF machine %u, %u bits, %s-endian)",
		    file_name(f), eh.machine, eh.bits,
		    eh.be ? "big" : "little");
	if (rc != 0) {
		drop_core(e);
		return (rc);
	}
	e->plain.dump.files[0] = f;
	e->plain.dump.nfiles = 1;
	*ret = &e->plain.dump;
	return (0);
}

static int
elf_open(struct ctx *ctx, struct file **files, size_t n,
    const struct dump_options *opt, struct dump **ret)
{
	(void)n;
	return (open_core(ctx, files[0], false, opt, ret));
}

int
elf_open_kcore(struct ctx *ctx, struct file *f, struct dump **ret)
{
	int rc;

	rc = elf_probe(ctx, f);
	if (rc == E_NOT_MINE)
		rc = ctx_fail(ctx, E_CORRUPT, "%s is not an ELF core",
		    file_name(f));
	return (rc == 0 ? open_core(ctx, f, true, NULL, ret) : rc);
}

static const char *
elf_format(const struct dump *d)
{
	static const char *const names[2][2][2] = {
		{ { "ELF32", "ELF32 (flattened)" },
		    { "ELF32 (QEMU)", "ELF32 (flattened, QEMU)" } },
		{ { "ELF64", "ELF64 (flattened)" },
		    { "ELF64 (QEMU)", "ELF64 (flattened, QEMU)" } },
	};
	const struct elf *e = (const struct elf *)d;

	if (e->kcore)
		return ("kcore");
	return (names[e->class_bits == 64][e->notes.qemu]
	    [file_arranged(d->files[0])]);
}
