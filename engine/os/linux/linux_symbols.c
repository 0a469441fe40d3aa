/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Symbols: the kernel's own tables (symbol/kallsyms.c), then its modules'
 * (kernel/module/kallsyms.c).
 */
#include "engine/os/linux/linux.h"

#include "base/bytes.h"
#include "engine/symbol/kallsyms.h"
#include "engine/value/walk.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define MODULE_SYMS_MAX	(1u << 20)
#define MODULE_STRS_MAX	(64u << 20)
#define MODULES_MAX	65536
#define MODULES_BYTES	(UINT64_C(1) << 30)	/* read for all of them */
#define ELF64_SYM_SIZE	24

struct found {
	struct kernel	*k;
	struct kallsyms	*tables;
	bool		 ok;
};

static int
find_tables(void *arg, struct ctx *ctx, uint64_t va, const uint8_t *p, size_t n)
{
	struct found *f = arg;
	const struct arch *a = f->k->arch;
	int rc;

	ctx->quiet++;
	rc = kallsyms_find(ctx, p, n, va, a->be, a->ptr_size, f->tables);
	ctx->quiet--;
	f->ok = rc == 0;
	return (rc == E_NOT_FOUND ? 0 : rc == 0 ? E_DONE : rc);
}

/* The tables' addresses as VMCOREINFO has them since 6.0. */
static bool
tables_from(const char *text, size_t len, struct kallsyms *t)
{
	memset(t, 0, sizeof(*t));
	(void)vmcoreinfo_u64(text, len, "SYMBOL(kallsyms_offsets)", &t->offsets);
	(void)vmcoreinfo_u64(text, len, "SYMBOL(kallsyms_relative_base)",
	    &t->relative_base);
	return (vmcoreinfo_u64(text, len, "SYMBOL(kallsyms_names)", &t->names) &&
	    vmcoreinfo_u64(text, len, "SYMBOL(kallsyms_num_syms)",
	    &t->num_syms) &&
	    vmcoreinfo_u64(text, len, "SYMBOL(kallsyms_token_table)",
	    &t->token_table) &&
	    vmcoreinfo_u64(text, len, "SYMBOL(kallsyms_token_index)",
	    &t->token_index));
}

static int
load(struct ctx *ctx, struct kernel *k, const struct kallsyms *t,
    const char *source)
{
	const struct linux_image *im = &linux_of(k)->image;
	uint32_t count, lost;
	int rc;

	rc = kallsyms_load(ctx, &k->space, t, im->low, im->high, &k->symbols,
	    &count, &lost);
	if (rc == 0 && lost > 0)
		os_warn(k, "%u of the kernel's %u names are missing: parts of "
		    "their tables (kallsyms) are damaged or not in this dump; "
		    "its System.map beside it has them", lost, count);
	if (rc != 0) {			/* nothing half-read stays */
		sym_fini(&k->symbols);
		sym_init(&k->symbols);
	} else
		k->symbols.source = source;
	return (rc);
}

int
linux_load_symbols(struct ctx *ctx, struct kernel *k)
{
	const struct linux_os *l = linux_of(k);
	const struct dump *d = k->dump;
	const struct {
		const char *text;
		size_t	    len;
	} texts[] = {
		{ d->vmcoreinfo, d->vmcoreinfo_len },
		{ d->note, d->note_len },
		{ l->vmcoreinfo, l->vmcoreinfo_len },
	};
	struct err why = { 0 };
	struct kallsyms t;
	struct found f;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (!tables_from(texts[i].text, texts[i].len, &t))
			continue;
		rc = load(ctx, k, &t, "kallsyms");
		if (rc == 0)
			return (0);
		why = ctx->err;
	}
	f.k = k;
	f.tables = &t;
	f.ok = false;
	rc = linux_image_scan(ctx, k, find_tables, &f);
	if (f.ok)
		return (load(ctx, k, &t, "kallsyms"));
	if (rc == 0 || rc == E_DONE)
		rc = ctx_fail(ctx, E_NOT_FOUND, "no kallsyms tables in the "
		    "kernel's image");
	/* They are where VMCOREINFO says, and damaged. */
	if (rc == E_NOT_FOUND && why.code == E_CORRUPT)
		ctx->err = why;
	return (ctx->err.code);
}

/* The members of a module that its symbols need; struct mod_kallsyms. */
struct layout {
	struct type_field list, name, kallsyms, symtab, num, strtab, typetab;
	struct type_field exports, nexports;
	struct type_field value, symbol_name;	/* of struct kernel_symbol */
	uint64_t	 symbol_size;
	bool		 relative;	/* value and name are offsets from themselves */
};

