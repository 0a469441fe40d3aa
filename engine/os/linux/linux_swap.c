/* SPDX-License-Identifier: BSD-2-Clause */
/* Swap devices and files, as in /proc/swaps (mm/swapfile.c). */
#include "engine/os/linux/linux_read.h"

/* swap_info_struct.flags, linux/swap.h. */
#define SWP_USED	1

/* There are 5 bits for a swap device's number in an entry. */
#define SWAPFILES_MAX	32

/*
 * From 6.13 on (b228386cf37c) inuse_pages is an atomic_long with a flag beside
 * the count.
 */
#define USAGE_OFFLIST	(UINT64_C(1) << 30)

static int
one(struct ctx *ctx, struct kernel *k, const struct linux_obj *si,
    struct arena *arena,
    int (*fn)(void *, struct ctx *, const struct os_swap *), void *arg)
{
	struct os_swap swap = { .address = si->addr, .device = { .s = "" } };
	uint64_t flags, map, file, page = linux_page_size(k);
	int rc;

	rc = linux_u64(ctx, si, LM_SWAP_FLAGS, &flags);
	if (rc != 0)
		return (rc);
	if ((flags & SWP_USED) == 0 || (linux_has(k, LM_SWAP_MAP) &&
	    linux_u64(ctx, si, LM_SWAP_MAP, &map) == 0 && map == 0))
		return (0);
	ctx->quiet++;
	swap.total.status = linux_u64(ctx, si, LM_SWAP_PAGES, &swap.total.v);
	swap.used.status = linux_u64(ctx, si, LM_SWAP_INUSE, &swap.used.v);
	if (linux_place(k, LM_SWAP_INUSE)->size == 8)
		swap.used.v &= ~USAGE_OFFLIST;
	if (__builtin_mul_overflow(swap.total.v, page, &swap.total.v))
		swap.total.status = E_CORRUPT;
	if (__builtin_mul_overflow(swap.used.v, page, &swap.used.v))
		swap.used.status = E_CORRUPT;
	linux_s64(ctx, si, LM_SWAP_PRIO, &swap.priority);
	swap.device.status = linux_u64(ctx, si, LM_SWAP_FILE, &file);
	if (swap.device.status == 0)
		swap.device.status = linux_path(ctx, k, file, arena,
		    &swap.device.s);
	ctx->quiet--;
	return (fn(arg, ctx, &swap));
}

int
linux_swaps(struct ctx *ctx, struct kernel *k,
    int (*fn)(void *, struct ctx *, const struct os_swap *), void *arg)
{
	struct linux_obj si;
	struct arena arena;
	uint64_t table, n, i, addr;
	struct err missing = { 0 };
	int rc;

	rc = linux_root(ctx, k, "swap_info", &table);
	if (rc == 0)
		rc = linux_var(ctx, k, "nr_swapfiles", 4, &n);
	if (rc == 0)
		rc = linux_obj_init(ctx, &si, k, LT_SWAP);
	if (rc != 0)
		return (rc);
	arena_init(&arena);
	if (n > SWAPFILES_MAX)
		rc = ctx_fail(ctx, E_CORRUPT, "nr_swapfiles is %llu",
		    (unsigned long long)n);
	for (i = 0; rc == 0 && i < n; i++) {
		arena_reset(&arena);
		rc = space_ptr(ctx, &k->space,
		    table + i * k->space.ptr_size, &addr);
		if (rc == 0 && addr == 0)
			continue;
		if (rc == 0)
			rc = linux_obj_at(ctx, &si, addr);
		if (rc != 0 && missing.code == 0)
			missing = ctx->err;
		rc = rc != 0 ? 0 : one(ctx, k, &si, &arena, fn, arg);
	}
	linux_obj_fini(&si);
	arena_fini(&arena);
	if (rc == 0 && missing.code != 0) {
		ctx->err = missing;
		rc = ctx_chain(ctx, "swap device");
	}
	return (rc);
}
