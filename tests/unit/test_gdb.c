/* SPDX-License-Identifier: BSD-2-Clause */
/* gdb's remote protocol, against a stub that is told how to misbehave. */
#include "tests/unit/unit.h"

#include "engine/backend/gdb.h"
#include "engine/memory/pages.h"
#include "tests/mk/mk_stub.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIZE	((size_t)256 << 10)
#define BASE	MK_STUB_BASE

struct target {
	struct ctx	 ctx;
	struct mk_stub	 stub;
	struct dump	*dump;
	struct memory	 mem;
};

static void
start(struct target *t)
{
	size_t i;

	ctx_init(&t->ctx);
	t->stub.size = SIZE;
	t->stub.die = -1;
	t->stub.memory = malloc(SIZE);
	for (i = 0; i < SIZE; i++)
		t->stub.memory[i] = (uint8_t)(i * 7 + (i >> 8) * 3);
	mk_stub_start(&t->stub);
}

static void
open_target(struct target *t)
{
	start(t);
	assert_int_equal(gdb_open(&t->ctx, t->stub.path, &t->dump), 0);
	mem_init(&t->mem, &t->dump->layer, NULL);
}

static void
close_target(struct target *t)
{
	mem_fini(&t->mem);
	mk_stub_end(&t->stub);
	free(t->stub.memory);
	ctx_fini(&t->ctx);
}

static void
state_of(struct target *t, struct dump_state *st)
{
	t->dump->backend->state(t->dump, st);
}

static void
packets(void **state)
{
	static const struct {
		const char *in, *out;
		enum gdb_taken taken;
	} rows[] = {
		{ "$OK#9a", "OK", GDB_PACKET },
		{ "++$OK#9a+", "OK", GDB_PACKET },
		{ "$#00", "", GDB_PACKET },
		{ "$a}\x03#""e1", "a#", GDB_PACKET },
		{ "$0* #7a", "0000", GDB_PACKET },
		{ "$OK#9b", NULL, GDB_DAMAGED },
		{ "$OK#x9", NULL, GDB_DAMAGED },
		{ "$*!#4b", NULL, GDB_DAMAGED },	/* a run of nothing */
		{ "$0*#5a", NULL, GDB_DAMAGED },	/* ... that is cut */
		{ "$}#7d", NULL, GDB_DAMAGED },
		{ "$OK#9", NULL, GDB_MORE },
		{ "$OK", NULL, GDB_MORE },
		{ "+-", NULL, GDB_MORE },
	};
	struct buf out = { 0 };
	size_t i, used;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(gdb_packet_take(rows[i].in,
		    strlen(rows[i].in), &used, &out), rows[i].taken);
		assert_true(used <= strlen(rows[i].in));
		if (rows[i].out != NULL)
			assert_string_equal(buf_text(&out), rows[i].out);
	}
	buf_fini(&out);
}

