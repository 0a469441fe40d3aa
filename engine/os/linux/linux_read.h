/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the readers of Linux share: members by name, structures read whole,
 * roots, CPUs.  The readers themselves are the slots of struct os_ops.
 */
#ifndef ENGINE_OS_LINUX_LINUX_READ_H
#define ENGINE_OS_LINUX_LINUX_READ_H

#include "base/arena.h"
#include "engine/os/linux/linux.h"

/*
 * The members that the readers want: T(structure's id, its type's name), then
 * M(structure's id, member's id, path).  A path may hold alternatives, the
 * newest kernels' first: "__state|state".  A member that this kernel lacks
 * costs the cell that wanted it, nothing more.  Keep to each structure what is
 * always read together: its bytes from the first to the last member come in
 * one read.
 */
#define LINUX_LAYOUT(T, M)						\
	T(TASK, "struct task_struct")					\
	M(TASK, STATE, "__state|state")					\
	M(TASK, STACK, "stack")						\
	M(TASK, FLAGS, "flags")						\
	M(TASK, CPU, "thread_info.cpu|cpu")				\
	M(TASK, LAST_RUN, "sched_info.last_arrival|se.exec_start")	\
	M(TASK, TASKS, "tasks")						\
	M(TASK, MM, "mm")						\
	M(TASK, EXIT_STATE, "exit_state")				\
	M(TASK, PID, "pid")						\
	M(TASK, TGID, "tgid")						\
	M(TASK, PARENT, "real_parent")					\
	M(TASK, PID_LINK, "pid_links[0]|pids[0].node")			\
	M(TASK, THREAD_NODE, "thread_node")				\
	M(TASK, KTHREAD, "worker_private|set_child_tid")		\
	M(TASK, START, "start_boottime|real_start_time")		\
	M(TASK, CRED, "real_cred")					\
	M(TASK, COMM, "comm")						\
	M(TASK, SIGNAL, "signal")					\
	M(TASK, ON_CPU, "on_cpu")					\
	M(TASK, NVCSW, "nvcsw")						\
	M(TASK, NIVCSW, "nivcsw")					\
	/* And those by which all of them are found. */			\
	T(LINKS, "struct task_struct")					\
	M(LINKS, NEXT, "tasks.next")					\
	M(LINKS, PREV, "tasks.prev")					\
	M(LINKS, PID, "pid")						\
	M(LINKS, TGID, "tgid")						\
	M(LINKS, LEADER, "group_leader")				\
	/* Members of the same structure that are read alone. */	\
	T(TASK_ALONE, "struct task_struct")				\
	M(TASK_ALONE, THREAD_GROUP, "thread_group")			\
	M(TASK_ALONE, SP, "thread.sp|thread.cpu_context.sp")		\
	M(TASK_ALONE, FP, "thread.cpu_context.fp")			\
	M(TASK_ALONE, PC, "thread.cpu_context.pc")			\
	M(TASK_ALONE, X19, "thread.cpu_context.x19")			\
	M(TASK_ALONE, X20, "thread.cpu_context.x20")			\
	M(TASK_ALONE, X21, "thread.cpu_context.x21")			\
	M(TASK_ALONE, X22, "thread.cpu_context.x22")			\
	M(TASK_ALONE, X23, "thread.cpu_context.x23")			\
	M(TASK_ALONE, X24, "thread.cpu_context.x24")			\
	M(TASK_ALONE, X25, "thread.cpu_context.x25")			\
	M(TASK_ALONE, X26, "thread.cpu_context.x26")			\
	M(TASK_ALONE, X27, "thread.cpu_context.x27")			\
	M(TASK_ALONE, X28, "thread.cpu_context.x28")			\
	M(TASK_ALONE, FILES, "files")					\
	M(TASK_ALONE, THREAD_PID, "thread_pid")				\
	M(TASK_ALONE, NSPROXY, "nsproxy")				\
	M(TASK_ALONE, WAIT_PI, "pi_blocked_on")				\
	M(TASK_ALONE, WAIT_MUTEX, "blocked_on")				\
	/* Locks, and what waits for them on the stacks of tasks. */	\
	T(MUTEX_WAITER, "struct mutex_waiter")				\
	M(MUTEX_WAITER, LIST, "list")					\
	M(MUTEX_WAITER, TASK, "task")					\
	T(MUTEX, "struct mutex")					\
	M(MUTEX, OWNER, "owner")					\
	M(MUTEX, WAITERS, "wait_list")					\
	T(RWSEM_WAITER, "struct rwsem_waiter")				\
	M(RWSEM_WAITER, LIST, "list")					\
	M(RWSEM_WAITER, TASK, "task")					\
	T(RWSEM, "struct rw_semaphore")					\
	M(RWSEM, OWNER, "owner")					\
	M(RWSEM, WAITERS, "wait_list")					\
	T(SEMAPHORE_WAITER, "struct semaphore_waiter")			\
	M(SEMAPHORE_WAITER, LIST, "list")				\
	M(SEMAPHORE_WAITER, TASK, "task")				\
	T(SEMAPHORE, "struct semaphore")				\
	M(SEMAPHORE, OWNER, "last_holder")				\
	M(SEMAPHORE, WAITERS, "wait_list")				\
	T(WAIT_ENTRY, "struct wait_queue_entry")			\
	M(WAIT_ENTRY, LIST, "entry")					\
	M(WAIT_ENTRY, TASK, "private")					\
	T(PERCPU_RWSEM, "struct percpu_rw_semaphore")			\
	M(PERCPU_RWSEM, OWNER, "writer.task")				\
	M(PERCPU_RWSEM, WAITERS, "waiters.head")			\
	T(RT_WAITER, "struct rt_mutex_waiter")				\
	M(RT_WAITER, LOCK, "lock")					\
	T(RT_MUTEX, "struct rt_mutex_base")				\
	M(RT_MUTEX, OWNER, "owner")					\
	T(RT_MUTEX_OLD, "struct rt_mutex")				\
	M(RT_MUTEX_OLD, OWNER, "owner")					\
	T(NSPROXY, "struct nsproxy")					\
	M(NSPROXY, UTS, "uts_ns")					\
	T(SIGNAL, "struct signal_struct")				\
	M(SIGNAL, THREADS, "thread_head")				\
	/* Who a process belongs to, and what it has used. */		\
	T(USAGE, "struct task_struct")					\
	M(USAGE, PRIO, "prio")						\
	M(USAGE, STATIC_PRIO, "static_prio")				\
	M(USAGE, ON_CPU, "on_cpu")					\
	M(USAGE, RUN, "se.sum_exec_runtime")				\
	M(USAGE, EXIT_CODE, "exit_code")				\
	M(USAGE, PARENT, "parent")					\
	M(USAGE, PTRACE, "ptrace")					\
	M(USAGE, UTIME, "utime")					\
	M(USAGE, STIME, "stime")					\
	M(USAGE, NVCSW, "nvcsw")					\
	M(USAGE, NIVCSW, "nivcsw")					\
	M(USAGE, MINFLT, "min_flt")					\
	M(USAGE, MAJFLT, "maj_flt")					\
	T(GROUP, "struct signal_struct")				\
	M(GROUP, THREADS, "nr_threads")					\
	M(GROUP, PGRP, "pids[2]")					\
	M(GROUP, SESSION, "pids[3]")					\
	M(GROUP, TTY, "tty")						\
	M(GROUP, UTIME, "utime")					\
	M(GROUP, STIME, "stime")					\
	M(GROUP, NVCSW, "nvcsw")					\
	M(GROUP, NIVCSW, "nivcsw")					\
	M(GROUP, MINFLT, "min_flt")					\
	M(GROUP, MAJFLT, "maj_flt")					\
	M(GROUP, CUTIME, "cutime")					\
	M(GROUP, CSTIME, "cstime")					\
	M(GROUP, CNVCSW, "cnvcsw")					\
	M(GROUP, CNIVCSW, "cnivcsw")					\
	M(GROUP, CMINFLT, "cmin_flt")					\
	M(GROUP, CMAJFLT, "cmaj_flt")					\
	M(GROUP, RUN, "sum_sched_runtime")				\
	M(GROUP, MAXRSS, "maxrss")					\
	T(NR, "struct pid")						\
	M(NR, NR, "numbers[0].nr")					\
	M(NR, NS, "numbers[0].ns")					\
	T(TTY, "struct tty_struct")					\
	M(TTY, DRIVER, "driver")					\
	M(TTY, INDEX, "index")						\
	M(TTY, PGRP, "ctrl.pgrp|pgrp")					\
	T(TTY_DRIVER, "struct tty_driver")				\
	M(TTY_DRIVER, MAJOR, "major")					\
	M(TTY_DRIVER, MINOR, "minor_start")				\
	T(OWNER, "struct cred")						\
	M(OWNER, UID, "uid.val|uid")					\
	M(OWNER, GID, "gid.val|gid")					\
	M(OWNER, SUID, "suid.val|suid")					\
	M(OWNER, SGID, "sgid.val|sgid")					\
	M(OWNER, EGID, "egid.val|egid")					\
	M(OWNER, GROUPS, "group_info")					\
	T(GROUPS, "struct group_info")					\
	M(GROUPS, N, "ngroups")						\
	M(GROUPS, GID, "gid")						\
	T(SIZES, "struct mm_struct")					\
	M(SIZES, EXEC, "exec_vm")					\
	M(SIZES, DATA, "data_vm")					\
	M(SIZES, STACK, "stack_vm")					\
	M(SIZES, PEAK, "hiwater_rss")					\
	T(CRED, "struct cred")						\
	M(CRED, EUID, "euid.val|euid")					\
	T(KTHREAD, "struct kthread")					\
	M(KTHREAD, DATA, "data")					\
	M(KTHREAD, FULL_NAME, "full_name")				\
	T(WORKER, "struct worker")					\
	M(WORKER, DESC, "desc")						\
	M(WORKER, FUNC, "current_func")					\
	M(WORKER, LAST_FUNC, "last_func")				\
	T(PIDS, "struct pid_namespace")					\
	M(PIDS, IDR, "idr.idr_rt")					\
	T(PID, "struct pid")						\
	M(PID, TASK, "tasks[0].first")					\
	T(INACTIVE, "struct inactive_task_frame")			\
	M(INACTIVE, BP, "bp")						\
	M(INACTIVE, RET, "ret_addr")					\
	M(INACTIVE, BX, "bx")						\
	M(INACTIVE, R12, "r12")						\
	M(INACTIVE, R13, "r13")						\
	M(INACTIVE, R14, "r14")						\
	M(INACTIVE, R15, "r15")						\
	T(SAVED, "struct pt_regs")					\
	M(SAVED, RECORD, "stackframe")					\
	M(SAVED, ALL, "user_regs")					\
	T(RQ, "struct rq")						\
	M(RQ, RUNNING, "nr_running")					\
	T(RQ_IDLE, "struct rq")						\
	M(RQ_IDLE, IDLE, "idle")					\
	M(RQ_IDLE, CURR, "curr|donor")					\
	T(CPUSTAT, "struct kernel_cpustat")				\
	M(CPUSTAT, STATES, "cpustat")					\
	T(TICK, "struct tick_sched")					\
	M(TICK, IDLE, "idle_sleeptime")					\
	M(TICK, IOWAIT, "iowait_sleeptime")				\
	T(HOT, "struct pcpu_hot")					\
	M(HOT, CURRENT, "current_task")					\
	/* Memory of a process. */					\
	T(MM, "struct mm_struct")					\
	M(MM, PGD, "pgd")						\
	M(MM, USERS, "mm_users")					\
	M(MM, TOTAL_VM, "total_vm")					\
	M(MM, START_BRK, "start_brk")					\
	M(MM, BRK, "brk")						\
	M(MM, START_STACK, "start_stack")				\
	M(MM, ARG_START, "arg_start")					\
	M(MM, ARG_END, "arg_end")					\
	M(MM, ENV_START, "env_start")					\
	M(MM, ENV_END, "env_end")					\
	M(MM, RSS_ARRAY, "rss_stat.count")				\
	M(MM, RSS_COUNT, "rss_stat[0].count")				\
	M(MM, RSS_CPUS, "rss_stat[0].counters")				\
	M(MM, RSS_SECOND, "rss_stat[1].count")				\
	T(VMAS, "struct mm_struct")					\
	M(VMAS, TREE, "mm_mt")						\
	M(VMAS, LIST, "mmap")						\
	T(VMA, "struct vm_area_struct")					\
	M(VMA, START, "vm_start")					\
	M(VMA, END, "vm_end")						\
	M(VMA, FLAGS, "vm_flags")					\
	M(VMA, NEXT, "vm_next")						\
	M(VMA, MM, "vm_mm")						\
	M(VMA, OPS, "vm_ops")						\
	M(VMA, PGOFF, "vm_pgoff")					\
	M(VMA, FILE, "vm_file")						\
	M(VMA, PRIVATE, "vm_private_data")				\
	M(VMA, ANON_NAME, "anon_name")					\
	M(VMA, SHARED, "shared")					\
	T(VM_OPS, "struct vm_operations_struct")			\
	M(VM_OPS, NAME, "name")						\
	T(SPECIAL, "struct vm_special_mapping")				\
	M(SPECIAL, NAME, "name")					\
	T(ANON_NAME, "struct anon_vma_name")				\
	M(ANON_NAME, NAME, "name")					\
	/* Paths. */							\
	T(FILE, "struct file")						\
	M(FILE, MNT, "f_path.mnt")					\
	M(FILE, DENTRY, "f_path.dentry")				\
	M(FILE, FLAGS, "f_flags")					\
	M(FILE, INODE, "f_inode")					\
	T(FILES, "struct files_struct")					\
	M(FILES, TABLE, "fdt")						\
	T(FDTABLE, "struct fdtable")					\
	M(FDTABLE, MAX, "max_fds")					\
	M(FDTABLE, FD, "fd")						\
	T(DENTRY, "struct dentry")					\
	M(DENTRY, HASHED, "d_hash.pprev")				\
	M(DENTRY, PARENT, "d_parent")					\
	M(DENTRY, LEN, "d_name.len")					\
	M(DENTRY, NAME, "d_name.name")					\
	M(DENTRY, INODE, "d_inode")					\
	M(DENTRY, OPS, "d_op")						\
	T(DENTRY_OPS, "struct dentry_operations")			\
	M(DENTRY_OPS, DNAME, "d_dname")					\
	T(INODE, "struct inode")					\
	M(INODE, INO, "i_ino")						\
	M(INODE, MODE, "i_mode")					\
	T(MOUNT, "struct mount")					\
	M(MOUNT, PARENT, "mnt_parent")					\
	M(MOUNT, POINT, "mnt_mountpoint")				\
	M(MOUNT, MNT, "mnt")						\
	M(MOUNT, ROOT, "mnt.mnt_root")					\
	/* Swap, memory, time. */					\
	T(SWAP, "struct swap_info_struct")				\
	M(SWAP, FLAGS, "flags")						\
	M(SWAP, PRIO, "prio")						\
	M(SWAP, MAP, "swap_map")					\
	M(SWAP, PAGES, "pages")						\
	M(SWAP, INUSE, "inuse_pages")					\
	M(SWAP, FILE, "swap_file")					\
	T(PGDAT, "struct pglist_data")					\
	M(PGDAT, ZONES, "node_zones")					\
	T(ZONE, "struct zone")						\
	M(ZONE, LOW, "_watermark[1]")					\
	M(ZONE, BOOST, "watermark_boost")				\
	T(TIME, "struct timekeeper")					\
	M(TIME, CLOCK, "tkr_mono.clock")				\
	M(TIME, SHIFT, "tkr_mono.shift")				\
	M(TIME, NSEC, "tkr_mono.xtime_nsec")				\
	M(TIME, BASE, "tkr_mono.base")					\
	M(TIME, XTIME_SEC, "xtime_sec")					\
	M(TIME, BOOT, "offs_boot")					\
	T(TK_DATA, "struct tk_data")					\
	M(TK_DATA, TIMEKEEPER, "timekeeper")				\
	/* Names. */							\
	T(UTS, "struct uts_namespace")					\
	M(UTS, NODENAME, "name.nodename")				\
	M(UTS, RELEASE, "name.release")					\
	M(UTS, VERSION, "name.version")					\
	M(UTS, MACHINE, "name.machine")					\
	/* The log. */							\
	T(LOG, "struct printk_ringbuffer")				\
	M(LOG, COUNT_BITS, "desc_ring.count_bits")			\
	M(LOG, DESCS, "desc_ring.descs")				\
	M(LOG, INFOS, "desc_ring.infos")				\
	M(LOG, HEAD, "desc_ring.head_id")				\
	M(LOG, TAIL, "desc_ring.tail_id")				\
	M(LOG, SIZE_BITS, "text_data_ring.size_bits")			\
	M(LOG, DATA, "text_data_ring.data")				\
	T(LOG_DESC, "struct prb_desc")					\
	M(LOG_DESC, STATE, "state_var")					\
	M(LOG_DESC, BEGIN, "text_blk_lpos.begin")			\
	M(LOG_DESC, NEXT, "text_blk_lpos.next")				\
	T(LOG_INFO, "struct printk_info")				\
	M(LOG_INFO, SEQ, "seq")						\
	M(LOG_INFO, NS, "ts_nsec")					\
	M(LOG_INFO, LEN, "text_len")					\
	M(LOG_INFO, FACILITY, "facility")				\
	M(LOG_INFO, LEVEL, "level")					\
	M(LOG_INFO, CALLER, "caller_id")				\
	/* Modules. */							\
	T(MODULE, "struct module")					\
	M(MODULE, STATE, "state")					\
	M(MODULE, LIST, "list")						\
	M(MODULE, NAME, "name")						\
	M(MODULE, CORE_BASE, "core_layout.base|module_core")		\
	M(MODULE, CORE_SIZE, "core_layout.size|core_size")		\
	M(MODULE, INIT_BASE, "init_layout.base|module_init")		\
	M(MODULE, INIT_SIZE, "init_layout.size|init_size")		\
	M(MODULE, DATA_BASE, "data_layout.base")			\
	M(MODULE, DATA_SIZE, "data_layout.size")			\
	M(MODULE, MEM, "mem")						\
	M(MODULE, USERS, "source_list")					\
	M(MODULE, REFS, "refcnt")					\
	T(MODULE_ORC, "struct module")					\
	M(MODULE_ORC, NUM, "arch.num_orcs")				\
	M(MODULE_ORC, IP, "arch.orc_unwind_ip")				\
	M(MODULE_ORC, RULE, "arch.orc_unwind")				\
	T(MODULE_MEM, "struct module_memory")				\
	M(MODULE_MEM, BASE, "base")					\
	M(MODULE_MEM, SIZE, "size")					\
	T(MODULE_USE, "struct module_use")				\
	M(MODULE_USE, LIST, "source_list")				\
	M(MODULE_USE, SOURCE, "source")					\
	/* Pages. */							\
	T(PAGE, "struct page")						\
	M(PAGE, FLAGS, "flags.f|flags")					\
	M(PAGE, HEAD, "compound_head|compound_info")			\
	M(PAGE, MAPPING, "mapping")					\
	M(PAGE, TYPE, "page_type")					\
	M(PAGE, CACHE, "slab_cache")					\
	M(PAGE, FREE, "freelist")					\
	M(PAGE, OBJECTS, "objects")					\
	T(SLAB, "struct slab")						\
	M(SLAB, CACHE, "slab_cache")					\
	M(SLAB, FREE, "freelist")					\
	M(SLAB, OBJECTS, "objects")					\
	T(CACHE, "struct kmem_cache")					\
	M(CACHE, NAME, "name")						\
	M(CACHE, LIST, "list")						\
	M(CACHE, SIZE, "size")						\
	M(CACHE, OBJECT_SIZE, "object_size")				\
	M(CACHE, OFFSET, "offset")					\
	M(CACHE, RANDOM, "random")					\
	M(CACHE, LEFT, "red_left_pad")					\
	M(CACHE, CPUS, "cpu_slab")					\
	M(CACHE, SHEAVES, "cpu_sheaves")				\
	T(CACHE_CPU, "struct kmem_cache_cpu")				\
	M(CACHE_CPU, SLAB, "slab|page")					\
	M(CACHE_CPU, FREE, "freelist")					\
	T(PCPU_CHUNK, "struct pcpu_chunk")				\
	M(PCPU_CHUNK, BASE, "base_addr")				\
	M(PCPU_CHUNK, PAGES, "nr_pages")				\
	M(PCPU_CHUNK, UNUSED, "end_offset")

