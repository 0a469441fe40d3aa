/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Raw memory as sparse files: what a kernel says of itself in an image of a few
 * pages, the firmware's map of a PC, and one marked page wherever it is wanted.
 */
#ifndef TESTS_MK_RAW_H
#define TESTS_MK_RAW_H

#include <stdbool.h>
#include <stdint.h>

/* An entry of the firmware's map; type 1 is memory. */
struct mk_firmware {
	uint64_t start, size;
	uint32_t type;
};

struct mk_raw {
	const char	*machine;	/* as uname says */
	uint64_t	 size;		/* of the file */
	uint64_t	 base;		/* of its first byte */
	uint64_t	 low;		/* as much is below 4 GiB; 0: all is in one */
	uint64_t	 image;		/* where the kernel lies */
	bool		 old;		/* no key for the name in its structure */
	bool		 note;		/* the text is that of a note */
	const struct mk_firmware *map;	/* ended by type 0, or NULL */
	const uint64_t	*marks;		/* addresses of pages, ended by 0 */
};

/* Parts of the image, for a malformed twin to write over. */
#define MK_RAW_INFO	0x1000u
#define MK_RAW_UTS	0x2340u
#define MK_RAW_ZERO	0x4000u

/* The offset of a physical address in such a file. */
uint64_t mk_raw_at(const struct mk_raw *, uint64_t pa);
/* Write one to an open, empty file; false when that fails. */
bool	mk_raw(const struct mk_raw *, int fd);
/* Every word of a marked page holds mk_word() of its address. */
bool	mk_raw_write(const struct mk_raw *, int fd, uint64_t pa, const void *,
	    uint32_t n);

#endif
