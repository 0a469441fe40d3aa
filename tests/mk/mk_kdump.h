/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kdump-compressed dumps from small literals: every version of the headers,
 * both word sizes and byte orders, every way to store a page; and the flattened
 * form of any image.
 */
#ifndef TESTS_MK_KDUMP_H
#define TESTS_MK_KDUMP_H

#include "base/vec.h"

#include <stdint.h>

/* The values are the flags of a descriptor. */
enum mk_codec {
	MK_PLAIN = 0, MK_ZLIB = 1, MK_LZO = 2, MK_SNAPPY = 4, MK_ZSTD = 0x20,
};

/*
 * A dumped page: each word holds mk_word() of its address, or 0.  Pages of
 * zeros share their bytes.
 */
struct mk_kpage {
	uint64_t	 pa;
	enum mk_codec	 codec;
	bool		 zeros;
};

#define MK_KSTOP	{ UINT64_MAX, MK_PLAIN, false }

struct mk_note;

struct mk_kdump {
	bool		 diskdump;		/* its signature */
	unsigned	 bits;			/* 0: 64 */
	bool		 be;
	bool		 padded;		/* 32 bits: off_t aligned to 8 */
	bool		 time64;		/* 32 bits: time_t has 64 */
	unsigned	 version;		/* 0: 6 */
	unsigned	 page_shift;		/* 0: 12 */
	uint32_t	 status;
	const char	*machine;
	const struct mk_kpage *pages;		/* ascending, ended by KSTOP */
	uint64_t	 npages;		/* 0: to the last */
	bool		 one_bitmap;
	bool		 split;
	uint64_t	 start, end;		/* page numbers of this part */
	const char	*vmcoreinfo, *erased;	/* NULL: none */
	const struct mk_note *notes;		/* ended by a NULL name, or NULL */
};

/* Where things are in the image, to damage them. */
struct mk_kdump_map {
	size_t	 status, sub, bitmap, descs, data;
};

/* Can this codec be made here?  What it needs is optional. */
bool	mk_has(enum mk_codec);
/* Append n bytes compressed; nothing for MK_PLAIN. */
void	mk_compress(struct buf *, enum mk_codec, const void *, size_t n);

/* *out must be empty. */
void	mk_kdump(struct buf *out, const struct mk_kdump *,
	    struct mk_kdump_map *);

/*
 * The flattened form in records of so many bytes, the last part of the image
 * first; each is preceded by a record of rubbish for the same place.
 */
void	mk_flat(struct buf *out, const struct buf *image, size_t record);
/* One more record; mk_flat_end() ends the file. */
void	mk_flat_record(struct buf *out, uint64_t off, const void *, size_t n);
void	mk_flat_head(struct buf *out);
void	mk_flat_end(struct buf *out);

#endif