#define LINUX_NOTHING(...)
#define LINUX_TYPE_ID(t, name)		LT_##t,
#define LINUX_MEMBER_ID(t, m, path)	LM_##t##_##m,
enum linux_type { LINUX_LAYOUT(LINUX_TYPE_ID, LINUX_NOTHING) LINUX_TYPES };
enum linux_member { LINUX_LAYOUT(LINUX_NOTHING, LINUX_MEMBER_ID) LINUX_MEMBERS };

/* Where a member of this kernel lies. */
struct linux_place {
	uint32_t	 offset, size;	/* bytes */
	uint8_t		 bit_offset, bit_size;
	int		 status;	/* OK, E_NO_TYPE, E_NO_MEMBER, E_NOMEM */
};

/* struct linux_os.members; made when the first member is wanted. */
void	linux_members_destroy(struct linux_members *);

/* The bytes of a structure, 0 when this kernel has none of that name. */
uint64_t linux_size(struct kernel *, enum linux_type);
/* Never NULL: see its status. */
const struct linux_place *linux_place(struct kernel *, enum linux_member);
bool	linux_has(struct kernel *, enum linux_member);
/* An enumerator by name: linux_enum(.., "zone_stat_item", "NR_FREE_PAGES", &v). */
int	linux_enum(struct ctx *, struct kernel *, const char *type,
	    const char *name, int64_t *ret);

