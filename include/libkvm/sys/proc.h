/* SPDX-License-Identifier: BSD-2-Clause */
/* States of a process as ki_stat holds them: FreeBSD's <sys/proc.h>. */
#ifndef _KVM_SYS_PROC_H_
#define _KVM_SYS_PROC_H_

#define SIDL	1			/* being created */
#define SRUN	2			/* runs or may run */
#define SSLEEP	3			/* sleeps */
#define SSTOP	4			/* stopped or traced */
#define SZOMB	5			/* awaits collection by its parent */
#define SWAIT	6			/* waits for an interrupt */
#define SLOCK	7			/* waits for a lock */

#endif
