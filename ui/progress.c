/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bar on a terminal for what takes long before there is a screen: opening a
 * dump that has to be expanded or searched.
 */
#include "ui/options.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE	400u		/* ms before a bar is shown */
#define EVERY		100u		/* ms between two of them */
#define BAR		30

static uint64_t
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000);
}

static void
show(void *arg, const char *what, uint64_t done, uint64_t total)
{
	static const char full[BAR + 1] = "##############################";
	struct progress *p = arg;
	const uint64_t t = now();
	int n;

	if (t < p->next)
		return;
	p->next = t + EVERY;
	p->shown = true;
	if (done > total)
		done = total;
	if (total == 0) {
		fprintf(stderr, "\rkpeek: %s ...\033[K", what);
		return;
	}
	n = (int)((double)done / (double)total * BAR);
	fprintf(stderr, "\rkpeek: %s [%-*.*s] %3d%%\033[K", what, BAR, n, full,
	    (int)((double)done / (double)total * 100));
}

void
progress_start(struct progress *p, struct ctx *ctx, bool quiet)
{
	memset(p, 0, sizeof(*p));
	if (quiet || !isatty(STDERR_FILENO))
		return;
	p->next = now() + PATIENCE;
	ctx->progress = show;
	ctx->progress_arg = p;
}

void
progress_end(struct progress *p, struct ctx *ctx)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	if (ctx->progress == show)
		ctx->progress = NULL;
}
