/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What numbers in Linux's structures mean to people.  The kernel's types tell
 * enumerators, but most flags, modes, errors and times are plain integers whose
 * meaning stands in headers alone: those are named beside each table.  A bit
 * that kernels have used for different things is left without a name.
 */
#include "engine/os/linux/linux_read.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define ERRNO_MAX	4095u		/* MAX_ERRNO, include/linux/err.h */
#define NS		UINT64_C(1000000000)

/* include/uapi/asm-generic/errno-base.h and errno.h, include/linux/errno.h */
static const char *const errors[] = {
	NULL, "EPERM", "ENOENT", "ESRCH", "EINTR", "EIO", "ENXIO", "E2BIG",
	"ENOEXEC", "EBADF", "ECHILD", "EAGAIN", "ENOMEM", "EACCES", "EFAULT",
	"ENOTBLK", "EBUSY", "EEXIST", "EXDEV", "ENODEV", "ENOTDIR", "EISDIR",
	"EINVAL", "ENFILE", "EMFILE", "ENOTTY", "ETXTBSY", "EFBIG", "ENOSPC",
	"ESPIPE", "EROFS", "EMLINK", "EPIPE", "EDOM", "ERANGE", "EDEADLK",
	"ENAMETOOLONG", "ENOLCK", "ENOSYS", "ENOTEMPTY", "ELOOP", NULL,
	"ENOMSG", "EIDRM", "ECHRNG", "EL2NSYNC", "EL3HLT", "EL3RST", "ELNRNG",
	"EUNATCH", "ENOCSI", "EL2HLT", "EBADE", "EBADR", "EXFULL", "ENOANO",
	"EBADRQC", "EBADSLT", NULL, "EBFONT", "ENOSTR", "ENODATA", "ETIME",
	"ENOSR", "ENONET", "ENOPKG", "EREMOTE", "ENOLINK", "EADV", "ESRMNT",
	"ECOMM", "EPROTO", "EMULTIHOP", "EDOTDOT", "EBADMSG", "EOVERFLOW",
	"ENOTUNIQ", "EBADFD", "EREMCHG", "ELIBACC", "ELIBBAD", "ELIBSCN",
	"ELIBMAX", "ELIBEXEC", "EILSEQ", "ERESTART", "ESTRPIPE", "EUSERS",
	"ENOTSOCK", "EDESTADDRREQ", "EMSGSIZE", "EPROTOTYPE", "ENOPROTOOPT",
	"EPROTONOSUPPORT", "ESOCKTNOSUPPORT", "EOPNOTSUPP", "EPFNOSUPPORT",
	"EAFNOSUPPORT", "EADDRINUSE", "EADDRNOTAVAIL", "ENETDOWN",
	"ENETUNREACH", "ENETRESET", "ECONNABORTED", "ECONNRESET", "ENOBUFS",
	"EISCONN", "ENOTCONN", "ESHUTDOWN", "ETOOMANYREFS", "ETIMEDOUT",
	"ECONNREFUSED", "EHOSTDOWN", "EHOSTUNREACH", "EALREADY",
	"EINPROGRESS", "ESTALE", "EUCLEAN", "ENOTNAM", "ENAVAIL", "EISNAM",
	"EREMOTEIO", "EDQUOT", "ENOMEDIUM", "EMEDIUMTYPE", "ECANCELED",
	"ENOKEY", "EKEYEXPIRED", "EKEYREVOKED", "EKEYREJECTED", "EOWNERDEAD",
	"ENOTRECOVERABLE", "ERFKILL", "EHWPOISON",
};
static const char *const kernel_errors[] = {	/* from 512 on */
	"ERESTARTSYS", "ERESTARTNOINTR", "ERESTARTNOHAND", "ENOIOCTLCMD",
	"ERESTART_RESTARTBLOCK", "EPROBE_DEFER", "EOPENSTALE", "ENOPARAM",
};

