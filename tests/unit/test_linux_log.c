/* SPDX-License-Identifier: BSD-2-Clause */
/* The log's ring buffer, hand-made: wraps, gaps, and broken ones. */
#include "tests/unit/unit.h"

#include "tests/mk/mk_linux.h"

#include <string.h>

#define PRB		0x1000
#define DESCS		0x2000
#define INFOS		0x3000
#define TEXT		0x4000
#define COUNT_BITS	2
#define SIZE_BITS	7
#define COMMITTED	1
#define FINALIZED	2
#define REUSABLE	3

static struct ctx ctx;
static struct mk_linux m;
static char said[1024];

static void
make(bool be)
{
	ctx_init(&ctx);
	mk_linux_init(&m, be);
	mk_linux_struct(&m, "desc_ring", 40, "count_bits u4@0, descs u8@8, "
	    "infos u8@16, head_id u8@24, tail_id u8@32");
	mk_linux_struct(&m, "data_ring", 16, "size_bits u4@0, data u8@8");
	mk_linux_struct(&m, "printk_ringbuffer", 56, "desc_ring desc_ring@0, "
	    "text_data_ring data_ring@40");
	mk_linux_struct(&m, "lpos", 16, "begin u8@0, next u8@8");
	mk_linux_struct(&m, "prb_desc", 24, "state_var u8@0, "
	    "text_blk_lpos lpos@8");
	mk_linux_struct(&m, "printk_info", 32, "seq u8@0, ts_nsec u8@8, "
	    "text_len u2@16, facility u1@18, level u1@19, caller_id u4@20");
	mk_linux_symbol(&m, "prb", 0x800);
	mk_linux_ready(&m);
	mk_put_ptr(&m.s, 0x800, PRB);
	mk_put(&m.s, PRB, 4, COUNT_BITS);
	mk_put_ptr(&m.s, PRB + 8, DESCS);
	mk_put_ptr(&m.s, PRB + 16, INFOS);
	mk_put(&m.s, PRB + 40, 4, SIZE_BITS);
	mk_put_ptr(&m.s, PRB + 48, TEXT);
}

static void
done(void)
{
	mk_linux_fini(&m);
	ctx_fini(&ctx);
}

static void
ids(uint64_t tail, uint64_t head)
{
	mk_put(&m.s, PRB + 24, 8, head);
	mk_put(&m.s, PRB + 32, 8, tail);
}

/* A record whose text block lies at [begin, next). */
static void
put(uint64_t id, unsigned state, uint64_t begin, uint64_t next,
    const char *text)
{
	uint64_t i = id % (1 << COUNT_BITS), at, size = 1 << SIZE_BITS;

	mk_put(&m.s, DESCS + i * 24, 8, (uint64_t)state << 62 | id);
	mk_put(&m.s, DESCS + i * 24 + 8, 8, begin);
	mk_put(&m.s, DESCS + i * 24 + 16, 8, next);
	mk_put(&m.s, INFOS + i * 32, 8, id + 100);
	mk_put(&m.s, INFOS + i * 32 + 8, 8, id * 1000);
	mk_put(&m.s, INFOS + i * 32 + 16, 2, strlen(text));
	mk_put(&m.s, INFOS + i * 32 + 18, 1, 3);
	mk_put(&m.s, INFOS + i * 32 + 19, 1, 6);
	mk_put(&m.s, INFOS + i * 32 + 20, 4, id % 2 == 0 ? 7 : 0x80000001u);
	at = begin / size == (next - 1) / size ? begin % size : 0;
	mk_put(&m.s, TEXT + at, 8, id);
	if (*text != '\0')
		mk_linux_text(&m, TEXT + at + 8, text);
}

static int
line(void *arg, struct ctx *c, const struct os_log *log)
{
	size_t n = strlen(said);

	(void)arg;
	(void)c;
	snprintf(said + n, sizeof(said) - n, "%d %d.%d %s %d %.*s|",
	    (int)log->seq, log->facility, log->level, log->caller,
	    (int)log->ns, (int)log->len, log->text);
	return (0);
}

static int
run(void)
{
	said[0] = '\0';
	return (linux_log(&ctx, &m.k, line, NULL));
}

static void
records(bool be)
{
	make(be);
	ids(4, 6);
	put(4, FINALIZED, 128, 144, "four");
	put(5, FINALIZED, 144, 160, "five\n");
	put(6, COMMITTED, 160, 176, "six");
	assert_int_equal(run(), OK);
	assert_string_equal(said, "104 3.6 T7 4000 four|"
	    "105 3.6 C1 5000 five|106 3.6 T7 6000 six|");
	done();
}

static void
finds_records(void **state)
{
	(void)state;
	records(false);
	records(true);
}

static void
leaves_out_what_is_gone(void **state)
{
	(void)state;
	make(false);
	ids(4, 7);
	put(4, REUSABLE, 128, 144, "four");
	put(5, 0, 144, 160, "five");
	put(6, FINALIZED, 3, 3, "");		/* a line without text */
	put(3, FINALIZED, 160, 176, "old");	/* where 7 will be */
	mk_put(&m.s, DESCS + 3 * 24, 8, (uint64_t)REUSABLE << 62 | 3);
	assert_int_equal(run(), OK);
	assert_string_equal(said, "106 3.6 T7 6000 |");
	done();
}

/* Ids wrap at 2^62, positions at 2^64, and texts at the ring's end. */
static void
wraps(void **state)
{
	uint64_t last = (UINT64_C(1) << 62) - 1;

	(void)state;
	make(false);
	ids(last, 0);
	put(last, FINALIZED, 0 - UINT64_C(24), 24, "at the start");
	mk_put(&m.s, INFOS + 3 * 32, 8, 1);
	mk_put(&m.s, INFOS + 3 * 32 + 8, 8, 2);
	put(0, FINALIZED, 112, 128, "to end");	/* up to the last byte */
	assert_int_equal(run(), OK);
	assert_string_equal(said, "1 3.6 C1 2 at the start|"
	    "100 3.6 T7 0 to end|");
	done();
}

static void
survives_broken_rings(void **state)
{
	(void)state;
	make(false);
	ids(4, 4 + 100);			/* more than there is room for */
	assert_int_equal(run(), E_CORRUPT);
	ids(4, 6);
	put(5, FINALIZED, 144, 144 + 256, "five");	/* longer than all */
	put(4, FINALIZED, 128, 144, "four");
	put(6, FINALIZED, 160, 176, "six");
	assert_int_equal(run(), E_CORRUPT);
	assert_string_equal(said, "104 3.6 T7 4000 four|106 3.6 T7 6000 six|");
	put(5, FINALIZED, 144, 160, "five");
	mk_put(&m.s, TEXT + 16, 8, 77);		/* another's text */
	assert_int_equal(run(), E_CORRUPT);
	assert_string_equal(said, "104 3.6 T7 4000 four|106 3.6 T7 6000 six|");
	mk_put(&m.s, PRB, 4, 60);
	assert_int_equal(run(), E_CORRUPT);
	mk_put(&m.s, PRB, 4, COUNT_BITS);
	mk_space_unmap(&m.s, INFOS);
	assert_int_equal(run(), E_NOT_MAPPED);
	assert_string_equal(said, "");
	mk_put_ptr(&m.s, 0x800, 0);
	mk_space_unmap(&m.s, PRB);
	assert_true(run() < 0);
	done();
}

UNIT_MAIN(UNIT(finds_records), UNIT(leaves_out_what_is_gone), UNIT(wraps),
    UNIT(survives_broken_rings))
