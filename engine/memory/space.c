/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces and the translation cache.
 *
 * The cache belongs to a ctx, hence to one thread, and needs no lock.  It has
 * two direct-mapped parts: chunks of 2 MiB, for large pages whose bytes lie in
 * one piece (the whole direct map of a plain dump fits), and pages of 4 KiB.
 * An entry holds a host pointer, or only the physical address where bytes are
 * not stored plainly.  One number, the memory's generation, says when all of it
 * is void; it also moves when a file mapping faulted, so a copy that was made
 * while the number stood still is good.
 */
#include "engine/memory/space.h"

#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_SHIFT	21
#define PAGE_SHIFT	12
#define CHUNKS		1024
#define PAGES		1024

struct tlb_entry {
	uint64_t	 tag;		/* va >> shift; see also root */
	uint64_t	 root;
	const uint8_t	*ptr;		/* first byte of the chunk, or NULL */
	uint64_t	 phys;
	bool		 valid;
};

struct tlb {
	const struct memory	*mem;
	uint64_t		 generation;
	struct tlb_entry	 chunk[CHUNKS];
	struct tlb_entry	 page[PAGES];
};

static void
tlb_free(struct tlb *t)
{
	free(t);
}

/* The cache, emptied when it speaks of another memory or another moment. */
static struct tlb *
tlb_get(struct ctx *ctx, const struct space *sp, uint64_t generation)
{
	struct tlb *t;
	size_t i;

	t = ctx->tlb;
	if (t == NULL) {
		t = calloc(1, sizeof(*t));
		if (t == NULL)
			return (NULL);
		ctx->tlb = t;
		ctx->tlb_free = tlb_free;
	} else if (t->mem == sp->mem && t->generation == generation)
		return (t);
	for (i = 0; i < CHUNKS; i++)
		t->chunk[i].valid = false;
	for (i = 0; i < PAGES; i++)
		t->page[i].valid = false;
	t->mem = sp->mem;
	t->generation = generation;
	return (t);
}

static struct tlb_entry *
tlb_slot(struct tlb *t, const struct space *sp, uint64_t va, unsigned shift)
{
	uint64_t h;

	h = (va >> shift) + (sp->root >> PAGE_SHIFT) * 7;
	return (shift == CHUNK_SHIFT ? &t->chunk[h % CHUNKS] :
	    &t->page[h % PAGES]);
}

static bool
tlb_hit(const struct tlb_entry *e, const struct space *sp, uint64_t va,
    unsigned shift)
{
	return (e->valid && e->tag == va >> shift && e->root == sp->root);
}

void
space_init(struct space *sp, struct memory *mem, const struct pt_form *form,
    uint64_t root, bool be, unsigned ptr_size)
{
	memset(sp, 0, sizeof(*sp));
	sp->mem = mem;
	sp->form = form;
	sp->root = root;
	sp->be = be;
	sp->ptr_size = (uint8_t)ptr_size;
}

int
space_translate(struct ctx *ctx, const struct space *sp, uint64_t va,
    struct pt_result *r)
{
	int rc;

	if (sp->form == NULL) {
		memset(r, 0, sizeof(*r));
		r->phys = va;
		r->size = UINT64_C(1) << PAGE_SHIFT;
		return (0);
	}
	rc = pt_translate(ctx, sp->form, &sp->mem->reader, sp->root, va, r);
	if (rc == E_NOT_MAPPED && r->level >= 0 && r->entry != 0 &&
	    sp->absent != NULL)
		rc = sp->absent(sp->absent_arg, ctx, sp, va, r);
	if (rc != 0)
		ctx->err.addr = va;
	return (rc);
}

int
space_range(struct ctx *ctx, const struct space *sp, uint64_t va, uint64_t end,
    struct pt_range *ret)
{
	struct mem_range r;
	int rc;

	if (sp->form != NULL)
		return (pt_next_range(ctx, sp->form, &sp->mem->reader,
		    sp->root, va, end, ret));
	if (va > end - 1)
		return (E_DONE);
	rc = mem_range(ctx, sp->mem, va, &r);
	if (rc != 0)
		return (rc);
	ret->start = ret->phys = va;
	ret->end = r.end - 1 > end - 1 ? end : r.end;
	ret->flags = PT_READ;
	ret->status = r.status;
	return (0);
}

/*
 * Where the bytes from va on are: *len of them, to the end of the chunk or
 * page, at *ptr, or at *phys when *ptr is NULL.
 */
static int
locate(struct ctx *ctx, const struct space *sp, struct tlb *t, uint64_t va,
    const uint8_t **ptr, uint64_t *phys, uint64_t *len)
{
	struct tlb_entry *e;
	struct pt_result r;
	struct extent x;
	uint64_t off, size, pa;
	unsigned shift;
	bool large, plain;
	int rc;

	e = tlb_slot(t, sp, va, CHUNK_SHIFT);
	shift = CHUNK_SHIFT;
	if (!tlb_hit(e, sp, va, shift)) {
		e = tlb_slot(t, sp, va, PAGE_SHIFT);
		shift = PAGE_SHIFT;
	}
	if (!tlb_hit(e, sp, va, shift)) {
		rc = space_translate(ctx, sp, va, &r);
		if (rc != 0)
			return (rc);
		plain = mem_extent(ctx, sp->mem, r.phys, &x) == 0;
		for (large = r.size >= UINT64_C(1) << CHUNK_SHIFT;; large = false) {
			shift = large ? CHUNK_SHIFT : PAGE_SHIFT;
			size = UINT64_C(1) << shift;
			pa = r.phys & ~(size - 1);
			if (plain && pa >= x.pa && x.len >= size &&
			    pa - x.pa <= x.len - size)
				break;
			if (!large) {
				plain = false;
				break;
			}
		}
		e = tlb_slot(t, sp, va, shift);
		e->tag = va >> shift;
		e->root = sp->root;
		e->phys = pa;
		e->ptr = plain ? x.ptr + (pa - x.pa) : NULL;
		/* A recorder must see the reads that follow a scan's. */
		e->valid = ctx->unrecorded == 0;
	}
	off = va & ((UINT64_C(1) << shift) - 1);
	*len = (UINT64_C(1) << shift) - off;
	*phys = e->phys + off;
	*ptr = e->ptr != NULL ? e->ptr + off : NULL;
	return (0);
}