/* include/linux/sched.h: PF_* */
static const struct os_bit task_flags[] = {
	{ 0x1, "VCPU" }, { 0x2, "IDLE" }, { 0x4, "EXITING" },
	{ 0x8, "POSTCOREDUMP" }, { 0x10, "IO_WORKER" }, { 0x20, "WQ_WORKER" },
	{ 0x40, "FORKNOEXEC" }, { 0x80, "MCE_PROCESS" },
	{ 0x100, "SUPERPRIV" }, { 0x200, "DUMPCORE" }, { 0x400, "SIGNALED" },
	{ 0x800, "MEMALLOC" }, { 0x1000, "NPROC_EXCEEDED" },
	{ 0x2000, "USED_MATH" }, { 0x8000, "NOFREEZE" },
	{ 0x20000, "KSWAPD" }, { 0x40000, "MEMALLOC_NOFS" },
	{ 0x80000, "MEMALLOC_NOIO" }, { 0x100000, "LOCAL_THROTTLE" },
	{ 0x200000, "KTHREAD" }, { 0x400000, "RANDOMIZE" },
	{ 0x4000000, "NO_SETAFFINITY" }, { 0x8000000, "MCE_EARLY" },
	{ 0x80000000, "SUSPEND_TASK" }, { 0, NULL }
};

/* include/linux/sched.h: TASK_* */
static const struct os_bit task_states[] = {
	{ 0x1, "INTERRUPTIBLE" }, { 0x2, "UNINTERRUPTIBLE" },
	{ 0x4, "STOPPED" }, { 0x8, "TRACED" }, { 0x10, "EXIT_DEAD" },
	{ 0x20, "EXIT_ZOMBIE" }, { 0x40, "PARKED" }, { 0x80, "DEAD" },
	{ 0x100, "WAKEKILL" }, { 0x200, "WAKING" }, { 0x400, "NOLOAD" },
	{ 0x800, "NEW" }, { 0, NULL }
};

/* include/linux/mm.h: VM_* */
static const struct os_bit vm_flags[] = {
	{ 0x1, "READ" }, { 0x2, "WRITE" }, { 0x4, "EXEC" }, { 0x8, "SHARED" },
	{ 0x10, "MAYREAD" }, { 0x20, "MAYWRITE" }, { 0x40, "MAYEXEC" },
	{ 0x80, "MAYSHARE" }, { 0x100, "GROWSDOWN" },
	{ 0x200, "UFFD_MISSING" }, { 0x400, "PFNMAP" }, { 0x2000, "LOCKED" },
	{ 0x4000, "IO" }, { 0x8000, "SEQ_READ" }, { 0x10000, "RAND_READ" },
	{ 0x20000, "DONTCOPY" }, { 0x40000, "DONTEXPAND" },
	{ 0x80000, "LOCKONFAULT" }, { 0x100000, "ACCOUNT" },
	{ 0x200000, "NORESERVE" }, { 0x400000, "HUGETLB" },
	{ 0x800000, "SYNC" }, { 0x2000000, "WIPEONFORK" },
	{ 0x4000000, "DONTDUMP" }, { 0x8000000, "SOFTDIRTY" },
	{ 0x10000000, "MIXEDMAP" }, { 0x20000000, "HUGEPAGE" },
	{ 0x40000000, "NOHUGEPAGE" }, { 0x80000000, "MERGEABLE" }, { 0, NULL }
};

/* include/uapi/asm-generic/fcntl.h: those that all processors share */
static const struct os_bit open_flags[] = {
	{ 0x1, "WRONLY" }, { 0x2, "RDWR" }, { 0100, "CREAT" }, { 0200, "EXCL" },
	{ 0400, "NOCTTY" }, { 01000, "TRUNC" }, { 02000, "APPEND" },
	{ 04000, "NONBLOCK" }, { 010000, "DSYNC" }, { 020000, "ASYNC" },
	{ 01000000, "NOATIME" }, { 02000000, "CLOEXEC" },
	{ 04000000, "SYNC" }, { 010000000, "PATH" }, { 0, NULL }
};

/* include/linux/fs.h: SB_* */
static const struct os_bit super_flags[] = {
	{ 0x1, "RDONLY" }, { 0x2, "NOSUID" }, { 0x4, "NODEV" },
	{ 0x8, "NOEXEC" }, { 0x10, "SYNCHRONOUS" }, { 0x80, "DIRSYNC" },
	{ 0x400, "NOATIME" }, { 0x800, "NODIRATIME" }, { 0x8000, "SILENT" },
	{ 0x10000, "POSIXACL" }, { 0x20000000, "BORN" },
	{ 0x40000000, "ACTIVE" }, { 0x80000000, "NOUSER" }, { 0, NULL }
};

