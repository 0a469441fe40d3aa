/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Paths of open files: names through dentry->d_parent up to the root of a
 * mount, from there on at the dentry that it is mounted on (fs/d_path.c).
 * The path is seen from the root of the file's own mount namespace.
 */
#include "engine/os/linux/linux_read.h"

#include <stdio.h>
#include <string.h>

/* Longer than PATH_MAX (4096): the kernel shows no longer ones either. */
#define PATH_ROOM	8192
#define NAME_LEN_MAX	255
#define STEPS_MAX	PATH_ROOM	/* names and mounts on the way */

struct path {
	struct kernel	*k;
	struct linux_obj dentry, mount;
	char		 buf[PATH_ROOM];	/* filled from its end */
	size_t		 at;
};

static int
prepend(struct ctx *ctx, struct path *p, const char *s, size_t n)
{
	if (n > p->at)
		return (ctx_fail(ctx, E_LIMIT,
		    "a path of more than %d bytes", PATH_ROOM));
	p->at -= n;
	memcpy(p->buf + p->at, s, n);
	return (0);
}

/* "/" and the name of the dentry that was read last. */
static int
prepend_name(struct ctx *ctx, struct path *p, bool slash)
{
	char name[NAME_LEN_MAX + 1];
	uint64_t len, addr;
	int rc;

	rc = linux_u64(ctx, &p->dentry, LM_DENTRY_LEN, &len);
	if (rc == 0)
		rc = linux_u64(ctx, &p->dentry, LM_DENTRY_NAME, &addr);
	if (rc == 0 && len > NAME_LEN_MAX)
		rc = ctx_fail_at(ctx, E_CORRUPT, p->dentry.addr,
		    "a name of %llu bytes", (unsigned long long)len);
	if (rc == 0)
		rc = space_read(ctx, &p->k->space, addr, name, (size_t)len);
	if (rc == 0)
		rc = prepend(ctx, p, name, (size_t)len);
	if (rc == 0 && slash)
		rc = prepend(ctx, p, "/", 1);
	return (rc);
}

/*
 * Files that are in no folder are named by a function of their file system,
 * dentry->d_op->d_dname; these are the ones that the kernel has, with what they
 * print.  "%n": the dentry's name, "%i": the inode's number.
 */
static const struct {
	const char *function, *format;
} dnames[] = {
	{ "simple_dname", "/%n (deleted)" },
	{ "shmem_dname", "/%n (deleted)" },
	{ "pipefs_dname", "pipe:[%i]" },
	{ "sockfs_dname", "socket:[%i]" },
	{ "anon_inodefs_dname", "anon_inode:%n" },
	{ "ns_dname", "%n:[%i]" },
	{ "pidfs_dname", "anon_inode:[pidfd]" },
	{ "dmabuffs_dname", "/dmabuf:%n" },
};

/* 1 when the file system named it, 0 when it is named by its place. */
static int
own_name(struct ctx *ctx, struct path *p)
{
	const struct symbol *sym;
	uint64_t ops, function, inode, ino;
	const char *f;
	char number[24];
	size_t i;
	int rc, n;

	if (linux_u64(ctx, &p->dentry, LM_DENTRY_OPS, &ops) != 0 || ops == 0 ||
	    linux_member(ctx, p->k, ops, LM_DENTRY_OPS_DNAME, &function) != 0 ||
	    function == 0)
		return (0);
	sym = sym_at(&p->k->symbols, function);
	if (sym == NULL || sym->addr != function)
		return (0);
	for (i = 0; i < sizeof(dnames) / sizeof(dnames[0]); i++)
		if (strcmp(dnames[i].function,
		    sym_name(&p->k->symbols, sym)) == 0)
			break;
	if (i == sizeof(dnames) / sizeof(dnames[0]))
		return (0);
	/* From the end to the start, as the buffer is filled. */
	f = dnames[i].format + strlen(dnames[i].format);
	for (rc = 0; rc == 0 && f > dnames[i].format;) {
		f--;
		if (f > dnames[i].format && f[-1] == '%' && *f == 'n') {
			rc = prepend_name(ctx, p, false);
			f--;
		} else if (f > dnames[i].format && f[-1] == '%' && *f == 'i') {
			rc = linux_u64(ctx, &p->dentry, LM_DENTRY_INODE,
			    &inode);
			if (rc == 0)
				rc = linux_member(ctx, p->k, inode,
				    LM_INODE_INO, &ino);
			n = rc != 0 ? 0 : snprintf(number, sizeof(number),
			    "%llu", (unsigned long long)ino);
			if (rc == 0)
				rc = prepend(ctx, p, number, (size_t)n);
			f--;
		} else
			rc = prepend(ctx, p, f, 1);
	}
	return (rc == 0 ? 1 : rc);
}

