/* SPDX-License-Identifier: BSD-2-Clause */
/* CPUs: how many, their variables, their time; and the direct map. */
#include "engine/os/linux/linux_read.h"

#include "base/bytes.h"

#include <string.h>

#define NSEC		1e9
#define AREA_MAX	(UINT64_C(64) << 20)

int
linux_cpu_ids(struct ctx *ctx, struct kernel *k, unsigned *ids,
    unsigned *online)
{
	struct linux_cpus cpus;
	int rc;

	rc = linux_cpus_online(ctx, k, &cpus);
	if (rc != 0)
		return (rc);
	*ids = cpus.n;
	*online = linux_cpu_count(&cpus);
	return (0);
}

/*
 * The static part of a CPU's area is a copy of what the linker put between
 * these symbols (mm/percpu.c); dynamic variables lie behind it, or elsewhere,
 * at the same distance from CPU to CPU.
 */
int
linux_cpu(struct ctx *ctx, struct kernel *k, int cpu, struct os_cpu *ret)
{
	struct linux_cpus cpus;
	uint64_t start, end, offset;
	int rc;

	rc = linux_cpus(ctx, k, "__cpu_possible_mask", &cpus);
	if (rc == 0 && (cpu < 0 || linux_cpu_next(&cpus, cpu) != cpu))
		rc = ctx_fail(ctx, E_NOT_FOUND, "no CPU %d", cpu);
	if (rc == 0)
		rc = linux_root(ctx, k, "__per_cpu_start", &start);
	if (rc == 0)
		rc = linux_root(ctx, k, "__per_cpu_end", &end);
	if (rc == 0)
		rc = linux_percpu(ctx, k, cpu, &offset);
	if (rc != 0)
		return (rc);
	if (end < start || end - start > AREA_MAX)
		return (ctx_fail(ctx, E_CORRUPT, "a CPU's variables cannot "
		    "take %llu bytes", (unsigned long long)(end - start)));
	ret->area = start + offset;
	ret->size = end - start;
	ret->offset = offset;
	return (0);
}

/* enum cpu_usage_stat, linux/kernel_stat.h. */
enum state {
	USER, NICE, SYSTEM, SOFTIRQ, IRQ, IDLE, IOWAIT, STEAL, STATES
};

static const char *const states[STATES] = {
	"CPUTIME_USER", "CPUTIME_NICE", "CPUTIME_SYSTEM", "CPUTIME_SOFTIRQ",
	"CPUTIME_IRQ", "CPUTIME_IDLE", "CPUTIME_IOWAIT", "CPUTIME_STEAL",
};

/*
 * Idle time where ticks stop: what the tick's own books say, as
 * get_cpu_idle_time_us() does (kernel/time/tick-sched.c).
 */
static void
tickless(struct ctx *ctx, struct kernel *k, uint64_t offset,
    uint64_t ns[STATES])
{
	uint64_t active, tick, idle, iowait;

	ctx->quiet++;
	if (linux_var(ctx, k, "tick_nohz_active", 4, &active) == 0 &&
	    active != 0 && linux_root(ctx, k, "tick_cpu_sched", &tick) == 0 &&
	    linux_member(ctx, k, tick + offset, LM_TICK_IDLE, &idle) == 0 &&
	    linux_member(ctx, k, tick + offset, LM_TICK_IOWAIT, &iowait) == 0) {
		ns[IDLE] = idle;
		ns[IOWAIT] = iowait;
	}
	ctx->quiet--;
	ctx_clear(ctx);
}

static int
one(struct ctx *ctx, struct kernel *k, int cpu, uint64_t stat,
    const int64_t index[STATES], struct os_cptime *sum)
{
	const struct linux_place *p = linux_place(k, LM_CPUSTAT_STATES);
	uint64_t offset, ns[STATES];
	int i, rc;

	rc = linux_percpu(ctx, k, cpu, &offset);
	for (i = 0; rc == 0 && i < STATES; i++)
		rc = space_uint(ctx, &k->space, stat + offset + p->offset +
		    (uint64_t)index[i] * 8, 8, &ns[i]);
	if (rc != 0)
		return (ctx_chain(ctx, "time of CPU %d", cpu));
	tickless(ctx, k, offset, ns);
	sum->user += (double)ns[USER] / NSEC;
	sum->nice += (double)ns[NICE] / NSEC;
	sum->system += (double)ns[SYSTEM] / NSEC;
	sum->interrupt += ((double)ns[SOFTIRQ] + (double)ns[IRQ]) / NSEC;
	sum->idle += (double)ns[IDLE] / NSEC;
	sum->iowait += (double)ns[IOWAIT] / NSEC;
	sum->steal += (double)ns[STEAL] / NSEC;
	return (0);
}

