/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CPUs: each has a struct pcpu, found by cpuid_to_pcpu[] (sys/sys/pcpu.h), and
 * a copy of the variables between __start_set_pcpu and __stop_set_pcpu, as far
 * from them as dpcpu_off[] says.
 */
#include "engine/os/freebsd/freebsd.h"

#include "base/bytes.h"

#define CPUS_MAX	65536
#define STATES		5	/* user nice system interrupt idle: sys/resource.h */

int
freebsd_cpus(struct ctx *ctx, struct kernel *k, unsigned *ids, unsigned *online)
{
	uint64_t maxid, n;
	int rc;

	rc = freebsd_var(ctx, k, "mp_maxid", 4, &maxid);
	if (rc == 0)
		rc = freebsd_var(ctx, k, "mp_ncpus", 4, &n);
	if (rc != 0)
		return (ctx_chain(ctx, "CPUs"));
	if (maxid >= CPUS_MAX || n > maxid + 1)
		return (ctx_fail(ctx, E_CORRUPT, "%llu CPUs of numbers up to "
		    "%llu", (unsigned long long)n, (unsigned long long)maxid));
	*ids = (unsigned)maxid + 1;
	*online = (unsigned)n;
	return (0);
}

/* struct pcpu of a CPU; E_NOT_FOUND: there is no such CPU. */
static int
pcpu(struct ctx *ctx, struct kernel *k, int cpu, uint64_t *addr)
{
	unsigned ids, online;
	uint64_t table;
	int rc;

	rc = freebsd_cpus(ctx, k, &ids, &online);
	if (rc == 0)
		rc = freebsd_symbol(ctx, k, "cpuid_to_pcpu", &table);
	if (rc == 0 && cpu >= 0 && (unsigned)cpu < ids)
		rc = space_ptr(ctx, &k->space, table + (uint64_t)cpu *
		    k->space.ptr_size, addr);
	else if (rc == 0)
		*addr = 0;
	return (rc != 0 || *addr != 0 ? rc : ctx_fail(ctx, E_NOT_FOUND,
	    "there is no CPU %d", cpu));
}

int
freebsd_cpu(struct ctx *ctx, struct kernel *k, int cpu, struct os_cpu *ret)
{
	uint64_t offset, start, stop, table;
	int rc;

	rc = pcpu(ctx, k, cpu, &start);
	if (rc == 0)
		rc = freebsd_symbol(ctx, k, "__start_set_pcpu", &start);
	if (rc == 0)
		rc = freebsd_symbol(ctx, k, "__stop_set_pcpu", &stop);
	if (rc == 0)
		rc = freebsd_symbol(ctx, k, "dpcpu_off", &table);
	if (rc == 0)
		rc = space_ptr(ctx, &k->space, table + (uint64_t)cpu *
		    k->space.ptr_size, &offset);
	if (rc != 0)
		return (rc);
	if (stop < start)
		return (ctx_fail_at(ctx, E_CORRUPT, start, "the variables of "
		    "CPUs end before they start"));
	*ret = (struct os_cpu){ .area = start + offset, .size = stop - start,
	    .offset = offset };
	return (0);
}

/* Ticks of the statistics clock, of one CPU. */
static int
ticks_of(struct ctx *ctx, struct kernel *k, int cpu, uint64_t sum[STATES])
{
	const unsigned word = k->space.ptr_size;
	uint8_t raw[STATES * 8];
	uint64_t addr;
	unsigned i;
	int rc;

	rc = pcpu(ctx, k, cpu, &addr);
	if (rc == 0)
		rc = freebsd_at(ctx, k, addr, FM_PCPU_TIME, &addr);
	if (rc == 0)
		rc = space_read(ctx, &k->space, addr, raw, STATES * word);
	for (i = 0; rc == 0 && i < STATES; i++)
		sum[i] += load_uint(raw + i * word, word, k->space.be);
	return (rc);
}

int
freebsd_cptime(struct ctx *ctx, struct kernel *k, int cpu,
    struct os_cptime *ret)
{
	uint64_t hz, sum[STATES] = { 0 };
	unsigned ids, online, i;
	double tick;
	int rc;

	ids = online = 0;
	rc = freebsd_var(ctx, k, "stathz", 4, &hz);
	if (rc == 0 && (hz == 0 || hz > UINT32_C(1) << 20))
		rc = ctx_fail(ctx, E_CORRUPT, "a clock of %llu ticks a second",
		    (unsigned long long)hz);
	if (rc == 0 && cpu >= 0)
		rc = ticks_of(ctx, k, cpu, sum);
	else if (rc == 0)
		rc = freebsd_cpus(ctx, k, &ids, &online);
	for (i = 0; rc == 0 && i < ids; i++) {
		rc = ticks_of(ctx, k, (int)i, sum);
		if (rc == E_NOT_FOUND) {	/* numbers have gaps */
			ctx_clear(ctx);
			rc = 0;
		}
	}
	if (rc != 0)
		return (ctx_chain(ctx, "CPU time"));
	tick = 1.0 / (double)hz;
	*ret = (struct os_cptime){ .user = (double)sum[0] * tick,
	    .nice = (double)sum[1] * tick, .system = (double)sum[2] * tick,
	    .interrupt = (double)sum[3] * tick, .idle = (double)sum[4] * tick };
	return (0);
}