/* Chain the address that failed to what the physical side said. */
static int
unreadable(struct ctx *ctx, int rc, uint64_t va, uint64_t phys)
{
	if (ctx->quiet == 0)
		ctx_chain(ctx, "0x%llx", (unsigned long long)va);
	/* Memory reports the first missing physical address. */
	ctx->err.addr = va + (ctx->err.addr >= phys &&
	    ctx->err.addr - phys < UINT64_C(1) << CHUNK_SHIFT ?
	    ctx->err.addr - phys : 0);
	return (rc);
}

int
space_read_some(struct ctx *ctx, const struct space *sp, uint64_t va,
    void *buf, size_t n, size_t *done)
{
	const uint8_t *ptr;
	struct tlb *t;
	uint64_t generation, phys, len;
	size_t got, want;
	int rc, tries;

	for (got = 0, tries = 0; got < n;) {
		generation = mem_generation(sp->mem);
		t = tlb_get(ctx, sp, generation);
		if (t == NULL) {
			*done = got;
			return (ctx_fail(ctx, E_NOMEM, "out of memory"));
		}
		rc = locate(ctx, sp, t, va + got, &ptr, &phys, &len);
		if (rc != 0) {
			*done = got;
			return (rc);
		}
		want = n - got < len ? n - got : (size_t)len;
		if (ptr != NULL) {
			memcpy((char *)buf + got, ptr, want);
			if (mem_generation(sp->mem) != generation &&
			    tries++ < 8)
				continue;	/* a fault: locate it anew */
		} else if ((rc = mem_read(ctx, sp->mem, phys,
		    (char *)buf + got, want)) != 0) {
			unreadable(ctx, rc, va + got, phys);
			/* What lies before the missing byte is good. */
			len = ctx->err.addr - (va + got);
			if (len > 0 && len < want && mem_read(ctx, sp->mem,
			    phys, (char *)buf + got, (size_t)len) == 0)
				got += (size_t)len;
			*done = got;
			return (rc);
		}
		got += want;
	}
	*done = got;
	return (0);
}

int
space_read(struct ctx *ctx, const struct space *sp, uint64_t va, void *buf,
    size_t n)
{
	size_t done;

	return (space_read_some(ctx, sp, va, buf, n, &done));
}

int
space_uint(struct ctx *ctx, const struct space *sp, uint64_t va, unsigned size,
    uint64_t *ret)
{
	uint8_t raw[8];
	int rc;

	if (size != 1 && size != 2 && size != 4 && size != 8)
		return (ctx_fail(ctx, E_USAGE, "no integer of %u bytes", size));
	rc = space_read(ctx, sp, va, raw, size);
	if (rc == 0)
		*ret = load_uint(raw, size, sp->be);
	return (rc);
}

int
space_u32(struct ctx *ctx, const struct space *sp, uint64_t va, uint32_t *ret)
{
	uint64_t v;
	int rc;

	rc = space_uint(ctx, sp, va, 4, &v);
	if (rc == 0)
		*ret = (uint32_t)v;
	return (rc);
}

int
space_ptr(struct ctx *ctx, const struct space *sp, uint64_t va, uint64_t *ret)
{
	return (space_uint(ctx, sp, va, sp->ptr_size, ret));
}

int
space_text(struct ctx *ctx, const struct space *sp, uint64_t va, char *buf,
    size_t max)
{
	size_t got, want, done;
	int rc;

	if (max == 0)
		return (ctx_fail(ctx, E_USAGE, "no room for text"));
	for (got = 0, rc = 0; rc == 0 && got < max - 1; got += done) {
		/* Up to the end of a page: what follows may not be needed. */
		want = 256 - ((va + got) & 255);
		if (want > max - 1 - got)
			want = max - 1 - got;
		rc = space_read_some(ctx, sp, va + got, buf + got, want, &done);
		if (memchr(buf + got, 0, done) != NULL)
			return (0);
	}
	buf[got] = '\0';
	return (rc);
}

int
space_pin(struct ctx *ctx, const struct space *sp, uint64_t va, size_t n,
    const uint8_t **ret)
{
	struct pt_range run;
	struct extent x;
	int rc;

	if (n == 0 || va + n < va)
		return (ctx_fail(ctx, E_USAGE, "no %zu bytes to pin", n));
	rc = space_range(ctx, sp, va, va + n, &run);
	if (rc != 0)
		return (rc);
	if (run.status != 0 || run.end - va < n)
		return (ctx_fail_at(ctx, E_UNSUPPORTED, va,
		    "not in one piece"));
	rc = mem_extent(ctx, sp->mem, run.phys, &x);
	if (rc != 0)
		return (rc);
	if (x.len - (run.phys - x.pa) < n)
		return (ctx_fail_at(ctx, E_UNSUPPORTED, va,
		    "not in one piece"));
	*ret = x.ptr + (run.phys - x.pa);
	return (0);
}
