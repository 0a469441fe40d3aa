/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Objects of the slab allocator (mm/slub.c, mm/slab.h): which pages are a
 * cache's, and which of their objects are free.  A slab's free objects are a
 * list through themselves; a CPU that works with a slab has a second one of its
 * own (struct kmem_cache_cpu).  With CONFIG_SLAB_FREELIST_HARDENED each pointer
 * is mixed with a number of the cache and with its own address, since 5.7 with
 * the bytes of that reversed.
 */
#include "engine/os/linux/linux_read.h"

#include "base/bytes.h"
#include "engine/value/walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OBJECTS_MAX	32768u		/* 15 bits count them */
#define CHUNK		65536u		/* bytes of struct page that are read at once */
#define CACHES_MAX	100000u
#define HOLES_MAX	(1u << 22)	/* pages without memory that are looked at */

struct linux_cache {
	uint64_t	 addr, size, object_size, offset, random, left;
	bool		 hardened;
	/* Not known which objects are free: CPUs keep some that no list has. */
	bool		 unknown;
};

/* What a CPU has in hand. */
struct in_hand {
	uint64_t	 slab, freelist;
};

bool
linux_page_map(struct ctx *ctx, struct kernel *k, uint64_t *ret)
{
	const struct linux_os *l = linux_of(k);
	const uint64_t size = linux_size(k, LT_PAGE);
	uint64_t direct;

	if (size == 0)
		return (false);
	if (l->arch != NULL && l->arch->zero != NULL)
		return (l->arch->zero(l->vmcoreinfo, l->vmcoreinfo_len, size,
		    &direct, ret));
	return (linux_var(ctx, k, "vmemmap_base", k->space.ptr_size, ret) == 0);
}

bool
linux_slab_test(struct ctx *ctx, struct kernel *k, struct linux_slab_test *t)
{
	if (linux_enum(ctx, k, "pageflags", "PG_slab", &t->v) == 0)
		t->by = SLAB_BY_FLAG;
	else if (linux_enum(ctx, k, "pagetype", "PGTY_slab", &t->v) == 0)
		t->by = SLAB_BY_TYPE;
	else if (linux_enum(ctx, k, "pagetype", "PG_slab", &t->v) == 0)
		t->by = SLAB_BY_BIT;
	else
		return (false);
	return (t->by != SLAB_BY_FLAG || (t->v >= 0 && t->v < 64));
}

bool
linux_is_slab(const struct linux_slab_test *t, uint64_t flags, uint64_t type)
{
	switch (t->by) {
	case SLAB_BY_FLAG:
		return ((flags >> t->v & 1) != 0);
	case SLAB_BY_TYPE:
		return ((type & UINT32_MAX) >> 24 == (uint64_t)t->v);
	case SLAB_BY_BIT:
		break;
	}
	return ((type & UINT32_MAX) >> 24 != 0 && (type & (uint64_t)t->v) == 0);
}

/* A member of a slab: of struct slab, else of the page that it is. */
static int
slab_member(struct ctx *ctx, struct kernel *k, uint64_t page,
    enum linux_member of_slab, enum linux_member of_page, uint64_t *ret)
{
	return (linux_member(ctx, k, page, linux_has(k, of_slab) ? of_slab :
	    of_page, ret));
}

int
linux_slab_cache(struct ctx *ctx, struct kernel *k, uint64_t page,
    uint64_t *ret)
{
	return (slab_member(ctx, k, page, LM_SLAB_CACHE, LM_PAGE_CACHE, ret));
}

static int
cache_read(struct ctx *ctx, struct kernel *k, uint64_t addr,
    struct linux_cache *c)
{
	int rc;

