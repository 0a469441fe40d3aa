/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * same_frames DUMP VMLINUX: every frame of every task, unwound by the kernel's
 * own rules (ORC, frame records), held against what its debug information says
 * of the same frame.  Where the compiler was not told (assembly that changes
 * stacks, code made at run time) it may say nothing; more than a few that say
 * something else are a failure.
 */
#include "engine/os/os.h"
#include "arch/cfi.h"
#include "engine/os/os_cfi.h"

#include <stdio.h>

#define SHOWN	10

struct run {
	struct kernel	   *k;
	struct unwind_frame caller;	/* by CFI, of the frame before */
	bool		    told;
	int		    tid;
	unsigned	    same, other, silent, tasks;
};

static int
read_virt(void *arg, struct ctx *ctx, uint64_t va, void *buf, size_t n)
{
	return (space_read(ctx, arg, va, buf, n));
}

static int
frame(void *arg, struct ctx *ctx, const struct os_frame *f)
{
	struct run *r = arg;
	const struct virt_reader reader = { read_virt, &r->k->space };
	const struct cfi_arch *a = cfi_arch_of(r->k->arch);

	if (f->index > 0 && !f->user) {
		if (!r->told)
			r->silent++;
		else if (r->caller.pc == f->pc && r->caller.sp == f->sp)
			r->same++;
		else if (r->other++ < SHOWN)
			printf("task %d frame %u: at 0x%llx (sp 0x%llx), by "
			    "CFI 0x%llx (sp 0x%llx)\n", r->tid, f->index,
			    (unsigned long long)f->pc,
			    (unsigned long long)f->sp,
			    (unsigned long long)r->caller.pc,
			    (unsigned long long)r->caller.sp);
	}
	r->caller = (struct unwind_frame){ .pc = f->pc, .sp = f->sp,
	    .exact = f->exact };
	if (f->regs != NULL) {
		r->caller.regs = *f->regs;
		r->caller.bp = f->regs->v[a->fp];
	}
	r->told = !f->user &&
	    os_cfi_frame(ctx, r->k, &reader, &r->caller) == 0;
	if (r->k->space.form != NULL && r->told && r->caller.pc >> 55 & 1)
		r->caller.pc |= r->k->space.form->high;
	return (0);
}

static int
task(void *arg, struct ctx *ctx, const struct os_proc *p)
{
	struct run *r = arg;

	r->tid = p->tid;
	r->tasks++;
	if (os_frames(ctx, r->k, p, frame, r) != 0)
		ctx_clear(ctx);
	return (0);
}

int
main(int argc, char **argv)
{
	const struct kernel_options opt = { 0 };
	struct run r = { 0 };
	struct dwarf *d;
	struct ctx ctx;

	ctx_init(&ctx);
	if (argc != 3 || kernel_open(&ctx, (const char *const *)argv + 1, 2,
	    &opt, &r.k) != 0 || debug_open(&ctx, r.k->debug, &d) != 0 ||
	    os_procs(&ctx, r.k, OS_THREADS | OS_IDLE, task, &r) != 0) {
		fprintf(stderr, "same_frames: %s\n", ctx.err.text);
		return (2);
	}
	printf("%u tasks: %u frames the same, %u of which CFI says nothing, "
	    "%u other\n", r.tasks, r.same, r.silent, r.other);
	/* Every task that sleeps has some; one in fifty may change stacks. */
	printf("%u passed, %u failed\n", r.same, r.same > 2 * r.tasks &&
	    r.other * 50 <= r.same ? 0 : r.other + 1);
	kernel_close(r.k);
	ctx_fini(&ctx);
	return (r.same <= 2 * r.tasks || r.other * 50 > r.same);
}
