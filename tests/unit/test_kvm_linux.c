/* SPDX-License-Identifier: BSD-2-Clause */
/* kvm(3) on a capture of a real Linux kernel, build/demo.elf. */
#include "tests/unit/unit.h"

#include <sys/proc.h>
#include <sys/sysctl.h>
#include <sys/user.h>

#include <errno.h>
#include <fcntl.h>
#include <kvm.h>
#include <limits.h>
#include <nlist.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static char errbuf[_POSIX2_LINE_MAX];

/* A copy of a capture, to be changed. */
static void
copy_demo(const char *name, char *to, size_t size)
{
	const char *dir = getenv("BUILDDIR");
	char command[2 * PATH_MAX + 32];

	snprintf(to, size, "/tmp/kpeek-kvm-%ld.elf", (long)getpid());
	snprintf(command, sizeof(command), "cp '%s/%s' %s && chmod 600 %s",
	    dir != NULL ? dir : "build", name, to, to);
	assert_int_equal(system(command), 0);
}

static kvm_t *
open_demo(const char *name)
{
	const char *dir = getenv("BUILDDIR");
	char path[PATH_MAX];
	kvm_t *kd;

	snprintf(path, sizeof(path), "%s/%s", dir != NULL ? dir : "build",
	    name);
	kd = kvm_openfiles(NULL, path, NULL, O_RDONLY, errbuf);
	if (kd == NULL)
		print_message("%s\n", errbuf);
	assert_non_null(kd);
	return (kd);
}

static void
names(void **state)
{
	struct kvm_nlist list[] = {
		{ "linux_banner", 0, 0 }, { "_linux_banner", 0, 0 },
		{ "no_such_symbol", 9, 9 }, { "schedule", 0, 0 },
		{ NULL, 0, 0 }
	};
	struct nlist old[] = {
		{ "init_task", 0, 9, 9, 0 }, { "nowhere", 9, 9, 9, 9 },
		{ NULL, 0, 0, 0, 0 }
	};
	char banner[14];
	kvm_t *kd;

	(void)state;
	kd = open_demo("demo.elf");
	assert_int_equal(kvm_nlist2(kd, list), 1);
	assert_true(list[0].n_value != 0);
	assert_true(list[0].n_value == list[1].n_value);
	assert_int_equal(list[0].n_type, N_DATA | N_EXT);
	assert_int_equal(list[3].n_type, N_TEXT | N_EXT);
	assert_int_equal(list[2].n_type, 0);
	assert_true(list[2].n_value == 0);
	assert_int_equal(kvm_read2(kd, list[0].n_value, banner, 14), 14);
	assert_memory_equal(banner, "Linux version ", 14);
#if defined(__x86_64__)
	assert_int_equal(kvm_native(kd), 1);
	assert_int_equal(kvm_nlist(kd, old), 1);
	assert_int_equal(old[0].n_other, 0);
	assert_int_equal(old[0].n_desc, 0);
	assert_int_equal(old[0].n_type, N_DATA | N_EXT);
	assert_int_equal(old[1].n_type, 0);
	assert_int_equal(old[1].n_value, 0);
#else
	assert_int_equal(kvm_native(kd), 0);
	assert_int_equal(kvm_nlist(kd, old), -1);
#endif
	assert_true(kvm_kerndisp(kd) > 0 && kvm_kerndisp(kd) < 1 << 30);
	assert_int_equal(kvm_close(kd), 0);
}

/* The first record of a command, a copy. */
static struct kinfo_proc
find(kvm_t *kd, int op, const char *comm, const char *arg)
{
	struct kinfo_proc *v;
	char **argv;
	int i, j, n;

	v = kvm_getprocs(kd, op, 0, &n);
	assert_non_null(v);
	for (i = 0; i < n; i++) {
		if (strcmp(v[i].ki_comm, comm) != 0)
			continue;
		argv = arg == NULL ? NULL : kvm_getargv(kd, &v[i], 0);
		for (j = 0; argv != NULL && argv[j] != NULL; j++)
			if (strcmp(argv[j], arg) == 0)
				return (v[i]);
		if (arg == NULL)
			return (v[i]);
	}
	fail_msg("no process %s", comm);
	return (v[0]);
}

