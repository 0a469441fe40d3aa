/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that lies plainly in files, in runs: what ELF cores, LiME, VMware's
 * and raw memory have in common.
 */
#ifndef ENGINE_BACKEND_PLAIN_H
#define ENGINE_BACKEND_PLAIN_H

#include "engine/backend/backend.h"

struct minidump_table;

/* A run of physical memory; settled ones are sorted and without overlaps. */
struct plain_run {
	uint64_t pa, end;
	uint64_t offset;		/* in its file */
	uint32_t file;			/* index in the dump's files */
	int	 status;		/* OK, E_NOT_IN_DUMP, E_TRUNCATED */
};

/* Bytes of a file that are not memory: never written. */
struct plain_header {
	uint64_t off, len;
	uint32_t file;
};

/* The first member of such a backend; allocated by calloc(), freed by close. */
struct plain {
	struct dump	  dump;		/* first: is a layer */
	struct plain_run *runs;
	size_t		  nruns, cap;
	struct plain_run *copies;	/* of what the runs hold, other bytes */
	size_t		  ncopies, copies_cap;
	struct plain_header *headers;
	size_t		  nheaders, headers_cap;
	/* Tables that stand above all memory, for the dump's space; or NULL. */
	const struct minidump_table *made;
	const char	 *read_only;	/* why nobody can write, or NULL */
	_Atomic size_t	  last;		/* where the last look-up ended */
	uint64_t	  claimed;	/* bytes of the files, by all runs */
};

extern const struct mem_layer_ops plain_ops;

/*
 * The memory from pa on: filesz bytes of files[file] at off, behind them
 * nothing up to memsz.  What the file does not hold any more is E_TRUNCATED
 * and makes the dump incomplete.  E_LIMIT for runs that share their bytes too
 * often.
 */
int	plain_add(struct ctx *, struct plain *, struct file **files,
	    uint32_t file, uint64_t pa, uint64_t off, uint64_t filesz,
	    uint64_t memsz);
/*
 * After the last one: sort, and settle overlaps (/proc/vmcore lists the
 * kernel's text twice): what has bytes comes before what has none, and of two
 * alike the one that begins first.
 */
int	plain_settle(struct ctx *, struct plain *);
/* What a hostile run might claim too: a file's own headers and notes. */
int	plain_protect(struct ctx *, struct plain *, uint32_t file, uint64_t off,
	    uint64_t len);
/* Frees all but the files, which are not the dump's before it is open. */
void	plain_fini(struct plain *);

#endif
