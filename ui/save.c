/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/save.h"

#include "base/newfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SAVE_PATH_MAX	4096

int
save_file(struct ctx *ctx, const char *path, bool replace, const void *data,
    size_t n)
{
	struct newfile out;
	struct stat st;
	int rc;

	/* A device or a pipe is written to, it cannot be replaced. */
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return (ctx_fail(ctx, E_USAGE, "%s: not a plain file", path));
	rc = newfile_open(ctx, &out, path, 0666);
	if (rc != 0)
		return (rc);
	if (fwrite(data, 1, n, out.f) != n)
		rc = ctx_fail_errno(ctx, E_IO, "%s", path);
	return (newfile_close(ctx, &out, rc, replace));
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

char *
save_typed(const char *path)
{
	const char *home = getenv("HOME");
	struct buf b = { 0 };

	if (path[0] == '~' && (path[1] == '/' || path[1] == '\0') &&
	    home != NULL && home[0] == '/') {
		buf_puts(&b, home);
		path++;
	}
	buf_puts(&b, path);
	buf_text(&b);
	if (b.bad) {
		buf_fini(&b);
		return (NULL);
	}
	return (b.p);
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