/* include/linux/mount.h: MNT_* */
static const struct os_bit mount_flags[] = {
	{ 0x1, "NOSUID" }, { 0x2, "NODEV" }, { 0x4, "NOEXEC" },
	{ 0x8, "NOATIME" }, { 0x10, "NODIRATIME" }, { 0x20, "RELATIME" },
	{ 0x40, "READONLY" }, { 0x80, "NOSYMFOLLOW" },
	{ 0x100, "SHRINKABLE" }, { 0x1000, "SHARED" },
	{ 0x2000, "UNBINDABLE" }, { 0x4000, "INTERNAL" },
	{ 0x800000, "LOCKED" }, { 0x1000000, "DOOMED" },
	{ 0x4000000, "MARKED" }, { 0x8000000, "UMOUNT" }, { 0, NULL }
};

/* include/uapi/linux/capability.h: CAP_*, by number */
static const char *const capabilities[] = {
	"CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL",
	"SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE",
	"NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER",
	"SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT",
	"SYS_ADMIN", "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME",
	"SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL",
	"SETFCAP", "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM",
	"BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF", "CHECKPOINT_RESTORE",
};

/* include/uapi/linux/if.h: IFF_* */
static const struct os_bit net_flags[] = {
	{ 0x1, "UP" }, { 0x2, "BROADCAST" }, { 0x4, "DEBUG" },
	{ 0x8, "LOOPBACK" }, { 0x10, "POINTOPOINT" }, { 0x20, "NOTRAILERS" },
	{ 0x40, "RUNNING" }, { 0x80, "NOARP" }, { 0x100, "PROMISC" },
	{ 0x200, "ALLMULTI" }, { 0x400, "MASTER" }, { 0x800, "SLAVE" },
	{ 0x1000, "MULTICAST" }, { 0x2000, "PORTSEL" },
	{ 0x4000, "AUTOMEDIA" }, { 0x8000, "DYNAMIC" }, { 0x10000, "LOWER_UP" },
	{ 0x20000, "DORMANT" }, { 0x40000, "ECHO" }, { 0, NULL }
};

/* include/linux/sched/signal.h: SIGNAL_* */
static const struct os_bit signal_flags[] = {
	{ 0x1, "STOP_STOPPED" }, { 0x2, "STOP_CONTINUED" },
	{ 0x4, "GROUP_EXIT" }, { 0x10, "CLD_STOPPED" },
	{ 0x20, "CLD_CONTINUED" }, { 0x40, "UNKILLABLE" }, { 0, NULL }
};

static const struct {
	const char	*type, *member;
	const struct os_bit *bits;
	const char	*zero;		/* what none of them means */
} flags[] = {
	{ "task_struct", "flags", task_flags, "" },
	{ "task_struct", "__state", task_states, "RUNNING" },
	{ "task_struct", "state", task_states, "RUNNING" },
	{ "task_struct", "exit_state", task_states, "" },
	{ "vm_area_struct", "vm_flags", vm_flags, "" },
	{ "vm_area_struct", "__vm_flags", vm_flags, "" },
	{ "mm_struct", "def_flags", vm_flags, "" },
	{ "file", "f_flags", open_flags, "RDONLY" },
	{ "super_block", "s_flags", super_flags, "" },
	{ "vfsmount", "mnt_flags", mount_flags, "" },
	{ "net_device", "flags", net_flags, "" },
	{ "signal_struct", "flags", signal_flags, "" },
};

/* Integers that number the bits of another: by enumerators, as they stand. */
static const struct {
	const char	*type, *member, *numbers;
	unsigned	 skip;		/* letters of the common prefix */
	unsigned	 bits;		/* above these lies something else */
} numbered[] = {
	{ "page", "flags", "enum pageflags", 3, 24 },
	{ "folio", "flags", "enum pageflags", 3, 24 },
	{ "sock", "sk_flags", "enum sock_flags", 5, 64 },
};

static void
put_bits(const struct os_bit *bits, uint64_t v, struct buf *b)
{
	const char *sep = "";

	for (; bits->name != NULL; bits++) {
		if ((v & bits->bit) == 0)
			continue;
		buf_printf(b, "%s%s", sep, bits->name);
		v &= ~bits->bit;
		sep = "|";
	}
	if (v != 0)
		buf_printf(b, "%s0x%" PRIx64, sep, v);
}

static void
put_numbered(struct ctx *ctx, struct kernel *k, size_t which, uint64_t v,
    struct buf *b)
{
	const char *sep = "";
	struct typeref ref;
	struct type_enum e;
	struct type t;
	uint64_t seen = 0;
	uint32_t i;

