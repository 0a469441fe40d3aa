/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How much memory there is, as in /proc/meminfo (mm/show_mem.c,
 * si_mem_available): counters in pages.
 */
#include "engine/os/linux/linux_read.h"

#define NODES_MAX	1024		/* MAX_NUMNODES of the largest Kconfig */
#define ZONES_MAX	16
#define PAGES_MAX	(INT64_C(1) << 48)	/* more than can be addressed */

/* A counter of a table whose index is an enumerator. */
static int
counter(struct ctx *ctx, struct kernel *k, const char *table,
    const char *type, const char *item, int64_t *ret)
{
	uint64_t addr, v;
	int64_t i;
	int rc;

	rc = linux_root(ctx, k, table, &addr);
	if (rc == 0)
		rc = linux_enum(ctx, k, type, item, &i);
	if (rc == 0)
		rc = space_ptr(ctx, &k->space,
		    addr + (uint64_t)i * k->space.ptr_size, &v);
	if (rc != 0)
		return (rc);
	/* Below 0 for a moment, when CPUs have not added their part yet. */
	*ret = (int64_t)v > 0 ? (int64_t)v : 0;
	return (*ret < PAGES_MAX ? 0 : ctx_fail(ctx, E_CORRUPT,
	    "%s: %lld pages", item, (long long)*ret));
}

/* The low watermarks of all zones of one node. */
static int
node_low(struct ctx *ctx, struct kernel *k, uint64_t node, int64_t *sum)
{
	const struct linux_place *zones = linux_place(k, LM_PGDAT_ZONES);
	uint64_t size = linux_size(k, LT_ZONE), i, n, zone, v, boost;
	int rc;

	if (zones->status != OK || size == 0)
		return (E_NO_MEMBER);
	n = zones->size / size;
	for (i = 0, rc = 0; rc == 0 && i < n && i < ZONES_MAX; i++) {
		zone = node + zones->offset + i * size;
		rc = linux_member(ctx, k, zone, LM_ZONE_LOW, &v);
		if (rc == 0 && linux_member(ctx, k, zone, LM_ZONE_BOOST,
		    &boost) != 0)
			boost = 0;
		if (rc == 0 && (v > PAGES_MAX || boost > PAGES_MAX))
			rc = ctx_fail(ctx, E_CORRUPT, "a zone's watermark");
		if (rc == 0)
			*sum += (int64_t)(v + boost);
	}
	return (rc);
}

/* Machines with one node may have it in contig_page_data. */
static int
low_watermarks(struct ctx *ctx, struct kernel *k, int64_t *sum)
{
	uint64_t table, n, i, node;
	int rc;

	*sum = 0;
	if (linux_root(ctx, k, "contig_page_data", &node) == 0)
		return (node_low(ctx, k, node, sum));
	rc = linux_root(ctx, k, "node_data", &table);
	if (rc == 0 && linux_var(ctx, k, "nr_node_ids", 4, &n) != 0)
		n = 1;
	for (i = 0; rc == 0 && i < n && i < NODES_MAX; i++) {
		rc = space_ptr(ctx, &k->space, table + i * k->space.ptr_size,
		    &node);
		if (rc == 0 && node != 0)
			rc = node_low(ctx, k, node, sum);
	}
	return (rc);
}

/*
 * What could be had without swapping: free pages above the reserves, and the
 * page cache and reclaimable slabs down to a half or the low watermarks.
 */
static int
available(struct ctx *ctx, struct kernel *k, int64_t *ret)
{
	int64_t free, active, inactive, slab, misc, low, cache;
	uint64_t reserve;
	int rc;

	rc = counter(ctx, k, "vm_zone_stat", "zone_stat_item", "NR_FREE_PAGES",
	    &free);
	if (rc == 0)
		rc = linux_var(ctx, k, "totalreserve_pages", k->space.ptr_size,
		    &reserve);
	if (rc == 0)
		rc = counter(ctx, k, "vm_node_stat", "node_stat_item",
		    "NR_ACTIVE_FILE", &active);
	if (rc == 0)
		rc = counter(ctx, k, "vm_node_stat", "node_stat_item",
		    "NR_INACTIVE_FILE", &inactive);
	if (rc == 0)
		rc = counter(ctx, k, "vm_node_stat", "node_stat_item",
		    "NR_SLAB_RECLAIMABLE_B", &slab);
	if (rc == 0)
		rc = counter(ctx, k, "vm_node_stat", "node_stat_item",
		    "NR_KERNEL_MISC_RECLAIMABLE", &misc);
	if (rc == 0)
		rc = low_watermarks(ctx, k, &low);
	if (rc == 0 && reserve > PAGES_MAX)
		rc = ctx_fail(ctx, E_CORRUPT, "totalreserve_pages");
	if (rc != 0)
		return (rc);
	cache = active + inactive;
	cache -= cache / 2 < low ? cache / 2 : low;
	slab += misc;
	slab -= slab / 2 < low ? slab / 2 : low;
	free += cache + slab - (int64_t)reserve;
	*ret = free > 0 ? free : 0;
	return (0);
}

static void
to_bytes(struct kernel *k, struct os_u64 *v, int status, int64_t pages)
{
	v->status = status;
	if (status == 0 && __builtin_mul_overflow((uint64_t)pages,
	    linux_page_size(k), &v->v))
		v->status = E_CORRUPT;
}

/* A variable that counts pages, of the size of a long. */
static void
pages_var(struct ctx *ctx, struct kernel *k, const char *name,
    struct os_u64 *v)
{
	uint64_t n = 0;
	int rc;

	rc = linux_var(ctx, k, name, k->space.ptr_size, &n);
	to_bytes(k, v, rc, (int64_t)n > 0 ? (int64_t)n : 0);
}

void
linux_mem_info(struct ctx *ctx, struct kernel *k, struct os_info *info)
{
	int64_t n = 0;
	int rc;

	pages_var(ctx, k, "_totalram_pages", &info->mem_total);
	pages_var(ctx, k, "total_swap_pages", &info->swap_total);
	pages_var(ctx, k, "nr_swap_pages", &info->swap_free);
	rc = counter(ctx, k, "vm_zone_stat", "zone_stat_item", "NR_FREE_PAGES",
	    &n);
	to_bytes(k, &info->mem_free, rc, n);
	rc = available(ctx, k, &n);
	to_bytes(k, &info->mem_available, rc, n);
}
