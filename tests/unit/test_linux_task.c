/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes of a hand-made kernel: states, lists that break, sizes. */
#include "tests/unit/unit.h"

#include "tests/mk/mk_linux.h"

#include <string.h>

#define INIT		0x1000		/* init_task */
#define TASK(n)		(0x10000 + (uint64_t)(n) * 0x1000)
#define TASKS		32		/* offsets in the task_struct below */
#define PID		48
#define NODE		112
#define SIGNAL(n)	(0xa000 + (uint64_t)(n) * 0x100)
#define MM		0x8000
#define CRED		0x9000

static struct ctx ctx;
static struct mk_linux m;
static char said[1024];

static void
task(uint64_t at, int pid, const char *comm)
{
	mk_put(&m.s, at, 4, 1);
	mk_put(&m.s, at + 8, 4, 3);
	mk_put(&m.s, at + PID, 4, (uint64_t)(int64_t)pid);
	mk_put(&m.s, at + PID + 4, 4, (uint64_t)(int64_t)pid);
	mk_put_ptr(&m.s, at + 56, INIT);
	mk_put_ptr(&m.s, at + 64, at);
	mk_put_ptr(&m.s, at + 80, CRED);
	mk_linux_text(&m, at + 88, comm);
	mk_put(&m.s, at + 104, 8, 1500000000);
}

/* Task n leads a group; pid 10 is a thread of the first one's. */
static void
groups(void)
{
	uint64_t n;

	for (n = 1; n <= 4; n++) {
		mk_put_ptr(&m.s, TASK(n) + 72, SIGNAL(n));
		mk_linux_list(&m, (uint64_t[]){ SIGNAL(n) + 16,
		    TASK(n) + NODE, 0 });
	}
	task(TASK(5), 10, "ten");
	mk_put(&m.s, TASK(5) + PID + 4, 4, 9);
	mk_linux_list(&m, (uint64_t[]){ SIGNAL(1) + 16, TASK(1) + NODE,
	    TASK(5) + NODE, 0 });
}

static void
link_all(void)
{
	mk_linux_list(&m, (uint64_t[]){ INIT + TASKS, TASK(1) + TASKS,
	    TASK(2) + TASKS, TASK(3) + TASKS, TASK(4) + TASKS, 0 });
}

/* Pids 9, 2, 7 and 4, in this order. */
static void
make(bool be)
{
	ctx_init(&ctx);
	mk_linux_init(&m, be);
	mk_linux_struct(&m, "list_head", 16, "next u8@0, prev u8@8");
	mk_linux_struct(&m, "thread_info", 16, "flags u8@0, cpu u4@8");
	mk_linux_struct(&m, "kuid_t", 4, "val u4@0");
	mk_linux_struct(&m, "cred", 8, "uid kuid_t@0, euid kuid_t@4");
	mk_linux_struct(&m, "rss", 32, "a s8@0, b s8@8, c s8@16, d s8@24");
	mk_linux_struct(&m, "mm_rss_stat", 32, "count rss@0");
	mk_linux_struct(&m, "mm_struct", 64, "total_vm u8@8, "
	    "rss_stat mm_rss_stat@16");
	mk_linux_struct(&m, "task_struct", 128, "__state u4@0, exit_state u4@4,"
	    " cpu u4@8, flags u4@12, mm u8@16, tasks list_head@32, pid s4@48, "
	    "tgid s4@52, real_parent u8@56, group_leader u8@64, signal u8@72, "
	    "real_cred u8@80, comm c16@88, start_boottime u8@104, "
	    "thread_node list_head@112");
	mk_linux_struct(&m, "signal_struct", 32, "thread_head list_head@16");
	mk_linux_symbol(&m, "init_task", INIT);
	mk_linux_ready(&m);
	task(INIT, 0, "swapper/0");
	task(TASK(1), 9, "nine");
	task(TASK(2), 2, "two");
	task(TASK(3), 7, "seven");
	task(TASK(4), 4, "four");
	groups();
	link_all();
	mk_put(&m.s, CRED, 4, 1000);
	mk_put(&m.s, CRED + 4, 4, 2000);
}

static void
done(void)
{
	mk_linux_fini(&m);
	ctx_fini(&ctx);
}

static int
row(void *arg, struct ctx *c, const struct os_proc *p)
{
	size_t n = strlen(said);

	(void)arg;
	(void)c;
	snprintf(said + n, sizeof(said) - n, "%d %s|", p->tid, p->comm.s);
	return (0);
}

static int
run(unsigned flags)
{
	said[0] = '\0';
	return (linux_procs(&ctx, &m.k, flags, row, NULL));
}

