/* SPDX-License-Identifier: BSD-2-Clause */
/* A hand-made FreeBSD kernel in minidumps: processes, stacks, lists, damage. */
#include "base/bytes.h"
#include "engine/os/freebsd/freebsd.h"
#include "tests/mk/mk_linux.h"
#include "tests/mk/mk_minidump.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#define NPAGES	64
#define PHYS	UINT64_C(0x200000)
#define AMD64	UINT64_C(0xfffffe0000000000)
#define ARM64	UINT64_C(0xffff000000000000)

/* Where things are in the kernel's memory. */
#define OFFSETS	0x100			/* told to debuggers, 4 bytes each */
#define VARS	0x200
#define PCBS	0x1000			/* stoppcbs */
#define DUMPPCB	0x2000
#define PROCS	0x3000			/* 0x200 each */
#define THREADS	0x8000			/* 0x400 each, a pcb at 0x100 in it */
#define STACKS	0x10000			/* 0x4000 each: far apart */
#define TEXT	0x30000			/* code, for names */

#define PCB_SIZE	320

enum { V_ALLPROC = 0, V_DUMPTID = 8, V_PCB_SIZE = 12, V_LOAD = 16,
    V_FILES = 48, V_PANICSTR = 56, V_MSGBUFP = 64, V_ZOMBPROC = 72,
    V_NCPUS = 80, V_UPTIME = 88, V_STOPPCBS = 96 };

static struct ctx ctx;
static struct kernel k;
static struct buf image;
static uint8_t mem[NPAGES * 4096];
static uint64_t base;
static char said[4096];
static const char *msgbuf;
static size_t msgbuf_size;
static bool pointer;			/* stoppcbs is one */

static void
put(uint64_t at, unsigned size, uint64_t v)
{
	store_uint(mem + at, size, false, v);
}

/* A pointer into the kernel. */
static void
point(uint64_t at, uint64_t to)
{
	put(at, 8, to == 0 ? 0 : base + to);
}

static void
text(uint64_t at, const char *s)
{
	memcpy(mem + at, s, strlen(s) + 1);
}

static void
name(const char *s, uint64_t at, uint32_t size, char type)
{
	assert_int_equal(sym_add(&ctx, &k.symbols, base + at, size, type, 0, s,
	    strlen(s)), 0);
}

/* Members' offsets: of struct proc, of struct thread. */
enum { P_LIST = 0x0, P_THREADS = 0x10, P_PID = 0x20, P_COMM = 0x28,
    TD_PLIST = 0x8, TD_TID = 0x20, TD_ONCPU = 0x24, TD_NAME = 0x28,
    TD_PCB = 0x40 };

static void
names(void)
{
	static const struct {
		const char *name;
		unsigned value;
	} told[] = {
		{ "proc_off_p_list", P_LIST }, { "proc_off_p_pid", P_PID },
		{ "proc_off_p_comm", P_COMM },
		{ "proc_off_p_threads", P_THREADS },
		{ "thread_off_td_tid", TD_TID },
		{ "thread_off_td_name", TD_NAME },
		{ "thread_off_td_oncpu", TD_ONCPU },
		{ "thread_off_td_pcb", TD_PCB },
		{ "thread_off_td_plist", TD_PLIST },
	};
	size_t i;

	for (i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		name(told[i].name, OFFSETS + 4 * i, 4, 'R');
		put(OFFSETS + 4 * i, 4, told[i].value);
	}
	name("allproc", VARS + V_ALLPROC, 8, 'B');
	name("dumptid", VARS + V_DUMPTID, 4, 'B');
	name("pcb_size", VARS + V_PCB_SIZE, 4, 'R');
	name("averunnable", VARS + V_LOAD, 24, 'B');
	name("linker_files", VARS + V_FILES, 16, 'b');
	name("panicstr", VARS + V_PANICSTR, 8, 'B');
	name("mp_ncpus", VARS + V_NCPUS, 4, 'B');
	name("time_uptime", VARS + V_UPTIME, 8, 'B');
	if (pointer)
		name("stoppcbs", VARS + V_STOPPCBS, 8, 'B');
	else
		name("stoppcbs", PCBS, 4096, 'B');
	name("dumppcb", DUMPPCB, PCB_SIZE, 'b');
	name("calltrap", TEXT + 0x100, 0x20, 't');
	name("some_function", TEXT + 0x200, 0x100, 'T');
}

static void
proc(unsigned n, int pid, const char *comm, int next, int thread)
{
	const uint64_t at = PROCS + n * 0x200;

	put(at + P_PID, 4, (uint64_t)pid);
	text(at + P_COMM, comm);
	point(at + P_LIST, next < 0 ? 0 : PROCS + (uint64_t)next * 0x200);
	point(at + P_THREADS, thread < 0 ? 0 : THREADS +
	    (uint64_t)thread * 0x400);
}

