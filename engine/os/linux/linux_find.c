/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Roots of kernels whose kallsyms holds no data (without CONFIG_KALLSYMS_ALL):
 * a function that is known to use a variable refers to it in its code.  Each
 * row tells which function, how it uses the variable, and what must lie there
 * for the address to be believed.  What is not found stays unknown.
 */
#include "engine/os/linux/linux_read.h"

#include "arch/code.h"

#include <string.h>

#define CODE_MAX	2048		/* of a function */
#define REFS_MAX	64
#define COUNT_MAX	(1u << 22)	/* PID_MAX_LIMIT */
#define SWAPFILES_MAX	32
#define NODE_STATS	(UINT64_C(32) * 8)	/* less than vm_node_stat takes */
#define STATES_MAX	64		/* of a CPU's time */
#define HALF		(UINT64_C(1) << 63)

/* The references of a function, none when it is not there. */
static size_t
refs_of(struct ctx *ctx, struct kernel *k, const char *name,
    struct code_ref refs[REFS_MAX])
{
	const struct symbol *s = sym_find(&k->symbols, name);
	uint8_t code[CODE_MAX];
	size_t n, done;

	if (s == NULL)
		return (0);
	n = s->size > 0 && s->size < CODE_MAX ? s->size : CODE_MAX;
	(void)space_read_some(ctx, &k->space, s->addr, code, n, &done);
	return (linux_of(k)->arch->refs(code, done, s->addr, refs, REFS_MAX));
}

static void
found(struct kernel *k, const char *name, uint64_t addr)
{
	struct linux_os *l = linux_of(k);

	if (l->nfound < LINUX_FOUND_MAX)
		l->found[l->nfound++] = (struct linux_found){ name, addr };
}

static bool
known(struct ctx *ctx, struct kernel *k, const char *name)
{
	uint64_t addr;

	return (linux_root(ctx, k, name, &addr) == 0);
}

static bool
word(struct ctx *ctx, struct kernel *k, uint64_t addr, unsigned size,
    uint64_t *ret)
{
	return (space_uint(ctx, &k->space, addr, size, ret) == 0);
}

static bool
fits_count(struct ctx *ctx, struct kernel *k, uint64_t addr)
{
	uint64_t v;

	return (word(ctx, k, addr, 4, &v) && v > 0 && v <= COUNT_MAX);
}

/* nr_cpu_ids: the last CPU has an area. */
static bool
fits_cpus(struct ctx *ctx, struct kernel *k, uint64_t addr)
{
	uint64_t v, off;

	return (word(ctx, k, addr, 4, &v) && v > 0 && v <= LINUX_CPUS_MAX &&
	    linux_percpu(ctx, k, (int)v - 1, &off) == 0 && off != 0);
}

/* A mask of CPUs has some, and none beyond nr_cpu_ids. */
static bool
fits_mask(struct ctx *ctx, struct kernel *k, uint64_t addr)
{
	uint64_t v, n;

	return (word(ctx, k, addr, 8, &v) && v != 0 &&
	    linux_var(ctx, k, "nr_cpu_ids", 4, &n) == 0 &&
	    (n >= 64 || v >> n == 0));
}

/* avenrun: three loads of 11 binary places. */
static bool
fits_loads(struct ctx *ctx, struct kernel *k, uint64_t addr)
{
	uint64_t v;
	unsigned i;

	for (i = 0; i < 3; i++)
		if (!word(ctx, k, addr + i * 8, 8, &v) || v >> 11 > COUNT_MAX)
			return (false);
	return (true);
}

/* A list's head: its neighbours point back at it. */
static bool
fits_list(struct ctx *ctx, struct kernel *k, uint64_t addr)
{
	uint64_t next, prev, back, forth;

	return (word(ctx, k, addr, 8, &next) && word(ctx, k, addr + 8, 8, &prev) &&
	    word(ctx, k, next + 8, 8, &back) && word(ctx, k, prev, 8, &forth) &&
	    back == addr && forth == addr);
}

/* A cache of pages for kprobes: a list of them, and how large a slot is. */
static bool
fits_slots(struct ctx *ctx, struct kernel *k, uint64_t addr)
{
	struct type_field pages, size;
	uint64_t v;

	return (type_field_of(ctx, k->types, "kprobe_insn_cache", "pages",
	    &pages) == 0 && type_field_of(ctx, k->types, "kprobe_insn_cache",
	    "insn_size", &size) == 0 && fits_list(ctx, k, addr + pages.offset) &&
	    word(ctx, k, addr + size.offset, 8, &v) && v > 0 && v <= 4096);
}

