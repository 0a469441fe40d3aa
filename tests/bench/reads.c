/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random 8-byte reads of kernel memory through its page tables, over all of
 * the direct map, with one thread and with two; beside them plain loads of the
 * same bytes from the mapped file, which is what the machine can do at most.
 * Then all memory from one end to the other.
 *
 *	reads [-a FILE] [-r FILE] [-w MIB] DUMP
 *
 * prints lines "NAME VALUE", in million reads or GB a second.  -w: the reads
 * stay in so many MiB of pages that are in the dump.  -a and -r keep for other
 * programs which addresses were read (8 bytes each, host order) and which runs of
 * physical memory (lines "START END").
 */
#include "engine/kernel.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NADDRS	(1u << 20)
#define ROUNDS	8
#define PIECE	((size_t)1 << 20)

static struct kernel *kernel;
static uint64_t *addrs;
static const uint8_t **places;	/* of the same bytes; NULL: not stored plainly */

struct job {
	pthread_t thread;
	bool	  plain;
	uint32_t  first;		/* where in the list this one begins */
	uint64_t  sum;
	size_t	  failed;
	double	  rate;			/* million reads a second of CPU time */
};

/* The thread's own time: others may be at work on this machine. */
static double
now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ((double)ts.tv_sec + (double)ts.tv_nsec / 1e9);
}

static uint64_t
rnd(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return (*x);
}

static void *
work(void *arg)
{
	struct job *j = arg;
	struct ctx ctx;
	uint64_t v;
	uint32_t i, at;
	double t;
	int round;

	ctx_init(&ctx);
	t = now(CLOCK_THREAD_CPUTIME_ID);
	for (round = 0; round < ROUNDS; round++)
		for (i = 0; i < NADDRS; i++) {
			at = (i + j->first) & (NADDRS - 1);
			if (j->plain) {
				memcpy(&v, places[at], 8);
				j->sum += v;
			} else if (space_read(&ctx, &kernel->space, addrs[at],
			    &v, 8) == 0)
				j->sum += v;
			else
				j->failed++;
		}
	j->rate = (double)NADDRS * ROUNDS / (now(CLOCK_THREAD_CPUTIME_ID) - t) / 1e6;
	ctx_fini(&ctx);
	return (NULL);
}

/* The best of three runs, in million reads a second, of all threads together. */
static double
run(bool plain, unsigned threads, uint64_t *sum)
{
	struct job j[2];
	double best, rate;
	unsigned i, n;

	for (n = 0, best = 0; n < 3; n++) {
		memset(j, 0, sizeof(j));
		for (i = 0; i < threads; i++) {
			j[i].plain = plain;
			j[i].first = i * (NADDRS / 2);
			if (pthread_create(&j[i].thread, NULL, work, &j[i]) != 0)
				exit(1);
		}
		for (i = 0, rate = 0; i < threads; i++) {
			pthread_join(j[i].thread, NULL);
			rate += j[i].rate;
		}
		if (rate > best)
			best = rate;
	}
	*sum = j[0].sum;
	if (j[0].failed > 0)
		printf("# %zu reads failed\n", j[0].failed);
	return (best);
}

/* Random places of present memory, by their address in the direct map. */
static bool
choose(struct ctx *ctx, uint64_t pages)
{
	const struct symbol *s;
	struct extent x;
	struct mem_range r;
	struct pt_result pt;
	uint64_t base, pa, end, seed, *set, n, tries;

	base = UINT64_C(0xffff888000000000);
	s = sym_find(&kernel->symbols, "page_offset_base");
	if (s != NULL)
		(void)space_ptr(ctx, &kernel->space, s->addr, &base);
	end = mem_end(ctx, &kernel->mem);
	addrs = malloc(NADDRS * sizeof(*addrs));
	places = calloc(NADDRS, sizeof(*places));
	set = malloc(NADDRS * sizeof(*set));
	if (addrs == NULL || places == NULL || set == NULL || end < 8)
		return (false);
	if (pages == 0 || pages > NADDRS)
		pages = NADDRS;
	for (n = tries = 0, seed = 88172645463325252u; n < pages; tries++) {
		if (tries > 1u << 16 && n < tries / 4096)
			return (false);
		pa = rnd(&seed) % end & ~UINT64_C(7);
		if (mem_range(ctx, &kernel->mem, pa, &r) != 0 ||
		    r.status != 0 || r.end - pa < 8 ||
		    space_translate(ctx, &kernel->space, base + pa, &pt) != 0 ||
		    pt.phys != pa)
			continue;
		set[n++] = pa;
	}
	for (n = 0; n < NADDRS; n++) {
		pa = pages == NADDRS ? set[n] : (set[rnd(&seed) % pages] &
		    ~UINT64_C(4095)) | (rnd(&seed) & 4088);
		addrs[n] = base + pa;
		if (places != NULL && mem_extent(ctx, &kernel->mem, pa,
		    &x) == 0 && pages == NADDRS)
			places[n] = x.ptr + (pa - x.pa);
		else {
			free(places);
			places = NULL;
		}
	}
	free(set);
	return (true);
}

