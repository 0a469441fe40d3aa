/* SPDX-License-Identifier: BSD-2-Clause */
#include "arch/arch.h"

#include "base/bytes.h"

const struct arch *const arches[] = {
	&arch_x86_64,
	&arch_arm64,
	&arch_riscv64,
	&arch_i386,
	&arch_arm,
	&arch_arm_be,
	&arch_powerpc64,
	&arch_powerpc64le,
	&arch_powerpc,
	&arch_mips64,
	&arch_mips64el,
	&arch_mips,
	&arch_mipsel,
	NULL,
};

const struct arch *
arch_by_elf(uint16_t elf_machine, unsigned ptr_size, bool be)
{
	size_t i;

	for (i = 0; arches[i] != NULL; i++)
		if (arches[i]->elf_machine == elf_machine &&
		    arches[i]->ptr_size == ptr_size && arches[i]->be == be)
			return (arches[i]);
	return (NULL);
}

const struct arch *
arch_by_name(const char *name)
{
	size_t i;

	for (i = 0; arches[i] != NULL; i++)
		if (strcmp(arches[i]->name, name) == 0 ||
		    strcmp(arches[i]->machine, name) == 0)
			return (arches[i]);
	return (NULL);
}

bool
arch_reg_get(const struct arch *arch, const struct cpu_state *st,
    const char *name, uint64_t *ret)
{
	const struct arch_reg *r;

	if (!st->has_regs || arch->regs == NULL)
		return (false);
	for (r = arch->regs; r->name != NULL; r++) {
		if (strcmp(r->name, name) != 0)
			continue;
		if ((size_t)r->offset + r->size > st->regs_size)
			return (false);
		*ret = load_uint(st->regs + r->offset, r->size, arch->be);
		return (true);
	}
	return (false);
}