int
linux_cptime(struct ctx *ctx, struct kernel *k, int cpu, struct os_cptime *ret)
{
	const struct linux_place *p = linux_place(k, LM_CPUSTAT_STATES);
	struct os_cptime sum = { 0 };
	struct linux_cpus cpus;
	uint64_t stat;
	int64_t index[STATES];
	int i, rc;

	rc = linux_cpus(ctx, k, "__cpu_possible_mask", &cpus);
	if (rc == 0)
		rc = linux_root(ctx, k, "kernel_cpustat", &stat);
	if (rc == 0 && p->status != OK)
		rc = ctx_fail(ctx, p->status, "this kernel's types hold no "
		    "struct kernel_cpustat");
	for (i = 0; rc == 0 && i < STATES; i++) {
		rc = linux_enum(ctx, k, "cpu_usage_stat", states[i], &index[i]);
		if (rc == 0 && (index[i] < 0 ||
		    index[i] >= (int64_t)(p->size / 8)))
			rc = ctx_fail(ctx, E_CORRUPT, "%s is %lld", states[i],
			    (long long)index[i]);
	}
	if (rc == 0 && cpu >= 0)
		rc = linux_cpu_next(&cpus, cpu) == cpu ?
		    one(ctx, k, cpu, stat, index, &sum) :
		    ctx_fail(ctx, E_NOT_FOUND, "no CPU %d", cpu);
	else if (rc == 0)
		for (i = 0; rc == 0 && (i = linux_cpu_next(&cpus, i)) >= 0; i++)
			rc = one(ctx, k, i, stat, index, &sum);
	if (rc == 0)
		*ret = sum;
	return (rc);
}

/* From the first byte of memory on; what is there must be that byte. */
static int
direct_from(struct ctx *ctx, struct kernel *k, uint64_t zero, uint64_t *base,
    uint64_t *end, uint64_t *phys)
{
	struct mem_range mr;
	struct pt_result r;
	uint64_t at;
	int rc;

	rc = mem_range(ctx, &k->mem, 0, &mr);
	if (rc == 0 && mr.status != 0)
		rc = mem_range(ctx, &k->mem, mr.end, &mr);
	if (rc != 0)
		return (rc);
	at = zero + mr.start;
	rc = space_translate(ctx, &k->space, at, &r);
	if (rc != 0 || r.phys != mr.start)
		return (ctx_fail(ctx, E_NOT_FOUND, "the direct map is not at "
		    "0x%llx", (unsigned long long)at));
	*base = at;
	*end = zero + mem_end(ctx, &k->mem);
	*phys = mr.start;
	return (0);
}

/*
 * x86-64: at page_offset_base where KASLR moves it, else where
 * Documentation/arch/x86/x86_64/mm.rst has it; physical memory from 0 on.
 */
int
linux_direct_map(struct ctx *ctx, struct kernel *k, uint64_t *base,
    uint64_t *end, uint64_t *phys)
{
	const struct linux_os *l = linux_of(k);
	uint64_t at, pfns, size, vmemmap;
	int rc;

	if (l->arch != NULL && l->arch->zero != NULL && l->arch->zero(
	    l->vmcoreinfo, l->vmcoreinfo_len, 0, &at, &vmemmap))
		return (direct_from(ctx, k, at, base, end, phys));
	if (k->arch != &arch_x86_64 || k->space.form == NULL)
		return (ctx_fail(ctx, E_NOT_FOUND,
		    "the direct map of %s is not known", k->arch->name));
	ctx->quiet++;
	if (linux_var(ctx, k, "page_offset_base", 8, &at) != 0)
		at = k->space.form->levels == 5 ?
		    UINT64_C(0xff11000000000000) : UINT64_C(0xffff888000000000);
	rc = linux_var(ctx, k, "max_pfn", 8, &pfns);
	ctx->quiet--;
	if (rc != 0)
		pfns = mem_end(ctx, &k->mem) / linux_page_size(k);
	ctx_clear(ctx);
	if (__builtin_mul_overflow(pfns, linux_page_size(k), &size) ||
	    !add_ok(at, size, end))
		return (ctx_fail(ctx, E_CORRUPT, "max_pfn is %llu",
		    (unsigned long long)pfns));
	*base = at;
	*phys = 0;
	return (0);
}
