/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A regex runs over slices of memory, each a little longer than what it
 * answers for: a pattern whose cost grows with the square of its subject then
 * still ends, and with the limit on every match no pattern hangs.  A match is
 * at most PATTERN_MATCH_MAX bytes long; a longer one comes out cut.
 */
#define PCRE2_CODE_UNIT_WIDTH 8

#include "engine/view/pattern.h"

#include "base/search.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#define SLICE		32768
#define SMALL_SLICE	256
#define MATCH_LIMIT	10000
#define JIT_STACK_MAX	(512 * 1024)

struct pattern {
	enum { WORD, BYTES, REGEX } how;
	uint8_t			*bytes;
	size_t			 n;
	uint64_t		 next;	/* first address not yet searched */
	uint8_t			 tail[PATTERN_MATCH_MAX];	/* from there */
	size_t			 tail_len;
	uint64_t		 given_up, given_up_at;	/* see pattern.h */
	bool			 jit;
	pcre2_code		*code;
	pcre2_match_data	*data;
	pcre2_match_context	*limits;
	pcre2_jit_stack		*stack;
};

void
pattern_destroy(struct pattern *p)
{
	if (p == NULL)
		return;
	pcre2_match_data_free(p->data);
	pcre2_match_context_free(p->limits);
	pcre2_jit_stack_free(p->stack);
	pcre2_code_free(p->code);
	free(p->bytes);
	free(p);
}

static int
no_memory(struct ctx *ctx, struct pattern *p)
{
	pattern_destroy(p);
	return (ctx_fail(ctx, E_NOMEM, "no memory for a pattern"));
}

int
pattern_bytes(struct ctx *ctx, const void *bytes, size_t n,
    struct pattern **ret)
{
	struct pattern *p;

	p = calloc(1, sizeof(*p));
	if (p == NULL || (p->bytes = malloc(n + 1)) == NULL)
		return (no_memory(ctx, p));
	p->how = BYTES;
	p->n = n;
	memcpy(p->bytes, bytes, n);
	*ret = p;
	return (OK);
}

int
pattern_word(struct ctx *ctx, const void *bytes, unsigned size,
    struct pattern **ret)
{
	int error;

	error = pattern_bytes(ctx, bytes, size, ret);
	if (error == OK)
		(*ret)->how = WORD;
	return (error);
}

int
pattern_regex(struct ctx *ctx, const char *regex, struct pattern **ret)
{
	PCRE2_UCHAR why[128];
	struct pattern *p;
	PCRE2_SIZE at;
	int error;

	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return (no_memory(ctx, p));
	p->how = REGEX;
	p->code = pcre2_compile((PCRE2_SPTR)regex, PCRE2_ZERO_TERMINATED,
	    PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C, &error, &at, NULL);
	if (p->code == NULL) {
		pcre2_get_error_message(error, why, sizeof(why));
		pattern_destroy(p);
		return (ctx_fail_at(ctx, E_SYNTAX, at,
		    "bad pattern /%s/, at character %zu: %s", regex,
		    (size_t)at + 1, (const char *)why));
	}
	p->jit = pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE) == 0;
	p->data = pcre2_match_data_create(1, NULL);
	p->limits = pcre2_match_context_create(NULL);
	p->stack = pcre2_jit_stack_create(32 * 1024, JIT_STACK_MAX, NULL);
	if (p->data == NULL || p->limits == NULL || p->stack == NULL)
		return (no_memory(ctx, p));
	pcre2_set_match_limit(p->limits, MATCH_LIMIT);
	pcre2_set_depth_limit(p->limits, MATCH_LIMIT);
	pcre2_set_heap_limit(p->limits, JIT_STACK_MAX / 1024);
	pcre2_jit_stack_assign(p->limits, NULL, p->stack);
	*ret = p;
	return (OK);
}

bool
pattern_in_zeros(const struct pattern *p)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		if (p->bytes[i] != 0)
			return (false);
	return (true);
}

size_t
pattern_overlap(const struct pattern *p)
{
	switch (p->how) {
	case WORD:
		break;
	case BYTES:
		return (p->n > 0 ? p->n - 1 : 0);
	case REGEX:
		return (PATTERN_MATCH_MAX);
	}
	return (0);
}

typedef int found(void *, struct ctx *, uint64_t, const uint8_t *, size_t);

