/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The handle that every part shares: a bundle of pointers to the parts, fixed
 * once opened apart from caches with their own locks.
 */
#ifndef ENGINE_KERNEL_H
#define ENGINE_KERNEL_H

#include "arch/arch.h"
#include "base/ctx.h"
#include "engine/backend/backend.h"
#include "engine/memory/memory.h"
#include "engine/memory/space.h"
#include "engine/symbol/debug.h"
#include "engine/symbol/image.h"
#include "engine/symbol/symbol.h"
#include "engine/type/type.h"
#include "engine/value/value.h"

struct edits;
struct os_ops;

#define KERNEL_WARNINGS_MAX	16
#define KERNEL_PULSE		64
#define KERNEL_MODULE_FILES	32

struct kernel {
	const struct arch	*arch;
	struct dump		*dump;		/* the backend, with its notes */
	struct image		*image;		/* the kernel's ELF file, or NULL */
	struct file		*sysmap;	/* a System.map, or NULL */
	struct file		*debug_file;	/* a second one, of debug information */
	struct file		*module_files[KERNEL_MODULE_FILES];
	size_t			 nmodule_files;
	struct debug		*debug;		/* found when first wanted */
	const char		*source;	/* a source tree's path, or NULL */
	struct memory		 mem;
	struct space		 space;		/* the kernel's */
	struct symbols		 symbols;	/* n == 0: none */
	struct types		*types;		/* without units where a kernel has none */
	struct value_env	 env;		/* over the parts above */
	const struct os_ops	*os;		/* NULL: unknown system */
	void			*os_data;	/* owned by os */
	struct edits		*edits;		/* edit.h; NULL: nothing is changed */
	struct arena		 arena;		/* lives as long as the kernel */
	bool			 at_rest;	/* an image alone: it never ran */
	bool			 live;		/* its memory changes while it is read */
	/* Of a live one, as it was opened: see kernel_news(). */
	char			 pulse[KERNEL_PULSE];
	uint64_t		 digest;
	bool			 has_pulse, has_digest;
	bool			 has_tables;	/* a processor runs by its page tables */
	/* What is wrong or missing, a sentence each, for banners. */
	const char		*warnings[KERNEL_WARNINGS_MAX];
	size_t			 nwarnings;
};

/* What the user told about a dump that hides it. */
struct kernel_options {
	struct dump_options dump;	/* what its file does not say */
	const char	*vmcoreinfo;	/* path of a file with the text, or NULL */
	uint64_t	 kaslr, phys_base, cr3;
	bool		 has_kaslr, has_phys_base, has_cr3;
	unsigned	 kernel;	/* of two in the memory: 2 for that which captures */
	bool		 write;		/* open what holds the memory for writing too */
	bool		 record;	/* note the pages used, for kernel_capture */
	bool		 no_stop;	/* no target that stands still for reads */
	bool		 has_core_fd;
	int		 core_fd;	/* an open /proc/kcore, taken over */
	struct file_faults *faults;	/* see file.h; NULL: files are not mapped */
	const char	*source;	/* a source tree, or NULL */
	struct debug_options debug;	/* faults are those above */
};

/*
 * Open a dump given by its files, or a target by its word (source_of()), with or
 * without the kernel's image among them (told apart by content).  Succeeds with
 * what is readable; fails only when no memory can be had at all.
 */
int	kernel_open(struct ctx *, const char *const *paths, size_t npaths,
	    const struct kernel_options *, struct kernel **ret);
/*
 * Open the running kernel.  With "memory" its memory is /proc/kcore, symbols
 * and types come from /proc/kallsyms and /sys/kernel/btf or, where these are
 * closed, from memory.  Where /proc/kcore is closed too this succeeds all the
 * same: k->dump->complete is false, a warning says what is missing, why and how
 * to get it, reads fail with E_RESTRICTED and os_*() tell what /proc does.  Only
 * a core_fd that is of no use is an error.
 * Without "memory" it is as if all were closed, with no warning: no privilege
 * is needed, there are no symbols and types.
 */
int	kernel_open_live(struct ctx *, const struct kernel_options *,
	    bool memory, struct kernel **ret);
/*
 * What was read of a running kernel is old: the next reads are new ones.  For a
 * dump nothing happens.
 */
void	kernel_refresh(struct kernel *);
/*
 * A batch of reads is over: a target that stands still for it may go on.  Reads
 * after this stop it again.
 */
void	kernel_rest(struct kernel *);

/* What can happen to a kernel that runs. */
enum kernel_change {
	KERNEL_SAME,
	KERNEL_CHANGED,			/* symbols, types or memory are others */
	KERNEL_OTHER,			/* it is another one: nothing holds any more */
	KERNEL_LOST,			/* it cannot be reached */
};
struct kernel_news {
	enum kernel_change what;
	char		   why[256];	/* unless it is the same */
	struct dump_state  state;	/* of a target, else zeros */
	bool		   has_clock;	/* unless its clock cannot be read: */
	uint64_t	   clock;	/* ticks; one that runs moves it */
	bool		   away;	/* no processor runs by its page tables */
};
/* Take down what it looks like now; a kernel that was just opened has. */
void	kernel_note(struct ctx *, struct kernel *);
/*
 * What has changed since; a few reads, and with "all" one for each module.  Of
 * a dump nothing ever does.
 */
void	kernel_news(struct ctx *, struct kernel *, bool all,
	    struct kernel_news *);
void	kernel_close(struct kernel *);
/*
 * Write the pages that results have used so far as an ELF core (see
 * engine/capture.c).  The kernel was opened with options.record.
 */
int	kernel_capture(struct ctx *, struct kernel *, const char *path);
/*
 * Write the whole dump as a plain ELF core with the kernel's addresses (see
 * engine/convert.c).  E_USAGE when path is one of the files that are open.
 */
int	kernel_convert(struct ctx *, struct kernel *, const char *path);
#endif
