/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a module's file is, below the folders that hold those of a kernel, only
 * its build knows: all of them are listed once.
 */
#include "engine/symbol/debug.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX	16
#define ENTRIES_MAX	400000

struct debug_tree {
	char	**v;
	size_t	  n, cap;
	size_t	  left;			/* entries that may still be looked at */
};

static bool
is_module(const char *file)
{
	const char *ko = strstr(file, ".ko");

	return (ko != NULL && (ko[3] == '\0' ||
	    strcmp(ko + 3, ".debug") == 0));
}

static int
list(struct ctx *ctx, struct debug_tree *t, const char *folder, int depth)
{
	char path[2048];
	struct dirent *e;
	DIR *dir;
	int rc = 0;

	dir = opendir(folder);
	if (dir == NULL)
		return (0);
	while (rc == 0 && t->left > 0 && (e = readdir(dir)) != NULL) {
		t->left--;
		if (e->d_name[0] == '.' || (size_t)snprintf(path, sizeof(path),
		    "%s/%s", folder, e->d_name) >= sizeof(path))
			continue;
		/* A file that is no folder is not opened as one. */
		if (depth < DEPTH_MAX && (e->d_type == DT_DIR ||
		    (e->d_type == DT_UNKNOWN && !is_module(e->d_name)))) {
			rc = list(ctx, t, path, depth + 1);
			continue;
		}
		if (!is_module(e->d_name))
			continue;
		if (!vec_room(t->v, t->cap, t->n + 1) ||
		    (t->v[t->n] = strdup(path)) == NULL)
			rc = ctx_fail(ctx, E_NOMEM, "out of memory");
		else
			t->n++;
		if (t->n % 1024 == 0 && rc == 0)
			rc = ctx_check(ctx);
	}
	closedir(dir);
	return (rc);
}

int
debug_tree_read(struct ctx *ctx, const char *const *folders, size_t n,
    struct debug_tree **ret)
{
	struct debug_tree *t;
	size_t i;
	int rc = 0;

	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	t->left = ENTRIES_MAX;
	for (i = 0; rc == 0 && i < n; i++)
		rc = list(ctx, t, folders[i], 0);
	if (rc != 0) {
		debug_tree_free(t);
		return (rc);
	}
	*ret = t;
	return (0);
}

void
debug_tree_free(struct debug_tree *t)
{
	if (t == NULL)
		return;
	while (t->n > 0)
		free(t->v[--t->n]);
	free(t->v);
	free(t);
}

bool
debug_is_of(const char *path, const char *module)
{
	const char *p = strrchr(path, '/'), *m = module;

	for (p = p != NULL ? p + 1 : path; *m != '\0'; p++, m++)
		if (*p != *m && (*p != '-' || *m != '_'))
			return (false);
	return (p[0] == '.' && (strncmp(p, ".ko", 3) == 0 || p[1] == 'o'));
}

const char *
debug_tree_file(const struct debug_tree *t, const char *module, size_t i)
{
	size_t at;

	for (at = 0; at < t->n; at++)
		if (debug_is_of(t->v[at], module) && i-- == 0)
			return (t->v[at]);
	return (NULL);
}
