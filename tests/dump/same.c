/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is memory the same through two formats?
 *
 *	same FILE ... -- FILE ...	dumps of the same moment
 *
 * Each page that the second dump has must be in the first and hold the same
 * bytes.  Prints how many pages were compared, and those that differ.
 */
#include "engine/backend/backend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE	UINT64_C(4096)

static struct file_faults faults;

static int
open_dump(struct ctx *ctx, char **paths, int n, struct memory *m)
{
	struct file *files[64];
	struct dump *d;
	int i, rc;

	if (n < 1 || n > 64)
		return (ctx_fail(ctx, E_USAGE, "%d files", n));
	for (i = 0, rc = 0; i < n && rc == 0; i++)
		rc = file_open(ctx, paths[i], &faults, &files[i]);
	if (rc == 0)
		rc = dump_open(ctx, files, (size_t)n, NULL, &d);
	if (rc == 0)
		mem_init(m, &d->layer, &faults);
	return (rc);
}

static bool
same_page(struct ctx *ctx, struct memory *a, struct memory *b, uint64_t pa)
{
	uint8_t x[PAGE], y[PAGE];

	if (mem_read(ctx, b, pa, y, PAGE) != 0)
		printf("0x%llx: second: %s\n", (unsigned long long)pa,
		    ctx->err.text);
	else if (mem_read(ctx, a, pa, x, PAGE) != 0)
		printf("0x%llx: first: %s\n", (unsigned long long)pa,
		    ctx->err.text);
	else if (memcmp(x, y, PAGE) != 0)
		printf("0x%llx: they differ\n", (unsigned long long)pa);
	else
		return (true);
	return (false);
}

int
main(int argc, char **argv)
{
	struct memory a, b;
	struct mem_range r;
	struct ctx ctx;
	uint64_t pa, pages, bad;
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		;
	ctx_init(&ctx);
	if (open_dump(&ctx, argv + 1, i - 1, &a) != 0 ||
	    open_dump(&ctx, argv + i + 1, argc - i - 1, &b) != 0) {
		fprintf(stderr, "same: %s\n", ctx.err.text);
		return (2);
	}
	ctx.unrecorded++;
	for (pa = pages = bad = 0; mem_range(&ctx, &b, pa, &r) == 0;
	    pa = r.end) {
		if (r.status != 0)
			continue;
		for (pa = (r.start + PAGE - 1) & ~(PAGE - 1); pa < r.end &&
		    r.end - pa >= PAGE && bad < 10; pa += PAGE) {
			pages++;
			bad += !same_page(&ctx, &a, &b, pa);
		}
	}
	printf("%llu pages compared, %llu differ\n", (unsigned long long)pages,
	    (unsigned long long)bad);
	mem_fini(&a);
	mem_fini(&b);
	ctx_fini(&ctx);
	return (bad != 0 || pages == 0);
}
