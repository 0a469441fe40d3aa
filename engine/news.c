/* SPDX-License-Identifier: BSD-2-Clause */
/* What has become of a kernel that runs while it is looked at. */
#include "engine/kernel.h"

#include "base/hash.h"
#include "engine/os/os.h"

#include <stdio.h>
#include <string.h>

/* What tells one kernel from the next: its banner, and where that lies. */
static bool
read_pulse(struct ctx *ctx, struct kernel *k, char pulse[KERNEL_PULSE])
{
	const struct symbol *s = sym_find(&k->symbols, "linux_banner");
	size_t done;

	if (s == NULL)
		return (false);
	memset(pulse, 0, KERNEL_PULSE);
	(void)space_read_some(ctx, &k->space, s->addr, pulse, KERNEL_PULSE,
	    &done);
	return (done == KERNEL_PULSE);
}

/* kernel/time/timer.c */
static bool
read_clock(struct ctx *ctx, struct kernel *k, uint64_t *ret)
{
	const struct symbol *s = sym_find(&k->symbols, "jiffies_64");

	return (s != NULL && space_uint(ctx, &k->space, s->addr, 8, ret) == 0);
}

/*
 * Does some processor translate as this kernel does?  Each process has tables of
 * its own, but the kernel's text in them.  Firmware has not, nor has the kernel
 * that is started next.
 */
static bool
runs_here(struct ctx *ctx, struct kernel *k)
{
	const struct symbol *s = sym_find(&k->symbols, "linux_banner");
	const struct dump *d = k->dump;
	const struct pt_form *form;
	struct pt_result here, there;
	uint64_t roots[4];
	size_t i;

	if (s == NULL || !d->cpus_anew || d->native || k->arch == NULL ||
	    k->arch->roots == NULL ||
	    space_translate(ctx, &k->space, s->addr, &here) != 0)
		return (false);
	for (i = 0; i < d->ncpus; i++)
		if (k->arch->roots(&d->cpus[i], &form, roots) > 0 &&
		    pt_translate(ctx, form, &k->mem.reader, roots[0], s->addr,
		    &there) == 0 && there.phys == here.phys)
			return (true);
	return (false);
}

/* What symbols and types depend on: modules, and where there is memory. */
static bool
read_digest(struct ctx *ctx, struct kernel *k, uint64_t *ret)
{
	const struct backend *b = k->dump->backend;
	uint64_t v, sum = 1;

	if (b->digest != NULL) {
		if (b->digest(ctx, k->dump, &v) != 0)
			return (false);
		sum = hash_u64(sum ^ v);
	}
	if (k->os != NULL && k->os->digest != NULL) {
		if (k->os->digest(ctx, k, &v) != 0)
			return (false);
		sum = hash_u64(sum ^ v);
	}
	*ret = sum;
	return (true);
}

void
kernel_note(struct ctx *ctx, struct kernel *k)
{
	if (!k->live)
		return;
	ctx->quiet++;
	k->has_pulse = read_pulse(ctx, k, k->pulse);
	k->has_digest = read_digest(ctx, k, &k->digest);
	k->has_tables = runs_here(ctx, k);
	ctx->quiet--;
	ctx_clear(ctx);
}

void
kernel_news(struct ctx *ctx, struct kernel *k, bool all,
    struct kernel_news *news)
{
	char pulse[KERNEL_PULSE];
	bool gone = false;
	uint64_t digest;

	memset(news, 0, sizeof(*news));
	if (!k->live)
		return;
	ctx->quiet++;
	if (k->has_pulse)
		gone = !read_pulse(ctx, k, pulse) ||
		    memcmp(pulse, k->pulse, KERNEL_PULSE) != 0;
	news->has_clock = !gone && read_clock(ctx, k, &news->clock);
	news->away = k->has_tables && !gone && !runs_here(ctx, k);
	if (k->dump->backend->state != NULL)
		k->dump->backend->state(k->dump, &news->state);
	if (news->state.lost) {
		news->what = KERNEL_LOST;
		snprintf(news->why, sizeof(news->why), "%s", news->state.why);
	} else if (gone && ctx->err.code != E_CANCELLED) {
		news->what = KERNEL_OTHER;
		snprintf(news->why, sizeof(news->why), "another kernel runs "
		    "there now, or none: the machine was started anew");
	} else if (!gone && all && k->has_digest && read_digest(ctx, k, &digest) &&
	    digest != k->digest) {
		news->what = KERNEL_CHANGED;
		snprintf(news->why, sizeof(news->why), "modules or memory have "
		    "come or gone");
	}
	ctx->quiet--;
	ctx_clear(ctx);
}
