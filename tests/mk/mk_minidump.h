/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FreeBSD minidumps from small literals: every processor and version, and the
 * 512-byte kernel dump header around them.
 */
#ifndef TESTS_MK_MINIDUMP_H
#define TESTS_MK_MINIDUMP_H

#include "base/vec.h"

#include <stdint.h>

enum mk_machine {
	MK_AMD64, MK_ARM64, MK_RISCV, MK_I386, MK_ARM, MK_MIPS, MK_POWERPC64,
};

struct mk_avail {
	uint64_t start, end;
};

/* A dumped page; without bytes each word holds mk_word() of its address. */
struct mk_page {
	uint64_t	 pa;
	const void	*bytes;
};

struct mk_minidump {
	enum mk_machine	 machine;
	unsigned	 version;
	bool		 be;
	unsigned	 page_shift;		/* 0: 12 */
	unsigned	 word;			/* of the bitmap, bytes; 0: 8 */
	const struct mk_avail *avail;		/* ended by zeros, or NULL: none */
	const struct mk_page *pages;		/* ascending, ended by STOP */
	uint64_t	 bitmap_pages;		/* bits at least, 0: as needed */
	unsigned	 bits_past_end;		/* set behind the last page's bit */
	const void	*pt;
	size_t		 pt_size;
	uint64_t	 kernbase, kernend, startkernel;
	uint64_t	 dmapbase, dmapend, dmapphys;
	uint32_t	 mode;			/* paemode, mmuformat, flags */
	const char	*mmu;
	const char	*magic;			/* NULL: the right one */
	const void	*msgbuf;
	size_t		 msgbuf_size;
};

#define MK_STOP	{ UINT64_MAX, NULL }

/* Where things are in the image, to damage them. */
struct mk_minidump_map {
	size_t	 msgbuf, avail, bitmap, pt, data;
};

/* *out must be empty. */
void	mk_minidump(struct buf *out, const struct mk_minidump *,
	    struct mk_minidump_map *);
/* Put a kernel dump header in front of an image and behind it. */
void	mk_kerneldump(struct buf *out, const struct buf *image,
	    unsigned compression);

#endif