/*
 * One structure in memory.  The bytes of its members are copied by one read;
 * where that fails (a page is missing) each member is read by itself, so that
 * only those in the missing page are lost.
 */
struct linux_obj {
	struct kernel	*k;
	enum linux_type	 type;
	uint64_t	 addr;
	uint32_t	 lo, hi;	/* its members lie in [lo, hi) */
	uint8_t		*bytes;		/* room for them */
	bool		 whole;		/* bytes hold them */
};

int	linux_obj_init(struct ctx *, struct linux_obj *, struct kernel *,
	    enum linux_type);		/* E_NO_TYPE, E_NOMEM */
void	linux_obj_fini(struct linux_obj *);
/* Read the one at addr; the reason when it cannot be had whole. */
int	linux_obj_at(struct ctx *, struct linux_obj *, uint64_t addr);
/* A member as an integer: bit-fields and structures of up to 8 bytes too. */
int	linux_u64(struct ctx *, const struct linux_obj *, enum linux_member,
	    uint64_t *);
int	linux_s64(struct ctx *, const struct linux_obj *, enum linux_member,
	    int64_t *);
/* n bytes of the structure from an offset on. */
int	linux_obj_bytes(struct ctx *, const struct linux_obj *, uint64_t off,
	    void *, size_t n);
