/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/backend/elf_place.h"

#include "engine/backend/vmcoreinfo.h"

/* Documentation/arch/x86/x86_64/mm.rst, both numbers of levels. */
#define X86_MAP_MIN	UINT64_C(0xff11000000000000)
#define X86_IMAGE	UINT64_C(0xffffffff80000000)
#define X86_MAP_SPAN	(UINT64_C(1) << 52)
/* It is moved by multiples of this (arch/x86/mm/kaslr.c, PUD_SIZE). */
#define X86_MAP_ALIGN	(UINT64_C(1) << 30)

bool
elf_place_see(struct elf_place *p, uint64_t va, uint64_t pa)
{
	if ((pa != 0 && pa != UINT64_MAX) || va >> 63 == 0)
		return (false);
	if (va < X86_IMAGE && (p->lowest == 0 || va < p->lowest))
		p->lowest = va;
	return (true);
}

/* The map begins with physical 0, in its first GiB some memory is. */
static bool
place_x86_64(const struct elf_place *p, const struct dump *d, uint64_t va,
    uint64_t *pa)
{
	if (va >= X86_IMAGE)
		return (d->vmcoreinfo != NULL && vmcoreinfo_phys(d->vmcoreinfo,
		    d->vmcoreinfo_len, va, pa));
	if (p->lowest < X86_MAP_MIN)
		return (false);
	*pa = va - (p->lowest & ~(X86_MAP_ALIGN - 1));
	return (*pa < X86_MAP_SPAN);
}

/* The lower half of the kernel's addresses maps memory (memory.rst, 5.4 on). */
static bool
place_arm64(const struct dump *d, uint64_t va, uint64_t *pa)
{
	const char *text = d->vmcoreinfo;
	uint64_t bits, offset, start;

	if (text == NULL || !vmcoreinfo_u64(text, d->vmcoreinfo_len,
	    "NUMBER(VA_BITS)", &bits) || bits < 36 || bits > 52)
		return (false);
	start = -(UINT64_C(1) << bits);
	if (va < start)
		return (false);
	if (va - start >= UINT64_C(1) << (bits - 1))
		return (vmcoreinfo_phys(text, d->vmcoreinfo_len, va, pa));
	if (!vmcoreinfo_u64(text, d->vmcoreinfo_len, "NUMBER(PHYS_OFFSET)",
	    &offset))
		return (false);
	*pa = va - start + offset;
	return (true);
}

bool
elf_place(const struct elf_place *p, const struct dump *d, uint64_t va,
    uint64_t *pa)
{
	if (d->arch == &arch_x86_64)
		return (place_x86_64(p, d, va, pa));
	if (d->arch == &arch_arm64)
		return (place_arm64(d, va, pa));
	return (false);
}
