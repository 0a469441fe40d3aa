/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/replay/session.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COPY_NAME	"copy.elf"

/* What follows "# NAME " on a line of its own. */
static bool
comment(const struct session *s, const char *name, char *out, size_t size)
{
	char want[32];
	const char *p;
	size_t n;

	snprintf(want, sizeof(want), "\n# %s ", name);
	p = strstr(s->text, want);
	if (p == NULL)
		return (false);
	p += strlen(want);
	n = strcspn(p, "\n");
	snprintf(out, size, "%.*s", (int)n, p);
	return (true);
}

bool
session_read(const char *path, struct session *s)
{
	size_t i;
	char *word;
	FILE *f;

	memset(s, 0, sizeof(*s));
	f = fopen(path, "r");
	if (f == NULL || fseek(f, 0, SEEK_END) != 0)
		return (false);
	s->len = (size_t)ftell(f);
	s->text = calloc(1, s->len + 1);
	rewind(f);
	if (s->text == NULL || fread(s->text, 1, s->len, f) != s->len) {
		fclose(f);
		session_fini(s);
		return (false);
	}
	fclose(f);
	s->copy = comment(s, "copy", s->dump, sizeof(s->dump));
	if (!s->copy && !comment(s, "dump", s->dump, sizeof(s->dump)))
		strcpy(s->dump, "demo.elf");
	if (comment(s, "options", s->words, sizeof(s->words))) {
		for (i = 0, word = strtok(s->words, " "); word != NULL &&
		    i < SESSION_ARGS; word = strtok(NULL, " "))
			s->args[i++] = word;
	}
	return (true);
}

void
session_fini(struct session *s)
{
	free(s->text);
	s->text = NULL;
}

static bool
copy_file(const char *from, const char *to)
{
	char buf[65536];
	ssize_t n;
	int in, out;

	in = open(from, O_RDONLY | O_CLOEXEC);
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	n = in < 0 || out < 0 ? -1 : 1;
	while (n > 0) {
		n = read(in, buf, sizeof(buf));
		if (n > 0 && write(out, buf, (size_t)n) != n)
			n = -1;
	}
	close(in);
	close(out);
	return (n == 0);
}

const char *
session_dump(const struct session *s, const char *builddir)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/%s", builddir, s->dump);
	if (!s->copy)
		return (path);
	return (copy_file(path, COPY_NAME) ? COPY_NAME : NULL);
}
