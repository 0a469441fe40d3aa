/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the tasks of a kernel that runs wait, which is kept while they rest:
 * the demo dump, looked at as if it moved.
 */
#include "tests/unit/unit.h"

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

static void
rests(void **state)
{
	static struct seen_tasks a, b;
	static struct file_faults faults;
	struct kernel_options opt;
	struct overlay *over;
	struct linux_obj task;
	uint64_t sp, ret = 0, count;
	const char *build = getenv("BUILDDIR");
	const char *path;
	char name[512];
	struct ctx ctx;
	size_t i;

	(void)state;
	snprintf(name, sizeof(name), "%s/demo.elf", build != NULL ? build :
	    "build");
	path = name;
	memset(&opt, 0, sizeof(opt));
	opt.faults = &faults;
	ctx_init(&ctx);
	assert_int_equal(kernel_open(&ctx, &path, 1, &opt, &a.k), 0);
	b.k = a.k;
	assert_int_equal(overlay_push(&ctx, &a.k->mem, false, &over), 0);
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

UNIT_MAIN(UNIT(rests))
