/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/backend/ranges.h"

#include "base/vec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RANGES_MAX	65536
#define LOW_END		UINT64_C(0x100000)

void
ranges_fini(struct ranges *r)
{
	free(r->v);
	memset(r, 0, sizeof(*r));
}

int
ranges_add(struct ctx *ctx, struct ranges *r, uint64_t start, uint64_t end)
{
	size_t i, j;

	if (start >= end)
		return (0);
	if (r->n == RANGES_MAX)
		return (ctx_fail(ctx, E_LIMIT, "more than %d ranges of memory",
		    RANGES_MAX));
	if (!vec_room(r->v, r->cap, r->n + 1))
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	for (i = 0; i < r->n && r->v[i].end < start; i++)
		;
	for (j = i; j < r->n && r->v[j].start <= end; j++) {
		if (r->v[j].start < start)
			start = r->v[j].start;
		if (r->v[j].end > end)
			end = r->v[j].end;
	}
	/* Those from i up to j become one. */
	memmove(&r->v[i + 1], &r->v[j], (r->n - j) * sizeof(r->v[0]));
	r->v[i] = (struct range){ start, end };
	r->n = r->n - (j - i) + 1;
	return (0);
}

/* The first that ends behind pa. */
static size_t
find(const struct ranges *r, uint64_t pa)
{
	size_t lo, hi, mid;

	for (lo = 0, hi = r->n; lo < hi;) {
		mid = lo + (hi - lo) / 2;
		if (r->v[mid].end <= pa)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo);
}

uint64_t
ranges_here(const struct ranges *r, uint64_t pa)
{
	const size_t i = find(r, pa);

	return (i < r->n && r->v[i].start <= pa ? r->v[i].end - pa : 0);
}

int
ranges_find(const struct ranges *r, uint64_t pa, struct mem_range *ret)
{
	const size_t i = find(r, pa);

	if (i == r->n)
		return (E_DONE);
	if (r->v[i].start > pa)
		*ret = (struct mem_range){ pa, r->v[i].start, E_NOT_IN_DUMP,
		    UINT64_MAX };
	else
		*ret = (struct mem_range){ pa, r->v[i].end, 0, UINT64_MAX };
	return (0);
}

/* "START-LAST" in hexadecimal; *after is what follows. */
static bool
parse_span(const char *p, uint64_t *start, uint64_t *last, const char **after)
{
	char *end;

	errno = 0;
	*start = strtoull(p, &end, 16);
	if (end == p || *end != '-')
		return (false);
	p = end + 1;
	*last = strtoull(p, &end, 16);
	if (end == p || errno != 0 || *last < *start)
		return (false);
	*after = end;
	return (true);
}

static const char *
next_line(const char *p)
{
	p = strchr(p, '\n');
	return (p != NULL ? p + 1 : "");
}

static bool
has_word(const char *p, const char *word)
{
	const char *end = strchr(p, '\n');
	const size_t n = end != NULL ? (size_t)(end - p) : strlen(p);

	return (memmem(p, n, word, strlen(word)) != NULL);
}

int
ranges_of_mtree(struct ctx *ctx, struct ranges *r, const char *text)
{
	const char *p, *after;
	uint64_t start, last;
	bool mine;
	int rc;

	for (mine = false, rc = 0, p = text; *p != '\0' && rc == 0;
	    p = next_line(p)) {
		if (strncmp(p, "FlatView", 8) == 0) {
			if (r->n > 0)
				break;
			mine = false;
		} else if (strncmp(p, " AS \"memory\"", 12) == 0)
			mine = true;
		else if (mine && parse_span(p + strspn(p, " "), &start, &last,
		    &after) && (has_word(after, ", ram)") ||
		    has_word(after, ", rom)") || has_word(after, ", romd)") ||
		    has_word(after, ", nv-ram)")))
			rc = ranges_add(ctx, r, start, last == UINT64_MAX ?
			    last : last + 1);
	}
	return (rc);
}

int
ranges_of_iomem(struct ctx *ctx, struct ranges *ram, struct ranges *firmware,
    const char *text)
{
	const char *p, *after;
	uint64_t start, last;
	struct ranges *to;
	int rc;

	for (rc = 0, p = text; *p != '\0' && rc == 0; p = next_line(p)) {
		/* What lies within a range is indented. */
		if (*p == ' ' || !parse_span(p, &start, &last, &after))
			continue;
		to = NULL;
		if (has_word(after, " : System RAM"))
			to = ram;
		else if (has_word(after, " : ACPI ") ||
		    has_word(after, " ROM") || (last < LOW_END &&
		    strncasecmp(after, " : reserved", 11) == 0))
			to = firmware;
		/* To others than root every range is 0-0. */
		if (to != NULL && last > 0)
			rc = ranges_add(ctx, to, start, last == UINT64_MAX ?
			    last : last + 1);
	}
	return (rc);
}
