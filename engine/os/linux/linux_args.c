/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A process's own memory, and the arguments and the environment in it, as
 * /proc/PID/cmdline and environ give them (fs/proc/base.c).
 *
 * Of a kernel that runs it is kept where the arguments' pages were: those of a
 * process that has run are read at every refresh, and where the entry of the
 * page table says the same as before the tables above it need not be read.
 */
#include "engine/os/linux/linux_read.h"

#include "base/bytes.h"
#include "base/hash.h"
#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

/* An argument area is at most a quarter of the stack's limit: 6 MiB. */
#define AREA_MAX	(UINT64_C(8) << 20)
#define PAGE		UINT64_C(4096)
#define ARG_PAGES	4096		/* that are kept; a power of two */

struct linux_argpage {
	uint64_t mm, root, va;		/* mm 0: free */
	uint64_t entry, entry_addr;	/* of the page table */
	uint64_t phys;
};

int
linux_proc_space(struct ctx *ctx, struct kernel *k, const struct os_proc *proc,
    struct space *space)
{
	struct pt_result r;
	uint64_t pgd;
	int rc;

	if (proc->mm == 0)
		return (ctx_fail(ctx, E_NOT_FOUND,
		    "process %d has no memory of its own (a kernel thread, or "
		    "it has ended)", proc->pid));
	if (k->space.form == NULL)
		return (ctx_fail(ctx, E_UNSUPPORTED, "process %d: this target "
		    "serves the kernel's addresses only, no page tables",
		    proc->pid));
	rc = linux_member(ctx, k, proc->mm, LM_MM_PGD, &pgd);
	/* With page-table isolation this is the half that the kernel uses. */
	if (rc == 0)
		rc = space_translate(ctx, &k->space, pgd, &r);
	if (rc != 0)
		return (ctx_chain(ctx, "page tables of process %d", proc->pid));
	/* Where each half has a root, this is the lower one's. */
	space_init(space, &k->mem, k->space.form->lower != NULL ?
	    k->space.form->lower : k->space.form, r.phys, k->space.be,
	    k->space.ptr_size);
	space->absent = linux_of(k)->arch != NULL ?
	    linux_of(k)->arch->absent : NULL;
	space->absent_arg = linux_of(k);
	return (0);
}

struct strings {
	int	(*fn)(void *, struct ctx *, const char *, size_t);
	void	*arg;
	struct buf part;		/* a string that goes on in the next page */
	bool	 skip;			/* the start of this one is missing */
	struct err missing;
	bool	 keep;
	struct buf kept;		/* those handed out, each with a NUL */
};

/* Hand one out. */
static int
out(struct ctx *ctx, struct strings *s, const char *text, size_t n)
{
	if (s->keep) {
		buf_add(&s->kept, text, n);
		buf_add(&s->kept, "", 1);
	}
	return (s->fn(s->arg, ctx, text, n));
}

/* Hand out the strings that end in these bytes; keep the rest. */
static int
split(struct ctx *ctx, struct strings *s, const char *p, size_t n)
{
	const char *end;
	size_t len;
	int rc;

	for (; n > 0; p += len + 1, n -= len + 1) {
		end = memchr(p, 0, n);
		len = end != NULL ? (size_t)(end - p) : n;
		if (!s->skip)
			buf_add(&s->part, p, len);
		if (s->part.bad)
			return (ctx_fail(ctx, E_NOMEM, "out of memory"));
		if (end == NULL)
			return (0);
		rc = s->skip ? 0 : out(ctx, s, buf_text(&s->part),
		    s->part.len);
		buf_reset(&s->part);
		s->skip = false;
		if (rc != 0)
			return (rc);
	}
	return (0);
}

/*
 * The strings of [start, end).  Where a page is missing the string that it
 * cuts is left out, the later ones follow.
 */
static int
area(struct ctx *ctx, const struct space *sp, uint64_t start, uint64_t end,
    uint64_t page, struct strings *s)
{
	uint64_t at, next;
	char bytes[4096];
	size_t n, done;
	int rc;

	for (at = start; at < end; at = next) {
		if ((rc = ctx_check(ctx)) != 0)
			return (rc);
		n = sizeof(bytes) - (at & (sizeof(bytes) - 1));
		if (n > end - at)
			n = (size_t)(end - at);
		rc = space_read_some(ctx, sp, at, bytes, n, &done);
		if (rc != 0 && s->missing.code == 0)
			s->missing = ctx->err;
		next = rc == 0 ? at + n : (at | (page - 1)) + 1;
		rc = split(ctx, s, bytes, done);
		if (rc != 0)
			return (rc);
		if (done < n) {
			s->skip = true;
			buf_reset(&s->part);
		}
	}
	/* The last string need not end in a NUL. */
	if (s->part.len > 0 && !s->skip)
		return (out(ctx, s, buf_text(&s->part), s->part.len));
	return (0);
}

/*
 * setproctitle(): a process that writes over its arguments may go on into its
 * environment, which shows in the byte where the arguments once ended.  Then
 * one string is taken, of at most a page (get_mm_proctitle).
 */
static bool
has_title(struct ctx *ctx, const struct space *sp, uint64_t arg_end)
{
	uint64_t last;
	int rc;

	ctx->quiet++;
	rc = space_uint(ctx, sp, arg_end - 1, 1, &last);
	ctx->quiet--;
	ctx_clear(ctx);
	return (rc == 0 && last != 0);
}