static void
reads(void **state)
{
	struct target t = { 0 };
	struct dump_state st;
	struct mem_range r;
	uint8_t buf[40000];
	uint64_t v;

	(void)state;
	open_target(&t);
	assert_false(t.dump->native);
	assert_string_equal(t.dump->arch->name, "x86-64");
	assert_int_equal(t.dump->ncpus, 2);
	assert_int_equal(t.dump->cpus[1].root, 0x1234000);
	assert_int_equal(t.dump->cpus[1].paging, 0x20);
	assert_true(arch_reg_get(t.dump->arch, &t.dump->cpus[0], "rip", &v));
	assert_int_equal(v, 0xffffffff81000000);
	assert_true(arch_reg_get(t.dump->arch, &t.dump->cpus[0], "rflags", &v));
	assert_int_equal(v, 0x246);
	/* Opening has stopped it; at the end of a batch it runs. */
	assert_false(t.stub.running);
	mem_rest(&t.mem);
	assert_int_equal(mem_read(&t.ctx, &t.mem, BASE + 5, buf,
	    sizeof(buf)), 0);
	assert_memory_equal(buf, t.stub.memory + 5, sizeof(buf));
	assert_false(t.stub.running);
	assert_int_equal(t.stub.stops, 1);
	/* All of a batch is one stop. */
	assert_int_equal(mem_read(&t.ctx, &t.mem, BASE, buf, 8), 0);
	assert_int_equal(t.stub.stops, 1);
	mem_rest(&t.mem);
	state_of(&t, &st);
	assert_false(st.stopped);
	assert_false(st.lost);
	assert_true(st.held > 0 && st.last > 0);
	/* Where there is a device nobody is asked. */
	assert_int_equal(mem_read(&t.ctx, &t.mem, BASE - 4, buf, 8),
	    E_NOT_IN_DUMP);
	assert_int_equal(t.ctx.err.addr, BASE - 4);
	assert_int_equal(mem_read(&t.ctx, &t.mem, BASE + SIZE - 4, buf, 8),
	    E_NOT_IN_DUMP);
	assert_int_equal(t.ctx.err.addr, BASE + SIZE);
	assert_int_equal(mem_read(&t.ctx, &t.mem, 0xfee00000, buf, 8),
	    E_NOT_IN_DUMP);
	assert_int_equal(t.stub.outside, 0);
	assert_int_equal(mem_range(&t.ctx, &t.mem, BASE, &r), 0);
	assert_int_equal(r.end, BASE + SIZE);
	assert_int_equal(mem_range(&t.ctx, &t.mem, BASE + SIZE, &r), E_DONE);
	mem_fini(&t.mem);
	/* Who leaves lets it run. */
	assert_int_equal(t.stub.detached, 1);
	assert_true(t.stub.running);
	assert_false(t.stub.physical);
	mk_stub_end(&t.stub);
	free(t.stub.memory);
	ctx_fini(&t.ctx);
}

static void
together(void **state)
{
	struct target t = { 0 };
	struct mem_request v[4];
	uint8_t buf[4][5000];
	unsigned before;
	size_t i;

	(void)state;
	open_target(&t);
	assert_int_equal(pages_push(&t.ctx, &t.mem, 4096), 0);
	for (i = 0; i < 4; i++)
		v[i] = (struct mem_request){ .pa = BASE + i * 9000,
		    .buf = buf[i], .n = i == 3 ? 5000 : 100 };
	v[1].pa = BASE + SIZE;		/* is not there */
	assert_int_equal(mem_readv(&t.ctx, &t.mem, v, 4), 0);
	for (i = 0; i < 4; i++) {
		assert_int_equal(v[i].status, i == 1 ? E_NOT_IN_DUMP : 0);
		if (i != 1)
			assert_memory_equal(buf[i], t.stub.memory + i * 9000,
			    v[i].n);
	}
	assert_int_equal(v[1].missing, BASE + SIZE);
	/* What was fetched is at hand. */
	before = t.stub.reads;
	assert_int_equal(mem_read(&t.ctx, &t.mem, BASE + 18000, buf[0], 50), 0);
	assert_int_equal(t.stub.reads, before);
	close_target(&t);
}

static void
short_answers(void **state)
{
	struct target t = { .stub.short_answers = true };
	uint8_t buf[3000];

	(void)state;
	open_target(&t);
	assert_int_equal(mem_read(&t.ctx, &t.mem, BASE + 1, buf, sizeof(buf)),
	    0);
	assert_memory_equal(buf, t.stub.memory + 1, sizeof(buf));
	close_target(&t);
}

static void
writes(void **state)
{
	struct target t = { 0 };
	uint8_t buf[5000], back[5000];

	(void)state;
	open_target(&t);
	memset(buf, 0x5a, sizeof(buf));
	assert_int_equal(mem_write(&t.ctx, &t.mem, BASE + 77, buf,
	    sizeof(buf)), 0);
	assert_int_equal(mem_read(&t.ctx, &t.mem, BASE + 77, back,
	    sizeof(back)), 0);
	assert_memory_equal(buf, back, sizeof(buf));
	assert_int_equal(mem_write(&t.ctx, &t.mem, BASE - 1, buf, 2),
	    E_NOT_IN_DUMP);
	close_target(&t);
}

