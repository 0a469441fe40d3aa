/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kdump-compressed dumps, makedumpfile's own format, which QEMU writes too, and
 * diskdump, from which it comes.  This header is for kdump*.c; others know the
 * row.
 *
 *	block 0		header
 *	1 ...		sub-header, then VMCOREINFO and notes
 *	...		bitmap of all page numbers that are memory
 *	...		bitmap of those that are in the dump
 *	...		a descriptor of 24 bytes for each of these, ascending
 *	...		their bytes, where the descriptors say
 *
 * A block is a page of the kernel.  Of a split dump each file has all but the
 * descriptors and bytes of other files' pages.
 */
#ifndef ENGINE_BACKEND_KDUMP_H
#define ENGINE_BACKEND_KDUMP_H

#include "engine/backend/backend.h"

extern const struct backend backend_kdump;

/* Of the header's status; a descriptor's flags have the first and the last. */
#define KDUMP_ZLIB		0x01u
#define KDUMP_LZO		0x02u
#define KDUMP_SNAPPY		0x04u
#define KDUMP_INCOMPLETE	0x08u	/* the disk was full */
#define KDUMP_ZSTD		0x20u
#define KDUMP_COMPRESSED	(KDUMP_ZLIB | KDUMP_LZO | KDUMP_SNAPPY | \
				    KDUMP_ZSTD)

struct kdump_piece {
	uint64_t off, len;		/* in the file; len 0: not there */
};

/* The headers of one file, as far as they matter. */
struct kdump_head {
	bool		 be;
	uint8_t		 word;		/* bytes of a long in the sub-header */
	uint8_t		 page_shift;
	unsigned	 level;		/* makedumpfile's -d */
	bool		 split;
	unsigned	 version;
	uint32_t	 status;
	char		 machine[66];	/* utsname's; "" in QEMU's */
	uint8_t		 id[412];	/* utsname and time, of all parts alike */
	uint64_t	 npages;	/* that the bitmaps speak of */
	bool		 clamped;	/* the header named more than they can */
	uint64_t	 bitmap;	/* offset of that of dumped pages */
	uint64_t	 descs;		/* offset of the descriptors */
	uint64_t	 start, end;	/* pages of this part, end exclusive */
	struct kdump_piece info, notes, erased;
};

/* E_NOT_MINE for another file; else a failure is with a message. */
int	kdump_head_read(struct ctx *, struct file *, struct kdump_head *);

#endif
