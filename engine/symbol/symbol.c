/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Readers add symbols nearly sorted: kallsyms lies in the order of addresses,
 * a module's table does not, but all of it lies above the kernel.  So sealing
 * is a merge of the ascending runs that are there, each merge trimmed to the
 * part that overlaps; a table that grew and is sealed again pays for the new
 * part only.
 */
#include "engine/symbol/symbol.h"

#include "base/vec.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define SYMBOLS_MAX	((size_t)64 << 20)
#define NAMES_MAX	((size_t)2 << 30)
#define MODULES_MAX	UINT16_MAX
#define REACH_MAX	((uint64_t)16 << 20)	/* a size-less symbol's end */
#define RUN_MIN		32			/* shorter runs are extended */
#define NAME_LONG	UINT8_MAX
#define HASH_STEP	0x9e3779b97f4a7c15u	/* 2^64 over the golden ratio */
#define HUGE_PAGE	((size_t)2 << 20)

void
sym_init(struct symbols *s)
{
	memset(s, 0, sizeof(*s));
	arena_init(&s->arena);
}

void
sym_fini(struct symbols *s)
{
	free(s->v);
	free(s->names);
	free(s->modules);
	free(s->heads);
	free(s->next);
	arena_fini(&s->arena);
	memset(s, 0, sizeof(*s));
}

/*
 * A page fault for every 4 KiB of a table of several megabytes would cost as
 * much as filling it.
 */
