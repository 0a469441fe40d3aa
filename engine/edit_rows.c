/* SPDX-License-Identifier: BSD-2-Clause */
/* Changes as rows: what "write" and --undo print. */
#include "engine/edit_int.h"

#include "engine/view/tools.h"

#include <stdlib.h>
#include <string.h>

static const struct column write_columns[] = {
	{ .key = "address", .width = 18 },
	{ .key = "old", .width = 24 },
	{ .key = "new", .width = 24 },
};

static const struct column undo_columns[] = {
	{ .key = "time", .width = 20 },
	{ .key = "address", .width = 18 },
	{ .key = "old", .width = 24 },
	{ .key = "new", .width = 24 },
	{ .key = "state", .width = 10 },
};

static char *
trimmed(const char *p, const char *end)
{
	while (end > p && strchr(" \t\r\n", end[-1]) != NULL)
		end--;
	return (strndup(p, (size_t)(end - p)));
}

int
edits_split(struct ctx *ctx, const char *args, char **place, char **value)
{
	const char *from, *end;
	bool open;

	if (!view_token(args, &from, &end, &open) || open)
		goto usage;
	args = end + strspn(end, " \t");
	if (args[0] == '=' && args[1] != '=')
		args += 1 + strspn(args + 1, " \t");
	if (args[0] == '\0')
		goto usage;
	*place = trimmed(from, end);
	*value = trimmed(args, args + strlen(args));
	if (*place != NULL && *value != NULL)
		return (0);
	free(*place);
	free(*value);
	return (ctx_fail(ctx, E_NOMEM, "out of memory"));
usage:
	return (ctx_fail(ctx, E_USAGE, "usage: write EXPR VALUE; an EXPR with "
	    "blanks goes in ()"));
}

/* As print shows it, or the bytes of what has no type or no one value. */
static struct cell
value_cell(struct ctx *ctx, struct edits *es, const struct value_store *s,
    struct arena *arena)
{
	struct cell c;

	c = s->typed ? view_cell_leaf(ctx, &es->k->env, &s->v, arena) :
	    cell_null();
	ctx_clear(ctx);
	return (c);
}

