/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file with debug information: its sections, expanded where they are
 * compressed, and what identifies it.
 */
#ifndef ENGINE_SYMBOL_DEBUGFILE_H
#define ENGINE_SYMBOL_DEBUGFILE_H

#include "base/vec.h"
#include "engine/memory/file.h"
#include "engine/type/dwarf.h"

#define BUILD_ID_TEXT	(2 * 64 + 1)	/* hex digits and NUL */

/* A section of a file that was not linked, and where it was loaded. */
struct debug_section {
	char	*name;
	uint64_t addr;
};

/* Where the code of such a file (a module) was loaded. */
struct debug_placing {
	const struct debug_section *v;
	size_t	 n;
	/* The address of one of its symbols, 0 unknown, where v has none. */
	uint64_t (*symbol)(void *arg, const char *name);
	void	*arg;
};

/*
 * Units that are not in the one section with the file's others: of .debug_types;
 * of a .dwo file, where no linker has put sections of the same name together.
 */
struct debug_units {
	struct dwarf_bytes bytes;
	void		*owned;
	bool		 types;		/* of a .debug_types */
};

struct debugfile {
	struct file	*file;
	unsigned	 bits, machine, type;
	bool		 be;
	char		 build_id[BUILD_ID_TEXT];	/* "" when it has none */
	char		 link[256];	/* .gnu_debuglink: a file's name, or "" */
	char		 alt[1024];	/* .gnu_debugaltlink (dwz), or "" */
	char		 alt_id[BUILD_ID_TEXT];	/* what that one's build-id is */
	bool		 has_dwarf;
	bool		 has_split;	/* a .dwo or .dwp file: its sections */
	struct dwarf_input in;		/* after debugfile_load */
	void		*owned[DWARF_SECTIONS];
	bool		 take_split;	/* those sections are wanted */
	struct dwarf_bytes cu_index, tu_index;	/* of a .dwp file */
	void		*owned_cu_index, *owned_tu_index;
	struct debug_units *units;
	size_t		 nunits, units_cap;
};

/* What belongs to a file's debug information in other files. */
struct debug_parts {
	struct debugfile **files;
	size_t		 nfiles, files_cap;
	struct dwarf_input *v;		/* for dwarf_join */
	size_t		 n, cap;
	size_t		 missing;	/* split files, and the first one's name */
	char		 first[512];
};

/* The linker's note, "GNU" type 3, in hex; out stays without one. */
void	build_id_of_notes(const void *notes, size_t n, bool be,
	    char out[BUILD_ID_TEXT]);
/*
 * Look at a file's headers; takes it over on success.  E_NOT_MINE (silent)
 * for what is no ELF file.
 */
int	debugfile_open(struct ctx *, struct file *, struct debugfile **);
void	debugfile_close(struct debugfile *);
/*
 * Make the sections of DWARF readable; those of a file that is not linked with
 * the addresses that it has in memory (NULL: it has none).  E_NOT_FOUND when it has none,
 * E_UNSUPPORTED when they are compressed by what this build has not.
 */
int	debugfile_load(struct ctx *, struct debugfile *,
	    const struct debug_placing *);

/* The same for the sections of a .dwo or .dwp file. */
int	debugfile_load_split(struct ctx *, struct debugfile *);

/*
 * debug_parts.c: the supplementary file of one that dwz made; root stands before
 * absolute paths.  E_NOT_FOUND when it is not there, E_USAGE when it is another.
 */
int	debug_parts_shared(struct ctx *, const struct debugfile *,
	    const char *root, struct file_faults *, struct debug_parts *);
/* The units of a linked file's .debug_types. */
int	debug_parts_types(struct ctx *, const struct debugfile *,
	    struct debug_parts *);
/*
 * The split files of the skeletons in a dwarf: those of FILE.dwp, else .dwo
 * files.  What is missing is counted.
 */
int	debug_parts_split(struct ctx *, const struct debugfile *,
	    struct dwarf *, struct file_faults *, struct debug_parts *);
void	debug_parts_free(struct debug_parts *);

/* debug_reloc.c: put the addresses in, into copies that df owns. */
int	debugfile_relocate(struct ctx *, struct debugfile *,
	    const struct debug_placing *);
/* Is that the name of a section of DWARF?  -1, or its number. */
int	debugfile_section(const char *name);

#endif
