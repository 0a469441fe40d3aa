/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux: what its parts share.  How a kernel is found in memory is told at the
 * top of linux_open.c; what is read from it then is in linux_read.h.
 */
#ifndef ENGINE_OS_LINUX_LINUX_H
#define ENGINE_OS_LINUX_LINUX_H

#include "engine/backend/vmcoreinfo.h"
#include "engine/os/os.h"

#include <pthread.h>

struct linux_members;			/* linux_member.c */
struct linux_orc;			/* linux_orc.c */
struct unwind_chain;
struct code_ref;

/* What the port to a processor knows about Linux on it. */
struct linux_arch {
	const struct arch *arch;
	/* The kernel's image is mapped somewhere in here; end exclusive. */
	uint64_t	   image_low, image_high;
	/*
	 * Where the image is linked to begin; KASLR moves it from there.  0:
	 * that depends on the configuration, and VMCOREINFO knows it.
	 */
	uint64_t	   image_linked;
	/* Other mappings lie there too: text tells which is the image. */
	bool		   image_anywhere;
	const char	  *root_symbol;		/* of the kernel's top table */
	/*
	 * Table roots that VMCOREINFO implies: count, at most 4.  The text may
	 * be wrong: every root is tried.
	 */
	size_t	(*vmcoreinfo_roots)(const char *text, size_t len,
		    const struct pt_form **forms, uint64_t *roots);
	/*
	 * Could the page of n bytes at p be a top table that maps the image?
	 * Sorts out quickly; every candidate is tried.  May be NULL.
	 */
	bool	(*root_shape)(const uint8_t *p, size_t n);
	/* space.absent: what a not-present entry means. */
	int	(*absent)(void *arg, struct ctx *, const struct space *,
		    uint64_t va, struct pt_result *);
	/* How frames lead to their callers; NULL: ORC tells. */
	const struct unwind_chain *chain;
	/*
	 * From VMCOREINFO: where physical address 0 would lie in the direct
	 * map, and where the struct page of frame 0 would.  NULL: by symbols.
	 */
	bool	(*zero)(const char *text, size_t len, uint64_t page_struct,
		    uint64_t *direct, uint64_t *vmemmap);
	/* What code refers to (arch/code.h): NULL when nobody can tell. */
	size_t	(*refs)(const uint8_t *code, size_t n, uint64_t va,
		    struct code_ref *, size_t max);
};

extern const struct linux_arch *const linux_arches[];	/* NULL-ended */
extern const struct linux_arch linux_x86_64, linux_arm64;

/*
 * A mapped piece of the kernel's image.  Constants, where most of what is
 * sought lies, are the pieces that can be neither written nor executed.
 */
struct linux_run {
	uint64_t va, end, phys;
	bool	 constant;
};

#define LINUX_RUNS_MAX	64

struct linux_image {
	struct linux_run runs[LINUX_RUNS_MAX];	/* ascending, merged where adjacent */
	size_t		 nruns;
	uint64_t	 low, high;		/* va of the first byte, past the last */
};

/* A variable that no symbol names. */
struct linux_found {
	const char	*name;
	uint64_t	 addr;
};

#define LINUX_FOUND_MAX	32

struct linux_os {			/* kernel->os_data */
	struct kernel	*kernel;
	const struct linux_arch *arch;
	struct linux_image image;
	uint64_t	 image_steps;		/* left to look for it */
	uint64_t	 search_until;		/* CLOCK_MONOTONIC ns; 0: not begun */
	const char	*vmcoreinfo;		/* NUL-ended text, or NULL */
	size_t		 vmcoreinfo_len;
	const char	*vmcoreinfo_source;	/* "note", "memory", "file" */
	bool		 has_kaslr;
	uint64_t	 kaslr;			/* offset of the image, bytes */
	uint64_t	 phys_base;		/* phys of the image minus its linked place */
	pthread_mutex_t	 lock;			/* guards members */
	struct linux_members *members;
	struct linux_orc *orc;			/* unwind rules, when first wanted */
	bool		 no_orc;		/* there are none */
	struct linux_slots *kept;		/* linux_kept.c */
	struct linux_argpage *argpages;		/* linux_args.c */
	struct linux_found found[LINUX_FOUND_MAX];	/* linux_find.c */
	size_t		 nfound;
};

static inline struct linux_os *
linux_of(struct kernel *k)
{
	return (k->os_data);
}

extern const struct os_ops linux_ops;

/*
 * linux_search.c: show all memory to fn in overlapping pieces, without the holes
 * of the file, for as long as last resorts may take: then E_LIMIT, with a warning
 * that says what was not searched.  fn is as that of mem_scan.
 */
