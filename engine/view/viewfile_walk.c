/* SPDX-License-Identifier: BSD-2-Clause */
/* Views: from a walker's line to the elements that it names. */
#include "engine/view/viewfile_int.h"

#include "engine/os/os.h"
#include "engine/value/walk.h"

#include <stdlib.h>
#include <string.h>

#define TREE_MAX	64			/* levels */

struct visit {
	struct vf_run	*run;
	const struct vf_walk *w;
	vf_visit	*fn;
	void		*arg;
	struct typeref	 type;		/* as TYPE */
	struct type_field field;	/* as TYPE.MEMBER */
};

static int
visit(struct visit *v, uint64_t key, uint64_t id, const struct value *x)
{
	struct vf_run *run = v->run;
	int rc;

	if (++run->nodes > VF_NODES_MAX)
		rc = ctx_fail(run->ctx, E_LIMIT,
		    "more than %llu elements visited",
		    (unsigned long long)VF_NODES_MAX);
	else
		rc = ctx_check(run->ctx);
	if (rc == 0)
		rc = v->fn(v->arg, run, key, id, x);
	if (rc != 0)
		run->stop = rc;
	return (rc);
}

/* The element that holds the node. */
static int
visit_object(struct visit *v, uint64_t key, uint64_t node)
{
	struct value x = { .place = VALUE_MEM, .type = v->type,
	    .space = v->run->env.space, .addr = node - v->field.offset };

	return (visit(v, key, x.addr, &x));
}

static int
visit_number(struct visit *v, uint64_t n)
{
	struct value x = { .place = VALUE_IMM, .bits = n,
	    .type = type_builtin(v->run->env.types, 'L') };

	return (visit(v, n, n + 1, &x));
}

/* as TYPE[.MEMBER] */
static int
element_type(struct visit *v)
{
	struct vf_run *run = v->run;
	int rc;

	if (v->w->type == NULL)
		return (OK);
	rc = type_parse(run->ctx, run->env.types, v->w->type, &v->type);
	if (rc == OK && v->w->member != NULL)
		rc = type_field(run->ctx, run->env.types, v->type,
		    v->w->member, &v->field);
	return (rc);
}

/* The place of a container: what a pointer points to, else the object's own. */
static int
place(struct vf_run *run, const struct value *v, uint64_t *addr)
{
	struct typeref ref;
	struct type t;
	int rc;

	rc = type_strip(run->ctx, run->env.types, v->type, &ref, &t);
	if (rc != OK)
		return (rc);
	if (v->place == VALUE_MEM && t.kind != TYPE_PTR) {
		*addr = v->addr;
		return (OK);
	}
	return (value_load(run->ctx, &run->env, v, addr));
}

/* Elements of an array: as counted, else as many as its type has. */
static int
element_count(struct vf_run *run, const struct vf_walk *w,
    const struct value *root, uint64_t *n)
{
	struct typeref ref;
	struct type t;
	int rc;

	if (w->count != NULL)
		return (vf_eval_bits(run, w->count, n));
	rc = type_strip(run->ctx, run->env.types, root->type, &ref, &t);
	if (rc != OK)
		return (rc);
	if (t.kind != TYPE_ARRAY)
		return (ctx_fail(run->ctx, E_USAGE, "not an array: its number "
		    "of elements is wanted, with \"count\""));
	*n = t.count;
	return (OK);
}

static int
start(struct visit *v, struct walk *walk, uint64_t head)
{
	struct vf_run *run = v->run;
	const struct space *space = run->env.space;
	const struct types *types = run->env.types;

	switch (v->w->kind) {
	case VF_LIST:
	case VF_LISTS:
		return (walk_list(walk, run->ctx, space, head));
	case VF_HLIST:
	case VF_HLISTS:
		return (walk_hlist(walk, run->ctx, space, head));
	case VF_LLIST:
		return (walk_llist(walk, run->ctx, space, head));
	case VF_RBTREE:
		return (walk_rbtree(walk, run->ctx, space, types, head));
	case VF_MAPLE:
		return (walk_maple(walk, run->ctx, space, types, head));
	default:
		return (walk_xarray(walk, run->ctx, space, types, head));
	}
}

