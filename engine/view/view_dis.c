/* SPDX-License-Identifier: BSD-2-Clause */
/* dis: instructions. */
#include "engine/view/analyze.h"

#include "engine/symbol/source.h"
#include "engine/value/code.h"
#include "engine/view/patch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINES_DEFAULT	24		/* where there is no function to end at */
#define LINES_MAX	100000
#define TEXT_SHOWN	48		/* bytes of a text that an operand points to */
#define TEXT_MIN	4		/* shorter ones may be anything */
#define LINE_MAX_SHOWN	256		/* bytes of a source line */

/* The same with and without debug information: then source lines are shown. */
#define COLUMNS(no_source)						\
	{ .key = "address", .width = 18 },				\
	{ .key = "offset", .form = FORM_HEX, .width = 6, .right = true }, \
	{ .key = "text", .width = 52 },					\
	{ .key = "note", .width = 16 },					\
	{ .key = "source", .width = 28, .hidden = (no_source) },	\
	{ .key = "bytes", .width = 24 },				\
	{ .key = "symbol", .width = 24 },

enum { ADDRESS, OFFSET, TEXT, NOTE, SOURCE, BYTES, SYMBOL };

static const struct column columns[] = { COLUMNS(true) };
static const struct column source_columns[] = { COLUMNS(false) };

struct dis {
	struct kernel	*k;
	struct row_sink	*sink;
	struct code	*code;
	const struct space *space;
	struct dwarf	*dwarf;		/* or NULL */
	uint64_t	 shift;		/* run-time minus linked addresses */
	struct source	*source;	/* or NULL */
	struct patches	*patches;
	uint64_t	 fault;		/* where the kernel stopped, or 0 */
	uint64_t	 here;		/* where the frame stands, or 0 */
	unsigned	 frame;		/* its number */
	bool		 asked;		/* an address was given */
	bool		 exact;		/* it was interrupted there: no call */
	char		 place[1024];	/* of the line shown last */
};

/*
 * Where an instruction comes from; before the first of a line, the line itself
 * where the user has the source: a row without bytes.
 */
static int
emit_source(struct ctx *ctx, struct dis *d, uint64_t addr, char *place,
    size_t room)
{
	struct cell cells[COUNT(columns)] = { { 0 } };
	struct row row = { .key = ~addr, .cells = cells,
	    .ncells = COUNT(cells), .style = ROW_STRONG };
	struct dwarf_source src;
	char path[1024], line[LINE_MAX_SHOWN];
	const char *text;
	size_t len, i, n;

	place[0] = '\0';
	if (d->dwarf == NULL || dwarf_line(ctx, d->dwarf, addr - d->shift,
	    &src) != OK)
		return (OK);
	debug_place(&src, place, room);
	if (d->source == NULL || strcmp(place, d->place) == 0)
		return (OK);
	snprintf(d->place, sizeof(d->place), "%s", place);
	dwarf_path(&src, path, sizeof(path));
	text = source_line(d->source, path, src.line, &len);
	if (text == NULL)
		return (OK);
	for (i = n = 0; i < len && n < sizeof(line); i++)
		do
			line[n++] = text[i] == '\t' ? ' ' : text[i];
		while (text[i] == '\t' && n % 8 != 0 && n < sizeof(line));
	cells[ADDRESS] = cell_addr(addr);
	cells[TEXT] = cell_textn(line, n);
	cells[SOURCE] = cell_text(place);
	return (row_emit(d->sink, ctx, &row));
}

/* A text of the kernel's own, as it is written there: n bytes to buf. */
static bool
text_at(struct ctx *ctx, struct dis *d, uint64_t addr, char *buf, size_t n)
{
	struct buf b = { 0 };
	char raw[TEXT_SHOWN];
	size_t got = 0, i, len;

	ctx->quiet++;
	(void)space_read_some(ctx, d->space, addr, raw, sizeof(raw), &got);
	ctx->quiet--;
	len = strnlen(raw, got);
	for (i = 0; i < len && ((raw[i] >= ' ' && raw[i] <= '~') ||
	    strchr("\n\t\001", raw[i]) != NULL); i++)
		;
	if (len < TEXT_MIN || i < len)
		return (false);
	text_escape(&b, raw, len);
	snprintf(buf, n, len < got ? "\"%.200s\"" : "\"%.200s\"...",
	    buf_text(&b));
	buf_fini(&b);
	return (true);
}