/* The text of a char array; a copy in the arena. */
int	linux_obj_text(struct ctx *, const struct linux_obj *,
	    enum linux_member, struct arena *, const char **);
/* One member of one structure, read alone. */
int	linux_member(struct ctx *, struct kernel *, uint64_t addr,
	    enum linux_member, uint64_t *);

/*
 * A run of kernel memory, copied whole when that can be, else piecewise as it
 * is asked for.
 */
struct linux_span {
	struct kernel	*k;
	uint64_t	 addr, len;
	uint8_t		*bytes;		/* NULL: read each piece */
};
int	linux_span_open(struct ctx *, struct linux_span *, struct kernel *,
	    uint64_t addr, uint64_t len);
void	linux_span_close(struct linux_span *);
/* n bytes at an offset; E_CORRUPT beyond the end. */
int	linux_span_get(struct ctx *, const struct linux_span *, uint64_t off,
	    void *, size_t n);

/* Text at a pointer, at most max bytes; a copy in the arena. */
int	linux_text(struct ctx *, struct kernel *, uint64_t addr, size_t max,
	    struct arena *, const char **);
/* A pointer that a container keeps: the object around an embedded member. */
int	linux_around(struct ctx *, struct kernel *, enum linux_member,
	    uint64_t embedded, uint64_t *object);

