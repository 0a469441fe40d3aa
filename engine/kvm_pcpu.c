/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kvm_getpcpu(3): CPUs and what each has of its own.
 *
 * FreeBSD: struct pcpu, found by cpuid_to_pcpu[], __pcpu, mp_maxid, mp_ncpus;
 * a zone item of a CPU lies at base + size of a slot * CPU, from __pcpu on
 * where the machine counts from there (amd64; sys/pcpu.h, sys/counter.h).
 * Linux: the CPU's copy of the variables from __per_cpu_start on; a per-CPU
 * pointer plus __per_cpu_offset[] of the CPU.
 */
#include "engine/kvm_int.h"

#include "base/bytes.h"
#include "engine/os/os.h"

#include <sys/resource.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define CPUS_MAX	65536

bool
kvm_is_bsd(const kvm_t *kd)
{
	const struct kernel *k = kd->kernel;

	return ((k->os != NULL && strcmp(k->os->name, "FreeBSD") == 0) ||
	    (k->dump->system != NULL && strcmp(k->dump->system, "FreeBSD") ==
	    0));
}

static bool
is_linux(const kvm_t *kd)
{
	const struct kernel *k = kd->kernel;

	return (k->os != NULL && k->os->cpus != NULL && !kvm_is_bsd(kd));
}

/* One above the highest CPU, and how many there are. */
static bool
count_cpus(kvm_t *kd, unsigned *ids, unsigned *n)
{
	uint64_t maxid, ncpus;

	if (is_linux(kd)) {
		if (os_cpus(&kd->ctx, kd->kernel, ids, n) == 0)
			return (true);
		kvm_err_engine(kd);
		return (false);
	}
	if (!kvm_symbol_uint(kd, "mp_maxid", 4, &maxid) ||
	    !kvm_symbol_uint(kd, "mp_ncpus", 4, &ncpus) ||
	    maxid >= CPUS_MAX || ncpus > CPUS_MAX) {
		kvm_err_hard(kd, "cannot read mp_maxid and mp_ncpus");
		return (false);
	}
	*ids = (unsigned)maxid + 1;
	*n = (unsigned)ncpus;
	return (true);
}

int
kvm_getmaxcpu(kvm_t *kd)
{
	unsigned ids, n;

	return (count_cpus(kd, &ids, &n) ? (int)ids : -1);
}

int
kvm_getncpus(kvm_t *kd)
{
	unsigned ids, n;

	return (count_cpus(kd, &ids, &n) ? (int)n : -1);
}

/*
 * FreeBSD: the bytes of a slot.  The types say it; else a page, which it is on
 * amd64 and which holds it elsewhere.
 */
static uint64_t
slot_size(kvm_t *kd)
{
	struct kernel *k = kd->kernel;
	struct typeref ref;
	uint64_t size;

	size = 0;
	if (k->types != NULL &&
	    type_find(&kd->ctx, k->types, "struct pcpu", &ref) == 0)
		type_size(&kd->ctx, k->types, ref, &size);
	return (size != 0 && size < 1 << 20 ? size : kvm_page_size(kd));
}

/* Where a CPU's structure is: 1, 0 where there is no such CPU, -1. */
static int
find_pcpu(kvm_t *kd, unsigned cpu, uint64_t *addr, uint64_t *size)
{
	struct kernel *k = kd->kernel;
	struct os_cpu c;
	unsigned ids, n;
	uint64_t table;
	uint8_t raw[8];
	int rc;

	if (!count_cpus(kd, &ids, &n))
		return (-1);
	if (cpu >= ids)
		return (0);
	if (is_linux(kd)) {
		rc = os_cpu(&kd->ctx, k, (int)cpu, &c);
		if (rc == E_NOT_FOUND)
			return (0);
		if (rc != 0) {
			kvm_err_engine(kd);
			return (-1);
		}
		*addr = c.area;
		*size = c.size;
		return (1);
	}
	if (!kvm_symbol(kd, "cpuid_to_pcpu", &table, NULL)) {
		kvm_err_hard(kd, "cpuid_to_pcpu: no such symbol");
		return (-1);
	}
	if (kvm_read2(kd, table + (uint64_t)cpu * k->space.ptr_size, raw,
	    k->space.ptr_size) != (ssize_t)k->space.ptr_size)
		return (-1);
	*addr = load_uint(raw, k->space.ptr_size, k->space.be);
	*size = slot_size(kd);
	return (*addr != 0);
}