/* One container, from its head on; key is that of its elements, if they share one. */
static int
container(struct visit *v, uint64_t head, bool keyed, uint64_t key)
{
	struct vf_run *run = v->run;
	struct err broken = { .code = OK };
	struct walk *walk;
	uint64_t at, node;
	int rc;

	if (head == 0)
		return (OK);
	/* A list that was never set up is empty. */
	if ((v->w->kind == VF_LIST || v->w->kind == VF_LISTS) &&
	    space_ptr(run->ctx, run->env.space, head, &node) == OK &&
	    node == 0)
		return (OK);
	walk = malloc(sizeof(*walk));
	if (walk == NULL)
		return (ctx_fail(run->ctx, E_NOMEM, "no memory for a walk"));
	ctx_clear(run->ctx);
	walk_init(walk, run->env.space, head, NULL);
	rc = start(v, walk, head);
	while (rc == OK) {
		rc = walk_next(walk, run->ctx, &at, &node);
		if (status_reason(rc) != NULL) {
			/* A tree goes on behind what is broken. */
			if (broken.code == OK)
				broken = run->ctx->err;
			rc = OK;
		} else if (rc == OK && (v->w->member != NULL ||
		    (node & 3) == 0)) {
			/* Numbers that an xarray holds are no structures. */
			rc = visit_object(v, keyed ? key : at, node);
		}
	}
	walk_fini(walk);
	free(walk);
	if (rc == E_DONE && broken.code != OK) {
		run->ctx->err = broken;
		return (broken.code);
	}
	return (rc == E_DONE ? OK : rc);
}

/* Containers side by side: a hash table, lists by priority. */
static int
containers(struct visit *v, const struct value *root)
{
	struct vf_run *run = v->run;
	struct err broken = { .code = OK };
	struct value head;
	uint64_t addr, i, n;
	int rc;

	n = 0;
	rc = element_count(run, v->w, root, &n);
	for (i = 0; rc == OK && i < n; i++) {
		if ((rc = ctx_check(run->ctx)) != OK)
			break;
		rc = value_element(run->ctx, &run->env, root, (int64_t)i,
		    &head);
		if (rc == OK && v->w->by != NULL)
			rc = value_member(run->ctx, &run->env, &head,
			    v->w->by, &head);
		if (rc == OK)
			rc = place(run, &head, &addr);
		if (rc == OK)
			rc = container(v, addr, true, i);
		/* One that is broken does not spoil the others. */
		if (rc != OK && run->stop == OK && status_reason(rc) != NULL) {
			if (broken.code == OK)
				broken = run->ctx->err;
			ctx_clear(run->ctx);
			rc = run->nodes + i > VF_NODES_MAX ? rc : OK;
		}
	}
	if (rc == OK && broken.code != OK) {
		run->ctx->err = broken;
		rc = broken.code;
	}
	return (rc);
}

/* Pointers that are NULL are passed over. */
static int
array(struct visit *v, const struct value *root)
{
	struct vf_run *run = v->run;
	struct typeref ref;
	struct value x, p;
	struct type t;
	uint64_t i, n;
	int rc;

	rc = element_count(run, v->w, root, &n);
	for (i = 0; rc == OK && i < n; i++) {
		rc = value_element(run->ctx, &run->env, root, (int64_t)i, &x);
		if (rc == OK)
			rc = type_strip(run->ctx, run->env.types, x.type,
			    &ref, &t);
		if (rc != OK)
			break;
		if (t.kind == TYPE_PTR) {
			rc = value_scalar(run->ctx, &run->env, &x, &p);
			if (rc == OK && p.bits == 0) {
				if (++run->nodes > VF_NODES_MAX)
					return (ctx_fail(run->ctx, E_LIMIT,
					    "more than %llu elements",
					    (unsigned long long)VF_NODES_MAX));
				if (i % 4096 == 0)
					rc = ctx_check(run->ctx);
				continue;
			}
			if (rc != OK)
				break;
			x = p;
		}
		rc = visit(v, i, x.place == VALUE_MEM ? x.addr : x.bits, &x);
	}
	return (rc);
}

