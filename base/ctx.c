/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/ctx.h"

#include "base/utf8.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LOCK_NS	50000000	/* between looks at the cancel flag */

#undef ctx_fail
#undef ctx_fail_at
#undef ctx_fail_errno

void
ctx_init(struct ctx *ctx)
{
	memset(ctx, 0, sizeof(*ctx));
}

void
ctx_fini(struct ctx *ctx)
{
	if (ctx->tlb != NULL && ctx->tlb_free != NULL)
		ctx->tlb_free(ctx->tlb);
	ctx->tlb = NULL;
}

/*
 * Messages quote names that were read from a dump, so the text is made safe
 * to print: what is not UTF-8 and every control character becomes '?', and a
 * character that formatting cut in two is dropped.
 */
static void
text_clean(char *text)
{
	size_t i, n, w;
	uint32_t cp;

	n = strlen(text);
	for (i = 0; i < n; i += w) {
		w = utf8_decode(text + i, n - i, &cp);
		if (cp >= UTF8_BAD && n - i < 4 && n >= ERR_TEXT_MAX - 4) {
			text[i] = '\0';
			return;
		}
		if (cp >= UTF8_BAD || cp < 0x20 || cp == 0x7f)
			text[i] = '?';
		else if (cp >= 0x80 && cp < 0xa0)
			text[i] = text[i + 1] = '?';
	}
}

__attribute__((format(printf, 3, 0)))
static void
fail_text(struct ctx *ctx, int code, const char *fmt, va_list ap)
{
	ctx->err.code = code;
	ctx->err.sys_errno = 0;
	ctx->err.addr = 0;
	ctx->err.level = 0;
	ctx->err.text[0] = '\0';
	if (ctx->quiet == 0) {
		vsnprintf(ctx->err.text, sizeof(ctx->err.text), fmt, ap);
		text_clean(ctx->err.text);
	}
}

int
ctx_fail(struct ctx *ctx, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fail_text(ctx, code, fmt, ap);
	va_end(ap);
	return (code);
}

int
ctx_fail_at(struct ctx *ctx, int code, uint64_t addr, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fail_text(ctx, code, fmt, ap);
	va_end(ap);
	ctx->err.addr = addr;
	return (code);
}

/* strerror_r() comes in two forms, which only its result tells apart. */
static const char *
strerror_posix(int rc, const char *buf)
{
	return (rc == 0 ? buf : "unknown error");
}

static const char *
strerror_gnu(const char *text, const char *buf)
{
	(void)buf;
	return (text);
}

#define STRERROR(e, buf)						\
	_Generic(strerror_r((e), (buf), sizeof(buf)),			\
	    int: strerror_posix,					\
	    default: strerror_gnu)(strerror_r((e), (buf), sizeof(buf)), (buf))

int
ctx_fail_errno(struct ctx *ctx, int code, const char *fmt, ...)
{
	char buf[128];
	va_list ap;
	size_t n;
	int e;

	e = errno;
	buf[0] = '\0';
	va_start(ap, fmt);
	fail_text(ctx, code, fmt, ap);
	va_end(ap);
	ctx->err.sys_errno = e;
	if (ctx->quiet == 0) {
		n = strlen(ctx->err.text);
		snprintf(ctx->err.text + n, sizeof(ctx->err.text) - n, "%s%s",
		    n > 0 ? ": " : "", STRERROR(e, buf));
		text_clean(ctx->err.text);
	}
	errno = e;
	return (code);
}

int
ctx_chain(struct ctx *ctx, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	const char *inner;
	va_list ap;
	size_t i, n;

	if (ctx->quiet != 0 || ctx->err.code == OK)
		return (ctx->err.code);
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	inner = ctx->err.text[0] != '\0' ? ctx->err.text :
	    status_text(ctx->err.code);
	n = strlen(text);
	for (i = 0; i < 2 && n < sizeof(text) - 1; i++)
		text[n++] = ": "[i];
	for (; *inner != '\0' && n < sizeof(text) - 1; inner++)
		text[n++] = *inner;
	text[n] = '\0';
	text_clean(text);
	memcpy(ctx->err.text, text, n + 1);
	return (ctx->err.code);
}

void
ctx_clear(struct ctx *ctx)
{
	ctx->err.code = OK;
	ctx->err.sys_errno = 0;
	ctx->err.addr = 0;
	ctx->err.level = 0;
	ctx->err.text[0] = '\0';
}

int
ctx_check(struct ctx *ctx)
{
	struct timespec ts;
	uint64_t now;

	if (ctx->cancel != NULL &&
	    atomic_load_explicit(ctx->cancel, memory_order_relaxed))
		return (ctx_fail(ctx, E_CANCELLED, "cancelled"));
	if (ctx->deadline != 0) {
		clock_gettime(CLOCK_MONOTONIC, &ts);
		now = (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
		if (now >= ctx->deadline)
			return (ctx_fail(ctx, E_CANCELLED, "out of time"));
	}
	return (0);
}

void
ctx_progress(struct ctx *ctx, const char *what, uint64_t done, uint64_t total)
{
	if (ctx->progress != NULL)
		ctx->progress(ctx->progress_arg, what, done, total);
}

static const struct {
	const char *reason, *text;
} statuses[] = {
	[-OK] = { NULL, "no error" },
	[-E_NOT_MAPPED] = { "not-mapped", "not mapped" },
	[-E_NOT_IN_DUMP] = { "not-in-dump", "not in dump" },
	[-E_TRUNCATED] = { "truncated", "beyond the end of the file" },
	[-E_IO] = { "io-error", "input/output error" },
	[-E_CORRUPT] = { "corrupt", "corrupt" },
	[-E_SWAPPED] = { "swapped", "swapped out" },
	[-E_RESTRICTED] = { "restricted", "the kernel forbids it" },
	[-E_NO_TYPE] = { "no-type", "no such type" },
	[-E_NO_MEMBER] = { "no-member", "no such member" },
	[-E_NO_SYMBOL] = { NULL, "no such symbol" },
	[-E_NOT_FOUND] = { NULL, "not found" },
	[-E_NOT_MINE] = { NULL, "another format" },
	[-E_UNSUPPORTED] = { NULL, "not supported" },
	[-E_USAGE] = { NULL, "usage error" },
	[-E_SYNTAX] = { NULL, "syntax error" },
	[-E_NOMEM] = { NULL, "out of memory" },
	[-E_LIMIT] = { NULL, "limit reached" },
	[-E_CANCELLED] = { NULL, "cancelled" },
	[-E_DONE] = { NULL, "no more" },
};

#define NSTATUSES	((int)(sizeof(statuses) / sizeof(statuses[0])))

const char *
status_reason(int code)
{
	if (code > 0 || code <= -NSTATUSES)
		return (NULL);
	return (statuses[-code].reason);
}

const char *
status_text(int code)
{
	if (code > 0 || code <= -NSTATUSES)
		return ("unknown error");
	return (statuses[-code].text);
}

int
ctx_lock(struct ctx *ctx, pthread_mutex_t *m)
{
	struct timespec until;
	int rc;

	while (pthread_mutex_trylock(m) != 0) {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += LOCK_NS;
		if (until.tv_nsec >= 1000000000) {
			until.tv_nsec -= 1000000000;
			until.tv_sec++;
		}
		if (pthread_mutex_timedlock(m, &until) == 0)
			break;
		rc = ctx_check(ctx);
		if (rc != 0)
			return (rc);
	}
	return (0);
}
