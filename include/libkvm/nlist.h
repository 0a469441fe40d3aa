/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * struct nlist as kvm_nlist(3) takes it.  elfutils has a header of this name
 * with another structure: this one comes first with libkvm's pkg-config flags.
 */
#ifndef _NLIST_H_
#define _NLIST_H_

struct nlist {
	const char	*n_name;	/* NULL or "" ends a list */
	unsigned char	 n_type;	/* 0: not found */
	char		 n_other;
	short		 n_desc;
	unsigned long	 n_value;
};

/* Values of n_type. */
#define N_UNDF	0x00
#define N_ABS	0x02
#define N_TEXT	0x04
#define N_DATA	0x06
#define N_BSS	0x08
#define N_EXT	0x01
#define N_TYPE	0x1e

#endif
