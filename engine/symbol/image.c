/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/symbol/image.h"

#include "base/bytes.h"
#include "engine/memory/elf_file.h"

#include <stdlib.h>
#include <string.h>

#define SHN_UNDEF	0
#define SHN_ABS		0xfff1
#define SHN_COMMON	0xfff2
#define STT_FUNC	2
#define STT_SECTION	3
#define STT_FILE	4
#define STT_TLS		6
#define STB_LOCAL	0
#define STB_WEAK	2

#define SYMBOLS_MAX	(UINT64_C(16) << 20)
#define STRINGS_MAX	(UINT64_C(1) << 30)

int
image_probe(struct ctx *ctx, struct file *f)
{
	struct elf_header h;
	int rc;

	rc = elf_header_read(ctx, f, &h);
	return (rc == 0 && h.type == ELF_ET_CORE ? E_NOT_MINE : rc);
}

bool
image_is_module(struct ctx *ctx, struct file *f)
{
	const char *ko = strstr(file_base(f), ".ko");
	struct elf_header h;

	return ((ko != NULL && (ko[3] == '\0' || ko[3] == '.')) ||
	    (elf_header_read(ctx, f, &h) == 0 && h.type == ELF_ET_REL));
}

/* The letter that nm(1) shows. */
static char
letter(const struct elf_section *sections, uint64_t nsections, unsigned shndx,
    unsigned info)
{
	const struct elf_section *s;
	char c;

	if (shndx == SHN_ABS)
		c = 'a';
	else if (shndx == SHN_COMMON || shndx >= nsections)
		c = 'b';
	else {
		s = &sections[shndx];
		c = (s->flags & ELF_SHF_EXECINSTR) != 0 ? 't' :
		    s->type == ELF_SHT_NOBITS ? 'b' :
		    (s->flags & ELF_SHF_WRITE) != 0 ? 'd' : 'r';
	}
	if (info >> 4 == STB_WEAK)
		return ((info & 15) == STT_FUNC ? 'W' : 'V');
	return (info >> 4 == STB_LOCAL ? c : (char)(c - 'a' + 'A'));
}

