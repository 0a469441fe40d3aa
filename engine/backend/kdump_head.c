/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The headers, written as the C structs that they are in the memory of the
 * machine that dumped: makedumpfile's diskdump_mod.h (struct disk_dump_header,
 * kdump_sub_header), QEMU's include/sysemu/dump.h.  Word size and byte order
 * are nowhere said, so they are found by what makes sense.
 */
#include "engine/backend/kdump.h"

#include "base/bytes.h"

#include <string.h>

#define HEAD_SIZE	464u
#define SUB_SIZE	104u
#define UTSNAME_AT	12u
#define MACHINE_AT	272u
#define FIELD_SIZE	65u		/* of struct new_utsname */
#define VERSION_MAX	255u
#define SHIFT_MIN	12
#define SHIFT_MAX	18
#define SUB_BLOCKS_MAX	65536u
#define PAGES_MAX	(UINT64_C(1) << 35)	/* 128 TiB of 4 KiB */

/*
 * Where "status" stands: behind a struct timeval of two 64-bit longs, aligned
 * so, or of two 32-bit ones.
 */
static const struct {
	uint16_t status_at;
	uint8_t	 word;
} layouts[] = {
	{ 424, 8 },
	{ 412, 4 },
};

struct head_fields {
	uint32_t status, block_size, sub_blocks, bitmap_blocks, npages;
};

static bool
plausible(const uint8_t *raw, unsigned at, bool be, struct head_fields *ret)
{
	struct bytes b;

	if (load_u32(raw + 8, be) > VERSION_MAX)
		return (false);
	b = bytes_of(raw, HEAD_SIZE, be);
	bytes_seek(&b, at);
	ret->status = bytes_u32(&b);
	ret->block_size = bytes_u32(&b);
	ret->sub_blocks = bytes_u32(&b);
	ret->bitmap_blocks = bytes_u32(&b);
	ret->npages = bytes_u32(&b);
	return (__builtin_popcount(ret->block_size) == 1 &&
	    ret->block_size >= 1u << SHIFT_MIN &&
	    ret->block_size <= 1u << SHIFT_MAX &&
	    ret->sub_blocks > 0 && ret->sub_blocks <= SUB_BLOCKS_MAX &&
	    ret->bitmap_blocks > 0);
}

struct sub_header {
	unsigned	 level;
	bool		 split;
	uint64_t	 start, end, npages;
	struct kdump_piece info, notes, erased;
};

/*
 * The sub-header with longs of this size; off_t, 64 bits in any case, is
 * aligned to it or, padded, to 8.
 */
static void
parse_sub(const uint8_t *raw, bool be, unsigned word, bool padded,
    unsigned version, struct sub_header *ret)
{
	struct bytes b;

	memset(ret, 0, sizeof(*ret));
	b = bytes_of(raw, SUB_SIZE, be);
	bytes_skip(&b, word);			/* phys_base */
	ret->level = bytes_u32(&b);
	if (version < 2)
		return;
	ret->split = bytes_u32(&b) != 0;
	ret->start = bytes_uint(&b, word);
	ret->end = bytes_uint(&b, word);
	if (padded)
		bytes_align(&b, 8);
	if (version >= 3) {
		ret->info.off = bytes_u64(&b);
		ret->info.len = bytes_uint(&b, word);
	}
	if (version >= 4) {
		if (padded)
			bytes_align(&b, 8);
		ret->notes.off = bytes_u64(&b);
		ret->notes.len = bytes_uint(&b, word);
	}
	if (version >= 5) {
		if (padded)
			bytes_align(&b, 8);
		ret->erased.off = bytes_u64(&b);
		ret->erased.len = bytes_uint(&b, word);
	}
	if (version >= 6) {
		if (padded)
			bytes_align(&b, 8);
		ret->start = bytes_u64(&b);
		ret->end = bytes_u64(&b);
		ret->npages = bytes_u64(&b);
	}
}

static bool
piece_ok(const struct kdump_piece *p, uint64_t size)
{
	return (p->len == 0 || (p->off <= size && p->len <= size - p->off));
}

static bool
sub_ok(const struct sub_header *sub, unsigned version, uint64_t size,
    const struct head_fields *in)
{
	const uint64_t most = (uint64_t)in->bitmap_blocks * in->block_size * 8;

	if (!piece_ok(&sub->info, size) || !piece_ok(&sub->notes, size))
		return (false);
	/* The header's own count of pages is the same, as far as it goes. */
	return (version < 6 || (sub->npages > 0 && sub->npages <= most &&
	    (in->npages == 0 || in->npages == UINT32_MAX ||
	    in->npages == sub->npages)));
}

