/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stacks, from saved registers.  The thread that wrote the dump left them in
 * dumppcb, a CPU that was stopped in its element of stoppcbs, a thread that
 * sleeps in its td_pcb (sys/kern/subr_kdb.c, kdb_thr_ctx()).  What is saved is
 * where the call that saved it returns to; from there frame pointers lead, with
 * which FreeBSD's kernels are compiled; or, where a kernel.debug is open, its
 * rules of frames, which find the other registers too.
 */
#include "engine/os/freebsd/freebsd.h"

#include "arch/cfi.h"
#include "base/bytes.h"
#include "engine/os/os_cfi.h"

#include <string.h>

#define FRAMES_MAX	1024
#define STACKS_MAX	4		/* an NMI's below an exception's, ... */
#define CPUS_MAX	65536u
#define PCB_MAX		65536u

/* Frames of a saved pointer and the return address, at the frame pointer. */
#define PAIR(size)							\
	{ .word = (size), .next_at = 0, .pc_at = (size),		\
	  .sp_at = 2 * (size) }
/* The back chain of 64-bit Power: the caller's frame keeps the address. */
#define BACK_CHAIN(order)						\
	{ .word = 8, .be = (order), .pc_at = 16, .pc_in_next = true }

/* The same of 32 bits. */
#define BACK_CHAIN_32							\
	{ .word = 4, .be = true, .pc_at = 4, .pc_in_next = true }

/* The program counter is where the call that saved it returns to. */
static const struct freebsd_regs regs_amd64[] = {
	{ 0, "r15 r14 r13 r12 rbp rsp rbx rip" }, { 0 },
};
static const struct freebsd_regs regs_i386[] = {
	{ 0, "edi esi ebp esp ebx eip" }, { 0 },
};
static const struct freebsd_regs regs_arm64_old[] = {
	{ 0, "x0 x1 x2 x3 x4 x5 x6 x7 x8 x9 x10 x11 x12 x13 x14 x15 x16 x17 "
	    "x18 x19 x20 x21 x22 x23 x24 x25 x26 x27 x28 x29 x30" },
	{ 240, "pc" }, { 256, "sp" }, { 0 },
};
static const struct freebsd_regs regs_arm64[] = {
	{ 0, "x19 x20 x21 x22 x23 x24 x25 x26 x27 x28 x29 x30" },
	{ 88, "pc" }, { 96, "sp" }, { 0 },
};
static const struct freebsd_regs regs_riscv[] = {
	{ 0, "ra sp gp tp s0 s1 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11" },
	{ 0, "pc" }, { 0 },
};
static const struct freebsd_regs regs_arm[] = {
	{ 0, "r4 r5 r6 r7 r8 r9 r10 fp ip sp lr pc" }, { 0 },
};
#define POWER_SAVED	"r12 r13 r14 r15 r16 r17 r18 r19 r20 r21 r22 r23 "   \
	"r24 r25 r26 r27 r28 r29 r30 r31 ccr r1 r2 lr"
static const struct freebsd_regs regs_powerpc64[] = {
	{ 0, POWER_SAVED }, { 184, "nip" }, { 0 },
};
static const struct freebsd_regs regs_powerpc[] = {
	{ 0, POWER_SAVED }, { 92, "nip" }, { 0 },
};

/* Behind a trap frame; its types say where, and no pointers chain frames. */
#define MIPS_PCB(cpu, word)						\
	{ .arch = (cpu), .pc = 10 * (word), .sp = 8 * (word),		\
	  .fp = 9 * (word), .context = true }

