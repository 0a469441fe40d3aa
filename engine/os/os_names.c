/* SPDX-License-Identifier: BSD-2-Clause */
/* What expressions may name of a system. */
#include "engine/os/os.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* An argument that is a small number. */
static int
number(struct ctx *ctx, const struct value_env *env, const struct value *v,
    int *ret)
{
	uint64_t bits;
	int rc;

	rc = value_load(ctx, env, v, &bits);
	if (rc != 0)
		return (rc);
	if ((int64_t)bits < 0 || bits > INT_MAX)
		return (ctx_fail(ctx, E_NOT_FOUND, "there is no number %lld",
		    (long long)bits));
	*ret = (int)bits;
	return (0);
}

static int
integer(struct kernel *k, char letter, uint64_t bits, struct value *ret)
{
	*ret = (struct value){ .type = type_builtin(k->types, letter),
	    .place = VALUE_IMM, .bits = bits, .space = &k->space };
	return (0);
}

/* A pointer to a task's structure; without its type to anything. */
static int
task_pointer(struct ctx *ctx, struct kernel *k, uint64_t task,
    struct value *ret)
{
	struct typeref type;

	(void)integer(k, '0', task, ret);
	ctx->quiet++;
	if (k->os->task_type != NULL && type_parse(ctx, k->types,
	    k->os->task_type, &type) == 0)
		(void)type_pointer_to(ctx, k->types, type, &ret->type);
	ctx->quiet--;
	ctx_clear(ctx);
	return (0);
}

static int
task(struct ctx *ctx, struct kernel *k, const struct value_env *env,
    const struct value *argv, struct value *ret)
{
	struct os_proc p;
	struct arena arena;
	int pid, rc;

	rc = number(ctx, env, &argv[0], &pid);
	if (rc != 0)
		return (rc);
	arena_init(&arena);
	rc = os_proc(ctx, k, pid, &arena, &p);
	arena_fini(&arena);
	return (rc == 0 ? task_pointer(ctx, k, p.task, ret) : rc);
}

static int
current(struct ctx *ctx, struct kernel *k, const struct value_env *env,
    const struct value *argv, struct value *ret)
{
	uint64_t addr;
	int cpu, rc;

	rc = number(ctx, env, &argv[0], &cpu);
	if (rc == 0)
		rc = os_current(ctx, k, cpu, &addr);
	return (rc == 0 ? task_pointer(ctx, k, addr, ret) : rc);
}

static int
nr_cpus(struct ctx *ctx, struct kernel *k, const struct value_env *env,
    const struct value *argv, struct value *ret)
{
	unsigned ids, online;
	int rc;

	(void)env;
	(void)argv;
	rc = os_cpus(ctx, k, &ids, &online);
	return (rc == 0 ? integer(k, 'i', ids, ret) : rc);
}

/*
 * A variable is that CPU's copy of it; of a pointer that is no such variable
 * itself it is what the pointer leads to there.
 */
static int
per_cpu(struct ctx *ctx, struct kernel *k, const struct value_env *env,
    const struct value *argv, struct value *ret)
{
	struct value v = argv[0];
	struct typeref ref;
	struct os_cpu cpu;
	struct type t;
	int n, rc;

	rc = number(ctx, env, &argv[1], &n);
	if (rc == 0)
		rc = os_cpu(ctx, k, n, &cpu);
	if (rc == 0)
		rc = type_strip(ctx, k->types, v.type, &ref, &t);
	if (rc == 0 && t.kind == TYPE_PTR && (v.place != VALUE_MEM ||
	    v.addr - (cpu.area - cpu.offset) >= cpu.size))
		rc = value_deref(ctx, env, &argv[0], &v);
	if (rc != 0)
		return (rc);
	if (v.place != VALUE_MEM)
		return (ctx_fail(ctx, E_USAGE,
		    "a variable or a pointer is wanted"));
	v.addr += cpu.offset;
	*ret = v;
	return (0);
}

static int
per_cpu_ptr(struct ctx *ctx, struct kernel *k, const struct value_env *env,
    const struct value *argv, struct value *ret)
{
	struct os_cpu cpu;
	struct value v;
	int n, rc;

	rc = number(ctx, env, &argv[1], &n);
	if (rc == 0)
		rc = os_cpu(ctx, k, n, &cpu);
	if (rc == 0)
		rc = value_scalar(ctx, env, &argv[0], &v);
	if (rc != 0)
		return (rc);
	v.bits += cpu.offset;
	*ret = v;
	return (0);
}

static int
no_register(struct ctx *ctx, struct kernel *k, int cpu, const char *name)
{
	const struct arch_reg *r;

	for (r = k->arch->regs; r != NULL && r->name != NULL; r++)
		if (strcmp(r->name, name) == 0)
			return (cpu < 0 ? ctx_fail(ctx, E_NOT_FOUND, "%s: no "
			    "registers are in this dump", name) :
			    ctx_fail(ctx, E_NOT_FOUND, "%s: the registers of "
			    "CPU %d are not in this dump", name, cpu));
	return (E_NOT_FOUND);
}