/* Without them every module symbol counts as local: no error. */
static int
find_exports(struct ctx *ctx, struct kernel *k, struct layout *f)
{
	struct typeref t;
	int rc;

	f->symbol_size = 0;
	f->relative = type_field_of(ctx, k->types, "kernel_symbol",
	    "value_offset", &f->value) == 0;
	rc = f->relative ? type_field_of(ctx, k->types, "kernel_symbol",
	    "name_offset", &f->symbol_name) : 0;
	if (!f->relative && (type_field_of(ctx, k->types, "kernel_symbol",
	    "value", &f->value) != 0 || type_field_of(ctx, k->types,
	    "kernel_symbol", "name", &f->symbol_name) != 0))
		return (0);
	if (rc != 0 || type_field_of(ctx, k->types, "module", "syms",
	    &f->exports) != 0 ||
	    type_field_of(ctx, k->types, "module", "num_syms",
	    &f->nexports) != 0 ||
	    type_find(ctx, k->types, "struct kernel_symbol", &t) != 0 ||
	    type_size(ctx, k->types, t, &f->symbol_size) != 0)
		f->symbol_size = 0;
	return (0);
}

static int
find_layout(struct ctx *ctx, struct kernel *k, struct layout *f)
{
	static const struct {
		const char *type, *path;
		size_t	    at;
	} want[] = {
		{ "module", "list", offsetof(struct layout, list) },
		{ "module", "name", offsetof(struct layout, name) },
		{ "module", "kallsyms", offsetof(struct layout, kallsyms) },
		{ "mod_kallsyms", "symtab", offsetof(struct layout, symtab) },
		{ "mod_kallsyms", "num_symtab", offsetof(struct layout, num) },
		{ "mod_kallsyms", "strtab", offsetof(struct layout, strtab) },
		{ "mod_kallsyms", "typetab", offsetof(struct layout, typetab) },
	};
	size_t i;
	int rc;

	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		rc = type_field_of(ctx, k->types, want[i].type, want[i].path,
		    (struct type_field *)((char *)f + want[i].at));
		if (rc != 0)
			return (rc);
	}
	return (find_exports(ctx, k, f));
}

/*
 * The symbols that a module exports, as hashes of name and address:
 * /proc/kallsyms shows their type in upper case, all others' in lower case.
 * Those for GPL modules only do not count (is_exported, kernel/module).
 */
static void
read_exports(struct ctx *ctx, struct kernel *k, const struct layout *f,
    uint64_t mod, struct seen *exported)
{
	const struct space *sp = &k->space;
	uint64_t table, count, at, value, name;
	char text[512];
	size_t i;

	ctx->quiet++;
	if (f->symbol_size == 0 ||
	    space_ptr(ctx, sp, mod + f->exports.offset, &table) != 0 ||
	    space_uint(ctx, sp, mod + f->nexports.offset, f->nexports.size,
	    &count) != 0 || count > MODULE_SYMS_MAX)
		count = 0;
	for (i = 0; i < count; i++) {
		at = table + i * f->symbol_size;
		if (space_uint(ctx, sp, at + f->value.offset, f->value.size,
		    &value) != 0 || space_uint(ctx, sp,
		    at + f->symbol_name.offset, f->symbol_name.size,
		    &name) != 0)
			break;
		if (f->relative) {
			value = at + f->value.offset +
			    (uint64_t)(int64_t)(int32_t)value;
			name = at + f->symbol_name.offset +
			    (uint64_t)(int64_t)(int32_t)name;
		}
		if (space_text(ctx, sp, name, text, sizeof(text)) == 0)
			(void)seen_add(exported, hash_str(text) ^ value);
	}
	ctx->quiet--;
}

/*
 * One module's Elf64_Sym table: name u32, info, other, shndx, value, size.
 * What it reads is taken off *left.
 */
