/* SPDX-License-Identifier: BSD-2-Clause */
/* Paths of files in a hand-made kernel: mounts, deleted files, circles. */
#include "tests/unit/unit.h"

#include "tests/mk/mk_linux.h"

#include <string.h>

#define FILE_AT		0x1000
#define DENTRY(n)	(0x2000 + (uint64_t)(n) * 0x100)
#define MOUNT(n)	(0x6000 + (uint64_t)(n) * 0x100)
#define OPS		0x8000
#define NAME(n)		(0x9000 + (uint64_t)(n) * 0x200)

enum { ROOT, USR, BIN, SH, DATA_ROOT, DATA_FILE };

static struct ctx ctx;
static struct mk_linux m;
static struct arena arena;

static void
dentry(int n, int parent, const char *name)
{
	mk_put_ptr(&m.s, DENTRY(n) + 8, 0x77);		/* in the hash table */
	mk_put_ptr(&m.s, DENTRY(n) + 16, DENTRY(parent));
	mk_put(&m.s, DENTRY(n) + 28, 4, strlen(name));
	mk_put_ptr(&m.s, DENTRY(n) + 32, NAME(n));
	mk_linux_text(&m, NAME(n), name);
}

static void
file(int mount, int d)
{
	mk_put_ptr(&m.s, FILE_AT, MOUNT(mount) + 32);
	mk_put_ptr(&m.s, FILE_AT + 8, DENTRY(d));
}

/* "/" holds usr/bin/sh; on bin lies another file system with "a file". */
static void
make(bool be)
{
	ctx_init(&ctx);
	arena_init(&arena);
	mk_linux_init(&m, be);
	mk_linux_struct(&m, "path", 16, "mnt u8@0, dentry u8@8");
	mk_linux_struct(&m, "file", 16, "f_path path@0");
	mk_linux_struct(&m, "hlist_bl_node", 16, "next u8@0, pprev u8@8");
	mk_linux_struct(&m, "qstr", 16, "hash u4@0, len u4@4, name u8@8");
	mk_linux_struct(&m, "dentry", 64, "d_hash hlist_bl_node@0, "
	    "d_parent u8@16, d_name qstr@24, d_inode u8@40, d_op u8@48");
	mk_linux_struct(&m, "dentry_operations", 16, "d_dname u8@8");
	mk_linux_struct(&m, "inode", 16, "i_ino u8@8");
	mk_linux_struct(&m, "vfsmount", 8, "mnt_root u8@0");
	mk_linux_struct(&m, "mount", 64, "mnt_parent u8@16, "
	    "mnt_mountpoint u8@24, mnt vfsmount@32");
	mk_linux_symbol(&m, "simple_dname", 0x500);
	mk_linux_symbol(&m, "pipefs_dname", 0x600);
	mk_linux_symbol(&m, "other_dname", 0x700);
	mk_linux_ready(&m);
	dentry(ROOT, ROOT, "/");
	dentry(USR, ROOT, "usr");
	dentry(BIN, USR, "bin");
	dentry(SH, BIN, "sh");
	dentry(DATA_ROOT, DATA_ROOT, "/");
	dentry(DATA_FILE, DATA_ROOT, "a file");
	mk_put_ptr(&m.s, MOUNT(0) + 16, MOUNT(0));
	mk_put_ptr(&m.s, MOUNT(0) + 24, DENTRY(ROOT));
	mk_put_ptr(&m.s, MOUNT(0) + 32, DENTRY(ROOT));
	mk_put_ptr(&m.s, MOUNT(1) + 16, MOUNT(0));
	mk_put_ptr(&m.s, MOUNT(1) + 24, DENTRY(BIN));
	mk_put_ptr(&m.s, MOUNT(1) + 32, DENTRY(DATA_ROOT));
}

static void
done(void)
{
	mk_linux_fini(&m);
	arena_fini(&arena);
	ctx_fini(&ctx);
}

static const char *
path(void)
{
	const char *s = "none";
	int rc;

	rc = linux_path(&ctx, &m.k, FILE_AT, &arena, &s);
	return (rc == 0 ? s : status_text(rc));
}

static void
names(bool be)
{
	make(be);
	file(0, SH);
	assert_string_equal(path(), "/usr/bin/sh");
	file(0, ROOT);
	assert_string_equal(path(), "/");
	file(1, DATA_FILE);
	assert_string_equal(path(), "/usr/bin/a file");
	file(1, DATA_ROOT);
	assert_string_equal(path(), "/usr/bin");
	mk_put_ptr(&m.s, DENTRY(DATA_FILE) + 8, 0);
	file(1, DATA_FILE);
	assert_string_equal(path(), "/usr/bin/a file (deleted)");
	done();
}

static void
climbs_to_the_root(void **state)
{
	(void)state;
	names(false);
	names(true);
}

static void
lets_file_systems_name(void **state)
{
	(void)state;
	make(false);
	file(1, DATA_FILE);
	mk_put_ptr(&m.s, DENTRY(DATA_FILE) + 48, OPS);
	assert_string_equal(path(), "/usr/bin/a file");
	mk_put_ptr(&m.s, OPS + 8, 0x500);
	assert_string_equal(path(), "/a file (deleted)");
	mk_put_ptr(&m.s, OPS + 8, 0x600);
	mk_put_ptr(&m.s, DENTRY(DATA_FILE) + 40, 0x5000);
	mk_put(&m.s, 0x5008, 8, 4711);
	assert_string_equal(path(), "pipe:[4711]");
	mk_put_ptr(&m.s, OPS + 8, 0x700);
	assert_string_equal(path(), "/usr/bin/a file");
	done();
}

static void
survives_broken_paths(void **state)
{
	(void)state;
	make(false);
	file(0, SH);
	mk_put_ptr(&m.s, DENTRY(USR) + 16, DENTRY(SH));	/* a circle */
	assert_string_equal(path(), status_text(E_LIMIT));
	mk_put(&m.s, DENTRY(USR) + 28, 4, 0);
	mk_put(&m.s, DENTRY(BIN) + 28, 4, 0xffffffff);
	assert_string_equal(path(), status_text(E_CORRUPT));
	mk_put_ptr(&m.s, DENTRY(USR) + 16, 0xdead000000000000);
	mk_put(&m.s, DENTRY(BIN) + 28, 4, 3);
	assert_string_equal(path(), status_text(E_NOT_MAPPED));
	/* Mounts in a circle add nothing and must end all the same. */
	mk_put_ptr(&m.s, MOUNT(0) + 16, MOUNT(1));
	mk_put_ptr(&m.s, MOUNT(0) + 24, DENTRY(DATA_ROOT));
	mk_put_ptr(&m.s, MOUNT(1) + 24, DENTRY(ROOT));
	file(1, DATA_ROOT);
	assert_string_equal(path(), status_text(E_CORRUPT));
	done();
}

UNIT_MAIN(UNIT(climbs_to_the_root), UNIT(lets_file_systems_name),
    UNIT(survives_broken_paths))