static int
search_plain(struct ctx *ctx, struct pattern *p, uint64_t addr,
    const uint8_t *mem, size_t n, found *fn, void *arg)
{
	const uint8_t *at, *hit;
	size_t left, step;
	int error;

	at = mem;
	step = 1;
	if (p->how == WORD) {
		step = p->n;
		left = (size_t)(-addr & (step - 1));
		if (left >= n)
			return (OK);
		at += left;
	}
	for (;;) {
		left = n - (size_t)(at - mem);
		hit = p->how == WORD ?
		    search_word(at, left, p->bytes, (unsigned)p->n) :
		    search_bytes(at, left, p->bytes, p->n);
		if (hit == NULL)
			return (OK);
		error = fn(arg, ctx, addr + (uint64_t)(hit - mem), hit, p->n);
		if (error == OK)
			error = ctx_check(ctx);
		if (error != OK)
			return (error);
		at = hit + step;
	}
}

/*
 * Matches that start in mem[from, end); they may run on to mem + n.  *next is
 * where the search goes on.  When one meets its limit it is not known where:
 * the rest is gone through in small slices, and one that still does counts as
 * searched.
 */
static int
search_slice(struct ctx *ctx, struct pattern *p, uint64_t addr,
    const uint8_t *mem, size_t from, size_t end, size_t n, size_t *next,
    found *fn, void *arg)
{
	const PCRE2_SIZE *at;
	size_t len, small;
	int error, rc;

	while (from < end) {
		rc = p->jit ? pcre2_jit_match(p->code, mem, n, from, 0,
		    p->data, p->limits) : pcre2_match(p->code, mem, n, from, 0,
		    p->data, p->limits);
		if (rc < 0 && rc != PCRE2_ERROR_NOMATCH &&
		    end - from > SMALL_SLICE) {
			small = from + SMALL_SLICE;
			error = search_slice(ctx, p, addr, mem, from, small,
			    n - small > PATTERN_MATCH_MAX ?
			    small + PATTERN_MATCH_MAX : n, &from, fn, arg);
			if (error != OK)
				return (error);
			continue;
		}
		if (rc < 0 && rc != PCRE2_ERROR_NOMATCH &&
		    p->given_up++ == 0)
			p->given_up_at = addr + from;
		if (rc < 0)
			break;
		at = pcre2_get_ovector_pointer(p->data);
		if (at[0] >= end)
			break;
		len = at[1] > at[0] ? at[1] - at[0] : 0;
		if (len > PATTERN_MATCH_MAX)
			len = PATTERN_MATCH_MAX;
		if (len > 0) {
			error = fn(arg, ctx, addr + at[0], mem + at[0], len);
			if (error != OK)
				return (error);
		}
		from = at[0] + (len > 0 ? len : 1);
	}
	*next = from > end ? from : end;
	return (ctx_check(ctx));
}

/*
 * What starts in the last bytes of a piece may run on into the next one, if
 * that overlaps: it is kept until it is known whether there is one.
 */
static int
search_tail(struct ctx *ctx, struct pattern *p, found *fn, void *arg)
{
	size_t n, next;

	n = p->tail_len;
	p->tail_len = 0;
	return (search_slice(ctx, p, p->next, p->tail, 0, n, n, &next, fn,
	    arg));
}

static int
search_regex(struct ctx *ctx, struct pattern *p, uint64_t addr,
    const uint8_t *mem, size_t n, found *fn, void *arg)
{
	size_t at, end, limit, next, stop;
	int error;

	if (p->tail_len > 0 && addr > p->next) {
		error = search_tail(ctx, p, fn, arg);
		if (error != OK)
			return (error);
	}
	at = p->next > addr ? (size_t)(p->next - addr) : 0;
	limit = n > PATTERN_MATCH_MAX ? n - PATTERN_MATCH_MAX : 0;
	for (; at < limit; at = next) {
		end = limit - at < SLICE ? limit : at + SLICE;
		stop = end + PATTERN_MATCH_MAX;
		error = search_slice(ctx, p, addr, mem, at, end, stop, &next,
		    fn, arg);
		if (error != OK)
			return (error);
	}
	p->next = addr + at;
	p->tail_len = at < n ? n - at : 0;
	memcpy(p->tail, mem + at, p->tail_len);
	return (OK);
}

int
pattern_search(struct ctx *ctx, struct pattern *p, uint64_t addr,
    const uint8_t *mem, size_t n, found *fn, void *arg)
{
	return (p->how == REGEX ? search_regex(ctx, p, addr, mem, n, fn, arg) :
	    search_plain(ctx, p, addr, mem, n, fn, arg));
}

int
pattern_finish(struct ctx *ctx, struct pattern *p, found *fn, void *arg)
{
	int error;

	error = p->tail_len > 0 ? search_tail(ctx, p, fn, arg) : OK;
	p->next = 0;
	return (error);
}

uint64_t
pattern_given_up(const struct pattern *p, uint64_t *first)
{
	*first = p->given_up_at;
	return (p->given_up);
}
