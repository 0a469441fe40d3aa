/* SPDX-License-Identifier: BSD-2-Clause */
/* The load, as in /proc/loadavg (fs/proc/loadavg.c, kernel/sched/loadavg.c). */
#include "engine/os/linux/linux_read.h"

/* avenrun[] holds numbers of 11 binary places, linux/sched/loadavg.h. */
#define FSHIFT		11
#define FIXED_1		(1u << FSHIFT)

/* Tasks that run or could run, on all CPUs. */
static int
running(struct ctx *ctx, struct kernel *k, uint64_t *sum)
{
	struct linux_cpus cpus;
	uint64_t rq, off, n;
	int cpu, rc;

	*sum = 0;
	rc = linux_cpus_online(ctx, k, &cpus);
	if (rc == 0)
		rc = linux_root(ctx, k, "runqueues", &rq);
	for (cpu = 0; rc == 0 && (cpu = linux_cpu_next(&cpus, cpu)) >= 0;
	    cpu++) {
		rc = linux_percpu(ctx, k, cpu, &off);
		if (rc == 0)
			rc = linux_member(ctx, k, rq + off, LM_RQ_RUNNING, &n);
		if (rc == 0)
			*sum += n & UINT32_MAX;
	}
	return (rc);
}

int
linux_load(struct ctx *ctx, struct kernel *k, struct os_load *load)
{
	struct os_load l = { 0 };
	uint64_t addr, v;
	unsigned i, size;
	int rc;

	rc = linux_root(ctx, k, "avenrun", &addr);
	size = k->space.ptr_size;
	for (i = 0; rc == 0 && i < 3; i++) {
		rc = space_uint(ctx, &k->space, addr + i * size, size, &v);
		if (rc != 0)
			break;
		/* Rounded and cut to two places as the kernel shows it. */
		v += FIXED_1 / 200;
		l.load[i] = (double)(v >> FSHIFT) +
		    (double)((v & (FIXED_1 - 1)) * 100 >> FSHIFT) / 100;
	}
	if (rc != 0)
		return (ctx_chain(ctx, "load averages"));
	ctx->quiet++;
	l.running.status = running(ctx, k, &l.running.v);
	l.threads.status = linux_var(ctx, k, "nr_threads", 4, &l.threads.v);
	ctx->quiet--;
	ctx_clear(ctx);
	*load = l;
	return (0);
}