	memset(c, 0, sizeof(*c));
	c->addr = addr;
	rc = linux_member(ctx, k, addr, LM_CACHE_SIZE, &c->size);
	if (rc == 0)
		rc = linux_member(ctx, k, addr, LM_CACHE_OBJECT_SIZE,
		    &c->object_size);
	if (rc == 0 && (c->size < k->space.ptr_size || c->size > UINT32_MAX ||
	    c->object_size > c->size))
		rc = ctx_fail_at(ctx, E_CORRUPT, addr, "a slab cache of "
		    "objects of %llu bytes", (unsigned long long)c->size);
	if (rc != 0)
		return (rc);
	ctx->quiet++;
	/* Only SLUB lists free objects through themselves. */
	c->unknown = linux_has(k, LM_CACHE_SHEAVES) || linux_member(ctx, k,
	    addr, LM_CACHE_OFFSET, &c->offset) != 0 ||
	    c->offset > c->size - k->space.ptr_size;
	c->hardened = linux_member(ctx, k, addr, LM_CACHE_RANDOM,
	    &c->random) == 0;
	if (linux_member(ctx, k, addr, LM_CACHE_LEFT, &c->left) != 0 ||
	    c->left >= c->size)
		c->left = 0;
	ctx->quiet--;
	ctx_clear(ctx);
	return (0);
}

/* The object that begins at an address; n when none does. */
static uint64_t
index_of(const struct linux_cache *c, uint64_t base, uint64_t n, uint64_t addr)
{
	const uint64_t off = addr - base - c->left;

	return (off % c->size == 0 && off / c->size < n ? off / c->size : n);
}

static uint64_t
swapped(uint64_t v, unsigned size)
{
	return (size == 8 ? __builtin_bswap64(v) :
	    __builtin_bswap32((uint32_t)v));
}

/*
 * Mark the objects of a free list.  false: it leads elsewhere, or a second time
 * to the same one.
 */
static bool
mark(struct ctx *ctx, struct kernel *k, const struct linux_cache *c,
    uint64_t base, uint64_t n, uint64_t at, uint8_t *free_bits)
{
	const unsigned size = k->space.ptr_size;
	uint64_t i, v, next;
	uint8_t raw[8];

	while (at != 0) {
		i = index_of(c, base, n, at);
		if (i == n || (free_bits[i / 8] >> i % 8 & 1) != 0 ||
		    space_read(ctx, &k->space, at + c->offset, raw, size) != 0)
			return (false);
		free_bits[i / 8] |= (uint8_t)(1U << i % 8);
		v = load_uint(raw, size, k->space.be);
		if (!c->hardened) {
			at = v;
			continue;
		}
		next = v ^ c->random ^ swapped(at + c->offset, size);
		if (next != 0 && index_of(c, base, n, next) == n)
			next = v ^ c->random ^ (at + c->offset);
		at = next;
	}
	return (true);
}

/* The slabs that CPUs have in hand, an array of *n; NULL: none. */
static struct in_hand *
hands(struct ctx *ctx, struct kernel *k, const struct linux_cache *c, size_t *n)
{
	struct linux_cpus cpus;
	struct in_hand *v;
	uint64_t percpu, offset;
	int cpu;

	*n = 0;
	if (linux_member(ctx, k, c->addr, LM_CACHE_CPUS, &percpu) != 0 ||
	    linux_cpus(ctx, k, "__cpu_possible_mask", &cpus) != 0)
		return (NULL);
	v = calloc(cpus.n + 1, sizeof(*v));
	for (cpu = 0; v != NULL && (cpu = linux_cpu_next(&cpus, cpu)) >= 0;
	    cpu++)
		if (linux_percpu(ctx, k, cpu, &offset) == 0 &&
		    linux_member(ctx, k, percpu + offset, LM_CACHE_CPU_SLAB,
		    &v[*n].slab) == 0 && v[*n].slab != 0 &&
		    linux_member(ctx, k, percpu + offset, LM_CACHE_CPU_FREE,
		    &v[*n].freelist) == 0)
			(*n)++;
	return (v);
}

/*
 * The free objects of a slab, a bit for each; base is where its memory begins.
 * E_CORRUPT when its lists are broken.
 */
