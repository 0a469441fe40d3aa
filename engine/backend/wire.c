/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/backend/wire.h"

#include "base/vec.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SLICE_MS	50		/* a cancel flag is looked at as often */
#define CONNECT_NS	UINT64_C(3000000000)
#define CHUNK		65536

uint64_t
wire_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec);
}

static int
closed(struct ctx *ctx, const struct wire *w)
{
	return (ctx_fail(ctx, E_IO, "%s: the other end has closed the "
	    "connection", w->name));
}

static int
no_answer(struct ctx *ctx, const struct wire *w)
{
	return (ctx_fail(ctx, E_IO, "%s: no answer for %.1f s", w->name,
	    (double)w->patience / 1e9));
}

/* Wait until the socket is ready; "until" is when patience ends. */
static int
wait_for(struct ctx *ctx, struct wire *w, short events, uint64_t until)
{
	struct pollfd p = { .fd = w->fd, .events = events };
	uint_fast64_t none = 0;
	uint64_t now;
	int n, ms, rc;

	for (;;) {
		now = wire_now();
		/* Those who waited before count: each may have had to hurry. */
		if (!atomic_compare_exchange_strong(&w->asked, &none, now) &&
		    until > none + w->patience)
			until = none + w->patience;
		ms = now >= until ? 0 : until - now > SLICE_MS * 1000000 ?
		    SLICE_MS : (int)((until - now) / 1000000) + 1;
		if (ctx->deadline != 0 && ctx->deadline > now &&
		    (ctx->deadline - now) / 1000000 < (uint64_t)ms)
			ms = (int)((ctx->deadline - now) / 1000000) + 1;
		n = poll(&p, 1, ms);
		if (n > 0) {
			atomic_store(&w->asked, 0);
			return (0);
		}
		none = 0;
		if (n == -1 && errno != EINTR)
			return (ctx_fail_errno(ctx, E_IO, "%s", w->name));
		rc = ctx_check(ctx);
		if (rc != 0)
			return (rc);
		if (wire_now() >= until)
			return (no_answer(ctx, w));
	}
}

static int
connect_to(struct ctx *ctx, struct wire *w, int family, int protocol,
    const struct sockaddr *sa, socklen_t len)
{
	socklen_t n = sizeof(int);
	int error = 0, on = 1, rc;

	w->fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    protocol);
	if (w->fd == -1)
		return (ctx_fail_errno(ctx, E_IO, "%s", w->name));
	rc = 0;
	if (connect(w->fd, sa, len) == -1) {
		error = errno;
		if (error == EINPROGRESS) {
			rc = wait_for(ctx, w, POLLOUT, wire_now() + CONNECT_NS);
			if (rc == 0 && getsockopt(w->fd, SOL_SOCKET, SO_ERROR,
			    &error, &n) == -1)
				error = errno;
		}
		if (rc == 0 && error != 0) {
			errno = error;
			rc = ctx_fail_errno(ctx, error == ENOENT ? E_NOT_FOUND :
			    error == EACCES ? E_RESTRICTED : E_IO, "%s",
			    w->name);
		}
	}
	if (rc != 0) {
		close(w->fd);
		w->fd = -1;
	} else if (family != AF_UNIX)
		/* Questions are short and each waits for its answer. */
		(void)setsockopt(w->fd, IPPROTO_TCP, TCP_NODELAY, &on,
		    sizeof(on));
	return (rc);
}

static int
open_path(struct ctx *ctx, struct wire *w, const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(sun.sun_path))
		return (ctx_fail(ctx, E_USAGE, "%s: a socket's path has at "
		    "most %zu bytes", path, sizeof(sun.sun_path) - 1));
	strcpy(sun.sun_path, path);
	return (connect_to(ctx, w, AF_UNIX, 0, (struct sockaddr *)&sun,
	    sizeof(sun)));
}