/* What an operand's address is: a text, where no symbol begins, or a symbol. */
static bool
name_data(struct ctx *ctx, struct dis *d, uint64_t addr, char *buf, size_t n)
{
	const struct symbol *sym = sym_at(&d->k->symbols, addr);
	char name[256];

	if (sym != NULL && addr != sym->addr && addr >> 63 != 0 &&
	    strchr("tTwW", sym->type) == NULL &&
	    text_at(ctx, d, addr, buf, n))
		return (true);
	if (sym == NULL || (sym->size == 0 && addr != sym->addr) ||
	    !sym_format(&d->k->symbols, addr, name, sizeof(name)))
		return (false);
	snprintf(buf, n, "<%.200s>", name);
	return (true);
}

static int
emit(struct ctx *ctx, struct dis *d, const struct code_line *l)
{
	char text[CODE_TEXT_MAX + 256 + 4], name[256], place[1024];
	char patched[128];
	const struct symbol *sym;
	struct cell cells[COUNT(columns)];
	struct link code = { .kind = LINK_CODE, .addr = l->addr };
	struct row row = { .key = l->addr, .cells = cells,
	    .ncells = COUNT(cells), .style = l->bad ? ROW_WARN : ROW_NORMAL };
	int error;

	error = emit_source(ctx, d, l->addr, place, sizeof(place));
	if (error != OK)
		return (error);
	sym = sym_at(&d->k->symbols, l->addr);
	snprintf(text, sizeof(text), "%s", l->text);
	if (l->has_target && sym_format(&d->k->symbols, l->target, name,
	    sizeof(name)))
		snprintf(text, sizeof(text), "%s <%s>", l->text, name);
	else if (l->has_data && name_data(ctx, d, l->data, name, sizeof(name)))
		snprintf(text, sizeof(text), "%s %s", l->text, name);
	if (l->has_target)
		code.addr = l->target;
	cells[ADDRESS] = cell_link(cell_addr(l->addr), link_memory(l->addr,
	    (struct typeref){ 0, 0 }, 0));
	cells[BYTES] = cell_bytes(l->bytes, l->size);
	cells[TEXT] = cell_text(text);
	if (l->has_target)
		cells[TEXT] = cell_link(cells[TEXT], code);
	else if (l->has_data)
		cells[TEXT] = cell_link(cells[TEXT], link_memory(l->data,
		    (struct typeref){ 0, 0 }, 0));
	cells[SYMBOL] = sym == NULL ? cell_null() : cell_link(cell_text(
	    sym_name(&d->k->symbols, sym)), link_symbol(sym->addr));
	cells[OFFSET] = sym == NULL ? cell_null() : cell_u64(l->addr - sym->addr);
	cells[SOURCE] = place[0] == '\0' ? cell_null() : cell_text(place);
	cells[NOTE] = patches_of(d->patches, l, patched, sizeof(patched)) ?
	    cell_text(patched) : cell_null();
	/* A call that has not returned stands before its return address. */
	if (d->here != 0 && (d->exact ? l->addr : l->addr + l->size) == d->here) {
		snprintf(patched, sizeof(patched), "frame %u", d->frame);
		cells[NOTE] = cell_text(patched);
		row.style = ROW_STRONG;
		row.here = !d->asked;
	}
	if (l->addr == d->fault) {
		cells[NOTE] = cell_text("stopped here");
		row.style = ROW_ERROR;
	}
	return (row_emit(d->sink, ctx, &row));
}

/*
 * The instruction at which the kernel stopped, and the frame of interest of the
 * task that panicked.
 */
static int
find_panic(struct ctx *ctx, struct dis *d)
{
	const struct os_frame *f;
	struct os_info info;
	struct arena arena;
	struct stack *s;

	if (d->k->live || d->k->os == NULL)
		return (OK);
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for a stack"));
	arena_init(&arena);
	ctx->quiet++;
	if (os_info(ctx, d->k, &arena, &info) == OK) {
		if (info.panic_ip.status == OK)
			d->fault = info.panic_ip.v;
		analyze_panicked(ctx, d->k, &info, s);
		f = analyze_code(d->k, s);
		if (f != NULL) {
			d->here = f->pc;
			d->frame = f->index;
			d->exact = f->exact;
		}
	}
	ctx->quiet--;
	ctx_clear(ctx);
	arena_fini(&arena);
	free(s);
	return (OK);
}