static void
damaged(void **state)
{
	struct target t = { 0 };
	struct dump_state st;
	uint8_t buf[8];

	(void)state;
	open_target(&t);
	/* Said again it is right. */
	t.stub.damage = 2;
	assert_int_equal(mem_read(&t.ctx, &t.mem, BASE + 3, buf, 8), 0);
	assert_memory_equal(buf, t.stub.memory + 3, 8);
	state_of(&t, &st);
	assert_false(st.lost);
	/* Or never. */
	t.stub.damage = 100;
	assert_int_equal(mem_read(&t.ctx, &t.mem, BASE, buf, 8), E_CORRUPT);
	state_of(&t, &st);
	assert_true(st.lost);
	assert_non_null(strstr(st.why, "damaged"));
	close_target(&t);
}

static void
nonsense(void **state)
{
	struct target t = { 0 };
	struct dump_state st;
	uint8_t buf[8];

	(void)state;
	open_target(&t);
	t.stub.nonsense = true;
	assert_int_equal(mem_read(&t.ctx, &t.mem, BASE, buf, 8), E_CORRUPT);
	assert_non_null(strstr(t.ctx.err.text, "\"zz"));
	/* What comes later could be the answer to anything. */
	t.stub.nonsense = false;
	assert_int_equal(mem_read(&t.ctx, &t.mem, BASE, buf, 8), E_IO);
	state_of(&t, &st);
	assert_true(st.lost);
	close_target(&t);
	/* Instead of saying that it stands still. */
	memset(&t, 0, sizeof(t));
	open_target(&t);
	mem_rest(&t.mem);
	t.stub.nonsense = true;
	assert_int_equal(mem_read(&t.ctx, &t.mem, BASE, buf, 8), E_CORRUPT);
	state_of(&t, &st);
	assert_true(st.lost);
	close_target(&t);
}

/* What is told without asking anything. */
static void
is_watched(void **state)
{
	struct target t = { 0 };
	struct dump_state st;
	uint8_t buf[8];

	(void)state;
	open_target(&t);
	state_of(&t, &st);
	assert_false(st.lost);
	assert_int_equal(st.silent, 0);
	/* It stalls: nobody waits any more, but it owes an answer. */
	t.stub.mute = true;
	t.ctx.deadline = wire_now() + 30000000;
	assert_int_equal(mem_read(&t.ctx, &t.mem, BASE, buf, 8), E_CANCELLED);
	state_of(&t, &st);
	assert_true(st.silent > 0);
	assert_false(st.lost);
	/* No rest takes longer than a moment for it, and it stays as it is. */
	mem_rest(&t.mem);
	state_of(&t, &st);
	assert_true(st.stopped);
	((struct gdb *)t.dump)->wire->patience = 1;
	state_of(&t, &st);
	assert_true(st.lost);
	assert_non_null(strstr(st.why, "no answer"));
	close_target(&t);
	/* It goes away. */
	memset(&t, 0, sizeof(t));
	open_target(&t);
	t.stub.die = 0;
	mem_rest(&t.mem);
	do {
		state_of(&t, &st);
	} while (!st.lost);
	assert_non_null(strstr(st.why, "closed"));
	close_target(&t);
}

