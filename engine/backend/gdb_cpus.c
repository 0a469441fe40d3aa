/* SPDX-License-Identifier: BSD-2-Clause */
/* What a target says of itself: its processor, and each CPU's registers. */
#include "engine/backend/gdb.h"

#include "base/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CPUS_MAX	8192
#define DEPTH_MAX	4		/* of documents that include others */
#define SIZE_MAX_REG	16

/* gdb's names for processors and registers, where ours differ. */
static const struct {
	const char *theirs, *ours;
} processors[] = {
	{ "i386:x86-64", "x86-64" }, { "aarch64", "arm64" },
	{ "riscv:rv64", "riscv64" }, { "i386", "i386" }, { "arm", "arm" },
}, names[] = {
	{ "eflags", "rflags" }, { "cpsr", "pstate" },
};

static int
include(void *arg, struct ctx *ctx, const char *name)
{
	struct gdb *g = arg;
	struct buf text;
	int rc;

	if (g->depth == DEPTH_MAX)
		return (0);
	ctx->quiet++;
	rc = gdb_document(ctx, g, name);
	ctx->quiet--;
	if (rc != 0)
		return (g->lost || rc == E_CANCELLED ? rc : 0);
	text = g->page;
	memset(&g->page, 0, sizeof(g->page));
	g->depth++;
	rc = gdb_target_parse(ctx, &g->target, text.p, text.len, include, g);
	g->depth--;
	buf_fini(&text);
	return (rc);
}

/*
 * Without a description: kgdb's registers are in the order of gdb itself, and
 * take 164 bytes or a few more on x86-64 (arch/x86/include/asm/kgdb.h,
 * NUMREGBYTES).
 */
static int
guess(struct ctx *ctx, struct gdb *g)
{
	static const char list[] =
	    "<architecture>i386:x86-64</architecture>"
	    "<reg name=\"rax\" bitsize=\"64\"><reg name=\"rbx\" bitsize=\"64\">"
	    "<reg name=\"rcx\" bitsize=\"64\"><reg name=\"rdx\" bitsize=\"64\">"
	    "<reg name=\"rsi\" bitsize=\"64\"><reg name=\"rdi\" bitsize=\"64\">"
	    "<reg name=\"rbp\" bitsize=\"64\"><reg name=\"rsp\" bitsize=\"64\">"
	    "<reg name=\"r8\" bitsize=\"64\"><reg name=\"r9\" bitsize=\"64\">"
	    "<reg name=\"r10\" bitsize=\"64\"><reg name=\"r11\" bitsize=\"64\">"
	    "<reg name=\"r12\" bitsize=\"64\"><reg name=\"r13\" bitsize=\"64\">"
	    "<reg name=\"r14\" bitsize=\"64\"><reg name=\"r15\" bitsize=\"64\">"
	    "<reg name=\"rip\" bitsize=\"64\"><reg name=\"eflags\" "
	    "bitsize=\"32\"><reg name=\"cs\" bitsize=\"32\">"
	    "<reg name=\"ss\" bitsize=\"32\">";
	int rc;

	rc = gdb_ask(ctx, g, "g");
	if (rc != 0)
		return (rc);
	if (g->in.len < 2 * 164 || g->in.len > 2 * 700)
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s does not say what "
		    "processor it has", g->wire->name));
	return (gdb_target_parse(ctx, &g->target, list, sizeof(list) - 1,
	    include, g));
}

/*
 * kgdb lists the CPUs as threads from -2 downward, in the first answer, and
 * behind them all tasks (kernel/debug/gdbstub.c, gdb_cmd_query).
 */
static void
drop_tasks(struct gdb *g)
{
	struct dump *d = &g->dump;
	size_t i, n;

	for (i = n = 0; i < d->ncpus; i++)
		if (d->cpus[i].pid < -1) {
			d->cpus[n] = d->cpus[i];
			d->cpus[n].cpu = (int)n;
			n++;
		}
	if (n > 0) {
		d->ncpus = n;
		g->kgdb = true;
	}
}

