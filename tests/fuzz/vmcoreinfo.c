/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fuzz/fuzz.h"

#include "arch/pt_x86_64.h"
#include "engine/os/linux/linux.h"

static void
run(const uint8_t *p, size_t n)
{
	static const char *const keys[] = {
		"OSRELEASE", "PAGESIZE", "SYMBOL(_stext)", "NUMBER(phys_base)",
		"KERNELOFFSET", "", "=",
	};
	const struct pt_form *forms[4];
	const char *text = (const char *)p;
	uint64_t v, roots[4];
	size_t i, len;

	(void)vmcoreinfo_probe(text, n);
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		(void)vmcoreinfo_get(text, n, keys[i], &len);
		(void)vmcoreinfo_u64(text, n, keys[i], &v);
	}
	(void)linux_x86_64.vmcoreinfo_roots(text, n, forms, roots);
}

static void
seed(struct buf *b)
{
	buf_puts(b, "OSRELEASE=6.1.0\nPAGESIZE=4096\n"
	    "SYMBOL(_stext)=ffffffff81000000\n"
	    "SYMBOL(swapper_pg_dir)=ffffffff82c10000\n"
	    "NUMBER(phys_base)=-4096\nKERNELOFFSET=1000000\n");
}

const struct fuzz_target fuzz_vmcoreinfo = { "vmcoreinfo", run, seed };
