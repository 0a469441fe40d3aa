/* SPDX-License-Identifier: BSD-2-Clause */
/* files: what a process has open. */
#include "engine/view/tools.h"

#include <string.h>

static const struct column columns[] = {
	{ .key = "fd", .width = 4, .right = true },
	{ .key = "type", .width = 16 },
	{ .key = "path", .width = 40 },
	{ .key = "flags", .width = 24 },
	{ .key = "file", .width = 18 },
};

/* open(2)'s flags, include/uapi/asm-generic/fcntl.h; the access mode apart. */
static const struct os_bit names[] = {
	{ 0100, "CREAT" }, { 0200, "EXCL" }, { 0400, "NOCTTY" },
	{ 01000, "TRUNC" }, { 02000, "APPEND" }, { 04000, "NONBLOCK" },
	{ 010000, "DSYNC" }, { 020000, "ASYNC" }, { 040000, "DIRECT" },
	{ 0100000, "LARGEFILE" }, { 0200000, "DIRECTORY" },
	{ 0400000, "NOFOLLOW" }, { 01000000, "NOATIME" },
	{ 02000000, "CLOEXEC" }, { 04000000, "SYNC" }, { 010000000, "PATH" },
	{ 0, NULL },
};

struct files {
	struct row_sink	*sink;
	const struct os_bit *names;
	struct typeref	 type;
};

static const char *
flag_text(const struct os_bit *name, uint64_t flags, struct buf *b)
{
	static const char *const modes[] = { "RDONLY", "WRONLY", "RDWR", "3" };

	buf_puts(b, modes[flags & 3]);
	for (; name->name != NULL; name++)
		if (flags & name->bit)
			buf_printf(b, "|%s", name->name);
	return (buf_text(b));
}

static int
emit(void *arg, struct ctx *ctx, const struct os_file *f)
{
	struct files *w = arg;
	struct cell cells[5];
	struct buf text;
	int error;

	memset(&text, 0, sizeof(text));
	cells[0] = cell_s64(f->fd);
	cells[1] = view_cell_text(f->type);
	cells[2] = view_cell_text(f->path);
	if (f->file != OS_UNKNOWN)
		cells[2] = cell_link(cells[2], link_memory(f->file, w->type, 0));
	cells[3] = f->flags.status == OK ? cell_text(flag_text(w->names,
	    f->flags.v, &text)) : view_cell_status(f->flags.status);
	cells[4] = view_cell_struct(f->file, w->type);
	error = row_emit_cells(w->sink, ctx, (uint64_t)f->fd + 1, cells,
	    COUNT(cells));
	buf_fini(&text);
	return (error);
}

static int
run(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct row_sink *sink)
{
	struct files w = { .sink = sink, .names = names };
	struct os_proc proc;
	struct arena arena;
	int error;

	if (args->argc != 2)
		return (view_usage(ctx, args));
	if (k->os != NULL && k->os->open_flags != NULL)
		w.names = k->os->open_flags;
	if (k->types != NULL && type_find(ctx, k->types, "struct file",
	    &w.type) != OK)
		ctx_clear(ctx);
	arena_init(&arena);
	error = view_proc(ctx, k, args, 1, &arena, &proc);
	if (error == OK)
		error = sink->begin(sink, ctx, columns, COUNT(columns));
	if (error == OK)
		error = os_files(ctx, k, &proc, emit, &w);
	arena_fini(&arena);
	return (error);
}

const struct view view_files = {
	.name = "files",
	.args = "PID",
	.help = "the files that a process has open",
	.needs = NEEDS_OS,
	.run = run,
};