static void
processes(void **state)
{
	struct kinfo_proc *v, init, swapper, threads;
	int i, n, all, parts;
	kvm_t *kd;

	(void)state;
	kd = open_demo("demo.elf");
	v = kvm_getprocs(kd, KERN_PROC_PROC, 0, &n);
	assert_non_null(v);
	assert_true(n > 50);
	init = v[0];
	swapper = v[1];
	assert_int_equal(init.ki_structsize, 1088);
	assert_int_equal(init.ki_pid, 1);
	assert_int_equal(init.ki_tid, 1);
	assert_int_equal(init.ki_ppid, 0);
	assert_true(init.ki_size > 0 && init.ki_rssize > 0);
	assert_int_equal(init.ki_stat, SRUN);
	assert_int_equal(init.ki_jobc, -1);
	assert_true(init.ki_tdev == (uint64_t)-1);
	assert_true(init.ki_start.tv_sec > 1700000000);
	assert_true((init.ki_flag & (P_KPROC | P_INMEM)) == P_INMEM);
	assert_string_equal(swapper.ki_comm, "kthreadd");
	assert_true((swapper.ki_flag & P_KPROC) != 0);
	assert_true(swapper.ki_wchan != NULL);
	assert_string_equal(swapper.ki_wmesg, "kthreadd");
	for (i = 1; i < n; i++)
		assert_true(v[i - 1].ki_pid < v[i].ki_pid);

	threads = find(kd, KERN_PROC_PROC, "actor", "threads");
	assert_int_equal(threads.ki_numthreads, 6);
	v = kvm_getprocs(kd, KERN_PROC_PID, threads.ki_pid, &n);
	assert_non_null(v);
	assert_int_equal(n, 1);
	v = kvm_getprocs(kd, KERN_PROC_PID | KERN_PROC_INC_THREAD,
	    threads.ki_pid, &n);
	assert_int_equal(n, 6);
	assert_int_equal(v[0].ki_tid, threads.ki_pid);
	for (i = 0; i < n; i++) {
		assert_int_equal(v[i].ki_pid, threads.ki_pid);
		assert_string_equal(v[i].ki_comm, threads.ki_comm);
		assert_true(v[i].ki_paddr == threads.ki_paddr);
	}
	v = kvm_getprocs(kd, KERN_PROC_ALL, 0, &all);
	assert_non_null(v);
	assert_non_null(kvm_getprocs(kd, KERN_PROC_PROC | KERN_PROC_INC_THREAD,
	    0, &n));
	assert_int_equal(n, all);
	v = kvm_getprocs(kd, KERN_PROC_PROC, 0, &n);
	for (i = parts = 0; i < n; i++)
		parts += v[i].ki_numthreads;
	assert_true(n < all);

	errno = 0;
	n = 7;
	assert_null(kvm_getprocs(kd, KERN_PROC_PID, 4000000, &n));
	assert_int_equal(n, 0);
	assert_int_equal(errno, ESRCH);
	assert_null(kvm_getprocs(kd, KERN_PROC_ARGS, 1, &n));
	assert_null(kvm_getprocs(kd, 99, 1, &n));
	assert_int_equal(errno, EINVAL);
	v = kvm_getprocs(kd, KERN_PROC_UID, 0, &n);
	assert_non_null(v);
	for (i = 0; i < n; i++)
		assert_int_equal(v[i].ki_uid, 0);
	assert_int_equal(kvm_close(kd), 0);
}

