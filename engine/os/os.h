/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a system keeps where.  One const struct os_ops per system; slots that a
 * system lacks are NULL and the wrappers in os.c say so (E_UNSUPPORTED).
 *
 * Iterators call fn for each item; fn returns 0 to go on, anything else ends
 * the walk and is returned.  Items are valid during the call only.  A member
 * that cannot be read does not end a walk: its "has" status says why (OK or a
 * reason).  A walk that had to stop early returns its reason after the items.
 */
#ifndef ENGINE_OS_OS_H
#define ENGINE_OS_OS_H

#include "arch/unwind.h"
#include "engine/kernel.h"

/*
 * An address of a structure that is there, but that nobody is told: those of
 * the running kernel where its memory is out of reach.
 */
#define OS_UNKNOWN	UINT64_MAX

/* A number that may be missing: status OK or the reason. */
struct os_u64 {
	uint64_t v;
	int	 status;
};
struct os_double {
	double	 v;			/* seconds */
	int	 status;
};
struct os_text {
	const char *s;			/* any bytes, NUL-ended */
	int	 status;
};

struct os_info {
	struct os_text	 os, release, version, build_id, machine, hostname, cmdline;
	struct os_text	 taint;		/* letters as in an oops: "G  W"; "" = not tainted */
	struct os_u64	 levels, kaslr, cpus, cpus_present;
	struct os_double uptime;	/* s since boot */
	struct os_double crash_time;	/* s since the epoch */
	struct os_double boot_time;	/* s since the epoch */
	struct os_u64	 mem_total, mem_free, mem_available;	/* bytes */
	struct os_u64	 swap_total, swap_free;			/* bytes */
	struct os_text	 panic;		/* message; NO_... E_NOT_FOUND: no panic */
	struct os_u64	 panic_cpu, panic_pid, panic_ip;
	struct os_text	 panic_comm;
};

#define OS_GROUPS_MAX	16

/* status counts for all of them. */
struct os_usage {
	double		 run;		/* s on a CPU, as the scheduler counts */
	double		 user, system;	/* s, as ticks find it */
	uint64_t	 minflt, majflt, nvcsw, nivcsw;
	int		 status;
};

struct os_proc {
	uint64_t	 task;		/* address of the task structure */
	int		 pid, tid;
	int		 ppid;		/* -1: not known */
	struct os_text	 comm;
	struct os_text	 thread_name;	/* its part of a comm "process/thread", */
	struct os_text	 process_name;	/* and the other; s NULL: comm is both */
	char		 state;		/* as in /proc/PID/stat: R S D T t Z X I P W; '?' */
	struct os_u64	 cpu, uid;
	struct os_u64	 vsz, rss;	/* bytes */
	struct os_double start;		/* s since boot */
	struct os_double last_run;	/* s since boot, of the last switch to it */
	struct os_text	 wchan;		/* symbol where it sleeps, "" when running */
	struct os_text	 work;		/* kworker: its current or last work, else "" */
	uint64_t	 mm;		/* 0 = kernel thread; or OS_UNKNOWN */
	bool		 is_kthread, is_idle, is_thread;
	/* What kvm_getprocs(3) tells besides: of many, only with OS_USAGE. */
	struct os_u64	 pgid, sid, tpgid;	/* tpgid: E_NOT_FOUND, no terminal */
	struct os_u64	 tty;		/* major << 32 | minor; E_NOT_FOUND: none */
	struct os_u64	 ruid, svuid, rgid, egid, svgid;	/* uid: effective */
	uint32_t	 groups[OS_GROUPS_MAX];
	struct os_u64	 ngroups;	/* of these in groups[] */
	struct os_u64	 on_cpu;	/* runs now: 0 or 1 */
	struct os_u64	 nice, priority;	/* two's complement */
	struct os_u64	 nthreads;	/* of the process */
	struct os_u64	 exit_code, tracer;	/* tracer: its pid, or 0 */
	/* Of this thread, and what ended threads of the process leave. */
	struct os_usage	 usage, usage_ended;
	struct os_usage	 usage_children;	/* of children waited for */
	struct os_u64	 max_rss;	/* bytes, the process's peak */
	struct os_u64	 text, data, stack;	/* bytes mapped */
	uint64_t	 group;		/* address shared by its threads, or 0 */
};

/* procs: also threads; idle tasks; with all that struct os_proc has. */
enum { OS_THREADS = 1, OS_IDLE = 2, OS_USAGE = 4 };

struct os_map {
	uint64_t	 start, end, offset;	/* offset: bytes in the file */
	char		 perms[5];	/* "rw-p" */
	struct os_text	 file;		/* path, "[heap]", "[stack]", "[vdso]", "" */
	uint64_t	 vma;		/* address of the structure */
};

