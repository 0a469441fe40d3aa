/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where code is patched at run time: the tables that kernels keep for it.  An
 * entry leads to its instruction by a distance from itself or by its address.
 * Tables of what is done once at boot lie in memory that is given back then;
 * the image still has them.
 *
 * struct jump_entry, struct static_call_site, struct alt_instr and kin: kernel
 * headers jump_label.h, static_call_types.h, arch/.../alternative.h (6.1);
 * struct ftrace_page: kernel/trace/ftrace.c.
 */
#include "base/bytes.h"
#include "base/hash.h"
#include "engine/os/linux/linux_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TABLE_MAX	((uint64_t)16 << 20)	/* bytes */
#define PAGES_MAX	65536

struct table {
	const char *start, *end;
	const char *type, *member, *length;	/* NULL: a plain number each */
	bool	    distance;		/* else an address */
	bool	    at_boot;		/* just the image has it */
	const char *kind;
	uint8_t	    bytes;		/* of an instruction; 0: at least one */
};

static const struct table tables[] = {
	{ "__start___jump_table", "__stop___jump_table", "struct jump_entry",
	    "code", NULL, true, false, "static key", 0 },
	{ "__start_static_call_sites", "__stop_static_call_sites",
	    "struct static_call_site", "addr", NULL, true, false,
	    "static call", 5 },
	{ "__alt_instructions", "__alt_instructions_end", "struct alt_instr",
	    "instr_offset|orig_offset", "instrlen|orig_len", true, true,
	    "alternative", 0 },
	{ "__parainstructions", "__parainstructions_end",
	    "struct paravirt_patch_site", "instr", "len", false, true,
	    "paravirt", 0 },
	{ "__retpoline_sites", "__retpoline_sites_end", NULL, NULL, NULL, true,
	    true, "retpoline", 5 },
	{ "__return_sites", "__return_sites_end", NULL, NULL, NULL, true, true,
	    "return thunk", 5 },
	{ "__smp_locks", "__smp_locks_end", NULL, NULL, NULL, true, true,
	    "lock prefix", 0 },
	{ "__start_mcount_loc", "__stop_mcount_loc", "unsigned long", NULL,
	    NULL, false, true, "ftrace", 0 },
};

struct sites {
	uint64_t from, to;
	int    (*fn)(void *, struct ctx *, uint64_t, uint64_t, const char *);
	void	*arg;
};

static int
report(struct ctx *ctx, const struct sites *s, uint64_t at, uint64_t n,
    const char *kind)
{
	return (at < s->to && at + n > s->from ?
	    s->fn(s->arg, ctx, at, n, kind) : 0);
}

/* The first member of "a|b" that the type has. */
static int
member(struct ctx *ctx, struct kernel *k, struct typeref type,
    const char *names, struct type_field *f)
{
	char name[64];
	size_t n;
	int rc;

	do {
		n = strcspn(names, "|");
		snprintf(name, sizeof(name), "%.*s", (int)n, names);
		rc = type_field(ctx, k->types, type, name, f);
		names += n;
	} while (rc != 0 && *names++ == '|');
	return (rc);
}

struct layout {
	uint64_t entry;			/* bytes */
	struct type_field at, length;
	bool	 has_length;
};

static int
layout_of(struct ctx *ctx, struct kernel *k, const struct table *t,
    struct layout *l)
{
	struct typeref type;
	int rc;

	*l = (struct layout){ .entry = 4, .at.size = 4 };
	if (t->type == NULL)
		return (0);
	rc = type_parse(ctx, k->types, t->type, &type);
	if (rc == 0)
		rc = type_size(ctx, k->types, type, &l->entry);
	l->at.size = (uint32_t)l->entry;
	if (rc == 0 && t->member != NULL)
		rc = member(ctx, k, type, t->member, &l->at);
	if (rc == 0 && t->length != NULL) {
		l->has_length = true;
		rc = member(ctx, k, type, t->length, &l->length);
	}
	if (rc == 0 && (l->entry == 0 || (l->at.size != 4 && l->at.size != 8) ||
	    l->at.offset + l->at.size > l->entry || (l->has_length &&
	    l->length.offset >= l->entry)))
		rc = E_UNSUPPORTED;
	return (rc);
}

