/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/out.h"

#include "base/vec.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
out_init(struct out *o, int (*fn)(void *, const void *, size_t), void *arg)
{
	o->write = fn;
	o->arg = arg;
	o->error = 0;
	o->used = 0;
}

int
out_write_fd(void *arg, const void *data, size_t n)
{
	struct pollfd pfd = { .fd = (int)(intptr_t)arg, .events = POLLOUT };
	const char *p = data;
	ssize_t w;

	while (n > 0) {
		w = write(pfd.fd, p, n);
		if (w > 0) {
			p += w;
			n -= (size_t)w;
		} else if (w < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			/* Standard output may be a non-blocking descriptor. */
			if (poll(&pfd, 1, -1) < 0 && errno != EINTR)
				return (errno);
		} else if (w == 0) {
			return (EIO);
		} else if (errno != EINTR) {
			return (errno);
		}
	}
	return (0);
}

int
out_write_buf(void *arg, const void *data, size_t n)
{
	struct buf *b = arg;

	buf_add(b, data, n);
	return (b->bad ? ENOMEM : 0);
}

static void
out_send(struct out *o, const void *data, size_t n)
{
	if (o->error == 0 && n > 0)
		o->error = o->write(o->arg, data, n);
}

int
out_flush(struct out *o)
{
	size_t n;

	n = o->used;
	o->used = 0;
	out_send(o, o->buf, n);
	return (o->error);
}

void
out_add(struct out *o, const void *data, size_t n)
{
	if (o->error != 0 || n == 0)
		return;
	if (n > sizeof(o->buf) - o->used)
		out_flush(o);
	if (n >= sizeof(o->buf)) {
		out_send(o, data, n);
	} else {
		memcpy(o->buf + o->used, data, n);
		o->used += n;
	}
}

void
out_puts(struct out *o, const char *s)
{
	out_add(o, s, strlen(s));
}

void
out_putc(struct out *o, char c)
{
	out_add(o, &c, 1);
}

void
out_printf(struct out *o, const char *fmt, ...)
{
	char text[512], *p;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0) {
		if (o->error == 0)
			o->error = EINVAL;
	} else if ((size_t)n < sizeof(text)) {
		out_add(o, text, (size_t)n);
	} else if ((p = malloc((size_t)n + 1)) != NULL) {
		va_start(ap, fmt);
		vsnprintf(p, (size_t)n + 1, fmt, ap);
		va_end(ap);
		out_add(o, p, (size_t)n);
		free(p);
	} else if (o->error == 0) {
		o->error = ENOMEM;
	}
}
