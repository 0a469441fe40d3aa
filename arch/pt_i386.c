/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 32-bit x86 paging, with and without physical address extension: Intel SDM
 * volume 3, "32-Bit Paging" (4 MiB pages with PSE-36) and "PAE Paging".
 */
#include "arch/pt_i386.h"

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
#define X86_NX		(UINT64_C(1) << 63)	/* PAE only */
#define PAE_POINTERS	2			/* the level of 4 pointers */

static enum pt_kind	decode(const struct pt_form *, int, uint64_t,
			    uint64_t *, unsigned *);
static const char      *level_name(const struct pt_form *, int);
static void		flag_text(const struct pt_form *, int, uint64_t, char *,
			    size_t);

static const struct pt_form_ops i386_ops = {
	.decode = decode,
	.level_name = level_name,
	.flag_text = flag_text,
};

const struct pt_form pt_i386 = {
	.name = "i386", .ops = &i386_ops, .levels = 2, .page_shift = 12,
	.bits = { 10, 10 }, .entry_size = 4, .addr_mask = 0xfffff000,
};

const struct pt_form pt_i386_pae = {
	.name = "i386 PAE", .ops = &i386_ops, .levels = 3, .page_shift = 12,
	.bits = { 9, 9, 2 }, .entry_size = 8,
	.addr_mask = UINT64_C(0x000ffffffffff000),
};

static enum pt_kind
decode(const struct pt_form *f, int level, uint64_t raw, uint64_t *next,
    unsigned *flags)
{
	uint64_t size;
	unsigned fl;

	if ((raw & X86_PRESENT) == 0)
		return (PT_ABSENT);
	*next = raw & f->addr_mask;
	if (level == PAE_POINTERS) {	/* rights do not exist up there */
		*flags = PT_READ | PT_WRITE | PT_EXEC | PT_USER;
		return (PT_TABLE);
	}
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
	if (level > 0 && (raw & X86_PS) == 0)
		return (PT_TABLE);
	size = pt_level_size(f, level);
	*next &= ~(size - 1);
	if (level > 0 && f->entry_size == 4)	/* PSE-36 */
		*next |= ((raw >> 13) & 0xff) << 32;
	return (PT_LEAF);
}

static const char *
level_name(const struct pt_form *f, int level)
{
	if (level == f->levels - 1)
		return ("PGD");
	return (level == 0 ? "PTE" : level == 1 ? "PMD" : "?");
}

static void
flag_text(const struct pt_form *f, int level, uint64_t raw, char *buf, size_t n)
{
	bool leaf;

	(void)f;
	leaf = level == 0 || (level == 1 && (raw & X86_PS));
	if ((raw & X86_PRESENT) == 0) {
		snprintf(buf, n, "%s", raw == 0 ? "none" : "not present");
		return;
	}
	if (level == PAE_POINTERS) {
		snprintf(buf, n, "P");
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
