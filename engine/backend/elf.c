/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ELF vmcores: what /proc/vmcore gives, QEMU's dump-guest-memory, our own
 * captures.  ELF-64 and ELF-32 object file format, System V ABI ("gabi"),
 * program headers and notes; p_paddr is what counts, since many writers put a
 * physical address in p_vaddr too.
 */
#include "engine/backend/elf.h"

#include "base/bytes.h"
#include "base/vec.h"
#include "engine/backend/notes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ET_CORE		4
#define OSABI_STANDALONE 255
#define PT_LOAD		1
#define PT_NOTE		4
#define PN_XNUM		0xffff
#define SEGMENTS_MAX	(1u << 20)
#define CLAIMS_MAX	128u		/* all segments against the file's size */

/* A run of physical memory, sorted and without overlaps. */
struct segment {
	uint64_t pa, end;
	uint64_t offset;		/* in the file */
	int	 status;		/* OK, E_NOT_IN_DUMP, E_TRUNCATED */
};

struct elf {
	struct dump	 dump;		/* first: is a layer */
	unsigned	 class_bits;	/* 32 or 64 */
	struct segment	*segs;
	size_t		 nsegs, cap;
	_Atomic size_t	 last;		/* where the last look-up ended */
	struct notes	 notes;
	uint64_t	 claimed;	/* bytes of the file, by all segments */
	bool		 kcore;
	bool		 marked;	/* kcore: all ones stands for no p_paddr */
};

struct ehdr {
	bool	 be;
	unsigned bits, type, machine, phentsize, osabi;
	uint64_t phoff, phnum;
};

static int	elf_probe(struct ctx *, struct file *);
static int	elf_open(struct ctx *, struct file **, size_t, struct dump **);
static const char *elf_format(const struct dump *);
static int	elf_read(struct mem_layer *, struct ctx *, uint64_t, void *, size_t);
static int	elf_extent(struct mem_layer *, struct ctx *, uint64_t,
		    struct extent *);
static int	elf_range(struct mem_layer *, struct ctx *, uint64_t,
		    struct mem_range *);
static void	elf_drop(struct mem_layer *, uint64_t, uint64_t);
static void	elf_close(struct mem_layer *);

const struct backend backend_elf = {
	.name = "ELF",
	.format = elf_format,
	.probe = elf_probe,
	.open = elf_open,
};

static const struct mem_layer_ops elf_ops = {
	.name = "ELF",
	.read = elf_read,
	.extent = elf_extent,
	.range = elf_range,
	.drop = elf_drop,
	.close = elf_close,
};

/* The file header, with the extended count of program headers resolved. */
static int
read_ehdr(struct ctx *ctx, struct file *f, struct ehdr *eh)
{
	uint8_t raw[64];
	struct bytes b;
	uint64_t shoff;
	size_t n;
	int rc;

	n = file_size(f) < sizeof(raw) ? (size_t)file_size(f) : sizeof(raw);
	memset(raw, 0, sizeof(raw));
	rc = file_read(ctx, f, 0, raw, n);
	if (rc != 0)
		return (rc);
	if (n < 20 || memcmp(raw, "\177ELF", 4) != 0)
		return (E_NOT_MINE);
	if (raw[4] != 1 && raw[4] != 2)
		return (ctx_fail(ctx, E_CORRUPT, "%s: ELF class %u is neither "
		    "32 nor 64 bits", file_name(f), raw[4]));
	if (raw[5] != 1 && raw[5] != 2)
		return (ctx_fail(ctx, E_CORRUPT, "%s: ELF byte order %u is "
		    "unknown", file_name(f), raw[5]));
	eh->bits = raw[4] == 2 ? 64 : 32;
	eh->be = raw[5] == 2;
	eh->osabi = raw[7];
	b = bytes_of(raw, n, eh->be);
	bytes_seek(&b, 16);
	eh->type = bytes_u16(&b);
	eh->machine = bytes_u16(&b);
	bytes_skip(&b, 4 + eh->bits / 8);	/* version, entry */
	eh->phoff = bytes_uint(&b, eh->bits / 8);
	shoff = bytes_uint(&b, eh->bits / 8);
	bytes_skip(&b, 4 + 2);			/* flags, ehsize */
	eh->phentsize = bytes_u16(&b);
	eh->phnum = bytes_u16(&b);
	if (b.bad)
		return (ctx_fail(ctx, E_TRUNCATED,
		    "%s: ends inside the ELF header", file_name(f)));
	if (eh->phnum == PN_XNUM && shoff != 0) {
		/* The real count is sh_info of section header 0. */
		rc = file_read(ctx, f, shoff + (eh->bits == 64 ? 44 : 28), raw, 4);
		if (rc != 0)
			return (ctx_chain(ctx, "%s: extended program header "
			    "count", file_name(f)));
		eh->phnum = load_u32(raw, eh->be);
	}
	return (0);
}

