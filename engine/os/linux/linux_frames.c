/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stacks.  A task that runs stands where its CPU's saved registers say; one
 * that sleeps left a struct inactive_task_frame on its stack when it was
 * switched away from (__switch_to_asm, arch/x86/entry/entry_64.S), or has its
 * registers in its thread (struct cpu_context, arch/arm64/include/asm/processor.h).
 */
#include "engine/os/linux/linux_unwind.h"

#include "arch/cfi.h"
#include "base/bytes.h"
#include "engine/os/os_cfi.h"

#define FRAMES_MAX	1024
#define ARM64_LR	30		/* DWARF's number: where a call is to return */

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
	bool none;

	pthread_mutex_lock(&l->lock);
	orc = l->orc;
	none = l->no_orc;
	pthread_mutex_unlock(&l->lock);
	if (orc != NULL || none)
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

/* By DWARF's numbers; NULL where nobody has written them down. */
static const char *const *
register_names(const struct kernel *k)
{
	const struct cfi_arch *a = cfi_arch_of(k->arch);

	return (a != NULL ? a->names : NULL);
}

static bool
from_cpu(struct kernel *k, int cpu, struct unwind_frame *f)
{
	const struct dump *d = k->dump;
	const char *const *names = register_names(k);
	const struct cpu_state *st;
	unsigned r;
	uint64_t v;
	size_t i;

	for (i = 0; d != NULL && i < d->ncpus; i++) {
		st = &d->cpus[i];
		if (st->cpu != cpu || !arch_reg_get(k->arch, st, k->arch->pc,
		    &f->pc) || !arch_reg_get(k->arch, st, k->arch->sp, &f->sp) ||
		    !arch_reg_get(k->arch, st, k->arch->fp, &f->bp))
			continue;
		for (r = 0; names != NULL && names[r] != NULL; r++)
			if (arch_reg_get(k->arch, st, names[r], &v))
				unwind_set(&f->regs, r, v);
		f->exact = true;
		return (true);
	}
	return (false);
}

/* Registers that a switch saved, as far as this kernel's types tell. */
static void
saved(struct ctx *ctx, struct kernel *k, uint64_t base, bool of_task,
    struct unwind_frame *f)
{
	/* DWARF's numbers: of x86-64's on the stack, of arm64's in the task. */
	static const struct {
		bool	 of_task;
		uint8_t	 number;
		enum linux_member member;
	} regs[] = {
		{ false, 3, LM_INACTIVE_BX }, { false, 12, LM_INACTIVE_R12 },
		{ false, 13, LM_INACTIVE_R13 }, { false, 14, LM_INACTIVE_R14 },
		{ false, 15, LM_INACTIVE_R15 }, { true, 19, LM_TASK_ALONE_X19 },
		{ true, 20, LM_TASK_ALONE_X20 }, { true, 21, LM_TASK_ALONE_X21 },
		{ true, 22, LM_TASK_ALONE_X22 }, { true, 23, LM_TASK_ALONE_X23 },
		{ true, 24, LM_TASK_ALONE_X24 }, { true, 25, LM_TASK_ALONE_X25 },
		{ true, 26, LM_TASK_ALONE_X26 }, { true, 27, LM_TASK_ALONE_X27 },
		{ true, 28, LM_TASK_ALONE_X28 },
	};
	uint64_t v;
	size_t i;

