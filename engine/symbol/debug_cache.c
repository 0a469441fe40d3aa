/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Indices that were made, by build-id, in a folder of the user's cache.  One is
 * written beside its name and then renamed, so that no reader sees half of it;
 * what has not been used for longest goes when all together are too large.
 */
#include "engine/symbol/debug.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SUFFIX		".dwarf-index"
#define TOTAL_MAX	(INT64_C(256) << 20)
#define ENTRIES_MAX	100000

/* Nothing but digits: it becomes part of a path. */
static bool
path_of(const struct debug_options *opt, const char *id, char *path, size_t n)
{
	if (opt->cache == NULL || id[0] == '\0' ||
	    strspn(id, "0123456789abcdef") != strlen(id))
		return (false);
	return ((size_t)snprintf(path, n, "%s/%s" SUFFIX, opt->cache, id) < n);
}

int
debug_cache_get(struct ctx *ctx, const struct debug_options *opt,
    const char *id, struct file **ret)
{
	char path[1024];

	if (!path_of(opt, id, path, sizeof(path)))
		return (E_NOT_FOUND);
	/* Its time says when it was last of use. */
	(void)utimensat(AT_FDCWD, path, NULL, 0);
	return (file_open(ctx, path, opt->faults, ret));
}

static bool
make_folders(const char *path)
{
	char part[1024], *p;

	if (strlen(path) >= sizeof(part))
		return (false);
	strcpy(part, path);
	for (p = part + 1; *p != '\0'; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(part, 0700) != 0 && errno != EEXIST)
			return (false);
		*p = '/';
	}
	return (mkdir(part, 0700) == 0 || errno == EEXIST);
}

static bool
write_all(int fd, const void *p, size_t n)
{
	const char *at = p;
	ssize_t done;

	for (; n > 0; at += done, n -= (size_t)done) {
		done = write(fd, at, n);
		if (done == -1 && errno == EINTR)
			done = 0;
		else if (done <= 0)
			return (false);
	}
	return (true);
}

/* The one not used for longest; what all of them take. */
static int64_t
survey(DIR *dir, char *oldest, size_t n)
{
	struct dirent *e;
	struct stat st;
	struct timespec least = { 0 };
	int64_t total;
	size_t len, count;

	oldest[0] = '\0';
	total = 0;
	rewinddir(dir);
	for (count = 0; count < ENTRIES_MAX && (e = readdir(dir)) != NULL;
	    count++) {
		len = strlen(e->d_name);
		if (len <= sizeof(SUFFIX) || len >= n || strcmp(e->d_name +
		    len - (sizeof(SUFFIX) - 1), SUFFIX) != 0 ||
		    fstatat(dirfd(dir), e->d_name, &st,
		    AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
			continue;
		total += st.st_size;
		if (oldest[0] == '\0' || st.st_mtim.tv_sec < least.tv_sec ||
		    (st.st_mtim.tv_sec == least.tv_sec &&
		    st.st_mtim.tv_nsec < least.tv_nsec)) {
			strcpy(oldest, e->d_name);
			least = st.st_mtim;
		}
	}
	return (total);
}

static void
trim(const char *folder)
{
	char oldest[256];
	DIR *dir;
	int i;

	dir = opendir(folder);
	if (dir == NULL)
		return;
	for (i = 0; i < ENTRIES_MAX && survey(dir, oldest, sizeof(oldest)) >
	    TOTAL_MAX && oldest[0] != '\0'; i++)
		if (unlinkat(dirfd(dir), oldest, 0) != 0)
			break;
	closedir(dir);
}

void
debug_cache_put(const struct debug_options *opt, const char *id,
    const void *index, size_t n)
{
	char path[1024], part[1100];
	bool written;
	int fd;

	if (!path_of(opt, id, path, sizeof(path)) || !make_folders(opt->cache))
		return;
	snprintf(part, sizeof(part), "%s.XXXXXX", path);
	fd = mkstemp(part);
	if (fd == -1)
		return;
	written = write_all(fd, index, n);
	written &= close(fd) == 0;
	if (!written || rename(part, path) != 0)
		unlink(part);
	else
		trim(opt->cache);
}
