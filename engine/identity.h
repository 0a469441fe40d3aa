/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which kernel, and which run of it, a memory belongs to: what journals and
 * patch files are marked with.  A line of words "key:value", each there where
 * it is known:
 *
 *	build	the kernel's build-id; else kernel, a hash of its version text
 *	kaslr	how far the kernel lies from where it was linked
 *	boot	Linux' random boot_id (drivers/char/random.c), FreeBSD's
 *		boottimebin: one for each boot
 *	cpus	of a dump: a hash of the registers that it holds
 *	time	of a dump: when its header says that it was made
 *	memory	the end of memory, where nothing of the above is known
 *
 * The form of the dump does not matter: a vmcore and what makedumpfile(8)
 * makes of it have the same identity.
 */
#ifndef ENGINE_IDENTITY_H
#define ENGINE_IDENTITY_H

#include "engine/kernel.h"

#define IDENTITY_MAX	512

/* text gets the line, NUL-ended. */
int	kernel_identity(struct ctx *, struct kernel *, char text[IDENTITY_MAX]);
/*
 * Are they of one target?  What both know must be equal, and there must be
 * something that both know.  Else E_UNSUPPORTED, with the words that differ.
 */
int	identity_match(struct ctx *, const char *mine, const char *theirs);

#endif
