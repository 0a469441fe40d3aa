/* SPDX-License-Identifier: BSD-2-Clause */
/* The layer over a target, and how it is greeted. */
#include "engine/backend/gdb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PIECE_DEFAULT	256		/* bytes, where the stub names no limit */
#define PIECE_MAX	16384
#define HELD_MAX	UINT64_C(1000000000)	/* ns that a target stands still */
#define BREATH_NS	100000000	/* then it runs for so long */
/* Where kernels are mapped whose stub knows virtual addresses only. */
#define BLOCK		(UINT64_C(2) << 20)
#define IMAGE_LOW	UINT64_C(0xffffffff80000000)
#define IMAGE_HIGH	UINT64_C(0xffffffffc0000000)

static const char *gdb_format(const struct dump *);
static void	gdb_leave(struct dump *);
static void	gdb_state(struct dump *, struct dump_state *);
static int	gdb_read(struct mem_layer *, struct ctx *, uint64_t, void *,
		    size_t);
static int	gdb_readv(struct mem_layer *, struct ctx *,
		    struct mem_request *, size_t);
static int	gdb_extent(struct mem_layer *, struct ctx *, uint64_t,
		    struct extent *);
static int	gdb_range(struct mem_layer *, struct ctx *, uint64_t,
		    struct mem_range *);
static int	gdb_write(struct mem_layer *, struct ctx *, uint64_t,
		    const void *, size_t);
static void	gdb_rest(struct mem_layer *);
static void	gdb_close(struct mem_layer *);

static const struct backend backend_gdb = {
	.name = "gdb",
	.format = gdb_format,
	.leave = gdb_leave,
	.state = gdb_state,
};

static const struct mem_layer_ops gdb_ops = {
	.name = "gdb",
	.read = gdb_read,
	.readv = gdb_readv,
	.extent = gdb_extent,
	.range = gdb_range,
	.write = gdb_write,
	.rest = gdb_rest,
	.close = gdb_close,
};

static const char *
gdb_format(const struct dump *d)
{
	return (d->native ? "gdb remote" : "gdb remote (QEMU)");
}

/* --- the greeting --- */

/* "KEY=hex" among words that semicolons part. */
static bool
feature(const char *list, const char *key, size_t *ret)
{
	const size_t n = strlen(key);
	const char *p;

	for (p = list; p != NULL; p = strchr(p, ';')) {
		p += *p == ';';
		if (strncmp(p, key, n) != 0)
			continue;
		if (p[n] == '=')
			*ret = strtoul(p + n + 1, NULL, 16);
		return (p[n] == '=' || p[n] == '+');
	}
	return (false);
}

/*
 * Did the machine run before it was stopped for us?  QEMU says "paused" either
 * way, and "(prelaunch)" or "(shutdown)" of one that is not to run.  It tells
 * whoever comes that it has stopped, until 8.1 (gdbstub: only send stop-reply
 * packets when allowed to); from then on nothing tells, and it is taken to have
 * run.
 */
static bool
has_run(struct ctx *ctx, struct gdb *g, bool told)
{
	struct buf text = { 0 };
	unsigned long major, minor = 0;
	char *end;
	bool rest;

	rest = gdb_monitor(ctx, g, "info status", &text) != 0 ||
	    strchr(buf_text(&text), '(') != NULL;
	buf_reset(&text);
	if (!rest && !told && gdb_monitor(ctx, g, "info version", &text) == 0) {
		major = strtoul(buf_text(&text), &end, 10);
		if (*end == '.')
			minor = strtoul(end + 1, NULL, 10);
		rest = major < 8 || (major == 8 && minor < 1);
	}
	buf_fini(&text);
	return (!rest);
}

/* Does QEMU say where there is memory?  Then it is read physically. */
static int
find_memory(struct ctx *ctx, struct gdb *g, bool told)
{
	struct buf text = { 0 };
	int rc;

	rc = gdb_ask(ctx, g, "qqemu.PhyMemMode");
	if (rc != 0 || (strcmp(buf_text(&g->in), "0") != 0 &&
	    strcmp(buf_text(&g->in), "1") != 0))
		return (rc);
	rc = gdb_monitor(ctx, g, "info mtree -f", &text);
	if (rc == 0)
		rc = ranges_of_mtree(ctx, &g->ranges, buf_text(&text));
	buf_fini(&text);
	if (rc == 0)
		g->resume = has_run(ctx, g, told);
	if (rc == 0 && g->ranges.n > 0)
		rc = gdb_ask(ctx, g, "Qqemu.PhyMemMode:1");
	if (rc == 0 && g->ranges.n > 0 &&
	    strcmp(buf_text(&g->in), "OK") == 0) {
		g->dump.native = false;
		g->window = GDB_WINDOW_MAX;
	}
	return (g->lost || rc == E_CANCELLED ? rc : 0);
}