static int
free_of(struct ctx *ctx, struct kernel *k, const struct linux_cache *c,
    const struct in_hand *hand, size_t nhands, uint64_t page, uint64_t base,
    uint64_t n, uint8_t free_bits[OBJECTS_MAX / 8])
{
	uint64_t at;
	bool whole;
	size_t i;

	memset(free_bits, 0, OBJECTS_MAX / 8);
	ctx->quiet++;
	whole = slab_member(ctx, k, page, LM_SLAB_FREE, LM_PAGE_FREE,
	    &at) == 0 && mark(ctx, k, c, base, n, at, free_bits);
	for (i = 0; whole && i < nhands; i++)
		if (hand[i].slab == page)
			whole = mark(ctx, k, c, base, n, hand[i].freelist,
			    free_bits);
	ctx->quiet--;
	ctx_clear(ctx);
	return (whole ? 0 : E_CORRUPT);
}

enum os_object_state
linux_object_state(struct ctx *ctx, struct kernel *k, uint64_t cache,
    uint64_t page, uint64_t base, uint64_t addr)
{
	uint8_t free_bits[OBJECTS_MAX / 8];
	struct linux_cache c;
	struct in_hand *hand;
	uint64_t n, i;
	size_t nhands;
	int rc;

	if (cache_read(ctx, k, cache, &c) != 0 || c.unknown ||
	    slab_member(ctx, k, page, LM_SLAB_OBJECTS, LM_PAGE_OBJECTS,
	    &n) != 0 || n > OBJECTS_MAX)
		return (OBJECT_UNKNOWN);
	i = addr - base < c.left ? n : (addr - base - c.left) / c.size;
	hand = hands(ctx, k, &c, &nhands);
	rc = i >= n ? E_NOT_FOUND : free_of(ctx, k, &c, hand, nhands, page,
	    base, n, free_bits);
	free(hand);
	return (rc != 0 ? OBJECT_UNKNOWN : free_bits[i / 8] >> i % 8 & 1 ?
	    OBJECT_FREE : OBJECT_USED);
}

/* What the objects of a cache are, where its name is not their type's. */
static const struct {
	const char	*cache, *type;
} object_types[] = {
	{ "TCP", "struct tcp_sock" }, { "TCPv6", "struct tcp6_sock" },
	{ "UDP", "struct udp_sock" }, { "UDPv6", "struct udp6_sock" },
	{ "UNIX", "struct unix_sock" }, { "UNIX-STREAM", "struct unix_sock" },
	{ "PING", "struct inet_sock" }, { "RAW", "struct raw_sock" },
	{ "bdev_cache", "struct bdev_inode" }, { "cred_jar", "struct cred" },
	{ "cred", "struct cred" },
	{ "ext4_inode_cache", "struct ext4_inode_info" },
	{ "files_cache", "struct files_struct" }, { "filp", "struct file" },
	{ "fs_cache", "struct fs_struct" }, { "inode_cache", "struct inode" },
	{ "kernfs_node_cache", "struct kernfs_node" },
	{ "mnt_cache", "struct mount" },
	{ "proc_inode_cache", "struct proc_inode" },
	{ "radix_tree_node", "struct xa_node" },
	{ "request_queue", "struct request_queue" },
	{ "shmem_inode_cache", "struct shmem_inode_info" },
	{ "sighand_cache", "struct sighand_struct" },
	{ "signal_cache", "struct signal_struct" },
	{ "skbuff_head_cache", "struct sk_buff" },
	{ "sock_inode_cache", "struct socket_alloc" },
	{ "task_group", "struct task_group" },
	{ "uts_namespace", "struct uts_namespace" },
};

static const char *
type_of(const char *cache, char buf[80])
{
	size_t i;

	for (i = 0; i < sizeof(object_types) / sizeof(object_types[0]); i++)
		if (strcmp(object_types[i].cache, cache) == 0)
			return (object_types[i].type);
	snprintf(buf, 80, "struct %.64s", cache);
	return (buf);
}

