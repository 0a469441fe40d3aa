/* SPDX-License-Identifier: BSD-2-Clause */
/* Staged, written, read back, undone: over a memory that misbehaves. */
#include "tests/unit/unit.h"

#include "engine/change.h"
#include "engine/edit.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIZE	0x4000u

enum mood { OBEYS, DROPS, BENDS, FAILS, FAILS_AT_2000, REFUSES };

struct target {
	struct mem_layer layer;
	uint8_t		 bytes[SIZE];
	enum mood	 mood;
	unsigned	 writes;
	size_t		 noted;		/* lines of journals when last written */
};

struct world {
	struct ctx	 ctx;
	struct kernel	 k;
	struct dump	 dump;
	struct target	 t;
	char		 dir[64];
};

/* Lines of all journals in the state folder. */
static size_t
journal_lines(void)
{
	char pattern[128];
	size_t lines, i;
	glob_t g;
	FILE *f;
	int c;

	snprintf(pattern, sizeof(pattern), "%s/kpeek/journal-*",
	    getenv("XDG_STATE_HOME"));
	lines = 0;
	if (glob(pattern, 0, NULL, &g) != 0)
		return (0);
	for (i = 0; i < g.gl_pathc; i++) {
		f = fopen(g.gl_pathv[i], "r");
		assert_non_null(f);
		while ((c = getc(f)) != EOF)
			lines += c == '\n';
		fclose(f);
	}
	globfree(&g);
	return (lines);
}

static int
target_read(struct mem_layer *l, struct ctx *ctx, uint64_t pa, void *buf,
    size_t n)
{
	struct target *t = (struct target *)l;

	if (pa >= SIZE || n > SIZE - pa)
		return (ctx_fail_at(ctx, E_NOT_IN_DUMP, pa, "end"));
	memcpy(buf, t->bytes + pa, n);
	return (0);
}

static int
target_extent(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct extent *e)
{
	(void)l;
	(void)e;
	return (ctx_fail_at(ctx, E_UNSUPPORTED, pa, "read it"));
}

static int
target_range(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct mem_range *r)
{
	(void)l;
	(void)ctx;
	if (pa >= SIZE)
		return (E_DONE);
	*r = (struct mem_range){ pa, SIZE, 0, UINT64_MAX };
	return (0);
}

static int
target_write(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    const void *buf, size_t n)
{
	struct target *t = (struct target *)l;

	if (t->mood == REFUSES)
		return (ctx_fail_at(ctx, E_UNSUPPORTED, pa, "no"));
	if (n == 0)
		return (0);
	t->writes++;
	t->noted = journal_lines();
	if (t->mood == FAILS || (t->mood == FAILS_AT_2000 && pa >= 0x2000))
		return (ctx_fail_at(ctx, E_IO, pa, "broken"));
	if (t->mood != DROPS)
		memcpy(t->bytes + pa, buf, n);
	if (t->mood == BENDS)
		t->bytes[pa] ^= 0x80;
	return (0);
}

static void
target_close(struct mem_layer *l)
{
	(void)l;
}

static const struct mem_layer_ops target_ops = {
	.name = "target", .read = target_read, .extent = target_extent,
	.range = target_range, .write = target_write, .close = target_close,
};