static void
thread(unsigned n, int tid, const char *td_name, int cpu, int next)
{
	const uint64_t at = THREADS + n * 0x400;

	put(at + TD_TID, 4, (uint64_t)tid);
	text(at + TD_NAME, td_name);
	put(at + TD_ONCPU, 4, (uint64_t)cpu);
	point(at + TD_PCB, at + 0x100);
	point(at + TD_PLIST, next < 0 ? 0 : THREADS + (uint64_t)next * 0x400);
}

/* amd64's struct pcb. */
static void
pcb(uint64_t at, uint64_t rip, uint64_t rsp, uint64_t rbp)
{
	put(at + 32, 8, rbp);
	put(at + 40, 8, rsp);
	put(at + 56, 8, rip);
}

/* Three processes, newest first; the newest wrote the dump. */
static void
make(void)
{
	base = AMD64;
	memset(mem, 0, sizeof(mem));
	memset(&k, 0, sizeof(k));
	memset(&image, 0, sizeof(image));
	msgbuf = NULL;
	msgbuf_size = 0;
	ctx_init(&ctx);
	sym_init(&k.symbols);
	arena_init(&k.arena);
	names();
	point(VARS + V_ALLPROC, PROCS);
	put(VARS + V_DUMPTID, 4, 100300);
	put(VARS + V_PCB_SIZE, 4, PCB_SIZE);
	proc(0, 800, "sysctl", 1, 0);
	proc(1, 28, "pagedaemon", 2, 1);
	proc(2, 11, "idle", -1, 3);
	thread(0, 100300, "sysctl", 2, -1);
	thread(1, 100200, "dom0", 1, 2);
	thread(2, 100201, "uma", -1, -1);
	thread(3, 100003, "idle: cpu0", 0, -1);
	pcb(DUMPPCB, base + TEXT + 0x210, base + STACKS + 0x100,
	    base + STACKS + 0x110);
	pcb(PCBS + PCB_SIZE, base + TEXT + 0x220, base + STACKS + 0x4000,
	    base + STACKS + 0x4010);
	pcb(THREADS + 2 * 0x400 + 0x100, base + TEXT + 0x230,
	    base + STACKS + 0x8000, 0);
}

static void
open_dump(const struct mk_minidump *d)
{
	const struct kernel_options opt = { 0 };
	struct mk_minidump_map map;
	struct file *f;

	mk_minidump(&image, d, &map);
	assert_int_equal(file_of_bytes(&ctx, "image", image.p, image.len, &f),
	    0);
	assert_int_equal(dump_open(&ctx, &f, 1, NULL, &k.dump), 0);
	mem_init(&k.mem, &k.dump->layer, NULL);
	k.arch = k.dump->arch;
	space_init(&k.space, &k.mem, k.dump->form, k.dump->root, k.arch->be,
	    k.arch->ptr_size);
	assert_int_equal(sym_seal(&ctx, &k.symbols), 0);
	assert_int_equal(freebsd_ops.open(&ctx, &k, &opt), 0);
	k.os = &freebsd_ops;
}

static struct mk_page *
pages(void)
{
	static struct mk_page v[NPAGES + 1];
	size_t i;

	for (i = 0; i < NPAGES; i++)
		v[i] = (struct mk_page){ PHYS + i * 4096, mem + i * 4096 };
	v[i] = (struct mk_page)MK_STOP;
	return (v);
}

static void
open_amd64(void)
{
	static const struct mk_avail avail[] = {
		{ PHYS, PHYS + NPAGES * 4096 }, { 0, 0 } };
	static uint8_t pt[4096];
	const struct mk_minidump d = {
		.machine = MK_AMD64, .version = 3, .avail = avail,
		.pages = pages(), .pt = pt, .pt_size = sizeof(pt),
		.kernbase = base, .dmapbase = UINT64_C(0xfffff80000000000),
		.dmapend = UINT64_C(0xfffff80040000000), .msgbuf = msgbuf,
		.msgbuf_size = msgbuf_size,
	};

	store_uint(pt, 8, false, PHYS | 0x83);
	open_dump(&d);
}

static void
done(void)
{
	freebsd_ops.close(&k);
	mem_fini(&k.mem);
	sym_fini(&k.symbols);
	arena_fini(&k.arena);
	buf_fini(&image);
	ctx_fini(&ctx);
}

static void say(const char *, ...) __attribute__((format(printf, 1, 2)));

static void
say(const char *fmt, ...)
{
	size_t n = strlen(said);
	va_list ap;

	if (n == sizeof(said) - 1)
		return;
	va_start(ap, fmt);
	vsnprintf(said + n, sizeof(said) - n, fmt, ap);
	va_end(ap);
}

