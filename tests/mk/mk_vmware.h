/* SPDX-License-Identifier: BSD-2-Clause */
/* VMware's saved machines of each version of the header. */
#ifndef TESTS_MK_VMWARE_H
#define TESTS_MK_VMWARE_H

#include "base/vec.h"

#include <stdint.h>

struct mk_region {			/* in pages */
	uint32_t from, phys, n;
};

struct mk_vmware {
	uint32_t magic;			/* 0xbed2bed0, ... */
	const struct mk_region *regions; /* ended by n 0, or NULL */
	const uint64_t *cr3;		/* of each CPU, ended by 0, or NULL */
	const void *memory;		/* inside the file, or NULL */
	uint64_t size;
	bool	 packed;		/* that says that it is compressed */
};

void	mk_vmware(struct buf *, const struct mk_vmware *);

#endif
