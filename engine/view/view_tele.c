/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tele: memory word by word, each with the chain of what it points to: the name
 * of a symbol, a text, a task, what slab or mapping it lies in.
 */
#include "base/bytes.h"
#include "base/vec.h"
#include "engine/view/tools.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define USUAL		32		/* words */
#define WORDS_MAX	65536
#define CHAIN_MAX	5		/* pointers followed from one word */
#define TEXT_LEN	40		/* of a string that is shown */
#define TEXT_LEAST	4		/* letters that make one */

static const struct column columns[] = {
	{ .key = "address", .width = 18 },
	{ .key = "offset", .form = FORM_HEX, .width = 6, .right = true },
	{ .key = "value", .width = 18 },
	{ .key = "chain", .width = 60 },
};

struct tele {
	struct kernel		*k;
	const struct space	*space;
	int			 pid;	/* whose space; 0: the kernel's */
	size_t			 word;
};

static uint64_t
word_of(const struct tele *t, const uint8_t *p)
{
	return (t->word == 8 ? load_u64(p, t->space->be) :
	    load_u32(p, t->space->be));
}

/* A text of printable letters that ends, or goes on beyond what is shown. */
static bool
text_at(const uint8_t *p, size_t n, size_t *len)
{
	size_t i;

	for (i = 0; i < n && p[i] >= 0x20 && p[i] < 0x7f; i++)
		;
	*len = i;
	return (i >= TEXT_LEAST && (i == n || p[i] == '\0'));
}

struct what {
	struct buf	*b;
	uint64_t	 addr;
	bool		 any;
};

/* The first thing that is known of an address, but for plain mappings. */
static int
on_what(void *arg, struct ctx *ctx, const char *kind, const char *text,
    uint64_t base)
{
	struct what *w = arg;

	(void)ctx;
	if (w->any || strcmp(kind, "symbol") == 0 || strcmp(kind, "unmapped") == 0)
		return (0);
	buf_printf(w->b, " (%s%s%s", kind, text != NULL ? " " : "",
	    text != NULL ? text : "");
	if (base < w->addr)
		buf_printf(w->b, "+0x%" PRIx64, w->addr - base);
	buf_puts(w->b, ")");
	w->any = true;
	return (0);
}

struct mapping {
	struct buf	*b;
	uint64_t	 addr;
	bool		 any;
};

static int
on_map(void *arg, struct ctx *ctx, const struct os_map *m)
{
	struct mapping *w = arg;
	const char *name;

	(void)ctx;
	if (w->addr < m->start || w->addr >= m->end)
		return (0);
	name = m->file.status == OK && m->file.s != NULL ? m->file.s : "";
	buf_printf(w->b, " (%s%s0x%" PRIx64 " %s)", name, name[0] == '\0' ||
	    name[0] == '[' ? name[0] == '\0' ? "anonymous +" : "+" : "+",
	    name[0] == '\0' || name[0] == '[' ? w->addr - m->start :
	    w->addr - m->start + m->offset, m->perms);
	w->any = true;
	return (E_DONE);
}

bool
view_mapping(struct ctx *ctx, struct kernel *k, int pid, uint64_t addr,
    struct buf *b)
{
	struct mapping w = { .b = b, .addr = addr };
	struct os_proc proc;
	struct arena arena;

	arena_init(&arena);
	ctx->quiet++;
	if (os_proc(ctx, k, pid, &arena, &proc) == 0)
		(void)os_maps(ctx, k, &proc, on_map, &w);
	ctx->quiet--;
	ctx_clear(ctx);
	arena_fini(&arena);
	return (w.any);
}

/* What lies at an address that is there: its name, or whose it is. */
static bool
annotate(struct ctx *ctx, struct tele *t, uint64_t addr, struct buf *b)
{
	struct what w = { .b = b, .addr = addr };
	struct arena arena;
	char name[160];

	if (t->space == &t->k->space &&
	    sym_format(&t->k->symbols, addr, name, sizeof(name))) {
		buf_printf(b, " %s", name);
		return (true);
	}
	if (t->space != &t->k->space)
		return (t->pid != 0 && view_mapping(ctx, t->k, t->pid, addr, b));
	arena_init(&arena);
	(void)os_what(ctx, t->k, addr, &arena, on_what, &w);
	ctx_clear(ctx);
	arena_fini(&arena);
	return (w.any);
}

/*
 * From one word as far as pointers lead.  A place that was seen already ends the
 * chain, as does code: what instructions spell as numbers leads nowhere.
 */
