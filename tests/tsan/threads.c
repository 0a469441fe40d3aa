/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Several threads over one kernel handle, each with a ctx of its own: commands
 * of all kinds, reads here and there, a pass over all memory, while other files
 * are opened and closed.  ThreadSanitizer watches (make tsan).
 *
 *	threads DUMP ...	exit 0: each thread saw what the others saw
 */
#include "engine/kernel.h"
#include "engine/view/sink.h"
#include "engine/view/view.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS	4

static const char *const lines[] = {
	"ps", "load", "sym ^tcp_", "type task_struct", "print init_task.comm",
	"whatis init_task", "hex init_task 256", "vtop init_task", "mod", "log",
	"swap", "maps 1", "files 1", "bt 1", "dis schedule 4", "info",
	"find \"Linux version\"",
};

static struct file_faults faults;

struct worker {
	pthread_t	 thread;
	struct kernel	*k;
	const char	*path;
	unsigned	 number;
	uint64_t	 hash;
};

static void
on_bus(int sig, siginfo_t *info, void *unused)
{
	(void)unused;
	if (!file_fault(&faults, info->si_addr))
		signal(sig, SIG_DFL);
}

static void
add(uint64_t *hash, const void *p, size_t n)
{
	const uint8_t *b = p;

	while (n-- > 0)
		*hash = (*hash ^ *b++) * UINT64_C(0x100000001b3);
}

static uint64_t
run_line(struct ctx *ctx, struct kernel *k, const char *line)
{
	struct row_sink *sink;
	struct view_args args;
	struct arena arena;
	struct buf text = { 0 };
	struct out out;
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	int rc;

	arena_init(&arena);
	out_init(&out, out_write_buf, &text);
	if (view_split(ctx, &arena, line, &args) == 0 &&
	    sink_json.create(ctx, &out, &sink) == 0) {
		rc = view_run(ctx, k, view_by_name(args.argv[0]), &args, sink);
		sink_json.end(sink, ctx, rc == 0);
		sink_json.destroy(sink);
	}
	out_flush(&out);
	add(&hash, text.p, text.len);
	buf_fini(&text);
	arena_fini(&arena);
	return (hash);
}

static int
piece(void *arg, struct ctx *ctx, uint64_t pa, const uint8_t *p, size_t n)
{
	(void)ctx;
	add(arg, &pa, sizeof(pa));
	add(arg, p, n < 64 ? n : 64);
	return (0);
}

static void *
work(void *arg)
{
	const size_t n = sizeof(lines) / sizeof(lines[0]);
	struct worker *w = arg;
	struct file *f;
	struct ctx ctx;
	uint64_t hash[sizeof(lines) / sizeof(lines[0]) + 1];
	size_t i, at;

	ctx_init(&ctx);
	for (i = 0; i <= n; i++) {
		/* Each begins somewhere else. */
		at = (i + w->number * 5) % (n + 1);
		hash[at] = 0;
		if (at == n)
			(void)mem_scan(&ctx, &w->k->mem, 0, UINT64_MAX, 0,
			    piece, &hash[at]);
		else
			hash[at] = run_line(&ctx, w->k, lines[at]);
		if (file_open(&ctx, w->path, &faults, &f) == 0)
			file_close(f);
	}
	w->hash = 0;
	add(&w->hash, hash, sizeof(hash));
	ctx_fini(&ctx);
	return (NULL);
}

static int
look_at(struct ctx *ctx, const char *path)
{
	struct kernel_options opt;
	struct worker w[THREADS];
	struct kernel *k;
	unsigned i;
	int bad;

	memset(&opt, 0, sizeof(opt));
	opt.faults = &faults;
	opt.dump.ahead = true;
	if (kernel_open(ctx, &path, 1, &opt, &k) != 0) {
		fprintf(stderr, "threads: %s\n", ctx->err.text);
		return (1);
	}
	for (i = 0; i < THREADS; i++) {
		w[i] = (struct worker){ .k = k, .path = path, .number = i };
		if (pthread_create(&w[i].thread, NULL, work, &w[i]) != 0)
			exit(1);
	}
	for (i = 0, bad = 0; i < THREADS; i++) {
		pthread_join(w[i].thread, NULL);
		bad |= w[i].hash != w[0].hash;
	}
	kernel_close(k);
	printf("%s %s\n", bad ? "NOT THE SAME:" : "ok", path);
	return (bad);
}

int
main(int argc, char **argv)
{
	struct sigaction act;
	struct ctx ctx;
	int i, bad;

	memset(&act, 0, sizeof(act));
	act.sa_sigaction = on_bus;
	act.sa_flags = SA_SIGINFO;
	sigemptyset(&act.sa_mask);
	sigaction(SIGBUS, &act, NULL);
	ctx_init(&ctx);
	for (i = 1, bad = 0; i < argc; i++)
		bad |= look_at(&ctx, argv[i]);
	ctx_fini(&ctx);
	return (bad);
}
