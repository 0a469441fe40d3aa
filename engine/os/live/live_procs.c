/* SPDX-License-Identifier: BSD-2-Clause */
/* All processes, and of one its arguments, mappings and files. */
#include "engine/os/live/live.h"

#include "engine/os/linux/linux_read.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STRINGS_MAX	((size_t)16 << 20)	/* bytes of arguments */
#define MAPS_MAX	((size_t)256 << 20)
#define ENTRIES_MAX	((size_t)4 << 20)	/* PID_MAX_LIMIT, nr_open */

/* The numbers that name a folder's entries, ascending; the caller frees. */
struct numbers {
	int	*v;
	size_t	 n, cap;
};

static int
ascending(const void *a, const void *b)
{
	const int x = *(const int *)a, y = *(const int *)b;

	return (x < y ? -1 : x > y);
}

static int
list(struct ctx *ctx, int folder, const char *name, struct numbers *l)
{
	struct dirent *e;
	uint64_t v;
	DIR *dir;
	int fd, rc;

	memset(l, 0, sizeof(*l));
	fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd != -1 ? fdopendir(fd) : NULL;
	if (dir == NULL) {
		rc = ctx_fail_errno(ctx, live_status(errno), "%s", name);
		if (fd != -1)
			close(fd);
		return (rc);
	}
	for (rc = 0; rc == 0 && (e = readdir(dir)) != NULL;) {
		if (e->d_name[0] < '0' || e->d_name[0] > '9' ||
		    !live_number(e->d_name, 10, &v) || v > INT32_MAX)
			continue;
		if (l->n == ENTRIES_MAX)
			rc = ctx_fail(ctx, E_LIMIT, "%s: too many", name);
		else if (!vec_room(l->v, l->cap, l->n + 1))
			rc = ctx_fail(ctx, E_NOMEM, "out of memory");
		else
			l->v[l->n++] = (int)v;
	}
	closedir(dir);
	if (l->n > 1)
		qsort(l->v, l->n, sizeof(*l->v), ascending);
	return (rc);
}

/* The living threads are no part of what those that ended have left. */
static void
take_off(struct os_usage *all, const struct os_usage *u)
{
	all->user = all->user > u->user ? all->user - u->user : 0;
	all->system = all->system > u->system ? all->system - u->system : 0;
	all->minflt = all->minflt > u->minflt ? all->minflt - u->minflt : 0;
	all->majflt = all->majflt > u->majflt ? all->majflt - u->majflt : 0;
}

/* A process with its threads: the leader is told last what others used. */
static int
group(struct ctx *ctx, struct kernel *k, int pid, struct arena *arena,
    int (*fn)(void *, struct ctx *, const struct os_proc *), void *arg)
{
	struct os_proc *procs;
	struct numbers tids;
	char name[32];
	size_t i, n;
	int rc;

	snprintf(name, sizeof(name), "%d/task", pid);
	rc = list(ctx, live_of(k)->proc, name, &tids);
	procs = calloc(tids.n + 1, sizeof(*procs));
	if (rc == 0 && procs == NULL)
		rc = ctx_fail(ctx, E_NOMEM, "out of memory");
	for (i = n = 0; rc == 0 && i < tids.n; i++) {
		rc = live_task(ctx, k, pid, tids.v[i], arena, &procs[n]);
		if (rc == 0 && procs[n++].is_thread && !procs[0].is_thread)
			take_off(&procs[0].usage_ended, &procs[n - 1].usage);
		if (rc == E_NOT_FOUND)
			rc = 0;
	}
	for (i = 0; rc == 0 && i < n; i++)
		rc = fn(arg, ctx, &procs[i]);
	free(procs);
	free(tids.v);
	return (rc);
}

int
live_procs(struct ctx *ctx, struct kernel *k, unsigned flags,
    int (*fn)(void *, struct ctx *, const struct os_proc *), void *arg)
{
	struct numbers pids;
	struct os_proc proc;
	struct arena arena;
	size_t i;
	int rc;

	arena_init(&arena);
	rc = list(ctx, live_of(k)->proc, ".", &pids);
	for (i = 0; rc == 0 && i < pids.n; i++) {
		arena_reset(&arena);
		if ((flags & OS_THREADS) != 0) {
			rc = group(ctx, k, pids.v[i], &arena, fn, arg);
		} else {
			rc = live_task(ctx, k, pids.v[i], pids.v[i], &arena,
			    &proc);
			if (rc == 0)
				rc = fn(arg, ctx, &proc);
		}
		/* It has ended since, or belongs to somebody who hides it. */
		if (rc == E_NOT_FOUND || rc == E_RESTRICTED)
			rc = 0;
		if (rc == 0 && i % 64 == 63)
			rc = ctx_check(ctx);
	}
	free(pids.v);
	arena_fini(&arena);
	return (rc < 0 ? ctx_chain(ctx, "processes") : rc);
}

int
live_proc(struct ctx *ctx, struct kernel *k, int tid, struct arena *arena,
    struct os_proc *proc)
{
	struct buf b = { 0 };
	uint64_t pid;
	int rc;