static int
elf_probe(struct ctx *ctx, struct file *f)
{
	static const char *const types[] = {
		"of no type", "a relocatable object file", "an executable",
		"a shared object or executable",
	};
	struct ehdr eh;
	int rc;

	rc = read_ehdr(ctx, f, &eh);
	if (rc != 0)
		return (rc);
	if (eh.type != ET_CORE)
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s: is an ELF file, %s, "
		    "not a memory dump (ET_CORE)", file_name(f),
		    eh.type < 4 ? types[eh.type] : "of a type of its own"));
	return (0);
}

static int
add_segment(struct ctx *ctx, struct elf *e, uint64_t pa, uint64_t end,
    uint64_t offset, int status)
{
	if (pa >= end)
		return (0);
	if (!vec_room(e->segs, e->cap, e->nsegs + 1))
		return (ctx_fail(ctx, E_NOMEM, "no memory for segments"));
	e->segs[e->nsegs++] = (struct segment){ pa, end, offset, status };
	return (0);
}

static int
by_kind(const void *a, const void *b)
{
	const struct segment *x = a, *y = b;

	/* First all that have bytes. */
	if ((x->status == 0) != (y->status == 0))
		return (x->status == 0 ? -1 : 1);
	if (x->pa != y->pa)
		return (x->pa < y->pa ? -1 : 1);
	return (x->offset < y->offset ? -1 : x->offset > y->offset);
}

/* Cut what an earlier run of the same list holds already; in place. */
static size_t
cut_overlaps(struct segment *v, size_t n)
{
	uint64_t at, skip;
	size_t i, kept;

	for (i = 0, kept = 0, at = 0; i < n; i++) {
		if (v[i].end <= at)
			continue;
		skip = v[i].pa < at ? at - v[i].pa : 0;
		v[kept] = v[i];
		v[kept].pa += skip;
		v[kept].offset += skip;
		at = v[kept++].end;
	}
	return (kept);
}

/* Append, joined with the run before where that says the same. */
static int
join_segment(struct ctx *ctx, struct elf *e, uint64_t pa, uint64_t end,
    uint64_t offset, int status)
{
	struct segment *last;

	last = e->nsegs > 0 ? &e->segs[e->nsegs - 1] : NULL;
	if (pa < end && last != NULL && last->end == pa &&
	    last->status == status && (status != 0 ||
	    offset - last->offset == pa - last->pa)) {
		last->end = end;
		return (0);
	}
	return (add_segment(ctx, e, pa, end, offset, status));
}

/*
 * Sort, and settle overlaps (/proc/vmcore lists the kernel text twice): what
 * has bytes comes before what has none, and of two alike the earlier.
 */
