/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux on x86-64: Documentation/arch/x86/x86_64/mm.rst for the layout,
 * arch/x86/include/asm/pgtable*.h for entries.
 */
#include "arch/pt_x86_64.h"
#include "base/bytes.h"
#include "engine/os/linux/linux.h"

#define START_KERNEL_MAP	UINT64_C(0xffffffff80000000)
#define TABLE_BITS		UINT64_C(0x8000000000000021)	/* NX, A, P */
#define TABLE_WANT		UINT64_C(0x0000000000000021)	/* A, P, not NX */

static size_t	vmcoreinfo_roots(const char *, size_t, const struct pt_form **,
		    uint64_t *);
static bool	root_shape(const uint8_t *, size_t);
static int	absent(void *, struct ctx *, const struct space *, uint64_t,
		    struct pt_result *);

/*
 * The image is mapped from START_KERNEL_MAP on; where modules begin (512 MiB
 * or, with KASLR, 1 GiB later) it has ended.
 */
const struct linux_arch linux_x86_64 = {
	.arch = &arch_x86_64,
	.image_low = START_KERNEL_MAP,
	.image_high = UINT64_C(0xffffffffc0000000),
	.image_linked = UINT64_C(0xffffffff81000000),
	.root_symbol = "init_top_pgt",
	.vmcoreinfo_roots = vmcoreinfo_roots,
	.root_shape = root_shape,
	.absent = absent,
};

static size_t
vmcoreinfo_roots(const char *text, size_t len, const struct pt_form **forms,
    uint64_t *roots)
{
	uint64_t sym, phys_base, l5;
	bool known;

	if (!vmcoreinfo_u64(text, len, "SYMBOL(swapper_pg_dir)", &sym) ||
	    !vmcoreinfo_u64(text, len, "NUMBER(phys_base)", &phys_base))
		return (0);
	known = vmcoreinfo_u64(text, len, "NUMBER(pgtable_l5_enabled)", &l5);
	roots[0] = roots[1] = sym - START_KERNEL_MAP + phys_base;
	forms[0] = known && l5 != 0 ? &pt_x86_64_5 : &pt_x86_64_4;
	forms[1] = known && l5 != 0 ? &pt_x86_64_4 : &pt_x86_64_5;
	return (2);
}

/* The last entry of a kernel's top table points to a table with code below. */
static bool
root_shape(const uint8_t *p, size_t n)
{
	uint64_t last;

	if (n < 4096)
		return (false);
	last = load_u64(p + 511 * 8, false);
	return ((last & TABLE_BITS) == TABLE_WANT &&
	    (last & pt_x86_64_4.addr_mask) != 0);
}

/*
 * Entries that are not zero but lack the present bit: pages made inaccessible
 * (PROT_NONE, NUMA hinting: the global bit stands for it, and the frame number
 * is inverted against L1TF: pgtable-invert.h), else swap entries and their
 * kin.
 */
#define X86_PROTNONE	(UINT64_C(1) << 8)

static int
absent(void *arg, struct ctx *ctx, const struct space *sp, uint64_t va,
    struct pt_result *r)
{
	const uint64_t mask = UINT64_C(0x000ffffffffff000);
	uint64_t size, pa;

	(void)arg;
	if (va >> 63)			/* the kernel's own half: nothing swaps */
		return (ctx_fail_at(ctx, E_NOT_MAPPED, va,
		    "0x%llx is not mapped", (unsigned long long)va));
	if (r->entry & X86_PROTNONE) {
		if (r->level > 2 || (r->level > 0 &&
		    (r->entry & (UINT64_C(1) << 7)) == 0))
			return (ctx_fail_at(ctx, E_CORRUPT, va, "0x%llx: "
			    "page-table entry 0x%llx makes no sense",
			    (unsigned long long)va,
			    (unsigned long long)r->entry));
		size = pt_level_size(sp->form, r->level);
		pa = ~r->entry & mask & ~(size - 1) & sp->form->addr_mask;
		r->size = size;
		r->phys = pa + (va & (size - 1));
		r->flags = 0;
		return (0);
	}
	if (r->level > 1)
		return (ctx_fail_at(ctx, E_NOT_MAPPED, va,
		    "0x%llx is not mapped", (unsigned long long)va));
	return (ctx_fail_at(ctx, E_SWAPPED, va, "0x%llx is swapped out",
	    (unsigned long long)va));
}
