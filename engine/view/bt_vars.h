/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ENGINE_VIEW_BT_VARS_H
#define ENGINE_VIEW_BT_VARS_H

#include "engine/view/tools.h"

/* An argument or a local of a frame, ready to be shown; valid in the call. */
struct bt_var {
	const char *name, *type;
	bool	    is_argument;
	struct cell value;
	struct value v;			/* its type is 0 where there is none */
};

/*
 * Those of a function (dwarf_frame.entry) that a frame is in.  None where the
 * frame's registers are not known.
 */
int	bt_vars(struct ctx *, struct kernel *, struct debug *,
	    const struct os_frame *, uint32_t entry,
	    int (*fn)(void *arg, struct ctx *, const struct bt_var *),
	    void *arg);

#endif
