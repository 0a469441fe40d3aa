/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/edit_int.h"

#include "base/bytes.h"
#include "base/newfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EDITS_MAX	10000u
#define PAGE		UINT64_C(4096)

static void
edit_fini(struct edit *e)
{
	free(e->old);
	free(e->new);
	free(e->mask);
	free(e->what);
	free(e->old_text);
	free(e->new_text);
	free(e->why);
}

/* --- patch files --- */

/* One change of a patch, if the bytes are there that it was made over. */
static int
lay_over(struct ctx *ctx, struct edits *es, const struct change *c, bool *fits)
{
	uint8_t now[CHANGE_MAX];
	int rc;

	ctx->quiet++;
	rc = mem_read(ctx, &es->k->mem, c->pa, now, c->n);
	ctx->quiet--;
	*fits = rc == 0 && (memcmp(now, c->old, c->n) == 0 ||
	    memcmp(now, c->new, c->n) == 0);
	return (*fits ? overlay_put(ctx, es->patch, c->pa, c->new, c->n) : 0);
}

static int
load_patch(struct ctx *ctx, struct edits *es)
{
	struct changes cs;
	size_t i, left;
	bool fits;
	int rc;

	rc = changes_load(ctx, CHANGE_PATCH, es->patch_path, &cs);
	/* It may be made by what is written. */
	if (rc == E_NOT_FOUND && es->write) {
		ctx_clear(ctx);
		rc = 0;
	} else if (rc == 0) {
		rc = identity_match(ctx, es->identity, cs.target);
		if (rc != 0)
			ctx_chain(ctx, "%s", es->patch_path);
		for (i = left = 0; rc == 0 && i < cs.n; i++) {
			rc = lay_over(ctx, es, &cs.v[i], &fits);
			left += !fits;
		}
		if (rc == 0 && left > 0)
			os_warn(es->k, "%s: %zu of %zu changes do not fit the "
			    "bytes that are there, and were left out",
			    es->patch_path, left, cs.n);
	}
	changes_fini(&cs);
	return (rc);
}

/* Runs of bytes that differ from what lies below. */
static int
add_runs(struct ctx *ctx, struct overlay *from, struct overlay *lowest,
    struct buf *b)
{
	struct change c = { .what = "" };
	uint8_t old[CHANGE_MAX], new[CHANGE_MAX];
	uint64_t pa;
	size_t n, i, end;
	int rc;

	for (pa = 0; (n = overlay_next(from, &pa, new, sizeof(new))) > 0;
	    pa += n) {
		rc = overlay_below(ctx, lowest, pa, old, n);
		if (rc != 0)
			return (rc);
		for (i = 0; i < n; i = end) {
			for (; i < n && old[i] == new[i]; i++)
				;
			for (end = i; end < n && old[end] != new[end]; end++)
				;
			c.pa = pa + i;
			c.n = end - i;
			c.old = old + i;
			c.new = new + i;
			if (c.n > 0)
				change_line(b, CHANGE_PATCH, &c);
		}
		if (pa + n < pa)
			break;
	}
	return (0);
}

static int
replace_file(struct ctx *ctx, const char *path, struct buf *b)
{
	struct newfile out;
	int rc;

	rc = newfile_open(ctx, &out, path, 0600);
	if (rc != 0)
		return (rc);
	if (b->bad)
		rc = ctx_fail(ctx, E_NOMEM, "%s: out of memory", path);
	else if (fwrite(buf_text(b), 1, b->len, out.f) != b->len)
		rc = ctx_fail_errno(ctx, E_IO, "%s", path);
	return (newfile_close(ctx, &out, rc, true));
}

static int
save(struct ctx *ctx, struct edits *es, const char *path, bool staged)
{
	struct buf b = { 0 };
	struct overlay *lowest;
	int rc;

	lowest = es->patch != NULL ? es->patch : es->staged;
	change_head(&b, CHANGE_PATCH, es->identity);
	rc = es->patch != NULL ? add_runs(ctx, es->patch, lowest, &b) : 0;
	/* Later lines lie over earlier ones. */
	if (rc == 0 && staged && es->staged != NULL)
		rc = add_runs(ctx, es->staged, lowest, &b);
	if (rc == 0)
		rc = replace_file(ctx, path, &b);
	buf_fini(&b);
	return (rc);
}

