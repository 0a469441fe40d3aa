/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one keystroke in the symbol pane costs: each pattern over all symbols,
 * and PCRE2-JIT alone over the same names.  Then one pass over the whole file
 * for an aligned word, which is what a search of all memory costs at least.
 *
 *	filter DUMP	prints lines "filter PATTERN MS PCRE2-MS HITS", "scan S"
 */
#define PCRE2_CODE_UNIT_WIDTH 8

#include "base/search.h"
#include "engine/kernel.h"

#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RUNS	7

static const char *const patterns[] = {
	"schedule", "^tcp_", "_lock$", "^__x64_sys_", "page.*fault",
	"(alloc|free)_pages?", "[0-9]{3}", "^sys.*at$", "x", "(?i)INIT",
};

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ((double)ts.tv_sec + (double)ts.tv_nsec / 1e9);
}

static double
filter(struct ctx *ctx, const struct symbols *syms, const char *pattern,
    uint32_t *hits, size_t *n)
{
	struct sym_filter *f;
	double t, best;
	int i;

	for (i = 0, best = 1e9; i < RUNS; i++) {
		t = now();
		if (sym_filter_create(ctx, pattern, &f) != 0)
			return (-1);
		*n = sym_filter_run(f, syms, 0, syms->n, hits);
		sym_filter_destroy(f);
		t = now() - t;
		if (t < best)
			best = t;
	}
	return (best * 1e3);
}

static double
pcre2(const struct symbols *syms, const char *pattern)
{
	pcre2_match_data *md;
	pcre2_code *re;
	PCRE2_SIZE at;
	const char *name;
	double t, best;
	size_t j;
	int i, code;

	for (i = 0, best = 1e9; i < RUNS; i++) {
		t = now();
		re = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
		    0, &code, &at, NULL);
		if (re == NULL)
			return (-1);
		pcre2_jit_compile(re, PCRE2_JIT_COMPLETE);
		md = pcre2_match_data_create_from_pattern(re, NULL);
		for (j = 0; j < syms->n; j++) {
			name = sym_name(syms, &syms->v[j]);
			(void)pcre2_match(re, (PCRE2_SPTR)name, strlen(name),
			    0, 0, md, NULL);
		}
		pcre2_match_data_free(md);
		pcre2_code_free(re);
		t = now() - t;
		if (t < best)
			best = t;
	}
	return (best * 1e3);
}

static double
scan(struct file *f)
{
	static const uint8_t word[8] = "\x7f\x1e\xc0\xde\xba\xdd\xca\xfe";
	const uint8_t *p;
	double t, best;
	int i;

	p = file_map(f, 0, file_size(f));
	for (i = 0, best = 1e9; p != NULL && i < 3; i++) {
		/* Its pages are to be found once more, as in a new process. */
		file_drop(f, 0, file_size(f));
		t = now();
		if (search_word(p, (size_t)file_size(f), word, 8) != NULL)
			printf("# the word is there\n");
		t = now() - t;
		if (t < best)
			best = t;
	}
	return (best);
}

int
main(int argc, char **argv)
{
	static struct file_faults faults;
	struct kernel_options opt;
	struct kernel *k;
	struct ctx ctx;
	const char *path;
	uint32_t *hits;
	size_t i, n;
	double ms;

	if (argc != 2) {
		fprintf(stderr, "usage: filter DUMP\n");
		return (2);
	}
	path = argv[1];
	memset(&opt, 0, sizeof(opt));
	opt.faults = &faults;
	ctx_init(&ctx);
	if (kernel_open(&ctx, &path, 1, &opt, &k) != 0 || k->symbols.n == 0) {
		fprintf(stderr, "filter: %s: %s\n", path, ctx.err.text);
		return (1);
	}
	hits = malloc(k->symbols.n * sizeof(*hits));
	if (hits == NULL)
		return (1);
	for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		n = 0;
		ms = filter(&ctx, &k->symbols, patterns[i], hits, &n);
		printf("filter %s %.2f %.2f %zu\n", patterns[i], ms,
		    pcre2(&k->symbols, patterns[i]), n);
	}
	printf("symbols %zu\n", k->symbols.n);
	printf("scan %.4f\n", scan(k->dump->files[0]));
	free(hits);
	kernel_close(k);
	ctx_fini(&ctx);
	return (0);
}
