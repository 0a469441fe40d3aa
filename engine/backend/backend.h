/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where memory comes from: one file and one row in backends[] each.
 */
#ifndef ENGINE_BACKEND_BACKEND_H
#define ENGINE_BACKEND_BACKEND_H

#include "arch/arch.h"
#include "base/arena.h"
#include "engine/memory/file.h"
#include "engine/memory/memory.h"

/* What a dump says besides memory.  The first member of every backend. */
struct dump {
	struct mem_layer	 layer;
	const struct backend	*backend;
	const struct arch	*arch;		/* NULL when the dump does not say */
	struct cpu_state	*cpus;		/* from its notes */
	size_t			 ncpus;
	bool			 cpus_anew;	/* they are read again with memory */
	/* What was told, else the text of the note; NUL-ended, or NULL. */
	const char		*vmcoreinfo;
	size_t			 vmcoreinfo_len;
	bool			 told;		/* it was told, and this is */
	const char		*note;		/* the note's, or NULL */
	size_t			 note_len;
	const uint8_t		*notes;		/* its ELF notes, raw, or NULL */
	size_t			 notes_len;
	/* The kernel's space where the dump itself gives it, FreeBSD's. */
	const struct pt_form	*form;		/* NULL: addresses are physical */
	uint64_t		 root;
	bool			 has_root;	/* form and root hold */
	unsigned		 levels;	/* of the tables that a made form stands for, or 0 */
	const char		*system;	/* "FreeBSD" when it says so, or NULL */
	unsigned		 version;	/* of a minidump's header, else 0 */
	uint64_t		 msgbuf_offset;	/* in the file: the ring's bytes, */
	uint64_t		 msgbuf_size;	/* or 0 */
	int64_t			 kerndisp;	/* run address - linked address */
	bool			 has_kerndisp;
	uint64_t		 delta_va;	/* of a full dump: this address of */
	uint64_t		 delta_pa;	/* the kernel lies there */
	bool			 has_delta;
	uint64_t		 dmap_base, dmap_end; /* direct map; equal: none */
	uint64_t		 dmap_phys;	/* what its first byte maps */
	/* From a kernel dump header, or NULL and 0. */
	const char		*hostname, *kernel_version, *panic;
	uint64_t		 dump_time;	/* seconds since 1970 */
	bool			 native;	/* its addresses are the kernel's, virtual */
	bool			 complete;	/* nothing that the headers promise is missing */
	const char		*incomplete;	/* why not, a sentence, or NULL */
	const char		*packed;	/* "gzip": all of the file is; or NULL */
	unsigned		 filter;	/* what makedumpfile left out (its -d) */
	const char		*erased;	/* what makedumpfile was told to erase, or NULL */
	struct file		*files[64];
	size_t			 nfiles;
	struct arena		 arena;
};

/* What the user told; all zeros for nothing. */
struct dump_options {
	const struct arch *arch;	/* NULL: it tells itself */
	uint64_t	 base;		/* of raw memory: its first byte's place */
	bool		 has_base;
	uint64_t	 cache;		/* bytes of a page cache, 0: the usual */
	bool		 ahead;		/* a thread may read ahead */
	uint64_t	 expand;	/* bytes a packed dump may grow to, 0: the usual */
	const char	*vmcoreinfo;	/* text, or NULL */
	size_t		 vmcoreinfo_len;
};

/* How a target that is not at rest fares. */
struct dump_state {
	bool		 lost;		/* no more reads: see why */
	bool		 busy;		/* it cannot be asked just now */
	bool		 stopped;	/* it stands still, for reads */
	bool		 paused;	/* as somebody else wants it to */
	uint64_t	 silent;	/* ns that an answer is due, busy or not */
	char		 why[200];
	uint64_t	 stops;		/* how often, */
	uint64_t	 held, last;	/* ns in all, and the last time */
};

struct backend {
	const char *name;		/* "ELF" */
	bool	    parts;		/* a dump may be of several files */
	/* Name of the format, finer than name: for info's "format". */
	const char *(*format)(const struct dump *);
	/*
	 * 0 = this file is mine; E_NOT_MINE (silent); another error: it is
	 * mine, but cannot be used, with the reason.
	 */
	int	(*probe)(struct ctx *, struct file *);
	/* Takes the files over on success; n is 1 without "parts". */
	int	(*open)(struct ctx *, struct file **, size_t n,
		    const struct dump_options *, struct dump **ret);
	/* A number that changes with what there is of memory; may be NULL. */
	int	(*digest)(struct ctx *, struct dump *, uint64_t *);
	/* Let go of the target: it is lost from here on.  May be NULL. */
	void	(*leave)(struct dump *);
	/* NULL: nothing can happen to it. */
	void	(*state)(struct dump *, struct dump_state *);
};

/* Targets that are named by words, not by files. */
struct source {
	const char *prefix;		/* "gdb:" */
	bool	 stops;			/* it stands still while it is read */
	size_t	 run;			/* bytes best read at once */
	int	(*open)(struct ctx *, const char *address, struct dump **ret);
};
/* The one that a word names, with the rest of the word; NULL: none, a file. */
const struct source *source_of(const char *word, const char **address);

extern const struct backend *const backends[];	/* NULL-ended, probe order */

/*
 * Open files as a dump with the first backend that knows them; those that are
 * packed are replaced by what is in them.  Otherwise E_UNSUPPORTED with a message
 * that names what the file is.  Takes the files over on success only.  The
 * options may be NULL.
 */
int	dump_open(struct ctx *, struct file **, size_t n,
	    const struct dump_options *, struct dump **ret);
void	dump_close(struct dump *);
/* For backends that need it while they open: what was told is the dump's. */
int	dump_tell(struct ctx *, struct dump *, const struct dump_options *);

#endif