struct os_file {
	int		 fd;
	uint64_t	 file;		/* address of the structure */
	struct os_text	 path;		/* as /proc/PID/fd shows it */
	struct os_text	 type;		/* regular, directory, socket, pipe, ... */
	struct os_u64	 flags;		/* as open(2) took them */
};

/* A stack's frame; index 0 is the innermost. */
struct os_frame {
	unsigned	 index;
	uint64_t	 pc, sp;
	bool		 exact;		/* pc is where it stands, not a return address */
	bool		 reliable;	/* by rules all the way, no guess */
	bool		 user;		/* code of the process: nothing comes after */
	/* Those known there: of a caller what the unwinder restores. */
	const struct unwind_regs *regs;
};

/* The lock that a task waits for. */
struct os_wait {
	const char	*kind;		/* "mutex", ... */
	uint64_t	 lock;		/* its address, or 0: not known */
	const char	*type;		/* its C type, with lock */
	bool		 shared;	/* it would share it */
	bool		 by_readers;	/* owner was the last to share it */
	uint64_t	 owner;		/* task that holds it, or 0: not known */
	int		 owner_tid;
};

struct os_swap {
	struct os_text	 device;
	struct os_u64	 total, used;	/* bytes */
	int64_t		 priority;
	uint64_t	 address;	/* of swap_info_struct */
};

struct os_load {
	double		 load[3];
	struct os_u64	 running, threads;
};

/* CPU time, s. */
struct os_cptime {
	double		 user, nice, system, interrupt, idle, iowait, steal;
};

/* A CPU's own copy of the per-CPU variables. */
struct os_cpu {
	uint64_t	 area, size;	/* its first byte; bytes */
	uint64_t	 offset;	/* add to a per-CPU symbol or pointer */
};

#define OS_NO_TIME	UINT64_MAX

struct os_log {
	uint64_t	 seq;
	uint64_t	 ns;		/* since boot; OS_NO_TIME: not known */
	int		 level;		/* 0..7; -1 unknown */
	int		 facility;
	const char	*caller;	/* "T1", "C0" or "" */
	const char	*text;		/* len bytes, no newline at the end */
	size_t		 len;
};

struct os_module {
	uint64_t	 address;	/* of struct module */
	uint64_t	 base, size;	/* core text base; bytes as in /proc/modules */
	struct os_text	 name, state;	/* Live, Loading, Unloading */
	struct os_u64	 refs;
	const char	*const *used_by;	/* NULL-ended */
};

enum os_object_state { OBJECT_USED, OBJECT_FREE, OBJECT_UNKNOWN };

/* What an allocator's cache has handed out, or could. */
struct os_object {
	uint64_t	 addr, size;	/* bytes */
	enum os_object_state state;
	const char	*type;		/* perhaps: "struct task_struct" */
	uint64_t	 slab;		/* the allocator's own structure for it */
};

/* A bit of a set, and what people call it; a name of NULL ends an array. */
struct os_bit {
	uint64_t	 bit;
	const char	*name;
};

/* A member, as its structure declares it. */
struct os_field {
	const struct value *v;
	const char	*type;		/* of the structure, without its keyword */
	const char	*member;
	const char	*declared;	/* its type: "ktime_t", "unsigned int" */
	enum type_kind	 kind;		/* of that behind typedefs */
	const char	*name;		/* the same: "mutex" */
	bool		 is_signed;
	unsigned	 size;
	uint64_t	 bits;		/* of a number */
};

