/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces and the translation cache.
 *
 * The cache belongs to a ctx, hence to one thread, and needs no lock.  It has
 * two direct-mapped parts: chunks of 2 MiB, for large pages whose bytes lie in
 * one piece (the whole direct map of a plain dump fits), and pages of 4 KiB.
 * An entry holds a host pointer, or only the physical address where bytes are
 * not stored plainly; a chunk's also where its pages are scattered (a minidump
 * has holes): then the pages' own entries come first.
 *
 * Entries are marked with the number of their space.  A space gets one when it
 * is first read; the tag is address and number in one word, 0 for no entry.
 *
 * One number, the memory's generation, says when all of it is void; it also
 * moves when a file mapping faulted, so a copy that was made while the number
 * stood still is good.
 */
#include "engine/memory/space.h"

#include "base/bytes.h"
#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_SHIFT	21
#define PAGE_SHIFT	12
#define CHUNKS		4096
#define PAGES		8192
#define SPACES		64
#define NUMBER_MAX	((1u << PAGE_SHIFT) - 1)

struct tlb_space {
	const struct pt_form	*form;
	uint64_t		 root;
	uint64_t		 number;	/* 1 to NUMBER_MAX; 0: none */
	uint64_t		 mark;		/* the number, for chunks */
};

/*
 * A chunk's tag is its number among the chunks, with the space's above it, and
 * once more in the low bits, which are its place in the table.
 */
#define MARK(n)		((n) << (64 - CHUNK_SHIFT) | (n))
/* Of the bits that it has free: its bytes do not lie in one piece. */
#define SCATTERED	(UINT64_C(1) << 63)

struct tlb_chunk {
	uint64_t	 tag;
	union {				/* of the chunk's first byte */
		const uint8_t	*ptr;
		uint64_t	 phys;	/* SCATTERED */
	};
};

struct tlb_page {
	uint64_t	 tag;
	const uint8_t	*ptr;		/* first byte of the page, or NULL */
	uint64_t	 phys;
};

struct tlb {
	const struct memory	*mem;
	uint64_t		 generation;
	struct tlb_space	 now;		/* read last */
	uint64_t		 last_number;
	struct tlb_space	 spaces[SPACES];
	struct tlb_page		 page[PAGES];
	struct tlb_chunk	 chunk[CHUNKS];
};

static inline uint64_t
page_tag(const struct tlb *t, uint64_t va)
{
	return ((va & ~((UINT64_C(1) << PAGE_SHIFT) - 1)) | t->now.number);
}

static inline uint64_t
chunk_tag(const struct tlb *t, uint64_t va)
{
	return ((va >> CHUNK_SHIFT) ^ t->now.mark);
}

static inline struct tlb_chunk *
tlb_chunk(struct tlb *t, uint64_t va)
{
	return (&t->chunk[chunk_tag(t, va) % CHUNKS]);
}

static inline struct tlb_page *
tlb_page(struct tlb *t, uint64_t va)
{
	return (&t->page[((va >> PAGE_SHIFT) ^ t->now.number) % PAGES]);
}

static void
tlb_free(struct tlb *t)
{
	free(t);
}

/*
 * The cache, set to this space; what it holds of another memory or another
 * moment is forgotten, and all of it when numbers have run out.
 */
static struct tlb *
tlb_get(struct ctx *ctx, const struct space *sp, uint64_t generation)
{
	struct tlb_space *s;
	struct tlb *t;

	t = ctx->tlb;
	if (t == NULL) {
		t = calloc(1, sizeof(*t));
		if (t == NULL)
			return (NULL);
		ctx->tlb = t;
		ctx->tlb_free = tlb_free;
	} else if (t->last_number == NUMBER_MAX) {
		memset(t, 0, sizeof(*t));
	} else if (t->mem != sp->mem || t->generation != generation) {
		/* Under new numbers nothing old is found. */
		memset(&t->now, 0, sizeof(t->now));
		memset(t->spaces, 0, sizeof(t->spaces));
	}
	t->mem = sp->mem;
	t->generation = generation;
	if (t->now.number != 0 && t->now.root == sp->root &&
	    t->now.form == sp->form)
		return (t);
	s = &t->spaces[hash_u64(sp->root) % SPACES];
	if (s->number == 0 || s->root != sp->root || s->form != sp->form) {
		*s = (struct tlb_space){ sp->form, sp->root,
		    t->last_number + 1, MARK(t->last_number + 1) };
		t->last_number++;
	}
	t->now = *s;
	return (t);
}

/* Does the cache speak of this space, at this moment? */
static inline bool
is_current(const struct tlb *t, const struct space *sp, uint64_t generation)
{
	return (t != NULL && t->generation == generation && t->mem == sp->mem &&
	    t->now.root == sp->root && t->now.form == sp->form);
}

