/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libkvm: access to the data of a kernel, running or dumped; kvm(3).
 *
 * Source-compatible with FreeBSD's library.  Names, argument order, types and
 * return values are those of its manual pages kvm(3), kvm_open(3), kvm_read(3),
 * kvm_nlist(3), kvm_getprocs(3), kvm_getswapinfo(3), kvm_getloadavg(3),
 * kvm_getcptime(3), kvm_getpcpu(3), kvm_native(3), kvm_kerndisp(3) and
 * kvm_walk_pages(3).  No state is shared between handles.
 */
#ifndef _KVM_H_
#define _KVM_H_

#include <sys/types.h>
#include <stddef.h>
#include <stdint.h>

#include <nlist.h>

/* FreeBSD keeps these in <sys/types.h>: wide enough for any target. */
#ifndef _KVADDR_T_DECLARED
typedef uint64_t	kvaddr_t;	/* kernel virtual address */
typedef uint64_t	kpaddr_t;	/* physical address */
typedef uint64_t	ksize_t;
typedef int64_t		kssize_t;
#define _KVADDR_T_DECLARED
#endif

/* The name under which kernels keep their version, and its key. */
#define VRS_SYM		"_version"
#define VRS_KEY		"VERSION"

/* kvm_getswapinfo: put "/dev/" in front of device names. */
#define SWIF_DEV_PREFIX	0x0002

/* What kp_version says. */
#define LIBKVM_WALK_PAGES_VERSION	2

/* Protection of a mapping: read 1, write 2, execute 4. */
#ifndef VM_H
typedef unsigned char	vm_prot_t;
#endif

typedef struct __kvm	kvm_t;

struct kinfo_proc;
struct proc;

struct kvm_nlist {
	const char	*n_name;	/* NULL or "" ends a list */
	unsigned char	 n_type;	/* 0: not found */
	kvaddr_t	 n_value;
};

struct kvm_swap {
	char		 ksw_devname[32];
	unsigned int	 ksw_used;	/* pages */
	unsigned int	 ksw_total;	/* pages */
	int		 ksw_flags;
	unsigned int	 ksw_reserved1;
	unsigned int	 ksw_reserved2;
};

struct kvm_page {
	unsigned int	 kp_version;	/* LIBKVM_WALK_PAGES_VERSION */
	kpaddr_t	 kp_paddr;
	kvaddr_t	 kp_kmap_vaddr;	/* where the kernel maps it, or 0 */
	kvaddr_t	 kp_dmap_vaddr;	/* in the direct map, or 0 */
	vm_prot_t	 kp_prot;
	off_t		 kp_offset;	/* in the dump; -1: not there */
	size_t		 kp_len;	/* bytes */
};

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Open.  execfile: the kernel's image, NULL for the booted one; corefile: the
 * dump, NULL for the running kernel's memory, "/dev/null" for a handle that
 * reads no memory and needs no privilege; swapfile is ignored.  flags: O_RDONLY
 * or O_RDWR.  kvm_open prints errors to stderr after errstr when that is not
 * NULL; the others store them in errbuf of _POSIX2_LINE_MAX bytes.  The
 * resolver of kvm_open2 gives addresses of a foreign kernel's symbols (0 and
 * *addr, else non-zero); without one they come from execfile or the dump.
 * NULL on failure.
 */
kvm_t	*kvm_open(const char *execfile, const char *corefile,
	    const char *swapfile, int flags, const char *errstr);
kvm_t	*kvm_open2(const char *execfile, const char *corefile, int flags,
	    char *errbuf, int (*resolver)(const char *name, kvaddr_t *addr));
kvm_t	*kvm_openfiles(const char *execfile, const char *corefile,
	    const char *swapfile, int flags, char *errbuf);
/* 0, or -1 (EINVAL for NULL). */
int	 kvm_close(kvm_t *);
/* The text of the last error; "" when there was none, or for NULL. */
char	*kvm_geterr(kvm_t *);

/* Bytes moved, fewer at the edge of what can be read, or -1. */
ssize_t	 kvm_read(kvm_t *, unsigned long addr, void *, size_t);
ssize_t	 kvm_read2(kvm_t *, kvaddr_t addr, void *, size_t);
ssize_t	 kvm_write(kvm_t *, unsigned long addr, const void *, size_t);

/* Names that were not found, or -1. */
int	 kvm_nlist(kvm_t *, struct nlist *);
int	 kvm_nlist2(kvm_t *, struct kvm_nlist *);

/*
 * op is one of KERN_PROC_* (<sys/sysctl.h>).  *cnt records, owned by the handle
 * until the next call; NULL on failure.
 */
struct kinfo_proc *kvm_getprocs(kvm_t *, int op, int arg, int *cnt);
/* NULL-ended vectors, owned by the handle until the next call of either. */
char	**kvm_getargv(kvm_t *, const struct kinfo_proc *, int nchr);
char	**kvm_getenvv(kvm_t *, const struct kinfo_proc *, int nchr);

/* Samples stored (at most 3), or -1. */
int	 kvm_getloadavg(kvm_t *, double loadavg[], int nelem);
/*
 * Up to max - 1 devices and, behind them, their total; the number of devices
 * (without the total), or -1.
 */
int	 kvm_getswapinfo(kvm_t *, struct kvm_swap *, int max, int flags);
/* user, nice, system, interrupt, idle; 0 or -1. */
int	 kvm_getcptime(kvm_t *, long *cp_time);

int	 kvm_getmaxcpu(kvm_t *);
int	 kvm_getncpus(kvm_t *);
/* A copy that the caller frees; NULL: no such CPU; (void *)-1: failed. */
void	*kvm_getpcpu(kvm_t *, int cpu);
int	 kvm_dpcpu_setcpu(kvm_t *, unsigned int cpu);
ssize_t	 kvm_read_zpcpu(kvm_t *, unsigned long base, void *, size_t, int cpu);
uint64_t kvm_counter_u64_fetch(kvm_t *, unsigned long base);

/* 1 when the kernel is of this machine's kind. */
int	 kvm_native(kvm_t *);
/* How far the kernel was moved from where it was linked. */
kssize_t kvm_kerndisp(kvm_t *);

typedef int kvm_walk_pages_cb_t(struct kvm_page *, void *);
/* 1: all pages were shown; 0: stopped by the callback, or not supported. */
int	 kvm_walk_pages(kvm_t *, kvm_walk_pages_cb_t *, void *);

#ifdef __cplusplus
}
#endif

#endif