/* A late answer: it is told from silence, and the target goes on after it. */
static void
late(void **state)
{
	struct target t = { 0 };
	struct dump_state st;
	uint8_t buf[8];

	(void)state;
	open_target(&t);
	t.stub.hold = true;
	t.ctx.deadline = wire_now() + 30000000;
	assert_int_equal(mem_read(&t.ctx, &t.mem, BASE, buf, 8), E_CANCELLED);
	t.ctx.deadline = 0;
	mem_rest(&t.mem);
	state_of(&t, &st);
	assert_true(st.stopped && !st.lost);
	t.stub.hold = false;
	do {
		state_of(&t, &st);
	} while (st.silent > 0);
	((struct gdb *)t.dump)->wire->patience = 1;
	state_of(&t, &st);
	assert_false(st.lost);
	((struct gdb *)t.dump)->wire->patience = WIRE_PATIENCE;
	mem_rest(&t.mem);
	state_of(&t, &st);
	assert_false(st.stopped);
	assert_int_equal(mem_read(&t.ctx, &t.mem, BASE + 40, buf, 8), 0);
	assert_memory_equal(buf, t.stub.memory + 40, 8);
	assert_int_equal(t.stub.stops, 1);
	close_target(&t);
}

static void
dies(void **state)
{
	struct target t = { 0 };
	struct dump_state st;
	uint8_t buf[20000];

	(void)state;
	open_target(&t);
	t.stub.die = 2;
	assert_int_equal(mem_read(&t.ctx, &t.mem, BASE, buf, sizeof(buf)),
	    E_IO);
	state_of(&t, &st);
	assert_true(st.lost);
	/* No more waiting from here on. */
	assert_int_equal(mem_read(&t.ctx, &t.mem, BASE, buf, 8), E_IO);
	assert_non_null(strstr(t.ctx.err.text, "lost"));
	mem_rest(&t.mem);
	close_target(&t);
}

static void
slow(void **state)
{
	struct target t = { 0 };
	struct dump_state st;
	uint8_t buf[8];

	(void)state;
	open_target(&t);
	t.stub.hold = true;
	t.ctx.deadline = wire_now() + 30000000;
	assert_int_equal(mem_read(&t.ctx, &t.mem, BASE + 8, buf, 8),
	    E_CANCELLED);
	t.stub.hold = false;
	state_of(&t, &st);
	assert_false(st.lost);
	/* The answer that came too late is not taken for the next one's. */
	t.ctx.deadline = 0;
	assert_int_equal(mem_read(&t.ctx, &t.mem, BASE + 80, buf, 8), 0);
	assert_memory_equal(buf, t.stub.memory + 80, 8);
	/* Silence is another matter. */
	t.stub.mute = true;
	((struct gdb *)t.dump)->wire->patience = 300000000;
	assert_int_equal(mem_read(&t.ctx, &t.mem, BASE + 8, buf, 8), E_IO);
	state_of(&t, &st);
	assert_true(st.lost);
	close_target(&t);
}

static void
shrinks(void **state)
{
	struct target t = { 0 };
	uint8_t buf[8];

	(void)state;
	open_target(&t);
	t.stub.shrunk = SIZE / 2;
	assert_int_equal(mem_read(&t.ctx, &t.mem, BASE + SIZE - 8, buf, 8),
	    E_NOT_MAPPED);
	assert_int_equal(t.ctx.err.addr, BASE + SIZE - 8);
	assert_int_equal(mem_read(&t.ctx, &t.mem, BASE, buf, 8), 0);
	close_target(&t);
}

/* Does a machine that is looked at run after a batch, and after kpeek? */
static void
runs_after(struct target *t, bool batch, bool end)
{
	uint8_t buf[8];

	open_target(t);
	assert_int_equal(mem_read(&t->ctx, &t->mem, BASE, buf, 8), 0);
	mem_rest(&t->mem);
	/* The question behind it has made sure that it was heard. */
	assert_int_equal(mem_read(&t->ctx, &t->mem, BASE + 8, buf, 8), 0);
	assert_int_equal(t->stub.stops, batch ? 1 : 0);
	mem_fini(&t->mem);
	assert_int_equal(t->stub.running, end);
	assert_int_equal(t->stub.detached, end ? 1 : 0);
	mk_stub_end(&t->stub);
	free(t->stub.memory);
	ctx_fini(&t->ctx);
}