typedef int linux_look(void *, struct ctx *, uint64_t pa, const uint8_t *,
	    size_t);
int	linux_search(struct ctx *, struct kernel *, const char *what,
	    size_t overlap, linux_look *fn, void *arg);

/* linux_vmcoreinfo.c */
/*
 * Show every text in memory that looks like one to fn; not 0 ends it.  Reads
 * that only look are not recorded.
 */
int	linux_scan_vmcoreinfo(struct ctx *, struct kernel *,
	    int (*fn)(void *, struct ctx *, const char *text, size_t len),
	    void *);
/* Make it this kernel's, unless its symbols are elsewhere. */
bool	linux_take_vmcoreinfo(struct kernel *, const char *text, size_t len,
	    const char *source);
/*
 * Settle l->vmcoreinfo: what was told, else the note, else by symbol, else by
 * scanning.
 */
void	linux_find_vmcoreinfo(struct ctx *, struct kernel *,
	    const struct kernel_options *);

/* os_ops.vmcoreinfo. */
int	linux_vmcoreinfo(struct ctx *, struct kernel *, struct buf *);

/* linux_told.c */
/* A VMCOREINFO that has --phys-base in it; false: no memory. */
bool	linux_told_text(struct ctx *, struct kernel *,
	    const struct kernel_options *, struct buf *);
/* A warning when what was told is not what was found. */
void	linux_check_told(struct kernel *, const char *option, uint64_t told,
	    uint64_t found);
/* That the dump's text, which was told, does not fit. */
void	linux_warn_vmcoreinfo(struct kernel *, const struct kernel_options *);

/*
 * linux_linked.c: the symbols of a System.map or an image among the files, moved
 * to where the kernel ran.  E_NOT_FOUND (silent when there are no such files) when
 * they are not of this kernel.
 */
int	linux_linked_symbols(struct ctx *, struct kernel *,
	    const struct kernel_options *);
/* The same for what a memory does not name that has names of its own. */
int	linux_more_symbols(struct ctx *, struct kernel *);
/*
 * linux_kernels.c, when names are known: is there a second kernel, and is that
 * the one wanted?  number is the user's, 0: none.  Then *again is set, and what
 * leads to it is the dump's, or *root, unless that is 0.  E_USAGE when there is
 * no second one to take.
 */
int	linux_choose_kernel(struct ctx *, struct kernel *, unsigned number,
	    bool *again, uint64_t *root);

/*
 * linux_fdt.c: the first 8 bytes of a property that has as many, in the tree at
 * va; false when there is none.
 */
bool	linux_fdt_u64(struct ctx *, const struct space *, uint64_t va,
	    const char *name, uint64_t *ret);

/* linux_image.c */
/*
 * The mapped pieces in which the kernel's image lies, seen through this space:
 * E_NOT_FOUND when it is not mapped or no banner is in it.  *steps is how many
 * entries may be looked at where it can be anywhere; what was used is taken off.
 */
int	linux_image_find(struct ctx *, const struct linux_arch *,
	    const struct space *, uint64_t *steps, struct linux_image *);
/* Find a root that maps the image, trying everything; sets k->space. */
int	linux_find_root(struct ctx *, struct kernel *,
	    const struct kernel_options *);
/* The same with the root that the kernel's own symbol names. */
void	linux_settle_root(struct ctx *, struct kernel *);
/*
 * Show every piece of the image to fn in one piece each (copied where it is
 * not stored so), constants first: 0 to go on.
 */
int	linux_image_scan(struct ctx *, struct kernel *,
	    int (*fn)(void *, struct ctx *, uint64_t va, const uint8_t *, size_t),
	    void *);

/* linux_symbols.c: the kernel's, then the modules'. */
int	linux_load_symbols(struct ctx *, struct kernel *);
/* head: the address of the kernel's list of modules. */
int	linux_load_module_symbols(struct ctx *, struct kernel *, uint64_t head);
/* linux_generated.c: code that is made at run time. */
int	linux_load_generated_symbols(struct ctx *, struct kernel *);
/* linux_find.c: roots that neither symbols nor VMCOREINFO name, by code. */
void	linux_find_roots(struct ctx *, struct kernel *);
/* linux_btf.c: the kernel's BTF, then the modules'. */
int	linux_load_types(struct ctx *, struct kernel *);
int	linux_load_module_types(struct ctx *, struct kernel *);

/* Types of symbols, for expressions: linux_roots.c. */
extern const struct value_root linux_roots[];

#endif
