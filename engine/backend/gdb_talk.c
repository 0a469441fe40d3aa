/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions and answers; stopping and going on. */
#include "engine/backend/gdb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESENDS		3
#define DOCUMENT_MAX	((size_t)1 << 20)
#define MONITOR_MAX	((size_t)1 << 20)
#define STOPS_MAX	1000		/* stop replies in a row */
#define SETTLE_NS	20000000	/* for late answers, before it goes on */

static int
lose(struct ctx *ctx, struct gdb *g)
{
	/* Being asked to hurry is no failure of the target. */
	if (ctx->err.code != E_CANCELLED && ctx->err.code != E_NOMEM &&
	    !g->lost) {
		g->lost = true;
		wire_hang_up(g->wire);
		snprintf(g->why, sizeof(g->why), "%.*s",
		    (int)sizeof(g->why) - 1, ctx->err.text[0] != '\0' ?
		    ctx->err.text : "the connection failed");
	}
	return (ctx->err.code);
}

/* The same for a reason of its own. */
static int
lose_for(struct ctx *ctx, struct gdb *g, int code, const char *why)
{
	const unsigned quiet = ctx->quiet;

	ctx->quiet = 0;
	(void)ctx_fail(ctx, code, "%s: %s", g->wire->name, why);
	ctx->quiet = quiet;
	return (lose(ctx, g));
}

static int
check_lost(struct ctx *ctx, const struct gdb *g)
{
	return (g->lost ? ctx_fail(ctx, E_IO, "the target is lost: %s", g->why)
	    : 0);
}

/* Reasons are kept even where errors are not told. */
static int
more(struct ctx *ctx, struct gdb *g)
{
	const unsigned quiet = ctx->quiet;
	int rc;

	ctx->quiet = 0;
	rc = wire_more(ctx, g->wire, 2 * GDB_PACKET_MAX);
	if (rc != 0)
		rc = lose(ctx, g);
	ctx->quiet = quiet;
	return (rc);
}

static int
send_bytes(struct ctx *ctx, struct gdb *g, const void *p, size_t n)
{
	const unsigned quiet = ctx->quiet;
	int rc;

	ctx->quiet = 0;
	rc = wire_send(ctx, g->wire, p, n);
	if (rc != 0)
		rc = lose(ctx, g);
	ctx->quiet = quiet;
	return (rc);
}

/* The next packet, whatever it is. */
static int
next_packet(struct ctx *ctx, struct gdb *g)
{
	enum gdb_taken taken;
	unsigned bad;
	size_t used;
	int rc;

	for (bad = 0;;) {
		taken = g->wire->len == 0 ? GDB_MORE :
		    gdb_packet_take(g->wire->in, g->wire->len, &used, &g->in);
		if (g->wire->len > 0)
			wire_used(g->wire, used);
		rc = 0;
		if (taken == GDB_MORE)
			rc = more(ctx, g);
		/* Of several under way only the last could be said again. */
		else if (taken == GDB_DAMAGED && (g->no_acks || g->owed > 1 ||
		    ++bad > RESENDS))
			rc = lose_for(ctx, g, E_CORRUPT, "damaged packets");
		else if (!g->no_acks)
			rc = send_bytes(ctx, g, taken == GDB_PACKET ? "+" : "-",
			    1);
		if (rc != 0 || taken == GDB_PACKET)
			return (rc);
	}
}

static bool
is_halt(struct gdb *g)
{
	const char c = buf_text(&g->in)[0];

	return (c == 'T' || c == 'S');
}

static bool
is_end(struct gdb *g)
{
	const char c = buf_text(&g->in)[0];

	return ((c == 'W' || c == 'X') && g->in.len >= 3);
}

static int
ended(struct ctx *ctx, struct gdb *g)
{
	return (lose_for(ctx, g, E_IO, "the target has ended"));
}

/* An answer that answers nothing: who can tell what the next one is for? */
static int
senseless(struct ctx *ctx, struct gdb *g)
{
	char text[20], what[80];
	size_t i;

	for (i = 0; i + 1 < sizeof(text) && i < g->in.len; i++)
		text[i] = g->in.p[i] >= ' ' && g->in.p[i] < 0x7f ? g->in.p[i] :
		    '.';
	text[i] = '\0';
	snprintf(what, sizeof(what), "it answers \"%s\", which is no answer",
	    text);
	return (lose_for(ctx, g, E_CORRUPT, what));
}