static void
stood_still(void **state)
{
	struct target ran = { 0 };
	struct target never = { .stub.was_stopped = true,
	    .stub.prelaunch = true };
	/* By the user, before kpeek came: not said that it stopped. */
	struct target paused = { .stub.was_stopped = true };
	struct target old = { .stub.was_stopped = true,
	    .stub.version = "8.0.5" };
	/* These say nothing to anybody. */
	struct target recent = { .stub.was_stopped = true,
	    .stub.version = "8.1.0" };
	struct target newer = { .stub.was_stopped = true,
	    .stub.version = "10.0.2 (Debian 1:10.0.2+ds-2)" };
	struct target launch = { .stub.was_stopped = true,
	    .stub.version = "10.0.2", .stub.prelaunch = true };

	(void)state;
	runs_after(&ran, true, true);
	runs_after(&never, false, false);
	runs_after(&paused, false, false);
	runs_after(&old, false, false);
	runs_after(&recent, true, true);
	runs_after(&newer, true, true);
	runs_after(&launch, false, false);
}

/* Who stops a machine under kpeek finds it so, until he sets it going. */
static void
others_stop(void **state)
{
	struct target t = { 0 };
	struct dump_state st;
	uint8_t buf[8];
	unsigned i;

	(void)state;
	open_target(&t);
	mem_rest(&t.mem);
	for (i = 0; i < 2; i++) {
		while (!t.stub.running)
			usleep(1000);
		assert_int_equal(mem_read(&t.ctx, &t.mem, BASE, buf, 8), 0);
		assert_int_equal(t.stub.stops, 1 + 3 * i);
		mem_rest(&t.mem);
		while (!t.stub.running)
			usleep(1000);
		mk_stub_pause(&t.stub);
		assert_int_equal(mem_read(&t.ctx, &t.mem, BASE + 8, buf, 8), 0);
		assert_memory_equal(buf, t.stub.memory + 8, 8);
		mem_rest(&t.mem);
		assert_int_equal(mem_read(&t.ctx, &t.mem, BASE + 16, buf, 8), 0);
		assert_memory_equal(buf, t.stub.memory + 16, 8);
		mem_rest(&t.mem);
		assert_int_equal(t.stub.stops, 1 + 3 * i);
		assert_false(t.stub.running);
		state_of(&t, &st);
		assert_true(st.paused);
		/* From now on each read stops it again, for a moment. */
		mk_stub_cont(&t.stub);
		assert_int_equal(mem_read(&t.ctx, &t.mem, BASE + 24, buf, 8), 0);
		assert_memory_equal(buf, t.stub.memory + 24, 8);
		assert_int_equal(t.stub.stops, 2 + 3 * i);
		state_of(&t, &st);
		assert_false(st.paused);
		mem_rest(&t.mem);
		while (!t.stub.running)
			usleep(1000);
		assert_int_equal(mem_read(&t.ctx, &t.mem, BASE + 32, buf, 8), 0);
		assert_int_equal(t.stub.stops, 3 + 3 * i);
		mem_rest(&t.mem);
	}
	/* Stopped and set going in between. */
	while (!t.stub.running)
		usleep(1000);
	mk_stub_pause(&t.stub);
	mk_stub_cont(&t.stub);
	assert_int_equal(mem_read(&t.ctx, &t.mem, BASE, buf, 8), 0);
	mem_rest(&t.mem);
	while (!t.stub.running)
		usleep(1000);
	mk_stub_pause(&t.stub);
	mem_fini(&t.mem);
	assert_false(t.stub.running);
	assert_int_equal(t.stub.detached, 0);
	mk_stub_end(&t.stub);
	free(t.stub.memory);
	ctx_fini(&t.ctx);
}

