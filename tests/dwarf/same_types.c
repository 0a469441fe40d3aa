/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * same_types VMLINUX: every structure, union and enum that its BTF names, held
 * against its DWARF: sizes, members with their places, names and types, values.
 * pahole makes the one from the other, so what differs is a reader's fault.
 */
#include "base/bytes.h"
#include "engine/symbol/debug.h"
#include "engine/memory/elf_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN	20			/* differences that are printed */

struct both {
	struct ctx	ctx;
	struct types   *ts;
	struct type_unit *btf, *dwarf;
	unsigned	passed, failed, missing;
};

static void
no_facts(void *arg, struct ctx *ctx, const char *module, struct debug_facts *f)
{
	(void)arg, (void)ctx, (void)module, (void)f;
}

static const char *
no_module(void *arg, uint64_t addr)
{
	(void)arg, (void)addr;
	return ("");
}

static void
differ(struct both *b, const char *what, const char *member, const char *how)
{
	if (b->failed++ < SHOWN)
		printf("FAILED %s.%s: %s\n", what, member, how);
}

/* The bytes of a section, from malloc. */
static void *
section(struct ctx *ctx, struct file *f, const char *name, size_t *n)
{
	struct elf_section s, names;
	struct elf_header h;
	char text[64] = "";
	uint64_t i;
	void *p = NULL;

	if (elf_header_read(ctx, f, &h) != 0 ||
	    elf_section_read(ctx, f, &h, h.shstrndx, &names) != 0)
		return (NULL);
	for (i = 1; i < h.shnum && p == NULL; i++) {
		if (elf_section_read(ctx, f, &h, i, &s) != 0 ||
		    file_read(ctx, f, names.offset + s.name, text,
		    sizeof(text) - 1) != 0 || strcmp(text, name) != 0)
			continue;
		*n = (size_t)s.size;
		p = malloc(*n);
		if (p == NULL || file_read(ctx, f, s.offset, p, *n) != 0)
			exit(2);
	}
	return (p);
}

/* "[2][6]" becomes "[12]": pahole makes one dimension of several. */
static void
flatten(char *s)
{
	unsigned long long x, y;
	char *at, rest[512];
	int n;

	while ((at = strstr(s, "][")) != NULL) {
		while (at > s && at[-1] != '[')
			at--;
		if (at == s || sscanf(at, "%llu][%llu]%n", &x, &y, &n) != 2)
			return;
		snprintf(rest, sizeof(rest), "%s", at + n);
		sprintf(at, "%llu]%s", x * y, rest);
	}
}

/* A type in words.  What BTF cannot say (restrict) is left out of both. */
static void
words(struct both *b, struct typeref t, char *out, size_t n)
{
	char *at;

	out[0] = '\0';
	(void)type_name(&b->ctx, b->ts, t, "", out, n);
	while ((at = strstr(out, "restrict ")) != NULL)
		memmove(at, at + 9, strlen(at + 9) + 1);
	while ((at = strstr(out, " restrict")) != NULL)
		memmove(at, at + 9, strlen(at + 9) + 1);
	flatten(out);
}

static bool	same_members(struct both *, struct typeref, struct typeref,
		    const struct type *, const char *, int);

/* An anonymous structure within: by its members. */
static bool
same_inner(struct both *b, struct typeref x, struct typeref y,
    const char *what, int depth)
{
	struct typeref sx, sy;
	struct type tx, ty;

	if (depth > 8 || type_strip(&b->ctx, b->ts, x, &sx, &tx) != 0 ||
	    type_strip(&b->ctx, b->ts, y, &sy, &ty) != 0 ||
	    tx.kind != ty.kind || tx.size != ty.size ||
	    tx.nmembers != ty.nmembers)
		return (false);
	if ((tx.kind != TYPE_STRUCT && tx.kind != TYPE_UNION) ||
	    tx.name[0] != '\0')
		return (true);
	return (same_members(b, sx, sy, &tx, what, depth + 1));
}

static bool
same_members(struct both *b, struct typeref x, struct typeref y,
    const struct type *t, const char *what, int depth)
{
	struct type_member mx, my;
	char nx[512], ny[512], how[1200];
	uint32_t i;

	for (i = 0; i < t->nmembers; i++) {
		if (type_member_at(&b->ctx, b->ts, x, i, &mx) != 0 ||
		    type_member_at(&b->ctx, b->ts, y, i, &my) != 0) {
			differ(b, what, "?", b->ctx.err.text);
			return (false);
		}
		words(b, mx.type, nx, sizeof(nx));
		words(b, my.type, ny, sizeof(ny));
		if (strcmp(mx.name, my.name) != 0 ||
		    mx.bit_offset != my.bit_offset ||
		    mx.bit_size != my.bit_size || strcmp(nx, ny) != 0 ||
		    !same_inner(b, mx.type, my.type, what, depth)) {
			snprintf(how, sizeof(how), "%s %s at %llu:%u is in "
			    "DWARF %s %s at %llu:%u", nx, mx.name,
			    (unsigned long long)mx.bit_offset, mx.bit_size, ny,
			    my.name, (unsigned long long)my.bit_offset,
			    my.bit_size);
			differ(b, what, mx.name, how);
			return (false);
		}
	}
	return (true);
}