/*
 * The address of a root: a symbol of the kernel itself, else what VMCOREINFO or
 * linux_find_roots knows.  E_NO_SYMBOL.
 */
int	linux_root(struct ctx *, struct kernel *, const char *name,
	    uint64_t *addr);
/* An integer variable of 4 or 8 bytes. */
int	linux_var(struct ctx *, struct kernel *, const char *name,
	    unsigned size, uint64_t *);

/* CPUs: masks are bitmaps of nr_cpu_ids bits. */
#define LINUX_CPUS_MAX	8192		/* the largest NR_CPUS of any Kconfig */
struct linux_cpus {
	uint64_t	 bits[LINUX_CPUS_MAX / 64];
	unsigned	 n;		/* nr_cpu_ids */
};
/* mask: "__cpu_possible_mask", "__cpu_present_mask", ... */
int	linux_cpus(struct ctx *, struct kernel *, const char *mask,
	    struct linux_cpus *);
/* Those at work, or stopped by a panic: that takes them out of the mask. */
int	linux_cpus_online(struct ctx *, struct kernel *, struct linux_cpus *);
/* The next CPU at or after "cpu" that is in the mask, -1 for none. */
int	linux_cpu_next(const struct linux_cpus *, int cpu);
unsigned linux_cpu_count(const struct linux_cpus *);
/* What to add to a per-CPU symbol's address to have this CPU's copy. */
int	linux_percpu(struct ctx *, struct kernel *, int cpu, uint64_t *offset);

