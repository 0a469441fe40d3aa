/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/os/live/live.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME_SIZE	256

int
live_status(int error)
{
	switch (error) {
	case ENOENT:
	case ESRCH:			/* it has ended since */
		return (E_NOT_FOUND);
	case EACCES:
	case EPERM:
		return (E_RESTRICTED);
	default:
		return (E_IO);
	}
}

int
live_read(struct ctx *ctx, int folder, struct buf *b, size_t max,
    const char *fmt, ...)
{
	char name[NAME_SIZE], part[16384];
	va_list ap;
	ssize_t n;
	int fd, rc;

	va_start(ap, fmt);
	vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	buf_reset(b);
	fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd == -1)
		return (ctx_fail_errno(ctx, live_status(errno), "%s", name));
	for (rc = 0; rc == 0;) {
		n = read(fd, part, sizeof(part));
		if (n == 0)
			break;
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			rc = ctx_fail_errno(ctx, live_status(errno), "%s",
			    name);
		else if (b->len + (size_t)n > max)
			rc = ctx_fail(ctx, E_LIMIT, "%s is longer than %zu "
			    "bytes", name, max);
		else
			buf_add(b, part, (size_t)n);
		if (b->bad)
			rc = ctx_fail(ctx, E_NOMEM, "no memory for %s", name);
	}
	close(fd);
	return (rc);
}

int
live_link(struct ctx *ctx, int folder, struct buf *b, const char *fmt, ...)
{
	char name[NAME_SIZE], to[PATH_MAX];
	va_list ap;
	ssize_t n;

	va_start(ap, fmt);
	vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	buf_reset(b);
	n = readlinkat(folder, name, to, sizeof(to));
	if (n == -1)
		return (ctx_fail_errno(ctx, live_status(errno), "%s", name));
	buf_add(b, to, (size_t)n);
	return (b->bad ? ctx_fail(ctx, E_NOMEM, "no memory for a path") : 0);
}

const char *
live_key(const char *text, const char *key)
{
	const size_t n = strlen(key);
	const char *p;

	for (p = text; p != NULL; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (strncmp(p, key, n) == 0 && p[n] == ':') {
			p += n + 1;
			return (p + strspn(p, " \t"));
		}
	}
	return (NULL);
}

void
live_unescape(char *p)
{
	char *out;
	int i, v;

	for (out = p; *p != '\0'; *out++ = (char)v) {
		v = (unsigned char)*p++;
		if (v != '\\')
			continue;
		for (i = v = 0; i < 3 && p[i] >= '0' && p[i] <= '7'; i++)
			v = v * 8 + (p[i] - '0');
		if (i < 3)
			v = '\\';
		else
			p += 3;
	}
	*out = '\0';
}

bool
live_number(const char *p, int base, uint64_t *ret)
{
	char *end;
	uint64_t v;

	if (p == NULL)
		return (false);
	errno = 0;
	v = strtoull(p, &end, base);
	if (end == p || errno != 0)
		return (false);
	*ret = v;
	return (true);
}
