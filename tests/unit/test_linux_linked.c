/* SPDX-License-Identifier: BSD-2-Clause */
/* Symbols as a kernel was linked, moved to where it ran. */
#include "tests/mk/mk_linux.h"
#include "tests/unit/unit.h"

#include <string.h>

#define LOW	0x4000u			/* where the image runs */
#define LINKED	UINT64_C(0xffffffff81000000)

static const char map[] =
    "0000000000000040 A some_offset\n"
    "ffffffff81000000 T _text\n"
    "ffffffff81000100 T _stext\n"
    "ffffffff81000200 T do_exit\n"
    "ffffffff81001000 D linux_banner\n"
    "ffffffff81001800 D init_task\n";

struct fixture {
	struct mk_linux	 m;
	struct dump	 dump;
	struct kernel_options opt;
	struct ctx	 ctx;
};

static void
make(struct fixture *f, const char *text, const char *banner)
{
	memset(f, 0, sizeof(*f));
	ctx_init(&f->ctx);
	mk_linux_init(&f->m, false);
	memcpy(f->m.s.bytes + LOW + 0x1000, banner, strlen(banner));
	f->m.os.arch = &linux_x86_64;
	f->m.os.image.low = LOW;
	mk_linux_struct(&f->m, "page", 8, "flags u8@0");
	mk_linux_ready(&f->m);
	f->m.k.dump = &f->dump;
	if (text != NULL)
		assert_int_equal(file_of_bytes(&f->ctx, "System.map", text,
		    strlen(text), &f->m.k.sysmap), 0);
}

static int
link_now(struct fixture *f)
{
	int rc;

	rc = linux_linked_symbols(&f->ctx, &f->m.k, &f->opt);
	if (rc == 0)
		assert_int_equal(sym_seal(&f->ctx, &f->m.k.symbols), 0);
	return (rc);
}

static void
finish(struct fixture *f)
{
	if (f->m.k.sysmap != NULL)
		file_close(f->m.k.sysmap);
	mk_linux_fini(&f->m);
	ctx_fini(&f->ctx);
}

static uint64_t
address(struct fixture *f, const char *name)
{
	const struct symbol *s = sym_find(&f->m.k.symbols, name);

	assert_non_null(s);
	return (s->addr);
}

static void
check_moved(struct fixture *f)
{
	assert_int_equal(link_now(f), 0);
	assert_string_equal(f->m.k.symbols.source, "System.map");
	assert_int_equal(address(f, "do_exit"), LOW + 0x200);
	assert_int_equal(address(f, "linux_banner"), LOW + 0x1000);
	assert_int_equal(address(f, "init_task"), LOW + 0x1800);
	assert_int_equal(address(f, "some_offset"), 0x40);
	finish(f);
}

/* The same map with a name that nothing looks for. */
static void
without(char *text, const char *name)
{
	char *p;

	strcpy(text, map);
	p = strstr(text, name);
	assert_non_null(p);
	p[1] = 'X';
}

static void
moved(void **state)
{
	static const char info[] = "SYMBOL(_stext)=4100\n";
	static const char wrong[] = "SYMBOL(_stext)=14100\n";
	char text[sizeof(map)];
	struct fixture f;

	(void)state;
	make(&f, map, "Linux version 6");
	check_moved(&f);
	/* What else tells how far, where one or the other is not right. */
	without(text, "_text\n");
	make(&f, text, "Linux version 6");
	f.dump.vmcoreinfo = info;
	f.dump.vmcoreinfo_len = sizeof(info) - 1;
	check_moved(&f);
	make(&f, text, "Linux version 6");
	f.dump.vmcoreinfo = wrong;
	f.dump.vmcoreinfo_len = sizeof(wrong) - 1;
	f.opt.has_kaslr = true;
	f.opt.kaslr = LOW - LINKED;
	check_moved(&f);
	make(&f, map, "Linux version 6");
	f.dump.vmcoreinfo = wrong;
	f.dump.vmcoreinfo_len = sizeof(wrong) - 1;
	f.opt.has_kaslr = true;
	f.opt.kaslr = 0x1000;
	check_moved(&f);
}

