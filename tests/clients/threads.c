/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * threads COUNT CORE CORE: two handles, two threads, two kernels.  Each sees
 * what it saw when it was alone, over and over.
 */
#include <sys/param.h>
#include <sys/sysctl.h>
#include <sys/user.h>

#include <err.h>
#include <fcntl.h>
#include <kvm.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct job {
	const char	*core;
	int		 count, bad;
	uint64_t	 alone;
};

static uint64_t
mix(uint64_t h, const void *p, size_t n)
{
	const unsigned char *c = p;

	for (; n > 0; n--)
		h = (h ^ *c++) * 0x100000001b3;
	return (h);
}

/* All that the library tells of a kernel, as one number. */
static uint64_t
look(const char *core)
{
	struct kvm_nlist list[] = { { "linux_banner", 0, 0 }, { NULL, 0, 0 } };
	struct kvm_swap swap[8];
	struct kinfo_proc *kp;
	char errbuf[_POSIX2_LINE_MAX], bytes[64];
	double load[3];
	uint64_t h;
	char **v;
	kvm_t *kd;
	int i, n;

	kd = kvm_open2(NULL, core, O_RDONLY, errbuf, NULL);
	if (kd == NULL)
		errx(1, "%s", errbuf);
	h = 0xcbf29ce484222325;
	if (kvm_nlist2(kd, list) != 0 ||
	    kvm_read2(kd, list[0].n_value, bytes, sizeof(bytes)) !=
	    (ssize_t)sizeof(bytes))
		errx(1, "%s", kvm_geterr(kd));
	h = mix(h, bytes, sizeof(bytes));
	kp = kvm_getprocs(kd, KERN_PROC_ALL, 0, &n);
	if (kp == NULL)
		errx(1, "%s", kvm_geterr(kd));
	h = mix(h, kp, (size_t)n * sizeof(*kp));
	for (i = 0; i < n; i++)
		for (v = kvm_getargv(kd, &kp[i], 0); v != NULL && *v != NULL;
		    v++)
			h = mix(h, *v, strlen(*v));
	if (kvm_getloadavg(kd, load, 3) != 3 ||
	    (n = kvm_getswapinfo(kd, swap, 8, 0)) < 0)
		errx(1, "%s", kvm_geterr(kd));
	h = mix(h, load, sizeof(load));
	h = mix(h, swap, (size_t)(n + 1) * sizeof(*swap));
	kvm_close(kd);
	return (h);
}

static void *
run(void *arg)
{
	struct job *j = arg;
	int i;

	for (i = 0; i < j->count; i++)
		j->bad += look(j->core) != j->alone;
	return (NULL);
}

int
main(int argc, char *argv[])
{
	struct job job[2];
	pthread_t thread[2];
	int i;

	if (argc != 4)
		errx(2, "usage: threads count core core");
	for (i = 0; i < 2; i++) {
		job[i] = (struct job){ .core = argv[2 + i],
		    .count = atoi(argv[1]) };
		job[i].alone = look(job[i].core);
	}
	if (job[0].alone == job[1].alone)
		errx(1, "two kernels look alike");
	for (i = 0; i < 2; i++)
		if (pthread_create(&thread[i], NULL, run, &job[i]) != 0)
			errx(1, "pthread_create");
	for (i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	printf("%d differ\n", job[0].bad + job[1].bad);
	return (job[0].bad + job[1].bad != 0);
}