static int
say_proc(void *arg, struct ctx *c, const struct os_proc *p)
{
	(void)arg;
	(void)c;
	assert_int_equal(p->ppid, -1);
	assert_int_equal(p->uid.status, E_NO_TYPE);
	assert_true(p->mm == OS_UNKNOWN);
	say("%d/%d %s %c%s", p->pid, p->tid, p->comm.status == 0 ? p->comm.s :
	    "?", p->state, p->is_thread ? "+" : "");
	if (p->cpu.status == 0)
		say(" %d", (int)p->cpu.v);
	say("; ");
	return (0);
}

static int
procs(unsigned flags)
{
	said[0] = '\0';
	ctx_clear(&ctx);
	return (freebsd_procs(&ctx, &k, flags, say_proc, NULL));
}

/* --- Processes ------------------------------------------------------------ */

static void
lists(void **state)
{
	struct arena arena;
	struct os_proc p;
	uint64_t task;

	(void)state;
	make();
	open_amd64();
	assert_int_equal(procs(OS_THREADS), 0);
	assert_string_equal(said, "11/100003 idle/idle: cpu0 R 0; "
	    "28/100200 pagedaemon/dom0 R 1; 28/100201 pagedaemon/uma ?+; "
	    "800/100300 sysctl R 2; ");
	/* A process is shown by a thread of it that runs. */
	assert_int_equal(procs(0), 0);
	assert_string_equal(said, "11/100003 idle R 0; "
	    "28/100200 pagedaemon R 1; 800/100300 sysctl R 2; ");
	arena_init(&arena);
	assert_int_equal(freebsd_proc(&ctx, &k, 800, &arena, &p), 0);
	assert_int_equal(p.tid, 100300);
	assert_int_equal(freebsd_proc(&ctx, &k, 100201, &arena, &p), 0);
	assert_int_equal(p.pid, 28);
	assert_string_equal(p.comm.s, "pagedaemon/uma");
	assert_int_equal(freebsd_proc(&ctx, &k, 5, &arena, &p), E_NOT_FOUND);
	assert_int_equal(freebsd_current(&ctx, &k, 1, &task), 0);
	assert_int_equal(task, base + THREADS + 0x400);
	assert_int_equal(freebsd_current(&ctx, &k, 7, &task), E_NOT_FOUND);
	assert_int_equal(freebsd_args(&ctx, &k, &p, false, NULL, NULL),
	    E_NO_TYPE);
	arena_fini(&arena);
	done();
}

static void
broken_lists(void **state)
{
	(void)state;
	/* The list of processes comes back to its first. */
	make();
	point(PROCS + 2 * 0x200 + P_LIST, PROCS);
	open_amd64();
	assert_int_equal(procs(0), E_CORRUPT);
	assert_string_equal(said, "11/100003 idle R 0; "
	    "28/100200 pagedaemon R 1; 800/100300 sysctl R 2; ");
	done();
	/* A process leads into nothing: what is newer is shown. */
	make();
	put(PROCS + 0x200 + P_LIST, 8, 0x4141414141414141);
	open_amd64();
	assert_int_equal(procs(0), E_NOT_MAPPED);
	assert_string_equal(said, "28/100200 pagedaemon R 1; "
	    "800/100300 sysctl R 2; ");
	done();
	/* Threads that are another process's, or that go round. */
	make();
	point(THREADS + 2 * 0x400 + TD_PLIST, THREADS + 0x400);
	open_amd64();
	assert_int_equal(procs(OS_THREADS), E_CORRUPT);
	assert_string_equal(said, "11/100003 idle/idle: cpu0 R 0; "
	    "28/100200 pagedaemon/dom0 R 1; 28/100201 pagedaemon/uma ?+; "
	    "800/100300 sysctl R 2; ");
	done();
	/* A process whose threads cannot be read is there all the same. */
	make();
	put(PROCS + 0x200 + P_THREADS, 8, 16);
	open_amd64();
	assert_int_equal(procs(0), E_NOT_MAPPED);
	assert_string_equal(said, "11/100003 idle R 0; 28/28 pagedaemon ?; "
	    "800/100300 sysctl R 2; ");
	done();
	/* An offset that cannot be, one that leads out of the address space. */
	make();
	put(OFFSETS, 4, UINT32_MAX);
	open_amd64();
	assert_int_equal(procs(0), E_CORRUPT);
	done();
	make();
	put(VARS + V_ALLPROC, 8, UINT64_MAX - 8);
	open_amd64();
	assert_true(procs(0) != 0);
	assert_string_equal(said, "");
	done();
	/* Names that do not end, and that are not text. */
	make();
	memset(mem + PROCS + P_COMM, 0xff, 64);
	open_amd64();
	assert_int_equal(procs(OS_THREADS), 0);
	done();
}

/* Older kernels keep the dead apart. */
static void
zombies(void **state)
{
	(void)state;
	make();
	name("zombproc", VARS + V_ZOMBPROC, 8, 'B');
	point(VARS + V_ZOMBPROC, PROCS + 3 * 0x200);
	proc(3, 500, "gone", -1, -1);
	open_amd64();
	assert_int_equal(procs(0), 0);
	assert_string_equal(said, "11/100003 idle R 0; "
	    "28/100200 pagedaemon R 1; 500/500 gone Z; "
	    "800/100300 sysctl R 2; ");
	done();
}

