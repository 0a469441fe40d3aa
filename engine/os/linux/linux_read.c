/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs of kernel memory, roots, CPUs and their areas.
 */
#include "engine/os/linux/linux_read.h"

#include "base/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is read in one piece; the largest log buffer is 32 MiB. */
#define SPAN_MAX	(UINT64_C(64) << 20)

int
linux_span_open(struct ctx *ctx, struct linux_span *s, struct kernel *k,
    uint64_t addr, uint64_t len)
{
	uint64_t end;
	int rc;

	memset(s, 0, sizeof(*s));
	if (len > SPAN_MAX || !add_ok(addr, len, &end))
		return (ctx_fail_at(ctx, E_CORRUPT, addr,
		    "%llu bytes at 0x%llx cannot be one table",
		    (unsigned long long)len, (unsigned long long)addr));
	s->k = k;
	s->addr = addr;
	s->len = len;
	s->bytes = malloc((size_t)len + 1);
	if (s->bytes == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	ctx->quiet++;
	rc = space_read(ctx, &k->space, addr, s->bytes, (size_t)len);
	ctx->quiet--;
	if (rc != 0) {
		ctx_clear(ctx);
		linux_span_close(s);
	}
	return (0);
}

void
linux_span_close(struct linux_span *s)
{
	free(s->bytes);
	s->bytes = NULL;
}

int
linux_span_get(struct ctx *ctx, const struct linux_span *s, uint64_t off,
    void *buf, size_t n)
{
	if (off > s->len || n > s->len - off)
		return (ctx_fail_at(ctx, E_CORRUPT, s->addr,
		    "%zu bytes at %llu lie beyond a table of %llu", n,
		    (unsigned long long)off, (unsigned long long)s->len));
	if (s->bytes == NULL)
		return (space_read(ctx, &s->k->space, s->addr + off, buf, n));
	memcpy(buf, s->bytes + off, n);
	return (0);
}

int
linux_text(struct ctx *ctx, struct kernel *k, uint64_t addr, size_t max,
    struct arena *arena, const char **ret)
{
	char stack[256], *s;
	int rc;

	s = max + 1 <= sizeof(stack) ? stack : malloc(max + 1);
	if (s == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	rc = space_text(ctx, &k->space, addr, s, max + 1);
	if (rc == 0 && (*ret = arena_strdup(arena, s)) == NULL)
		rc = ctx_fail(ctx, E_NOMEM, "out of memory");
	if (s != stack)
		free(s);
	return (rc);
}

int
linux_root(struct ctx *ctx, struct kernel *k, const char *name, uint64_t *addr)
{
	const struct symbol *s = sym_find(&k->symbols, name);
	const struct linux_os *l = linux_of(k);
	char key[64];
	size_t i;

	if (s != NULL) {
		*addr = s->addr;
		return (0);
	}
	/* Kernels without data in kallsyms name a few roots there. */
	if (l->vmcoreinfo != NULL && (size_t)snprintf(key, sizeof(key),
	    "SYMBOL(%s)", name) < sizeof(key) &&
	    vmcoreinfo_u64(l->vmcoreinfo, l->vmcoreinfo_len, key, addr))
		return (0);
	for (i = 0; i < l->nfound; i++)
		if (strcmp(l->found[i].name, name) == 0) {
			*addr = l->found[i].addr;
			return (0);
		}
	return (ctx_fail(ctx, E_NO_SYMBOL, "%s: no such symbol; a kernel image "
	    "or System.map beside the dump may have it", name));
}

int
linux_var(struct ctx *ctx, struct kernel *k, const char *name, unsigned size,
    uint64_t *ret)
{
	uint64_t addr = 0;
	int rc;

	rc = linux_root(ctx, k, name, &addr);
	if (rc != 0)
		return (rc);
	rc = space_uint(ctx, &k->space, addr, size, ret);
	return (rc == 0 ? 0 : ctx_chain(ctx, "%s", name));
}

/*
 * The masks are struct cpumask, a bitmap of longs (linux/cpumask.h); bits at
 * and beyond nr_cpu_ids mean nothing.
 */
int
linux_cpus(struct ctx *ctx, struct kernel *k, const char *mask,
    struct linux_cpus *cpus)
{
	uint64_t addr = 0, n, word;
	unsigned i, size, bits;
	int rc;

	memset(cpus, 0, sizeof(*cpus));
	rc = linux_var(ctx, k, "nr_cpu_ids", 4, &n);
	if (rc == 0)
		rc = linux_root(ctx, k, mask, &addr);
	if (rc != 0)
		return (rc);
	if (n == 0 || n > LINUX_CPUS_MAX)
		return (ctx_fail(ctx, E_CORRUPT, "nr_cpu_ids is %llu",
		    (unsigned long long)n));
	cpus->n = (unsigned)n;
	size = k->space.ptr_size;
	bits = size * 8;
	for (i = 0; i * bits < n; i++) {
		rc = space_uint(ctx, &k->space, addr + i * size, size, &word);
		if (rc != 0)
			return (ctx_chain(ctx, "%s", mask));
		if (n - i * bits < bits)
			word &= (UINT64_C(1) << (n - i * bits)) - 1;
		cpus->bits[i * bits / 64] |= word << (i * bits % 64);
	}
	return (0);
}

/*
 * A panic stops the other CPUs, which marks them offline (stop_this_cpu) but
 * leaves them active; one that was unplugged is neither.
 */
int
linux_cpus_online(struct ctx *ctx, struct kernel *k, struct linux_cpus *cpus)
{
	struct linux_cpus active;
	unsigned i;
	int rc;

	rc = linux_cpus(ctx, k, "__cpu_online_mask", cpus);
	if (rc != 0)
		return (rc);
	ctx->quiet++;
	if (linux_cpus(ctx, k, "__cpu_active_mask", &active) == 0)
		for (i = 0; i < LINUX_CPUS_MAX / 64; i++)
			cpus->bits[i] |= active.bits[i];
	ctx->quiet--;
	return (0);
}

int
linux_cpu_next(const struct linux_cpus *cpus, int cpu)
{
	for (; (unsigned)cpu < cpus->n; cpu++)
		if (cpus->bits[cpu / 64] >> (cpu % 64) & 1)
			return (cpu);
	return (-1);
}

unsigned
linux_cpu_count(const struct linux_cpus *cpus)
{
	unsigned i, n;

	for (i = n = 0; i < LINUX_CPUS_MAX / 64; i++)
		n += (unsigned)__builtin_popcountll(cpus->bits[i]);
	return (n);
}

int
linux_percpu(struct ctx *ctx, struct kernel *k, int cpu, uint64_t *offset)
{
	uint64_t addr = 0;
	int rc;

	if (cpu < 0 || cpu >= LINUX_CPUS_MAX)
		return (ctx_fail(ctx, E_NOT_FOUND, "no CPU %d", cpu));
	rc = linux_root(ctx, k, "__per_cpu_offset", &addr);
	if (rc != 0)
		return (rc);
	return (space_ptr(ctx, &k->space,
	    addr + (uint64_t)cpu * k->space.ptr_size, offset));
}

uint64_t
linux_page_size(const struct kernel *k)
{
	/* The processor may leave the choice. */
	return (UINT64_C(1) << (k->space.form != NULL ?
	    k->space.form->page_shift : k->arch->page_shift));
}
