/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the edits. */
#ifndef ENGINE_EDIT_INT_H
#define ENGINE_EDIT_INT_H

#include "engine/change.h"
#include "engine/edit.h"
#include "engine/memory/overlay.h"
#include "engine/os/os.h"

struct edits {
	struct kernel	*k;
	struct edit	*v;
	size_t		 n, cap;
	struct overlay	*staged;	/* NULL: nothing may be written */
	struct overlay	*patch;		/* NULL: there is no patch file */
	const char	*patch_path;
	const char	*medium;
	const char	*journal_path;	/* NULL: a new one */
	struct journal	 journal;	/* opened when first needed */
	char		 identity[IDENTITY_MAX];
	bool		 write;
	bool		 undoing;	/* all that is written undoes */
};

#endif
