/* SPDX-License-Identifier: BSD-2-Clause */
/* Every function by the prototype of its manual page. */
#include <sys/param.h>
#include <sys/pcpu.h>
#include <sys/proc.h>
#include <sys/resource.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/user.h>

#include <fcntl.h>
#include <kvm.h>
#include <limits.h>
#include <nlist.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static int
page(struct kvm_page *p, void *arg)
{
	(void)p;
	(void)arg;
	return (1);
}

int
main(void)
{
	kvm_t *(*open1)(const char *, const char *, const char *, int,
	    const char *) = kvm_open;
	kvm_t *(*open2)(const char *, const char *, int, char *,
	    int (*)(const char *, kvaddr_t *)) = kvm_open2;
	kvm_t *(*openfiles)(const char *, const char *, const char *, int,
	    char *) = kvm_openfiles;
	int (*close1)(kvm_t *) = kvm_close;
	char *(*geterr)(kvm_t *) = kvm_geterr;
	ssize_t (*read1)(kvm_t *, unsigned long, void *, size_t) = kvm_read;
	ssize_t (*read2)(kvm_t *, kvaddr_t, void *, size_t) = kvm_read2;
	ssize_t (*write1)(kvm_t *, unsigned long, const void *, size_t) =
	    kvm_write;
	int (*nlist1)(kvm_t *, struct nlist *) = kvm_nlist;
	int (*nlist2)(kvm_t *, struct kvm_nlist *) = kvm_nlist2;
	struct kinfo_proc *(*getprocs)(kvm_t *, int, int, int *) = kvm_getprocs;
	char **(*getargv)(kvm_t *, const struct kinfo_proc *, int) =
	    kvm_getargv;
	char **(*getenvv)(kvm_t *, const struct kinfo_proc *, int) =
	    kvm_getenvv;
	int (*getloadavg1)(kvm_t *, double [], int) = kvm_getloadavg;
	int (*getswapinfo)(kvm_t *, struct kvm_swap *, int, int) =
	    kvm_getswapinfo;
	int (*getcptime)(kvm_t *, long *) = kvm_getcptime;
	int (*getmaxcpu)(kvm_t *) = kvm_getmaxcpu;
	int (*getncpus)(kvm_t *) = kvm_getncpus;
	void *(*getpcpu)(kvm_t *, int) = kvm_getpcpu;
	int (*setcpu)(kvm_t *, u_int) = kvm_dpcpu_setcpu;
	ssize_t (*zpcpu)(kvm_t *, u_long, void *, size_t, int) =
	    kvm_read_zpcpu;
	uint64_t (*counter)(kvm_t *, u_long) = kvm_counter_u64_fetch;
	int (*native)(kvm_t *) = kvm_native;
	kssize_t (*kerndisp)(kvm_t *) = kvm_kerndisp;
	int (*walk)(kvm_t *, kvm_walk_pages_cb_t *, void *) = kvm_walk_pages;
	kvm_walk_pages_cb_t *cb = page;
	struct nlist nl[] = { { "_name", 0, 0, 0, 0 }, { NULL, 0, 0, 0, 0 } };
	struct kvm_nlist kl[] = { { "name", 0, 0 }, { NULL, 0, 0 } };
	struct kinfo_proc ki;
	struct pcpu *pc = NULL;
	const void *const all[] = {
		(void *)open1, (void *)open2, (void *)openfiles, (void *)close1,
		(void *)geterr, (void *)read1, (void *)read2, (void *)write1,
		(void *)nlist1, (void *)nlist2, (void *)getprocs,
		(void *)getargv, (void *)getenvv, (void *)getloadavg1,
		(void *)getswapinfo, (void *)getcptime, (void *)getmaxcpu,
		(void *)getncpus, (void *)getpcpu, (void *)setcpu,
		(void *)zpcpu, (void *)counter, (void *)native,
		(void *)kerndisp, (void *)walk,
	};

	memset(&ki, 0, sizeof(ki));
	printf("%zu functions, %zu %zu %zu %zu %zu %zu, %s%s %d%d %d\n",
	    sizeof(all) / sizeof(all[0]), sizeof(ki), sizeof(nl[0]),
	    sizeof(kl[0]), sizeof(struct kvm_swap), sizeof(struct kvm_page),
	    sizeof(vm_prot_t), VRS_SYM, VRS_KEY, SWIF_DEV_PREFIX,
	    LIBKVM_WALK_PAGES_VERSION, pc == NULL && cb == page);
	return (0);
}
