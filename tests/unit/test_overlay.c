/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes that lie over memory, and whether all ways of reading see them. */
#include "tests/unit/unit.h"

#include "engine/memory/overlay.h"
#include "tests/mk/mk_space.h"

#include <string.h>

struct world {
	struct ctx	 ctx;
	struct mk_space	 m;
	struct overlay	*patch, *staged;
};

static void
world_init(struct world *w)
{
	size_t i;

	ctx_init(&w->ctx);
	mk_space_init(&w->m, false, 8);
	for (i = 0; i < MK_BYTES; i++)
		w->m.bytes[i] = (uint8_t)(i * 7 + i / 4096);
	assert_int_equal(overlay_push(&w->ctx, &w->m.mem, true, &w->patch), 0);
	assert_int_equal(overlay_push(&w->ctx, &w->m.mem, false, &w->staged),
	    0);
}

static void
world_fini(struct world *w)
{
	mk_space_fini(&w->m);
	ctx_fini(&w->ctx);
}

/* By reading, through the space and its cache, and in place. */
static void
sees(struct world *w, uint64_t at, const uint8_t *want, size_t n)
{
	uint8_t got[9000];
	struct extent x;
	size_t i;

	assert_int_equal(mem_read(&w->ctx, &w->m.mem, at, got, n), 0);
	assert_memory_equal(got, want, n);
	memset(got, 0, sizeof(got));
	assert_int_equal(space_read(&w->ctx, &w->m.space, at, got, n), 0);
	assert_memory_equal(got, want, n);
	for (i = 0; i < n; i++) {
		if (mem_extent(&w->ctx, &w->m.mem, at + i, &x) != 0)
			continue;
		assert_true(x.pa <= at + i && at + i - x.pa < x.len);
		assert_int_equal(x.ptr[at + i - x.pa], want[i]);
	}
}

static void
bytes_over_bytes(void **state)
{
	uint8_t want[9000];
	struct world w;
	uint64_t pa;
	uint8_t run[64];

	(void)state;
	world_init(&w);
	memcpy(want, w.m.bytes + 0x1f00, sizeof(want));
	sees(&w, 0x1f00, want, sizeof(want));
	/* Over the border of two pages. */
	assert_int_equal(overlay_put(&w.ctx, w.staged, 0x1ffd, "abcdef", 6), 0);
	memcpy(want + 0xfd, "abcdef", 6);
	sees(&w, 0x1f00, want, sizeof(want));
	sees(&w, 0x1fff, want + 0xff, 1);
	assert_int_equal(overlay_put(&w.ctx, w.patch, 0x2fff, "xyz", 3), 0);
	memcpy(want + 0x10ff, "xyz", 3);
	sees(&w, 0x1f00, want, sizeof(want));
	/* What is staged lies over a patch. */
	assert_int_equal(overlay_put(&w.ctx, w.staged, 0x3000, "S", 1), 0);
	want[0x1100] = 'S';
	sees(&w, 0x1f00, want, sizeof(want));
	assert_int_equal(overlay_below(&w.ctx, w.staged, 0x2fff, run, 3), 0);
	assert_memory_equal(run, "xyz", 3);
	assert_int_equal(overlay_below(&w.ctx, w.patch, 0x2fff, run, 3), 0);
	assert_memory_equal(run, w.m.bytes + 0x2fff, 3);
	pa = 0;
	assert_int_equal(overlay_next(w.staged, &pa, run, sizeof(run)), 6);
	assert_int_equal(pa, 0x1ffd);
	assert_memory_equal(run, "abcdef", 6);
	pa += 6;
	assert_int_equal(overlay_next(w.staged, &pa, run, sizeof(run)), 1);
	assert_int_equal(pa, 0x3000);
	pa++;
	assert_int_equal(overlay_next(w.staged, &pa, run, sizeof(run)), 0);
	pa = 0x1fff;
	assert_int_equal(overlay_next(w.staged, &pa, run, 2), 2);
	assert_memory_equal(run, "cd", 2);
	assert_true(overlay_covers(w.staged, 0x1f00, 0x100));
	assert_false(overlay_covers(w.staged, 0x1f00, 0xfd));
	assert_false(overlay_covers(w.staged, 0x2003, 0xffd));
	overlay_clear(w.staged);
	memcpy(want, w.m.bytes + 0x1f00, 0x1000);
	want[0x1100] = 'y';
	sees(&w, 0x1f00, want, sizeof(want));
	world_fini(&w);
}

static void
writes_end_in_a_patch(void **state)
{
	const uint64_t far = UINT64_C(1) << 40;
	struct world w;
	uint8_t before[8], want[8], got[8];
	size_t done;

	(void)state;
	world_init(&w);
	memcpy(before, w.m.bytes + 0x5000, 8);
	memcpy(want, before, 8);
	/* Seen before, so that a cache that is not emptied shows. */
	assert_int_equal(space_read(&w.ctx, &w.m.space, 0x5000, got, 8), 0);
	assert_int_equal(space_write(&w.ctx, &w.m.space, 0x5002, "1234", 4,
	    &done), 0);
	assert_int_equal(done, 4);
	memcpy(want + 2, "1234", 4);
	sees(&w, 0x5000, want, 8);
	assert_memory_equal(w.m.bytes + 0x5000, before, 8);
	/* Where there are no bytes, none are made. */
	assert_int_equal(mem_write(&w.ctx, &w.m.mem, far, "1234", 4),
	    E_NOT_IN_DUMP);
	assert_int_equal(w.ctx.err.addr, far);
	assert_false(overlay_covers(w.patch, far, 4));
	/* A page that is not mapped ends it. */
	mk_space_unmap(&w.m, 0x7000);
	assert_int_equal(space_write(&w.ctx, &w.m.space, 0x6ffe, "1234", 4,
	    &done), E_NOT_MAPPED);
	assert_int_equal(done, 2);
	assert_int_equal(w.ctx.err.addr, 0x7000);
	world_fini(&w);
}

UNIT_MAIN(UNIT(bytes_over_bytes), UNIT(writes_end_in_a_patch))
