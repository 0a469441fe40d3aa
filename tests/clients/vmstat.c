/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vmstat and swapinfo in one: [-M core] [-N system].  Written as for a BSD.
 */
#include <sys/types.h>
#include <sys/resource.h>

#include <err.h>
#include <fcntl.h>
#include <kvm.h>
#include <limits.h>
#include <nlist.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct nlist namelist[] = {
#define X_BANNER	0
	{ .n_name = "_linux_banner" },
#define X_INIT		1
	{ .n_name = "init_task" },
	{ .n_name = NULL },
};

static void
kread(kvm_t *kd, int index, void *to, size_t size)
{
	if (namelist[index].n_type == 0)
		errx(1, "symbol %s not defined", namelist[index].n_name);
	if (kvm_read(kd, namelist[index].n_value, to, size) != (ssize_t)size)
		errx(1, "%s: %s", namelist[index].n_name, kvm_geterr(kd));
}

int
main(int argc, char *argv[])
{
	struct kvm_swap swap[16];
	const char *memf, *nlistf;
	char banner[64];
	double load[3];
	long cp[CPUSTATES];
	kvm_t *kd;
	int ch, i, n;

	memf = nlistf = NULL;
	while ((ch = getopt(argc, argv, "M:N:")) != -1)
		switch (ch) {
		case 'M':
			memf = optarg;
			break;
		case 'N':
			nlistf = optarg;
			break;
		default:
			errx(1, "usage: vmstat [-M core] [-N system]");
		}
	kd = kvm_open(nlistf, memf, NULL, O_RDONLY, "vmstat");
	if (kd == NULL)
		return (1);
	if (kvm_native(kd)) {
		if ((n = kvm_nlist(kd, namelist)) != 0)
			errx(1, "kvm_nlist: %d: %s", n, kvm_geterr(kd));
		kread(kd, X_BANNER, banner, sizeof(banner));
		printf("version\t%.*s\n", (int)sizeof(banner), banner);
	}
	if (kvm_getloadavg(kd, load, 3) != 3)
		errx(1, "load: %s", kvm_geterr(kd));
	printf("load\t%.2f\t%.2f\t%.2f\n", load[0], load[1], load[2]);
	n = kvm_getswapinfo(kd, swap, 16, SWIF_DEV_PREFIX);
	if (n < 0)
		errx(1, "swap: %s", kvm_geterr(kd));
	for (i = 0; i <= n; i++)
		printf("swap\t%s\t%u\t%u\n",
		    i < n ? swap[i].ksw_devname : "total",
		    swap[i].ksw_total, swap[i].ksw_used);
	printf("cpus\t%d\t%d\n", kvm_getmaxcpu(kd), kvm_getncpus(kd));
	/* A slim capture may be without it. */
	if (kvm_getcptime(kd, cp) == 0)
		printf("cp_time\t%ld\t%ld\t%ld\t%ld\t%ld\n", cp[CP_USER],
		    cp[CP_NICE], cp[CP_SYS], cp[CP_INTR], cp[CP_IDLE]);
	return (kvm_close(kd));
}