/* A table of n bytes that lies at va; shift: what its addresses lack. */
static int
entries(struct ctx *ctx, struct kernel *k, const struct table *t,
    const uint8_t *p, uint64_t n, uint64_t va, uint64_t shift,
    const struct sites *s)
{
	struct layout l;
	uint64_t i, at, length;
	int rc;

	rc = layout_of(ctx, k, t, &l);
	for (i = 0; rc == 0 && i + l.entry <= n; i += l.entry) {
		at = load_uint(p + i + l.at.offset, l.at.size, k->space.be);
		if (t->distance)
			at = va + i + l.at.offset + (l.at.size == 4 ?
			    (uint64_t)(int64_t)(int32_t)at : at);
		else
			at += shift;
		length = l.has_length ? p[i + l.length.offset] :
		    t->bytes != 0 ? t->bytes : 1;
		rc = report(ctx, s, at, length, t->kind);
	}
	return (rc);
}

static int
one_table(struct ctx *ctx, struct kernel *k, const struct table *t,
    const struct sites *s)
{
	uint64_t start, end, shift = 0;
	uint8_t *p;
	int rc;

	rc = linux_root(ctx, k, t->start, &start);
	if (rc == 0)
		rc = linux_root(ctx, k, t->end, &end);
	if (rc != 0 || end <= start || end - start > TABLE_MAX)
		return (0);
	if (t->at_boot && k->image == NULL)
		return (0);
	p = malloc(end - start);
	if (p == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for a table"));
	if (t->at_boot) {
		shift = linux_of(k)->kaslr;
		rc = image_read(ctx, k->image, start - shift, p, end - start);
	} else
		rc = space_read(ctx, &k->space, start, p, end - start);
	if (rc == 0)
		rc = entries(ctx, k, t, p, end - start, start, shift, s);
	free(p);
	return (rc);
}

/* Traced functions: pages of records, sorted within each. */
static int
traced(struct ctx *ctx, struct kernel *k, const struct sites *s)
{
	static const char *const names[] = { "next", "records", "index" };
	struct type_field f[3], ip;
	struct seen seen = { 0 };
	uint64_t page, records, n, size, at, i;
	struct typeref type;
	uint8_t *p;
	int rc = 0;

	for (i = 0; rc == 0 && i < 3; i++)
		rc = type_field_of(ctx, k->types, "struct ftrace_page",
		    names[i], &f[i]);
	if (rc == 0)
		rc = type_find(ctx, k->types, "struct dyn_ftrace", &type);
	if (rc == 0)
		rc = type_size(ctx, k->types, type, &size);
	if (rc == 0)
		rc = type_field(ctx, k->types, type, "ip", &ip);
	if (rc == 0)
		rc = linux_root(ctx, k, "ftrace_pages_start", &at);
	if (rc == 0)
		rc = space_ptr(ctx, &k->space, at, &page);
	while (rc == 0 && page != 0 && seen.count < PAGES_MAX &&
	    seen_add(&seen, page) == 1) {
		rc = space_ptr(ctx, &k->space, page + f[1].offset, &records);
		if (rc == 0)
			rc = space_uint(ctx, &k->space, page + f[2].offset, 4,
			    &n);
		if (rc != 0 || n == 0 || n * size > TABLE_MAX)
			break;
		p = malloc(n * size);
		rc = p == NULL ? E_NOMEM : space_read(ctx, &k->space, records,
		    p, n * size);
		for (i = 0; rc == 0 && i < n; i++)
			rc = report(ctx, s, load_uint(p + i * size + ip.offset,
			    k->space.ptr_size, k->space.be), 1, "ftrace");
		free(p);
		if (rc == 0)
			rc = space_ptr(ctx, &k->space, page + f[0].offset,
			    &page);
	}
	seen_fini(&seen);
	return (rc);
}

int
linux_patches(struct ctx *ctx, struct kernel *k, uint64_t from, uint64_t to,
    int (*fn)(void *, struct ctx *, uint64_t, uint64_t, const char *),
    void *arg)
{
	const struct sites s = { from, to, fn, arg };
	size_t i;
	int rc = 0;

	/* A table that cannot be had tells nothing, the others still do. */
	ctx->quiet++;
	for (i = 0; i < sizeof(tables) / sizeof(tables[0]) && rc != E_NOMEM;
	    i++)
		rc = one_table(ctx, k, &tables[i], &s);
	if (rc != E_NOMEM)
		rc = traced(ctx, k, &s);
	ctx->quiet--;
	if (rc == E_NOMEM)
		return (ctx_fail(ctx, E_NOMEM, "no memory for a table"));
	ctx_clear(ctx);
	return (0);
}
