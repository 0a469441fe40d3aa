/* SPDX-License-Identifier: BSD-2-Clause */
/* ranges: which physical memory is there, and where it lies in the file. */
#include "engine/view/tools.h"

#define RANGES_MAX	1000000u	/* rows, of a dump that is all holes */

static const struct column columns[] = {
	{ .key = "start", .width = 18 },
	{ .key = "end", .width = 18 },
	{ .key = "size", .form = FORM_BYTES, .width = 7, .right = true },
	{ .key = "state", .width = 12 },
	{ .key = "file_offset", .form = FORM_HEX, .width = 14, .right = true },
};

static int
emit(struct ctx *ctx, struct row_sink *sink, const struct mem_range *r)
{
	struct cell cells[COUNT(columns)];
	struct row row = { .key = r->start + 1, .cells = cells,
	    .ncells = COUNT(cells),
	    .style = r->status == OK ? ROW_NORMAL : ROW_DIM };
	const char *reason = status_reason(r->status);

	cells[0] = cell_addr(r->start);
	cells[1] = cell_addr(r->end);
	cells[2] = cell_u64(r->end - r->start);
	cells[3] = cell_text(r->status == OK ? "present" : reason != NULL ?
	    reason : "missing");
	cells[4] = r->status == OK && r->file_offset != UINT64_MAX ?
	    cell_u64(r->file_offset) : cell_null();
	return (row_emit(sink, ctx, &row));
}

/* Do two ranges read as one? */
static bool
continues(const struct mem_range *a, const struct mem_range *b)
{
	if (a->status != b->status || a->end != b->start)
		return (false);
	if (a->file_offset == UINT64_MAX || b->file_offset == UINT64_MAX)
		return (a->file_offset == b->file_offset);
	return (a->file_offset + (a->end - a->start) == b->file_offset);
}

static int
ranges_run(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct row_sink *sink)
{
	struct mem_range r, all;
	uint64_t pa;
	bool any;
	size_t n;
	int rc;

	if (args->argc > 1)
		return (view_usage(ctx, args));
	rc = sink->begin(sink, ctx, columns, COUNT(columns));
	any = false;
	for (pa = 0, n = 0; rc == 0 && n < RANGES_MAX; pa = r.end) {
		rc = mem_range(ctx, &k->mem, pa, &r);
		if (rc != 0 || r.end <= pa)
			break;
		r.file_offset += r.file_offset != UINT64_MAX ? pa - r.start : 0;
		r.start = pa;
		if (any && continues(&all, &r)) {
			all.end = r.end;
			continue;
		}
		if (any) {
			rc = emit(ctx, sink, &all);
			n++;
		}
		all = r;
		any = true;
		if (rc == 0)
			rc = ctx_check(ctx);
	}
	if (rc == E_DONE || rc == 0) {
		ctx_clear(ctx);
		rc = any ? emit(ctx, sink, &all) : 0;
	}
	return (rc);
}

const struct view view_ranges = {
	.name = "ranges",
	.args = "",
	.help = "which physical memory is there, and where in the file",
	.run = ranges_run,
};
