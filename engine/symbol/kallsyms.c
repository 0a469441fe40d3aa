/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kallsyms, decoded from the kernel's memory.
 *
 * names: for each symbol a length (one byte, or two when the top bit is set:
 * since 6.1) and that many token numbers; the text of all tokens together is
 * the type letter and the name.  token_index: 256 u16 offsets into token_table,
 * which holds 256 NUL-ended strings.  Offsets and the order of the tables have
 * changed over the years, so the data decides:
 *
 *   up to 6.3   offsets relative_base num_syms names markers [seqs] table index
 *   from 6.4    num_syms names markers table index offsets relative_base seqs
 *
 * Every table starts at a multiple of the word size.
 */
#include "engine/symbol/kallsyms.h"

#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

#define TOKENS		256
#define TOKEN_MAX	128		/* bytes of one token's text */
#define SYMS_MIN	256
#define SYMS_MAX	(16u << 20)
#define NAMES_MAX	(UINT64_C(512) << 20)
#define NAME_MAX_LEN	1024		/* KSYM_NAME_LEN is 512 at most */
#define MARKER_EVERY	256
#define STEPS_MAX	(1u << 28)	/* names looked at in one search */

enum encoding {
	ENC_BASE,		/* base + u32: most, x86-64 from 6.15 */
	ENC_PERCPU,		/* >= 0 absolute, < 0: base - 1 - offset */
	ENC_SELF,		/* relative to the entry's own place: 7.0 */
	ENC_ADDRESS,		/* words with the address itself */
	ENC_COUNT,
};

static uint64_t
round_up(uint64_t v, uint64_t to)
{
	return ((v + to - 1) & ~(to - 1));
}

/* Do 256 strings lie at p, each where index says?  Sets *len of the table. */
static bool
tokens_fit(const uint8_t *p, size_t n, const uint16_t *index, size_t *len)
{
	const uint8_t *nul;
	size_t i, j, end;

	for (i = 0; i < TOKENS; i++) {
		if (index[i] >= n || (i > 0 && p[index[i] - 1] != 0))
			return (false);
		end = i + 1 < TOKENS ? (size_t)index[i + 1] - 1 :
		    (size_t)index[i] + TOKEN_MAX - 1;
		if (end >= n && i + 1 < TOKENS)
			return (false);
		if (end >= n)
			end = n - 1;
		nul = memchr(p + index[i], 0, end - index[i] + 1);
		if (nul == NULL || (i + 1 < TOKENS && nul != p + end))
			return (false);
		for (j = index[i]; p + j < nul; j++)
			if (p[j] < 0x20 || p[j] > 0x7e)
				return (false);
	}
	*len = (size_t)(nul - p) + 1;
	return (true);
}

/* Is this a token_index?  Offsets from 0, each behind a string of 1 byte on. */
static bool
index_plausible(const uint8_t *p, bool be, uint16_t *index)
{
	size_t i;

	for (i = 0; i < TOKENS; i++) {
		index[i] = load_u16(p + 2 * i, be);
		if (i == 0 ? index[i] != 0 : index[i] < index[i - 1] + 1 ||
		    index[i] - index[i - 1] > TOKEN_MAX)
			return (false);
	}
	return (index[TOKENS - 1] >= 2 * (TOKENS / 2));
}

/*
 * The length of the i-th name's record, its payload at *data; 0 when it does
 * not fit.
 */
static size_t
record(const uint8_t *p, size_t n, const uint8_t **data)
{
	size_t len;

	if (n == 0)
		return (0);
	len = p[0];
	*data = p + 1;
	if (len & 0x80) {
		if (n < 2)
			return (0);
		len = (len & 0x7f) | (size_t)p[1] << 7;
		*data = p + 2;
	}
	if (len == 0 || len > n - (size_t)(*data - p))
		return (0);
	return (len);
}

/*
 * Is there a table of count names at p, followed by its markers?  Each step
 * costs one of *steps.
 */
