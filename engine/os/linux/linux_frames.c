/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stacks.  A task that runs stands where its CPU's saved registers say; one
 * that sleeps left a struct inactive_task_frame on its stack when it was
 * switched away from (__switch_to_asm, arch/x86/entry/entry_64.S), or has its
 * registers in its thread (struct cpu_context, arch/arm64/include/asm/processor.h).
 */
#include "engine/os/linux/linux_unwind.h"

#include "base/bytes.h"

#define FRAMES_MAX	1024

static int
read_virt(void *arg, struct ctx *ctx, uint64_t va, void *buf, size_t n)
{
	return (space_read(ctx, arg, va, buf, n));
}

/* The rules, made when first wanted; NULL when this kernel has none. */
static struct linux_orc *
rules(struct ctx *ctx, struct kernel *k)
{
	struct linux_os *l = linux_of(k);
	struct linux_orc *orc;

	pthread_mutex_lock(&l->lock);
	orc = l->orc;
	pthread_mutex_unlock(&l->lock);
	if (orc != NULL || l->no_orc)
		return (orc);
	/* Not under the lock: this reads members and modules. */
	ctx->quiet++;
	if (linux_orc_create(ctx, k, &orc) != 0)
		orc = NULL;
	ctx->quiet--;
	pthread_mutex_lock(&l->lock);
	if (l->orc != NULL) {		/* another thread was faster */
		linux_orc_destroy(orc);
		orc = l->orc;
	}
	l->orc = orc;
	l->no_orc = orc == NULL;
	pthread_mutex_unlock(&l->lock);
	return (orc);
}

static bool
from_cpu(struct kernel *k, int cpu, struct unwind_frame *f)
{
	const struct dump *d = k->dump;
	const struct cpu_state *st;
	size_t i;

	for (i = 0; d != NULL && i < d->ncpus; i++) {
		st = &d->cpus[i];
		if (st->cpu != cpu || !arch_reg_get(k->arch, st, k->arch->pc,
		    &f->pc) || !arch_reg_get(k->arch, st, k->arch->sp, &f->sp) ||
		    !arch_reg_get(k->arch, st, k->arch->fp, &f->bp))
			continue;
		f->has_regs = arch_reg_get(k->arch, st, "rdx", &f->dx) &&
		    arch_reg_get(k->arch, st, "rdi", &f->di) &&
		    arch_reg_get(k->arch, st, "r10", &f->r10) &&
		    arch_reg_get(k->arch, st, "r13", &f->r13);
		f->exact = true;
		return (true);
	}
	return (false);
}

static int
from_stack(struct ctx *ctx, struct kernel *k, uint64_t task,
    struct unwind_frame *f)
{
	uint64_t sp;
	int rc;

	rc = linux_member(ctx, k, task, LM_TASK_ALONE_SP, &sp);
	if (rc == 0)
		rc = linux_member(ctx, k, sp, LM_INACTIVE_RET, &f->pc);
	if (rc == 0)
		rc = linux_member(ctx, k, sp, LM_INACTIVE_BP, &f->bp);
	if (rc != 0)
		return (rc);
	f->sp = sp + linux_size(k, LT_INACTIVE);
	return (0);
}

/*
 * A return address may be signed (pointer authentication): bit 55 still tells
 * the half, all bits above the addresses' are then alike.
 */
static uint64_t
unsigned_pc(const struct kernel *k, uint64_t pc)
{
	return (pc >> 55 & 1 && k->space.form != NULL ? pc | k->space.form->high : pc);
}

static int
from_thread(struct ctx *ctx, struct kernel *k, uint64_t task,
    struct unwind_frame *f)
{
	int rc;

	rc = linux_member(ctx, k, task, LM_TASK_ALONE_PC, &f->pc);
	if (rc == 0)
		rc = linux_member(ctx, k, task, LM_TASK_ALONE_FP, &f->bp);
	if (rc == 0)
		rc = linux_member(ctx, k, task, LM_TASK_ALONE_SP, &f->sp);
	f->pc = unsigned_pc(k, f->pc);
	return (rc);
}

