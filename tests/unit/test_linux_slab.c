/* SPDX-License-Identifier: BSD-2-Clause */
/* The objects of a slab cache, of a hand-made kernel; free lists that lie. */
#include "tests/unit/unit.h"

#include "tests/mk/mk_linux.h"

#include <string.h>

#define CACHES		0x1000u		/* list_head slab_caches */
#define CACHE		0x2000u
#define OTHER		0x3000u
#define NAME		0x4000u
#define CPU		0x5000u		/* struct kmem_cache_cpu */
#define PAGES		0x10000u	/* struct page of frame 0 */
#define PAGE(n)		(PAGES + (uint64_t)(n) * 64)
#define SLAB		0x40		/* its first frame, */
#define BASE		(SLAB * 0x1000u)
#define N		16u		/* objects in it, of */
#define SIZE		256u
#define AT		128u		/* where the pointer is */
#define OBJECT(i)	(BASE + (uint64_t)(i) * SIZE)
#define RANDOM		UINT64_C(0x1234567890abcdef)

enum mix { PLAIN, MIXED, SWAPPED };

static struct ctx ctx;
static struct mk_linux m;

/* A free object, and the next one after it (N: the last). */
static void
put_free(unsigned i, unsigned next, enum mix mix)
{
	const uint64_t at = OBJECT(i) + AT, to = next < N ? OBJECT(next) : 0;

	mk_put(&m.s, at, 8, mix == PLAIN ? to : to ^ RANDOM ^
	    (mix == MIXED ? at : __builtin_bswap64(at)));
}

static void
variable(const char *name, uint64_t at, unsigned size, uint64_t v)
{
	mk_linux_symbol(&m, name, at);
	mk_put(&m.s, at, size, v);
}

static void
make(bool be, enum mix mix)
{
	ctx_init(&ctx);
	mk_linux_init(&m, be);
	m.k.arch = &arch_x86_64;
	mk_linux_struct(&m, "list_head", 16, "next u8@0, prev u8@8");
	mk_linux_struct(&m, "page", 64, "flags u8@0");
	mk_linux_struct(&m, "slab", 64,
	    "slab_cache u8@8, freelist u8@32, objects u2@42");
	mk_linux_struct(&m, "kmem_cache", 256, mix == PLAIN ?
	    "cpu_slab u8@0, size u4@24, object_size u4@28, offset u4@40, "
	    "name u8@96, list list_head@104" :
	    "cpu_slab u8@0, size u4@24, object_size u4@28, offset u4@40, "
	    "name u8@96, list list_head@104, random u8@184");
	mk_linux_struct(&m, "kmem_cache_cpu", 32, "freelist u8@0, slab u8@16");
	mk_btf_struct(&m.btf, MK_ENUM, "pageflags", 4, true);
	mk_btf_value(&m.btf, "PG_slab", 9);
	variable("vmemmap_base", 0x6000, 8, PAGES);
	variable("page_offset_base", 0x6008, 8, 0);
	variable("max_pfn", 0x6010, 8, MK_PAGES);
	variable("nr_cpu_ids", 0x6018, 4, 1);
	variable("__cpu_possible_mask", 0x6020, 8, 1);
	variable("__per_cpu_offset", 0x6028, 8, CPU);
	mk_linux_symbol(&m, "slab_caches", CACHES);
	mk_linux_ready(&m);
	mk_linux_list(&m, (uint64_t[]){ CACHES, OTHER + 104, CACHE + 104, 0 });
	mk_linux_text(&m, NAME, "thing");
	mk_linux_text(&m, NAME + 16, "other");
	mk_put_ptr(&m.s, CACHE + 96, NAME);
	mk_put_ptr(&m.s, OTHER + 96, NAME + 16);
	mk_put(&m.s, CACHE + 24, 4, SIZE);
	mk_put(&m.s, CACHE + 28, 4, SIZE - 56);
	mk_put(&m.s, CACHE + 40, 4, AT);
	mk_put(&m.s, CACHE + 184, 8, RANDOM);
	/* One slab of it; a page that another cache has; one of nobody. */
	mk_put(&m.s, PAGE(SLAB), 8, 1 << 9);
	mk_put_ptr(&m.s, PAGE(SLAB) + 8, CACHE);
	mk_put(&m.s, PAGE(SLAB) + 42, 2, N);
	mk_put(&m.s, PAGE(SLAB + 2), 8, 1 << 9);
	mk_put_ptr(&m.s, PAGE(SLAB + 2) + 8, OTHER);
	mk_put_ptr(&m.s, PAGE(SLAB + 3) + 8, CACHE);
	/* 3, 7 and 12 are free; and, as the CPU alone knows, 1 and 0. */
	mk_put_ptr(&m.s, PAGE(SLAB) + 32, OBJECT(3));
	put_free(3, 7, mix);
	put_free(7, 12, mix);
	put_free(12, N, mix);
	mk_put_ptr(&m.s, CPU, OBJECT(1));
	mk_put_ptr(&m.s, CPU + 16, PAGE(SLAB));
	put_free(1, 0, mix);
	put_free(0, N, mix);
}

