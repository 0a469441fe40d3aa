/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Debug information of files that were not linked: modules.  What names code or
 * data in there is left to relocations ("gabi": ELF object file format,
 * "Relocation"; numbers are those of the processors' supplements).  Sections that
 * are loaded are taken to lie where the kernel says that it put them, all others
 * at 0, so that places in sections of debug information are right as well.
 */
#include "engine/symbol/debugfile.h"

#include "base/bytes.h"
#include "engine/memory/elf_file.h"

#include <stdlib.h>
#include <string.h>

#define SYMBOLS_MAX	(1u << 22)
#define STRINGS_MAX	(1u << 28)
#define RELOCS_MAX	(1u << 26)
#define SHN_ABS		0xfff1
#define STT_SECTION	3
/*
 * Code that is not loaded (any more) lies nowhere: not at 0, which ends lists
 * of ranges.
 */
#define NOWHERE		1

/* What a relocation does: how many bytes, and are they relative to themselves? */
static const struct how {
	uint16_t machine, type;
	uint8_t	 size;
	bool	 relative;
} hows[] = {
	{ 62, 1, 8, false },		/* R_X86_64_64 */
	{ 62, 10, 4, false },		/* R_X86_64_32 */
	{ 62, 11, 4, false },		/* R_X86_64_32S */
	{ 62, 2, 4, true },		/* R_X86_64_PC32 */
	{ 62, 24, 8, true },		/* R_X86_64_PC64 */
	{ 183, 257, 8, false },		/* R_AARCH64_ABS64 */
	{ 183, 258, 4, false },		/* R_AARCH64_ABS32 */
	{ 183, 260, 8, true },		/* R_AARCH64_PREL64 */
	{ 183, 261, 4, true },		/* R_AARCH64_PREL32 */
	{ 3, 1, 4, false },		/* R_386_32 */
	{ 3, 2, 4, true },		/* R_386_PC32 */
	{ 40, 2, 4, false },		/* R_ARM_ABS32 */
	{ 40, 3, 4, true },		/* R_ARM_REL32 */
};

struct reloc {
	struct ctx	   *ctx;
	struct debugfile   *df;
	struct elf_header   h;
	struct elf_section *v;		/* h.shnum of them */
	uint64_t	   *base;	/* of each */
	char		   *names;	/* of sections */
	size_t		    names_len;
	uint8_t		   *symbols;
	size_t		    nsymbols;
};

/* A whole section, with a NUL behind it. */
static int
read_all(struct reloc *r, const struct elf_section *s, uint64_t max,
    const char *what, uint8_t **ret)
{
	uint8_t *p;
	int rc;

	if (s->size > max || s->size > file_size(r->df->file))
		return (ctx_fail(r->ctx, E_CORRUPT, "%s: %s of %llu bytes",
		    file_name(r->df->file), what,
		    (unsigned long long)s->size));
	p = malloc((size_t)s->size + 1);
	if (p == NULL)
		return (ctx_fail(r->ctx, E_NOMEM, "out of memory"));
	rc = file_read(r->ctx, r->df->file, s->offset, p, (size_t)s->size);
	if (rc != 0) {
		free(p);
		return (rc);
	}
	p[s->size] = '\0';
	*ret = p;
	return (0);
}

static size_t
symbol_size(const struct reloc *r)
{
	return (r->h.bits == 64 ? 24 : 16);
}

struct sym {
	uint32_t name;
	unsigned info, shndx;
	uint64_t value;
};

static struct sym
symbol(const struct reloc *r, uint64_t i)
{
	const uint8_t *p = r->symbols + i * symbol_size(r);
	const bool be = r->df->be;
	struct sym s = { .name = load_u32(p, be) };

	if (r->h.bits == 64) {
		s.info = p[4];
		s.shndx = load_u16(p + 6, be);
		s.value = load_u64(p + 8, be);
	} else {
		s.value = load_u32(p + 4, be);
		s.info = p[12];
		s.shndx = load_u16(p + 14, be);
	}
	return (s);
}

static const char *
section_name(const struct reloc *r, uint64_t i)
{
	return (r->v[i].name < r->names_len ? r->names + r->v[i].name : "");
}

static bool
recorded(const struct debug_placing *at, const char *name, uint64_t *addr)
{
	size_t i;

	for (i = 0; i < at->n; i++)
		if (strcmp(at->v[i].name, name) == 0) {
			*addr = at->v[i].addr;
			return (true);
		}
	return (false);
}

/*
 * Sections that nobody recorded are found by the first of their symbols that
 * the kernel has.
 */
static int
by_symbols(struct reloc *r, const struct elf_section *strings,
    const struct debug_placing *at)
{
	uint8_t *text;
	struct sym s;
	uint64_t addr;
	size_t i;
	int rc;

	rc = read_all(r, strings, STRINGS_MAX, "names of symbols", &text);
	for (i = 1; rc == 0 && i < r->nsymbols; i++) {
		s = symbol(r, i);
		if (s.shndx == 0 || s.shndx >= r->h.shnum ||
		    r->base[s.shndx] != NOWHERE || s.name == 0 ||
		    s.name >= strings->size || (s.info & 15) >= STT_SECTION)
			continue;
		addr = at->symbol(at->arg, (const char *)text + s.name);
		if (addr > s.value)
			r->base[s.shndx] = addr - s.value;
	}
	if (rc == 0)
		free(text);
	return (rc);
}

static int
place(struct reloc *r, const struct debug_placing *at)
{
	const struct elf_section *table = NULL;
	uint64_t i;
	int rc;

	for (i = 1; i < r->h.shnum; i++) {
		if (r->v[i].type == ELF_SHT_SYMTAB)
			table = &r->v[i];
		if ((r->v[i].flags & ELF_SHF_ALLOC) != 0 &&
		    !recorded(at, section_name(r, i), &r->base[i]))
			r->base[i] = NOWHERE;
	}
	if (table == NULL || table->link >= r->h.shnum)
		return (ctx_fail(r->ctx, E_CORRUPT, "%s: no symbols, which its "
		    "debug information needs", file_name(r->df->file)));
	rc = read_all(r, table, (uint64_t)SYMBOLS_MAX * symbol_size(r),
	    "a table of symbols", &r->symbols);
	if (rc != 0)
		return (rc);
	r->nsymbols = (size_t)table->size / symbol_size(r);
	return (at->n == 0 && at->symbol != NULL ? by_symbols(r,
	    &r->v[table->link], at) : 0);
}

static const struct how *
how_of(const struct reloc *r, uint32_t type)
{
	size_t i;

	for (i = 0; i < sizeof(hows) / sizeof(hows[0]); i++)
		if (hows[i].machine == r->h.machine && hows[i].type == type)
			return (&hows[i]);
	return (NULL);
}

static bool
value_of(const struct reloc *r, uint64_t i, uint64_t *ret)
{
	struct sym s;

	if (i >= r->nsymbols)
		return (false);
	s = symbol(r, i);
	*ret = s.value;
	if (s.shndx != 0 && s.shndx < r->h.shnum)
		*ret += r->base[s.shndx];
	else if (s.shndx != SHN_ABS)
		*ret = 0;		/* of another file: nobody knows */
	return (true);
}

/* One table of relocations, into the section's copy. */
static int
apply(struct reloc *r, const struct elf_section *s, uint8_t *to, size_t n)
{
	const unsigned word = r->h.bits / 8;
	const bool rela = s->type == ELF_SHT_RELA, be = r->df->be;
	const size_t size = word * (rela ? 3 : 2);
	const struct how *how = NULL;
	uint64_t i, off, info, v;
	uint32_t type, last = 0;
	const uint8_t *p;
	uint8_t *table;
	int rc;

	rc = read_all(r, s, (uint64_t)RELOCS_MAX * size, "relocations",
	    &table);
	if (rc != 0)
		return (rc);
	for (i = 0; rc == 0 && i < s->size / size; i++) {
		p = table + i * size;
		off = load_uint(p, word, be);
		info = load_uint(p + word, word, be);
		type = word == 8 ? (uint32_t)info : (uint8_t)info;
		info >>= word == 8 ? 32 : 8;
		if (type == 0)
			continue;
		if (how == NULL || type != last)
			how = how_of(r, type);
		last = type;
		if (how == NULL)
			rc = ctx_fail(r->ctx, E_UNSUPPORTED, "%s: a relocation "
			    "of kind %u is not known", file_name(r->df->file),
			    type);
		else if (off > n || n - off < how->size ||
		    !value_of(r, info, &v))
			rc = ctx_fail(r->ctx, E_CORRUPT, "%s: a relocation "
			    "lies outside", file_name(r->df->file));
		else {
			v += rela ? load_uint(p + 2 * word, word, be) :
			    load_uint(to + off, how->size, be);
			store_uint(to + off, how->size, be,
			    how->relative ? v - off : v);
		}
		if (i % 65536 == 65535 && rc == 0)
			rc = ctx_check(r->ctx);
	}
	free(table);
	return (rc);
}

/* The bytes of a section of DWARF, in a copy that may be changed. */
static int
own(struct reloc *r, int which)
{
	struct dwarf_bytes *s = &r->df->in.section[which];
	uint8_t *copy;

	if (r->df->owned[which] != NULL)
		return (0);
	copy = malloc(s->n + 1);
	if (copy == NULL)
		return (ctx_fail(r->ctx, E_NOMEM, "%s: no memory for %zu bytes "
		    "of debug information", file_name(r->df->file), s->n));
	memcpy(copy, s->p, s->n);
	s->p = r->df->owned[which] = copy;
	return (0);
}

static int
relocate(struct reloc *r)
{
	const struct elf_section *s;
	uint64_t i;
	int rc, which;

	for (i = 1, rc = 0; rc == 0 && i < r->h.shnum; i++) {
		s = &r->v[i];
		if ((s->type != ELF_SHT_RELA && s->type != ELF_SHT_REL) ||
		    s->info == 0 || s->info >= r->h.shnum)
			continue;
		which = debugfile_section(section_name(r, s->info));
		if (which < 0 || r->df->in.section[which].n == 0)
			continue;
		rc = own(r, which);
		if (rc == 0)
			rc = apply(r, s, r->df->owned[which],
			    r->df->in.section[which].n);
	}
	/* What is relative to itself counts from where its section lies. */
	which = DWARF_EH_FRAME;
	r->df->in.section[which].addr = 0;
	return (rc);
}

int
debugfile_relocate(struct ctx *ctx, struct debugfile *df,
    const struct debug_placing *at)
{
	struct reloc r = { .ctx = ctx, .df = df };
	uint64_t i;
	int rc;

	rc = elf_header_read(ctx, df->file, &r.h);
	if (rc != 0)
		return (rc);
	if (r.h.shnum > ELF_SECTIONS_MAX || r.h.shstrndx >= r.h.shnum)
		return (ctx_fail(ctx, E_CORRUPT, "%s: %llu sections",
		    file_name(df->file), (unsigned long long)r.h.shnum));
	r.v = calloc((size_t)r.h.shnum, sizeof(*r.v));
	r.base = calloc((size_t)r.h.shnum, sizeof(*r.base));
	if (r.v == NULL || r.base == NULL)
		rc = ctx_fail(ctx, E_NOMEM, "out of memory");
	for (i = 1; rc == 0 && i < r.h.shnum; i++)
		rc = elf_section_read(ctx, df->file, &r.h, i, &r.v[i]);
	if (rc == 0) {
		rc = read_all(&r, &r.v[r.h.shstrndx], 1 << 20,
		    "names of sections", (uint8_t **)&r.names);
		r.names_len = (size_t)r.v[r.h.shstrndx].size;
	}
	if (rc == 0)
		rc = place(&r, at);
	if (rc == 0)
		rc = relocate(&r);
	free(r.symbols);
	free(r.names);
	free(r.base);
	free(r.v);
	return (rc);
}