void *
kvm_getpcpu(kvm_t *kd, int cpu)
{
	uint64_t addr, size;
	void *copy;
	int found;

	/* In the original this forgets what is known of all handles. */
	if (kd == NULL)
		return (NULL);
	found = cpu < 0 ? 0 : find_pcpu(kd, (unsigned)cpu, &addr, &size);
	if (found <= 0)
		return (found == 0 ? NULL : (void *)-1);
	copy = malloc((size_t)size);
	if (copy == NULL) {
		kvm_err_hard(kd, "out of memory");
		return ((void *)-1);
	}
	if (kvm_read2(kd, addr, copy, (size_t)size) != (ssize_t)size) {
		free(copy);
		return ((void *)-1);
	}
	return (copy);
}

/*
 * FreeBSD's ticks since boot: the array cp_time of older kernels, else
 * pc_cp_time of each CPU, which the types place.
 */
bool
kvm_cptime_bsd(kvm_t *kd, long cp_time[])
{
	const unsigned word = kd->kernel->space.ptr_size;
	uint64_t sum[CPUSTATES] = { 0 }, addr, size;
	uint8_t raw[CPUSTATES * 8];
	struct type_field field;
	unsigned ids, n, cpu, i;
	bool whole;
	int found;

	whole = kvm_symbol(kd, "cp_time", &addr, NULL);
	ids = 1;
	if (!whole && (kd->kernel->types == NULL || type_field_of(&kd->ctx,
	    kd->kernel->types, "pcpu", "pc_cp_time", &field) != 0)) {
		kvm_err_hard(kd, "cp_time: no such symbol, and where struct "
		    "pcpu keeps pc_cp_time is not known");
		return (false);
	}
	if (!whole && !count_cpus(kd, &ids, &n))
		return (false);
	for (cpu = 0; cpu < ids; cpu++) {
		found = whole ? 1 : find_pcpu(kd, cpu, &addr, &size);
		if (found < 0)
			return (false);
		if (found == 0)
			continue;
		if (kvm_read2(kd, whole ? addr : addr + field.offset, raw,
		    CPUSTATES * word) != (ssize_t)(CPUSTATES * word))
			return (false);
		for (i = 0; i < CPUSTATES; i++)
			sum[i] += load_uint(raw + i * word, word,
			    kd->kernel->space.be);
	}
	for (i = 0; i < CPUSTATES; i++)
		cp_time[i] = sum[i] > LONG_MAX ? LONG_MAX : (long)sum[i];
	return (true);
}

int
kvm_dpcpu_setcpu(kvm_t *kd, unsigned int cpu)
{
	uint64_t addr, size;
	int found;

	found = find_pcpu(kd, cpu, &addr, &size);
	if (found == 0) {
		errno = EINVAL;
		kvm_err_hard(kd, "no CPU %u", cpu);
	}
	if (found <= 0)
		return (-1);
	kd->cpu = cpu;
	kd->has_cpu = true;
	return (0);
}

ssize_t
kvm_read_zpcpu(kvm_t *kd, unsigned long base, void *buf, size_t size, int cpu)
{
	struct kernel *k = kd->kernel;
	struct os_cpu c;
	uint64_t addr, from;
	int rc;

	if (cpu < 0 || cpu >= CPUS_MAX) {
		errno = EINVAL;
		kvm_err_hard(kd, "no CPU %d", cpu);
		return (-1);
	}
	if (!is_linux(kd)) {
		addr = base + slot_size(kd) * (uint64_t)cpu;
		if (k->arch == &arch_x86_64) {
			if (!kvm_symbol(kd, "__pcpu", &from, NULL)) {
				kvm_err_hard(kd, "__pcpu: no such symbol");
				return (-1);
			}
			addr += from;
		}
		return (kvm_read2(kd, addr, buf, size));
	}
	rc = os_cpu(&kd->ctx, k, cpu, &c);
	if (rc != 0) {
		kvm_err_engine(kd);
		return (-1);
	}
	return (kvm_read2(kd, base + c.offset, buf, size));
}

uint64_t
kvm_counter_u64_fetch(kvm_t *kd, unsigned long base)
{
	unsigned ids, n, cpu;
	struct os_cpu c;
	uint64_t sum;
	uint8_t raw[8];

	if (!count_cpus(kd, &ids, &n))
		return (0);
	/* FreeBSD counts CPUs without gaps here. */
	for (cpu = 0, sum = 0; cpu < (is_linux(kd) ? ids : n); cpu++) {
		if (is_linux(kd) && os_cpu(&kd->ctx, kd->kernel, (int)cpu,
		    &c) == E_NOT_FOUND)
			continue;
		if (kvm_read_zpcpu(kd, base, raw, sizeof(raw), (int)cpu) !=
		    (ssize_t)sizeof(raw))
			return (0);
		sum += load_u64(raw, kd->kernel->space.be);
	}
	return (sum);
}
