/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FreeBSD: what its parts share.  A FreeBSD dump carries no names and no types
 * that could be trusted; both come from the kernel's image beside it.  For
 * debuggers the kernel keeps a few offsets of struct proc and struct thread in
 * variables of its own (sys/kern/kern_proc.c, "proc_off_p_pid" and others), so
 * that processes and their registers need no types.
 */
#ifndef ENGINE_OS_FREEBSD_FREEBSD_H
#define ENGINE_OS_FREEBSD_FREEBSD_H

#include "arch/unwind.h"
#include "engine/os/os.h"

#include <pthread.h>

#define FREEBSD_NAME	20		/* MAXCOMLEN + 1, sys/sys/param.h */
#define FREEBSD_NOCPU	(-1)

/* An offset, or why there is none. */
struct freebsd_offset {
	uint32_t v;			/* bytes */
	uint32_t size;			/* of what is there; 0: not known */
	uint8_t	 bit_offset, bit_size;	/* as struct type_field has them */
	int	 status;
};

/* Members that the kernel's own variables or its types place. */
enum freebsd_member {
	FM_PROC_PID,
	FM_PROC_COMM,
	FM_PROC_LIST,
	FM_PROC_THREADS,
	FM_TD_TID,
	FM_TD_NAME,
	FM_TD_ONCPU,
	FM_TD_PCB,
	FM_TD_PLIST,
	/* By types alone. */
	FM_PROC_PPTR,
	FM_PROC_STATE,
	FM_PROC_FLAG,
	FM_PROC_UCRED,
	FM_PROC_VMSPACE,
	FM_PROC_ARGS,
	FM_PROC_PGRP,
	FM_PROC_STATS,
	FM_PROC_NTHREADS,
	FM_PROC_EXIT,
	FM_PROC_NICE,
	FM_PGRP_ID,
	FM_PGRP_SESSION,
	FM_SESSION_ID,
	FM_STATS_START,
	FM_TD_STATE,
	FM_TD_INHIBITORS,
	FM_TD_FLAGS,
	FM_TD_WMESG,
	FM_TD_PRIORITY,
	FM_CRED_UID,
	FM_CRED_RUID,
	FM_CRED_SVUID,
	FM_CRED_RGID,
	FM_CRED_SVGID,
	FM_VM_SIZE,
	FM_VM_RESIDENT,
	FM_VM_TEXT,
	FM_VM_DATA,
	FM_VM_STACK,
	FM_VM_STACKTOP,
	FM_VM_HEADER,
	FM_PMAP_CR3,
	FM_PMAP_PDPT,
	FM_PMAP_PDIR,
	FM_PMAP_L0_PADDR,
	FM_PMAP_L0,
	FM_PMAP_SATP,
	FM_PMAP_TOP,
	FM_PMAP_L1,
	FM_PMAP_PT1,
	FM_PROC_SYSENT,
	FM_SYSENT_FLAGS,
	FM_SYSENT_STRINGS,
	FM_SYSENT_STRINGS_SIZE,
	FM_ENTRY_NEXT,
	FM_ENTRY_LEFT,
	FM_ENTRY_RIGHT,
	FM_ENTRY_START,
	FM_ENTRY_END,
	FM_ENTRY_OFFSET,
	FM_ENTRY_FLAGS,
	FM_ENTRY_PROTECTION,
	FM_ENTRY_INHERITANCE,
	FM_ENTRY_OBJECT,
	FM_OBJECT_TYPE,
	FM_OBJECT_HANDLE,
	FM_OBJECT_BACKING,
	FM_PROC_FD,
	FM_FILEDESC_FILES,
	FM_FILES_COUNT,
	FM_FILES_FIRST,
	FM_FILES_FILE,
	FM_FILE_TYPE,
	FM_FILE_FLAG,
	FM_FILE_VNODE,
	FM_VNODE_TYPE,
	FM_VNODE_FLAGS,
	FM_VNODE_MOUNT,
	FM_VNODE_NAMES,
	FM_MOUNT_COVERED,
	FM_NAME_NEXT,
	FM_NAME_PARENT,
	FM_NAME_LENGTH,
	FM_NAME_TEXT,
	FM_PCPU_TIME,
	FM_PCB_CONTEXT,
	FM_ARGS_LENGTH,
	FM_ARGS_ARGS,
	FM_SW_NBLKS,
	FM_SW_USED,
	FM_SW_LIST,
	FM_SW_VP,
	FM_VNODE_DEVICE,
	FM_CDEV_NAME,
	FM_PRISON_HOST,
	FM_COUNT
};

/* Registers one after another in struct pcb, from an offset on. */
struct freebsd_regs {
	uint16_t	 pcb;
	const char	*names;		/* arch.h's, with blanks between */
};

/* Where struct pcb keeps registers (sys/PROCESSOR/include/pcb.h). */
struct freebsd_pcb {
	const struct arch *arch;
	unsigned	 size;		/* of the struct pcb with this form, 0: any */
	uint16_t	 pc, sp, fp;	/* offsets */
	bool		 context;	/* from the member pcb_context on */
	bool		 walks;		/* chain holds */
	struct unwind_chain chain;
	const struct freebsd_regs *regs; /* what there is, ended by NULL */
};