static bool
names_fit(const uint8_t *p, size_t n, uint32_t count, bool be,
    unsigned ptr_size, uint32_t *steps)
{
	const uint8_t *data;
	size_t at, len, second, m;
	uint32_t i;

	second = 0;
	for (i = 0, at = 0; i < count; i++) {
		if (i == MARKER_EVERY)
			second = at;
		if (*steps == 0)
			return (false);
		(*steps)--;
		len = record(p + at, n - at, &data);
		if (len == 0)
			return (false);
		at = (size_t)(data - p) + len;
	}
	/* The place in the file decides the alignment: p is aligned. */
	m = (size_t)round_up(at, ptr_size);
	if (count <= MARKER_EVERY || m + 8 > n)
		return (false);
	return (load_u32(p + m, be) == 0 && load_u32(p + m + 4, be) == second);
}

/* Backwards from the token table: the count, and behind it the names. */
static bool
find_names(const uint8_t *p, size_t table, bool be, unsigned ptr_size,
    uint32_t *steps, size_t *count_at)
{
	size_t at;
	uint32_t count;

	for (at = table & ~(size_t)(ptr_size - 1); at >= ptr_size &&
	    *steps > 0; (*steps)--) {
		at -= ptr_size;
		count = load_u32(p + at, be);
		if (count < SYMS_MIN || count > SYMS_MAX ||
		    (uint64_t)count * 2 > table - at)
			continue;
		if (ptr_size == 8 && load_u32(p + at + 4, be) != 0)
			continue;
		if (names_fit(p + at + ptr_size, table - at - ptr_size, count,
		    be, ptr_size, steps)) {
			*count_at = at;
			return (true);
		}
	}
	return (false);
}

int
kallsyms_find(struct ctx *ctx, const uint8_t *p, size_t n, uint64_t va, bool be,
    unsigned ptr_size, struct kallsyms *ret)
{
	uint16_t index[TOKENS];
	size_t at, start, len, last, count_at, k;
	uint32_t steps;

	steps = STEPS_MAX;
	/* Tables start at a word's multiple of the address, not of p. */
	for (at = (size_t)(round_up(va, ptr_size) - va); n - at >= 2 * TOKENS &&
	    at < n; at += ptr_size) {
		if (load_u16(p + at, be) != 0 || load_u16(p + at + 2, be) == 0 ||
		    !index_plausible(p + at, be, index))
			continue;
		last = index[TOKENS - 1];
		for (k = 0; k <= TOKEN_MAX + ptr_size; k += ptr_size) {
			len = (size_t)round_up(last + 2, ptr_size) + k;
			if (len > at)
				break;
			start = at - len;
			if (!tokens_fit(p + start, len, index, &len) ||
			    round_up(len, ptr_size) != at - start)
				continue;
			if (!find_names(p, start, be, ptr_size, &steps,
			    &count_at))
				continue;
			memset(ret, 0, sizeof(*ret));
			ret->num_syms = va + count_at;
			ret->names = va + count_at + ptr_size;
			ret->token_table = va + start;
			ret->token_index = va + at;
			return (0);
		}
		if (((at / ptr_size) & 0xfffff) == 0 && ctx_check(ctx) != 0)
			return (ctx->err.code);
	}
	return (ctx_fail(ctx, E_NOT_FOUND, "no kallsyms tables in 0x%llx-0x%llx",
	    (unsigned long long)va, (unsigned long long)(va + n)));
}

/* The tables, copied or pinned. */
struct tables {
	const struct space *space;
	uint32_t	 count;
	char		 token[TOKENS][TOKEN_MAX];
	uint8_t		 token_len[TOKENS];
	const uint8_t	*names;
	uint8_t		*names_copy;
	size_t		 names_len;
	const uint8_t	*offsets;
	uint8_t		*offsets_copy;
	uint64_t	 offsets_va, base_va, base;
	enum encoding	 enc;
	uint64_t	 image, image_end;
};

/* n bytes at va: in place where they lie in one piece, else copied. */
static int
fetch(struct ctx *ctx, const struct space *sp, uint64_t va, size_t n,
    const uint8_t **p, uint8_t **copy)
{
	int rc;

	ctx->quiet++;
	rc = space_pin(ctx, sp, va, n, p);
	ctx->quiet--;
	if (rc == 0)
		return (0);
	free(*copy);
	*copy = malloc(n);
	if (*copy == NULL)
		return (ctx_fail(ctx, E_NOMEM, "kallsyms: no memory"));
	*p = *copy;
	return (space_read(ctx, sp, va, *copy, n));
}