struct os_ops {
	const char *name;		/* "Linux" */
	const char *task_type;		/* what os_proc.task is the address of */
	/*
	 * Is this memory one of mine?  Finds page tables, symbols and types and
	 * fills the kernel's parts.  0, E_NOT_MINE, or an error.
	 */
	int	(*open)(struct ctx *, struct kernel *, const struct kernel_options *);
	void	(*close)(struct kernel *);
	int	(*info)(struct ctx *, struct kernel *, struct arena *, struct os_info *);
	int	(*procs)(struct ctx *, struct kernel *, unsigned flags,
		    int (*fn)(void *, struct ctx *, const struct os_proc *), void *);
	/* One task by tid, without walking more than needed; E_NOT_FOUND. */
	int	(*proc)(struct ctx *, struct kernel *, int tid, struct arena *,
		    struct os_proc *);
	/* Arguments or environment: fn gets each string with its length. */
	int	(*args)(struct ctx *, struct kernel *, const struct os_proc *,
		    bool env, int (*fn)(void *, struct ctx *, const char *, size_t),
		    void *);
	/* The address space of a process; E_NOT_FOUND for kernel threads. */
	int	(*proc_space)(struct ctx *, struct kernel *, const struct os_proc *,
		    struct space *);
	int	(*maps)(struct ctx *, struct kernel *, const struct os_proc *,
		    int (*fn)(void *, struct ctx *, const struct os_map *), void *);
	/* Open files in the order of their descriptors. */
	int	(*files)(struct ctx *, struct kernel *, const struct os_proc *,
		    int (*fn)(void *, struct ctx *, const struct os_file *), void *);
	/* os_file.flags, the access mode apart; NULL: as Linux has them. */
	const struct os_bit *open_flags;
	/* The path of a directory entry, seen from a mount's root. */
	int	(*path)(struct ctx *, struct kernel *, uint64_t mnt,
		    uint64_t dentry, struct arena *, const char **ret);
	/* A task's kernel stack, innermost frame first. */
	int	(*frames)(struct ctx *, struct kernel *, const struct os_proc *,
		    int (*fn)(void *, struct ctx *, const struct os_frame *), void *);
	/* E_NOT_FOUND: it waits for no lock. */
	int	(*waits)(struct ctx *, struct kernel *, const struct os_proc *,
		    struct os_wait *);
	int	(*swaps)(struct ctx *, struct kernel *,
		    int (*fn)(void *, struct ctx *, const struct os_swap *), void *);
	int	(*load)(struct ctx *, struct kernel *, struct os_load *);
	int	(*log)(struct ctx *, struct kernel *,
		    int (*fn)(void *, struct ctx *, const struct os_log *), void *);
	int	(*modules)(struct ctx *, struct kernel *,
		    int (*fn)(void *, struct ctx *, const struct os_module *), void *);
	/* The task that runs on a CPU, 0 when unknown. */
	int	(*current)(struct ctx *, struct kernel *, int cpu, uint64_t *task);
	/*
	 * The VMCOREINFO text that a capture carries: what was found, else
	 * what has been worked out.  May be NULL.
	 */
	int	(*vmcoreinfo)(struct ctx *, struct kernel *, struct buf *);
	/*
	 * Append what debuggers look for in an ELF core: a note with the
	 * registers of each thread, the guilty one first.  NULL: the dump's
	 * notes are it.
	 */
	int	(*core_notes)(struct ctx *, struct kernel *, struct buf *);
	/* One above the highest CPU number that can be; how many are at work. */
	int	(*cpus)(struct ctx *, struct kernel *, unsigned *ids,
		    unsigned *online);
	/*
	 * The objects of a cache of the allocator, by its name; E_NOT_FOUND:
	 * there is none.
	 */
	int	(*objects)(struct ctx *, struct kernel *, const char *cache,
		    int (*fn)(void *, struct ctx *, const struct os_object *),
		    void *);
	/* A number that changes with the modules that are loaded. */
	int	(*digest)(struct ctx *, struct kernel *, uint64_t *);
	/* E_NOT_FOUND: there is no such CPU. */
	int	(*cpu)(struct ctx *, struct kernel *, int cpu, struct os_cpu *);
	/* Since boot, of one CPU, or -1: of all. */
	int	(*cptime)(struct ctx *, struct kernel *, int cpu,
		    struct os_cptime *);
	/* Virtual [base, end) maps physical memory from phys on; E_NOT_FOUND. */
	int	(*direct_map)(struct ctx *, struct kernel *, uint64_t *base,
		    uint64_t *end, uint64_t *phys);
	/* What tells the debug information of a module, "" for the kernel. */
	void	(*debug_facts)(struct ctx *, struct kernel *,
		    const char *module, struct debug_facts *);
	/*
	 * Instructions in [from, to) that the kernel patches while it runs:
	 * fn gets the address, the bytes (1: not told) and what patches it.
	 */
	int	(*patches)(struct ctx *, struct kernel *, uint64_t from,
		    uint64_t to, int (*fn)(void *, struct ctx *, uint64_t addr,
		    uint64_t n, const char *kind), void *);
	/*
	 * What a member's number means (flags by name, an error, a time), or a
	 * structure as a whole (who holds a lock); adds nothing when there is
	 * no more to say.  May be NULL.
	 */
	void	(*natural)(struct ctx *, struct kernel *,
		    const struct os_field *, struct buf *);
	/*
	 * What an address without memory tells by itself ("null + 0x18", a
	 * poison), kept in the arena; NULL: nothing.  May be NULL.
	 */
	const char *(*wild)(const struct kernel *, uint64_t addr,
		    struct arena *);
	/* What lies at an address: see struct os_what; E_NOT_FOUND. */
	int	(*what)(struct ctx *, struct kernel *, uint64_t addr, struct arena *,
		    int (*fn)(void *, struct ctx *, const char *kind,
		    const char *what, uint64_t base), void *);
};