/* Nanoseconds of the first CPU, in each state of it. */
static bool
fits_cpustat(struct ctx *ctx, struct kernel *k, uint64_t addr)
{
	const struct linux_place *p = linux_place(k, LM_CPUSTAT_STATES);
	uint64_t off, v, sum;
	unsigned i;

	if (p->status != OK || linux_percpu(ctx, k, 0, &off) != 0)
		return (false);
	for (i = 0, sum = 0; i < p->size / 8 && i < STATES_MAX; i++, sum += v)
		if (!word(ctx, k, addr + off + p->offset + i * 8, 8, &v) ||
		    v >> 60 != 0)
			return (false);
	return (sum > 0);
}

/* A pointer to text that can be printed. */
static bool
fits_text(struct ctx *ctx, struct kernel *k, uint64_t addr)
{
	char text[64], *p;
	uint64_t at;

	if (!word(ctx, k, addr, 8, &at) || at < HALF)
		return (false);
	(void)space_text(ctx, &k->space, at, text, sizeof(text));
	for (p = text; *p >= ' ' && *p <= '~'; p++)
		continue;
	return (p > text && (*p == '\0' || *p == '\n'));
}

static bool
fits_taint(struct ctx *ctx, struct kernel *k, uint64_t addr)
{
	uint64_t v;

	return (word(ctx, k, addr, 8, &v) && v >> 32 == 0);
}

static bool
fits_swapfiles(struct ctx *ctx, struct kernel *k, uint64_t addr)
{
	uint64_t v;

	return (word(ctx, k, addr, 4, &v) && v <= SWAPFILES_MAX);
}

/* As many pointers as there are swap files. */
static bool
fits_swaps(struct ctx *ctx, struct kernel *k, uint64_t addr)
{
	uint64_t n, i, p;

	if (linux_var(ctx, k, "nr_swapfiles", 4, &n) != 0 || n > SWAPFILES_MAX)
		return (false);
	for (i = 0; i < n; i++)
		if (!word(ctx, k, addr + i * 8, 8, &p) || p < HALF)
			return (false);
	return (true);
}

/* The timekeeper lies behind a count, eight bytes on. */
static bool
fits_time(struct ctx *ctx, struct kernel *k, uint64_t addr)
{
	uint64_t clock, shift, seconds, base;

	addr += 8;
	return (linux_member(ctx, k, addr, LM_TIME_CLOCK, &clock) == 0 &&
	    linux_member(ctx, k, addr, LM_TIME_SHIFT, &shift) == 0 &&
	    linux_member(ctx, k, addr, LM_TIME_XTIME_SEC, &seconds) == 0 &&
	    linux_member(ctx, k, addr, LM_TIME_BASE, &base) == 0 &&
	    clock >= HALF && shift < 64 && base < HALF && seconds >> 40 == 0);
}

/* panic_cpu: none, or one of them. */
static bool
fits_panic(struct ctx *ctx, struct kernel *k, uint64_t addr)
{
	uint64_t v, n;

	return (word(ctx, k, addr, 4, &v) &&
	    linux_var(ctx, k, "nr_cpu_ids", 4, &n) == 0 &&
	    (v == UINT32_MAX || v < n));
}

/* node_data or what is like it: the first node has zones. */
static bool
fits_nodes(struct ctx *ctx, struct kernel *k, uint64_t addr)
{
	uint64_t node, low;

	return (word(ctx, k, addr, 8, &node) && node >= HALF &&
	    linux_has(k, LM_PGDAT_ZONES) && linux_member(ctx, k, node +
	    linux_place(k, LM_PGDAT_ZONES)->offset, LM_ZONE_LOW, &low) == 0 &&
	    low >> 48 == 0);
}