static void
arguments(void **state)
{
	struct kinfo_proc p, kernel;
	char **v;
	kvm_t *kd;

	(void)state;
	kd = open_demo("demo.elf");
	p = find(kd, KERN_PROC_PROC, "actor", "threads");
	v = kvm_getargv(kd, &p, 0);
	assert_non_null(v);
	assert_string_equal(v[0], "actor");
	assert_string_equal(v[1], "threads");
	assert_null(v[2]);
	/* nchr counts every NUL; the string that is too long is cut. */
	v = kvm_getargv(kd, &p, 9);
	assert_string_equal(v[0], "actor");
	assert_string_equal(v[1], "th");
	assert_null(v[2]);
	v = kvm_getargv(kd, &p, 6);
	assert_string_equal(v[0], "actor");
	assert_null(v[1]);
	v = kvm_getargv(kd, &p, 1);
	assert_string_equal(v[0], "");
	assert_null(v[1]);
	kernel = find(kd, KERN_PROC_PROC, "kthreadd", NULL);
	assert_null(kvm_getargv(kd, &kernel, 0));
	assert_null(kvm_getenvv(kd, &kernel, 0));
	v = kvm_getenvv(kd, &p, 0);
	assert_non_null(v);
	assert_string_equal(v[0], "SHLVL=1");
	assert_string_equal(v[1], "HOME=/");
	v = kvm_getenvv(kd, &p, 10);
	assert_string_equal(v[0], "SHLVL=1");
	assert_string_equal(v[1], "H");
	assert_null(v[2]);
	p.ki_pid = 4000000;
	assert_null(kvm_getargv(kd, &p, 0));
	assert_int_equal(kvm_close(kd), 0);
}

static void
numbers(void **state)
{
	struct kvm_swap swap[8], total[1];
	struct kvm_nlist list[] = {
		{ "runqueues", 0, 0 }, { "__per_cpu_start", 0, 0 },
		{ "__per_cpu_end", 0, 0 }, { NULL, 0, 0 }
	};
	unsigned used, size;
	kvaddr_t raw;
	double load[4];
	void *area;
	kvm_t *kd;
	int i, n;

	(void)state;
	kd = open_demo("demo.elf");
	load[3] = -1;
	assert_int_equal(kvm_getloadavg(kd, load, 4), 3);
	assert_true(load[0] >= 0 && load[0] < 100 && load[3] < 0);
	load[1] = -1;
	assert_int_equal(kvm_getloadavg(kd, load, 1), 1);
	assert_true(load[1] < 0);

	n = kvm_getswapinfo(kd, swap, 8, 0);
	assert_true(n > 1 && n < 8);
	for (i = 0, used = size = 0; i < n; i++) {
		used += swap[i].ksw_used;
		size += swap[i].ksw_total;
		assert_true(strncmp(swap[i].ksw_devname, "/dev/", 5) != 0);
	}
	assert_int_equal(swap[n].ksw_used, used);
	assert_int_equal(swap[n].ksw_total, size);
	assert_string_equal(swap[n].ksw_devname, "");
	/* Room for the total alone; for one device and the total of all. */
	assert_int_equal(kvm_getswapinfo(kd, total, 1, 0), 0);
	assert_int_equal(total[0].ksw_total, size);
	assert_int_equal(kvm_getswapinfo(kd, swap, 2, SWIF_DEV_PREFIX), 1);
	assert_int_equal(swap[1].ksw_total, size);
	assert_true(strncmp(swap[0].ksw_devname, "/", 1) == 0);
	assert_int_equal(kvm_getswapinfo(kd, NULL, 0, 0), 0);

	assert_int_equal(kvm_getmaxcpu(kd), 2);
	assert_int_equal(kvm_getncpus(kd), 2);
	assert_int_equal(kvm_nlist2(kd, list), 0);
	raw = list[0].n_value;
	assert_int_equal(kvm_dpcpu_setcpu(kd, 1), 0);
	assert_int_equal(kvm_nlist2(kd, list), 0);
	assert_true(list[0].n_value != raw);
	assert_int_equal(kvm_dpcpu_setcpu(kd, 2), -1);
	area = kvm_getpcpu(kd, 2);
	assert_null(area);
	assert_null(kvm_getpcpu(kd, -1));
	assert_int_equal(kvm_close(kd), 0);
}

