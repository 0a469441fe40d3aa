/* SPDX-License-Identifier: BSD-2-Clause */
/* Finding debug information: where, whose, packed how, and the kept index. */
#include "tests/unit/unit.h"

#include "base/bytes.h"
#include "engine/symbol/debug.h"
#include "engine/memory/elf_file.h"
#include "engine/symbol/source.h"
#include "tests/mk/mk_dwarf.h"
#include "tests/mk/mk_sections.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ID		"0123456789abcdef"
#define ID_BYTES	"\x01\x23\x45\x67\x89\xab\xcd\xef"
#define MOD_ID		"5511223344556677"
#define MOD_BYTES	"\x55\x11\x22\x33\x44\x55\x66\x77"
#define ZLIB		1
#define ZSTD		2
#define LYING		3		/* as zlib, and much longer than it is */

static const char text[] =
    "unit name=\"one.c\" low=0x1000 high=0x100\n"
    "  base @int name=\"int\" size=4 encoding=5\n"
    "  struct name=\"found\" size=4\n"
    "    member name=\"it\" type=@int at=0\n";

static char root[64];

static void
in_root(char *path, size_t n, const char *name)
{
	snprintf(path, n, "%s/%s", root, name);
}

static void
make_path(const char *name, char *path, size_t n)
{
	char *p;

	in_root(path, n, name);
	for (p = path + 1; (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		(void)mkdir(path, 0700);
		*p = '/';
	}
}

/* The gabi's head, then one block as it is. */
static void
packed(struct mk_sections *e, const char *name, const struct dwarf_bytes *s, int how)
{
	struct buf b = { 0 };
	uint8_t raw[24] = { 0 };
	uint32_t lo = 1, hi = 0;
	size_t i;

	if (how == 0) {
		mk_section(e, name, 1, 0, s->p, s->n);
		return;
	}
	store_uint(raw, 4, false, how == ZSTD ? 2 : 1);
	store_uint(raw + 8, 8, false, how == LYING ? UINT64_C(1) << 32 : s->n);
	buf_add(&b, raw, 24);
	if (how == ZSTD) {
		buf_add(&b, "\x28\xb5\x2f\xfd\xa0", 5);
		store_uint(raw, 4, false, s->n);
		store_uint(raw + 4, 4, false, s->n << 3 | 1);
		buf_add(&b, raw, 7);
		buf_add(&b, s->p, s->n);
	} else {
		store_uint(raw, 2, false, s->n);
		store_uint(raw + 2, 2, false, ~s->n & 0xffff);
		buf_add(&b, "\x78\x01\x01", 3);
		buf_add(&b, raw, 4);
		buf_add(&b, s->p, s->n);
		for (i = 0; i < s->n; i++) {
			lo = (lo + s->p[i]) % 65521;
			hi = (hi + lo) % 65521;
		}
		store_uint(raw, 4, true, hi << 16 | lo);
		buf_add(&b, raw, 4);
	}
	mk_section(e, name, 1, ELF_SHF_COMPRESSED, b.p, b.len);
	buf_fini(&b);
}

static void
store(const char *name, struct mk_sections *e)
{
	char path[512];
	FILE *f;

	make_path(name, path, sizeof(path));
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(e->b.p, 1, e->b.len, f), e->b.len);
	assert_int_equal(fclose(f), 0);
	mk_sections_fini(e);
}

/* A kernel's file with this build-id; "" for none, NULL link for DWARF. */
static void
write_file(const char *name, const char *id, size_t idn, const char *link,
    int how)
{
	struct mk_dwarf m = { .version = 5, .addr_size = 8 };
	uint8_t note[64] = { 4 };
	struct mk_sections e;
	struct dwarf_input in;

	mk_dwarf(&m, text);
	mk_dwarf_input(&m, &in);
	mk_sections_init(&e);
	if (idn > 0) {
		note[4] = (uint8_t)idn;
		note[8] = 3;
		memcpy(note + 12, "GNU", 4);
		memcpy(note + 16, id, idn);
		mk_section(&e, ".note.gnu.build-id", ELF_SHT_NOTE, 0, note,
		    16 + idn);
	}
	if (link != NULL)
		mk_section(&e, ".gnu_debuglink", 1, 0, link, strlen(link) + 1);
	else {
		packed(&e, ".debug_info", &in.section[DWARF_INFO], how);
		packed(&e, ".debug_abbrev", &in.section[DWARF_ABBREV], 0);
		packed(&e, ".debug_str", &in.section[DWARF_STR], how);
	}
	mk_sections_end(&e, 2, 62);
	store(name, &e);
	mk_dwarf_fini(&m);
}