static void *
huge_alloc(size_t n)
{
	void *p;

	n = (n + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
	p = aligned_alloc(HUGE_PAGE, n);
	if (p != NULL)
		madvise(p, n, MADV_HUGEPAGE);
	return (p);
}

void
sym_reserve(struct symbols *s, size_t n, size_t names)
{
	if (s->v == NULL && n > 0 && n <= SYMBOLS_MAX &&
	    (s->v = huge_alloc(n * sizeof(*s->v))) != NULL)
		s->cap = n;
	if (s->names == NULL && names > 0 && names <= NAMES_MAX &&
	    (s->names = huge_alloc(names)) != NULL)
		s->names_cap = names;
}

int
sym_module(struct symbols *s, const char *name)
{
	const char *copy;
	size_t i;

	/* Readers add a module's symbols in one go: look from the end. */
	for (i = s->nmodules; i > 0; i--)
		if (strcmp(s->modules[i - 1], name) == 0)
			return ((int)(i - 1));
	if (s->nmodules >= MODULES_MAX ||
	    !vec_room(s->modules, s->modules_cap, s->nmodules + 2))
		return (-1);
	if (s->nmodules == 0)
		s->modules[s->nmodules++] = "";
	if (name[0] == '\0')
		return (0);
	copy = arena_strdup(&s->arena, name);
	if (copy == NULL)
		return (-1);
	s->modules[s->nmodules] = copy;
	return ((int)s->nmodules++);
}

int
sym_add(struct ctx *ctx, struct symbols *s, uint64_t addr, uint32_t size,
    char type, unsigned module, const char *name, size_t len)
{
	struct symbol *sym;
	const char *nul;

	nul = memchr(name, '\0', len);
	if (nul != NULL)
		len = (size_t)(nul - name);
	if (s->n >= SYMBOLS_MAX || len >= NAMES_MAX - s->names_len)
		return (ctx_fail(ctx, E_LIMIT,
		    "symbols: more than %zu of them are not believable", s->n));
	if (!vec_room(s->v, s->cap, s->n + 1) ||
	    !vec_room(s->names, s->names_cap, s->names_len + len + 1))
		return (ctx_fail(ctx, E_NOMEM,
		    "symbols: no memory for more than %zu", s->n));
	sym = &s->v[s->n++];
	sym->addr = addr;
	sym->name = (uint32_t)s->names_len;
	sym->size = size;
	sym->module = (uint16_t)module;
	sym->type = type;
	sym->name_len = len < NAME_LONG ? (uint8_t)len : NAME_LONG;
	memcpy(s->names + s->names_len, name, len);
	s->names[s->names_len + len] = '\0';
	s->names_len += len + 1;
	s->sealed = false;
	return (OK);
}

/* The number of elements of v[0..n) whose address is at most addr. */
static size_t
upper_bound(const struct symbol *v, size_t n, uint64_t addr)
{
	size_t hi, lo, mid;

	for (lo = 0, hi = n; lo < hi;) {
		mid = lo + (hi - lo) / 2;
		if (v[mid].addr <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo);
}

/* The end of the ascending run at "from", made at least RUN_MIN long. */
static size_t
run_end(struct symbol *v, size_t from, size_t n)
{
	struct symbol one;
	size_t at, end, want;

	for (end = from + 1; end < n && v[end - 1].addr <= v[end].addr; end++)
		;
	want = n - from < RUN_MIN ? n : from + RUN_MIN;
	for (; end < want; end++) {
		one = v[end];
		at = from + upper_bound(v + from, end - from, one.addr);
		memmove(v + at + 1, v + at, (end - at) * sizeof(*v));
		v[at] = one;
	}
	return (end);
}

/*
 * Merge the runs [a, b) and [b, c), stable.  Only what overlaps is moved: the
 * part of the first run above the second's start goes to tmp.
 */
static void
run_merge(struct symbol *v, size_t a, size_t b, size_t c, struct symbol *tmp)
{
	size_t i, n, out;
	bool second;

	if (b == c || v[b - 1].addr <= v[b].addr)
		return;
	a += upper_bound(v + a, b - a, v[b].addr);
	n = b - a;
	memcpy(tmp, v + a, n * sizeof(*v));
	for (i = 0, out = a; i < n && b < c; out++) {
		/* Without a branch: what comes next cannot be predicted. */
		second = v[b].addr < tmp[i].addr;
		v[out] = *(second ? &v[b] : &tmp[i]);
		b += second;
		i += !second;
	}
	memcpy(v + out, tmp + i, (n - i) * sizeof(*v));
}

static int
sort(struct ctx *ctx, struct symbol *v, size_t n)
{
	struct symbol *tmp;
	size_t *runs, cap, i, nruns, out;

	runs = NULL;
	tmp = NULL;
	nruns = cap = 0;
	for (i = 0; i < n; i = run_end(v, i, n)) {
		if (!vec_room(runs, cap, nruns + 2))
			goto nomem;
		runs[nruns++] = i;
	}
	if (nruns > 1) {
		tmp = malloc(n * sizeof(*tmp));
		if (tmp == NULL)
			goto nomem;
		runs[nruns] = n;
	}
	while (nruns > 1) {
		for (i = out = 0; i < nruns; i += 2) {
			if (i + 1 < nruns)
				run_merge(v, runs[i], runs[i + 1], runs[i + 2],
				    tmp);
			runs[out++] = runs[i];
		}
		nruns = out;
		runs[nruns] = n;
	}
	free(runs);
	free(tmp);
	return (OK);
nomem:
	free(runs);
	free(tmp);
	return (ctx_fail(ctx, E_NOMEM, "symbols: no memory to sort %zu", n));
}

/* A size that no reader knew is the distance to the next symbol. */
static void
fill_sizes(struct symbol *v, size_t n)
{
	uint64_t next;
	size_t i;

	next = 0;
	for (i = n; i-- > 0;) {
		if (i + 1 < n && v[i + 1].addr != v[i].addr)
			next = v[i + 1].addr;
		if (v[i].size == 0 && next != 0 && next - v[i].addr <= REACH_MAX)
			v[i].size = (uint32_t)(next - v[i].addr);
	}
}

/*
 * Eight bytes a step: 158,000 names are hashed while the kernel opens.  Any
 * spread will do, names are compared afterwards.
 */
static uint64_t
name_hash(const char *p, size_t n)
{
	uint64_t h, w;
	bool is_short;

	is_short = n < 8;
	for (h = n; n > 8; p += 8, n -= 8) {
		memcpy(&w, p, 8);
		h = (h ^ w) * HASH_STEP;
		h ^= h >> 32;
	}
	if (is_short) {
		w = 0;
		memcpy(&w, p, n);
	} else {
		/* What is left, and as much as fits of what came before. */
		memcpy(&w, p + n - 8, 8);
	}
	h = (h ^ w) * HASH_STEP;
	return (h ^ h >> 32);
}

static size_t
name_length(const struct symbols *s, const struct symbol *sym)
{
	return (sym->name_len < NAME_LONG ? sym->name_len :
	    strlen(s->names + sym->name));
}

static int
index_names(struct ctx *ctx, struct symbols *s)
{
	const struct symbol *sym;
	uint32_t *head;
	size_t i, nheads;

	free(s->heads);
	free(s->next);
	for (nheads = 16; nheads < s->n; nheads *= 2)
		;
	s->mask = (uint32_t)(nheads - 1);
	s->heads = calloc(nheads, sizeof(*s->heads));
	s->next = malloc((s->n + 1) * sizeof(*s->next));
	if (s->heads == NULL || s->next == NULL)
		return (ctx_fail(ctx, E_NOMEM,
		    "symbols: no memory for an index"));
	for (i = s->n; i-- > 0;) {
		sym = &s->v[i];
		head = &s->heads[name_hash(s->names + sym->name,
		    name_length(s, sym)) & s->mask];
		s->next[i] = *head;
		*head = (uint32_t)i + 1;
	}
	return (OK);
}

int
sym_seal(struct ctx *ctx, struct symbols *s)
{
	int error;

	if (s->sealed)
		return (OK);
	error = sort(ctx, s->v, s->n);
	if (error != OK)
		return (error);
	fill_sizes(s->v, s->n);
	error = index_names(ctx, s);
	s->sealed = error == OK;
	return (error);
}

const char *
sym_name(const struct symbols *s, const struct symbol *sym)
{
	return (s->names + sym->name);
}

const char *
sym_module_name(const struct symbols *s, const struct symbol *sym)
{
	return (sym->module < s->nmodules ? s->modules[sym->module] : "");
}

static bool
is_global(const struct symbol *sym)
{
	return ((sym->type >= 'A' && sym->type <= 'Z') || sym->type == 'u');
}

/* "vmlinux" is the kernel itself, as for types. */
static bool
is_of_module(const struct symbols *s, const struct symbol *sym,
    const char *module, size_t len)
{
	const char *have;

	have = sym->module == 0 ? "vmlinux" : sym_module_name(s, sym);
	return (strlen(have) == len && memcmp(have, module, len) == 0);
}

static int
preference(const struct symbol *sym)
{
	return ((sym->module == 0 ? 2 : 0) + is_global(sym));
}

const struct symbol *
sym_find(const struct symbols *s, const char *name)
{
	const struct symbol *best, *sym;
	const char *bang, *module;
	size_t len, module_len;
	uint32_t i;

	if (!s->sealed || s->n == 0)
		return (NULL);
	bang = strchr(name, '!');
	module = name;
	module_len = bang != NULL ? (size_t)(bang - name) : 0;
	name = bang != NULL ? bang + 1 : name;
	len = strlen(name);
	best = NULL;
	for (i = s->heads[name_hash(name, len) & s->mask]; i != 0;
	    i = s->next[i - 1]) {
		sym = &s->v[i - 1];
		if (strcmp(s->names + sym->name, name) != 0 || (bang != NULL &&
		    !is_of_module(s, sym, module, module_len)))
			continue;
		if (best == NULL || preference(sym) > preference(best))
			best = sym;
	}
	return (best);
}

const struct symbol *
sym_at(const struct symbols *s, uint64_t addr)
{
	const struct symbol *best, *sym;
	uint64_t at;
	size_t i;

	if (!s->sealed)
		return (NULL);
	best = NULL;
	i = upper_bound(s->v, s->n, addr);
	at = i > 0 ? s->v[i - 1].addr : 0;
	for (; i > 0 && s->v[i - 1].addr == at; i--) {
		sym = &s->v[i - 1];
		if (addr - at < (sym->size != 0 ? sym->size : REACH_MAX))
			best = sym;
	}
	return (best);
}

bool
sym_format(const struct symbols *s, uint64_t addr, char *buf, size_t n)
{
	const struct symbol *sym;
	char offset[24];
	const char *module;

	sym = sym_at(s, addr);
	if (sym == NULL) {
		if (n > 0)
			buf[0] = '\0';
		return (false);
	}
	offset[0] = '\0';
	if (addr != sym->addr)
		snprintf(offset, sizeof(offset), "+0x%" PRIx64,
		    addr - sym->addr);
	module = sym_module_name(s, sym);
	snprintf(buf, n, module[0] != '\0' ? "%s%s [%s]" : "%s%s",
	    sym_name(s, sym), offset, module);
	return (true);
}