static int
write_row(struct ctx *ctx, struct edits *es, const char *place,
    const char *value, bool apply, struct row_sink *sink)
{
	struct value_store *s;
	const struct edit *e;
	struct cell cells[3];
	struct arena arena;
	size_t i;
	int rc;

	s = malloc(sizeof(*s));
	if (s == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	arena_init(&arena);
	rc = value_store_eval(ctx, &es->k->env, place, value, s);
	if (rc == 0) {
		cells[1] = value_cell(ctx, es, s, &arena);
		rc = edits_stage(ctx, es, s, 0, place, &i);
	}
	if (rc == 0) {
		e = edits_at(es, i);
		cells[0] = cell_link(cell_addr(e->addr), link_memory(e->addr,
		    e->typed ? e->v.type : (struct typeref){ 0, 0 }, 0));
		cells[2] = value_cell(ctx, es, s, &arena);
		if (cells[1].kind == CELL_NULL)
			cells[1] = cell_bytes(e->old, e->n);
		if (cells[2].kind == CELL_NULL)
			cells[2] = cell_bytes(e->new, e->n);
		if (apply)
			rc = edits_commit(ctx, es);
	}
	if (rc == 0)
		rc = sink->begin(sink, ctx, write_columns,
		    COUNT(write_columns));
	if (rc == 0)
		rc = row_emit_cells(sink, ctx, s->addr, cells, COUNT(cells));
	arena_fini(&arena);
	free(s);
	return (rc);
}

int
edits_write(struct ctx *ctx, struct kernel *k, const char *args, bool apply,
    struct row_sink *sink)
{
	char *place, *value;
	int rc;

	if (k->edits == NULL || k->edits->staged == NULL)
		return (ctx_fail(ctx, E_USAGE, "writing is not allowed without "
		    "the option -w"));
	rc = edits_split(ctx, args, &place, &value);
	if (rc != 0)
		return (rc);
	rc = write_row(ctx, k->edits, place, value, apply, sink);
	free(place);
	free(value);
	return (rc);
}

/* --- a journal --- */

enum fate { CAN_UNDO, UNDONE, CHANGED, MOVED, UNREADABLE, FAILED };

struct entry {
	enum fate	 fate;
	size_t		 edit;		/* CAN_UNDO: which it has become */
};

static const char *const fates[] = {
	[CAN_UNDO] = "written", [UNDONE] = "undone", [CHANGED] = "changed",
	[MOVED] = "moved", [UNREADABLE] = "unreadable", [FAILED] = "failed",
};

/* A later line that undoes a write. */
static bool
is_undone(const struct changes *cs, size_t i, bool *used)
{
	const struct change *w = &cs->v[i], *c;
	size_t j;

	for (j = i + 1; j < cs->n; j++) {
		c = &cs->v[j];
		if (c->undo && !used[j] && c->pa == w->pa && c->n == w->n &&
		    memcmp(c->old, w->new, w->n) == 0 &&
		    memcmp(c->new, w->old, w->n) == 0) {
			used[j] = true;
			return (true);
		}
	}
	return (false);
}

/* The space of an entry's address: kept by the edits as long as they live. */
static const struct space *
space_of(struct ctx *ctx, struct edits *es, int pid)
{
	struct os_proc proc;
	struct space *sp;

	if (pid == 0)
		return (&es->k->space);
	sp = arena_alloc(&es->k->arena, sizeof(*sp));
	if (sp == NULL || os_proc(ctx, es->k, pid, &es->k->arena, &proc) != 0 ||
	    os_proc_space(ctx, es->k, &proc, sp) != 0)
		return (NULL);
	return (sp);
}

/* Stage the way back, over those of later writes. */
static enum fate
judge(struct ctx *ctx, struct edits *es, const struct change *c, size_t *edit)
{
	uint8_t now[CHANGE_MAX];
	struct value_store s = { .addr = c->addr, .n = c->n };
	struct pt_result r;

	s.v.space = space_of(ctx, es, c->pid);
	if (s.v.space == NULL || space_translate(ctx, s.v.space, c->addr,
	    &r) != 0)
		return (UNREADABLE);
	if (r.phys != c->pa)
		return (MOVED);
	if (mem_read(ctx, &es->k->mem, c->pa, now, c->n) != 0)
		return (UNREADABLE);
	if (memcmp(now, c->new, c->n) != 0)
		return (memcmp(now, c->old, c->n) == 0 ? UNDONE : CHANGED);
	memcpy(s.bytes, c->old, c->n);
	memset(s.mask, 0xff, c->n);
	return (edits_stage(ctx, es, &s, c->pid, c->what, edit) == 0 ?
	    CAN_UNDO : FAILED);
}

static int
judge_all(struct ctx *ctx, struct edits *es, const struct changes *cs,
    struct entry *v)
{
	bool *used;
	size_t i;
	int rc;

	used = calloc(cs->n + 1, sizeof(*used));
	if (used == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	ctx->quiet++;
	for (i = 0; i < cs->n; i++)
		if (!cs->v[i].undo && is_undone(cs, i, used))
			v[i].fate = UNDONE;
	for (i = cs->n, rc = 0; i-- > 0 && rc == 0; rc = ctx_check(ctx))
		if (!cs->v[i].undo && v[i].fate != UNDONE)
			v[i].fate = judge(ctx, es, &cs->v[i], &v[i].edit);
	ctx->quiet--;
	free(used);
	return (rc);
}

static int
emit_entries(struct ctx *ctx, const struct edits *es, const struct changes *cs,
    const struct entry *v, struct row_sink *sink, size_t *left)
{
	const struct change *c;
	struct cell cells[5];
	const char *state;
	size_t i;
	int rc;

	rc = sink->begin(sink, ctx, undo_columns, COUNT(undo_columns));
	for (i = *left = 0; i < cs->n && rc == 0; i++) {
		c = &cs->v[i];
		if (c->undo)
			continue;
		state = fates[v[i].fate];
		if (v[i].fate == CAN_UNDO &&
		    edits_at(es, v[i].edit)->state == EDIT_WRITTEN)
			state = fates[UNDONE];
		else if (v[i].fate != UNDONE)
			(*left)++;
		cells[0] = cell_text(c->time);
		cells[1] = cell_link(cell_addr(c->addr), link_memory(c->addr,
		    (struct typeref){ 0, 0 }, c->pid));
		cells[2] = cell_bytes(c->old, c->n);
		cells[3] = cell_bytes(c->new, c->n);
		cells[4] = cell_text(state);
		rc = row_emit_cells(sink, ctx, i + 1, cells, COUNT(cells));
	}
	return (rc);
}

static int
undo_changes(struct ctx *ctx, struct edits *es, const struct changes *cs,
    bool apply, struct row_sink *sink)
{
	struct entry *v;
	struct err err;
	size_t left;
	int rc, committed;

	v = calloc(cs->n + 1, sizeof(*v));
	if (v == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	rc = judge_all(ctx, es, cs, v);
	ctx_clear(ctx);
	committed = rc == 0 && apply ? edits_commit(ctx, es) : 0;
	err = ctx->err;
	if (rc == 0)
		rc = emit_entries(ctx, es, cs, v, sink, &left);
	if (rc == 0 && committed != 0) {
		ctx->err = err;
		rc = ctx->err.code = E_UNSUPPORTED;
	} else if (rc == 0 && apply && left > 0) {
		rc = ctx_fail(ctx, E_UNSUPPORTED, "%zu change%s not undone: "
		    "the bytes there are not those that were written", left,
		    left == 1 ? " is" : "s are");
	}
	free(v);
	return (rc);
}

int
edits_undo_journal(struct ctx *ctx, struct kernel *k, const char *path,
    bool apply, struct row_sink *sink)
{
	struct edits *es = k->edits;
	struct changes cs;
	int rc;

	rc = changes_load(ctx, CHANGE_JOURNAL, path, &cs);
	if (rc == 0)
		rc = identity_match(ctx, es->identity, cs.target);
	if (rc == 0) {
		es->journal_path = path;
		es->undoing = true;
		rc = undo_changes(ctx, es, &cs, apply, sink);
	}
	changes_fini(&cs);
	return (rc);
}
