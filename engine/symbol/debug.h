/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel's debug information: found when first wanted, then kept.  Shared by
 * threads.
 */
#ifndef ENGINE_SYMBOL_DEBUG_H
#define ENGINE_SYMBOL_DEBUG_H

#include "engine/symbol/debugfile.h"

/* What identifies a kernel.  Text is "" where it is not known. */
struct debug_facts {
	char	 build_id[BUILD_ID_TEXT];
	char	 release[128];
	uint64_t shift;			/* its addresses minus those linked for */
};

struct debug_options {
	const char	*root;		/* before every path; "" usually */
	const char	*cache;		/* folder for indices; NULL: none are kept */
	const char	*fetch;		/* DEBUGINFOD_URLS; NULL: nothing is fetched */
	bool		 force;		/* take files of other build-ids too */
	struct file_faults *faults;
};

struct debug;

/*
 * files: n that the user named (borrowed, with their names), asked first.
 * facts is called when they are wanted; arg lives as long as the debug.
 */
int	debug_create(struct ctx *, const struct debug_options *,
	    const char *const *files, size_t n,
	    void (*facts)(void *arg, struct ctx *, struct debug_facts *),
	    void *arg, struct debug **ret);
void	debug_destroy(struct debug *);	/* NULL is ignored */

/*
 * Is there any?  Does not read it yet.  E_NOT_FOUND: the message says where it
 * was looked for.
 */
int	debug_find(struct ctx *, struct debug *);
/*
 * Find and open it.  E_NOT_FOUND: there is none, and the message says where it
 * was looked for; that is told from then on without looking again.
 */
int	debug_open(struct ctx *, struct debug *, struct dwarf **ret);
/* The same without words, as dwarf_unit_create wants it. */
struct dwarf *debug_dwarf(void *debug);
/*
 * Add its types, once: behind units that are there they are asked only for what
 * those do not know; alone they are the kernel's own.  E_NOT_FOUND.
 */
int	debug_add_types(struct ctx *, struct debug *, struct types *);
/* A type that dwarf_vars tells, among the kernel's. */
struct typeref debug_typeref(const struct debug *, uint32_t id);
/* What has been opened so far, without looking: NULL. */
struct dwarf *debug_opened(struct debug *);
/* The file that it comes from, or NULL. */
const char *debug_path(struct debug *);
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

/* debug_fetch.c: by build-id from the servers; *path from malloc. */
int	debug_fetch(struct ctx *, const struct debug_options *,
	    const char *build_id, char **path);

#endif
