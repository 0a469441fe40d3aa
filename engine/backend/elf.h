/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ENGINE_BACKEND_ELF_H
#define ENGINE_BACKEND_ELF_H

#include "engine/backend/backend.h"

extern const struct backend backend_elf;

/*
 * 0, or E_UNSUPPORTED and what it is: an ELF core, but not a kernel's.  For a
 * file that stands beside a dump; it is not taken over.
 */
int	elf_check(struct ctx *, struct file *);

/*
 * /proc/kcore (fs/proc/kcore.c): an ELF core of the running kernel.  Only its
 * segments of RAM and of the kernel's image are physical memory; those of
 * vmalloc, modules and the map of pages have no p_paddr: all ones, before 4.11
 * 0.  Of its notes only VMCOREINFO says something.  Takes the file over on
 * success.
 */
int	elf_open_kcore(struct ctx *, struct file *, struct dump **ret);

#endif