/* Threads are CPUs: their ids stay in cpu_state.pid. */
static int
list_threads(struct ctx *ctx, struct gdb *g)
{
	struct dump *d = &g->dump;
	const char *p;
	char *end;
	unsigned long id;
	size_t cap;
	int rc;

	for (cap = 0, rc = gdb_ask(ctx, g, "qfThreadInfo");
	    rc == 0 && g->in.len > 1 && g->in.p[0] == 'm';
	    rc = gdb_ask(ctx, g, "qsThreadInfo")) {
		for (p = buf_text(&g->in) + 1;; p = end + 1) {
			id = strtoul(p, &end, 16);
			if (end == p || d->ncpus == CPUS_MAX)
				break;
			if (!vec_room(d->cpus, cap, d->ncpus + 1))
				return (ctx_fail(ctx, E_NOMEM,
				    "out of memory"));
			d->cpus[d->ncpus] = (struct cpu_state){
			    .cpu = (int)d->ncpus, .pid = (int)id };
			d->ncpus++;
			if (*end != ',')
				break;
		}
		drop_tasks(g);
		if (d->ncpus == CPUS_MAX || g->kgdb)
			break;
	}
	return (g->lost || rc == E_CANCELLED ? rc : 0);
}

/* One register of the CPU asked for last: out of "g" or by itself. */
static bool
value_of(struct ctx *ctx, struct gdb *g, const struct buf *all,
    const char *name, uint64_t *ret)
{
	const bool be = g->dump.arch != NULL && g->dump.arch->be;
	const struct gdb_reg *r = gdb_target_reg(&g->target, name);
	uint8_t raw[SIZE_MAX_REG];
	char question[32];

	if (r == NULL || r->size == 0 || r->size > 8)
		return (false);
	if (r->offset != UINT32_MAX && 2 * ((size_t)r->offset + r->size) <=
	    all->len) {
		if (!gdb_hex(all->p + 2 * r->offset, r->size, raw))
			return (false);
	} else {
		snprintf(question, sizeof(question), "p%x", r->num);
		if (gdb_ask(ctx, g, question) != 0 ||
		    g->in.len != 2 * (size_t)r->size ||
		    !gdb_hex(g->in.p, r->size, raw))
			return (false);
	}
	memset(raw + r->size, 0, sizeof(raw) - r->size);
	*ret = load_uint(raw, r->size <= 1 ? 1 : r->size <= 2 ? 2 :
	    r->size <= 4 ? 4 : 8, be);
	return (true);
}

static void
read_cpu(struct ctx *ctx, struct gdb *g, struct cpu_state *st)
{
	const struct arch *a = g->dump.arch;
	const struct arch_reg *r;
	struct buf all;
	char question[32];
	const char *name;
	uint64_t v;
	size_t i;

	snprintf(question, sizeof(question), "Hg%x", (unsigned)st->pid);
	if (gdb_ask(ctx, g, question) != 0 ||
	    strcmp(buf_text(&g->in), "OK") != 0 || gdb_ask(ctx, g, "g") != 0)
		return;
	all = g->in;
	memset(&g->in, 0, sizeof(g->in));
	for (r = a->regs; r != NULL && r->name != NULL; r++) {
		name = r->name;
		for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (strcmp(names[i].ours, name) == 0)
				name = names[i].theirs;
		if (r->offset + r->size <= sizeof(st->regs) &&
		    value_of(ctx, g, &all, name, &v))
			store_uint(st->regs + r->offset, r->size, a->be, v);
	}
	st->regs_size = a->regs_size;
	st->has_regs = true;
	st->has_paging = value_of(ctx, g, &all, "cr3", &st->root) &&
	    value_of(ctx, g, &all, "cr4", &st->paging);
	(void)value_of(ctx, g, &all, "gs_base", &st->gs);
	(void)value_of(ctx, g, &all, "k_gs_base", &st->kernel_gs);
	buf_fini(&all);
}

void
gdb_registers(struct ctx *ctx, struct gdb *g)
{
	size_t i;

	if (g->dump.arch == NULL)
		return;
	ctx->quiet++;
	for (i = 0; i < g->dump.ncpus && !g->lost; i++)
		read_cpu(ctx, g, &g->dump.cpus[i]);
	ctx->quiet--;
}

int
gdb_describe(struct ctx *ctx, struct gdb *g)
{
	size_t i;
	int rc;

	rc = include(g, ctx, "target.xml");
	if (rc == 0 && g->target.arch[0] == '\0' && g->target.nregs == 0)
		rc = guess(ctx, g);
	if (rc != 0)
		return (rc);
	for (i = 0; i < sizeof(processors) / sizeof(processors[0]); i++)
		if (strcmp(g->target.arch, processors[i].theirs) == 0) {
			g->dump.arch = arch_by_name(processors[i].ours);
			break;
		}
	if (g->dump.arch == NULL)
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s: a target of the "
		    "processor \"%s\" is not supported", g->wire->name,
		    g->target.arch));
	rc = list_threads(ctx, g);
	if (rc == 0)
		gdb_registers(ctx, g);
	return (rc);
}