static const struct freebsd_pcb pcbs[] = {
	/* pcb_r15, r14, r13, r12, rbp, rsp, rbx, rip */
	{ &arch_x86_64, 0, 56, 40, 32, false, true, PAIR(8), regs_amd64 },
	/* pcb_edi, esi, ebp, esp, ebx, eip */
	{ &arch_i386, 0, 20, 12, 8, false, true, PAIR(4), regs_i386 },
	/* pcb_x[30] from x0 on, pcb_lr, a hole, pcb_sp; until 14 */
	{ &arch_arm64, 1376, 240, 256, 232, false, true, PAIR(8),
	    regs_arm64_old },
	{ &arch_arm64, 880, 240, 256, 232, false, true, PAIR(8),
	    regs_arm64_old },
	/* pcb_x[12] from x19 on: x29 and x30 are the last; pcb_sp */
	{ &arch_arm64, 0, 88, 96, 80, false, true, PAIR(8), regs_arm64 },
	/* pcb_ra, sp, gp, tp, s[12]: s0 is the frame pointer */
	{ &arch_riscv64, 0, 0, 8, 32, false, true,
	    { .word = 8, .next_at = -16, .pc_at = -8, .sp_at = 0 },
	    regs_riscv },
	/* struct switchframe: r4 to r12, sp, lr, pc */
	{ .arch = &arch_arm, .pc = 44, .sp = 36, .fp = 28,
	    .regs = regs_arm },
	{ .arch = &arch_arm_be, .pc = 44, .sp = 36, .fp = 28,
	    .regs = regs_arm },
	/* pcb_context[20], cr, sp, toc, lr */
	{ &arch_powerpc64, 0, 184, 168, 168, false, true, BACK_CHAIN(true),
	    regs_powerpc64 },
	{ &arch_powerpc64le, 0, 184, 168, 168, false, true, BACK_CHAIN(false),
	    regs_powerpc64 },
	{ &arch_powerpc, 0, 92, 84, 84, false, true, BACK_CHAIN_32, regs_powerpc },
	/* pcb_context: s0 to s7, sp, s8, ra, sr, gp, pc */
	MIPS_PCB(&arch_mips64, 8), MIPS_PCB(&arch_mips64el, 8),
	MIPS_PCB(&arch_mips, 4), MIPS_PCB(&arch_mipsel, 4),
};

/*
 * The form of this kernel's struct pcb.  Arm64's has two, told by the size; an
 * unknown size is the newer.
 */
static const struct freebsd_pcb *
pcb_form(struct kernel *k)
{
	const struct freebsd_os *f = freebsd_of(k);
	size_t i;

	for (i = 0; i < sizeof(pcbs) / sizeof(pcbs[0]); i++)
		if (pcbs[i].arch == k->arch && (pcbs[i].size == 0 ||
		    (f->pcb_size.status == 0 &&
		    pcbs[i].size == f->pcb_size.v)))
			return (&pcbs[i]);
	return (NULL);
}

/* Where the registers of a thread were saved. */
static int
pcb_address(struct ctx *ctx, struct kernel *k, const struct os_proc *p,
    uint64_t *addr)
{
	const struct freebsd_os *f = freebsd_of(k);
	uint64_t cpu, tid;
	int rc;

	rc = freebsd_get(ctx, k, p->task, FM_TD_TID, 4, &tid);
	if (rc != 0)
		return (rc);
	if ((int)(int32_t)tid != p->tid)
		return (ctx_fail(ctx, E_NOT_FOUND, "process %d has no thread "
		    "whose registers were saved", p->pid));
	if (f->dumptid.status == 0 && f->dumptid.v == tid &&
	    f->dumppcb.status == 0) {
		*addr = f->dumppcb.v;
		return (0);
	}
	rc = freebsd_get(ctx, k, p->task, FM_TD_ONCPU, 4, &cpu);
	if (rc != 0)
		return (rc);
	if ((int32_t)cpu == FREEBSD_NOCPU)
		return (freebsd_get(ctx, k, p->task, FM_TD_PCB, 0, addr));
	if (f->stoppcbs.status != 0 || f->pcb_size.status != 0)
		return (ctx_fail(ctx, E_NO_SYMBOL, "thread %d runs on CPU "
		    "%llu, whose registers are found by the symbols stoppcbs "
		    "and pcb_size", p->tid, (unsigned long long)cpu));
	if (cpu >= CPUS_MAX || f->pcb_size.v > PCB_MAX)
		return (ctx_fail_at(ctx, E_CORRUPT, p->task, "thread %d runs "
		    "on CPU %llu, which cannot be", p->tid,
		    (unsigned long long)cpu));
	*addr = f->stoppcbs.v + cpu * f->pcb_size.v;
	return (0);
}

int
freebsd_pcb(struct ctx *ctx, struct kernel *k, const struct os_proc *p,
    const struct freebsd_pcb **form, uint64_t *addr)
{
	int rc;

	*form = pcb_form(k);
	if (*form == NULL)
		return (ctx_fail(ctx, E_UNSUPPORTED, "where FreeBSD on %s "
		    "saves registers is not known", k->arch->name));
	rc = pcb_address(ctx, k, p, addr);
	if (rc == 0 && (*form)->context)
		rc = freebsd_at(ctx, k, *addr, FM_PCB_CONTEXT, addr);
	return (rc);
}

static int
reg(struct ctx *ctx, struct kernel *k, uint64_t pcb, uint16_t offset,
    uint64_t *ret)
{
	return (space_uint(ctx, &k->space, pcb + offset, k->space.ptr_size,
	    ret));
}