static int
read_part(struct ctx *ctx, struct file *f, const struct elf_section *s,
    const char *what, uint64_t max, uint8_t **ret)
{
	uint8_t *p;
	int rc;

	if (s->size > max || s->size > file_size(f))
		return (ctx_fail(ctx, E_CORRUPT, "%s: a %s of %llu bytes",
		    file_name(f), what, (unsigned long long)s->size));
	p = malloc((size_t)s->size + 1);
	if (p == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	rc = file_read(ctx, f, s->offset, p, (size_t)s->size);
	if (rc != 0) {
		free(p);
		return (ctx_chain(ctx, "%s", what));
	}
	*ret = p;
	return (0);
}

static int
add_symbols(struct ctx *ctx, struct image *im, const struct elf_section *sections,
    uint64_t nsections, const uint8_t *table, size_t size,
    const uint8_t *names, size_t names_len)
{
	size_t entry = im->bits == 64 ? 24 : 16;
	uint64_t value, length;
	uint32_t name;
	const char *s;
	unsigned info, shndx;
	struct bytes b;
	size_t n;
	int rc;

	b = bytes_of(table, size, im->be);
	for (rc = 0; rc == 0 && bytes_left(&b) >= entry;) {
		name = bytes_u32(&b);
		if (im->bits == 64) {
			info = bytes_u8(&b);
			bytes_skip(&b, 1);
			shndx = bytes_u16(&b);
			value = bytes_u64(&b);
			length = bytes_u64(&b);
		} else {
			value = bytes_u32(&b);
			length = bytes_u32(&b);
			info = bytes_u8(&b);
			bytes_skip(&b, 1);
			shndx = bytes_u16(&b);
		}
		if (names == NULL || shndx == SHN_UNDEF || name >= names_len ||
		    (info & 15) == STT_SECTION || (info & 15) == STT_FILE ||
		    (info & 15) == STT_TLS)
			continue;
		s = (const char *)names + name;
		n = strnlen(s, names_len - name);
		/* ARM's and AArch64's mapping symbols name no place. */
		if (n == 0 || s[0] == '$')
			continue;
		if (length > UINT32_MAX)
			length = 0;
		/* A number, not a place that reaches up to the next. */
		if (shndx == SHN_ABS && length == 0)
			length = 1;
		rc = sym_add(ctx, &im->symbols, value, (uint32_t)length,
		    letter(sections, nsections, shndx, info), 0, s, n);
	}
	return (rc);
}

static int
read_symbols(struct ctx *ctx, struct image *im, const struct elf_header *h)
{
	const struct elf_section *table;
	struct elf_section *v;
	uint8_t *bytes, *names;
	uint64_t i, n;
	int rc;

	n = h->shnum;
	if (h->shoff == 0 || n == 0 || n > ELF_SECTIONS_MAX)
		return (0);
	v = calloc((size_t)n, sizeof(*v));
	if (v == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	bytes = names = NULL;
	table = NULL;
	for (i = 0, rc = 0; rc == 0 && i < n; i++) {
		rc = elf_section_read(ctx, im->file, h, i, &v[i]);
		if (rc == 0 && (v[i].type == ELF_SHT_SYMTAB ||
		    (v[i].type == ELF_SHT_DYNSYM && table == NULL)))
			table = &v[i];
	}
	if (rc == 0 && table != NULL) {
		if (table->link >= n)
			rc = ctx_fail(ctx, E_CORRUPT, "%s: the symbol table "
			    "has no names", file_name(im->file));
		if (rc == 0)
			rc = read_part(ctx, im->file, table, "symbol table",
			    SYMBOLS_MAX * 24, &bytes);
		if (rc == 0)
			rc = read_part(ctx, im->file, &v[table->link],
			    "table of names", STRINGS_MAX, &names);
		if (rc == 0)
			rc = add_symbols(ctx, im, v, n, bytes,
			    (size_t)table->size, names,
			    (size_t)v[table->link].size);
	}
	if (rc == 0)
		rc = sym_seal(ctx, &im->symbols);
	free(names);
	free(bytes);
	free(v);
	return (rc);
}

int
image_open(struct ctx *ctx, struct file *f, struct image **ret)
{
	struct image *im;
	struct elf_header h;
	int rc;

	rc = elf_header_read(ctx, f, &h);
	if (rc != 0)
		return (rc);
	im = calloc(1, sizeof(*im));
	if (im == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	im->file = f;
	im->bits = h.bits;
	im->be = h.be;
	im->type = h.type;
	im->machine = h.machine;
	im->arch = arch_by_elf((uint16_t)h.machine, h.bits / 8, h.be);
	sym_init(&im->symbols);
	im->symbols.source = "kernel image";
	rc = read_symbols(ctx, im, &h);
	if (rc != 0) {
		sym_fini(&im->symbols);
		free(im);
		return (rc);
	}
	*ret = im;
	return (0);
}

int
image_read(struct ctx *ctx, const struct image *im, uint64_t addr, void *buf,
    size_t n)
{
	struct elf_section s;
	struct elf_header h;
	uint64_t i;
	int rc;

	rc = elf_header_read(ctx, im->file, &h);
	for (i = 0; rc == 0 && i < h.shnum && i < ELF_SECTIONS_MAX; i++) {
		rc = elf_section_read(ctx, im->file, &h, i, &s);
		if (rc == 0 && s.addr != 0 && s.type != ELF_SHT_NOBITS &&
		    (s.flags & ELF_SHF_COMPRESSED) == 0 && addr >= s.addr &&
		    addr - s.addr < s.size && n <= s.size - (addr - s.addr))
			return (file_read(ctx, im->file, s.offset +
			    (addr - s.addr), buf, n));
	}
	return (rc == 0 ? E_NOT_FOUND : rc);
}

void
image_close(struct image *im)
{
	if (im == NULL)
		return;
	sym_fini(&im->symbols);
	file_close(im->file);
	free(im);
}
