/* SPDX-License-Identifier: BSD-2-Clause */
/* The reader of /proc over folders made here, good and damaged. */
#include "tests/unit/unit.h"

#include "engine/os/live/live.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fake {
	char		 dir[64];
	struct ctx	 ctx;
	struct kernel	 k;
};

/* A file below the folder, with all the folders it needs. */
static void
put(struct fake *f, const char *name, const char *text, size_t n)
{
	char path[256];
	char *p;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", f->dir, name);
	for (p = path + strlen(f->dir) + 1; (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		mkdir(path, 0755);
		*p = '/';
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_true(fd != -1);
	assert_int_equal(write(fd, text, n), (ssize_t)n);
	close(fd);
}

static void
puts_to(struct fake *f, const char *name, const char *text)
{
	put(f, name, text, strlen(text));
}

static const char leader[] =
    "42 (a) R (b) S 7 42 40 34816 -1 4194304 11 0 12 0 250 50 5 6 20 0 2 0 "
    "12345 8192000 300 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 3 0 0 "
    "0 0 0 0 0 0 0 0 0 0 256\n";
static const char thread[] =
    "43 (worker) R 7 42 40 34816 -1 4194304 1 0 2 0 100 10 5 6 20 5 2 0 12400 "
    "8192000 300 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0\n";
static const char whole[] =
    "42 (a) R (b) S 7 42 40 34816 -1 4194304 15 0 20 0 500 100 5 6 20 0 2 0 "
    "12345 8192000 300 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 3 0 0 0\n";
static const char kworker[] =
    "9 (kworker/0:1H-kblockd) I 2 0 0 0 -1 69238880 0 0 0 0 0 0 0 0 0 -20 1 0 "
    "5 0 0 18446744073709551615 0 0 0 0 0 0 0 2147483647 0 0 0 0 17 0 0 0 0\n";
static const char rescuer[] =
    "8 (kworker/R-ipv6_addrconf-ipv6_addrconf) I 2 0 0 0 -1 69238880 0 0 0 0 0 "
    "0 0 0 0 -20 1 0 5 0 0 18446744073709551615 0 0 0 0 0 0 0 2147483647 0 0 0 "
    "0 17 0 0 0 0\n";
static const char status[] =
    "Name:\ta) R (b\nTgid:\t42\nTracerPid:\t6\nUid:\t1\t2\t3\t4\n"
    "Gid:\t5\t6\t7\t8\nGroups:\t10 20 30 \nVmHWM:\t    1200 kB\n"
    "VmData:\t 100 kB\nVmStk:\t 200 kB\nVmExe:\t 300 kB\nVmLib:\t 400 kB\n"
    "voluntary_ctxt_switches:\t77\nnonvoluntary_ctxt_switches:\t88\n";

static void
make_processes(struct fake *f)
{
	puts_to(f, "proc/42/status", status);
	puts_to(f, "proc/42/stat", whole);
	puts_to(f, "proc/42/task/42/stat", leader);
	puts_to(f, "proc/42/task/42/status", status);
	puts_to(f, "proc/42/task/42/wchan", "do_nanosleep");
	puts_to(f, "proc/42/task/42/schedstat", "3100000000 5 6\n");
	puts_to(f, "proc/42/task/43/stat", thread);
	puts_to(f, "proc/42/task/43/status", status);
	put(f, "proc/42/cmdline", "a\0\0last", 7);
	put(f, "proc/42/environ", "A=1\0B=x y\0", 10);
	puts_to(f, "proc/42/maps",
	    "00400000-00401000 r-xp 00001000 fe:01 77    /bin/a\\012b c\n"
	    "garbage\n"
	    "7ffe0000-7fff0000 rw-p 00000000 00:00 0 \n"
	    "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0  [vsyscall]\n");
	puts_to(f, "proc/9/stat", kworker);
	puts_to(f, "proc/9/status", "Tgid:\t9\nUid:\t0\t0\t0\t0\n");
	puts_to(f, "proc/9/task/9/stat", kworker);
	puts_to(f, "proc/9/task/9/status", "Tgid:\t9\nUid:\t0\t0\t0\t0\n");
	puts_to(f, "proc/8/task/8/stat", rescuer);
	puts_to(f, "proc/8/task/8/status", "Tgid:\t8\n");
	/* One that has ended, and names that are no processes. */
	puts_to(f, "proc/50/stat", "");
	puts_to(f, "proc/self/stat", leader);
	puts_to(f, "proc/99999999999/stat", leader);
}

static void
open_fake(struct fake *f)
{
	char proc[80], sys[80], kmsg[80];

	memset(f, 0, sizeof(*f));
	ctx_init(&f->ctx);
	strcpy(f->dir, "/tmp/kpeek-live.XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	puts_to(f, "proc/uptime", "1 1\n");
	puts_to(f, "sys/kernel/notes", "");
	puts_to(f, "kmsg", "");
	snprintf(proc, sizeof(proc), "%s/proc", f->dir);
	snprintf(sys, sizeof(sys), "%s/sys", f->dir);
	snprintf(kmsg, sizeof(kmsg), "%s/kmsg", f->dir);
	sym_init(&f->k.symbols);
	assert_int_equal(live_attach(&f->ctx, &f->k, proc, sys, kmsg), 0);
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return (remove(path));
}

static void
close_fake(struct fake *f)
{
	f->k.os->close(&f->k);
	sym_fini(&f->k.symbols);
	ctx_fini(&f->ctx);
	nftw(f->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

struct seen_procs {
	struct os_proc	 v[8];
	char		 comm[8][64], work[8][64];
	size_t		 n;
};

static int
on_proc(void *arg, struct ctx *ctx, const struct os_proc *p)
{
	struct seen_procs *s = arg;

	(void)ctx;
	assert_in_range(s->n, 0, 7);
	snprintf(s->comm[s->n], 64, "%s", p->comm.s);
	snprintf(s->work[s->n], 64, "%s", p->work.s);
	s->v[s->n++] = *p;
	return (0);
}

static void
processes(void **state)
{
	struct seen_procs s = { .n = 0 };
	const struct os_proc *p;
	struct fake f;

	(void)state;
	open_fake(&f);
	make_processes(&f);
	assert_int_equal(os_procs(&f.ctx, &f.k, 0, on_proc, &s), 0);
	assert_int_equal(s.n, 3);
	assert_string_equal(s.comm[0], "kworker/R-ipv6_addrconf");
	assert_string_equal(s.work[0], "ipv6_addrconf");
	assert_string_equal(s.comm[1], "kworker/0:1H");
	assert_string_equal(s.work[1], "kblockd");
	assert_true(s.v[1].is_kthread);
	assert_int_equal(s.v[1].mm, 0);
	assert_int_equal((int64_t)s.v[1].nice.v, -20);
	p = &s.v[2];
	assert_string_equal(s.comm[2], "a) R (b");
	assert_int_equal(p->state, 'S');
	assert_int_equal(p->task, OS_UNKNOWN);
	assert_int_equal(p->mm, OS_UNKNOWN);
	assert_int_equal(p->pid, 42);
	assert_int_equal(p->ppid, 7);
	assert_int_equal(p->cpu.v, 3);
	assert_int_equal(p->uid.v, 2);
	assert_int_equal(p->ruid.v, 1);
	assert_int_equal(p->svgid.v, 7);
	assert_int_equal(p->ngroups.v, 3);
	assert_int_equal(p->groups[2], 30);
	assert_int_equal(p->vsz.v, 8192000);
	assert_int_equal(p->tty.v, UINT64_C(136) << 32);
	assert_int_equal(p->tpgid.status, E_NOT_FOUND);
	assert_int_equal(p->priority.v, 120);
	assert_int_equal(p->exit_code.v, 256);
	assert_int_equal(p->tracer.v, 6);
	assert_int_equal(p->text.v, 700 * 1024);
	assert_int_equal(p->usage.nivcsw, 88);
	assert_true(p->usage.run > 3.09 && p->usage.run < 3.11);
	assert_int_equal(p->last_run.status, E_RESTRICTED);
	close_fake(&f);
}

static void
threads(void **state)
{
	struct seen_procs s = { .n = 0 };
	struct os_proc p;
	struct arena arena;
	struct fake f;

	(void)state;
	open_fake(&f);
	make_processes(&f);
	assert_int_equal(os_procs(&f.ctx, &f.k, OS_THREADS, on_proc, &s), 0);
	assert_int_equal(s.n, 4);
	assert_string_equal(s.comm[3], "worker");
	assert_true(s.v[3].is_thread);
	assert_int_equal(s.v[3].pid, 42);
	assert_int_equal(s.v[3].tid, 43);
	/* 5 s in all, 2.5 and 1 of them by who still lives. */
	assert_true(s.v[2].usage_ended.user > 1.49 &&
	    s.v[2].usage_ended.user < 1.51);
	assert_int_equal(s.v[2].usage_ended.minflt, 3);
	arena_init(&arena);
	puts_to(&f, "proc/43/status", status);
	assert_int_equal(os_proc(&f.ctx, &f.k, 43, &arena, &p), 0);
	assert_int_equal(p.pid, 42);
	assert_int_equal(os_proc(&f.ctx, &f.k, 50, &arena, &p), E_NOT_FOUND);
	assert_int_equal(os_proc(&f.ctx, &f.k, -1, &arena, &p), E_NOT_FOUND);
	arena_fini(&arena);
	close_fake(&f);
}

/* No line of any shape does more than leave a process out. */
static void
damaged_lines(void **state)
{
	static const char *const lines[] = {
		"", "42", "42 (", "42 (a", "42 (a)", "42 (a) ", "42 (a) S",
		"42 (a) S 1 2 3", "42 )a( S 1", "42 (a) S x y z\n",
		"42 () S 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1\n",
	};
	struct seen_procs s = { .n = 0 };
	struct fake f;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		open_fake(&f);
		puts_to(&f, "proc/42/task/42/stat", lines[i]);
		puts_to(&f, "proc/42/task/42/status", "Uid:\nGid: x\n");
		rc = os_procs(&f.ctx, &f.k, 0, on_proc, &s);
		assert_true(rc == 0 || rc == E_CORRUPT);
		assert_int_equal(s.n, 0);
		close_fake(&f);
	}
}

static int
on_text(void *arg, struct ctx *ctx, const char *p, size_t n)
{
	(void)ctx;
	buf_printf(arg, "[%.*s]", (int)n, p);
	return (0);
}

static int
on_map(void *arg, struct ctx *ctx, const struct os_map *m)
{
	(void)ctx;
	buf_printf(arg, "%llx-%llx %s %llx {%s}\n", (unsigned long long)m->start,
	    (unsigned long long)m->end, m->perms,
	    (unsigned long long)m->offset, m->file.s);
	return (0);
}

static void
one_process(void **state)
{
	struct os_proc p;
	struct arena arena;
	struct buf b = { 0 };
	struct fake f;

	(void)state;
	open_fake(&f);
	make_processes(&f);
	arena_init(&arena);
	assert_int_equal(os_proc(&f.ctx, &f.k, 42, &arena, &p), 0);
	assert_string_equal(p.wchan.s, "do_nanosleep");
	assert_int_equal(os_args(&f.ctx, &f.k, &p, false, on_text, &b), 0);
	assert_string_equal(buf_text(&b), "[a][][last]");
	buf_reset(&b);
	assert_int_equal(os_args(&f.ctx, &f.k, &p, true, on_text, &b), 0);
	assert_string_equal(buf_text(&b), "[A=1][B=x y]");
	buf_reset(&b);
	assert_int_equal(os_maps(&f.ctx, &f.k, &p, on_map, &b), 0);
	assert_string_equal(buf_text(&b),
	    "400000-401000 r-xp 1000 {/bin/a\nb c}\n"
	    "7ffe0000-7fff0000 rw-p 0 {}\n");
	assert_int_equal(os_proc(&f.ctx, &f.k, 9, &arena, &p), 0);
	buf_reset(&b);
	assert_int_equal(os_args(&f.ctx, &f.k, &p, false, on_text, &b), 0);
	assert_string_equal(buf_text(&b), "");
	arena_fini(&arena);
	buf_fini(&b);
	close_fake(&f);
}

static int
on_swap(void *arg, struct ctx *ctx, const struct os_swap *s)
{
	(void)ctx;
	buf_printf(arg, "%s %llu %llu %lld\n", s->device.s,
	    (unsigned long long)s->total.v, (unsigned long long)s->used.v,
	    (long long)s->priority);
	return (0);
}

static int
on_module(void *arg, struct ctx *ctx, const struct os_module *m)
{
	size_t i;

	(void)ctx;
	buf_printf(arg, "%s %llx %llu %llu", m->name.s,
	    (unsigned long long)m->base, (unsigned long long)m->size,
	    (unsigned long long)m->refs.v);
	for (i = 0; m->used_by[i] != NULL; i++)
		buf_printf(arg, " %s", m->used_by[i]);
	buf_printf(arg, " %s\n", m->state.s);
	return (0);
}

static void
the_system(void **state)
{
	struct os_cptime time;
	struct os_load load;
	struct os_info info;
	struct arena arena;
	struct buf b = { 0 };
	unsigned ids, online;
	struct fake f;

	(void)state;
	open_fake(&f);
	/* Kernels without swap or modules have neither file nor device. */
	assert_int_equal(os_swaps(&f.ctx, &f.k, on_swap, &b), 0);
	assert_int_equal(os_modules(&f.ctx, &f.k, on_module, &b), 0);
	assert_int_equal(b.len, 0);
	assert_int_equal(os_load(&f.ctx, &f.k, &load), E_NOT_FOUND);
	puts_to(&f, "proc/swaps", "Filename Type Size Used Priority\n"
	    "/a\\040disk/\\134\\011file    file\t\t1020\t\t8\t\t-2\n"
	    "not a line\n/dev/vda2 partition 4 0 5\n");
	assert_int_equal(os_swaps(&f.ctx, &f.k, on_swap, &b), 0);
	assert_string_equal(buf_text(&b), "/a disk/\\\tfile 1044480 8192 -2\n"
	    "/dev/vda2 4096 0 5\n");
	buf_reset(&b);
	puts_to(&f, "proc/modules",
	    "ext4 1000 2 a,b, Live 0xffffffffc0100000 (OE)\n"
	    "short 5\n"
	    "jbd2 77 - - Loading 0x0000000000000000\n");
	assert_int_equal(os_modules(&f.ctx, &f.k, on_module, &b), 0);
	assert_string_equal(buf_text(&b),
	    "ext4 ffffffffc0100000 1000 2 a b Live\n"
	    "jbd2 ffffffffffffffff 77 0 Loading\n");
	puts_to(&f, "proc/loadavg", "0.50 1.25 2.00 3/456 789\n");
	assert_int_equal(os_load(&f.ctx, &f.k, &load), 0);
	assert_true(load.load[1] > 1.24 && load.load[1] < 1.26);
	assert_int_equal(load.running.v, 3);
	assert_int_equal(load.threads.v, 456);
	puts_to(&f, "proc/loadavg", "0.50 1.25\n");
	assert_int_equal(os_load(&f.ctx, &f.k, &load), E_CORRUPT);
	puts_to(&f, "proc/stat", "cpu  100 0 0 0 0 0 0 0 0 0\n"
	    "cpu1 200 1 2 3 4 5 6 7 0 0\nintr 0\n");
	assert_int_equal(os_cptime(&f.ctx, &f.k, 1, &time), 0);
	assert_true(time.user > 0 && time.interrupt > time.nice);
	assert_int_equal(os_cptime(&f.ctx, &f.k, 0, &time), E_NOT_FOUND);
	assert_int_equal(os_cptime(&f.ctx, &f.k, -1, &time), 0);
	puts_to(&f, "sys/devices/system/cpu/online", "0-2,5\n");
	puts_to(&f, "sys/devices/system/cpu/possible", "0-7\n");
	assert_int_equal(os_cpus(&f.ctx, &f.k, &ids, &online), 0);
	assert_int_equal(ids, 8);
	assert_int_equal(online, 4);
	puts_to(&f, "sys/devices/system/cpu/possible", "7-0\n");
	assert_int_equal(os_cpus(&f.ctx, &f.k, &ids, &online), E_CORRUPT);
	puts_to(&f, "proc/cmdline", "quiet  root=/dev/vda\n");
	puts_to(&f, "proc/sys/kernel/tainted", "4096\n");
	puts_to(&f, "proc/meminfo", "MemTotal:   1000 kB\nMemFree:  10 kB\n");
	put(&f, "sys/kernel/notes", "\4\0\0\0\3\0\0\0\3\0\0\0GNU\0\1\2\3\0", 20);
	arena_init(&arena);
	assert_int_equal(os_info(&f.ctx, &f.k, &arena, &info), 0);
	assert_string_equal(info.cmdline.s, "quiet  root=/dev/vda");
	assert_string_equal(info.build_id.s, "010203");
	assert_int_equal(info.mem_total.v, 1024000);
	assert_int_equal(info.mem_available.status, E_NOT_FOUND);
	assert_non_null(strchr(info.taint.s, 'O'));
	arena_fini(&arena);
	buf_fini(&b);
	close_fake(&f);
}

static int
on_log(void *arg, struct ctx *ctx, const struct os_log *l)
{
	(void)ctx;
	buf_printf(arg, "%llu %llu %d.%d %s [%.*s]",
	    (unsigned long long)l->seq, (unsigned long long)l->ns,
	    l->facility, l->level, l->caller, (int)l->len, l->text);
	return (0);
}

static void
the_log(void **state)
{
	static const char *const bad[] = {
		"", ";", "6", "6,1", "6,1,2", "x,1,2,-;text", "6,,2,-;text",
	};
	struct buf b = { 0 };
	struct fake f;
	size_t i;

	(void)state;
	open_fake(&f);
	puts_to(&f, "kmsg", "30,123,456789,-,caller=T7;a\\x0ab\\xff\\xg \\x4\n"
	    " SUBSYSTEM=pci\n");
	assert_int_equal(os_log(&f.ctx, &f.k, on_log, &b), 0);
	assert_string_equal(buf_text(&b),
	    "123 456789000 3.6 T7 [a\nb\xff\\xg \\x4]");
	buf_reset(&b);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		puts_to(&f, "kmsg", bad[i]);
		assert_int_equal(os_log(&f.ctx, &f.k, on_log, &b), 0);
		assert_int_equal(b.len, 0);
	}
	buf_fini(&b);
	close_fake(&f);
}

static void
without_folders(void **state)
{
	struct kernel k = { 0 };
	struct ctx ctx;

	(void)state;
	ctx_init(&ctx);
	assert_int_equal(live_attach(&ctx, &k, "/nosuch/proc", "/sys",
	    "/dev/null"), E_NOT_FOUND);
	assert_null(k.os);
	ctx_fini(&ctx);
}

static void
escapes(void **state)
{
	char text[][2][16] = {
		{ "a\\040b", "a b" }, { "\\134", "\\" }, { "\\04", "\\04" },
		{ "x\\", "x\\" }, { "\\0409", " 9" }, { "", "" },
		{ "\\9990", "\\9990" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		live_unescape(text[i][0]);
		assert_string_equal(text[i][0], text[i][1]);
	}
}

UNIT_MAIN(UNIT(processes), UNIT(threads), UNIT(damaged_lines),
    UNIT(one_process), UNIT(the_system), UNIT(the_log),
    UNIT(without_folders), UNIT(escapes))