static int
add_module(struct ctx *ctx, struct kernel *k, const struct layout *f,
    uint64_t mod, uint64_t *left)
{
	const struct space *sp = &k->space;
	uint64_t ks, symtab, strtab, typetab, num, strs, value, size;
	struct seen exported;
	char name[128];
	uint8_t *raw, *types;
	char *text;
	uint32_t off;
	size_t i, done, len;
	int rc, index;

	raw = types = NULL;
	text = NULL;
	memset(&exported, 0, sizeof(exported));
	if ((rc = space_text(ctx, sp, mod + f->name.offset, name,
	    f->name.size < sizeof(name) ? f->name.size : sizeof(name))) != 0 ||
	    (rc = space_ptr(ctx, sp, mod + f->kallsyms.offset, &ks)) != 0)
		return (rc);
	if (ks == 0)
		return (0);
	if ((rc = space_ptr(ctx, sp, ks + f->symtab.offset, &symtab)) != 0 ||
	    (rc = space_ptr(ctx, sp, ks + f->strtab.offset, &strtab)) != 0 ||
	    (rc = space_ptr(ctx, sp, ks + f->typetab.offset, &typetab)) != 0 ||
	    (rc = space_uint(ctx, sp, ks + f->num.offset, f->num.size,
	    &num)) != 0)
		return (rc);
	if (num > MODULE_SYMS_MAX || num * ELF64_SYM_SIZE > *left)
		return (ctx_fail(ctx, E_CORRUPT, "module %s: %llu symbols are "
		    "not plausible", name, (unsigned long long)num));
	*left -= num * ELF64_SYM_SIZE;
	index = sym_module(&k->symbols, name);
	raw = malloc((size_t)num * ELF64_SYM_SIZE + 1);
	types = malloc((size_t)num + 1);
	if (index < 0 || raw == NULL || types == NULL) {
		rc = ctx_fail(ctx, E_NOMEM, "module %s: no memory", name);
		goto out;
	}
	rc = space_read(ctx, sp, symtab, raw, (size_t)num * ELF64_SYM_SIZE);
	if (rc == 0)
		rc = space_read(ctx, sp, typetab, types, (size_t)num);
	if (rc != 0)
		goto out;
	/* The strings: as far as the highest offset, and one name more. */
	for (i = 0, strs = 0; i < num; i++) {
		off = load_u32(raw + i * ELF64_SYM_SIZE, sp->be);
		if (off > strs && off < MODULE_STRS_MAX)
			strs = off;
	}
	strs += 512;
	*left -= strs < *left ? strs : *left;
	text = malloc((size_t)strs + 1);
	if (text == NULL) {
		rc = ctx_fail(ctx, E_NOMEM, "module %s: no memory", name);
		goto out;
	}
	ctx->quiet++;
	(void)space_read_some(ctx, sp, strtab, text, (size_t)strs, &done);
	ctx->quiet--;
	text[done] = '\0';
	read_exports(ctx, k, f, mod, &exported);
	for (i = 0; i < num && rc == 0; i++) {
		off = load_u32(raw + i * ELF64_SYM_SIZE, sp->be);
		if (off >= done || text[off] == '\0')
			continue;
		value = load_u64(raw + i * ELF64_SYM_SIZE + 8, sp->be);
		size = load_u64(raw + i * ELF64_SYM_SIZE + 16, sp->be);
		len = strnlen(text + off, done - off);
		rc = sym_add(ctx, &k->symbols, value, size > UINT32_MAX ? 0 :
		    (uint32_t)size, seen_has(&exported, hash_bytes(text + off,
		    len) ^ value) ? (char)toupper(types[i]) :
		    (char)tolower(types[i]), (unsigned)index, text + off, len);
	}
out:
	seen_fini(&exported);
	free(raw);
	free(types);
	free(text);
	return (rc);
}

int
linux_load_module_symbols(struct ctx *ctx, struct kernel *k, uint64_t head)
{
	struct layout f;
	struct walk w;
	uint64_t node, key, left;
	size_t n, bad;
	int rc;

	rc = find_layout(ctx, k, &f);
	if (rc == 0)
		rc = walk_list(&w, ctx, &k->space, head);
	if (rc != 0)
		return (rc);
	left = MODULES_BYTES;
	for (n = bad = 0; n < MODULES_MAX; n++) {
		rc = walk_next(&w, ctx, &key, &node);
		if (rc != 0)
			break;
		rc = add_module(ctx, k, &f, node - f.list.offset, &left);
		if (rc != 0)
			bad++;
		/* The others would fare no better. */
		if (rc == E_LIMIT || rc == E_NOMEM || (rc = ctx_check(ctx)) != 0)
			break;
	}
	walk_fini(&w);
	if (rc == E_CANCELLED)
		return (rc);
	if (bad > 0)
		os_warn(k, "symbols of %zu of %zu modules could not be "
		    "read: %s", bad, n, ctx->err.text);
	if (rc != E_DONE)
		os_warn(k, "the list of modules is broken after %zu: %s", n,
		    ctx->err.text);
	return (0);
}
