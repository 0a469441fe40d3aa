/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processors that write minidumps: their headers and what their page-table
 * parts mean.  Layouts are those of struct minidumphdr in FreeBSD's
 * sys/ARCH/include/minidump.h, the meaning what each minidump_machdep.c writes.
 */
#include "engine/backend/minidump.h"

#include "engine/backend/minidump_power.h"

#include <string.h>

#define KB	UINT64_C(1024)

static void
map_direct(struct minidump *m)
{
	if (m->dmap_base < m->dmap_end)
		minidump_table_direct(&m->table, m->dmap_base, m->dmap_end - 1,
		    m->dmap_phys, UINT64_MAX);
}

/* --- amd64 ---------------------------------------------------------------- */

/*
 * Version 1 holds all page-table entries from kernbase on; later ones hold the
 * page directories, whose tables are then among the dumped pages.
 */
static int
amd64_header(struct ctx *ctx, struct minidump *m, struct bytes *b)
{
	(void)ctx;
	m->dump.arch = &arch_x86_64;
	m->msgbuf_size = bytes_u32(b);
	m->bitmap_size = bytes_u32(b);
	m->pt_size = bytes_u32(b);
	m->kernbase = bytes_u64(b);
	m->dmap_base = bytes_u64(b);
	m->dmap_end = bytes_u64(b);
	if (m->version >= 3)
		m->avail_size = bytes_u32(b);
	return (0);
}

static int
amd64_space(struct ctx *ctx, struct minidump *m)
{
	const struct pt_form *four = minidump_x86_64_4.form;
	int rc;

	/* With five levels the kernel's parts may lie outside the four's reach. */
	minidump_table_init(&m->table, &m->dump, m->version == 1 ||
	    (pt_canonical(four, m->kernbase) &&
	    (m->dmap_base == m->dmap_end || pt_canonical(four, m->dmap_base))) ?
	    &minidump_x86_64_4 : &minidump_x86_64_5, m);
	rc = minidump_table_array(ctx, m, m->version == 1 ? 0 : 1);
	map_direct(m);
	return (rc);
}

/* --- arm64, riscv --------------------------------------------------------- */

static int
dmap_phys_header(struct minidump *m, struct bytes *b)
{
	m->msgbuf_size = bytes_u32(b);
	m->bitmap_size = bytes_u32(b);
	m->pt_size = bytes_u32(b);
	m->kernbase = bytes_u64(b);
	m->dmap_phys = bytes_u64(b);
	m->dmap_base = bytes_u64(b);
	m->dmap_end = bytes_u64(b);
	if (m->version >= 2)
		m->avail_size = bytes_u32(b);
	return (0);
}

static int
arm64_header(struct ctx *ctx, struct minidump *m, struct bytes *b)
{
	uint32_t flags;

	m->dump.arch = &arch_arm64;
	dmap_phys_header(m, b);
	flags = m->version >= 3 ? bytes_u32(b) : 0;
	switch (flags & 3) {
	case 0:
		break;
	case 1:
		m->page_shift = 14;
		break;
	default:
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s: unknown page size "
		    "flag %x: pages of 4K and 16K are known",
		    file_name(m->file), flags & 3));
	}
	return (0);
}

static int
arm64_space(struct ctx *ctx, struct minidump *m)
{
	minidump_table_init(&m->table, &m->dump, m->page_shift == 14 ?
	    &minidump_arm64_16k : &minidump_arm64_4k, m);
	map_direct(m);
	return (minidump_table_array(ctx, m, 0));
}

static int
riscv_header(struct ctx *ctx, struct minidump *m, struct bytes *b)
{
	(void)ctx;
	m->dump.arch = &arch_riscv64;
	return (dmap_phys_header(m, b));
}

static int
riscv_space(struct ctx *ctx, struct minidump *m)
{
	const struct pt_form *sv39 = minidump_riscv_sv39.form;

	minidump_table_init(&m->table, &m->dump,
	    pt_canonical(sv39, m->kernbase) &&
	    (m->dmap_base == m->dmap_end || pt_canonical(sv39, m->dmap_base)) ?
	    &minidump_riscv_sv39 : &minidump_riscv_sv48, m);
	map_direct(m);
	return (minidump_table_array(ctx, m, 0));
}