/* Without a kernel's file. */
static void
no_names(void **state)
{
	struct arena arena;
	struct os_info info;
	struct os_load load;

	(void)state;
	make();
	sym_fini(&k.symbols);
	sym_init(&k.symbols);
	msgbuf = "panic: oh no\ncpuid = 1\n";
	msgbuf_size = strlen(msgbuf);
	open_amd64();
	assert_true(k.nwarnings > 0);
	assert_int_equal(procs(0), E_NO_SYMBOL);
	assert_int_equal(freebsd_load(&ctx, &k, &load), E_NO_SYMBOL);
	arena_init(&arena);
	assert_int_equal(freebsd_info(&ctx, &k, &arena, &info), 0);
	assert_string_equal(info.os.s, "FreeBSD");
	assert_string_equal(info.machine.s, "amd64");
	assert_string_equal(info.panic.s, "oh no");
	assert_int_equal(info.panic_pid.status, E_NOT_FOUND);
	assert_int_equal(info.release.status, E_NOT_FOUND);
	arena_fini(&arena);
	done();
}

/* --- Stacks --------------------------------------------------------------- */

static int
say_frame(void *arg, struct ctx *c, const struct os_frame *f)
{
	(void)arg;
	(void)c;
	say("%llx@%llx%s ", (unsigned long long)(f->pc - base),
	    (unsigned long long)(f->sp - base), f->exact ? "!" : "");
	return (0);
}

static int
frames(int tid)
{
	struct arena arena;
	struct os_proc p;
	int rc;

	said[0] = '\0';
	ctx_clear(&ctx);
	arena_init(&arena);
	rc = freebsd_proc(&ctx, &k, tid, &arena, &p);
	if (rc == 0)
		rc = freebsd_frames(&ctx, &k, &p, say_frame, NULL);
	arena_fini(&arena);
	return (rc);
}

static void
stacks(void **state)
{
	(void)state;
	make();
	point(STACKS + 0x110, STACKS + 0x200);
	point(STACKS + 0x118, TEXT + 0x240);
	point(STACKS + 0x208, TEXT + 0x250);
	open_amd64();
	/* The one that wrote the dump, one that a CPU ran, one that slept. */
	assert_int_equal(frames(800), 0);
	assert_string_equal(said, "30210@10100 30240@10120 30250@10210 ");
	assert_int_equal(frames(100200), 0);
	assert_string_equal(said, "30220@14000 ");
	assert_int_equal(frames(100201), 0);
	assert_string_equal(said, "30230@18000 ");
	/* A CPU that did not stop has saved nothing. */
	assert_int_equal(frames(100003), E_NOT_FOUND);
	done();

	pointer = true;
	make();
	point(VARS + V_STOPPCBS, PCBS);
	open_amd64();
	pointer = false;
	assert_int_equal(frames(100200), 0);
	assert_string_equal(said, "30220@14000 ");
	done();

	/* Numbers of CPUs and sizes that cannot be. */
	make();
	put(THREADS + 0x400 + TD_ONCPU, 4, 0x7fffffff);
	open_amd64();
	assert_int_equal(frames(100200), E_CORRUPT);
	done();
	make();
	put(VARS + V_PCB_SIZE, 4, UINT32_MAX);
	open_amd64();
	assert_int_equal(frames(100200), E_CORRUPT);
	done();
	make();
	put(THREADS + 2 * 0x400 + TD_PCB, 8, 0xdeadbeef);
	open_amd64();
	assert_int_equal(frames(100201), E_NOT_MAPPED);
	done();
}

/* What a trap interrupted stands between it and the caller of that. */
static void
traps(void **state)
{
	const uint64_t frame = STACKS + 0x120;

	(void)state;
	make();
	point(STACKS + 0x110, STACKS + 0x300);
	point(STACKS + 0x118, TEXT + 0x108);	/* calltrap */
	point(frame + 64, STACKS + 0x300);	/* rbp */
	point(frame + 152, TEXT + 0x260);
	put(frame + 160, 8, 0x20);
	point(frame + 176, STACKS + 0x2f0);
	point(STACKS + 0x308, TEXT + 0x270);
	open_amd64();
	assert_int_equal(frames(800), 0);
	assert_string_equal(said, "30210@10100 30108@10120 30260@102f0! "
	    "30270@10310 ");
	done();
	/* From user code: nothing comes after. */
	make();
	point(STACKS + 0x110, STACKS + 0x300);
	point(STACKS + 0x118, TEXT + 0x108);
	put(frame + 152, 8, 0x401000);
	put(frame + 160, 8, 0x43);
	open_amd64();
	assert_int_equal(frames(800), 0);
	assert_string_equal(said, "30210@10100 30108@10120 ");
	done();
	/* No trap frame: the chain goes on. */
	make();
	point(STACKS + 0x110, STACKS + 0x300);
	point(STACKS + 0x118, TEXT + 0x108);
	point(STACKS + 0x308, TEXT + 0x270);
	open_amd64();
	assert_int_equal(frames(800), 0);
	assert_string_equal(said, "30210@10100 30108@10120 30270@10310 ");
	done();
}

