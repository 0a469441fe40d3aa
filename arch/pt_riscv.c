/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RISC-V paging: the Privileged Architecture, "Sv39", "Sv48", "Sv57", and the
 * extension Svnapot, by which 16 equal entries are one page of 64 KiB.
 */
#include "arch/pt_riscv.h"

#include <stdio.h>

#define RISCV_V		(UINT64_C(1) << 0)
#define RISCV_R		(UINT64_C(1) << 1)
#define RISCV_W		(UINT64_C(1) << 2)
#define RISCV_X		(UINT64_C(1) << 3)
#define RISCV_U		(UINT64_C(1) << 4)
#define RISCV_G		(UINT64_C(1) << 5)
#define RISCV_A		(UINT64_C(1) << 6)
#define RISCV_D		(UINT64_C(1) << 7)
#define RISCV_PPN_SHIFT	10
#define RISCV_PPN	((UINT64_C(1) << 44) - 1)
#define RISCV_PBMT	(UINT64_C(3) << 61)
#define RISCV_N		(UINT64_C(1) << 63)
#define RISCV_LEAF	(RISCV_R | RISCV_W | RISCV_X)

static enum pt_kind	decode(const struct pt_form *, int, uint64_t,
			    uint64_t *, unsigned *);
static const char      *level_name(const struct pt_form *, int);
static void		flag_text(const struct pt_form *, int, uint64_t, char *,
			    size_t);
static unsigned		leaf_shift(const struct pt_form *, int, uint64_t);

static const struct pt_form_ops riscv_ops = {
	.decode = decode,
	.level_name = level_name,
	.flag_text = flag_text,
	.leaf_shift = leaf_shift,
};

/* An entry keeps a page number; addr_mask is that of the address. */
#define RISCV_FORM(id, text, nlevels, ...)				\
const struct pt_form id = {						\
	.name = "RISC-V " text, .ops = &riscv_ops, .levels = nlevels,	\
	.page_shift = 12, .bits = { __VA_ARGS__ }, .entry_size = 8,	\
	.sign_extended = true, .addr_mask = RISCV_PPN << 12,		\
}

RISCV_FORM(pt_riscv_sv39, "Sv39", 3, 9, 9, 9);
RISCV_FORM(pt_riscv_sv48, "Sv48", 4, 9, 9, 9, 9);
RISCV_FORM(pt_riscv_sv57, "Sv57", 5, 9, 9, 9, 9, 9);

/* 64 KiB is the one size that Svnapot has: the low bits of the PPN are 1000. */
static bool
napot(int level, uint64_t raw)
{
	return (level == 0 && (raw & RISCV_N) &&
	    ((raw >> RISCV_PPN_SHIFT) & 0xf) == 8);
}

static unsigned
leaf_shift(const struct pt_form *f, int level, uint64_t raw)
{
	return (napot(level, raw) ? 16 :
	    (unsigned)__builtin_ctzll(pt_level_size(f, level)));
}

static enum pt_kind
decode(const struct pt_form *f, int level, uint64_t raw, uint64_t *next,
    unsigned *flags)
{
	uint64_t pa;
	unsigned fl;

	if ((raw & RISCV_V) == 0)
		return (PT_ABSENT);
	pa = ((raw >> RISCV_PPN_SHIFT) & RISCV_PPN) << 12;
	if ((raw & RISCV_LEAF) == 0) {
		if (level == 0)
			return (PT_ABSENT);
		*flags = PT_READ | PT_WRITE | PT_EXEC | PT_USER;
		*next = pa;
		return (PT_TABLE);
	}
	fl = 0;
	if (raw & RISCV_R)
		fl |= PT_READ;
	if (raw & RISCV_W)
		fl |= PT_WRITE;
	if (raw & RISCV_X)
		fl |= PT_EXEC;
	if (raw & RISCV_U)
		fl |= PT_USER;
	if (raw & RISCV_G)
		fl |= PT_GLOBAL;
	if (raw & RISCV_A)
		fl |= PT_ACCESSED;
	if (raw & RISCV_D)
		fl |= PT_DIRTY;
	if (raw & RISCV_PBMT)
		fl |= PT_UNCACHED;
	*flags = fl;
	*next = pa & ~((UINT64_C(1) << leaf_shift(f, level, raw)) - 1);
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
	if ((raw & RISCV_V) == 0) {
		snprintf(buf, n, "%s", raw == 0 ? "none" : "not present");
		return;
	}
	if ((raw & RISCV_LEAF) == 0) {
		snprintf(buf, n, "table%s", raw & RISCV_G ? " G" : "");
		return;
	}
	snprintf(buf, n, "%s%s%s %s%s%s%s%s", raw & RISCV_R ? "R" : "-",
	    raw & RISCV_W ? "W" : "-", raw & RISCV_X ? "X" : "-",
	    raw & RISCV_U ? "US" : "KN", raw & RISCV_A ? " A" : "",
	    raw & RISCV_D ? " D" : "", raw & RISCV_G ? " G" : "",
	    napot(level, raw) ? " NAPOT" : "");
}