	if (k->types == NULL || type_find(ctx, k->types,
	    numbered[which].numbers, &ref) != 0 ||
	    type_get(ctx, k->types, ref, &t) != 0)
		return;
	for (i = 0; i < t.nmembers && i < 256; i++) {
		if (type_enum_at(ctx, k->types, ref, i, &e) != 0)
			return;
		/* The first of several names, and no count of them. */
		if (e.value < 0 || e.value >= numbered[which].bits ||
		    (v >> e.value & 1) == 0 || (seen >> e.value & 1) != 0 ||
		    strlen(e.name) <= numbered[which].skip || e.name[0] == '_')
			continue;
		seen |= UINT64_C(1) << e.value;
		buf_printf(b, "%s%s", sep, e.name + numbered[which].skip);
		sep = "|";
	}
}

const char *
linux_errno(uint64_t n)
{
	return (n < COUNT(errors) ? errors[n] :
	    n >= 512 && n - 512 < COUNT(kernel_errors) ?
	    kernel_errors[n - 512] : NULL);
}

static bool
put_error(uint64_t n, struct buf *b)
{
	const char *name = linux_errno(n);

	if (name != NULL)
		buf_printf(b, "-%s", name);
	return (name != NULL);
}

/* As ls -l shows it: include/uapi/linux/stat.h. */
static void
put_mode(uint64_t mode, struct buf *b)
{
	static const char kinds[] = "?pc?d?b?-?l?s???";
	static const char letters[] = "rwxrwxrwx";
	char text[11];
	int i;

	text[0] = kinds[mode >> 12 & 15];
	for (i = 0; i < 9; i++)
		text[1 + i] = mode >> (8 - i) & 1 ? letters[i] : '-';
	if (mode & 04000)
		text[3] = text[3] == 'x' ? 's' : 'S';
	if (mode & 02000)
		text[6] = text[6] == 'x' ? 's' : 'S';
	if (mode & 01000)
		text[9] = text[9] == 'x' ? 't' : 'T';
	text[10] = '\0';
	buf_puts(b, text);
}

static void
put_date(uint64_t seconds, struct buf *b)
{
	time_t when = (time_t)seconds;
	struct tm tm;
	char text[40];

	if (seconds < UINT64_C(1) << 36 && gmtime_r(&when, &tm) != NULL &&
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &tm) > 0)
		buf_puts(b, text);
}

static bool
is_one_of(const char *name, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(name, *list) == 0)
			return (true);
	return (false);
}

static bool
ends_with(const char *s, const char *end)
{
	const size_t n = strlen(s), m = strlen(end);

	return (n >= m && strcmp(s + n - m, end) == 0);
}

/* Nanoseconds that do not say so by their type. */
static bool
is_nanoseconds(const struct os_field *f)
{
	static const char *const members[] = {
		"utime", "stime", "gtime", "start_time", "start_boottime",
		"exec_start", "sum_exec_runtime", "prev_sum_exec_runtime",
		"last_arrival", "last_queued", "run_delay", NULL
	};

	return (strcmp(f->declared, "ktime_t") == 0 || (f->size == 8 &&
	    (ends_with(f->member, "_ns") || is_one_of(f->member, members))));
}

static bool
is_date(const struct os_field *f)
{
	static const char *const members[] = {
		"i_atime_sec", "i_mtime_sec", "i_ctime_sec", NULL
	};

	return (strcmp(f->declared, "time64_t") == 0 ||
	    strcmp(f->declared, "ktime_real_seconds") == 0 ||
	    is_one_of(f->member, members));
}

static bool
is_error(const struct os_field *f)
{
	static const char *const members[] = {
		"err", "error", "ret", "retval", "result", "status", "sk_err",
		"sk_err_soft", "wb_err", "f_wb_err", "bi_status", "errno", NULL
	};

	return (f->is_signed && (is_one_of(f->member, members) ||
	    ends_with(f->member, "_err") || ends_with(f->member, "_error")));
}

/* As wait(2) gets it. */
static void
put_exit(uint64_t code, struct buf *b)
{
	if ((code & 0x7f) != 0)
		buf_printf(b, "killed by signal %u%s", (unsigned)(code & 0x7f),
		    code & 0x80 ? ", dumped" : "");
	else
		buf_printf(b, "exit status %u", (unsigned)(code >> 8 & 0xff));
}