/* Pointers from one structure to the next, up to NULL. */
static int
chain(struct visit *v, const struct value *root)
{
	struct vf_run *run = v->run;
	struct value next, p;
	struct seen seen;
	uint64_t i;
	int rc;

	memset(&seen, 0, sizeof(seen));
	rc = value_scalar(run->ctx, &run->env, root, &p);
	for (i = 0; rc == OK && p.bits != 0; i++) {
		if (seen_add(&seen, p.bits) != 1) {
			rc = ctx_fail_at(run->ctx, E_CORRUPT, p.bits,
			    "a chain loops at 0x%llx",
			    (unsigned long long)p.bits);
			break;
		}
		rc = visit(v, i, p.bits, &p);
		if (rc == OK)
			rc = value_member(run->ctx, &run->env, &p, v->w->by,
			    &next);
		if (rc == OK)
			rc = value_scalar(run->ctx, &run->env, &next, &p);
	}
	seen_fini(&seen);
	return (rc);
}

/*
 * Depth first: an element, then its children, which its member "by" leads to: a
 * list through the elements' own member, or a pointer to the first one.
 */
static int
tree(struct visit *v, const struct value *x, unsigned level, struct seen *seen)
{
	struct vf_run *run = v->run;
	struct value child, children;
	struct typeref ref;
	struct walk walk;
	struct type t;
	uint64_t at, node;
	unsigned was;
	int rc;

	if (level == TREE_MAX || seen_add(seen, x->addr) != 1)
		return (ctx_fail_at(run->ctx, E_CORRUPT, x->addr, "a tree "
		    "loops or is too deep at 0x%llx",
		    (unsigned long long)x->addr));
	was = run->depth;
	run->depth = level;
	rc = visit(v, level, x->addr, x);
	run->depth = was;
	if (rc == OK)
		rc = value_member(run->ctx, &run->env, x, v->w->by, &children);
	if (rc == OK)
		rc = type_strip(run->ctx, run->env.types, children.type, &ref,
		    &t);
	if (rc != OK)
		return (rc);
	child = *x;
	if (t.kind == TYPE_PTR) {
		while (rc == OK) {
			rc = value_load(run->ctx, &run->env, &children, &node);
			if (rc != OK || node == 0)
				break;
			child.addr = node;
			rc = tree(v, &child, level + 1, seen);
			if (rc == OK)
				rc = value_member(run->ctx, &run->env, &child,
				    v->w->member, &children);
		}
		return (rc);
	}
	rc = walk_list(&walk, run->ctx, run->env.space, children.addr);
	while (rc == OK && (rc = walk_next(&walk, run->ctx, &at, &node)) == OK) {
		child.addr = node - v->field.offset;
		rc = tree(v, &child, level + 1, seen);
	}
	walk_fini(&walk);
	return (rc == E_DONE ? OK : rc);
}

static int
tree_start(struct visit *v, const struct value *root)
{
	struct value x = { .place = VALUE_MEM, .type = v->type,
	    .space = v->run->env.space };
	struct seen seen;
	int rc;

	memset(&seen, 0, sizeof(seen));
	rc = place(v->run, root, &x.addr);
	if (rc == OK && x.addr != 0)
		rc = tree(v, &x, 0, &seen);
	seen_fini(&seen);
	return (rc);
}

static int
range(struct visit *v, const struct value *root)
{
	uint64_t from, i, n;
	int rc;

	rc = value_load(v->run->ctx, &v->run->env, root, &from);
	if (rc == OK)
		rc = vf_eval_bits(v->run, v->w->count, &n);
	for (i = 0; rc == OK && i < n; i++)
		rc = visit_number(v, from + i);
	return (rc);
}

