/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Open files: the table of struct filedesc (sys/sys/filedesc.h).  A file's path
 * is not kept with it; the name cache has those that were looked up lately, one
 * component each (struct namecache of sys/kern/vfs_cache.c).
 */
#include "engine/os/freebsd/freebsd.h"

#include "base/bytes.h"

#include <stdio.h>
#include <string.h>

#define FILES_MAX	(UINT32_C(1) << 22)
#define DEPTH_MAX	256		/* components of a path, mounts crossed */
#define NAMES_MAX	64		/* of one vnode */
#define NAME_LEN_MAX	256
#define VV_ROOT		0x1		/* sys/sys/vnode.h */
#define VCHR		4

/* sys/sys/fcntl.h: what the kernel keeps is one more than what it was given. */
const struct os_bit freebsd_open_flags[] = {
	{ 0x4, "NONBLOCK" }, { 0x8, "APPEND" }, { 0x10, "SHLOCK" },
	{ 0x20, "EXLOCK" }, { 0x40, "ASYNC" }, { 0x80, "SYNC" },
	{ 0x100, "NOFOLLOW" }, { 0x200, "CREAT" }, { 0x400, "TRUNC" },
	{ 0x800, "EXCL" }, { 0x8000, "NOCTTY" }, { 0x10000, "DIRECT" },
	{ 0x20000, "DIRECTORY" }, { 0x40000, "EXEC" }, { 0x100000, "CLOEXEC" },
	{ 0x400000, "PATH" }, { 0x1000000, "DSYNC" }, { 0, NULL },
};

/* DTYPE_* of sys/sys/file.h. */
static const char *const kinds[] = {
	"none", "vnode", "socket", "pipe", "fifo", "kqueue", "crypto",
	"message queue", "shared memory", "semaphore", "pty", "device",
	"process", "eventfd", "timerfd", "inotify", "jail",
};

/* enum vtype of sys/sys/vnode.h. */
static const char *const vnodes[] = {
	"none", "regular", "directory", "block device", "character device",
	"symbolic link", "socket", "pipe", "bad",
};

static const char *
name_of(const char *const *names, size_t n, uint64_t v)
{
	return (v < n ? names[v] : "?");
}

/* --- Paths ----------------------------------------------------------------- */

struct path {
	char	*buf;
	size_t	 at;			/* text so far: from here to the end */
};

static bool
prepend(struct path *p, const char *s, size_t n)
{
	if (n > p->at)
		return (false);
	p->at -= n;
	memcpy(p->buf + p->at, s, n);
	return (true);
}

/*
 * A vnode's own name, and the directory that it is in.  E_NOT_FOUND: the cache
 * has none.
 */
static int
own_name(struct ctx *ctx, struct kernel *k, uint64_t vnode, char *name,
    size_t *len, uint64_t *parent)
{
	uint64_t entry, n, text;
	unsigned i;
	int rc;

	rc = freebsd_get(ctx, k, vnode, FM_VNODE_NAMES, 0, &entry);
	for (i = 0; rc == 0 && entry != 0 && i < NAMES_MAX; i++) {
		rc = freebsd_get(ctx, k, entry, FM_NAME_LENGTH, 1, &n);
		if (rc == 0)
			rc = freebsd_at(ctx, k, entry, FM_NAME_TEXT, &text);
		if (rc == 0)
			rc = space_read(ctx, &k->space, text, name, (size_t)n);
		if (rc == 0)
			rc = freebsd_get(ctx, k, entry, FM_NAME_PARENT, 0,
			    parent);
		if (rc != 0)
			return (rc);
		/* "..": another one's way here. */
		if (n > 0 && memchr(name, '/', (size_t)n) == NULL &&
		    memchr(name, '\0', (size_t)n) == NULL &&
		    (n != 2 || memcmp(name, "..", 2) != 0)) {
			*len = (size_t)n;
			return (0);
		}
		rc = freebsd_get(ctx, k, entry, FM_NAME_NEXT, 0, &entry);
	}
	return (rc != 0 ? rc : ctx_fail(ctx, E_NOT_FOUND, "the name cache has "
	    "no name for it"));
}

/* Up to the root: 0, or why no further. */
static int
climb(struct ctx *ctx, struct kernel *k, uint64_t vnode, struct path *p)
{
	char name[NAME_LEN_MAX];
	uint64_t flags, mount;
	unsigned i;
	size_t n;
	int rc;

	for (i = 0; vnode != 0 && i < DEPTH_MAX; i++) {
		rc = freebsd_number(ctx, k, vnode, FM_VNODE_FLAGS, &flags);
		if (rc == 0 && (flags & VV_ROOT) != 0) {
			/* What its file system is mounted on. */
			rc = freebsd_get(ctx, k, vnode, FM_VNODE_MOUNT, 0,
			    &mount);
			if (rc == 0)
				rc = freebsd_get(ctx, k, mount,
				    FM_MOUNT_COVERED, 0, &vnode);
			if (rc == 0 && vnode == 0)
				return (p->buf[p->at] != '\0' ||
				    prepend(p, "/", 1) ? 0 : E_LIMIT);
			if (rc == 0)
				continue;
		}
		if (rc == 0)
			rc = own_name(ctx, k, vnode, name, &n, &vnode);
		if (rc != 0)
			return (rc);
		if (!prepend(p, name, n) || !prepend(p, "/", 1))
			return (E_LIMIT);
	}
	return (ctx_fail(ctx, E_CORRUPT, "a path does not end"));
}