static void
done(void)
{
	mk_linux_fini(&m);
	ctx_fini(&ctx);
}

struct seen {
	unsigned	 n;
	char		 states[64];	/* a letter an object */
};

static int
on_object(void *arg, struct ctx *c, const struct os_object *o)
{
	struct seen *s = arg;

	(void)c;
	assert_int_equal(o->addr, OBJECT(s->n));
	assert_int_equal(o->slab, PAGE(SLAB));
	assert_int_equal(o->size, SIZE - 56);
	assert_string_equal(o->type, "struct thing");
	assert_true(s->n < sizeof(s->states) - 1);
	s->states[s->n++] = "uf?"[o->state];
	return (0);
}

static const char *
states(struct seen *s)
{
	memset(s, 0, sizeof(*s));
	assert_int_equal(linux_objects(&ctx, &m.k, "thing", on_object, s), 0);
	return (s->states);
}

static void
objects(void **state)
{
	struct seen s;
	int be, mix;

	(void)state;
	for (be = 0; be < 2; be++) {
		for (mix = PLAIN; mix <= SWAPPED; mix++) {
			make(be != 0, (enum mix)mix);
			assert_string_equal(states(&s), "ffufuuufuuuufuuu");
			assert_int_equal(linux_object_state(&ctx, &m.k, CACHE,
			    PAGE(SLAB), BASE, OBJECT(7) + 9), OBJECT_FREE);
			assert_int_equal(linux_object_state(&ctx, &m.k, CACHE,
			    PAGE(SLAB), BASE, OBJECT(8)), OBJECT_USED);
			assert_int_equal(linux_object_state(&ctx, &m.k, CACHE,
			    PAGE(SLAB), BASE, OBJECT(N)), OBJECT_UNKNOWN);
			assert_int_equal(linux_objects(&ctx, &m.k, "none",
			    on_object, &s), E_NOT_FOUND);
			done();
		}
	}
}

/* Then nothing is said about the slab's objects but that they are there. */
static void
broken(void **state)
{
	struct seen s;

	(void)state;
	make(false, SWAPPED);
	put_free(12, 3, SWAPPED);		/* a loop */
	assert_string_equal(states(&s), "????????????????");
	mk_put(&m.s, OBJECT(12) + AT, 8, 0x6b6b6b6b6b6b6b6b);
	assert_string_equal(states(&s), "????????????????");
	assert_int_equal(linux_object_state(&ctx, &m.k, CACHE, PAGE(SLAB), BASE,
	    OBJECT(8)), OBJECT_UNKNOWN);
	put_free(12, N, SWAPPED);
	mk_put_ptr(&m.s, CPU, OBJECT(7));	/* on both lists */
	assert_string_equal(states(&s), "????????????????");
	mk_put_ptr(&m.s, CPU, OBJECT(1) + 8);	/* inside an object */
	assert_string_equal(states(&s), "????????????????");
	/* Objects of no size, and a pointer behind their end. */
	mk_put(&m.s, CACHE + 24, 4, 0);
	assert_int_equal(linux_objects(&ctx, &m.k, "thing", on_object, &s),
	    E_CORRUPT);
	mk_put(&m.s, CACHE + 24, 4, SIZE);
	mk_put(&m.s, CACHE + 40, 4, SIZE);
	assert_string_equal(states(&s), "????????????????");
	/* A list of caches without end. */
	mk_put_ptr(&m.s, OTHER + 104, OTHER + 104);
	assert_int_not_equal(linux_objects(&ctx, &m.k, "none", on_object, &s),
	    0);
	done();
}

UNIT_MAIN(UNIT(objects), UNIT(broken))