static void
facts(void *arg, struct ctx *ctx, const char *module, struct debug_facts *f)
{
	(void)ctx, (void)module;
	strcpy(f->build_id, arg != NULL ? arg : "");
	strcpy(f->release, "1.2-test");
	f->shift = 0x100;
}

/* A module's file: not linked, its code in .text. */
static const char module_text[] =
    "unit name=\"mod.c\" low=0x5a5a5a00 high=0x100\n"
    "  base @int name=\"int\" size=4 encoding=5\n"
    "  struct name=\"found\" size=4\n"
    "    member name=\"it\" type=@int at=0\n"
    "  function name=\"start\" type=@int low=0x5a5a5a10 high=0x20\n";

static void
write_module(const char *name, enum mk_harm harm)
{
	struct mk_sections e;

	mk_module(&e, module_text, MOD_BYTES, harm);
	store(name, &e);
}

/* A kernel with a module "my_mod" at 0x200000. */
struct host {
	bool	    recorded;		/* it keeps where sections lie */
	const char *id;
	unsigned    asked;		/* what the module is */
};

static void
host_facts(void *arg, struct ctx *ctx, const char *module,
    struct debug_facts *f)
{
	struct host *h = arg;

	(void)ctx;
	strcpy(f->release, "1.2-test");
	if (module[0] == '\0')
		return;
	h->asked++;
	assert_string_equal(module, "my_mod");
	strcpy(f->build_id, h->id);
	if (!h->recorded)
		return;
	f->sections = calloc(1, sizeof(*f->sections));
	assert_non_null(f->sections);
	f->sections[0].name = strdup(".text");
	f->sections[0].addr = 0x200000;
	f->nsections = 1;
}

static const char *
host_module_at(void *arg, uint64_t addr)
{
	(void)arg;
	return (addr >= 0x200000 ? "my_mod" : "");
}

static uint64_t
host_symbol(void *arg, const char *module, const char *name)
{
	(void)arg;
	assert_string_equal(module, "my_mod");
	return (strcmp(name, "start") == 0 ? 0x200010 : 0);
}

static int
named_start(void *arg, struct ctx *ctx, const struct dwarf_frame *f)
{
	(void)ctx;
	assert_string_equal(f->function, "start");
	assert_int_equal(f->low, 0x200010);
	*(bool *)arg = true;
	return (0);
}

/* What comes of looking at the module's code; how often it was asked for. */
static int
look_at_module(struct host *h, const char *file, char why[ERR_TEXT_MAX])
{
	const struct debug_hooks hooks = { host_facts, host_module_at,
	    host_symbol, NULL, h };
	const struct debug_options opt = { .root = root };
	struct debug *d, *m;
	struct dwarf *dw;
	struct types *ts;
	struct typeref ref;
	struct ctx ctx;
	bool found = false;
	int rc;

	ctx_init(&ctx);
	h->asked = 0;
	ts = types_create(8, false);
	assert_int_equal(debug_create(&ctx, &opt, &file, file != NULL, &hooks,
	    &d), 0);
	assert_ptr_equal(debug_at(d, 0x1000), d);
	m = debug_at(d, 0x200010);
	assert_ptr_not_equal(m, d);
	assert_ptr_equal(debug_module(d, "my_mod"), m);
	assert_int_equal(debug_add_types(&ctx, d, ts), E_NOT_FOUND);
	ctx_clear(&ctx);
	/* Nothing of a module is read before it is meant. */
	assert_int_equal(types_nunits(ts), 0);
	assert_int_equal(h->asked, 0);
	rc = debug_open(&ctx, m, &dw);
	strcpy(why, ctx.err.text);
	assert_int_equal(h->asked, 1);
	if (rc == 0) {
		assert_int_equal(dwarf_frames(&ctx, dw, 0x200018 -
		    debug_shift(m), named_start, &found), 0);
		assert_true(found);
		assert_int_equal(dwarf_frames(&ctx, dw, 0x18, named_start,
		    &found), E_NOT_FOUND);
		assert_int_equal(debug_add_types(&ctx, m, ts), 0);
		types_unit(ts, 0)->by_module = true;
		assert_int_equal(type_find(&ctx, ts, "struct found", &ref),
		    E_NO_TYPE);
		assert_int_equal(type_find(&ctx, ts, "my_mod!struct found",
		    &ref), 0);
	}
	types_destroy(ts);
	debug_destroy(d);
	ctx_fini(&ctx);
	return (rc);
}