int
linux_first_frame(struct ctx *ctx, struct kernel *k, const struct os_proc *p,
    struct unwind_frame *f)
{
	const struct linux_os *l = linux_of(k);
	uint64_t current;
	int cpu;

	if (l->arch == NULL)
		return (ctx_fail(ctx, E_UNSUPPORTED, "stacks of %s are not "
		    "unwound", k->arch->name));
	memset(f, 0, sizeof(*f));
	f->reliable = true;
	cpu = p->cpu.status == 0 ? (int)p->cpu.v : -1;
	ctx->quiet++;
	if (cpu < 0 || linux_current(ctx, k, cpu, &current) != 0)
		current = 0;
	ctx->quiet--;
	if (current != p->task)
		return (l->arch->chain != NULL ? from_thread(ctx, k, p->task,
		    f) : from_stack(ctx, k, p->task, f));
	if (from_cpu(k, cpu, f))
		return (0);
	return (ctx_fail(ctx, E_NOT_FOUND, "task %d runs on CPU %d, whose "
	    "registers are not in the dump", p->tid, cpu));
}

/* Kernel addresses are the upper half: what runs below it is user code. */
static bool
is_user(uint64_t pc)
{
	return (pc >> 63 == 0);
}

/*
 * Every function keeps a frame record but the innermost of what was
 * interrupted: its caller may be missing.
 */
static int
next_in_chain(struct ctx *ctx, struct kernel *k,
    const struct virt_reader *reader, struct unwind_frame *f)
{
	const bool reliable = f->reliable && !f->exact;
	int rc;

	rc = unwind_chain(ctx, reader, linux_of(k)->arch->chain, f);
	if (rc != 0)
		return (rc);
	f->pc = unsigned_pc(k, f->pc);
	f->reliable = reliable;
	return (is_user(f->pc) ? E_DONE : 0);
}

int
linux_next_frame(struct ctx *ctx, struct kernel *k, struct unwind_frame *f)
{
	struct virt_reader reader = { read_virt, &k->space };
	struct linux_orc *orc;
	struct unwind_rule rule;
	int rc;

	if (is_user(f->pc))
		return (E_DONE);
	if (linux_of(k)->arch->chain != NULL)
		return (next_in_chain(ctx, k, &reader, f));
	orc = rules(ctx, k);
	rc = orc == NULL ? E_NOT_FOUND :
	    linux_orc_find(ctx, orc, f->exact ? f->pc : f->pc - 1, &rule);
	if (rc == E_NOT_FOUND || (rc == 0 && rule.kind == UNWIND_UNDEFINED))
		return (linux_guess_frame(ctx, k, f));
	if (rc != 0)
		return (rc);
	rc = unwind_x86_64(ctx, &reader, &rule, f);
	if (rc == 0 && is_user(f->pc))
		return (E_DONE);
	return (rc);
}

int
linux_frames(struct ctx *ctx, struct kernel *k, const struct os_proc *p,
    int (*fn)(void *, struct ctx *, const struct os_frame *), void *arg)
{
	struct unwind_frame f;
	struct os_frame out;
	int rc;

	rc = linux_first_frame(ctx, k, p, &f);
	if (rc != 0)
		return (ctx_chain(ctx, "stack of task %d", p->tid));
	for (out.index = 0; rc == 0 && out.index < FRAMES_MAX; out.index++) {
		out.pc = f.pc;
		out.sp = f.sp;
		out.exact = f.exact;
		out.reliable = f.reliable;
		out.user = is_user(f.pc);
		rc = fn(arg, ctx, &out);
		if (rc == 0)
			rc = linux_next_frame(ctx, k, &f);
	}
	return (rc == E_DONE ? 0 : rc);
}