static bool
same_values(struct both *b, struct typeref x, struct typeref y,
    const struct type *t, const char *what)
{
	struct type_enum ex, ey;
	uint32_t i;

	for (i = 0; i < t->nmembers; i++)
		if (type_enum_at(&b->ctx, b->ts, x, i, &ex) != 0 ||
		    type_enum_at(&b->ctx, b->ts, y, i, &ey) != 0 ||
		    strcmp(ex.name, ey.name) != 0 ||
		    (t->size <= 4 ? (int32_t)ex.value != (int32_t)ey.value :
		    ex.value != ey.value)) {
			differ(b, what, ex.name, "another value");
			return (false);
		}
	return (true);
}

/* Files may differ in what they call by one name: one of them must agree. */
static void
compare(struct both *b, struct typeref x, const struct type *t)
{
	struct typeref y = { .unit = b->dwarf->index }, found = { 0 };
	uint32_t cursor = 0;
	unsigned candidates = 0, failed;
	struct type u;
	bool same = false;

	while (!same && b->dwarf->ops->find(b->dwarf, t->name, TYPE_NAMES,
	    &cursor, &y.id) == OK) {
		if (type_get(&b->ctx, b->ts, y, &u) != 0 || u.kind != t->kind)
			continue;
		candidates++;
		if (u.size != t->size || u.nmembers != t->nmembers) {
			found = y;
			continue;
		}
		failed = b->failed;
		b->failed = SHOWN;	/* quietly: another may be the one */
		same = t->kind == TYPE_ENUM ? same_values(b, x, y, t, t->name) :
		    same_members(b, x, y, t, t->name, 0);
		b->failed = failed;
		found = y;
	}
	/*
	 * fs/compat_binfmt_elf.c includes fs/binfmt_elf.c with other names for
	 * its types: one name, size and line, of which the index keeps one.
	 */
	if (same || strcmp(t->name, "elf_note_info") == 0) {
		b->passed++;
		return;
	}
	if (candidates == 0) {
		/* pahole sees inside functions, the index does not. */
		b->missing++;
		return;
	}
	(void)type_get(&b->ctx, b->ts, found, &u);
	failed = b->failed;
	if (u.size != t->size || u.nmembers != t->nmembers)
		differ(b, t->name, "", "another size or number of members");
	else if (t->kind == TYPE_ENUM)
		(void)same_values(b, x, found, t, t->name);
	else
		(void)same_members(b, x, found, t, t->name, 0);
	b->failed = failed + 1;
}

int
main(int argc, char **argv)
{
	const char *files[1] = { argc > 1 ? argv[1] : "" };
	struct debug_options opt = { .root = "/nonexistent" };
	const struct debug_hooks hooks = { no_facts, no_module, NULL, NULL,
	    NULL };
	struct both b = { 0 };
	struct debug *debug;
	struct file *f;
	struct typeref x;
	struct type t;
	uint32_t id;
	size_t n;
	void *p;

	ctx_init(&b.ctx);
	if (argc != 2 || file_open(&b.ctx, argv[1], NULL, &f) != 0 ||
	    (p = section(&b.ctx, f, ".BTF", &n)) == NULL ||
	    (b.ts = types_create(8, false)) == NULL ||
	    btf_open(&b.ctx, "vmlinux", p, n, true, false, 8, NULL,
	    &b.btf) != 0 || types_add(&b.ctx, b.ts, b.btf) != 0 ||
	    debug_create(&b.ctx, &opt, files, 1, &hooks, &debug) != 0 ||
	    debug_add_types(&b.ctx, debug, b.ts) != 0) {
		fprintf(stderr, "same_types: %s\n", b.ctx.err.text);
		return (2);
	}
	b.dwarf = types_unit(b.ts, 1);
	for (id = b.btf->first_id; id < b.btf->end_id; id++) {
		x = (struct typeref){ b.btf->index, id };
		if (type_get(&b.ctx, b.ts, x, &t) == 0 && t.name[0] != '\0' &&
		    (t.kind == TYPE_STRUCT || t.kind == TYPE_UNION ||
		    t.kind == TYPE_ENUM))
			compare(&b, x, &t);
	}
	printf("%u types are in functions alone\n", b.missing);
	/* They are few: more would say that the index has holes. */
	if (b.missing * 50 > b.passed) {
		printf("FAILED that is too many\n");
		b.failed++;
	}
	printf("%u passed, %u failed\n", b.passed, b.failed);
	types_destroy(b.ts);
	debug_destroy(debug);
	file_close(f);
	ctx_fini(&b.ctx);
	return (b.failed != 0);
}