/* 32 bits: i386 and QEMU pack the struct, other processors align it to 8. */
static void
read_sub(const uint8_t *raw, const struct kdump_head *h, uint64_t size,
    const struct head_fields *in, struct sub_header *ret)
{
	struct sub_header other;

	parse_sub(raw, h->be, h->word, h->word == 8, h->version, ret);
	if (h->word == 8 || sub_ok(ret, h->version, size, in))
		return;
	parse_sub(raw, h->be, h->word, true, h->version, &other);
	if (sub_ok(&other, h->version, size, in))
		*ret = other;
}

/* Word size of a machine by its name as uname -m has it, or 0. */
static unsigned
machine_word(const char *name)
{
	const struct arch *a;

	a = arch_by_name(name);
	return (a != NULL ? a->ptr_size : strncmp(name, "arm", 3) == 0 ? 4 : 0);
}

/* Where the bitmap of dumped pages lies, and how many bits it has. */
static int
place_bitmap(struct ctx *ctx, struct file *f, struct kdump_head *h,
    const struct head_fields *in)
{
	const uint64_t block = in->block_size;
	uint64_t base, need, blocks;

	base = (1 + (uint64_t)in->sub_blocks) * block;
	h->descs = base + in->bitmap_blocks * block;
	need = h->npages / (8 * block) + (h->npages % (8 * block) != 0);
	blocks = in->bitmap_blocks;
	h->bitmap = base;
	/* A diskdump of all memory has one bitmap, any other has two. */
	if (blocks >= 2 * need || blocks < need) {
		blocks /= 2;
		h->bitmap += blocks * block;
	}
	h->clamped = blocks < need;
	if (h->clamped)
		h->npages = blocks * block * 8;
	if (h->npages > PAGES_MAX)
		return (ctx_fail(ctx, E_LIMIT, "%s: %llu pages are more than "
		    "can be handled", file_name(f),
		    (unsigned long long)h->npages));
	return (0);
}

int
kdump_head_read(struct ctx *ctx, struct file *f, struct kdump_head *ret)
{
	struct head_fields in;
	struct sub_header sub;
	struct kdump_head h;
	uint8_t raw[HEAD_SIZE], subraw[SUB_SIZE];
	unsigned i, word;
	bool diskdump;
	int rc;

	if (file_size(f) < 8)
		return (E_NOT_MINE);
	rc = file_read(ctx, f, 0, raw, 8);
	if (rc != 0)
		return (rc);
	diskdump = memcmp(raw, "DISKDUMP", 8) == 0;
	if (!diskdump && memcmp(raw, "KDUMP   ", 8) != 0)
		return (E_NOT_MINE);
	rc = file_read(ctx, f, 0, raw, sizeof(raw));
	if (rc != 0)
		return (ctx_chain(ctx, "header of a kdump"));
	memset(&h, 0, sizeof(h));
	for (i = 0; i < 4; i++) {
		h.be = i >= 2;
		if (plausible(raw, layouts[i % 2].status_at, h.be, &in))
			break;
	}
	if (i == 4)
		return (ctx_fail(ctx, E_CORRUPT, "%s: the header of this kdump "
		    "makes no sense in either byte order (page size, sizes of "
		    "its parts)", file_name(f)));
	h.version = load_u32(raw + 8, h.be);
	h.status = in.status;
	h.page_shift = (uint8_t)__builtin_ctz(in.block_size);
	h.word = layouts[i % 2].word;
	memcpy(h.machine, raw + MACHINE_AT, FIELD_SIZE);
	memcpy(h.id, raw + UTSNAME_AT, layouts[i % 2].status_at - UTSNAME_AT);
	/* 32 bits with a 64-bit time_t look like 64. */
	word = machine_word(h.machine);
	if (word != 0)
		h.word = (uint8_t)word;
	memset(&sub, 0, sizeof(sub));
	if (!diskdump) {
		rc = file_read(ctx, f, in.block_size, subraw, sizeof(subraw));
		if (rc != 0)
			return (ctx_chain(ctx, "sub-header of a kdump"));
		read_sub(subraw, &h, file_size(f), &in, &sub);
	}
	h.npages = sub.npages != 0 ? sub.npages : in.npages;
	rc = place_bitmap(ctx, f, &h, &in);
	if (rc != 0)
		return (rc);
	h.level = sub.level;
	h.split = sub.split;
	h.start = 0;
	h.end = h.npages;
	if (h.split) {
		h.end = sub.end < h.npages ? sub.end : h.npages;
		h.start = sub.start < h.end ? sub.start : h.end;
	}
	h.info = sub.info;
	h.notes = sub.notes;
	h.erased = sub.erased;
	*ret = h;
	return (0);
}