static int
load_tokens(struct ctx *ctx, struct tables *t, const struct kallsyms *k)
{
	uint8_t raw[2 * TOKENS];
	char text[TOKEN_MAX];
	size_t i;
	int rc;

	rc = space_read(ctx, t->space, k->token_index, raw, sizeof(raw));
	for (i = 0; rc == 0 && i < TOKENS; i++) {
		rc = space_text(ctx, t->space, k->token_table +
		    load_u16(raw + 2 * i, t->space->be), text, sizeof(text));
		t->token_len[i] = (uint8_t)strlen(text);
		memcpy(t->token[i], text, sizeof(text));
	}
	return (rc == 0 ? 0 : ctx_chain(ctx, "kallsyms tokens"));
}

/*
 * The names: their extent is known only by walking them, so fetch what may
 * hold them up to the token table, or by growing steps where the table does
 * not follow.
 */
static int
load_names(struct ctx *ctx, struct tables *t, const struct kallsyms *k)
{
	const uint8_t *p, *data;
	uint64_t len;
	size_t at, n;
	uint32_t i;
	int rc;

	if (k->token_table > k->names && k->token_table - k->names < NAMES_MAX)
		len = k->token_table - k->names;
	else
		len = (uint64_t)t->count * 64;
	if (len > NAMES_MAX)
		len = NAMES_MAX;
	rc = fetch(ctx, t->space, k->names, (size_t)len, &p, &t->names_copy);
	if (rc != 0)
		return (ctx_chain(ctx, "kallsyms names"));
	for (i = 0, at = 0; i < t->count; i++) {
		n = record(p + at, (size_t)len - at, &data);
		if (n == 0)
			return (ctx_fail(ctx, E_CORRUPT, "kallsyms: name %u of "
			    "%u is damaged", i, t->count));
		at = (size_t)(data - p) + n;
	}
	t->names = p;
	t->names_len = at;
	return (0);
}

static uint64_t
address(const struct tables *t, uint32_t i)
{
	const bool be = t->space->be;
	int32_t off;

	if (t->enc == ENC_ADDRESS)
		return (load_uint(t->offsets + (size_t)i * t->space->ptr_size,
		    t->space->ptr_size, be));
	off = (int32_t)load_u32(t->offsets + (size_t)i * 4, be);
	switch (t->enc) {
	case ENC_PERCPU:
		return (off >= 0 ? (uint64_t)off :
		    t->base - 1 - (uint64_t)(int64_t)off);
	case ENC_SELF:
		return (t->offsets_va + (uint64_t)i * 4 + (uint64_t)(int64_t)off);
	default:
		return (t->base + (uint32_t)off);
	}
}

/* How many of a sample lie in the image and in ascending order, per mille. */
static unsigned
score(const struct tables *t)
{
	uint64_t a, before;
	uint32_t i, step, good, all;

	step = t->count / 4096 + 1;
	before = 0;
	good = all = 0;
	for (i = 0; i < t->count; i += step) {
		a = address(t, i);
		all++;
		if (a >= t->image && a < t->image_end && a >= before) {
			good++;
			before = a;
		}
	}
	return (all == 0 ? 0 : good * 1000 / all);
}

/* Try the table at va in every encoding; keep the best. */
static void
try_offsets(struct ctx *ctx, struct tables *best, unsigned *best_score,
    uint64_t va, uint64_t base_va)
{
	struct tables t;
	uint8_t *copy;
	unsigned s;
	size_t size;
	int enc;

	for (enc = 0; enc < ENC_COUNT && *best_score < 1000; enc++) {
		t = *best;
		t.enc = (enum encoding)enc;
		t.offsets_va = va;
		size = (size_t)t.count * (enc == ENC_ADDRESS ?
		    t.space->ptr_size : 4);
		if (enc == ENC_BASE || enc == ENC_PERCPU) {
			t.base_va = base_va;
			if (base_va == 0 || space_ptr(ctx, t.space, base_va,
			    &t.base) != 0)
				continue;
		}
		copy = NULL;
		if (va == 0 || fetch(ctx, t.space, va, size, &t.offsets,
		    &copy) != 0) {
			free(copy);
			continue;
		}
		s = score(&t);
		if (s <= *best_score) {
			free(copy);
			continue;
		}
		free(best->offsets_copy);
		t.offsets_copy = copy;
		*best = t;
		*best_score = s;
	}
}

