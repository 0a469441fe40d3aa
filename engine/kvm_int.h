/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the parts of libkvm share.  The library is argument shapes, error text
 * and return values over the engine; all that a handle needs is in the handle,
 * so that two of them never meet.
 */
#ifndef ENGINE_KVM_INT_H
#define ENGINE_KVM_INT_H

/* All else is hidden: see -fvisibility in configure, and libkvm.map. */
#pragma GCC visibility push(default)
#include <kvm.h>
#pragma GCC visibility pop

#include "base/vec.h"
#include "engine/kernel.h"

#include <limits.h>

#ifndef _POSIX2_LINE_MAX
#define _POSIX2_LINE_MAX	2048
#endif

struct kvm_window;

struct __kvm {
	struct ctx	 ctx;
	struct kernel	*kernel;	/* NULL: it could not be opened */
	struct kvm_window *window;	/* of a dump */
	char		*program;	/* kvm_open's errstr, or NULL */
	int	       (*resolver)(const char *, kvaddr_t *);
	bool		 live;		/* the running kernel */
	bool		 memory;	/* false: /dev/null, no memory at all */
	bool		 native;	/* of this machine's kind */
	bool		 writable;	/* O_RDWR */
	bool		 has_cpu;	/* kvm_dpcpu_setcpu has chosen: */
	unsigned	 cpu;
	struct kinfo_proc *procs;	/* kvm_getprocs */
	size_t		 nprocs, procs_cap;
	struct buf	 strings;	/* kvm_getargv, kvm_getenvv */
	char		**vector;
	size_t		 vector_cap;
	char		 errbuf[_POSIX2_LINE_MAX];
};

/*
 * The message of a failure.  A hard one goes to stderr when the handle came
 * from kvm_open with an errstr, and is not kept then; all others are kept for
 * kvm_geterr.
 */
void	kvm_err_keep(kvm_t *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
void	kvm_err_hard(kvm_t *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/* What the engine said, hard; errno too where a system call failed. */
void	kvm_err_engine(kvm_t *);

/* A kernel symbol's address, by the resolver or the kernel's own table. */
bool	kvm_symbol(kvm_t *, const char *name, uint64_t *addr, char *type);
/* The integer that a symbol names; false: no such symbol, or no memory. */
bool	kvm_symbol_uint(kvm_t *, const char *name, unsigned size, uint64_t *);

/*
 * Keep the page tables of a dump that were read; false: out of memory.  Closed
 * after the kernel.
 */
bool	kvm_window_open(kvm_t *);
void	kvm_window_close(kvm_t *);

/* Bytes of the kernel's usual page. */
size_t	kvm_page_size(const kvm_t *);
/* A FreeBSD kernel, whose symbols a resolver may be the only one to know. */
bool	kvm_is_bsd(const kvm_t *);
/* kvm_pcpu.c: as kvm_getcptime(3), of a FreeBSD dump. */
bool	kvm_cptime_bsd(kvm_t *, long cp_time[]);

#endif
