/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bitmap of dumped pages.  Page n of the file is the n-th set bit, so the
 * place of a page is the number of bits set before its own: counted ahead for
 * every block of bits, and within a block when asked.
 */
#include "engine/backend/minidump.h"

#include "base/vec.h"

#include <stdlib.h>

#define WORD		64
#define BLOCK_WORDS	8		/* a cache line */

void
minidump_pages_fini(struct minidump_pages *p)
{
	free(p->avail);
	free(p->words);
	free(p->rank);
}

bool
minidump_pages_range(struct minidump_pages *p, uint64_t start, uint64_t end)
{
	uint64_t bit, sum;

	bit = 0;
	if (p->navail > 0) {
		bit = p->avail[p->navail - 1].bit +
		    (p->avail[p->navail - 1].end -
		    p->avail[p->navail - 1].start);
		/* Two ranges may meet inside a page, which has two bits then. */
		if (start + 1 < p->avail[p->navail - 1].end)
			return (false);
	}
	if (start >= end || !add_ok(bit, end - start, &sum) ||
	    !vec_room(p->avail, p->cap, p->navail + 1))
		return (false);
	p->avail[p->navail++] = (struct minidump_avail){ start, end, bit };
	return (true);
}

static uint64_t
load_word(const uint8_t *p, unsigned word, bool be)
{
	if (be && word == 4)
		return (load_u32(p, true) | (uint64_t)load_u32(p + 4, true) << 32);
	return (load_u64(p, be));
}

int
minidump_pages_bitmap(struct ctx *ctx, struct minidump_pages *p,
    const uint8_t *raw, size_t n, unsigned word, bool be)
{
	const struct minidump_avail *last;
	uint8_t tail[8];
	uint64_t i, nwords, sum, v;

	last = p->navail > 0 ? &p->avail[p->navail - 1] : NULL;
	p->nbits = last != NULL ? last->bit + (last->end - last->start) : 0;
	if (p->nbits > (uint64_t)n * 8)
		p->nbits = (uint64_t)n * 8;
	nwords = (p->nbits + WORD - 1) / WORD;
	p->words = calloc((size_t)nwords + 1, sizeof(*p->words));
	p->rank = calloc((size_t)nwords / BLOCK_WORDS + 1, sizeof(*p->rank));
	if (p->words == NULL || p->rank == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for the page bitmap"));
	for (i = 0, sum = 0; i < nwords; i++) {
		if (n - i * 8 >= 8)
			v = load_word(raw + i * 8, word, be);
		else {
			memset(tail, 0, sizeof(tail));
			memcpy(tail, raw + i * 8, n - i * 8);
			v = load_word(tail, word, be);
		}
		/* What stands behind the last page's bit means nothing. */
		if (i == nwords - 1 && p->nbits % WORD != 0)
			v &= (UINT64_C(1) << p->nbits % WORD) - 1;
		if (i % BLOCK_WORDS == 0)
			p->rank[i / BLOCK_WORDS] = sum;
		p->words[i] = v;
		sum += (uint64_t)__builtin_popcountll(v);
	}
	p->nset = sum;
	return (0);
}

static uint64_t
rank(const struct minidump_pages *p, uint64_t bit)
{
	uint64_t i, sum;

	i = bit / WORD;
	sum = p->rank[i / BLOCK_WORDS];
	for (i -= i % BLOCK_WORDS; i < bit / WORD; i++)
		sum += (uint64_t)__builtin_popcountll(p->words[i]);
	return (sum + (uint64_t)__builtin_popcountll(p->words[i] &
	    ((UINT64_C(1) << bit % WORD) - 1)));
}

/* The first bit in [bit, limit) that is not like "set"; limit if there is none. */
static uint64_t
run_end(const struct minidump_pages *p, uint64_t bit, uint64_t limit, bool set)
{
	uint64_t i, v;

	for (i = bit / WORD; i * WORD < limit; i++) {
		v = set ? ~p->words[i] : p->words[i];
		if (i == bit / WORD)
			v &= ~UINT64_C(0) << bit % WORD;
		if (v != 0) {
			bit = i * WORD + (uint64_t)__builtin_ctzll(v);
			return (bit < limit ? bit : limit);
		}
	}
	return (limit);
}

/* The first of the bits in [limit, bit] that are all like "set". */
static uint64_t
run_start(const struct minidump_pages *p, uint64_t bit, uint64_t limit, bool set)
{
	uint64_t i, v;

	for (i = bit / WORD;; i--) {
		v = set ? ~p->words[i] : p->words[i];
		if (i == bit / WORD && bit % WORD != WORD - 1)
			v &= (UINT64_C(1) << (bit % WORD + 1)) - 1;
		if (v != 0) {
			bit = i * WORD + WORD - (uint64_t)__builtin_clzll(v);
			return (bit > limit ? bit : limit);
		}
		if (i * WORD <= limit)
			return (limit);
	}
}

int
minidump_pages_run(const struct minidump_pages *p, uint64_t page, uint64_t back,
    uint64_t ahead, struct minidump_run *r)
{
	const struct minidump_avail *a;
	uint64_t bit, first, limit, end;
	size_t lo, hi, mid;
	bool set;

	for (lo = 0, hi = p->navail; lo < hi;) {
		mid = lo + (hi - lo) / 2;
		if (p->avail[mid].end <= page)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == p->navail)
		return (E_DONE);
	a = &p->avail[lo];
	r->status = E_NOT_IN_DUMP;
	r->index = 0;
	r->start = page;
	if (page < a->start) {
		r->end = a->start;
		return (0);
	}
	bit = a->bit + (page - a->start);
	if (bit >= p->nbits) {		/* the bitmap is too short */
		r->end = a->end;
		return (0);
	}
	limit = a->bit + (a->end - a->start);
	if (limit > p->nbits)
		limit = p->nbits;
	if (ahead < limit - bit)
		limit = bit + ahead;
	set = (p->words[bit / WORD] >> bit % WORD) & 1;
	end = run_end(p, bit, limit, set);
	first = bit;
	if (back > 0)
		first = run_start(p, bit, bit - a->bit < back ? a->bit :
		    bit - back, set);
	if (set) {
		r->index = rank(p, first);
		if (r->index + (bit - first) >= p->nstored) {
			/* It starts where the file has ended, at the earliest. */
			if (r->index < p->nstored) {
				first += p->nstored - r->index;
				r->index = p->nstored;
			}
			r->status = E_TRUNCATED;
		} else {
			r->status = 0;
			if (end - first > p->nstored - r->index)
				end = first + (p->nstored - r->index);
		}
	}
	r->start = a->start + (first - a->bit);
	r->end = a->start + (end - a->bit);
	return (0);
}