	rc = tid <= 0 ? E_NOT_FOUND : live_read(ctx, live_of(k)->proc, &b,
	    STRINGS_MAX, "%d/status", tid);
	if (rc == 0)
		rc = live_number(live_key(buf_text(&b), "Tgid"), 10, &pid) &&
		    pid <= INT32_MAX ? live_task(ctx, k, (int)pid, tid, arena,
		    proc) : ctx_fail(ctx, E_CORRUPT, "process %d has no pid",
		    tid);
	buf_fini(&b);
	return (rc == E_NOT_FOUND ? ctx_fail(ctx, rc, "no process %d", tid) :
	    rc);
}

int
live_args(struct ctx *ctx, struct kernel *k, const struct os_proc *proc,
    bool env, int (*fn)(void *, struct ctx *, const char *, size_t), void *arg)
{
	struct buf b = { 0 };
	size_t at, n;
	int rc;

	if (proc->mm == 0)
		return (0);
	rc = live_read(ctx, live_of(k)->proc, &b, STRINGS_MAX, "%d/%s",
	    proc->pid, env ? "environ" : "cmdline");
	for (at = 0; rc == 0 && at < b.len; at += n + 1) {
		n = strnlen(b.p + at, b.len - at);
		rc = fn(arg, ctx, b.p + at, n);
	}
	buf_fini(&b);
	return (rc);
}

/* "START-END PERMS OFFSET DEVICE INODE     FILE", show_map_vma(). */
static bool
parse_map(char *line, struct os_map *m)
{
	unsigned long long start, end, offset;
	char *p;
	int at;

	memset(m, 0, sizeof(*m));
	m->vma = OS_UNKNOWN;
	at = 0;
	if (sscanf(line, "%llx-%llx %4s %llx %*x:%*x %*u%n", &start, &end,
	    m->perms, &offset, &at) != 4 || at == 0)
		return (false);
	m->start = start;
	m->end = end;
	m->offset = offset;
	p = line + at;
	p += strspn(p, " ");
	live_unescape(p);
	m->file.s = p;
	return (true);
}

int
live_maps(struct ctx *ctx, struct kernel *k, const struct os_proc *proc,
    int (*fn)(void *, struct ctx *, const struct os_map *), void *arg)
{
	struct buf b = { 0 };
	struct os_map map;
	char *line, *next;
	int rc;

	if (proc->mm == 0)
		return (ctx_fail(ctx, E_NOT_FOUND, "process %d has no memory "
		    "of its own", proc->pid));
	rc = live_read(ctx, live_of(k)->proc, &b, MAPS_MAX, "%d/maps",
	    proc->pid);
	for (line = b.p; rc == 0 && line != NULL && *line != '\0';
	    line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		/* The gate page is no mapping of the process. */
		if (parse_map(line, &map) &&
		    strcmp(map.file.s, "[vsyscall]") != 0)
			rc = fn(arg, ctx, &map);
	}
	buf_fini(&b);
	return (rc);
}

static int
one_file(struct ctx *ctx, struct kernel *k, int pid, int fd, struct buf *link,
    struct buf *info, struct os_file *f)
{
	const int proc = live_of(k)->proc;
	struct stat st;
	char name[64];
	int rc;

	memset(f, 0, sizeof(*f));
	f->fd = fd;
	f->file = OS_UNKNOWN;
	rc = live_link(ctx, proc, link, "%d/fd/%d", pid, fd);
	if (rc != 0 && rc != E_RESTRICTED)
		return (rc);
	f->path.status = rc;
	f->path.s = buf_text(link);
	snprintf(name, sizeof(name), "%d/fd/%d", pid, fd);
	f->type.s = "";
	if (fstatat(proc, name, &st, 0) == 0)
		f->type.s = linux_file_type(st.st_mode);
	else
		f->type.status = live_status(errno);
	f->flags.status = live_read(ctx, proc, info, STRINGS_MAX,
	    "%d/fdinfo/%d", pid, fd);
	if (f->flags.status == 0 && !live_number(live_key(buf_text(info),
	    "flags"), 8, &f->flags.v))
		f->flags.status = E_CORRUPT;
	return (0);
}

int
live_files(struct ctx *ctx, struct kernel *k, const struct os_proc *proc,
    int (*fn)(void *, struct ctx *, const struct os_file *), void *arg)
{
	struct buf link = { 0 }, info = { 0 };
	struct numbers fds;
	struct os_file f;
	char name[32];
	size_t i;
	int rc;

	snprintf(name, sizeof(name), "%d/fd", proc->pid);
	rc = list(ctx, live_of(k)->proc, name, &fds);
	for (i = 0; rc == 0 && i < fds.n; i++) {
		rc = one_file(ctx, k, proc->pid, fds.v[i], &link, &info, &f);
		if (rc == 0)
			rc = fn(arg, ctx, &f);
		if (rc == E_NOT_FOUND)	/* closed since */
			rc = 0;
	}
	buf_fini(&link);
	buf_fini(&info);
	free(fds.v);
	return (rc);
}