/* The page size of the kernel, bytes. */
uint64_t linux_page_size(const struct kernel *);

/*
 * The path of a struct file as d_path() writes it, seen from the root of its
 * mount namespace, " (deleted)" included.
 */
int	linux_path_at(struct ctx *, struct kernel *, uint64_t mnt,
	    uint64_t dentry, struct arena *, const char **ret);
int	linux_path(struct ctx *, struct kernel *, uint64_t file, struct arena *,
	    const char **);

/*
 * linux_task.c: one task told.  The reader holds what several tasks share;
 * texts go to its arena.
 */
struct linux_task_reader {
	struct kernel	*k;
	struct arena	*arena;
	bool		 usage;		/* all of struct os_proc is wanted */
	struct linux_obj task, mm, used;
	uint64_t	*percpu;	/* offsets of all CPUs */
	size_t		 ncpus;
};
int	linux_task_init(struct ctx *, struct linux_task_reader *,
	    struct kernel *, struct arena *, bool usage);
void	linux_task_fini(struct linux_task_reader *);
/*
 * linux_usage.c: what it and its process have used, and who they belong to.
 */
void	linux_task_usage(struct ctx *, struct linux_task_reader *,
	    struct os_proc *);
/* Fails only where not even its pid can be read. */
int	linux_task_read(struct ctx *, struct linux_task_reader *, uint64_t task,
	    struct os_proc *);
