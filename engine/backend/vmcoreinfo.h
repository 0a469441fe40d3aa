/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VMCOREINFO: lines "KEY=VALUE" that a Linux kernel writes about itself
 * (kernel/vmcore_info.c, Documentation/admin-guide/kdump/vmcoreinfo.rst).
 */
#ifndef ENGINE_BACKEND_VMCOREINFO_H
#define ENGINE_BACKEND_VMCOREINFO_H

#include "arch/arch.h"

#define VMCOREINFO_MAX	8192		/* a page or two of text */

/* The value of a line, vlen bytes without an end mark; NULL: no such line. */
const char *vmcoreinfo_get(const char *text, size_t len, const char *key,
	    size_t *vlen);
/* A number in the base that its key implies: SYMBOL() and offsets hex, else decimal. */
bool	vmcoreinfo_u64(const char *text, size_t len, const char *key,
	    uint64_t *ret);
/* The text's plausible length at p (of n bytes): 0 when this is not one. */
size_t	vmcoreinfo_probe(const char *p, size_t n);
/* The processor whose kernels alone write such lines, or NULL. */
const struct arch *vmcoreinfo_arch(const char *text, size_t len);
/* Where an address of the kernel's image lies in physical memory. */
bool	vmcoreinfo_phys(const char *text, size_t len, uint64_t va,
	    uint64_t *pa);

#endif
