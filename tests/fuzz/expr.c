/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fuzz/fuzz.h"

#include "engine/backend/backend.h"
#include "engine/value/value.h"
#include "tests/mk/mk_elf.h"

#include <stdlib.h>
#include <string.h>

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