struct objects {
	struct kernel	*k;
	struct linux_cache cache;
	struct linux_slab_test test;
	struct in_hand	*hand;
	size_t		 nhands;
	uint64_t	 vmemmap, page_size;	/* of struct page, bytes */
	unsigned	 shift;
	uint64_t	 direct, direct_end, direct_phys;
	uint64_t	 room;		/* bytes that more objects can take */
	int		 missing;	/* why words of pages are not there, or 0 */
	struct os_object object;
	int		(*fn)(void *, struct ctx *, const struct os_object *);
	void		*arg;
};

static int
one_slab(struct ctx *ctx, struct objects *o, uint64_t page, uint64_t pa)
{
	uint8_t free_bits[OBJECTS_MAX / 8];
	const uint64_t base = o->direct + (pa - o->direct_phys);
	uint64_t n, i;
	int rc, lists;

	rc = slab_member(ctx, o->k, page, LM_SLAB_OBJECTS, LM_PAGE_OBJECTS,
	    &n);
	if (rc != 0 || n > OBJECTS_MAX)
		return (0);		/* the others are as good as ever */
	if (n * o->cache.size > o->room)
		return (ctx_fail_at(ctx, E_CORRUPT, page, "the cache's objects "
		    "would take more than all memory"));
	o->room -= n * o->cache.size;
	lists = o->cache.unknown ? E_UNSUPPORTED : free_of(ctx, o->k,
	    &o->cache, o->hand, o->nhands, page, base, n, free_bits);
	for (i = 0; rc == 0 && i < n; i++) {
		o->object.addr = base + o->cache.left + i * o->cache.size;
		o->object.slab = page;
		o->object.state = lists != 0 ? OBJECT_UNKNOWN :
		    free_bits[i / 8] >> i % 8 & 1 ? OBJECT_FREE : OBJECT_USED;
		rc = o->fn(o->arg, ctx, &o->object);
	}
	return (rc == 0 ? ctx_check(ctx) : rc);
}

static uint64_t
member_of(const struct objects *o, const uint8_t *page, enum linux_member m)
{
	const struct linux_place *p = linux_place(o->k, m);

	return (p->status != OK || p->size > 8 ||
	    p->offset + (uint64_t)p->size > o->page_size ? 0 :
	    load_uint(page + p->offset, p->size, o->k->space.be));
}

/* The pages of a range of physical memory, by their struct page. */
static int
pages(struct ctx *ctx, struct objects *o, uint64_t start, uint64_t end,
    uint8_t *chunk)
{
	const enum linux_member cache = linux_has(o->k, LM_SLAB_CACHE) ?
	    LM_SLAB_CACHE : LM_PAGE_CACHE;
	uint64_t pfn, at, n, i;
	size_t got, want;
	int rc = 0, why;

	for (pfn = start >> o->shift; rc == 0 && pfn < end >> o->shift;
	    pfn += n) {
		at = o->vmemmap + pfn * o->page_size;
		n = (end >> o->shift) - pfn;
		if (n > CHUNK / o->page_size)
			n = CHUNK / o->page_size;
		want = (size_t)(n * o->page_size);
		ctx->quiet++;
		why = space_read_some(ctx, &o->k->space, at, chunk, want, &got);
		ctx->quiet--;
		ctx_clear(ctx);
		if (why != 0 && why != E_NOT_MAPPED)
			o->missing = why;
		n = got / o->page_size;
		for (i = 0; rc == 0 && i < n; i++)
			if (linux_is_slab(&o->test, member_of(o, chunk + i *
			    o->page_size, LM_PAGE_FLAGS), member_of(o,
			    chunk + i * o->page_size, LM_PAGE_TYPE)) &&
			    member_of(o, chunk + i * o->page_size, cache) ==
			    o->cache.addr)
				rc = one_slab(ctx, o, at + i * o->page_size,
				    (pfn + i) << o->shift);
		/* Words that are not there: on with the next page of them. */
		if (got < want)
			n += ((at + got) / 4096 * 4096 + 4096 -
			    (at + n * o->page_size) + o->page_size - 1) /
			    o->page_size;
		if (rc == 0)
			rc = ctx_check(ctx);
	}
	return (rc);
}