/* One step from a mount's root to where it is mounted; E_DONE at the top. */
static int
cross(struct ctx *ctx, struct path *p, uint64_t *mount, uint64_t *dentry)
{
	uint64_t parent, point;
	int rc;

	rc = linux_u64(ctx, &p->mount, LM_MOUNT_PARENT, &parent);
	if (rc == 0 && parent == *mount)
		return (E_DONE);
	if (rc == 0)
		rc = linux_u64(ctx, &p->mount, LM_MOUNT_POINT, &point);
	if (rc == 0)
		rc = linux_obj_at(ctx, &p->mount, parent);
	if (rc != 0)
		return (rc);
	*mount = parent;
	*dentry = point;
	return (0);
}

static int
climb(struct ctx *ctx, struct path *p, uint64_t mount, uint64_t dentry)
{
	uint64_t parent, root, hashed;
	unsigned steps;
	bool first;
	int rc;

	rc = linux_obj_at(ctx, &p->mount, mount);
	for (steps = 0; rc == 0; steps++) {
		first = steps == 0;
		if (steps == STEPS_MAX)
			return (ctx_fail_at(ctx, E_CORRUPT, dentry,
			    "a path that does not end"));
		rc = linux_u64(ctx, &p->mount, LM_MOUNT_ROOT, &root);
		if (rc == 0)
			rc = linux_obj_at(ctx, &p->dentry, dentry);
		if (rc == 0)
			rc = linux_u64(ctx, &p->dentry, LM_DENTRY_PARENT,
			    &parent);
		if (rc == 0 && first && (dentry != parent || dentry != root)) {
			rc = own_name(ctx, p);
			if (rc != 0)
				return (rc == 1 ? 0 : rc);
		}
		if (rc == 0 && first && dentry != parent && linux_u64(ctx,
		    &p->dentry, LM_DENTRY_HASHED, &hashed) == 0 && hashed == 0)
			rc = prepend(ctx, p, " (deleted)", 10);
		if (rc != 0)
			return (rc);
		if (dentry == root) {
			rc = cross(ctx, p, &mount, &dentry);
			if (rc == E_DONE)
				break;
		} else if (dentry == parent)
			break;		/* not reachable from this mount */
		else {
			rc = prepend_name(ctx, p, true);
			dentry = parent;
		}
	}
	if (rc != 0 && rc != E_DONE)
		return (rc);
	if (p->at == PATH_ROOM || p->buf[p->at] != '/')
		return (prepend(ctx, p, "/", 1));
	return (0);
}

int
linux_path_at(struct ctx *ctx, struct kernel *k, uint64_t mnt, uint64_t dentry,
    struct arena *arena, const char **ret)
{
	struct path p;
	uint64_t mount;
	int rc;

	memset(&p.dentry, 0, sizeof(p.dentry));
	memset(&p.mount, 0, sizeof(p.mount));
	p.k = k;
	p.at = PATH_ROOM;
	rc = linux_around(ctx, k, LM_MOUNT_MNT, mnt, &mount);
	if (rc == 0)
		rc = linux_obj_init(ctx, &p.dentry, k, LT_DENTRY);
	if (rc == 0)
		rc = linux_obj_init(ctx, &p.mount, k, LT_MOUNT);
	if (rc == 0)
		rc = climb(ctx, &p, mount, dentry);
	linux_obj_fini(&p.dentry);
	linux_obj_fini(&p.mount);
	if (rc != 0)
		return (rc);
	*ret = arena_strndup(arena, p.buf + p.at, PATH_ROOM - p.at);
	return (*ret != NULL ? 0 : ctx_fail(ctx, E_NOMEM, "out of memory"));
}

int
linux_path(struct ctx *ctx, struct kernel *k, uint64_t file,
    struct arena *arena, const char **ret)
{
	uint64_t mnt, dentry;
	int rc;

	rc = linux_member(ctx, k, file, LM_FILE_MNT, &mnt);
	if (rc == 0)
		rc = linux_member(ctx, k, file, LM_FILE_DENTRY, &dentry);
	if (rc == 0)
		rc = linux_path_at(ctx, k, mnt, dentry, arena, ret);
	if (rc != 0)
		return (ctx_chain(ctx, "path of file 0x%llx",
		    (unsigned long long)file));
	return (0);
}
