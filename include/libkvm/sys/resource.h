/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system's own <sys/resource.h>, and behind it the places of
 * kvm_getcptime(3), with the numbers of FreeBSD's header of this name.
 */
#ifndef _KVM_SYS_RESOURCE_H_
#define _KVM_SYS_RESOURCE_H_

#include_next <sys/resource.h>

#define CP_USER		0
#define CP_NICE		1
#define CP_SYS		2
#define CP_INTR		3
#define CP_IDLE		4
#define CPUSTATES	5

#endif