static int
settle(struct ctx *ctx, struct elf *e)
{
	struct segment *in, *good, *bad;
	size_t i, j, n, ngood, nbad;
	uint64_t at, stop;
	int rc;

	in = e->segs;
	n = e->nsegs;
	if (n == 0)
		return (0);
	qsort(in, n, sizeof(*in), by_kind);
	for (ngood = 0; ngood < n && in[ngood].status == 0; ngood++)
		;
	good = in;
	bad = in + ngood;
	nbad = cut_overlaps(bad, n - ngood);
	ngood = cut_overlaps(good, ngood);
	e->segs = NULL;
	e->nsegs = e->cap = 0;
	for (i = 0, j = 0, at = 0, rc = 0; i <= ngood && rc == 0; i++) {
		stop = i < ngood ? good[i].pa : UINT64_MAX;
		for (; j < nbad && bad[j].pa < stop && rc == 0; j++) {
			rc = join_segment(ctx, e, bad[j].pa > at ? bad[j].pa :
			    at, bad[j].end < stop ? bad[j].end : stop, 0,
			    bad[j].status);
			if (bad[j].end > stop)
				break;	/* it may go on behind the good one */
		}
		if (i < ngood && rc == 0)
			rc = join_segment(ctx, e, good[i].pa, good[i].end,
			    good[i].offset, 0);
		at = i < ngood ? good[i].end : at;
	}
	free(in);
	return (rc);
}

static int
load_segment(struct ctx *ctx, struct elf *e, struct file *f, uint64_t pa,
    uint64_t off, uint64_t filesz, uint64_t memsz)
{
	uint64_t have, end, size;
	int rc;

	if (memsz < filesz)
		memsz = filesz;
	if (!add_ok(pa, memsz, &end)) {
		end = UINT64_MAX;
		memsz = end - pa;
		if (filesz > memsz)
			filesz = memsz;
	}
	size = file_size(f);
	have = off >= size ? 0 : size - off;
	if (have > filesz)
		have = filesz;
	/* Segments that share their bytes could make any scan endless. */
	e->claimed += have;
	if (e->claimed / CLAIMS_MAX > size)
		return (ctx_fail(ctx, E_LIMIT, "%s: its segments claim the "
		    "same bytes more than %u times", file_name(f), CLAIMS_MAX));
	if (have < filesz) {
		e->dump.complete = false;
		if (e->dump.incomplete == NULL)
			e->dump.incomplete = arena_printf(&e->dump.arena,
			    "the file ends at 0x%llx, inside the segment of "
			    "physical address 0x%llx that should reach 0x%llx",
			    (unsigned long long)size, (unsigned long long)pa,
			    (unsigned long long)(off + filesz));
	}
	rc = add_segment(ctx, e, pa, pa + have, off, 0);
	if (rc == 0)
		rc = add_segment(ctx, e, pa + have, pa + filesz, 0,
		    E_TRUNCATED);
	if (rc == 0)
		rc = add_segment(ctx, e, pa + filesz, end, 0, E_NOT_IN_DUMP);
	return (rc);
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

	for (i = n = 0; i < e->nsegs; i++)
		if (e->segs[i].pa != 0)
			e->segs[n++] = e->segs[i];
	e->nsegs = n;
}

static int
read_phdrs(struct ctx *ctx, struct elf *e, struct file *f, const struct ehdr *eh)
{
	const unsigned word = eh->bits / 8, need = eh->bits == 64 ? 56 : 32;
	uint64_t i, off, vaddr, paddr, filesz, memsz;
	struct bytes b;
	uint8_t raw[56];
	uint32_t type;
	int rc;

	if (eh->phentsize < need)
		return (ctx_fail(ctx, E_CORRUPT, "%s: program headers of %u "
		    "bytes are too small", file_name(f), eh->phentsize));
	if (eh->phnum > SEGMENTS_MAX)
		return (ctx_fail(ctx, E_LIMIT, "%s: %llu program headers are "
		    "too many", file_name(f), (unsigned long long)eh->phnum));
	for (i = 0; i < eh->phnum; i++) {
		if (!add_ok(eh->phoff, i * eh->phentsize, &off) ||
		    file_read(ctx, f, off, raw, need) != 0) {
			e->dump.complete = false;
			e->dump.incomplete = arena_printf(&e->dump.arena,
			    "the file ends inside its program headers "
			    "(%llu of %llu read)", (unsigned long long)i,
			    (unsigned long long)eh->phnum);
			ctx_clear(ctx);
			break;
		}
		b = bytes_of(raw, need, eh->be);
		type = bytes_u32(&b);
		if (eh->bits == 64)
			bytes_skip(&b, 4);	/* flags */
		off = bytes_uint(&b, word);
		vaddr = bytes_uint(&b, word);
		paddr = bytes_uint(&b, word);
		/* 32-bit Power, see fbsd_elf.c: no other address is there. */
		if (eh->osabi == OSABI_STANDALONE && word == 4 &&
		    paddr == UINT32_MAX)
			paddr = vaddr;
		filesz = bytes_uint(&b, word);
		memsz = bytes_uint(&b, word);
		rc = 0;
		if (type == PT_LOAD && !is_unplaced(e, paddr))
			rc = load_segment(ctx, e, f, paddr, off, filesz, memsz);
		else if (type == PT_NOTE)
			rc = notes_take(ctx, &e->notes, f, off, filesz);
		if (rc != 0)
			return (rc);
	}
	if (e->kcore && !e->marked)
		drop_zeros(e);
	return (settle(ctx, e));
}