static void
endless(void **state)
{
	(void)state;
	/* A frame that leads to itself. */
	make();
	point(STACKS + 0x110, STACKS + 0x110);
	point(STACKS + 0x118, TEXT + 0x240);
	open_amd64();
	assert_int_equal(frames(800), E_CORRUPT);
	assert_string_equal(said, "30210@10100 ");
	done();
	/* Two stacks far apart that lead to each other. */
	make();
	pcb(DUMPPCB, base + TEXT + 0x210, base + STACKS + 0x100,
	    base + STACKS + 0x110);
	point(STACKS + 0x110, STACKS + 0x1c000);
	point(STACKS + 0x118, TEXT + 0x240);
	point(STACKS + 0x1c000, STACKS + 0x110);
	point(STACKS + 0x1c008, TEXT + 0x250);
	open_amd64();
	assert_int_equal(frames(800), E_CORRUPT);
	done();
	/* The trap that was interrupted by itself. */
	make();
	point(STACKS + 0x110, STACKS + 0x300);
	point(STACKS + 0x118, TEXT + 0x108);
	point(STACKS + 0x120 + 64, STACKS + 0x110);
	point(STACKS + 0x120 + 152, TEXT + 0x260);
	put(STACKS + 0x120 + 160, 8, 0x20);
	point(STACKS + 0x120 + 176, STACKS + 0x100);
	open_amd64();
	assert_int_equal(frames(800), E_CORRUPT);
	done();
}

/* --- arm64 ---------------------------------------------------------------- */

static void
open_arm64(void)
{
	static const struct mk_avail avail[] = {
		{ PHYS, PHYS + NPAGES * 4096 }, { 0, 0 } };
	static uint8_t pt[4096];
	const struct mk_minidump d = {
		.machine = MK_ARM64, .version = 2, .avail = avail,
		.pages = pages(), .pt = pt, .pt_size = sizeof(pt),
		.kernbase = base, .dmapbase = UINT64_C(0xffffa00000000000),
		.dmapend = UINT64_C(0xffffa00040000000),
	};
	size_t i;

	for (i = 0; i < NPAGES; i++)
		store_uint(pt + i * 8, 8, false, (PHYS + i * 4096) | 3);
	open_dump(&d);
}

static void
make_arm64(unsigned size)
{
	make();
	base = ARM64;
	sym_fini(&k.symbols);
	sym_init(&k.symbols);
	names();
	point(VARS + V_ALLPROC, PROCS);
	proc(0, 800, "sysctl", -1, 0);
	thread(0, 100300, "sysctl", 2, -1);
	put(VARS + V_PCB_SIZE, 4, size);
	memset(mem + DUMPPCB, 0, 512);
	point(STACKS + 0x110, 0);
	point(STACKS + 0x118, TEXT + 0x240);
	mem[STACKS + 0x118 + 6] = 0xa5;		/* signed */
}

static void
arm64_pcbs(void **state)
{
	(void)state;
	make_arm64(1376);
	point(DUMPPCB + 232, STACKS + 0x110);
	point(DUMPPCB + 240, TEXT + 0x210);
	point(DUMPPCB + 256, STACKS + 0x100);
	open_arm64();
	assert_int_equal(frames(800), 0);
	assert_string_equal(said, "30210@10100 30240@10120 ");
	done();
	make_arm64(1216);
	point(DUMPPCB + 80, STACKS + 0x110);
	point(DUMPPCB + 88, TEXT + 0x210);
	point(DUMPPCB + 96, STACKS + 0x100);
	open_arm64();
	assert_int_equal(frames(800), 0);
	assert_string_equal(said, "30210@10100 30240@10120 ");
	done();
}

/* --- The rest ------------------------------------------------------------- */

static int
say_module(void *arg, struct ctx *c, const struct os_module *m)
{
	(void)arg;
	(void)c;
	say("%s %llx %llu %llu; ", m->name.status == 0 ? m->name.s : "?",
	    (unsigned long long)(m->base - base), (unsigned long long)m->size,
	    (unsigned long long)m->refs.v);
	return (0);
}

static void
file(uint64_t at, uint64_t next, const char *filename, uint64_t address)
{
	put(at + 8, 4, 3);
	point(at + 24, next);
	point(at + 40, at + 0x100);
	text(at + 0x100, filename);
	point(at + 64, address);
	put(at + 72, 8, 12345);
}

