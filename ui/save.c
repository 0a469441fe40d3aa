/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/save.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SAVE_PATH_MAX	4096

static int
write_all(int fd, const char *p, size_t n)
{
	ssize_t done;

	while (n > 0) {
		done = write(fd, p, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return (-1);
		p += done;
		n -= (size_t)done;
	}
	return (fsync(fd));
}

int
save_file(struct ctx *ctx, const char *path, bool replace, const void *data,
    size_t n)
{
	char tmp[SAVE_PATH_MAX];
	struct stat st;
	mode_t mask;
	int fd, e, rc;

	if (snprintf(tmp, sizeof(tmp), "%s.XXXXXX", path) >= (int)sizeof(tmp))
		return (ctx_fail(ctx, E_USAGE, "%s: too long a name", path));
	/* A device or a pipe is written to, it cannot be replaced. */
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return (ctx_fail(ctx, E_USAGE, "%s: not a plain file", path));
	fd = mkstemp(tmp);
	if (fd < 0)
		return (ctx_fail_errno(ctx, E_IO, "%s", path));
	umask(mask = umask(0));
	rc = write_all(fd, data, n);
	if (rc == 0)
		rc = fchmod(fd, 0666 & ~mask);
	e = errno;
	if (close(fd) != 0 && rc == 0) {
		e = errno;
		rc = -1;
	}
	if (rc == 0) {
		rc = replace ? rename(tmp, path) : link(tmp, path);
		e = errno;
	}
	if (rc != 0 || !replace)
		unlink(tmp);
	if (rc == 0)
		return (0);
	if (e == EEXIST)
		return (ctx_fail(ctx, E_USAGE, "%s: is there already, and was "
		    "left alone", path));
	errno = e;
	return (ctx_fail_errno(ctx, E_IO, "%s", path));
}

int
load_file(struct ctx *ctx, const char *path, size_t limit, struct buf *b)
{
	char chunk[8192];
	size_t n, all;
	FILE *f;
	int rc;

	f = fopen(path, "re");
	if (f == NULL) {
		if (errno == ENOENT || errno == ENOTDIR)
			return (E_NOT_FOUND);
		return (ctx_fail_errno(ctx, E_IO, "%s", path));
	}
	for (all = 0; all <= limit &&
	    (n = fread(chunk, 1, sizeof(chunk), f)) > 0; all += n)
		buf_add(b, chunk, n);
	rc = 0;
	if (ferror(f) != 0)
		rc = ctx_fail_errno(ctx, E_IO, "%s", path);
	else if (all > limit || b->bad)
		rc = ctx_fail(ctx, E_LIMIT, "%s: longer than %zu bytes", path,
		    limit);
	fclose(f);
	return (rc);
}

bool
save_path(char *path, size_t size, const char *variable, const char *fallback,
    const char *name)
{
	const char *dir = getenv(variable), *home = getenv("HOME");
	int n;

	if (dir != NULL && dir[0] == '/')
		n = snprintf(path, size, "%s/kpeek/%s", dir, name);
	else if (home != NULL && home[0] == '/')
		n = snprintf(path, size, "%s/%s/kpeek/%s", home, fallback, name);
	else
		return (false);
	return (n > 0 && (size_t)n < size);
}

int
save_folders(struct ctx *ctx, const char *path)
{
	char copy[SAVE_PATH_MAX], *p;

	if (strlen(path) >= sizeof(copy))
		return (ctx_fail(ctx, E_USAGE, "%s: too long a name", path));
	strcpy(copy, path);
	for (p = strchr(copy + 1, '/'); p != NULL; p = strchr(p + 1, '/')) {
		*p = '\0';
		if (mkdir(copy, 0700) != 0 && errno != EEXIST)
			return (ctx_fail_errno(ctx, E_IO, "%s", copy));
		*p = '/';
	}
	return (0);
}