int
freebsd_vnode_path(struct ctx *ctx, struct kernel *k, uint64_t vnode,
    char *buf, size_t size)
{
	static const char dots[] = "...";
	struct path p = { buf, size - 1 };
	int rc;

	buf[p.at] = '\0';
	rc = climb(ctx, k, vnode, &p);
	if (rc != 0 && buf[p.at] == '\0')
		return (rc);
	if (rc != 0)
		(void)prepend(&p, dots, sizeof(dots) - 1);
	ctx_clear(ctx);
	memmove(buf, buf + p.at, size - p.at);
	return (0);
}

/* --- Files ----------------------------------------------------------------- */

/* A device that nobody looked up lately is known by its own name. */
static int
device_path(struct ctx *ctx, struct kernel *k, uint64_t vnode, char *buf,
    size_t size)
{
	static const char dev[] = "/dev/";
	uint64_t addr;
	int rc;

	rc = freebsd_get(ctx, k, vnode, FM_VNODE_DEVICE, 0, &addr);
	if (rc == 0 && addr == 0)
		return (E_NOT_FOUND);
	if (rc == 0)
		rc = freebsd_at(ctx, k, addr, FM_CDEV_NAME, &addr);
	memcpy(buf, dev, sizeof(dev));
	return (rc != 0 ? rc : space_text(ctx, &k->space, addr, buf +
	    sizeof(dev) - 1, size - sizeof(dev) + 1));
}

static void
fill(struct ctx *ctx, struct kernel *k, char *path, size_t size,
    struct os_file *f)
{
	uint64_t v, vnode;

	ctx->quiet++;
	f->path.s = path;
	f->path.status = E_NOT_FOUND;
	f->type.s = "";
	f->flags.status = freebsd_number(ctx, k, f->file, FM_FILE_FLAG,
	    &f->flags.v);
	if (f->flags.status == 0)
		f->flags.v = (f->flags.v & ~UINT64_C(3)) |
		    ((f->flags.v - 1) & 3);
	f->type.status = freebsd_number(ctx, k, f->file, FM_FILE_TYPE, &v);
	if (f->type.status == 0)
		f->type.s = name_of(kinds, sizeof(kinds) / sizeof(kinds[0]),
		    v);
	if (freebsd_get(ctx, k, f->file, FM_FILE_VNODE, 0, &vnode) == 0 &&
	    vnode != 0) {
		f->type.status = freebsd_number(ctx, k, vnode, FM_VNODE_TYPE,
		    &v);
		if (f->type.status == 0)
			f->type.s = name_of(vnodes, sizeof(vnodes) /
			    sizeof(vnodes[0]), v);
		f->path.status = freebsd_vnode_path(ctx, k, vnode, path, size);
		if (f->path.status == E_NOT_FOUND && f->type.status == 0 &&
		    v == VCHR)
			f->path.status = device_path(ctx, k, vnode, path,
			    size);
	}
	ctx->quiet--;
	ctx_clear(ctx);
}

/* The table's first element, how many there are, and how far apart. */
static int
table(struct ctx *ctx, struct kernel *k, uint64_t proc, uint64_t *first,
    uint64_t *n, uint64_t *step)
{
	uint64_t desc, files;
	int rc;

	*n = 0;
	rc = freebsd_get(ctx, k, proc, FM_PROC_FD, 0, &desc);
	if (rc != 0 || desc == 0)	/* an exiting process has closed them */
		return (rc);
	rc = freebsd_get(ctx, k, desc, FM_FILEDESC_FILES, 0, &files);
	if (rc == 0)
		rc = freebsd_number(ctx, k, files, FM_FILES_COUNT, n);
	if (rc == 0)
		rc = freebsd_at(ctx, k, files, FM_FILES_FIRST, first);
	if (rc == 0)
		rc = freebsd_size(ctx, k, "struct filedescent", step);
	if (rc == 0 && (*n > FILES_MAX || *step == 0 || *step > 4096))
		rc = ctx_fail_at(ctx, E_CORRUPT, files, "a table of %llu "
		    "descriptors", (unsigned long long)*n);
	return (rc);
}

int
freebsd_files(struct ctx *ctx, struct kernel *k, const struct os_proc *p,
    int (*fn)(void *, struct ctx *, const struct os_file *), void *arg)
{
	struct os_file f = { 0 };
	uint64_t first, i, n, step;
	char path[1024];
	int rc;

	rc = table(ctx, k, p->group, &first, &n, &step);
	for (i = 0; rc == 0 && i < n; i++) {
		rc = freebsd_get(ctx, k, first + i * step, FM_FILES_FILE, 0,
		    &f.file);
		if (rc != 0 || f.file == 0)
			continue;
		f.fd = (int)i;
		fill(ctx, k, path, sizeof(path), &f);
		rc = fn(arg, ctx, &f);
		if (rc == 0)
			rc = ctx_check(ctx);
	}
	return (rc < 0 ? ctx_chain(ctx, "files of process %d", p->pid) : rc);
}