static void
modules(void **state)
{
	(void)state;
	make();
	point(VARS + V_FILES, 0x5000);
	file(0x5000, 0x5200, "kernel", TEXT);
	file(0x5200, 0, "if_bridge.ko", TEXT + 0x1000);
	open_amd64();
	said[0] = '\0';
	assert_int_equal(freebsd_modules(&ctx, &k, say_module, NULL), 0);
	assert_string_equal(said, "kernel 30000 12345 3; "
	    "if_bridge.ko 31000 12345 3; ");
	done();
	make();
	point(VARS + V_FILES, 0x5000);
	file(0x5000, 0x5000, "kernel", TEXT);
	open_amd64();
	said[0] = '\0';
	assert_int_equal(freebsd_modules(&ctx, &k, say_module, NULL),
	    E_CORRUPT);
	assert_string_equal(said, "kernel 30000 12345 3; ");
	done();
}

static void
loads(void **state)
{
	struct os_load load;

	(void)state;
	make();
	put(VARS + V_LOAD, 4, 2048);
	put(VARS + V_LOAD + 4, 4, 1024);
	put(VARS + V_LOAD + 8, 4, 512);
	put(VARS + V_LOAD + 16, 8, 2048);
	open_amd64();
	assert_int_equal(freebsd_load(&ctx, &k, &load), 0);
	assert_true(load.load[0] == 1.0 && load.load[1] == 0.5 &&
	    load.load[2] == 0.25);
	assert_int_equal(load.threads.v, 4);
	/* A sleeping thread's state is not known: nor are the running ones. */
	assert_int_equal(load.running.status, E_NO_TYPE);
	assert_int_equal(freebsd_swaps(&ctx, &k, NULL, NULL), E_NO_SYMBOL);
	done();
	make();
	open_amd64();
	assert_int_equal(freebsd_load(&ctx, &k, &load), E_CORRUPT);
	done();
}

static void
infos(void **state)
{
	struct arena arena;
	struct os_info info;

	(void)state;
	make();
	name("version", 0x6000, 256, 'R');
	name("osrelease", 0x6100, 32, 'R');
	text(0x6000, "FreeBSD 14.0-CURRENT #0 main-n1234\n    root@host\n");
	text(0x6100, "14.0-CURRENT");
	point(VARS + V_PANICSTR, 0x6200);
	text(0x6200, "page fault");
	put(VARS + V_NCPUS, 4, 12);
	put(VARS + V_UPTIME, 8, 4321);
	open_amd64();
	arena_init(&arena);
	assert_int_equal(freebsd_info(&ctx, &k, &arena, &info), 0);
	assert_string_equal(info.version.s, "FreeBSD 14.0-CURRENT #0 "
	    "main-n1234");
	assert_string_equal(info.release.s, "14.0-CURRENT");
	assert_string_equal(info.panic.s, "page fault");
	assert_string_equal(info.panic_comm.s, "sysctl");
	assert_int_equal(info.panic_pid.v, 800);
	assert_int_equal(info.panic_cpu.v, 2);
	assert_int_equal(info.cpus.v, 12);
	assert_true(info.uptime.status == 0 && info.uptime.v == 4321.0);
	assert_int_equal(info.crash_time.status, E_NOT_FOUND);
	arena_fini(&arena);
	done();
}

/* --- The message buffer --------------------------------------------------- */

static int
say_line(void *arg, struct ctx *c, const struct os_log *l)
{
	(void)arg;
	(void)c;
	say("%d:%.*s|", (int)l->seq, (int)l->len, l->text);
	return (0);
}

static void
rings(void **state)
{
	static const char half[32] = "one\ntwo\n";

	(void)state;
	/* By the header alone: not full, so it begins at its start. */
	make();
	msgbuf = half;
	msgbuf_size = sizeof(half);
	open_amd64();
	said[0] = '\0';
	assert_int_equal(freebsd_log(&ctx, &k, say_line, NULL), 0);
	assert_string_equal(said, "0:one|1:two|");
	done();
	/* struct msgbuf tells where the oldest is. */
	make();
	msgbuf = half;
	msgbuf_size = sizeof(half);
	name("msgbufp", VARS + V_MSGBUFP, 8, 'B');
	point(VARS + V_MSGBUFP, 0x7000);
	point(0x7000, 0x7100);
	put(0x7008, 4, 0x063062);
	put(0x700c, 4, 16);
	put(0x7010, 4, 16 * 5 + 8);
	memcpy(mem + 0x7100, "three\n\n4one\ntwo\n", 16);
	open_amd64();
	said[0] = '\0';
	assert_int_equal(freebsd_log(&ctx, &k, say_line, NULL), 0);
	assert_string_equal(said, "0:one|1:two|2:three|3:|4:4|");
	done();
	/* A damaged one: the header's bytes, then. */
	make();
	msgbuf = half;
	msgbuf_size = sizeof(half);
	name("msgbufp", VARS + V_MSGBUFP, 8, 'B');
	point(VARS + V_MSGBUFP, 0x7000);
	put(0x7008, 4, 0x063062);
	put(0x700c, 4, UINT32_MAX);
	open_amd64();
	said[0] = '\0';
	assert_int_equal(freebsd_log(&ctx, &k, say_line, NULL), 0);
	assert_string_equal(said, "0:one|1:two|");
	done();
}

