/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/memory/file.h"

#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PADDING_MAX	4096

#define MOVES_LOOKS	4
#define MOVES_PAUSE	20000000L	/* ns: a writer writes in that time */

struct file {
	char			*name;
	int			 fd;		/* -1: only bytes in memory */
	struct timespec		 written;	/* last, when it was opened */
	uint64_t		 size_then;
	uint64_t		 size;		/* of the window */
	uint64_t		 base;		/* where the window begins */
	uint64_t		 whole;		/* bytes mapped */
	const uint8_t		*map;		/* the whole file, or NULL */
	struct file_faults	*faults;
	struct file_watch	*watch;		/* in faults, or NULL */
	size_t			 page;
	struct file_piece	*pieces;	/* rearranged, or NULL */
	size_t			 npieces;
	bool			 whole_pieces;
	int			 write_fd;	/* -1: opened for reading only */
	int			 write_errno;	/* why not, or 0 */
	char			*forbidden;	/* why not in any case, or NULL */
	_Atomic uint64_t	 failed;	/* 1 + where a read first did, or 0 */
};

static bool	watch(struct file *, const void *map);

static int
create(struct ctx *ctx, const char *name, struct file **ret)
{
	struct file *f;

	f = calloc(1, sizeof(*f));
	if (f == NULL || (f->name = strdup(name)) == NULL) {
		free(f);
		return (ctx_fail(ctx, E_NOMEM, "%s: out of memory", name));
	}
	f->fd = f->write_fd = -1;
	f->page = (size_t)sysconf(_SC_PAGESIZE);
	*ret = f;
	return (0);
}

int
file_open(struct ctx *ctx, const char *path, struct file_faults *faults,
    struct file **ret)
{
	struct file *f;
	struct stat st;
	off_t size;
	void *map;
	int rc;

	rc = create(ctx, path, &f);
	if (rc != 0)
		return (rc);
	/* Without O_NONBLOCK a pipe would wait for somebody who writes. */
	f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (f->fd == -1) {
		rc = ctx_fail_errno(ctx, errno == ENOENT ? E_NOT_FOUND :
		    errno == EACCES || errno == EPERM ? E_RESTRICTED : E_IO,
		    "%s", path);
		goto fail;
	}
	if (fstat(f->fd, &st) == -1) {
		rc = ctx_fail_errno(ctx, E_IO, "%s", path);
		goto fail;
	}
	/* Dumps are written to partitions, too; stat() has no size of these. */
	size = S_ISREG(st.st_mode) ? st.st_size : S_ISBLK(st.st_mode) ?
	    lseek(f->fd, 0, SEEK_END) : -1;
	if (size == -1) {
		rc = ctx_fail(ctx, E_UNSUPPORTED, "%s is %s, not a dump file",
		    path, S_ISDIR(st.st_mode) ? "a directory" :
		    S_ISFIFO(st.st_mode) ? "a pipe" :
		    S_ISSOCK(st.st_mode) ? "a socket" : "a device");
		goto fail;
	}
	if (size == 0) {
		rc = ctx_fail(ctx, E_UNSUPPORTED, "%s is empty", path);
		goto fail;
	}
	f->size = f->whole = (uint64_t)size;
	f->size_then = (uint64_t)st.st_size;
	f->written = st.st_mtim;
	f->faults = faults;
	if (faults != NULL && f->size <= SIZE_MAX / 4) {
		map = mmap(NULL, (size_t)f->size, PROT_READ, MAP_SHARED,
		    f->fd, 0);
		if (map != MAP_FAILED) {
#ifdef MADV_NOHUGEPAGE
			/* 2 MiB a fault would count as this program's memory. */
			(void)madvise(map, (size_t)f->size, MADV_NOHUGEPAGE);
#endif
			if (watch(f, map))
				f->map = map;
			else
				munmap(map, (size_t)f->size);
		}
	}
	*ret = f;
	return (0);
fail:
	file_close(f);
	return (rc);
}

/* The file of that name may be another one by now. */
bool
file_is_growing(struct file *f)
{
	const struct timespec pause = { .tv_nsec = MOVES_PAUSE };
	struct stat st;
	unsigned i;

	if (f->fd == -1 || f->size_then == 0)
		return (false);
	for (i = 0; i < MOVES_LOOKS; i++) {
		if (i > 0)
			(void)nanosleep(&pause, NULL);
		if (fstat(f->fd, &st) == -1)
			return (false);
		if ((uint64_t)st.st_size != f->size_then ||
		    st.st_mtim.tv_sec != f->written.tv_sec ||
		    st.st_mtim.tv_nsec != f->written.tv_nsec)
			return (true);
	}
	return (false);
}

static bool
is_same(int a, int b)
{
	struct stat x, y;

	return (fstat(a, &x) == 0 && fstat(b, &y) == 0 &&
	    x.st_dev == y.st_dev && x.st_ino == y.st_ino);
}

