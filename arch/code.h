/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a function's instructions refer to: a kernel that names its functions
 * but not its data still tells where its data is.  Pure functions over bytes.
 */
#ifndef ARCH_CODE_H
#define ARCH_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum code_use {
	CODE_ADDRESS,			/* is computed */
	CODE_LOAD,			/* what lies there is loaded */
	CODE_INDEX,			/* an array there is indexed by a register */
	CODE_ATOMIC,			/* is exchanged, or held exclusively */
};

struct code_ref {
	uint64_t	 addr;
	enum code_use	 use;
	uint8_t		 size;		/* bytes; 0 of CODE_ADDRESS */
};

/*
 * The references of n bytes of code at va, in its order, at most max: what can
 * be told by reading it from top to bottom, as if no branch were taken.  Some
 * may be wrong: check what lies there.
 */
size_t	code_refs_arm64(const uint8_t *, size_t n, uint64_t va,
	    struct code_ref *, size_t max);

#endif