/* The state's letter as in /proc/PID/stat. */
char	linux_state(uint64_t state, uint64_t exit_state);
/* The bytes of a kernel stack. */
uint64_t linux_stack_size(struct ctx *, struct kernel *);
/*
 * linux_kept.c: what is kept of a task of a kernel that runs, until it has run
 * itself; in a dump nothing is.  Texts go to the arena.
 */
enum {
	LINUX_KEPT_WCHAN = 1, LINUX_KEPT_UID = 2, LINUX_KEPT_THREAD = 4,
	LINUX_KEPT_PARENT = 8
};
struct linux_kept {
	unsigned	 known;		/* which of these */
	bool		 fresh;		/* more than was kept */
	uint64_t	 parent;	/* the task whose number ppid is */
	int		 ppid;
	const char	*wchan;
	uint64_t	 uid;
	const char	*name, *work;	/* of a kernel's thread; "": none */
};
struct linux_slots;
void	linux_kept_destroy(struct linux_slots *);
void	linux_kept_get(struct kernel *, const struct os_proc *, struct arena *,
	    struct linux_kept *);
void	linux_kept_put(struct kernel *, const struct os_proc *,
	    const struct linux_kept *);
/* Arguments: each ends in a NUL.  False: they are not kept. */
bool	linux_kept_args(struct kernel *, const struct os_proc *, struct buf *);
void	linux_keep_args(struct kernel *, const struct os_proc *,
	    const struct buf *);
/*
 * linux_wchan.c: the function in which a task that is not running sleeps, ""
 * when its stack does not tell.
 */
int	linux_wchan(struct ctx *, struct kernel *, const struct os_proc *,
	    const char **);

/* The letters that an oops shows for these bits of tainted_mask. */
const char *linux_taint(struct arena *, uint64_t mask);
/* The linker's note, "GNU" type 3, among ELF notes: in hex, or NULL. */
void	linux_debug_facts(struct ctx *, struct kernel *, const char *module,
	    struct debug_facts *);
/* linux_sections.c: of a module, and where its sections lie. */
void	linux_module_facts(struct ctx *, struct kernel *, const char *name,
	    struct debug_facts *);
const char *linux_build_id(struct arena *, const void *notes, size_t n, bool be);
/* What kind of file these bits of i_mode mean: "regular", ... */
const char *linux_file_type(uint64_t mode);

/* Parts of linux_info(). */
void	linux_mem_info(struct ctx *, struct kernel *, struct os_info *);
void	linux_panic_info(struct ctx *, struct kernel *, struct arena *,
	    struct os_info *);

/* The slots of struct os_ops, see engine/os/os.h. */
int	linux_info(struct ctx *, struct kernel *, struct arena *,
	    struct os_info *);
int	linux_procs(struct ctx *, struct kernel *, unsigned flags,
	    int (*fn)(void *, struct ctx *, const struct os_proc *), void *);
int	linux_proc(struct ctx *, struct kernel *, int tid, struct arena *,
	    struct os_proc *);
int	linux_args(struct ctx *, struct kernel *, const struct os_proc *,
	    bool env, int (*fn)(void *, struct ctx *, const char *, size_t),
	    void *);