/* How far the per-CPU variables of a CPU are from where they were linked. */
static int
cpu_offset(struct vf_run *run, uint64_t cpu, uint64_t *ret)
{
	struct os_cpu c;
	int rc;

	if (cpu >= VF_CPUS_MAX)
		return (ctx_fail(run->ctx, E_NOT_FOUND, "no CPU %llu",
		    (unsigned long long)cpu));
	if (run->offsets == NULL)
		run->offsets = calloc(VF_CPUS_MAX, sizeof(*run->offsets));
	if (run->offsets == NULL)
		return (ctx_fail(run->ctx, E_NOMEM, "no memory for CPUs"));
	if (run->offsets[cpu] == 0) {
		rc = os_cpu(run->ctx, run->k, (int)cpu, &c);
		if (rc != OK)
			return (rc);
		run->offsets[cpu] = c.offset + 1;
	}
	*ret = run->offsets[cpu] - 1;
	return (OK);
}

static int
cpus(struct visit *v)
{
	struct vf_run *run = v->run;
	unsigned cpu, ids, online;
	uint64_t offset;
	int rc;

	rc = os_cpus(run->ctx, run->k, &ids, &online);
	for (cpu = 0; rc == OK && cpu < ids; cpu++) {
		rc = cpu_offset(run, cpu, &offset);
		if (rc == E_NOT_FOUND) {
			ctx_clear(run->ctx);
			rc = OK;
		} else if (rc == OK)
			rc = visit_number(v, cpu);
	}
	return (rc);
}

static int
visit_task(void *arg, struct ctx *ctx, const struct os_proc *p)
{
	struct visit *v = arg;
	struct value x = { .place = VALUE_MEM, .type = v->type,
	    .space = v->run->env.space, .addr = p->task };

	(void)ctx;
	if (p->task == 0 || p->task == OS_UNKNOWN)
		return (OK);
	return (visit(v, (uint64_t)p->tid, p->task, &x));
}

static int
tasks(struct visit *v)
{
	struct vf_run *run = v->run;
	int rc;

	rc = type_parse(run->ctx, run->env.types, run->k->os != NULL &&
	    strcmp(run->k->os->name, "Linux") == 0 ? "struct task_struct" :
	    "struct thread", &v->type);
	return (rc != OK ? rc : os_procs(run->ctx, run->k,
	    v->w->kind == VF_THREADS ? OS_THREADS : 0, visit_task, v));
}

/* Expressions one by one: those that this kernel has and that can be read. */
static int
items(struct visit *v)
{
	struct vf_run *run = v->run;
	struct err broken = { .code = OK };
	const struct vf_walk *w;
	struct value x;
	uint64_t i;
	bool any;
	int rc;

	any = false;
	for (w = v->w, i = 0, rc = OK; w != NULL; w = w->next, i++) {
		rc = vf_eval(run, w->root, &x);
		if (rc == OK) {
			any = true;
			rc = visit(v, i, x.place == VALUE_MEM ? x.addr :
			    x.bits, &x);
			if (rc != OK)
				return (rc);
			continue;
		}
		if (status_reason(rc) == NULL && rc != E_NO_SYMBOL)
			return (rc);
		if (!vf_is_absent(rc) && broken.code == OK)
			broken = run->ctx->err;
		/* If it has none of them, the last one says so. */
		if (w->next != NULL || any)
			ctx_clear(run->ctx);
	}
	if (broken.code != OK) {
		run->ctx->err = broken;
		return (broken.code);
	}
	return (any ? OK : rc);
}

static int
one(struct vf_run *run, const struct vf_walk *w, vf_visit *fn, void *arg)
{
	struct visit v = { .run = run, .w = w, .fn = fn, .arg = arg };
	struct value root;
	uint64_t addr;
	int rc;

	rc = element_type(&v);
	if (rc != OK)
		return (vf_fail_at(run, w->line, w->column));
	if (w->kind == VF_CPUS)
		return (cpus(&v));
	if (w->kind == VF_PROCESSES || w->kind == VF_THREADS)
		return (tasks(&v));
	if (w->kind == VF_ITEMS)
		return (items(&v));
	rc = vf_eval(run, w->root, &root);
	if (rc != OK)
		return (rc);
	switch (w->kind) {
	case VF_ARRAY:
		rc = array(&v, &root);
		break;
	case VF_CHAIN:
		rc = chain(&v, &root);
		break;
	case VF_TREE:
		rc = tree_start(&v, &root);
		break;
	case VF_RANGE:
		rc = range(&v, &root);
		break;
	case VF_LISTS:
	case VF_HLISTS:
		rc = containers(&v, &root);
		break;
	default:
		rc = place(run, &root, &addr);
		if (rc == OK)
			rc = container(&v, addr, false, 0);
		break;
	}
	return (rc == OK || run->stop != OK ? rc :
	    vf_fail_at(run, w->line, w->column));
}