struct freebsd_os {			/* kernel->os_data */
	pthread_mutex_t	 lock;		/* of the next two */
	bool		 learned;
	struct freebsd_offset member[FM_COUNT];
	struct os_u64	 dumptid;	/* the thread that wrote the dump */
	struct os_u64	 dumppcb, stoppcbs;	/* addresses */
	struct os_u64	 pcb_size;	/* bytes */
};

static inline struct freebsd_os *
freebsd_of(struct kernel *k)
{
	return (k->os_data);
}

extern const struct os_ops freebsd_ops;

/* freebsd_root.c: set k->space when the dump does not give it. */
int	freebsd_find_root(struct ctx *, struct kernel *,
	    const struct kernel_options *);

/* freebsd_read.c */
/* The address of a variable; E_NO_SYMBOL with what the user can do. */
int	freebsd_symbol(struct ctx *, const struct kernel *, const char *name,
	    uint64_t *addr);
/* An unsigned integer variable of 4 or 8 bytes, or (size 0) of a long's. */
int	freebsd_var(struct ctx *, const struct kernel *, const char *name,
	    unsigned size, uint64_t *);
/* The text in an array of characters; kept in the arena. */
struct os_text freebsd_text(struct ctx *, const struct kernel *,
	    const char *name, struct arena *);
/* The address of a member; E_NO_TYPE, ... when it has no known place. */
int	freebsd_at(struct ctx *, struct kernel *, uint64_t base,
	    enum freebsd_member, uint64_t *addr);
/* Its value: an unsigned integer of size bytes (0: a pointer's). */
int	freebsd_get(struct ctx *, struct kernel *, uint64_t base,
	    enum freebsd_member, unsigned size, uint64_t *);
/* The same as wide as the types have it, a bit-field or not. */
int	freebsd_number(struct ctx *, struct kernel *, uint64_t base,
	    enum freebsd_member, uint64_t *);
/* Is its place known? */
bool	freebsd_has(struct ctx *, struct kernel *, enum freebsd_member);
/* The size of a structure; E_NO_TYPE. */
int	freebsd_size(struct ctx *, struct kernel *, const char *type,
	    uint64_t *);

/* freebsd_procs.c */
int	freebsd_procs(struct ctx *, struct kernel *, unsigned flags,
	    int (*fn)(void *, struct ctx *, const struct os_proc *), void *);
int	freebsd_proc(struct ctx *, struct kernel *, int tid, struct arena *,
	    struct os_proc *);
int	freebsd_current(struct ctx *, struct kernel *, int cpu, uint64_t *task);

/* freebsd_user.c */
int	freebsd_proc_space(struct ctx *, struct kernel *,
	    const struct os_proc *, struct space *);
int	freebsd_args(struct ctx *, struct kernel *, const struct os_proc *,
	    bool env, int (*fn)(void *, struct ctx *, const char *, size_t),
	    void *);

/* freebsd_files.c */
int	freebsd_files(struct ctx *, struct kernel *, const struct os_proc *,
	    int (*fn)(void *, struct ctx *, const struct os_file *), void *);
/*
 * The path of a vnode, as far as the name cache has it: "..." stands before
 * what is all that is known.  E_NOT_FOUND: nothing is.
 */
int	freebsd_vnode_path(struct ctx *, struct kernel *, uint64_t vnode,
	    char *buf, size_t size);
extern const struct os_bit freebsd_open_flags[];

/* freebsd_maps.c */
int	freebsd_maps(struct ctx *, struct kernel *, const struct os_proc *,
	    int (*fn)(void *, struct ctx *, const struct os_map *), void *);

/* freebsd_cpu.c */
int	freebsd_cpus(struct ctx *, struct kernel *, unsigned *ids,
	    unsigned *online);
int	freebsd_cpu(struct ctx *, struct kernel *, int cpu, struct os_cpu *);
int	freebsd_cptime(struct ctx *, struct kernel *, int cpu,
	    struct os_cptime *);

/* freebsd_frames.c */
int	freebsd_frames(struct ctx *, struct kernel *, const struct os_proc *,
	    int (*fn)(void *, struct ctx *, const struct os_frame *), void *);

/* Where a thread's registers were saved, and in which form. */
int	freebsd_pcb(struct ctx *, struct kernel *, const struct os_proc *,
	    const struct freebsd_pcb **, uint64_t *addr);

/* freebsd_core.c */
int	freebsd_core_notes(struct ctx *, struct kernel *, struct buf *);

/* freebsd_log.c */
int	freebsd_log(struct ctx *, struct kernel *,
	    int (*fn)(void *, struct ctx *, const struct os_log *), void *);
/*
 * Cut a message buffer's bytes, oldest first, into lines: pieces are the
 * ring's, up to two.  Exposed for tests.
 */
int	freebsd_log_lines(struct ctx *, const char *, size_t,
	    int (*fn)(void *, struct ctx *, const struct os_log *), void *);

/* freebsd_info.c */
int	freebsd_info(struct ctx *, struct kernel *, struct arena *,
	    struct os_info *);
int	freebsd_load(struct ctx *, struct kernel *, struct os_load *);
int	freebsd_swaps(struct ctx *, struct kernel *,
	    int (*fn)(void *, struct ctx *, const struct os_swap *), void *);
void	freebsd_debug_facts(struct ctx *, struct kernel *, const char *module,
	    struct debug_facts *);
int	freebsd_modules(struct ctx *, struct kernel *,
	    int (*fn)(void *, struct ctx *, const struct os_module *), void *);

#endif