	ctx->quiet++;
	for (i = 0; i < sizeof(regs) / sizeof(regs[0]); i++)
		if (regs[i].of_task == of_task && linux_member(ctx, k, base,
		    regs[i].member, &v) == 0)
			unwind_set(&f->regs, regs[i].number, v);
	ctx->quiet--;
	ctx_clear(ctx);
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
	saved(ctx, k, sp, false, f);
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
	if (rc == 0)
		saved(ctx, k, task, true, f);
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

/*
 * Kernel addresses are the upper half: what runs below it is user code, or the
 * kernel after a jump through a bad pointer.
 */
static bool
is_user(const struct unwind_frame *f)
{
	return (f->pc >> 63 == 0 && !f->astray);
}

/*
 * Code that takes an exception lays its frame record into the registers that
 * it saves (struct pt_regs; entry.S, kernel_entry): all of them are known
 * there, and where the kernel was.  The record repeats two of them, which tells
 * such a frame from others.  E_NOT_FOUND: this is none.
 */
static int
from_exception(struct ctx *ctx, struct kernel *k, struct unwind_frame *f)
{
	const struct linux_place *record = linux_place(k, LM_SAVED_RECORD);
	const struct linux_place *all = linux_place(k, LM_SAVED_ALL);
	const struct cfi_arch *a = cfi_arch_of(k->arch);
	uint8_t raw[(UNWIND_REGS_MAX + 1) * 8], two[16];
	unsigned i;

	/* struct user_pt_regs: x0 to x30, sp, pc, as DWARF numbers them; pstate. */
	if (f->exact || a == NULL || record->status != 0 || all->status != 0 ||
	    a->pc >= UNWIND_REGS_MAX || all->size < sizeof(raw) ||
	    space_read(ctx, &k->space, f->bp, two, sizeof(two)) != 0 ||
	    space_read(ctx, &k->space, f->bp - record->offset + all->offset,
	    raw, sizeof(raw)) != 0 ||
	    memcmp(two, raw + (size_t)a->fp * 8, 8) != 0 ||
	    memcmp(two + 8, raw + (size_t)a->pc * 8, 8) != 0)
		return (E_NOT_FOUND);
	for (i = 0; i < UNWIND_REGS_MAX; i++)
		unwind_set(&f->regs, i, load_u64(raw + (size_t)i * 8,
		    k->space.be));
	f->pc = f->regs.v[a->pc];
	/*
	 * PSR_MODE_MASK: 0 is a process.  A kernel thread began with registers
	 * that are all 0, its stack too.
	 */
	f->astray = f->pc >> 63 == 0 && f->regs.v[a->sp] >> 63 != 0 &&
	    (load_u64(raw + sizeof(raw) - 8, k->space.be) & 0xf) != 0;
	if (is_user(f))
		return (E_DONE);
	f->sp = f->regs.v[a->sp];
	f->bp = f->regs.v[a->fp];
	f->exact = true;
	return (0);
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
	struct unwind_frame by_cfi = *f;
	bool cfi;
	int rc;

	if (f->astray && unwind_has(&f->regs, ARM64_LR)) {
		f->pc = unsigned_pc(k, f->regs.v[ARM64_LR]);
		f->exact = f->astray = false;
		f->regs.known = 0;
		return (is_user(f) ? E_DONE : 0);
	}
	ctx->quiet++;
	rc = from_exception(ctx, k, f);
	ctx->quiet--;
	if (rc != E_NOT_FOUND) {
		f->reliable = reliable;
		return (rc);
	}
	ctx_clear(ctx);
	cfi = os_cfi_frame(ctx, k, reader, &by_cfi) == 0;
	by_cfi.pc = unsigned_pc(k, by_cfi.pc);
	/* What was interrupted may not have laid its record yet. */
	if (cfi && f->exact && sym_at(&k->symbols, by_cfi.pc - 1) != NULL) {
		*f = by_cfi;
		return (is_user(f) ? E_DONE : 0);
	}
	rc = unwind_chain(ctx, reader, linux_of(k)->arch->chain, f);
	if (rc != 0)
		return (rc);
	f->pc = unsigned_pc(k, f->pc);
	f->reliable = reliable;
	if (cfi && by_cfi.pc == f->pc && by_cfi.bp == f->bp)
		*f = by_cfi;
	return (is_user(f) ? E_DONE : 0);
}

int
linux_next_frame(struct ctx *ctx, struct kernel *k, struct unwind_frame *f)
{
	static const struct unwind_rule called = { .kind = UNWIND_CALL,
	    .sp = UNWIND_SP, .sp_offset = 8 };
	struct virt_reader reader = { read_virt, &k->space };
	struct unwind_frame by_cfi = *f;
	struct linux_orc *orc;
	struct unwind_rule rule;
	bool cfi;
	int rc;

	if (is_user(f))
		return (E_DONE);
	if (linux_of(k)->arch->chain != NULL)
		return (next_in_chain(ctx, k, &reader, f));
	/* All that such a call has done is to push its return address. */
	if (f->astray)
		return (unwind_x86_64(ctx, &reader, &called, f));
	orc = rules(ctx, k);
	rc = orc == NULL ? E_NOT_FOUND :
	    linux_orc_find(ctx, orc, f->exact ? f->pc : f->pc - 1, &rule);
	cfi = os_cfi_frame(ctx, k, &reader, &by_cfi) == 0;
	if (rc == E_NOT_FOUND || (rc == 0 && rule.kind == UNWIND_UNDEFINED)) {
		if (!cfi)
			return (linux_guess_frame(ctx, k, f));
		*f = by_cfi;
		return (is_user(f) ? E_DONE : 0);
	}
	if (rc != 0)
		return (rc);
	rc = unwind_x86_64(ctx, &reader, &rule, f);
	/*
	 * ORC knows what the compiler does not, such as a change of stacks in
	 * assembly; CFI knows where the other registers are.
	 */
	if (rc == 0 && cfi && by_cfi.pc == f->pc && by_cfi.sp == f->sp)
		f->regs = by_cfi.regs;
	if (rc == 0 && is_user(f))
		return (E_DONE);
	return (rc);
}

/* Those that a frame keeps by themselves, to the others. */
static void
own_regs(const struct kernel *k, struct unwind_frame *f)
{
	const struct cfi_arch *a = cfi_arch_of(k->arch);

	if (a == NULL)
		return;
	unwind_set(&f->regs, a->pc, f->pc);
	unwind_set(&f->regs, a->sp, f->sp);
	unwind_set(&f->regs, a->fp, f->bp);
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
		out.user = is_user(&f);
		own_regs(k, &f);
		out.regs = &f.regs;
		rc = fn(arg, ctx, &out);
		if (rc == 0)
			rc = linux_next_frame(ctx, k, &f);
	}
	return (rc == E_DONE ? 0 : rc);
}
