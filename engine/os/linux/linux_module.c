/* SPDX-License-Identifier: BSD-2-Clause */
/* Loaded modules, as in /proc/modules (kernel/module/procfs.c). */
#include "engine/os/linux/linux_read.h"

#include "base/bytes.h"
#include "base/hash.h"
#include "base/vec.h"
#include "engine/value/walk.h"

#include <stdlib.h>

#define USERS_MAX	4096
#define MEM_TYPES_MAX	32		/* MOD_MEM_NUM_TYPES is 7 */
#define REF_BASE	1		/* MODULE_REF_BASE, kernel/module/main.c */

/* enum module_state, linux/module.h. */
static const char *const states[] = { "Live", "Loading", "Unloading" };
#define STATE_UNFORMED	3

struct modules {
	struct kernel	*k;
	struct linux_obj module;
	struct arena	 arena;
	const char	**users;
	size_t		 users_cap;
};

/* The bases and sizes before 6.4. */
static const enum linux_member old_places[][2] = {
	{ LM_MODULE_CORE_BASE, LM_MODULE_CORE_SIZE },
	{ LM_MODULE_INIT_BASE, LM_MODULE_INIT_SIZE },
	{ LM_MODULE_DATA_BASE, LM_MODULE_DATA_SIZE },
};

/*
 * From 6.4 on (ac3b43283923) mod->mem[] has a row for each kind of memory, the
 * core's text first; before there are a core and an init layout, on some
 * processors one of data.
 */
int
linux_module_places(struct ctx *ctx, struct kernel *k, uint64_t module,
    int (*fn)(void *, struct ctx *, uint64_t, uint64_t), void *arg)
{
	const struct linux_place *mem = linux_place(k, LM_MODULE_MEM);
	const uint64_t stride = linux_size(k, LT_MODULE_MEM);
	const bool rows = mem->status == OK && stride != 0 && linux_has(k,
	    LM_MODULE_MEM_SIZE);
	uint64_t row, base, size;
	unsigned i, n;
	int rc;

	n = rows ? (unsigned)(mem->size / stride) : sizeof(old_places) / sizeof(old_places[0]);
	if (n == 0 || n > MEM_TYPES_MAX)
		return (ctx_fail(ctx, E_CORRUPT, "a module has %u kinds of "
		    "memory", n));
	for (i = 0, rc = 0; rc == 0 && i < n; i++) {
		row = rows ? module + mem->offset + i * stride : module;
		ctx->quiet += i > 0;
		rc = linux_member(ctx, k, row, rows ? LM_MODULE_MEM_BASE :
		    old_places[i][0], &base);
		if (rc == 0)
			rc = linux_member(ctx, k, row, rows ?
			    LM_MODULE_MEM_SIZE : old_places[i][1], &size);
		ctx->quiet -= i > 0;
		if (rc == 0 && size > 0)
			rc = fn(arg, ctx, base, size);
		else if (i > 0)
			rc = 0;
	}
	return (rc);
}

static int
sum_up(void *arg, struct ctx *ctx, uint64_t base, uint64_t size)
{
	struct os_module *mod = arg;

	(void)ctx;
	if (mod->size == 0)
		mod->base = base;
	mod->size += size;
	return (0);
}

/* The names of the modules that use this one; a broken list is cut. */
static void
users(struct ctx *ctx, struct modules *m, struct os_module *mod)
{
	const struct linux_place *head = linux_place(m->k, LM_MODULE_USERS);
	const struct linux_place *name = linux_place(m->k, LM_MODULE_NAME);
	uint64_t key, node, use, source;
	struct walk w;
	size_t n;

	mod->used_by = m->users;
	m->users[0] = NULL;
	if (head->status != OK || name->status != OK || walk_list(&w, ctx,
	    &m->k->space, m->module.addr + head->offset) != 0)
		return;
	for (n = 0; n < USERS_MAX && walk_next(&w, ctx, &key, &node) == 0;) {
		if (!vec_room(m->users, m->users_cap, n + 2))
			break;
		if (linux_around(ctx, m->k, LM_MODULE_USE_LIST, node,
		    &use) == 0 && linux_member(ctx, m->k, use,
		    LM_MODULE_USE_SOURCE, &source) == 0 &&
		    linux_text(ctx, m->k, source + name->offset, name->size,
		    &m->arena, &m->users[n]) == 0)
			n++;
		m->users[n] = NULL;
	}
	walk_fini(&w);
	mod->used_by = m->users;
}