int
edits_save_patch(struct ctx *ctx, struct edits *es, const char *path)
{
	return (save(ctx, es, path, true));
}

/* --- life --- */

int
edits_create(struct ctx *ctx, struct kernel *k, const char *patch, bool write)
{
	struct edits *es;
	const char *file;
	int rc;

	es = calloc(1, sizeof(*es));
	if (es == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	es->k = k;
	es->write = write;
	es->patch_path = patch;
	es->journal.fd = -1;
	rc = kernel_identity(ctx, k, es->identity);
	if (rc == 0 && patch != NULL)
		rc = overlay_push(ctx, &k->mem, true, &es->patch);
	if (rc == 0 && patch != NULL)
		rc = load_patch(ctx, es);
	if (rc == 0 && write)
		rc = overlay_push(ctx, &k->mem, false, &es->staged);
	if (rc != 0) {
		edits_destroy(es);
		return (rc);
	}
	file = k->dump->nfiles > 0 ? file_name(k->dump->files[0]) :
	    "the running kernel";
	es->medium = patch != NULL ? arena_printf(&k->arena,
	    "the patch file %s", patch) : arena_strdup(&k->arena, file);
	k->edits = es;
	return (0);
}

void
edits_destroy(struct edits *es)
{
	size_t i;

	if (es == NULL)
		return;
	for (i = 0; i < es->n; i++)
		edit_fini(&es->v[i]);
	free(es->v);
	journal_close(&es->journal);
	free(es);
}

size_t
edits_count(const struct edits *es)
{
	return (es->n);
}

const struct edit *
edits_at(const struct edits *es, size_t i)
{
	return (i < es->n ? &es->v[i] : NULL);
}

size_t
edits_staged(const struct edits *es)
{
	size_t i, n;

	for (i = n = 0; i < es->n; i++)
		n += es->v[i].state == EDIT_STAGED;
	return (n);
}

const char *
edits_medium(const struct edits *es)
{
	return (es->medium != NULL ? es->medium : "");
}

const char *
edits_journal(const struct edits *es)
{
	return (es->journal.path);
}

const char *
edit_state_name(enum edit_state s)
{
	static const char *const names[] = {
		[EDIT_STAGED] = "staged", [EDIT_WRITTEN] = "written",
		[EDIT_DROPPED] = "dropped", [EDIT_DIFFERS] = "differs",
		[EDIT_FAILED] = "failed", [EDIT_UNDONE] = "undone",
	};

	return (names[s]);
}

bool
edits_cover(struct ctx *ctx, const struct edits *es, const struct space *space,
    uint64_t va, size_t n)
{
	struct pt_result r;
	uint64_t at;
	size_t part;
	bool yes;

	if (es->staged == NULL || edits_staged(es) == 0)
		return (false);
	ctx->quiet++;
	for (at = va, yes = false; !yes && at - va < n; at += part) {
		part = (size_t)(PAGE - (at & (PAGE - 1)));
		if (part > n - (size_t)(at - va))
			part = n - (size_t)(at - va);
		yes = space_translate(ctx, space, at, &r) == 0 &&
		    overlay_covers(es->staged, r.phys, part);
	}
	ctx->quiet--;
	return (yes);
}

/* --- staging --- */

/* Where its bytes lie, in pieces that do not cross a page's border. */
static int
find_pieces(struct ctx *ctx, struct edit *e)
{
	struct pt_result r;
	size_t done, part;
	int rc;

	for (done = 0, e->npieces = 0; done < e->n; done += part) {
		if (e->npieces == 2)
			return (ctx_fail(ctx, E_LIMIT, "%zu bytes are too many "
			    "for one change", e->n));
		rc = space_translate(ctx, e->space, e->addr + done, &r);
		if (rc != 0)
			return (rc);
		part = (size_t)(PAGE - ((e->addr + done) & (PAGE - 1)));
		if (part > e->n - done)
			part = e->n - done;
		e->pieces[e->npieces++] = (struct edit_piece){ r.phys, part };
	}
	return (0);
}

static char *
text_of(struct ctx *ctx, struct edits *es, const struct edit *e,
    const uint8_t *bytes)
{
	struct buf b = { 0 };
	char *text;
	size_t i;

	ctx->quiet++;
	if (!e->typed || value_text(ctx, &es->k->env, &e->v, &b) != 0) {
		buf_reset(&b);
		for (i = 0; i < e->n && i < 16; i++)
			buf_printf(&b, "%s%02x", i > 0 ? " " : "", bytes[i]);
		if (i < e->n)
			buf_puts(&b, " ...");
	}
	ctx->quiet--;
	text = strdup(buf_text(&b));
	buf_fini(&b);
	return (text);
}

/*
 * What is seen, or what the medium has below what is staged.  Where that is
 * closed a change can be tried all the same: then "old" is only what the medium
 * answers.
 */
static int
read_piece(struct ctx *ctx, struct edits *es, struct edit *e, size_t i,
    bool below, void *buf)
{
	const struct edit_piece *p = &e->pieces[i];
	struct err why;
	int rc;

	rc = below ? overlay_below(ctx, es->staged, p->pa, buf, p->n) :
	    mem_read(ctx, &es->k->mem, p->pa, buf, p->n);
	if (rc != E_RESTRICTED)
		return (rc);
	why = ctx->err;
	rc = mem_answer(ctx, &es->k->mem, p->pa, buf, p->n);
	if (rc == 0)
		e->blind = true;
	else
		ctx->err = why;
	return (rc);
}

/* Show it over memory; what it replaces is what is seen now. */
static int
show(struct ctx *ctx, struct edits *es, struct edit *e)
{
	size_t i, at;
	int rc;

	for (i = at = 0, rc = 0; rc == 0 && i < e->npieces; i++) {
		rc = read_piece(ctx, es, e, i, false, e->old + at);
		at += e->pieces[i].n;
	}
	if (rc != 0)
		return (rc);
	for (i = 0; i < e->n; i++)
		e->new[i] = (uint8_t)((e->old[i] & ~e->mask[i]) |
		    (e->new[i] & e->mask[i]));
	free(e->old_text);
	free(e->new_text);
	e->old_text = e->blind ? strdup("<restricted>") :
	    text_of(ctx, es, e, e->old);
	for (i = at = 0; rc == 0 && i < e->npieces; i++) {
		rc = overlay_put(ctx, es->staged, e->pieces[i].pa, e->new + at,
		    e->pieces[i].n);
		at += e->pieces[i].n;
	}
	e->new_text = text_of(ctx, es, e, e->new);
	return (rc);
}

/* After one is staged no more: those that remain, in their order. */
static int
show_all(struct ctx *ctx, struct edits *es)
{
	size_t i;
	int rc;

	overlay_clear(es->staged);
	for (i = 0, rc = 0; i < es->n && rc == 0; i++)
		if (es->v[i].state == EDIT_STAGED)
			rc = show(ctx, es, &es->v[i]);
	return (rc);
}

static int
new_edit(struct ctx *ctx, struct edits *es, const struct value_store *s,
    int pid, const char *what, struct edit *e)
{
	*e = (struct edit){ .addr = s->addr, .pid = pid, .space = s->v.space,
	    .n = s->n, .v = s->v, .typed = s->typed };
	e->old = malloc(s->n);
	e->new = malloc(s->n);
	e->mask = malloc(s->n);
	e->what = strdup(what);
	if (e->old == NULL || e->new == NULL || e->mask == NULL ||
	    e->what == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	memcpy(e->new, s->bytes, s->n);
	memcpy(e->mask, s->mask, s->n);
	if (e->space == NULL)
		e->space = &es->k->space;
	return (find_pieces(ctx, e));
}

int
edits_stage(struct ctx *ctx, struct edits *es, const struct value_store *s,
    int pid, const char *what, size_t *index)
{
	struct edit e;
	int rc;

	if (es == NULL || es->staged == NULL)
		return (ctx_fail(ctx, E_USAGE, "writing is not allowed without "
		    "the option -w"));
	if (es->n >= EDITS_MAX)
		return (ctx_fail(ctx, E_LIMIT, "more than %u changes",
		    EDITS_MAX));
	if (!vec_room(es->v, es->cap, es->n + 1))
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	rc = new_edit(ctx, es, s, pid, what, &e);
	if (rc == 0)
		rc = show(ctx, es, &e);
	if (rc != 0) {
		edit_fini(&e);
		return (rc);
	}
	if (index != NULL)
		*index = es->n;
	es->v[es->n++] = e;
	return (0);
}

/* --- writing --- */

static void
set_why(struct edit *e, enum edit_state state, const char *why)
{
	e->state = state;
	free(e->why);
	e->why = why != NULL ? strdup(why) : NULL;
}

/* All of it as the medium has it, what is staged not seen. */
static int
read_medium(struct ctx *ctx, struct edits *es, struct edit *e, uint8_t *buf)
{
	size_t i, at;
	int rc;

	for (i = at = 0, rc = 0; rc == 0 && i < e->npieces; i++) {
		rc = read_piece(ctx, es, e, i, true, buf + at);
		at += e->pieces[i].n;
	}
	return (rc);
}

static int
write_medium(struct ctx *ctx, struct edits *es, const struct edit *e,
    const uint8_t *buf)
{
	size_t i, at;
	int rc;

	for (i = at = 0, rc = 0; rc == 0 && i < e->npieces; i++) {
		rc = mem_write(ctx, &es->k->mem, e->pieces[i].pa, buf + at,
		    e->pieces[i].n);
		at += e->pieces[i].n;
	}
	return (rc);
}

/* A patch file is its own journal. */
static int
note(struct ctx *ctx, struct edits *es, const struct edit *e, uint8_t *from,
    uint8_t *to, bool undo)
{
	struct change c = { .undo = undo || es->undoing, .pid = e->pid, .what = e->what };
	struct timespec now;
	struct tm tm;
	size_t i, at;
	int rc;

	if (es->patch != NULL)
		return (0);
	rc = es->journal.fd != -1 ? 0 : journal_open(ctx,
	    es->journal_path, es->identity, &es->journal);
	clock_gettime(CLOCK_REALTIME, &now);
	if (gmtime_r(&now.tv_sec, &tm) == NULL)
		memset(&tm, 0, sizeof(tm));
	strftime(c.time, sizeof(c.time), "%Y-%m-%dT%H:%M:%SZ", &tm);
	for (i = at = 0; rc == 0 && i < e->npieces; i++) {
		c.addr = e->addr + at;
		c.pa = e->pieces[i].pa;
		c.n = e->pieces[i].n;
		c.old = from + at;
		c.new = to + at;
		rc = journal_add(ctx, &es->journal, &c);
		at += c.n;
	}
	return (rc);
}

/* Write and read back; the state tells what came of it. */
static int
put(struct ctx *ctx, struct edits *es, struct edit *e, uint8_t *from,
    uint8_t *to, bool undo)
{
	uint8_t back[VALUE_STORE_MAX];
	int rc;

	rc = note(ctx, es, e, from, to, undo);
	if (rc == 0) {
		rc = write_medium(ctx, es, e, to);
		if (rc == 0 && es->patch != NULL)
			rc = save(ctx, es, es->patch_path, false);
		if (rc != 0) {
			/* Not a half of it: what was written goes back. */
			ctx->quiet++;
			(void)write_medium(ctx, es, e, from);
			ctx->quiet--;
		}
	}
	if (rc == 0)
		rc = read_medium(ctx, es, e, back);
	if (rc != 0) {
		set_why(e, undo ? EDIT_WRITTEN : EDIT_FAILED, ctx->err.text);
		return (rc);
	}
	if (memcmp(back, to, e->n) == 0 && !e->blind) {
		set_why(e, undo ? EDIT_UNDONE : EDIT_WRITTEN, NULL);
		return (0);
	}
	if (memcmp(back, from, e->n) == 0) {
		rc = ctx_fail_at(ctx, E_IO, e->addr, "0x%llx: the write was "
		    "dropped: it still reads as before%s",
		    (unsigned long long)e->addr, e->blind ? ", as the kernel "
		    "answers for memory that it closes" : "");
		set_why(e, undo ? EDIT_WRITTEN : EDIT_DROPPED, ctx->err.text);
		return (rc);
	}
	rc = ctx_fail_at(ctx, E_IO, e->addr, "0x%llx does not read back as it "
	    "was written: it may have changed since, or take only some bits",
	    (unsigned long long)e->addr);
	set_why(e, EDIT_DIFFERS, ctx->err.text);
	return (rc);
}

static int
commit_one(struct ctx *ctx, struct edits *es, struct edit *e)
{
	size_t i;
	int rc;

	/* A live one may have changed since it was staged. */
	rc = read_medium(ctx, es, e, e->old);
	if (rc != 0) {
		set_why(e, EDIT_FAILED, ctx->err.text);
		return (rc);
	}
	for (i = 0; i < e->n; i++)
		e->new[i] = (uint8_t)((e->old[i] & ~e->mask[i]) |
		    (e->new[i] & e->mask[i]));
	return (put(ctx, es, e, e->old, e->new, false));
}

/* The medium is not written: say what else can be done. */
static int
refused(struct ctx *ctx, const struct edits *es)
{
	const struct err err = ctx->err;

	if (es->patch != NULL || es->staged == NULL)
		return (err.code);
	return (ctx_fail(ctx, err.code, "%.400s; --patch FILE keeps changes "
	    "in a file of their own", err.text));
}

int
edits_commit(struct ctx *ctx, struct edits *es)
{
	struct err first;
	size_t i;
	int rc, one;

	rc = es->staged == NULL ? ctx_fail(ctx, E_USAGE, "writing is not "
	    "allowed without the option -w") :
	    mem_write(ctx, &es->k->mem, 0, NULL, 0);
	if (rc != 0)
		return (refused(ctx, es));
	kernel_refresh(es->k);
	for (i = 0; i < es->n; i++) {
		if (es->v[i].state != EDIT_STAGED)
			continue;
		one = commit_one(ctx, es, &es->v[i]);
		if (one != 0 && rc == 0) {
			rc = one;
			first = ctx->err;
		}
	}
	overlay_clear(es->staged);
	if (rc != 0)
		ctx->err = first;
	return (rc);
}

int
edits_undo(struct ctx *ctx, struct edits *es, size_t i)
{
	uint8_t now[VALUE_STORE_MAX], to[VALUE_STORE_MAX];
	struct edit *e;
	size_t k;
	int rc;

	if (i >= es->n)
		return (ctx_fail(ctx, E_NOT_FOUND, "nothing was written"));
	e = &es->v[i];
	if (e->state == EDIT_STAGED) {
		edit_fini(e);
		memmove(e, e + 1, (es->n - i - 1) * sizeof(*e));
		es->n--;
		return (show_all(ctx, es));
	}
	if (e->state != EDIT_WRITTEN && e->state != EDIT_DIFFERS)
		return (ctx_fail(ctx, E_NOT_FOUND, "nothing to undo: %s",
		    e->state == EDIT_UNDONE ? "that is done already" :
		    "it was not written"));
	kernel_refresh(es->k);
	rc = read_medium(ctx, es, e, now);
	if (rc != 0)
		return (rc);
	for (k = 0; k < e->n; k++) {
		if (((now[k] ^ e->new[k]) & e->mask[k]) != 0)
			return (ctx_fail_at(ctx, E_UNSUPPORTED, e->addr + k,
			    "0x%llx has changed since it was written: not "
			    "undone", (unsigned long long)e->addr));
		to[k] = (uint8_t)((now[k] & ~e->mask[k]) |
		    (e->old[k] & e->mask[k]));
	}
	return (put(ctx, es, e, now, to, true));
}