/* The n bytes at va where the cache knows that they lie in one piece. */
static inline const uint8_t *
at_hand(const struct ctx *ctx, const struct space *sp, uint64_t va, size_t n,
    uint64_t generation)
{
	const uint64_t chunk = UINT64_C(1) << CHUNK_SHIFT;
	const uint64_t page = UINT64_C(1) << PAGE_SHIFT;
	struct tlb *t = ctx->tlb;
	const struct tlb_chunk *c;
	const struct tlb_page *p;

	if (!is_current(t, sp, generation))
		return (NULL);
	c = tlb_chunk(t, va);
	if (c->tag == chunk_tag(t, va))
		return (n <= chunk - (va & (chunk - 1)) ?
		    c->ptr + (va & (chunk - 1)) : NULL);
	p = tlb_page(t, va);
	if (p->tag == page_tag(t, va) && p->ptr != NULL &&
	    n <= page - (va & (page - 1)))
		return (p->ptr + (va & (page - 1)));
	return (NULL);
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

/* Does the extent hold all of the chunk or page in which phys lies? */
static bool
holds(const struct extent *x, uint64_t phys, unsigned shift)
{
	const uint64_t size = UINT64_C(1) << shift;
	const uint64_t pa = phys & ~(size - 1);

	return (pa >= x->pa && x->len >= size && pa - x->pa <= x->len - size);
}

/*
 * Where the bytes from va on are: *len of them, to the end of the chunk or
 * page, at *ptr, or at *phys when *ptr is NULL (which says of none that they
 * are there).
 */
static int
locate(struct ctx *ctx, const struct space *sp, struct tlb *t, uint64_t va,
    const uint8_t **ptr, uint64_t *phys, uint64_t *len)
{
	const uint64_t in_chunk = va & ((UINT64_C(1) << CHUNK_SHIFT) - 1);
	const uint64_t in_page = va & ((UINT64_C(1) << PAGE_SHIFT) - 1);
	struct tlb_chunk *c;
	struct tlb_page *p;
	struct pt_result r;
	struct extent x;
	bool plain, keep, known, large;
	int rc;

	*phys = 0;
	c = tlb_chunk(t, va);
	known = c->tag == (chunk_tag(t, va) | SCATTERED);
	if (c->tag == chunk_tag(t, va)) {
		*len = (UINT64_C(1) << CHUNK_SHIFT) - in_chunk;
		*ptr = c->ptr + in_chunk;
		return (0);
	}
	*len = (UINT64_C(1) << PAGE_SHIFT) - in_page;
	p = tlb_page(t, va);
	if (p->tag == page_tag(t, va)) {
		*ptr = p->ptr != NULL ? p->ptr + in_page : NULL;
		*phys = p->phys + in_page;
		/* What has to be read is read as far as it goes on. */
		if (*ptr == NULL && known)
			*len = (UINT64_C(1) << CHUNK_SHIFT) - in_chunk;
		return (0);
	}
	if (known) {
		r.phys = c->phys + in_chunk;
		r.size = UINT64_C(1) << CHUNK_SHIFT;
	} else if ((rc = space_translate(ctx, sp, va, &r)) != 0)
		return (rc);
	ctx->quiet++;
	plain = mem_extent(ctx, sp->mem, r.phys, &x) == 0;
	ctx->quiet--;
	/* A recorder must see the reads that follow a scan's. */
	keep = !sp->mem->recorded || ctx->unrecorded == 0;
	large = sp->form == NULL || r.size >= UINT64_C(1) << CHUNK_SHIFT;
	if (plain && large && holds(&x, r.phys, CHUNK_SHIFT)) {
		*len = (UINT64_C(1) << CHUNK_SHIFT) - in_chunk;
		*ptr = x.ptr + (r.phys - x.pa);
		if (keep)
			*c = (struct tlb_chunk){ chunk_tag(t, va),
			    { .ptr = *ptr - in_chunk } };
		return (0);
	}
	if (large && keep && !known)
		*c = (struct tlb_chunk){ chunk_tag(t, va) |
		    SCATTERED, { .phys = r.phys - in_chunk } };
	*phys = r.phys;
	*ptr = plain && holds(&x, r.phys, PAGE_SHIFT) ?
	    x.ptr + (r.phys - x.pa) : NULL;
	if (keep)
		*p = (struct tlb_page){ page_tag(t, va),
		    *ptr != NULL ? *ptr - in_page : NULL, *phys - in_page };
	if (*ptr == NULL && large)
		*len = (UINT64_C(1) << CHUNK_SHIFT) - in_chunk;
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

/* The long way: page by page, with walks and reads as needed. */
static int
read_pages(struct ctx *ctx, const struct space *sp, uint64_t va, void *buf,
    size_t n, size_t *done)
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
		rc = va + got >= va ? locate(ctx, sp, t, va + got, &ptr, &phys,
		    &len) : ctx_fail_at(ctx, E_NOT_MAPPED, va + got,
		    "0x%llx: no address lies behind the last",
		    (unsigned long long)va);
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
space_read_some(struct ctx *ctx, const struct space *sp, uint64_t va,
    void *buf, size_t n, size_t *done)
{
	const uint64_t generation = mem_generation(sp->mem);
	const uint8_t *p;

	p = at_hand(ctx, sp, va, n, generation);
	if (p != NULL) {
		memcpy(buf, p, n);
		if (mem_generation(sp->mem) == generation) {
			*done = n;
			return (0);
		}
	}
	return (read_pages(ctx, sp, va, buf, n, done));
}

static __attribute__((noinline)) int
read_all(struct ctx *ctx, const struct space *sp, uint64_t va, void *buf,
    size_t n)
{
	size_t done;

	return (space_read_some(ctx, sp, va, buf, n, &done));
}

void
space_known(struct ctx *ctx, const struct space *sp, uint64_t va, uint64_t phys)
{
	const uint64_t page = ~((UINT64_C(1) << PAGE_SHIFT) - 1);
	struct tlb *t;

	t = tlb_get(ctx, sp, mem_generation(sp->mem));
	if (t != NULL)
		*tlb_page(t, va) = (struct tlb_page){ page_tag(t, va),
		    NULL, phys & page };
}

/*
 * Random reads wait for the host's memory, several at a time: the fewer
 * instructions one takes, the more of them the processor has under way.  So
 * the usual size at the usual place, a large page in one piece, is copied here
 * without a call and with nothing to save.
 */
int
space_read(struct ctx *ctx, const struct space *sp, uint64_t va, void *buf,
    size_t n)
{
	const atomic_uint *const counter = sp->mem->faults;
	const unsigned faults = mem_faults(counter);
	const uint64_t in = va & ((UINT64_C(1) << CHUNK_SHIFT) - 1);
	struct tlb *t = ctx->tlb;
	const struct tlb_chunk *c;

	if (n == 8 && is_current(t, sp, mem_changes(sp->mem) + faults)) {
		c = tlb_chunk(t, va);
		if (c->tag == chunk_tag(t, va) &&
		    in <= (UINT64_C(1) << CHUNK_SHIFT) - 8) {
			memcpy(buf, c->ptr + in, 8);
			if (mem_faults(counter) == faults)
				return (0);
		}
	}
	return (read_all(ctx, sp, va, buf, n));
}

int
space_write(struct ctx *ctx, const struct space *sp, uint64_t va,
    const void *buf, size_t n, size_t *done)
{
	const uint64_t page = UINT64_C(1) << PAGE_SHIFT;
	struct pt_result r;
	size_t got, want;
	int rc;

	for (got = 0, rc = 0; got < n; got += want) {
		want = (size_t)(page - ((va + got) & (page - 1)));
		if (want > n - got)
			want = n - got;
		rc = va + got >= va ? space_translate(ctx, sp, va + got, &r) :
		    ctx_fail_at(ctx, E_NOT_MAPPED, va + got,
		    "0x%llx: no address lies behind the last",
		    (unsigned long long)va);
		if (rc != 0)
			break;
		rc = mem_write(ctx, sp->mem, r.phys, (const char *)buf + got,
		    want);
		if (rc != 0) {
			unreadable(ctx, rc, va + got, r.phys);
			if (ctx->err.addr - (va + got) < want)
				got = (size_t)(ctx->err.addr - va);
			break;
		}
	}
	*done = got;
	return (rc);
}

int
space_uint(struct ctx *ctx, const struct space *sp, uint64_t va, unsigned size,
    uint64_t *ret)
{
	const uint64_t generation = mem_generation(sp->mem);
	const uint8_t *p;
	uint8_t raw[8];
	uint64_t v;
	int rc;

	if (size != 1 && size != 2 && size != 4 && size != 8)
		return (ctx_fail(ctx, E_USAGE, "no integer of %u bytes", size));
	p = at_hand(ctx, sp, va, size, generation);
	if (p != NULL) {
		v = size == 8 ? load_u64(p, sp->be) :
		    load_uint(p, size, sp->be);
		if (mem_generation(sp->mem) == generation) {
			*ret = v;
			return (0);
		}
	}
	rc = read_all(ctx, sp, va, raw, size);
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
