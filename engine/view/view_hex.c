/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/view/tools.h"

#define ROW	16
#define CHUNK	4096
#define USUAL	256

static const struct column columns[] = {
	{ .key = "address", .width = 18 },
	{ .key = "bytes", .width = ROW * 3 - 1 },
	{ .key = "ascii", .width = ROW },
};

struct hex {
	struct row_sink		*sink;
	const struct space	*space;
};

static int
emit(struct ctx *ctx, struct hex *h, uint64_t addr, const uint8_t *p, size_t n,
    int status)
{
	const struct typeref untyped = { 0, 0 };
	char ascii[ROW];
	struct cell cells[3];
	size_t i;

	for (i = 0; i < n; i++)
		ascii[i] = p[i] >= 0x20 && p[i] < 0x7f ? (char)p[i] : '.';
	cells[0] = cell_link(cell_addr(addr), link_memory(addr, untyped, 0));
	cells[1] = status == OK ? cell_bytes(p, n) : cell_missing(status);
	cells[2] = status == OK ? cell_textn(ascii, n) : cell_null();
	return (row_emit_cells(h->sink, ctx, addr, cells, COUNT(cells)));
}

/*
 * A row with something missing: a run is what can be read, or what cannot for
 * one and the same reason.
 */
static int
split_row(struct ctx *ctx, struct hex *h, uint64_t addr, size_t n)
{
	uint8_t bytes[ROW], one;
	size_t at, done;
	int again, error, status;

	for (at = 0; at < n; at += done) {
		done = 0;
		ctx->quiet++;
		status = space_read_some(ctx, h->space, addr + at, bytes,
		    n - at, &done);
		if (done > 0) {
			status = OK;
		} else {
			for (done = 1; at + done < n; done++) {
				again = space_read(ctx, h->space,
				    addr + at + done, &one, 1);
				if (again != status)
					break;
			}
		}
		ctx->quiet--;
		error = emit(ctx, h, addr + at, bytes, done, status);
		if (error != OK)
			return (error);
	}
	return (OK);
}

static int
dump(struct ctx *ctx, struct hex *h, uint64_t addr, uint64_t len)
{
	uint8_t chunk[CHUNK];
	size_t at, done, n, row;
	int error;

	for (error = OK; error == OK && len > 0; addr += n, len -= n) {
		n = len < sizeof(chunk) ? (size_t)len : sizeof(chunk);
		done = 0;
		ctx->quiet++;
		if (space_read_some(ctx, h->space, addr, chunk, n, &done) == OK)
			done = n;
		ctx->quiet--;
		for (at = 0; error == OK && at < n; at += row) {
			row = n - at < ROW ? n - at : ROW;
			error = at + row <= done ? emit(ctx, h, addr + at,
			    chunk + at, row, OK) :
			    split_row(ctx, h, addr + at, row);
		}
		if (error == OK)
			error = ctx_check(ctx);
	}
	return (error);
}

static int
hex_run(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct row_sink *sink)
{
	struct hex h = { .sink = sink };
	const struct space *unused;
	uint64_t addr, len;
	int error;

	if (args->argc < 2 || args->argc > 3)
		return (view_usage(ctx, args));
	error = view_addr(ctx, k, args, args->argv[1], &addr, &h.space);
	len = USUAL;
	if (error == OK && args->argc == 3)
		error = view_addr(ctx, k, args, args->argv[2], &len, &unused);
	if (error != OK)
		return (error);
	if (len != 0 && addr + (len - 1) < addr)
		return (ctx_fail(ctx, E_USAGE,
		    "the length goes beyond the end of the address space"));
	error = sink->begin(sink, ctx, columns, COUNT(columns));
	if (error == OK)
		error = dump(ctx, &h, addr, len);
	return (error);
}

const struct view view_hex = {
	.name = "hex",
	.args = "EXPR [LEN]",
	.help = "bytes of memory, 256 unless told",
	.run = hex_run,
};