/* The next answer; that the target stopped is only noted on the way. */
static int
answer(struct ctx *ctx, struct gdb *g)
{
	int rc;

	for (g->halts &= 0xff;; g->halts++) {
		rc = next_packet(ctx, g);
		if (rc != 0)
			return (rc);
		if (is_end(g))
			return (ended(ctx, g));
		if (!is_halt(g))
			break;
		if (g->halts > STOPS_MAX)
			return (lose_for(ctx, g, E_CORRUPT, "no answers, only "
			    "that the target stopped"));
	}
	return (0);
}

/* Take what earlier questions are still owed. */
static int
settle(struct ctx *ctx, struct gdb *g)
{
	int rc;

	for (rc = check_lost(ctx, g); rc == 0 && g->owed > 0;)
		if ((rc = answer(ctx, g)) == 0)
			g->owed--;
	return (rc);
}

int
gdb_say(struct ctx *ctx, struct gdb *g, const char *question)
{
	int rc;

	buf_reset(&g->out);
	gdb_packet_put(&g->out, question);
	if (g->out.bad)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	rc = send_bytes(ctx, g, g->out.p, g->out.len);
	if (rc == 0)
		g->owed++;
	return (rc);
}

static int
get(struct ctx *ctx, struct gdb *g)
{
	int rc;

	rc = answer(ctx, g);
	if (rc == 0)
		g->owed--;
	return (rc);
}

int
gdb_ask(struct ctx *ctx, struct gdb *g, const char *question)
{
	int rc;

	rc = settle(ctx, g);
	if (rc == 0)
		rc = gdb_say(ctx, g, question);
	return (rc == 0 ? get(ctx, g) : rc);
}

int
gdb_document(struct ctx *ctx, struct gdb *g, const char *name)
{
	char question[160];
	int rc;

	buf_reset(&g->page);
	do {
		snprintf(question, sizeof(question),
		    "qXfer:features:read:%s:%zx,%zx", name, g->page.len,
		    g->piece);
		rc = gdb_ask(ctx, g, question);
		if (rc != 0)
			return (rc);
		if (g->in.len == 0 || (g->in.p[0] != 'm' && g->in.p[0] != 'l'))
			return (ctx_fail(ctx, E_NOT_FOUND, "%s: no document %s",
			    g->wire->name, name));
		buf_add(&g->page, g->in.p + 1, g->in.len - 1);
		if (g->page.len > DOCUMENT_MAX || g->page.bad ||
		    (g->in.len == 1 && g->in.p[0] == 'm'))
			return (ctx_fail(ctx, E_LIMIT, "%s: the document %s "
			    "does not end", g->wire->name, name));
	} while (g->in.p[0] == 'm');
	return (0);
}

int
gdb_monitor(struct ctx *ctx, struct gdb *g, const char *command,
    struct buf *ret)
{
	char question[128];
	uint8_t byte;
	size_t i, n;
	int rc;

	n = (size_t)snprintf(question, sizeof(question), "qRcmd,");
	for (; *command != '\0' && n + 3 < sizeof(question); command++)
		n += (size_t)snprintf(question + n, sizeof(question) - n,
		    "%02x", (unsigned char)*command);
	rc = settle(ctx, g);
	if (rc == 0)
		rc = gdb_say(ctx, g, question);
	/* Output comes in packets of its own, then the answer. */
	while (rc == 0 && (rc = answer(ctx, g)) == 0 && g->in.len > 1 &&
	    g->in.p[0] == 'O' && strcmp(buf_text(&g->in), "OK") != 0) {
		for (i = 1; i + 1 < g->in.len; i += 2)
			if (gdb_hex(g->in.p + i, 1, &byte))
				buf_add(ret, &byte, 1);
		if (ret->len > MONITOR_MAX || ret->bad)
			rc = ctx_fail(ctx, E_LIMIT, "%s: its monitor does not "
			    "end", g->wire->name);
	}
	if (rc != 0)
		return (rc);
	g->owed--;
	return (strcmp(buf_text(&g->in), "OK") == 0 ? 0 : ctx_fail(ctx,
	    E_UNSUPPORTED, "%s has no monitor", g->wire->name));
}

