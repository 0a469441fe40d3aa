/* SPDX-License-Identifier: BSD-2-Clause */
/* States of a process as ki_stat holds them: FreeBSD's <sys/proc.h>. */
#ifndef _KVM_SYS_PROC_H_
#define _KVM_SYS_PROC_H_

#include <sys/types.h>

#define SIDL	1			/* being created */
#define SRUN	2			/* runs or may run */
#define SSLEEP	3			/* sleeps */
#define SSTOP	4			/* stopped or traced */
#define SZOMB	5			/* awaits collection by its parent */
#define SWAIT	6			/* waits for an interrupt */
#define SLOCK	7			/* waits for a lock */

/* ki_flag, those that kvm_getprocs(3) sets. */
#define P_CONTROLT	0x00000002	/* has a controlling terminal */
#define P_KPROC		0x00000004	/* a kernel process */
#define P_HADTHREADS	0x00000080	/* has more than one thread */
#define P_SYSTEM	0x00000200	/* belongs to the system */
#define P_TRACED	0x00000800	/* is traced */
#define P_WEXIT		0x00002000	/* is about to end */
#define P_INMEM		0x10000000	/* is in memory */

/* ki_tdflags */
#define TDF_INMEM	0x00000004
#define TDF_SINTR	0x00000008	/* a signal would wake it */
#define TDF_IDLETD	0x00000020	/* a CPU's idle thread */

/* ki_sflag */
#define PS_INMEM	0x00000001

/* ki_pri.pri_class */
#define PRI_ITHD	1		/* interrupt thread */
#define PRI_REALTIME	2
#define PRI_TIMESHARE	3
#define PRI_IDLE	4
#define PRI_MIN		0
#define PRI_MAX		255
#define PZERO		100		/* Linux's first time-sharing priority */

/* ki_tdev of a process without a terminal, ki_oncpu of one that waits. */
#ifndef NODEV
#define NODEV		((dev_t)-1)
#endif
#define NOCPU		(-1)
#define NOCPU_OLD	255

#endif
