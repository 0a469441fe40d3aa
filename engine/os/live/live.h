/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The running Linux as it tells of itself: /proc, /sys and /dev/kmsg, no
 * memory.  What takes more rights than there are is missing with
 * E_RESTRICTED.
 */
#ifndef ENGINE_OS_LIVE_LIVE_H
#define ENGINE_OS_LIVE_LIVE_H

#include "base/vec.h"
#include "engine/os/os.h"

#include <pthread.h>

struct live_os {			/* kernel->os_data */
	int		 proc, sys;	/* descriptors of the folders */
	int		 kmsg;		/* -1: see kmsg_errno */
	int		 kmsg_errno;
	pthread_mutex_t	 kmsg_lock;	/* guards its position */
};

static inline struct live_os *
live_of(const struct kernel *k)
{
	return (k->os_data);
}

/*
 * Not in oses[], since no memory is its own: kernel_open_live() attaches it.
 * Named "Linux" too, since all that it tells is the same.
 */
extern const struct os_ops live_ops;

/*
 * Sets k->os and k->os_data.  proc and sys are folders ("/proc", "/sys"), kmsg
 * a device; without the first E_RESTRICTED or E_NOT_FOUND, without the others
 * what they tell is missing.
 */
int	live_attach(struct ctx *, struct kernel *, const char *proc,
	    const char *sys, const char *kmsg);

/* live_learn.c */
/*
 * Fill k->symbols from a file as /proc/kallsyms.  E_RESTRICTED, with nothing
 * added, where it shows no addresses: the text says why.
 */
int	live_load_symbols(struct ctx *, struct kernel *, const char *path);
/*
 * Fill k->types from a folder as /sys/kernel/btf: the kernel's, then the
 * modules'.
 */
int	live_load_types(struct ctx *, struct kernel *, const char *folder);

/* live_file.c: files of /proc and /sys, which have no size. */
/*
 * All of a file below a folder, at most max bytes, into an emptied buf.
 * E_NOT_FOUND (also a process that has ended), E_RESTRICTED, E_IO, E_LIMIT.
 */
int	live_read(struct ctx *, int folder, struct buf *, size_t max,
	    const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* What a link says. */
int	live_link(struct ctx *, int folder, struct buf *, const char *fmt, ...)
	    __attribute__((format(printf, 4, 5)));
/* The status that an errno stands for. */
int	live_status(int error);
/* The value of "KEY:  value" in a text of such lines; NULL when not there. */
const char *live_key(const char *text, const char *key);
/* Undo the octal escapes \012 of seq_file, in place. */
void	live_unescape(char *);
/* A number of that base; false when there is none. */
bool	live_number(const char *, int base, uint64_t *);

/* The slots of struct os_ops. */
int	live_info(struct ctx *, struct kernel *, struct arena *,
	    struct os_info *);
int	live_procs(struct ctx *, struct kernel *, unsigned flags,
	    int (*fn)(void *, struct ctx *, const struct os_proc *), void *);
int	live_proc(struct ctx *, struct kernel *, int tid, struct arena *,
	    struct os_proc *);
/* live_task.c: a task by its folder in /proc, "PID/task/TID". */
int	live_task(struct ctx *, struct kernel *, int pid, int tid,
	    struct arena *, struct os_proc *);
int	live_args(struct ctx *, struct kernel *, const struct os_proc *,
	    bool env, int (*fn)(void *, struct ctx *, const char *, size_t),
	    void *);
int	live_maps(struct ctx *, struct kernel *, const struct os_proc *,
	    int (*fn)(void *, struct ctx *, const struct os_map *), void *);
int	live_files(struct ctx *, struct kernel *, const struct os_proc *,
	    int (*fn)(void *, struct ctx *, const struct os_file *), void *);
int	live_swaps(struct ctx *, struct kernel *,
	    int (*fn)(void *, struct ctx *, const struct os_swap *), void *);
int	live_load(struct ctx *, struct kernel *, struct os_load *);
int	live_log(struct ctx *, struct kernel *,
	    int (*fn)(void *, struct ctx *, const struct os_log *), void *);
int	live_modules(struct ctx *, struct kernel *,
	    int (*fn)(void *, struct ctx *, const struct os_module *), void *);
int	live_cpus(struct ctx *, struct kernel *, unsigned *ids,
	    unsigned *online);
int	live_cptime(struct ctx *, struct kernel *, int cpu,
	    struct os_cptime *);

#endif
