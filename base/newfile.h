/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file that gets its name only once it is whole: it grows beside the one that
 * it replaces, which is never half lost.
 */
#ifndef BASE_NEWFILE_H
#define BASE_NEWFILE_H

#include "base/ctx.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#define NEWFILE_PATH	4096

struct newfile {
	FILE		*f;		/* write here */
	const char	*path;		/* the caller's */
	char		 tmp[NEWFILE_PATH];
};

/* mode: as open() takes it.  E_USAGE, E_IO. */
int	newfile_open(struct ctx *, struct newfile *, const char *path, mode_t);
/*
 * After writing, which gave rc: unless that is an error, all is on the disk
 * and has its name when this returns 0.  E_USAGE where a file has that name
 * and must not be replaced.
 */
int	newfile_close(struct ctx *, struct newfile *, int rc, bool replace);

#endif
