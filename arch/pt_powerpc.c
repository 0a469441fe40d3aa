/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 64-bit Power, radix trees: Power ISA 3.0, book III 5.7.10, in the one shape
 * that kernels use (52 bits: 13, 9, 9, 9 and 4 KiB pages).  Entries are
 * big-endian whatever the order of the data.
 */
#include "arch/pt_powerpc.h"

#include <stdio.h>

#define RADIX_VALID	(UINT64_C(1) << 63)
#define RADIX_LEAF	(UINT64_C(1) << 62)
#define RADIX_NEXT	UINT64_C(0x00ffffffffffff00)
#define RADIX_R		(UINT64_C(1) << 8)	/* referenced */
#define RADIX_C		(UINT64_C(1) << 7)	/* changed */
#define RADIX_ATT	(UINT64_C(3) << 4)
#define RADIX_PRIV	(UINT64_C(1) << 3)
#define RADIX_READ	(UINT64_C(1) << 2)
#define RADIX_WRITE	(UINT64_C(1) << 1)
#define RADIX_EXEC	(UINT64_C(1) << 0)

static enum pt_kind	decode(const struct pt_form *, int, uint64_t,
			    uint64_t *, unsigned *);
static const char      *level_name(const struct pt_form *, int);
static void		flag_text(const struct pt_form *, int, uint64_t, char *,
			    size_t);

static const struct pt_form_ops radix_ops = {
	.decode = decode,
	.level_name = level_name,
	.flag_text = flag_text,
};

const struct pt_form pt_powerpc64_radix = {
	.name = "Power radix", .ops = &radix_ops, .levels = 4,
	.page_shift = 12, .bits = { 9, 9, 9, 13 }, .entry_size = 8,
	.be = true, .addr_mask = UINT64_C(0x00fffffffffff000),
	.high = UINT64_C(0xc000000000000000),
};

static enum pt_kind
decode(const struct pt_form *f, int level, uint64_t raw, uint64_t *next,
    unsigned *flags)
{
	unsigned fl;

	if ((raw & RADIX_VALID) == 0)
		return (PT_ABSENT);
	if ((raw & RADIX_LEAF) == 0) {
		if (level == 0)
			return (PT_ABSENT);
		*next = raw & RADIX_NEXT;
		*flags = PT_READ | PT_WRITE | PT_EXEC | PT_USER;
		return (PT_TABLE);
	}
	fl = 0;
	if (raw & (RADIX_READ | RADIX_WRITE))
		fl |= PT_READ;
	if (raw & RADIX_WRITE)
		fl |= PT_WRITE;
	if (raw & RADIX_EXEC)
		fl |= PT_EXEC;
	if ((raw & RADIX_PRIV) == 0)
		fl |= PT_USER;
	if (raw & RADIX_R)
		fl |= PT_ACCESSED;
	if (raw & RADIX_C)
		fl |= PT_DIRTY;
	if ((raw & RADIX_ATT) >= UINT64_C(2) << 4)
		fl |= PT_UNCACHED;
	*flags = fl;
	*next = raw & f->addr_mask & ~(pt_level_size(f, level) - 1);
	return (PT_LEAF);
}

static const char *
level_name(const struct pt_form *f, int level)
{
	static const char *const names[] = { "PTE", "PMD", "PUD", "PGD" };

	(void)f;
	return (level >= 0 && level < 4 ? names[level] : "?");
}

static void
flag_text(const struct pt_form *f, int level, uint64_t raw, char *buf, size_t n)
{
	(void)f;
	(void)level;
	if ((raw & RADIX_VALID) == 0) {
		snprintf(buf, n, "%s", raw == 0 ? "none" : "not present");
		return;
	}
	if ((raw & RADIX_LEAF) == 0) {
		snprintf(buf, n, "table");
		return;
	}
	snprintf(buf, n, "%s%s%s %s%s%s", raw & RADIX_READ ? "R" : "-",
	    raw & RADIX_WRITE ? "W" : "-", raw & RADIX_EXEC ? "X" : "-",
	    raw & RADIX_PRIV ? "KN" : "US", raw & RADIX_R ? " A" : "",
	    raw & RADIX_C ? " D" : "");
}
