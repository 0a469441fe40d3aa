/* SPDX-License-Identifier: BSD-2-Clause */
/* What a structure's rows say besides numbers: meanings, and what is folded. */
#ifndef UI_STRUCT_TEXT_H
#define UI_STRUCT_TEXT_H

#include "ui/model.h"

/*
 * What a number means, as far as the system knows: "KTHREAD|NOFREEZE" for the
 * flags of a task.  parent is the type of the structure that has the member.
 */
void	struct_note(struct ui *, const char *parent, const char *member,
	    const struct value *, struct buf *);
/*
 * A structure, union or array on one line: its first values, those of a union
 * side by side; the value alone where there is only one inside.  Adds nothing
 * when memory is missing.
 */
void	struct_preview(struct ui *, const struct value *, struct buf *);

#endif