void
file_allow_write(struct file *f)
{
	int fd;

	if (f->fd == -1 || f->write_fd != -1)
		return;
	f->write_errno = 0;
	fd = open(f->name, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd == -1) {
		f->write_errno = errno;
	} else if (!is_same(fd, f->fd)) {
		f->write_errno = ESTALE;
		close(fd);
	} else if (flock(fd, LOCK_EX | LOCK_NB) == -1) {
		f->write_errno = errno;
		close(fd);
	} else
		f->write_fd = fd;
}

void
file_forbid_write(struct file *f, const char *named, const char *why)
{
	char *text;

	if (asprintf(&text, "%s %s", named, why) == -1)
		return;
	free(f->forbidden);
	f->forbidden = text;
}

static int
write_refused(struct ctx *ctx, const struct file *f)
{
	if (f->forbidden != NULL)
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s", f->forbidden));
	if (f->pieces != NULL)
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s is flattened: its "
		    "bytes have no places of their own; rearrange it first "
		    "(makedumpfile -R)", f->name));
	if (f->write_errno == EWOULDBLOCK)
		return (ctx_fail(ctx, E_RESTRICTED, "%s is locked by another "
		    "program that writes to it", f->name));
	if (f->write_errno != 0) {
		errno = f->write_errno;
		return (ctx_fail_errno(ctx, E_RESTRICTED, "%s cannot be "
		    "opened for writing", f->name));
	}
	return (ctx_fail(ctx, E_RESTRICTED, "%s was opened for reading only",
	    f->name));
}

int
file_write(struct ctx *ctx, struct file *f, uint64_t off, const void *buf,
    size_t n)
{
	ssize_t put;
	size_t done;

	ctx->err.addr = off;
	if (f->forbidden != NULL || f->pieces != NULL || f->write_fd == -1)
		return (write_refused(ctx, f));
	if (off > f->size || n > f->size - off)
		return (ctx_fail_at(ctx, E_TRUNCATED, off,
		    "%s ends at 0x%llx, before 0x%llx", file_base(f),
		    (unsigned long long)f->size,
		    (unsigned long long)(off + n)));
	for (done = 0; done < n; done += (size_t)put) {
		put = pwrite(f->write_fd, (const char *)buf + done, n - done,
		    (off_t)(f->base + off + done));
		if (put == -1 && errno == EINTR)
			put = 0;
		else if (put <= 0) {
			ctx_fail_errno(ctx, E_IO, "%s at 0x%llx", f->name,
			    (unsigned long long)(off + done));
			ctx->err.addr = off + done;
			return (E_IO);
		}
	}
	return (0);
}

int
file_of_bytes(struct ctx *ctx, const char *name, const void *p, size_t n,
    struct file **ret)
{
	struct file *f;
	int rc;

	rc = create(ctx, name, &f);
	if (rc != 0)
		return (rc);
	f->map = p;
	f->size = f->whole = n;
	*ret = f;
	return (0);
}

int
file_of_fd(struct ctx *ctx, const char *name, int fd, struct file **ret)
{
	struct file *f;
	int rc;

	rc = create(ctx, name, &f);
	if (rc != 0)
		return (rc);
	f->fd = fd;
	f->size = f->whole = INT64_MAX;
	*ret = f;
	return (0);
}

/* Where a watched mapping lies, for a handler that may look at any moment. */
static void
set_watch(struct file_watch *w, uintptr_t start, uintptr_t end)
{
	atomic_fetch_add(&w->version, 1);
	atomic_store(&w->start, start);
	atomic_store(&w->end, end);
	atomic_fetch_add(&w->version, 1);
}

/* Enter the mapping in the list that the signal handler looks through. */
static bool
watch(struct file *f, const void *map)
{
	struct file_watch *w;
	bool taken;
	int i;

	for (i = 0; i < FILE_FAULTS_MAX; i++) {
		w = &f->faults->watch[i];
		taken = false;
		if (atomic_compare_exchange_strong(&w->taken, &taken, true)) {
			atomic_store(&w->faulted, false);
			set_watch(w, (uintptr_t)map, (uintptr_t)map +
			    (uintptr_t)f->whole);
			f->watch = w;
			return (true);
		}
	}
	return (false);
}

void
file_close(struct file *f)
{
	if (f == NULL)
		return;
	if (f->watch != NULL)
		set_watch(f->watch, 0, 0);
	if (f->fd != -1) {
		if (f->map != NULL)
			munmap((void *)(uintptr_t)f->map, (size_t)f->whole);
		close(f->fd);
	}
	if (f->write_fd != -1)
		close(f->write_fd);
	if (f->watch != NULL)
		atomic_store(&f->watch->taken, false);
	free(f->pieces);
	free(f->forbidden);
	free(f->name);
	free(f);
}

