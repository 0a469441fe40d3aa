/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 32-bit ARM.  Short descriptors: Arm Architecture Reference Manual ARMv7-A,
 * B3.5: sections of 1 MiB, supersections of 16 MiB and large pages of 64 KiB,
 * the latter two in 16 equal entries.  ARMv4 and v5 (ARM ARM, B3.3 of issue E)
 * have another kind 3 at both levels, which no kernel of interest used.  Long
 * descriptors (LPAE) are those of arm64.
 */
#include "arch/pt_arm.h"

#include "arch/pt_arm64.h"

#include <stdio.h>

#define KIND(raw)	((raw) & 3)
#define SECTION_BIT	(UINT64_C(1) << 1)
#define SUPERSECTION	(UINT64_C(1) << 18)
#define SECTION_AP2	(UINT64_C(1) << 15)
#define SECTION_NG	(UINT64_C(1) << 17)
#define SECTION_XN	(UINT64_C(1) << 4)
#define PAGE_AP2	(UINT64_C(1) << 9)
#define PAGE_NG		(UINT64_C(1) << 11)
#define SMALL_XN	(UINT64_C(1) << 0)
#define LARGE_XN	(UINT64_C(1) << 15)

static enum pt_kind	decode(const struct pt_form *, int, uint64_t,
			    uint64_t *, unsigned *);
static enum pt_kind	decode_v4(const struct pt_form *, int, uint64_t,
			    uint64_t *, unsigned *);
static const char      *level_name(const struct pt_form *, int);
static void		flag_text(const struct pt_form *, int, uint64_t, char *,
			    size_t);
static unsigned		leaf_shift(const struct pt_form *, int, uint64_t);

static const struct pt_form_ops arm_ops = {
	.decode = decode,
	.level_name = level_name,
	.flag_text = flag_text,
	.leaf_shift = leaf_shift,
};

static const struct pt_form_ops arm_v4_ops = {
	.decode = decode_v4,
	.level_name = level_name,
	.flag_text = flag_text,
	.leaf_shift = leaf_shift,
};

#define ARM_FORM(id, text, form_ops, bigendian)				\
const struct pt_form id = {						\
	.name = "ARM " text, .ops = form_ops, .levels = 2,		\
	.page_shift = 12, .bits = { 8, 12 }, .entry_size = 4,		\
	.be = bigendian, .addr_mask = 0xfffffc00,			\
}

ARM_FORM(pt_arm, "short descriptors", &arm_ops, false);
ARM_FORM(pt_arm_be, "short descriptors, big-endian", &arm_ops, true);
ARM_FORM(pt_arm_v4, "v4", &arm_v4_ops, false);
ARM_FORM(pt_arm_v4_be, "v4, big-endian", &arm_v4_ops, true);

const struct pt_form pt_arm_lpae = {
	.name = "ARM LPAE", .ops = &pt_arm64_ops, .levels = 3,
	.page_shift = 12, .bits = { 9, 9, 2 }, .entry_size = 8,
	.addr_mask = UINT64_C(0x000000fffffff000),
};

static unsigned
leaf_shift(const struct pt_form *f, int level, uint64_t raw)
{
	if (level > 0)
		return (f->ops == &arm_ops && (raw & SUPERSECTION) ? 24 : 20);
	return (KIND(raw) == 1 ? 16 : 12);
}

/* AP[2:0] of both levels: no access at all is 0, user access 2 and 3. */
static unsigned
rights(uint64_t ap, bool ap2, bool xn, bool ng)
{
	unsigned fl;

	fl = ap == 0 && !ap2 ? 0 : PT_READ;
	if (ap != 0 && !ap2)
		fl |= PT_WRITE;
	if (ap >= 2)
		fl |= PT_USER;
	if (!xn)
		fl |= PT_EXEC;
	if (!ng)
		fl |= PT_GLOBAL;
	return (fl);
}

static enum pt_kind
decode(const struct pt_form *f, int level, uint64_t raw, uint64_t *next,
    unsigned *flags)
{
	if (KIND(raw) == 0)
		return (PT_ABSENT);
	if (level > 0 && (raw & SECTION_BIT) == 0) {
		*next = raw & f->addr_mask;
		*flags = PT_READ | PT_WRITE | PT_EXEC | PT_USER;
		return (PT_TABLE);
	}
	*next = raw & ~((UINT64_C(1) << leaf_shift(f, level, raw)) - 1);
	if (level > 0) {
		if (raw & SUPERSECTION)	/* extended base address */
			*next |= ((raw >> 20) & 0xf) << 32 |
			    ((raw >> 5) & 0xf) << 36;
		*flags = rights((raw >> 10) & 3, (raw & SECTION_AP2) != 0,
		    (raw & SECTION_XN) != 0, (raw & SECTION_NG) != 0);
		return (PT_LEAF);
	}
	*flags = rights((raw >> 4) & 3, (raw & PAGE_AP2) != 0,
	    (raw & (KIND(raw) == 1 ? LARGE_XN : SMALL_XN)) != 0,
	    (raw & PAGE_NG) != 0);
	return (PT_LEAF);
}

static enum pt_kind
decode_v4(const struct pt_form *f, int level, uint64_t raw, uint64_t *next,
    unsigned *flags)
{
	if (KIND(raw) == 0 || KIND(raw) == 3)
		return (PT_ABSENT);
	if (level > 0 && KIND(raw) == 1) {
		*next = raw & f->addr_mask;
		*flags = PT_READ | PT_WRITE | PT_EXEC | PT_USER;
		return (PT_TABLE);
	}
	*next = raw & ~((UINT64_C(1) << leaf_shift(f, level, raw)) - 1);
	*flags = rights((raw >> (level > 0 ? 10 : 4)) & 3, false, false, false);
	return (PT_LEAF);
}

static const char *
level_name(const struct pt_form *f, int level)
{
	(void)f;
	return (level == 0 ? "L2" : level == 1 ? "L1" : "?");
}

static void
flag_text(const struct pt_form *f, int level, uint64_t raw, char *buf, size_t n)
{
	static const char *const access[] = { "NA", "RW KN", "RW US-RO", "RW US" };
	const char *what;
	uint64_t next;
	unsigned flags;

	next = 0;
	flags = 0;
	switch (f->ops->decode(f, level, raw, &next, &flags)) {
	case PT_ABSENT:
		snprintf(buf, n, "%s", raw == 0 ? "none" : "not present");
		return;
	case PT_TABLE:
		snprintf(buf, n, "table domain %u", (unsigned)(raw >> 5) & 0xf);
		return;
	case PT_LEAF:
		break;
	}
	what = level > 0 ? (raw & SUPERSECTION ? "supersection" : "section") :
	    KIND(raw) == 1 ? "large" : "small";
	snprintf(buf, n, "%s %s%s%s%s", what,
	    access[(raw >> (level > 0 ? 10 : 4)) & 3],
	    flags & PT_READ && (flags & PT_WRITE) == 0 ? " RO" : "",
	    flags & PT_EXEC ? "" : " XN", flags & PT_GLOBAL ? "" : " nG");
}
