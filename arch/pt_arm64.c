/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The VMSAv8-64 translation tables with granules of 4, 16 and 64 KiB (Arm
 * Architecture Reference Manual for A-profile, chapter D8); the long descriptors
 * of 32-bit ARM are the same.  With LPA2 (TCR_ELx.DS: 52-bit addresses in small
 * granules) bits 51:50 of an address lie in bits 9:8, where shareability was.
 */
#include "arch/pt_arm64.h"

#include "base/bytes.h"

#include <stdio.h>

#define ARM64_VALID	(UINT64_C(1) << 0)
#define ARM64_TABLE	(UINT64_C(1) << 1)	/* at level 0: a page */
#define ARM64_EL0	(UINT64_C(1) << 6)	/* AP[1] */
#define ARM64_RDONLY	(UINT64_C(1) << 7)	/* AP[2] */
#define ARM64_AF	(UINT64_C(1) << 10)
#define ARM64_NG	(UINT64_C(1) << 11)
#define ARM64_DBM	(UINT64_C(1) << 51)	/* writable, though AP[2] is set */
#define ARM64_CONT	(UINT64_C(1) << 52)
#define ARM64_PXN	(UINT64_C(1) << 53)
#define ARM64_UXN	(UINT64_C(1) << 54)
#define ARM64_TABLE_PXN	(UINT64_C(1) << 59)
#define ARM64_TABLE_XN	(UINT64_C(1) << 60)
#define ARM64_TABLE_KN	(UINT64_C(1) << 61)	/* APTable[0] */
#define ARM64_TABLE_RO	(UINT64_C(1) << 62)	/* APTable[1] */

/* No block is larger without LPA2; with it, of its 4K granule, none than this. */
#define ARM64_BLOCK_MAX	(UINT64_C(1) << 30)
#define LPA2_BLOCK_MAX	(UINT64_C(1) << 39)

static enum pt_kind	decode(const struct pt_form *, int, uint64_t,
			    uint64_t *, unsigned *);
static const char      *level_name(const struct pt_form *, int);
static void		flag_text(const struct pt_form *, int, uint64_t, char *,
			    size_t);

const struct pt_form_ops pt_arm64_ops = {
	.decode = decode,
	.level_name = level_name,
	.flag_text = flag_text,
};

#define ARM64_FORM(id, text, nlevels, shift, vabits, pabits, ...)	\
const struct pt_form id = {						\
	.name = "arm64 " text, .ops = &pt_arm64_ops, .levels = nlevels,	\
	.page_shift = shift, .bits = { __VA_ARGS__ }, .entry_size = 8,	\
	.addr_mask = (UINT64_C(1) << (pabits)) - (UINT64_C(1) << (shift)), \
	.lower = &id##_user,						\
	.high = ~((UINT64_C(1) << (vabits)) - 1),			\
};									\
const struct pt_form id##_user = {					\
	.name = "arm64 " text " user", .ops = &pt_arm64_ops,		\
	.levels = nlevels, .page_shift = shift, .bits = { __VA_ARGS__ },	\
	.entry_size = 8,						\
	.addr_mask = (UINT64_C(1) << (pabits)) - (UINT64_C(1) << (shift)), \
}

ARM64_FORM(pt_arm64_4k_52, "4K 52-bit", 5, 12, 52, 50, 9, 9, 9, 9, 4);
ARM64_FORM(pt_arm64_4k_48, "4K 48-bit", 4, 12, 48, 48, 9, 9, 9, 9);
ARM64_FORM(pt_arm64_4k_39, "4K 39-bit", 3, 12, 39, 48, 9, 9, 9);
ARM64_FORM(pt_arm64_16k_52, "16K 52-bit", 4, 14, 52, 50, 11, 11, 11, 5);
ARM64_FORM(pt_arm64_16k_48, "16K 48-bit", 4, 14, 48, 48, 11, 11, 11, 1);
ARM64_FORM(pt_arm64_16k_47, "16K 47-bit", 3, 14, 47, 48, 11, 11, 11);
ARM64_FORM(pt_arm64_64k_52, "64K 52-bit", 3, 16, 52, 48, 13, 13, 10);
ARM64_FORM(pt_arm64_64k_48, "64K 48-bit", 3, 16, 48, 48, 13, 13, 6);
ARM64_FORM(pt_arm64_64k_42, "64K 42-bit", 2, 16, 42, 48, 13, 13);