static int
all_pages(struct ctx *ctx, struct objects *o)
{
	const uint64_t end = o->direct_phys + (o->direct_end - o->direct);
	struct mem_range r;
	uint64_t pa = o->direct_phys, holes = HOLES_MAX, n;
	uint8_t *chunk;
	int rc = 0;

	chunk = malloc(CHUNK);
	if (chunk == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for pages"));
	for (; rc == 0 && pa < end; pa = r.end) {
		rc = mem_range(ctx, &o->k->mem, pa, &r);
		if (rc != 0 || r.end <= pa)
			break;
		if (r.end > end)
			r.end = end;
		/*
		 * The words of pages may be there where these are not; but a
		 * hole may be of any size: it is a file's word.
		 */
		n = (r.end - pa) >> o->shift;
		if (r.status != OK && n > holes)
			continue;
		holes -= r.status != OK ? n : 0;
		rc = pages(ctx, o, pa, r.end, chunk);
	}
	free(chunk);
	if (rc == E_DONE)
		ctx_clear(ctx);
	return (rc == E_DONE ? 0 : rc);
}

/* A cache by its name, or by its address. */
static int
find(struct ctx *ctx, struct kernel *k, const char *name, struct arena *arena,
    uint64_t *ret)
{
	uint64_t head, key, node, cache, p;
	struct walk w;
	const char *text;
	unsigned n;
	int rc;

	rc = linux_root(ctx, k, "slab_caches", &head);
	if (rc == 0)
		rc = walk_list(&w, ctx, &k->space, head);
	if (rc != 0)
		return (ctx_chain(ctx, "slab caches"));
	for (n = 0; n < CACHES_MAX; n++) {
		rc = walk_next(&w, ctx, &key, &node);
		if (rc != 0)
			break;
		if (linux_around(ctx, k, LM_CACHE_LIST, node, &cache) == 0 &&
		    linux_member(ctx, k, cache, LM_CACHE_NAME, &p) == 0 &&
		    linux_text(ctx, k, p, 64, arena, &text) == 0 &&
		    strcmp(text, name) == 0) {
			walk_fini(&w);
			*ret = cache;
			return (0);
		}
	}
	walk_fini(&w);
	return (rc != E_DONE && rc != 0 ? rc : ctx_fail(ctx, E_NOT_FOUND,
	    "no slab cache \"%s\": slabs lists them (caches of one size may be "
	    "merged under the first one's name)", name));
}

int
linux_objects(struct ctx *ctx, struct kernel *k, const char *name,
    int (*fn)(void *, struct ctx *, const struct os_object *), void *arg)
{
	struct objects o = { .k = k, .fn = fn, .arg = arg };
	struct arena arena;
	uint64_t cache;
	char type[80];
	int rc;

	arena_init(&arena);
	rc = find(ctx, k, name, &arena, &cache);
	arena_fini(&arena);
	if (rc == 0)
		rc = cache_read(ctx, k, cache, &o.cache);
	if (rc == 0)
		rc = linux_direct_map(ctx, k, &o.direct, &o.direct_end,
		    &o.direct_phys);
	o.page_size = linux_size(k, LT_PAGE);
	if (rc == 0 && (!linux_page_map(ctx, k, &o.vmemmap) ||
	    o.page_size < 8 || o.page_size > CHUNK ||
	    !linux_slab_test(ctx, k, &o.test)))
		rc = ctx_fail(ctx, E_UNSUPPORTED, "where this kernel describes "
		    "its pages is not known");
	if (rc != 0)
		return (rc);
	o.shift = (unsigned)__builtin_ctzll(linux_page_size(k));
	o.room = o.direct_end - o.direct;
	o.object.size = o.cache.object_size;
	o.object.type = type_of(name, type);
	o.hand = hands(ctx, k, &o.cache, &o.nhands);
	rc = all_pages(ctx, &o);
	free(o.hand);
	return (rc != 0 || o.missing == 0 ? rc : ctx_fail(ctx, o.missing,
	    "the words of some pages are missing: there may be more objects"));
}
