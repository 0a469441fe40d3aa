/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ENGINE_BACKEND_ELF_H
#define ENGINE_BACKEND_ELF_H

#include "engine/backend/backend.h"

extern const struct backend backend_elf;

/*
 * /proc/kcore (fs/proc/kcore.c): an ELF core of the running kernel.  Only its
 * segments of RAM and of the kernel's image are physical memory; those of
 * vmalloc, modules and the map of pages have no p_paddr: all ones, before 4.11
 * 0.  Of its notes only VMCOREINFO says something.  Takes the file over on
 * success.
 */
int	elf_open_kcore(struct ctx *, struct file *, struct dump **ret);

#endif
