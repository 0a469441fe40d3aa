/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The journal of what was written: $XDG_STATE_HOME/kpeek/journal-TIME-PID, see
 * the XDG Base Directory Specification; $HOME/.local/state without it.
 */
#include "engine/change.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/*
 * Where the user's own files are: after sudo(8), with its privileges given up,
 * HOME may still be root's.
 */
static const char *
home_folder(void)
{
	const char *home = getenv("HOME");
	const struct passwd *pw;
	struct stat st;

	if (home != NULL && home[0] == '/' && stat(home, &st) == 0 &&
	    st.st_uid == geteuid())
		return (home);
	pw = getpwuid(geteuid());
	return (pw != NULL && pw->pw_dir[0] == '/' ? pw->pw_dir : home);
}

/* Make the folders of a path; what cannot be made shows at the end. */
static void
make_folders(char *path)
{
	char *p;

	for (p = strchr(path + 1, '/'); p != NULL; p = strchr(p + 1, '/')) {
		*p = '\0';
		(void)mkdir(path, 0700);
		*p = '/';
	}
}

static char *
new_path(void)
{
	const char *state = getenv("XDG_STATE_HOME"), *home;
	struct timespec now;
	struct tm tm;
	char stamp[32], *path;
	int n;

	clock_gettime(CLOCK_REALTIME, &now);
	if (gmtime_r(&now.tv_sec, &tm) == NULL)
		memset(&tm, 0, sizeof(tm));
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm);
	home = home_folder();
	if (state != NULL && state[0] == '/')
		n = asprintf(&path, "%s/kpeek/journal-%s-%ld", state, stamp,
		    (long)getpid());
	else
		n = asprintf(&path, "%s/.local/state/kpeek/journal-%s-%ld",
		    home != NULL ? home : "", stamp, (long)getpid());
	return (n == -1 ? NULL : path);
}

static int
write_all(struct ctx *ctx, struct journal *j, struct buf *b)
{
	const char *p = buf_text(b);
	size_t done;
	ssize_t n;

	if (b->bad)
		return (ctx_fail(ctx, E_NOMEM, "%s: out of memory", j->path));
	for (done = 0; done < b->len; done += (size_t)n) {
		n = write(j->fd, p + done, b->len - done);
		if (n == -1 && errno == EINTR)
			n = 0;
		else if (n == -1)
			return (ctx_fail_errno(ctx, E_IO, "the journal %s",
			    j->path));
	}
	if (fsync(j->fd) == -1)
		return (ctx_fail_errno(ctx, E_IO, "the journal %s", j->path));
	return (0);
}

/* The name of a new file is to last as well. */
static void
sync_folder(const char *path)
{
	char *dir, *slash;
	int fd;

	dir = strdup(path);
	slash = dir != NULL ? strrchr(dir, '/') : NULL;
	if (slash != NULL) {
		*slash = '\0';
		fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd != -1) {
			(void)fsync(fd);
			close(fd);
		}
	}
	free(dir);
}

int
journal_open(struct ctx *ctx, const char *path, const char *target,
    struct journal *j)
{
	struct buf b = { 0 };
	int rc;

	j->path = path != NULL ? strdup(path) : new_path();
	if (j->path == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	if (path == NULL)
		make_folders(j->path);
	j->fd = open(j->path, O_WRONLY | O_APPEND | O_CLOEXEC |
	    (path == NULL ? O_CREAT | O_EXCL | O_NOFOLLOW : 0), 0600);
	rc = 0;
	if (j->fd == -1)
		rc = ctx_fail_errno(ctx, E_IO, "nothing is written without a "
		    "journal, and %s cannot be opened (XDG_STATE_HOME says "
		    "where)", j->path);
	if (rc == 0 && path == NULL) {
		change_head(&b, CHANGE_JOURNAL, target);
		rc = write_all(ctx, j, &b);
		sync_folder(j->path);
		buf_fini(&b);
	}
	if (rc != 0)
		journal_close(j);
	return (rc);
}

int
journal_add(struct ctx *ctx, struct journal *j, const struct change *c)
{
	struct buf b = { 0 };
	int rc;

	change_line(&b, CHANGE_JOURNAL, c);
	rc = write_all(ctx, j, &b);
	buf_fini(&b);
	return (rc);
}

void
journal_close(struct journal *j)
{
	if (j->fd != -1)
		close(j->fd);
	free(j->path);
	j->fd = -1;
	j->path = NULL;
}
