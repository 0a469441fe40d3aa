/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DWARF, versions 2 to 5 (dwarfstd.org): what a compiler tells a debugger.
 *
 * Two steps: one quick pass over .debug_info makes an index of names and of
 * the addresses of compilation units (dwarf_index.c), which may be kept and
 * handed in again; then just the entries that are asked for are read.
 *
 * All of it is bytes that somebody else wrote: offsets, counts and references
 * are checked where they are followed, chains and nesting are bounded.
 */
#ifndef ENGINE_TYPE_DWARF_H
#define ENGINE_TYPE_DWARF_H

#include "base/ctx.h"
#include "base/vec.h"
#include "engine/type/type.h"

enum dwarf_section {
	DWARF_INFO, DWARF_ABBREV, DWARF_STR, DWARF_LINE_STR, DWARF_STR_OFFSETS,
	DWARF_ADDR, DWARF_LINE, DWARF_RANGES, DWARF_RNGLISTS, DWARF_LOC,
	DWARF_LOCLISTS, DWARF_FRAME, DWARF_EH_FRAME, DWARF_SECTIONS
};

struct dwarf_bytes {
	const uint8_t	*p;
	size_t		 n;
	uint64_t	 addr;		/* where it is loaded (.eh_frame) */
};

/*
 * Debug information may lie in several files, and sections: DWARF 4 has types
 * that units share in units of their own, in .debug_types (its 7.5.1.2); in
 * DWARF 5 they are among the others.  What several programs share is
 * in a supplementary one (DWARF 5, 7.3.6; dwz(1)).  What the linker need not
 * see is in split ones (7.3.2): the linked file has a skeleton of each unit,
 * with its addresses and lines, and the name of the file with the rest.
 */
enum dwarf_part { DWARF_MAIN, DWARF_SHARED, DWARF_SPLIT, DWARF_TYPE_UNITS };

/*
 * The sections of a file, expanded; borrowed until dwarf_close.  Those that a
 * split file has not (.debug_addr, .debug_line, ...) are the linked file's.
 */
struct dwarf_input {
	const char	*name;		/* of the file, for messages */
	struct dwarf_bytes section[DWARF_SECTIONS];
	bool		 be;
	unsigned	 addr_size;	/* bytes: 4 or 8 */
	enum dwarf_part	 part;
	bool		 types;		/* DWARF_INFO is a .debug_types */
	uint32_t	 skeleton;	/* SPLIT: offset of its unit in MAIN, or */
#define DWARF_NO_SKELETON UINT32_MAX	/* type units, of all of a file's */
	/* Set by dwarf_join. */
	uint32_t	 base;		/* what offsets in .debug_info begin at */
	const struct dwarf_input *more;	/* MAIN: the other parts */
	size_t		 nmore;
	const struct dwarf_input *shared;	/* the SHARED one, or NULL */
	/* Hint: these bytes are not wanted for now.  May be NULL. */
	void	       (*drop)(void *arg, const uint8_t *, size_t);
	void		*arg;
};

/*
 * Put parts behind a main one: one offset names an entry of any of them.
 * E_LIMIT when all of it is 4 GiB or more.
 */
int	dwarf_join(struct ctx *, struct dwarf_input *main,
	    struct dwarf_input *more, size_t n);

struct dwarf;

/*
 * Make the index, by so many threads (0: one a processor).  Owned by the
 * caller: *index of *n bytes, from malloc.  E_NOT_FOUND without .debug_info,
 * E_CORRUPT, E_LIMIT, E_CANCELLED.  Units that are damaged are left out.
 */
int	dwarf_index(struct ctx *, const struct dwarf_input *, unsigned threads,
	    void **index, size_t *n);
/*
 * Open the sections with their index (borrowed).  E_CORRUPT when the index is
 * not one that dwarf_index of this version made for sections of these sizes.
 */
int	dwarf_open(struct ctx *, const struct dwarf_input *, const void *index,
	    size_t n, struct dwarf **ret);
void	dwarf_close(struct dwarf *);
/* Was the index made of this main part, which is but a skeleton? */
bool	dwarf_index_is_split(const struct dwarf_input *main, const void *index,
	    size_t n);
/* A skeleton unit: what its split file is called, and its number. */
struct dwarf_skeleton {
	uint32_t	 offset;	/* for dwarf_input.skeleton */
	uint64_t	 id;
	const char	*name, *dir;	/* dir "": none */
};
/* Each of them; fn returns 0 to go on. */
int	dwarf_skeletons(struct ctx *, struct dwarf *,
	    int (*fn)(void *arg, struct ctx *, const struct dwarf_skeleton *),
	    void *arg);
/* The number of a split file's unit: false when it has none. */
bool	dwarf_split_id(const struct dwarf_input *, uint64_t *);
/* Names in the index: types, functions and variables, enumerators. */
size_t	dwarf_names(const struct dwarf *, enum type_names);

/*
 * A unit of the type graph over a file's DWARF.  It is opened when something
 * is first asked of it: open gives the dwarf (borrowed) or NULL, now and ever.
 * An id is the offset of an entry in .debug_info.
 */
int	dwarf_unit_create(struct ctx *, const char *name,
	    struct dwarf *(*open)(void *arg), void *arg, struct type_unit **);

/*
 * Addresses here are those that the file was linked for.
 */

struct dwarf_source {
	const char	*dir;		/* of the file; "" when it has none */
	const char	*file;		/* as the compiler was given it */
	const char	*base;		/* directory that it was compiled in */
	uint32_t	 line;		/* from 1; 0: of no line */
};

/* One of the functions that an address lies in. */
struct dwarf_frame {
	const char	*function;	/* "" when it has no name */
	uint32_t	 entry;		/* its offset: for dwarf_vars */
	uint64_t	 low;		/* its first address, 0 unknown */
	bool		 inlined;	/* into the next one */
	struct dwarf_source source;	/* where in it the address lies */
};

/*
 * The functions at an address, the innermost inlined one first; at least one
 * or E_NOT_FOUND (silent).  Text lives as long as the dwarf.
 */
int	dwarf_frames(struct ctx *, struct dwarf *, uint64_t pc,
	    int (*fn)(void *arg, struct ctx *, const struct dwarf_frame *),
	    void *arg);
/* The line of an address: E_NOT_FOUND (silent). */
int	dwarf_line(struct ctx *, struct dwarf *, uint64_t pc,
	    struct dwarf_source *);
/* "dir/file", without what has no meaning; at most n bytes with the NUL. */
void	dwarf_path(const struct dwarf_source *, char *, size_t n);

#endif