/* All that struct pcb has, by the numbers that rules of frames use. */
static void
saved_regs(struct ctx *ctx, struct kernel *k, const struct freebsd_pcb *form,
    uint64_t pcb, struct unwind_regs *regs)
{
	const struct cfi_arch *a = cfi_arch_of(k->arch);
	const struct freebsd_regs *r = form->regs;
	const char *name;
	uint64_t at, v;
	unsigned i;
	size_t n;

	if (a == NULL || a->names == NULL)
		return;
	for (; r != NULL && r->names != NULL; r++) {
		at = pcb + r->pcb;
		for (name = r->names; *name != '\0'; name += n +
		    strspn(name + n, " "), at += k->space.ptr_size) {
			n = strcspn(name, " ");
			for (i = 0; a->names[i] != NULL; i++)
				if (strlen(a->names[i]) == n &&
				    memcmp(a->names[i], name, n) == 0)
					break;
			if (a->names[i] != NULL && space_uint(ctx, &k->space,
			    at, k->space.ptr_size, &v) == 0)
				unwind_set(regs, i, v);
		}
	}
	ctx_clear(ctx);
}

/* A dump from outside, of a virtual machine, has each CPU's registers. */
static bool
from_cpu(struct ctx *ctx, struct kernel *k, const struct os_proc *p,
    struct unwind_frame *f)
{
	const struct arch *a = k->arch;
	const struct dump *d = k->dump;
	uint64_t cpu;
	size_t i;

	if (d->ncpus == 0 || a->pc == NULL || a->sp == NULL ||
	    a->fp == NULL || freebsd_get(ctx, k, p->task, FM_TD_ONCPU, 4,
	    &cpu) != 0 || (int32_t)cpu == FREEBSD_NOCPU)
		return (false);
	for (i = 0; i < d->ncpus; i++)
		if ((uint32_t)d->cpus[i].cpu == cpu &&
		    arch_reg_get(a, &d->cpus[i], a->pc, &f->pc) &&
		    arch_reg_get(a, &d->cpus[i], a->sp, &f->sp) &&
		    arch_reg_get(a, &d->cpus[i], a->fp, &f->bp)) {
			f->exact = true;
			return (true);
		}
	return (false);
}

static int
first_frame(struct ctx *ctx, struct kernel *k, const struct os_proc *p,
    struct unwind_frame *f)
{
	const struct freebsd_pcb *form;
	uint64_t pcb;
	int rc;

	*f = (struct unwind_frame){ .reliable = true };
	if (pcb_form(k) != NULL && from_cpu(ctx, k, p, f))
		return (0);
	ctx_clear(ctx);
	rc = freebsd_pcb(ctx, k, p, &form, &pcb);
	if (rc == 0)
		rc = reg(ctx, k, pcb, form->pc, &f->pc);
	if (rc == 0)
		rc = reg(ctx, k, pcb, form->sp, &f->sp);
	if (rc == 0)
		rc = reg(ctx, k, pcb, form->fp, &f->bp);
	if (rc == 0 && f->pc == 0 && f->sp == 0)
		return (ctx_fail_at(ctx, E_NOT_FOUND, pcb, "no registers of "
		    "thread %d were saved", p->tid));
	if (rc == 0) {
		ctx->quiet++;
		saved_regs(ctx, k, form, pcb, &f->regs);
		ctx->quiet--;
	}
	return (rc);
}

/* Kernels of 64 bits own the upper half; below it runs user code. */
static bool
is_user(const struct kernel *k, uint64_t pc)
{
	return (k->space.ptr_size == 8 && k->arch != &arch_powerpc64 &&
	    k->arch != &arch_powerpc64le && pc >> 63 == 0);
}

/*
 * arm64 signs return addresses in the bits above those that it translates; bit
 * 55 tells the half (Arm ARM, D8.10 "Pointer authentication").
 */
static uint64_t
unsigned_pc(const struct kernel *k, uint64_t pc)
{
	return (k->arch == &arch_arm64 && pc >> 55 & 1 ?
	    pc | UINT64_C(0xffff) << 48 : pc);
}

static int
read_virt(void *arg, struct ctx *ctx, uint64_t va, void *buf, size_t n)
{
	return (space_read(ctx, arg, va, buf, n));
}

/*
 * amd64: what an exception or an interrupt calls finds the registers that it
 * saved on the top of the stack, struct trapframe (sys/amd64/include/frame.h).
 * The chain of frame pointers leaps over what was interrupted: take it from
 * there.  The callers are named as sys/amd64/amd64/db_trace.c knows them.
 */
