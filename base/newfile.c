/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/newfile.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define TRIES	100			/* names that others have taken */

int
newfile_open(struct ctx *ctx, struct newfile *n, const char *path, mode_t mode)
{
	int fd, i, e;

	n->path = path;
	for (i = 0, fd = -1, errno = EEXIST; i < TRIES && fd == -1 &&
	    errno == EEXIST; i++) {
		if (snprintf(n->tmp, sizeof(n->tmp), "%s.%ld.%d", path,
		    (long)getpid(), i) >= (int)sizeof(n->tmp))
			return (ctx_fail(ctx, E_USAGE, "%s: too long a name",
			    path));
		fd = open(n->tmp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	}
	n->f = fd != -1 ? fdopen(fd, "w+") : NULL;
	if (n->f != NULL)
		return (0);
	e = errno;
	if (fd != -1) {
		close(fd);
		unlink(n->tmp);
	}
	errno = e;
	return (ctx_fail_errno(ctx, E_IO, "%s", path));
}

int
newfile_close(struct ctx *ctx, struct newfile *n, int rc, bool replace)
{
	if (rc == 0 && (ferror(n->f) != 0 || fflush(n->f) != 0 ||
	    fsync(fileno(n->f)) != 0))
		rc = ctx_fail_errno(ctx, E_IO, "%s", n->path);
	if (fclose(n->f) != 0 && rc == 0)
		rc = ctx_fail_errno(ctx, E_IO, "%s", n->path);
	if (rc == 0 && (replace ? rename(n->tmp, n->path) :
	    link(n->tmp, n->path)) != 0)
		rc = errno == EEXIST && !replace ? ctx_fail(ctx, E_USAGE,
		    "%s: is there already, and was left alone", n->path) :
		    ctx_fail_errno(ctx, E_IO, "%s", n->path);
	if (rc != 0 || !replace)
		unlink(n->tmp);
	return (rc);
}
