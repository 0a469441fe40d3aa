/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ps [-aHx] [-M core] [-N system]: written as for a BSD, with nothing of this
 * library's own.
 */
#include <sys/param.h>
#include <sys/time.h>
#include <sys/resource.h>
#include <sys/sysctl.h>
#include <sys/user.h>
#include <sys/proc.h>

#include <err.h>
#include <fcntl.h>
#include <kvm.h>
#include <limits.h>
#include <paths.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int show_env, show_threads;

/* As ps(1) composes it. */
static const char *
state(const struct kinfo_proc *k)
{
	static char buf[16];
	char *cp = buf;

	switch (k->ki_stat) {
	case SSTOP:
		*cp++ = 'T';
		break;
	case SSLEEP:
		if (k->ki_tdflags & TDF_SINTR)
			*cp++ = k->ki_flag & P_KPROC ? 'I' : 'S';
		else
			*cp++ = 'D';
		break;
	case SRUN:
	case SIDL:
		*cp++ = 'R';
		break;
	case SWAIT:
		*cp++ = 'W';
		break;
	case SLOCK:
		*cp++ = 'L';
		break;
	case SZOMB:
		*cp++ = 'Z';
		break;
	default:
		*cp++ = '?';
	}
	if (k->ki_nice < 0)
		*cp++ = '<';
	else if (k->ki_nice > 0)
		*cp++ = 'N';
	if (k->ki_kiflag & KI_SLEADER)
		*cp++ = 's';
	*cp = '\0';
	return (buf);
}

static void
command(kvm_t *kd, const struct kinfo_proc *k)
{
	char **v;

	v = show_env ? kvm_getenvv(kd, k, 0) : NULL;
	for (; v != NULL && *v != NULL; v++)
		printf(" %s", *v);
	v = show_threads ? NULL : kvm_getargv(kd, k, 0);
	if (v == NULL || *v == NULL)
		printf(show_threads ? " %s" : " [%s]",
		    show_threads ? k->ki_tdname : k->ki_comm);
	else
		for (; *v != NULL; v++)
			printf(" %s", *v);
}

int
main(int argc, char *argv[])
{
	char errbuf[_POSIX2_LINE_MAX], start[32];
	const char *nlistf, *memf;
	struct kinfo_proc *kp;
	kvm_t *kd;
	int ch, i, nentries, pid, what;
	time_t t;

	memf = _PATH_DEVNULL;
	nlistf = NULL;
	pid = 0;
	while ((ch = getopt(argc, argv, "aeHM:N:p:x")) != -1)
		switch (ch) {
		case 'e':
			show_env = 1;
			break;
		case 'H':
			show_threads = 1;
			break;
		case 'M':
			memf = optarg;
			break;
		case 'N':
			nlistf = optarg;
			break;
		case 'p':
			pid = atoi(optarg);
			break;
		case 'a':
		case 'x':
			break;
		default:
			errx(1, "usage: ps [-aeHx] [-M core] [-N system] [-p pid]");
		}
	kd = kvm_openfiles(nlistf, memf, NULL, O_RDONLY, errbuf);
	if (kd == NULL)
		errx(1, "%s", errbuf);
	what = pid != 0 ? KERN_PROC_PID : KERN_PROC_PROC;
	if (show_threads)
		what |= KERN_PROC_INC_THREAD;
	kp = kvm_getprocs(kd, what, pid, &nentries);
	if (kp == NULL)
		errx(1, "%s", kvm_geterr(kd));
	for (i = 0; i < nentries; i++, kp++) {
		t = kp->ki_start.tv_sec;
		strftime(start, sizeof(start), "%F %T", gmtime(&t));
		printf("%d\t%d\t%d\t%d\t%d\t%d\t%u\t%s\t%d\t%d\t%ju\t%jd\t%s\t"
		    "%s\t%.2f\t", (int)kp->ki_pid, (int)kp->ki_tid,
		    (int)kp->ki_ppid, (int)kp->ki_pgid, (int)kp->ki_sid,
		    (int)kp->ki_tpgid, (unsigned)kp->ki_uid, state(kp),
		    kp->ki_nice, kp->ki_numthreads,
		    (uintmax_t)kp->ki_size / 1024,
		    (intmax_t)kp->ki_rssize * getpagesize() / 1024,
		    kp->ki_wchan != NULL && kp->ki_wmesg[0] != '\0' ?
		    kp->ki_wmesg : "-", start, (double)kp->ki_runtime / 1e6);
		command(kd, kp);
		printf("\n");
	}
	kvm_close(kd);
	return (0);
}
