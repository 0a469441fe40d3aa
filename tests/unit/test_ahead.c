/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading ahead: every page is what it should be, whoever expanded it. */
#include "tests/unit/unit.h"

#include "engine/memory/ahead.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE	512u
#define NPAGES	5000u
#define BAD	1000u			/* cannot be read */

static atomic_uint fetched;

static int
fetch(void *arg, struct ctx *ctx, uint64_t index, void *out)
{
	assert_ptr_equal(arg, &fetched);
	assert_true(index < NPAGES);
	atomic_fetch_add(&fetched, 1);
	if (index == BAD)
		return (ctx_fail(ctx, E_CORRUPT, "bad"));
	memset(out, (int)(index % 251), PAGE);
	return (0);
}

static struct ahead *
make(void)
{
	struct ahead *a = NULL;
	struct ctx ctx;

	ctx_init(&ctx);
	atomic_store(&fetched, 0);
	assert_int_equal(ahead_create(&ctx, PAGE, NPAGES, fetch, &fetched, &a),
	    0);
	ctx_fini(&ctx);
	return (a);
}

/* True when it had been read ahead. */
static bool
take(struct ahead *a, uint64_t index)
{
	uint8_t page[PAGE];
	size_t i;

	if (!ahead_take(a, index, page))
		return (false);
	for (i = 0; i < PAGE; i++)
		if (page[i] != index % 251)
			abort();
	return (true);
}

/* Pages in a row, until the thread has seen it; the next one to take. */
static unsigned
begin(struct ahead *a)
{
	const unsigned before = atomic_load(&fetched);
	unsigned i, tries;

	for (i = 0; i < 20; i++)
		(void)take(a, i);
	for (tries = 0; atomic_load(&fetched) == before && tries < 10000;
	    tries++)
		usleep(1000);
	assert_true(atomic_load(&fetched) > before);
	return (i);
}

static void
in_order(void **state)
{
	struct ahead *a = make();
	unsigned got, i;

	(void)state;
	i = begin(a);
	assert_true(take(a, i));
	for (got = 0; i < NPAGES; i++)
		got += take(a, i) && i != BAD;
	assert_true(got > 0);
	assert_true(atomic_load(&fetched) >= got);
	assert_false(take(a, BAD));
	ahead_destroy(a);
}

/* No sequence: nothing is read that nobody asked for. */
static void
at_random(void **state)
{
	struct ahead *a = make();
	uint64_t x = 88172645463325252u;
	unsigned i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		/* Neighbours in a row are longer than chance has them. */
		assert_false(take(a, x % (NPAGES / 16) * 16));
	}
	assert_int_equal(atomic_load(&fetched), 0);
	ahead_destroy(a);
}

static void
in_another_order(void **state)
{
	struct ahead *a = make();
	unsigned i, got;

	(void)state;
	/* Some left out, then backwards, then from the start again. */
	for (i = begin(a), got = 0; i < 2000; i += 1 + i % 3)
		got += take(a, i);
	assert_true(got > 0);
	for (i = 2000; i-- > 0;)
		(void)take(a, i);
	for (i = begin(a), got = 0; i < NPAGES; i++)
		got += take(a, i);
	assert_true(got > 0);
	ahead_destroy(a);
	ahead_destroy(NULL);
	ahead_destroy(make());		/* its thread never began */
}

static void *
reader(void *arg)
{
	struct ahead *a = arg;
	unsigned i, round;

	for (round = 0; round < 4; round++)
		for (i = 0; i < NPAGES; i++)
			(void)take(a, i);
	return (NULL);
}

static void
by_many(void **state)
{
	struct ahead *a = make();
	pthread_t t[4];
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&t[i], NULL, reader, a), 0);
	for (i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	ahead_destroy(a);
}

UNIT_MAIN(UNIT(in_order), UNIT(at_random), UNIT(in_another_order),
    UNIT(by_many))