static int
one(struct ctx *ctx, struct modules *m, uint64_t addr,
    int (*fn)(void *, struct ctx *, const struct os_module *), void *arg)
{
	struct os_module mod = { .address = addr, .name = { .s = "" },
	    .state = { .s = "" } };
	uint64_t state;
	int64_t refs;
	int rc;

	arena_reset(&m->arena);
	rc = linux_obj_at(ctx, &m->module, addr);
	if (rc == 0)
		rc = linux_obj_text(ctx, &m->module, LM_MODULE_NAME, &m->arena,
		    &mod.name.s);
	if (rc == 0)
		rc = linux_module_places(ctx, m->k, addr, sum_up, &mod);
	if (rc != 0)
		return (rc);
	ctx->quiet++;
	mod.state.status = linux_u64(ctx, &m->module, LM_MODULE_STATE, &state);
	if (mod.state.status == 0 && state < 3)
		mod.state.s = states[state];
	else if (mod.state.status == 0 && state != STATE_UNFORMED)
		mod.state.status = E_CORRUPT;
	mod.refs.status = linux_s64(ctx, &m->module, LM_MODULE_REFS, &refs);
	if (mod.refs.status == 0)
		mod.refs.v = refs > REF_BASE ? (uint64_t)(refs - REF_BASE) : 0;
	users(ctx, m, &mod);
	ctx->quiet--;
	/* Not there yet: /proc/modules has no line for it either. */
	if (mod.state.status == 0 && state == STATE_UNFORMED)
		return (0);
	return (fn(arg, ctx, &mod));
}

int
linux_modules(struct ctx *ctx, struct kernel *k,
    int (*fn)(void *, struct ctx *, const struct os_module *), void *arg)
{
	struct modules m = { .k = k };
	struct walk w;
	uint64_t head, key, node, module;
	int rc;

	arena_init(&m.arena);
	rc = linux_root(ctx, k, "modules", &head);
	if (rc == 0)
		rc = linux_obj_init(ctx, &m.module, k, LT_MODULE);
	if (rc == 0 && !vec_room(m.users, m.users_cap, 1))
		rc = ctx_fail(ctx, E_NOMEM, "out of memory");
	if (rc == 0 && (rc = walk_list(&w, ctx, &k->space, head)) == 0) {
		while ((rc = walk_next(&w, ctx, &key, &node)) == 0) {
			rc = linux_around(ctx, k, LM_MODULE_LIST, node,
			    &module);
			if (rc == 0)
				rc = one(ctx, &m, module, fn, arg);
			if (rc != 0)
				break;
		}
		walk_fini(&w);
		if (rc == E_DONE)
			rc = 0;
	}
	linux_obj_fini(&m.module);
	arena_fini(&m.arena);
	free(m.users);
	return (rc < 0 ? ctx_chain(ctx, "modules") : rc);
}

/* Which modules there are, and whether they are at work yet. */
int
linux_digest(struct ctx *ctx, struct kernel *k, uint64_t *ret)
{
	const struct linux_place *list = linux_place(k, LM_MODULE_LIST);
	uint64_t head, key, node, state, sum;
	struct walk w;
	int rc;

	rc = linux_root(ctx, k, "modules", &head);
	if (rc == 0 && list->status != OK)
		rc = list->status;
	if (rc == 0)
		rc = walk_list(&w, ctx, &k->space, head);
	if (rc != 0)
		return (rc);
	for (sum = 0; (rc = walk_next(&w, ctx, &key, &node)) == 0;) {
		if (linux_member(ctx, k, node - list->offset, LM_MODULE_STATE,
		    &state) != 0)
			state = 0;
		sum = hash_u64(sum ^ node) + state;
	}
	walk_fini(&w);
	*ret = sum;
	return (rc == E_DONE ? 0 : rc);
}