int	linux_proc_space(struct ctx *, struct kernel *, const struct os_proc *,
	    struct space *);
int	linux_maps(struct ctx *, struct kernel *, const struct os_proc *,
	    int (*fn)(void *, struct ctx *, const struct os_map *), void *);
int	linux_files(struct ctx *, struct kernel *, const struct os_proc *,
	    int (*fn)(void *, struct ctx *, const struct os_file *), void *);
int	linux_frames(struct ctx *, struct kernel *, const struct os_proc *,
	    int (*fn)(void *, struct ctx *, const struct os_frame *), void *);
int	linux_waits(struct ctx *, struct kernel *, const struct os_proc *,
	    struct os_wait *);
int	linux_swaps(struct ctx *, struct kernel *,
	    int (*fn)(void *, struct ctx *, const struct os_swap *), void *);
int	linux_load(struct ctx *, struct kernel *, struct os_load *);
int	linux_log(struct ctx *, struct kernel *,
	    int (*fn)(void *, struct ctx *, const struct os_log *), void *);
int	linux_modules(struct ctx *, struct kernel *,
	    int (*fn)(void *, struct ctx *, const struct os_module *), void *);
/*
 * What a module occupies: calls fn for each stretch that it has, the core's text
 * first; fn returns 0 to go on.  What cannot be read is left out.
 */
int	linux_module_places(struct ctx *, struct kernel *, uint64_t module,
	    int (*fn)(void *, struct ctx *, uint64_t base, uint64_t size),
	    void *);
int	linux_digest(struct ctx *, struct kernel *, uint64_t *);
int	linux_current(struct ctx *, struct kernel *, int cpu, uint64_t *task);
int	linux_cpu_ids(struct ctx *, struct kernel *, unsigned *ids,
	    unsigned *online);
int	linux_cpu(struct ctx *, struct kernel *, int cpu, struct os_cpu *);
int	linux_cptime(struct ctx *, struct kernel *, int cpu,
	    struct os_cptime *);
int	linux_direct_map(struct ctx *, struct kernel *, uint64_t *base,
	    uint64_t *end, uint64_t *phys);
/* linux_patch.c: os_ops.patches. */
int	linux_patches(struct ctx *, struct kernel *, uint64_t from, uint64_t to,
	    int (*fn)(void *, struct ctx *, uint64_t, uint64_t, const char *),
	    void *);
/*
 * linux_slab.c.  Where the struct page of frame 0 is; false: not known (x86-64
 * and arm64 have a vmemmap).
 */
bool	linux_page_map(struct ctx *, struct kernel *, uint64_t *);
/* Is a page a slab's?  A flag up to 6.9, a type of page since (46df8e73a4a3). */
struct linux_slab_test {
	enum {
		SLAB_BY_FLAG,
		SLAB_BY_TYPE,		/* 6.11 on: the upper byte */
		SLAB_BY_BIT,		/* between: a bit that is cleared */
	}		 by;
	int64_t		 v;
};
bool	linux_slab_test(struct ctx *, struct kernel *, struct linux_slab_test *);
bool	linux_is_slab(const struct linux_slab_test *, uint64_t page_flags,
	    uint64_t page_type);
/* The struct kmem_cache of a slab's (first) page. */
int	linux_slab_cache(struct ctx *, struct kernel *, uint64_t page,
	    uint64_t *);
/* Of the object around addr; base is where the slab's memory begins. */
enum os_object_state linux_object_state(struct ctx *, struct kernel *,
	    uint64_t cache, uint64_t page, uint64_t base, uint64_t addr);
int	linux_objects(struct ctx *, struct kernel *, const char *cache,
	    int (*fn)(void *, struct ctx *, const struct os_object *), void *);
/* linux_natural.c */
void	linux_natural(struct ctx *, struct kernel *, const struct os_field *,
	    struct buf *);
/* "ENOENT" of 2; NULL: no such error. */
const char *linux_errno(uint64_t);
/*
 * linux_wild.c: what an address that has no memory tells by itself ("null +
 * 0x18"), kept in the arena; NULL: nothing.
 */
const char *linux_wild(const struct kernel *, uint64_t addr, struct arena *);
int	linux_what(struct ctx *, struct kernel *, uint64_t addr, struct arena *,
	    int (*fn)(void *, struct ctx *, const char *kind, const char *what,
	    uint64_t base), void *);

#endif