int
vf_walk(struct vf_run *run, const struct vf_walk *w, vf_visit *fn, void *arg)
{
	uint8_t *chosen = &run->chosen[w->id];
	uint64_t nodes = run->nodes;
	unsigned i, skip;
	int rc;

	skip = *chosen > 0 ? *chosen - 1u : 0;
	for (i = 0; i < skip; i++)
		w = w->other;
	for (;; w = w->other, i++) {
		rc = one(run, w, fn, arg);
		if (!vf_is_absent(rc) || run->stop != OK ||
		    run->nodes != nodes || w->other == NULL)
			break;
		ctx_clear(run->ctx);
	}
	if (rc == OK && i < UINT8_MAX - 1)
		*chosen = (uint8_t)(i + 1);
	return (rc);
}

/* --- functions ---------------------------------------------------------------- */

/* per_cpu(variable, cpu): that CPU's copy of an object or of what is pointed to. */
static int
per_cpu(struct vf_run *run, const struct value *argv, struct value *ret)
{
	struct value x = argv[0];
	struct typeref ref;
	struct type t;
	uint64_t cpu, offset;
	int rc;

	rc = value_load(run->ctx, &run->env, &argv[1], &cpu);
	if (rc == OK)
		rc = type_strip(run->ctx, run->env.types, x.type, &ref, &t);
	if (rc == OK)
		rc = cpu_offset(run, cpu, &offset);
	if (rc != OK)
		return (rc);
	if (x.place != VALUE_MEM) {
		if (t.kind != TYPE_PTR)
			return (ctx_fail(run->ctx, E_USAGE, "per_cpu: a "
			    "variable or a pointer is wanted"));
		rc = value_deref(run->ctx, &run->env, &argv[0], &x);
		if (rc != OK)
			return (rc);
	}
	x.addr += offset;
	*ret = x;
	return (OK);
}

static int
swap_bytes(struct vf_run *run, const struct value *v, unsigned n,
    struct value *ret)
{
	uint64_t bits, swapped;
	unsigned i;
	int rc;

	rc = value_load(run->ctx, &run->env, v, &bits);
	if (rc != OK)
		return (rc);
	for (i = 0, swapped = 0; i < n; i++)
		swapped |= (bits >> (i * 8) & 0xff) << ((n - 1 - i) * 8);
	if (types_be(run->env.types))
		swapped = bits & (UINT64_MAX >> (64 - n * 8));
	*ret = (struct value){ .place = VALUE_IMM, .bits = swapped,
	    .type = type_builtin(run->env.types, n == 2 ? 'H' : 'I') };
	return (OK);
}

int
vf_call(void *arg, struct ctx *ctx, const struct value_env *env,
    const char *name, int argc, const struct value *argv, struct value *ret)
{
	struct vf_run *run = arg;
	const struct value_env *k = &run->k->env;
	struct value p;
	int rc;

	if (argc == 2 && strcmp(name, "per_cpu") == 0)
		return (per_cpu(run, argv, ret));
	if (argc == 2 && strcmp(name, "per_cpu_ptr") == 0) {
		rc = value_deref(ctx, env, &argv[0], &p);
		if (rc != OK)
			return (rc);
		return (per_cpu(run, (struct value[]){ p, argv[1] }, ret));
	}
	if (argc == 1 && strcmp(name, "ntohs") == 0)
		return (swap_bytes(run, &argv[0], 2, ret));
	if (argc == 1 && strcmp(name, "ntohl") == 0)
		return (swap_bytes(run, &argv[0], 4, ret));
	if (k->call != NULL)
		return (k->call(k->call_arg, ctx, env, name, argc, argv, ret));
	return (E_NOT_FOUND);
}
