/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x86-64 paging, 4 and 5 levels: Intel SDM volume 3, "Paging"; AMD APM volume
 * 2, "Long-Mode Page Translation".  With AMD memory encryption one of the
 * upper address bits marks encrypted pages (APM 2, 7.10): it lies above the
 * physical address width, and addr_mask of the form leaves it out.
 */
#include "arch/pt_x86_64.h"

#include "base/bytes.h"

#include <stdio.h>

#define X86_PRESENT	(UINT64_C(1) << 0)
#define X86_WRITE	(UINT64_C(1) << 1)
#define X86_USER	(UINT64_C(1) << 2)
#define X86_PWT		(UINT64_C(1) << 3)
#define X86_PCD		(UINT64_C(1) << 4)
#define X86_ACCESSED	(UINT64_C(1) << 5)
#define X86_DIRTY	(UINT64_C(1) << 6)
#define X86_PS		(UINT64_C(1) << 7)
#define X86_GLOBAL	(UINT64_C(1) << 8)
#define X86_NX		(UINT64_C(1) << 63)

static enum pt_kind	decode(const struct pt_form *, int, uint64_t,
			    uint64_t *, unsigned *);
static const char      *level_name(const struct pt_form *, int);
static void		flag_text(const struct pt_form *, int, uint64_t, char *,
			    size_t);

static const struct pt_form_ops x86_64_ops = {
	.decode = decode,
	.level_name = level_name,
	.flag_text = flag_text,
};

/*
 * Bits 12 to 51 hold an address, but no processor yet has that many: bits 47
 * to 51 are where AMD's encryption bit lies (47 on Zen, 51 on Zen 2 and on).
 */
#define X86_ADDR_MASK	UINT64_C(0x00007ffffffff000)

const struct pt_form pt_x86_64_4 = {
	.name = "x86-64 4-level", .ops = &x86_64_ops, .levels = 4,
	.page_shift = 12, .bits = { 9, 9, 9, 9 }, .entry_size = 8,
	.sign_extended = true, .addr_mask = X86_ADDR_MASK,
};

const struct pt_form pt_x86_64_5 = {
	.name = "x86-64 5-level", .ops = &x86_64_ops, .levels = 5,
	.page_shift = 12, .bits = { 9, 9, 9, 9, 9 }, .entry_size = 8,
	.sign_extended = true, .addr_mask = X86_ADDR_MASK,
};

static enum pt_kind
decode(const struct pt_form *f, int level, uint64_t raw, uint64_t *next,
    unsigned *flags)
{
	uint64_t size;
	unsigned fl;

	if ((raw & X86_PRESENT) == 0)
		return (PT_ABSENT);
	fl = PT_READ;
	if (raw & X86_WRITE)
		fl |= PT_WRITE;
	if ((raw & X86_NX) == 0)
		fl |= PT_EXEC;
	if (raw & X86_USER)
		fl |= PT_USER;
	if (raw & X86_ACCESSED)
		fl |= PT_ACCESSED;
	if (raw & X86_DIRTY)
		fl |= PT_DIRTY;
	if (raw & X86_PCD)
		fl |= PT_UNCACHED;
	if (raw & X86_GLOBAL)
		fl |= PT_GLOBAL;
	*flags = fl;
	if (level == 0 || (raw & X86_PS)) {
		if (level > 2)		/* PS is reserved above 1 GiB pages */
			return (PT_ABSENT);
		size = pt_level_size(f, level);
		*next = raw & f->addr_mask & ~(size - 1);
		return (PT_LEAF);
	}
	*next = raw & f->addr_mask;
	return (PT_TABLE);
}

static const char *
level_name(const struct pt_form *f, int level)
{
	static const char *const names[] = { "PTE", "PMD", "PUD", "P4D", "PGD" };

	/* With 4 levels the top one is called PGD, as Linux does. */
	if (level == f->levels - 1)
		return ("PGD");
	return (level >= 0 && level < 5 ? names[level] : "?");
}

static void
flag_text(const struct pt_form *f, int level, uint64_t raw, char *buf, size_t n)
{
	bool leaf;

	(void)f;
	leaf = level == 0 || (raw & X86_PS);
	if ((raw & X86_PRESENT) == 0) {
		snprintf(buf, n, "%s", raw == 0 ? "none" : "not present");
		return;
	}
	snprintf(buf, n, "P %s %s%s%s%s%s%s%s%s",
	    raw & X86_WRITE ? "RW" : "RO", raw & X86_USER ? "US" : "KN",
	    raw & X86_PWT ? " PWT" : "", raw & X86_PCD ? " PCD" : "",
	    raw & X86_ACCESSED ? " A" : "",
	    leaf && (raw & X86_DIRTY) ? " D" : "",
	    level > 0 && (raw & X86_PS) ? " PS" : "",
	    leaf && (raw & X86_GLOBAL) ? " G" : "",
	    raw & X86_NX ? " NX" : "");
}
