/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What kvm_getpcpu(3) copies is laid out by the kernel that was read, not by
 * the machine that reads: here the structure has a name alone.
 */
#ifndef _KVM_SYS_PCPU_H_
#define _KVM_SYS_PCPU_H_

struct pcpu;

#endif
