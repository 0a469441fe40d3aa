/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The message buffer, a ring of characters (sys/sys/msgbuf.h,
 * sys/kern/subr_msgbuf.c).  struct msgbuf tells where the next one would go; a
 * minidump carries the ring's bytes besides, but not that.  Then a ring that is
 * not full yet begins at its first byte; in a full one the oldest line cannot
 * be told, and it is shown as it lies.
 */
#include "engine/os/freebsd/freebsd.h"

#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

#define MSG_MAGIC	0x063062u
#define RING_MAX	(UINT32_C(64) << 20)
#define LINE_LEN_MAX	8192

/* struct msgbuf: msg_ptr, then u_int msg_magic, msg_size, msg_wseq, ... */
#define MSG_FIXED	16			/* behind msg_ptr, what is used */

struct ring {
	char	*p;
	size_t	 n;
	size_t	 oldest;		/* where to begin */
};

static int
by_symbol(struct ctx *ctx, struct kernel *k, struct ring *r)
{
	const unsigned word = k->space.ptr_size;
	uint8_t raw[8 + MSG_FIXED];
	uint64_t addr, text;
	struct bytes b;
	uint32_t magic, size, seq;
	int rc;

	rc = freebsd_var(ctx, k, "msgbufp", 0, &addr);
	if (rc == 0)
		rc = space_read(ctx, &k->space, addr, raw, word + MSG_FIXED);
	if (rc != 0)
		return (rc);
	b = bytes_of(raw, word + MSG_FIXED, k->space.be);
	text = bytes_uint(&b, word);
	magic = bytes_u32(&b);
	size = bytes_u32(&b);
	seq = bytes_u32(&b);
	if (magic != MSG_MAGIC || size == 0 || size > RING_MAX)
		return (ctx_fail_at(ctx, E_CORRUPT, addr, "no message buffer "
		    "lies at 0x%llx", (unsigned long long)addr));
	r->p = malloc(size);
	if (r->p == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	r->n = size;
	r->oldest = seq % size;
	rc = space_read(ctx, &k->space, text, r->p, size);
	if (rc != 0) {
		free(r->p);
		r->p = NULL;
	}
	return (rc);
}

static int
by_header(struct ctx *ctx, struct kernel *k, struct ring *r)
{
	const struct dump *d = k->dump;
	int rc;

	if (d->msgbuf_size == 0 || d->nfiles == 0)
		return (ctx_fail(ctx, E_NO_SYMBOL, "a full dump's message "
		    "buffer is found by the symbol msgbufp; name the kernel's "
		    "file beside the dump"));
	if (d->msgbuf_size > RING_MAX)
		return (ctx_fail(ctx, E_CORRUPT, "a message buffer of %llu "
		    "bytes", (unsigned long long)d->msgbuf_size));
	r->n = (size_t)d->msgbuf_size;
	r->p = malloc(r->n);
	if (r->p == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	rc = file_read(ctx, d->files[0], d->msgbuf_offset, r->p, r->n);
	if (rc != 0) {
		free(r->p);
		r->p = NULL;
		return (rc);
	}
	return (0);
}

/* What msgbuf_addstr() puts in front of a line: "<6>", then "[12.345678] ". */
static void
cut_prefix(struct os_log *l)
{
	const char *p = l->text, *end = p + l->len;
	uint64_t frac, sec, v;
	unsigned digits;

	if (p < end && *p == '<') {
		for (v = 0, digits = 0, p++; p < end && digits < 5 &&
		    *p >= '0' && *p <= '9'; p++, digits++)
			v = v * 10 + (uint64_t)(*p - '0');
		if (digits > 0 && p < end && *p == '>') {
			l->level = (int)(v & 7);
			l->facility = (int)(v >> 3);
			l->text = ++p;
		} else
			p = l->text;
	}
	if (p < end && *p == '[') {
		for (sec = 0, digits = 0, p++; p < end && digits < 10 &&
		    *p >= '0' && *p <= '9'; p++, digits++)
			sec = sec * 10 + (uint64_t)(*p - '0');
		frac = 0;
		if (digits > 0 && end - p > 7 && *p == '.') {
			for (digits = 0, p++; digits < 6 && *p >= '0' &&
			    *p <= '9'; p++, digits++)
				frac = frac * 10 + (uint64_t)(*p - '0');
			if (digits < 6)
				digits = 0;
		}
		if (digits > 0 && end - p >= 2 && p[0] == ']' && p[1] == ' ') {
			l->ns = sec * UINT64_C(1000000000) + frac * 1000;
			l->text = p + 2;
		}
	}
	l->len = (size_t)(end - l->text);
}

int
freebsd_log_lines(struct ctx *ctx, const char *p, size_t n,
    int (*fn)(void *, struct ctx *, const struct os_log *), void *arg)
{
	const char *end = p + n, *eol, *next;
	struct os_log l;
	uint64_t seq;
	int rc;

	for (rc = 0, seq = 0; rc == 0 && p < end; p = next) {
		if (seq % 4096 == 0 && (rc = ctx_check(ctx)) != 0)
			break;
		eol = memchr(p, '\n', (size_t)(end - p));
		next = eol != NULL ? eol + 1 : end;
		if (eol == NULL)
			eol = end;
		if (eol - p > LINE_LEN_MAX)
			eol = next = p + LINE_LEN_MAX;
		l = (struct os_log){ .seq = seq++, .ns = OS_NO_TIME,
		    .level = -1, .caller = "", .text = p,
		    .len = (size_t)(eol - p) };
		while (l.len > 0 && l.text[l.len - 1] == '\r')
			l.len--;
		cut_prefix(&l);
		rc = fn(arg, ctx, &l);
	}
	return (rc);
}

int
freebsd_log(struct ctx *ctx, struct kernel *k,
    int (*fn)(void *, struct ctx *, const struct os_log *), void *arg)
{
	struct ring r = { NULL, 0, 0 };
	struct err first;
	char *text;
	size_t at, i, n;
	int rc;

	rc = by_symbol(ctx, k, &r);
	if (rc != 0 && k->dump->msgbuf_size != 0) {
		first = ctx->err;
		rc = by_header(ctx, k, &r);
		if (rc != 0 && first.code != E_NO_SYMBOL)
			ctx->err = first;
	}
	if (rc != 0)
		return (ctx_chain(ctx, "message buffer"));
	text = malloc(r.n);
	if (text == NULL)
		rc = ctx_fail(ctx, E_NOMEM, "out of memory");
	/* In order, without what was never written. */
	for (i = n = 0, at = r.oldest; rc == 0 && i < r.n; i++) {
		if (r.p[at] != '\0')
			text[n++] = r.p[at];
		at = at + 1 == r.n ? 0 : at + 1;
	}
	if (rc == 0)
		rc = freebsd_log_lines(ctx, text, n, fn, arg);
	free(text);
	free(r.p);
	return (rc);
}
