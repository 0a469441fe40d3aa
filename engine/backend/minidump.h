/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FreeBSD minidumps.  This header is for minidump*.c; others know the row.
 *
 * A minidump holds the pages that the kernel itself uses, found by a bitmap,
 * and a part with kernel page-table entries that is no memory of the machine.
 * The layer shows that part as a window of made page tables above all memory,
 * so that an ordinary walk from dump->root gives what the dump's tables say.
 */
#ifndef ENGINE_BACKEND_MINIDUMP_H
#define ENGINE_BACKEND_MINIDUMP_H

#include "base/bytes.h"
#include "engine/backend/backend.h"

extern const struct backend backend_minidump;

/* --- Which pages there are: minidump_pages.c ------------------------------ */

/* A range of page numbers that the bitmap speaks of, and its first bit. */
struct minidump_avail {
	uint64_t start, end, bit;
};

struct minidump_pages {
	struct minidump_avail *avail;	/* ascending */
	size_t		 navail, cap;
	uint64_t	*words;		/* the bitmap, bit 0 of word 0 first */
	uint64_t	*rank;		/* set bits before each MINIDUMP_BLOCK */
	uint64_t	 nbits;		/* that stand for a page */
	uint64_t	 nset;
	uint64_t	 nstored;	/* pages that are whole in the file */
};

/* A run of pages with one answer. */
struct minidump_run {
	uint64_t start, end;		/* page numbers, end exclusive */
	uint64_t index;			/* of the first in the file, if set */
	int	 status;		/* OK, E_NOT_IN_DUMP, E_TRUNCATED */
};

void	minidump_pages_fini(struct minidump_pages *);
/* Append a range; false when it is not above the last (or no memory). */
bool	minidump_pages_range(struct minidump_pages *, uint64_t start,
	    uint64_t end);
/*
 * Take over a bitmap as it stands in the file, in words of "word" bytes; call
 * after all ranges are there.
 */
int	minidump_pages_bitmap(struct ctx *, struct minidump_pages *,
	    const uint8_t *raw, size_t n, unsigned word, bool be);
/*
 * The run that holds a page, reaching at most "back" pages below it and
 * "ahead" pages from it on.  E_DONE when there is nothing at or above it.
 */
int	minidump_pages_run(const struct minidump_pages *, uint64_t page,
	    uint64_t back, uint64_t ahead, struct minidump_run *);

/* --- The made tables: minidump_table.c ------------------------------------ */

/* How made entries are written. */
struct minidump_form {
	const struct pt_form	*form;
	uint64_t		 window;	/* where the tables stand */
	int			 largest;	/* highest level of a leaf */
	uint64_t	       (*table)(uint64_t next);
	uint64_t	       (*leaf)(int level, uint64_t pa);
};

/* A part of the kernel's addresses; the first that holds one answers. */
struct minidump_region {
	uint64_t start, last;		/* virtual, both inclusive, whole pages */
	/* Direct: physical = phys + ((va - start) & mask). */
	uint64_t phys, mask;
	/*
	 * Else: the raw entry that a level has for va; asked at this level, or
	 * at each when it is -1.  E_DONE stands for a table.
	 */
	int	 level;
	int	(*entry)(void *arg, struct ctx *,
		    const struct minidump_region *, int level, uint64_t va,
		    uint64_t *raw);
};

#define MINIDUMP_REGIONS	12

struct minidump_table {
	void			*arg;		/* of the entry functions */
	const struct minidump_form *how;
	uint64_t		 base[PT_LEVELS_MAX];	/* of each level's array */
	uint8_t			 shift[PT_LEVELS_MAX];	/* log2 of what an entry maps */
	uint8_t			 entry_shift;	/* log2 of an entry's bytes */
	uint64_t		 end;			/* of the window */
	struct minidump_region	 region[MINIDUMP_REGIONS];
	size_t			 nregions;
};

/*
 * Lay out the window; regions follow, whose functions get arg.  Sets the dump's
 * form and root.
 */
void	minidump_table_init(struct minidump_table *, struct dump *,
	    const struct minidump_form *, void *arg);
/* last < start, or no page in it: nothing is added. */
void	minidump_table_direct(struct minidump_table *, uint64_t start, uint64_t last,
	    uint64_t phys, uint64_t mask);
struct minidump;
/*
 * The page-table part is entries of a level, from kernbase on: E_CORRUPT when
 * no entry of that level begins there.
 */
int	minidump_table_array(struct ctx *, struct minidump *, int level);
/* A function gives the entries, level -1. */
void	minidump_table_call(struct minidump_table *, uint64_t start,
	    uint64_t last, int (*entry)(void *arg, struct ctx *,
	    const struct minidump_region *, int level, uint64_t va,
	    uint64_t *raw));
/* n bytes of the window. */
int	minidump_table_read(const struct minidump_table *, struct ctx *,
	    uint64_t pa, void *, size_t n);

/*
 * Forms whose upper levels are made in a way of their own, since the
 * processor's entries have no room for an address above all memory.
 */
extern const struct minidump_form minidump_i386, minidump_i386_pae,
    minidump_arm, minidump_arm_be, minidump_arm_v4, minidump_arm_v4_be,
    minidump_arm_lpae, minidump_made_32, minidump_made_64,
    minidump_made_64_16k;
/* The processor's own. */
extern const struct minidump_form minidump_x86_64_4, minidump_x86_64_5,
    minidump_arm64_4k, minidump_arm64_16k, minidump_riscv_sv39,
    minidump_riscv_sv48;
/* A leaf of minidump_made_*: flags are PT_READ, PT_WRITE, PT_EXEC. */
uint64_t minidump_made_leaf(uint64_t pa, unsigned size_shift, unsigned flags);

/* --- The dump: minidump.c, and the processors: minidump_machine.c ---------- */

struct minidump {
	struct dump		 dump;		/* first: is a layer */
	const struct minidump_machine *machine;
	struct file		*file;
	bool			 be;
	uint8_t			 page_shift;
	uint8_t			 word;		/* bytes of the bitmap's words */
	unsigned		 version;
	/* From the header, whatever their names there; sizes in bytes. */
	uint64_t		 msgbuf_size, avail_size, bitmap_size, pt_size;
	uint64_t		 kernbase, kernend, startkernel;
	uint64_t		 dmap_base, dmap_end, dmap_phys; /* end exclusive */
	uint32_t		 mode;		/* paging mode: paemode, mmuformat */
	char			 mmu[33];	/* powerpc64: its name */
	uint64_t		 pt_offset, data_offset;
	uint64_t		 tail;		/* bytes of a page cut off at the end */
	struct minidump_pages	 pages;
	struct minidump_table	 table;
};

struct minidump_machine {
	const char	*name;		/* "FreeBSD/amd64" */
	const char	*magic;		/* in full */
	unsigned	 newest;	/* version */
	unsigned	 header_size;	/* bytes, with all members */
	unsigned	 version_at;
	bool		 both_orders;
	/* Read the members behind the version; sets dump.arch and word. */
	int	(*header)(struct ctx *, struct minidump *, struct bytes *);
	/* Set the kernel's space up; the page-table part can be read. */
	int	(*space)(struct ctx *, struct minidump *);
};

extern const struct minidump_machine *const minidump_machines[]; /* NULL-ended */

/* An unsigned integer in the page-table part; E_TRUNCATED past its end. */
int	minidump_pt_uint(struct minidump *, struct ctx *, uint64_t offset,
	    unsigned size, bool be, uint64_t *);

#endif