/* Those that lead somewhere are pointers. */
static char
register_type(const struct arch *a, const char *name)
{
	return ((a->pc != NULL && strcmp(name, a->pc) == 0) ||
	    (a->sp != NULL && strcmp(name, a->sp) == 0) ||
	    (a->fp != NULL && strcmp(name, a->fp) == 0) ? '0' : 'L');
}

/* Of a CPU; -1: of any. */
static int
reg_of(struct ctx *ctx, struct kernel *k, int cpu, const char *name,
    struct value *ret)
{
	const struct dump *d = k->dump;
	uint64_t bits;
	size_t i;

	for (i = 0; d != NULL && i < d->ncpus; i++)
		if ((cpu < 0 || d->cpus[i].cpu == cpu) &&
		    arch_reg_get(k->arch, &d->cpus[i], name, &bits))
			return (integer(k, register_type(k->arch, name), bits,
			    ret));
	return (no_register(ctx, k, cpu, name));
}

static int
reg(struct ctx *ctx, struct kernel *k, const struct value_env *env,
    const struct value *argv, struct value *ret)
{
	int cpu, rc;

	rc = number(ctx, env, &argv[0], &cpu);
	if (rc != 0)
		return (rc);
	if (argv[1].place != VALUE_TEXT)
		return (ctx_fail(ctx, E_USAGE,
		    "the register's name is wanted in quotes"));
	rc = reg_of(ctx, k, cpu, argv[1].text, ret);
	if (rc == E_NOT_FOUND && ctx->err.text[0] == '\0')
		return (ctx_fail(ctx, E_NOT_FOUND, "%s has no register \"%s\"",
		    k->arch->name, argv[1].text));
	return (rc);
}

/*
 * A register by itself: where the kernel stopped, if it did.  Of a frame that
 * was chosen those that are known have been found before: another's is not
 * what is meant.
 */
static int
reg_here(struct ctx *ctx, struct kernel *k, const struct value_env *env,
    const char *name, struct value *ret)
{
	struct value_frame frame;
	struct os_info info;
	struct arena arena;
	int rc = E_NOT_FOUND;

	if (value_frame_chosen(env->vars, &frame)) {
		if (no_register(ctx, k, -1, name) == E_NOT_FOUND &&
		    ctx->err.text[0] == '\0')
			return (E_NOT_FOUND);
		ctx_clear(ctx);
		return (ctx_fail(ctx, E_NOT_FOUND, "%s is not known in frame "
		    "%u of task %d; reg(cpu, \"%s\") is a processor's", name,
		    frame.index, frame.tid, name));
	}

	arena_init(&arena);
	ctx->quiet++;
	if (os_info(ctx, k, &arena, &info) == 0 && info.panic_cpu.status == 0)
		rc = reg_of(ctx, k, (int)info.panic_cpu.v, name, ret);
	ctx->quiet--;
	ctx_clear(ctx);
	arena_fini(&arena);
	return (rc == 0 ? 0 : reg_of(ctx, k, -1, name, ret));
}

static const struct function {
	const char *name;
	int	    argc;
	int	  (*fn)(struct ctx *, struct kernel *, const struct value_env *,
		    const struct value *argv, struct value *ret);
	const char *usage;
} functions[] = {
	{ "task", 1, task, "task(pid)" },
	{ "current", 1, current, "current(cpu)" },
	{ "per_cpu", 2, per_cpu, "per_cpu(variable, cpu)" },
	{ "per_cpu_ptr", 2, per_cpu_ptr, "per_cpu_ptr(pointer, cpu)" },
	{ "nr_cpus", 0, nr_cpus, "nr_cpus()" },
	{ "reg", 2, reg, "reg(cpu, \"name\")" },
};

int
os_call(void *arg, struct ctx *ctx, const struct value_env *env,
    const char *name, int argc, const struct value *argv, struct value *ret)
{
	struct kernel *k = arg;
	size_t i;

	if (argc < 0)
		return (name[0] == '$' && k->arch != NULL ?
		    reg_here(ctx, k, env, name + 1, ret) : E_NOT_FOUND);
	for (i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (strcmp(functions[i].name, name) != 0)
			continue;
		if (argc != functions[i].argc)
			return (ctx_fail(ctx, E_USAGE, "%s takes %d: %s", name,
			    functions[i].argc, functions[i].usage));
		if (k->os == NULL) {
			(void)os_none(ctx, k);
			return (ctx_chain(ctx, "%s", name));
		}
		return (functions[i].fn(ctx, k, env, argv, ret));
	}
	return (E_NOT_FOUND);
}
