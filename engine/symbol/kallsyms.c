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
#define PIECE		4096u		/* of a table that is read in parts */
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

/* A table, pinned or copied; of a copy some pieces may be missing. */
struct table {
	const uint8_t	*p;
	uint8_t		*copy;
	size_t		 n;
	uint64_t	 va;
	bool		*gone;		/* of each piece; NULL: all are there */
};

struct tables {
	const struct space *space;
	uint32_t	 count;
	char		 token[TOKENS][TOKEN_MAX];
	uint8_t		 token_len[TOKENS];
	struct table	 names, markers, offsets;
	uint64_t	 base_va, base;
	enum encoding	 enc;
	uint64_t	 image, image_end;
};

static void
table_fini(struct table *t)
{
	free(t->copy);
	free(t->gone);
	memset(t, 0, sizeof(*t));
}

/* Are these bytes of the table there? */
static bool
has(const struct table *t, size_t at, size_t n)
{
	size_t i, in = (size_t)(t->va % PIECE);

	if (at > t->n || n > t->n - at)
		return (false);
	for (i = (in + at) / PIECE; t->gone != NULL && n > 0 &&
	    i <= (in + at + n - 1) / PIECE; i++)
		if (t->gone[i])
			return (false);
	return (true);
}

/* Piece by piece, what cannot be read left out; the error where nothing can. */
static int
fetch_pieces(struct ctx *ctx, const struct space *sp, struct table *t)
{
	size_t at, len, i, good = 0;
	int rc, bad = 0;

	t->gone = calloc((size_t)(t->va % PIECE + t->n) / PIECE + 1,
	    sizeof(*t->gone));
	if (t->gone == NULL)
		return (ctx_fail(ctx, E_NOMEM, "kallsyms: no memory"));
	for (at = i = 0; at < t->n; at += len, i++) {
		len = PIECE - (size_t)((t->va + at) % PIECE);
		if (len > t->n - at)
			len = t->n - at;
		ctx->quiet++;
		rc = space_read(ctx, sp, t->va + at, t->copy + at, len);
		ctx->quiet--;
		if (rc != 0 && status_reason(rc) == NULL)
			return (rc);
		if (rc != 0) {
			memset(t->copy + at, 0, len);
			t->gone[i] = true;
			bad = rc;
		}
		good += rc == 0;
	}
	return (good > 0 ? 0 : bad);
}

/* n bytes at va: in place where they lie in one piece, else copied. */
static int
fetch(struct ctx *ctx, const struct space *sp, uint64_t va, size_t n,
    struct table *t)
{
	int rc;