static void
reads_modules(void **state)
{
	struct host h = { true, MOD_ID, 0 };
	char why[ERR_TEXT_MAX], path[512];

	(void)state;
	assert_int_equal(look_at_module(&h, NULL, why), E_NOT_FOUND);
	assert_non_null(strstr(why, "my_mod"));
	assert_non_null(strstr(why, MOD_ID));
	/* Wherever its build has put it, by what the kernel calls it. */
	write_module("usr/lib/debug/lib/modules/1.2-test/kernel/net/my-mod.ko",
	    MK_SOUND);
	write_module("usr/lib/debug/lib/modules/1.2-test/kernel/other.ko",
	    MK_OUTSIDE);
	assert_int_equal(look_at_module(&h, NULL, why), 0);
	h.recorded = false;
	assert_int_equal(look_at_module(&h, NULL, why), 0);
	h.id = "9923456789abcdef";
	assert_int_equal(look_at_module(&h, NULL, why), E_NOT_FOUND);
	assert_non_null(strstr(why, "another build"));
	h.id = MOD_ID;
	h.recorded = true;
	/* One that the user names comes first. */
	write_module("usr/lib/debug/lib/modules/1.2-test/kernel/net/my-mod.ko",
	    MK_OUTSIDE);
	write_module("home/my_mod.ko", MK_SOUND);
	in_root(path, sizeof(path), "home/my_mod.ko");
	assert_int_equal(look_at_module(&h, path, why), 0);
}

static void
refuses_damaged_modules(void **state)
{
	static const struct { enum mk_harm harm; const char *why; } v[] = {
		{ MK_OUTSIDE, "outside" }, { MK_NO_SYMBOL, "outside" },
		{ MK_UNKNOWN, "kind 77" }, { MK_NO_TABLE, "no symbols" },
	};
	struct host h = { true, MOD_ID, 0 };
	char why[ERR_TEXT_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		write_module("usr/lib/debug/lib/modules/1.2-test/kernel/net/"
		    "my-mod.ko", v[i].harm);
		assert_int_equal(look_at_module(&h, NULL, why), E_NOT_FOUND);
		assert_non_null(strstr(why, v[i].why));
	}
}

static const char *
module_at(void *arg, uint64_t addr)
{
	(void)arg;
	return (addr >= 0x100000 ? "mod" : "");
}

/* Opens it, asks for what is in there, and says why not. */
static int
open_with(const char *id, const char *file, const char *cache, bool force,
    char why[ERR_TEXT_MAX])
{
	struct debug_options opt = { .root = root, .cache = cache,
	    .force = force };
	const struct debug_hooks hooks = { facts, module_at, NULL, NULL,
	    (void *)(uintptr_t)id };
	struct debug *d;
	struct dwarf *dw;
	struct types *ts;
	struct typeref ref;
	struct ctx ctx;
	int rc;

	ctx_init(&ctx);
	ts = types_create(8, false);
	assert_int_equal(debug_create(&ctx, &opt, &file, file != NULL,
	    &hooks, &d), 0);
	rc = debug_open(&ctx, d, &dw);
	strcpy(why, ctx.err.text);
	if (rc == 0) {
		assert_int_equal(debug_shift(d), 0x100);
		assert_int_equal(debug_add_types(&ctx, d, ts), 0);
		assert_int_equal(type_find(&ctx, ts, "struct found", &ref), 0);
		assert_int_equal(types_count(ts), 2);
	}
	types_destroy(ts);
	debug_destroy(d);
	ctx_fini(&ctx);
	return (rc);
}

static void
finds_by_build_id(void **state)
{
	char why[ERR_TEXT_MAX];

	(void)state;
	assert_int_equal(open_with(ID, NULL, NULL, false, why), E_NOT_FOUND);
	assert_non_null(strstr(why, ID));
	assert_non_null(strstr(why, "/usr/lib/debug"));
	write_file("usr/lib/debug/.build-id/01/23456789abcdef.debug", ID_BYTES,
	    8, NULL, 0);
	assert_int_equal(open_with(ID, NULL, NULL, false, why), 0);
	/* Another kernel's is another file. */
	assert_int_equal(open_with("ff23456789abcdef", NULL, NULL, false, why),
	    E_NOT_FOUND);
}