int
file_rename(struct ctx *ctx, struct file *f, const char *name)
{
	char *copy;

	copy = strdup(name);
	if (copy == NULL)
		return (ctx_fail(ctx, E_NOMEM, "%s: out of memory", name));
	free(f->name);
	f->name = copy;
	return (0);
}

int
file_dup(const struct file *f)
{
	return (f->fd == -1 ? -1 : fcntl(f->fd, F_DUPFD_CLOEXEC, 0));
}

const char *
file_name(const struct file *f)
{
	return (f->name);
}

const char *
file_base(const struct file *f)
{
	const char *slash = strrchr(f->name, '/');

	return (slash != NULL && slash[1] != '\0' ? slash + 1 : f->name);
}

uint64_t
file_size(const struct file *f)
{
	return (f->size);
}

void
file_window(struct file *f, uint64_t off, uint64_t n)
{
	if (off > f->size)
		off = f->size;
	f->base += off;
	f->size = n > f->size - off ? f->size - off : n;
}

void
file_arrange(struct file *f, struct file_piece *pieces, size_t n,
    uint64_t size, bool whole)
{
	f->pieces = pieces;
	f->npieces = n;
	f->size = size;
	f->whole_pieces = whole;
}

bool
file_arranged(const struct file *f)
{
	return (f->pieces != NULL);
}

/* The first piece that ends behind off; npieces when none does. */
static size_t
find_piece(const struct file *f, uint64_t off)
{
	size_t lo, hi, mid;

	for (lo = 0, hi = f->npieces; lo < hi;) {
		mid = lo + (hi - lo) / 2;
		if (f->pieces[mid].off + f->pieces[mid].len <= off)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo);
}

struct file_faults *
file_faults(const struct file *f)
{
	return (f->faults);
}

static inline bool
has_faulted(const struct file *f)
{
	return (f->watch != NULL &&
	    atomic_load_explicit(&f->watch->faulted, memory_order_acquire));
}

/* Bytes of the window as they lie in the file; n have been found to be there. */
static const uint8_t *
map_plain(struct file *f, uint64_t at)
{
	if (f->map == NULL || has_faulted(f))
		return (NULL);
	return (f->map + f->base + at);
}

/* The live kernel's file has no size, and places that are not readable. */
static void
keep_failure(struct file *f, uint64_t off)
{
	uint64_t none = 0;

	if (f->size != INT64_MAX)
		atomic_compare_exchange_strong(&f->failed, &none, off + 1);
}

bool
file_failed(const struct file *f, uint64_t *off)
{
	const uint64_t failed = atomic_load(&f->failed);

	if (failed == 0)
		return (false);
	*off = failed - 1;
	return (true);
}

static int
read_plain(struct ctx *ctx, struct file *f, uint64_t off, void *buf, size_t n)
{
	const uint8_t *map;
	size_t done;
	ssize_t got;

	map = map_plain(f, off);
	if (map != NULL) {
		memcpy(buf, map, n);
		if (!has_faulted(f))
			return (0);
	}
	for (done = 0; done < n; done += (size_t)got) {
		got = pread(f->fd, (char *)buf + done, n - done,
		    (off_t)(f->base + off + done));
		if (got == -1 && errno == EINTR) {
			got = 0;
			continue;
		}
		if (got <= 0)
			keep_failure(f, off + done);
		if (got == -1) {
			ctx_fail_errno(ctx, E_IO, "%s at 0x%llx", f->name,
			    (unsigned long long)(off + done));
			ctx->err.addr = off + done;
			return (E_IO);
		}
		if (got == 0)
			return (ctx_fail_at(ctx, E_IO, off + done,
			    "%s has %s: no bytes at 0x%llx", file_base(f),
			    f->size == INT64_MAX ? "ended" : "shrunk",
			    (unsigned long long)(off + done)));
	}
	return (0);
}

/*
 * Is what lies before piece i a gap that the writer left, in a file that was
 * cut short?  Those are smaller than a page.
 */
static bool
is_padding(const struct file_piece *v, size_t n, size_t i)
{
	uint64_t end;

	end = i > 0 ? v[i - 1].off + v[i - 1].len : 0;
	return (i < n && v[i].off - end < PADDING_MAX);
}

