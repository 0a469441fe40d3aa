/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names and addresses.  A table is filled once (by a reader: kallsyms in
 * memory, a module's symbol table, an ELF file, System.map), then sealed:
 * sorted by address, duplicates kept.  Sealed tables are shared by threads.
 */
#ifndef ENGINE_SYMBOL_SYMBOL_H
#define ENGINE_SYMBOL_SYMBOL_H

#include "base/arena.h"
#include "base/ctx.h"

struct symbol {
	uint64_t	 addr;
	uint32_t	 name;		/* offset in symbols.names */
	uint32_t	 size;		/* bytes; 0 when unknown */
	uint16_t	 module;	/* index in symbols.modules; 0 = the kernel */
	char		 type;		/* letter as in nm(1) and /proc/kallsyms */
	uint8_t		 name_len;	/* 255: longer, count it */
};

struct symbols {
	struct symbol	*v;
	size_t		 n, cap;
	char		*names;		/* NUL-ended names one after the other */
	size_t		 names_len, names_cap;
	const char	**modules;	/* [0] is "" */
	size_t		 nmodules, modules_cap;
	struct arena	 arena;
	/* By name: chains of indices + 1, the lowest first; 0 ends one. */
	uint32_t	*heads, *next;
	uint32_t	 mask;		/* number of heads - 1 */
	bool		 sealed;
	const char	*source;	/* "kallsyms", "kallsyms (found)", ... */
};

void	sym_init(struct symbols *);
void	sym_fini(struct symbols *);
/*
 * A hint to a table still empty, from a reader that knows: about so many
 * symbols, their names and NULs taking so many bytes.  Never fails.
 */
void	sym_reserve(struct symbols *, size_t n, size_t names);
/*
 * Add; after sealing too, until it is sealed again.  name is len bytes.
 * E_NOMEM or E_LIMIT (over 64 million, names over 2 GiB).
 */
int	sym_add(struct ctx *, struct symbols *, uint64_t addr, uint32_t size,
	    char type, unsigned module, const char *name, size_t len);
/* The index for a module's name, added if new; -1 out of memory. */
int	sym_module(struct symbols *, const char *name);
/*
 * Add the lines "ADDRESS TYPE NAME [MODULE]" of /proc/kallsyms or a System.map
 * (symbol_text.c): *used bytes of the n, all but a last line without its end.
 * *known counts those at another address than 0: none where a kernel hides
 * them.  E_CORRUPT for another kind of text.
 */
int	sym_add_lines(struct ctx *, struct symbols *, const char *, size_t n,
	    size_t *used, size_t *known);
/* Sort, fill in sizes (distance to the next symbol), index the names. */
int	sym_seal(struct ctx *, struct symbols *);

const char *sym_name(const struct symbols *, const struct symbol *);
const char *sym_module_name(const struct symbols *, const struct symbol *);

/*
 * By exact name; "module!name" picks a module.  The kernel's own come before
 * a module's, globals before locals.  NULL when there is none.
 */
const struct symbol *sym_find(const struct symbols *, const char *name);
/*
 * The symbol at or below an address that plausibly contains it (not past its
 * size when that is known, not beyond 16 MiB).  Among equals the first that
 * was added: kernels sort theirs so that it is the best name, and use that
 * (get_symbol_pos in kernel/kallsyms.c).  NULL when there is none.
 */
const struct symbol *sym_at(const struct symbols *, uint64_t addr);
/* Writes "name+0x10" or "name+0x10 [module]"; false and "" when none. */
bool	sym_format(const struct symbols *, uint64_t addr, char *, size_t);

/*
 * A pattern "MODULE!REGEX", for the symbols of one module ("vmlinux": the
 * kernel's own): *module is its index, -1 for a pattern without that, and
 * *regex what is left, which may be empty.  E_NOT_FOUND: no such module.
 */
int	sym_scope(struct ctx *, const struct symbols *, const char *pattern,
	    int *module, const char **regex);
/* Of n hits those in a module (-1: all); returns how many are left. */
size_t	sym_scope_hits(const struct symbols *, int module, uint32_t *hits,
	    size_t n);

/*
 * Regex search (PCRE2, case-sensitive, unanchored).  The filter is compiled
 * once and may be run over slices, so that a user interface stays awake.
 */
struct sym_filter;
int	sym_filter_create(struct ctx *, const char *regex, struct sym_filter **);
void	sym_filter_destroy(struct sym_filter *);
/*
 * Test symbols [from, to): the indices of those that match go to hits (room
 * for to - from), their number is returned.  Match limits make every pattern
 * end; a symbol whose match hits the limit counts as no match.
 */
size_t	sym_filter_run(struct sym_filter *, const struct symbols *, size_t from,
	    size_t to, uint32_t *hits);
/* Where the pattern matches one text: false when it does not. */
bool	sym_filter_match(struct sym_filter *, const char *text, size_t len,
	    size_t *start, size_t *end);

#endif
