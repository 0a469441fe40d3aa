/* SPDX-License-Identifier: BSD-2-Clause */
/* What find looks for: a number, text, or a regex over bytes. */
#ifndef ENGINE_VIEW_PATTERN_H
#define ENGINE_VIEW_PATTERN_H

#include "base/ctx.h"

#include <stddef.h>

#define PATTERN_MATCH_MAX	2048	/* longest match of a regex, bytes */

struct pattern;

/* size bytes (1, 2, 4 or 8) at multiples of their size. */
int	pattern_word(struct ctx *, const void *bytes, unsigned size,
	    struct pattern **ret);
int	pattern_bytes(struct ctx *, const void *, size_t n,
	    struct pattern **ret);
/* PCRE2 without UTF; E_SYNTAX. */
int	pattern_regex(struct ctx *, const char *regex, struct pattern **ret);
void	pattern_destroy(struct pattern *);

/* Can zeros alone, or nothing, match? */
bool	pattern_in_zeros(const struct pattern *);
/* By how many bytes pieces of memory must overlap for no match to be lost. */
size_t	pattern_overlap(const struct pattern *);
/*
 * Report the matches in a piece of memory, in the order of their addresses,
 * and remember where the next piece has to go on: pieces come in ascending
 * order and may overlap.  fn: 0 to go on, else the search ends with it.
 * pattern_finish reports what still hung on a piece that might have followed.
 */
int	pattern_search(struct ctx *, struct pattern *, uint64_t addr,
	    const uint8_t *, size_t n,
	    int (*fn)(void *arg, struct ctx *, uint64_t addr, const uint8_t *,
	    size_t n), void *arg);
int	pattern_finish(struct ctx *, struct pattern *,
	    int (*fn)(void *arg, struct ctx *, uint64_t addr, const uint8_t *,
	    size_t n), void *arg);
/*
 * Where a regex had so many ways to match that it met its limit: how many places,
 * of some hundred bytes each, it has not been through, and the first of them.
 */
uint64_t pattern_given_up(const struct pattern *, uint64_t *first);

#endif