#define TF_RBP		64
#define TF_RIP		152
#define TF_CS		160
#define TF_RSP		176
#define TF_SIZE		192
#define KERNEL_CS	0x20		/* sys/amd64/include/segments.h */

static bool
saves_frame(const struct kernel *k, uint64_t pc)
{
	const struct symbol *s;
	const char *name;
	size_t n;

	s = sym_at(&k->symbols, pc - 1);
	if (s == NULL)
		return (false);
	name = sym_name(&k->symbols, s);
	n = strlen(name);
	return ((n >= 8 && strcmp(name + n - 8, "calltrap") == 0) ||
	    (name[0] == 'X' && name[1] >= 'a' && name[1] <= 'z'));
}

/* tf_rdi and those behind it, by DWARF's numbers. */
static const uint8_t trapped[] = {
	5, 4, 1, 2, 8, 9, 0, 3, 6, 10, 11, 12, 13, 14, 15,
};

static int
from_trap(struct ctx *ctx, struct kernel *k, struct unwind_frame *f)
{
	uint8_t raw[TF_SIZE];
	uint64_t cs;
	size_t i;

	if (k->arch != &arch_x86_64 || f->exact || !saves_frame(k, f->pc))
		return (E_NOT_FOUND);
	if (space_read(ctx, &k->space, f->sp, raw, sizeof(raw)) != 0) {
		ctx_clear(ctx);
		return (E_NOT_FOUND);
	}
	cs = load_u64(raw + TF_CS, false) & 0xffff;
	if (cs & 3)
		return (E_DONE);	/* it came from user code */
	if (cs != KERNEL_CS)
		return (E_NOT_FOUND);
	f->pc = load_u64(raw + TF_RIP, false);
	f->sp = load_u64(raw + TF_RSP, false);
	f->bp = load_u64(raw + TF_RBP, false);
	f->exact = true;
	f->regs.known = 0;
	for (i = 0; i < sizeof(trapped); i++)
		unwind_set(&f->regs, trapped[i], load_u64(raw + 8 * i, false));
	return (0);
}

/* E_NOT_FOUND: no rule leads to code that is known. */
static int
by_rules(struct ctx *ctx, struct kernel *k, const struct virt_reader *reader,
    struct unwind_frame *f)
{
	struct unwind_frame next = *f;

	if (os_cfi_frame(ctx, k, reader, &next) != 0)
		return (E_NOT_FOUND);
	next.pc = unsigned_pc(k, next.pc);
	if (sym_at(&k->symbols, next.pc - 1) == NULL)
		return (E_NOT_FOUND);
	*f = next;
	return (0);
}

static int
next_frame(struct ctx *ctx, struct kernel *k, const struct freebsd_pcb *form,
    struct unwind_frame *f)
{
	const struct virt_reader reader = { read_virt, &k->space };
	int rc;

	rc = from_trap(ctx, k, f);
	if (rc == E_NOT_FOUND)
		rc = by_rules(ctx, k, &reader, f);
	if (rc == E_NOT_FOUND) {
		rc = form->walks && !is_user(k, f->bp) ?
		    unwind_chain(ctx, &reader, &form->chain, f) : E_DONE;
		f->regs.known = 0;	/* where it saved others nobody says */
	}
	if (rc == 0)
		f->pc = unsigned_pc(k, f->pc);
	if (rc == 0 && is_user(k, f->pc))
		return (E_DONE);
	return (rc);
}

int
freebsd_frames(struct ctx *ctx, struct kernel *k, const struct os_proc *p,
    int (*fn)(void *, struct ctx *, const struct os_frame *), void *arg)
{
	const struct freebsd_pcb *form;
	struct unwind_frame f;
	struct os_frame out;
	uint64_t sp;
	unsigned down;
	int rc;

	form = pcb_form(k);
	down = 0;
	rc = first_frame(ctx, k, p, &f);
	if (rc != 0)
		return (ctx_chain(ctx, "stack of thread %d", p->tid));
	for (out.index = 0; rc == 0 && out.index < FRAMES_MAX; out.index++) {
		out.pc = f.pc;
		out.sp = f.sp;
		out.exact = f.exact;
		out.reliable = f.reliable;
		out.user = is_user(k, f.pc);
		out.regs = &f.regs;
		rc = fn(arg, ctx, &out);
		sp = f.sp;
		if (rc == 0)
			rc = next_frame(ctx, k, form, &f);
		if (rc == 0 && f.sp < sp && ++down > STACKS_MAX)
			rc = ctx_fail_at(ctx, E_CORRUPT, f.sp, "the stack of "
			    "thread %d does not lead upwards", p->tid);
	}
	return (rc == E_DONE ? 0 : rc);
}