/* GB a second of wall time: through memory, or copied as it lies. */
static double
sequential(struct ctx *ctx, bool plain)
{
	struct file *f = kernel->dump->files[0];
	struct mem_range r;
	uint64_t pa, at, n, bytes;
	uint8_t *buf;
	double t, best;
	int i;

	buf = malloc(PIECE);
	if (buf == NULL)
		return (0);
	/* A scan: what it reads does not stay in the page cache. */
	ctx->unrecorded++;
	for (i = 0, best = 0; i < 5; i++) {
		t = now(CLOCK_MONOTONIC);
		bytes = 0;
		for (at = 0; plain && at + PIECE <= file_size(f); at += PIECE) {
			memcpy(buf, file_map(f, at, PIECE), PIECE);
			bytes += PIECE;
		}
		for (pa = 0; !plain && mem_range(ctx, &kernel->mem, pa,
		    &r) == 0; pa = r.end)
			for (at = pa; r.status == 0 && at < r.end; at += n) {
				n = r.end - at < PIECE ? r.end - at : PIECE;
				if (mem_read(ctx, &kernel->mem, at, buf,
				    (size_t)n) == 0)
					bytes += n;
			}
		t = (double)bytes / (now(CLOCK_MONOTONIC) - t) / 1e9;
		if (t > best)
			best = t;
	}
	ctx->unrecorded--;
	free(buf);
	return (best);
}

static bool
keep_addrs(const char *path)
{
	FILE *f = fopen(path, "wb");
	bool ok;

	if (f == NULL)
		return (false);
	ok = fwrite(addrs, sizeof(*addrs), NADDRS, f) == NADDRS;
	return (fclose(f) == 0 && ok);
}

static bool
keep_runs(struct ctx *ctx, const char *path)
{
	FILE *f = fopen(path, "w");
	struct mem_range r;
	uint64_t pa;

	if (f == NULL)
		return (false);
	for (pa = 0; mem_range(ctx, &kernel->mem, pa, &r) == 0; pa = r.end)
		if (r.status == 0)
			fprintf(f, "%llu %llu\n", (unsigned long long)pa,
			    (unsigned long long)r.end);
	return (fclose(f) == 0);
}

int
main(int argc, char **argv)
{
	static struct file_faults faults;
	const char *path, *addr_file = NULL, *run_file = NULL;
	struct kernel_options opt;
	uint64_t sum[4], pages = 0;
	struct ctx ctx;
	int c;

	while ((c = getopt(argc, argv, "a:r:w:")) != -1)
		switch (c) {
		case 'a':
			addr_file = optarg;
			break;
		case 'r':
			run_file = optarg;
			break;
		case 'w':
			pages = strtoull(optarg, NULL, 10) << 8;
			break;
		default:
			return (2);
		}
	if (argc - optind != 1) {
		fprintf(stderr, "usage: reads [-a FILE] [-r FILE] [-w MIB] "
		    "DUMP\n");
		return (2);
	}
	path = argv[optind];
	memset(&opt, 0, sizeof(opt));
	opt.faults = &faults;
	opt.dump.ahead = true;
	ctx_init(&ctx);
	if (kernel_open(&ctx, &path, 1, &opt, &kernel) != 0 ||
	    !choose(&ctx, pages)) {
		fprintf(stderr, "reads: %s: %s\n", path, ctx.err.text[0] != '\0' ?
		    ctx.err.text : "no direct map to read in");
		return (1);
	}
	if ((addr_file != NULL && !keep_addrs(addr_file)) ||
	    (run_file != NULL && !keep_runs(&ctx, run_file))) {
		fprintf(stderr, "reads: cannot write\n");
		return (1);
	}
	printf("kpeek-1 %.2f\n", run(false, 1, &sum[1]));
	printf("kpeek-2 %.2f\n", run(false, 2, &sum[3]));
	if (places != NULL) {
		printf("plain-1 %.2f\n", run(true, 1, &sum[0]));
		printf("plain-2 %.2f\n", run(true, 2, &sum[2]));
		printf("plain-sequential %.2f\n", sequential(&ctx, true));
	}
	printf("sequential %.2f\n", sequential(&ctx, false));
	if (places != NULL && (sum[0] != sum[1] || sum[2] != sum[3])) {
		fprintf(stderr, "reads: other bytes than the file has\n");
		return (1);
	}
	kernel_close(kernel);
	free(addrs);
	free(places);
	ctx_fini(&ctx);
	return (0);
}
