/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's page tables in a dump that does not give them: all of memory,
 * and in it, as the kernel's file says, a variable with the physical address of
 * the top table (libkvm's kvm_amd64.c, kvm_i386.c and kvm_arm.c name them).
 * To read that, one must know where the kernel was loaded:
 *
 *   - as a program header of the dump says;
 *   - where kernels were linked to be loaded, before they were relocatable;
 *   - else anywhere: a place is right when the table that is found through it
 *     maps the variable to the very address where it was found.
 */
#include "engine/os/freebsd/freebsd.h"

#include "arch/pt_arm.h"
#include "arch/pt_i386.h"
#include "arch/pt_x86_64.h"
#include "base/bytes.h"

struct top_table {
	const struct arch    *arch;
	const char	     *variable;
	const struct pt_form *form;
	uint64_t	      kernbase;	/* where no symbol tells it, or 0 */
	uint32_t	      step;	/* kernels are loaded at multiples */
};

static const struct top_table top_tables[] = {
	{ &arch_x86_64, "KPML5phys", &pt_x86_64_5,
	    UINT64_C(0xffffffff80000000), 2u << 20 },
	{ &arch_x86_64, "KPML4phys", &pt_x86_64_4,
	    UINT64_C(0xffffffff80000000), 2u << 20 },
	{ &arch_i386, "IdlePDPT", &pt_i386_pae, 0, 4u << 20 },
	{ &arch_i386, "IdlePTD", &pt_i386, 0, 4u << 20 },
	{ &arch_arm, "kernel_l1pa", &pt_arm, 0, 1u << 20 },
	{ &arch_arm_be, "kernel_l1pa", &pt_arm_be, 0, 1u << 20 },
};

/* What is sought, settled for one of them. */
struct seek {
	struct kernel	       *k;
	const struct top_table *top;
	uint64_t		variable;	/* its address */
	uint64_t		offset;		/* of it behind the base */
	uint64_t		root;
};

/* Is the kernel loaded so that its base lies at this physical address? */
static bool
fits(struct ctx *ctx, struct seek *s, uint64_t base)
{
	struct memory *m = &s->k->mem;
	const unsigned size = s->k->space.ptr_size;
	struct pt_result r;
	uint8_t raw[8];
	uint64_t pa, root;

	if (!add_ok(base, s->offset, &pa) ||
	    mem_read(ctx, m, pa, raw, size) != 0)
		return (false);
	root = load_uint(raw, size, s->k->space.be);
	if (root == 0 || root % 32 != 0 || pt_translate(ctx, s->top->form,
	    &m->reader, root, s->variable, &r) != 0 || r.phys != pa)
		return (false);
	s->root = root;
	return (true);
}

/* E_NOT_FOUND, or it was cancelled. */
static int
anywhere(struct ctx *ctx, struct seek *s)
{
	const uint64_t step = s->top->step;
	struct mem_range range;
	uint64_t base, pa, n;
	int rc;

	for (base = n = 0; add_ok(base, s->offset, &pa); n++) {
		if (n % 1024 == 0 && (rc = ctx_check(ctx)) != 0)
			return (rc);
		rc = mem_range(ctx, &s->k->mem, pa, &range);
		if (rc != 0)
			break;
		if (range.status == 0) {
			if (fits(ctx, s, base))
				return (0);
			if (!add_ok(base, step, &base))
				break;
			continue;
		}
		/* Past the hole, rounded up. */
		if (range.end <= pa || !add_ok(range.end - s->offset, step - 1,
		    &base))
			break;
		base -= base % step;
	}
	return (E_NOT_FOUND);
}

static int
try_top(struct ctx *ctx, struct kernel *k, const struct top_table *top,
    const struct kernel_options *opt)
{
	const struct dump *d = k->dump;
	struct seek s = { .k = k, .top = top };
	const struct symbol *sym;
	uint64_t kernbase, physaddr;
	int rc;

	sym = sym_find(&k->symbols, top->variable);
	if (sym == NULL)
		return (E_NOT_FOUND);
	s.variable = sym->addr;
	kernbase = top->kernbase;
	if ((sym = sym_find(&k->symbols, "kernbase")) != NULL)
		kernbase = sym->addr;
	if (s.variable < kernbase)
		return (E_NOT_FOUND);
	s.offset = s.variable - kernbase;
	sym = sym_find(&k->symbols, "physaddr");
	physaddr = sym != NULL ? sym->addr : 0;
	if ((opt->has_phys_base && fits(ctx, &s, opt->phys_base)) ||
	    (d->has_delta && fits(ctx, &s, kernbase - d->delta_va +
	    d->delta_pa)) || fits(ctx, &s, physaddr))
		rc = 0;
	else
		rc = anywhere(ctx, &s);
	if (rc != 0)
		return (rc);
	k->space.form = top->form;
	k->space.root = s.root;
	return (0);
}

/* From the registers of a CPU, in dumps that others than FreeBSD wrote. */
static bool
from_cpus(struct ctx *ctx, struct kernel *k)
{
	const struct pt_form *form;
	const struct symbol *sym;
	struct pt_result r;
	uint64_t roots[4];
	size_t i, j, n;

	sym = sym_find(&k->symbols, "allproc");
	if (sym == NULL || k->arch->roots == NULL)
		return (false);
	for (i = 0; i < k->dump->ncpus; i++) {
		n = k->arch->roots(&k->dump->cpus[i], &form, roots);
		for (j = 0; j < n; j++)
			if (pt_translate(ctx, form, &k->mem.reader, roots[j],
			    sym->addr, &r) == 0) {
				k->space.form = form;
				k->space.root = roots[j];
				return (true);
			}
	}
	return (false);
}

int
freebsd_find_root(struct ctx *ctx, struct kernel *k,
    const struct kernel_options *opt)
{
	size_t i;
	int rc;

	if (opt->has_cr3 && k->arch->forms != NULL) {
		k->space.form = k->arch->forms[0];
		k->space.root = opt->cr3;
		return (0);
	}
	if (k->dump->has_root)
		return (0);
	if (k->symbols.n == 0)
		return (ctx_fail(ctx, E_NO_SYMBOL, "the page tables of a full "
		    "dump are found through the kernel's file"));
	ctx->quiet++;
	ctx->unrecorded++;
	rc = from_cpus(ctx, k) ? 0 : E_NOT_FOUND;
	for (i = 0; rc == E_NOT_FOUND &&
	    i < sizeof(top_tables) / sizeof(top_tables[0]); i++)
		if (top_tables[i].arch == k->arch)
			rc = try_top(ctx, k, &top_tables[i], opt);
	ctx->unrecorded--;
	ctx->quiet--;
	if (rc == E_NOT_FOUND)
		return (ctx_fail(ctx, E_NOT_FOUND, "no page tables of the "
		    "kernel %s were found in this memory; is it the kernel "
		    "that wrote the dump?  --cr3 names its top table",
		    file_name(k->image->file)));
	return (rc);
}
