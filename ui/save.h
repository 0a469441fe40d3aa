/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that are written whole or not at all. */
#ifndef UI_SAVE_H
#define UI_SAVE_H

#include "base/ctx.h"
#include "base/vec.h"

/*
 * Write n bytes as a file: under another name beside it first, and in its place
 * once all of it is on the disk.  Without "replace" a file that exists stays as
 * it is and the answer is E_USAGE.
 */
int	save_file(struct ctx *, const char *path, bool replace, const void *,
	    size_t n);
/*
 * A text file of at most "limit" bytes, added to b.  E_NOT_FOUND, with no text,
 * when there is none; E_IO, E_LIMIT.
 */
int	load_file(struct ctx *, const char *path, size_t limit, struct buf *b);
/*
 * The path of a file of ours below a folder of the user's: variable is an XDG
 * one, fallback what it stands for below the home.  False: there is no home.
 */
bool	save_path(char *path, size_t size, const char *variable,
	    const char *fallback, const char *name);
/*
 * A path as a person types it, "~/" being the home: in full, to be freed; NULL:
 * no memory.
 */
char	*save_typed(const char *path);
/* The folders that a path goes through, made as far as they are missing. */
int	save_folders(struct ctx *, const char *path);

#endif
