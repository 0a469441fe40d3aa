/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/unit.h"

#include "engine/symbol/sysmap.h"

#include <string.h>

static const char good[] =
    "0000000000000000 D fixed_percpu_data\n"
    "ffffffff81000000 T _text\n"
    "ffffffff81000000 T _stext\n"
    "ffffffff81000040 t local_one\n"
    "ffffffff82000000 D linux_banner";	/* without its end */

static int
probe(struct ctx *ctx, const char *text, struct file **f)
{
	assert_int_equal(file_of_bytes(ctx, "map", text, strlen(text), f), 0);
	return (sysmap_probe(ctx, *f));
}

static void
reads_all(void **state)
{
	struct symbols s;
	struct file *f;
	struct ctx ctx;

	(void)state;
	ctx_init(&ctx);
	sym_init(&s);
	assert_int_equal(probe(&ctx, good, &f), 0);
	assert_int_equal(sysmap_read(&ctx, f, &s), 0);
	assert_int_equal(s.n, 5);
	assert_int_equal(sym_find(&s, "_stext")->addr, 0xffffffff81000000);
	assert_int_equal(sym_find(&s, "local_one")->type, 't');
	assert_int_equal(sym_find(&s, "linux_banner")->addr,
	    0xffffffff82000000);
	sym_fini(&s);
	file_close(f);
	ctx_fini(&ctx);
}

static void
others(void **state)
{
	static const char *const texts[] = {
		"\177ELF\2\1\1", "ffffffff8100000 T short\n",
		"ffffffff81000000 T\n", "ffffffff81000000  T two\n",
		"ffffffff81000000 T name", "zfffffff81000000 T name\n",
		"ffffffff81000000 5 name\n",
	};
	struct symbols s;
	struct file *f;
	struct ctx ctx;
	size_t i;

	(void)state;
	ctx_init(&ctx);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(probe(&ctx, texts[i], &f), E_NOT_MINE);
		file_close(f);
	}
	/* It begins as one and is none. */
	sym_init(&s);
	assert_int_equal(probe(&ctx, "ffffffff81000000 T name\nsomething "
	    "else\n", &f), 0);
	assert_int_equal(sysmap_read(&ctx, f, &s), E_CORRUPT);
	sym_fini(&s);
	file_close(f);
	/* As for one who may not see addresses. */
	sym_init(&s);
	assert_int_equal(probe(&ctx, "0000000000000000 T name\n", &f), 0);
	assert_int_equal(sysmap_read(&ctx, f, &s), E_CORRUPT);
	sym_fini(&s);
	file_close(f);
	ctx_fini(&ctx);
}

UNIT_MAIN(UNIT(reads_all), UNIT(others))