static int
title(struct ctx *ctx, const struct space *sp, uint64_t start, uint64_t end,
    uint64_t page, struct strings *s)
{
	const char *nul;
	char bytes[4096];
	size_t n, done;

	n = page < sizeof(bytes) ? (size_t)page : sizeof(bytes);
	if (n > end - start)
		n = (size_t)(end - start);
	if (space_read_some(ctx, sp, start, bytes, n, &done) != 0)
		s->missing = ctx->err;
	nul = memchr(bytes, 0, done);
	if (nul != NULL) {
		memset(&s->missing, 0, sizeof(s->missing));
		done = (size_t)(nul - bytes);
	}
	buf_add(&s->part, bytes, done);
	if (s->part.bad)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	return (done == 0 ? 0 : out(ctx, s, buf_text(&s->part), done));
}

/* Is the page where it was?  Its entry tells. */
static bool
is_there(struct ctx *ctx, const struct space *sp, const struct linux_argpage *a)
{
	const struct pt_form *f = sp->form;
	uint8_t raw[8];

	return (mem_read(ctx, sp->mem, a->entry_addr, raw,
	    f->entry_size) == 0 && load_uint(raw, f->entry_size, f->be) ==
	    a->entry);
}

/* Spare the walk to a page that was read at the last refresh. */
static void
recall(struct ctx *ctx, struct kernel *k, const struct space *sp, uint64_t mm,
    uint64_t va)
{
	struct linux_os *l = linux_of(k);
	struct linux_argpage a, *slot;
	struct pt_result r;

	va &= ~(PAGE - 1);
	pthread_mutex_lock(&l->lock);
	if (l->argpages == NULL)
		l->argpages = calloc(ARG_PAGES, sizeof(*l->argpages));
	slot = l->argpages == NULL ? NULL :
	    &l->argpages[(hash_u64(mm) ^ va / PAGE) % ARG_PAGES];
	if (slot != NULL)
		a = *slot;
	pthread_mutex_unlock(&l->lock);
	if (slot == NULL)
		return;
	ctx->quiet++;
	if (a.mm != mm || a.root != sp->root || a.va != va ||
	    !is_there(ctx, sp, &a)) {
		a.mm = 0;
		if (space_translate(ctx, sp, va, &r) == 0 && r.level == 0 &&
		    r.size == PAGE)
			a = (struct linux_argpage){ mm, sp->root, va, r.entry,
			    r.entry_addr, r.phys };
		pthread_mutex_lock(&l->lock);
		*slot = a;
		pthread_mutex_unlock(&l->lock);
	}
	if (a.mm != 0)
		space_known(ctx, sp, va, a.phys);
	ctx->quiet--;
	ctx_clear(ctx);
}

/* Those of a process that rests, from what was kept of it. */
static int
again(struct ctx *ctx, struct strings *s)
{
	const char *p = buf_text(&s->kept), *end = p + s->kept.len;
	size_t n;
	int rc;

	for (rc = 0; rc == 0 && p < end; p += n + 1) {
		n = strlen(p);
		rc = s->fn(s->arg, ctx, p, n);
	}
	return (rc);
}

int
linux_args(struct ctx *ctx, struct kernel *k, const struct os_proc *proc,
    bool env, int (*fn)(void *, struct ctx *, const char *, size_t), void *arg)
{
	struct strings s = { .fn = fn, .arg = arg };
	uint64_t users;
	struct linux_obj mm;
	struct space sp;
	uint64_t start, end, env_start, env_end, page;
	int rc;

	if (proc->mm == 0)
		return (0);
	if (!env && linux_kept_args(k, proc, &s.kept)) {
		rc = again(ctx, &s);
		buf_fini(&s.kept);
		return (rc);
	}
	rc = linux_proc_space(ctx, k, proc, &sp);
	if (rc != 0)
		return (rc);
	start = end = env_start = env_end = 0;
	rc = linux_obj_init(ctx, &mm, k, LT_MM);
	if (rc == 0)
		linux_obj_at(ctx, &mm, proc->mm);
	if (rc == 0)
		rc = linux_u64(ctx, &mm, LM_MM_ARG_START, &start);
	if (rc == 0)
		rc = linux_u64(ctx, &mm, LM_MM_ARG_END, &end);
	if (rc == 0)
		rc = linux_u64(ctx, &mm, LM_MM_ENV_START, &env_start);
	if (rc == 0)
		rc = linux_u64(ctx, &mm, LM_MM_ENV_END, &env_end);
	/* Another thread may write over them while this one rests. */
	s.keep = rc == 0 && k->live && !env &&
	    linux_u64(ctx, &mm, LM_MM_USERS, &users) == 0 && users == 1;
	linux_obj_fini(&mm);
	if (rc != 0)
		return (rc);
	page = linux_page_size(k);
	if (env) {
		start = env_start;
		end = env_end;
	} else if (env_start != end || env_end < env_start)
		env_end = end;
	if (start >= end)
		return (0);
	if (end - start > AREA_MAX || env_end - start > 2 * AREA_MAX)
		return (ctx_fail_at(ctx, E_CORRUPT, start,
		    "process %d claims %llu bytes of %s", proc->pid,
		    (unsigned long long)(end - start),
		    env ? "environment" : "arguments"));
	if (k->live && !env) {
		recall(ctx, k, &sp, proc->mm, start);
		if ((start ^ (end - 1)) >= PAGE)
			recall(ctx, k, &sp, proc->mm, end - 1);
	}
	if (!env && has_title(ctx, &sp, end))
		rc = title(ctx, &sp, start, env_end, page, &s);
	else
		rc = area(ctx, &sp, start, end, page, &s);
	if (s.keep && rc == 0 && s.missing.code == 0)
		linux_keep_args(k, proc, &s.kept);
	buf_fini(&s.kept);
	buf_fini(&s.part);
	if (rc == 0 && s.missing.code != 0) {
		ctx->err = s.missing;
		rc = ctx_chain(ctx, "%s of process %d",
		    env ? "environment" : "arguments", proc->pid);
	}
	return (rc);
}
