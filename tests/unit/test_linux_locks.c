/* SPDX-License-Identifier: BSD-2-Clause */
/* Who waits for which lock, of a hand-made kernel; queues that lie. */
#include "tests/unit/unit.h"

#include "tests/mk/mk_linux.h"

#include <string.h>

#define TASK(n)		(0x10000 + (uint64_t)(n) * 0x1000)
#define STACK(n)	(0x40000 + (uint64_t)(n) * 0x4000)
#define STACK_SIZE	0x4000
/* Where the functions lie, of which only the names count. */
#define TEXT		UINT64_C(0xffff800000000000)
enum { SCHEDULE, MUTEX, READ, DOWN, PERCPU, OTHER, FUNCTIONS };
static const char *const functions[FUNCTIONS] = {
	"schedule", "__mutex_lock.constprop.0", "rwsem_down_read_slowpath",
	"__down_common", "percpu_rwsem_wait", "vfs_write",
};
/* On each stack: two frame records, and in the second frame the waiter. */
#define FP		0x3000
#define WAITER(n)	(STACK(n) + FP + 0x40)
#define LOCK		0x8000
#define QUEUE		(LOCK + 16)	/* the head in each kind of lock */

static struct ctx ctx;
static struct mk_linux m;

static void
task(unsigned n, int pid, int function)
{
	mk_put_ptr(&m.s, TASK(n), STACK(n));
	mk_put(&m.s, TASK(n) + 8, 4, (uint64_t)pid);
	mk_put_ptr(&m.s, TASK(n) + 24, STACK(n) + FP);		/* fp */
	mk_put_ptr(&m.s, TASK(n) + 32, STACK(n) + FP);		/* sp */
	mk_put_ptr(&m.s, TASK(n) + 40, TEXT + 0x10);		/* pc */
	mk_put_ptr(&m.s, STACK(n) + FP, STACK(n) + FP + 0x20);
	mk_put_ptr(&m.s, STACK(n) + FP + 8,
	    TEXT + 0x1000 * (uint64_t)function + 0x10);
	mk_put_ptr(&m.s, STACK(n) + FP + 0x20, STACK(n) + FP + 0x100);
	mk_put_ptr(&m.s, STACK(n) + FP + 0x28, TEXT + 0x1000 * OTHER + 0x10);
	mk_put_ptr(&m.s, WAITER(n) + 16, TASK(n));
}

static void
make(int function)
{
	size_t i;

	ctx_init(&ctx);
	mk_linux_init(&m, false);
	m.k.arch = &arch_arm64;
	m.os.arch = &linux_arm64;
	mk_linux_struct(&m, "list_head", 16, "next u8@0, prev u8@8");
	mk_linux_struct(&m, "cpu_context", 24, "fp u8@0, sp u8@8, pc u8@16");
	mk_linux_struct(&m, "thread_struct", 24, "cpu_context cpu_context@0");
	mk_linux_struct(&m, "task_struct", 64, "stack u8@0, pid s4@8, "
	    "pi_blocked_on u8@16, thread thread_struct@24, blocked_on u8@48");
	mk_linux_struct(&m, "mutex_waiter", 24, "list list_head@0, task u8@16");
	mk_linux_struct(&m, "rwsem_waiter", 24, "list list_head@0, task u8@16");
	mk_linux_struct(&m, "semaphore_waiter", 24,
	    "list list_head@0, task u8@16");
	mk_linux_struct(&m, "wait_queue_entry", 24,
	    "entry list_head@0, private u8@16");
	mk_linux_struct(&m, "wait_queue_head", 16, "head list_head@0");
	mk_linux_struct(&m, "mutex", 32, "owner u8@0, wait_list list_head@16");
	mk_linux_struct(&m, "rw_semaphore", 32,
	    "owner u8@0, wait_list list_head@16");
	mk_linux_struct(&m, "semaphore", 32, "wait_list list_head@16");
	mk_linux_struct(&m, "percpu_rw_semaphore", 32,
	    "waiters wait_queue_head@16");
	mk_linux_struct(&m, "rt_mutex_waiter", 8, "lock u8@0");
	mk_linux_struct(&m, "rt_mutex_base", 8, "owner u8@0");
	for (i = 0; i < FUNCTIONS; i++)
		mk_linux_symbol(&m, functions[i], TEXT + 0x1000 * i);
	mk_linux_symbol(&m, "__start_init_stack", STACK(0));
	mk_linux_symbol(&m, "__end_init_stack", STACK(0) + STACK_SIZE);
	mk_linux_ready(&m);
	/* The first two wait, the third holds it. */
	task(0, 10, function);
	task(1, 11, function);
	task(2, 12, OTHER);
	mk_linux_list(&m, (uint64_t[]){ QUEUE, WAITER(1), WAITER(0), 0 });
	mk_put_ptr(&m.s, LOCK, TASK(2) | 1);
}

