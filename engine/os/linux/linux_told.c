/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the user says of a kernel that its dump hides: it leads where nothing
 * else does, and gives way, with a warning, to what the memory shows.
 */
#include "engine/os/linux/linux.h"

#include "engine/symbol/sysmap.h"

/* The page tables' symbol, as linked, in what stands beside the dump. */
static bool
find_linked(struct ctx *ctx, struct kernel *k, uint64_t *ret)
{
	const char *name = linux_of(k)->arch->root_symbol;
	const struct symbol *s;
	struct symbols own;

	sym_init(&own);
	s = NULL;
	if (k->sysmap != NULL && sysmap_read(ctx, k->sysmap, &own) == 0)
		s = sym_find(&own, name);
	else if (k->image != NULL)
		s = sym_find(&k->image->symbols, name);
	if (s != NULL)
		*ret = s->addr;
	sym_fini(&own);
	return (s != NULL);
}

bool
linux_told_text(struct ctx *ctx, struct kernel *k,
    const struct kernel_options *opt, struct buf *b)
{
	const struct linux_arch *la = linux_of(k)->arch;
	const struct dump *d = k->dump;
	uint64_t linked;

	/* Of two lines of one name the first counts. */
	buf_printf(b, "NUMBER(phys_base)=%lld\nNUMBER(kimage_voffset)=0x%llx\n",
	    (long long)opt->phys_base,
	    (unsigned long long)(la->image_low - opt->phys_base));
	if (d->vmcoreinfo != NULL)
		buf_add(b, d->vmcoreinfo, d->vmcoreinfo_len);
	else if (find_linked(ctx, k, &linked))
		buf_printf(b, "SYMBOL(swapper_pg_dir)=%llx\nPAGESIZE=%u\n",
		    (unsigned long long)(linked +
		    (opt->has_kaslr ? opt->kaslr : 0)),
		    1u << k->arch->page_shift);
	return (!b->bad);
}

void
linux_check_told(struct kernel *k, const char *option, uint64_t told,
    uint64_t found)
{
	if (told != found)
		os_warn(k, "--%s 0x%llx is not right for this memory: it is "
		    "0x%llx, which is taken", option, (unsigned long long)told,
		    (unsigned long long)found);
}

void
linux_warn_vmcoreinfo(struct kernel *k, const struct kernel_options *opt)
{
	const struct dump *d = k->dump;
	const char *release;
	size_t n;

	release = vmcoreinfo_get(d->vmcoreinfo, d->vmcoreinfo_len, "OSRELEASE",
	    &n);
	os_warn(k, "--vmcoreinfo %s is of another kernel, or another boot of "
	    "it, and is ignored: its symbols (of %.*s) lie elsewhere",
	    opt->vmcoreinfo, release != NULL ? (int)n : 0,
	    release != NULL ? release : "");
}