static const struct row {
	const char	*name, *function;
	enum code_use	 use;
	uint8_t		 size;
	bool		 last;		/* of those that fit, not the first */
	bool		(*fits)(struct ctx *, struct kernel *, uint64_t);
} rows[] = {
	{ "nr_cpu_ids", "init_cpu_possible", CODE_LOAD, 4, false, fits_cpus },
	{ "__cpu_possible_mask", "init_cpu_possible", CODE_ADDRESS, 0, true,
	    fits_mask },
	{ "__cpu_present_mask", "init_cpu_present", CODE_ADDRESS, 0, true,
	    fits_mask },
	{ "__cpu_online_mask", "init_cpu_online", CODE_ADDRESS, 0, true,
	    fits_mask },
	{ "avenrun", "get_avenrun", CODE_LOAD, 8, false, fits_loads },
	{ "nr_threads", "loadavg_proc_show", CODE_LOAD, 4, false, fits_count },
	{ "modules", "print_modules", CODE_LOAD, 8, false, fits_list },
	{ "btf_modules", "btf_try_get_module", CODE_LOAD, 8, false, fits_list },
	{ "bpf_kallsyms", "bpf_get_kallsym", CODE_LOAD, 8, false, fits_list },
	{ "kprobe_insn_slots", "kprobe_get_kallsym", CODE_ADDRESS, 0, false,
	    fits_slots },
	{ "saved_command_line", "cmdline_proc_show", CODE_LOAD, 8, false,
	    fits_text },
	{ "tainted_mask", "get_taint", CODE_LOAD, 8, false, fits_taint },
	{ "nr_swapfiles", "si_swapinfo", CODE_LOAD, 4, false, fits_swapfiles },
	{ "kernel_cpustat", "kcpustat_cpu_fetch", CODE_ADDRESS, 0, false,
	    fits_cpustat },
	{ "swap_info", "swap_start", CODE_INDEX, 8, false, fits_swaps },
	{ "tk_core", "ktime_get", CODE_ADDRESS, 0, false, fits_time },
	{ "panic_cpu", "panic", CODE_ATOMIC, 4, false, fits_panic },
	{ "node_data", "first_online_pgdat", CODE_INDEX, 8, false, fits_nodes },
};

static void
by_row(struct ctx *ctx, struct kernel *k, const struct row *row)
{
	struct code_ref refs[REFS_MAX];
	uint64_t addr = 0;
	size_t i, n;

	n = refs_of(ctx, k, row->function, refs);
	for (i = 0; i < n && (row->last || addr == 0); i++)
		if (refs[i].use == row->use && refs[i].size == row->size &&
		    row->fits(ctx, k, refs[i].addr))
			addr = refs[i].addr;
	if (addr != 0)
		found(k, row->name, addr);
}

/* The first task: no pid, and a list that closes. */
static bool
is_first_task(struct ctx *ctx, struct kernel *k, uint64_t task)
{
	const struct linux_place *comm = linux_place(k, LM_TASK_COMM);
	char text[16] = "";
	uint64_t pid;

	return (comm->status == OK && linux_has(k, LM_TASK_TASKS) &&
	    linux_member(ctx, k, task, LM_TASK_PID, &pid) == 0 && pid == 0 &&
	    space_text(ctx, &k->space, task + comm->offset, text,
	    sizeof(text)) == 0 && strncmp(text, "swapper", 7) == 0 &&
	    fits_list(ctx, k, task + linux_place(k, LM_TASK_TASKS)->offset));
}

/*
 * idle_task() adds what __per_cpu_offset[] has for a CPU to the address of
 * runqueues; the idle task of the first CPU is init_task.
 */
static void
from_run_queues(struct ctx *ctx, struct kernel *k)
{
	struct code_ref refs[REFS_MAX];
	uint64_t off, task;
	size_t i, j, n;

	n = refs_of(ctx, k, "idle_task", refs);
	for (i = 0; i < n; i++) {
		if (refs[i].use != CODE_INDEX || refs[i].size != 8 ||
		    !word(ctx, k, refs[i].addr, 8, &off))
			continue;
		for (j = 0; j < n; j++) {
			if (refs[j].use != CODE_ADDRESS || linux_member(ctx, k,
			    refs[j].addr + off, LM_RQ_IDLE_IDLE, &task) != 0 ||
			    !is_first_task(ctx, k, task))
				continue;
			found(k, "__per_cpu_offset", refs[i].addr);
			found(k, "runqueues", refs[j].addr);
			found(k, "init_task", task);
			return;
		}
	}
}