static int
greet(struct ctx *ctx, struct gdb *g)
{
	size_t size = 0;
	bool told;
	int rc;

	g->run = GDB_STOPPED;
	g->since = wire_now();
	g->stops = 1;
	rc = gdb_ask(ctx, g, "qSupported:xmlRegisters=i386");
	if (rc != 0)
		return (rc);
	told = g->tells = g->halts > 0;
	if (feature(buf_text(&g->in), "PacketSize", &size) && size > 64)
		g->piece = size / 2 < PIECE_MAX ? size / 2 : PIECE_MAX;
	g->binary = feature(buf_text(&g->in), "binary-upload", &size);
	if (feature(buf_text(&g->in), "QStartNoAckMode", &size)) {
		rc = gdb_ask(ctx, g, "QStartNoAckMode");
		g->no_acks = rc == 0 && strcmp(buf_text(&g->in), "OK") == 0;
	}
	if (rc == 0)
		rc = find_memory(ctx, g, told);
	if (rc == 0)
		rc = gdb_describe(ctx, g);
	return (rc);
}

int
gdb_open(struct ctx *ctx, const char *address, struct dump **ret)
{
	struct gdb *g;
	int rc;

	g = calloc(1, sizeof(*g));
	if (g == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	g->dump.layer.ops = &gdb_ops;
	g->dump.backend = &backend_gdb;
	g->dump.complete = true;
	g->dump.native = true;
	g->dump.cpus_anew = true;
	g->piece = PIECE_DEFAULT;
	g->window = 1;
	arena_init(&g->dump.arena);
	pthread_mutex_init(&g->lock, NULL);
	rc = wire_open(ctx, address, &g->wire);
	if (rc == 0 && (rc = greet(ctx, g)) != 0)
		ctx_chain(ctx, "%s: not a target that answers gdb", address);
	if (rc != 0) {
		gdb_close(&g->dump.layer);
		return (rc);
	}
	*ret = &g->dump;
	return (0);
}

/*
 * Leave the target as it was found.  One that takes longer to answer than there
 * is time for finds what is to be done when it comes to it; what it says then is
 * not acknowledged, since that would stop it again.
 */
static void
say_goodbye(struct gdb *g)
{
	struct ctx ctx;
	bool go;
	int rc;

	if (g->wire == NULL || g->lost)
		return;
	ctx_init(&ctx);
	ctx.deadline = wire_now() + HELD_MAX;
	rc = gdb_stop(&ctx, g);
	/* Letting go makes a target run; kgdb's did not. */
	go = (g->resume && !g->theirs) || (g->dump.native && !g->kgdb);
	if (rc == 0 && !g->dump.native)
		rc = gdb_ask(&ctx, g, "Qqemu.PhyMemMode:0");
	if (rc == 0 && go)
		rc = gdb_ask(&ctx, g, "D");
	if (rc == E_CANCELLED && !g->dump.native)
		(void)gdb_say(&ctx, g, "Qqemu.PhyMemMode:0");
	if (rc == E_CANCELLED && go)
		(void)gdb_say(&ctx, g, "D");
	ctx_fini(&ctx);
}

static void
gdb_close(struct mem_layer *l)
{
	struct gdb *g = (struct gdb *)l;

	say_goodbye(g);
	wire_close(g->wire);
	gdb_target_fini(&g->target);
	ranges_fini(&g->ranges);
	buf_fini(&g->in);
	buf_fini(&g->out);
	buf_fini(&g->page);
	pthread_mutex_destroy(&g->lock);
	free(g->dump.cpus);
	arena_fini(&g->dump.arena);
	free(g);
}

/* --- reading --- */

/* Standing still, but never for too long at a time. */
static int
hold(struct ctx *ctx, struct gdb *g)
{
	const struct timespec breath = { 0, BREATH_NS };
	const bool ran = g->run != GDB_STOPPED;
	int rc;

	if (!ran && g->resume && !g->theirs && wire_now() - g->since > HELD_MAX) {
		gdb_go(g);
		if (g->run == GDB_RUNNING)
			nanosleep(&breath, NULL);
	}
	rc = gdb_stop(ctx, g);
	if (rc == 0 && ran)
		gdb_registers(ctx, g);
	return (rc);
}

/* Is it memory of the target, and no device?  Else the request says so. */
static void
check_range(const struct gdb *g, struct mem_request *r)
{
	const uint64_t here = g->dump.native ? r->n :
	    ranges_here(&g->ranges, r->pa);

	r->status = here < r->n ? E_NOT_IN_DUMP : 0;
	r->missing = r->pa + here;
}

static int
gdb_readv(struct mem_layer *l, struct ctx *ctx, struct mem_request *v, size_t n)
{
	struct gdb *g = (struct gdb *)l;
	size_t i;
	int rc;

	for (i = 0; i < n; i++)
		check_range(g, &v[i]);
	rc = ctx_lock(ctx, &g->lock);
	if (rc != 0)
		return (rc);
	rc = hold(ctx, g);
	if (rc == 0)
		rc = gdb_memory(ctx, g, v, n);
	pthread_mutex_unlock(&g->lock);
	return (rc);
}

static int
gdb_read(struct mem_layer *l, struct ctx *ctx, uint64_t pa, void *buf, size_t n)
{
	struct mem_request r = { .pa = pa, .buf = buf, .n = n };
	int rc;

	rc = gdb_readv(l, ctx, &r, 1);
	if (rc != 0 || r.status == 0)
		return (rc);
	return (ctx_fail_at(ctx, r.status, r.missing,
	    r.status == E_NOT_IN_DUMP ?
	    "physical 0x%llx is no memory of the target" :
	    "the target has nothing at 0x%llx",
	    (unsigned long long)r.missing));
}

/*
 * Bytes are taken as hexadecimal digits ("M"): every stub knows it.  After a
 * part that was refused err.addr says where.
 */
static int
gdb_write(struct mem_layer *l, struct ctx *ctx, uint64_t pa, const void *p,
    size_t n)
{
	struct gdb *g = (struct gdb *)l;
	struct mem_request r = { .pa = pa, .n = n };
	size_t done, part;
	int rc;

	if (n == 0)
		return (0);
	check_range(g, &r);
	if (r.status != 0)
		return (ctx_fail_at(ctx, r.status, r.missing,
		    "physical 0x%llx is no memory of the target",
		    (unsigned long long)r.missing));
	rc = ctx_lock(ctx, &g->lock);
	if (rc != 0)
		return (rc);
	rc = hold(ctx, g);
	for (done = 0; rc == 0 && done < n; done += part) {
		part = n - done < g->piece / 2 ? n - done : g->piece / 2;
		rc = gdb_put(ctx, g, pa + done, (const char *)p + done, part);
		if (rc != 0)
			ctx->err.addr = pa + done;
	}
	pthread_mutex_unlock(&g->lock);
	return (rc);
}

static int
gdb_extent(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct extent *e)
{
	(void)l;
	(void)e;
	return (ctx_fail_at(ctx, E_UNSUPPORTED, pa, "a target's bytes are "
	    "copied"));
}

/*
 * By virtual addresses nothing tells what is mapped: where kernels are linked
 * each block is tried by its first byte.
 */
static int
gdb_range(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct mem_range *r)
{
	struct gdb *g = (struct gdb *)l;
	char byte;
	int rc;

	if (!g->dump.native)
		return (ranges_find(&g->ranges, pa, r));
	if (pa >= IMAGE_HIGH)
		return (E_DONE);
	*r = (struct mem_range){ pa, IMAGE_LOW, E_NOT_MAPPED, UINT64_MAX };
	if (pa < IMAGE_LOW)
		return (0);
	ctx->quiet++;
	rc = gdb_read(l, ctx, pa & ~(BLOCK - 1), &byte, 1);
	ctx->quiet--;
	if (rc == E_IO || rc == E_CANCELLED)
		return (rc);
	r->end = (pa | (BLOCK - 1)) + 1;
	r->status = rc;
	return (0);
}

static void
gdb_rest(struct mem_layer *l)
{
	struct gdb *g = (struct gdb *)l;

	/* While somebody else reads there is no rest. */
	if (pthread_mutex_trylock(&g->lock) != 0)
		return;
	gdb_go(g);
	pthread_mutex_unlock(&g->lock);
}

static void
gdb_leave(struct dump *d)
{
	struct gdb *g = (struct gdb *)d;

	pthread_mutex_lock(&g->lock);
	say_goodbye(g);
	g->lost = true;
	snprintf(g->why, sizeof(g->why), "kpeek has let go of it");
	wire_hang_up(g->wire);
	pthread_mutex_unlock(&g->lock);
}

static void
gdb_state(struct dump *d, struct dump_state *st)
{
	struct gdb *g = (struct gdb *)d;

	memset(st, 0, sizeof(*st));
	st->silent = wire_silent(g->wire);
	/* While somebody asks the target there is nothing new to tell. */
	if (pthread_mutex_trylock(&g->lock) != 0) {
		st->busy = true;
		return;
	}
	gdb_check(g);
	st->silent = g->lost ? 0 : wire_silent(g->wire);
	st->lost = g->lost;
	snprintf(st->why, sizeof(st->why), "%s", g->why);
	st->paused = g->theirs;
	st->stops = g->stops;
	st->stopped = g->run != GDB_RUNNING && !g->lost;
	st->held = g->held + (st->stopped ? wire_now() - g->since : 0);
	st->last = st->stopped ? wire_now() - g->since : g->last;
	pthread_mutex_unlock(&g->lock);
}