static void
states(void **state)
{
	static const struct {
		uint32_t state, exit;
		char	 letter;
	} want[] = {
		{ 0, 0, 'R' }, { 1, 0, 'S' }, { 2, 0, 'D' }, { 4, 0, 'T' },
		{ 8, 0, 't' }, { 0x80, 0x10, 'X' }, { 0x80, 0x20, 'Z' },
		{ 0x40, 0, 'P' }, { 0x402, 0, 'I' }, { 0x1000, 0, 'D' },
		{ 0x8000, 0, 'D' }, { 0x800, 0, 'R' }, { 0x101, 0, 'S' },
		{ 0x2001, 0, 'S' },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		assert_int_equal(linux_state(want[i].state, want[i].exit),
		    want[i].letter);
	for (i = 0; i < 0x20000; i++)
		assert_non_null(strchr("RSDTtXZPI", linux_state(i, i >> 4)));
}

static void
sorted(bool be)
{
	make(be);
	assert_int_equal(run(0), OK);
	assert_string_equal(said, "2 two|4 four|7 seven|9 nine|");
	assert_int_equal(run(OS_IDLE), OK);
	assert_string_equal(said,
	    "0 swapper/0|2 two|4 four|7 seven|9 nine|");
	assert_int_equal(run(OS_THREADS), OK);
	assert_string_equal(said, "2 two|4 four|7 seven|9 nine|10 ten|");
	done();
}

static void
lists_all_by_pid(void **state)
{
	(void)state;
	sorted(false);
	sorted(true);
}

static void
tells_one(bool be)
{
	struct os_proc p;
	struct arena arena;

	make(be);
	arena_init(&arena);
	mk_put_ptr(&m.s, TASK(3) + 16, MM);
	mk_put(&m.s, MM + 8, 8, 10);
	mk_put(&m.s, MM + 16, 8, 3);			/* of files */
	mk_put(&m.s, MM + 24, 8, (uint64_t)-2);		/* below 0 */
	mk_put(&m.s, MM + 32, 8, 100);			/* in swap */
	mk_put(&m.s, MM + 40, 8, 4);			/* shared */
	assert_int_equal(linux_proc(&ctx, &m.k, 7, &arena, &p), OK);
	assert_string_equal(p.comm.s, "seven");
	assert_int_equal(p.state, 'S');
	assert_int_equal(p.ppid, 0);
	assert_true(p.vsz.status == OK && p.vsz.v == 10 * 4096);
	assert_true(p.rss.status == OK && p.rss.v == 7 * 4096);
	assert_true(p.uid.status == OK && p.uid.v == 2000);
	assert_true(p.cpu.status == OK && p.cpu.v == 3);
	assert_true(p.start.status == OK && p.start.v == 1.5);
	assert_int_equal(p.last_run.status, E_NO_MEMBER);
	assert_int_equal(linux_proc(&ctx, &m.k, 10, &arena, &p), OK);
	assert_true(p.is_thread && p.pid == 9 && p.tid == 10);
	assert_int_equal(linux_proc(&ctx, &m.k, 5, &arena, &p), E_NOT_FOUND);
	assert_int_equal(linux_proc(&ctx, &m.k, -1, &arena, &p), E_NOT_FOUND);
	arena_fini(&arena);
	done();
}

static void
reads_members(void **state)
{
	(void)state;
	tells_one(false);
	tells_one(true);
}

/* What a broken link hides forward is found backward. */
static void
goes_around_a_break(void **state)
{
	(void)state;
	make(false);
	mk_put_ptr(&m.s, TASK(2) + TASKS, 0xdead000000000100);
	assert_int_equal(run(0), E_NOT_MAPPED);
	assert_string_equal(said, "2 two|4 four|7 seven|9 nine|");
	link_all();
	mk_put_ptr(&m.s, TASK(2) + TASKS, TASK(1) + TASKS);	/* a loop */
	assert_int_equal(run(0), E_CORRUPT);
	assert_string_equal(said, "2 two|4 four|7 seven|9 nine|");
	link_all();
	mk_put_ptr(&m.s, TASK(2) + TASKS, 0x40000);	/* zeros: no task */
	assert_int_equal(run(0), E_CORRUPT);
	assert_string_equal(said, "2 two|4 four|7 seven|9 nine|");
	link_all();
	mk_space_unmap(&m.s, TASK(3));
	assert_int_equal(run(0), E_NOT_MAPPED);
	assert_string_equal(said, "2 two|4 four|9 nine|");
	done();
}

static void
keeps_groups_apart(void **state)
{
	(void)state;
	make(false);
	mk_put_ptr(&m.s, TASK(3) + 72, SIGNAL(1));	/* shares its threads */
	assert_int_equal(run(OS_THREADS), E_CORRUPT);
	assert_string_equal(said, "2 two|4 four|7 seven|9 nine|10 ten|");
	mk_put_ptr(&m.s, TASK(3) + 72, SIGNAL(3));
	mk_put_ptr(&m.s, TASK(1) + NODE, SIGNAL(2) + 16); /* leads astray */
	assert_true(run(OS_THREADS) < 0);
	assert_string_equal(said, "2 two|4 four|7 seven|9 nine|");
	done();
}

static void
leaves_out_the_impossible(void **state)
{
	(void)state;
	make(false);
	mk_put(&m.s, TASK(2) + PID, 4, 0x7fffffff);
	assert_int_equal(run(0), E_CORRUPT);
	assert_string_equal(said, "4 four|7 seven|9 nine|");
	mk_put_ptr(&m.s, INIT + TASKS, INIT + TASKS);	/* none at all */
	assert_int_equal(run(0), OK);
	assert_string_equal(said, "");
	mk_space_unmap(&m.s, INIT);
	assert_int_equal(run(0), E_NOT_MAPPED);
	assert_string_equal(said, "");
	done();
}

UNIT_MAIN(UNIT(states), UNIT(lists_all_by_pid), UNIT(reads_members),
    UNIT(goes_around_a_break), UNIT(keeps_groups_apart),
    UNIT(leaves_out_the_impossible))