/* The name spaces of the first task are the first ones. */
static void
from_first_task(struct ctx *ctx, struct kernel *k)
{
	uint64_t task, pid, proxy, ns;

	if (linux_root(ctx, k, "init_task", &task) != 0)
		return;
	if (linux_member(ctx, k, task, LM_TASK_ALONE_THREAD_PID, &pid) == 0 &&
	    linux_member(ctx, k, pid, LM_NR_NS, &ns) == 0)
		found(k, "init_pid_ns", ns);
	if (linux_member(ctx, k, task, LM_TASK_ALONE_NSPROXY, &proxy) == 0 &&
	    linux_member(ctx, k, proxy, LM_NSPROXY_UTS, &ns) == 0)
		found(k, "init_uts_ns", ns);
}

/* si_swapinfo() loads both: there is never more free than there is. */
static void
swap_pages(struct ctx *ctx, struct kernel *k)
{
	struct code_ref refs[REFS_MAX];
	uint64_t at[2], v[2];
	size_t i, n, seen, all;

	n = refs_of(ctx, k, "si_swapinfo", refs);
	for (i = seen = 0; i < n && seen < 2; i++)
		if (refs[i].use == CODE_LOAD && refs[i].size == 8 &&
		    word(ctx, k, refs[i].addr, 8, &v[seen]) &&
		    v[seen] >> 48 == 0 &&
		    (seen == 0 || refs[i].addr != at[0]))
			at[seen++] = refs[i].addr;
	if (seen < 2)
		return;
	all = v[1] > v[0];
	found(k, "total_swap_pages", at[all]);
	found(k, "nr_swap_pages", at[!all]);
}

/*
 * si_meminfo() loads three counts of pages.  That which si_mem_available()
 * loads too is what the zones have free; of the others the larger is all, the
 * smaller what the nodes have shared.  What else si_mem_available() loads by
 * itself is kept in reserve.
 */
static void
memory_pages(struct ctx *ctx, struct kernel *k)
{
	struct code_ref refs[REFS_MAX], other[REFS_MAX];
	uint64_t free, all, shared, nodes, v, most;
	int64_t of_free, of_shared;
	size_t i, j, n, m;

	if (linux_enum(ctx, k, "zone_stat_item", "NR_FREE_PAGES",
	    &of_free) != 0 || linux_enum(ctx, k, "node_stat_item", "NR_SHMEM",
	    &of_shared) != 0)
		return;
	n = refs_of(ctx, k, "si_meminfo", refs);
	m = refs_of(ctx, k, "si_mem_available", other);
	for (i = 0, free = all = shared = most = 0; i < n; i++) {
		if (refs[i].use != CODE_LOAD || refs[i].size != 8 ||
		    !word(ctx, k, refs[i].addr, 8, &v) || v >> 48 != 0)
			continue;
		for (j = 0; j < m; j++)
			if (other[j].use == CODE_LOAD && other[j].size == 8 &&
			    other[j].addr == refs[i].addr)
				break;
		if (j < m)
			free = refs[i].addr;
		else if (all == 0 || v > most) {
			shared = all;
			all = refs[i].addr;
			most = v;
		} else
			shared = refs[i].addr;
	}
	if (all == 0 || shared == 0 || free == 0)
		return;
	found(k, "_totalram_pages", all);
	found(k, "vm_zone_stat", free - (uint64_t)of_free * 8);
	nodes = shared - (uint64_t)of_shared * 8;
	found(k, "vm_node_stat", nodes);
	for (j = 0; j < m; j++)
		if (other[j].use == CODE_LOAD && other[j].size == 8 &&
		    other[j].addr != free && other[j].addr - nodes >= NODE_STATS &&
		    word(ctx, k, other[j].addr, 8, &v) && v < most) {
			found(k, "totalreserve_pages", other[j].addr);
			break;
		}
}

void
linux_find_roots(struct ctx *ctx, struct kernel *k)
{
	size_t i;

	if (linux_of(k)->arch->refs == NULL || known(ctx, k, "init_task"))
		return;
	ctx->quiet++;
	from_run_queues(ctx, k);
	from_first_task(ctx, k);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		by_row(ctx, k, &rows[i]);
	swap_pages(ctx, k);
	memory_pages(ctx, k);
	ctx->quiet--;
	ctx_clear(ctx);
}
