/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux on arm64: Documentation/arch/arm64/memory.rst for the layout,
 * arch/arm64/include/asm/pgtable*.h for entries.  No saved register tells the
 * root; VMCOREINFO does, wherever its text is.
 */
#include "arch/code.h"
#include "arch/pt_arm64.h"
#include "arch/unwind.h"
#include "base/bytes.h"
#include "engine/os/linux/linux.h"

#define TABLE		UINT64_C(3)
/* Of a table's descriptor nothing else is set but its rights, bits 63:59. */
#define TABLE_NOT	UINT64_C(0x07fc000000000ffc)
#define ROOT_ENTRIES	64		/* more than a kernel's top table has */
#define ROOT_52_LAST	15
#define PXN		(UINT64_C(1) << 53)
#define UXN		(UINT64_C(1) << 54)

static size_t	vmcoreinfo_roots(const char *, size_t, const struct pt_form **,
		    uint64_t *);
static bool	root_shape(const uint8_t *, size_t);
static int	absent(void *, struct ctx *, const struct space *, uint64_t,
		    struct pt_result *);

static bool	zero(const char *, size_t, uint64_t, uint64_t *, uint64_t *);

/* A frame record: the caller's, then the return address (AAPCS64). */
static const struct unwind_chain chain = {
	.word = 8, .next_at = 0, .pc_at = 8, .sp_at = 16,
};

/*
 * The image lies where modules or vmalloc have their room: above the linear
 * map, which ends half-way up the smallest upper half that this kernel can do
 * with (PAGE_END, 39 to 48 bits).
 */
const struct linux_arch linux_arm64 = {
	.arch = &arch_arm64,
	.image_low = UINT64_C(0xffff800000000000),
	.image_high = UINT64_C(0xffffffffffe00000),
	.image_anywhere = true,
	.root_symbol = "swapper_pg_dir",
	.vmcoreinfo_roots = vmcoreinfo_roots,
	.root_shape = root_shape,
	.absent = absent,
	.chain = &chain,
	.zero = zero,
	.refs = code_refs_arm64,
};

static const struct pt_form *
form_of(uint64_t page, uint64_t va_bits)
{
	size_t i;

	for (i = 0; va_bits < 64 && arch_arm64.forms[i] != NULL; i++)
		if (UINT64_C(1) << arch_arm64.forms[i]->page_shift == page &&
		    arch_arm64.forms[i]->high >> va_bits ==
		    UINT64_MAX >> va_bits &&
		    (arch_arm64.forms[i]->high >> (va_bits - 1) & 1) == 0)
			return (arch_arm64.forms[i]);
	return (NULL);
}

/*
 * VA_BITS is what the kernel was built for; a processor that cannot do as much
 * runs it with what TCR_EL1 says.
 */
static size_t
vmcoreinfo_roots(const char *text, size_t len, const struct pt_form **forms,
    uint64_t *roots)
{
	uint64_t sym, offset, page, bits[2];
	size_t i, n;

	if (!vmcoreinfo_u64(text, len, "SYMBOL(swapper_pg_dir)", &sym) ||
	    !vmcoreinfo_u64(text, len, "NUMBER(kimage_voffset)", &offset) ||
	    !vmcoreinfo_u64(text, len, "PAGESIZE", &page))
		return (0);
	if (!vmcoreinfo_u64(text, len, "NUMBER(TCR_EL1_T1SZ)", &bits[0]))
		bits[0] = 64;
	bits[0] = 64 - bits[0];
	if (!vmcoreinfo_u64(text, len, "NUMBER(VA_BITS)", &bits[1]))
		bits[1] = 0;
	for (i = n = 0; i < 2; i++) {
		forms[n] = bits[i] > 0 ? form_of(page, bits[i]) : NULL;
		roots[n] = sym - offset;
		if (forms[n] != NULL)
			n++;
	}
	return (n);
}

/*
 * The linear map begins at -2^VA_BITS (PAGE_OFFSET) and at memstart_addr, which
 * is moved to randomize it and may be below 0 (arch/arm64/mm/init.c).
 */
static bool
zero(const char *text, size_t len, uint64_t page_struct, uint64_t *direct,
    uint64_t *vmemmap)
{
	uint64_t bits, start, map, page;

	if (!vmcoreinfo_u64(text, len, "NUMBER(VA_BITS)", &bits) ||
	    !vmcoreinfo_u64(text, len, "NUMBER(PHYS_OFFSET)", &start) ||
	    !vmcoreinfo_u64(text, len, "NUMBER(VMEMMAP_START)", &map) ||
	    !vmcoreinfo_u64(text, len, "PAGESIZE", &page) || bits > 63 ||
	    page == 0 || page > UINT64_C(1) << 20)
		return (false);
	*direct = -(UINT64_C(1) << bits) - start;
	*vmemmap = map - (uint64_t)((int64_t)start / (int64_t)page) *
	    page_struct;
	return (true);
}

/*
 * A few descriptors of tables and nothing else.  The linear map takes the first
 * half, or all but the last of the 16 entries that 52 bits leave; the image is
 * in the rest.  Tables from before there was a linear map do not count.
 */
static bool
root_shape(const uint8_t *p, size_t n)
{
	uint64_t entry;
	size_t i, used, first, last;

	for (i = used = first = last = 0; i < n / 8; i++) {
		entry = load_u64(p + i * 8, false);
		if (entry == 0)
			continue;
		if ((entry & 3) != TABLE || (entry & TABLE_NOT) != 0 ||
		    ++used > ROOT_ENTRIES)
			return (false);
		if (used == 1)
			first = i;
		last = i;
	}
	return (used > 1 && (last == ROOT_52_LAST ||
	    (first < n / 16 && last >= n / 16)));
}

/*
 * Entries that are not valid but not zero: a page made inaccessible keeps the
 * bits of one that nobody may execute, its type and its frame (PROT_NONE, bit
 * 58 or 11 tell in which kernels); a swap entry has neither bit of a type.
 */
static int
absent(void *arg, struct ctx *ctx, const struct space *sp, uint64_t va,
    struct pt_result *r)
{
	const uint64_t none = PXN | UXN;
	uint64_t size, next;
	unsigned flags;

	(void)arg;
	if (va >> 63 || r->level > 1)
		return (ctx_fail_at(ctx, E_NOT_MAPPED, va,
		    "0x%llx is not mapped", (unsigned long long)va));
	if ((r->entry & none) == none) {
		/* As the processor saw it before it was taken away. */
		if (sp->form->ops->decode(sp->form, r->level,
		    (r->entry & ~TABLE) | (r->level == 0 ? TABLE : 1), &next,
		    &flags) != PT_LEAF)
			return (ctx_fail_at(ctx, E_CORRUPT, va, "0x%llx: "
			    "page-table entry 0x%llx makes no sense",
			    (unsigned long long)va,
			    (unsigned long long)r->entry));
		size = pt_level_size(sp->form, r->level);
		r->size = size;
		r->phys = next + (va & (size - 1));
		r->flags = 0;
		return (0);
	}
	return (ctx_fail_at(ctx, E_SWAPPED, va, "0x%llx is swapped out",
	    (unsigned long long)va));
}
