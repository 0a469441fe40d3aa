/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VMCOREINFO: lines "KEY=VALUE" that a Linux kernel writes about itself
 * (kernel/vmcore_info.c, Documentation/admin-guide/kdump/vmcoreinfo.rst).
 */
#ifndef ENGINE_BACKEND_VMCOREINFO_H
#define ENGINE_BACKEND_VMCOREINFO_H

#include "engine/backend/backend.h"

#define VMCOREINFO_MAX	8192		/* a page or two of text */

/* The value of a line, vlen bytes without an end mark; NULL: no such line. */
const char *vmcoreinfo_get(const char *text, size_t len, const char *key,
	    size_t *vlen);
/* A number in the base that its key implies: SYMBOL() and offsets hex, else decimal. */
bool	vmcoreinfo_u64(const char *text, size_t len, const char *key,
	    uint64_t *ret);
/* The text's plausible length at p (of n bytes): 0 when this is not one. */
size_t	vmcoreinfo_probe(const char *p, size_t n);
/*
 * A file with such a text, as makedumpfile -g writes it, or a page of memory that
 * has it: text is NUL-ended.
 */
int	vmcoreinfo_file(struct ctx *, const char *path,
	    char text[VMCOREINFO_MAX + 1], size_t *len);
/* The processor whose kernels alone write such lines, or NULL. */
const struct arch *vmcoreinfo_arch(const char *text, size_t len);
/* Where an address of the kernel's image lies in physical memory. */
bool	vmcoreinfo_phys(const char *text, size_t len, uint64_t va,
	    uint64_t *pa);

/* Who is shown texts; what is returned ends the scan unless it is 0. */
struct vmcoreinfo_search {
	/* The physical address of its first byte, the text. */
	int	 (*fn)(void *arg, struct ctx *, uint64_t, const char *, size_t);
	void	*arg;
};

/*
 * For mem_scan() and its kind, with an overlap of VMCOREINFO_MAX: show every
 * text that looks like one to the vmcoreinfo_search that "search" is.
 */
int	vmcoreinfo_look(void *search, struct ctx *, uint64_t pa,
	    const uint8_t *, size_t n);
/*
 * For a dump whose files say nothing of the processor: what was told, else what
 * the first text in memory says, which then is the dump's; NULL when there is
 * none.  E_CANCELLED alone is a failure.
 */
int	vmcoreinfo_find_arch(struct ctx *, struct dump *,
	    const struct dump_options *);

#endif