static bool
put_flags(struct ctx *ctx, struct kernel *k, const struct os_field *f,
    uint64_t v, struct buf *b)
{
	size_t i;

	for (i = 0; i < COUNT(flags); i++) {
		if (strcmp(flags[i].type, f->type) != 0 ||
		    strcmp(flags[i].member, f->member) != 0)
			continue;
		if (v == 0)
			buf_puts(b, flags[i].zero);
		else
			put_bits(flags[i].bits, v, b);
		return (true);
	}
	for (i = 0; i < COUNT(numbered); i++) {
		if (strcmp(numbered[i].type, f->type) == 0 &&
		    strcmp(numbered[i].member, f->member) == 0) {
			put_numbered(ctx, k, i, v, b);
			return (true);
		}
	}
	return (false);
}

/* A number inside of a structure; false: it is not there, or cannot be read. */
static bool
inside(struct ctx *ctx, struct kernel *k, const struct os_field *f,
    const char *path, uint64_t *bits)
{
	struct value v;

	return (value_member(ctx, &k->env, f->v, path, &v) == 0 &&
	    value_load(ctx, &k->env, &v, bits) == 0);
}

static void
put_task(struct ctx *ctx, struct kernel *k, uint64_t task, struct buf *b)
{
	struct value v = { .place = VALUE_MEM, .space = &k->space,
	    .addr = task }, pid;
	struct buf comm = { 0 };
	uint64_t n;

	if (type_find(ctx, k->types, "struct task_struct", &v.type) == 0 &&
	    value_member(ctx, &k->env, &v, "pid", &pid) == 0 &&
	    value_load(ctx, &k->env, &pid, &n) == 0 &&
	    value_member(ctx, &k->env, &v, "comm", &v) == 0 &&
	    value_text(ctx, &k->env, &v, &comm) == 0)
		buf_printf(b, "%s PID %" PRIu64, buf_text(&comm), n);
	else
		buf_printf(b, "task 0x%" PRIx64, task);
	buf_fini(&comm);
}

/*
 * The owner's low bits are flags: kernel/locking/mutex.c (MUTEX_FLAGS) and
 * rwsem.c (RWSEM_OWNER_FLAGS_MASK; RWSEM_READER_OWNED is bit 0, and of the
 * count RWSEM_WRITER_LOCKED is bit 0, readers count from bit 8 on).
 */
static void
put_sleeping_lock(struct ctx *ctx, struct kernel *k, const struct os_field *f,
    bool is_mutex, struct buf *b)
{
	uint64_t owner, count = 1;

	if (!inside(ctx, k, f, "owner.counter", &owner) ||
	    (!is_mutex && !inside(ctx, k, f, "count.counter", &count)))
		return;
	if (!is_mutex && (count & 1) == 0) {
		if (count >> 8 == 0 || (int64_t)count < 0)
			buf_puts(b, count == 0 ? "unlocked" : "");
		else
			buf_printf(b, "read by %" PRIu64, count >> 8);
	} else if ((owner & ~UINT64_C(7)) == 0) {
		buf_puts(b, "unlocked");
	} else {
		buf_puts(b, is_mutex ? "held by " : "written by ");
		put_task(ctx, k, owner & ~UINT64_C(7), b);
	}
}

/* One number of 64 bits, two of 32 up to 6.2 (include/linux/capability.h). */
static void
put_capabilities(struct ctx *ctx, struct kernel *k, const struct os_field *f,
    struct buf *b)
{
	const uint64_t all = (UINT64_C(1) << COUNT(capabilities)) - 1;
	uint64_t v, high;
	const char *sep = "";
	size_t i;

	if (!inside(ctx, k, f, "val", &v)) {
		if (!inside(ctx, k, f, "cap[0]", &v) ||
		    !inside(ctx, k, f, "cap[1]", &high))
			return;
		v |= high << 32;
	}
	if (v == 0 || (v & all) == all) {
		buf_puts(b, v == 0 ? "nothing" : "everything");
		return;
	}
	for (i = 0; i < COUNT(capabilities); i++) {
		if ((v >> i & 1) == 0)
			continue;
		buf_printf(b, "%s%s", sep, capabilities[i]);
		sep = " ";
	}
}

/* The numbers of the bits that are set: "0-3,8". */
static void
put_cpus(struct ctx *ctx, struct kernel *k, const struct os_field *f,
    struct buf *b)
{
	const unsigned word = k->env.space->ptr_size * 8;
	unsigned i, first = 0, n = 0;
	bool on = false, is;
	uint64_t v = 0;
	char path[24];