static void
done(void)
{
	mk_linux_fini(&m);
	ctx_fini(&ctx);
}

static int
ask(unsigned n, struct os_wait *w)
{
	struct os_proc p = { .task = TASK(n), .tid = 10, .state = 'D',
	    .cpu.status = E_NO_MEMBER };

	memset(w, 0, sizeof(*w));
	return (linux_waits(&ctx, &m.k, &p, w));
}

static void
kinds(void **state)
{
	static const struct {
		int	 function;
		const char *kind;
		bool	 shared, owned, readers;
	} want[] = {
		{ MUTEX, "mutex", false, true, false },
		{ READ, "rwsem", true, true, true },
		/* They keep no owner. */
		{ DOWN, "semaphore", false, false, false },
		{ PERCPU, "percpu_rwsem", false, false, false },
	};
	struct os_wait w;
	unsigned n;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		make(want[i].function);
		for (n = 0; n < 2; n++) {
			assert_int_equal(ask(n, &w), 0);
			assert_string_equal(w.kind, want[i].kind);
			assert_int_equal(w.lock, LOCK);
			assert_int_equal(w.shared, want[i].shared);
			assert_int_equal(w.by_readers, want[i].readers);
			assert_int_equal(w.owner, want[i].owned ? TASK(2) : 0);
			assert_int_equal(w.owner_tid, want[i].owned ? 12 : 0);
		}
		/* The holder waits for nothing. */
		assert_int_equal(ask(2, &w), E_NOT_FOUND);
		done();
	}
}

static void
told(void **state)
{
	struct os_wait w;

	(void)state;
	/* The task itself says for which mutex: the stack is not searched. */
	make(MUTEX);
	mk_put_ptr(&m.s, TASK(0) + 48, 0x9000);
	mk_put_ptr(&m.s, 0x9000, TASK(1) | 7);
	assert_int_equal(ask(0, &w), 0);
	assert_int_equal(w.lock, 0x9000);
	assert_int_equal(w.owner, TASK(1));
	/* Of whatever its stack has: a mutex with priorities. */
	mk_put_ptr(&m.s, TASK(0) + 16, 0x9100);
	mk_put_ptr(&m.s, 0x9100, 0x9200);
	mk_put_ptr(&m.s, 0x9200, TASK(2) | 1);
	assert_int_equal(ask(0, &w), 0);
	assert_string_equal(w.kind, "rt_mutex");
	assert_int_equal(w.lock, 0x9200);
	assert_int_equal(w.owner_tid, 12);
	done();
}

/* What waits, but for a lock that nothing tells. */
static void
unknown(unsigned n)
{
	struct os_wait w;

	assert_int_equal(ask(n, &w), 0);
	assert_string_equal(w.kind, "mutex");
	assert_int_equal(w.lock, 0);
	assert_int_equal(w.owner, 0);
}

static void
lies(void **state)
{
	struct os_wait w;

	(void)state;
	make(MUTEX);
	/* A neighbour that does not know it. */
	mk_put_ptr(&m.s, WAITER(0) + 8, 0x77770);
	unknown(0);
	/* A queue of waiters alone, without a head. */
	mk_linux_list(&m, (uint64_t[]){ WAITER(0), WAITER(1), 0 });
	unknown(0);
	/* One that comes back to its middle. */
	mk_linux_list(&m, (uint64_t[]){ QUEUE, WAITER(1), WAITER(0), 0 });
	mk_put_ptr(&m.s, WAITER(0), WAITER(1));
	unknown(1);
	/* Links to what is not there. */
	mk_linux_list(&m, (uint64_t[]){ QUEUE, WAITER(1), WAITER(0), 0 });
	mk_put_ptr(&m.s, WAITER(1), UINT64_C(0xdeadbeef00000000));
	unknown(1);
	/* Another's task: its waiter lies on another stack. */
	mk_linux_list(&m, (uint64_t[]){ QUEUE, WAITER(1), WAITER(0), 0 });
	mk_put_ptr(&m.s, WAITER(0) + 16, TASK(1));
	unknown(0);
	/* An owner that is no task. */
	mk_put_ptr(&m.s, WAITER(0) + 16, TASK(0));
	mk_put_ptr(&m.s, LOCK, UINT64_C(0xdeadbeef00000001));
	assert_int_equal(ask(0, &w), 0);
	assert_int_equal(w.lock, LOCK);
	assert_int_equal(w.owner, 0);
	/* A stack that is nowhere. */
	mk_put_ptr(&m.s, TASK(0), UINT64_C(0xffff000000000000));
	assert_int_equal(ask(0, &w), E_NOT_FOUND);
	done();
}

UNIT_MAIN(UNIT(kinds), UNIT(told), UNIT(lies))
