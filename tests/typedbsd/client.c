/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client CORE KERNEL: what kvm(3) has to say of the made kernel's processes, and
 * whether opening and closing leaves descriptors behind.
 */
#include <fcntl.h>
#include <kvm.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/proc.h>
#include <sys/resource.h>
#include <sys/sysctl.h>
#include <sys/user.h>
#include <unistd.h>

static void
list(const char *what, char **v)
{
	printf(" %s", what);
	for (; v != NULL && *v != NULL; v++)
		printf(" '%s'", *v);
}

int
main(int argc, char *argv[])
{
	char errbuf[_POSIX2_LINE_MAX];
	const struct kinfo_proc *ki;
	struct kvm_swap swap[4];
	struct kvm_nlist nl[2] = { { .n_name = "ticks" }, { .n_name = NULL } };
	long times[CPUSTATES];
	double load[3];
	int i, n, ticks, fd;
	kvm_t *kd;

	fd = dup(STDOUT_FILENO);
	close(fd);
	for (i = 0; argc == 3 && i < 20; i++)
		(void)kvm_close(kvm_open2(argv[2], argv[1], O_RDONLY, errbuf,
		    NULL));
	n = dup(STDOUT_FILENO);
	printf("descriptors kept: %d\n", n - fd);
	close(n);
	kd = argc == 3 ? kvm_open2(argv[2], argv[1], O_RDONLY, errbuf, NULL) :
	    NULL;
	if (kd == NULL) {
		printf("%s\n", argc == 3 ? errbuf : "usage");
		return (1);
	}
	ki = kvm_getprocs(kd, KERN_PROC_PROC, 0, &n);
	for (i = 0; ki != NULL && i < n; i++) {
		printf("%d %s nice %d rss %d uid %d group %d of %d:",
		    ki[i].ki_pid, ki[i].ki_comm, ki[i].ki_nice,
		    (int)ki[i].ki_rssize, (int)ki[i].ki_uid, ki[i].ki_pgid,
		    ki[i].ki_sid);
		list("argv", kvm_getargv(kd, &ki[i], 0));
		list("env", kvm_getenvv(kd, &ki[i], 0));
		printf("\n");
	}
	n = kvm_getswapinfo(kd, swap, 4, SWIF_DEV_PREFIX);
	for (i = 0; i <= n; i++)
		printf("swap '%s' %u of %u\n", swap[i].ksw_devname,
		    swap[i].ksw_used, swap[i].ksw_total);
	n = kvm_getloadavg(kd, load, 3);
	printf("load %d: %.2f %.2f %.2f\n", n, load[0], load[1], load[2]);
	n = kvm_getcptime(kd, times);
	printf("times %d: %ld %ld %ld %ld %ld\n", n, times[CP_USER],
	    times[CP_NICE], times[CP_SYS], times[CP_INTR], times[CP_IDLE]);
	printf("CPUs %d of %d\n", kvm_getncpus(kd), kvm_getmaxcpu(kd));
	ticks = 0;
	if (kvm_dpcpu_setcpu(kd, 1) == 0 && kvm_nlist2(kd, nl) == 0)
		(void)kvm_read2(kd, nl[0].n_value, &ticks, sizeof(ticks));
	printf("ticks of CPU 1: %d\n", ticks);
	return (kvm_close(kd));
}