/* --- stopping and going on --- */

static void
stopped(struct gdb *g)
{
	g->run = GDB_STOPPED;
	g->since = wire_now();
	g->stops++;
}

/*
 * A target that runs stops for the first byte, and says so; one that stands
 * still by now does not heed it, but answers the question.  Was it stopped by
 * somebody else, who may have set it going again, a further question tells: by
 * its answer there are two stop replies, or one.
 */
static int
interrupt(struct ctx *ctx, struct gdb *g)
{
	int rc;

	g->halts = 0;
	rc = send_bytes(ctx, g, "\003$?#3f", 6);
	if (rc == 0 && g->theirs)
		rc = gdb_say(ctx, g, "qAttached");
	if (rc == 0)
		g->run = GDB_STOPPING;
	return (rc);
}

/* That a target has stopped which nobody here has asked to. */
static int
hear_halts(struct ctx *ctx, struct gdb *g)
{
	struct wire *w = g->wire;
	unsigned n;
	int rc;

	rc = wire_take(ctx, w, 2 * GDB_PACKET_MAX);
	if (rc != 0)
		return (lose(ctx, g));
	for (n = 0; rc == 0 && n < STOPS_MAX && w->len > 0 &&
	    memchr(w->in, '$', w->len) != NULL; n++) {
		rc = next_packet(ctx, g);
		if (rc == 0 && is_end(g))
			rc = ended(ctx, g);
		else if (rc == 0 && is_halt(g) && g->tells)
			g->theirs = true;
	}
	return (rc);
}

int
gdb_stop(struct ctx *ctx, struct gdb *g)
{
	unsigned n;
	int rc;

	rc = check_lost(ctx, g);
	if (rc != 0 || g->run == GDB_STOPPED)
		return (rc);
	if (g->run == GDB_RUNNING) {
		rc = hear_halts(ctx, g);
		if (rc == 0)
			rc = interrupt(ctx, g);
		if (rc != 0)
			return (rc);
	}
	/* Late answers come before it, and what the target prints. */
	for (n = 0; (rc = next_packet(ctx, g)) == 0; n++) {
		if (is_end(g))
			return (ended(ctx, g));
		if (is_halt(g)) {
			g->halts++;
			if (!g->theirs)
				break;
		} else if (g->in.len > 1 && g->in.p[0] == 'O') {
			;
		} else if (g->owed == 0) {
			return (senseless(ctx, g));
		} else if (--g->owed == 0 && g->theirs) {
			break;
		}
		if (n == STOPS_MAX)
			return (senseless(ctx, g));
	}
	if (rc != 0)
		return (rc);
	g->theirs = g->theirs && g->halts == 1;
	stopped(g);
	return (0);
}

void
gdb_go(struct gdb *g)
{
	struct ctx ctx;

	if (g->run == GDB_RUNNING || !g->resume || g->lost)
		return;
	ctx_init(&ctx);
	/*
	 * Answers that are still to come must not meet a running target: one
	 * that takes its time goes on at a later rest.
	 */
	ctx.deadline = wire_now() + SETTLE_NS;
	if (gdb_stop(&ctx, g) != 0 || settle(&ctx, g) != 0) {
		;
	} else if (g->theirs) {
		/* They may set it going at any time. */
		g->run = GDB_RUNNING;
	} else if (send_bytes(&ctx, g, "$c#63", 5) == 0) {
		g->run = GDB_RUNNING;
		g->last = wire_now() - g->since;
		g->held += g->last;
	}
	ctx_fini(&ctx);
}

void
gdb_check(struct gdb *g)
{
	struct wire *w = g->wire;
	const uint64_t asked = atomic_load(&w->asked);
	struct ctx ctx;
	int rc;

	if (g->lost)
		return;
	ctx_init(&ctx);
	rc = wire_take(&ctx, w, 2 * GDB_PACKET_MAX);
	/* That a question has arrived is no answer to it. */
	if (rc == 0 && w->len > 0 && memchr(w->in, '$', w->len) == NULL) {
		wire_used(w, w->len);
		atomic_store(&w->asked, asked);
	}
	if (rc == 0)
		rc = wire_overdue(&ctx, w);
	if (rc != 0)
		(void)lose(&ctx, g);
	ctx_fini(&ctx);
}

