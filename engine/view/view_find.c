/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * find: all memory of the kernel is searched once, as it lies physically, and
 * each hit then traced back to the address at which the kernel sees it; a
 * process or a stretch of addresses is read through its page tables.
 */
#include "engine/view/tools.h"

#include "base/bytes.h"
#include "base/vec.h"
#include "engine/view/pattern.h"
#include "engine/view/reverse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW	((size_t)1 << 20)

static const struct column columns[] = {
	{ .key = "address", .width = 18 },
	{ .key = "phys", .width = 18 },
	{ .key = "match", .width = 32 },
	{ .key = "symbol", .width = 32 },
};

enum where { KERNEL, PHYS, VIRTUAL };

struct find {
	struct kernel	*k;
	struct row_sink	*sink;
	struct pattern	*pattern;
	enum where	 where;
	uint64_t	 start, end;	/* VIRTUAL; end exclusive, 0 = 2^64 */
	struct space	 space;
	int		 pid;		/* 0: the kernel's addresses */
	bool		 is_word;
	struct reverse	 reverse;
};

/* --- the pattern ---------------------------------------------------------------- */

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return (c - '0');
	c |= 0x20;
	return (c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1);
}

/* "text" with C's escapes; *p moves past the closing quote. */
static int
parse_text(struct ctx *ctx, const char **p, struct buf *text)
{
	static const char from[] = "nrtabfv0", to[] = "\n\r\t\a\b\f\v\0";
	const char *s, *which;
	int hi, lo;
	char c;

	for (s = *p + 1; *s != '"'; s++) {
		if (*s == '\0')
			return (ctx_fail(ctx, E_SYNTAX,
			    "a quote is not closed: %s", *p));
		c = *s;
		if (c == '\\' && s[1] != '\0') {
			c = *++s;
			which = strchr(from, c);
			if (c == 'x' && (hi = hex_digit(s[1])) >= 0) {
				s++;
				lo = hex_digit(s[1]);
				c = (char)(lo >= 0 ? hi << 4 | lo : hi);
				s += lo >= 0;
			} else if (which != NULL) {
				c = to[which - from];
			}
		}
		buf_add(text, &c, 1);
	}
	*p = s + 1;
	if (text->len == 0)
		return (ctx_fail(ctx, E_USAGE, "an empty text is everywhere"));
	return (OK);
}

static int
parse_regex(struct ctx *ctx, const char **p, struct buf *regex)
{
	const char *s;

	for (s = *p + 1; *s != '/'; s++) {
		if (*s == '\0')
			return (ctx_fail(ctx, E_SYNTAX,
			    "the pattern has no / at its end: %s", *p));
		/* \/ is a slash, every other escape PCRE2's business. */
		if (*s == '\\' && s[1] == '/')
			s++;
		else if (*s == '\\' && s[1] != '\0')
			buf_add(regex, s++, 1);
		buf_add(regex, s, 1);
	}
	*p = s + 1;
	return (OK);
}

