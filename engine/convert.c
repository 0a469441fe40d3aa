/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A dump of any format as a plain ELF core that other debuggers open.
 *
 * Memory is written once, in the order of physical addresses.  Over it lie the
 * program headers: one for each run of the kernel's addresses that is one run of
 * memory too, with both addresses; what is mapped more than once (the direct map
 * shows what the kernel's image and its heap hold) shares its bytes.  Memory
 * that the kernel does not map keeps its physical address alone, p_vaddr repeats
 * that and p_flags is 0.
 *
 * A dump without page tables, FreeBSD's, is told by these headers alone when it
 * is opened again, as a note says (backend/facts.h).
 */
#include "base/bytes.h"
#include "base/newfile.h"
#include "engine/backend/elf_write.h"
#include "engine/backend/facts.h"
#include "engine/capture.h"
#include "engine/os/os.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bounds against forged tables: headers that are made, steps that are taken. */
#define LOADS_MAX	(1u << 20)	/* what elf.c reads */
#define STEPS_MAX	(64u << 20)
#define ALIGN		4096u
#define CHUNK		(1u << 20)
#define LIMIT_32	(UINT64_C(1) << 32)

/* A run of memory that the dump has, and where it goes. */
struct run {
	uint64_t pa, end;
	uint64_t offset;
};

struct load {
	uint64_t va, pa, len;		/* va: pa when nothing maps it */
	uint64_t offset;		/* UINT64_MAX: the dump has it not */
	unsigned flags;			/* PF_*; 0: not mapped */
};

struct convert {
	struct kernel	*k;
	unsigned	 word;		/* of the file's class */
	bool		 segments;	/* the headers are to tell the space */
	struct run	*runs;
	size_t		 nruns, runs_cap;
	struct load	*loads;
	size_t		 nloads, loads_cap;
	uint64_t	 size;		/* of the memory written */
	uint64_t	 lost;		/* pages that could not be read */
};

/* --- What is there -------------------------------------------------------- */

static int
find_memory(struct ctx *ctx, struct convert *c)
{
	struct mem_range r;
	struct run *last;
	uint64_t at;
	int rc;

	for (at = 0; (rc = mem_range(ctx, &c->k->mem, at, &r)) == 0 &&
	    r.end > at; at = r.end) {
		if ((rc = ctx_check(ctx)) != 0)
			return (rc);
		if (r.status != 0)
			continue;
		last = c->nruns > 0 ? &c->runs[c->nruns - 1] : NULL;
		if (last != NULL && last->end == r.start)
			last->end = r.end;
		else if (!vec_room(c->runs, c->runs_cap, c->nruns + 1))
			return (ctx_fail(ctx, E_NOMEM, "out of memory"));
		else
			c->runs[c->nruns++] = (struct run){ r.start, r.end,
			    0 };
	}
	if (rc != 0 && rc != E_DONE)
		return (rc);
	if (c->nruns == 0)
		return (ctx_fail(ctx, E_NOT_FOUND, "the dump has no memory"));
	return (0);
}

/* Where each run goes; what follows a hole inside a page shares the page. */
static void
place_memory(struct convert *c)
{
	size_t i;

	for (i = 0, c->size = 0; i < c->nruns; i++) {
		c->size = (c->size + ALIGN - 1) & ~(uint64_t)(ALIGN - 1);
		c->size += c->runs[i].pa % ALIGN;
		c->runs[i].offset = c->size;
		c->size += c->runs[i].end - c->runs[i].pa;
	}
}

/* The run that holds pa, or the first above it, or nruns. */
static size_t
run_at(const struct convert *c, uint64_t pa)
{
	size_t lo, hi, mid;

	for (lo = 0, hi = c->nruns; lo < hi;) {
		mid = lo + (hi - lo) / 2;
		if (c->runs[mid].end <= pa)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo);
}

/* --- The program headers --------------------------------------------------- */

static int
add_load(struct ctx *ctx, struct convert *c, const struct load *l)
{
	struct load *last;

	last = c->nloads > 0 ? &c->loads[c->nloads - 1] : NULL;
	if (last != NULL && last->va + last->len == l->va &&
	    last->pa + last->len == l->pa && last->flags == l->flags &&
	    (last->offset == UINT64_MAX ? l->offset == UINT64_MAX :
	    last->offset + last->len == l->offset)) {
		last->len += l->len;
		return (0);
	}
	if (c->nloads >= LOADS_MAX - 1)
		return (ctx_fail(ctx, E_LIMIT, "the kernel's memory is in more "
		    "than %u pieces", LOADS_MAX));
	if (!vec_room(c->loads, c->loads_cap, c->nloads + 1))
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	c->loads[c->nloads++] = *l;
	return (0);
}

static unsigned
pf(unsigned flags)
{
	return (4 | (flags & PT_WRITE ? 2 : 0) | (flags & PT_EXEC ? 1 : 0));
}

/* What of a mapped run the dump has, and what it has not. */
static int
add_mapping(struct ctx *ctx, struct convert *c, const struct pt_range *r)
{
	uint64_t len, pa, end, stop;
	struct load l;
	size_t i;
	int rc;

	len = r->end - r->start;	/* end may be 0, for 2^64 */
	if (__builtin_add_overflow(r->phys, len, &end))
		return (0);
	i = run_at(c, r->phys);
	for (pa = r->phys, rc = 0; rc == 0 && pa < end; pa = stop) {
		l = (struct load){ .va = r->start + (pa - r->phys), .pa = pa,
		    .offset = UINT64_MAX, .flags = pf(r->flags) };
		if (i < c->nruns && c->runs[i].pa <= pa) {
			l.offset = c->runs[i].offset + (pa - c->runs[i].pa);
			stop = c->runs[i++].end;
		} else
			stop = i < c->nruns ? c->runs[i].pa : end;
		stop = stop < end ? stop : end;
		l.len = stop - pa;
		if (l.offset != UINT64_MAX || c->segments)
			rc = add_load(ctx, c, &l);
	}
	return (rc);
}

static int
add_mappings(struct ctx *ctx, struct convert *c)
{
	const struct space *sp = &c->k->space;
	struct pt_range r;
	uint64_t va, last;
	size_t steps;
	int rc;

	/* Where an address has a sign the kernel's half is the upper one. */
	va = sp->form->sign_extended && sp->ptr_size == 8 ?
	    UINT64_C(1) << 63 : 0;
	last = sp->ptr_size == 8 ? UINT64_MAX : UINT32_MAX;
	for (steps = 0; steps < STEPS_MAX; steps++) {
		ctx->quiet++;
		rc = space_range(ctx, sp, va, last + 1, &r);
		ctx->quiet--;
		if (rc == 0 && r.status == OK)
			rc = add_mapping(ctx, c, &r);
		if (rc == 0 && steps % 1024 == 0)
			rc = ctx_check(ctx);
		if (rc != 0)
			return (rc == E_DONE ? 0 : rc);
		if (r.end == 0 || r.end - 1 >= last || r.end <= va)
			return (0);
		va = r.end;
	}
	return (ctx_fail(ctx, E_LIMIT, "the page tables have no end"));
}

static int
by_pa(const void *a, const void *b)
{
	const struct load *x = a, *y = b;

	return (x->pa != y->pa ? (x->pa < y->pa ? -1 : 1) :
	    x->len > y->len ? -1 : x->len < y->len);
}

/* Memory that no header has yet. */
static int
add_rest(struct ctx *ctx, struct convert *c)
{
	const size_t n = c->nloads;
	struct load *v, l;
	uint64_t pa, stop;
	size_t i, j;
	int rc;

	v = malloc((n + 1) * sizeof(*v));
	if (v == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	if (n > 0) {
		memcpy(v, c->loads, n * sizeof(*v));
		qsort(v, n, sizeof(*v), by_pa);
	}
	for (i = j = 0, rc = 0; rc == 0 && i < c->nruns; i++)
		for (pa = c->runs[i].pa; rc == 0 && pa < c->runs[i].end;) {
			while (j < n && (v[j].offset == UINT64_MAX ||
			    v[j].pa + v[j].len <= pa))
				j++;
			if (j < n && v[j].pa <= pa) {
				pa = v[j].pa + v[j].len;
				continue;
			}
			stop = j < n && v[j].pa < c->runs[i].end ? v[j].pa :
			    c->runs[i].end;
			l = (struct load){ .va = pa, .pa = pa,
			    .len = stop - pa, .offset = c->runs[i].offset +
			    (pa - c->runs[i].pa) };
			/* 32 bits have no place for it. */
			if (c->word == 8 || stop <= LIMIT_32)
				rc = add_load(ctx, c, &l);
			pa = stop;
		}
	free(v);
	return (rc);
}

/* --- The file -------------------------------------------------------------- */

static int
put_facts(struct ctx *ctx, struct convert *c, struct buf *out)
{
	const struct kernel *k = c->k;
	const struct dump *d = k->dump;
	struct facts facts = { 0 };
	struct buf b = { 0 };
	uint8_t *raw;
	int rc;

	if (c->segments) {
		facts.page_shift = k->space.form->page_shift;
		facts.levels = d->levels != 0 ? d->levels :
		    k->space.form->levels;
	}
	facts_put(&b, d, &facts);
	if (!b.bad)
		elf_put_note(out, k->arch->be, FACTS_NOTE, sizeof(FACTS_NOTE),
		    FACTS_TEXT, b.p, b.len);
	rc = b.bad ? ctx_fail(ctx, E_NOMEM, "out of memory") : 0;
	buf_fini(&b);
	/* A minidump's lies outside of memory. */
	if (rc != 0 || d->msgbuf_size == 0 || d->msgbuf_size > 64u << 20)
		return (rc);
	raw = malloc((size_t)d->msgbuf_size);
	if (raw == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	if (file_read(ctx, d->files[0], d->msgbuf_offset, raw,
	    (size_t)d->msgbuf_size) == 0)
		elf_put_note(out, k->arch->be, FACTS_NOTE, sizeof(FACTS_NOTE),
		    FACTS_MSGBUF, raw, (size_t)d->msgbuf_size);
	else
		ctx_clear(ctx);		/* cut off: there is none */
	free(raw);
	return (0);
}

static int
put_notes(struct ctx *ctx, struct convert *c, struct buf *out)
{
	struct kernel *k = c->k;
	int rc;

	/* First, so that a reader knows what the headers mean. */
	rc = k->dump->system != NULL || c->segments ?
	    put_facts(ctx, c, out) : 0;
	if (rc == 0)
		rc = capture_notes(ctx, k, out);
	if (rc == 0 && k->os != NULL && k->os->core_notes != NULL &&
	    k->dump->ncpus == 0)
		rc = k->os->core_notes(ctx, k, out);
	return (rc == 0 && out->bad ? ctx_fail(ctx, E_NOMEM,
	    "no memory for notes") : rc);
}

/* Everything in front of the memory. */
static int
put_head(struct ctx *ctx, struct convert *c, struct buf *head)
{
	const struct arch *a = c->k->arch;
	const size_t nph = c->nloads + 1;
	struct buf notes = { 0 };
	const struct load *l;
	struct elf_phdr p;
	uint64_t start, at;
	size_t i;
	int rc;

	rc = put_notes(ctx, c, &notes);
	if (rc != 0) {
		buf_fini(&notes);
		return (rc);
	}
	elf_put_header(head, a, c->word, nph);
	start = elf_header_size(c->word, nph) + nph * elf_phdr_size(c->word);
	at = (start + notes.len + ALIGN - 1) & ~(uint64_t)(ALIGN - 1);
	elf_put_phdr(head, c->word, a->be, &(struct elf_phdr){
	    .type = ELF_PT_NOTE, .offset = start, .filesz = notes.len });
	for (i = 0; i < c->nloads; i++) {
		l = &c->loads[i];
		p = (struct elf_phdr){ .type = ELF_PT_LOAD, .flags = l->flags,
		    .vaddr = l->va, .paddr = l->pa, .memsz = l->len };
		if (c->word == 4 && l->pa + l->len > LIMIT_32)
			p.paddr = UINT32_MAX;
		if (l->offset == UINT64_MAX)
			p.type = ELF_PT_ABSENT;
		else {
			p.offset = at + l->offset;
			p.filesz = l->len;
		}
		elf_put_phdr(head, c->word, a->be, &p);
	}
	buf_add(head, notes.p, notes.len);
	elf_pad(head, ALIGN);
	buf_fini(&notes);
	if (head->bad)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	if (c->word == 4 && head->len + c->size > LIMIT_32)
		return (ctx_fail(ctx, E_LIMIT, "an ELF file of 32 bits ends "
		    "at 4 GiB; this memory is larger"));
	return (0);
}

static int
write_all(struct ctx *ctx, int fd, const void *buf, size_t n, uint64_t off)
{
	const char *p = buf;
	ssize_t got;

	for (; n > 0; p += got, n -= (size_t)got, off += (uint64_t)got) {
		got = pwrite(fd, p, n, (off_t)off);
		if (got == -1 && errno == EINTR)
			got = 0;
		else if (got <= 0)
			return (ctx_fail_errno(ctx, E_IO, "write"));
	}
	return (0);
}

/*
 * Read a piece page by page, of which some cannot be had: damaged ones, which
 * their headers promised.  They become zeros, and are counted.
 */
static int
salvage(struct ctx *ctx, struct convert *c, uint64_t pa, uint8_t *raw, size_t n)
{
	size_t at, want;
	int rc;

	for (at = 0; at < n; at += want) {
		want = ALIGN - (pa + at) % ALIGN;
		want = n - at < want ? n - at : want;
		rc = mem_read(ctx, &c->k->mem, pa + at, raw + at, want);
		if (rc == E_NOMEM || rc == E_CANCELLED)
			return (rc);
		if (rc != 0) {
			memset(raw + at, 0, want);
			c->lost++;
		}
	}
	ctx_clear(ctx);
	return (0);
}

/* Zeros become holes of the file. */
static int
write_memory(struct ctx *ctx, struct convert *c, int fd, uint64_t base)
{
	const struct run *r;
	uint64_t pa;
	uint8_t *raw;
	size_t i, n;
	int rc;

	raw = malloc(CHUNK);
	if (raw == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	for (i = 0, rc = 0; rc == 0 && i < c->nruns; i++) {
		r = &c->runs[i];
		for (pa = r->pa; rc == 0 && pa < r->end; pa += n) {
			n = CHUNK - pa % CHUNK;
			n = r->end - pa < n ? (size_t)(r->end - pa) : n;
			rc = ctx_check(ctx);
			if (rc == 0 && mem_read(ctx, &c->k->mem, pa, raw,
			    n) != 0)
				rc = salvage(ctx, c, pa, raw, n);
			if (rc == 0 && (raw[0] != 0 ||
			    memcmp(raw, raw + 1, n - 1) != 0))
				rc = write_all(ctx, fd, raw, n, base +
				    r->offset + (pa - r->pa));
		}
	}
	free(raw);
	return (rc);
}

/* Never onto one of the files that are being read. */
static int
check_target(struct ctx *ctx, const struct kernel *k, const char *path)
{
	const char *in;
	struct stat out, st;
	size_t i;

	if (stat(path, &out) == -1)
		return (0);
	for (i = 0; i <= k->dump->nfiles; i++) {
		in = i < k->dump->nfiles ? file_name(k->dump->files[i]) :
		    k->image != NULL ? file_name(k->image->file) : path;
		if (in != path && stat(in, &st) == 0 &&
		    st.st_dev == out.st_dev && st.st_ino == out.st_ino)
			return (ctx_fail(ctx, E_USAGE, "%s is what is being "
			    "read; name another file", path));
	}
	return (S_ISREG(out.st_mode) ? 0 : ctx_fail(ctx, E_USAGE,
	    "%s is no regular file", path));
}

static int
write_file(struct ctx *ctx, struct convert *c, const char *path)
{
	struct buf head = { 0 };
	struct newfile out;
	int rc;

	rc = put_head(ctx, c, &head);
	if (rc == 0)
		rc = newfile_open(ctx, &out, path, 0600);
	if (rc != 0) {
		buf_fini(&head);
		return (rc);
	}
	rc = write_all(ctx, fileno(out.f), head.p, head.len, 0);
	if (rc == 0)
		rc = write_memory(ctx, c, fileno(out.f), head.len);
	if (rc == 0 && ftruncate(fileno(out.f),
	    (off_t)(head.len + c->size)) == -1)
		rc = ctx_fail_errno(ctx, E_IO, "%s", path);
	buf_fini(&head);
	return (newfile_close(ctx, &out, rc, true));
}

int
kernel_convert(struct ctx *ctx, struct kernel *k, const char *path)
{
	struct convert c = { .k = k };
	int rc;

	if (k->live)
		return (ctx_fail(ctx, E_UNSUPPORTED, "convert: the running "
		    "kernel is no dump; --capture keeps what was read of it"));
	if (k->arch == NULL)
		return (ctx_fail(ctx, E_UNSUPPORTED, "convert: of which "
		    "processor this memory is, is not known"));
	c.word = k->arch->ptr_size;
	/* Linux tells the space by its notes and the tables in its memory. */
	c.segments = k->space.form != NULL && k->dump->system != NULL;
	ctx->unrecorded++;
	rc = check_target(ctx, k, path);
	if (rc == 0)
		rc = find_memory(ctx, &c);
	if (rc == 0) {
		place_memory(&c);
		rc = k->space.form != NULL ? add_mappings(ctx, &c) : 0;
	}
	if (rc == 0)
		rc = add_rest(ctx, &c);
	if (rc == 0)
		rc = write_file(ctx, &c, path);
	if (rc == 0 && c.lost > 0)
		os_warn(k, "%llu pages are damaged; in %s they are zeros",
		    (unsigned long long)c.lost, path);
	ctx->unrecorded--;
	free(c.runs);
	free(c.loads);
	return (rc == 0 ? 0 : ctx_chain(ctx, "convert %s", path));
}