	for (i = 0; i <= f->size * 8 && i <= 8192; i++) {
		snprintf(path, sizeof(path), "bits[%u]", i / word);
		if (i % word == 0 && i < f->size * 8 &&
		    !inside(ctx, k, f, path, &v))
			return;
		is = i < f->size * 8 && (v >> i % word & 1) != 0;
		if (is && !on)
			first = i;
		if (!is && on && first + 1 < i)
			buf_printf(b, "%s%u-%u", n++ > 0 ? "," : "", first, i - 1);
		else if (!is && on)
			buf_printf(b, "%s%u", n++ > 0 ? "," : "", first);
		on = is;
	}
	if (n == 0)
		buf_puts(b, "none");
}

static void
put_structure(struct ctx *ctx, struct kernel *k, const struct os_field *f,
    struct buf *b)
{
	static const struct {
		const char *name, *path;
	} spinning[] = {
		{ "spinlock", "rlock.raw_lock.val.counter" },
		{ "raw_spinlock", "raw_lock.val.counter" },
		{ "qspinlock", "val.counter" },
	};
	uint64_t a, c;
	size_t i;

	for (i = 0; i < COUNT(spinning); i++)
		if (strcmp(f->name, spinning[i].name) == 0 &&
		    inside(ctx, k, f, spinning[i].path, &a)) {
			if (a == 0)
				buf_puts(b, "unlocked");
			else
				buf_printf(b, "locked 0x%" PRIx64, a);
		}
	if (strcmp(f->declared, "kernel_cap_t") == 0)
		put_capabilities(ctx, k, f, b);
	else if (strcmp(f->name, "cpumask") == 0)
		put_cpus(ctx, k, f, b);
	else if (strcmp(f->name, "mutex") == 0)
		put_sleeping_lock(ctx, k, f, true, b);
	else if (strcmp(f->name, "rw_semaphore") == 0)
		put_sleeping_lock(ctx, k, f, false, b);
	else if (strcmp(f->name, "list_head") == 0 &&
	    inside(ctx, k, f, "next", &a) && a == f->v->addr)
		buf_puts(b, "empty");
	else if (strcmp(f->name, "timespec64") == 0 &&
	    inside(ctx, k, f, "tv_sec", &a) && inside(ctx, k, f, "tv_nsec", &c)) {
		if (a > 1000000000)
			put_date(a, b);
		else if ((int64_t)a >= 0 && c < NS)
			buf_printf(b, "%" PRIu64 ".%09" PRIu64 " s", a, c);
	}
}

void
linux_natural(struct ctx *ctx, struct kernel *k, const struct os_field *f,
    struct buf *b)
{
	const uint64_t v = f->bits;
	const int64_t s = (int64_t)v;

	if (f->kind == TYPE_STRUCT) {
		put_structure(ctx, k, f, b);
		return;
	}
	if (f->kind == TYPE_PTR) {
		if (v >= (uint64_t)0 - ERRNO_MAX)
			(void)put_error(0 - v, b);
		return;
	}
	if (f->kind != TYPE_INT || put_flags(ctx, k, f, v, b))
		return;
	if (f->is_signed && s < 0 && s >= -(int64_t)ERRNO_MAX && is_error(f))
		(void)put_error((uint64_t)-s, b);
	else if (strcmp(f->declared, "umode_t") == 0 && v >> 12 != 0)
		put_mode(v, b);
	else if (strcmp(f->declared, "dev_t") == 0 && v != 0)
		/* include/linux/kdev_t.h: MINORBITS */
		buf_printf(b, "%" PRIu64 ":%" PRIu64, v >> 20, v & 0xfffff);
	else if (strcmp(f->member, "exit_code") == 0 && v != 0)
		put_exit(v, b);
	else if (is_date(f) && v > 1000000000)
		put_date(v, b);
	/* So many after 1970 it is a date, no duration. */
	else if (is_nanoseconds(f) && v > UINT64_C(1000000000) * NS &&
	    s > 0 && s < INT64_MAX)
		put_date(v / NS, b);
	else if (is_nanoseconds(f) && s > 0 && s < INT64_MAX)
		buf_printf(b, "%" PRIu64 ".%09" PRIu64 " s", v / NS, v % NS);
}