static int
read_pieces(struct ctx *ctx, struct file *f, uint64_t off, void *buf, size_t n)
{
	const struct file_piece *const v = f->pieces, *p;
	const size_t npieces = f->npieces;
	uint64_t want;
	size_t i;
	int rc;

	for (i = find_piece(f, off); n > 0; off += want, n -= (size_t)want,
	    buf = (char *)buf + want) {
		p = i < npieces ? &v[i] : NULL;
		if (p == NULL || off < p->off) {
			want = p != NULL && n > p->off - off ? p->off - off : n;
			if (!f->whole_pieces && !is_padding(v, npieces, i))
				return (ctx_fail_at(ctx, E_TRUNCATED, off,
				    "%s was cut short before the bytes for "
				    "0x%llx came", file_base(f),
				    (unsigned long long)off));
			memset(buf, 0, (size_t)want);
			continue;
		}
		want = p->off + p->len - off;
		if (want > n)
			want = n;
		else
			i++;
		rc = read_plain(ctx, f, p->at + (off - p->off), buf,
		    (size_t)want);
		if (rc != 0) {
			ctx->err.addr += p->off - p->at;
			return (rc);
		}
	}
	return (0);
}

int
file_read(struct ctx *ctx, struct file *f, uint64_t off, void *buf, size_t n)
{
	if (off > f->size || n > f->size - off)
		return (ctx_fail_at(ctx, E_TRUNCATED, off,
		    "%s ends at 0x%llx, before 0x%llx", file_base(f),
		    (unsigned long long)f->size,
		    (unsigned long long)(off + n)));
	return (f->pieces != NULL ? read_pieces(ctx, f, off, buf, n) :
	    read_plain(ctx, f, off, buf, n));
}

const uint8_t *
file_map(struct file *f, uint64_t off, uint64_t n)
{
	const struct file_piece *p;
	size_t i;

	if (off > f->size || n > f->size - off)
		return (NULL);
	if (f->pieces == NULL)
		return (map_plain(f, off));
	i = find_piece(f, off);
	p = &f->pieces[i];
	if (i == f->npieces || off < p->off || n > p->off + p->len - off)
		return (NULL);
	return (map_plain(f, p->at + (off - p->off)));
}

/* The first byte from "at" on that is in no hole of the file itself, or end. */
static uint64_t
data_plain(const struct file *f, uint64_t at, uint64_t end)
{
	off_t data;

	/* Nobody reads at the place that this moves. */
	data = lseek(f->fd, (off_t)(f->base + at), SEEK_DATA);
	if (data == -1)
		return (errno == ENXIO ? end : at);
	at = (uint64_t)data - f->base;
	return (at < end ? at : end);
}

uint64_t
file_data(const struct file *f, uint64_t off)
{
	const struct file_piece *p;
	size_t i;

	if (off >= f->size)
		return (off);
	if (f->pieces == NULL)
		return (data_plain(f, off, f->size));
	i = find_piece(f, off);
	p = i < f->npieces ? &f->pieces[i] : NULL;
	if (p != NULL && off >= p->off)
		return (data_plain(f, p->at + (off - p->off), p->at + p->len) -
		    p->at + p->off);
	/* Between pieces. */
	return (p != NULL ? p->off : f->size);
}

static void
drop_plain(struct file *f, uint64_t off, uint64_t end)
{
	off = (f->base + off + f->page - 1) & ~(uint64_t)(f->page - 1);
	end = (f->base + end) & ~(uint64_t)(f->page - 1);
	if (off < end)
		madvise((void *)(uintptr_t)(f->map + off), (size_t)(end - off),
		    MADV_DONTNEED);
}

void
file_drop(struct file *f, uint64_t off, uint64_t n)
{
	const struct file_piece *p;
	uint64_t end, from, to;
	size_t i;

	if (f->map == NULL || f->fd == -1 || off > f->size)
		return;
	end = n > f->size - off ? f->size : off + n;
	if (f->pieces == NULL) {
		drop_plain(f, off, end);
		return;
	}
	for (i = find_piece(f, off); i < f->npieces; i++) {
		p = &f->pieces[i];
		if (p->off >= end)
			break;
		from = off > p->off ? off - p->off : 0;
		to = end - p->off < p->len ? end - p->off : p->len;
		drop_plain(f, p->at + from, p->at + to);
	}
}

bool
file_fault(struct file_faults *faults, const void *addr)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	const uintptr_t at = (uintptr_t)addr;
	struct file_watch *w;
	uintptr_t start, end;
	unsigned version;
	int i;

	for (i = 0; i < FILE_FAULTS_MAX; i++) {
		w = &faults->watch[i];
		version = atomic_load(&w->version);
		start = atomic_load(&w->start);
		end = atomic_load(&w->end);
		/* What is read just now is not opened or closed just now. */
		if (at < start || at >= end || version % 2 != 0 ||
		    atomic_load(&w->version) != version)
			continue;
		/*
		 * First the word that bytes are void, then the zeros: another
		 * thread that copies these must see the counter move.
		 */
		atomic_store(&w->faulted, true);
		atomic_fetch_add(&faults->count, 1);
		return (mmap((void *)(at & ~(page - 1)), page, PROT_READ,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
		    MAP_FAILED);
	}
	return (false);
}
