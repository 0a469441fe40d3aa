/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The selectors of kvm_getprocs(3), with the numbers that FreeBSD's
 * <sys/sysctl.h> gives them.
 */
#ifndef _KVM_SYS_SYSCTL_H_
#define _KVM_SYS_SYSCTL_H_

#define CTL_KERN		1
#define KERN_PROC		14

#define KERN_PROC_ALL		0	/* every process and thread group */
#define KERN_PROC_PID		1	/* arg: process */
#define KERN_PROC_PGRP		2	/* arg: process group */
#define KERN_PROC_SESSION	3	/* arg: session */
#define KERN_PROC_TTY		4	/* arg: controlling terminal */
#define KERN_PROC_UID		5	/* arg: effective user */
#define KERN_PROC_RUID		6	/* arg: real user */
#define KERN_PROC_ARGS		7
#define KERN_PROC_PROC		8	/* processes only */
#define KERN_PROC_RGID		10	/* arg: real group */
#define KERN_PROC_GID		11	/* arg: effective group */
#define KERN_PROC_INC_THREAD	0x10	/* or'ed: a record for each thread */

#endif