static void
world_init(struct world *w)
{
	size_t i;

	memset(w, 0, sizeof(*w));
	ctx_init(&w->ctx);
	snprintf(w->dir, sizeof(w->dir), "/tmp/kpeek-edit-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	assert_int_equal(setenv("XDG_STATE_HOME", w->dir, 1), 0);
	for (i = 0; i < SIZE; i++)
		w->t.bytes[i] = (uint8_t)(i * 13);
	w->t.layer.ops = &target_ops;
	arena_init(&w->k.arena);
	sym_init(&w->k.symbols);
	mem_init(&w->k.mem, &w->t.layer, NULL);
	w->k.dump = &w->dump;
	w->k.types = types_create(8, false);
	space_init(&w->k.space, &w->k.mem, NULL, 0, false, 8);
	w->k.env.space = &w->k.space;
	w->k.env.types = w->k.types;
	assert_int_equal(edits_create(&w->ctx, &w->k, NULL, true), 0);
}

static void
world_fini(struct world *w)
{
	char command[96];

	edits_destroy(w->k.edits);
	mem_fini(&w->k.mem);
	types_destroy(w->k.types);
	sym_fini(&w->k.symbols);
	arena_fini(&w->k.arena);
	snprintf(command, sizeof(command), "rm -r %s", w->dir);
	assert_int_equal(system(command), 0);
	ctx_fini(&w->ctx);
}

static size_t
stage(struct world *w, uint64_t addr, const char *value)
{
	struct value_store s;
	size_t i;

	assert_int_equal(value_store_raw(&w->ctx, &w->k.env, &w->k.space, addr,
	    value, &s), 0);
	assert_int_equal(edits_stage(&w->ctx, w->k.edits, &s, 0, "it", &i), 0);
	return (i);
}

static enum edit_state
state_of(struct world *w, size_t i)
{
	return (edits_at(w->k.edits, i)->state);
}

/* What the memory shows, and what the target has. */
static void
shows(struct world *w, uint64_t addr, const char *seen, const char *is)
{
	char got[64];

	assert_int_equal(space_read(&w->ctx, &w->k.space, addr, got,
	    strlen(seen)), 0);
	assert_memory_equal(got, seen, strlen(seen));
	assert_memory_equal(w->t.bytes + addr, is, strlen(is));
}

static void
there_and_back(void **state)
{
	uint8_t before[SIZE];
	struct world w;
	size_t a, b;

	(void)state;
	world_init(&w);
	memcpy(before, w.t.bytes, SIZE);
	memcpy(w.t.bytes + 0x1ffe, "abcd", 4);
	a = stage(&w, 0x1ffe, "\"wxyz\"");	/* over a page's border */
	b = stage(&w, 0x1fff, "\"!\"");		/* over the first */
	shows(&w, 0x1ffe, "w!yz", "abcd");
	assert_int_equal(w.t.writes, 0);
	assert_int_equal(journal_lines(), 0);
	assert_int_equal(edits_commit(&w.ctx, w.k.edits), 0);
	shows(&w, 0x1ffe, "w!yz", "w!yz");
	assert_int_equal(state_of(&w, a), EDIT_WRITTEN);
	assert_int_equal(state_of(&w, b), EDIT_WRITTEN);
	/* Two of the head, two pieces, one more: there before its write. */
	assert_int_equal(w.t.noted, 5);
	assert_int_equal(journal_lines(), 5);
	/* The first lies under the second. */
	assert_int_equal(edits_undo(&w.ctx, w.k.edits, a), E_UNSUPPORTED);
	shows(&w, 0x1ffe, "w!yz", "w!yz");
	assert_int_equal(edits_undo(&w.ctx, w.k.edits, b), 0);
	assert_int_equal(edits_undo(&w.ctx, w.k.edits, a), 0);
	shows(&w, 0x1ffe, "abcd", "abcd");
	assert_int_equal(state_of(&w, a), EDIT_UNDONE);
	assert_int_equal(edits_undo(&w.ctx, w.k.edits, a), E_NOT_FOUND);
	assert_int_equal(journal_lines(), 8);
	memcpy(w.t.bytes + 0x1ffe, before + 0x1ffe, 4);
	assert_memory_equal(w.t.bytes, before, SIZE);
	world_fini(&w);
}

static void
staged_no_more(void **state)
{
	struct world w;
	size_t a;

	(void)state;
	world_init(&w);
	memcpy(w.t.bytes + 0x10, "abcd", 4);
	a = stage(&w, 0x10, "\"12\"");
	(void)stage(&w, 0x11, "\"34\"");
	shows(&w, 0x10, "134d", "abcd");
	/* What lay over it shows what it would replace now. */
	assert_int_equal(edits_undo(&w.ctx, w.k.edits, a), 0);
	shows(&w, 0x10, "a34d", "abcd");
	assert_int_equal(edits_count(w.k.edits), 1);
	assert_memory_equal(edits_at(w.k.edits, 0)->old, "bc", 2);
	assert_int_equal(edits_undo(&w.ctx, w.k.edits, 0), 0);
	shows(&w, 0x10, "abcd", "abcd");
	assert_int_equal(w.t.writes, 0);
	world_fini(&w);
}

static void
misbehaves(void **state)
{
	struct world w;
	size_t i;

	(void)state;
	world_init(&w);
	memcpy(w.t.bytes + 0x1ffe, "abcd", 4);
	w.t.mood = DROPS;
	i = stage(&w, 0x1ffe, "\"wx\"");
	assert_true(edits_commit(&w.ctx, w.k.edits) != 0);
	assert_non_null(strstr(w.ctx.err.text, "dropped"));
	assert_int_equal(state_of(&w, i), EDIT_DROPPED);
	shows(&w, 0x1ffe, "abcd", "abcd");
	assert_int_equal(edits_undo(&w.ctx, w.k.edits, i), E_NOT_FOUND);
	w.t.mood = BENDS;
	i = stage(&w, 0x1ffe, "\"wx\"");
	assert_true(edits_commit(&w.ctx, w.k.edits) != 0);
	assert_int_equal(state_of(&w, i), EDIT_DIFFERS);
	memcpy(w.t.bytes + 0x1ffe, "abcd", 4);
	w.t.mood = FAILS;
	i = stage(&w, 0x1ffe, "\"wx\"");
	assert_int_equal(edits_commit(&w.ctx, w.k.edits), E_IO);
	assert_int_equal(state_of(&w, i), EDIT_FAILED);
	shows(&w, 0x1ffe, "abcd", "abcd");
	/* The second piece fails: the first is put back. */
	w.t.mood = FAILS_AT_2000;
	i = stage(&w, 0x1ffe, "\"wxyz\"");
	assert_int_equal(edits_commit(&w.ctx, w.k.edits), E_IO);
	assert_int_equal(state_of(&w, i), EDIT_FAILED);
	shows(&w, 0x1ffe, "abcd", "abcd");
	/* An undo that is dropped is none. */
	w.t.mood = OBEYS;
	i = stage(&w, 0x1ffe, "\"wxyz\"");
	assert_int_equal(edits_commit(&w.ctx, w.k.edits), 0);
	w.t.mood = DROPS;
	assert_true(edits_undo(&w.ctx, w.k.edits, i) != 0);
	assert_int_equal(state_of(&w, i), EDIT_WRITTEN);
	w.t.mood = OBEYS;
	assert_int_equal(edits_undo(&w.ctx, w.k.edits, i), 0);
	shows(&w, 0x1ffe, "abcd", "abcd");
	world_fini(&w);
}

/* One that fails does not keep the others from being written. */
static void
one_of_three(void **state)
{
	struct world w;
	size_t a, b, c;

	(void)state;
	world_init(&w);
	a = stage(&w, 0x100, "\"A\"");
	b = stage(&w, 0x2100, "\"B\"");
	c = stage(&w, 0x200, "\"C\"");
	w.t.mood = FAILS_AT_2000;
	assert_int_equal(edits_commit(&w.ctx, w.k.edits), E_IO);
	assert_int_equal(state_of(&w, a), EDIT_WRITTEN);
	assert_int_equal(state_of(&w, b), EDIT_FAILED);
	assert_int_equal(state_of(&w, c), EDIT_WRITTEN);
	assert_int_equal(edits_staged(w.k.edits), 0);
	world_fini(&w);
}

/* A medium that refuses keeps them staged: a patch file can take them. */
static void
refused(void **state)
{
	char path[128], text[256];
	struct world w;
	size_t n;
	FILE *f;

	(void)state;
	world_init(&w);
	memcpy(w.t.bytes + 0x10, "abcd", 4);
	(void)stage(&w, 0x10, "\"aXYd\"");
	w.t.mood = REFUSES;
	assert_int_equal(edits_commit(&w.ctx, w.k.edits), E_UNSUPPORTED);
	assert_non_null(strstr(w.ctx.err.text, "--patch"));
	assert_int_equal(edits_staged(w.k.edits), 1);
	shows(&w, 0x10, "aXYd", "abcd");
	assert_int_equal(journal_lines(), 0);
	snprintf(path, sizeof(path), "%s/patch", w.dir);
	assert_int_equal(edits_save_patch(&w.ctx, w.k.edits, path), 0);
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	/* Only what differs. */
	assert_string_equal(text, "kpeek patch 1\ntarget memory:0x4000\n"
	    "0x11 6263 5859\n");
	world_fini(&w);
}

/* Without a journal nothing is written. */
static void
no_journal(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	assert_int_equal(setenv("XDG_STATE_HOME", "/dev/null/x", 1), 0);
	(void)stage(&w, 0x10, "\"X\"");
	assert_int_equal(edits_commit(&w.ctx, w.k.edits), E_IO);
	assert_int_equal(w.t.writes, 0);
	assert_int_equal(state_of(&w, 0), EDIT_FAILED);
	world_fini(&w);
}

/* Of a bit-field's bytes only its own bits are its own. */
static void
bits_of_others(void **state)
{
	struct value_store s;
	struct world w;
	size_t i;

	(void)state;
	world_init(&w);
	w.t.bytes[0x20] = 0x0f;
	memset(&s, 0, sizeof(s));
	s.v.space = &w.k.space;
	s.addr = 0x20;
	s.n = 1;
	s.bytes[0] = 0x05;
	s.mask[0] = 0x07;
	assert_int_equal(edits_stage(&w.ctx, w.k.edits, &s, 0, "bits", &i), 0);
	/* Its neighbours move before it is written, and before it is undone. */
	w.t.bytes[0x20] = 0x3f;
	assert_int_equal(edits_commit(&w.ctx, w.k.edits), 0);
	assert_int_equal(w.t.bytes[0x20], 0x3d);
	w.t.bytes[0x20] = 0xfd;
	assert_int_equal(edits_undo(&w.ctx, w.k.edits, i), 0);
	assert_int_equal(w.t.bytes[0x20], 0xff);
	world_fini(&w);
}

UNIT_MAIN(UNIT(there_and_back), UNIT(staged_no_more), UNIT(misbehaves),
    UNIT(one_of_three), UNIT(refused), UNIT(no_journal), UNIT(bits_of_others))