/* What one handle gives stays as it is whatever the other does. */
static void
two(void **state)
{
	struct kinfo_proc *a, *b, first;
	char **va, **vb;
	kvm_t *ka, *kb;
	int na, nb, n;

	(void)state;
	ka = open_demo("demo.elf");
	kb = open_demo("linux-5.10.elf");
	a = kvm_getprocs(ka, KERN_PROC_PROC, 0, &na);
	assert_non_null(a);
	first = a[0];
	va = kvm_getargv(ka, a, 0);
	assert_non_null(va);
	b = kvm_getprocs(kb, KERN_PROC_PROC, 0, &nb);
	assert_non_null(b);
	vb = kvm_getargv(kb, b, 0);
	assert_non_null(vb);
	assert_ptr_not_equal(va, vb);
	assert_memory_equal(a, &first, sizeof(first));
	assert_true(a->ki_paddr != b->ki_paddr);
	assert_string_equal(va[0], vb[0]);
	assert_null(kvm_getprocs(kb, 99, 0, &n));
	assert_string_equal(kvm_geterr(ka), "");
	assert_int_equal(kvm_close(kb), 0);
	assert_int_equal(kvm_close(ka), 0);
}

static void
writes(void **state)
{
	struct kvm_nlist list[] = { { "linux_banner", 0, 0 }, { NULL, 0, 0 } };
	char path[64], was[8], got[8];
	kvm_t *kd, *other;
	unsigned long addr;

	(void)state;
	copy_demo("demo.elf", path, sizeof(path));
	kd = kvm_openfiles(NULL, path, NULL, O_RDWR, errbuf);
	assert_non_null(kd);
	assert_int_equal(kvm_nlist2(kd, list), 0);
	addr = (unsigned long)list[0].n_value;
	assert_int_equal(kvm_read(kd, addr, was, 8), 8);
	assert_int_equal(kvm_write(kd, addr + 2, "KVM!", 4), 4);
	assert_int_equal(kvm_read(kd, addr, got, 8), 8);
	assert_memory_equal(got + 2, "KVM!", 4);
	assert_memory_equal(got, was, 2);
	assert_int_equal(kvm_write(kd, addr, "x", 0), 0);
	/* Nowhere. */
	assert_int_equal(kvm_write(kd, 16, "x", 1), -1);
	assert_int_equal(errno, EFAULT);
	assert_string_equal(kvm_geterr(kd), "invalid address (0x10)");
	/* One writes at a time; who reads sees it. */
	other = kvm_openfiles(NULL, path, NULL, O_RDWR, errbuf);
	assert_non_null(other);
	assert_int_equal(kvm_read(other, addr, got, 8), 8);
	assert_memory_equal(got + 2, "KVM!", 4);
	assert_int_equal(kvm_write(other, addr, "x", 1), -1);
	assert_non_null(strstr(kvm_geterr(other), "locked"));
	kvm_close(other);
	kvm_close(kd);
	/* It stays in the file, and one opened for reading cannot change it. */
	kd = kvm_openfiles(NULL, path, NULL, O_RDONLY, errbuf);
	assert_non_null(kd);
	assert_int_equal(kvm_read(kd, addr, got, 8), 8);
	assert_memory_equal(got + 2, "KVM!", 4);
	assert_int_equal(kvm_write(kd, addr, "x", 1), -1);
	assert_int_equal(errno, EROFS);
	kvm_close(kd);
	unlink(path);
}

UNIT_MAIN(UNIT(writes), UNIT(names), UNIT(processes), UNIT(arguments), UNIT(numbers),
    UNIT(two))
