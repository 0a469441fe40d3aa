/* SPDX-License-Identifier: BSD-2-Clause */
/* The user's own tables: the files of a folder, in the order of their names. */
#include "ui/user_tables.h"

#include "base/vec.h"
#include "engine/view/viewfile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES_MAX	1000

static int
is_table(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return (n > 5 && e->d_name[0] != '.' &&
	    strcmp(e->d_name + n - 5, ".view") == 0);
}

/* What cannot be read is said where the tables are listed, and left out. */
static int
add(struct ctx *ctx, struct tables *tables, const char *path)
{
	struct buf text = { 0 };
	char chunk[4096], why[1600];
	struct stat st;
	ssize_t n;
	int fd, rc;

	/* Whatever lies there, opening it does not wait. */
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		snprintf(why, sizeof(why), "%s:1:1: %s", path, fd != -1 ?
		    "not a plain file" : strerror(errno));
		tables_complain(tables, why);
		if (fd != -1)
			close(fd);
		return (OK);
	}
	while (text.len <= VF_FILE_MAX &&
	    (n = read(fd, chunk, sizeof(chunk))) > 0)
		buf_add(&text, chunk, (size_t)n);
	close(fd);
	rc = tables_add(ctx, tables, path, buf_text(&text), text.len);
	buf_fini(&text);
	return (rc);
}

int
user_tables_load(struct ctx *ctx, struct tables *tables)
{
	const char *dir = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	char folder[1024], path[1300];
	struct dirent **names;
	int i, n, rc;

	if (dir != NULL && dir[0] == '/')
		snprintf(folder, sizeof(folder), "%s/kpeek/views", dir);
	else if (home != NULL && home[0] == '/')
		snprintf(folder, sizeof(folder), "%s/.config/kpeek/views",
		    home);
	else
		return (OK);
	n = scandir(folder, &names, is_table, alphasort);
	if (n < 0 && (errno == ENOENT || errno == ENOTDIR))
		return (OK);
	if (n < 0) {
		snprintf(path, sizeof(path), "%s: %s", folder,
		    strerror(errno));
		tables_complain(tables, path);
		return (OK);
	}
	for (i = 0, rc = OK; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder,
		    names[i]->d_name);
		if (rc == OK && i < FILES_MAX)
			rc = add(ctx, tables, path);
		free(names[i]);
	}
	free(names);
	return (rc);
}
