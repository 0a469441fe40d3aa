/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 64-bit Power.  The page-table part is the hash table (Power ISA 2.07, book
 * III-S 5.7.7), or the root of the radix tree, whose other tables are dumped
 * pages.  Neither shows all that the kernel sees: addresses below the direct map
 * are those of the kernel file, which ran elsewhere, and the direct map needs no
 * entries.  So each page is looked up when its made entry is read.
 */
#include "engine/backend/minidump_power.h"

#include "arch/pt_powerpc.h"

#include <string.h>

#define LINKED		UINT64_C(0x100100)	/* where kernels are linked */
#define RADIX_ROOT	UINT64_C(65536)		/* bytes */
#define PTEG		UINT64_C(128)		/* a group of 8 entries */
#define PTE_SIZE	16

#define VSID_KERNEL	(UINT64_C(1) << 36)
#define VSID_FACTOR	UINT64_C(0x13bb)
#define HASH_MASK	UINT64_C(0x7fffffffff)

#define PTE_VALID	UINT64_C(0x1)
#define PTE_SECONDARY	UINT64_C(0x2)
#define PTE_LARGE	UINT64_C(0x4)
#define PTE_SEGMENT	(UINT64_C(3) << 62)	/* 0: of 256 MiB */
#define PTE_VSID(hi)	(((hi) >> 12) & ((UINT64_C(1) << 50) - 1))
#define PTE_AVPN(hi)	(((hi) >> 7) & 0x1f)
#define PTE_ADDR	UINT64_C(0x0ffffffffffff000)
#define PTE_NOEXEC	UINT64_C(0x4)
#define PTE_PP		UINT64_C(0x3)
#define PTE_READ_ONLY	UINT64_C(0x3)

#define SMALL		12
#define LARGE		24

int
minidump_power_header(struct ctx *ctx, struct minidump *m, struct bytes *b)
{
	const char *mmu;
	size_t pos;

	pos = b->pos;
	bytes_seek(b, 32);
	mmu = bytes_take(b, 32);
	if (mmu != NULL)
		memcpy(m->mmu, mmu, 32);
	bytes_seek(b, pos);
	m->dump.arch = m->be ? &arch_powerpc64 : &arch_powerpc64le;
	m->msgbuf_size = bytes_u32(b);
	m->bitmap_size = bytes_u32(b);
	m->pt_size = bytes_u32(b);
	m->kernbase = bytes_u64(b);
	m->kernend = bytes_u64(b);
	m->dmap_base = bytes_u64(b);
	m->dmap_end = bytes_u64(b);	/* there it is the last byte */
	bytes_skip(b, 8);		/* hw_direct_map, and padding */
	m->startkernel = bytes_u64(b);
	bytes_skip(b, 8);		/* endkernel */
	if (m->version >= 2)
		m->avail_size = bytes_u32(b);
	m->dump.kerndisp = (int64_t)(m->startkernel - LINKED);
	m->dump.has_kerndisp = true;
	if (strcmp(m->mmu, "mmu_g5") != 0 && strcmp(m->mmu, "mmu_phyp") != 0 &&
	    strcmp(m->mmu, "mmu_radix") != 0)
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s: unsupported MMU: "
		    "%.32s", file_name(m->file), m->mmu));
	return (0);
}

/*
 * Search a group for a page of a segment.  The entry keeps the upper bits of
 * the page number within the segment that the hash may not cover: 5 of 16 for
 * small pages, all 4 for large ones.
 */
static int
search_group(struct minidump *m, struct ctx *ctx, uint64_t group,
    uint64_t flags, uint64_t vsid, uint64_t va, uint64_t *lo)
{
	const uint64_t in_segment = va & 0xfffffff;
	uint64_t hi, avpn, off;
	int i, rc;

	for (i = 0; i < 8; i++) {
		off = group * PTEG + (uint64_t)i * PTE_SIZE;
		rc = minidump_pt_uint(m, ctx, off, 8, true, &hi);
		if (rc != 0)
			return (rc);
		if ((hi & (PTE_VALID | PTE_SECONDARY | PTE_LARGE |
		    PTE_SEGMENT)) != (flags | PTE_VALID) ||
		    PTE_VSID(hi) != vsid)
			continue;
		avpn = PTE_AVPN(hi);
		if (flags & PTE_LARGE ? avpn >> 1 != in_segment >> LARGE :
		    avpn != in_segment >> 23)
			continue;
		return (minidump_pt_uint(m, ctx, off + 8, 8, true, lo));
	}
	return (E_DONE);
}