/* The frame that the command frame chose; none is no error. */
static void
find_frame(struct ctx *ctx, struct dis *d)
{
	struct value_frame frame;
	struct value v;

	if (!value_frame_chosen(d->k->env.vars, &frame))
		return;
	ctx->quiet++;
	if (value_eval_addr(ctx, &d->k->env, "$pc", &d->here, &v) == OK) {
		d->frame = frame.index;
		d->exact = frame.exact;
	}
	ctx->quiet--;
	ctx_clear(ctx);
}

/*
 * The address that is asked for; without one the function of the chosen frame,
 * else of that of interest where the kernel died, or where it stopped.
 */
static int
start(struct ctx *ctx, struct dis *d, const struct view_args *args,
    uint64_t *addr)
{
	const struct symbol *sym;

	if (args->argc > 1)
		return (view_addr(ctx, d->k, args, args->argv[1], addr,
		    &d->space));
	*addr = d->here != 0 ? d->here : d->fault;
	if (*addr == 0)
		return (ctx_fail(ctx, E_USAGE, "no frame was chosen (frame), and "
		    "the kernel has not stopped at an instruction: give an "
		    "address"));
	d->space = &d->k->space;
	/* The call may be the function's last instruction. */
	sym = sym_at(&d->k->symbols, *addr == d->here && !d->exact ? *addr - 1 :
	    *addr);
	if (sym != NULL)
		*addr = sym->addr;
	return (OK);
}

/* As many lines, or to the function's end. */
static int
lines(struct ctx *ctx, struct dis *d, uint64_t addr, uint64_t count,
    uint64_t end)
{
	struct code_line l;
	char name[256];
	int error;

	for (error = OK; error == OK && count > 0 && addr < end; count--) {
		error = code_next(ctx, d->code, d->space, addr, &l);
		if (error != OK && error != E_DONE &&
		    sym_format(&d->k->symbols, addr, name, sizeof(name)))
			ctx_chain(ctx, "%s", name);
		if (error == OK)
			error = emit(ctx, d, &l);
		addr += l.size;
		if (error == OK && count % 256 == 0)
			error = ctx_check(ctx);
	}
	return (error);
}

static int
run(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct row_sink *sink)
{
	struct dis d = { .k = k, .sink = sink };
	const struct symbol *sym;
	uint64_t addr, end;
	unsigned long long count;
	struct debug *debug;
	char *rest;
	int error;

	if (args->argc > 3)
		return (view_usage(ctx, args));
	d.asked = args->argc > 1;
	error = find_panic(ctx, &d);
	if (error == OK) {
		find_frame(ctx, &d);
		error = start(ctx, &d, args, &addr);
	}
	if (error != OK)
		return (error);
	sym = sym_at(&k->symbols, addr);
	end = UINT64_MAX;
	count = LINES_DEFAULT;
	if (args->argc == 3) {
		errno = 0;
		count = strtoull(args->argv[2], &rest, 0);
		if (errno != 0 || *rest != '\0' || rest == args->argv[2] ||
		    count == 0 || count > LINES_MAX)
			return (view_usage(ctx, args));
	} else if (sym != NULL && sym->size > 0) {
		end = sym->addr + sym->size;
		count = LINES_MAX;
	}
	error = code_open(ctx, k->arch, &d.code);
	if (error != OK)
		return (error);
	debug = debug_at(k->debug, addr);
	error = debug_open(ctx, debug, &d.dwarf);
	d.shift = debug_shift(debug);
	/* Needed only where the source was asked for. */
	if (error != OK && error != E_CANCELLED && k->source == NULL) {
		ctx_clear(ctx);
		error = OK;
	}
	if (error == OK && k->source != NULL)
		error = source_open(ctx, k->source, &d.source);
	if (error == OK)
		error = patches_open(ctx, k, addr, end, &d.patches);
	if (error == OK)
		error = sink->begin(sink, ctx, d.dwarf != NULL ?
		    source_columns : columns, COUNT(columns));
	if (error == OK)
		error = lines(ctx, &d, addr, count, end);
	patches_close(d.patches);
	source_close(d.source);
	code_close(d.code);
	return (error);
}

const struct view view_dis = {
	.name = "dis",
	.args = "[EXPR [N]]",
	.help = "N instructions from an address on, or to the end of the function; without one where a frame was chosen, or the kernel died",
	.run = run,
};