/* --- i386, arm ------------------------------------------------------------ */

static int
i386_header(struct ctx *ctx, struct minidump *m, struct bytes *b)
{
	(void)ctx;
	m->dump.arch = &arch_i386;
	m->msgbuf_size = bytes_u32(b);
	m->bitmap_size = bytes_u32(b);
	m->pt_size = bytes_u32(b);
	m->kernbase = bytes_u32(b);
	m->mode = bytes_u32(b);
	if (m->version >= 2)
		m->avail_size = bytes_u32(b);
	return (0);
}

static int
i386_space(struct ctx *ctx, struct minidump *m)
{
	minidump_table_init(&m->table, &m->dump, m->mode != 0 ?
	    &minidump_i386_pae : &minidump_i386, m);
	return (minidump_table_array(ctx, m, 0));
}

static int
arm_header(struct ctx *ctx, struct minidump *m, struct bytes *b)
{
	m->dump.arch = m->be ? &arch_arm_be : &arch_arm;
	m->word = 4;
	m->msgbuf_size = bytes_u32(b);
	m->bitmap_size = bytes_u32(b);
	m->pt_size = bytes_u32(b);
	m->kernbase = bytes_u32(b);
	bytes_skip(b, 4);		/* architecture */
	m->mode = bytes_u32(b);
	if (m->version >= 2)
		m->avail_size = bytes_u32(b);
	if (m->mode > 3 || (m->mode == 3 && m->be))
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s: unknown MMU format "
		    "%u of a%s ARM", file_name(m->file), m->mode,
		    m->be ? " big-endian" : "n"));
	return (0);
}

static int
arm_space(struct ctx *ctx, struct minidump *m)
{
	minidump_table_init(&m->table, &m->dump,
	    m->mode == 1 ? (m->be ? &minidump_arm_v4_be : &minidump_arm_v4) :
	    m->mode == 3 ? &minidump_arm_lpae :
	    m->be ? &minidump_arm_be : &minidump_arm, m);
	return (minidump_table_array(ctx, m, 0));
}

/* --- mips ----------------------------------------------------------------- */

#define MIPS_V		UINT64_C(0x2)
#define MIPS_D		UINT64_C(0x4)		/* may be written */
#define MIPS_PFN64	UINT64_C(0x3ffffffc0)
#define MIPS_PFN32	UINT64_C(0x1fffffc0)
#define MIPS_PHYS	(UINT64_C(1) << 40)	/* bytes that XKPHYS shows */
#define MIPS_KSEG	(UINT64_C(1) << 29)	/* bytes of KSEG0 and of KSEG1 */
#define MIPS_PAIRS	4			/* see wide_entries() */

static int
mips_header(struct ctx *ctx, struct minidump *m, struct bytes *b)
{
	(void)ctx;
	m->msgbuf_size = bytes_u32(b);
	m->bitmap_size = bytes_u32(b);
	m->pt_size = bytes_u32(b);
	m->kernbase = bytes_u64(b);
	bytes_skip(b, 16);		/* a direct map that is never filled in */
	if (m->version >= 2)
		m->avail_size = bytes_u32(b);
	if (m->kernbase > UINT32_MAX)
		m->dump.arch = m->be ? &arch_mips64 : &arch_mips64el;
	else
		m->dump.arch = m->be ? &arch_mips : &arch_mipsel;
	/* Words of 32 bits first, then the kernel's long. */
	m->word = m->version == 1 ? 4 : m->dump.arch->ptr_size;
	return (0);
}