/* --- With types ----------------------------------------------------------- */

static int
say_typed(void *arg, struct ctx *c, const struct os_proc *p)
{
	(void)arg;
	(void)c;
	say("%d of %d: %c uid %llu group %llu session %llu nice %d at %.1f "
	    "vsz %llu rss %llu threads %llu wchan %s mm %d%s; ", p->pid,
	    p->ppid, p->state, (unsigned long long)p->uid.v,
	    (unsigned long long)p->pgid.v, (unsigned long long)p->sid.v,
	    (int)(int64_t)p->nice.v, p->start.v, (unsigned long long)p->vsz.v,
	    (unsigned long long)p->rss.v, (unsigned long long)p->nthreads.v,
	    p->wchan.status == 0 ? p->wchan.s : "?", p->mm != 0,
	    p->is_kthread ? " kernel's" : "");
	return (0);
}

static int
say_text(void *arg, struct ctx *c, const char *s, size_t n)
{
	(void)arg;
	(void)c;
	say("%.*s|", (int)n, s);
	return (0);
}

static int
say_swap(void *arg, struct ctx *c, const struct os_swap *s)
{
	(void)arg;
	(void)c;
	say("%s %llu of %llu; ", s->device.status == 0 ? s->device.s : "?",
	    (unsigned long long)s->used.v, (unsigned long long)s->total.v);
	return (0);
}

static void
typed(void **state)
{
	const uint64_t p = PROCS, td = THREADS + 0x2 * 0x400;
	struct mk_linux t;
	struct os_proc sysctl = { .pid = 800 };

	(void)state;
	make();
	mk_linux_init(&t, false);
	mk_linux_struct(&t, "proc", 512, "p_pptr u8@64, p_flag s4@72, "
	    "p_state s4@76, p_ucred u8@80, p_vmspace u8@88, p_args u8@96, "
	    "p_pgrp u8@104, p_stats u8@112, p_numthreads s4@120, "
	    "p_nice s1@124");
	mk_linux_struct(&t, "thread", 1024, "td_state s4@72, "
	    "td_inhibitors s4@76, td_flags s4@80, td_wmesg u8@88");
	mk_linux_struct(&t, "ucred", 16, "cr_uid u4@4");
	mk_linux_struct(&t, "pgrp", 32, "pg_session u8@0, pg_id u4@8");
	mk_linux_struct(&t, "session", 16, "s_sid u4@4");
	mk_linux_struct(&t, "pstats", 32, "p_start u8@8");
	mk_linux_struct(&t, "vm_map", 16, "size u8@8");
	mk_linux_struct(&t, "pmap_statistics", 16, "resident_count s8@0");
	mk_linux_struct(&t, "pmap", 32, "pm_stats pmap_statistics@16");
	mk_linux_struct(&t, "vmspace", 64, "vm_map vm_map@0, vm_pmap pmap@16");
	mk_linux_struct(&t, "pargs", 16, "ar_length u4@4, ar_args c4@8");
	mk_linux_struct(&t, "swdevt", 64, "sw_nblks s4@4, sw_used s4@8, "
	    "sw_vp u8@16, sw_list u8@24");
	mk_linux_struct(&t, "vnode", 16, "v_rdev u8@8");
	mk_linux_struct(&t, "cdev", 128, "si_name c64@8");
	mk_linux_ready(&t);
	k.types = t.k.types;

	point(p + 64, PROCS + 0x200);
	put(p + 76, 4, 1);
	point(p + 80, 0x6000);
	put(0x6004, 4, 1001);
	point(p + 88, 0x6100);
	put(0x6108, 8, 123456);
	put(0x6120, 8, 7);
	point(p + 96, 0x6200);
	put(0x6204, 4, 22);
	memcpy(mem + 0x6208, "sysctl\0debug.kdb.panic", 22);
	point(p + 104, 0x6300);
	point(0x6300, 0x6400);
	put(0x6308, 4, 790);
	put(0x6404, 4, 700);
	point(p + 112, 0x6500);
	put(0x6508, 8, 12);
	put(0x6510, 8, 500000);
	put(p + 120, 4, 1);
	put(p + 124, 1, 0xfb);
	put(p + 0x200 + 72, 4, 4);		/* P_KPROC */
	put(td + 72, 4, 1);
	put(td + 76, 4, 2);
	point(td + 88, 0x6600);
	text(0x6600, "psleep");
	put(THREADS + 0x400 + TD_ONCPU, 4, UINT32_MAX);
	put(THREADS + 0x400 + 72, 4, 3);
	name("swtailq", 0x6700, 16, 'b');
	point(0x6700, 0x6800);
	put(0x6804, 4, 1000);
	put(0x6808, 4, 10);
	point(0x6810, 0x6900);
	point(0x6908, 0x6a00);
	text(0x6a08, "ada0p3");
	point(0x6818, 0x6880);
	put(0x6884, 4, 5);
	open_amd64();

	said[0] = '\0';
	assert_int_equal(freebsd_procs(&ctx, &k, 0, say_typed, NULL), 0);
	assert_non_null(strstr(said, "800 of 28: R uid 1001 group 790 session "
	    "700 nice -5 at 12.5 vsz 123456 rss 28672 threads 1 wchan  mm 1; "));
	assert_non_null(strstr(said, "28 of 0: R "));
	assert_non_null(strstr(said, "mm 0 kernel's; "));
	said[0] = '\0';
	assert_int_equal(freebsd_procs(&ctx, &k, OS_THREADS, say_typed, NULL),
	    0);
	assert_non_null(strstr(said, "28 of 0: D "));
	assert_non_null(strstr(said, "wchan psleep "));
	said[0] = '\0';
	sysctl.group = base + PROCS;
	assert_int_equal(freebsd_args(&ctx, &k, &sysctl, false, say_text,
	    NULL), 0);
	assert_string_equal(said, "sysctl|debug.kdb.panic|");
	/* One of the kernel's own has none. */
	said[0] = '\0';
	sysctl.group = base + PROCS + 0x200;
	assert_int_equal(freebsd_args(&ctx, &k, &sysctl, false, say_text,
	    NULL), 0);
	assert_string_equal(said, "");
	sysctl.mm = OS_UNKNOWN;
	assert_int_equal(freebsd_args(&ctx, &k, &sysctl, false, say_text,
	    NULL), E_NOT_FOUND);
	said[0] = '\0';
	assert_int_equal(freebsd_swaps(&ctx, &k, say_swap, NULL), 0);
	assert_string_equal(said, "/dev/ada0p3 40960 of 4096000; "
	    "[NFS swap] 0 of 20480; ");
	done();
	mk_linux_fini(&t);
}

