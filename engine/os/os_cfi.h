/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ENGINE_OS_OS_CFI_H
#define ENGINE_OS_OS_CFI_H

#include "engine/os/os.h"

/*
 * Replace a frame by its caller, with the registers that calls keep, by the
 * kernel's debug information.  E_NOT_FOUND (silent): it has not been opened, or
 * has no rule here, or the rule leads nowhere.
 */
int	os_cfi_frame(struct ctx *, struct kernel *, const struct virt_reader *,
	    struct unwind_frame *);

#endif
