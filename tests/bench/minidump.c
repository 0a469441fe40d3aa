/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kvm_read2(3) of 8 bytes at random addresses of a minidump whose pages have
 * many holes, by its direct map and by the kernel's page tables, beside the same
 * on an ELF core of as much memory without holes.  Both are made here.
 *
 *	minidump FOLDER [MIB]	prints lines "NAME VALUE", million reads a second
 */
#include "base/bytes.h"
#include "engine/kernel.h"

#include <fcntl.h>
#include <kvm.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PAGE	UINT64_C(4096)
#define LARGE	(UINT64_C(2) << 20)
#define DMAP	UINT64_C(0xfffff80000000000)
#define KERN	UINT64_C(0xffffffff80000000)
#define NADDRS	(1u << 18)

/* Every eighth page is not there, and a quarter of 2 MiB pieces at a time. */
static bool
present(uint64_t page, bool whole)
{
	return (whole || (page % 8 != 3 && page / 512 % 4 != 2));
}

static int
none(const char *name, kvaddr_t *addr)
{
	(void)name;
	(void)addr;
	return (-1);
}

static void
put(FILE *f, const void *p, size_t n)
{
	if (fwrite(p, n, 1, f) != 1) {
		perror("minidump");
		exit(1);
	}
}

/*
 * amd64, version 3: memory of n pages, which the kernel maps once directly and
 * once by large pages from its base on.
 */
static void
make(const char *path, uint64_t n, bool whole)
{
	static uint8_t page[4096];
	const uint64_t pdes = n * PAGE / LARGE;
	uint64_t i, j, bits;
	FILE *f;

	f = fopen(path, "w");
	if (f == NULL) {
		perror(path);
		exit(1);
	}
	memset(page, 0, sizeof(page));
	strcpy((char *)page, "minidump FreeBSD/amd64");
	store_uint(page + 24, 4, false, 3);
	store_uint(page + 32, 4, false, (n / 8 + PAGE - 1) / PAGE * PAGE);
	store_uint(page + 36, 4, false, (pdes * 8 + PAGE - 1) / PAGE * PAGE);
	store_uint(page + 40, 8, false, KERN);
	store_uint(page + 48, 8, false, DMAP);
	store_uint(page + 56, 8, false, DMAP + n * PAGE);
	store_uint(page + 64, 4, false, PAGE);
	put(f, page, sizeof(page));
	memset(page, 0, sizeof(page));
	store_uint(page + 8, 8, false, n * PAGE);
	put(f, page, sizeof(page));
	for (i = 0; i < n; i += 8 * PAGE) {
		memset(page, 0, sizeof(page));
		for (j = 0; j < 8 * PAGE && i + j < n; j++)
			page[j / 8] |= (uint8_t)(present(i + j, whole) << j % 8);
		put(f, page, sizeof(page));
	}
	for (i = 0; i < pdes; i += 512) {
		memset(page, 0, sizeof(page));
		for (j = 0; j < 512 && i + j < pdes; j++)
			store_uint(page + 8 * j, 8, false, (i + j) * LARGE |
			    0xe3);
		put(f, page, sizeof(page));
	}
	for (i = 0; i < n; i++) {
		for (j = 0; j < PAGE; j += 8) {
			bits = i * PAGE + j;
			memcpy(page + j, &bits, 8);
		}
		if (present(i, whole))
			put(f, page, sizeof(page));
	}
	if (fclose(f) != 0) {
		perror(path);
		exit(1);
	}
}

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ((double)ts.tv_sec + (double)ts.tv_nsec / 1e9);
}

/* Random places of pages that are there. */
static uint64_t *
choose(uint64_t n)
{
	uint64_t *v, x, pa;
	size_t i;

	v = malloc(NADDRS * sizeof(*v));
	if (v == NULL)
		exit(1);
	for (i = 0, x = 88172645463325252u; i < NADDRS;) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		pa = x % (n * PAGE) & ~UINT64_C(7);
		if (present(pa / PAGE, false))
			v[i++] = pa;
	}
	return (v);
}

static double
reads(kvm_t *kd, const uint64_t *v, uint64_t base, double *best)
{
	uint64_t got;
	size_t i;
	double t;

	t = now();
	for (i = 0; i < NADDRS; i++)
		if (kvm_read2(kd, base + v[i], &got, 8) != 8 || got != v[i]) {
			fprintf(stderr, "minidump: 0x%llx: %s\n",
			    (unsigned long long)(base + v[i]), kvm_geterr(kd));
			exit(1);
		}
	t = NADDRS / (now() - t) / 1e6;
	if (t > *best)
		*best = t;
	return (*best);
}

static kvm_t *
open_core(const char *path)
{
	char err[_POSIX2_LINE_MAX];
	kvm_t *kd;

	kd = kvm_open2(NULL, path, O_RDONLY, err, none);
	if (kd == NULL) {
		fprintf(stderr, "minidump: %s: %s\n", path, err);
		exit(1);
	}
	return (kd);
}

static void
convert(const char *from, const char *to)
{
	struct kernel_options opt;
	struct kernel *k;
	struct ctx ctx;

	memset(&opt, 0, sizeof(opt));
	ctx_init(&ctx);
	if (kernel_open(&ctx, &from, 1, &opt, &k) != 0 ||
	    kernel_convert(&ctx, k, to) != 0) {
		fprintf(stderr, "minidump: %s\n", ctx.err.text);
		exit(1);
	}
	kernel_close(k);
	ctx_fini(&ctx);
}

int
main(int argc, char **argv)
{
	char dump[PATH_MAX], core[PATH_MAX + 8];
	double best[4] = { 0 };
	uint64_t n, *v;
	kvm_t *a, *b;
	int i;

	if (argc < 2) {
		fprintf(stderr, "usage: minidump FOLDER [MIB]\n");
		return (2);
	}
	n = (argc > 2 ? strtoull(argv[2], NULL, 10) : 512) << 8;
	snprintf(dump, sizeof(dump), "%s/bench.minidump", argv[1]);
	snprintf(core, sizeof(core), "%s.elf", dump);
	make(dump, n, true);
	convert(dump, core);
	make(dump, n, false);
	v = choose(n);
	a = open_core(dump);
	b = open_core(core);
	for (i = 0; i < 3; i++) {	/* by turns: others are at work */
		reads(a, v, DMAP, &best[0]);
		reads(b, v, DMAP, &best[1]);
		reads(a, v, KERN, &best[2]);
		reads(b, v, KERN, &best[3]);
	}
	printf("minidump-direct %.2f\n", best[0]);
	printf("elf-direct %.2f\n", best[1]);
	printf("minidump-mapped %.2f\n", best[2]);
	printf("elf-mapped %.2f\n", best[3]);
	kvm_close(a);
	kvm_close(b);
	unlink(dump);
	unlink(core);
	free(v);
	return (0);
}
