/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is kept of a kernel that runs: where its tasks wait and what their
 * arguments are, as long as they rest, and where the pages of these are.  The demo dump, looked at
 * as if it moved.
 */
#include "tests/unit/unit.h"

#include "base/vec.h"
#include "engine/memory/overlay.h"
#include "engine/os/linux/linux_read.h"
#include "engine/os/os.h"

#include <stdlib.h>
#include <string.h>

#define TASKS		512

struct task {
	uint64_t addr;
	char	 state, where[64];
};

struct seen_tasks {
	struct kernel	*k;
	struct task	 v[TASKS];
	size_t		 n;
};

static int
look(void *arg, struct ctx *ctx, const struct os_proc *p)
{
	struct seen_tasks *s = arg;
	struct task *t = &s->v[s->n++];

	(void)ctx;
	assert_true(s->n < TASKS);
	*t = (struct task){ .addr = p->task, .state = p->state };
	snprintf(t->where, sizeof(t->where), "%d %s", p->wchan.status,
	    p->wchan.status == 0 ? p->wchan.s : "");
	return (0);
}

static void
refresh(struct ctx *ctx, struct seen_tasks *s)
{
	kernel_refresh(s->k);
	s->n = 0;
	memset(s->v, 0, sizeof(s->v));
	assert_int_equal(os_procs(ctx, s->k, 0, look, s), 0);
}

static void
poke(struct ctx *ctx, struct kernel *k, struct overlay *o, uint64_t va,
    const void *p, size_t n)
{
	struct pt_result r;

	assert_int_equal(space_translate(ctx, &k->space, va, &r), 0);
	assert_int_equal(overlay_put(ctx, o, r.phys, p, n), 0);
}

static struct overlay *
open_demo(struct ctx *ctx, struct kernel **k)
{
	static struct file_faults faults;
	const char *build = getenv("BUILDDIR");
	struct kernel_options opt;
	struct overlay *over;
	const char *path;
	char name[512];

	snprintf(name, sizeof(name), "%s/demo.elf", build != NULL ? build :
	    "build");
	path = name;
	memset(&opt, 0, sizeof(opt));
	opt.faults = &faults;
	ctx_init(ctx);
	assert_int_equal(kernel_open(ctx, &path, 1, &opt, k), 0);
	assert_int_equal(overlay_push(ctx, &(*k)->mem, false, &over), 0);
	return (over);
}

static void
rests(void **state)
{
	static struct seen_tasks a, b;
	struct overlay *over;
	struct linux_obj task;
	uint64_t sp, ret = 0, count;
	struct ctx ctx;
	size_t i;

	(void)state;
	over = open_demo(&ctx, &a.k);
	b.k = a.k;
	refresh(&ctx, &a);
	/* The same the first time, which reads, and the second. */
	a.k->live = true;
	for (i = 0; i < 2; i++) {
		refresh(&ctx, &b);
		assert_int_equal(b.n, a.n);
		assert_memory_equal(b.v, a.v, sizeof(a.v));
	}
	/* A sleeper whose stack is other than it was ... */
	for (i = 0; i < a.n && (a.v[i].state != 'S' ||
	    strlen(a.v[i].where) < 4); i++)
		;
	assert_true(i < a.n);
	assert_int_equal(linux_obj_init(&ctx, &task, a.k, LT_USAGE), 0);
	assert_int_equal(linux_obj_at(&ctx, &task, a.v[i].addr), 0);
	assert_int_equal(linux_u64(&ctx, &task, LM_USAGE_NVCSW, &count), 0);
	linux_obj_fini(&task);
	assert_int_equal(linux_member(&ctx, a.k, a.v[i].addr,
	    LM_TASK_ALONE_SP, &sp), 0);
	poke(&ctx, a.k, over, sp +
	    linux_place(a.k, LM_INACTIVE_RET)->offset, &ret, sizeof(ret));
	/* ... has not run since as long as it was not switched to. */
	refresh(&ctx, &b);
	assert_string_equal(b.v[i].where, a.v[i].where);
	count++;
	poke(&ctx, a.k, over, a.v[i].addr +
	    linux_place(a.k, LM_USAGE_NVCSW)->offset, &count, sizeof(count));
	refresh(&ctx, &b);
	assert_string_not_equal(b.v[i].where, a.v[i].where);
	kernel_close(a.k);
	ctx_fini(&ctx);
}