static int
open_host(struct ctx *ctx, struct wire *w, const char *address)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list, *a;
	const char *colon = strrchr(address, ':');
	char host[256];
	size_t n;
	int rc;

	n = colon != NULL ? (size_t)(colon - address) : 0;
	if (n == 0 || n >= sizeof(host) || colon[1] == '\0')
		return (ctx_fail(ctx, E_USAGE, "%s: neither HOST:PORT nor the "
		    "path of a socket (which begins with / or .)", address));
	if (address[0] == '[' && address[n - 1] == ']') {
		address++;
		n -= 2;
	}
	memcpy(host, address, n);
	host[n] = '\0';
	rc = getaddrinfo(host, colon + 1, &hints, &list);
	if (rc != 0)
		return (ctx_fail(ctx, E_NOT_FOUND, "%s: %s", w->name,
		    gai_strerror(rc)));
	rc = ctx_fail(ctx, E_NOT_FOUND, "%s: no address", w->name);
	for (a = list; a != NULL && rc != 0; a = a->ai_next)
		rc = connect_to(ctx, w, a->ai_family, a->ai_protocol,
		    a->ai_addr, a->ai_addrlen);
	freeaddrinfo(list);
	return (rc);
}

int
wire_open(struct ctx *ctx, const char *address, struct wire **ret)
{
	struct wire *w;
	int rc;

	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	w->fd = -1;
	w->patience = WIRE_PATIENCE;
	snprintf(w->name, sizeof(w->name), "%s", address);
	rc = address[0] == '/' || address[0] == '.' ?
	    open_path(ctx, w, address) : open_host(ctx, w, address);
	if (rc != 0) {
		wire_close(w);
		return (rc);
	}
	*ret = w;
	return (0);
}

void
wire_close(struct wire *w)
{
	if (w == NULL)
		return;
	if (w->fd != -1)
		close(w->fd);
	free(w->in);
	free(w);
}

void
wire_hang_up(struct wire *w)
{
	(void)shutdown(w->fd, SHUT_RDWR);
}

static bool
has_come(const struct wire *w)
{
	struct pollfd p = { .fd = w->fd, .events = POLLIN };

	return (poll(&p, 1, 0) != 0);
}

uint64_t
wire_silent(struct wire *w)
{
	const uint64_t asked = atomic_load(&w->asked), now = wire_now();

	/* An answer that nobody has taken yet is no silence. */
	return (asked != 0 && now > asked && !has_come(w) ? now - asked : 0);
}

int
wire_overdue(struct ctx *ctx, struct wire *w)
{
	return (wire_silent(w) >= w->patience ? no_answer(ctx, w) : 0);
}

int
wire_send(struct ctx *ctx, struct wire *w, const void *p, size_t n)
{
	const uint64_t until = wire_now() + w->patience;
	size_t done;
	ssize_t k;
	int rc;

	for (done = 0; done < n; done += (size_t)k) {
		k = send(w->fd, (const char *)p + done, n - done, MSG_NOSIGNAL);
		if (k >= 0)
			continue;
		k = 0;
		if (errno == EAGAIN || errno == EINTR) {
			rc = wait_for(ctx, w, POLLOUT, until);
			if (rc == 0)
				continue;
			/* Half of a question cannot be taken back. */
			if (done > 0 && rc == E_CANCELLED)
				rc = ctx_fail(ctx, E_IO, "%s: it does not take "
				    "what is sent to it", w->name);
			return (rc);
		}
		return (errno == EPIPE || errno == ECONNRESET ?
		    closed(ctx, w) : ctx_fail_errno(ctx, E_IO, "%s", w->name));
	}
	return (0);
}

int
wire_more(struct ctx *ctx, struct wire *w, size_t max)
{
	const uint64_t until = wire_now() + w->patience;
	ssize_t n;
	int rc;

	if (w->len >= max)
		return (ctx_fail(ctx, E_LIMIT, "%s: an answer of more than %zu "
		    "bytes", w->name, max));
	if (!vec_room(w->in, w->cap, w->len + CHUNK))
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	for (;;) {
		n = recv(w->fd, w->in + w->len, CHUNK, 0);
		if (n > 0) {
			atomic_store(&w->asked, 0);
			w->len += (size_t)n;
			return (0);
		}
		if (n == 0)
			return (closed(ctx, w));
		if (errno != EAGAIN && errno != EINTR)
			return (ctx_fail_errno(ctx, E_IO, "%s", w->name));
		rc = wait_for(ctx, w, POLLIN, until);
		if (rc != 0)
			return (rc);
	}
}

int
wire_take(struct ctx *ctx, struct wire *w, size_t max)
{
	return (has_come(w) ? wire_more(ctx, w, max) : 0);
}

void
wire_used(struct wire *w, size_t n)
{
	w->len -= n;
	memmove(w->in, w->in + n, w->len);
}