static void
follow(struct ctx *ctx, struct tele *t, uint64_t v, struct buf *b)
{
	uint8_t bytes[TEXT_LEN];
	uint64_t seen[CHAIN_MAX];
	const struct symbol *s;
	size_t i, n, done, len;
	int rc;

	for (n = 0; n < CHAIN_MAX; n++) {
		for (i = 0; i < n; i++) {
			if (seen[i] == v) {
				buf_printf(b, " (as before)");
				return;
			}
		}
		done = sizeof(bytes);
		rc = v < 4096 ? E_NOT_MAPPED : space_read_some(ctx, t->space, v,
		    bytes, sizeof(bytes), &done);
		ctx_clear(ctx);
		if (rc == E_NOT_MAPPED && (v < 4096 || done < t->word))
			return;
		if (rc != 0 && done < t->word) {
			/* It is mapped, and the dump is without it. */
			buf_printf(b, "%s\u2192", n > 0 ? " " : "");
			annotate(ctx, t, v, b);
			buf_printf(b, " <%s>", status_reason(rc) != NULL ?
			    status_reason(rc) : status_text(rc));
			return;
		}
		seen[n] = v;
		buf_printf(b, "%s\u2192", n > 0 ? " " : "");
		s = t->space == &t->k->space ? sym_at(&t->k->symbols, v) : NULL;
		if (annotate(ctx, t, v, b) && s != NULL &&
		    tolower((unsigned char)s->type) == 't')
			return;
		if (text_at(bytes, done, &len)) {
			buf_printf(b, " \"%.*s\"%s", (int)len,
			    (const char *)bytes, len == done ? "..." : "");
			return;
		}
		v = word_of(t, bytes);
		buf_printf(b, " 0x%" PRIx64, v);
	}
}

/* A pointer that nobody may use any more: small numbers are no such thing. */
static bool
poison(struct tele *t, uint64_t v, struct buf *b)
{
	struct arena arena;
	const char *text;

	if (v < 4096 || v > UINT64_MAX - 4096)
		return (false);
	arena_init(&arena);
	text = os_wild(t->k, v, &arena);
	if (text != NULL)
		buf_printf(b, "\u2192 (%s)", text);
	arena_fini(&arena);
	return (text != NULL);
}

/* What a word says: the text that it is, or where it leads. */
static void
chain_of(struct ctx *ctx, struct tele *t, const uint8_t *bytes, struct buf *b)
{
	size_t len;

	if (poison(t, word_of(t, bytes), b))
		return;
	ctx->quiet++;
	for (len = t->word; len > 0 && bytes[len - 1] == '\0'; len--)
		;
	if (len >= TEXT_LEAST && text_at(bytes, len, &len))
		buf_printf(b, "\"%.*s\"", (int)len, (const char *)bytes);
	else
		follow(ctx, t, word_of(t, bytes), b);
	ctx->quiet--;
	ctx_clear(ctx);
}

void
view_chain(struct ctx *ctx, struct kernel *k, const struct space *space, int pid,
    const uint8_t *bytes, struct buf *b)
{
	struct tele t = { .k = k, .space = space, .pid = pid,
	    .word = space->ptr_size == 4 ? 4 : 8 };

	chain_of(ctx, &t, bytes, b);
}

static int
emit_word(struct ctx *ctx, struct tele *t, uint64_t addr, uint64_t offset,
    struct row_sink *sink)
{
	const struct typeref untyped = { 0, 0 };
	struct cell cells[COUNT(columns)];
	struct buf chain = { 0 };
	uint8_t bytes[8];
	uint64_t v;
	int rc;

	cells[0] = cell_link(cell_addr(addr), link_memory(addr, untyped,
	    t->pid));
	cells[1] = cell_u64(offset);
	rc = space_read(ctx, t->space, addr, bytes, t->word);
	if (rc != 0) {
		ctx_clear(ctx);
		cells[2] = view_cell_status(rc);
		cells[3] = cell_null();
		return (row_emit_cells(sink, ctx, addr, cells, COUNT(cells)));
	}
	v = word_of(t, bytes);
	cells[2] = cell_addr(v);
	chain_of(ctx, t, bytes, &chain);
	if (chain.len > 0 && buf_text(&chain)[0] != '"')
		cells[2] = cell_link(cells[2], link_memory(v, untyped, t->pid));
	cells[3] = chain.len > 0 ? cell_textn(chain.p, chain.len) : cell_null();
	rc = row_emit_cells(sink, ctx, addr, cells, COUNT(cells));
	buf_fini(&chain);
	return (rc);
}

static int
tele_run(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct row_sink *sink)
{
	struct tele t = { .k = k };
	const struct space *unused;
	uint64_t addr, n, i;
	int rc;

	if (args->argc < 2 || args->argc > 3)
		return (view_usage(ctx, args));
	rc = view_addr(ctx, k, args, args->argv[1], &addr, &t.space);
	n = USUAL;
	if (rc == 0 && args->argc == 3)
		rc = view_addr(ctx, k, args, args->argv[2], &n, &unused);
	if (rc != 0)
		return (rc);
	t.word = t.space->ptr_size == 4 ? 4 : 8;
	if (n > WORDS_MAX || addr + n * t.word < addr)
		return (ctx_fail(ctx, E_USAGE, "tele: at most %d words, inside "
		    "the address space", WORDS_MAX));
	rc = sink->begin(sink, ctx, columns, COUNT(columns));
	for (i = 0; rc == 0 && i < n; i++) {
		rc = emit_word(ctx, &t, addr + i * t.word, i * t.word, sink);
		if (rc == 0)
			rc = ctx_check(ctx);
	}
	return (rc);
}

const struct view view_tele = {
	.name = "tele",
	.args = "EXPR [WORDS]",
	.help = "memory word by word, and where each leads",
	.run = tele_run,
};