static unsigned
leaf_flags(uint64_t raw)
{
	unsigned fl;

	fl = PT_READ;
	if ((raw & ARM64_RDONLY) == 0)
		fl |= PT_WRITE | PT_DIRTY;
	else if (raw & ARM64_DBM)
		fl |= PT_WRITE;
	if (raw & ARM64_EL0)
		fl |= PT_USER;
	if ((raw & (raw & ARM64_EL0 ? ARM64_UXN : ARM64_PXN)) == 0)
		fl |= PT_EXEC;
	if (raw & ARM64_AF)
		fl |= PT_ACCESSED;
	if ((raw & ARM64_NG) == 0)
		fl |= PT_GLOBAL;
	return (fl);
}

static enum pt_kind
decode(const struct pt_form *f, int level, uint64_t raw, uint64_t *next,
    unsigned *flags)
{
	const bool lpa2 = f->addr_mask >> 48 != 0;
	uint64_t pa, size;

	if ((raw & ARM64_VALID) == 0)
		return (PT_ABSENT);
	pa = raw & f->addr_mask;
	if (f->page_shift == 16)	/* 52-bit addresses; zero without them */
		pa |= ((raw >> 12) & 0xf) << 48;
	else if (lpa2)
		pa |= ((raw >> 8) & 3) << 50;
	if (level > 0 && (raw & ARM64_TABLE)) {
		*flags = PT_READ;
		if ((raw & ARM64_TABLE_RO) == 0)
			*flags |= PT_WRITE;
		if ((raw & ARM64_TABLE_KN) == 0)
			*flags |= PT_USER;
		if ((raw & ARM64_TABLE_XN) == 0 || (raw & ARM64_TABLE_PXN) == 0)
			*flags |= PT_EXEC;
		*next = pa;
		return (PT_TABLE);
	}
	size = pt_level_size(f, level);
	if (level == 0 ? (raw & ARM64_TABLE) == 0 : size >
	    (lpa2 ? LPA2_BLOCK_MAX : ARM64_BLOCK_MAX))
		return (PT_ABSENT);	/* reserved: the processor faults */
	*flags = leaf_flags(raw);
	*next = pa & ~(size - 1);
	return (PT_LEAF);
}

static const char *
level_name(const struct pt_form *f, int level)
{
	static const char *const names[] = { "PTE", "PMD", "PUD", "P4D" };

	if (level == f->levels - 1)
		return ("PGD");
	return (level >= 0 && level < 4 ? names[level] : "?");
}

static void
flag_text(const struct pt_form *f, int level, uint64_t raw, char *buf, size_t n)
{
	(void)f;
	if ((raw & ARM64_VALID) == 0) {
		snprintf(buf, n, "%s", raw == 0 ? "none" : "not present");
		return;
	}
	if (level > 0 && (raw & ARM64_TABLE)) {
		snprintf(buf, n, "table%s%s%s%s",
		    raw & ARM64_TABLE_RO ? " RO" : "",
		    raw & ARM64_TABLE_KN ? " KN" : "",
		    raw & ARM64_TABLE_PXN ? " PXN" : "",
		    raw & ARM64_TABLE_XN ? " XN" : "");
		return;
	}
	snprintf(buf, n, "%s %s %s%s%s%s%s%s%s", level > 0 ? "block" : "page",
	    raw & ARM64_RDONLY ? "RO" : "RW", raw & ARM64_EL0 ? "US" : "KN",
	    raw & ARM64_AF ? " AF" : "", raw & ARM64_NG ? " nG" : "",
	    raw & ARM64_DBM ? " DBM" : "", raw & ARM64_CONT ? " CONT" : "",
	    raw & ARM64_PXN ? " PXN" : "", raw & ARM64_UXN ? " UXN" : "");
}
