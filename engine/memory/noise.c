/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/memory/noise.h"

#define PAGE		4096u
#define SAMPLES		256u
#define SAMPLES_MIN	32u
#define RANGES_MAX	1000000u
/*
 * Chi-square of a page's bytes against all being as frequent: 255 for noise,
 * with a standard deviation of 23.  Code and text have thousands.
 */
#define CHI_MAX		400u

static bool
is_noise(const uint8_t *p)
{
	unsigned count[256] = { 0 };
	uint64_t sum;
	size_t i;

	for (i = 0; i < PAGE; i++)
		count[p[i]]++;
	for (i = 0, sum = 0; i < 256; i++)
		sum += (uint64_t)count[i] * count[i];
	/* Of n^2 / expected over all, less the number of bytes. */
	return (sum * 256 / PAGE - PAGE < CHI_MAX);
}

bool
noise_fills(struct ctx *ctx, struct memory *m)
{
	uint64_t step, next, before, pa;
	unsigned read, noise, i;
	struct mem_range r;
	uint8_t page[PAGE];

	step = mem_present(ctx, m) / SAMPLES;
	step = step < PAGE ? PAGE : step;
	ctx->quiet++;
	for (pa = before = next = 0, i = read = noise = 0; i < RANGES_MAX &&
	    read < 2 * SAMPLES && mem_range(ctx, m, pa, &r) == 0;
	    pa = r.end, i++) {
		if (r.status != 0)
			continue;
		for (; next - before < r.end - r.start; next += step) {
			pa = (r.start + (next - before)) & ~(uint64_t)(PAGE - 1);
			if (mem_read(ctx, m, pa, page, PAGE) != 0)
				continue;
			read++;
			noise += is_noise(page);
		}
		before += r.end - r.start;
	}
	ctx->quiet--;
	return (read >= SAMPLES_MIN && noise >= read - read / 4);
}
