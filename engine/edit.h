/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Changes to a kernel's memory: staged first, where only this program sees
 * them, then written together, each noted in a journal before (change.h) and
 * read back after.  With a patch file the changes go there, and the medium
 * stays as it is.
 */
#ifndef ENGINE_EDIT_H
#define ENGINE_EDIT_H

#include "engine/kernel.h"
#include "engine/view/row.h"

struct edits;

enum edit_state {
	EDIT_STAGED,
	EDIT_WRITTEN,			/* and read back */
	EDIT_DROPPED,			/* it reads as before: silently ignored */
	EDIT_DIFFERS,			/* it reads as something else */
	EDIT_FAILED,
	EDIT_UNDONE,			/* written, and the old bytes are back */
};

struct edit {
	uint64_t	 addr;		/* virtual */
	int		 pid;		/* whose address it is; 0: the kernel's */
	const struct space *space;
	size_t		 n;
	uint8_t		*old, *new, *mask; /* n bytes each */
	struct edit_piece {
		uint64_t pa;
		size_t	 n;
	}		 pieces[2];	/* it may lie over a page's border */
	unsigned	 npieces;
	enum edit_state	 state;
	struct value	 v;		/* what the texts are of */
	bool		 typed;
	bool		 blind;		/* what lies there cannot be read */
	char		*what;		/* as typed */
	char		*old_text, *new_text;
	char		*why;		/* of DROPPED, DIFFERS and FAILED; or NULL */
};

/*
 * Let k be changed: patch names a file whose changes lie over its memory, or
 * is NULL; with "write" more changes can be staged.  A patch of another target
 * is an error; changes in it that do not fit are left out with a warning.
 * Owned by k.
 */
int	edits_create(struct ctx *, struct kernel *k, const char *patch,
	    bool write);
void	edits_destroy(struct edits *);		/* may be NULL */

/*
 * Stage what value_store() made.  space may be a process's: pid says whose.
 * *index, if not NULL: which one it is.  E_USAGE without "write".
 */
int	edits_stage(struct ctx *, struct edits *, const struct value_store *,
	    int pid, const char *what, size_t *index);
/* Those of this run, oldest first. */
size_t	edits_count(const struct edits *);
const struct edit *edits_at(const struct edits *, size_t i);
size_t	edits_staged(const struct edits *);	/* how many of them are */
/* Is any of n bytes at a virtual address staged? */
bool	edits_cover(struct ctx *, const struct edits *, const struct space *,
	    uint64_t va, size_t n);

/*
 * Write all that is staged.  Goes on behind a failure; the first one is
 * returned, each edit has its own state.  Nothing is written where the medium
 * says that it cannot be.
 */
int	edits_commit(struct ctx *, struct edits *);
/*
 * One that is staged is forgotten; of one that was written the old bytes are
 * written again, if its bytes are still there.
 */
int	edits_undo(struct ctx *, struct edits *, size_t i);
/* Where writes go: "the patch file F", "ELF64 dump F". */
const char *edits_medium(const struct edits *);
const char *edits_journal(const struct edits *);	/* its path, or NULL */
/* What is staged, and what an open patch holds, to a patch file. */
int	edits_save_patch(struct ctx *, struct edits *, const char *path);

const char *edit_state_name(enum edit_state);

/* The rows of "write PLACE VALUE": address, old, new (edit_rows.c). */
int	edits_write(struct ctx *, struct kernel *, const char *args, bool apply,
	    struct row_sink *);
/* "PLACE VALUE" or "PLACE = VALUE" in two: E_USAGE. */
int	edits_split(struct ctx *, const char *args, char **place, char **value);
/*
 * What a journal of this target has written and what has become of it: rows of
 * time, address, old, new, state.  With "apply" all that can be undone is.
 */
int	edits_undo_journal(struct ctx *, struct kernel *, const char *path,
	    bool apply, struct row_sink *);

#endif
