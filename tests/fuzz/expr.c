/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fuzz/fuzz.h"

#include "engine/backend/backend.h"
#include "engine/value/value.h"
#include "engine/value/walk_expr.h"
#include "tests/mk/mk_elf.h"

#include <stdlib.h>
#include <string.h>

#define ITEMS_MAX	1000

/* The same text as a walk, with its columns. */
static void
walk(struct ctx *ctx, const struct value_env *env, const char *text)
{
	struct walk_expr *w;
	struct walk_item item;
	struct value v;
	size_t i, n;

	if (walk_expr_open(ctx, env, text, &w) != 0)
		return;
	for (n = 0; n < ITEMS_MAX && walk_expr_next(ctx, w, &item) == 0; n++)
		for (i = 0; item.status == 0 && i < walk_expr_columns(w); i++)
			(void)walk_expr_column(ctx, w, i, &v);
	walk_expr_close(w);
}

static void
run(const uint8_t *p, size_t n)
{
	static const struct mk_load loads[] = {
		{ .pa = 0x1000, .file = 0x100 }, { 0 },
	};
	const struct mk_elf e = { .loads = loads };
	struct value_env env;
	struct symbols syms;
	struct memory m;
	struct space sp;
	struct value v;
	struct file *f;
	struct dump *d;
	struct buf elf;
	struct ctx ctx;
	uint64_t addr;
	char *text;

	text = malloc(n + 1);
	if (text == NULL)
		return;
	memcpy(text, p, n);
	text[n] = '\0';
	ctx_init(&ctx);
	memset(&elf, 0, sizeof(elf));
	mk_elf(&elf, &e, NULL);
	sym_init(&syms);
	memset(&env, 0, sizeof(env));
	if (file_of_bytes(&ctx, "fuzz", elf.p, elf.len, &f) == 0 &&
	    dump_open(&ctx, &f, 1, NULL, &d) == 0) {
		mem_init(&m, &d->layer, NULL);
		space_init(&sp, &m, NULL, 0, false, 8);
		env.space = &sp;
		env.symbols = &syms;
		env.types = types_create(8, false);
		if (env.types != NULL) {
			(void)value_eval(&ctx, &env, text, &v);
			(void)value_eval_addr(&ctx, &env, text, &addr, &v);
			walk(&ctx, &env, text);
		}
		types_destroy((struct types *)(uintptr_t)env.types);
		mem_fini(&m);
	}
	sym_fini(&syms);
	buf_fini(&elf);
	ctx_fini(&ctx);
	free(text);
}

static void
seed(struct buf *b)
{
	buf_puts(b, "*(unsigned long *)(0x1000 + ((3 << 2) | 8) * 2) == "
	    "sizeof(int) ? -1 : ~'a' % 7");
}

const struct fuzz_target fuzz_expr = { "expr", run, seed };