/* --- Any damage ----------------------------------------------------------- */

static int
no_item(void *arg, struct ctx *c, const struct os_proc *p)
{
	(void)arg;
	(void)c;
	(void)p;
	return (0);
}

static void
survives(void **state)
{
	static const uint64_t spots[][2] = {
		{ OFFSETS, 36 }, { VARS, 0x80 }, { PROCS, 0x800 },
		{ THREADS, 0x1000 }, { DUMPPCB, 64 }, { PCBS, 1024 },
		{ STACKS, 0x300 }, { 0x5000, 0x300 }, { 0x7000, 0x40 },
	};
	uint32_t seed = 1;
	struct os_info info;
	struct os_load load;
	struct arena arena;
	unsigned i, j, n, spot;

	(void)state;
	for (i = 0; i < 400; i++) {
		make();
		name("msgbufp", VARS + V_MSGBUFP, 8, 'B');
		point(VARS + V_MSGBUFP, 0x7000);
		point(0x7000, 0x7100);
		put(0x7008, 4, 0x063062);
		put(0x700c, 4, 16);
		point(VARS + V_FILES, 0x5000);
		file(0x5000, 0x5200, "kernel", TEXT);
		file(0x5200, 0, "if_bridge.ko", TEXT + 0x1000);
		point(STACKS + 0x110, STACKS + 0x200);
		point(STACKS + 0x118, TEXT + 0x108);
		n = 1 + i % 16;
		for (j = 0; j < n; j++) {
			seed = seed * 1103515245 + 12345;
			spot = (seed >> 16) % (sizeof(spots) /
			    sizeof(spots[0]));
			seed = seed * 1103515245 + 12345;
			mem[spots[spot][0] + (seed >> 8) % spots[spot][1]] =
			    (uint8_t)(seed >> 24);
		}
		open_amd64();
		ctx.quiet++;
		arena_init(&arena);
		said[0] = '\0';
		(void)freebsd_procs(&ctx, &k, 0, no_item, NULL);
		(void)freebsd_procs(&ctx, &k, OS_THREADS, no_item, NULL);
		(void)frames(800);
		(void)frames(100200);
		(void)frames(100201);
		(void)freebsd_info(&ctx, &k, &arena, &info);
		(void)freebsd_load(&ctx, &k, &load);
		said[0] = '\0';
		(void)freebsd_modules(&ctx, &k, say_module, NULL);
		said[0] = '\0';
		(void)freebsd_log(&ctx, &k, say_line, NULL);
		arena_fini(&arena);
		done();
	}
}

UNIT_MAIN(UNIT(lists), UNIT(broken_lists), UNIT(zombies), UNIT(no_names),
    UNIT(stacks), UNIT(traps), UNIT(endless), UNIT(arm64_pcbs), UNIT(modules),
    UNIT(loads), UNIT(infos), UNIT(rings), UNIT(typed), UNIT(survives))
