/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/view/tools.h"

#include <stdlib.h>
#include <string.h>

static const struct column since_boot[] = {
	{ .key = "seq", .width = 6, .right = true },
	{ .key = "time", .form = FORM_SECONDS, .decimals = 6, .width = 13,
	    .right = true },
	{ .key = "level", .title = "LV", .width = 2, .right = true },
	{ .key = "caller", .width = 6 },
	{ .key = "text" },
};

static const struct column wall_clock[] = {
	{ .key = "seq", .width = 6, .right = true },
	{ .key = "time", .form = FORM_TIME, .decimals = 6, .width = 30 },
	{ .key = "level", .title = "LV", .width = 2, .right = true },
	{ .key = "caller", .width = 6 },
	{ .key = "text" },
};

struct log {
	struct row_sink	*sink;
	double		 boot;		/* seconds since the epoch, 0 without -T */
	int		 level;		/* this and what is more severe */
};

static int
emit(void *arg, struct ctx *ctx, const struct os_log *l)
{
	const uint64_t usec = l->ns / 1000;
	struct log *w = arg;
	struct cell cells[5];
	struct row row = { .key = l->seq + 1, .cells = cells, .ncells = 5 };

	if (l->level > w->level)
		return (OK);
	cells[0] = cell_u64(l->seq);
	/* Whole microseconds, as the kernel prints them. */
	cells[1] = l->ns == OS_NO_TIME ? cell_null() :
	    cell_double(w->boot + (double)usec / 1e6);
	cells[2] = l->level >= 0 ? cell_s64(l->level) : cell_null();
	cells[3] = cell_text(l->caller);
	cells[4] = cell_textn(l->text, l->len);
	if (l->level >= 0 && l->level <= 3)
		row.style = ROW_ERROR;
	else if (l->level == 4)
		row.style = ROW_WARN;
	return (row_emit(w->sink, ctx, &row));
}

/* A level by number or by the name that syslog(3) and dmesg(1) give it. */
static int
parse_level(const char *text)
{
	static const char *const names[] = { "emerg", "alert", "crit", "err",
	    "warn", "notice", "info", "debug" };
	size_t i;

	if (text[0] >= '0' && text[0] <= '7' && text[1] == '\0')
		return (text[0] - '0');
	for (i = 0; i < COUNT(names); i++)
		if (strcmp(text, names[i]) == 0)
			return ((int)i);
	return (-1);
}

static int
boot_time(struct ctx *ctx, struct kernel *k, double *boot)
{
	struct os_info info;
	struct arena arena;
	int error;

	arena_init(&arena);
	error = os_info(ctx, k, &arena, &info);
	if (error == OK && (info.crash_time.status != OK ||
	    info.uptime.status != OK))
		error = ctx_fail(ctx, E_UNSUPPORTED, "-T: this dump does not "
		    "say when it was taken; leave -T out");
	else if (error == OK)
		*boot = info.crash_time.v - info.uptime.v;
	arena_fini(&arena);
	return (error);
}

static int
log_run(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct row_sink *sink)
{
	struct log w = { .sink = sink, .level = 7 };
	bool wall;
	int error, i;

	wall = args->wall_clock;
	for (i = 1; i < args->argc; i++) {
		if (strcmp(args->argv[i], "-T") == 0) {
			wall = true;
		} else if (strcmp(args->argv[i], "--level") == 0 &&
		    i + 1 < args->argc) {
			w.level = parse_level(args->argv[++i]);
			if (w.level < 0)
				return (ctx_fail(ctx, E_USAGE, "--level %s: "
				    "not one of 0 to 7 or emerg, alert, crit, "
				    "err, warn, notice, info, debug",
				    args->argv[i]));
		} else {
			return (view_usage(ctx, args));
		}
	}
	error = wall ? boot_time(ctx, k, &w.boot) : OK;
	if (error == OK)
		error = sink->begin(sink, ctx, wall ? wall_clock : since_boot,
		    COUNT(since_boot));
	if (error == OK)
		error = os_log(ctx, k, emit, &w);
	return (error);
}

const struct view view_log = {
	.name = "log",
	.args = "[-T] [--level N]",
	.help = "the kernel's log; -T with dates, --level N no less severe",
	.needs = NEEDS_OS,
	.run = log_run,
};