static int
open_core(struct ctx *ctx, struct file *f, bool kcore, struct dump **ret)
{
	struct ehdr eh;
	struct elf *e;
	int rc;

	rc = read_ehdr(ctx, f, &eh);
	if (rc != 0)
		return (rc);
	e = calloc(1, sizeof(*e));
	if (e == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	e->dump.layer.ops = &elf_ops;
	e->dump.backend = &backend_elf;
	e->dump.complete = true;
	e->kcore = kcore;
	arena_init(&e->dump.arena);
	e->notes.dump = &e->dump;
	e->notes.be = eh.be;
	e->notes.info_only = kcore;
	e->class_bits = eh.bits;
	/* A 32-bit kernel's dump may be a 64-bit ELF (PAE): the machine decides. */
	e->dump.arch = arch_by_elf((uint16_t)eh.machine, eh.bits / 8, eh.be);
	rc = read_phdrs(ctx, e, f, &eh);
	if (rc == 0 && e->notes.user_core)
		rc = ctx_fail(ctx, E_UNSUPPORTED, "%s is the core of a user "
		    "process, not of a kernel: use a debugger such as gdb",
		    file_name(f));
	if (rc == 0 && e->nsegs == 0)
		rc = e->dump.incomplete != NULL ? ctx_fail(ctx, E_CORRUPT,
		    "%s: no memory in it: %s", file_name(f),
		    e->dump.incomplete) : ctx_fail(ctx, E_CORRUPT,
		    "%s: an ELF core without any memory (PT_LOAD)",
		    file_name(f));
	if (rc == 0 && e->dump.arch == NULL)
		rc = ctx_fail(ctx, E_UNSUPPORTED, "%s is a dump of a processor "
		    "that is not supported (ELF machine %u, %u bits, %s-endian)",
		    file_name(f), eh.machine, eh.bits,
		    eh.be ? "big" : "little");
	if (rc != 0) {
		elf_close(&e->dump.layer);
		return (rc);
	}
	e->dump.files[0] = f;
	e->dump.nfiles = 1;
	*ret = &e->dump;
	return (0);
}

static int
elf_open(struct ctx *ctx, struct file **files, size_t n, struct dump **ret)
{
	if (n != 1)
		return (ctx_fail(ctx, E_USAGE, "%s and %s are two whole dumps; "
		    "name one", file_name(files[0]), file_name(files[1])));
	return (open_core(ctx, files[0], false, ret));
}

int
elf_open_kcore(struct ctx *ctx, struct file *f, struct dump **ret)
{
	int rc;

	rc = elf_probe(ctx, f);
	if (rc == E_NOT_MINE)
		rc = ctx_fail(ctx, E_CORRUPT, "%s is not an ELF core",
		    file_name(f));
	return (rc == 0 ? open_core(ctx, f, true, ret) : rc);
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

static void
elf_close(struct mem_layer *l)
{
	struct elf *e = (struct elf *)l;
	size_t i;

	for (i = 0; i < e->dump.nfiles; i++)
		file_close(e->dump.files[i]);
	free(e->dump.cpus);
	arena_fini(&e->dump.arena);
	free(e->segs);
	free(e);
}

/* The index of the run that holds pa, or of the first above it (nsegs: none). */
static size_t
find(struct elf *e, uint64_t pa)
{
	size_t lo, hi, mid;

	mid = atomic_load_explicit(&e->last, memory_order_relaxed);
	if (mid < e->nsegs && pa >= e->segs[mid].pa && pa < e->segs[mid].end)
		return (mid);
	for (lo = 0, hi = e->nsegs; lo < hi;) {
		mid = lo + (hi - lo) / 2;
		if (e->segs[mid].end <= pa)
			lo = mid + 1;
		else
			hi = mid;
	}
	atomic_store_explicit(&e->last, lo, memory_order_relaxed);
	return (lo);
}

static int
missing(struct ctx *ctx, struct elf *e, uint64_t pa, int status)
{
	return (ctx_fail_at(ctx, status, pa, status == E_TRUNCATED ?
	    "physical 0x%llx lies behind the end of %s, which was cut short" :
	    "physical 0x%llx is not in %s", (unsigned long long)pa,
	    file_name(e->dump.files[0])));
}

static int
elf_read(struct mem_layer *l, struct ctx *ctx, uint64_t pa, void *buf, size_t n)
{
	struct elf *e = (struct elf *)l;
	const struct segment *s;
	size_t i, want;
	uint64_t off;
	int rc;

	for (; n > 0; n -= want) {
		i = find(e, pa);
		if (i == e->nsegs || e->segs[i].pa > pa)
			return (missing(ctx, e, pa, E_NOT_IN_DUMP));
		s = &e->segs[i];
		if (s->status != 0)
			return (missing(ctx, e, pa, s->status));
		want = n < s->end - pa ? n : (size_t)(s->end - pa);
		off = s->offset + (pa - s->pa);
		rc = file_read(ctx, e->dump.files[0], off, buf, want);
		if (rc != 0) {
			ctx->err.addr = pa + (ctx->err.addr - off);
			return (rc);
		}
		buf = (char *)buf + want;
		pa += want;
	}
	return (0);
}

static int
elf_extent(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct extent *ret)
{
	struct elf *e = (struct elf *)l;
	const struct segment *s;
	const uint8_t *p;
	size_t i;

	i = find(e, pa);
	if (i == e->nsegs || e->segs[i].pa > pa)
		return (missing(ctx, e, pa, E_NOT_IN_DUMP));
	s = &e->segs[i];
	if (s->status != 0)
		return (missing(ctx, e, pa, s->status));
	p = file_map(e->dump.files[0], s->offset, s->end - s->pa);
	if (p == NULL)
		return (ctx_fail_at(ctx, E_UNSUPPORTED, pa,
		    "physical 0x%llx is not at hand in place",
		    (unsigned long long)pa));
	*ret = (struct extent){ p, s->pa, s->end - s->pa };
	return (0);
}

static int
elf_range(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct mem_range *ret)
{
	struct elf *e = (struct elf *)l;
	const struct segment *s;
	size_t i;

	(void)ctx;
	i = find(e, pa);
	if (i == e->nsegs)
		return (E_DONE);
	s = &e->segs[i];
	if (s->pa > pa)
		*ret = (struct mem_range){ pa, s->pa, E_NOT_IN_DUMP, UINT64_MAX };
	else
		*ret = (struct mem_range){ pa, s->end, s->status,
		    s->status == 0 ? s->offset + (pa - s->pa) : UINT64_MAX };
	return (0);
}

static void
elf_drop(struct mem_layer *l, uint64_t pa, uint64_t n)
{
	struct elf *e = (struct elf *)l;
	const struct segment *s;
	size_t i;

	i = find(e, pa);
	if (i == e->nsegs || e->segs[i].pa > pa)
		return;
	s = &e->segs[i];
	if (n > s->end - pa)
		n = s->end - pa;
	file_drop(e->dump.files[0], s->offset + (pa - s->pa), n);
}