/* --- memory --- */

static int
ask_piece(struct ctx *ctx, struct gdb *g, uint64_t addr, size_t n)
{
	char question[64];

	snprintf(question, sizeof(question), "%c%llx,%zx", g->binary ? 'x' :
	    'm', (unsigned long long)addr, n);
	return (gdb_say(ctx, g, question));
}

/* The bytes of an answer: as many as it has, 0 when it says that it fails. */
static size_t
take_piece(const struct gdb *g, void *buf, size_t n)
{
	const char *p = g->in.p;
	size_t len = g->in.len;

	if (g->binary) {
		if (len < 2 || p[0] != 'b')
			return (0);
		if (len - 1 > n)
			return (0);
		memcpy(buf, p + 1, len - 1);
		return (len - 1);
	}
	/* "E14" has an odd length, memory has not. */
	if (len < 2 || len % 2 != 0 || len / 2 > n)
		return (0);
	return (gdb_hex(p, len / 2, buf) ? len / 2 : 0);
}

/* "E14", "E.words", or nothing at all: what is not served. */
static bool
is_refusal(const struct gdb *g)
{
	return (g->in.len == 0 || g->in.p[0] == 'E' || (g->binary &&
	    g->in.len == 1 && g->in.p[0] == 'b'));
}

/* A question under way: which bytes of which request it is for. */
struct piece {
	struct mem_request *request;
	size_t		    off, n;
};

/* The next piece that no question was sent for; n 0: there is none. */
static struct piece
next_piece(const struct gdb *g, struct mem_request **at,
    const struct mem_request *end, size_t *off)
{
	struct piece p = { 0 };

	while (*at < end && ((*at)->status != 0 || *off == (*at)->n)) {
		(*at)++;
		*off = 0;
	}
	if (*at == end)
		return (p);
	p.request = *at;
	p.off = *off;
	p.n = (*at)->n - *off < g->piece ? (*at)->n - *off : g->piece;
	*off += p.n;
	return (p);
}

int
gdb_memory(struct ctx *ctx, struct gdb *g, struct mem_request *v, size_t n)
{
	struct piece under_way[GDB_WINDOW_MAX], p;
	struct mem_request *at = v;
	size_t asked, got, off, done;
	int rc;

	rc = settle(ctx, g);
	for (asked = done = off = 0; rc == 0;) {
		while (rc == 0 && asked - done < g->window &&
		    (p = next_piece(g, &at, v + n, &off)).n > 0) {
			rc = ask_piece(ctx, g, p.request->pa + p.off, p.n);
			under_way[asked++ % GDB_WINDOW_MAX] = p;
		}
		if (rc != 0 || asked == done)
			break;
		rc = get(ctx, g);
		if (rc != 0)
			break;
		p = under_way[done++ % GDB_WINDOW_MAX];
		if (p.request->status != 0)
			continue;
		got = take_piece(g, (char *)p.request->buf + p.off, p.n);
		if (got == 0 && !is_refusal(g))
			return (senseless(ctx, g));
		/* A stub may have less room than it said: all anew. */
		if (got > 0 && got < p.n) {
			g->piece = got;
			rc = settle(ctx, g);
			at = v;
			asked = done = off = 0;
			continue;
		}
		if (got == 0) {
			p.request->status = E_NOT_MAPPED;
			p.request->missing = p.request->pa + p.off;
		}
	}
	return (rc);
}

int
gdb_put(struct ctx *ctx, struct gdb *g, uint64_t addr, const void *p, size_t n)
{
	struct buf question = { 0 };
	size_t i;
	int rc;

	buf_printf(&question, "M%llx,%zx:", (unsigned long long)addr, n);
	for (i = 0; i < n; i++)
		buf_printf(&question, "%02x", ((const uint8_t *)p)[i]);
	rc = question.bad ? ctx_fail(ctx, E_NOMEM, "out of memory") :
	    gdb_ask(ctx, g, question.p);
	buf_fini(&question);
	if (rc == 0 && strcmp(buf_text(&g->in), "OK") != 0)
		rc = ctx_fail(ctx, E_RESTRICTED, "the target does not write at "
		    "0x%llx", (unsigned long long)addr);
	return (rc);
}