static void
refuses_strangers(void **state)
{
	const char *other = "9923456789abcdef";
	char why[ERR_TEXT_MAX], path[512];
	struct file *f;
	struct ctx ctx;

	(void)state;
	/* In the right place, of the same release, of another build. */
	write_file("usr/lib/debug/boot/vmlinux-1.2-test", ID_BYTES, 8, NULL, 0);
	assert_int_equal(open_with(other, NULL, NULL, false, why),
	    E_NOT_FOUND);
	assert_non_null(strstr(why, "another build"));
	assert_non_null(strstr(why, other));
	assert_non_null(strstr(why, "--force"));
	assert_int_equal(open_with(other, NULL, NULL, true, why), 0);
	/* What a user names is compared when the dump is opened. */
	in_root(path, sizeof(path), "usr/lib/debug/boot/vmlinux-1.2-test");
	ctx_init(&ctx);
	assert_int_equal(file_open(&ctx, path, NULL, &f), 0);
	assert_int_equal(debug_match(&ctx, f, other), E_USAGE);
	assert_int_equal(debug_match(&ctx, f, ID), 0);
	assert_int_equal(debug_match(&ctx, f, ""), 0);
	file_close(f);
	ctx_fini(&ctx);
	unlink(path);
}

static void
follows_links(void **state)
{
	char why[ERR_TEXT_MAX], path[512];

	(void)state;
	write_file("boot/kernel", "", 0, "kernel.debug", 0);
	in_root(path, sizeof(path), "boot/kernel");
	assert_int_equal(open_with(NULL, path, NULL, false, why), E_NOT_FOUND);
	write_file("boot/.debug/kernel.debug", "", 0, NULL, 0);
	assert_int_equal(open_with(NULL, path, NULL, false, why), 0);
	/* A link is a name: it leads to no other folder. */
	write_file("boot/evil", "", 0, "../boot/.debug/kernel.debug", 0);
	in_root(path, sizeof(path), "boot/evil");
	assert_int_equal(open_with(NULL, path, NULL, false, why), E_NOT_FOUND);
}

static void
reads_compressed(void **state)
{
	char why[ERR_TEXT_MAX], path[512];

	(void)state;
	write_file("zlib", "", 0, NULL, ZLIB);
	in_root(path, sizeof(path), "zlib");
	assert_int_equal(open_with(NULL, path, NULL, false, why), 0);
	write_file("zstd", "", 0, NULL, ZSTD);
	in_root(path, sizeof(path), "zstd");
	assert_int_equal(open_with(NULL, path, NULL, false, why), 0);
	write_file("lying", "", 0, NULL, LYING);
	in_root(path, sizeof(path), "lying");
	assert_int_equal(open_with(NULL, path, NULL, false, why), E_NOT_FOUND);
	assert_non_null(strstr(why, "expands to"));
}

static uint64_t
size_of(const char *path)
{
	struct stat st;

	return (stat(path, &st) == 0 ? (uint64_t)st.st_size : 0);
}

static void
keeps_its_index(void **state)
{
	char why[ERR_TEXT_MAX], cache[128], path[512], old[512];
	uint64_t size;
	FILE *f;
	int c;

	(void)state;
	in_root(cache, sizeof(cache), "cache/kpeek");
	in_root(path, sizeof(path), "cache/kpeek/" ID ".dwarf-index");
	assert_int_equal(open_with(ID, NULL, cache, false, why), 0);
	size = size_of(path);
	assert_true(size > 0);
	assert_int_equal(open_with(ID, NULL, cache, false, why), 0);
	/* Damaged it is made anew, and is whole again. */
	f = fopen(path, "r+");
	assert_non_null(f);
	fseek(f, (long)size / 2, SEEK_SET);
	c = fgetc(f);
	fseek(f, (long)size / 2, SEEK_SET);
	fputc(c ^ 0x55, f);
	fclose(f);
	assert_int_equal(open_with(ID, NULL, cache, false, why), 0);
	f = fopen(path, "r");
	assert_non_null(f);
	fseek(f, (long)size / 2, SEEK_SET);
	assert_int_equal(fgetc(f), c);
	fclose(f);
	assert_int_equal(truncate(path, (off_t)size / 2), 0);
	assert_int_equal(open_with(ID, NULL, cache, false, why), 0);
	assert_int_equal(size_of(path), size);
	/* What is too much goes, the oldest first. */
	make_path("cache/kpeek/00.dwarf-index", old, sizeof(old));
	f = fopen(old, "w");
	assert_non_null(f);
	assert_int_equal(ftruncate(fileno(f), (off_t)300 << 20), 0);
	fclose(f);
	assert_int_equal(utimensat(AT_FDCWD, old, (struct timespec [2]){
	    { .tv_sec = 1 }, { .tv_sec = 1 } }, 0), 0);
	assert_int_equal(truncate(path, 1), 0);
	assert_int_equal(open_with(ID, NULL, cache, false, why), 0);
	assert_int_equal(size_of(old), 0);
	assert_int_equal(size_of(path), size);
	/* No folder to keep it in costs nothing else. */
	assert_int_equal(open_with(ID, NULL, "/dev/null/no", false, why), 0);
}