/* VALUE[:SIZE] in [p, end): an expression, and 1, 2, 4 or 8 bytes of it. */
static int
parse_word(struct ctx *ctx, struct find *f, const struct view_args *args,
    const char *p, const char *end)
{
	uint8_t word[8];
	uint64_t value;
	unsigned size;
	char *text;
	int error;

	size = f->k->space.ptr_size == 4 ? 4 : 8;
	if (end - p > 2 && end[-2] == ':' && strchr("1248", end[-1]) != NULL) {
		size = (unsigned)(end[-1] - '0');
		end -= 2;
	}
	text = strndup(p, (size_t)(end - p));
	if (text == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for a pattern"));
	error = value_eval_addr(ctx, view_env(f->k, args), text, &value, NULL);
	free(text);
	if (error != OK)
		return (error);
	/* It must fit, be it as a signed or an unsigned number. */
	if (size < 8 && value >> (8 * size) != 0 &&
	    (uint64_t)((int64_t)value >> (8 * size - 1)) != UINT64_MAX)
		return (ctx_fail(ctx, E_USAGE, "the value does not fit "
		    "%u byte%s", size, size == 1 ? "" : "s"));
	store_uint(word, size, f->k->space.be, value);
	f->is_word = true;
	return (pattern_word(ctx, word, size, &f->pattern));
}

static int
parse_pattern(struct ctx *ctx, struct find *f, const struct view_args *args,
    const char **p)
{
	struct buf text = { 0 };
	const char *end, *from;
	bool open;
	int error;

	if (**p == '"') {
		error = parse_text(ctx, p, &text);
		if (error == OK)
			error = pattern_bytes(ctx, text.p, text.len,
			    &f->pattern);
	} else if (**p == '/') {
		error = parse_regex(ctx, p, &text);
		if (error == OK)
			error = pattern_regex(ctx, buf_text(&text),
			    &f->pattern);
	} else {
		view_token(*p, &from, &end, &open);
		*p = end;
		error = parse_word(ctx, f, args, from, end);
	}
	buf_fini(&text);
	return (error);
}

/* --- where ------------------------------------------------------------------------ */

/* START-END. */
static int
parse_stretch(struct ctx *ctx, struct find *f, const char *text)
{
	char *dash, *end;

	errno = 0;
	f->start = strtoull(text, &dash, 0);
	f->end = *dash == '-' ? strtoull(dash + 1, &end, 0) : 0;
	if (dash == text || *dash != '-' || end == dash + 1 || *end != '\0' ||
	    errno != 0 || f->end <= f->start)
		return (ctx_fail(ctx, E_USAGE, "%s: not a range; kernel, phys, "
		    "pid N or START-END (as 0x1000-0x2000)", text));
	f->where = VIRTUAL;
	return (OK);
}

static int
parse_process(struct ctx *ctx, struct find *f, const char *text)
{
	struct view_args args = { .argv = { "find", text }, .argc = 2 };
	struct os_proc proc;
	struct arena arena;
	int error;

	arena_init(&arena);
	error = view_proc(ctx, f->k, &args, 1, &arena, &proc);
	if (error == OK)
		error = os_proc_space(ctx, f->k, &proc, &f->space);
	arena_fini(&arena);
	f->where = VIRTUAL;
	f->pid = proc.pid;
	/* The lower half is the process's own. */
	f->start = 0;
	f->end = (uint64_t)1 << (f->space.ptr_size == 4 ? 31 : 63);
	return (error);
}

static int
parse_range(struct ctx *ctx, struct find *f, const struct view_args *args,
    const char *p)
{
	const char *end, *from;
	char word[3][48];
	size_t i, n;
	bool open;

	for (n = 0; view_token(p, &from, &end, &open); n++, p = end) {
		i = (size_t)(end - from);
		if (n == COUNT(word) || i >= sizeof(word[n]))
			return (view_usage(ctx, args));
		memcpy(word[n], from, i);
		word[n][i] = '\0';
	}
	f->where = KERNEL;
	if (n == 0 || (n == 1 && strcmp(word[0], "kernel") == 0))
		return (OK);
	if (n == 1 && strcmp(word[0], "phys") == 0) {
		f->where = PHYS;
		return (OK);
	}
	if (n == 2 && strcmp(word[0], "pid") == 0)
		return (parse_process(ctx, f, word[1]));
	if (n != 1)
		return (view_usage(ctx, args));
	return (parse_stretch(ctx, f, word[0]));
}

/* --- the search --------------------------------------------------------------------- */

static int
emit(struct ctx *ctx, struct find *f, bool has_virt, uint64_t virt,
    bool has_phys, uint64_t phys, const uint8_t *match, size_t n)
{
	const struct typeref untyped = { 0, 0 };
	struct cell cells[4];
	char symbol[512];

	cells[0] = has_virt ? cell_link(cell_addr(virt),
	    link_memory(virt, untyped, f->pid)) : cell_null();
	cells[1] = has_phys ? cell_addr(phys) : cell_null();
	cells[2] = f->is_word ?
	    cell_addr(load_uint(match, (unsigned)n, f->k->space.be)) :
	    cell_textn((const char *)match, n);
	cells[3] = has_virt && f->pid == 0 &&
	    sym_format(&f->k->symbols, virt, symbol, sizeof(symbol)) ?
	    cell_link(cell_text(symbol), link_symbol(virt)) : cell_null();
	return (row_emit_cells(f->sink, ctx, has_virt ? virt : phys, cells,
	    COUNT(cells)));
}

static int
found_phys(void *arg, struct ctx *ctx, uint64_t phys, const uint8_t *match,
    size_t n)
{
	struct find *f = arg;
	uint64_t virt;
	bool mapped;

	/* An image lies where it was linked for, and nowhere else. */
	if (f->k->at_rest)
		return (emit(ctx, f, true, phys, false, 0, match, n));
	mapped = reverse_find(ctx, &f->reverse, f->k, phys, &virt);
	if (!mapped && f->where == KERNEL)
		return (OK);
	return (emit(ctx, f, mapped, mapped ? virt : 0, true, phys, match, n));
}

static int
found_virtual(void *arg, struct ctx *ctx, uint64_t virt, const uint8_t *match,
    size_t n)
{
	struct find *f = arg;
	struct pt_result r;
	bool mapped;

	mapped = space_translate(ctx, &f->space, virt, &r) == OK;
	return (emit(ctx, f, true, virt, mapped, mapped ? r.phys : 0, match,
	    n));
}

static int
piece(void *arg, struct ctx *ctx, uint64_t pa, const uint8_t *mem, size_t n)
{
	struct find *f = arg;

	return (pattern_search(ctx, f->pattern, pa, mem, n, found_phys, f));
}

static int
search_physical(struct ctx *ctx, struct find *f)
{
	int error;

	error = (pattern_in_zeros(f->pattern) ? mem_scan : mem_scan_data)(
	    ctx, &f->k->mem, 0, UINT64_MAX, pattern_overlap(f->pattern), piece,
	    f);
	if (error == OK)
		error = pattern_finish(ctx, f->pattern, found_phys, f);
	return (error);
}

/* A mapped run of addresses; buf holds *have bytes that end at va. */
static int
search_run(struct ctx *ctx, struct find *f, uint64_t va, uint64_t len,
    uint8_t *buf, size_t *have)
{
	size_t done, keep, n, overlap;
	uint64_t skip;
	int error;

	overlap = pattern_overlap(f->pattern);
	for (error = OK; error == OK && len > 0; va += n, len -= n) {
		n = len < WINDOW ? (size_t)len : WINDOW;
		done = 0;
		ctx->quiet++;
		if (space_read_some(ctx, &f->space, va, buf + *have, n,
		    &done) == OK)
			done = n;
		ctx->quiet--;
		error = pattern_search(ctx, f->pattern, va - *have, buf,
		    *have + done, found_virtual, f);
		keep = *have + done < overlap ? *have + done : overlap;
		memmove(buf, buf + *have + done - keep, keep);
		*have = keep;
		if (done < n) {
			/* A page that is not in the dump: on behind it. */
			skip = ((va + done) | 4095) + 1 - va;
			n = skip < n ? (size_t)skip : n;
			f->sink->missing = true;
			*have = 0;
		}
		if (error == OK)
			error = ctx_check(ctx);
	}
	return (error);
}

static int
search_virtual(struct ctx *ctx, struct find *f)
{
	struct pt_range r;
	uint64_t va;
	uint8_t *buf;
	size_t have;
	int error;

	buf = malloc(WINDOW + pattern_overlap(f->pattern) + 1);
	if (buf == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for a window"));
	have = 0;
	ctx->unrecorded++;
	for (va = f->start; (error = space_range(ctx, &f->space, va, f->end,
	    &r)) == OK; va = r.end) {
		if (r.status == OK)
			error = search_run(ctx, f, r.start, r.end - r.start,
			    buf, &have);
		else
			have = 0;
		if (error == OK)
			error = ctx_check(ctx);
		if (error != OK || r.end <= va)
			break;
	}
	if (error == E_DONE)
		error = OK;
	if (error == OK)
		error = pattern_finish(ctx, f->pattern, found_virtual, f);
	ctx->unrecorded--;
	free(buf);
	return (error);
}

/* The rows are out; what a pattern did not get through is said behind them. */
static int
tell_given_up(struct ctx *ctx, const struct find *f)
{
	uint64_t n, first;

	n = pattern_given_up(f->pattern, &first);
	if (n == 0)
		return (OK);
	return (ctx_fail_at(ctx, E_LIMIT, first, "the pattern met its limit "
	    "at %llu places, the first at 0x%llx: what matches there is not "
	    "shown; one with fewer ways to match goes through",
	    (unsigned long long)n, (unsigned long long)first));
}

static int
find_run(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct row_sink *sink)
{
	struct find f = { .k = k, .sink = sink, .space = k->space };
	const char *p;
	int error;

	p = args->rest;
	if (p == NULL || *p == '\0')
		return (view_usage(ctx, args));
	error = parse_pattern(ctx, &f, args, &p);
	if (error == OK)
		error = parse_range(ctx, &f, args, p);
	if (error == OK)
		error = sink->begin(sink, ctx, columns, COUNT(columns));
	if (error == OK)
		error = f.where == VIRTUAL ? search_virtual(ctx, &f) :
		    search_physical(ctx, &f);
	if (error == OK)
		error = tell_given_up(ctx, &f);
	reverse_fini(&f.reverse);
	pattern_destroy(f.pattern);
	return (error);
}

const struct view view_find = {
	.name = "find",
	.args = "VALUE[:1|2|4|8] | \"TEXT\" | /REGEX/ "
	    "[kernel | phys | pid N | START-END]",
	.help = "where a number, text or pattern stands in memory",
	.rest_is_one = true,
	.run = find_run,
};
