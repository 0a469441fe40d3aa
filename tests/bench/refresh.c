/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a refresh of all processes asks of a kernel that runs, in a dump that is
 * read as if it were one: by whole runs of pages, kept until the next refresh.
 *
 *	refresh [-n REFRESHES] DUMP
 *
 * prints lines "NAME VALUE": tasks, reads a task and refresh, KiB a refresh,
 * milliseconds of CPU a refresh, and KiB that the program has grown by from the
 * first hundredth of them on.
 */
#include "engine/kernel.h"
#include "engine/memory/pages.h"
#include "engine/os/os.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A layer that counts what comes through. */
struct counter {
	struct mem_layer layer;
	uint64_t	 reads, bytes;
};

static int
counter_read(struct mem_layer *l, struct ctx *ctx, uint64_t pa, void *buf,
    size_t n)
{
	struct counter *c = (struct counter *)l;

	c->reads++;
	c->bytes += n;
	return (l->below->ops->read(l->below, ctx, pa, buf, n));
}

static int
counter_range(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct mem_range *r)
{
	return (l->below->ops->range(l->below, ctx, pa, r));
}

static int
counter_extent(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct extent *x)
{
	(void)l;
	(void)x;
	return (ctx_fail_at(ctx, E_UNSUPPORTED, pa, "not in one piece"));
}

static void
counter_close(struct mem_layer *l)
{
	free(l);
}

static const struct mem_layer_ops counter_ops = {
	.name = "counter",
	.read = counter_read,
	.extent = counter_extent,
	.range = counter_range,
	.close = counter_close,
};

struct all {
	struct kernel	*k;
	size_t		 tasks, strings;
};

static int
string(void *arg, struct ctx *ctx, const char *text, size_t len)
{
	struct all *a = arg;

	(void)ctx;
	(void)text;
	(void)len;
	a->strings++;
	return (0);
}

static int
process(void *arg, struct ctx *ctx, const struct os_proc *p)
{
	struct all *a = arg;

	a->tasks++;
	if (!p->is_kthread && p->mm != 0)
		(void)os_args(ctx, a->k, p, false, string, a);
	return (0);
}

static double
cpu_time(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ((double)ts.tv_sec + (double)ts.tv_nsec / 1e9);
}

/* KiB that are resident. */
static long
resident(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long pages = 0;

	if (f == NULL || fscanf(f, "%*d %ld", &pages) != 1)
		pages = 0;
	if (f != NULL)
		fclose(f);
	return (pages * (sysconf(_SC_PAGESIZE) / 1024));
}

int
main(int argc, char **argv)
{
	static struct file_faults faults;
	struct kernel_options opt;
	struct counter *counter;
	struct all a = { 0 };
	long n = 100, i, before = 0;
	struct ctx ctx;
	const char *path;
	double t = 0;
	int c;

	while ((c = getopt(argc, argv, "n:")) != -1)
		if (c != 'n' || (n = atol(optarg)) < 2)
			return (2);
	if (argc - optind != 1) {
		fprintf(stderr, "usage: refresh [-n REFRESHES] DUMP\n");
		return (2);
	}
	path = argv[optind];
	memset(&opt, 0, sizeof(opt));
	opt.faults = &faults;
	ctx_init(&ctx);
	counter = calloc(1, sizeof(*counter));
	if (counter == NULL || kernel_open(&ctx, &path, 1, &opt, &a.k) != 0) {
		fprintf(stderr, "refresh: %s: %s\n", path, ctx.err.text);
		return (1);
	}
	counter->layer.ops = &counter_ops;
	mem_push(&a.k->mem, &counter->layer);
	if (pages_push(&ctx, &a.k->mem, PAGES_RUN) != 0)
		return (1);
	a.k->live = true;
	for (i = 0; i < n; i++) {
		/* The first ones look for what is looked for once. */
		if (i == (n + 99) / 100) {
			before = resident();
			counter->reads = counter->bytes = 0;
			a.tasks = 0;
			t = cpu_time();
		}
		kernel_refresh(a.k);
		(void)os_procs(&ctx, a.k, 0, process, &a);
	}
	n -= (n + 99) / 100;
	t = cpu_time() - t;
	printf("tasks %zu\n", a.tasks / (size_t)n);
	printf("reads %.2f\n", (double)counter->reads / (double)a.tasks);
	printf("kib %.0f\n", (double)counter->bytes / 1024 / (double)n);
	printf("ms %.3f\n", t * 1000 / (double)n);
	printf("growth %ld\n", resident() - before);
	kernel_close(a.k);
	ctx_fini(&ctx);
	return (0);
}