static int
mips_entry(void *arg, struct ctx *ctx, const struct minidump_region *r,
    int level, uint64_t va, uint64_t *raw)
{
	struct minidump *m = arg;
	const unsigned size = m->mode;	/* of an entry */
	uint64_t pte, pfn;
	int rc;

	if (level > 0)
		return (E_DONE);
	rc = minidump_pt_uint(m, ctx, ((va - r->start) >> 12) * size, size,
	    m->be, &pte);
	if (rc != 0)
		return (rc);
	pfn = (pte & (size == 8 ? MIPS_PFN64 : MIPS_PFN32)) >> 6;
	*raw = (pte & MIPS_V) == 0 ? 0 : minidump_made_leaf(pfn << 12, 12,
	    PT_READ | PT_EXEC | (pte & MIPS_D ? PT_WRITE : 0));
	return (0);
}

/*
 * A 32-bit kernel has entries of 4 bytes, unless it is one for the N32 binary
 * interface, which only the kernel's file says.  Seen as 4-byte entries, the
 * upper halves of 8-byte ones are never valid.
 */
static bool
wide_entries(struct minidump *m, struct ctx *ctx)
{
	uint64_t off, end, pte, seen;
	const unsigned low = m->be ? 4 : 0;

	ctx->quiet++;
	end = m->pt_size < 256 * KB ? m->pt_size : 256 * KB;
	for (off = 0, seen = 0; off + 8 <= end; off += 8) {
		if (minidump_pt_uint(m, ctx, off + (4 - low), 4, m->be,
		    &pte) != 0 || (pte & MIPS_V)) {
			seen = 0;
			break;
		}
		if (minidump_pt_uint(m, ctx, off + low, 4, m->be, &pte) != 0)
			break;
		seen += (pte & MIPS_V) != 0;
	}
	ctx->quiet--;
	return (seen >= MIPS_PAIRS);
}

static int
mips_space(struct ctx *ctx, struct minidump *m)
{
	const bool wide = m->dump.arch->ptr_size == 8;
	const uint64_t xkphys = UINT64_C(0x8000000000000000);
	uint64_t kseg0, last, n, i;

	m->mode = wide || wide_entries(m, ctx) ? 8 : 4;
	minidump_table_init(&m->table, &m->dump, wide ? &minidump_made_64 :
	    &minidump_made_32, m);
	kseg0 = wide ? UINT64_C(0xffffffff80000000) : UINT64_C(0x80000000);
	/* Eight windows on all of memory, which differ in how it is cached. */
	for (i = 0; wide && i < 8; i++)
		minidump_table_direct(&m->table, xkphys + (i << 59),
		    xkphys + (i << 59) + MIPS_PHYS - 1, 0, UINT64_MAX);
	minidump_table_direct(&m->table, kseg0, kseg0 + 2 * MIPS_KSEG - 1, 0,
	    MIPS_KSEG - 1);
	n = m->pt_size / m->mode;
	if (n == 0)
		return (0);
	last = wide ? UINT64_MAX : UINT32_MAX;
	if (n - 1 < (last - m->kernbase) >> 12)
		last = m->kernbase + (n << 12) - 1;
	minidump_table_call(&m->table, m->kernbase, last, mips_entry);
	return (0);
}

/* --- All of them ---------------------------------------------------------- */

#define MACHINE(id, text, latest, size, at, both)			\
static const struct minidump_machine id = {				\
	.name = "FreeBSD/" text, .magic = "minidump FreeBSD/" text,	\
	.newest = latest, .header_size = size, .version_at = at,	\
	.both_orders = both, .header = id##_header, .space = id##_space, \
}

MACHINE(amd64, "amd64", 3, 72, 24, false);
MACHINE(arm64, "arm64", 3, 80, 24, false);
MACHINE(riscv, "riscv", 2, 80, 24, false);
MACHINE(i386, "i386", 2, 52, 24, false);
MACHINE(arm, "arm", 2, 56, 24, true);
MACHINE(mips, "mips", 2, 72, 24, true);

static const struct minidump_machine powerpc64 = {
	.name = "FreeBSD/powerpc64", .magic = "minidump FreeBSD/powerpc64",
	.newest = 2, .header_size = 144, .version_at = 64, .both_orders = true,
	.header = minidump_power_header, .space = minidump_power_space,
};

const struct minidump_machine *const minidump_machines[] = {
	&amd64, &arm64, &riscv, &i386, &arm, &mips, &powerpc64, NULL,
};