static int
hash_lookup(void *arg, struct ctx *ctx, const struct minidump_region *r,
    int level, uint64_t va, uint64_t *raw)
{
	struct minidump *m = arg;
	const uint64_t esid = va >> 28, in_segment = va & 0xfffffff;
	uint64_t vsid, hash, mask, lo, flags;
	unsigned shift;
	int rc, i;

	(void)r;
	if (level > 0)
		return (E_DONE);
	vsid = (((esid << 8 | esid >> 28) * VSID_FACTOR) & (VSID_KERNEL - 1)) |
	    VSID_KERNEL;
	mask = m->pt_size / PTEG - 1;
	for (i = 0; i < 4; i++) {
		shift = i < 2 ? SMALL : LARGE;
		flags = i < 2 ? 0 : PTE_LARGE;
		hash = (vsid & HASH_MASK) ^ (in_segment >> shift);
		if (i & 1) {
			hash = ~hash & HASH_MASK;
			flags |= PTE_SECONDARY;
		}
		rc = search_group(m, ctx, hash & mask, flags, vsid, va, &lo);
		if (rc == E_DONE)
			continue;
		if (rc != 0)
			return (rc);
		/* A large page is entered as each of the small ones in it. */
		*raw = minidump_made_leaf((lo & PTE_ADDR &
		    ~((UINT64_C(1) << shift) - 1)) | (in_segment &
		    ((UINT64_C(1) << shift) - 1)), SMALL, PT_READ |
		    ((lo & PTE_PP) == PTE_READ_ONLY ? 0 : PT_WRITE) |
		    (lo & PTE_NOEXEC ? 0 : PT_EXEC));
		return (0);
	}
	*raw = 0;
	return (0);
}

/*
 * The root is not in memory: from the next level on it is an ordinary walk.  The
 * made levels are as large as the radix tree's, so that a hole or a large page
 * is one at its own level.
 */
static int
radix_lookup(void *arg, struct ctx *ctx, const struct minidump_region *r,
    int want, uint64_t va, uint64_t *raw)
{
	struct minidump *m = arg;
	const struct pt_form *f = &pt_powerpc64_radix;
	const int top = f->levels - 1;
	uint64_t entry, next;
	uint8_t bytes[8];
	enum pt_kind kind;
	unsigned flags, all;
	int level, rc;

	(void)r;
	if (want > top)
		return (E_DONE);
	*raw = 0;
	all = PT_READ | PT_WRITE | PT_EXEC;
	rc = minidump_pt_uint(m, ctx, ((va / pt_level_size(f, top)) &
	    (RADIX_ROOT / 8 - 1)) * 8, 8, true, &entry);
	for (level = top; rc == 0; level--) {
		next = 0;
		flags = 0;
		kind = f->ops->decode(f, level, entry, &next, &flags);
		if (kind == PT_ABSENT)
			return (0);
		all &= flags;
		if (kind == PT_LEAF) {
			next += va & (pt_level_size(f, level) - 1);
			*raw = minidump_made_leaf(next & ~(pt_level_size(f,
			    want) - 1), SMALL + 9 * (unsigned)want, all);
			return (0);
		}
		if (level == want)
			return (E_DONE);
		next += ((va / pt_level_size(f, level - 1)) & 0x1ff) * 8;
		/* A table in the window would be a loop. */
		if (next >= m->table.how->window)
			return (ctx_fail_at(ctx, E_CORRUPT, next,
			    "radix page table at 0x%llx is not in memory",
			    (unsigned long long)next));
		rc = m->dump.layer.ops->read(&m->dump.layer, ctx, next, bytes,
		    sizeof(bytes));
		entry = load_u64(bytes, true);
	}
	return (rc);
}

/*
 * The kernel file's own addresses: what is linked at va ran at va + kerndisp, in
 * the direct map.
 */
static void
map_linked(struct minidump *m)
{
	const uint64_t disp = (uint64_t)m->dump.kerndisp, base = m->dmap_base;
	uint64_t start, last;

	if (disp % 4096 != 0 || base == 0 || disp > m->dmap_end - 1)
		return;
	start = disp < base ? base - disp : 0;
	last = m->dmap_end - 1 - disp;
	minidump_table_direct(&m->table, start, last < base ? last : base - 1,
	    disp < base ? 0 : disp - base, UINT64_MAX);
}

int
minidump_power_space(struct ctx *ctx, struct minidump *m)
{
	const bool radix = strcmp(m->mmu, "mmu_radix") == 0;
	const uint64_t groups = m->pt_size / PTEG;

	if (radix && m->pt_size != RADIX_ROOT)
		return (ctx_fail(ctx, E_CORRUPT, "%s: unexpected radix page "
		    "map size: %llu", file_name(m->file),
		    (unsigned long long)m->pt_size));
	if (!radix && (groups == 0 || (groups & (groups - 1)) != 0))
		return (ctx_fail(ctx, E_CORRUPT, "%s: a hash table of %llu "
		    "bytes is no power of two", file_name(m->file),
		    (unsigned long long)m->pt_size));
	minidump_table_init(&m->table, &m->dump, &minidump_made_64, m);
	minidump_table_direct(&m->table, m->dmap_base, m->dmap_end - 1, 0,
	    UINT64_MAX);
	map_linked(m);
	minidump_table_call(&m->table, m->kernbase, radix ? UINT64_MAX : m->kernend,
	    radix ? radix_lookup : hash_lookup);
	return (0);
}
