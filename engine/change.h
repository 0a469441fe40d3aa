/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Changes of memory as text, one a line: what journals and patch files are made
 * of.  Both begin with a line that says what they are and one with the identity
 * of the target (identity.h); "#" begins a comment.
 *
 *	kpeek journal 1
 *	target build:6a0f... boot:41d2...
 *	write 2026-11-22T04:31:07Z 0xffffffff82a14d44 0 0x2a14d44 3132 3334 WHAT
 *
 *	kpeek patch 1
 *	target build:6a0f... cpus:5b3e...
 *	0x2a14d44 3132 3334
 *
 * A line of a journal is an action (write, or undo of an earlier write), the
 * time, the virtual address, the process whose address it is (0: the kernel's),
 * the physical address, the bytes before and after, and what was typed.  One of
 * a patch is the physical address and the bytes before and after.
 */
#ifndef ENGINE_CHANGE_H
#define ENGINE_CHANGE_H

#include "base/vec.h"
#include "engine/identity.h"

#define CHANGE_MAX	4096		/* bytes of one change */

struct change {
	bool		 undo;
	char		 time[32];
	uint64_t	 addr, pa;
	int		 pid;
	size_t		 n;
	uint8_t		*old, *new;	/* n bytes each */
	const char	*what;		/* "" when there is none */
};

struct changes {
	char		 target[IDENTITY_MAX];
	struct change	*v;
	size_t		 n, cap;
	struct arena	 arena;
};

enum change_file { CHANGE_JOURNAL, CHANGE_PATCH };

/*
 * Read a file of this kind.  Everything in it is checked: E_SYNTAX or E_LIMIT
 * with the number of the line.  Fini in any case.
 */
int	changes_parse(struct ctx *, enum change_file, const char *name,
	    const char *text, size_t len, struct changes *);
int	changes_load(struct ctx *, enum change_file, const char *path,
	    struct changes *);
void	changes_fini(struct changes *);

/* The head of a file, and one line. */
void	change_head(struct buf *, enum change_file, const char *target);
void	change_line(struct buf *, enum change_file, const struct change *);

/*
 * A journal that lines are added to: one that is there, or path NULL for a new
 * one in the XDG state folder, readable by its owner alone.
 */
struct journal {
	int		 fd;
	char		*path;
};
int	journal_open(struct ctx *, const char *path, const char *target,
	    struct journal *);
/* Returns when it is on the medium (fsync(2)). */
int	journal_add(struct ctx *, struct journal *, const struct change *);
void	journal_close(struct journal *);

#endif