static void
kgdb(void **state)
{
	struct target t = { .stub.kgdb = true, .stub.was_stopped = true };
	uint8_t buf[5000], back[600];
	uint64_t v;

	(void)state;
	open_target(&t);
	assert_true(t.dump->native);
	assert_string_equal(t.dump->arch->name, "x86-64");
	/* The CPUs, and none of the tasks that follow them. */
	assert_int_equal(t.dump->ncpus, 2);
	assert_int_equal(t.dump->cpus[1].cpu, 1);
	assert_int_equal(t.stub.outside, 0);
	assert_true(arch_reg_get(t.dump->arch, &t.dump->cpus[1], "rip", &v));
	assert_int_equal(v, 0xffffffff81000020);
	assert_int_equal(mem_read(&t.ctx, &t.mem, BASE + 9, buf, sizeof(buf)),
	    0);
	assert_memory_equal(buf, t.stub.memory + 9, sizeof(buf));
	memset(buf, 0x5a, sizeof(back));
	assert_int_equal(mem_write(&t.ctx, &t.mem, BASE + 77, buf,
	    sizeof(back)), 0);
	assert_memory_equal(buf, t.stub.memory + 77, sizeof(back));
	assert_int_equal(mem_read(&t.ctx, &t.mem, BASE + SIZE, back, 8),
	    E_NOT_MAPPED);
	mem_rest(&t.mem);
	mem_fini(&t.mem);
	/* It stood still when kpeek came. */
	assert_int_equal(t.stub.detached, 0);
	assert_int_equal(t.stub.outside, 1);
	mk_stub_end(&t.stub);
	free(t.stub.memory);
	ctx_fini(&t.ctx);
}

static void
virtual_only(void **state)
{
	struct target t = { .stub.no_physical = true,
	    .stub.was_stopped = true };
	uint8_t buf[8];

	(void)state;
	open_target(&t);
	assert_true(t.dump->native);
	assert_int_equal(mem_read(&t.ctx, &t.mem, BASE + 9, buf, 8), 0);
	assert_memory_equal(buf, t.stub.memory + 9, 8);
	assert_int_equal(mem_read(&t.ctx, &t.mem, BASE + SIZE, buf, 8),
	    E_NOT_MAPPED);
	/* It cannot be stopped again: it goes on when kpeek leaves. */
	mem_rest(&t.mem);
	assert_false(t.stub.running);
	mem_fini(&t.mem);
	assert_int_equal(t.stub.detached, 1);
	mk_stub_end(&t.stub);
	free(t.stub.memory);
	ctx_fini(&t.ctx);
}

static void
refusals(void **state)
{
	struct target t = { 0 };
	struct dump *d;

	(void)state;
	ctx_init(&t.ctx);
	assert_int_equal(gdb_open(&t.ctx, "nowhere", &d), E_USAGE);
	assert_int_equal(gdb_open(&t.ctx, "/nosuch/socket", &d), E_NOT_FOUND);
	assert_int_equal(gdb_open(&t.ctx, "127.0.0.1:1", &d), E_IO);
	ctx_fini(&t.ctx);
	start(&t);
	t.stub.nonsense = true;
	assert_int_equal(gdb_open(&t.ctx, t.stub.path, &d), E_UNSUPPORTED);
	t.stub.nonsense = false;
	t.stub.die = 0;
	assert_int_equal(gdb_open(&t.ctx, t.stub.path, &d), E_IO);
	mk_stub_end(&t.stub);
	free(t.stub.memory);
	ctx_fini(&t.ctx);
}

UNIT_MAIN(UNIT(packets), UNIT(reads), UNIT(together), UNIT(short_answers),
    UNIT(writes), UNIT(damaged), UNIT(nonsense), UNIT(is_watched), UNIT(late),
    UNIT(dies), UNIT(slow), UNIT(shrinks), UNIT(stood_still), UNIT(others_stop),
    UNIT(kgdb), UNIT(virtual_only), UNIT(refusals))
