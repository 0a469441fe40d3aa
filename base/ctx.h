/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The context that every call takes: one per thread, owned by the caller.
 *
 * Functions return 0 or a negative enum status.  On failure the detail is in
 * ctx->err; the text there is chained outermost first ("ps: task 0x..: not in
 * dump").  A result that an out-parameter points to is untouched on failure.
 */
#ifndef BASE_CTX_H
#define BASE_CTX_H

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum status {
	OK = 0,
	/* Reasons for missing bytes: they travel up to cells and to JSON. */
	E_NOT_MAPPED = -1,	/* no translation in this address space */
	E_NOT_IN_DUMP = -2,	/* the page was left out of the dump */
	E_TRUNCATED = -3,	/* the file ends before these bytes */
	E_IO = -4,		/* the medium failed */
	E_CORRUPT = -5,		/* what was read contradicts itself */
	E_SWAPPED = -6,		/* the page is in a swap device */
	E_RESTRICTED = -7,	/* the live kernel forbids it */
	E_NO_TYPE = -8,		/* this kernel has no such type */
	E_NO_MEMBER = -9,	/* this type has no such member */
	/* Other failures. */
	E_NO_SYMBOL = -10,	/* no symbol of that name */
	E_NOT_FOUND = -11,	/* no such process, file, object */
	E_NOT_MINE = -12,	/* a probe: this format is not mine (silent) */
	E_UNSUPPORTED = -13,	/* recognised, but cannot be done */
	E_USAGE = -14,		/* the user's words are off */
	E_SYNTAX = -15,		/* an expression, a pattern, a file format */
	E_NOMEM = -16,
	E_LIMIT = -17,		/* a bound against hostile input was met */
	E_CANCELLED = -18,	/* the user cancelled, or the deadline passed */
	E_DONE = -19,		/* an iterator has no more (silent) */
};

#define ERR_TEXT_MAX	512

struct err {
	int	 code;			/* enum status, OK when clear */
	int	 sys_errno;		/* errno of a failed system call, or 0 */
	uint64_t addr;			/* the address that failed, or 0 */
	int	 level;			/* page-table level of a failed walk */
	char	 text[ERR_TEXT_MAX];	/* UTF-8, no newline */
};

struct tlb;				/* engine/memory/space.c */
struct frozen;				/* engine/memory/freeze.c */

struct ctx {
	struct err	 err;
	atomic_bool	*cancel;	/* set by another thread; may be NULL */
	uint64_t	 deadline;	/* CLOCK_MONOTONIC ns, 0 = none */
	void	       (*progress)(void *arg, const char *what, uint64_t done,
			    uint64_t total);
	void		*progress_arg;
	struct tlb	*tlb;		/* last translations, see space.h */
	void	       (*tlb_free)(struct tlb *);
	struct frozen	*frozen;	/* a moment that is kept, see freeze.h */
	unsigned	 unrecorded;	/* >0: reads are scans, a capture skips them */
	unsigned	 quiet;		/* >0: failures set the code, not the text */
};

void	ctx_init(struct ctx *);
void	ctx_fini(struct ctx *);

/*
 * Set the error and return its code, so that "return (ctx_fail(ctx, E_X, ..))"
 * reads well.  While ctx->quiet is set the text is not formatted (scans of
 * holes would pay for it).
 */
int	ctx_fail(struct ctx *, int code, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* The same with an address, kept in err.addr and not printed by itself. */
int	ctx_fail_at(struct ctx *, int code, uint64_t addr, const char *fmt, ...)
	    __attribute__((format(printf, 4, 5)));
/* The same for a failed system call: errno is kept and its text appended. */
int	ctx_fail_errno(struct ctx *, int code, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* Put "text: " in front of the current error; returns its code. */
int	ctx_chain(struct ctx *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
void	ctx_clear(struct ctx *);

/*
 * A function that fails leaves its results untouched; so that compilers do not
 * warn of values that only a failure leaves unset, they are told the code that
 * such a call returns.
 */
#define CTX_FAIL_AS(call, code) __extension__ ({				\
	int ctx_code_ = (code);						\
	call;								\
	ctx_code_;							\
})
#define ctx_fail(ctx, code, ...)					\
	CTX_FAIL_AS((void)ctx_fail((ctx), ctx_code_, __VA_ARGS__), (code))
#define ctx_fail_at(ctx, code, addr, ...)				\
	CTX_FAIL_AS((void)ctx_fail_at((ctx), ctx_code_, (addr),		\
	    __VA_ARGS__), (code))
#define ctx_fail_errno(ctx, code, ...)					\
	CTX_FAIL_AS((void)ctx_fail_errno((ctx), ctx_code_, __VA_ARGS__), (code))

/*
 * 0, or E_CANCELLED once the cancel flag is set or the deadline has passed.
 * Loops over input of unknown size call it every few thousand steps.
 */
int	ctx_check(struct ctx *);
/*
 * Lock what another thread may hold for longer than this one wants to wait:
 * 0, or E_CANCELLED as ctx_check says, and not locked.
 */
int	ctx_lock(struct ctx *, pthread_mutex_t *);
void	ctx_progress(struct ctx *, const char *what, uint64_t done,
	    uint64_t total);

/* "not-mapped", ... for the reasons E_NOT_MAPPED to E_NO_MEMBER, else NULL. */
const char *status_reason(int code);
/* A short phrase for any status: "not in dump", "no such symbol", ... */
const char *status_text(int code);

#endif