extern const struct os_ops *const oses[];	/* NULL-ended, probe order */

/*
 * Add a sentence to the kernel's warnings (copied); silently full after
 * KERNEL_WARNINGS_MAX.
 */
void	os_warn(struct kernel *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/* Is this the running kernel without its memory, as far as /proc tells of it? */
bool	os_lacks_memory(const struct kernel *);
/* Then this says for something why it cannot be had: E_RESTRICTED. */
int	os_needs_memory(struct ctx *, const struct kernel *, const char *what);

/*
 * What expressions may name of a system (os_names.c): task(pid), current(cpu),
 * per_cpu(variable or pointer, cpu), per_cpu_ptr(pointer, cpu), nr_cpus(),
 * reg(cpu, "name"), and the registers ($rip) of the CPU that panicked, else of
 * the first whose are in the dump.  For value_env.call, its arg the kernel.
 */
int	os_call(void *kernel, struct ctx *, const struct value_env *,
	    const char *name, int argc, const struct value *argv,
	    struct value *ret);

/* Wrappers: E_UNSUPPORTED with a message where there is no system or slot. */
int	os_info(struct ctx *, struct kernel *, struct arena *, struct os_info *);
/* E_UNSUPPORTED, and why there is no system (k->os NULL). */
int	os_none(struct ctx *, const struct kernel *);
/*
 * What is known where there is no system: nothing, or of an image that never ran
 * (k->at_rest) the system, release, version and build-id.  The rest is
 * E_UNSUPPORTED.
 */
void	os_rest_info(struct ctx *, struct kernel *, struct arena *,
	    struct os_info *);
int	os_procs(struct ctx *, struct kernel *, unsigned flags,
	    int (*fn)(void *, struct ctx *, const struct os_proc *), void *);
int	os_proc(struct ctx *, struct kernel *, int tid, struct arena *,
	    struct os_proc *);
int	os_args(struct ctx *, struct kernel *, const struct os_proc *, bool env,
	    int (*fn)(void *, struct ctx *, const char *, size_t), void *);
int	os_proc_space(struct ctx *, struct kernel *, const struct os_proc *,
	    struct space *);
int	os_maps(struct ctx *, struct kernel *, const struct os_proc *,
	    int (*fn)(void *, struct ctx *, const struct os_map *), void *);
int	os_files(struct ctx *, struct kernel *, const struct os_proc *,
	    int (*fn)(void *, struct ctx *, const struct os_file *), void *);
int	os_path(struct ctx *, struct kernel *, uint64_t mnt, uint64_t dentry,
	    struct arena *, const char **ret);
int	os_frames(struct ctx *, struct kernel *, const struct os_proc *,
	    int (*fn)(void *, struct ctx *, const struct os_frame *), void *);
int	os_waits(struct ctx *, struct kernel *, const struct os_proc *,
	    struct os_wait *);
int	os_swaps(struct ctx *, struct kernel *,
	    int (*fn)(void *, struct ctx *, const struct os_swap *), void *);
int	os_load(struct ctx *, struct kernel *, struct os_load *);
int	os_log(struct ctx *, struct kernel *,
	    int (*fn)(void *, struct ctx *, const struct os_log *), void *);
int	os_modules(struct ctx *, struct kernel *,
	    int (*fn)(void *, struct ctx *, const struct os_module *), void *);
int	os_objects(struct ctx *, struct kernel *, const char *cache,
	    int (*fn)(void *, struct ctx *, const struct os_object *), void *);
int	os_current(struct ctx *, struct kernel *, int cpu, uint64_t *task);
int	os_cpus(struct ctx *, struct kernel *, unsigned *ids, unsigned *online);
int	os_cpu(struct ctx *, struct kernel *, int cpu, struct os_cpu *);
int	os_cptime(struct ctx *, struct kernel *, int cpu, struct os_cptime *);
int	os_direct_map(struct ctx *, struct kernel *, uint64_t *base,
	    uint64_t *end, uint64_t *phys);
int	os_patches(struct ctx *, struct kernel *, uint64_t from, uint64_t to,
	    int (*fn)(void *, struct ctx *, uint64_t addr, uint64_t n,
	    const char *kind), void *);
void	os_natural(struct ctx *, struct kernel *, const struct os_field *,
	    struct buf *);
/* NULL where nothing is known. */
const char *os_wild(const struct kernel *, uint64_t addr, struct arena *);
int	os_what(struct ctx *, struct kernel *, uint64_t addr, struct arena *,
	    int (*fn)(void *, struct ctx *, const char *kind, const char *what,
	    uint64_t base), void *);

#endif