	table_fini(t);
	t->va = va;
	t->n = n;
	ctx->quiet++;
	rc = space_pin(ctx, sp, va, n, &t->p);
	ctx->quiet--;
	if (rc == 0)
		return (0);
	t->copy = malloc(n);
	if (t->copy == NULL)
		return (ctx_fail(ctx, E_NOMEM, "kallsyms: no memory"));
	t->p = t->copy;
	rc = space_read(ctx, sp, va, t->copy, n);
	if (rc != 0 && status_reason(rc) != NULL && fetch_pieces(ctx, sp,
	    t) == 0)
		rc = 0;
	return (rc);
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
 * Of every 256th name its place, by which a damaged one can be passed: right
 * before the token table (6.2 and 6.3: three bytes of each symbol between
 * them).  None is no failure.
 */
static void
load_markers(struct ctx *ctx, struct tables *t, const struct kallsyms *k)
{
	const unsigned word = t->space->ptr_size;
	const uint32_t n = (t->count + MARKER_EVERY - 1) / MARKER_EVERY;
	const uint64_t size = round_up((uint64_t)n * 4, word);
	const uint64_t seqs = round_up((uint64_t)t->count * 3, word);
	uint64_t va = k->token_table - size;
	uint32_t i, at, before;
	int try;

	ctx->quiet++;
	for (try = 0; try < 2; try++, va -= seqs) {
		if (va <= k->names || va >= k->token_table ||
		    fetch(ctx, t->space, va, (size_t)n * 4, &t->markers) != 0 ||
		    t->markers.gone != NULL || load_u32(t->markers.p,
		    t->space->be) != 0)
			continue;
		for (i = 1, before = 0; i < n; i++, before = at) {
			at = load_u32(t->markers.p + 4 * (size_t)i,
			    t->space->be);
			if (at < before + 2 * MARKER_EVERY ||
			    at >= t->names.n)
				break;
		}
		if (i == n)
			break;
	}
	if (try == 2)
		table_fini(&t->markers);
	ctx->quiet--;
	ctx_clear(ctx);
}

/*
 * The names: their extent is known only by walking them, so fetch what may
 * hold them up to the token table, or by growing steps where the table does
 * not follow.
 */
static int
load_names(struct ctx *ctx, struct tables *t, const struct kallsyms *k)
{
	uint64_t len;
	int rc;

	if (k->token_table > k->names && k->token_table - k->names < NAMES_MAX)
		len = k->token_table - k->names;
	else
		len = (uint64_t)t->count * 64;
	if (len > NAMES_MAX)
		len = NAMES_MAX;
	rc = fetch(ctx, t->space, k->names, (size_t)len, &t->names);
	if (rc != 0)
		return (ctx_chain(ctx, "kallsyms names"));
	load_markers(ctx, t, k);
	return (0);
}

static bool
has_address(const struct tables *t, uint32_t i)
{
	const size_t size = t->enc == ENC_ADDRESS ? t->space->ptr_size : 4;

	return (t->offsets.gone == NULL || has(&t->offsets, i * size, size));
}

static uint64_t
address(const struct tables *t, uint32_t i)
{
	const bool be = t->space->be;
	int32_t off;

	if (t->enc == ENC_ADDRESS)
		return (load_uint(t->offsets.p + (size_t)i *
		    t->space->ptr_size, t->space->ptr_size, be));
	off = (int32_t)load_u32(t->offsets.p + (size_t)i * 4, be);
	switch (t->enc) {
	case ENC_PERCPU:
		return (off >= 0 ? (uint64_t)off :
		    t->base - 1 - (uint64_t)(int64_t)off);
	case ENC_SELF:
		return (t->offsets.va + (uint64_t)i * 4 + (uint64_t)(int64_t)off);
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
		all++;
		if (!has_address(t, i))
			continue;
		a = address(t, i);
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
	unsigned s;
	size_t size;
	int enc;

	for (enc = 0; enc < ENC_COUNT && *best_score < 1000; enc++) {
		t = *best;
		t.enc = (enum encoding)enc;
		memset(&t.offsets, 0, sizeof(t.offsets));
		size = (size_t)t.count * (enc == ENC_ADDRESS ?
		    t.space->ptr_size : 4);
		if (enc == ENC_BASE || enc == ENC_PERCPU) {
			t.base_va = base_va;
			if (base_va == 0 || space_ptr(ctx, t.space, base_va,
			    &t.base) != 0)
				continue;
		}
		if (va == 0 || fetch(ctx, t.space, va, size,
		    &t.offsets) != 0) {
			table_fini(&t.offsets);
			continue;
		}
		s = score(&t);
		if (s <= *best_score) {
			table_fini(&t.offsets);
			continue;
		}
		table_fini(&best->offsets);
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
	return (fetch(ctx, t->space, t->offsets.va, (size_t)t->count *
	    (t->enc == ENC_ADDRESS ? word : 4), &t->offsets));
}

/*
 * The places of n names from *at on, up to the first that is missing; 0 where
 * they cannot be right.  *at: where the next begins, if it is known.
 */
static uint32_t
places(const struct tables *t, uint32_t first, uint32_t n, size_t *at,
    const uint8_t *data[MARKER_EVERY], size_t len[MARKER_EVERY])
{
	const uint32_t next = first / MARKER_EVERY + 1;
	const bool known = t->markers.p != NULL &&
	    (uint64_t)next * 4 < t->markers.n;
	size_t place = *at, end = 0, behind;
	uint32_t i;

	if (known)
		end = load_u32(t->markers.p + (size_t)next * 4, t->space->be);
	*at = known ? end : t->names.n;
	for (i = 0; i < n; i++) {
		if (!has(&t->names, place, 2))
			return (t->names.gone != NULL ? i : 0);
		len[i] = record(t->names.p + place, t->names.n - place,
		    &data[i]);
		if (len[i] == 0)
			return (0);
		behind = (size_t)(data[i] - t->names.p) + len[i];
		if (!has(&t->names, place, behind - place))
			return (i);
		place = behind;
	}
	if (known && place != end)
		return (0);
	*at = place;
	return (n);
}

static int
add(struct ctx *ctx, const struct tables *t, uint32_t i, const uint8_t *data,
    size_t n, struct symbols *syms)
{
	char name[NAME_MAX_LEN + TOKEN_MAX];
	const uint8_t *end = data + n;
	size_t len;

	for (len = 0; data < end && len <= NAME_MAX_LEN; data++) {
		/* Most tokens are short: a copy of fixed size is quick. */
		memcpy(name + len, t->token[*data], 16);
		if (t->token_len[*data] > 16)
			memcpy(name + len + 16, t->token[*data] + 16,
			    TOKEN_MAX - 16);
		len += t->token_len[*data];
	}
	if (len < 2 || len > NAME_MAX_LEN)
		return (E_CORRUPT);	/* the others may be good */
	return (sym_add(ctx, syms, address(t, i), 0, name[0], 0, name + 1,
	    len - 1));
}

/* All names and their addresses; *lost: those that could not be had. */
static int
expand(struct ctx *ctx, const struct tables *t, struct symbols *syms,
    uint32_t *lost)
{
	const uint8_t *data[MARKER_EVERY];
	size_t len[MARKER_EVERY], at = 0;
	uint32_t first, i, n, got;
	int rc;

	*lost = 0;
	for (first = 0; first < t->count; first += n) {
		n = t->count - first;
		if (n > MARKER_EVERY)
			n = MARKER_EVERY;
		got = places(t, first, n, &at, data, len);
		*lost += n - got;
		for (i = 0; i < got; i++) {
			rc = has_address(t, first + i) ? add(ctx, t, first + i,
			    data[i], len[i], syms) : E_CORRUPT;
			if (rc != 0 && rc != E_CORRUPT)
				return (rc);
			*lost += rc != 0;
		}
	}
	return (*lost <= t->count / 2 ? 0 : ctx_fail(ctx, E_CORRUPT, "kallsyms: "
	    "%u of %u names are damaged", *lost, t->count));
}

int
kallsyms_load(struct ctx *ctx, const struct space *sp, const struct kallsyms *k,
    uint64_t image, uint64_t image_end, struct symbols *syms, uint32_t *count,
    uint32_t *lost)
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
		rc = expand(ctx, t, syms, lost);
		*count = t->count;
	}
	table_fini(&t->names);
	table_fini(&t->markers);
	table_fini(&t->offsets);
	free(t);
	return (rc);
}
