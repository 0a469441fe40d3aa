/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/symbol/source.h"

#include "base/vec.h"

#include <sys/stat.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX	(16 << 20)

struct source {
	char	*dir;			/* resolved */
	char	*path;			/* of the file at hand, as it is called */
	char	*text;			/* NULL: it is not there */
	size_t	 len;
	size_t	*lines, nlines, lines_cap;	/* where each begins */
};

int
source_open(struct ctx *ctx, const char *dir, struct source **ret)
{
	struct source *s;
	struct stat st;

	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	s->dir = realpath(dir, NULL);
	if (s->dir == NULL || stat(s->dir, &st) != 0 || !S_ISDIR(st.st_mode)) {
		source_close(s);
		return (ctx_fail(ctx, E_NOT_FOUND, "--source %s: no such "
		    "folder", dir));
	}
	*ret = s;
	return (0);
}

static void
forget(struct source *s)
{
	free(s->path);
	free(s->text);
	s->path = s->text = NULL;
	s->len = s->nlines = 0;
}

void
source_close(struct source *s)
{
	if (s == NULL)
		return;
	forget(s);
	free(s->lines);
	free(s->dir);
	free(s);
}

static bool
goes_up(const char *path)
{
	const char *p;

	for (p = path; (p = strstr(p, "..")) != NULL; p += 2)
		if ((p == path || p[-1] == '/') &&
		    (p[2] == '/' || p[2] == '\0'))
			return (true);
	return (false);
}

/* The file, if it is one, below the folder. */
static char *
resolve(const struct source *s, const char *path)
{
	const size_t n = strlen(s->dir);
	char full[PATH_MAX], *real;
	struct stat st;

	if (snprintf(full, sizeof(full), "%s/%s", s->dir, path) >=
	    (int)sizeof(full))
		return (NULL);
	real = realpath(full, NULL);
	/* A link may lead anywhere: what it leads to counts. */
	if (real != NULL && (strncmp(real, s->dir, n) != 0 ||
	    (real[n] != '/' && n > 1) || stat(real, &st) != 0 ||
	    !S_ISREG(st.st_mode) || st.st_size > FILE_BYTES_MAX)) {
		free(real);
		real = NULL;
	}
	return (real);
}

static bool
read_file(struct source *s, const char *name)
{
	struct buf text = { 0 };
	char part[65536];
	size_t n;
	FILE *f;

	f = fopen(name, "re");
	if (f == NULL)
		return (false);
	while ((n = fread(part, 1, sizeof(part), f)) > 0 &&
	    text.len < FILE_BYTES_MAX)
		buf_add(&text, part, n);
	fclose(f);
	if (text.bad || text.len == 0) {
		buf_fini(&text);
		return (false);
	}
	s->text = text.p;
	s->len = text.len;
	return (true);
}

static void
load(struct source *s, const char *path)
{
	const char *rest, *p;
	char *name = NULL;

	forget(s);
	s->path = strdup(path);
	if (s->path == NULL || goes_up(path))
		return;
	for (rest = path; rest != NULL && name == NULL;) {
		while (*rest == '/')
			rest++;
		name = *rest != '\0' ? resolve(s, rest) : NULL;
		rest = strchr(rest, '/');
	}
	if (name != NULL && read_file(s, name))
		for (p = s->text; p != NULL && p < s->text + s->len &&
		    vec_room(s->lines, s->lines_cap, s->nlines + 1);) {
			s->lines[s->nlines++] = (size_t)(p - s->text);
			p = memchr(p, '\n', s->len - (size_t)(p - s->text));
			if (p != NULL)
				p++;
		}
	free(name);
}

const char *
source_line(struct source *s, const char *path, uint32_t line, size_t *len)
{
	size_t end;

	if (s->path == NULL || strcmp(s->path, path) != 0)
		load(s, path);
	if (s->text == NULL || line == 0 || line > s->nlines)
		return (NULL);
	end = line < s->nlines ? s->lines[line] : s->len;
	while (end > s->lines[line - 1] && (s->text[end - 1] == '\n' ||
	    s->text[end - 1] == '\r'))
		end--;
	*len = end - s->lines[line - 1];
	return (s->text + s->lines[line - 1]);
}
