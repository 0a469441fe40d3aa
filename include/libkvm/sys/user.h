/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system's own <sys/user.h>, and behind it struct kinfo_proc as FreeBSD
 * lays it out on 64-bit machines (sys/user.h there, 1088 bytes): what
 * kvm_getprocs(3) returns, whatever kernel it read.
 */
#ifndef _KVM_SYS_USER_H_
#define _KVM_SYS_USER_H_

#if defined(__has_include_next)
#if __has_include_next(<sys/user.h>)
#include_next <sys/user.h>
#endif
#endif

#include <sys/types.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <stddef.h>
#include <stdint.h>

#define KI_NGROUPS	16
#define TDNAMLEN	16
#define WMESGLEN	8
#define LOGNAMELEN	17
#define LOCKNAMELEN	8
#define COMMLEN		19
#define KI_EMULNAMELEN	16
#define LOGINCLASSLEN	17
#define KI_NSPARE_INT	2
#define KI_NSPARE_LONG	12
#define KI_NSPARE_PTR	5

/* ki_kiflag */
#define KI_CTTY		0x00000001	/* has a controlling terminal */
#define KI_SLEADER	0x00000002	/* leads a session */
#define KI_LOCKBLOCK	0x00000004	/* waits for a lock */

struct kvm_sigset {
	uint32_t	__bits[4];
};

struct kvm_priority {
	unsigned char	pri_class;
	unsigned char	pri_level;
	unsigned char	pri_native;
	unsigned char	pri_user;
};

struct kinfo_proc {
	int		 ki_structsize;		/* sizeof(struct kinfo_proc) */
	int		 ki_layout;
	void		*ki_args;
	void		*ki_paddr;		/* address of the process */
	void		*ki_addr;
	void		*ki_tracep;
	void		*ki_textvp;
	void		*ki_fd;
	void		*ki_vmspace;
	const void	*ki_wchan;
	pid_t		 ki_pid;
	pid_t		 ki_ppid;
	pid_t		 ki_pgid;
	pid_t		 ki_tpgid;
	pid_t		 ki_sid;
	pid_t		 ki_tsid;
	short		 ki_jobc;
	short		 ki_spare_short1;
	uint32_t	 ki_tdev_freebsd11;
	struct kvm_sigset ki_siglist;
	struct kvm_sigset ki_sigmask;
	struct kvm_sigset ki_sigignore;
	struct kvm_sigset ki_sigcatch;
	uid_t		 ki_uid;		/* effective */
	uid_t		 ki_ruid;
	uid_t		 ki_svuid;
	gid_t		 ki_rgid;
	gid_t		 ki_svgid;
	short		 ki_ngroups;
	short		 ki_spare_short2;
	gid_t		 ki_groups[KI_NGROUPS];
	uint64_t	 ki_size;		/* virtual size, bytes */
	int64_t		 ki_rssize;		/* resident pages */
	int64_t		 ki_swrss;
	int64_t		 ki_tsize;		/* text, pages */
	int64_t		 ki_dsize;		/* data, pages */
	int64_t		 ki_ssize;		/* stack, pages */
	uint16_t	 ki_xstat;
	uint16_t	 ki_acflag;
	uint32_t	 ki_pctcpu;
	uint32_t	 ki_estcpu;
	uint32_t	 ki_slptime;
	uint32_t	 ki_swtime;
	uint32_t	 ki_cow;
	uint64_t	 ki_runtime;		/* microseconds */
	struct timeval	 ki_start;
	struct timeval	 ki_childtime;
	long		 ki_flag;
	long		 ki_kiflag;		/* KI_* */
	int		 ki_traceflag;
	char		 ki_stat;		/* S* of <sys/proc.h> */
	signed char	 ki_nice;
	char		 ki_lock;
	char		 ki_rqindex;
	unsigned char	 ki_oncpu_old;
	unsigned char	 ki_lastcpu_old;
	char		 ki_tdname[TDNAMLEN + 1];
	char		 ki_wmesg[WMESGLEN + 1];
	char		 ki_login[LOGNAMELEN + 1];
	char		 ki_lockname[LOCKNAMELEN + 1];
	char		 ki_comm[COMMLEN + 1];
	char		 ki_emul[KI_EMULNAMELEN + 1];
	char		 ki_loginclass[LOGINCLASSLEN + 1];
	char		 ki_moretdname[COMMLEN - TDNAMLEN + 1];
	char		 ki_sparestrings[46];
	int		 ki_spareints[KI_NSPARE_INT];
	uint64_t	 ki_tdev;
	int		 ki_oncpu;
	int		 ki_lastcpu;
	int		 ki_tracer;
	int		 ki_flag2;
	int		 ki_fibnum;
	uint32_t	 ki_cr_flags;
	int		 ki_jid;
	int		 ki_numthreads;
	pid_t		 ki_tid;
	struct kvm_priority ki_pri;
	struct rusage	 ki_rusage;
	struct rusage	 ki_rusage_ch;
	void		*ki_pcb;
	void		*ki_kstack;
	void		*ki_udata;
	void		*ki_tdaddr;		/* address of the thread */
	void		*ki_pd;
	void		*ki_spareptrs[KI_NSPARE_PTR];
	long		 ki_sparelongs[KI_NSPARE_LONG];
	long		 ki_sflag;
	long		 ki_tdflags;
};

#define KINFO_PROC_SIZE	1088

#if defined(__LP64__)
#ifdef __cplusplus
#define KVM_ASSERT(e, t)	static_assert(e, t)
#else
#define KVM_ASSERT(e, t)	_Static_assert(e, t)
#endif
KVM_ASSERT(sizeof(struct kinfo_proc) == KINFO_PROC_SIZE, "kinfo_proc");
KVM_ASSERT(offsetof(struct kinfo_proc, ki_pid) == 72, "ki_pid");
KVM_ASSERT(offsetof(struct kinfo_proc, ki_uid) == 168, "ki_uid");
KVM_ASSERT(offsetof(struct kinfo_proc, ki_size) == 256, "ki_size");
KVM_ASSERT(offsetof(struct kinfo_proc, ki_xstat) == 304, "ki_xstat");
KVM_ASSERT(offsetof(struct kinfo_proc, ki_runtime) == 328, "ki_runtime");
KVM_ASSERT(offsetof(struct kinfo_proc, ki_stat) == 388, "ki_stat");
KVM_ASSERT(offsetof(struct kinfo_proc, ki_tdname) == 394, "ki_tdname");
KVM_ASSERT(offsetof(struct kinfo_proc, ki_comm) == 447, "ki_comm");
KVM_ASSERT(offsetof(struct kinfo_proc, ki_spareints) == 552, "ki_spareints");
KVM_ASSERT(offsetof(struct kinfo_proc, ki_tid) == 600, "ki_tid");
KVM_ASSERT(offsetof(struct kinfo_proc, ki_rusage) == 608, "ki_rusage");
KVM_ASSERT(offsetof(struct kinfo_proc, ki_pcb) == 896, "ki_pcb");
KVM_ASSERT(offsetof(struct kinfo_proc, ki_sflag) == 1072, "ki_sflag");
#undef KVM_ASSERT
#endif

#endif