static void
reads_source(void **state)
{
	char path[512], outside[512];
	struct source *s;
	struct ctx ctx;
	const char *line;
	size_t n;
	FILE *f;

	(void)state;
	ctx_init(&ctx);
	make_path("tree/kernel/a.c", path, sizeof(path));
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("first\nsecond\r\nlast", f);
	fclose(f);
	make_path("secret.c", outside, sizeof(outside));
	f = fopen(outside, "w");
	assert_non_null(f);
	fputs("secret\n", f);
	fclose(f);
	in_root(path, sizeof(path), "tree/link.c");
	assert_int_equal(symlink(outside, path), 0);
	in_root(path, sizeof(path), "tree");
	assert_int_equal(source_open(&ctx, path, &s), 0);
	line = source_line(s, "kernel/a.c", 2, &n);
	assert_non_null(line);
	assert_int_equal(n, 6);
	assert_memory_equal(line, "second", 6);
	/* Without the folders of whoever compiled it. */
	line = source_line(s, "/build/linux-1.2/kernel/a.c", 3, &n);
	assert_non_null(line);
	assert_int_equal(n, 4);
	assert_null(source_line(s, "kernel/a.c", 4, &n));
	assert_null(source_line(s, "kernel/a.c", 0, &n));
	/* Never outside of the folder, by dots or by links. */
	assert_null(source_line(s, "../secret.c", 1, &n));
	assert_null(source_line(s, "kernel/../../secret.c", 1, &n));
	assert_null(source_line(s, "link.c", 1, &n));
	assert_null(source_line(s, outside, 1, &n));
	source_close(s);
	assert_int_equal(source_open(&ctx, outside, &s), E_NOT_FOUND);
	ctx_fini(&ctx);
}

static void
writes_paths(void **state)
{
	static const struct { const char *base, *dir, *file, *want; } v[] = {
		{ "/src", "/src/kernel", "fork.c", "kernel/fork.c" },
		{ "/src", "kernel", "./fork.c", "kernel/fork.c" },
		{ "/src", "/src/arch/x86/../../mm", "a.c", "mm/a.c" },
		{ "/src", "kernel", "/usr/include/a.h", "/usr/include/a.h" },
		{ "", "../up", "a.c", "../up/a.c" },
		{ "/srcs", "/src", "a.c", "/src/a.c" },
		{ "/", "/..", "../a.c", "/a.c" },
	};
	struct dwarf_source s = { .line = 7 };
	char out[64], small[8];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		s.base = v[i].base;
		s.dir = v[i].dir;
		s.file = v[i].file;
		dwarf_path(&s, out, sizeof(out));
		assert_string_equal(out, v[i].want);
	}
	s = (struct dwarf_source){ "dir", "file.c", "", 7 };
	debug_place(&s, out, sizeof(out));
	assert_string_equal(out, "dir/file.c:7");
	dwarf_path(&s, small, sizeof(small));
	assert_true(strlen(small) < sizeof(small));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(finds_by_build_id), UNIT(refuses_strangers),
		UNIT(follows_links), UNIT(reads_compressed),
		UNIT(keeps_its_index), UNIT(reads_source), UNIT(writes_paths),
		UNIT(reads_modules), UNIT(refuses_damaged_modules),
	};
	const int n = sizeof(tests) / sizeof(tests[0]);
	char command[128];
	int bad;

	snprintf(root, sizeof(root), "/tmp/kpeek-debug.XXXXXX");
	if (mkdtemp(root) == NULL)
		return (2);
	bad = cmocka_run_group_tests(tests, NULL, NULL);
	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	bad += system(command) != 0;
	printf("%d passed, %d failed\n", n - bad - unit_skipped, bad);
	return (bad != 0);
}