static void
of_another_kernel(void **state)
{
	char text[sizeof(map)];
	struct fixture f;

	(void)state;
	make(&f, NULL, "Linux version 6");
	assert_int_equal(link_now(&f), E_NOT_FOUND);
	finish(&f);
	/* No banner, or another thing where it should be, or nothing. */
	make(&f, map, "Minix version 6");
	assert_int_equal(link_now(&f), E_NOT_FOUND);
	assert_non_null(strstr(f.ctx.err.text, "another kernel"));
	assert_non_null(strstr(f.ctx.err.text, "System.map"));
	assert_int_equal(f.m.k.symbols.n, 0);
	finish(&f);
	without(text, "linux_banner");
	make(&f, text, "Linux version 6");
	assert_int_equal(link_now(&f), E_NOT_FOUND);
	finish(&f);
	make(&f, map, "Linux version 6");
	mk_space_unmap(&f.m.s, LOW + 0x1000);
	assert_int_equal(link_now(&f), E_NOT_FOUND);
	finish(&f);
	/* Moved by what makes the banner's address wrap around. */
	make(&f, map, "Linux version 6");
	f.m.os.image.low = UINT64_MAX;
	f.opt.has_kaslr = true;
	f.opt.kaslr = UINT64_MAX;
	assert_int_equal(link_now(&f), E_NOT_FOUND);
	assert_int_equal(f.m.k.symbols.n, 0);
	finish(&f);
}

/* Memory that names its code, not its data; a map has both. */
static void
names_that_are_missing(void **state)
{
	static const char own[] =
	    "0000000000004100 T _stext\n"
	    "0000000000004200 T do_exit\n"
	    "0000000000005900 T twice\n";
	char text[sizeof(map)], *p;
	struct fixture f;
	size_t i, used, known;

	(void)state;
	for (i = 0; i < 3; i++) {
		strcpy(text, map);
		make(&f, text, "Linux version 6");
		f.m.os.arch = &linux_x86_64;
		assert_int_equal(sym_add_lines(&f.ctx, &f.m.k.symbols, own,
		    sizeof(own) - 1, &used, &known), 0);
		f.m.k.symbols.source = "kallsyms";
		assert_int_equal(sym_seal(&f.ctx, &f.m.k.symbols), 0);
		if (i == 1) {		/* all but the start lies elsewhere */
			file_close(f.m.k.sysmap);
			p = strstr(text, "200 T do_exit");
			memcpy(p, "3", 1);
			p = strstr(text, "init_task");
			memcpy(p, "twice", 6);
			text[strlen(text)] = '\0';
			assert_int_equal(file_of_bytes(&f.ctx, "System.map",
			    text, strlen(text), &f.m.k.sysmap), 0);
		} else if (i == 2) {
			file_close(f.m.k.sysmap);
			f.m.k.sysmap = NULL;
		}
		if (i == 1) {
			assert_int_equal(linux_more_symbols(&f.ctx, &f.m.k),
			    E_NOT_FOUND);
			assert_non_null(strstr(f.ctx.err.text, "System.map is of "
			    "another kernel"));
			assert_int_equal(f.m.k.symbols.n, 3);
		} else if (i == 2) {
			assert_int_equal(linux_more_symbols(&f.ctx, &f.m.k), 0);
			assert_int_equal(f.m.k.symbols.n, 3);
		} else {
			assert_int_equal(linux_more_symbols(&f.ctx, &f.m.k), 0);
			assert_int_equal(address(&f, "init_task"), LOW + 0x1800);
			assert_int_equal(address(&f, "twice"), 0x5900);
			assert_null(sym_find(&f.m.k.symbols, "some_offset"));
			assert_int_equal(f.m.k.symbols.n, 6);
			assert_string_equal(f.m.k.symbols.source,
			    "kallsyms and System.map");
		}
		finish(&f);
	}
}

UNIT_MAIN(UNIT(moved), UNIT(of_another_kernel), UNIT(names_that_are_missing))