static int
load_offsets(struct ctx *ctx, struct tables *t, const struct kallsyms *k)
{
	const unsigned word = t->space->ptr_size;
	uint64_t size, after, base;
	unsigned best;

	size = round_up((uint64_t)t->count * 4, word);
	best = 0;
	ctx->quiet++;
	ctx->unrecorded++;
	if (k->offsets != 0)
		try_offsets(ctx, t, &best, k->offsets, k->relative_base);
	after = round_up(k->token_index + 2 * TOKENS, word);
	try_offsets(ctx, t, &best, after, after + size);
	base = k->num_syms - word;
	try_offsets(ctx, t, &best, base - size, base);
	try_offsets(ctx, t, &best, k->num_syms - (uint64_t)t->count * word, 0);
	ctx->unrecorded--;
	ctx->quiet--;
	if (best < 500)
		return (ctx_fail(ctx, E_CORRUPT, "kallsyms: no reading of the "
		    "addresses puts the symbols into the kernel's image"));
	/* Once more, for a recorder's eyes. */
	if (t->base_va != 0 && space_ptr(ctx, t->space, t->base_va,
	    &t->base) != 0)
		return (ctx_chain(ctx, "kallsyms"));
	return (fetch(ctx, t->space, t->offsets_va, (size_t)t->count *
	    (t->enc == ENC_ADDRESS ? word : 4), &t->offsets,
	    &t->offsets_copy));
}

static int
expand(struct ctx *ctx, const struct tables *t, struct symbols *syms)
{
	const uint8_t *p, *data, *end;
	char name[NAME_MAX_LEN + TOKEN_MAX];
	size_t n, len;
	uint32_t i;
	int rc;

	p = t->names;
	end = p + t->names_len;
	for (i = 0; i < t->count; i++) {
		n = record(p, (size_t)(end - p), &data);
		if (n == 0)
			break;		/* the file has changed under us */
		p = data + n;
		for (len = 0; data < p && len <= NAME_MAX_LEN; data++) {
			/* Most tokens are short: a copy of fixed size is quick. */
			memcpy(name + len, t->token[*data], 16);
			if (t->token_len[*data] > 16)
				memcpy(name + len + 16, t->token[*data] + 16,
				    TOKEN_MAX - 16);
			len += t->token_len[*data];
		}
		if (len < 2 || len > NAME_MAX_LEN)
			continue;	/* damaged: the others may be good */
		rc = sym_add(ctx, syms, address(t, i), 0, name[0], 0, name + 1,
		    len - 1);
		if (rc != 0)
			return (rc);
	}
	return (0);
}

int
kallsyms_load(struct ctx *ctx, const struct space *sp, const struct kallsyms *k,
    uint64_t image, uint64_t image_end, struct symbols *syms)
{
	struct tables *t;
	int rc;

	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return (ctx_fail(ctx, E_NOMEM, "kallsyms: no memory"));
	t->space = sp;
	t->image = image;
	t->image_end = image_end;
	rc = space_u32(ctx, sp, k->num_syms, &t->count);
	if (rc == 0 && (t->count < SYMS_MIN || t->count > SYMS_MAX))
		rc = ctx_fail(ctx, E_CORRUPT, "kallsyms: a count of %u symbols "
		    "is not plausible", t->count);
	if (rc == 0)
		rc = load_tokens(ctx, t, k);
	if (rc == 0)
		rc = load_names(ctx, t, k);
	if (rc == 0)
		rc = load_offsets(ctx, t, k);
	if (rc == 0) {
		sym_reserve(syms, (size_t)t->count + t->count / 8,
		    (size_t)t->count * 28);
		rc = expand(ctx, t, syms);
	}
	free(t->names_copy);
	free(t->offsets_copy);
	free(t);
	return (rc);
}
