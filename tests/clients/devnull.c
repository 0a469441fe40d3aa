/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way of process viewers: a handle on /dev/null needs no privilege and
 * knows the running system.  Prints one line that begins with this process.
 */
#include <sys/param.h>
#include <sys/sysctl.h>
#include <sys/user.h>
#include <sys/resource.h>

#include <err.h>
#include <fcntl.h>
#include <kvm.h>
#include <limits.h>
#include <paths.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static double
seconds(const struct timeval *t)
{
	return ((double)t->tv_sec + (double)t->tv_usec / 1e6);
}

/* Some time in the system, so that there is something to tell. */
static void
work(void)
{
	static char bytes[1 << 20];
	struct rusage ru;
	int fd, i;

	fd = open("/dev/zero", O_RDONLY);
	if (fd == -1)
		err(1, "/dev/zero");
	for (i = 0; i < 20000; i++) {
		if (read(fd, bytes, sizeof(bytes)) == -1 ||
		    getrusage(RUSAGE_SELF, &ru) != 0)
			err(1, "/dev/zero");
		if (seconds(&ru.ru_stime) >= 0.05)
			break;
	}
	close(fd);
}

int
main(int argc, char *argv[])
{
	struct rusage before, after;
	double used;
	char errbuf[_POSIX2_LINE_MAX], c;
	struct kinfo_proc *kp;
	struct kvm_swap swap[2];
	double load[3];
	long cp[CPUSTATES];
	char **args;
	kvm_t *kd;
	int n;

	kd = kvm_openfiles(NULL, _PATH_DEVNULL, NULL, O_RDONLY, errbuf);
	if (kd == NULL)
		errx(1, "kvm_openfiles: %s", errbuf);
	work();
	if (nice(3) == -1 || getrusage(RUSAGE_SELF, &before) != 0)
		err(1, "nice");
	kp = kvm_getprocs(kd, KERN_PROC_PID, getpid(), &n);
	getrusage(RUSAGE_SELF, &after);
	if (kp == NULL || n != 1 || kp->ki_pid != getpid() ||
	    kp->ki_ppid != getppid() || kp->ki_uid != geteuid() ||
	    kp->ki_ruid != getuid())
		errx(1, "kvm_getprocs: %d: %s", n, kvm_geterr(kd));
	if (kp->ki_nice != getpriority(PRIO_PROCESS, 0))
		errx(1, "ki_nice: %d", kp->ki_nice);
	/* The system counts in ticks. */
	used = seconds(&kp->ki_rusage.ru_utime) +
	    seconds(&kp->ki_rusage.ru_stime);
	if (used < seconds(&before.ru_utime) + seconds(&before.ru_stime) - .05 ||
	    used > seconds(&after.ru_utime) + seconds(&after.ru_stime) + .05 ||
	    kp->ki_rusage.ru_stime.tv_sec < 0)
		errx(1, "ki_rusage: %g s", used);
	args = kvm_getargv(kd, kp, 0);
	if (args == NULL || strcmp(args[0], argv[0]) != 0 || argc != 1 ||
	    args[1] != NULL)
		errx(1, "kvm_getargv: %s", kvm_geterr(kd));
	args = kvm_getenvv(kd, kp, 0);
	if (args == NULL)
		errx(1, "kvm_getenvv: %s", kvm_geterr(kd));
	kp = kvm_getprocs(kd, KERN_PROC_PROC, 0, &n);
	if (kp == NULL || n < 2)
		errx(1, "kvm_getprocs: %s", kvm_geterr(kd));
	if (kvm_getloadavg(kd, load, 3) != 3)
		errx(1, "kvm_getloadavg: %s", kvm_geterr(kd));
	if (kvm_getswapinfo(kd, swap, 2, 0) < 0)
		errx(1, "kvm_getswapinfo: %s", kvm_geterr(kd));
	if (kvm_getcptime(kd, cp) != 0 || cp[CP_IDLE] + cp[CP_USER] <= 0)
		errx(1, "kvm_getcptime: %s", kvm_geterr(kd));
	/* There is no memory behind it. */
	if (kvm_read(kd, 4096, &c, 1) != 0 ||
	    strcmp(kvm_geterr(kd), "short read") != 0 || kvm_native(kd) != 1)
		errx(1, "kvm_read: %s", kvm_geterr(kd));
	if (kvm_write(kd, 4096, &c, 1) != -1 || kvm_geterr(kd)[0] == '\0')
		errx(1, "kvm_write: %s", kvm_geterr(kd));
	printf("%d processes, load %.2f\n", n, load[0]);
	return (kvm_close(kd));
}