static int
on_text(void *arg, struct ctx *ctx, const char *text, size_t n)
{
	(void)ctx;
	buf_add(arg, text, n);
	buf_puts(arg, "|");
	return (0);
}

/* The arguments of a process at the next refresh, which has run or not. */
static int
args_now(struct ctx *ctx, struct kernel *k, struct os_proc *p, bool ran,
    struct buf *b)
{
	kernel_refresh(k);
	p->usage.nvcsw += ran;
	buf_reset(b);
	return (os_args(ctx, k, p, false, on_text, b));
}

static void
arguments(void **state)
{
	struct buf was = { 0 }, now = { 0 };
	struct pt_result at, other;
	uint64_t start, entry, zero = 0;
	struct os_proc p, q;
	struct linux_kept kept;
	struct overlay *over;
	struct arena arena;
	struct kernel *k;
	struct space sp;
	struct ctx ctx;
	int i;

	(void)state;
	over = open_demo(&ctx, &k);
	arena_init(&arena);
	assert_int_equal(os_proc(&ctx, k, 1, &arena, &p), 0);
	/* It is to rest between the times that it has run. */
	p.on_cpu.v = 0;
	assert_int_equal(args_now(&ctx, k, &p, true, &was), 0);
	k->live = true;
	/* The first time they are found, then they are known. */
	assert_int_equal(args_now(&ctx, k, &p, true, &now), 0);
	assert_string_equal(buf_text(&now), buf_text(&was));
	assert_int_equal(args_now(&ctx, k, &p, true, &now), 0);
	assert_string_equal(buf_text(&now), buf_text(&was));
	/* Written over, as setproctitle() does. */
	assert_int_equal(linux_member(&ctx, k, p.mm, LM_MM_ARG_START, &start),
	    0);
	assert_int_equal(linux_proc_space(&ctx, k, &p, &sp), 0);
	assert_int_equal(space_translate(&ctx, &sp, start, &at), 0);
	assert_int_equal(overlay_put(&ctx, over, at.phys, "X", 1), 0);
	assert_int_equal(args_now(&ctx, k, &p, true, &now), 0);
	assert_int_equal(buf_text(&now)[0], 'X');
	assert_string_equal(buf_text(&now) + 1, buf_text(&was) + 1);
	/* By a debugger, while it rests: kept, but not for ever. */
	assert_int_equal(overlay_put(&ctx, over, at.phys, "Y", 1), 0);
	assert_int_equal(args_now(&ctx, k, &p, false, &now), 0);
	assert_int_equal(buf_text(&now)[0], 'X');
	for (i = 0; i < 40; i++)
		linux_kept_get(k, &p, &arena, &kept);
	assert_int_equal(args_now(&ctx, k, &p, false, &now), 0);
	assert_int_equal(buf_text(&now)[0], 'Y');
	/* Moved to a page that held something else. */
	assert_int_equal(os_proc(&ctx, k, 2, &arena, &q), 0);
	assert_int_equal(space_translate(&ctx, &k->space, q.task, &other), 0);
	entry = (at.entry & ~sp.form->addr_mask) |
	    (other.phys & sp.form->addr_mask & ~UINT64_C(4095));
	assert_int_equal(overlay_put(&ctx, over, at.entry_addr, &entry, 8), 0);
	(void)args_now(&ctx, k, &p, true, &now);
	assert_string_not_equal(buf_text(&now), buf_text(&was));
	/* Gone, and come back. */
	assert_int_equal(overlay_put(&ctx, over, at.entry_addr, &zero, 8), 0);
	assert_int_equal(args_now(&ctx, k, &p, true, &now), E_NOT_MAPPED);
	assert_int_equal(now.len, 0);
	assert_int_equal(overlay_put(&ctx, over, at.entry_addr, &at.entry, 8),
	    0);
	assert_int_equal(args_now(&ctx, k, &p, true, &now), 0);
	assert_string_equal(buf_text(&now) + 1, buf_text(&was) + 1);
	buf_fini(&was);
	buf_fini(&now);
	arena_fini(&arena);
	kernel_close(k);
	ctx_fini(&ctx);
}

UNIT_MAIN(UNIT(rests), UNIT(arguments))
