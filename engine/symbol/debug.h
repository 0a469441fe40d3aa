/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel's debug information: found when first wanted, then kept.  Shared by
 * threads.
 */
#ifndef ENGINE_SYMBOL_DEBUG_H
#define ENGINE_SYMBOL_DEBUG_H

#include "engine/symbol/debugfile.h"

/* What identifies a kernel or a module.  Text is "" where it is not known. */
struct debug_facts {
	char	 build_id[BUILD_ID_TEXT];
	char	 release[128];		/* of the kernel */
	uint64_t shift;			/* its addresses minus those linked for */
	/* Where a module's sections were loaded; each name from malloc. */
	struct debug_section *sections;	/* from malloc */
	size_t	 nsections;
};

/* Who knows the kernel: asked when something is wanted. */
struct debug_hooks {
	/* module "": of the kernel itself. */
	void	(*facts)(void *arg, struct ctx *, const char *module,
		    struct debug_facts *);
	/* The module that an address is in, "" for none. */
	const char *(*module_at)(void *arg, uint64_t addr);
	/* The address of a module's symbol, 0 for none: may be NULL. */
	uint64_t (*symbol)(void *arg, const char *module, const char *name);
	/*
	 * Another file over what the user named so, which may be packed where
	 * that name leads: may be NULL.
	 */
	int	(*named)(void *arg, struct ctx *, const char *path,
		    struct file **ret);
	void	*arg;			/* lives as long as the debug */
};

struct debug_options {
	const char	*root;		/* before every path; "" usually */
	const char	*cache;		/* folder for indices; NULL: none are kept */
	const char	*fetch;		/* DEBUGINFOD_URLS; NULL: nothing is fetched */
	bool		 force;		/* take files of other build-ids too */
	struct file_faults *faults;
};

struct debug;

void	debug_facts_fini(struct debug_facts *);
/* Is a file by its name that of a module: "name.ko", "na-me.ko.debug", ...? */
bool	debug_is_of(const char *path, const char *module);

/* files: n that the user named (borrowed, with their names), asked first. */
int	debug_create(struct ctx *, const struct debug_options *,
	    const char *const *files, size_t n, const struct debug_hooks *,
	    struct debug **ret);
void	debug_destroy(struct debug *);	/* NULL is ignored */

/*
 * What there is on a module: lives as long as the kernel's.  Nothing is looked
 * for before it is asked.  NULL when memory is short; for "" the kernel's own.
 */
struct debug *debug_module(struct debug *, const char *name);
/* The kernel's own, or that of the module at an address; NULL for NULL. */
struct debug *debug_at(struct debug *, uint64_t addr);

/*
 * Is there any?  Does not read it yet; asks the servers only if fetch.
 * E_NOT_FOUND: the message says where it was looked for.
 */
int	debug_find(struct ctx *, struct debug *, bool fetch);
/*
 * Find and open it.  E_NOT_FOUND: there is none, and the message says where it
 * was looked for; that is told from then on without looking again.
 */
int	debug_open(struct ctx *, struct debug *, struct dwarf **ret);
/*
 * Add its types, once: behind units that are there they are asked only for what
 * those do not know, a module's only for what is named as that module's; alone
 * they are the kernel's own.  E_NOT_FOUND.
 */
int	debug_add_types(struct ctx *, struct debug *, struct types *);
/* A type that dwarf_vars tells, among the kernel's. */
struct typeref debug_typeref(const struct debug *, uint32_t id);
/*
 * What has been opened so far, without looking: NULL.  Whoever has opened the
 * kernel's has a module's opened too.
 */
struct dwarf *debug_opened(struct debug *);
/* Run-time minus linked addresses, once opened. */
uint64_t debug_shift(const struct debug *);

/* "path:line" of a source, or "" when its file is not known. */
void	debug_place(const struct dwarf_source *, char *, size_t n);

/*
 * 0 when the file is one of a kernel of that build-id ("" matches all), else
 * E_USAGE with what to do.
 */
int	debug_match(struct ctx *, struct file *, const char *build_id);

/* debug_cache.c: an index that was kept under a name; E_NOT_FOUND. */
int	debug_cache_get(struct ctx *, const struct debug_options *,
	    const char *build_id, struct file **ret);
/* Keep one; failures cost a later scan and no more. */
void	debug_cache_put(const struct debug_options *, const char *build_id,
	    const void *index, size_t n);

/* debug_tree.c: the files of modules below folders; made when first asked. */
struct debug_tree;
int	debug_tree_read(struct ctx *, const char *const *folders, size_t n,
	    struct debug_tree **ret);
void	debug_tree_free(struct debug_tree *);	/* NULL is ignored */
/* File i of those for a module, NULL at the end. */
const char *debug_tree_file(const struct debug_tree *, const char *module,
	    size_t i);

/* debug_fetch.c: by build-id from the servers; *path from malloc. */
int	debug_fetch(struct ctx *, const struct debug_options *,
	    const char *build_id, char **path);

#endif
