/* SPDX-License-Identifier: BSD-2-Clause */
/* Saved registers and stacks of FreeBSD's threads on each processor. */
#include "engine/os/freebsd/freebsd.h"
#include "tests/mk/mk_space.h"
#include "tests/unit/unit.h"

#include <string.h>

/* In the memory of mk_space, which ends at 1 MiB. */
#define THREAD	0x1000			/* tid, CPU, pcb: 4, 4 and 8 bytes */
#define PCB	0x2000
#define STACK	0x8000			/* its frames: 0x100, 0x200, 0x300 on */

/*
 * Where sys/PROCESSOR/include/pcb.h has the registers, and how a frame is
 * chained: the caller's frame pointer and the return address, from the own
 * frame pointer; or (in_next) from the caller's.
 */
struct machine {
	const struct arch *arch;
	unsigned	 context;	/* offset of pcb_context, 0: none */
	unsigned	 pc, sp, fp;
	int		 next_at, pc_at;
	bool		 in_next;
	bool		 walks;
};

static const struct machine machines[] = {
	{ &arch_i386, 0, 20, 12, 8, 0, 4, false, true },
	{ &arch_powerpc, 0, 92, 84, 84, 0, 4, true, true },
	{ &arch_powerpc64, 0, 184, 168, 168, 0, 16, true, true },
	{ &arch_powerpc64le, 0, 184, 168, 168, 0, 16, true, true },
	{ &arch_arm, 0, 44, 36, 28, 0, 0, false, false },
	{ &arch_arm_be, 0, 44, 36, 28, 0, 0, false, false },
	{ &arch_mips, 296, 40, 32, 36, 0, 0, false, false },
	{ &arch_mipsel, 296, 40, 32, 36, 0, 0, false, false },
	{ &arch_mips64, 592, 80, 64, 72, 0, 0, false, false },
	{ &arch_mips64el, 592, 80, 64, 72, 0, 0, false, false },
};

static struct ctx ctx;
static struct mk_space s;
static struct kernel k;
static struct freebsd_os os;
static uint64_t pcs[8];
static size_t count;

static void
place(enum freebsd_member m, uint32_t at)
{
	os.member[m] = (struct freebsd_offset){ .v = at };
}

static void
start(const struct machine *m)
{
	size_t i;

	ctx_init(&ctx);
	memset(&k, 0, sizeof(k));
	memset(&os, 0, sizeof(os));
	mk_space_init(&s, m->arch->be, m->arch->ptr_size);
	sym_init(&k.symbols);
	pthread_mutex_init(&os.lock, NULL);
	os.learned = true;
	for (i = 0; i < FM_COUNT; i++)
		os.member[i].status = E_NO_TYPE;
	place(FM_TD_TID, 0);
	place(FM_TD_ONCPU, 4);
	place(FM_TD_PCB, 8);
	if (m->context != 0)
		place(FM_PCB_CONTEXT, m->context);
	os.dumptid.status = os.dumppcb.status = os.stoppcbs.status =
	    os.pcb_size.status = E_NO_SYMBOL;
	k.arch = m->arch;
	k.space = s.space;
	k.os_data = &os;
	mk_put(&s, THREAD, 4, 100100);
	mk_put(&s, THREAD + 4, 4, UINT32_MAX);	/* on no CPU */
	mk_put_ptr(&s, THREAD + 8, PCB);
}

static void
finish(void)
{
	pthread_mutex_destroy(&os.lock);
	sym_fini(&k.symbols);
	mk_space_fini(&s);
	ctx_fini(&ctx);
}

static void
reg(const struct machine *m, unsigned at, uint64_t v)
{
	mk_put_ptr(&s, PCB + m->context + at, v);
}

static int
take(void *arg, struct ctx *c, const struct os_frame *f)
{
	(void)arg;
	(void)c;
	assert_int_equal(f->index, count);
	if (count < 8)
		pcs[count] = f->pc;
	count++;
	return (0);
}

static int
frames(void)
{
	const struct os_proc p = { .pid = 1, .tid = 100100, .task = THREAD };
	struct dump none = { .ncpus = 0 };
	int rc;

	count = 0;
	k.dump = &none;
	rc = freebsd_frames(&ctx, &k, &p, take, NULL);
	k.dump = NULL;
	return (rc);
}

/* From one frame to the next. */
static void
chain(const struct machine *m, uint64_t from, uint64_t to, uint64_t pc)
{
	mk_put_ptr(&s, from + (uint64_t)(int64_t)m->next_at, to);
	mk_put_ptr(&s, (m->in_next ? to : from) + (uint64_t)(int64_t)m->pc_at,
	    pc);
}

static void
each(void **state)
{
	const struct machine *m;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		m = &machines[i];
		start(m);
		reg(m, m->pc, 0x41000);
		reg(m, m->sp, STACK + 0x100);
		reg(m, m->fp, STACK + 0x100);
		if (m->walks) {
			chain(m, STACK + 0x100, STACK + 0x200, 0x42000);
			chain(m, STACK + 0x200, STACK + 0x300, 0x43000);
			chain(m, STACK + 0x300, 0, 0);
		}
		if (frames() != 0)
			fail_msg("%s: %s", m->arch->name, ctx.err.text);
		if (count != (m->walks ? 3 : 1) || pcs[0] != 0x41000 ||
		    (m->walks && (pcs[1] != 0x42000 || pcs[2] != 0x43000)))
			fail_msg("%s: %zu frames: %llx %llx %llx",
			    m->arch->name, count, (unsigned long long)pcs[0],
			    (unsigned long long)pcs[1],
			    (unsigned long long)pcs[2]);
		finish();
	}
}

/* Registers that are not there, and stacks that lead nowhere. */
static void
damaged(void **state)
{
	const struct machine *m;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		m = &machines[i];
		start(m);
		assert_int_equal(frames(), E_NOT_FOUND);	/* all zero */
		assert_int_equal(count, 0);
		finish();
		start(m);
		mk_space_unmap(&s, PCB);
		assert_int_equal(frames(), E_NOT_MAPPED);
		finish();
		if (m->context != 0) {
			start(m);
			os.member[FM_PCB_CONTEXT].status = E_NO_TYPE;
			assert_int_equal(frames(), E_NO_TYPE);
			finish();
		}
		if (!m->walks)
			continue;
		start(m);
		reg(m, m->pc, 0x41000);
		reg(m, m->sp, STACK + 0x100);
		reg(m, m->fp, STACK + 0x100);
		chain(m, STACK + 0x100, STACK + 0x100, 0x42000);
		assert_int_equal(frames(), E_CORRUPT);
		assert_int_equal(count, 1);
		finish();
		start(m);
		reg(m, m->pc, 0x41000);
		reg(m, m->sp, STACK + 0x100);
		reg(m, m->fp, STACK + 0x100);
		mk_space_unmap(&s, STACK);
		assert_int_equal(frames(), E_NOT_MAPPED);
		assert_int_equal(count, 1);
		finish();
	}
}

UNIT_MAIN(UNIT(each), UNIT(damaged))
